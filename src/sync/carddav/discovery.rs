//! From an address, or an email address, to the address books of a person (RFC 6764, without the DNS).

use super::changes::{BOOK_PROPS, BookState, propfind};
use super::href::{self, Address};
use super::http::Client;
use super::stop::{Kind, Stop};
use super::xml::{Entry, Prop};

/// Providers whose servers are not at the domain of their email addresses.
const PROVIDERS: [(&[&str], &str); 8] = [
    (
        &["fastmail.com", "fastmail.fm"],
        "https://carddav.fastmail.com/",
    ),
    (
        &["icloud.com", "me.com", "mac.com"],
        "https://contacts.icloud.com/",
    ),
    (
        &["gmail.com", "googlemail.com"],
        "https://www.googleapis.com/",
    ),
    (&["mailbox.org"], "https://dav.mailbox.org/"),
    (&["posteo.de", "posteo.net"], "https://posteo.de:8443/"),
    (
        &["gmx.de", "gmx.net", "gmx.at", "gmx.ch", "gmx.com"],
        "https://carddav.gmx.net/",
    ),
    (&["web.de"], "https://carddav.web.de/"),
    (&["yahoo.com"], "https://carddav.address.yahoo.com/"),
];

/// How many homes of one person are looked into.
const HOMES: usize = 10;

/// An address book that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub address: Address,
    /// What is known of it.
    pub state: BookState,
}

/// Reads what a person wrote as the address to begin at: an address with or without its `https://`, or an
/// email address.
pub fn start(text: &str) -> Result<Address, href::Fault> {
    let text = text.trim();
    if text.contains("://") {
        return Address::read(text);
    }
    let Some((_, domain)) = text.rsplit_once('@').filter(|_| !text.contains('/')) else {
        return Address::read(&format!("https://{text}"));
    };
    let domain = domain.to_ascii_lowercase();
    let provider = PROVIDERS
        .iter()
        .find(|(domains, _)| domains.contains(&domain.as_str()));
    match provider {
        Some((_, address)) => Address::read(address),
        None => Address::read(&format!("https://{domain}")),
    }
}

/// Finds address books from an address, which may be that of an address book, of the folder it is in, of a
/// person, or of the server. Finding none is not an error.
///
/// # Errors
/// If the server does not answer, refuses the password, or redirects to another host.
pub fn discover(client: &mut Client, start: &Address) -> Result<Vec<Found>, Stop> {
    let at = |path: &str| Address {
        origin: start.origin.clone(),
        path: path.to_owned(),
    };
    let mut places = vec![at("/.well-known/carddav"), at("/")];
    if start.path != "/" {
        places.insert(0, start.clone());
    }
    let (mut trouble, mut is_nowhere) = (None, false);
    for place in &places {
        match from(client, place, place == start) {
            Ok(books) if books.is_empty() => {}
            // What is wrong with the server says more than that nothing is at an address.
            Err(stop) if is_elsewhere(&stop) => {
                is_nowhere |= place == start && is_nothing(&stop);
                if trouble.as_ref().is_none_or(is_nothing) {
                    trouble = Some(stop);
                }
            }
            answer => return answer,
        }
    }
    // A server that answers nowhere says why; one that answers has no address book.
    match trouble {
        Some(mut stop) if !is_nothing(&stop) => {
            if is_nowhere {
                stop.why = format!("{}; nothing is at {start}", stop.why);
            }
            Err(stop)
        }
        _ => Ok(Vec::new()),
    }
}

/// Whether nothing is at an address.
const fn is_nothing(stop: &Stop) -> bool {
    matches!(stop.status, Some(404 | 405 | 410))
}

/// The address books that one address leads to.
fn from(client: &mut Client, place: &Address, is_given: bool) -> Result<Vec<Found>, Stop> {
    let seen = look(client, place)?;
    if let Some(book) = seen.book {
        return Ok(vec![book]);
    }
    let mut homes = seen.homes;
    if homes.is_empty()
        && let Some(principal) = &seen.principal
    {
        homes = look(client, principal)?.homes;
    }
    // Some servers name no person and no home: the address that was given is taken for it.
    if homes.is_empty() && is_given && place.path != "/" {
        homes.push(seen.address);
    }
    let mut books = Vec::new();
    for home in homes.iter().take(HOMES) {
        in_home(client, home, &mut books)?;
    }
    Ok(books)
}

