//! `callbook remote`: the address books elsewhere that the book is synced with.

#[cfg(feature = "sync")]
mod add;
mod flags;
#[cfg(feature = "sync")]
mod learn;
#[cfg(feature = "sync")]
pub(in crate::cli) mod trace;

use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use clap::Subcommand;
use serde_json::{Value, json};

use crate::config::remotes::RemoteSettings;
use crate::config::{Config, shown};
use crate::domain::progress::Stop;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::remotes::RemoteRow;
use crate::domain::safe::safe;
use crate::domain::sync::guard::Guard;
use crate::domain::words::count;
use crate::store::Store;

use super::document::{CommandAnswer, answer, when};
use super::files::is_missing;
use super::output::print;
use super::table::columns;
use flags::AddFlags;
#[cfg(feature = "sync")]
use trace::TraceFlags;

/// What is done with remotes.
#[derive(Debug, Subcommand)]
pub(super) enum RemoteCommand {
    /// Find the address books at an address, and add one of them to the configuration.
    ///
    /// Asks before anything is written. The password is asked for once and kept nowhere, unless a program that
    /// keeps passwords is chosen.
    #[command(
        after_help = "Examples:\n  callbook remote add nextcloud https://cloud.example.org --user ann\n  callbook remote add fastmail ann@fastmail.com --password-command 'pass show mail/ann'\n  callbook remote add friends ~/.contacts/friends"
    )]
    Add(AddFlags),
    /// List the remotes.
    List {
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
    /// Ask a remote what it is and what it can do. Nothing is synced.
    Check {
        /// The remote.
        name: String,
        /// Also write, change and delete one card there, to learn what the server makes of it.
        #[arg(long)]
        write: bool,
        #[cfg(feature = "sync")]
        #[command(flatten)]
        trace: TraceFlags,
    },
    /// Stop syncing with a remote until `resume`.
    Pause {
        /// The remote.
        name: String,
    },
    /// Sync with a paused remote again.
    Resume {
        /// The remote.
        name: String,
    },
    /// Forget the links with a remote. Nothing is deleted, here or there.
    Remove {
        /// The remote.
        name: String,
    },
}

impl RemoteCommand {
    /// Whether it needs a book, and makes a missing one.
    pub(super) const fn creates(&self) -> bool {
        matches!(
            self,
            Self::Check { write: true, .. } | Self::Pause { .. } | Self::Resume { .. }
        )
    }

    /// Does it.
    pub(super) fn run(
        self,
        config: &Config,
        book: &Path,
        stop: &Stop,
        open: impl FnOnce() -> Result<Store, Refusal>,
    ) -> Result<u8> {
        match self {
            #[cfg(feature = "sync")]
            Self::Add(flags) => flags.run(config, stop),
            #[cfg(feature = "sync")]
            Self::Check { name, write, trace } => {
                learn::check(configured(config, &name)?, write, stop, &trace, open)
            }
            #[cfg(not(feature = "sync"))]
            Self::Add(_) | Self::Check { .. } => {
                let _ = stop;
                let why = "this callbook was built without sync; build it with the feature sync";
                Err(Refusal::new(Kind::Invalid, why).into())
            }
            Self::List { json } => {
                let known = if is_missing(book) {
                    Ok((Vec::new(), HashMap::new()))
                } else {
                    open().and_then(|store| {
                        let rows = store.remotes()?;
                        let apart = stays_here(&store, &rows)?;
                        Ok((rows, apart))
                    })
                };
                let listed = known.map(|(known, apart)| list(config, &known, &apart));
                answer(listed.map_err(Into::into), json)
            }
            Self::Pause { name } => paused(config, &name, true, &open()?),
            Self::Resume { name } => paused(config, &name, false, &open()?),
            Self::Remove { name } => remove(config, &name, book, open),
        }
    }
}

/// The settings of a remote.
pub(super) fn configured<'c>(
    config: &'c Config,
    name: &str,
) -> Result<&'c RemoteSettings, Refusal> {
    let found = config.remotes.iter().find(|remote| remote.name == name);
    found.ok_or_else(|| {
        if config.unused.iter().any(|unused| unused == name) {
            let why = format!(
                "remote {name} is not used; correct its lines in {}, as the warning says",
                shown(&config.file)
            );
            return Refusal::new(Kind::Invalid, why);
        }
        let names: Vec<&str> = config.remotes.iter().map(|one| one.name.as_str()).collect();
        let others = if names.is_empty() {
            "callbook remote add sets one up".to_owned()
        } else {
            format!("there is {}", names.join(", "))
        };
        let why = format!(
            "no remote {name} is set in {}; {others}",
            shown(&config.file)
        );
        Refusal::new(Kind::NotFound, why)
    })
}

