//! Finding address books, what changed, and the texts of cards.

use std::io::{Read as _, Write as _};

use callbook::sync::carddav::answers::{Etag, Got, Href};
use callbook::sync::carddav::auth::Credentials;
use callbook::sync::carddav::discovery::discover;
use callbook::sync::carddav::stop::Kind;

use crate::dav_server::{Access, BOOK, DavServer, Ways};
use crate::{address, book, card, client, names, password, texts};

/// A server with this many cards, `0.vcf` and so on.
fn server(ways: Ways, cards: usize) -> DavServer {
    let server = DavServer::start(ways);
    for at in 0..cards {
        server.store(
            &format!("{at}.vcf"),
            &card(&format!("u{at}"), "Ann", "+390255501182"),
        );
    }
    server
}

fn hrefs(cards: impl IntoIterator<Item = usize>) -> Vec<Href> {
    cards
        .into_iter()
        .map(|at| Href(format!("{BOOK}{at}.vcf")))
        .collect()
}

#[test]
fn the_book_is_found_from_wherever_a_person_begins() {
    let server = server(
        Ways {
            access: Access::Basic,
            ..Ways::default()
        },
        0,
    );
    let root = server.root();
    for (from, most) in [
        (String::new(), 4),
        (BOOK.to_owned(), 1),
        ("/dav/ann/".to_owned(), 2),
        ("/dav".to_owned(), 6),
    ] {
        server.asked();
        let start = address(&format!("{}{}", root.trim_end_matches('/'), from));
        let mut client = client(&root, password("secret"));
        let found = discover(&mut client, &start).unwrap();
        let asked = server.asked();
        assert_eq!(found.len(), 1, "{from}: {asked:?}");
        assert_eq!(found[0].address.path, BOOK);
        assert!(asked.len() <= most, "{from}: {asked:?}");
        let state = &found[0].state;
        assert_eq!(
            (state.name.as_str(), state.read_only, state.has_sync),
            ("Contacts", false, true)
        );
        assert_eq!((state.versions.len(), state.max_size), (2, Some(1_000_000)));
    }
}

#[test]
fn a_home_on_another_host_is_asked_about_first() {
    let there = "https://p12-contacts.example.org/ann/".to_owned();
    let server = server(
        Ways {
            home: Some(there.clone()),
            ..Ways::default()
        },
        0,
    );
    let stop = discover(
        &mut client(&server.root(), password("secret")),
        &address(&server.root()),
    );
    assert_eq!(stop.unwrap_err().kind, Kind::Elsewhere(there));
}

#[test]
fn nothing_there_is_no_error_and_no_server_is_one() {
    let server = server(
        Ways {
            home: Some("/dav/other/".to_owned()),
            ..Ways::default()
        },
        0,
    );
    let root = server.root();
    let found = discover(&mut client(&root, Credentials::None), &address(&root));
    assert_eq!(found, Ok(Vec::new()));
    drop(server);
    let found = discover(&mut client(&root, Credentials::None), &address(&root));
    let stop = found.unwrap_err();
    assert!(
        stop.kind == Kind::Unreachable && stop.why.contains("cannot connect"),
        "{stop}"
    );
}

#[test]
fn a_list_and_then_only_what_changed_each_in_one_request() {
    let server = server(Ways::default(), 3);
    let mut book = book(&server.book(), Credentials::None);
    let first = book.changes(None).unwrap();
    assert!(first.full);
    assert_eq!(first.listed.len(), 3);
    let before = book.traffic();
    let nothing = book.changes(first.token.as_deref()).unwrap();
    assert_eq!((nothing.full, nothing.listed.len()), (false, 0));
    assert_eq!(book.traffic().requests - before.requests, 1);
    assert!(book.traffic().bytes - before.bytes < 600);

    server.store("0.vcf", &card("u0", "Ada", "1"));
    server.store("new.vcf", &card("new", "Bob", "2"));
    server.delete("1.vcf");
    server.delete("never-seen.vcf");
    let then = book.changes(nothing.token.as_deref()).unwrap();
    let wanted = [
        ("0.vcf", true),
        ("1.vcf", false),
        ("never-seen.vcf", false),
        ("new.vcf", true),
    ];
    assert_eq!(
        names(&then.listed),
        wanted.map(|(name, there)| (name.to_owned(), there))
    );
    assert!(!then.full);
    assert!(
        server
            .asked()
            .iter()
            .all(|asked| asked == &format!("REPORT {BOOK} 0"))
    );
}

