//! What a person met on the screens with contacts that are large, or changed by others meanwhile.

use callbook::domain::contact::{ContactAttributes, DetailKind, DetailValue};
use callbook::tui::keymap::Scope;
use callbook::tui::pages::Page as _;
use callbook::tui::pages::conflict::Conflict;
use callbook::tui::pages::detail_form::DetailForm;
use callbook::tui::protocol::Effect;

use crate::support::desk::Desk;

/// What was sent to the clipboard since this was called last.
fn copied(desk: &mut Desk) -> Vec<String> {
    let effects = std::mem::take(&mut desk.effects).into_iter();
    let copied = effects.filter_map(|effect| match effect {
        Effect::Copy(text) => Some(text),
        _ => None,
    });
    copied.collect()
}

/// The line of the frame that the cursor is on.
fn marked(desk: &Desk) -> String {
    let frame = desk.frame();
    let line = frame.lines().find(|line| line.contains('▌'));
    line.unwrap_or_default().to_owned()
}

const SIZES: [(u16, u16); 3] = [(100, 30), (80, 24), (40, 12)];

#[test]
fn a_row_higher_than_the_pane_keeps_its_keys_while_it_is_read() {
    let note: Vec<String> = (1..=120).map(|line| format!("zeile {line}")).collect();
    let note = note.join("\\n");
    let link = format!("https://example.org/{}/end", "x".repeat(360));
    let card = format!(
        "BEGIN:VCARD\nVERSION:3.0\nFN:Long Note\nTEL:+44 20 7946 0018\nURL:{link}\nNOTE:{note}\n\
         CATEGORIES:garage\nEND:VCARD\n"
    );
    for (width, height) in SIZES {
        let mut desk = Desk::new(width, height, &card);
        desk.press("enter");
        let mut seen = String::new();
        let read_on = |desk: &mut Desk, key: &str, seen: &mut String| {
            for _ in 0..200 {
                desk.press(key);
                *seen += &desk.frame();
                let row = marked(desk);
                if row.contains("zeile") {
                    desk.press("y");
                    let copied = copied(desk).pop().unwrap();
                    assert!(copied.starts_with("zeile 1\n"), "{width}, {key}: {row}");
                }
                if row.contains("xxx") {
                    desk.press("y");
                    assert_eq!(
                        copied(desk),
                        std::slice::from_ref(&link),
                        "{width}, {key}: {row}"
                    );
                }
                assert!(!row.is_empty(), "{width}, {key}: {}", desk.frame());
            }
        };
        read_on(&mut desk, "j", &mut seen);
        for line in 1..=120 {
            assert!(seen.contains(&format!("zeile {line} ")), "{width}: {line}");
        }
        assert!(seen.contains("/end"), "{width}");
        seen.clear();
        read_on(&mut desk, "k", &mut seen);
        for line in 1..=120 {
            assert!(seen.contains(&format!("zeile {line} ")), "{width}: {line}");
        }
        assert!(
            seen.contains("/end") && seen.contains("https://ex"),
            "{width}"
        );
        // From the note, the keys of a row are those of the note.
        desk.press("g g j j j j");
        if marked(&desk).contains("zeile") {
            desk.press("e");
            let frame = desk.frame();
            assert!(frame.contains("Edit contact"), "{frame}");
            desk.press("esc");
        }
    }
}

#[test]
fn the_keys_are_about_the_name_only_where_no_line_of_the_row_is_seen() {
    let card = "BEGIN:VCARD\nVERSION:3.0\nFN:Short Note\nNOTE:one\\ntwo\\nthree\nEND:VCARD\n";
    let mut desk = Desk::new(40, 12, card);
    desk.press("enter j j");
    let on_note = |desk: &Desk| desk.app.pages.contacts.scope() == Scope::Details;
    for _ in 0..12 {
        let frame = desk.frame();
        let is_seen = ["one", "two", "three"]
            .iter()
            .any(|line| frame.contains(line));
        assert_eq!(on_note(&desk), is_seen, "{frame}");
        desk.press("j");
    }
    for _ in 0..12 {
        desk.press("k");
        assert!(!marked(&desk).is_empty());
    }
    assert!(marked(&desk).contains("Short Note"), "{}", desk.frame());
}

const BOTH: &str = "BEGIN:VCARD\nVERSION:3.0\nFN:Dr. Ada Mary King\nN:King;Ada;Mary;Dr.;\nNICKNAME:A\n\
    ORG:Engines;Tables\nTITLE:analyst\nROLE:writer\nNOTE:Call before noon\nCATEGORIES:garage\n\
    EMAIL:ada@example.org\nADR;TYPE=HOME:;;Hauptstrasse 5 im langen Hinterhof links;Berlin;;10115;Germany\n\
    END:VCARD\n";

