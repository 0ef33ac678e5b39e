//! What the history says of a change of one detail, and of a change that is none.

use callbook::domain::contact::{
    Contact, ContactAttributes, ContactId, Detail, DetailKind, DetailValue,
};
use callbook::domain::operation::Overwriting;
use callbook::tui::protocol::Effect;
use serde_json::json;

use crate::cli::Shell;
use crate::support::Book;
use crate::support::desk::Desk;

/// Changes the details of a contact; gives the words for the step.
fn changed(book: &mut Book, id: ContactId, change: impl FnOnce(&mut Vec<Detail>)) -> String {
    let mut details = book.store.contact(id).unwrap().details;
    change(&mut details);
    let sent = ContactAttributes {
        details: Some(details),
        overwrite: true,
        is_checked: true,
        ..ContactAttributes::default()
    };
    let done = book.store.update_contact(id, sent, Vec::new()).unwrap();
    done.point.unwrap().title
}

#[test]
fn a_step_names_the_detail_that_it_changed() {
    let mut book = Book::of_rules();
    let ada = book.contact("Ada");
    let detail = |kind, label: Option<&str>, text: &str| {
        Detail::new(
            kind,
            label.map(str::to_owned),
            DetailValue::read(kind, text),
        )
    };
    let home = detail(DetailKind::Email, Some("home"), "a@example.org");
    let title = changed(&mut book, ada, |own| own.push(home));
    assert_eq!(title, "Added home email a@example.org to Ada");
    let born = detail(DetailKind::Date, Some("birthday"), "1815-12-10");
    let title = changed(&mut book, ada, |own| own.push(born));
    assert_eq!(title, "Added birthday 10 Dec 1815 to Ada");
    let title = changed(&mut book, ada, |own| {
        own[0].value = "b@example.org".to_owned().into();
    });
    assert_eq!(title, "Changed home email b@example.org of Ada");
    let title = changed(&mut book, ada, |own| own[0].preferred = true);
    assert_eq!(title, "Made b@example.org the preferred email");
    // Another one that is preferred is one change, though two details differ.
    let work = Detail {
        preferred: true,
        ..detail(DetailKind::Email, Some("work"), "c@example.org")
    };
    let title = changed(&mut book, ada, |own| {
        own[0].preferred = false;
        own.push(work);
    });
    assert_eq!(title, "Added work email c@example.org to Ada");
    let title = changed(&mut book, ada, |own| own[2].preferred = false);
    assert_eq!(title, "Made c@example.org no longer the preferred email");
    let title = changed(&mut book, ada, |own| drop(own.remove(1)));
    assert_eq!(title, "Deleted birthday 10 Dec 1815 of Ada");
    let title = changed(&mut book, ada, Vec::clear);
    assert_eq!(title, "Changed Ada");
    let long = detail(
        DetailKind::Link,
        None,
        &format!("https://example.org/{}", "x".repeat(500)),
    );
    let title = changed(&mut book, ada, |own| own.push(long));
    assert!(title.len() < 120 && title.contains('…'), "{title}");
}

#[test]
fn an_update_that_changes_nothing_makes_no_version() {
    let shell = Shell::new();
    let (_, found) = shell.json(&["contact", "list", "--json", "--filter", "uid=1"], "");
    let id = found["data"][0]["id"].as_str().unwrap().to_owned();
    let (_, before) = shell.json(&["contact", "get", &id, "--json"], "");
    let (_, log) = shell.json(&["log", "--json"], "");
    let (status, again) = shell.json(
        &["contact", "update", &id, "-", "--json"],
        &before.to_string(),
    );
    assert_eq!(status, 0, "{again}");
    assert_eq!(again["data"]["attributes"], before["data"]["attributes"]);
    assert_eq!(shell.json(&["log", "--json"], "").1, log);
    // Something that changes does.
    let sent = json!({"data": {"attributes": {"note": "new", "overwrite": true}}});
    let (status, again) = shell.json(
        &["contact", "update", &id, "-", "--json"],
        &sent.to_string(),
    );
    assert_eq!(status, 0, "{again}");
    assert_ne!(
        again["data"]["attributes"]["updated_in_db_at"],
        before["data"]["attributes"]["updated_in_db_at"]
    );
}

const PAIR: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:urn:uuid:00000000-0000-4000-8000-000000000001\nFN:Ann Ames\n\
N:Ames;Ann;;;\nEND:VCARD\nBEGIN:VCARD\nVERSION:4.0\nUID:2\nFN:Zoe Zander\nN:Zander;Zoe;;;\n\
RELATED;TYPE=friend:urn:uuid:00000000-0000-4000-8000-000000000001\nRELATED;TYPE=friend:urn:uuid:00000000-0000-4000-8000-000000000009\n\
ADR:;;12 Square;London;;;UK\nEND:VCARD\n";

