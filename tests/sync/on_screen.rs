//! The screens with a remote: what a key syncs, and that nothing waits for a server that does not answer.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::dav_server::{Access, DavServer, Ways};
use crate::pty::{Running, book, stored};

fn card(uid: &str, name: &str) -> String {
    crate::card(uid, name, "+390255501199")
}

/// A book with a remote that is synced by hand only.
fn with_remote(server: &DavServer) -> (TempDir, PathBuf) {
    let (folder, db) = book();
    let config = folder.path().join(".config/callbook");
    std::fs::create_dir_all(&config).unwrap();
    let block = format!(
        "[[remote]]\nname = \"work\"\nurl = \"{}\"\non_start = false\nevery = \"never\"\non_change = \"never\"\n",
        server.book()
    );
    std::fs::write(config.join("config.toml"), block).unwrap();
    (folder, db)
}

fn first_sync(folder: &Path, db: &Path) {
    assert_cmd::Command::new(env!("CARGO_BIN_EXE_callbook"))
        .args(["--db", db.to_str().unwrap(), "sync", "--yes", "work"])
        .env("HOME", folder)
        .assert()
        .success();
}

#[test]
fn a_key_takes_in_what_is_there() {
    let server = DavServer::start(Ways::default());
    server.store("a.vcf", &card("a", "Sami Korhonen"));
    let (_folder, db) = with_remote(&server);
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    // A first sync is done by nobody but a person who saw its plan.
    callbook.types("S");
    callbook.sees("First sync with work");
    callbook.sees("1 comes here");
    assert_eq!(stored(&db, "SELECT count(*) || '' FROM contact"), "2");
    callbook.types("\r");
    callbook.sees("work: 1 in");
    callbook.sees("Sami Korhonen");
    // The page knows by then that the first sync is done.
    callbook.types("sy");
    callbook.sees("just now");
    callbook.types("q");

    server.store("b.vcf", &card("b", "Ines Duarte"));
    callbook.types("S");
    callbook.sees("work: 1 in");
    callbook.sees("Ines Duarte");
    callbook.types("sy");
    callbook.sees("just now");
    callbook.types("qq");
    assert_eq!(callbook.leaves(), 0);
}

