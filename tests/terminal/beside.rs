//! Other programs beside the screens: what is edited survives whatever they do to the book.

use std::cell::RefCell;
use std::fs;
use std::io::{BufReader, Read};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use callbook::domain::operation::Actor;
use callbook::domain::timestamp::Timestamp;
use callbook::import::{self, File};
use callbook::store::{FileSystem, Options, Store};
use rusqlite::Connection;

use crate::support::pty::{Running, book_of, stored, wait};

/// A book of so many contacts, each with a number.
pub(crate) fn cards(contacts: usize) -> String {
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
    let folder = db.with_extension("db.backups");
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

/// callbook as a command, with its home in the folder of the book.
pub(crate) fn command(db: &Path, words: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_callbook"))
        .arg("--db")
        .arg(db)
        .args(words)
        .env_clear()
        .env("HOME", db.parent().unwrap())
        .env("LANG", "C.UTF-8")
        .output()
        .unwrap()
}

/// What other programs do to a database that they have just opened.
const LOOKS: [&str; 6] = [
    "SELECT count(*) FROM contact",
    "PRAGMA wal_checkpoint(TRUNCATE)",
    "BEGIN IMMEDIATE; UPDATE clock SET stamp = stamp + 1; COMMIT",
    "PRAGMA journal_mode",
    "BEGIN; SELECT * FROM phone; ROLLBACK",
    // It has to be refused: the screens have the log open.
    "PRAGMA busy_timeout = 0; PRAGMA journal_mode = DELETE",
];

/// Opens a book, does something to it, copies it, closes it.
fn does(db: &Path, sql: &str) {
    let other = Connection::open(db).unwrap();
    // Some of it is refused, which is as well.
    let _ = other.execute_batch(sql);
    let mut copy = Connection::open_in_memory().unwrap();
    let backup = rusqlite::backup::Backup::new(&other, &mut copy).unwrap();
    backup.step(-1).unwrap();
    drop(backup);
    other.close().map_err(|(_, error)| error).unwrap();
}

/// What the screens are asked for before another program looks: the keys, what the screen says then and
/// no more when one is back at the list.
const WORK: [(&str, &str, &str); 5] = [
    ("", "", ""),
    ("/Contact 03", "esc clear", "\u{1b}"),
    ("sh", "Health of the book", "\u{1b}"),
    ("sl", "the whole book", "\u{1b}"),
    ("H", "esc close", "\u{1b}"),
];

#[test]
fn what_is_edited_after_other_programs_have_looked_is_seen_and_kept() {
    let (folder, db) = book_of(&cards(40));
    let more = folder.path().join("more.vcf");
    fs::write(&more, cards(41)).unwrap();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("40 contacts");
    waits_for_the_backup(&db);
    is_locked(&callbook, &db);
    callbook.types("xv");
    callbook.sees("xport");
    callbook.types(&format!(
        "\u{15}{}\r",
        folder.path().join("out.vcf").display()
    ));
    callbook.sees("40 contacts to");
    callbook.types("i");
    callbook.pastes(more.to_str().unwrap());
    callbook.sees("more.vcf");
    callbook.types("\r");
    callbook.sees("import 1");
    callbook.types("\r");
    callbook.sees("1 new contact");
    for moment in 0..30 {
        let (keys, seen, back) = WORK[moment % WORK.len()];
        callbook.sees(&format!("▌  Contact {moment:03}"));
        callbook.types(keys);
        callbook.sees(seen);
        if moment % 10 == 3 {
            for words in [&["doctor"][..], &["backup"], &["find", "Contact 039"]] {
                let done = command(&db, words);
                assert!(done.status.success(), "{done:?}");
            }
        }
        is_locked(&callbook, &db);
        does(&db, LOOKS[(moment + moment / WORK.len()) % LOOKS.len()]);
        is_locked(&callbook, &db);
        callbook.types(back);
        if !back.is_empty() {
            callbook.sees_no(seen);
        }
        callbook.types("gg");
        callbook.sees(&format!("▌  Contact {moment:03}"));
        callbook.types("d");
        let left = 40 - i64::try_from(moment).unwrap();
        wait(
            || look(&db) == left,
            || {
                format!(
                    "moment {moment}: {} contacts\n{}",
                    look(&db),
                    callbook.text()
                )
            },
        );
    }
    let left = 11;
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
    assert_eq!(look(&db), left);
    let steps = stored(&db, "SELECT cast(count(*) AS text) FROM undo_point");
    assert_eq!(steps, (2 + 30).to_string());
    assert_eq!(stored(&db, "PRAGMA integrity_check"), "ok");
}

/// A program: tries to write to a book that may be another's at the moment, and copies it.
#[test]
fn another_program() {
    let Some(db) = std::env::var_os("CALLBOOK_TEST_OTHER") else {
        return;
    };
    let other = Connection::open(&db).unwrap();
    other.busy_timeout(Duration::ZERO).unwrap();
    let written =
        other.execute_batch("BEGIN IMMEDIATE; UPDATE clock SET stamp = stamp + 1; COMMIT");
    other.close().map_err(|(_, error)| error).unwrap();
    std::process::exit(if written.is_ok() { WRITTEN } else { BUSY });
}

const WRITTEN: i32 = 10;
const BUSY: i32 = 11;

/// What became of a write of another program.
fn another_program_writes(db: &Path) -> i32 {
    let ended = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "beside::another_program", "--nocapture"])
        .env("CALLBOOK_TEST_OTHER", db)
        .output()
        .unwrap();
    ended.status.code().unwrap()
}

