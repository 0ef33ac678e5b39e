//! What was typed and not saved when the program had to end is there at the next start.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::support::pty::{Running, book, signal, stored, wait};

/// The files of drafts beside a database.
pub(crate) fn drafts(db: &Path) -> Vec<PathBuf> {
    let folder = db.with_file_name(".local/state/callbook/drafts");
    let entries = fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Opens the form of Marco Bianchi's number, and types another into it.
fn types_a_number(callbook: &mut Running, number: &str) {
    callbook.sees("2 contacts");
    callbook.types("/bianchi");
    callbook.sees("1 of 2");
    callbook.types("\r");
    callbook.sees("when dialled");
    callbook.types("e");
    callbook.sees("Edit number");
    callbook.types(&format!("\u{15}{number}"));
    callbook.sees("unsaved");
    callbook.sees(number);
}

const NUMBER: &str = "SELECT number FROM phone WHERE identity LIKE '+39%'";

#[test]
fn a_contact_that_was_being_typed_comes_back_after_sigterm_and_is_saved() {
    let (_folder, db) = book();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("aMarta Kowalska\t\t\r\t\u{15}Marta Maria");
    callbook.sees("Marta Maria");
    signal("TERM", callbook.id());
    assert_eq!(callbook.leaves(), 143);
    callbook.sees("comes back at the next start");
    let [file] = &drafts(&db)[..] else {
        panic!("{:?}", drafts(&db))
    };
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(
        stored(&db, "SELECT cast(count(*) AS text) FROM contact"),
        "2"
    );

    let mut again = Running::start(&db, 100, 30);
    again.sees("your unsaved text of the last session is back");
    again.sees("Marta Maria");
    // A second program does not bring the same one back.
    let mut other = Running::start(&db, 100, 30);
    other.sees("2 contacts");
    other.types("q");
    assert_eq!(other.leaves(), 0);
    assert_eq!(drafts(&db).len(), 1);
    again.types("\u{13}");
    again.sees("Added Marta Maria Kowalska");
    assert_eq!(drafts(&db).len(), 0, "what is saved is no draft");
    again.types("q");
    assert_eq!(again.leaves(), 0);
    assert_eq!(
        stored(
            &db,
            "SELECT given_name FROM contact WHERE name LIKE 'Marta%'"
        ),
        "Marta Maria"
    );
    let third = Running::start(&db, 100, 30);
    third.sees("3 contacts");
    assert!(!third.text().contains("is here again"), "{}", third.text());
}

#[test]
fn a_number_under_a_conflict_comes_back_after_sighup_and_meets_the_conflict_again() {
    let (_folder, db) = book();
    let mut mine = Running::start(&db, 100, 30);
    types_a_number(&mut mine, "02 5550 2222");
    let mut theirs = Running::start(&db, 100, 30);
    types_a_number(&mut theirs, "02 5550 1111");
    theirs.types("\r");
    theirs.sees("Changed +39 02 5550 1111");
    theirs.types("qq");
    assert_eq!(theirs.leaves(), 0);
    mine.types("\r");
    mine.sees("Number changed elsewhere");
    signal("HUP", mine.id());
    assert_eq!(mine.leaves(), 129);

    let mut again = Running::start(&db, 100, 30);
    again.sees("Edit number");
    again.sees("02 5550 2222");
    again.sees("unsaved");
    again.types("\r");
    again.sees("Number changed elsewhere");
    assert_eq!(stored(&db, NUMBER), "+390255501111");
    again.types("m\r");
    again.sees("Changed +39 02 5550 2222");
    assert_eq!(stored(&db, NUMBER), "+390255502222");
    assert_eq!(drafts(&db).len(), 0);
}

#[test]
fn a_draft_comes_back_after_the_terminal_was_closed_and_goes_when_it_is_left_on_purpose() {
    let (_folder, db) = book();
    let mut callbook = Running::start(&db, 100, 30);
    types_a_number(&mut callbook, "02 5550 2222");
    callbook.closes();
    callbook.leaves();
    assert_eq!(drafts(&db).len(), 1);

    // Ended once more without a key: it is still there.
    let mut again = Running::start(&db, 100, 30);
    again.sees("02 5550 2222");
    signal("KILL", again.id());
    again.leaves();
    assert_eq!(drafts(&db).len(), 1);

    let mut third = Running::start(&db, 100, 30);
    third.sees("02 5550 2222");
    third.types("\u{1b}");
    third.sees("Close without saving?");
    third.types("y");
    third.sees_no("Edit number");
    assert_eq!(drafts(&db).len(), 0);
    third.types("qq");
    assert_eq!(third.leaves(), 0);
    assert_eq!(stored(&db, NUMBER), "+390255501182");
}

#[test]
fn a_draft_whose_contact_was_deleted_says_so_and_adds_it_anew() {
    let (_folder, db) = book();
    let mut mine = Running::start(&db, 100, 30);
    types_a_number(&mut mine, "02 5550 2222");
    let mut theirs = Running::start(&db, 100, 30);
    theirs.sees("2 contacts");
    theirs.types("/bianchi");
    theirs.sees("1 of 2");
    theirs.types("\td");
    theirs.sees("Deleted Marco Bianchi");
    signal("TERM", mine.id());
    assert_eq!(mine.leaves(), 143);

    let mut again = Running::start(&db, 100, 30);
    again.sees("Marco Bianchi was deleted elsewhere");
    again.sees("02 5550 2222");
    again.types("\u{13}");
    again.sees("Added Marco Bianchi");
    assert_eq!(stored(&db, NUMBER), "+390255502222");
    assert_eq!(drafts(&db).len(), 0);
}

#[test]
fn a_draft_that_cannot_be_read_is_named_and_left_alone() {
    let (_folder, db) = book();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("aMarta");
    callbook.sees("unsaved");
    signal("TERM", callbook.id());
    callbook.leaves();
    let file = drafts(&db).remove(0);
    fs::write(&file, r#"{"forms":[{"letter":{"to":"Marta"}}]}"#).unwrap();
    let mut again = Running::start(&db, 140, 30);
    again.sees("cannot read the unsaved text");
    again.types("q");
    assert_eq!(again.leaves(), 0);
    assert!(file.exists());
}

#[test]
fn what_was_typed_a_second_before_a_kill_comes_back() {
    let (_folder, db) = book();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("aMarta Kowalska");
    callbook.sees("unsaved");
    wait(
        || drafts(&db).len() == 1,
        || "it is not kept while the program runs".to_owned(),
    );
    let mode = drafts(&db)[0].metadata().unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // What is typed on takes the place of it, and is not another program's meanwhile.
    callbook.types("\t\t\r\tMaria");
    let holds = |words: &str| {
        let kept = drafts(&db);
        let kept = kept
            .iter()
            .map(|draft| fs::read_to_string(draft).unwrap_or_default());
        kept.collect::<Vec<_>>().concat().contains(words)
    };
    // While it is written, the one of before is beside it.
    wait(
        || drafts(&db).len() == 1 && holds("Maria"),
        || "what is typed on is not kept".to_owned(),
    );
    let mut other = Running::start(&db, 100, 30);
    other.sees("2 contacts");
    other.types("q");
    assert_eq!(other.leaves(), 0);
    signal("KILL", callbook.id());
    callbook.leaves();

    let mut again = Running::start(&db, 100, 30);
    again.sees("your unsaved text of the last session is back");
    again.sees("MartaMaria");
    signal("KILL", again.id());
    again.leaves();

    // Saved, or erased again, it is no draft, and neither kill brings it back.
    let mut third = Running::start(&db, 100, 30);
    third.sees("MartaMaria");
    third.types("\u{13}");
    third.sees("Added MartaMaria Kowalska");
    signal("KILL", third.id());
    third.leaves();
    assert_eq!(drafts(&db).len(), 0);
    let mut fourth = Running::start(&db, 100, 30);
    fourth.sees("3 contacts");
    fourth.types("aX");
    fourth.sees("unsaved");
    let kept = |drafted: usize| {
        wait(
            || drafts(&db).len() == drafted,
            || format!("{:?} instead of {drafted}", drafts(&db)),
        );
    };
    kept(1);
    fourth.types("\u{8}");
    fourth.sees_no("unsaved");
    kept(0);
}

#[test]
fn a_draft_that_cannot_be_kept_is_told_once_and_typing_goes_on() {
    let (_folder, db) = book();
    let folder = db.with_file_name(".local/state/callbook");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("drafts"), "no folder").unwrap();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("aMarta");
    callbook.sees("unsaved text cannot be kept for now");
    callbook.types(" Kowalska\u{13}");
    callbook.sees("Added Marta Kowalska");
}
