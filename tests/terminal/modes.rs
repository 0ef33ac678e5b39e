//! What goes out to the terminal and comes in from it, byte by byte: queries, frames, the mouse, the
//! clipboard, the editor, a held key; and that nothing happens while nobody does anything.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use crate::support::pty::{Running, book, count, stored, wait};

/// The beginning and the end of a synchronized update, and what takes everything off the screen.
const FRAME: [&str; 2] = ["\u{1b}[?2026h", "\u{1b}[?2026l"];
const CLEAR: &str = "\u{1b}[2J";

/// The control sequences of some bytes: their parameters with their final byte.
fn sequences(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let parts = text.split("\u{1b}[").skip(1);
    parts
        .map(|part| {
            let end = part.find(|sign: char| ('@'..='~').contains(&sign));
            part[..=end.unwrap_or(0)].to_owned()
        })
        .collect()
}

/// Whether a control sequence asks the terminal something that it answers in the input.
fn is_question(sequence: &str) -> bool {
    let (parameters, kind) = sequence.split_at(sequence.len() - 1);
    match kind {
        // Its name and what it can do; where the cursor is; its modes; its keys; its size.
        "c" | "n" | "p" | "t" => true,
        "u" => parameters.starts_with('?'),
        "q" => parameters.starts_with('>'),
        _ => false,
    }
}

#[test]
fn the_terminal_is_asked_nothing_and_its_keyboard_is_left_as_it_is() {
    assert!(is_question("c") && is_question("6n") && is_question("?u") && !is_question("?25h"));
    let (_folder, db) = book();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    let bytes = callbook.bytes();
    let first = String::from_utf8_lossy(&bytes).find(FRAME[0]).unwrap();
    assert!(first < 200, "the first frame comes at once");
    callbook.types("jl?");
    callbook.sees("HERE");
    callbook.types("\u{1b}");
    callbook.sees_no("HERE");
    callbook.types("qq");
    assert_eq!(callbook.leaves(), 0);
    let bytes = callbook.bytes();
    let all = sequences(&bytes);
    assert!(all.len() > 100);
    let asked: Vec<&String> = all.iter().filter(|one| is_question(one)).collect();
    assert!(asked.is_empty(), "{asked:?}");
    // The kitty keyboard: pushed, set or popped.
    let kitty = |one: &&String| one.ends_with('u') && one.starts_with(['>', '=', '<']);
    assert_eq!(all.iter().find(kitty), None);
    // And no question of the other kind: colours, terminfo.
    assert_eq!(count(&bytes, "\u{1b}]1"), 0);
    assert_eq!(count(&bytes, "\u{1b}P"), 0);
}

#[test]
fn a_late_answer_to_somebody_elses_question_is_no_command() {
    let (_folder, db) = book();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    // The colour of the ground, twice with either end; the name; what it can do; where the cursor is.
    callbook.types("\u{1b}]11;rgb:1e1e/dede/aeae\u{1b}\\");
    callbook.types("\u{1b}]11;rgb:1e1e/dede/aeae\u{7}");
    callbook.types("\u{1b}P>|xterm(390)da\u{1b}\\");
    callbook.types("\u{1b}[?62;22c\u{1b}[12;40R");
    callbook.types("l");
    callbook.sees("when dialled");
    assert!(
        !callbook.text().contains("has no effect here"),
        "{}",
        callbook.text()
    );
    callbook.types("qq");
    assert_eq!(callbook.leaves(), 0);
    let before = "SELECT cast(count(*) AS text) FROM contact";
    assert_eq!(stored(&db, before), "2");
}

