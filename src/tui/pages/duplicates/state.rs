//! What the page of duplicates remembers: the groups that are left, and the contacts of one of them.

use std::collections::{BTreeMap, BTreeSet};

use ratatui::layout::Rect;
use uuid::Uuid;

use crate::domain::contact::ContactId;
use crate::domain::duplicates::{
    Group, Likeness, Merge, MergeField, Merged, NOTE, merged, most_known_first, taken,
};
use crate::domain::full_contact::FullContact;
use crate::domain::number::Region;
use crate::domain::rehearsal::{Seen, Task};
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::Action;
use crate::tui::pages::page::Outcome;
use crate::tui::protocol::{Purpose, Request, Tone, Write};
use crate::tui::widgets::areas::{Pane, Panes, WIDE};
use crate::tui::widgets::cursor::top_for;
use crate::tui::widgets::flow::Top;

/// The width from which on the groups and the contacts of one stand side by side.
const SIDE_BY_SIDE: u16 = WIDE;

/// The page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Duplicates {
    /// The contacts that a person marked, to become one; none: the duplicates of the whole book.
    marked: Vec<ContactId>,
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
    pub people: Vec<FullContact>,
    /// Whose value is taken of a field.
    pub picks: BTreeMap<MergeField, ContactId>,
    /// The order in which the group was shown before it was read again, and what was picked then.
    before: Option<(Vec<ContactId>, BTreeMap<MergeField, ContactId>)>,
    /// The field under the cursor, of those in which they differ.
    pub field: usize,
    /// What is seen of the contacts of the group.
    pub(super) seen: Top,
    /// Whether the groups have the keys, or the fields in which those of one differ.
    pub(super) focus: Pane,
    /// The group that is being written, to be taken from the groups when that is answered.
    pub(super) done: Option<Finished>,
}

/// A group that is being merged, or marked as different contacts.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Finished {
    group: BTreeSet<ContactId>,
    /// Those of it that are there no longer when it is written.
    gone: BTreeSet<ContactId>,
}

impl Duplicates {
    /// The page for contacts that a person marked: they are the only group.
    #[must_use]
    pub(crate) fn of_marked(marked: Vec<ContactId>) -> Self {
        Self {
            marked,
            ..Self::default()
        }
    }

    /// Whether a person marked what is merged here.
    pub(super) fn is_of_marked(&self) -> bool {
        !self.marked.is_empty()
    }

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
        MergeField::all().filter(differs).collect()
    }

    /// What merging makes of them as it is picked.
    #[must_use]
    pub fn merged(&self, home: Option<Region>) -> Option<Merged> {
        let mut last = 0;
        let fresh = || {
            last += 1;
            Uuid::from_u128(last)
        };
        merged(&self.people, &self.picks, home, fresh)
    }

    fn merge(&self) -> Merge {
        Merge {
            contacts: self.people.iter().map(|one| one.contact.id).collect(),
            picks: self.picks.clone(),
        }
    }

    /// The contacts as they are shown.
    fn shown(&self) -> Seen {
        Seen::contacts(&self.people)
    }

    /// Takes another one's value of the field under the cursor.
    pub(super) fn pick(&mut self, forward: bool) {
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
            None if field == NOTE => drop(self.picks.remove(&field)),
            None => {}
        }
    }
}

impl Duplicates {
    /// Looks for the groups. Gives whether they come, or are there.
    pub(super) fn look(&mut self, ctx: &mut Ctx<'_>) -> bool {
        if !self.is_of_marked() {
            return ctx.wait_for(Request::Duplicates, Purpose::Stay);
        }
        self.found = true;
        self.begun_with = 1;
        self.groups = vec![Group {
            likeness: Likeness::Marked,
            contacts: self.marked.clone(),
            names: Vec::new(),
        }];
        self.show(0, ctx);
        true
    }

    /// Takes the contacts of the group. Where they are those that were shown before, the one that is kept and
    /// what was picked stay as they were chosen.
    pub(super) fn take_people(&mut self, mut people: Vec<FullContact>) {
        if let Some((order, picks)) = self.before.take() {
            let place = |one: &FullContact| order.iter().position(|id| *id == one.contact.id);
            if people.len() == order.len() && people.iter().all(|one| place(one).is_some()) {
                people.sort_by_key(place);
                self.picks = picks;
            }
        } else if self.is_of_marked() {
            most_known_first(&mut people);
            // There is nothing to choose among the groups.
            self.focus = Pane::Detail;
        }
        if let Some(group) = self.groups.first_mut().filter(|_| !self.marked.is_empty()) {
            group.names = people.iter().map(|one| one.contact.name.clone()).collect();
        }
        self.people = people;
    }

