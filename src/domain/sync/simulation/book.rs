//! The books of the simulation, in memory, and their people.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use uuid::Uuid;

use crate::domain::ids::ContactId;
use crate::domain::sync::part::RemoteState;
use crate::domain::sync::person::{Number, Person};
use crate::domain::sync::remote::Href;
use crate::domain::sync::row::{ConflictKey, Row};
use crate::domain::sync::rules::{Rule, holds};
use crate::domain::sync::said::NAME;

use super::contact::{SimContact, emails};
use super::people::{edit_email, edit_number, note_undone};
use super::server::{SimCard, birth_of, detail, email, identity, is_crowded, label, name};
use super::world::World;

/// What a book knows of one remote.
#[derive(Clone, Default)]
pub(super) struct Side {
    pub(super) rows: BTreeMap<Href, Rc<Row<SimCard>>>,
    pub(super) state: RemoteState,
    /// A run was taken back, and a person has to say what is to become of its links.
    pub(super) waits: bool,
    pub(super) undone: BTreeSet<Href>,
    /// Rows of which something may wait to be sent.
    pub(super) unlooked: BTreeSet<ContactId>,
    /// How much of the log was looked at.
    pub(super) seen: usize,
}

pub(super) type People = BTreeMap<ContactId, Rc<SimContact>>;

/// What a run found and left, for taking it back.
#[derive(Clone, Default)]
pub(super) struct Taken {
    pub(super) before: People,
    pub(super) after: People,
    pub(super) links: [BTreeMap<Href, ContactId>; 2],
}

/// What was decided of a contact.
#[derive(Clone)]
pub(super) struct Decision {
    pub(super) contact: ContactId,
    pub(super) before: Rc<SimContact>,
    pub(super) after: Rc<SimContact>,
    pub(super) fields: Vec<(usize, Href, ConflictKey)>,
}

#[derive(Clone, Default)]
pub(super) struct SimBook {
    pub(super) me: u32,
    pub(super) contacts: People,
    pub(super) sides: [Side; 2],
    pub(super) bin: Vec<(ContactId, Rc<SimContact>)>,
    pub(super) run: Option<Taken>,
    /// Whether only some contacts go out; those in `out` do not.
    pub(super) only: bool,
    pub(super) out: BTreeSet<ContactId>,
    pub(super) paused: bool,
    /// Restored, and not synced since.
    pub(super) fresh: bool,
    pub(super) ids: u32,
    pub(super) conflicts: u64,
    /// What was decided last.
    pub(super) decision: Option<Decision>,
    /// The fields of the first server that are in conflict again since the last sync, with what is said there.
    pub(super) parted: Vec<(Href, ConflictKey, Option<String>)>,
    /// The contacts that were changed, by whatever it was.
    pub(super) log: Vec<(ContactId, bool)>,
}

impl SimBook {
    pub(super) fn new_id(&mut self) -> ContactId {
        self.ids += 1;
        ContactId(Uuid::from_u128(
            (u128::from(self.me + 1) << 64) + u128::from(self.ids),
        ))
    }

    pub(super) fn links(&self) -> [BTreeMap<Href, ContactId>; 2] {
        [0, 1].map(|side: usize| {
            let rows = self.sides[side].rows.iter();
            rows.filter(|(_, row)| self.contacts.contains_key(&row.contact))
                .map(|(href, row)| (href.clone(), row.contact))
                .collect()
        })
    }

    pub(super) fn is_out(&self, contact: ContactId) -> bool {
        self.only && self.out.contains(&contact)
    }

    pub(super) fn row_of(
        &self,
        side: usize,
        contact: ContactId,
    ) -> Option<(&Href, &Rc<Row<SimCard>>)> {
        let mut rows = self.sides[side].rows.iter();
        rows.find(|(_, row)| row.contact == contact)
    }

