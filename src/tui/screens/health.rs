//! The page of the book's health: counts and bars, each of which leads to its list.

use crate::domain::health::Health;
use crate::tui::layout::list_height;
use crate::tui::model::{Effect, Focus, Model, Request, Screen};

use super::list;

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub struct HealthPage {
    /// What was counted.
    pub health: Health,
    /// The bar under the cursor.
    pub cursor: usize,
}

/// Counts, and then opens the page.
pub fn open(model: &mut Model, effects: &mut Vec<Effect>) {
    model.wait_for(Request::Health, effects);
}

/// Shows whose numbers a bar stands for.
pub fn follow(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(Screen::Health(page)) = model.over.last() else {
        return;
    };
    let bar = page.health.bars().nth(page.cursor);
    let Some(filter) = bar.map(|(_, bar)| bar.filter.clone()) else {
        return;
    };
    model.over.pop();
    model.triage = None;
    model.list.query.attention = false;
    model.focus = Focus::List;
    model.list.filter.set(filter);
    let height = list_height(model);
    list::refilter(model, height, effects);
}
