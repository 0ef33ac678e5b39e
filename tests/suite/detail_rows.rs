//! The rows of a contact that are no numbers: selected, copied, opened, edited, deleted; and their forms.

use crate::support::desk::Desk;
use callbook::domain::contact::{Contact, ContactAttributes, DetailKind};
use callbook::tui::pages::contact_form::ContactForm;
use callbook::tui::pages::detail_form::DetailForm;
use callbook::tui::protocol::Effect;

const ADA: &str = "BEGIN:VCARD\nVERSION:3.0\nFN:Ada King\nN:King;Ada;;;\nTEL:+44 20 7946 0018\n\
    EMAIL;TYPE=WORK:ada@work.example\nEMAIL;TYPE=HOME,PREF:ada@home.example\n\
    ADR;TYPE=HOME:;;Via Savona 41;Milano;;20144;Italy\nBDAY:1961-09-04\n\
    URL:ada.example\nitem1.X-ABRELATEDNAMES:Charles Babbage\nitem1.X-ABLabel:friend\n\
    NOTE:Call before noon\nCATEGORIES:garage,club\nEND:VCARD\n\
    BEGIN:VCARD\nVERSION:3.0\nFN:Charles Babbage\nTEL:+44 20 7946 0019\nEND:VCARD\n";

fn texts(contact: &Contact, kind: DetailKind) -> Vec<String> {
    let details = contact.details_of(kind);
    details.map(|detail| detail.text().into_owned()).collect()
}

/// What was sent to the clipboard and to other programs since this was called last.
fn sent(desk: &mut Desk) -> Vec<String> {
    let effects = std::mem::take(&mut desk.effects).into_iter();
    let sent = effects.filter_map(|effect| match effect {
        Effect::Copy(text) => Some(format!("copy {text}")),
        Effect::Open(address) => Some(format!("open {address}")),
        _ => None,
    });
    sent.collect()
}

#[test]
fn every_row_can_be_selected_copied_and_opened() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, ADA);
        desk.press("/ \"ada\" enter");
        let mut told = Vec::new();
        for _ in 0..6 {
            desk.press("j y o");
            told.extend(sent(&mut desk));
        }
        let wanted = [
            "copy ada@work.example",
            "open mailto:ada@work.example",
            "copy ada@home.example",
            "open mailto:ada@home.example",
            "copy Via Savona 41\n20144 Milano\nItaly",
            "open geo:0,0?q=Via%20Savona%2041%2C%20Milano%2C%2020144%2C%20Italy",
            "copy 1961-09-04",
            "copy ada.example",
            "open https://ada.example",
            "copy Charles Babbage",
        ];
        assert_eq!(told, wanted, "{width}");
        // To open a relation is to go to it.
        assert_eq!(desk.shown().contact.name, "Charles Babbage", "{width}");
    }
}

#[test]
fn the_note_and_the_tags_are_rows_too() {
    let mut desk = Desk::new(100, 30, ADA);
    desk.press("/ \"ada\" enter j j j j j j j y");
    assert_eq!(sent(&mut desk), ["copy Call before noon"]);
    desk.press("j y");
    assert_eq!(sent(&mut desk), ["copy garage, club"]);
    desk.press("enter \",_friends\" ^S");
    assert_eq!(desk.shown().contact.tags, ["garage", "club", "friends"]);
    // What a row cannot do is said.
    desk.press("p");
    assert!(desk.toast().contains("go to an email"), "{}", desk.toast());
}

