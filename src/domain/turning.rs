//! What a change of a contact touched, part by part, and the contact with only that turned back.
//!
//! Details and tags are each one field of the record, which the log keeps whole. Each of them is a part of its
//! own all the same: an older change of one is taken back without the later changes of the others.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use serde::Deserialize;
use serde_json::Value;

use super::change_line::detail_words;
use super::contact::{Contact, Detail};
use super::detail::{BIRTHDAY, DetailId, settle};
use super::fields::{CONTACT, Use, is_used, words};
use super::naming::NameParts;
use super::operation::{FieldChange, Operation};
use super::tag::tag_key;

/// A part of a contact that is taken back as one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// A field, by its name, with those that say one thing with it: a name and its parts, a position and its company.
    Field(String),
    /// A detail.
    Detail(DetailId),
    /// The birthday: a person has one, whatever its id.
    Birthday,
    /// The order of the details.
    DetailOrder,
    /// A tag, by what makes it the same.
    Tag(String),
    /// The order of the tags.
    TagOrder,
}

/// A part that a change touched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Touched {
    pub(crate) part: Part,
    /// What it is called: `home email ada@example.org`.
    pub(crate) words: String,
}

/// The field that moves with every write, of the phones too.
const TOUCHED_AT: &str = "updated_at";

/// What is one statement: who works where, as what.
const WORK: [&str; 4] = ["organisation", "department", "title", "role"];

/// The fields that say one thing, by the name of the first of them.
fn group(field: &str) -> &str {
    let is_part = |name: &str| {
        let mut fields = CONTACT.iter();
        fields.any(|known| known.name == name && known.is(Use::Part))
    };
    match field {
        _ if WORK.contains(&field) => "organisation",
        "kind" => "name",
        _ if is_part(field) => "name",
        _ => field,
    }
}

/// The parts that changes of a contact touched.
pub(crate) fn touched(changes: &[FieldChange]) -> Vec<Touched> {
    let mut all = Vec::new();
    for change in changes.iter().filter(|change| change.field != TOUCHED_AT) {
        match Sides::of(change) {
            Sides::Details(from, to) => all.extend(touched_details(&from, &to)),
            Sides::Tags(from, to) => all.extend(touched_tags(&from, &to)),
            Sides::Other => all.push(Touched {
                part: Part::Field(group(&change.field).to_owned()),
                words: words(&change.field).to_owned(),
            }),
        }
    }
    // What a person knows nothing of is named last.
    all.sort_by_key(|one| matches!(&one.part, Part::Field(field) if is_used(field, Use::Quiet)));
    all
}

/// The first part that is not as these changes left it, by what it is called.
pub(crate) fn not_as_left(contact: &Contact, changes: &[FieldChange]) -> Option<String> {
    let fields = serde_json::to_value(contact).unwrap_or_default();
    changes
        .iter()
        .filter(|change| change.field != TOUCHED_AT)
        .find_map(|change| match Sides::of(change) {
            Sides::Details(from, to) => {
                let (now, left) = (by_ids(&contact.details), by_ids(&to));
                let parts = touched_details(&from, &to).into_iter();
                let mut parts = parts.filter(|one| match one.part {
                    Part::Detail(id) => now.get(&id) != left.get(&id),
                    _ => false,
                });
                parts.next().map(|one| one.words)
            }
            Sides::Tags(from, to) => {
                let parts = touched_tags(&from, &to).into_iter();
                let mut parts = parts.filter(|one| match &one.part {
                    Part::Tag(key) => by_key(&contact.tags, key) != by_key(&to, key),
                    _ => false,
                });
                parts.next().map(|one| one.words)
            }
            Sides::Other if fields.get(&change.field) == Some(&change.to) => None,
            Sides::Other => Some(words(&change.field).to_owned()),
        })
}

/// A contact with these changes taken back, and nothing else.
///
/// # Errors
/// If the contact has no such field, or the value is not of its type: the log is damaged.
pub(crate) fn turned_back(
    contact: &Contact,
    changes: &[FieldChange],
) -> Result<Contact, serde_json::Error> {
    let (mut details, mut tags) = (None, None);
    let mut plain = Vec::new();
    for change in changes {
        match Sides::of(change) {
            Sides::Details(from, to) => details = Some(details_back(&contact.details, from, &to)),
            Sides::Tags(from, to) => tags = Some(tags_back(&contact.tags, from, &to)),
            Sides::Other => plain.push(FieldChange {
                field: change.field.clone(),
                from: change.to.clone(),
                to: change.from.clone(),
            }),
        }
    }
    let mut turned = Operation::revise(contact, &plain)?;
    let says_name_since = changes
        .iter()
        .any(|change| change.field == "name" && change.to.as_str() != Some(&contact.name));
    if says_name_since && NameParts::of(contact).spoken() == contact.name {
        // It is made of parts of which some were changed since.
        turned.name = NameParts::of(&turned).spoken();
    }
    turned.details = details.unwrap_or(turned.details);
    turned.tags = tags.unwrap_or(turned.tags);
    Ok(turned)
}

