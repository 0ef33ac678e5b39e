//! The contacts that need attention, fixed one after the other: how far one has come.

use crate::domain::triage::Worklist;
use crate::domain::words::thousands;
use crate::tui::widgets::text::wrap;

/// How far one has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fix {
    /// How many needed attention when it began.
    pub begun_with: usize,
    /// Why they are here.
    pub worklist: Worklist,
}

/// The columns of how many wait for a reason.
const COUNT: usize = 6;

impl Fix {
    /// Why they are here, in lines of so many columns: how many, and the reason.
    pub(super) fn reasons(&self, columns: usize) -> Vec<(String, String)> {
        let reasons = self.worklist.reasons.iter();
        let lines = reasons.flat_map(|(words, contacts)| {
            let mut count = Some(thousands(*contacts));
            let words = wrap(words, columns.saturating_sub(COUNT + 4)).into_iter();
            words.map(move |words| {
                let count = count.take().unwrap_or_default();
                (format!("{count:<COUNT$}"), words)
            })
        });
        lines.collect()
    }

    /// How many of those that needed attention do so no longer.
    pub(super) const fn done(&self, left: usize) -> usize {
        self.begun_with.saturating_sub(left)
    }
}
