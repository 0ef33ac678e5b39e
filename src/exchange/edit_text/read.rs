//! Reading the text of a contact: what was typed, and what of it differs from the text as it was written.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value as Json, json};
use toml_edit::{Item, TableLike, Value};
use uuid::Uuid;

use super::place::{ID, NUMBER, TextFault, parsed};
use crate::domain::address::PARTS;
use crate::domain::attributes::WrongDetail;
use crate::domain::contact::{ContactAttributes, ContactKind};
use crate::domain::detail::{Detail, DetailId, DetailKind};
use crate::domain::edit::{ContactEdit, PhoneEdit};
use crate::domain::fields::{CONTACT, ContactField, PHONE, PhoneField};
use crate::domain::full_contact::FullContact;
use crate::domain::number::{self, Region, named_country};
use crate::domain::phone::{Context, Phone, PhoneAttributes};
use crate::domain::refusal::{Fault, Refusal};

/// What the text changes.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Changes {
    /// What is saved.
    pub edit: ContactEdit,
    /// The lines of the fields of the contact.
    fields: HashMap<String, usize>,
    /// The numbers as they are typed, with their lines.
    numbers: Vec<(String, usize)>,
}

impl Changes {
    pub(super) const fn is_empty(&self) -> bool {
        self.edit.contact.is_none() && self.edit.phones.is_empty()
    }

    /// Where that is which the store refused.
    pub(super) fn place_of(&self, fault: &Fault) -> usize {
        if let Some(called) = &fault.of {
            let called = called.trim_end_matches('…');
            let mut numbers = self.numbers.iter();
            let number = numbers.rfind(|(number, _)| number.trim().starts_with(called));
            return number.map_or(0, |(_, at)| *at);
        }
        let name = fault.attribute.as_deref().unwrap_or_default();
        self.fields.get(name).copied().unwrap_or_default()
    }
}

/// The key of a field of a number: what its form calls it.
pub(super) fn phone_key(field: &PhoneField) -> String {
    field.label.unwrap_or(field.words).to_lowercase()
}

/// A number or detail as it is typed.
#[derive(Clone, Debug, Default, PartialEq)]
struct Entry {
    at: usize,
    members: Map<String, Json>,
    places: HashMap<String, usize>,
}

impl Entry {
    fn place(&self, name: &str) -> usize {
        self.places.get(name).copied().unwrap_or(self.at)
    }

    fn fault(&self, name: &str, why: &str) -> TextFault {
        TextFault::new(self.place(name), format!("{name} {why}"))
    }

    fn id(&self) -> Option<&str> {
        let id = self.members.get(ID).and_then(Json::as_str);
        id.map(str::trim).filter(|id| !id.is_empty())
    }
}

/// A text as it was typed.
#[derive(Default)]
struct Typed {
    fields: Map<String, Json>,
    places: HashMap<String, usize>,
    numbers: Vec<Entry>,
    details: Vec<(DetailKind, Entry)>,
    faults: Vec<TextFault>,
}

impl Typed {
    fn read(text: &str) -> Result<Self, TextFault> {
        let document = parsed(text)?;
        let mut typed = Self::default();
        let table = document.as_table();
        for (key, item) in table {
            let span = table.get_key_value(key).and_then(|(key, _)| key.span());
            let tables = match item {
                Item::ArrayOfTables(tables) => tables.span(),
                Item::Table(table) => table.span(),
                _ => None,
            };
            let at = tables.or(span).map_or(0, |span| span.start);
            typed.take(key, item, at);
        }
        Ok(typed)
    }

