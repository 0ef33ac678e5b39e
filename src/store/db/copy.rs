//! Making a backup: a copy of the whole database, checked when it is made.
//!
//! It is at its place only once it is whole, on the disk, sound, and of the same contents as the
//! database was: `integrity_check` alone does not see every flipped bit.

use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};

use rusqlite::types::ValueRef;
use rusqlite::{Connection, OpenFlags};
use sha2::{Digest as _, Sha256};

use crate::domain::progress::Stop;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::timestamp::Timestamp;
use crate::store::db::backups::{Backup, UNFINISHED, cannot, drop_unfinished, folder, sum_of};
use crate::store::db::connect;
use crate::store::db::failure::{Answer, Failure, Trying};
use crate::store::db::files;
use crate::store::db::owner::keep_id;
use crate::store::db::pace;
use crate::store::db::paths;
use crate::store::db::sound;

/// Why there is no backup, for the change that needs one.
pub(in crate::store) fn unchanged(refusal: Refusal) -> Refusal {
    match refusal.kind {
        // It was stopped, and says so.
        Kind::Stopped => refusal,
        kind => Refusal::new(kind, format!("{refusal}; nothing was changed")),
    }
}

/// Makes a backup of a database as a connection to it sees it in one transaction.
///
/// # Errors
/// If it cannot be written or differs from the database; no file is left then.
pub(in crate::store) fn make(
    connection: &Connection,
    database: &Path,
    at: Timestamp,
    stop: &Stop,
) -> Result<Backup, Refusal> {
    paths::refuse_backup(database).map_err(|failure| failure.refusal(database, Trying::Read))?;
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
    stop.go_on()?;
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
fn copy_into(connection: &Connection, path: &Path, contents: [u8; 32], stop: &Stop) -> Answer<()> {
    let cannot = |why: &str| {
        let detail = format!("cannot back up to {}: {why}", path.display());
        Failure::from(Refusal::new(Kind::Storage, detail))
    };
    let mut copy = connect::connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    pace::stop_by(&mut copy, stop)?;
    {
        let backup = rusqlite::backup::Backup::new(connection, &mut copy)?;
        while backup.step(PAGES)? == rusqlite::backup::StepResult::More {
            stop.go_on()?;
        }
    }
    // One file, with nothing beside it.
    copy.pragma_update_and_check(None, "journal_mode", "delete", |_| Ok(()))?;
    let mut faults = sound::faults(&copy)?;
    if !faults.is_empty() && faults.iter().all(sound::IntegrityFault::is_of_an_index) {
        // What is in an index is in the rows too, which are all there.
        copy.execute_batch("REINDEX")?;
        faults = sound::faults(&copy)?;
    }
    if let Some(fault) = faults.first() {
        // The pages are copied one by one: it is the database that is not sound.
        let detail = format!("cannot back up: the database is damaged ({fault})");
        return Err(Refusal::new(Kind::Damaged, detail).into());
    }
    if self::contents(&copy)? != contents {
        return Err(cannot("the copy differs from the original"));
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

#[cfg(test)]
mod tests {
    use super::{OpenFlags, Stop, connect, contents, copy_into, files};
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
            sort_prefixes: None,
        };
        drop(Store::open(&path, options).unwrap());
        let book = connect::connect(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let known = contents(&book).unwrap();
        let mut other = known;
        other[0] ^= 1;
        let stop = Stop::default();
        for (known, sound) in [(known, true), (other, false)] {
            let copy = files::temporary(folder.path(), "copy", "").unwrap();
            let copied = copy_into(&book, &copy, known, &stop);
            assert_eq!(copied.is_ok(), sound);
        }
    }
}
