//! Reading the attributes that a caller sent, with every fault of the document collected.

use std::collections::HashSet;

use serde_json::{Map, Value};
use uuid::Uuid;

use super::refusal::{Fault, has_fault};
use super::timestamp::Timestamp;

/// The longest text that one attribute may hold, in characters.
pub(crate) const TEXT_LIMIT: usize = 1_000;

/// The longest note, in characters.
pub(crate) const NOTE_LIMIT: usize = 1_000_000;

/// The most tags, details or groups of lines that a contact may have. Nobody has as many, and each is
/// compared with the others at one place or another.
pub const MANY: usize = 1_000;

/// The most numbers that a file may bring for one contact.
pub const NUMBERS: usize = 20_000;

/// Takes attributes out of a document one by one; what is left over at the end is unknown, and a
/// fault. Nothing is silently dropped.
#[derive(Debug)]
pub(crate) struct AttributeReader {
    attributes: Map<String, Value>,
    faults: Vec<Fault>,
}

impl AttributeReader {
    /// Starts on a document's attributes.
    #[must_use]
    pub(crate) const fn new(attributes: Map<String, Value>) -> Self {
        Self {
            attributes,
            faults: Vec::new(),
        }
    }

    /// Adds a fault.
    pub(crate) fn fault(&mut self, attribute: &str, detail: impl Into<String>) {
        self.faults.push(Fault::of(attribute, detail));
    }

    /// Adds a fault that says itself what it is about.
    pub(crate) fn add(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    /// The raw value of an attribute, taken out.
    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.attributes.remove(name)
    }

    /// A text that may be null: the outer option says whether it was sent, the inner one whether it
    /// has a value. Blank text counts as null. A JSON number is taken as its digits where `digits`
    /// says so.
    fn text_or(&mut self, name: &str, limit: usize, digits: Digits) -> Option<Option<String>> {
        match self.take(name)? {
            Value::Null => Some(None),
            Value::String(text) => {
                let text = text.trim();
                if let Some(detail) = unstorable(text, limit) {
                    self.fault(name, detail);
                    return None;
                }
                Some((!text.is_empty()).then(|| text.to_owned()))
            }
            Value::Number(number) if digits == Digits::Taken && number.is_u64() => {
                Some(Some(number.to_string()))
            }
            other => {
                self.fault(name, format!("has to be a string, not {}", kind_of(&other)));
                None
            }
        }
    }

    /// A text of so many characters that may be null.
    pub(crate) fn text(&mut self, name: &str, limit: usize) -> Option<Option<String>> {
        self.text_or(name, limit, Digits::Refused)
    }

    /// A text that may be null and may be sent as a JSON number.
    pub(crate) fn digits(&mut self, name: &str) -> Option<Option<String>> {
        self.text_or(name, TEXT_LIMIT, Digits::Taken)
    }

    /// An id, which a new record may bring.
    pub(crate) fn id(&mut self) -> Option<Uuid> {
        let text = self.text("id", TEXT_LIMIT).flatten()?;
        let id = Uuid::parse_str(&text).ok();
        if id.is_none() {
            self.fault("id", "has to be a UUID");
        }
        id
    }

    /// A boolean.
    pub(crate) fn flag(&mut self, name: &str) -> Option<bool> {
        match self.take(name)? {
            Value::Bool(flag) => Some(flag),
            other => {
                self.fault(
                    name,
                    format!("has to be true or false, not {}", kind_of(&other)),
                );
                None
            }
        }
    }

    /// An RFC 3339 time.
    pub(crate) fn time(&mut self, name: &str) -> Option<Timestamp> {
        let value = self.take(name)?;
        let time = value.as_str().and_then(Timestamp::parse);
        if time.is_none() {
            self.fault(
                name,
                "has to be an RFC 3339 time, such as \"2026-03-12T13:51:07Z\"",
            );
        }
        time
    }

