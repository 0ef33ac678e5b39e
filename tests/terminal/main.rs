//! The real binary under a real pseudo-terminal: imported into, searched, edited, undone, left; and
//! the database read afterwards.

#![allow(
    unsafe_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stderr,
    clippy::exit
)]

mod add_email;
mod background;
mod beside;
mod close;
mod draft;
mod leave;
mod lost;
mod modes;
mod one_contact;
mod pick;
mod pipes;
mod start;
#[path = "../support/mod.rs"]
mod support;
mod walks;

use std::io::Read;
use std::path::{Path, PathBuf};

use crate::support::pty::{CARDS, Running, book, command, stored, terminal, wait};

#[test]
fn find_edit_save_undo_and_quit() {
    let (_folder, db) = book();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("/bianchi");
    callbook.sees("1 of 2");
    callbook.types("\r");
    callbook.sees("when dialled");
    callbook.types("e");
    callbook.sees("Edit number");
    callbook.types("\u{15}02 5550 1199\r");
    callbook.sees("Changed +39 02 5550 1199 of Marco Bianchi");
    assert_eq!(
        stored(&db, "SELECT number FROM phone WHERE identity LIKE '+39%'"),
        "+390255501199"
    );
    callbook.types("u");
    callbook.sees("Undone");
    assert_eq!(
        stored(&db, "SELECT number FROM phone WHERE identity LIKE '+39%'"),
        "+390255501182"
    );
    callbook.types("\u{12}");
    callbook.sees("Redone");
    callbook.types("qq");
    assert_eq!(callbook.leaves(), 0);
    assert_eq!(
        stored(&db, "SELECT number FROM phone WHERE identity LIKE '+39%'"),
        "+390255501199"
    );

    // Tomorrow: what was done is there, and can still be undone.
    let mut again = Running::start(&db, 100, 30);
    again.sees("+39 02 5550 1199");
    again.types("u");
    again.sees("Undone");
    again.types("q");
    again.leaves();
    assert_eq!(
        stored(&db, "SELECT number FROM phone WHERE identity LIKE '+39%'"),
        "+390255501182"
    );
}

#[test]
fn somebody_new_is_found_again_after_a_restart() {
    let (_folder, db) = book();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("aMarta Kowalska\u{13}");
    callbook.sees("Added Marta Kowalska");
    callbook.types("laa");
    callbook.sees("Add a number");
    callbook.types("+48 22 555 01 08\r");
    callbook.sees("Added +48 22 555 01 08 to Marta Kowalska");
    callbook.types("qq");
    callbook.leaves();
    let mut again = Running::start(&db, 40, 12);
    again.sees("▌  Marta Kowalska");
    again.types("/5550108");
    again.sees("1 of 3");
    again.sees("+48 22 555 01 08");
}

#[test]
fn an_import_is_shown_first_then_done_fixed_and_undone() {
    let (folder, db) = book();
    let more = folder.path().join("more.vcf");
    std::fs::write(
        &more,
        CARDS.replace(
            "+44 20 7946 0018",
            "+44 20 7946 0018\r\nTEL;TYPE=CELL:07700 900123",
        ),
    )
    .unwrap();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types(&format!("i\u{1b}[200~{}\u{1b}[201~", more.display()));
    callbook.sees("more.vcf");
    callbook.types("\r");
    callbook.sees("import 1");
    callbook.sees("imported before");
    callbook.types("\r");
    callbook.sees("1 contact changed");
    callbook.sees("1 to fix");
    callbook.types("f");
    callbook.sees("1 left · 0 done");
    callbook.sees("unknown country");
    callbook.types("\r");
    callbook.sees("0 left · 1 done");
    callbook.types("quu");
    callbook.sees("Undone: Imported more.vcf");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
    assert_eq!(stored(&db, "SELECT cast(count(*) AS text) FROM phone"), "2");
}

