//! Undo, redo and history, from the log that every write leaves.
//!
//! An undo is a step of its own, whose operations are the inverses of the change's; a redo inverts
//! the undo. Both are checked: if one of the rows has changed since, nothing is done.

use std::collections::{HashMap, HashSet};

use rusqlite::{Connection, OptionalExtension, params};
use uuid::Uuid;

use crate::domain::contact::{Contact, ContactId};
use crate::domain::edit::Done;
use crate::domain::operation::{
    HistoryEntry, Operation, Overwriting, Record, RecordKey, Standing, StepEntry, StepRow,
    UndoPoint,
};
use crate::domain::phone::{Phone, PhoneId};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::rehearsal::Seen;
use crate::domain::turning::turned_back;

use crate::store::base::Store;
use crate::store::db::failure::{Answer, Failure};
use crate::store::db::record;
use crate::store::db::sync_lock::SyncLock;
use crate::store::undo::restore::past;
use crate::store::undo::since::Later;
use crate::store::write::decided;
use crate::store::write::log::{self, STEP, StepKind};
use crate::store::write::writer::Writer;

/// Up to how many rows a step says what contacts were made with.
const WHOLE: usize = 50;

/// Why a step cannot be undone that is not among those that can.
const GONE: &str = "no such step, or it was already undone or emptied with the bin";

impl Store {
    /// Takes back the newest step of this session, or else of one that ended before it began. A step
    /// that another running program made since is left alone. None if there is no step.
    ///
    /// # Errors
    /// Conflict if a row of the step has changed since.
    pub fn undo(&mut self) -> Result<Option<UndoPoint>, Refusal> {
        self.undo_over(Overwriting::Refused)
    }

    /// As [`Store::undo`], with what to do about rows that have changed since.
    ///
    /// # Errors
    /// Conflict if a row of the step has changed since and is not to be written
    /// over.
    pub fn undo_over(&mut self, over: Overwriting) -> Result<Option<UndoPoint>, Refusal> {
        let (_, author, _) = self.start_writing()?;
        let _lock = self.keep_sync_out(|connection| {
            let target = log::undoable(connection, author)?;
            Ok(target.is_some_and(|target| target.run.is_some()))
        })?;
        let done = self.write_much(Seen::Nothing, |writer| {
            let target = log::undoable(writer.connection(), writer.author())?;
            let Some(target) = target else {
                return Ok((None, String::new()));
            };
            writer.take_back(&target, over)?;
            Ok((Some(target.clone()), target.title))
        });
        done.map(|Done { value, .. }| value)
    }

    /// Undoes one step of any program, and leaves later ones. Of a sync it undoes the whole run that the step
    /// is part of, and gives the first step of that.
    ///
    /// # Errors
    /// Not found if no such step is in effect; conflict as [`Store::undo_over`].
    pub fn undo_step(&mut self, id: i64, over: Overwriting) -> Result<UndoPoint, Refusal> {
        let _lock = self.keep_sync_out(|connection| {
            let is_of_run = "SELECT remote IS NOT NULL FROM undo_point WHERE id = ?1";
            let is_of_run = connection.query_row(is_of_run, [id], |row| row.get(0));
            Ok(is_of_run.optional()?.unwrap_or(false))
        })?;
        let done = self.write_much(Seen::Nothing, |writer| {
            let undone = writer.undo_one(id, over)?;
            let title = undone.title.clone();
            Ok((undone, title))
        });
        done.map(|Done { value, .. }| value)
    }

    /// Undoes a step and all later ones of any program: the book is as it was before.
    /// All of it or nothing. Gives the steps, the newest first; each can be redone.
    ///
    /// # Errors
    /// Not found if no such step is in effect; conflict if the rows are not as the log
    /// says; outdated where it is not any more what was seen.
    pub fn undo_back_to(&mut self, id: i64, seen: Seen) -> Result<Vec<UndoPoint>, Refusal> {
        // A sync that begins now would be among them.
        let _lock = SyncLock::keep_out(self.path())?;
        let done = self.write_much(seen, |writer| Ok((writer.back_to(id)?, String::new())));
        done.map(|Done { value, .. }| value)
    }

    /// Keeps syncs out while steps are taken back, where one of them is of a sync.
    fn keep_sync_out(
        &self,
        is_of_run: impl FnOnce(&Connection) -> Answer<bool>,
    ) -> Result<Option<SyncLock>, Refusal> {
        if self.read(is_of_run)? {
            SyncLock::keep_out(self.path())
        } else {
            Ok(None)
        }
    }

