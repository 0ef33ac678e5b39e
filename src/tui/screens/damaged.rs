//! The page of a database that is damaged: what is wrong, and the backup that can be put back.

use crate::domain::damage::{Damage, Sound};
use crate::tui::layout::list_height;
use crate::tui::model::{Asked, Effect, Model, Purpose, Request, Screen, Tone};

use super::{detail, list, triage};

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub struct Damaged {
    /// What is wrong, and what was found.
    pub damage: Damage,
    /// Why the backup could not be put back, if that was tried.
    pub trouble: Option<String>,
}

impl Damaged {
    /// The backup that is offered.
    #[must_use]
    pub fn sound(&self) -> Option<&Sound> {
        self.damage.found.as_ref()?.sound.as_ref()
    }
}

/// Shows the page, or what was found since.
pub fn show(model: &mut Model, damage: Damage) {
    let open = model.over.iter_mut().find_map(|page| match page {
        Screen::Damaged(page) => Some(page),
        _ => None,
    });
    if let Some(page) = open {
        page.damage = damage;
    } else {
        // What is typed already stays under it: it is kept, or saved when the database is back.
        model.over.push(Screen::Damaged(Box::new(Damaged {
            damage,
            trouble: None,
        })));
    }
}

/// Why no backup can be put back, if so.
#[must_use]
pub fn why_not(model: &Model) -> Option<&'static str> {
    match model.over.last() {
        Some(Screen::Damaged(page)) if page.sound().is_some() => None,
        Some(Screen::Damaged(page)) if page.damage.found.is_none() => {
            Some("the backups are still being verified")
        }
        Some(Screen::Damaged(_)) => Some("there is no sound backup to put back"),
        _ => Some("only where the database is damaged"),
    }
}

/// Has the backup put back.
pub fn put_back(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(Screen::Damaged(page)) = model.over.last_mut() else {
        return;
    };
    page.trouble = None;
    if let Some(path) = page.sound().map(|sound| sound.path.clone()) {
        model.wait_for(Request::PutBack(path), Purpose::Stay, effects);
    }
}

/// The backup is back: everything is asked for again. What was asked of the damaged database was
/// never answered.
pub fn done(model: &mut Model, asked: &Asked, aside: Option<&str>, effects: &mut Vec<Effect>) {
    if let Some(page) = asked.page {
        model.over.close(page);
    }
    model.asked.clear();
    model.writing = None;
    let there = aside.map(|aside| format!("; what was there is in {aside}"));
    model.say(Tone::Good, format!("Restored{}", there.unwrap_or_default()));
    let height = list_height(model);
    list::reload(model, height, effects);
    detail::refresh(model, effects);
    triage::ask(model, effects);
}
