//! Putting a backup in the place of a book.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags, params};
use uuid::Uuid;

use crate::domain::refusal::{Kind, Refusal};
use crate::domain::timestamp::Timestamp;

use crate::store::base::Store;
use crate::store::db::backups::{Backup, backups, cannot, drop_unfinished};
use crate::store::db::connect;
use crate::store::db::copy::make;
use crate::store::db::failure::{Answer, Trying};
use crate::store::db::files::{self, with_suffix};
use crate::store::db::open;
use crate::store::db::options::Options;
use crate::store::db::owner::{BackupOwner, Claimant, keep_id};
use crate::store::db::paths;
use crate::store::db::schema;
use crate::store::db::sync_lock::SyncLock;

/// How the name of a folder begins in which a restore works.
const UNFINISHED: &str = ".callbook-restore-";

/// What a restore does against what it would refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Force {
    /// Nothing.
    No,
    /// It restores a backup of unknown origin.
    Unknown,
    /// It puts in a backup of another book, and puts aside a file that is no callbook book.
    Yes,
}

/// Puts a backup in the place of a book. What was there is backed up first, so that this can be taken
/// back the same way; gives that backup. A book that is damaged is put aside instead, and left as it
/// is; gives where to. None where nothing was there.
///
/// # Errors
/// If the backup is not sound, made by a newer callbook, or of another book; where the place has
/// something else than a book; where the book cannot be written.
pub fn restore(
    database: &Path,
    backup: &Path,
    force: Force,
    options: Options,
) -> Result<Option<PathBuf>, Refusal> {
    let database =
        &open::settle(database).map_err(|failure| failure.refusal(database, Trying::Open))?;
    paths::refuse_backup(database).map_err(|failure| failure.refusal(database, Trying::Open))?;
    let folder = files::folder_of(database);
    let _lock = files::lock(folder)
        .map_err(|error| cannot("lock", folder, &error))?
        .ok_or_else(|| {
            let detail = format!(
                "another restore is running in {}; nothing was changed, try again later",
                folder.display()
            );
            Refusal::new(Kind::Busy, detail)
        })?;
    let _sync = SyncLock::keep_out(database)?;
    let backup = Backup {
        path: backup.to_owned(),
        at: Timestamp::default(),
        bytes: 0,
    };
    backup.verify()?;
    let there = match database.symlink_metadata() {
        Ok(there) => Some(there),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(cannot("read", database, &error)),
    };
    if let Some(there) = &there {
        refuse_place(database, force, there.is_file())?;
    }
    let claimant = Claimant::at(database);
    refuse_foreign(&backup.path, claimant.owner(&backup.path), force)?;

    // As it was made by an older callbook perhaps, it is brought up to date in a copy of its own. The
    // folder takes along what SQLite keeps beside that.
    drop_unfinished(folder, UNFINISHED);
    let failed = |error: io::Error| cannot("copy", &backup.path, &error);
    let work = files::temporary_folder(folder, UNFINISHED).map_err(failed)?;
    let newer = work.path().join("book.db");
    files::copy(&backup.path, &newer).map_err(failed)?;
    open::bring_up_to_date(&newer).map_err(|failure| failure.refusal(&newer, Trying::Open))?;

    if there.is_none() {
        Left::by(database, &claimant).carry_over(&newer)?;
        put_new(database, &newer)?;
        return Ok(None);
    }
    let aside = |claimant: Claimant| {
        Left::by(database, &claimant).carry_over(&newer)?;
        // No connection is to see its file go.
        drop(claimant);
        put_aside(database, &newer).map(Some)
    };
    match Store::open(database, options) {
        Ok(mut store) => {
            // An older book has its id now.
            drop(claimant);
            let claimant = Claimant::at(database);
            match store.take_over(&newer, &claimant) {
                Ok(before) => Ok(Some(before.path)),
                // It opens, and is damaged further in: there is no backup to be made of it.
                Err(refusal) if refusal.kind == Kind::Damaged => {
                    drop(store);
                    aside(claimant)
                }
                Err(refusal) => Err(refusal),
            }
        }
        Err(refusal) if refusal.kind == Kind::Damaged || force == Force::Yes => {
            // Another program that has it for itself goes on with the file that it has open.
            if refusal.kind == Kind::Busy {
                return Err(refusal);
            }
            aside(claimant)
        }
        Err(refusal) => Err(refusal),
    }
}

/// Refuses to put anything in the place of what is no book, and never was one.
fn refuse_place(database: &Path, force: Force, is_file: bool) -> Result<(), Refusal> {
    let look = || -> Answer<()> {
        open::recognise(database)?;
        schema::refuse_newer(database, connect::version(&connect::reading(database)?)?)
    };
    let refusal = match look() {
        Ok(()) => return Ok(()),
        Err(failure) => failure.refusal(database, Trying::Open),
    };
    if refusal.kind == Kind::Damaged || is_file && force == Force::Yes {
        return Ok(());
    }
    if !is_file || refusal.kind == Kind::Busy {
        return Err(refusal);
    }
    let detail =
        format!("{refusal}; restore --force moves this file aside and restores the backup");
    Err(Refusal::new(refusal.kind, detail))
}

