//! The contacts that need attention, fixed one after the other: how far one has come.

use crate::domain::triage::Worklist;

/// How far one has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fix {
    /// How many needed attention when it began.
    pub begun_with: usize,
    /// Why they are here.
    pub worklist: Worklist,
}

impl Fix {
    /// How many of those that needed attention do so no longer.
    pub(super) const fn done(&self, left: usize) -> usize {
        self.begun_with.saturating_sub(left)
    }
}
