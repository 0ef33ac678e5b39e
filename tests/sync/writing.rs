//! Writing and deleting cards, and every answer to it.

use callbook::sync::carddav::answers::{Delete, Etag, Got, Href, Put};
use callbook::sync::carddav::auth::Credentials;
use callbook::sync::carddav::stop::Kind;

use crate::dav_server::{BOOK, DavServer, Ways};
use crate::{book, card};

fn href(name: &str) -> Href {
    Href(format!("{BOOK}{name}"))
}

fn old() -> Etag {
    Etag("\"old\"".to_owned())
}

#[test]
fn a_card_is_made_changed_and_deleted() {
    let server = DavServer::start(Ways::default());
    let mut book = book(&server.book(), Credentials::None);
    let place = book.place_for("0190a1b2-c3d4");
    assert_eq!(place, href("0190a1b2-c3d4.vcf"));
    let first = card("u", "Ann é", "1");
    let Put::Taken {
        etag: Some(etag),
        href,
    } = book.put(&place, &first, None).unwrap()
    else {
        panic!("not taken");
    };
    assert_eq!(href, place);
    let got = book.get(std::slice::from_ref(&place)).unwrap();
    assert_eq!(
        got,
        [(place.clone(), Got::Card(etag.clone(), first.clone()))]
    );
    // Somebody was there before, in both ways.
    assert_eq!(book.put(&place, &first, None).unwrap(), Put::Moved);
    assert_eq!(book.put(&place, &first, Some(&old())).unwrap(), Put::Moved);
    assert_eq!(book.delete(&place, &old()).unwrap(), Delete::Moved);
    let Put::Taken {
        etag: Some(etag), ..
    } = book
        .put(&place, &card("u", "Ann", "2"), Some(&etag))
        .unwrap()
    else {
        panic!("not taken");
    };
    assert_eq!(book.delete(&place, &etag).unwrap(), Delete::Done);
    assert_eq!(book.delete(&place, &etag).unwrap(), Delete::Moved);
    assert!(server.card("0190a1b2-c3d4.vcf").is_none());
}

#[test]
fn the_answer_may_name_another_version_or_none_or_another_place() {
    let server = DavServer::start(Ways::default());
    let mut book = book(&server.book(), Credentials::None);
    server.state().ways.no_etag_after_put = true;
    let text = card("a", "Ann", "1");
    let put = book.put(&href("a.vcf"), &text, None).unwrap();
    assert_eq!(
        put,
        Put::Taken {
            etag: None,
            href: href("a.vcf")
        }
    );
    server.state().ways.no_etag_after_put = false;
    server.state().ways.wrong_etag_after_put = true;
    let Put::Taken {
        etag: Some(etag), ..
    } = book.put(&href("b.vcf"), &text, None).unwrap()
    else {
        panic!("not taken");
    };
    assert_ne!(etag.0, server.card("b.vcf").unwrap().etag);
    server.state().ways.gives_hrefs = true;
    let put = book.put(&href("c.vcf"), &text, None).unwrap();
    let Put::Taken { href: there, .. } = put else {
        panic!("not taken")
    };
    assert!(there.0.contains("given-"), "{there}");
    assert!(matches!(book.get(&[there]).unwrap()[0].1, Got::Card(..)));
}

#[test]
fn another_card_with_the_uid_is_named() {
    let server = DavServer::start(Ways {
        one_card_a_uid: true,
        ..Ways::default()
    });
    let mut book = book(&server.book(), Credentials::None);
    server.store("a.vcf", &card("u", "Ann", "1"));
    let put = book
        .put(&href("b.vcf"), &card("u", "Ann", "1"), None)
        .unwrap();
    assert_eq!(
        put,
        Put::UidTaken {
            href: Some(href("a.vcf"))
        }
    );
}

#[test]
fn what_a_server_does_not_take_says_why() {
    let server = DavServer::start(Ways::default());
    let mut book = book(&server.book(), Credentials::None);
    server.store("a.vcf", &card("a", "Ann", "1"));
    let etag = Etag(server.card("a.vcf").unwrap().etag);
    let bad = card("a", "Bad", "1");
    for status in [400, 403, 413, 415, 422, 507, 409] {
        server.state().ways.refuses = Some(("Bad".to_owned(), status));
        let Put::Refused(why) = book.put(&href("a.vcf"), &bad, Some(&etag)).unwrap() else {
            panic!("{status}: not refused");
        };
        let words = match status {
            403 => "denied (403)".to_owned(),
            413 => "too large (413)".to_owned(),
            507 => "no space left there (507)".to_owned(),
            status => format!("the server answered {status}"),
        };
        assert_eq!(why, format!("{words}: No this card is not for us"));
    }
    // To a change: gone. To a new card: the folder is.
    for status in [404, 410] {
        server.state().ways.refuses = Some(("Bad".to_owned(), status));
        assert_eq!(
            book.put(&href("a.vcf"), &bad, Some(&etag)).unwrap(),
            Put::Gone
        );
        assert_eq!(
            book.put(&href("b.vcf"), &bad, None).unwrap_err().kind,
            Kind::Gone
        );
    }
    server.state().ways.refuses = Some(("Bad".to_owned(), 409));
    assert_eq!(
        book.put(&href("b.vcf"), &bad, None).unwrap_err().kind,
        Kind::Gone
    );
    // Nobody knows what became of it.
    for status in [423, 500, 501] {
        server.state().ways.refuses = Some(("Bad".to_owned(), status));
        let Put::Failed(why) = book.put(&href("a.vcf"), &bad, Some(&etag)).unwrap() else {
            panic!("{status}: it may be this card alone");
        };
        assert!(why.contains(&status.to_string()), "{why}");
    }
    for status in [502, 504] {
        server.state().ways.refuses = Some(("Bad".to_owned(), status));
        let stop = book.put(&href("a.vcf"), &bad, Some(&etag)).unwrap_err();
        assert_eq!((stop.kind, stop.status), (Kind::Unknown, Some(status)));
    }
    for status in [429, 503] {
        server.state().ways.refuses = Some(("Bad".to_owned(), status));
        let stop = book.put(&href("a.vcf"), &bad, Some(&etag)).unwrap_err();
        assert_eq!(stop.kind, Kind::Later(None));
    }
    server.state().ways.refuses = Some(("Bad".to_owned(), 405));
    assert!(matches!(
        book.put(&href("a.vcf"), &bad, Some(&etag)).unwrap(),
        Put::ReadOnly(_)
    ));
    let unfit = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:x\r\nFN:x\r\nEND:VCARD\r\n";
    let put = book.put(&href("c.vcf"), unfit, None).unwrap();
    assert_eq!(
        put,
        Put::Refused("denied (403): valid-address-data".to_owned())
    );
}

