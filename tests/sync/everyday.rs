//! What people do with a remote over the months, with the program itself.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::dav_server::{Access, DavServer, Ways};
use crate::failing_proxy::{FailingProxy, Fault};
use crate::home::Home;
use crate::pty::{Running, book};
use crate::two_way::card;

/// A home whose book is kept the same with a server.
pub(crate) struct Synced {
    pub(crate) home: Home,
    pub(crate) server: DavServer,
}

pub(crate) fn config(port: u16) -> String {
    format!(
        "[[remote]]\nname = \"nextcloud\"\nurl = \"http://127.0.0.1:{port}/dav/ann/contacts/\"\nnew = true\n"
    )
}

impl Synced {
    /// With so many cards there, `Person 0` and on, which were taken in.
    pub(crate) fn with(cards: usize) -> Self {
        let server = DavServer::start(Ways::default());
        for at in 0..cards {
            let number = format!("TEL;TYPE=CELL:+39 347 555 {:04}\r\n", 100 + at);
            let text = card(&format!("u{at}"), &format!("Person {at}"), &number);
            server.store(&format!("{at}.vcf"), &text);
        }
        let home = Home::new(&config(server.port()));
        let synced = Self { home, server };
        synced.does(&["sync", "--yes"]);
        synced
    }

    /// Runs a command that succeeds, and gives what it said.
    pub(crate) fn does(&self, words: &[&str]) -> String {
        let (status, told, why) = self.home.run(words);
        assert_eq!(status, 0, "{words:?}: {told}{why}");
        told
    }

    fn one(&self, sql: &str) -> String {
        let raw = Connection::open(self.home.book()).unwrap();
        let id: [u8; 16] = raw.query_row(sql, [], |row| row.get(0)).unwrap();
        uuid::Uuid::from_bytes(id).to_string()
    }

    pub(crate) fn id(&self, name: &str) -> String {
        self.one(&format!("SELECT id FROM contact WHERE name = '{name}'"))
    }

    /// The number of the newest step.
    pub(crate) fn newest_step(&self) -> String {
        let raw = Connection::open(self.home.book()).unwrap();
        let sql = "SELECT max(id) FROM undo_point";
        let id: i64 = raw.query_row(sql, [], |row| row.get(0)).unwrap();
        id.to_string()
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.server.card(name).unwrap().text
    }
}

#[test]
fn every_edit_arrives_however_many_there_were() {
    let synced = Synced::with(1);
    let id = synced.id("Person 0");
    for edit in 1..=12 {
        let note = format!("edit {edit}");
        synced.does(&["contact", "update", &id, "--note", &note, "--overwrite"]);
        synced.does(&["sync"]);
        assert!(
            synced.text("0.vcf").contains(&note),
            "{note} did not arrive"
        );
    }
}

#[test]
fn what_was_thrown_away_for_good_is_deleted_there_too() {
    let synced = Synced::with(3);
    synced.does(&["contact", "delete", &synced.id("Person 0")]);
    let number =
        "SELECT p.id FROM phone p JOIN contact c ON c.id = p.contact WHERE c.name = 'Person 1'";
    synced.does(&["phone", "delete", &synced.one(number)]);
    synced.does(&["bin", "--empty", "--yes"]);
    synced.does(&["sync"]);
    assert!(synced.server.card("0.vcf").is_none());
    assert!(
        !synced.text("1.vcf").contains("TEL"),
        "{}",
        synced.text("1.vcf")
    );
    // And all goes on.
    synced.does(&["add", "Marta New", "+48 22 555 01 08"]);
    assert!(synced.does(&["sync"]).contains("1 out"));
    assert!(synced.does(&["sync"]).contains("nothing new"));
}

#[test]
fn who_was_thrown_away_for_good_and_changed_there_comes_back() {
    let synced = Synced::with(2);
    synced.does(&["contact", "delete", &synced.id("Person 0")]);
    synced.does(&["bin", "--empty", "--yes"]);
    let text = synced.text("0.vcf").replace("END:", "NOTE:new\r\nEND:");
    synced.server.store("0.vcf", &text);
    synced.does(&["sync"]);
    assert!(synced.does(&["show", "Person 0"]).contains("new"));
    assert_eq!(synced.text("0.vcf"), text);
}

#[test]
fn a_dry_run_decides_nothing_about_an_undo() {
    let synced = Synced::with(3);
    let (status, _, why) = synced.home.run(&["sync", "--again", "--dry-run"]);
    assert_eq!(status, 2, "{why}");
    assert!(
        why.contains("no sync with nextcloud was taken back"),
        "{why}"
    );
    assert!(synced.does(&["sync"]).contains("nothing new"));

    synced.does(&["undo", "1"]);
    for decision in ["--send-undo", "--again"] {
        let (_, told, why) =
            synced
                .home
                .run(&["sync", decision, "--dry-run", "--accept-deletions"]);
        assert!(told.contains("nothing was written"), "{told}{why}");
        assert!(told.contains("Person 2"), "{told}");
        let (status, told, _) = synced.home.run(&["sync"]);
        assert_eq!(status, 4, "{told}");
        assert_eq!(synced.server.state().cards.len(), 3, "{decision}");
    }
    synced.does(&["sync", "--send-undo"]);
    assert_eq!(synced.server.state().cards.len(), 0);
}

