//! What was done, step by step: to a contact, to one of its numbers, or in the whole book; and going
//! back to it.

use crate::domain::contact::ContactId;
use crate::domain::operation::{
    FieldChange, HistoryEntry, Key, Operation, Over, Standing, StepEntry, StepRow, UndoPoint,
};
use crate::domain::phone::PhoneId;
use crate::domain::title::{field_words, value_words};
use crate::tui::keymap::Action;
use crate::tui::model::{Effect, Focus, Model, Reply, Request, Screen, Ticket, Tone, Write};

/// How many steps of the book are asked for at once.
pub const PAGE: usize = 100;

/// How many rows of a step are shown.
pub const ROWS: usize = 200;

/// Whose history it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Of {
    /// A contact's, with that of its numbers.
    Contact(ContactId),
    /// One number's.
    Phone(ContactId, PhoneId),
    /// The whole book's.
    Book,
}

/// A step.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// The step.
    pub point: UndoPoint,
    /// What became of it.
    pub standing: Standing,
    /// How many rows it touched, in the book's history.
    pub rows: Option<usize>,
    /// What it did, line by line, where that is shown.
    pub lines: Vec<Change>,
}

/// What happened to one attribute of one row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Whose row it was, in the book's history.
    pub whose: String,
    /// The attribute, or what happened to the whole row.
    pub what: String,
    /// What it was and what it became.
    pub from_to: Option<(String, String)>,
}

/// The page.
#[derive(Clone, Debug, PartialEq)]
pub struct History {
    /// Whose.
    pub of: Of,
    /// The name at its head.
    pub name: String,
    /// The steps, the newest first; none until they came.
    pub steps: Option<Vec<Told>>,
    /// The step under the cursor.
    pub cursor: usize,
    /// Whether there are older ones that were not asked for.
    more: bool,
    ticket: Ticket,
    /// Of which step the rows were asked for.
    rows_asked: (Ticket, i64),
}

impl History {
    /// The step under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&Told> {
        self.steps.as_ref()?.get(self.cursor)
    }

    /// How many steps are known.
    #[must_use]
    pub fn known(&self) -> usize {
        self.steps.as_ref().map_or(0, Vec::len)
    }

    /// Takes the entries of a contact: those of one step are told together.
    fn take_entries(&mut self, entries: &[HistoryEntry]) {
        let mut steps: Vec<Told> = Vec::new();
        // A number that came with its contact has no operation of its own for that.
        let is_made = |entry: &HistoryEntry, key: Key| matches!(entry.operation, Operation::Create(of, _) if of == key);
        for entry in entries {
            if let Of::Phone(contact, id) = self.of {
                let own = Key::Phone(id);
                let came = is_made(entry, Key::Contact(contact))
                    && !entries.iter().any(|entry| is_made(entry, own));
                if entry.operation.key() != own && !came {
                    continue;
                }
            }
            let lines = changes(&entry.operation, "");
            match steps.last_mut() {
                Some(last) if last.point.id == entry.point.id => last.lines.extend(lines),
                _ => steps.push(Told {
                    point: entry.point.clone(),
                    standing: if entry.undone {
                        Standing::Undone
                    } else {
                        Standing::Done
                    },
                    rows: None,
                    lines,
                }),
            }
        }
        self.cursor = self.cursor.min(steps.len().saturating_sub(1));
        self.steps = Some(steps);
    }

    /// Takes a page of the book's steps: the first one anew, or an older one.
    fn take_steps(&mut self, page: &[StepEntry]) {
        let told = page.iter().map(|entry| Told {
            point: entry.point.clone(),
            standing: entry.standing,
            rows: Some(entry.rows),
            lines: Vec::new(),
        });
        self.more = page.len() == PAGE;
        let older = page.first().map(|entry| entry.point.id);
        match &mut self.steps {
            Some(steps) if steps.last().map(|step| step.point.id) > older => steps.extend(told),
            _ => self.steps = Some(told.collect()),
        }
        self.cursor = self.cursor.min(self.known().saturating_sub(1));
    }

    /// Takes the rows of a step, wherever the cursor is by now.
    fn take_rows(&mut self, of: i64, rows: &[StepRow]) {
        let lines: Vec<Change> = rows
            .iter()
            .flat_map(|row| {
                let number = row.number.iter().map(|number| format!(" {number}"));
                let whose = format!("{}{}", row.name, number.collect::<String>());
                changes(&row.operation, &whose)
            })
            .collect();
        let step = self
            .steps
            .as_mut()
            .and_then(|steps| steps.iter_mut().find(|step| step.point.id == of));
        if let Some(step) = step {
            step.lines = lines;
        }
    }
}

