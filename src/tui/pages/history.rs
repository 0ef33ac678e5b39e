//! What was done, step by step: to a contact, to one of its numbers, or in the whole book; and going
//! back to it.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::domain::contact::ContactId;
use crate::domain::fields;
use crate::domain::operation::{
    FieldChange, HistoryEntry, Operation, Overwriting, RecordKey, Standing, StepEntry, StepRow,
    UndoPoint,
};
use crate::domain::phone::PhoneId;
use crate::domain::title::value_words;
use crate::domain::words::count;
use crate::tui::ctx::Ctx;
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Reply, Request, Tone, Write};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::frame::{NARROW, cursor, indented, page, scrolled};
use crate::tui::widgets::text::{elide, fit, width};
use crate::tui::widgets::theme::{Role, Theme};
use crate::tui::widgets::time::Calendar;

use super::page::{AnyPage, News, Outcome, Page, Ui};

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
    /// What it did, line by line, where that is shown.
    pub lines: Vec<HistoryLine>,
}

/// What happened to one attribute of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryLine {
    /// Whose row it was, in the book's history.
    pub whose: String,
    /// The attribute, or what happened to the whole row.
    pub what: String,
    /// What it was and what it became.
    pub from_to: Option<(String, String)>,
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
    /// Whether there are older ones that were not asked for.
    more: bool,
}

impl History {
    /// The history of a contact, a number or the book, with the name for its head.
    #[must_use]
    pub fn page(of: Of, name: String) -> AnyPage {
        Box::new(Self {
            of,
            name,
            steps: None,
            cursor: 0,
            more: false,
        })
    }

    /// Asks for the steps.
    fn ask(&mut self, ctx: &mut Ctx<'_>) {
        match self.of {
            Of::Contact(id) | Of::Phone(id, _) => ctx.read(Request::History(id)),
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

    /// Takes the entries of a contact: those of one step are told together.
    fn take_entries(&mut self, entries: &[HistoryEntry]) {
        let mut steps: Vec<StepShown> = Vec::new();
        // A number that came with its contact has no operation of its own for that.
        let is_made = |entry: &HistoryEntry, key: RecordKey| matches!(entry.operation, Operation::Create(of, _) if of == key);
        for entry in entries {
            if let Of::Phone(contact, id) = self.of {
                let own = RecordKey::Phone(id);
                let came = is_made(entry, RecordKey::Contact(contact))
                    && !entries.iter().any(|entry| is_made(entry, own));
                if entry.operation.key() != own && !came {
                    continue;
                }
            }
            let lines = changes(&entry.operation, "");
            match steps.last_mut() {
                Some(last) if last.point.id == entry.point.id => last.lines.extend(lines),
                _ => steps.push(StepShown {
                    point: entry.point.clone(),
                    standing: if entry.undone {
                        Standing::Undone
                    } else {
                        Standing::Done
                    },
                    rows: None,
                    lines,
                }),
            }
        }
        self.cursor = self.cursor.min(steps.len().saturating_sub(1));
        self.steps = Some(steps);
    }

    /// Takes a page of the book's steps: the first one anew, or an older one.
    fn take_steps(&mut self, page: &[StepEntry]) {
        let told = page.iter().map(|entry| StepShown {
            point: entry.point.clone(),
            standing: entry.standing,
            rows: Some(entry.rows),
            lines: Vec::new(),
        });
        self.more = page.len() == PAGE;
        let older = page.first().map(|entry| entry.point.id);
        match &mut self.steps {
            Some(steps) if steps.last().map(|step| step.point.id) > older => steps.extend(told),
            _ => self.steps = Some(told.collect()),
        }
        self.cursor = self.cursor.min(self.known().saturating_sub(1));
    }

    /// Takes the rows of a step, wherever the cursor is by now.
    fn take_rows(&mut self, of: i64, rows: &[StepRow]) {
        let lines: Vec<HistoryLine> = rows
            .iter()
            .flat_map(|row| {
                let number = row.number.iter().map(|number| format!(" {number}"));
                let whose = format!("{}{}", row.name, number.collect::<String>());
                changes(&row.operation, &whose)
            })
            .collect();
        let step = self
            .steps
            .as_mut()
            .and_then(|steps| steps.iter_mut().find(|step| step.point.id == of));
        if let Some(step) = step {
            step.lines = lines;
        }
    }
}

/// What an operation did, line by line; an added or deleted row is one.
fn changes(operation: &Operation, whose: &str) -> Vec<HistoryLine> {
    let row = |what: &str| HistoryLine {
        whose: whose.to_owned(),
        what: what.to_owned(),
        from_to: None,
    };
    let one = |change: &FieldChange| HistoryLine {
        whose: whose.to_owned(),
        what: fields::words(&change.field).to_owned(),
        from_to: Some((value_words(&change.from), value_words(&change.to))),
    };
    match operation {
        // Of one contact the title of the step says it.
        Operation::Create(..) | Operation::Delete(_) if whose.is_empty() => Vec::new(),
        Operation::Create(..) => vec![row("added")],
        Operation::Delete(_) => vec![row("deleted")],
        Operation::Update(_, changes) => {
            let telling = changes.iter().filter(|change| change.is_worth_telling());
            telling.map(one).collect()
        }
    }
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
                ctx.write(Write::UndoBackTo(id));
            }
            (Action::Rows, Of::Book) if is_shown => self.take_rows(id, &[]),
            (Action::Rows, Of::Book) => ctx.read(Request::StepRows(id, ROWS)),
            (Action::Rows, _) => {}
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        self.cursor = motion.apply(self.cursor, self.known(), 10);
        let last = self.steps.as_ref().and_then(|steps| steps.last());
        if let Some(last) = last.filter(|_| self.more && self.cursor + 1 >= self.known()) {
            let before = last.point.id;
            self.more = false;
            ctx.read(Request::Steps(Some(before), PAGE));
        }
    }

