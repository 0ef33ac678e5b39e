//! A field is written down once, and is everywhere: each row of the field table, in documents, the
//! database, the history, our own tables, cards and the layouts of lines.

use std::collections::BTreeMap;

use callbook::cli::format::LineFormat;
use callbook::domain::contact::{Contact, ContactAttributes};
use callbook::domain::duplicates::merged;
use callbook::domain::fields::{CONTACT, ContactField, PHONE, Place, Use, texts};
use callbook::domain::full_contact::FullContact;
use callbook::domain::operation::Operation;
use callbook::domain::phone::PhoneAttributes;
use callbook::exchange::csv::{self, Guard};
use callbook::exchange::vcard::Version;
use callbook::export::ExportForm;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::support::Book;
use crate::tables::{all, take};

/// A value for a field, as a document has it, and as people read it; none for what no caller decides.
fn sample(field: &ContactField) -> Option<(Value, String)> {
    Some(match (field.name, &field.place) {
        ("name", _) => (json!("a name"), "a name".to_owned()),
        ("kind", _) => (json!("company"), "company".to_owned()),
        ("tags", _) => (json!(["one tag"]), "one tag".to_owned()),
        (name, Place::Text(_)) => (json!(format!("some {name}")), format!("some {name}")),
        (_, Place::Flag(_)) if field.is_document() => (json!(true), "yes".to_owned()),
        _ => return None,
    })
}

/// A document with every field, which the table alone reads.
fn document() -> Map<String, Value> {
    let samples = CONTACT
        .iter()
        .filter_map(|field| Some((field, sample(field)?)));
    let samples = samples.filter(|(field, _)| field.is_document());
    let mut document: Map<String, Value> = samples
        .map(|(field, (value, _))| (field.name.to_owned(), value))
        .collect();
    document.insert("source".to_owned(), json!("some source"));
    document
}

/// A book with one contact that has every field.
fn whole() -> (Book, Contact) {
    let mut book = Book::of_rules();
    let (sent, faults) = ContactAttributes::read_new(document());
    assert_eq!(faults, []);
    let contact = book.store.create_contact(sent, faults).unwrap().value;
    (book, contact)
}

fn is_said(contact: &Contact, which: impl Fn(&ContactField) -> bool) {
    for field in CONTACT.iter().filter(|field| which(field)) {
        if let Some((_, text)) = sample(field) {
            assert_eq!(field.text(contact), text, "{field:?}");
        }
    }
}

fn exported(book: &Book, form: ExportForm) -> String {
    String::from_utf8(book.exported(form)).unwrap()
}

#[test]
fn every_field_is_read_from_a_document_stored_and_written_to_one() {
    let (book, contact) = whole();
    is_said(&contact, ContactField::is_document);
    // The database has a column for each, which is found by its name alone.
    assert_eq!(book.store.contact(contact.id).unwrap(), contact);
    let attributes = contact.attributes();
    let names: Vec<&str> = attributes
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    let mut documented: Vec<&str> = CONTACT
        .iter()
        .filter(|field| field.is_document())
        .map(|field| field.name)
        .collect();
    documented.sort_unstable();
    assert_eq!(names, documented);
    for (name, value) in document() {
        assert_eq!(attributes[&name], value, "{name}");
    }
}

