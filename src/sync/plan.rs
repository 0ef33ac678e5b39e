//! What a run did to a copy of the book, as the plan of what it would do.

use std::collections::HashMap;

use crate::domain::attachment::Attachment;
use crate::domain::contact::ContactId;
use crate::domain::edit::ContactWithCard;
use crate::domain::linked::{LinkedCard, ListedCard};
use crate::domain::number::display;
use crate::domain::refusal::Refusal;
use crate::domain::sync::kept::read_conflict;
use crate::domain::sync::plan::{After, CardFate, PlannedCard, PlannedField, compared};
use crate::domain::sync::remote::{Href, file_of};
use crate::domain::sync::row::{Card as _, ConflictKey};
use crate::domain::sync::{Person, taken_as};
use crate::exchange::vcard;
use crate::store::Store;

use super::card::{CardReader, RemoteCard};
use super::dry::Tried;

/// A run on a copy of the book.
#[derive(Debug)]
pub(super) struct Rehearsal {
    /// The remote's row.
    pub remote: i64,
    /// Whether it is a first sync.
    pub is_first: bool,
    /// Whether anything goes there.
    pub sends: bool,
    /// How cards are read.
    pub reader: CardReader,
}

/// A contact or a card on both sides, before and after.
struct Both<'a> {
    before: Option<&'a ContactWithCard>,
    after: Option<&'a ContactWithCard>,
    there: Option<&'a RemoteCard>,
}

impl Rehearsal {
    /// What would be done, by what differs between the book and its copy after the run.
    pub(super) fn planned(
        &self,
        store: &Store,
        copy: &Store,
        tried: &Tried<RemoteCard>,
    ) -> Result<Vec<PlannedCard>, Refusal> {
        let before = store.listed_cards(self.remote)?;
        let after = copy.listed_cards(self.remote)?;
        let known: HashMap<&[u8], &ListedCard> =
            before.iter().map(|card| (&*card.place, card)).collect();
        let stays: HashMap<&[u8], &ListedCard> =
            after.iter().map(|card| (&*card.place, card)).collect();
        // A card may be where another one was.
        let people = before.iter().filter(|card| card.is_there);
        let people: HashMap<ContactId, &ListedCard> = people
            .filter_map(|card| Some((card.contact?, card)))
            .collect();
        let mut planned = Vec::new();
        for card in &after {
            let was = known.get(&*card.place).copied();
            let was = was.filter(|was| was.contact.is_none() || was.contact == card.contact);
            let elsewhere = || people.get(&card.contact?).copied();
            planned.extend(self.of_card(store, copy, tried, was.or_else(elsewhere), card)?);
        }
        for card in &before {
            let now = stays.get(&*card.place);
            if now.is_none_or(|now| now.contact != card.contact) {
                planned.extend(self.of_gone(store, copy, tried, (card, now.is_some()))?);
            }
        }
        Ok(planned)
    }

    fn contact(&self, store: &Store, id: ContactId) -> Result<Option<ContactWithCard>, Refusal> {
        store.read_remote(self.remote, |book| book.contact_and_card(id))
    }

    fn linked(&self, store: &Store, place: &[u8]) -> Result<Option<LinkedCard>, Refusal> {
        store.read_remote(self.remote, |book| book.card(place))
    }

    /// The card as it was last read; none where it cannot be read.
    fn base(&self, card: Option<LinkedCard>) -> Option<RemoteCard> {
        self.reader.read(card?.base?).ok()
    }

