//! What a change of many contacts would do, line by line, before anything is written.

use crate::domain::bulk::{BulkEdit, BulkPlan, Change, GRAMMAR};
use crate::domain::duplicates::Merge;
use crate::domain::import::count;
use crate::domain::listing::Selection;
use crate::domain::query::{Values, completed};
use crate::tui::keymap::Action;
use crate::tui::layout::list_height;
use crate::tui::model::{Asked, Effect, Model, Purpose as For, Request, Screen, Tone, Write};
use crate::tui::screens::prompt::{Prompt, Purpose};
use crate::tui::widgets::field::Field;

/// What is planned.
#[derive(Clone, Debug, PartialEq)]
pub enum Task {
    /// A bulk edit.
    Bulk(BulkEdit),
    /// Groups that are merged.
    Merge(Vec<Merge>),
}

/// The preview.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What is planned.
    pub task: Task,
    /// What it would do.
    pub plan: BulkPlan,
    /// The line at the top.
    pub top: usize,
}

impl Plan {
    /// How many lines it has: what is left as it is first, then the changes.
    #[must_use]
    pub fn known(&self) -> usize {
        self.plan.skipped.len() + self.plan.lines.len()
    }

    /// What it is, in words.
    #[must_use]
    pub fn words(&self) -> String {
        match &self.task {
            Task::Bulk(edit) => {
                let words: Vec<String> = edit.changes.iter().map(Change::words).collect();
                words.join(" ")
            }
            Task::Merge(groups) => format!("merge {}", count(groups.len(), "group")),
        }
    }
}

/// Asks what is to be changed: of those marked, or else of all whom the list shows.
pub fn ask(model: &mut Model, effects: &mut Vec<Effect>) {
    let marks = &model.list.marks;
    let (selection, who) = if marks.is_empty() {
        let shown = Selection::Shown(model.list.query.clone());
        let total = model.list.total.unwrap_or_default();
        (shown, format!("{} of the list", count(total, "contact")))
    } else {
        let marked = Selection::Marked(marks.iter().copied().collect());
        (marked, count(marks.len(), "marked contact"))
    };
    if model.values.is_none() {
        model.values = Some(Values::default());
        model.ask(Request::Values, effects);
    }
    let prompt = Prompt {
        purpose: Purpose::Change(selection, who),
        ..Prompt::default()
    };
    model.over.push(Screen::Prompt(Box::new(prompt)));
}

/// Plans what was typed.
pub fn read(model: &mut Model, whom: Selection, effects: &mut Vec<Effect>) {
    let Some(Screen::Prompt(prompt)) = model.over.last_mut() else {
        return;
    };
    match Change::read(prompt.path.text()) {
        Ok(changes) => {
            let mut edit = BulkEdit::new(whom, changes);
            // What the filter says of numbers says which of them are meant, marked or not.
            edit.only = model.list.query.query().conditions;
            model.wait_for(Request::PlanBulk(Box::new(edit)), For::Preview, effects);
        }
        Err(trouble) => prompt.trouble = Some(trouble),
    }
}

/// How what is typed may go on: the values that the book has, or else what can be changed.
#[must_use]
pub fn completions(values: Option<&Values>, typed: &Field) -> Vec<String> {
    let text = typed.text();
    let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    let known = values.map(|values| values.completions(text.trim_start_matches('-')));
    match known {
        Some(known) if last.contains(':') => known,
        _ => GRAMMAR
            .split(", ")
            .filter(|change| change.starts_with(last))
            .map(str::to_owned)
            .collect(),
    }
}

/// Completes what is typed.
pub fn complete(values: Option<&Values>, typed: &mut Field) {
    let Some(first) = completions(values, typed).into_iter().next() else {
        return;
    };
    let text = typed.text().to_owned();
    let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    if last.contains(':') {
        typed.set(completed(&text, &first));
    } else {
        let before = text.get(..text.len() - last.len()).unwrap_or_default();
        let word = first
            .split_once(':')
            .map_or(first.as_str(), |(word, _)| word);
        let colon = if first.contains(':') { ":" } else { "" };
        typed.set(format!("{before}{word}{colon}"));
    }
}

/// Shows a plan that has come, where the page that asked for it is still on top: in its place, or
/// over a page that has more to do.
pub fn show(model: &mut Model, asked: &Asked, task: Task, plan: BulkPlan) {
    if asked.page != model.over.top() {
        return;
    }
    if matches!(
        model.over.last(),
        Some(Screen::Prompt(_) | Screen::Sources(_))
    ) {
        model.over.pop();
    }
    if plan.lines.is_empty() && plan.skipped.is_empty() {
        return model.say(Tone::Plain, "all of it is so already");
    }
    model
        .over
        .push(Screen::Plan(Box::new(Plan { task, plan, top: 0 })));
}

/// Does one of the actions that are only here.
pub fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let Some(Screen::Plan(plan)) = model.over.last() else {
        return;
    };
    if action != Action::Save {
        return;
    }
    if plan.plan.lines.is_empty() {
        return model.say(Tone::Plain, "there is nothing to change; esc goes back");
    }
    let write = match &plan.task {
        Task::Bulk(edit) => Write::Bulk(Box::new(edit.clone()), plan.plan.tally.fingerprint),
        Task::Merge(merges) => Write::Merge(merges.clone()),
    };
    model.finish(write, effects);
}

/// Scrolls so that a line is at the top, as far as there are lines below.
pub fn go(model: &mut Model, line: usize) {
    let height = list_height(model).saturating_sub(4).max(1);
    if let Some(Screen::Plan(plan)) = model.over.last_mut() {
        plan.top = line.min(plan.known().saturating_sub(height));
    }
}
