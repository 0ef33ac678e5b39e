//! The page of the book's health: counts and bars, each of which leads to its list.

use crate::domain::health::{Bar, Health};
use crate::tui::layout::list_height;
use crate::tui::model::{Asked, Effect, Focus, Model, Purpose, Request, Screen};

use super::list;

/// The page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HealthPage {
    /// What was counted, once it has come.
    pub health: Option<Health>,
    /// The bar under the cursor.
    pub cursor: usize,
}

impl HealthPage {
    /// The bars that are known.
    pub fn bars(&self) -> impl Iterator<Item = &Bar> {
        self.health
            .iter()
            .flat_map(Health::bars)
            .map(|(_, bar)| bar)
    }
}

/// Opens the page, and has the book counted.
pub fn open(model: &mut Model, effects: &mut Vec<Effect>) {
    let page = model.over.push(Screen::Health(Box::default()));
    if model
        .wait_for(Request::Health, Purpose::Stay, effects)
        .is_none()
    {
        model.over.close(page);
    }
}

/// Takes the counts that the page asked for.
pub fn counted(model: &mut Model, asked: &Asked, health: Health) {
    let page = asked.page.and_then(|page| model.over.get_mut(page));
    if let Some(Screen::Health(page)) = page {
        page.health = Some(health);
    }
}

/// Shows whose numbers a bar stands for.
pub fn follow(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(Screen::Health(page)) = model.over.last() else {
        return;
    };
    let bar = page.bars().nth(page.cursor);
    let Some(filter) = bar.map(|bar| bar.filter.clone()) else {
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
