//! What the store promises: which files it opens, that nothing is lost between two programs, that
//! every step can be taken back, and that the list is what a plain sort would give.

use crate::support::Marked as _;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

use crate::support::{Book, Handed, NOON, options};
use callbook::domain::contact::{ContactAttributes, ContactId, Detail, DetailKind};
use callbook::domain::content::ContentHash;
use callbook::domain::edit::{ContactEdit, PhoneEdit};
use callbook::domain::import::{
    Bytes, CardKey, CardPlace, Choice, Choices, FateKind, Incoming, Intake,
};
use callbook::domain::intake::ParsedCard;
use callbook::domain::listing::{ListQuery, Order, Row};
use callbook::domain::own_fields::OwnFields;
use callbook::domain::page::PageQuery;
use callbook::domain::phone::{Mark, PhoneAttributes};
use callbook::domain::refusal::{Kind, Refusal, Stored};
use callbook::domain::rehearsal::Seen;
use callbook::exchange::vcard::Format;
use callbook::store::Store;
use callbook::store::backup::{self, backups};
use serde_json::json;

fn clock() -> Arc<AtomicI64> {
    Arc::new(AtomicI64::new(NOON))
}

fn refusal_of(path: &Path) -> Refusal {
    Store::open(path, options(&clock())).err().unwrap()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn beside(path: &Path, suffix: &str) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

fn named(name: &str) -> ContactAttributes {
    ContactAttributes {
        name: Some(Some(name.to_owned())),
        ..ContactAttributes::default()
    }
}

fn numbered(number: &str) -> PhoneAttributes {
    PhoneAttributes {
        number: Some(number.to_owned()),
        ..PhoneAttributes::default()
    }
}

mod opening {
    use super::*;

    #[test]
    fn a_new_book_and_its_folder_are_for_their_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("share/callbook/contacts.db");
        let mut store = Store::open(&path, options(&clock())).unwrap();
        store.create_contact(named("Ada"), Vec::new()).unwrap();
        assert_eq!(mode(&folder.path().join("share")), 0o700);
        assert_eq!(mode(&folder.path().join("share/callbook")), 0o700);
        for file in [path.clone(), beside(&path, "-wal"), beside(&path, "-shm")] {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
    }

    #[test]
    fn making_a_book_leaves_nothing_else_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("contacts.db");
        drop(Store::open(&path, options(&clock())).unwrap());
        let names: Vec<_> = fs::read_dir(folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(names, ["contacts.db"]);
    }

    #[test]
    fn programs_that_start_at_once_on_no_book_all_get_the_same_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("contacts.db");
        std::thread::scope(|scope| {
            for program in 0..8 {
                let path = &path;
                scope.spawn(move || {
                    let mut store = Store::open(path, options(&clock())).unwrap();
                    let name = format!("Program {program}");
                    store.create_contact(named(&name), Vec::new()).unwrap();
                });
            }
        });
        let store = Store::open(&path, options(&clock())).unwrap();
        assert_eq!(store.totals().unwrap().contacts, 8);
    }

    #[test]
    fn what_was_there_at_the_start_is_no_change_by_somebody_else() {
        let mut book = Book::new();
        book.contact("Ada");
        let Book {
            path,
            clock,
            store,
            folder: _kept,
        } = book;
        drop(store);
        let store = Store::open(&path, options(&clock)).unwrap();
        assert!(!store.changed_elsewhere().unwrap());
        store.rows(&ListQuery::default(), 0, 9).unwrap();
        assert!(!store.changed_elsewhere().unwrap());
    }

    #[test]
    fn an_empty_file_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("contacts.db");
        fs::write(&path, b"").unwrap();
        let refusal = refusal_of(&path);
        assert_eq!(refusal.kind, Kind::Damaged);
        let text = refusal.to_string();
        assert!(
            text.contains("contacts.db") && text.contains("empty"),
            "{text}"
        );
        assert_eq!(fs::metadata(&path).unwrap().len(), 0);
    }

    #[test]
    fn a_text_file_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.txt");
        let text = "a shopping list\n".repeat(100);
        fs::write(&path, &text).unwrap();
        assert!(
            refusal_of(&path)
                .to_string()
                .contains("not a callbook database")
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), text);
    }

    #[test]
    fn the_database_of_another_program_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.db");
        let other = rusqlite::Connection::open(&path).unwrap();
        other
            .execute_batch("CREATE TABLE mail (id INTEGER)")
            .unwrap();
        drop(other);
        let before = fs::read(&path).unwrap();
        assert!(refusal_of(&path).to_string().contains("another program"));
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[test]
    fn a_newer_book_is_refused_with_both_versions() {
        let book = Book::new();
        let path = book.path.clone();
        let raw = rusqlite::Connection::open(&path).unwrap();
        let known = schema_of(&raw);
        raw.execute_batch("PRAGMA user_version = 999").unwrap();
        let text = refusal_of(&path).to_string();
        assert!(
            text.contains("schema 999") && text.contains(&format!("schema {known}")),
            "{text}"
        );
        assert!(text.contains("update callbook"), "{text}");
    }

    fn schema_of(raw: &rusqlite::Connection) -> i32 {
        raw.pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap()
    }

    /// Books that the programs of older schemas wrote: an import, a change, a deletion, an undo.
    #[test]
    fn a_book_of_every_older_schema_is_backed_up_brought_up_to_date_and_whole() {
        for schema in 1..=3 {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("book.db");
            let books = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/books");
            let original = fs::read(books.join(format!("schema-{schema}.db"))).unwrap();
            fs::write(&path, &original).unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();

            let mut store = Store::open(&path, options(&clock())).unwrap();
            let people = |store: &Store| {
                let rows = store.rows(&ListQuery::default(), 0, 100).unwrap().rows;
                let mut names: Vec<String> = rows.into_iter().map(|row| row.name).collect();
                names.sort();
                names
            };
            let four = [
                "Ada Lovelace",
                "Marco Bianchi",
                "Martin Ødegård",
                "サトウ ケン",
            ];
            assert_eq!(people(&store), four, "schema {schema}");
            assert_eq!(store.examine().unwrap(), [], "schema {schema}");
            let found = |text: &str| {
                let text = text.to_owned();
                let query = ListQuery {
                    text,
                    ..ListQuery::default()
                };
                store.count(&query).unwrap()
            };
            assert_eq!(
                (found("さとう"), found("odegard"), found("garage")),
                (1, 1, 1)
            );
            let marco = store.lookup("02 5550 1182").unwrap();
            assert_eq!(marco.len(), 1);
            assert_eq!(
                store.profile(marco[0].contact).unwrap().full.phones.len(),
                3
            );
            assert!(store.lookup("+44 20 7946 0999").unwrap()[0].phone.historic);

            // What the older program did can still be taken back.
            let gone = store.bin(9).unwrap();
            assert_eq!(gone.len(), 1);
            store
                .undo_step(5, callbook::domain::operation::Overwriting::Refused)
                .unwrap();
            assert!(people(&store).contains(&"Deleted Person".to_owned()));

            // And what it was before is in a backup like any other, where anything was changed.
            let newest = schema_of(&rusqlite::Connection::open(&path).unwrap());
            let backups = backups(&path).unwrap();
            assert_eq!(backups.len(), usize::from(schema < newest));
            drop(store);
            for backup in backups {
                backup.verify().unwrap();
                assert_eq!(mode(&backup.path), 0o600);
                let raw = rusqlite::Connection::open(&backup.path).unwrap();
                assert_eq!(schema_of(&raw), schema);
                drop(raw);
                backup::restore(&path, &backup.path, backup::Force::No, options(&clock())).unwrap();
                let store = Store::open(&path, options(&clock())).unwrap();
                assert_eq!(people(&store), four, "it is brought up to date again");
            }
        }
    }

    #[test]
    fn a_folder_is_no_book() {
        let folder = tempfile::tempdir().unwrap();
        assert!(refusal_of(folder.path()).to_string().contains("a folder"));
    }

    #[test]
    fn a_symbolic_link_leads_to_its_book_with_the_log_beside_that() {
        let mut book = Book::new();
        book.contact("Ada");
        let target = fs::canonicalize(&book.path).unwrap();
        drop(book.store);
        let folder = tempfile::tempdir().unwrap();
        let [link, further] = ["link.db", "further.db"].map(|name| folder.path().join(name));
        symlink(&target, &further).unwrap();
        symlink("further.db", &link).unwrap();
        let mut store = Store::open(&link, options(&clock())).unwrap();
        assert_eq!(store.path(), target);
        let bob = ContactAttributes {
            name: Some(Some("Bob".to_owned())),
            ..ContactAttributes::default()
        };
        store.create_contact(bob, Vec::new()).unwrap();
        assert!(target.with_extension("db-wal").exists());
        store.back_up().unwrap();
        assert!(backup::folder(&target).is_dir());
        assert_eq!(backup::backups(&link).unwrap().len(), 1);
        drop(store);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        assert!(link.is_symlink());
    }

    #[test]
    fn a_symbolic_link_to_nothing_is_refused_with_what_it_names() {
        let folder = tempfile::tempdir().unwrap();
        let [link, ring] = ["link.db", "ring.db"].map(|name| folder.path().join(name));
        symlink("away/book.db", &link).unwrap();
        symlink("ring.db", &ring).unwrap();
        let told = refusal_of(&link).to_string();
        let named = told.contains("a symbolic link to away/book.db, which is not there");
        assert!(named, "{told}");
        assert!(refusal_of(&ring).to_string().contains("symbolic link"));
        let book = Book::new();
        let backup = book.store.back_up().unwrap().path;
        let force = backup::Force::Yes;
        let restored = backup::restore(&link, &backup, force, options(&clock()));
        assert!(restored.unwrap_err().to_string().contains("symbolic link"));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_damaged_book_is_an_error_and_no_panic() {
        let mut book = Book::new();
        for number in 0..50 {
            let owner = book.contact(&format!("Person {number}"));
            book.post(owner, json!({"number": format!("213 456 78{number:02}")}))
                .unwrap();
        }
        let path = book.path.clone();
        let whole = {
            let copy = path.with_extension("whole");
            let raw = rusqlite::Connection::open(&path).unwrap();
            raw.execute("VACUUM INTO ?1", [copy.to_string_lossy()])
                .unwrap();
            fs::read(copy).unwrap()
        };
        let damaged = path.with_extension("damaged");
        for place in (100..whole.len()).step_by(whole.len() / 60) {
            let mut bytes = whole.clone();
            bytes[place..(place + 40).min(whole.len())].fill(0xa5);
            fs::write(&damaged, &bytes).unwrap();
            if let Ok(mut store) = Store::open(&damaged, options(&clock())) {
                let query = ListQuery::default();
                if let Ok(rows) = store.rows(&query, 0, 100) {
                    for row in rows.rows {
                        let _ = store.profile(row.id);
                    }
                }
                let _ = store.create_contact(named("One more"), Vec::new());
                let _ = store.undo();
            }
            for suffix in ["", "-wal", "-shm"] {
                let _ = fs::remove_file(beside(&damaged, suffix));
            }
        }
    }

    /// Whoever may write everywhere (root) cannot see this.
    #[test]
    fn a_read_only_folder_is_opened_for_reading_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a #50% book?.db");
        let mut store = Store::open(&path, options(&clock())).unwrap();
        let ada = store.create_contact(named("Ada"), Vec::new()).unwrap();
        drop(store);
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o500)).unwrap();
        if fs::write(folder.path().join("probe"), b"").is_err() {
            let mut store = Store::open(&path, options(&clock())).unwrap();
            let reason = store.read_only().unwrap().to_owned();
            assert!(reason.contains("read-only"), "{reason}");
            assert_eq!(store.contact(ada.value.id).unwrap().name, "Ada");
            let refusal = store.create_contact(named("Bob"), Vec::new()).unwrap_err();
            assert_eq!(refusal, Refusal::new(Kind::Storage, reason));
        }
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o700)).unwrap();
    }

    /// Whoever may write everywhere (root) cannot see this.
    #[test]
    fn a_read_only_file_is_opened_for_reading_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("contacts.db");
        drop(Store::open(&path, options(&clock())).unwrap());
        fs::set_permissions(&path, fs::Permissions::from_mode(0o400)).unwrap();
        if fs::OpenOptions::new().write(true).open(&path).is_err() {
            let store = Store::open(&path, options(&clock())).unwrap();
            assert!(store.read_only().unwrap().contains("cannot be written"));
            assert_eq!(store.totals().unwrap().contacts, 0);
        }
    }
}

