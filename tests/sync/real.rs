//! Radicale and Xandikos, as `.ci/run` installs them. `CALLBOOK_DAV_SERVERS` names the folder of their
//! programs; without it these tests fail in CI, and say elsewhere that they did not run. Where `CALLBOOK_SABRE` names
//! a folder with sabre/dav, which Baïkal and Nextcloud are made of, it is tried too.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use callbook::sync::carddav::AddressBook;
use callbook::sync::carddav::answers::{Delete, Etag, Got, Href, Put};
use callbook::sync::carddav::discovery::discover;
use callbook::sync::carddav::http::{Client, Settings};
use callbook::sync::carddav::stop::Kind;
use serde_json::json;

use crate::amount::drawn;
use crate::dav_server::BOOK;
use crate::failing_proxy::{FAULTS, FailingProxy, Fault};
use crate::home::Home;
use crate::proxied::{behind, run};
use crate::{address, book, card, client, names, password};

/// A server of another project, which is ended when it is dropped.
struct Server {
    process: Child,
    folder: tempfile::TempDir,
    port: u16,
    book: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where the programs are.
fn programs() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("CALLBOOK_DAV_SERVERS") {
        return Some(folder.into());
    }
    assert!(
        std::env::var_os("CI").is_none(),
        "CALLBOOK_DAV_SERVERS is not set"
    );
    println!("not run: CALLBOOK_DAV_SERVERS names no folder with radicale and xandikos");
    None
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

/// Starts a program and waits until it listens.
fn started(command: &mut Command, folder: tempfile::TempDir, port: u16, book: &str) -> Server {
    let process = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut server = Server {
        process,
        folder,
        port,
        book: String::new(),
    };
    server.book = format!("http://127.0.0.1:{port}{book}");
    let deadline = Instant::now() + Duration::from_mins(1);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(
            server.process.try_wait().unwrap().is_none(),
            "the server ended"
        );
        assert!(Instant::now() < deadline, "the server does not listen");
        std::thread::sleep(Duration::from_millis(50));
    }
    server
}

fn radicale(programs: &Path) -> Server {
    radicale_with(programs, |_| {})
}

/// Radicale, with more of its options.
fn radicale_with(programs: &Path, options: impl FnOnce(&mut Command)) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let contacts = path.join("collection-root/ann/contacts");
    fs::create_dir_all(&contacts).unwrap();
    fs::write(
        contacts.join(".Radicale.props"),
        json!({ "tag": "VADDRESSBOOK" }).to_string(),
    )
    .unwrap();
    let users = path.join("users");
    fs::write(&users, "ann:secret\n").unwrap();
    let port = free_port();
    let mut command = Command::new(programs.join("radicale"));
    command.args([
        "--config",
        "",
        "--auth-type",
        "htpasswd",
        "--auth-htpasswd-encryption",
        "plain",
    ]);
    command.arg("--auth-htpasswd-filename").arg(users);
    command.args([
        "--auth-delay",
        "0",
        "--server-hosts",
        &format!("127.0.0.1:{port}"),
    ]);
    command.arg("--storage-filesystem-folder").arg(path);
    options(&mut command);
    started(&mut command, folder, port, "/ann/contacts/")
}

fn xandikos(programs: &Path) -> Server {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().to_owned();
    let port = free_port();
    let mut command = Command::new(programs.join("xandikos"));
    command.args([
        "serve",
        "--defaults",
        "--current-user-principal",
        "/ann/",
        "-l",
        "127.0.0.1",
    ]);
    command
        .args(["-p", &port.to_string()])
        .arg("-d")
        .arg(path.join("data"));
    command.arg("--state-dir").arg(path.join("state"));
    started(&mut command, folder, port, "/ann/contacts/addressbook/")
}

