//! How each remote is: what a person has to do about it first, in a few words.

use std::collections::BTreeMap;

use crate::config::remotes::{PasswordFrom, Place, RemoteSettings};
use crate::domain::remotes::RemoteRow;
use crate::domain::sync::guard::Guard;
use crate::domain::timestamp::Timestamp;
use crate::domain::words::thousands;

use super::widgets::text::elide;
use super::widgets::theme::Role;
use super::widgets::time::Calendar;

/// The most columns of a name at the head of the list.
const NAME: usize = 16;

/// What is known of the remotes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remotes {
    /// Those that are set, as the configuration has them.
    pub set: Vec<RemoteSettings>,
    /// Those that the book knows; none until they came.
    pub rows: Option<Vec<RemoteRow>>,
    /// Those that are synced now.
    pub on: Vec<String>,
    /// Whether that is to stop after the request under way.
    pub stops: bool,
    /// Those whose password a person typed since the program began, and when.
    pub typed: BTreeMap<String, Timestamp>,
}

/// A remote that is set, that the book knows, or both.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OneRemote<'a> {
    pub name: &'a str,
    pub set: Option<&'a RemoteSettings>,
    pub row: Option<&'a RemoteRow>,
    is_on: bool,
    /// Whether that is to stop.
    stops: bool,
    /// Whether its password has still to be typed.
    lacks_password: bool,
}

/// How a remote is, what needs a person most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// It asks before it does much at once.
    Asks(Guard),
    /// A run was taken back, and a person has to say how it goes on.
    Undone,
    /// So many fields are to be decided.
    ToDecide(u64),
    /// The password was refused.
    PasswordRefused,
    /// The last run ended early, and going on needs a person.
    Stopped,
    /// It asks to wait.
    Busy,
    /// It cannot be reached, since its last sync; so many cards wait.
    Offline(Option<Timestamp>, u64),
    /// It is being synced.
    Syncing,
    /// It is being synced, and stops after the request under way.
    Stopping,
    /// So many cards are on their way.
    Waiting(u64),
    /// So many cards are not taken there.
    NotTaken(u64),
    /// So many cards there cannot be read.
    Unread(u64),
    /// Its first sync is not done.
    New,
    /// Its password is typed, and was not yet.
    Typed,
    /// It is paused.
    Paused,
    /// It is in the book, and no longer in the configuration.
    NotSet,
    /// All is well.
    Synced,
}

/// Why nothing is done with a remote while a sync runs.
pub(crate) const GOES_ON: &str = "a sync goes on; it is done in a moment";

/// Why nothing is done with a remote that the book knows and nobody has set.
pub(crate) const NOT_SET: &str = "it is not in the configuration any more";

impl Remotes {
    /// All of them: those that are set in the order of the configuration, then the others.
    pub(crate) fn all(&self) -> Vec<OneRemote<'_>> {
        let rows = self.rows.as_deref().unwrap_or_default();
        let set = self
            .set
            .iter()
            .map(|set| (set.name.as_str(), Some(set), set.known_in(rows)));
        let is_set = |row: &&RemoteRow| self.set.iter().any(|set| set.name == row.name);
        let others = rows.iter().filter(|row| !is_set(row));
        let others = others.map(|row| (row.name.as_str(), None, Some(row)));
        set.chain(others)
            .map(|(name, set, row)| OneRemote {
                name,
                set,
                row,
                is_on: self.on.iter().any(|on| on == name),
                stops: self.stops,
                lacks_password: set.is_some_and(is_typed) && !self.typed.contains_key(name),
            })
            .collect()
    }

    /// The one of this name.
    pub(crate) fn named(&self, name: &str) -> Option<OneRemote<'_>> {
        self.all().into_iter().find(|one| one.name == name)
    }

    /// Takes what the store knows of them. A password that was refused is asked for anew.
    pub(crate) fn take(&mut self, rows: Vec<RemoteRow>) {
        self.typed.retain(|name, typed_at| {
            let row = rows.iter().find(|row| row.name == *name);
            !row.is_some_and(|row| row.has_refused_password_of(*typed_at))
        });
        self.rows = Some(rows);
    }

    /// The names of those that are set.
    pub(crate) fn names(&self) -> Vec<String> {
        self.set.iter().map(|set| set.name.clone()).collect()
    }

    /// What the head of the list says: of the remote that needs a person most, in one word where there is
    /// little room. Of what needs nobody it says nothing.
    pub(crate) fn head(
        &self,
        calendar: Calendar,
        ellipsis: &str,
        is_roomy: bool,
    ) -> Option<String> {
        // Until they came, nothing is known of any.
        self.rows.as_ref()?;
        let all = self.all().into_iter();
        let set = all.filter(|one| one.set.is_some());
        let needs = set.map(|one| (one.need(), one.name));
        let is_told =
            |standing: Standing| standing <= Standing::Stopping || standing == Standing::New;
        let needs = needs.filter(|(standing, _)| is_told(*standing));
        let (standing, name) = needs.min()?;
        Some(if is_roomy {
            let name = elide(name, NAME, ellipsis);
            let is_on =
                !matches!(standing, Standing::Syncing | Standing::Stopping) && !self.on.is_empty();
            let on = match (is_on, self.stops) {
                (false, _) => "",
                (true, false) => ", syncing…",
                (true, true) => ", stopping…",
            };
            format!("{name}: {}{on}", standing.words(calendar))
        } else {
            standing.word().to_owned()
        })
    }
}