/// Refuses a backup that is not known to be of the book.
fn refuse_foreign(backup: &Path, owner: BackupOwner, force: Force) -> Result<(), Refusal> {
    let backup = backup.display();
    let detail = match (owner, force) {
        (BackupOwner::This, _) | (_, Force::Yes) | (BackupOwner::Unknown(_), Force::Unknown) => {
            return Ok(());
        }
        (BackupOwner::Another, _) => {
            format!("{backup} is a backup of another book; restore it here with --force")
        }
        (BackupOwner::Unknown(held), Force::No) => {
            format!("{backup} may be of another book; it holds {held}; restore it with --force")
        }
    };
    Err(Refusal::new(Kind::Invalid, detail))
}

/// The last stamp of which it can be known that a book gave it, where the book may be damaged: a stamp
/// is not later than the write that it came with, unless the clock was set back.
fn left_stamp(database: &Path, claimant: &Claimant) -> i64 {
    let written = ["", "-wal", "-journal"].into_iter().filter_map(|suffix| {
        let written = with_suffix(database, suffix)
            .symlink_metadata()
            .ok()?
            .modified()
            .ok()?;
        let since = written.duration_since(std::time::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_micros()).ok()
    });
    let told = connect::reading_book(database).and_then(|book| stamp_of(&book));
    let newest = backups(database).unwrap_or_default();
    let newest = newest
        .iter()
        .find(|backup| claimant.owner(&backup.path) == BackupOwner::This);
    let backed_up = newest.map(|backup| {
        let told = connect::unchanging(&backup.path).and_then(|backup| stamp_of(&backup));
        told.unwrap_or_default().max(backup.at.micros())
    });
    written
        .chain(told)
        .chain(backed_up)
        .max()
        .unwrap_or_default()
}

fn stamp_of(connection: &Connection) -> Answer<i64> {
    Ok(connection.query_row("SELECT stamp FROM clock", [], |row| row.get(0))?)
}

/// What a book leaves to the copy that takes its place.
struct Left {
    id: Option<Uuid>,
    stamp: i64,
    /// Its remotes: the name, the kind, the book there, and how many cards of that were linked.
    remotes: Vec<(String, String, String, i64)>,
}

impl Left {
    /// What a book leaves that may be damaged.
    fn by(database: &Path, claimant: &Claimant) -> Self {
        let remotes = connect::reading_book(database).and_then(|book| remotes_of(&book));
        Self {
            id: claimant.id(),
            stamp: left_stamp(database, claimant),
            // A damaged book may not know them, and an older one does not.
            remotes: remotes.unwrap_or_default(),
        }
    }

    /// Has a copy that is to be a book go on where the book ends: with its id, and with stamps that are
    /// later than any that it gave. The links with remotes are dropped: what was changed there since the copy was
    /// made is nothing that was deleted here. How many there were is kept, so that an empty list there is told
    /// from a book that has nobody in it.
    fn carry_over(&self, copy: &Path) -> Result<(), Refusal> {
        let write = || -> Answer<()> {
            let mut connection = connect::connect(copy, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            let connection = connection.transaction()?;
            let latest = crate::store::base::CLOCK.1.micros();
            connection.execute(
                "UPDATE clock SET stamp = max(stamp, ?1)",
                [self.stamp.min(latest)],
            )?;
            if let Some(id) = self.id {
                connection.execute("UPDATE book SET uuid = ?1", params![id.as_bytes()])?;
            }
            let own = remotes_of(&connection)?;
            connection.execute_batch(
                "DELETE FROM remote_conflict; DELETE FROM remote_card; DELETE FROM remote_former;
                 UPDATE remote SET confirmed = 0, token = NULL, seen = 0, again_at = NULL;",
            )?;
            let mut keep = connection.prepare(
                "INSERT INTO remote (name, kind, book, known) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (name) DO UPDATE SET known = max(known, excluded.known)
                 WHERE book = excluded.book",
            )?;
            for (name, kind, book, known) in own.iter().chain(&self.remotes) {
                keep.execute(params![name, kind, book, known])?;
            }
            drop(keep);
            Ok(connection.commit()?)
        };
        write().map_err(|failure| failure.refusal(copy, Trying::Write))
    }
}

/// The remotes of a book.
fn remotes_of(book: &Connection) -> Answer<Vec<(String, String, String, i64)>> {
    let mut remotes = book.prepare(
        "SELECT name, kind, book, max(known, (
            SELECT count(*) FROM remote_card c WHERE c.remote = r.id AND c.contact IS NOT NULL))
         FROM remote r",
    )?;
    let remotes = remotes.query_map([], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    })?;
    Ok(remotes.collect::<rusqlite::Result<_>>()?)
}