    fn take(&mut self, key: &str, item: &Item, at: usize) {
        if key == NUMBER {
            let keys: Vec<String> = PHONE
                .iter()
                .filter(|field| field.is_typed())
                .map(phone_key)
                .collect();
            let keys: Vec<&str> = keys.iter().map(String::as_str).collect();
            self.numbers = self.entries(item, at, (NUMBER, "a number"), &keys);
        } else if let Some(kind) = DetailKind::named(key) {
            let parts = PARTS.iter().map(|part| part.name);
            let parts = parts.filter(|_| kind == DetailKind::Address);
            let keys: Vec<&str> = ["value", "label", "preferred"]
                .into_iter()
                .chain(parts)
                .collect();
            let noun = format!("the kind {key}");
            let entries = self.entries(item, at, ("value", &noun), &keys);
            let entries = entries.into_iter().map(|entry| (kind, entry));
            self.details.extend(entries);
        } else if let Some(field) = field_of(key) {
            self.fields.insert(field.name.to_owned(), json_of(item));
            self.places.insert(field.name.to_owned(), at);
        } else {
            let fields = CONTACT.iter().filter(|field| field.is_typed());
            let fields = fields.filter(|field| field.name != "details");
            let mut known: Vec<String> = fields.map(|field| field.key('_')).collect();
            known.push(NUMBER.to_owned());
            known.extend(DetailKind::ALL.map(|kind| kind.word().to_owned()));
            let known = known.join(", ");
            let why = format!("unknown key {key}; known are {known}");
            self.faults.push(TextFault::new(at, why));
        }
    }

    /// The entries of a list, of blocks, or the one of a text.
    fn entries(
        &mut self,
        item: &Item,
        at: usize,
        (main, noun): (&str, &str),
        keys: &[&str],
    ) -> Vec<Entry> {
        let mut entries = Vec::new();
        match item {
            Item::None => {}
            Item::Value(Value::String(text)) if text.value().trim().is_empty() => {}
            Item::Value(Value::Array(values)) => {
                for value in values {
                    let at = value.span().map_or(at, |span| span.start);
                    entries.push(self.entry_of(value, at, (main, noun), keys));
                }
            }
            Item::Value(value) => entries.push(self.entry_of(value, at, (main, noun), keys)),
            Item::Table(table) => entries.push(self.entry(table, at, noun, keys)),
            Item::ArrayOfTables(tables) => {
                for table in tables {
                    let at = table.span().map_or(at, |span| span.start);
                    entries.push(self.entry(table, at, noun, keys));
                }
            }
        }
        entries
    }

    fn entry_of(
        &mut self,
        value: &Value,
        at: usize,
        (main, noun): (&str, &str),
        keys: &[&str],
    ) -> Entry {
        match value {
            Value::InlineTable(table) => {
                let mut entry = self.entry(table, at, noun, keys);
                // A line between two of its keys may be inside of a text.
                entry.places.clear();
                entry
            }
            other => Entry {
                at,
                members: Map::from_iter([(main.to_owned(), json_of_value(other))]),
                places: HashMap::new(),
            },
        }
    }

    fn entry(&mut self, table: &dyn TableLike, at: usize, noun: &str, keys: &[&str]) -> Entry {
        let mut entry = Entry {
            at,
            ..Entry::default()
        };
        for (key, item) in table.iter() {
            let span = table.get_key_value(key).and_then(|(key, _)| key.span());
            let place = span.map_or(at, |span| span.start);
            if key == ID || keys.contains(&key) {
                entry.members.insert(key.to_owned(), json_of(item));
                entry.places.insert(key.to_owned(), place);
            } else {
                let known = keys.join(", ");
                let why = format!("unknown key {key} of {noun}; known are {known}");
                self.faults.push(TextFault::new(place, why));
            }
        }
        entry
    }
}

/// The field that a key names, by its words or by its name in documents.
fn field_of(key: &str) -> Option<&'static ContactField> {
    let mut fields = CONTACT.iter().filter(|field| field.is_typed());
    fields.find(|field| field.name != "details" && (field.key('_') == key || field.name == key))
}

fn json_of(item: &Item) -> Json {
    match item {
        Item::None => Json::Null,
        Item::Value(value) => json_of_value(value),
        Item::Table(table) => table
            .iter()
            .map(|(key, item)| (key, json_of(item)))
            .collect(),
        Item::ArrayOfTables(tables) => {
            let tables = tables.iter();
            let tables = tables.map(|table| table.iter().map(|(key, item)| (key, json_of(item))));
            tables.map(Iterator::collect::<Json>).collect()
        }
    }
}

