//! JSON:API documents (Phone resource, 2): what a caller sends, and what it gets back.

use serde_json::{Map, Value, json};

use crate::domain::refusal::{Fault, Kind, Refusal};

/// The attributes that a text sends: a document `{"data": {"type", "id", "attributes"}}`, or a bare
/// object of attributes. An id beside the attributes is one of them.
///
/// # Errors
/// Invalid, where the text is no JSON, is about another type of resource, or holds what no document
/// has, by name and place.
pub fn read(text: &str, kind: &str) -> Result<Map<String, Value>, Refusal> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| invalid(format!("the document is not JSON: {error}")))?;
    let Value::Object(mut document) = value else {
        return Err(invalid("the document has to be a JSON object"));
    };
    let Some(data) = document.remove("data") else {
        return Ok(document);
    };
    // What a list or an error carries beside its data says nothing about the resource.
    unknown(
        &document,
        "the document",
        &["meta", "links", "jsonapi", "included"],
    )?;
    let Value::Object(mut data) = data else {
        return Err(invalid("data has to be one resource object"));
    };
    if let Some(sent) = data.remove("type")
        && sent != kind
    {
        return Err(invalid(format!(
            "data is of the type {sent}, not \"{kind}\""
        )));
    }
    let id = data.remove("id");
    let attributes = data.remove("attributes").unwrap_or_else(|| json!({}));
    unknown(&data, "data", &["links", "meta", "relationships"])?;
    let Value::Object(mut attributes) = attributes else {
        return Err(invalid("attributes has to be an object"));
    };
    if let Some(id) = id {
        attributes.insert("id".to_owned(), id);
    }
    Ok(attributes)
}

/// A resource object as a document.
#[must_use]
pub fn document(resource: &Value) -> Value {
    json!({ "data": resource })
}

/// A resource object as a document, with those that belong to it.
#[must_use]
pub fn compound(resource: &Value, included: &[Value]) -> Value {
    json!({ "data": resource, "included": included })
}

fn invalid(detail: impl Into<String>) -> Refusal {
    Refusal::new(Kind::Invalid, detail)
}

fn unknown(object: &Map<String, Value>, of: &str, known: &[&str]) -> Result<(), Refusal> {
    let faults: Vec<Fault> = object
        .keys()
        .filter(|key| !known.contains(&key.as_str()))
        .map(|key| Fault::whole(format!("{of} has no member {key}")))
        .collect();
    if faults.is_empty() {
        Ok(())
    } else {
        Err(Refusal::invalid(faults))
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_document_and_its_bare_attributes_say_the_same() {
        let whole = r#"{"data":{"type":"phone_numbers","id":"1","attributes":{"number":"12"}}}"#;
        let bare = r#"{"id":"1","number":"12"}"#;
        assert_eq!(
            read(whole, "phone_numbers").unwrap(),
            read(bare, "phone_numbers").unwrap()
        );
    }

    #[test]
    fn what_is_no_document_is_named() {
        for (text, words) in [
            ("{", "not JSON"),
            ("[]", "has to be a JSON object"),
            (r#"{"data":[]}"#, "one resource object"),
            (
                r#"{"data":{"type":"contacts"}}"#,
                "of the type \"contacts\"",
            ),
            (r#"{"data":{"number":"1"}}"#, "data has no member number"),
            (
                r#"{"data":{},"extra":1}"#,
                "the document has no member extra",
            ),
        ] {
            let told = read(text, "phone_numbers").unwrap_err().to_string();
            assert!(told.contains(words), "{text}: {told}");
        }
    }
}
