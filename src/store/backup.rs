//! Backups: copies of the whole database in a folder beside it, checked when they are made, and put
//! back.
//!
//! A backup is a file of its own, `20261124T164500.000042Z.db`, for its owner only, with the SHA-256 of
//! its bytes beside it. It is at its place only once it is whole, on the disk, sound, and of the same
//! contents as the database was: `integrity_check` alone does not see every flipped bit.

use std::fs::{self, DirBuilder};
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use sha2::{Digest as _, Sha256};

use crate::domain::refusal::{Kind, Refusal};
use crate::domain::retention::{Kept, kept};
use crate::domain::timestamp::Timestamp;

use super::failure::{Answer, Failure, Trying};
use super::files::{self, beside};
use super::{Options, Store, doctor, pace, schema};

/// A day in microseconds.
const DAY: i64 = 86_400_000_000;

/// A copy of a database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Where it is.
    pub path: PathBuf,
    /// When it was made.
    pub at: Timestamp,
    /// How many bytes it has.
    pub bytes: u64,
}

/// The folder of a database's backups, beside it: `callbook.backups`.
#[must_use]
pub fn folder(database: &Path) -> PathBuf {
    database.with_extension("backups")
}

/// The backups of a database, the newest first; none where there is no folder of them. The database
/// itself need not be there.
///
/// # Errors
/// Where the folder cannot be read.
pub fn backups(database: &Path) -> Result<Vec<Backup>, Refusal> {
    let folder = folder(database);
    let entries = match fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(cannot("read", &folder, &error)),
    };
    let mut backups: Vec<Backup> = entries
        .flatten()
        .filter_map(|entry| {
            let path = entry.path();
            let at = Timestamp::of_file_name(path.file_name()?.to_str()?.strip_suffix(".db")?)?;
            let bytes = entry.metadata().ok()?.len();
            Some(Backup { path, at, bytes })
        })
        .collect();
    backups.sort_by_key(|backup| std::cmp::Reverse(backup.at));
    Ok(backups)
}

/// The newest backup that is sound, and how many newer ones are not; where none is sound, how many
/// there are.
///
/// # Errors
/// Where the folder cannot be read.
pub fn newest_sound(database: &Path) -> Result<(Option<Backup>, usize), Refusal> {
    let mut passed_over = 0;
    for backup in backups(database)? {
        if backup.verify().is_ok() {
            return Ok((Some(backup), passed_over));
        }
        passed_over += 1;
    }
    Ok((None, passed_over))
}

/// Drops the backups that are too many: it keeps the 10 newest, and beyond them one of each of 7 days,
/// 4 weeks and 12 months. Nothing is dropped where the newest is not sound. Gives those that were.
///
/// # Errors
/// Where the newest is not sound, or one cannot be deleted.
pub fn prune(database: &Path) -> Result<Vec<Backup>, Refusal> {
    let backups = backups(database)?;
    let times: Vec<Timestamp> = backups.iter().map(|backup| backup.at).collect();
    let dropped: Vec<Backup> = backups
        .iter()
        .zip(kept(&times))
        .filter(|(_, kept)| *kept == Kept::No)
        .map(|(backup, _)| backup.clone())
        .collect();
    if let (Some(newest), false) = (backups.first(), dropped.is_empty()) {
        newest.verify()?;
    }
    for backup in &dropped {
        let gone = fs::remove_file(&backup.path);
        gone.map_err(|error| cannot("delete", &backup.path, &error))?;
        let _ = fs::remove_file(sum_of(&backup.path));
    }
    Ok(dropped)
}

