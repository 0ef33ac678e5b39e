//! What an address book answers.

use std::fmt;

/// The longest version that is kept.
const LONGEST_ETAG: usize = 1_000;

/// The address of a card, as the server writes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Href(pub String);

/// The version of a card, as the server writes it. It is empty where the server names none: such a card may
/// have changed each time that it is listed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Etag(pub String);

impl Etag {
    /// Takes what a server wrote. A text that is too long to be stored counts as missing.
    #[must_use]
    pub fn of(text: String) -> Self {
        Self(
            Some(text)
                .filter(|text| text.len() <= LONGEST_ETAG)
                .unwrap_or_default(),
        )
    }
}

impl fmt::Display for Href {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for Etag {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// What changed since a token, or everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Cards with their version; none where one is gone.
    pub listed: Vec<(Href, Option<Etag>)>,
    /// Whether everything is listed: what is not is gone.
    pub full: bool,
    /// What to ask with the next time.
    pub token: Option<String>,
}

/// A card that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Got {
    /// It is there, with this text.
    Card(Etag, String),
    /// It is not there.
    Gone,
}

/// What became of a card that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Put {
    /// It was taken. The version may be missing, or another than that of what is stored.
    Taken {
        /// The version that the answer names.
        etag: Option<Etag>,
        /// Where the card is now.
        href: Href,
    },
    /// It is another version, gone, or refused in disguise; for a new card: something is there already.
    Moved,
    /// Another card has the UID.
    UidTaken {
        /// Where that card is, if the server says so.
        href: Option<Href>,
    },
    /// The card that was to be written over is gone.
    Gone,
    /// Nothing can be written here; what the server says.
    ReadOnly(String),
    /// This card is not taken; what the server says.
    Refused(String),
    /// The server failed over this card, or it is locked; whether it was taken is not known.
    Failed(String),
}

/// What became of a card that was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delete {
    /// It is deleted.
    Done,
    /// It is gone or has another version: look which.
    Moved,
    /// Nothing can be written here; what the server says.
    ReadOnly(String),
    /// This card is not deleted; what the server says.
    Refused(String),
}
