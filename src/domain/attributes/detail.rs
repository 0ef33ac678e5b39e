//! The details of a contact as a caller sends them: read, tidied, and checked.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use crate::domain::address::{Address, AddressPart, PARTS};
use crate::domain::attribute_reader::{
    AttributeReader, NOTE_LIMIT, TEXT_LIMIT, end_lines, kind_of, one_line, tidy, unstorable,
};
use crate::domain::contact::Contact;
use crate::domain::day::{NO_DATE, PartialDate, month_named};
use crate::domain::detail::{Detail, DetailId, DetailKind, DetailValue};
use crate::domain::fold::fold;
use crate::domain::refusal::Fault;
use crate::domain::words::beginning;

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
            let wrong = wrong_detail(contact, detail).or_else(twice)?;
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

/// How many signs of a detail a message names.
const NAMED: usize = 40;

/// What is wrong with a detail.
pub(crate) struct WrongDetail {
    /// The part of an address that it is about, if so.
    pub part: Option<&'static AddressPart>,
    /// Why, to be read after its value.
    pub why: String,
}

impl WrongDetail {
    /// What is wrong with all of it.
    pub(crate) fn of(why: impl Into<String>) -> Self {
        Self {
            part: None,
            why: why.into(),
        }
    }

    /// In a sentence for people, who see of a long text its beginning.
    #[must_use]
    pub(crate) fn words(&self, kind: DetailKind, text: &str) -> String {
        let why = &self.why;
        let text = beginning(text.trim(), NAMED);
        match (self.part, why.strip_prefix(NO_DATE)) {
            (Some(part), _) => format!("{} {why}", part.words),
            // It names the date.
            (None, Some(why)) => why.to_owned(),
            (None, None) if text.is_empty() => format!("{} {why}", kind.word()),
            (None, None) => format!("{} {text} {why}", kind.word()),
        }
    }
}

/// Why a detail is not what its kind asks for; none where it is.
#[must_use]
pub(crate) fn wrong_detail(contact: &Contact, detail: &Detail) -> Option<WrongDetail> {
    let text = detail.text();
    let is_blank = match detail.address() {
        Some(address) => address.is_blank(),
        None => text.trim().is_empty(),
    };
    if is_blank {
        return Some(WrongDetail::of("cannot be blank"));
    }
    let why = match (detail.kind, &detail.value) {
        (_, DetailValue::Address(address)) => {
            return PARTS.iter().find_map(|part| {
                let why = unstorable((part.of)(address), TEXT_LIMIT)?;
                let part = Some(part);
                Some(WrongDetail { part, why })
            });
        }
        (_, DetailValue::Text(text)) if unstorable(text, NOTE_LIMIT).is_some() => {
            unstorable(text, NOTE_LIMIT)
        }
        (DetailKind::Email, _) => wrong_email(&text).map(str::to_owned),
        (DetailKind::Date, DetailValue::Text(text)) => wrong_date(text),
        (DetailKind::Relation, _) => {
            let bare = |uid: &str| {
                let uid = uid.to_lowercase();
                uid.strip_prefix("urn:uuid:").unwrap_or(&uid).to_owned()
            };
            let is_uid = |uid: &str| bare(uid) == bare(&text);
            let is_own = contact.uid.as_deref().is_some_and(is_uid)
                || is_uid(&contact.own_uid())
                || fold(&contact.name) == fold(&text);
            is_own.then(|| "is the contact itself; enter another person".to_owned())
        }
        _ => None,
    };
    why.map(WrongDetail::of)
}

fn wrong_email(text: &str) -> Option<&'static str> {
    match text.rsplit_once('@') {
        None => Some("has no @; write an address such as ada@example.org"),
        Some(("", _)) => Some("has nothing before the @"),
        Some((_, "")) => Some("has nothing after the @"),
        Some(_) if text.contains(char::is_whitespace) && !text.contains('"') => {
            Some("has a space in it; write an address such as ada@example.org")
        }
        Some(_) => None,
    }
}

/// Why a text is not a valid date. A text without a digit may be any remark, and is accepted.
fn wrong_date(text: &str) -> Option<String> {
    if let Some(why) = no_such_day(text) {
        return Some(why);
    }
    let words = text
        .split([' ', '-', '/', '.', ','])
        .filter(|word| !word.is_empty());
    let are_parts = words.clone().count() >= 2
        && words.clone().all(|word| {
            word.bytes().all(|byte| byte.is_ascii_digit()) || month_named(word).is_some()
        });
    let has_day = text.bytes().any(|byte| byte.is_ascii_digit());
    (are_parts && has_day).then(|| {
        "is no date, or it is not sure which number is the day; write it as 1961-09-04, 4 Sep 1961 or --09-04"
            .to_owned()
    })
}

/// Why a text that names a day and a month names no day: `30 February`, `1961-13-01`.
fn no_such_day(text: &str) -> Option<String> {
    let words = text
        .split([' ', '-', '/', '.', ','])
        .filter(|word| !word.is_empty());
    let words: Vec<&str> = words.collect();
    let number = |word: &str| word.parse::<u32>().ok();
    let named = words.iter().find_map(|word| month_named(word));
    let (year, month, day) = match (named, words.as_slice()) {
        (Some(month), all) => {
            let mut numbers = all.iter().filter_map(|word| number(word));
            let day = numbers.clone().find(|number| *number < 1_000)?;
            (numbers.find(|number| *number >= 1_000), month, day)
        }
        (None, [month, day]) if text.starts_with("--") => (None, number(month)?, number(day)?),
        (None, [year, month, day]) if year.len() == 4 => {
            (Some(number(year)?), number(month)?, number(day)?)
        }
        (None, [first, second, year]) if year.len() == 4 => {
            let (first, second) = (number(first)?, number(second)?);
            // Dots part days that begin with the day; else it is sure where only one of the two can be a month.
            let (month, day) = match (first, second) {
                _ if text.contains('.') => (second, first),
                (13.., 1..=12) => (second, first),
                (1..=12, 13..) => (first, second),
                _ => return None,
            };
            (Some(number(year)?), month, day)
        }
        (None, [day, month]) if text.contains('.') => (None, number(month)?, number(day)?),
        _ => return None,
    };
    let year = year.map(|year| i32::try_from(year).unwrap_or(i32::MAX));
    PartialDate::new(year, Some(month), Some(day)).err()
}
