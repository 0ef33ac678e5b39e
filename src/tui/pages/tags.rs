//! The tags of the book: how many contacts have each, to list them, rename one everywhere or remove it.

use std::borrow::Cow;

use ratatui::text::{Line, Span};

use crate::domain::bulk::Change;
use crate::domain::query::filter_of_tag;
use crate::domain::refusal::Refusal;
use crate::domain::rehearsal::Task;
use crate::domain::safe::safe;
use crate::domain::tag::TagCount;
use crate::domain::words::{count, thousands};
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Purpose, Reply, Request};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::frame::{cursor, indented, page, scrolled};
use crate::tui::widgets::text::{fit, width, wrap};
use crate::tui::widgets::theme::Role;

use super::page::{News, Outcome, Page, Returned, Ui};
use super::preview::Preview;
use super::prompt::{Prompt, Wanted};

/// The page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tags {
    /// The tags by name; none until they came.
    tags: Option<Vec<TagCount>>,
    /// The line under the cursor.
    cursor: usize,
}

impl Tags {
    fn current(&self) -> Option<&TagCount> {
        self.tags.as_ref()?.get(self.cursor)
    }

    fn known(&self) -> usize {
        self.tags.as_ref().map_or(0, Vec::len)
    }
}

impl Page for Tags {
    fn scope(&self) -> Scope {
        Scope::Tags
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        ctx.read(Request::Tags);
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        let Some(TagCount { tag, .. }) = self.current() else {
            return Outcome::Unused;
        };
        match action {
            Action::Open => Outcome::Return(Returned::Filter(filter_of_tag(tag))),
            Action::RenameTag => Outcome::Open(Prompt::page(Wanted::RenameTag(tag.clone()), tag)),
            Action::DeleteTag => {
                let task = Task::of_tag(tag, Change::Untag(tag.clone()));
                ctx.wait_for(Request::Rehearse(task), Purpose::Preview);
                Outcome::Stay
            }
            _ => Outcome::Unused,
        }
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        self.cursor = motion.apply(self.cursor, self.known(), ctx.height());
    }

    fn unavailable(&self, action: Action, _session: &Session) -> Option<Cow<'static, str>> {
        match action {
            Action::Open | Action::RenameTag | Action::DeleteTag if self.current().is_none() => {
                Some("no tag here".into())
            }
            _ => None,
        }
    }

    fn answered(&mut self, reply: Reply, ctx: &mut Ctx<'_>) -> Outcome {
        match reply {
            Reply::Tags(tags) => {
                self.cursor = self.cursor.min(tags.len().saturating_sub(1));
                self.tags = Some(tags);
            }
            Reply::Rehearsed(task, rehearsal) => {
                return Preview::page(task, *rehearsal, ctx).map_or(Outcome::Stay, Outcome::Open);
            }
            _ => {}
        }
        Outcome::Stay
    }

    fn refused(&mut self, _purpose: Purpose, _refusal: &Refusal, _ctx: &mut Ctx<'_>) -> Outcome {
        // Without the tags there is nothing to see.
        match self.tags {
            None => Outcome::Close,
            Some(_) => Outcome::Stay,
        }
    }

    fn notified(&mut self, _news: News, ctx: &mut Ctx<'_>) {
        ctx.read(Request::Tags);
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let theme = ui.theme;
        let right = match self.known() {
            0 => String::new(),
            known => count(known, "tag"),
        };
        let inside = page("Tags", &right, "", theme, ui.areas.content, ui.frame);
        let Some(tags) = &self.tags else { return };
        let columns = usize::from(inside.width);
        let most = tags.iter().map(|one| thousands(one.contacts).len()).max();
        let most = most.unwrap_or(0);
        let room = columns.saturating_sub(most + 5).min(48);
        let mut until = 0;
        let mut lines: Vec<Line<'_>> = Vec::new();
        for (at, TagCount { tag, contacts }) in tags.iter().enumerate() {
            let on = at == self.cursor;
            let role = if on { Role::Cursor } else { Role::Text };
            lines.push(Line::from(vec![
                cursor(on, theme),
                Span::raw(" "),
                Span::styled(fit(tag, room, theme.glyphs.ellipsis), theme.style(role)),
                Span::styled(
                    format!(" {:>most$}", thousands(*contacts)),
                    theme.style(Role::Dim),
                ),
            ]));
            // What the row has no room for is under it when it is selected.
            if on && width(tag) > room {
                let whole = wrap(&safe(tag), columns.saturating_sub(5)).into_iter();
                let whole = whole.map(|line| format!("  {line}"));
                lines.extend(whole.map(|line| indented(&line, Role::Dim, columns, theme)));
            }
            if on {
                until = lines.len() - 1;
            }
        }
        if tags.is_empty() {
            let key = ui.session.key(Scope::Contacts, Action::ChangeMany);
            let told = format!("No tags yet. {key} in the list gives contacts one: tag:garage");
            let told = wrap(&told, columns.saturating_sub(4)).into_iter();
            lines.extend(told.map(|line| indented(&line, Role::Dim, columns, theme)));
        }
        scrolled(lines, until, inside, ui.frame);
    }
}
