//! What a person is told when something cannot be done: names, and nothing that only a program reads.

use assert_cmd::Command;
use callbook::domain::operation::RecordKey;
use callbook::tui::pages::contact_form::{ContactForm, ContactPlace};
use callbook::tui::pages::phone_form::PhoneForm;
use callbook::tui::protocol::Tone;
use uuid::Uuid;

use crate::support::Book;
use crate::support::desk::Desk;

const CARDS: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Ada King\nTEL;TYPE=cell:+44 20 7946 0018\n\
                     TEL;TYPE=home:+44 20 7946 0019\nEND:VCARD\n";

/// The number under the cursor.
fn under(desk: &Desk) -> String {
    desk.app.pages.contacts.detail.phone().unwrap().shown()
}

#[test]
fn a_number_is_not_replaced_by_one_that_is_there_and_the_fault_names_it() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("g g enter R");
    desk.paste("020 7946 0019");
    desk.press("enter");
    let frame = desk.frame();
    let told = "020 7946 0019 is already a number of this contact (home, +44 20 7946 0019)";
    assert!(desk.toast().contains(told), "{}", desk.toast());
    assert!(!frame.contains("phones/"), "{frame}");
    desk.press("esc y");
    assert_eq!(under(&desk), "+44 20 7946 0018");
    desk.press("R");
    desk.paste("+44 20 7946 0021");
    desk.press("enter");
    assert_eq!(under(&desk), "+44 20 7946 0021", "{}", desk.frame());
    desk.press("u");
    assert!(desk.toast().starts_with("Undone"), "{}", desk.toast());
}

#[test]
fn a_number_of_a_form_is_named_as_it_was_typed() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("g g e");
    let is_there = |desk: &Desk| match desk.top::<ContactForm>() {
        Some(form) => form.place == ContactPlace::AddNumber,
        _ => panic!("{}", desk.frame()),
    };
    while !is_there(&desk) {
        desk.press("tab");
    }
    desk.press("enter");
    desk.paste("+44 20 7946 0019");
    desk.press("enter ^S");
    let frame = desk.frame();
    assert!(
        frame
            .matches("+44 20 7946 0019 is already a number")
            .count()
            == 2,
        "beside the numbers and below: {frame}"
    );
}

#[test]
fn what_is_gone_is_not_told_by_its_id() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("g g d s b");
    let mut other = desk.book.other();
    let key = other.bin(1).unwrap()[0].key;
    other.bring_back(key).unwrap();
    desk.press("enter");
    assert_eq!(
        desk.toast(),
        "Ada King is not in the bin: it is in the book again"
    );
    let mut book = Book::new();
    let told = book
        .store
        .bring_back(RecordKey::Contact(callbook::domain::contact::ContactId(
            Uuid::nil(),
        )));
    assert_eq!(
        told.unwrap_err().to_string(),
        "this is not in the bin any more"
    );

    let mut desk = Desk::new(100, 30, CARDS);
    let id = desk.app.pages.contacts.current().unwrap();
    desk.book.other().delete_contact(id, None).unwrap();
    desk.press("*");
    assert!(
        desk.toast().contains("this contact is gone"),
        "{}",
        desk.toast()
    );
}

#[test]
fn that_there_is_nothing_to_undo_is_no_success() {
    let mut desk = Desk::new(100, 30, "");
    for (key, told) in [("u", "Nothing to undo"), ("^R", "Nothing to redo")] {
        desk.press(key);
        assert_eq!(desk.toast(), told);
        let tone = desk.app.session.toast.as_ref().map(|toast| toast.tone);
        assert_eq!(tone, Some(Tone::Plain));
    }
}