/// A store on a file system of the network, as it is told.
fn on_a_network(db: &Path) -> Store {
    let options = Options {
        home: None,
        actor: Actor::Import,
        clock: Box::new(|| Timestamp::from_utc(chrono::Utc::now())),
        file_system: Some(FileSystem::Network),
        sort_prefixes: None,
    };
    Store::open(db, options).unwrap()
}

/// Cards, a few lines at a time, with something done before each.
struct Slow<'a> {
    cards: &'a [u8],
    before: Box<dyn FnMut() + 'a>,
}

impl Read for Slow<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        (self.before)();
        let take = self.cards.len().min(bytes.len());
        let (now, later) = self.cards.split_at(take);
        bytes[..take].copy_from_slice(now);
        self.cards = later;
        Ok(take)
    }
}

#[test]
fn a_write_without_a_log_keeps_its_lock_whatever_the_process_does_beside() {
    let (_folder, db) = book_of(&cards(2));
    let mut store = on_a_network(&db);
    let all = cards(200);
    let outcomes = RefCell::new(Vec::new());
    let slow = Slow {
        cards: all.as_bytes(),
        before: Box::new(|| {
            // What the screens do on other threads: counts, backups, the doctor.
            let beside = on_a_network(&db);
            beside.worklist().unwrap();
            beside.examine().unwrap();
            beside.back_up().unwrap();
            drop(beside);
            outcomes.borrow_mut().push(another_program_writes(&db));
        }),
    };
    let size = all.len() / 40;
    let file = File::open(BufReader::with_capacity(size, slow), "all.vcf", &[]).unwrap();
    import::all(&mut store, file).unwrap();
    let outcomes = outcomes.into_inner();
    let begun = outcomes.iter().position(|one| *one == BUSY).unwrap();
    let (before, during) = outcomes.split_at(begun);
    assert!(before.len() < 5 && during.len() >= 30, "{outcomes:?}");
    assert!(during.iter().all(|one| *one == BUSY), "{outcomes:?}");
    assert_eq!(another_program_writes(&db), WRITTEN);
    assert_eq!(look(&db), 200);
    assert_eq!(stored(&db, "PRAGMA integrity_check"), "ok");
    drop(store);
    let journal = db.with_extension("db-journal");
    assert!(!journal.exists() && !db.with_extension("db-wal").exists());
}

#[test]
fn the_book_is_not_opened_as_a_file_to_import_or_replaced_by_an_export() {
    let (folder, db) = book_of(&cards(2));
    let link = folder.path().join("link.vcf");
    std::os::unix::fs::symlink(&db, &link).unwrap();
    let hard = folder.path().join("hard.vcf");
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    waits_for_the_backup(&db);
    for path in [
        &db,
        &link,
        &db.with_extension("db-wal"),
        &db.with_extension("db-shm"),
        &hard,
    ] {
        // A book that has two names when it is opened is only read: nothing is imported into it.
        let refusal = if path == &hard {
            fs::hard_link(&db, &hard).unwrap();
            "has 2 names"
        } else {
            "it is the book itself"
        };
        callbook.types("i\u{15}");
        callbook.pastes(path.to_str().unwrap());
        callbook.sees(path.file_name().unwrap().to_str().unwrap());
        callbook.types("\r");
        callbook.sees("it is the book itself");
        callbook.types("\u{1b}");
        callbook.sees_no("it is the book itself");
        is_locked(&callbook, &db);
        let imported = command(&db, &["import", path.to_str().unwrap()]);
        let told = String::from_utf8_lossy(&imported.stderr).into_owned();
        assert!(told.contains(refusal), "{told}");
        let exported = command(
            &db,
            &[
                "export",
                "--force",
                "--as",
                "json",
                "-o",
                path.to_str().unwrap(),
            ],
        );
        let told = String::from_utf8_lossy(&exported.stderr).into_owned();
        assert!(told.contains("it is the book itself"), "{told}");
        assert_eq!(exported.status.code(), Some(2));
    }
    let doctor = command(&db, &["doctor"]);
    let told = String::from_utf8_lossy(&doctor.stdout).into_owned();
    assert!(told.contains("2 names"), "{told}");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
    assert_eq!(look(&db), 2);
}

