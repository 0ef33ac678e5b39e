//! What another card, or a newer one, changes in a contact and its phones that are here.

use std::collections::{HashMap, HashSet};

use crate::domain::attribute_reader::{NOTE_LIMIT, end_lines};
use crate::domain::contact::{Contact, Detail, DetailKind};
use crate::domain::day::PartialDate;
use crate::domain::detail::BIRTHDAY;
use crate::domain::fields::{CONTACT, ContactText, Use, texts};
use crate::domain::fold::fold;
use crate::domain::naming::NameParts;
use crate::domain::phone::{MANUAL, Phone};

use super::details::{
    Missing, Stays, add_details, is_birthday_there, other_birthday, take_details,
};
use super::taken::{CardRecords, Says, same_number};

/// A number that is here, and the same number of a card: one, with what the card says.
fn met(known: &Phone, other: &Phone, says: Says) -> Phone {
    let said = Phone {
        historic: if says.historic {
            other.historic
        } else {
            known.historic
        },
        valid_values: says.accurate && other.valid_values,
        ..other.clone()
    };
    same_number(known, &said)
}

/// Whether a card without a number is about the stored contact of the same name: they share an email, or
/// the card says nothing new, or both have the same birthday or link and nothing else of the card is otherwise.
#[must_use]
pub fn is_about(said: &Contact, namesake: &Contact) -> bool {
    let mut filled = namesake.clone();
    fill(&mut filled, said, None);
    filled.uid.clone_from(&namesake.uid);
    let contradicts = texts(&CONTACT)
        .filter(|text| text.field.is(Use::About))
        .map(|text| (text.of(said), text.of(namesake)))
        .any(|(said, there)| said.is_some() && said != there)
        || other_birthday(namesake, said).is_some();
    let is_same = || filled == *namesake || share(said, namesake, is_telling);
    share_an_email(said, namesake) || !contradicts && is_same()
}

/// Whether two people of one name hardly have the same: a whole birthday, or a link.
fn is_telling(detail: &Detail) -> bool {
    let is_whole = |date: PartialDate| date.year.is_some() && date.day.is_some();
    detail.kind == DetailKind::Link
        || detail.is_date(BIRTHDAY) && detail.date().is_some_and(is_whole)
}

/// Whether two contacts have an email in common.
#[must_use]
pub fn share_an_email(one: &Contact, other: &Contact) -> bool {
    share(one, other, |detail| detail.kind == DetailKind::Email)
}

/// Whether two contacts have one of the details in common that are meant.
fn share(one: &Contact, other: &Contact, is_meant: impl Fn(&Detail) -> bool) -> bool {
    let meant = |contact: &Contact| -> HashSet<_> {
        let meant = contact.details.iter().filter(|own| is_meant(own));
        meant.map(Detail::identity).collect()
    };
    !meant(one).is_disjoint(&meant(other))
}

/// The field that says something of the company only.
const DEPARTMENT: &str = "department";

/// Whether what is said of the companies of two contacts can be of one: they name the same, or one names none.
#[must_use]
pub fn is_one_company(one: &Contact, other: &Contact) -> bool {
    match (&one.organisation, &other.organisation) {
        (Some(one), Some(other)) => fold(one) == fold(other),
        _ => true,
    }
}

/// Fills what a contact has blank but for the parts of its name, and adds the details and tags that it does not have;
/// but not what an `older` card said already, for that was taken out here.
fn fill(known: &mut Contact, other: &Contact, older: Option<&Contact>) {
    let apart = texts(&CONTACT).filter(|text| !text.field.is(Use::Part));
    let one_company = is_one_company(known, other);
    let fitting = apart.filter(|text| one_company || text.field.name != DEPARTMENT);
    fill_texts(fitting, known, other, older);
    if known.uid.is_none() {
        known.uid.clone_from(&other.uid);
    }
    join_notes(known, other, older);
    let old_details: HashSet<_> = older
        .iter()
        .flat_map(|old| &old.details)
        .map(Detail::identity)
        .collect();
    let new = |detail: &&Detail| !old_details.contains(&detail.identity());
    let details: Vec<&Detail> = { other.details.iter().filter(new) }
        .filter(|detail| !is_birthday_there(&mut known.details, detail, &[]))
        .collect();
    add_details(&mut known.details, details);
    let new = |tag: &&String| older.is_none_or(|old| !old.tags.contains(tag));
    add_missing(&mut known.tags, other.tags.iter().filter(new));
}