    fn of_card(
        &self,
        store: &Store,
        copy: &Store,
        tried: &Tried<RemoteCard>,
        was: Option<&ListedCard>,
        card: &ListedCard,
    ) -> Result<Option<PlannedCard>, Refusal> {
        let href = Href(card.href.clone());
        let (read, is_sent) = (tried.read(&href), tried.is_sent(&href));
        if let Some(why) = &card.refused
            && (self.is_first || was.is_none_or(|was| was.refused.is_none()))
        {
            let name = match (read, card.contact) {
                (Some(read), _) => read.records().contact.name.clone(),
                (None, Some(id)) => self
                    .contact(store, id)?
                    .map_or_else(|| card.href.clone(), |known| known.full.contact.name),
                (None, None) => card.href.clone(),
            };
            return Ok(Some(left_out(name, why)));
        }
        let Some(id) = card.contact else {
            return Ok(None);
        };
        if read.is_none() && !is_sent {
            return Ok(None);
        }
        let Some(after) = self.contact(copy, id)? else {
            return Ok(None);
        };
        let before = match read {
            Some(_) => self.contact(store, id)?,
            // Only sent: what it is by then, by whatever other remote it may be.
            None => Some(after.clone()),
        };
        let base = match (read, was) {
            (Some(read), _) => Some(read.clone()),
            (None, Some(was)) => self.base(self.linked(store, &was.place)?),
            (None, None) => None,
        };
        let linked = self.linked(copy, &card.place)?;
        let conflicts = linked.iter().flat_map(|card| &card.conflicts);
        let conflicts = conflicts.filter(|conflict| !conflict.closed);
        let conflicts: Vec<ConflictKey> = conflicts
            .filter_map(|conflict| Some(read_conflict(conflict)?.0))
            .collect();
        let both = Both {
            before: before.as_ref(),
            after: Some(&after),
            there: base.as_ref(),
        };
        let is_known = was.is_some_and(|was| was.is_there);
        let says_same = before.as_ref().is_some_and(|before| {
            Person::of(&before.full) == Person::of(&after.full) && before.card == after.card
        });
        let (fate, why) = match (&before, &base) {
            _ if card.is_disputed => (CardFate::ToDecide, both.known_by(is_known, &card.href)),
            (None, _) if is_known => (
                CardFate::ComesHere,
                "deleted here, changed there".to_owned(),
            ),
            (None, _) => (CardFate::ComesHere, "only there".to_owned()),
            (Some(_), None) => (CardFate::GoesThere, "only here".to_owned()),
            (Some(_), Some(_)) if is_known => match (says_same, is_sent) {
                (true, false) => return Ok(None),
                (true, true) => (CardFate::GoesThere, "changed here".to_owned()),
                (false, false) => (CardFate::ComesHere, "changed there".to_owned()),
                (false, true) => (CardFate::Joined, "changed on both".to_owned()),
            },
            (Some(_), Some(_)) => (CardFate::Joined, both.known_by(false, &card.href)),
        };
        let is_likely = before.is_some() && !is_known && (why == BY_NUMBER || why == BY_EMAIL);
        Ok(Some(PlannedCard {
            likely: is_likely.then(|| card.href.clone()),
            href: read.map(|_| card.href.clone()),
            contact: before.as_ref().map(|before| before.full.contact.id),
            ..both.planned(fate, why, &conflicts, self.sends)
        }))
    }

    /// A card that is known no more: its contact is gone there, or here.
    fn of_gone(
        &self,
        store: &Store,
        copy: &Store,
        tried: &Tried<RemoteCard>,
        (card, is_replaced): (&ListedCard, bool),
    ) -> Result<Option<PlannedCard>, Refusal> {
        let Some(id) = card.contact.filter(|_| card.is_there) else {
            return Ok(None);
        };
        let before = self.contact(store, id)?;
        let after = self.contact(copy, id)?;
        let base = self.base(self.linked(store, &card.place)?);
        let why = match (&before, &after) {
            (_, Some(_)) => return Ok(None),
            (Some(_), None) if tried.is_deleted(&Href(card.href.clone())) => "gone elsewhere",
            (Some(_), None) => "gone there",
            // Another card is where it was, or it is another contact's.
            (None, None) if is_replaced => return Ok(None),
            (None, None) => "deleted here",
        };
        let both = Both {
            before: before.as_ref(),
            after: None,
            // What is gone there says nothing any more.
            there: base.as_ref().filter(|_| before.is_none()),
        };
        let mut planned = both.planned(CardFate::Deleted, why.to_owned(), &[], self.sends);
        if planned.name.is_empty() {
            // Of who was thrown away for good, no more is known than what the card there says, and where it is.
            let there = tried.read(&Href(card.href.clone()));
            let there = there.map(|card| card.records().contact.name.as_str());
            let name = there.filter(|name| !name.is_empty());
            name.unwrap_or_else(|| file_of(&card.href))
                .clone_into(&mut planned.name);
        }
        Ok(Some(planned))
    }
}

/// That a card is known by its name and a number.
const BY_NUMBER: &str = "name and number";

/// That a card is known by its name and an email.
const BY_EMAIL: &str = "name and email";

fn left_out(name: String, why: &str) -> PlannedCard {
    PlannedCard {
        fate: CardFate::LeftOut,
        name,
        why: why.to_owned(),
        number: None,
        likely: None,
        confirmed: false,
        href: None,
        contact: None,
        is_group: false,
        fields: Vec::new(),
    }
}

