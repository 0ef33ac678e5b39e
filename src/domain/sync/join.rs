//! A card that has no base in common with a contact: the two become one, or a contact is made of the card.

use std::collections::BTreeMap;

use crate::domain::detail::DetailId;
use crate::domain::ids::ContactId;

use super::details::{self, pairs};
use super::merge::{self, Change};
use super::outgoing::is_open;
use super::part::Part;
use super::person::{Number, Person};
use super::records::{is_guessed, shown_name};
use super::remote::{Etag, Href, Stop};
use super::row::{Card, Conflict, ConflictKey, Conflicts, FieldValue, Intent, Row};
use super::rules::{Rule, holds};
use super::said::{NAME, OurLine, SaidCard, same_label};

/// A card as it is there now, with its version.
pub(super) type Now<C> = (Etag, C);

/// A contact that says what a card says, and nothing else; its details have the ids that they have in `known`.
pub(super) fn taken_from(known: &Person, card: &SaidCard) -> Person {
    let blank = SaidCard {
        uid: card.uid.clone(),
        ..SaidCard::default()
    };
    let nobody = Person::default();
    let mut taken = Person::default();
    let changes = details::changes::<NoCard>(known, &nobody, (&blank, card), None);
    let change = Change {
        from: &blank,
        to: card,
        takes_out: true,
        bins: false,
        sent: None,
    };
    let mut none = Conflicts::new();
    merge::apply(&mut taken, &nobody, &change, &mut none);
    details::apply(&mut taken, &nobody, &changes, &mut none, &change);
    taken
}

/// A contact that was made of a card alone: what both sides agree on where nothing else was.
#[must_use]
pub fn taken_as(card: &SaidCard) -> Person {
    let mut taken = taken_from(&Person::default(), card);
    trust_first(&mut taken, card);
    if taken.primary.is_none() {
        let first = card.first.clone();
        taken.primary = first.filter(|first| taken.uses(first));
    }
    taken
}

/// Stands in for a card where nothing was sent.
#[derive(Clone)]
enum NoCard {}

impl Card for NoCard {
    fn said(&self) -> &SaidCard {
        match *self {}
    }

    fn is_same_text(&self, _: &Self) -> bool {
        match *self {}
    }
}

/// Links a card with a contact that has no base in common with it, or makes the contact. Nothing is taken out:
/// lists are united, blanks filled, and where both say something else both stay and a person decides. Says whether
/// both said the same already.
pub(super) fn link<C: Card>(
    part: &mut dyn Part<C>,
    href: &Href,
    contact: Option<ContactId>,
    (etag, now): Now<C>,
    sent: Option<&Intent<C>>,
) -> Result<bool, Stop> {
    let card = now.said();
    let known = match contact {
        Some(contact) => part.person(contact)?,
        None => None,
    };
    let (Some(contact), Some(before)) = (contact, known) else {
        let mut taken = taken_from(&Person::default(), card);
        trust_first(&mut taken, card);
        let twin = part.has_uid(card)?;
        let (contact, person) = part.make_person(&taken, &now, twin)?;
        let mut row = Row::of(contact);
        row.etag = Some(etag);
        row.twin = twin;
        row.agreed = taken;
        take_primary(&mut row, &person, card);
        row.base = Some(now);
        part.put_row(href, &row)?;
        return Ok(false);
    };

    let mut taken = taken_from(&before, card);
    // A card of it that was never taken there is this one.
    if let Some((old, _)) = part.row_of(contact)?.filter(|(old, _)| old != href) {
        part.drop_row(&old)?;
    }
    let mut row = Row::of(contact);
    let mut person = before.clone();
    row.agreed = taken.clone();
    join_fields(&mut person, &taken, &mut row);
    join_numbers(&mut person, &taken, &mut row.conflicts);
    if holds(Rule::FlagsAtJoin) {
        join_flags(&mut person, card, sent.map(|sent| &sent.says));
    }
    agree_on_first(&mut row.agreed, &person, card);
    if holds(Rule::SentIsAsked) {
        join_ids(&person, &mut taken, card, sent);
    }
    for (id, detail) in &taken.details {
        match person.details.get(id) {
            None => {
                person.details.insert(*id, detail.clone());
            }
            Some(own) => {
                if own.value != detail.value {
                    details::value_conflict(&mut row.conflicts, *id, None, detail);
                }
                if own.label != detail.label {
                    details::label_conflict(&mut row.conflicts, *id, None, detail);
                }
            }
        }
    }
    for (kind, id) in &taken.preferred {
        person.preferred.entry(*kind).or_insert(*id);
    }
    if person.primary.is_none() {
        person.primary.clone_from(&taken.primary);
    }
    person.tags.extend(taken.tags.iter().cloned());
    row.agreed.details.clone_from(&taken.details);
    row.agreed.preferred.clone_from(&taken.preferred);
    if holds(Rule::SameIsOne) {
        person.join_same(&row.agreed);
    }
    flags_agreed_elsewhere(part, contact, &before, &mut person, card)?;
    let is_same = person == before && row.conflicts.is_empty();
    let person = if person == before {
        person
    } else {
        part.put_person(contact, &person, &now)?
    };
    part.carry(contact, None, &now)?;
    take_primary(&mut row, &person, card);
    row.etag = Some(etag);
    row.base = Some(now);
    row.conflicts
        .retain(|key, conflict| is_open(&person, key, &conflict.theirs));
    part.put_row(href, &row)?;
    Ok(is_same)
}

