//! Writing a contact for another place that it is kept the same with.
//!
//! There the card is not ours alone: other programs write it too, and may drop lines of ours. So a number that was
//! taken out there is not brought back, and a line of ours says of a flag no more than somebody has said.

use std::collections::{HashMap, HashSet};

use crate::domain::full_contact::FullContact;
use crate::domain::intake::primary_of;
use crate::domain::number::{self, Region};
use crate::domain::own_fields::OwnFields;
use crate::domain::phone::{Phone, PhoneAttributes};
use crate::domain::sync::Number;
use crate::domain::sync::outgoing::number_out;
use crate::domain::sync::said::{OurLine, SaidNumber};

use super::attachment::attach;
use super::card::said;
use super::draft::CardDraft;
use super::fit::fit;
use super::join::MARK;
use super::label::is_reworded;
use super::line::{Line, Version};
use super::param::param;
use super::phone::{self, MORE, More};
use super::property::{self, Property};
use super::write::stored::{Goal, StoredContact};
use super::write::tel::{Primary, Tel, WrittenTel, lines_of_ours, reworded, spelling};
use super::write::{SOURCE, basic, extended, of_kind};

/// What a card is written over.
#[derive(Clone, Copy, Debug)]
pub enum Over<'a> {
    /// The contact is new there. Its lines that callbook does not read are those of the card that it came as, if
    /// it did.
    Nothing(Option<&'a [u8]>),
    /// The card as it was last read there.
    Card(&'a [u8]),
}

/// How a historic number is written where it stands on the card.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum HistoricTel {
    /// Its TEL stays, and a line of ours says that it is historic.
    #[default]
    Beside,
    /// Only a line of ours names it, so that no other program shows it.
    Hidden,
}

/// A contact that is written for another place.
#[derive(Clone, Copy, Debug)]
pub struct Outgoing<'a> {
    /// The contact as it is to be there.
    pub contact: &'a FullContact,
    /// What it is written over.
    pub over: Over<'a>,
    /// The contact as it was when both agreed, if they did.
    pub agreed: Option<&'a FullContact>,
    /// How its historic numbers are written.
    pub historic: HistoricTel,
    /// The contact's own card, of which photos and the like go over the card that is there.
    pub own: Option<&'a [u8]>,
    /// The country of national numbers.
    pub home: Option<Region>,
    /// The properties that are the person's own fields.
    pub fields: &'a OwnFields,
}

/// What a card says of a number that is not part of the contact's own text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct SaidOfNumber {
    /// Whether it has a TEL.
    tel: bool,
    /// What a line of ours says.
    historic: Option<bool>,
    accurate: Option<bool>,
    /// The label that a line of ours names: where it has no TEL, or is read as another one from that.
    label: Option<String>,
}

impl SaidOfNumber {
    const fn of(tel: bool, said: &PhoneAttributes) -> Self {
        Self {
            tel,
            historic: said.historic,
            accurate: said.valid_values,
            label: None,
        }
    }
}

/// The card of a contact as it is to be in another place, made fit to go there. Only lines that say something
/// else are written anew; where all of them say it already, the card is the one that is there, byte for byte.
#[must_use]
pub fn write_over(out: &Outgoing<'_>) -> Vec<u8> {
    let contact = &out.contact.contact;
    let said_there = match out.over {
        Over::Nothing(_) => None,
        Over::Card(card) => Some(out.said_on(card)),
    };
    let wanted: Vec<(&Phone, SaidOfNumber)> = { out.contact.phones.iter() }
        .filter_map(|phone| Some((phone, out.wanted(phone, said_there.as_ref())?)))
        .collect();
    let tels = wanted.iter().filter(|(_, wanted)| wanted.tel);
    let going = FullContact {
        contact: contact.clone(),
        phones: tels.map(|(phone, _)| (*phone).clone()).collect(),
    };
    let stored = StoredContact {
        full: &going,
        source: SOURCE,
        home: out.home,
        fields: out.fields,
        goal: Goal::Remote(out.agreed.map(|agreed| &agreed.contact)),
    };
    let card = match out.over {
        Over::Card(card) => card.to_vec(),
        Over::Nothing(Some(kept)) => unmarked(kept),
        Over::Nothing(None) => stored.fresh(Version::V30),
    };
    let write = |primary| over(&stored, &card, &wanted, primary);
    let mut written = write(Primary::AsRead);
    let mut read = stored.read(&written);
    let primary = read.as_ref().and_then(|read| primary_of(&read.phones));
    if primary != primary_of(&going.phones) {
        written = write(Primary::Said);
        read = stored.read(&written);
    }
    let kind = read.map(|read| read.contact.kind).unwrap_or_default();
    let mut written = of_kind(written, kind, contact.kind);
    if let (Over::Card(_), Some(own)) = (out.over, out.own) {
        written = attach(&written, own).unwrap_or(written);
    }
    if let Over::Card(there) = out.over
        && written == there
    {
        return written;
    }
    let mut draft = CardDraft::new(&written, Version::V30);
    let changed = match draft.version() {
        Version::V40 => basic(contact.updated_at),
        Version::V21 | Version::V30 => extended(contact.updated_at),
    };
    draft.put("REV", Some(changed));
    fit(&draft.finish(), contact)
}

