//! Opening a database file: who may be opened, with which settings, and how an old one is brought
//! up to date.
//!
//! A file that is not ours, that is empty, or that a newer program made is refused and left as it
//! is. See the settings one by one below for what each guards against.

use std::fs::{self, DirBuilder, OpenOptions, Permissions};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::domain::refusal::{Kind, Refusal};

use super::failure;

/// "cbk1": marks a file as callbook's in its header.
const APPLICATION_ID: i32 = 0x6362_6b31;

/// The migrations, each with the version that it leads to.
const MIGRATIONS: [(i32, &str); 1] = [(1, include_str!("../../assets/migrations/001.sql"))];

/// How long a write waits for another program's.
const BUSY: Duration = Duration::from_secs(5);

/// File systems of the network, by the magic number of `statfs`: NFS, SMB, CIFS, SMB2, FUSE, AFS, 9P.
/// The shared memory of WAL does not work across machines.
const NETWORK: [u32; 7] = [
    0x6969,
    0x517b,
    0xff53_4d42,
    0xfe53_4d42,
    0x6573_5546,
    0x5346_414f,
    0x0102_1997,
];

/// An open file.
pub(super) struct Opened {
    /// The connection.
    pub(super) connection: Connection,
    /// The path with symbolic links of its folder resolved.
    pub(super) path: PathBuf,
    /// Why nothing can be written, if so.
    pub(super) read_only: Option<String>,
}

/// Opens the database, and makes it where there is none.
pub(super) fn open(path: &Path) -> Result<Opened, Refusal> {
    let path = settle(path)?;
    let made = make(&path)?;
    if !made {
        recognise(&path)?;
    }
    match writable(&path, made) {
        Ok(connection) => Ok(Opened {
            connection,
            path,
            read_only: None,
        }),
        Err(Unwritable::Refused(refusal)) => Err(refusal),
        Err(Unwritable::ReadOnly(reason)) => {
            let connection = Connection::open_with_flags(
                &path,
                OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
            )
            .map_err(|error| failure::opening(&path, &error))?;
            connection
                .execute_batch("PRAGMA query_only = ON")
                .map_err(|error| failure::opening(&path, &error))?;
            let version = version(&connection, &path)?;
            if version < MIGRATIONS.len().try_into().unwrap_or(i32::MAX) {
                return Err(Refusal::new(
                    Kind::Storage,
                    format!("cannot bring {} up to date: {reason}", path.display()),
                ));
            }
            Ok(Opened {
                connection,
                path,
                read_only: Some(reason),
            })
        }
    }
}

/// The path with its folder made, if need be, and resolved; the file itself is never followed.
fn settle(path: &Path) -> Result<PathBuf, Refusal> {
    let cannot = |error: &std::io::Error, place: &Path| {
        Refusal::new(
            Kind::Storage,
            format!(
                "cannot open {}: {error}; choose another place with --db",
                place.display()
            ),
        )
    };
    let (Some(file), folder) = (path.file_name(), path.parent().unwrap_or(Path::new("."))) else {
        return Err(Refusal::new(
            Kind::Storage,
            format!("cannot open {}: not the name of a file", path.display()),
        ));
    };
    let folder = if folder.as_os_str().is_empty() {
        Path::new(".")
    } else {
        folder
    };
    if !folder.exists() {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder)
            .map_err(|error| cannot(&error, folder))?;
    }
    Ok(fs::canonicalize(folder)
        .map_err(|error| cannot(&error, folder))?
        .join(file))
}

/// Makes the file, for the owner only, where there is none; says whether it did.
fn make(path: &Path) -> Result<bool, Refusal> {
    match OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
    {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => {
            let detail = format!(
                "cannot make {}: {error}; choose another place with --db",
                path.display()
            );
            Err(Refusal::new(Kind::Storage, detail))
        }
    }
}

/// Refuses what is no database of ours, before `SQLite` touches it.
fn recognise(path: &Path) -> Result<(), Refusal> {
    let cannot = |why: &str| {
        Refusal::new(
            Kind::Storage,
            format!("cannot open {}: {why}", path.display()),
        )
    };
    let file = fs::symlink_metadata(path).map_err(|error| cannot(&error.to_string()))?;
    if file.file_type().is_symlink() {
        return Err(cannot("it is a symbolic link; name the file itself"));
    }
    if !file.is_file() {
        return Err(cannot("it is not a file"));
    }
    if file.len() == 0 {
        return Err(cannot(
            "the file is empty; it is left as it is. Move it away to start anew, or restore a backup",
        ));
    }
    let mut header = [0_u8; 72];
    let read =
        fs::File::open(path).and_then(|mut file| std::io::Read::read_exact(&mut file, &mut header));
    if let Err(error) = read {
        return Err(cannot(
            &if error.kind() == std::io::ErrorKind::UnexpectedEof {
                "not a callbook database".to_owned()
            } else {
                error.to_string()
            },
        ));
    }
    if !header.starts_with(b"SQLite format 3\0") {
        return Err(cannot(
            "not a callbook database; it is left as it is. Choose another place with --db",
        ));
    }
    if header.get(68..72) != Some(&APPLICATION_ID.to_be_bytes()) {
        return Err(cannot(
            "a database of another program; it is left as it is. Choose another place with --db",
        ));
    }
    Ok(())
}

