//! Undo, redo and history, from the log that every write leaves.
//!
//! An undo is a step of its own, whose operations are the inverses of the change's; a redo inverts
//! the undo. Both are checked: where somebody has changed one of the rows since, nothing is done.

use rusqlite::{OptionalExtension, params};
use serde::Serialize;
use serde_json::Value;

use crate::domain::contact::{Contact, ContactId};
use crate::domain::edit::Done;
use crate::domain::operation::{Actor, HistoryEntry, Key, Operation, Record, UndoPoint};
use crate::domain::phone::Phone;
use crate::domain::refusal::{Kind, Refusal};

use super::Store;
use super::failure::{Answer, Failure};
use super::log::{self, Step};
use super::record;
use super::write::Writer;

/// The field that follows every write, so that it says nothing about whether a row is as it was
/// left; of a contact it moves with its phones, without an operation.
const TOUCHED: &str = "updated_at";

impl Store {
    /// Takes back the newest step of this session, or else of one that ended before it began. A step
    /// that another running program made meanwhile is left alone. None where there is none.
    ///
    /// # Errors
    /// Conflict where a row of the step was changed by somebody since.
    pub fn undo(&mut self) -> Result<Option<UndoPoint>, Refusal> {
        let done = self.write(|writer| {
            let target = log::undoable(writer.connection(), writer.author())?;
            let Some(target) = target else {
                return Ok((None, String::new()));
            };
            let applied = log::last_done(writer.connection(), target.id)?;
            writer.reverse(Step::Undo(target.id));
            writer.turn_round(&target, applied, "undo")?;
            Ok((Some(target.clone()), target.title))
        });
        done.map(|Done { value, .. }| value)
    }

    /// Does again what was undone last. None where there is none.
    ///
    /// # Errors
    /// Conflict where a row of the step was changed by somebody since.
    pub fn redo(&mut self) -> Result<Option<UndoPoint>, Refusal> {
        let done = self.write(|writer| {
            let target = log::redoable(writer.connection(), writer.author())?;
            let Some(target) = target else {
                return Ok((None, String::new()));
            };
            let applied = log::last_undone(writer.connection(), target.id)?;
            writer.reverse(Step::Redo(target.id));
            writer.turn_round(&target, applied, "redo")?;
            Ok((Some(target.clone()), target.title))
        });
        done.map(|Done { value, .. }| value)
    }

    /// What happened to a contact and its phones, the newest first. Undoing is not listed: what was
    /// undone is marked.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn history(&self, contact: ContactId, limit: usize) -> Result<Vec<HistoryEntry>, Refusal> {
        self.read(|connection| history(connection, contact, limit))
    }
}

/// What happened to a contact and its phones, the newest first.
pub(super) fn history(
    connection: &rusqlite::Connection,
    contact: ContactId,
    limit: usize,
) -> Answer<Vec<HistoryEntry>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut entries = connection.prepare_cached(
        "SELECT o.entity, o.key, o.kind, o.fields, p.id, p.at, p.actor, p.title, p.undone
         FROM operation o JOIN undo_point p ON p.id = o.point
         WHERE o.contact = ?1 AND p.kind = 'change' ORDER BY o.point DESC, o.seq LIMIT ?2",
    )?;
    let entries = entries.query_map(params![contact.0.as_bytes(), limit], |row| {
        Ok(HistoryEntry {
            operation: log::operation(row)?,
            point: log::point(row, 4)?,
            undone: row.get::<_, i64>(8)? != 0,
        })
    })?;
    Ok(entries.collect::<rusqlite::Result<_>>()?)
}