mod stamps {
    use super::*;

    #[test]
    fn they_rise_though_the_clock_stands_or_goes_back() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let phone = book.post(ada, json!({"number": "213 456 7890"})).unwrap();
        let mut last = phone.updated_in_db_at;
        for reading in [NOON, NOON, 0, -5, i64::MIN / 2, i64::MAX / 2, NOON, NOON] {
            book.clock.store(reading, Ordering::SeqCst);
            let stamp = book
                .set(phone.id, json!({"location": "work"}))
                .updated_in_db_at;
            assert!(stamp > last, "{stamp} after {last}");
            let text = stamp.to_string();
            assert_eq!(
                callbook::domain::timestamp::Timestamp::parse(&text),
                Some(stamp)
            );
            last = stamp;
        }
    }

    #[test]
    fn a_stale_stamp_deletes_nothing() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let phone = book.post(ada, json!({"number": "213 456 7890"})).unwrap();
        let now = book.set(phone.id, json!({"location": "work"}));
        let refusal = book
            .store
            .delete_phone(phone.id, Some(phone.updated_in_db_at))
            .unwrap_err();
        assert_eq!(refusal.kind, Kind::Conflict);
        assert_eq!(refusal.stored, Some(Stored::Phone(Box::new(now.clone()))));
        book.store
            .delete_phone(phone.id, Some(now.updated_in_db_at))
            .unwrap();
    }

    #[test]
    fn an_id_that_is_taken_is_a_conflict() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let phone = book.post(ada, json!({"number": "213 456 7890"})).unwrap();
        let again = json!({"id": phone.id.to_string(), "number": "213 456 7890"});
        let refusal = book.post(ada, again).unwrap_err();
        assert_eq!(refusal.kind, Kind::Conflict);
        assert_eq!(refusal.faults[0].attribute.as_deref(), Some("id"));
        let sent = ContactAttributes {
            id: Some(ada),
            ..named("Somebody else")
        };
        let refusal = book.store.create_contact(sent, Vec::new()).unwrap_err();
        assert_eq!(refusal.kind, Kind::Conflict);
    }
}