    /// Puts the cursor on a group, and asks for its people.
    pub(super) fn show(&mut self, place: usize, ctx: &mut Ctx<'_>) {
        self.cursor = place.min(self.groups.len().saturating_sub(1));
        self.top = top_for(self.top, self.cursor, ctx.height());
        let order: Vec<ContactId> = self.people.iter().map(|one| one.contact.id).collect();
        let picks = std::mem::take(&mut self.picks);
        if !order.is_empty() {
            self.before = Some((order, picks));
        }
        self.people.clear();
        self.field = 0;
        self.seen = Top::default();
        self.focus = Pane::List;
        if let Some(group) = self.current() {
            ctx.read(Request::People(group.contacts.clone()));
        }
    }

    /// Takes the groups that are left. Where there are none from the beginning there is nothing to see;
    /// after a merge the page stays, and so does the toast that says what was merged.
    pub(super) fn found(&mut self, groups: Vec<Group>, ctx: &mut Ctx<'_>) -> Outcome {
        let is_first = !std::mem::replace(&mut self.found, true);
        self.groups = groups;
        self.begun_with = self.begun_with.max(self.groups.len());
        if is_first && self.groups.is_empty() {
            ctx.say(Tone::Good, "no duplicates found");
            return Outcome::Close;
        }
        self.show(self.cursor, ctx);
        Outcome::Stay
    }

    /// Whether there is room for the groups alone, and they are seen.
    pub(super) fn is_list_alone(&self, session: &Session) -> bool {
        self.focus == Pane::List && session.size.width < SIDE_BY_SIDE
    }

    /// Where the groups and the contacts of one are. Of marked contacts there is one group, and it has all
    /// of the room.
    pub(super) fn panes(&self, content: Rect) -> Panes {
        if self.is_of_marked() {
            return Panes::split(content, Pane::Detail, u16::MAX);
        }
        Panes::split(content, self.focus, SIDE_BY_SIDE)
    }

    /// Shows the contacts of the group under the cursor, once they came.
    pub(super) fn open_group(&mut self, ctx: &mut Ctx<'_>) {
        if self.people.is_empty() {
            return ctx.say(Tone::Plain, "still loading these contacts");
        }
        self.focus = Pane::Detail;
        self.seen = Top::default();
    }

    /// Asks what merging all groups that are sure would do.
    pub(super) fn merge_sure(&self, ctx: &mut Ctx<'_>) {
        if !self.groups.iter().any(|group| group.likeness.is_sure()) {
            let why = "no group has the same name and number";
            return ctx.say(Tone::Plain, why);
        }
        ctx.wait_for(Request::Rehearse(Task::MergeSure), Purpose::Preview);
    }

    /// Writes what is to become of the group under the cursor.
    pub(super) fn write_group(&mut self, action: Action, ctx: &mut Ctx<'_>) {
        if self.people.len() < 2 {
            return ctx.say(Tone::Plain, "still loading these contacts");
        }
        let ids: Vec<ContactId> = self.people.iter().map(|one| one.contact.id).collect();
        let (write, gone) = match (action, self.current().map(|group| &group.likeness)) {
            (Action::MergeGroup, _) => (
                Write::Perform(Task::Merge(vec![self.merge()]), self.shown()),
                ids.iter().skip(1).copied().collect(),
            ),
            (Action::Apart, Some(Likeness::Name(_) | Likeness::Marked) | None) => {
                (Write::Namesakes(ids.clone()), BTreeSet::new())
            }
            (Action::Apart, Some(_)) => (Write::Shared(shared(&self.people)), BTreeSet::new()),
            _ => return,
        };
        if ctx.write(write) {
            let group = ids.into_iter().collect();
            self.done = Some(Finished { group, gone });
        }
    }

    /// Takes a group that was written from those that are left.
    pub(super) fn leave_out(&mut self, done: &Finished) {
        // The cursor may be on another group by now.
        self.groups.retain(|group| {
            let contacts: BTreeSet<_> = group.contacts.iter().copied().collect();
            contacts != done.group
        });
        for group in &mut self.groups {
            let is_there = |id: &ContactId| !done.gone.contains(id);
            let there: Vec<bool> = group.contacts.iter().map(is_there).collect();
            let mut names = there.iter();
            group
                .names
                .retain(|_| names.next().copied().unwrap_or(true));
            group.contacts.retain(is_there);
        }
        self.groups.retain(|group| group.contacts.len() > 1);
    }
}

/// The numbers that more than one of them has.
fn shared(people: &[FullContact]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut shared = BTreeSet::new();
    for phone in people.iter().flat_map(|one| &one.phones) {
        if !seen.insert(&phone.identity) {
            shared.insert(phone.identity.clone());
        }
    }
    shared.into_iter().collect()
}