#[test]
fn a_token_that_was_lost_is_answered_with_everything() {
    let server = server(
        Ways {
            loses_tokens: true,
            ..Ways::default()
        },
        2,
    );
    let mut book = book(&server.book(), Credentials::None);
    let first = book.changes(None).unwrap();
    let again = book.changes(first.token.as_deref()).unwrap();
    assert!(again.full);
    assert_eq!(again.listed.len(), 2);
    assert_eq!(server.asked().len(), 3);
}

#[test]
fn without_the_report_the_tag_says_whether_anything_changed() {
    let server = server(
        Ways {
            no_sync_collection: true,
            ..Ways::default()
        },
        2,
    );
    let mut book = book(&server.book(), Credentials::None);
    let first = book.changes(None).unwrap();
    assert_eq!((first.full, first.listed.len()), (true, 2));
    server.asked();
    let nothing = book.changes(first.token.as_deref()).unwrap();
    assert_eq!((nothing.full, nothing.listed.len()), (false, 0));
    assert_eq!(server.asked(), [format!("PROPFIND {BOOK} 0")]);
    server.delete("0.vcf");
    let then = book.changes(nothing.token.as_deref()).unwrap();
    assert_eq!(
        (then.full, names(&then.listed)),
        (true, vec![("1.vcf".to_owned(), true)])
    );
}

#[test]
fn without_report_and_tag_everything_is_listed_each_time() {
    let ways = Ways {
        no_sync_collection: true,
        no_tag: true,
        ..Ways::default()
    };
    let server = server(ways, 2);
    let mut book = book(&server.book(), Credentials::None);
    let first = book.changes(None).unwrap();
    assert_eq!((first.full, first.token), (true, None));
}

#[test]
fn an_empty_token_that_is_refused_is_asked_for_before_the_list() {
    let server = server(
        Ways {
            refuses_empty_token: true,
            ..Ways::default()
        },
        2,
    );
    let mut book = book(&server.book(), Credentials::None);
    let first = book.changes(None).unwrap();
    let wanted = ["REPORT", "PROPFIND", "PROPFIND"]
        .into_iter()
        .zip([0, 0, 1]);
    let wanted: Vec<_> = wanted
        .map(|(word, depth)| format!("{word} {BOOK} {depth}"))
        .collect();
    assert_eq!((first.full, server.asked()), (true, wanted));
    server.store("0.vcf", &card("u0", "Ada", "1"));
    let then = book.changes(first.token.as_deref()).unwrap();
    assert_eq!(
        (then.full, names(&then.listed)),
        (false, vec![("0.vcf".to_owned(), true)])
    );
}

#[test]
fn a_list_in_parts_is_read_to_its_end() {
    let server = server(
        Ways {
            pages: Some(4),
            ..Ways::default()
        },
        10,
    );
    let mut book = book(&server.book(), Credentials::None);
    let first = book.changes(None).unwrap();
    assert_eq!((first.full, first.listed.len()), (true, 10));
    assert_eq!(server.asked().len(), 3);
    let nothing = book.changes(first.token.as_deref()).unwrap();
    assert_eq!(nothing.listed.len(), 0);
}

#[test]
fn a_list_that_is_empty_once_says_that_it_is_whole() {
    let server = server(
        Ways {
            lists_nothing: Some(2),
            ..Ways::default()
        },
        2,
    );
    let mut book = book(&server.book(), Credentials::None);
    assert_eq!(book.changes(None).unwrap().listed.len(), 2);
    let empty = book.changes(None).unwrap();
    assert_eq!((empty.full, empty.listed.len()), (true, 0));
}

