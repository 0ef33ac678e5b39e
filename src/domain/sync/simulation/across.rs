//! What must hold across one sync.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::domain::sync::outgoing::outgoing;
use crate::domain::sync::person::Person;
use crate::domain::sync::remote::{Etag, Href};
use crate::domain::sync::row::{Card as _, Row};
use crate::domain::sync::said::{OurLine, SaidCard, SaidDetail, same_label};

use super::book::SimBook;
use super::contact::{SimContact, emails, note_of};
use super::server::{EMAIL, Quirks, SimCard, identity};
use super::world::Known;

pub(super) type Cards = BTreeMap<String, (u64, SimCard)>;
pub(super) type Faults = Vec<&'static str>;
type SimRow = Row<SimCard>;

/// A note that a person wrote and that never was on a server is still here after a sync.
pub(super) fn unsent(
    before: &SimBook,
    after: &SimBook,
    seen: &BTreeSet<String>,
    faults: &mut Faults,
) {
    for (id, contact) in &before.contacts {
        let Some(note) = note_of(&contact.person).filter(|note| !seen.contains(*note)) else {
            continue;
        };
        let now = after.contacts.get(id);
        if now.is_none_or(|now| note_of(&now.person) != Some(note)) {
            faults.push("an edit lost that never was there");
        }
    }
}

/// Whatever happened meanwhile: no flag changes that nobody changed.
pub(super) fn by_itself(before: &SimBook, after: &SimBook, known: &Known, faults: &mut Faults) {
    for (id, contact) in &before.contacts {
        // Who was deleted and made anew by a book that knew less lacks what that book did not know.
        if known.deleted_people.contains(&contact.key()) {
            continue;
        }
        let Some(now) = after.contacts.get(id) else {
            continue;
        };
        for (key, was) in &contact.person.numbers {
            let Some(is) = now.person.numbers.get(key) else {
                continue;
            };
            let deleted = known.deleted_numbers.contains(key);
            if was.historic && !is.historic && !known.revived.contains(key) && !deleted {
                faults.push("in use again by itself");
            }
            if !was.historic && is.historic && !known.marked.contains(key) && !deleted {
                faults.push("historic by itself");
            }
            if was.accurate && !is.accurate && !known.doubted.contains(key) {
                faults.push("unconfirmed by itself");
            }
        }
    }
}

/// What one sync is looked at with.
pub(super) struct Across<'a> {
    pub(super) before: &'a SimBook,
    pub(super) after: &'a SimBook,
    pub(super) there: &'a Cards,
    pub(super) quirks: Quirks,
    pub(super) known: &'a Known,
}

