//! `callbook remote`: setting a remote up, looking at it, and taking it away, with the program itself.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::card;
use crate::dav_server::{Access, DavServer, Ways};
use crate::home::{Home, Ran};
use crate::pty::{Running, command, wait};

/// What no file, output or argument may hold.
const CANARY: &str = "secret";

impl Home {
    /// Adds a remote whose password a command prints.
    fn add(&self, name: &str, address: &str, password: &str) -> Ran {
        self.add_with(name, address, password, &[])
    }

    fn add_with(&self, name: &str, address: &str, password: &str, more: &[&str]) -> Ran {
        // The command itself is shown and stored; so the password is put together.
        let (first, rest) = password.split_at(3);
        let print = format!("printf %s {first}; printf %s {rest}");
        let flags = ["--user", "ann", "--password-command", &print, "--yes"];
        let words: Vec<&str> = ["remote", "add", name, address]
            .into_iter()
            .chain(flags)
            .chain(more.iter().copied())
            .collect();
        self.run(&words)
    }

    /// The remotes as a program reads them.
    fn listed(&self) -> Value {
        let (status, told, why) = self.run(&["remote", "list", "--json"]);
        assert_eq!(status, 0, "{why}");
        let listed: Value = serde_json::from_str(&told).unwrap();
        listed["data"].clone()
    }

    /// Nothing that was written holds the password.
    fn holds_no_secret(&self) {
        holds_no_secret(self.path());
    }
}

/// No file of a folder holds the password.
pub(crate) fn holds_no_secret(folder: &Path) {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for file in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            if file.file_type().unwrap().is_dir() {
                folders.push(file.path());
            } else if file.file_type().unwrap().is_file() {
                holds_none(&fs::read(file.path()).unwrap(), &file.path().display());
            }
        }
    }
}

fn holds_none(bytes: &[u8], of: &dyn std::fmt::Display) {
    let is_it = |part: &[u8]| part == CANARY.as_bytes();
    assert!(
        !bytes.windows(CANARY.len()).any(is_it),
        "{of} holds the password"
    );
}

/// A server with a card.
fn server(ways: Ways) -> DavServer {
    let server = DavServer::start(ways);
    server.store("0.vcf", &card("u0", "Ann", "1"));
    server
}

fn with(access: Access) -> Ways {
    Ways {
        access,
        ..Ways::default()
    }
}

#[test]
fn a_remote_is_added_checked_and_listed() {
    for access in [Access::Basic, Access::Digest] {
        let server = server(with(access));
        let home = Home::new("# mine\nmouse = false");
        let (status, told, why) = home.add("work", &server.root(), "secret");
        assert_eq!(status, 0, "{told}{why}");
        // What was there is as it was.
        let configured = home.configured();
        assert!(
            configured.starts_with("# mine\nmouse = false\n\n[[remote]]\n"),
            "{configured}"
        );
        assert!(
            configured.contains(&format!("url = \"{}\"", server.book())),
            "{configured}"
        );
        assert!(configured.contains("new = true"), "{configured}");
        assert!(
            told.contains("[[remote]]") && told.contains(&server.book()),
            "{told}"
        );
        let mode = fs::metadata(home.config()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);

        server.asked();
        let (status, told, why) = home.run(&["remote", "check", "work"]);
        assert_eq!(status, 0, "{told}{why}");
        assert!(
            told.contains("read and write") && told.contains("by a token"),
            "{told}"
        );
        assert!(server.asked().len() <= 2);
        assert!(
            !home.path().join("book.db").exists(),
            "a look writes nothing"
        );

        let (status, told, why) = home.run(&["remote", "check", "work", "--write"]);
        assert_eq!(status, 0, "{told}{why}");
        assert!(
            told.contains("made and changed") && told.contains("deleting      done"),
            "{told}"
        );
        assert_eq!(server.state().cards.len(), 1, "the card is gone again");

        let listed = home.listed();
        let work = &listed[0]["attributes"];
        assert_eq!(listed.as_array().unwrap().len(), 1);
        assert_eq!(work["traits"]["etag_after_put"], "exact");
        assert_eq!(work["traits"]["keeps_ours"], true);
        let (_, told, _) = home.run(&["remote", "list"]);
        assert!(
            told.contains("work") && told.contains("waits for its first sync"),
            "{told}"
        );
        home.holds_no_secret();
    }
}