/// What a field was and what it became, where it has parts.
enum Sides {
    Details(Vec<Detail>, Vec<Detail>),
    Tags(Vec<String>, Vec<String>),
    Other,
}

impl Sides {
    fn of(change: &FieldChange) -> Self {
        fn both<T: for<'de> Deserialize<'de>>(change: &FieldChange) -> Option<(T, T)> {
            let read = |value: &Value| serde_json::from_value(value.clone()).ok();
            Some((read(&change.from)?, read(&change.to)?))
        }
        let sides = match change.field.as_str() {
            "details" => both(change).map(|(mut from, mut to): (Vec<Detail>, Vec<Detail>)| {
                // Where the log is from before details had ids, they are those that they got.
                settle(&mut from, &[]);
                settle(&mut to, &[]);
                Self::Details(from, to)
            }),
            "tags" => both(change).map(|(from, to)| Self::Tags(from, to)),
            _ => None,
        };
        sides.unwrap_or(Self::Other)
    }
}

/// The details by their ids: a contact may have thousands.
fn by_ids(details: &[Detail]) -> HashMap<DetailId, &Detail> {
    details.iter().map(|detail| (detail.id, detail)).collect()
}

fn by_key<'t>(tags: &'t [String], key: &str) -> Option<&'t String> {
    tags.iter().find(|tag| tag_key(tag) == key)
}

/// Whether those that are on both sides are in another order.
fn is_reordered<K: Eq + Hash>(from: &[K], to: &[K]) -> bool {
    let [in_from, in_to] = [from, to].map(|keys| keys.iter().collect::<HashSet<_>>());
    let kept = from.iter().filter(|key| in_to.contains(key));
    kept.ne(to.iter().filter(|key| in_from.contains(key)))
}

fn touched_details(from: &[Detail], to: &[Detail]) -> Vec<Touched> {
    let mut all = Vec::new();
    let (of_from, of_to) = (by_ids(from), by_ids(to));
    let gone = from
        .iter()
        .filter(|detail| !of_to.contains_key(&detail.id))
        .map(|detail| (detail, None));
    let there = to
        .iter()
        .map(|detail| (detail, of_from.get(&detail.id).copied()));
    for (detail, was) in there.chain(gone) {
        if was == Some(detail) {
            continue;
        }
        let touched = |part| Touched {
            part,
            words: detail_words(detail),
        };
        all.push(touched(Part::Detail(detail.id)));
        if detail.is_date(BIRTHDAY) || was.is_some_and(|was| was.is_date(BIRTHDAY)) {
            all.push(touched(Part::Birthday));
        }
    }
    let ids = |details: &[Detail]| -> Vec<DetailId> { details.iter().map(|own| own.id).collect() };
    if is_reordered(&ids(from), &ids(to)) {
        all.push(Touched {
            part: Part::DetailOrder,
            words: "the order of the details".to_owned(),
        });
    }
    all
}

fn touched_tags(from: &[String], to: &[String]) -> Vec<Touched> {
    let gone = from
        .iter()
        .filter(|tag| by_key(to, &tag_key(tag)).is_none());
    let came = to
        .iter()
        .filter(|tag| by_key(from, &tag_key(tag)) != Some(tag));
    let mut all: Vec<Touched> = { gone.chain(came) }
        .map(|tag| Touched {
            part: Part::Tag(tag_key(tag)),
            words: format!("tag {tag}"),
        })
        .collect();
    let keys = |tags: &[String]| -> Vec<String> { tags.iter().map(|tag| tag_key(tag)).collect() };
    if is_reordered(&keys(from), &keys(to)) {
        all.push(Touched {
            part: Part::TagOrder,
            words: "the order of the tags".to_owned(),
        });
    }
    all
}

