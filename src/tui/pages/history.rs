//! What was done, step by step: to a contact, to one of its numbers, or in the whole book; and going
//! back to it.

use std::borrow::Cow;
use std::collections::HashSet;

use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::change_line::{ChangeLine, Signs};
use crate::domain::contact::ContactId;
use crate::domain::operation::{
    ContactPart, HistoryEntry, Operation, Overwriting, RecordKey, Standing, StepEntry, StepRow,
    UndoPoint,
};
use crate::domain::phone::PhoneId;
use crate::domain::rehearsal::Task;
use crate::domain::safe::safe;
use crate::domain::words::count;
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::protocol::{Purpose, Reply, Request, Tone, Write};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::flow::{Flow, Top};
use crate::tui::widgets::frame::{NARROW, cursor, indented, more_in_popup, page};
use crate::tui::widgets::text::{fit, width, wrap};
use crate::tui::widgets::theme::{Role, Theme};
use crate::tui::widgets::time::Calendar;

use super::page::{AnyPage, News, Outcome, Page, Ui};
use super::preview::Preview;

/// How many steps of the book are asked for at once.
const PAGE: usize = 100;

/// How many rows of a step are shown.
const ROWS: usize = 200;

/// Whose history it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// A contact's, with that of its numbers.
    Contact(ContactId),
    /// One number's.
    Phone(ContactId, PhoneId),
    /// One detail's, the note's or the tags'.
    Part(ContactId, ContactPart),
    /// The whole book's.
    Book,
}

/// A step.
#[derive(Clone, Debug, PartialEq)]
pub struct StepShown {
    /// The step.
    pub point: UndoPoint,
    /// What became of it.
    pub standing: Standing,
    /// How many rows it touched, in the book's history.
    pub rows: Option<usize>,
    /// Whether it is of the same sync as a step above it.
    pub is_part: bool,
    /// What it did, line by line, where that is shown.
    pub lines: Vec<String>,
    /// The same with whole texts, as it is shown where the cursor is.
    pub whole: Vec<String>,
}

impl StepShown {
    fn lines(&self, on: bool) -> &[String] {
        if on { &self.whole } else { &self.lines }
    }
}

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// Whose.
    pub of: Of,
    /// The name at its head.
    pub name: String,
    /// The steps, the newest first; none until they came.
    pub steps: Option<Vec<StepShown>>,
    /// The step under the cursor.
    pub cursor: usize,
    /// What is at the top.
    top: Top,
    /// Whether there are older ones that were not asked for.
    more: bool,
}

impl History {
    /// The history of a contact, a part of it, or the book, with the name for its head.
    #[must_use]
    pub fn page(of: Of, name: String) -> AnyPage {
        Box::new(Self {
            of,
            name,
            steps: None,
            cursor: 0,
            top: Top::default(),
            more: false,
        })
    }

    /// Asks for the steps.
    fn ask(&mut self, ctx: &mut Ctx<'_>) {
        match self.of {
            Of::Contact(id) | Of::Phone(id, _) | Of::Part(id, _) => {
                ctx.read(Request::History(id));
            }
            Of::Book => {
                self.steps = None;
                ctx.read(Request::Steps(None, PAGE));
            }
        }
    }

    /// The step under the cursor.
    #[must_use]
    fn current(&self) -> Option<&StepShown> {
        self.steps.as_ref()?.get(self.cursor)
    }

    /// How many steps are known.
    #[must_use]
    fn known(&self) -> usize {
        self.steps.as_ref().map_or(0, Vec::len)
    }

