//! Keeping a book small: what nothing names, steps that are old, room that is free.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::Ordering;

use crate::support::Marked as _;
use crate::support::{Book, NOON, options};
use callbook::domain::contact::ContactAttributes;
use callbook::domain::listing::ListQuery;
use callbook::domain::operation::{Overwriting, RecordKey};
use callbook::domain::refusal::Kind;
use callbook::domain::rehearsal::Seen;
use callbook::domain::timestamp::Timestamp;
use callbook::import::File;
use callbook::store::Store;
use serde_json::json;

const DAY: i64 = 86_400_000_000;

fn callbook(db: &Path, config: &str, words: &[&str]) -> (Option<i32>, String, String) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("config/callbook");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), config).unwrap();
    let ran = Command::new(env!("CARGO_BIN_EXE_callbook"))
        .arg("--db")
        .arg(db)
        .args(words)
        .env("XDG_CONFIG_HOME", home.path().join("config"))
        .env("XDG_STATE_HOME", home.path().join("state"))
        .stdin(std::process::Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (ran.status.code(), text(ran.stdout), text(ran.stderr))
}

fn number(db: &Path, sql: &str) -> i64 {
    let raw = rusqlite::Connection::open(db).unwrap();
    raw.query_row(sql, [], |row| row.get(0)).unwrap()
}

fn import(store: &mut Store, cards: &str) {
    let file = File::open(cards.as_bytes(), "cards.vcf", &[]).unwrap();
    callbook::import::all(store, file).unwrap();
}