impl OneRemote<'_> {
    /// What it needs. Fields are to be decided while it is being synced too.
    fn need(&self) -> Standing {
        match (self.standing(), self.row) {
            (Standing::Syncing | Standing::Stopping, Some(row)) if row.counts.conflicts > 0 => {
                Standing::ToDecide(row.counts.conflicts)
            }
            (standing, _) => standing,
        }
    }

    /// How it is.
    pub(crate) fn standing(&self) -> Standing {
        if self.is_on && self.stops {
            return Standing::Stopping;
        }
        if self.is_on {
            return Standing::Syncing;
        }
        let Some(row) = self.row else {
            return Standing::New;
        };
        let counts = row.counts;
        if let Some(choice) = self.choice(row) {
            choice
        } else if self.set.is_some() && row.paused {
            // What is to be decided is beside it.
            Standing::Paused
        } else if counts.conflicts > 0 {
            Standing::ToDecide(counts.conflicts)
        } else if self.set.is_none() {
            Standing::NotSet
        } else if !row.confirmed {
            Standing::New
        } else if row.has_refused_password() {
            Standing::PasswordRefused
        } else if row.is_busy() {
            Standing::Busy
        } else if row.again_at.is_some() {
            Standing::Offline(row.synced_at, counts.waiting)
        } else if row.trouble.is_some() {
            Standing::Stopped
        } else if counts.waiting > 0 {
            Standing::Waiting(counts.waiting)
        } else if counts.refused > 0 {
            Standing::NotTaken(counts.refused)
        } else if counts.unread > 0 {
            Standing::Unread(counts.unread)
        } else if self.lacks_password {
            Standing::Typed
        } else {
            Standing::Synced
        }
    }

    /// What a person has to choose before it is synced again. Fields can be decided later; and those of an undone
    /// sync may go with it.
    fn choice(&self, row: &RemoteRow) -> Option<Standing> {
        if self.set.is_none() || row.paused {
            return None;
        }
        let asks = self.asks().map(Standing::Asks);
        asks.or_else(|| (row.counts.undone > 0).then_some(Standing::Undone))
    }

    /// What its last run asked, before it did much at once.
    pub(crate) fn asks(&self) -> Option<Guard> {
        let row = self.row.filter(|row| row.trouble.is_some())?;
        Guard::remembered(&row.traits)
    }

    /// Whether its first sync is to be done: the book does not know it, or as another address book.
    pub(crate) fn is_new(&self) -> bool {
        match (self.set, self.row) {
            (Some(_), None) => true,
            (Some(_), Some(row)) => !row.paused && !row.confirmed,
            (None, _) => false,
        }
    }

    /// Whether the key that syncs it shows what its first sync would do.
    pub(crate) fn shows_first(&self) -> bool {
        self.standing() == Standing::New && !self.lacks_password
    }

    /// Whether its password has to be typed before it can be synced.
    pub(crate) const fn lacks_password(&self) -> bool {
        self.lacks_password
    }

    /// Whether it is being synced.
    pub(crate) const fn is_on(&self) -> bool {
        self.is_on
    }
}

/// Whether the password of a remote is typed each time.
#[must_use]
pub fn is_typed(settings: &RemoteSettings) -> bool {
    match &settings.place {
        Place::Server(server) => server.user.is_some() && server.password == PasswordFrom::Asked,
        Place::Folder(_) => false,
    }
}

/// A count as words have it.
fn many(number: u64) -> String {
    thousands(usize::try_from(number).unwrap_or(usize::MAX))
}

impl Standing {
    /// In a few words.
    pub(crate) fn words(self, calendar: Calendar) -> String {
        match self {
            Self::ToDecide(fields) => format!("{} to decide", many(fields)),
            Self::PasswordRefused => "sign-in failed".to_owned(),
            Self::Busy => "busy".to_owned(),
            Self::Stopped => "not synced".to_owned(),
            Self::Asks(guard) => guard.short(),
            Self::Undone => "a sync was undone".to_owned(),
            Self::Offline(since, waiting) => {
                let since = since.map(|since| format!(" since {}", calendar.clock(since)));
                let waiting = (waiting > 0).then(|| format!("{} waiting, ", many(waiting)));
                format!(
                    "{}offline{}",
                    waiting.unwrap_or_default(),
                    since.unwrap_or_default()
                )
            }
            Self::Syncing => "syncing…".to_owned(),
            Self::Stopping => "stopping…".to_owned(),
            Self::Waiting(cards) => format!("{} waiting", many(cards)),
            Self::NotTaken(cards) => format!("{} not taken", many(cards)),
            Self::Unread(cards) => format!("{} not readable", many(cards)),
            Self::New => "first sync to do".to_owned(),
            Self::Typed => "password to type".to_owned(),
            Self::Paused => "paused".to_owned(),
            Self::NotSet => "not set up".to_owned(),
            Self::Synced => "synced".to_owned(),
        }
    }

    /// In one word.
    const fn word(self) -> &'static str {
        match self {
            Self::ToDecide(_) => "decide",
            Self::PasswordRefused => "password",
            Self::Stopped => "unsynced",
            Self::Asks(_) => "asks",
            Self::Undone => "undone",
            Self::Offline(..) => "offline",
            Self::Busy => "busy",
            Self::Syncing => "syncing…",
            Self::Stopping => "stopping…",
            Self::Waiting(_) => "waiting",
            Self::New => "new",
            _ => "",
        }
    }

    /// How it looks.
    pub(crate) const fn role(self) -> Role {
        match self {
            Self::ToDecide(_) | Self::NotTaken(_) | Self::Unread(_) | Self::New => Role::Warn,
            Self::PasswordRefused | Self::Stopped | Self::Asks(_) | Self::Undone => Role::Bad,
            Self::Synced => Role::Good,
            _ => Role::Dim,
        }
    }
}