#[test]
fn addresses_come_back_in_other_words_and_twice() {
    let ways = Ways {
        escapes_hrefs: true,
        doubles_hrefs: true,
        ..Ways::default()
    };
    for no_sync_collection in [false, true] {
        let server = server(
            Ways {
                no_sync_collection,
                ..ways.clone()
            },
            0,
        );
        for name in ["a+b@c.vcf", "a b.vcf", "x&y.vcf", "calendar.ics"] {
            server.store(name, &card(name, "Ann", "1"));
        }
        let mut book = book(&server.book(), Credentials::None);
        let listed = book.changes(None).unwrap().listed;
        let wanted = ["a%20b.vcf", "a%2bb%40c.vcf", "x&y.vcf"];
        assert_eq!(names(&listed), wanted.map(|name| (name.to_owned(), true)));
        // Asked for in our words.
        let asked = ["a+b@c.vcf", "a%20b.vcf", "x%26y.vcf", "no.vcf"];
        let asked = asked.map(|name| Href(format!("{BOOK}{name}")));
        let got = book.get(&asked).unwrap();
        assert_eq!(
            got.iter().map(|(href, _)| href.clone()).collect::<Vec<_>>(),
            asked
        );
        assert!(matches!(got[3].1, Got::Gone));
        assert!(got[..3].iter().all(|(_, got)| matches!(got, Got::Card(..))));
    }
}

#[test]
fn what_is_not_answered_is_told_from_what_is_gone() {
    let server = server(
        Ways {
            leaves_out: Some(3),
            ..Ways::default()
        },
        4,
    );
    let mut book = book(&server.book(), Credentials::None);
    let got = book.get(&hrefs([0, 9, 1, 2])).unwrap();
    let got: Vec<_> = texts(&got)
        .into_iter()
        .map(|(name, text)| (name, text.is_some()))
        .collect();
    let wanted = [("0.vcf", true), ("9.vcf", false), ("2.vcf", true)];
    assert_eq!(got, wanted.map(|(name, there)| (name.to_owned(), there)));
}

#[test]
fn batches_grow_and_are_halved() {
    let server = server(Ways::default(), 400);
    let mut book = book(&server.book(), Credentials::None);
    assert_eq!(book.batch(), 50);
    assert_eq!(book.get(&hrefs(0..400)).unwrap().len(), 400);
    // 50, 100, 200 and the rest.
    assert_eq!(server.asked().len(), 4);
    assert_eq!(book.batch(), 500);
    server.state().ways.most_cards = Some(120);
    assert_eq!(book.get(&hrefs(0..400)).unwrap().len(), 400);
    assert!(server.asked().len() < 14);
}

#[test]
fn one_card_that_the_server_chokes_on_does_not_hold_up_the_others() {
    let server = server(
        Ways {
            chokes_on: Some("Choke".to_owned()),
            ..Ways::default()
        },
        60,
    );
    server.store("7.vcf", &card("u7", "Choke", "1"));
    let mut book = book(&server.book(), Credentials::None);
    let got = book.get(&hrefs(0..60)).unwrap();
    assert_eq!(got.len(), 59);
    assert!(got.iter().all(|(href, _)| !href.0.ends_with("/7.vcf")));
    // When nothing is answered at all, the book itself is looked at.
    server.state().ways.book_status = Some(500);
    let stop = book.get(&hrefs(0..60)).unwrap_err();
    assert_eq!((stop.kind, stop.status), (Kind::Unknown, Some(500)));
}

#[test]
fn one_foreign_address_does_not_hold_up_the_others() {
    let server = server(
        Ways {
            strict_multiget: true,
            ..Ways::default()
        },
        20,
    );
    let mut book = book(&server.book(), Credentials::None);
    let mut asked = hrefs(0..20);
    asked.insert(5, Href("/elsewhere/x.vcf".to_owned()));
    assert_eq!(book.get(&asked).unwrap().len(), 20);
    // A book that is gone is no card that is gone.
    server.state().ways.book_status = Some(404);
    assert_eq!(book.get(&asked).unwrap_err().kind, Kind::Gone);
}

#[test]
fn a_card_comes_in_the_version_in_which_it_is_stored() {
    let server = DavServer::start(Ways {
        sends_version_3: true,
        ..Ways::default()
    });
    let three = card("3", "Ann", "1");
    let four = three.replace("VERSION:3.0", "VERSION:4.0\r\nKIND:individual");
    server.store("3.vcf", &three);
    server.store("4.vcf", &four);
    let mut book = book(&server.book(), Credentials::None);
    let asked = ["3.vcf", "4.vcf"].map(|name| Href(format!("{BOOK}{name}")));
    for references in [false, true] {
        server.state().ways.carriage_returns_as_references = references;
        let got = texts(&book.get(&asked).unwrap());
        assert_eq!(got[0].1.as_deref(), Some(three.as_str()));
        assert_eq!(got[1].1.as_deref(), Some(four.as_str()));
    }
}

