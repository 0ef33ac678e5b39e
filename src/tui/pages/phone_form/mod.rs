//! The form for one number: country, number, label and its three flags.
//!
//! The check under the number is live and kind: it says what the number is and how it will be
//! stored, and never keeps anybody from saving.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::domain::contact::ContactId;
use crate::domain::edit::{Holder, Profile};
use crate::domain::fields::{PHONE, attributes};
use crate::domain::number::{self, Reading, Region, Verdict};
use crate::domain::phone::{LABELS, Phone, PhoneAttributes};
use crate::domain::refusal::{Fault, Refusal, Stored};
use crate::domain::safe::safe;
use crate::tui::ctx::Ctx;
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Purpose, Reply, Request, Tone, Write};
use crate::tui::widgets::field::Field;

use super::conflict::Conflict;
use super::contact_form::{ContactForm, NUMBER_GONE, contact_gone};
use super::country::{calling_code, countries, country_line};
use super::drafted::DraftedForm;
use super::{AnyPage, Outcome, Page, Returned, Ui, save_refused};

mod replace;
mod view;

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
    fn number(self) -> usize {
        let mut places = Self::ALL.iter();
        places.position(|place| *place == self).unwrap_or(0)
    }

    fn step(self, by: usize) -> Self {
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
    pub entry: PhoneEntry,
    /// What stood in it at first.
    pub first: PhoneEntry,
    /// Where the cursor is.
    pub place: PhonePlace,
    /// What was refused.
    #[serde(skip)]
    pub faults: Vec<Fault>,
    /// Who else has the number.
    #[serde(skip)]
    pub holders: Vec<Holder>,
    /// The number that `space` on "primary" replaces.
    pub replaces: Option<String>,
    /// The number that the new one takes the place of: it becomes historic with the same save.
    #[serde(default)]
    pub retires: Option<Phone>,
    /// The country where none is named.
    #[serde(skip)]
    pub home: Option<Region>,
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
            country: Field::new(home.map(country_line).unwrap_or_default()),
            accurate: true,
            ..PhoneEntry::default()
        };
        Self::with(owner, None, entry, home)
    }

    /// A form for a stored number.
    #[must_use]
    pub fn of_phone(owner: Owner, phone: &Phone, home: Option<Region>) -> Self {
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
        entry: PhoneEntry,
        first: PhoneEntry,
        home: Option<Region>,
    ) -> Self {
        Self {
            owner,
            stored,
            entry,
            first,
            place: PhonePlace::Number,
            faults: Vec::new(),
            holders: Vec::new(),
            replaces: None,
            retires: None,
            home,
            contact: None,
            recalled: false,
        }
    }

    fn with(owner: Owner, stored: Option<Phone>, entry: PhoneEntry, home: Option<Region>) -> Self {
        let first = entry.clone();
        Self::with_parts(owner, stored, entry, first, home)
    }

    /// Whether anything was typed or ticked.
    #[must_use]
    pub fn is_dirty(&self) -> bool {
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

    /// Moves the cursor by some places; a country or a label that is half typed is completed.
    pub fn step(&mut self, forward: bool) {
        self.settle();
        self.place = self.place.step(if forward {
            1
        } else {
            PhonePlace::ALL.len() - 1
        });
    }

    /// Completes the country as it is understood.
    pub fn settle(&mut self) {
        if self.place == PhonePlace::Country
            && let Some(line) = self.suggestions().into_iter().next()
        {
            self.entry.country.set(line);
        }
    }

    /// What follows from typing: a number in international form brings its country along.
    fn has_typed(&mut self) {
        self.faults.clear();
        self.holders.clear();
        let text = self.entry.number.text().trim();
        if self.place == PhonePlace::Number
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

    /// What the text under the cursor may become, the best first.
    #[must_use]
    pub fn suggestions(&self) -> Vec<String> {
        match self.place {
            PhonePlace::Country => countries(self.entry.country.text()),
            PhonePlace::Label => {
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

impl PhoneForm {
    /// Asks which other contacts have the number.
    fn ask_holders(&self, ctx: &mut Ctx<'_>) {
        let Ok(reading) = self.reading() else { return };
        let except = match self.owner {
            Owner::Contact(id, _) => Some(id),
            Owner::Row(_) => self.contact,
        };
        ctx.read(Request::Holders(reading.e164, except));
    }

    /// Saves it: a stored contact's is written, that of a row goes back to its form.
    fn save(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        self.settle();
        let write = match (&self.owner, &self.stored) {
            (Owner::Row(_), _) if self.entry.number.text().trim().is_empty() => {
                ctx.say(Tone::Bad, "type a number first");
                return Outcome::Stay;
            }
            (Owner::Row(_), _) => {
                return Outcome::Return(Returned::Number(Box::new(self.clone())));
            }
            (Owner::Contact(_, _), Some(_)) if !self.is_dirty() => return Outcome::Close,
            (Owner::Contact(_, _), Some(phone)) => Write::Phone(phone.id, self.attributes()),
            (Owner::Contact(id, _), None) => match &self.retires {
                Some(old) => self.replacement(*id, old),
                None => Write::AddPhone(*id, self.attributes()),
            },
        };
        ctx.save(write);
        Outcome::Stay
    }

    /// The dialog for a record that was changed elsewhere, where the form is about that record.
    pub(super) fn conflict(&self, stored: &Stored) -> Option<AnyPage> {
        let Stored::Phone(phone) = stored else {
            return None;
        };
        let opened = self.stored.as_ref().filter(|mine| mine.id == phone.id)?;
        let base = (&self.base(), opened.updated_in_db_at);
        Some(Conflict::page(&PHONE, base, &self.record(), stored))
    }

    /// Takes what is there of the record of a draft. Where it is gone the form becomes one that adds it
    /// again, so that nothing typed is lost.
    fn recall(&mut self, profile: Option<&Profile>, ctx: &mut Ctx<'_>) -> Outcome {
        if !self.is_gone(profile) {
            return Outcome::Stay;
        }
        self.stored = None;
        match (profile, self.owner.clone()) {
            (Some(_), _) => ctx.say(Tone::Bad, NUMBER_GONE),
            (None, Owner::Row(_)) => {}
            (None, Owner::Contact(_, name)) => {
                self.owner = Owner::Row(None);
                let mut form = ContactForm::new(&name, self.home);
                form.put_number(self.clone());
                ctx.say(Tone::Bad, contact_gone(&name));
                return Outcome::Replace(AnyPage::ContactForm(Box::new(form)));
            }
        }
        Outcome::Stay
    }

    /// Whether the number that it is about is gone, or its contact.
    #[must_use]
    pub fn is_gone(&self, profile: Option<&Profile>) -> bool {
        match (profile, &self.stored) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(profile), Some(mine)) => {
                profile.full.phones.iter().all(|phone| phone.id != mine.id)
            }
        }
    }
}

impl Page for PhoneForm {
    fn scope(&self) -> Scope {
        Scope::NumberForm
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        let contact = match (&self.owner, &self.stored) {
            (Owner::Contact(id, _), _) => Some(*id),
            (Owner::Row(_), stored) => stored.as_ref().map(|phone| phone.contact),
        };
        match contact.filter(|_| self.recalled) {
            Some(id) => ctx.read(Request::Recalled(id)),
            None => self.ask_holders(ctx),
        }
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::NextField | Action::PreviousField => {
                self.step(action == Action::NextField);
                self.ask_holders(ctx);
            }
            Action::Toggle => self.toggle(),
            Action::Save => return self.save(ctx),
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn text(&self) -> Option<&Field> {
        let PhoneEntry {
            country,
            number,
            label,
            ..
        } = &self.entry;
        [country, number, label].get(self.place.number()).copied()
    }

    fn text_mut(&mut self) -> Option<&mut Field> {
        let PhoneEntry {
            country,
            number,
            label,
            ..
        } = &mut self.entry;
        [country, number, label]
            .into_iter()
            .nth(self.place.number())
    }

    fn typed(&mut self, _ctx: &mut Ctx<'_>) {
        self.has_typed();
    }

    fn text_number(&self) -> Option<usize> {
        self.text().map(|_| self.place.number())
    }

    fn edited(&mut self, number: usize, text: &str, ctx: &mut Ctx<'_>) {
        let place = PhonePlace::ALL.get(number).copied().unwrap_or_default();
        let cursor = std::mem::replace(&mut self.place, place);
        if let Some(field) = self.text_mut() {
            field.set("");
        }
        self.paste(text, ctx);
        self.place = cursor;
    }

    fn answered(&mut self, reply: Reply, ctx: &mut Ctx<'_>) -> Outcome {
        match reply {
            Reply::Holders(holders) => self.holders = holders,
            Reply::Profile(profile) => return self.recall(profile.as_deref(), ctx),
            _ => {}
        }
        Outcome::Stay
    }

    fn refused(&mut self, purpose: Purpose, refusal: &Refusal, ctx: &mut Ctx<'_>) -> Outcome {
        if purpose != Purpose::Save {
            return Outcome::Stay;
        }
        let stored = refusal.stored.as_ref();
        if let (Some(Stored::Phone(phone)), Some(old)) = (stored, &mut self.retires) {
            // It becomes historic as it is now, when this is saved again.
            *old = phone.as_ref().clone();
        }
        let dialog = stored.and_then(|stored| self.conflict(stored));
        save_refused(refusal, dialog, &mut self.faults, ctx)
    }

    fn returned(&mut self, value: Returned, ctx: &mut Ctx<'_>) -> Outcome {
        if let Returned::Resolved(decided) = value
            && let Stored::Phone(phone) = &decided.stored
        {
            ctx.save(Write::Phone(phone.id, decided.phone()));
        }
        Outcome::Stay
    }

    fn form(&self) -> Option<DraftedForm> {
        Some(DraftedForm::Number(Box::new(self.clone())))
    }

    fn title(&self) -> Option<String> {
        self.owner.name().map(str::to_owned)
    }

    /// Another contact has the number too.
    fn remark(&self) -> Option<String> {
        let holder = self.holders.first()?;
        let label = holder.phone.location.as_deref();
        let label = label.map_or_else(String::new, |label| format!(" ({})", safe(label)));
        Some(format!(
            "{} is also a number of {}{label}",
            holder.phone.shown(),
            safe(&holder.name)
        ))
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        view::draw(self, ui);
    }
}
