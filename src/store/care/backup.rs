//! Backups of a book: made before much is changed, and once a day; and which of them are kept.

use std::fs;
use std::path::Path;

use rusqlite::Connection;

use crate::domain::refusal::{Kind, Refusal};
use crate::domain::retention::{Copied, Retained, kept};
use crate::domain::timestamp::Timestamp;
use crate::store::base::Store;
use crate::store::db::backups::{Backup, backups, cannot, sum_of};
use crate::store::db::connect;
use crate::store::db::copy::{make, unchanged};
use crate::store::db::failure::{Answer, Failure, Trying};
use crate::store::db::files;
use crate::store::db::owner::{BackupOwner, Claimant};
use crate::store::db::pace;
use crate::store::db::schema;

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

/// The same, each with whose it is.
///
/// # Errors
/// As [`backups`].
pub fn backups_with_owners(database: &Path) -> Result<Vec<(Backup, BackupOwner)>, Refusal> {
    let claimant = Claimant::at(database);
    let with_owner = |backup: Backup| {
        let owner = claimant.owner(&backup.path);
        (backup, owner)
    };
    Ok(backups(database)?.into_iter().map(with_owner).collect())
}

/// Whose a backup is, for the book at a place.
#[must_use]
pub fn owner(database: &Path, backup: &Path) -> BackupOwner {
    Claimant::at(database).owner(backup)
}

/// The newest backup of a book.
fn newest(database: &Path) -> Result<Option<Backup>, Refusal> {
    let backups = backups(database)?;
    if backups.is_empty() {
        return Ok(None);
    }
    let claimant = Claimant::at(database);
    let mut backups = backups.into_iter();
    Ok(backups.find(|backup| claimant.owner(&backup.path) == BackupOwner::This))
}

/// The newest backup of a book that is sound, and how many newer ones are not; where none is sound, how
/// many there are.
///
/// # Errors
/// If the folder cannot be read.
pub fn newest_sound(database: &Path) -> Result<(Option<Backup>, usize), Refusal> {
    let mut passed_over = 0;
    for (backup, owner) in backups_with_owners(database)? {
        if owner != BackupOwner::This {
            continue;
        }
        if backup.verify().is_ok() {
            return Ok((Some(backup), passed_over));
        }
        passed_over += 1;
    }
    Ok((None, passed_over))
}

/// Which backups are dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DroppedBackups {
    /// Those that are too many.
    TooMany,
    /// All but the newest: the others have what was deleted for good since.
    AllButNewest,
}

/// Drops backups of a book. Of those that are too many it keeps the 10 newest, and beyond them one of each
/// of 7 days, 4 weeks and 12 months, and of all those as many as fit into a gibibyte, the newest first.
/// The newest stays, and so does the one that was made before the last import, and the one before the
/// last new schema. Nothing is dropped where the newest is not sound. Gives those that were.
///
/// # Errors
/// If the newest is not sound, the book cannot be read, or a backup cannot be deleted.
pub fn prune(database: &Path, pruned: DroppedBackups) -> Result<Vec<Backup>, Refusal> {
    let all = backups(database)?;
    if all.len() < 2 {
        return Ok(Vec::new());
    }
    let claimant = Claimant::at(database);
    let Some(book) = claimant.reader() else {
        let detail = format!(
            "{} cannot be read; its backups are kept until it can",
            database.display()
        );
        return Err(Refusal::new(Kind::Storage, detail));
    };
    let failed = |failure: Failure| failure.refusal(database, Trying::Read);
    let mine: Vec<Backup> = all
        .into_iter()
        .filter(|backup| claimant.owner(&backup.path) == BackupOwner::This)
        .collect();
    let kept_for = kept_for(book, &mine).map_err(failed)?;
    let times: Vec<Copied> = mine
        .iter()
        .map(|backup| Copied {
            at: backup.at,
            bytes: backup.bytes,
            wanted: kept_for.contains(&backup.at),
        })
        .collect();
    let dropped: Vec<Backup> = mine
        .iter()
        .zip(kept(&times))
        .enumerate()
        .filter(|(at, (_, kept))| match pruned {
            DroppedBackups::TooMany => *kept == Retained::No,
            DroppedBackups::AllButNewest => *at > 0,
        })
        .map(|(_, (backup, _))| backup.clone())
        .collect();
    if let (Some(newest), false) = (mine.first(), dropped.is_empty()) {
        newest.verify()?;
    }
    for backup in &dropped {
        let gone = fs::remove_file(&backup.path);
        gone.map_err(|error| cannot("delete", &backup.path, &error))?;
        let _ = fs::remove_file(sum_of(&backup.path));
    }
    Ok(dropped)
}

