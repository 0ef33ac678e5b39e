//! `callbook log`, `undo`, `redo`, `revert` and `bin`: what was done, and taking it back.

use std::fmt::Write as _;

use anyhow::Result;
use chrono::Local;
use clap::Args;
use serde_json::{Value, json};

use crate::domain::change_line::ChangeLine;
use crate::domain::contact::ContactId;
use crate::domain::operation::{
    HistoryEntry, Operation, Overwriting, RecordKey, Standing, StepEntry, StepRow, UndoPoint,
};
use crate::domain::phone::PhoneId;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::rehearsal::{Seen, Task};
use crate::domain::safe::safe;
use crate::domain::title;
use crate::domain::words::count;
use crate::export::name_attachments;
use crate::import::card_format;
use crate::state;
use crate::store::Store;

use super::change::{changed, signs, sure};
use super::document::{CommandAnswer, answer, when};
use super::table::{Fit, RowFlags, columns};

/// A step by its number.
fn step(text: &str) -> Result<i64, String> {
    let number = text.parse().ok();
    number.ok_or_else(|| "expected the number of a step; callbook log lists them".to_owned())
}

#[derive(Debug, Args)]
pub(super) struct LogCommand {
    /// Show what this step changed.
    #[arg(value_parser = step)]
    step: Option<i64>,
    /// Show the history of this contact.
    #[arg(long, value_name = "ID", conflicts_with = "step")]
    contact: Option<String>,
    /// Number of steps to show, newest first.
    #[arg(short = 'n', long, default_value_t = 20)]
    lines: usize,
    /// Show only steps before this one.
    #[arg(long, value_name = "STEP", value_parser = step, conflicts_with_all = ["step", "contact"])]
    before: Option<i64>,
    #[command(flatten)]
    ends: RowFlags,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

impl LogCommand {
    /// Runs the command on the database that `open` gives.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let json = self.json;
        let told = open().map_err(anyhow::Error::from);
        answer(told.and_then(|store| self.answered(&store)), json)
    }

    fn answered(self, store: &Store) -> Result<CommandAnswer> {
        if let Some(step) = self.step {
            let mut rows = store.step_rows(step, usize::MAX)?;
            name_attachments(store, rows.iter_mut().map(|row| &mut row.operation))?;
            if rows.is_empty() {
                return Err(Refusal::not_found("step", step).into());
            }
            return Ok(step_told(&rows, &self.ends));
        }
        if let Some(contact) = &self.contact {
            self.ends.refuse_beside("--contact")?;
            let id: ContactId = contact.parse()?;
            store.contact(id)?;
            let mut entries = store.history(id, self.lines)?;
            name_attachments(store, entries.iter_mut().map(|entry| &mut entry.operation))?;
            return Ok(history_told(&entries));
        }
        let steps = store.steps(self.before, self.lines)?;
        let rows: Vec<_> = steps
            .iter()
            .enumerate()
            .map(|(at, step)| step_row(step, head_of(steps.get(..at).unwrap_or_default(), step)))
            .collect();
        let data: Vec<Value> = steps
            .iter()
            .map(|step| {
                let (standing, rows) = (step.standing.word(), step.rows);
                point_json(&step.point, json!({ "standing": standing, "rows": rows }))
            })
            .collect();
        let mut foot = String::new();
        if let Some(pruned) = store.pruned()? {
            let at = pruned.at.to_utc().with_timezone(&Local).format("%-d %b %Y");
            let _ = writeln!(
                foot,
                "steps up to {} ({at}) were pruned from the history and can no longer be undone",
                pruned.step
            );
        }
        let fits = [
            Fit::Whole,
            Fit::Whole,
            Fit::Text,
            Fit::Text,
            Fit::Text,
            Fit::Whole,
        ];
        let words = self.ends.listed(&rows, fits, &foot);
        Ok(CommandAnswer::new(json!({ "data": data }), words))
    }
}

/// The newest of the steps above one that are of the same run: all of it is taken back as one.
fn head_of(above: &[StepEntry], step: &StepEntry) -> Option<i64> {
    let run = step.point.run.as_ref()?;
    let mut above = above.iter().map(|step| &step.point);
    let head = above.find(|point| point.run.as_ref().is_some_and(|of| of.id == run.id));
    head.map(|point| point.id)
}

