//! A contact of the simulation.

use crate::domain::sync::person::Person;

use super::server::key_of;

/// A contact with what is not merged of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SimContact {
    pub(super) uid: String,
    pub(super) person: Person,
}

impl SimContact {
    pub(super) fn key(&self) -> u32 {
        key_of(self.person.name())
    }
}

pub(super) fn note_of(person: &Person) -> Option<&String> {
    person.fields.get("note")
}

/// The value of each email, by its id, as text.
pub(super) fn emails(person: &Person) -> impl Iterator<Item = (String, Option<&str>)> {
    let details = person.details.values();
    details.map(|detail| (detail.text().into_owned(), detail.label.as_deref()))
}
