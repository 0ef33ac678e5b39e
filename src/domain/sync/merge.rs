//! What another card says otherwise than the one before it, done to a contact.
//!
//! Theirs is what changed between two cards of the other side; ours is what changed in the contact since both
//! agreed. Theirs is applied to the contact and to what was agreed alike; what then differs between these two is
//! what is to be sent. Their words are never compared with ours.

use std::collections::{BTreeMap, BTreeSet};

use super::person::{Number, Person};
use super::row::{Conflict, ConflictKey, Conflicts, FieldValue};
use super::rules::{Rule, holds};
use super::said::{
    NAME, NO, OurLine, SaidCard, SaidNumber, Standing, is_only_ours, same_label, same_text,
};

/// What changed there.
#[derive(Clone, Copy)]
pub(super) struct Change<'c> {
    /// The card before.
    pub(super) from: &'c SaidCard,
    /// The card now.
    pub(super) to: &'c SaidCard,
    /// Whether what is missing now was taken out.
    pub(super) takes_out: bool,
    /// Whether a number that was taken out there is deleted here, instead of being historic.
    pub(super) bins: bool,
    /// The contact as it was sent, where it is not known whether that arrived.
    pub(super) sent: Option<&'c Person>,
}

/// Makes a change of fields, tags and numbers in a contact. What was changed here since `unless` stays.
pub(super) fn apply(
    person: &mut Person,
    unless: &Person,
    change: &Change<'_>,
    conflicts: &mut Conflicts,
) {
    apply_fields(person, unless, change, conflicts);
    apply_tags(person, change);
    apply_numbers(person, unless, change, conflicts);
    let (was, is) = (&change.from.primary, &change.to.primary);
    if was != is && is.is_some() && person.primary == unless.primary {
        person.primary.clone_from(is);
    }
    person.tidy();
}

fn apply_fields(
    person: &mut Person,
    unless: &Person,
    Change {
        from,
        to,
        takes_out,
        ..
    }: &Change<'_>,
    conflicts: &mut Conflicts,
) {
    let names: BTreeSet<&'static str> = from
        .fields
        .keys()
        .chain(to.fields.keys())
        .copied()
        .collect();
    for name in names {
        let (was, is) = (from.fields.get(name), to.fields.get(name));
        let is_unsaid = is.is_none() && (is_only_ours(name) || name == NAME || !takes_out);
        // Some servers cut long texts without refusing them.
        let is_cut = !takes_out && name != NAME && is_beginning(is, was);
        if was == is || is_unsaid || is_cut {
            continue;
        }
        let mine = person.fields.get(name);
        // A flag that is not set is no field of a contact.
        let is = is.filter(|is| !(is_only_ours(name) && *is == NO));
        let key = ConflictKey::Field(name);
        if mine == unless.fields.get(name) || mine == is {
            set(person, name, is.cloned());
            conflicts.remove(&key);
        } else if !is_only_ours(name) {
            let was = FieldValue::Text(unless.fields.get(name).cloned());
            let conflict = Conflict::open(Some(was), FieldValue::Text(is.cloned()));
            conflicts.insert(key, conflict);
        }
    }
}

/// Whether a text is the beginning of another one, and shorter.
fn is_beginning(text: Option<&String>, of: Option<&String>) -> bool {
    match (text.map(|text| text.trim_end()), of) {
        (Some(text), Some(of)) => !text.is_empty() && of.len() > text.len() && of.starts_with(text),
        _ => false,
    }
}

/// Sets a field, or takes it out.
pub(super) fn set(person: &mut Person, name: &'static str, value: Option<String>) {
    match value {
        Some(value) => person.fields.insert(name, value),
        None => person.fields.remove(name),
    };
}

fn apply_tags(
    person: &mut Person,
    Change {
        from,
        to,
        takes_out,
        ..
    }: &Change<'_>,
) {
    if *takes_out {
        for tag in from.tags.difference(&to.tags) {
            person.tags.remove(tag);
        }
    }
    person.tags.extend(to.tags.difference(&from.tags).cloned());
}

fn apply_numbers(
    person: &mut Person,
    unless: &Person,
    change: &Change<'_>,
    conflicts: &mut Conflicts,
) {
    let before = person.numbers.clone();
    let keys = change.from.numbers.keys().chain(change.to.numbers.keys());
    let keys: BTreeSet<&String> = keys.collect();
    for key in keys {
        let mine = before.get(key);
        let agreed = unless.numbers.get(key);
        match number(key, mine, agreed, change, conflicts) {
            Some(number) => person.numbers.insert(key.clone(), number),
            None => person.numbers.remove(key),
        };
    }
}

