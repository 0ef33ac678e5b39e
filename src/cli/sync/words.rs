//! What a sync is told to have done, or would do.

use std::fmt::Write as _;

use crate::domain::fold::fold;
use crate::domain::refusal::Refusal;
use crate::domain::safe::safe;
use crate::domain::sync::guard::Side;
use crate::domain::sync::plan::{After, CardFate, PlannedCard};
use crate::domain::sync::records::shown_name;
use crate::domain::sync::remote::Stop;
use crate::domain::sync::report::{Did, Report};
use crate::domain::words::count;
use crate::store::Store;
use crate::sync::one::Synced;
use crate::sync::rounds::{Outcome, RemoteRun, why_stopped};

use crate::cli::document::when;
use crate::cli::table::columns;

/// How many fields are to be decided.
#[derive(Clone, Copy, Debug)]
pub(super) struct ToDecide {
    /// By what is in the book.
    pub(super) now: usize,
    /// The same after a run that only tried; else as many.
    pub(super) then: usize,
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

/// What was done, a line for each remote, or would be, and what needs a person.
pub(super) fn text(names: &[&str], outcomes: &[Outcome], to_decide: ToDecide, dry: bool) -> String {
    let mut rows = Vec::new();
    let (mut planned, mut told) = (String::new(), String::new());
    for (name, outcome) in names.iter().zip(outcomes) {
        if let Outcome::Synced(run) | Outcome::Planned(run) = outcome
            && (dry || matches!(outcome, Outcome::Planned(_)))
        {
            let of_it = plan(&run.synced);
            if names.len() > 1 && !of_it.is_empty() {
                let _ = writeln!(planned, "{name}:");
            }
            planned.push_str(&of_it);
        }
        match outcome {
            Outcome::Synced(run) if run.synced.end.is_ok() => {
                let did = moved(&run.synced);
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
    if to_decide.now > 0 {
        let fields = count(to_decide.now, "field");
        let _ = writeln!(text, "{fields} to decide: callbook conflicts");
    }
    let new = to_decide.then.saturating_sub(to_decide.now);
    if dry && new > 0 {
        let fields = count(new, "field");
        let _ = writeln!(
            text,
            "{fields} more to decide after that: callbook conflicts shows them then, and each side keeps its own \
             until you choose"
        );
    }
    text
}

/// What came in and went out, and how many cards have something to decide then.
fn moved(synced: &Synced) -> String {
    let moved = synced.report.moved();
    let disputed = synced.planned.iter();
    let disputed = disputed.filter(|card| card.fate == CardFate::ToDecide);
    match disputed.count() {
        0 => moved,
        disputed => format!("{moved}, {disputed} to decide"),
    }
}

/// What became of a remote that was not synced to its end, and what to do about it.
fn sentence(name: &str, outcome: &Outcome) -> String {
    match outcome {
        Outcome::Synced(run) => match &run.synced.end {
            Ok(()) => run.synced.report.moved(),
            Err(stop) => format!("not synced: {}", way_out(name, stop)),
        },
        Outcome::Planned(run) => {
            let fields = run.synced.then.map_or(0, |then| then.conflicts);
            let again = if run.row.counts.undone > 0 {
                "--again "
            } else {
                ""
            };
            let decides = match usize::try_from(fields).unwrap_or(usize::MAX) {
                0 => String::new(),
                fields => format!(
                    ". {} to decide after that, with callbook conflicts; until you choose, each side keeps its own",
                    count(fields, "field")
                ),
            };
            format!(
                "first sync: {}; nothing was written. callbook sync {again}--yes {name} does it{decides}",
                moved(&run.synced)
            )
        }
        Outcome::Paused => format!("paused; callbook remote resume {name} lets it go on"),
        Outcome::Undone(cards) => format!(
            "a sync was taken back that linked {}: callbook sync --again {name} begins with a first sync, \
             callbook sync --send-undo {name} deletes there what is gone here",
            count(*cards, "card")
        ),
        Outcome::Waits(until) => format!(
            "not synced: it asked to be let alone until {}; callbook sync {name}, on a terminal, asks it all the same",
            when(*until)
        ),
        Outcome::Blocked(why) => format!(
            "not synced: {why}. It is not tried again by itself: callbook sync {name}, on a terminal, does"
        ),
    }
}

/// Which remotes are paused since nothing was to be sent.
pub(super) fn paused(names: &[&str], outcomes: &[Outcome]) -> String {
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
pub(super) fn left(store: &Store, names: &[&str], outcomes: &[Outcome]) -> Result<String, Refusal> {
    let mut told = String::new();
    for (name, outcome) in names.iter().zip(outcomes) {
        let Outcome::Synced(run) = outcome else {
            continue;
        };
        for (side, names) in run.synced.report.deleted() {
            let _ = writeln!(told, "{name}  {side}: {}", safe(&first_of(&names)));
        }
        let groups: Vec<&str> = run.synced.report.named(Did::GroupGone).collect();
        if !groups.is_empty() {
            let _ = writeln!(
                told,
                "{name}  groups gone there: {}",
                safe(&first_of(&groups))
            );
        }
        let missing = &run.synced.report.unanswered;
        if !missing.is_empty() {
            let them = if missing.len() == 1 { "it" } else { "them" };
            let _ = writeln!(
                told,
                "{name}  lists {} and does not give {them}: {}; the next sync asks again",
                count(missing.len(), "card"),
                safe(&first_of(missing))
            );
        }
        let details = store.remote_details(name)?;
        let older = &run.synced.report.older;
        if let (false, Some(step)) = (older.is_empty(), details.last_step) {
            let _ = writeln!(
                told,
                "{name}  older there than before, and so here now: {}; callbook undo {step} takes this sync back",
                safe(&first_of(older))
            );
        }
        for (card, why) in &details.unread {
            let _ = writeln!(told, "{name}  cannot read {}: {}", safe(card), safe(why));
        }
        for (contact, gone) in &run.synced.report.brought_back {
            let side = match gone {
                Side::Here => "it was deleted here and changed there",
                Side::There => "it was deleted there and changed here",
            };
            let who = store.contact(*contact)?.name;
            let _ = writeln!(told, "{name}  kept {}: {side}", safe(&who));
        }
        let moved = &run.synced.report.moved;
        if !moved.is_empty() {
            let _ = writeln!(
                told,
                "{name}  not taken there, where another program changes the card each time: {}; the next sync sends it \
                 again",
                safe(&first_of(moved))
            );
        }
        for (who, why) in &run.synced.report.lost {
            let _ = writeln!(
                told,
                "{name}  not answered over the card of {}: {}; the next sync looks whether it arrived",
                safe(&shown_name(who)),
                safe(why)
            );
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
fn first_of<S: AsRef<str>>(names: &[S]) -> String {
    let first = names
        .iter()
        .take(NAMED)
        .map(|name| shown_name(name.as_ref()));
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
            Did::GroupGone => ("←", "a group, gone there: its members lose its tag"),
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
