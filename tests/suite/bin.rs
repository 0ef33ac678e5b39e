//! The bin, once it is emptied: nothing of what was in it is left, wherever one looks.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::pty::{self, Running, signal, stored};
use assert_cmd::Command;
use serde_json::{Value, json};

struct Book {
    folder: tempfile::TempDir,
}

impl Book {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
        }
    }

    fn db(&self) -> PathBuf {
        self.folder.path().join("book.db")
    }

    #[track_caller]
    fn run(&self, words: &[&str], input: &str) -> String {
        let output = Command::new(env!("CARGO_BIN_EXE_callbook"))
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", self.folder.path())
            .env("LANG", "en_GB.UTF-8")
            .arg("--db")
            .arg(self.db())
            .args(words)
            .write_stdin(input)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let told = text(output.stdout);
        assert!(
            output.status.success(),
            "{words:?}: {told}{}",
            text(output.stderr)
        );
        told
    }

    fn json(&self, words: &[&str], input: &str) -> Value {
        serde_json::from_str(&self.run(&[words, &["--json"]].concat(), input)).unwrap()
    }

    fn contact(&self, name: &str) -> String {
        let found = self.json(&["contact", "list", "--filter", "attention=false"], "");
        let rest = self.json(&["contact", "list", "--filter", "attention=true"], "");
        let all = [&found, &rest].map(|list| list["data"].as_array().unwrap().clone());
        let all = all.concat();
        let one = all
            .iter()
            .find(|one| one["attributes"]["name"] == name)
            .unwrap_or_else(|| panic!("{name} of {all:#?}"));
        one["id"].as_str().unwrap().to_owned()
    }

    fn phone(&self, number: &str) -> String {
        let all = self.json(&["phone", "list", "--per-page", "1000"], "");
        let all = all["data"].as_array().unwrap().clone();
        let one = all
            .iter()
            .find(|one| one["attributes"]["number"] == number)
            .unwrap_or_else(|| panic!("{number} of {all:#?}"));
        one["id"].as_str().unwrap().to_owned()
    }

    /// Where one of the canaries is, in any file but the backups.
    fn canaries(&self) -> Vec<String> {
        let mut found = Vec::new();
        look(self.folder.path(), &mut found);
        let log = self.run(&["log"], "");
        found.extend(
            CANARIES
                .iter()
                .filter(|one| log.to_lowercase().contains(**one))
                .map(|canary| format!("log: {canary}")),
        );
        found
    }
}

/// Parts of every name, note and number that is to go; also from the last digit to the first.
const CANARIES: [&str; 9] = [
    "kanari",
    "xanthippe",
    "79460666",
    "66606497",
    "7946 0666",
    "79460777",
    "77706497",
    "7946 0777",
    "kan-label",
];

fn look(folder: &Path, found: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            if !path.to_string_lossy().ends_with(".backups") {
                look(&path, found);
            }
            continue;
        }
        let bytes = fs::read(&path).unwrap().to_ascii_lowercase();
        for canary in CANARIES {
            let count = crate::support::pty::count(&bytes, canary);
            if count > 0 {
                found.push(format!("{}: {count} × {canary}", path.display()));
            }
        }
    }
}

/// Cards of somebody who goes, and of Ada, who stays without one of her numbers.
fn cards(version: usize, note: &str) -> String {
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:k\r\nREV:202{version}-01-01T00:00:00Z\r\nFN:Xanthippe Kanari\r\n\
         TEL;TYPE=WORK:+44 20 7946 0666\r\nX-PLACE:kanari {version}\r\nNOTE:{}\r\nEND:VCARD\r\n\
         BEGIN:VCARD\r\nVERSION:3.0\r\nUID:a\r\nREV:202{version}-01-01T00:00:00Z\r\nFN:Ada Lovelace\r\n\
         TEL:+44 20 7946 0018\r\nitem1.TEL:020 7946 0777\r\nitem1.X-ABLabel:kan-label\r\n\
         X-CALLBOOK-TEL;NUMBER=020 7946 0777;ACCURATE=TRUE:kanari\r\nNOTE:v{version}\r\nEND:VCARD\r\n",
        format!("{note} ").repeat(4_000)
    )
}

