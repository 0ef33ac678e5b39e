//! The conditions of the filter: which contacts they find, on the screens and from the shell.

use std::process::Command;

use crate::support::desk::Desk;
use crate::support::{Book, NOON};
use callbook::domain::bulk::{BulkEdit, Change};
use callbook::domain::listing::{ListQuery, Selection};
use callbook::domain::rehearsal::{Seen, Task};

const CARDS: &str = "BEGIN:VCARD\nVERSION:3.0\nFN:Ada Lovelace\nTEL;TYPE=WORK:+44 20 7946 0018\n\
TEL;TYPE=HOME:+39 02 5550 1182\nEMAIL:ada@example.org\nBDAY:1961-09-04\nCATEGORIES:garage,club\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nFN:Ben Ito\nTEL;TYPE=WORK:+39 02 5550 1183\nADR;TYPE=HOME:;;Via Savona 41;Milano;;20144;Italy\n\
BDAY:--09-22\nCATEGORIES:garage sale\nNOTE:likes stat:blue see https://example.org/ben\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nFN:Cleo Wu\nX-SPOUSE:Kim\nURL:https://example.org/cleo\nORG:Officina\nCATEGORIES:Café\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nFN:Garage Bianchi\nORG:Garage Bianchi\nTEL:12\nEND:VCARD\n";

fn found(book: &Book, text: &str) -> String {
    let query = ListQuery {
        text: text.to_owned(),
        ..ListQuery::default()
    };
    assert_eq!(query.query().trouble, None, "{text}");
    let rows = book.store.rows(&query, 0, 50).unwrap().rows;
    let names = rows.iter().map(|row| row.name.split(' ').next().unwrap());
    let mut names: Vec<&str> = names.collect();
    names.sort_unstable();
    names.join(" ")
}

/// A book of [`CARDS`]; Ada's Italian number is historic.
fn book() -> Book {
    let mut desk = Desk::new(100, 30, CARDS);
    let ada = desk.names().iter().position(|name| name == "Ada Lovelace");
    let ada = desk.app.pages.contacts.list.row(ada.unwrap()).unwrap().id;
    let home = desk.book.phones(ada);
    let home = home.iter().find(|phone| phone.number.starts_with("+39"));
    let home = home.unwrap().id;
    desk.book.set(home, serde_json::json!({"historic": true}));
    desk.book
}

#[test]
fn conditions_ask_what_is_stored_and_their_negation_finds_all_others() {
    let book = book();
    for (text, names, others) in [
        ("tag:garage", "Ada Ben", "Cleo Garage"),
        ("tag:=garage", "Ada", "Ben Cleo Garage"),
        ("tag:=\"Garage Sale\"", "Ben", "Ada Cleo Garage"),
        ("tag:=cafe", "Cleo", "Ada Ben Garage"),
        ("has:tag", "Ada Ben Cleo", "Garage"),
        ("has:number", "Ada Ben Garage", "Cleo"),
        ("no:number", "Cleo", "Ada Ben Garage"),
        ("has:email", "Ada", "Ben Cleo Garage"),
        ("has:address", "Ben", "Ada Cleo Garage"),
        ("has:birthday", "Ada Ben", "Cleo Garage"),
        ("has:link", "Cleo", "Ada Ben Garage"),
        ("has:relation", "Cleo", "Ada Ben Garage"),
        ("has:note", "Ben", "Ada Cleo Garage"),
        ("has:company", "Cleo Garage", "Ada Ben"),
        ("is:company", "Garage", "Ada Ben Cleo"),
        ("birthday:09", "Ada Ben", "Cleo Garage"),
        ("birthday:september", "Ada Ben", "Cleo Garage"),
        ("birthday:09-22", "Ben", "Ada Cleo Garage"),
        ("birthday:1961", "Ada", "Ben Cleo Garage"),
        ("country:it", "Ada Ben", "Cleo Garage"),
        ("country:none", "Garage", "Ada Ben Cleo"),
        ("is:historic", "Ada", "Ben Cleo Garage"),
        ("label:work", "Ada Ben", "Cleo Garage"),
        ("source:vcard", "Ada Ben Cleo Garage", ""),
    ] {
        assert_eq!(found(&book, text), names, "{text}");
        assert_eq!(found(&book, &format!("-{text}")), others, "-{text}");
        assert_eq!(found(&book, &format!("not:{text}")), others, "not:{text}");
    }
}

#[test]
fn a_negated_condition_is_about_the_number_that_the_others_are_about() {
    let book = book();
    for (text, names) in [
        ("country:it", "Ada Ben"),
        ("country:it -is:historic", "Ben"),
        ("-is:historic", "Ben Cleo Garage"),
        ("label:home -country:gb", "Ada"),
        ("label:work -country:it", "Ada"),
        ("-label:work -country:none", "Cleo"),
        ("-country:it", "Cleo Garage"),
        ("-source:vcard -source:google", ""),
        ("-source:google -tag:garage", "Cleo Garage"),
    ] {
        assert_eq!(found(&book, text), names, "{text}");
    }
}

