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
use crate::domain::retention::{Copied, Kept, kept};
use crate::domain::timestamp::Timestamp;

use crate::store::base::Store;
use crate::store::care::doctor;
use crate::store::db::failure::{Answer, Failure, Trying};
use crate::store::db::files;
use crate::store::db::look;
use crate::store::db::pace;
use crate::store::db::schema;

mod owner;
mod put_back;

use owner::Claimant;
pub use owner::Owner;
pub(in crate::store) use owner::{keep_id, was_a_book};
pub use put_back::{Force, restore};

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

/// The folder of a book's backups, beside it: `callbook.db.backups`.
#[must_use]
pub fn folder(database: &Path) -> PathBuf {
    files::beside(&look::target(database), ".backups")
}

/// The folder that books of one name and different endings shared: `callbook.backups`.
pub(in crate::store) fn shared_folder(database: &Path) -> PathBuf {
    look::target(database).with_extension("backups")
}

/// The backups that may be a book's, the newest first; none where there is no folder of them. The book
/// itself need not be there. [`owner`] tells whose each is.
///
/// # Errors
/// Where a folder cannot be read.
pub fn backups(database: &Path) -> Result<Vec<Backup>, Refusal> {
    let (own, shared) = (folder(database), shared_folder(database));
    let mut backups = Vec::new();
    let several = (own != shared).then_some(shared);
    for folder in std::iter::once(own).chain(several) {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(cannot("read", &folder, &error)),
        };
        backups.extend(entries.flatten().filter_map(|entry| {
            let path = entry.path();
            let at = Timestamp::of_file_name(path.file_name()?.to_str()?.strip_suffix(".db")?)?;
            let known = entry.metadata().ok().filter(fs::Metadata::is_file)?;
            let bytes = known.len();
            Some(Backup { path, at, bytes })
        }));
    }
    backups.sort_by_key(|backup| std::cmp::Reverse(backup.at));
    Ok(backups)
}

/// The same, each with whose it is.
///
/// # Errors
/// As [`backups`].
pub fn backups_with_owners(database: &Path) -> Result<Vec<(Backup, Owner)>, Refusal> {
    let claimant = Claimant::at(database);
    let with_owner = |backup: Backup| {
        let owner = claimant.owner(&backup.path);
        (backup, owner)
    };
    Ok(backups(database)?.into_iter().map(with_owner).collect())
}

/// Whose a backup is, for the book at a place.
#[must_use]
pub fn owner(database: &Path, backup: &Path) -> Owner {
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
    Ok(backups.find(|backup| claimant.owner(&backup.path) == Owner::This))
}

