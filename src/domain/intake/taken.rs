//! What a card becomes: the records that it would make. What it changes in records that are here is in
//! `revision`.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use crate::domain::attribute_reader::{NUMBERS, too_many};
use crate::domain::contact::{Contact, ContactAttributes, ContactId, Detail};
use crate::domain::full_contact::FullContact;
use crate::domain::naming::NameParts;
use crate::domain::notice::NoticeKind;
use crate::domain::number::{Basis, Region, read_with};
use crate::domain::phone::{Context, Phone, PhoneAttributes};
use crate::domain::primary::heir;
use crate::domain::refusal::{Fault, Refusal};

/// What a card says, before anything is made of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ParsedCard {
    /// The contact.
    pub contact: ContactAttributes,
    /// Its phones, in the order of the card.
    pub phones: Vec<PhoneAttributes>,
    /// Those of its details that only lines of ours say, which other programs may drop.
    pub ours: Vec<Detail>,
    /// What has to be said of how it was read, where it comes in.
    pub notes: Vec<ReadNote>,
}

/// What has to be said of how a value was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadNote {
    /// What it is.
    pub kind: NoticeKind,
    /// The value, or its beginning.
    pub example: String,
}

/// A card in the form of the records that it would make.
#[derive(Clone, Debug, PartialEq)]
pub struct CardRecords {
    /// The contact with its phones, the same number only once.
    pub records: FullContact,
    /// What the card itself says of each of them.
    pub(super) says: Vec<Says>,
    /// The same of the contact.
    pub(super) says_of_contact: SaysOfContact,
    /// Whether the first of them says nothing about being accurate: then it is, if it becomes the
    /// first of its contact (Phone resource, 4).
    pub(super) trusting: bool,
    /// How many of its numbers stood there twice.
    pub twice: usize,
    /// What was assumed of its numbers.
    pub assumed: Vec<Assumed>,
}

/// Something that was assumed of a number, because its card does not say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assumed {
    /// The number as the card has it.
    pub number: String,
    /// What was assumed.
    pub kind: NoticeKind,
    /// The country that it was read with.
    pub country: Option<Region>,
}

/// Which flags of a number a card says itself. A card that does not say whether a number is historic is
/// no word on that: what it does not say stays as it is here (Phone resource, 4).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Says {
    pub(super) historic: bool,
    pub(super) accurate: bool,
    pub(super) source: bool,
    /// Whether it has a label or says that it has none.
    pub(super) label: bool,
}

/// What of a contact a card says only in lines of ours, which other programs may drop.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct SaysOfContact {
    /// Whether it says if the contact is a favourite.
    pub(super) favourite: bool,
    /// Whether it says parts of the name; else they are guessed.
    pub(super) parts: bool,
    /// Whether it says that the name has no parts.
    pub(super) whole_name: bool,
    /// Whether it says which number it prefers.
    pub(super) prefers: bool,
    /// The details that only such lines say.
    pub(super) details: Vec<Detail>,
}

impl Says {
    const fn of(sent: &PhoneAttributes) -> Self {
        Self {
            historic: sent.historic.is_some(),
            accurate: sent.valid_values.is_some(),
            source: sent.source.is_some(),
            label: sent.location.is_some(),
        }
    }

    /// What the card says of the same number in two places.
    const fn or(self, other: Self) -> Self {
        Self {
            historic: self.historic || other.historic,
            accurate: self.accurate || other.accurate,
            source: self.source || other.source,
            label: self.label || other.label,
        }
    }
}

/// Names a contact without a name, which is found by number or address, after one of them.
fn name_by_number(sent: &mut ContactAttributes, number: Option<&Phone>) -> Result<(), Refusal> {
    if sent.names().next().is_some() {
        return Ok(());
    }
    let details = sent.details.iter().flatten();
    let detail = details.map(|detail| detail.text().into_owned()).next();
    let Some(name) = number.map(Phone::shown).or(detail) else {
        let why = "has no name, no number and no address";
        return Err(Refusal::invalid(vec![Fault::whole(why)]));
    };
    sent.name = Some(Some(name));
    // A number is no given name.
    sent.given_name = Some(None);
    Ok(())
}

/// A number that a card has twice, with what each of its properties says.
fn said_again(known: &Phone, before: Says, phone: &Phone, said: Says) -> Phone {
    let historic = match (before.historic, said.historic) {
        (true, true) => known.historic && phone.historic,
        (true, false) => known.historic,
        (false, _) => phone.historic,
    };
    Phone {
        historic,
        primary: (known.primary || phone.primary) && !historic,
        ..same_number(known, phone)
    }
}