impl Across<'_> {
    fn rows(book: &SimBook) -> &BTreeMap<Href, Rc<SimRow>> {
        &book.sides[0].rows
    }

    fn card_at(&self, href: &Href) -> Option<&(u64, SimCard)> {
        self.there.get(&href.0)
    }

    /// Whether the sync came as far as the card that was there when it began.
    fn has_merged(&self, href: &Href) -> bool {
        let version = |etag: &Etag| etag.0.parse::<u64>().unwrap_or(0);
        let after = Self::rows(self.after).get(href);
        let after = after.and_then(|row| row.etag.as_ref());
        match (self.card_at(href), after) {
            (Some((there, _)), Some(etag)) => version(etag) >= *there,
            _ => false,
        }
    }

    /// Across one sync in which the other program did nothing: what a person changed here since both sides
    /// agreed is as it was, and what no card says has not moved.
    pub(super) fn kept(&self, faults: &mut Faults) {
        let mut linked = BTreeSet::new();
        for (href, row) in Self::rows(self.before) {
            let Some(contact) = self.before.contacts.get(&row.contact) else {
                continue;
            };
            linked.insert(row.contact);
            let Some(now) = self.after.contacts.get(&row.contact) else {
                if outgoing(&contact.person, row) != row.agreed && row.etag.is_some() {
                    faults.push("an edited contact gone");
                }
                continue;
            };
            self.flags(
                contact,
                now,
                self.has_merged(href),
                Some((href, row)),
                faults,
            );
            if row.etag.is_some() && row.intent.is_none() {
                self.edits(href, row, &contact.person, &now.person, faults);
            }
        }
        for (id, contact) in &self.before.contacts {
            if linked.contains(id) {
                continue;
            }
            let Some(now) = self.after.contacts.get(id) else {
                faults.push("an unlinked contact gone");
                continue;
            };
            self.flags(contact, now, false, None, faults);
            if contact.person.name() != now.person.name() {
                faults.push("an unlinked edit lost");
            }
            self.nothing_gone(
                &contact.person,
                &now.person,
                "an unlinked number gone",
                faults,
            );
        }
        self.revived(faults);
        if self.before.fresh {
            for (id, contact) in &self.before.contacts {
                match self.after.contacts.get(id) {
                    Some(now) => {
                        let what = "a restored book lost something";
                        self.nothing_gone(&contact.person, &now.person, what, faults);
                    }
                    None => faults.push("a restored book lost somebody"),
                }
            }
        }
    }

    fn nothing_gone(&self, was: &Person, is: &Person, what: &'static str, faults: &mut Faults) {
        let _ = self;
        let number_gone = was.numbers.keys().any(|key| !is.numbers.contains_key(key));
        let email_gone = emails(was).any(|(value, _)| is.detail_like(&identity(&value)).is_none());
        if number_gone || email_gone {
            faults.push(what);
        }
    }

    /// Who comes back from the bin has the flags that were there.
    fn revived(&self, faults: &mut Faults) {
        for (at, (id, contact)) in self.before.bin.iter().enumerate() {
            let is_last = !self.before.bin[at + 1..]
                .iter()
                .any(|(other, _)| other == id);
            let row = Self::rows(self.before).iter().find(|(href, row)| {
                row.contact == *id && Self::rows(self.after).contains_key(*href)
            });
            if let (true, None, Some(now), Some((href, row))) = (
                is_last,
                self.before.contacts.get(id),
                self.after.contacts.get(id),
                row,
            ) && !self.known.redone.contains(&contact.key())
            {
                self.flags(contact, now, false, Some((href, row)), faults);
            }
        }
    }

    /// What a person edited since both agreed is as it was.
    fn edits(&self, href: &Href, row: &SimRow, was: &Person, now: &Person, faults: &mut Faults) {
        let rewords = self.quirks.has(Quirks::REWORDS);
        let same_words = |one: Option<&str>, other: Option<&str>| {
            one == other || rewords && same_label(one, other)
        };
        let agreed = &row.agreed;
        if was.name() != agreed.name() && now.name() != was.name()
            || note_of(was) != note_of(agreed) && note_of(now) != note_of(was)
        {
            faults.push("an edit lost");
        }
        for (key, number) in &was.numbers {
            let Some(is) = now.numbers.get(key) else {
                faults.push("a number taken out by a sync");
                continue;
            };
            let Some(before) = agreed.numbers.get(key) else {
                if !number.historic && is.historic {
                    faults.push("a new number made historic");
                }
                continue;
            };
            let (label, is_label) = (number.label.as_deref(), is.label.as_deref());
            if before.label != number.label && !same_words(is_label, label) {
                faults.push("a label lost");
            }
            if before.historic != number.historic && number.historic != is.historic {
                faults.push("a person's historic lost");
            }
            if before.accurate != number.accurate && number.accurate != is.accurate {
                faults.push("a person's confirmation lost");
            }
        }
        let (preferred, is_preferred) = (was.preferred.get(&EMAIL), now.preferred.get(&EMAIL));
        if preferred != agreed.preferred.get(&EMAIL)
            && preferred.is_some_and(|id| now.details.contains_key(id))
            && is_preferred != preferred
        {
            faults.push("a person's preferred lost");
        }
        for (id, own) in &was.details {
            let before = agreed.details.get(id);
            let by_value = || now.details.get(&now.detail_like(&own.identity())?);
            let Some(is) = now.details.get(id).or_else(by_value) else {
                if before != Some(own) {
                    faults.push("an edited email gone");
                }
                continue;
            };
            if before.is_none_or(|before| before.value != own.value) && is.value != own.value {
                faults.push("an email's value lost");
            }
            let (label, is_label) = (own.label.as_deref(), is.label.as_deref());
            if before.is_some_and(|before| before.label != own.label)
                && now.details.contains_key(id)
                && !same_words(is_label, label)
            {
                faults.push("an email's label lost");
            }
            if let (Some(before), Some((_, card)), true) =
                (before, self.card_at(href), now.details.contains_key(id))
                && self.has_merged(href)
            {
                let parts = [before, own, is];
                their_half(parts, &row.base_said(), card.said(), &same_words, faults);
            }
        }
    }

    /// Neither confirmed nor historic changes because a line of ours is missing, whoever dropped it.
    fn flags(
        &self,
        contact: &SimContact,
        now: &SimContact,
        merged: bool,
        row: Option<(&Href, &Rc<SimRow>)>,
        faults: &mut Faults,
    ) {
        let card = row.and_then(|(href, _)| self.card_at(href));
        let all = self.there.values().map(|(_, card)| card);
        let cards: Vec<&SimCard> = card.map_or_else(
            || all.filter(|card| card.key() == contact.key()).collect(),
            |(_, card)| vec![card],
        );
        for (key, was) in &contact.person.numbers {
            let Some(is) = now.person.numbers.get(key) else {
                continue;
            };
            let line = |of: fn(OurLine) -> Option<bool>, value: bool| {
                cards
                    .iter()
                    .any(|card| of(card.said.line(key)) == Some(value))
            };
            let known = self.known;
            if was.accurate != is.accurate && !line(|line| line.accurate, is.accurate) {
                faults.push("confirmed changed without a line of ours");
            }
            let had_tel = row.is_some_and(|(_, row)| {
                row.base_said().has_tel(key)
                    || row
                        .intent
                        .as_ref()
                        .is_some_and(|intent| intent.body.said.has_tel(key))
            });
            let in_use = was.historic && !is.historic;
            if in_use
                && !line(|line| line.historic, false)
                && (had_tel || !cards.iter().any(|card| card.said.has_tel(key)))
            {
                faults.push("in use without a line of ours");
            }
            if !was.historic
                && is.historic
                && !line(|line| line.historic, true)
                && cards.iter().all(|card| card.said.has_tel(key))
            {
                faults.push("historic without a line of ours");
            }
            if let (Some((_, row)), Some((version, card))) = (row, card)
                && row.intent.is_none()
                && row.agreed.numbers.get(key) == Some(was)
                && row
                    .etag
                    .as_ref()
                    .is_some_and(|etag| etag.0 != version.to_string())
            {
                let (before, line) = (row.base_said().line(key), card.said.line(key));
                if line.historic.is_some()
                    && line.historic != before.historic
                    && card.said.has_tel(key)
                    && line.historic != Some(is.historic)
                    && is == was
                    && merged
                {
                    faults.push("what a line says not taken");
                }
            }
            if in_use && !known.revived.contains(key) && !known.deleted_numbers.contains(key) {
                faults.push("in use again by itself");
            }
            if was.accurate && !is.accurate && !known.doubted.contains(key) {
                faults.push("unconfirmed by itself");
            }
        }
    }
}