#[test]
fn two_programs_at_once_meet_in_the_conflict_dialog_and_nothing_typed_is_lost() {
    let (_folder, db) = book();
    let mut mine = Running::start(&db, 100, 30);
    let mut theirs = Running::start(&db, 100, 30);
    for callbook in [&mut mine, &mut theirs] {
        callbook.sees("2 contacts");
        callbook.types("/bianchi");
        callbook.sees("1 of 2");
        callbook.types("\r");
        callbook.sees("when dialled");
        callbook.types("e");
        callbook.sees("Edit number");
    }
    theirs.types("\u{15}02 5550 1111\r");
    theirs.sees("Changed +39 02 5550 1111");
    mine.types("\u{15}02 5550 2222\r");
    mine.sees("Number changed elsewhere");
    mine.sees("02 5550 2222");
    mine.sees("+39 02 5550 1111");
    assert_eq!(
        stored(&db, "SELECT number FROM phone WHERE identity LIKE '+39%'"),
        "+390255501111"
    );
    mine.types("\u{1b}");
    // An Enter that comes in one piece with the Esc would be another key.
    mine.sees_no("Number changed elsewhere");
    mine.sees("unsaved");
    mine.sees("02 5550 2222");
    mine.types("\r");
    mine.sees("1 left to decide");
    mine.types("m\r");
    mine.sees("Changed +39 02 5550 2222");
    assert_eq!(
        stored(&db, "SELECT number FROM phone WHERE identity LIKE '+39%'"),
        "+390255502222"
    );
}

#[test]
fn a_paste_over_the_list_searches_and_runs_no_command() {
    let (_folder, db) = book();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("\u{1b}[200~dddd\nlovelace\u{1b}[201~");
    callbook.sees("/ dddd lovelace");
    callbook.sees("No contact matches");
    assert_eq!(
        stored(&db, "SELECT cast(count(*) AS text) FROM contact"),
        "2"
    );
}

#[test]
fn any_size_is_drawn_and_no_size_ends_the_program() {
    let (_folder, db) = book();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    for (cols, rows) in [
        (40, 12),
        (1, 1),
        (20, 5),
        (300, 220),
        (0, 0),
        (56, 16),
        (19, 40),
        (100, 30),
    ] {
        let drawn = callbook.bytes().len();
        callbook.resizes(cols, rows);
        // Nothing is drawn on nothing.
        if cols > 0 {
            wait(
                || callbook.bytes().len() > drawn,
                || format!("nothing is drawn on {cols}x{rows}"),
            );
        }
    }
    callbook.sees("2 contacts");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
}

/// A terminal can go without a signal: where the program leads no session, the kernel tells nobody.
#[cfg(target_os = "linux")]
#[test]
fn a_terminal_that_goes_without_a_signal_ends_the_program() {
    let (_folder, db) = book();
    let pair = terminal(80, 24);
    let words = [
        "setsid",
        "--wait",
        env!("CARGO_BIN_EXE_callbook"),
        "--db",
        db.to_str().unwrap(),
    ];
    let child = pair.slave.spawn_command(command(&words, &db)).unwrap();
    drop(pair.slave);
    let mut output = pair.master.try_clone_reader().unwrap();
    let mut screen = vt100::Parser::new(24, 80, 0);
    let mut bytes = [0; 4096];
    while !screen.screen().contents().contains("2 contacts") {
        let count = output.read(&mut bytes).unwrap();
        screen.process(&bytes[..count]);
    }
    let parent = child.process_id().unwrap();
    let children = format!("/proc/{parent}/task/{parent}/children");
    let pid = std::fs::read_to_string(children).unwrap();
    let running = PathBuf::from(format!("/proc/{}", pid.trim()));
    assert!(running.join("stat").exists());
    // Nobody holds the other end any more, and no key wakes the program.
    drop(output);
    drop(pair.master);
    wait(
        || !running.join("stat").exists(),
        || "it runs on without a terminal".to_owned(),
    );
}

#[test]
fn without_a_terminal_the_screens_say_so() {
    let (_folder, db) = book();
    assert_cmd::Command::new(env!("CARGO_BIN_EXE_callbook"))
        .args(["--db", db.to_str().unwrap()])
        .assert()
        .failure()
        .stderr(predicates::str::contains("need a terminal"));
}

