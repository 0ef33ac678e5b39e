//! What comes in goes out: cards byte for byte, edits in their own lines only, and generated books
//! that are the same after an export and an import.

use std::path::Path;

use crate::support::Book;
use crate::support::amount::{drawn, seed};
use callbook::domain::address::Address;
use callbook::domain::contact::{
    Contact, ContactAttributes, ContactId, ContactKind, Detail, DetailKind, DetailValue,
};
use callbook::domain::day::PartialDate;
use callbook::domain::detail::DetailId;
use callbook::domain::edit::Profile;
use callbook::domain::full_contact::FullContact;
use callbook::domain::intake::CardRecords;
use callbook::domain::listing::ListQuery;
use callbook::domain::naming::NameParts;
use callbook::domain::number::Region;
use callbook::domain::own_fields::NO_FIELDS;
use callbook::domain::phone::{Context, Phone, PhoneAttributes};
use callbook::domain::timestamp::Timestamp;
use callbook::exchange::csv::{self, Guard};
use callbook::exchange::edit_text::{CameBack, EditedText};
use callbook::exchange::vcard::{self, CardReader, Version};
use callbook::export::ExportForm;
use callbook::import::File;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::json;

fn import(book: &mut Book, card: &[u8]) -> callbook::domain::import::ImportReport {
    let file = File::open(card, "cards.vcf", &[]).unwrap();
    callbook::import::all(&mut book.store, file).unwrap().value
}

fn everybody(book: &Book) -> Vec<Profile> {
    let rows = book.store.rows(&ListQuery::default(), 0, 1_000).unwrap();
    let profile = |id| book.store.profile(id).unwrap();
    rows.rows.into_iter().map(|row| profile(row.id)).collect()
}

fn only(book: &Book) -> Profile {
    let mut all = everybody(book);
    assert_eq!(all.len(), 1);
    all.remove(0)
}

/// The card of a contact, as it goes out.
fn out(book: &Book, profile: &Profile, version: Option<Version>) -> Vec<u8> {
    let card = profile
        .full
        .contact
        .card
        .map(|id| book.store.card(id).unwrap());
    vcard::write(
        &profile.full,
        card.as_deref(),
        version,
        Region::new("US"),
        &NO_FIELDS,
    )
}

fn text(card: &[u8]) -> String {
    String::from_utf8_lossy(card).into_owned()
}

/// The lines that one text has and the other does not, in both directions.
fn changed_lines(before: &str, after: &str) -> (Vec<String>, Vec<String>) {
    let lines = |text: &str, other: &str| {
        let gone = text
            .lines()
            .filter(|line| !other.lines().any(|own| own == *line));
        gone.map(str::to_owned).collect()
    };
    (lines(before, after), lines(after, before))
}

/// A card with much on it that callbook does not understand, folded in its own way.
const BIANCHI: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nPRODID:-//Apple Inc.//iOS 17//EN\r\n\
N:Bianchi;Marco;Luca;Dott.;\r\nFN:Dott. Marco Luca Bianchi\r\n\
ORG:Officina Bianchi S.r.l.;Milano\r\n\
item1.TEL;type=VOICE;X-FOO=bar;type=pref:02 5550\r\n  1182\r\n\
item1.X-ABLabel:Officina\r\n\
TEL;TYPE=CELL:+39 347 555 0164\r\nTEL;TYPE=WORK,FAX:+39 02 5550 1183\r\n\
X-SOMETHING;A=\"b;c:d\":kept\\, as it\r\n  is\r\n\
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQ\r\n AAAQABAAD\r\n\
NOTE:Call before noon\r\nUID:bianchi-1\r\nEND:VCARD\r\n";

#[test]
fn an_untouched_card_goes_out_as_it_came() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cards");
    let mut seen = 0;
    let files = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let cards: Vec<Vec<u8>> = files.map(|file| std::fs::read(file).unwrap()).collect();
    for file in cards.iter().map(Vec::as_slice).chain([BIANCHI.as_bytes()]) {
        for card in CardReader::new(file).flatten() {
            let mut book = Book::new();
            import(&mut book, &card.card);
            if book.store.totals().unwrap().contacts == 0 {
                continue;
            }
            assert_eq!(text(&out(&book, &only(&book), None)), text(&card.card));
            seen += 1;
        }
    }
    assert!(seen > 15, "{seen} cards");
}

#[test]
fn an_edited_card_differs_in_the_edited_lines_only() {
    let mut book = Book::new();
    import(&mut book, BIANCHI.as_bytes());
    let profile = only(&book);
    let number = |end: &str| {
        let mut phones = profile.full.phones.iter();
        phones.find(|phone| phone.typed.ends_with(end)).unwrap().id
    };
    let changed = |book: &Book| {
        let card = text(&out(book, &only(book), None));
        changed_lines(BIANCHI, &card)
    };
    // A number: its line, with its group and what stands there beside it.
    book.set(number("1182"), json!({"number": "+39 02 5550 1199"}));
    let (gone, new) = changed(&book);
    assert_eq!(
        gone,
        ["item1.TEL;type=VOICE;X-FOO=bar;type=pref:02 5550", "  1182"]
    );
    assert_eq!(
        new,
        [
            "item1.TEL;type=VOICE;X-FOO=bar;type=pref:+39 02 5550 1199",
            "X-CALLBOOK-TEL;NUMBER=+39 02 5550 1199;ACCURATE=TRUE:manual",
        ]
    );
    book.store.undo().unwrap();
    assert_eq!(changed(&book), (vec![], vec![]));

    // Flags leave TEL as it is.
    book.set(number("0164"), json!({"historic": true}));
    let (gone, new) = changed(&book);
    assert_eq!(gone, [""; 0]);
    assert_eq!(
        new,
        ["X-CALLBOOK-TEL;NUMBER=+39 347 555 0164;ACCURATE=FALSE;HISTORIC=TRUE:vcard"]
    );
    book.store.undo().unwrap();

    book.set(number("1183"), json!({"location": "home", "primary": true}));
    let (gone, new) = changed(&book);
    assert_eq!(
        gone,
        [
            "item1.TEL;type=VOICE;X-FOO=bar;type=pref:02 5550",
            "  1182",
            "TEL;TYPE=WORK,FAX:+39 02 5550 1183",
        ]
    );
    assert_eq!(
        new,
        [
            "item1.TEL;type=VOICE;X-FOO=bar:02 5550 1182",
            "TEL;TYPE=PREF;TYPE=HOME:+39 02 5550 1183",
        ]
    );
    book.store.undo().unwrap();

    let id = profile.full.contact.id;
    book.store.delete_phone(number("1182"), None).unwrap();
    let (gone, _) = changed(&book);
    assert!(
        gone.contains(&"item1.X-ABLabel:Officina".to_owned()),
        "{gone:?}"
    );
    book.store.undo().unwrap();

    let sent = json!({"note": "Not today; maybe\nlater", "family_name": "Rossi", "name": "Marco Rossi",
        "tags": ["garage"], "overwrite": true});
    update(&mut book, id, &sent);
    let (gone, new) = changed(&book);
    assert_eq!(
        gone,
        [
            "N:Bianchi;Marco;Luca;Dott.;",
            "FN:Dott. Marco Luca Bianchi",
            "NOTE:Call before noon",
        ]
    );
    assert_eq!(
        new,
        [
            "N:Rossi;Marco;Luca;Dott.;",
            "FN:Marco Rossi",
            "NOTE:Not today\\; maybe\\nlater",
            "CATEGORIES:garage",
        ]
    );
}

fn update(book: &mut Book, id: ContactId, sent: &serde_json::Value) {
    let (sent, faults) = ContactAttributes::read(sent.as_object().unwrap().clone());
    book.store.update_contact(id, sent, faults).unwrap();
}

