//! A contact with all its parts: how older books get them, what documents take, and what a card keeps when one
//! detail of it is edited.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use crate::support::Book;
use callbook::domain::contact::{ContactAttributes, ContactId, DetailKind};
use callbook::domain::detail::DetailId;
use callbook::domain::edit::Profile;
use callbook::domain::listing::ListQuery;
use callbook::domain::operation::Overwriting;
use callbook::domain::refusal::Refusal;
use callbook::exchange::jsonapi;
use callbook::export::ExportForm;
use callbook::import::File;
use serde_json::{Value, json};

fn everybody(book: &Book) -> Vec<Profile> {
    let rows = book.store.rows(&ListQuery::default(), 0, 1_000).unwrap();
    let profile = |id| book.store.profile(id).unwrap();
    rows.rows.into_iter().map(|row| profile(row.id)).collect()
}

fn named(book: &Book, name: &str) -> Profile {
    let mut all = everybody(book).into_iter();
    all.find(|profile| profile.full.contact.name == name)
        .unwrap()
}

fn import(book: &mut Book, cards: &str) {
    let file = File::open(cards.as_bytes(), "cards.vcf", &[]).unwrap();
    callbook::import::all(&mut book.store, file).unwrap();
}

fn exported(book: &Book) -> String {
    String::from_utf8(book.exported(ExportForm::Cards(None))).unwrap()
}

fn attributes(value: Value) -> (ContactAttributes, Vec<callbook::domain::refusal::Fault>) {
    let Value::Object(attributes) = value else {
        panic!("{value}");
    };
    ContactAttributes::read(attributes)
}

fn update(book: &mut Book, id: ContactId, mut sent: Value) -> Result<(), Refusal> {
    sent["overwrite"] = json!(true);
    let (sent, faults) = attributes(sent);
    book.store.update_contact(id, sent, faults).map(drop)
}

fn texts(profile: &Profile, kind: DetailKind) -> Vec<String> {
    let details = profile.full.contact.details_of(kind);
    details.map(|detail| detail.text().into_owned()).collect()
}

/// A book that the program of schema 6 wrote: cards in parts, a table, edited details, a deleted contact, an undo.
fn older_book() -> Book {
    Book::of_data("schema-6.db")
}

#[test]
fn an_older_book_gets_the_parts_that_its_cards_have() {
    let book = older_book();
    assert_eq!(book.store.examine().unwrap(), []);
    let ada = named(&book, "Dr. Ada Augusta Lovelace PhD").full.contact;
    let parts = [
        &ada.prefix,
        &ada.given_name,
        &ada.additional_name,
        &ada.family_name,
        &ada.suffix,
        &ada.phonetic_given_name,
        &ada.organisation,
        &ada.department,
        &ada.title,
        &ada.role,
    ];
    let parts: Vec<&str> = parts.into_iter().filter_map(Option::as_deref).collect();
    let wanted = [
        "Dr.",
        "Ada",
        "Augusta",
        "Lovelace",
        "PhD",
        "Eida",
        "Analytical Engines",
        "Research, Programs",
        "Analyst",
        "Author",
    ];
    assert_eq!(parts, wanted);
    let address = ada.details_of(DetailKind::Address).next().unwrap();
    let lines = address.address().unwrap().lines();
    assert_eq!(
        lines,
        [
            "Flat 3",
            "12 St James's Square",
            "London SW1Y 4JH",
            "United Kingdom"
        ]
    );
    let dates = ada.details_of(DetailKind::Date);
    let dates: Vec<String> = dates
        .map(|date| format!("{} {}", date.label.as_deref().unwrap(), date.shown()))
        .collect();
    assert_eq!(
        dates,
        [
            "birthday 10 Dec 1815",
            "anniversary 8 Jul 1835",
            "first program 1 Sep 1843"
        ]
    );
    assert_eq!(ada.emails().next(), Some("ada@work.example"));
    // What was edited after the card came is what counts, also where the text has to be parted.
    let marco = named(&book, "Marco Bianchi").full.contact;
    let work = [&marco.organisation, &marco.department, &marco.role];
    let work = work.map(|text| text.as_deref().unwrap_or_default());
    assert_eq!(work, ["Officina Bianchi S.r.l.", "", "Mechanic"]);
    let address = marco.details_of(DetailKind::Address).next().unwrap();
    assert_eq!(address.address().unwrap().postal_code, "20144");
    let bob = named(&book, "Bob").full.contact;
    assert_eq!(
        bob.details_of(DetailKind::Address)
            .next()
            .unwrap()
            .address()
            .unwrap()
            .region,
        "IL"
    );
    let martin = named(&book, "Martin Q Odegard").full.contact;
    assert_eq!(martin.department.as_deref(), Some("Design"));
    assert_eq!(martin.additional_name.as_deref(), Some("Q"));
    let mut ids: Vec<DetailId> = ada.details.iter().map(|detail| detail.id).collect();
    assert!(ids.iter().all(|id| !id.is_none()));
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), ada.details.len());
}

