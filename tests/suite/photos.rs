//! Photos on the cards of contacts: named, saved to a file, and taken from one.

use std::fs;

use callbook::domain::attachment::{Attachment, LARGEST_PHOTO};
use callbook::domain::own_fields::NO_FIELDS;
use callbook::exchange::vcard::{self, Version, attached, attachments, with_photo};

use crate::cli::Shell;
use crate::support::desk::Desk;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\nall of a picture, with any bytes: \x00\xff\x80";
const JPEG: &[u8] = b"\xff\xd8\xff\xe0 another picture";

const ADA: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Ada Lovelace\nN:Lovelace;Ada;;;\n\
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQ\n AAAQABAAD\nSOUND;VALUE=uri:https://a.example/ada.ogg\n\
X-OTHER:kept\nEND:VCARD\n";

const BOB: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:Bob Ames\nN:Ames;Bob;;;\nEND:VCARD\n";

#[test]
fn a_photo_goes_on_any_card_and_comes_off_as_it_was() {
    for version in [Version::V21, Version::V30, Version::V40] {
        let number = version.number();
        let card =
            format!("BEGIN:VCARD\r\nVERSION:{number}\r\nFN:Ada\r\nX-OTHER:kept\r\nEND:VCARD\r\n");
        let first = with_photo(card.as_bytes(), PNG);
        assert_eq!(attached(&first, 0).as_deref(), Some(PNG), "{number}");
        let kind = attachments(&first)[0].clone();
        assert_eq!((kind.kind, kind.ending), ("photo", Some("png")), "{number}");
        assert_eq!(kind.words(), format!("{} bytes", PNG.len()));
        // Another one takes its place, and the other lines stay.
        let second = with_photo(&first, JPEG);
        assert_eq!(attached(&second, 0).as_deref(), Some(JPEG), "{number}");
        let text = String::from_utf8(second.clone()).unwrap();
        assert_eq!(text.matches("PHOTO").count(), 1, "{text}");
        assert!(
            text.contains("X-OTHER:kept\r\nPHOTO") || text.contains("PHOTO"),
            "{text}"
        );
        assert!(
            text.starts_with(card.trim_end_matches("END:VCARD\r\n")),
            "{text}"
        );
    }
    let named: Vec<String> = attachments(ADA.as_bytes())
        .iter()
        .map(Attachment::words)
        .collect();
    assert_eq!(named, ["20 bytes", "https://a.example/ada.ogg"]);
    assert_eq!(attached(ADA.as_bytes(), 1), None);
    // What is broken is named and not taken out.
    let cut = ADA.replace("AAAQABAAD", "AAAQABA");
    assert_eq!(attached(cut.as_bytes(), 0), None);
    let broken = ADA.replace("/9j/", "%%j/");
    assert_eq!(attachments(broken.as_bytes())[0].words(), "cannot be read");
    assert_eq!(attached(broken.as_bytes(), 0), None);
}

fn desk() -> Desk {
    let mut desk = Desk::new(100, 30, &format!("{ADA}{BOB}"));
    desk.press("G enter G");
    desk
}

#[test]
fn what_the_card_holds_is_named_and_saved_as_it_is() {
    let mut desk = desk();
    let frame = desk.frame();
    for seen in [
        "ON THE CARD",
        "photo",
        "20 bytes",
        "https://a.example/ada.ogg",
    ] {
        assert!(frame.contains(seen), "{seen}\n{frame}");
    }
    // The address of the sound is only copied.
    desk.press("o");
    assert!(desk.toast().contains("copy it"), "{}", desk.toast());
    desk.press("k");
    assert!(
        desk.frame().contains("o saves it to a file"),
        "{}",
        desk.frame()
    );
    let file = desk.book.path.with_file_name("ada.jpg");
    desk.press("o");
    assert!(
        desk.frame().contains("~/Ada Lovelace.jpg"),
        "{}",
        desk.frame()
    );
    desk.press("^U");
    desk.paste(&file.display().to_string());
    desk.press("enter");
    assert!(desk.app.pages.is_bare(), "{}", desk.frame());
    assert_eq!(
        fs::read(&file).unwrap(),
        attached(ADA.as_bytes(), 0).unwrap()
    );
    // A file that is there is replaced only when asked.
    desk.press("o ^U");
    desk.paste(&file.display().to_string());
    desk.press("enter");
    assert!(desk.frame().contains("exists. Replace"), "{}", desk.frame());
    desk.press("n esc");
    for (key, why) in [("e", "stays as it is"), ("p", "go to an email")] {
        desk.press(key);
        assert!(desk.toast().contains(why), "{key}: {}", desk.toast());
    }
}