/// The details there are now without what became of them between two sides.
fn details_back(now: &[Detail], from: Vec<Detail>, to: &[Detail]) -> Vec<Detail> {
    if now == to {
        return from;
    }
    let (of_now, of_from, of_to) = (by_ids(now), by_ids(&from), by_ids(to));
    let mut back: Vec<Detail> = Vec::with_capacity(now.len());
    for own in now {
        back.extend(match (of_from.get(&own.id), of_to.get(&own.id)) {
            (None, Some(_)) => None,
            (Some(was), Some(became)) => Some(detail_back(own, was, became)),
            (Some(_) | None, None) => Some(own.clone()),
        });
    }
    for (at, was) in from.iter().enumerate() {
        let is_there = of_now.contains_key(&was.id)
            || of_to.contains_key(&was.id)
            || back.iter().any(|own| own.identity() == was.identity());
        if !is_there {
            let before = from.iter().take(at).rev();
            let place = place_after(&back, before.map(|own| own.id), |own| own.id);
            back.insert(place, was.clone());
        }
    }
    // One that says again what another came to say since is not there twice.
    let is_turned = |own: &Detail| of_now.get(&own.id) != Some(&own);
    let others: Vec<_> = { back.iter() }
        .filter(|own| !is_turned(own))
        .map(Detail::identity)
        .collect();
    back.retain(|own| !is_turned(own) || !others.contains(&own.identity()));
    let ids = |details: &[Detail]| -> Vec<DetailId> { details.iter().map(|own| own.id).collect() };
    let (was, became) = (ids(&from), ids(to));
    if is_reordered(&was, &became) {
        put_in_order(&mut back, &was, |own| own.id);
    }
    // One that became the preferred one since stays so.
    let is_preferred = |own: &Detail| of_now.get(&own.id).is_some_and(|own| own.preferred);
    let kinds: Vec<_> = { back.iter() }
        .filter(|own| own.preferred && is_preferred(own))
        .map(|own| own.kind)
        .collect();
    for own in &mut back {
        own.preferred &= is_preferred(own) || !kinds.contains(&own.kind);
    }
    settle(&mut back, now);
    back
}

/// A detail without what became of it between two sides.
fn detail_back(own: &Detail, was: &Detail, became: &Detail) -> Detail {
    fn back<T: Clone + PartialEq>(own: &T, was: &T, became: &T) -> T {
        if was == became { own } else { was }.clone()
    }
    Detail {
        id: own.id,
        kind: back(&own.kind, &was.kind, &became.kind),
        label: back(&own.label, &was.label, &became.label),
        preferred: back(&own.preferred, &was.preferred, &became.preferred),
        value: back(&own.value, &was.value, &became.value),
    }
}

/// The tags there are now without what became of them between two sides.
fn tags_back(now: &[String], from: Vec<String>, to: &[String]) -> Vec<String> {
    if now == to {
        return from;
    }
    let mut back: Vec<String> = Vec::with_capacity(now.len());
    for own in now {
        let key = tag_key(own);
        back.extend(match (by_key(&from, &key), by_key(to, &key)) {
            (None, Some(_)) => None,
            (Some(was), Some(became)) if was != became => Some(was.clone()),
            _ => Some(own.clone()),
        });
    }
    for (at, was) in from.iter().enumerate() {
        let key = tag_key(was);
        if by_key(now, &key).is_none() && by_key(to, &key).is_none() {
            let before = from.iter().take(at).rev();
            let place = place_after(&back, before.map(|tag| tag_key(tag)), |tag| tag_key(tag));
            back.insert(place, was.clone());
        }
    }
    let keys = |tags: &[String]| -> Vec<String> { tags.iter().map(|tag| tag_key(tag)).collect() };
    let (was, became) = (keys(&from), keys(to));
    if is_reordered(&was, &became) {
        put_in_order(&mut back, &was, |tag| tag_key(tag));
    }
    back
}

/// The place after the first of these keys that is there; the first one where none is.
fn place_after<T, K: PartialEq>(
    there: &[T],
    mut keys: impl Iterator<Item = K>,
    key: impl Fn(&T) -> K,
) -> usize {
    let found = keys.find_map(|wanted| there.iter().position(|own| key(own) == wanted));
    found.map_or(0, |at| at + 1)
}

/// Puts those that have one of these keys in the order of the keys, in the places that they have.
fn put_in_order<T: Clone, K: Eq + Hash>(there: &mut [T], keys: &[K], key: impl Fn(&T) -> K) {
    let ranks = keys.iter().enumerate().map(|(at, key)| (key, at));
    let ranks: HashMap<&K, usize> = ranks.collect();
    let rank = |own: &T| ranks.get(&key(own)).copied();
    let mut known: Vec<T> = there
        .iter()
        .filter(|own| rank(own).is_some())
        .cloned()
        .collect();
    known.sort_by_key(|own| rank(own));
    let places = there.iter_mut().filter(|own| rank(own).is_some());
    for (place, own) in places.zip(known) {
        *place = own;
    }
}
