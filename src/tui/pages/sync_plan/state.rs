//! What the page of a sync's plan remembers.

use std::collections::BTreeMap;

use crate::domain::sync::plan::{CardFate, LeftOut, PlannedCard, SyncPlan};
use crate::tui::ctx::Session;
use crate::tui::protocol::AfterUndo;
use crate::tui::widgets::areas::{Pane, TWO_PANES};
use crate::tui::widgets::cursor::top_for;

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub struct SyncPlanPage {
    /// The remote.
    pub(super) remote: String,
    /// Whether it is only looked at.
    pub(super) is_read_only: bool,
    /// What doing it says of a run that was taken back.
    pub(super) after_undo: AfterUndo,
    /// What would be done; none until it came.
    pub(super) plan: Option<SyncPlan>,
    /// The cards that a person keeps apart or leaves as they are, by their place in the plan, and what would become of
    /// them otherwise.
    chosen: BTreeMap<usize, CardFate>,
    /// The kind that is shown, or all.
    pub(super) fate: Option<CardFate>,
    /// The cards that are shown, by their place in the plan.
    pub(super) shown: Vec<usize>,
    /// The row under the cursor, of those that are shown.
    pub(super) cursor: usize,
    /// The first row on the screen.
    pub(super) top: usize,
    /// Whether the list has the keys, or the card that its cursor is on.
    pub(super) focus: Pane,
    /// How many lines of the card are scrolled off.
    pub(super) scroll: usize,
}

impl SyncPlanPage {
    fn of(remote: String, is_read_only: bool) -> Self {
        Self {
            remote,
            is_read_only,
            after_undo: AfterUndo::Unsaid,
            plan: None,
            chosen: BTreeMap::new(),
            fate: None,
            shown: Vec::new(),
            cursor: 0,
            top: 0,
            focus: Pane::List,
            scroll: 0,
        }
    }

    /// The plan of a first sync, which is then done.
    #[must_use]
    pub fn first(remote: String) -> Self {
        Self::of(remote, false)
    }

    /// The plan of a first sync after a run that was taken back: nothing is decided of that before it is done.
    #[must_use]
    pub fn again(remote: String) -> Self {
        Self {
            after_undo: AfterUndo::BeginsAgain,
            ..Self::first(remote)
        }
    }

    /// The plan of a sync, to be looked at.
    #[must_use]
    pub fn dry(remote: String) -> Self {
        Self::of(remote, true)
    }

    /// A plan that is known, with its cards of one kind.
    #[must_use]
    pub fn known(plan: SyncPlan, fate: CardFate) -> Self {
        let mut page = Self::of(plan.remote.clone(), true);
        page.take(plan);
        page.show(fate);
        page
    }

    /// Shows a plan.
    pub(super) fn take(&mut self, plan: SyncPlan) {
        self.plan = Some(plan);
        self.list();
    }

    /// Has this become of the card under the cursor, or what would become of it otherwise.
    pub(super) fn choose(&mut self, chosen: Option<CardFate>) {
        let place = self.shown.get(self.cursor).copied();
        let cards = self.plan.as_mut().map(|plan| &mut plan.cards);
        let Some((place, card)) = place.and_then(|place| Some((place, cards?.get_mut(place)?)))
        else {
            return;
        };
        let planned = self.chosen.remove(&place).unwrap_or(card.fate);
        card.fate = chosen.unwrap_or(planned);
        if chosen.is_some() {
            self.chosen.insert(place, planned);
        }
    }

    /// Whether a person leaves the card under the cursor as it is.
    pub(super) fn is_left_out(&self) -> bool {
        let place = self.shown.get(self.cursor);
        let is_chosen = place.is_some_and(|place| self.chosen.contains_key(place));
        let card = self.card(self.cursor);
        is_chosen && card.is_some_and(|card| card.fate == CardFate::LeftOut)
    }

    /// What a person leaves as it is.
    pub(super) fn left_out(&self) -> LeftOut {
        let cards = self.plan.iter().flat_map(|plan| plan.cards.iter());
        let left = cards.enumerate().filter(|(place, card)| {
            card.fate == CardFate::LeftOut && self.chosen.contains_key(place)
        });
        let left: Vec<&PlannedCard> = left.map(|(_, card)| card).collect();
        LeftOut {
            cards: left.iter().filter_map(|card| card.href.clone()).collect(),
            contacts: left.iter().filter_map(|card| card.contact).collect(),
        }
    }

    /// The addresses of the cards that are kept apart.
    pub(super) fn kept_apart(&self) -> Vec<String> {
        let cards = self.plan.iter().flat_map(|plan| plan.cards.iter());
        let apart = cards.filter(|card| card.fate == CardFate::KeptApart);
        apart.filter_map(|card| card.likely.clone()).collect()
    }

    /// The row at a place of those that are shown.
    pub(super) fn card(&self, place: usize) -> Option<&PlannedCard> {
        self.plan.as_ref()?.cards.get(*self.shown.get(place)?)
    }

    /// Shows one kind only, or all again.
    pub(super) fn show(&mut self, fate: CardFate) {
        self.fate = (self.fate != Some(fate)).then_some(fate);
        self.list();
    }

    fn list(&mut self) {
        let cards = self.plan.iter().flat_map(|plan| plan.cards.iter());
        let places = cards.enumerate();
        let shown = places.filter(|(_, card)| self.fate.is_none_or(|fate| card.fate == fate));
        self.shown = shown.map(|(place, _)| place).collect();
        self.cursor = 0;
        self.top = 0;
        self.scroll = 0;
    }

    /// Puts the cursor on a row, and the screen where it shows it.
    pub(super) fn move_to(&mut self, place: usize, height: usize) {
        self.scroll = 0;
        self.cursor = place.min(self.shown.len().saturating_sub(1));
        self.top = top_for(self.top, self.cursor, height);
    }

    /// Whether no card is shown although the plan has some, or is still being made.
    pub(super) fn shows_none(&self) -> bool {
        let has_cards = self.plan.as_ref().is_none_or(|plan| !plan.cards.is_empty());
        has_cards && self.shown.is_empty()
    }

    /// Whether there is room for the list alone, and it is seen.
    pub(super) fn is_list_alone(&self, session: &Session) -> bool {
        self.focus == Pane::List && !self.shown.is_empty() && session.size.width < TWO_PANES
    }
}
