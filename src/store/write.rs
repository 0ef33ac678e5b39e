//! The one way in which anything is written.
//!
//! A [`Writer`] lives in one transaction. It puts rows, and when it ends it settles who is primary
//! for each contact that it touched, refreshes what the list needs of them, and logs what each row
//! was before and after: so no write can forget a rule or the log.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, params};

use crate::domain::contact::{Contact, ContactId};
use crate::domain::number::Region;
use crate::domain::operation::{Actor, Key, Operation, Record, UndoPoint};
use crate::domain::phone::{Context, Phone, PhoneId};
use crate::domain::primary::heir;
use crate::domain::refusal::{Fault, Kind, Refusal};
use crate::domain::timestamp::Timestamp;
use uuid::Uuid;

use super::failure::storing;
use super::record::{self, New};

/// What became of a row in this transaction.
enum Trace {
    Created(ContactId),
    Changed(Record, Record),
    Deleted(Record),
}

/// Which kind of step a transaction is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum StepKind {
    Change,
    Undo(i64),
    Redo(i64),
}

/// One transaction's writes.
pub(super) struct Writer<'c> {
    connection: &'c Connection,
    /// The time.
    pub(super) now: Timestamp,
    home: Option<Region>,
    stamp: i64,
    order: Vec<Key>,
    traces: BTreeMap<Key, Trace>,
    /// The contacts with written phones, and which of those phones was asked to be primary.
    phones: BTreeMap<ContactId, Option<PhoneId>>,
    gone: BTreeSet<ContactId>,
    born: BTreeSet<ContactId>,
}

impl<'c> Writer<'c> {
    /// Starts writing, within a transaction that has begun.
    pub(super) fn new(
        connection: &'c Connection,
        now: Timestamp,
        home: Option<Region>,
    ) -> Result<Self, Refusal> {
        let stamp = connection
            .query_row("SELECT stamp FROM clock", [], |row| row.get(0))
            .map_err(|error| storing(&error))?;
        Ok(Self {
            connection,
            now,
            home,
            stamp,
            order: Vec::new(),
            traces: BTreeMap::new(),
            phones: BTreeMap::new(),
            gone: BTreeSet::new(),
            born: BTreeSet::new(),
        })
    }

    /// What the rules need to be told.
    pub(super) fn context(&self) -> Context {
        Context {
            now: self.now,
            home: self.home,
            fresh_id: Uuid::now_v7(),
        }
    }

