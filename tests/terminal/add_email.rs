//! The sender of a mail that is piped in, which is asked about on the terminal.

use std::path::Path;

use crate::support::pty::{Running, book, command, stored};

/// Pipes a mail into `callbook add-email` with these words.
fn piped(db: &Path, from: &str, words: &str) -> Running {
    let program = env!("CARGO_BIN_EXE_callbook");
    let line = format!(
        "printf 'From: {from}\\nSubject: Hello\\n\\nText\\n' | {program} --db {} add-email {words}; echo ended $?",
        db.display()
    );
    Running::of(command(&["/bin/sh", "-c", &line], db), 100, 20)
}

fn emails(db: &Path) -> String {
    let sql = "SELECT coalesce(group_concat(name || ' ' || details, ';'), '') FROM contact WHERE details LIKE '%@%'";
    stored(db, sql)
}

#[test]
fn the_question_is_asked_on_the_terminal_and_the_name_can_be_edited() {
    let (_folder, db) = book();
    let mut callbook = piped(&db, "Grace <grace@example.org>", "");
    callbook.sees("Add Grace with grace@example.org? [y: yes, e: edit the name, N: no]");
    callbook.types("\r");
    callbook.sees("grace@example.org was not added");
    callbook.sees("ended 0");
    assert_eq!(emails(&db), "");
    let mut callbook = piped(&db, "Grace <grace@example.org>", "");
    callbook.sees("Add Grace");
    callbook.types("e\r");
    callbook.sees("Name [Grace]:");
    callbook.types("Grace Hopper\r");
    callbook.sees("Add Grace Hopper with");
    callbook.types("y\r");
    callbook.sees("Added Grace Hopper with grace@example.org");
    callbook.sees("ended 0");
    assert!(emails(&db).contains("Grace Hopper"));
}

#[test]
fn the_email_of_a_namesake_is_added_where_that_is_chosen() {
    let (_folder, db) = book();
    let mut callbook = piped(&db, "ada lovelace <ada@example.org>", "");
    callbook.sees("1  Ada Lovelace, +44 20 7946 0018");
    callbook.types("1\r");
    callbook.sees("Added ada@example.org to Ada Lovelace");
    callbook.sees("ended 0");
    assert_eq!(
        stored(&db, "SELECT cast(count(*) AS text) FROM contact"),
        "2"
    );
    let callbook = piped(&db, "Somebody <ADA@example.org>", "");
    callbook.sees("Ada Lovelace already has ADA@example.org");
    callbook.sees("ended 0");
}

#[test]
fn an_interrupt_adds_nothing() {
    let (_folder, db) = book();
    let mut callbook = piped(&db, "Grace <grace@example.org>", "");
    callbook.sees("Add Grace");
    callbook.types("\u{3}");
    callbook.leaves();
    assert_eq!(emails(&db), "");
}