mod two_programs {
    use super::*;

    #[test]
    fn eight_with_fifty_edits_each_lose_none() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let phone = book.post(ada, json!({"number": "213 456 7890"})).unwrap();
        let note = |store: &Store| store.contact(ada).unwrap().note.unwrap_or_default();
        std::thread::scope(|scope| {
            for program in 0..8 {
                let mut store = book.other();
                scope.spawn(move || {
                    for edit in 0..50 {
                        // Each adds a word to a text, where nobody else has meanwhile.
                        loop {
                            let stored = store.contact(ada).unwrap();
                            let text = stored.note.clone().unwrap_or_default();
                            let sent = ContactAttributes {
                                note: Some(Some(format!("{text} {program}/{edit}"))),
                                updated_in_db_at: Some(stored.updated_in_db_at),
                                ..ContactAttributes::default()
                            };
                            match store.update_contact(ada, sent, Vec::new()) {
                                Ok(_) => break,
                                Err(refusal) => assert_eq!(refusal.kind, Kind::Conflict),
                            }
                        }
                    }
                });
            }
        });
        let text = note(&book.store);
        assert_eq!(text.split(' ').count(), 8 * 50);
        let edits: std::collections::BTreeSet<&str> = text.split(' ').collect();
        assert_eq!(edits.len(), 8 * 50);
        assert_eq!(book.get(phone.id).id, phone.id);
    }

    /// Every time both have read the same, and the clock says the same to both.
    #[test]
    fn of_two_edits_of_one_reading_one_is_refused_though_the_clock_stands() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let phone = book.post(ada, json!({"number": "213 456 7890"})).unwrap();
        let clock = Arc::clone(&book.clock);
        let mut other = book.other();
        let mut last = phone.updated_in_db_at;
        for round in 0..1_000 {
            let (mine, theirs) = (book.get(phone.id), other.phone(phone.id).unwrap());
            assert_eq!(mine, theirs);
            let sent = |label: String| PhoneAttributes {
                location: Some(Some(label)),
                updated_in_db_at: Some(mine.updated_in_db_at),
                ..PhoneAttributes::default()
            };
            let edit = |store: &mut Store, label: &str| {
                clock.store(NOON, Ordering::SeqCst);
                store.update_phone(phone.id, sent(format!("{label} {round}")), Vec::new())
            };
            let (first, second) = if round % 2 == 0 {
                (edit(&mut book.store, "mine"), edit(&mut other, "theirs"))
            } else {
                (edit(&mut other, "theirs"), edit(&mut book.store, "mine"))
            };
            let stored = first.unwrap().value;
            assert!(stored.updated_in_db_at > last, "round {round}");
            last = stored.updated_in_db_at;
            let refusal = second.unwrap_err();
            assert_eq!(refusal.kind, Kind::Conflict, "round {round}");
            assert_eq!(refusal.stored, Some(Stored::Phone(Box::new(stored))));
        }
    }

    #[test]
    fn one_sees_that_another_has_written() {
        let mut book = Book::new();
        let mut other = book.other();
        assert!(!book.store.changed_elsewhere().unwrap());
        book.contact("Ada");
        assert!(!book.store.changed_elsewhere().unwrap(), "its own write");
        other.create_contact(named("Bob"), Vec::new()).unwrap();
        assert!(book.store.changed_elsewhere().unwrap());
        assert!(!book.store.changed_elsewhere().unwrap(), "told once");
    }

    #[test]
    fn a_lock_that_stays_is_reported_as_busy_and_reading_goes_on() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let holder = rusqlite::Connection::open(&book.path).unwrap();
        holder.execute_batch("BEGIN IMMEDIATE").unwrap();
        assert_eq!(book.store.contact(ada).unwrap().name, "Ada");
        let start = Instant::now();
        let refusal = book
            .store
            .create_contact(named("Bob"), Vec::new())
            .unwrap_err();
        assert_eq!(refusal.kind, Kind::Busy);
        assert!(refusal.to_string().contains("nothing was written"));
        assert!(start.elapsed() > Duration::from_secs(4));
        holder.execute_batch("ROLLBACK").unwrap();
        book.contact("Bob");
        assert_eq!(book.store.totals().unwrap().contacts, 2);
    }
}