    /// The transaction's connection, to read by.
    pub(super) const fn connection(&self) -> &'c Connection {
        self.connection
    }

    /// A stamp that is greater than any before, whatever the clock says.
    const fn next_stamp(&mut self) -> Timestamp {
        let next = self.stamp + 1;
        self.stamp = if self.now.micros() > next {
            self.now.micros()
        } else {
            next
        };
        Timestamp::from_micros(self.stamp)
    }

    fn trace(&mut self, key: Key, before: Option<Record>, after: Option<&Record>) {
        let trace = match (self.traces.remove(&key), before, after) {
            (Some(Trace::Created(contact)), _, Some(_)) => Some(Trace::Created(contact)),
            (Some(Trace::Changed(first, _) | Trace::Deleted(first)), _, Some(after)) => {
                Some(Trace::Changed(first, after.clone()))
            }
            (Some(Trace::Changed(first, _) | Trace::Deleted(first)), _, None) => {
                Some(Trace::Deleted(first))
            }
            (None, Some(before), Some(after)) => Some(Trace::Changed(before, after.clone())),
            (None, Some(before), None) => Some(Trace::Deleted(before)),
            (None, None, Some(after)) => Some(Trace::Created(after.contact())),
            (Some(Trace::Created(_)) | None, _, None) => None,
        };
        if let Some(trace) = trace {
            if !self.order.contains_recent(key) {
                self.order.push(key);
            }
            self.traces.insert(key, trace);
        }
    }

    /// Inserts a contact.
    pub(super) fn insert_contact(&mut self, mut contact: Contact) -> Result<Contact, Refusal> {
        contact.updated_in_db_at = self.next_stamp();
        record::put_contact(self.connection, &contact, New::Yes).map_err(|error| exists(&error))?;
        self.gone.remove(&contact.id);
        self.born.insert(contact.id);
        self.trace(
            Key::Contact(contact.id),
            None,
            Some(&Record::Contact(Box::new(contact.clone()))),
        );
        self.phones.entry(contact.id).or_default();
        Ok(contact)
    }

    /// Puts a contact in the place of what it was.
    pub(super) fn update_contact(
        &mut self,
        before: Contact,
        mut after: Contact,
    ) -> Result<Contact, Refusal> {
        after.updated_in_db_at = self.next_stamp();
        record::put_contact(self.connection, &after, New::No).map_err(|error| storing(&error))?;
        let record = Record::Contact(Box::new(after.clone()));
        self.trace(
            Key::Contact(after.id),
            Some(Record::Contact(Box::new(before))),
            Some(&record),
        );
        Ok(after)
    }

    /// Deletes a contact with its phones.
    pub(super) fn delete_contact(&mut self, contact: Contact) -> Result<(), Refusal> {
        for phone in
            record::phones_of(self.connection, contact.id).map_err(|error| storing(&error))?
        {
            self.delete_phone(phone)?;
        }
        self.connection
            .prepare_cached("DELETE FROM contact WHERE id = ?1")
            .and_then(|mut statement| statement.execute([contact.id.0.as_bytes()]))
            .map_err(|error| storing(&error))?;
        self.gone.insert(contact.id);
        self.trace(
            Key::Contact(contact.id),
            Some(Record::Contact(Box::new(contact))),
            None,
        );
        Ok(())
    }

    /// Inserts a phone. That it is to be primary is settled at the end, when the old one has given
    /// way: the database allows one at a time.
    pub(super) fn insert_phone(&mut self, mut phone: Phone) -> Result<(), Refusal> {
        self.refuse_twice(&phone)?;
        self.claim(&mut phone);
        phone.updated_in_db_at = self.next_stamp();
        record::put_phone(self.connection, &phone, New::Yes).map_err(|error| exists(&error))?;
        self.trace(
            Key::Phone(phone.id),
            None,
            Some(&Record::Phone(Box::new(phone))),
        );
        Ok(())
    }

    /// Puts a phone in the place of what it was.
    pub(super) fn update_phone(&mut self, before: Phone, mut after: Phone) -> Result<(), Refusal> {
        if before.identity != after.identity {
            self.refuse_twice(&after)?;
        }
        if after.primary && !before.primary {
            self.claim(&mut after);
        } else {
            self.phones.entry(after.contact).or_default();
        }
        after.updated_in_db_at = self.next_stamp();
        record::put_phone(self.connection, &after, New::No).map_err(|error| storing(&error))?;
        let record = Record::Phone(Box::new(after));
        self.trace(
            record.key(),
            Some(Record::Phone(Box::new(before))),
            Some(&record),
        );
        Ok(())
    }

    /// Deletes a phone.
    pub(super) fn delete_phone(&mut self, phone: Phone) -> Result<(), Refusal> {
        self.connection
            .prepare_cached("DELETE FROM phone WHERE id = ?1")
            .and_then(|mut statement| statement.execute([phone.id.0.as_bytes()]))
            .map_err(|error| storing(&error))?;
        self.phones.entry(phone.contact).or_default();
        self.trace(
            Key::Phone(phone.id),
            Some(Record::Phone(Box::new(phone))),
            None,
        );
        Ok(())
    }

    fn claim(&mut self, phone: &mut Phone) {
        let claim = self.phones.entry(phone.contact).or_default();
        if std::mem::take(&mut phone.primary) {
            *claim = Some(phone.id);
        }
    }

    /// Refuses a number that the contact has already, and names the one that is there.
    fn refuse_twice(&self, phone: &Phone) -> Result<(), Refusal> {
        let there =
            record::phones_of(self.connection, phone.contact).map_err(|error| storing(&error))?;
        match there
            .iter()
            .find(|other| other.identity == phone.identity && other.id != phone.id)
        {
            None => Ok(()),
            Some(other) => {
                let label = other
                    .location
                    .as_deref()
                    .map_or_else(String::new, |label| format!("{label}, "));
                let detail = format!(
                    "is already a number of this contact ({label}{})",
                    other.shown()
                );
                Err(Refusal::invalid(vec![Fault::of("number", detail)]))
            }
        }
    }

    /// Settles who is primary of a contact's phones, and what the list needs of them.
    fn settle(&mut self, contact: ContactId, claim: Option<PhoneId>) -> Result<(), Refusal> {
        let mut phones =
            record::phones_of(self.connection, contact).map_err(|error| storing(&error))?;
        for phone in &mut phones {
            phone.primary |= Some(phone.id) == claim;
        }
        let heir = heir(&phones, claim);
        for phone in &mut phones {
            phone.primary &= Some(phone.id) != claim;
        }
        // The old one gives way before the new one takes the place.
        let wrong = |phone: &Phone| phone.primary != (Some(phone.id) == heir);
        let mut changed: Vec<Phone> = phones
            .iter()
            .filter(|phone| wrong(phone))
            .cloned()
            .collect();
        changed.sort_by_key(|phone| !phone.primary);
        for before in changed {
            let mut after = before.clone();
            after.primary = !before.primary;
            after.updated_in_db_at = self.next_stamp();
            record::put_phone(self.connection, &after, New::No).map_err(|error| storing(&error))?;
            if let Some(place) = phones.iter_mut().find(|phone| phone.id == after.id) {
                place.clone_from(&after);
            }
            let record = Record::Phone(Box::new(after));
            self.trace(
                record.key(),
                Some(Record::Phone(Box::new(before))),
                Some(&record),
            );
        }
        let touched = (!self.born.contains(&contact)).then_some(self.now);
        record::put_summary(self.connection, contact, &phones, touched)
            .map_err(|error| storing(&error))
    }

    /// Settles the contacts that were touched so far; an import does it card by card.
    pub(super) fn settle_all(&mut self) -> Result<(), Refusal> {
        for (contact, claim) in std::mem::take(&mut self.phones) {
            if !self.gone.contains(&contact) {
                self.settle(contact, claim)?;
            }
        }
        Ok(())
    }

    /// Ends the writing: settles, logs, and keeps the clock. No step where nothing changed.
    pub(super) fn finish(
        mut self,
        kind: StepKind,
        actor: Actor,
        session: Uuid,
        title: String,
    ) -> Result<Option<UndoPoint>, Refusal> {
        self.settle_all()?;
        self.log(kind, actor, session, title)
            .map_err(|error| storing(&error))
    }

    fn log(
        &mut self,
        kind: StepKind,
        actor: Actor,
        session: Uuid,
        title: String,
    ) -> rusqlite::Result<Option<UndoPoint>> {
        let connection = self.connection;
        connection
            .prepare_cached("UPDATE clock SET stamp = ?1")?
            .execute([self.stamp])?;
        let operations = self.operations();
        if operations.is_empty() && kind == StepKind::Change {
            return Ok(None);
        }
        let (word, target) = match kind {
            StepKind::Change => ("change", None),
            StepKind::Undo(target) => ("undo", Some(target)),
            StepKind::Redo(target) => ("redo", Some(target)),
        };
        match kind {
            // What was undone before a new change can no longer be redone.
            StepKind::Change => {
                connection.execute("UPDATE undo_point SET undone = 2 WHERE undone = 1", [])?
            }
            StepKind::Undo(target) => {
                connection.execute("UPDATE undo_point SET undone = 1 WHERE id = ?1", [target])?
            }
            StepKind::Redo(target) => {
                connection.execute("UPDATE undo_point SET undone = 0 WHERE id = ?1", [target])?
            }
        };
        connection
            .prepare_cached("INSERT INTO undo_point (at, actor, title, session, kind, target) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?
            .execute(params![self.now.micros(), actor.word(), title, session.as_bytes(), word, target])?;
        let id = connection.last_insert_rowid();
        let mut statement = connection
            .prepare_cached("INSERT INTO operation (point, seq, entity, key, contact, kind, fields) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
        for (seq, (operation, contact)) in operations.into_iter().enumerate() {
            let key = operation.key();
            let entity = match key {
                Key::Phone(_) => "phone",
                Key::Contact(_) => "contact",
            };
            let (kind, fields) = match &operation {
                Operation::Create(_, _) => ("create", None),
                Operation::Update(_, changes) => ("update", serde_json::to_string(changes).ok()),
                Operation::Delete(record) => ("delete", serde_json::to_string(record).ok()),
            };
            let seq = i64::try_from(seq).unwrap_or(i64::MAX);
            statement.execute(params![
                id,
                seq,
                entity,
                key.uuid().as_bytes(),
                contact.0.as_bytes(),
                kind,
                fields
            ])?;
        }
        Ok(Some(UndoPoint {
            id,
            at: self.now,
            actor,
            title,
        }))
    }

    /// What was done, an operation for each row, in the order of the first touch.
    fn operations(&mut self) -> Vec<(Operation, ContactId)> {
        let mut operations = Vec::with_capacity(self.order.len());
        for key in std::mem::take(&mut self.order) {
            let Some(trace) = self.traces.remove(&key) else {
                continue;
            };
            match trace {
                Trace::Created(contact) => operations.push((Operation::Create(key, None), contact)),
                Trace::Deleted(record) => {
                    let contact = record.contact();
                    operations.push((Operation::Delete(record), contact));
                }
                Trace::Changed(before, after) => {
                    let contact = after.contact();
                    let change = match (&before, &after) {
                        (Record::Phone(before), Record::Phone(after)) => {
                            Operation::between(key, before, after)
                        }
                        (Record::Contact(before), Record::Contact(after)) => {
                            Operation::between(key, before, after)
                        }
                        _ => None,
                    };
                    operations.extend(change.map(|change| (change, contact)));
                }
            }
        }
        operations
    }
}

/// The last keys of an order, where a key that is written twice in a row nearly always is.
trait Recent {
    fn contains_recent(&self, key: Key) -> bool;
}

impl Recent for Vec<Key> {
    /// A key that comes again later is listed twice, and only its first place counts: its trace is
    /// taken there.
    fn contains_recent(&self, key: Key) -> bool {
        self.iter().rev().take(8).any(|known| *known == key)
    }
}

/// A failed insert: an id that is taken is a conflict.
fn exists(error: &rusqlite::Error) -> Refusal {
    match error.sqlite_error().map(|error| error.extended_code) {
        Some(
            rusqlite::ffi::SQLITE_CONSTRAINT_PRIMARYKEY | rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE,
        ) => Refusal {
            kind: Kind::Conflict,
            faults: vec![Fault::of("id", "exists already")],
            stored: None,
        },
        _ => storing(error),
    }
}