/// Puts a backup in the place of a database. What was there is backed up first, so that this can be
/// taken back the same way; gives that backup. A database that cannot be opened is put aside instead,
/// and left as it is; gives where to.
///
/// # Errors
/// Where the backup is not sound, or made by a newer callbook; where the database cannot be written.
pub fn restore(database: &Path, backup: &Path, options: Options) -> Result<PathBuf, Refusal> {
    let at = Timestamp::default();
    let backup = Backup {
        path: backup.to_owned(),
        at,
        bytes: 0,
    };
    backup.verify()?;
    // As it was made by an older callbook perhaps, it is brought up to date in a copy of its own.
    let newer = database.with_extension("restoring");
    let failed = |error: io::Error| cannot("copy", &backup.path, &error);
    drop_copy(&newer);
    files::copy(&backup.path, &newer).map_err(failed)?;
    let restored = || -> Result<PathBuf, Refusal> {
        schema::bring_up_to_date(&newer)
            .map_err(|failure| failure.refusal(&newer, Trying::Open))?;
        match Store::open(database, options) {
            Ok(mut store) => match store.back_up() {
                Ok(before) => {
                    store.take_over(&newer)?;
                    Ok(before.path)
                }
                // It opens, and is damaged further in: there is no backup to be made of it.
                Err(refusal) if refusal.kind == Kind::Damaged => {
                    drop(store);
                    put_aside(database, &newer)
                }
                Err(refusal) => Err(refusal),
            },
            // Another program has it for itself, and goes on with the file that it has open.
            Err(refusal) if refusal.kind == Kind::Busy => Err(refusal),
            Err(_) => put_aside(database, &newer),
        }
    };
    let restored = restored();
    drop_copy(&newer);
    restored
}

/// Deletes the copy that a restore works on, also what a killed one left.
fn drop_copy(copy: &Path) {
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let _ = fs::remove_file(beside(copy, suffix));
    }
}

/// Puts a database in the place of one that cannot be opened, which gets another name, with what lies
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
    if database.symlink_metadata().is_ok() {
        // A second name for the same file; where there can be only one, a copy.
        fs::hard_link(database, &aside)
            .or_else(|_| files::copy(database, &aside))
            .map_err(failed)?;
    }
    // Before the new one is there, which would take another's log for its own.
    for suffix in ["-wal", "-shm", "-journal"] {
        let from = beside(database, suffix);
        if from.symlink_metadata().is_ok() {
            fs::rename(from, beside(&aside, suffix)).map_err(failed)?;
        }
    }
    fs::rename(newer, database).map_err(failed)?;
    files::sync(files::folder_of(database)).map_err(failed)?;
    Ok(aside)
}

impl Backup {
    /// Checks that it is as it was made, and a sound database.
    ///
    /// # Errors
    /// Where it is not, which is named.
    pub fn verify(&self) -> Result<(), Refusal> {
        let damaged = |why: String| {
            let detail = format!("the backup {} is damaged: {why}", self.path.display());
            Refusal::new(Kind::Storage, detail)
        };
        let told = files::text(&sum_of(&self.path));
        let sum = files::sum(&self.path).map_err(|error| cannot("read", &self.path, &error))?;
        match told {
            Ok(told) if told.split_whitespace().next() == Some(&sum) => {}
            Ok(_) => return Err(damaged("its bytes are not those that were written".into())),
            Err(error) => return Err(damaged(format!("its checksum cannot be read: {error}"))),
        }
        let checked = || {
            let connection = schema::connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            doctor::faults(&connection)
        };
        let unread = |failure: Failure| Refusal {
            kind: Kind::Storage,
            ..failure.refusal(&self.path, Trying::Open)
        };
        match checked().map_err(unread)?.first() {
            None => Ok(()),
            Some(fault) => Err(damaged(fault.to_string())),
        }
    }
}

impl Store {
    /// Makes a backup of the database as it stands.
    ///
    /// # Errors
    /// Where it cannot be written, or is not the same as the database; then there is none.
    pub fn back_up(&self) -> Result<Backup, Refusal> {
        let at = (self.options.clock)();
        self.snapshot(|connection| Ok(make(connection, &self.path, at, &self.stop)?))
    }