    /// Takes the entries of a contact, grouped by step.
    fn take_entries(&mut self, mut entries: Vec<HistoryEntry>, signs: &Signs) {
        // A number that came with its contact has no operation of its own for that.
        let is_made = |entry: &HistoryEntry, key: RecordKey| matches!(entry.operation, Operation::Create(of, _) if of == key);
        match self.of {
            Of::Part(_, part) => {
                let about = entries.into_iter().filter_map(|entry| {
                    let operation = entry.operation.about(part)?;
                    Some(HistoryEntry { operation, ..entry })
                });
                entries = about.collect();
            }
            Of::Phone(contact, id) => {
                let own = RecordKey::Phone(id);
                let came = (!entries.iter().any(|entry| is_made(entry, own)))
                    .then_some(RecordKey::Contact(contact));
                entries.retain(|entry| {
                    entry.operation.key() == own || came.is_some_and(|key| is_made(entry, key))
                });
                for entry in &mut entries {
                    // What else the contact came with is of no number.
                    if let Operation::Create(_, made) = &mut entry.operation {
                        *made = None;
                    }
                }
            }
            Of::Contact(_) | Of::Book => {}
        }
        let mut steps: Vec<(&UndoPoint, Vec<&HistoryEntry>)> = Vec::new();
        for entry in &entries {
            match steps.last_mut() {
                Some((of, entries)) if of.id == entry.point.id => entries.push(entry),
                _ => steps.push((&entry.point, vec![entry])),
            }
        }
        let steps = steps.into_iter().map(|(point, entries)| StepShown {
            point: point.clone(),
            standing: if entries.iter().any(|entry| entry.undone) {
                Standing::Undone
            } else {
                Standing::Done
            },
            rows: None,
            is_part: false,
            lines: told_together(&entries, signs),
            whole: told_together(&entries, &signs.whole()),
        });
        let steps: Vec<StepShown> = steps.collect();
        self.cursor = self.cursor.min(steps.len().saturating_sub(1));
        self.steps = Some(steps);
        self.mark_runs();
    }

    /// Marks the steps of a sync below its newest one: all of them are undone as one.
    fn mark_runs(&mut self) {
        let mut seen = HashSet::new();
        for step in self.steps.iter_mut().flatten() {
            let run = step.point.run.as_ref();
            step.is_part = run.is_some_and(|run| !seen.insert(run.id));
        }
    }

    /// Takes a page of the book's steps: the first one again, or an older one.
    fn take_steps(&mut self, page: &[StepEntry]) {
        let told = page.iter().map(|entry| StepShown {
            point: entry.point.clone(),
            standing: entry.standing,
            rows: Some(entry.rows),
            is_part: false,
            lines: Vec::new(),
            whole: Vec::new(),
        });
        self.more = page.len() == PAGE;
        let older = page.first().map(|entry| entry.point.id);
        match &mut self.steps {
            Some(steps) if steps.last().map(|step| step.point.id) > older => steps.extend(told),
            _ => self.steps = Some(told.collect()),
        }
        self.cursor = self.cursor.min(self.known().saturating_sub(1));
        self.mark_runs();
    }

    /// Takes the rows of a step, wherever the cursor is by now.
    fn take_rows(&mut self, of: i64, rows: &[StepRow], signs: &Signs) {
        let told = |signs: &Signs| {
            let told = rows.iter().flat_map(|row| {
                let lines = changes(&row.operation, row.number.as_deref(), signs);
                let named = lines.into_iter();
                named.map(|line| format!("{}: {line}", row.name))
            });
            told.collect()
        };
        let step = self
            .steps
            .as_mut()
            .and_then(|steps| steps.iter_mut().find(|step| step.point.id == of));
        if let Some(step) = step {
            (step.lines, step.whole) = (told(signs), told(&signs.whole()));
        }
    }
}

/// What a step did to a contact and its numbers. That one record was added or deleted its title says.
fn told_together(entries: &[&HistoryEntry], signs: &Signs) -> Vec<String> {
    let is_said = |entry: &HistoryEntry| {
        entries.len() == 1 || matches!(entry.operation.key(), RecordKey::Contact(_))
    };
    let told = entries.iter().flat_map(|entry| {
        let lines = ChangeLine::all(&entry.operation).into_iter();
        let told = lines.filter(|line| !(line.is_whole() && is_said(entry)));
        told.map(|line| line.about(entry.number.as_deref(), signs))
    });
    told.collect()
}

/// What an operation did, line by line; with a number each begins with it.
fn changes(operation: &Operation, number: Option<&str>, signs: &Signs) -> Vec<String> {
    let lines = ChangeLine::all(operation).into_iter();
    lines.map(|line| line.about(number, signs)).collect()
}