/// How many contacts were changed here and stay so, of each remote that nothing is sent to.
fn stays_here(store: &Store, rows: &[RemoteRow]) -> Result<HashMap<String, usize>, Refusal> {
    let mut apart = HashMap::new();
    for row in rows.iter().filter(|row| !row.sends()) {
        apart.insert(row.name.clone(), store.count_apart(&row.name)?);
    }
    Ok(apart)
}

fn list(config: &Config, known: &[RemoteRow], apart: &HashMap<String, usize>) -> CommandAnswer {
    let mut rows =
        vec![["NAME", "KIND", "CARDS", "LAST SYNCED", "STATE", "ADDRESS"].map(str::to_owned)];
    // A sentence has a line of its own: it would part the columns.
    let mut below = Vec::new();
    let mut documents = Vec::new();
    for remote in &config.remotes {
        let row = remote.known_in(known);
        below.push(row.and_then(|row| more_of(row, remote, apart)));
        rows.push(cells(
            &remote.name,
            remote.kind(),
            &remote.book(),
            row,
            true,
        ));
        documents.push(document(&remote.name, &remote.book(), row, Some(remote)));
    }
    for row in known {
        if !config.remotes.iter().any(|remote| remote.name == row.name) {
            below.push(None);
            rows.push(cells(&row.name, &row.kind, &row.book, Some(row), false));
            documents.push(document(&row.name, &row.book, Some(row), None));
        }
    }
    let mut words = String::new();
    let mut below = std::iter::once(None).chain(below);
    for line in columns(&rows).lines() {
        let told = below.next().flatten().map(|told| format!("  {told}\n"));
        let _ = write!(words, "{line}\n{}", told.unwrap_or_default());
    }
    if documents.is_empty() {
        "no remotes; callbook remote add sets one up\n".clone_into(&mut words);
    }
    CommandAnswer::new(json!({ "data": documents }), words)
}

fn cells(
    name: &str,
    kind: &str,
    place: &str,
    row: Option<&RemoteRow>,
    is_set: bool,
) -> [String; 6] {
    let synced = row.and_then(|row| row.synced_at);
    [
        safe(name).into_owned(),
        kind.to_owned(),
        row.map_or(0, |row| row.counts.linked).to_string(),
        synced.map_or_else(|| "never".to_owned(), when),
        state(row, is_set),
        safe(place).into_owned(),
    ]
}

/// Why a remote is not synced, and what to do about it; none where the state says all.
fn more_of(
    row: &RemoteRow,
    settings: &RemoteSettings,
    apart: &HashMap<String, usize>,
) -> Option<String> {
    let name = &row.name;
    if row.paused {
        return None;
    }
    if let Some(trouble) = &row.trouble {
        return Some(format!("not synced: {}", safe(trouble)));
    }
    if row.counts.undone > 0 {
        return Some(format!(
            "it waits until you choose: callbook sync --again {name}, or callbook sync --send-undo {name}"
        ));
    }
    match apart.get(name) {
        None | Some(0) => {}
        Some(1) => {
            return Some("1 contact changed here stays here: nothing is sent there".to_owned());
        }
        Some(many) => {
            let many = count(*many, "contact");
            return Some(format!(
                "{many} changed here stay here: nothing is sent there"
            ));
        }
    }
    let only = settings.only.as_ref().filter(|_| row.counts.held > 0)?;
    let held = usize::try_from(row.counts.held).unwrap_or(usize::MAX);
    let held = count(held, "contact");
    Some(format!("{held} not sent: only {} goes there", safe(only)))
}

