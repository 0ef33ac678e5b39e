//! The details of a contact as a caller sends them: read, tidied, and checked.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use crate::domain::address::{Address, PARTS};
use crate::domain::attribute_reader::{
    AttributeReader, NOTE_LIMIT, TEXT_LIMIT, end_lines, kind_of, one_line, tidy, unstorable,
};
use crate::domain::contact::Contact;
use crate::domain::day::{NO_DATE, PartialDate};
use crate::domain::detail::{Detail, DetailId, DetailKind, DetailValue};
use crate::domain::refusal::Fault;
use crate::domain::words::beginning;

use super::wrong_detail::{NAMED, WrongDetail, second_birthday, wrong_detail};

/// The attribute that all of this is about.
const DETAILS: &str = "details";

/// A fault of a member of the detail at a place, counted from 0; `plain` says it to a person.
fn fault(place: usize, member: &str, why: impl Into<String>, plain: impl Into<String>) -> Fault {
    Fault {
        within: Some(format!("{place}/{member}")),
        ..Fault::of(DETAILS, why).plainly(plain)
    }
}

/// Stands where a detail cannot be read, so that those after it keep their places. Its faults are known.
fn unreadable() -> Detail {
    Detail::new(DetailKind::Other, None, "?")
}

/// What a person knows the detail at a place of a document by: its place, its kind, and its value where that is a
/// text.
fn named(place: usize, members: &Map<String, Value>) -> String {
    let text = |name: &str| {
        let text = members.get(name).and_then(Value::as_str).map(str::trim);
        text.filter(|text| !text.is_empty())
            .map(|text| beginning(text, NAMED))
    };
    let kind = text("kind").filter(|kind| DetailKind::named(kind).is_some());
    let words: Vec<_> = [kind, text("value")].into_iter().flatten().collect();
    let place = place + 1;
    if words.is_empty() {
        format!("detail {place}")
    } else {
        format!("detail {place} ({})", words.join(" "))
    }
}

/// What a person knows a detail by that could be read.
fn name_of(detail: &Detail) -> String {
    let value = detail.shown();
    format!("{} {}", detail.kind.word(), beginning(value.trim(), NAMED))
}

/// Reads the details of a document; each fault is one of the reader.
pub(super) fn read_details(value: Value, sent: &mut AttributeReader) -> Option<Vec<Detail>> {
    let Value::Array(values) = value else {
        let not = kind_of(&value);
        let fault = Fault::of(DETAILS, format!("has to be a list of objects, not {not}"));
        sent.add(fault.plainly(format!(
            "the details have to be a list, not {not}; each is an object with \"kind\", \"label\" and \"value\""
        )));
        return None;
    };
    let mut details = Vec::with_capacity(values.len());
    let mut faults = Vec::new();
    for (place, value) in values.into_iter().enumerate() {
        match value {
            Value::Object(members) => {
                let mut reader = DetailReader {
                    place,
                    named: named(place, &members),
                    members,
                    faults: Vec::new(),
                };
                details.push(reader.read().unwrap_or_else(unreadable));
                faults.append(&mut reader.faults);
            }
            other => {
                details.push(unreadable());
                let not = kind_of(&other);
                let why = format!("has to hold objects with kind, label and value, not {not}");
                let plain = format!(
                    "detail {} is {not}; write it as an object with \"kind\", \"label\" and \"value\"",
                    place + 1
                );
                faults.push(Fault {
                    within: Some(place.to_string()),
                    ..Fault::of(DETAILS, why).plainly(plain)
                });
            }
        }
    }
    let mut ids = HashMap::new();
    for (place, detail) in details.iter().enumerate() {
        if detail.id.is_none() {
            continue;
        }
        let Some(before) = ids.insert(detail.id, place) else {
            continue;
        };
        let plain = format!(
            "detail {} ({}) has the same id as detail {}; leave \"id\" out of a new detail",
            place + 1,
            name_of(detail),
            before + 1
        );
        faults.push(fault(place, "id", "is the id of a detail before it", plain));
    }
    let preferred = two_preferred(&details).and_then(|place| Some((place, details.get(place)?)));
    faults.extend(preferred.map(|(place, detail)| {
        let plain = format!(
            "detail {} ({}): only one {} can be preferred; set \"preferred\" to false in the others",
            place + 1,
            name_of(detail),
            detail.kind.word()
        );
        fault(place, "preferred", TWO_PREFERRED, plain)
    }));
    for fault in faults {
        sent.add(fault);
    }
    Some(details)
}

const TWO_PREFERRED: &str = "can be true for one detail of a kind only";

/// The place of a detail that is the second preferred one of its kind.
fn two_preferred(details: &[Detail]) -> Option<usize> {
    let mut kinds = HashSet::new();
    let mut all = details.iter();
    all.position(|detail| detail.preferred && !kinds.insert(detail.kind))
}

/// The members of one detail of a document.
struct DetailReader {
    place: usize,
    /// What a person knows it by.
    named: String,
    members: Map<String, Value>,
    faults: Vec<Fault>,
}

