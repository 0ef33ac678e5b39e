//! Birthdays and other dates that return soon: today, this week, next week, later.

use std::borrow::Cow;

use ratatui::text::{Line, Span};

use crate::domain::refusal::Refusal;
use crate::domain::upcoming::{Soon, Upcoming, upcoming};
use crate::domain::words::thousands;
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Purpose, Reply, Request};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::frame::{NARROW, cursor, indented, page, scrolled};
use crate::tui::widgets::text::{fit, wrap};
use crate::tui::widgets::theme::Role;

use super::page::{News, Outcome, Page, Returned, Ui};

/// How many days the page looks ahead at first, and how many more a key adds.
const DAYS: u32 = 30;

/// The most days: a whole year, in which each date returns.
const YEAR: u32 = 366;

/// The page.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Dates {
    /// All dates that return within a year, the next first; none until they came.
    all: Option<Vec<Upcoming>>,
    /// How many days more than at first are shown.
    more: u32,
    /// The line under the cursor.
    cursor: usize,
}

impl Dates {
    const fn days(&self) -> u32 {
        DAYS + self.more
    }

    /// The dates that are shown.
    fn shown(&self, session: &Session) -> &[Upcoming] {
        let all = self.all.as_deref().unwrap_or_default();
        let today = session.calendar().today();
        let is_soon = |one: &Upcoming| (one.next - today).num_days() <= i64::from(self.days());
        let until = all
            .iter()
            .position(|one| !is_soon(one))
            .unwrap_or(all.len());
        all.get(..until).unwrap_or_default()
    }
}

impl Page for Dates {
    fn scope(&self) -> Scope {
        Scope::Dates
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        ctx.read(Request::Dates);
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::Open => match self.shown(ctx.session).get(self.cursor) {
                Some(one) => return Outcome::Return(Returned::Contact(one.contact)),
                None => return Outcome::Unused,
            },
            Action::Further => self.more = (self.more + DAYS).min(YEAR - DAYS),
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        let shown = self.shown(ctx.session).len();
        self.cursor = motion.apply(self.cursor, shown, ctx.height());
    }

    fn unavailable(&self, action: Action, session: &Session) -> Option<Cow<'static, str>> {
        match action {
            Action::Open if self.shown(session).is_empty() => Some("no date here".into()),
            Action::Further if self.days() >= YEAR => Some("a whole year is shown".into()),
            _ => None,
        }
    }

    fn answered(&mut self, reply: Reply, ctx: &mut Ctx<'_>) -> Outcome {
        if let Reply::Dates(dated) = reply {
            let today = ctx.session.calendar().today();
            self.all = Some(upcoming(&dated, today, YEAR));
            let shown = self.shown(ctx.session).len();
            self.cursor = self.cursor.min(shown.saturating_sub(1));
        }
        Outcome::Stay
    }

    fn refused(&mut self, _purpose: Purpose, _refusal: &Refusal, _ctx: &mut Ctx<'_>) -> Outcome {
        match self.all {
            None => Outcome::Close,
            Some(_) => Outcome::Stay,
        }
    }

    fn notified(&mut self, _news: News, ctx: &mut Ctx<'_>) {
        ctx.read(Request::Dates);
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let theme = ui.theme;
        let shown = self.shown(ui.session);
        let all = self.all.as_ref().map_or(0, Vec::len);
        let right = format!(
            "next {} days {} {} of {}",
            self.days(),
            theme.glyphs.middle,
            thousands(shown.len()),
            thousands(all)
        );
        let inside = page("Dates", &right, "", theme, ui.areas.content, ui.frame);
        let columns = usize::from(inside.width);
        if self.all.is_none() {
            let told = indented("reading the dates…", Role::Dim, columns, theme);
            return scrolled(vec![told], 0, inside, ui.frame);
        }
        let is_narrow = columns < usize::from(NARROW);
        let ellipsis = theme.glyphs.ellipsis;
        let today = ui.session.calendar().today();
        let (mut lines, mut until, mut head) = (Vec::new(), 0, None);
        for (at, one) in shown.iter().enumerate() {
            let soon = Soon::of(one.next, today, ui.session.home);
            if head != Some(soon) {
                head = Some(soon);
                lines.push(indented(
                    &soon.words().to_uppercase(),
                    Role::Section,
                    columns,
                    theme,
                ));
            }
            let on = at == self.cursor;
            let when = match soon {
                Soon::Today => String::new(),
                _ if is_narrow => one.next.format("%-d %b").to_string(),
                _ => one.next.format("%a %-d %b").to_string(),
            };
            let number = one.number.as_deref().filter(|_| columns >= WITH_NUMBER);
            let (before, said) = if is_narrow { (SHORT, 12) } else { (WHEN, 26) };
            let room = columns.saturating_sub(before + said + 5).min(30);
            let years = one.years().unwrap_or_default();
            let said = if is_narrow {
                let words = if years.is_empty() { &one.label } else { &years };
                fit(words, said, ellipsis)
            } else {
                format!(
                    "{} {}",
                    fit(&one.label, 12, ellipsis),
                    fit(&years, 13, ellipsis)
                )
            };
            if on {
                until = lines.len();
            }
            lines.push(Line::from(vec![
                cursor(on, theme),
                Span::styled(format!(" {when:<before$}"), theme.style(Role::Dim)),
                Span::styled(
                    fit(&one.name, room, ellipsis),
                    theme.style(if on { Role::Cursor } else { Role::Text }),
                ),
                Span::styled(
                    format!("  {said} {}", number.unwrap_or_default()),
                    theme.style(Role::Dim),
                ),
            ]));
        }
        if shown.is_empty() {
            let told = if all == 0 {
                "no contact has a birthday or another date with a day and a month yet".to_owned()
            } else {
                let key = ui.session.key(Scope::Dates, Action::Further);
                format!(
                    "no date in the next {} days; {key} looks further",
                    self.days()
                )
            };
            let told = wrap(&told, columns.saturating_sub(3)).into_iter();
            lines.extend(told.map(|told| indented(&told, Role::Dim, columns, theme)));
        }
        scrolled(lines, until, inside, ui.frame);
    }
}

/// The columns of the day, and where there is little room.
const WHEN: usize = 11;
const SHORT: usize = 7;

/// The width from which on the number has room.
const WITH_NUMBER: usize = 90;