#[test]
fn every_frame_is_one_update_and_only_a_new_size_clears_the_screen() {
    let (_folder, db) = book();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    let clears = callbook.count(CLEAR);
    callbook.types("j");
    callbook.types("l");
    callbook.sees("fixed line");
    callbook.types("e");
    callbook.sees("Edit number");
    callbook.types("\u{1b}");
    callbook.sees_no("Edit number");
    assert_eq!(
        callbook.count(CLEAR),
        clears,
        "nothing is cleared to be drawn"
    );
    callbook.resizes(80, 24);
    wait(
        || callbook.count(CLEAR) > clears,
        || "a new size does not clear".to_owned(),
    );
    callbook.types("q");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
    // All that moves the cursor or prints is inside of an update.
    let text = String::from_utf8_lossy(&callbook.bytes()).into_owned();
    let mut outside = String::new();
    for (at, part) in text.split(FRAME[0]).enumerate() {
        let rest = match part.split_once(FRAME[1]) {
            Some((_, rest)) => rest,
            None if at == 0 => part,
            None => panic!("an update without an end: {part:?}"),
        };
        outside.push_str(rest);
    }
    assert!(text.matches(FRAME[0]).count() > 5);
    assert!(
        !outside.contains('H') && !outside.contains("Marco"),
        "{outside:?}"
    );
}

#[test]
fn repaint_draws_everything_again() {
    let (_folder, db) = book();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("Marco Bianchi");
    let (drawn, clears) = (callbook.count("Lovelace"), callbook.count(CLEAR));
    callbook.types("\u{c}");
    wait(
        || callbook.count(CLEAR) == clears + 1 && callbook.count("Lovelace") > drawn,
        || "it is not drawn again".to_owned(),
    );
}

#[test]
fn a_held_key_is_drawn_far_less_often_than_it_is_pressed() {
    let (_folder, db) = book();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("?");
    callbook.sees("HERE");
    let frames = callbook.count(FRAME[0]);
    // Each is one step down in the list of keys, and then one that is typed shows that all were taken.
    callbook.types(&format!("{}zzz", "\u{1b}[B".repeat(200)));
    callbook.sees("zzz");
    let drawn = callbook.count(FRAME[0]) - frames;
    assert!(drawn <= 40, "{drawn} frames for 203 keys");
}

#[test]
fn the_mouse_is_left_alone_where_that_is_set_and_the_palette_takes_it() {
    let (folder, db) = book();
    fs::create_dir_all(folder.path().join(".config/callbook")).unwrap();
    fs::write(
        folder.path().join(".config/callbook/config.toml"),
        "mouse = false\n",
    )
    .unwrap();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    let on = [
        "\u{1b}[?1000h",
        "\u{1b}[?1002h",
        "\u{1b}[?1003h",
        "\u{1b}[?1006h",
    ];
    for mode in on {
        assert_eq!(callbook.count(mode), 0);
    }
    callbook.types(":mouse\r");
    callbook.sees("the mouse is on");
    wait(
        || callbook.count(on[0]) == 1,
        || "it is not taken".to_owned(),
    );
    let off = callbook.count("\u{1b}[?1000l");
    callbook.types(":mouse\r");
    callbook.sees("the mouse is off");
    wait(
        || callbook.count("\u{1b}[?1000l") == off + 1,
        || "it is not left".to_owned(),
    );
}

#[test]
fn what_is_copied_goes_through_tmux_and_is_said_to_be_sent() {
    let (_folder, db) = book();
    // `+390255501182` in base 64.
    let sequence = "]52;c;KzM5MDI1NTUwMTE4Mg==";
    for (tmux, wrapped) in [("/tmp/tmux-0/default,1,0", 1), ("", 0)] {
        let tmux = [("TMUX", tmux)];
        let more = if wrapped == 1 { &tmux[..] } else { &[] };
        let mut callbook = Running::with(&db, 100, 30, more);
        callbook.sees("2 contacts");
        callbook.types("/bianchi\ty");
        callbook.sees("to the terminal's clipboard");
        assert!(!callbook.text().contains("opied"), "{}", callbook.text());
        wait(
            || callbook.count(&format!("\u{1b}{sequence}")) == 1 + wrapped,
            || "nothing was sent".to_owned(),
        );
        let through = callbook.count(&format!("\u{1b}Ptmux;\u{1b}\u{1b}{sequence}"));
        assert_eq!(through, wrapped);
        callbook.types("\u{1b}");
        callbook.sees_no("1 of 2");
        callbook.types("q");
        assert_eq!(callbook.leaves(), 0);
    }
}

