//! What is said of a remote, below the list.

use serde_json::Value;

use crate::config::remotes::RemoteSettings;
use crate::domain::remotes::{LastRun, RemoteDetails, RemoteRow};
use crate::domain::safe::safe;
use crate::domain::sync::report::{DELETED_HERE, DELETED_THERE};
use crate::domain::words::{count, thousands};
use crate::tui::ctx::Session;
use crate::tui::keymap::{Action, Scope};
use crate::tui::remotes::{OneRemote, Standing};
use crate::tui::widgets::theme::Role;

/// How many contacts are named.
const NAMED: usize = 4;

/// What is said, and what it is about.
pub(super) struct About {
    /// In a word or two; none where the words stand for themselves.
    pub of: Option<&'static str>,
    /// The words.
    pub words: String,
    /// How they look.
    pub role: Role,
}

impl About {
    pub(super) fn new(of: &'static str, words: impl Into<String>) -> Self {
        Self {
            of: (!of.is_empty()).then_some(of),
            words: words.into(),
            role: Role::Dim,
        }
    }

    fn warns(of: &'static str, words: impl Into<String>) -> Self {
        Self {
            role: Role::Warn,
            ..Self::new(of, words)
        }
    }
}

/// How a remote is, and what is to be done about it.
pub(super) fn about(
    one: &OneRemote<'_>,
    details: Option<&RemoteDetails>,
    session: &Session,
) -> Vec<About> {
    let mut said: Vec<About> = needs(one, session).into_iter().collect();
    if one.lacks_password() {
        let key = session.key(Scope::Remotes, Action::SyncOne);
        let words = format!("{key} asks for it; password_command has it synced by itself");
        said.push(About::new("password", words));
    }
    if let Some(row) = one.row {
        said.extend(trouble(one, row, session));
        said.extend(cards(row, details, session));
    }
    if let Some(set) = one.set {
        said.extend(as_set(set, one.row));
    }
    if let Some(row) = one.row {
        let traits: Value = serde_json::from_str(&row.traits).unwrap_or_default();
        let known = knows(&traits);
        if !known.is_empty() {
            let middle = format!(" {} ", session.glyphs.middle);
            said.push(About::new("knows", known.join(&middle)));
        }
        let mut of = "last runs";
        for run in row.last_runs() {
            said.push(About {
                of: Some(of),
                ..About::new("", last_run(&run, session))
            });
            of = "";
        }
    }
    said
}

/// What it waits for.
fn needs(one: &OneRemote<'_>, session: &Session) -> Option<About> {
    let key = |action| session.key(Scope::Remotes, action);
    Some(match one.standing() {
        Standing::NotSet => About::new(
            "",
            "not in the configuration any more: nothing is sent there or taken in",
        ),
        Standing::Paused => About::new("", format!("paused; {} lets it go on", key(Action::Pause))),
        Standing::New if !one.lacks_password() => About::new(
            "",
            format!(
                "{} shows what the first sync would do; nothing is written before you say so",
                key(Action::SyncOne)
            ),
        ),
        Standing::Asks(_) | Standing::Undone => About::warns(
            "",
            format!("it waits until you choose: {} asks", key(Action::SyncOne)),
        ),
        _ => return None,
    })
}

/// Why the last run ended early, and when it is tried again.
fn trouble(one: &OneRemote<'_>, row: &RemoteRow, session: &Session) -> Vec<About> {
    let calendar = session.calendar();
    let mut said = Vec::new();
    if let Some(why) = row.trouble.as_ref().filter(|_| !one.is_on()) {
        let tried = row.tried_at.map(|at| format!(" at {}", calendar.clock(at)));
        let tried = tried.unwrap_or_default();
        said.push(About::new(
            "why",
            format!("not synced{tried}: {}", safe(why)),
        ));
    }
    if let Some(again) = row.again_at.filter(|again| *again > session.now) {
        let words = format!("next try at {}", calendar.clock(again));
        said.push(About::new("again", words));
    }
    said
}

/// What is to be decided, waits, or is not taken.
fn cards(row: &RemoteRow, details: Option<&RemoteDetails>, session: &Session) -> Vec<About> {
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let mut said = Vec::new();
    let counts = row.counts;
    if counts.conflicts > 0 {
        let key = session.key(Scope::Remotes, Action::Conflicts);
        let fields = count(number(counts.conflicts), "field");
        said.push(About::warns(
            "conflicts",
            format!("{fields} to decide: {key} shows them"),
        ));
    }
    let none = Vec::new();
    // Of what was undone, nothing waits to be sent before a person has chosen what becomes of it.
    if counts.waiting > 0 && counts.undone == 0 {
        let names = details.map_or(&none, |details| &details.waiting);
        let names: Vec<String> = names
            .iter()
            .take(NAMED)
            .map(|name| safe(name).into())
            .collect();
        let contacts = count(number(counts.waiting), "contact");
        let words = format!("{contacts} changed here");
        said.push(About::new(
            "waiting",
            listed(words, &names, number(counts.waiting)),
        ));
    }
    for (of, cards, words, named) in [
        (
            "not taken",
            counts.refused,
            "not taken there",
            details.map(|details| &details.refused),
        ),
        (
            "unread",
            counts.unread,
            "there that cannot be read",
            details.map(|details| &details.unread),
        ),
    ] {
        if cards == 0 {
            continue;
        }
        let named = named.into_iter().flatten().take(NAMED);
        let named: Vec<String> = named
            .map(|(name, why)| format!("{} ({})", safe(name), safe(why)))
            .collect();
        let words = format!("{} {words}", count(number(cards), "card"));
        said.push(About::warns(of, listed(words, &named, number(cards))));
    }
    if counts.left_out > 0 {
        let words = match number(counts.left_out) {
            1 => "1 card left as it is until it changes there".to_owned(),
            cards => format!(
                "{} cards left as they are until they change there",
                thousands(cards)
            ),
        };
        said.push(About::new("left out", words));
    }
    said
}

