//! The form for one number: country, number, label and its three flags.
//!
//! The check under the number is live and kind: it says what the number is and how it will be
//! stored, and never keeps anybody from saving.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::domain::contact::ContactId;
use crate::domain::edit::Holder;
use crate::domain::number::{self, Reading, Region, Verdict};
use crate::domain::phone::{LABELS, Phone, PhoneAttributes};
use crate::domain::refusal::Fault;
use crate::tui::keymap::key::Key;
use crate::tui::model::Ticket;
use crate::tui::widgets::field::Field;

/// The places that the cursor can be in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// The country.
    Country,
    /// The number.
    #[default]
    Number,
    /// The label.
    Label,
    /// The box "primary".
    Primary,
    /// The box "accurate".
    Accurate,
    /// The box "historic".
    Historic,
}

impl Place {
    /// Every place in order.
    pub const ALL: [Self; 6] = [
        Self::Country,
        Self::Number,
        Self::Label,
        Self::Primary,
        Self::Accurate,
        Self::Historic,
    ];

    /// Which of all places it is.
    #[must_use]
    pub fn number(self) -> usize {
        let mut places = Self::ALL.iter();
        places.position(|place| *place == self).unwrap_or(0)
    }

    /// The place with this number.
    #[must_use]
    pub fn of_number(number: usize) -> Self {
        Self::ALL.get(number).copied().unwrap_or_default()
    }

    fn step(self, by: usize) -> Self {
        let at = Self::ALL
            .iter()
            .position(|place| *place == self)
            .unwrap_or(0);
        Self::ALL
            .get((at + by) % Self::ALL.len())
            .copied()
            .unwrap_or_default()
    }
}

/// Whose number is edited.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Owner {
    /// That of a stored contact: saving writes it.
    Contact(ContactId, String),
    /// That of a row of the contact form, which is written with the form. None: a new row.
    Row(Option<usize>),
}

impl Owner {
    /// The name of the contact, where it is stored.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Contact(_, name) => Some(name),
            Self::Row(_) => None,
        }
    }
}

/// What can be typed and ticked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// The country, as `+39 Italy` or as somebody types it.
    pub country: Field,
    /// The number.
    pub number: Field,
    /// The label.
    pub label: Field,
    /// The box "primary".
    pub primary: bool,
    /// The box "accurate".
    pub accurate: bool,
    /// The box "historic".
    pub historic: bool,
}

/// The form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhoneForm {
    /// Whose number.
    pub owner: Owner,
    /// The phone as it was read when the form opened; none for a new one.
    pub stored: Option<Phone>,
    /// What stands in the form.
    pub entry: Entry,
    /// What stood in it at first.
    pub first: Entry,
    /// Where the cursor is.
    pub place: Place,
    /// What was refused.
    #[serde(skip)]
    pub faults: Vec<Fault>,
    /// Who else has the number.
    #[serde(skip)]
    pub holders: Vec<Holder>,
    /// The ticket of that question.
    #[serde(skip)]
    pub holders_ticket: Ticket,
    /// The number that `space` on "primary" replaces.
    pub replaces: Option<String>,
    /// The country where none is named.
    #[serde(skip)]
    pub home: Option<Region>,
}

impl PhoneForm {
    /// A form for a new number.
    #[must_use]
    pub fn new(owner: Owner, home: Option<Region>) -> Self {
        let entry = Entry {
            country: Field::new(home.map(country_line).unwrap_or_default()),
            accurate: true,
            ..Entry::default()
        };
        Self::with(owner, None, entry, home)
    }

    /// A form for a stored number.
    #[must_use]
    pub fn of(owner: Owner, phone: &Phone, home: Option<Region>) -> Self {
        let reading = number::parse(&phone.number, phone.country_code.as_deref(), home)
            .ok()
            .filter(|_| phone.is_normalised());
        let country = match (&reading, &phone.country_code) {
            (Some(reading), _) => reading
                .region
                .map_or_else(|| format!("+{}", reading.calling_code), country_line),
            (None, Some(code)) => format!("+{code}"),
            (None, None) => String::new(),
        };
        let entry = Entry {
            country: Field::new(country),
            number: Field::new(
                reading.map_or_else(|| phone.number.clone(), |reading| reading.national()),
            ),
            label: Field::new(phone.location.clone().unwrap_or_default()),
            primary: phone.primary,
            accurate: phone.valid_values,
            historic: phone.historic,
        };
        Self::with(owner, Some(phone.clone()), entry, home)
    }

