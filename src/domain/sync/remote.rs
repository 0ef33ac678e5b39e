//! The other side: what a run asks of it, and what it may answer.

use std::fmt;
use std::time::Duration;

use super::guard::Guard;
use crate::domain::import::GroupCard;
use crate::domain::refusal::Refusal;

/// The address of a card, as the other side writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Href(pub String);

impl Href {
    /// The last part of it: the name of the card's file.
    #[must_use]
    pub fn file(&self) -> &str {
        file_of(&self.0)
    }
}

/// The last part of an address: the name of the card's file.
#[must_use]
pub fn file_of(href: &str) -> &str {
    href.rsplit('/').next().unwrap_or(href)
}

/// The version of a card, as the other side writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Etag(pub String);

impl fmt::Display for Href {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Etag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An address book elsewhere.
pub trait Remote {
    /// Its cards.
    type Card;

    /// What changed there since a token, or everything.
    fn changes(&mut self, token: Option<&str>) -> Result<Changes, Stop>;

    /// Some cards. What is not answered is not in the answer.
    fn get(&mut self, hrefs: &[Href]) -> Result<Answered<Self::Card>, Stop>;

    /// Writes a card: over the version that is named, or as a new one.
    fn put(&mut self, href: &Href, card: &Self::Card, over: Option<&Etag>) -> Result<Put, Stop>;

    /// Deletes a card of this version.
    fn delete(&mut self, href: &Href, etag: &Etag) -> Result<Delete, Stop>;

    /// How many cards may be asked for at once.
    fn batch(&self) -> usize {
        100
    }

    /// What is known of its ways.
    fn traits(&self) -> Traits;
}

/// The cards that were answered for.
pub type Answered<C> = Vec<(Href, Got<C>)>;

/// The ways of a remote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Traits {
    /// The version in the answer to a change is that of the card that is stored.
    pub exact_etags: bool,
    /// A change is taken whatever version it names.
    pub ignores_versions: bool,
    /// Nothing can be changed there.
    pub read_only: bool,
}

/// What changed there.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Cards with their version; none where one is gone.
    pub listed: Vec<(Href, Option<Etag>)>,
    /// Whether everything is listed: what is not is gone.
    pub full: bool,
    /// What to ask with the next time.
    pub token: Option<String>,
}

/// A card that was asked for.
#[derive(Clone, Debug)]
pub enum Got<C> {
    /// It is there.
    Card(Etag, C),
    /// It is not there.
    Gone,
    /// It is the card of a group, whose members have its name as a tag.
    Group(Etag, GroupCard),
    /// It is there and cannot be read; why.
    Unread(Etag, String),
}

/// What became of a card that was written.
#[derive(Clone, Debug)]
pub enum Put {
    /// It was taken. The version may be missing or another than what is stored.
    Taken {
        /// The version that the answer names.
        etag: Option<Etag>,
        /// Where it is now.
        href: Href,
    },
    /// The version is another, or something is there already.
    Moved,
    /// Another card has its `UID`; where that is, if it was said.
    UidTaken(Option<Href>),
    /// This card is not taken; why.
    Refused(String),
    /// The other side failed over this card, and may have taken it all the same; why.
    Failed(String),
    /// There was no answer to this one, or one of a proxy: whether it was taken is not known; why.
    Lost(String),
    /// Nothing is taken; why.
    ReadOnly(String),
}

/// What became of a card that was deleted.
#[derive(Clone, Debug)]
pub enum Delete {
    /// It is gone.
    Done,
    /// The version is another.
    Moved,
    /// It is not deleted; why.
    Refused(String),
    /// There was no answer to this one, or one of a failure: whether it is deleted is not known; why.
    Lost(String),
    /// Nothing is deleted; why.
    ReadOnly(String),
}

/// Why a run ends early.
#[derive(Debug)]
pub enum Stop {
    /// The other side cannot be reached now, or asks to come later.
    Later {
        /// Why, in a sentence.
        why: String,
        /// After how long it may be asked again, if it said so.
        after: Option<Duration>,
    },
    /// The password is not taken.
    Password(String),
    /// The address book is not there, or does not answer as one does.
    Trouble(String),
    /// A person has to say first.
    Asked(Box<Guard>),
    /// The person stopped it.
    Stopped,
    /// The book here could not be read or written.
    Book(Box<Refusal>),
}
