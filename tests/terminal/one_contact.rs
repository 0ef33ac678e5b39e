//! Commands about one contact, on a terminal: what is chosen there, and what is sent to its clipboard.

use crate::support::pty::{Running, book, book_of, command};

/// callbook with these words, at a terminal of its own.
fn runs(db: &std::path::Path, words: &[&str], more: &[(&str, &str)]) -> Running {
    let program = env!("CARGO_BIN_EXE_callbook");
    let words = [&[program, "--db", db.to_str().unwrap()], words].concat();
    let mut command = command(&words, db);
    for (name, value) in more {
        command.env(name, value);
    }
    Running::of(command, 100, 20)
}

const SAME_NAME: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:Marco Bianchi\r\nTEL;TYPE=WORK:+39 02 5550 1182\r\nEND:VCARD\r\n\
BEGIN:VCARD\r\nVERSION:3.0\r\nUID:2\r\nFN:Marco Rossi\r\nTEL:+39 02 5550 1190\r\nEMAIL:rossi@example.org\r\nEND:VCARD\r\n";

#[test]
fn what_is_copied_goes_to_the_clipboard_of_the_terminal() {
    let (_folder, db) = book_of(SAME_NAME);
    for (words, sent, told) in [
        // +390255501182
        (
            &["copy", "bianchi"][..],
            "KzM5MDI1NTUwMTE4Mg==",
            "Sent +39 02 5550 1182 of Marco Bianchi to",
        ),
        // rossi@example.org
        (
            &["copy", "--email", "rossi"],
            "cm9zc2lAZXhhbXBsZS5vcmc=",
            "Sent rossi@example.org to",
        ),
        // The beginning of the name, in lines.
        (
            &["copy", "--all", "rossi"],
            "TWFyY28gUm9zc2kK",
            "Sent Marco Rossi to",
        ),
        // BEGIN:VCARD
        (
            &["copy", "--vcard", "rossi"],
            "QkVHSU46VkNBUkQN",
            "Sent the vCard of Marco Rossi to",
        ),
    ] {
        let mut callbook = runs(&db, words, &[]);
        callbook.sees(told);
        assert_eq!(callbook.leaves(), 0);
        assert_eq!(
            callbook.count(&format!("\u{1b}]52;c;{sent}")),
            1,
            "{words:?}"
        );
    }
    let mut callbook = runs(&db, &["copy", "--email", "bianchi"], &[]);
    callbook.sees("Marco Bianchi has no email");
    assert_eq!(callbook.leaves(), 3);
}

#[test]
fn all_of_a_contact_is_copied_with_the_names_of_its_relations() {
    let (_folder, db) = book_of(
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Jan\r\n\
         RELATED;TYPE=spouse:urn:uuid:22222222-0000-4000-8000-000000000002\r\nEND:VCARD\r\n\
         BEGIN:VCARD\r\nVERSION:4.0\r\nUID:urn:uuid:22222222-0000-4000-8000-000000000002\r\n\
         FN:Saskia\r\nEND:VCARD\r\n",
    );
    let mut callbook = runs(&db, &["copy", "--all", "jan"], &[]);
    callbook.sees("Sent Jan to");
    assert_eq!(callbook.leaves(), 0);
    // Jan, and below the name: spouse Saskia
    let sent = "\u{1b}]52;c;SmFuCnNwb3VzZSBTYXNraWE=";
    assert_eq!(callbook.count(sent), 1);
}

#[test]
fn one_of_several_contacts_is_chosen_on_the_terminal() {
    let (_folder, db) = book_of(SAME_NAME);
    let mut callbook = runs(&db, &["call", "--print", "marco"], &[]);
    callbook.sees("2 contacts match marco:");
    callbook.sees("Which one?");
    let text = callbook.text();
    let rossi = text
        .lines()
        .find(|line| line.contains("Marco Rossi"))
        .unwrap();
    let place = rossi.trim().split(' ').next().unwrap().to_owned();
    callbook.types(&format!("{place}\r"));
    callbook.sees("tel:+390255501190");
    assert_eq!(callbook.leaves(), 0);
    let mut callbook = runs(&db, &["show", "marco"], &[]);
    callbook.sees("Which one?");
    callbook.types("\r");
    callbook.sees("name one of them");
    assert_eq!(callbook.leaves(), 2);
}

#[test]
fn an_interrupt_ends_a_question_at_once() {
    let (_folder, db) = book_of(SAME_NAME);
    let mut callbook = runs(&db, &["show", "marco"], &[]);
    callbook.sees("Which one?");
    let began = std::time::Instant::now();
    callbook.types("\u{3}");
    assert_eq!(callbook.leaves(), 130);
    // Work that does not end is waited for much longer.
    assert!(began.elapsed() < std::time::Duration::from_secs(8));
}

#[test]
fn colours_are_for_a_terminal_that_wants_them() {
    let (_folder, db) = book();
    let mut callbook = runs(&db, &["show", "ada"], &[]);
    assert_eq!(callbook.leaves(), 0);
    callbook.sees("Ada Lovelace");
    assert!(callbook.count("\u{1b}[1mAda Lovelace") == 1 && callbook.count("\u{1b}[38;5;10m") > 0);
    let mut callbook = runs(&db, &["show", "ada"], &[("NO_COLOR", "1")]);
    assert_eq!(callbook.leaves(), 0);
    callbook.sees("Ada Lovelace");
    assert_eq!(callbook.count("\u{1b}["), 0);
}

#[test]
fn a_historic_number_is_asked_about_before_it_is_called() {
    let (_folder, db) = book();
    let mut callbook = runs(&db, &["change", "ada", "is:historic"], &[]);
    assert_eq!(callbook.leaves(), 0);
    for (answer, address) in [("n", 0), ("y", 1)] {
        let mut callbook = runs(&db, &["call", "--print", "ada"], &[]);
        callbook.sees("is historic: no longer in use. Call it anyway? [y/N]");
        callbook.types(&format!("{answer}\r"));
        assert_eq!(callbook.leaves(), 0);
        assert_eq!(callbook.count("tel:+442079460018"), address);
    }
}

#[test]
fn a_code_that_is_wider_than_the_terminal_is_not_printed() {
    let (_folder, db) = book_of(SAME_NAME);
    let words = [
        env!("CARGO_BIN_EXE_callbook"),
        "--db",
        db.to_str().unwrap(),
        "qr",
        "--card",
        "rossi",
    ];
    let mut callbook = Running::of(command(&words, &db), 40, 20);
    callbook.sees("the code needs a terminal of");
    assert_eq!(callbook.leaves(), 2);
    assert!(!callbook.text().contains('█'), "{}", callbook.text());
    let mut callbook = Running::of(command(&words, &db), 60, 20);
    assert_eq!(callbook.leaves(), 0);
    assert!(callbook.text().contains('█'), "{}", callbook.text());
}
