//! Two cards of one contact in one: what callbook does not read of the second goes with the first.
//!
//! The lines that were joined stand behind a mark, so that a newer card takes the place of the older
//! one and not of them.

use crate::domain::own_fields::OwnFields;

use super::convert;
use super::draft::CardDraft;
use super::line::{Line, Version};
use super::property::Property;

/// Stands before the lines of another card.
pub(super) const MARK: &str = "X-CALLBOOK-JOINED";

/// A card with those lines of another one that say what callbook does not read, and that it does not
/// have itself; none where there are no such lines. Without a card, it is the other one.
pub(super) fn join(card: Option<&[u8]>, other: &[u8], fields: &OwnFields) -> Option<Vec<u8>> {
    let other_draft = CardDraft::new(other, Version::V30).with(fields);
    let Some(card) = card else {
        let mut lines = 0..other_draft.len();
        let more = |at| unread(&other_draft, at, Version::V30).is_some();
        return lines.any(more).then(|| other.to_vec());
    };
    joined(card, &other_draft, 0)
}

/// The newer card with the lines that were joined to the older one.
pub(super) fn renew(older: &[u8], newer: &[u8], fields: &OwnFields) -> Vec<u8> {
    let older = CardDraft::new(older, Version::V30).with(fields);
    let mark = older.lines().find(|(_, property)| property.name == MARK);
    let renewed = mark.and_then(|(mark, _)| joined(newer, &older, mark + 1));
    renewed.unwrap_or_else(|| newer.to_vec())
}

/// A card with the lines of another one from a place on, as its own version has them.
fn joined(card: &[u8], other: &CardDraft<'_>, from: usize) -> Option<Vec<u8>> {
    let mut draft = CardDraft::new(card, Version::V30);
    let version = draft.version();
    let mut groups: Vec<(String, String)> = Vec::new();
    let mut new = Vec::new();
    for at in from..other.len() {
        let line = unread(other, at, version);
        let Some(mut line) = line.filter(|line| !convert::says(&draft, line)) else {
            continue;
        };
        // The same group of two cards is not the same.
        if let Some(group) = line.group.take() {
            let known = groups.iter().find(|(own, _)| *own == group);
            let fresh = known.map(|(_, fresh)| fresh.clone());
            let fresh = fresh.unwrap_or_else(|| {
                let fresh = draft.group();
                groups.push((group, fresh.clone()));
                fresh
            });
            line.group = Some(fresh);
        }
        new.push(line);
    }
    if new.is_empty() {
        return None;
    }
    for (group, fresh) in groups {
        let label = other.label_of(&group);
        let label = label.and_then(|at| convert::line(other, at, version));
        new.extend(label.map(|label| label.grouped(&fresh)));
    }
    if !draft.has(MARK) {
        draft.add(Line::of(MARK, "1".to_owned()));
    }
    for line in new {
        draft.add(line);
    }
    Some(draft.finish())
}

/// The properties that a card came with, without those that were joined to it.
pub(super) fn own(mut properties: Vec<Property>) -> Vec<Property> {
    let mark = properties.iter().position(|own| own.name == MARK);
    properties.truncate(mark.unwrap_or(properties.len()));
    properties
}

/// A line that callbook does not read, as the version has it.
fn unread(draft: &CardDraft<'_>, at: usize, version: Version) -> Option<Line> {
    if draft.is_read(at) {
        return None;
    }
    convert::line(draft, at, version)
}