#[test]
fn a_newer_card_changes_what_it_says_otherwise_and_nothing_else() {
    let mut book = Book::new();
    import(&mut book, BIANCHI.as_bytes());
    let before = only(&book);
    update(
        &mut book,
        before.full.contact.id,
        &json!({"note": "my own note", "overwrite": true}),
    );
    let newer = BIANCHI
        .replace("+39 347 555 0164", "+39 347 555 0999")
        .replace("Officina Bianchi S.r.l.;Milano", "Rossi Moto")
        .replace("Call before noon", "Call after noon")
        .replace(":kept", ":changed");
    let report = import(&mut book, newer.as_bytes());
    assert_eq!((report.new, report.changed, report.numbers), (0, 1, 1));
    let after = only(&book);
    assert_eq!(
        after.full.contact.organisation.as_deref(),
        Some("Rossi Moto")
    );
    assert_eq!(
        after.full.contact.note.as_deref(),
        Some("my own note"),
        "a person wrote it"
    );
    let phone = |end: &str| {
        let mut phones = after.full.phones.iter();
        phones.find(|phone| phone.typed.ends_with(end)).unwrap()
    };
    assert!(phone("0164").historic, "it still tells who calls");
    assert!(!phone("0999").historic && !phone("0999").valid_values);
    let card = text(&out(&book, &after, None));
    assert!(card.contains(":changed\\, as it"), "{card}");
    assert!(card.contains("NOTE:my own note"), "{card}");

    let again = import(&mut book, newer.as_bytes());
    assert_eq!((again.same, again.changed), (1, 0));
    let own = import(&mut book, card.as_bytes());
    assert_eq!(
        (own.same, own.changed),
        (1, 0),
        "what goes out may come back"
    );
    book.store.undo().unwrap();
    assert_eq!(only(&book).full.phones, {
        let mut phones = before.full.phones;
        for (phone, now) in phones.iter_mut().zip(only(&book).full.phones) {
            phone.updated_in_db_at = now.updated_in_db_at;
            phone.updated_at = now.updated_at;
        }
        phones
    });
}

#[test]
fn only_a_card_that_says_it_is_later_takes_anything_out() {
    let less = BIANCHI
        .replace("NOTE:Call before noon\r\n", "")
        .replace("TEL;TYPE=CELL:+39 347 555 0164\r\n", "");
    let with = |card: &str, rev: &str| card.replace("UID:", &format!("REV:{rev}\r\nUID:"));
    for (first, second, gone) in [
        (BIANCHI.to_owned(), less.clone(), false),
        (
            with(BIANCHI, "20240101T000000Z"),
            with(&less, "20250101T000000Z"),
            true,
        ),
        (
            with(BIANCHI, "20250101T000000Z"),
            with(&less, "20240101T000000Z"),
            false,
        ),
    ] {
        let mut book = Book::new();
        import(&mut book, first.as_bytes());
        import(&mut book, second.as_bytes());
        let after = only(&book);
        assert_eq!(after.full.contact.note.is_none(), gone);
        let historic = after.full.phones.iter().any(|phone| phone.historic);
        assert_eq!(historic, gone);
        assert_eq!(after.full.phones.len(), 3);
    }
}

#[test]
fn what_a_person_decided_stays_when_the_same_file_comes_again() {
    let mut book = Book::new();
    import(&mut book, BIANCHI.as_bytes());
    let phones = only(&book).full.phones;
    book.set(phones[0].id, json!({"historic": true}));
    book.store.delete_phone(phones[1].id, None).unwrap();
    let before = only(&book);
    assert_eq!(import(&mut book, BIANCHI.as_bytes()).same, 1);
    assert_eq!(only(&book), before);
}

#[test]
fn two_cards_of_one_person_lose_no_line() {
    let mut book = Book::new();
    let card = |uid: &str, more: &str| {
        format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada\r\nTEL:+44 20 7946 0018\r\n{uid}{more}END:VCARD\r\n"
        )
    };
    import(
        &mut book,
        card("", "item1.X-ONE:1\r\nitem1.X-ABLabel:first\r\n").as_bytes(),
    );
    let other = card("UID:2\r\n", "item1.X-TWO:2\r\nitem1.X-ABLabel:second\r\n");
    assert_eq!(import(&mut book, other.as_bytes()).changed, 1);
    let card = text(&out(&book, &only(&book), None));
    for line in [
        "item1.X-ONE:1",
        "item1.X-ABLabel:first",
        "item2.X-TWO:2",
        "item2.X-ABLabel:second",
        "UID:2",
    ] {
        assert!(card.lines().any(|own| own == line), "{line}: {card}");
    }
    assert_eq!(import(&mut book, other.as_bytes()).same, 1);
}

#[test]
fn a_card_goes_out_in_another_version_with_all_that_is_on_it() {
    let mut book = Book::new();
    import(&mut book, BIANCHI.as_bytes());
    let four = text(&out(&book, &only(&book), Some(Version::V40)));
    for line in [
        "VERSION:4.0",
        "item1.TEL;type=VOICE;X-FOO=bar;PREF=1:02 5550 1182",
        "item1.X-ABLabel:Officina",
        "X-SOMETHING;A=\"b;c:d\":kept\\, as it is",
        "PHOTO:data:image/jpeg;base64,/9j/4AAQSkZJRgABAQAAAQABAAD",
    ] {
        assert!(four.lines().any(|own| own == line), "{line}: {four}");
    }
    let mut other = Book::new();
    import(&mut other, four.as_bytes());
    same(&only(&book), &only(&other));
    let three = text(&out(&other, &only(&other), Some(Version::V30)));
    assert!(
        three.contains("PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD"),
        "{three}"
    );
    assert!(
        three.contains("item1.TEL;type=VOICE;X-FOO=bar;TYPE=PREF:02 5550 1182"),
        "{three}"
    );

    let old = "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Larsen;Bj=C3=B6rn\r\n\
        FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Bj=C3=B6rn Larsen\r\nTEL;WORK;PREF:+46 8 555 014 10\r\n\
        X-OLD;ENCODING=QUOTED-PRINTABLE:a=3Db\r\nPHOTO;JPEG;BASE64:\r\n  /9j/4AAQ\r\n\r\nEND:VCARD\r\n";
    let mut book = Book::new();
    import(&mut book, old.as_bytes());
    let four = text(&out(&book, &only(&book), Some(Version::V40)));
    for line in [
        "N:Larsen;Björn;;;",
        "FN:Björn Larsen",
        "TEL;TYPE=WORK;PREF=1:+46 8 555 014 10",
        "X-OLD:a=b",
        "PHOTO:data:image/jpeg;base64,/9j/4AAQ",
    ] {
        assert!(four.lines().any(|own| own == line), "{line}: {four}");
    }
}

fn import_as(book: &mut Book, name: &str, bytes: &[u8]) -> callbook::domain::import::ImportReport {
    let file = File::open(bytes, name, &[]).unwrap();
    callbook::import::all(&mut book.store, file).unwrap().value
}

const PLAIN: ExportForm = ExportForm::Table(csv::TableForm::Plain, Guard::Exact);
const SAFE: ExportForm = ExportForm::Table(csv::TableForm::Plain, Guard::Safe);