    /// Redoes the last undone step; `None` where no step was undone.
    ///
    /// # Errors
    /// Conflict if a row of the step has changed since; invalid where it is a sync.
    pub fn redo(&mut self) -> Result<Option<UndoPoint>, Refusal> {
        let done = self.write_much(Seen::Nothing, |writer| {
            let target = log::redoable(writer.connection(), writer.author())?;
            let Some(target) = target else {
                return Ok((None, String::new()));
            };
            if let Some(run) = &target.run {
                let name = &run.remote;
                let why = format!(
                    "what was undone last is a sync with {name}, which is not redone; callbook sync {name} \
                     --dry-run shows what the next one does"
                );
                return Err(Refusal::new(Kind::Invalid, why).into());
            }
            let applied = log::last_undone(writer.connection(), target.id)?;
            writer.set_step(StepKind::Redo(target.id));
            // What an undo wrote over comes back with its redo: only what was changed after the undo stands in the way.
            writer.turn_round(&target, [applied; 2], "redo", Overwriting::Refused)?;
            decided::open_again(writer.connection(), [applied; 2])?;
            decided::close_again(writer.connection(), target.id)?;
            Ok((Some(target.clone()), target.title))
        });
        done.map(|Done { value, .. }| value)
    }

    /// The changes of the whole book, the newest first: those before `before`, or the newest.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn steps(&self, before: Option<i64>, limit: usize) -> Result<Vec<StepEntry>, Refusal> {
        self.read(|connection| {
            let mut steps = connection.prepare_cached(&format!(
                "SELECT {STEP}, undone, emptied,
                    (SELECT 1 + max(seq) FROM operation WHERE point = p.id)
                 FROM undo_point p WHERE kind = 'change' AND id < ?1 ORDER BY id DESC LIMIT ?2"
            ))?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let steps = steps.query_map(params![before.unwrap_or(i64::MAX), limit], |row| {
                let rows: Option<i64> = row.get(8)?;
                Ok(StepEntry {
                    point: log::point(row, 0)?,
                    standing: match (row.get(7)?, row.get::<_, i64>(6)?) {
                        (true, _) => Standing::Emptied,
                        (_, 0) => Standing::Done,
                        (_, 1) => Standing::Undone,
                        _ => Standing::Passed,
                    },
                    rows: usize::try_from(rows.unwrap_or_default()).unwrap_or_default(),
                })
            })?;
            Ok(steps.collect::<rusqlite::Result<_>>()?)
        })
    }

    /// What a step did to each row, in its order; the first so many of them.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn step_rows(&self, id: i64, limit: usize) -> Result<Vec<StepRow>, Refusal> {
        self.snapshot(|connection| {
            let operations = log::operations(connection, id, limit)?;
            let are_whole = operations.len() <= WHOLE;
            let rows = operations.into_iter().map(|(operation, contact)| {
                let operation = if are_whole {
                    with_contact(connection, operation, contact, id)?
                } else {
                    operation
                };
                Ok(StepRow {
                    contact,
                    name: name_of(connection, contact)?,
                    number: number_of(connection, contact, &operation)?,
                    operation,
                })
            });
            rows.collect()
        })
    }

    /// What happened to a contact and its phones, the newest first. Undoing is not listed: what was
    /// undone is marked.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn history(&self, contact: ContactId, limit: usize) -> Result<Vec<HistoryEntry>, Refusal> {
        self.snapshot(|connection| {
            let phones = record::phones_of(connection, contact)?;
            history(connection, contact, &phones, limit)
        })
    }
}

/// What happened to a contact, which has these phones now, and to its phones, the newest first.
pub(in crate::store) fn history(
    connection: &Connection,
    contact: ContactId,
    phones: &[Phone],
    limit: usize,
) -> Answer<Vec<HistoryEntry>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut entries = connection.prepare_cached(&format!(
        "SELECT o.entity, o.key, o.kind, o.fields, {STEP}, p.undone
         FROM operation o JOIN undo_point p ON p.id = o.point
         WHERE o.contact = ?1 AND p.kind = 'change' ORDER BY o.point DESC, o.seq LIMIT ?2"
    ))?;
    let entries = entries.query_map(params![contact.0.as_bytes(), limit], |row| {
        Ok(HistoryEntry {
            number: None,
            operation: log::operation(row)?,
            point: log::point(row, 4)?,
            undone: row.get::<_, i64>(10)? != 0,
        })
    })?;
    let mut entries = entries.collect::<rusqlite::Result<Vec<_>>>()?;
    for entry in &mut entries {
        let made = matches!(
            entry.operation,
            Operation::Create(RecordKey::Contact(_), None)
        );
        if made && !entry.undone {
            let operation = entry.operation.clone();
            entry.operation = with_contact(connection, operation, contact, entry.point.id)?;
        }
    }
    let numbers = phones.iter().map(|phone| (phone.id, phone.shown()));
    let mut numbers: HashMap<PhoneId, String> = numbers.collect();
    for entry in &mut entries {
        let RecordKey::Phone(id) = entry.operation.key() else {
            continue;
        };
        if let Some(number) = numbers.get(&id) {
            entry.number = Some(number.clone());
            continue;
        }
        entry.number = number_of(connection, contact, &entry.operation)?;
        numbers.extend(entry.number.clone().map(|number| (id, number)));
    }
    Ok(entries)
}