    /// A person takes the last run back: contacts are as before it, and where it linked, nothing moves until the
    /// person chose.
    pub(super) fn undo(&mut self, world: &mut World) -> bool {
        let Some(taken) = self.run.take() else {
            return false;
        };
        let ids: BTreeSet<ContactId> = taken
            .before
            .keys()
            .chain(taken.after.keys())
            .copied()
            .collect();
        let changed: Vec<ContactId> = ids
            .into_iter()
            .filter(|id| taken.before.get(id) != taken.after.get(id))
            .collect();
        if changed
            .iter()
            .any(|id| self.contacts.get(id) != taken.after.get(id))
        {
            return false;
        }
        let contacts = &self.contacts;
        for (side, links) in self.sides.iter_mut().zip(&taken.links) {
            let linked: Vec<Href> = side
                .rows
                .iter()
                .filter(|(href, row)| {
                    row.etag.is_some()
                        && contacts.contains_key(&row.contact)
                        && links.get(*href) != Some(&row.contact)
                        && (holds(Rule::UndoneWhereMade) || row.sent == 0)
                })
                .map(|(href, _)| href.clone())
                .collect();
            if !linked.is_empty() {
                side.waits = true;
                side.undone.extend(linked);
            }
            // What is on its way is looked at by the next run.
            for (href, row) in &mut side.rows {
                if row.etag.is_none() && links.get(href) != Some(&row.contact) {
                    Rc::make_mut(row).undone = true;
                }
            }
        }
        for id in changed {
            let (was, is) = (taken.before.get(&id), taken.after.get(&id));
            let again = self.sides.iter().any(|side| {
                side.undone
                    .iter()
                    .any(|href| side.rows.get(href).is_some_and(|row| row.contact == id))
            });
            note_undone(world, was, is, again);
            self.log.push((id, true));
            if let Some(was) = was {
                self.contacts.insert(id, was.clone());
                self.bin.retain(|(binned, _)| *binned != id);
            } else {
                self.contacts.remove(&id);
                if self.is_out(id) {
                    self.hold(id);
                }
            }
        }
        true
    }

    fn hold(&mut self, contact: ContactId) {
        for row in self
            .sides
            .iter_mut()
            .flat_map(|side| side.rows.values_mut())
        {
            if row.contact == contact {
                Rc::make_mut(row).held = true;
            }
        }
    }

    /// After an undo: once more as a first sync, with the links dropped, or the undo goes there.
    pub(super) fn choose(&mut self, world: &mut World, send: bool) {
        for side in &mut self.sides {
            if !std::mem::take(&mut side.waits) {
                continue;
            }
            let keeps = !holds(Rule::DropUndoneLinks);
            for href in std::mem::take(&mut side.undone) {
                if send {
                    let Some(row) = side.rows.get(&href) else {
                        continue;
                    };
                    let contact = self.contacts.get(&row.contact);
                    if contact.is_none() {
                        let base = row.base.as_ref().map(SimCard::key);
                        world.known.deleted_people.extend(base);
                    }
                    for key in row.agreed.numbers.keys() {
                        if !contact.is_some_and(|contact| contact.person.numbers.contains_key(key))
                        {
                            world.known.deleted_numbers.insert(key.clone());
                        }
                    }
                    for (value, _) in emails(&row.agreed) {
                        if !contact.is_some_and(|contact| {
                            contact.person.detail_like(&identity(&value)).is_some()
                        }) {
                            world.known.deleted_emails.insert(birth_of(&value));
                        }
                    }
                } else if !keeps && let Some(row) = side.rows.remove(&href) {
                    side.state.known += 1;
                    world
                        .known
                        .restored
                        .extend(row.base.as_ref().map(SimCard::key));
                }
            }
            if !send {
                side.state.token = None;
                side.seen = 0;
            }
        }
    }

    /// The book is restored from an older state: no links, no tokens; the next run is a first sync.
    pub(super) fn restore(&mut self, old: &Self, world: &mut World) {
        let known = &mut world.known;
        for contact in self.contacts.values().chain(old.contacts.values()) {
            known.restored.insert(contact.key());
            known
                .blurred
                .extend(emails(&contact.person).map(|(value, _)| birth_of(&value)));
        }
        for (id, contact) in &self.contacts {
            for (key, number) in &contact.person.numbers {
                let Some(was) = old
                    .contacts
                    .get(id)
                    .and_then(|old| old.person.numbers.get(key))
                else {
                    continue;
                };
                if was.historic && !number.historic {
                    known.marked.insert(key.clone());
                }
                if !was.historic && number.historic {
                    known.revived.insert(key.clone());
                }
                if !was.accurate && number.accurate {
                    known.doubted.insert(key.clone());
                }
            }
        }
        for (key, number) in old
            .contacts
            .values()
            .flat_map(|contact| &contact.person.numbers)
        {
            if number.historic {
                known.marked.insert(key.clone());
            } else {
                known.revived.insert(key.clone());
            }
        }
        let links_before = std::mem::take(&mut self.sides);
        self.contacts.clone_from(&old.contacts);
        self.bin.clone_from(&old.bin);
        self.out.clone_from(&old.out);
        for (side, was) in self.sides.iter_mut().zip(&old.sides) {
            let linked = was.rows.values().filter(|row| row.etag.is_some()).count();
            side.state.known = linked + was.state.known;
        }
        if !holds(Rule::RestoreDropsLinks) {
            self.sides = links_before;
        }
        self.run = None;
        self.decision = None;
        self.parted.clear();
        self.fresh = true;
    }

