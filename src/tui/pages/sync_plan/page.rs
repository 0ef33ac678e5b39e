//! The page of a sync's plan: what its keys do, and what it does with answers.

use std::borrow::Cow;

use crate::domain::refusal::Refusal;
use crate::domain::safe::safe;
use crate::domain::sync::plan::CardFate;
use crate::domain::words::count;
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::pages::page::{Outcome, Page, Ui, left};
use crate::tui::protocol::{Effect, Purpose, Reply, Request, SyncOrder};
use crate::tui::remotes::GOES_ON;
use crate::tui::widgets::areas::Pane;
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::theme::{Role, Theme};

use super::state::SyncPlanPage;
use super::view;

impl Page for SyncPlanPage {
    fn scope(&self) -> Scope {
        Scope::SyncPlan
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        if self.plan.is_none() {
            ctx.read(Request::PlanSync(self.remote.clone(), self.after_undo));
        }
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::Enter if self.is_list_alone(ctx.session) => self.focus = Pane::Detail,
            Action::Enter | Action::Save => {
                if ctx.sync(self.order()) {
                    return Outcome::Close;
                }
            }
            Action::OnlyTakeIn => {
                let order = SyncOrder {
                    only_takes_in: true,
                    ..self.order()
                };
                if ctx.sync(order) {
                    return Outcome::Close;
                }
            }
            Action::Apart => self.choose(Some(CardFate::KeptApart)),
            Action::MergeRow => self.choose(None),
            Action::LeaveOut => {
                let left = (!self.is_left_out()).then_some(CardFate::LeftOut);
                self.choose(left);
            }
            Action::Open => self.focus = Pane::Detail,
            Action::Left => self.focus = Pane::List,
            Action::NextPane | Action::PreviousPane => {
                self.focus = match self.focus {
                    Pane::List => Pane::Detail,
                    Pane::Detail => Pane::List,
                };
            }
            Action::Report => {
                if let Some(plan) = &self.plan {
                    let name = format!("sync-{}", self.remote);
                    ctx.push(Effect::Report(name, plan.told()));
                }
            }
            Action::ShowKind => {
                let place = ctx.key_place(Scope::SyncPlan, Action::ShowKind);
                if let Some(fate) = CardFate::ALL.get(place.unwrap_or(0)) {
                    self.show(*fate);
                }
            }
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        if self.focus == Pane::Detail {
            let (lines, height) = view::card_extent(self, ctx.session);
            let page = height.saturating_sub(1).max(1);
            self.scroll = motion.apply(self.scroll, lines.saturating_sub(height) + 1, page);
            return;
        }
        let height = view::list_height(self, ctx.session).max(1);
        self.move_to(motion.apply(self.cursor, self.shown.len(), height), height);
    }

    /// From the card to the list, and from there out. What is still asked of the remote is given up.
    fn escape(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        if self.focus == Pane::Detail {
            self.focus = Pane::List;
            return Outcome::Stay;
        }
        if self.plan.is_none() && ctx.session.remotes.on == [self.remote.as_str()] {
            ctx.stop_sync();
        }
        left(self)
    }

    fn resized(&mut self, ctx: &mut Ctx<'_>) {
        self.move_to(self.cursor, view::list_height(self, ctx.session));
    }

    fn answered(&mut self, reply: Reply, _ctx: &mut Ctx<'_>) -> Outcome {
        if let Reply::PlannedSync(plan) = reply {
            self.take(*plan);
        }
        Outcome::Stay
    }

    fn refused(&mut self, _purpose: Purpose, _refusal: &Refusal, _ctx: &mut Ctx<'_>) -> Outcome {
        if self.plan.is_none() {
            return Outcome::Close;
        }
        Outcome::Stay
    }

