//! Opening a database file: which files are opened, with which settings, and how an old one is
//! brought up to date.
//!
//! A file that is not ours, that is empty, or that a newer program made is refused and left as it
//! is. A new file is made whole beside its place and then put there, so that a program that is
//! killed meanwhile leaves no half of one, and two that start at once do not meet in the middle.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use rustix::fs::{Access, access};
use uuid::Uuid;

use crate::domain::refusal::{Kind, Refusal};
use crate::domain::timestamp::Timestamp;

use crate::store::base::FileSystem;
use crate::store::base::Options;
use crate::store::care::backup;
use crate::store::change::import;
use crate::store::db::failure::{Answer, Failure};
use crate::store::db::files::{self, beside, folder_of};
use crate::store::db::held;
use crate::store::db::journal_mode;
use crate::store::db::look;
use crate::store::db::objects;
use crate::store::write::record;

/// "cbk1": marks a file as callbook's in its header.
pub(in crate::store) const APPLICATION_ID: i32 = 0x6362_6b31;

/// What leads to a version of the schema from the one before.
#[derive(Clone)]
struct Migration {
    version: i32,
    sql: &'static str,
    /// What SQL cannot do. It is done once the whole schema is there, for it reads records as they
    /// are now.
    then: fn(&Connection) -> Answer<()>,
}

/// Every migration, in order.
const MIGRATIONS: &[Migration] = &[
    Migration {
        version: 1,
        sql: include_str!("../../../assets/migrations/001.sql"),
        then: |_| Ok(()),
    },
    Migration {
        version: 2,
        sql: include_str!("../../../assets/migrations/002.sql"),
        // Folding knows more scripts now, and what is sorted and searched was made by it.
        then: record::fold_contacts,
    },
    Migration {
        version: 3,
        sql: include_str!("../../../assets/migrations/003.sql"),
        then: |_| Ok(()),
    },
    Migration {
        version: 4,
        sql: include_str!("../../../assets/migrations/004.sql"),
        then: name_book,
    },
    Migration {
        version: 5,
        sql: include_str!("../../../assets/migrations/005.sql"),
        then: import::know_cards,
    },
    Migration {
        version: 6,
        sql: include_str!("../../../assets/migrations/006.sql"),
        // Names are folded and sorted in another way since, and numbers found by fewer digits.
        then: |connection| {
            record::fold_contacts(connection)?;
            record::find_numbers_again(connection)
        },
    },
];

/// Gives a book its id.
fn name_book(connection: &Connection) -> Answer<()> {
    let id = Uuid::now_v7();
    connection.execute(
        "INSERT INTO book (id, uuid) VALUES (1, ?1)",
        [id.as_bytes()],
    )?;
    Ok(())
}

/// How the name of a database begins that is not whole yet.
const UNFINISHED: &str = ".callbook-";

/// How long a write waits for another program's.
pub(in crate::store) const BUSY: Duration = Duration::from_secs(5);

/// An open file.
pub(in crate::store) struct Opened {
    /// The connection.
    pub(in crate::store) connection: Connection,
    /// The path, with symbolic links resolved.
    pub(in crate::store) path: PathBuf,
    /// Why nothing can be written, if so.
    pub(in crate::store) read_only: Option<String>,
}