/// The first number of a new contact is confirmed (Phone resource, 4), unless a callbook has been at the card: what
/// such a card does not say is not so.
fn trust_first(taken: &mut Person, card: &SaidCard) {
    let is_ours = card
        .numbers
        .values()
        .any(|said| said.line != OurLine::default());
    let first = card
        .first
        .as_ref()
        .and_then(|first| taken.numbers.get_mut(first));
    if let Some(first) = first.filter(|_| !is_ours) {
        first.accurate = true;
    }
}

/// The first number of a card that no callbook was at is confirmed wherever it comes in: where it is confirmed here,
/// no line has to say so there.
fn agree_on_first(agreed: &mut Person, person: &Person, card: &SaidCard) {
    let mut trusted = agreed.clone();
    trust_first(&mut trusted, card);
    for (key, number) in &mut agreed.numbers {
        let is_trusted = |who: &Person| who.numbers.get(key).is_some_and(|number| number.accurate);
        number.accurate |= is_trusted(&trusted) && is_trusted(person);
    }
}

/// Fills what is blank here; where both say something else, both stay.
fn join_fields<C>(person: &mut Person, taken: &Person, row: &mut Row<C>) {
    for (name, theirs) in &taken.fields {
        match person.fields.get(name) {
            None => {
                person.fields.insert(name, theirs.clone());
            }
            // Who said the parts of the name knows it better than who only wrote it.
            Some(ours)
                if *name == NAME
                    && shown_name(ours) == shown_name(theirs)
                    && (is_guessed(ours) || is_guessed(theirs)) =>
            {
                if !is_guessed(theirs) {
                    person.fields.insert(name, theirs.clone());
                }
            }
            Some(ours) if ours != theirs && !super::said::is_only_ours(name) => {
                let conflict = Conflict::open(None, FieldValue::Text(Some(theirs.clone())));
                row.conflicts.insert(ConflictKey::Field(name), conflict);
            }
            Some(_) => {}
        }
    }
    debug_assert!(!person.name().is_empty() || !taken.fields.contains_key(NAME));
}

/// Adds the numbers that are only there; where both sides have one under labels that say something else, both
/// stay.
fn join_numbers(person: &mut Person, taken: &Person, conflicts: &mut Conflicts) {
    for (key, theirs) in &taken.numbers {
        let Some(mine) = person.numbers.get_mut(key) else {
            person.numbers.insert(key.clone(), theirs.clone());
            continue;
        };
        let (ours, there) = (mine.label.as_deref(), theirs.label.as_deref());
        if ours.is_none() {
            mine.label.clone_from(&theirs.label);
        } else if there.is_some() && !same_label(ours, there) {
            let conflict = Conflict::open(None, FieldValue::Text(theirs.label.clone()));
            conflicts.insert(ConflictKey::NumberLabel(key.clone()), conflict);
        }
    }
}

