//! The places that the book is kept the same with, as the book knows them.

use std::net::IpAddr;

use crate::domain::ids::ContactId;
use crate::domain::timestamp::Timestamp;

/// A remote, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteRow {
    /// Its number in the book.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Its kind: `carddav` or `folder`.
    pub kind: String,
    /// The address or the path of its address book.
    pub book: String,
    /// Whether its first sync was confirmed.
    pub confirmed: bool,
    /// Whether it is paused.
    pub paused: bool,
    /// What to ask with for changes; none: everything is listed.
    pub token: Option<String>,
    /// The last step of the history that was looked at.
    pub seen: i64,
    /// How many cards were linked before the links were dropped.
    pub known: u64,
    /// What was learned of it, as JSON.
    pub traits: String,
    /// When it was synced.
    pub synced_at: Option<Timestamp>,
    /// When a run last began.
    pub tried_at: Option<Timestamp>,
    /// Not before then is it asked again by itself.
    pub again_at: Option<Timestamp>,
    /// Why the last run ended early.
    pub trouble: Option<String>,
    /// What its cards are.
    pub counts: RemoteCounts,
}

/// How many cards of a remote are what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RemoteCounts {
    /// Linked to a contact.
    pub linked: u64,
    /// On their way: sent, and not yet known to have arrived.
    pub waiting: u64,
    /// Not taken there.
    pub refused: u64,
    /// There, and not to be read.
    pub unread: u64,
    /// Fields that both sides changed to different things.
    pub conflicts: u64,
}

/// How a run ended, as far as the remote as a whole goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOutcome {
    /// When it began.
    pub tried_at: Timestamp,
    /// When it was done; none: it ended early.
    pub synced_at: Option<Timestamp>,
    /// Not before then is it asked again by itself.
    pub again_at: Option<Timestamp>,
    /// Why it ended early.
    pub trouble: Option<String>,
}

/// Why a remote's password is not tried again unasked: the words before those of the server.
pub const REFUSED_PASSWORD: &str = "the password was refused: ";

impl RemoteRow {
    /// Whether its password was refused the last time.
    #[must_use]
    pub fn has_refused_password(&self) -> bool {
        let trouble = self.trouble.as_ref();
        trouble.is_some_and(|why| why.starts_with(REFUSED_PASSWORD))
    }
}

/// Whether a host is this computer. Nobody can listen in on the way to it, so http is safe enough.
#[must_use]
pub fn is_this_machine(host: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || host.to_ascii_lowercase().ends_with(".localhost")
        || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// A field that both sides changed to different things.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConflictEntry {
    /// How it is addressed.
    pub id: String,
    /// The remote.
    pub remote: String,
    /// The contact.
    pub contact: ContactId,
    /// Its name.
    pub name: String,
    /// The field, in words.
    pub field: String,
    /// What the contact says.
    pub ours: String,
    /// What is there.
    pub theirs: String,
    /// What both said before; blank where that is not known.
    pub was: String,
    /// Whether both texts can be kept, one after the other.
    pub joins: bool,
    /// Since when.
    pub at: Timestamp,
}

/// How a field in conflict is decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// What the contact says goes there.
    Mine,
    /// What is there is taken.
    Theirs,
    /// Both texts are kept, one after the other.
    Both,
}