#[test]
fn a_book_as_json_is_the_book_ids_times_and_cards_among_it() {
    let mut book = Book::new();
    import(&mut book, BIANCHI.as_bytes());
    let ada = book.contact("Ada");
    book.post(
        ada,
        json!({"number": "020 7946 0018", "country_code": "44"}),
    )
    .unwrap();
    let json = book.exported(ExportForm::Book);
    let mut other = Book::new();
    assert_eq!(import_as(&mut other, "book.json", &json).new, 2);
    let (one, two) = (everybody(&book), everybody(&other));
    for (mut one, two) in one.into_iter().zip(two) {
        one.full.contact.updated_in_db_at = two.full.contact.updated_in_db_at;
        for (phone, same) in one.full.phones.iter_mut().zip(&two.full.phones) {
            phone.updated_in_db_at = same.updated_in_db_at;
        }
        let card = |book: &Book, profile: &Profile| {
            profile
                .full
                .contact
                .card
                .map(|id| book.store.card(id).unwrap())
        };
        assert_eq!(card(&book, &one), card(&other, &two));
        assert_eq!(
            (one.full.contact, one.full.phones),
            (two.full.contact, two.full.phones)
        );
    }
    let again = import_as(&mut other, "book.json", &json);
    assert_eq!((again.same, again.changed, again.new), (2, 0, 0));
}

#[test]
fn two_of_one_name_in_a_book_as_json_stay_two() {
    let mut book = Book::new();
    for note in [Some("knows about the garden"), None] {
        let id = book.contact("Ada");
        let sent = ContactAttributes {
            note: note.map(|note| Some(note.to_owned())),
            overwrite: true,
            ..ContactAttributes::default()
        };
        book.store.update_contact(id, sent, Vec::new()).unwrap();
    }
    for _ in 0..2 {
        let bob = book.contact("Bob");
        book.post(bob, json!({"number": "+39 02 5550 1182"}))
            .unwrap();
    }
    let json = book.exported(ExportForm::Book);
    let mut other = Book::new();
    assert_eq!(import_as(&mut other, "book.json", &json).new, 4);
    let again = import_as(&mut other, "book.json", &json);
    assert_eq!((again.same, again.changed, again.new), (4, 0, 0));
    // In a book of somebody else's they are known by their words all the same, each once.
    let mut third = Book::new();
    for name in ["Ada", "Bob"] {
        let id = third.contact(name);
        if name == "Bob" {
            third
                .post(id, json!({"number": "+39 02 5550 1182"}))
                .unwrap();
        }
    }
    let report = import_as(&mut third, "book.json", &json);
    assert_eq!((report.new, everybody(&third).len()), (2, 4));
}

#[test]
fn a_line_that_is_no_contact_is_named_and_the_others_come_in() {
    let mut book = Book::new();
    book.contact("Ada");
    let mut json = book.exported(ExportForm::Book);
    json.extend_from_slice(b"{\"attributes\":{\"shoe\":9}}\n{\n[]\n");
    let mut other = Book::new();
    let report = import_as(&mut other, "book.json", &json);
    assert_eq!((report.new, report.rejects.len()), (1, 3));
    let lines: Vec<usize> = report
        .rejects
        .iter()
        .map(|reject| reject.place.line)
        .collect();
    assert_eq!(lines, [3, 4, 5]);
    assert!(
        report.rejects[0].reason.contains("shoe"),
        "{}",
        report.rejects[0].reason
    );
}

#[test]
fn what_a_spreadsheet_would_run_is_guarded_and_numbers_are_not() {
    let mut book = Book::new();
    for name in ["=1+1", "@SUM(A1)", "'quoted", "-Anna", "plain"] {
        let id = book.contact(name);
        let _ = book.post(id, json!({"number": "+39 02 5550 1182"}));
    }
    let table = text(&book.exported(SAFE));
    for cell in [
        "'=1+1",
        "'@SUM(A1)",
        "''quoted",
        "'-Anna",
        "plain",
        "+39 02 5550 1182",
    ] {
        let starts = |line: &str| line.starts_with(cell) || line.contains(&format!(",{cell},"));
        assert!(table.lines().any(starts), "{cell}: {table}");
    }
    let mut other = Book::new();
    import_as(&mut other, "book.csv", table.as_bytes());
    let names = |book: &Book| -> Vec<String> {
        everybody(book)
            .into_iter()
            .map(|profile| profile.full.contact.name)
            .collect()
    };
    assert_eq!(names(&book), names(&other));
    assert!(
        text(&book.exported(PLAIN)).contains("\n=1+1,"),
        "exact unless asked"
    );
}

#[test]
fn tables_of_other_programs_come_in_with_every_number() {
    // As Google, older Google, Outlook and a hand-made German list write them.
    let google = "First Name,Middle Name,Last Name,Organization Name,Birthday,Notes,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Custom Field 1 - Label,Custom Field 1 - Value\r\n\
        Marco,Luca,Bianchi,Officina Bianchi,1970-01-31,\"Call, before\nnoon\",garage ::: * myContacts,* Work,marco@example.com,Mobile,+39 347 555 0164 ::: +39 347 555 0165,* Work,+39 02 5550 1182,Shoe,44\r\n";
    let mut book = Book::new();
    import_as(&mut book, "contacts.csv", google.as_bytes());
    let marco = only(&book);
    assert_eq!(marco.full.contact.name, "Marco Luca Bianchi");
    assert_eq!(marco.full.contact.family_name.as_deref(), Some("Bianchi"));
    assert_eq!(marco.full.contact.tags, ["garage"]);
    assert_eq!(
        marco.full.contact.note.as_deref(),
        Some("Call, before\nnoon")
    );
    assert_eq!(marco.full.phones.len(), 3);
    assert_eq!(
        marco.full.phones[0].location.as_deref(),
        Some("work"),
        "the preferred one"
    );
    assert!(marco.full.phones.iter().all(|phone| phone.source == "csv"));
    let out = text(&book.exported(PLAIN));
    assert!(out.contains(",other,Shoe,,44"), "{out}");
    assert_eq!(
        import_as(&mut book, "contacts.csv", google.as_bytes()).same,
        1
    );

    let outlook = b"\"First Name\",\"Last Name\",\"Title\",\"Job Title\",\"Company\",\"Business Street\",\"Business City\",\"Business Phone\",\"Business Phone 2\",\"Mobile Phone\",\"Home Fax\",\"E-mail Address\",\"Birthday\",\"Categories\"\r\n\
        \"J\xF6rg\",\"M\xFCller\",\"Dr.\",\"Meister\",\"Werk\",\"Hauptstr. 1\",\"Berlin\",\"+49 30 901820\",\"+49 30 901821\",\"+49 171 9998877\",\"+49 30 901822\",\"jm@example.com\",\"0/0/00\",\"Kunden;Chor\"\r\n";
    let mut book = Book::new();
    import_as(&mut book, "outlook.csv", outlook);
    let joerg = only(&book);
    assert_eq!(joerg.full.contact.name, "Dr. Jörg Müller");
    assert_eq!(joerg.full.contact.title.as_deref(), Some("Meister"));
    assert_eq!(joerg.full.contact.tags, ["Kunden", "Chor"]);
    let labels: Vec<&str> = joerg
        .full
        .phones
        .iter()
        .rev()
        .map(|phone| phone.location.as_deref().unwrap())
        .collect();
    assert_eq!(joerg.full.phones.len(), 4, "{labels:?}");
    let address = joerg
        .full
        .contact
        .details
        .iter()
        .find(|detail| detail.kind == DetailKind::Address);
    assert_eq!(address.unwrap().text(), "Hauptstr. 1, Berlin");
    assert_eq!(joerg.full.contact.details.len(), 2, "no birthday");

    let hand = "Nachname;Vorname;Wo man ihn trifft;Handy;Wo\nKiss;Eszter;im Park;+36 30 555 0123;+36 1 555 0123\n";
    let mut book = Book::new();
    let maps = ["Wo=phone:work".to_owned()];
    let file = File::open(hand.as_bytes(), "list.csv", &maps).unwrap();
    callbook::import::all(&mut book.store, file).unwrap();
    let eszter = only(&book);
    assert_eq!(eszter.full.contact.name, "Eszter Kiss");
    assert_eq!(eszter.full.phones.len(), 2);
    let card = text(&out_card(&book, &eszter));
    assert!(
        card.contains("X-CALLBOOK-COLUMN;NAME=Wo man ihn trifft:im Park"),
        "{card}"
    );

    let refused = File::open(&b"a,b\n1,2\n"[..], "x.csv", &[]).err().unwrap();
    assert!(
        refused.to_string().contains("--map COLUMN=FIELD"),
        "{refused}"
    );
}

