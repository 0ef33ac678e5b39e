//! The terminal's background, which it is asked for once: whatever becomes of the answer, no piece of it is ever
//! a key, and what is typed is.

use std::path::Path;
use std::thread::{scope, sleep};
use std::time::Duration;

use crate::modes::used;
use crate::support::pty::{Running, book, command, wait};

const QUESTION: &str = "\u{1b}]11;?\u{1b}\\";
const LIGHT: &str = "\u{1b}]11;rgb:ffff/ffff/dddd\u{1b}\\";

/// The accent of the light palette, in a terminal with all colours.
const ACCENT: &str = "38;2;0;80;170";

/// callbook where nothing says what the background is.
fn started(db: &Path) -> Running {
    let environment = [("COLORFGBG", ""), ("COLORTERM", "truecolor")];
    let callbook = Running::with(db, 100, 30, &environment);
    callbook.sees("2 contacts");
    wait(
        || callbook.count(QUESTION) == 1,
        || "the terminal is not asked".to_owned(),
    );
    callbook
}

/// A key does what it does, and no other was pressed.
fn works(callbook: &mut Running) {
    callbook.types("l");
    callbook.sees("when dialled");
    let text = callbook.text();
    for wrong in ["has no", "Edit", "Keys", "History", "arked"] {
        assert!(!text.contains(wrong), "{wrong}: {text}");
    }
    assert_eq!(callbook.count(QUESTION), 1, "it is asked once");
}

fn is_light(callbook: &Running) {
    wait(
        || callbook.count(ACCENT) > 0,
        || format!("it is not light: {}", callbook.text()),
    );
}

#[test]
fn the_background_is_asked_after_the_first_frame_and_its_answer_sets_the_colours() {
    let (_folder, db) = book();
    let mut callbook = started(&db);
    let bytes = String::from_utf8_lossy(&callbook.bytes()).into_owned();
    assert!(bytes.find("\u{1b}[?2026l") < bytes.find(QUESTION));
    callbook.types(LIGHT);
    is_light(&callbook);
    works(&mut callbook);
    callbook.types("qq");
    assert_eq!(callbook.leaves(), 0);
}

#[test]
fn an_answer_that_is_cut_anywhere_or_comes_twice_is_no_key() {
    let (_folder, db) = book();
    let path = db.as_path();
    let ends = LIGHT.len() - 1;
    scope(|sessions| {
        // Cuts in the middle are all alike; every one of them is tried on the events alone.
        for cuts in [[1, 2, 3], [5, 9, 20], [ends - 1, ends, ends + 1]] {
            sessions.spawn(move || {
                let mut callbook = started(path);
                let mut from = 0;
                for cut in cuts {
                    callbook.types(&LIGHT[from..cut]);
                    sleep(Duration::from_millis(300));
                    from = cut;
                }
                callbook.types(&LIGHT[from..]);
                is_light(&callbook);
                callbook.types(LIGHT);
                works(&mut callbook);
            });
        }
    });
}

#[test]
fn keys_before_a_late_answer_are_keys_and_no_answer_costs_nothing() {
    let (_folder, db) = book();
    let mut callbook = started(&db);
    callbook.types("\u{1b}jk?");
    callbook.sees("all keys");
    callbook.types("\u{1b}");
    callbook.sees_no("Keys");
    sleep(Duration::from_millis(2_100));
    let before = used(callbook.id());
    sleep(Duration::from_millis(500));
    assert_eq!(used(callbook.id()), before);
    callbook.types(LIGHT);
    works(&mut callbook);
}

#[test]
fn an_answer_does_not_reach_the_shell() {
    let (_folder, db) = book();
    let script = "\"$0\" --db \"$1\"; printf back; IFS= read -r line; printf 'read <%s>' \"$line\"";
    let words = ["sh", "-c", script, env!("CARGO_BIN_EXE_callbook")];
    let mut shell = command(&words, &db);
    shell.arg(&db);
    shell.env("COLORFGBG", "");
    let mut shell = Running::of(shell, 100, 30);
    shell.sees("2 contacts");
    shell.types("q");
    shell.types(LIGHT);
    shell.sees("back");
    shell.types("typed\r");
    shell.sees("read <typed>");
}

#[test]
fn a_background_that_is_known_is_not_asked_for() {
    let (folder, db) = book();
    let is_not_asked = |environment: &[(&str, &str)]| {
        let mut callbook = Running::with(&db, 100, 30, environment);
        callbook.sees("2 contacts");
        callbook.types("l");
        callbook.sees("when dialled");
        assert_eq!(callbook.count("\u{1b}]1"), 0, "{environment:?}");
    };
    is_not_asked(&[("COLORFGBG", "0;15")]);
    is_not_asked(&[("COLORFGBG", ""), ("NO_COLOR", "1")]);
    let config = folder.path().join(".config/callbook");
    std::fs::create_dir_all(&config).unwrap();
    std::fs::write(config.join("config.toml"), "theme = \"dark\"\n").unwrap();
    is_not_asked(&[("COLORFGBG", "")]);
}

#[test]
fn a_terminal_is_sent_no_more_colours_than_it_has() {
    let (_folder, db) = book();
    for (environment, sent, not) in [
        (
            [("TERM", "xterm-256color"), ("COLORTERM", "")],
            "38;5;",
            "38;2;",
        ),
        (
            [("TERM", "xterm"), ("COLORTERM", "truecolor")],
            "38;2;",
            "38;5;",
        ),
    ] {
        let callbook = Running::with(&db, 100, 30, &environment);
        callbook.sees("2 contacts");
        assert!(callbook.count(sent) > 0, "{environment:?}");
        assert_eq!(callbook.count(not), 0, "{environment:?}");
    }
}
