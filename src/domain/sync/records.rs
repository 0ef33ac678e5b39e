//! A contact's records as the merge sees them, and back.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::contact::{Contact, ContactKind};
use crate::domain::detail::{Detail, DetailId, DetailKind, prefer_only};
use crate::domain::fields::{self, CONTACT, ContactText, Use, texts};
use crate::domain::full_contact::FullContact;
use crate::domain::ids::PhoneId;
use crate::domain::phone::{Context, Phone};

use super::person::{Number, Person, plain};
use super::said::{Fields, NAME};

/// The field that says whether a contact is kept at hand.
pub const FAVOURITE: &str = "favourite";

/// What a flag says that is set.
const YES: &str = "yes";

/// The names that belong together: one name with all its parts.
fn is_of_name(text: &ContactText) -> bool {
    text.field.is(Use::Part) || text.field.name.starts_with("phonetic")
}

/// The texts that travel by themselves.
fn own_texts() -> impl Iterator<Item = ContactText> {
    let all = texts(&CONTACT);
    all.filter(|text| {
        !is_of_name(text) && !text.field.is(Use::Key) && !text.field.is(Use::Internal)
    })
}

/// A name with all its parts as one value.
fn name_of(contact: &Contact) -> String {
    let mut parts = Map::new();
    parts.insert(NAME.to_owned(), contact.name.clone().into());
    for text in texts(&CONTACT).filter(is_of_name) {
        if let Some(part) = text.of(contact) {
            parts.insert(text.field.name.to_owned(), part.into());
        }
    }
    if contact.kind != ContactKind::default() {
        parts.insert("kind".to_owned(), contact.kind.word().into());
    }
    Value::Object(parts).to_string()
}

/// The name that is shown, of a name with all its parts.
#[must_use]
pub fn shown_name(name: &str) -> String {
    let parts: Map<String, Value> = serde_json::from_str(name).unwrap_or_default();
    let shown = parts.get(NAME).and_then(Value::as_str);
    shown.unwrap_or(name).to_owned()
}

/// A name with all its parts, as parts that are told: the texts and what each is called.
fn parts_of(name: &str) -> Vec<(&'static str, String)> {
    let mut parts: Map<String, Value> = serde_json::from_str(name).unwrap_or_default();
    parts.remove(NAME);
    let known = texts(&CONTACT).filter(is_of_name);
    let mut told: Vec<(&'static str, String)> = known
        .filter_map(|text| match parts.remove(text.field.name) {
            Some(Value::String(part)) => Some((text.field.name, part)),
            _ => None,
        })
        .collect();
    if let Some(Value::String(kind)) = parts.remove("kind") {
        told.push(("kind", kind));
    }
    told
}

/// The name that is shown with its parts, where these are what is said otherwise.
#[must_use]
pub fn name_with_parts(name: &str) -> String {
    let parts = parts_of(name).into_iter().map(|(part, text)| {
        let words = fields::words(part);
        format!("{} {text}", words.strip_suffix(" name").unwrap_or(words))
    });
    let parts: Vec<String> = parts.collect();
    let shown = shown_name(name);
    if parts.is_empty() {
        format!("{shown} (no parts)")
    } else {
        format!("{shown} ({})", parts.join(", "))
    }
}

/// Whether the parts of a name were only guessed: it has none, or its one part is the whole name, as programs that do
/// not know parts write it.
pub(super) fn is_guessed(name: &str) -> bool {
    match parts_of(name).as_slice() {
        [] => true,
        [(part, text)] => *part != "kind" && *text == shown_name(name),
        _ => false,
    }
}

/// Puts a name with all its parts into a contact.
fn put_name(contact: &mut Contact, name: &str) {
    let Ok(mut parts) = serde_json::from_str::<Map<String, Value>>(name) else {
        return;
    };
    let mut take = |part: &str| match parts.remove(part) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    };
    if let Some(name) = take(NAME) {
        contact.name = name;
    }
    for text in texts(&CONTACT).filter(is_of_name) {
        *text.of_mut(contact) = take(text.field.name);
    }
    let kind = take("kind").and_then(|kind| ContactKind::named(&kind));
    contact.kind = kind.unwrap_or_default();
}

/// The fields with one value of a contact.
#[must_use]
pub fn fields_of(contact: &Contact) -> Fields {
    let mut fields = Fields::new();
    fields.insert(NAME, name_of(contact));
    for text in own_texts() {
        if let Some(value) = text.of(contact) {
            fields.insert(text.field.name, value.to_owned());
        }
    }
    if contact.favourite {
        fields.insert(FAVOURITE, YES.to_owned());
    }
    fields
}

/// The field of this name, if there is one.
#[must_use]
pub fn field_named(name: &str) -> Option<&'static str> {
    let own = [NAME, FAVOURITE].into_iter();
    let mut all = own.chain(own_texts().map(|text| text.field.name));
    all.find(|known| *known == name)
}

impl Person {
    /// A contact with its phones, as far as they travel.
    #[must_use]
    pub fn of(full: &FullContact) -> Self {
        let contact = &full.contact;
        let number = |phone: &Phone| {
            let number = Number {
                label: phone.location.clone(),
                historic: phone.historic,
                accurate: phone.valid_values,
            };
            (phone.identity.clone(), number)
        };
        let primary = full.phones.iter().find(|phone| phone.primary);
        let preferred = contact.details.iter().filter(|detail| detail.preferred);
        Self {
            fields: fields_of(contact),
            numbers: full.phones.iter().map(number).collect(),
            primary: primary.map(|phone| phone.identity.clone()),
            details: contact
                .details
                .iter()
                .map(|detail| (detail.id, plain(detail)))
                .collect(),
            preferred: preferred.map(|detail| (detail.kind, detail.id)).collect(),
            tags: contact.tags.iter().cloned().collect(),
        }
    }