/// An operation of a step; one that made a contact with the contact as it was made, which the log leaves out.
fn with_contact(
    connection: &Connection,
    operation: Operation,
    contact: ContactId,
    step: i64,
) -> Answer<Operation> {
    let Operation::Create(key @ RecordKey::Contact(_), None) = operation else {
        return Ok(operation);
    };
    let made = past(connection, contact, None, step)?;
    let record = made.map(|made| Record::Contact(Box::new(made.contact)));
    Ok(Operation::Create(key, record))
}

/// The name of a contact, there or deleted.
fn name_of(connection: &Connection, id: ContactId) -> Answer<String> {
    let there: Option<String> = connection
        .prepare_cached("SELECT name FROM contact WHERE id = ?1")?
        .query_row([id.0.as_bytes()], |row| row.get(0))
        .optional()?;
    if let Some(name) = there {
        return Ok(name);
    }
    let deleted: Option<String> = connection
        .prepare_cached(
            "SELECT fields ->> 'name' FROM operation
             WHERE contact = ?1 AND entity = 'contact' AND kind = 'delete'
             ORDER BY point DESC LIMIT 1",
        )?
        .query_row([id.0.as_bytes()], |row| row.get(0))
        .optional()?;
    Ok(deleted.unwrap_or_else(|| "a contact that was deleted for good".to_owned()))
}

/// The number that an operation on a row of a contact is about, as people read it: there, or as it was when it
/// was deleted last. None where it is about the contact.
fn number_of(
    connection: &Connection,
    contact: ContactId,
    operation: &Operation,
) -> Answer<Option<String>> {
    Ok(match (operation, operation.key()) {
        (_, RecordKey::Contact(_)) => None,
        (Operation::Delete(Record::Phone(phone)), _) => Some(phone.shown()),
        (_, RecordKey::Phone(id)) => {
            let phone = match record::find_phone(connection, id)? {
                Some(phone) => Some(phone),
                None => deleted_phone(connection, contact, id)?,
            };
            Some(phone.map_or_else(|| "a number".to_owned(), |phone| phone.shown()))
        }
    })
}

/// A phone of a contact as it was when it was deleted last; none where it was deleted for good.
fn deleted_phone(
    connection: &Connection,
    contact: ContactId,
    id: PhoneId,
) -> Answer<Option<Phone>> {
    let mut deleted = connection.prepare_cached(
        "SELECT fields FROM operation
         WHERE contact = ?1 AND key = ?2 AND entity = 'phone' AND kind = 'delete' AND fields IS NOT NULL
         ORDER BY point DESC LIMIT 1",
    )?;
    let deleted = deleted.query_row(params![contact.0.as_bytes(), id.0.as_bytes()], |row| {
        record::json(row, 0)
    });
    Ok(deleted.optional()?)
}

