//! What the form for a contact holds, and what is sent to store it.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::domain::contact::{Contact, ContactAttributes, Detail};
use crate::domain::edit::{ContactEdit, NamedContact, PhoneEdit, Profile};
use crate::domain::fields::{self, ContactField, Use};
use crate::domain::naming::{NameParts, SortPrefixes, name_with_parts, parts_with_name};
use crate::domain::number::Region;
use crate::domain::phone::{MANUAL, PhoneAttributes};
use crate::domain::refusal::Fault;
use crate::domain::tag::{tags_in_line, tags_of_line};
use crate::tui::pages::phone_form::{Owner, PhoneForm};
use crate::tui::widgets::choice::ChoiceField;
use crate::tui::widgets::field::Field;

use super::form_detail::FormDetail;

/// The texts of the form; the name is the first.
pub static TEXTS: LazyLock<Vec<&'static ContactField>> = LazyLock::new(|| {
    let mut texts = fields::of_form(&fields::CONTACT);
    texts.retain(|field| !field.is_flag());
    texts
});

/// The place of the name in [`TEXTS`].
pub(super) const NAME: usize = 0;

/// The parts of the name, in the order of [`NameParts`].
const PARTS: [&str; 5] = [
    "prefix",
    "given_name",
    "additional_name",
    "family_name",
    "suffix",
];

/// The place of a text in the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Section {
    /// Before the numbers.
    Head,
    /// After these, folded away.
    More,
    /// After the numbers.
    Foot,
}

/// The place of a text of [`TEXTS`].
fn section_of(at: usize) -> Section {
    match TEXTS.get(at) {
        Some(field) if ["name", "organisation"].contains(&field.name) => Section::Head,
        Some(field) if field.name == "tags" || field.is_long() => Section::Foot,
        _ => Section::More,
    }
}

/// A number of the form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NumberRow {
    /// The number as its own form holds it.
    pub form: PhoneForm,
    /// Whether saving deletes it.
    pub deleted: bool,
}

/// Where the cursor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactPlace {
    /// A text, by its place in [`TEXTS`].
    Text(usize),
    /// The line that shows the texts which are folded away.
    More,
    /// The box "favourite".
    Favourite,
    /// A number.
    Number(usize),
    /// The line that adds one.
    AddNumber,
    /// An email, an address or another detail, by its place.
    Detail(usize),
    /// The line that adds an email.
    AddEmail,
    /// The line that adds an address.
    AddAddress,
    /// The line that adds the birthday.
    AddBirthday,
    /// The line that adds another detail.
    AddDetail,
}

/// The form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactForm {
    /// The contact as it was read; none for a new one.
    pub stored: Option<Contact>,
    /// The texts, one for each of [`TEXTS`].
    pub texts: Vec<Field>,
    /// The box "favourite".
    pub favourite: bool,
    /// The numbers.
    pub numbers: Vec<NumberRow>,
    /// The emails, addresses and other details.
    #[serde(default)]
    pub details: Vec<FormDetail>,
    /// Where the cursor is.
    pub place: ContactPlace,
    /// What was refused.
    #[serde(skip)]
    pub faults: Vec<Fault>,
    /// The texts as they were at first.
    first: Vec<String>,
    /// Whether the texts that are seldom wanted are shown.
    #[serde(default)]
    unfolded: bool,
    /// Whether a person has typed a part of the name: then no part is guessed from it any more.
    #[serde(default)]
    parts_typed: bool,
    /// The name before the last key, and its parts.
    #[serde(skip)]
    seen: (String, NameParts),
    /// Other contacts of this name.
    #[serde(skip)]
    pub namesakes: Vec<NamedContact>,
    /// The tags that what is typed may become: only the list of it is used.
    #[serde(skip)]
    pub(super) offered_tags: ChoiceField,
    /// The country of new numbers.
    #[serde(skip)]
    pub home: Option<Region>,
    /// Whether it comes from a draft: then its record may be gone.
    #[serde(skip)]
    pub recalled: bool,
}

impl ContactForm {
    /// A form for a new contact whose name is begun.
    #[must_use]
    pub fn new(name: &str, home: Option<Region>) -> Self {
        let mut form = Self::of_texts(vec![String::new(); TEXTS.len()], home);
        if let Some(field) = form.texts.get_mut(NAME) {
            field.paste(name);
        }
        form.follow_name();
        form
    }

    /// A form with these texts, and nothing else.
    fn of_texts(first: Vec<String>, home: Option<Region>) -> Self {
        Self {
            stored: None,
            texts: fields_of(&first),
            favourite: false,
            numbers: Vec::new(),
            details: Vec::new(),
            place: ContactPlace::Text(NAME),
            faults: Vec::new(),
            first,
            unfolded: false,
            parts_typed: false,
            seen: Default::default(),
            namesakes: Vec::new(),
            offered_tags: ChoiceField::default(),
            home,
            recalled: false,
        }
    }