/// The newest backup of a book that is sound, and how many newer ones are not; where none is sound, how
/// many there are.
///
/// # Errors
/// Where the folder cannot be read.
pub fn newest_sound(database: &Path) -> Result<(Option<Backup>, usize), Refusal> {
    let mut passed_over = 0;
    for (backup, owner) in backups_with_owners(database)? {
        if owner != Owner::This {
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
pub enum Pruned {
    /// Those that are too many.
    TooMany,
    /// All but the newest: what was thrown away since is in the others.
    AllButNewest,
}

/// Drops backups of a book. Of those that are too many it keeps the 10 newest, and beyond them one of each
/// of 7 days, 4 weeks and 12 months, and of all those as many as fit into a gibibyte, the newest first.
/// The newest stays, and so does the one that was made before the last import, and the one before the
/// last new schema. Nothing is dropped where the newest is not sound. Gives those that were.
///
/// # Errors
/// Where the newest is not sound, the book cannot be read, or a backup cannot be deleted.
pub fn prune(database: &Path, pruned: Pruned) -> Result<Vec<Backup>, Refusal> {
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
        .filter(|backup| claimant.owner(&backup.path) == Owner::This)
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
            Pruned::TooMany => *kept == Kept::No,
            Pruned::AllButNewest => *at > 0,
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
        "SELECT max(at) FROM undo_point WHERE actor = 'import' AND kind = 'change'",
        [],
        |row| row.get(0),
    )?;
    let before_import = backups
        .iter()
        .find(|backup| imported.is_some_and(|imported| backup.at.micros() <= imported));
    let before_schema = backups.iter().find(|backup| {
        let told = look::unchanging(&backup.path).and_then(|backup| schema::version(&backup));
        told.is_ok_and(|version| version < schema::newest())
    });
    let both = before_import.into_iter().chain(before_schema);
    Ok(both.map(|backup| backup.at).collect())
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
        let checked = || doctor::faults(&look::unchanging(&self.path)?);
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
        let made = || -> Answer<Backup> {
            self.refuse_lost(Trying::Read)?;
            let is_file = |path: &str| !path.is_empty();
            if self.connection.path().is_some_and(is_file) {
                // On a full disk this connection has the book for itself.
                return Ok(
                    self.snapshot(|snapshot| Ok(make(snapshot, &self.path, at, &self.stop)?))?
                );
            }
            // This connection has a copy in memory that was brought up to date.
            let mut reader = schema::reading(&self.path)?;
            pace::stop_by(&mut reader, &self.stop)?;
            let snapshot = reader.unchecked_transaction()?;
            Ok(make(&snapshot, &self.path, at, &self.stop)?)
        };
        made().map_err(|failure| failure.refusal(&self.path, Trying::Read))
    }

    /// How many backups of this book there are.
    #[must_use]
    pub fn own_backups(&self) -> usize {
        let all = backups_with_owners(&self.path).unwrap_or_default();
        all.iter()
            .filter(|(_, owner)| *owner == Owner::This)
            .count()
    }

    /// Makes a backup unless nothing was written since the newest one.
    ///
    /// # Errors
    /// As [`Store::back_up`].
    pub fn back_up_if_changed(&self) -> Result<Option<Backup>, Refusal> {
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

    /// Makes a backup before much is changed, and drops those that are too many.
    pub(in crate::store) fn back_up_before(&self) -> Result<(), Refusal> {
        if self.back_up_if_changed().map_err(unchanged)?.is_some() {
            // What is kept too long harms nobody.
            let _ = prune(&self.path, Pruned::TooMany);
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
        if self.read_only.is_some() {
            return Ok(());
        }
        let newest = newest(&self.path)?;
        if newest.is_some_and(|newest| now.micros() - newest.at.micros() < DAY) {
            return Ok(());
        }
        self.back_up_before()?;
        // What nobody names is kept too long where it cannot be dropped now.
        let _ = self.drop_orphan_cards();
        Ok(())
    }
}

/// Why there is no backup, for whoever wanted to change something after it.
pub(in crate::store) fn unchanged(refusal: Refusal) -> Refusal {
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
pub(in crate::store) fn make(
    connection: &Connection,
    database: &Path,
    at: Timestamp,
    stop: &Arc<AtomicBool>,
) -> Result<Backup, Refusal> {
    look::refuse_backup(database).map_err(|failure| failure.refusal(database, Trying::Read))?;
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
    keep_id(connection, database);
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
        // What has no page of its own is made up by a module, and may be endless.
        "SELECT replace(name, '\"', '\"\"') FROM sqlite_schema
         WHERE type = 'table' AND rootpage > 0 AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
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
pub(in crate::store) fn drop_unfinished(folder: &Path, prefix: &str) {
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
            // A restore works in a folder of its own.
            let gone = fs::remove_file(entry.path());
            let _ = gone.or_else(|_| fs::remove_dir_all(entry.path()));
        }
    }
}

/// Where the SHA-256 of a backup stands.
pub(in crate::store) fn sum_of(path: &Path) -> PathBuf {
    files::beside(path, ".sha256")
}

fn cannot(verb: &str, path: &Path, error: &io::Error) -> Refusal {
    Refusal::new(
        Kind::Storage,
        format!("cannot {verb} {}: {error}", path.display()),
    )
}

#[cfg(test)]
mod tests {
    use super::{Arc, OpenFlags, contents, copy_into, files, schema};
    use crate::domain::operation::Actor;
    use crate::domain::timestamp::Timestamp;
    use crate::store::{Options, Store};

    #[test]
    fn a_copy_that_holds_something_else_than_the_book_is_no_backup() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book.db");
        let options = Options {
            home: None,
            actor: Actor::Command,
            clock: Box::new(|| Timestamp::from_micros(1_000_000)),
            file_system: None,
        };
        drop(Store::open(&path, options).unwrap());
        let book = schema::connect(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let known = contents(&book).unwrap();
        let mut other = known;
        other[0] ^= 1;
        let stop = Arc::default();
        for (known, sound) in [(known, true), (other, false)] {
            let copy = files::temporary(folder.path(), "copy", "").unwrap();
            let copied = copy_into(&book, &copy, known, &stop);
            assert_eq!(copied.is_ok(), sound);
        }
    }
}
