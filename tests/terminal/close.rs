//! The book is one file after every end: nothing of it is only in a log beside it, whatever other
//! programs do meanwhile.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::beside::command;
use crate::support::pty::{Running, book, signal, wait};

/// The files of the book itself.
fn files(db: &Path) -> Vec<String> {
    let entries = fs::read_dir(db.parent().unwrap()).unwrap();
    // Not the folder of the backups.
    let files = entries
        .map(Result::unwrap)
        .filter(|entry| entry.path().is_file());
    let names = files.map(|entry| entry.file_name().into_string().unwrap());
    names.filter(|name| name.starts_with("book.db")).collect()
}

/// How many contacts a copy of the file of the book has, without anything beside it.
fn contacts_in_a_copy(db: &Path) -> i64 {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy.db");
    // Another process: this one may have the book open, and would drop its locks.
    let copied = Command::new("cp").arg(db).arg(&copy).status();
    assert!(copied.unwrap().success());
    let copy = Connection::open(copy).unwrap();
    copy.query_row("SELECT count(*) FROM contact", [], |row| row.get(0))
        .unwrap()
}

fn length_of_the_log(db: &Path) -> u64 {
    fs::metadata(db.with_extension("db-wal")).map_or(0, |log| log.len())
}

/// Deletes a contact of two on the screens, and leaves.
fn edits_and_leaves(db: &Path, way: &str) -> Duration {
    let mut callbook = Running::start(db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("d");
    callbook.sees("Deleted Marco Bianchi");
    let start = Instant::now();
    let status = match way {
        "q" => {
            callbook.types("q");
            0
        }
        "gone" => {
            callbook.closes();
            129
        }
        way => {
            signal(way, callbook.id());
            [("TERM", 143), ("HUP", 129), ("INT", 130)]
                .into_iter()
                .find_map(|(name, status)| (name == way).then_some(status))
                .unwrap()
        }
    };
    assert_eq!(callbook.leaves(), status, "{way}");
    start.elapsed()
}

const WAYS: [&str; 5] = ["q", "TERM", "HUP", "INT", "gone"];

#[test]
fn every_way_to_leave_leaves_one_file_with_all_of_the_book() {
    for way in WAYS {
        let (_folder, db) = book();
        edits_and_leaves(&db, way);
        assert_eq!(files(&db), ["book.db"], "{way}");
        assert_eq!(contacts_in_a_copy(&db), 1, "{way}");
    }
}

#[test]
fn the_end_leaves_an_empty_log_to_another_program_that_has_the_book_open() {
    for way in WAYS {
        let (_folder, db) = book();
        let other = Connection::open(&db).unwrap();
        let count = || -> i64 {
            other
                .query_row("SELECT count(*) FROM contact", [], |row| row.get(0))
                .unwrap()
        };
        assert_eq!(count(), 2);
        edits_and_leaves(&db, way);
        assert_eq!(length_of_the_log(&db), 0, "{way}");
        assert_eq!(contacts_in_a_copy(&db), 1, "{way}");
        assert_eq!(count(), 1);
    }
}

#[test]
fn the_end_takes_nothing_from_a_reader_and_does_not_wait_for_it() {
    for way in WAYS {
        let (_folder, db) = book();
        let other = Connection::open(&db).unwrap();
        let count = || -> i64 {
            other
                .query_row("SELECT count(*) FROM contact", [], |row| row.get(0))
                .unwrap()
        };
        other.execute_batch("BEGIN").unwrap();
        assert_eq!(count(), 2);
        let took = edits_and_leaves(&db, way);
        assert!(took < Duration::from_secs(3), "{way}: {took:?}");
        assert_eq!(count(), 2, "{way}");
        other.execute_batch("COMMIT").unwrap();
        assert_eq!(count(), 1, "{way}");
        other.close().map_err(|(_, error)| error).unwrap();
        assert_eq!(files(&db), ["book.db"], "{way}");
        assert_eq!(contacts_in_a_copy(&db), 1, "{way}");
    }
}

#[test]
fn some_seconds_after_an_edit_the_file_has_it_though_the_screens_are_open() {
    let (_folder, db) = book();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("d");
    callbook.sees("Deleted");
    wait(
        || contacts_in_a_copy(&db) == 1 && length_of_the_log(&db) == 0,
        || format!("{} contacts", contacts_in_a_copy(&db)),
    );
    callbook.types("u");
    callbook.sees("Undone");
    wait(
        || contacts_in_a_copy(&db) == 2 && length_of_the_log(&db) == 0,
        || format!("{} contacts", contacts_in_a_copy(&db)),
    );
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
}

#[test]
fn every_command_leaves_one_file_with_all_of_the_book() {
    let (folder, db) = book();
    let out = folder.path().join("out.vcf");
    let commands: [(&[&str], i64); 9] = [
        (&["add", "Marta Kowalska", "+48 22 555 01 08"], 3),
        (&["find", "marta"], 3),
        (&["find", "none of these"], 3),
        (&["phone", "get", "nonsense"], 3),
        (&["backup"], 3),
        (&["export", "-o", out.to_str().unwrap()], 3),
        (&["import", out.to_str().unwrap()], 3),
        (&["undo"], 2),
        (&["doctor"], 2),
    ];
    for (words, contacts) in commands {
        command(&db, words);
        assert_eq!(files(&db), ["book.db"], "{words:?}");
        assert_eq!(contacts_in_a_copy(&db), contacts, "{words:?}");
    }
    let other = Connection::open(&db).unwrap();
    let sql = "SELECT count(*) FROM contact";
    let count = || -> i64 { other.query_row(sql, [], |row| row.get(0)).unwrap() };
    assert_eq!(count(), 2);
    assert!(command(&db, &["redo"]).status.success());
    assert_eq!(length_of_the_log(&db), 0);
    assert_eq!(contacts_in_a_copy(&db), 3);
    assert_eq!(count(), 3);
}

#[test]
fn an_import_that_a_signal_stops_leaves_one_file() {
    for (name, status) in [("INT", 130), ("TERM", 143), ("HUP", 129)] {
        let (_folder, db) = book();
        let mut import = Command::new(env!("CARGO_BIN_EXE_callbook"))
            .arg("--db")
            .arg(&db)
            .args(["import", "-"])
            .env("HOME", db.parent().unwrap())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut cards = import.stdin.take().unwrap();
        std::io::Write::write_all(&mut cards, super::beside::cards(2_000).as_bytes()).unwrap();
        wait(
            || db.with_extension("db-wal").exists(),
            || "it does not begin".to_owned(),
        );
        signal(name, import.id());
        assert_eq!(import.wait().unwrap().code(), Some(status), "{name}");
        assert_eq!(files(&db), ["book.db"], "{name}");
        assert_eq!(contacts_in_a_copy(&db), 2, "{name}");
    }
}

/// Begins a command on the book, with a pipe for its output.
fn begun(db: &Path, words: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_callbook"))
        .arg("--db")
        .arg(db)
        .args(words)
        .env("HOME", db.parent().unwrap())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
fn every_command_that_a_signal_stops_leaves_one_file() {
    let (_folder, large) = book();
    let file = large.with_file_name("table.csv");
    let rows = (0..10_000).map(|one| format!("Contact {one},+39 02 5550 {one:04}"));
    let rows = std::iter::once("name,phone".to_owned()).chain(rows);
    fs::write(&file, rows.collect::<Vec<_>>().join("\n")).unwrap();
    command(&large, &["import", file.to_str().unwrap()]);
    let all = contacts_in_a_copy(&large);
    let commands: [&[&str]; 5] = [
        &["change", "", "tag:choir"],
        &["export"],
        &["export", "--as", "csv"],
        &["compact"],
        &["backup"],
    ];
    let signals = [("INT", 130), ("TERM", 143), ("HUP", 129)];
    for (words, (name, status)) in commands.into_iter().zip(signals.into_iter().cycle()) {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("book.db");
        fs::copy(&large, &db).unwrap();
        let mut child = begun(&db, words);
        // In memory a small book is compacted before anything can be seen of it.
        let mut ended = false;
        wait(
            || {
                ended = child.try_wait().unwrap().is_some();
                ended || db.with_extension("db-shm").exists()
            },
            || format!("{words:?} does not begin"),
        );
        if words != ["compact"] && words != ["backup"] {
            // Far into the work, or held up by the pipe that is not read: the signal is to come later than at
            // once, and nothing tells from outside how far it is.
            std::thread::sleep(Duration::from_millis(100));
        }
        let start = Instant::now();
        if !ended {
            signal(name, child.id());
        }
        let code = child.wait().unwrap().code();
        assert!(start.elapsed() < Duration::from_secs(5), "{words:?}");
        // What was done before the signal came is done.
        let is_quick = matches!(words, ["compact" | "backup"]) && code == Some(0);
        assert!(code == Some(status) || is_quick, "{words:?}: {code:?}");
        assert_eq!(files(&db), ["book.db"], "{words:?}");
        assert_eq!(contacts_in_a_copy(&db), all, "{words:?}");
        let tagged = command(&db, &["find", "tag:choir"]);
        assert_eq!(tagged.status.code(), Some(3), "{words:?}");
    }
}