/// Where a person edited one half of an email and the other program the other, both are there.
fn their_half(
    [before, own, is]: [&crate::domain::detail::Detail; 3],
    base: &SaidCard,
    card: &SaidCard,
    same_words: &impl Fn(Option<&str>, Option<&str>) -> bool,
    faults: &mut Faults,
) {
    let identity = before.identity();
    let Some(was) = base.detail(&identity) else {
        return;
    };
    if let Some(theirs) = card.detail(&identity) {
        let label = theirs.detail.label.as_deref();
        if theirs.detail.label != was.detail.label
            && before.label == own.label
            && !same_words(is.label.as_deref(), label)
            && label != before.label.as_deref()
        {
            faults.push("their label lost");
        }
        return;
    }
    let is_ours = before.value == own.value;
    // Where another book gave its id to a detail that was there already, that is not what became of this one.
    let is_other =
        |said: &SaidDetail| said.identity != identity && base.detail(&said.identity).is_some();
    let with_id = |card: &SaidCard| {
        let details = card.details.iter();
        let found = details.filter(|said| said.id.is_some() && said.id == was.id);
        let found = found.filter(|said| !is_other(said));
        found
            .map(|said| said.detail.value.clone())
            .collect::<Vec<_>>()
    };
    if let (Some(value), 1) = (with_id(card).first(), with_id(base).len()) {
        if is_ours && is.value != *value {
            faults.push("their value lost");
        }
    } else if let ([_], [theirs]) = (&base.details[..], &card.details[..]) {
        let same =
            theirs.detail.label == was.detail.label && (theirs.id.is_none() || was.id.is_none());
        if same && is_ours && is.value != theirs.detail.value {
            faults.push("their value lost");
        }
    }
}

/// What a book does not send stays as it is there.
pub(super) fn held(
    before: &SimBook,
    after: &SimBook,
    was: &Cards,
    is: &Cards,
    faults: &mut Faults,
) {
    if !before.only {
        return;
    }
    for (href, row) in &before.sides[0].rows {
        let id = row.contact;
        let stays = if before.contacts.contains_key(&id) {
            before.out.contains(&id) && after.out.contains(&id) && row.intent.is_none()
        } else {
            row.held
        };
        if stays && was.get(&href.0) != is.get(&href.0) {
            faults.push("sent what it does not send");
        }
    }
}
