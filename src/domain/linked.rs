//! What a book keeps of the cards of a remote, as it is stored.

use crate::domain::ids::ContactId;
use crate::domain::timestamp::Timestamp;

/// What is kept of one card there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkedCard {
    /// Its address, as the other side writes it.
    pub href: String,
    /// Its version; none where it is not known to be there.
    pub etag: Option<String>,
    /// The contact that it is.
    pub contact: ContactId,
    /// The card as it was last read there.
    pub base: Option<Vec<u8>>,
    /// When the card says that it was changed.
    pub changed_at: Option<Timestamp>,
    /// The contact when both agreed, as JSON; none where that is what the card says.
    pub agreed: Option<String>,
    /// What is under way.
    pub intent: Option<LinkedIntent>,
    /// The fields in conflict.
    pub conflicts: Vec<LinkedConflict>,
    /// How often what it lacked was sent again.
    pub strikes: u8,
    /// How often it was sent since a person changed it.
    pub sent: u8,
    /// Why it is not taken, and the contact that it was made of; without that, why what is there cannot be read.
    pub refused: Option<(String, Option<String>)>,
    /// Its deletion is not sent.
    pub held: bool,
    /// Linked or made by a run that was taken back.
    pub undone: bool,
    /// A second card with the `UID` of a contact of another card.
    pub twin: bool,
}

/// A card as it is listed, without what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedCard {
    /// Its address, as the other side writes it.
    pub href: String,
    /// What makes two addresses the same.
    pub place: Vec<u8>,
    /// Whether it is known to be there.
    pub is_there: bool,
    /// The contact that it is; none of one that cannot be read.
    pub contact: Option<ContactId>,
    /// Why it is not taken, or cannot be read.
    pub refused: Option<String>,
    /// Whether fields of it are in conflict.
    pub is_disputed: bool,
}

/// A change that is under way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedIntent {
    /// Whether it makes the card.
    pub is_new: bool,
    /// The bytes that are sent.
    pub body: Vec<u8>,
    /// The contact that they were made of, as JSON.
    pub says: String,
}

/// A field that both sides changed to different things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkedConflict {
    /// Of a number its identity, of a detail its id, else blank.
    pub key: String,
    /// The field.
    pub field: String,
    /// What it was when both agreed, as JSON.
    pub was: Option<String>,
    /// What the other side says, as JSON.
    pub theirs: Option<String>,
    /// Whether it was decided.
    pub closed: bool,
}

/// What a card is looked for by among the contacts.
#[derive(Clone, Debug, Default)]
pub struct SoughtCard {
    /// Its `UID`.
    pub uid: Option<String>,
    /// The name of its file without `.vcf`.
    pub file: String,
    /// The contact that it would make.
    pub contact: crate::domain::contact::Contact,
    /// Its numbers, by what makes two of them the same.
    pub numbers: Vec<String>,
}