impl Writer<'_> {
    /// Undoes a step and every one after it, each in a step of its own.
    pub(in crate::store) fn back_to(&mut self, id: i64) -> Answer<Vec<UndoPoint>> {
        if log::standing(self.connection(), id)?.is_none() {
            return Err(Refusal::not_found("step to undo", id).into());
        }
        let (pruned, _) = log::horizon(self.connection())?;
        if id <= pruned {
            let detail = format!(
                "steps up to {pruned} were pruned from the history; undo back to a later one"
            );
            return Err(Refusal::new(Kind::Invalid, detail).into());
        }
        let steps = log::standing_since(self.connection(), id)?;
        self.take_all_back(&steps, Overwriting::Refused)?;
        Ok(steps)
    }

    /// Undoes a step, or the run of a sync that it is part of; gives the first step of what was undone.
    pub(in crate::store) fn undo_one(&mut self, id: i64, over: Overwriting) -> Answer<UndoPoint> {
        let target = log::standing(self.connection(), id)?
            .ok_or_else(|| Refusal::new(Kind::NotFound, GONE))?;
        let Some(run) = &target.run else {
            self.take_back(&target, over)?;
            return Ok(target);
        };
        let mut steps = log::standing_of_run(self.connection(), run.id)?;
        self.take_all_back(&steps, over)?;
        let first = steps.pop();
        first.ok_or_else(|| Refusal::new(Kind::NotFound, GONE).into())
    }

    /// Undoes steps in this order, each in a step of its own.
    fn take_all_back(&mut self, steps: &[UndoPoint], over: Overwriting) -> Answer<()> {
        for step in steps {
            self.take_back(step, over)?;
            self.end_step(&step.title)?;
        }
        Ok(())
    }

    /// Makes this step the undo of another one.
    fn take_back(&mut self, target: &UndoPoint, over: Overwriting) -> Answer<()> {
        let applied = log::last_done(self.connection(), target.id)?;
        self.set_step(StepKind::Undo(target.id));
        self.turn_round(target, [applied, target.id], "undo", over)?;
        decided::open_again(self.connection(), [target.id, applied])?;
        if let Some(run) = &target.run {
            self.mark_unlinked(applied, run.id)?;
        }
        Ok(())
    }

    /// Marks the cards that a run of a sync linked or made, and those of contacts that a step of it made, as of a
    /// run that was taken back, wherever they are: that those contacts are gone is no wish to delete them there.
    fn mark_unlinked(&self, step: i64, run: Uuid) -> Answer<()> {
        self.connection().execute(
            "UPDATE remote_card SET undone = 1
             WHERE run = ?2 OR contact IN (
                SELECT key FROM operation WHERE point = ?1 AND entity = 'contact' AND kind = 'create')",
            params![step, run.as_bytes()],
        )?;
        Ok(())
    }

    /// Applies the inverses of a step's operations, the last first, if every row is as the step
    /// left it and was not changed by a step after `since`. The rules are settled at the end, as for every write.
    fn turn_round(
        &mut self,
        target: &UndoPoint,
        [applied, since]: [i64; 2],
        verb: &str,
        over: Overwriting,
    ) -> Answer<()> {
        let operations = log::operations(self.connection(), applied, usize::MAX)?;
        let mut pace = self.pace();
        let all = 2 * operations.len();
        // The rows of a contact stand together.
        let mut later: Option<(ContactId, Later)> = None;
        let mut changed_since = HashSet::new();
        for (done, (operation, contact)) in operations.iter().enumerate() {
            pace.tell(done, all)?;
            let known = match later.take() {
                Some((known, later)) if known == *contact => later,
                _ => self.later(*contact, since)?,
            };
            if over == Overwriting::Refused {
                self.refuse_changed(operation, &known, target, verb)?;
            }
            if known.has(operation.key()) {
                changed_since.insert(operation.key());
            }
            later = Some((*contact, known));
        }
        for (done, (operation, contact)) in operations.into_iter().rev().enumerate() {
            pace.tell(all / 2 + done, all)?;
            let newer = changed_since.contains(&operation.key());
            match over {
                Overwriting::Refused => self.invert(operation, newer)?,
                Overwriting::Written => self.invert_over(operation, contact, newer)?,
            }
        }
        Ok(())
    }

    /// Applies the inverse of an operation to a row as it is now, if it fits there at all.
    fn invert_over(&mut self, operation: Operation, contact: ContactId, newer: bool) -> Answer<()> {
        let there = record::find(self.connection(), operation.key())?;
        let fits = match &operation {
            Operation::Create(_, _) | Operation::Update(_, _) => there.is_some(),
            Operation::Delete(Record::Contact(_)) => there.is_none(),
            Operation::Delete(Record::Phone(phone)) => {
                let others = record::phones_of(self.connection(), contact)?;
                let same = |other: &Phone| other.identity == phone.identity;
                there.is_none()
                    && self.is_there(RecordKey::Contact(contact))?
                    && !others.iter().any(same)
            }
        };
        if fits {
            self.invert(operation, newer)
        } else {
            Ok(())
        }
    }

    /// Applies the inverse of an operation; of a contact that has `newer` changes, to the parts that it touched alone.
    fn invert(&mut self, operation: Operation, newer: bool) -> Answer<()> {
        let current = record::find(self.connection(), operation.key())?;
        if let (Operation::Update(_, changes), Some(Record::Contact(before))) =
            (&operation, &current)
        {
            let turned = turned_back(before, changes).map_err(|error| unreadable(&error))?;
            let updated_at = if newer {
                self.context().now
            } else {
                turned.updated_at
            };
            let after = Contact {
                updated_at,
                ..turned
            };
            return self.update_contact((**before).clone(), after).map(drop);
        }
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
            _ => Err(misfit()),
        }
    }
}

fn unreadable(error: &serde_json::Error) -> Failure {
    Failure::Log(error.to_string())
}
