//! What the form for one number holds, and what is sent to store it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::domain::contact::ContactId;
use crate::domain::edit::Holder;
use crate::domain::fields::{PHONE, attributes};
use crate::domain::number::{self, Reading, Region, Verdict};
use crate::domain::phone::{Phone, PhoneAttributes};
use crate::domain::refusal::Fault;
use crate::domain::safe::safe;
use crate::domain::words::count;
use crate::tui::pages::country::{calling_code, country_line};
use crate::tui::widgets::choice::ChoiceField;
use crate::tui::widgets::field::Field;

/// The places that the cursor can be in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PhonePlace {
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

impl PhonePlace {
    /// Every place in order.
    pub const ALL: [Self; 6] = [
        Self::Country,
        Self::Number,
        Self::Label,
        Self::Primary,
        Self::Accurate,
        Self::Historic,
    ];

    /// Which of all places it is: those with a text are the first.
    pub(super) fn number(self) -> usize {
        let mut places = Self::ALL.iter();
        places.position(|place| *place == self).unwrap_or(0)
    }

    pub(super) fn step(self, by: usize) -> Self {
        let places = Self::ALL.iter();
        let next = places.cycle().nth(self.number() + by);
        next.copied().unwrap_or_default()
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
pub struct PhoneEntry {
    /// The country, as `+39 Italy` or as typed.
    pub country: ChoiceField,
    /// The number.
    pub number: Field,
    /// The label: one of the usual ones, or any text.
    pub label: ChoiceField,
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
    /// The text and boxes of the form.
    pub entry: PhoneEntry,
    /// The same when it was opened.
    pub first: PhoneEntry,
    /// Where the cursor is.
    pub place: PhonePlace,
    /// What was refused.
    #[serde(skip)]
    pub faults: Vec<Fault>,
    /// The other contacts with the number.
    #[serde(skip)]
    pub holders: Vec<Holder>,
    /// The number that `space` on "primary" replaces.
    pub replaces: Option<String>,
    /// The number that the new one takes the place of: it becomes historic with the same save.
    #[serde(default)]
    pub retires: Option<Phone>,
    /// Whether words beside the number took the tick of "confirmed" away.
    #[serde(skip)]
    pub has_words: bool,
    /// The country where none is named.
    #[serde(skip)]
    pub home: Option<Region>,
    /// How many digits the number had when it was looked at last.
    #[serde(skip)]
    pub digits: usize,
    /// The contact that the row's form is about, which is no other holder of the number.
    #[serde(skip)]
    pub contact: Option<ContactId>,
    /// Whether it comes from a draft: then its record may be gone.
    #[serde(skip)]
    pub recalled: bool,
}

impl PhoneForm {
    /// A form for a new number.
    #[must_use]
    pub fn new(owner: Owner, home: Option<Region>) -> Self {
        let entry = PhoneEntry {
            country: ChoiceField::new(home.map(country_line).unwrap_or_default()),
            accurate: true,
            ..PhoneEntry::default()
        };
        Self::with(owner, None, entry, home)
    }

    /// A form for a stored number.
    #[must_use]
    pub(crate) fn of_phone(owner: Owner, phone: &Phone, home: Option<Region>) -> Self {
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
        let entry = PhoneEntry {
            country: ChoiceField::new(country),
            number: Field::new(
                reading.map_or_else(|| phone.number.clone(), |reading| reading.national()),
            ),
            label: ChoiceField::new(phone.location.clone().unwrap_or_default()),
            primary: phone.primary,
            accurate: phone.valid_values,
            historic: phone.historic,
        };
        Self::with(owner, Some(phone.clone()), entry, home)
    }

    fn with_parts(
        owner: Owner,
        stored: Option<Phone>,
        entry: PhoneEntry,
        first: PhoneEntry,
        home: Option<Region>,
    ) -> Self {
        let digits = digits_of(&entry);
        Self {
            owner,
            stored,
            entry,
            first,
            digits,
            place: PhonePlace::Number,
            faults: Vec::new(),
            holders: Vec::new(),
            replaces: None,
            retires: None,
            has_words: false,
            home,
            contact: None,
            recalled: false,
        }
    }

    pub(super) fn with(
        owner: Owner,
        stored: Option<Phone>,
        entry: PhoneEntry,
        home: Option<Region>,
    ) -> Self {
        let first = entry.clone();
        Self::with_parts(owner, stored, entry, first, home)
    }

    /// Whether anything was typed or ticked.
    #[must_use]
    pub(crate) fn is_dirty(&self) -> bool {
        let texts = |entry: &PhoneEntry| {
            [
                entry.country.text(),
                entry.number.text(),
                entry.label.text(),
            ]
            .map(str::to_owned)
        };
        let flags = |entry: &PhoneEntry| [entry.primary, entry.accurate, entry.historic];
        texts(&self.entry) != texts(&self.first) || flags(&self.entry) != flags(&self.first)
    }

    /// What follows from typing: a number in international form brings its country along.
    pub(in crate::tui::pages) fn has_typed(&mut self) {
        self.faults.clear();
        self.holders.clear();
        let text = self.entry.number.text().trim();
        let has_words = number::has_words(text);
        if has_words != self.has_words {
            // What was typed beside the number, only a person can confirm; a tick after that stays.
            self.has_words = has_words;
            self.entry.accurate = self.first.accurate && !has_words;
        }
        if self.place == PhonePlace::Number
            && (text.starts_with('+') || text.starts_with('＋') || text.starts_with("tel:+"))
            && let Ok(reading) = number::parse(text, None, None)
        {
            let line = reading
                .region
                .map_or_else(|| format!("+{}", reading.calling_code), country_line);
            self.entry.country.set(line);
        }
        if self.place == PhonePlace::Number {
            self.format_number();
        }
    }

    /// Gives the number the spaces of its country's plan while more of it is typed at its end. What is taken
    /// out of it, or put into its middle, is left as it is.
    fn format_number(&mut self) {
        let digits = digits_of(&self.entry);
        let before = std::mem::replace(&mut self.digits, digits);
        let number = &self.entry.number;
        if digits <= before || number.before() != number.text() {
            return;
        }
        let code = self.calling_code();
        if let Some(seen) = number::as_typed(number.text(), code.as_deref(), self.home) {
            self.entry.number.set(seen);
        }
    }

    /// Flips the box under the cursor.
    pub const fn toggle(&mut self) {
        let entry = &mut self.entry;
        match self.place {
            PhonePlace::Primary => {
                entry.primary = !entry.primary;
                entry.historic = entry.historic && !entry.primary;
            }
            PhonePlace::Accurate => entry.accurate = !entry.accurate,
            PhonePlace::Historic => {
                entry.historic = !entry.historic;
                entry.primary = entry.primary && !entry.historic;
            }
            PhonePlace::Country | PhonePlace::Number | PhonePlace::Label => {}
        }
    }

    /// The calling code of the country that is chosen, digits only: never of one that is half typed.
    #[must_use]
    pub fn calling_code(&self) -> Option<String> {
        calling_code(self.entry.country.settled())
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

    /// The number as it will be stored, as people write it.
    #[must_use]
    pub fn shown(&self) -> String {
        let code = self.calling_code();
        let stored = number::canonical(self.entry.number.text(), code.as_deref(), self.home);
        number::display_of(stored.country_code.as_deref(), &stored.number)
    }

    /// Which other contact has the number too: `also a number of Luca Bianchi (home)`.
    pub(in crate::tui::pages) fn also_of(&self) -> Option<String> {
        let holder = self.holders.first()?;
        let label = holder.phone.location.as_deref();
        let label = label.map_or_else(String::new, |label| format!(" ({})", safe(label)));
        let more = match self.holders.len() - 1 {
            0 => String::new(),
            more => format!(" and {}", count(more, "other contact")),
        };
        Some(format!(
            "also a number of {}{label}{more}",
            safe(&holder.name)
        ))
    }

    /// Whether the number or its country is another than at first.
    pub(super) fn is_renumbered(&self) -> bool {
        self.entry.number.text() != self.first.number.text()
            || self.entry.country.settled() != self.first.country.settled()
    }

    /// What is sent to store the form: only what changed.
    #[must_use]
    pub fn attributes(&self) -> PhoneAttributes {
        let label = |entry: &PhoneEntry| {
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
            .map(|phone| attributes(&PHONE, phone))
            .unwrap_or_default()
    }
}

/// How many digits the number has.
fn digits_of(entry: &PhoneEntry) -> usize {
    number::digits(entry.number.text()).len()
}