    /// A form for a stored contact.
    #[must_use]
    pub(crate) fn of_profile(profile: &Profile, home: Option<Region>) -> Self {
        let contact = &profile.full.contact;
        let first = TEXTS.iter().map(|field| match field.name {
            "tags" => tags_in_line(&contact.tags),
            _ => field.text(contact).into_owned(),
        });
        let first: Vec<String> = first.collect();
        let numbers = profile
            .full
            .phones
            .iter()
            .enumerate()
            .map(|(row, phone)| NumberRow {
                form: PhoneForm::of_phone(Owner::Row(Some(row)), phone, home),
                deleted: false,
            })
            .collect();
        let details = contact.details.iter();
        let details = details.map(|detail| FormDetail::of(detail, profile));
        let mut form = Self {
            stored: Some(contact.clone()),
            favourite: contact.favourite,
            numbers,
            details: details.collect(),
            ..Self::of_texts(first, home)
        };
        form.look();
        form
    }

    /// A form for a new contact with a number, as it was typed or pasted.
    #[must_use]
    pub fn with_number(number: &str, home: Option<Region>) -> Self {
        let mut form = Self::new("", home);
        let mut row = PhoneForm::new(Owner::Row(Some(0)), home);
        row.entry.number.paste(number);
        row.has_typed();
        form.put_number(row);
        form.place = ContactPlace::Text(NAME);
        form
    }

    /// The form with its cursor in a text.
    #[must_use]
    pub(crate) fn at(mut self, name: &str) -> Self {
        self.place = ContactPlace::Text(place(name));
        self
    }

    /// Makes it the form of a new contact and keeps its text; numbers that were to be
    /// deleted stay so.
    pub(crate) fn make_new(&mut self) {
        self.stored = None;
        self.first = vec![String::new(); TEXTS.len()];
        for row in &mut self.numbers {
            row.form.stored = None;
        }
        for row in &mut self.details {
            row.stored = None;
        }
    }

    /// The places in order.
    #[must_use]
    pub fn places(&self) -> Vec<ContactPlace> {
        let of = |section: Section| {
            let texts = (0..TEXTS.len()).filter(move |at| section_of(*at) == section);
            texts
                .filter(|at| self.is_shown(*at))
                .map(ContactPlace::Text)
        };
        of(Section::Head)
            .chain((!self.unfolded).then_some(ContactPlace::More))
            .chain(of(Section::More))
            .chain((0..self.numbers.len()).map(ContactPlace::Number))
            .chain([ContactPlace::AddNumber])
            .chain(self.detail_places())
            .chain(of(Section::Foot))
            .chain([ContactPlace::Favourite])
            .collect()
    }

    /// Whether a text is on the screen: of those that are folded away, what says something is, but for the
    /// parts of the name, which say it again.
    fn is_shown(&self, at: usize) -> bool {
        let says = self.first.get(at).is_some_and(|first| !first.is_empty());
        let is_part = TEXTS.get(at).is_some_and(|field| field.is(Use::Part));
        self.unfolded || section_of(at) != Section::More || says && !is_part
    }

