//! What changed of a record, in words: previews, the history and the shell all use these
//! words.
//!
//! A list shows what was added and removed (`+ tag party`, `home email new@example.org added`), a flag
//! what it means (`no longer primary`), and of two long texts the part in which they differ.

use serde_json::Value;
use unicode_normalization::UnicodeNormalization as _;
use unicode_segmentation::UnicodeSegmentation as _;

use super::contact::{Detail, DetailKind};
use super::fields;
use super::number;
use super::operation::{FieldChange, Operation, Record};
use super::safe::safe;
use super::timestamp::Timestamp;

/// With what the words are put together: the signs of a screen or of the shell, and local time.
#[derive(Clone, Copy, Debug)]
pub struct Signs {
    /// Between what was and what is.
    pub arrow: &'static str,
    /// For what is left out.
    pub ellipsis: &'static str,
    /// How far local time is ahead of UTC, in seconds.
    pub offset: i32,
    /// How much of a long text is shown.
    pub length: Length,
}

/// How much of a long text is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// Its beginning, or the beginning of the part that changed.
    Short,
    /// All of it, or of the part that changed.
    Whole,
}

impl Length {
    const fn most(self) -> usize {
        match self {
            Self::Short => SHORT,
            Self::Whole => usize::MAX,
        }
    }
}

impl Signs {
    /// The same, for lines that leave nothing out.
    #[must_use]
    pub const fn whole(self) -> Self {
        Self {
            length: Length::Whole,
            ..self
        }
    }
}

