//! What may be put in the place of a book, and what looking at a backup changes: nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, mpsc};

use crate::support::Marked as _;
use crate::support::pty::{LONG, signal};
use crate::support::{Book, NOON, options};
use callbook::domain::listing::ListQuery;
use callbook::store::Store;

/// What a command said and how it ended.
struct Ran {
    status: Option<i32>,
    out: String,
    err: String,
}

/// Runs a command on a book, in the book's folder. One that does not end within half a minute fails.
fn callbook(db: &Path, words: &[&str]) -> Ran {
    let folder = db.parent().unwrap();
    let out = tempfile::NamedTempFile::new().unwrap();
    let err = tempfile::NamedTempFile::new().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_callbook"))
        .arg("--db")
        .arg(db)
        .args(words)
        .current_dir(folder)
        .env("XDG_CONFIG_HOME", folder.join("config"))
        .env("XDG_STATE_HOME", folder.join("state"))
        .env_remove("CALLBOOK_DB")
        .stdin(std::process::Stdio::null())
        .stdout(out.reopen().unwrap())
        .stderr(err.reopen().unwrap())
        .spawn()
        .unwrap();
    let id = child.id();
    let (ends, ended) = mpsc::channel();
    std::thread::spawn(move || ends.send(child.wait()));
    let Ok(ended) = ended.recv_timeout(LONG) else {
        signal("KILL", id);
        panic!("{words:?} does not end");
    };
    let status = ended.unwrap().code();
    let said = |file: &tempfile::NamedTempFile| {
        String::from_utf8_lossy(&fs::read(file.path()).unwrap()).into_owned()
    };
    Ran {
        status,
        out: said(&out),
        err: said(&err),
    }
}

fn succeeds(db: &Path, words: &[&str]) -> String {
    let ran = callbook(db, words);
    assert_eq!(ran.status, Some(0), "{words:?}: {}{}", ran.out, ran.err);
    ran.out
}

/// What a refused command said.
fn refused(db: &Path, words: &[&str]) -> String {
    let ran = callbook(db, words);
    assert_ne!(ran.status, Some(0), "{words:?}: {}", ran.out);
    ran.err
}

fn names(db: &Path) -> Vec<String> {
    let clock = Arc::new(AtomicI64::new(NOON));
    let store = Store::open(db, options(&clock)).unwrap();
    let rows = store.rows(&ListQuery::default(), 0, 100).unwrap().rows;
    rows.into_iter().map(|row| row.name).collect()
}

/// A folder, and a book in it that the commands made.
fn book(name: &str, people: &[&str]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join(name);
    for person in people {
        succeeds(&db, &["add", person]);
    }
    (folder, db)
}

/// Makes a backup and gives its path.
fn backed_up(db: &Path) -> PathBuf {
    let said = succeeds(db, &["backup"]);
    let path = said.trim().rsplit("  ").next().unwrap();
    PathBuf::from(path.replacen('~', &std::env::var("HOME").unwrap_or_default(), 1))
}

/// The book of an older program.
fn fixture(schema: u32, db: &Path) {
    let books = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/books");
    fs::copy(books.join(format!("schema-{schema}.db")), db).unwrap();
}

/// Every file below a folder with its bytes.
fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.extend(files(&path));
        } else {
            all.push((path.clone(), fs::read(&path).unwrap()));
        }
    }
    all.sort();
    all
}

const READING: [&[&str]; 13] = [
    &["contact", "list"],
    &["phone", "list"],
    &["find", "Marco"],
    &["who", "02 5550 1182"],
    &["export"],
    &["fix"],
    &["duplicates"],
    &["health"],
    &["log"],
    &["bin"],
    &["doctor"],
    &["backup", "list"],
    &["backup", "verify"],
];