#[test]
fn a_detail_is_preferred_edited_and_deleted_and_each_is_one_step() {
    let mut desk = Desk::new(100, 30, ADA);
    desk.press("/ \"ada\" enter j p");
    let preferred = |desk: &Desk| desk.shown().contact.emails().next().map(str::to_owned);
    assert_eq!(preferred(&desk).as_deref(), Some("ada@work.example"));
    desk.press("e ^U \"ada.king@work.example\" enter");
    assert!(desk.top::<DetailForm>().is_none(), "{}", desk.frame());
    let emails = |desk: &Desk| texts(&desk.shown().contact, DetailKind::Email);
    assert_eq!(emails(&desk), ["ada.king@work.example", "ada@home.example"]);
    desk.press("j d");
    assert_eq!(emails(&desk), ["ada.king@work.example"]);
    assert_eq!(
        desk.shown().contact.note.as_deref(),
        Some("Call before noon")
    );
    desk.press("u u u");
    assert_eq!(emails(&desk), ["ada@work.example", "ada@home.example"]);
    assert_eq!(preferred(&desk).as_deref(), Some("ada@home.example"));
}

#[test]
fn what_can_be_added_is_offered_and_each_kind_has_its_form() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, "BEGIN:VCARD\nFN:Bob\nEND:VCARD\n");
        desk.press("g g enter a e \"bob@example.org\" enter");
        desk.press("a b \"4_Sep_1961\" ^S");
        desk.press("a s \"Via_Savona_41,_20144_Milano,_Italy\" ^S");
        desk.press("a l shift-tab \"blog\" tab \"bob.example\" ^S");
        desk.press("a c shift-tab \"sig\" down enter tab \"bob.7\" ^S");
        desk.press("a r shift-tab \"sister\" tab \"Ann\" ^S");
        let contact = desk.shown().contact;
        assert_eq!(
            texts(&contact, DetailKind::Email),
            ["bob@example.org"],
            "{}",
            desk.frame()
        );
        assert_eq!(
            texts(&contact, DetailKind::Date),
            ["1961-09-04"],
            "{}",
            desk.frame()
        );
        let address = contact.details_of(DetailKind::Address).next().unwrap();
        assert_eq!(address.address().unwrap().postal_code, "20144");
        let labelled = |kind| {
            let detail = contact.details_of(kind).next().unwrap();
            (
                detail.label.clone().unwrap_or_default(),
                detail.text().into_owned(),
            )
        };
        let pair = |label: &str, text: &str| (label.to_owned(), text.to_owned());
        assert_eq!(labelled(DetailKind::Link), pair("blog", "bob.example"));
        assert_eq!(labelled(DetailKind::Chat), pair("signal", "bob.7"));
        assert_eq!(labelled(DetailKind::Relation), pair("sister", "Ann"));
    }
}

#[test]
fn what_is_wrong_with_a_detail_is_said_in_its_form_and_what_was_typed_stays() {
    let mut desk = Desk::new(80, 24, ADA);
    desk.press("/ \"ada\" enter a e \"ada.example\" enter");
    assert!(desk.frame().contains("has no @"), "{}", desk.frame());
    assert_eq!(
        desk.top::<DetailForm>().unwrap().texts[0].text(),
        "ada.example"
    );
    desk.press("esc y a b \"30_February\" enter");
    assert!(desk.frame().contains("no 30 February"), "{}", desk.frame());
    desk.press("esc y a r \"Ada_King\" enter");
    assert!(
        desk.frame().contains("is the contact itself"),
        "{}",
        desk.frame()
    );
    desk.press("esc y a s enter");
    assert!(
        desk.frame().contains("type a part of the address first"),
        "{}",
        desk.frame()
    );
    assert_eq!(desk.shown().contact.details.len(), 6);
}

#[test]
fn a_whole_person_is_added_in_the_form() {
    let mut desk = Desk::new(80, 24, "");
    desk.press("a \"Dr._Ada_King\" tab \"Acme\" tab tab enter \"+44_20_7946_0018\" enter");
    desk.press("tab enter \"+44_20_7946_0019\" enter");
    desk.press("tab tab enter \"ada@example.org\" enter");
    desk.press("tab tab enter \"Via_Savona_41,_20144_Milano\" ^S");
    desk.press("tab tab enter \"1961-09-04\" ^S");
    assert!(desk.top::<ContactForm>().is_some(), "{}", desk.frame());
    desk.press("^S");
    let full = desk.shown();
    let contact = &full.contact;
    assert_eq!(contact.prefix.as_deref(), Some("Dr."));
    assert_eq!(full.phones.len(), 2, "{}", desk.frame());
    assert_eq!(texts(contact, DetailKind::Email), ["ada@example.org"]);
    assert_eq!(texts(contact, DetailKind::Date), ["1961-09-04"]);
    assert_eq!(
        texts(contact, DetailKind::Address),
        ["Via Savona 41, Milano, 20144"]
    );
    desk.press("u");
    assert!(desk.names().is_empty());
}

