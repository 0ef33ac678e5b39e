//! The form for a contact: its names, what else is known, and its numbers as rows.
//!
//! Nothing is written before it is saved; then all of it is one step.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::domain::contact::{Contact, ContactAttributes};
use crate::domain::edit::{ContactEdit, PhoneEdit, Profile};
use crate::domain::fields::{self, ContactField};
use crate::domain::naming::split_name;
use crate::domain::number::Region;
use crate::domain::phone::PhoneAttributes;
use crate::domain::refusal::Fault;
use crate::tui::widgets::field::Field;

use super::phone_form::{Owner, PhoneForm};

mod page;
mod view;

pub(super) use page::{NUMBER_GONE, contact_gone};

/// The texts of the form; the name is the first.
pub static TEXTS: LazyLock<Vec<&'static ContactField>> = LazyLock::new(|| {
    let mut texts = fields::of_form(&fields::CONTACT);
    texts.retain(|field| !field.is_flag());
    texts
});

/// Where in [`TEXTS`] the name stands.
const NAME: usize = 0;

/// A number of the form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumberRow {
    /// The number as its own form holds it.
    pub form: PhoneForm,
    /// Whether saving deletes it.
    pub deleted: bool,
}

/// Where the cursor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactPlace {
    /// A text, by its place in [`TEXTS`].
    Text(usize),
    /// The box "favourite".
    Favourite,
    /// A number.
    Number(usize),
    /// The line that adds one.
    AddNumber,
}

/// The form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactForm {
    /// The contact as it was read; none for a new one.
    pub stored: Option<Contact>,
    /// The texts, one for each of [`TEXTS`].
    pub texts: Vec<Field>,
    /// The box "favourite".
    pub favourite: bool,
    /// The numbers.
    pub numbers: Vec<NumberRow>,
    /// Where the cursor is.
    pub place: ContactPlace,
    /// What was refused.
    #[serde(skip)]
    pub faults: Vec<Fault>,
    /// The texts as they were at first.
    first: Vec<String>,
    /// The country of new numbers.
    #[serde(skip)]
    pub home: Option<Region>,
    /// Whether it comes from a draft: then its record may be gone.
    #[serde(skip)]
    pub recalled: bool,
}

impl ContactForm {
    /// A form for a new contact whose name is begun.
    #[must_use]
    pub fn new(name: &str, home: Option<Region>) -> Self {
        let first = vec![String::new(); TEXTS.len()];
        let texts = fields_of(&first);
        let mut form = Self {
            stored: None,
            texts,
            favourite: false,
            numbers: Vec::new(),
            place: ContactPlace::Text(NAME),
            faults: Vec::new(),
            first,
            home,
            recalled: false,
        };
        if let Some(field) = form.texts.get_mut(NAME) {
            field.paste(name);
        }
        form.name_parts();
        form
    }

    /// A form for a stored contact.
    #[must_use]
    pub fn of_profile(profile: &Profile, home: Option<Region>) -> Self {
        let contact = &profile.full.contact;
        let first = TEXTS.iter().map(|field| field.text(contact).into_owned());
        let first: Vec<String> = first.collect();
        let texts = fields_of(&first);
        let numbers = profile
            .full
            .phones
            .iter()
            .enumerate()
            .map(|(row, phone)| NumberRow {
                form: PhoneForm::of_phone(Owner::Row(Some(row)), phone, home),
                deleted: false,
            })
            .collect();
        Self {
            stored: Some(contact.clone()),
            texts,
            favourite: contact.favourite,
            numbers,
            place: ContactPlace::Text(NAME),
            faults: Vec::new(),
            first,
            home,
            recalled: false,
        }
    }

    /// Makes it the form of a new contact, all that stands in it kept; numbers that were to be
    /// deleted stay so.
    pub fn make_new(&mut self) {
        self.stored = None;
        self.first = vec![String::new(); TEXTS.len()];
        for row in &mut self.numbers {
            row.form.stored = None;
        }
    }

    /// The places in order.
    #[must_use]
    pub fn places(&self) -> Vec<ContactPlace> {
        (0..TEXTS.len())
            .map(ContactPlace::Text)
            .chain([ContactPlace::Favourite])
            .chain((0..self.numbers.len()).map(ContactPlace::Number))
            .chain([ContactPlace::AddNumber])
            .collect()
    }

    /// Moves the cursor to the next place or to the one before.
    pub fn step(&mut self, forward: bool) {
        let places = self.places();
        let at = places
            .iter()
            .position(|place| *place == self.place)
            .unwrap_or(0);
        let by = if forward { 1 } else { places.len() - 1 };
        if let Some(place) = places.get((at + by) % places.len()) {
            self.place = *place;
        }
    }

    /// Whether the cursor is in a text of several lines, where Enter is a line end.
    #[must_use]
    pub fn in_note(&self) -> bool {
        let ContactPlace::Text(at) = self.place else {
            return false;
        };
        TEXTS.get(at).is_some_and(|field| field.is_long())
    }

    /// What follows from typing.
    fn has_typed(&mut self) {
        self.faults.clear();
        if self.place == ContactPlace::Text(NAME) {
            self.name_parts();
        }
    }

    /// A name that is typed brings its parts along; they can be put right after it.
    fn name_parts(&mut self) {
        let (given, family) = split_name(self.text(NAME));
        for (name, part) in [("given_name", given), ("family_name", family)] {
            if let Some(field) = self.texts.get_mut(place(name)) {
                field.set(part.unwrap_or_default());
            }
        }
    }

