//! What a book keeps of the places that it is synced with: the tables, the steps of a sync, and what a restore
//! leaves of them.

use crate::cli::Shell;
use crate::support::{Book, Handed, options};
use callbook::domain::contact::{ContactAttributes, ContactId};
use callbook::domain::import::{Choices, Intake};
use callbook::domain::listing::ListQuery;
use callbook::domain::operation::{Overwriting, Standing, SyncRun, UndoPoint};
use callbook::domain::refusal::{Kind, Refusal};
use callbook::domain::rehearsal::Seen;
use callbook::domain::remotes::{RemoteCounts, RunOutcome};
use callbook::domain::timestamp::Timestamp;
use callbook::exchange::vcard;
use callbook::export::ExportForm;
use uuid::Uuid;

fn names(book: &Book) -> Vec<String> {
    let rows = book.store.rows(&ListQuery::default(), 0, 100).unwrap().rows;
    rows.into_iter().map(|row| row.name).collect()
}

fn raw(book: &Book) -> rusqlite::Connection {
    rusqlite::Connection::open(&book.path).unwrap()
}

/// A book that the program of schema 7 wrote: cards and a group, an edited and a deleted contact, undone steps.
#[test]
fn a_book_from_before_remotes_is_brought_up_to_date_with_its_history() {
    let mut book = Book::of_data("schema-7.db");
    assert_eq!(book.store.examine().unwrap(), []);
    assert_eq!(
        names(&book),
        ["Marco Bianchi", "Dr. Ada Augusta Lovelace PhD"]
    );
    let steps = book.store.steps(None, 99).unwrap();
    assert!(steps.iter().all(|step| step.point.run.is_none()));
    let done = steps.iter().filter(|step| step.standing == Standing::Done);
    let done = done.count();
    assert_eq!((steps.len(), done), (6, 4));
    assert!(book.store.redo().unwrap().is_some());
    for _ in 0..=done {
        assert!(book.store.undo().unwrap().is_some());
    }
    assert_eq!(book.store.undo().unwrap(), None);
    assert_eq!(names(&book), <[&str; 0]>::default());
    assert_eq!(book.store.examine().unwrap(), []);
}

#[test]
fn a_row_of_a_remote_that_is_not_there_is_found_by_the_doctor() {
    let book = Book::new();
    let raw = raw(&book);
    raw.execute_batch(
        "PRAGMA foreign_keys = OFF;
         INSERT INTO remote_card (remote, href, place, kind) VALUES (7, '/a.vcf', x'2f61', 'person')",
    )
    .unwrap();
    let findings = book.store.examine().unwrap();
    let words: Vec<&str> = findings.iter().map(|one| one.words.as_str()).collect();
    assert_eq!(
        words,
        ["rows of remote_card belong to nothing that is in the book; restore a backup"]
    );
}

/// What a commit of a sync brings.
fn sync(book: &mut Book, run: &SyncRun, cards: &str) -> Option<UndoPoint> {
    let cards = vcard::read(cards.as_bytes()).map(Result::unwrap).collect();
    let intake = Intake {
        choices: &Choices::new(),
        country: None,
        format: &vcard::Format::default(),
        run: Some(run),
    };
    let mut cards = Handed::of(cards);
    let done = book
        .store
        .import(&mut cards, &intake, "Synced with work", Seen::Nothing);
    done.unwrap().point
}

fn run() -> SyncRun {
    SyncRun {
        remote: "work".to_owned(),
        id: Uuid::now_v7(),
    }
}

fn card(name: &str, number: &str) -> String {
    format!(
        "BEGIN:VCARD\nVERSION:3.0\nUID:{name}\nREV:20261124T120000Z\nFN:{name}\nTEL:{number}\nEND:VCARD\n"
    )
}

const FAR: Overwriting = Overwriting::Refused;

fn noted(book: &mut Book, id: ContactId, note: &str) -> Result<(), Refusal> {
    let sent = ContactAttributes {
        note: Some(Some(note.to_owned())),
        overwrite: true,
        ..ContactAttributes::default()
    };
    book.store.update_contact(id, sent, Vec::new()).map(drop)
}

#[test]
fn undo_passes_over_a_sync_and_redo_is_not_lost_by_one() {
    let mut book = Book::new();
    let ben = book.contact("Ben");
    noted(&mut book, ben, "first").unwrap();
    noted(&mut book, ben, "second").unwrap();
    book.store.undo().unwrap();
    sync(&mut book, &run(), &card("Ada", "+44 20 7946 0123")).unwrap();
    // What was undone before the sync can be done again after it, and undone again.
    assert!(book.store.redo().unwrap().is_some());
    let note = |book: &Book| book.store.contact(ben).unwrap().note;
    assert_eq!(note(&book).as_deref(), Some("second"));
    for left in [Some("first"), None] {
        book.store.undo().unwrap();
        assert_eq!(note(&book).as_deref(), left);
    }
    assert_eq!(book.store.undo().unwrap().unwrap().title, "Added Ben");
    assert_eq!(book.store.undo().unwrap(), None);
    assert_eq!(names(&book), ["Ada"]);
    // Nor does another start of the program take it back.
    let mut other = book.other();
    assert_eq!(other.undo().unwrap(), None);
    let dry = other.steps(None, 9).unwrap();
    assert_eq!(dry[0].point.by(), "by work");
}

