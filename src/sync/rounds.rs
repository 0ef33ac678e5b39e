//! All remotes in turn, again until a round moves nothing: what comes from one is a change for the others.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::config::remotes::{Place, RemoteSettings};
use crate::domain::refusal::Refusal;
use crate::domain::remotes::{
    BroughtBack, LastRun, REFUSED_PASSWORD, RemoteRow, RunOutcome, SAID_WHEN,
};
use crate::domain::sync::guard::{Guard, GuardAnswer, REMEMBERED, Side};
use crate::domain::sync::remote::Stop;
use crate::domain::sync::report::{Did, Report};
use crate::domain::sync::run::Answers;
use crate::domain::timestamp::Timestamp;
use crate::store::Store;

use super::card::RemoteCard;
use super::carddav::trace::Trace;
use super::dry::Tried;
use super::one::{Asked, Synced, copied, folder_run, may_send, server_run};
use super::open::open;
use super::server::stopped;

/// How often the remotes are gone round.
const ROUNDS: usize = 4;

/// What is asked of a sync of several remotes.
#[derive(Clone, Copy, Debug, Default)]
pub struct RoundsAsked<'a> {
    /// Of each.
    pub asked: Asked<'a>,
    /// A first sync is done as it was planned.
    pub confirms_first: bool,
    /// A person asks for it: what was refused before is tried again.
    pub by_person: bool,
    /// What a person decides where the run asks, having seen this; of what was not seen, or was less, it asks again.
    /// Without what was seen it is meant of whatever is asked.
    pub decided: Option<(GuardAnswer, Option<Guard>)>,
    /// Where what goes over the wire is written.
    pub trace: Option<&'a Trace>,
}

/// What came of a remote.
#[derive(Debug)]
pub enum Outcome {
    /// It was synced, as far as that came.
    Synced(RemoteRun),
    /// What its first sync would do; nothing was written.
    Planned(RemoteRun),
    /// It is paused.
    Paused,
    /// A run was taken back, and a person has to say what is to become of so many cards that it linked.
    Undone(usize),
    /// Its password was refused before, and is not tried again unasked.
    Blocked(String),
    /// The server asked us to wait until this time, and the sync was not asked for by a person.
    Waits(Timestamp),
}

/// A remote's runs of one sync, as one.
#[derive(Debug)]
pub struct RemoteRun {
    /// What was done, and how it ended.
    pub synced: Synced,
    /// How long it took.
    pub took: Duration,
    /// The remote as it was before.
    pub row: RemoteRow,
}

/// Syncs some remotes. `ask` asks a person for the password of a remote, in these words.
///
/// # Errors
/// If the book cannot be read or written; what is wrong with one remote is in its outcome.
pub fn sync_all(
    store: &mut Store,
    remotes: &[&RemoteSettings],
    asked: RoundsAsked<'_>,
    ask: &mut dyn FnMut(&str, &str) -> Option<String>,
) -> Result<Vec<Outcome>, Refusal> {
    if asked.asked.dry && remotes.len() > 1 {
        return try_all(store, remotes, asked, ask);
    }
    go_round(remotes.len(), |at| {
        let settings = remotes.get(at);
        settings.map(|settings| one(store, settings, asked, ask, None))
    })
}

/// Tries a sync of several remotes on one copy of the book: what comes from one goes to the others.
fn try_all(
    store: &Store,
    remotes: &[&RemoteSettings],
    asked: RoundsAsked<'_>,
    ask: &mut dyn FnMut(&str, &str) -> Option<String>,
) -> Result<Vec<Outcome>, Refusal> {
    let (mut copy, _folder) = copied(store)?;
    let mut tried = Vec::new();
    tried.resize_with(remotes.len(), Tried::default);
    let mut outcomes = go_round(remotes.len(), |at| {
        let (settings, tried) = (remotes.get(at)?, tried.get_mut(at));
        Some(one(&mut copy, settings, asked, ask, tried))
    })?;
    for ((settings, outcome), tried) in remotes.iter().zip(&mut outcomes).zip(&tried) {
        let Outcome::Synced(run) = outcome else {
            continue;
        };
        note_refused(store, settings, run)?;
        let synced = std::mem::replace(&mut run.synced, Synced::of((Report::default(), Ok(()))));
        run.synced = synced.planned(store, &copy, settings, &run.row, asked.asked, tried);
    }
    Ok(outcomes)
}

/// Tries a sync with a remote that the book does not know yet, or knows as another address book, on a copy of the
/// book: looking at what a sync would do changes nothing.
fn try_new(
    store: &Store,
    settings: &RemoteSettings,
    asked: RoundsAsked<'_>,
    ask: &mut dyn FnMut(&str, &str) -> Option<String>,
) -> Result<Outcome, Refusal> {
    let (mut copy, _folder) = copied(store)?;
    copy.ensure_remote(&settings.name, settings.kind(), &settings.book())?;
    let outcome = one(&mut copy, settings, asked, ask, None)?;
    if let Outcome::Synced(run) = &outcome {
        note_refused(store, settings, run)?;
    }
    Ok(outcome)
}