/// One thing that changed of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeLine {
    /// The attribute, or what was added or deleted as a whole.
    pub field: String,
    /// What it was.
    pub from: String,
    /// What it became.
    pub to: String,
    words: Words,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Words {
    /// A sentence.
    Said(String),
    /// A text that came or went, with what is said before and after it.
    Text(String, String, &'static str),
    /// A value of something became another.
    Became(String),
    /// A time of something became another.
    Moved(String, [Timestamp; 2]),
}

/// Texts of more letters than these are shown by the part in which they differ.
const LONG: usize = 60;

/// So many letters are shown before and after that part.
const AROUND: [usize; 2] = [20, 12];

/// The most letters of one text in a short line.
const SHORT: usize = 300;

/// The field of a line about a record as a whole.
const RECORD: &str = "record";

/// For what is not there.
const NONE: &str = "none";

const ADDED: &str = "added";
const REMOVED: &str = "removed";
const DELETED: &str = "deleted";

impl ChangeLine {
    /// A line with words of its own.
    #[must_use]
    pub fn said(field: &str, from: &str, to: &str, words: impl Into<String>) -> Self {
        Self {
            field: field.to_owned(),
            from: from.to_owned(),
            to: to.to_owned(),
            words: Words::Said(words.into()),
        }
    }

    /// All that an operation did, line by line; a record that was deleted is one, and one that was added has its
    /// details, where these are known.
    #[must_use]
    pub fn all(operation: &Operation) -> Vec<Self> {
        match operation {
            Operation::Create(_, made) => {
                let added = Self::said(RECORD, NONE, ADDED, ADDED);
                let details = match made {
                    Some(Record::Contact(contact)) => contact.details.as_slice(),
                    _ => &[],
                };
                let details = details.iter().map(Self::of_added);
                std::iter::once(added).chain(details).collect()
            }
            Operation::Delete(_) => vec![Self::said(RECORD, ADDED, DELETED, DELETED)],
            Operation::Update(_, changes) => changes.iter().flat_map(Self::of).collect(),
        }
    }

    /// The line for a detail that came.
    fn of_added(detail: &Detail) -> Self {
        Self {
            from: NONE.to_owned(),
            to: detail.text().into_owned(),
            ..whole_detail(detail, ADDED)
        }
    }

    /// The lines for a change of a field; none for what people need not know.
    #[must_use]
    pub fn of(change: &FieldChange) -> Vec<Self> {
        if !change.is_worth_telling() {
            return Vec::new();
        }
        let FieldChange { field, from, to } = change;
        if field == "details"
            && let (Some(from), Some(to)) = (details_of(from), details_of(to))
        {
            return of_details(from, to);
        }
        if field == "tags"
            && let (Some(from), Some(to)) = (texts_of(from), texts_of(to))
        {
            return of_tags(&from, &to);
        }
        vec![Self::of_value(field, from, to)]
    }

    fn of_value(field: &str, from: &Value, to: &Value) -> Self {
        let name = fields::words(field);
        let (was, is) = (value(field, from), value(field, to));
        let words = match (fields::flips(field), to, &was, &is) {
            (Some([off, _]), Value::Bool(false), ..) => Words::Said(off.to_owned()),
            (Some([_, on]), Value::Bool(true), ..) => Words::Said(on.to_owned()),
            (_, _, None, Some(is)) => Words::Text(format!("{name} "), is.clone(), ADDED),
            (_, _, Some(was), None) => Words::Text(format!("{name} "), was.clone(), REMOVED),
            _ => match (time(from), time(to)) {
                (Some(from), Some(to)) => Words::Moved(name.to_owned(), [from, to]),
                _ => Words::Became(name.to_owned()),
            },
        };
        let or_none = |text: Option<String>| text.unwrap_or_else(|| NONE.to_owned());
        Self {
            field: name.to_owned(),
            from: or_none(was),
            to: or_none(is),
            words,
        }
    }

    /// Whether it says that the record was added or deleted as a whole.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.field == RECORD
    }

    /// The line in words, of a number after that number: `+39 02 5550 1190: no longer primary`.
    #[must_use]
    pub fn about(&self, number: Option<&str>, signs: &Signs) -> String {
        let words = self.words(signs);
        match number {
            None => words,
            Some(number) if self.is_whole() => format!("{} {words}", safe(number)),
            Some(number) => format!("{}: {words}", safe(number)),
        }
    }

    /// The line in words, safe for a terminal.
    #[must_use]
    pub fn words(&self, signs: &Signs) -> String {
        let Signs { arrow, .. } = signs;
        let words = match &self.words {
            Words::Said(words) => words.clone(),
            Words::Text(before, text, after) => {
                let text = shortened(text, signs.length.most(), signs.ellipsis);
                format!("{before}{text} {after}")
            }
            Words::Moved(what, [was, is]) => match moments([*was, *is], signs.offset) {
                Some([from, to]) => format!("{what} {from} {arrow} {to}"),
                None if was > is => format!("{what} a moment earlier"),
                None => format!("{what} a moment later"),
            },
            Words::Became(what) => {
                let most = signs.length.most();
                match differing_part(&self.from, &self.to, most, signs.ellipsis) {
                    Some([from, to]) => format!("{what} {from} {arrow} {to}"),
                    None => format!("{what}: only how it is spaced or encoded changed"),
                }
            }
        };
        safe(&words).into_owned()
    }
}

/// A value of a field for people; none where there is nothing.
#[must_use]
pub fn value(field: &str, value: &Value) -> Option<String> {
    Some(match value {
        Value::Null => return None,
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::String(text) if text.is_empty() => return None,
        Value::String(text) => match field {
            "number" => number::display(text),
            "country_code" => format!("+{text}"),
            _ => text.clone(),
        },
        Value::Array(values) if values.is_empty() => return None,
        Value::Array(values) => joined(field, values.iter()),
        Value::Object(fields) => joined(field, fields.values()),
        Value::Number(number) => number.to_string(),
    })
}

fn joined<'v>(field: &str, values: impl Iterator<Item = &'v Value>) -> String {
    let values: Vec<String> = values.filter_map(|one| value(field, one)).collect();
    values.join(", ")
}

/// A detail in words: `home email ada@example.org`, `birthday 4 Sep 1961`.
#[must_use]
pub(crate) fn detail_words(detail: &Detail) -> String {
    format!("{}{}", kind_of(detail), detail.shown())
}