mod undo {
    use super::*;

    /// A number as its owner's history would have it: everything but the stamp.
    fn location(book: &Book, owner: ContactId) -> Option<String> {
        book.phones(owner)[0].location.clone()
    }

    #[test]
    fn it_works_after_the_program_was_closed() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let phone = book
            .post(ada, json!({"number": "213 456 7890", "location": "home"}))
            .unwrap();
        book.set(phone.id, json!({"location": "work"}));

        book.store = book.other();
        let point = book.store.undo().unwrap().unwrap();
        assert_eq!(point.title, "Changed +1 213-456-7890 of Ada");
        assert_eq!(location(&book, ada).as_deref(), Some("home"));

        book.store = book.other();
        assert_eq!(book.store.redo().unwrap().unwrap().id, point.id);
        assert_eq!(location(&book, ada).as_deref(), Some("work"));
        assert_eq!(book.store.redo().unwrap(), None);
    }

    #[test]
    fn a_deleted_contact_comes_back_with_all_that_it_had() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        for number in ["213 456 7890", "213 456 7891", "213 456 7892"] {
            book.post(ada, json!({"number": number, "source": "csv"}))
                .unwrap();
        }
        let old = book.phones(ada)[2].clone();
        book.set(old.id, json!({"historic": true}));
        let before = book.store.profile(ada).unwrap();
        book.store.delete_contacts(&[ada]).unwrap();
        assert_eq!(book.store.contact(ada).unwrap_err().kind, Kind::NotFound);
        assert_eq!(book.store.phone(old.id).unwrap_err().kind, Kind::NotFound);

        let point = book.store.undo().unwrap().unwrap();
        assert_eq!(point.title, "Deleted Ada");
        let mut after = book.store.profile(ada).unwrap();
        assert!(after.full.contact.updated_in_db_at > before.full.contact.updated_in_db_at);
        after.full.contact.updated_in_db_at = before.full.contact.updated_in_db_at;
        for (after, before) in after.full.phones.iter_mut().zip(&before.full.phones) {
            assert!(after.updated_in_db_at > before.updated_in_db_at);
            after.updated_in_db_at = before.updated_in_db_at;
        }
        assert_eq!(after.full.contact, before.full.contact);
        assert_eq!(after.full.phones, before.full.phones);
    }

    #[test]
    fn a_new_change_ends_what_could_be_redone() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let phone = book.post(ada, json!({"number": "213 456 7890"})).unwrap();
        book.set(phone.id, json!({"location": "work"}));
        book.store.undo().unwrap().unwrap();
        book.set(phone.id, json!({"location": "fax"}));
        assert_eq!(book.store.redo().unwrap(), None);
        book.store.undo().unwrap().unwrap();
        assert_eq!(location(&book, ada), None);
    }

    #[test]
    fn a_change_by_another_program_stands_in_the_way() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let phone = book.post(ada, json!({"number": "213 456 7890"})).unwrap();
        let mut other = book.other();
        book.set(phone.id, json!({"location": "work"}));
        let sent = PhoneAttributes {
            valid_values: Some(false),
            overwrite: true,
            ..PhoneAttributes::default()
        };
        let theirs = other.update_phone(phone.id, sent, Vec::new()).unwrap();

        let refusal = book.store.undo().unwrap_err();
        assert_eq!(refusal.kind, Kind::Conflict);
        assert_eq!(
            refusal.to_string(),
            "cannot undo “Changed +1 213-456-7890 of Ada”: it has been changed since by \
             “Marked +1 213-456-7890 as unconfirmed” (command line)"
        );
        assert_eq!(book.get(phone.id), theirs.value, "nothing was written");

        // The other takes its own back first.
        other.undo().unwrap().unwrap();
        book.store.undo().unwrap().unwrap();
        assert_eq!(location(&book, ada), None);
    }

    #[test]
    fn what_another_running_program_did_is_not_mine_to_take_back() {
        let mut book = Book::new();
        let mut other = book.other();
        other.create_contact(named("Theirs"), Vec::new()).unwrap();
        assert_eq!(book.store.undo().unwrap(), None);
        other.undo().unwrap().unwrap();
        assert_eq!(book.store.redo().unwrap(), None, "nor to redo");
        assert!(other.redo().unwrap().is_some());
    }

    #[test]
    fn the_making_of_a_contact_is_not_taken_back_under_anothers_number() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let mut other = book.other();
        let theirs = other
            .create_phone(ada, numbered("213 456 7890"), Vec::new())
            .unwrap();
        let refusal = book.store.undo().unwrap_err();
        assert_eq!(refusal.kind, Kind::Conflict);
        assert_eq!(book.get(theirs.value.id), theirs.value);
    }

    #[test]
    fn the_history_says_what_was_done_and_what_was_undone() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let phone = book.post(ada, json!({"number": "213 456 7890"})).unwrap();
        book.set(phone.id, json!({"historic": true}));
        book.store.undo().unwrap().unwrap();
        let history = book.store.history(ada, 10).unwrap();
        let lines: Vec<(&str, bool)> = history
            .iter()
            .map(|entry| (entry.point.title.as_str(), entry.undone))
            .collect();
        assert_eq!(
            lines,
            [
                ("Marked +1 213-456-7890 as historic", true),
                ("Added +1 213-456-7890 to Ada", false),
                ("Added Ada", false),
            ]
        );
    }
}

mod forms {
    use super::*;

