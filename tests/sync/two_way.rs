//! A book and an address book on a server, kept the same.

use std::path::{Path, PathBuf};
use std::time::Duration;

use callbook::config::remotes::{PasswordFrom, Place, RemoteSettings, ServerSettings};
use callbook::domain::contact::{Contact, ContactAttributes, ContactId};
use callbook::domain::listing::ListQuery;
use callbook::domain::operation::{Actor, Overwriting};
use callbook::domain::phone::{Phone, PhoneAttributes};
use callbook::domain::remotes::{Decision, RemoteCounts, RemoteRow};
use callbook::domain::sync::report::Did;
use callbook::domain::sync::run::Answers;
use callbook::domain::timestamp::Timestamp;
use callbook::store::backup::Force;
use callbook::store::{Options, Store};
use callbook::sync::one::{Asked, Synced, sync_folder, sync_server};
use tempfile::TempDir;

use crate::dav_server::{Access, DavServer, Ways};
use crate::{book, password};

/// A book in a folder of its own, with a remote called `nextcloud`.
pub(crate) struct Desk {
    folder: TempDir,
    pub(crate) store: Store,
}

fn options() -> Options {
    Options {
        home: None,
        actor: Actor::Command,
        clock: Box::new(|| Timestamp::from_utc(chrono::Utc::now())),
        file_system: None,
        sort_prefixes: None,
    }
}

impl Desk {
    pub(crate) fn new(server: &DavServer) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("book.db");
        let store = Store::open(&path, options()).unwrap();
        let connection = rusqlite::Connection::open(&path).unwrap();
        connection
            .execute(
                "INSERT INTO remote (name, kind, book) VALUES ('nextcloud', 'carddav', ?1)",
                [server.book()],
            )
            .unwrap();
        Self { folder, store }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("book.db")
    }

    pub(crate) fn sync(&mut self, server: &DavServer) -> Synced {
        let settings = RemoteSettings {
            new: true,
            ..RemoteSettings::new("nextcloud", place(server))
        };
        let row = row(&self.path());
        let book = book(&server.book(), password("secret"));
        sync_server(&mut self.store, &settings, &row, book, asked())
    }

    fn synced(&mut self, server: &DavServer) -> Synced {
        let synced = self.sync(server);
        assert!(synced.end.is_ok(), "{:?}", synced.end);
        synced
    }

    fn contact(&self, name: &str) -> (Contact, Vec<Phone>) {
        let named = self.store.named(name, None).unwrap();
        let id = named.first().unwrap_or_else(|| panic!("no {name}")).contact;
        (self.store.contact(id).unwrap(), self.phones(id))
    }

    pub(crate) fn phones(&self, id: ContactId) -> Vec<Phone> {
        self.store.profile(id).unwrap().full.phones
    }

    pub(crate) fn add(&mut self, name: &str, number: &str) -> ContactId {
        let contact = ContactAttributes {
            name: Some(Some(name.to_owned())),
            ..ContactAttributes::default()
        };
        let id = self
            .store
            .create_contact(contact, Vec::new())
            .unwrap()
            .value
            .id;
        let phone = PhoneAttributes {
            number: Some(number.to_owned()),
            ..PhoneAttributes::default()
        };
        self.store.create_phone(id, phone, Vec::new()).unwrap();
        id
    }
}

/// What few cards are deleted is meant.
fn asked() -> Asked<'static> {
    Asked {
        answers: Answers {
            accepts_deletions: true,
            ..Answers::default()
        },
        ..Asked::default()
    }
}

fn place(server: &DavServer) -> Place {
    Place::Server(ServerSettings {
        url: server.book(),
        user: Some("ann".to_owned()),
        password: PasswordFrom::Asked,
        ca_file: None,
        timeout: Duration::from_secs(10),
        insecure: false,
    })
}