/// sabre/dav, which asks for the password by Digest, if it is there.
fn sabre() -> Option<Server> {
    let library = std::env::var_os("CALLBOOK_SABRE")?;
    let folder = tempfile::tempdir().unwrap();
    let port = free_port();
    let mut command = Command::new("php");
    command
        .args(["-S", &format!("127.0.0.1:{port}")])
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sync/sabre/server.php"))
        .env("CALLBOOK_SABRE", library)
        .env("CALLBOOK_SABRE_BOOK", folder.path().join("book.db"));
    Some(started(
        &mut command,
        folder,
        port,
        "/addressbooks/ann/contacts/",
    ))
}

/// Runs a test against each of them.
fn with_each(test: impl Fn(&Server, &str)) {
    if let Some(programs) = programs() {
        test(&radicale(&programs), "Radicale");
        test(&xandikos(&programs), "Xandikos");
    }
    if let Some(sabre) = sabre() {
        test(&sabre, "sabre/dav");
    }
}

fn open(server: &Server) -> AddressBook {
    book(&server.book, password("secret"))
}

/// Writes this many new cards.
fn fill(book: &mut AddressBook, cards: usize) -> Vec<Href> {
    let one = |at: usize| {
        let place = book.place_for(&format!("0190a1b2-{at:04}"));
        let text = card(&format!("u{at}"), &format!("Ann {at}"), "+390255501182");
        let put = book.put(&place, &text, None).unwrap();
        assert!(matches!(put, Put::Taken { .. }), "{at}: {put:?}");
        place
    };
    (0..cards).map(one).collect()
}

#[test]
fn a_remote_is_set_up_from_the_shell() {
    let Some(programs) = programs() else { return };
    let server = radicale(&programs);
    let root = format!("http://127.0.0.1:{}/", server.port);
    crate::setting_up::set_up(&root, &server.book, &[]);
    let file = |name: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tls");
        folder.join(name).to_str().unwrap().to_owned()
    };
    let (certificate, key) = (file("server.pem"), file("server.key"));
    let server = radicale_with(&programs, |command| {
        command.args(["--ssl", "--certificate", &certificate, "--key", &key]);
    });
    let root = format!("https://127.0.0.1:{}/", server.port);
    let book = server.book.replacen("http:", "https:", 1);
    crate::setting_up::a_foreign_certificate(&root);
    crate::setting_up::set_up(&root, &book, &["--ca-file", &file("ca.pem")]);
}

#[test]
fn the_book_is_found() {
    with_each(|server, name| {
        let root = format!("http://127.0.0.1:{}/", server.port);
        let mut client = client(&root, password("secret"));
        let found = discover(&mut client, &address(&root)).unwrap();
        let wanted = address(&server.book);
        let found: Vec<_> = found
            .iter()
            .filter(|found| found.address.is_same(&wanted))
            .collect();
        assert_eq!(found.len(), 1, "{name}");
        let state = &found[0].state;
        assert!(state.has_sync && !state.read_only, "{name}: {state:?}");
        assert!(
            client.traffic().requests <= 6,
            "{name}: {:?}",
            client.traffic()
        );
    });
}

