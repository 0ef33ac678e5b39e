//! The contacts of names that very many contacts have, so that a card is compared with a few of them.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use crate::domain::contact::{Contact, ContactId};
use crate::domain::fields::{self, Use, texts};
use crate::domain::fold::fold;
use crate::domain::full_contact::FullContact;
use crate::domain::phone::Phone;

/// How many contacts of one name, number or `UID` are looked at one by one.
pub(super) const FEW: usize = 32;

/// The contacts of these names, by what is said of them. Without it, each of
/// 10,000 contacts called "Unknown" would be compared with all others.
#[derive(Default)]
pub(super) struct Crowds(pub(super) HashMap<String, Crowd>);

/// The contacts of one name: by a thing that is said of them, and whether they have a `UID`.
#[derive(Default)]
pub(super) struct Crowd(HashMap<(u64, bool), Vec<ContactId>>);

/// What is said of every contact.
const ANYTHING: u64 = 0;

impl Crowds {
    /// Adds a contact that was written, where its name is one that very many have.
    pub(super) fn note<'p>(
        &mut self,
        contact: &Contact,
        phones: impl IntoIterator<Item = &'p Phone>,
    ) {
        if self.0.is_empty() {
            return;
        }
        if let Some(crowd) = self.0.get_mut(&contact.given_key()) {
            crowd.add(contact, phones.into_iter().map(|phone| &*phone.identity));
        }
    }
}

impl Crowd {
    pub(super) fn add<'i>(
        &mut self,
        contact: &Contact,
        numbers: impl IntoIterator<Item = &'i str>,
    ) {
        let numbers = numbers.into_iter().map(|number| hash("number", number));
        for thing in things(contact).into_iter().chain(numbers).chain([ANYTHING]) {
            let of = self.0.entry((thing, contact.uid.is_some())).or_default();
            // So many of one name with the same thing are duplicates already.
            if of.len() < FEW && !of.contains(&contact.id) {
                of.push(contact.id);
            }
        }
    }

    /// The contacts of which a thing is said; only those without a `UID` for a card that has one.
    fn of(&self, thing: u64, with_uid: bool) -> Vec<ContactId> {
        let having = |uid| self.0.get(&(thing, uid)).into_iter().flatten().copied();
        let mut all: Vec<ContactId> = having(false).collect();
        if !with_uid {
            all.extend(having(true));
        }
        all.sort_unstable();
        all
    }

    /// The contacts that a card may be about: with one of its numbers, or, without a number, with one of
    /// its details.
    pub(super) fn candidates(&self, taken: &FullContact) -> Vec<ContactId> {
        let with_uid = taken.contact.uid.is_some();
        let numbers = taken.phones.iter();
        let mut wanted: Vec<u64> = numbers
            .map(|phone| hash("number", &phone.identity))
            .collect();
        if wanted.is_empty() {
            wanted = things(&taken.contact);
        }
        if wanted.is_empty() {
            wanted.push(ANYTHING);
        }
        let mut all: Vec<ContactId> = wanted
            .into_iter()
            .flat_map(|thing| self.of(thing, with_uid))
            .collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// What is said of a contact beside its name and numbers.
fn things(contact: &Contact) -> Vec<u64> {
    let details = contact.details.iter();
    let details = details.map(|detail| hash(detail.kind.word(), &fold(&detail.text())));
    let texts = texts(&fields::CONTACT).filter(|text| text.field.is(Use::About));
    let texts = texts.filter_map(|text| Some(hash(text.field.name, text.of(contact)?)));
    details.chain(texts).collect()
}

pub(super) fn hash(kind: &str, value: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (kind, value).hash(&mut hasher);
    hasher.finish()
}