    #[test]
    fn a_contact_and_its_numbers_are_one_step() {
        let mut book = Book::new();
        let edit = ContactEdit {
            id: None,
            contact: Some(named("Ada")),
            phones: vec![
                PhoneEdit::Create(numbered("213 456 7890")),
                PhoneEdit::Create(numbered("213 456 7891")),
            ],
        };
        let done = book.store.save_contact(edit).unwrap();
        assert_eq!(done.point.unwrap().title, "Added Ada");
        let phones = book.phones(done.value);
        let primary: Vec<_> = phones
            .iter()
            .map(|phone| (phone.number.as_str(), phone.primary))
            .collect();
        assert_eq!(primary, [("+12134567890", true), ("+12134567891", false)]);

        // A number moves from one row to another: the deleted one gives way first.
        let moved = ContactEdit {
            id: Some(done.value),
            contact: None,
            phones: vec![
                PhoneEdit::Create(numbered("213-456-7890")),
                PhoneEdit::Delete(phones[0].id, Some(phones[0].updated_in_db_at)),
            ],
        };
        book.store.save_contact(moved).unwrap();
        assert_eq!(book.phones(done.value).len(), 2);
        book.store.undo().unwrap().unwrap();
        book.store.undo().unwrap().unwrap();
        assert_eq!(book.store.totals().unwrap().contacts, 0);
    }

    #[test]
    fn every_fault_is_told_at_once_with_its_number_and_nothing_is_written() {
        let mut book = Book::new();
        let edit = ContactEdit {
            id: None,
            contact: Some(named("  ")),
            phones: vec![
                PhoneEdit::Create(numbered("213 456 7890")),
                PhoneEdit::Create(numbered("  ")),
            ],
        };
        let refusal = book.store.save_contact(edit).unwrap_err();
        let told: Vec<String> = refusal.faults.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            ["a contact needs a name", "a number cannot be empty",]
        );

        let ada = book.contact("Ada");
        book.post(ada, json!({"number": "213 456 7890", "location": "home"}))
            .unwrap();
        let edit = ContactEdit {
            id: Some(ada),
            contact: None,
            phones: vec![
                PhoneEdit::Create(numbered("213 456 7891")),
                PhoneEdit::Create(numbered("(213) 456-7890")),
                PhoneEdit::Create(numbered(&"1".repeat(2_000))),
            ],
        };
        let refusal = book.store.save_contact(edit).unwrap_err();
        assert_eq!(
            refusal.faults[0].to_string(),
            "(213) 456-7890 is already a number of this contact (home, +1 213-456-7890)"
        );
        let told = refusal.faults[1].to_string();
        assert!(
            told.starts_with("1111") && told.contains("1… is longer than"),
            "{told}"
        );
        assert_eq!(book.phones(ada).len(), 1);
    }

    #[test]
    fn a_stale_row_is_a_conflict_and_nothing_is_written() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let phone = book.post(ada, json!({"number": "213 456 7890"})).unwrap();
        let now = book.set(phone.id, json!({"location": "work"}));
        let edit = ContactEdit {
            id: Some(ada),
            contact: None,
            phones: vec![
                PhoneEdit::Create(numbered("213 456 7891")),
                PhoneEdit::Update(
                    phone.id,
                    PhoneAttributes {
                        location: Some(Some("fax".into())),
                        updated_in_db_at: Some(phone.updated_in_db_at),
                        ..PhoneAttributes::default()
                    },
                ),
            ],
        };
        let refusal = book.store.save_contact(edit).unwrap_err();
        assert_eq!(
            refusal,
            Refusal::stale(Stored::Phone(Box::new(now.clone())))
        );
        assert_eq!(book.phones(ada), [now]);
    }

    #[test]
    fn a_number_of_somebody_else_is_not_changed_through_a_form() {
        let mut book = Book::new();
        let (ada, bob) = (book.contact("Ada"), book.contact("Bob"));
        let phone = book.post(ada, json!({"number": "213 456 7890"})).unwrap();
        let edit = ContactEdit {
            id: Some(bob),
            contact: None,
            phones: vec![PhoneEdit::Delete(phone.id, None)],
        };
        assert_eq!(
            book.store.save_contact(edit).unwrap_err().kind,
            Kind::NotFound
        );
        assert_eq!(book.get(phone.id), phone);
    }

    #[test]
    fn one_number_saved_alone_is_told_by_what_became_of_it() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let edit = ContactEdit {
            id: Some(ada),
            contact: None,
            phones: vec![PhoneEdit::Create(numbered("213 456 7890"))],
        };
        let point = book.store.save_contact(edit).unwrap().point.unwrap();
        assert_eq!(point.title, "Added +1 213-456-7890 to Ada");
    }
}

mod lookup {
    use super::*;

    #[test]
    fn a_number_is_found_in_any_spelling() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let mobile = book
            .post(ada, json!({"number": "+39 347 555 0164"}))
            .unwrap();
        let london = book
            .post(ada, json!({"number": "+44 20 7946 0958"}))
            .unwrap();
        let bob = book.contact("Bob");
        book.post(bob, json!({"number": "+39 347 555 0164"}))
            .unwrap();

        let found = book.store.holders("0039 347-5550164", None).unwrap();
        assert_eq!(
            found.len(),
            2,
            "by its end, for 00 is no prefix in the United States"
        );
        let found = book.store.holders("+39 (347) 5550164", None).unwrap();
        let names: Vec<_> = found.iter().map(|holder| holder.name.as_str()).collect();
        assert_eq!(names, ["Ada", "Bob"]);
        let found = book.store.holders("+393475550164", Some(bob)).unwrap();
        assert_eq!(found[0].phone, mobile);
        let found = book.store.holders("tel:020 7946 0958", None).unwrap();
        assert!(found.iter().all(|holder| holder.phone == london));
        assert!(book.store.holders("0958", None).unwrap().is_empty());
    }

    #[test]
    fn a_page_that_is_none_is_refused_by_name() {
        let book = Book::new();
        let query = PageQuery {
            page: 0,
            per_page: 0,
            ..PageQuery::default()
        };
        let refusal = book.store.list_phones(&query).unwrap_err();
        assert_eq!(refusal.kind, Kind::Invalid);
        let names: Vec<_> = refusal
            .faults
            .iter()
            .map(|fault| fault.attribute.as_deref().unwrap())
            .collect();
        assert_eq!(names, ["page", "per_page"]);
    }
}

mod list {
    use super::*;
    use proptest::prelude::*;

    const NAMES: [&str; 12] = [
        "Ada Lovelace",
        "Ödön von Horváth",
        "zoë",
        "Marco Bianchi",
        "Bianchi, Marco",
        "3com",
        "Łukasz Straße",
        "Ada Lovelace",
        "丸山",
        "Bob (plumber)",
        "de la Cruz",
        "MARCO POLO",
    ];