#[test]
fn looking_into_a_backup_of_any_schema_changes_no_byte_of_it() {
    for schema in [1, 2, 3, 0] {
        let (folder, db) = book("book.db", &[]);
        if schema == 0 {
            succeeds(&db, &["add", "Marco Bianchi", "+39 02 5550 1182"]);
            backed_up(&db);
        } else {
            fixture(schema, &db);
            succeeds(&db, &["log"]);
        }
        let all = callbook::store::backup::backups(&db).unwrap();
        let backup = all[0].path.clone();
        let before = files(backup.parent().unwrap());
        // In a folder of backups, elsewhere with its checksum beside it, and in such a folder without.
        let elsewhere = folder.path().join("usb/old.db");
        fs::create_dir(elsewhere.parent().unwrap()).unwrap();
        fs::copy(&backup, &elsewhere).unwrap();
        fs::copy(
            backup.with_extension("db.sha256"),
            elsewhere.with_extension("db.sha256"),
        )
        .unwrap();
        let unsummed = folder.path().join("other.backups/old.db");
        fs::create_dir(unsummed.parent().unwrap()).unwrap();
        fs::copy(&backup, &unsummed).unwrap();
        // As an older program may have left it.
        let raw = rusqlite::Connection::open(&unsummed).unwrap();
        raw.pragma_update(None, "journal_mode", "wal").unwrap();
        drop(raw);
        for path in [&backup, &elsewhere, &unsummed] {
            let around = files(path.parent().unwrap());
            for words in READING {
                let ran = callbook(path, words);
                assert!(
                    matches!(ran.status, Some(0 | 3)) || words[0] == "doctor",
                    "schema {schema}, {words:?}: {}",
                    ran.err
                );
                assert_eq!(files(path.parent().unwrap()), around, "{words:?}");
            }
            assert!(succeeds(path, &["find", "Marco"]).contains("Marco Bianchi"));
            let cards = folder.path().join("cards.vcf");
            fs::write(&cards, "BEGIN:VCARD\nVERSION:3.0\nFN:New\nEND:VCARD\n").unwrap();
            for words in [
                &["add", "Somebody Else"][..],
                &["undo"],
                &["import", cards.to_str().unwrap()],
                &["backup"],
                &["restore", backup.to_str().unwrap()],
                &["restore", "--force", backup.to_str().unwrap()],
            ] {
                let said = refused(path, words);
                assert!(said.contains("is a backup"), "{words:?}: {said}");
                assert_eq!(files(path.parent().unwrap()), around, "{words:?}");
            }
        }
        assert_eq!(files(backup.parent().unwrap()), before);
        assert!(succeeds(&db, &["backup", "verify"]).starts_with("sound"));
        succeeds(&db, &["restore", backup.to_str().unwrap()]);
    }
}

#[test]
fn reading_changes_no_byte_of_a_book() {
    for journal in ["wal", "delete", "truncate"] {
        let (_folder, db) = book("book.db", &["Marco Bianchi"]);
        let raw = rusqlite::Connection::open(&db).unwrap();
        raw.pragma_update_and_check(None, "journal_mode", journal, |_| Ok(()))
            .unwrap();
        drop(raw);
        let before = fs::read(&db).unwrap();
        for words in READING {
            callbook(&db, words);
            assert!(fs::read(&db).unwrap() == before, "{journal}: {words:?}");
        }
        succeeds(&db, &["add", "Ada"]);
        assert_eq!(names(&db).len(), 2);
    }
}

#[test]
fn books_that_differ_in_their_ending_have_their_own_backups() {
    let (folder, db) = book("q.db", &["Ada"]);
    let other = folder.path().join("q.sqlite3");
    succeeds(&other, &["add", "Bob"]);
    let of_ada = backed_up(&db);
    let of_bob = backed_up(&other);
    assert_ne!(of_ada.parent(), of_bob.parent());
    succeeds(&db, &["add", "Cy"]);
    succeeds(&db, &["restore"]);
    assert_eq!(names(&db), ["Ada"]);

    // A backup of another book is refused, and put in with --force.
    let said = refused(&db, &["restore", of_bob.to_str().unwrap()]);
    assert!(
        said.contains("another book") && said.contains("--force"),
        "{said}"
    );
    assert_eq!(names(&db), ["Ada"]);
    let said = succeeds(&db, &["restore", "--force", of_bob.to_str().unwrap()]);
    assert_eq!(names(&db), ["Bob"]);
    // And that is taken back as any other.
    let before = said.lines().nth(1).unwrap().rsplit(' ').next().unwrap();
    let before = before.replacen('~', &std::env::var("HOME").unwrap_or_default(), 1);
    succeeds(&db, &["restore", &before]);
    assert_eq!(names(&db), ["Ada"]);
}

