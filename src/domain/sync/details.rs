//! What changed between the details of two cards, and what that does to a contact.
//!
//! Cards have no ids of details but those that lines of ours give, which many programs drop. So a detail is
//! known by its value, or else, one gone and one new of a kind, by the id of such a line, or else by its
//! label: that is a change of its value, and no deletion and addition.

use std::collections::BTreeMap;

use crate::domain::detail::{Detail, DetailId, DetailKind};

use super::merge::Change;
use super::person::{Person, plain};
use super::row::{Card, Conflict, ConflictKey, Conflicts, FieldValue, Intent};
use super::rules::{Rule, holds};
use super::said::{SaidCard, SaidDetail, same_label};

/// The details of two cards by their places: those that are one, and the others.
pub(super) struct Pairs {
    pub(super) same: Vec<(usize, usize)>,
    pub(super) gone: Vec<usize>,
    pub(super) new: Vec<usize>,
}

/// Pairs the details of two cards. Only what is unambiguous is paired by id or label.
pub(super) fn pairs(from: &[SaidDetail], to: &[SaidDetail]) -> Pairs {
    let mut pairs = Pairs {
        same: Vec::new(),
        gone: Vec::new(),
        new: Vec::new(),
    };
    for (at, old) in from.iter().enumerate() {
        match to.iter().position(|new| new.identity == old.identity) {
            Some(place) => pairs.same.push((at, place)),
            None => pairs.gone.push(at),
        }
    }
    pairs.new = (0..to.len())
        .filter(|place| !pairs.same.iter().any(|(_, paired)| paired == place))
        .collect();
    if !holds(Rule::PairDetails) {
        return pairs;
    }
    let by_id = |one: &SaidDetail, other: &SaidDetail| one.id.is_some() && one.id == other.id;
    let by_label = |one: &SaidDetail, other: &SaidDetail| {
        same_label(one.detail.label.as_deref(), other.detail.label.as_deref())
    };
    if holds(Rule::PairById) {
        pairs.join(from, to, by_id);
    }
    if holds(Rule::PairByLabel) {
        pairs.join(from, to, by_label);
    }
    pairs
}

impl Pairs {
    /// Pairs one that is gone with one that is new, where it is alike and no other is.
    fn join(
        &mut self,
        from: &[SaidDetail],
        to: &[SaidDetail],
        alike: impl Fn(&SaidDetail, &SaidDetail) -> bool,
    ) {
        for gone in self.gone.clone() {
            let Some(old) = from.get(gone) else { continue };
            let is_like = |all: &[SaidDetail], place: usize| {
                all.get(place)
                    .is_some_and(|other| other.detail.kind == old.detail.kind && alike(old, other))
            };
            let mut found = self.new.iter().copied().filter(|new| is_like(to, *new));
            let (Some(new), None) = (found.next(), found.next()) else {
                continue;
            };
            let rivals = self.gone.iter().filter(|gone| is_like(from, **gone));
            if rivals.count() == 1 {
                self.same.push((gone, new));
                self.gone.retain(|place| *place != gone);
                self.new.retain(|place| *place != new);
            }
        }
    }
}

