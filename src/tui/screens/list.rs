//! The list of contacts: a window of rows, a cursor, marks and the filter.

use std::collections::BTreeSet;

use crate::domain::contact::ContactId;
use crate::domain::listing::{Found, ListQuery, Order, Row, Rows};
use crate::domain::query::{Typing, Values, completed};
use crate::tui::layout::list_height;
use crate::tui::model::{Effect, Focus, Model, Reply, Request, Ticket};
use crate::tui::widgets::field::Field;

/// The list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct List {
    /// Whom it shows.
    pub query: ListQuery,
    /// How many that are, once it is known.
    pub total: Option<usize>,
    /// The row under the cursor, from 0.
    pub cursor: usize,
    /// The first row on the screen.
    pub top: usize,
    /// The rows that are known.
    pub window: Rows,
    /// Whether the rows of this query have come.
    pub loaded: bool,
    /// The contacts that are marked.
    pub marks: BTreeSet<ContactId>,
    /// The line of the filter.
    pub filter: Field,
    /// How the rows were found.
    pub found: Found,
    /// Whether the totals are those of before a change.
    stale: bool,
    rows_ticket: Ticket,
    count_ticket: Ticket,
    place_ticket: Ticket,
    asked: Option<(usize, usize)>,
}

impl List {
    /// The row at a place, where it is known.
    #[must_use]
    pub fn row(&self, place: usize) -> Option<&Row> {
        self.window.rows.get(place.checked_sub(self.window.first)?)
    }

    /// The row under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&Row> {
        self.row(self.cursor)
    }

    /// The contacts that an action is about: those marked, else the one under the cursor.
    #[must_use]
    pub fn chosen(&self) -> Vec<ContactId> {
        if self.marks.is_empty() {
            self.current().map(|row| row.id).into_iter().collect()
        } else {
            self.marks.iter().copied().collect()
        }
    }

    /// Whether anything was typed into the filter, or its digits are keys.
    #[must_use]
    pub fn is_filtered(&self) -> bool {
        !self.filter.text().is_empty() || self.query.typing == Typing::Keypad
    }

    /// The name of somebody new: what was typed, where it found nobody.
    #[must_use]
    pub fn new_name(&self) -> Option<&str> {
        let query = self.query.query();
        let nobody =
            self.total == Some(0) && query.conditions.is_empty() && query.trouble.is_none();
        Some(self.filter.text()).filter(|text| nobody && !text.is_empty())
    }

    /// How many rows there are as far as one knows.
    #[must_use]
    pub fn known(&self) -> usize {
        self.total
            .unwrap_or(self.window.first + self.window.rows.len())
    }

    /// Puts the cursor on a row, and the screen where it shows it.
    pub fn go(&mut self, place: usize, height: usize) {
        self.cursor = place.min(self.known().saturating_sub(1));
        self.top = self
            .top
            .min(self.cursor)
            .max((self.cursor + 1).saturating_sub(height.max(1)));
    }
}

/// Asks for the rows round the screen where they are not there yet.
pub fn fill(model: &mut Model, height: usize, effects: &mut Vec<Effect>) {
    let height = height.max(1);
    let list = &model.list;
    let end = (list.top + height).min(list.known().max(1));
    let covered = list.loaded
        && list.top >= list.window.first
        && end <= list.window.first + list.window.rows.len();
    if covered {
        return;
    }
    // What is typed changes the first rows at each key; more of them are read when they are moved over.
    let wanted = if list.loaded {
        (list.top.saturating_sub(height), height * 4)
    } else {
        (list.top, height)
    };
    if list.asked == Some(wanted) {
        return;
    }
    let request = Request::Rows(list.query.clone(), wanted.0, wanted.1);
    let ticket = model.ask(request, effects);
    model.list.rows_ticket = ticket;
    model.list.asked = Some(wanted);
}

/// Asks for everything again: what is stored has changed.
pub fn reload(model: &mut Model, height: usize, effects: &mut Vec<Effect>) {
    model.list.stale = true;
    again(model, height, effects);
}

fn again(model: &mut Model, height: usize, effects: &mut Vec<Effect>) {
    model.list.loaded = false;
    model.list.asked = None;
    fill(model, height, effects);
    // A count of before is none any more.
    model.list.count_ticket = model.next_ticket();
}

/// Asks how many rows there are, where the rows did not say, and for the totals, where they may have
/// changed. It comes when the rows are there.
fn count(model: &mut Model, total: Option<usize>, effects: &mut Vec<Effect>) {
    if total.is_some() {
        model.list.total = total;
    } else if model.list.stale || model.list.total.is_none() {
        let request = Request::Count(model.list.query.clone());
        model.list.count_ticket = model.ask(request, effects);
    }
    if std::mem::take(&mut model.list.stale) {
        model.totals_ticket = model.ask(Request::Totals, effects);
    }
}