#[test]
fn a_book_of_any_older_schema_with_every_kind_of_detail_is_brought_up_to_date() {
    for schema in [1, 2, 3, 6] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("book.db");
        let books = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/books");
        fs::copy(books.join(format!("schema-{schema}.db")), &path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        // As the programs of these schemas wrote them.
        let details = json!([
            {"kind": "birthday", "label": null, "value": "1961-09-04"},
            {"kind": "anniversary", "label": "first day", "value": "2001-06"},
            {"kind": "address", "label": "home", "value": "1 Main St, Springfield, IL 62701"},
            {"kind": "chat", "label": "xmpp", "value": "a@chat.example"},
            {"kind": "other", "label": "role", "value": "Clerk"},
        ]);
        let raw = rusqlite::Connection::open(&path).unwrap();
        let sql = "UPDATE contact SET details = ?1 WHERE name LIKE 'Marco%'";
        assert_eq!(raw.execute(sql, [details.to_string()]).unwrap(), 1);
        drop(raw);
        let book = Book::in_folder(folder);
        let marco = named(&book, "Marco Bianchi");
        assert_eq!(
            marco.full.contact.role.as_deref(),
            Some("Clerk"),
            "schema {schema}"
        );
        assert_eq!(texts(&marco, DetailKind::Date), ["1961-09-04", "2001-06"]);
        assert_eq!(book.store.examine().unwrap(), [], "schema {schema}");
    }
}

#[test]
fn what_was_done_in_an_older_book_can_be_undone_and_its_cards_go_out_as_they_came() {
    let mut book = older_book();
    let card = exported(&book);
    for line in [
        "N:Lovelace;Ada;Augusta;Dr.;PhD\r\n",
        "item1.X-ABDATE;type=pref:1843-09-01\r\n",
        "X-UNKNOWN;X-P=1:kept as it is\r\n",
        "ADR;TYPE=HOME:;Flat 3;12 St James's Square;London;;SW1Y 4JH;United Kingdom\r\n",
        "ORG:Analytical Engines;Research;Programs\r\n",
    ] {
        assert!(
            card.replace("\r\n", "\n")
                .contains(&line.replace("\r\n", "\n")),
            "{line}{card}"
        );
    }
    let mut steps = book.store.steps(None, 99).unwrap();
    assert!(steps.len() >= 7);
    steps.retain(|step| step.standing.word().is_empty());
    for step in steps {
        book.store
            .undo_step(step.point.id, Overwriting::Refused)
            .unwrap_or_else(|refusal| panic!("{}: {refusal}", step.point.title));
        if step.point.title.contains("Deleted Person") {
            let person = named(&book, "Deleted Person").full.contact;
            let parts = [&person.additional_name, &person.department, &person.role];
            let parts = parts.map(|text| text.as_deref().unwrap_or_default());
            assert_eq!(parts, ["Middle", "Sales", "Clerk"]);
            let address = person.details_of(DetailKind::Address).next().unwrap();
            assert_eq!(address.address().unwrap().region, "IL");
        }
    }
    assert!(everybody(&book).is_empty());
    assert_eq!(book.store.examine().unwrap(), []);
}

const ADA: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada King\r\nN:King;Ada;;;\r\n\
    item1.EMAIL;TYPE=INTERNET;X-COLOUR=red:ada@example.org\r\nitem1.X-ABLabel:Writing desk\r\n\
    EMAIL;TYPE=WORK,PREF:ada@work.example\r\nEMAIL;TYPE=HOME,PREF:ada@home.example\r\n\
    ADR;TYPE=HOME;X-MAP=1:;;1 Main St;Springfield;IL;62701;USA\r\nBDAY:18151210\r\n\
    X-UNKNOWN:kept\r\nEND:VCARD\r\n";