/// The remote as it is kept.
fn row(path: &Path) -> RemoteRow {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection
        .query_row(
            "SELECT id, book, confirmed, token, seen, known, traits FROM remote",
            [],
            |row| {
                Ok(RemoteRow {
                    id: row.get(0)?,
                    name: "nextcloud".to_owned(),
                    kind: "carddav".to_owned(),
                    book: row.get(1)?,
                    confirmed: row.get(2)?,
                    paused: false,
                    token: row.get(3)?,
                    seen: row.get(4)?,
                    known: row.get::<_, i64>(5)?.unsigned_abs(),
                    traits: row.get(6)?,
                    synced_at: None,
                    tried_at: None,
                    again_at: None,
                    trouble: None,
                    counts: RemoteCounts::default(),
                })
            },
        )
        .unwrap()
}

fn server() -> DavServer {
    DavServer::start(Ways {
        access: Access::Basic,
        ..Ways::default()
    })
}

pub(crate) fn card(uid: &str, name: &str, lines: &str) -> String {
    let (given, family) = name.split_once(' ').unwrap_or((name, ""));
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name}\r\nN:{family};{given};;;\r\n{lines}END:VCARD\r\n"
    )
}

#[test]
fn what_is_there_comes_here_and_what_is_here_goes_there() {
    let server = server();
    let text = card(
        "u1",
        "Ada Berg",
        "TEL;TYPE=CELL:+39 347 555 0164\r\nX-OTHER;A=b:kept\r\n",
    );
    server.store("ada.vcf", &text);
    let mut desk = Desk::new(&server);
    desk.add("Björn Larsen", "+47 21 55 01 34");

    let first = desk.synced(&server);
    assert_eq!(first.report.count(Did::NewHere), 1, "{:?}", first.report);
    assert_eq!(first.report.count(Did::NewThere), 1, "{:?}", first.report);
    let (_, phones) = desk.contact("Ada Berg");
    assert_eq!(phones[0].identity, "+393475550164");
    assert_eq!(phones[0].source, "carddav:nextcloud");
    assert!(
        phones[0].valid_values,
        "the first number of a contact is confirmed"
    );
    let cards = server.state().cards.clone();
    let sent = cards
        .values()
        .find(|card| card.text.contains("Larsen"))
        .unwrap();
    assert!(sent.text.contains("+47"), "{}", sent.text);
    // What was taken in is there as it was.
    assert_eq!(server.card("ada.vcf").unwrap().text, text);

    let again = desk.synced(&server);
    assert!(again.report.is_empty(), "{:?}", again.report);
    assert_eq!(again.traffic.requests, 1);
}

#[test]
fn a_change_on_either_side_comes_to_the_other_and_only_its_lines_change() {
    let server = server();
    let text = card(
        "u1",
        "Ada Berg",
        "item1.TEL;TYPE=CELL:+39 347 555 0164\r\nX-OTHER;A=b:kept\r\nNOTE:before\r\n",
    );
    server.store("ada.vcf", &text);
    let mut desk = Desk::new(&server);
    desk.synced(&server);

    // There: a number more.
    server.store(
        "ada.vcf",
        &text.replace("NOTE:", "TEL;TYPE=WORK:+39 02 5550 1182\r\nNOTE:"),
    );
    desk.synced(&server);
    let (contact, phones) = desk.contact("Ada Berg");
    assert_eq!(phones.len(), 2);
    let new = phones
        .iter()
        .find(|phone| phone.identity == "+390255501182")
        .unwrap();
    assert!(!new.valid_values);
    assert_eq!(new.source, "carddav:nextcloud");

    // Here: another note.
    let change = ContactAttributes {
        note: Some(Some("after".to_owned())),
        overwrite: true,
        ..ContactAttributes::default()
    };
    desk.store
        .update_contact(contact.id, change, Vec::new())
        .unwrap();
    let sent = desk.synced(&server);
    assert_eq!(sent.report.count(Did::ChangedThere), 1, "{:?}", sent.report);
    let there = server.card("ada.vcf").unwrap().text;
    assert!(there.contains("NOTE:after\r\n"), "{there}");
    assert!(
        there.contains("item1.TEL;TYPE=CELL:+39 347 555 0164\r\nX-OTHER;A=b:kept\r\n"),
        "{there}"
    );
    let again = desk.synced(&server);
    assert!(again.report.is_empty(), "{:?}", again.report);
}

