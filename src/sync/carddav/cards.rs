//! The texts of cards, many in one request.
//!
//! Three things are told apart: a card that was answered, one that is gone, and one that was not answered at
//! all, which says nothing of it.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::answers::{Etag, Got, Href};
use super::changes::{headers, state};
use super::href::Address;
use super::http::{Client, Method, Request};
use super::stop::{Kind, Stop};
use super::xml::{Entry, Prop, escaped};

/// How much of an answer is read.
const CARDS: u64 = 128 * 1024 * 1024;

/// How many cards are asked for at first.
const FIRST: usize = 50;

/// How many are asked for at most.
const MOST: usize = 500;

/// An answer that takes less than this much time and text lets the next one be larger.
const QUICK: Duration = Duration::from_secs(1);
const SMALL: usize = 2 * 1024 * 1024;

/// How cards of one address book are asked for.
#[derive(Debug)]
pub(crate) struct Cards {
    batch: usize,
    /// Whether the server is known to offer version 4.0.
    offers_4: Option<bool>,
}

impl Default for Cards {
    fn default() -> Self {
        Self {
            batch: FIRST,
            offers_4: None,
        }
    }
}

/// A card as a server sends it: its version, its text, and the length that the stored one is said to have.
struct Sent {
    etag: Etag,
    text: String,
    length: Option<u64>,
}

impl Sent {
    /// Whether the text is as long as what is stored, so far as that is known.
    fn fits(&self) -> bool {
        self.length
            .is_none_or(|length| length == self.text.len() as u64)
    }
}

/// What was answered to one request, by the place of each card.
type Answered = HashMap<Vec<u8>, Option<Sent>>;

impl Cards {
    /// How many cards are asked for at once now.
    pub(crate) fn batch(&self) -> usize {
        self.batch
    }

    /// The cards at some addresses. What is not answered is left out.
    pub(crate) fn get(
        &mut self,
        client: &mut Client,
        book: &Address,
        hrefs: &[Href],
    ) -> Result<Vec<(Href, Got)>, Stop> {
        let mut got = Vec::with_capacity(hrefs.len());
        let mut is_there = false;
        let mut rest = hrefs;
        while !rest.is_empty() {
            let (part, after) = rest.split_at(self.batch.min(rest.len()));
            let begun = Instant::now();
            let answered = match self.stored(client, book, part) {
                Ok(answered) => answered,
                Err(stop) if may_be_one_card(&stop) => {
                    // Whatever is wrong with a card, the book has to be there and answer.
                    if !is_there {
                        self.look(client, book)?;
                        is_there = true;
                    }
                    self.batch = (part.len() / 2).max(1);
                    if part.len() == 1 {
                        // It is this one. It is not answered, unless nothing is.
                        if stop.status.is_none() {
                            return Err(stop);
                        }
                        rest = after;
                    }
                    continue;
                }
                Err(stop) => return Err(stop),
            };
            let size: usize = answered
                .values()
                .flatten()
                .map(|sent| sent.text.len())
                .sum();
            if begun.elapsed() < QUICK && size < SMALL {
                self.batch = (self.batch * 2).min(MOST);
            }
            got.extend(in_order(part, book, answered));
            rest = after;
        }
        Ok(got)
    }

    /// Asks for cards in the version in which they are stored.
    ///
    /// Many servers turn one version into the other unless asked for it, and to write such a text back would
    /// lose what the other version cannot say. The length of what is stored tells which is which.
    fn stored(
        &mut self,
        client: &mut Client,
        book: &Address,
        hrefs: &[Href],
    ) -> Result<Answered, Stop> {
        let mut answered = multiget(client, book, hrefs, "<C:address-data/>")?;
        let is_turned = |href: &&Href| {
            let place = book.resolve(&href.0).map(|address| address.place());
            let sent = place.ok().and_then(|place| answered.get(&place)?.as_ref());
            sent.is_some_and(|sent| !sent.fits())
        };
        let turned: Vec<_> = hrefs.iter().filter(is_turned).cloned().collect();
        if turned.is_empty() || !self.has_version_4(client, book)? {
            return Ok(answered);
        }
        let data = "<C:address-data content-type=\"text/vcard\" version=\"4.0\"/>";
        match multiget(client, book, &turned, data) {
            Ok(others) => {
                let others = others
                    .into_iter()
                    .filter(|(_, other)| other.as_ref().is_some_and(Sent::fits));
                answered.extend(others);
            }
            Err(stop)
                if stop
                    .status
                    .is_some_and(|status| (400..500).contains(&status)) => {}
            Err(stop) => return Err(stop),
        }
        Ok(answered)
    }

    fn has_version_4(&mut self, client: &mut Client, book: &Address) -> Result<bool, Stop> {
        match self.offers_4 {
            Some(offers_4) => Ok(offers_4),
            None => self.look(client, book),
        }
    }

    fn look(&mut self, client: &mut Client, book: &Address) -> Result<bool, Stop> {
        let offers_4 = state(client, book)?
            .versions
            .iter()
            .any(|version| version == "4.0");
        self.offers_4 = Some(offers_4);
        Ok(offers_4)
    }
}

/// Whether fewer cards at once, or without one of these, may be answered.
fn may_be_one_card(stop: &Stop) -> bool {
    matches!(
        stop.kind,
        Kind::Unknown | Kind::Gone | Kind::Forbidden | Kind::Odd
    )
}

/// What was answered, by the addresses that were asked for.
fn in_order(hrefs: &[Href], book: &Address, mut answered: Answered) -> Vec<(Href, Got)> {
    let one = |href: &Href| {
        let place = book.resolve(&href.0).ok()?.place();
        let got = match answered.remove(&place)? {
            Some(sent) => Got::Card(sent.etag, sent.text),
            None => Got::Gone,
        };
        Some((href.clone(), got))
    };
    hrefs.iter().filter_map(one).collect()
}

/// One request for cards; none for one that is gone.
fn multiget(
    client: &mut Client,
    book: &Address,
    hrefs: &[Href],
    data: &str,
) -> Result<Answered, Stop> {
    let mut named = String::new();
    for href in hrefs {
        // Writing to a string cannot fail.
        let _ = write!(named, "<D:href>{}</D:href>", escaped(&href.0));
    }
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><C:addressbook-multiget xmlns:D=\"DAV:\" \
         xmlns:C=\"urn:ietf:params:xml:ns:carddav\"><D:prop><D:getetag/><D:getcontentlength/>{data}\
         </D:prop>{named}</C:addressbook-multiget>"
    );
    let request = Request {
        method: Method::Report,
        address: book,
        headers: headers("1"),
        body: &body,
        limit: CARDS,
    };
    let mut answered = Answered::new();
    client.multistatus(&request, |entry, from| {
        let Ok(address) = book.reference(from, &entry.href) else {
            return;
        };
        if matches!(entry.status, Some(404 | 410)) {
            answered.entry(address.place()).or_insert(None);
        } else if let Some(sent) = sent(entry) {
            answered.insert(address.place(), Some(sent));
        }
    })?;
    Ok(answered)
}

/// The card in an entry, if there is one.
fn sent(entry: Entry) -> Option<Sent> {
    if entry.status.is_some_and(|status| status >= 300) {
        return None;
    }
    let (mut etag, mut text, mut length) = (Etag::of(String::new()), None, None);
    for prop in entry.props {
        match prop {
            Prop::ETag(said) => etag = Etag::of(said),
            Prop::Data(said) => text = Some(said),
            Prop::Length(said) => length = Some(said),
            _ => {}
        }
    }
    Some(Sent {
        etag,
        text: text?,
        length,
    })
}
