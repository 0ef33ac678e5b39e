//! The page of duplicates: what its keys do, and what it does with answers.

use std::borrow::Cow;

use crate::domain::refusal::{Kind, Refusal};
use crate::domain::words::count;
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::pages::page::{News, Outcome, Page, Ui};
use crate::tui::pages::preview::Preview;
use crate::tui::protocol::{Purpose, Reply};
use crate::tui::widgets::areas::Pane;
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::flow::Top;
use crate::tui::widgets::frame::rules;
use crate::tui::widgets::theme::{Role, Theme};

use super::state::Duplicates;
use super::view;

impl Page for Duplicates {
    fn scope(&self) -> Scope {
        Scope::Duplicates
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        if self.look(ctx) {
            Outcome::Stay
        } else {
            Outcome::Close
        }
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::NextPane | Action::PreviousPane | Action::Skip | Action::MergeSure
                if self.is_of_marked() =>
            {
                return Outcome::Unused;
            }
            Action::NextPane | Action::PreviousPane => {
                self.focus = match self.focus {
                    Pane::List if !self.people.is_empty() => Pane::Detail,
                    Pane::List | Pane::Detail => Pane::List,
                };
                self.seen = Top::default();
            }
            Action::Left | Action::Right => self.pick(action == Action::Right),
            Action::KeepOther if self.people.is_empty() => {}
            Action::KeepOther => {
                self.people.rotate_left(1);
                self.picks.clear();
            }
            Action::Skip => {
                let next = self.cursor + 1;
                self.show(if next < self.groups.len() { next } else { 0 }, ctx);
            }
            Action::MergeSure => self.merge_sure(ctx),
            // What was not seen is not merged.
            Action::MergeGroup | Action::Apart if self.is_list_alone(ctx.session) => {
                self.open_group(ctx);
            }
            Action::MergeGroup | Action::Apart => self.write_group(action, ctx),
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        match self.focus {
            Pane::Detail => (self.seen, self.field) = view::moved(self, motion, ctx),
            Pane::List => {
                let place = motion.apply(self.cursor, self.groups.len(), ctx.height());
                self.show(place, ctx);
            }
        }
    }

    /// From the contacts of a group to the groups, and from there out.
    fn escape(&mut self, _ctx: &mut Ctx<'_>) -> Outcome {
        if self.focus == Pane::List || self.is_of_marked() {
            return Outcome::Close;
        }
        self.focus = Pane::List;
        self.seen = Top::default();
        Outcome::Stay
    }

    fn hint<'a>(&self, binding: &'a Binding, session: &Session) -> Option<Cow<'a, str>> {
        Some(match binding.action {
            Action::NextPane | Action::Skip | Action::MergeSure if self.is_of_marked() => {
                return None;
            }
            Action::MergeGroup if self.is_of_marked() => "merge".into(),
            Action::MergeGroup if self.is_list_alone(session) => "open".into(),
            _ => binding.hint.into(),
        })
    }

    fn answered(&mut self, reply: Reply, ctx: &mut Ctx<'_>) -> Outcome {
        match reply {
            Reply::Duplicates(groups) => return self.found(groups, ctx),
            Reply::People(people) => self.take_people(people),
            Reply::Rehearsed(task, rehearsal) => {
                return Preview::page(task, *rehearsal, ctx).map_or(Outcome::Stay, Outcome::Open);
            }
            _ => {}
        }
        Outcome::Stay
    }

    fn wrote(&mut self, news: News, ctx: &mut Ctx<'_>) -> Outcome {
        let Some(done) = self.done.take() else {
            self.notified(news, ctx);
            return Outcome::Stay;
        };
        self.leave_out(&done);
        if self.groups.is_empty() {
            return Outcome::Close;
        }
        self.show(self.cursor, ctx);
        Outcome::Stay
    }

    fn refused(&mut self, purpose: Purpose, refusal: &Refusal, ctx: &mut Ctx<'_>) -> Outcome {
        let was_written = self.done.take().is_some();
        // A search that was given up leaves nothing to see.
        if !self.found && purpose == Purpose::Stay && !was_written {
            return Outcome::Close;
        }
        if was_written && refusal.kind == Kind::Outdated {
            // There may be one more of them, or one less.
            self.look(ctx);
        }
        Outcome::Stay
    }

    fn notified(&mut self, news: News, ctx: &mut Ctx<'_>) {
        match news {
            News::Written(..) if ctx.session.writing.is_none() => {
                self.look(ctx);
            }
            // What another program wrote is refused when it matters; a search for each of its writes
            // would never end.
            News::Written(..) | News::Elsewhere => {}
            News::Again => self.show(self.cursor, ctx),
        }
    }

    fn fills(&self) -> bool {
        true
    }

    fn title(&self) -> Option<String> {
        Some(if self.is_of_marked() {
            format!("Merge {}", count(self.people.len(), "contact"))
        } else {
            "Duplicates".to_owned()
        })
    }

    fn status(&self, session: &Session, theme: &Theme) -> Option<(String, Role)> {
        Some((session.summary(theme.glyphs.middle)?, Role::Dim))
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let panes = self.panes(ui.areas.content);
        rules(&ui.areas, panes, Some(self.focus), ui.theme, ui.frame);
        view::draw(self, panes, ui);
    }
}
