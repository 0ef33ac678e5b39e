//! Keeping a book small: cards that nothing names, steps that are old, room that is free.

use rusqlite::{Connection, Transaction, params};

use crate::domain::refusal::{Kind, Refusal};
use crate::domain::timestamp::Timestamp;

use crate::store::base::Store;
use crate::store::db::backups;
use crate::store::db::failure::{Answer, Failure, Trying};
use crate::store::undo::bin::BINNED;
use crate::store::write::log;

/// How many bytes what makes up a book has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sizes {
    /// The file.
    pub book: u64,
    /// Pages of it that hold nothing.
    pub free: u64,
    /// The cards as they came.
    pub cards: u64,
    /// The steps and what they did.
    pub history: u64,
    /// The backups.
    pub backups: u64,
    /// How many backups there are.
    pub backup_count: usize,
}

/// The steps that are pruned from the history, or would be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PrunedHistory {
    /// The newest step before which the history is not whole.
    pub step: i64,
    /// When it was made.
    pub at: Timestamp,
    /// How many steps lose what they did.
    pub steps: usize,
}

impl Store {
    /// How many bytes what makes up the book has.
    ///
    /// # Errors
    /// If the book cannot be read.
    pub fn sizes(&self) -> Result<Sizes, Refusal> {
        let backups = backups::backups(&self.path)?;
        self.read(|connection| {
            let number = |pragma: &str| -> rusqlite::Result<u64> {
                let value: i64 = connection.pragma_query_value(None, pragma, |row| row.get(0))?;
                Ok(value.unsigned_abs())
            };
            let page = number("page_size")?;
            let of = |tables: &str| -> rusqlite::Result<u64> {
                let sql = format!(
                    "SELECT coalesce(sum(pgsize), 0) FROM dbstat('main', 1) WHERE name IN (
                        SELECT name FROM sqlite_schema WHERE tbl_name IN ({tables}))"
                );
                let bytes: i64 = connection.query_row(&sql, [], |row| row.get(0))?;
                Ok(bytes.unsigned_abs())
            };
            Ok(Sizes {
                book: page * number("page_count")?,
                free: page * number("freelist_count")?,
                cards: of("'card'")?,
                history: of("'undo_point', 'operation'")?,
                backups: backups.iter().map(|backup| backup.bytes).sum(),
                backup_count: backups.len(),
            })
        })
    }

    /// What was pruned from the history, if anything was; how many steps is not known any more.
    ///
    /// # Errors
    /// If the book cannot be read.
    pub fn pruned(&self) -> Result<Option<PrunedHistory>, Refusal> {
        self.read(|connection| {
            let (step, at) = log::horizon(connection)?;
            Ok((step > 0).then_some(PrunedHistory { step, at, steps: 0 }))
        })
    }

    /// What [`Store::prune_history`] would prune.
    ///
    /// # Errors
    /// If the book cannot be read.
    pub fn prunable(&self, before: Timestamp) -> Result<PrunedHistory, Refusal> {
        self.snapshot(|connection| prunable(connection, before))
    }

    /// Drops what the steps before a time did, after a backup: they can no longer be undone, and no
    /// contact can be made what it was before the last of them. What is in the bin stays with its
    /// step, and so does that a contact or a number was made, which says where it came from.
    ///
    /// # Errors
    /// If there can be no backup, or the book cannot be written.
    pub fn prune_history(&mut self, before: Timestamp) -> Result<PrunedHistory, Refusal> {
        self.start_writing()?;
        self.back_up()?;
        let pruned = || -> Answer<PrunedHistory> {
            let transaction = self.begin()?;
            let pruned = prunable(&transaction, before)?;
            if pruned.steps > 0 {
                prune(&transaction, &pruned)?;
            }
            transaction.commit()?;
            Ok(pruned)
        };
        pruned().map_err(|failure| failure.refusal(&self.path, Trying::Write))
    }

    /// Rewrites the book without free space, and has it give space back from then on.
    /// No other program may have it open.
    ///
    /// # Errors
    /// If another program has the book open, or it cannot be written.
    pub fn compact(&mut self) -> Result<(), Refusal> {
        self.start_writing()?;
        let compacted = || -> Answer<()> {
            // With a log the way in which room is given back cannot change. The next write makes one.
            self.journaled.set(false);
            let connection = &self.connection;
            let busy = || {
                Failure::from(Refusal::new(
                    Kind::Busy,
                    "another program has the book open; nothing was changed, close it and try again",
                ))
            };
            let left = connection.pragma_update_and_check(None, "journal_mode", "delete", |row| {
                row.get::<_, String>(0)
            });
            match left.map_err(Failure::from) {
                Ok(mode) if mode == "wal" => return Err(busy()),
                Err(failure) if failure.is_of_a_lock() => return Err(busy()),
                left => left?,
            };
            // In memory there would be all of the book.
            connection.execute_batch(
                "PRAGMA temp_store = FILE; PRAGMA auto_vacuum = INCREMENTAL; VACUUM;
                 PRAGMA temp_store = MEMORY",
            )?;
            Ok(())
        };
        let compacted = compacted();
        self.search.borrow_mut().forget(None);
        compacted.map_err(|failure| failure.refusal(&self.path, Trying::Write))
    }
}

