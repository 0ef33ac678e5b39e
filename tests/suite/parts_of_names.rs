//! The parts of a name that a card does not say, or that another card says of the same person.

use std::time::{Duration, Instant};

use callbook::domain::contact::Contact;
use callbook::domain::listing::ListQuery;
use callbook::domain::naming::NameParts;
use callbook::import::File;
use serde_json::json;

use crate::cards::{exported, import, update};
use crate::cli::Shell;
use crate::support::Book;

const JIM: &str = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Jim Beam\r\nTEL:+442079460018\r\nEND:VCARD\r\n";

/// The same person, with all that can be said of a name.
const WHOLE: &str = "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Jim Beam\r\nN:Beam;Jim;Q.;Mr.;Jr.\r\n\
X-PHONETIC-FIRST-NAME:Dschim\r\nTEL:+442079460018\r\nEND:VCARD\r\n";

fn book(card: &str) -> Book {
    let mut book = Book::new();
    import(&mut book, card.as_bytes());
    book
}

fn contact(book: &Book) -> Contact {
    let rows = book.store.rows(&ListQuery::default(), 0, 9).unwrap().rows;
    assert_eq!(rows.len(), 1);
    book.store.contact(rows[0].id).unwrap()
}

/// Prefix, given, additional and family name, suffix.
fn parts(book: &Book) -> String {
    let contact = contact(book);
    let parts = [
        contact.prefix,
        contact.given_name,
        contact.additional_name,
        contact.family_name,
        contact.suffix,
    ];
    parts.map(Option::unwrap_or_default).join("|")
}

/// The book that another person has who gets the cards of this one.
fn elsewhere(from: &Book) -> Book {
    book(&exported(from, None))
}

#[test]
fn a_part_that_changes_takes_the_others_with_it_to_the_card() {
    let blank = JIM.replace("TEL", "N:;;;;\r\nTEL");
    for card in [
        JIM,
        &blank,
        &JIM.replace("4.0", "3.0"),
        &blank.replace("4.0", "2.1"),
    ] {
        for (sent, after) in [
            (json!({"given_name": "Johnny"}), "|Johnny||Beam|"),
            (json!({"suffix": "Jr."}), "|Jim||Beam|Jr."),
            (json!({"family_name": null}), "|Jim|||"),
        ] {
            let mut book = book(card);
            assert_eq!(parts(&book), "|Jim||Beam|");
            update(&mut book, &sent);
            assert_eq!(parts(&book), after, "{card}");
            assert_eq!(parts(&elsewhere(&book)), after, "{}", exported(&book, None));
        }
    }
}

#[test]
fn parts_that_no_card_said_follow_the_name() {
    for card in [JIM.to_owned(), JIM.replace("TEL", "N:;;;;\r\nTEL")] {
        let name = "Prof. Jon Bourbon";
        let whole = json!({
            "name": name, "given_name": "Jim", "family_name": "Beam", "prefix": null,
            "additional_name": null, "suffix": null,
        });
        // A document, and a form that sends the parts along as they were.
        for sent in [json!({ "name": name }), whole] {
            let mut book = book(&card);
            update(&mut book, &sent);
            assert_eq!(parts(&book), "Prof.|Jon||Bourbon|");
            assert_eq!(parts(&elsewhere(&book)), "Prof.|Jon||Bourbon|");
            update(&mut book, &json!({"name": "Ann Lee"}));
            assert_eq!(parts(&book), "|Ann||Lee|");
        }
    }
    // What a card brought is no guess, though it looks like one.
    let mut book = book(&JIM.replace("TEL", "N:Beam;Jim;;;\r\nTEL"));
    update(&mut book, &json!({"name": "Jimmy (bar)"}));
    assert_eq!(parts(&book), "|Jim||Beam|");
}

