//! A contact that is edited as text from the screens.

use std::cell::RefCell;
use std::rc::Rc;

use callbook::domain::contact::ContactAttributes;
use callbook::domain::refusal::{Fault, Kind, Refusal};
use callbook::editor::Edited;
use callbook::tui::draft::{Draft, bring_back};
use callbook::tui::pages::conflict::Conflict;
use callbook::tui::pages::contact_form::ContactForm;
use callbook::tui::pages::contact_text::ContactText;
use callbook::tui::pages::question::Question;
use callbook::tui::protocol::{Effect, Msg, Reply};

use crate::support::desk::Desk;

const ADA: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Ada Lovelace\nN:Lovelace;Ada;;;\nTEL;TYPE=CELL:+44 20 7946 0018\n\
EMAIL;TYPE=HOME:ada@example.org\nEND:VCARD\n";

/// Screens whose editor replaces one text after another, a pair at each start, and then fails. What it
/// was opened with is in the list that is given.
fn edits(pairs: &[(&str, &str)]) -> (Desk, Rc<RefCell<Vec<String>>>) {
    let mut desk = Desk::new(100, 30, ADA);
    let seen = Rc::new(RefCell::new(Vec::new()));
    let own = |(from, to): &(&str, &str)| ((*from).to_owned(), (*to).to_owned());
    let pairs: Vec<(String, String)> = pairs.iter().map(own).collect();
    let opened = Rc::clone(&seen);
    desk.editor = Some(Box::new(move |text| {
        let at = opened.borrow().len();
        opened.borrow_mut().push(text.to_owned());
        match pairs.get(at) {
            Some((from, to)) => (text.replace(from, to), None),
            None => (text.to_owned(), Some("the editor failed".to_owned())),
        }
    }));
    desk.press("g g");
    (desk, seen)
}

fn steps(desk: &Desk) -> usize {
    desk.book.store.steps(None, 100).unwrap().len()
}

/// Another program changes the contact that is shown.
fn note_elsewhere(desk: &Desk) {
    let sent = ContactAttributes {
        note: Some(Some("theirs".to_owned())),
        overwrite: true,
        ..ContactAttributes::default()
    };
    let mut other = desk.book.other();
    let id = desk.shown().contact.id;
    other.update_contact(id, sent, Vec::new()).unwrap();
}

#[test]
fn the_contact_is_changed_as_text_in_one_step() {
    for keys in ["E", "enter E", "enter g g E", "enter G E"] {
        let (mut desk, seen) = edits(&[(
            "role = \"\"",
            "role = \"Programmer\"\nsort_as = \"Byron\"\n",
        )]);
        let before = steps(&desk);
        desk.press(keys);
        // A key may stand once only in the text.
        assert!(desk.top::<ContactText>().is_some(), "{}", desk.toast());
        assert_eq!(seen.borrow().len(), 2, "the mistake opens it again");
        assert!(
            seen.borrow()[1].contains("# ERROR: "),
            "{}",
            seen.borrow()[1]
        );
        desk.press("esc y");

        let (mut desk, seen) = edits(&[("role = \"\"", "role = \"Programmer\"")]);
        desk.press(keys);
        assert!(desk.app.pages.is_bare(), "{}", desk.toast());
        assert_eq!(desk.toast(), "Changed Ada Lovelace", "{keys}");
        assert_eq!(steps(&desk), before + 1);
        assert_eq!(desk.shown().contact.role.as_deref(), Some("Programmer"));
        assert!(seen.borrow()[0].contains("number = \"+44 20 7946 0018\""));
        desk.press("u");
        assert_eq!(desk.shown().contact.role, None);
    }
}

#[test]
fn a_text_that_is_left_as_it_was_or_empty_changes_nothing() {
    for text in ["", "as it was"] {
        let (mut desk, _) = edits(&[]);
        let before = steps(&desk);
        let leaves = move |opened: &str| (text.replace("as it was", opened), None);
        desk.editor = Some(Box::new(leaves));
        desk.press("E");
        assert!(desk.app.pages.is_bare());
        assert_eq!(
            (desk.toast(), steps(&desk)),
            ("Nothing to change".into(), before)
        );
    }
}