/// A descriptor that a child has is closed when that ends, or written to by mistake.
#[test]
fn no_child_gets_a_descriptor_of_the_book() {
    let (folder, db) = book_of(&cards(2));
    let (seen, script) = (folder.path().join("seen"), folder.path().join("child.sh"));
    let text = format!(
        "#!/bin/sh\nls -l /proc/$$/fd > {0}.new\nmv {0}.new {0}\n",
        seen.display()
    );
    fs::write(&script, text).unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o700)).unwrap();
    let config = folder.path().join(".config/callbook");
    fs::create_dir_all(&config).unwrap();
    let call = format!("call = {:?}\n", script.to_str().unwrap());
    fs::write(config.join("config.toml"), call).unwrap();
    let editor = [("EDITOR", script.to_str().unwrap())];
    let mut callbook = Running::with(&db, 100, 30, &editor);
    callbook.sees("2 contacts");
    for keys in ["c", "a\u{18}\u{5}"] {
        callbook.types(keys);
        wait(|| seen.exists(), || callbook.text());
        let open = fs::read_to_string(&seen).unwrap();
        assert!(!open.contains("book.db"), "{keys:?}: {open}");
        fs::remove_file(&seen).unwrap();
    }
    is_locked(&callbook, &db);
}

/// What was previewed is what is done: through the real loop, with a file that another program writes and
/// a book that the shell changes.
#[test]
fn what_changed_since_its_preview_is_shown_again_before_it_is_done() {
    let (folder, db) = book_of(&cards(3));
    let file = folder.path().join("more.vcf");
    let card = |name: &str, number: &str| {
        format!("BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nTEL:{number}\nEND:VCARD\n")
    };
    let ada = card("Ada Lovelace", "+44 20 7946 0018");
    fs::write(&file, &ada).unwrap();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("3 contacts");
    callbook.types("i");
    callbook.sees("Import a vCard");
    callbook.pastes(file.to_str().unwrap());
    callbook.sees("more.vcf");
    callbook.types("\r");
    callbook.sees("import 1");
    fs::write(&file, card("Bob Marley", "+1 876 555 0134") + &ada).unwrap();
    callbook.types("\r");
    callbook.sees("changed since the preview");
    callbook.sees("import 2");
    assert_eq!(look(&db), 3);
    callbook.types("\r");
    callbook.sees("2 new contacts");

    callbook.types("m");
    callbook.sees("Change many at once");
    callbook.types("tag:all\r");
    callbook.sees("5 contacts change");
    let added = command(&db, &["add", "Cy Twombly", "+39 06 5550 1182"]);
    assert!(added.status.success(), "{added:?}");
    callbook.types("\r");
    callbook.sees("changed since the preview");
    callbook.sees("6 contacts change");
    callbook.types("\r");
    callbook.sees("Changed 6 contacts");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
}

#[test]
fn what_another_program_writes_is_seen_without_a_key() {
    let (folder, db) = book_of(&cards(3));
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&db, &link).unwrap();
    let callbook = [&db, &link].map(|path| Running::start(path, 100, 30));
    let both_see = |words: &str| callbook.iter().for_each(|one| one.sees(words));
    both_see("3 contacts");
    // A command closes the book at once, a connection that stays open does not.
    let added = command(&db, &["add", "Ada Lovelace", "+44 20 7946 0018"]);
    assert!(added.status.success(), "{added:?}");
    both_see("Ada Lovelace");
    let stays = Connection::open(&db).unwrap();
    stays
        .execute(
            "UPDATE contact SET name = 'Grace Hopper' WHERE name = 'Ada Lovelace'",
            (),
        )
        .unwrap();
    both_see("Grace Hopper");
}

#[test]
fn files_that_others_write_beside_the_book_change_nothing() {
    let (folder, db) = book_of(&cards(3));
    let callbook = Running::start(&db, 100, 30);
    callbook.sees("3 contacts");
    waits_for_the_backup(&db);
    // The backup's connection was closed, which is looked at twice, and three seconds later the log is emptied.
    let mut drawn = 0;
    let is_quiet = || {
        let before = std::mem::replace(&mut drawn, callbook.bytes().len());
        std::thread::sleep(Duration::from_millis(3_600));
        before == drawn
    };
    wait(is_quiet, || "it draws on and on".to_owned());
    let drawn = callbook.bytes().len();
    for one in 0..20 {
        fs::write(folder.path().join(format!("other-{one}.db")), "not a book").unwrap();
        std::thread::sleep(Duration::from_millis(15));
    }
    assert_eq!(callbook.bytes().len(), drawn);
    let added = command(&db, &["add", "Ada Lovelace", "+44 20 7946 0018"]);
    assert!(added.status.success(), "{added:?}");
    callbook.sees("Ada Lovelace");
}
