//! The sources to confirm by: all contacts at once whose numbers came from one of them.

use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::bulk::BulkEdit;
use crate::domain::rehearsal::Task;
use crate::domain::remotes::source_words;
use crate::domain::triage::SourceCount;
use crate::domain::words::{count, thousands};
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Purpose, Reply, Request, Tone};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::flow::{Flow, Top};
use crate::tui::widgets::frame::{cursor, more_in_popup, popup, popup_place, popup_width};
use crate::tui::widgets::text::{fit, width, wrap};
use crate::tui::widgets::theme::Role;

use super::page::{AnyPage, News, Outcome, Page, Ui};
use super::preview::Preview;

/// The page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sources {
    counts: Vec<SourceCount>,
    cursor: usize,
    /// What is at the top.
    top: Top,
}

impl Sources {
    /// The page with the sources that are known already.
    #[must_use]
    pub fn page(sources: Vec<SourceCount>) -> AnyPage {
        Box::new(Self {
            counts: sources,
            ..Self::default()
        })
    }
}

impl Page for Sources {
    fn scope(&self) -> Scope {
        Scope::Sources
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        ctx.read(Request::Worklist);
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        if action != Action::ConfirmSource {
            return Outcome::Unused;
        }
        match self.counts.get(self.cursor) {
            None => ctx.say(Tone::Plain, "nothing to confirm"),
            Some(origin) => {
                let task = Task::Bulk(BulkEdit::confirm_source(&origin.source));
                ctx.wait_for(Request::Rehearse(task), Purpose::Preview);
            }
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        let (place, rows) = self.place(ctx.areas().content, ctx.session);
        let columns = usize::from(place.width.saturating_sub(2));
        let lines = |at| self.lines(at, columns, ctx.session).len();
        let moved = self.flow(rows, &lines);
        (self.top, self.cursor) = moved.stepped(self.top, self.cursor, motion);
    }

    fn answered(&mut self, reply: Reply, ctx: &mut Ctx<'_>) -> Outcome {
        match reply {
            Reply::Worklist(worklist) => {
                self.counts = worklist.sources;
                self.cursor = self.cursor.min(self.counts.len().saturating_sub(1));
            }
            Reply::Rehearsed(task, rehearsal) => {
                return Preview::page(task, *rehearsal, ctx)
                    .map_or(Outcome::Close, Outcome::Replace);
            }
            _ => {}
        }
        Outcome::Stay
    }

    fn notified(&mut self, _news: News, ctx: &mut Ctx<'_>) {
        ctx.read(Request::Worklist);
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        draw(self, ui);
    }
}

/// The columns of the popup, where there are as many.
const WIDTH: u16 = 62;

/// The least columns for a source with its counts beside it.
const BESIDE: usize = 24;

impl Sources {
    /// The popup, and how many of its lines are for sources.
    fn place(&self, content: Rect, session: &Session) -> (Rect, usize) {
        let columns = usize::from(popup_width(content, WIDTH).saturating_sub(2));
        let told = told(columns, session).len();
        let lines = (0..self.counts.len()).map(|at| self.lines(at, columns, session).len());
        let wanted = lines
            .take(usize::from(content.height))
            .sum::<usize>()
            .max(1);
        let height = u16::try_from(wanted + told + 4).unwrap_or(content.height);
        let place = popup_place(content, WIDTH, height);
        (
            place,
            usize::from(place.height).saturating_sub(told + 4).max(1),
        )
    }

    /// A source and what becomes of its contacts, beside it or under it.
    fn lines(&self, at: usize, columns: usize, session: &Session) -> Vec<[String; 2]> {
        let Some(SourceCount { source, contacts }) = self.counts.get(at) else {
            return Vec::new();
        };
        let source = source_words(source);
        let left = session.totals.map_or(0, |totals| totals.attention);
        let confirmed = format!(
            "{} confirmed, {} skipped",
            thousands(*contacts),
            thousands(left.saturating_sub(*contacts))
        );
        let room = columns.saturating_sub(width(&confirmed) + 5);
        if room < BESIDE && width(source) > room {
            let source = wrap(source, columns.saturating_sub(4)).into_iter();
            let confirmed = wrap(&confirmed, columns.saturating_sub(6)).into_iter();
            let below = confirmed.map(|line| [String::new(), format!("  {line}")]);
            return source
                .map(|line| [line, String::new()])
                .chain(below)
                .collect();
        }
        let mut confirmed = Some(confirmed);
        let source = wrap(source, room).into_iter();
        source
            .map(|line| [fit(&line, room, ""), confirmed.take().unwrap_or_default()])
            .collect()
    }

    fn flow<'a>(&self, height: usize, lines: &'a dyn Fn(usize) -> usize) -> Flow<'a> {
        Flow {
            items: self.counts.len(),
            height,
            lines,
        }
    }
}

/// What else becomes of the contacts.
fn told(columns: usize, session: &Session) -> Vec<String> {
    let left = session.totals.map_or(0, |totals| totals.attention);
    let told = format!(
        "For {}, the first number from it becomes primary.",
        count(left, "contact")
    );
    wrap(&told, columns.saturating_sub(3))
}

/// The sources, each as long as it is, with what confirming by it does.
fn draw(sources: &Sources, ui: &mut Ui<'_, '_>) {
    let theme = ui.theme;
    let (place, rows) = sources.place(ui.areas.content, ui.session);
    let inside = popup(place, "Confirm by source", "", "", theme, ui.frame);
    let columns = usize::from(inside.width);
    let heights = |at| sources.lines(at, columns, ui.session).len();
    let flow = sources.flow(rows, &heights);
    let top = flow.showing_part(flow.within(sources.top), sources.cursor);
    let mut lines = vec![Line::default()];
    for at in top.item..sources.counts.len() {
        let on = at == sources.cursor;
        let role = if on { Role::Cursor } else { Role::Text };
        let skipped = if at == top.item { top.line } else { 0 };
        let of_source = sources
            .lines(at, columns, ui.session)
            .into_iter()
            .enumerate();
        lines.extend(of_source.skip(skipped).map(|(line, [source, confirmed])| {
            Line::from(vec![
                cursor(on && line == 0, theme),
                Span::styled(format!("  {source}"), theme.style(role)),
                Span::styled(confirmed, theme.style(Role::Dim)),
            ])
        }));
        if lines.len() > rows {
            break;
        }
    }
    lines.truncate(rows + 1);
    lines.push(Line::default());
    let told = told(columns, ui.session).into_iter();
    lines.extend(told.map(|line| Line::styled(format!("   {line}"), theme.style(Role::Dim))));
    let has_more = flow.has_more(top);
    ui.frame.render_widget(Paragraph::new(lines), inside);
    if has_more {
        more_in_popup(inside, theme, ui.frame);
    }
}