    /// A person edits here.
    pub(super) fn edit(&mut self, world: &mut World) {
        let before = self.contacts.clone();
        self.edit_something(world);
        for contact in self.contacts.values() {
            if is_crowded(
                contact
                    .person
                    .details
                    .values()
                    .map(|detail| detail.label.as_deref()),
            ) {
                world.known.crowded.insert(contact.key());
            }
        }
        for row in self
            .sides
            .iter_mut()
            .flat_map(|side| side.rows.values_mut())
        {
            if before.get(&row.contact) != self.contacts.get(&row.contact) {
                Rc::make_mut(row).sent = 0;
            }
        }
        for (id, contact) in &self.contacts {
            if before.get(id) != Some(contact) {
                self.log.push((*id, true));
            }
        }
    }

    fn edit_something(&mut self, world: &mut World) {
        let ids: Vec<ContactId> = self.contacts.keys().copied().collect();
        let what = world.rng.below(if world.also.emails { 15 } else { 10 });
        let Some(id) = world.rng.pick(&ids).copied().filter(|_| what != 0) else {
            self.make(world);
            return;
        };
        if self.only && world.rng.one_in(8) {
            if !self.out.remove(&id) {
                self.out.insert(id);
            }
            self.log.push((id, true));
            return;
        }
        if what == 1 {
            if world.rng.one_in(3) {
                self.delete(id, world);
            }
            return;
        }
        let Some(contact) = self.contacts.get_mut(&id) else {
            return;
        };
        let key = contact.key();
        let person = &mut Rc::make_mut(contact).person;
        if what >= 10 {
            edit_email(person, key, what, world);
        } else {
            edit_number(person, key, what, world);
        }
        person.tidy();
    }

    fn make(&mut self, world: &mut World) {
        let key = world.fresh();
        let id = self.new_id();
        let mut person = Person::default();
        person.fields.insert(NAME, name(key, 0));
        let historic = world.rng.one_in(4);
        let number = format!("+{key}");
        if historic {
            world.known.marked.insert(number.clone());
        }
        world.known.owner.insert(number.clone(), key);
        let made = Number {
            label: label(2),
            historic,
            accurate: true,
        };
        person.numbers.insert(number, made);
        if world.also.emails {
            let birth = format!("e{}", world.fresh());
            let made = detail(&email(&birth, 0), label(2));
            let free = made.fresh_id(|id| person.details.contains_key(&id));
            person.details.insert(free, made);
            world.known.email_owner.insert(birth, key);
        }
        if self.only && key % 4 == 1 {
            self.out.insert(id);
        }
        let contact = SimContact {
            uid: id.to_string(),
            person,
        };
        self.contacts.insert(id, Rc::new(contact));
    }

    fn delete(&mut self, id: ContactId, world: &mut World) {
        let Some(contact) = self.contacts.remove(&id) else {
            return;
        };
        let known = &mut world.known;
        known.deleted_people.insert(contact.key());
        known
            .deleted_numbers
            .extend(contact.person.numbers.keys().cloned());
        let births = emails(&contact.person).map(|(value, _)| birth_of(&value));
        known.deleted_emails.extend(births);
        self.bin.push((id, contact));
        if self.only && self.out.remove(&id) {
            self.hold(id);
        }
    }
}

/// The numbers of all its contacts.
pub(super) fn numbers_of(book: &SimBook) -> BTreeSet<String> {
    let all = book.contacts.values();
    all.flat_map(|contact| contact.person.numbers.keys().cloned())
        .collect()
}