    const fn with_parts(
        owner: Owner,
        stored: Option<Phone>,
        entry: Entry,
        first: Entry,
        home: Option<Region>,
    ) -> Self {
        Self {
            owner,
            stored,
            entry,
            first,
            place: Place::Number,
            faults: Vec::new(),
            holders: Vec::new(),
            holders_ticket: Ticket(0),
            replaces: None,
            home,
        }
    }

    fn with(owner: Owner, stored: Option<Phone>, entry: Entry, home: Option<Region>) -> Self {
        let first = entry.clone();
        Self::with_parts(owner, stored, entry, first, home)
    }

    /// Whether anything was typed or ticked.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
        let texts = |entry: &Entry| {
            [
                entry.country.text(),
                entry.number.text(),
                entry.label.text(),
            ]
            .map(str::to_owned)
        };
        let flags = |entry: &Entry| [entry.primary, entry.accurate, entry.historic];
        texts(&self.entry) != texts(&self.first) || flags(&self.entry) != flags(&self.first)
    }

    /// Whether the cursor is in a text.
    #[must_use]
    pub const fn in_text(&self) -> bool {
        matches!(self.place, Place::Country | Place::Number | Place::Label)
    }

    /// The text under the cursor.
    #[must_use]
    pub const fn field(&mut self) -> Option<&mut Field> {
        match self.place {
            Place::Country => Some(&mut self.entry.country),
            Place::Number => Some(&mut self.entry.number),
            Place::Label => Some(&mut self.entry.label),
            Place::Primary | Place::Accurate | Place::Historic => None,
        }
    }

    /// Moves the cursor by some places; a country or a label that is half typed is completed.
    pub fn step(&mut self, forward: bool) {
        self.settle();
        self.place = self
            .place
            .step(if forward { 1 } else { Place::ALL.len() - 1 });
    }

    /// Completes the country as it is understood.
    pub fn settle(&mut self) {
        if self.place == Place::Country
            && let Some(line) = self.suggestions().into_iter().next()
        {
            self.entry.country.set(line);
        }
    }

    /// Takes a key in a text; `false` where it means nothing there.
    pub fn press(&mut self, key: Key) -> bool {
        let taken = self.field().is_some_and(|field| field.press(key));
        if taken {
            self.typed();
        }
        taken
    }

    /// Takes a paste.
    pub fn paste(&mut self, text: &str) {
        if let Some(field) = self.field() {
            field.paste(text);
            self.typed();
        }
    }

    /// What follows from typing: a number in international form brings its country along.
    fn typed(&mut self) {
        self.faults.clear();
        self.holders.clear();
        let text = self.entry.number.text().trim();
        if self.place == Place::Number
            && (text.starts_with('+') || text.starts_with('＋') || text.starts_with("tel:+"))
            && let Ok(reading) = number::parse(text, None, None)
        {
            let line = reading
                .region
                .map_or_else(|| format!("+{}", reading.calling_code), country_line);
            self.entry.country.set(line);
        }
    }

    /// Flips the box under the cursor.
    pub const fn toggle(&mut self) {
        let entry = &mut self.entry;
        match self.place {
            Place::Primary => {
                entry.primary = !entry.primary;
                entry.historic = entry.historic && !entry.primary;
            }
            Place::Accurate => entry.accurate = !entry.accurate,
            Place::Historic => {
                entry.historic = !entry.historic;
                entry.primary = entry.primary && !entry.historic;
            }
            Place::Country | Place::Number | Place::Label => {}
        }
    }

    /// What the text under the cursor may become, the best first.
    #[must_use]
    pub fn suggestions(&self) -> Vec<String> {
        match self.place {
            Place::Country => countries(self.entry.country.text()),
            Place::Label => {
                let typed = self.entry.label.text().trim().to_lowercase();
                LABELS
                    .iter()
                    .filter(|label| label.starts_with(&typed) && **label != typed)
                    .map(|label| (*label).to_owned())
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// The calling code that the country stands for, digits only.
    #[must_use]
    pub fn calling_code(&self) -> Option<String> {
        calling_code(self.entry.country.text())
    }

    /// The country that a number in national spelling is read with.
    #[must_use]
    pub fn region(&self) -> Option<Region> {
        let code = self.calling_code().and_then(|code| code.parse().ok());
        code.map_or(self.home, Region::of_calling_code)
    }

    /// What the numbering plan says to the number.
    ///
    /// # Errors
    /// Why it is no number.
    pub fn reading(&self) -> Result<Reading, Verdict> {
        number::parse(
            self.entry.number.text(),
            self.calling_code().as_deref(),
            self.home,
        )
    }

    /// Whether the number or its country is another than at first.
    fn is_renumbered(&self) -> bool {
        self.entry.number.text() != self.first.number.text()
            || self.entry.country.text() != self.first.country.text()
    }

    /// What is sent to store the form: only what changed.
    #[must_use]
    pub fn attributes(&self) -> PhoneAttributes {
        let label = |entry: &Entry| {
            Some(entry.label.text().trim().to_owned()).filter(|label| !label.is_empty())
        };
        let changed =
            |mine: bool, first: bool| (mine != first || self.stored.is_none()).then_some(mine);
        let renumbered = self.is_renumbered() || self.stored.is_none();
        PhoneAttributes {
            number: renumbered.then(|| self.entry.number.text().to_owned()),
            country_code: renumbered.then(|| self.calling_code()),
            location: (label(&self.entry) != label(&self.first) || self.stored.is_none())
                .then(|| label(&self.entry)),
            primary: changed(self.entry.primary, self.first.primary),
            valid_values: changed(self.entry.accurate, self.first.accurate),
            historic: changed(self.entry.historic, self.first.historic),
            updated_in_db_at: self.stored.as_ref().map(|phone| phone.updated_in_db_at),
            ..PhoneAttributes::default()
        }
    }

    /// The form as a whole record, for a merge: what was not touched is as it was read.
    #[must_use]
    pub fn record(&self) -> Map<String, Value> {
        let mut record = self.base();
        let sent = self.attributes();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                record.insert(name.to_owned(), value);
            }
        };
        put("number", sent.number.map(|number| json!(number)));
        put("country_code", sent.country_code.map(|code| json!(code)));
        put("location", sent.location.map(|label| json!(label)));
        put("primary", sent.primary.map(|flag| json!(flag)));
        put("valid_values", sent.valid_values.map(|flag| json!(flag)));
        put("historic", sent.historic.map(|flag| json!(flag)));
        record
    }

    /// The record as it was read.
    #[must_use]
    pub fn base(&self) -> Map<String, Value> {
        self.stored
            .as_ref()
            .and_then(|phone| phone.attributes().as_object().cloned())
            .unwrap_or_default()
    }
}

