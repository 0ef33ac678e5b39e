//! The places that the book is kept the same with, as the book knows them.

use std::net::IpAddr;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

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
    /// Changed here, or sent and not yet known to have arrived.
    pub waiting: u64,
    /// Not taken there.
    pub refused: u64,
    /// There, and not to be read.
    pub unread: u64,
    /// Left as they are by a person, in the first sync.
    pub left_out: u64,
    /// Fields that both sides changed to different things.
    pub conflicts: u64,
    /// Linked or made by a run that was taken back.
    pub undone: u64,
    /// Linked to a contact that is not sent, since it is not among those that are to go there.
    pub held: u64,
}

/// The cards of a remote that a person may want to look at, and its last run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteDetails {
    /// The remote.
    pub name: String,
    /// The contacts of which something is not sent yet, by name; the first of them.
    pub waiting: Vec<String>,
    /// Those that are not taken there, with the reason; the first of them.
    pub refused: Vec<(String, String)>,
    /// Cards that cannot be read, each by the name of its contact or of its file, with the reason; the first of them.
    pub unread: Vec<(String, String)>,
    /// Those that a person left as they are, and what becomes of them; the first of them.
    pub left_out: Vec<(String, String)>,
    /// A step of the last run that is in effect, by which it can be taken back.
    pub last_step: Option<i64>,
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
    /// What else is remembered of it, as a patch of what is remembered of the remote.
    pub remembered: Value,
}

/// One of the last runs of a remote.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRun {
    /// When it began.
    pub at: Timestamp,
    /// How many cards came in.
    pub came: usize,
    /// How many went out.
    pub went: usize,
    /// How many contacts were deleted here, since they are gone there.
    #[serde(default)]
    pub deleted_here: usize,
    /// How many cards were deleted there, since they are gone here.
    #[serde(default)]
    pub deleted_there: usize,
    /// How many requests it took; none of a folder.
    pub requests: u64,
    /// How many bytes were sent and read.
    pub bytes: u64,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// Whether it came to its end.
    pub is_whole: bool,
}

impl LastRun {
    /// Where they are remembered of a remote.
    pub const REMEMBERED: &'static str = "runs";

    /// How many are remembered.
    const KEPT: usize = 6;

    /// Whether nothing came of it that anybody would look for.
    const fn is_idle(&self) -> bool {
        self.is_whole && self.came + self.went + self.deleted_here + self.deleted_there == 0
    }
}

/// A contact that was deleted on one side and changed on the other: the change won.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BroughtBack {
    /// The contact.
    pub contact: ContactId,
    /// Whether it was deleted there and changed here; else it was the other way round.
    pub deleted_there: bool,
    /// When it was brought back.
    pub at: Timestamp,
}

impl BroughtBack {
    /// Where they are remembered of a remote.
    pub const REMEMBERED: &'static str = "brought_back";

    /// How many are remembered.
    const KEPT: usize = 20;
}

/// A contact that was brought back, as a person looks at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BroughtBackEntry {
    /// The remote.
    pub remote: String,
    /// The name of the contact.
    pub name: String,
    /// What happened.
    pub back: BroughtBack,
}

impl BroughtBackEntry {
    /// On which side it was deleted, and on which changed.
    #[must_use]
    pub fn what_happened(&self) -> String {
        let remote = &self.remote;
        if self.back.deleted_there {
            format!("deleted on {remote}, changed here")
        } else {
            format!("deleted here, changed on {remote}")
        }
    }
}

/// The words before the name of a card that a person left as it is, where else it says why a card cannot be read.
pub const LEFT_OUT: &str = "left out: ";

/// Whether the reason why a card cannot be read says that a person left it as it is.
#[must_use]
pub fn is_left_out(unread: Option<&str>) -> bool {
    unread.is_some_and(|why| why.starts_with(LEFT_OUT))
}

/// Where it is remembered of a remote what of the contacts goes there: whether new ones, and the filter.
pub const GOES: &str = "goes";

/// Where it is remembered of a remote which cards are sent as a run that was taken back left them: that was chosen, and is
/// a choice again where the guard stops it.
pub const SENT_UNDO: &str = "sent_undo";

/// Contacts that a person left out of a first sync: they stay so until they change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftContacts {
    /// The contacts.
    pub contacts: Vec<ContactId>,
    /// The last step of the history before that.
    pub since: i64,
}

impl LeftContacts {
    /// Where they are remembered of a remote.
    pub const REMEMBERED: &'static str = "left_contacts";
}

/// Where it is remembered of a remote that it said itself how long it is to be let alone.
pub const SAID_WHEN: &str = "said_when";

/// Why a remote's password is not tried again unasked: the words before those of the server.
pub const REFUSED_PASSWORD: &str = "sign-in failed: ";

