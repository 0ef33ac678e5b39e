//! The log of operations: rows of `undo_point` and `operation`, written and read back here only.
//!
//! A created record is not kept in the log, since it is in its table; what is changed is kept as
//! the fields that differ, and what is deleted as it was.

use std::collections::HashSet;

use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use crate::domain::contact::ContactId;
use crate::domain::operation::{Actor, Operation, Record, RecordKey, SyncRun, UndoPoint};
use crate::domain::phone::PhoneId;
use crate::domain::timestamp::Timestamp;

use crate::store::db::failure::{Answer, Failure};
use crate::store::db::record;

/// What writes.
#[derive(Clone, Copy)]
pub(in crate::store) struct Author {
    /// By what.
    pub(in crate::store) actor: Actor,
    /// In which run of the program.
    pub(in crate::store) session: Uuid,
    /// The newest step that was there when that run began.
    pub(in crate::store) horizon: i64,
}

/// What a step is: a change, by a person or by a sync, or one that takes another back or does it again.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::store) enum StepKind {
    Change,
    Sync(SyncRun),
    Undo(i64),
    Redo(i64),
}

/// Begins a step, whose operations are added to it.
pub(in crate::store) fn begin(
    connection: &Connection,
    author: Author,
    step: StepKind,
    at: Timestamp,
    title: String,
) -> Answer<UndoPoint> {
    match step {
        // What was undone before a new change can no longer be redone.
        StepKind::Change => {
            connection.execute("UPDATE undo_point SET undone = 2 WHERE undone = 1", [])?
        }
        // A sync is no change of the person's, and leaves that alone.
        StepKind::Sync(_) => 0,
        StepKind::Undo(target) => {
            connection.execute("UPDATE undo_point SET undone = 1 WHERE id = ?1", [target])?
        }
        StepKind::Redo(target) => {
            connection.execute("UPDATE undo_point SET undone = 0 WHERE id = ?1", [target])?
        }
    };
    let (word, target, run) = match step {
        StepKind::Change => ("change", None, None),
        StepKind::Sync(run) => ("change", None, Some(run)),
        StepKind::Undo(target) => ("undo", Some(target), None),
        StepKind::Redo(target) => ("redo", Some(target), None),
    };
    connection
        .prepare_cached(
            "INSERT INTO undo_point (at, actor, title, session, kind, target, remote, run)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            at.micros(),
            author.actor.word(),
            title,
            author.session.as_bytes(),
            word,
            target,
            run.as_ref().map(|run| &run.remote),
            run.as_ref().map(|run| run.id.as_bytes()),
        ])?;
    Ok(UndoPoint {
        id: connection.last_insert_rowid(),
        at,
        actor: author.actor,
        title,
        run,
    })
}

/// Gives a step its words.
pub(in crate::store) fn rename(
    connection: &Connection,
    step: &mut UndoPoint,
    title: &str,
) -> Answer<()> {
    connection.execute(
        "UPDATE undo_point SET title = ?2 WHERE id = ?1",
        params![step.id, title],
    )?;
    title.clone_into(&mut step.title);
    Ok(())
}

