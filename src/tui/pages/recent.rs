//! The contacts that were opened, copied or called last, and those that are used most.

use std::borrow::Cow;

use ratatui::text::{Line, Span};

use crate::domain::contact::ContactId;
use crate::domain::listing::Row;
use crate::domain::refusal::Refusal;
use crate::domain::timestamp::Timestamp;
use crate::domain::words::count;
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Purpose, Reply, Request};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::frame::{NARROW, cursor, indented, page, scrolled};
use crate::tui::widgets::text::{fit, width, wrap};
use crate::tui::widgets::theme::Role;

use super::page::{News, Outcome, Page, Returned, Ui};

/// How many of each kind are shown.
const SHOWN: usize = 20;

/// The columns of a number.
const NUMBER: usize = 22;

/// The page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Recent {
    /// The contacts that were used last, the last one first, and when.
    latest: Vec<(ContactId, Timestamp)>,
    /// Those that are used most, the most first.
    most: Vec<ContactId>,
    /// What is known of them; none until it came.
    rows: Option<Vec<Row>>,
    /// The line under the cursor.
    cursor: usize,
}

impl Recent {
    fn ask(&self, ctx: &mut Ctx<'_>) {
        let latest = self.latest.iter().map(|(id, _)| id);
        let mut wanted: Vec<ContactId> = latest.chain(&self.most).copied().collect();
        wanted.sort_unstable();
        wanted.dedup();
        ctx.read(Request::RowsOf(wanted));
    }

    /// The lines that are shown, those of recent use first: contacts that are gone have none.
    fn lines(&self) -> Vec<(&Row, Option<Timestamp>)> {
        let latest = self.latest.iter().map(|(id, at)| (id, Some(*at)));
        let all = latest.chain(self.most.iter().map(|id| (id, None)));
        let rows = self.rows.as_deref().unwrap_or_default();
        let known = |id: &ContactId| rows.iter().find(|row| row.id == *id);
        all.filter_map(|(id, at)| Some((known(id)?, at))).collect()
    }
}

impl Page for Recent {
    fn scope(&self) -> Scope {
        Scope::Recent
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        let usage = &ctx.session.usage;
        self.latest = usage.latest().into_iter().take(SHOWN).collect();
        self.most = usage.most().into_iter().take(SHOWN).collect();
        self.ask(ctx);
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, _ctx: &mut Ctx<'_>) -> Outcome {
        match (action, self.lines().get(self.cursor)) {
            (Action::Open, Some((row, _))) => Outcome::Return(Returned::Contact(row.id)),
            _ => Outcome::Unused,
        }
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        self.cursor = motion.apply(self.cursor, self.lines().len(), ctx.height());
    }

    fn unavailable(&self, action: Action, _session: &Session) -> Option<Cow<'static, str>> {
        (action == Action::Open && self.lines().is_empty()).then(|| "no contact here".into())
    }

    fn answered(&mut self, reply: Reply, _ctx: &mut Ctx<'_>) -> Outcome {
        if let Reply::Rows(rows) = reply {
            self.rows = Some(rows.rows);
            self.cursor = self.cursor.min(self.lines().len().saturating_sub(1));
        }
        Outcome::Stay
    }

    fn refused(&mut self, _purpose: Purpose, _refusal: &Refusal, _ctx: &mut Ctx<'_>) -> Outcome {
        match self.rows {
            None => Outcome::Close,
            Some(_) => Outcome::Stay,
        }
    }

    fn notified(&mut self, _news: News, ctx: &mut Ctx<'_>) {
        self.ask(ctx);
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let theme = ui.theme;
        let shown = self.lines();
        let recent = shown.iter().filter(|(_, at)| at.is_some()).count();
        let right = match recent {
            0 => String::new(),
            recent => count(recent, "contact"),
        };
        let inside = page("Recent", &right, "", theme, ui.areas.content, ui.frame);
        if self.rows.is_none() {
            return;
        }
        let columns = usize::from(inside.width);
        let is_narrow = columns < usize::from(NARROW);
        let calendar = ui.session.calendar();
        let ellipsis = theme.glyphs.ellipsis;
        let heading = |text: &str| indented(text, Role::Section, columns, theme);
        let (mut lines, mut until) = (Vec::new(), 0);
        for (at, (row, used)) in shown.iter().enumerate() {
            if at == 0 && used.is_some() {
                lines.push(heading("LAST USED"));
            } else if at == recent {
                lines.extend([Line::default(), heading("USED MOST")]);
            }
            let on = at == self.cursor;
            let when = used.filter(|_| !is_narrow).map(|used| calendar.when(used));
            let when = when.unwrap_or_default();
            let number = row
                .number
                .as_ref()
                .map_or("", |number| number.shown.as_str());
            let beside = if is_narrow { width(number) } else { NUMBER };
            let room = columns.saturating_sub(beside + 4 + if is_narrow { 0 } else { 15 });
            let room = room.min(40).max(columns.saturating_sub(beside + 4).min(12));
            if on {
                until = lines.len();
            }
            lines.push(Line::from(vec![
                cursor(on, theme),
                Span::raw(" "),
                Span::styled(
                    fit(&row.name, room, ellipsis),
                    theme.style(if on { Role::Cursor } else { Role::Text }),
                ),
                Span::styled(
                    format!(" {} {when}", fit(number, beside, ellipsis)),
                    theme.style(Role::Dim),
                ),
            ]));
        }
        if shown.is_empty() {
            let told = "no contact was opened, copied or called yet";
            let told = wrap(told, columns.saturating_sub(3)).into_iter();
            lines.extend(told.map(|told| indented(&told, Role::Dim, columns, theme)));
        }
        scrolled(lines, until, inside, ui.frame);
    }
}
