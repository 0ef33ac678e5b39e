//! Conflicts as they are kept.

use crate::domain::detail::{DetailId, DetailValue};
use crate::domain::linked::LinkedConflict;

use super::merge::set;
use super::person::Person;
use super::records::{field_named, shown_name};
use super::row::{ConflictKey, Conflicts, Theirs};
use super::said::{NAME, is_only_ours};

/// The words of a label and of a value in the table of conflicts.
const LABEL: &str = "label";
const VALUE: &str = "value";

/// The conflicts as they are kept, with what each was when both agreed.
#[must_use]
pub fn conflicts(conflicts: &Conflicts, agreed: &Person) -> Vec<LinkedConflict> {
    let text = |text: Option<&String>| serde_json::to_string(&text).ok();
    let conflict = |(key, theirs): (&ConflictKey, &Theirs)| {
        let (of, field, was) = match key {
            ConflictKey::Field(name) => (String::new(), *name, text(agreed.fields.get(name))),
            ConflictKey::NumberLabel(number) => {
                let was = agreed
                    .numbers
                    .get(number)
                    .and_then(|was| was.label.as_ref());
                (number.clone(), LABEL, text(was))
            }
            ConflictKey::DetailLabel(id) => {
                let was = agreed.details.get(id).and_then(|was| was.label.as_ref());
                (id.to_string(), LABEL, text(was))
            }
            ConflictKey::DetailValue(id) => {
                let was = agreed.details.get(id).map(|was| &was.value);
                (id.to_string(), VALUE, serde_json::to_string(&was).ok())
            }
        };
        let theirs = match theirs {
            Theirs::Text(theirs) => text(theirs.as_ref()),
            Theirs::Value(value) => serde_json::to_string(value).ok(),
        };
        LinkedConflict {
            key: of,
            field: field.to_owned(),
            was,
            theirs,
        }
    };
    conflicts.iter().map(conflict).collect()
}

/// A conflict as the merge has it; none where it cannot be read, or its field is no more.
#[must_use]
pub fn read_conflict(kept: &LinkedConflict) -> Option<(ConflictKey, Theirs)> {
    let theirs = kept.theirs.as_deref()?;
    let text = || serde_json::from_str(theirs).ok().map(Theirs::Text);
    let detail = DetailId::read(&kept.key);
    match (kept.field.as_str(), detail) {
        (name, _) if kept.key.is_empty() => Some((ConflictKey::Field(field_named(name)?), text()?)),
        (VALUE, Some(id)) => {
            let value: DetailValue = serde_json::from_str(theirs).ok()?;
            Some((ConflictKey::DetailValue(id), Theirs::Value(value)))
        }
        (LABEL, Some(id)) => Some((ConflictKey::DetailLabel(id), text()?)),
        (LABEL, None) => Some((ConflictKey::NumberLabel(kept.key.clone()), text()?)),
        _ => None,
    }
}

/// Takes what the other side says of a field.
pub fn take_theirs(person: &mut Person, key: &ConflictKey, theirs: &Theirs) {
    match (key, theirs) {
        (ConflictKey::Field(name), Theirs::Text(text)) => set(person, name, text.clone()),
        (ConflictKey::NumberLabel(number), Theirs::Text(label)) => {
            if let Some(number) = person.numbers.get_mut(number) {
                number.label.clone_from(label);
            }
        }
        (ConflictKey::DetailLabel(id), Theirs::Text(label)) => {
            if let Some(detail) = person.details.get_mut(id) {
                detail.label.clone_from(label);
            }
        }
        (ConflictKey::DetailValue(id), Theirs::Value(value)) => {
            if let Some(detail) = person.details.get_mut(id) {
                detail.value = value.clone();
            }
        }
        _ => {}
    }
}

/// What a contact says of a field, for people.
#[must_use]
pub fn ours(person: &Person, key: &ConflictKey) -> String {
    match key {
        ConflictKey::Field(name) => shown(name, person.fields.get(name)),
        ConflictKey::NumberLabel(number) => {
            let number = person.numbers.get(number);
            number.and_then(|own| own.label.clone()).unwrap_or_default()
        }
        ConflictKey::DetailLabel(id) => {
            let detail = person.details.get(id);
            detail.and_then(|own| own.label.clone()).unwrap_or_default()
        }
        ConflictKey::DetailValue(id) => {
            let detail = person.details.get(id);
            detail
                .map(|own| own.text().into_owned())
                .unwrap_or_default()
        }
    }
}

/// What the other side says of a field, for people.
#[must_use]
pub fn theirs(key: &ConflictKey, theirs: &Theirs) -> String {
    match (key, theirs) {
        (ConflictKey::Field(name), Theirs::Text(text)) => shown(name, text.as_ref()),
        (_, Theirs::Text(text)) => text.clone().unwrap_or_default(),
        (_, Theirs::Value(value)) => value.text().into_owned(),
    }
}

fn shown(name: &str, value: Option<&String>) -> String {
    match value {
        Some(value) if name == NAME => shown_name(value),
        value => value.cloned().unwrap_or_default(),
    }
}

/// Whether a field can hold both texts, one after the other.
#[must_use]
pub fn joins(key: &ConflictKey) -> bool {
    matches!(key, ConflictKey::Field(name) if *name != NAME && !is_only_ours(name))
}

/// What is in conflict, for people: `company`, or `label of +39 02 5550 1182`.
#[must_use]
pub fn field_words(person: &Person, key: &ConflictKey) -> String {
    let detail = |id: &DetailId| {
        let detail = person.details.get(id);
        detail.map_or("detail", |own| own.kind.word()).to_owned()
    };
    match key {
        ConflictKey::Field(name) => crate::domain::fields::words(name).to_owned(),
        ConflictKey::NumberLabel(number) => format!("label of {number}"),
        ConflictKey::DetailLabel(id) => format!("label of {}", detail(id)),
        ConflictKey::DetailValue(id) => detail(id),
    }
}
