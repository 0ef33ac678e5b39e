//! Undo, redo and history, from the log that every write leaves.
//!
//! An undo is a step of its own, whose operations are the inverses of the change's; a redo inverts
//! the undo. Both are checked: where somebody has changed one of the rows since, nothing is done.

use rusqlite::{OptionalExtension, Row, params};

use crate::domain::contact::{Contact, ContactId};
use crate::domain::operation::{
    Actor, FieldChange, HistoryEntry, Key, Operation, Record, UndoPoint,
};
use crate::domain::phone::{Phone, PhoneId};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::timestamp::Timestamp;

use super::Store;
use super::failure::storing;
use super::record;
use super::write::{StepKind, Writer};

impl Store {
    /// Takes back the newest step of this session, or else of one that ended before it began. A step
    /// that another running program made meanwhile is left alone. None where there is none.
    ///
    /// # Errors
    /// Conflict where a row of the step was changed by somebody since.
    pub fn undo(&mut self) -> Result<Option<UndoPoint>, Refusal> {
        let Some(target) = self.candidate("undone = 0 AND kind = 'change'", "DESC")? else {
            return Ok(None);
        };
        self.reverse(target, StepKind::Undo, "undo").map(Some)
    }

    /// Does again what was undone last.
    ///
    /// # Errors
    /// Conflict where a row of the step was changed by somebody since.
    pub fn redo(&mut self) -> Result<Option<UndoPoint>, Refusal> {
        let Some(target) = self.candidate("undone = 1 AND kind = 'change'", "ASC")? else {
            return Ok(None);
        };
        self.reverse(target, StepKind::Redo, "redo").map(Some)
    }

    fn candidate(&self, condition: &str, direction: &str) -> Result<Option<UndoPoint>, Refusal> {
        let sql = format!(
            "SELECT id, at, actor, title FROM undo_point
             WHERE {condition} AND (session = ?1 OR id <= ?2) ORDER BY id {direction} LIMIT 1"
        );
        self.connection
            .query_row(
                &sql,
                params![self.session.as_bytes(), self.horizon],
                |row| point(row, 0),
            )
            .optional()
            .map_err(|error| storing(&error))
    }

    fn reverse(
        &mut self,
        target: UndoPoint,
        kind: fn(i64) -> StepKind,
        verb: &str,
    ) -> Result<UndoPoint, Refusal> {
        let title = target.title.clone();
        self.write(kind(target.id), |writer| {
            // The newest step that did (or undid) the target: its operations are turned round.
            let opposite = if verb == "undo" { "redo" } else { "undo" };
            let applied: i64 = writer
                .connection()
                .query_row(
                    "SELECT max(id) FROM undo_point WHERE (id = ?1 AND ?2 = 'redo') OR (target = ?1 AND kind = ?2)",
                    params![target.id, opposite],
                    |row| row.get(0),
                )
                .map_err(|error| storing(&error))?;
            let operations = operations(writer, applied).map_err(|error| storing(&error))?;
            for (operation, contact) in &operations {
                writer.refuse_newer(operation.key(), *contact, &target, applied, verb)?;
            }
            for (operation, _) in operations.into_iter().rev() {
                writer.invert(operation)?;
            }
            Ok(((), title))
        })?;
        Ok(target)
    }

    /// What happened to a contact and its phones, the newest first.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn history(&self, contact: ContactId, limit: usize) -> Result<Vec<HistoryEntry>, Refusal> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let entries = self
            .connection
            .prepare_cached(
                "SELECT o.entity, o.key, o.kind, o.fields, p.id, p.at, p.actor, p.title, p.undone
                 FROM operation o JOIN undo_point p ON p.id = o.point
                 WHERE o.contact = ?1 AND p.kind = 'change' ORDER BY o.point DESC, o.seq LIMIT ?2",
            )
            .and_then(|mut statement| {
                statement
                    .query_map(params![contact.0.as_bytes(), limit], |row| {
                        Ok(HistoryEntry {
                            operation: operation(row)?,
                            point: point(row, 4)?,
                            undone: row.get::<_, i64>(8)? != 0,
                        })
                    })?
                    .collect()
            });
        entries.map_err(|error| storing(&error))
    }
}