/// Shows other contacts, from the first one on.
pub fn show(model: &mut Model, query: ListQuery, height: usize, effects: &mut Vec<Effect>) {
    if model.list.query == query {
        return;
    }
    let list = &mut model.list;
    list.query = query;
    list.total = None;
    list.cursor = 0;
    list.top = 0;
    again(model, height, effects);
}

/// Shows the filter's text as it stands.
pub fn refilter(model: &mut Model, height: usize, effects: &mut Vec<Effect>) {
    let query = ListQuery {
        text: model.list.filter.text().to_owned(),
        ..model.list.query.clone()
    };
    let conditional = query.text.ends_with(':') || !query.query().conditions.is_empty();
    if conditional && model.values.is_none() {
        // Nothing is known until it comes; so it is asked for once.
        model.values = Some(Values::default());
        model.ask(Request::Values, effects);
    }
    show(model, query, height, effects);
}

/// Shows everybody again, and takes what is typed for letters.
pub fn clear(model: &mut Model, height: usize, effects: &mut Vec<Effect>) {
    model.list.filter.set("");
    let query = ListQuery {
        text: String::new(),
        typing: Typing::Letters,
        ..model.list.query.clone()
    };
    show(model, query, height, effects);
}

/// Takes what is typed into the filter for keys of a telephone, or for letters again.
pub fn keypad(model: &mut Model, effects: &mut Vec<Effect>) {
    let typing = match model.list.query.typing {
        Typing::Letters => Typing::Keypad,
        Typing::Keypad => Typing::Letters,
    };
    if model.over.is_empty() {
        model.focus = Focus::Filter;
    }
    let query = ListQuery {
        typing,
        ..model.list.query.clone()
    };
    let height = list_height(model);
    show(model, query, height, effects);
}

/// How the condition at the cursor may go on, the likeliest first.
#[must_use]
pub fn completions(model: &Model) -> Vec<String> {
    let filter = &model.list.filter;
    match &model.values {
        Some(values) if filter.before() == filter.text() => values.completions(filter.text()),
        _ => Vec::new(),
    }
}

/// Completes the condition at the cursor; `false` where there is none to complete.
pub fn complete(model: &mut Model, effects: &mut Vec<Effect>) -> bool {
    if model.focus != Focus::Filter || !model.over.is_empty() {
        return false;
    }
    let Some(value) = completions(model).into_iter().next() else {
        return false;
    };
    let text = completed(model.list.filter.text(), &value);
    model.list.filter.set(text);
    let height = list_height(model);
    refilter(model, height, effects);
    true
}

/// Sorts in another way.
pub fn sort(model: &mut Model, order: Order, height: usize, effects: &mut Vec<Effect>) {
    let query = ListQuery {
        order,
        ..model.list.query.clone()
    };
    show(model, query, height, effects);
}

/// Puts the cursor on a contact, wherever it stands.
pub fn seek(model: &mut Model, id: ContactId, effects: &mut Vec<Effect>) {
    let request = Request::Place(model.list.query.clone(), id);
    model.list.place_ticket = model.ask(request, effects);
}

/// Takes an answer that is the list's; `false` where it is not, or is too old.
pub fn take(
    model: &mut Model,
    ticket: Ticket,
    reply: &Reply,
    height: usize,
    effects: &mut Vec<Effect>,
) -> bool {
    match reply {
        Reply::Rows(rows) if ticket == model.list.rows_ticket => {
            model.list.window = rows.clone();
            model.list.loaded = true;
            model.list.asked = None;
            if rows.rows.is_empty() && rows.first > 0 {
                let last = rows.first.saturating_sub(1);
                model.list.go(last, height);
            }
            model.list.found = rows.found;
            count(model, rows.total, effects);
            model.list.go(model.list.cursor, height);
        }
        Reply::Count(total) if ticket == model.list.count_ticket => {
            model.list.total = Some(*total);
            model.list.go(model.list.cursor, height);
            fill(model, height, effects);
        }
        Reply::Place(place) if ticket == model.list.place_ticket => {
            if let Some(place) = place {
                model.list.total = model.list.total.map(|total| total.max(place + 1));
                let known = model.list.known().max(place + 1);
                model.list.total.get_or_insert(known);
                model.list.go(*place, height);
                fill(model, height, effects);
            }
        }
        _ => return false,
    }
    true
}
