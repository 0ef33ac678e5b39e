//! What only the store itself can be asked: how its connections are set, and what it makes of an end
//! that fails.

use std::fs;
use std::os::unix::fs::symlink;

use rusqlite::OpenFlags;
use rusqlite::config::DbConfig;

use super::db::connect;
use super::{FileSystem, Options, Store};
use crate::domain::contact::ContactAttributes;
use crate::domain::operation::{Actor, UndoPoint};
use crate::domain::timestamp::Timestamp;

fn store(folder: &tempfile::TempDir) -> Store {
    store_on(folder, FileSystem::Local)
}

fn store_on(folder: &tempfile::TempDir, file_system: FileSystem) -> Store {
    let options = Options {
        home: None,
        actor: Actor::Command,
        clock: Box::new(|| Timestamp::from_micros(1_000_000)),
        file_system: Some(file_system),
        sort_prefixes: None,
    };
    Store::open(&folder.path().join("book.db"), options).unwrap()
}

#[test]
fn a_connection_lets_nothing_that_is_stored_run_and_follows_no_link() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(&folder);
    let other = connect::connect(store.path(), OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
    for connection in [&store.connection, &other] {
        for (setting, wanted) in [
            (DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true),
            (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
            (DbConfig::SQLITE_DBCONFIG_DQS_DML, false),
            (DbConfig::SQLITE_DBCONFIG_DQS_DDL, false),
        ] {
            let found = connection.db_config(setting).unwrap();
            assert_eq!(found, wanted, "{setting:?}");
        }
    }
    // Without the first, this would be a way to destroy the file.
    let written = "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema";
    assert!(store.connection.execute_batch(written).is_err());
    let link = folder.path().join("link.db");
    symlink(store.path(), &link).unwrap();
    assert!(connect::connect(&link, OpenFlags::SQLITE_OPEN_READ_ONLY).is_err());
}

fn ada() -> ContactAttributes {
    ContactAttributes {
        name: Some(Some("Ada".to_owned())),
        ..ContactAttributes::default()
    }
}

#[test]
fn a_log_that_goes_in_the_middle_of_a_write_leaves_it_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = store(&folder);
    store.create_contact(ada(), Vec::new()).unwrap();
    let log = folder.path().join("book.db-wal");
    let written = store.write(|writer| {
        let contact = ada().create(&writer.context(), Vec::new())?;
        writer.insert_contact(contact)?;
        fs::remove_file(&log).unwrap();
        Ok(((), "Added Ada".to_owned()))
    });
    let refusal = written.unwrap_err().to_string();
    assert!(refusal.contains("book.db-wal was deleted"), "{refusal}");
    assert!(refusal.contains("may have been written"), "{refusal}");
}

#[test]
fn the_end_leaves_one_file_on_every_file_system() {
    for file_system in [FileSystem::Local, FileSystem::Network] {
        let folder = tempfile::tempdir().unwrap();
        let mut store = store_on(&folder, file_system);
        store.create_contact(ada(), Vec::new()).unwrap();
        drop(store);
        let left = fs::read_dir(folder.path()).unwrap();
        let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["book.db"], "{file_system:?}");
    }
}

#[test]
fn what_is_opened_for_reading_is_written_by_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut book = store(&folder);
    book.create_contact(ada(), Vec::new()).unwrap();
    let backup = book.back_up().unwrap().path;
    let foreign = "CREATE VIEW foreign_view AS SELECT 1";
    book.connection.execute_batch(foreign).unwrap();
    drop(book);
    let options = || Options {
        home: None,
        actor: Actor::Command,
        clock: Box::new(|| Timestamp::from_micros(1_000_000)),
        file_system: None,
        sort_prefixes: None,
    };
    for path in [folder.path().join("book.db"), backup] {
        let store = Store::open(&path, options()).unwrap();
        assert!(store.read_only().is_some());
        let asked = store
            .connection
            .pragma_query_value(None, "query_only", |row| row.get(0));
        assert_eq!(asked, Ok(1), "{}", path.display());
    }
}

#[test]
fn an_end_that_fails_is_told_by_what_is_in_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = store(&folder);
    let point = store.create_contact(ada(), Vec::new()).unwrap().point;
    let point = point.unwrap();
    let failed = || rusqlite::Error::InvalidQuery;
    let of_log = |id| UndoPoint {
        id,
        ..point.clone()
    };
    // It is there, whatever the error says.
    store.look_after(failed(), Some(&point), 0).unwrap();
    let sql = "SELECT stamp FROM clock";
    let stamp = store
        .connection
        .query_row(sql, [], |row| row.get(0))
        .unwrap();
    store.look_after(failed(), None, stamp).unwrap();
    // It is not there.
    for (point, stamp) in [(Some(of_log(point.id + 1)), 0), (None, stamp + 1)] {
        let refusal = store
            .look_after(failed(), point.as_ref(), stamp)
            .unwrap_err();
        assert!(
            refusal.to_string().contains("nothing was written"),
            "{refusal}"
        );
    }
    // There is a step of this number, but another program's.
    store.session = uuid::Uuid::now_v7();
    let refusal = store.look_after(failed(), Some(&point), 0).unwrap_err();
    assert!(
        refusal.to_string().contains("nothing was written"),
        "{refusal}"
    );
    // It cannot be looked at.
    store.connection.execute_batch("DROP TABLE clock").unwrap();
    let refusal = store.look_after(failed(), None, 0).unwrap_err();
    assert!(
        refusal.to_string().contains("may have been written"),
        "{refusal}"
    );
}

#[test]
fn a_backup_without_one_of_its_tables_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    drop(store(&folder));
    let backups = folder.path().join("book.db.backups");
    fs::create_dir(&backups).unwrap();
    let backup = backups.join("old.db");
    fs::copy(folder.path().join("book.db"), &backup).unwrap();
    let connection = rusqlite::Connection::open(&backup).unwrap();
    let drop_it = "PRAGMA journal_mode = DELETE; PRAGMA foreign_keys = OFF; DROP TABLE undo_point";
    connection.execute_batch(drop_it).unwrap();
    drop(connection);
    let options = Options {
        home: None,
        actor: Actor::Command,
        clock: Box::new(|| Timestamp::from_micros(1_000_000)),
        file_system: None,
        sort_prefixes: None,
    };
    let refusal = Store::open(&backup, options).map(|_| ()).unwrap_err();
    assert_eq!(
        refusal.kind,
        crate::domain::refusal::Kind::Damaged,
        "{refusal}"
    );
    assert!(refusal.to_string().contains("undo_point"), "{refusal}");
}