    fn unavailable(&self, action: Action, session: &Session) -> Option<Cow<'static, str>> {
        let takes_in = action == Action::OnlyTakeIn;
        let does = matches!(action, Action::Enter | Action::Save) || takes_in;
        let leaves_out = action == Action::LeaveOut;
        let chooses = matches!(action, Action::Apart | Action::MergeRow) || leaves_out;
        // With one pane only, enter opens the card.
        let opens_card = action == Action::Enter && self.is_list_alone(session);
        let opens = matches!(
            action,
            Action::Open | Action::NextPane | Action::PreviousPane
        );
        match &self.plan {
            None if does || opens || chooses || action == Action::Report => {
                Some("what is there is still being read".into())
            }
            Some(_) if (does && !opens_card || chooses) && self.is_read_only => {
                Some("this only shows what a sync would do".into())
            }
            Some(_) if does && !opens_card && !session.remotes.on.is_empty() => {
                Some(GOES_ON.into())
            }
            Some(_) if does && self.shows_none() => {
                Some("no card of this kind; show another kind first".into())
            }
            Some(_) if (opens || chooses) && self.shown.is_empty() => Some("no card here".into()),
            Some(_) if leaves_out => {
                let card = self.card(self.cursor);
                let can = card.is_some_and(|card| card.href.is_some() || card.contact.is_some());
                (!can).then(|| "it is left as it is already, or comes as a group".into())
            }
            Some(_) if chooses => {
                let card = self.card(self.cursor);
                let likely = card.is_some_and(|card| card.likely.is_some());
                (!likely).then(|| {
                    "only what is known by name and number or email can be two people".into()
                })
            }
            _ => None,
        }
    }

    fn fills(&self) -> bool {
        true
    }

    fn title(&self) -> Option<String> {
        let is_first = match &self.plan {
            Some(plan) => plan.is_first,
            None => !self.is_read_only,
        };
        let what = if is_first { "First sync" } else { "Next sync" };
        Some(format!("{what} with {}", safe(&self.remote)))
    }

    fn status(&self, session: &Session, theme: &Theme) -> Option<(String, Role)> {
        let plan = self.plan.as_ref()?;
        if !plan.is_first {
            return Some((count(plan.cards.len(), "change"), Role::Dim));
        }
        let mut text = format!("{} there", count(plan.there, "card"));
        if !view::is_narrow(session) {
            let contacts = count(plan.here, "contact");
            text = format!("{text} {} {contacts} here", theme.glyphs.middle);
        }
        Some((text, Role::Dim))
    }

    fn hint<'a>(&self, binding: &'a Binding, session: &Session) -> Option<Cow<'a, str>> {
        let is_list_alone = self.is_list_alone(session);
        match binding.action {
            Action::Enter if is_list_alone => Some("open".into()),
            Action::Enter | Action::Save | Action::OnlyTakeIn | Action::LeaveOut
                if self.is_read_only =>
            {
                None
            }
            Action::Save if !is_list_alone => None,
            // The plan is not carried out while none of its cards is shown.
            Action::Enter | Action::Save | Action::OnlyTakeIn if self.shows_none() => None,
            Action::Apart | Action::MergeRow => {
                let card = self.card(self.cursor);
                let is_apart = card.is_some_and(|card| card.fate == CardFate::KeptApart);
                let acts = self.unavailable(binding.action, session).is_none()
                    && is_apart == (binding.action == Action::MergeRow);
                acts.then(|| binding.hint.into())
            }
            Action::LeaveOut if self.is_left_out() => Some("as planned".into()),
            _ => Some(binding.hint.into()),
        }
    }

    fn remark(&self) -> Option<String> {
        let remark = if self.is_read_only {
            "Nothing is written, here or there, by looking at it."
        } else {
            "A backup is made first. Not u, but the history undoes a sync, as one step."
        };
        self.plan.as_ref().map(|_| remark.to_owned())
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        view::draw(self, ui);
    }
}

impl SyncPlanPage {
    /// The first sync, as it is shown.
    fn order(&self) -> SyncOrder {
        SyncOrder {
            after_undo: self.after_undo,
            left_out: self.left_out(),
            ..SyncOrder::first(self.remote.clone(), self.kept_apart())
        }
    }
}
