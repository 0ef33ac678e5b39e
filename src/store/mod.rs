//! The database: one SQLite file, and the only place that knows it is one.
//!
//! A [`Store`] answers in domain types. Every write is one transaction that holds the rows, the
//! rules of the Phone resource and the operation that can take it back; what is refused has written
//! nothing.

use std::path::Path;

use crate::domain::contact::{Contact, ContactAttributes, ContactId};
use crate::domain::edit::{ContactEdit, Done, Holder, Profile};
use crate::domain::import::{ImportReport, Incoming};
use crate::domain::listing::{ListQuery, Rows, Totals};
use crate::domain::number::Region;
use crate::domain::operation::{Actor, HistoryEntry, UndoPoint};
use crate::domain::phone::{Phone, PhoneAttributes, PhoneId};
use crate::domain::phone_list::{PhonePage, PhoneQuery};
use crate::domain::refusal::{Fault, Refusal};
use crate::domain::timestamp::Timestamp;

/// How a database is opened.
pub struct Options {
    /// The country that a number in national spelling belongs to.
    pub home: Option<Region>,
    /// Who writes through this store.
    pub actor: Actor,
    /// The time; the system's, but in tests.
    pub clock: Box<dyn Fn() -> Timestamp + Send>,
}

/// An open database.
pub struct Store {}

#[allow(unused_variables, missing_docs, clippy::all, clippy::pedantic)]
impl Store {
    /// Opens the database at `path`, and makes it, with its folder, where there is none.
    pub fn open(path: &Path, options: Options) -> Result<Self, Refusal> {
        todo!()
    }
    /// Where the database is.
    pub fn path(&self) -> &Path {
        todo!()
    }
    /// Why nothing can be written, if so: `contacts.db cannot be written: read-only folder`.
    pub fn read_only(&self) -> Option<&str> {
        todo!()
    }

    // The Phone resource, five operations. `faults` are the faults of form found while reading.
    pub fn list_phones(&self, query: &PhoneQuery) -> Result<PhonePage, Refusal> {
        todo!()
    }
    pub fn create_phone(
        &mut self,
        owner: ContactId,
        sent: PhoneAttributes,
        faults: Vec<Fault>,
    ) -> Result<Done<Phone>, Refusal> {
        todo!()
    }
    pub fn phone(&self, id: PhoneId) -> Result<Phone, Refusal> {
        todo!()
    }
    pub fn update_phone(
        &mut self,
        id: PhoneId,
        sent: PhoneAttributes,
        faults: Vec<Fault>,
    ) -> Result<Done<Phone>, Refusal> {
        todo!()
    }
    pub fn delete_phone(
        &mut self,
        id: PhoneId,
        stamp: Option<Timestamp>,
    ) -> Result<Done<()>, Refusal> {
        todo!()
    }

    // Contacts.
    pub fn create_contact(
        &mut self,
        sent: ContactAttributes,
        faults: Vec<Fault>,
    ) -> Result<Done<Contact>, Refusal> {
        todo!()
    }
    pub fn contact(&self, id: ContactId) -> Result<Contact, Refusal> {
        todo!()
    }
    pub fn update_contact(
        &mut self,
        id: ContactId,
        sent: ContactAttributes,
        faults: Vec<Fault>,
    ) -> Result<Done<Contact>, Refusal> {
        todo!()
    }
    /// Deletes contacts with their phones, in one step.
    pub fn delete_contacts(&mut self, ids: &[ContactId]) -> Result<Done<()>, Refusal> {
        todo!()
    }
    /// Confirms contacts: all their phones become accurate, in one step.
    pub fn confirm_contacts(&mut self, ids: &[ContactId]) -> Result<Done<()>, Refusal> {
        todo!()
    }
    /// Saves what a form holds, in one step.
    pub fn save_contact(&mut self, edit: ContactEdit) -> Result<Done<ContactId>, Refusal> {
        todo!()
    }
    pub fn profile(&self, id: ContactId) -> Result<Profile, Refusal> {
        todo!()
    }
    /// Everybody who has this number, as typed in any spelling; `except` one contact.
    pub fn holders(&self, typed: &str, except: Option<ContactId>) -> Result<Vec<Holder>, Refusal> {
        todo!()
    }

    // The list.
    pub fn rows(&self, query: &ListQuery, first: usize, count: usize) -> Result<Rows, Refusal> {
        todo!()
    }
    pub fn count(&self, query: &ListQuery) -> Result<usize, Refusal> {
        todo!()
    }
    pub fn totals(&self) -> Result<Totals, Refusal> {
        todo!()
    }
    /// The place of a contact in the list that `query` asks for.
    pub fn place(&self, query: &ListQuery, id: ContactId) -> Result<Option<usize>, Refusal> {
        todo!()
    }

    // Undo, redo, history.
    /// Takes back the newest step of this session, or of an earlier one; none where there is none.
    pub fn undo(&mut self) -> Result<Option<UndoPoint>, Refusal> {
        todo!()
    }
    pub fn redo(&mut self) -> Result<Option<UndoPoint>, Refusal> {
        todo!()
    }
    pub fn history(&self, contact: ContactId, limit: usize) -> Result<Vec<HistoryEntry>, Refusal> {
        todo!()
    }

    // Import.
    /// Writes cards in one step. `source` is what phones without one get.
    pub fn import(
        &mut self,
        cards: &mut dyn Iterator<Item = Incoming>,
        source: &str,
        title: &str,
    ) -> Result<Done<ImportReport>, Refusal> {
        todo!()
    }
    /// The card that is kept byte for byte.
    pub fn card(&self, id: crate::domain::contact::CardId) -> Result<Vec<u8>, Refusal> {
        todo!()
    }

    /// Whether another program has written since this was asked last.
    pub fn changed_elsewhere(&self) -> Result<bool, Refusal> {
        todo!()
    }
}