#[test]
fn a_card_of_the_same_name_brings_the_parts_that_are_not_there() {
    let typed = JIM.replace("TEL", "N:Beam;Jim;;;\r\nTEL");
    let other = WHOLE.replace("N:Beam;Jim;Q.;Mr.;Jr.", "N:Beam;James;Q.;Mr.;Jr.");
    for (here, coming, after) in [
        (JIM, WHOLE, "Mr.|Jim|Q.|Beam|Jr."),
        (&typed, WHOLE, "Mr.|Jim|Q.|Beam|Jr."),
        // A guess gives way, and what was said does not.
        (JIM, &other, "Mr.|James|Q.|Beam|Jr."),
        (&typed, &other, "|Jim||Beam|"),
        // A card without parts has none to bring.
        (WHOLE, JIM, "Mr.|Jim|Q.|Beam|Jr."),
    ] {
        let mut book = book(here);
        import(&mut book, coming.as_bytes());
        assert_eq!(parts(&book), after, "{here}{coming}");
        assert_eq!(parts(&elsewhere(&book)), after, "{}", exported(&book, None));
        // What was taken out stays out.
        update(&mut book, &json!({"suffix": null}));
        let file = File::open(coming.as_bytes(), "cards.vcf", &[]).unwrap();
        callbook::import::all(&mut book.store, file).unwrap();
        assert_eq!(contact(&book).suffix, None);
    }
}

#[test]
fn a_preview_tells_of_parts_and_photos() {
    let shell = Shell::new();
    shell.import(JIM);
    let photo = WHOLE.replace("END:", "PHOTO:data:image/png;base64,iVBORw0KGgo=\r\nEND:");
    let (_, told, _) = shell.run(&["import", "--dry-run", "-"], &photo);
    for line in [
        "prefix: Mr.",
        "additional name: Q.",
        "suffix: Jr.",
        "photo: 8 bytes",
    ] {
        assert!(told.contains(line), "{line}: {told}");
    }
    shell.import(&photo);
    let other = WHOLE.replace("Q.", "Quentin");
    let (_, told, _) = shell.run(&["import", "--dry-run", "-"], &other);
    let line = "additional name: stays Q.; the file has Quentin";
    assert!(told.contains(line), "{told}");
    // What is only guessed of the name on a card is nothing that the file has.
    let (_, told, _) = shell.run(&["import", "--dry-run", "-"], JIM);
    assert!(!told.contains("stays"), "{told}");
}

#[test]
fn no_word_of_a_name_but_the_nickname_is_lost() {
    for (name, expected) in [
        ("Anna (Nan) Lee", "|Anna||Lee|"),
        ("Anna \"Nan\" Lee", "|Anna||Lee|"),
        ("Anna “Nan” Lee", "|Anna||Lee|"),
        ("Anna „Nan“ Lee", "|Anna||Lee|"),
        ("Anna 'Nan' Lee", "|Anna||Lee|"),
        ("Anna ‘Nan’ Lee", "|Anna||Lee|"),
        ("Anna [Nan] van der Lee", "|Anna||van der Lee|"),
        (
            "Dr. Robert \"Bob\" J. Smith Jr.",
            "Dr.|Robert J.||Smith|Jr.",
        ),
        ("Lee, Anna (Nan)", "|Anna||Lee|"),
        ("Lee (Nan), Anna", "|Anna||Lee|"),
        ("Ada Lovelace (work)", "|Ada||Lovelace|"),
        // No nickname is put in signs here.
        ("Maarten 't Hart", "|Maarten||'t Hart|"),
        ("Sinead O'Connor", "|Sinead||O'Connor|"),
        ("Bob 6\"2 Smith", "|Bob 6\"2||Smith|"),
        ("Anna (Nan Lee", "|Anna (Nan||Lee|"),
        ("(Nan)", "|(Nan)|||"),
    ] {
        let shell = Shell::new();
        let (status, _, why) = shell.run(&["add", name], "");
        assert_eq!(status, 0, "{name}: {why}");
        let (_, all) = shell.json(&["contact", "list", "--json"], "");
        let all = all["data"].as_array().unwrap();
        let own = |contact: &&serde_json::Value| contact["attributes"]["name"] == name;
        let made = &all.iter().find(own).unwrap()["attributes"];
        let fields = [
            "prefix",
            "given_name",
            "additional_name",
            "family_name",
            "suffix",
        ];
        let parts = fields.map(|field| made[field].as_str().unwrap_or_default());
        assert_eq!(parts.join("|"), expected, "{name}");
    }
}

#[test]
fn a_megabyte_of_opened_brackets_is_split_at_once() {
    for sign in ["( ", "\"a ", "'A b'c "] {
        let name = sign.repeat(1_000_000 / sign.len());
        let begin = Instant::now();
        let parts = NameParts::split(&name);
        let took = begin.elapsed();
        assert!(took < Duration::from_secs(1), "{sign}: {took:?}");
        assert!(parts.family.is_some(), "{sign}");
    }
}
