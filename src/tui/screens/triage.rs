//! Fix numbers: the contacts that need attention, one after the other, with what confirming does.
//!
//! It is the main screen over fewer contacts, so that everything that can be done to a number can be
//! done here too; beside the contact stand the reason and the plan.

use crate::domain::bulk::BulkEdit;
use crate::domain::listing::ListQuery;
use crate::domain::triage::Worklist;
use crate::tui::keymap::Action;
use crate::tui::layout::list_height;
use crate::tui::model::{
    Effect, Focus, Model, Purpose, Reply, Request, Screen, Ticket, Tone, Write,
};
use crate::tui::travel::travel;

use super::list;

/// How far one has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Triage {
    /// How many needed attention when it began.
    pub begun_with: usize,
    /// Why they are here.
    pub worklist: Worklist,
    ticket: Ticket,
}

impl Triage {
    /// How many of those that needed attention do so no longer.
    #[must_use]
    pub const fn done(&self, left: usize) -> usize {
        self.begun_with.saturating_sub(left)
    }
}

/// The sources to confirm by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// The one under the cursor.
    pub cursor: usize,
}

/// Begins with the contacts that need attention, or goes back to everybody.
pub fn switch(model: &mut Model, effects: &mut Vec<Effect>) {
    let begin = model.triage.is_none();
    model.triage = begin.then(|| Triage {
        begun_with: model.totals.map_or(0, |totals| totals.attention),
        ..Triage::default()
    });
    model.focus = Focus::List;
    let query = ListQuery {
        attention: begin,
        ..model.list.query.clone()
    };
    let on = model.current().filter(|_| !begin);
    let height = list_height(model);
    list::show(model, query, height, effects);
    // Back among everybody, the contact that was looked at last is still the one.
    if let Some(id) = on {
        list::seek(model, id, effects);
    }
    ask(model, effects);
}

/// Asks again why contacts are here: something was written.
pub fn ask(model: &mut Model, effects: &mut Vec<Effect>) {
    if model.triage.is_some() {
        let ticket = model.ask(Request::Worklist, effects);
        if let Some(triage) = &mut model.triage {
            triage.ticket = ticket;
        }
    }
}

/// Takes an answer that is the worklist; `false` where it is not, or is too old.
pub fn take(model: &mut Model, ticket: Ticket, reply: &Reply) -> bool {
    match (reply, &mut model.triage) {
        (Reply::Worklist(worklist), Some(triage)) if triage.ticket == ticket => {
            triage.worklist.clone_from(worklist);
            true
        }
        _ => false,
    }
}

/// Does one of the actions that are only here.
pub fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    match action {
        Action::ConfirmNext => {
            let chosen = model.list.chosen();
            model.write(Write::Confirm(chosen), effects);
        }
        Action::Skip => {
            let last = model.list.cursor + 1 >= model.list.known();
            travel(
                model,
                if last { Action::Top } else { Action::Down },
                effects,
            );
        }
        Action::BySource => {
            model.over.push(Screen::Sources(Sources::default()));
        }
        _ => {
            let Some(Screen::Sources(sources)) = model.over.last() else {
                return;
            };
            let origins = model.triage.as_ref().map(|triage| &triage.worklist.sources);
            let Some(origin) = origins.and_then(|origins| origins.get(sources.cursor)) else {
                return model.say(Tone::Plain, "nothing to confirm");
            };
            let source = origin.source.clone();
            let edit = BulkEdit::confirm_source(&source);
            let request = Request::PlanBulk(Box::new(edit));
            model.wait_for(request, Purpose::Preview, effects);
        }
    }
}