#[test]
fn who_comes_back_is_told() {
    let server = DavServer::start(Ways::default());
    server.store("a.vcf", &card("a", "Sami Korhonen"));
    server.store("b.vcf", &card("b", "Ines Duarte"));
    let (folder, db) = with_remote(&server);
    first_sync(folder.path(), &db);
    let raw = rusqlite::Connection::open(&db).unwrap();
    let id: String = raw
        .query_row(
            "SELECT lower(hex(id)) FROM contact WHERE name = 'Sami Korhonen'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    let id = uuid::Uuid::parse_str(&id).unwrap().to_string();
    assert_eq!(runs(folder.path(), &db, &["contact", "delete", &id]).0, 0);
    let changed = card("a", "Sami Korhonen").replace("END:", "NOTE:back\r\nEND:");
    server.store("a.vcf", &changed);
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("Ines Duarte");
    callbook.types("S");
    callbook.sees("kept Sami Korhonen: deleted here and changed there");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
}

#[test]
fn nothing_waits_for_a_server_that_does_not_answer() {
    let server = DavServer::start(Ways::default());
    let (folder, db) = with_remote(&server);
    first_sync(folder.path(), &db);
    let place = server.book();
    let port = place.trim_start_matches("http://127.0.0.1:");
    let port: u16 = port.split('/').next().unwrap().parse().unwrap();
    drop(server);
    // It takes connections, and says nothing.
    let mut listening = None;
    crate::pty::wait(
        || {
            // Another test may have been given the port meanwhile.
            listening = TcpListener::bind(("127.0.0.1", port)).ok();
            listening.is_some()
        },
        || format!("the port {port} stays in use"),
    );
    let silent = listening.unwrap();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("S");
    callbook.sees("work: syncing");
    let _asked = silent.accept().unwrap();
    // A contact is added meanwhile, and the sync is stopped.
    callbook.types("aMarta Kowalska\u{13}");
    callbook.sees("Added Marta Kowalska");
    callbook.types("S");
    callbook.sees("the sync stops after the request");
    callbook.sees("work: stopping");
    let began = Instant::now();
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    let name = "SELECT name FROM contact WHERE name LIKE 'Marta%'";
    assert_eq!(stored(&db, name), "Marta Kowalska");
}

#[test]
fn many_that_are_gone_there_are_put_back_or_deleted_as_a_person_says() {
    let server = DavServer::start(Ways::default());
    let names: Vec<String> = (0..16).map(|at| format!("Person {at:02}")).collect();
    let fill = |server: &DavServer| {
        for (at, name) in names.iter().enumerate() {
            let number = format!("+3902555012{at:02}");
            server.store(
                &format!("{at}.vcf"),
                &crate::card(&format!("u{at}"), name, &number),
            );
        }
    };
    fill(&server);
    let (folder, db) = with_remote(&server);
    first_sync(folder.path(), &db);
    let contacts = "SELECT count(*) || '' FROM contact";
    let before = stored(&db, contacts);
    let clear = |server: &DavServer| {
        for at in 0..16 {
            server.delete(&format!("{at}.vcf"));
        }
    };
    clear(&server);
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("contacts");
    callbook.types("S");
    callbook.sees("work: 16 gone there");
    assert_eq!(stored(&db, contacts), before);
    callbook.types("S");
    callbook.sees("Person 00, Person 01");
    callbook.types("p");
    callbook.sees("16 out");
    assert_eq!(stored(&db, contacts), before);
    // The same again, and this time they are meant to be gone.
    clear(&server);
    callbook.types("S");
    callbook.sees("work: 16 gone there");
    callbook.types("S");
    callbook.sees("Person 00, Person 01");
    callbook.types("D");
    callbook.sees("16 deleted here");
    assert_ne!(stored(&db, contacts), before);
    callbook.types("qq");
    assert_eq!(callbook.leaves(), 0);
}

#[test]
fn the_newer_side_of_a_first_sync_is_the_one_that_was_changed_last_there() {
    let server = DavServer::start(Ways::default());
    let card = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:m\r\nFN:Marco Bianchi\r\nN:Bianchi;Marco;;;\r\n\
                TEL;TYPE=WORK:+390255501182\r\nORG:Bianchi & Figli\r\nREV:20990101T000000Z\r\nEND:VCARD\r\n";
    server.store("m.vcf", card);
    let (_folder, db) = with_remote(&server);
    rusqlite::Connection::open(&db)
        .unwrap()
        .execute(
            "UPDATE contact SET organisation = 'Officina' WHERE name LIKE 'Marco%'",
            [],
        )
        .unwrap();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("S");
    callbook.sees("1 to decide");
    callbook.types("\r");
    callbook.sees("1 field to decide");
    // The card there was sent from here meanwhile; what it said before counts.
    callbook.types("sx");
    callbook.sees("changed last there");
    callbook.types("n");
    callbook.sees("● Bianchi & Figli");
    callbook.types("\u{13}");
    callbook.sees("Took the company");
    let company = "SELECT organisation FROM contact WHERE name LIKE 'Marco%'";
    assert_eq!(stored(&db, company), "Bianchi & Figli");
    callbook.types("qq");
    assert_eq!(callbook.leaves(), 0);
}

/// Adds lines to the block of the remote.
/// The same, where those who are only here go there.
fn with_new(server: &DavServer) -> (TempDir, PathBuf) {
    let (folder, db) = with_remote(server);
    set(folder.path(), "new = true\n");
    (folder, db)
}

fn set(folder: &Path, lines: &str) {
    let file = folder.join(".config/callbook/config.toml");
    let block = std::fs::read_to_string(&file).unwrap();
    std::fs::write(file, block + lines).unwrap();
}

#[test]
fn who_only_looks_the_same_stays_two_where_a_person_says_so() {
    let server = DavServer::start(Ways::default());
    server.store(
        "m.vcf",
        &crate::card("other", "Marco Bianchi", "+390255501182"),
    );
    let (_folder, db) = with_new(&server);
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("S");
    callbook.sees("1 to decide");
    callbook.types("G");
    callbook.sees("(●) one person");
    callbook.types("n");
    callbook.sees("1 stays two people");
    callbook.types("m");
    callbook.sees("1 to decide");
    callbook.types("n");
    callbook.sees("1 stays two people");
    callbook.types("\r");
    callbook.sees("work: 1 in, 2 out");
    let two = "SELECT count(*) || '' FROM contact WHERE name = 'Marco Bianchi'";
    assert_eq!(stored(&db, two), "2");
    assert_eq!(server.state().cards.len(), 3);
    // They stay two.
    callbook.types("S");
    callbook.sees("work: nothing new");
    assert_eq!(stored(&db, two), "2");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
}

#[test]
fn a_first_sync_that_only_takes_in_sends_nothing_until_a_person_says_so() {
    let server = DavServer::start(Ways::default());
    server.store("a.vcf", &card("a", "Sami Korhonen"));
    let (_folder, db) = with_new(&server);
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("sy");
    callbook.sees("shows what the first sync would do");
    callbook.sees("↵ first sync");
    callbook.types("q");
    callbook.sees_no("↵ first sync");
    callbook.types("S");
    callbook.sees("2 go there");
    callbook.types("o");
    callbook.sees("nothing was sent, and it is paused");
    callbook.sees("Sami Korhonen");
    callbook.types("S");
    callbook.sees("work is paused");
    assert_eq!(server.state().cards.len(), 1);
    callbook.types("sy");
    callbook.sees("p lets it go on");
    // What has just come is not acted on at once.
    std::thread::sleep(Duration::from_millis(500));
    callbook.types("p");
    callbook.sees("2 waiting");
    callbook.types("\r");
    callbook.sees("2 out");
    assert_eq!(server.state().cards.len(), 3);
    callbook.types("qq");
    assert_eq!(callbook.leaves(), 0);
}

#[test]
fn what_goes_back_to_an_older_state_there_is_said() {
    let server = DavServer::start(Ways::default());
    let dated = |at: &str, note: &str| {
        let lines = format!("NOTE:{note}\r\nREV:{at}\r\nEND:");
        card("a", "Sami Korhonen").replace("END:", &lines)
    };
    server.store("a.vcf", &dated("2026-02-02T03:04:05Z", "newer"));
    let (folder, db) = with_remote(&server);
    first_sync(folder.path(), &db);
    server.store("a.vcf", &dated("2026-01-01T03:04:05Z", "older"));
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("3 contacts");
    callbook.types("S");
    callbook.sees("work: 1 contact back to an older state there");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
}

#[test]
fn what_is_left_out_of_a_first_sync_stays_as_it_is_until_it_changes() {
    let server = DavServer::start(Ways::default());
    server.store("a.vcf", &card("a", "Sami Korhonen"));
    server.store("b.vcf", &card("b", "Ines Duarte"));
    // The same as here, by name and number.
    let known =
        crate::card("m", "Marco Bianchi", "+390255501182").replace("END:", "ORG:There\r\nEND:");
    server.store("m.vcf", &known);
    let (folder, db) = with_new(&server);
    let run = |words: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_callbook"))
            .args(["--db", db.to_str().unwrap()])
            .args(words)
            .env("HOME", folder.path())
            .output()
            .unwrap();
        let told = String::from_utf8(output.stdout).unwrap();
        (output.status.success(), told)
    };
    let syncs = |words: &[&str]| {
        let (done, told) = run(words);
        assert!(done, "{words:?}: {told}");
        told
    };
    let names = "SELECT group_concat(name, ', ') FROM (SELECT name FROM contact ORDER BY name)";
    let before = stored(&db, names);
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("S");
    callbook.sees("2 come here");
    // Ines, who comes, then Marco, who becomes one, and then who goes.
    callbook.types("2s2");
    callbook.sees("1 comes here");
    callbook.types("5s5");
    callbook.sees("2 left as they are");
    callbook.types("3s3");
    callbook.sees("3 left as they are");
    callbook.types("\u{13}");
    callbook.sees("work: 1 in");
    assert_eq!(server.state().cards.len(), 3);
    callbook.types("sy");
    callbook.sees("2 cards left as they are");
    callbook.types("r");
    callbook.sees("LEFT OUT IN THE FIRST SYNC");
    callbook.sees("Ines Duarte");
    callbook.types("qt");
    callbook.sees("read and write");
    callbook.types("qqq");
    assert_eq!(callbook.leaves(), 0);
    let after = stored(&db, names);
    assert!(after.contains("Sami") && !after.contains("Ines"), "{after}");
    assert_eq!(after.len(), before.len() + ", Sami Korhonen".len());

    // It stays so, whatever is edited of whom is left out on both sides.
    let org = "SELECT coalesce(organisation, '') FROM contact WHERE name = 'Marco Bianchi'";
    let company = stored(&db, org);
    let marco = "SELECT lower(hex(id)) FROM contact WHERE name = 'Marco Bianchi'";
    let marco = uuid::Uuid::parse_str(&stored(&db, marco))
        .unwrap()
        .to_string();
    syncs(&["contact", "update", &marco, "--note", "mine", "--overwrite"]);
    for all in [&["sync"][..], &["sync", "--all"]] {
        assert!(syncs(all).contains("nothing new"));
    }
    assert_eq!(server.state().cards.len(), 3);
    assert_eq!(server.card("m.vcf").unwrap().text, known);
    assert_eq!(stored(&db, org), company);
    let told = syncs(&["show", "Marco Bianchi"]);
    assert!(told.contains("left out: nothing comes or goes"), "{told}");
    // One that is deleted there is no loss here.
    server.delete("m.vcf");
    syncs(&["sync"]);
    assert_eq!(stored(&db, names), after);
    assert_eq!(server.state().cards.len(), 2);
    // What changes there comes then.
    let changed = card("b", "Ines Duarte").replace("END:", "NOTE:new\r\nEND:");
    server.store("b.vcf", &changed);
    server.store("m.vcf", &known.replace("END:", "NICKNAME:new\r\nEND:"));
    let told = run(&["sync"]).1;
    assert!(told.contains("2 in"), "{told}");
    assert!(stored(&db, names).contains("Ines Duarte"));
    assert_eq!(stored(&db, names).matches("Marco").count(), 1);
    assert!(server.card("m.vcf").unwrap().text.contains("NOTE:mine"));
    assert_eq!(server.state().cards.len(), 3);
}