/// Why a file could not be opened for writing.
enum Unwritable {
    Refused(Refusal),
    ReadOnly(String),
}

fn writable(path: &Path, made: bool) -> Result<Connection, Unwritable> {
    let refused = |error: rusqlite::Error| Unwritable::Refused(failure::opening(path, &error));
    if !made {
        if let Err(error) = OpenOptions::new().write(true).open(path) {
            return Err(Unwritable::ReadOnly(format!(
                "{} cannot be written: {error}",
                path.display()
            )));
        }
        // SQLite keeps its log beside the file.
        if let Some(folder) = path.parent()
            && let Err(error) = rustix::fs::access(folder, rustix::fs::Access::WRITE_OK)
        {
            return Err(Unwritable::ReadOnly(format!(
                "{} cannot be written: its folder: {error}",
                path.display()
            )));
        }
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let mut connection = Connection::open_with_flags(path, flags).map_err(refused)?;
    set(&connection, path, made).map_err(refused)?;
    migrate(&mut connection, path, made).map_err(|refusal| {
        if made {
            // A file that was just made and could not be filled would be refused as empty next time.
            let _ = fs::remove_file(path);
        }
        Unwritable::Refused(refusal)
    })?;
    Ok(connection)
}

/// The settings of a connection.
fn set(connection: &Connection, path: &Path, made: bool) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(64);
    // Nothing stored may run code or reach the file's internals.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    if made {
        connection.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    let network = rustix::fs::statfs(path).is_ok_and(|system| {
        u32::try_from(system.f_type & 0xffff_ffff).is_ok_and(|magic| NETWORK.contains(&magic))
    });
    connection.pragma_update(
        None,
        "journal_mode",
        if network { "TRUNCATE" } else { "WAL" },
    )?;
    // With NORMAL a power loss takes back the last commits that were reported as done.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.execute_batch(
        "PRAGMA foreign_keys = ON; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;
         PRAGMA mmap_size = 0; PRAGMA secure_delete = FAST;",
    )?;
    // A build of SQLite without them would ignore these silently.
    for (pragma, wanted) in [("foreign_keys", 1), ("synchronous", 2)] {
        let got: i64 = connection.pragma_query_value(None, pragma, |row| row.get(0))?;
        if got != wanted {
            return Err(rusqlite::Error::InvalidQuery);
        }
    }
    Ok(())
}

fn version(connection: &Connection, path: &Path) -> Result<i32, Refusal> {
    connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(|error| failure::opening(path, &error))
}

/// Brings the schema up to date, all steps in one transaction, after a backup of what was there.
fn migrate(connection: &mut Connection, path: &Path, made: bool) -> Result<(), Refusal> {
    let newest = MIGRATIONS.last().map_or(0, |(version, _)| *version);
    let found = version(connection, path)?;
    if found > newest {
        let detail = format!(
            "cannot open {}: made by a newer callbook (schema {found}), this one knows schema {newest}; update callbook",
            path.display()
        );
        return Err(Refusal::new(Kind::Storage, detail));
    }
    if found == newest {
        return Ok(());
    }
    let failed = |error: rusqlite::Error| failure::opening(path, &error);
    if !made && found > 0 {
        backup(connection, path, found)?;
    }
    let transaction = connection
        .transaction_with_behavior(rusqlite::TransactionBehavior::Exclusive)
        .map_err(failed)?;
    // Another program may have done it while this one waited for the lock.
    let found: i32 = transaction
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .map_err(failed)?;
    for (version, sql) in MIGRATIONS.iter().filter(|(version, _)| *version > found) {
        transaction.execute_batch(sql).map_err(failed)?;
        transaction
            .pragma_update(None, "user_version", version)
            .map_err(failed)?;
    }
    transaction.commit().map_err(failed)
}

/// A copy of the database beside it, for the owner only, checked before anything is changed.
fn backup(connection: &Connection, path: &Path, version: i32) -> Result<(), Refusal> {
    let failed = |error: rusqlite::Error| failure::opening(path, &error);
    let copy = path.with_extension(format!("schema-{version}.backup"));
    // SQLite would make the copy readable to others: make it first.
    let _ = fs::remove_file(&copy);
    make(&copy)?;
    connection
        .execute("VACUUM INTO ?1", [copy.to_string_lossy()])
        .map_err(failed)?;
    fs::set_permissions(&copy, Permissions::from_mode(0o600))
        .map_err(|error| Refusal::new(Kind::Storage, error.to_string()))?;
    let check =
        Connection::open_with_flags(&copy, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
    let verdict: String = check
        .pragma_query_value(None, "integrity_check", |row| row.get(0))
        .map_err(failed)?;
    if verdict == "ok" {
        Ok(())
    } else {
        Err(Refusal::new(
            Kind::Storage,
            format!("the backup before the upgrade is not sound: {verdict}; nothing was changed"),
        ))
    }
}
