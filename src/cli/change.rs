//! `callbook change`: many contacts at once, with the exact before and after first.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader, IsTerminal as _, Write as _};

use anyhow::{Result, anyhow};
use chrono::Local;
use clap::Args;
use serde_json::{Value, json};

use crate::domain::bulk::{BulkEdit, BulkPlan, Change};
use crate::domain::change_line::{Length, Signs};
use crate::domain::listing::{ListQuery, Selection};
use crate::domain::progress::Stop;
use crate::domain::query::{Condition, TextMatch};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::rehearsal::{Seen, Task};
use crate::domain::safe::safe;
use crate::domain::words::count;
use crate::import::Stream;
use crate::import::card_format;
use crate::store::Store;

use super::document::{CommandAnswer, answer};
use super::output::harmless;
use super::table::columns;

#[derive(Debug, Args)]
pub(super) struct ChangeCommand {
    /// The filter, such as `source:google -label:cell`; "" for all contacts (`callbook help filters`).
    filter: String,
    /// The changes: country:it, label:mobile, label:cell=mobile, tag:garage, -tag:garage, source:google,
    /// is:historic, is:confirmed, is:favourite, -is:historic, confirm, confirm:google, delete.
    #[arg(required = true, allow_hyphen_values = true)]
    changes: Vec<String>,
    /// Only show what would be changed.
    #[arg(long)]
    dry_run: bool,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

impl ChangeCommand {
    /// Runs the command on the database that `open` gives.
    pub(super) fn run(mut self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        // What begins with - is a change; so the flags may stand behind the changes too.
        self.changes.retain(|word| match word.as_str() {
            "--dry-run" => {
                self.dry_run = true;
                false
            }
            "--json" => {
                self.json = true;
                false
            }
            _ => true,
        });
        let json = self.json;
        answer(self.answered(open), json)
    }

    fn answered(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<CommandAnswer> {
        let invalid = |why: String| Refusal::new(Kind::Invalid, why);
        let mut changes = Vec::new();
        for word in &self.changes {
            changes.extend(Change::read(&quoted(word)).map_err(invalid)?);
        }
        let mut store = open()?;
        let query = filtered(&store, self.filter)?;
        let edit = BulkEdit::new(Selection::Shown(query), changes);
        changed(&mut store, &Task::Bulk(edit), self.dry_run)
    }
}

/// The list that a filter of the shell shows.
///
/// # Errors
/// Invalid where the filter cannot be read.
pub(super) fn filtered(store: &Store, text: String) -> Result<ListQuery, Refusal> {
    let query = ListQuery {
        text,
        fields: store.own_fields()?,
        ..ListQuery::default()
    };
    let read = query.query();
    if let Some(trouble) = read.fault() {
        return Err(Refusal::new(Kind::Invalid, trouble));
    }
    for remote in read.conditions.iter().filter_map(Condition::remote) {
        refuse_unknown(store, remote)?;
    }
    Ok(query)
}

/// Refuses the name of a remote that the book does not know.
fn refuse_unknown(store: &Store, remote: &TextMatch) -> Result<(), Refusal> {
    let remotes = store.remotes()?;
    let names = || remotes.iter().map(|known| known.name.as_str());
    if names().any(|name| remote.is_in(name)) {
        return Ok(());
    }
    let names: Vec<&str> = names().collect();
    let known = match names[..] {
        [] => "it was synced with none yet".to_owned(),
        _ => format!("it knows {}", names.join(", ")),
    };
    let why = format!("the book knows no remote {}; {known}", remote.folded());
    Err(Refusal::new(Kind::Invalid, why))
}

/// A word that the shell took out of its quotes, back in them.
fn quoted(word: &str) -> String {
    match word.split_once(':') {
        Some((field, value)) if value.contains(' ') && !value.contains('"') => {
            format!("{field}:\"{value}\"")
        }
        _ => word.to_owned(),
    }
}

/// Performs a change, or only rehearses it, and describes it.
pub(super) fn changed(store: &mut Store, task: &Task, dry_run: bool) -> Result<CommandAnswer> {
    if dry_run {
        return Ok(told(
            &store.rehearse(task, &card_format(store)?)?.plan,
            None,
        ));
    }
    let done = store.perform(task, Seen::Nothing, &card_format(store)?)?;
    let title = done.point.map(|point| point.title);
    Ok(told(&done.value, title.as_deref()))
}

/// A plan as printed, with the title of the step that did it, if it was done.
fn told(plan: &BulkPlan, title: Option<&str>) -> CommandAnswer {
    let signs = signs();
    let rows = plan.lines.iter();
    let rows: Vec<_> = rows
        .map(|line| [line.name.clone(), line.words(&signs)])
        .collect();
    let mut words = columns(&rows);
    for skipped in &plan.skipped {
        let _ = writeln!(
            words,
            "skipped: {}: {}",
            safe(&skipped.name),
            safe(&skipped.why)
        );
    }
    let tally = &plan.tally;
    let _ = match title {
        Some(title) => writeln!(words, "{}; undo with: callbook undo", safe(title)),
        None if plan.lines.is_empty() => writeln!(words, "nothing to change"),
        None => writeln!(words, "{} would change", count(tally.changed, "contact")),
    };
    let lines: Vec<Value> = plan
        .lines
        .iter()
        .map(|line| {
            json!({
                "contact": { "id": line.contact.to_string(), "name": line.name },
                "number": line.number,
                "field": line.change.field,
                "from": line.change.from,
                "to": line.change.to,
                "what": line.change.words(&signs),
            })
        })
        .collect();
    let skipped: Vec<Value> = plan
        .skipped
        .iter()
        .map(|skipped| {
            json!({
                "contact": { "id": skipped.contact.to_string(), "name": skipped.name },
                "why": skipped.why,
            })
        })
        .collect();
    let document = json!({
        "data": lines,
        "meta": {
            "changed": tally.changed,
            "same": tally.same,
            "skipped": skipped,
            "done": title,
        },
    });
    CommandAnswer::new(document, words)
}

/// What the words of changes are put together with in the shell.
pub(super) fn signs() -> Signs {
    Signs {
        arrow: "->",
        ellipsis: "...",
        offset: Local::now().offset().local_minus_utc(),
        length: Length::Short,
    }
}

/// Asks on the terminal before something that undo cannot take back; without one it has to be said.
/// The answer is waited for until `stop` asks to end.
pub(super) fn sure(question: &str, yes: bool, stop: &Stop) -> Result<bool> {
    if yes {
        return Ok(true);
    }
    if !std::io::stdin().is_terminal() {
        return Err(anyhow!(Refusal::new(
            Kind::Invalid,
            format!("{question} Use --yes to confirm.")
        )));
    }
    let line = asked(&format!("{question} [y/N] "), stop)?;
    Ok(line.trim().eq_ignore_ascii_case("y"))
}

/// Asks on the terminal, beside the answer of the command, and waits for a line until `stop` asks to end; it is
/// empty at the end of the input.
pub(super) fn asked(question: &str, stop: &Stop) -> Result<String> {
    let _ = write!(std::io::stderr(), "{}", harmless(question));
    let mut line = String::new();
    BufReader::new(Stream::standard_input(stop.clone())).read_line(&mut line)?;
    Ok(line)
}