#[test]
fn who_is_left_out_stays_so_where_a_remote_that_only_took_in_goes_on() {
    let server = DavServer::start(Ways::default());
    server.store("a.vcf", &card("a", "Sami Korhonen"));
    let (folder, db) = with_new(&server);
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("S");
    callbook.sees("2 go there");
    callbook.types("3s3");
    callbook.sees("1 left as it is");
    callbook.types("o");
    callbook.sees("nothing was sent, and it is paused");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
    let does = |words: &[&str]| {
        let (status, told) = runs(folder.path(), &db, words);
        assert_eq!(status, 0, "{words:?}: {told}");
        told
    };
    does(&["remote", "resume", "work"]);
    assert!(does(&["sync"]).contains("1 out"));
    assert!(does(&["sync", "--all"]).contains("nothing new"));
    assert_eq!(server.state().cards.len(), 2);
    // Until it changes.
    let cards = server.state().cards.clone();
    let there: String = cards.values().map(|card| card.text.as_str()).collect();
    let all = "SELECT group_concat(lower(hex(id)) || ' ' || name, '/') FROM contact";
    let all = stored(&db, all);
    let left = { all.split('/') }
        .map(|one| one.split_once(' ').unwrap())
        .find(|(_, name)| !there.contains(name))
        .unwrap();
    let id = uuid::Uuid::parse_str(left.0).unwrap().to_string();
    does(&["contact", "update", &id, "--note", "mine", "--overwrite"]);
    assert!(does(&["sync"]).contains("1 out"));
    assert_eq!(server.state().cards.len(), 3);
}

