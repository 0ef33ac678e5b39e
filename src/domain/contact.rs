//! Contacts: a person or a company, and what may be sent to make or change one.

use serde::{Deserialize, Serialize};

use super::detail::DetailId;
use super::timestamp::Timestamp;

pub use super::detail::{Detail, DetailKind, DetailValue};
pub use super::ids::{CardId, ContactId};

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

/// A contact, as it is stored. A new field needs `#[serde(default)]`: records that were deleted before it
/// was there do not name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// The name that is shown; never blank.
    pub name: String,
    /// Before the given name: `Dr.`
    #[serde(default)]
    pub prefix: Option<String>,
    /// The given name.
    pub given_name: Option<String>,
    /// Further names between the given and the family name.
    #[serde(default)]
    pub additional_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
    /// After the family name: `Jr.`
    #[serde(default)]
    pub suffix: Option<String>,
    /// How the given name is spoken.
    #[serde(default)]
    pub phonetic_given_name: Option<String>,
    /// How the family name is spoken.
    #[serde(default)]
    pub phonetic_family_name: Option<String>,
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
    /// The part of it, the larger before the smaller: `Sales, Europe`.
    #[serde(default)]
    pub department: Option<String>,
    /// The position there.
    pub title: Option<String>,
    /// What the person does there.
    #[serde(default)]
    pub role: Option<String>,
    /// Anything one wants to remember.
    pub note: Option<String>,
    /// The tags, in the order in which they were given.
    pub tags: Vec<String>,
    /// Kept at hand.
    pub favourite: bool,
    /// Emails, addresses, dates, links.
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

    /// The details of a kind, in their order.
    pub fn details_of(&self, kind: DetailKind) -> impl Iterator<Item = &Detail> {
        let details = self.details.iter();
        details.filter(move |detail| detail.kind == kind)
    }

    /// The same with these names in the places of the `UID`s that its relations have.
    #[must_use]
    pub(crate) fn with_names(mut self, related: &[(DetailId, String)]) -> Self {
        for (id, name) in related {
            let mut details = self.details.iter_mut();
            if let Some(detail) = details.find(|detail| detail.id == *id) {
                detail.value = name.as_str().into();
            }
        }
        self
    }

    /// Its email addresses, the preferred one first.
    pub fn emails(&self) -> impl Iterator<Item = &str> {
        let preferred = self
            .details_of(DetailKind::Email)
            .filter(|email| email.preferred);
        let others = self
            .details_of(DetailKind::Email)
            .filter(|email| !email.preferred);
        preferred.chain(others).filter_map(Detail::plain)
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
    /// Before the given name.
    pub prefix: Option<Option<String>>,
    /// The given name.
    pub given_name: Option<Option<String>>,
    /// Further names.
    pub additional_name: Option<Option<String>>,
    /// The family name.
    pub family_name: Option<Option<String>>,
    /// After the family name.
    pub suffix: Option<Option<String>>,
    /// How the given name is spoken.
    pub phonetic_given_name: Option<Option<String>>,
    /// How the family name is spoken.
    pub phonetic_family_name: Option<Option<String>>,
    /// What the name is sorted by in its place.
    pub sort_as: Option<Option<String>>,
    /// A person or a company.
    pub kind: Option<ContactKind>,
    /// The nickname.
    pub nickname: Option<Option<String>>,
    /// The firm or club.
    pub organisation: Option<Option<String>>,
    /// The part of it.
    pub department: Option<Option<String>>,
    /// The position there.
    pub title: Option<Option<String>>,
    /// What the person does there.
    pub role: Option<Option<String>>,
    /// The note.
    pub note: Option<Option<String>>,
    /// The tags.
    pub tags: Option<Vec<String>>,
    /// Kept at hand.
    pub favourite: Option<bool>,
    /// Emails, addresses, dates, links: all of them. One with an id is the one that has it now.
    pub details: Option<Vec<Detail>>,
    /// Whether a person, or a document, says so: a new or changed detail has to be what its kind asks for. What a
    /// card says is kept as it is.
    pub is_checked: bool,
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
