//! Conflicts as they are kept.

use crate::domain::detail::DetailId;
use crate::domain::linked::LinkedConflict;
use crate::domain::safe::safe;

use super::person::Person;
use super::records::{field_named, name_with_parts, shown_name};
use super::row::{Conflict, ConflictKey, Conflicts, FieldValue};
use super::said::{NAME, is_only_ours};

/// The words of a label and of a value in the table of conflicts.
const LABEL: &str = "label";
const VALUE: &str = "value";

/// The JSON of what is said of a field.
fn json(value: &FieldValue) -> Option<String> {
    match value {
        FieldValue::Text(text) => serde_json::to_string(text).ok(),
        FieldValue::Value(value) => serde_json::to_string(value).ok(),
    }
}

/// The conflicts as they are kept.
#[must_use]
pub fn conflicts(conflicts: &Conflicts) -> Vec<LinkedConflict> {
    let conflict = |(key, conflict): (&ConflictKey, &Conflict)| {
        let (of, field) = match key {
            ConflictKey::Field(name) => (String::new(), *name),
            ConflictKey::NumberLabel(number) => (number.clone(), LABEL),
            ConflictKey::DetailLabel(id) => (id.to_string(), LABEL),
            ConflictKey::DetailValue(id) => (id.to_string(), VALUE),
        };
        LinkedConflict {
            key: of,
            field: field.to_owned(),
            was: conflict.was.as_ref().and_then(json),
            theirs: json(&conflict.theirs),
            closed: conflict.closed,
        }
    };
    conflicts.iter().map(conflict).collect()
}

/// A conflict as the merge has it; none where it cannot be read, or its field is no more.
#[must_use]
pub fn read_conflict(kept: &LinkedConflict) -> Option<(ConflictKey, Conflict)> {
    let key = match (kept.field.as_str(), DetailId::read(&kept.key)) {
        (name, _) if kept.key.is_empty() => ConflictKey::Field(field_named(name)?),
        (VALUE, Some(id)) => ConflictKey::DetailValue(id),
        (LABEL, Some(id)) => ConflictKey::DetailLabel(id),
        (LABEL, None) => ConflictKey::NumberLabel(kept.key.clone()),
        _ => return None,
    };
    let read = |text: &str| match key {
        ConflictKey::DetailValue(_) => serde_json::from_str(text).ok().map(FieldValue::Value),
        _ => serde_json::from_str(text).ok().map(FieldValue::Text),
    };
    let conflict = Conflict {
        was: kept.was.as_deref().and_then(read),
        theirs: read(kept.theirs.as_deref()?)?,
        closed: kept.closed,
    };
    Some((key, conflict))
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

/// What is said of a field, for people.
#[must_use]
pub fn value_words(key: &ConflictKey, value: &FieldValue) -> String {
    match (key, value) {
        (ConflictKey::Field(name), FieldValue::Text(text)) => shown(name, text.as_ref()),
        (_, FieldValue::Text(text)) => text.clone().unwrap_or_default(),
        (_, FieldValue::Value(value)) => value.text().into_owned(),
    }
}

/// What is said here and there of a field in conflict, for people: a name that reads the same with its parts.
#[must_use]
pub fn both(person: &Person, key: &ConflictKey, theirs: &FieldValue) -> (String, String) {
    let (mine, there) = (ours(person, key), value_words(key, theirs));
    match (key, theirs) {
        (ConflictKey::Field(name), FieldValue::Text(Some(theirs)))
            if *name == NAME && mine == there =>
        {
            let mine = person.fields.get(name).map(|own| name_with_parts(own));
            (mine.unwrap_or_default(), name_with_parts(theirs))
        }
        _ => (mine, there),
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
    let detail = |id: &DetailId| match person.details.get(id) {
        None => "detail".to_owned(),
        Some(own) => own.title().into_owned(),
    };
    match key {
        ConflictKey::Field(name) => crate::domain::fields::words(name).to_owned(),
        ConflictKey::NumberLabel(number) => format!("label of {number}"),
        ConflictKey::DetailLabel(id) => match person.details.get(id) {
            Some(own) => format!("label of {}", safe(&own.shown())),
            None => "label of a detail".to_owned(),
        },
        ConflictKey::DetailValue(id) => detail(id),
    }
}