#[test]
fn a_relation_by_uid_is_shown_by_the_name_of_the_contact() {
    let mut desk = Desk::new(100, 30, PAIR);
    desk.press("G");
    let frame = desk.frame();
    assert!(frame.contains("friend    Ann Ames"), "{frame}");
    assert_eq!(frame.matches("urn:uuid:").count(), 1, "{frame}");
    // Who is not in the book stays an address.
    assert!(frame.contains("urn:uuid:0000"), "{frame}");
}

#[test]
fn an_address_is_shown_on_the_map_that_is_set() {
    for (map, opened) in [
        (None, "geo:0,0?q=12%20Square%2C%20London%2C%20UK"),
        (
            Some("https://map.example/?q={}&z=9"),
            "https://map.example/?q=12%20Square%2C%20London%2C%20UK&z=9",
        ),
    ] {
        let mut desk = Desk::new(100, 30, PAIR);
        desk.app.session.map = map.map(str::to_owned);
        desk.press("G enter j o");
        let opens = |effect: &Effect| *effect == Effect::Open(opened.to_owned());
        assert!(
            desk.effects.iter().any(opens),
            "{:?} {}",
            desk.effects.last(),
            desk.toast()
        );
    }
}

/// A contact is compared whole.
#[test]
fn the_contact_after_an_update_of_nothing_is_the_one_before() {
    let mut book = Book::of_rules();
    let ada = book.contact("Ada");
    let before: Contact = book.store.contact(ada).unwrap();
    let sent = ContactAttributes {
        name: Some(Some("Ada".to_owned())),
        updated_in_db_at: Some(before.updated_in_db_at),
        ..ContactAttributes::default()
    };
    let done = book.store.update_contact(ada, sent, Vec::new()).unwrap();
    assert_eq!((done.value, done.point), (before, None));
}

/// Changes of a contact, each in a step of its own; gives the steps.
fn steps(book: &mut Book, id: ContactId, changes: &[ContactAttributes]) -> Vec<i64> {
    let changes = changes.iter().map(|sent| {
        let sent = ContactAttributes {
            overwrite: true,
            ..sent.clone()
        };
        let done = book.store.update_contact(id, sent, Vec::new()).unwrap();
        done.point.unwrap().id
    });
    changes.collect()
}

/// What is said of the values of a contact's details.
fn values(book: &Book, id: ContactId) -> Vec<String> {
    let details = book.store.contact(id).unwrap().details;
    let value = |detail: &Detail| {
        let preferred = if detail.preferred { "*" } else { "" };
        format!("{preferred}{}", detail.shown())
    };
    details.iter().map(value).collect()
}

/// A contact with an email, an address and a birthday, each of which was changed in a step of its own.
fn changed_one_by_one(book: &mut Book) -> (ContactId, Vec<i64>) {
    let ada = book.contact("Ada");
    let read = |kind, label: &str, text| Detail::read(kind, Some(label.to_owned()), text);
    let details = vec![
        read(DetailKind::Email, "home", "a@example.org"),
        read(DetailKind::Address, "home", "1 Main St, London"),
        read(DetailKind::Date, "birthday", "1815-12-10"),
    ];
    changed(book, ada, |own| *own = details);
    let new = ["b@example.org", "2 Main St, London", "1815-12-11"];
    let mut steps = Vec::new();
    for (at, new) in new.into_iter().enumerate() {
        let kind = book.store.contact(ada).unwrap().details[at].kind;
        changed(book, ada, |own| {
            own[at].value = DetailValue::read(kind, new);
        });
        steps.push(book.store.steps(None, 1).unwrap()[0].point.id);
    }
    (ada, steps)
}

#[test]
fn an_older_step_of_a_detail_is_undone_alone() {
    let mut book = Book::of_rules();
    let (ada, steps) = changed_one_by_one(&mut book);
    let all = values(&book, ada);
    for (at, old) in ["a@example.org", "1 Main St, London", "10 Dec 1815"]
        .into_iter()
        .enumerate()
    {
        for over in [Overwriting::Refused, Overwriting::Written] {
            book.store.undo_step(steps[at], over).unwrap();
            let mut expected = all.clone();
            expected[at] = old.to_owned();
            assert_eq!(values(&book, ada), expected, "{over:?}");
            book.store.redo().unwrap().unwrap();
            assert_eq!(values(&book, ada), all);
        }
    }
    // From the first on, each by itself, and back again.
    for step in &steps {
        book.store.undo_step(*step, Overwriting::Refused).unwrap();
    }
    assert_eq!(
        values(&book, ada),
        ["a@example.org", "1 Main St, London", "10 Dec 1815"]
    );
    while book.store.redo().unwrap().is_some() {}
    assert_eq!(values(&book, ada), all);
}

