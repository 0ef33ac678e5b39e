//! The Phone resource: create, get, update, delete (Phone resource, 2); `page` lists.

use rusqlite::Connection;

use crate::domain::contact::ContactId;
use crate::domain::edit::{Done, Holder};
use crate::domain::operation::RecordKey;
use crate::domain::phone::{Phone, PhoneAttributes, PhoneId};
use crate::domain::refusal::{Fault, Refusal, Stored};
use crate::domain::timestamp::Timestamp;
use crate::domain::title;

use crate::store::base::Store;
use crate::store::db::failure::Answer;
use crate::store::db::record;
use crate::store::write::writer::Writer;

impl Store {
    /// Adds a phone to a contact. `faults` are the faults of form that reading the document found.
    ///
    /// # Errors
    /// Not found without such a contact; invalid with every fault; conflict where the id is taken.
    pub fn create_phone(
        &mut self,
        owner: ContactId,
        sent: PhoneAttributes,
        faults: Vec<Fault>,
    ) -> Result<Done<Phone>, Refusal> {
        self.write(|writer| {
            let contact = record::get_contact(writer.connection(), owner)?;
            let phone = writer.create_phone(owner, sent, faults)?;
            let title = title::phone_added(&phone, &contact.name);
            Ok((writer.settled_phone(phone.id)?, title))
        })
    }

    /// The phone with this id.
    ///
    /// # Errors
    /// Not found.
    pub fn phone(&self, id: PhoneId) -> Result<Phone, Refusal> {
        self.read(|connection| find(connection, id))
    }

    /// Changes a phone: only what was sent.
    ///
    /// # Errors
    /// Not found; invalid with every fault; conflict if it has changed since its stamp.
    pub fn update_phone(
        &mut self,
        id: PhoneId,
        sent: PhoneAttributes,
        faults: Vec<Fault>,
    ) -> Result<Done<Phone>, Refusal> {
        self.write(|writer| {
            let (before, after) = writer.revise_phone(id, sent, faults)?;
            let contact = record::get_contact(writer.connection(), after.contact)?;
            let title = title::phone_changed(&before, &after, &contact.name);
            Ok((writer.settled_phone(id)?, title))
        })
    }

    /// Deletes a phone; where a stamp is sent, only if it is the stored one.
    ///
    /// # Errors
    /// Not found; conflict.
    pub fn delete_phone(
        &mut self,
        id: PhoneId,
        stamp: Option<Timestamp>,
    ) -> Result<Done<()>, Refusal> {
        self.write(|writer| {
            let phone = writer.remove_phone(id, stamp)?;
            let contact = record::get_contact(writer.connection(), phone.contact)?;
            Ok(((), title::phone_deleted(&phone, &contact.name)))
        })
    }

    /// Everybody who has this number, in whatever spelling it is typed; `except` one contact.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn holders(&self, typed: &str, except: Option<ContactId>) -> Result<Vec<Holder>, Refusal> {
        let mut holders = self.lookup(typed)?;
        holders.retain(|holder| Some(holder.contact) != except);
        Ok(holders)
    }
}

/// The phone with this id.
fn find(connection: &Connection, id: PhoneId) -> Answer<Phone> {
    let found = record::find_phone(connection, id)?;
    Ok(found.ok_or_else(|| Refusal::not_found("phone number", id))?)
}

impl Writer<'_> {
    /// Adds a phone.
    pub(in crate::store) fn create_phone(
        &mut self,
        owner: ContactId,
        sent: PhoneAttributes,
        mut faults: Vec<Fault>,
    ) -> Answer<Phone> {
        let first = record::phones_of(self.connection(), owner)?.is_empty();
        let (context, id) = (self.context(), sent.id);
        if let Some(identity) = sent.identity(None, context.home) {
            faults.extend(self.twice(owner, &identity, id)?);
        }
        let made = sent.create(owner, first, &context, faults);
        let mut phone = self.with_taken_id(id.map(RecordKey::Phone), made)?;
        // The first phone of a contact becomes primary by itself, though more may come in this step.
        phone.primary |= first && !phone.historic;
        self.insert_phone(phone.clone())?;
        Ok(phone)
    }

    /// Changes a phone; gives what it was and what it became, before the rules are settled.
    pub(in crate::store) fn revise_phone(
        &mut self,
        id: PhoneId,
        sent: PhoneAttributes,
        mut faults: Vec<Fault>,
    ) -> Answer<(Phone, Phone)> {
        let before = find(self.connection(), id)?;
        let context = self.context();
        if let Some(identity) = sent.identity(Some(&before), context.home) {
            faults.extend(self.twice(before.contact, &identity, Some(id))?);
        }
        let after = sent.revise(&before, &context, faults)?;
        self.update_phone(before.clone(), after.clone())?;
        Ok((before, after))
    }

    /// Deletes a phone; where a stamp is sent, only if it is the stored one.
    pub(in crate::store) fn remove_phone(
        &mut self,
        id: PhoneId,
        stamp: Option<Timestamp>,
    ) -> Answer<Phone> {
        let phone = find(self.connection(), id)?;
        if stamp.is_some_and(|stamp| stamp != phone.updated_in_db_at) {
            return Err(Refusal::stale(Stored::Phone(Box::new(phone))).into());
        }
        self.delete_phone(phone.clone())?;
        Ok(phone)
    }

    /// Refuses a phone of another contact, or of none.
    pub(in crate::store) fn owned(&self, id: PhoneId, owner: ContactId) -> Answer<()> {
        let phone = find(self.connection(), id)?;
        if phone.contact == owner {
            return Ok(());
        }
        Err(Refusal::not_found("phone number of this contact", id).into())
    }

    /// A phone as it will stand once this transaction is done.
    fn settled_phone(&mut self, id: PhoneId) -> Answer<Phone> {
        self.settle_all()?;
        find(self.connection(), id)
    }

    /// An id for a new phone: the one that was sent, unless it is taken.
    pub(in crate::store) fn free_id(&self, sent: Option<PhoneId>) -> Answer<Option<PhoneId>> {
        match sent {
            Some(id) if self.is_there(RecordKey::Phone(id))? => Ok(None),
            sent => Ok(sent),
        }
    }
}
