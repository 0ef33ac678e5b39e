//! Two cards of one contact in one: what callbook does not read of the second goes with the first.
//!
//! The lines that were joined stand behind a mark, so that a newer card takes the place of the older
//! one and not of them.

use crate::domain::own_fields::OwnFields;

use super::convert;
use super::draft::CardDraft;
use super::line::{Line, Version};
use super::property::Property;

/// The property of a photo.
const PHOTO: &str = "PHOTO";

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
    joined(card, &other_draft, 0, |_, _| true)
}

/// The newer card with the lines that were joined to the older one.
pub(super) fn renew(older: &[u8], newer: &[u8], fields: &OwnFields) -> Vec<u8> {
    let older = CardDraft::new(older, Version::V30).with(fields);
    let mark = older.lines().find(|(_, property)| property.name == MARK);
    let renewed = mark.and_then(|(mark, _)| joined(newer, &older, mark + 1, |_, _| true));
    renewed.unwrap_or_else(|| newer.to_vec())
}

/// A contact's card with what changed between two versions of its card elsewhere, of the lines that callbook does not
/// read; none where nothing of it changes. Without an earlier version, nothing is gone. Where both have a photo, the
/// contact's own stays.
pub(super) fn carry(
    own: Option<&[u8]>,
    before: Option<&[u8]>,
    now: &[u8],
    fields: &OwnFields,
) -> Option<Vec<u8>> {
    let Some(own) = own else {
        return join(None, now, fields);
    };
    let now = CardDraft::new(now, Version::V30).with(fields);
    let before = before.map(|before| CardDraft::new(before, Version::V30).with(fields));
    let mut draft = CardDraft::new(own, Version::V30).with(fields);
    let mut is_changed = false;
    for at in 0..draft.len() {
        let is_gone = before
            .as_ref()
            .is_some_and(|before| says_line(before, &draft, at) && !says_line(&now, &draft, at));
        if is_gone && !draft.is_read(at) {
            draft.replace(at, Vec::new());
            is_changed = true;
        }
    }
    let own = draft.finish();
    let has_photo = CardDraft::new(&own, Version::V30).has(PHOTO);
    let is_new = |at: usize, line: &Line| {
        let was_there = before.as_ref();
        let was_there = was_there.is_some_and(|before| says_line(before, &now, at));
        !(was_there || has_photo && line.name == PHOTO)
    };
    let joined = joined(&own, &now, 0, is_new);
    joined.or_else(|| is_changed.then_some(own))
}

/// Whether two versions of a card may differ in lines that callbook does not read.
pub(super) fn may_carry(before: Option<&[u8]>, now: &[u8], fields: &OwnFields) -> bool {
    let unread = |card| {
        let draft = CardDraft::new(card, Version::V30).with(fields);
        let places = (0..draft.len()).filter(|at| !draft.is_read(*at));
        places.map(|at| draft.text(at).to_vec()).collect::<Vec<_>>()
    };
    unread(now) != before.map(unread).unwrap_or_default()
}

/// Whether a card says a line of another one, each in its own version.
fn says_line(card: &CardDraft<'_>, other: &CardDraft<'_>, at: usize) -> bool {
    let line = convert::line(other, at, card.version());
    line.is_some_and(|line| convert::says(card, &line))
}

/// A card with the lines of another one from a place on that are new, as its own version has them.
fn joined(
    card: &[u8],
    other: &CardDraft<'_>,
    from: usize,
    is_new: impl Fn(usize, &Line) -> bool,
) -> Option<Vec<u8>> {
    let mut draft = CardDraft::new(card, Version::V30);
    let version = draft.version();
    let mut groups: Vec<(String, String)> = Vec::new();
    let mut new = Vec::new();
    for at in from..other.len() {
        let line = unread(other, at, version);
        let is_meant = |line: &Line| is_new(at, line) && !convert::says(&draft, line);
        let Some(mut line) = line.filter(is_meant) else {
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