    /// A list of texts; blank ones are dropped, and so is what comes twice.
    pub(crate) fn texts(&mut self, name: &str) -> Option<Vec<String>> {
        let Value::Array(values) = self.take(name)? else {
            self.fault(name, "has to be a list of strings");
            return None;
        };
        let mut known = HashSet::with_capacity(values.len());
        let mut texts: Vec<String> = Vec::with_capacity(values.len());
        for value in values {
            match value.as_str().map(str::trim) {
                Some(text) if unstorable(text, TEXT_LIMIT).is_none() => {
                    if !text.is_empty() && known.insert(text.to_owned()) {
                        texts.push(text.to_owned());
                    }
                }
                _ => {
                    self.fault(name, "has to be a list of strings");
                    return None;
                }
            }
        }
        Some(texts)
    }

    /// Ends the reading: everything that was found wrong, unknown attributes included.
    #[must_use]
    pub(crate) fn finish(self, known: &str) -> Vec<Fault> {
        let mut faults = self.faults;
        faults.extend(
            self.attributes
                .keys()
                .map(|name| Fault::of(name.clone(), format!("is not an attribute of a {known}"))),
        );
        faults
    }
}

/// Takes out of a new record's attributes what only an update has. A stamp is ignored, whatever its
/// form, for only the database sets one; `overwrite` is no attribute of a new record: a fault.
pub(crate) fn of_new(attributes: &mut Map<String, Value>, known: &str) -> Option<Fault> {
    attributes.remove("updated_in_db_at");
    let overwrite = attributes.remove("overwrite");
    overwrite.map(|_| Fault::of("overwrite", format!("is not an attribute of a new {known}")))
}

/// The fault of an update that neither says which version it changes nor overwrites any; none where the
/// version was sent in a wrong form, which is a fault already.
#[must_use]
pub(crate) fn unstamped(faults: &[Fault]) -> Option<Fault> {
    let name = "updated_in_db_at";
    let detail = "has to be sent in the list of attributes in order to update resource";
    (!has_fault(faults, name)).then(|| {
        Fault::of(name, detail)
            .plainly("the version is needed: use --if-version, or --overwrite to save over any")
    })
}

/// Whether a JSON number is accepted for its digits.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Digits {
    Taken,
    Refused,
}

/// Why a text cannot be stored, if so.
#[must_use]
pub(crate) fn unstorable(text: &str, limit: usize) -> Option<String> {
    if text.contains('\0') {
        return Some("holds a NUL character, which cannot be stored".to_owned());
    }
    (text.len() > limit && text.chars().count() > limit)
        .then(|| format!("is longer than {limit} characters"))
}

/// Why a list has too many values, if so.
#[must_use]
pub(crate) fn too_many(count: usize, most: usize, noun: &str) -> Option<String> {
    (count > most).then(|| format!("has {count} {noun}; at most {most} are allowed"))
}

/// Has each line of a text end in a line feed, however the lines were written.
pub(crate) fn end_lines(text: &mut String) {
    if text.contains('\r') {
        *text = text.replace("\r\n", "\n").replace('\r', "\n");
    }
}

/// Trims a text that may be null; a blank one is null.
pub(crate) fn tidy(text: &mut Option<String>) {
    if let Some(untrimmed) = text {
        end_lines(untrimmed);
        let trimmed = untrimmed.trim();
        if trimmed.len() != untrimmed.len() {
            *untrimmed = trimmed.to_owned();
        }
    }
    *text = text.take().filter(|text| !text.is_empty());
}

/// Has a text that is on one line wherever it goes be on one: a card, a form and a row have no room for more.
pub(crate) fn one_line(text: &mut Option<String>) {
    if let Some(lines) = text.as_mut().filter(|text| text.contains('\n')) {
        let parts = lines.lines().map(str::trim);
        let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
        *lines = parts.join(" ");
    }
}

/// What a JSON value is, in words.
pub(crate) const fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
