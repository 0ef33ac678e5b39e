//! `callbook sync`: keeps the book and the address books elsewhere the same.

mod words;

use std::collections::HashMap;
use std::io::IsTerminal as _;

use anyhow::{Error, Result};
use clap::Args;
use serde_json::{Value, json};

use crate::config::Config;
use crate::config::remotes::RemoteSettings;
use crate::domain::progress::{STOPPED_MIDWAY, Stop as Signal};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::remotes::{RemoteCounts, RemoteRow};
use crate::domain::sync::guard::GuardAnswer;
use crate::domain::sync::records::shown_name;
use crate::domain::sync::remote::Stop;
use crate::domain::sync::report::Did;
use crate::domain::sync::run::Answers;
use crate::store::Store;
use crate::store::sync_lock::{Locked, SyncLock};
use crate::sync::one::Asked;
use crate::sync::rounds::{Outcome, RoundsAsked, sync_all, why_stopped};

use super::document::{CommandAnswer, answer};
use super::exit::UNREACHABLE;
use super::questions::Questions;
use super::remote::configured;
use super::remote::trace::{TraceFlags, trace_is_whole};
use words::{ToDecide, left, paused, text};

/// Which remotes are synced, and how.
#[derive(Debug, Args)]
pub(super) struct SyncCommand {
    /// The remotes; all of them where none is named.
    names: Vec<String>,
    /// Say what would come and go; nothing is written, here or there.
    #[arg(long)]
    dry_run: bool,
    /// Do a first sync as it is planned.
    #[arg(long)]
    yes: bool,
    /// Go on where many are gone on one side, or most say something else.
    #[arg(long)]
    accept_deletions: bool,
    /// Go on where many are gone on one side, or most say something else, and have them there as on the other side.
    #[arg(long, conflicts_with = "accept_deletions")]
    put_back: bool,
    /// List everything, instead of what changed since the last time.
    #[arg(long)]
    all: bool,
    /// After a sync that was taken back: delete there what the undo took away here.
    #[arg(long, conflicts_with = "again")]
    send_undo: bool,
    /// After a sync that was taken back: begin again with a first sync.
    #[arg(long)]
    again: bool,
    /// Take in what is there and send nothing; the remote is paused then.
    #[arg(long)]
    only_take_in: bool,
    #[command(flatten)]
    trace: TraceFlags,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

impl SyncCommand {
    /// Syncs.
    pub(super) fn run(
        self,
        config: &Config,
        signal: &Signal,
        open: impl FnOnce() -> Result<Store, Refusal>,
    ) -> Result<u8> {
        let mut remotes = Vec::new();
        for name in &self.names {
            let remote = configured(config, name)?;
            if !remotes.contains(&remote) {
                remotes.push(remote);
            }
        }
        if self.names.is_empty() {
            remotes.extend(&config.remotes);
        }
        // A remote whose block is not used is not synced either, and whoever reads only the status has to learn of it.
        let unused = self.names.is_empty() && !config.unused.is_empty();
        if remotes.is_empty() && unused {
            let why =
                "no remote can be synced; correct its lines in config.toml, as the warning says";
            return Err(Error::msg(why));
        }
        if remotes.is_empty() {
            let why =
                "no remote is set up; callbook remote add finds an address book and sets it up";
            return Err(Refusal::new(Kind::NotFound, why).into());
        }
        let trace = self.trace.open()?;
        let mut store = open()?;
        let _lock = SyncLock::take(store.path()).map_err(Locked::refusal)?;
        let sends_undo = (self.send_undo || self.again).then_some(self.send_undo);
        if sends_undo.is_some() {
            refuse_where_nothing_was_taken_back(&store, &remotes)?;
        }
        let asked = RoundsAsked {
            asked: Asked {
                answers: Answers {
                    accepts_deletions: self.accept_deletions,
                    tries_refused: !self.names.is_empty(),
                    lists_all: self.all,
                    only_takes_in: self.only_take_in,
                    ..Answers::default()
                },
                dry: self.dry_run,
                sends_undo,
                ..Asked::default()
            },
            confirms_first: self.yes,
            by_person: !self.names.is_empty() && std::io::stdin().is_terminal(),
            decided: self.put_back.then_some((GuardAnswer::PutBack, None)),
            trace: trace.as_ref(),
        };
        // A password is asked for once, also where a remote is read twice.
        let mut typed: HashMap<String, Option<String>> = HashMap::new();
        let mut ask = |name: &str, question: &str| {
            let ask = || Questions::open()?.ask_hidden(question, signal).ok();
            typed.entry(name.to_owned()).or_insert_with(ask).clone()
        };
        // Whatever was under way is looked at by the next run.
        signal.is_safe_anywhere();
        let mut outcomes = sync_all(&mut store, &remotes, asked, &mut ask).map_err(midway)?;
        if self.dry_run {
            for (settings, outcome) in remotes.iter().zip(&mut outcomes) {
                plan_past_guard(&mut store, settings, outcome, asked, &mut ask).map_err(midway)?;
            }
        }
        if let Some(trace) = &trace {
            trace_is_whole(trace);
        }
        let names: Vec<&str> = remotes.iter().map(|one| one.name.as_str()).collect();
        let mut rows = store.remotes()?;
        // What is known of another address book than the one that is set now is over with its first sync.
        rows.retain(|row| {
            let set = config.remotes.iter().find(|set| set.name == row.name);
            set.is_none_or(|set| set.is_of(row))
        });
        let to_decide = to_decide(&rows, &names, &outcomes);
        let mut text = text(&names, &outcomes, to_decide, self.dry_run);
        if self.only_take_in && !self.dry_run {
            text.push_str(&paused(&names, &outcomes));
        }
        if !self.dry_run {
            text.push_str(&left(&store, &names, &outcomes)?);
        }
        let document = json!({
            "data": names.iter().zip(&outcomes).map(|(name, outcome)| of_document(name, outcome)).collect::<Vec<_>>(),
            "meta": { "to_decide": to_decide.then, "to_answer": to_answer(&outcomes, self.dry_run) },
        });
        let told = answer(Ok(CommandAnswer::new(document, text)), self.json)?;
        let lacks = unused || lacks_some(&rows, &names, &outcomes);
        Ok(if told == 0 {
            status(&outcomes, to_decide.then, lacks)
        } else {
            told
        })
    }
}

/// How many remotes wait until a person answers what they ask.
fn to_answer(outcomes: &[Outcome], dry: bool) -> usize {
    let asks = |outcome: &&Outcome| match outcome {
        Outcome::Synced(run) => matches!(run.synced.end, Err(Stop::Asked(_))),
        Outcome::Planned(_) => !dry,
        Outcome::Undone(_) => true,
        Outcome::Paused | Outcome::Blocked(_) | Outcome::Waits(_) => false,
    };
    outcomes.iter().filter(asks).count()
}

/// What is said where a person stops a sync.
fn midway(refusal: Refusal) -> Refusal {
    match refusal.kind {
        Kind::Stopped => Refusal::new(Kind::Stopped, STOPPED_MIDWAY),
        _ => refusal,
    }
}

/// What the cards of a remote are, or would be after a run that only tried.
fn then(rows: &[RemoteRow], name: &str, outcome: &Outcome) -> RemoteCounts {
    let tried = match outcome {
        Outcome::Synced(run) | Outcome::Planned(run) => run.synced.then,
        _ => None,
    };
    let known = || rows.iter().find(|row| row.name == name);
    tried
        .or_else(|| known().map(|row| row.counts))
        .unwrap_or_default()
}

/// How many fields are to be decided, and how many would be after a run that only tried.
fn to_decide(rows: &[RemoteRow], names: &[&str], outcomes: &[Outcome]) -> ToDecide {
    let others = rows.iter().filter(|row| !names.contains(&&*row.name));
    let others: u64 = others.map(|row| row.counts.conflicts).sum();
    let tried = names.iter().zip(outcomes);
    let tried: u64 = tried
        .map(|(name, outcome)| then(rows, name, outcome).conflicts)
        .sum();
    let now: u64 = rows.iter().map(|row| row.counts.conflicts).sum();
    let number = |fields: u64| usize::try_from(fields).unwrap_or(usize::MAX);
    ToDecide {
        now: number(now),
        then: number(others + tried),
    }
}

/// Whether a remote that was synced has cards that it does not take, or that cannot be read.
fn lacks_some(rows: &[RemoteRow], names: &[&str], outcomes: &[Outcome]) -> bool {
    let synced = names.iter().zip(outcomes);
    let mut synced = synced.filter(|(_, outcome)| matches!(outcome, Outcome::Synced(_)));
    synced.any(|(name, outcome)| {
        let counts = then(rows, name, outcome);
        counts.refused + counts.unread > 0
    })
}

/// Where a dry run is asked about much, adds what would be done with each card if that was accepted.
fn plan_past_guard(
    store: &mut Store,
    settings: &RemoteSettings,
    outcome: &mut Outcome,
    asked: RoundsAsked<'_>,
    ask: &mut dyn FnMut(&str, &str) -> Option<String>,
) -> Result<(), Refusal> {
    let Outcome::Synced(run) = outcome else {
        return Ok(());
    };
    if !matches!(run.synced.end, Err(Stop::Asked(_))) {
        return Ok(());
    }
    let mut accepting = asked;
    accepting.asked.answers.accepts_deletions = true;
    let accepted = sync_all(store, &[settings], accepting, ask)?;
    if let Some(Outcome::Synced(accepted)) = accepted.into_iter().next() {
        run.synced.planned = accepted.synced.planned;
    }
    Ok(())
}

/// Fails if none of the remotes has an undone sync to decide about.
fn refuse_where_nothing_was_taken_back(
    store: &Store,
    remotes: &[&RemoteSettings],
) -> Result<(), Refusal> {
    let mut names = Vec::new();
    for settings in remotes {
        let known = store.known_remote(&settings.name, settings.kind(), &settings.book())?;
        if known.is_some_and(|row| row.counts.undone > 0) {
            return Ok(());
        }
        names.push(settings.name.as_str());
    }
    let why = format!(
        "no sync with {} was taken back, so there is nothing to decide; leave out --again and --send-undo",
        names.join(" or ")
    );
    Err(Refusal::new(Kind::Invalid, why))
}

/// The exit status: what is worst of all remotes. `lacks` says whether something is not synced beside them.
fn status(outcomes: &[Outcome], to_decide: usize, lacks: bool) -> u8 {
    let status_of = |outcome: &Outcome| match outcome {
        Outcome::Synced(run) => match &run.synced.end {
            Ok(()) => u8::from({
                let report = &run.synced.report;
                !report.moved.is_empty() || !report.unanswered.is_empty() || !report.lost.is_empty()
            }),
            Err(Stop::Later { .. }) => UNREACHABLE,
            Err(Stop::Asked(_)) => super::exit::status(Kind::Conflict),
            Err(Stop::Book(refusal)) => super::exit::status(refusal.kind),
            Err(_) => 1,
        },
        Outcome::Planned(_) | Outcome::Undone(_) => super::exit::status(Kind::Conflict),
        Outcome::Blocked(_) => 1,
        Outcome::Waits(_) => UNREACHABLE,
        Outcome::Paused => 0,
    };
    let worst = outcomes.iter().map(status_of).max().unwrap_or_default();
    let decides = if to_decide > 0 {
        super::exit::status(Kind::Conflict)
    } else {
        0
    };
    worst.max(decides).max(u8::from(lacks))
}

fn of_document(name: &str, outcome: &Outcome) -> Value {
    let (state, run) = match outcome {
        Outcome::Synced(run) if run.synced.end.is_ok() && run.synced.then.is_some() => {
            ("planned", Some(run))
        }
        Outcome::Synced(run) if run.synced.end.is_ok() => ("synced", Some(run)),
        Outcome::Synced(run) => ("stopped", Some(run)),
        Outcome::Planned(run) => ("planned", Some(run)),
        Outcome::Paused => ("paused", None),
        Outcome::Undone(_) => ("undone", None),
        Outcome::Blocked(_) => ("blocked", None),
        Outcome::Waits(_) => ("waiting", None),
    };
    let done = run.map(|run| {
        let done = run.synced.report.done.iter();
        done.map(|(did, name)| json!({ "did": word(*did), "name": shown_name(name) }))
            .collect::<Vec<_>>()
    });
    let stop = run.and_then(|run| run.synced.end.as_ref().err());
    let why = match outcome {
        Outcome::Blocked(why) => Some(why.clone()),
        _ => stop.map(why_stopped),
    };
    let asked = run.filter(|_| matches!(stop, Some(Stop::Asked(_))));
    let asked = asked.map(|run| {
        let asked = run.synced.report.asked.iter();
        asked.map(|name| shown_name(name)).collect::<Vec<_>>()
    });
    json!({
        "type": "syncs",
        "id": name,
        "attributes": {
            "state": state,
            "done": done,
            "requests": run.map(|run| run.synced.traffic.requests),
            "bytes": run.map(|run| run.synced.traffic.bytes),
            "trouble": why,
            "kind": stop.map(kind),
            "asked": asked,
            "not_given": run.map(|run| &run.synced.report.unanswered),
        },
    })
}

/// Why a run ended early, in documents.
const fn kind(stop: &Stop) -> &'static str {
    match stop {
        Stop::Later { .. } => "unreachable",
        Stop::Password(_) => "password",
        Stop::Asked(_) => "guard",
        Stop::Stopped => "stopped",
        Stop::Book(_) => "book",
        Stop::Trouble(_) => "trouble",
    }
}

/// What was done with a card, in documents.
const fn word(did: Did) -> &'static str {
    match did {
        Did::NewHere => "new_here",
        Did::Joined => "joined",
        Did::Linked => "linked",
        Did::ChangedHere => "changed_here",
        Did::Group => "group",
        Did::GroupGone => "group_gone",
        Did::GoneThere => "gone_there",
        Did::Stayed => "stayed",
        Did::CameBack => "came_back",
        Did::NewThere => "new_there",
        Did::ChangedThere => "changed_there",
        Did::DeletedThere => "deleted_there",
        Did::Refused => "refused",
        Did::Unread => "unread",
    }
}