#[test]
fn nothing_of_what_was_in_the_bin_is_left_in_any_file() {
    let book = Book::new();
    book.run(&["import", "-"], &cards(3, "kanari one"));
    book.run(&["import", "-"], &cards(4, "kanari two"));
    // A name that was theirs once, and words of several kinds.
    let k = book.contact("Xanthippe Kanari");
    let sent = json!({"name": "Kanari Once", "overwrite": true}).to_string();
    book.run(&["contact", "update", &k, "-"], &sent);
    let sent = json!({"name": "Xanthippe", "tags": ["kanari"], "overwrite": true}).to_string();
    book.run(&["contact", "update", &k, "-"], &sent);
    // A number of Ada's that goes, and that another took the place of when it became historic.
    let lost = book.phone("+442079460777");
    let primary = ["phone", "update", &lost, "--primary", "--overwrite"];
    book.run(&primary, "");
    book.run(&["phone", "update", &lost, "--historic", "--overwrite"], "");
    book.run(
        &[
            "phone",
            "update",
            &lost,
            "--location",
            "kan-label",
            "--overwrite",
        ],
        "",
    );
    book.run(&["phone", "delete", &lost], "");
    // Additions that are undone: of a contact, of a number.
    book.run(&["add", "Undone Kanari", "+44 20 7946 0666"], "");
    book.run(&["undo"], "");
    let ada = book.contact("Ada Lovelace");
    let number = [
        "phone",
        "create",
        "--owner",
        &ada,
        "--number",
        "020 7946 0666",
    ];
    book.run(&number, "");
    book.run(&["undo"], "");
    // A merge: the other of the two is deleted by that.
    book.run(&["add", "Ada Kanari", "+44 20 7946 0018"], "");
    let other = book.contact("Ada Kanari");
    book.run(&["duplicates", "--merge", &ada, &other], "");

    // What was typed of somebody when the program had to end, and the filter.
    let mut screens = Running::start(&book.db(), 100, 30);
    screens.sees("2 contacts");
    screens.types("/xanth");
    screens.sees("1 of 2");
    screens.types("\re");
    screens.sees("Edit");
    screens.types("Kanari");
    screens.sees("unsaved");
    signal("TERM", screens.id());
    assert_eq!(screens.leaves(), 143);

    let step = ["contact", "delete", &k];
    book.run(&step, "");
    assert!(book.canaries().len() > 8, "{:?}", book.canaries());
    let told = book.run(&["bin", "--empty", "--yes"], "");
    assert!(told.contains("for good"), "{told}");
    assert_eq!(book.canaries(), [""; 0]);

    // What stays is whole, can be undone as far as it is, and keeps its rules.
    let log = book.run(&["log"], "");
    assert!(log.contains("for good"), "{log}");
    book.run(&["doctor"], "");
    book.run(
        &[
            "phone",
            "create",
            "--owner",
            &ada,
            "--number",
            "+44 20 7946 0019",
        ],
        "",
    );
    let told = book.run(&["undo"], "");
    assert!(told.contains("0019"), "{told}");
    let card = book.run(&["export", "--id", &ada], "");
    assert!(
        card.contains("+44 20 7946 0018") && card.contains("NOTE:v4"),
        "{card}"
    );
    book.run(
        &["import", "-"],
        "BEGIN:VCARD\nVERSION:3.0\nFN:Bob\nEND:VCARD\n",
    );
    assert_eq!(book.canaries(), [""; 0]);
}