fn out_card(book: &Book, profile: &Profile) -> Vec<u8> {
    out(book, profile, None)
}

#[test]
fn googles_form_has_every_number_with_its_label() {
    let mut book = Book::new();
    import(&mut book, BIANCHI.as_bytes());
    let table = book.exported(ExportForm::Table(csv::TableForm::Google, Guard::Exact));
    let mut other = Book::new();
    import_as(&mut other, "google.csv", &table);
    let numbers = |book: &Book| {
        let mut numbers: Vec<_> = only(book)
            .full
            .phones
            .into_iter()
            .map(|phone| (phone.identity, phone.location))
            .collect();
        numbers.sort();
        numbers
    };
    assert_eq!(numbers(&book), numbers(&other));
}

#[test]
fn a_label_of_a_number_comes_back_in_its_own_words() {
    let labels = [
        "iPhone",
        "cell",
        "Cell",
        "Mobile",
        "MOBILE",
        "Work",
        "Home",
        "Fax",
        "Other fax",
        "Other",
        "Main",
        "Office",
        "_$!<Home>!$_",
        "mobile",
        "other",
    ];
    for version in [Version::V21, Version::V30, Version::V40] {
        let mut book = Book::new();
        let lotte = book.contact("Herr Lotte");
        for (end, label) in (10..).zip(labels) {
            let number = format!("+39 347 555 01{end}");
            book.post(lotte, json!({"number": number, "location": label}))
                .unwrap();
        }
        let card = out(&book, &only(&book), Some(version));
        let mut other = Book::new();
        import(&mut other, &card);
        let read = |book: &Book| {
            let phones = only(book).full.phones.into_iter();
            let mut labels: Vec<_> = phones
                .map(|phone| (phone.number, phone.location.unwrap_or_default()))
                .collect();
            labels.sort();
            labels
                .into_iter()
                .map(|(_, label)| label)
                .collect::<Vec<_>>()
        };
        assert_eq!(read(&other), labels, "{}", text(&card));
        assert_eq!(text(&out(&other, &only(&other), None)), text(&card));
        // What another program made of it since counts.
        let relabelled = text(&card).replace("X-ABLabel:iPhone", "X-ABLabel:Laden");
        let mut other = Book::new();
        import(&mut other, relabelled.as_bytes());
        assert_eq!(read(&other)[0], "Laden", "{relabelled}");
        assert_eq!(read(&other)[1..], labels[1..]);
    }
}

#[test]
fn a_table_for_another_program_keeps_which_numbers_are_confirmed() {
    for form in [csv::TableForm::Google, csv::TableForm::Outlook] {
        for confirmed in [[true, true], [false, true], [false, false], [true, false]] {
            let mut book = Book::new();
            let paul = book.contact("Paul Kern");
            for (number, confirmed) in ["+49 30 1234567", "+49 171 1234567"]
                .into_iter()
                .zip(confirmed)
            {
                let sent = json!({"number": number, "valid_values": confirmed});
                book.post(paul, sent).unwrap();
            }
            let table = book.exported(ExportForm::Table(form, Guard::Exact));
            let mut other = Book::new();
            import_as(&mut other, "table.csv", &table);
            let numbers = |book: &Book| {
                let phones = only(book).full.phones.into_iter();
                let mut said: Vec<_> = phones
                    .map(|phone| (phone.number, phone.valid_values))
                    .collect();
                said.sort();
                said
            };
            assert_eq!(numbers(&other), numbers(&book), "{}", text(&table));
            let again = import_as(&mut book, "table.csv", &table);
            assert_eq!((again.same, again.changed, again.new), (1, 0, 0));
        }
    }
}

/// A card, its only detail edited to a value; the lines that went and came by that.
fn detail_edited(line: &str, value: serde_json::Value) -> (String, Vec<String>, Vec<String>) {
    let card =
        format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada\r\nN:;Ada;;;\r\n{line}\r\nEND:VCARD\r\n");
    let mut book = Book::new();
    import(&mut book, card.as_bytes());
    let before = only(&book).full.contact;
    assert_eq!(text(&out(&book, &only(&book), None)), card);
    let mut details = json!(before.details);
    assert_eq!(details.as_array().unwrap().len(), 1, "{line}: {details}");
    let told = format!(
        "{} {}: {}",
        before.details[0].kind.word(),
        before.details[0].label.as_deref().unwrap_or_default(),
        before.details[0].shown()
    );
    match (value, &mut details[0]["value"]) {
        (serde_json::Value::Object(parts), was) if was.is_object() => {
            for (name, part) in parts {
                was[name] = part;
            }
        }
        (value, was) => *was = value,
    }
    update(
        &mut book,
        before.id,
        &json!({"details": details, "overwrite": true}),
    );
    let after = text(&out(&book, &only(&book), None));
    let (gone, new) = changed_lines(&card, &after);
    (told, gone, new)
}

#[test]
fn the_parts_of_an_address_that_were_not_edited_stay_as_the_card_has_them() {
    for (line, value, edited) in [
        (
            "ADR;TYPE=home:;;Keizersgracht 1\\nAchterhuis;Amsterdam;;1015 CJ;NL",
            json!({"locality": "Utrecht"}),
            "ADR;TYPE=home:;;Keizersgracht 1\\nAchterhuis;Utrecht;;1015 CJ;NL",
        ),
        (
            "ADR:;Flat 3,Rear;12 High\\, Street\\NBack;London;;N1\\:9;UK;Europe",
            json!({"postal_code": "N1 9GU"}),
            "ADR:;Flat 3,Rear;12 High\\, Street\\NBack;London;;N1 9GU;UK;Europe",
        ),
        (
            "ADR:;;1 Main St\\n\\n;Springfield",
            json!({"country": "USA"}),
            "ADR:;;1 Main St\\n\\n;Springfield;;;USA",
        ),
        (
            "ADR:;;Keizersgracht 1\\nAchterhuis;Amsterdam;;;",
            json!({"street": "Herengracht 2"}),
            "ADR:;;Herengracht 2;Amsterdam;;;",
        ),
    ] {
        let (_, gone, new) = detail_edited(line, value);
        assert_eq!(
            (gone, new),
            (vec![line.to_owned()], vec![edited.to_owned()])
        );
    }
    let (told, ..) = detail_edited("ADR:;;A 1\\nB 2;C;;;", json!({"locality": "D"}));
    assert_eq!(told, "address : A 1, B 2, C");
}

#[test]
fn an_edited_detail_keeps_the_property_that_it_came_as() {
    for (line, value, edited) in [
        ("X-SKYPE;X-FOO=a:ada.l", "ada.k", "X-SKYPE;X-FOO=a:ada.k"),
        (
            "item1.X-JABBER:ada@example.org",
            "ada@example.net",
            "item1.X-JABBER:ada@example.net",
        ),
        (
            "X-SIGNAL:+442079460018",
            "+442079460019",
            "X-SIGNAL:+442079460019",
        ),
        (
            "IMPP;X-SERVICE-TYPE=GoogleTalk;type=WORK:xmpp:ada@example.org",
            "ada@example.net",
            "IMPP;X-SERVICE-TYPE=GoogleTalk;type=WORK:xmpp:ada@example.net",
        ),
        (
            "EMAIL:mailto:ada@example.org",
            "ada@example.net",
            "EMAIL:mailto:ada@example.net",
        ),
        ("X-SPOUSE:William", "Will", "X-SPOUSE:Will"),
        (
            "X-EVOLUTION-ANNIVERSARY:1835-07-08",
            "1835-07-09",
            "X-EVOLUTION-ANNIVERSARY:1835-07-09",
        ),
    ] {
        let (_, gone, new) = detail_edited(line, json!(value));
        assert_eq!(
            (gone, new),
            (vec![line.to_owned()], vec![edited.to_owned()])
        );
    }
}