#[test]
fn what_a_server_makes_of_a_card_is_learned_and_forgotten() {
    let server = server(Ways {
        strips_x: true,
        no_etag_after_put: true,
        ignores_if_match: true,
        ..with(Access::Basic)
    });
    let home = Home::new("# mine\nmouse = false");
    assert_eq!(home.add("work", &server.book(), "secret").0, 0);
    let (status, told, why) = home.run(&["remote", "check", "work", "--write"]);
    assert_eq!(status, 0, "{told}{why}");
    assert!(
        told.contains("dropped by the server") && told.contains("ignored"),
        "{told}"
    );
    let traits = home.listed()[0]["attributes"]["traits"].clone();
    assert_eq!(traits["etag_after_put"], "none");
    assert_eq!(traits["keeps_ours"], false);
    assert_eq!(traits["ignores_versions"], true);
    // It cannot be learned now: what was known before is not known any more.
    server.state().ways.book_status = Some(503);
    let (status, _, why) = home.run(&["remote", "check", "work", "--write"]);
    assert_eq!(status, 6, "{why}");
    assert!(why.contains("is busy") && !why.contains("lost"), "{why}");
    let traits = home.listed()[0]["attributes"]["traits"].clone();
    assert_eq!(traits, serde_json::json!({}));
}

#[test]
fn a_wrong_password_is_tried_once_and_nothing_is_written() {
    for (access, requests) in [(Access::Basic, 1), (Access::Digest, 2)] {
        let server = server(with(access));
        let home = Home::new("# mine\nmouse = false");
        let (status, told, why) = home.add("work", &server.root(), "wrong-one");
        assert_eq!(status, 1, "{told}{why}");
        assert!(
            why.contains("refused") && why.contains("app password"),
            "{why}"
        );
        assert!(
            !why.contains("wrong-one") && !told.contains("wrong-one"),
            "{told}{why}"
        );
        assert_eq!(server.asked().len(), requests);
        assert_eq!(home.configured(), "# mine\nmouse = false");
    }
}

#[test]
fn what_cannot_be_added_says_why() {
    let home = Home::new("# mine\nmouse = false");
    let server = server(Ways::default());
    let nobody = format!("http://127.0.0.1:{}/", {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
        listener.local_addr().unwrap().port()
    });
    let mark = home.path().join("asked");
    let touch = format!("touch {}", mark.display());
    for (name, address, status, words) in [
        ("two words", "https://h/", 2, "one word"),
        ("a", "https://ann:x@h/", 2, "do not belong in an address"),
        ("a", "http://192.0.2.1/", 1, "does not use https"),
        ("a", "ann@gmail.com", 2, "Google is not supported"),
        ("a", "/no/such/folder", 2, "no such folder"),
        ("a", "", 2, "invalid host"),
    ] {
        let words_given = ["remote", "add", name, address, "--yes", "--user", "ann"];
        let password = ["--password-command", &touch];
        let all: Vec<&str> = words_given.into_iter().chain(password).collect();
        let (ended, told, why) = home.run(&all);
        assert_eq!(ended, status, "{address}: {told}{why}");
        assert!(why.contains(words), "{address}: {why}");
        assert!(!mark.exists(), "{address}: no password was needed");
    }
    let (status, _, why) = home.add("a", &nobody, "secret");
    assert_eq!(status, 6, "{why}");
    assert!(why.contains("cannot connect"), "{why}");
    assert_eq!(home.configured(), "# mine\nmouse = false");

    assert_eq!(home.add("a", &server.book(), "secret").0, 0);
    let (status, _, why) = home.add("a", &server.book(), "secret");
    assert_eq!(status, 2);
    assert!(why.contains("has a remote a already"), "{why}");
    // New contacts go to one remote only.
    let other = self::server(Ways::default());
    assert_eq!(home.add("b", &other.book(), "secret").0, 0);
    assert_eq!(home.configured().matches("new = true").count(), 1);
    // One address book has one remote: under two names everybody in it would be sent to it twice.
    for address in [server.book(), server.root()] {
        let (status, _, why) = home.add("c", &address, "secret");
        assert_eq!(status, 2, "{why}");
        assert!(
            why.contains("remote a has this address book already"),
            "{why}"
        );
    }
    let (status, _, why) = home.run(&["remote", "check", "c"]);
    assert_eq!(status, 3);
    assert!(
        why.contains("no remote c") && why.contains("there is a, b"),
        "{why}"
    );
}

#[test]
fn a_read_only_book_and_a_folder_are_added_as_such() {
    let home = Home::new("# mine\nmouse = false");
    let server = server(Ways {
        read_only: true,
        ..Ways::default()
    });
    assert_eq!(home.add("work", &server.book(), "secret").0, 0);
    assert!(
        home.configured().contains("read_only = true"),
        "{}",
        home.configured()
    );
    assert!(!home.configured().contains("new = true"));
    let cards = home.path().join("cards");
    fs::create_dir(&cards).unwrap();
    for name in ["a.vcf", "b.vcf", ".c.vcf", "d.txt"] {
        fs::write(cards.join(name), "").unwrap();
    }
    let (status, told, why) = home.run(&["remote", "add", "friends", "~/cards", "--yes"]);
    assert_eq!(status, 0, "{told}{why}");
    assert!(told.contains("2 .vcf files"), "{told}");
    let (status, told, _) = home.run(&["remote", "check", "friends"]);
    assert!(
        status == 0 && told.contains("~/cards: 2 .vcf files"),
        "{told}"
    );
}

