//! Contacts: a person or a company, and what may be sent to make or change one.

use serde::{Deserialize, Serialize};

use super::fold::fold;
use super::timestamp::Timestamp;

pub use super::ids::{CardId, ContactId};

/// What a contact has beside names, numbers and note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DetailKind {
    /// An address of electronic mail.
    Email,
    /// A postal address, its parts with commas between.
    Address,
    /// A birthday, as the card gave it or as `YYYY-MM-DD`.
    Birthday,
    /// Another day to remember.
    Anniversary,
    /// A web page.
    Link,
    /// A name in a chat network.
    Chat,
    /// A relation, a role, or anything else that can be read.
    Other,
}

impl DetailKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Email,
        Self::Address,
        Self::Birthday,
        Self::Anniversary,
        Self::Link,
        Self::Chat,
        Self::Other,
    ];

    /// The word before it on the screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Address => "address",
            Self::Birthday => "birthday",
            Self::Anniversary => "anniversary",
            Self::Link => "link",
            Self::Chat => "chat",
            Self::Other => "other",
        }
    }
}

/// An email, address, birthday, link or the like.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Detail {
    /// What it is.
    pub kind: DetailKind,
    /// `home`, `work`, or any text.
    pub label: Option<String>,
    /// The value for people to read.
    pub value: String,
}

/// Whether a contact is a person or a company: the two are sorted in different ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContactKind {
    /// A person, or anything that is not known to be a company.
    #[default]
    Person,
    /// A company, club or office.
    Company,
}

impl ContactKind {
    /// The word in documents and in the store: `company`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Company => "company",
        }
    }

    /// The kind that a word names.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::Person, Self::Company]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

impl Detail {
    /// What makes two details the same, whatever their labels: the kind, and the value but for case,
    /// accents and width.
    #[must_use]
    pub fn identity(&self) -> (&'static str, String) {
        (self.kind.word(), fold(&self.value))
    }
}

/// A contact, as it is stored. A new field needs `#[serde(default)]`: records that were deleted before it
/// was there do not name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// The name that is shown; never blank.
    pub name: String,
    /// The given name.
    pub given_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
    /// What the name is sorted by in its place, family name first: `Rijn, Rembrandt`.
    #[serde(default)]
    pub sort_as: Option<String>,
    /// A person or a company.
    #[serde(default)]
    pub kind: ContactKind,
    /// The nickname.
    pub nickname: Option<String>,
    /// The firm or club.
    pub organisation: Option<String>,
    /// The position there.
    pub title: Option<String>,
    /// Anything one wants to remember.
    pub note: Option<String>,
    /// The tags, in the order in which they were given.
    pub tags: Vec<String>,
    /// Kept at hand.
    pub favourite: bool,
    /// Emails, addresses, birthday, links.
    pub details: Vec<Detail>,
    /// The `UID` of the card that it came from.
    pub uid: Option<String>,
    /// The card that it came from.
    pub card: Option<CardId>,
    /// Where it came from: `manual`, or what brought it.
    pub source: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it, or one of its phones, last changed.
    pub updated_at: Timestamp,
    /// The database's stamp of the last write to the contact's own attributes.
    pub updated_in_db_at: Timestamp,
    /// Known to be another than those of the same name.
    #[serde(default)]
    pub namesake: bool,
}

impl Contact {
    /// The `UID` under which a contact goes out that has none of its own: its id (RFC 9562).
    #[must_use]
    pub(crate) fn own_uid(&self) -> String {
        format!("urn:uuid:{}", self.id)
    }

    /// Its email addresses, in their order.
    pub fn emails(&self) -> impl Iterator<Item = &str> {
        let details = self.details.iter();
        let emails = details.filter(|detail| detail.kind == DetailKind::Email);
        emails.map(|detail| detail.value.as_str())
    }
}

/// What a caller sent to make or change a contact. `None` is "not sent"; for what may be null, the
/// inner option is the value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactAttributes {
    /// The id that the caller chose.
    pub id: Option<ContactId>,
    /// The name to show; made of the others where it is not sent.
    pub name: Option<Option<String>>,
    /// The given name.
    pub given_name: Option<Option<String>>,
    /// The family name.
    pub family_name: Option<Option<String>>,
    /// What the name is sorted by in its place.
    pub sort_as: Option<Option<String>>,
    /// A person or a company.
    pub kind: Option<ContactKind>,
    /// The nickname.
    pub nickname: Option<Option<String>>,
    /// The firm or club.
    pub organisation: Option<Option<String>>,
    /// The position there.
    pub title: Option<Option<String>>,
    /// The note.
    pub note: Option<Option<String>>,
    /// The tags.
    pub tags: Option<Vec<String>>,
    /// Kept at hand.
    pub favourite: Option<bool>,
    /// Emails, addresses, birthday, links.
    pub details: Option<Vec<Detail>>,
    /// The `UID` of a card.
    pub uid: Option<Option<String>>,
    /// The card that the store keeps; no document can name it.
    pub card: Option<CardId>,
    /// Where it came from.
    pub source: Option<String>,
    /// When it was made, offline perhaps.
    pub created_at: Option<Timestamp>,
    /// When a person changed it, offline perhaps.
    pub updated_at: Option<Timestamp>,
    /// The stamp that the caller read.
    pub updated_in_db_at: Option<Timestamp>,
    /// Skip the check of the stamp.
    pub overwrite: bool,
    /// Known to be another than those of the same name; no document of a contact can name it.
    pub namesake: Option<bool>,
}
