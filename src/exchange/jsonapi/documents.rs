//! Documents that a caller sends: the frame around the attributes of a resource.

use std::collections::HashMap;
use std::fmt;

use serde::de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value, json};

use crate::domain::contact::ContactId;
use crate::domain::refusal::{Fault, Refusal};
use crate::exchange::jsonapi::errors::{pointed, pointer};
use crate::exchange::jsonapi::resources::{CONTACTS, PHONES};

/// What a document says of a resource.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// The attributes, the id among them.
    pub attributes: Map<String, Value>,
    /// The owner that a phone is said to have.
    pub owner: Option<ContactId>,
    /// What is wrong with the document around its attributes.
    pub faults: Vec<Fault>,
    /// The order of what it has.
    pub order: Order,
}

/// The pointers of all that a document has, each with how many were before it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order(HashMap<String, usize>);

impl Order {
    fn of(pointers: Vec<String>, root: &str) -> Self {
        let pointers = pointers.into_iter().enumerate();
        Self(
            pointers
                .map(|(at, own)| (format!("{root}{own}"), at))
                .collect(),
        )
    }

    /// Where in the document a fault is; that of something which is not in it, where that would be, or last.
    fn place(&self, fault: &Fault) -> usize {
        let pointer = pointer(fault);
        let mut at = pointer.as_deref();
        while let Some(pointer) = at.filter(|pointer| pointer.matches('/').count() > 2) {
            if let Some(place) = self.0.get(pointer) {
                return *place;
            }
            at = pointer.rsplit_once('/').map(|(parent, _)| parent);
        }
        let known = at.and_then(|pointer| self.0.get(pointer));
        known.copied().unwrap_or(usize::MAX)
    }

    /// A refusal with its faults in the order of the document.
    #[must_use]
    pub fn sorted(&self, mut refusal: Refusal) -> Refusal {
        refusal.faults.sort_by_key(|fault| self.place(fault));
        refusal
    }
}

/// Reads a document `{"data": {"type", "id", "attributes"}}`, or a bare object of attributes. An id
/// beside the attributes is one of them.
///
/// Faults of the frame are reported with those of the attributes, which are found later.
///
/// # Errors
/// Invalid, where no attributes can be read: the text is no JSON, or no document.
pub fn read(text: &str, kind: &str) -> Result<Document, Refusal> {
    let (mut twice, mut seen) = (Vec::new(), Vec::new());
    let value = strict(text, &mut twice, &mut seen)
        .map_err(|error| invalid("", format!("the document is not JSON: {error}")))?;
    let Value::Object(mut frame) = value else {
        return Err(invalid("", "the document has to be a JSON object"));
    };
    let Some(data) = frame.remove("data") else {
        let faults = twice
            .into_iter()
            .map(|place| place.fault("/data/attributes"));
        return Ok(Document {
            attributes: frame,
            faults: faults.collect(),
            order: Order::of(seen, "/data/attributes"),
            ..Document::default()
        });
    };
    let faults = twice.into_iter().map(|place| place.fault(""));
    let mut document = Document {
        faults: faults.collect(),
        order: Order::of(seen, ""),
        ..Document::default()
    };
    // What a list or an error carries beside its data says nothing about the resource.
    document.refuse_others(
        ("", "the document"),
        frame,
        &["meta", "links", "jsonapi", "included"],
    );
    match data {
        Value::Object(data) => document.resource(data, kind)?,
        _ => return Err(document.unreadable("/data", "data has to be one resource object")),
    }
    Ok(document)
}

impl Document {
    /// Takes up a resource object.
    fn resource(&mut self, mut data: Map<String, Value>, kind: &str) -> Result<(), Refusal> {
        if let Some(sent) = data.remove("type")
            && sent != kind
        {
            let detail = format!("data is of the type {sent}, not \"{kind}\"");
            self.faults.push(Fault::at("/data/type", detail));
        }
        if let Some(relationships) = data.remove("relationships") {
            self.relationships(relationships, kind);
        }
        let id = data.remove("id");
        let attributes = data.remove("attributes").unwrap_or_else(|| json!({}));
        self.refuse_others(("/data", "data"), data, &["links", "meta"]);
        let Value::Object(attributes) = attributes else {
            let why = "attributes has to be an object";
            return Err(std::mem::take(self).unreadable("/data/attributes", why));
        };
        self.attributes = attributes;
        let Some(id) = id else { return Ok(()) };
        match self.attributes.get("id") {
            Some(other) if !is_same_id(other, &id) => {
                let detail = format!("data has the id {id}, and its attributes the id {other}");
                self.faults.push(Fault::at("/data/id", detail));
            }
            _ => {
                self.attributes.insert("id".to_owned(), id);
            }
        }
        Ok(())
    }