/// Takes the flags that lines of ours there say, unless a person changed them since they were sent; what
/// none says stays.
fn join_flags(person: &mut Person, card: &SaidCard, sent: Option<&Person>) {
    for (key, said) in &card.numbers {
        let Some(number) = person.numbers.get_mut(key) else {
            continue;
        };
        let was = sent.and_then(|sent| sent.numbers.get(key));
        if let Some(historic) = said.line.historic
            && was.is_none_or(|was| was.historic == number.historic)
        {
            number.historic = historic;
        }
        if let Some(accurate) = said.line.accurate
            && was.is_none_or(|was| was.accurate == number.accurate)
        {
            number.accurate = accurate;
        }
    }
    person.tidy();
}

/// Knows a detail with another value by the id in a line of ours, or by what was sent: it is to be decided,
/// and not there twice.
fn join_ids<C: Card>(
    person: &Person,
    taken: &mut Person,
    card: &SaidCard,
    sent: Option<&Intent<C>>,
) {
    let by_line: BTreeMap<usize, DetailId> = card
        .details
        .iter()
        .enumerate()
        .filter_map(|(place, said)| Some((place, said.id?)))
        .collect();
    let by_sent: BTreeMap<usize, DetailId> = sent.map_or_else(BTreeMap::new, |sent| {
        let body = &sent.body.said().details;
        let same = pairs(body, &card.details).same.into_iter();
        same.filter_map(|(at, place)| {
            Some((place, sent.says.detail_like(&body.get(at)?.identity)?))
        })
        .collect()
    });
    for (place, said) in card.details.iter().enumerate() {
        for ids in [&by_line, &by_sent] {
            let (Some(id), Some(here)) =
                (ids.get(&place).copied(), taken.detail_like(&said.identity))
            else {
                continue;
            };
            let is_another = id != here
                && person
                    .details
                    .get(&id)
                    .is_some_and(|own| own.kind == said.detail.kind)
                && person.detail_like(&said.identity).is_none()
                && !taken.details.contains_key(&id);
            if is_another && let Some(detail) = taken.details.remove(&here) {
                if taken.preferred.get(&detail.kind) == Some(&here) {
                    taken.preferred.insert(detail.kind, id);
                }
                taken.details.insert(id, detail);
            }
        }
    }
}

/// Where the card names no primary number, which one is follows from the rules and is no change.
pub(super) fn take_primary<C>(row: &mut Row<C>, person: &Person, now: &SaidCard) {
    let is_settled = row
        .agreed
        .primary
        .as_ref()
        .is_some_and(|primary| row.agreed.uses(primary));
    if now.primary.is_none() && !is_settled {
        row.agreed.primary.clone_from(&person.primary);
    }
}

/// A number that came in new from one remote has the flags that were agreed with another, where no line
/// says them; and one that is historic here, which is not sent everywhere yet, stays so.
pub(super) fn flags_agreed_elsewhere<C>(
    part: &mut dyn Part<C>,
    contact: ContactId,
    before: &Person,
    person: &mut Person,
    now: &SaidCard,
) -> Result<(), Stop> {
    if before.numbers == person.numbers || !holds(Rule::AgreedElsewhere) {
        return Ok(());
    }
    let elsewhere = part.agreed_elsewhere(contact)?;
    for (key, number) in &mut person.numbers {
        let line = now.line(key);
        let mut agreed = elsewhere.iter().filter_map(|other| other.numbers.get(key));
        if let Some(was) = before.numbers.get(key) {
            let is_in_use = |other: &Number| !other.historic;
            if was.historic && !number.historic && line.historic.is_none() && agreed.any(is_in_use)
            {
                number.historic = true;
            }
        } else if let Some(other) = agreed.next() {
            if line.accurate.is_none() {
                number.accurate = other.accurate;
            }
            if line.historic.is_none() && now.has_tel(key) {
                number.historic = other.historic;
            }
        }
    }
    Ok(())
}
