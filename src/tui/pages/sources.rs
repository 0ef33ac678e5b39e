//! The sources to confirm by: all contacts at once whose numbers came from one of them.

use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::bulk::BulkEdit;
use crate::domain::rehearsal::Task;
use crate::domain::triage::SourceCount;
use crate::domain::words::{count, thousands};
use crate::tui::ctx::Ctx;
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Purpose, Reply, Request, Tone};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::frame::{cursor, middle, popup};
use crate::tui::widgets::text::{elide, fit, width};
use crate::tui::widgets::theme::Role;

use super::page::{AnyPage, News, Outcome, Page, Ui};
use super::preview::Preview;

/// The page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sources {
    sources: Vec<SourceCount>,
    cursor: usize,
}

impl Sources {
    /// The page with the sources that are known already.
    #[must_use]
    pub fn page(sources: Vec<SourceCount>) -> AnyPage {
        Box::new(Self { sources, cursor: 0 })
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
        match self.sources.get(self.cursor) {
            None => ctx.say(Tone::Plain, "nothing to confirm"),
            Some(origin) => {
                let task = Task::Bulk(BulkEdit::confirm_source(&origin.source));
                ctx.wait_for(Request::Rehearse(task), Purpose::Preview);
            }
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, _ctx: &mut Ctx<'_>) {
        self.cursor = motion.apply(self.cursor, self.sources.len(), 8);
    }

    fn answered(&mut self, reply: Reply, ctx: &mut Ctx<'_>) -> Outcome {
        match reply {
            Reply::Worklist(worklist) => {
                self.sources = worklist.sources;
                self.cursor = self.cursor.min(self.sources.len().saturating_sub(1));
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
        let theme = ui.theme;
        let totals = ui.session.totals;
        let left = totals.map_or(0, |totals| totals.attention);
        let height = u16::try_from(self.sources.len()).unwrap_or(8).min(8) + 6;
        let place = middle(ui.areas.content, 62, height);
        let inside = popup(place, "Confirm by source", "", "", theme, ui.frame);
        let columns = usize::from(inside.width);
        let rows = usize::from(inside.height.saturating_sub(4));
        let top = (self.cursor + 1).saturating_sub(rows.max(1));
        let mut lines = vec![Line::default()];
        for (at, SourceCount { source, contacts }) in
            self.sources.iter().enumerate().skip(top).take(rows)
        {
            let on = at == self.cursor;
            let confirmed = format!(
                "{} confirmed, {} skipped",
                thousands(*contacts),
                thousands(left.saturating_sub(*contacts))
            );
            let room = columns.saturating_sub(width(&confirmed) + 5);
            lines.push(Line::from(vec![
                cursor(on, theme),
                Span::styled(
                    format!("  {}", fit(source, room, theme.glyphs.ellipsis)),
                    theme.style(if on { Role::Cursor } else { Role::Text }),
                ),
                Span::styled(confirmed, theme.style(Role::Dim)),
            ]));
        }
        lines.push(Line::default());
        let told = format!(
            "   For {}, the first number from it becomes primary.",
            count(left, "contact")
        );
        lines.push(Line::styled(
            elide(&told, columns, theme.glyphs.ellipsis).into_owned(),
            theme.style(Role::Dim),
        ));
        ui.frame.render_widget(Paragraph::new(lines), inside);
    }
}