#[test]
fn a_name_in_a_social_network_is_a_chat_and_stays_in_its_line() {
    for (line, told, value, edited) in [
        (
            "X-SOCIALPROFILE;TYPE=twitter:https://twitter.com/ada",
            "chat twitter: ada",
            "adaking",
            "X-SOCIALPROFILE;TYPE=twitter:https://twitter.com/adaking",
        ),
        (
            "X-SOCIALPROFILE;type=facebook;x-user=ada.l:http://facebook.com/ada.l/",
            "chat facebook: ada.l",
            "ada.k",
            "X-SOCIALPROFILE;type=facebook;x-user=ada.k:http://facebook.com/ada.k/",
        ),
        (
            "X-SOCIALPROFILE;type=LinkedIn:https://de.linkedin.com/pub/ada/1/2",
            "chat linkedin: https://de.linkedin.com/pub/ada/1/2",
            "https://www.linkedin.com/company/ada",
            "X-SOCIALPROFILE;type=LinkedIn:https://www.linkedin.com/company/ada",
        ),
        (
            "X-SOCIALPROFILE;type=mastodon;x-user=a:https://example.social/@a",
            "chat mastodon: https://example.social/@a",
            "https://example.social/@king",
            "X-SOCIALPROFILE;type=mastodon:https://example.social/@king",
        ),
        (
            "X-SOCIALPROFILE;type=Gadu;x-user=ada:x-apple:ada",
            "chat gadu: ada",
            "king",
            "X-SOCIALPROFILE;type=Gadu;x-user=king:x-apple:king",
        ),
    ] {
        let (said, gone, new) = detail_edited(line, json!(value));
        assert_eq!(said, told);
        assert_eq!(
            (gone, new),
            (vec![line.to_owned()], vec![edited.to_owned()])
        );
    }
}

#[test]
fn a_table_with_any_number_of_columns_comes_back_whole() {
    let mut card = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Many\r\nN:Many;Ada;;;\r\n".to_owned();
    for number in 0..300 {
        card += &format!("TEL;TYPE=work:+4420794{number:05}\r\n");
        card += &format!("EMAIL;TYPE=home:a{number}@example.org\r\n");
        card += &format!("ADR:;;{number} Main Street;Springfield;IL;62701;USA\r\n");
    }
    card += "NOTE:-1\r\nSORT-STRING:Zed\r\nEND:VCARD\r\n";
    let mut book = Book::new();
    import(&mut book, card.as_bytes());
    for (form, guard) in [
        (csv::TableForm::Plain, Guard::Exact),
        (csv::TableForm::Plain, Guard::Safe),
        (csv::TableForm::Google, Guard::Safe),
        (csv::TableForm::Outlook, Guard::Exact),
    ] {
        let table = book.exported(ExportForm::Table(form, guard));
        let mut other = Book::new();
        import_as(&mut other, "table.csv", &table);
        let said = |book: &Book| said_in_tables(&only(book));
        assert_eq!(said(&other), said(&book), "{form:?} {guard:?}");
        let again = import_as(&mut book, "table.csv", &table);
        assert_eq!(
            (again.same, again.changed, again.new),
            (1, 0, 0),
            "{form:?}"
        );
    }
}

#[test]
fn details_in_another_order_go_out_in_that_order() {
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nN:;Ada;;;\r\nFN:Ada\r\nURL;TYPE=HOME:https://one.example/?a=a-long-address\r\n \
        -that-is-folded\r\nEMAIL:ada@example.org\r\nitem1.URL:https://two.example\r\nitem1.X-ABLabel:Shop\r\n\
        URL;X-FOO=bar:https://three.example\r\nX-SOMETHING:kept\r\nTEL:+44 20 7946 0018\r\nEND:VCARD\r\n";
    let mut book = Book::new();
    import(&mut book, card.as_bytes());
    let links = |book: &Book| {
        let details = only(book).full.contact.details.into_iter();
        let links = details.filter(|detail| detail.kind == DetailKind::Link);
        links
            .map(|link| (link.label.clone(), link.text().into_owned()))
            .collect::<Vec<_>>()
    };
    let change = |book: &mut Book, change: &dyn Fn(&mut Vec<Detail>)| {
        let contact = only(book).full.contact;
        let mut details = contact.details;
        change(&mut details);
        let sent = json!({"details": details, "overwrite": true});
        update(book, contact.id, &sent);
    };
    change(&mut book, &|details| details.reverse());
    let before = links(&book);
    assert_eq!(before[0].1, "https://three.example");
    let reversed = out(&book, &only(&book), None);
    assert_eq!(
        text(&reversed),
        "BEGIN:VCARD\r\nVERSION:3.0\r\nN:;Ada;;;\r\nFN:Ada\r\nURL;X-FOO=bar:https://three.example\r\n\
        EMAIL:ada@example.org\r\nitem1.URL:https://two.example\r\nitem1.X-ABLabel:Shop\r\n\
        URL;TYPE=HOME:https://one.example/?a=a-long-address\r\n -that-is-folded\r\nX-SOMETHING:kept\r\n\
        TEL:+44 20 7946 0018\r\nEND:VCARD\r\n"
    );
    let mut other = Book::new();
    import(&mut other, &reversed);
    assert_eq!(links(&other), before);

    // One that is new, with its place before the others.
    change(&mut book, &|details| {
        let link = DetailValue::read(DetailKind::Link, "https://new.example");
        details.insert(0, Detail::new(DetailKind::Link, None, link));
        details.retain(|detail| !detail.text().contains("two"));
    });
    let before = links(&book);
    assert_eq!(before.len(), 3);
    let mut other = Book::new();
    import(&mut other, &out(&book, &only(&book), None));
    assert_eq!(links(&other), before);

    // Another kind in between says nothing of an order: every line stays.
    let mut book = Book::new();
    import(&mut book, card.as_bytes());
    change(&mut book, &|details| {
        details.sort_by_key(|detail| detail.kind != DetailKind::Email);
    });
    assert_eq!(text(&out(&book, &only(&book), None)), card);
}

/// A contact and its phones without what another database gives them anew.
fn plain(profile: &Profile) -> (Contact, Vec<Phone>) {
    let mut contact = profile.full.contact.clone();
    let nobody = ContactId(uuid::Uuid::nil());
    contact.id = nobody;
    contact.card = None;
    contact.uid = None;
    let zero = callbook::domain::timestamp::Timestamp::default();
    (
        contact.created_at,
        contact.updated_at,
        contact.updated_in_db_at,
    ) = (zero, zero, zero);
    let mut phones = profile.full.phones.clone();
    for phone in &mut phones {
        phone.contact = nobody;
        phone.id = callbook::domain::phone::PhoneId(uuid::Uuid::nil());
        phone.typed = String::new();
        (phone.created_at, phone.updated_at, phone.updated_in_db_at) = (zero, zero, zero);
    }
    phones.sort_by(|one, other| one.identity.cmp(&other.identity));
    for detail in &mut contact.details {
        detail.id = DetailId::default();
    }
    contact.details.sort_by(|one, other| {
        (one.kind.word(), &one.label, one.text()).cmp(&(
            other.kind.word(),
            &other.label,
            other.text(),
        ))
    });
    (contact, phones)
}