/// The changes up to a step that are pruned, each with its undoing and redoing: none of which a part is
/// in the bin, or was undone or redone since.
const OLD: &str =
    "SELECT id FROM undo_point step WHERE id <= ?1 AND kind = 'change' AND NOT emptied
     AND NOT EXISTS (SELECT 1 FROM undo_point WHERE target = step.id AND id > ?1)
     AND id NOT IN (SELECT p.id {BINNED})";

fn old() -> String {
    OLD.replace("{BINNED}", BINNED)
}

fn prunable(connection: &Connection, before: Timestamp) -> Answer<PrunedHistory> {
    // The clock may have been set back: what came after a step that is kept is kept.
    let (step, at): (i64, i64) = connection.query_row(
        "SELECT coalesce(max(id), 0), coalesce(max(at), 0) FROM undo_point
         WHERE id < coalesce((SELECT min(id) FROM undo_point WHERE at >= ?1),
            9223372036854775807)",
        [before.micros()],
        |row| Ok((row.get(0)?, row.get(1)?)),
    )?;
    let sql = format!("SELECT count(*) FROM ({})", old());
    let steps: i64 = connection.query_row(&sql, [step], |row| row.get(0))?;
    Ok(PrunedHistory {
        step,
        at: Timestamp::from_micros(at),
        steps: usize::try_from(steps).unwrap_or_default(),
    })
}

fn prune(transaction: &Transaction<'_>, pruned: &PrunedHistory) -> Answer<()> {
    transaction.execute(
        &format!("CREATE TEMP TABLE pruned AS {}", old()),
        [pruned.step],
    )?;
    transaction.execute_batch(&format!(
        "DELETE FROM operation WHERE point IN (
            SELECT id FROM undo_point WHERE target IN (SELECT id FROM pruned));
         DELETE FROM operation WHERE point IN (SELECT id FROM pruned) AND NOT (
            kind = 'create' AND (contact IN (SELECT id FROM contact)
                OR contact IN (SELECT o.contact {BINNED})));
         DELETE FROM undo_point WHERE target IN (SELECT id FROM pruned);
         UPDATE undo_point SET emptied = 1 WHERE id IN (SELECT id FROM pruned);
         DELETE FROM remote_conflict WHERE closed AND step IN (SELECT id FROM pruned);
         DROP TABLE pruned;"
    ))?;
    transaction.execute(
        "UPDATE book SET pruned_step = ?1, pruned_at = ?2",
        params![pruned.step, pruned.at.micros()],
    )?;
    Ok(())
}
