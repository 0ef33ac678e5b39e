//! What an import would do, as rows of its plan.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::Value;

use crate::domain::attribute_reader::end_lines;
use crate::domain::contact::{Contact, Detail, DetailKind};
use crate::domain::detail::BIRTHDAY;
use crate::domain::fields::{self, ContactField, Use};
use crate::domain::fingerprint::Fingerprint;
use crate::domain::full_contact::FullContact;
use crate::domain::import::{Fate, KnownBy, Match, PlanChange, PlanNumber, PlanRow};
use crate::domain::intake::{Stays, is_one_company, other_birthday};
use crate::domain::naming::NameParts;
use crate::domain::not_taken::{KeptValue, NotTaken};
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

/// What a card says otherwise than its contact has it after the import: a contact keeps its own texts and birthday, and
/// what `stays` as a person set or cleared it.
pub(super) fn kept(
    before: &Contact,
    after: &Contact,
    said: &Contact,
    stays: Vec<Stays>,
) -> Vec<KeptValue> {
    let texts = fields::texts(&fields::CONTACT);
    let told = texts.filter(|text| !text.field.is(Use::Key) && is_told(text.field, after, said));
    let told = told.filter_map(|text| {
        let (own, other) = (text.of(after)?, text.of(said)?);
        // Books of older versions have the line ends of files.
        let mut plain = own.to_owned();
        end_lines(&mut plain);
        let is_in = plain == other || text.field.is_long() && plain.contains(other);
        (!is_in).then(|| KeptValue {
            what: text.field.words.into(),
            stored: Some(own.to_owned()),
            said: other.to_owned(),
            why: NotTaken::Own,
        })
    });
    let stays = stays.into_iter().map(|one| KeptValue {
        why: match one.own {
            Some(_) => NotTaken::Own,
            None => NotTaken::Cleared,
        },
        what: one.what,
        stored: one.own,
        said: one.said,
    });
    let mut all: Vec<KeptValue> = told.chain(stays).collect();
    let department = said.department.as_ref();
    let department =
        department.filter(|_| after.department.is_none() && !is_one_company(after, said));
    if let Some(department) = department.filter(|_| all.iter().all(|one| one.what != "department"))
    {
        all.push(KeptValue {
            what: "department".into(),
            stored: None,
            said: department.clone(),
            why: NotTaken::OtherCompany,
        });
    }
    all.extend(other_birthday(after, said).map(|(own, other)| {
        let mut birthdays = before.details.iter().filter(|own| own.is_date(BIRTHDAY));
        let was_here = birthdays.any(|before| before.value == own.value);
        KeptValue {
            what: BIRTHDAY.into(),
            stored: Some(own.shown().into_owned()),
            said: other.shown().into_owned(),
            why: if was_here {
                NotTaken::Own
            } else {
                NotTaken::Second
            },
        }
    }));
    all
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
    changes.extend(detail_changes(&before.details, &after.details));
    changes
}

/// What some details have otherwise than others: a row for each that came, went, or is another one now.
fn detail_changes(before: &[Detail], after: &[Detail]) -> Vec<PlanChange> {
    let mut changes = Vec::new();
    let row = |what: Cow<'static, str>, before: Option<String>, after: Option<String>| PlanChange {
        what,
        before,
        after,
    };
    let said = |details: &[Detail], one: &Detail| {
        let mut details = details.iter();
        details.any(|other| other.says_but_for_preferred(one))
    };
    let mut came: Vec<&Detail> = after.iter().filter(|one| !said(before, one)).collect();
    for was in before.iter().filter(|one| !said(after, one)) {
        let shown = was.shown().into_owned();
        let Some(at) = came.iter().position(|is| is.id == was.id) else {
            changes.push(row(was.title(), Some(shown), None));
            continue;
        };
        let is = came.remove(at);
        if is.label != was.label {
            let what = format!("label of {}", is.shown());
            changes.push(row(what.into(), was.label.clone(), is.label.clone()));
        }
        if is.value != was.value {
            let now = is.shown().into_owned();
            changes.push(row(is.title(), Some(shown), Some(now)));
        }
    }
    let came = came.into_iter();
    changes.extend(came.map(|is| row(is.title(), None, Some(is.shown().into_owned()))));
    for kind in DetailKind::ALL {
        let preferred = |details: &[Detail]| {
            let mut details = details.iter();
            let found = details.find(|one| one.kind == kind && one.preferred);
            found.map(|one| (one.identity(), one.shown().into_owned()))
        };
        let [was, is] = [before, after].map(preferred);
        let is_other =
            was.as_ref().map(|(identity, _)| identity) != is.as_ref().map(|(identity, _)| identity);
        // Of details that all came in, it is no change.
        if is_other && before.iter().any(|one| one.kind == kind) {
            let what = format!("preferred {}", kind.word()).into();
            let none = || "none".to_owned();
            let is = is.map_or_else(none, |(_, shown)| shown);
            changes.push(row(what, was.map(|(_, shown)| shown), Some(is)));
        }
    }
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
