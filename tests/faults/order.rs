//! In which order things come to the disk: what has a name is there before it, and the name after it.

use std::fs;
use std::path::Path;

use callbook::state::Drafts;

use crate::scenarios::{ALL, Scenario, Stage, backed_up, repeating};
use crate::trace::{self, Deed};
use crate::{database, in_memory, program};

/// Where in its deeds a program gave a file the name that ends so.
fn named(deeds: &[Deed], end: &str) -> usize {
    let found = deeds
        .iter()
        .position(|deed| matches!(deed, Deed::Named(_, to) if to.ends_with(end)));
    found.unwrap_or_else(|| panic!("nothing is named {end}: {deeds:#?}"))
}

/// The file that got the name was on the disk before, and its name is after.
fn outlives(deeds: &[Deed], end: &str) {
    let at = named(deeds, end);
    let Deed::Named(from, to) = &deeds[at] else {
        panic!("{deeds:#?}")
    };
    let folder = Path::new(to).parent().unwrap().to_str().unwrap();
    let synced = |deeds: &[Deed], path: &str| {
        let mut deeds = deeds.iter();
        deeds.any(|deed| matches!(deed, Deed::Synced(synced) if synced == path))
    };
    assert!(synced(&deeds[..at], from), "{end} before: {deeds:#?}");
    assert!(synced(&deeds[at..], folder), "{end} after: {deeds:#?}");
}

fn stage(name: &str) -> Stage {
    Stage::of(ALL.iter().find(|one| one.name == name).unwrap())
}

#[test]
fn a_backup_and_an_export_outlive_a_power_loss_once_they_have_their_names() {
    let ran = stage("backup").run(&[], None);
    outlives(&ran.deeds, ".db");
    outlives(&ran.deeds, ".sha256");
    // The folder of the backups has its id file.
    let ran = Stage::of(&ANOTHER_BACKUP).run(&[], None);
    outlives(&ran.deeds, ".db");
    let ran = stage("export").run(&[], None);
    outlives(&ran.deeds, "out.vcf");
}

/// A backup of a book that has some already.
static ANOTHER_BACKUP: Scenario = repeating("another backup", "backup", backed_up);

#[test]
fn a_book_outlives_a_power_loss_once_it_has_its_name() {
    for new in [stage("a new book"), Stage::of(&LOOKED_AT)] {
        outlives(&new.run(&[], None).deeds, "book.db");
    }
    let ran = stage("backup").run(&[], None);
    outlives(&ran.deeds, "book-id");
    let ran = Stage::of(&LOGGED).run(&[], None);
    outlives(&ran.deeds, "book.db");
    let ran = Stage::of(&GONE).run(&[], None);
    outlives(&ran.deeds, "book.db");
}

/// A new book, with a contact.
static LOOKED_AT: Scenario = repeating("a contact in a new book", "add Ada", |_| {});

/// A book that was deleted, with its log, and has backups.
static GONE: Scenario = repeating("restore of a book that is gone", "restore", |folder| {
    backed_up(folder);
    for name in ["book.db", "book.db-wal", "book.db-shm"] {
        let _ = fs::remove_file(folder.join(name));
    }
});

#[test]
fn what_could_not_be_imported_outlives_a_power_loss_once_that_is_told() {
    let ran = stage("import").run(&[], None);
    let rejects = ran
        .said
        .lines()
        .find_map(|line| line.split_once(" are in "));
    let (_, path) = rejects.unwrap_or_else(|| panic!("{ran:?}"));
    let folder = Path::new(path).parent().unwrap().to_str().unwrap();
    for synced in [path, folder] {
        let deed = Deed::Synced(synced.to_owned());
        assert!(ran.deeds.contains(&deed), "{synced}: {:#?}", ran.deeds);
    }
}

#[test]
fn a_draft_outlives_a_power_loss_once_it_has_its_name() {
    let folder = in_memory();
    let [home, beside] = ["home", "beside"].map(|name| folder.path().join(name));
    fs::create_dir_all(&home).unwrap();
    fs::create_dir_all(&beside).unwrap();
    let mut command = program("order::keeps_a_draft", &home.join("book.db"));
    command.env_remove("XDG_STATE_HOME");
    let ran = trace::watch(command, (&home, &beside), &[], None);
    assert_eq!(ran.status, Some(0), "{ran:?}");
    outlives(&ran.deeds, ".json");
}

#[test]
fn keeps_a_draft() {
    let Some(database) = database() else { return };
    let mut drafts = Drafts::of(&database).unwrap();
    drafts.keep(&"what was typed").unwrap();
}

/// A damaged book with a log beside it.
static LOGGED: Scenario = repeating("restore of a damaged book", "restore", |folder| {
    backed_up(folder);
    let path = folder.join("book.db");
    let mut bytes = fs::read(&path).unwrap();
    bytes[..200].fill(0xff);
    fs::write(path, bytes).unwrap();
    fs::write(folder.join("book.db-wal"), "the log of the damaged book").unwrap();
});

#[test]
fn a_restored_book_never_stands_beside_the_log_of_the_old_one() {
    let ran = Stage::of(&LOGGED).run(&[], None);
    let new = named(&ran.deeds, "book.db");
    let of_log =
        |deed: &Deed| matches!(deed, Deed::Named(from, _) if from.ends_with("book.db-wal"));
    let log = ran.deeds.iter().position(of_log);
    let log = log.unwrap_or_else(|| panic!("the log stays: {:#?}", ran.deeds));
    assert!(log < new, "{:#?}", ran.deeds);
}
