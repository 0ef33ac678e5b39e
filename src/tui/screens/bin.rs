//! The bin: what was deleted, to be brought back.

use crate::domain::operation::Binned;
use crate::tui::keymap::Action;
use crate::tui::model::{Effect, Model, Reply, Request, Screen, Ticket, Tone, Write};
use crate::tui::screens::question::Question;

/// How much of it is shown.
pub const SHOWN: usize = 2_000;

/// The page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bin {
    /// What is in it, what was deleted last first; none until it came.
    pub binned: Option<Vec<Binned>>,
    /// The line under the cursor.
    pub cursor: usize,
    ticket: Ticket,
}

/// Opens the bin.
pub fn open(model: &mut Model, effects: &mut Vec<Effect>) {
    model.over.push(Screen::Bin(Box::default()));
    ask(model, effects);
}

/// Asks again what is in it: something was written.
pub fn ask(model: &mut Model, effects: &mut Vec<Effect>) {
    if page(model).is_some() {
        let ticket = model.ask(Request::Bin(SHOWN), effects);
        if let Some(bin) = page(model) {
            bin.ticket = ticket;
        }
    }
}

/// The page, wherever it is: what comes over it does not keep its answers from it.
fn page(model: &mut Model) -> Option<&mut Bin> {
    model.over.iter_mut().find_map(|page| match page {
        Screen::Bin(bin) => Some(&mut **bin),
        _ => None,
    })
}

/// Takes an answer that is the bin's; `false` where it is not, or is too old.
pub fn take(model: &mut Model, ticket: Ticket, reply: &Reply) -> bool {
    match (reply, page(model)) {
        (Reply::Bin(binned), Some(bin)) if bin.ticket == ticket => {
            bin.cursor = bin.cursor.min(binned.len().saturating_sub(1));
            bin.binned = Some(binned.clone());
            true
        }
        _ => false,
    }
}

/// Does one of the actions that are only here.
pub fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let Some(Screen::Bin(bin)) = model.over.last() else {
        return;
    };
    let current = bin.binned.as_ref().and_then(|all| all.get(bin.cursor));
    let Some(current) = current else {
        return model.say(Tone::Plain, "the bin is empty");
    };
    if action == Action::EmptyBin {
        // Undo cannot help here.
        model.over.push(Screen::Question(Question::EmptyBin));
    } else {
        let key = current.key;
        model.write(Write::BringBack(key), effects);
    }
}