#[test]
fn a_photo_is_taken_from_a_file_and_undone() {
    let mut desk = desk();
    let file = desk.book.path.with_file_name("new.png");
    fs::write(&file, PNG).unwrap();
    let card = |desk: &Desk| {
        let id = desk.shown().contact.card.unwrap();
        desk.book.store.card(id).unwrap()
    };
    let before = card(&desk);
    desk.press("P");
    assert!(
        desk.frame().contains("Photo from a file"),
        "{}",
        desk.frame()
    );
    desk.paste(&file.display().to_string());
    desk.press("enter");
    assert_eq!(desk.toast(), "Changed the photo of Ada Lovelace");
    assert_eq!(attached(&card(&desk), 0).as_deref(), Some(PNG));
    assert!(String::from_utf8_lossy(&card(&desk)).contains("X-OTHER:kept"));
    let out = String::from_utf8(
        desk.book
            .exported(callbook::export::ExportForm::Cards(None)),
    )
    .unwrap();
    assert!(out.contains("PHOTO;ENCODING=b;TYPE=PNG:"), "{out}");
    desk.press("u");
    assert_eq!(card(&desk), before);
    desk.press("^R");
    assert_eq!(attached(&card(&desk), 0).as_deref(), Some(PNG));
    desk.press("H");
    assert!(desk.frame().contains("20 bytes"), "{}", desk.frame());
    desk.press("esc");
    // Its row deletes it, which undo takes back.
    desk.press("G k d");
    assert_eq!(desk.toast(), "Deleted the photo of Ada Lovelace");
    assert!(!String::from_utf8_lossy(&card(&desk)).contains("PHOTO"));
    assert!(String::from_utf8_lossy(&card(&desk)).contains("X-OTHER:kept"));
    assert!(!desk.frame().contains("photo  "), "{}", desk.frame());
    desk.press("u");
    assert_eq!(attached(&card(&desk), 0).as_deref(), Some(PNG));
    // The same picture again is no change.
    desk.press("P");
    desk.paste(&file.display().to_string());
    desk.press("enter");
    assert_eq!(desk.toast(), "Nothing to change");

    // A contact that came from no card gets one that says the same.
    desk.press("h a \"Cy_Dee\" ^S P");
    desk.paste(&file.display().to_string());
    desk.press("enter");
    assert_eq!(desk.toast(), "Added a photo to Cy Dee");
    let full = desk.shown();
    let written = vcard::write(&full, Some(&card(&desk)), None, None, &NO_FIELDS);
    assert_eq!(written, card(&desk));
    desk.press("u");
    assert_eq!(desk.shown().contact.card, None);
}

#[test]
fn what_is_no_picture_or_too_large_or_changed_meanwhile_is_refused_and_the_path_stays() {
    let mut desk = desk();
    let text = desk.book.path.with_file_name("text.png");
    fs::write(&text, "no picture").unwrap();
    let large = desk.book.path.with_file_name("large.png");
    let mut bytes = PNG.to_vec();
    bytes.resize(LARGEST_PHOTO + 1, 0);
    fs::write(&large, bytes).unwrap();
    let none = desk.book.path.with_file_name("none.png");
    let fine = desk.book.path.with_file_name("fine.png");
    fs::write(&fine, PNG).unwrap();
    for (file, why) in [
        (&text, "not a JPEG, PNG, GIF or WebP picture"),
        (&large, "larger than 5 MB"),
        (&none, "No such file"),
    ] {
        desk.press("P");
        desk.paste(&file.display().to_string());
        desk.press("enter");
        assert!(desk.toast().contains(why), "{}", desk.toast());
        assert!(
            desk.frame().contains("Photo from a file"),
            "{}",
            desk.frame()
        );
        desk.press("esc");
    }
    desk.press("P");
    desk.paste(&fine.display().to_string());
    let id = desk.shown().contact.id;
    let sent = callbook::domain::contact::ContactAttributes {
        note: Some(Some("theirs".to_owned())),
        overwrite: true,
        ..Default::default()
    };
    desk.book
        .other()
        .update_contact(id, sent, Vec::new())
        .unwrap();
    desk.press("enter");
    assert!(desk.toast().contains("changed"), "{}", desk.toast());
}

#[test]
fn show_names_what_the_card_holds_and_the_parts_that_the_name_does_not_say() {
    let shell = Shell::new();
    let card = ADA.replace(
        "N:Lovelace;Ada;;;",
        "N:Lovelace;Ada;King;Dr.;PhD\nX-PHONETIC-FIRST-NAME:Eida",
    );
    shell.import(
        &card
            .replace("UID:1", "UID:7")
            .replace("Ada Lovelace", "Lady Lovelace"),
    );
    let (_, told, _) = shell.run(&["show", "lady"], "");
    for line in [
        "prefix",
        "Dr.",
        "suffix",
        "PhD",
        "phonetic given name",
        "Eida",
        "photo",
        "20 bytes",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
}