#[track_caller]
fn same(one: &Profile, other: &Profile) {
    assert_eq!(plain(one), plain(other));
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        "[A-Za-zÀ-ž]{1,8}( [A-Za-z;,:\\\\'\"=/^-]{1,6}[a-z])?",
        "[\u{4e00}-\u{4e30}]{1,3}",
        "[ا-ي]{2,6}",
        Just("_$!<Home>!$_x".to_owned()),
    ]
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        "\\+39 02 5550 1[0-9]{3}",
        "\\+44 20 7946 0[0-9]{3}( ext\\. [1-9][0-9]{1,3})?",
        "\\(213\\) 456-7[0-9]{3}",
        "[1-9][0-9]{2}",
        "[A-Z]{3,6} [0-9]{2}",
        // What is no number may be of several lines.
        "[A-Z]{3}\n[A-Z]{2}",
    ]
}

fn company() -> impl Strategy<Value = ContactKind> {
    prop_oneof![4 => Just(ContactKind::Person), 1 => Just(ContactKind::Company)]
}

fn tag() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => word(),
        1 => "[a-z]{1,3}\n{1,2} ?[a-z=]{1,3}",
        1 => "[*] ?[a-z]{3}|[a-z]{2} ::: [a-z]{2}|[a-z]{2}[;,][a-z]{2}",
    ]
}

fn label() -> impl Strategy<Value = Option<String>> {
    prop_oneof![
        Just(None),
        prop::sample::select(vec![
            "mobile",
            "home",
            "work",
            "office",
            "fax",
            "work fax",
            "home fax",
            "work-fax",
            "home-fax",
            "pager",
            "main",
            "other",
            "Summer house"
        ])
        .prop_map(|label| Some(label.to_owned())),
        word().prop_map(Some),
    ]
}

fn detail() -> impl Strategy<Value = Detail> {
    let text = prop_oneof![
        word(),
        Just("https://example.org/a?b=1;c=2,3".to_owned()),
        Just("1980-03-22".to_owned()),
        Just("--03-22".to_owned()),
        Just("circa 1800".to_owned()),
        Just("mail@example.org".to_owned()),
        Just("xmpp:mia".to_owned()),
    ];
    let lines = prop::option::of("[a-z]{1,3}\r?\n[a-z]{1,3}");
    let kind = prop::sample::select(DetailKind::ALL.to_vec());
    let label = prop_oneof![
        2 => label(),
        1 => prop::sample::select(vec!["birthday", "anniversary", "spouse", "skype"])
            .prop_map(|label| Some(label.to_owned())),
    ];
    (
        kind,
        label,
        (text, lines),
        date(),
        address(),
        any::<(bool, bool)>(),
    )
        .prop_map(
            |(kind, label, (text, lines), date, address, (is_parted, preferred))| {
                let value = match kind {
                    // What a field of one's own says may have several lines.
                    DetailKind::Other => lines.unwrap_or(text).into(),
                    DetailKind::Address if is_parted => address.into(),
                    DetailKind::Date if is_parted => date.into(),
                    _ => DetailValue::read(kind, &text),
                };
                Detail {
                    preferred,
                    ..Detail::new(kind, label, value)
                }
            },
        )
}

fn date() -> impl Strategy<Value = PartialDate> {
    let year = prop::option::of(1..=9999);
    (
        year,
        prop::option::of(1..=12_u32),
        prop::option::of(1..=29_u32),
    )
        .prop_filter_map("a date", |(year, month, day)| {
            PartialDate::new(year, month, day).ok()
        })
}

fn address() -> impl Strategy<Value = Address> {
    let part = || prop_oneof![2 => word(), 1 => Just(String::new())];
    let parts = (part(), part(), part(), part(), part(), part());
    (word(), parts).prop_map(
        |(street, (po_box, extended, locality, region, postal_code, country))| Address {
            street,
            extended,
            po_box,
            locality,
            region,
            postal_code,
            country,
        },
    )
}

fn phone() -> impl Strategy<Value = PhoneAttributes> {
    (
        number(),
        label(),
        any::<(bool, bool, bool)>(),
        prop_oneof![
            Just(None),
            word().prop_map(Some),
            Just(Some("carddav:home".to_owned()))
        ],
    )
        .prop_map(
            |(number, location, (historic, valid, primary), source)| PhoneAttributes {
                number: Some(number),
                location: Some(location),
                historic: Some(historic),
                valid_values: Some(valid),
                primary: Some(primary),
                source,
                ..PhoneAttributes::default()
            },
        )
}

fn contact() -> impl Strategy<Value = (ContactAttributes, Vec<PhoneAttributes>)> {
    let some = || prop::option::of(word());
    (
        word(),
        (some(), some(), some(), some(), some()),
        (some(), some(), some(), some(), some(), some(), some()),
        (
            prop::option::of("[a-z;,:\\\\\n]{0,60}(\r\n)?[a-zß]"),
            company(),
        ),
        prop::collection::btree_set(tag(), 0..3),
        prop::collection::vec(detail(), 0..4),
        prop::collection::vec(phone(), 0..4),
        any::<bool>(),
    )
        .prop_map(
            |(name, texts, more, (note, kind), tags, details, phones, favourite)| {
                let (given, family, nickname, organisation, title) = texts;
                let (prefix, additional, suffix, spoken, family_spoken, department, role) = more;
                let contact = ContactAttributes {
                    name: Some(Some(name)),
                    prefix: Some(prefix),
                    given_name: Some(given),
                    additional_name: Some(additional),
                    family_name: Some(family),
                    suffix: Some(suffix),
                    phonetic_given_name: Some(spoken),
                    phonetic_family_name: Some(family_spoken),
                    department: Some(department),
                    role: Some(role),
                    kind: Some(kind),
                    nickname: Some(nickname),
                    organisation: Some(organisation),
                    title: Some(title),
                    note: Some(note),
                    tags: Some(tags.into_iter().collect()),
                    details: Some(details),
                    favourite: Some(favourite),
                    ..ContactAttributes::default()
                };
                (contact, phones)
            },
        )
}

fn store(book: &mut Book, (contact, phones): (ContactAttributes, Vec<PhoneAttributes>)) -> Profile {
    let id = book
        .store
        .create_contact(contact, Vec::new())
        .unwrap()
        .value
        .id;
    for phone in phones {
        // The same number may have been drawn twice, which is refused.
        let _ = book.store.create_phone(id, phone, Vec::new());
    }
    book.store.profile(id).unwrap()
}

fn cases(figure: usize) -> ProptestConfig {
    ProptestConfig {
        cases: u32::try_from(drawn(figure)).unwrap(),
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed().unwrap_or(1)),
        ..ProptestConfig::default()
    }
}

/// A drawn contact with its numbers as the store would make them, without a store.
fn made((contact, phones): (ContactAttributes, Vec<PhoneAttributes>)) -> FullContact {
    let context = Context {
        now: Timestamp::default(),
        home: Region::new("US"),
        fresh_id: uuid::Uuid::from_u128(1),
    };
    let contact = contact.create(&context, Vec::new()).unwrap();
    let phones = (2..).zip(phones).map(|(id, phone)| {
        let fresh_id = uuid::Uuid::from_u128(id);
        let context = Context {
            fresh_id,
            ..context
        };
        phone
            .create(contact.id, false, &context, Vec::new())
            .unwrap()
    });
    let phones = phones.collect();
    FullContact { contact, phones }
}