/// Notes in the book that a password was refused where only a copy was tried: it is not tried again by itself.
fn note_refused(store: &Store, settings: &RemoteSettings, run: &RemoteRun) -> Result<(), Refusal> {
    if matches!(run.synced.end, Err(Stop::Password(_))) {
        store.ensure_remote(&settings.name, settings.kind(), &settings.book())?;
        let sends = may_send(&run.row, settings);
        let outcome = outcome_of(&run.synced, &run.row, sends, now(), run.took);
        store.note_run(&settings.name, &outcome)?;
    }
    Ok(())
}

/// Goes round so many remotes, until a round moves nothing.
fn go_round(
    remotes: usize,
    mut one: impl FnMut(usize) -> Option<Result<Outcome, Refusal>>,
) -> Result<Vec<Outcome>, Refusal> {
    let outcomes = (0..remotes).filter_map(&mut one);
    let mut outcomes = outcomes.collect::<Result<Vec<_>, _>>()?;
    if remotes < 2 {
        return Ok(outcomes);
    }
    for _ in 1..ROUNDS {
        let mut moved = false;
        for (at, outcome) in outcomes.iter_mut().enumerate() {
            let Outcome::Synced(before) = outcome else {
                continue;
            };
            if before.synced.end.is_err() {
                continue;
            }
            let Some(Outcome::Synced(again)) = one(at).transpose()? else {
                continue;
            };
            moved |= !again.synced.report.is_empty();
            before.add(again);
        }
        if !moved {
            break;
        }
    }
    Ok(outcomes)
}

impl RemoteRun {
    /// Adds what a later run did.
    fn add(&mut self, later: Self) {
        let Synced {
            report,
            end,
            traffic,
            planned,
            then,
        } = later.synced;
        self.synced.planned.extend(planned);
        self.synced.report.go_on(report);
        self.synced.end = end;
        self.synced.then = then.or(self.synced.then);
        self.synced.traffic.requests += traffic.requests;
        self.synced.traffic.bytes += traffic.bytes;
        self.took += later.took;
    }
}

fn one(
    store: &mut Store,
    settings: &RemoteSettings,
    of_round: RoundsAsked<'_>,
    ask: &mut dyn FnMut(&str, &str) -> Option<String>,
    mut tried: Option<&mut Tried<RemoteCard>>,
) -> Result<Outcome, Refusal> {
    let RoundsAsked {
        asked,
        confirms_first,
        by_person,
        decided,
        trace,
    } = of_round;
    let book = settings.book();
    let row = match store.known_remote(&settings.name, settings.kind(), &book)? {
        Some(row) => row,
        None if tried.is_none() && (asked.dry || !confirms_first) => {
            return try_new(store, settings, of_round, ask);
        }
        None => store.ensure_remote(&settings.name, settings.kind(), &book)?,
    };
    if row.paused {
        return Ok(Outcome::Paused);
    }
    let undone = usize::try_from(row.counts.undone).unwrap_or(usize::MAX);
    let row = match asked.sends_undo {
        _ if undone == 0 => row,
        None => return Ok(Outcome::Undone(undone)),
        // A plan decides nothing: it is made of a copy.
        Some(_) if asked.dry => row,
        Some(false) if !confirms_first => row,
        Some(sends) => {
            store.decide_undone(row.id, &settings.name, sends)?;
            store.ensure_remote(&settings.name, settings.kind(), &book)?
        }
    };
    let refused = row.trouble.as_ref().filter(|_| row.has_refused_password());
    if let (false, Some(why)) = (by_person, refused) {
        return Ok(Outcome::Blocked(why.clone()));
    }
    let until = row.lets_alone_until().filter(|until| *until > now());
    if let (false, Some(until)) = (by_person, until) {
        return Ok(Outcome::Waits(until));
    }
    let begins_again = undone > 0 && asked.sends_undo == Some(false);
    let is_plan = !(row.confirmed && !begins_again || confirms_first);
    let asked = Asked {
        dry: asked.dry || is_plan,
        answers: Answers {
            tries_refused: asked.answers.tries_refused || by_person,
            ..asked.answers
        },
        ..asked
    };
    let began = Instant::now();
    let tried_at = now();
    // A password is asked for once.
    let mut said = None;
    let mut ask = |question: &str| {
        if said.is_none() {
            said = ask(&settings.name, question);
        }
        said.clone()
    };
    if is_plan {
        // What is only planned is done to nothing that another remote would see.
        tried = None;
    }
    let mut synced = run(
        store,
        settings,
        &row,
        (asked, trace),
        &mut ask,
        tried.as_deref_mut(),
    );
    if let (Err(Stop::Asked(guard)), Some((answer, seen))) = (&synced.end, decided)
        && seen.is_none_or(|seen| seen.covers(**guard))
    {
        let asked = Asked {
            answers: answered(asked.answers, guard.side(), answer),
            ..asked
        };
        let before = synced.traffic;
        synced = run(store, settings, &row, (asked, trace), &mut ask, tried);
        synced.traffic.requests += before.requests;
        synced.traffic.bytes += before.bytes;
    }
    if row.sends_undo() && !asked.dry {
        match &synced.end {
            Ok(()) => store.end_sent_undo(&settings.name, false)?,
            // Nothing was deleted there: how it goes on is still to be chosen.
            Err(Stop::Asked(_)) => store.end_sent_undo(&settings.name, true)?,
            Err(_) => {}
        }
    }
    let took = began.elapsed();
    let is_refused = matches!(synced.end, Err(Stop::Password(_)));
    if !asked.dry || is_refused {
        let sends = may_send(&row, settings);
        let outcome = outcome_of(&synced, &row, sends, tried_at, took);
        store.note_run(&settings.name, &outcome)?;
    }
    if asked.answers.only_takes_in && !asked.dry && synced.end.is_ok() {
        // What is here would go there with the next sync that nobody asks for.
        store.pause_remote(&settings.name, true)?;
    }
    let run = RemoteRun { synced, took, row };
    Ok(if is_plan && run.synced.end.is_ok() {
        Outcome::Planned(run)
    } else {
        Outcome::Synced(run)
    })
}