/// The copies of the book that a dry run made under a folder.
fn copies(folder: &std::path::Path) -> Vec<PathBuf> {
    let within = |folder: PathBuf| fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = within(folder.to_owned()).map(|entry| entry.path());
    let folders = folders.filter(|path| path.to_string_lossy().contains("callbook-sync-"));
    folders
        .flat_map(|path| {
            let files: Vec<PathBuf> = within(path.clone()).map(|entry| entry.path()).collect();
            [vec![path], files].concat()
        })
        .collect()
}

#[test]
fn nobody_else_may_read_the_book_while_a_sync_is_tried() {
    let synced = Synced::with(3);
    let proxy = FailingProxy::start(synced.server.port());
    fs::write(synced.home.config(), config(proxy.port())).unwrap();
    proxy.fail(1, Fault::Hang);
    let folder = tempfile::tempdir().unwrap();
    let mut child: Command = synced.home.command(&["sync", "--dry-run"]);
    // As lax as a person's settings may be.
    let mut child = child
        .env("TMPDIR", folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let mut seen = Vec::new();
    while seen.len() < 2 && begun.elapsed() < Duration::from_secs(10) {
        seen = copies(folder.path());
    }
    assert!(seen.len() >= 2, "{seen:?}");
    for path in &seen {
        let mode = path.metadata().unwrap().permissions().mode() & 0o077;
        assert_eq!(mode, 0, "{}", path.display());
    }
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_server_that_takes_nothing_for_a_while_is_tried_again() {
    let synced = Synced::with(1);
    synced.does(&["add", "Marta New", "+48 22 555 01 08"]);
    synced.server.state().ways.read_only = true;
    for _ in 0..2 {
        let (status, told, _) = synced.home.run(&["sync"]);
        assert_eq!(status, 1, "{told}");
        assert!(told.contains("read_only = true"), "{told}");
    }
    synced.server.state().ways.read_only = false;
    assert!(synced.does(&["sync"]).contains("1 out"));
    assert_eq!(synced.server.state().cards.len(), 2);
}

#[test]
fn a_card_that_was_not_taken_is_sent_again_where_a_person_asks() {
    let synced = Synced::with(1);
    synced.server.state().ways.refuses = Some(("Marta".to_owned(), 413));
    synced.does(&["add", "Marta New", "+48 22 555 01 08"]);
    synced.home.run(&["sync"]);
    synced.server.state().ways.refuses = None;
    synced.home.run(&["sync", "nextcloud"]);
    assert_eq!(synced.server.state().cards.len(), 2);
}

#[test]
fn a_number_that_was_added_on_both_sides_keeps_what_was_said_here() {
    let synced = Synced::with(2);
    let (first, second) = (synced.id("Person 0"), synced.id("Person 1"));
    let number = "+39 02 5550 1182";
    let work = [
        "phone",
        "create",
        "--owner",
        &first,
        "--number",
        number,
        "--location",
        "work",
    ];
    synced.does(&work);
    let lawyer = ["phone", "create", "--owner", &second, "--number", number];
    synced.does(&[&lawyer[..], &["--location", "lawyer", "--historic"]].concat());
    for (file, label) in [("0.vcf", "HOME"), ("1.vcf", "FAX")] {
        let line = format!("TEL;TYPE={label}:{number}\r\nEND:");
        synced
            .server
            .store(file, &synced.text(file).replace("END:", &line));
    }
    let (status, told, why) = synced.home.run(&["sync"]);
    assert_eq!(status, 4, "{told}{why}");
    let (_, conflicts, _) = synced.home.run(&["conflicts"]);
    assert!(
        conflicts.contains("work") && conflicts.contains("home"),
        "{conflicts}"
    );
    assert!(
        conflicts.contains("lawyer") && conflicts.contains("fax"),
        "{conflicts}"
    );
    let shown = synced.does(&["show", "Person 1"]);
    assert!(
        shown.contains("lawyer") && shown.contains("historic"),
        "{shown}"
    );
    // Until it is decided, each side keeps its own. A contact is decided by its name.
    let decided = synced.does(&["conflicts", "take", "theirs", "1 perSon"]);
    assert!(
        decided.contains("Person 1") && decided.contains("fax"),
        "{decided}"
    );
    let (_, conflicts, _) = synced.home.run(&["conflicts"]);
    assert!(
        conflicts.contains("work") && !conflicts.contains("fax"),
        "{conflicts}"
    );
    let (status, _, why) = synced.home.run(&["conflicts", "take", "mine", "Person 1"]);
    assert_eq!(status, 3, "{why}");
    assert!(
        synced.text("0.vcf").contains("TYPE=HOME"),
        "{}",
        synced.text("0.vcf")
    );
}

#[test]
fn deletions_that_were_not_told_are_not_accepted() {
    let synced = Synced::with(60);
    for at in 0..20 {
        synced.server.delete(&format!("{at}.vcf"));
    }
    for at in 20..40 {
        synced.does(&["contact", "delete", &synced.id(&format!("Person {at}"))]);
    }
    let (status, told, _) = synced.home.run(&["sync"]);
    assert_eq!(status, 4, "{told}");
    assert!(told.contains("20 of 60 cards are gone there"), "{told}");
    let (status, told, _) = synced.home.run(&["sync", "--accept-deletions"]);
    assert_eq!(status, 4, "{told}");
    assert!(
        told.contains("20 of 40 contacts were deleted here"),
        "{told}"
    );
    assert_eq!(synced.server.state().cards.len(), 40);
    synced.does(&["sync", "--accept-deletions"]);
    assert_eq!(synced.server.state().cards.len(), 20);
}

#[test]
fn a_command_for_the_password_that_fails_is_asked_again() {
    let synced = Synced::with(1);
    let key = synced.home.path().join("key");
    let command = format!(
        "user = \"ann\"\npassword_command = [\"cat\", \"{}\"]\n",
        key.display()
    );
    fs::write(
        synced.home.config(),
        config(synced.server.port()) + &command,
    )
    .unwrap();
    let (status, told, _) = synced.home.run(&["sync"]);
    assert_eq!(status, 1, "{told}");
    assert!(!told.contains("was refused"), "{told}");
    fs::write(key, "secret\n").unwrap();
    synced.does(&["sync"]);
}

#[test]
fn a_check_that_signs_in_ends_the_wait_of_a_refused_password() {
    let synced = Synced::with(1);
    let key = synced.home.path().join("key");
    let command = format!(
        "user = \"ann\"\npassword_command = [\"cat\", \"{}\"]\n",
        key.display()
    );
    let config = config(synced.server.port()) + &command;
    fs::write(synced.home.config(), config).unwrap();
    synced.server.state().ways.access = Access::Basic;
    fs::write(&key, "wrong\n").unwrap();
    let (_, told, why) = synced.home.run(&["sync"]);
    assert!((told + &why).contains("sign-in failed"));
    assert_ne!(synced.home.run(&["remote", "check", "nextcloud"]).0, 0);
    fs::write(&key, "secret\n").unwrap();
    // By itself it is not tried again.
    assert_eq!(synced.home.run(&["sync"]).0, 1);
    synced.does(&["remote", "check", "nextcloud"]);
    assert!(synced.does(&["sync"]).contains("nothing new"));
}

/// A card of a group as Apple writes it.
pub(crate) fn group(name: &str, members: &[&str]) -> String {
    let line = "X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:";
    let members = members.join(&format!("\r\n{line}"));
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:g\r\nFN:{name}\r\nN:{name};;;;\r\n\
         X-ADDRESSBOOKSERVER-KIND:group\r\n{line}{members}\r\nEND:VCARD\r\n"
    )
}

#[test]
fn groups_there_are_tags_here_and_stay_as_they_are_there() {
    let synced = Synced::with(3);
    let tagged = |tag: &str| {
        let (_, told, _) = synced
            .home
            .run(&["find", &format!("tag:{tag}"), "--format", "{name}"]);
        let mut names: Vec<String> = told.lines().map(str::to_owned).collect();
        names.sort();
        names
    };
    let before = synced.server.state().cards.clone();
    let as_before = |what: &str| {
        let now = synced.server.state().cards.clone();
        for (path, card) in &before {
            assert_eq!(now[path].text, card.text, "{what}: {path}");
        }
    };
    // One of its members is in no book.
    synced
        .server
        .store("g.vcf", &group("Choir", &["u0", "u1", "somebody"]));
    synced.does(&["sync"]);
    assert_eq!(tagged("Choir"), ["Person 0", "Person 1"]);
    assert!(synced.does(&["sync"]).contains("nothing new"));
    as_before("tagged");

    synced.server.store("g.vcf", &group("Choir", &["u1", "u2"]));
    synced.does(&["sync"]);
    assert_eq!(tagged("Choir"), ["Person 1", "Person 2"]);
    // Who is taken out of it here stays out of it here.
    synced.does(&[
        "contact",
        "update",
        &synced.id("Person 1"),
        "--tag",
        "",
        "--overwrite",
    ]);
    synced.does(&["sync"]);
    assert_eq!(tagged("Choir"), ["Person 2"]);
    as_before("untagged");

    synced
        .server
        .store("g.vcf", &group("Singers", &["u1", "u2"]));
    synced.does(&["sync"]);
    assert_eq!(tagged("Choir"), [""; 0]);
    assert_eq!(tagged("Singers"), ["Person 1", "Person 2"]);

    // A member whose card comes later.
    synced
        .server
        .store("g.vcf", &group("Singers", &["u1", "u2", "u8"]));
    synced.does(&["sync"]);
    synced
        .server
        .store("8.vcf", &card("u8", "Sofia Late", "TEL:+46 8 5550 11\r\n"));
    synced.does(&["sync"]);
    assert_eq!(tagged("Singers"), ["Person 1", "Person 2", "Sofia Late"]);

    // An edit of a member goes out without it.
    synced.does(&[
        "contact",
        "update",
        &synced.id("Person 2"),
        "--note",
        "new",
        "--overwrite",
    ]);
    synced.does(&["sync"]);
    let text = synced.text("2.vcf");
    assert!(
        text.contains("NOTE:new") && !text.contains("Singers"),
        "{text}"
    );

    synced.server.delete("g.vcf");
    synced.does(&["sync"]);
    assert_eq!(tagged("Singers"), [""; 0]);
    assert!(synced.does(&["sync"]).contains("nothing new"));
    synced.does(&["doctor"]);
}

#[test]
fn a_stopped_sync_ends_at_once_and_says_what_stays() {
    let synced = Synced::with(1);
    let proxy = FailingProxy::start(synced.server.port());
    fs::write(synced.home.config(), config(proxy.port())).unwrap();
    proxy.fail(1, Fault::Hang);
    let folder = tempfile::tempdir().unwrap();
    let mut command = synced.home.command(&["sync", "--dry-run"]);
    let child = command
        .env("TMPDIR", folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    while proxy.count() == 0 {
        std::thread::sleep(Duration::from_millis(10));
    }
    let begun = Instant::now();
    let id = child.id().to_string();
    Command::new("kill").args(["-INT", &id]).status().unwrap();
    let ended = child.wait_with_output().unwrap();
    assert!(
        begun.elapsed() < Duration::from_secs(4),
        "{:?}",
        begun.elapsed()
    );
    assert_eq!(ended.status.code(), Some(130));
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(said.contains("what was done until then stays"), "{said}");
    assert_eq!(copies(folder.path()), [] as [PathBuf; 0]);
}

#[test]
fn a_server_that_was_busy_is_asked_again_before_its_turn() {
    let server = DavServer::start(Ways::default());
    let proxy = FailingProxy::start(server.port());
    server.store("0.vcf", &card("u0", "Person 0", "TEL:+39 347 555 0100\r\n"));
    let (folder, db) = book();
    let place = folder.path().join(".config/callbook");
    fs::create_dir_all(&place).unwrap();
    fs::write(place.join("config.toml"), config(proxy.port())).unwrap();
    assert_cmd::Command::new(env!("CARGO_BIN_EXE_callbook"))
        .args(["--db", db.to_str().unwrap(), "sync", "--yes"])
        .env("HOME", folder.path())
        .assert()
        .success();
    server.store(
        "1.vcf",
        &card("u1", "Ines Duarte", "TEL:+39 347 555 0101\r\n"),
    );
    // It asks to be let alone for 7 s; a sync is every 15 minutes.
    proxy.fail(1, Fault::Later);
    let mut callbook = Running::start(&db, 100, 30);
    callbook.sees("nextcloud: busy");
    callbook.sees("Ines Duarte");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
}

#[test]
fn a_field_of_ones_own_is_what_the_server_says_now() {
    let synced = Synced::with(1);
    let with = |value: &str| {
        let line = format!("item1.X-LOCKER;X-ROW=3:{value}\r\nitem1.X-ABLabel:Hall\r\nEND:");
        card("u0", "Person 0", "TEL:+39 347 555 0100\r\n").replace("END:", &line)
    };
    for value in ["12", "13"] {
        synced.server.store("0.vcf", &with(value));
        synced.does(&["sync"]);
    }
    let config = config(synced.server.port()) + "\n[fields]\nlocker = \"X-LOCKER\"\n";
    fs::write(synced.home.config(), config).unwrap();
    assert!(synced.does(&["show", "locker:13"]).contains("Person 0"));
    synced.does(&["sync"]);
    assert_eq!(synced.text("0.vcf"), with("13"));

    let id = synced.id("Person 0");
    synced.does(&["contact", "update", &id, "--note", "new", "--overwrite"]);
    synced.does(&["sync"]);
    assert!(
        synced
            .text("0.vcf")
            .contains("item1.X-LOCKER;X-ROW=3:13\r\nitem1.X-ABLabel:Hall")
    );
    synced.server.store("0.vcf", &with("14"));
    synced.does(&["sync"]);
    assert!(synced.does(&["show", "locker:14"]).contains("Person 0"));
}

impl Synced {
    /// The company of `Person 0` was changed to `Mine Co` here and to `Their Co` there.
    fn with_two_companies() -> Self {
        let synced = Self::with(1);
        synced.says_company("Mine Co");
        synced.has_company_there("Their Co");
        assert_eq!(synced.home.run(&["sync"]).0, 4);
        assert!(synced.text("0.vcf").contains("ORG:Their Co"));
        synced
    }

    fn says_company(&self, company: &str) {
        let id = self.id("Person 0");
        self.does(&[
            "contact",
            "update",
            &id,
            "--company",
            company,
            "--overwrite",
        ]);
    }

    fn has_company_there(&self, company: &str) {
        let text = self.text("0.vcf");
        let lines = text.lines().filter(|line| !line.starts_with("ORG:"));
        let text = lines.collect::<Vec<_>>().join("\r\n") + "\r\n";
        let line = format!("ORG:{company}\r\nEND:");
        self.server.store("0.vcf", &text.replace("END:", &line));
    }

    /// The company here and there, and whether the two are to be decided.
    fn companies(&self) -> (String, String, bool) {
        let raw = Connection::open(self.home.book()).unwrap();
        let sql = "SELECT coalesce(organisation, '') FROM contact WHERE name = 'Person 0'";
        let here: String = raw.query_row(sql, [], |row| row.get(0)).unwrap();
        let there = self.text("0.vcf");
        let there = there.lines().find_map(|line| line.strip_prefix("ORG:"));
        let (_, listed, _) = self.home.run(&["conflicts"]);
        (
            here,
            there.unwrap_or_default().to_owned(),
            listed.contains("company"),
        )
    }
}

#[test]
fn a_decision_that_is_undone_is_to_be_decided_again() {
    let apart = ("Mine Co".to_owned(), "Their Co".to_owned(), true);
    for side in ["mine", "theirs", "both"] {
        for sent in [false, true] {
            let synced = Synced::with_two_companies();
            assert_eq!(synced.companies(), apart);
            synced.does(&["conflicts", "take", side, "1"]);
            let (here, _, listed) = synced.companies();
            assert!(!listed, "{side}");
            if sent {
                synced.does(&["sync"]);
                assert_eq!(synced.companies(), (here.clone(), here.clone(), false));
            }
            synced.does(&["undo"]);
            let (mine, _, listed) = synced.companies();
            assert_eq!((&*mine, listed), ("Mine Co", true), "{side}, {sent}");
            let (status, told, _) = synced.home.run(&["sync"]);
            assert_eq!(
                (status, synced.companies()),
                (4, apart.clone()),
                "{side}: {told}"
            );

            synced.does(&["redo"]);
            synced.does(&["sync"]);
            assert_eq!(
                synced.companies(),
                (here.clone(), here, false),
                "{side}, {sent}"
            );
        }
    }
}

#[test]
fn an_undo_that_parts_both_sides_again_leaves_both() {
    let synced = Synced::with_two_companies();
    synced.says_company("Their Co");
    assert_eq!(
        synced.companies(),
        ("Their Co".into(), "Their Co".into(), false)
    );
    synced.does(&["sync"]);
    synced.does(&["undo"]);
    assert_eq!(synced.home.run(&["sync"]).0, 4);
    assert_eq!(
        synced.companies(),
        ("Mine Co".into(), "Their Co".into(), true)
    );

    // What was decided and changed there since is theirs; an undo over it is a change of ours.
    synced.does(&["conflicts", "take", "theirs", "1"]);
    synced.has_company_there("New Co");
    synced.does(&["sync"]);
    let (status, _, why) = synced.home.run(&["undo"]);
    assert_ne!(status, 0, "{why}");
    assert_eq!(
        synced.companies(),
        ("New Co".into(), "New Co".into(), false)
    );
}

#[test]
fn a_number_in_conflict_that_is_deleted_is_decided() {
    let synced = Synced::with(1);
    let number = "SELECT p.id FROM phone p JOIN contact c ON c.id = p.contact";
    let number = synced.one(number);
    synced.does(&[
        "phone",
        "update",
        &number,
        "--location",
        "work",
        "--overwrite",
    ]);
    let text = synced.text("0.vcf").replace("TYPE=CELL", "TYPE=HOME");
    synced.server.store("0.vcf", &text);
    assert_eq!(synced.home.run(&["sync"]).0, 4);
    let listed = || synced.home.run(&["conflicts"]).1;
    assert!(listed().contains("home"), "{}", listed());

    synced.does(&["phone", "delete", &number]);
    assert!(
        listed().contains("nothing is to be decided"),
        "{}",
        listed()
    );
    let told = synced.does(&["sync", "--dry-run"]);
    assert!(!told.contains("to decide"), "{told}");
    synced.does(&["undo"]);
    assert!(listed().contains("home"), "{}", listed());
    let status = synced.home.run(&["sync"]).0;
    assert_eq!(status, 4);
    assert!(
        synced.text("0.vcf").contains("TYPE=HOME"),
        "{}",
        synced.text("0.vcf")
    );
}

/// A book of the schema before this one, with a field in conflict.
#[test]
fn an_older_book_keeps_its_conflicts() {
    let home = Home::new("");
    let books = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/books");
    fs::copy(books.join("schema-9.db"), home.book()).unwrap();
    fs::set_permissions(home.book(), fs::Permissions::from_mode(0o600)).unwrap();
    let listed = || home.run(&["conflicts"]).1;
    assert!(listed().contains("Mine Co"), "{}", listed());
    for command in [
        &["conflicts", "take", "mine", "1"][..],
        &["doctor"],
        &["undo"],
    ] {
        let (status, told, why) = home.run(command);
        assert_eq!(status, 0, "{told}{why}");
    }
    assert!(listed().contains("Their Co"), "{}", listed());
}

impl Synced {
    /// The same change of text is made in each card there.
    fn changes_each(&self, cards: usize, change: impl Fn(usize, &str) -> String) {
        for at in 0..cards {
            let file = format!("{at}.vcf");
            self.server.store(&file, &change(at, &self.text(&file)));
        }
    }

    fn notes(&self) -> i64 {
        let raw = Connection::open(self.home.book()).unwrap();
        let sql = "SELECT count(*) FROM contact WHERE note IS NOT NULL";
        raw.query_row(sql, [], |row| row.get(0)).unwrap()
    }
}

#[test]
fn most_cards_with_other_words_are_asked_about() {
    let synced = Synced::with(30);
    // New versions of what says the same are no matter.
    synced.changes_each(30, |_, text| text.replace("TYPE=CELL", "TYPE=cell"));
    synced.does(&["sync"]);
    synced.changes_each(30, |at, text| {
        if at < 20 {
            text.replace("END:", "NOTE:a\r\nEND:")
        } else {
            text.to_owned()
        }
    });
    synced.does(&["sync"]);
    assert_eq!(synced.notes(), 20);

    synced.changes_each(30, |at, text| {
        let text = text.replace("FN:Person", "FN:P?rson");
        let lines = format!("EMAIL:{at}@example.org\r\nX-OTHER:{at}\r\nX-CALLBOOK-OLD:{at}");
        text.replace("END:", &format!("{lines}\r\nEND:"))
    });
    let broken = synced.text("7.vcf");
    for dry in [&["sync"][..], &["sync", "--dry-run"]] {
        let (status, told, _) = synced.home.run(dry);
        assert_eq!(status, 4, "{told}");
        assert!(
            told.contains("30 of 30 cards say something else there"),
            "{told}"
        );
        assert!(told.contains("Person 1"), "{told}");
        // All of it by name.
        assert_eq!(told.contains("Person 7"), dry.len() == 2, "{told}");
    }
    synced.id("Person 7");
    synced.does(&["sync", "--put-back"]);
    assert!(
        synced.text("7.vcf").contains("FN:Person 7"),
        "{}",
        synced.text("7.vcf")
    );
    assert!(
        synced.text("7.vcf").contains("X-CALLBOOK-OLD:7"),
        "lines that nobody reads stay"
    );
    for added in ["EMAIL", "X-OTHER"] {
        let text = synced.text("7.vcf");
        assert!(
            !text.contains(added),
            "what was added is no word of it: {text}"
        );
    }
    assert!(synced.does(&["sync"]).contains("nothing new"));
    // What was written over is in the history: taken back, it is there again.
    synced.id("Person 7");
    let last = "SELECT max(id) || '' FROM undo_point WHERE kind = 'change'";
    let raw = Connection::open(synced.home.book()).unwrap();
    let last: String = raw.query_row(last, [], |row| row.get(0)).unwrap();
    synced.does(&["undo", &last]);
    synced.id("P?rson 7");
    assert_eq!(synced.home.run(&["sync"]).0, 4);
    synced.does(&["sync", "--accept-deletions"]);
    assert!(
        synced.text("7.vcf").contains("FN:P?rson 7"),
        "{}",
        synced.text("7.vcf")
    );
    assert!(synced.does(&["sync"]).contains("nothing new"));
    synced.changes_each(30, |_, text| text.replace("FN:P?rson", "FN:Person"));
    synced.does(&["sync", "--accept-deletions"]);

    synced.changes_each(30, |_, text| text.replace("FN:Person", "FN:P?rson"));
    assert_eq!(synced.home.run(&["sync"]).0, 4);
    synced.does(&["sync", "--accept-deletions"]);
    synced.id("P?rson 7");
    assert_ne!(synced.text("7.vcf"), broken);
}

#[test]
fn most_contacts_with_other_words_are_asked_about() {
    let synced = Synced::with(30);
    synced.does(&["change", "Person", "tag:choir"]);
    let (status, told, _) = synced.home.run(&["sync"]);
    assert_eq!(status, 4, "{told}");
    assert!(
        told.contains("30 of 30 contacts say something else here"),
        "{told}"
    );
    assert!(!synced.text("7.vcf").contains("choir"));
    synced.does(&["sync", "--put-back"]);
    assert!(synced.does(&["sync"]).contains("nothing new"));
    assert_eq!(synced.home.run(&["find", "tag:choir"]).1, "");

    synced.does(&["change", "Person", "tag:choir"]);
    synced.does(&["sync", "--accept-deletions"]);
    assert!(synced.text("7.vcf").contains("choir"));
}

#[test]
fn what_is_asked_about_is_named() {
    let synced = Synced::with(20);
    for at in 0..12 {
        synced.server.delete(&format!("{at}.vcf"));
    }
    let told = synced.home.run(&["sync"]).1;
    assert!(told.contains("Person 0, Person 1, Person 10"), "{told}");
    assert!(told.contains("--dry-run nextcloud names all"), "{told}");
    let told = synced.home.run(&["sync", "--dry-run"]).1;
    for at in 0..12 {
        let row = format!(
            "- {:<24} gone there\n    name: here",
            format!("Person {at}")
        );
        assert!(told.contains(&row), "{told}");
    }
    assert!(told.contains("12 of 20 cards are gone there"), "{told}");
    assert!(!told.contains("Person 12 "), "{told}");
}

#[test]
fn a_dry_run_names_what_will_be_to_decide() {
    let synced = Synced::with(1);
    synced.says_company("Mine Co");
    synced.has_company_there("Their Co");
    let (status, told, _) = synced.home.run(&["sync", "--dry-run"]);
    assert_eq!(status, 4, "{told}");
    assert!(told.contains("! Person 0"), "{told}");
    assert!(
        told.contains("company: here Mine Co, there Their Co, then to decide"),
        "{told}"
    );
    assert!(told.contains("1 to decide"), "{told}");
}

#[test]
fn what_a_remote_has_of_a_contact_is_said() {
    let synced = Synced::with(1);
    let told = synced.does(&["show", "Person 0"]);
    assert!(told.contains("nextcloud, as there since"), "{told}");
    let told = synced.does(&["show", "--json", "Person 0"]);
    let document: serde_json::Value = serde_json::from_str(&told).unwrap();
    let remotes = &document["meta"]["remotes"];
    assert_eq!(remotes[0]["name"], "nextcloud", "{told}");
    assert_eq!(
        (&remotes[0]["waiting"], &remotes[0]["conflicts"]),
        (&false.into(), &0.into())
    );
    assert!(remotes[0]["synced_at"].is_string(), "{told}");
    // What it prints is taken again.
    let id = document["data"]["id"].as_str().unwrap();
    let got = synced.does(&["contact", "get", "--json", id]);
    assert_eq!(got, told);
    let file = synced.home.path().join("person.json");
    fs::write(&file, got).unwrap();
    synced.does(&["contact", "update", id, file.to_str().unwrap()]);

    synced.server.state().ways.refuses = Some(("Marta".to_owned(), 413));
    synced.does(&["add", "Marta New", "+48 22 555 01 08"]);
    let told = synced.home.run(&["sync"]).1;
    assert!(told.contains("does not take Marta New"), "{told}");
    let told = synced.does(&["show", "Marta"]);
    assert!(told.contains("nextcloud, not taken there"), "{told}");
    assert!(synced.does(&["find", "is:waiting"]).contains("Marta New"));

    assert!(synced.does(&["find", "in:next"]).contains("Person 0"));
    for filter in ["in:nope", "-in:nope"] {
        let (status, told, why) = synced.home.run(&["find", filter]);
        assert_eq!((status, &*told), (2, ""), "{why}");
        assert!(
            why.contains("no remote nope") && why.contains("nextcloud"),
            "{why}"
        );
    }
}

#[test]
fn who_was_brought_back_is_listed_with_the_conflicts() {
    let synced = Synced::with(1);
    synced.says_company("Mine Co");
    synced.server.delete("0.vcf");
    synced.does(&["sync"]);
    let told = synced.does(&["conflicts"]);
    assert!(told.contains("nothing is to be decided"), "{told}");
    assert!(
        told.contains("Person 0  deleted on nextcloud, changed here"),
        "{told}"
    );
}

#[test]
fn a_first_sync_counts_what_changes() {
    let synced = Synced::with(3);
    synced.does(&["remote", "remove", "nextcloud"]);
    let told = synced.home.run(&["sync"]).1;
    assert!(told.contains("3 the same on both"), "{told}");
    assert!(!told.contains(" in"), "{told}");
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let home = Home::new("");
    let folder = home.path().join("cards");
    fs::create_dir(&folder).unwrap();
    let config = format!(
        "[[remote]]\nname = \"friends\"\nkind = \"folder\"\npath = \"{}\"\n",
        folder.display()
    );
    fs::write(home.config(), config).unwrap();
    fs::write(folder.join("ada.vcf"), card("a", "Ada Berg", "")).unwrap();
    fs::write(folder.join("broken.vcf"), "nothing\n").unwrap();
    for words in [&["sync", "--dry-run"][..], &["sync"], &["sync", "--yes"]] {
        let (_, told, why) = home.run(words);
        assert!(told.contains("broken.vcf"), "{words:?}: {told}{why}");
    }
    fs::write(folder.join("broken.vcf"), "still nothing\n").unwrap();
    fs::write(folder.join("other.vcf"), "nothing\n").unwrap();
    for words in [&["sync", "--dry-run"][..], &["sync"]] {
        let (_, told, why) = home.run(words);
        assert!(told.contains("other.vcf"), "{words:?}: {told}{why}");
    }
}

#[test]
fn a_contact_and_the_card_that_has_its_uid_are_one_at_once() {
    let synced = Synced::with(1);
    synced.server.state().ways.one_card_a_uid = true;
    synced.does(&["add", "Marta New", "+48 22 555 01 08"]);
    let id = synced.id("Marta New");
    let text = card(&id, "Marta New", "TEL;TYPE=HOME:+48 22 555 01 09\r\n");
    synced.server.store("marta.vcf", &text);
    // It came there after the list was read.
    let raw = Connection::open(synced.home.book()).unwrap();
    let past = "UPDATE remote SET token = 'data:,' || (substr(token, 7) + 1)";
    raw.execute(past, []).unwrap();
    synced.does(&["sync"]);
    assert_eq!(synced.server.state().cards.len(), 2);
    let there = synced.text("marta.vcf");
    let shown = synced.does(&["show", "Marta"]);
    for number in ["01 08", "01 09"] {
        assert!(
            there.contains(number) && shown.contains(number),
            "{there}{shown}"
        );
    }
    assert!(synced.does(&["sync"]).contains("nothing new"));
}

#[test]
fn what_is_redone_after_a_sync_was_undone_is_nothing_older() {
    let synced = Synced::with(3);
    synced.does(&["add", "Marta New", "+48 22 555 01 08"]);
    synced.does(&["undo"]);
    let text = synced.text("1.vcf").replace("END:", "NOTE:new\r\nEND:");
    synced.server.store("1.vcf", &text);
    synced.does(&["sync"]);
    let told = synced.does(&["undo", &synced.newest_step()]);
    let follows = "the next sync with nextcloud writes what is here over what changed there";
    assert!(told.contains(follows), "{told}");
    let (status, _, why) = synced.home.run(&["redo"]);
    assert_eq!(status, 2, "{why}");
    assert!(why.contains("is a sync with nextcloud"), "{why}");
    assert_eq!(synced.home.run(&["show", "Marta New"]).0, 3);
    // Where it was undone with other steps, those are redone.
    synced.does(&["sync"]);
    synced.does(&["add", "Ines Duarte", "+351 21 555 0199"]);
    let last = synced.newest_step();
    synced.does(&["undo", "--back-to", "1"]);
    let redone = synced.does(&["redo"]);
    assert!(redone.contains("Ines Duarte"), "{redone} {last}");
}

#[test]
fn what_a_check_finds_of_the_rights_is_known_to_the_sync() {
    let synced = Synced::with(2);
    let note = |note: &str| {
        let id = synced.id("Person 0");
        synced.does(&["contact", "update", &id, "--note", note, "--overwrite"]);
    };
    synced.server.state().ways.read_only = true;
    note("mine");
    let told = synced.does(&["remote", "check", "nextcloud"]);
    assert!(told.contains("read only"), "{told}");
    synced.server.asked();
    synced.does(&["sync"]);
    let asked = synced.server.asked().join("\n");
    assert!(!asked.contains("PUT"), "{asked}");
    let shown = synced.does(&["show", "Person 0"]);
    assert!(shown.contains("nothing is sent there"), "{shown}");
    // What may be written again, is.
    synced.server.state().ways.read_only = false;
    synced.does(&["remote", "check", "nextcloud"]);
    synced.does(&["sync"]);
    assert!(synced.text("0.vcf").contains("NOTE:mine"));
}

#[test]
fn what_a_card_there_says_twice_stays_twice() {
    let synced = Synced::with(1);
    let lines = "EMAIL;TYPE=HOME:q@x.example\r\nEMAIL;TYPE=WORK:Q@x.example\r\n\
        URL;X-N=1:https://yt.example/AbC\r\nURL;X-N=2:https://yt.example/aBc\r\n\
        ADR;TYPE=HOME:;;Via Roma 1;Roma;;;\r\nADR;TYPE=WORK:;;Via Roma 1;Roma;;;\r\n\
        IMPP;X-SERVICE-TYPE=Skype:skype:bob\r\nX-SKYPE:bob\r\n";
    let text = card(
        "u0",
        "Person 0",
        &format!("TEL:+39 347 555 0100\r\n{lines}"),
    );
    synced.server.store("0.vcf", &text);
    synced.does(&["sync"]);
    let person = synced.id("Person 0");
    synced.does(&[
        "contact",
        "update",
        &person,
        "--title",
        "Boss",
        "--overwrite",
    ]);
    synced.does(&["sync"]);
    let sent = synced.text("0.vcf");
    assert!(sent.contains("Boss"), "{sent}");
    for line in lines.lines() {
        assert!(sent.contains(line), "{line}: {sent}");
    }
    // What is deleted here is so in all its lines, and what has another value is so where it was first.
    let list = synced.does(&["contact", "list", "--json"]);
    let list: serde_json::Value = serde_json::from_str(&list).unwrap();
    let mut contact = { list["data"].as_array().unwrap().iter() }
        .find(|own| own["id"] == person.as_str())
        .unwrap()
        .clone();
    let details = contact["attributes"]["details"].as_array_mut().unwrap();
    details.retain(|own| own["kind"] != "link");
    let email = details.iter_mut().find(|own| own["kind"] == "email");
    email.unwrap()["value"] = serde_json::json!("z@x.example");
    let path = synced.home.config().with_file_name("person.json");
    fs::write(&path, serde_json::json!({ "data": contact }).to_string()).unwrap();
    synced.does(&["contact", "update", &person, path.to_str().unwrap()]);
    synced.does(&["sync"]);
    let sent = synced.text("0.vcf");
    assert!(
        sent.contains("TYPE=HOME") && sent.contains(":z@x.example"),
        "{sent}"
    );
    for gone in ["q@x", "Q@x", "AbC", "aBc"] {
        assert!(!sent.contains(gone), "{gone}: {sent}");
    }
    assert!(
        sent.contains("X-SKYPE:bob") && sent.contains("ADR;TYPE=WORK"),
        "{sent}"
    );
    assert!(synced.does(&["sync"]).contains("nothing new"));
}

#[test]
fn the_last_card_that_goes_is_asked_about() {
    let synced = Synced::with(3);
    // A group is nobody, and so is who was deleted here.
    synced.server.store(
        "group.vcf",
        &card("g", "Friends", "X-ADDRESSBOOKSERVER-KIND:group\r\n"),
    );
    synced.does(&["contact", "delete", &synced.id("Person 2")]);
    synced.does(&["sync"]);
    for (at, asks) in [(0, false), (1, true)] {
        synced.server.delete(&format!("{at}.vcf"));
        let (status, told, why) = synced.home.run(&["sync"]);
        assert_eq!(status != 0, asks, "{at}: {told}{why}");
    }
    assert!(synced.has("Person 1"));
    // It is asked until somebody answers.
    let (status, told, why) = synced.home.run(&["sync"]);
    assert_ne!(status, 0, "{told}{why}");
    assert!(
        format!("{told}{why}").contains("1 of 1 card is gone there"),
        "{told}{why}"
    );
    synced.does(&["sync", "--accept-deletions"]);
    assert!(!synced.has("Person 1"));
}