#[test]
fn what_is_thrown_away_is_in_no_log_and_no_state_while_the_screens_go_on() {
    let book = Book::new();
    book.run(&["add", "Xanthippe Kanari", "+44 20 7946 0666"], "");
    book.run(&["add", "Ada", "+44 20 7946 0018"], "");
    book.run(&["backup"], "");
    let id = book.contact("Xanthippe Kanari");
    let mut screens = Running::start(&book.db(), 120, 30);
    screens.sees("2 contacts");
    screens.types("/xanth");
    screens.sees("1 of 2");
    screens.types("\r");
    screens.types("y");
    screens.sees("clipboard");
    screens.types("qq");
    assert_eq!(screens.leaves(), 0);
    let state = book.folder.path().join(".local/state/callbook/state.json");
    assert!(fs::read_to_string(&state).unwrap().contains(&id));

    let mut screens = Running::with(&book.db(), 120, 30, &[]);
    screens.sees("1 of 2");
    screens.types("\u{1b}\u{1b}");
    screens.sees("2 contacts");
    screens.types("/xanth");
    screens.sees("1 of 2");
    screens.types("\r");
    screens.sees("when dialled");
    screens.types("\u{1b}");
    screens.sees_no("when dialled");
    screens.types("d");
    screens.sees("Deleted Xanthippe");
    screens.types("\u{1b}\u{1b}sb");
    screens.sees("1 number");
    screens.types("X");
    screens.sees("Empty the bin");
    screens.types("y");
    screens.sees("may still hold it");
    screens.sees("prune --all-but-newest");
    let log = fs::read(book.folder.path().join("book.db-wal")).unwrap_or_default();
    assert_eq!(pty::count(&log.to_ascii_lowercase(), "kanari"), 0);
    let remembered = fs::read_to_string(&state).unwrap();
    assert!(
        !remembered.contains(&id) && !remembered.contains("xanth"),
        "{remembered}"
    );
    screens.types("\u{1b}");
    screens.sees_no("bring back");
    signal("TERM", screens.id());
    assert_eq!(screens.leaves(), 143);
    let remembered = fs::read_to_string(&state).unwrap();
    assert!(!remembered.contains(&id), "{remembered}");
    assert_eq!(book.canaries(), [""; 0]);
}

#[test]
fn backups_that_may_hold_what_was_thrown_away_are_told_and_can_be_dropped() {
    let book = Book::new();
    let card = "BEGIN:VCARD\nVERSION:3.0\nFN:Xanthippe\nTEL:+44 20 7946 0666\nEND:VCARD\n";
    book.run(&["import", "-"], card);
    book.run(&["backup"], "");
    book.run(&["backup"], "");
    book.run(&["contact", "delete", &book.contact("Xanthippe")], "");
    let told = book.run(&["bin", "--empty", "--yes"], "");
    assert!(told.contains("2 backups may still hold it"), "{told}");
    assert!(
        told.contains("callbook backup prune --all-but-newest"),
        "{told}"
    );
    // Nothing of it is left once that was done.
    book.run(&["backup"], "");
    let told = book.run(&["backup", "prune", "--all-but-newest"], "");
    assert_eq!(told, "2 backups dropped\n");
    let left = callbook::store::backup::backups(&book.db()).unwrap();
    assert_eq!(left.len(), 1);
    let bytes = fs::read(&left[0].path).unwrap().to_ascii_lowercase();
    assert_eq!(pty::count(&bytes, "xanthippe"), 0);
    let hashes = stored(&book.db(), "SELECT cast(count(*) AS text) FROM imported");
    assert_eq!(hashes, "0");
}

#[test]
fn words_of_steps_that_are_about_others_too_stay() {
    let book = Book::new();
    let two = "BEGIN:VCARD\nVERSION:3.0\nFN:Xanthippe\nTEL:+44 20 7946 0666\nEND:VCARD\n\
               BEGIN:VCARD\nVERSION:3.0\nFN:Ada\nTEL:+44 20 7946 0018\nEND:VCARD\n";
    fs::write(book.folder.path().join("two.vcf"), two).unwrap();
    let file = book.folder.path().join("two.vcf");
    book.run(&["import", file.to_str().unwrap()], "");
    fs::remove_file(file).unwrap();
    let before = book.run(&["log"], "");
    let import = before.lines().next().unwrap();
    let words = &import[import.rfind("Import").unwrap()..];
    book.run(&["contact", "delete", &book.contact("Xanthippe")], "");
    book.run(&["bin", "--empty", "--yes"], "");
    let log = book.run(&["log"], "");
    assert!(log.contains(words.trim()), "{words}: {log}");
    assert_eq!(book.canaries(), [""; 0]);
    // And the import can still be undone, as far as it is there.
    book.run(&["undo"], "");
    assert_eq!(book.run(&["contact", "list"], "").lines().count(), 1);
    book.run(&["doctor"], "");
}

/// A group, of which each line names a member or is about the group.
const GROUP: [(&str, bool); 14] = [
    ("BEGIN:VCARD", true),
    ("VERSION:4.0", true),
    ("KIND:group", true),
    ("UID:g-1", true),
    ("FN:Choir", true),
    ("MEMBER:urn:uuid:a-1", true),
    ("MEMBER:urn:uuid:kanari-1", false),
    (
        "MEMBER;PREF=1:mailto:Kanari%40x.example?subject=hello",
        false,
    ),
    (
        "MEMBER:mailto:xanthippe.with.a.long.name.that.goes.over.to.another.line.of\r\n .the.card@x.example",
        false,
    ),
    ("MEMBER:tel:+44-20-7946-0666", false),
    ("MEMBER:tel:+442079460777;ext=1", false),
    ("MEMBER:mailto:stranger@x.example", true),
    ("MEMBER:mailto:both@x.example", true),
    ("END:VCARD", true),
];