/// Fills the parts of a contact's name that are blank with those that a card brings, where it is the same name. What
/// was guessed of the name gives way to them.
fn fill_parts(known: &mut Contact, other: &CardRecords, older: Option<&CardRecords>) {
    let said = &other.records.contact;
    if !other.says_of_contact.parts || known.kind != said.kind {
        return;
    }
    let same_name = fold(&known.name) == fold(&said.name);
    let [own, new] = [&*known, said].map(NameParts::of);
    let is_guess = own == NameParts::split(&known.name)
        && older.map_or(known.source == MANUAL, |older| !older.says_of_contact.parts);
    if is_guess && same_name && new.given.is_some() && new.family.is_some() {
        let filled = NameParts {
            prefix: new.prefix.or(own.prefix),
            suffix: new.suffix.or(own.suffix),
            ..new
        };
        filled.put(known);
        return;
    }
    let folded = |part: &Option<String>| part.as_deref().map(fold);
    let pairs = [(&own.given, &new.given), (&own.family, &new.family)];
    let pairs = pairs.map(|(own, new)| (folded(own), folded(new)));
    let contradicts = |(own, new): &(Option<String>, Option<String>)| {
        own.is_some() && new.is_some() && own != new
    };
    let agree = pairs
        .iter()
        .filter(|(own, new)| own.is_some() && own == new);
    let is_one_name = match agree.count() {
        0 => false,
        1 => same_name && !pairs.iter().any(contradicts),
        _ => true,
    };
    if is_one_name {
        let parts = texts(&CONTACT).filter(|text| text.field.is(Use::Part));
        fill_texts(
            parts,
            known,
            said,
            older.map(|older| &older.records.contact),
        );
    }
}

/// Fills those of these texts that a contact has blank, but not with what an `older` card said already.
fn fill_texts(
    texts: impl Iterator<Item = ContactText>,
    known: &mut Contact,
    other: &Contact,
    older: Option<&Contact>,
) {
    for text in texts {
        let (value, old) = (text.of(other), older.and_then(|older| text.of(older)));
        let place = text.of_mut(known);
        if place.is_none() && (old.is_none() || old != value) {
            *place = value.map(str::to_owned);
        }
    }
}

/// Adds the note of another card after the one that is there: a text that only one of them has is not lost.
fn join_notes(known: &mut Contact, other: &Contact, older: Option<&Contact>) {
    let (Some(note), Some(other)) = (&mut known.note, &other.note) else {
        return;
    };
    // Books of older versions have the line ends of files.
    let mut plain = note.clone();
    end_lines(&mut plain);
    let is_new = older.is_none_or(|older| older.note.as_ref() != Some(other));
    let room = NOTE_LIMIT.saturating_sub(note.chars().count() + 2);
    if is_new && !plain.contains(other.as_str()) && other.chars().count() <= room {
        note.push_str("\n\n");
        note.push_str(other);
    }
}

pub(in crate::domain) fn add_missing<'o, T: Clone + PartialEq + 'o>(
    known: &mut Vec<T>,
    other: impl IntoIterator<Item = &'o T>,
) {
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
    /// Numbers of those that are historic here, of which the card does not say so.
    pub historic: Vec<Phone>,
    /// Numbers of the card that the contact had, and that were corrected or deleted here.
    pub corrected: Vec<Phone>,
    /// What a person set or cleared here, and the card has otherwise than before.
    pub stays: Vec<Stays>,
}

