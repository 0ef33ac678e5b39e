//! Marks that are set many at once: a range of rows, from where it began to the cursor, or all that is shown.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use crate::domain::contact::ContactId;

/// The contacts that are marked, each with how many keys had been taken by then.
pub(super) type Marks = BTreeMap<ContactId, u64>;

/// Marks that are being set.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Marking {
    /// A range of rows.
    Range(MarkRange),
    /// All that is shown, whose contacts have been asked for.
    All,
}

/// A range of rows that is marked. The window of the list may not know all of them: their contacts are asked
/// for, and marked once all have come.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct MarkRange {
    /// The row that it began on.
    from: usize,
    /// The row that it reaches to.
    to: usize,
    /// Whether it still goes on with the cursor.
    pub(super) is_open: bool,
    /// What was marked before.
    before: Marks,
    /// The contacts of its rows, as far as they have come; also of rows that it has left again.
    known: BTreeMap<usize, ContactId>,
    /// The rows that were asked for last: the first, and how many.
    asked: Option<(usize, usize)>,
    /// The rows whose contacts are marked.
    marked: Option<RangeInclusive<usize>>,
}

impl MarkRange {
    /// A range that begins on a row.
    pub(super) const fn begun_on(row: usize, before: Marks) -> Self {
        Self {
            from: row,
            to: row,
            is_open: true,
            before,
            known: BTreeMap::new(),
            asked: None,
            marked: None,
        }
    }

    /// Its rows.
    pub(super) fn rows(&self) -> RangeInclusive<usize> {
        self.from.min(self.to)..=self.from.max(self.to)
    }

    /// Has it reach to a row, where it is open.
    pub(super) const fn reach(&mut self, row: usize) {
        if self.is_open {
            self.to = row;
        }
    }

    /// Takes the contacts of the rows from `first` on.
    pub(super) fn learn(&mut self, first: usize, ids: impl IntoIterator<Item = ContactId>) {
        self.known.extend((first..).zip(ids));
    }

    /// Whether the contacts of all its rows are marked.
    pub(super) fn is_done(&self) -> bool {
        self.marked.as_ref() == Some(&self.rows())
    }

    /// The rows to ask for, where their contacts are not known and were not just asked for.
    pub(super) fn wanted(&mut self) -> Option<(usize, usize)> {
        let mut missing = self.rows().filter(|row| !self.known.contains_key(row));
        let wanted = missing.next().map(|first| {
            let last = missing.next_back().unwrap_or(first);
            (first, last - first + 1)
        });
        let before = std::mem::replace(&mut self.asked, wanted);
        wanted.filter(|_| wanted != before)
    }

    /// What is marked with its contacts, once all of them are known.
    pub(super) fn marks(&mut self, taken: u64) -> Option<Marks> {
        if self.asked.is_some() {
            return None;
        }
        let rows = self.rows();
        let mut marks = self.before.clone();
        let contacts = self.known.range(rows.clone());
        marks.extend(contacts.map(|(_, id)| (*id, taken)));
        self.marked = Some(rows);
        Some(marks)
    }
}