/// A card whose lines that were joined from another one are its own.
fn unmarked(card: &[u8]) -> Vec<u8> {
    let mut draft = CardDraft::new(card, Version::V30);
    draft.put(MARK, None);
    draft.finish()
}

/// A card with the lines changed that say something else than what is wanted.
fn over(
    stored: &StoredContact<'_>,
    card: &[u8],
    wanted: &[(&Phone, SaidOfNumber)],
    primary: Primary,
) -> Vec<u8> {
    let mut draft = CardDraft::new(card, Version::V30).with(stored.fields);
    let read = stored.taken(said(&draft.properties));
    let blank = stored.blank();
    let said = read.as_ref().map_or(&blank, |read| &read.contact);
    stored.words(&mut draft, said);
    let read_phones = read.as_ref().map_or(&[][..], |read| &read.phones);
    let written = Tel::new(stored, read_phones).write_lines(&mut draft, primary);
    mark(&mut draft, &written, wanted, stored.home);
    stored.preferring(draft.finish(), said)
}

impl Outgoing<'_> {
    /// What a card says of its numbers, by what makes two of them the same.
    fn said_on(&self, card: &[u8]) -> HashMap<String, SaidOfNumber> {
        let mut numbers: HashMap<String, SaidOfNumber> = HashMap::new();
        for NumberLine { has_tel, said } in numbers_on(&property::properties(card)) {
            let Some(identity) = identity(&said, self.home) else {
                continue;
            };
            let known = numbers.entry(identity).or_default();
            let said = SaidOfNumber::of(has_tel, &said);
            known.tel |= said.tel;
            known.historic = known.historic.or(said.historic);
            known.accurate = known.accurate.or(said.accurate);
        }
        numbers
    }

    /// How a number is to be on the card; none where it is not to be there. `there` is what the card that is there
    /// says.
    fn wanted(
        &self,
        phone: &Phone,
        there: Option<&HashMap<String, SaidOfNumber>>,
    ) -> Option<SaidOfNumber> {
        let blank = SaidOfNumber::default();
        let there = there.map(|there| there.get(&phone.identity).unwrap_or(&blank));
        let there = there.map(|there| SaidNumber {
            tel: there.tel,
            label: None,
            line: OurLine {
                historic: there.historic,
                accurate: there.accurate,
            },
        });
        let agreed = self.agreed.and_then(|agreed| {
            let mut phones = agreed.phones.iter();
            phones.find(|known| known.identity == phone.identity)
        });
        let number = |phone: &Phone| Number {
            label: phone.location.clone(),
            historic: phone.historic,
            accurate: phone.valid_values,
        };
        let out = number_out(&number(phone), there.as_ref(), agreed.map(number).as_ref())?;
        let tel = out.tel && (!phone.historic || self.historic == HistoricTel::Beside);
        Some(SaidOfNumber {
            tel,
            historic: out.line.historic,
            accurate: out.line.accurate,
            label: if tel {
                reworded(phone)
            } else {
                phone.location.clone()
            },
        })
    }
}

/// What makes a number of a card the same as another.
fn identity(said: &PhoneAttributes, home: Option<Region>) -> Option<String> {
    let hint = said.country_code.as_ref().and_then(Option::as_deref);
    let number = said.number.as_deref()?.trim();
    Some(number::canonical(number, hint, home).identity)
}

