//! Two people changed one record: the three-way merge, field by field.
//!
//! A field that only one side changed is taken from that side. Where both changed it to different
//! things, a person decides; until then it is undecided, so that no key pressed by habit can
//! destroy either side.

use serde_json::{Map, Value};

/// One of the two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// What was typed here.
    Mine,
    /// What is stored.
    Stored,
}

/// Which side changed a field since it was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Nobody, or both to the same.
    Nobody,
    /// Only this side.
    Mine,
    /// Only the other.
    Stored,
    /// Both, to different things.
    Both,
}

/// One field of the merge.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldMerge {
    /// The attribute.
    pub field: String,
    /// What was typed here.
    pub mine: Value,
    /// What is stored.
    pub stored: Value,
    /// Which side changed it.
    pub changed: Changed,
    /// The side that is taken; none where it is to be decided.
    pub side: Option<Side>,
}

impl FieldMerge {
    /// The value that is taken, if that is decided.
    #[must_use]
    pub const fn value(&self) -> Option<&Value> {
        match self.side {
            Some(Side::Mine) => Some(&self.mine),
            Some(Side::Stored) => Some(&self.stored),
            None => None,
        }
    }
}

/// Merges the fields that are named: `base` is what was read, `mine` what was made of it, `stored`
/// what somebody else made of it meanwhile.
#[must_use]
pub(crate) fn three_way(
    fields: &[&str],
    base: &Map<String, Value>,
    mine: &Map<String, Value>,
    stored: &Map<String, Value>,
) -> Vec<FieldMerge> {
    let value =
        |record: &Map<String, Value>, field: &str| record.get(field).cloned().unwrap_or_default();
    fields
        .iter()
        .map(|field| {
            let (base, mine, stored) =
                (value(base, field), value(mine, field), value(stored, field));
            let (changed, side) = match (mine == base, stored == base) {
                _ if mine == stored => (Changed::Nobody, Some(Side::Stored)),
                (true, _) => (Changed::Stored, Some(Side::Stored)),
                (false, true) => (Changed::Mine, Some(Side::Mine)),
                (false, false) => (Changed::Both, None),
            };
            FieldMerge {
                field: (*field).to_owned(),
                mine,
                stored,
                changed,
                side,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::{Changed, Side, three_way};

    fn record(value: Value) -> Map<String, Value> {
        let Value::Object(record) = value else {
            panic!("a record is an object")
        };
        record
    }

    #[test]
    fn what_one_side_changed_is_taken_and_what_both_changed_is_asked() {
        let base = record(
            json!({"number": "1", "location": "home", "valid_values": false, "historic": false}),
        );
        let mine = record(
            json!({"number": "2", "location": "home", "valid_values": true, "historic": false}),
        );
        let stored = record(
            json!({"number": "3", "location": "work", "valid_values": false, "historic": false}),
        );
        let merged = three_way(
            &["number", "location", "valid_values", "historic"],
            &base,
            &mine,
            &stored,
        );
        let seen: Vec<_> = merged
            .iter()
            .map(|field| (field.changed, field.side))
            .collect();
        assert_eq!(
            seen,
            [
                (Changed::Both, None),
                (Changed::Stored, Some(Side::Stored)),
                (Changed::Mine, Some(Side::Mine)),
                (Changed::Nobody, Some(Side::Stored)),
            ]
        );
        assert_eq!(merged.first().and_then(|field| field.value()), None);
    }

    #[test]
    fn the_same_change_on_both_sides_is_no_conflict() {
        let merged = three_way(
            &["note"],
            &record(json!({"note": null})),
            &record(json!({"note": "x"})),
            &record(json!({"note": "x"})),
        );
        assert_eq!(
            merged.first().map(|field| field.changed),
            Some(Changed::Nobody)
        );
    }
}
