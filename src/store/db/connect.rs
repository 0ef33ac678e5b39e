//! Connections, with the settings that say what a file's contents may do.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};
use rustix::fs::{Access, access};

use crate::domain::naming::SortPrefixes;
use crate::store::db::failure::{Answer, refused};
use crate::store::db::files::{folder_of, with_suffix};
use crate::store::db::held::refuse_irregular_beside;
use crate::store::db::paths;
use crate::store::db::sorting;

/// "cbk1": marks a file as callbook's in its header.
pub(in crate::store) const APPLICATION_ID: i32 = 0x6362_6b31;

/// How long a write waits for another program's.
pub(in crate::store) const BUSY: Duration = Duration::from_secs(5);

/// Asks `SQLite` for whose a file is: a descriptor of our own would cost the locks of every other
/// connection to it (see `files`). Nothing is locked, and nothing made beside it.
pub(in crate::store) fn application_id(path: &Path) -> rusqlite::Result<i32> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let header = Connection::open_with_flags(paths::unchanging_address(path), flags)?;
    // A file that is shorter than its header says is damaged, unless a log has the rest, which is not
    // read here. With this nothing is written; it has SQLite pass over the length.
    header.execute_batch("PRAGMA writable_schema = ON")?;
    header.pragma_query_value(None, "application_id", |row| row.get(0))
}

/// A connection with the settings that say what the file's contents may do.
pub(in crate::store) fn connect(path: &Path, access: OpenFlags) -> Answer<Connection> {
    connect_as(path, access, "NORMAL")
}

/// The same, with a mode of locking.
fn connect_as(path: &Path, access: OpenFlags, locking: &str) -> Answer<Connection> {
    // A temporary database has no name.
    if !path.as_os_str().is_empty() {
        refuse_irregular_beside(path)?;
    }
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(96);
    sorting::add_function(&connection, SortPrefixes::default())?;
    // Nothing stored may run code or reach the file's internals, and a misspelt column is no text.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    // The schema has neither: what another program put there does not act, and is not asked.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    // Without this the planner looks at the values of parameters, and so plans again each time
    // that a cached statement gets others: a quarter of an import's time.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // With synchronous = NORMAL a power loss takes back the last commits that were reported as done.
    // On macOS a sync reaches the disk only with fullfsync; elsewhere that changes nothing.
    connection.execute_batch(&format!(
        "PRAGMA locking_mode = {locking};
         PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA fullfsync = ON;
         PRAGMA checkpoint_fullfsync = ON; PRAGMA cell_size_check = ON;
         PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0; PRAGMA secure_delete = FAST;
         -- A log that an import made long is cut when it has been taken over.
         PRAGMA journal_size_limit = 16777216;",
    ))?;
    // A build of SQLite without one of them would say nothing.
    for (pragma, wanted) in [("foreign_keys", 1), ("synchronous", 2), ("fullfsync", 1)] {
        let got: i64 = connection.pragma_query_value(None, pragma, |row| row.get(0))?;
        if got != wanted {
            let why = format!("this build of SQLite has no {pragma}; build callbook with its own");
            return Err(refused(path, &why));
        }
    }
    Ok(connection)
}

/// A connection that cannot write.
///
/// Where even the folder is read-only, `SQLite` cannot make the files that it keeps beside a database
/// in WAL mode. It has to be told that the file does not change; that holds as long as no one who
/// may write has those files there.
pub(in crate::store) fn reading(path: &Path) -> Answer<Connection> {
    if paths::is_backup(path) {
        return unchanging(path);
    }
    let is_beside =
        |suffix| fs::symlink_metadata(with_suffix(path, suffix)).is_ok_and(|file| file.len() > 0);
    if access(folder_of(path), Access::WRITE_OK).is_ok() || is_beside("-wal") || is_beside("-shm") {
        return connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
    }
    unchanging(path)
}

/// A connection to a file that does not change: it takes no lock, looks for no log beside the file and
/// makes none.
pub(in crate::store) fn unchanging(path: &Path) -> Answer<Connection> {
    connect(
        &paths::unchanging_address(path),
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI,
    )
}

/// A connection that reads a book, and no other file, of whatever schema.
pub(in crate::store) fn reading_book(path: &Path) -> Answer<Connection> {
    let is_file = fs::symlink_metadata(path).is_ok_and(|file| file.is_file() && file.len() > 0);
    if !is_file || application_id(path)? != APPLICATION_ID {
        return Err(refused(path, "not a callbook database"));
    }
    reading(path)
}

/// A connection that keeps in its own memory what others share in a file beside the database, for a
/// disk that has no room for that file. Until it is closed it is the only one.
pub(in crate::store) fn alone(path: &Path) -> Answer<Connection> {
    connect_as(path, OpenFlags::SQLITE_OPEN_READ_WRITE, "EXCLUSIVE")
}

pub(in crate::store) fn version(connection: &Connection) -> Answer<i32> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

/// A number that changes when another connection writes.
pub(in crate::store) fn data_version(connection: &Connection) -> Answer<i64> {
    Ok(connection.pragma_query_value(None, "data_version", |row| row.get(0))?)
}
