//! A full disk: a real file system of 512 KiB, where the test may mount one. Where it may not, the
//! calls that fail with ENOSPC stand for it (see `failing`).

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use callbook::domain::contact::ContactAttributes;
use callbook::domain::listing::ListQuery;
use callbook::domain::refusal::Kind;
use callbook::domain::rehearsal::{Seen, Task};
use callbook::exchange::vcard::Format;
use callbook::store::Store;

use crate::{named, options};

/// A small file system, mounted as long as this lives.
struct Disk(tempfile::TempDir);

impl Disk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=576k", "tmpfs"])
            .arg(folder.path())
            .output();
        mounted
            .is_ok_and(|mounted| mounted.status.success())
            .then_some(Self(folder))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("book.db")
    }

    /// Leaves no byte free; gives the file that takes them.
    fn fill(&self) -> PathBuf {
        let ballast = self.0.path().join("ballast");
        let filled = fs::write(&ballast, vec![7; 1 << 20]);
        assert!(filled.is_err(), "there is more room than there should be");
        ballast
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

fn noted(name: &str) -> ContactAttributes {
    ContactAttributes {
        note: Some(Some("a long note ".repeat(100))),
        ..named(name)
    }
}

fn callbook(database: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_callbook"))
        .args(["--db", database.to_str().unwrap()])
        .args(words)
        .env("LANG", "C.UTF-8")
        .output()
        .unwrap()
}

fn says_full(words: &str) -> bool {
    ["disk full", "disk is full", "No space left"]
        .iter()
        .any(|full| words.contains(full))
}

fn names(store: &Store) -> Vec<String> {
    let rows = store.rows(&ListQuery::default(), 0, 1_000).unwrap().rows;
    rows.into_iter().map(|row| row.name).collect()
}

#[test]
fn a_full_disk_says_so_loses_nothing_and_can_still_be_read() {
    let Some(disk) = Disk::mount() else {
        println!("no file system may be mounted here");
        return;
    };
    let reserve = disk.0.path().join("reserve");
    fs::write(&reserve, vec![7; 120 << 10]).unwrap();
    let mut store = Store::open(&disk.path(), options()).unwrap();
    let mut told = Vec::new();
    let refusal = loop {
        let name = format!("Person {}", told.len());
        match store.create_contact(noted(&name), Vec::new()) {
            Ok(_) => told.push(name),
            Err(refusal) => break refusal,
        }
    };
    assert_eq!(refusal.kind, Kind::Storage);
    assert!(
        refusal.to_string().contains("disk full, nothing lost"),
        "{refusal}"
    );
    assert!(told.len() > 3, "only {} fitted", told.len());
    let ballast = disk.fill();
    let everybody = |store: &Store| {
        let there = names(store);
        assert_eq!(there.len(), told.len());
        assert!(told.iter().all(|name| there.contains(name)), "{there:?}");
        assert_eq!(store.examine().unwrap(), []);
    };
    everybody(&store);
    assert!(store.create_contact(noted("One more"), Vec::new()).is_err());
    everybody(&store);

    // Others see the same, beside it and after it.
    let mut store = Some(store);
    for beside in [true, false] {
        let found = callbook(&disk.path(), &["find", "person"]);
        let text = String::from_utf8_lossy(&found.stdout).into_owned();
        assert!(found.status.success(), "beside: {beside}: {found:?}");
        assert_eq!(text.lines().count(), told.len(), "{text}");
        let added = callbook(&disk.path(), &["add", &"Somebody ".repeat(100)]);
        let why = String::from_utf8_lossy(&added.stderr).into_owned();
        assert_eq!(added.status.code(), Some(1), "{why}");
        assert!(says_full(&why), "{why}");
        if beside {
            drop(store.take());
        }
    }
    let store = Store::open(&disk.path(), options()).unwrap();
    everybody(&store);

    // With room again it goes on.
    drop(store);
    for file in [ballast, reserve] {
        fs::remove_file(file).unwrap();
    }
    let mut store = Store::open(&disk.path(), options()).unwrap();
    let gone = store.rows(&ListQuery::default(), 0, 1).unwrap().rows[0].id;
    store
        .perform(&Task::delete(vec![gone]), Seen::Nothing, &Format::default())
        .unwrap();
    store.undo().unwrap();
    everybody(&store);
}

#[test]
fn an_import_or_a_backup_that_does_not_fit_leaves_nothing_of_itself() {
    let Some(disk) = Disk::mount() else {
        println!("no file system may be mounted here");
        return;
    };
    let path = disk.path();
    assert!(callbook(&path, &["add", "Ada"]).status.success());
    let mut cards = String::new();
    for at in 0..2_000 {
        let _ = writeln!(
            cards,
            "BEGIN:VCARD\nVERSION:3.0\nFN:Person {at}\nTEL:+3902555{at:05}\nEND:VCARD"
        );
    }
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("cards.vcf");
    fs::write(&file, cards).unwrap();
    let imported = callbook(&path, &["import", file.to_str().unwrap()]);
    let why = String::from_utf8_lossy(&imported.stderr).into_owned();
    assert_eq!(imported.status.code(), Some(1), "{why}");
    assert!(says_full(&why), "{why}");
    disk.fill();
    let backup = callbook(&path, &["backup"]);
    let why = String::from_utf8_lossy(&backup.stderr).into_owned();
    assert_eq!(backup.status.code(), Some(1), "{why}");
    assert!(says_full(&why), "{why}");
    let store = Store::open(&path, options()).unwrap();
    assert_eq!(names(&store), ["Ada"]);
    assert_eq!(store.examine().unwrap(), []);
    for backup in callbook::store::backup::backups(&path).unwrap() {
        backup.verify().unwrap();
    }
}
