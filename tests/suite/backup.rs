//! Backups, restoring them, and the doctor: over real files, real damage and real permissions.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::Ordering;

use crate::support::Marked as _;
use crate::support::{Book, options};
use callbook::domain::contact::ContactId;
use callbook::domain::refusal::Kind;
use callbook::import::File;
use callbook::store::Store;
use callbook::store::backup::{self, BackupRule, backups};
use serde_json::json;

fn names(store: &Store) -> Vec<String> {
    let query = callbook::domain::listing::ListQuery::default();
    let rows = store.rows(&query, 0, 100).unwrap();
    rows.rows.into_iter().map(|row| row.name).collect()
}

fn mode(path: &Path) -> u32 {
    path.metadata().unwrap().permissions().mode() & 0o777
}

#[test]
fn a_backup_is_whole_private_and_sound_and_comes_back() {
    let mut book = Book::new();
    let ada = book.contact("Ada");
    book.post(ada, json!({"number": "213 456 7890"})).unwrap();
    let made = book.store.back_up().unwrap();
    assert_eq!(
        (mode(&made.path), mode(made.path.parent().unwrap())),
        (0o600, 0o700)
    );
    made.verify().unwrap();
    assert!(
        !made.path.with_extension("db-wal").exists(),
        "it is one file"
    );
    book.store.delete_contacts(&[ada]).unwrap();
    book.contact("Bob");
    let path = book.path.clone();
    drop(book.store);

    let before = backup::restore(&path, &made.path, backup::Force::No, options(&book.clock))
        .unwrap()
        .unwrap();
    let store = Store::open(&path, options(&book.clock)).unwrap();
    assert_eq!(names(&store), ["Ada"]);
    assert_eq!(store.profile(ada).unwrap().full.phones.len(), 1);
    assert_eq!(mode(&path), 0o600);
    drop(store);

    // What was there is a backup too: a restore is taken back the same way.
    backup::restore(&path, &before, backup::Force::No, options(&book.clock)).unwrap();
    assert_eq!(
        names(&Store::open(&path, options(&book.clock)).unwrap()),
        ["Bob"]
    );
}

#[test]
fn another_program_sees_what_was_restored_and_loses_nothing_by_it() {
    let mut book = Book::new();
    book.contact("Ada");
    let made = book.store.back_up().unwrap();
    book.contact("Bob");
    let mut other = book.other();
    assert_eq!(names(&other).len(), 2);
    backup::restore(
        &book.path,
        &made.path,
        backup::Force::No,
        options(&book.clock),
    )
    .unwrap();
    assert!(other.changed_elsewhere().unwrap());
    assert_eq!(names(&other), ["Ada"]);
    let sent = callbook::domain::contact::ContactAttributes {
        name: Some(Some("Cy".into())),
        ..Default::default()
    };
    other.create_contact(sent, Vec::new()).unwrap();
    assert_eq!(names(&book.store), ["Ada", "Cy"]);
}

#[test]
fn a_flipped_bit_anywhere_in_a_backup_is_seen() {
    let mut book = Book::new();
    for at in 0..30 {
        book.contact(&format!("Somebody {at}"));
    }
    let made = book.store.back_up().unwrap();
    let whole = fs::read(&made.path).unwrap();
    for place in (0..whole.len()).step_by(whole.len() / 40) {
        let mut bytes = whole.clone();
        bytes[place] ^= 4;
        fs::write(&made.path, &bytes).unwrap();
        let refusal = made.verify().unwrap_err();
        assert!(refusal.to_string().contains("is damaged"), "{refusal}");
        let refused = backup::restore(
            &book.path,
            &made.path,
            backup::Force::No,
            options(&book.clock),
        );
        assert_eq!(refused.unwrap_err().kind, Kind::Storage);
    }
    assert_eq!(names(&book.store).len(), 30, "nothing was touched");
}

