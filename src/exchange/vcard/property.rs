//! The properties of a card, in the shape that the mapping asks about: what calcard parsed, with its
//! many types brought back to words.

use std::borrow::Cow;

use calcard::common::IanaString;
use calcard::vcard::{
    VCard, VCardEntry, VCardParameter, VCardParameterName, VCardParameterValue, VCardValue,
};

use super::content::{self, Unfolded};
use super::line::escape;

/// One property of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Property {
    /// The group, in lower case: `item1`.
    pub(super) group: Option<String>,
    /// The name, in upper case: `TEL`.
    pub(super) name: String,
    /// The types, in lower case and in their order; those of 2.1, which stand alone, among them.
    pub(super) types: Vec<String>,
    /// The other parameters, names in upper case.
    params: Vec<(String, String)>,
    /// The value's components, each with the values of its list.
    pub(super) components: Vec<Vec<String>>,
}

impl Property {
    /// The value of a parameter.
    pub(super) fn param(&self, name: &str) -> Option<&str> {
        self.params
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_str())
    }

    /// Whether a parameter is there and says yes, or no.
    pub(super) fn flag(&self, name: &str) -> Option<bool> {
        self.param(name).and_then(flag)
    }

    /// Whether it is of a type.
    pub(super) fn is(&self, kind: &str) -> bool {
        self.types.iter().any(|known| known == kind)
    }

    /// The value as one text.
    pub(super) fn text(&self) -> String {
        let components: Vec<String> = self.components.iter().map(|list| list.join(",")).collect();
        components.join(";")
    }

    /// The components of the value as they are written, each with its list.
    pub(super) fn escaped(&self) -> Vec<String> {
        let component = |list: &Vec<String>| {
            let list: Vec<String> = list.iter().map(|text| escape(text)).collect();
            list.join(",")
        };
        self.components.iter().map(component).collect()
    }

    /// How much this one is preferred to others, the least the most: PREF from 1 to 100 (RFC 6350,
    /// 5.3), or the type `pref` of 2.1 and 3.0.
    pub(super) fn preference(&self) -> Option<u32> {
        self.param("PREF")
            .and_then(|pref| pref.trim().parse().ok())
            .or_else(|| self.is("pref").then_some(1))
    }
}

/// Yes or no, as programs write it.
pub(super) fn flag(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Some(true),
        "false" | "no" | "0" => Some(false),
        _ => None,
    }
}

/// The properties of a card, in its order.
pub(super) fn properties(card: &[u8]) -> Vec<Property> {
    match VCard::parse(content::clean(card)) {
        Ok(card) => card.entries.into_iter().map(property).collect(),
        // The clean text begins with BEGIN:VCARD, so calcard has no other answer than a card.
        Err(_) => Vec::new(),
    }
}

/// The property of one line of a card, if it has one.
pub(super) fn of_line(line: &Unfolded) -> Option<Property> {
    let card = VCard::parse(line.alone()?).ok()?;
    card.entries.into_iter().next().map(property)
}

fn property(entry: VCardEntry) -> Property {
    let mut property = Property {
        group: entry.group.map(|group| group.to_ascii_lowercase()),
        name: last_part(entry.name.as_str()).to_ascii_uppercase(),
        types: Vec::new(),
        params: Vec::new(),
        components: entry.values.into_iter().map(component).collect(),
    };
    for VCardParameter { name, value } in entry.params {
        let value = word(value);
        match (name, value) {
            (VCardParameterName::Type, Some(types)) => property.types.extend(
                types
                    .split(',')
                    .map(|kind| kind.trim().to_lowercase())
                    .filter(|kind| !kind.is_empty()),
            ),
            (VCardParameterName::Value, _) => {}
            // Standing alone, as types do in 2.1: `TEL;PREF;IPHONE:`.
            (name, None) => property.types.push(name.as_str().to_lowercase()),
            (name, Some(value)) => property
                .params
                .push((name.as_str().to_ascii_uppercase(), value)),
        }
    }
    property
}

/// Some programs put a dot into a group; calcard takes the rest of it for the property's name.
fn last_part(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn word(value: VCardParameterValue) -> Option<String> {
    Some(match value {
        VCardParameterValue::Text(text) => text,
        VCardParameterValue::Integer(number) => number.to_string(),
        VCardParameterValue::Timestamp(number) => number.to_string(),
        VCardParameterValue::Bool(flag) => flag.to_string(),
        VCardParameterValue::Type(kind) => kind.as_str().to_owned(),
        VCardParameterValue::ValueType(kind) => kind.as_str().to_owned(),
        VCardParameterValue::Calscale(scale) => scale.as_str().to_owned(),
        VCardParameterValue::Level(level) => level.as_str().to_owned(),
        VCardParameterValue::Phonetic(kind) => kind.as_str().to_owned(),
        VCardParameterValue::Jscomps(_) => String::new(),
        VCardParameterValue::Null => return None,
    })
}

fn component(value: VCardValue) -> Vec<String> {
    match value {
        VCardValue::Component(list) => list,
        VCardValue::Binary(binary) => vec![String::from_utf8_lossy(&binary.data).into_owned()],
        // Kinds and sexes, which nothing here asks for.
        other => other.into_text().into_iter().map(Cow::into_owned).collect(),
    }
}
