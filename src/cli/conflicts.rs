//! `callbook conflicts`: fields that were changed here and on a remote to different things.

use anyhow::Result;
use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use crate::domain::refusal::{Kind, Refusal};
use crate::domain::remotes::{ConflictEntry, Decision};
use crate::domain::safe::safe;
use crate::domain::words::count;
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
    /// Decide a field, or all that are listed.
    Take {
        /// Which side.
        side: Side,
        /// The number of the line in the list, or `all`.
        which: String,
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
            None => open()
                .and_then(|store| store.conflicts())
                .map(|all| list(&all)),
            Some(ConflictAction::Take { side, which }) => {
                open().and_then(|mut store| take(&mut store, side, &which))
            }
        };
        answer(done.map_err(Into::into), self.json)
    }
}

fn list(all: &[ConflictEntry]) -> CommandAnswer {
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
    let text = if all.is_empty() {
        "nothing is to be decided\n".to_owned()
    } else {
        columns(&rows)
    };
    CommandAnswer::new(
        json!({ "data": all.iter().map(document).collect::<Vec<_>>() }),
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

fn take(store: &mut Store, side: Side, which: &str) -> Result<CommandAnswer, Refusal> {
    let decision = match side {
        Side::Mine => Decision::Mine,
        Side::Theirs => Decision::Theirs,
        Side::Both => Decision::Both,
    };
    let all = store.conflicts()?;
    let chosen: Vec<&ConflictEntry> = if which == "all" {
        all.iter().collect()
    } else {
        let by_line = which
            .parse::<usize>()
            .ok()
            .and_then(|line| all.get(line.checked_sub(1)?));
        let one = by_line.or_else(|| all.iter().find(|one| one.id == which));
        let why = || {
            let why = format!("there is no conflict {which}; callbook conflicts lists them");
            Refusal::new(Kind::NotFound, why)
        };
        vec![one.ok_or_else(why)?]
    };
    let decided: Vec<_> = chosen
        .iter()
        .map(|one| ((*one).clone(), decision))
        .collect();
    store.decide(&decided)?;
    let text = format!("decided {}\n", count(chosen.len(), "field"));
    Ok(CommandAnswer::new(
        json!({ "meta": { "decided": chosen.len() } }),
        text,
    ))
}