#[test]
fn a_book_that_may_only_be_read_says_so() {
    let server = DavServer::start(Ways {
        read_only: true,
        ..Ways::default()
    });
    let mut book = book(&server.book(), Credentials::None);
    assert!(book.state().unwrap().read_only);
    let put = book
        .put(&href("a.vcf"), &card("a", "Ann", "1"), None)
        .unwrap();
    assert_eq!(
        put,
        Put::ReadOnly("denied (403): need-privileges".to_owned())
    );
    let deleted = book.delete(&href("a.vcf"), &old()).unwrap();
    assert!(matches!(deleted, Delete::ReadOnly(_)));
}

#[test]
fn nothing_is_written_outside_of_the_book() {
    let server = DavServer::start(Ways::default());
    let mut book = book(&server.book(), Credentials::None);
    for outside in [
        "/dav/ann/x.vcf",
        "../x.vcf",
        "http://127.0.0.2/dav/ann/contacts/x.vcf",
        "",
    ] {
        let outside = Href(outside.to_owned());
        for stop in [
            book.put(&outside, "", None).err(),
            book.delete(&outside, &old()).err(),
        ] {
            assert!(
                matches!(stop.unwrap().kind, Kind::Odd | Kind::Elsewhere(_)),
                "{outside}"
            );
        }
    }
    assert_eq!(server.asked(), [""; 0]);
}

#[test]
fn versions_go_back_as_they_came() {
    let server = DavServer::start(Ways {
        ignores_if_match: true,
        ..Ways::default()
    });
    let mut book = book(&server.book(), Credentials::None);
    for etag in ["W/\"1\"", "bare-1", "\"é\"", "\"a\"b\""] {
        server.state().heard.clear();
        book.put(
            &href("a.vcf"),
            &card("a", "Ann", "1"),
            Some(&Etag(etag.to_owned())),
        )
        .unwrap();
        let heard = server.state().heard.join("");
        assert!(
            heard.contains(&format!("\"if-match\": {etag:?}")),
            "{heard}"
        );
    }
    // The other cards are none the worse for it.
    let evil = Etag("a\r\nX-Evil: 1".to_owned());
    let told = |why: &str| why.contains("a version (ETag) with a line break");
    let put = book.put(&href("a.vcf"), "x", Some(&evil)).unwrap();
    assert!(matches!(&put, Put::Refused(why) if told(why)), "{put:?}");
    let deleted = book.delete(&href("a.vcf"), &evil).unwrap();
    assert!(
        matches!(&deleted, Delete::Refused(why) if told(why)),
        "{deleted:?}"
    );
}

#[test]
fn a_card_that_is_sent_on_says_where_to() {
    let server = DavServer::start(Ways {
        redirects: Some("/elsewhere/".to_owned()),
        ..Ways::default()
    });
    let mut book = book(&server.book(), Credentials::None);
    let stop = book
        .put(&href("a.vcf"), &card("a", "Ann", "1"), None)
        .unwrap_err();
    assert!(
        stop.why.contains("/elsewhere/") && stop.why.contains("give its address"),
        "{stop}"
    );
}

#[test]
fn lines_that_a_server_drops_or_rewrites_are_seen_when_read_back() {
    let ways = Ways {
        strips_x: true,
        rewrites_labels: true,
        gives_uids: true,
        drops_numbers: true,
        ..Ways::default()
    };
    let server = DavServer::start(ways);
    let mut book = book(&server.book(), Credentials::None);
    book.put(&href("a.vcf"), &card("a", "Ann", "1"), None)
        .unwrap();
    let got = book.get(&[href("a.vcf")]).unwrap();
    let Got::Card(_, text) = &got[0].1 else {
        panic!("gone")
    };
    assert!(
        !text.contains("X-CALLBOOK") && text.contains("TEL;TYPE=CELL:1"),
        "{text}"
    );
    assert!(text.contains("UID:given-"), "{text}");
}