impl Writer<'_> {
    /// Applies the inverses of a step's operations, the last first, if every row is as the step
    /// left it. The rules are settled at the end, as for every write.
    fn turn_round(&mut self, target: &UndoPoint, applied: i64, verb: &str) -> Answer<()> {
        let operations = log::operations(self.connection(), applied)?;
        for (operation, contact) in &operations {
            self.refuse_changed(operation, *contact, target, verb)?;
        }
        for (operation, _) in operations.into_iter().rev() {
            self.invert(operation)?;
        }
        Ok(())
    }

    /// Refuses where a row is not as the step left it, or has a change by somebody that is newer
    /// than the step and still stands.
    ///
    /// The log alone would not do: another program may have undone or redone a step of its own. Nor
    /// would the row alone: a change of another field of it would be torn from what it belongs to.
    fn refuse_changed(
        &self,
        operation: &Operation,
        contact: ContactId,
        target: &UndoPoint,
        verb: &str,
    ) -> Answer<()> {
        let key = operation.key();
        // Taking back that a contact was made takes its phones along, whoever made those.
        let whole = matches!(operation, Operation::Create(Key::Contact(_), _));
        let newer: Option<(String, String)> = self
            .connection()
            .prepare_cached(
                "SELECT p.title, p.actor FROM operation o JOIN undo_point p ON p.id = o.point
                 WHERE o.contact = ?1 AND (?2 OR o.key = ?3) AND o.point > ?4
                 AND p.kind = 'change' AND p.undone = 0
                 ORDER BY o.point DESC LIMIT 1",
            )?
            .query_row(
                params![
                    contact.0.as_bytes(),
                    whole,
                    key.uuid().as_bytes(),
                    target.id
                ],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let by = match newer {
            Some((title, actor)) => {
                let actor = Actor::of(&actor).map_or("another program", words);
                format!("it was changed since by “{title}” ({actor})")
            }
            None if self.is_as_left(operation)? => return Ok(()),
            None => "it was changed since".to_owned(),
        };
        let detail = format!("cannot {verb} “{}”: {by}", target.title);
        Err(Refusal::new(Kind::Conflict, detail).into())
    }

    /// Whether a row is as an operation left it.
    fn is_as_left(&self, operation: &Operation) -> Answer<bool> {
        let current = record::find(self.connection(), operation.key())?;
        Ok(match (operation, current) {
            (Operation::Create(_, _), current) => current.is_some(),
            (Operation::Delete(_), current) => current.is_none(),
            (Operation::Update(_, _), None) => false,
            (Operation::Update(_, changes), Some(current)) => {
                let fields = match &current {
                    Record::Phone(phone) => fields(&**phone),
                    Record::Contact(contact) => fields(&**contact),
                }?;
                changes
                    .iter()
                    .filter(|change| change.field != TOUCHED)
                    .all(|change| fields.get(&change.field) == Some(&change.to))
            }
        })
    }

    /// Applies the inverse of an operation.
    fn invert(&mut self, operation: Operation) -> Answer<()> {
        let current = record::find(self.connection(), operation.key())?;
        let misfit = || Failure::Log("an operation does not fit the row that it is about".into());
        let inverse = operation.inverse(current.clone()).ok_or_else(misfit)?;
        match (inverse, current) {
            (Operation::Create(_, Some(Record::Phone(phone))), None) => self.insert_phone(*phone),
            (Operation::Create(_, Some(Record::Contact(contact))), None) => {
                self.insert_contact(*contact).map(drop)
            }
            (Operation::Delete(Record::Phone(phone)), Some(_)) => self.delete_phone(*phone),
            (Operation::Delete(Record::Contact(contact)), Some(_)) => self.delete_contact(*contact),
            (Operation::Update(_, changes), Some(Record::Phone(before))) => {
                let after: Phone =
                    Operation::revise(&*before, &changes).map_err(|error| unreadable(&error))?;
                self.update_phone(*before, after)
            }
            (Operation::Update(_, changes), Some(Record::Contact(before))) => {
                let after: Contact =
                    Operation::revise(&*before, &changes).map_err(|error| unreadable(&error))?;
                self.update_contact(*before, after).map(drop)
            }
            _ => Err(misfit()),
        }
    }
}

fn unreadable(error: &serde_json::Error) -> Failure {
    Failure::Log(error.to_string())
}

/// The fields of a record by name.
fn fields<T: Serialize>(record: &T) -> Answer<Value> {
    serde_json::to_value(record).map_err(|error| unreadable(&error))
}

/// Who it was, as a person reads it.
const fn words(actor: Actor) -> &'static str {
    match actor {
        Actor::Screens => "the screens",
        Actor::Command => "command line",
        Actor::Import => "import",
    }
}
