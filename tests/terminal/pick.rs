//! The picker on the terminal, whose choice goes into a pipe or a file.

use std::fs;
use std::path::Path;

use crate::support::pty::{Running, book_of, command, stored, wait};

const BOOK: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:Ada Lovelace\r\nTEL:+44 20 7946 0018\r\nEMAIL:ada@example.org\r\nEND:VCARD\r\n\
BEGIN:VCARD\r\nVERSION:3.0\r\nUID:2\r\nFN:Ben Ito\r\nTEL;TYPE=PREF:+81 3 5550 1234\r\nTEL;TYPE=CELL:+81 90 5555 0164\r\nEND:VCARD\r\n\
BEGIN:VCARD\r\nVERSION:3.0\r\nUID:3\r\nFN:Marco Bianchi\r\nTEL:+39 02 5550 1182\r\nEMAIL:marco@work.example\r\nEMAIL:mb@home.example\r\nEND:VCARD\r\n\
BEGIN:VCARD\r\nVERSION:3.0\r\nUID:4\r\nFN:Zoe Void\r\nEND:VCARD\r\n";

/// Runs a line of the shell in which `$callbook` is the program with its book.
fn shell(db: &Path, line: &str, columns: u16, rows: u16) -> Running {
    let line = line.replace(
        "$callbook",
        &format!("{} --db {}", env!("CARGO_BIN_EXE_callbook"), db.display()),
    );
    Running::of(command(&["/bin/sh", "-c", &line], db), columns, rows)
}

/// What is printed into a file by a picker with these arguments, after these keys; and its exit status.
fn picked(db: &Path, words: &str, keys: &[&str]) -> (u32, String) {
    let out = db.with_file_name("out");
    let line = format!("$callbook pick {words} > {}", out.display());
    let mut callbook = shell(db, &line, 100, 20);
    callbook.sees("choose");
    for key in keys {
        let (wait, key) = key.split_once('|').unwrap_or(("", key));
        callbook.sees(wait);
        callbook.types(key);
    }
    let status = callbook.leaves();
    (status, fs::read_to_string(out).unwrap())
}

#[test]
fn what_is_chosen_goes_into_the_pipe_and_the_list_onto_the_terminal() {
    let (_folder, db) = book_of(BOOK);
    for (words, keys, printed) in [
        ("", &["Marco Bianchi|\r"][..], "+390255501182\n"),
        ("--number", &["Marco|/itö", "1 of|\r"], "+81355501234\n"),
        // The number that the search matched.
        ("--number", &["Marco|/0164", "1 of|\r"], "+819055550164\n"),
        ("ito", &["0164|l", "h list|j\r"], "+819055550164\n"),
        ("--email ada", &["Ada Lovelace|\r"], "ada@example.org\n"),
        // Of several emails, one is asked for.
        (
            "--email marco",
            &["marco@work|\r", "h list|j\r"],
            "mb@home.example\n",
        ),
        ("", &["Ben Ito|  \r"], "+390255501182\n+81355501234\n"),
        (
            "--email",
            &["Ada Lovelace|M", "2 marked|\r"],
            "ada@example.org\nmarco@work.example\n",
        ),
    ] {
        let (status, out) = picked(&db, words, keys);
        let mut lines: Vec<&str> = out.lines().collect();
        lines.sort_unstable();
        assert_eq!(
            (status, lines.join("\n") + "\n"),
            (0, printed.to_owned()),
            "{words} {keys:?}"
        );
    }
    let (status, out) = picked(&db, "--id zoe", &["Zoe Void|\r"]);
    let id = stored(
        &db,
        "SELECT lower(hex(id)) FROM contact WHERE name = 'Zoe Void'",
    );
    assert_eq!((status, out.trim().replace('-', "")), (0, id));
}

#[test]
fn who_has_nothing_to_choose_is_not_in_the_list() {
    let (_folder, db) = book_of(BOOK);
    let mut callbook = shell(&db, "$callbook pick --email", 100, 20);
    callbook.sees("Marco Bianchi");
    assert!(!callbook.text().contains("Ben Ito"), "{}", callbook.text());
    callbook.types("q");
    assert_eq!(callbook.leaves(), 1);
}

#[test]
fn nothing_is_printed_where_it_is_cancelled() {
    let (_folder, db) = book_of(BOOK);
    for keys in ["q", "\u{1b}", "\u{3}", "/ada\u{3}", " q"] {
        let (status, out) = picked(&db, "", &["Ada Lovelace|", keys]);
        assert_eq!((status, out.as_str()), (1, ""), "{keys:?}");
    }
    // Esc goes back from the filter first.
    let (status, out) = picked(&db, "", &["Ada Lovelace|/ada", "1 of|\u{1b}", "q cancel|q"]);
    assert_eq!((status, out.as_str()), (1, ""));
}

#[test]
fn it_works_without_standard_input_and_leaves_the_terminal_as_it_was() {
    let (_folder, db) = book_of(BOOK);
    let line = "echo mail | $callbook pick --email ada | sed 's/^/got /'; stty -a | grep -q ' echo ' && echo cooked";
    let mut callbook = shell(&db, line, 80, 24);
    callbook.sees("choose");
    callbook.sees("Ada Lovelace");
    callbook.types("\r");
    callbook.sees("got ada@example.org");
    callbook.sees("cooked");
    assert_eq!(callbook.leaves(), 0);
}

#[test]
fn nothing_of_the_book_can_be_changed_in_it() {
    let (_folder, db) = book_of(BOOK);
    let before = stored(&db, "SELECT group_concat(name) FROM contact");
    let mut callbook = shell(&db, "$callbook pick", 100, 20);
    callbook.sees("Ada Lovelace");
    for keys in ["d", "a", "*", "f", "u", "\u{12}", "D", "i", "\u{1a}", ":"] {
        callbook.types(keys);
    }
    callbook.types("x");
    callbook.sees("has no effect here");
    callbook.types("?");
    callbook.sees("PICKER");
    callbook.types("\u{15}undo the last\r");
    callbook.sees("only chooses");
    callbook.types("\r");
    callbook.sees("+390255501182");
    assert_eq!(callbook.leaves(), 0);
    assert_eq!(
        stored(&db, "SELECT group_concat(name) FROM contact"),
        before
    );
}

#[test]
fn a_small_terminal_that_grows_shows_more_of_the_list() {
    let (_folder, db) = book_of(BOOK);
    let mut callbook = shell(&db, "$callbook pick --id", 40, 8);
    callbook.sees("Ada Lovelace");
    callbook.resizes(60, 20);
    callbook.sees("Zoe Void");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 1);
}

#[test]
fn without_a_terminal_it_says_so() {
    let (_folder, db) = book_of(BOOK);
    let out = db.with_file_name("out");
    let line = format!(
        "setsid $callbook pick </dev/null >{0} 2>&1; echo done $?",
        out.display()
    );
    let callbook = shell(&db, &line, 80, 24);
    callbook.sees("done 2");
    wait(|| out.exists(), || "nothing was said".to_owned());
    let said = fs::read_to_string(&out).unwrap();
    assert!(said.contains("the picker needs a terminal"), "{said}");
    let mut callbook = shell(&db, "$callbook pick tag:", 80, 24);
    callbook.sees("tag: has no value");
    assert_eq!(callbook.leaves(), 2);
}