#[test]
fn a_run_is_taken_back_as_one_or_not_at_all() {
    let mut book = Book::new();
    let ben = book.contact("Ben");
    let before = book.exported(ExportForm::Cards(None));
    let run = run();
    let first = sync(&mut book, &run, &card("Ada", "+44 20 7946 0123")).unwrap();
    let carl = book.contact("Carl");
    let second = sync(&mut book, &run, &card("Dora", "+44 20 7946 0124")).unwrap();
    let third = sync(
        &mut book,
        &run,
        &card("Ada", "+44 20 7946 0999").replace("T12", "T13"),
    );
    assert_eq!(second.run, Some(run));
    // Another run of the same remote is not touched by it.
    sync(&mut book, &self::run(), &card("Eve", "+44 20 7946 0125")).unwrap();
    let dora = book.store.lookup("+44 20 7946 0124").unwrap()[0].contact;
    noted(&mut book, dora, "by hand").unwrap();
    let done = book.exported(ExportForm::Cards(None));
    let refusal = book.store.undo_step(third.unwrap().id, FAR).unwrap_err();
    assert_eq!(refusal.kind, Kind::Conflict, "{refusal}");
    assert_eq!(book.exported(ExportForm::Cards(None)), done);
    book.store.undo().unwrap();
    noted(&mut book, ben, "undone").unwrap();
    book.store.undo().unwrap();

    let undone = book.store.undo_step(second.id, FAR).unwrap();
    assert_eq!(undone.id, first.id, "a run is named by its first step");
    assert_eq!(names(&book), ["Ben", "Carl", "Eve"]);
    assert!(book.store.undo_step(first.id, FAR).is_err());
    // It is not done again by a redo, nor is what was undone before it.
    let refusal = book.store.redo().unwrap_err();
    assert!(
        refusal.to_string().contains("is a sync with work"),
        "{refusal}"
    );
    let eve = book.store.lookup("+44 20 7946 0125").unwrap()[0].contact;
    for id in [carl, eve] {
        book.store.delete_contact(id, None).unwrap();
    }
    assert_eq!(book.exported(ExportForm::Cards(None)), before);
    assert_eq!(book.store.contact(ben).unwrap().name, "Ben");
}

#[test]
fn what_a_run_made_is_marked_as_undone_wherever_it_is_linked() {
    let mut book = Book::new();
    let ben = book.contact("Ben");
    let step = sync(&mut book, &run(), &card("Ada", "+44 20 7946 0123")).unwrap();
    let ada = book.store.lookup("+44 20 7946 0123").unwrap()[0].contact;
    let raw = raw(&book);
    raw.execute_batch(
        "INSERT INTO remote (id, name, kind, book) VALUES (1, 'work', 'carddav', '/w/'), (2, 'home', 'folder', '/h/')",
    )
    .unwrap();
    for (remote, contact, place, intent) in [
        (1, ada, "a", None),
        (2, ada, "a", None),
        (1, ben, "b", None),
        (2, ada, "sent", Some("create")),
    ] {
        raw.execute(
            "INSERT INTO remote_card (remote, contact, href, place, kind, intent)
             VALUES (?1, ?2, ?3, CAST(?3 AS BLOB), 'person', ?4)",
            rusqlite::params![remote, contact.0.as_bytes(), place, intent],
        )
        .unwrap();
    }
    book.store.undo_step(step.id, FAR).unwrap();
    let mut marked = raw
        .prepare("SELECT remote || href FROM remote_card WHERE undone ORDER BY 1")
        .unwrap();
    let marked = marked.query_map([], |row| row.get::<_, String>(0)).unwrap();
    assert_eq!(
        marked.collect::<Result<Vec<_>, _>>().unwrap(),
        ["1a", "2a", "2sent"],
        "not who was there before"
    );
}