/// What a detail is called, before its value: `home email `; nothing where no more is known than that it is one.
fn kind_of(detail: &Detail) -> String {
    match (detail.kind, detail.label.as_deref().unwrap_or_default()) {
        (DetailKind::Other, "") => String::new(),
        _ => format!("{} ", detail.title()),
    }
}

fn details_of(value: &Value) -> Option<Vec<Detail>> {
    serde_json::from_value(value.clone()).ok()
}

fn texts_of(value: &Value) -> Option<Vec<String>> {
    serde_json::from_value(value.clone()).ok()
}

fn time(value: &Value) -> Option<Timestamp> {
    Timestamp::parse(value.as_str()?)
}

/// What was added to and removed from the details. A replaced one is shown as a change.
fn of_details(from: Vec<Detail>, to: Vec<Detail>) -> Vec<ChangeLine> {
    let mut came = to;
    let mut gone = Vec::new();
    for detail in from {
        match came.iter().position(|other| other.says(&detail)) {
            Some(at) => drop(came.remove(at)),
            None => gone.push(detail),
        }
    }
    if came.is_empty() && gone.is_empty() {
        let words = "details in another order";
        return vec![ChangeLine::said("details", NONE, "reordered", words)];
    }
    let mut lines = Vec::new();
    let kinds: Vec<Detail> = gone.iter().chain(&came).cloned().collect();
    for was in gone {
        let by_id = came
            .iter()
            .position(|is| !is.id.is_none() && is.id == was.id);
        let same = || came.iter().position(|is| is.identity() == was.identity());
        // In a history from before details had ids: the only one with this label that came and went.
        let alike = |other: &&Detail| other.kind == was.kind && other.label == was.label;
        let only = kinds.iter().filter(alike).count() == 2;
        let other = || came.iter().position(|is| only && alike(&is));
        match by_id.or_else(same).or_else(other) {
            Some(at) => lines.extend(of_detail(&was, &came.remove(at))),
            None => lines.push(ChangeLine {
                from: was.text().into_owned(),
                to: NONE.to_owned(),
                ..whole_detail(&was, REMOVED)
            }),
        }
    }
    lines.extend(came.iter().map(ChangeLine::of_added));
    lines
}

/// A detail that came or went.
fn whole_detail(detail: &Detail, what: &'static str) -> ChangeLine {
    let value = detail.shown().into_owned();
    ChangeLine {
        words: Words::Text(kind_of(detail), value, what),
        ..ChangeLine::said("details", NONE, NONE, "")
    }
}

/// What changed of a detail: its value, its label, and whether it is preferred.
fn of_detail(was: &Detail, is: &Detail) -> Vec<ChangeLine> {
    let line = |from: String, to: String, words: Words| ChangeLine {
        field: "details".to_owned(),
        from,
        to,
        words,
    };
    let mut lines = Vec::new();
    if was.value != is.value {
        let what = kind_of(is).trim_end().to_owned();
        let what = if what.is_empty() {
            "detail".to_owned()
        } else {
            what
        };
        let (from, to) = (was.shown().into_owned(), is.shown().into_owned());
        lines.push(line(from, to, Words::Became(what)));
    }
    let unlabelled = || {
        detail_words(&Detail {
            label: None,
            ..is.clone()
        })
    };
    if was.label != is.label {
        let or_none = |label: &Option<String>| label.clone().unwrap_or_else(|| NONE.to_owned());
        let what = format!("{}: label", unlabelled());
        lines.push(line(
            or_none(&was.label),
            or_none(&is.label),
            Words::Became(what),
        ));
    }
    if was.preferred != is.preferred {
        let words = if is.preferred {
            "now preferred"
        } else {
            "no longer preferred"
        };
        let words = Words::Said(format!("{}: {words}", detail_words(is)));
        let yes = |preferred| if preferred { "yes" } else { "no" }.to_owned();
        lines.push(line(yes(was.preferred), yes(is.preferred), words));
    }
    lines
}

