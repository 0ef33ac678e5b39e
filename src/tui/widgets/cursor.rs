//! The cursor of a list and the one way in which every list answers to the keys of movement.

use crate::tui::keymap::Action;

/// How a cursor moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// So many on.
    Down(usize),
    /// So many back.
    Up(usize),
    /// So many pages on.
    PageDown(usize),
    /// So many pages back.
    PageUp(usize),
    /// To this place, from 0; where there is none, to the last.
    To(usize),
    /// To the last.
    Bottom,
}

impl Motion {
    /// The motion of an action, if it is one.
    #[must_use]
    pub(crate) const fn of_action(action: Action) -> Option<Self> {
        Some(match action {
            Action::Down => Self::Down(1),
            Action::Up => Self::Up(1),
            Action::PageDown => Self::PageDown(1),
            Action::PageUp => Self::PageUp(1),
            Action::Top => Self::To(0),
            Action::Bottom => Self::Bottom,
            _ => return None,
        })
    }

    /// The motion with a count before its key: so many times, or to the row of that number.
    #[must_use]
    pub const fn counted(self, count: usize) -> Self {
        match self {
            Self::Down(_) => Self::Down(count),
            Self::Up(_) => Self::Up(count),
            Self::PageDown(_) => Self::PageDown(count),
            Self::PageUp(_) => Self::PageUp(count),
            Self::To(_) | Self::Bottom => Self::To(count.saturating_sub(1)),
        }
    }

    /// Where it leads from a place, with so many places of which a page has some.
    #[must_use]
    pub fn apply(self, at: usize, known: usize, page: usize) -> usize {
        let last = known.saturating_sub(1);
        match self {
            Self::Down(rows) => at.saturating_add(rows).min(last),
            Self::Up(rows) => at.saturating_sub(rows),
            Self::PageDown(pages) => at.saturating_add(page.saturating_mul(pages)).min(last),
            Self::PageUp(pages) => at.saturating_sub(page.saturating_mul(pages)),
            Self::To(place) => place.min(last),
            Self::Bottom => last,
        }
    }
}

/// The first row on a screen of some rows, so that the cursor is on it and the rows move no more than they
/// have to.
#[must_use]
pub(crate) fn top_for(top: usize, cursor: usize, height: usize) -> usize {
    top.min(cursor)
        .max((cursor + 1).saturating_sub(height.max(1)))
}