/// What changed, in the ids of the contact.
pub(super) enum DetailChange<'c> {
    /// It is on both cards.
    Both(DetailId, &'c Detail, &'c Detail),
    /// It is on the older card only.
    Gone(DetailId),
    /// It is on the newer card only.
    New(DetailId, &'c Detail),
    /// Somebody may have changed there what was sent and is not known to have arrived.
    Clash(DetailId, &'c Detail),
    /// What was sent has arrived.
    Arrived(DetailId, &'c Detail),
    /// Another one of its kind is preferred.
    Preferred(DetailKind, Option<DetailId>),
}

/// What changed between two cards, in the ids of `person`, or of what both sides agreed on.
pub(super) fn changes<'c, C: Card>(
    person: &Person,
    agreed: &Person,
    (from, to): (&'c SaidCard, &'c SaidCard),
    sent: Option<&Intent<C>>,
) -> Vec<DetailChange<'c>> {
    let Pairs {
        mut same,
        mut gone,
        mut new,
    } = pairs(&from.details, &to.details);
    let by_sent = sent.map_or_else(BTreeMap::new, |sent| arrived(sent, agreed, (from, to)));
    same.retain(|(old, place)| {
        let is_same = match (from.details.get(*old), to.details.get(*place)) {
            (Some(one), Some(other)) => one.identity == other.identity,
            _ => true,
        };
        let keep = is_same || !by_sent.contains_key(place);
        if !keep {
            gone.push(*old);
            new.push(*place);
        }
        keep
    });

    let local = |said: &SaidDetail| {
        agreed
            .detail_like(&said.identity)
            .or_else(|| person.detail_like(&said.identity))
    };
    let mut changes = Vec::new();
    let mut ids: BTreeMap<usize, DetailId> = BTreeMap::new();
    for (old, place) in same {
        let (Some(one), Some(other)) = (from.details.get(old), to.details.get(place)) else {
            continue;
        };
        if let Some(id) = local(one) {
            ids.insert(place, id);
            changes.push(DetailChange::Both(id, &one.detail, &other.detail));
        } else {
            new.push(place);
        }
    }
    let gone = gone.iter().filter_map(|place| from.details.get(*place));
    changes.extend(gone.filter_map(local).map(DetailChange::Gone));
    for place in new {
        let Some(said) = to.details.get(place) else {
            continue;
        };
        let is_used =
            |id: DetailId, ids: &BTreeMap<usize, DetailId>| ids.values().any(|used| *used == id);
        let here = person.detail_like(&said.identity);
        if let Some((id, is_ours)) = by_sent.get(&place)
            && !is_used(*id, &ids)
            && here.is_none_or(|here| here == *id)
            && holds(Rule::SentIsAsked)
        {
            ids.insert(place, *id);
            changes.push(if *is_ours {
                DetailChange::Arrived(*id, &said.detail)
            } else {
                DetailChange::Clash(*id, &said.detail)
            });
            continue;
        }
        let is_taken = |id: DetailId| {
            person.details.contains_key(&id)
                || agreed.details.contains_key(&id)
                || is_used(id, &ids)
        };
        let id = here
            .filter(|id| !is_used(*id, &ids))
            .or_else(|| said.id.filter(|id| !is_taken(*id)))
            .unwrap_or_else(|| said.detail.fresh_id(is_taken));
        ids.insert(place, id);
        changes.push(DetailChange::New(id, &said.detail));
    }
    changes.extend(preferred(from, to, &local, &ids));
    changes
}

/// Which details of the newer card are what was sent and not settled: by their places, with the id here, and
/// whether the value is the one that was sent. If it is another one, somebody has changed it there since.
fn arrived<C: Card>(
    sent: &Intent<C>,
    agreed: &Person,
    (from, to): (&SaidCard, &SaidCard),
) -> BTreeMap<usize, (DetailId, bool)> {
    let body = &sent.body.said().details;
    let same = pairs(body, &to.details).same;
    let found = same.into_iter().filter_map(|(at, place)| {
        let (was, is) = (body.get(at)?, to.details.get(place)?);
        if from.detail(&was.identity).is_some() {
            return None;
        }
        let id = sent.says.detail_like(&was.identity)?;
        let is_new = !agreed.details.contains_key(&id);
        is_new.then_some((place, (id, was.identity == is.identity)))
    });
    found.collect()
}

/// The kinds of which another detail is preferred.
fn preferred<'c>(
    from: &SaidCard,
    to: &SaidCard,
    local: &impl Fn(&SaidDetail) -> Option<DetailId>,
    ids: &BTreeMap<usize, DetailId>,
) -> Vec<DetailChange<'c>> {
    let kinds = DetailKind::ALL.into_iter();
    let kinds = kinds.filter(|kind| kind.has_preferred());
    let changed = kinds.filter_map(|kind| {
        let was = from.preferred(kind).and_then(local);
        let place = to
            .details
            .iter()
            .position(|said| said.detail.kind == kind && said.detail.preferred);
        let is = place.and_then(|place| ids.get(&place).copied());
        (was != is).then_some(DetailChange::Preferred(kind, is))
    });
    changed.collect()
}

