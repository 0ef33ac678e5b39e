//! `callbook conflicts`: fields that were changed here and on a remote to different things.

use std::collections::HashSet;

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::domain::fold::fold;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::remotes::{BroughtBackEntry, ConflictEntry, Decision, RemoteRow};
use crate::domain::safe::safe;
use crate::store::Store;

use super::document::{CommandAnswer, answer, when};
use super::table::columns;

/// What is done with conflicts.
#[derive(Debug, Args)]
pub(super) struct ConflictsCommand {
    #[command(subcommand)]
    what: Option<ConflictAction>,
    /// Write JSON.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, Subcommand)]
enum ConflictAction {
    /// Decide a field, those of a contact, or all that are listed.
    Take {
        /// Which side.
        side: Side,
        /// A contact by its name or id, the number of a line in the list, or `all`.
        which: String,
        /// Only this field, as the list calls it.
        field: Option<String>,
    },
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Side {
    /// What the book says goes there.
    Mine,
    /// What is there is taken.
    Theirs,
    /// Both texts are kept, one after the other.
    Both,
}

impl ConflictsCommand {
    /// Lists or decides.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let done = match self.what {
            None => open().and_then(|store| Ok(list(&store.conflicts()?, &store.brought_back()?))),
            Some(ConflictAction::Take { side, which, field }) => {
                open().and_then(|mut store| take(&mut store, side, &which, field.as_deref()))
            }
        };
        answer(done.map_err(Into::into), self.json)
    }
}

fn list(all: &[ConflictEntry], back: &[BroughtBackEntry]) -> CommandAnswer {
    let mut rows =
        vec![["", "NAME", "FIELD", "YOURS", "THERE", "SINCE", "REMOTE"].map(str::to_owned)];
    for (at, one) in all.iter().enumerate() {
        let texts = [&one.name, &one.field, &one.ours, &one.theirs];
        let [name, field, ours, theirs] = texts.map(|text| safe(text).into_owned());
        rows.push([
            (at + 1).to_string(),
            name,
            field,
            ours,
            theirs,
            when(one.at),
            safe(&one.remote).into_owned(),
        ]);
    }
    let mut text = if all.is_empty() {
        "nothing is to be decided\n".to_owned()
    } else {
        columns(&rows)
    };
    if !back.is_empty() {
        text.push_str("\nbrought back, for a change won over a deletion:\n");
        let rows = back.iter().map(|one| {
            let texts = [one.name.as_str(), &one.what_happened()];
            let [name, what] = texts.map(|text| safe(text).into_owned());
            [name, what, when(one.back.at)]
        });
        text.push_str(&columns(&rows.collect::<Vec<_>>()));
    }
    let back = back.iter().map(|one| {
        json!({
            "remote": one.remote,
            "contact": one.back.contact.to_string(),
            "name": one.name,
            "deleted_there": one.back.deleted_there,
            "at": one.back.at,
        })
    });
    CommandAnswer::new(
        json!({
            "data": all.iter().map(document).collect::<Vec<_>>(),
            "meta": { "brought_back": back.collect::<Vec<_>>() },
        }),
        text,
    )
}

fn document(one: &ConflictEntry) -> Value {
    json!({
        "type": "conflicts",
        "id": one.id,
        "attributes": {
            "remote": one.remote,
            "contact": one.contact.to_string(),
            "name": one.name,
            "field": one.field,
            "ours": one.ours,
            "theirs": one.theirs,
            "since": one.at,
        },
    })
}

fn take(
    store: &mut Store,
    side: Side,
    which: &str,
    field: Option<&str>,
) -> Result<CommandAnswer, Refusal> {
    let decision = match side {
        Side::Mine => Decision::Mine,
        Side::Theirs => Decision::Theirs,
        Side::Both => Decision::Both,
    };
    let all = store.conflicts()?;
    let chosen = chosen(&all, which, field)?;
    let decided: Vec<_> = chosen
        .iter()
        .map(|one| ((*one).clone(), decision))
        .collect();
    store.decide(&decided)?;
    let remotes = store.remotes()?;
    let sends = |name: &str| {
        let mut rows = remotes.iter();
        rows.find(|row| row.name == name)
            .is_none_or(RemoteRow::sends)
    };
    let lines = chosen.iter().map(|one| told(one, side, sends(&one.remote)));
    let text: String = lines.collect();
    Ok(CommandAnswer::new(
        json!({
            "data": chosen.iter().map(|one| document(one)).collect::<Vec<_>>(),
            "meta": { "decided": chosen.len() },
        }),
        text,
    ))
}

/// The conflicts that are meant: the list changes with each decision, so a name is safer than a line.
fn chosen<'a>(
    all: &'a [ConflictEntry],
    which: &str,
    field: Option<&str>,
) -> Result<Vec<&'a ConflictEntry>, Refusal> {
    let line = which.parse::<usize>().ok();
    let line = line.and_then(|line| all.get(line.checked_sub(1)?));
    let whole = fold(which);
    let is_called = |one: &ConflictEntry| fold(&one.name) == whole;
    let is_called_so = all.iter().any(is_called);
    let has_words = |one: &ConflictEntry| {
        let name = fold(&one.name);
        let mut words = whole.split_whitespace();
        !is_called_so && !whole.is_empty() && words.all(|word| name.contains(word))
    };
    let is_meant = |one: &&ConflictEntry| match line {
        Some(line) => line.id == one.id,
        None => {
            which == "all"
                || one.id == which
                || one.contact.to_string() == which
                || is_called(one)
                || has_words(one)
        }
    };
    let is_field =
        |one: &&ConflictEntry| field.is_none_or(|field| one.field.eq_ignore_ascii_case(field));
    let chosen: Vec<_> = all.iter().filter(is_meant).filter(is_field).collect();
    let people: HashSet<_> = chosen.iter().map(|one| one.contact).collect();
    if people.len() > 1 && which != "all" {
        let why =
            format!("{which} names several contacts; give the whole name or the id of one, or all");
        return Err(Refusal::new(Kind::Invalid, why));
    }
    if chosen.is_empty() {
        let of = field.map_or_else(String::new, |field| format!(" about {field}"));
        let why = format!("there is no conflict {which}{of}; callbook conflicts lists them");
        return Err(Refusal::new(Kind::NotFound, why));
    }
    Ok(chosen)
}

/// What was decided, in a line.
fn told(one: &ConflictEntry, side: Side, sends: bool) -> String {
    let texts = [&one.name, &one.field, &one.ours, &one.theirs, &one.remote];
    let [name, field, ours, theirs, remote] = texts.map(|text| safe(text).into_owned());
    match side {
        Side::Mine if !sends => format!(
            "{name}, {field}: {ours} stays as it is here, and nothing is sent to {remote}\n"
        ),
        Side::Mine => format!("{name}, {field}: {ours} stays and goes to {remote}\n"),
        Side::Theirs => format!("{name}, {field}: {theirs}, as {remote} has it\n"),
        Side::Both => format!("{name}, {field}: both are kept\n"),
    }
}
