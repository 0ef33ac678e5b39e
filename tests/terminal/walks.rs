//! What people do most, key by key in the real program: copy, call, take down who called, merge, and tell it
//! once where home is.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::support::pty::{Running, book, book_of, command, stored, wait};

const NUMBERS: &str =
    "SELECT group_concat(number, ' ') FROM (SELECT number FROM phone ORDER BY number)";

/// `+390255501182`, as it is sent to a clipboard.
const COPIED: &str = "KzM5MDI1NTUwMTE4Mg==";

#[test]
fn a_number_is_found_and_copied() {
    let (_folder, db) = book();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("/bianchi");
    callbook.sees("1 of 2");
    callbook.types("\ty");
    callbook.sees("Sent +39 02 5550 1182 to the terminal's clipboard");
    wait(
        || callbook.count(COPIED) == 1,
        || format!("it is not copied: {}", callbook.text()),
    );
}

#[test]
fn a_number_is_called_with_the_program_that_is_set() {
    let (folder, db) = book();
    let called = folder.path().join("called");
    let program = folder.path().join("caller");
    let script = format!("#!/bin/sh\necho \"$1\" > {}\n", called.display());
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o700)).unwrap();
    let config = folder.path().join(".config/callbook");
    fs::create_dir_all(&config).unwrap();
    fs::write(
        config.join("config.toml"),
        format!("call = \"{}\"\n", program.display()),
    )
    .unwrap();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    // Typed ahead, over a slow line, it comes at once, and is about what is found.
    callbook.types("/bianchi\rc");
    wait(
        || fs::read_to_string(&called).is_ok_and(|told| told == "tel:+390255501182\n"),
        || format!("it is not called: {}", callbook.text()),
    );
}

#[test]
fn an_unknown_caller_is_added_with_the_number_that_was_searched() {
    let (folder, db) = book();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("/02 5550 9999");
    callbook.sees("No contact matches");
    callbook.types("\ta");
    callbook.sees("02 5550 9999");
    callbook.types("Luca Verdi\u{13}");
    // Nothing names the country here.
    callbook.sees("Home country");
    callbook.types("ital\r");
    callbook.sees("Added Luca Verdi");
    assert_eq!(
        stored(&db, NUMBERS),
        "+390255501182 +390255509999 +442079460018"
    );
    let config = folder.path().join(".config/callbook/config.toml");
    wait(
        || fs::read_to_string(&config).is_ok_and(|text| text == "home = \"IT\"\n"),
        || "the home country is not kept".to_owned(),
    );
}

#[test]
fn keys_that_are_typed_ahead_of_a_page_do_not_act_on_it() {
    let card = |uid: u8, tel: &str| {
        format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:Marco Bianchi\r\nTEL:{tel}\r\nEND:VCARD\r\n"
        )
    };
    let cards: String = (0..40)
        .map(|uid| card(uid, &format!("+39 02 5550 11{uid:02}")))
        .collect();
    let (_folder, db) = book_of(&cards);
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("40 contacts");
    callbook.types(&format!("D{}", "\r".repeat(16)));
    callbook.sees("KEPT");
    assert_eq!(stored(&db, "SELECT count(*) || '' FROM contact"), "40");
    callbook.types("\r");
    wait(
        || stored(&db, "SELECT count(*) || '' FROM contact") == "1",
        || format!("nothing is merged: {}", callbook.text()),
    );
}

#[test]
fn two_marked_contacts_are_merged() {
    let card = |uid: u8, name: &str, tel: &str| {
        format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nTEL:{tel}\r\nEND:VCARD\r\n"
        )
    };
    let cards = [
        card(1, "Marco Bianchi", "+39 02 5550 1182"),
        card(2, "Bianchi Marco", "+39 347 555 0164"),
    ];
    let (_folder, db) = book_of(&cards.concat());
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("  D");
    callbook.sees("Merge 2 contacts");
    callbook.types("\r");
    callbook.sees("1 contact");
    callbook.sees("Merged");
    assert_eq!(stored(&db, NUMBERS), "+390255501182 +393475550164");
    callbook.types("u");
    callbook.sees("2 contacts");
}

#[test]
fn adding_asks_on_a_terminal_where_home_is_and_only_once() {
    let (folder, db) = book();
    let config = folder.path().join(".config/callbook");
    fs::create_dir_all(&config).unwrap();
    let config = config.join("config.toml");
    fs::write(&config, "# mine\n[keys]\nundo = \"U\"\n").unwrap();
    let add = |name: &str, number: &str| {
        let words = [
            env!("CARGO_BIN_EXE_callbook"),
            "--db",
            db.to_str().unwrap(),
            "add",
            name,
            number,
        ];
        Running::of(command(&words, &db), 100, 30)
    };
    let mut first = add("Luca Verdi", "02 5550 1190");
    first.sees("Which country");
    first.types("nowhere\r");
    first.sees("no country matches nowhere");
    first.types("Italia\r");
    first.sees("Added Luca Verdi with +39 02 5550 1190");
    let text = fs::read_to_string(&config).unwrap();
    assert_eq!(text, "home = \"IT\"\n# mine\n[keys]\nundo = \"U\"\n");
    let second = add("Ana Prado", "02 5550 1191");
    second.sees("Added Ana Prado with +39 02 5550 1191");
    assert!(!second.text().contains("Which"), "{}", second.text());
}