fn json_of_value(value: &Value) -> Json {
    match value {
        Value::String(text) => json!(text.value()),
        Value::Integer(number) => json!(number.value()),
        Value::Float(number) => json!(number.value()),
        Value::Boolean(flag) => json!(flag.value()),
        Value::Datetime(day) => json!(day.value().to_string()),
        Value::Array(values) => values.iter().map(json_of_value).collect(),
        Value::InlineTable(table) => {
            let members = table.iter();
            members
                .map(|(key, value)| (key, json_of_value(value)))
                .collect()
        }
    }
}

/// What is typed of a field; what is blank or not there is null.
fn typed_value(members: &Map<String, Json>, key: &str) -> Json {
    let value = members.get(key).cloned().unwrap_or_default();
    if value.as_str().is_some_and(|text| text.trim().is_empty()) {
        return Json::Null;
    }
    value
}

/// What a text changes of the contact that it was made of.
///
/// # Errors
/// All that is wrong with it, each with its place.
pub(super) fn changes(
    original: &str,
    text: &str,
    opened: &FullContact,
    home: Option<Region>,
) -> Result<Changes, Vec<TextFault>> {
    let before = Typed::read(original).map_err(|fault| vec![fault])?;
    let mut typed = Typed::read(text).map_err(|fault| vec![fault])?;
    let mut reading = Reading {
        opened,
        context: Context {
            now: opened.contact.updated_at,
            home,
            fresh_id: Uuid::nil(),
        },
        faults: std::mem::take(&mut typed.faults),
    };
    let contact = reading.contact(&before, &typed);
    let phones = reading.phones(&before.numbers, &typed.numbers);
    if !reading.faults.is_empty() {
        return Err(reading.faults);
    }
    let called = |entry: &Entry| {
        let number = typed_value(&entry.members, NUMBER);
        (number.as_str().unwrap_or_default().to_owned(), entry.at)
    };
    Ok(Changes {
        edit: ContactEdit {
            id: Some(opened.contact.id),
            contact,
            phones,
        },
        numbers: typed.numbers.iter().map(called).collect(),
        fields: typed.places,
    })
}

/// A reading of what changed.
struct Reading<'a> {
    opened: &'a FullContact,
    context: Context,
    faults: Vec<TextFault>,
}

/// A detail in its place among the others.
struct Placed<'a> {
    kind: DetailKind,
    entry: &'a Entry,
    /// The stored one, where it is as it was written.
    kept: Option<&'a Detail>,
}

impl Placed<'_> {
    /// What is wrong with a member of it. A value is named by what was typed.
    fn fault(&self, member: &str, why: &str) -> TextFault {
        if member != "value" {
            return self.entry.fault(member, why);
        }
        let typed = self.entry.members.get(member).and_then(Json::as_str);
        let words = WrongDetail::of(why).words(self.kind, typed.unwrap_or_default());
        TextFault::new(self.entry.place(member), words)
    }
}

impl<'a> Reading<'a> {
    /// What changed of the contact itself, if anything did.
    fn contact(&mut self, before: &Typed, typed: &Typed) -> Option<ContactAttributes> {
        let stored = &self.opened.contact;
        let mut changed = Map::new();
        let fields = CONTACT.iter().filter(|field| field.is_typed());
        for field in fields.filter(|field| field.name != "details") {
            let value = |typed: &Typed| match typed_value(&typed.fields, field.name) {
                Json::Null if field.is_flag() => json!(false),
                Json::Null if field.name == "tags" => json!([]),
                Json::Null if field.name == "kind" => json!(ContactKind::default().word()),
                value => value,
            };
            let value_now = value(typed);
            if value_now != value(before) {
                changed.insert(field.name.to_owned(), value_now);
            }
        }
        let placed = self.placed(before, typed);
        let is_same = placed.len() == stored.details.len()
            && placed
                .iter()
                .zip(&stored.details)
                .all(|(placed, own)| placed.kept.is_some_and(|kept| kept.id == own.id));
        if !is_same {
            let details = placed.iter().map(detail_json);
            changed.insert("details".to_owned(), details.collect());
        }
        if changed.is_empty() {
            return None;
        }
        let (mut sent, faults) = ContactAttributes::read(changed);
        for (detail, placed) in sent.details.iter_mut().flatten().zip(&placed) {
            if let Some(kept) = placed.kept {
                detail.clone_from(kept);
            }
        }
        sent.updated_in_db_at = Some(stored.updated_in_db_at);
        if let Err(refusal) = sent.clone().revise(stored, &self.context, faults) {
            let faults = refusal.faults.iter();
            self.faults.extend(faults.map(|fault| {
                let within = fault.within.as_deref().unwrap_or_default();
                let (at, member) = within.split_once('/').unwrap_or((within, ""));
                let detail = at.parse::<usize>().ok().and_then(|at| placed.get(at));
                let member = member.rsplit('/').next().unwrap_or_default();
                if let Some(detail) = detail {
                    return detail.fault(member, &fault.detail);
                }
                let name = fault.attribute.as_deref().unwrap_or_default();
                let at = typed.places.get(name).copied().unwrap_or_default();
                TextFault::new(at, fault.in_words())
            }));
        }
        Some(sent)
    }

