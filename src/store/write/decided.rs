//! Fields in conflict as the steps of the history decide them. A step after which a contact says what is there, or
//! says nothing of it any more, has decided it; its undo opens the conflict again.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use crate::domain::contact::ContactId;
use crate::domain::full_contact::FullContact;
use crate::domain::linked::LinkedConflict;
use crate::domain::operation::Operation;
use crate::domain::sync::kept::read_conflict;
use crate::domain::sync::outgoing::is_open;
use crate::domain::sync::person::Person;
use crate::domain::sync::row::{Conflict, ConflictKey};

use crate::store::db::failure::Answer;
use crate::store::db::record;

/// The columns of a conflict, in the order of [`conflict`].
pub(in crate::store) const CONFLICT: &str =
    "f.remote_card, c.contact, f.key, f.field, f.was, f.theirs, f.closed";

/// The tables that they are in.
pub(in crate::store) const OF_CARDS: &str =
    "remote_conflict f JOIN remote_card c ON c.id = f.remote_card";

/// A conflict of a card, as it is stored.
pub(in crate::store) struct StoredConflict {
    /// The card.
    pub(in crate::store) card: i64,
    pub(in crate::store) contact: ContactId,
    pub(in crate::store) kept: LinkedConflict,
}

/// A conflict out of a row that begins with [`CONFLICT`].
pub(in crate::store) fn conflict(row: &Row<'_>) -> rusqlite::Result<StoredConflict> {
    Ok(StoredConflict {
        card: row.get(0)?,
        contact: ContactId(record::uuid(row, 1)?),
        kept: LinkedConflict {
            key: row.get(2)?,
            field: row.get(3)?,
            was: row.get(4)?,
            theirs: row.get(5)?,
            closed: row.get(6)?,
        },
    })
}

impl StoredConflict {
    /// What it is about, if it can be read and its contact is there.
    pub(in crate::store) fn about(
        &self,
        connection: &Connection,
    ) -> Answer<Option<(Person, ConflictKey, Conflict)>> {
        let Some(contact) = record::find_contact(connection, self.contact)? else {
            return Ok(None);
        };
        let phones = record::phones_of(connection, self.contact)?;
        let person = Person::of(&FullContact { contact, phones });
        Ok(read_conflict(&self.kept).map(|(key, conflict)| (person, key, conflict)))
    }

    /// Whether neither side has come to what the other says.
    fn is_open(&self, connection: &Connection) -> Answer<bool> {
        let about = self.about(connection)?;
        Ok(about.is_some_and(|(person, key, conflict)| is_open(&person, &key, &conflict.theirs)))
    }

    /// Notes that a step has decided it.
    pub(in crate::store) fn close(&self, connection: &Connection, step: i64) -> Answer<()> {
        self.set(connection, true, Some(step))
    }

    /// Opens or closes it, and has the next sync look at its card.
    fn set(&self, connection: &Connection, closed: bool, step: Option<i64>) -> Answer<()> {
        let LinkedConflict { key, field, .. } = &self.kept;
        connection
            .prepare_cached(
                "UPDATE remote_conflict SET closed = ?4, step = coalesce(?5, step)
                 WHERE remote_card = ?1 AND key = ?2 AND field = ?3",
            )?
            .execute(params![self.card, key, field, closed, step])?;
        connection
            .prepare_cached("UPDATE remote_card SET sent = 0, looked = 0 WHERE id = ?1")?
            .execute([self.card])?;
        Ok(())
    }
}

fn of_contact(connection: &Connection, contact: ContactId) -> Answer<Vec<StoredConflict>> {
    let mut all = connection.prepare_cached(&format!(
        "SELECT {CONFLICT} FROM {OF_CARDS} WHERE c.contact = ?1"
    ))?;
    let all = all.query_map([contact.0.as_bytes()], conflict)?;
    Ok(all.collect::<rusqlite::Result<_>>()?)
}

/// Notes which conflicts a step has decided by what it did; what it brought back from the bin is as it was.
pub(in crate::store) fn note_decided(
    connection: &Connection,
    step: i64,
    operations: &[(Operation, ContactId)],
) -> Answer<()> {
    let any = "SELECT EXISTS (SELECT 1 FROM remote_conflict)";
    if !connection
        .prepare_cached(any)?
        .query_row([], |row| row.get(0))?
    {
        return Ok(());
    }
    let contacts: BTreeSet<ContactId> = operations.iter().map(|(_, contact)| *contact).collect();
    for contact in contacts {
        for one in of_contact(connection, contact)? {
            let is_open = one.is_open(connection)?;
            if one.kept.closed && is_open && was_thrown_away(connection, &one, operations)? {
                one.set(connection, false, None)?;
            } else if !one.kept.closed && !is_open {
                one.close(connection, step)?;
            }
        }
    }
    Ok(())
}

/// Whether a conflict was closed by the deletion of what these operations made again.
fn was_thrown_away(
    connection: &Connection,
    one: &StoredConflict,
    operations: &[(Operation, ContactId)],
) -> Answer<bool> {
    let LinkedConflict { key, field, .. } = &one.kept;
    for (operation, contact) in operations {
        let Operation::Create(made, _) = operation else {
            continue;
        };
        if *contact != one.contact {
            continue;
        }
        let thrown: Option<i64> = connection
            .prepare_cached(
                "SELECT 1 FROM operation o JOIN remote_conflict f ON f.step = o.point
                 WHERE o.contact = ?1 AND o.key = ?2 AND o.kind = 'delete'
                    AND f.remote_card = ?3 AND f.key = ?4 AND f.field = ?5",
            )?
            .query_row(
                params![
                    contact.0.as_bytes(),
                    made.uuid().as_bytes(),
                    one.card,
                    key,
                    field
                ],
                |row| row.get(0),
            )
            .optional()?;
        if thrown.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Opens the conflicts that a step had decided which was undone: `steps` are the step, and the one that did it last.
pub(in crate::store) fn open_again(connection: &Connection, steps: [i64; 2]) -> Answer<()> {
    for one in decided_by(connection, steps)? {
        if one.kept.closed && one.is_open(connection)? {
            one.set(connection, false, None)?;
        }
    }
    Ok(())
}

/// Closes the conflicts that a step decides which was done again.
pub(in crate::store) fn close_again(connection: &Connection, step: i64) -> Answer<()> {
    for one in decided_by(connection, [step, step])? {
        one.set(connection, true, None)?;
    }
    Ok(())
}

fn decided_by(connection: &Connection, steps: [i64; 2]) -> Answer<Vec<StoredConflict>> {
    let mut all = connection.prepare_cached(&format!(
        "SELECT {CONFLICT} FROM {OF_CARDS} WHERE f.step IN (?1, ?2)"
    ))?;
    let all = all.query_map(steps, conflict)?;
    Ok(all.collect::<rusqlite::Result<_>>()?)
}

/// Has the card of a contact that is deleted looked at by the next sync: it is to be deleted too.
pub(in crate::store) fn note_deleted(connection: &Connection, contact: ContactId) -> Answer<()> {
    connection
        .prepare_cached("UPDATE remote_card SET looked = 0 WHERE contact = ?1")?
        .execute([contact.0.as_bytes()])?;
    Ok(())
}
