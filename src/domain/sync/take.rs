//! Taking in what is there now: a card that changed, one that was sent, a new one, and one that is gone.

use std::collections::BTreeMap;

use crate::domain::detail::DetailId;
use crate::domain::ids::ContactId;

use super::details::{self, pairs};
use super::merge::{self, Change, in_their_words, since_sent};
use super::outgoing::{is_in, is_open, outgoing, shows};
use super::part::Part;
use super::person::{Number, Person};
use super::remote::{Etag, Href, Stop};
use super::row::{Card, Conflict, ConflictKey, Conflicts, FieldValue, Intent, Row};
use super::rules::{Rule, holds};
use super::said::{NAME, OurLine, SaidCard, same_label};

/// A card as it is there now, with its version.
pub(super) type Now<C> = (Etag, C);

/// How a card is merged.
pub(super) struct How<'i, C> {
    /// What it is compared with; what was last read where it is none.
    pub(super) from: Option<SaidCard>,
    /// Whether what is missing was taken out.
    pub(super) takes_out: bool,
    /// What was sent, where it is not known whether it arrived.
    pub(super) sent: Option<&'i Intent<C>>,
}

impl<C> Default for How<'_, C> {
    fn default() -> Self {
        Self {
            from: None,
            takes_out: true,
            sent: None,
        }
    }
}

/// Takes in a card that changed there: the same change is made in the contact and in what was agreed.
pub(super) fn merge<C: Card>(
    part: &mut dyn Part<C>,
    href: &Href,
    mut row: Row<C>,
    (etag, now): Now<C>,
    how: How<'_, C>,
) -> Result<Row<C>, Stop> {
    let from = how.from.unwrap_or_else(|| row.base_said());
    let before = part.person(row.contact)?;
    if let Some(before) = &before {
        let mut person = before.clone();
        if !holds(Rule::OursStays) && outgoing(&person, &row) != row.agreed {
            theirs_wins(&mut person, &row.agreed, now.said());
        }
        let sent = how.sent.filter(|_| holds(Rule::TakenBackIsChange));
        let changes = details::changes(&person, &row.agreed, (&from, now.said()), sent);
        let mut change = Change {
            from: &from,
            to: now.said(),
            takes_out: how.takes_out,
            bins: part.bins_removed(),
            sent: sent.map(|sent| &sent.says),
        };
        let agreed = if holds(Rule::TwoBases) {
            row.agreed.clone()
        } else {
            let mut said = taken_from(&row.agreed, &from);
            said.details.clone_from(&row.agreed.details);
            said.preferred.clone_from(&row.agreed.preferred);
            said
        };
        let unless = match change.sent {
            Some(sent) => since_sent(&person, &agreed, sent),
            None => agreed.clone(),
        };
        merge::apply(&mut person, &unless, &change, &mut row.conflicts);
        details::apply(&mut person, &unless, &changes, &mut row.conflicts, &change);
        change.sent = None;
        let mut none = Conflicts::new();
        let mut now_agreed = row.agreed.clone();
        merge::apply(&mut now_agreed, &agreed, &change, &mut none);
        details::apply(&mut now_agreed, &row.agreed, &changes, &mut none, &change);
        if holds(Rule::SameIsOne) {
            let known = now_agreed.clone();
            person.join_same(&known);
            now_agreed.join_same(&known);
        }
        row.agreed = now_agreed;
        flags_agreed_elsewhere(part, row.contact, before, &mut person, now.said())?;
        let person = if person == *before {
            person
        } else {
            part.put_person(row.contact, &person, &now)?
        };
        take_primary(&mut row, &person, now.said());
        row.conflicts
            .retain(|key, conflict| is_open(&person, key, &conflict.theirs));
    }
    row.base = Some(now);
    row.etag = Some(etag);
    row.intent = None;
    row.refused = None;
    part.put_row(href, &row)?;
    Ok(row)
}

/// Where the card names no primary number, which one is follows from the rules and is no change.
fn take_primary<C>(row: &mut Row<C>, person: &Person, now: &SaidCard) {
    let is_settled = row
        .agreed
        .primary
        .as_ref()
        .is_some_and(|primary| row.agreed.uses(primary));
    if now.primary.is_none() && !is_settled {
        row.agreed.primary.clone_from(&person.primary);
    }
}

