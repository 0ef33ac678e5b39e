//! A server as the other side of a run.

use callbook::domain::sync::remote::{Delete, Etag, Got, Href, Put, Remote as _, Stop, Traits};
use callbook::sync::server::Server;

use crate::dav_server::{Access, BOOK, DavServer, Ways};
use crate::{book, card, password};

/// Cards are texts here, and one with `broken` in it cannot be read.
fn joined(server: &DavServer, word: &str) -> Server<String> {
    let read = |etag, text: String| {
        if text.contains("broken") {
            Got::Unread(etag, "broken".to_owned())
        } else {
            Got::Card(etag, text)
        }
    };
    let book = book(&server.book(), password(word));
    Server::new(
        book,
        Traits::default(),
        Box::new(read),
        Box::new(Clone::clone),
    )
}

#[test]
fn a_run_gets_the_answers_that_it_knows() {
    let server = DavServer::start(Ways {
        access: Access::Basic,
        ..Ways::default()
    });
    server.store("a.vcf", &card("a", "Ann", "1"));
    server.store("b.vcf", "broken");
    let mut remote = joined(&server, "secret");
    let listed = remote.changes(None).unwrap().listed;
    let hrefs: Vec<Href> = listed.iter().map(|(href, _)| href.clone()).collect();
    let got = remote.get(&hrefs).unwrap();
    assert!(matches!(&got[0].1, Got::Card(_, text) if text.contains("Ann")));
    assert!(matches!(&got[1].1, Got::Unread(_, why) if why == "broken"));

    let old = Etag("\"old\"".to_owned());
    let gone = Href(format!("{BOOK}gone.vcf"));
    let text = card("c", "Cy", "1");
    assert!(matches!(
        remote.put(&hrefs[0], &text, Some(&old)),
        Ok(Put::Moved)
    ));
    assert!(matches!(
        remote.put(&gone, &text, Some(&old)),
        Ok(Put::Moved)
    ));
    assert!(matches!(remote.delete(&gone, &old), Ok(Delete::Moved)));
    assert!(matches!(
        remote.put(&gone, &text, None),
        Ok(Put::Taken { etag: Some(_), .. })
    ));

    server.state().ways.read_only = true;
    assert!(matches!(
        remote.put(&gone, &text, Some(&old)),
        Ok(Put::ReadOnly(_))
    ));
    server.state().ways.book_status = Some(503);
    assert!(matches!(
        remote.changes(None),
        Err(Stop::Later { after: None, .. })
    ));
    server.state().ways.book_status = Some(404);
    assert!(matches!(remote.changes(None), Err(Stop::Trouble(_))));
    let stop = joined(&server, "wrong").changes(None);
    assert!(matches!(stop, Err(Stop::Password(_))));
}

#[test]
fn a_card_without_a_version_is_read_each_time() {
    let server = DavServer::start(Ways {
        access: Access::Basic,
        ..Ways::default()
    });
    server.store("a.vcf", &card("a", "Ann", "1"));
    server
        .state()
        .cards
        .get_mut(&format!("{BOOK}a.vcf"))
        .unwrap()
        .etag = String::new();
    let mut remote = joined(&server, "secret");
    let (href, listed) = remote.changes(None).unwrap().listed.remove(0);
    let got = remote.get(&[href]).unwrap();
    let Got::Card(read, _) = &got[0].1 else {
        panic!("not read")
    };
    assert_ne!(listed.as_ref(), Some(read));
}