impl Revision {
    /// Whether no phone changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.changed.is_empty() && self.added.is_empty()
    }

    /// Counts a number that the contact has already.
    fn keep(&mut self, known: &Phone, says: Says) {
        self.same += 1;
        if known.historic && !says.historic {
            self.historic.push(known.clone());
        }
    }
}

/// What a contact had, and has no more because it was taken out or corrected here.
#[derive(Debug, Default)]
pub struct Gone<'a> {
    /// What the older card said, which the contact is kept with.
    pub older: Option<&'a CardRecords>,
    /// The identities of numbers.
    pub numbers: HashSet<&'a str>,
}

/// What another card adds: what the contact does not have. `contact` is changed in place.
///
/// What is gone is not added again.
#[must_use]
pub fn add(
    contact: &mut Contact,
    phones: &[Phone],
    gone: &Gone<'_>,
    other: &CardRecords,
) -> Revision {
    fill_parts(contact, other, gone.older);
    let older = gone.older.map(|older| &older.records);
    fill(
        contact,
        &other.records.contact,
        older.map(|older| &older.contact),
    );
    let mut revision = Revision::default();
    let phones = by_number(phones);
    let older = by_number(older.map_or(&[][..], |older| &older.phones));
    for (phone, says) in other.records.phones.iter().zip(&other.says) {
        let Some(known) = phones.get(phone.identity.as_str()).copied() else {
            if gone.numbers.contains(phone.identity.as_str()) {
                revision.corrected.push(phone.clone());
            } else if !older.contains_key(phone.identity.as_str()) {
                revision.added.push(Phone {
                    contact: contact.id,
                    ..phone.clone()
                });
            }
            continue;
        };
        revision.keep(known, *says);
        let merged = met(known, phone, *says);
        if merged != *known {
            revision.changed.push((known.clone(), merged));
        }
    }
    revision
}

