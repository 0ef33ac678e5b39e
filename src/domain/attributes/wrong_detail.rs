//! What is wrong with one detail of a contact.

use crate::domain::address::{AddressPart, PARTS};
use crate::domain::attribute_reader::{NOTE_LIMIT, TEXT_LIMIT, unstorable};
use crate::domain::contact::Contact;
use crate::domain::day::{NO_DATE, PartialDate, month_named};
use crate::domain::detail::{BIRTHDAY, Detail, DetailKind, DetailValue};
use crate::domain::fold::fold;
use crate::domain::words::beginning;

/// How many signs of a detail a message names.
pub(super) const NAMED: usize = 40;

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

/// Why a detail cannot become a birthday: there is one among the others already. Nobody has two, and a card has room
/// for one.
pub(crate) fn second_birthday<'d>(
    others: impl IntoIterator<Item = &'d Detail>,
    detail: &Detail,
    was: Option<&Detail>,
) -> Option<WrongDetail> {
    if !detail.is_date(BIRTHDAY) || was.is_some_and(|was| was.is_date(BIRTHDAY)) {
        return None;
    }
    let mut others = others.into_iter();
    let is_other = |other: &Detail| detail.id.is_none() || other.id != detail.id;
    let first = others.find(|other| other.is_date(BIRTHDAY) && is_other(other))?;
    let first = first.shown();
    Some(WrongDetail::of(format!(
        "is a second birthday: there is {first} already; edit that one"
    )))
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