#[test]
fn a_password_is_typed_on_the_screens_and_kept_nowhere() {
    let server = DavServer::start(Ways {
        access: Access::Basic,
        ..Ways::default()
    });
    server.store("a.vcf", &card("a", "Sami Korhonen"));
    let (folder, db) = with_remote(&server);
    set(folder.path(), "user = \"ann\"\n");
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("2 contacts");
    callbook.types("S");
    callbook.sees("Password of work");
    callbook.types("wrong\r");
    callbook.sees("sign-in failed");
    callbook.types("S");
    callbook.sees("Password of work");
    callbook.types("secret\r");
    callbook.sees("1 comes here");
    callbook.types("\r");
    callbook.sees("work: 1 in");
    // It is not asked for again.
    callbook.types("S");
    callbook.sees("work: nothing new");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
    let came_out = callbook.bytes();
    assert!(!came_out.windows(6).any(|part| part == b"secret"));
    crate::setting_up::holds_no_secret(folder.path());
    // The next start asks again.
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("3 contacts");
    callbook.types("S");
    callbook.sees("Password of work");
    callbook.types("\u{1b}");
    callbook.sees_no("Password of work");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
}

/// A server with two cards, whose first sync was done and taken back.
fn undone() -> (DavServer, TempDir, PathBuf) {
    let server = DavServer::start(Ways::default());
    for (file, name) in [("a", "Sami Korhonen"), ("b", "Ines Duarte")] {
        server.store(&format!("{file}.vcf"), &card(file, name));
    }
    let (folder, db) = with_remote(&server);
    first_sync(folder.path(), &db);
    let step = "SELECT max(id) || '' FROM undo_point WHERE run IS NOT NULL";
    let (status, told) = runs(folder.path(), &db, &["undo", &stored(&db, step)]);
    assert_eq!(status, 0, "{told}");
    assert_eq!(stored(&db, "SELECT count(*) || '' FROM contact"), "2");
    (server, folder, db)
}

