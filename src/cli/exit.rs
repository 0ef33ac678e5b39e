//! What a command's exit status says.

use crate::domain::refusal::Kind;

/// The exit status of a search that finds nothing.
pub(super) const NOTHING_FOUND: u8 = status(Kind::NotFound);

/// The exit status where a remote could not be reached; nothing is lost by that.
#[cfg(feature = "sync")]
pub(super) const UNREACHABLE: u8 = 6;

/// The exit status of a refusal.
#[must_use]
pub const fn status(kind: Kind) -> u8 {
    match kind {
        Kind::Storage | Kind::Damaged => 1,
        Kind::Invalid | Kind::Stopped => 2,
        Kind::NotFound => 3,
        Kind::Conflict | Kind::Outdated => 4,
        Kind::Busy => 5,
    }
}
