//! The promises of the README, attacked from outside: the real program, run as a person or a script
//! would run it, on books, backups, documents and folders that were made to break it.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde_json::Value;

use crate::in_memory;

/// The longest that any command of an attack may take.
const PATIENCE: Duration = Duration::from_mins(1);

const ADA: &str =
    "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Ada Lovelace\nTEL:+44 20 7946 0018\nEND:VCARD\n";
const BOB: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:Bob Hope\nTEL:+1 213 456 7890\nEND:VCARD\n";

/// Every kind of command that only looks.
const LOOKS: [&[&str]; 13] = [
    &["contact", "list"],
    &["contact", "list", "--json"],
    &["phone", "list"],
    &["find", "ada"],
    &["who", "+44 20 7946 0018"],
    &["fix"],
    &["duplicates"],
    &["health"],
    &["log"],
    &["bin"],
    &["export"],
    &["export", "--card-version", "4.0"],
    &["doctor"],
];

/// A folder in which the program is at home.
struct Target {
    folder: tempfile::TempDir,
}

impl Target {
    fn new() -> Self {
        Self {
            folder: in_memory(),
        }
    }

    /// With a book of Ada, of that file name.
    fn with_ada(name: &str) -> Self {
        let target = Self::new();
        target.takes_in(name, ADA);
        target
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, db: &Path, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_callbook"));
        command
            .current_dir(self.folder.path())
            .env("HOME", self.folder.path())
            .env("LANG", "en_US.UTF-8")
            .env_remove("LC_ALL")
            .env_remove("XDG_DATA_HOME")
            .env_remove("XDG_STATE_HOME")
            .env_remove("XDG_CONFIG_HOME")
            .arg("--db")
            .arg(db)
            .args(words)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs a command on a book of this folder; one that does not end fails the test.
    fn run(&self, db: impl AsRef<Path>, words: &[&str]) -> Output {
        ended(self.command(db.as_ref(), words), words)
    }

    /// Runs a command that has to succeed, and gives what it printed.
    fn does(&self, db: impl AsRef<Path>, words: &[&str]) -> String {
        let ran = self.run(db, words);
        assert!(ran.status.success(), "{words:?}: {}", told(&ran));
        String::from_utf8(ran.stdout).unwrap()
    }

    /// Runs a command that has to be refused with this exit status, and gives its words.
    fn refuses(&self, db: impl AsRef<Path>, words: &[&str], status: i32) -> String {
        let ran = self.run(db, words);
        assert_eq!(
            ran.status.code(),
            Some(status),
            "{words:?}: {}{}",
            told(&ran),
            String::from_utf8_lossy(&ran.stdout)
        );
        told(&ran)
    }

    fn takes_in(&self, db: &str, cards: &str) {
        let file = self.at("in.vcf");
        fs::write(&file, cards).unwrap();
        self.does(self.at(db), &["import", "in.vcf"]);
    }

    /// The newest backup of a book, just made.
    fn backs_up(&self, db: &str) -> PathBuf {
        self.does(self.at(db), &["backup"]);
        let mut found: Vec<PathBuf> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir() && path.to_string_lossy().contains(db))
            .flat_map(|folder| fs::read_dir(folder).unwrap())
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "db"))
            .collect();
        found.sort();
        found.pop().unwrap()
    }

    fn names(&self, db: &str) -> Vec<String> {
        let list = self.does(self.at(db), &["contact", "list", "--json"]);
        let list: Value = serde_json::from_str(&list).unwrap();
        let contacts = list["data"].as_array().unwrap().iter();
        contacts
            .map(|one| one["attributes"]["name"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The first number of the book as `phone list --json` prints it.
    fn number(&self, db: &str) -> Value {
        let list = self.does(self.at(db), &["phone", "list", "--json"]);
        let list: Value = serde_json::from_str(&list).unwrap();
        list["data"][0].clone()
    }
}

fn told(ran: &Output) -> String {
    String::from_utf8_lossy(&ran.stderr).into_owned()
}

/// Waits for a command to end, and kills it where it does not.
fn ended(mut command: Command, words: &[&str]) -> Output {
    let mut child = command.spawn().unwrap();
    // The pipes are emptied meanwhile, or a long answer would wait for its reader for ever.
    let mut stdout = child.stdout.take().unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let read = |pipe: &mut dyn std::io::Read| {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).unwrap();
        bytes
    };
    std::thread::scope(|scope| {
        let stdout = scope.spawn(move || read(&mut stdout));
        let stderr = scope.spawn(move || read(&mut stderr));
        let began = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break status;
            }
            if began.elapsed() > PATIENCE {
                child.kill().unwrap();
                child.wait().unwrap();
                panic!("{words:?} does not end");
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        Output {
            status,
            stdout: stdout.join().unwrap(),
            stderr: stderr.join().unwrap(),
        }
    })
}

/// Every file below a folder with its bytes.
fn bytes_below(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let known = path.symlink_metadata().unwrap();
        if known.is_dir() {
            found.extend(bytes_below(&path));
        } else if known.is_file() {
            found.insert(path.clone(), fs::read(&path).unwrap());
        }
    }
    found
}

