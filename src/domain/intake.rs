//! What a card becomes: the records that it would make, and what a newer card of the same contact
//! changes in the ones that it made.

use std::collections::{HashMap, HashSet};

use super::contact::{Contact, ContactAttributes, ContactId, Detail, DetailKind};
use super::phone::{Context, Phone, PhoneAttributes};
use super::primary::heir;
use super::refusal::{Fault, Refusal};
use super::sent::{NUMBERS, too_many};

/// What a card says, before anything is made of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The contact.
    pub contact: ContactAttributes,
    /// Its phones, in the order of the card.
    pub phones: Vec<PhoneAttributes>,
}

/// A card in the form of the records that it would make.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// The contact.
    pub contact: Contact,
    /// Its phones in the order of the card, the same number only once.
    pub phones: Vec<Phone>,
    /// Whether the first of them says nothing about being accurate: then it is, if it becomes the
    /// first of its contact (Phone resource, 4).
    trusting: bool,
    /// How many of its numbers stood there twice.
    pub twice: usize,
}

impl Taken {
    /// The records that a card makes. `source` is where what does not say comes from; `context` is
    /// asked anew for each record, for its id.
    ///
    /// # Errors
    /// Invalid, with every fault of the contact or of the first phone that has one.
    pub fn of(
        said: Said,
        source: &str,
        mut context: impl FnMut() -> Context,
    ) -> Result<Self, Refusal> {
        let Said {
            contact: mut sent,
            phones,
        } = said;
        if let Some(why) = too_many(phones.len(), NUMBERS, "numbers") {
            return Err(Refusal::invalid(vec![Fault::whole(why)]));
        }
        let id = sent.id.unwrap_or_else(|| ContactId(context().fresh_id));
        sent.id = Some(id);
        sent.source.get_or_insert_with(|| source.to_owned());

        let mut made: Vec<Phone> = Vec::with_capacity(phones.len());
        let (mut ids, mut places) = (HashSet::new(), HashMap::new());
        let mut twice = 0;
        let mut trusting = false;
        for mut phone in phones {
            let number = phone.number.as_deref().map(str::trim).unwrap_or_default();
            if number.is_empty() {
                // A property without a number says nothing; the card keeps it.
                continue;
            }
            phone.source.get_or_insert_with(|| source.to_owned());
            // An id that came twice is the first one's.
            phone.id = phone.id.filter(|id| !ids.contains(id));
            trusting |= made.is_empty() && phone.valid_values.is_none();
            let phone = phone.create(id, false, &context(), Vec::new())?;
            let known = places.get(&phone.identity);
            if let Some(known) = known.and_then(|at: &usize| made.get_mut(*at)) {
                twice += 1;
                *known = same_number(known, &phone);
            } else {
                ids.insert(phone.id);
                places.insert(phone.identity.clone(), made.len());
                made.push(phone);
            }
        }

        if sent.names().next().is_none() {
            // Somebody without a name is found by number or address.
            let number = made.first().map(Phone::shown);
            let details = sent.details.iter().flatten();
            let detail = details.map(|detail| detail.value.clone()).next();
            let Some(name) = number.or(detail) else {
                let why = "has no name, no number and no address";
                return Err(Refusal::invalid(vec![Fault::whole(why)]));
            };
            sent.name = Some(Some(name));
            // A number is no given name.
            sent.given_name = Some(None);
        }
        let contact = sent.create(&context(), Vec::new())?;
        Ok(Self {
            contact,
            phones: made,
            trusting,
            twice,
        })
    }

    /// Makes the first phone accurate where it may be: it is the first of its contact.
    pub fn trust_first(&mut self) {
        if let Some(first) = self.phones.first_mut() {
            first.valid_values |= self.trusting;
        }
    }