/// What came and went of the tags.
fn of_tags(from: &[String], to: &[String]) -> Vec<ChangeLine> {
    let gone = from.iter().filter(|tag| !to.contains(tag));
    let came = to.iter().filter(|tag| !from.contains(tag));
    let gone = gone.map(|tag| ChangeLine::said("tags", tag, NONE, format!("- tag {tag}")));
    let came = came.map(|tag| ChangeLine::said("tags", NONE, tag, format!("+ tag {tag}")));
    let lines: Vec<ChangeLine> = gone.chain(came).collect();
    if lines.is_empty() {
        let words = "tags in another order";
        return vec![ChangeLine::said("tags", NONE, "reordered", words)];
    }
    lines
}

/// The beginning of a text: at most so many letters.
fn shortened(text: &str, most: usize, ellipsis: &str) -> String {
    let text = one_line(text);
    match text.grapheme_indices(true).nth(most) {
        Some((end, _)) => {
            let beginning = text.get(..end).unwrap_or_default().trim_end();
            format!("{beginning}{ellipsis}")
        }
        None => text,
    }
}

/// A text on one line, as it is seen; spaces between words are one, and its line ends are shown.
fn one_line(text: &str) -> String {
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = text.trim().lines().map(words).collect();
    safe(&lines.join("\n")).into_owned()
}

/// Two texts, of long ones the part in which they differ with a little of what is around it; none where
/// nothing that is seen differs.
#[must_use]
pub(crate) fn differing(from: &str, to: &str, ellipsis: &str) -> Option<[String; 2]> {
    differing_part(from, to, SHORT, ellipsis)
}

/// As [`differing`], with at most so many letters of each.
fn differing_part(from: &str, to: &str, most: usize, ellipsis: &str) -> Option<[String; 2]> {
    let texts = [from, to].map(one_line);
    let [from, to] = &texts;
    if from == to || from.nfc().eq(to.nfc()) {
        return None;
    }
    let letters = [from, to].map(|text| text.graphemes(true).collect::<Vec<_>>());
    let [was, is] = &letters;
    if was.len() <= LONG && is.len() <= LONG {
        return Some(texts);
    }
    let same = |(one, other): &(&&str, &&str)| one == other;
    let start = was.iter().zip(is).take_while(same).count();
    let rest = |letters: &[&str]| letters.len() - start;
    let end = was.iter().rev().zip(is.iter().rev()).take_while(same);
    let end = end.count().min(rest(was)).min(rest(is));
    let [before, after] = AROUND;
    let from = start.saturating_sub(before);
    Some([was, is].map(|letters| {
        let until = (letters.len() - end + after).min(letters.len());
        let until = until.min(from.saturating_add(most));
        let shown = letters.get(from..until).unwrap_or_default().concat();
        let cut = |is_cut| if is_cut { ellipsis } else { "" };
        let (left, right) = (cut(from > 0), cut(until < letters.len()));
        format!("{left}{}{right}", shown.trim())
    }))
}