#[test]
fn cards_come_and_go() {
    with_each(|server, name| {
        let mut here = open(server);
        let empty = here.changes(None).unwrap();
        assert_eq!((empty.full, empty.listed.len()), (true, 0), "{name}");
        let places = fill(&mut here, 120);
        let first = here.changes(empty.token.as_deref()).unwrap();
        assert_eq!((first.full, first.listed.len()), (false, 120), "{name}");

        let before = here.traffic().requests;
        let got = here.get(&places).unwrap();
        assert_eq!(got.len(), 120, "{name}");
        // 50 and the rest: no card is asked for again in another version.
        assert_eq!(here.traffic().requests - before, 2, "{name}");
        for (at, (href, got)) in got.iter().enumerate() {
            let Got::Card(etag, text) = got else {
                panic!("{name}: {href} is gone")
            };
            assert!(
                text.contains(&format!("Ann {at}")) && text.contains("X-CALLBOOK"),
                "{text}"
            );
            let listed = first.listed.iter().find(|(listed, _)| listed == href);
            assert_eq!(listed.unwrap().1.as_ref(), Some(etag), "{name}");
        }
        let before = here.traffic().requests;
        let nothing = here.changes(first.token.as_deref()).unwrap();
        assert_eq!((nothing.full, nothing.listed.len()), (false, 0), "{name}");
        assert_eq!(here.traffic().requests - before, 1, "{name}");

        // Another program changes one and deletes one.
        let mut phone = open(server);
        let etag = |at: usize| match &got[at].1 {
            Got::Card(etag, _) => etag.clone(),
            Got::Gone => unreachable!(),
        };
        let changed = phone
            .put(&places[3], &card("u3", "Ada", "2"), Some(&etag(3)))
            .unwrap();
        assert!(matches!(changed, Put::Taken { .. }), "{name}");
        assert_eq!(
            phone.delete(&places[4], &etag(4)).unwrap(),
            Delete::Done,
            "{name}"
        );
        let then = here.changes(nothing.token.as_deref()).unwrap();
        let wanted = [("0190a1b2-0003.vcf", true), ("0190a1b2-0004.vcf", false)];
        let wanted = wanted.map(|(name, there)| (name.to_owned(), there));
        assert_eq!(names(&then.listed), wanted, "{name}");
        let got = here.get(&places[3..5]).unwrap();
        assert!(
            matches!(&got[0].1, Got::Card(_, text) if text.contains("Ada")),
            "{name}"
        );
        // sabre/dav does not name what is gone.
        let gone = got.get(1).map(|(_, got)| got);
        assert!(matches!(gone, None | Some(Got::Gone)), "{name}");

        // What was seen before is old now.
        assert_eq!(
            here.put(&places[3], &card("u3", "x", "3"), Some(&etag(3)))
                .unwrap(),
            Put::Moved
        );
        assert_eq!(
            here.put(&places[3], &card("u3", "x", "3"), None).unwrap(),
            Put::Moved
        );
        assert_eq!(here.delete(&places[3], &etag(3)).unwrap(), Delete::Moved);
        assert_eq!(here.delete(&places[4], &etag(4)).unwrap(), Delete::Moved);
    });
}

#[test]
fn a_card_in_version_4_comes_back_as_one() {
    with_each(|server, name| {
        let mut book = open(server);
        let place = book.place_for("4");
        let text = card("u", "Ann", "1").replace("VERSION:3.0", "VERSION:4.0");
        book.put(&place, &text, None).unwrap();
        let got = book.get(&[place]).unwrap();
        assert!(
            matches!(&got[0].1, Got::Card(_, text) if text.contains("VERSION:4.0")),
            "{name}"
        );
    });
}

#[test]
fn a_token_that_is_not_known_is_answered_with_everything() {
    with_each(|server, name| {
        let mut book = open(server);
        fill(&mut book, 3);
        for token in [
            "t:data:,no-such-token",
            "t:http://radicale.org/ns/sync/0123",
            "t:x",
        ] {
            let changes = book.changes(Some(token)).unwrap();
            assert_eq!(
                (changes.full, changes.listed.len()),
                (true, 3),
                "{name}: {token}"
            );
        }
    });
}

#[test]
fn what_the_server_lost_of_its_tokens_loses_no_card() {
    let Some(programs) = programs() else { return };
    let server = radicale(&programs);
    let mut book = open(&server);
    fill(&mut book, 3);
    let first = book.changes(None).unwrap();
    let cache = server
        .folder
        .path()
        .join("collection-root/ann/contacts/.Radicale.cache");
    fs::remove_dir_all(cache).unwrap();
    let again = book.changes(first.token.as_deref()).unwrap();
    assert_eq!((again.full, again.listed.len()), (true, 3));
}