    /// Makes a backup unless nothing was written since the newest one.
    ///
    /// # Errors
    /// As [`Store::back_up`].
    pub fn back_up_if_changed(&self) -> Result<Option<Backup>, Refusal> {
        let newest = backups(&self.path)?.into_iter().next();
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

    /// Makes a backup before much is changed, and drops those that are too many.
    pub(super) fn back_up_before(&self) -> Result<(), Refusal> {
        if self.back_up_if_changed().map_err(unchanged)?.is_some() {
            // What is kept too long harms nobody.
            let _ = prune(&self.path);
        }
        Ok(())
    }

    /// Makes a backup, if the newest one is older than a day and something was written since, and
    /// drops those that are too many.
    ///
    /// # Errors
    /// As [`Store::back_up`].
    pub fn back_up_daily(&self) -> Result<(), Refusal> {
        let now = (self.options.clock)();
        let newest = backups(&self.path)?.into_iter().next();
        let fresh = newest.is_some_and(|newest| now.micros() - newest.at.micros() < DAY);
        if fresh || self.read_only.is_some() {
            return Ok(());
        }
        self.back_up_before()
    }

    /// Puts the contents of another database, of the same schema, in the place of this one's, all of
    /// it or nothing.
    fn take_over(&mut self, other: &Path) -> Result<(), Refusal> {
        let mut copied = || -> Answer<()> {
            let other = schema::connect(other, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
            let backup = rusqlite::backup::Backup::new(&other, &mut self.connection)?;
            match backup.step(-1)? {
                rusqlite::backup::StepResult::Done => Ok(()),
                _ => Err(Refusal::new(
                    Kind::Busy,
                    "the database is in use by another program; nothing was written, try again",
                )
                .into()),
            }
        };
        let copied = copied();
        self.forget_found(None);
        copied.map_err(|failure| failure.refusal(&self.path, Trying::Write))
    }
}

/// Why there is no backup, for whoever wanted to change something after it.
pub(super) fn unchanged(refusal: Refusal) -> Refusal {
    match refusal.kind {
        // It was stopped, and says so.
        Kind::Invalid => refusal,
        kind => Refusal::new(kind, format!("{refusal}; nothing was changed")),
    }
}

/// Makes a backup of a database as a connection to it sees it in one transaction.
///
/// # Errors
/// Where it cannot be written, or is not the same as the database; then there is none.
pub(super) fn make(
    connection: &Connection,
    database: &Path,
    at: Timestamp,
    stop: &Arc<AtomicBool>,
) -> Result<Backup, Refusal> {
    let folder = folder(database);
    let failed = |error: io::Error| cannot("make a backup in", &folder, &error);
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&folder)
        .map_err(failed)?;
    drop_unfinished(&folder, UNFINISHED);
    // It has the mode 0600 from the beginning; SQLite would give it one of its own making.
    let file = files::temporary(&folder, UNFINISHED, "").map_err(failed)?;
    let contents =
        contents(connection).map_err(|failure| failure.refusal(database, Trying::Read))?;
    copy_into(connection, &file, contents, stop)
        .map_err(|failure| failure.refusal(&file, Trying::Write))?;
    files::sync(&file).map_err(failed)?;
    let sum = files::sum(&file).map_err(failed)?;
    pace::go_on(stop).map_err(|failure| failure.refusal(&folder, Trying::Write))?;
    let (at, path) = name(&folder, at, &sum).map_err(failed)?;
    file.persist_noclobber(&path)
        .map_err(|error| failed(error.error))?;
    files::sync(&folder).map_err(failed)?;
    let bytes = path.metadata().map_or(0, |known| known.len());
    Ok(Backup { path, at, bytes })
}

/// Takes a name that no backup has, by writing the sum beside it: the time, or where the clock stands
/// still one after it.
fn name(folder: &Path, at: Timestamp, sum: &str) -> io::Result<(Timestamp, PathBuf)> {
    let mut at = at;
    loop {
        let file = format!("{}.db", at.file_name());
        let path = folder.join(&file);
        match files::put_new(&sum_of(&path), UNFINISHED, &format!("{sum}  {file}\n")) {
            Ok(()) => return Ok((at, path)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                at = Timestamp::from_micros(at.micros() + 1);
            }
            Err(error) => return Err(error),
        }
    }
}

/// Copies a database with these contents, as a transaction sees it, and checks the copy.
fn copy_into(
    connection: &Connection,
    path: &Path,
    contents: [u8; 32],
    stop: &Arc<AtomicBool>,
) -> Answer<()> {
    let cannot = |why: &str| {
        let detail = format!("cannot back up to {}: {why}", path.display());
        Failure::from(Refusal::new(Kind::Storage, detail))
    };
    let mut copy = schema::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    pace::stop_by(&mut copy, stop)?;
    {
        let backup = rusqlite::backup::Backup::new(connection, &mut copy)?;
        while backup.step(PAGES)? == rusqlite::backup::StepResult::More {
            pace::go_on(stop)?;
        }
    }
    // One file, with nothing beside it.
    copy.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))?;
    let mut faults = doctor::faults(&copy)?;
    if !faults.is_empty() && faults.iter().all(doctor::Fault::is_of_an_index) {
        // What is in an index is in the rows too, which are all there.
        copy.execute_batch("REINDEX")?;
        faults = doctor::faults(&copy)?;
    }
    if let Some(fault) = faults.first() {
        // The pages are copied one by one: it is the database that is not sound.
        let detail = format!("cannot back up: the database is damaged ({fault})");
        return Err(Refusal::new(Kind::Damaged, detail).into());
    }
    if self::contents(&copy)? != contents {
        return Err(cannot("the copy is not what was copied"));
    }
    Ok(())
}