    /// The records as they stand once they are stored alone: with a primary phone.
    #[must_use]
    pub fn settled(mut self) -> Self {
        self.trust_first();
        let claim = self.phones.iter().rfind(|phone| phone.primary);
        let heir = heir(&self.phones, claim.map(|phone| phone.id));
        for phone in &mut self.phones {
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

/// Whether somebody without a number is a namesake who is there: they share an email, or nothing that
/// is said is new.
#[must_use]
pub fn is_about(said: &Contact, namesake: &Contact) -> bool {
    let mut emails = said
        .details
        .iter()
        .filter(|detail| detail.kind == DetailKind::Email);
    let mut filled = namesake.clone();
    fill(&mut filled, said);
    filled.uid.clone_from(&namesake.uid);
    let contradicts = [
        (&said.organisation, &namesake.organisation),
        (&said.title, &namesake.title),
        (&said.note, &namesake.note),
        (&said.nickname, &namesake.nickname),
    ]
    .into_iter()
    .any(|(said, there)| said.is_some() && said != there);
    emails.any(|email| namesake.details.iter().any(|own| own.is_same(email)))
        || filled == *namesake && !contradicts
}

/// Fills what a contact has blank, and adds the details and tags that it does not have.
fn fill(known: &mut Contact, other: &Contact) {
    let blanks = [
        (&mut known.sort_as, &other.sort_as),
        (&mut known.nickname, &other.nickname),
        (&mut known.organisation, &other.organisation),
        (&mut known.title, &other.title),
        (&mut known.note, &other.note),
        (&mut known.uid, &other.uid),
    ];
    for (place, value) in blanks {
        if place.is_none() {
            place.clone_from(value);
        }
    }
    add_details(&mut known.details, &other.details);
    add_missing(&mut known.tags, &other.tags);
}

/// Adds the details that are not there, whatever their labels and the case of their letters.
pub(super) fn add_details(known: &mut Vec<Detail>, other: &[Detail]) {
    for detail in other {
        if !known.iter().any(|known| known.is_same(detail)) {
            known.push(detail.clone());
        }
    }
}

pub(super) fn add_missing<T: Clone + PartialEq>(known: &mut Vec<T>, other: &[T]) {
    for item in other {
        if !known.contains(item) {
            known.push(item.clone());
        }
    }
}

/// Phones by their number, the same number's first one.
fn by_number(phones: &[Phone]) -> HashMap<&str, &Phone> {
    // What comes later takes the place of what was there.
    let phones = phones.iter().rev();
    phones
        .map(|phone| (phone.identity.as_str(), phone))
        .collect()
}

/// What a newer card of a contact changes in what is stored.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Revision {
    /// Phones that change, before and after.
    pub changed: Vec<(Phone, Phone)>,
    /// Phones that come in.
    pub added: Vec<Phone>,
    /// Numbers of the card that the contact has already.
    pub same: usize,
}

impl Revision {
    /// Whether no phone changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.added.is_empty()
    }
}

/// What another card adds: what the contact does not have. `contact` is changed in place.
#[must_use]
pub fn add(contact: &mut Contact, phones: &[Phone], other: &Taken) -> Revision {
    fill(contact, &other.contact);
    let mut revision = Revision::default();
    let phones = by_number(phones);
    for phone in &other.phones {
        let Some(known) = phones.get(phone.identity.as_str()).copied() else {
            revision.added.push(Phone {
                contact: contact.id,
                ..phone.clone()
            });
            continue;
        };
        revision.same += 1;
        let merged = same_number(known, phone);
        if merged != *known {
            revision.changed.push((known.clone(), merged));
        }
    }
    revision
}

/// What it means that a newer card lacks what the older one had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It was taken out: the card says that it was revised later.
    Removed,
    /// Nothing: the card may be a part of what its program knows.
    Unsaid,
}

