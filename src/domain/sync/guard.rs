//! What a run asks before it does much at once.

use std::fmt;

use crate::domain::words::count;

/// What is asked about; nothing of the run has been done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Guard {
    /// The other side lists nothing, though cards are linked.
    EmptyList {
        /// How many cards are linked, or were before the links were dropped.
        linked: usize,
    },
    /// Many cards are gone there.
    GoneThere {
        /// How many are gone.
        gone: usize,
        /// Of how many that are linked.
        linked: usize,
    },
    /// Many contacts were deleted here.
    GoneHere {
        /// How many deletions would go out.
        gone: usize,
        /// Of how many that are linked.
        linked: usize,
    },
}

/// From how many on deletions are asked about.
const MANY: usize = 10;

/// Whether so many of those that are linked are more than a person would delete unseen: more than ten,
/// and more than a fifth.
#[must_use]
pub fn is_many(gone: usize, linked: usize) -> bool {
    gone > MANY && gone > linked / 5
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyList { linked } => {
                write!(
                    f,
                    "it lists no card, and {} were linked",
                    count(*linked, "card")
                )
            }
            Self::GoneThere { gone, linked } => {
                write!(
                    f,
                    "{gone} of {} are gone there, and would be deleted here",
                    count(*linked, "card")
                )
            }
            Self::GoneHere { gone, linked } => {
                write!(
                    f,
                    "{gone} of {} were deleted here, and would be deleted there",
                    count(*linked, "contact")
                )
            }
        }
    }
}