#[test]
fn the_structs_have_no_field_that_is_no_row() {
    let (mut book, contact) = whole();
    let sent = PhoneAttributes {
        number: Some("+390255501182".to_owned()),
        ..PhoneAttributes::default()
    };
    let phone = book
        .store
        .create_phone(contact.id, sent, vec![])
        .unwrap()
        .value;
    let rows = |names: Vec<&str>| {
        let mut names = names;
        names.push("id");
        names.sort_unstable();
        names.into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let keys = |record: Value| {
        record
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(
        keys(serde_json::to_value(&contact).unwrap()),
        rows(CONTACT.iter().map(|field| field.name).collect())
    );
    assert_eq!(
        keys(serde_json::to_value(&phone).unwrap()),
        rows(PHONE.iter().map(|field| field.name).collect())
    );
}

#[test]
fn every_text_that_is_too_long_is_refused_by_its_name() {
    for text in texts(&CONTACT) {
        let mut sent = ContactAttributes {
            name: Some(Some("Ada".to_owned())),
            ..ContactAttributes::default()
        };
        *text.sent_mut(&mut sent) = Some(Some("x".repeat(text.field.limit + 1)));
        let mut book = Book::of_rules();
        let refused = book.store.create_contact(sent, vec![]).unwrap_err();
        let named: Vec<_> = refused
            .faults
            .iter()
            .map(|fault| fault.attribute.as_deref())
            .collect();
        assert_eq!(named, [Some(text.field.name)]);
    }
}

#[test]
fn every_change_of_a_field_is_told_in_its_words() {
    let (mut book, contact) = whole();
    for text in texts(&CONTACT) {
        let mut sent = ContactAttributes {
            overwrite: true,
            ..ContactAttributes::default()
        };
        *text.sent_mut(&mut sent) = Some(Some("other".to_owned()));
        book.store.update_contact(contact.id, sent, vec![]).unwrap();
        let last = book.store.history(contact.id, 1).unwrap().remove(0);
        let Operation::Update(_, changes) = last.operation else {
            panic!("{}: no change", text.field.name)
        };
        let told = changes.iter().any(|change| {
            change.field == text.field.name
                && change.is_worth_telling() != text.field.is(Use::Quiet)
                && change.to == json!("other")
        });
        assert!(told, "{}: {changes:?}", text.field.name);
        assert!(!text.field.words.contains('_'), "{}", text.field.words);
    }
}

#[test]
fn every_field_goes_through_our_own_table() {
    let (book, _) = whole();
    let table = exported(
        &book,
        ExportForm::Table(csv::TableForm::Plain, Guard::Exact),
    );
    let header = table.lines().next().unwrap();
    for field in CONTACT.iter().filter(|field| sample(field).is_some()) {
        let name = field
            .csv
            .unwrap_or_else(|| panic!("{field:?} has no column"));
        assert!(header.split(',').any(|own| own == name), "{name}");
    }
    let mut other = Book::of_rules();
    take(&mut other, "a.csv", table.as_bytes());
    is_said(&all(&other).remove(0).full.contact, |_| true);
}

#[test]
fn every_field_with_a_property_goes_through_a_card() {
    let (book, _) = whole();
    for version in [Version::V30, Version::V40] {
        let card = exported(&book, ExportForm::Cards(Some(version)));
        let mut other = Book::of_rules();
        take(&mut other, "a.vcf", card.as_bytes());
        is_said(&all(&other).remove(0).full.contact, |field| {
            field.card.is_some()
        });
    }
}

#[test]
fn every_field_can_be_laid_out_in_a_line() {
    let (_, contact) = whole();
    for field in CONTACT.iter().filter(|field| sample(field).is_some()) {
        let layout = format!("{{{}}}", field.name);
        let line = LineFormat::read(&layout).unwrap().safe_line(&contact, None);
        assert_eq!(line.trim_end(), field.text(&contact), "{layout}");
    }
}

#[test]
fn every_text_beside_the_name_outlives_a_merge() {
    let (_, contact) = whole();
    let bare = Contact {
        name: contact.name.clone(),
        ..Contact::default()
    };
    let person = |contact: Contact| FullContact {
        contact,
        phones: Vec::new(),
    };
    let people = [person(bare), person(contact)];
    let kept = merged(&people, &BTreeMap::new(), None, Uuid::nil)
        .unwrap()
        .contact;
    let is_told = |field: &ContactField| {
        field.is(Use::Part)
            || field.is(Use::About)
            || field.is(Use::Key)
            || field.name.starts_with("phonetic")
            || field.name == "sort_as"
    };
    is_said(&kept, is_told);
}