/// Writes the lines of ours that are to be on the card, and takes out the others.
fn mark(
    draft: &mut CardDraft<'_>,
    written: &[WrittenTel],
    wanted: &[(&Phone, SaidOfNumber)],
    home: Option<Region>,
) {
    let there = lines_of_ours(draft);
    let places = More::of(there.iter().map(|(_, property)| property));
    let mut by_identity: HashMap<String, usize> = HashMap::new();
    for (place, (_, property)) in there.iter().enumerate() {
        if let Some(identity) = phone::named(property).and_then(|said| identity(&said, home)) {
            by_identity.entry(identity).or_insert(place);
        }
    }
    let mut tels = HashMap::new();
    let in_order = wanted.iter().filter(|(_, wanted)| wanted.tel);
    for (index, (phone, _)) in in_order.enumerate() {
        let tel = written.iter().find(|tel| tel.index == index);
        tels.extend(tel.map(|tel| (phone.identity.as_str(), tel)));
    }
    let mut used = HashSet::new();
    for (phone, wanted) in wanted {
        let tel = tels.get(phone.identity.as_str());
        let number = tel.map_or_else(|| spelling(phone), |tel| tel.number.clone());
        let place = places
            .about(&number)
            .or_else(|| by_identity.get(&phone.identity).copied())
            .filter(|place| !used.contains(place));
        let line = place.and_then(|place| there.get(place));
        let now = SaidOfNumber {
            label: line
                .and_then(|(_, line)| phone::label_in(line))
                .filter(|label| !wanted.tel || is_reworded(label)),
            ..now_said(draft, tel.copied(), line, wanted.tel)
        };
        let flags = [wanted.historic, wanted.accurate];
        let is_needed = !wanted.tel || wanted.label.is_some() || flags.iter().any(Option::is_some);
        if now == *wanted {
            used.extend(place);
        } else if is_needed {
            let new = line_of(phone, wanted, &number);
            match line {
                Some((at, _)) => {
                    used.extend(place);
                    draft.replace(*at, vec![new]);
                }
                None => draft.add(new),
            }
        }
    }
    for (place, (at, _)) in there.iter().enumerate() {
        if !used.contains(&place) {
            draft.replace(*at, Vec::new());
        }
    }
}

/// What lines of ours say of a number: the one about it, or else its TEL itself.
fn now_said(
    draft: &CardDraft<'_>,
    tel: Option<&WrittenTel>,
    line: Option<&(usize, Property)>,
    has_tel: bool,
) -> SaidOfNumber {
    let property = tel.and_then(|tel| draft.property(tel.at?));
    let flag = |name: &str| {
        let line = line.and_then(|(_, line)| line.flag(name));
        line.or_else(|| property?.flag(&format!("X-CALLBOOK-{name}")))
    };
    SaidOfNumber {
        // Without a TEL it is there only by its line.
        tel: has_tel,
        historic: flag("HISTORIC"),
        accurate: flag("ACCURATE"),
        label: None,
    }
}

/// The line of ours that says this of a number. The name of a place that it came from is nothing to others.
fn line_of(phone: &Phone, wanted: &SaidOfNumber, number: &str) -> Line {
    let is_place = ["carddav:", "folder:"]
        .iter()
        .any(|place| phone.source.starts_with(place));
    let source = if is_place { "" } else { &phone.source };
    let mut line = Line::text(MORE, source).with(param("NUMBER", number));
    let code = phone
        .country_code
        .as_ref()
        .filter(|_| !phone.is_normalised());
    let flags = [("ACCURATE", wanted.accurate), ("HISTORIC", wanted.historic)];
    for (name, said) in flags {
        if let Some(said) = said {
            line = line.with(param(name, if said { "TRUE" } else { "FALSE" }));
        }
    }
    for (name, text) in [("COUNTRY", code), ("LABEL", wanted.label.as_ref())] {
        if let Some(text) = text {
            line = line.with(param(name, text));
        }
    }
    line
}

/// What a card says of one number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NumberLine {
    /// Whether it has a TEL, which every program reads.
    pub has_tel: bool,
    /// The number, its label, and what a line of ours says of it. A flag that none says is none.
    pub said: PhoneAttributes,
}

/// What a card says of each number: those that have a TEL, in their order, and then those that only a line of
/// ours names. Of the latter, what is not said to be historic was taken out by another program.
#[must_use]
pub fn numbers(card: &[u8]) -> Vec<NumberLine> {
    numbers_on(&property::properties(card))
}

fn numbers_on(properties: &[Property]) -> Vec<NumberLine> {
    let tels = phone::tels(properties).into_iter();
    let tels = tels.map(|said| NumberLine {
        has_tel: true,
        said,
    });
    let named = phone::named_only(properties).into_iter();
    let named = named.map(|said| NumberLine {
        has_tel: false,
        said,
    });
    tels.chain(named).collect()
}
