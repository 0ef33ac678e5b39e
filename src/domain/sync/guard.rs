//! What a run asks before it does much at once.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::words::{count, thousands};

/// What is asked about; nothing of the run has been done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "asks", rename_all = "snake_case")]
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
    /// Most cards say something else now.
    ChangedThere {
        /// How many do.
        changed: usize,
        /// Of how many that are linked.
        linked: usize,
    },
    /// Most contacts say something else now.
    ChangedHere {
        /// How many do.
        changed: usize,
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

/// One of the two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The book here.
    Here,
    /// The remote.
    There,
}

/// What a person decides of what is gone on one side.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GuardAnswer {
    /// It is deleted on the other side too.
    DeleteToo,
    /// It is put back on the side where it is gone.
    PutBack,
}

impl Guard {
    /// The side on which much is gone.
    #[must_use]
    pub const fn side(self) -> Side {
        match self {
            Self::EmptyList { .. } | Self::GoneThere { .. } | Self::ChangedThere { .. } => {
                Side::There
            }
            Self::GoneHere { .. } | Self::ChangedHere { .. } => Side::Here,
        }
    }

    /// Whether it is about what is said, and not about what is gone.
    #[must_use]
    pub const fn is_of_words(self) -> bool {
        matches!(self, Self::ChangedThere { .. } | Self::ChangedHere { .. })
    }

    /// Whether who saw this has seen all of what is asked now: the same, and no more of it.
    #[must_use]
    pub const fn covers(self, now: Self) -> bool {
        match (self, now) {
            (Self::EmptyList { linked }, Self::EmptyList { linked: now }) => now <= linked,
            (Self::GoneThere { gone, .. }, Self::GoneThere { gone: now, .. })
            | (Self::GoneHere { gone, .. }, Self::GoneHere { gone: now, .. }) => now <= gone,
            (Self::ChangedThere { changed, .. }, Self::ChangedThere { changed: now, .. })
            | (Self::ChangedHere { changed, .. }, Self::ChangedHere { changed: now, .. }) => {
                now <= changed
            }
            _ => false,
        }
    }

    /// What the last run asked, of what is remembered of a remote.
    #[must_use]
    pub fn remembered(traits: &str) -> Option<Self> {
        let traits: Value = serde_json::from_str(traits).ok()?;
        serde_json::from_value(traits.get(REMEMBERED)?.clone()).ok()
    }

    /// The same in short: what is gone, and where.
    #[must_use]
    pub fn short(self) -> String {
        match self {
            Self::EmptyList { .. } => "it lists no card".to_owned(),
            Self::GoneThere { gone, .. } => format!("{} gone there", thousands(gone)),
            Self::GoneHere { gone, .. } => format!("{} deleted here", thousands(gone)),
            Self::ChangedThere { changed, .. } => format!("{} changed there", thousands(changed)),
            Self::ChangedHere { changed, .. } => format!("{} changed here", thousands(changed)),
        }
    }
}

/// Where it is remembered of a remote what its last run asked.
pub const REMEMBERED: &str = "asked";

/// From how many on deletions are asked about.
const MANY: usize = 10;

/// Whether so many of those that are linked are more than a person would delete unseen: more than ten,
/// and more than a fifth.
#[must_use]
pub fn is_many(gone: usize, linked: usize) -> bool {
    gone > MANY && gone > linked / 5
}

/// From how many on changes of what is said are asked about.
const MOST: usize = 20;

/// Whether so many of those that are linked say something else that it is no work of a person: more than twenty, and
/// more than half.
#[must_use]
pub const fn is_most(changed: usize, linked: usize) -> bool {
    changed > MOST && changed > linked / 2
}

impl fmt::Display for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyList { linked } => {
                let were = if *linked == 1 { "was" } else { "were" };
                write!(
                    f,
                    "it lists no card, and {} {were} linked",
                    count(*linked, "card")
                )
            }
            Self::GoneThere { gone, linked } => {
                write!(
                    f,
                    "{gone} of {} {} gone there, and would be deleted here",
                    count(*linked, "card"),
                    if *gone == 1 { "is" } else { "are" }
                )
            }
            Self::ChangedThere { changed, linked } => {
                write!(
                    f,
                    "{changed} of {} say something else there, and would be changed here",
                    count(*linked, "card")
                )
            }
            Self::ChangedHere { changed, linked } => {
                write!(
                    f,
                    "{changed} of {} say something else here, and would be changed there",
                    count(*linked, "contact")
                )
            }
            Self::GoneHere { gone, linked } => {
                write!(
                    f,
                    "{gone} of {} {} deleted here, and would be deleted there",
                    count(*linked, "contact"),
                    if *gone == 1 { "was" } else { "were" }
                )
            }
        }
    }
}
