//! What is remembered of a card of the other side.

use std::collections::BTreeMap;

use crate::domain::detail::{DetailId, DetailValue};
use crate::domain::ids::ContactId;
use crate::domain::remotes::is_left_out;

use super::person::Person;
use super::remote::Etag;
use super::said::SaidCard;

/// The text of a card with what it says; how it is stored is the book's matter.
pub trait Card: Clone {
    /// What it says.
    fn said(&self) -> &SaidCard;

    /// Whether it is the same text as another, with all that callbook does not read.
    fn is_same_text(&self, other: &Self) -> bool;

    /// Whether it has the same lines as another, however these are ordered and spelt, with all that callbook does not
    /// read.
    fn has_lines_of(&self, other: &Self) -> bool {
        self.is_same_text(other)
    }

    /// Whether it says that it was written before another one was, as the cards of a server do that was restored.
    fn is_older(&self, _: &Self) -> bool {
        false
    }
}

/// What is remembered of one card there.
#[derive(Clone, Debug)]
pub struct Row<C> {
    /// Its version there; none where it is not known to be there.
    pub etag: Option<Etag>,
    /// The contact that it is; it may have been deleted here.
    pub contact: ContactId,
    /// The card, as it was last read there.
    pub base: Option<C>,
    /// The contact, as it was when both sides agreed.
    pub agreed: Person,
    /// What both sides changed to different things.
    pub conflicts: Conflicts,
    /// What is under way.
    pub intent: Option<Intent<C>>,
    /// How often what it lacked was sent again.
    pub strikes: u8,
    /// How often it was sent since a person last changed it.
    pub sent: u8,
    /// What the other side does not take.
    pub refused: Option<Refused>,
    /// Why the card that is there now cannot be read. Until it can be, it is neither written nor deleted.
    pub unread: Option<String>,
    /// Its deletion is not sent.
    pub held: bool,
    /// Linked or made by a run that was taken back.
    pub undone: bool,
    /// A second card with the `UID` of a contact that another card is linked to.
    pub twin: bool,
}

impl<C> Row<C> {
    /// A card of a contact, that nothing is known of yet.
    #[must_use]
    pub fn of(contact: ContactId) -> Self {
        Self {
            etag: None,
            contact,
            base: None,
            agreed: Person::default(),
            conflicts: Conflicts::default(),
            intent: None,
            strikes: 0,
            sent: 0,
            refused: None,
            unread: None,
            held: false,
            undone: false,
            twin: false,
        }
    }

    /// A card that takes the place of one that is gone. What both agreed on of the flags of its numbers stays known:
    /// where one is taken back since, the new card has to say so, for others may still hold it set.
    #[must_use]
    pub fn anew(&self) -> Self {
        let agreed = Person {
            numbers: self.agreed.numbers.clone(),
            ..Person::default()
        };
        Self {
            agreed,
            ..Self::of(self.contact)
        }
    }
}

impl<C: Card> Row<C> {
    /// What the card said when it was last read.
    #[must_use]
    pub fn base_said(&self) -> SaidCard {
        let base = self.base.as_ref();
        base.map(|base| base.said().clone()).unwrap_or_default()
    }

    /// Whether a person left it as it is, in the first sync.
    pub(super) fn is_left_out(&self) -> bool {
        is_left_out(self.unread.as_deref())
    }

    /// Whether a card has the text that was last read.
    #[must_use]
    pub fn has_text_of(&self, now: &C) -> bool {
        let base = self.base.as_ref();
        base.is_some_and(|base| base.is_same_text(now))
    }
}

/// A card that the other side does not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// Why, in its words.
    pub why: String,
    /// The contact that it was made of: another one is tried.
    pub says: Person,
}

/// A change that is on its way: kept before the request goes out, so that a run that is cut off can find
/// out what became of it.
#[derive(Clone, Debug)]
pub struct Intent<C> {
    /// The bytes that are sent.
    pub body: C,
    /// The contact that they were made of; nothing where the card is deleted.
    pub says: Person,
    /// The version that they are to replace; none for a new card.
    pub over: Option<Etag>,
}

impl<C> Intent<C> {
    /// That a card is deleted: it is to say nothing.
    pub(super) fn to_delete(body: C, over: Etag) -> Self {
        Self {
            body,
            says: Person::default(),
            over: Some(over),
        }
    }

    /// Whether a card is deleted.
    pub(super) fn is_deletion(&self) -> bool {
        self.says == Person::default()
    }
}

/// The fields that both sides changed to different things.
pub type Conflicts = BTreeMap<ConflictKey, Conflict>;

/// What was said of a field in conflict, beside what the contact says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// What both said before; none where they never agreed.
    pub was: Option<FieldValue>,
    /// What the other side says.
    pub theirs: FieldValue,
    /// Whether it was decided. It is kept, so that the decision can be undone, until the other side says something
    /// new.
    pub closed: bool,
}

impl Conflict {
    /// One that is to be decided.
    #[must_use]
    pub const fn open(was: Option<FieldValue>, theirs: FieldValue) -> Self {
        Self {
            was,
            theirs,
            closed: false,
        }
    }
}

/// What is said of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FieldValue {
    /// A text, or that there is none.
    Text(Option<String>),
    /// The value of a detail.
    Value(DetailValue),
}

/// What is in conflict.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ConflictKey {
    /// A field of the contact.
    Field(&'static str),
    /// The label of a number.
    NumberLabel(String),
    /// The label of a detail.
    DetailLabel(DetailId),
    /// The value of a detail.
    DetailValue(DetailId),
}
