//! The bin: what was deleted, as the log keeps it, until it is emptied.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::edit::Done;
use crate::domain::import::count;
use crate::domain::operation::{Binned, Key, Operation, Record, UndoPoint};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::title;

use super::Store;
use super::contacts;
use super::failure::Answer;
use super::log;
use super::write::Writer;

/// Deletions that were not undone, of rows that are not there now. The numbers of somebody who was
/// deleted are part of that.
const BINNED: &str = "FROM operation o JOIN undo_point p ON p.id = o.point
     WHERE o.kind = 'delete' AND p.kind = 'change' AND p.undone = 0 AND NOT p.emptied
     AND CASE o.entity
         WHEN 'contact' THEN NOT EXISTS (SELECT 1 FROM contact WHERE id = o.key)
         ELSE NOT EXISTS (SELECT 1 FROM phone WHERE id = o.key)
             AND EXISTS (SELECT 1 FROM contact WHERE id = o.contact) END";

impl Store {
    /// What is in the bin, what was deleted last first; the first so many.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn bin(&self, limit: usize) -> Result<Vec<Binned>, Refusal> {
        self.snapshot(|connection| {
            let mut binned = connection.prepare_cached(&format!(
                "SELECT o.entity, o.key, o.kind, o.fields, p.id, p.at, p.actor, p.title {BINNED}
                 ORDER BY o.point DESC, o.seq DESC LIMIT ?1"
            ))?;
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let rows = binned.query_map([limit], |row| {
                Ok((log::operation(row)?, log::point(row, 4)?))
            })?;
            let mut seen = BTreeSet::new();
            let mut all = Vec::new();
            for row in rows {
                let (operation, point) = row?;
                if let Operation::Delete(record) = operation
                    && seen.insert(record.key())
                {
                    all.push(told(connection, &record, point)?);
                }
            }
            Ok(all)
        })
    }

    /// Brings back what was deleted, a contact with the numbers that were deleted with it.
    ///
    /// # Errors
    /// Not found where it is not in the bin; invalid where the contact has the number again.
    pub fn bring_back(&mut self, key: Key) -> Result<Done<()>, Refusal> {
        self.write(|writer| {
            let (record, step) = newest(writer.connection(), key)?;
            let title = match record {
                Record::Phone(phone) => {
                    let contact = contacts::find(writer.connection(), phone.contact)?;
                    let title = title::phone_back(&phone, &contact.name);
                    writer.insert_phone(*phone)?;
                    title
                }
                Record::Contact(contact) => {
                    let title = title::contact_back(&contact);
                    let id = contact.id;
                    writer.insert_contact(*contact)?;
                    for (operation, of) in log::operations(writer.connection(), step, usize::MAX)? {
                        if let Operation::Delete(Record::Phone(phone)) = operation
                            && of == id
                        {
                            writer.insert_phone(*phone)?;
                        }
                    }
                    title
                }
            };
            Ok(((), title))
        })
    }

    /// Throws away for good what is in the bin, with its history and its cards; says how many
    /// contacts and numbers that were. The steps that deleted them cannot be undone any more.
    ///
    /// # Errors
    /// Where the database cannot be written.
    pub fn empty_bin(&mut self) -> Result<usize, Refusal> {
        let done = self.write(|writer| Ok((writer.empty_bin()?, String::new())));
        done.map(|done| done.value)
    }
}

/// What is in the bin under a key, and the step that put it there.
fn newest(connection: &Connection, key: Key) -> Answer<(Record, i64)> {
    let found = connection
        .query_row(
            &format!(
                "SELECT o.entity, o.key, o.kind, o.fields, o.point {BINNED} AND o.key = ?1
                 ORDER BY o.point DESC LIMIT 1"
            ),
            [key.uuid().as_bytes()],
            |row| Ok((log::operation(row)?, row.get(4)?)),
        )
        .optional()?;
    if let Some((Operation::Delete(record), step)) = found {
        return Ok((record, step));
    }
    let detail = format!("{} is not in the bin", key.uuid());
    Err(Refusal::new(Kind::NotFound, detail).into())
}

fn told(connection: &Connection, record: &Record, point: UndoPoint) -> Answer<Binned> {
    let (name, what) = match record {
        Record::Contact(contact) => {
            let numbers: i64 = connection
                .prepare_cached(
                    "SELECT count(*) FROM operation
                     WHERE point = ?1 AND kind = 'delete' AND entity = 'phone' AND contact = ?2",
                )?
                .query_row(params![point.id, contact.id.0.as_bytes()], |row| row.get(0))?;
            let numbers = usize::try_from(numbers).unwrap_or_default();
            (contact.name.clone(), count(numbers, "number"))
        }
        Record::Phone(phone) => {
            let contact = contacts::find(connection, phone.contact)?;
            (contact.name, phone.shown())
        }
    };
    Ok(Binned {
        key: record.key(),
        name,
        what,
        point,
    })
}

impl Writer<'_> {
    fn empty_bin(&mut self) -> Answer<usize> {
        let connection = self.connection();
        connection.execute_batch(&format!(
            "CREATE TEMP TABLE thrown AS
                SELECT o.key, o.entity, o.fields ->> 'card' AS card {BINNED};
             -- A step that deleted some of it cannot be undone without it.
             UPDATE undo_point SET emptied = 1 WHERE id IN (
                SELECT point FROM operation WHERE kind = 'delete'
                AND (key IN (SELECT key FROM thrown) OR contact IN (SELECT key FROM thrown)));
             DELETE FROM operation WHERE contact IN (SELECT key FROM thrown WHERE entity = 'contact');
             DELETE FROM operation WHERE (contact, key) IN (
                SELECT o.contact, o.key FROM operation o JOIN thrown t
                ON t.entity = 'phone' AND o.key = t.key);
             UPDATE card SET bytes = x'' WHERE id IN (SELECT card FROM thrown);"
        ))?;
        let thrown: i64 =
            connection.query_row("SELECT count(DISTINCT key) FROM thrown", [], |row| {
                row.get(0)
            })?;
        connection.execute_batch("DROP TABLE thrown")?;
        Ok(usize::try_from(thrown).unwrap_or_default())
    }
}