impl Page for History {
    fn scope(&self) -> Scope {
        Scope::History
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        self.ask(ctx);
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        let Some(step) = self.current() else {
            ctx.say(Tone::Plain, "no changes yet");
            return Outcome::Stay;
        };
        let (id, is_done) = (step.point.id, step.standing == Standing::Done);
        let is_shown = !step.lines.is_empty();
        match (action, &self.of) {
            (Action::UndoStep, _) | (Action::Restore, Of::Book) if !is_done => {
                ctx.say(Tone::Plain, "this step has been undone already");
            }
            (Action::UndoStep, _) => ctx.undo(Some(id), Overwriting::Refused),
            (Action::Restore, Of::Contact(contact)) => {
                ctx.write(Write::RestoreContact(*contact, id));
            }
            (Action::Restore, Of::Phone(contact, phone)) => {
                ctx.write(Write::RestorePhone(*contact, *phone, id));
            }
            (Action::Restore, Of::Book) => {
                let request = Request::Rehearse(Task::UndoBackTo(id));
                ctx.wait_for(request, Purpose::Preview);
            }
            (Action::Rows, Of::Book) if is_shown => self.take_rows(id, &[], &ctx.session.signs()),
            (Action::Rows, Of::Book) => ctx.read(Request::StepRows(id, ROWS)),
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        let inside = ctx.page_inside();
        let columns = usize::from(inside.width);
        let lines = |step| self.height(step, self.cursor, columns, ctx.session);
        let moved = self.flow(inside.height, &lines);
        // A page goes on within a high step, which would shrink before its end was seen.
        let stays = match motion {
            Motion::PageDown(_) => !moved.has_shown(self.top, self.cursor),
            Motion::PageUp(_) => self.top.item == self.cursor && self.top.line > 0,
            _ => false,
        };
        let (top, cursor) = if stays {
            (moved.moved(self.top, motion), self.cursor)
        } else {
            moved.stepped(self.top, self.cursor, motion)
        };
        // The step that was left is shorter now, and the other one longer.
        let lines = |step| self.height(step, cursor, columns, ctx.session);
        let line = top.line.min(lines(top.item).saturating_sub(1));
        let top = Top { line, ..top };
        let flow = self.flow(inside.height, &lines);
        let top = match motion {
            _ if cursor == self.cursor => top,
            Motion::Up(_) | Motion::PageUp(_) => flow.entered_from_below(self.top, cursor),
            _ => flow.showing(top, cursor),
        };
        (self.top, self.cursor) = (top, cursor);
        let last = self.steps.as_ref().and_then(|steps| steps.last());
        if let Some(last) = last.filter(|_| self.more && self.cursor + 1 >= self.known()) {
            let before = last.point.id;
            self.more = false;
            ctx.read(Request::Steps(Some(before), PAGE));
        }
    }

    fn unavailable(&self, action: Action, _session: &Session) -> Option<Cow<'static, str>> {
        let is_book = self.of == Of::Book;
        let reason = match (action, &self.of) {
            (Action::Rows, _) if !is_book => "what a step changed is always shown here",
            (Action::Restore, Of::Part(..)) => {
                "an older version is restored in the history of the contact"
            }
            _ => return None,
        };
        Some(reason.into())
    }

    fn hint<'a>(&self, binding: &'a Binding, session: &Session) -> Option<Cow<'a, str>> {
        if self.unavailable(binding.action, session).is_some() {
            return None;
        }
        Some(binding.hint.into())
    }

    fn answered(&mut self, reply: Reply, ctx: &mut Ctx<'_>) -> Outcome {
        let signs = ctx.session.signs();
        match reply {
            Reply::Rehearsed(task, rehearsal) => {
                return Preview::page(task, *rehearsal, ctx).map_or(Outcome::Stay, Outcome::Open);
            }
            Reply::History(entries) => self.take_entries(entries, &signs),
            Reply::Steps(steps) => self.take_steps(&steps),
            Reply::StepRows(id, rows) => self.take_rows(id, &rows, &signs),
            _ => {}
        }
        Outcome::Stay
    }

    fn notified(&mut self, _news: News, ctx: &mut Ctx<'_>) {
        self.ask(ctx);
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        draw(self, ui);
    }
}

impl History {
    fn flow<'a>(&self, height: u16, lines: &'a dyn Fn(usize) -> usize) -> Flow<'a> {
        Flow {
            items: self.known(),
            height: usize::from(height),
            lines,
        }
    }

    /// How many lines a step has, with the cursor on one.
    fn height(&self, step: usize, cursor: usize, columns: usize, session: &Session) -> usize {
        let calendar = session.calendar();
        let on = step == cursor;
        let step = self.steps.as_ref().and_then(|steps| steps.get(step));
        step.map_or(0, |step| {
            head(step, columns, &calendar).1.len() + details(step, on, columns, &calendar).len()
        })
    }
}

