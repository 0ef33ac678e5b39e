//! What becomes of cards in folders that another program writes anew, and of two folders that one book is kept the
//! same with.

use std::fs;
use std::path::PathBuf;

use crate::home::Home;
use crate::two_way::card;

/// A home whose book is kept the same with folders.
struct Folders {
    home: Home,
}

impl Folders {
    /// Folders of these names; contacts made here go to the first.
    fn new(names: &[&str]) -> Self {
        let home = Home::new("");
        let mut config = String::new();
        for name in names {
            let path = home.path().join(name);
            fs::create_dir(&path).unwrap();
            let block = format!(
                "[[remote]]\nname = \"{name}\"\nkind = \"folder\"\npath = \"{}\"\nnew = {}\n",
                path.display(),
                *name == names[0]
            );
            config.push_str(&block);
        }
        fs::write(home.config(), config).unwrap();
        Self { home }
    }

    /// One folder with so many people, each in a file of a number, which were taken in.
    fn with(people: usize) -> Self {
        let folders = Self::new(&["one"]);
        for at in 0..people {
            folders.holds("one", at, at);
        }
        folders.does(&["sync", "--yes"]);
        folders
    }

    /// A folder has somebody in a file.
    fn holds(&self, folder: &str, file: usize, person: usize) {
        fs::write(self.path(folder, file), text(person)).unwrap();
    }

    fn path(&self, folder: &str, file: usize) -> PathBuf {
        self.home.path().join(folder).join(format!("{file}.vcf"))
    }

    fn does(&self, words: &[&str]) -> String {
        let (status, told, why) = self.home.run(words);
        assert_eq!(status, 0, "{words:?}: {told}{why}");
        told
    }

    fn asks(&self, words: &[&str]) -> String {
        let (status, told, why) = self.home.run(words);
        assert_eq!(status, 4, "{words:?}: {told}{why}");
        told
    }

    fn one(&self, sql: &str) -> String {
        let raw = rusqlite::Connection::open(self.home.book()).unwrap();
        raw.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// The id of a contact, as it is given on the command line.
    fn id(&self, name: &str) -> String {
        let id = self.one(&format!(
            "SELECT lower(hex(id)) FROM contact WHERE name = '{name}'"
        ));
        uuid::Uuid::parse_str(&id).unwrap().to_string()
    }

    /// The names of all contacts with their numbers, and the ids.
    fn people(&self) -> Vec<(String, String)> {
        let raw = rusqlite::Connection::open(self.home.book()).unwrap();
        let sql = "SELECT c.name || coalesce((SELECT group_concat(' ' || p.identity || iif(p.historic, ' once', ''), '')
                FROM phone p WHERE p.contact = c.id), ''), hex(c.id)
             FROM contact c ORDER BY 1";
        let mut people = raw.prepare(sql).unwrap();
        let people = people
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        people.collect::<rusqlite::Result<_>>().unwrap()
    }

    /// The files of a folder, with whom each says.
    fn there(&self, folder: &str) -> Vec<String> {
        let files = fs::read_dir(self.home.path().join(folder)).unwrap();
        let mut names: Vec<String> = files
            .map(|file| {
                let text = fs::read_to_string(file.unwrap().path()).unwrap();
                let name = text.lines().find(|line| line.starts_with("FN:"));
                name.unwrap().trim_start_matches("FN:").to_owned()
            })
            .collect();
        names.sort();
        names
    }

    fn last_step(&self) -> String {
        self.one("SELECT max(id) || '' FROM undo_point WHERE kind = 'change'")
    }
}

fn text(person: usize) -> String {
    let number = format!("TEL;TYPE=CELL:+39 347 555 {:04}\r\n", 100 + person);
    card(
        &format!("u{person}"),
        &format!("Person {}", word(person)),
        &number,
    )
}

fn word(person: usize) -> char {
    char::from(b'A' + u8::try_from(person).unwrap())
}

#[test]
fn a_folder_that_is_written_anew_keeps_everybody_apart() {
    let folders = Folders::with(12);
    let before = folders.people();
    // Somebody was left out, so everybody after has another file.
    for file in 3..11 {
        folders.holds("one", file, file + 1);
    }
    fs::remove_file(folders.path("one", 11)).unwrap();
    folders.does(&["sync"]);
    let mut wanted = before.clone();
    wanted.retain(|(name, _)| !name.starts_with("Person D"));
    assert_eq!(folders.people(), wanted);
    assert!(folders.does(&["sync"]).contains("nothing new"));
    assert_eq!(folders.there("one").len(), 11);
    // What is changed of them goes to the file that they have now.
    folders.does(&[
        "contact",
        "update",
        &folders.id("Person L"),
        "--note",
        "new",
        "--overwrite",
    ]);
    folders.does(&["sync"]);
    let text = fs::read_to_string(folders.path("one", 10)).unwrap();
    assert!(text.contains("NOTE:new"), "{text}");

    // And one is put in between.
    for file in (3..11).rev() {
        folders.holds("one", file + 1, file + 1);
    }
    folders.holds("one", 3, 20);
    folders.does(&["sync"]);
    let names = |people: &[(String, String)]| -> Vec<(String, String)> {
        let kept = people
            .iter()
            .filter(|(name, _)| !name.starts_with("Person U"));
        kept.cloned().collect()
    };
    assert_eq!(names(&folders.people()), wanted);
    assert_eq!(folders.people().len(), 12);
}

