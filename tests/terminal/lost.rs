//! Where the files of an open book are deleted or replaced, the screens say so before anything is
//! written to where nobody finds it, and what was typed is kept.

use std::fs;
use std::path::{Path, PathBuf};

use super::beside::command;
use super::draft::drafts;
use crate::support::pty::{Running, book, book_of, signal, stored, wait};

const CONTACTS: &str = "SELECT cast(count(*) AS text) FROM contact";

/// The backups of a book, the oldest first.
fn backups(db: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(db.with_extension("db.backups"));
    let paths = entries
        .into_iter()
        .flatten()
        .map(|entry| entry.unwrap().path());
    let is_whole = |path: &PathBuf| path.extension().is_some_and(|one| one == "db");
    let mut backups: Vec<PathBuf> = paths.filter(is_whole).collect();
    backups.sort();
    backups
}

/// Opens the screens, and waits until the backup of the day is made.
fn open(db: &Path) -> Running {
    let callbook = Running::start(db, 160, 30);
    callbook.sees("2 contacts");
    wait(|| !backups(db).is_empty(), || "no backup".to_owned());
    callbook
}

/// Types a contact, tries to save it, and leaves; then it is there again and can be saved.
fn types_and_finds_it_again(mut callbook: Running, db: &Path, lost: &str) {
    callbook.types("aMarta Kowalska\u{13}");
    callbook.sees(&format!("{lost} was deleted or replaced"));
    callbook.sees("Marta Kowalska");
    assert!(!callbook.text().contains("Added"), "{}", callbook.text());
    signal("TERM", callbook.id());
    assert_eq!(callbook.leaves(), 143);
    assert_eq!(drafts(db).len(), 1);

    let mut again = Running::start(db, 100, 30);
    again.sees("is back");
    again.types("\u{13}");
    again.sees("Added Marta Kowalska");
    again.types("q");
    assert_eq!(again.leaves(), 0);
    assert_eq!(stored(db, "PRAGMA integrity_check"), "ok");
    let names = stored(db, "SELECT group_concat(name) FROM contact");
    assert!(names.contains("Marta Kowalska"), "{names}");
}

#[test]
fn nothing_is_deleted_in_a_log_that_is_gone() {
    for suffix in ["db-wal", "db-shm"] {
        let (_folder, db) = book();
        let mut callbook = open(&db);
        callbook.types("d");
        callbook.sees("Deleted Marco Bianchi");
        fs::remove_file(db.with_extension(suffix)).unwrap();
        callbook.types("d");
        callbook.sees("was deleted or replaced");
        assert!(!callbook.text().contains("Deleted"), "{}", callbook.text());
        // The first deletion was told as done, and may be nowhere else.
        let newest = backups(&db).pop().unwrap();
        assert_eq!(stored(&newest, CONTACTS), "1", "{suffix}");
        types_and_finds_it_again(callbook, &db, &format!("book.{suffix}"));
    }
}

#[test]
fn nothing_is_written_to_a_book_that_another_file_has_replaced() {
    let (_folder, db) = book();
    let mut callbook = open(&db);
    let other = db.with_extension("other");
    fs::copy(backups(&db).pop().unwrap(), &other).unwrap();
    fs::rename(&other, &db).unwrap();
    callbook.types("d");
    callbook.sees("book.db was deleted or replaced");
    assert!(!callbook.text().contains("Deleted"), "{}", callbook.text());
    types_and_finds_it_again(callbook, &db, "book.db");
    assert_eq!(stored(&db, CONTACTS), "3");
}

#[test]
fn a_book_that_replaces_an_open_one_is_sound_after_the_screens_have_ended() {
    let (_folder, db) = book();
    let mut callbook = open(&db);
    let other = db.with_extension("other");
    fs::copy(backups(&db).pop().unwrap(), &other).unwrap();
    callbook.types("d");
    callbook.sees("Deleted Marco Bianchi");
    fs::rename(&other, &db).unwrap();
    callbook.types("q");
    assert_eq!(callbook.leaves(), 1);
    callbook.sees("book.db was deleted or replaced");
    // The deletion was told as done.
    assert_eq!(stored(&backups(&db).pop().unwrap(), CONTACTS), "1");
    let added = command(&db, &["add", "Marta Kowalska"]);
    assert!(added.status.success(), "{added:?}");
    assert_eq!(stored(&db, "PRAGMA integrity_check"), "ok");
    assert_eq!(stored(&db, CONTACTS), "3");
}

