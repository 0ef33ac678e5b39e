//! Names, passwords and tokens.

use callbook::domain::secret::Secret;
use callbook::sync::carddav::answers::{Delete, Put};
use callbook::sync::carddav::auth::Credentials;
use callbook::sync::carddav::discovery::discover;
use callbook::sync::carddav::stop::Kind;

use crate::dav_server::{Access, BOOK, DavServer, Ways};
use crate::{address, book, card, client, password};

fn server(access: Access) -> DavServer {
    let server = DavServer::start(Ways {
        access,
        ..Ways::default()
    });
    server.store("0.vcf", &card("u0", "Ann", "1"));
    server
}

#[test]
fn a_password_goes_with_the_first_request_and_a_wrong_one_only_once() {
    let server = server(Access::Basic);
    assert_eq!(
        book(&server.book(), password("secret"))
            .changes(None)
            .unwrap()
            .listed
            .len(),
        1
    );
    assert_eq!(server.asked().len(), 1);
    assert!(
        !format!(
            "{:?} {:?}",
            password("secret"),
            book(&server.book(), password("secret"))
        )
        .contains("secret")
    );
    let stop = book(&server.book(), password("wrong"))
        .changes(None)
        .unwrap_err();
    assert_eq!((stop.kind, stop.status), (Kind::SignIn, Some(401)));
    assert!(
        !stop.why.contains("wrong") && stop.why.contains("app password"),
        "{}",
        stop.why
    );
    assert_eq!(server.asked().len(), 1);
    assert!(
        book(&server.book(), Credentials::None)
            .changes(None)
            .is_err()
    );
}

#[test]
fn a_digest_is_challenged_once_and_then_counted() {
    let server = server(Access::Digest);
    let mut right = book(&server.book(), password("secret"));
    for _ in 0..12 {
        right.changes(None).unwrap();
    }
    // Twelve answers; a challenge at first, and two nonces that were used up.
    assert_eq!(server.asked().len(), 15);
    let heard = server.state().heard.join("\n");
    assert_eq!(heard.matches("Basic ").count(), 1);

    // Each method and address has a response of its own.
    let place = right.place_for("new");
    let put = right.put(&place, &card("new", "Bob", "1"), None);
    let Ok(Put::Taken {
        etag: Some(etag), ..
    }) = put
    else {
        panic!("{put:?}");
    };
    assert_eq!(right.delete(&place, &etag), Ok(Delete::Done));
    server.asked();

    let stop = book(&server.book(), password("wrong"))
        .changes(None)
        .unwrap_err();
    assert_eq!(stop.kind, Kind::SignIn);
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn a_token_that_expired_is_asked_for_once_more() {
    let server = server(Access::Bearer);
    let mut given = 0;
    let renew = move || {
        given += 1;
        if given < 4 {
            Ok(Secret::new(format!("token-{}", given - 1)))
        } else {
            Err("no more".to_owned())
        }
    };
    let mut book = book(&server.book(), Credentials::Token(Box::new(renew)));
    book.changes(None).unwrap();
    server.state().ways.token_number = 1;
    book.changes(None).unwrap();
    assert_eq!(server.asked().len(), 3);
    server.state().ways.token_number = 7;
    assert_eq!(book.changes(None).unwrap_err().kind, Kind::SignIn);
    assert_eq!(server.asked().len(), 2);
    let stop = book.changes(None).unwrap_err();
    assert_eq!(stop.kind, Kind::NoSecret);
    assert!(stop.why.contains("no more"), "{stop}");
}

#[test]
fn another_server_hears_nothing() {
    let other = server(Access::Anybody);
    let first = DavServer::start(Ways {
        home: Some(other.root()),
        ..Ways::default()
    });
    let root = first.root();
    let mut client = client(&root, password("secret"));
    let stop = discover(&mut client, &address(&root)).unwrap_err();
    assert_eq!(stop.kind, Kind::Elsewhere(other.root()));
    first.state().ways.redirects = Some(other.book());
    let stop = book(&first.book(), password("secret"))
        .changes(None)
        .unwrap_err();
    assert_eq!(stop.kind, Kind::Elsewhere(other.book()));
    assert_eq!(other.asked(), [""; 0]);
}

#[test]
fn a_circle_of_redirects_ends() {
    let server = server(Access::Anybody);
    server.state().ways.redirects = Some(BOOK.to_owned());
    let stop = book(&server.book(), Credentials::None)
        .changes(None)
        .unwrap_err();
    assert_eq!(stop.kind, Kind::Odd);
    assert_eq!(server.asked().len(), 6);
}

#[test]
fn requests_say_who_is_asking() {
    let server = server(Access::Anybody);
    book(&server.book(), Credentials::None)
        .changes(None)
        .unwrap();
    let heard = server.state().heard.join("\n");
    let agent = format!("callbook/{}", env!("CARGO_PKG_VERSION"));
    assert!(heard.contains(&agent) && heard.contains("gzip"), "{heard}");
}