/// A group that is new or changed there.
pub(super) fn group(name: String) -> PlannedCard {
    PlannedCard {
        fate: CardFate::ComesHere,
        is_group: true,
        ..left_out(name, "a group: its members are tagged with its name")
    }
}

/// A group that is gone there.
pub(super) fn group_gone(name: String) -> PlannedCard {
    PlannedCard {
        fate: CardFate::ComesHere,
        is_group: true,
        ..left_out(name, "a group, gone there: its members lose its tag")
    }
}

impl Both<'_> {
    fn planned(
        &self,
        fate: CardFate,
        why: String,
        conflicts: &[ConflictKey],
        sends: bool,
    ) -> PlannedCard {
        let here = self.before.map(|before| Person::of(&before.full));
        let there = self.there.map(|card| taken_as(card.said()));
        let after = self.after.map(|after| Person::of(&after.full));
        let known = self.after.or(self.before);
        let name = known.map(|known| &known.full.contact.name);
        let there_name = self.there.map(|card| &card.records().contact.name);
        let name = name.or(there_name).cloned().unwrap_or_default();
        let mut fields = compared(
            here.as_ref(),
            there.as_ref(),
            after.as_ref(),
            conflicts,
            sends,
        );
        fields.extend(self.held(sends));
        let is_same = |field: &PlannedField| field.after == After::Same;
        let fate = if fate == CardFate::Joined && fields.iter().all(is_same) {
            fields.clear();
            CardFate::Same
        } else {
            fate
        };
        let numbers = self.before.map_or(&[][..], |before| &before.full.phones);
        PlannedCard {
            fate,
            name,
            number: (why == BY_NUMBER).then(|| self.shared_number()).flatten(),
            why,
            likely: None,
            confirmed: numbers.iter().any(|phone| phone.valid_values),
            href: None,
            contact: None,
            is_group: false,
            fields,
        }
    }

    /// What is held that is no text, such as a photo, where that is not the same on both sides.
    fn held(&self, sends: bool) -> Vec<PlannedField> {
        let held = |card: Option<&[u8]>| card.map(vcard::attachments).unwrap_or_default();
        let own = |known: Option<&ContactWithCard>| held(known.and_then(|one| one.card.as_deref()));
        let (here, there) = (own(self.before), held(self.there.map(RemoteCard::bytes)));
        let then = self.after.map(|after| own(Some(after)));
        let mut kinds: Vec<&str> = here.iter().chain(&there).map(|one| one.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let of = |held: &[Attachment], kind: &str| {
            let held = held.iter().filter(|one| one.kind == kind);
            let words: Vec<String> = held.map(Attachment::words).collect();
            words.join(", ")
        };
        let field = |kind: &str| {
            let (here, there) = (of(&here, kind), of(&there, kind));
            let then = then.as_ref().map(|then| of(then, kind));
            let after = match then {
                None => After::Gone,
                Some(then) if then == there && here.is_empty() => After::Both,
                Some(then) if then == here && there.is_empty() && sends => After::Both,
                Some(then) if then == here => After::AsHere,
                Some(then) if then == there => After::AsThere,
                Some(then) => After::Other(then),
            };
            (here != there).then(|| PlannedField {
                what: kind.to_owned(),
                here,
                there,
                after,
            })
        };
        kinds.into_iter().filter_map(field).collect()
    }

    /// By what a card is known to be of a contact.
    fn known_by(&self, is_known: bool, href: &str) -> String {
        let (Some(before), Some(card)) = (self.before, self.there) else {
            return "only there".to_owned();
        };
        let full = &before.full;
        if is_known {
            return "changed on both".to_owned();
        }
        let (id, said) = (full.contact.id.to_string(), card.said());
        let uid = said.uid.as_deref().unwrap_or_default();
        let own = full.contact.uid.as_deref();
        let bare = uid.strip_prefix("urn:uuid:").unwrap_or(uid);
        if !uid.is_empty() && (own == Some(uid) || bare == id) {
            return "same UID".to_owned();
        }
        if file_of(href).trim_end_matches(".vcf") == id {
            return "same file name".to_owned();
        }
        match self.shared_number() {
            Some(_) => BY_NUMBER.to_owned(),
            None => BY_EMAIL.to_owned(),
        }
    }

    /// A number that is here and there.
    fn shared_number(&self) -> Option<String> {
        let mut numbers = self.before?.full.phones.iter();
        let said = self.there?.said();
        let shared = numbers.find(|phone| said.numbers.contains_key(&phone.identity));
        shared.map(|phone| display(&phone.identity))
    }
}
