//! Bringing back an earlier state of a contact or of one number, from the log.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};

use crate::domain::contact::{Contact, ContactId};
use crate::domain::edit::Done;
use crate::domain::full_contact::FullContact;
use crate::domain::operation::{Operation, Record, RecordKey};
use crate::domain::phone::{Phone, PhoneId};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::title;

use crate::store::base::Store;
use crate::store::db::failure::{Answer, Failure};
use crate::store::db::record;
use crate::store::write::log;
use crate::store::write::writer::Writer;

impl Store {
    /// Makes a contact with its phones what it was after a step of its history, in a step of its own.
    /// Somebody who was deleted since comes back.
    ///
    /// # Errors
    /// Not found where there is no such step; invalid where the contact was not there then.
    pub fn restore_contact(&mut self, id: ContactId, step: i64) -> Result<Done<()>, Refusal> {
        self.write(|writer| {
            let after = title_of(writer.connection(), step)?;
            let contact = writer.restore_contact(id, step)?;
            Ok(((), title::restored(&contact.name, &after)))
        })
    }

    /// Makes one number what it was after a step of its history, in a step of its own. A number that
    /// was deleted since comes back.
    ///
    /// # Errors
    /// Not found where there is no such step or contact; invalid where the number was not there then,
    /// or another one of the contact is the same by now.
    pub fn restore_phone(
        &mut self,
        owner: ContactId,
        id: PhoneId,
        step: i64,
    ) -> Result<Done<()>, Refusal> {
        self.write(|writer| {
            let after = title_of(writer.connection(), step)?;
            record::get_contact(writer.connection(), owner)?;
            let phone = writer.restore_phone(owner, id, step)?;
            Ok(((), title::restored(&phone.shown(), &after)))
        })
    }
}

fn not_yet(what: &str) -> Refusal {
    let detail = format!("{what} did not exist then; pick a later line of its history");
    Refusal::new(Kind::Invalid, detail)
}

fn title_of(connection: &Connection, step: i64) -> Answer<String> {
    let found: Option<String> = rusqlite::OptionalExtension::optional(connection.query_row(
        "SELECT title FROM undo_point WHERE id = ?1",
        [step],
        |row| row.get(0),
    ))?;
    let title = found.ok_or_else(|| Refusal::not_found("step", step))?;
    if step < log::horizon(connection)?.0 {
        let detail = "what happened after that step was pruned from the history; pick a later line";
        return Err(Refusal::new(Kind::Invalid, detail).into());
    }
    Ok(title)
}

/// What a contact was after a step: as it is, with all that happened since turned back, the newest
/// first. With `only`, nothing but what happened to that phone is. None where the contact was not there.
pub(in crate::store) fn past(
    connection: &Connection,
    id: ContactId,
    only: Option<PhoneId>,
    step: i64,
) -> Answer<Option<FullContact>> {
    let mut contact = record::find_contact(connection, id)?;
    let phones = record::phones_of(connection, id)?.into_iter();
    let mut phones: BTreeMap<PhoneId, Phone> = phones.map(|phone| (phone.id, phone)).collect();
    let mut since = connection.prepare_cached(
        "SELECT entity, key, kind, fields FROM operation
         WHERE contact = ?1 AND point > ?2 ORDER BY point DESC, seq DESC",
    )?;
    let since = since.query_map(params![id.0.as_bytes(), step], log::operation)?;
    for operation in since {
        let operation = operation?;
        if only.is_none_or(|only| operation.key() == RecordKey::Phone(only)) {
            turn_back(operation, &mut contact, &mut phones)?;
        }
    }
    let phones = phones.into_values().collect();
    Ok(contact.map(|contact| FullContact { contact, phones }))
}

fn turn_back(
    operation: Operation,
    known: &mut Option<Contact>,
    phones: &mut BTreeMap<PhoneId, Phone>,
) -> Answer<()> {
    let damaged = |error: serde_json::Error| Failure::Log(error.to_string());
    match (operation.key(), operation) {
        (RecordKey::Contact(_), Operation::Create(..)) => {
            *known = None;
            // Those that were made with it went without saying.
            phones.clear();
        }
        (RecordKey::Phone(id), Operation::Create(..)) => drop(phones.remove(&id)),
        (_, Operation::Delete(Record::Contact(contact))) => *known = Some(*contact),
        (_, Operation::Delete(Record::Phone(phone))) => drop(phones.insert(phone.id, *phone)),
        (key, Operation::Update(_, changes)) => {
            let inverse = Operation::Update(key, changes).inverse(None);
            let Some(Operation::Update(_, changes)) = inverse else {
                return Ok(());
            };
            if let (RecordKey::Contact(_), Some(contact)) = (key, known) {
                *contact = Operation::revise(contact, &changes).map_err(damaged)?;
            }
            if let RecordKey::Phone(id) = key
                && let Some(phone) = phones.get_mut(&id)
            {
                *phone = Operation::revise(phone, &changes).map_err(damaged)?;
            }
        }
    }
    Ok(())
}

impl Writer<'_> {
    /// Makes a contact with its phones what it was after a step; gives what that is.
    pub(in crate::store) fn restore_contact(
        &mut self,
        id: ContactId,
        step: i64,
    ) -> Answer<Contact> {
        let past = past(self.connection(), id, None, step)?;
        let past = past.ok_or_else(|| not_yet("this contact"))?;
        self.put_past(past)
    }

    /// Makes a phone what it was after a step; gives what that is.
    pub(in crate::store) fn restore_phone(
        &mut self,
        owner: ContactId,
        id: PhoneId,
        step: i64,
    ) -> Answer<Phone> {
        let past = past(self.connection(), owner, Some(id), step)?;
        let mut phones = past.into_iter().flat_map(|past| past.phones);
        let phone = phones.find(|phone| phone.id == id);
        let phone = phone.ok_or_else(|| not_yet("this number"))?;
        match record::find_phone(self.connection(), id)? {
            Some(before) => self.touch_phone(before, phone.clone())?,
            None => self.insert_phone(phone.clone())?,
        }
        Ok(phone)
    }

    /// Writes a contact and its phones as they were: these, and no others. Returns the contact.
    fn put_past(&mut self, FullContact { contact, phones }: FullContact) -> Answer<Contact> {
        let now = self.context().now;
        match record::find_contact(self.connection(), contact.id)? {
            Some(before) => {
                let mut after = contact.clone();
                after.updated_at = before.updated_at;
                after.updated_in_db_at = before.updated_in_db_at;
                if after != before {
                    after.updated_at = now;
                    self.update_contact(before, after)?;
                }
            }
            None => drop(self.insert_contact(contact.clone())?),
        }
        let mut there = record::phones_of(self.connection(), contact.id)?;
        let kept: BTreeSet<PhoneId> = phones.iter().map(|phone| phone.id).collect();
        there.retain(|phone| !kept.contains(&phone.id) || phone.contact != contact.id);
        for phone in there {
            self.delete_phone(phone)?;
        }
        for mut phone in phones {
            match record::find_phone(self.connection(), phone.id)? {
                Some(before) => {
                    phone.updated_at = before.updated_at;
                    phone.updated_in_db_at = before.updated_in_db_at;
                    if phone != before {
                        self.touch_phone(before, phone)?;
                    }
                }
                None => self.insert_phone(phone)?,
            }
        }
        Ok(contact)
    }
}