/// Opens the database, and makes it where there is none. A failure is named by [`Failure`] with the
/// path that was asked for.
pub(in crate::store) fn open(path: &Path, options: &Options) -> Answer<Opened> {
    let path = settle(path)?;
    if look::is_backup(&path) {
        return look::open_backup(path);
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
        // A file stands at its place only once it has a schema.
        let damaged = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
        let why = Some("it has no schema".to_owned());
        return Err(rusqlite::Error::SqliteFailure(damaged, why).into());
    }
    if read_only.is_none() {
        read_only = objects::why_read_only(&connection, version, &path)?;
        if read_only.is_some() && version < newest() {
            connection = migrated_copy(&connection)?;
        }
    }
    match &read_only {
        Some(reason) if self::version(&connection)? < newest() => {
            return Err(refused(
                &path,
                &format!("made by an older callbook, and not to be brought up to date: {reason}"),
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
        backup::keep_id(&connection, &path);
    }
    Ok(Opened {
        connection,
        path,
        read_only,
    })
}

/// Brings a copy of a database up to date that nobody else uses: it needs no backup.
pub(in crate::store) fn bring_up_to_date(copy: &Path) -> Answer<()> {
    recognise(copy)?;
    let mut connection = connect(copy, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    refuse_newer(copy, version(&connection)?)?;
    migrate(&mut connection, MIGRATIONS, || Ok(()))
}

/// A copy of a database in the newest schema, which nobody sees and which is gone when it is closed.
pub(in crate::store) fn migrated_copy(database: &Connection) -> Answer<Connection> {
    let access = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    // The empty name: SQLite keeps what does not fit into its memory in a file without a name.
    let mut copy = connect(Path::new(""), access)?;
    rusqlite::backup::Backup::new(database, &mut copy)?.run_to_completion(
        COPIED_AT_ONCE,
        Duration::ZERO,
        None,
    )?;
    migrate(&mut copy, MIGRATIONS, || Ok(()))?;
    Ok(copy)
}

/// How many pages are copied at once.
const COPIED_AT_ONCE: i32 = 1_024;

/// The schema of a version, in memory.
pub(in crate::store) fn schema_of(version: i32) -> Answer<Connection> {
    let mut schema = Connection::open_in_memory()?;
    let until = MIGRATIONS.iter().take_while(|one| one.version <= version);
    let transaction = schema.transaction()?;
    for migration in until {
        transaction.execute_batch(migration.sql)?;
    }
    transaction.commit()?;
    Ok(schema)
}

/// A refusal to open a file.
pub(in crate::store) fn refused(path: &Path, why: &str) -> Failure {
    Refusal::new(
        Kind::Storage,
        format!("cannot open {}: {why}", path.display()),
    )
    .into()
}

/// A refusal to open a file that is damaged.
pub(in crate::store) fn damaged(path: &Path, why: &str) -> Failure {
    Refusal::new(
        Kind::Damaged,
        format!("cannot open {}: {why}; it is left as it is", path.display()),
    )
    .into()
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
    Ok(look::target(
        &fs::canonicalize(folder).map_err(cannot)?.join(file),
    ))
}

/// Makes a database that is whole before it stands at its place, for its owner only.
fn create(path: &Path, options: &Options) -> Answer<()> {
    let cannot = |error: io::Error| {
        let why = format!(
            "cannot make {}: {error}; choose another place with --db",
            path.display()
        );
        Failure::from(Refusal::new(Kind::Storage, why))
    };
    let folder = folder_of(path);
    backup::drop_unfinished(folder, UNFINISHED);
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
            Ok(_) => "which was put here just now".to_owned(),
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
    let ours = || backup::was_a_book(path);
    // A disk or a cable that fails for a moment gives other bytes than those that are there.
    match application_id(path).or_else(|_| application_id(path)) {
        Ok(APPLICATION_ID) => Ok(()),
        Ok(_) if ours() => Err(damaged(path, "not a callbook database any more")),
        Ok(_) => Err(refused(
            path,
            "a database of another program; it is left as it is. Choose another place with --db",
        )),
        Err(error) if is_no_database(&error) && ours() => {
            Err(damaged(path, "not a callbook database any more"))
        }
        Err(error) if is_no_database(&error) => Err(refused(
            path,
            "not a callbook database; it is left as it is. Choose another place with --db",
        )),
        Err(error) => Err(error.into()),
    }
}

/// Asks `SQLite` for whose a file is: a descriptor of our own would cost the locks of every other
/// connection to it (see [`files`]). Nothing is locked, and nothing made beside it.
pub(in crate::store) fn application_id(path: &Path) -> rusqlite::Result<i32> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let header = Connection::open_with_flags(look::unchanging_address(path), flags)?;
    // A file that is shorter than its header says is damaged, unless a log has the rest, which is not
    // read here. With this nothing is written; it has SQLite pass over the length.
    header.execute_batch("PRAGMA writable_schema = ON")?;
    header.pragma_query_value(None, "application_id", |row| row.get(0))
}

/// Whether an error says that a file is none of `SQLite`'s.
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

/// A connection with the settings that say what the file's contents may do.
pub(in crate::store) fn connect(path: &Path, access: OpenFlags) -> Answer<Connection> {
    connect_as(path, access, "NORMAL")
}

/// The same, with a mode of locking.
fn connect_as(path: &Path, access: OpenFlags, locking: &str) -> Answer<Connection> {
    // A temporary database has no name.
    if !path.as_os_str().is_empty() {
        held::refuse_irregular_beside(path)?;
    }
    let flags = access | OpenFlags::SQLITE_OPEN_NO_MUTEX | OpenFlags::SQLITE_OPEN_NOFOLLOW;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(96);
    // Nothing stored may run code or reach the file's internals, and a misspelt column is no text.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    // The schema has neither: what another program put there does not act, and is not asked.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_VIEW, false)?;
    // Without this the planner looks at the values of parameters, and so makes a plan anew each time
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
/// in WAL mode. It has to be told that the file does not change; that holds as long as nobody who
/// may write has those files there.
pub(in crate::store) fn reading(path: &Path) -> Answer<Connection> {
    if look::is_backup(path) {
        return look::unchanging(path);
    }
    let is_beside =
        |suffix| fs::symlink_metadata(beside(path, suffix)).is_ok_and(|file| file.len() > 0);
    if access(folder_of(path), Access::WRITE_OK).is_ok() || is_beside("-wal") || is_beside("-shm") {
        return connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY);
    }
    look::unchanging(path)
}

/// A connection that keeps in its own memory what others share in a file beside the database, for a
/// disk that has no room for that file. Until it is closed it is the only one.
fn alone(path: &Path) -> Answer<Connection> {
    connect_as(path, OpenFlags::SQLITE_OPEN_READ_WRITE, "EXCLUSIVE")
}

pub(in crate::store) fn version(connection: &Connection) -> Answer<i32> {
    Ok(connection.pragma_query_value(None, "user_version", |row| row.get(0))?)
}

pub(in crate::store) fn newest() -> i32 {
    MIGRATIONS.last().map_or(0, |migration| migration.version)
}

pub(in crate::store) fn refuse_newer(path: &Path, found: i32) -> Answer<()> {
    if found <= newest() {
        return Ok(());
    }
    Err(refused(
        path,
        &format!(
            "made by a newer callbook (schema {found}), this one knows schema {}; update callbook",
            newest()
        ),
    ))
}

/// Brings the schema up to date, all steps in one transaction, after a backup of what was there.
fn migrate(
    connection: &mut Connection,
    migrations: &[Migration],
    back_up: impl FnOnce() -> Answer<()>,
) -> Answer<()> {
    let newest = migrations.last().map_or(0, |migration| migration.version);
    if version(connection)? >= newest {
        return Ok(());
    }
    // The lock is taken first: what is backed up is what is changed.
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another program may have done it while this one waited for the lock.
    let found = version(&transaction)?;
    if found >= newest {
        return Ok(());
    }
    if found > 0 {
        back_up()?;
    } else {
        transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    let new = || migrations.iter().filter(|one| one.version > found);
    for migration in new() {
        transaction.execute_batch(migration.sql)?;
    }
    for migration in new() {
        (migration.then)(&transaction)?;
    }
    transaction.pragma_update(None, "user_version", newest)?;
    Ok(transaction.commit()?)
}

/// Backs up what another connection holds the lock on.
fn back_up(path: &Path, now: Timestamp) -> Answer<()> {
    let reader = reading(path)?;
    let snapshot = reader.unchecked_transaction()?;
    backup::make(&snapshot, path, now, &Arc::default()).map_err(backup::unchanged)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{MIGRATIONS, Migration, Options, Timestamp, migrate, newest, open};
    use crate::domain::operation::Actor;

    #[test]
    fn the_sqlite_inside_has_no_wal_reset_race() {
        assert!(rusqlite::version_number() >= 3_051_003);
    }

    #[test]
    fn a_migration_that_fails_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("contacts.db");
        let options = Options {
            home: None,
            actor: Actor::Command,
            clock: Box::new(|| Timestamp::from_micros(0)),
            file_system: None,
        };
        let mut opened = open(&path, &options).unwrap();
        let mut migrations = MIGRATIONS.to_vec();
        migrations.push(Migration {
            version: newest() + 1,
            sql: "CREATE TABLE later (id INTEGER); INSERT INTO nowhere VALUES (1);",
            then: |_| Ok(()),
        });
        let mut backed_up = 0;
        let count = || {
            backed_up += 1;
            Ok(())
        };
        assert!(migrate(&mut opened.connection, &migrations, count).is_err());
        assert_eq!(backed_up, 1);
        drop(opened);
        assert!(open(&path, &options).is_ok());
    }
}
