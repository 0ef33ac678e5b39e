//! What a change of many contacts would do, line by line, before anything is written.

use std::fmt::Write as _;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::bulk::{BulkEdit, BulkPlan, Change, PlanLine};
use crate::domain::duplicates::Merge;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::words::{count, thousands};
use crate::tui::ctx::Ctx;
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Purpose, Tone, Write};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::frame::{NARROW, indented, page};
use crate::tui::widgets::text::{elide, fit, width};
use crate::tui::widgets::theme::{Role, Theme};

use super::{AnyPage, Outcome, Page, Ui};

/// What is previewed.
#[derive(Clone, Debug, PartialEq)]
pub enum Task {
    /// A bulk edit.
    Bulk(BulkEdit),
    /// Groups that are merged.
    Merge(Vec<Merge>),
}

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    task: Task,
    plan: BulkPlan,
    /// The line at the top.
    top: usize,
}

impl Preview {
    /// The preview of a plan; none, and a line that says so, where it changes nothing.
    #[must_use]
    pub fn page(task: Task, plan: BulkPlan, ctx: &mut Ctx<'_>) -> Option<AnyPage> {
        if plan.lines.is_empty() && plan.skipped.is_empty() {
            ctx.say(Tone::Plain, "all of it is so already");
            return None;
        }
        let page = Self { task, plan, top: 0 };
        Some(AnyPage::Preview(Box::new(page)))
    }

    /// How many lines it has: what is left as it is first, then the changes.
    fn known(&self) -> usize {
        self.plan.skipped.len() + self.plan.lines.len()
    }

    /// What it is, in words.
    fn title_of_task(&self) -> String {
        match &self.task {
            Task::Bulk(edit) => {
                let words: Vec<String> = edit.changes.iter().map(Change::words).collect();
                words.join(" ")
            }
            Task::Merge(groups) => format!("merge {}", count(groups.len(), "group")),
        }
    }
}

impl Page for Preview {
    fn scope(&self) -> Scope {
        Scope::Preview
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::Save if self.plan.lines.is_empty() => {
                let key = ctx.session.key(self.scope(), Action::Escape);
                ctx.say(
                    Tone::Plain,
                    format!("there is nothing to change; {key} goes back"),
                );
            }
            Action::Save => ctx.save(match &self.task {
                Task::Bulk(edit) => {
                    Write::Bulk(Box::new(edit.clone()), self.plan.tally.fingerprint)
                }
                Task::Merge(merges) => Write::Merge(merges.clone()),
            }),
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        let height = ctx.height().saturating_sub(4).max(1);
        let line = motion.apply(self.top, self.known() + 1, height);
        self.top = line.min(self.known().saturating_sub(height));
    }

    fn refused(&mut self, _purpose: Purpose, refusal: &Refusal, _ctx: &mut Ctx<'_>) -> Outcome {
        // What was looked at is not so any more.
        if refusal.kind == Kind::Conflict {
            Outcome::Close
        } else {
            Outcome::Stay
        }
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        draw(self, ui.theme, ui.areas.content, ui.frame);
    }
}

/// The preview of changes: what is left as it is first, then every change with before and after.
fn draw(plan: &Preview, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let tally = plan.plan.tally;
    let mut below = match &plan.task {
        Task::Bulk(_) => format!("{} change", count(tally.changed, "contact")),
        Task::Merge(groups) => format!(
            "{} become {}",
            count(tally.changed, "contact"),
            thousands(groups.len())
        ),
    };
    if tally.skipped > 0 {
        let _ = write!(below, ", {} left alone", thousands(tally.skipped));
    }
    if tally.same > 0 {
        let _ = write!(below, ", {} so already", thousands(tally.same));
    }
    let title = format!("Preview: {}", plan.title_of_task());
    let inside = page(&title, "nothing is written yet", &below, theme, area, frame);
    let columns = usize::from(inside.width);
    let skipped = &plan.plan.skipped;
    let height = usize::from(inside.height);
    let lines: Vec<Line<'_>> = (plan.top..plan.known())
        .take(height)
        .filter_map(|at| {
            if let Some(one) = skipped.get(at) {
                let text = format!("left alone: {}: {}", one.name, one.why);
                return Some(indented(&text, Role::Warn, columns, theme));
            }
            let line = plan.plan.lines.get(at - skipped.len())?;
            let before = at.checked_sub(skipped.len() + 1);
            let before = before.and_then(|at| plan.plan.lines.get(at));
            let again = before.is_some_and(|before| before.contact == line.contact);
            Some(change(line, again && at > plan.top, columns, theme))
        })
        .collect();
    frame.render_widget(Paragraph::new(lines), inside);
}

/// A change with its before and after; the name is not repeated under itself.
fn change(line: &PlanLine, again: bool, columns: usize, theme: &Theme) -> Line<'static> {
    let ellipsis = theme.glyphs.ellipsis;
    if columns < usize::from(NARROW) {
        let name = if again {
            String::new()
        } else {
            format!("{}: ", line.name)
        };
        let (field, arrow) = (&line.field, theme.glyphs.arrow);
        let text = format!("{name}{field} {} {arrow} {}", line.from, line.to);
        return indented(&text, Role::Text, columns, theme);
    }
    let names = 22;
    let name = if again { "" } else { &line.name };
    let what = match &line.number {
        Some(number) => format!("{number} {}", line.field),
        None => line.field.clone(),
    };
    let whats = if columns >= 72 { 28 } else { 16 };
    let mut spans = vec![
        Span::raw("  "),
        Span::styled(fit(name, names, ellipsis), theme.style(Role::Text)),
        Span::raw(" "),
        Span::styled(fit(&what, whats, ellipsis), theme.style(Role::Dim)),
        Span::raw(" "),
    ];
    let room = columns.saturating_sub(names + whats + 8);
    let from = elide(&line.from, room / 2, ellipsis);
    let to = elide(&line.to, room.saturating_sub(width(&from)), ellipsis).into_owned();
    spans.push(Span::styled(from.into_owned(), theme.style(Role::Dim)));
    spans.push(Span::styled(
        format!(" {} ", theme.glyphs.arrow),
        theme.style(Role::Rule),
    ));
    spans.push(Span::styled(to, theme.style(Role::Good)));
    Line::from(spans)
}
