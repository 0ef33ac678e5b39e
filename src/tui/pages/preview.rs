//! What a change of many contacts would do, line by line, before anything is written.

use std::fmt::Write as _;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::bulk::{BulkPlan, PlanLine};
use crate::domain::fingerprint::Fingerprint;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::rehearsal::{Rehearsal, Seen, Task};
use crate::domain::words::{count, thousands};
use crate::tui::ctx::Ctx;
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Purpose, Reply, Request, Tone, Write};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::frame::{NARROW, indented, page};
use crate::tui::widgets::text::{elide, fit, width};
use crate::tui::widgets::theme::{Role, Theme};

use super::page::{AnyPage, Outcome, Page, Ui};

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    task: Task,
    plan: BulkPlan,
    fingerprint: Fingerprint,
    /// The line at the top.
    top: usize,
}

impl Preview {
    /// The preview of a change; none, and a line that says so, where it changes nothing.
    #[must_use]
    pub fn page(task: Task, rehearsal: Rehearsal<BulkPlan>, ctx: &mut Ctx<'_>) -> Option<AnyPage> {
        let Rehearsal { plan, fingerprint } = rehearsal;
        let page = Self {
            task,
            plan,
            fingerprint,
            top: 0,
        };
        if page.known() == 0 {
            ctx.say(Tone::Plain, "nothing to change");
            return None;
        }
        Some(Box::new(page))
    }

    /// How many lines it has: what is left as it is first, then the changes.
    fn known(&self) -> usize {
        self.plan.skipped.len() + self.plan.lines.len()
    }
}

impl Page for Preview {
    fn scope(&self) -> Scope {
        Scope::Preview
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::Save if self.plan.lines.is_empty() => {
                say_nothing_to("change", self.scope(), ctx);
            }
            Action::Save => {
                let seen = Seen::Rehearsal(self.fingerprint);
                ctx.save(Write::Perform(self.task.clone(), seen));
            }
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        let height = ctx.height().saturating_sub(4).max(1);
        let line = motion.apply(self.top, self.known() + 1, height);
        self.top = line.min(self.known().saturating_sub(height));
    }

    /// The preview again, after the book has changed.
    fn answered(&mut self, reply: Reply, ctx: &mut Ctx<'_>) -> Outcome {
        let Reply::Rehearsed(_, rehearsal) = reply else {
            return Outcome::Stay;
        };
        let Rehearsal { plan, fingerprint } = *rehearsal;
        (self.plan, self.fingerprint, self.top) = (plan, fingerprint, 0);
        if self.known() > 0 {
            return Outcome::Stay;
        }
        let gone = "the book changed since the preview; there is nothing left to change";
        ctx.say(Tone::Bad, gone);
        Outcome::Close
    }

    fn refused(&mut self, purpose: Purpose, refusal: &Refusal, ctx: &mut Ctx<'_>) -> Outcome {
        if purpose == Purpose::Preview {
            return Outcome::Close;
        }
        renew(Request::Rehearse(self.task.clone()), refusal, ctx);
        Outcome::Stay
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        draw(self, ui.theme, ui.areas.content, ui.frame);
    }
}

/// Says that a preview has nothing to be done.
pub(super) fn say_nothing_to(what: &str, scope: Scope, ctx: &mut Ctx<'_>) {
    let key = ctx.session.key(scope, Action::Escape);
    let told = format!("nothing to {what}; {key} goes back");
    ctx.say(Tone::Plain, told);
}

/// Has a preview made again that is out of date.
pub(super) fn renew(request: Request, refusal: &Refusal, ctx: &mut Ctx<'_>) {
    if refusal.kind == Kind::Outdated {
        ctx.wait_for(request, Purpose::Preview);
    }
}

/// The preview of changes: what is left as it is first, then every change with before and after.
fn draw(plan: &Preview, theme: &Theme, area: Rect, frame: &mut Frame<'_>) {
    let tally = plan.plan.tally;
    let mut below = match &plan.task {
        Task::Bulk(_) if tally.changed == 1 => "1 contact changes".to_owned(),
        Task::Bulk(_) => format!("{} change", count(tally.changed, "contact")),
        Task::Merge(_) | Task::MergeSure => format!(
            "{} become {}",
            count(tally.changed, "contact"),
            thousands(tally.groups)
        ),
    };
    if tally.skipped > 0 {
        let _ = write!(below, ", {} skipped", thousands(tally.skipped));
    }
    if tally.same > 0 {
        let _ = write!(below, ", {} unchanged", thousands(tally.same));
    }
    let title = format!("Preview: {}", plan.task.words(tally.groups));
    let inside = page(&title, "nothing is saved yet", &below, theme, area, frame);
    let columns = usize::from(inside.width);
    let skipped = &plan.plan.skipped;
    let height = usize::from(inside.height);
    let lines: Vec<Line<'_>> = (plan.top..plan.known())
        .take(height)
        .filter_map(|at| {
            if let Some(one) = skipped.get(at) {
                let text = format!("skipped: {}: {}", one.name, one.why);
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