/// What an operation did, line by line; an added or deleted row is one.
fn changes(operation: &Operation, whose: &str) -> Vec<Change> {
    let row = |what: &str| Change {
        whose: whose.to_owned(),
        what: what.to_owned(),
        from_to: None,
    };
    let one = |change: &FieldChange| Change {
        whose: whose.to_owned(),
        what: field_words(&change.field),
        from_to: Some((value_words(&change.from), value_words(&change.to))),
    };
    match operation {
        // Of one contact the title of the step says it.
        Operation::Create(..) | Operation::Delete(_) if whose.is_empty() => Vec::new(),
        Operation::Create(..) => vec![row("added")],
        Operation::Delete(_) => vec![row("deleted")],
        Operation::Update(_, changes) => {
            let telling = changes.iter().filter(|change| change.is_worth_telling());
            telling.map(one).collect()
        }
    }
}

/// Opens the history of the contact; from its numbers, that of the number.
pub fn open(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let (of, name) = match (action, model.profile()) {
        (Action::BookHistory, _) => (Of::Book, "the whole book".to_owned()),
        (_, None) => return,
        (_, Some(profile)) => {
            let id = profile.contact.id;
            match model
                .detail
                .phone()
                .filter(|_| model.focus == Focus::Detail)
            {
                Some(phone) => (
                    Of::Phone(id, phone.id),
                    format!("{}, {}", profile.contact.name, phone.shown()),
                ),
                None => (Of::Contact(id), profile.contact.name.clone()),
            }
        }
    };
    let history = History {
        of,
        name,
        steps: None,
        cursor: 0,
        more: false,
        ticket: Ticket(0),
        rows_asked: (Ticket(0), 0),
    };
    model.over.push(Screen::History(Box::new(history)));
    ask(model, effects);
}

/// The page, wherever it is: what comes over it does not keep its answers from it.
fn page(model: &mut Model) -> Option<&mut History> {
    model.over.iter_mut().find_map(|page| match page {
        Screen::History(history) => Some(&mut **history),
        _ => None,
    })
}

/// Asks for the steps again: something was written.
pub fn ask(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(history) = page(model) else {
        return;
    };
    let request = match history.of {
        Of::Contact(id) | Of::Phone(id, _) => Request::History(id),
        Of::Book => Request::Steps(None, PAGE),
    };
    let ticket = model.ask(request, effects);
    if let Some(history) = page(model) {
        history.ticket = ticket;
        if history.of == Of::Book {
            history.steps = None;
        }
    }
}

/// Moves the cursor, and asks for older steps where it comes to the end of those that are known.
pub fn go(model: &mut Model, place: usize, effects: &mut Vec<Effect>) {
    let Some(Screen::History(history)) = model.over.last_mut() else {
        return;
    };
    history.cursor = place.min(history.known().saturating_sub(1));
    let last = history.steps.as_ref().and_then(|steps| steps.last());
    if let Some(last) = last.filter(|_| history.more && history.cursor + 1 >= history.known()) {
        let before = last.point.id;
        history.more = false;
        let ticket = model.ask(Request::Steps(Some(before), PAGE), effects);
        if let Some(Screen::History(history)) = model.over.last_mut() {
            history.ticket = ticket;
        }
    }
}

/// Takes an answer that is the history's; `false` where it is not, or is too old.
pub fn take(model: &mut Model, ticket: Ticket, reply: &Reply) -> bool {
    let Some(history) = page(model) else {
        return false;
    };
    match reply {
        Reply::History(entries) if ticket == history.ticket => history.take_entries(entries),
        Reply::Steps(steps) if ticket == history.ticket => history.take_steps(steps),
        Reply::StepRows(rows) if ticket == history.rows_asked.0 => {
            history.take_rows(history.rows_asked.1, rows);
        }
        _ => return false,
    }
    true
}

/// Does one of the actions that are only here.
pub fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let Some(Screen::History(history)) = model.over.last_mut() else {
        return;
    };
    let Some(step) = history.current() else {
        return model.say(Tone::Plain, "nothing was done yet");
    };
    let (id, standing) = (step.point.id, step.standing);
    match action {
        Action::Restore => {
            let write = match history.of {
                Of::Contact(contact) => Write::RestoreContact(contact, id),
                Of::Phone(contact, phone) => Write::RestorePhone(contact, phone, id),
                Of::Book if standing != Standing::Done => {
                    return model.say(Tone::Plain, "this step does not stand any more");
                }
                Of::Book => Write::UndoBackTo(id),
            };
            model.write(write, effects);
        }
        Action::UndoStep if standing != Standing::Done => {
            model.say(Tone::Plain, "this step does not stand any more");
        }
        Action::UndoStep => {
            model.write(Write::UndoStep(id, Over::Refused), effects);
        }
        _ => {
            if !step.lines.is_empty() && history.of == Of::Book {
                history.take_rows(id, &[]);
            } else if history.of == Of::Book {
                let ticket = model.ask(Request::StepRows(id, ROWS), effects);
                if let Some(Screen::History(history)) = model.over.last_mut() {
                    history.rows_asked = (ticket, id);
                }
            }
        }
    }
}