#[test]
fn a_number_that_is_taken_out_there_is_kept_as_historic() {
    let server = server();
    let numbers = "TEL:+39 347 555 0164\r\nTEL;TYPE=WORK:+39 02 5550 1182\r\n";
    server.store("ada.vcf", &card("u1", "Ada Berg", numbers));
    let mut desk = Desk::new(&server);
    desk.synced(&server);
    server.store(
        "ada.vcf",
        &card("u1", "Ada Berg", "TEL:+39 347 555 0164\r\n"),
    );
    desk.synced(&server);
    let (_, phones) = desk.contact("Ada Berg");
    let gone = phones
        .iter()
        .find(|phone| phone.identity == "+390255501182")
        .unwrap();
    assert!(gone.historic);
    // And it is not brought back there.
    desk.synced(&server);
    assert!(!server.card("ada.vcf").unwrap().text.contains("1182"));
}

#[test]
fn a_deletion_goes_to_the_other_side_and_an_edit_wins_over_it() {
    let server = server();
    server.store(
        "ada.vcf",
        &card("u1", "Ada Berg", "TEL:+39 347 555 0164\r\n"),
    );
    server.store(
        "ben.vcf",
        &card("u2", "Ben Okoye", "TEL:+44 20 7946 0000\r\n"),
    );
    let mut desk = Desk::new(&server);
    desk.synced(&server);

    let (ada, _) = desk.contact("Ada Berg");
    desk.store
        .delete_contact(ada.id, Some(ada.updated_in_db_at))
        .unwrap();
    let sent = desk.synced(&server).report.done;
    assert!(server.card("ada.vcf").is_none());
    // By name, as a person knows it.
    assert!(matches!(&sent[..], [(Did::DeletedThere, name)] if name.contains("Ada Berg")));

    let (ben, _) = desk.contact("Ben Okoye");
    desk.store
        .delete_contact(ben.id, Some(ben.updated_in_db_at))
        .unwrap();
    server.store(
        "ben.vcf",
        &card("u2", "Ben Okoye", "TEL:+44 20 7946 0000\r\nNOTE:new\r\n"),
    );
    let back = desk.synced(&server);
    assert_eq!(back.report.count(Did::CameBack), 1, "{:?}", back.report);
    assert_eq!(desk.contact("Ben Okoye").0.note.as_deref(), Some("new"));

    server.delete("ben.vcf");
    desk.synced(&server);
    assert!(desk.store.named("Ben Okoye", None).unwrap().is_empty());
}

#[test]
fn a_new_version_of_the_same_text_is_nobodys_change() {
    let (server, mut desk) = three_synced();
    for name in ["Ada Berg", "Ben Okoye"] {
        let (contact, _) = desk.contact(name);
        desk.store
            .delete_contact(contact.id, Some(contact.updated_in_db_at))
            .unwrap();
    }
    // A server that was moved or restored numbers its cards anew.
    for name in ["a.vcf", "b.vcf", "c.vcf"] {
        let text = server.card(name).unwrap().text;
        server.store(name, &text);
    }
    let report = desk.synced(&server).report;
    assert_eq!(report.count(Did::CameBack), 0, "{report:?}");
    assert_eq!(report.count(Did::DeletedThere), 2, "{report:?}");
    assert_eq!(texts(&server).len(), 1);
    assert_eq!(desk.synced(&server).report.done, []);
}

/// Three cards that were synced with a new book.
fn three_synced() -> (DavServer, Desk) {
    let server = server();
    for (file, name) in [("a", "Ada Berg"), ("b", "Ben Okoye"), ("c", "Cy Young")] {
        let lines = format!("TEL:+39 347 555 01{:02}\r\n", file.as_bytes()[0]);
        server.store(&format!("{file}.vcf"), &card(file, name, &lines));
    }
    let mut desk = Desk::new(&server);
    desk.synced(&server);
    (server, desk)
}

