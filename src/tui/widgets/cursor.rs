//! The cursor of a list and the one way in which every list answers to the keys of movement.

use crate::tui::keymap::Action;

/// How a cursor moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// To the next.
    Down,
    /// To the one before.
    Up,
    /// To the first.
    Top,
    /// To the last.
    Bottom,
    /// A page on.
    PageDown,
    /// A page back.
    PageUp,
}

impl Motion {
    /// The motion of an action, if it is one.
    #[must_use]
    pub const fn of_action(action: Action) -> Option<Self> {
        Some(match action {
            Action::Down => Self::Down,
            Action::Up => Self::Up,
            Action::Top => Self::Top,
            Action::Bottom => Self::Bottom,
            Action::PageDown => Self::PageDown,
            Action::PageUp => Self::PageUp,
            _ => return None,
        })
    }

    /// Where it leads from a place, with so many places of which a page has some.
    #[must_use]
    pub fn apply(self, at: usize, known: usize, page: usize) -> usize {
        let last = known.saturating_sub(1);
        match self {
            Self::Down => (at + 1).min(last),
            Self::Up => at.saturating_sub(1),
            Self::Top => 0,
            Self::Bottom => last,
            Self::PageDown => (at + page).min(last),
            Self::PageUp => at.saturating_sub(page),
        }
    }
}

/// The first row on a screen of some rows, so that the cursor is on it and the rows move no more than they
/// have to.
#[must_use]
pub fn top_for(top: usize, cursor: usize, height: usize) -> usize {
    top.min(cursor)
        .max((cursor + 1).saturating_sub(height.max(1)))
}