#[test]
fn nothing_is_gone_because_the_book_does_not_answer() {
    let server = server(Ways::default(), 2);
    let mut book = book(&server.book(), Credentials::None);
    let token = book.changes(None).unwrap().token;
    let table = [
        (403, Kind::Forbidden),
        (404, Kind::Gone),
        (410, Kind::Gone),
        (500, Kind::Unknown),
        (503, Kind::Later(None)),
    ];
    for (status, kind) in table {
        server.state().ways.book_status = Some(status);
        for token in [None, token.as_deref()] {
            let stop = book.changes(token).unwrap_err();
            assert_eq!(stop.kind, kind, "{status}");
        }
        let stop = book.get(&hrefs(0..2)).unwrap_err();
        assert_eq!(stop.kind, kind, "{status}");
    }
}

#[test]
fn a_book_that_moved_for_good_is_followed_and_its_new_address_kept() {
    let server = server(
        Ways {
            moved_from: Some("/old/".to_owned()),
            ..Ways::default()
        },
        1,
    );
    let old = server.root() + "old/";
    let mut book = book(&old, Credentials::None);
    let listed = book.changes(None).unwrap().listed;
    assert_eq!(listed.len(), 1);
    assert_eq!(book.address().path, BOOK);
    let new = book.place_for("new");
    let put = book.put(&new, &card("new", "Bob", "1"), None).unwrap();
    assert!(matches!(
        put,
        callbook::sync::carddav::answers::Put::Taken { .. }
    ));
    assert!(server.card("new.vcf").is_some());
}

#[test]
fn what_is_too_long_to_be_kept_is_passed_over() {
    let server = server(Ways::default(), 1);
    server.store(
        &format!("{}.vcf", "x".repeat(5_000)),
        &card("x", "Ann", "1"),
    );
    let mut book = book(&server.book(), Credentials::None);
    server
        .state()
        .cards
        .get_mut(&format!("{BOOK}0.vcf"))
        .unwrap()
        .etag = "e".repeat(2_000);
    let listed = book.changes(None).unwrap().listed;
    assert_eq!(listed, [(hrefs([0])[0].clone(), Some(Etag(String::new())))]);
}

#[test]
fn another_collection_is_no_address_book() {
    let server = server(Ways::default(), 0);
    let mut book = book(&(server.root() + "dav/ann/"), Credentials::None);
    assert_eq!(book.state().unwrap_err().kind, Kind::Odd);
    assert!(book.get(&[]).unwrap().is_empty());
    let missing = Href("/dav/ann/contacts/x.vcf".to_owned());
    assert!(book.delete(&missing, &Etag("\"1\"".to_owned())).is_ok());
}

/// A server that answers with these statuses in turn, and where it is.
fn answers_with(statuses: &'static [&'static str]) -> (String, std::thread::JoinHandle<()>) {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let root = format!("http://{}/", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        for status in statuses {
            let (mut stream, _) = listener.accept().unwrap();
            let mut head = Vec::new();
            while !head.ends_with(b"</D:propfind>") {
                let mut byte = [0];
                stream.read_exact(&mut byte).unwrap();
                head.push(byte[0]);
            }
            write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            )
            .unwrap();
        }
    });
    (root, server)
}

#[test]
fn a_server_that_fails_is_not_taken_for_one_without_an_address_book() {
    // Nothing is at the address that is asked first, and the second one fails.
    let (root, server) = answers_with(&["404 Not Found", "500 Internal Server Error"]);
    let stop = discover(&mut client(&root, Credentials::None), &address(&root)).unwrap_err();
    assert!(stop.why.contains("answered 500"), "{stop}");
    server.join().unwrap();
}

#[test]
fn an_address_where_nothing_is_is_named_though_the_server_fails_elsewhere() {
    let (root, server) = answers_with(&["404 Not Found", "403 Forbidden", "403 Forbidden"]);
    let given = format!("{root}wrong/path/");
    let stop = discover(&mut client(&given, Credentials::None), &address(&given)).unwrap_err();
    assert!(
        stop.why.contains("403") && stop.why.contains(&format!("nothing is at {given}")),
        "{stop}"
    );
    server.join().unwrap();
}