fn step_row(step: &StepEntry, head: Option<i64>) -> [String; 6] {
    [
        step.point.id.to_string(),
        when(step.point.at),
        step.point.by().into_owned(),
        count(step.rows, "change"),
        match head {
            Some(head) => format!("{}, part of run {head}", step.point.title),
            None => step.point.title.clone(),
        },
        step.standing.word().to_owned(),
    ]
}

/// A step, with what is to be said of it beside.
fn point_json(point: &UndoPoint, beside: Value) -> Value {
    let mut object = json!({
        "step": point.id,
        "at": point.at,
        "by": point.actor.word(),
        "title": point.title,
    });
    if let (Some(object), Some(run)) = (object.as_object_mut(), &point.run) {
        object.insert("by".to_owned(), json!("sync"));
        object.insert("remote".to_owned(), json!(run.remote));
        object.insert("run".to_owned(), json!(run.id.to_string()));
    }
    if let (Some(object), Value::Object(beside)) = (object.as_object_mut(), beside) {
        object.extend(beside);
    }
    object
}

fn step_told(rows: &[StepRow], ends: &RowFlags) -> CommandAnswer {
    let mut lines: Vec<[String; 2]> = Vec::new();
    let mut data = Vec::new();
    for row in rows {
        let what = what_happened(&row.operation, None);
        for told in what_happened(&row.operation, row.number.as_deref()) {
            lines.push([row.name.clone(), told]);
        }
        data.push(json!({
            "contact": { "id": row.contact.to_string(), "name": row.name },
            "number": row.number,
            "what": what,
        }));
    }
    let words = ends.listed(&lines, [Fit::Text, Fit::Whole], "");
    CommandAnswer::new(json!({ "data": data }), words)
}

/// What an operation did, line by line; with a number each line begins with it.
fn what_happened(operation: &Operation, number: Option<&str>) -> Vec<String> {
    let signs = signs();
    let lines = ChangeLine::all(operation).into_iter();
    let lines: Vec<String> = lines.map(|line| line.about(number, &signs)).collect();
    match operation {
        Operation::Update(_, changes)
            if lines.is_empty() && changes.iter().any(|change| change.field == "card") =>
        {
            vec!["other lines of its card".to_owned()]
        }
        _ => lines,
    }
}

fn history_told(entries: &[HistoryEntry]) -> CommandAnswer {
    let mut words = String::new();
    let mut last = None;
    let mut data = Vec::new();
    for entry in entries {
        let point = &entry.point;
        if last != Some(point.id) {
            last = Some(point.id);
            let undone = if entry.undone { "  undone" } else { "" };
            let (title, by) = (safe(&point.title), point.by());
            let _ = writeln!(
                words,
                "{}  {}  {title}  {by}{undone}",
                point.id,
                when(point.at)
            );
        }
        for line in what_happened(&entry.operation, entry.number.as_deref()) {
            let _ = writeln!(words, "    {line}");
        }
        let what = what_happened(&entry.operation, None);
        let beside = json!({ "number": entry.number, "what": what, "undone": entry.undone });
        data.push(point_json(point, beside));
    }
    CommandAnswer::new(json!({ "data": data }), words)
}

#[derive(Debug, Args)]
pub(super) struct UndoCommand {
    /// The step to undo [default: the last one].
    #[arg(value_parser = step)]
    step: Option<i64>,
    /// Undo this step and all later ones, also those of other programs.
    #[arg(long, value_name = "STEP", value_parser = step, conflicts_with_all = ["step", "over"])]
    back_to: Option<i64>,
    /// Only show what it would change.
    #[arg(long, conflicts_with = "over")]
    dry_run: bool,
    /// Undo even if a record was changed since.
    #[arg(long)]
    over: bool,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

impl UndoCommand {
    /// Runs the command on the database that `open` gives.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        answer(self.answered(open), self.json)
    }

