//! What changed in an address book: by its token where it has one, by its tag, or by listing everything.
//!
//! A token that callbook keeps says of which kind it is: `t:` before a `sync-token` (RFC 6578), `c:` before the
//! tag of servers without it.

use std::collections::HashMap;

use super::answers::{Changes, Etag, Href};
use super::href::Address;
use super::http::{Client, Method, Request};
use super::stop::{Kind, Stop};
use super::xml::{Document, Entry, Prop, escaped};

/// How much of a list is read.
const LIST: u64 = 256 * 1024 * 1024;

/// How much of any other answer is read.
const SMALL: u64 = 4 * 1024 * 1024;

/// The longest address of a card. A longer one is passed over.
const LONGEST_HREF: usize = 4_000;

/// How often a server may say that there is more.
const PARTS: usize = 1_000;

/// What is known of an address book.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookState {
    /// Its name.
    pub name: String,
    /// Whether it is an address book at all; not known where the server does not say.
    pub is_book: Option<bool>,
    /// Whether it can be asked for what changed.
    pub has_sync: bool,
    /// The versions of vCard that it offers.
    pub versions: Vec<String>,
    /// The largest card that it takes, in bytes.
    pub max_size: Option<u64>,
    /// Whether nothing can be written.
    pub read_only: bool,
    token: Option<String>,
    tag: Option<String>,
}

impl BookState {
    /// Reads the properties that [`BOOK_PROPS`] asks for.
    pub(crate) fn of(entry: &Entry) -> Self {
        let mut state = Self::default();
        let mut is_known = false;
        let mut has_privileges = false;
        let mut may_write = false;
        let mut has_reports = false;
        for prop in &entry.props {
            match prop {
                Prop::Collection => is_known = true,
                Prop::AddressBook => state.is_book = Some(true),
                Prop::DisplayName(name) => state.name.clone_from(name),
                Prop::SyncToken(token) => {
                    state.token = Some(token.clone()).filter(|token| !token.is_empty());
                }
                Prop::CTag(tag) => state.tag = Some(tag.clone()).filter(|tag| !tag.is_empty()),
                // jCard has the version of the vCard that it is made of.
                Prop::Version(version) if !state.versions.contains(version) => {
                    state.versions.push(version.clone());
                }
                Prop::MaxSize(size) => state.max_size = Some(*size),
                Prop::Reports => has_reports = true,
                Prop::SyncCollection => state.has_sync = true,
                Prop::Privileges => has_privileges = true,
                Prop::MayWrite => may_write = true,
                _ => {}
            }
        }
        state.read_only = has_privileges && !may_write;
        // Where the server does not say which reports it has, a token is sign enough.
        state.has_sync |= !has_reports && state.token.is_some();
        if is_known && state.is_book.is_none() {
            state.is_book = Some(false);
        }
        state
    }

    /// What a list that is made after this was read can be continued with.
    fn token(&self) -> Option<String> {
        let sync = self
            .token
            .as_ref()
            .filter(|_| self.has_sync)
            .map(|token| format!("t:{token}"));
        sync.or_else(|| self.tag.as_ref().map(|tag| format!("c:{tag}")))
    }
}

/// The properties of an address book.
pub(crate) const BOOK_PROPS: &str = "<D:resourcetype/><D:displayname/><D:sync-token/><S:getctag/>\
     <C:supported-address-data/><D:supported-report-set/><C:max-resource-size/>\
     <D:current-user-privilege-set/>";

/// Asks for properties of one resource, or of all in a folder.
pub(crate) fn propfind(
    client: &mut Client,
    address: &Address,
    is_list: bool,
    props: &str,
    each: impl FnMut(Entry, &Address),
) -> Result<Document, Stop> {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><D:propfind xmlns:D=\"DAV:\" \
         xmlns:C=\"urn:ietf:params:xml:ns:carddav\" xmlns:S=\"http://calendarserver.org/ns/\">\
         <D:prop>{props}</D:prop></D:propfind>"
    );
    let request = Request {
        method: Method::Propfind,
        address,
        headers: headers(if is_list { "1" } else { "0" }),
        body: &body,
        limit: if is_list { LIST } else { SMALL },
    };
    client.multistatus(&request, each)
}

/// The headers of a request that asks with XML.
pub(crate) fn headers(depth: &str) -> Vec<(&'static str, String)> {
    let kind = "application/xml; charset=utf-8".to_owned();
    vec![("content-type", kind), ("depth", depth.to_owned())]
}

/// What is known of an address book now.
///
/// # Errors
/// If it does not answer, or is not an address book.
pub(crate) fn state(client: &mut Client, book: &Address) -> Result<BookState, Stop> {
    let mut state = None;
    propfind(client, book, false, BOOK_PROPS, |entry, _| {
        if entry.status.is_none_or(|status| status < 300) {
            state.get_or_insert_with(|| BookState::of(&entry));
        }
    })?;
    match state {
        Some(state) if state.is_book != Some(false) => Ok(state),
        Some(_) => Err(Stop::new(
            Kind::Odd,
            None,
            &format!("{book} is not an address book"),
        )),
        None => Err(Stop::new(
            Kind::Odd,
            None,
            &format!("{book}: the server returned no properties"),
        )),
    }
}

