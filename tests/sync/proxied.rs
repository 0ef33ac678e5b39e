//! A run with one fault at each of its requests, and then one without: as if there had been none.

use std::time::{Duration, Instant};

use callbook::sync::carddav::AddressBook;
use callbook::sync::carddav::answers::{Delete, Etag, Got, Href, Put};
use callbook::sync::carddav::http::{Client, Settings};
use callbook::sync::carddav::stop::{Kind, Stop};

use crate::dav_server::{Access, BOOK, DavServer, Ways};
use crate::failing_proxy::{FAULTS, FailingProxy, Fault};
use crate::{address, card, password};

/// The address book behind a proxy, which is waited for no longer than a second.
pub(crate) fn behind(proxy: &FailingProxy, path: &str) -> AddressBook {
    let address = address(&format!("http://127.0.0.1:{}{path}", proxy.port()));
    let settings = Settings {
        timeout: Duration::from_secs(1),
        ..Settings::default()
    };
    let client = Client::new(&address, settings, password("secret")).unwrap();
    AddressBook::new(client, &address)
}

/// Makes the book there say three things, whatever it says: `a` is changed, `b` is gone, `c` is made. It looks
/// before it writes, so that it can be run again after it was interrupted anywhere.
pub(crate) fn run(book: &mut AddressBook) -> Result<(), Stop> {
    let stale = || Stop {
        kind: Kind::Odd,
        status: None,
        why: "another version".to_owned(),
    };
    let listed = book.changes(None)?.listed;
    let hrefs: Vec<Href> = listed.into_iter().map(|(href, _)| href).collect();
    let got = book.get(&hrefs)?;
    if got.len() < hrefs.len() {
        return Err(stale());
    }
    let find = |name: &str| {
        got.iter().find_map(|(href, got)| match got {
            Got::Card(etag, text) if href.0.ends_with(name) => {
                Some((href.clone(), etag.clone(), text.clone()))
            }
            _ => None,
        })
    };
    let wanted = card("a", "Changed", "2");
    if let Some((href, etag, text)) = find("/a.vcf")
        && text != wanted
        && !matches!(book.put(&href, &wanted, Some(&etag))?, Put::Taken { .. })
    {
        return Err(stale());
    }
    let made = card("c", "Made", "3");
    let place = book.place_for("c");
    let there = find("/c.vcf");
    let etag: Option<Etag> = there.as_ref().map(|(_, etag, _)| etag.clone());
    if there.is_none_or(|(_, _, text)| text != made)
        && !matches!(book.put(&place, &made, etag.as_ref())?, Put::Taken { .. })
    {
        return Err(stale());
    }
    if let Some((href, etag, _)) = find("/b.vcf")
        && book.delete(&href, &etag)? != Delete::Done
    {
        return Err(stale());
    }
    book.get(&[place]).map(drop)
}

#[test]
fn a_fault_at_any_request_is_made_good_by_the_next_run() {
    let mut tried = 0;
    for fault in FAULTS {
        let mut at = 1;
        loop {
            let server = DavServer::start(Ways {
                access: Access::Basic,
                ..Ways::default()
            });
            server.store("a.vcf", &card("a", "Ann", "1"));
            server.store("b.vcf", &card("b", "Bob", "1"));
            let proxy = FailingProxy::start(server.port());
            let mut book = behind(&proxy, BOOK);
            proxy.fail(at, fault);
            let begun = Instant::now();
            let first = run(&mut book);
            assert!(
                begun.elapsed() < Duration::from_secs(4),
                "{fault:?} at {at}"
            );
            if proxy.count() < at {
                first.unwrap();
                assert!(at > 6, "{fault:?}: the run has only {at} requests");
                break;
            }
            check(fault, at, &first);
            tried += 1;
            proxy.heal();
            run(&mut book).unwrap();
            let text = |name: &str| server.card(name).map(|card| card.text);
            assert_eq!(
                text("a.vcf"),
                Some(card("a", "Changed", "2")),
                "{fault:?} at {at}"
            );
            assert_eq!(text("b.vcf"), None, "{fault:?} at {at}");
            assert_eq!(
                text("c.vcf"),
                Some(card("c", "Made", "3")),
                "{fault:?} at {at}"
            );
            let paths: Vec<_> = server.state().cards.keys().cloned().collect();
            assert_eq!(paths, [format!("{BOOK}a.vcf"), format!("{BOOK}c.vcf")]);
            at += 1;
        }
    }
    assert!(tried >= FAULTS.len() * 6, "{tried}");
}

/// What a run says of a fault.
fn check(fault: Fault, at: usize, first: &Result<(), Stop>) {
    let kind = first.as_ref().map_err(|stop| stop.kind.clone());
    let shown = format!("{fault:?} at {at}: {first:?}");
    match fault {
        Fault::Later => {
            let seconds = Duration::from_secs(7);
            assert_eq!(kind, Err(Kind::Later(Some(seconds))), "{shown}");
        }
        Fault::TooMany => assert!(matches!(kind, Err(Kind::Later(Some(_)))), "{shown}"),
        Fault::Unauthorised => assert_eq!(kind, Err(Kind::SignIn), "{shown}"),
        Fault::Elsewhere => {
            assert_eq!(
                kind,
                Err(Kind::Elsewhere("http://127.0.0.2:9/login".to_owned())),
                "{shown}"
            );
        }
        Fault::Page => {
            assert_eq!(kind, Err(Kind::Page), "{shown}");
            assert!(
                first.as_ref().unwrap_err().why.contains("login page"),
                "{shown}"
            );
        }
        // Reading is tried once more with fewer cards.
        Fault::DropBefore | Fault::DropAfter | Fault::Broken | Fault::Hang => {
            assert!(
                matches!(kind, Ok(()) | Err(Kind::Unknown | Kind::Odd)),
                "{shown}"
            );
        }
        Fault::Trickle | Fault::NoEtag => assert!(first.is_ok(), "{shown}"),
        // An empty body cannot be cut short; a version that is wrong is noticed or not needed.
        Fault::CutWithLength | Fault::CutWithoutLength | Fault::ChangedEtag | Fault::StripX => {
            assert!(
                matches!(kind, Ok(()) | Err(Kind::Unknown | Kind::Odd)),
                "{shown}"
            );
        }
    }
    if let Err(stop) = first {
        assert!(
            !stop.why.is_empty() && !stop.why.contains("secret"),
            "{shown}"
        );
    }
}
