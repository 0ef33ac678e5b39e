//! Contacts that may be one person, group after group, side by side; and what merging makes of them.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::contact::ContactId;
use crate::domain::duplicates::{
    Group, Likeness, Merge, MergeField, Merged, Person, fingerprint, merged, taken,
};
use crate::tui::keymap::Action;
use crate::tui::layout::list_height;
use crate::tui::model::{
    Effect, Focus, Model, Purpose, Reply, Request, Screen, Ticket, Tone, Write,
};

/// The screen.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Duplicates {
    /// The groups that are left.
    pub groups: Vec<Group>,
    /// Whether they have come.
    pub found: bool,
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
    /// The group that is being written, to be taken from the groups when that is answered.
    done: Option<Done>,
    /// The search that has not been answered.
    search: Option<Ticket>,
    ticket: Ticket,
}

/// A group that is being merged, or marked as different contacts.
#[derive(Clone, Debug, PartialEq)]
struct Done {
    ticket: Ticket,
    group: BTreeSet<ContactId>,
    /// Those of it that are there no longer when it is written.
    gone: BTreeSet<ContactId>,
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

/// Opens the screen, and has duplicates looked for.
pub fn open(model: &mut Model, effects: &mut Vec<Effect>) {
    let page = model.over.push(Screen::Duplicates(Box::default()));
    if look(model, effects).is_none() {
        model.over.close(page);
        return;
    }
    model.focus = Focus::List;
}

fn look(model: &mut Model, effects: &mut Vec<Effect>) -> Option<Ticket> {
    let ticket = model.wait_for(Request::Duplicates, Purpose::Stay, effects);
    if let Some(screen) = page(model) {
        screen.search = ticket;
    }
    ticket
}

/// The page, wherever it is: what comes over it does not keep its answers from it.
fn page(model: &mut Model) -> Option<&mut Duplicates> {
    model.over.iter_mut().find_map(|page| match page {
        Screen::Duplicates(page) => Some(&mut **page),
        _ => None,
    })
}

/// Takes the groups that the page asked for. Where there are none from the beginning it closes, unless
/// something is over it; after a merge it stays, and so does the toast that says what was merged.
pub fn found(model: &mut Model, ticket: Ticket, groups: Vec<Group>, effects: &mut Vec<Effect>) {
    let Some(screen) = page(model).filter(|screen| screen.search == Some(ticket)) else {
        return;
    };
    screen.search = None;
    let is_first = !std::mem::replace(&mut screen.found, true);
    screen.groups = groups;
    screen.begun_with = screen.begun_with.max(screen.groups.len());
    if is_first && screen.groups.is_empty() && is_on_top(model) {
        model.over.pop();
        return model.say(Tone::Good, "nobody is there twice");
    }
    go(model, None, effects);
}

fn is_on_top(model: &Model) -> bool {
    matches!(model.over.last(), Some(Screen::Duplicates(_)))
}

/// Puts the cursor on a group, or where it is, and asks for its people.
pub fn go(model: &mut Model, place: Option<usize>, effects: &mut Vec<Effect>) {
    let height = list_height(model);
    let Some(screen) = page(model) else {
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
    let ids = screen.current().map(|group| group.contacts.clone());
    model.focus = Focus::List;
    let Some(ids) = ids else {
        return;
    };
    let ticket = model.ask(Request::People(ids), effects);
    if let Some(screen) = page(model) {
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
    match (reply, page(model)) {
        (Reply::People(people), Some(screen)) if screen.ticket == ticket => {
            screen.people.clone_from(people);
            true
        }
        _ => false,
    }
}

/// What the page asked for was refused: a search that was given up leaves nothing to see.
pub fn refused(model: &mut Model, ticket: Ticket) {
    let Some(screen) = page(model) else {
        return;
    };
    screen.done.take_if(|done| done.ticket == ticket);
    let given_up = screen.search.take_if(|search| *search == ticket).is_some();
    if given_up && !screen.found && is_on_top(model) {
        model.over.pop();
    }
}

/// Something was written: what was done here leaves the groups, anything else is looked for again.
pub fn wrote(model: &mut Model, ticket: Ticket, effects: &mut Vec<Effect>) {
    let Some(screen) = page(model) else {
        return;
    };
    let Some(done) = screen.done.take_if(|done| done.ticket == ticket) else {
        if model.writing.is_none() {
            look(model, effects);
        }
        return;
    };
    // The cursor may be on another group by now.
    screen.groups.retain(|group| {
        let contacts: BTreeSet<_> = group.contacts.iter().copied().collect();
        contacts != done.group
    });
    for group in &mut screen.groups {
        let is_there = |id: &ContactId| !done.gone.contains(id);
        let there: Vec<bool> = group.contacts.iter().map(is_there).collect();
        let mut names = there.iter();
        group
            .names
            .retain(|_| names.next().copied().unwrap_or(true));
        group.contacts.retain(is_there);
    }
    screen.groups.retain(|group| group.contacts.len() > 1);
    if screen.groups.is_empty() && is_on_top(model) {
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
            model.wait_for(Request::PlanMerge(merges), Purpose::Preview, effects);
        }
        _ if screen.people.len() < 2 => {
            model.say(Tone::Plain, "these contacts are still being read");
        }
        Action::Apart => {
            let likeness = screen.current().map(|group| group.likeness.clone());
            let ids: Vec<ContactId> = screen.people.iter().map(|one| one.contact.id).collect();
            let write = match likeness {
                Some(Likeness::Name(_)) | None => Write::Namesakes(ids.clone()),
                Some(_) => Write::Shared(shared(&screen.people)),
            };
            write_group(model, write, &ids, &[], effects);
        }
        _ => {
            let merge = screen.merge();
            let ids = merge.contacts.clone();
            let gone = ids.get(1..).unwrap_or_default();
            write_group(model, Write::Merge(vec![merge]), &ids, gone, effects);
        }
    }
}

/// Writes what is to become of a group, of which some are then gone.
fn write_group(
    model: &mut Model,
    write: Write,
    group: &[ContactId],
    gone: &[ContactId],
    effects: &mut Vec<Effect>,
) {
    let Some(ticket) = model.write(write, effects) else {
        return;
    };
    if let Some(screen) = page(model) {
        screen.done = Some(Done {
            ticket,
            group: group.iter().copied().collect(),
            gone: gone.iter().copied().collect(),
        });
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