fn everybody(desk: &Desk) -> usize {
    desk.store
        .ids(&ListQuery::default(), 0, usize::MAX)
        .unwrap()
        .len()
}

fn texts(server: &DavServer) -> Vec<String> {
    let state = server.state();
    state.cards.values().map(|card| card.text.clone()).collect()
}

#[test]
fn a_first_sync_that_is_taken_back_deletes_nothing_there() {
    let (server, mut desk) = three_synced();
    let before = texts(&server);
    let step = desk.store.steps(None, 1).unwrap()[0].point.id;
    desk.store.undo_step(step, Overwriting::Refused).unwrap();
    assert_eq!(everybody(&desk), 0);
    let remote = row(&desk.path()).id;
    assert_eq!(desk.store.remotes().unwrap()[0].counts.undone, 3);

    desk.store
        .decide_undone(remote, "nextcloud", false)
        .unwrap();
    desk.synced(&server);
    assert_eq!(everybody(&desk), 3);
    assert_eq!(texts(&server), before);
}

#[test]
fn an_undo_that_is_sent_deletes_there_what_it_took_away_here() {
    let (server, mut desk) = three_synced();
    let step = desk.store.steps(None, 1).unwrap()[0].point.id;
    desk.store.undo_step(step, Overwriting::Refused).unwrap();
    let remote = row(&desk.path()).id;
    desk.store.decide_undone(remote, "nextcloud", true).unwrap();
    desk.synced(&server);
    assert_eq!(texts(&server).len(), 0);
}

#[test]
fn what_both_changed_is_listed_and_each_side_keeps_its_own_until_it_is_decided() {
    let (server, mut desk) = three_synced();
    let (ada, _) = desk.contact("Ada Berg");
    let note = |text: &str| ContactAttributes {
        note: Some(Some(text.to_owned())),
        overwrite: true,
        ..ContactAttributes::default()
    };
    desk.store
        .update_contact(ada.id, note("mine"), Vec::new())
        .unwrap();
    let there = server.card("a.vcf").unwrap().text;
    server.store("a.vcf", &there.replace("END:", "NOTE:theirs\r\nEND:"));
    desk.synced(&server);
    let conflicts = desk.store.conflicts().unwrap();
    assert_eq!(conflicts.len(), 1);
    let one = &conflicts[0];
    assert_eq!(
        (&*one.name, &*one.field, &*one.ours, &*one.theirs),
        ("Ada Berg", "note", "mine", "theirs")
    );
    assert_eq!(one.was, "", "there was no note when both agreed");
    assert!(server.card("a.vcf").unwrap().text.contains("NOTE:theirs"));
    assert_eq!(desk.contact("Ada Berg").0.note.as_deref(), Some("mine"));

    desk.store.decide(&[(one.clone(), Decision::Mine)]).unwrap();
    desk.synced(&server);
    assert!(server.card("a.vcf").unwrap().text.contains("NOTE:mine"));
    assert_eq!(desk.store.conflicts().unwrap(), []);
}

#[test]
fn a_choice_for_what_is_there_is_a_step_that_can_be_undone() {
    let (server, mut desk) = three_synced();
    let (ada, _) = desk.contact("Ada Berg");
    let name = ContactAttributes {
        name: Some(Some("Ada Sand".to_owned())),
        overwrite: true,
        ..ContactAttributes::default()
    };
    desk.store.update_contact(ada.id, name, Vec::new()).unwrap();
    let there = server.card("a.vcf").unwrap().text;
    server.store(
        "a.vcf",
        &there
            .replace("FN:Ada Berg", "FN:Ada Wood")
            .replace("N:Berg;", "N:Wood;"),
    );
    desk.synced(&server);
    let one = desk.store.conflicts().unwrap().remove(0);
    assert_eq!(
        (&*one.field, &*one.ours, &*one.theirs),
        ("name", "Ada Sand", "Ada Wood")
    );
    desk.store
        .decide(&[(one.clone(), Decision::Theirs)])
        .unwrap();
    let (wood, _) = desk.contact("Ada Wood");
    assert_eq!(wood.family_name.as_deref(), Some("Wood"));
    desk.store.undo().unwrap();
    assert_eq!(desk.store.contact(ada.id).unwrap().name, "Ada Sand");
}

