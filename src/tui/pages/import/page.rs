//! The page of an import: what its keys do, and what it does with answers.

use std::borrow::Cow;

use crate::domain::import::{FateKind, ImportOptions};
use crate::domain::refusal::Refusal;
use crate::domain::words::{count, thousands};
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::pages::chooser::Chooser;
use crate::tui::pages::columns::Columns;
use crate::tui::pages::page::{Outcome, Page, Returned, Ui, left};
use crate::tui::pages::preview::renew;
use crate::tui::pages::returned::Picked;
use crate::tui::protocol::{Chosen, Effect, Purpose, Reply, Request};
use crate::tui::widgets::areas::Pane;
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::theme::{Role, Theme};

use super::state::Import;
use super::view;

impl Page for Import {
    fn scope(&self) -> Scope {
        Scope::Import
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::Enter if self.is_list_alone(ctx.session) => self.focus = Pane::Detail,
            Action::Enter | Action::Save => self.import(ctx),
            Action::Open => self.focus = Pane::Detail,
            Action::Left => self.focus = Pane::List,
            Action::NextPane | Action::PreviousPane => {
                self.focus = match self.focus {
                    Pane::List => Pane::Detail,
                    Pane::Detail => Pane::List,
                };
            }
            Action::Report => {
                ctx.push(Effect::Report(self.name.clone(), self.plan.told()));
            }
            Action::ShowKind => {
                let place = ctx.key_place(Scope::Import, Action::ShowKind);
                if let Some(kind) = FateKind::ALL.get(place.unwrap_or(0)) {
                    self.show(*kind);
                }
            }
            Action::Columns => {
                let (tables, fields) = (self.plan.tables.clone(), self.fields.clone());
                return Outcome::Open(Columns::page(tables, fields, self.table()));
            }
            Action::ReadAs => {
                let country = self.rehearsed.country.or(ctx.session.home);
                return Outcome::Open(Chooser::of_country(country));
            }
            Action::MergeRow | Action::NewRow | Action::SkipRow => self.choose(action, ctx),
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        if self.focus == Pane::Detail {
            let (lines, height) = view::card_extent(self, ctx.session);
            let most = lines.saturating_sub(height);
            let page = height.saturating_sub(1).max(1);
            self.scroll = motion.apply(self.scroll, most + 1, page);
            return;
        }
        let height = self.height(ctx).max(1);
        self.move_to(motion.apply(self.cursor, self.known(), height), height);
    }

    /// From the card to the list, and from there out.
    fn escape(&mut self, _ctx: &mut Ctx<'_>) -> Outcome {
        if self.focus == Pane::Detail {
            self.focus = Pane::List;
            return Outcome::Stay;
        }
        left(self)
    }

    fn answered(&mut self, reply: Reply, ctx: &mut Ctx<'_>) -> Outcome {
        if let Reply::RehearsedImport(_, _, rehearsal) = reply {
            self.show_again(*rehearsal, ctx);
        }
        Outcome::Stay
    }

    fn refused(&mut self, _purpose: Purpose, refusal: &Refusal, ctx: &mut Ctx<'_>) -> Outcome {
        // What was said of it cannot be: the preview stays as it is.
        self.asked = None;
        let paths = Chosen::Paths(self.paths.clone());
        let options = ImportOptions {
            choices: self.choices.clone(),
            ..self.rehearsed.clone()
        };
        renew(Request::RehearseImport(paths, options), refusal, ctx);
        Outcome::Stay
    }

    fn returned(&mut self, value: Returned, ctx: &mut Ctx<'_>) -> Outcome {
        match value {
            Returned::Columns(fields) => self.read_again(fields, self.rehearsed.country, ctx),
            Returned::Picked(Picked::Country(country)) => {
                self.read_again(self.fields.clone(), country, ctx);
            }
            _ => {}
        }
        Outcome::Stay
    }

    fn unavailable(&self, action: Action, _session: &Session) -> Option<Cow<'static, str>> {
        match (action, self.plan.tables.len()) {
            (Action::Columns, 0) => Some("only tables have columns".into()),
            (Action::Open | Action::NextPane | Action::PreviousPane, _) if self.known() == 0 => {
                Some("no card here".into())
            }
            _ => None,
        }
    }

    fn fills(&self) -> bool {
        true
    }

    fn title(&self) -> Option<String> {
        Some(format!("Import {}", self.name))
    }

    fn status(&self, _session: &Session, _theme: &Theme) -> Option<(String, Role)> {
        let cards = self.plan.rows.len() + self.plan.unreadable_untold;
        let are_tables = self.plan.tables.len() == self.plan.files.len();
        let noun = if are_tables { "row" } else { "card" };
        Some((count(cards, noun), Role::Dim))
    }

    fn hint<'a>(&self, binding: &'a Binding, session: &Session) -> Option<Cow<'a, str>> {
        let is_list_alone = self.is_list_alone(session);
        Some(match binding.action {
            Action::Enter if is_list_alone => "open".into(),
            Action::Save if !is_list_alone => return None,
            Action::Enter | Action::Save => {
                format!("{} {}", binding.hint, thousands(self.wanted())).into()
            }
            Action::Columns if self.plan.tables.is_empty() => return None,
            _ => binding.hint.into(),
        })
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        view::draw(self, ui);
    }
}