/// Restores a backup to a place that has no book.
fn put_new(database: &Path, newer: &Path) -> Result<(), Refusal> {
    let failed = |error: io::Error| cannot("restore", database, &error);
    // It takes no place that another program has taken meanwhile.
    match fs::hard_link(newer, database) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            fs::rename(newer, database).map_err(failed)?;
        }
        linked => linked.map_err(failed)?,
    }
    files::sync(files::folder_of(database)).map_err(failed)
}

/// Puts a database in the place of one that cannot be opened, which gets another name, with what is
/// beside it. At every instant there is one or the other at the place: a program that found nothing
/// there would begin an empty book.
fn put_aside(database: &Path, newer: &Path) -> Result<PathBuf, Refusal> {
    let mut aside = database.with_extension("damaged");
    let mut number = 1;
    while aside.symlink_metadata().is_ok() {
        number += 1;
        aside = database.with_extension(format!("damaged-{number}"));
    }
    let failed = |error: io::Error| cannot("put aside", database, &error);
    // A second name for the same file; where there can be only one, a copy.
    fs::hard_link(database, &aside)
        .or_else(|_| files::copy(database, &aside))
        .map_err(failed)?;
    // Before the new one is there, which would take another's log for its own.
    for suffix in ["-wal", "-shm", "-journal"] {
        let from = with_suffix(database, suffix);
        if from.symlink_metadata().is_ok() {
            fs::rename(from, with_suffix(&aside, suffix)).map_err(failed)?;
        }
    }
    fs::rename(newer, database).map_err(failed)?;
    files::sync(files::folder_of(database)).map_err(failed)?;
    Ok(aside)
}

impl Store {
    /// Puts the contents of another database, of the same schema, in the place of this one's, all of
    /// it or nothing, after a backup; gives that. Where there is a log to read beside, nothing is
    /// written between the two.
    fn take_over(&mut self, newer: &Path, claimant: &Claimant) -> Result<Backup, Refusal> {
        let now = (self.options.clock)();
        self.refuse_lost(Trying::Write)
            .and_then(|()| self.keep_journal())
            .map_err(|failure| failure.refusal(&self.path, Trying::Write))?;
        let logged: String = self.read(|connection| {
            Ok(connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?)
        })?;
        let mut before = if logged == "wal" {
            None
        } else {
            Some(self.back_up()?)
        };
        let path = self.path.clone();
        let mut copied = || -> Answer<Backup> {
            let source = connect::connect(newer, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            let whole = rusqlite::backup::Backup::new(&source, &mut self.connection)?;
            // No page yet, but the lock.
            refuse_busy(whole.step(0)?)?;
            let reader = claimant.reader().ok_or_else(unread)?;
            let before = if let Some(before) = before.take() {
                before
            } else {
                let snapshot = reader.unchecked_transaction()?;
                make(&snapshot, &path, now, &Arc::default())?
            };
            let left = Left {
                id: claimant.id(),
                stamp: stamp_of(reader)?,
                remotes: remotes_of(reader)?,
            };
            left.carry_over(newer)?;
            match whole.step(-1)? {
                rusqlite::backup::StepResult::Done => Ok(before),
                step => {
                    refuse_busy(step)?;
                    Err(unread().into())
                }
            }
        };
        let copied = copied();
        self.search.borrow_mut().forget(None);
        self.wrote.set(true);
        keep_id(&self.connection, &self.path);
        copied.map_err(|failure| failure.refusal(&self.path, Trying::Write))
    }
}

fn refuse_busy(step: rusqlite::backup::StepResult) -> Result<(), Refusal> {
    use rusqlite::backup::StepResult::{Busy, Locked};
    if matches!(step, Busy | Locked) {
        return Err(Refusal::new(
            Kind::Busy,
            "the book is in use by another program; nothing was written, try again",
        ));
    }
    Ok(())
}

fn unread() -> Refusal {
    let detail = "the book cannot be read beside the restore; nothing was written";
    Refusal::new(Kind::Storage, detail)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::put_new;

    #[test]
    fn a_book_that_appears_meanwhile_is_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let [book, newer] = ["book.db", "newer.db"].map(|name| folder.path().join(name));
        fs::write(&newer, "restored").unwrap();
        fs::write(&book, "another program's").unwrap();
        assert!(put_new(&book, &newer).is_err());
        assert_eq!(fs::read(&book).unwrap(), b"another program's");
        fs::remove_file(&book).unwrap();
        put_new(&book, &newer).unwrap();
        assert_eq!(fs::read(&book).unwrap(), b"restored");
    }
}