#[test]
fn only_the_line_of_an_edited_detail_changes() {
    let mut book = Book::new();
    import(&mut book, ADA);
    assert_eq!(exported(&book), ADA);
    let id = everybody(&book)[0].full.contact.id;
    let mut details = json!(everybody(&book)[0].full.contact.details);
    details[0]["value"] = json!("ada.king@example.org");
    details[3]["value"]["street"] = json!("2 Main St");
    update(&mut book, id, json!({"details": details})).unwrap();
    let wanted = ADA
        .replace("red:ada@example.org", "red:ada.king@example.org")
        .replace(";;1 Main St", ";;2 Main St");
    assert_eq!(exported(&book), wanted);
    // Of two preferred emails of a card the first counts, until another one is.
    let contact = everybody(&book).remove(0).full.contact;
    assert_eq!(contact.emails().next(), Some("ada@work.example"));
    let mut details = json!(contact.details);
    details[1]["preferred"] = json!(false);
    details[0]["preferred"] = json!(true);
    update(&mut book, id, json!({"details": details})).unwrap();
    let wanted = wanted
        .replace("X-COLOUR=red:", "X-COLOUR=red;TYPE=PREF:")
        .replace("TYPE=WORK,PREF", "TYPE=WORK")
        .replace("TYPE=HOME,PREF", "TYPE=HOME");
    assert_eq!(exported(&book), wanted);
    let ids = |profile: &Profile| -> Vec<DetailId> {
        let details = profile.full.contact.details.iter();
        details.map(|detail| detail.id).collect()
    };
    let before = contact.details.iter().map(|detail| detail.id);
    assert_eq!(ids(&everybody(&book)[0]), before.collect::<Vec<_>>());
    // All of it can be taken back.
    for _ in 0..2 {
        book.store.undo().unwrap();
    }
    assert_eq!(exported(&book), ADA);
}

#[test]
fn a_label_changes_in_its_place_and_the_other_parameters_stay() {
    let mut book = Book::new();
    import(&mut book, ADA);
    let contact = everybody(&book).remove(0).full.contact;
    let mut details = json!(contact.details);
    details[0]["label"] = json!("Study");
    details[1]["label"] = json!("Office desk");
    update(&mut book, contact.id, json!({"details": details})).unwrap();
    let out = exported(&book);
    let wanted = ADA
        .replace("X-ABLabel:Writing desk", "X-ABLabel:Study")
        .replace("EMAIL;TYPE=WORK,PREF:", "item2.EMAIL;TYPE=PREF:");
    let wanted = wanted.replace(
        "ada@work.example\r\n",
        "ada@work.example\r\nitem2.X-ABLabel:Office desk\r\n",
    );
    assert_eq!(out, wanted);
    let again = {
        let mut other = Book::new();
        import(&mut other, &out);
        everybody(&other).remove(0).full.contact
    };
    let labels = |details: &[callbook::domain::contact::Detail]| -> Vec<Option<String>> {
        details.iter().map(|detail| detail.label.clone()).collect()
    };
    let stored = everybody(&book).remove(0).full.contact;
    assert_eq!(labels(&again.details), labels(&stored.details));
}

#[test]
fn the_company_and_its_department_are_parts_of_one_line() {
    let mut book = Book::new();
    let card = ADA.replace(
        "X-UNKNOWN",
        "ORG:Acme;Sales;Europe\r\nROLE:Clerk\r\nX-UNKNOWN",
    );
    import(&mut book, &card);
    let contact = everybody(&book).remove(0).full.contact;
    let work = (
        contact.organisation.as_deref(),
        contact.department.as_deref(),
    );
    assert_eq!(work, (Some("Acme"), Some("Sales, Europe")));
    update(&mut book, contact.id, json!({"organisation": "Acme Ltd."})).unwrap();
    assert_eq!(exported(&book), card.replace("ORG:Acme;", "ORG:Acme Ltd.;"));
    update(
        &mut book,
        contact.id,
        json!({"department": null, "role": null}),
    )
    .unwrap();
    let wanted = card
        .replace("ORG:Acme;Sales;Europe", "ORG:Acme Ltd.")
        .replace("ROLE:Clerk\r\n", "");
    assert_eq!(exported(&book), wanted);
}

