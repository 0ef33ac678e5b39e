//! What was previewed is what is done.
//!
//! A change of several records is rehearsed: the store runs it in a transaction that is rolled back, and
//! what it would write is kept as a [`Fingerprint`]. When it is done, it is run again by the same function,
//! and committed only where it writes the same.

use super::bulk::{BulkEdit, Change, PlanLine};
use super::change_line::ChangeLine;
use super::contact::ContactId;
use super::duplicates::Merge;
use super::fingerprint::Fingerprint;
use super::full_contact::FullContact;
use super::listing::{ListQuery, Selection};
use super::query::filter_of_tag;
use super::refusal::{Kind, Refusal};
use super::words::count;

/// A change of several records at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Task {
    /// One change of many contacts.
    Bulk(BulkEdit),
    /// These groups of contacts become one contact each.
    Merge(Vec<Merge>),
    /// The same for all groups that have the same name and the same number when it is done.
    MergeSure,
    /// A step is undone, or the run of a sync that it is part of.
    Undo(i64),
    /// A step and every one after it is undone.
    UndoBackTo(i64),
}

impl Task {
    /// Confirms these contacts (Phone resource, 4).
    #[must_use]
    pub fn confirm(contacts: Vec<ContactId>) -> Self {
        Self::of_marked(Selection::Marked(contacts), Change::Confirm)
    }

    /// Deletes these contacts.
    #[must_use]
    pub fn delete(contacts: Vec<ContactId>) -> Self {
        Self::of_marked(Selection::Marked(contacts), Change::Delete)
    }

    /// Changes all numbers of these contacts.
    #[must_use]
    pub(crate) fn of_marked(contacts: Selection, change: Change) -> Self {
        Self::Bulk(BulkEdit::new(contacts, vec![change]))
    }

    /// Changes all contacts with a tag, whatever its case and accents.
    #[must_use]
    pub fn of_tag(tag: &str, change: Change) -> Self {
        let selection = Selection::Shown(ListQuery {
            text: filter_of_tag(tag),
            ..ListQuery::default()
        });
        Self::Bulk(BulkEdit::new(selection, vec![change]))
    }

    /// What it does, for `groups` groups or steps: `tag:garage`, `merge 2 groups`.
    #[must_use]
    pub fn words(&self, groups: usize) -> String {
        match self {
            Self::Bulk(edit) => {
                let words: Vec<String> = edit.changes.iter().map(Change::words).collect();
                words.join(" ")
            }
            Self::Merge(_) | Self::MergeSure => format!("merge {}", count(groups, "group")),
            Self::Undo(_) | Self::UndoBackTo(_) => format!("undo {}", count(groups, "step")),
        }
    }
}

/// What becomes of a contact between two states of the book, line by line; it may be in one of them only.
#[must_use]
pub(crate) fn lines_between(
    before: Option<&FullContact>,
    after: Option<&FullContact>,
) -> Vec<PlanLine> {
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) => (before, after),
        (Some(gone), None) => return vec![PlanLine::new(&gone.contact, None, removed("contact"))],
        (None, Some(back)) => {
            return vec![PlanLine::new(&back.contact, None, back_again("contact"))];
        }
        (None, None) => return Vec::new(),
    };
    let contact = &before.contact;
    let mut lines = PlanLine::between(contact, None, contact, &after.contact);
    for phone in &before.phones {
        match after.phones.iter().find(|other| other.id == phone.id) {
            Some(other) => lines.extend(PlanLine::between(contact, Some(phone), phone, other)),
            None => lines.push(PlanLine::new(contact, Some(phone), removed("number"))),
        }
    }
    let came = after.phones.iter();
    let came = came.filter(|phone| before.phones.iter().all(|known| known.id != phone.id));
    lines.extend(came.map(|phone| PlanLine::new(contact, Some(phone), back_again("number"))));
    lines
}

/// A contact or a number is not there any more.
fn removed(field: &str) -> ChangeLine {
    ChangeLine::said(field, "in the book", "removed", "removed")
}

/// A contact or a number comes back.
fn back_again(field: &str) -> ChangeLine {
    ChangeLine::said(field, "deleted", "in the book", "back in the book")
}

/// What a change would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rehearsal<P> {
    /// It, for people.
    pub plan: P,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
}

/// What a person saw of a change before doing it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Seen {
    /// Nothing: it is done whatever it does.
    #[default]
    Nothing,
    /// Its rehearsal.
    Rehearsal(Fingerprint),
    /// The contacts that it changes, with their phones: the sum of [`Fingerprint::of_stored`].
    Contacts(Fingerprint),
}

impl Seen {
    /// That these contacts with their phones were seen as they are stored.
    pub fn contacts<'c>(shown: impl IntoIterator<Item = &'c FullContact>) -> Self {
        let shown = shown.into_iter().map(Fingerprint::of_stored);
        Self::Contacts(shown.fold(Fingerprint::default(), Fingerprint::with))
    }

    /// The refusal of a change whose preview is out of date; `what` changed since.
    #[must_use]
    pub fn outdated(self, what: &str) -> Refusal {
        let detail = match self {
            Self::Contacts(_) => "changed elsewhere since it was shown".to_owned(),
            Self::Nothing | Self::Rehearsal(_) => format!("{what} changed since the preview"),
        };
        Refusal::new(
            Kind::Outdated,
            format!("{detail}; nothing was written, look again"),
        )
    }
}