proptest! {
    #![proptest_config(cases(5_000))]

    #[test]
    fn a_generated_contact_is_the_same_after_the_edited_text(drawn in contact()) {
        let home = Region::new("US");
        let full = made(drawn);
        let mut edited = EditedText::of(full.clone(), home, Vec::new());
        let text = edited.text().to_owned();
        prop_assert_eq!(edited.came_back(&text), CameBack::Unchanged);
        // A comment is another text that says the same.
        let commented = format!("# nothing\n{text}");
        prop_assert_eq!(edited.came_back(&commented), CameBack::Unchanged, "{}", text);
        // One more line is all that changes.
        let tagged = text.replacen("\nemail = [", "\nemail = [ \"new@example.org\",", 1);
        let CameBack::Save(edit) = edited.came_back(&tagged) else {
            return Err(TestCaseError::fail(format!("{}\n{tagged}", edited.text())));
        };
        let details = edit.contact.unwrap().details.unwrap();
        let kept = details.iter().filter(|detail| !detail.id.is_none()).cloned();
        prop_assert_eq!(kept.collect::<Vec<_>>(), full.contact.details);
        prop_assert_eq!(edit.phones, []);
    }

    #[test]
    fn a_generated_book_is_the_same_after_a_table_or_json(
        drawn in prop::collection::vec(contact(), 1..4),
        form in prop::sample::select(vec![PLAIN, SAFE, ExportForm::Book]),
    ) {
        let mut book = Book::of_rules();
        for drawn in drawn {
            store(&mut book, drawn);
        }
        let bytes = book.exported(form);
        let name = if form == ExportForm::Book { "book.json" } else { "book.csv" };
        let mut other = Book::of_rules();
        let report = import_as(&mut other, name, &bytes);
        prop_assert!(report.rejects.is_empty(), "{:?}", report.rejects);
        let plain_all = |book: &Book| everybody(book).iter().map(plain).collect::<Vec<_>>();
        prop_assert_eq!(plain_all(&book), plain_all(&other), "{}", text(&bytes));
        let again = import_as(&mut other, name, &bytes);
        prop_assert_eq!(again.new + again.changed, 0);
    }

    #[test]
    fn a_generated_contact_is_the_same_after_export_and_import(
        drawn in contact(),
        version in prop::sample::select(vec![Version::V21, Version::V30, Version::V40]),
    ) {
        let mut book = Book::of_rules();
        let before = store(&mut book, drawn);
        let card = out(&book, &before, Some(version));
        let mut other = Book::of_rules();
        import(&mut other, &card);
        let after = only(&other);
        prop_assert_eq!(plain(&before), plain(&after), "{}", text(&card));
        prop_assert_eq!(&out(&other, &after, None), &card, "it came so and goes out so");
        // And at home it is nothing new.
        prop_assert_eq!(import(&mut book, &card).same, 1);
    }

    #[test]
    fn a_card_that_was_made_into_something_else_says_so(drawn in contact(), into in contact()) {
        let mut book = Book::of_rules();
        let first = store(&mut book, drawn);
        let card = out(&book, &first, None);
        let mut book = Book::of_rules();
        import(&mut book, &card);
        let id = only(&book).full.contact.id;
        for phone in only(&book).full.phones {
            if phone.typed.len() % 2 == 0 {
                book.store.delete_phone(phone.id, None).unwrap();
            }
        }
        let (mut sent, phones) = into;
        sent.overwrite = true;
        book.store.update_contact(id, sent, Vec::new()).unwrap();
        for phone in phones {
            let _ = book.store.create_phone(id, phone, Vec::new());
        }
        let before = only(&book);
        let card = out(&book, &before, None);
        let mut other = Book::of_rules();
        import(&mut other, &card);
        prop_assert_eq!(plain(&before), plain(&only(&other)), "{}", text(&card));
    }
}