#[test]
fn every_fault_of_a_detail_is_told_at_its_place() {
    let mut book = Book::new();
    import(&mut book, ADA);
    let id = everybody(&book)[0].full.contact.id;
    let refused = |book: &mut Book, details: Value| -> Vec<(String, String)> {
        let refusal = update(book, id, json!({"details": details})).unwrap_err();
        let document = jsonapi::error_document(&refusal);
        let errors = document["errors"].as_array().unwrap().iter();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        errors
            .map(|error| (text(&error["source"]["pointer"]), text(&error["detail"])))
            .collect()
    };
    let at = |path: &str| format!("/data/attributes/details/{path}");
    let told = refused(
        &mut book,
        json!([
            {"kind": "email", "label": 7, "value": "a@example.org", "preferred": true},
            {"kind": "email", "value": "b@example.org", "preferred": true},
            {"kind": "date", "label": "birthday", "value": {"year": 1990, "month": 2, "day": 30}},
            {"kind": "address", "value": {"street": "1 Main St", "planet": "Earth"}},
            {"kind": "shoe", "value": "43"},
            {"kind": "link"},
            "text",
            {"kind": "chat", "preferred": true, "value": "x", "size": 1, "id": "x"},
        ]),
    );
    let pointers: Vec<&str> = told.iter().map(|(pointer, _)| pointer.as_str()).collect();
    for path in [
        "0/label",
        "2/value",
        "3/value/planet",
        "4/kind",
        "5/value",
        "6",
        "7/preferred",
        "7/size",
        "7/id",
    ] {
        assert!(pointers.contains(&at(path).as_str()), "{path}: {told:#?}");
    }
    assert!(
        told.iter()
            .any(|(_, why)| why.contains("no 30 February 1990")),
        "{told:?}"
    );
    for (details, path, why) in [
        (
            json!([{"kind": "email", "value": "ada.example.org"}]),
            "0/value",
            "no @",
        ),
        (
            json!([{"kind": "email", "value": "  "}]),
            "0/value",
            "blank",
        ),
        (
            json!([{"kind": "date", "value": "30 February"}]),
            "0/value",
            "no 30 February",
        ),
        (
            json!([{"kind": "relation", "label": "friend", "value": "ada  KING"}]),
            "0/value",
            "itself",
        ),
        (
            json!([{"kind": "address", "value": {"street": " ", "country": ""}}]),
            "0/value",
            "blank",
        ),
        (
            json!([{"kind": "address", "value": {"postal_code": "7".repeat(1_000_000)}}]),
            "0/value/postal_code",
            "longer than 1000",
        ),
        (
            json!([{"kind": "email", "value": "a@x.example", "preferred": true},
                {"kind": "email", "value": "b@x.example", "preferred": true}]),
            "1/preferred",
            "one detail of a kind",
        ),
    ] {
        let told = refused(&mut book, details);
        assert_eq!(told.len(), 1, "{told:?}");
        assert_eq!(told[0].0, at(path), "{told:?}");
        assert!(told[0].1.contains(why), "{told:?}");
    }
    assert_eq!(exported(&book), ADA);
}

#[test]
fn what_a_card_brought_is_kept_however_odd_it_is() {
    let odd = ADA
        .replace("ada@example.org", "ask Ada")
        .replace("18151210", "30 February");
    let mut book = Book::new();
    import(&mut book, &odd);
    let contact = everybody(&book).remove(0).full.contact;
    // Other changes of the contact are still accepted.
    let mut details = json!(contact.details);
    details
        .as_array_mut()
        .unwrap()
        .push(json!({"kind": "link", "value": "https://ada.example"}));
    update(&mut book, contact.id, json!({"details": details})).unwrap();
    assert!(exported(&book).contains("URL:https://ada.example"));
    assert!(
        exported(&book).contains("red:ask Ada") && exported(&book).contains("BDAY:30 February")
    );
    // And what is printed is what an update takes.
    let document = json!(named(&book, "Ada King").full.contact.attributes());
    let Value::Object(attributes) = document else {
        panic!("no object");
    };
    let (sent, faults) = ContactAttributes::read(attributes);
    assert!(faults.is_empty(), "{faults:?}");
    let before = named(&book, "Ada King").full.contact;
    book.store.update_contact(contact.id, sent, faults).unwrap();
    let after = named(&book, "Ada King").full.contact;
    assert_eq!(before.details, after.details);
}

#[test]
fn a_detail_is_found_by_what_it_says() {
    let mut book = Book::new();
    import(&mut book, ADA);
    for text in [
        "springfield",
        "62701",
        "main st",
        "birthday:12",
        "has:address",
        "has:birthday",
    ] {
        let query = ListQuery {
            text: text.to_owned(),
            ..ListQuery::default()
        };
        assert_eq!(book.store.count(&query).unwrap(), 1, "{text}");
    }
    let profile = named(&book, "Ada King");
    assert_eq!(texts(&profile, DetailKind::Date), ["1815-12-10"]);
}

/// The lines of an export that the card did not have, and those that it no longer has.
fn changes(card: &str, exported: &str) -> (Vec<String>, Vec<String>) {
    let lines = |text: &str| -> Vec<String> { text.lines().map(str::to_owned).collect() };
    let (before, after) = (lines(card), lines(exported));
    let not_in = |some: &[String], others: &[String]| -> Vec<String> {
        let own = some
            .iter()
            .filter(|line| !line.starts_with("REV") && !others.contains(line));
        own.cloned().collect()
    };
    (not_in(&after, &before), not_in(&before, &after))
}