    /// The texts that are folded away.
    pub(super) fn folded(&self) -> impl Iterator<Item = &'static ContactField> {
        let texts = TEXTS.iter().enumerate();
        texts.filter_map(|(at, field)| (!self.is_shown(at)).then_some(*field))
    }

    /// Shows all texts, and goes to the first of those that were folded away.
    pub(super) fn unfold(&mut self) {
        let first = (0..TEXTS.len()).find(|at| !self.is_shown(*at));
        self.unfolded = true;
        if let Some(at) = first.filter(|_| self.place == ContactPlace::More) {
            self.place = ContactPlace::Text(at);
        }
    }

    /// Moves the cursor to the next place or to the one before.
    pub fn step(&mut self, forward: bool) {
        self.offered_tags.close();
        let places = self.places();
        let at = places
            .iter()
            .position(|place| *place == self.place)
            .unwrap_or(0);
        let by = if forward { 1 } else { places.len() - 1 };
        if let Some(place) = places.get((at + by) % places.len()) {
            self.place = *place;
        }
    }

    /// Whether the cursor is in a text of several lines, where Enter is a line end.
    #[must_use]
    pub(crate) fn in_note(&self) -> bool {
        let ContactPlace::Text(at) = self.place else {
            return false;
        };
        TEXTS.get(at).is_some_and(|field| field.is_long())
    }

    /// What follows from typing.
    pub(super) fn has_typed(&mut self) {
        self.faults.clear();
        let is_at = |name: &&str| self.place == ContactPlace::Text(place(name));
        if self.place == ContactPlace::Text(NAME) {
            self.follow_name();
        } else if PARTS.iter().any(is_at) {
            self.parts_typed = true;
            self.follow_parts();
        }
    }

    /// The parts follow the name that is typed as long as they are what was guessed from it.
    fn follow_name(&mut self) {
        let stored = self.stored.as_ref();
        let brought =
            |contact: &&Contact| contact.given_name.is_some() || contact.family_name.is_some();
        let (name, parts) = self.seen.clone();
        let mut before = Contact {
            name,
            kind: stored.map(|contact| contact.kind).unwrap_or_default(),
            source: stored
                .filter(brought)
                .map_or_else(|| MANUAL.to_owned(), |contact| contact.source.clone()),
            ..Contact::default()
        };
        parts.put(&mut before);
        let parts = parts_with_name(&before, self.text(NAME)).filter(|_| !self.parts_typed);
        if let Some(parts) = parts {
            let NameParts {
                prefix,
                given,
                additional,
                family,
                suffix,
            } = parts;
            for (name, part) in PARTS
                .into_iter()
                .zip([prefix, given, additional, family, suffix])
            {
                self.set(place(name), part.unwrap_or_default());
            }
        }
        self.look();
    }

    /// The parts of the name as they are typed.
    fn parts(&self) -> NameParts {
        let part = |name| {
            let text = self.text(place(name)).trim();
            (!text.is_empty()).then(|| text.to_owned())
        };
        let [prefix, given, additional, family, suffix] = PARTS.map(part);
        NameParts {
            prefix,
            given,
            additional,
            family,
            suffix,
        }
    }

    /// The name follows its parts where it was made of them.
    fn follow_parts(&mut self) {
        let (name, before) = self.seen.clone();
        if let Some(made) = name_with_parts(&name, &before, &self.parts()) {
            self.set(NAME, made);
        }
        self.look();
    }

    pub(super) fn set(&mut self, at: usize, text: String) {
        if let Some(field) = self.texts.get_mut(at) {
            field.set(text);
        }
    }

    /// Notes how the name and its parts are before the next key.
    pub(super) fn look(&mut self) {
        self.seen = (self.text(NAME).to_owned(), self.parts());
    }

    pub(super) fn text(&self, at: usize) -> &str {
        self.texts
            .get(at)
            .map(|field| field.text().trim())
            .unwrap_or_default()
    }

    /// How the contact will sort.
    #[must_use]
    pub(crate) fn sorted_as(&self, prefixes: SortPrefixes) -> String {
        let mut contact = Contact {
            name: self.text(NAME).to_owned(),
            ..self.stored.clone().unwrap_or_default()
        };
        self.parts().put(&mut contact);
        contact.sorted_as(prefixes)
    }

    /// Whether the cursor is in the name or in a part of it.
    pub(super) fn is_in_name(&self) -> bool {
        let ContactPlace::Text(at) = self.place else {
            return false;
        };
        at == NAME || PARTS.iter().any(|part| place(part) == at)
    }

    /// Whether anything was changed.
    #[must_use]
    pub(crate) fn is_dirty(&self) -> bool {
        let texts = self
            .texts
            .iter()
            .zip(&self.first)
            .any(|(field, first)| field.text() != first);
        let favourite = self.stored.as_ref().map_or(self.favourite, |contact| {
            contact.favourite != self.favourite
        });
        texts
            || favourite
            || self.details.iter().any(FormDetail::is_dirty)
            || self
                .numbers
                .iter()
                .any(|row| row.deleted || row.form.stored.is_none() || row.form.is_dirty())
    }

    /// Puts a number back that its own form has edited.
    pub(crate) fn put_number(&mut self, mut form: PhoneForm) {
        let row = match form.owner {
            Owner::Row(Some(row)) => row,
            _ => self.numbers.len(),
        };
        form.owner = Owner::Row(Some(row));
        if form.entry.primary {
            self.make_primary(row);
        }
        let row_of_form = NumberRow {
            form,
            deleted: false,
        };
        match self.numbers.get_mut(row) {
            Some(place) => *place = row_of_form,
            None => self.numbers.push(row_of_form),
        }
        self.place = ContactPlace::Number(row);
    }

    /// The row whose number is primary once this is saved: the chosen one, else the first in use.
    #[must_use]
    pub(super) fn primary_row(&self) -> Option<usize> {
        let is_there = |row: &&NumberRow| !row.deleted && !row.form.entry.historic;
        let rows = || self.numbers.iter().enumerate();
        let mut in_use = rows().filter(|(_, row)| is_there(row));
        let chosen = in_use.clone().find(|(_, row)| row.form.entry.primary);
        chosen.or_else(|| in_use.next()).map(|(at, _)| at)
    }

    /// Makes the number of a row the primary one of the form.
    pub(crate) fn make_primary(&mut self, row: usize) {
        for (at, number) in self.numbers.iter_mut().enumerate() {
            number.form.entry.primary = at == row && !number.form.entry.historic;
        }
    }

    /// What is sent to store the form: only what changed.
    #[must_use]
    pub fn edit(&self) -> ContactEdit {
        let phones = self
            .numbers
            .iter()
            .filter_map(|row| {
                let sent = row.form.attributes();
                match (&row.form.stored, row.deleted) {
                    (None, false) => Some(PhoneEdit::Create(sent)),
                    (Some(phone), true) => {
                        Some(PhoneEdit::Delete(phone.id, Some(phone.updated_in_db_at)))
                    }
                    // That another row became primary says enough about this one.
                    (Some(phone), false) if row.form.is_dirty() => {
                        let only_lost = phone.primary
                            && PhoneAttributes {
                                primary: None,
                                updated_in_db_at: None,
                                ..sent.clone()
                            } == PhoneAttributes::default();
                        (!only_lost).then_some(PhoneEdit::Update(phone.id, sent))
                    }
                    (None, true) | (Some(_), false) => None,
                }
            })
            .collect();
        ContactEdit {
            id: self.stored.as_ref().map(|contact| contact.id),
            contact: self.attributes(),
            phones,
        }
    }

    /// What is typed that no contact can have, such as a name of 2,000 letters.
    #[must_use]
    pub(crate) fn unsendable(&self) -> Vec<Fault> {
        ContactAttributes::read(self.changed()).1
    }

    /// What is sent of the contact itself; none where only numbers changed.
    fn attributes(&self) -> Option<ContactAttributes> {
        let (sent, _) = ContactAttributes::read(self.changed());
        let (nothing, _) = ContactAttributes::read(Map::new());
        if self.stored.is_some() && sent == nothing {
            return None;
        }
        Some(ContactAttributes {
            updated_in_db_at: self.stored.as_ref().map(|contact| contact.updated_in_db_at),
            ..sent
        })
    }

    /// The attributes that changed.
    fn changed(&self) -> Map<String, Value> {
        let mut changed = Map::new();
        let is_changed = |at: usize| {
            let first = self.first.get(at).map(|first| first.trim());
            self.text(at) != first.unwrap_or_default()
        };
        for (at, field) in TEXTS.iter().enumerate() {
            let text = self.text(at);
            // A name goes with its parts: alone, it would be split again.
            let with_name = field.is(Use::Part) && self.stored.is_some() && is_changed(NAME);
            if is_changed(at) || with_name || self.stored.is_none() && at == NAME {
                changed.insert(field.name.to_owned(), value_of(field, text));
            }
        }
        if self.details.iter().any(FormDetail::is_dirty) {
            let details = self.details.iter().filter(|row| !row.deleted);
            let details: Vec<&Detail> = details.map(|row| &row.detail).collect();
            changed.insert("details".to_owned(), json!(details));
        }
        if self.stored.as_ref().map_or(self.favourite, |contact| {
            contact.favourite != self.favourite
        }) {
            changed.insert("favourite".to_owned(), json!(self.favourite));
        }
        changed
    }

    /// The form as a whole record, for a merge.
    #[must_use]
    pub fn record(&self) -> Map<String, Value> {
        let mut record = self.base();
        record.extend(self.changed());
        record
    }

    /// The record as it was read.
    #[must_use]
    pub fn base(&self) -> Map<String, Value> {
        self.stored
            .as_ref()
            .map(|contact| fields::attributes(&fields::CONTACT, contact))
            .unwrap_or_default()
    }
}

/// Where in [`TEXTS`] a field is.
pub(super) fn place(name: &str) -> usize {
    let mut texts = TEXTS.iter();
    texts.position(|field| field.name == name).unwrap_or(NAME)
}

/// The fields to type into, with their initial texts.
fn fields_of(first: &[String]) -> Vec<Field> {
    let texts = TEXTS.iter().zip(first);
    let texts = texts.map(|(field, text)| {
        if field.is_long() {
            Field::of_lines(text)
        } else {
            Field::new(text)
        }
    });
    texts.collect()
}

/// A text of the form as the attribute's value.
fn value_of(field: &ContactField, text: &str) -> Value {
    match field.name {
        "tags" => json!(tags_of_line(text)),
        _ if text.is_empty() => Value::Null,
        _ => json!(text),
    }
}