    /// The details in their order: among those of a kind that of the text, the kinds in the places that they have.
    fn placed<'t>(&mut self, before: &Typed, typed: &'t Typed) -> Vec<Placed<'t>>
    where
        'a: 't,
    {
        let opened = self.opened;
        let stored = &opened.contact.details;
        let mut queues: HashMap<DetailKind, Vec<Placed<'t>>> = HashMap::new();
        for (kind, entry) in &typed.details {
            let own = entry.id().map(|id| (id, DetailId::read(id)));
            let own = own.map(|(_, id)| stored.iter().find(|own| Some(own.id) == id));
            if own == Some(None) {
                let why = "is no id of a detail of this contact; leave it out of a new one";
                self.faults.push(entry.fault(ID, why));
            }
            let is_as_written = before
                .details
                .iter()
                .any(|(of, written)| of == kind && written.members == entry.members);
            queues.entry(*kind).or_default().push(Placed {
                kind: *kind,
                entry,
                kept: own.flatten().filter(|_| is_as_written),
            });
        }
        let mut queues: HashMap<DetailKind, _> = queues
            .into_iter()
            .map(|(kind, queue)| (kind, queue.into_iter()))
            .collect();
        let mut placed = Vec::with_capacity(typed.details.len());
        for own in stored {
            // New ones before it come along.
            let queue = queues.get_mut(&own.kind).into_iter().flatten();
            for detail in queue {
                let is_new = detail.entry.id().is_none();
                placed.push(detail);
                if !is_new {
                    break;
                }
            }
        }
        for kind in DetailKind::ALL {
            placed.extend(queues.remove(&kind).into_iter().flatten());
        }
        placed
    }

    /// What is done with the numbers.
    fn phones(&mut self, before: &[Entry], typed: &[Entry]) -> Vec<PhoneEdit> {
        let mut edits = Vec::new();
        let mut rows: Vec<(String, bool, &Entry)> = Vec::new();
        let mut seen = HashSet::new();
        let is_primary = |entry: &Entry| typed_value(&entry.members, "primary") == Json::Bool(true);
        let mut primaries = 0;
        for entry in typed {
            let stored = match entry.id() {
                None => None,
                Some(id) => {
                    let mut phones = self.opened.phones.iter();
                    let stored = phones.find(|phone| phone.id.to_string() == id);
                    if stored.is_none_or(|stored| !seen.insert(stored.id)) {
                        let why =
                            "is no id of another number of this contact; leave it out of a new one";
                        self.faults.push(entry.fault(ID, why));
                    }
                    stored
                }
            };
            let own = |written: &&Entry| written.id().is_some() && written.id() == entry.id();
            let written = before.iter().find(own);
            if is_primary(entry) && !written.is_some_and(is_primary) {
                primaries += 1;
                if primaries > 1 {
                    self.faults
                        .push(entry.fault("primary", "can be true for one number only"));
                }
            }
            let (sent, phone) = self.phone(entry, written, stored);
            let is_changed = sent.is_some();
            rows.extend(phone.map(|phone| (phone.identity, is_changed, entry)));
            edits.extend(sent);
        }
        for (at, (identity, is_changed, entry)) in rows.iter().enumerate() {
            let mut others = rows.iter().enumerate();
            let is_twice = others.any(|(other, (same, other_changed, _))| {
                other != at && same == identity && (other < at || !other_changed)
            });
            if *is_changed && is_twice {
                self.faults.push(entry.fault(NUMBER, "is listed twice"));
            }
        }
        // That another number became primary says enough about the one before.
        if primaries > 0 {
            edits.retain(|edit| !matches!(edit, PhoneEdit::Update(_, sent) if only_lost(sent)));
        }
        let gone = self.opened.phones.iter();
        let gone = gone.filter(|phone| !seen.contains(&phone.id));
        edits.extend(gone.map(|phone| PhoneEdit::Delete(phone.id, Some(phone.updated_in_db_at))));
        edits
    }

    /// What is done with one number, and the number as it will be.
    fn phone(
        &mut self,
        entry: &Entry,
        written: Option<&Entry>,
        stored: Option<&Phone>,
    ) -> (Option<PhoneEdit>, Option<Phone>) {
        let mut changed = Map::new();
        for field in PHONE.iter().filter(|field| field.is_typed()) {
            let key = phone_key(field);
            let value = |entry: &Entry| match typed_value(&entry.members, &key) {
                Json::Null if field.is_flag() && stored.is_some() => json!(false),
                value => value,
            };
            let value_now = value(entry);
            if value_now == written.map(value).unwrap_or_default() {
                continue;
            }
            let typed = value_now.as_str().filter(|_| field.name == "country_code");
            let region = typed.map(|text| named_country(text, &[]).ok_or(text));
            let value_now = match region {
                None => value_now,
                Some(Ok(region)) => json!(region.calling_code().to_string()),
                Some(Err(text)) => {
                    let why = format!("{text} is unknown; write a name, a code such as IT, or +39");
                    self.faults.push(entry.fault(&key, &why));
                    continue;
                }
            };
            changed.insert(field.name.to_owned(), value_now);
        }
        if let (true, Some(stored)) = (changed.is_empty(), stored) {
            return (None, Some(stored.clone()));
        }
        let (mut sent, faults) = PhoneAttributes::read(changed);
        let made = if let Some(stored) = stored {
            sent.updated_in_db_at = Some(stored.updated_in_db_at);
            sent.clone().revise(stored, &self.context, faults)
        } else {
            let words = sent.number.as_deref().is_some_and(number::has_words);
            sent.valid_values = sent.valid_values.or(words.then_some(false));
            let owner = self.opened.contact.id;
            sent.clone().create(owner, false, &self.context, faults)
        };
        let made = made.map_err(|refusal| self.refuse(entry, &refusal)).ok();
        let edit = match stored {
            Some(stored) => PhoneEdit::Update(stored.id, sent),
            None => PhoneEdit::Create(sent),
        };
        (Some(edit), made)
    }

    fn refuse(&mut self, entry: &Entry, refusal: &Refusal) {
        for fault in &refusal.faults {
            let name = fault.attribute.as_deref().unwrap_or_default();
            let field = PHONE.iter().find(|field| field.name == name);
            let key = field.map(phone_key).unwrap_or_default();
            self.faults
                .push(TextFault::new(entry.place(&key), fault.in_words()));
        }
    }
}

/// Whether all that changes of a number is that it is no longer primary.
fn only_lost(sent: &PhoneAttributes) -> bool {
    let rest = PhoneAttributes {
        primary: None,
        updated_in_db_at: None,
        ..sent.clone()
    };
    sent.primary == Some(false) && rest == PhoneAttributes::default()
}

/// A detail as a document has it.
fn detail_json(placed: &Placed<'_>) -> Json {
    if let Some(kept) = placed.kept {
        return json!(kept);
    }
    let mut members = placed.entry.members.clone();
    members.insert("kind".to_owned(), json!(placed.kind.word()));
    if placed.entry.id().is_none() {
        members.remove(ID);
    }
    // Beside a value they are refused.
    if placed.kind == DetailKind::Address && !members.contains_key("value") {
        let parts = PARTS.iter();
        let parts = parts.filter_map(|part| members.remove_entry(part.name));
        let parts: Map<String, Json> = parts.collect();
        members.insert("value".to_owned(), Json::Object(parts));
    }
    Json::Object(members)
}
