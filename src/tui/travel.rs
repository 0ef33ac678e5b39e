//! Moving about: the one way in which every list answers to the keys of movement.

use super::keymap::Action;
use super::layout::list_height;
use super::model::{Effect, Focus, Model, Screen};
use super::screens::{duplicates, history, list, plan};

/// Moves the cursor of whatever has the keys.
pub(super) fn travel(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let height = list_height(model).max(1);
    let moved = |at: usize, last: usize, page: usize| match action {
        Action::Down => (at + 1).min(last),
        Action::Up => at.saturating_sub(1),
        Action::Top => 0,
        Action::Bottom => last,
        Action::PageDown => (at + page).min(last),
        _ => at.saturating_sub(page),
    };
    match model.over.last_mut() {
        Some(Screen::Search(search)) => {
            let last = search.matches(&model.keymap).len().saturating_sub(1);
            search.cursor = moved(search.cursor, last, 8);
        }
        Some(Screen::Conflict(conflict)) => {
            conflict.cursor = moved(conflict.cursor, conflict.fields.len().saturating_sub(1), 8);
        }
        Some(Screen::History(page)) => {
            let place = moved(page.cursor, page.known().saturating_sub(1), 10);
            history::go(model, place, effects);
        }
        Some(Screen::Bin(bin)) => {
            let last = bin.binned.as_ref().map_or(0, Vec::len);
            bin.cursor = moved(bin.cursor, last.saturating_sub(1), height);
        }
        Some(Screen::Plan(page)) => {
            let line = moved(page.top, page.known(), height.saturating_sub(4).max(1));
            plan::go(model, line);
        }
        Some(Screen::Health(page)) => {
            let last = page.bars().count().saturating_sub(1);
            page.cursor = moved(page.cursor, last, 8);
        }
        Some(Screen::Duplicates(page)) if model.focus == Focus::Detail => {
            let last = page.fields().len().saturating_sub(1);
            let place = moved(page.field, last, 1);
            duplicates::go_field(model, place);
        }
        Some(Screen::Duplicates(page)) => {
            let place = moved(page.cursor, page.groups.len().saturating_sub(1), height);
            duplicates::go(model, Some(place), effects);
        }
        Some(Screen::Import(import)) => {
            let last = import.known().saturating_sub(1);
            let height = height.saturating_sub(import.below()).max(1);
            let place = moved(import.cursor, last, height);
            import.go(place, height);
        }
        Some(Screen::Sources(sources)) => {
            let origins = model.triage.as_ref();
            let last = origins.map_or(0, |triage| triage.worklist.sources.len());
            sources.cursor = moved(sources.cursor, last.saturating_sub(1), 8);
        }
        Some(_) => {}
        None if model.focus == Focus::Detail => {
            let last = model
                .detail
                .profile
                .as_ref()
                .map_or(0, |profile| profile.phones.len().saturating_sub(1));
            match action {
                Action::PageDown => model.detail.scroll += height / 2,
                Action::PageUp => {
                    model.detail.scroll = model.detail.scroll.saturating_sub(height / 2);
                }
                _ => {
                    model.detail.scroll = 0;
                    model.detail.cursor = moved(model.detail.cursor, last, 1);
                }
            }
        }
        None => {
            let last = model.list.known().saturating_sub(1);
            let place = moved(model.list.cursor, last, height);
            model.list.go(place, height);
            list::fill(model, height, effects);
        }
    }
}