/// What becomes of one number: none where it is not in the contact, or no longer.
fn number(
    key: &String,
    mine: Option<&Number>,
    agreed: Option<&Number>,
    Change {
        from,
        to,
        takes_out,
        bins,
        sent,
    }: &Change<'_>,
    conflicts: &mut Conflicts,
) -> Option<Number> {
    use Standing::{Absent, Historic, InUse};

    let (was, is) = (from.standing(key), to.standing(key));
    let (line_before, line) = (from.line(key), to.line(key));
    let label = to.numbers.get(key).and_then(|said| said.label.clone());
    let had_tel = from.has_tel(key);
    // Whether a line of ours says that it is in use again.
    let says_in_use = line.historic == Some(false)
        || !holds(Rule::LineSaysSetFlags) && line != OurLine::default();

    let Some(mine) = mine else {
        // Deleted here after it was sent.
        if was == Absent && sent.is_some_and(|sent| sent.numbers.contains_key(key)) {
            return None;
        }
        let comes_back = holds(Rule::FlagsComeBack);
        return match (was, is, agreed) {
            (Absent, InUse | Historic, agreed) => Some(Number {
                label,
                historic: is == Historic,
                accurate: line
                    .accurate
                    .unwrap_or(agreed.is_some_and(|agreed| agreed.accurate && comes_back)),
            }),
            // Deleted here and changed there: the change wins, with the flags that it had, where the card
            // does not say them.
            (InUse, InUse, Some(agreed)) if from.tel(key).map(|tel| &tel.label) != Some(&label) => {
                Some(Number {
                    label,
                    historic: agreed.historic && !says_in_use && comes_back,
                    accurate: line.accurate.unwrap_or(agreed.accurate && comes_back),
                })
            }
            (Historic, InUse, Some(agreed)) if says_in_use || !had_tel => Some(Number {
                label,
                historic: false,
                accurate: line.accurate.unwrap_or(agreed.accurate && comes_back),
            }),
            _ => None,
        };
    };

    let mut number = mine.clone();
    if !holds(Rule::MissingLineSaysNothing) && is == InUse && line == OurLine::default() {
        number.historic = false;
        number.accurate = false;
    }
    let flag_as_agreed = agreed.map(|agreed| agreed.historic == mine.historic);
    match (was, is) {
        (Absent, InUse) if flag_as_agreed == Some(true) => number.historic = false,
        (Absent, Historic) if flag_as_agreed == Some(true) => number.historic = true,
        (InUse, Historic) if flag_as_agreed != Some(false) => number.historic = true,
        (Historic, InUse)
            if (says_in_use || !had_tel || !holds(Rule::BareTelSaysNothing))
                && flag_as_agreed != Some(false) =>
        {
            number.historic = false;
        }
        // The line that said historic was dropped before, and now one says in use.
        (InUse, InUse)
            if says_in_use
                && line_before.historic != Some(false)
                && mine.historic
                && holds(Rule::SaysInUseAnew)
                && agreed.is_some_and(|agreed| agreed.historic) =>
        {
            number.historic = false;
        }
        // Taken out there: kept here on record, unless it was changed here.
        (InUse, Absent) if *takes_out && agreed == Some(mine) && *bins => return None,
        (InUse, Absent) if *takes_out && agreed == Some(mine) => number.historic = true,
        _ => {}
    }
    // In what was sent, a label that is missing was dropped by the server.
    let is_dropped = !takes_out && label.is_none();
    if to.has_tel(key) && !is_dropped && from.tel(key).map(|tel| &tel.label) != Some(&label) {
        let conflict = ConflictKey::NumberLabel(key.clone());
        // Of a number that was added on both sides, what was agreed is nothing.
        let agreed_label = agreed.and_then(|agreed| agreed.label.as_ref());
        if agreed_label == mine.label.as_ref() || mine.label == label {
            number.label = label;
            conflicts.remove(&conflict);
        } else if (had_tel || agreed.is_none() && label.is_some())
            && !same_label(mine.label.as_deref(), label.as_deref())
        {
            let was = agreed.map(|agreed| FieldValue::Text(agreed.label.clone()));
            let said = Conflict::open(was, FieldValue::Text(label));
            conflicts.insert(conflict, said);
        }
    }
    if let Some(accurate) = line.accurate
        && line_before.accurate != Some(accurate)
        && agreed.is_none_or(|agreed| agreed.accurate == mine.accurate)
    {
        number.accurate = accurate;
    }
    Some(number)
}

/// What was agreed, for a contact that was sent and is not known to have arrived: where the contact is another
/// since, that is a change of the person, though it is as both agreed.
pub(super) fn since_sent(person: &Person, agreed: &Person, sent: &Person) -> Person {
    let mut unless = agreed.clone();
    let names = sent.fields.keys().chain(person.fields.keys());
    for name in names.copied().collect::<BTreeSet<_>>() {
        let sent = sent.fields.get(name);
        if sent != person.fields.get(name) {
            set(&mut unless, name, sent.cloned());
        }
    }
    for (key, was) in &sent.numbers {
        match (person.numbers.get(key), unless.numbers.get_mut(key)) {
            (Some(is), Some(agreed)) => {
                if is.label != was.label {
                    agreed.label.clone_from(&was.label);
                }
                if is.historic != was.historic {
                    agreed.historic = was.historic;
                }
                if is.accurate != was.accurate {
                    agreed.accurate = was.accurate;
                }
            }
            (_, None) => {
                unless.numbers.insert(key.clone(), was.clone());
            }
            (None, Some(_)) => {}
        }
    }
    for (id, was) in &sent.details {
        if let (Some(is), Some(agreed)) = (person.details.get(id), unless.details.get_mut(id)) {
            if is.value != was.value {
                agreed.value = was.value.clone();
            }
            if is.label != was.label {
                agreed.label.clone_from(&was.label);
            }
        }
    }
    if sent.preferred != person.preferred {
        unless.preferred.clone_from(&sent.preferred);
    }
    if sent.primary != person.primary {
        unless.primary.clone_from(&sent.primary);
    }
    unless
}