/// The links are older than what is there by now; only how many there were is known (8.4).
#[test]
fn a_restore_drops_the_links_with_remotes_and_keeps_how_many_there_were() {
    let book = Book::new();
    let linked = |raw: &rusqlite::Connection, remote: &str, from: i64, to: i64| {
        raw.execute(
            "INSERT INTO remote (name, kind, book, confirmed, token, seen)
             VALUES (?1, 'carddav', '/' || ?1 || '/', 1, 'token', 3) ON CONFLICT DO NOTHING",
            [remote],
        )
        .unwrap();
        for at in from..to {
            raw.execute(
                "INSERT INTO remote_card (remote, href, place, etag, kind, contact)
                 SELECT id, 'a', CAST(?2 AS BLOB), 'e', 'person', zeroblob(16) FROM remote WHERE name = ?1",
                rusqlite::params![remote, at.to_string()],
            )
            .unwrap();
        }
        raw.execute_batch(
            "INSERT OR IGNORE INTO remote_conflict (remote_card, key, field, at)
             SELECT id, '', 'note', 1 FROM remote_card LIMIT 1",
        )
        .unwrap();
    };
    let raw = raw(&book);
    linked(&raw, "before", 0, 3);
    linked(&raw, "both", 0, 2);
    let backup = book.store.back_up().unwrap().path;
    linked(&raw, "both", 2, 5);
    linked(&raw, "since", 0, 4);
    let path = book.path.clone();
    let clock = std::sync::Arc::clone(&book.clock);
    drop(book.store);
    let forced = callbook::store::backup::Force::No;
    callbook::store::backup::restore(&path, &backup, forced, options(&clock)).unwrap();
    let left = "SELECT group_concat(name || known, ' ') FROM (SELECT * FROM remote ORDER BY name)
        WHERE NOT confirmed AND token IS NULL AND seen = 0";
    let left: String = raw.query_row(left, [], |row| row.get(0)).unwrap();
    assert_eq!(left, "before3 both5 since4");
    let rows = "SELECT (SELECT count(*) FROM remote_card) + (SELECT count(*) FROM remote_conflict)";
    let rows: i64 = raw.query_row(rows, [], |row| row.get(0)).unwrap();
    assert_eq!(rows, 0);
    let store = callbook::store::Store::open(&path, options(&clock)).unwrap();
    assert_eq!(store.examine().unwrap(), []);
}