/// A contact with all that a table for another program can say, in its columns or in those at its end.
fn contact_of_tables() -> impl Strategy<Value = (ContactAttributes, Vec<PhoneAttributes>)> {
    let word = || "[a-z]{3,8}";
    let some = || prop::option::of("[a-z]{3,8}");
    let label = |labels: &[&'static str]| prop::option::of(prop::sample::select(labels.to_vec()));
    let address = (word(), some(), some(), word(), some()).prop_map(
        |(street, extended, po_box, locality, country)| {
            DetailValue::Address(Box::new(Address {
                street: format!("{street} 7"),
                extended: extended.unwrap_or_default(),
                po_box: po_box.unwrap_or_default(),
                locality,
                country: country.unwrap_or_default(),
                ..Address::default()
            }))
        },
    );
    let text = |kind| move |text: String| (kind, DetailValue::read(kind, &text));
    let detail = prop_oneof![
        (
            label(&["home", "work", "own words"]),
            "[a-z]{3,8}@example[.]org".prop_map(text(DetailKind::Email))
        ),
        (
            label(&["home", "work", "other", "own words"]),
            address.prop_map(|address| (DetailKind::Address, address))
        ),
        (
            label(&["birthday", "anniversary", "graduation"]).prop_map(|own| own.or(Some("other"))),
            "(19[0-9]{2}|-)-0[1-9]-1[0-9]".prop_map(text(DetailKind::Date))
        ),
        (
            label(&["blog", "profile"]),
            "https://[a-z]{3,8}[.]example".prop_map(text(DetailKind::Link))
        ),
        (
            label(&["signal", "matrix"]),
            "[a-z]{3,8}".prop_map(text(DetailKind::Chat))
        ),
        (
            label(&["spouse", "boss", "child", "manager"]),
            "[A-Z][a-z]{3,8}(, [a-z]{3})?".prop_map(text(DetailKind::Relation))
        ),
        (
            label(&["shoe", "hobby", "* locker", "a ::: b"]),
            "[a-z]{3,8}((\r?\n| ::: )[a-z]{2})?".prop_map(text(DetailKind::Other))
        ),
    ];
    let phone = (
        10..99_u8,
        label(&[
            "mobile", "home", "work", "fax", "pager", "main", "other", "car", "workshop",
            "work fax", "home fax", "work-fax", "home-fax", "* door", "a ::: b",
        ]),
        any::<bool>(),
        any::<bool>(),
    );
    let tag = prop::sample::select(vec![
        "[a-z]{3,8}",
        "[a-z]{3}, [a-z]{3}",
        "[a-z]{3};[a-z]{3}",
        "[a-z]{3} ::: [a-z]{3}",
        "[*] ?[a-z]{3}",
    ]);
    (
        (word(), word(), some(), some(), some(), 0..8_u8),
        (some(), some(), some(), some(), some(), some()),
        (
            some(),
            some(),
            prop::option::of("[a-z]{3,8}(\r?\n[a-z]{3,8})?"),
            company(),
        ),
        prop::collection::btree_set(tag.prop_flat_map(|tag| tag), 0..3),
        prop::collection::vec((detail, any::<bool>()), 0..9),
        prop::collection::vec(phone, 0..7),
        any::<bool>(),
    )
        .prop_map(|(names, more, texts, tags, details, phones, favourite)| {
            let (given, family, prefix, additional, suffix, shown) = names;
            let (spoken, family_spoken, nickname, organisation, title, department) = more;
            let (role, sort_as, note, kind) = texts;
            let name = format!("{given} {family}");
            let shown = match shown {
                0 => Some(name.clone()),
                1 => Some(format!("Aunt {given}")),
                2 => Some(format!("{family}, {given}")),
                _ => None,
            };
            // A company has a name, and no parts of one.
            let parts = (kind == ContactKind::Person).then_some((given, family));
            let (given, family) = parts.unzip();
            let shown = shown.or_else(|| given.is_none().then_some(name));
            let mut contact = ContactAttributes {
                name: shown.map(Some),
                prefix: Some(prefix.filter(|_| kind == ContactKind::Person)),
                kind: Some(kind),
                given_name: Some(given),
                additional_name: Some(additional.filter(|_| kind == ContactKind::Person)),
                family_name: Some(family),
                suffix: Some(suffix.filter(|_| kind == ContactKind::Person)),
                phonetic_given_name: Some(spoken),
                phonetic_family_name: Some(family_spoken),
                sort_as: Some(sort_as),
                nickname: Some(nickname),
                organisation: Some(organisation),
                title: Some(title),
                role: Some(role),
                department: Some(department),
                note: Some(note),
                tags: Some(tags.into_iter().collect()),
                favourite: Some(favourite),
                ..ContactAttributes::default()
            };
            let mut preferred: Vec<DetailKind> = Vec::new();
            let mut details: Vec<Detail> = { details.into_iter() }
                .map(|((label, (kind, value)), prefers)| {
                    let mut detail = Detail::new(kind, label.map(str::to_owned), value);
                    let prefers = prefers && kind.has_preferred() && !preferred.contains(&kind);
                    preferred.extend(prefers.then_some(kind));
                    detail.preferred = prefers;
                    detail
                })
                .collect();
            let mut seen = std::collections::HashSet::new();
            details.retain(|detail| seen.insert((detail.kind, detail.text().into_owned())));
            contact.details = Some(details);
            let phones =
                phones
                    .into_iter()
                    .map(|(end, label, historic, primary)| PhoneAttributes {
                        number: Some(format!("+1 650 253 00{end}")),
                        location: Some(label.map(str::to_owned)),
                        historic: Some(historic),
                        primary: Some(primary && !historic),
                        ..PhoneAttributes::default()
                    });
            (contact, phones.collect())
        })
}

/// What a table for another program says of a contact.
fn said_in_tables(profile: &Profile) -> Vec<String> {
    let FullContact { contact, phones } = &profile.full;
    let parts = NameParts::of(contact);
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut said = vec![
        format!("{} {parts:?} {:?}", contact.name, contact.kind),
        text(&contact.phonetic_given_name),
        text(&contact.phonetic_family_name),
        text(&contact.sort_as),
        text(&contact.nickname),
        text(&contact.organisation),
        text(&contact.title),
        text(&contact.role),
        text(&contact.department),
        text(&contact.note),
        contact.favourite.to_string(),
    ];
    let details = contact.details.iter();
    let details: Vec<String> = details
        .map(|detail| {
            let Detail {
                kind,
                label,
                preferred,
                value,
                ..
            } = detail;
            format!("{kind:?} {label:?} {preferred} {value:?}")
        })
        .collect();
    let tags = contact.tags.clone();
    let phones = phones.iter();
    let mut phones: Vec<String> = phones
        .map(|phone| {
            let flags = (phone.historic, phone.primary);
            format!("{} {:?} {flags:?}", phone.number, phone.location)
        })
        .collect();
    phones.sort();
    said.extend(tags.into_iter().chain(details).chain(phones));
    said
}

proptest! {
    #![proptest_config(cases(5_000))]

    #[test]
    fn a_generated_contact_is_the_same_after_a_table_for_another_program(
        drawn in contact_of_tables(),
        form in prop::sample::select(vec![csv::TableForm::Google, csv::TableForm::Outlook]),
    ) {
        let mut book = Book::of_rules();
        let before = store(&mut book, drawn);
        let bytes = book.exported(ExportForm::Table(form, Guard::Exact));
        let mut other = Book::of_rules();
        import_as(&mut other, "table.csv", &bytes);
        prop_assert_eq!(
            said_in_tables(&before),
            said_in_tables(&only(&other)),
            "{}",
            text(&bytes)
        );
        let again = import_as(&mut book, "table.csv", &bytes);
        prop_assert_eq!((again.same, again.changed, again.new), (1, 0, 0), "{}", text(&bytes));
    }
}

/// Cards of many programs, with some bytes changed: what no program writes, and a disk may.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cards");
    let files = std::fs::read_dir(folder).unwrap();
    let mut cards: Vec<Vec<u8>> = files
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .collect();
    cards.push(BIANCHI.into());
    cards.sort();
    let sign = prop_oneof![
        any::<u8>(),
        prop::sample::select(b"\r\n;:,=\\\" .".to_vec()),
    ];
    let change = (any::<prop::sample::Index>(), sign, 0..3_u8);
    let changes = prop::collection::vec(change, 0..8);
    (prop::sample::select(cards), changes).prop_map(|(mut card, changes)| {
        for (at, sign, kind) in changes {
            if card.is_empty() {
                break;
            }
            let at = at.index(card.len());
            match kind {
                0 => card[at] = sign,
                1 => card.insert(at, sign),
                _ => drop(card.remove(at)),
            }
        }
        card
    })
}

/// The records of a card, as they would be stored.
fn taken(card: &[u8]) -> Option<FullContact> {
    let incoming = CardReader::new(card).next()?.ok()?;
    let mut ids = 0;
    let context = || {
        ids += 1;
        Context {
            now: callbook::domain::timestamp::Timestamp::from_micros(crate::support::NOON),
            home: Region::new("US"),
            fresh_id: uuid::Uuid::from_u128(ids),
        }
    };
    let taken = CardRecords::of(incoming.said, vcard::SOURCE, context)
        .ok()?
        .settled();
    Some(taken.records)
}

#[test]
fn every_sample_says_the_same_in_another_version() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/cards");
    let home = Region::new("US");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let file = std::fs::read(file.unwrap().path()).unwrap();
        for card in CardReader::new(&file[..]).flatten().map(|card| card.card) {
            let stored = taken(&card).unwrap();
            for version in [Version::V30, Version::V40] {
                let other = vcard::write(&stored, Some(&card), Some(version), home, &NO_FIELDS);
                let mut read = taken(&other).unwrap();
                read.contact.id = stored.contact.id;
                assert_eq!(read.contact, stored.contact, "{}", text(&other));
                let numbers = |phones: &[Phone]| {
                    let plain = phones.iter().map(|phone| Phone {
                        id: phones[0].id,
                        typed: String::new(),
                        ..phone.clone()
                    });
                    plain.collect::<Vec<_>>()
                };
                assert_eq!(
                    numbers(&read.phones),
                    numbers(&stored.phones),
                    "{}",
                    text(&other)
                );
                seen += 1;
            }
        }
    }
    assert!(seen > 30, "{seen}");
}

#[test]
fn a_byte_order_mark_before_begin_stays_out_of_a_card_in_another_version() {
    let file = " \u{feff}BEGIN:VCARD\nVERSION:3.0\nFN:Imre Kiss\nTEL:+36 1 555 0134\nEND:VCARD\n";
    let card = CardReader::new(file.as_bytes())
        .next()
        .unwrap()
        .unwrap()
        .card;
    let stored = taken(&card).unwrap();
    let other = vcard::write(&stored, Some(&card), Some(Version::V40), None, &NO_FIELDS);
    assert_eq!(
        taken(&other).unwrap().contact.name,
        "Imre Kiss",
        "{}",
        text(&other)
    );
    assert_eq!(text(&other).matches("BEGIN").count(), 1, "{}", text(&other));
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn whatever_came_in_as_a_card_goes_out_so(file in damaged()) {
        let home = Region::new("US");
        for card in CardReader::new(&file[..]).flatten() {
            let card = card.card;
            let Some(stored) = taken(&card) else { continue };
            let same = vcard::write(&stored, Some(&card), None, home, &NO_FIELDS);
            prop_assert_eq!(text(&same), text(&card));
            for version in [Version::V30, Version::V40] {
                let other = vcard::write(&stored, Some(&card), Some(version), home, &NO_FIELDS);
                prop_assert!(taken(&other).is_some(), "{}", text(&other));
            }
        }
    }
}