/// What needs to be known of a remote in a few words, the most pressing first.
fn state(row: Option<&RemoteRow>, is_set: bool) -> String {
    if !is_set {
        return "not in the configuration".to_owned();
    }
    let Some(row) = row else {
        return "not synced yet".to_owned();
    };
    if row.paused {
        return "paused".to_owned();
    }
    if row.trouble.is_some() {
        let short = match Guard::remembered(&row.traits) {
            Some(guard) => guard.short(),
            None if row.has_refused_password() => "sign-in failed".to_owned(),
            None if row.is_busy() => "busy".to_owned(),
            None if row.again_at.is_some() => "offline".to_owned(),
            None => "not synced".to_owned(),
        };
        return short;
    }
    let counts = row.counts;
    if counts.undone > 0 {
        return "a sync was undone".to_owned();
    }
    let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let mut told = Vec::new();
    if counts.conflicts > 0 {
        told.push(count(number(counts.conflicts), "conflict"));
    }
    if counts.refused > 0 {
        told.push(format!(
            "{} not taken there",
            count(number(counts.refused), "card")
        ));
    }
    if counts.unread > 0 {
        told.push(format!(
            "{} not readable",
            count(number(counts.unread), "card")
        ));
    }
    if counts.left_out > 0 {
        told.push(format!(
            "{} left out",
            count(number(counts.left_out), "card")
        ));
    }
    if counts.waiting > 0 {
        told.push(format!(
            "{} on its way",
            count(number(counts.waiting), "card")
        ));
    }
    if told.is_empty() {
        let usual = if row.confirmed {
            "ok"
        } else {
            "waits for its first sync"
        };
        told.push(usual.to_owned());
    }
    told.join(", ")
}

fn document(
    name: &str,
    book: &str,
    row: Option<&RemoteRow>,
    settings: Option<&RemoteSettings>,
) -> Value {
    let traits = row.and_then(|row| serde_json::from_str::<Value>(&row.traits).ok());
    let counts = row.map(|row| row.counts).unwrap_or_default();
    let time = |of: fn(&RemoteRow) -> Option<crate::domain::timestamp::Timestamp>| {
        row.and_then(of).map(|at| at.to_string())
    };
    json!({
        "type": "remotes",
        "id": name,
        "attributes": {
            "kind": settings.map(RemoteSettings::kind).or(row.map(|row| row.kind.as_str())),
            "address": book,
            "configured": settings.is_some(),
            "confirmed": row.is_some_and(|row| row.confirmed),
            "paused": settings.is_none() || row.is_some_and(|row| row.paused),
            "synced_at": time(|row| row.synced_at),
            "tried_at": time(|row| row.tried_at),
            "again_at": time(|row| row.again_at),
            "trouble": row.and_then(|row| row.trouble.clone()),
            "linked": counts.linked,
            "waiting": counts.waiting,
            "refused": counts.refused,
            "unread": counts.unread,
            "left_out": counts.left_out,
            "conflicts": counts.conflicts,
            "held": counts.held,
            "traits": traits,
        },
    })
}

/// Pauses a remote, or lets it go on.
fn paused(config: &Config, name: &str, paused: bool, store: &Store) -> Result<u8> {
    let is_known = store.remotes()?.iter().any(|row| row.name == name);
    if !is_known {
        let remote = configured(config, name)?;
        store.ensure_remote(name, remote.kind(), &remote.book())?;
    }
    store.pause_remote(name, paused)?;
    let told = if paused {
        format!("{name} is paused: nothing comes or goes until callbook remote resume {name}\n")
    } else {
        format!("{name} is synced again\n")
    };
    print(&told)?;
    Ok(0)
}

/// Forgets a remote, and says what is left in the file.
fn remove(
    config: &Config,
    name: &str,
    book: &Path,
    open: impl FnOnce() -> Result<Store, Refusal>,
) -> Result<u8> {
    let settings = config.remotes.iter().find(|remote| remote.name == name);
    let is_known = |store: &Store| -> Result<bool, Refusal> {
        Ok(store.remotes()?.iter().any(|row| row.name == name))
    };
    let linked = if is_missing(book) {
        None
    } else {
        let store = open()?;
        if is_known(&store)? {
            Some(store.forget_remote(name)?)
        } else {
            None
        }
    };
    if linked.is_none() {
        configured(config, name)?;
    }
    let linked = usize::try_from(linked.unwrap_or_default()).unwrap_or(usize::MAX);
    let mut told = format!(
        "{name} is forgotten, with {}; no contact was deleted, here or there\n",
        count(linked, "link")
    );
    if let Some((first, last)) = settings.and_then(|remote| remote.lines) {
        let file = shown(&config.file);
        let _ = writeln!(
            told,
            "take lines {first} to {last} out of {file}; while they are there, the next sync is a first sync"
        );
    }
    print(&told)?;
    Ok(0)
}