    fn answered(&mut self, reply: Reply, _ctx: &mut Ctx<'_>) -> Outcome {
        match reply {
            Reply::History(entries) => self.take_entries(&entries),
            Reply::Steps(steps) => self.take_steps(&steps),
            Reply::StepRows(id, rows) => self.take_rows(id, &rows),
            _ => {}
        }
        Outcome::Stay
    }

    fn notified(&mut self, _news: News, ctx: &mut Ctx<'_>) {
        self.ask(ctx);
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let calendar = ui.session.calendar();
        draw(self, &calendar, ui.theme, ui.areas.content, ui.frame);
    }
}

/// The history: who changed what, when, from what to what.
fn draw(history: &History, calendar: &Calendar, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let inside = page("History", &history.name, "", theme, area, frame);
    let Some(steps) = &history.steps else { return };
    let columns = usize::from(inside.width);
    let mut lines = Vec::new();
    let mut on = 0;
    for (at, step) in steps.iter().enumerate() {
        if at == history.cursor {
            on = lines.len();
        }
        lines.push(head(step, at == history.cursor, calendar, columns, theme));
        let changes = step.lines.iter();
        lines.extend(changes.map(|one| detail(one, columns, theme)));
        if at == history.cursor {
            // As much of what the step did as there is room for.
            on += step.lines.len().min(usize::from(inside.height) / 2);
        }
    }
    if steps.is_empty() {
        lines.push(indented("no changes yet", Role::Dim, columns, theme));
    }
    scrolled(lines, on, inside, frame);
}

fn head(
    step: &StepShown,
    on: bool,
    calendar: &Calendar,
    columns: usize,
    theme: &Theme,
) -> Line<'static> {
    let ellipsis = theme.glyphs.ellipsis;
    let stands = step.standing.word().is_empty();
    let role = match (on, stands) {
        (true, _) => Role::Cursor,
        (false, true) => Role::Text,
        (false, false) => Role::Dim,
    };
    let narrow = columns < usize::from(NARROW);
    let mut by = format!("  by {}", step.point.actor.word());
    if narrow {
        by.clear();
    }
    if let Some(rows) = step.rows.filter(|_| columns >= 72) {
        by = format!("  {}{by}", count(rows, "row"));
    }
    if !stands {
        by = format!("{by}  {}", step.standing.word());
    }
    let when = if narrow { 0 } else { 16 };
    let room = columns.saturating_sub(when + width(&by) + 5);
    Line::from(vec![
        cursor(on, theme),
        Span::raw(" "),
        Span::styled(
            fit(&calendar.when(step.point.at), when, ellipsis),
            theme.style(Role::Dim),
        ),
        Span::raw(" "),
        Span::styled(
            elide(&step.point.title, room, ellipsis).into_owned(),
            theme.style(role),
        ),
        Span::styled(by, theme.style(Role::Dim)),
    ])
}

fn detail(change: &HistoryLine, columns: usize, theme: &Theme) -> Line<'static> {
    let mut text = change.what.clone();
    if !change.whose.is_empty() {
        text = format!("{}: {text}", change.whose);
    }
    if let Some((from, to)) = &change.from_to {
        text = format!("{text} {from} {} {to}", theme.glyphs.arrow);
    }
    let indent = if columns < usize::from(NARROW) { 4 } else { 19 };
    let room = columns.saturating_sub(indent + 2);
    let text = elide(&text, room, theme.glyphs.ellipsis).into_owned();
    Line::from(vec![
        Span::raw(" ".repeat(indent)),
        Span::styled(text, theme.style(Role::Dim)),
    ])
}