#[test]
fn a_damaged_database_is_put_aside_as_it_is() {
    let mut book = Book::new();
    book.contact("Ada");
    let made = book.store.back_up().unwrap();
    let path = book.path.clone();
    drop(book.store);
    let mut bytes = fs::read(&path).unwrap();
    bytes.truncate(bytes.len() / 2);
    bytes[100..200].fill(0xff);
    fs::write(&path, &bytes).unwrap();
    let aside = backup::restore(&path, &made.path, backup::Force::No, options(&book.clock))
        .unwrap()
        .unwrap();
    assert_eq!(
        fs::read(&aside).unwrap(),
        bytes,
        "not a byte of it is changed"
    );
    assert_eq!(
        names(&Store::open(&path, options(&book.clock)).unwrap()),
        ["Ada"]
    );
}

#[test]
fn an_import_and_a_change_of_many_are_backed_up_before_and_little_is_not() {
    let mut book = Book::new();
    let made = |book: &Book| backups(&book.path).unwrap().len();
    book.contact("Ada");
    assert_eq!(made(&book), 0);
    let cards: String = (0..150)
        .map(|at| format!("BEGIN:VCARD\nVERSION:3.0\nUID:{at}\nFN:Person {at}\nTEL:+3902555{at:05}\nEND:VCARD\n"))
        .collect::<Vec<_>>()
        .concat();
    let import = |book: &mut Book| {
        let file = File::open(cards.as_bytes(), "cards.vcf", &[]).unwrap();
        callbook::import::all(&mut book.store, file).unwrap();
    };
    import(&mut book);
    assert_eq!(made(&book), 1);
    let query = callbook::domain::listing::ListQuery::default();
    let all: Vec<ContactId> = book
        .store
        .rows(&query, 0, 200)
        .unwrap()
        .rows
        .iter()
        .map(|row| row.id)
        .collect();
    book.store.confirm_contacts(&all[..3]).unwrap();
    assert_eq!(made(&book), 1, "undo is enough for three");
    book.store.delete_contacts(&all).unwrap();
    assert_eq!(made(&book), 2);
    let restored = backups(&book.path).unwrap().remove(0);
    backup::restore(
        &book.path,
        &restored.path,
        backup::Force::No,
        options(&book.clock),
    )
    .unwrap();
    assert_eq!(names(&book.other()).len(), 100, "a page of the 151");
}

#[test]
fn at_most_one_a_day_is_made_by_itself_and_years_of_them_leave_few() {
    let mut book = Book::new();
    let day = 86_400_000_000;
    for _ in 0..40 {
        book.contact("Ada");
        book.store.back_up_by(BackupRule::Daily).unwrap();
        book.store.back_up_by(BackupRule::Daily).unwrap();
        book.clock.fetch_add(day, Ordering::SeqCst);
    }
    let left = backups(&book.path).unwrap();
    assert!((12..=15).contains(&left.len()), "{}", left.len());
    for backup in &left {
        backup.verify().unwrap();
    }
}

#[test]
fn the_backup_of_a_day_is_made_when_the_newest_is_just_a_day_old() {
    let mut book = Book::new();
    let day = 86_400_000_000;
    book.contact("Ada");
    book.store.back_up_by(BackupRule::Daily).unwrap();
    let made = backups(&book.path).unwrap()[0].at.micros();
    book.contact("Ben");
    for (at, all) in [(made + day - 1, 1), (made + day, 2)] {
        book.clock.store(at, Ordering::SeqCst);
        book.store.back_up_by(BackupRule::Daily).unwrap();
        assert_eq!(backups(&book.path).unwrap().len(), all, "{}", at - made);
    }
}

