//! People decide what is in conflict, and take a decision back.

use std::rc::Rc;

use crate::domain::ids::ContactId;
use crate::domain::sync::outgoing::{is_open, take};
use crate::domain::sync::remote::Etag;
use crate::domain::sync::row::{ConflictKey, FieldValue, Row};
use crate::domain::sync::rules::{Rule, holds};
use crate::domain::sync::said::same_label;

use super::across::{Cards, Faults};
use super::book::{Decision, SimBook};
use super::world::World;

impl SimBook {
    /// A person decides all that is in conflict.
    pub(super) fn decide(&mut self, mine: bool) {
        let disputed = self.disputed();
        for contact in disputed {
            self.decide_of(contact, mine);
        }
    }

    /// A person decides what is in conflict of a contact, or takes the last decision back, if there is any.
    pub(super) fn decides(&mut self, world: &mut World) -> bool {
        if let Some(decision) = self.decision.take() {
            self.take_back(decision);
            return true;
        }
        let disputed = self.disputed();
        let Some(contact) = world.rng.pick(&disputed).copied() else {
            return false;
        };
        let mine = world.rng.one_in(2);
        self.decision = self.decide_of(contact, mine);
        true
    }

    fn disputed(&self) -> Vec<ContactId> {
        let rows = self.sides.iter().flat_map(|side| side.rows.values());
        let rows = rows.filter(|row| row.conflicts.values().any(|one| !one.closed));
        rows.map(|row| row.contact).collect()
    }

    fn decide_of(&mut self, id: ContactId, mine: bool) -> Option<Decision> {
        let before = self.contacts.get(&id)?.clone();
        let mut after = before.clone();
        let mut fields = Vec::new();
        for (at, side) in self.sides.iter_mut().enumerate() {
            for (href, row) in &mut side.rows {
                let is_disputed = row.conflicts.values().any(|one| !one.closed);
                if row.contact != id || !is_disputed {
                    continue;
                }
                side.unlooked.insert(id);
                let Row {
                    conflicts, agreed, ..
                } = Rc::make_mut(row);
                for (key, conflict) in conflicts.iter_mut().filter(|(_, one)| !one.closed) {
                    self.conflicts += 1;
                    conflict.closed = true;
                    fields.push((at, href.clone(), key.clone()));
                    if !mine {
                        let person = &mut Rc::make_mut(&mut after).person;
                        take(person, key, &conflict.theirs);
                    }
                }
                if !mine {
                    Rc::make_mut(&mut after).person.join_same(agreed);
                }
            }
        }
        if !mine {
            self.log.push((id, true));
        }
        // What is decided once more goes there.
        self.parted
            .retain(|(href, key, _)| !fields.contains(&(0, href.clone(), key.clone())));
        self.contacts.insert(id, after.clone());
        Some(Decision {
            contact: id,
            before,
            after,
            fields,
        })
    }

    /// A person takes a decision back, unless the contact was changed since.
    fn take_back(&mut self, decision: Decision) {
        let id = decision.contact;
        if self.contacts.get(&id) != Some(&decision.after) {
            return;
        }
        let person = &decision.before.person;
        for (at, href, key) in decision.fields {
            let side = &mut self.sides[at];
            let Some(row) = side.rows.get_mut(&href).filter(|row| row.contact == id) else {
                continue;
            };
            let row = Rc::make_mut(row);
            row.sent = 0;
            let Some(conflict) = row.conflicts.get_mut(&key) else {
                continue;
            };
            if conflict.closed && is_open(person, &key, &conflict.theirs) {
                conflict.closed = !holds(Rule::UndoneIsOpen);
                side.unlooked.insert(id);
                if let (0, FieldValue::Text(theirs)) = (at, &conflict.theirs) {
                    self.parted.push((href, key, theirs.clone()));
                }
            }
        }
        self.contacts.insert(id, decision.before);
        self.log.push((id, true));
    }

    /// Across one sync in which the other program did nothing: of what was decided and taken back no decided side
    /// goes there.
    pub(super) fn stays_parted(&self, there: &Cards, now: &Cards, faults: &mut Faults) {
        for (href, key, theirs) in &self.parted {
            let (Some(was), Some(is)) = (there.get(&href.0), now.get(&href.0)) else {
                continue;
            };
            let row = self.sides[0].rows.get(href);
            let is_known = row.is_some_and(|row| {
                row.intent.is_none() && row.etag == Some(Etag(was.0.to_string()))
            });
            let said = &is.1.said;
            let is_theirs = match key {
                ConflictKey::Field(name) => said.fields.get(name) == theirs.as_ref(),
                ConflictKey::NumberLabel(number) => said
                    .tel(number)
                    .is_none_or(|tel| same_label(tel.label.as_deref(), theirs.as_deref())),
                _ => true,
            };
            if is_known && was.0 != is.0 && !is_theirs {
                faults.push("a decision that was taken back went there");
            }
        }
    }
}