impl DetailReader {
    /// Notes a fault of a member, with the words for a person.
    fn fault(&mut self, member: &str, why: impl Into<String>, plain: impl AsRef<str>) {
        let plain = format!("{}{}", self.named, plain.as_ref());
        self.faults.push(fault(self.place, member, why, plain));
    }

    /// Notes that a member is of another type.
    fn wrong_type(&mut self, member: &str, wanted: &str, value: &Value) {
        let why = format!("has to be {wanted}, not {}", kind_of(value));
        let name = member.rsplit('/').next().unwrap_or(member);
        let plain = format!(": \"{name}\" {why}");
        self.fault(member, why, plain);
    }

    fn read(&mut self) -> Option<Detail> {
        let id = match self.members.remove("id") {
            None | Some(Value::Null) => DetailId::default(),
            Some(value) => value.as_str().and_then(DetailId::read).unwrap_or_else(|| {
                let why = "has to be eight hexadecimal digits; leave it out of a new detail";
                self.fault("id", why, format!(": \"id\" {why}"));
                DetailId::default()
            }),
        };
        let word = self.members.remove("kind");
        let word = word.as_ref().and_then(Value::as_str);
        let kind = word.and_then(DetailKind::named);
        if kind.is_none() {
            let words = DetailKind::ALL.map(DetailKind::word).join(", ");
            let plain = match word {
                Some(word) => format!(
                    ": unknown kind \"{}\"; expected one of {words}",
                    beginning(word, NAMED)
                ),
                None => format!(" has no \"kind\"; expected one of {words}"),
            };
            self.fault("kind", format!("has to be one of {words}"), plain);
        }
        let label = match self.members.remove("label") {
            None | Some(Value::Null) => None,
            Some(Value::String(label)) => Some(label),
            Some(other) => {
                self.wrong_type("label", "a string", &other);
                None
            }
        };
        let preferred = match self.members.remove("preferred") {
            None | Some(Value::Null) => false,
            Some(Value::Bool(preferred)) => preferred,
            Some(other) => {
                self.wrong_type("preferred", "true or false", &other);
                false
            }
        };
        if let Some(kind) = kind.filter(|kind| preferred && !kind.has_preferred()) {
            let word = kind.word();
            self.fault(
                "preferred",
                format!("cannot be true for a detail of the kind {word}"),
                format!(": a {word} cannot be preferred; leave \"preferred\" out"),
            );
        }
        let value = self.members.remove("value").unwrap_or_default();
        let value = kind.and_then(|kind| self.value(kind, value));
        let unknown: Vec<String> = self.members.keys().cloned().collect();
        for name in unknown {
            let plain =
                format!(": unknown \"{name}\"; expected id, kind, label, preferred and value");
            self.fault(&name, "is not a member of a detail", plain);
        }
        Some(Detail {
            id,
            label,
            preferred,
            ..Detail::new(kind?, None, value?)
        })
    }

    fn value(&mut self, kind: DetailKind, value: Value) -> Option<DetailValue> {
        match (kind, value) {
            (_, Value::Null) => {
                let plain = " has no \"value\"; write there what it says, or leave the detail out";
                self.fault("value", "has to be present", plain);
                None
            }
            (_, Value::String(text)) => Some(DetailValue::read(kind, &text)),
            (DetailKind::Address, Value::Object(parts)) => self.address(parts),
            (DetailKind::Date, Value::Object(parts)) => self.date(parts),
            (kind, other) => {
                let what = match kind {
                    DetailKind::Address => "an object with the parts of an address, or a string",
                    DetailKind::Date => "an object with year, month and day, or a string",
                    _ => "a string",
                };
                self.wrong_type("value", what, &other);
                None
            }
        }
    }

    fn address(&mut self, parts: Map<String, Value>) -> Option<DetailValue> {
        let mut address = Address::default();
        let mut are_right = true;
        for (name, value) in parts {
            let part = PARTS.iter().find(|part| part.name == name);
            match (part, value) {
                (Some(_), Value::Null) => {}
                (Some(part), Value::String(text)) => *(part.of_mut)(&mut address) = text,
                (Some(_), other) => {
                    are_right = false;
                    self.wrong_type(&format!("value/{name}"), "a string", &other);
                }
                (None, _) => {
                    are_right = false;
                    let parts = PARTS.each_ref().map(|part| part.name).join(", ");
                    let plain =
                        format!(": unknown part \"{name}\" of an address; expected {parts}");
                    self.fault(
                        &format!("value/{name}"),
                        "is not a part of an address",
                        plain,
                    );
                }
            }
        }
        are_right.then(|| address.into())
    }