#[test]
fn a_remote_is_paused_goes_on_and_is_forgotten() {
    let home = Home::new("# mine\nmouse = false");
    let server = server(Ways::default());
    assert_eq!(home.add("work", &server.book(), "secret").0, 0);
    let state = || home.listed()[0]["attributes"]["paused"].clone();
    assert_eq!(home.run(&["remote", "pause", "work"]).0, 0);
    assert_eq!(state(), true);
    assert_eq!(home.run(&["remote", "resume", "work"]).0, 0);
    assert_eq!(state(), false);
    let (status, told, why) = home.run(&["remote", "remove", "work"]);
    assert_eq!(status, 0, "{why}");
    assert!(
        told.contains("take lines 4 to 9 out of ~/.config"),
        "{told}"
    );
    assert!(
        home.configured().contains("[[remote]]"),
        "the file is a person's"
    );
    assert_eq!(server.state().cards.len(), 1);
    for verb in ["pause", "resume", "remove"] {
        let (status, _, why) = home.run(&["remote", verb, "other"]);
        assert_eq!(status, 3, "{verb}: {why}");
    }
}

#[test]
fn a_password_is_asked_for_once_unseen_and_kept_nowhere() {
    let server = server(with(Access::Digest));
    let home = Home::new("# mine\nmouse = false");
    let db = home.path().join("book.db");
    let root = server.root();
    let program = env!("CARGO_BIN_EXE_callbook");
    let started = command(&[program, "remote", "add", "work", &root], &db);
    let mut running = Running::of(started, 100, 30);
    running.sees("User name [none]:");
    running.types("ann\r");
    running.sees("Password of ann on 127.0.0.1:");
    running.types("secret\r");
    running.sees("Add this to ~/.config/callbook/config.toml? [Y/n]");
    let process = PathBuf::from(format!("/proc/{}", running.id()));
    for file in ["cmdline", "environ"] {
        // Another system has none.
        let told = fs::read(process.join(file)).unwrap_or_default();
        holds_none(&told, &file);
    }
    running.types("\r");
    running.sees("callbook sync --dry-run work");
    assert_eq!(running.leaves(), 0);
    wait(|| running.text().contains("Added."), || running.text());
    holds_none(&running.bytes(), &"the terminal");
    assert!(home.configured().contains("user = \"ann\""));
    assert!(!home.configured().contains("password"));
    home.holds_no_secret();
    assert_eq!(running.count("Password of"), 1);

    // A check asks again: nothing was kept. A wrong one is tried once.
    server.asked();
    let started = command(
        &[
            program,
            "--db",
            db.to_str().unwrap(),
            "remote",
            "check",
            "work",
        ],
        &db,
    );
    let mut running = Running::of(started, 100, 30);
    running.sees("Password of ann on 127.0.0.1:");
    running.types("other\r");
    running.sees("does not try again by itself");
    assert_eq!(running.leaves(), 1);
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn another_host_gets_the_password_only_once_a_person_says_so() {
    for (answer, hears) in [("n\r", false), ("y\r", true)] {
        let other = server(with(Access::Basic));
        let first = DavServer::start(Ways {
            home: Some(other.book()),
            ..with(Access::Basic)
        });
        let home = Home::new("# mine\nmouse = false");
        let db = home.path().join("book.db");
        let program = env!("CARGO_BIN_EXE_callbook");
        let root = first.root();
        let words = [program, "remote", "add", "work", &root, "--user", "ann"];
        let mut running = Running::of(command(&words, &db), 120, 30);
        running.sees("Password of ann");
        running.types("secret\r");
        running.sees("hands over to");
        assert_eq!(other.asked(), [""; 0]);
        running.types(answer);
        if hears {
            running.sees("Add this to");
            running.types("n\r");
            running.sees("Nothing was added");
        } else {
            running.sees("gets no password unasked");
        }
        assert_eq!(running.leaves(), u32::from(!hears));
        assert_eq!(other.asked().is_empty(), !hears);
        assert_eq!(running.count("Password of"), 1);
        assert_eq!(home.configured(), "# mine\nmouse = false");
    }
}

/// A remote on a server of another project, added by its root and tried.
pub(crate) fn set_up(root: &str, book: &str, flags: &[&str]) {
    let home = Home::new("# mine\nmouse = false");
    let (status, told, why) = home.add_with("work", root, "secret", flags);
    assert_eq!(status, 0, "{told}{why}");
    assert!(home.configured().contains(book), "{}", home.configured());
    let (status, told, why) = home.run(&["remote", "check", "work", "--write"]);
    assert_eq!(status, 0, "{told}{why}");
    assert!(
        told.contains("made and changed") && told.contains("deleting      done"),
        "{told}"
    );
    assert_eq!(home.listed()[0]["attributes"]["traits"]["keeps_ours"], true);
    home.holds_no_secret();
}

/// A certificate that nobody vouches for is told with the way out.
pub(crate) fn a_foreign_certificate(root: &str) {
    let home = Home::new("# mine\nmouse = false");
    let (status, told, why) = home.add("work", root, "secret");
    assert_eq!(status, 6, "{told}{why}");
    assert!(
        why.contains("certificate") && why.contains("ca_file"),
        "{why}"
    );
    assert_eq!(home.configured(), "# mine\nmouse = false");
}

#[test]
fn a_program_that_keeps_passwords_is_offered_and_asked_from_then_on() {
    let server = server(with(Access::Basic));
    let (home, desk) = (
        Home::new("# mine\nmouse = false"),
        tempfile::tempdir().unwrap(),
    );
    let (program, kept) = (desk.path().join("secret-tool"), desk.path().join("kept"));
    let script = format!(
        "#!/bin/sh\nkept={}\ncase $1 in store) printf '%s\\n' \"$*\" > $kept.words; cat > $kept ;; lookup) cat $kept ;; esac\n",
        kept.display()
    );
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:/usr/bin:/bin", desk.path().display());
    let db = home.path().join("book.db");
    let root = server.root();
    let callbook = env!("CARGO_BIN_EXE_callbook");
    let run = |words: &[&str]| {
        let mut started = command(&[&[callbook], words].concat(), &db);
        started.env("PATH", &path);
        Running::of(started, 120, 30)
    };
    let mut running = run(&["remote", "add", "work", &root, "--user", "ann"]);
    running.sees("Password of ann");
    running.types("secret\r");
    running.sees("Keep the password with secret-tool");
    running.types("\r");
    running.sees("Add this to");
    running.types("\r");
    assert_eq!(running.leaves(), 0);
    assert_eq!(fs::read_to_string(&kept).unwrap(), "secret");
    let words = fs::read_to_string(desk.path().join("kept.words")).unwrap();
    holds_none(words.replace("secret-tool", "").as_bytes(), &"an argument");
    let configured = home.configured();
    let command = "password_command = [\"secret-tool\", \"lookup\", \"service\", \"callbook-work\", \"user\", \"ann\"]";
    assert!(configured.contains(command), "{configured}");
    let mut running = run(&["remote", "check", "work"]);
    running.sees("read and write");
    assert_eq!((running.leaves(), running.count("Password of")), (0, 0));
}

#[test]
fn what_goes_over_the_wire_is_written_down_without_secrets() {
    for access in [Access::Basic, Access::Digest] {
        let server = server(with(access));
        let home = Home::new("");
        let trace = |name: &str| home.path().join(name);
        let file = |name: &str| trace(name).to_str().unwrap().to_owned();
        let added = home.add_with("work", &server.book(), CANARY, &["--trace", &file("added")]);
        assert_eq!(added.0, 0, "{added:?}");
        assert!(
            fs::read_to_string(trace("added"))
                .unwrap()
                .contains("> PROPFIND http://127")
        );

        let (status, _, why) = home.run(&["sync", "--yes", "--trace", &file("plain")]);
        assert_eq!(status, 0, "{why}");
        let plain = fs::read_to_string(trace("plain")).unwrap();
        for words in [
            "# work, callbook",
            "> REPORT http://127.0.0.1",
            "> authorization: ",
            "(hidden)",
            "< 207 after",
        ] {
            assert!(plain.contains(words), "{words}: {plain}");
        }
        assert!(!plain.contains("Ann"), "{plain}");
        let mode = fs::metadata(trace("plain")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);

        // A file that is there is not written over.
        let (status, _, why) = home.run(&["sync", "--trace", &file("plain")]);
        assert_eq!(status, 1);
        assert!(
            why.contains("cannot write the trace to") && why.contains("exists"),
            "{why}"
        );

        let all = ["sync", "--all", "--trace", "-", "--trace-bodies"];
        server.store("0.vcf", &card("u0", "Ann \u{1b}[31mRed", "1"));
        let (status, _, why) = home.run(&all);
        assert_eq!(status, 0, "{why}");
        assert!(
            why.contains("< | FN:Ann") && !why.contains('\u{1b}'),
            "{why}"
        );
        assert!(
            !why.contains(CANARY) && !why.contains("YW5uOnNlY3JldA"),
            "{why}"
        );
        home.holds_no_secret();
    }
}