/// A country as the form shows it: `+39 Italy`.
#[must_use]
pub fn country_line(region: Region) -> String {
    format!("+{} {}", region.calling_code(), region.name())
}

/// The countries that a text may stand for: its calling code, its ISO code, or the start of a word
/// of its name; the best first.
fn countries(text: &str) -> Vec<String> {
    let text = text.trim();
    if text.is_empty() {
        return Vec::new();
    }
    let digits = text.trim_start_matches('+');
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let main = digits.parse().ok().and_then(Region::of_calling_code);
        let rest = Region::all().filter(|region| {
            region.calling_code().to_string().starts_with(digits) && Some(*region) != main
        });
        return main
            .into_iter()
            .chain(rest)
            .take(5)
            .map(country_line)
            .collect();
    }
    let folded = crate::domain::fold::fold(text);
    let exact = Region::all()
        .filter(|region| country_line(*region) == text || region.code().eq_ignore_ascii_case(text));
    let starts = |region: &Region| {
        let name = crate::domain::fold::fold(region.name());
        name.starts_with(&folded) || name.split(' ').any(|word| word.starts_with(&folded))
    };
    let mut found: Vec<Region> = exact.collect();
    found.extend(Region::all().filter(starts));
    let mut lines: Vec<String> = Vec::new();
    for line in found.into_iter().map(country_line) {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.truncate(5);
    lines
}

/// The calling code of a country as it is typed.
fn calling_code(text: &str) -> Option<String> {
    let text = text.trim();
    let digits: String = text
        .trim_start_matches('+')
        .chars()
        .take_while(char::is_ascii_digit)
        .collect();
    if !digits.is_empty() {
        return Some(digits);
    }
    countries(text).first().and_then(|line| calling_code(line))
}