impl Writer<'_> {
    /// Refuses where a row has a change that is newer than the step which is turned round, and that
    /// still stands.
    fn refuse_newer(
        &self,
        key: Key,
        contact: ContactId,
        target: &UndoPoint,
        applied: i64,
        verb: &str,
    ) -> Result<(), Refusal> {
        let newer: Option<(String, String)> = self
            .connection()
            .prepare_cached(
                "SELECT p.title, p.actor FROM operation o JOIN undo_point p ON p.id = o.point
                 WHERE o.contact = ?1 AND o.key = ?2 AND p.kind = 'change' AND p.undone = 0 AND p.id > ?3 AND p.id <> ?4
                 ORDER BY p.id DESC LIMIT 1",
            )
            .and_then(|mut statement| {
                statement
                    .query_row(params![contact.0.as_bytes(), key.uuid().as_bytes(), target.id.max(applied), target.id], |row| {
                        Ok((row.get(0)?, row.get(1)?))
                    })
                    .optional()
            })
            .map_err(|error| storing(&error))?;
        match newer {
            None => Ok(()),
            Some((title, actor)) => {
                let detail = format!(
                    "cannot {verb} “{}”: it was changed since by “{title}” ({actor})",
                    target.title
                );
                Err(Refusal::new(Kind::Conflict, detail))
            }
        }
    }

    /// Applies the inverse of an operation. The rules are settled at the end, as for every write.
    fn invert(&mut self, operation: Operation) -> Result<(), Refusal> {
        let key = operation.key();
        let current = match key {
            Key::Phone(id) => record::find_phone(self.connection(), id)
                .map(|phone| phone.map(|phone| Record::Phone(Box::new(phone)))),
            Key::Contact(id) => record::find_contact(self.connection(), id)
                .map(|contact| contact.map(|contact| Record::Contact(Box::new(contact)))),
        }
        .map_err(|error| storing(&error))?;
        let damaged = || {
            Refusal::new(
                Kind::Storage,
                "the log does not fit what is stored; nothing was written",
            )
        };
        let unreadable = |error: serde_json::Error| {
            Refusal::new(
                Kind::Storage,
                format!("the log is damaged: {error}; nothing was written"),
            )
        };
        match (
            operation.inverse(current.clone()).ok_or_else(damaged)?,
            current,
        ) {
            (Operation::Create(_, Some(Record::Phone(phone))), None) => self.insert_phone(*phone),
            (Operation::Create(_, Some(Record::Contact(contact))), None) => {
                self.insert_contact(*contact).map(|_| ())
            }
            (Operation::Delete(Record::Phone(phone)), Some(_)) => self.delete_phone(*phone),
            (Operation::Delete(Record::Contact(contact)), Some(_)) => self.delete_contact(*contact),
            (Operation::Update(_, changes), Some(Record::Phone(before))) => {
                let after: Phone = Operation::revise(&*before, &changes).map_err(unreadable)?;
                self.update_phone(*before, after)
            }
            (Operation::Update(_, changes), Some(Record::Contact(before))) => {
                let after: Contact = Operation::revise(&*before, &changes).map_err(unreadable)?;
                self.update_contact(*before, after).map(|_| ())
            }
            _ => Err(damaged()),
        }
    }
}

/// The operations of a step, in their order, each with its contact.
fn operations(writer: &Writer<'_>, step: i64) -> rusqlite::Result<Vec<(Operation, ContactId)>> {
    writer
        .connection()
        .prepare_cached("SELECT entity, key, kind, fields, contact FROM operation WHERE point = ?1 ORDER BY seq")?
        .query_map([step], |row| Ok((operation(row)?, ContactId(record::uuid(row, 4)?))))?
        .collect()
}

/// An operation out of a row that begins with entity, key, kind and fields.
fn operation(row: &Row<'_>) -> rusqlite::Result<Operation> {
    let id = record::uuid(row, 1)?;
    let phone = row.get::<_, String>(0)? == "phone";
    let key = if phone {
        Key::Phone(PhoneId(id))
    } else {
        Key::Contact(ContactId(id))
    };
    let fields: String = row.get::<_, Option<String>>(3)?.unwrap_or_default();
    let damaged = |error: serde_json::Error| {
        rusqlite::Error::FromSqlConversionFailure(3, rusqlite::types::Type::Text, Box::new(error))
    };
    Ok(match row.get::<_, String>(2)?.as_str() {
        "create" => Operation::Create(key, None),
        "update" => Operation::Update(
            key,
            serde_json::from_str::<Vec<FieldChange>>(&fields).map_err(damaged)?,
        ),
        _ if phone => Operation::Delete(Record::Phone(
            serde_json::from_str(&fields).map_err(damaged)?,
        )),
        _ => Operation::Delete(Record::Contact(
            serde_json::from_str(&fields).map_err(damaged)?,
        )),
    })
}

/// A step out of a row, from a column on.
fn point(row: &Row<'_>, from: usize) -> rusqlite::Result<UndoPoint> {
    let actor: String = row.get(from + 2)?;
    Ok(UndoPoint {
        id: row.get(from)?,
        at: Timestamp::from_micros(row.get(from + 1)?),
        actor: Actor::of(&actor).unwrap_or(Actor::Command),
        title: row.get(from + 3)?,
    })
}
