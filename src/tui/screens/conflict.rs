//! Somebody else changed the record while it was edited: mine and stored, field by field.
//!
//! What only one side changed is settled; what both changed starts undecided, so that Enter cannot
//! destroy either by habit. Nothing that was typed is thrown away: esc goes back to the form.

use serde_json::{Map, Value};

use crate::domain::contact::ContactAttributes;
use crate::domain::edit::{ContactEdit, PhoneEdit};
use crate::domain::merge::{FieldMerge, Side, three_way};
use crate::domain::phone::PhoneAttributes;
use crate::domain::refusal::Stored;
use crate::domain::timestamp::Timestamp;
use crate::tui::model::{Screen, Write};

/// The dialog. The form that it is about lies under it, with all that was typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Conflict {
    /// The fields.
    pub fields: Vec<FieldMerge>,
    /// The field under the cursor.
    pub cursor: usize,
    /// The stamp under which the record was opened.
    pub opened: Timestamp,
    /// The record as it is stored now.
    pub stored: Stored,
}

/// The attributes of a phone that a form changes.
const PHONE_FIELDS: [&str; 6] = [
    "number",
    "country_code",
    "location",
    "valid_values",
    "primary",
    "historic",
];

/// The attributes of a contact that a form changes.
const CONTACT_FIELDS: [&str; 9] = [
    "name",
    "given_name",
    "family_name",
    "nickname",
    "organisation",
    "title",
    "tags",
    "favourite",
    "note",
];

impl Conflict {
    /// The dialog for the form on top, which ran into `stored`; none where that form is about
    /// another record.
    #[must_use]
    pub fn of(screen: &Screen, stored: &Stored) -> Option<Self> {
        let record = |stored: &Stored| match stored {
            Stored::Phone(phone) => phone.attributes(),
            Stored::Contact(contact) => contact.attributes(),
        };
        let stored_map = record(stored).as_object().cloned().unwrap_or_default();
        let (fields, opened) = match (screen, stored) {
            (Screen::PhoneForm(form), Stored::Phone(phone)) => {
                let opened = form.stored.as_ref().filter(|mine| mine.id == phone.id)?;
                (
                    three_way(&PHONE_FIELDS, &form.base(), &form.record(), &stored_map),
                    opened.updated_in_db_at,
                )
            }
            (Screen::ContactForm(form), Stored::Contact(contact)) => {
                let opened = form.stored.as_ref().filter(|mine| mine.id == contact.id)?;
                (
                    three_way(&CONTACT_FIELDS, &form.base(), &form.record(), &stored_map),
                    opened.updated_in_db_at,
                )
            }
            (Screen::ContactForm(form), Stored::Phone(phone)) => {
                let row = form.numbers.iter().find(|row| {
                    row.form
                        .stored
                        .as_ref()
                        .is_some_and(|mine| mine.id == phone.id)
                })?;
                let opened = row.form.stored.as_ref().map(|mine| mine.updated_in_db_at)?;
                (
                    three_way(
                        &PHONE_FIELDS,
                        &row.form.base(),
                        &row.form.record(),
                        &stored_map,
                    ),
                    opened,
                )
            }
            _ => return None,
        };
        let cursor = fields
            .iter()
            .position(|field| field.side.is_none())
            .unwrap_or(0);
        Some(Self {
            fields,
            cursor,
            opened,
            stored: stored.clone(),
        })
    }

    /// The stamp of what is stored now.
    #[must_use]
    pub const fn stamp(&self) -> Timestamp {
        match &self.stored {
            Stored::Phone(phone) => phone.updated_in_db_at,
            Stored::Contact(contact) => contact.updated_in_db_at,
        }
    }

    /// How many fields are still to be decided.
    #[must_use]
    pub fn undecided(&self) -> usize {
        self.fields
            .iter()
            .filter(|field| field.side.is_none())
            .count()
    }

    /// Takes the other side of the field under the cursor.
    pub fn pick(&mut self, side: Side) {
        if let Some(field) = self
            .fields
            .get_mut(self.cursor)
            .filter(|field| field.mine != field.stored)
        {
            field.side = Some(side);
        }
    }

    /// Takes one side for every field.
    pub fn pick_all(&mut self, side: Side) {
        for field in self
            .fields
            .iter_mut()
            .filter(|field| field.mine != field.stored)
        {
            field.side = Some(side);
        }
    }

    /// The attributes that are to be written: the fields that are taken from here.
    fn mine(&self, all: bool) -> Map<String, Value> {
        self.fields
            .iter()
            .filter(|field| field.mine != field.stored && (all || field.side == Some(Side::Mine)))
            .map(|field| (field.field.clone(), field.mine.clone()))
            .collect()
    }

    /// What is written when all is decided: checked against what is stored now, so that a third
    /// change opens the dialog again.
    #[must_use]
    pub fn write(&self, form: &Screen) -> Write {
        self.written(form, &self.mine(false), Some(self.stamp()))
    }

    /// What is written over whatever is stored.
    #[must_use]
    pub fn overwrite(&self, form: &Screen) -> Write {
        self.written(form, &self.mine(true), None)
    }

    fn written(&self, form: &Screen, mine: &Map<String, Value>, stamp: Option<Timestamp>) -> Write {
        let phone = || PhoneAttributes {
            updated_in_db_at: stamp,
            overwrite: stamp.is_none(),
            ..PhoneAttributes::read(mine.clone()).0
        };
        let contact = || ContactAttributes {
            updated_in_db_at: stamp,
            overwrite: stamp.is_none(),
            ..ContactAttributes::read(mine.clone()).0
        };
        match (form, &self.stored) {
            // The contact form saves its other changes along.
            (Screen::ContactForm(form), Stored::Contact(_)) => {
                Write::Contact(Box::new(ContactEdit {
                    contact: Some(contact()),
                    ..form.edit()
                }))
            }
            (Screen::ContactForm(form), Stored::Phone(stored)) => {
                let mut edit = form.edit();
                for row in &mut edit.phones {
                    match row {
                        PhoneEdit::Update(id, sent) if *id == stored.id => *sent = phone(),
                        PhoneEdit::Delete(id, seen) if *id == stored.id => *seen = stamp,
                        _ => {}
                    }
                }
                Write::Contact(Box::new(edit))
            }
            (_, Stored::Phone(stored)) => Write::Phone(stored.id, phone()),
            (_, Stored::Contact(stored)) => {
                Write::ContactAttributes(stored.id, Box::new(contact()))
            }
        }
    }
}
