//! `callbook sync`: keeps the book and the address books elsewhere the same.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::IsTerminal as _;

use anyhow::{Error, Result};
use clap::Args;
use serde_json::{Value, json};

use crate::config::Config;
use crate::config::remotes::RemoteSettings;
use crate::domain::fold::fold;
use crate::domain::progress::{STOPPED_MIDWAY, Stop as Signal};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::safe::safe;
use crate::domain::sync::guard::{GuardAnswer, Side};
use crate::domain::sync::plan::{After, CardFate, PlannedCard};
use crate::domain::sync::records::shown_name;
use crate::domain::sync::remote::Stop;
use crate::domain::sync::report::{Did, Report};
use crate::domain::sync::run::Answers;
use crate::domain::words::count;
use crate::store::Store;
use crate::sync::lock::{Locked, SyncLock};
use crate::sync::one::{Asked, Synced};
use crate::sync::rounds::{Outcome, RemoteRun, RoundsAsked, sync_all, why_stopped};

use super::document::{CommandAnswer, answer};
use super::exit::UNREACHABLE;
use super::questions::Questions;
use super::remote::configured;
use super::remote::trace::{TraceFlags, trace_is_whole};
use super::table::columns;

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
            remotes.push(configured(config, name)?);
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
        let _lock = match SyncLock::take(store.path()) {
            Ok(lock) => lock,
            Err(Locked::Elsewhere) => {
                let why = "another callbook syncs this book; try again when it is done";
                return Err(Refusal::new(Kind::Busy, why).into());
            }
            Err(Locked::Failed(error)) => {
                let why = format!("cannot lock the book for the sync: {error}");
                return Err(Refusal::new(Kind::Storage, why).into());
            }
        };
        let sends_undo = (self.send_undo || self.again).then_some(self.send_undo);
        if sends_undo.is_some() {
            refuse_where_nothing_was_taken_back(&mut store, &remotes)?;
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
                apart: &[],
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
        let to_decide = store.count_conflicts()?;
        let names: Vec<&str> = remotes.iter().map(|one| one.name.as_str()).collect();
        let mut text = text(&names, &outcomes, to_decide, self.dry_run);
        if self.only_take_in && !self.dry_run {
            text.push_str(&paused(&names, &outcomes));
        }
        if !self.dry_run {
            text.push_str(&left(&store, &names, &outcomes)?);
        }
        let document = json!({
            "data": names.iter().zip(&outcomes).map(|(name, outcome)| of_document(name, outcome)).collect::<Vec<_>>(),
            "meta": { "to_decide": to_decide },
        });
        let told = answer(Ok(CommandAnswer::new(document, text)), self.json)?;
        let lacks = unused || !self.dry_run && lacks_some(&store, &names, &outcomes)?;
        Ok(if told == 0 {
            status(&outcomes, to_decide, lacks)
        } else {
            told
        })
    }
}

/// What is said where a person stops a sync.
fn midway(refusal: Refusal) -> Refusal {
    match refusal.kind {
        Kind::Stopped => Refusal::new(Kind::Stopped, STOPPED_MIDWAY),
        _ => refusal,
    }
}

