//! What a change of many contacts would do, line by line, before anything is written.

use std::fmt::Write as _;

use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::bulk::BulkPlan;
use crate::domain::change_line::Signs;
use crate::domain::contact::ContactId;
use crate::domain::fingerprint::Fingerprint;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::rehearsal::{Rehearsal, Seen, Task};
use crate::domain::safe::safe;
use crate::domain::words::{count, thousands};
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Purpose, Reply, Request, Tone, Write};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::flow::{Flow, Top};
use crate::tui::widgets::frame::{NARROW, more_in_popup, page};
use crate::tui::widgets::text::{fit, width, wrap};
use crate::tui::widgets::theme::Role;

use super::page::{AnyPage, Outcome, Page, Ui};

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub struct Preview {
    task: Task,
    plan: BulkPlan,
    fingerprint: Fingerprint,
    /// What it is about, where the task does not say so.
    of: Option<String>,
    /// What is at the top.
    top: Top,
}

impl Preview {
    /// The preview of a change; none, and a line that says so, where it changes nothing.
    #[must_use]
    pub fn page(task: Task, rehearsal: Rehearsal<BulkPlan>, ctx: &mut Ctx<'_>) -> Option<AnyPage> {
        Self::page_of(task, rehearsal, None, ctx)
    }

    /// The same, which says what it is about: `the sync with work at 10:47`.
    #[must_use]
    pub(super) fn page_of(
        task: Task,
        rehearsal: Rehearsal<BulkPlan>,
        of: Option<String>,
        ctx: &mut Ctx<'_>,
    ) -> Option<AnyPage> {
        let Rehearsal { plan, fingerprint } = rehearsal;
        let page = Self {
            task,
            plan,
            fingerprint,
            of,
            top: Top::default(),
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
                ctx.save(match &self.task {
                    Task::UndoBackTo(step) => Write::UndoBackTo(*step, seen),
                    task => Write::Perform(task.clone(), seen),
                });
            }
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        let inside = ctx.page_inside();
        let lines = |item| {
            self.lines(item, usize::from(inside.width), ctx.session)
                .len()
        };
        self.top = self.flow(inside.height, &lines).moved(self.top, motion);
    }

    /// The preview again, after the book has changed.
    fn answered(&mut self, reply: Reply, ctx: &mut Ctx<'_>) -> Outcome {
        let Reply::Rehearsed(_, rehearsal) = reply else {
            return Outcome::Stay;
        };
        let Rehearsal { plan, fingerprint } = *rehearsal;
        (self.plan, self.fingerprint, self.top) = (plan, fingerprint, Top::default());
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
        draw(self, ui);
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

/// The columns of a name before what changes.
const NAME: usize = 22;

impl Preview {
    fn flow<'a>(&self, height: u16, lines: &'a dyn Fn(usize) -> usize) -> Flow<'a> {
        Flow {
            items: self.known(),
            height: usize::from(height),
            lines,
        }
    }

    /// The contact of an item, and what is said of it: what is left as it is first, then every change.
    fn item(&self, item: usize, signs: &Signs) -> Option<(ContactId, &str, String, Role)> {
        if let Some(one) = self.plan.skipped.get(item) {
            let words = format!("skipped: {}", one.why);
            return Some((one.contact, &one.name, words, Role::Warn));
        }
        let line = self.plan.lines.get(item - self.plan.skipped.len())?;
        Some((line.contact, &line.name, line.words(signs), Role::Text))
    }

    /// The lines of an item: its name, where it is not that of the item before, and its words beside or under
    /// it, each as long as it has to be.
    fn lines(&self, item: usize, columns: usize, session: &Session) -> Vec<[(String, Role); 2]> {
        let signs = session.signs().whole();
        let Some((contact, name, words, role)) = self.item(item, &signs) else {
            return Vec::new();
        };
        let before = item.checked_sub(1);
        let before = before.and_then(|before| self.item(before, &signs));
        let is_again = before.is_some_and(|(before, ..)| before == contact);
        let is_narrow = columns < usize::from(NARROW);
        let indent = if is_narrow { 4 } else { NAME + 3 };
        let words = wrap(&words, columns.saturating_sub(indent + 1)).into_iter();
        let name = if is_again { "" } else { name };
        if is_narrow {
            let name = wrap(&safe(name), columns.saturating_sub(3)).into_iter();
            let names = name.filter(|line| !line.is_empty());
            let names = names.map(|line| [(format!("  {line}"), Role::Strong), none()]);
            return names
                .chain(words.map(|line| [("    ".to_owned(), Role::Text), (line, role)]))
                .collect();
        }
        let mut names = wrap(&safe(name), NAME).into_iter();
        let beside = words.map(|line| {
            let name = fit(&names.next().unwrap_or_default(), NAME, "");
            [(format!("  {name} "), Role::Strong), (line, role)]
        });
        let mut lines: Vec<_> = beside.collect();
        lines.extend(names.map(|line| [(format!("  {line}"), Role::Strong), none()]));
        lines
    }
}

/// Nothing beside a name.
const fn none() -> (String, Role) {
    (String::new(), Role::Text)
}

/// What is said of a preview, where there is room for all of it.
const UNSAVED: &str = "nothing is saved yet";

/// The preview of changes: what is left as it is first, then every change with before and after.
fn draw(preview: &Preview, ui: &mut Ui<'_, '_>) {
    let (theme, plan) = (ui.theme, &preview.plan);
    let tally = plan.tally;
    let mut below = match &preview.task {
        Task::Bulk(_) | Task::Undo(_) | Task::UndoBackTo(_) if tally.changed == 1 => {
            "1 contact changes".to_owned()
        }
        Task::Bulk(_) | Task::Undo(_) | Task::UndoBackTo(_) => {
            format!("{} change", count(tally.changed, "contact"))
        }
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
    let title = match &preview.of {
        Some(of) => format!("Preview: undo {of}"),
        None => format!("Preview: {}", preview.task.words(tally.groups)),
    };
    let area = ui.areas.content;
    let has_room = width(&title) + width(UNSAVED) + 8 <= usize::from(area.width);
    let inside = page(
        &title,
        if has_room { UNSAVED } else { "" },
        &below,
        theme,
        area,
        ui.frame,
    );
    let columns = usize::from(inside.width);
    let lines = |item| preview.lines(item, columns, ui.session);
    let height = |item| lines(item).len();
    let flow = preview.flow(inside.height, &height);
    // The terminal may have grown since it was moved.
    let top = flow.within(preview.top);
    let seen = (top.item..preview.known()).flat_map(lines).skip(top.line);
    let seen = seen.take(usize::from(inside.height));
    let spans = |line: [(String, Role); 2]| {
        let spans = line.map(|(text, role)| Span::styled(text, theme.style(role)));
        Line::from(spans.to_vec())
    };
    let seen: Vec<Line<'_>> = seen.map(spans).collect();
    let has_more = flow.has_more(top);
    ui.frame.render_widget(Paragraph::new(seen), inside);
    if has_more {
        more_in_popup(inside, theme, ui.frame);
    }
}