    /// A book with many people, some of them with numbers, and what a row of each has to be.
    fn crowd(count: usize) -> Book {
        let mut book = Book::new();
        for person in 0..count {
            let owner = book.contact(&format!("{} {}", NAMES[person % NAMES.len()], person / 24));
            for number in 0..person % 3 {
                let digits = format!("213 456 {:04}", person * 7 + number * 1_000);
                let source = if person % 5 == 0 { "csv" } else { "manual" };
                let sent = json!({"number": digits, "source": source, "historic": person % 7 == 1});
                book.post(owner, sent).unwrap();
            }
        }
        book
    }

    /// The list as a plain sort of all contacts gives it.
    fn plain(book: &Book, order: Order) -> Vec<ContactId> {
        let raw = rusqlite::Connection::open(&book.path).unwrap();
        let mut ids = raw.prepare("SELECT id FROM contact").unwrap();
        let ids = ids.query_map([], |row| row.get::<_, [u8; 16]>(0)).unwrap();
        let mut contacts: Vec<_> = ids
            .map(|id| ContactId(uuid::Uuid::from_bytes(id.unwrap())))
            .map(|id| book.store.contact(id).unwrap())
            .collect();
        match order {
            Order::Name => contacts.sort_by_key(|contact| {
                (
                    contact.family_key(callbook::domain::naming::SortPrefixes::First),
                    contact.id,
                )
            }),
            Order::Given => contacts.sort_by_key(|contact| (contact.given_key(), contact.id)),
            Order::Changed => {
                contacts.sort_by_key(|contact| std::cmp::Reverse((contact.updated_at, contact.id)));
            }
        }
        contacts.into_iter().map(|contact| contact.id).collect()
    }

    fn query(order: Order, text: &str) -> ListQuery {
        ListQuery {
            text: text.to_owned(),
            order,
            ..ListQuery::default()
        }
    }

    fn ids(rows: &[Row]) -> Vec<ContactId> {
        rows.iter().map(|row| row.id).collect()
    }

    #[test]
    fn windows_anywhere_equal_a_plain_sort() {
        let book = crowd(97);
        let mut runner = proptest::test_runner::TestRunner::new(ProptestConfig {
            cases: 60,
            failure_persistence: None,
            ..ProptestConfig::default()
        });
        for order in [Order::Name, Order::Given, Order::Changed] {
            let sorted = plain(&book, order);
            let query = query(order, "");
            let windows = prop::collection::vec((0_usize..110, 0_usize..40, any::<bool>()), 1..12);
            runner
                .run(&windows, |windows| {
                    for (first, count, counted) in windows {
                        if counted {
                            prop_assert_eq!(book.store.count(&query).unwrap(), 97);
                        }
                        let rows = book.store.rows(&query, first, count).unwrap();
                        let wanted = sorted.iter().skip(first).take(count).copied();
                        prop_assert_eq!(ids(&rows.rows), wanted.collect::<Vec<_>>());
                    }
                    Ok(())
                })
                .unwrap();
            for (place, id) in sorted.iter().enumerate() {
                assert_eq!(book.store.place(&query, *id).unwrap(), Some(place));
            }
        }
    }

    #[test]
    fn windows_of_what_was_found_are_parts_of_the_whole() {
        let book = crowd(97);
        for order in [Order::Name, Order::Given, Order::Changed] {
            for (text, attention) in [
                ("marco", false),
                ("BIANCHI 1", false),
                ("456 03", false),
                ("", true),
                ("o", true),
            ] {
                let query = ListQuery {
                    attention,
                    ..query(order, text)
                };
                let whole = ids(&book.store.rows(&query, 0, 1_000).unwrap().rows);
                assert!(!whole.is_empty(), "{text}");
                if text.is_empty() {
                    let needy = plain(&book, order).into_iter().filter(|id| {
                        let phones = book.store.profile(*id).unwrap().full.phones;
                        let mut phones = phones.iter();
                        phones.any(|phone| !phone.historic && !phone.valid_values)
                    });
                    assert_eq!(whole, needy.collect::<Vec<_>>());
                }
                assert_eq!(book.store.count(&query).unwrap(), whole.len(), "{text}");
                for first in [0, 3, whole.len() - 1, 1, 0] {
                    let rows = book.store.rows(&query, first, 4).unwrap();
                    let window = whole.iter().skip(first).take(4).copied();
                    assert_eq!(
                        ids(&rows.rows),
                        window.collect::<Vec<_>>(),
                        "{text} {first}"
                    );
                }
                for (place, id) in whole.iter().enumerate() {
                    assert_eq!(book.store.place(&query, *id).unwrap(), Some(place));
                }
            }
        }
    }

    #[test]
    fn a_write_between_two_pages_is_seen() {
        let mut book = crowd(60);
        let query = query(Order::Name, "");
        book.store.rows(&query, 20, 10).unwrap();
        assert_eq!(book.store.count(&query).unwrap(), 60);
        book.contact("Aaron Aaronson");
        assert_eq!(book.store.count(&query).unwrap(), 61);
        let sorted = plain(&book, Order::Name);
        assert_eq!(
            ids(&book.store.rows(&query, 20, 10).unwrap().rows),
            sorted[20..30]
        );

        let mut other = book.other();
        other.delete_contacts(&sorted[..5]).unwrap();
        assert_eq!(
            ids(&book.store.rows(&query, 20, 10).unwrap().rows),
            sorted[25..35]
        );
        assert_eq!(book.store.count(&query).unwrap(), 56);
    }

