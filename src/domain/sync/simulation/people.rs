//! What the people of the simulation do with one contact.

use std::rc::Rc;

use crate::domain::sync::person::{Number, Person};
use crate::domain::sync::said::NAME;

use super::contact::{SimContact, emails};
use super::server::{birth_of, detail, edited_email, edited_name, email, identity, label, usual};
use super::world::World;

/// What a person did who took a run back.
pub(super) fn note_undone(
    world: &mut World,
    was: Option<&Rc<SimContact>>,
    is: Option<&Rc<SimContact>>,
    again: bool,
) {
    let known = &mut world.known;
    let nobody = Person::default();
    let was_person = was.map_or(&nobody, |was| &was.person);
    let is_person = is.map_or(&nobody, |is| &is.person);
    for (key, number) in &was_person.numbers {
        if is_person.numbers.get(key) != Some(number) {
            if number.historic {
                known.marked.insert(key.clone());
            } else {
                known.revived.insert(key.clone());
            }
            if !number.accurate {
                known.doubted.insert(key.clone());
            }
        }
    }
    for key in is_person.numbers.keys() {
        if !was_person.numbers.contains_key(key) && !again {
            known.deleted_numbers.insert(key.clone());
        }
    }
    for (value, _) in emails(is_person) {
        if was_person.detail_like(&identity(&value)).is_none() {
            known.blurred.insert(birth_of(&value));
            if !again {
                known.deleted_emails.insert(birth_of(&value));
            }
        }
    }
    for (value, _) in emails(was_person) {
        if is_person.detail_like(&identity(&value)).is_none() {
            known.blurred.insert(birth_of(&value));
        }
    }
    known.redone.extend(is.or(was).map(|contact| contact.key()));
}

pub(super) fn edit_number(person: &mut Person, owner: u32, what: u64, world: &mut World) {
    let number = format!("+{}", world.fresh());
    let new_label = label(world.rng.below(4));
    let first = person.numbers.keys().next().cloned();
    let last = person.numbers.keys().next_back().cloned();
    let known = &mut world.known;
    match what {
        2 | 3 => {
            let made = Number {
                label: new_label,
                historic: false,
                accurate: true,
            };
            person.numbers.insert(number.clone(), made);
            known.owner.insert(number, owner);
        }
        4 => {
            if let Some(first) = first
                && world.rng.one_in(2)
            {
                person.numbers.remove(&first);
                known.deleted_numbers.insert(first);
            }
        }
        5 => {
            if let Some(first) = first
                && let Some(number) = person.numbers.get_mut(&first)
            {
                number.historic = !number.historic;
                if number.historic {
                    known.marked.insert(first);
                } else {
                    known.revived.insert(first);
                }
            }
        }
        6 => {
            person.fields.insert("note", format!("note {number}"));
        }
        7 => {
            let name = edited_name(person.name());
            person.fields.insert(NAME, name);
            known.renamed.insert(owner);
        }
        8 => {
            if let Some(last) = last
                && let Some(number) = person.numbers.get_mut(&last)
            {
                number.accurate = !number.accurate;
                if !number.accurate {
                    known.doubted.insert(last);
                }
            }
        }
        _ => {
            if let Some(number) = last.and_then(|last| person.numbers.get_mut(&last)) {
                number.label = new_label;
            }
        }
    }
}

pub(super) fn edit_email(person: &mut Person, owner: u32, what: u64, world: &mut World) {
    let ids: Vec<_> = person.details.keys().copied().collect();
    let id = world.rng.pick(&ids).copied();
    let number = world.rng.below(4);
    match (what, id) {
        (10, _) => {
            let birth = if world.rng.one_in(2) {
                usual(owner)
            } else {
                format!("e{}", world.fresh())
            };
            let made = detail(&email(&birth, 0), label(number & 2));
            if ids.len() < 4 && person.detail_like(&made.identity()).is_none() {
                let id = made.fresh_id(|id| person.details.contains_key(&id));
                person.details.insert(id, made);
                world.known.email_owner.insert(birth, owner);
            }
        }
        (11 | 12, Some(id)) => {
            let value = person.details[&id].text().into_owned();
            let value = edited_email(&value, u32::try_from(number % 3).unwrap_or(0));
            if person.detail_like(&identity(&value)).is_none()
                && let Some(own) = person.details.get_mut(&id)
            {
                own.value = value.into();
            }
        }
        (13, Some(id)) => {
            if let Some(own) = person.details.get_mut(&id) {
                own.label = label(number);
                world.known.blurred.insert(birth_of(&own.text()));
            }
            if world.rng.one_in(2) {
                person.preferred.insert(super::server::EMAIL, id);
            }
        }
        (14, Some(id)) => {
            if world.rng.one_in(3)
                && let Some(gone) = person.details.remove(&id)
            {
                world.known.deleted_emails.insert(birth_of(&gone.text()));
            }
        }
        _ => {}
    }
}