/// Whether a remote that was synced has cards that it does not take, or that cannot be read.
fn lacks_some(store: &Store, names: &[&str], outcomes: &[Outcome]) -> Result<bool, Refusal> {
    let rows = store.remotes()?;
    let synced = names.iter().zip(outcomes);
    let mut synced = synced.filter(|(_, outcome)| matches!(outcome, Outcome::Synced(_)));
    Ok(synced.any(|(name, _)| {
        let row = rows.iter().find(|row| row.name == **name);
        row.is_some_and(|row| row.counts.refused + row.counts.unread > 0)
    }))
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
    store: &mut Store,
    remotes: &[&RemoteSettings],
) -> Result<(), Refusal> {
    let mut names = Vec::new();
    for settings in remotes {
        let row = store.ensure_remote(&settings.name, settings.kind(), &settings.book())?;
        if row.counts.undone > 0 {
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
            Ok(()) => 0,
            Err(Stop::Later { .. }) => UNREACHABLE,
            Err(Stop::Asked(_)) => super::exit::status(Kind::Conflict),
            Err(Stop::Book(refusal)) => super::exit::status(refusal.kind),
            Err(_) => 1,
        },
        Outcome::Planned(_) | Outcome::Undone(_) => super::exit::status(Kind::Conflict),
        Outcome::Blocked(_) => 1,
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

fn traffic(run: &RemoteRun) -> String {
    let traffic = run.synced.traffic;
    if traffic.requests == 0 {
        return String::new();
    }
    let requests = count(
        usize::try_from(traffic.requests).unwrap_or(usize::MAX),
        "request",
    );
    let bytes = match traffic.bytes {
        0..1_000 => format!("{} bytes", traffic.bytes),
        1_000..1_000_000 => format!("{} KB", traffic.bytes / 1_000),
        more => format!("{}.{} MB", more / 1_000_000, more % 1_000_000 / 100_000),
    };
    format!("{requests}, {bytes}, {:.1} s", run.took.as_secs_f32())
}

fn text(names: &[&str], outcomes: &[Outcome], to_decide: usize, dry: bool) -> String {
    let mut rows = Vec::new();
    let (mut planned, mut told) = (String::new(), String::new());
    for (name, outcome) in names.iter().zip(outcomes) {
        if let Outcome::Synced(run) | Outcome::Planned(run) = outcome
            && (dry || matches!(outcome, Outcome::Planned(_)))
        {
            planned.push_str(&plan(&run.synced));
        }
        match outcome {
            Outcome::Synced(run) if run.synced.end.is_ok() => {
                let mut did = run.synced.report.moved();
                let planned = run.synced.planned.iter();
                let disputed = planned.filter(|card| card.fate == CardFate::ToDecide);
                match disputed.count() {
                    0 => {}
                    disputed => {
                        let _ = write!(did, ", {disputed} to decide");
                    }
                }
                rows.push([(*name).to_owned(), did, traffic(run)]);
            }
            // A sentence is wrapped by the terminal, never cut: its end is the way out.
            _ => {
                let _ = writeln!(told, "{name}  {}", safe(&sentence(name, outcome)));
                if let (Outcome::Synced(run), false) = (outcome, dry) {
                    told.push_str(&first_asked(name, &run.synced.report));
                }
            }
        }
    }
    let mut text = planned + &columns(&rows) + &told;
    if dry {
        text.push_str("nothing was written\n");
    }
    if to_decide > 0 {
        let _ = writeln!(
            text,
            "{} to decide: callbook conflicts",
            count(to_decide, "field")
        );
    }
    text
}

/// What became of a remote that was not synced to its end, and what to do about it.
fn sentence(name: &str, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Synced(run) => match &run.synced.end {
            Ok(()) => run.synced.report.moved(),
            Err(stop) => format!("not synced: {}", way_out(name, stop)),
        },
        Outcome::Planned(run) => format!(
            "first sync: {}; nothing was written. callbook sync --yes {name} does it",
            run.synced.report.moved()
        ),
        Outcome::Paused => format!("paused; callbook remote resume {name} lets it go on"),
        Outcome::Undone(cards) => format!(
            "a sync was taken back that linked {}: callbook sync --again {name} begins with a first sync, \
             callbook sync --send-undo {name} deletes there what is gone here",
            count(*cards, "card")
        ),
        Outcome::Blocked(why) => format!(
            "not synced: {why}. It is not tried again by itself: callbook sync {name}, on a terminal, does"
        ),
    }
}

/// Which remotes are paused since nothing was to be sent.
fn paused(names: &[&str], outcomes: &[Outcome]) -> String {
    let mut told = String::new();
    for (name, outcome) in names.iter().zip(outcomes) {
        if matches!(outcome, Outcome::Synced(run) if run.synced.end.is_ok()) {
            let _ = writeln!(
                told,
                "{name}  paused: nothing is sent until callbook remote resume {name}"
            );
        }
    }
    told
}

/// What a person may want to know of what was done: the changes that won over a deletion, and what is not taken
/// there.
fn left(store: &Store, names: &[&str], outcomes: &[Outcome]) -> Result<String, Refusal> {
    let mut told = String::new();
    for (name, outcome) in names.iter().zip(outcomes) {
        let Outcome::Synced(run) = outcome else {
            continue;
        };
        for (side, names) in run.synced.report.deleted() {
            let _ = writeln!(told, "{name}  {side}: {}", safe(&first_of(&names)));
        }
        let details = store.remote_details(name)?;
        for (card, why) in &details.unread {
            let file = card.rsplit('/').next().unwrap_or(card);
            let _ = writeln!(told, "{name}  cannot read {}: {}", safe(file), safe(why));
        }
        for (contact, gone) in &run.synced.report.brought_back {
            let side = match gone {
                Side::Here => "it was deleted here and changed there",
                Side::There => "it was deleted there and changed here",
            };
            let who = store.contact(*contact)?.name;
            let _ = writeln!(told, "{name}  kept {}: {side}", safe(&who));
        }
        for (who, why) in details.refused {
            let _ = writeln!(
                told,
                "{name}  does not take {}: {}; callbook sync {name} sends it again",
                safe(&who),
                safe(&why)
            );
        }
    }
    Ok(told)
}

/// Why a run ended, and what to do about it.
fn way_out(name: &str, stop: &Stop) -> String {
    let why = why_stopped(stop);
    match stop {
        Stop::Asked(guard) => {
            let back = match (guard.is_of_words(), guard.side()) {
                (false, _) => "to have them on both sides",
                (true, Side::There) => "to keep what is here, and send it there",
                (true, Side::Here) => "to have here again what is there",
            };
            // A guard of what goes out asks after the cards that came have been taken in.
            let done = match guard.side() {
                Side::There => "Nothing was done",
                Side::Here => "Nothing was sent",
            };
            format!(
                "{why}. {done}. If that is meant: callbook sync --accept-deletions {name}; \
                 {back}: callbook sync --put-back {name}"
            )
        }
        Stop::Password(_) => format!("{why}; it is not tried again by itself"),
        Stop::Later { .. } => format!("{why}; nothing is lost, and the next sync goes on"),
        _ => why,
    }
}

/// What would be done with each card, and with which of its fields; of a run that ended early what it came to.
fn plan(synced: &Synced) -> String {
    if synced.planned.is_empty() {
        return came_to(&synced.report);
    }
    let mut cards: Vec<&PlannedCard> = synced.planned.iter().collect();
    cards.sort_by_cached_key(|card| (card.fate, fold(&card.name)));
    let mut lines = String::new();
    for card in cards.iter().filter(|card| card.fate != CardFate::Same) {
        let sign = match card.fate {
            CardFate::Same => "=",
            CardFate::ComesHere => "←",
            CardFate::GoesThere => "→",
            CardFate::Joined => "~",
            CardFate::KeptApart => "2",
            CardFate::ToDecide => "!",
            CardFate::LeftOut => "·",
            CardFate::Deleted => "-",
        };
        let _ = writeln!(lines, "{sign} {:<24} {}", safe(&card.name), safe(&card.why));
        for field in card
            .fields
            .iter()
            .filter(|field| field.after != After::Same)
        {
            let said = |side: &str| match side {
                "" => "–".to_owned(),
                text => safe(text).into_owned(),
            };
            let _ = writeln!(
                lines,
                "    {}: here {}, there {}, then {}",
                safe(&field.what),
                said(&field.here),
                said(&field.there),
                safe(field.after.words())
            );
        }
    }
    let same = cards
        .iter()
        .filter(|card| card.fate == CardFate::Same)
        .count();
    if same > 0 {
        let _ = writeln!(lines, "= {}", CardFate::Same.counted(same));
    }
    lines
}

/// How many of those that are asked about are named in a line.
const NAMED: usize = 8;

/// The first of some names.
fn first_of(names: &[&str]) -> String {
    let first = names.iter().take(NAMED).map(|name| shown_name(name));
    let first = first.collect::<Vec<_>>().join(", ");
    if names.len() > NAMED {
        format!("{first} …")
    } else {
        first
    }
}

/// Who is meant where a run asks: the first of them, and how to see all.
fn first_asked(name: &str, report: &Report) -> String {
    let first = report.asked.iter().take(NAMED);
    let first: Vec<_> = first.map(|who| shown_name(who)).collect();
    let more = report.asked.len().saturating_sub(NAMED);
    match more {
        _ if first.is_empty() => String::new(),
        0 => format!("{}\n", safe(&first.join(", "))),
        _ => format!(
            "{} … callbook sync --dry-run {name} names all of them\n",
            safe(&first.join(", "))
        ),
    }
}

/// What was done with each card, a line each.
fn came_to(report: &Report) -> String {
    let mut lines = String::new();
    for (did, name) in &report.done {
        let (sign, words) = match did {
            Did::NewHere => ("←", "only there"),
            Did::Joined => ("~", "there and here: one from now on"),
            Did::Linked => ("=", "the same on both sides"),
            Did::ChangedHere => ("←", "changed there"),
            Did::Group => ("←", "a group there: its members have its name as a tag"),
            Did::GoneThere => ("←", "gone there"),
            Did::Stayed => ("→", "deleted there and changed here: stays"),
            Did::CameBack => ("←", "deleted here and changed there: comes back"),
            Did::NewThere => ("→", "only here"),
            Did::ChangedThere => ("→", "changed here"),
            Did::DeletedThere => ("→", "deleted here"),
            Did::Refused => ("·", "not taken there"),
            Did::Unread => ("·", "cannot be read"),
        };
        let _ = writeln!(lines, "{sign} {:<24} {words}", safe(&shown_name(name)));
    }
    for name in &report.asked {
        let _ = writeln!(lines, "? {}", safe(&shown_name(name)));
    }
    lines
}

fn of_document(name: &str, outcome: &Outcome) -> Value {
    let (state, run) = match outcome {
        Outcome::Synced(run) if run.synced.end.is_ok() => ("synced", Some(run)),
        Outcome::Synced(run) => ("stopped", Some(run)),
        Outcome::Planned(run) => ("planned", Some(run)),
        Outcome::Paused => ("paused", None),
        Outcome::Undone(_) => ("undone", None),
        Outcome::Blocked(_) => ("blocked", None),
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