impl CardRecords {
    /// The records that a card makes. `source` is where what does not say comes from; `context` is
    /// asked again for each record, for its id.
    ///
    /// # Errors
    /// Invalid, with every fault of the contact or of the first phone that has one.
    pub fn of(
        said: ParsedCard,
        source: &str,
        mut context: impl FnMut() -> Context,
    ) -> Result<Self, Refusal> {
        let ParsedCard {
            contact: mut sent,
            phones,
            ours,
            notes: _,
        } = said;
        let says_of_contact = SaysOfContact {
            favourite: sent.favourite.is_some(),
            parts: NameParts::is_sent(&sent),
            whole_name: (&sent.given_name, &sent.family_name) == (&Some(None), &Some(None)),
            prefers: phones.iter().any(|phone| phone.primary == Some(true)),
            details: ours,
        };
        if let Some(why) = too_many(phones.len(), NUMBERS, "numbers") {
            return Err(Refusal::invalid(vec![Fault::whole(why)]));
        }
        let id = sent.id.unwrap_or_else(|| ContactId(context().fresh_id));
        sent.id = Some(id);
        sent.source.get_or_insert_with(|| source.to_owned());

        let mut made: Vec<Phone> = Vec::with_capacity(phones.len());
        let mut says: Vec<Says> = Vec::with_capacity(phones.len());
        let (mut ids, mut places) = (HashSet::new(), HashMap::new());
        let mut twice = 0;
        let mut trusting = false;
        let mut assumed = Vec::new();
        let addresses = OnceCell::new();
        for mut phone in phones {
            let number = phone.number.as_deref().map(str::trim).unwrap_or_default();
            if number.is_empty() {
                // A property without a number says nothing; the card keeps it.
                continue;
            }
            let said = Says::of(&phone);
            phone.source.get_or_insert_with(|| source.to_owned());
            let addresses = || addresses.get_or_init(|| countries_of(&sent)).as_slice();
            assumed.extend(assume(&mut phone, context().home, addresses));
            // An id that came twice is the first one's.
            phone.id = phone.id.filter(|id| !ids.contains(id));
            let unsaid = phone.valid_values.is_none();
            let mut phone = phone.create(id, false, &context(), Vec::new())?;
            let impossible = phone.is_impossible(context().home);
            if impossible {
                assumed.push(Assumed {
                    number: phone.typed.clone(),
                    kind: NoticeKind::ImpossibleNumbers,
                    country: None,
                });
                phone.valid_values &= said.accurate;
            }
            trusting |= made.is_empty() && unsaid && !impossible;
            let known = places.get(&phone.identity).copied();
            let known = known.and_then(|at: usize| Some((made.get_mut(at)?, says.get_mut(at)?)));
            if let Some((known, before)) = known {
                twice += 1;
                *known = said_again(known, *before, &phone, said);
                *before = before.or(said);
            } else {
                ids.insert(phone.id);
                places.insert(phone.identity.clone(), made.len());
                made.push(phone);
                says.push(said);
            }
        }

        name_by_number(&mut sent, made.first())?;
        let contact = sent.create(&context(), Vec::new())?;
        Ok(Self {
            records: FullContact {
                contact,
                phones: made,
            },
            says,
            says_of_contact,
            assumed,
            trusting,
            twice,
        })
    }

    /// What the card says of the contact, without parts of its name that were only guessed.
    #[must_use]
    pub(crate) fn said_of_contact(&self) -> Contact {
        let mut said = self.records.contact.clone();
        if !self.says_of_contact.parts {
            NameParts::default().put(&mut said);
        }
        said
    }

    /// Makes the first phone accurate where it may be: it is the first of its contact.
    pub(crate) fn trust_first(&mut self) {
        if let Some(first) = self.records.phones.first_mut() {
            first.valid_values |= self.trusting;
        }
    }

    /// The records as they stand once they are stored alone: with a primary phone.
    #[must_use]
    pub fn settled(mut self) -> Self {
        self.trust_first();
        let phones = &mut self.records.phones;
        let claim = phones.iter().rfind(|phone| phone.primary);
        let heir = heir(phones, claim.map(|phone| phone.id));
        for phone in phones {
            phone.primary = Some(phone.id) == heir;
        }
        self
    }
}

/// The same number twice, made one (Phone resource, 4): primary and accurate if either was, historic
/// only if both were, blanks filled from the other, the older time of making.
#[must_use]
pub fn same_number(known: &Phone, other: &Phone) -> Phone {
    let historic = known.historic && other.historic;
    let blank = |mine: &Option<String>, its: &Option<String>| mine.clone().or_else(|| its.clone());
    Phone {
        primary: (known.primary || other.primary) && !historic,
        historic,
        valid_values: known.valid_values || other.valid_values,
        location: blank(&known.location, &other.location),
        country_code: blank(&known.country_code, &other.country_code),
        created_at: known.created_at.min(other.created_at),
        shared: known.shared || other.shared,
        ..known.clone()
    }
}

/// The countries of a contact's addresses, which end in them.
fn countries_of(contact: &ContactAttributes) -> Vec<Region> {
    let details = contact.details.iter().flatten();
    let addresses = details.filter_map(Detail::address);
    addresses
        .filter_map(|address| {
            // One that was not parted is all in the street.
            let last = [&address.country, &address.street];
            let last = last.into_iter().find(|part| !part.is_empty())?;
            Region::called(last.rsplit([',', '\n']).next()?.trim())
        })
        .collect()
}

/// Reads a number with the country that it is likely of, where its card names none, and marks it as
/// unconfirmed where that is an address's; not against the card's own word.
fn assume<'a>(
    phone: &mut PhoneAttributes,
    home: Option<Region>,
    addresses: impl FnOnce() -> &'a [Region],
) -> Option<Assumed> {
    let number = phone.number.as_deref().map(str::trim)?;
    // What most numbers are, and it takes its time to parse them.
    let is_national = !number.starts_with('+') && phone.typed.is_none();
    let unnamed = phone.country_code.iter().flatten().next().is_none();
    let read = if is_national && unnamed {
        read_with(number, None, home, addresses())
    } else {
        None
    };
    let assumed = |kind, country| {
        let number = number.to_owned();
        Some(Assumed {
            number,
            kind,
            country,
        })
    };
    if let Some(read) = read {
        let kind = match read.by {
            Basis::Named => return None,
            Basis::Home => return assumed(NoticeKind::HomeCountry, Some(read.region)),
            Basis::Address => NoticeKind::CountryOfAddress,
        };
        let assumed = assumed(kind, Some(read.region));
        phone.country_code = Some(Some(read.calling_code()));
        phone.valid_values.get_or_insert(false);
        return assumed;
    }
    None
}