#[test]
fn what_cannot_be_imported_is_told_and_nothing_is_written() {
    let (folder, db) = book();
    let import = |file: &Path| {
        let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_callbook"));
        command
            .args([
                "--db",
                db.to_str().unwrap(),
                "import",
                file.to_str().unwrap(),
            ])
            .assert()
    };
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "just some words\n").unwrap();
    import(&text)
        .code(2)
        .stderr(predicates::str::contains("not a vCard file"));
    import(&folder.path().join("none.vcf"))
        .code(1)
        .stderr(predicates::str::contains("none.vcf"));
    import(folder.path())
        .code(2)
        .stderr(predicates::str::contains("has no .vcf files in it"));
    let foreign = folder.path().join("foreign.db");
    std::fs::write(&foreign, "not a database").unwrap();
    assert_cmd::Command::new(env!("CARGO_BIN_EXE_callbook"))
        .args([
            "--db",
            foreign.to_str().unwrap(),
            "import",
            text.to_str().unwrap(),
        ])
        .assert()
        .code(1)
        .stderr(predicates::str::contains("not a callbook database"));
    assert_eq!(std::fs::read(&foreign).unwrap(), b"not a database");
    assert_eq!(
        stored(&db, "SELECT cast(count(*) AS text) FROM contact"),
        "2"
    );
}

/// A messy import is put in order, key by key, and taken back until it is as it came.
#[test]
fn one_import_is_fixed_merged_changed_and_taken_back() {
    let (folder, db) = book();
    let messy = folder.path().join("messy.vcf");
    let card = |uid: &str, name: &str, numbers: &[&str]| {
        let tels: Vec<String> = numbers
            .iter()
            .map(|number| format!("TEL:{number}\r\n"))
            .collect();
        format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\n{}END:VCARD\r\n",
            tels.concat()
        )
    };
    let cards = [
        card("11", "Anna Rossi", &["+39 347 555 0101", "02 5550 1001"]),
        card("12", "ROSSI, ANNA", &["+39 347 555 0101"]),
        card("13", "Paolo Verdi", &["02 5550 1002", "+39 347 555 0102"]),
    ];
    std::fs::write(&messy, cards.concat()).unwrap();
    let everything = "SELECT group_concat(line, '/') FROM (
        SELECT c.name || ' ' || p.number || p.source || p.is_primary || p.valid_values AS line
        FROM contact c JOIN phone p ON p.contact = c.id ORDER BY 1)";
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("i");
    callbook.sees("Import a vCard");
    callbook.types(messy.to_str().unwrap());
    callbook.types("\r");
    callbook.sees("import 3");
    callbook.types("\r");
    callbook.sees("5 contacts");
    let came = stored(&db, everything);

    // Duplicates: the one who is there twice becomes one.
    callbook.types("D");
    callbook.sees("same name, same number");
    callbook.types("b");
    callbook.sees("nothing is saved yet");
    callbook.types("\r");
    callbook.sees("4 contacts");
    callbook.sees("Merged");
    callbook.types("q");

    // Bulk: the numbers without a country are Italian.
    callbook.types("/country:none");
    callbook.sees("2 of 4");
    callbook.types("\t\u{1b}[Bm");
    callbook.sees("Change many at once");
    callbook.types("country:it\r");
    callbook.sees("02 5550 1002");
    callbook.sees("apply");
    callbook.types("\r");
    callbook.sees("Changed 2 contacts");
    callbook.types("\u{1b}");
    callbook.sees_no("country:none");
    callbook.types("f");
    callbook.sees("left");
    callbook.types("b");
    callbook.sees("Confirm by source");
    // They are counted on a thread of their own.
    callbook.sees("skipped");
    callbook.types("\r");
    callbook.sees("nothing is saved yet");
    callbook.types("\r");
    callbook.sees("Confirmed");
    callbook.types("q");
    assert_ne!(stored(&db, everything), came);

    // Back to before the first of it: the history of the whole book.
    callbook.types("sl");
    callbook.sees("the whole book");
    callbook.types("jjZ");
    callbook.sees("3 contacts change");
    callbook.types("\r");
    callbook.sees("Undone: 3 steps");
    assert_eq!(stored(&db, everything), came);
    callbook.types("qq");
    assert_eq!(callbook.leaves(), 0);
}