/// Another program changes details of the contact that is shown.
fn changes_elsewhere(desk: &Desk, change: impl FnOnce(&mut ContactAttributes)) {
    let contact = desk.shown().contact;
    let mut sent = ContactAttributes {
        details: Some(contact.details.clone()),
        overwrite: true,
        ..ContactAttributes::default()
    };
    change(&mut sent);
    let mut other = desk.book.other();
    other.update_contact(contact.id, sent, Vec::new()).unwrap();
}

#[test]
fn what_is_to_be_decided_is_seen_whole_and_first() {
    for (width, height) in SIZES {
        let mut desk = Desk::new(width, height, BOTH);
        desk.press("enter j j e ^U \"Nebenstrasse_7_im_langen_Hinterhof_rechts\"");
        assert!(desk.top::<DetailForm>().is_some(), "{}", desk.frame());
        changes_elsewhere(&desk, |sent| {
            for detail in sent.details.iter_mut().flatten() {
                if detail.kind == DetailKind::Address {
                    let text = "Seitenstrasse 9 im langen Hinterhof hinten, 20144 Milano, Italy";
                    detail.value = DetailValue::read(DetailKind::Address, text);
                }
            }
            sent.additional_name = Some(Some("Maria".to_owned()));
        });
        desk.press("^S");
        let frame = desk.frame();
        assert!(desk.top::<Conflict>().is_some(), "{frame}");
        let row = marked(&desk);
        assert!(row.contains("address"), "{width}: {frame}");
        if width >= 80 {
            for words in [
                "Nebenstr",
                "Seitenstr",
                "Germany",
                "Italy",
                "Someone else changed",
                "it was saved",
                "additional",
            ] {
                assert!(frame.contains(words), "{width}: {frame}");
            }
        }
        let mut seen = frame;
        for _ in 0..40 {
            desk.press("j");
            seen += &desk.frame();
        }
        for words in [
            "Nebenstr",
            "Seitenstr",
            "Germany",
            "Italy",
            "the same on both",
            "WILL SAVE",
            "Nothing has been",
        ] {
            assert!(seen.contains(words), "{width}: {words} {seen}");
        }
        insta::assert_snapshot!(format!("conflict_of_an_address_{width}x{height}"), {
            desk.press("g g");
            desk.frame()
        });
    }
}

#[test]
fn a_pasted_address_goes_into_its_parts() {
    let card = "BEGIN:VCARD\nVERSION:3.0\nFN:Ada King\nTEL:+44 20 7946 0018\nEND:VCARD\n";
    let mut desk = Desk::new(80, 24, card);
    desk.press("enter a s");
    desk.paste("Hauptstr. 5\r\n10115 Berlin\r\nGermany\n");
    let frame = desk.frame();
    for (part, text) in [
        ("Street", "Hauptstr. 5"),
        ("City", "Berlin"),
        ("Country", "Germany"),
    ] {
        let line = frame.lines().find(|line| line.contains(part)).unwrap();
        assert!(line.contains(text), "{frame}");
    }
    desk.press("^S");
    let address = |desk: &Desk| desk.shown().contact.details[0].address().unwrap().clone();
    let first = address(&desk);
    assert_eq!(
        (
            &*first.street,
            &*first.postal_code,
            &*first.locality,
            &*first.country
        ),
        ("Hauptstr. 5", "10115", "Berlin", "Germany")
    );
    // What it copies can be pasted as another one.
    desk.press("j j y");
    let text = copied(&mut desk).pop().unwrap();
    assert_eq!(text, "Hauptstr. 5\n10115 Berlin\nGermany");
    desk.press("d a s");
    desk.paste(&text);
    desk.press("^S");
    assert_eq!(address(&desk), first);
    // Where it is not sure what they are, the lines of the street stay apart.
    desk.press("d a s");
    desk.paste("Flat 3\nHigh Street\nby the church");
    desk.press("^S");
    let street = address(&desk).street;
    assert!(
        [
            "Flat 3, High Street, by the church",
            "Flat 3\nHigh Street\nby the church"
        ]
        .contains(&&*street),
        "{street}"
    );
}

#[test]
fn an_address_of_several_lines_stays_as_it_is_where_only_its_label_is_edited() {
    let card = "BEGIN:VCARD\nVERSION:3.0\nFN:Ada King\nTEL:+44 20 7946 0018\n\
                ADR;TYPE=HOME:;;Hauptstr. 5\\n10115 Berlin\\nGermany;;;;\nEND:VCARD\n";
    let mut desk = Desk::new(80, 24, card);
    let address = |desk: &Desk| desk.shown().contact.details[0].clone();
    desk.press("enter");
    let before = address(&desk);
    assert_eq!(
        before.address().unwrap().street,
        "Hauptstr. 5\n10115 Berlin\nGermany"
    );
    desk.press("j j e");
    let frame = desk.frame();
    assert!(!frame.contains("saved in its parts"), "{frame}");
    desk.press("shift-tab ^U \"work\" ^S");
    let after = address(&desk);
    assert_ne!(after.label, before.label);
    assert_eq!(after.value, before.value);
}