#[test]
fn the_doctor_names_what_breaks_the_rules_and_puts_it_right_after_a_backup() {
    let mut book = Book::new();
    let ada = book.contact("Ada");
    book.post(ada, json!({"number": "213 456 7890"})).unwrap();
    book.post(ada, json!({"number": "213 456 7891"})).unwrap();
    assert_eq!(book.store.examine().unwrap(), []);
    let raw = rusqlite::Connection::open(&book.path).unwrap();
    raw.execute_batch(
        "UPDATE phone SET is_primary = 0; UPDATE contact SET main_number = 'x', digits = '';
        UPDATE phone SET reversed = '1'",
    )
    .unwrap();
    drop(raw);
    fs::set_permissions(&book.path, fs::Permissions::from_mode(0o644)).unwrap();
    let found: Vec<String> = book
        .store
        .examine()
        .unwrap()
        .into_iter()
        .map(|one| one.words)
        .collect();
    assert!(
        found[0].contains("1 contact with numbers in use and no primary one"),
        "{found:?}"
    );
    assert!(
        found[1].contains("1 contact with outdated list rows"),
        "{found:?}"
    );
    assert!(found[2].contains("can be read by others"), "{found:?}");
    book.store.cure().unwrap();
    assert_eq!(book.store.examine().unwrap(), []);
    assert_eq!(mode(&book.path), 0o600);
    assert_eq!(backups(&book.path).unwrap().len(), 1);
    assert_eq!(book.store.lookup("213 456 7891").unwrap().len(), 1);
    book.store.undo().unwrap();
}

#[test]
fn the_doctor_finds_nothing_after_a_delete_was_undone() {
    let mut book = Book::new();
    let ada = book.contact("Person 0");
    assert_eq!(book.store.examine().unwrap(), [], "made");
    book.post(ada, json!({"number": "+39 02 5550 1182"}))
        .unwrap();
    assert_eq!(book.store.examine().unwrap(), [], "one");
    book.post(ada, json!({"number": "+44 20 7946 0018"}))
        .unwrap();
    assert_eq!(book.store.examine().unwrap(), [], "two");
    book.store.delete_contacts(&[ada]).unwrap();
    book.store.undo().unwrap();
    assert_eq!(book.store.examine().unwrap(), [], "undone");
}

#[test]
fn the_doctor_rebuilds_an_index_that_does_not_fit_its_rows() {
    let mut book = Book::new();
    let ada = book.contact("Ada");
    book.post(ada, json!({"number": "213 456 7890"})).unwrap();
    let raw = rusqlite::Connection::open(&book.path).unwrap();
    // An index with nothing in it, which says that it has everything.
    raw.execute_batch(
        "DROP INDEX phone_identity; CREATE INDEX phone_identity ON phone (identity) WHERE 0;
         PRAGMA writable_schema = ON;
         UPDATE sqlite_schema SET sql = 'CREATE INDEX phone_identity ON phone (identity)'
         WHERE name = 'phone_identity';",
    )
    .unwrap();
    drop(raw);
    let mut store = book.other();
    let found = store.examine().unwrap();
    assert!(
        found
            .iter()
            .all(|one| one.curable && one.words.contains("index")),
        "{found:?}"
    );
    assert!(!found.is_empty());
    store.cure().unwrap();
    assert_eq!(store.examine().unwrap(), []);
    assert_eq!(store.lookup("213 456 7890").unwrap().len(), 1);
    for backup in backups(&book.path).unwrap() {
        backup.verify().unwrap();
        let raw = rusqlite::Connection::open(&backup.path).unwrap();
        let rows = raw.query_row("SELECT count(*) FROM phone", [], |row| row.get::<_, i64>(0));
        assert_eq!(rows.unwrap(), 1);
    }
    assert_eq!(backups(&book.path).unwrap().len(), 1);
}