/// The version of a card, the lines of a detail on it, another label, and the lines that come and go with that.
type Relabelled<'a> = (
    &'a str,
    &'a str,
    Option<&'a str>,
    &'a [&'a str],
    &'a [&'a str],
);

#[test]
fn another_label_changes_the_label_alone() {
    let card = |line: &str, version: &str| {
        format!(
            "BEGIN:VCARD\r\nVERSION:{version}\r\nUID:u\r\nFN:Ada B\r\nN:B;Ada;;;\r\n{line}\r\nEND:VCARD\r\n"
        )
    };
    let street = "1 Loop\\nB 2;Town;;1011;NL";
    let adr = format!("item3.ADR;TYPE=HOME:;;{street}");
    let cases: &[Relabelled<'_>] = &[
        (
            "3.0",
            &format!("{adr}\r\nitem3.X-ABADR:us"),
            Some("work"),
            &[&format!("item3.ADR;TYPE=WORK:;;{street}")],
            &[&adr],
        ),
        (
            "3.0",
            &format!("{adr}\r\nitem3.X-ABADR:us"),
            Some("Summer House"),
            &[
                &format!("item3.ADR:;;{street}"),
                "item3.X-ABLabel:Summer House",
            ],
            &[&adr],
        ),
        (
            "3.0",
            "item3.EMAIL;TYPE=HOME;X-Q=1:a@b.example",
            None,
            &["item3.EMAIL;X-Q=1:a@b.example"],
            &["item3.EMAIL;TYPE=HOME;X-Q=1:a@b.example"],
        ),
        (
            "3.0",
            "EMAIL;TYPE=WORK;X-Q=1:a@b.example",
            Some("home"),
            &["EMAIL;X-Q=1;TYPE=HOME:a@b.example"],
            &["EMAIL;TYPE=WORK;X-Q=1:a@b.example"],
        ),
        (
            "4.0",
            "EMAIL;PREF=2;PID=2.1;TYPE=work:a@b.example",
            None,
            &["EMAIL;PREF=2;PID=2.1:a@b.example"],
            &["EMAIL;PREF=2;PID=2.1;TYPE=work:a@b.example"],
        ),
        (
            "3.0",
            "item1.EMAIL;X-Q=1:a@b.example\r\nitem1.X-ABLabel:Club",
            Some("home"),
            &["item1.EMAIL;X-Q=1;TYPE=HOME:a@b.example"],
            &["item1.EMAIL;X-Q=1:a@b.example", "item1.X-ABLabel:Club"],
        ),
    ];
    for (version, lines, label, come, go) in cases {
        let card = card(lines, version);
        let mut book = Book::new();
        import(&mut book, &card);
        assert_eq!(exported(&book), card);
        let profile = everybody(&book).remove(0);
        let mut details = json!(profile.full.contact.details);
        details[0]["label"] = json!(label);
        let id = profile.full.contact.id;
        update(&mut book, id, json!({ "details": details })).unwrap();
        let (came, went) = changes(&card, &exported(&book));
        let ours: Vec<&String> = came
            .iter()
            .filter(|line| !line.starts_with("X-CALLBOOK"))
            .collect();
        assert_eq!(
            (ours, went.iter().map(String::as_str).collect::<Vec<_>>()),
            (
                come.iter()
                    .map(|line| (*line).to_owned())
                    .collect::<Vec<_>>()
                    .iter()
                    .collect(),
                go.to_vec()
            ),
            "{lines}: {label:?}"
        );
    }
}

#[test]
fn a_card_says_what_kind_its_contact_is_of_now() {
    for (version, frame) in [
        ("3.0", ""),
        ("4.0", ""),
        ("3.0", "X-ABShowAs:COMPANY\r\nORG:Van Rijn\r\n"),
    ] {
        let card = format!(
            "BEGIN:VCARD\r\nVERSION:{version}\r\nUID:u\r\nFN:Jan van Rijn\r\nN:van Rijn;Jan;;;\r\n{frame}END:VCARD\r\n"
        );
        let mut book = Book::new();
        import(&mut book, &card);
        assert_eq!(exported(&book), card);
        let contact = everybody(&book).remove(0).full.contact;
        let other = if frame.is_empty() {
            "company"
        } else {
            "person"
        };
        assert_ne!(contact.kind.word(), other);
        update(&mut book, contact.id, json!({ "kind": other })).unwrap();
        let mut copy = Book::new();
        import(&mut copy, &exported(&book));
        assert_eq!(
            everybody(&copy).remove(0).full.contact.kind.word(),
            other,
            "{}",
            exported(&book)
        );
    }
}
