//! Contacts: create, get, change, delete, confirm, and the forms' saving of a contact with its
//! phones in one step.

use crate::domain::contact::{CardId, Contact, ContactAttributes, ContactId};
use crate::domain::edit::{ContactEdit, Done, PhoneEdit, Profile};
use crate::domain::import::count;
use crate::domain::refusal::{Fault, Refusal};
use crate::domain::title;

use super::Store;
use super::failure::storing;
use super::record;
use super::write::{StepKind, Writer};

/// How many entries of its history a profile carries.
const HISTORY: usize = 12;

impl Store {
    /// Makes a contact. `faults` are the faults of form that reading the document found.
    ///
    /// # Errors
    /// Invalid with every fault; conflict where the id is taken.
    pub fn create_contact(
        &mut self,
        sent: ContactAttributes,
        faults: Vec<Fault>,
    ) -> Result<Done<Contact>, Refusal> {
        self.write(StepKind::Change, |writer| {
            let contact = sent.create(&writer.context(), faults)?;
            let contact = writer.insert_contact(contact)?;
            let title = format!("Added {}", contact.name);
            Ok((contact, title))
        })
    }

    /// The contact with this id.
    ///
    /// # Errors
    /// Not found.
    pub fn contact(&self, id: ContactId) -> Result<Contact, Refusal> {
        let found = record::find_contact(&self.connection, id).map_err(|error| storing(&error))?;
        found.ok_or_else(|| Refusal::not_found("contact", id))
    }

    /// Changes a contact: only what was sent.
    ///
    /// # Errors
    /// Not found; invalid with every fault; conflict where somebody wrote it since its stamp.
    pub fn update_contact(
        &mut self,
        id: ContactId,
        sent: ContactAttributes,
        faults: Vec<Fault>,
    ) -> Result<Done<Contact>, Refusal> {
        self.write(StepKind::Change, |writer| {
            let before = writer.contact(id)?;
            let after = sent.revise(&before, &writer.context(), faults)?;
            let title = title::contact_changed(&before, &after);
            Ok((writer.update_contact(before, after)?, title))
        })
    }

    /// Deletes contacts with their phones, in one step.
    ///
    /// # Errors
    /// Not found where one of them is gone; then all of them stay.
    pub fn delete_contacts(&mut self, ids: &[ContactId]) -> Result<Done<()>, Refusal> {
        self.write(StepKind::Change, |writer| {
            let mut title = format!("Deleted {}", count(ids.len(), "contact"));
            for id in ids {
                let contact = writer.contact(*id)?;
                if ids.len() == 1 {
                    title = format!("Deleted {}", contact.name);
                }
                writer.delete_contact(contact)?;
            }
            Ok(((), title))
        })
    }

    /// Confirms contacts: all their phones become accurate, in one step (Phone resource, 4).
    ///
    /// # Errors
    /// Not found where one of them is gone.
    pub fn confirm_contacts(&mut self, ids: &[ContactId]) -> Result<Done<()>, Refusal> {
        self.write(StepKind::Change, |writer| {
            let mut title = format!("Confirmed {}", count(ids.len(), "contact"));
            for id in ids {
                let contact = writer.contact(*id)?;
                if ids.len() == 1 {
                    title = format!("Confirmed {}", contact.name);
                }
                let now = writer.now;
                for before in
                    record::phones_of(writer.connection(), *id).map_err(|error| storing(&error))?
                {
                    if !before.valid_values {
                        let mut after = before.clone();
                        after.valid_values = true;
                        after.updated_at = now;
                        writer.update_phone(before, after)?;
                    }
                }
            }
            Ok(((), title))
        })
    }

    /// Saves what a form holds, a contact and its phones, in one step.
    ///
    /// # Errors
    /// As the single writes; a fault of a phone names its place: `phones/2/number`.
    pub fn save_contact(&mut self, edit: ContactEdit) -> Result<Done<ContactId>, Refusal> {
        self.write(StepKind::Change, |writer| {
            let (contact, title) = writer.save(edit.id, edit.contact)?;
            // What is deleted gives way first: its number may come again in another row.
            let (deleted, kept): (Vec<_>, Vec<_>) = edit
                .phones
                .into_iter()
                .enumerate()
                .partition(|(_, phone)| matches!(phone, PhoneEdit::Delete(_, _)));
            for (row, phone) in deleted.into_iter().chain(kept) {
                let written = match phone {
                    PhoneEdit::Create(sent) => {
                        writer.create_phone(contact, sent, Vec::new()).map(|_| ())
                    }
                    PhoneEdit::Update(id, sent) => {
                        writer.revise_phone(id, sent, Vec::new()).map(|_| ())
                    }
                    PhoneEdit::Delete(id, stamp) => writer.remove_phone(id, stamp).map(|_| ()),
                };
                written.map_err(|refusal| at_row(refusal, row + 1))?;
            }
            Ok((contact, title))
        })
    }

    /// A contact with its phones and the newest of its history.
    ///
    /// # Errors
    /// Not found.
    pub fn profile(&self, id: ContactId) -> Result<Profile, Refusal> {
        let contact = self.contact(id)?;
        let phones = record::phones_of(&self.connection, id).map_err(|error| storing(&error))?;
        Ok(Profile {
            contact,
            phones,
            history: self.history(id, HISTORY)?,
        })
    }

    /// The card that a contact came from, byte for byte.
    ///
    /// # Errors
    /// Not found.
    pub fn card(&self, id: CardId) -> Result<Vec<u8>, Refusal> {
        let card =
            self.connection
                .query_row("SELECT bytes FROM card WHERE id = ?1", [id.0], |row| {
                    row.get(0)
                });
        match card {
            Err(rusqlite::Error::QueryReturnedNoRows) => Err(Refusal::not_found("card", id.0)),
            card => card.map_err(|error| storing(&error)),
        }
    }
}

impl Writer<'_> {
    /// The contact with this id, as it is in this transaction.
    pub(super) fn contact(&self, id: ContactId) -> Result<Contact, Refusal> {
        let found = record::find_contact(self.connection(), id).map_err(|error| storing(&error))?;
        found.ok_or_else(|| Refusal::not_found("contact", id))
    }

    fn save(
        &mut self,
        id: Option<ContactId>,
        sent: Option<ContactAttributes>,
    ) -> Result<(ContactId, String), Refusal> {
        let Some(id) = id else {
            let contact = sent
                .unwrap_or_default()
                .create(&self.context(), Vec::new())?;
            let contact = self.insert_contact(contact)?;
            return Ok((contact.id, format!("Added {}", contact.name)));
        };
        let before = self.contact(id)?;
        let title = match sent {
            None => format!("Changed {}", before.name),
            Some(sent) => {
                let after = sent.revise(&before, &self.context(), Vec::new())?;
                let title = title::contact_changed(&before, &after);
                self.update_contact(before, after)?;
                title
            }
        };
        Ok((id, title))
    }
}

/// A refusal that says which row of a form it is about.
fn at_row(mut refusal: Refusal, row: usize) -> Refusal {
    for fault in &mut refusal.faults {
        fault.attribute = fault
            .attribute
            .take()
            .map(|attribute| format!("phones/{row}/{attribute}"));
    }
    refusal
}