    fn date(&mut self, parts: Map<String, Value>) -> Option<DetailValue> {
        let mut numbers = [None; 3];
        let mut are_right = true;
        for (name, value) in parts {
            let place = ["year", "month", "day"]
                .iter()
                .position(|known| *known == name);
            let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
            match place.and_then(|place| numbers.get_mut(place)) {
                Some(_) if value.is_null() => {}
                Some(known) if number.is_some() => *known = number,
                Some(_) => {
                    are_right = false;
                    let why = "has to be a whole number or null";
                    let plain = format!(": \"{name}\" {why}");
                    self.fault(&format!("value/{name}"), why, plain);
                }
                None => {
                    are_right = false;
                    let plain = format!(
                        ": unknown part \"{name}\" of a date; expected year, month and day"
                    );
                    self.fault(&format!("value/{name}"), "is not a part of a date", plain);
                }
            }
        }
        let [year, month, day] = numbers;
        let year = year.map(|year| i32::try_from(year).unwrap_or(i32::MAX));
        match PartialDate::new(year, month, day) {
            Ok(date) if are_right => return Some(date.into()),
            Err(why) if are_right => {
                let plain = match why.strip_prefix(NO_DATE) {
                    Some(told) => format!(": {told}"),
                    None => format!(" {why}"),
                };
                self.fault("value", why, plain);
            }
            _ => {}
        }
        None
    }
}

/// Trims what was sent, and finds what cannot be stored.
pub(super) fn tidy_details(details: &mut [Detail]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (place, detail) in details.iter_mut().enumerate() {
        tidy(&mut detail.label);
        one_line(&mut detail.label);
        let label = detail
            .label
            .as_deref()
            .and_then(|label| unstorable(label, TEXT_LIMIT));
        faults.extend(label.map(|why| {
            let plain = format!("{}: label {why}", name_of(detail));
            fault(place, "label", why, plain)
        }));
        match &mut detail.value {
            DetailValue::Text(text) => {
                end_lines(text);
                if text.trim().len() != text.len() {
                    *text = text.trim().to_owned();
                }
                let why = unstorable(text, NOTE_LIMIT);
                faults.extend(why.map(|why| {
                    let plain = WrongDetail::of(why.clone()).words(detail.kind, text);
                    fault(place, "value", why, plain)
                }));
            }
            DetailValue::Address(address) => {
                for part in &PARTS {
                    let text = (part.of_mut)(address);
                    end_lines(text);
                    if text.contains('\n') {
                        let lines = text.lines().map(str::trim);
                        let lines: Vec<&str> = lines.filter(|line| !line.is_empty()).collect();
                        *text = lines.join("\n");
                    }
                    if text.trim().len() != text.len() {
                        *text = text.trim().to_owned();
                    }
                    let why = unstorable(text, TEXT_LIMIT);
                    faults.extend(why.map(|why| {
                        let plain = format!("{} {why}", part.words);
                        fault(place, &format!("value/{}", part.name), why, plain)
                    }));
                }
            }
            DetailValue::Date(_) => {}
        }
    }
    faults
}

/// What is wrong with the details of a contact that are new or were changed, beside what is known: those that came
/// as they are from a card stay.
pub(super) fn check_details(contact: &Contact, before: &[Detail], known: &[Fault]) -> Vec<Fault> {
    let is_new = |detail: &Detail| !before.contains(detail);
    let is_known = |place: usize| {
        let mut members = known.iter().filter_map(|fault| {
            let within = fault.within.as_ref()?;
            within.strip_prefix(&place.to_string())
        });
        members.any(|member| member.is_empty() || member == "/kind" || member.starts_with("/value"))
    };
    let was_there_twice = |detail: &Detail| {
        let identity = detail.identity();
        before
            .iter()
            .any(|own| own.id == detail.id && own.identity() == identity)
    };
    let details = contact.details.iter().enumerate();
    let wrong = details
        .filter(|(place, detail)| is_new(detail) && !is_known(*place))
        .filter_map(|(place, detail)| {
            let twice = || {
                let is_said =
                    |at: usize, other: &Detail| (at < place || !is_new(other)) && !is_known(at);
                let is_twice =
                    !was_there_twice(detail) && has_twin(&contact.details, place, is_said);
                is_twice.then(|| WrongDetail::of("is there already"))
            };
            let second = || {
                let was = before.iter().find(|own| own.id == detail.id);
                let others = contact.details.iter().enumerate();
                let others = others.filter(|(at, other)| *at < place || !is_new(other));
                second_birthday(others.map(|(_, other)| other), detail, was)
            };
            let wrong = wrong_detail(contact, detail)
                .or_else(twice)
                .or_else(second)?;
            let within = match wrong.part {
                Some(part) => format!("{place}/value/{}", part.name),
                None => format!("{place}/value"),
            };
            let words = wrong.words(detail.kind, &detail.shown());
            Some(Fault {
                within: Some(within),
                ..Fault::of(DETAILS, wrong.why).plainly(words)
            })
        });
    wrong.collect()
}

/// Whether the detail at a place says the same as another one of these.
fn has_twin(details: &[Detail], place: usize, is_meant: impl Fn(usize, &Detail) -> bool) -> bool {
    let Some(own) = details.get(place) else {
        return false;
    };
    let identity = own.identity();
    let mut others = details.iter().enumerate();
    others.any(|(at, other)| {
        at != place && other.kind == own.kind && other.identity() == identity && is_meant(at, other)
    })
}
