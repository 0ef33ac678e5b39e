//! How contacts are found and where they stand in the list: numbers in every spelling, names as
//! people type them, and what a name is sorted by.

use crate::support::{Book, NOON, options};
use callbook::domain::contact::{ContactAttributes, ContactId, ContactKind};
use callbook::domain::edit::Profile;
use callbook::domain::listing::{Found, ListQuery, Order};
use callbook::domain::number::Region;
use callbook::domain::operation::Overwriting;
use callbook::store::{Options, Store};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::AtomicI64;

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
        .undo_step(done.point.unwrap().id, Overwriting::Refused)
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

fn query(text: &str) -> ListQuery {
    ListQuery {
        text: text.to_owned(),
        ..ListQuery::default()
    }
}

/// The names that a text finds, the best first, by the index as without it.
fn found(book: &Book, text: &str) -> Vec<String> {
    let query = query(text);
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

#[test]
fn a_vanity_number_is_found_by_its_letters_and_by_its_digits() {
    let mut book = Book::new();
    with_number(&mut book, "Florist", "1-800-FLOWERS");
    for text in [
        "1-800-FLOWERS",
        "+1 800 FLOWERS",
        "(800) FLOWERS",
        "800-flowers",
        "18003569377",
    ] {
        assert_eq!(found(&book, text), ["Florist"], "{text}");
    }
}

/// Adds a contact of this name with a number, stored where no home country is known.
fn with_number(book: &mut Book, name: &str, number: &str) {
    let id = book.contact(name);
    book.post(id, json!({"number": number})).unwrap();
}

/// Who has a number, typed where this country is home.
fn holders(book: &Book, typed: &str, home: &str) -> Vec<String> {
    let options = Options {
        home: Region::new(home),
        ..options(&book.clock)
    };
    let store = Store::open(&book.path, options).unwrap();
    let holders = store.lookup(typed).unwrap().into_iter();
    holders.map(|holder| holder.name).collect()
}

/// A book whose numbers came where no home country was known.
fn homeless() -> Book {
    let mut book = Book::new();
    let home_less = Options {
        home: None,
        ..options(&book.clock)
    };
    book.store = Store::open(&book.path, home_less).unwrap();
    for (name, number) in [
        ("Hu Nat", "06 20 125 1533"),
        ("Hu Intl", "+36 30 125 1544"),
        ("Ru Nat", "8 (912) 386-32-46"),
        ("Ru Intl", "+7 912 386 32 47"),
        ("It Bare", "390255501182"),
        ("Br Nat", "(11) 2383-7559"),
        ("Gb Intl", "+44 7400 864469"),
        ("Gb From Us", "011 44 7400 864470"),
        ("De Nat", "0171 1234567"),
        ("De Note", "0171 1234568 (after 18 h)"),
        ("Gb Zero", "+44 7400 0864499"),
        ("Us Pause", "+12134567890,,1,,2345#"),
        ("Us Wait", "+12134567891w55"),
        ("Us Local Pause", "213-456-7892p55"),
        ("Us Ext", "+1 213 456 7893;ext=12"),
        ("Mx Old", "+52 1 55 1234 5678"),
    ] {
        with_number(&mut book, name, number);
    }
    book
}

#[test]
fn a_number_is_found_whatever_was_dialled_before_and_after_it() {
    let book = homeless();
    for (typed, home, name) in [
        ("+36 20 125 1533", "", "Hu Nat"),
        ("06 20 125 1533", "", "Hu Nat"),
        ("06201251533", "HU", "Hu Nat"),
        ("06 30 125 1544", "", "Hu Intl"),
        ("06 30 125 1544", "HU", "Hu Intl"),
        ("+79123863246", "", "Ru Nat"),
        ("89123863246", "RU", "Ru Nat"),
        ("8 912 386 32 47", "", "Ru Intl"),
        ("007 912 386 32 47", "RU", "Ru Intl"),
        ("810 7 912 386 32 47", "", "Ru Intl"),
        ("+390255501182", "", "It Bare"),
        ("02 5550 1182", "IT", "It Bare"),
        ("390255501182", "US", "It Bare"),
        ("+551123837559", "", "Br Nat"),
        ("011447400864469", "US", "Gb Intl"),
        ("011 44 7400 864469", "DE", "Gb Intl"),
        ("0011 44 7400 864469", "", "Gb Intl"),
        ("010 44 7400 864469", "JP", "Gb Intl"),
        ("0044 7400 864469", "US", "Gb Intl"),
        ("447400864469", "", "Gb Intl"),
        ("+44 7400 864470", "", "Gb From Us"),
        ("+491711234567", "", "De Nat"),
        ("+49 171 1234568", "", "De Note"),
        ("0171 1234568", "", "De Note"),
        ("0864499", "", "Gb Zero"),
        ("+12134567890", "", "Us Pause"),
        ("213-456-7890", "US", "Us Pause"),
        ("+12134567890,,1,,2345#", "", "Us Pause"),
        ("+1 213 456 7891", "", "Us Wait"),
        ("+1 213 456 7891 w55", "", "Us Wait"),
        ("213 456 7892", "", "Us Local Pause"),
        ("+12134567892", "", "Us Local Pause"),
        ("+12134567893", "", "Us Ext"),
        ("2134567893 x12", "US", "Us Ext"),
        ("+1 213 456 7893 x99", "US", "Us Ext"),
        ("+52 55 1234 5678", "", "Mx Old"),
        ("+5215512345678", "", "Mx Old"),
        ("\u{202a}+44 7400 864469\u{202c}", "", "Gb Intl"),
        ("+44\u{2011}7400\u{2212}864469;", "", "Gb Intl"),
        ("<+44 7400 864469>", "", "Gb Intl"),
        ("+44 7400 864469 (home)", "", "Gb Intl"),
        ("tel:+44-7400-864469", "", "Gb Intl"),
        ("tel:%2B447400864469", "", "Gb Intl"),
        ("＋４４７４００８６４４６９", "", "Gb Intl"),
    ] {
        assert_eq!(
            holders(&book, typed, home),
            [name],
            "who {typed} in {home:?}"
        );
        // A number without its country and with a trunk prefix is the work of `who` alone where the
        // country is not in it.
        let found = found(&book, typed);
        let shorter = typed == "02 5550 1182" || typed == "0864499";
        assert!(
            found.contains(&name.to_owned()) || shorter,
            "find {typed:?}: {found:?}"
        );
    }
    assert_eq!(
        holders(&book, "06 912 386 32 47", ""),
        [""; 0],
        "no trunk of Russia"
    );
    assert_eq!(found(&book, "tel:+44-7400-864469"), ["Gb Intl"]);
    assert_eq!(
        found(&book, "gb 7400"),
        ["Gb Intl", "Gb From Us", "Gb Zero"]
    );
}

#[test]
fn a_number_with_pauses_is_stored_whole_and_is_possible() {
    let mut book = Book::new();
    let id = book.contact("Ada");
    let phone = book
        .post(id, json!({"number": "(213) 456-7890 p55"}))
        .unwrap();
    assert_eq!(phone.number, "+12134567890p55");
    assert_eq!(phone.shown(), "+1 213-456-7890 p55");
    assert!(phone.is_normalised());
    assert_eq!(book.store.examine().unwrap(), []);
}

#[test]
fn a_number_that_is_not_possible_is_found_though_a_person_confirmed_it() {
    let mut book = Book::new();
    let id = book.contact("Ada");
    let phone = book.post(id, json!({"number": "12345 evenings"})).unwrap();
    assert_eq!(
        (phone.number.as_str(), phone.valid_values),
        ("12345 evenings", true)
    );
    with_number(&mut book, "Eva", "+39 02 5550 1182");
    assert_eq!(found(&book, "is:impossible"), ["Ada"]);
    let read = callbook::domain::number::parse("12345 evenings", None, Region::new("IT"));
    let refusal = read.map_or_else(|verdict| verdict, |read| read.verdict);
    let words = refusal.refusal(Region::new("IT"));
    assert_eq!(words, "not a possible number in Italy");
}

#[test]
fn a_short_number_is_nowhere_called_impossible() {
    let mut book = Book::new();
    let id = book.contact("Help");
    for number in ["112", "911", "116 117", "*100#"] {
        let sent = json!({"number": number, "valid_values": false});
        let phone = book.post(id, sent).unwrap();
        assert_eq!(phone.mark(None), callbook::domain::phone::Mark::Unconfirmed);
        let reason = callbook::domain::triage::impossible(&phone, Region::new("IT"));
        assert_eq!(reason, None, "{number}");
    }
    let health = book.store.health().unwrap();
    assert!(health.bars().all(|(_, bar)| bar.filter != "is:impossible"));
    assert!(found(&book, "is:impossible").is_empty());
    with_number(&mut book, "Bob", "12345678901234567890");
    assert_eq!(found(&book, "is:impossible"), ["Bob"]);
}

#[test]
fn a_number_that_needs_a_country_is_nowhere_called_impossible() {
    use callbook::domain::phone::Mark;
    use callbook::domain::triage::{Reason, impossible};
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("book.db");
    let clock = Arc::new(AtomicI64::new(NOON));
    let open = |home: &str| {
        let home = Region::new(home);
        Store::open(
            &path,
            Options {
                home,
                ..options(&clock)
            },
        )
        .unwrap()
    };
    let state = |store: &Store| {
        let query = ListQuery::default();
        let rows = store.rows(&query, 0, 9).unwrap().rows;
        let marks: Vec<Mark> = rows
            .into_iter()
            .filter_map(|row| Some(row.number?.mark))
            .collect();
        let found = ListQuery {
            text: "is:impossible".to_owned(),
            ..ListQuery::default()
        };
        let found: Vec<String> = { store.rows(&found, 0, 9).unwrap().rows.into_iter() }
            .map(|row| row.name)
            .collect();
        let health = store.health().unwrap();
        let bar = health.bars().find(|(_, bar)| bar.filter == "is:impossible");
        (marks, found, bar.map_or(0, |(_, bar)| bar.numbers))
    };
    let mut book = Book {
        store: open(""),
        ..Book::new()
    };
    for (name, number) in [
        ("Ada", "030 901820"),
        ("Bob", "030 901820 / evenings 12"),
        ("Cid", "123456789012345678"),
    ] {
        let id = book.contact(name);
        let sent = json!({"number": number, "valid_values": false});
        book.post(id, sent).unwrap();
    }
    let wrong = || vec!["Bob".to_owned(), "Cid".to_owned()];
    let marks = vec![Mark::Unconfirmed, Mark::Impossible, Mark::Impossible];
    assert_eq!(state(&book.store), (marks.clone(), wrong(), 2));
    let waiting = |store: &Store| {
        let mut reasons = Vec::new();
        let mut each = |profile: &Profile| {
            reasons.extend(
                profile
                    .full
                    .phones
                    .iter()
                    .filter_map(|phone| impossible(phone, store.home())),
            );
        };
        store.waiting(&mut each).unwrap();
        reasons
    };
    let reasons = waiting(&book.store);
    assert_eq!(reasons.first(), Some(&Reason::NoCountry));
    assert!(reasons[0].words().contains("set home in config.toml"));
    assert!(matches!(
        reasons[1..],
        [Reason::Impossible(_), Reason::Impossible(_)]
    ));
    // Once home is known, it is a number of home.
    book.store = open("DE");
    assert_eq!(state(&book.store), (marks, wrong(), 2));
    let read = Reason::NotStoredAsRead("+4930901820".to_owned());
    assert_eq!(waiting(&book.store).first(), Some(&read));
    // Where it fits in no way, it is impossible in all of them.
    book.store = open("SG");
    let (marks, found, bar) = state(&book.store);
    assert_eq!(marks, [Mark::Impossible; 3]);
    assert_eq!((found.len(), bar), (3, 3));
}