/// What changed since a token, or everything.
pub(crate) fn changes(
    client: &mut Client,
    book: &Address,
    token: Option<&str>,
) -> Result<Changes, Stop> {
    if let Some(tag) = token.and_then(|token| token.strip_prefix("c:")) {
        let state = state(client, book)?;
        if state.tag.as_deref() == Some(tag) {
            let token = token.map(str::to_owned);
            return Ok(Changes {
                listed: Vec::new(),
                full: false,
                token,
            });
        }
        return list(client, book, &state);
    }
    if let Some(token) = token.and_then(|token| token.strip_prefix("t:")) {
        match report(client, book, token) {
            Err(stop) if is_refused(&stop) => {}
            answer => return answer,
        }
    }
    match report(client, book, "") {
        // No token is refused too: the server wants one, or has no such report.
        Err(stop) if is_refused(&stop) || stop.status == Some(501) => {
            let state = state(client, book)?;
            list(client, book, &state)
        }
        answer => answer,
    }
}

/// Whether a request was understood and not liked, so that another one may be.
fn is_refused(stop: &Stop) -> bool {
    let is_refusal = stop
        .status
        .is_some_and(|status| (400..500).contains(&status));
    let is_not_it = matches!(stop.status, Some(401 | 404)) || matches!(stop.kind, Kind::Later(_));
    is_refusal && !is_not_it
}

/// The report `sync-collection`, with a token or with an empty one.
fn report(client: &mut Client, book: &Address, token: &str) -> Result<Changes, Stop> {
    // Google takes the depth of RFC 6578 for that of the report, and always says that nothing changed.
    let host = &book.origin.host;
    let is_google = host == "googleapis.com" || host.ends_with(".googleapis.com");
    let depth = if is_google { "1" } else { "0" };
    let mut members = Members::default();
    let mut next = token.to_owned();
    for _ in 0..PARTS {
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\"?><D:sync-collection xmlns:D=\"DAV:\">\
             <D:sync-token>{}</D:sync-token><D:sync-level>1</D:sync-level>\
             <D:prop><D:getetag/></D:prop></D:sync-collection>",
            escaped(&next)
        );
        let request = Request {
            method: Method::Report,
            address: book,
            headers: headers(depth),
            body: &body,
            limit: LIST,
        };
        let mut has_more = false;
        let document = client.multistatus(&request, |entry, from| {
            has_more |= members.add(&entry, book, from) == Added::More;
        })?;
        let given = document.token.filter(|token| !token.is_empty());
        match given {
            Some(given) if has_more && given != next => next = given,
            _ if has_more => break,
            given => {
                let kept = given.map(|given| format!("t:{given}"));
                return members.changes(book, token.is_empty(), kept);
            }
        }
    }
    Err(Stop::new(
        Kind::Odd,
        None,
        &format!("{}: the list of changes never ends", book.origin),
    ))
}

/// Everything, by listing the folder. Its state was read before, so that nothing falls in between.
fn list(client: &mut Client, book: &Address, state: &BookState) -> Result<Changes, Stop> {
    let mut members = Members::default();
    propfind(
        client,
        book,
        true,
        "<D:getetag/><D:resourcetype/>",
        |entry, from| {
            members.add(&entry, book, from);
        },
    )?;
    members.changes(book, true, state.token())
}

/// The cards in a list, each once.
#[derive(Default)]
struct Members {
    listed: Vec<(Href, Option<Etag>)>,
    places: HashMap<Vec<u8>, usize>,
    /// The address of the first card that is not in the address book.
    outside: Option<String>,
}

/// What an entry was.
#[derive(PartialEq, Eq)]
enum Added {
    /// A card, or something that says nothing of one.
    Entry,
    /// The folder, which says that there is more.
    More,
}

impl Members {
    /// What is listed.
    ///
    /// # Errors
    /// If all that is listed is elsewhere: then the address of the book is not what the server calls it.
    fn changes(self, book: &Address, full: bool, token: Option<String>) -> Result<Changes, Stop> {
        if let (Some(elsewhere), true) = (&self.outside, self.listed.is_empty()) {
            let why = format!(
                "the cards that {book} lists are not in it, but at addresses such as {elsewhere}; give the address of \
                 their folder as the url of this remote"
            );
            return Err(Stop::new(Kind::Odd, None, &why));
        }
        Ok(Changes {
            listed: self.listed,
            full,
            token,
        })
    }

    fn add(&mut self, entry: &Entry, book: &Address, from: &Address) -> Added {
        let Ok(address) = book.reference(from, &entry.href) else {
            return Added::Entry;
        };
        if address.is_same(from) || address.is_same(book) {
            return if entry.status == Some(507) {
                Added::More
            } else {
                Added::Entry
            };
        }
        let is_in = book.holds(&address) || from.holds(&address);
        let is_calendar = address.path.to_ascii_lowercase().ends_with(".ics");
        let is_folder = address.path.ends_with('/') || entry.has(&Prop::Collection);
        if is_calendar || is_folder {
            return Added::Entry;
        }
        if !is_in {
            self.outside.get_or_insert_with(|| address.to_string());
            return Added::Entry;
        }
        if address.path.len() > LONGEST_HREF {
            return Added::Entry;
        }
        let etag = entry.find(|prop| match prop {
            Prop::ETag(etag) => Some(Etag::of(etag.clone())),
            _ => None,
        });
        let version = match entry.status {
            Some(404 | 410) => None,
            // What could not be looked at is there all the same: asked for, it is not answered.
            _ => Some(etag.unwrap_or_else(|| Etag::of(String::new()))),
        };
        // As the server wrote it, unless that is no path: then nothing else would be compared with it.
        let place = address.place();
        let is_path = super::href::place(&entry.href) == place;
        let href = if is_path {
            entry.href.clone()
        } else {
            address.path
        };
        let member = (Href(href), version);
        let at = *self.places.entry(place).or_insert(self.listed.len());
        match self.listed.get_mut(at) {
            Some(same) => *same = member,
            None => self.listed.push(member),
        }
        Added::Entry
    }
}