/// Whether another address of the same server may still answer.
fn is_elsewhere(stop: &Stop) -> bool {
    let has_answered = stop.status.is_some() || stop.kind == Kind::Odd;
    has_answered && !matches!(stop.kind, Kind::SignIn | Kind::Later(_))
}

/// What one address says.
struct Seen {
    /// The address that answered.
    address: Address,
    book: Option<Found>,
    principal: Option<Address>,
    homes: Vec<Address>,
}

fn look(client: &mut Client, address: &Address) -> Result<Seen, Stop> {
    let mut seen = Seen {
        address: address.clone(),
        book: None,
        principal: None,
        homes: Vec::new(),
    };
    let mut elsewhere = None;
    let props = format!("{BOOK_PROPS}<D:current-user-principal/><C:addressbook-home-set/>");
    propfind(client, address, false, &props, |entry, from| {
        seen.address = from.clone();
        if !is_there(&entry) {
            return;
        }
        let state = BookState::of(&entry);
        if state.is_book == Some(true) {
            let address = from.as_folder();
            seen.book.get_or_insert(Found { address, state });
        }
        for prop in &entry.props {
            let (Prop::Principal(href) | Prop::Home(href)) = prop else {
                continue;
            };
            let Some(there) = from.resolve(href).ok().filter(|_| !href.is_empty()) else {
                continue;
            };
            let there = put_back(from, there);
            if !from.origin.trusts(&there.origin) {
                elsewhere.get_or_insert(there);
            } else if matches!(prop, Prop::Home(_)) {
                seen.homes.push(there);
            } else {
                seen.principal.get_or_insert(there);
            }
        }
    })?;
    match elsewhere {
        Some(there) if seen.homes.is_empty() && seen.book.is_none() => {
            let why = format!(
                "{} keeps the address books on {}",
                address.origin, there.origin
            );
            Err(Stop::new(Kind::Elsewhere(there.to_string()), None, &why))
        }
        _ => Ok(seen),
    }
}

/// An address that a server behind a proxy gave with http is meant with https.
fn put_back(from: &Address, mut there: Address) -> Address {
    if from.origin.secure && !there.origin.secure && from.origin.host == there.origin.host {
        there.origin = from.origin.clone();
    }
    there
}

fn is_there(entry: &Entry) -> bool {
    entry.status.is_none_or(|status| status < 300)
}

/// The address books in a folder.
fn in_home(client: &mut Client, home: &Address, books: &mut Vec<Found>) -> Result<(), Stop> {
    propfind(
        client,
        &home.as_folder(),
        true,
        BOOK_PROPS,
        |entry, from| {
            let state = BookState::of(&entry);
            let address = from
                .resolve(&entry.href)
                .map(|address| put_back(from, address));
            if let Ok(address) = address
                && is_there(&entry)
                && state.is_book == Some(true)
                && from.origin.trusts(&address.origin)
                && !books.iter().any(|book| book.address.is_same(&address))
            {
                books.push(Found {
                    address: address.as_folder(),
                    state,
                });
            }
        },
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_email_address_is_enough() {
        let table = [
            (
                "https://cloud.example.org/dav",
                "https://cloud.example.org/dav",
            ),
            ("cloud.example.org/dav", "https://cloud.example.org/dav"),
            ("cloud.example.org:8443", "https://cloud.example.org:8443/"),
            ("ann@Example.org", "https://example.org/"),
            ("ann@gmail.com", "https://www.googleapis.com/"),
            ("ann@me.com", "https://contacts.icloud.com/"),
            ("ann@posteo.de", "https://posteo.de:8443/"),
        ];
        for (text, address) in table {
            assert_eq!(start(text).unwrap().to_string(), address, "{text}");
        }
        assert_eq!(start("https://ann:x@h/"), Err(href::Fault::Password));
        assert_eq!(start(""), Err(href::Fault::Host));
    }
}