#[test]
fn backspace_in_its_three_spellings_takes_a_letter_or_a_word() {
    let (_folder, db) = book();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("/one two three fourx");
    callbook.sees("/ one two three fourx");
    // Delete, and what other terminals send for the same key.
    callbook.types("\u{7f}");
    callbook.sees("/ one two three four ");
    callbook.types("\u{8}");
    callbook.sees("/ one two three fou ");
    callbook.types("\u{17}");
    callbook.sees_no("fou");
    callbook.types("\u{1b}\u{7f}");
    callbook.sees_no("three");
    callbook.sees("/ one two");
}

/// An editor that takes 20 keys, and no more.
fn editor(folder: &Path) -> String {
    let path = folder.join("editor.sh");
    let script = "#!/bin/sh\nmodes=$(stty -g)\nstty -icanon -echo min 1\nprintf 'the editor waits'\n\
                  dd bs=1 count=20 of=\"$1\" 2>/dev/null\nstty \"$modes\"\n";
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn the_editor_gets_every_key_that_is_meant_for_it_and_so_does_the_form_after_it() {
    let (folder, db) = book();
    let editor = editor(folder.path());
    let mut callbook = Running::with(&db, 100, 30, &[("EDITOR", &editor)]);
    callbook.sees("2 contacts");
    callbook.types("a");
    callbook.sees("Add a contact");
    callbook.types("\u{18}\u{5}");
    callbook.sees("the editor waits");
    let clears = callbook.count(CLEAR);
    for key in "abcdefghijklmnopqrs".chars() {
        callbook.types(&key.to_string());
        // As a person types: a key that comes while the program reads could be lost to it.
        std::thread::sleep(Duration::from_millis(2));
    }
    // The last of the twenty, and at once twenty more, while the editor ends.
    callbook.types("t01234567890123456789");
    callbook.sees("abcdefghijklmnopqrst01234567890123456789");
    assert!(
        callbook.count(CLEAR) > clears,
        "all is drawn again after it"
    );
    callbook.types("\u{13}");
    callbook.sees("Added abcdefghijklmnopqrst01234567890123456789");
}

#[test]
fn a_contact_is_edited_as_text_and_a_mistake_opens_the_editor_again() {
    let (folder, db) = book();
    let path = folder.path().join("editor.sh");
    // At first a mistake, which the second start mends.
    let script = "#!/bin/sh\nif grep -q '^# ERROR' \"$1\"; then sed -i 's/no at sign/ada@b.example/' \"$1\"; \
                  else sed -i 's/^email = \\[.*/email = [\"no at sign\"]/' \"$1\"; fi\n";
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    let mut callbook = Running::with(&db, 100, 30, &[("EDITOR", path.to_str().unwrap())]);
    callbook.sees("2 contacts");
    let clears = callbook.count(CLEAR);
    callbook.types("E");
    callbook.sees("u undo");
    callbook.sees("ada@b.example");
    assert!(
        callbook.count(CLEAR) > clears,
        "all is drawn again after it"
    );
}

#[test]
fn an_interrupt_that_is_meant_for_the_editor_does_not_end_the_program() {
    let (folder, db) = book();
    let path = folder.path().join("editor.sh");
    // It takes the interrupt itself, as an editor does.
    let script = "#!/bin/sh\ntrap 'echo interrupted > \"$1\"; exit 0' INT\nprintf 'the editor waits'\n\
                  while :; do sleep 0.05; done\n";
    fs::write(&path, script).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o700)).unwrap();
    let mut callbook = Running::with(&db, 100, 30, &[("EDITOR", path.to_str().unwrap())]);
    callbook.sees("2 contacts");
    callbook.types("aAda\u{18}\u{5}");
    callbook.sees("the editor waits");
    callbook.types("\u{3}");
    callbook.sees("interrupted");
    callbook.sees("unsaved");
    callbook.types("!");
    callbook.sees("interrupted!");
}