#[test]
fn backups_of_one_instant_are_kept_beside_each_other() {
    let mut book = Book::new();
    for at in 0..3 {
        book.contact(&format!("Person {at}"));
        book.clock.store(crate::support::NOON, Ordering::SeqCst);
        book.store.back_up().unwrap();
    }
    let all = backups(&book.path).unwrap();
    assert_eq!(all.len(), 3);
    for backup in &all {
        backup.verify().unwrap();
    }
    backup::restore(
        &book.path,
        &all[2].path,
        backup::Force::No,
        options(&book.clock),
    )
    .unwrap();
    assert_eq!(names(&book.other()), ["Person 0"]);
}

#[test]
fn a_backup_takes_no_name_that_a_file_has() {
    let mut book = Book::new();
    book.contact("Ada");
    book.clock.store(crate::support::NOON, Ordering::SeqCst);
    book.store.back_up().unwrap();
    let made = backups(&book.path).unwrap().remove(0).path;
    // The sum that takes the name for a backup is gone, the file is somebody's.
    fs::remove_file(format!("{}.sha256", made.display())).unwrap();
    fs::write(&made, "mine").unwrap();
    book.clock.store(crate::support::NOON, Ordering::SeqCst);
    let refusal = book.store.back_up().unwrap_err().to_string();
    assert!(refusal.contains("cannot make a backup"), "{refusal}");
    assert_eq!(fs::read(&made).unwrap(), b"mine");
}

#[test]
fn nothing_but_the_newest_being_sound_lets_backups_be_dropped() {
    let mut book = Book::new();
    for at in 0..14 {
        book.contact(&format!("Person {at}"));
        book.store.back_up().unwrap();
    }
    let newest = backups(&book.path).unwrap().remove(0);
    let whole = fs::read(&newest.path).unwrap();
    let mut bytes = whole.clone();
    bytes[5_000] ^= 1;
    fs::write(&newest.path, &bytes).unwrap();
    assert!(backup::prune(&book.path, backup::DroppedBackups::TooMany).is_err());
    assert_eq!(backups(&book.path).unwrap().len(), 14);
    fs::write(&newest.path, &whole).unwrap();
    assert!(
        !backup::prune(&book.path, backup::DroppedBackups::TooMany)
            .unwrap()
            .is_empty()
    );
}

#[test]
fn what_a_killed_backup_left_is_cleared_away_and_nothing_else() {
    let mut book = Book::new();
    book.contact("Ada");
    let made = book.store.back_up().unwrap();
    let folder = made.path.parent().unwrap();
    let old = std::time::SystemTime::now() - std::time::Duration::from_hours(2);
    let leave = |name: &str| {
        let path = folder.join(name);
        let file = fs::File::create(&path).unwrap();
        file.set_modified(old).unwrap();
        path
    };
    let left = [
        ".new-abc",
        ".new-abc-journal",
        "20200101T000000.000000Z.db.sha256",
    ]
    .map(leave);
    let kept = leave("my notes.txt");
    let sum = made.path.with_extension("db.sha256");
    fs::File::options()
        .write(true)
        .open(&sum)
        .unwrap()
        .set_modified(old)
        .unwrap();
    book.contact("Bob");
    book.store.back_up().unwrap();
    assert!(left.iter().all(|path| !path.exists()));
    assert!(kept.exists());
    made.verify().unwrap();
}

#[test]
fn a_database_that_another_program_has_for_itself_is_not_put_aside() {
    let mut book = Book::new();
    book.contact("Ada");
    let made = book.store.back_up().unwrap();
    book.contact("Bob");
    let path = book.path.clone();
    drop(book.store);
    let other = rusqlite::Connection::open(&path).unwrap();
    other
        .execute_batch("PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; COMMIT")
        .unwrap();
    let refusal =
        backup::restore(&path, &made.path, backup::Force::No, options(&book.clock)).unwrap_err();
    assert_eq!(refusal.kind, Kind::Busy, "{refusal}");
    drop(other);
    assert_eq!(
        names(&Store::open(&path, options(&book.clock)).unwrap()),
        ["Ada", "Bob"]
    );
    assert!(!path.with_extension("damaged").exists());
}