    fn answered(&self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<CommandAnswer> {
        let mut store = open()?;
        if self.dry_run {
            let task = match (self.back_to, self.step) {
                (Some(step), _) => Some(Task::UndoBackTo(step)),
                (None, Some(step)) => Some(Task::Undo(step)),
                (None, None) => last_step(&store)?.map(Task::Undo),
            };
            return match task {
                Some(task) => changed(&mut store, &task, true),
                None => Ok(steps_told("Undone", "nothing to undo", &[])),
            };
        }
        let undone = self.undone(&mut store)?;
        let mut told = steps_told("Undone", "nothing to undo", &undone);
        if undone.iter().any(|point| point.run.is_some()) {
            told.words.push_str(&what_follows(&store, &undone)?);
        }
        Ok(told)
    }

    fn undone(&self, store: &mut Store) -> Result<Vec<UndoPoint>, Refusal> {
        let over = if self.over {
            Overwriting::Written
        } else {
            Overwriting::Refused
        };
        let undone = match (self.back_to, self.step) {
            (Some(step), _) => return store.undo_back_to(step, Seen::Nothing),
            (None, Some(step)) => store.undo_step(step, over).map(Some),
            (None, None) => store.undo_over(over),
        };
        let undone = undone.map_err(|refusal| match refusal.kind {
            Kind::Conflict => {
                let way_out = format!("{refusal}; use --over to undo it anyway");
                Refusal::new(Kind::Conflict, way_out)
            }
            _ => refusal,
        });
        Ok(undone?.into_iter().collect())
    }
}

/// What the next sync does with what was undone of an earlier one: which remotes wait for a person, and which write
/// what is here over what changed there.
fn what_follows(store: &Store, undone: &[UndoPoint]) -> Result<String, Refusal> {
    let mut told = String::new();
    let runs = || undone.iter().filter_map(|point| point.run.as_ref());
    for row in &store.remotes()? {
        let name = &row.name;
        if row.counts.undone == 0 {
            if runs().any(|run| run.remote == *name) {
                let _ = writeln!(
                    told,
                    "the next sync with {name} writes what is here over what changed there; callbook sync {name} \
                     --dry-run shows it"
                );
            }
            continue;
        }
        let _ = writeln!(
            told,
            "the next sync with {name} waits until you choose: callbook sync --again {name} begins with a first sync, \
             callbook sync --send-undo {name} deletes there what is gone here"
        );
    }
    Ok(told)
}

/// The last step that is in effect, and that a person did.
fn last_step(store: &Store) -> Result<Option<i64>, Refusal> {
    let mut before = None;
    loop {
        let steps = store.steps(before, 100)?;
        let is_undone_next =
            |step: &&StepEntry| step.standing == Standing::Done && step.point.run.is_none();
        let mut done = steps.iter().filter(is_undone_next);
        match (done.next(), steps.last()) {
            (Some(step), _) => return Ok(Some(step.point.id)),
            (None, None) => return Ok(None),
            (None, Some(oldest)) => before = Some(oldest.point.id),
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct RedoCommand {
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

impl RedoCommand {
    /// Runs the command on the database that `open` gives.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let redone = open().and_then(|mut store| store.redo());
        let told = redone.map(|point| {
            let points: Vec<UndoPoint> = point.into_iter().collect();
            steps_told("Redone", "nothing to redo", &points)
        });
        answer(told.map_err(anyhow::Error::from), self.json)
    }
}

/// The steps that were undone or redone; if there are none, the exit status says so too.
fn steps_told(verb: &str, nothing: &str, points: &[UndoPoint]) -> CommandAnswer {
    let data: Vec<Value> = { points.iter() }
        .map(|point| point_json(point, Value::Null))
        .collect();
    let mut told = CommandAnswer::new(json!({ "data": data }), String::new());
    for point in points {
        let _ = writeln!(told.words, "{verb}: {}", safe(&point.title));
    }
    if points.is_empty() {
        told.words = format!("{nothing}\n");
        told.status = super::exit::NOTHING_FOUND;
    }
    told
}

#[derive(Debug, Args)]
pub(super) struct RevertCommand {
    /// The contact.
    contact: String,
    /// Restore the version after this step; `callbook log --contact ID` lists them.
    #[arg(long, value_name = "STEP", value_parser = step)]
    after: i64,
    /// Restore only this number.
    #[arg(long, value_name = "ID")]
    phone: Option<String>,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

impl RevertCommand {
    /// Runs the command on the database that `open` gives.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let json = self.json;
        let told = open().and_then(|mut store| self.reverted(&mut store));
        answer(told.map_err(anyhow::Error::from), json)
    }

    fn reverted(self, store: &mut Store) -> Result<CommandAnswer, Refusal> {
        let contact: ContactId = self.contact.parse()?;
        let point = match self.phone {
            None => store.restore_contact(contact, self.after)?.point,
            Some(phone) => {
                let phone: PhoneId = phone.parse()?;
                store.restore_phone(contact, phone, self.after)?.point
            }
        };
        let words = match &point {
            Some(point) => format!("{}\n", safe(&point.title)),
            None => "nothing to change\n".to_owned(),
        };
        let data: Vec<Value> = { point.iter() }
            .map(|point| point_json(point, Value::Null))
            .collect();
        Ok(CommandAnswer::new(json!({ "data": data }), words))
    }
}

#[derive(Debug, Args)]
pub(super) struct BinCommand {
    /// The record to bring back.
    #[arg(value_name = "ID")]
    back: Option<String>,
    /// Empty the bin for good.
    #[arg(long, conflicts_with = "back")]
    empty: bool,
    /// Do not ask.
    #[arg(long, requires = "empty")]
    yes: bool,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

impl BinCommand {
    /// Runs the command on the database that `open` gives.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let json = self.json;
        let told = open().map_err(anyhow::Error::from);
        answer(told.and_then(|store| self.answered(store)), json)
    }

    fn answered(self, mut store: Store) -> Result<CommandAnswer> {
        let binned = store.bin(usize::MAX)?;
        if self.empty {
            let records = store.thrown()?;
            let question = format!(
                "{} in the bin or of undone additions would be deleted for good, with their history.",
                count(records, "record")
            );
            if records == 0 || !sure(&question, self.yes, store.stop())? {
                return Ok(CommandAnswer::new(
                    Value::Null,
                    "nothing was deleted\n".to_owned(),
                ));
            }
            let ids = store.empty_bin(&card_format(&store)?)?;
            // What is remembered beside the database is a convenience; the next start rebuilds it.
            let _ = state::forget(store.path(), &ids);
            let thrown = count(ids.len(), "record");
            let backups = store.own_backups();
            let still = title::still_in(backups).map(|still| format!("{still}\n"));
            let words = format!("Deleted {thrown} for good\n{}", still.unwrap_or_default());
            let document = json!({ "data": { "thrown": thrown }, "meta": { "backups": backups } });
            return Ok(CommandAnswer::new(document, words));
        }
        if let Some(id) = &self.back {
            let key = binned.iter().map(|one| one.key);
            let mut key = key.filter(|key| key.uuid().to_string() == *id);
            let key = key.next().ok_or_else(|| {
                let detail = format!("{id} is not in the bin; callbook bin lists what is");
                Refusal::new(Kind::NotFound, detail)
            })?;
            let done = store.bring_back(key)?;
            let title = done.point.map(|point| point.title).unwrap_or_default();
            let words = format!("{}\n", safe(&title));
            return Ok(CommandAnswer::new(
                json!({ "data": { "done": title } }),
                words,
            ));
        }
        let rows: Vec<_> = binned
            .iter()
            .map(|one| {
                [
                    when(one.point.at),
                    one.name.clone(),
                    one.what.clone(),
                    one.key.uuid().to_string(),
                ]
            })
            .collect();
        let data: Vec<Value> = binned
            .iter()
            .map(|one| {
                let kind = match one.key {
                    RecordKey::Contact(_) => "contacts",
                    RecordKey::Phone(_) => "phone_numbers",
                };
                json!({
                    "id": one.key.uuid().to_string(),
                    "type": kind,
                    "name": one.name,
                    "what": one.what,
                    "deleted": point_json(&one.point, Value::Null),
                })
            })
            .collect();
        let words = match rows.len() {
            0 => "the bin is empty\n".to_owned(),
            _ => columns(&rows),
        };
        Ok(CommandAnswer::new(json!({ "data": data }), words))
    }
}
