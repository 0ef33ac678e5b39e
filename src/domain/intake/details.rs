//! The details of a contact with those of another one: added, merged, or taken where a newer card has others.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use crate::domain::contact::{Contact, Detail, DetailKind};
use crate::domain::detail::{ANNIVERSARY, BIRTHDAY, prefer_only, settle};

/// What it means that a newer card lacks what the older one had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// It was taken out: the card says that it was revised later.
    Removed,
    /// Nothing: the card may be a part of what its program knows.
    Unsaid,
}

/// What a person set or cleared here, and a newer card has otherwise than the older one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stays {
    /// What it is called: `title`, `preferred email`.
    pub what: Cow<'static, str>,
    /// What is here; none where it was cleared.
    pub own: Option<String>,
    /// What the card says.
    pub said: String,
}

/// The birthday of a contact and another one that a card says of it: a person has one, and keeps it.
#[must_use]
pub fn other_birthday<'c>(
    known: &'c Contact,
    said: &'c Contact,
) -> Option<(&'c Detail, &'c Detail)> {
    let of = |contact: &'c Contact| {
        let dates = contact.details_of(DetailKind::Date);
        dates.filter(|date| date.is_date(BIRTHDAY))
    };
    let own = of(known).next()?;
    let is_known = |other: &&Detail| of(known).any(|own| is_in(other, own) || is_in(own, other));
    Some((own, of(said).find(|other| !is_known(other))?))
}

/// Whether a date is the same as another one, or a part of it.
fn is_in(date: &Detail, other: &Detail) -> bool {
    match (date.date(), other.date()) {
        (Some(date), Some(other)) => date.is_in(other),
        _ => date.identity() == other.identity(),
    }
}

/// Whether the birthday that another card says is that of a contact which has one, and no detail more. It says
/// what is not known of the one that is there, and takes the place of one that was `dropped` for it.
pub(super) fn is_birthday_there(known: &mut [Detail], other: &Detail, dropped: &[&Detail]) -> bool {
    if !other.is_date(BIRTHDAY) || !known.iter().any(|own| own.is_date(BIRTHDAY)) {
        return false;
    }
    let mut birthdays = known.iter_mut().filter(|own| own.is_date(BIRTHDAY));
    let gives_way =
        |own: &&mut Detail| is_in(own, other) || dropped.iter().any(|dropped| own.says(dropped));
    if let Some(own) = birthdays.find(gives_way) {
        own.value = other.value.clone();
    }
    true
}

/// Adds the details of another contact that is merged into one: its birthday and anniversary say more of the ones that
/// are there, or less, where one is a part of the other.
pub(in crate::domain) fn merge_details(known: &mut Vec<Detail>, other: &[Detail]) {
    let mut added = Vec::with_capacity(other.len());
    for detail in other {
        let is_same = |own: &&mut Detail| own.identity() == detail.identity();
        if let (Some(own), Some(label)) = (known.iter_mut().find(is_same), &detail.label) {
            // A blank label is filled, as that of a number is.
            own.label.get_or_insert_with(|| label.clone());
        }
        let of_life = |own: &&mut Detail| {
            let mut labels = [BIRTHDAY, ANNIVERSARY].into_iter();
            labels.any(|label| own.is_date(label) && detail.is_date(label))
        };
        let mut same = known.iter_mut().filter(of_life);
        match same.find(|own| is_in(own, detail) || is_in(detail, own)) {
            Some(own) if is_in(own, detail) => own.value = detail.value.clone(),
            Some(_) => {}
            None => added.push(detail),
        }
    }
    add_details(known, added);
}

/// Adds the details that are not there, whatever their labels.
pub(in crate::domain) fn add_details<'o>(
    known: &mut Vec<Detail>,
    other: impl IntoIterator<Item = &'o Detail>,
) {
    let mut there: HashSet<_> = known.iter().map(Detail::identity).collect();
    for detail in other {
        if there.insert(detail.identity()) {
            known.push(detail.clone());
        }
    }
    settle(known, &[]);
}

/// Takes the details that are new and takes out what was removed. They are the same whatever their labels; a label is
/// taken like any other text, and which one of a kind is preferred too. Gives where a person chose another one.
pub(super) fn take_details(
    stored: &mut Vec<Detail>,
    old: &[Detail],
    new: &[Detail],
    missing: Missing,
) -> Vec<Stays> {
    fn by_identity(details: &[Detail]) -> HashMap<(&'static str, String), &Detail> {
        let details = details.iter().rev();
        details.map(|detail| (detail.identity(), detail)).collect()
    }
    let before = stored.clone();
    let (of_old, of_new) = (by_identity(old), by_identity(new));
    if missing == Missing::Removed {
        stored.retain(|item| {
            let identity = item.identity();
            of_new.contains_key(&identity) || !of_old.contains_key(&identity)
        });
    }
    for item in stored.iter_mut() {
        let identity = item.identity();
        if let (Some(old), Some(new)) = (of_old.get(&identity), of_new.get(&identity))
            && item.says_but_for_preferred(old)
        {
            *item = Detail {
                id: item.id,
                preferred: item.preferred,
                ..(*new).clone()
            };
        }
    }
    let added = new.iter();
    let added = added.filter(|detail| !of_old.contains_key(&detail.identity()));
    let dropped = old.iter();
    let dropped = dropped.filter(|detail| !of_new.contains_key(&detail.identity()));
    let dropped: Vec<&Detail> = dropped.collect();
    let added: Vec<&Detail> = added
        .filter(|detail| !is_birthday_there(stored, detail, &dropped))
        .collect();
    add_details(stored, added);
    let kinds = DetailKind::ALL.into_iter();
    let kinds = kinds.filter(|kind| kind.has_preferred());
    kinds
        .filter_map(|kind| take_preferred(stored, kind, [&before, old, new]))
        .collect()
}

/// Makes that detail of a kind the preferred one that a newer card says, where the person has not chosen otherwise
/// since the older one; gives the choice that stays. `before` is what was stored before the newer card.
fn take_preferred(
    stored: &mut [Detail],
    kind: DetailKind,
    [before, old, new]: [&[Detail]; 3],
) -> Option<Stays> {
    let preferred = |details: &[Detail]| -> Option<Detail> {
        let mut details = details.iter();
        details
            .find(|own| own.kind == kind && own.preferred)
            .cloned()
    };
    let is_in = |details: &[Detail], meant: &Detail| {
        let mut details = details.iter();
        details.any(|own| own.identity() == meant.identity())
    };
    let [own, was, is] = [before, old, new].map(preferred);
    let [of_own, of_was, of_is] = [&own, &was, &is].map(|one| one.as_ref().map(Detail::identity));
    let is_by_hand = match (&own, &was) {
        // It was deleted, which is no word on the others.
        (None, Some(was)) => is_in(before, was),
        _ => of_own != of_was,
    };
    let takes = !is_by_hand && is.as_ref().is_none_or(|is| is_in(stored, is));
    let meant = if takes { &of_is } else { &of_own };
    prefer_only(&mut *stored, kind, |own| Some(own.identity()) == *meant);
    settle(stored, &[]);
    let is = is.filter(|_| is_by_hand && of_is != of_own && of_is != of_was)?;
    Some(Stays {
        what: format!("preferred {}", kind.word()).into(),
        own: own.map(|own| own.shown().into_owned()),
        said: is.shown().into_owned(),
    })
}