/// What a remote has of somebody who was deleted for good does not stay here, but for the place to delete it at.
#[test]
fn emptying_the_bin_takes_what_is_kept_of_a_remote() {
    let mut book = Book::new();
    let ada = book.contact("Ada");
    let raw = raw(&book);
    raw.execute_batch(
        "INSERT INTO remote (id, name, kind, book) VALUES (1, 'work', 'carddav', '/w/');
         INSERT INTO card (id, bytes) VALUES (901, CAST('base of Ada' AS BLOB)),
            (903, CAST('base of Ben' AS BLOB))",
    )
    .unwrap();
    for (id, contact, base, agreed) in [
        (1, ada, 901, Some("{\"fields\":{}}")),
        (2, book.contact("Ben"), 903, None),
    ] {
        raw.execute(
            "INSERT INTO remote_card (id, remote, contact, href, place, etag, kind, base, agreed)
             VALUES (?1, 1, ?2, ?1, CAST(?1 AS BLOB), 'e', 'person', ?3, ?4)",
            rusqlite::params![id, contact.0.as_bytes(), base, agreed],
        )
        .unwrap();
        raw.execute(
            "INSERT INTO remote_conflict (remote_card, key, field, was, theirs, at)
             VALUES (?1, '', 'note', 'was', 'theirs', 1)",
            [id],
        )
        .unwrap();
    }
    book.store.delete_contact(ada, None).unwrap();
    book.store.empty_bin(&vcard::Format::default()).unwrap();
    let left = "SELECT group_concat(CAST(bytes AS TEXT), '/') FROM card WHERE id > 900";
    let left: String = raw.query_row(left, [], |row| row.get(0)).unwrap();
    assert_eq!(left, "/base of Ben");
    let rows = "SELECT (SELECT count(*) FROM remote_card), (SELECT group_concat(remote_card) FROM remote_conflict)";
    let rows: (i64, String) = raw
        .query_row(rows, [], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap();
    assert_eq!(rows, (2, "2".to_owned()));
    assert_eq!(book.store.examine().unwrap(), []);
}

/// Two cards of a remote: one with a contact, and one that cannot be read; and a field in conflict.
const LINKS: &str = "
    INSERT INTO remote_card (id, remote, href, place, kind, contact, refused, intent_says)
    SELECT 1, id, '/a.vcf', x'2f61', 'person', zeroblob(16), 'too large', '{}' FROM remote WHERE name = 'work';
    INSERT INTO remote_card (id, remote, href, place, kind, refused)
    SELECT 2, id, '/b.vcf', x'2f62', 'unread', 'two cards' FROM remote WHERE name = 'work';
    INSERT INTO remote_conflict (remote_card, key, field, at) VALUES (1, '', 'note', 1);
    UPDATE remote SET token = 't:1', confirmed = 1, seen = 3, traits = '{\"read_only\":true}' WHERE name = 'work'";

#[test]
fn another_address_book_under_a_name_is_a_first_sync() {
    let book = Book::new();
    let store = &book.store;
    let first = store
        .ensure_remote("work", "carddav", "https://h/a/")
        .unwrap();
    assert!(!first.confirmed && !first.paused && first.token.is_none());
    raw(&book).execute_batch(LINKS).unwrap();
    let same = store
        .ensure_remote("work", "carddav", "https://h/a/")
        .unwrap();
    let counts = RemoteCounts {
        linked: 1,
        waiting: 0,
        refused: 1,
        unread: 1,
        conflicts: 1,
        undone: 0,
        held: 0,
        left_out: 0,
    };
    assert_eq!(
        (same.id, same.confirmed, same.counts),
        (first.id, true, counts)
    );
    let other = store
        .ensure_remote("work", "carddav", "https://h/b/")
        .unwrap();
    assert_eq!((other.id, other.book.as_str()), (first.id, "https://h/b/"));
    assert_eq!((other.confirmed, other.token, other.seen), (false, None, 0));
    assert_eq!((other.counts, other.known), (RemoteCounts::default(), 1));
    assert_eq!(other.traits, "{}");
    assert_eq!(store.remotes().unwrap().len(), 1);
    assert_eq!(store.steps(None, 9).unwrap().len(), 0, "it is no step");
    assert_eq!(store.examine().unwrap(), []);
}

#[test]
fn a_remote_is_paused_noted_and_forgotten() {
    let book = Book::new();
    let store = &book.store;
    store
        .ensure_remote("work", "carddav", "https://h/a/")
        .unwrap();
    store.ensure_remote("home", "folder", "/cards").unwrap();
    raw(&book).execute_batch(LINKS).unwrap();
    store.pause_remote("work", true).unwrap();
    let at = Timestamp::from_micros;
    let failed = RunOutcome {
        tried_at: at(20),
        synced_at: None,
        again_at: Some(at(50)),
        trouble: Some("no network".to_owned()),
        remembered: serde_json::json!({"asked": null}),
    };
    let done = RunOutcome {
        tried_at: at(10),
        synced_at: Some(at(11)),
        again_at: None,
        trouble: None,
        remembered: serde_json::json!({"asked": 1, "runs": []}),
    };
    store.note_run("work", &done).unwrap();
    store.note_run("work", &failed).unwrap();
    let row = |name: &str| {
        let rows = store.remotes().unwrap();
        rows.into_iter().find(|row| row.name == name).unwrap()
    };
    let work = row("work");
    assert!(work.paused && !row("home").paused);
    assert_eq!(
        (work.synced_at, work.tried_at),
        (Some(at(11)), Some(at(20)))
    );
    assert_eq!(work.trouble.as_deref(), Some("no network"));
    store.pause_remote("work", false).unwrap();
    assert_eq!((row("work").paused, row("work").again_at), (false, None));
    store.note_run("work", &done).unwrap();
    assert_eq!(row("work").trouble, None);

    assert_eq!(store.forget_remote("work").unwrap(), 1);
    assert_eq!(store.remotes().unwrap().len(), 1);
    for refused in [
        store.forget_remote("work").map(drop),
        store.pause_remote("work", true),
        store.note_run("work", &done),
    ] {
        assert_eq!(refused.unwrap_err().kind, Kind::NotFound);
    }
    assert_eq!(store.examine().unwrap(), []);
}

#[test]
fn remotes_are_printed_as_they_are_set() {
    let shell = Shell::new();
    let file = shell.db().with_file_name(".config/callbook/config.toml");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let block = "[[remote]]\nname = \"work\"\nurl = \"https://h/a/\"\nuser = \"ann\"\n\
                 password_command = [\"pass\", \"show\", \"work\"]\nevery = \"1h\"\n";
    std::fs::write(&file, format!("mouse = false\n\n{block}")).unwrap();
    let (status, told, _) = shell.run(&["config"], "");
    assert!(status == 0 && told.contains(block), "{told}");
    let (_, told) = shell.json(&["config", "--json"], "");
    let remote = &told["data"]["remotes"][0];
    assert_eq!(
        (&remote["name"], &remote["every"]),
        (&"work".into(), &"1h".into())
    );
    // A password in the file is named by its line, and never shown.
    std::fs::write(&file, format!("{block}password = \"hunter2\"\n")).unwrap();
    let (_, told, why) = shell.run(&["find", "ada"], "");
    assert!(
        why.contains("config.toml:7: remote work is not used: passwords do not belong here"),
        "{why}"
    );
    let (_, config, _) = shell.run(&["config"], "");
    assert!(
        !format!("{told}{why}{config}").contains("hunter2"),
        "{config}"
    );
    assert!(!config.contains("[[remote]]"), "{config}");
}
