//! Cards that are not where they were: gone, or with another person's card in their place.

use std::collections::HashMap;

use crate::domain::detail::DetailKind;
use crate::domain::ids::ContactId;

use super::join::Now;
use super::part::{Part, keep_token};
use super::remote::{Href, Stop};
use super::row::{Card, Row};
use super::rules::{Rule, holds};
use super::said::{SaidCard, name_on, same_text};

/// What begins the address under which a row waits whose place another card has. No card is listed under such a one.
const ASIDE: &str = "//aside/";

/// The cards of a run that are not where they were, or may not be.
pub(super) struct Moving<C> {
    /// Those that are gone, with those that were put aside.
    pub(super) gone: Vec<Href>,
    /// The cards that have the place of another one: they are taken in when it is known who is gone.
    pub(super) came: Vec<(Href, Now<C>)>,
    /// The known cards that changed.
    changed: Vec<Href>,
    /// Where those were that are gone, by their `UID`.
    lost: Option<HashMap<String, Href>>,
    /// The same of all that are gone or changed.
    known: Option<HashMap<String, Href>>,
    /// Whether another `UID` is another person's. Where versions are ignored, another program may have written over
    /// the card unseen, and what it says is merged.
    tells_apart: bool,
}

impl<C: Card> Moving<C> {
    pub(super) const fn new(gone: Vec<Href>, changed: Vec<Href>, ignores_versions: bool) -> Self {
        Self {
            gone,
            came: Vec::new(),
            changed,
            lost: None,
            known: None,
            tells_apart: !ignores_versions,
        }
    }

    /// Whether a card that is where another one was is another person's, and no change of it.
    pub(super) fn is_other(
        &mut self,
        part: &mut dyn Part<C>,
        row: &Row<C>,
        now: &SaidCard,
    ) -> Result<bool, Stop> {
        let base = row.base.as_ref().filter(|_| self.tells_apart);
        let Some(base) = base.map(Card::said) else {
            return Ok(false);
        };
        let Some(uid) = other_uid(base, now) else {
            return Ok(false);
        };
        if is_other_person(base, now) {
            return Ok(true);
        }
        // Or it is known whose it is: that one's card is gone or changed, too.
        if is_alike(base, now) {
            return Ok(false);
        }
        if self.known.is_none() {
            let all = self.changed.iter().chain(&self.gone);
            self.known = Some(by_uid(part, all)?);
        }
        Ok(self
            .known
            .as_ref()
            .is_some_and(|known| known.contains_key(&uid)))
    }

    /// Puts a row aside whose place another person's card has: it is gone, unless its card is found elsewhere.
    pub(super) fn put_aside(
        &mut self,
        part: &mut dyn Part<C>,
        row: &Row<C>,
        (href, now): (&Href, Now<C>),
    ) -> Result<(), Stop> {
        let aside = Href(format!("{ASIDE}{}", row.contact));
        part.move_row(href, &aside)?;
        // Should the run end here, the next one has to find it.
        keep_token(part, None, false)?;
        if let (Some(lost), Some(uid)) = (&mut self.lost, uid_of(&row.base_said())) {
            lost.insert(uid, aside.clone());
        }
        self.gone.push(aside);
        self.came.push((href.clone(), now));
        Ok(())
    }

    /// The card that is gone and that this one takes the place of: with its `UID`, or the same name and something
    /// in common.
    pub(super) fn take_predecessor(
        &mut self,
        part: &mut dyn Part<C>,
        now: &SaidCard,
    ) -> Result<Option<Href>, Stop> {
        if self.gone.is_empty() || !holds(Rule::KnownAgain) {
            return Ok(None);
        }
        if self.lost.is_none() {
            self.lost = Some(by_uid(part, &self.gone)?);
        }
        let lost = self.lost.as_ref();
        let same = uid_of(now).and_then(|uid| lost?.get(&uid).cloned());
        if let Some(href) = same
            && let Some(place) = self.gone.iter().position(|gone| *gone == href)
            && is_here(part, &href)?.is_some()
        {
            return Ok(Some(self.gone.remove(place)));
        }
        for (place, href) in self.gone.iter().enumerate() {
            let Some(row) = is_here(part, href)? else {
                continue;
            };
            if row.base.is_some_and(|base| is_alike(base.said(), now)) {
                return Ok(Some(self.gone.remove(place)));
            }
        }
        Ok(None)
    }
}

/// A row whose contact is here.
fn is_here<C>(part: &mut dyn Part<C>, href: &Href) -> Result<Option<Row<C>>, Stop> {
    let Some(row) = part.row(href)? else {
        return Ok(None);
    };
    Ok(part.person(row.contact)?.map(|_| row))
}

/// The cards by their `UID`.
fn by_uid<'a, C: Card>(
    part: &mut dyn Part<C>,
    hrefs: impl IntoIterator<Item = &'a Href>,
) -> Result<HashMap<String, Href>, Stop> {
    let mut known = HashMap::new();
    for href in hrefs {
        let row = part.row(href)?;
        if let Some(uid) = row.and_then(|row| uid_of(&row.base_said())) {
            known.insert(uid, href.clone());
        }
    }
    Ok(known)
}

/// What makes two `UID`s the same.
pub(super) fn uid_of(card: &SaidCard) -> Option<String> {
    let uid = card.uid.as_deref()?.trim();
    let bare = uid.strip_prefix("urn:uuid:").unwrap_or(uid);
    Some(bare.to_lowercase()).filter(|uid| !uid.is_empty())
}

/// The `UID` of a card, where another one has another.
fn other_uid(base: &SaidCard, now: &SaidCard) -> Option<String> {
    let was = uid_of(base)?;
    uid_of(now).filter(|uid| *uid != was)
}

/// Whether a card is of another person: another `UID`, another name, and no number and no email in common. Servers
/// write `UID`s anew, and people take other names.
pub(super) fn is_other_person(base: &SaidCard, now: &SaidCard) -> bool {
    other_uid(base, now).is_some()
        && !same_text(Some(&name_on(base)), Some(&name_on(now)))
        && !base.numbers.keys().any(|key| now.numbers.contains_key(key))
        && !{ base.details.iter() }.any(|said| {
            said.detail.kind == DetailKind::Email && now.detail(&said.identity).is_some()
        })
}

/// Whether two cards are of one person: the same name, and a number or an email in common, or no number
/// at all.
fn is_alike(one: &SaidCard, other: &SaidCard) -> bool {
    let has_none = |card: &SaidCard| card.tels().next().is_none();
    same_text(Some(&name_on(one)), Some(&name_on(other)))
        && (one.tels().any(|(key, _)| other.has_tel(key))
            || has_none(one) && has_none(other)
            || one
                .details
                .iter()
                .any(|said| other.detail(&said.identity).is_some()))
}

/// Where a contact is sent whose card is gone: where it was, unless another card is there.
pub(super) fn place_anew<C>(
    part: &mut dyn Part<C>,
    href: &Href,
    contact: ContactId,
) -> Result<Href, Stop> {
    if href.0.starts_with(ASIDE) {
        return part.new_href(contact);
    }
    Ok(href.clone())
}