/// What a process has used so far: clock ticks, and how often any of its threads was woken.
pub(crate) fn used(process: u32) -> (u64, u64) {
    let folder = format!("/proc/{process}");
    let stat = fs::read_to_string(format!("{folder}/stat")).unwrap();
    let after_name: Vec<&str> = stat
        .rsplit(')')
        .next()
        .unwrap()
        .split_whitespace()
        .collect();
    let ticks = |at: usize| after_name[at].parse::<u64>().unwrap();
    let mut woken = 0;
    for task in fs::read_dir(format!("{folder}/task")).unwrap() {
        let status = fs::read_to_string(task.unwrap().path().join("status")).unwrap();
        let line = status.lines().find(|line| line.starts_with("voluntary"));
        woken += line
            .unwrap()
            .split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<u64>()
            .unwrap();
    }
    (ticks(11) + ticks(12), woken)
}

#[cfg(target_os = "linux")]
#[test]
fn while_nobody_does_anything_nothing_happens() {
    let (_folder, db) = book();
    let callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    // What is still read after the first frame may take a while on a slow machine: then it is quiet.
    let mut quiet = false;
    let mut seen = Vec::new();
    for _ in 0..5 {
        let before = (used(callbook.id()), callbook.bytes().len());
        // That nothing happens in this time is what is tested.
        std::thread::sleep(Duration::from_millis(2500));
        let after = (used(callbook.id()), callbook.bytes().len());
        quiet = before == after;
        if quiet {
            break;
        }
        seen.push((before, after));
    }
    assert!(quiet, "it is never quiet: {seen:?}");
}

#[test]
fn no_color_is_no_colour_and_still_the_screens() {
    let (_folder, db) = book();
    let coloured = |callbook: &mut Running| {
        callbook.sees("2 contacts");
        callbook.types("/ada");
        callbook.sees("1 of 2");
        let all = sequences(&callbook.bytes());
        let colour = |one: &&String| {
            one.ends_with('m')
                && one.trim_end_matches('m').split(';').any(|part| {
                    part.parse::<u32>()
                        .is_ok_and(|code| matches!(code, 30..=38 | 40..=48 | 90..=97 | 100..=107))
                })
        };
        all.iter().filter(colour).count()
    };
    let mut plain = Running::with(&db, 100, 30, &[("NO_COLOR", "1")]);
    assert_eq!(coloured(&mut plain), 0);
    let bold = plain.screen(|screen| {
        (0..100).any(|column| screen.cell(0, column).is_some_and(vt100::Cell::bold))
    });
    assert!(bold, "what colour says is said otherwise");
    let mut colourful = Running::with(&db, 100, 30, &[("COLORTERM", "truecolor")]);
    assert!(coloured(&mut colourful) > 0);
}

#[test]
fn the_cursor_of_the_terminal_is_where_one_types_also_after_wide_letters() {
    let (_folder, db) = book();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    for (keys, typed) in [("/", "丸山ab"), ("\u{1b}a", "山👩‍👩‍👧丸é"), ("\u{1b}y:", "丸x")]
    {
        for key in keys.chars() {
            let before = callbook.text();
            callbook.types(&key.to_string());
            // Esc and what follows it in one piece is another key.
            wait(
                || callbook.text() != before,
                || format!("{key:?} does nothing:\n{before}"),
            );
        }
        callbook.types(typed);
        let last = typed.chars().next_back().unwrap().to_string();
        wait(
            || {
                callbook.screen(|screen| {
                    let (row, column) = screen.cursor_position();
                    let before = (0..column)
                        .filter_map(|at| screen.cell(row, at).map(vt100::Cell::contents))
                        .collect::<String>();
                    !screen.hide_cursor() && before.ends_with(&last) && before.contains('丸')
                })
            },
            || {
                format!(
                    "{:?}\n{}",
                    callbook.screen(vt100::Screen::cursor_position),
                    callbook.text()
                )
            },
        );
    }
}