#[test]
fn a_large_book_of_which_nothing_changed_is_one_small_request() {
    let Some(programs) = programs() else { return };
    let server = radicale(&programs);
    let folder = server.folder.path().join("collection-root/ann/contacts");
    let cards = drawn(10_000);
    for at in 0..cards {
        let text = card(&format!("u{at}"), &format!("Ann {at}"), "+390255501182");
        fs::write(folder.join(format!("{at}.vcf")), text).unwrap();
    }
    let mut book = open(&server);
    let first = book.changes(None).unwrap();
    assert_eq!(first.listed.len(), cards);
    let hrefs: Vec<_> = first.listed.into_iter().map(|(href, _)| href).collect();
    let got = book.get(&hrefs).unwrap();
    assert_eq!(got.len(), cards);
    let before = book.traffic();
    let nothing = book.changes(first.token.as_deref()).unwrap();
    assert_eq!((nothing.full, nothing.listed.len()), (false, 0));
    let traffic = book.traffic();
    assert_eq!(traffic.requests - before.requests, 1);
    assert!(traffic.bytes - before.bytes < 1_000);
}

#[test]
fn a_book_that_is_gone_says_nothing_of_cards() {
    let Some(programs) = programs() else { return };
    let server = radicale(&programs);
    let mut book = open(&server);
    let places = fill(&mut book, 3);
    let token = book.changes(None).unwrap().token;
    fs::remove_dir_all(server.folder.path().join("collection-root/ann/contacts")).unwrap();
    for token in [None, token.as_deref()] {
        assert_eq!(book.changes(token).unwrap_err().kind, Kind::Gone);
    }
    assert_eq!(book.get(&places).unwrap_err().kind, Kind::Gone);
    assert_eq!(
        book.put(&places[0], &card("u0", "Ann", "1"), None)
            .unwrap_err()
            .kind,
        Kind::Gone
    );
}

#[test]
fn a_wrong_password_is_told() {
    let Some(programs) = programs() else { return };
    let server = radicale(&programs);
    let stop = book(&server.book, password("wrong"))
        .changes(None)
        .unwrap_err();
    assert_eq!(stop.kind, Kind::SignIn);
}

#[test]
fn a_certificate_of_nobody_is_refused_and_taken_with_its_authority() {
    let Some(programs) = programs() else { return };
    let file = |name: &str| {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data/tls")
            .join(name)
    };
    let server = radicale_with(&programs, |command| {
        command
            .arg("--ssl")
            .arg("--certificate")
            .arg(file("server.pem"));
        command.arg("--key").arg(file("server.key"));
    });
    let secure = address(&server.book.replacen("http:", "https:", 1));
    let open = |host: &str, ca_file: Option<PathBuf>| {
        let mut address = secure.clone();
        address.origin.host = host.to_owned();
        let settings = Settings {
            ca_file,
            ..Settings::default()
        };
        let client = Client::new(&address, settings, password("secret")).unwrap();
        AddressBook::new(client, &address)
    };
    let stop = open("127.0.0.1", None).changes(None).unwrap_err();
    assert_eq!(stop.kind, Kind::Unreachable, "{stop}");
    assert!(stop.why.contains("certificate"), "{stop}");
    let changes = open("127.0.0.1", Some(file("ca.pem")))
        .changes(None)
        .unwrap();
    assert_eq!(changes.listed.len(), 0);
    // Beside those of the system, not instead of them: here these are the one that is needed.
    let home = Home::new(&format!(
        "[[remote]]\nname = \"own\"\nurl = \"{secure}\"\nuser = \"ann\"\npassword_env = \"PASSWORD\"\nca_file = \"{}\"\n",
        file("other-ca.pem").display()
    ));
    let sync = |roots: Option<PathBuf>| {
        let mut command = home.command(&["sync", "--yes"]);
        command.env("PASSWORD", "secret");
        command.env(
            "SSL_CERT_FILE",
            roots.unwrap_or_else(|| file("other-ca.pem")),
        );
        command.output().unwrap()
    };
    assert!(!sync(None).status.success());
    let synced = sync(Some(file("ca.pem")));
    assert!(synced.status.success(), "{synced:?}");
    // The certificate names this machine by two names, and this one not.
    let stop = open("127.0.0.2", Some(file("ca.pem")))
        .changes(None)
        .unwrap_err();
    assert_eq!(stop.kind, Kind::Unreachable, "{stop}");
    let settings = Settings {
        ca_file: Some(file("server.key")),
        ..Settings::default()
    };
    let stop = Client::new(&secure, settings, password("secret")).unwrap_err();
    assert!(stop.why.contains("no PEM certificate"), "{stop}");
}