/// What a person said, with what they decided of what is gone on a side.
const fn answered(answers: Answers, side: Side, answer: GuardAnswer) -> Answers {
    match answer {
        GuardAnswer::DeleteToo => Answers {
            accepts_deletions: true,
            ..answers
        },
        GuardAnswer::PutBack => Answers {
            puts_back: Some(side),
            ..answers
        },
    }
}

fn run(
    store: &mut Store,
    settings: &RemoteSettings,
    row: &RemoteRow,
    (asked, trace): (Asked<'_>, Option<&Trace>),
    ask: &mut dyn FnMut(&str) -> Option<String>,
    tried: Option<&mut Tried<RemoteCard>>,
) -> Synced {
    match &settings.place {
        Place::Folder(path) => folder_run(store, settings, row, path, asked, tried),
        Place::Server(_) => match open(settings, ask, trace) {
            Ok(book) => server_run(store, settings, row, book, asked, tried),
            Err(stop) => Synced::of((Report::default(), Err(stopped(stop)))),
        },
    }
}

fn now() -> Timestamp {
    Timestamp::from_utc(chrono::Utc::now())
}

/// How long a remote that does not answer is let alone at first; twice as long each time that it does not.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long at most.
const LEAST_OFTEN: Duration = Duration::from_hours(1);

fn outcome_of(
    synced: &Synced,
    row: &RemoteRow,
    sends: bool,
    tried_at: Timestamp,
    took: Duration,
) -> RunOutcome {
    let trouble = synced.end.as_ref().err().map(why_stopped);
    let again_at = match &synced.end {
        Err(Stop::Later { after, .. }) => {
            let after = after.unwrap_or_else(|| waited(row).map_or(PATIENCE, |waited| waited * 2));
            let after = i64::try_from(after.as_micros()).unwrap_or(i64::MAX);
            Some(Timestamp::from_micros(
                tried_at.micros().saturating_add(after),
            ))
        }
        _ => None,
    };
    let asked = match &synced.end {
        Err(Stop::Asked(guard)) => json!(**guard),
        Ok(()) => Value::Null,
        // What was asked before stays to be answered.
        Err(_) => json!(Guard::remembered(&row.traits)),
    };
    let last = LastRun {
        at: tried_at,
        came: synced.report.came(),
        went: synced.report.went(),
        deleted_here: synced.report.count(Did::GoneThere),
        deleted_there: synced.report.count(Did::DeletedThere),
        requests: synced.traffic.requests,
        bytes: synced.traffic.bytes,
        millis: u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
        is_whole: synced.end.is_ok(),
    };
    let back = synced.report.brought_back.iter();
    let back: Vec<BroughtBack> = back
        .map(|(contact, side)| BroughtBack {
            contact: *contact,
            deleted_there: *side == Side::There,
            at: tried_at,
        })
        .collect();
    RunOutcome {
        tried_at,
        synced_at: synced.end.is_ok().then(now),
        again_at,
        trouble,
        remembered: json!({
            REMEMBERED: asked,
            SAID_WHEN: matches!(synced.end, Err(Stop::Later { after: Some(_), .. })),
            // Where nothing is sent, what is changed here waits for nothing.
            "sends": sends,
            LastRun::REMEMBERED: row.runs_with(last),
            BroughtBack::REMEMBERED: row.brought_back_with(&back),
        }),
    }
}

/// How long a remote was to be let alone after the run before.
fn waited(before: &RemoteRow) -> Option<Duration> {
    let (tried, again) = (before.tried_at?, before.again_at?);
    let waited = u64::try_from(again.micros() - tried.micros()).ok()?;
    Some(Duration::from_micros(waited).min(LEAST_OFTEN / 2))
}

/// Why a run ended early, in words.
#[must_use]
pub fn why_stopped(stop: &Stop) -> String {
    match stop {
        Stop::Later { why, .. } | Stop::Trouble(why) => why.clone(),
        Stop::Password(why) => format!("{REFUSED_PASSWORD}{why}"),
        Stop::Asked(guard) => guard.to_string(),
        Stop::Stopped => "it was stopped".to_owned(),
        Stop::Book(refusal) => refusal.to_string(),
    }
}
