//! The bin: what was deleted, to be brought back.

use ratatui::text::{Line, Span};

use crate::domain::operation::BinEntry;
use crate::domain::safe::safe;
use crate::domain::words::count;
use crate::tui::ctx::Ctx;
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Reply, Request, Tone, Write};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::frame::{NARROW, cursor, indented, page, scrolled};
use crate::tui::widgets::text::{fit, width, wrap};
use crate::tui::widgets::theme::Role;

use super::page::{News, Outcome, Page, Returned, Ui};
use super::question::Question;

/// How much of it is shown.
const SHOWN: usize = 2_000;

/// The columns of what was deleted.
const WHAT: usize = 19;

/// The page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bin {
    /// What is in it, what was deleted last first; none until it came.
    binned: Option<Vec<BinEntry>>,
    /// The line under the cursor.
    cursor: usize,
}

impl Bin {
    fn current(&self) -> Option<&BinEntry> {
        self.binned.as_ref()?.get(self.cursor)
    }

    fn known(&self) -> usize {
        self.binned.as_ref().map_or(0, Vec::len)
    }
}

impl Page for Bin {
    fn scope(&self) -> Scope {
        Scope::Bin
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        ctx.read(Request::Bin(SHOWN));
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        let Some(current) = self.current() else {
            ctx.say(Tone::Plain, "the bin is empty");
            return Outcome::Stay;
        };
        match action {
            Action::BringBack => {
                ctx.write(Write::BringBack(current.key));
                Outcome::Stay
            }
            // Undo cannot help here.
            Action::EmptyBin => Outcome::Ask(Question::EmptyBin),
            _ => Outcome::Unused,
        }
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        self.cursor = motion.apply(self.cursor, self.known(), ctx.height());
    }

    fn answered(&mut self, reply: Reply, _ctx: &mut Ctx<'_>) -> Outcome {
        if let Reply::Bin(binned) = reply {
            self.cursor = self.cursor.min(binned.len().saturating_sub(1));
            self.binned = Some(binned);
        }
        Outcome::Stay
    }

    fn returned(&mut self, value: Returned, ctx: &mut Ctx<'_>) -> Outcome {
        if matches!(value, Returned::Yes(Question::EmptyBin)) {
            ctx.write(Write::EmptyBin);
        }
        Outcome::Stay
    }

    fn notified(&mut self, _news: News, ctx: &mut Ctx<'_>) {
        ctx.read(Request::Bin(SHOWN));
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let theme = ui.theme;
        let right = match self.known() {
            0 => String::new(),
            held => count(held, "record"),
        };
        let inside = page("Bin", &right, "", theme, ui.areas.content, ui.frame);
        let Some(binned) = &self.binned else { return };
        let columns = usize::from(inside.width);
        let calendar = ui.session.calendar();
        let ellipsis = theme.glyphs.ellipsis;
        let mut until = 0;
        let line = |(at, one): (usize, &BinEntry)| {
            let on = at == self.cursor;
            let role = if on { Role::Cursor } else { Role::Text };
            let narrow = columns < usize::from(NARROW);
            let when = if narrow {
                String::new()
            } else {
                calendar.when(one.point.at)
            };
            let room = columns.saturating_sub(24 + width(&when));
            let row = Line::from(vec![
                cursor(on, theme),
                Span::raw(" "),
                Span::styled(fit(&one.name, room, ellipsis), theme.style(role)),
                Span::raw(" "),
                Span::styled(fit(&one.what, WHAT, ellipsis), theme.style(Role::Dim)),
                Span::styled(format!(" {when}"), theme.style(Role::Dim)),
            ]);
            let mut rows = vec![row];
            // What the row has no room for is under it when it is selected.
            if on && (width(&one.name) > room || width(&one.what) > WHAT || narrow) {
                let whole = format!(
                    "{}, {}, {}",
                    one.name,
                    one.what,
                    calendar.when(one.point.at)
                );
                let whole = wrap(&safe(&whole), columns.saturating_sub(5)).into_iter();
                let whole = whole.map(|line| format!("  {line}"));
                rows.extend(whole.map(|line| indented(&line, Role::Dim, columns, theme)));
            }
            if on {
                until = at + rows.len() - 1;
            }
            rows
        };
        let mut lines: Vec<Line<'_>> = binned.iter().enumerate().flat_map(line).collect();
        if binned.is_empty() {
            let told = "no deleted contacts or numbers";
            lines.push(indented(told, Role::Dim, columns, theme));
        }
        scrolled(lines, until, inside, ui.frame);
    }
}