    #[test]
    fn a_row_shows_the_primary_number_or_the_one_that_was_searched() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        book.post(ada, json!({"number": "213 456 7890"})).unwrap();
        let second = book
            .post(ada, json!({"number": "+39 02 5550 1182", "source": "csv"}))
            .unwrap();
        let number = |book: &Book, text: &str| {
            let rows = book
                .store
                .rows(&query(Order::Name, text), 0, 5)
                .unwrap()
                .rows;
            let number = rows.first().and_then(|row| row.number.clone());
            number.map(|number| (number.shown, number.mark))
        };
        let shown = |text: &str, mark| Some((text.to_owned(), mark));
        assert_eq!(number(&book, ""), shown("+1 213-456-7890", Mark::Accurate));
        assert_eq!(
            number(&book, "ada"),
            shown("+1 213-456-7890", Mark::Accurate)
        );
        assert_eq!(
            number(&book, "02 5550"),
            shown("+39 02 5550 1182", Mark::Unconfirmed)
        );
        assert_eq!(number(&book, "999"), None);
        book.set(second.id, json!({"historic": true}));
        assert_eq!(
            number(&book, "5550"),
            shown("+39 02 5550 1182", Mark::Unconfirmed)
        );
        assert_eq!(book.store.totals().unwrap().attention, 0);
    }
}

mod import {
    use super::*;

    fn card(name: Option<&str>, numbers: &[&str]) -> Incoming {
        Incoming {
            place: CardPlace { card: 1, line: 1 },
            said: ParsedCard {
                contact: ContactAttributes {
                    name: name.map(|name| Some(name.to_owned())),
                    ..ContactAttributes::default()
                },
                phones: numbers.iter().map(|number| numbered(number)).collect(),
                ..ParsedCard::default()
            },
            card: format!("BEGIN:VCARD\r\nFN:{name:?}\r\nTEL:{numbers:?}\r\nEND:VCARD\r\n").into(),
        }
    }

    fn take(
        book: &mut Book,
        cards: &[Incoming],
    ) -> callbook::domain::edit::Done<callbook::domain::import::ImportReport> {
        let mut cards = Handed::of(cards.to_vec());
        let imported = book.store.import(
            &mut cards,
            &intake(&Choices::new()),
            "Imported book.vcf",
            Seen::Nothing,
        );
        let mut done = imported.unwrap();
        done.value.rejects = cards.aside;
        done
    }

    static CARDS: Format = Format {
        fields: OwnFields::none(),
    };

