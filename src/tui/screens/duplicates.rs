//! Contacts that may be one person, group after group, side by side; and what merging makes of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::contact::ContactId;
use crate::domain::duplicates::{
    Group, Likeness, Merge, MergeField, Merged, Person, fingerprint, merged, taken,
};
use crate::tui::keymap::Action;
use crate::tui::layout::list_height;
use crate::tui::model::{Effect, Focus, Model, Reply, Request, Screen, Ticket, Tone, Write};

/// The screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Duplicates {
    /// The groups that are left.
    pub groups: Vec<Group>,
    /// How many there were when it began.
    pub begun_with: usize,
    /// The group under the cursor.
    pub cursor: usize,
    /// The first group on the screen.
    pub top: usize,
    /// The people of that group, the one that is kept first, once they came.
    pub people: Vec<Person>,
    /// Whose value is taken of a field.
    pub picks: BTreeMap<MergeField, ContactId>,
    /// The field under the cursor, of those in which they differ.
    pub field: usize,
    /// Who is in what was written last, to be taken from the groups.
    done: Vec<ContactId>,
    ticket: Ticket,
}

impl Duplicates {
    /// The group under the cursor.
    #[must_use]
    pub fn current(&self) -> Option<&Group> {
        self.groups.get(self.cursor)
    }

    /// The fields in which the people differ.
    #[must_use]
    pub fn fields(&self) -> Vec<MergeField> {
        let differs = |field: &MergeField| {
            let values: BTreeSet<_> = self
                .people
                .iter()
                .filter_map(|one| field.of(&one.contact))
                .collect();
            values.len() > 1
        };
        MergeField::ALL.into_iter().filter(differs).collect()
    }

    /// What merging makes of them as it is picked.
    #[must_use]
    pub fn merged(&self) -> Option<Merged> {
        merged(&self.people, &self.picks, uuid::Uuid::nil)
    }

    fn merge(&self) -> Merge {
        Merge {
            contacts: self.people.iter().map(|one| one.contact.id).collect(),
            picks: self.picks.clone(),
            seen: Some(fingerprint(&self.people)),
        }
    }

    /// Takes another one's value of the field under the cursor.
    fn pick(&mut self, forward: bool) {
        let Some(field) = self.fields().get(self.field).copied() else {
            return;
        };
        let with: Vec<ContactId> = self
            .people
            .iter()
            .filter(|one| field.of(&one.contact).is_some())
            .map(|one| one.contact.id)
            .collect();
        let at = taken(&self.people, &self.picks, field);
        let at = at.and_then(|one| with.iter().position(|id| *id == one.contact.id));
        // Before the first note and after the last, both are kept.
        let next = match (at, forward) {
            (None, true) => Some(0),
            (None, false) => with.len().checked_sub(1),
            (Some(at), true) => Some(at + 1),
            (Some(at), false) => at.checked_sub(1),
        };
        match next.and_then(|next| with.get(next)) {
            Some(id) => drop(self.picks.insert(field, *id)),
            None if field == MergeField::Note => drop(self.picks.remove(&field)),
            None => {}
        }
    }
}

/// Looks for duplicates, and then opens the screen.
pub fn open(model: &mut Model, effects: &mut Vec<Effect>) {
    model.wait_for(Request::Duplicates, effects);
}

/// Shows the groups that were found.
pub fn show(model: &mut Model, groups: Vec<Group>, effects: &mut Vec<Effect>) {
    let open = model.over.iter_mut().find_map(|screen| match screen {
        Screen::Duplicates(open) => Some(open),
        _ => None,
    });
    if let Some(open) = open {
        open.groups = groups;
        open.begun_with = open.begun_with.max(open.groups.len());
    } else if groups.is_empty() {
        return model.say(Tone::Good, "nobody is there twice");
    } else {
        model.focus = Focus::List;
        model.over.push(Screen::Duplicates(Box::new(Duplicates {
            begun_with: groups.len(),
            groups,
            cursor: 0,
            top: 0,
            people: Vec::new(),
            picks: BTreeMap::new(),
            field: 0,
            done: Vec::new(),
            ticket: Ticket(0),
        })));
    }
    go(model, None, effects);
}

/// Puts the cursor on a group, or where it is, and asks for its people.
pub fn go(model: &mut Model, place: Option<usize>, effects: &mut Vec<Effect>) {
    let height = list_height(model);
    let Some(Screen::Duplicates(screen)) = model.over.last_mut() else {
        return;
    };
    let place = place.unwrap_or(screen.cursor);
    screen.cursor = place.min(screen.groups.len().saturating_sub(1));
    screen.top = screen
        .top
        .min(screen.cursor)
        .max((screen.cursor + 1).saturating_sub(height.max(1)));
    screen.people.clear();
    screen.picks.clear();
    screen.field = 0;
    model.focus = Focus::List;
    let Some(Screen::Duplicates(screen)) = model.over.last() else {
        return;
    };
    let Some(group) = screen.current() else {
        return;
    };
    let ids = group.contacts.clone();
    let ticket = model.ask(Request::People(ids), effects);
    if let Some(Screen::Duplicates(screen)) = model.over.last_mut() {
        screen.ticket = ticket;
    }
}