#[test]
fn a_new_book_can_give_room_back_and_an_old_one_can_once_it_was_compacted() {
    let book = Book::new();
    assert_eq!(number(&book.path, "PRAGMA auto_vacuum"), 2);

    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("book.db");
    let books = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/books");
    fs::copy(books.join("schema-3.db"), &db).unwrap();
    fs::set_permissions(&db, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(callbook(&db, "", &["log"]).0, Some(0));
    assert_eq!(number(&db, "PRAGMA auto_vacuum"), 0, "not by a migration");
    let raw = rusqlite::Connection::open(&db).unwrap();
    raw.execute_batch("INSERT INTO card (bytes) VALUES (randomblob(3000000))")
        .unwrap();
    drop(raw);
    let before = (
        callbook(&db, "", &["export"]).1,
        callbook(&db, "", &["log"]).1,
    );
    let large = fs::metadata(&db).unwrap().len();
    let (status, said, why) = callbook(&db, "", &["compact"]);
    assert_eq!(status, Some(0), "{why}");
    assert!(said.contains("Deleted 1 unused card"), "{said}");
    assert_eq!(number(&db, "PRAGMA auto_vacuum"), 2);
    assert!(fs::metadata(&db).unwrap().len() + 2_900_000 < large);
    assert_eq!(
        (
            callbook(&db, "", &["export"]).1,
            callbook(&db, "", &["log"]).1
        ),
        before
    );
    assert_eq!(callbook(&db, "", &["add", "Ada"]).0, Some(0));
    assert_eq!(
        callbook(&db, "", &["doctor"]).1.lines().next(),
        Some("no problems found")
    );
}

#[test]
fn a_book_that_another_program_has_open_is_not_compacted() {
    let mut book = Book::new();
    book.contact("Ada");
    let (status, _, why) = callbook(&book.path, "", &["compact"]);
    assert_eq!(status, Some(5), "{why}");
    assert!(why.contains("another program has the book open"), "{why}");
    book.contact("Bob");
}

#[test]
fn only_a_card_that_nothing_names_is_dropped() {
    let mut book = Book::new();
    let card = |note: &str, uid: u8| {
        format!(
            "BEGIN:VCARD\nVERSION:3.0\nUID:{uid}\nFN:Person {uid}\nTEL:+39025550118{uid}\n\
             NOTE:{note}\nREV:20260101T00000{}Z\nEND:VCARD\n",
            note.len()
        )
    };
    import(&mut book.store, &(card("a", 1) + &card("a", 2)));
    // A newer card, whose step names the older one; and one of somebody in the bin.
    import(&mut book.store, &card("abc", 1));
    let rows = book.store.rows(&ListQuery::default(), 0, 9).unwrap().rows;
    book.store.delete_contacts(&[rows[1].id]).unwrap();
    let named = number(&book.path, "SELECT count(*) FROM card");
    assert_eq!(named, 3);
    assert_eq!(book.store.drop_orphan_cards().unwrap(), 0);
    let raw = rusqlite::Connection::open(&book.path).unwrap();
    raw.execute_batch("INSERT INTO card (bytes) VALUES (x'41'), (x'42')")
        .unwrap();
    drop(raw);
    assert_eq!(book.store.drop_orphan_cards().unwrap(), 2);
    assert_eq!(number(&book.path, "SELECT count(*) FROM card"), named);
    while book.store.undo().unwrap().is_some() {}
    while book.store.redo().unwrap().is_some() {}
    assert_eq!(book.store.examine().unwrap(), []);
}

#[test]
fn old_steps_are_pruned_but_not_the_bin_nor_where_a_number_came_from() {
    let mut book = Book::new();
    let ada = book.contact("Ada"); // 1
    let phone = book.post(ada, json!({"number": "213 456 7890"})).unwrap(); // 2
    let gone = book.contact("Gone"); // 3
    book.post(gone, json!({"number": "213 456 7891"})).unwrap(); // 4
    book.set(phone.id, json!({"location": "work"})); // 5
    book.store.delete_contacts(&[gone]).unwrap(); // 6
    let note = |note: &str| ContactAttributes {
        note: Some(Some(note.into())),
        overwrite: true,
        ..Default::default()
    };
    book.store
        .update_contact(ada, note("old"), Vec::new())
        .unwrap(); // 7
    book.store.undo().unwrap(); // 8
    book.clock.store(NOON + 400 * DAY, Ordering::SeqCst);
    book.store
        .update_contact(ada, note("new"), Vec::new())
        .unwrap(); // 9
    let new = book.store.steps(None, 1).unwrap()[0].point.id;
    let before = Timestamp::from_micros(NOON + 300 * DAY);

    let planned = book.store.prunable(before).unwrap();
    assert_eq!((planned.step, planned.steps), (new - 1, 6), "{planned:?}");
    let pruned = book.store.prune_history(before).unwrap();
    assert_eq!(pruned, planned);
    assert_eq!(book.store.prunable(before).unwrap().steps, 0);
    assert_eq!(book.store.pruned().unwrap().unwrap().step, new - 1);
    assert_eq!(book.store.examine().unwrap(), []);

    // Where the number came from is known.
    let history = book.store.history(ada, 99).unwrap();
    assert!(
        history
            .iter()
            .any(|entry| entry.operation.key() == RecordKey::Phone(phone.id))
    );
    // What was pruned is not undone, nor gone back to.
    let refused = book.store.undo_step(5, Overwriting::Refused).unwrap_err();
    assert_eq!(refused.kind, Kind::NotFound);
    let refused = book.store.restore_contact(ada, 2).unwrap_err();
    assert!(refused.to_string().contains("pruned"), "{refused}");
    let refused = book.store.undo_back_to(6, Seen::Nothing).unwrap_err();
    assert!(refused.to_string().contains("pruned"), "{refused}");
    assert!(book.store.redo().unwrap().is_none());
    let (status, said, _) = callbook(&book.path, "", &["log"]);
    assert_eq!(status, Some(0));
    assert!(said.contains("were pruned from the history"), "{said}");

    // What is newer is, and what is in the bin comes back with its numbers.
    book.store.undo_step(new, Overwriting::Refused).unwrap();
    assert_eq!(book.store.bin(9).unwrap().len(), 1);
    book.store.bring_back(RecordKey::Contact(gone)).unwrap();
    assert_eq!(book.phones(gone).len(), 1);
    assert_eq!(book.store.examine().unwrap(), []);
}

#[test]
fn a_clock_that_was_set_back_keeps_what_is_newer() {
    let mut book = Book::new();
    book.contact("Ada");
    book.clock.store(NOON - 900 * DAY, Ordering::SeqCst);
    book.contact("Bob");
    let before = Timestamp::from_micros(NOON - 100 * DAY);
    assert_eq!(book.store.prunable(before).unwrap().steps, 0);
}

#[test]
fn the_history_is_pruned_on_request_only_and_says_so_before() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("book.db");
    let clock = std::sync::Arc::new(std::sync::atomic::AtomicI64::new(NOON - 3_000 * DAY));
    let mut store = Store::open(&db, options(&clock)).unwrap();
    let sent = ContactAttributes {
        name: Some(Some("Ada".into())),
        ..Default::default()
    };
    let ada = store.create_contact(sent, Vec::new()).unwrap().value.id;
    store.confirm_contacts(&[ada]).unwrap();
    drop(store);
    let keep = "[history]\nkeep = \"1 year\"\n";
    let (status, _, why) = callbook(&db, "", &["compact", "--history"]);
    assert_eq!(status, Some(2));
    assert!(
        why.contains("[history]") && why.contains("90 days"),
        "{why}"
    );
    let pruned = "SELECT pruned_step FROM book";
    callbook(&db, keep, &["compact"]);
    let (_, said, _) = callbook(&db, keep, &["compact", "--history", "--dry-run"]);
    assert!(said.contains("could no longer be undone"), "{said}");
    let (status, _, why) = callbook(&db, keep, &["compact", "--history"]);
    assert_eq!(status, Some(2), "it asks: {why}");
    assert_eq!(number(&db, pruned), 0);
    let (status, said, why) = callbook(&db, keep, &["compact", "--history", "--yes"]);
    assert_eq!(status, Some(0), "{why}");
    assert!(said.contains("can no longer be undone"), "{said}");
    assert!(number(&db, pruned) > 0);
}

#[test]
fn the_doctor_tells_sizes() {
    let mut book = Book::new();
    book.contact("Ada");
    book.store.back_up().unwrap();
    let (_, said, _) = callbook(&book.path, "", &["doctor"]);
    assert!(
        said.contains("the book has ") && said.contains("; 1 backup: "),
        "{said}"
    );
    let (_, said, _) = callbook(&book.path, "", &["doctor", "--json"]);
    let told: serde_json::Value = serde_json::from_str(&said).unwrap();
    let bytes = &told["meta"]["bytes"];
    for part in ["book", "cards", "history", "backups"] {
        assert!(bytes[part].as_u64().unwrap() > 0, "{part}: {said}");
    }
}