#[test]
fn a_second_birthday_is_refused_at_its_place() {
    let card =
        "BEGIN:VCARD\nVERSION:3.0\nFN:Ada King\nTEL:+44 20 7946 0018\nBDAY:1961-09-04\nEND:VCARD\n";
    let mut desk = Desk::new(80, 24, card);
    desk.press("enter a b \"5_May_1970\" ^S");
    let frame = desk.frame();
    assert!(desk.top::<DetailForm>().is_some(), "{frame}");
    assert!(frame.contains("there is 4 Sep 1961 already"), "{frame}");
    assert_eq!(desk.shown().contact.details.len(), 1);
    // The one that is there can be edited.
    desk.press("esc y j j e ^U \"5_May_1970\" ^S");
    let details = desk.shown().contact.details;
    assert_eq!(details.len(), 1, "{}", desk.frame());
    assert_eq!(details[0].shown(), "5 May 1970");
}

#[test]
fn a_relation_by_an_id_is_copied_and_edited_by_its_name() {
    let cards = "BEGIN:VCARD\nVERSION:4.0\nUID:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6\nFN:Ann Ames\nEND:VCARD\n\
        BEGIN:VCARD\nVERSION:4.0\nUID:u2\nFN:Bob Byron\n\
        RELATED;TYPE=friend:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6\nEND:VCARD\n";
    let mut desk = Desk::new(80, 24, cards);
    desk.press("G enter j y");
    assert_eq!(copied(&mut desk), ["Ann Ames"]);
    let before = desk.shown().contact.details;
    desk.press("e");
    let frame = desk.frame();
    assert!(
        frame.contains("Ann Ames") && frame.contains("a contact of this book"),
        "{frame}"
    );
    assert!(!frame.contains("uuid"), "{frame}");
    // Another label leaves it the contact that it is.
    desk.press("tab shift-tab ^S");
    assert_eq!(desk.shown().contact.details, before);
    desk.press("k y");
    assert!(!copied(&mut desk).concat().contains("uuid"));
    // The form of the whole contact says it too.
    desk.press("e");
    let frame = desk.frame();
    assert!(
        frame.contains("Ann Ames") && !frame.contains("uuid"),
        "{frame}"
    );
}

#[test]
fn what_is_typed_in_a_form_is_seen_in_the_lowest_window() {
    let card = "BEGIN:VCARD\nVERSION:3.0\nFN:Ada King\nTEL:+44 20 7946 0018\nEND:VCARD\n";
    for keys in [
        "enter a r tab",
        "enter a e",
        "enter a s tab tab",
        "enter a n",
        "enter e tab",
    ] {
        for size in [(80, 24), (30, 10), (30, 8)] {
            let mut desk = Desk::new(80, 24, card);
            desk.press(keys);
            desk.run_size(size.0, size.1);
            desk.press("^U \"qqq\"");
            let frame = desk.frame();
            assert!(frame.contains("qqq"), "{keys} {size:?}: {frame}");
        }
    }
}

#[test]
fn a_form_of_a_contact_that_was_deleted_says_who_it_was() {
    let card = "BEGIN:VCARD\nVERSION:3.0\nFN:Ada King\nTEL:+44 20 7946 0018\nEND:VCARD\n";
    let mut desk = Desk::new(80, 24, card);
    desk.press("enter a e \"ada@example.org\"");
    let contact = desk.shown().contact;
    let mut other = desk.book.other();
    other
        .delete_contact(contact.id, Some(contact.updated_in_db_at))
        .unwrap();
    desk.press("^S");
    let frame = desk.frame();
    assert!(
        frame.contains("this contact was deleted elsewhere"),
        "{frame}"
    );
    assert!(frame.contains("ada@example.org"), "{frame}");
    assert!(!frame.contains("has the id"), "{frame}");
}

#[test]
fn a_long_name_of_a_field_is_read_whole_where_contacts_are_merged() {
    let cards = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Ada Mary King\nN:King;Ada;Mary;;\n\
        X-PHONETIC-FIRST-NAME:Eyda\nTEL:+44 20 7946 0018\nEND:VCARD\n\
        BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:Ada Mary King\nN:King;Ada;Maria;;\n\
        X-PHONETIC-FIRST-NAME:Ada\nTEL:+44 20 7946 0018\nEND:VCARD\n";
    for (width, height) in SIZES {
        let mut desk = Desk::new(width, height, cards);
        desk.press("D tab");
        let mut seen = desk.frame();
        for _ in 0..30 {
            desk.press("j");
            seen += &desk.frame();
        }
        for words in ["additional", "phonetic", "given name"] {
            assert!(seen.contains(words), "{width}: {words} {seen}");
        }
        assert!(
            !seen.contains("additional…") && !seen.contains("additiona…"),
            "{seen}"
        );
        assert!(
            !seen.contains("phonetic…") && !seen.contains("phonetic gi…"),
            "{seen}"
        );
    }
}