/// Words, and the names of whom they are about, as far as they are known.
fn listed(words: String, names: &[String], all: usize) -> String {
    if names.is_empty() {
        return words;
    }
    let more = all.saturating_sub(names.len());
    let more = if more > 0 {
        format!(", and {} more", thousands(more))
    } else {
        String::new()
    };
    format!("{words}: {}{more}", names.join(", "))
}

/// What is set of a remote, as far as it says what goes where and when.
fn as_set(set: &RemoteSettings, row: Option<&RemoteRow>) -> Vec<About> {
    let mut said = vec![About::new("address", safe(&set.book()))];
    if set.read_only {
        said.push(About::new("sends", "nothing is sent there"));
    } else if set.new {
        said.push(About::new("new here", "contacts made here go there"));
    }
    if let Some(only) = &set.only {
        let held = row.map_or(0, |row| row.counts.held);
        let held = match usize::try_from(held).unwrap_or(usize::MAX) {
            0 => String::new(),
            held => format!("; {} that are there are not sent", count(held, "contact")),
        };
        let words = format!("of those here, only {} go there{held}", safe(only));
        said.push(About::new("only", words));
    }
    let every = set.every.map(|every| format!("every {}", time(every)));
    let after = set
        .on_change
        .map(|after| format!("{} after a change", time(after)));
    let when: Vec<String> = every.into_iter().chain(after).collect();
    said.push(About::new(
        "synced",
        if when.is_empty() {
            "by hand only".to_owned()
        } else {
            when.join(", and ")
        },
    ));
    said
}

/// What was learned of a server.
fn knows(traits: &Value) -> Vec<String> {
    let is = |name: &str| traits.get(name).and_then(Value::as_bool);
    let mut known = Vec::new();
    let mut say = |words: &str| known.push(words.to_owned());
    match is("keeps_ours") {
        Some(true) => say("keeps lines of ours"),
        Some(false) => say("drops lines of ours"),
        None => {}
    }
    if is("rewrites") == Some(true) {
        say("writes cards anew");
    }
    if is("ignores_versions") == Some(true) {
        say("ignores If-Match");
    }
    if is("keeps_uid") == Some(false) {
        say("gives a UID of its own");
    }
    if is("read_only") == Some(true) {
        say("read only");
    }
    let versions = traits.get("versions").and_then(Value::as_array);
    let versions: Vec<&str> = versions
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if !versions.is_empty() {
        known.push(format!("vCard {}", safe(&versions.join(" and "))));
    }
    known
}

/// A run in a line: when, what came and went, and what it took.
fn last_run(run: &LastRun, session: &Session) -> String {
    let deleted = [
        (run.deleted_here, DELETED_HERE),
        (run.deleted_there, DELETED_THERE),
    ];
    let deleted = deleted.into_iter().filter(|(count, _)| *count > 0);
    let deleted: Vec<String> = deleted
        .map(|(count, words)| format!(", {} {words}", thousands(count)))
        .collect();
    let deleted = deleted.concat();
    let moved = match (run.is_whole, run.came, run.went) {
        (false, 0, 0) if deleted.is_empty() => "not synced".to_owned(),
        (_, 0, 0) if deleted.is_empty() => "nothing new".to_owned(),
        (_, came, went) => format!("{} in, {} out{deleted}", thousands(came), thousands(went)),
    };
    let when = session.calendar().clock(run.at);
    let mut text = format!("{when:<12} {moved:<16}");
    if run.requests > 0 {
        let requests = count(
            usize::try_from(run.requests).unwrap_or(usize::MAX),
            "request",
        );
        text = format!("{text} {}, {requests},", size(run.bytes));
    }
    format!("{text} {}", took(run.millis))
}

fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", bytes / 1_000),
        more => format!("{}.{} MB", more / 1_000_000, more % 1_000_000 / 100_000),
    }
}

fn took(millis: u64) -> String {
    match millis {
        0..1_000 => format!("{millis} ms"),
        more => format!("{}.{} s", more / 1_000, more % 1_000 / 100),
    }
}

fn time(time: std::time::Duration) -> String {
    let seconds = usize::try_from(time.as_secs()).unwrap_or(usize::MAX);
    match seconds {
        0 => "at once".to_owned(),
        seconds if seconds % 3_600 == 0 => count(seconds / 3_600, "hour"),
        seconds if seconds % 60 == 0 => count(seconds / 60, "minute"),
        seconds => count(seconds, "second"),
    }
}