/// Another program changes one detail of the contact that is shown.
fn changes_elsewhere(desk: &Desk, place: usize, value: &str) {
    let contact = desk.shown().contact;
    let mut details = contact.details.clone();
    details[place].value = value.into();
    let sent = ContactAttributes {
        details: Some(details),
        overwrite: true,
        ..ContactAttributes::default()
    };
    let mut other = desk.book.other();
    other.update_contact(contact.id, sent, Vec::new()).unwrap();
}

#[test]
fn a_detail_that_another_program_left_alone_is_saved_beside_its_change() {
    let mut desk = Desk::new(100, 30, ADA);
    desk.press("/ \"ada\" enter j e ^U \"ada.king@work.example\"");
    changes_elsewhere(&desk, 1, "ada.king@home.example");
    desk.press("enter");
    assert!(desk.top::<DetailForm>().is_none(), "{}", desk.frame());
    let emails = texts(&desk.shown().contact, DetailKind::Email);
    assert_eq!(emails, ["ada.king@work.example", "ada.king@home.example"]);
    // The same one on both sides is for a person to choose.
    desk.press("e ^U \"mine@work.example\"");
    changes_elsewhere(&desk, 0, "theirs@work.example");
    desk.press("enter");
    let frame = desk.frame();
    for words in ["mine@work.example", "theirs@work.examp"] {
        assert!(frame.contains(words), "{frame}");
    }
    assert!(!frame.contains('{'), "no piece of JSON: {frame}");
    desk.press("left enter");
    let emails = texts(&desk.shown().contact, DetailKind::Email);
    assert_eq!(emails, ["mine@work.example", "ada.king@home.example"]);
}

#[test]
fn the_name_copies_the_whole_person() {
    let card = "BEGIN:VCARD\nVERSION:3.0\nFN:Aya Ken\nN:Ken;Aya;;;\nX-PHONETIC-FIRST-NAME:あや\n\
        X-PHONETIC-LAST-NAME:けん\nNICKNAME:Ay\nORG:Kawa;Design\nTITLE:Head\nROLE:Drawing\n\
        TEL:+81 3 5550 1182\nEND:VCARD\n";
    let mut desk = Desk::new(100, 30, card);
    desk.press("g g enter k k k y");
    let copied = sent(&mut desk).concat();
    for line in [
        "copy Aya Ken\n",
        "\nあや けん\n",
        "\nnickname Ay\n",
        "\nHead, Drawing, Design, Kawa\n",
    ] {
        assert!(copied.contains(line), "{line}: {copied}");
    }
}

#[test]
fn a_relation_goes_there_only_where_it_is_known_who_it_is() {
    let cards = "BEGIN:VCARD\nVERSION:3.0\nUID:u1\nFN:Ada\nRELATED;VALUE=text:Nobody Here\nEND:VCARD\n\
        BEGIN:VCARD\nVERSION:4.0\nUID:u2\nFN:Bob\nRELATED;TYPE=friend:urn:uuid:u1\nRELATED:u1\nEND:VCARD\n";
    let mut desk = Desk::new(100, 30, cards);
    desk.press("g g enter j j");
    assert!(
        desk.frame().contains("o looks for this name"),
        "{}",
        desk.frame()
    );
    desk.press("o");
    assert_eq!(desk.toast(), "no other contact has this name");
    desk.press("esc j enter j");
    assert!(desk.frame().contains("o goes there"), "{}", desk.frame());
    desk.press("o");
    assert_eq!(desk.shown().contact.name, "Ada");
}