/// What a server is said to be that asks to wait, with the words before it.
pub const BUSY: &str = " is busy (";

impl RemoteRow {
    /// The contacts that a person left out of its first sync.
    #[must_use]
    pub fn left_contacts(&self) -> LeftContacts {
        self.remembered(LeftContacts::REMEMBERED)
    }

    /// Until when it asked to be let alone, where it said so.
    #[must_use]
    pub fn lets_alone_until(&self) -> Option<Timestamp> {
        let said: bool = self.remembered(SAID_WHEN);
        self.again_at.filter(|_| said)
    }

    /// Whether anything was to be sent there at its last sync.
    #[must_use]
    pub fn sends(&self) -> bool {
        let sends: Option<bool> = self.remembered("sends");
        let is_read_only: bool = self.remembered("read_only");
        sends.unwrap_or(true) && !is_read_only
    }

    /// Whether its password was refused the last time.
    #[must_use]
    pub fn has_refused_password(&self) -> bool {
        let trouble = self.trouble.as_ref();
        trouble.is_some_and(|why| why.starts_with(REFUSED_PASSWORD))
    }

    /// Whether the server asked to wait the last time.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        let trouble = self.trouble.as_ref();
        self.again_at.is_some() && trouble.is_some_and(|why| why.contains(BUSY))
    }

    /// Whether the server refused a password that was typed at that time.
    #[must_use]
    pub fn has_refused_password_of(&self, typed_at: Timestamp) -> bool {
        self.has_refused_password() && self.tried_at.is_some_and(|tried| tried >= typed_at)
    }

    /// What of the contacts goes there, as it was set at its last sync: the filter, where not all of them do.
    #[must_use]
    pub fn only(&self) -> Option<String> {
        let (_, only): (bool, Option<String>) = self.remembered(GOES);
        only
    }

    /// What is remembered of it under a name; what cannot be read is as if it were not.
    fn remembered<T: DeserializeOwned + Default>(&self, name: &str) -> T {
        let traits: Value = serde_json::from_str(&self.traits).unwrap_or_default();
        let there = traits.get(name).cloned();
        there
            .and_then(|there| serde_json::from_value(there).ok())
            .unwrap_or_default()
    }

    /// Whether it is being sent what an undo took away here, and that has not come to its end yet.
    #[must_use]
    pub fn sends_undo(&self) -> bool {
        let cards: Vec<i64> = self.remembered(SENT_UNDO);
        !cards.is_empty()
    }

    /// Its last runs, the newest first.
    #[must_use]
    pub fn last_runs(&self) -> Vec<LastRun> {
        self.remembered(LastRun::REMEMBERED)
    }

    /// The contacts that were brought back, the newest first, as long as no person has said that it is right so.
    #[must_use]
    pub fn brought_back(&self) -> Vec<BroughtBack> {
        self.remembered(BroughtBack::REMEMBERED)
    }

    /// The same with new ones.
    #[must_use]
    pub fn brought_back_with(&self, new: &[BroughtBack]) -> Vec<BroughtBack> {
        let mut known = self.brought_back();
        known.retain(|back| !new.iter().any(|new| new.contact == back.contact));
        let mut all = [new, &known].concat();
        all.truncate(BroughtBack::KEPT);
        all
    }

    /// The same with a new one. Of several in a row in which nothing moved, only the newest is kept.
    #[must_use]
    pub fn runs_with(&self, new: LastRun) -> Vec<LastRun> {
        let mut runs = self.last_runs();
        if new.is_idle() && runs.first().is_some_and(LastRun::is_idle) {
            runs.remove(0);
        }
        runs.insert(0, new);
        runs.truncate(LastRun::KEPT);
        runs
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

/// Where something came from, for people: of what a remote brought, the name of the remote.
#[must_use]
pub fn source_words(source: &str) -> &str {
    let of_remote = ["carddav:", "folder:"];
    let mut names = of_remote
        .iter()
        .filter_map(|kind| source.strip_prefix(kind));
    names
        .next()
        .filter(|name| !name.is_empty())
        .unwrap_or(source)
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
    /// When a person last changed the contact, as far as the history says so.
    pub ours_at: Option<Timestamp>,
    /// When the card there was changed, where it said so.
    pub theirs_at: Option<Timestamp>,
    /// Since when.
    pub at: Timestamp,
}

impl ConflictEntry {
    /// The side that was changed last, where that is known.
    #[must_use]
    pub fn newest(&self) -> Option<Decision> {
        let (ours, theirs) = (self.ours_at?, self.theirs_at?);
        Some(if theirs > ours {
            Decision::Theirs
        } else {
            Decision::Mine
        })
    }
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