#[test]
fn a_file_that_another_person_gets_is_another_contact() {
    let folders = Folders::with(3);
    let before = folders.people();
    folders.holds("one", 1, 7);
    folders.does(&["sync"]);
    let after = folders.people();
    assert_eq!(after.len(), 3);
    assert_eq!((&after[0], &after[1]), (&before[0], &before[2]));
    assert!(after[2].0.starts_with("Person H") && !after[2].0.contains("once"));
    assert_ne!(after[2].1, before[1].1, "it is another contact");

    // Two files that changed their places are the two that they were.
    folders.holds("one", 0, 2);
    folders.holds("one", 2, 0);
    folders.does(&["sync"]);
    assert_eq!(folders.people(), after);

    // Who was changed here stays, beside who came.
    folders.does(&[
        "contact",
        "update",
        &folders.id("Person A"),
        "--note",
        "mine",
        "--overwrite",
    ]);
    folders.holds("one", 2, 9);
    folders.does(&["sync"]);
    assert_eq!(folders.people().len(), 4);
    assert_eq!(
        folders.there("one"),
        ["Person A", "Person C", "Person H", "Person J"]
    );
    assert!(folders.does(&["sync"]).contains("nothing new"));

    // Who was deleted here does not come back as somebody else.
    folders.does(&["contact", "delete", &folders.id("Person J")]);
    folders.holds("one", 2, 10);
    folders.does(&["sync"]);
    assert_eq!(
        folders.there("one"),
        ["Person A", "Person C", "Person H", "Person K"]
    );
    assert_eq!(folders.people().len(), 4);
}

#[test]
fn a_person_who_is_called_otherwise_or_has_another_uid_is_the_same() {
    let folders = Folders::with(4);
    let before = folders.people();
    let says = |file: usize, from: &[(&str, &str)]| {
        let mut text = fs::read_to_string(folders.path("one", file)).unwrap();
        for (from, to) in from {
            text = text.replace(from, to);
        }
        fs::write(folders.path("one", file), text).unwrap();
    };
    says(
        0,
        &[
            ("Person A", "Ann Other"),
            ("Person;", "Ann;"),
            ("0100", "0900"),
        ],
    );
    says(1, &[("UID:u1", "UID:new")]);
    says(2, &[("UID:u2", "UID:newer"), ("0102", "0902")]);
    says(3, &[("UID:u3", "UID:newest"), ("Person D", "Dan Other")]);
    folders.does(&["sync"]);
    let ids = |people: Vec<(String, String)>| {
        let mut ids: Vec<String> = people.into_iter().map(|(_, id)| id).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(folders.people()), ids(before));
}

#[test]
fn many_files_that_other_people_get_are_asked_about() {
    let folders = Folders::with(14);
    let before = folders.people();
    for file in 0..12 {
        folders.holds("one", file, file + 14 - 2 * (file / 12));
    }
    let told = folders.asks(&["sync"]);
    assert!(told.contains("12 of 14 cards are gone there"), "{told}");
    assert_eq!(folders.people(), before);
    folders.does(&["sync", "--put-back"]);
    assert_eq!(folders.people().len(), 26);
    assert_eq!(folders.there("one").len(), 26);
}

#[test]
fn an_undone_sync_puts_back_wherever_it_deleted() {
    let folders = Folders::new(&["one", "two"]);
    for at in 0..3 {
        folders.holds("one", at, at);
        folders.holds("two", at, at);
    }
    folders.does(&["sync", "--yes"]);
    fs::remove_file(folders.path("one", 1)).unwrap();
    let told = folders.does(&["sync"]);
    assert_eq!(folders.there("two"), ["Person A", "Person C"], "{told}");
    folders.does(&["undo", &folders.last_step()]);
    folders.does(&["sync"]);
    assert_eq!(folders.there("one").len(), 3);
    assert_eq!(folders.there("two").len(), 3);
    assert!(folders.does(&["sync"]).contains("nothing new"));

    // So does a deletion of a person that is undone.
    folders.does(&["contact", "delete", &folders.id("Person C")]);
    folders.does(&["sync"]);
    assert_eq!(folders.there("two").len(), 2);
    folders.does(&["undo", &folders.last_step()]);
    folders.does(&["sync"]);
    assert_eq!(folders.there("one").len(), 3);
    assert_eq!(folders.there("two").len(), 3);
}

#[test]
fn a_dry_run_tells_what_one_folder_does_to_another() {
    let folders = Folders::new(&["one", "two"]);
    for at in 0..4 {
        folders.holds("one", at, at);
        folders.holds("two", at, at);
    }
    folders.does(&["sync", "--yes"]);
    fs::remove_file(folders.path("one", 1)).unwrap();
    let text = text(2).replace("END:", "NOTE:new\r\nEND:");
    fs::write(folders.path("one", 2), text).unwrap();
    // And what the second has goes to the first.
    fs::remove_file(folders.path("two", 3)).unwrap();
    let dry = folders.does(&["sync", "--dry-run"]);
    assert_eq!(folders.there("two").len(), 3);
    let real = folders.does(&["sync"]);
    for line in real.lines().filter(|line| line.contains(" out")) {
        assert!(dry.contains(line), "{dry}\n{real}");
    }
    assert!(
        real.contains("two  1 deleted here, 1 out, 1 deleted there"),
        "{real}"
    );
    assert_eq!(folders.there("two").len(), 2);
    assert_eq!(folders.there("one").len(), 2);
}

#[test]
fn a_plan_that_is_only_looked_at_decides_nothing() {
    let folders = Folders::with(3);
    folders.does(&["undo", "1"]);
    for _ in 0..2 {
        let told = folders.asks(&["sync", "--again"]);
        assert!(told.contains("nothing was written"), "{told}");
        let told = folders.asks(&["sync"]);
        assert!(told.contains("a sync was taken back"), "{told}");
    }
    folders.does(&["sync", "--again", "--yes"]);
    assert_eq!(folders.people().len(), 3);
}