    fn text(&self, at: usize) -> &str {
        self.texts
            .get(at)
            .map(|field| field.text().trim())
            .unwrap_or_default()
    }

    /// How the contact will sort.
    #[must_use]
    pub fn sorted_as(&self) -> String {
        match (
            self.text(place("family_name")),
            self.text(place("given_name")),
        ) {
            ("", "") => self.text(NAME).to_owned(),
            ("", given) => given.to_owned(),
            (family, "") => family.to_owned(),
            (family, given) => format!("{family}, {given}"),
        }
    }

    /// Whether anything was changed.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        let texts = self
            .texts
            .iter()
            .zip(&self.first)
            .any(|(field, first)| field.text() != first);
        let favourite = self.stored.as_ref().map_or(self.favourite, |contact| {
            contact.favourite != self.favourite
        });
        texts
            || favourite
            || self
                .numbers
                .iter()
                .any(|row| row.deleted || row.form.stored.is_none() || row.form.is_dirty())
    }

    /// Puts a number back that its own form has edited.
    pub fn put_number(&mut self, mut form: PhoneForm) {
        let row = match form.owner {
            Owner::Row(Some(row)) => row,
            _ => self.numbers.len(),
        };
        form.owner = Owner::Row(Some(row));
        if form.entry.primary {
            self.make_primary(row);
        }
        let row_of_form = NumberRow {
            form,
            deleted: false,
        };
        match self.numbers.get_mut(row) {
            Some(place) => *place = row_of_form,
            None => self.numbers.push(row_of_form),
        }
        self.place = ContactPlace::Number(row);
    }

    /// Makes the number of a row the primary one of the form.
    pub fn make_primary(&mut self, row: usize) {
        for (at, number) in self.numbers.iter_mut().enumerate() {
            number.form.entry.primary = at == row && !number.form.entry.historic;
        }
    }

    /// What is sent to store the form: only what changed.
    #[must_use]
    pub fn edit(&self) -> ContactEdit {
        let phones = self
            .numbers
            .iter()
            .filter_map(|row| {
                let sent = row.form.attributes();
                match (&row.form.stored, row.deleted) {
                    (None, false) => Some(PhoneEdit::Create(sent)),
                    (Some(phone), true) => {
                        Some(PhoneEdit::Delete(phone.id, Some(phone.updated_in_db_at)))
                    }
                    // That another row became primary says enough about this one.
                    (Some(phone), false) if row.form.is_dirty() => {
                        let only_lost = phone.primary
                            && PhoneAttributes {
                                primary: None,
                                updated_in_db_at: None,
                                ..sent.clone()
                            } == PhoneAttributes::default();
                        (!only_lost).then_some(PhoneEdit::Update(phone.id, sent))
                    }
                    (None, true) | (Some(_), false) => None,
                }
            })
            .collect();
        ContactEdit {
            id: self.stored.as_ref().map(|contact| contact.id),
            contact: self.attributes(),
            phones,
        }
    }

    /// What is typed that no contact can have, such as a name of 2,000 letters.
    #[must_use]
    pub fn unsendable(&self) -> Vec<Fault> {
        ContactAttributes::read(self.changed()).1
    }

    /// What is sent of the contact itself; none where only numbers changed.
    fn attributes(&self) -> Option<ContactAttributes> {
        let (sent, _) = ContactAttributes::read(self.changed());
        if self.stored.is_some() && sent == ContactAttributes::default() {
            return None;
        }
        Some(ContactAttributes {
            updated_in_db_at: self.stored.as_ref().map(|contact| contact.updated_in_db_at),
            ..sent
        })
    }

    /// The attributes that changed.
    fn changed(&self) -> Map<String, Value> {
        let mut changed = Map::new();
        for (at, field) in TEXTS.iter().enumerate() {
            let text = self.text(at);
            if text
                != self
                    .first
                    .get(at)
                    .map(|first| first.trim())
                    .unwrap_or_default()
                || self.stored.is_none() && at == NAME
            {
                changed.insert(field.name.to_owned(), value_of(field, text));
            }
        }
        if self.stored.as_ref().map_or(self.favourite, |contact| {
            contact.favourite != self.favourite
        }) {
            changed.insert("favourite".to_owned(), json!(self.favourite));
        }
        changed
    }

    /// The form as a whole record, for a merge.
    #[must_use]
    pub fn record(&self) -> Map<String, Value> {
        let mut record = self.base();
        record.extend(self.changed());
        record
    }

    /// The record as it was read.
    #[must_use]
    pub fn base(&self) -> Map<String, Value> {
        self.stored
            .as_ref()
            .map(|contact| fields::attributes(&fields::CONTACT, contact))
            .unwrap_or_default()
    }
}

/// Where in [`TEXTS`] a field is.
fn place(name: &str) -> usize {
    let mut texts = TEXTS.iter();
    texts.position(|field| field.name == name).unwrap_or(NAME)
}

/// The fields to type into, with what stands in them at first.
fn fields_of(first: &[String]) -> Vec<Field> {
    let texts = TEXTS.iter().zip(first);
    let texts = texts.map(|(field, text)| {
        if field.is_long() {
            Field::of_lines(text)
        } else {
            Field::new(text)
        }
    });
    texts.collect()
}

/// A text of the form as the attribute's value.
fn value_of(field: &ContactField, text: &str) -> Value {
    match field.name {
        "tags" => json!(
            text.split(',')
                .map(str::trim)
                .filter(|tag| !tag.is_empty())
                .collect::<Vec<_>>()
        ),
        _ if text.is_empty() => Value::Null,
        _ => json!(text),
    }
}
