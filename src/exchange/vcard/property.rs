//! The properties of a card, in the shape that the mapping asks about.

use std::collections::BTreeSet;

use crate::domain::attribute_reader::{NUMBERS, TEXT_LIMIT, too_many};
use crate::domain::own_fields::OwnFields;

use super::content::{ContentLines, Keep, Unfolded, split};
use super::head::Head;
use super::line::escape;
use super::value::{self, AssumedCharset, ValueShape};

/// The property that keeps a cell of a table in a column which nothing is known of.
pub(super) const COLUMN: &str = "X-CALLBOOK-COLUMN";

/// The most lines of a card that are read: no card has as many, and each takes memory.
const LINES: usize = 5 * NUMBERS;

/// The most components and parameters of a card that are read.
const PARTS: usize = 20 * NUMBERS;

/// How much text of a card is read, in bytes, photographs apart: 16 MiB.
const TEXT: usize = 16 * 1024 * 1024;

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
    /// The label of the detail that it is as a field of the person's own or under its own name, once [`mark`] has said so.
    pub(super) own_field: Option<String>,
    /// Whether it is a link where it is a name in a social network: [`mark`] says so.
    pub(super) is_link: bool,
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

    /// The types but for the preference, in whatever order.
    pub(super) fn kinds(&self) -> BTreeSet<&str> {
        let types = self.types.iter().map(String::as_str);
        types.filter(|kind| *kind != "pref").collect()
    }

    /// The value as one text.
    pub(super) fn text(&self) -> String {
        let components: Vec<String> = self.components.iter().map(|list| list.join(",")).collect();
        let is_list = ValueShape::of(&self.name) == ValueShape::List;
        components.join(if is_list { "," } else { ";" })
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

    /// The property of a content line, if it has one.
    pub(super) fn of(line: &Unfolded<'_>, assumed: &AssumedCharset<'_>) -> Option<Self> {
        let (head, value) = split(&line.text).filter(|_| !line.binary)?;
        let head = Head::of(head)?;
        let text = value::text(&head, value, assumed);
        let components = ValueShape::of(&head.name).split(&text);
        Some(Self {
            group: head.group,
            name: head.name,
            types: head.types,
            params: head.params,
            components,
            own_field: None,
            is_link: false,
        })
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

/// The properties of a card, in its order; of one that holds too much, the first of them.
pub(super) fn properties(card: &[u8]) -> Vec<Property> {
    read(card, &AssumedCharset::of(card)).0
}

/// The properties of a card, those that are the person's own fields marked as such.
pub(super) fn properties_with(card: &[u8], fields: &OwnFields) -> Vec<Property> {
    let mut properties = properties(card);
    mark(&mut properties, fields);
    properties
}

/// Marks the properties that are the person's own fields, and those that are details under their own names.
pub(super) fn mark(properties: &mut [Property], fields: &OwnFields) {
    let mut said: Vec<String> = Vec::new();
    for property in properties {
        property.is_link = fields.has_profiles_as_links();
        if let Some(label) = fields.label_of_further(&property.name) {
            let text = property.text();
            let is_blank = text.trim_matches([';', ',', ' ', '\t', '\n']).is_empty();
            let is_further = !is_blank && said.contains(&property.name) && is_readable(&text);
            property.own_field = is_further.then(|| label.to_owned());
            said.extend((!is_blank).then(|| property.name.clone()));
            continue;
        }
        let named = fields.name_of(&property.name).map(str::to_owned);
        property.own_field = named.or_else(|| {
            let label = fields.label_of(&property.name)?;
            is_readable(&property.text()).then(|| label.to_owned())
        });
    }
}

/// Whether a value can be shown and edited as a text with nothing of it lost.
fn is_readable(text: &str) -> bool {
    let is_control = |sign: char| sign.is_control() && !matches!(sign, '\n' | '\t');
    text.chars().nth(TEXT_LIMIT).is_none() && !text.contains(is_control)
}

/// The properties of a card, and why they are not all of them, if so.
pub(super) fn read(card: &[u8], assumed: &AssumedCharset<'_>) -> (Vec<Property>, Option<String>) {
    let mut properties = Vec::new();
    let mut bounds = Bounds::default();
    for line in ContentLines::new(card, Keep::Text) {
        if let Some(much) = bounds.pass(&line) {
            return (properties, Some(much));
        }
        properties.extend(Property::of(&line, assumed));
    }
    (properties, None)
}

/// How much of a card was read: what is made of a line may take a hundred times the line's memory.
#[derive(Default)]
struct Bounds {
    lines: usize,
    parts: usize,
    text: usize,
}

impl Bounds {
    /// Why a line is too much, if so.
    fn pass(&mut self, line: &Unfolded<'_>) -> Option<String> {
        let (head, value) = split(&line.text)?;
        let params = head.iter().filter(|sign| matches!(sign, b';' | b','));
        let name = head.split(|sign| *sign == b';').next().unwrap_or_default();
        let name = name.rsplit(|sign| *sign == b'.').next().unwrap_or_default();
        let name = String::from_utf8_lossy(name.get(..LONGEST).unwrap_or(name));
        let shape = ValueShape::of(&name.trim().to_ascii_uppercase());
        self.lines += 1;
        self.parts += params.count();
        if !line.binary {
            self.parts += shape.parts(value) - 1;
            self.text += line.text.len();
        }
        let text = (self.text > TEXT).then(|| format!("has more than {} MiB of text", TEXT >> 20));
        too_many(self.lines, LINES, "lines")
            .or_else(|| too_many(self.parts, PARTS, "parts of lines"))
            .or(text)
    }
}

/// The longest name of a property that has parts.
const LONGEST: usize = 32;