#[test]
fn a_restored_book_does_not_lose_again_what_it_restored() {
    let (server, mut desk) = three_synced();
    desk.add("Dee Only", "+44 20 7946 0001");
    let backup = desk.store.back_up().unwrap().path;
    desk.synced(&server);
    let (dee, _) = desk.contact("Dee Only");
    desk.store.delete_contact(dee.id, None).unwrap();
    desk.synced(&server);
    assert_eq!(texts(&server).len(), 3);
    let path = desk.path();
    let Desk { folder, store } = desk;
    drop(store);
    callbook::store::backup::restore(&path, &backup, Force::No, options()).unwrap();
    let mut desk = Desk {
        folder,
        store: Store::open(&path, options()).unwrap(),
    };
    assert!(!row(&path).confirmed);
    desk.synced(&server);
    desk.synced(&server);
    assert_eq!(everybody(&desk), 4);
    assert_eq!(texts(&server).len(), 4);
}

#[test]
fn a_folder_of_cards_is_kept_the_same_too() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("ada.vcf");
    let text = card(
        "u1",
        "Ada Berg",
        "TEL;TYPE=CELL:+39 347 555 0164\r\nX-KHARD:kept\r\n",
    );
    std::fs::write(&file, &text).unwrap();
    std::fs::write(folder.path().join(".hidden.vcf"), &text).unwrap();
    std::fs::write(folder.path().join("two.vcf"), format!("{text}{text}")).unwrap();
    let book = TempDir::new().unwrap();
    let mut store = Store::open(&book.path().join("book.db"), options()).unwrap();
    let settings = RemoteSettings {
        new: true,
        ..RemoteSettings::new("friends", Place::Folder(folder.path().to_owned()))
    };
    let sync = |store: &mut Store| {
        let row = store
            .ensure_remote("friends", "folder", &settings.book())
            .unwrap();
        let synced = sync_folder(store, &settings, &row, folder.path(), Asked::default());
        assert!(synced.end.is_ok(), "{:?}", synced.end);
        synced.report
    };
    let report = sync(&mut store);
    assert_eq!(
        (report.count(Did::NewHere), report.count(Did::Unread)),
        (1, 1),
        "{report:?}"
    );
    assert!(sync(&mut store).is_empty());

    let id = store.named("Ada Berg", None).unwrap()[0].contact;
    let note = ContactAttributes {
        note: Some(Some("from here".to_owned())),
        overwrite: true,
        ..ContactAttributes::default()
    };
    store.update_contact(id, note, Vec::new()).unwrap();
    sync(&mut store);
    let there = std::fs::read_to_string(&file).unwrap();
    assert!(
        there.contains("NOTE:from here") && there.contains("X-KHARD:kept"),
        "{there}"
    );

    std::fs::write(&file, there.replace("from here", "from there")).unwrap();
    sync(&mut store);
    assert_eq!(
        store.contact(id).unwrap().note.as_deref(),
        Some("from there")
    );
    assert!(folder.path().join("two.vcf").exists());
    // Without her the folder would be as good as empty, unless somebody else is in it.
    let other = card("u2", "Bo Lind", "TEL:+39 347 555 0165\r\n");
    std::fs::write(folder.path().join("bo.vcf"), other).unwrap();
    sync(&mut store);
    std::fs::remove_file(&file).unwrap();
    sync(&mut store);
    assert!(store.named("Ada Berg", None).unwrap().is_empty());
}