/// Makes the changes in a contact. What it changed itself since `unless` stays, and is in conflict.
pub(super) fn apply(
    person: &mut Person,
    unless: &Person,
    changes: &[DetailChange<'_>],
    conflicts: &mut Conflicts,
    change: &Change<'_>,
) {
    for part in changes {
        match part {
            DetailChange::Both(id, from, to) => {
                let mut to = (*to).clone();
                if !change.takes_out && to.label.is_none() {
                    // In what was sent, a label that is missing was dropped by the server.
                    to.label.clone_from(&from.label);
                }
                both(person, unless, *id, (from, &to), conflicts);
            }
            DetailChange::Gone(id) => {
                if change.takes_out && person.details.get(id) == unless.details.get(id) {
                    person.details.remove(id);
                }
            }
            DetailChange::New(id, to) => {
                let was_deleted_since = || {
                    let sent = change
                        .sent
                        .and_then(|sent| sent.detail_like(&to.identity()));
                    sent.is_some_and(|sent| !person.details.contains_key(&sent))
                };
                if !person.details.contains_key(id) && was_deleted_since() {
                    continue;
                }
                match person.details.get(id) {
                    Some(own) if own.label != to.label => {
                        label_conflict(conflicts, *id, unless.details.get(id), to);
                    }
                    Some(_) => {}
                    None => {
                        person.details.insert(*id, plain(to));
                    }
                }
            }
            DetailChange::Clash(id, to) => match person.details.get(id) {
                Some(own) => {
                    if own.value != to.value {
                        value_conflict(conflicts, *id, unless.details.get(id), to);
                    }
                    if own.label != to.label {
                        label_conflict(conflicts, *id, unless.details.get(id), to);
                    }
                }
                None if change.sent.is_none() => {
                    person.details.insert(*id, plain(to));
                }
                None => {}
            },
            // What both agree on has it now, and what a person did since goes out.
            DetailChange::Arrived(id, to) => {
                if change.sent.is_none() {
                    person.details.insert(*id, plain(to));
                }
            }
            DetailChange::Preferred(kind, is) => {
                let is_ours = person.preferred.get(kind) != unless.preferred.get(kind);
                if !is_ours || !holds(Rule::PreferredIsOneField) {
                    match is {
                        Some(id) => person.preferred.insert(*kind, *id),
                        None => person.preferred.remove(kind),
                    };
                }
            }
        }
    }
    person.tidy();
}

/// Notes that the value of a detail is in conflict. `was` is the detail when both agreed.
pub(super) fn value_conflict(
    conflicts: &mut Conflicts,
    id: DetailId,
    was: Option<&Detail>,
    to: &Detail,
) {
    let value = |detail: &Detail| FieldValue::Value(detail.value.clone());
    let conflict = Conflict::open(was.map(value), value(to));
    conflicts.insert(ConflictKey::DetailValue(id), conflict);
}

/// Notes that the label of a detail is in conflict. `was` is the detail when both agreed.
pub(super) fn label_conflict(
    conflicts: &mut Conflicts,
    id: DetailId,
    was: Option<&Detail>,
    to: &Detail,
) {
    let label = |detail: &Detail| FieldValue::Text(detail.label.clone());
    let conflict = Conflict::open(was.map(label), label(to));
    conflicts.insert(ConflictKey::DetailLabel(id), conflict);
}

/// A detail that is on both cards: its value and its label are two fields.
fn both(
    person: &mut Person,
    unless: &Person,
    id: DetailId,
    (from, to): (&Detail, &Detail),
    conflicts: &mut Conflicts,
) {
    let was = unless.details.get(&id);
    let Some(own) = person.details.get_mut(&id) else {
        // Deleted here and changed there: the change wins.
        if (from.value != to.value || from.label != to.label) && was.is_some() {
            person.details.insert(id, plain(to));
        }
        return;
    };
    if from.value != to.value {
        if was.is_none_or(|was| was.value == own.value) || own.value == to.value {
            own.value = to.value.clone();
            conflicts.remove(&ConflictKey::DetailValue(id));
        } else {
            value_conflict(conflicts, id, was, to);
        }
    }
    if from.label != to.label {
        if was.is_none_or(|was| was.label == own.label) || own.label == to.label {
            own.label.clone_from(&to.label);
            conflicts.remove(&ConflictKey::DetailLabel(id));
        } else {
            label_conflict(conflicts, id, was, to);
        }
    }
}
