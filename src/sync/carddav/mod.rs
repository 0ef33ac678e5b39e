//! An address book on a `CardDAV` server (RFC 6352): which cards changed, their texts, writing and deleting
//! one.
//!
//! Only the protocol: nothing here knows of contacts or of the book. What a server may do to the person who
//! asks is in [`http`] and [`xml`]; what its answers mean is in the files for each kind of request.

pub mod answers;
pub mod auth;
pub mod changes;
pub mod discovery;
pub mod href;
pub mod http;
pub mod stop;
pub mod trace;
pub mod xml;

mod cards;
mod reply;
mod write;

use answers::{Changes, Delete, Etag, Got, Href, Put};
use changes::BookState;
use href::Address;
use http::{Client, Traffic};
use stop::Stop;

/// An address book on a server.
#[derive(Debug)]
pub struct AddressBook {
    client: Client,
    address: Address,
    cards: cards::Cards,
}

impl AddressBook {
    /// Takes an address book at an address of the client's server; nothing is sent.
    #[must_use]
    pub fn new(client: Client, address: &Address) -> Self {
        Self {
            client,
            address: address.as_folder(),
            cards: cards::Cards::default(),
        }
    }

    /// Where it is: where it was, or where the server said that it has moved for good.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Goes on at the address that the book was said to have moved to.
    fn follow(&mut self) {
        if let Some((_, to)) = self
            .client
            .moved()
            .filter(|(from, _)| from.is_same(&self.address))
        {
            self.address = to.as_folder();
        }
    }

    /// Where a new card goes. `name` is made of hex digits and hyphens: some servers refuse other signs.
    #[must_use]
    pub fn place_for(&self, name: &str) -> Href {
        Href(format!("{}{name}.vcf", self.address.path))
    }

    /// What the server says of it.
    pub fn state(&mut self) -> Result<BookState, Stop> {
        let state = changes::state(&mut self.client, &self.address);
        self.follow();
        state
    }

    /// What changed since a token, or everything.
    pub fn changes(&mut self, token: Option<&str>) -> Result<Changes, Stop> {
        let changes = changes::changes(&mut self.client, &self.address, token);
        self.follow();
        changes
    }

    /// How many cards are best asked for at once.
    #[must_use]
    pub fn batch(&self) -> usize {
        self.cards.batch()
    }

    /// Cards by their addresses. What is not answered is left out.
    pub fn get(&mut self, hrefs: &[Href]) -> Result<Vec<(Href, Got)>, Stop> {
        self.cards.get(&mut self.client, &self.address, hrefs)
    }

    /// Writes a card over the version that is named, or as a new one.
    pub fn put(&mut self, href: &Href, text: &str, over: Option<&Etag>) -> Result<Put, Stop> {
        write::put(&mut self.client, &self.address, href, text, over)
    }

    /// Deletes a card of this version.
    pub fn delete(&mut self, href: &Href, etag: &Etag) -> Result<Delete, Stop> {
        write::delete(&mut self.client, &self.address, href, etag)
    }

    /// What was sent and read so far.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.client.traffic()
    }
}
