//! Labels: what a property says that it is for, by its types or by the label of its group.
//!
//! Apple writes a label of the user's as a second property of the same group, `item1.X-ABLabel`, and
//! its own ones between signs: `_$!<HomeFAX>!$_`. Google writes it in the same way.

use std::borrow::Cow;

use super::property::Property;
use crate::domain::attribute_reader::{TEXT_LIMIT, end_lines};
use crate::domain::phone::usual_label;

/// Types that say what a line can do, or how it is addressed, and not whose it is.
pub(super) const NO_LABEL: [&str; 14] = [
    "pref",
    "voice",
    "msg",
    "text",
    "textphone",
    "video",
    "internet",
    "x400",
    "postal",
    "parcel",
    "dom",
    "intl",
    "x-cell",
    "url",
];

/// The properties that say whether a contact is a favourite, the first that is there before others: ours, and those
/// of Android and other programs.
pub(super) const FAVOURITE: [&str; 6] = [
    "X-CALLBOOK-FAVOURITE",
    "X-FAVOURITE",
    "X-FAVORITE",
    "X-ANDROID-STARRED",
    "X-STARRED",
    "STARRED",
];

/// The group's label, as a person would write it.
fn of_group(property: &Property, all: &[Property]) -> Option<String> {
    let group = property.group.as_deref()?;
    let label = all.iter().find(|other| {
        other.group.as_deref() == Some(group) && other.name.eq_ignore_ascii_case("X-ABLABEL")
    })?;
    worded(&label.text())
}

/// The label that a group's line says.
fn worded(text: &str) -> Option<String> {
    let label = one_line(text)?;
    match label
        .strip_prefix("_$!<")
        .and_then(|rest| rest.strip_suffix(">!$_"))
    {
        Some(own) => one_line(&spaced(own)),
        None => Some(label),
    }
}

/// Labels that Apple's programs have a word of their own for in each language.
const OF_APPLE: [&str; 17] = [
    "anniversary",
    "assistant",
    "brother",
    "child",
    "daughter",
    "father",
    "friend",
    "home",
    "manager",
    "mother",
    "other",
    "parent",
    "partner",
    "sister",
    "son",
    "spouse",
    "work",
];

/// A label as Apple's programs write it in a group: `spouse` as `_$!<Spouse>!$_`; one that they do not have, as it is.
pub(super) fn of_apple(label: &str) -> Cow<'_, str> {
    if !OF_APPLE.contains(&label) {
        return Cow::Borrowed(label);
    }
    let mut letters = label.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    let word: String = first.into_iter().chain(letters).collect();
    Cow::Owned(format!("_$!<{word}>!$_"))
}

/// `AssistantPhone` as `assistant phone`; `HomeFAX` as `home fax`.
fn spaced(own: &str) -> String {
    let mut words = String::new();
    let mut was_lower = false;
    for letter in own.chars() {
        if letter.is_uppercase() && was_lower {
            words.push(' ');
        }
        was_lower = letter.is_lowercase();
        words.extend(letter.to_lowercase());
    }
    words
}

/// The label of an email, an address or the like.
pub(super) fn of_detail(property: &Property, all: &[Property]) -> Option<String> {
    of_group(property, all).or_else(|| first_type(property))
}

/// The label of a phone: one of the usual words where it means one, else the user's own text.
pub(super) fn of_phone(property: &Property, all: &[Property]) -> Option<String> {
    if let Some(label) = of_group(property, all) {
        return Some(usual_label(&label));
    }
    // A fax at work is a fax first: a call to it reaches a machine.
    let usual = [
        ("fax", "fax"),
        ("fax_work", "fax"),
        ("fax_home", "fax"),
        ("pager", "pager"),
        ("cell", "mobile"),
        ("mobile", "mobile"),
        ("iphone", "mobile"),
        ("pcs", "mobile"),
        ("main", "main"),
        ("main-number", "main"),
        ("work", "work"),
        ("home", "home"),
        ("other", "other"),
    ];
    usual
        .iter()
        .find(|(kind, _)| property.is(kind) || property.is(&format!("x-{kind}")))
        .map(|(_, label)| (*label).to_owned())
        .or_else(|| first_type(property))
}

/// What a phone's label is read as where only a label of its group says it: of another program, `iPhone` is a
/// `mobile`.
pub(super) fn of_phone_in(label: &str) -> Option<String> {
    worded(label).map(|label| usual_label(&label))
}

/// Whether a phone's label is read as another one, so that a line of ours has to say it.
pub(super) fn is_reworded(label: &str) -> bool {
    of_phone_in(label).as_deref() != Some(label)
}

/// The first type that says whose it is.
fn first_type(property: &Property) -> Option<String> {
    let kind = property.types.iter().find(|kind| {
        !NO_LABEL.contains(&kind.as_str()) && !kind.starts_with("x-callbook-") && *kind != "x-"
    })?;
    one_line(kind.strip_prefix("x-").unwrap_or(kind))
}

/// Text with its lines, without what a database cannot hold; none where that leaves nothing. A line
/// end is a line feed, whatever the card has.
pub(super) fn whole(text: &str) -> Option<String> {
    let mut text = text.replace('\0', "");
    end_lines(&mut text);
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Text on one line, without what a database cannot hold; none where that leaves nothing.
fn unbroken(text: &str) -> Option<String> {
    let text = text.replace('\0', "");
    let words: Vec<&str> = text
        .lines()
        .flat_map(|line| line.split('\r'))
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    let line = words.join(" ");
    (!line.is_empty()).then_some(line)
}

/// Text with its lines, cut to what an attribute may hold; the card's bytes keep the rest.
pub(super) fn short(text: &str) -> Option<String> {
    whole(text).map(cut)
}

/// Text on one line, cut to what an attribute may hold; the card's bytes keep the rest.
pub(super) fn one_line(text: &str) -> Option<String> {
    unbroken(text).map(cut)
}

fn cut(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(TEXT_LIMIT) {
        text.truncate(end);
        text.truncate(text.trim_end().len());
    }
    text
}
