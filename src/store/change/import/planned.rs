//! What an import would do, as rows of its plan.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value;

use crate::domain::attribute_reader::end_lines;
use crate::domain::contact::Contact;
use crate::domain::detail::BIRTHDAY;
use crate::domain::fields::{self, ContactField, Use};
use crate::domain::fingerprint::Fingerprint;
use crate::domain::full_contact::FullContact;
use crate::domain::import::{Fate, KnownBy, Match, PlanChange, PlanNumber, PlanRow};
use crate::domain::intake::other_birthday;
use crate::domain::naming::NameParts;
use crate::domain::number::digits;
use crate::domain::operation::FieldChange;
use crate::domain::phone::Phone;

use super::run::{Coming, Put};

/// The row of a card that is about a contact which is there.
pub(super) fn planned_row(
    coming: &Coming,
    name: String,
    (found, by): (&FullContact, KnownBy),
    put: Option<&Put>,
    attached: Vec<PlanChange>,
    numbers: Option<Vec<PlanNumber>>,
) -> PlanRow {
    let known = Match {
        contact: found.contact.id,
        name: found.contact.name.clone(),
        by,
    };
    let (fate, changes) = match put {
        None => (Fate::Same(known), Vec::new()),
        Some(put) => (Fate::Change(known), changes(&found.contact, put, attached)),
    };
    PlanRow {
        place: coming.place,
        key: Some(coming.key),
        written: Fingerprint::default(),
        leads: false,
        name,
        fate,
        numbers: numbers.unwrap_or_default(),
        changes,
        kept: Vec::new(),
    }
}

/// The texts and the birthday that a card says otherwise than its contact has them after it: a contact keeps its own.
pub(super) fn kept(after: &Contact, said: &Contact) -> Vec<PlanChange> {
    let texts = fields::texts(&fields::CONTACT);
    let told = texts.filter(|text| !text.field.is(Use::Key) && is_told(text.field, after, said));
    let told = told.filter_map(|text| {
        let (own, other) = (text.of(after)?, text.of(said)?);
        // Books of older versions have the line ends of files.
        let mut plain = own.to_owned();
        end_lines(&mut plain);
        let is_in = plain == other || text.field.is_long() && plain.contains(other);
        (!is_in).then(|| PlanChange {
            what: text.field.words.into(),
            before: Some(own.to_owned()),
            after: Some(other.to_owned()),
        })
    });
    let birthday = other_birthday(after, said).map(|(own, other)| PlanChange {
        what: BIRTHDAY.into(),
        before: Some(own.shown().into_owned()),
        after: Some(other.shown().into_owned()),
    });
    told.chain(birthday).collect()
}

/// The photos and the like that come, go or change with a contact's card.
pub(super) fn attached(changes: Vec<FieldChange>) -> Vec<PlanChange> {
    let words = |value: Value| value.as_str().map(str::to_owned);
    let changes = changes.into_iter().map(|change| PlanChange {
        what: change.field.into(),
        before: words(change.from),
        after: words(change.to),
    });
    changes.collect()
}

/// The numbers of a card that was imported before, as the contact has them. What the contact has not kept
/// is left out: it would not come back.
pub(super) fn numbers_before(phones: &[Phone], there: &[Phone]) -> Vec<PlanNumber> {
    let kept = |phone: &Phone| {
        let is_same = |other: &&Phone| {
            other.identity == phone.identity || digits(&other.typed) == digits(&phone.typed)
        };
        let kept = there.iter().find(is_same)?;
        Some(PlanNumber {
            label: kept.location.clone(),
            said: phone.typed.clone(),
            stored: kept.shown(),
            there: true,
        })
    };
    phones.iter().filter_map(kept).collect()
}

/// What a card of a new contact says beside its name and numbers.
pub(super) fn said(contact: &Contact) -> Vec<PlanChange> {
    let mut named = Contact {
        name: contact.name.clone(),
        kind: contact.kind,
        source: contact.source.clone(),
        ..Contact::default()
    };
    NameParts::of(contact).put(&mut named);
    content_changes(&named, contact)
}

/// The numbers of a card, and which of them are there.
pub(super) fn numbers(phones: &[Phone], there: &[Phone]) -> Vec<PlanNumber> {
    let there: HashSet<&str> = there.iter().map(|phone| phone.identity.as_str()).collect();
    let known = |phone: &Phone| there.contains(phone.identity.as_str());
    phones
        .iter()
        .map(|phone| PlanNumber {
            label: phone.location.clone(),
            said: phone.typed.clone(),
            stored: phone.shown(),
            there: known(phone),
        })
        .collect()
}

/// Whether a field is told of two contacts: a name that differs covers its parts.
fn is_told(field: &ContactField, one: &Contact, other: &Contact) -> bool {
    !field.is(Use::Part) || one.name == other.name
}

/// What one contact has otherwise than another, field by field and detail by detail.
fn content_changes(before: &Contact, after: &Contact) -> Vec<PlanChange> {
    let told = fields::CONTACT.iter().filter(|field| {
        field.csv.is_some() && !field.is(Use::Key) && is_told(field, before, after)
    });
    let mut changes: Vec<PlanChange> = told
        .map(|field| (field, field.text(before), field.text(after)))
        .filter(|(_, before, after)| before != after)
        .map(|(field, before, after)| {
            let told = |text: Cow<'_, str>| (!text.is_empty()).then(|| text.into_owned());
            PlanChange {
                what: field.words.into(),
                before: told(before),
                after: told(after),
            }
        })
        .collect();
    let gone = before.details.iter();
    let gone = gone.filter(|detail| !after.details.iter().any(|other| other.says(detail)));
    let new = after.details.iter();
    let new = new.filter(|detail| !before.details.iter().any(|other| other.says(detail)));
    let details = gone
        .map(|detail| (detail, false))
        .chain(new.map(|detail| (detail, true)));
    changes.extend(details.map(|(detail, new)| {
        let value = Some(detail.shown().into_owned());
        PlanChange {
            what: detail.title(),
            before: value.clone().filter(|_| !new),
            after: value.filter(|_| new),
        }
    }));
    changes
}

/// What changes in a contact beside the numbers that come in.
fn changes(before: &Contact, put: &Put, attached: Vec<PlanChange>) -> Vec<PlanChange> {
    let mut changes = content_changes(before, &put.after);
    changes.extend(attached);
    for (before, after) in &put.revision.changed {
        let becomes = match (before.historic, after.historic, &after.location) {
            (false, true, _) => "historic".to_owned(),
            (true, false, _) => "in use again".to_owned(),
            (_, _, Some(label)) if after.location != before.location => label.clone(),
            (_, _, None) if before.location.is_some() => "no label".to_owned(),
            _ if after.primary && !before.primary => "primary".to_owned(),
            _ => "other flags".to_owned(),
        };
        changes.push(PlanChange {
            what: "number".into(),
            before: Some(after.shown()),
            after: Some(becomes),
        });
    }
    if changes.is_empty() && put.revision.added.is_empty() {
        changes.push(PlanChange {
            what: "card".into(),
            before: None,
            after: Some("other lines, kept as they are".to_owned()),
        });
    }
    changes
}
