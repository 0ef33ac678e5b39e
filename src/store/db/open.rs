//! Opening a database file: which files are opened, and how a new one is made.
//!
//! A file that is not ours, that is empty, or that a newer program made is refused and left as it
//! is. A new file is made whole beside its place and then put there, so that a program that is
//! killed meanwhile leaves no half of one, and two that start at once do not meet in the middle.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, ErrorCode, OpenFlags};
use rustix::fs::{Access, access};

use crate::domain::refusal::{Kind, Refusal};
use crate::domain::timestamp::Timestamp;
use crate::store::db::backups;
use crate::store::db::connect::{
    self, APPLICATION_ID, alone, application_id, connect, reading, unchanging, version,
};
use crate::store::db::copy;
use crate::store::db::failure::{Answer, Failure, damaged, refused};
use crate::store::db::files::{self, folder_of};
use crate::store::db::journal_mode;
use crate::store::db::objects;
use crate::store::db::options::{FileSystem, Options};
use crate::store::db::owner;
use crate::store::db::paths;
use crate::store::db::schema::{MIGRATIONS, migrate, migrated_copy, newest, refuse_newer};

/// How the name of a database begins that is not whole yet.
const UNFINISHED: &str = ".callbook-";

/// An open file.
pub(in crate::store) struct OpenedFile {
    /// The connection.
    pub(in crate::store) connection: Connection,
    /// The path, with symbolic links resolved.
    pub(in crate::store) path: PathBuf,
    /// Why nothing can be written, if so.
    pub(in crate::store) read_only: Option<String>,
}

/// Opens the database, and creates a missing one. A failure is named by [`Failure`] with the
/// path that was asked for.
pub(in crate::store) fn open(path: &Path, options: &Options) -> Answer<OpenedFile> {
    let path = settle(path)?;
    if paths::is_backup(&path) {
        return open_backup(path);
    }
    if let Err(error) = fs::symlink_metadata(&path)
        && error.kind() == ErrorKind::NotFound
    {
        create(&path, options)?;
    }
    recognise(&path)?;
    let mut read_only = why_read_only(&path);
    let opened = if read_only.is_some() {
        reading(&path)
    } else {
        connect(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)
    };
    let mut connection = match opened {
        Err(failure) if failure.is_of_shared_memory() => {
            read_only = Some(format!(
                "{} cannot be written: the disk is full; make room on it",
                path.display()
            ));
            alone(&path)?
        }
        opened => opened?,
    };
    let version = version(&connection)?;
    refuse_newer(&path, version)?;
    if version == 0 {
        // A file gets its name only once it has a schema.
        let damaged = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
        let why = Some("it has no schema".to_owned());
        return Err(rusqlite::Error::SqliteFailure(damaged, why).into());
    }
    let foreign = objects::why_read_only(&connection, version, &path)?;
    if read_only.is_none() {
        read_only = foreign;
        if read_only.is_some() && version < newest() {
            connection = migrated_copy(&connection)?;
        }
    }
    match &read_only {
        Some(reason) if connect::version(&connection)? < newest() => {
            return Err(refused(
                &path,
                &format!("made by an older callbook, and cannot be upgraded: {reason}"),
            ));
        }
        Some(_) => connection.execute_batch("PRAGMA query_only = ON")?,
        // Else the first write does: it changes the file.
        None if journal_mode::file_system(&path, options) == FileSystem::Network => {
            journal_mode::set(&connection, &path, options)?;
        }
        None => {}
    }
    if read_only.is_none() && version < newest() {
        migrate(&mut connection, MIGRATIONS, || {
            back_up(&path, (options.clock)())
        })?;
        owner::keep_id(&connection, &path);
    }
    Ok(OpenedFile {
        connection,
        path,
        read_only,
    })
}