#[test]
fn a_folder_that_two_books_share_gives_each_its_own() {
    let (folder, db) = book("q.db", &["Ada"]);
    let other = folder.path().join("q.sqlite3");
    succeeds(&other, &["add", "Bob"]);
    let shared = folder.path().join("q.backups");
    fs::create_dir(&shared).unwrap();
    let share = |backup: PathBuf| {
        for path in [backup.clone(), backup.with_extension("db.sha256")] {
            fs::rename(&path, shared.join(path.file_name().unwrap())).unwrap();
        }
        fs::remove_dir_all(backup.parent().unwrap()).unwrap();
        shared.join(backup.file_name().unwrap())
    };
    share(backed_up(&db));
    let of_bob = share(backed_up(&other));
    // The newest in the folder is the other book's: it is not offered, and is no backup of this one
    // before an import.
    succeeds(&db, &["restore"]);
    assert_eq!(names(&db), ["Ada"]);
    succeeds(&other, &["restore"]);
    assert_eq!(names(&other), ["Bob"]);
    let said = succeeds(&db, &["backup", "list"]);
    let line = said
        .lines()
        .find(|line| line.contains(of_bob.file_name().unwrap().to_str().unwrap()))
        .unwrap();
    assert!(line.contains("another book"), "{said}");
    assert!(refused(&db, &["restore", of_bob.to_str().unwrap()]).contains("another book"));
    let mine = callbook::store::backup::backups(&db).unwrap().len();
    let cards = folder.path().join("cards.vcf");
    fs::write(&cards, "BEGIN:VCARD\nVERSION:3.0\nFN:New\nEND:VCARD\n").unwrap();
    succeeds(&db, &["add", "Cy"]);
    succeeds(&db, &["import", cards.to_str().unwrap()]);
    assert_eq!(
        callbook::store::backup::backups(&db).unwrap().len(),
        mine + 1
    );
}

#[test]
fn a_backup_without_an_id_belongs_to_the_book_whose_contacts_it_has() {
    let folder = tempfile::tempdir().unwrap();
    let (db, other) = (folder.path().join("q.db"), folder.path().join("q.sqlite3"));
    for path in [&db, &other] {
        fixture(3, path);
    }
    // The other book of the same stem has contacts of its own.
    let raw = rusqlite::Connection::open(&other).unwrap();
    raw.execute_batch(
        "PRAGMA foreign_keys = OFF; DELETE FROM operation; DELETE FROM phone;
         UPDATE contact SET id = randomblob(16), name = 'Of the other', card = NULL;",
    )
    .unwrap();
    drop(raw);
    succeeds(&db, &["log"]);
    succeeds(&other, &["log"]);
    let shared = folder.path().join("q.backups");
    fs::create_dir(&shared).unwrap();
    for path in [&db, &other] {
        let made = callbook::store::backup::backups(path).unwrap();
        let from = made[0].path.parent().unwrap().to_owned();
        for entry in fs::read_dir(&from).unwrap().flatten() {
            fs::rename(entry.path(), shared.join(entry.file_name())).unwrap();
        }
        fs::remove_dir_all(from).unwrap();
    }
    let _ = fs::remove_file(shared.join("book-id"));
    let of = |path: &Path| {
        let newest = callbook::store::backup::newest_sound(path).unwrap().0;
        newest.unwrap().path
    };
    assert!(of(&db) != of(&other));
    let foreign = of(&other);
    let said = refused(&db, &["restore", foreign.to_str().unwrap()]);
    assert!(said.contains("of another book"), "{said}");
    // Where the book cannot be read, what may be another's is not offered.
    let whole = fs::read(&db).unwrap();
    fs::write(&db, &whole[..4096]).unwrap();
    let _ = fs::remove_dir_all(folder.path().join("q.db.backups"));
    let newest = callbook::store::backup::newest_sound(&db).unwrap().0;
    assert!(newest.is_none(), "{newest:?}");
    let said = refused(&db, &["log"]);
    assert!(said.contains("callbook backup list"), "{said}");
    fs::write(&db, whole).unwrap();

    // Where the other book is gone, nobody knows whose its backup is.
    fs::remove_file(&other).unwrap();
    let said = refused(&db, &["restore", foreign.to_str().unwrap()]);
    assert!(said.contains("may be of another book"), "{said}");
    assert!(
        said.contains("4 contacts (Of the other") && said.contains("--force"),
        "{said}"
    );
    let said = succeeds(&db, &["backup", "list"]);
    assert!(
        said.contains("perhaps another book's: 4 contacts"),
        "{said}"
    );
    // And what is in a folder that a book has for itself is its own, where it cannot be asked.
    fs::write(&db, "").unwrap();
    succeeds(&db, &["restore"]);
    assert_eq!(names(&db)[0], "Of the other");
}

