//! A made-up card for each program whose vCards are known, with what is on it: it comes in whole, goes
//! out byte for byte, and says the same edited and in other versions.

use std::path::Path;

use crate::support::Book;
use callbook::domain::contact::{ContactAttributes, DetailKind};
use callbook::domain::edit::Profile;
use callbook::domain::listing::ListQuery;
use callbook::exchange::vcard::Version;
use callbook::export::ExportForm;
use callbook::import::File;
use serde::Deserialize;
use serde_json::json;

/// What is on a card.
#[derive(Debug, Deserialize)]
struct Truth {
    file: String,
    name: String,
    numbers: Vec<String>,
    emails: Vec<String>,
    addresses: Vec<String>,
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data")
}

fn truths() -> Vec<Truth> {
    let table = std::fs::read(folder().join("programs.json")).unwrap();
    serde_json::from_slice(&table).unwrap()
}

fn book(card: &[u8]) -> Book {
    let mut book = Book::new();
    let file = File::open(card, "cards.vcf", &[]).unwrap();
    let report = callbook::import::all(&mut book.store, file).unwrap().value;
    assert!(report.rejects.is_empty(), "{:?}", report.rejects);
    book
}

fn only(book: &Book) -> Profile {
    let rows = book.store.rows(&ListQuery::default(), 0, 10).unwrap();
    assert_eq!(rows.rows.len(), 1);
    book.store.profile(rows.rows[0].id).unwrap()
}

fn exported(book: &Book, version: Option<Version>) -> Vec<u8> {
    book.exported(ExportForm::Cards(version))
}

#[track_caller]
fn says(profile: &Profile, truth: &Truth, when: &str) {
    let file = &truth.file;
    assert_eq!(profile.full.contact.name, truth.name, "{file} {when}");
    let digits = |text: &str| {
        text.chars()
            .filter(char::is_ascii_digit)
            .collect::<String>()
    };
    let sorted = |mut all: Vec<String>| {
        all.sort();
        all
    };
    let numbers = profile.full.phones.iter().map(|phone| digits(&phone.typed));
    let expected = truth.numbers.iter().map(|number| digits(number));
    assert_eq!(
        sorted(numbers.collect()),
        sorted(expected.collect()),
        "{file} {when}"
    );
    for (kind, expected) in [
        (DetailKind::Email, &truth.emails),
        (DetailKind::Address, &truth.addresses),
    ] {
        let details = profile.full.contact.details.iter();
        let of_kind = details.filter(|detail| detail.kind == kind);
        let values: Vec<String> = of_kind.map(|detail| detail.text().into_owned()).collect();
        assert_eq!(values, *expected, "{file} {when}");
    }
}

#[test]
fn the_cards_of_every_program_come_in_and_go_out() {
    let truths = truths();
    assert!(truths.len() > 30);
    for truth in &truths {
        let file = &truth.file;
        let card = std::fs::read(folder().join("cards").join(file)).unwrap();
        let mut book = book(&card);
        let whole = only(&book);
        says(&whole, truth, "as it came");
        let text = |card: &[u8]| String::from_utf8_lossy(card).into_owned();
        assert_eq!(text(&exported(&book, None)), text(&card), "{file}");
        assert_eq!(exported(&book, None), card, "{file}");
        let versions = [Version::V21, Version::V30, Version::V40];
        for version in versions {
            let again = self::book(&exported(&book, Some(version)));
            let read = only(&again);
            says(&read, truth, version.number());
            let labels = |profile: &Profile| {
                let phones = profile
                    .full
                    .phones
                    .iter()
                    .map(|phone| phone.location.clone());
                let mut labels: Vec<Option<String>> = phones.collect();
                labels.sort();
                labels
            };
            assert_eq!(labels(&read), labels(&whole), "{file} {}", version.number());
            assert_eq!(
                read.full.contact.details, whole.full.contact.details,
                "{file}"
            );
        }

        let sent = json!({"note": "edited here", "overwrite": true});
        let (sent, faults) = ContactAttributes::read(sent.as_object().unwrap().clone());
        book.store
            .update_contact(whole.full.contact.id, sent, faults)
            .unwrap();
        for version in [None, Some(Version::V30), Some(Version::V40)] {
            let again = self::book(&exported(&book, version));
            let edited = only(&again);
            says(&edited, truth, "edited");
            assert_eq!(
                edited.full.contact.note.as_deref(),
                Some("edited here"),
                "{file}"
            );
        }
    }
}