    fn intake(choices: &Choices) -> Intake<'_> {
        Intake {
            choices,
            country: None,
            format: &CARDS,
            run: None,
        }
    }

    fn everybody(book: &Book) -> Vec<Row> {
        book.store.rows(&ListQuery::default(), 0, 100).unwrap().rows
    }

    #[test]
    fn a_plan_is_what_the_import_then_does_and_writes_nothing() {
        let mut book = Book::new();
        take(&mut book, &[card(Some("Ada"), &["213 456 7890"])]);
        let mut cards = vec![
            card(Some("Ada"), &["213 456 7890", "213 456 7891"]),
            card(Some("Ada"), &["213 456 7890"]),
            card(Some("Bob"), &["213 456 7892"]),
            // The first Bob is there by the time that this one is looked at.
            card(Some("Bob"), &["213 456 7892"]),
            card(None, &[]),
        ];
        for (card, at) in cards.iter_mut().zip(1..) {
            card.place.card = at;
        }
        let before = book.store.totals().unwrap();
        let mut handed = Handed::of(cards.clone());
        let plan = book
            .store
            .rehearse_import(&mut handed, &intake(&Choices::new()))
            .unwrap()
            .plan;
        assert_eq!(book.store.totals().unwrap(), before);
        assert_eq!(
            book.store
                .rows(&ListQuery::default(), 0, 9)
                .unwrap()
                .rows
                .len(),
            1
        );
        let report = take(&mut book, &cards).value;
        let mut kinds = FateKind::ALL.map(|kind| plan.of(kind));
        kinds[3] += handed.aside.len();
        assert_eq!(kinds, [1, 1, 2, 1]);
        let done = [
            report.new,
            report.changed,
            report.same,
            report.rejects.len(),
        ];
        assert_eq!(kinds, done);
    }

    #[test]
    fn a_card_is_taken_as_it_was_chosen() {
        let mut book = Book::new();
        let mut with_uid = card(Some("Ada"), &["213 456 7890"]);
        with_uid.said.contact.uid = Some(Some("ada".to_owned()));
        take(&mut book, std::slice::from_ref(&with_uid));
        let mut choose = |choice| {
            let content = ContentHash::of(&with_uid, Bytes::Whole);
            let key = CardKey { content, copy: 0 };
            let choices = std::collections::BTreeMap::from([(key, choice)]);
            let mut cards = Handed::of(vec![with_uid.clone()]);
            let done = book
                .store
                .import(&mut cards, &intake(&choices), "Imported", Seen::Nothing)
                .unwrap();
            (done.value.new, done.value.skipped)
        };
        assert_eq!(choose(Choice::Skip), (0, 1));
        assert_eq!(choose(Choice::New), (1, 0));
        assert_eq!(everybody(&book).len(), 2);
        assert_eq!(
            take(&mut book, &[with_uid]).value.same,
            1,
            "its UID is the first one's"
        );
    }

    #[test]
    fn the_same_file_twice_changes_nothing() {
        let mut book = Book::new();
        let mut with_uid = card(Some("Cy"), &["213 456 7893"]);
        with_uid.said.contact.uid = Some(Some("urn:x-cy".into()));
        let cards = [
            card(Some("Ada"), &["213 456 7890", "213 456 7891"]),
            card(Some("Bob"), &[]),
            card(None, &["213 456 7892"]),
            with_uid,
        ];
        let done = take(&mut book, &cards);
        assert_eq!((done.value.new, done.value.numbers), (4, 4));
        assert_eq!(done.point.unwrap().title, "Imported book.vcf");
        let before = everybody(&book);
        assert_eq!(before.len(), 4);

        let again = take(&mut book, &cards);
        assert_eq!(again.point, None, "no step");
        assert_eq!(
            (again.value.new, again.value.changed, again.value.same),
            (0, 0, 4)
        );
        assert_eq!(again.value.numbers_same, 4);
        assert_eq!(everybody(&book), before);
    }

    #[test]
    fn the_first_number_of_a_contact_is_trusted_and_the_others_wait_for_a_look() {
        let mut book = Book::new();
        take(
            &mut book,
            &[card(Some("Ada"), &["213 456 7890", "213 456 7891"])],
        );
        let ada = everybody(&book)[0].id;
        let phones = book.phones(ada);
        assert_eq!(
            phones
                .iter()
                .map(|phone| phone.valid_values)
                .collect::<Vec<_>>(),
            [true, false]
        );
        assert!(phones[0].primary && phones[0].number == "+12134567890");
        assert!(phones.iter().all(|phone| phone.source == "vcard"));

        // What comes to a contact that has numbers waits, be it the first of its card.
        take(
            &mut book,
            &[card(Some("ADA"), &["213 456 7892", "213 456 7890"])],
        );
        let added = book
            .phones(ada)
            .into_iter()
            .find(|phone| phone.number == "+12134567892");
        assert!(!added.unwrap().valid_values);
        assert_eq!(book.phones(ada).len(), 3);
    }

    #[test]
    fn a_number_twice_on_a_card_comes_in_once_with_both_labels_considered() {
        let mut book = Book::new();
        let mut twice = card(Some("Ada"), &["213 456 7890", "+1 (213) 456-7890"]);
        twice.said.phones[1].location = Some(Some("work".into()));
        let report = take(&mut book, &[twice]).value;
        assert_eq!((report.numbers, report.numbers_same), (1, 1));
        let ada = everybody(&book)[0].id;
        assert_eq!(book.phones(ada)[0].location.as_deref(), Some("work"));
    }

    #[test]
    fn a_namesake_with_another_number_is_somebody_else() {
        let mut book = Book::new();
        take(&mut book, &[card(Some("Ada"), &["213 456 7890"])]);
        let report = take(&mut book, &[card(Some("Ada"), &["213 456 7891"])]).value;
        assert_eq!(report.new, 1);
        let report = take(&mut book, &[card(Some("Bob"), &["213 456 7890"])]).value;
        assert_eq!(report.new, 1, "the same number under another name");
    }

    #[test]
    fn a_known_card_fills_what_was_blank_and_overwrites_nothing() {
        let mut book = Book::new();
        let mut first = card(Some("Ada"), &["213 456 7890"]);
        first.said.contact.title = Some(Some("Countess".into()));
        take(&mut book, &[first]);
        let mut second = card(Some("Ada"), &["213 456 7890"]);
        second.card = b"BEGIN:VCARD\r\nFN:Ada\r\nTITLE:Programmer\r\nEND:VCARD\r\n".to_vec();
        second.said.contact.title = Some(Some("Programmer".into()));
        second.said.contact.organisation = Some(Some("Analytical Engines".into()));
        second.said.contact.details = Some(vec![Detail::new(
            DetailKind::Email,
            None,
            "ada@example.com",
        )]);
        assert_eq!(take(&mut book, &[second.clone()]).value.changed, 1);
        let ada = book.store.contact(everybody(&book)[0].id).unwrap();
        assert_eq!(ada.title.as_deref(), Some("Countess"));
        assert_eq!(ada.organisation.as_deref(), Some("Analytical Engines"));
        assert_eq!(ada.details.len(), 1);
        assert_eq!(take(&mut book, &[second]).value.same, 1);
    }

    #[test]
    fn one_bad_card_is_reported_and_the_others_come_in() {
        let mut book = Book::new();
        let cards = [
            card(Some("Ada"), &["213 456 7890"]),
            card(Some("Too long"), &[&"5".repeat(5_000)]),
            card(Some("N\0L"), &[]),
            card(None, &[" "]),
            card(None, &["(213) 456-7891"]),
        ];
        let report = take(&mut book, &cards).value;
        assert_eq!(
            (report.new, report.rejects.len(), report.cards()),
            (2, 3, 5)
        );
        assert_eq!(report.rejects[0].name.as_deref(), Some("Too long"));
        assert!(
            report.rejects[0].reason.contains("longer than"),
            "{}",
            report.rejects[0].reason
        );
        assert_eq!(report.rejects[0].card, cards[1].card);
        let names: Vec<_> = everybody(&book).into_iter().map(|row| row.name).collect();
        assert_eq!(names, ["Ada", "+1 213-456-7891"]);
    }

    #[test]
    fn a_long_import_is_one_step_though_a_card_comes_again_late_in_it() {
        let mut book = Book::new();
        let number = |at: usize| format!("+39 347 555 {at:04}");
        let mut cards: Vec<Incoming> = (0..2_500)
            .map(|at| card(Some(&format!("Ada {at}")), &[&number(at)]))
            .collect();
        for more in ["+39 02 5550 1182", "+39 02 5550 1183"] {
            cards.push(card(Some("Ada 7"), &[&number(7), more]));
            cards.extend(
                (0..1_200).map(|at| card(Some(&format!("Bob {more} {at}")), &[&number(at)])),
            );
        }
        let done = take(&mut book, &cards);
        assert_eq!((done.value.new, done.value.changed), (4_900, 2));
        let totals = book.store.totals().unwrap();
        book.store.undo().unwrap().unwrap();
        assert_eq!(book.store.totals().unwrap().contacts, 0, "one step");
        book.store.redo().unwrap().unwrap();
        assert_eq!(book.store.totals().unwrap(), totals);
        let found = book.store.lookup("+39 02 5550 1183").unwrap();
        assert_eq!(found[0].name, "Ada 7");
    }

    #[test]
    fn an_import_is_undone_as_one_and_redone_with_its_cards() {
        let mut book = Book::new();
        let cards = [
            card(Some("Ada"), &["213 456 7890"]),
            card(Some("Bob"), &["213 456 7891"]),
        ];
        take(&mut book, &cards);
        let before = everybody(&book);
        book.store.undo().unwrap().unwrap();
        assert_eq!(book.store.totals().unwrap().contacts, 0);
        book.store.redo().unwrap().unwrap();
        assert_eq!(everybody(&book), before);
        let ada = book.store.contact(before[0].id).unwrap();
        assert_eq!(book.store.card(ada.card.unwrap()).unwrap(), cards[0].card);
    }

    #[test]
    fn a_contact_that_was_made_here_is_known_by_its_id() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let mut out = card(Some("Ada King"), &["213 456 7890"]);
        out.said.contact.uid = Some(Some(format!("urn:uuid:{ada}")));
        let report = take(&mut book, &[out]).value;
        assert_eq!((report.new, report.changed), (0, 1));
        assert_eq!(book.phones(ada).len(), 1);
    }
}