#[test]
fn a_number_with_a_word_behind_it_waits_for_a_look() {
    let mut desk = Desk::new(100, 30, CARDS);
    let is_ticked = |desk: &Desk| match desk.top::<PhoneForm>() {
        Some(form) => form.entry.accurate,
        _ => panic!("{}", desk.frame()),
    };
    desk.press("g g enter a a");
    desk.paste("+1 212 555 0147");
    assert!(is_ticked(&desk), "{}", desk.frame());
    desk.paste(" banana");
    assert!(!is_ticked(&desk), "{}", desk.frame());
    desk.press("enter");
    let numbers = |desk: &Desk| {
        let id = desk.app.pages.contacts.current().unwrap();
        let phones = desk.book.phones(id);
        phones
            .into_iter()
            .map(|phone| (phone.shown(), phone.valid_values))
            .collect::<Vec<_>>()
    };
    assert!(
        numbers(&desk).contains(&("+1 212-555-0147".to_owned(), false)),
        "{:?}",
        numbers(&desk)
    );
    desk.press("a a");
    desk.paste("+1 212 555 0148 mango");
    assert!(!is_ticked(&desk), "{}", desk.frame());
    desk.press("^W");
    assert!(is_ticked(&desk), "{}", desk.frame());
    let folder = tempfile::tempdir().unwrap();
    for (words, told) in [
        (&["Ben", "+1 212 555 0147 banana"][..], "unconfirmed"),
        (&["Cy", "+1 212 555 0148 (work) ext. 3"], "confirmed"),
        (&["Dee", "1-800-FLOWERS"], "confirmed"),
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_callbook"))
            .env("HOME", folder.path())
            .env("LC_ALL", "en_US.UTF-8")
            .arg("--db")
            .arg(folder.path().join("book.db"))
            .arg("add")
            .args(words)
            .output()
            .unwrap();
        let answer = String::from_utf8(output.stdout).unwrap();
        assert!(
            answer.contains(&format!(", {told})")),
            "{words:?}: {answer}"
        );
    }
}

/// Whatever is wrong with what is sent, the shell names fields and not places in a document.
#[test]
fn the_shell_names_fields_and_no_places_in_a_document() {
    let folder = tempfile::tempdir().unwrap();
    let run = |words: &[&str], input: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_callbook"))
            .env("HOME", folder.path())
            .arg("--db")
            .arg(folder.path().join("book.db"))
            .args(words)
            .write_stdin(input)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code(),
            text(output.stdout),
            text(output.stderr),
        )
    };
    let long = "1".repeat(2_000);
    let (_, made, _) = run(&["contact", "create", "--name", "Ada", "--json"], "");
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let id = made["data"]["id"].as_str().unwrap().to_owned();
    let number = "+44 20 7946 0018";
    let create = ["phone", "create", "--owner", &id, "--number", number];
    run(&create, "");
    for (words, input, field) in [
        (&["add", &long][..], "", "name"),
        (&["add", "Ada", &format!("+{long}")], "", "is longer than"),
        (&create[..], "", "number"),
        (
            &["phone", "create", "--owner", &id, "-"],
            r#"{"data":{"type":"phones","attributes":{"number":1.5}}}"#,
            "number",
        ),
        (
            &["phone", "create", "--owner", &id, "-"],
            r#"{"data":{"type":"phone_numbers","extra":1,"attributes":{"a/b":1}}}"#,
            "extra",
        ),
        (
            &["contact", "create", "-"],
            r#"{"data":{"type":"contacts","relationships":1,"attributes":{"name":""}}}"#,
            "relationships",
        ),
        (
            &["contact", "update", &id, "-"],
            r#"{"data":{"type":"contacts","attributes":{"name":"A","name":"B"}}}"#,
            "name",
        ),
        (&["contact", "update", &id, "--name", ""], "", "name"),
    ] {
        let (status, _, told) = run(words, input);
        assert_ne!(status, Some(0), "{words:?}");
        assert!(told.contains(field), "{words:?}: {told}");
        for pointer in ["/data", "phones/", "~1"] {
            assert!(!told.contains(pointer), "{words:?}: {told}");
        }
    }
}