/// A hash of all rows of all tables.
fn contents(connection: &Connection) -> Answer<[u8; 32]> {
    let mut hash = Sha256::new();
    let mut tables = connection.prepare(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'
         ORDER BY name",
    )?;
    let tables = tables.query_map([], |row| row.get::<_, String>(0))?;
    for table in tables {
        let table = table?;
        hash.update(table.as_bytes());
        let mut rows = connection.prepare(&format!("SELECT * FROM \"{table}\" NOT INDEXED"))?;
        let columns = rows.column_count();
        let mut rows = rows.query([])?;
        while let Some(row) = rows.next()? {
            for column in 0..columns {
                let (kind, bytes): (u8, &[u8]) = match row.get_ref(column)? {
                    ValueRef::Null => (0, &[]),
                    ValueRef::Integer(value) => {
                        hash.update([1]);
                        hash.update(value.to_le_bytes());
                        continue;
                    }
                    ValueRef::Real(value) => {
                        hash.update([2]);
                        hash.update(value.to_le_bytes());
                        continue;
                    }
                    ValueRef::Text(bytes) => (3, bytes),
                    ValueRef::Blob(bytes) => (4, bytes),
                };
                hash.update([kind]);
                hash.update(bytes.len().to_le_bytes());
                hash.update(bytes);
            }
        }
    }
    Ok(hash.finalize().into())
}

/// How many pages are copied between two looks at whether to go on: 4 MiB.
const PAGES: i32 = 1_024;

/// How the name of a backup begins that is not whole yet.
const UNFINISHED: &str = ".new-";

/// Deletes what a program left an hour ago or more that ended while it made a file: the file, whose
/// name begins like this, or the sum of one that never came to its place.
pub(super) fn drop_unfinished(folder: &Path, prefix: &str) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let alone = name
            .strip_suffix(".sha256")
            .is_some_and(|file| Timestamp::of_file_name(file.trim_end_matches(".db")).is_some())
            && !entry.path().with_extension("").exists();
        let changed = entry.metadata().and_then(|known| known.modified());
        let age = changed.ok().and_then(|changed| changed.elapsed().ok());
        if (name.starts_with(prefix) || alone) && age.is_some_and(|age| age.as_secs() > 3_600) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Where the SHA-256 of a backup stands.
fn sum_of(path: &Path) -> PathBuf {
    path.with_extension("db.sha256")
}

fn cannot(verb: &str, path: &Path, error: &io::Error) -> Refusal {
    Refusal::new(
        Kind::Storage,
        format!("cannot {verb} {}: {error}", path.display()),
    )
}