/// "The server wins", which the simulation has to find wanting.
fn theirs_wins(person: &mut Person, agreed: &Person, now: &SaidCard) {
    let ours = std::mem::replace(person, agreed.clone());
    let keeps = |key: &String| now.has_tel(key) && ours.numbers.contains_key(key);
    person
        .numbers
        .retain(|key, _| keeps(key) || agreed.numbers.contains_key(key));
}

/// A number that came in new from one remote has the flags that were agreed with another, where no line
/// says them; and one that is historic here, which is not sent everywhere yet, stays so.
fn flags_agreed_elsewhere<C>(
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

/// Settles what was under way, by what is there now. `answer` is the version that the answer to the change
/// named, `accepted` whether it is known to have been taken.
pub(super) fn settle<C: Card>(
    part: &mut dyn Part<C>,
    href: &Href,
    now: Option<Now<C>>,
    answer: Option<&Etag>,
    accepted: bool,
    exact: bool,
) -> Result<(), Stop> {
    let Some(mut row) = part.row(href)? else {
        return Ok(());
    };
    let Some(intent) = row.intent.clone() else {
        return Ok(());
    };
    let is_new = intent.over.is_none();
    let Some((etag, now)) = now else {
        row.intent = None;
        if is_new {
            return send_anew(part, href, row.contact);
        }
        part.put_row(href, &row)?;
        return gone(part, href);
    };
    if intent.over.as_ref() == Some(&etag) {
        // It never arrived.
        row.intent = None;
        return part.put_row(href, &row);
    }
    if answer == Some(&etag) {
        // As it was sent, in the server's wording.
        row.base = Some(now);
        row.etag = Some(etag);
        row.agreed = intent.says;
        row.intent = None;
        return part.put_row(href, &row);
    }
    let body = intent.body.said();
    let is_ours = is_in(body, now.said());
    if is_new && !accepted && !is_ours {
        part.drop_row(href)?;
        // Deleted here meanwhile, and not as it was sent: the change wins.
        let contact = part.person(row.contact)?.map(|_| row.contact);
        return link(part, href, contact, (etag, now), Some(&intent));
    }
    let is_seen = !is_new && shows(&row.base_said(), body, now.said());
    if accepted || is_new && is_ours || is_seen {
        let lacks = Lacking::of(body, now.said());
        let again = !lacks.is_empty() && row.strikes < 2;
        row.strikes = if again { row.strikes + 1 } else { 0 };
        row.agreed = intent.says.clone();
        let from = if holds(Rule::Wording) && !exact {
            in_their_words(body, now.said())
        } else {
            body.clone()
        };
        let how = How {
            from: Some(from),
            takes_out: !holds(Rule::MissingIsNotTakenOut),
            sent: None,
        };
        let mut row = merge(part, href, row, (etag, now), how)?;
        if again && holds(Rule::SentOnceMore) {
            lacks.forget(&mut row.agreed);
            part.put_row(href, &row)?;
        }
    } else {
        let how = How {
            sent: Some(&intent),
            ..How::default()
        };
        merge(part, href, row, (etag, now), how)?;
    }
    Ok(())
}

/// What a card that was sent has and the one that is there lacks: it is sent once more; a server that leaves
/// it out again does not take it.
struct Lacking {
    numbers: Vec<String>,
    details: Vec<(&'static str, String)>,
}

impl Lacking {
    fn of(body: &SaidCard, now: &SaidCard) -> Self {
        let numbers = body.tels().filter(|(key, _)| !now.has_tel(key));
        let gone = pairs(&body.details, &now.details).gone;
        let details = gone.iter().filter_map(|place| body.details.get(*place));
        Self {
            numbers: numbers.map(|(key, _)| key.to_owned()).collect(),
            details: details.map(|said| said.identity.clone()).collect(),
        }
    }

    const fn is_empty(&self) -> bool {
        self.numbers.is_empty() && self.details.is_empty()
    }

    /// Takes it out of what was agreed, so that it differs and goes out.
    fn forget(&self, agreed: &mut Person) {
        for key in &self.numbers {
            agreed.numbers.remove(key);
        }
        for identity in &self.details {
            if let Some(id) = agreed.detail_like(identity) {
                agreed.details.remove(&id);
            }
        }
        agreed.tidy();
    }
}

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

/// The card of nobody: nothing was sent.
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
/// lists are united, blanks filled, and where both say something else both stay and a person decides.
pub(super) fn link<C: Card>(
    part: &mut dyn Part<C>,
    href: &Href,
    contact: Option<ContactId>,
    (etag, now): Now<C>,
    sent: Option<&Intent<C>>,
) -> Result<(), Stop> {
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
        return part.put_row(href, &row);
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
    let person = if person == before {
        person
    } else {
        part.put_person(contact, &person, &now)?
    };
    take_primary(&mut row, &person, card);
    row.etag = Some(etag);
    row.base = Some(now);
    row.conflicts
        .retain(|key, conflict| is_open(&person, key, &conflict.theirs));
    part.put_row(href, &row)
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

/// Fills what is blank here; where both say something else, both stay.
fn join_fields<C>(person: &mut Person, taken: &Person, row: &mut Row<C>) {
    for (name, theirs) in &taken.fields {
        match person.fields.get(name) {
            None => {
                person.fields.insert(name, theirs.clone());
            }
            Some(ours) if ours != theirs && !super::said::is_only_ours(name) => {
                let conflict = Conflict {
                    was: None,
                    theirs: FieldValue::Text(Some(theirs.clone())),
                };
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
            let conflict = Conflict {
                was: None,
                theirs: FieldValue::Text(theirs.label.clone()),
            };
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

/// Takes in that a card is gone: its contact goes to the bin, unless it was changed here, when it is sent
/// anew: a change wins over a deletion.
pub(super) fn gone<C: Card>(part: &mut dyn Part<C>, href: &Href) -> Result<(), Stop> {
    let Some(row) = part.row(href)? else {
        // Of nobody: a group, or what could not be read.
        return part.drop_row(href);
    };
    let Some(person) = part.person(row.contact)? else {
        return part.drop_row(href);
    };
    // A field in conflict was edited here, though it goes out as theirs.
    let is_as_agreed = if holds(Rule::ConflictIsEdit) {
        person == row.agreed
    } else {
        outgoing(&person, &row) == row.agreed
    };
    if is_as_agreed {
        part.drop_row(href)?;
        return part.delete_person(row.contact);
    }
    send_anew(part, href, row.contact)
}

/// Has a contact sent that has no card there, or no longer, if it is here.
fn send_anew<C: Card>(part: &mut dyn Part<C>, href: &Href, contact: ContactId) -> Result<(), Stop> {
    part.drop_row(href)?;
    match part.person(contact)? {
        Some(_) => part.put_row(href, &Row::of(contact)),
        None => Ok(()),
    }
}

/// Deleted here and changed there: the change wins, and the contact comes back with the flags that it had.
pub(super) fn revive<C: Card>(part: &mut dyn Part<C>, href: &Href) -> Result<(), Stop> {
    let Some(mut row) = part.row(href)? else {
        return Ok(());
    };
    let Some(now) = row.base.clone() else {
        return Ok(());
    };
    let back = part.bring_back(row.contact)?;
    let was = back.clone().unwrap_or_default();
    let mut person = taken_from(&was, now.said());
    for (key, number) in &mut person.numbers {
        let line = now.said().line(key);
        let had = was.numbers.get(key).filter(|_| holds(Rule::FlagsComeBack));
        let was_historic = had.is_some_and(|had| had.historic);
        let is_put_back =
            was_historic && now.said().has_tel(key) && !row.agreed.numbers.contains_key(key);
        number.historic = line.historic.unwrap_or(was_historic && !is_put_back);
        number.accurate = line
            .accurate
            .unwrap_or_else(|| had.is_some_and(|had| had.accurate));
    }
    for (key, number) in &was.numbers {
        if number.historic && !person.numbers.contains_key(key) {
            person.numbers.insert(key.clone(), number.clone());
        }
    }
    for (name, text) in &was.fields {
        if super::said::is_only_ours(name) {
            person.fields.entry(name).or_insert_with(|| text.clone());
        }
    }
    person.tidy();
    let (contact, settled) = match back {
        Some(_) => (row.contact, part.put_person(row.contact, &person, &now)?),
        None => part.make_person(&person, &now, false)?,
    };
    row.contact = contact;
    row.agreed = person;
    take_primary(&mut row, &settled, now.said());
    row.held = false;
    row.conflicts.clear();
    part.put_row(href, &row)
}