#[test]
fn a_detail_that_was_changed_since_is_named_and_only_it_is_written_over() {
    let mut book = Book::of_rules();
    let (ada, steps) = changed_one_by_one(&mut book);
    changed(&mut book, ada, |own| {
        own[0].value = "c@example.org".to_owned().into();
    });
    changed(&mut book, ada, |own| own[0].label = Some("work".to_owned()));
    let refusal = book.store.undo_step(steps[0], Overwriting::Refused);
    assert_eq!(
        refusal.unwrap_err().to_string(),
        "cannot undo “Changed home email b@example.org of Ada”: work email c@example.org has been changed \
         since by “Changed work email c@example.org of Ada” (command line)"
    );
    book.store
        .undo_step(steps[0], Overwriting::Written)
        .unwrap();
    assert_eq!(
        values(&book, ada),
        ["a@example.org", "2 Main St, London", "11 Dec 1815"]
    );
    // The label is no change of that step.
    let details = book.store.contact(ada).unwrap().details;
    assert_eq!(details[0].label.as_deref(), Some("work"));
}

#[test]
fn details_that_went_and_came_are_put_back_among_the_others() {
    let mut book = Book::of_rules();
    let ada = book.contact("Ada");
    let email = |text: &str| Detail::read(DetailKind::Email, None, text);
    changed(&mut book, ada, |own| {
        *own = ["a@x.org", "b@x.org", "c@x.org"].map(email).to_vec();
        own[1].preferred = true;
    });
    changed(&mut book, ada, |own| drop(own.remove(1)));
    let deleted = book.store.steps(None, 1).unwrap()[0].point.id;
    changed(&mut book, ada, |own| own.push(email("d@x.org")));
    let added = book.store.steps(None, 1).unwrap()[0].point.id;
    changed(&mut book, ada, |own| own[0].preferred = true);
    book.store.undo_step(deleted, Overwriting::Refused).unwrap();
    // That another one is preferred was said later.
    assert_eq!(
        values(&book, ada),
        ["*a@x.org", "b@x.org", "c@x.org", "d@x.org"]
    );
    book.store.undo_step(added, Overwriting::Refused).unwrap();
    assert_eq!(values(&book, ada), ["*a@x.org", "b@x.org", "c@x.org"]);
}

#[test]
fn tags_and_texts_are_undone_alone_and_what_says_one_thing_together() {
    let mut book = Book::of_rules();
    let ada = book.contact("Ada");
    let text = |text: &str| Some(Some(text.to_owned()));
    let none = ContactAttributes::default;
    let tags = |tags: &[&str]| ContactAttributes {
        tags: Some(tags.iter().map(|tag| (*tag).to_owned()).collect()),
        ..none()
    };
    let steps = steps(
        &mut book,
        ada,
        &[
            tags(&["one"]),
            ContactAttributes {
                nickname: text("Addie"),
                ..none()
            },
            tags(&["one", "two"]),
            ContactAttributes {
                organisation: text("Alpha"),
                ..none()
            },
            ContactAttributes {
                title: text("Boss"),
                ..none()
            },
            ContactAttributes {
                note: text("n"),
                ..none()
            },
        ],
    );
    book.store
        .undo_step(steps[0], Overwriting::Refused)
        .unwrap();
    book.store
        .undo_step(steps[1], Overwriting::Refused)
        .unwrap();
    let now = book.store.contact(ada).unwrap();
    assert_eq!(now.tags, ["two"]);
    assert_eq!((now.nickname, now.note), (None, Some("n".to_owned())));
    // The title goes with its company.
    let refusal = book.store.undo_step(steps[3], Overwriting::Refused);
    assert_eq!(
        refusal.unwrap_err().to_string(),
        "cannot undo “Changed Ada”: title has been changed since by “Changed Ada” (command line)"
    );
}

#[test]
fn a_step_in_the_history_of_a_detail_is_undone_without_a_question() {
    let mut book = Book::of_rules();
    let (ada, _) = changed_one_by_one(&mut book);
    let mut desk = Desk::of(100, 30, book);
    desk.press("g g l j H x");
    assert_eq!(
        desk.toast(),
        "Undone: Changed home email b@example.org of Ada"
    );
    assert_eq!(
        values(&desk.book, ada),
        ["a@example.org", "2 Main St, London", "11 Dec 1815"]
    );
}

/// What a command says that ends well.
fn done(shell: &Shell, words: &[&str]) -> String {
    let (status, told, why) = shell.run(words, "");
    assert_eq!(status, 0, "{words:?}: {told}{why}");
    told
}