/// Moves through the fields in which they differ.
pub fn go_field(model: &mut Model, place: usize) {
    if let Some(Screen::Duplicates(screen)) = model.over.last_mut() {
        screen.field = place.min(screen.fields().len().saturating_sub(1));
    }
}

/// Takes an answer that is the screen's; `false` where it is not, or is too old.
pub fn take(model: &mut Model, ticket: Ticket, reply: &Reply) -> bool {
    match (reply, model.over.last_mut()) {
        (Reply::People(people), Some(Screen::Duplicates(screen))) if screen.ticket == ticket => {
            screen.people.clone_from(people);
            true
        }
        _ => false,
    }
}

/// What was to be written was refused.
pub fn refused(model: &mut Model) {
    if let Some(Screen::Duplicates(screen)) = model.over.last_mut() {
        screen.done.clear();
    }
}

/// Something was written: what was done here leaves the groups, anything else is looked for again.
pub fn wrote(model: &mut Model, effects: &mut Vec<Effect>) {
    let Some(Screen::Duplicates(screen)) = model.over.last_mut() else {
        return;
    };
    let done = std::mem::take(&mut screen.done);
    let mut gone = done.iter();
    if done.is_empty() {
        model.wait_for(Request::Duplicates, effects);
        return;
    }
    // Of those merged the first is still there; of those told apart all are.
    let kept = gone.next();
    let at = screen.cursor;
    screen
        .groups
        .remove(at.min(screen.groups.len().saturating_sub(1)));
    if kept.is_some() {
        let gone: BTreeSet<_> = gone.collect();
        for group in &mut screen.groups {
            let there: Vec<bool> = group.contacts.iter().map(|id| !gone.contains(id)).collect();
            let mut names = there.iter();
            group
                .names
                .retain(|_| names.next().copied().unwrap_or(true));
            let mut ids = there.iter();
            group
                .contacts
                .retain(|_| ids.next().copied().unwrap_or(true));
        }
        screen.groups.retain(|group| group.contacts.len() > 1);
    }
    if screen.groups.is_empty() {
        model.over.pop();
        model.focus = Focus::List;
        return;
    }
    go(model, None, effects);
}

/// Does one of the actions that are only here.
pub fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let focus = model.focus;
    let Some(Screen::Duplicates(screen)) = model.over.last_mut() else {
        return;
    };
    match action {
        Action::NextPane | Action::PreviousPane => {
            let fields = !screen.fields().is_empty();
            model.focus = match focus {
                Focus::List if fields => Focus::Detail,
                _ => Focus::List,
            };
        }
        Action::Left | Action::Right => screen.pick(action == Action::Right),
        Action::KeepOther => {
            if !screen.people.is_empty() {
                screen.people.rotate_left(1);
                screen.picks.clear();
            }
        }
        Action::Skip => {
            let next = screen.cursor + 1;
            let next = if next < screen.groups.len() { next } else { 0 };
            go(model, Some(next), effects);
        }
        Action::MergeSure => {
            let sure = screen
                .groups
                .iter()
                .filter(|group| group.likeness.is_sure());
            let merges: Vec<Merge> = sure
                .map(|group| Merge {
                    contacts: group.contacts.clone(),
                    picks: BTreeMap::new(),
                    seen: None,
                })
                .collect();
            if merges.is_empty() {
                let why = "no group has the same name and the same number";
                return model.say(Tone::Plain, why);
            }
            model.wait_for(Request::PlanMerge(merges), effects);
        }
        _ if screen.people.len() < 2 => {
            model.say(Tone::Plain, "these contacts are still being read");
        }
        Action::Apart => {
            let likeness = screen.current().map(|group| group.likeness.clone());
            let ids: Vec<ContactId> = screen.people.iter().map(|one| one.contact.id).collect();
            // Nobody goes: the group does.
            screen.done = ids.first().copied().into_iter().collect();
            let write = match likeness {
                Some(Likeness::Name(_)) | None => Write::Namesakes(ids),
                Some(_) => Write::Shared(shared(&screen.people)),
            };
            model.write(write, effects);
        }
        _ => {
            let merge = screen.merge();
            screen.done.clone_from(&merge.contacts);
            model.write(Write::Merge(vec![merge]), effects);
        }
    }
}

/// The numbers that more than one of them has.
fn shared(people: &[Person]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut shared = BTreeSet::new();
    for phone in people.iter().flat_map(|one| &one.phones) {
        if !seen.insert(&phone.identity) {
            shared.insert(phone.identity.clone());
        }
    }
    shared.into_iter().collect()
}
