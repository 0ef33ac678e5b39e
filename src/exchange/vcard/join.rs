//! Two cards of one contact in one: what the first does not say of the second goes with it, line by line, so that the
//! lines of both keep their groups and their parameters.
//!
//! The lines that were joined stand behind a mark, so that a newer card takes the place of the older
//! one and not of them.

use std::collections::HashSet;

use crate::domain::detail::Detail;
use crate::domain::number;
use crate::domain::own_fields::OwnFields;

use super::contact;
use super::convert;
use super::draft::CardDraft;
use super::line::{Line, Version};
use super::param::is as is_param;
use super::phone::{self, More};
use super::property::Property;

/// The property of a photo.
const PHOTO: &str = "PHOTO";

/// Stands before the lines of another card.
pub(super) const MARK: &str = "X-CALLBOOK-JOINED";

/// Properties that say one text of the contact: one has it from the card that has one.
const TEXTS: [&str; 7] = [
    "NICKNAME",
    "NOTE",
    "ORG",
    "ROLE",
    "TITLE",
    "X-PHONETIC-FIRST-NAME",
    "X-PHONETIC-LAST-NAME",
];

/// A card with those lines of another one that it does not have itself; none where there are no such lines. Without a
/// card, it is the other one, where that says what callbook does not keep beside it.
pub(super) fn join(card: Option<&[u8]>, other: &[u8], fields: &OwnFields) -> Option<Vec<u8>> {
    let other_draft = CardDraft::new(other, Version::V30).with(fields);
    let Some(card) = card else {
        let mut lines = 0..other_draft.len();
        let more = |at| is_unread(&other_draft, at) || has_more(&other_draft, at);
        return lines.any(more).then(|| other.to_vec());
    };
    joined_from(card, &other_draft, 0, fields)
}

/// The newer card with the lines that were joined to the older one.
pub(super) fn renew(older: &[u8], newer: &[u8], fields: &OwnFields) -> Vec<u8> {
    let older = CardDraft::new(older, Version::V30).with(fields);
    let mark = older.lines().find(|(_, property)| property.name == MARK);
    let renewed = mark.and_then(|(mark, _)| joined_from(newer, &older, mark + 1, fields));
    renewed.unwrap_or_else(|| newer.to_vec())
}

/// A card with the lines of another one, from a place on, that it does not have itself.
fn joined_from(
    card: &[u8],
    other: &CardDraft<'_>,
    from: usize,
    fields: &OwnFields,
) -> Option<Vec<u8>> {
    let own = CardDraft::new(card, Version::V30).with(fields);
    let mut said = Said::of(&own);
    let more = More::of(&other.properties);
    joined(card, other, from, |at, line| {
        if other.is_read(at) {
            said.lacks(&own, (other, &more), at)
        } else {
            !convert::says(&own, line)
        }
    })
}

/// What a card says of which a contact has several.
struct Said {
    details: HashSet<(&'static str, String)>,
    numbers: HashSet<String>,
}

impl Said {
    fn of(draft: &CardDraft<'_>) -> Self {
        let more = More::of(&draft.properties);
        let properties = draft.properties.iter();
        Self {
            details: { properties.clone() }
                .flat_map(|line| contact::details(line, &draft.properties))
                .map(|detail| detail.identity())
                .collect(),
            numbers: properties
                .filter_map(|line| number_of(line, draft, &more))
                .collect(),
        }
    }

    /// Whether a card does not say what a line of another one is read as; from then on it does.
    fn lacks(
        &mut self,
        own: &CardDraft<'_>,
        (other, more): (&CardDraft<'_>, &More),
        at: usize,
    ) -> bool {
        let Some(property) = other.property(at) else {
            return false;
        };
        if TEXTS.contains(&property.name.as_str()) {
            return !own.has(&property.name) && !property.text().trim().is_empty();
        }
        if let Some(number) = number_of(property, other, more) {
            return self.numbers.insert(number);
        }
        let details = contact::details(property, &other.properties);
        let identities: Vec<_> = details.iter().map(Detail::identity).collect();
        let is_new = |identity| !self.details.contains(identity);
        let is_missing = !identities.is_empty() && identities.iter().all(is_new);
        if is_missing {
            self.details.extend(identities);
        }
        is_missing
    }
}

/// What makes the number of a line the same as another.
fn number_of(property: &Property, draft: &CardDraft<'_>, more: &More) -> Option<String> {
    let read = phone::phone(property, &draft.properties, more)?;
    let hint = read.country_code.flatten();
    let number = number::canonical(read.number?.trim(), hint.as_deref(), None);
    Some(number.identity)
}

/// Whether a line says more than the contact has of it: beside its types there are other parameters.
fn has_more(draft: &CardDraft<'_>, at: usize) -> bool {
    let is_kept = |param: &String| {
        let kept = ["TYPE", "PREF", "VALUE"];
        !param.contains('=') || kept.iter().any(|name| is_param(param, name))
    };
    draft.is_read(at) && !draft.head(at).params.iter().all(is_kept)
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
    let now_draft = CardDraft::new(now, Version::V30).with(fields);
    let Some(own) = own else {
        let mut lines = 0..now_draft.len();
        let has_unread = lines.any(|at| is_unread(&now_draft, at));
        return has_unread.then(|| now.to_vec());
    };
    let now = now_draft;
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
    let own_draft = CardDraft::new(&own, Version::V30);
    let is_new = |at: usize, line: &Line| {
        let was_there = before.as_ref();
        let was_there = was_there.is_some_and(|before| says_line(before, &now, at));
        let is_kept = was_there || has_photo && line.name == PHOTO;
        is_unread(&now, at) && !is_kept && !convert::says(&own_draft, line)
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
    mut is_new: impl FnMut(usize, &Line) -> bool,
) -> Option<Vec<u8>> {
    let mut draft = CardDraft::new(card, Version::V30);
    let version = draft.version();
    let mut groups: Vec<(String, String)> = Vec::new();
    let mut new = Vec::new();
    for at in from..other.len() {
        let line = convert::line(other, at, version);
        let Some(mut line) = line.filter(|line| is_new(at, line)) else {
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

/// Whether a line says what callbook does not read.
fn is_unread(draft: &CardDraft<'_>, at: usize) -> bool {
    !draft.is_read(at) && convert::line(draft, at, draft.version()).is_some()
}
