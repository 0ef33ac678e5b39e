//! An address book on a server as the other side of a sync.
//!
//! Joins the protocol, which knows texts, with a run, which knows cards, and says what each answer means to it.

use std::fmt::{self, Write as _};

use super::carddav::AddressBook;
use super::carddav::{answers, stop};
use crate::domain::safe::safe;
use crate::domain::sync::remote::{Changes, Delete, Etag, Got, Href, Put, Remote, Stop, Traits};

/// The version in a list of a card that the server gives none for. No card has it, so that such a card is read each
/// time that it is listed.
const UNKNOWN: &str = "?";

/// What a text that is there makes.
type Read<C> = Box<dyn Fn(Etag, String) -> Got<C> + Send>;

/// The text of a card.
type Write<C> = Box<dyn Fn(&C) -> String + Send>;

/// An address book on a server.
pub struct Server<C> {
    book: AddressBook,
    traits: Traits,
    read: Read<C>,
    write: Write<C>,
}

impl<C> fmt::Debug for Server<C> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.book.fmt(formatter)
    }
}

impl<C> Server<C> {
    /// Takes an address book, with what was learned of it before.
    #[must_use]
    pub fn new(book: AddressBook, traits: Traits, read: Read<C>, write: Write<C>) -> Self {
        let host = &book.address().origin.host;
        let is_google = host == "googleapis.com" || host.ends_with(".googleapis.com");
        let ignores_versions = traits.ignores_versions || is_google;
        let traits = Traits {
            ignores_versions,
            ..traits
        };
        Self {
            book,
            traits,
            read,
            write,
        }
    }

    /// The address book itself.
    #[must_use]
    pub fn book(&self) -> &AddressBook {
        &self.book
    }
}

impl<C> Remote for Server<C> {
    type Card = C;

    fn changes(&mut self, token: Option<&str>) -> Result<Changes, Stop> {
        let changes = self.book.changes(token).map_err(stopped)?;
        let listed = |(href, etag): (answers::Href, Option<answers::Etag>)| {
            let etag = etag.map(|etag| match etag.0 {
                etag if etag.is_empty() => Etag(UNKNOWN.to_owned()),
                etag => Etag(etag),
            });
            (Href(href.0), etag)
        };
        Ok(Changes {
            listed: changes.listed.into_iter().map(listed).collect(),
            full: changes.full,
            token: changes.token,
        })
    }

    fn get(&mut self, hrefs: &[Href]) -> Result<Vec<(Href, Got<C>)>, Stop> {
        let hrefs: Vec<_> = hrefs.iter().map(there).collect();
        let got = self.book.get(&hrefs).map_err(stopped)?;
        let card = |(href, got): (answers::Href, answers::Got)| {
            let got = match got {
                answers::Got::Gone => Got::Gone,
                answers::Got::Card(etag, text) => (self.read)(Etag(etag.0), text),
            };
            (Href(href.0), got)
        };
        Ok(got.into_iter().map(card).collect())
    }

    fn put(&mut self, href: &Href, card: &C, over: Option<&Etag>) -> Result<Put, Stop> {
        let text = (self.write)(card);
        let over = over.map(|etag| answers::Etag(etag.0.clone()));
        let put = match self.book.put(&there(href), &text, over.as_ref()) {
            Err(stop) if may_be_of_one(&stop) => return Ok(Put::Lost(stop.why)),
            put => put.map_err(stopped)?,
        };
        Ok(match put {
            answers::Put::Taken { etag, href } => Put::Taken {
                etag: etag.map(|etag| Etag(etag.0)),
                href: Href(href.0),
            },
            // The run looks, and finds that it is gone.
            answers::Put::Moved | answers::Put::Gone => Put::Moved,
            answers::Put::UidTaken { href } => Put::UidTaken(href.map(|href| Href(href.0))),
            answers::Put::ReadOnly(why) => Put::ReadOnly(why),
            answers::Put::Refused(why) => Put::Refused(why),
            answers::Put::Failed(why) => Put::Failed(why),
        })
    }

    fn delete(&mut self, href: &Href, etag: &Etag) -> Result<Delete, Stop> {
        let etag = answers::Etag(etag.0.clone());
        let deleted = match self.book.delete(&there(href), &etag) {
            Err(stop) if may_be_of_one(&stop) => return Ok(Delete::Lost(stop.why)),
            deleted => deleted.map_err(stopped)?,
        };
        Ok(match deleted {
            answers::Delete::Done => Delete::Done,
            answers::Delete::Moved => Delete::Moved,
            answers::Delete::ReadOnly(why) => Delete::ReadOnly(why),
            answers::Delete::Refused(why) => Delete::Refused(why),
        })
    }

    fn batch(&self) -> usize {
        self.book.batch()
    }

    fn traits(&self) -> Traits {
        self.traits
    }
}

/// Whether a server that is well otherwise may answer so to one card, which is more than it or a proxy in between can
/// bear.
fn may_be_of_one(stop: &stop::Stop) -> bool {
    match stop.kind {
        stop::Kind::Unknown => true,
        stop::Kind::Later(None) => stop.status == Some(503),
        _ => false,
    }
}

/// An address as the protocol has it.
fn there(href: &Href) -> answers::Href {
    answers::Href(href.0.clone())
}

/// What ends a run, by what is to be done about it.
pub(super) fn stopped(stop: stop::Stop) -> Stop {
    let mut why = stop.why;
    match &stop.kind {
        stop::Kind::Gone => why.push_str(
            "; nothing was deleted, here or there. Where the address book is somewhere else now, callbook remote add \
             finds it; give its address as the url of this remote",
        ),
        stop::Kind::Forbidden => why.push_str("; check that the user may use this address book"),
        stop::Kind::Elsewhere(to) => {
            // Writing to a string cannot fail.
            let _ = write!(
                why,
                "; the password is not sent there unasked. If that is right, give {} as the url of this remote",
                safe(to)
            );
        }
        _ => {}
    }
    match stop.kind {
        stop::Kind::Unreachable | stop::Kind::Unknown => Stop::Later { why, after: None },
        stop::Kind::Later(after) => Stop::Later { why, after },
        stop::Kind::SignIn => Stop::Password(why),
        stop::Kind::NoSecret
        | stop::Kind::Forbidden
        | stop::Kind::Gone
        | stop::Kind::Elsewhere(_)
        | stop::Kind::Page
        | stop::Kind::Odd => Stop::Trouble(why),
    }
}