/// A card that was sent, with its numbers as the one that was read back has them, where it says less or more of their
/// country.
pub(super) fn in_their_numbers(sent: &SaidCard, now: &SaidCard) -> SaidCard {
    let mut worded = sent.clone();
    let written = numbers_in_their_words(sent, now);
    for (ours, theirs) in &written {
        if let (Some(number), true) = (
            worded.numbers.remove(ours),
            now.numbers.contains_key(theirs),
        ) {
            worded.numbers.insert(theirs.clone(), number);
        }
    }
    for of in [&mut worded.primary, &mut worded.first] {
        if let Some(theirs) = of.as_ref().and_then(|ours| written.get(ours)) {
            *of = Some(theirs.clone());
        }
    }
    worded
}

/// A card that was sent, in the words of the one that was read back, where the two read the same.
pub(super) fn in_their_words(sent: &SaidCard, now: &SaidCard) -> SaidCard {
    let mut worded = in_their_numbers(sent, now);
    for (name, text) in &mut worded.fields {
        if let Some(is) = now.fields.get(name)
            && same_text(Some(text), Some(is))
        {
            text.clone_from(is);
        }
    }
    for (key, number) in &mut worded.numbers {
        if let Some(is) = now.tel(key)
            && same_label(number.label.as_deref(), is.label.as_deref())
        {
            number.label.clone_from(&is.label);
        }
    }
    for said in &mut worded.details {
        if let Some(is) = now.detail(&said.identity) {
            if same_label(said.detail.label.as_deref(), is.detail.label.as_deref()) {
                said.detail.label.clone_from(&is.detail.label);
            }
            said.detail.value = is.detail.value.clone();
        }
    }
    worded
}

/// A card with its numbers as a contact has them that both sides agreed on, where it has them without their country, or
/// with more of it.
pub(super) fn numbers_as_agreed(mut card: SaidCard, agreed: &Person) -> SaidCard {
    let is_strange = |key: &&String| !agreed.numbers.contains_key(*key);
    if !{ card.numbers.keys() }.any(|key| is_strange(&key)) {
        return card;
    }
    let known = SaidCard {
        numbers: { agreed.numbers.keys() }
            .map(|key| {
                let tel = SaidNumber {
                    tel: true,
                    ..SaidNumber::default()
                };
                (key.clone(), tel)
            })
            .collect(),
        ..SaidCard::default()
    };
    for (ours, theirs) in numbers_in_their_words(&known, &card) {
        let Some(there) = card.numbers.remove(&theirs) else {
            continue;
        };
        let own = card.numbers.entry(ours.clone()).or_default();
        own.tel = true;
        own.label = there.label;
        for of in [&mut card.primary, &mut card.first] {
            if of.as_ref() == Some(&theirs) {
                *of = Some(ours.clone());
            }
        }
    }
    card
}

/// How many digits two ways of writing a number have in common at least.
const SAME_DIGITS: usize = 6;

/// The numbers of a card that was sent which the card that was read back has in a way that says less or more of the
/// country: `02 5550 1182` for `+39 02 5550 1182`. Ours, and theirs.
fn numbers_in_their_words(sent: &SaidCard, now: &SaidCard) -> BTreeMap<String, String> {
    let digits = |key: &str| -> String {
        let digits = key.chars().filter(char::is_ascii_digit).collect::<String>();
        digits.trim_start_matches('0').to_owned()
    };
    let is_same = |one: &str, other: &str| {
        let (one, other) = (digits(one), digits(other));
        one.len().min(other.len()) >= SAME_DIGITS
            && (one.ends_with(&other) || other.ends_with(&one))
    };
    let missing: Vec<&str> = { sent.tels().map(|(key, _)| key) }
        .filter(|key| !now.has_tel(key))
        .collect();
    let new: Vec<&str> = { now.tels().map(|(key, _)| key) }
        .filter(|key| !sent.has_tel(key))
        .collect();
    let one_of = |key: &str, all: &[&str]| -> Option<String> {
        let mut same = all.iter().filter(|other| is_same(key, other));
        let first = same.next()?;
        same.next().is_none().then(|| (*first).to_owned())
    };
    let mut written = BTreeMap::new();
    for key in &missing {
        if let Some(theirs) = one_of(key, &new)
            && one_of(&theirs, &missing).is_some()
        {
            written.insert((*key).to_owned(), theirs);
        }
    }
    written
}
