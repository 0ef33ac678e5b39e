//! How contacts are found and where they stand in the list: numbers in every spelling, names as
//! people type them, and what a name is sorted by.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod support;

use callbook::domain::contact::{ContactAttributes, ContactId, ContactKind};
use callbook::domain::listing::{Found, ListQuery, Order};
use callbook::domain::operation::Over;
use callbook::store::Store;
use serde_json::json;
use support::Book;

fn add(book: &mut Book, attributes: &serde_json::Value) -> ContactId {
    let (sent, faults) = ContactAttributes::read(attributes.as_object().unwrap().clone());
    book.store.create_contact(sent, faults).unwrap().value.id
}

fn listed(store: &Store, order: Order) -> Vec<String> {
    let query = ListQuery {
        order,
        ..ListQuery::default()
    };
    let rows = store.rows(&query, 0, 100).unwrap().rows;
    rows.into_iter().map(|row| row.name).collect()
}

#[test]
fn a_name_sorts_by_what_it_is_to_be_sorted_by_and_a_company_without_its_article() {
    let mut book = Book::new();
    for attributes in [
        json!({"name": "Rembrandt van Rijn", "family_name": "van Rijn", "given_name": "Rembrandt",
               "sort_as": "Rijn,Rembrandt"}),
        json!({"name": "Anna Smit"}),
        json!({"name": "The Bakery", "kind": "company"}),
        json!({"name": "12 Monkeys", "kind": "company"}),
        json!({"name": "Zed Zulu"}),
        json!({"name": "LA Fitness", "kind": "company"}),
        json!({"name": "L’Oréal Paris", "kind": "company"}),
        json!({"name": "THE CLUB", "kind": "company"}),
        json!({"name": "見本 花子", "sort_as": "Mihon, Hanako"}),
    ] {
        add(&mut book, &attributes);
    }
    let by_name = [
        "The Bakery",
        "THE CLUB",
        "LA Fitness",
        "見本 花子",
        "L’Oréal Paris",
        "Rembrandt van Rijn",
        "Anna Smit",
        "Zed Zulu",
        "12 Monkeys",
    ];
    assert_eq!(listed(&book.store, Order::Name), by_name);
    let by_given = [
        "Anna Smit",
        "The Bakery",
        "THE CLUB",
        "LA Fitness",
        "L’Oréal Paris",
        "Rembrandt van Rijn",
        "Zed Zulu",
        "見本 花子",
        "12 Monkeys",
    ];
    assert_eq!(listed(&book.store, Order::Given), by_given);
    assert_eq!(book.store.examine().unwrap(), []);
}

#[test]
fn what_a_contact_is_sorted_by_is_stored_changed_and_undone_like_any_other_attribute() {
    let mut book = Book::new();
    let id = add(
        &mut book,
        &json!({"name": "De Kok", "kind": "company", "sort_as": "Kok"}),
    );
    let stored = book.store.contact(id).unwrap();
    assert_eq!(
        (stored.kind, stored.sort_as.as_deref()),
        (ContactKind::Company, Some("Kok"))
    );
    assert_eq!(stored.family_name, None, "a company has no family name");
    let document = stored.attributes();
    assert_eq!(
        (&document["kind"], &document["sort_as"]),
        (&json!("company"), &json!("Kok"))
    );

    let change = json!({"kind": "person", "sort_as": null, "overwrite": true});
    let (sent, faults) = ContactAttributes::read(change.as_object().unwrap().clone());
    let done = book.store.update_contact(id, sent, faults).unwrap();
    let changed = book.store.contact(id).unwrap();
    assert_eq!((changed.kind, changed.sort_as), (ContactKind::Person, None));
    book.store
        .undo_step(done.point.unwrap().id, Over::Refused)
        .unwrap();
    let back = book.store.contact(id).unwrap();
    assert_eq!(
        (back.kind, back.sort_as.as_deref()),
        (ContactKind::Company, Some("Kok"))
    );

    let wrong = json!({"name": "X", "kind": "firm"});
    let (_, faults) = ContactAttributes::read(wrong.as_object().unwrap().clone());
    assert_eq!(faults[0].attribute.as_deref(), Some("kind"));
}

/// The names that a text finds, the best first, by the index as without it.
fn found(book: &Book, text: &str) -> Vec<String> {
    let query = ListQuery {
        text: text.to_owned(),
        ..ListQuery::default()
    };
    let without = book.other().rows(&query, 0, 50).unwrap();
    book.store.prepare_search().unwrap();
    book.store.await_search();
    let rows = book.store.rows(&query, 0, 50).unwrap();
    assert_eq!(rows, without, "{text}");
    let rows = rows
        .rows
        .into_iter()
        .filter(|_| rows.found == Found::Exactly);
    rows.map(|row| row.name).collect()
}

#[test]
fn names_are_found_with_any_apostrophe_without_umlauts_and_whatever_nobody_sees_in_them() {
    let mut book = Book::new();
    for name in [
        "Tim O’Connor",
        "Jürgen Müller",
        "Anna Mueller",
        "A\u{200b}da Love\u{ad}lace",
        "Ødegård",
        "Samuel Joe",
    ] {
        book.contact(name);
    }
    for text in [
        "o'connor",
        "oconnor",
        "O’CONNOR",
        "o`connor",
        "oʼconn",
        "tim oconnor",
    ] {
        assert_eq!(found(&book, text), ["Tim O’Connor"], "{text}");
    }
    assert_eq!(found(&book, "mueller"), ["Anna Mueller", "Jürgen Müller"]);
    assert_eq!(found(&book, "juergen mue"), ["Jürgen Müller"]);
    assert_eq!(found(&book, "muller"), ["Jürgen Müller"]);
    assert_eq!(found(&book, "ada lovelace"), ["A\u{200b}da Love\u{ad}lace"]);
    assert_eq!(found(&book, "A\u{200b}da"), ["A\u{200b}da Love\u{ad}lace"]);
    assert_eq!(found(&book, "oedegaard"), ["Ødegård"]);
    assert_eq!(found(&book, "joe"), ["Samuel Joe"]);
    assert_eq!(book.store.examine().unwrap(), []);
}