    /// The records with what a person says otherwise. The words of a number that is new are those that it has in
    /// `card`; `context` is asked for the id of each.
    #[must_use]
    pub fn put_into(
        &self,
        full: &FullContact,
        card: &FullContact,
        mut context: impl FnMut() -> Context,
    ) -> FullContact {
        let before = Self::of(full);
        let mut after = full.clone();
        self.put_fields(&before, &mut after.contact);
        self.put_details(&mut after.contact);
        put_tags(&self.tags, &mut after.contact.tags);
        after
            .phones
            .retain(|phone| self.numbers.contains_key(&phone.identity));
        for (identity, number) in &self.numbers {
            let known = after.phones.iter().any(|phone| phone.identity == *identity);
            if let (false, Some(new)) = (known, phone_of(card, identity)) {
                let context = context();
                after.phones.push(Phone {
                    id: PhoneId(context.fresh_id),
                    contact: after.contact.id,
                    updated_at: context.now,
                    location: number.label.clone(),
                    ..new.clone()
                });
            }
        }
        for phone in &mut after.phones {
            if let Some(number) = self.numbers.get(&phone.identity) {
                phone.location.clone_from(&number.label);
                phone.historic = number.historic;
                phone.valid_values = number.accurate;
            }
        }
        if self.primary != before.primary && self.primary.is_some() {
            for phone in &mut after.phones {
                phone.primary = Some(&phone.identity) == self.primary.as_ref();
            }
        }
        for phone in &mut after.phones {
            phone.primary &= !phone.historic;
        }
        after
    }

    fn put_fields(&self, before: &Self, contact: &mut Contact) {
        if self.fields.get(NAME) != before.fields.get(NAME)
            && let Some(name) = self.fields.get(NAME)
        {
            put_name(contact, name);
        }
        for text in own_texts() {
            let name = text.field.name;
            if self.fields.get(name) != before.fields.get(name) {
                *text.of_mut(contact) = self.fields.get(name).cloned();
            }
        }
        contact.favourite = self.fields.contains_key(FAVOURITE);
    }

    fn put_details(&self, contact: &mut Contact) {
        contact
            .details
            .retain(|detail| self.details.contains_key(&detail.id));
        let there: BTreeSet<DetailId> = contact.details.iter().map(|detail| detail.id).collect();
        for detail in &mut contact.details {
            if let Some(now) = self.details.get(&detail.id) {
                detail.label.clone_from(&now.label);
                detail.value = now.value.clone();
            }
        }
        let new = self.details.iter().filter(|(id, _)| !there.contains(id));
        contact.details.extend(new.map(|(id, detail)| Detail {
            id: *id,
            ..detail.clone()
        }));
        for kind in DetailKind::ALL {
            let preferred = self.preferred.get(&kind);
            prefer_only(&mut contact.details, kind, |detail| {
                Some(&detail.id) == preferred
            });
        }
    }
}

/// The phone with a number.
fn phone_of<'f>(full: &'f FullContact, identity: &str) -> Option<&'f Phone> {
    let mut phones = full.phones.iter();
    phones.find(|phone| phone.identity == identity)
}

/// Tags keep their order; new ones come last.
fn put_tags(tags: &BTreeSet<String>, stored: &mut Vec<String>) {
    stored.retain(|tag| tags.contains(tag));
    let new: Vec<String> = { tags.iter() }
        .filter(|tag| !stored.contains(tag))
        .cloned()
        .collect();
    stored.extend(new);
}

/// A person as it is stored.
#[derive(Default, Serialize, Deserialize)]
// What was thrown away with a contact in the bin says nothing any more.
#[serde(default)]
struct StoredPerson {
    fields: BTreeMap<String, String>,
    numbers: BTreeMap<String, Number>,
    primary: Option<String>,
    details: Vec<Detail>,
    tags: BTreeSet<String>,
}

impl Person {
    /// The JSON that a person is stored as.
    #[must_use]
    pub fn to_json(&self) -> String {
        let fields = self.fields.iter();
        let details = self.details.iter();
        let stored = StoredPerson {
            fields: fields
                .map(|(name, text)| ((*name).to_owned(), text.clone()))
                .collect(),
            numbers: self.numbers.clone(),
            primary: self.primary.clone(),
            details: details
                .map(|(id, detail)| Detail {
                    id: *id,
                    preferred: self.preferred.get(&detail.kind) == Some(id),
                    ..detail.clone()
                })
                .collect(),
            tags: self.tags.clone(),
        };
        serde_json::to_string(&stored).unwrap_or_default()
    }

    /// A person from the JSON that it was stored as. A field that is no more is left out.
    ///
    /// # Errors
    /// If it is no such JSON.
    pub fn from_json(text: &str) -> Result<Self, serde_json::Error> {
        let stored: StoredPerson = serde_json::from_str(text)?;
        let fields = stored.fields.into_iter();
        let preferred = stored.details.iter().filter(|detail| detail.preferred);
        Ok(Self {
            fields: fields
                .filter_map(|(name, text)| Some((field_named(&name)?, text)))
                .collect(),
            preferred: preferred.map(|detail| (detail.kind, detail.id)).collect(),
            details: stored
                .details
                .iter()
                .map(|detail| (detail.id, read_value(plain(detail))))
                .collect(),
            numbers: stored.numbers,
            primary: stored.primary,
            tags: stored.tags,
        })
    }
}

/// A detail as its kind has it: a date that was stored as its text.
fn read_value(detail: Detail) -> Detail {
    match (detail.kind, detail.plain()) {
        (DetailKind::Date, Some(text)) => Detail::read(detail.kind, detail.label.clone(), text),
        _ => detail,
    }
}