#[test]
fn mistakes_open_the_editor_again_and_a_text_that_is_given_up_stays_on_the_screen() {
    let nothing = ("no such text", "");
    let (mut desk, seen) = edits(&[
        ("ada@example.org", "ada"),
        nothing,
        ("\"ada\"", "\"ada@b.example\""),
    ]);
    let before = steps(&desk);
    desk.press("E");
    assert!(seen.borrow()[1].contains("# ERROR: "));
    assert_eq!(
        desk.toast(),
        "nothing was saved: the mistakes are still in the text"
    );
    let frame = desk.frame();
    assert!(
        frame.contains("Ada Lovelace as text") && frame.contains("not saved"),
        "{frame}"
    );
    desk.press("G");
    let frame = desk.frame();
    assert!(
        frame.contains("# ERROR: ") && frame.contains("edit again"),
        "{frame}"
    );
    desk.press("esc");
    assert_eq!(desk.top(), Some(&Question::LeaveForm));
    desk.press("n");
    assert_eq!(steps(&desk), before);
    desk.press("enter");
    assert!(desk.app.pages.is_bare(), "{}", desk.toast());
    let mail = desk.shown().contact.details[0].text().into_owned();
    assert_eq!((mail.as_str(), steps(&desk)), ("ada@b.example", before + 1));
    let last = seen.borrow().last().cloned().unwrap();
    assert!(last.contains("# ERROR: "), "{last}");
}

#[test]
fn an_editor_that_fails_keeps_what_it_left_and_else_changes_nothing() {
    let (mut desk, _) = edits(&[]);
    desk.press("E");
    assert!(desk.app.pages.is_bare());
    assert_eq!(desk.toast(), "the editor failed");
    desk.editor = Some(Box::new(|text| {
        let left = text.replace("role = \"\"", "role = \"Programmer\"");
        (left, Some("the editor failed".to_owned()))
    }));
    desk.press("E");
    let page = desk.top::<ContactText>().unwrap();
    assert!(page.typed.text.contains("Programmer"));
    assert_eq!(desk.toast(), "the editor failed");
    // The next start finds it as it was left, and what is left then is saved.
    desk.editor = Some(Box::new(|text| (text.to_owned(), None)));
    desk.press("enter");
    assert!(desk.app.pages.is_bare(), "{}", desk.toast());
    assert_eq!(desk.shown().contact.role.as_deref(), Some("Programmer"));
}

#[test]
fn a_contact_that_was_changed_meanwhile_is_decided_field_by_field() {
    // The field that is changed as text has no place in a form.
    let (mut desk, _) = edits(&[("sort_as = \"\"", "sort_as = \"Byron\"")]);
    desk.press("enter h");
    desk.hold();
    desk.press("E");
    note_elsewhere(&desk);
    desk.let_all_go();
    assert!(desk.top::<Conflict>().is_some(), "{}", desk.toast());
    let frame = desk.frame();
    assert!(
        frame.contains("sort as") && frame.contains("Byron"),
        "{frame}"
    );
    assert!(!frame.contains("│  phonetic"), "{frame}");
    desk.press("esc");
    let page = desk.top::<ContactText>().unwrap();
    assert!(
        page.typed.text.contains("Byron"),
        "nothing that was typed is lost"
    );
    desk.editor = Some(Box::new(|text| (text.to_owned(), None)));
    desk.press("E");
    desk.let_all_go();
    desk.press("enter");
    desk.let_all_go();
    assert!(desk.app.pages.is_bare(), "{}", desk.toast());
    let contact = desk.shown().contact;
    assert_eq!(
        (contact.sort_as.as_deref(), contact.note.as_deref()),
        (Some("Byron"), Some("theirs"))
    );
}