#[test]
fn where_the_time_of_a_certificate_is_over_or_has_not_come_the_clock_is_named() {
    let Some(programs) = programs() else { return };
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/tls");
    for (certificate, words) in [
        ("server-expired.pem", "certificate expired"),
        ("server-early.pem", "certificate not valid yet"),
    ] {
        let server = radicale_with(&programs, |command| {
            command.arg("--ssl").arg("--certificate");
            command.arg(folder.join(certificate));
            command.arg("--key").arg(folder.join("server.key"));
        });
        let secure = address(&server.book.replacen("http:", "https:", 1));
        let settings = Settings {
            ca_file: Some(folder.join("dated-ca.pem")),
            ..Settings::default()
        };
        let client = Client::new(&secure, settings, password("secret")).unwrap();
        let stop = AddressBook::new(client, &secure).changes(None).unwrap_err();
        assert_eq!(stop.kind, Kind::Unreachable, "{stop}");
        assert!(
            stop.why.contains(words) && stop.why.contains("set the clock"),
            "{stop}"
        );
    }
}

#[test]
fn a_second_card_with_a_uid_is_refused_with_the_first_one_named() {
    let Some(programs) = programs() else { return };
    let server = radicale(&programs);
    let mut book = open(&server);
    let places = fill(&mut book, 1);
    let other = book.place_for("other");
    let put = book.put(&other, &card("u0", "Ann", "1"), None).unwrap();
    assert!(matches!(put, Put::UidTaken { .. }), "{put:?} {places:?}");
    let unfit = "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:x\r\nN:x;;;;\r\nEND:VCARD\r\n";
    let put = book.put(&other, unfit, None).unwrap();
    assert!(matches!(put, Put::Refused(_)), "{put:?}");
    let old = Etag("\"old\"".to_owned());
    assert_eq!(
        book.put(&places[0], &card("u0", "Ann", "2"), Some(&old))
            .unwrap(),
        Put::Moved
    );
}

/// The first three ways to fail, at every request, in front of Radicale.
#[test]
fn a_fault_at_any_request_is_made_good_by_the_next_run() {
    let Some(programs) = programs() else { return };
    let server = radicale(&programs);
    let path = address(&server.book).path;
    assert_ne!(path, BOOK);
    let faults: Vec<Fault> = FAULTS.into_iter().take(3).collect();
    for fault in faults {
        for at in 1.. {
            let mut plain = open(&server);
            for (href, etag) in plain.changes(None).unwrap().listed {
                if let Some(etag) = etag {
                    plain.delete(&href, &etag).unwrap();
                }
            }
            for name in ["a", "b"] {
                let place = plain.place_for(name);
                plain.put(&place, &card(name, name, "1"), None).unwrap();
            }
            let proxy = FailingProxy::start(server.port);
            proxy.fail(at, fault);
            let mut book = behind(&proxy, &path);
            let first = run(&mut book);
            if proxy.count() < at {
                first.unwrap();
                break;
            }
            proxy.heal();
            run(&mut book).unwrap();
            // Radicale names cards that are gone in a whole list too.
            let mut listed = plain.changes(None).unwrap().listed;
            listed.retain(|(_, etag)| etag.is_some());
            let wanted = ["a.vcf", "c.vcf"].map(|name| (name.to_owned(), true));
            assert_eq!(names(&listed), wanted, "{fault:?} at {at}");
        }
    }
}