/// What a newer card changes: what it says otherwise than the `older` card did, where the person has
/// not changed the same thing since. A number that gave way to another one, or that was taken out,
/// becomes historic, so that it still tells who calls; one that the person deleted stays deleted.
/// `contact` is changed in place; its phones are for the store to write.
#[must_use]
pub fn revise(
    contact: &mut Contact,
    phones: &[Phone],
    older: &Taken,
    newer: &Taken,
    missing: Missing,
) -> Revision {
    let (old, new) = (&older.contact, &newer.contact);
    take(&mut contact.name, &old.name, &new.name);
    for (stored, old, new) in [
        (&mut contact.given_name, &old.given_name, &new.given_name),
        (&mut contact.family_name, &old.family_name, &new.family_name),
        (&mut contact.sort_as, &old.sort_as, &new.sort_as),
        (&mut contact.nickname, &old.nickname, &new.nickname),
        (
            &mut contact.organisation,
            &old.organisation,
            &new.organisation,
        ),
        (&mut contact.title, &old.title, &new.title),
        (&mut contact.note, &old.note, &new.note),
    ] {
        if new.is_some() || missing == Missing::Removed {
            take(stored, old, new);
        }
    }
    take(&mut contact.kind, &old.kind, &new.kind);
    take(&mut contact.favourite, &old.favourite, &new.favourite);
    take_details(&mut contact.details, &old.details, &new.details, missing);
    take_list(&mut contact.tags, &old.tags, &new.tags, missing);

    let mut revision = Revision::default();
    let [of_older, of_newer, of_stored] = [&older.phones, &newer.phones, phones].map(by_number);
    let of = |phones: &HashMap<&str, &Phone>, identity: &str| -> Option<Phone> {
        phones.get(identity).copied().cloned()
    };
    let moved = primary_of(&older.phones) != primary_of(&newer.phones)
        && primary_of(phones) == primary_of(&older.phones);
    for new in &newer.phones {
        let (old, stored) = (of(&of_older, &new.identity), of(&of_stored, &new.identity));
        let mut after = match (&old, &stored) {
            (Some(old), Some(stored)) => newer_phone(stored, old, new),
            (None, Some(stored)) => same_number(stored, new),
            (None, None) => {
                revision.added.push(Phone {
                    contact: contact.id,
                    primary: new.primary && moved,
                    ..new.clone()
                });
                continue;
            }
            // The person deleted it, and the card says nothing new of it.
            (Some(_), None) => continue,
        };
        revision.same += 1;
        after.primary = !after.historic && (after.primary || new.primary && moved);
        if let Some(before) = stored.filter(|before| *before != after) {
            revision.changed.push((before, after));
        }
    }
    let mut replacing: Vec<&Phone> = revision.added.iter().collect();
    let mut replaced = Vec::new();
    for old in &older.phones {
        let stored = of(&of_stored, &old.identity).filter(|stored| !stored.historic);
        let Some(stored) = stored.filter(|_| of(&of_newer, &old.identity).is_none()) else {
            continue;
        };
        // A new number under the same label takes its place.
        let by = replacing
            .iter()
            .position(|new| new.location == old.location);
        if let Some(by) = by {
            replacing.remove(by);
        }
        if by.is_some() || missing == Missing::Removed {
            let after = Phone {
                historic: true,
                primary: false,
                ..stored.clone()
            };
            replaced.push((stored, after));
        }
    }
    revision.changed.extend(replaced);
    revision
}

/// A phone with what a newer card says otherwise of it than the older one.
fn newer_phone(stored: &Phone, old: &Phone, new: &Phone) -> Phone {
    let mut after = stored.clone();
    take(&mut after.location, &old.location, &new.location);
    take(&mut after.historic, &old.historic, &new.historic);
    take(&mut after.source, &old.source, &new.source);
    take(&mut after.typed, &old.typed, &new.typed);
    take(
        &mut after.valid_values,
        &old.valid_values,
        &new.valid_values,
    );
    after
}

/// The identity of the primary one of some phones.
#[must_use]
pub fn primary_of(phones: &[Phone]) -> Option<&str> {
    let primary = phones.iter().find(|phone| phone.primary);
    primary.map(|phone| phone.identity.as_str())
}

/// Takes what is new where the person has not changed what was old.
fn take<T: Clone + PartialEq>(stored: &mut T, old: &T, new: &T) {
    if stored == old {
        stored.clone_from(new);
    }
}

/// Adds the details that are new, and takes out what was removed. What has only another label now takes
/// the place of what the person has not changed.
fn take_details(stored: &mut Vec<Detail>, old: &[Detail], new: &[Detail], missing: Missing) {
    for detail in new.iter().filter(|detail| !old.contains(detail)) {
        let there = stored.iter_mut().find(|stored| stored.is_same(detail));
        match there {
            Some(stored) if old.contains(stored) && !new.contains(stored) => {
                stored.clone_from(detail);
            }
            Some(_) => {}
            None => stored.push(detail.clone()),
        }
    }
    if missing == Missing::Removed {
        stored.retain(|item| new.contains(item) || !old.contains(item));
    }
}

/// Adds to a list what is new, and takes out what was removed.
fn take_list<T: Clone + PartialEq>(stored: &mut Vec<T>, old: &[T], new: &[T], missing: Missing) {
    if missing == Missing::Removed {
        stored.retain(|item| new.contains(item) || !old.contains(item));
    }
    let added: Vec<T> = new
        .iter()
        .filter(|item| !old.contains(item))
        .cloned()
        .collect();
    add_missing(stored, &added);
}