/// The number of the newest change.
fn newest_change(shell: &Shell) -> String {
    let raw = rusqlite::Connection::open(shell.db()).unwrap();
    let sql = "SELECT max(id) FROM undo_point WHERE kind = 'change'";
    let id: i64 = raw.query_row(sql, [], |row| row.get(0)).unwrap();
    id.to_string()
}

#[test]
fn what_an_undo_wrote_over_comes_back_with_its_redo() {
    let shell = Shell::new();
    shell.import("BEGIN:VCARD\nVERSION:3.0\nUID:a\nFN:One Ash\nEND:VCARD\nBEGIN:VCARD\nVERSION:3.0\nUID:b\nFN:Two Ash\nEND:VCARD\n");
    let newest = || newest_change(&shell);
    let imported = newest();
    let id = |name: &str| {
        let raw = rusqlite::Connection::open(shell.db()).unwrap();
        let sql = "SELECT id FROM contact WHERE name = ?1";
        let id: [u8; 16] = raw.query_row(sql, [name], |row| row.get(0)).unwrap();
        uuid::Uuid::from_bytes(id).to_string()
    };
    let one = id("One Ash");
    let does = |words: &[&str]| done(&shell, words);
    does(&[
        "contact",
        "update",
        &one,
        "--note",
        "my long note",
        "--overwrite",
    ]);
    // People who were taken away over later edits are all there again, with these.
    does(&["undo", &imported, "--over"]);
    let are_there = || {
        let raw = rusqlite::Connection::open(shell.db()).unwrap();
        let sql = "SELECT count(*) FROM contact WHERE name LIKE '% Ash'";
        raw.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    assert_eq!(are_there(), 0);
    does(&["redo"]);
    let shown = does(&["show", "one", "ash"]);
    assert!(shown.contains("my long note"), "{shown}");
    assert_eq!(are_there(), 2);
    // And so is a text that was written over.
    does(&["contact", "update", &one, "--title", "first", "--overwrite"]);
    let first = newest();
    does(&[
        "contact",
        "update",
        &one,
        "--title",
        "second",
        "--overwrite",
    ]);
    does(&["undo", &first, "--over"]);
    assert!(!does(&["show", "one", "ash"]).contains("second"));
    does(&["redo"]);
    assert!(does(&["show", "one", "ash"]).contains("second"));
    does(&["undo"]);
    assert!(does(&["show", "one", "ash"]).contains("first"));
}

#[test]
fn a_name_is_made_of_its_parts_again_where_one_of_them_is_undone_alone() {
    let shell = Shell::new();
    let (_, told) = shell.json(&["add", "Eve Lovelace", "--json"], "");
    let id = told["data"]["id"].as_str().unwrap().to_owned();
    let does = |words: &[&str]| done(&shell, words);
    does(&[
        "contact",
        "update",
        &id,
        "--given-name",
        "Eda",
        "--overwrite",
    ]);
    let raw = rusqlite::Connection::open(shell.db()).unwrap();
    let step = newest_change(&shell);
    does(&[
        "contact",
        "update",
        &id,
        "--family-name",
        "King",
        "--overwrite",
    ]);
    does(&["undo", &step, "--over"]);
    let name: String = raw
        .query_row(
            "SELECT name FROM contact WHERE given_name = 'Eve'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(name, "Eve King");
}

#[test]
fn an_undo_makes_no_detail_twice() {
    let shell = Shell::new();
    let words = ["add", "Eve King", "--email", "x@x.example", "--json"];
    let (_, told) = shell.json(&words, "");
    let id = told["data"]["id"].as_str().unwrap().to_owned();
    let details = || {
        let (_, document) = shell.json(&["contact", "get", &id, "--json"], "");
        document["data"]["attributes"]["details"].clone()
    };
    let put = |details: serde_json::Value| {
        let (_, mut document) = shell.json(&["contact", "get", &id, "--json"], "");
        document["data"]["attributes"]["details"] = details;
        let words = ["contact", "update", &id, "-"];
        let (status, told, why) = shell.run(&words, &document.to_string());
        assert_eq!(status, 0, "{told}{why}");
    };
    let mut changed = details();
    changed[0]["value"] = "z@x.example".into();
    put(changed);
    let step = newest_change(&shell);
    let mut more = details();
    let again = serde_json::json!({"kind": "email", "value": "x@x.example"});
    more.as_array_mut().unwrap().push(again);
    put(more);
    let (status, told, why) = shell.run(&["undo", &step], "");
    assert_eq!(status, 0, "{told}{why}");
    let now = details();
    let values = now.as_array().unwrap().iter();
    let values: Vec<&str> = values.filter_map(|own| own["value"].as_str()).collect();
    assert_eq!(values, ["x@x.example"]);
}