#[test]
fn a_number_that_was_changed_meanwhile_is_decided_too() {
    let (mut desk, _) = edits(&[("label = \"mobile\"", "label = \"work\"")]);
    desk.hold();
    desk.press("E");
    let id = desk.shown().phones[0].id;
    desk.book.set(id, serde_json::json!({"valid_values": true}));
    desk.let_all_go();
    assert!(desk.top::<Conflict>().is_some(), "{}", desk.toast());
    desk.press("enter");
    desk.let_all_go();
    assert!(desk.app.pages.is_bare(), "{}", desk.toast());
    let phone = desk.shown().phones[0].clone();
    assert_eq!(
        (phone.location.as_deref(), phone.valid_values),
        (Some("work"), true)
    );
}

#[test]
fn what_the_store_finds_wrong_comes_back_above_the_lines() {
    let (mut desk, seen) = edits(&[("role = \"\"", "role = \"Programmer\"")]);
    desk.hold();
    desk.press("E");
    while !matches!(
        desk.held.as_ref().unwrap().last(),
        Some(Msg::Store(_, Reply::Written(_)))
    ) {
        desk.let_go(0);
    }
    let Some(Msg::Store(ticket, _)) = desk.held.as_mut().unwrap().pop() else {
        panic!("it is asked");
    };
    let refusal = Refusal {
        faults: vec![Fault::of("role", "is taken")],
        ..Refusal::new(Kind::Invalid, "")
    };
    desk.tell(Msg::Store(ticket, Reply::Refused(refusal)));
    let again = seen.borrow()[1].clone();
    let line = "# ERROR: role is taken\nrole = \"Programmer\"";
    assert!(again.contains(line), "{again}");
}

#[test]
fn a_text_comes_back_from_a_draft() {
    let (mut desk, _) = edits(&[("ada@example.org", "ada"), ("no such text", "")]);
    desk.press("E");
    let draft = Draft::unsaved(&desk.app).unwrap();
    let kept = serde_json::to_string(&draft).unwrap();
    let draft: Draft = serde_json::from_str(&kept).unwrap();
    let mut again = Desk::new(80, 24, ADA);
    let mut effects = Vec::new();
    bring_back(&mut again.app, draft, &mut effects);
    again.run(effects);
    assert!(
        again.frame().contains("Ada Lovelace as text"),
        "{}",
        again.frame()
    );
    assert_eq!(
        again
            .effects
            .iter()
            .find(|effect| matches!(effect, Effect::EditContact(..))),
        None
    );
}

#[test]
fn an_editor_of_a_field_that_fails_is_no_unchanged_text() {
    let mut desk = Desk::new(100, 30, ADA);
    desk.press("a \"Bob\" ^X ^E");
    let place = desk.effects.iter().find_map(|effect| match effect {
        Effect::Edit(place, _) => Some(*place),
        _ => None,
    });
    let place = place.unwrap();
    for (edited, told) in [
        (Edited::Unchanged, "the editor changed nothing"),
        (
            Edited::Failed("cannot start the editor xyz".to_owned()),
            "cannot start the editor xyz; the field stays as it was",
        ),
    ] {
        desk.tell(Msg::Editor(place, edited));
        assert_eq!(desk.toast(), told);
        assert_eq!(desk.top::<ContactForm>().unwrap().texts[0].text(), "Bob");
    }
}

#[test]
fn a_text_that_is_not_saved_and_what_a_card_holds_at_three_sizes() {
    let photo = "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAA\nEND:VCARD";
    let card = ADA.replace("END:VCARD", photo);
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, &card);
        desk.press("g g enter G");
        insta::assert_snapshot!(format!("on_the_card_{width}x{height}"), desk.frame());
        desk.editor = Some(Box::new(|text| {
            (text.replace("value = \"ada@", "value = \"ada"), None)
        }));
        desk.press("E");
        // Ids are others each time.
        let id = desk.shown().phones[0].id.to_string();
        let frame = desk.frame().replace(&id, &"0".repeat(id.len()));
        insta::assert_snapshot!(format!("contact_as_text_{width}x{height}"), frame);
    }
}