/// Runs a command, and gives its status and what it said.
fn runs(home: &Path, db: &Path, words: &[&str]) -> (i32, String) {
    let output = assert_cmd::Command::new(env!("CARGO_BIN_EXE_callbook"))
        .args(["--db", db.to_str().unwrap()])
        .args(words)
        .env("HOME", home)
        .output()
        .unwrap();
    let told = [output.stdout, output.stderr].concat();
    (
        output.status.code().unwrap(),
        String::from_utf8(told).unwrap(),
    )
}

#[test]
fn after_an_undo_a_first_sync_is_decided_where_its_plan_is_seen() {
    let (server, folder, db) = undone();
    let there = || ["a.vcf", "b.vcf"].map(|name| server.card(name).map(|card| card.text));
    let cards = there();
    let links = "SELECT count(*) || '' FROM remote_card WHERE NOT undone AND contact IN (SELECT id FROM contact)";
    let waits = || {
        let (status, told) = runs(folder.path(), &db, &["sync"]);
        assert_eq!(status, 4, "{told}");
        assert!(told.contains("a sync was taken back"), "{told}");
        assert_eq!(stored(&db, links), "0");
    };
    waits();
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("work: a sync was undone");
    callbook.types("S");
    callbook.sees("see what a first sync would do");
    callbook.types("p");
    callbook.sees("First sync with work");
    callbook.sees("2 come here");
    // Who leaves it has decided nothing.
    callbook.types("\u{1b}");
    callbook.sees_no("First sync with work");
    waits();
    callbook.types("S");
    callbook.sees("see what a first sync would do");
    callbook.types("p");
    callbook.sees("2 come here");
    callbook.types("\u{13}");
    callbook.sees("work: 2 in");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
    // Everybody is linked again, and nothing was sent or deleted there.
    assert_eq!(stored(&db, links), "2");
    assert_eq!(stored(&db, "SELECT count(*) || '' FROM contact"), "4");
    assert_eq!(there(), cards);
    assert_eq!(server.state().cards.len(), 2);
    let (status, told) = runs(folder.path(), &db, &["sync"]);
    assert_eq!(status, 0, "{told}");
    assert!(told.contains("nothing new"), "{told}");
}