/// Adds operations to a step, after the `there` that it has; gives how many it has then.
pub(in crate::store) fn add(
    connection: &Connection,
    step: i64,
    there: i64,
    operations: &[(Operation, ContactId)],
) -> Answer<i64> {
    let mut insert = connection.prepare_cached(
        "INSERT INTO operation (point, seq, entity, key, contact, kind, fields)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    let unwritable = |error: serde_json::Error| Failure::Log(error.to_string());
    let mut next = there;
    for (seq, (operation, contact)) in (there..).zip(operations) {
        next = seq + 1;
        let key = operation.key();
        let entity = match key {
            RecordKey::Phone(_) => "phone",
            RecordKey::Contact(_) => "contact",
        };
        let (kind, fields) = match operation {
            Operation::Create(_, _) => ("create", None),
            Operation::Update(_, changes) => (
                "update",
                Some(serde_json::to_string(changes).map_err(unwritable)?),
            ),
            Operation::Delete(record) => (
                "delete",
                Some(serde_json::to_string(record).map_err(unwritable)?),
            ),
        };
        let (key, contact) = (key.uuid(), contact.0);
        insert.execute(params![
            step,
            seq,
            entity,
            key.as_bytes(),
            contact.as_bytes(),
            kind,
            fields
        ])?;
    }
    Ok(next)
}

/// Puts the deletion of a contact after what happened to its numbers, also where it was written before they were: turned
/// round, it is there again before they are.
pub(in crate::store) fn put_in_order(operations: &mut [(Operation, ContactId)]) {
    let is_end = |operation: &Operation| matches!(operation, Operation::Delete(Record::Contact(_)));
    let mut ended = HashSet::new();
    let has_late = operations.iter().any(|(operation, contact)| {
        let is_late = ended.contains(contact);
        if is_end(operation) {
            ended.insert(*contact);
        }
        is_late
    });
    if has_late {
        operations.sort_by_key(|(operation, _)| is_end(operation));
    }
}

/// The operations of a step, the first so many in their order, each with its contact.
pub(in crate::store) fn operations(
    connection: &Connection,
    step: i64,
    limit: usize,
) -> rusqlite::Result<Vec<(Operation, ContactId)>> {
    connection
        .prepare_cached(
            "SELECT entity, key, kind, fields, contact FROM operation WHERE point = ?1 ORDER BY seq
             LIMIT ?2",
        )?
        .query_map(
            params![step, i64::try_from(limit).unwrap_or(i64::MAX)],
            |row| Ok((operation(row)?, ContactId(record::uuid(row, 4)?))),
        )?
        .collect()
}

/// An operation out of a row that begins with entity, key, kind and fields.
pub(in crate::store) fn operation(row: &Row<'_>) -> rusqlite::Result<Operation> {
    let id = record::uuid(row, 1)?;
    let phone = row.get::<_, String>(0)? == "phone";
    let key = if phone {
        RecordKey::Phone(PhoneId(id))
    } else {
        RecordKey::Contact(ContactId(id))
    };
    Ok(match row.get::<_, String>(2)?.as_str() {
        "create" => Operation::Create(key, None),
        "update" => Operation::Update(key, record::json(row, 3)?),
        _ if phone => Operation::Delete(Record::Phone(record::json(row, 3)?)),
        _ => Operation::Delete(Record::Contact(record::json(row, 3)?)),
    })
}

/// The columns of a step `p` that [`point`] reads.
pub(in crate::store) const STEP: &str = "p.id, p.at, p.actor, p.title, p.remote, p.run";

/// A step out of a row, from the first of its columns on.
pub(in crate::store) fn point(row: &Row<'_>, from: usize) -> rusqlite::Result<UndoPoint> {
    let actor: String = row.get(from + 2)?;
    let run = match row.get(from + 4)? {
        Some(remote) => Some(SyncRun {
            remote,
            id: record::uuid(row, from + 5)?,
        }),
        None => None,
    };
    Ok(UndoPoint {
        id: row.get(from)?,
        at: Timestamp::from_micros(row.get(from + 1)?),
        actor: Actor::of(&actor).unwrap_or(Actor::Command),
        title: row.get(from + 3)?,
        run,
    })
}

/// The newest change that has not been undone, of the author's run or from before it began. What
/// another running program does meanwhile is its own to take back, and a sync is taken back by its name.
pub(in crate::store) fn undoable(
    connection: &Connection,
    author: Author,
) -> rusqlite::Result<Option<UndoPoint>> {
    connection
        .query_row(
            &format!(
                "SELECT {STEP} FROM undo_point p
                 WHERE undone = 0 AND kind = 'change' AND NOT emptied AND run IS NULL
                    AND (session = ?1 OR id <= ?2)
                 ORDER BY id DESC LIMIT 1"
            ),
            params![author.session.as_bytes(), author.horizon],
            |row| point(row, 0),
        )
        .optional()
}

/// The change that was undone last, by the author's run or before it began, and not redone since. Of what was undone
/// at once, a sync is the last.
pub(in crate::store) fn redoable(
    connection: &Connection,
    author: Author,
) -> rusqlite::Result<Option<UndoPoint>> {
    connection
        .query_row(
            &format!(
                "SELECT {STEP} FROM undo_point p JOIN undo_point u ON u.target = p.id AND u.kind = 'undo'
                 WHERE p.undone = 1 AND p.kind = 'change' AND NOT p.emptied
                    AND (u.session = ?1 OR u.id <= ?2)
                 ORDER BY u.at DESC, p.run IS NOT NULL, u.id DESC LIMIT 1"
            ),
            params![author.session.as_bytes(), author.horizon],
            |row| point(row, 0),
        )
        .optional()
}

/// A change in effect, by its id.
pub(in crate::store) fn standing(
    connection: &Connection,
    id: i64,
) -> rusqlite::Result<Option<UndoPoint>> {
    connection
        .query_row(
            &format!("SELECT {STEP} FROM undo_point p WHERE id = ?1 AND {STANDING}"),
            [id],
            |row| point(row, 0),
        )
        .optional()
}

/// Whether a change `p` is in effect.
const STANDING: &str = "undone = 0 AND kind = 'change' AND NOT emptied";

/// The changes in effect from one on, of any program, newest first.
pub(in crate::store) fn standing_since(
    connection: &Connection,
    id: i64,
) -> rusqlite::Result<Vec<UndoPoint>> {
    let since =
        format!("SELECT {STEP} FROM undo_point p WHERE id >= ?1 AND {STANDING} ORDER BY id DESC");
    let mut since = connection.prepare_cached(&since)?;
    since.query_map([id], |row| point(row, 0))?.collect()
}

/// The steps of the run of a sync that are in effect, newest first; none where one of them cannot be undone any
/// more.
pub(in crate::store) fn standing_of_run(
    connection: &Connection,
    run: Uuid,
) -> rusqlite::Result<Vec<UndoPoint>> {
    let emptied = "SELECT EXISTS (SELECT 1 FROM undo_point WHERE run = ?1 AND emptied)";
    if connection.query_row(emptied, [run.as_bytes()], |row| row.get(0))? {
        return Ok(Vec::new());
    }
    let of_run =
        format!("SELECT {STEP} FROM undo_point p WHERE run = ?1 AND {STANDING} ORDER BY id DESC");
    let mut of_run = connection.prepare_cached(&of_run)?;
    of_run
        .query_map([run.as_bytes()], |row| point(row, 0))?
        .collect()
}

/// The contacts that a step and those after it touched, in the order of their names.
pub(in crate::store) fn touched_since(
    connection: &Connection,
    id: i64,
) -> rusqlite::Result<Vec<ContactId>> {
    touched(connection, "o.point >= ?1", id)
}

/// The contacts that a step touched, or the run of a sync that it is part of, in the order of their names.
pub(in crate::store) fn touched_with(
    connection: &Connection,
    id: i64,
) -> rusqlite::Result<Vec<ContactId>> {
    let of_run = "o.point = ?1 OR o.point IN (
        SELECT p.id FROM undo_point p JOIN undo_point of ON of.run = p.run WHERE of.id = ?1)";
    touched(connection, of_run, id)
}