/// Runs SQL on a file as another program would.
fn sql(path: &Path, sql: &str) {
    Connection::open(path).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn looking_into_a_backup_changes_no_byte_of_it() {
    let target = Target::with_ada("book.db");
    let backup = target.backs_up("book.db");
    let folder = backup.parent().unwrap();
    let before = bytes_below(folder);
    for words in LOOKS {
        target.run(&backup, words);
        assert_eq!(bytes_below(folder), before, "{words:?}");
    }
    for words in [&["add", "Eve"][..], &["undo"], &["import", "in.vcf"]] {
        let ran = target.run(&backup, words);
        assert!(!ran.status.success(), "{words:?} wrote to a backup");
        assert_eq!(bytes_below(folder), before, "{words:?}");
    }
    target.does(target.at("book.db"), &["backup", "verify"]);
    target.takes_in("book.db", BOB);
    let backup = backup.to_str().unwrap();
    target.does(target.at("book.db"), &["restore", backup]);
    assert_eq!(target.names("book.db"), ["Ada Lovelace"]);
}

#[test]
fn two_books_that_differ_in_their_ending_never_share_backups() {
    let target = Target::with_ada("q.db");
    target.takes_in("q.sqlite3", BOB);
    let backup = target.backs_up("q.sqlite3");
    let refused = target.refuses(target.at("q.db"), &["restore", backup.to_str().unwrap()], 2);
    assert!(refused.contains("another book"), "{refused}");
    target.takes_in("q.db", BOB);
    target.does(target.at("q.db"), &["restore"]);
    let names = target.names("q.db");
    assert!(names.contains(&"Ada Lovelace".to_owned()), "{names:?}");
    assert_eq!(target.names("q.sqlite3"), ["Bob Hope"]);
}

#[test]
fn a_damaged_book_named_without_a_folder_is_restored_and_said_to_be() {
    let target = Target::with_ada("book.db");
    target.backs_up("book.db");
    let book = target.at("book.db");
    let mut bytes = fs::read(&book).unwrap();
    bytes[..100].fill(0xff);
    fs::write(&book, bytes).unwrap();
    target.does("book.db", &["restore"]);
    assert_eq!(target.names("book.db"), ["Ada Lovelace"]);
}

#[test]
fn of_many_restores_at_once_one_that_says_done_is_in_place_and_no_other_file_is_lost() {
    let target = Target::with_ada("q.db");
    let ada = target.backs_up("q.db");
    target.takes_in("q.db", BOB);
    let both = target.backs_up("q.db");
    let own = target.at("q.restoring");
    fs::write(&own, "a file of the user's").unwrap();
    for _ in 0..8 {
        let restores = [&ada, &both].map(|backup| {
            let words = ["restore", backup.to_str().unwrap()];
            let mut command = target.command(&target.at("q.db"), &words);
            (command.spawn().unwrap(), backup)
        });
        let done: Vec<&PathBuf> = restores
            .into_iter()
            .filter_map(|(mut child, backup)| child.wait().unwrap().success().then_some(backup))
            .collect();
        assert!(!done.is_empty(), "neither was restored");
        let there = target.names("q.db").len();
        let said = |backup: &PathBuf| if *backup == ada { 1 } else { 2 };
        assert!(done.iter().any(|backup| said(backup) == there), "{there}");
        target.does(target.at("q.db"), &["doctor"]);
    }
    assert_eq!(fs::read_to_string(own).unwrap(), "a file of the user's");
}

#[test]
fn a_restore_puts_aside_no_file_but_a_damaged_book() {
    let target = Target::with_ada("book.db");
    let backup = target.backs_up("book.db");
    let backup = backup.to_str().unwrap();
    let text = target.at("letter.txt");
    fs::write(&text, "Dear Ada,\n").unwrap();
    let foreign = target.at("other.db");
    sql(
        &foreign,
        "CREATE TABLE mine (id INTEGER); INSERT INTO mine VALUES (1);",
    );
    target.takes_in("newer.db", BOB);
    sql(&target.at("newer.db"), "PRAGMA user_version = 999;");
    for name in ["letter.txt", "other.db", "newer.db"] {
        let path = target.at(name);
        let before = fs::read(&path).unwrap();
        target.refuses(&path, &["restore", backup], 1);
        assert_eq!(fs::read(&path).unwrap(), before, "{name}");
    }
    let forced = target.does(&text, &["restore", "--force", backup]);
    assert_eq!(target.names("letter.txt"), ["Ada Lovelace"], "{forced}");
    let aside = bytes_below(target.folder.path());
    let kept = aside.values().any(|bytes| bytes == b"Dear Ada,\n");
    assert!(kept, "what was put aside is kept");
}

#[test]
fn stamps_rise_over_a_restore() {
    let target = Target::with_ada("book.db");
    let backup = target.backs_up("book.db");
    let book = target.at("book.db");
    let stamp = || {
        let number = target.number("book.db");
        number["attributes"]["updated_in_db_at"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let id = target.number("book.db")["id"].as_str().unwrap().to_owned();
    // As if the book had been written on a machine whose clock is ahead.
    sql(&book, "UPDATE clock SET stamp = stamp + 86400000000;");
    let edit = |label: &str| {
        target.does(
            &book,
            &["phone", "update", &id, "--overwrite", "--location", label],
        )
    };
    edit("work");
    let given = stamp();
    target.does(&book, &["restore", backup.to_str().unwrap()]);
    edit("home");
    assert!(stamp() > given, "{} after {given}", stamp());
}

#[test]
fn neither_a_fifo_among_the_backups_nor_a_foreign_view_stops_a_command() {
    let target = Target::with_ada("book.db");
    let backup = target.backs_up("book.db");
    let fifo = backup.with_file_name("20991231T235959.000001Z.db");
    let made = Command::new("mkfifo").arg(&fifo).status().unwrap();
    assert!(made.success());
    let book = target.at("book.db");
    target.run(&book, &["backup", "verify"]);
    target.does(&book, &["backup", "list"]);
    target.does(&book, &["restore"]);
    fs::remove_file(fifo).unwrap();

    sql(
        &book,
        "CREATE TRIGGER mine AFTER INSERT ON contact BEGIN DELETE FROM phone; END;
         CREATE VIEW endless AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i FROM n)
            SELECT * FROM n;",
    );
    let found = target.refuses(&book, &["add", "Eve", "+39 02 5550 1182"], 1);
    assert!(found.contains("doctor --fix"), "{found}");
    let ran = target.run(&book, &["doctor"]);
    let found = String::from_utf8_lossy(&ran.stdout).into_owned() + &told(&ran);
    assert!(
        found.contains("mine") && found.contains("endless"),
        "{found}"
    );
    assert_eq!(target.names("book.db"), ["Ada Lovelace"]);
    target.does(&book, &["doctor", "--fix"]);
    target.does(&book, &["add", "Eve", "+39 02 5550 1182"]);
    assert_eq!(target.names("book.db").len(), 2);
    assert_eq!(target.number("book.db")["type"], "phone_numbers");
}

#[test]
fn what_the_bin_was_emptied_of_is_in_no_byte_of_any_file() {
    let target = Target::new();
    let card = "BEGIN:VCARD\nVERSION:3.0\nUID:9\nFN:Zyxwvut Canary\nTEL:+39 02 5550 7777\n\
                NOTE:Qponmlk\nEND:VCARD\n";
    target.takes_in("book.db", card);
    target.takes_in("book.db", &card.replace("Qponmlk", "Qponmlk newer"));
    target.takes_in("book.db", ADA);
    let book = target.at("book.db");
    let list = target.does(&book, &["contact", "list", "--json"]);
    let list: Value = serde_json::from_str(&list).unwrap();
    let contacts = list["data"].as_array().unwrap().iter();
    let canary = |one: &&Value| one["attributes"]["name"] == "Zyxwvut Canary";
    let id = contacts.rev().find(canary).unwrap()["id"].as_str().unwrap();
    target.does(&book, &["contact", "delete", id]);
    target.does(&book, &["bin", "--empty", "--yes"]);
    fs::remove_file(target.at("in.vcf")).unwrap();
    let log = target.does(&book, &["log"]);
    assert!(!log.contains("Canary") && !log.contains("7777"), "{log}");
    for (path, bytes) in bytes_below(target.folder.path()) {
        if path.parent().unwrap().to_string_lossy().contains("backups") {
            continue;
        }
        for canary in [
            "Zyxwvut",
            "Canary",
            "canary",
            "zyxwvut",
            "255507777",
            "Qponmlk",
        ] {
            let found = memchr::memmem::find(&bytes, canary.as_bytes());
            assert!(found.is_none(), "{canary} is in {}", path.display());
        }
    }
}

#[test]
fn every_card_that_could_not_be_read_is_kept_whatever_their_number() {
    let target = Target::new();
    let file = target.at("bad.vcf");
    let card = |at: usize| format!("BEGIN:VCARD\nVERSION:3.0\nX-AT:{at}\nEND:VCARD\n");
    let cards: String = (0..12_000).map(card).collect();
    fs::write(&file, format!("{ADA}{cards}")).unwrap();
    let book = target.at("book.db");
    for _ in 0..2 {
        target.run(&book, &["import", "bad.vcf"]);
    }
    let rejects: Vec<(PathBuf, Vec<u8>)> = bytes_below(target.folder.path())
        .into_iter()
        .filter(|(path, _)| path.to_string_lossy().contains("rejects"))
        .collect();
    assert_eq!(
        rejects.len(),
        2,
        "the second import leaves the file of the first alone"
    );
    for (path, bytes) in rejects {
        let text = String::from_utf8(bytes).unwrap();
        assert_eq!(text.matches("X-AT:").count(), 12_000);
        assert!(text.contains("X-AT:11999\n"));
        let mode = path.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}

#[test]
fn documents_that_say_two_things_are_refused_by_name_and_conflicts_show_what_is_stored() {
    let target = Target::with_ada("book.db");
    let book = target.at("book.db");
    let number = target.number("book.db");
    let id = number["id"].as_str().unwrap();
    let errors = |words: &[&str], document: &str, status: i32| -> Value {
        let file = target.at("document.json");
        fs::write(&file, document).unwrap();
        let mut all = words.to_vec();
        all.extend(["document.json", "--json"]);
        let ran = target.run(&book, &all);
        assert_eq!(
            ran.status.code(),
            Some(status),
            "{document}: {}",
            told(&ran)
        );
        let answer = [ran.stdout, ran.stderr].concat();
        serde_json::from_slice(&answer).unwrap_or_else(|_| panic!("{document}: no JSON:API error"))
    };
    let update = ["phone", "update", id];
    let stale = r#"{"location":"work","updated_in_db_at":"2001-01-01T00:00:00.000000Z"}"#;
    let conflict = errors(&update, stale, 4);
    assert!(
        conflict.to_string().contains("+442079460018"),
        "the stored record is in {conflict}"
    );
    let later = r#"{"location":"work","updated_in_db_at":"2101-01-01T00:00:00.000000Z"}"#;
    errors(&update, later, 4);
    errors(&update, "{ this is no JSON", 2);
    errors(
        &update,
        r#"{"location":"work","location":"home","overwrite":true}"#,
        2,
    );
    errors(
        &update,
        r#"{"location":"work","overwrite":"peanut butter"}"#,
        2,
    );
    let owner = number["relationships"]["contact"]["data"]["id"].as_str();
    let owner = owner.unwrap().to_owned();
    let create = ["phone", "create", "--owner", &owner];
    let faults = errors(
        &create,
        r#"{"number":"+44 20 7946 0018","primary":"yes","colour":"red","overwrite":true}"#,
        2,
    );
    let text = faults.to_string();
    for pointer in ["number", "primary", "colour", "overwrite"] {
        assert!(
            text.contains(&format!("/data/attributes/{pointer}")),
            "{pointer}: {text}"
        );
    }
}

#[test]
fn an_export_writes_to_what_is_no_file_and_replaces_what_a_link_names() {
    let target = Target::with_ada("book.db");
    let book = target.at("book.db");
    let real = target.at("real.vcf");
    fs::write(&real, "old").unwrap();
    let link = target.at("link.vcf");
    std::os::unix::fs::symlink(&real, &link).unwrap();
    target.does(&book, &["export", "--force", "-o", "link.vcf"]);
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert!(fs::read_to_string(&real).unwrap().contains("Ada Lovelace"));

    let fifo = target.at("pipe.vcf");
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .unwrap()
            .success()
    );
    let reader = std::thread::spawn({
        let fifo = fifo.clone();
        move || fs::read_to_string(fifo).unwrap()
    });
    target.does(&book, &["export", "--force", "-o", "pipe.vcf"]);
    assert!(fifo.symlink_metadata().unwrap().file_type().is_fifo());
    assert!(reader.join().unwrap().contains("Ada Lovelace"));
}