/// What a newer card changes: what it says otherwise than the `older` card did, where the person has
/// not changed the same thing since. A number that gave way to another one, or that was taken out,
/// becomes historic, so that it still tells who calls; one that the person deleted stays deleted.
/// `contact` is changed in place; its phones are for the store to write.
#[must_use]
pub fn revise(
    contact: &mut Contact,
    phones: &[Phone],
    older: &CardRecords,
    newer: &CardRecords,
    missing: Missing,
) -> Revision {
    let kept = revise_contact(contact, older, newer, missing);
    let (older_says, newer_says) = (&older.says, &newer.says);
    let prefers = newer.says_of_contact.prefers;
    let (older, newer) = (&older.records, &newer.records);

    let mut revision = Revision {
        stays: kept,
        ..Revision::default()
    };
    let [of_older, of_newer, of_stored] = [&older.phones, &newer.phones, phones].map(by_number);
    let of = |phones: &HashMap<&str, &Phone>, identity: &str| -> Option<Phone> {
        phones.get(identity).copied().cloned()
    };
    let says = older.phones.iter().zip(older_says);
    let older_says: HashMap<&str, Says> = says
        .map(|(phone, says)| (phone.identity.as_str(), *says))
        .collect();
    // Where no line is marked, the order of the lines is no word on it.
    let moved = prefers
        && primary_of(&older.phones) != primary_of(&newer.phones)
        && primary_of(phones) == primary_of(&older.phones);
    for (new, says) in newer.phones.iter().zip(newer_says) {
        let (old, stored) = (of(&of_older, &new.identity), of(&of_stored, &new.identity));
        let mut after = match (&old, &stored) {
            (Some(old), Some(stored)) => {
                let before = older_says.get(new.identity.as_str());
                newer_phone(
                    stored,
                    old,
                    new,
                    (before.copied().unwrap_or_default(), *says),
                )
            }
            (None, Some(stored)) => met(stored, new, *says),
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
        if let Some(stored) = &stored {
            revision.keep(stored, *says);
        }
        after.primary = !after.historic && (after.primary || new.primary && moved);
        if let Some(before) = stored.filter(|before| *before != after) {
            revision.changed.push((before, after));
        }
    }
    let left_out = older.phones.iter().filter_map(|old| {
        let stored = of(&of_stored, &old.identity).filter(|stored| !stored.historic);
        let stored = stored.filter(|_| of(&of_newer, &old.identity).is_none());
        Some((old, stored?))
    });
    let replaced = replaced(left_out, &revision.added, missing);
    revision.changed.extend(replaced);
    revision
}

/// Changes of a contact, but for its phones, what the card says otherwise. What a line of ours said before and none
/// says now was dropped by another program, and stays. Gives what a person set or cleared here instead.
fn revise_contact(
    contact: &mut Contact,
    older: &CardRecords,
    newer: &CardRecords,
    missing: Missing,
) -> Vec<Stays> {
    let (said, says) = (&older.says_of_contact, &newer.says_of_contact);
    let (old, new) = (&older.records.contact, &newer.records.contact);
    let name_is_whole = said.whole_name && !says.whole_name && old.name == new.name;
    take(&mut contact.name, &old.name, &new.name);
    let same_name = contact.name == new.name;
    let mut kept = Vec::new();
    for text in texts(&CONTACT).filter(|text| !text.field.is(Use::Key)) {
        if name_is_whole && text.field.is(Use::Part) {
            continue;
        }
        let (old, new) = (text.of(old), text.of(new));
        let stored = text.of_mut(contact);
        if (new.is_some() || missing == Missing::Removed) && stored.as_deref() == old {
            *stored = new.map(str::to_owned);
        } else if let (None, Some(new)) = (stored, new.filter(|_| old.is_some() && new != old))
            && (same_name || !text.field.is(Use::Part))
        {
            kept.push(Stays {
                what: text.field.words.into(),
                own: None,
                said: new.to_owned(),
            });
        }
    }
    take(&mut contact.kind, &old.kind, &new.kind);
    if says.favourite {
        take(&mut contact.favourite, &old.favourite, &new.favourite);
    }
    let dropped = |detail: &Detail| {
        let is_ours = |own: &Detail| own.identity() == detail.identity();
        said.details.iter().any(is_ours) && says.details.iter().all(|own| own.kind != detail.kind)
    };
    let old_details = old.details.iter().filter(|detail| !dropped(detail));
    let old_details: Vec<Detail> = old_details.cloned().collect();
    let of_details = take_details(&mut contact.details, &old_details, &new.details, missing);
    kept.extend(of_details);
    take_list(&mut contact.tags, &old.tags, &new.tags, missing);
    kept
}

/// The phones that become historic, before and after: of those that the newer card leaves out, each
/// as the older card has it and as it is stored.
fn replaced<'a>(
    left_out: impl Iterator<Item = (&'a Phone, Phone)>,
    added: &[Phone],
    missing: Missing,
) -> Vec<(Phone, Phone)> {
    let mut replacing: Vec<&Phone> = added.iter().collect();
    let mut replaced = Vec::new();
    for (old, stored) in left_out {
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
    replaced
}

/// A phone with what a newer card says otherwise of it than the older one.
fn newer_phone(stored: &Phone, old: &Phone, new: &Phone, (before, says): (Says, Says)) -> Phone {
    let mut after = stored.clone();
    if says.label {
        take(&mut after.location, &old.location, &new.location);
    }
    take(&mut after.typed, &old.typed, &new.typed);
    match (before.historic, says.historic) {
        (_, false) => {}
        (true, true) => take(&mut after.historic, &old.historic, &new.historic),
        // The first word on it.
        (false, true) => after.historic = new.historic,
    }
    if says.source {
        take(&mut after.source, &old.source, &new.source);
    }
    if says.accurate {
        let (old, new) = (old.valid_values, new.valid_values);
        take(&mut after.valid_values, &old, &new);
    }
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