#[test]
fn a_detail_that_is_no_longer_preferred_says_so() {
    let mut desk = Desk::new(100, 30, ADA);
    desk.press("/ \"ada\" enter j p");
    let first = desk.toast();
    desk.press("p");
    let told = [first, desk.toast()].join("\n");
    assert!(told.contains("no longer the preferred email"), "{told}");
    assert!(
        told.contains("the preferred email\n") || told.ends_with("the preferred email"),
        "{told}"
    );
}

#[test]
fn the_history_of_a_row_is_of_that_row_alone() {
    let card = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Ada Lovelace\nTEL:+44 20 7946 0018\nEMAIL;TYPE=WORK:ada@example.org\n\
                EMAIL;TYPE=HOME:home@example.org\nNOTE:Calls back.\nCATEGORIES:club\nEND:VCARD\n";
    let mut desk = Desk::new(100, 30, card);
    desk.press("g g l / esc");
    // The number, both emails, the note, the tags.
    desk.press("l j e ^U \"engine@example.org\" ^S");
    desk.press("p");
    desk.press("j j e end \"_Never_on_Sundays.\" ^S");
    let history = |desk: &mut Desk| {
        desk.press("H");
        let frame = desk.frame();
        desk.press("esc");
        frame
    };
    desk.press("k k k");
    let of_number = history(&mut desk);
    assert!(of_number.contains("+44 20 7946 0018"), "{of_number}");
    assert!(of_number.contains("Imported"), "{of_number}");
    assert!(!of_number.contains("@example.org"), "{of_number}");
    desk.press("j j j");
    let of_note = history(&mut desk);
    for (words, is_there) in [
        ("Ada Lovelace, note", true),
        ("Never on Sundays", true),
        ("note Calls back. added", true),
        ("engine@example.org", false),
    ] {
        assert_eq!(of_note.contains(words), is_there, "{words}: {of_note}");
    }
    desk.press("k k");
    let of_email = history(&mut desk);
    for (words, is_there) in [
        ("Ada Lovelace, engine@example.org", true),
        ("ada@example.org → engine@example.org", true),
        ("work email ada@example.org added", true),
        ("preferred", true),
        ("Sundays", false),
        ("home@example.org", false),
    ] {
        assert_eq!(of_email.contains(words), is_there, "{words}: {of_email}");
    }
    desk.press("j");
    let of_other = history(&mut desk);
    assert!(
        of_other.contains("home email home@example.org added"),
        "{of_other}"
    );
    assert!(!of_other.contains("engine"), "{of_other}");
    // In the history of the contact, what it was added with.
    desk.press("g g");
    let of_contact = history(&mut desk);
    for words in ["home email home@example.org added", "Sundays", "engine"] {
        assert!(of_contact.contains(words), "{words}: {of_contact}");
    }
    // A step of a row's history is undone as any other.
    desk.press("j j H u");
    assert!(desk.toast().starts_with("Undone"), "{}", desk.toast());
}

#[test]
fn a_form_says_of_a_date_what_becomes_of_it() {
    let mut desk = Desk::new(100, 30, ADA);
    desk.press("g g l / esc l a d");
    for (typed, says, is_saved) in [
        ("4/9/61", "no date yet; such as 1961-09-04", false),
        ("30_Feb", "no date yet", false),
        ("4.9.1961", "4 Sep 1961", true),
        ("in_autumn", "saved as typed", true),
    ] {
        desk.press(&format!("^U \"{typed}\""));
        let frame = desk.frame();
        assert!(frame.contains(says), "{typed}: {frame}");
        desk.press("^S");
        assert_eq!(desk.top::<DetailForm>().is_none(), is_saved, "{typed}");
        if is_saved {
            desk.press("a d");
        }
    }
}