/// Upgrades a private copy of a database, which needs no backup.
pub(in crate::store) fn bring_up_to_date(copy: &Path) -> Answer<()> {
    recognise(copy)?;
    let mut connection = connect(copy, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let version = version(&connection)?;
    refuse_newer(copy, version)?;
    // A table that is missing is damage; what is there beside them is not.
    objects::why_read_only(&connection, version, copy)?;
    migrate(&mut connection, MIGRATIONS, || Ok(()))
}

/// The path with its folder made, if need be, and all symbolic links resolved. A link to nothing stays,
/// and is refused: its book may be on a disk that is not mounted, and an empty one in its place would
/// be taken for a loss.
pub(in crate::store) fn settle(path: &Path) -> Answer<PathBuf> {
    let Some(file) = path.file_name() else {
        return Err(refused(path, "not the name of a file"));
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let cannot = |error: io::Error| {
        refused(
            path,
            &format!("its folder: {error}; choose another place with --db"),
        )
    };
    if !folder.exists() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(cannot)?;
    }
    Ok(paths::target(
        &fs::canonicalize(folder).map_err(cannot)?.join(file),
    ))
}

/// Creates a database that is complete before it gets its name, for its owner only.
fn create(path: &Path, options: &Options) -> Answer<()> {
    let cannot = |error: io::Error| {
        let why = format!(
            "cannot make {}: {error}; choose another place with --db",
            path.display()
        );
        Failure::from(Refusal::new(Kind::Storage, why))
    };
    let folder = folder_of(path);
    backups::drop_unfinished(folder, UNFINISHED);
    // A temporary file has the mode 0600; SQLite would give one of its own making 0644.
    let new = files::temporary(folder, UNFINISHED, ".new").map_err(cannot)?;
    let mut connection = connect(&new, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    // Before there is a table: room that becomes free can be given back later.
    connection.execute_batch("PRAGMA auto_vacuum = INCREMENTAL")?;
    migrate(&mut connection, MIGRATIONS, || Ok(()))?;
    journal_mode::set(&connection, path, options)?;
    connection.close().map_err(|(_, error)| error)?;
    match new.persist_noclobber(path) {
        Ok(()) => {}
        // Another program was faster: its file is as good.
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => {}
        // Not every file system can refuse to replace; look first there.
        Err(error) if !path.exists() => {
            error
                .path
                .persist(path)
                .map_err(|error| cannot(error.error))?;
        }
        Err(error) => return Err(cannot(error.error)),
    }
    files::sync(folder).map_err(cannot)
}

/// Refuses what is no database of ours, before `SQLite` touches it.
pub(in crate::store) fn recognise(path: &Path) -> Answer<()> {
    let cannot = |error: io::Error| refused(path, &error.to_string());
    let file = fs::symlink_metadata(path).map_err(cannot)?;
    if file.file_type().is_symlink() {
        let target = fs::read_link(path).map_err(cannot)?;
        let why = match fs::metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => "which is not there".to_owned(),
            Err(error) => error.to_string(),
            Ok(_) => "which was created just now".to_owned(),
        };
        return Err(refused(
            path,
            &format!(
                "it is a symbolic link to {}, {why}; name another file with --db, or delete the link",
                target.display()
            ),
        ));
    }
    if file.is_dir() {
        return Err(refused(path, "it is a folder; name a file in it"));
    }
    if !file.is_file() {
        return Err(refused(path, "it is not a file"));
    }
    if file.len() == 0 {
        return Err(damaged(path, "the file is empty"));
    }
    access(path, Access::READ_OK).map_err(|error| cannot(error.into()))?;
    // What once was ours has backups; what never was is left to whose it is.
    let ours = || owner::was_a_book(path);
    // A disk or a cable that fails for a moment gives other bytes than those that are there.
    match application_id(path).or_else(|_| application_id(path)) {
        Ok(APPLICATION_ID) => Ok(()),
        Ok(_) if ours() => Err(damaged(path, "not a callbook database any more")),
        Ok(_) => Err(refused(
            path,
            "a database of another program; it was not changed. Choose another place with --db",
        )),
        Err(error) if is_no_database(&error) && ours() => {
            Err(damaged(path, "not a callbook database any more"))
        }
        Err(error) if is_no_database(&error) => Err(refused(
            path,
            "not a callbook database; it was not changed. Choose another place with --db",
        )),
        Err(error) => Err(error.into()),
    }
}

/// Whether an error says that a file is not a database of `SQLite`.
fn is_no_database(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt)
    )
}

/// Why the file cannot be written, if so: itself, or the folder, where `SQLite` keeps its log.
fn why_read_only(path: &Path) -> Option<String> {
    let file = path.display();
    if let Err(error) = access(path, Access::WRITE_OK) {
        return Some(format!("{file} cannot be written: {error}"));
    }
    // SQLite names the log after the book: by another name, another program would write with another.
    let names = fs::symlink_metadata(path).map_or(1, |known| known.nlink());
    if names > 1 {
        return Some(format!(
            "{file} has {names} names (hard links), and two programs that open it by different names \
             would damage it; delete the other names, or work on a copy"
        ));
    }
    access(folder_of(path), Access::WRITE_OK)
        .err()
        .map(|error| format!("{file} cannot be written: its folder is read-only ({error})"))
}

/// Backs up what another connection holds the lock on.
fn back_up(path: &Path, now: Timestamp) -> Answer<()> {
    let reader = reading(path)?;
    let snapshot = reader.unchecked_transaction()?;
    copy::make(&snapshot, path, now, &Arc::default()).map_err(copy::unchanged)?;
    Ok(())
}

/// Opens a backup of any schema for reading. One of an older schema is brought up to date in a copy
/// that nobody sees.
fn open_backup(path: PathBuf) -> Answer<OpenedFile> {
    recognise(&path)?;
    let mut connection = unchanging(&path)?;
    let version = version(&connection)?;
    refuse_newer(&path, version)?;
    objects::why_read_only(&connection, version, &path)?;
    if version < newest() {
        connection = migrated_copy(&connection)?;
    }
    connection.execute_batch("PRAGMA query_only = ON")?;
    let read_only = Some(paths::why_read_only(&path));
    Ok(OpenedFile {
        connection,
        path,
        read_only,
    })
}
