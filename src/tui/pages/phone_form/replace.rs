//! The form for a number that takes the place of another one, which becomes historic with the same save.

use crate::domain::contact::ContactId;
use crate::domain::edit::{ContactEdit, PhoneEdit};
use crate::domain::number::Region;
use crate::domain::phone::{Phone, PhoneAttributes};
use crate::tui::protocol::Write;
use crate::tui::widgets::field::Field;

use super::state::{Owner, PhoneEntry, PhoneForm};

impl PhoneForm {
    /// A form for the number that a stored one was replaced by: it takes its country, its label and its place.
    #[must_use]
    pub(crate) fn replacing(owner: Owner, phone: &Phone, home: Option<Region>) -> Self {
        let old = Self::of_phone(owner.clone(), phone, home).entry;
        let entry = PhoneEntry {
            number: Field::default(),
            accurate: true,
            historic: false,
            ..old
        };
        Self {
            retires: Some(phone.clone()),
            ..Self::with(owner, None, entry, home)
        }
    }

    /// The save of a number that replaces another: one step.
    pub(super) fn replacement(&self, contact: ContactId, old: &Phone) -> Write {
        let retired = PhoneAttributes {
            historic: Some(true),
            updated_in_db_at: Some(old.updated_in_db_at),
            ..PhoneAttributes::default()
        };
        let phones = vec![
            PhoneEdit::Update(old.id, retired),
            PhoneEdit::Create(self.attributes()),
        ];
        Write::Contact(Box::new(ContactEdit {
            id: Some(contact),
            contact: None,
            phones,
        }))
    }
}