#[test]
fn cards_of_groups_lose_the_members_that_are_thrown_away() {
    let book = Book::new();
    let group = |of: fn(&(&str, bool)) -> bool| -> String {
        let lines = GROUP.iter().filter(|line| of(line)).map(|(line, _)| *line);
        lines.flat_map(|line| [line, "\r\n"]).collect()
    };
    let people = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:urn:uuid:a-1\r\nFN:Ada Lovelace\r\n\
        EMAIL:both@x.example\r\nTEL:+44 20 7946 0018\r\nTEL:+44 20 7946 0777\r\nEND:VCARD\r\n\
        BEGIN:VCARD\r\nVERSION:4.0\r\nUID:urn:uuid:kanari-1\r\nFN:Xanthippe\r\n\
        EMAIL:kanari@x.example\r\nEMAIL:both@x.example\r\n\
        EMAIL:xanthippe.with.a.long.name.that.goes.over.to.another.line.of.the.card@x.example\r\n\
        TEL:+44 20 7946 0666\r\nEND:VCARD\r\n";
    book.run(&["import", "-"], &format!("{people}{}", group(|_| true)));
    let id = book.contact("Xanthippe");
    let sent = json!({"details": [], "overwrite": true}).to_string();
    book.run(&["contact", "update", &id, "-"], &sent);
    book.run(&["contact", "delete", &id], "");
    book.run(&["phone", "delete", &book.phone("+442079460777")], "");
    book.run(&["bin", "--empty", "--yes"], "");
    assert_eq!(book.canaries(), [""; 0]);
    let written = book.run(&["export"], "");
    let whole = group(|(_, stays)| *stays);
    assert!(written.contains(&whole), "{written}");
    // The same cards again: the group has what it had.
    book.run(&["import", "-"], &whole);
    assert!(book.run(&["export"], "").contains(&whole));
}

#[test]
fn cards_of_groups_of_an_ldif_lose_the_members_that_are_thrown_away() {
    let book = Book::new();
    let person = |name: &str, mail: &str| {
        format!(
            "dn: cn={name},mail={mail}\nobjectclass: person\ncn: {name}\nsn: {name}\nmail: {mail}\n\
             telephoneNumber: +44 20 7946 0018\n\n"
        )
    };
    let group = "dn: cn=Choir\nobjectclass: groupOfNames\ncn: Choir\n\
        member: cn=Ada,mail=ada@x.example\nmember: cn=Xanthippe,mail=kanari@x.example\n\
        member: cn=Somebody Else,mail=Kanari@x.example\nmember: cn=Ada,mail=stranger@x.example\n\n";
    let people = [
        person("Ada", "ada@x.example"),
        person("Xanthippe", "kanari@x.example"),
    ];
    let file = book.folder.path().join("people.ldif");
    fs::write(&file, people.concat() + group).unwrap();
    book.run(&["import", file.to_str().unwrap()], "");
    fs::remove_file(&file).unwrap();
    book.run(&["contact", "delete", &book.contact("Xanthippe")], "");
    book.run(&["bin", "--empty", "--yes"], "");
    assert_eq!(book.canaries(), [""; 0]);
    let written = book.run(&["export"], "");
    assert!(written.contains("mail=ada@x.example"), "{written}");
    assert!(written.contains("mail=stranger@x.example"), "{written}");
}

#[test]
fn a_group_that_was_undone_goes_with_the_bin() {
    let book = Book::new();
    let card = "BEGIN:VCARD\nVERSION:4.0\nUID:a\nFN:Ada\nEND:VCARD\n\
        BEGIN:VCARD\nVERSION:4.0\nKIND:group\nFN:Kanari\nMEMBER:mailto:kanari@x.example\nEND:VCARD\n";
    book.run(&["add", "Bob", "+44 20 7946 0019"], "");
    book.run(&["import", "-"], card);
    book.run(&["undo"], "");
    book.run(&["bin", "--empty", "--yes"], "");
    assert_eq!(book.canaries(), [""; 0]);
    book.run(&["doctor"], "");
}
