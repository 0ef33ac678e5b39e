//! What a remote is, without a sync: what its server says of the address book.

use ratatui::text::Line;

use crate::domain::refusal::Refusal;
use crate::domain::safe::safe;
use crate::tui::ctx::Ctx;
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Purpose, Reply, Request};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::frame::{indented, page, scrolled};
use crate::tui::widgets::text::wrap;
use crate::tui::widgets::theme::Role;

use super::page::{Outcome, Page, Ui};

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RemoteCheck {
    /// The remote.
    remote: String,
    /// What it is, or what is wrong with it; none until that came.
    told: Option<Result<String, String>>,
    /// The last line that is to be seen.
    cursor: usize,
}

impl RemoteCheck {
    pub(super) const fn of(remote: String) -> Self {
        Self {
            remote,
            told: None,
            cursor: 0,
        }
    }

    fn ask(&mut self, ctx: &mut Ctx<'_>) {
        self.told = None;
        ctx.read(Request::CheckRemote(self.remote.clone()));
    }

    fn lines(&self, columns: usize) -> Vec<(String, Role)> {
        let (text, role) = match &self.told {
            None => ("asking…", Role::Dim),
            Some(Ok(text)) => (text.as_str(), Role::Text),
            Some(Err(why)) => (why.as_str(), Role::Bad),
        };
        let lines = text.lines().flat_map(|line| wrap(line, columns));
        lines.map(|line| (line, role)).collect()
    }
}

impl Page for RemoteCheck {
    fn scope(&self) -> Scope {
        Scope::RemoteCheck
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        self.ask(ctx);
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        if action != Action::CheckRemote {
            return Outcome::Unused;
        }
        self.ask(ctx);
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        let lines = self.lines(usize::from(ctx.session.size.width).saturating_sub(4));
        self.cursor = motion.apply(self.cursor, lines.len(), ctx.height());
    }

    fn answered(&mut self, reply: Reply, _ctx: &mut Ctx<'_>) -> Outcome {
        if let Reply::CheckedRemote(told) = reply {
            self.told = Some(Ok(told));
        }
        Outcome::Stay
    }

    fn refused(&mut self, _purpose: Purpose, refusal: &Refusal, _ctx: &mut Ctx<'_>) -> Outcome {
        self.told = Some(Err(refusal.to_string()));
        Outcome::Stay
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let theme = ui.theme;
        let title = format!("Check of {}", safe(&self.remote));
        let inside = page(&title, "", "", theme, ui.areas.content, ui.frame);
        let columns = usize::from(inside.width);
        let lines = self.lines(columns.saturating_sub(4)).into_iter();
        let lines: Vec<Line<'_>> = lines
            .map(|(line, role)| indented(&safe(&line), role, columns, theme))
            .collect();
        scrolled(lines, self.cursor, inside, ui.frame);
    }
}