/// The history: who changed what, when, from what to what.
fn draw(history: &History, ui: &mut Ui<'_, '_>) {
    let theme = ui.theme;
    let area = ui.areas.content;
    let inside = page("History", &history.name, "", theme, area, ui.frame);
    let Some(steps) = &history.steps else { return };
    let columns = usize::from(inside.width);
    if steps.is_empty() {
        let nothing = indented("no changes yet", Role::Dim, columns, theme);
        return ui.frame.render_widget(Paragraph::new(nothing), inside);
    }
    let heights = |step| history.height(step, history.cursor, columns, ui.session);
    let flow = history.flow(inside.height, &heights);
    let top = flow.showing_part(flow.within(history.top), history.cursor);
    let calendar = ui.session.calendar();
    let mut lines: Vec<Line<'_>> = Vec::new();
    for (at, step) in steps.iter().enumerate().skip(top.item) {
        if lines.len() >= usize::from(inside.height) + top.line {
            break;
        }
        lines.extend(step_lines(
            step,
            at == history.cursor,
            &calendar,
            columns,
            theme,
        ));
    }
    let seen: Vec<Line<'_>> = lines.into_iter().skip(top.line).collect();
    let has_more = flow.has_more(top);
    ui.frame.render_widget(Paragraph::new(seen), inside);
    if has_more {
        more_in_popup(inside, theme, ui.frame);
    }
}

/// The head of a step: when it was, its title in as many lines as it needs, and who made it.
fn head(step: &StepShown, columns: usize, calendar: &Calendar) -> (String, Vec<String>, String) {
    let narrow = columns < usize::from(NARROW);
    let mut by = format!("  {}", step.point.by());
    if narrow {
        by.clear();
    }
    if let Some(rows) = step.rows.filter(|_| columns >= 72) {
        by = format!("  {}{by}", count(rows, "record"));
    }
    let standing = step.standing.word();
    if !standing.is_empty() {
        by = format!("{by}  {standing}");
    }
    let when = if narrow {
        String::new()
    } else {
        calendar.when(step.point.at)
    };
    let room = columns.saturating_sub(indent(columns) + width(&by) + 2);
    let mut title = safe(&step.point.title);
    if step.is_part {
        title.to_mut().push_str(", part of the sync above");
    }
    (when, wrap(&title, room), by)
}

/// The columns before what a step did.
const fn indent(columns: usize) -> usize {
    if columns < NARROW as usize { 2 } else { 19 }
}

/// What a step did, in as many lines as it needs; before it, when that was, where the head has no room for it.
fn details(step: &StepShown, on: bool, columns: usize, calendar: &Calendar) -> Vec<String> {
    let room = columns.saturating_sub(indent(columns) + 3);
    let when = (columns < usize::from(NARROW)).then(|| calendar.when(step.point.at));
    let lines = when.iter().chain(step.lines(on));
    lines.flat_map(|line| wrap(line, room)).collect()
}

fn step_lines(
    step: &StepShown,
    on: bool,
    calendar: &Calendar,
    columns: usize,
    theme: &Theme,
) -> Vec<Line<'static>> {
    let stands = step.standing.word().is_empty();
    let role = match (on, stands) {
        (true, _) => Role::Cursor,
        (false, true) => Role::Text,
        (false, false) => Role::Dim,
    };
    let (when, titles, by) = head(step, columns, calendar);
    let indent = indent(columns);
    let mut by = Some(by);
    let mut when = Some(fit(&when, indent - 2, theme.glyphs.ellipsis));
    let head = titles.into_iter().map(|title| {
        let first = when.is_some();
        let before = when.take().unwrap_or_else(|| " ".repeat(indent - 2));
        Line::from(vec![
            cursor(on && first, theme),
            Span::raw(" "),
            Span::styled(before, theme.style(Role::Dim)),
            Span::styled(title, theme.style(role)),
            Span::styled(by.take().unwrap_or_default(), theme.style(Role::Dim)),
        ])
    });
    let mut lines: Vec<Line<'static>> = head.collect();
    let details = details(step, on, columns, calendar).into_iter();
    lines.extend(details.map(|text| {
        Line::from(vec![
            Span::raw(" ".repeat(indent + 2)),
            Span::styled(text, theme.style(Role::Dim)),
        ])
    }));
    lines
}