/// Two times by their days, or where these are the same by the minute; none where that is the same too.
fn moments(times: [Timestamp; 2], offset: i32) -> Option<[String; 2]> {
    let local = times.map(|at| at.local(offset));
    let formats = ["%-d %b %Y", "%-d %b %Y %H:%M"].into_iter();
    let mut told = formats.map(|format| local.map(|at| at.format(format).to_string()));
    told.find(|[from, to]| from != to)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::{ChangeLine, FieldChange, Length, Signs};

    const SIGNS: Signs = Signs {
        arrow: "->",
        ellipsis: "...",
        offset: 3_600,
        length: Length::Short,
    };

    fn told(field: &str, from: Value, to: Value) -> Vec<String> {
        let field = field.to_owned();
        let lines = ChangeLine::of(&FieldChange { field, from, to });
        lines.iter().map(|line| line.words(&SIGNS)).collect()
    }

    #[test]
    fn a_change_is_told_as_people_say_it() {
        for (field, from, to, words) in [
            ("primary", json!(true), json!(false), "no longer primary"),
            ("historic", json!(false), json!(true), "marked as historic"),
            ("valid_values", json!(false), json!(true), "confirmed"),
            (
                "favourite",
                json!(false),
                json!(true),
                "added to favourites",
            ),
            (
                "location",
                json!("work"),
                json!("mobile"),
                "label work -> mobile",
            ),
            ("location", json!(null), json!("work"), "label work added"),
            (
                "organisation",
                json!("Acme"),
                json!(null),
                "company Acme removed",
            ),
            (
                "number",
                json!("+390255501182"),
                json!("+390255501190"),
                "number +39 02 5550 1182 -> +39 02 5550 1190",
            ),
            (
                "country_code",
                json!("39"),
                json!("41"),
                "country code +39 -> +41",
            ),
            (
                "created_at",
                json!("2025-05-03T10:00:00.000000Z"),
                json!("2024-03-12T23:30:00.000000Z"),
                "created 3 May 2025 -> 13 Mar 2024",
            ),
            (
                "created_at",
                json!("2025-05-03T10:00:00.000002Z"),
                json!("2025-05-03T10:00:00.000001Z"),
                "created a moment earlier",
            ),
            (
                "note",
                json!("a b"),
                json!("a  b\n"),
                "note: only how it is spaced or encoded changed",
            ),
        ] {
            assert_eq!(told(field, from, to), [words]);
        }
        assert!(told("updated_at", json!("a"), json!("b")).is_empty());
    }

    #[test]
    fn lists_are_told_by_what_came_and_went() {
        assert_eq!(
            told("tags", json!(["garage", "club"]), json!(["club", "party"])),
            ["- tag garage", "+ tag party"]
        );
        assert_eq!(
            told("tags", json!(["a", "b"]), json!(["b", "a"])),
            ["tags in another order"]
        );
        let email =
            |label: &str, value: &str| json!({"kind": "email", "label": label, "value": value});
        let birthday = json!({"kind": "date", "label": "birthday", "value": {"year": 1961, "month": 9, "day": 4}});
        assert_eq!(
            told(
                "details",
                json!([email("work", "a@x")]),
                json!([email("work", "a@x"), email("home", "new@x"), birthday])
            ),
            ["home email new@x added", "birthday 4 Sep 1961 added"]
        );
        assert_eq!(
            told(
                "details",
                json!([email("work", "a@x"), email("home", "b@x")]),
                json!([email("home", "c@x")])
            ),
            ["work email a@x removed", "home email b@x -> c@x"]
        );
        assert_eq!(
            told(
                "details",
                json!([email("work", "a@x")]),
                json!([email("home", "a@x")])
            ),
            ["email a@x: label work -> home"]
        );
        let other = json!({"kind": "other", "label": "spouse", "value": "Jo"});
        assert_eq!(
            told("details", json!([other]), json!([])),
            ["spouse Jo removed"]
        );
    }

    #[test]
    fn of_two_long_texts_the_part_that_differs_is_told() {
        let long =
            "The workshop is loud after lunch, so call before noon or write an email. ".repeat(4);
        let told_of = |from: &str, to: &str| told("note", json!(from), json!(to)).remove(0);
        assert_eq!(
            told_of(&format!("{long}Son Luca."), &format!("{long}Son Marco.")),
            "note ...write an email. Son Luca. -> ...write an email. Son Marco."
        );
        let (one, other) = (format!("a{long}"), format!("b{long}"));
        assert_eq!(
            told_of(&one, &other),
            "note aThe workshop... -> bThe workshop..."
        );
        let huge = "x".repeat(100_000);
        assert!(told_of(&huge, &format!("y{huge}")).len() < 2_000);
        assert!(told("note", Value::Null, json!(huge)).remove(0).len() < 2_000);
        // Where it is asked for, all that differs.
        let change = FieldChange {
            field: "note".to_owned(),
            from: json!(huge),
            to: json!("y".repeat(400)),
        };
        let words = ChangeLine::of(&change).remove(0).words(&SIGNS.whole());
        assert_eq!(words, format!("note {huge} -> {}", "y".repeat(400)));
    }
}