#[test]
fn times_are_asked_for_by_year_month_and_day() {
    let mut book = book();
    let day = 24 * 3_600_000_000;
    book.clock
        .store(NOON + 40 * day, std::sync::atomic::Ordering::SeqCst);
    book.contact("Dora");
    // November 24 and, 40 days later, January 3.
    for (text, names) in [
        ("created:2026", "Ada Ben Cleo Garage"),
        ("created:2026-11", "Ada Ben Cleo Garage"),
        ("created:2027-01-03", "Dora"),
        ("created:>2026", "Dora"),
        ("created:>=2026", "Ada Ben Cleo Dora Garage"),
        ("created:<2026-11-24", ""),
        ("created:<=2026-11", "Ada Ben Cleo Garage"),
        ("created:2026-12..2027", "Dora"),
        ("-created:2026", "Dora"),
        ("created:today", "Dora"),
        ("created:40d", "Ada Ben Cleo Dora Garage"),
        ("created:39d", "Dora"),
        ("created:<39d", "Ada Ben Cleo Garage"),
        ("created:2026..yesterday", "Ada Ben Cleo Garage"),
        ("-changed:2w", "Ada Ben Cleo Garage"),
        ("changed:>2026-12", "Dora"),
        ("-changed:>2026-12", "Ada Ben Cleo Garage"),
    ] {
        assert_eq!(found(&book, text), names, "{text}");
    }
    // The same filter means other days tomorrow.
    assert_eq!(found(&book, "created:today"), "Dora");
    book.clock
        .store(NOON + 41 * day, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(found(&book, "created:today"), "");
    assert_eq!(found(&book, "created:yesterday"), "Dora");
}

#[test]
fn a_change_of_many_is_about_the_numbers_that_a_negated_condition_leaves() {
    let mut book = book();
    let filter = ListQuery {
        text: "country:it -is:historic".to_owned(),
        ..ListQuery::default()
    };
    let changes = Change::read("label:desk").unwrap();
    let edit = BulkEdit::new(Selection::Shown(filter), changes);
    book.perform(&Task::Bulk(edit), Seen::Nothing).unwrap();
    assert_eq!(found(&book, "label:desk"), "Ben");
    assert_eq!(
        found(&book, "label:home"),
        "Ada",
        "the historic number stays"
    );

    let everybody = ListQuery {
        text: "-label:desk".to_owned(),
        ..ListQuery::default()
    };
    let edit = BulkEdit::new(
        Selection::Shown(everybody),
        Change::read("label:old").unwrap(),
    );
    book.perform(&Task::Bulk(edit), Seen::Nothing).unwrap();
    assert_eq!(found(&book, "label:old"), "Ada Garage");
    assert_eq!(found(&book, "label:desk"), "Ben");
}

#[test]
fn a_pasted_number_with_a_word_before_it_is_no_condition() {
    let book = book();
    for text in [
        "Phone: +39 02 5550 1183",
        "Téléphone : 0039 02 5550 1183",
        "tel:+39-02-5550-1183",
        "fax: 0039 02 5550 1183",
        "Tel: 02 5550 1183",
        "Tel.: +39 02 5550 1183",
        "Phone number: +39 02 5550 1183",
        "Tel. +39 02 5550 1183",
        "mobile 0039 02 5550 1183",
        "+39 02 5550 1183 work",
        "sip:+390255501183@example.org",
        "https://wa.me/390255501183",
        "tag:garage call 02 5550 1183",
    ] {
        assert_eq!(found(&book, text), "Ben", "{text}");
    }
    assert_eq!(found(&book, "-tag:garage call 02 5550 1183"), "");
    assert_eq!(found(&book, "ben 02 5550 1183"), "Ben");
    assert_eq!(found(&book, "wu 02 5550"), "", "a part of a number");
    assert_eq!(found(&book, "tel:5550 82"), "Ada", "a condition and digits");
    assert_eq!(found(&book, "\"stat:blue\""), "Ben");
    assert_eq!(found(&book, "https://example.org/ben"), "Ben");
}

#[test]
fn names_of_conditions_and_their_values_are_completed() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, CARDS);
        desk.press("/ \"-ta\"");
        insta::assert_snapshot!(format!("completion_of_name_{width}x{height}"), desk.frame());
        desk.press("tab \"g\" tab");
        assert_eq!(desk.app.pages.contacts.list.filter.text(), "-tag:garage ");
        assert_eq!(desk.app.pages.contacts.list.total, Some(2));
        desk.press("\"no:\"");
        insta::assert_snapshot!(format!("completion_of_part_{width}x{height}"), desk.frame());
        desk.press("\"nu\" tab \"stat:\"");
        let filter = desk.app.pages.contacts.list.filter.text().to_owned();
        assert_eq!(filter, "-tag:garage no:number stat:");
        let query = ListQuery {
            text: filter,
            ..ListQuery::default()
        };
        let trouble = query.query().trouble.unwrap();
        assert!(
            trouble.starts_with("unknown condition stat:; expected tel: label: is: has: no: tag:")
        );
        assert_eq!(desk.names(), [""; 0]);
        // A word that begins no condition is left by the same key.
        desk.press("esc / \"cleo\" tab");
        assert!(desk.app.pages.top().text().is_none());
    }
}