    /// Takes up the owner of a phone; nothing else has a relationship.
    fn relationships(&mut self, relationships: Value, kind: &str) {
        let Value::Object(mut relationships) = relationships else {
            let fault = Fault::at("/data/relationships", "relationships has to be an object");
            return self.faults.push(fault);
        };
        let owner = (kind == PHONES).then(|| relationships.remove("contact"));
        self.refuse_others(("/data/relationships", "relationships"), relationships, &[]);
        let Some(owner) = owner.flatten() else { return };
        let data = owner.get("data");
        let named = |name| data.and_then(|data| data.get(name)?.as_str());
        self.owner = named("id").and_then(|id| id.parse().ok());
        if self.owner.is_none() || named("type") != Some(CONTACTS) {
            self.faults.push(Fault::at(
                "/data/relationships/contact",
                "the relationship contact has to name one contact by its type and id",
            ));
            self.owner = None;
        }
    }

    /// Refuses what an object has beside what is known, by name and place.
    fn refuse_others(
        &mut self,
        (place, of): (&str, &str),
        object: Map<String, Value>,
        known: &[&str],
    ) {
        let others = object
            .into_iter()
            .filter(|(name, _)| !known.contains(&name.as_str()));
        self.faults.extend(others.map(|(name, _)| {
            let pointer = format!("{place}/{}", pointed(&name));
            Fault::at(pointer, format!("{of} has no member {name}"))
        }));
    }

    /// The refusal of a document whose attributes cannot be read, with all that was found before.
    fn unreadable(mut self, pointer: &str, why: &str) -> Refusal {
        self.faults.push(Fault::at(pointer, why));
        Refusal::invalid(self.faults)
    }
}

/// Whether two ids are the same, in whatever letters.
fn is_same_id(one: &Value, other: &Value) -> bool {
    match (one.as_str(), other.as_str()) {
        (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
        _ => one == other,
    }
}

/// A name that is twice in one object.
struct Twice {
    /// The pointer of the object.
    object: String,
    name: String,
}

impl Twice {
    /// The fault, where the document's root has this pointer.
    fn fault(&self, root: &str) -> Fault {
        let Self { object, name } = self;
        let object = format!("{root}{object}");
        if object == "/data/attributes" {
            return Fault::of(name.clone(), "is given twice");
        }
        let pointer = format!("{object}/{}", pointed(name));
        Fault::at(pointer, format!("{name} is given twice in one object"))
    }
}

/// A JSON text as a value. `twice` receives every name that an object has twice: of those the value
/// holds the last one only, and which one was meant is not known. `seen` receives the pointer of every value, in
/// the order of the text.
fn strict(text: &str, twice: &mut Vec<Twice>, seen: &mut Vec<String>) -> serde_json::Result<Value> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let at = String::new();
    let value = Strict { at, twice, seen }.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// A value at a place of a document.
struct Strict<'t> {
    /// Its pointer.
    at: String,
    twice: &'t mut Vec<Twice>,
    seen: &'t mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        self.seen.push(self.at.clone());
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let Self { at, twice, seen } = self;
        let mut values = Vec::new();
        while let Some(value) = seq.next_element_seed(Strict {
            at: format!("{at}/{}", values.len()),
            twice,
            seen,
        })? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let Self { at, twice, seen } = self;
        let mut object = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let value = map.next_value_seed(Strict {
                at: format!("{at}/{}", pointed(&name)),
                twice,
                seen,
            })?;
            if object.insert(name.clone(), value).is_some() {
                twice.push(Twice {
                    object: at.clone(),
                    name,
                });
            }
        }
        Ok(Value::Object(object))
    }
}

fn invalid(pointer: &str, detail: impl Into<String>) -> Refusal {
    Refusal::invalid(vec![Fault::at(pointer, detail)])
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_document_and_its_bare_attributes_say_the_same() {
        let whole = r#"{"data":{"type":"phone_numbers","id":"1","attributes":{"number":"12"}}}"#;
        let bare = r#"{"id":"1","number":"12"}"#;
        assert_eq!(
            read(whole, "phone_numbers").unwrap().attributes,
            read(bare, "phone_numbers").unwrap().attributes
        );
    }

    #[test]
    fn what_is_no_document_is_named() {
        for (text, words) in [
            ("{", "not JSON"),
            ("{} {}", "not JSON"),
            ("[]", "has to be a JSON object"),
            (r#"{"data":[]}"#, "one resource object"),
            (r#"{"data":{"attributes":[]}}"#, "attributes has to be"),
        ] {
            let told = read(text, "phone_numbers").unwrap_err().to_string();
            assert!(told.contains(words), "{text}: {told}");
        }
        for (text, words) in [
            (
                r#"{"data":{"type":"contacts"}}"#,
                "of the type \"contacts\"",
            ),
            (r#"{"data":{"number":"1"}}"#, "data has no member number"),
            (
                r#"{"data":{},"extra":1}"#,
                "the document has no member extra",
            ),
            (r#"{"number":"1","number":"2"}"#, "number is given twice"),
            (
                r#"{"data":{"relationships":[]}}"#,
                "relationships has to be",
            ),
        ] {
            let faults = read(text, "phone_numbers").unwrap().faults;
            assert_eq!(faults.len(), 1);
            let told = faults[0].to_string();
            assert!(told.contains(words), "{text}: {told}");
        }
    }
}