#[test]
fn the_end_waits_for_the_backup_of_what_a_large_book_lost() {
    let note = "words ".repeat(200);
    let card = |number| {
        format!(
            "BEGIN:VCARD\nVERSION:3.0\nFN:Person {number}\nTEL:+39 347 555 {number:04}\n\
             NOTE:{note}\nEND:VCARD\n"
        )
    };
    let cards: String = (0..4_000).map(card).collect();
    let (_folder, db) = book_of(&cards);
    let other = db.with_extension("other");
    fs::copy(&db, &other).unwrap();
    let mut callbook = Running::start(&db, 160, 30);
    callbook.sees("4,000 contacts");
    callbook.types("d");
    callbook.sees("Deleted Person");
    fs::rename(&other, &db).unwrap();
    callbook.types("q");
    assert_eq!(callbook.leaves(), 1);
    callbook.sees("what callbook had is in");
    assert_eq!(stored(&backups(&db).pop().unwrap(), CONTACTS), "3999");
    assert_eq!(stored(&db, CONTACTS), "4000");
}

#[test]
fn the_end_puts_no_lost_log_over_what_others_wrote_since() {
    let (_folder, db) = book();
    let mut callbook = open(&db);
    callbook.types("d");
    callbook.sees("Deleted Marco Bianchi");
    for suffix in ["db-wal", "db-shm"] {
        fs::remove_file(db.with_extension(suffix)).unwrap();
    }
    for name in ["Grace Hopper", "Marta Kowalska"] {
        let added = command(&db, &["add", name, "+48 22 555 01 08"]);
        assert!(added.status.success(), "{added:?}");
    }
    callbook.types("q");
    assert_eq!(callbook.leaves(), 1);
    assert_eq!(stored(&db, "PRAGMA integrity_check"), "ok");
    let names = stored(&db, "SELECT group_concat(name) FROM contact");
    assert!(
        names.contains("Grace") && names.contains("Marta"),
        "{names}"
    );
    let newest = backups(&db).pop().unwrap();
    assert_eq!(stored(&newest, CONTACTS), "1");
}

#[test]
fn a_book_with_two_names_is_read_and_not_written() {
    let (_folder, db) = book();
    fs::hard_link(&db, db.with_extension("second")).unwrap();
    let mut callbook = Running::start(&db, 160, 30);
    callbook.sees("2 contacts");
    callbook.types("d");
    callbook.sees("has 2 names (hard links)");
    callbook.types("q");
    callbook.leaves();
    assert_eq!(stored(&db, CONTACTS), "2");
}

#[test]
fn no_export_takes_the_name_of_a_file_that_sqlite_keeps_beside_the_book() {
    let (_folder, db) = book();
    for suffix in ["db-journal", "db-wal", "db-shm"] {
        let file = db.with_extension(suffix);
        let done = command(&db, &["export", "--force", "-o", file.to_str().unwrap()]);
        assert!(!done.status.success(), "{suffix}");
        assert!(!file.exists(), "{suffix}");
    }
}

#[test]
fn nothing_is_written_to_a_book_that_is_moved_away() {
    let (_folder, db) = book();
    let mut callbook = open(&db);
    let away = db.with_extension("away");
    fs::rename(&db, &away).unwrap();
    callbook.types("d");
    callbook.sees("book.db was deleted or replaced");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 1);
    assert!(!db.exists());
    assert_eq!(stored(&away, CONTACTS), "2");
}

#[test]
fn a_restore_by_another_program_stops_the_screens_that_have_the_old_book() {
    let (_folder, db) = book();
    let callbook = open(&db);
    // Nobody can open it any more, but the screens have it open.
    let mut bytes = fs::read(&db).unwrap();
    bytes[..4096].fill(0);
    fs::write(&db, bytes).unwrap();
    let restored = command(&db, &["restore"]);
    assert!(restored.status.success(), "{restored:?}");
    types_and_finds_it_again(callbook, &db, "book.db");
    assert_eq!(stored(&db, CONTACTS), "3");
}

#[test]
fn the_screens_say_by_themselves_that_the_log_of_an_edit_is_gone() {
    let (_folder, db) = book();
    let mut callbook = open(&db);
    callbook.types("d");
    callbook.sees("Deleted Marco Bianchi");
    fs::remove_file(db.with_extension("db-wal")).unwrap();
    callbook.sees("book.db-wal was deleted or replaced");
    assert_eq!(stored(&backups(&db).pop().unwrap(), CONTACTS), "1");
}