fn run(folder: &std::path::Path, words: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_callbook"))
        .env_clear()
        .env("HOME", folder)
        .env("XDG_STATE_HOME", folder)
        .arg("--db")
        .arg(folder.join("book.db"))
        .args(words)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code().unwrap(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn negated_conditions_need_no_escape_on_the_shell() {
    let folder = tempfile::tempdir().unwrap();
    let cards = folder.path().join("cards.vcf");
    std::fs::write(&cards, CARDS).unwrap();
    let shell = |words: &[&str]| run(folder.path(), words);
    shell(&["import", cards.to_str().unwrap()]);
    let names = |words: &[&str]| {
        let words = [&words[..1], &["--format", "{name}"], &words[1..]].concat();
        let (status, out, err) = shell(&words);
        assert_eq!(status, 0, "{err}");
        let mut names: Vec<String> = out.lines().map(str::to_owned).collect();
        names.dedup();
        names.join(", ")
    };
    assert_eq!(names(&["find", "-tag:garage"]), "Garage Bianchi, Cleo Wu");
    assert_eq!(names(&["find", "wu", "-tag:garage"]), "Cleo Wu");
    assert_eq!(names(&["find", "--", "-tag:garage", "wu"]), "Cleo Wu");
    assert_eq!(names(&["find", "not:tag:garage", "-is:company"]), "Cleo Wu");

    let (status, out, _) = shell(&["export", "-has:number"]);
    assert_eq!((status, out.matches("BEGIN:VCARD").count()), (0, 1));
    let (status, _, err) = shell(&["find", "-tga:garage"]);
    assert_eq!(status, 2);
    assert!(
        err.contains("unknown condition tga:; expected tel: label:"),
        "{err}"
    );
    let (status, _, err) = shell(&["export", "has:fax"]);
    assert_eq!(status, 2);
    assert!(
        err.contains("unknown has:fax; expected one of number"),
        "{err}"
    );

    // In a change only the first word is the filter: -tag:x after it removes the tag.
    let (status, out, err) = shell(&["change", "-has:number", "-tag:café", "tag:tea", "--dry-run"]);
    assert_eq!(status, 0, "{err}");
    assert!(out.contains("1 contact would change"), "{out}");
    shell(&["change", "-has:number", "-tag:café", "tag:tea"]);
    assert_eq!(names(&["find", "tag:tea"]), "Cleo Wu");
    assert_eq!(shell(&["find", "tag:café"]).0, 3);
}

#[test]
fn the_language_is_explained_on_one_page() {
    let folder = tempfile::tempdir().unwrap();
    let (status, page, _) = run(folder.path(), &["filters"]);
    assert_eq!(status, 0);
    for (name, _) in callbook::domain::query::ConditionField::ALL {
        assert!(page.contains(&format!("`{name}:")), "{name}");
    }
    for (word, _) in callbook::domain::query::Quality::ALL {
        assert!(page.contains(&format!("`is:{word}`")), "{word}");
    }
    for (word, _) in callbook::domain::query::Part::ALL {
        assert!(page.contains(word), "{word}");
    }
    let help = run(folder.path(), &["help", "filters"]).1;
    assert!(help.contains("Several conditions on numbers"), "{help}");
}

#[test]
fn the_shell_finds_what_is_synced_and_what_is_to_be_decided() {
    let folder = tempfile::tempdir().unwrap();
    let cards = folder.path().join("cards.vcf");
    std::fs::write(&cards, CARDS).unwrap();
    let shell = |words: &[&str]| run(folder.path(), words);
    assert_eq!(shell(&["import", cards.to_str().unwrap()]).0, 0);
    assert_eq!(shell(&["find", "is:conflict"]).0, 3);
    let raw = rusqlite::Connection::open(folder.path().join("book.db")).unwrap();
    raw.execute_batch(
        "INSERT INTO remote (id, name, kind, book, confirmed, seen)
         SELECT 1, 'front desk', 'folder', '/cards', 1, max(id) FROM undo_point;
         INSERT INTO remote_card (id, remote, href, place, kind, etag, contact)
         SELECT 1, 1, 'a', x'61', 'person', 'e', id FROM contact WHERE name = 'Cleo Wu';
         INSERT INTO remote_conflict (remote_card, key, field, was, theirs, at)
         VALUES (1, '', 'note', 'null', '\"there\"', 1)",
    )
    .unwrap();
    for filter in ["is:conflict", "in:=\"front desk\"", "in:desk"] {
        let (status, out, _) = shell(&["find", filter]);
        assert_eq!(status, 0, "{filter}");
        assert!(
            out.contains("Cleo Wu") && !out.contains("Ada"),
            "{filter}: {out}"
        );
    }
    assert_eq!(shell(&["find", "is:waiting"]).0, 3);
    assert_eq!(shell(&["change", "in:desk", "tag:tea"]).0, 0);
    assert!(shell(&["find", "is:waiting"]).1.contains("Cleo Wu"));
}