/// When the backups were made that were made before the last import, and before the last new schema.
fn kept_for(book: &Connection, backups: &[Backup]) -> Answer<Vec<Timestamp>> {
    let imported: Option<i64> = book.query_row(
        "SELECT max(at) FROM undo_point WHERE actor = 'import' AND run IS NULL AND kind = 'change'",
        [],
        |row| row.get(0),
    )?;
    let before_import = backups
        .iter()
        .find(|backup| imported.is_some_and(|imported| backup.at.micros() <= imported));
    let before_schema = backups.iter().find(|backup| {
        let told = connect::unchanging(&backup.path).and_then(|backup| connect::version(&backup));
        told.is_ok_and(|version| version < schema::newest())
    });
    let both = before_import.into_iter().chain(before_schema);
    Ok(both.map(|backup| backup.at).collect())
}

/// When a backup is made before the book is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BackupRule {
    /// Unless nothing was written since the newest one: before much is changed.
    Changed,
    /// If the newest one is older than a day and something was written since: before what happens often.
    Daily,
}

impl Store {
    /// Makes a backup of the current database.
    ///
    /// # Errors
    /// If it cannot be written or differs from the database; no file is left then.
    pub fn back_up(&self) -> Result<Backup, Refusal> {
        let at = (self.options.clock)();
        let made = || -> Answer<Backup> {
            self.refuse_lost(Trying::Read)?;
            let is_file = |path: &str| !path.is_empty();
            if self.connection.path().is_some_and(is_file) {
                // On a full disk this connection has the book for itself.
                return Ok(
                    self.snapshot(|snapshot| Ok(make(snapshot, &self.path, at, self.stop())?))?
                );
            }
            // This connection has a copy in memory that was brought up to date.
            let mut reader = connect::reading(&self.path)?;
            pace::stop_by(&mut reader, self.stop())?;
            let snapshot = reader.unchecked_transaction()?;
            Ok(make(&snapshot, &self.path, at, self.stop())?)
        };
        made().map_err(|failure| failure.refusal(&self.path, Trying::Read))
    }

    /// Copies the book to a new file, to try something on. Nobody else may read it.
    ///
    /// # Errors
    /// If it cannot be read, or the copy cannot be written.
    pub fn copy_to(&self, path: &Path) -> Result<(), Refusal> {
        let failed = |error: std::io::Error| {
            Refusal::new(
                Kind::Storage,
                format!("cannot write {}: {error}", path.display()),
            )
        };
        // SQLite writes into a file that is empty.
        files::make(path).map_err(failed)?;
        self.read(|connection| {
            let path = path.to_string_lossy();
            connection.execute("VACUUM INTO ?1", [&*path])?;
            Ok(())
        })
    }

    /// Has what is written survive no power loss: for a copy that something is tried on.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn never_sync(&self) -> Result<(), Refusal> {
        self.read(|connection| Ok(connection.execute_batch("PRAGMA synchronous = OFF")?))
    }

    /// How many backups of this book there are.
    #[must_use]
    pub(crate) fn own_backups(&self) -> usize {
        let all = backups_with_owners(&self.path).unwrap_or_default();
        all.iter()
            .filter(|(_, owner)| *owner == BackupOwner::This)
            .count()
    }

    /// Makes a backup unless nothing was written since the newest one.
    ///
    /// # Errors
    /// As [`Store::back_up`].
    pub(crate) fn back_up_if_changed(&self) -> Result<Option<Backup>, Refusal> {
        let newest = newest(&self.path)?;
        let written: Option<i64> = self.read(|connection| {
            let sql = "SELECT at FROM undo_point ORDER BY id DESC LIMIT 1";
            let at = connection.query_row(sql, [], |row| row.get(0));
            Ok(rusqlite::OptionalExtension::optional(at)?)
        })?;
        match (newest, written) {
            (_, None) => Ok(None),
            (Some(newest), Some(written)) if newest.at.micros() > written => Ok(None),
            _ => self.back_up().map(Some),
        }
    }

    /// Makes a backup where the rule wants one, and drops those that are too many.
    ///
    /// # Errors
    /// As [`Store::back_up`].
    pub fn back_up_by(&self, rule: BackupRule) -> Result<(), Refusal> {
        if self.read_only.is_some() {
            return Ok(());
        }
        if rule == BackupRule::Daily {
            let now = (self.options.clock)();
            let newest = newest(&self.path)?;
            if newest.is_some_and(|newest| now.micros() - newest.at.micros() < DAY) {
                return Ok(());
            }
        }
        if self.back_up_if_changed().map_err(unchanged)?.is_some() {
            // Keeping one too long does no harm.
            let _ = prune(&self.path, DroppedBackups::TooMany);
        }
        if rule == BackupRule::Daily {
            // An unused card that cannot be deleted now is only kept longer.
            let _ = self.drop_orphan_cards();
        }
        Ok(())
    }
}