fn touched(connection: &Connection, by: &str, id: i64) -> rusqlite::Result<Vec<ContactId>> {
    connection
        .prepare_cached(&format!(
            "SELECT DISTINCT o.contact FROM operation o LEFT JOIN contact c ON c.id = o.contact
             WHERE {by} ORDER BY c.name, o.contact"
        ))?
        .query_map([id], |row| Ok(ContactId(record::uuid(row, 0)?)))?
        .collect()
}

/// The newest step.
pub(in crate::store) fn newest(connection: &Connection) -> rusqlite::Result<i64> {
    let sql = "SELECT coalesce(max(id), 0) FROM undo_point";
    connection.query_row(sql, [], |row| row.get(0))
}

/// The step that last did a change: itself, or the last redo of it.
pub(in crate::store) fn last_done(connection: &Connection, target: i64) -> rusqlite::Result<i64> {
    let sql = "SELECT max(id) FROM undo_point WHERE id = ?1 OR (target = ?1 AND kind = 'redo')";
    connection.query_row(sql, [target], |row| row.get(0))
}

/// The step that last undid a change.
pub(in crate::store) fn last_undone(connection: &Connection, target: i64) -> rusqlite::Result<i64> {
    let sql = "SELECT max(id) FROM undo_point WHERE target = ?1 AND kind = 'undo'";
    connection.query_row(sql, [target], |row| row.get(0))
}

/// The newest step that was pruned, and when it was made; 0 where none was.
pub(in crate::store) fn horizon(connection: &Connection) -> Answer<(i64, Timestamp)> {
    let sql = "SELECT pruned_step, pruned_at FROM book";
    Ok(connection.query_row(sql, [], |row| {
        Ok((row.get(0)?, Timestamp::from_micros(row.get(1)?)))
    })?)
}
