//! What the screens and the command line hand to the store to write, and what they get back.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::attachment::Attachment;
use super::contact::{ContactAttributes, ContactId};
use super::detail::{Detail, DetailId};
use super::full_contact::FullContact;
use super::number::Region;
use super::operation::{HistoryEntry, UndoPoint};
use super::phone::{Phone, PhoneAttributes, PhoneId};
use super::refusal::Refusal;
use super::remotes::is_left_out;
use super::timestamp::Timestamp;
use super::triage::OtherHolders;
use super::words::count;

/// What a write left: its result, and the step that takes it back. No step where nothing changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Done<T> {
    /// The result.
    pub value: T,
    /// The step.
    pub point: Option<UndoPoint>,
}

/// A contact with all that the detail pane shows.
#[derive(Clone, Debug, PartialEq)]
pub struct Profile {
    /// The contact with its phones.
    pub full: FullContact,
    /// Its newest changes and those of its phones, the newest first.
    pub history: Vec<HistoryEntry>,
    /// The other contacts with those of its phones that need attention.
    pub others: OtherHolders,
    /// What its card holds that is no text.
    pub attachments: Vec<Attachment>,
    /// The names of contacts that its relations give by their `UID`.
    pub related: Vec<(DetailId, String)>,
    /// The remotes that have a card of it.
    pub remotes: Vec<InRemote>,
}

impl Profile {
    /// The name of the contact that one of its relations gives by its `UID`.
    #[must_use]
    pub fn related_name(&self, relation: &Detail) -> Option<&str> {
        let mut related = self.related.iter();
        let found = related.find(|(id, _)| *id == relation.id);
        found.map(|(_, name)| name.as_str())
    }

    /// The value of a detail as people read it.
    #[must_use]
    pub fn shown<'d>(&'d self, detail: &'d Detail) -> Cow<'d, str> {
        match self.related_name(detail) {
            Some(name) => name.into(),
            None => detail.shown(),
        }
    }
}

/// How a contact is kept the same with a remote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InRemote {
    /// The remote.
    pub name: String,
    /// When it was synced last.
    pub synced_at: Option<Timestamp>,
    /// Whether something was changed here that is not there yet.
    pub is_waiting: bool,
    /// Whether it was changed here since, and the change is not sent: nothing is, or not of this contact.
    pub is_apart: bool,
    /// Whether it is not among those that are to go there, and which go, as a filter.
    pub held: Option<String>,
    /// Its tags that are groups there: they are not sent.
    pub groups: Vec<String>,
    /// The groups there that it is a member of, whose tag was taken off here: that is not sent either.
    pub left_groups: Vec<String>,
    /// Why the card is not taken there, if it is not.
    pub refused: Option<String>,
    /// Why the card that is there now cannot be read, if it cannot be.
    pub unread: Option<String>,
    /// How many fields were changed here and there to different things.
    pub disputed: usize,
    /// Numbers whose label is one of these, with the label there: by what makes two numbers the same.
    pub labels: Vec<(String, Option<String>)>,
}

impl InRemote {
    /// How the contact is there, for people; `at` writes a time.
    pub fn standing(&self, at: impl Fn(Timestamp) -> String) -> String {
        if let Some(why) = &self.refused {
            return format!("not taken there: {why}");
        }
        if is_left_out(self.unread.as_deref()) {
            return "left out: nothing comes or goes until the card there changes".to_owned();
        }
        if let Some(why) = &self.unread {
            return format!("what is there cannot be read: {why}");
        }
        if self.disputed > 0 {
            return format!("{} to decide", count(self.disputed, "field"));
        }
        if self.is_waiting {
            return "changed here, not sent yet".to_owned();
        }
        let mut told = match (self.is_apart, &self.held, self.synced_at) {
            (true, Some(only), _) => format!("changed here, not sent: only {only} goes there"),
            (false, Some(only), _) => format!("not sent: only {only} goes there"),
            (true, None, _) => "changed here; nothing is sent there".to_owned(),
            (false, None, Some(synced)) => format!("as there since {}", at(synced)),
            (false, None, None) => "as there".to_owned(),
        };
        if let [first, ..] = self.groups.as_slice() {
            let (tags, are) = match self.groups.len() {
                1 => (first.clone(), "is a group there, and"),
                _ => (self.groups.join(", "), "are groups there, and"),
            };
            told = format!("{told}; {tags} {are} not sent as a tag");
        }
        if !self.left_groups.is_empty() {
            let groups = self.left_groups.join(", ");
            told = format!(
                "{told}; still in {groups} there: a tag of a group that is taken off here is not sent"
            );
        }
        told
    }
}

/// A contact with all that an export writes of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ContactWithCard {
    /// The contact with its phones.
    pub full: FullContact,
    /// The card that it came from, byte for byte.
    pub card: Option<Vec<u8>>,
}

/// A contact as a form saves it: one step for all of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ContactEdit {
    /// The contact to change, or none for a new one.
    pub id: Option<ContactId>,
    /// What is sent of the contact; none where only phones change.
    pub contact: Option<ContactAttributes>,
    /// What is sent of its phones.
    pub phones: Vec<PhoneEdit>,
}

/// What a form does with one phone.
#[derive(Clone, Debug, PartialEq)]
pub enum PhoneEdit {
    /// Add it.
    Create(PhoneAttributes),
    /// Change it.
    Update(PhoneId, PhoneAttributes),
    /// Delete it, where it still has this stamp.
    Delete(PhoneId, Option<Timestamp>),
}

/// A contact of a name that is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedContact {
    /// Its id.
    pub contact: ContactId,
    /// Its name as it is stored.
    pub name: String,
}

/// Somebody who has a number.
#[derive(Clone, Debug, PartialEq)]
pub struct Holder {
    /// The contact's id.
    pub contact: ContactId,
    /// The contact's name.
    pub name: String,
    /// The phone.
    pub phone: Phone,
}

/// A contact that a person edits as text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactAsText {
    /// The contact as it was opened.
    pub opened: FullContact,
    /// The country of national numbers.
    #[serde(skip)]
    pub home: Option<Region>,
    /// The text as the editor gets it, with the errors above their lines; empty before it was opened.
    pub text: String,
    /// The lines of it that name errors.
    pub errors: Vec<String>,
    /// The names of the contacts that its relations point to.
    #[serde(default)]
    pub related: Vec<(DetailId, String)>,
}

/// How the text of a contact was left.
#[derive(Clone, Debug, PartialEq)]
pub enum TextEdit {
    /// Nothing is to be changed.
    Unchanged,
    /// This is to be saved.
    Save(Box<ContactEdit>),
    /// It cannot be saved, and why.
    Unfinished(Refusal),
}
