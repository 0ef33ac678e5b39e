//! Other programs beside the screens: what is edited survives whatever they do to the book.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::pty::{Running, book_of, stored, wait};

/// A book of so many contacts, each with a number.
fn cards(contacts: usize) -> String {
    let mut cards = String::new();
    for one in 0..contacts {
        let card = format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{one}\r\nFN:Contact {one:03}\r\n\
             TEL;TYPE=WORK:+39 02 5550 {one:04}\r\nEND:VCARD\r\n"
        );
        cards.push_str(&card);
    }
    cards
}

/// What any other program does that looks at a database: opens it, reads, closes it.
fn look(db: &Path) -> i64 {
    let other = Connection::open(db).unwrap();
    let contacts = other.query_row("SELECT count(*) FROM contact", [], |row| row.get(0));
    other.close().map_err(|(_, error)| error).unwrap();
    contacts.unwrap()
}

/// Whether a process holds `SQLite`'s lock of readers on a file, by the system's table of locks; none
/// where there is no such table.
fn holds_the_lock(process: u32, db: &Path) -> Option<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let table = fs::read_to_string("/proc/locks").ok()?;
    let inode = db.metadata().unwrap().ino();
    // Bytes 1073741826 to 1073742335 are those that SQLite's readers lock.
    Some(table.lines().any(|line| {
        let mut words = line.split_whitespace().skip(4);
        let (pid, file) = (words.next(), words.next());
        let (from, to) = (words.next(), words.next());
        pid == Some(&process.to_string())
            && file.is_some_and(|file| file.ends_with(&format!(":{inode}")))
            && from == Some("1073741826")
            && to == Some("1073742335")
    }))
}

#[track_caller]
fn is_locked(callbook: &Running, db: &Path) {
    assert_ne!(
        holds_the_lock(callbook.id(), db),
        Some(false),
        "the lock is gone"
    );
}

/// Waits until the screens have made the backup of the day, on a connection of its own.
fn waits_for_the_backup(db: &Path) {
    let folder = db.with_extension("backups");
    let made = || {
        let files = fs::read_dir(&folder).into_iter().flatten().flatten();
        files
            .filter(|file| file.path().extension().is_some_and(|one| one == "db"))
            .count()
    };
    wait(|| made() > 0, || "no backup is made".to_owned());
    // Its connection is closed a moment later.
    std::thread::sleep(Duration::from_millis(300));
}

#[test]
fn an_edit_survives_another_program_that_has_looked() {
    let (_folder, db) = book_of(&cards(40));
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("40 contacts");
    waits_for_the_backup(&db);
    is_locked(&callbook, &db);
    assert_eq!(look(&db), 40);
    callbook.types("d");
    callbook.sees("Deleted Contact 000");
    assert_eq!(look(&db), 39);
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
    assert_eq!(look(&db), 39);
    let steps = stored(&db, "SELECT cast(count(*) AS text) FROM undo_point");
    assert_eq!(steps, "2");
}