#[test]
fn a_book_that_is_gone_comes_back_from_its_backups() {
    let (_folder, db) = book("book.db", &["Ada"]);
    backed_up(&db);
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(format!("{}{suffix}", db.display()));
    }
    let said = succeeds(&db, &["restore"]);
    assert!(!said.contains("what was there"), "{said}");
    assert_eq!(names(&db), ["Ada"]);
    assert_eq!(callbook::store::backup::backups(&db).unwrap().len(), 1);
}

#[test]
fn a_damaged_book_is_restored_by_its_bare_name() {
    let (folder, db) = book("book.db", &["Ada"]);
    backed_up(&db);
    fs::write(&db, "").unwrap();
    let ran = Command::new(env!("CARGO_BIN_EXE_callbook"))
        .args(["--db", "book.db", "restore"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert!(ran.status.success(), "{said}");
    assert_eq!(names(&db), ["Ada"]);
}

#[test]
fn a_file_of_the_users_is_not_taken_for_one_of_a_restore() {
    let (folder, db) = book("book.db", &["Ada"]);
    backed_up(&db);
    let mine = folder.path().join("book.restoring");
    fs::write(&mine, "mine").unwrap();
    succeeds(&db, &["restore"]);
    assert_eq!(fs::read_to_string(mine).unwrap(), "mine");
    let left = |name: &str| name.starts_with(".callbook-");
    let entries = fs::read_dir(folder.path()).unwrap().flatten();
    let left: Vec<_> = entries
        .filter(|entry| left(entry.file_name().to_str().unwrap()))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn of_two_restores_at_once_the_one_that_says_done_is_in_place() {
    for damaged in [false, true] {
        let (folder, db) = book("book.db", &["Ada"]);
        let one = backed_up(&db);
        succeeds(&db, &["add", "Bob"]);
        let two = backed_up(&db);
        for run in 0..8 {
            if damaged {
                fs::write(&db, "").unwrap();
            }
            let start = |backup: &Path| {
                Command::new(env!("CARGO_BIN_EXE_callbook"))
                    .args(["--db", db.to_str().unwrap(), "restore"])
                    .arg(backup)
                    .current_dir(folder.path())
                    .stdout(std::process::Stdio::piped())
                    .stderr(std::process::Stdio::piped())
                    .spawn()
                    .unwrap()
            };
            let (first, second) = (start(&one), start(&two));
            let first = first.wait_with_output().unwrap();
            let second = second.wait_with_output().unwrap();
            let done = (first.status.success(), second.status.success());
            let there = names(&db).len();
            match done {
                (true, false) => assert_eq!(there, 1, "run {run}"),
                (false, true) => assert_eq!(there, 2, "run {run}"),
                // One after the other; the last is in place.
                (true, true) => assert!(there == 1 || there == 2, "run {run}"),
                (false, false) => panic!(
                    "run {run}: {} {}",
                    String::from_utf8_lossy(&first.stderr),
                    String::from_utf8_lossy(&second.stderr)
                ),
            }
            for refused in [&first, &second] {
                if !refused.status.success() {
                    let said = String::from_utf8_lossy(&refused.stderr);
                    assert!(said.contains("another restore"), "{said}");
                    assert_eq!(refused.status.code(), Some(5));
                }
            }
        }
    }
}

#[test]
fn only_a_callbook_book_is_put_aside() {
    let (folder, db) = book("book.db", &["Ada"]);
    let backup = backed_up(&db);
    let backup = backup.to_str().unwrap();
    let place = folder.path().join("elsewhere");
    fs::create_dir(&place).unwrap();
    let text = place.join("letter.txt");
    fs::write(&text, "Dear Ada").unwrap();
    let foreign = place.join("other.db");
    let raw = rusqlite::Connection::open(&foreign).unwrap();
    raw.execute_batch("CREATE TABLE thing (x); INSERT INTO thing VALUES (1)")
        .unwrap();
    drop(raw);
    let newer = place.join("newer.db");
    succeeds(&newer, &["add", "Newer"]);
    let raw = rusqlite::Connection::open(&newer).unwrap();
    raw.execute_batch("PRAGMA user_version = 99").unwrap();
    drop(raw);
    for (path, what) in [
        (&text, "not a callbook database"),
        (&foreign, "a database of another program"),
        (&newer, "a newer callbook"),
    ] {
        let bytes = fs::read(path).unwrap();
        let said = refused(path, &["restore", backup]);
        assert!(said.contains(what) && said.contains("--force"), "{said}");
        assert!(fs::read(path).unwrap() == bytes, "{what}: left as it is");
        let around = fs::read_dir(&place).unwrap().count();
        let said = refused(path, &["restore", backup]);
        assert!(said.contains("--force"), "{said}");
        assert_eq!(fs::read_dir(&place).unwrap().count(), around);

        succeeds(path, &["restore", "--force", backup]);
        assert_eq!(names(path), ["Ada"]);
        let aside = path.with_file_name(format!(
            "{}.damaged",
            path.file_name().unwrap().to_str().unwrap()
        ));
        let aside = if aside.exists() {
            aside
        } else {
            path.with_extension("damaged")
        };
        assert!(fs::read(&aside).unwrap() == bytes, "{what}: kept");
        fs::remove_file(aside).unwrap();
    }
    // What is no file is not put aside by anything.
    let said = refused(&place, &["restore", "--force", backup]);
    assert!(said.contains("folder"), "{said}");
}

#[test]
fn a_restore_through_a_symbolic_link_is_of_its_book() {
    let (folder, db) = book("book.db", &["Ada"]);
    let backup = backed_up(&db);
    succeeds(&db, &["add", "Bob"]);
    fs::create_dir(folder.path().join("links")).unwrap();
    let link = folder.path().join("links/contacts.db");
    std::os::unix::fs::symlink("../book.db", &link).unwrap();
    let listed = succeeds(&link, &["backup", "list"]);
    assert!(
        listed.contains("book.db.backups") && !listed.contains("another"),
        "{listed}"
    );
    succeeds(&link, &["restore"]);
    assert_eq!(names(&db), ["Ada"]);
    fs::write(&db, "not a book any more").unwrap();
    let said = refused(&link, &["contact", "list"]);
    assert!(said.contains("restore"), "{said}");
    succeeds(&link, &["restore", backup.to_str().unwrap()]);
    assert_eq!(names(&link), ["Ada"]);
    assert!(link.is_symlink());
    assert_eq!(fs::read_dir(link.parent().unwrap()).unwrap().count(), 1);
}

#[test]
fn stamps_rise_over_a_restore_also_with_the_clock_set_back() {
    for damaged in [false, true] {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let made = book.store.back_up().unwrap();
        book.clock.fetch_add(3_600_000_000, Ordering::SeqCst);
        let bob = book.contact("Bob");
        let last = book
            .store
            .profile(bob)
            .unwrap()
            .full
            .contact
            .updated_in_db_at;
        let path = book.path.clone();
        drop(book.store);
        if damaged {
            // The clock's page is there, those of the indexes are not.
            let mut bytes = fs::read(&path).unwrap();
            let middle = bytes.len() / 2 / 4096 * 4096;
            bytes[middle..].fill(0x5a);
            fs::write(&path, bytes).unwrap();
        }
        book.clock.store(NOON - 86_400_000_000, Ordering::SeqCst);
        callbook::store::backup::restore(
            &path,
            &made.path,
            callbook::store::backup::Force::No,
            options(&book.clock),
        )
        .unwrap();
        let mut store = Store::open(&path, options(&book.clock)).unwrap();
        store.confirm_contacts(&[ada]).unwrap();
        let sent = callbook::domain::contact::ContactAttributes {
            note: Some(Some("later".into())),
            overwrite: true,
            ..Default::default()
        };
        store.update_contact(ada, sent, Vec::new()).unwrap();
        let stamp = store.profile(ada).unwrap().full.contact.updated_in_db_at;
        assert!(stamp > last, "damaged {damaged}: {stamp} after {last}");
    }
}

#[test]
fn a_fifo_or_a_folder_among_the_backups_holds_nothing_up() {
    let (folder, db) = book("book.db", &["Ada"]);
    let backup = backed_up(&db);
    let inside = backup.parent().unwrap();
    let fifo = |path: &Path| {
        let path = std::ffi::CString::new(path.to_str().unwrap()).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            &path,
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::from_raw_mode(0o600),
            0,
        )
        .unwrap();
    };
    let one = inside.join("20301124T120000.000000Z.db");
    fifo(&one);
    fs::create_dir(inside.join("20301125T120000.000000Z.db")).unwrap();
    assert!(succeeds(&db, &["backup", "verify"]).starts_with("sound"));
    // A sum that never ends, of a file that is there.
    let two = inside.join("20301126T120000.000000Z.db");
    fs::copy(&backup, &two).unwrap();
    fifo(&inside.join("20301126T120000.000000Z.db.sha256"));
    succeeds(&db, &["restore"]);
    let ran = callbook(&db, &["backup", "verify"]);
    assert_eq!(ran.status, Some(1));
    assert!(ran.out.contains("not a regular file"), "{}", ran.out);
    for path in [&one, &folder.path().join("config")] {
        let said = refused(&db, &["restore", path.to_str().unwrap()]);
        assert!(
            said.contains("not a regular file") || said.contains("No such file"),
            "{said}"
        );
    }
}

/// What another program can put into a book.
const FOREIGN: &str = "
    CREATE TABLE \"odd \"\" table\" (x);
    INSERT INTO \"odd \"\" table\" VALUES (1);
    CREATE VIRTUAL TABLE words USING fts5 (word);
    CREATE VIEW endless AS
        WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x FROM n;
    CREATE TRIGGER wipes AFTER INSERT ON contact BEGIN DELETE FROM phone; END;
    CREATE TRIGGER holds BEFORE UPDATE ON clock BEGIN SELECT max(x) FROM endless; END;
    CREATE TRIGGER marks AFTER INSERT ON undo_point
        BEGIN UPDATE contact SET note = 'touched'; END;
    CREATE INDEX computed ON contact (lower(name));
    CREATE INDEX partial ON contact (note) WHERE note > 'a';
    CREATE INDEX plain ON contact (title, note DESC);
    ANALYZE;";

fn crafted(db: &Path, sql: &str) {
    rusqlite::Connection::open(db)
        .unwrap()
        .execute_batch(sql)
        .unwrap();
}

fn value(db: &Path, sql: &str) -> i64 {
    let raw = rusqlite::Connection::open(db).unwrap();
    raw.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[test]
fn what_callbook_did_not_make_does_not_act_and_is_dropped_by_the_doctor() {
    for schema in [1, 2, 3, 0] {
        let (folder, db) = book("book.db", &[]);
        if schema == 0 {
            succeeds(&db, &["add", "Marco Bianchi", "+39 02 5550 1182"]);
        } else {
            fixture(schema, &db);
        }
        let numbers = value(&db, "SELECT count(*) FROM phone");
        crafted(&db, FOREIGN);
        let before = fs::read(&db).unwrap();
        for words in READING {
            callbook(&db, words);
            assert!(fs::read(&db).unwrap() == before, "{schema}: {words:?}");
        }
        assert!(succeeds(&db, &["find", "Marco"]).contains("Marco Bianchi"));
        let cards = folder.path().join("cards.vcf");
        fs::write(&cards, "BEGIN:VCARD\nVERSION:3.0\nFN:New\nEND:VCARD\n").unwrap();
        for words in [
            &["add", "Ada"][..],
            &["import", cards.to_str().unwrap()],
            &["undo"],
        ] {
            let said = refused(&db, words);
            assert!(said.contains("callbook doctor --fix"), "{words:?}: {said}");
            assert!(fs::read(&db).unwrap() == before, "{schema}: {words:?}");
        }
        let said = callbook(&db, &["doctor"]).out;
        for named in [
            "table \"odd \" table\"",
            "table \"words\"",
            "view \"endless\"",
            "trigger \"wipes\"",
            "index \"computed\"",
            "index \"partial\"",
        ] {
            assert!(said.contains(named), "{named}: {said}");
        }
        assert!(
            !said.contains("plain") && !said.contains("sqlite_"),
            "{said}"
        );

        succeeds(&db, &["doctor", "--fix"]);
        assert_eq!(
            succeeds(&db, &["doctor"]).lines().next(),
            Some("no problems found")
        );
        succeeds(&db, &["add", "Ada"]);
        assert_eq!(value(&db, "SELECT count(*) FROM phone"), numbers);
        let kept = "SELECT count(*) FROM sqlite_schema WHERE name IN ('plain', 'sqlite_stat1')";
        assert_eq!(value(&db, kept), 2);

        // What was dropped is in the backup, which can be put back, and acts no more than before.
        let all = callbook::store::backup::backups(&db).unwrap();
        let with = all
            .iter()
            .map(|backup| &backup.path)
            .find(|path| {
                value(
                    path,
                    "SELECT count(*) FROM sqlite_schema WHERE type = 'view'",
                ) == 1
            })
            .unwrap();
        succeeds(&db, &["restore", with.to_str().unwrap()]);
        assert_eq!(value(&db, "SELECT count(*) FROM phone"), numbers);
        assert!(refused(&db, &["add", "Ada"]).contains("doctor --fix"));
        succeeds(&db, &["doctor", "--fix"]);
        succeeds(&db, &["add", "Ada"]);
    }
}

#[test]
fn a_view_in_the_place_of_a_table_is_damage_and_holds_nothing_up() {
    for table in [
        "clock",
        "contact",
        "phone",
        "undo_point",
        "operation",
        "card",
        "book",
    ] {
        let (_folder, db) = book("book.db", &["Ada"]);
        backed_up(&db);
        crafted(
            &db,
            &format!(
                "PRAGMA foreign_keys = OFF; DROP TABLE {table};
                 CREATE VIEW {table} AS WITH RECURSIVE n (x) AS
                    (SELECT 1 UNION ALL SELECT x + 1 FROM n)
                 SELECT x AS id, x AS stamp, x AS uuid, x AS name, x AS contact FROM n;"
            ),
        );
        for words in READING {
            if words[0] != "backup" {
                let said = refused(&db, words);
                assert!(said.contains("is missing"), "{table}, {words:?}: {said}");
            }
        }
        succeeds(&db, &["restore"]);
        assert_eq!(names(&db), ["Ada"]);
    }
}

#[test]
fn an_index_that_is_missing_or_made_otherwise_is_made_again() {
    let (_folder, db) = book("book.db", &["Ada"]);
    crafted(
        &db,
        "DROP INDEX phone_identity; DROP INDEX contact_by_uid;
         CREATE INDEX contact_by_uid ON contact (uid);",
    );
    let said = callbook(&db, &["doctor"]).out;
    assert!(
        said.contains("index \"phone_identity\" is missing"),
        "{said}"
    );
    assert!(
        said.contains("index \"contact_by_uid\" is not as callbook"),
        "{said}"
    );
    succeeds(&db, &["add", "Bob"]);
    succeeds(&db, &["doctor", "--fix"]);
    assert_eq!(
        succeeds(&db, &["doctor"]).lines().next(),
        Some("no problems found")
    );
}

#[test]
fn nothing_is_exported_among_the_backups() {
    let (folder, db) = book("book.db", &["Ada"]);
    let inside = folder.path().join("book.db.backups");
    // Before there is one, too.
    for made in [false, true] {
        if made {
            backed_up(&db);
        }
        let before = files(&inside);
        let link = folder.path().join("link.vcf");
        let _ = fs::remove_file(&link);
        let target = before
            .first()
            .map_or(inside.join("new.vcf"), |(path, _)| path.clone());
        std::os::unix::fs::symlink(&target, &link).unwrap();
        std::os::unix::fs::symlink(folder.path(), folder.path().join(format!("to-{made}")))
            .unwrap();
        let through = format!("to-{made}/book.db.backups/x.vcf");
        for words in [
            &["export", "-o", "book.db.backups/x.vcf"][..],
            &["export", "-o", "./book.db.backups/../book.db.backups/x.vcf"],
            &["export", "-o", &through],
            &["export", "--force", "-o", "link.vcf"],
            &["export", "--split", "book.db.backups"],
            &["export", "--split", "book.db.backups/deeper/still"],
            &["export", "--split", "book.backups"],
        ] {
            let said = refused(&db, words);
            assert!(
                said.contains("backups") && said.contains("name another folder")
                    || said.contains("No such file"),
                "{words:?}: {said}"
            );
            assert_eq!(files(&inside), before, "{words:?}");
            assert_eq!(inside.exists(), made, "{words:?}");
        }
    }
    succeeds(&db, &["export", "-o", "out.vcf"]);
    succeeds(&db, &["export", "--split", "cards"]);
}

#[test]
fn a_damaged_book_gets_no_backup_of_another_one_from_its_own_folder() {
    let (folder, db) = book("book.db", &["Ada"]);
    backed_up(&db);
    let (_other, theirs) = book("theirs.db", &["Bob"]);
    let foreign = backed_up(&theirs);
    let inside = folder.path().join("book.db.backups");
    for suffix in ["", ".sha256"] {
        let from = format!("{}{suffix}", foreign.display());
        fs::copy(
            from,
            inside.join(format!("20301124T120000.000000Z.db{suffix}")),
        )
        .unwrap();
    }
    let mut bytes = fs::read(&db).unwrap();
    bytes[..4096].fill(0xff);
    fs::write(&db, bytes).unwrap();
    assert!(succeeds(&db, &["backup", "list"]).contains("of another book"));
    succeeds(&db, &["restore"]);
    assert_eq!(names(&db), ["Ada"]);
}

#[test]
fn a_restore_beside_another_one_changes_nothing() {
    let (folder, db) = book("book.db", &["Ada"]);
    backed_up(&db);
    let mut bytes = fs::read(&db).unwrap();
    bytes[..4096].fill(0xff);
    fs::write(&db, &bytes).unwrap();
    let lock = fs::File::open(folder.path()).unwrap();
    lock.lock().unwrap();
    let ran = callbook(&db, &["restore"]);
    assert_eq!(ran.status, Some(5), "{}", ran.err);
    assert!(
        ran.err.contains("another restore is running"),
        "{}",
        ran.err
    );
    assert_eq!(fs::read(&db).unwrap(), bytes);
    drop(lock);
    succeeds(&db, &["restore"]);
}

/// The backup before the last import, and before the last new schema, whatever the others weigh.
#[test]
fn the_bound_of_all_backups_takes_none_that_something_can_be_undone_by() {
    for schema in [0, 1] {
        let (folder, db) = book("book.db", &[]);
        if schema == 0 {
            succeeds(&db, &["add", "Ada"]);
            let cards = folder.path().join("cards.vcf");
            fs::write(&cards, "BEGIN:VCARD\nVERSION:3.0\nFN:New\nEND:VCARD\n").unwrap();
            succeeds(&db, &["import", cards.to_str().unwrap()]);
        } else {
            fixture(schema, &db);
            succeeds(&db, &["log"]);
        }
        let before = callbook::store::backup::backups(&db).unwrap();
        assert_eq!(before.len(), 1, "schema {schema}");
        for name in ["Grace", "Marta", "Zoe"] {
            succeeds(&db, &["add", name]);
            let made = backed_up(&db);
            if name != "Zoe" {
                // Without any room of the disk, more than all of them may have.
                let file = fs::File::options().write(true).open(made).unwrap();
                file.set_len(2 << 30).unwrap();
            }
        }
        let dropped = succeeds(&db, &["backup", "prune"]);
        assert_eq!(dropped, "2 backups dropped\n", "schema {schema}");
        let left = callbook::store::backup::backups(&db).unwrap();
        let left: Vec<_> = left.into_iter().map(|one| one.path).collect();
        assert_eq!(left.len(), 2);
        assert_eq!(left[1], before[0].path, "schema {schema}");
        succeeds(&db, &["restore", before[0].path.to_str().unwrap()]);
    }
}
