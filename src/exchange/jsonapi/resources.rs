//! What a caller gets back: records, lists of them and the health of the book, as documents.

use serde_json::{Map, Value, json};

use crate::domain::contact::Contact;
use crate::domain::edit::InRemote;
use crate::domain::health::Health;
use crate::domain::page::{Direction, FilterValue, ListPage, PageQuery};
use crate::domain::phone::Phone;

/// The type of a phone in a document.
pub const PHONES: &str = "phone_numbers";

/// The type of a contact in a document.
pub const CONTACTS: &str = "contacts";

/// A record that is listed by pages.
pub trait Resource {
    /// The record as a resource object.
    fn resource(&self) -> Value;
}

impl Resource for Phone {
    fn resource(&self) -> Value {
        phone_resource(self)
    }
}

impl Resource for Contact {
    fn resource(&self) -> Value {
        contact_resource(self)
    }
}

/// A phone as a resource object, which names its owner.
#[must_use]
pub fn phone_resource(phone: &Phone) -> Value {
    let owner = json!({ "type": CONTACTS, "id": phone.contact.to_string() });
    json!({
        "type": PHONES,
        "id": phone.id.to_string(),
        "attributes": phone.attributes(),
        "relationships": { "contact": { "data": owner } },
    })
}

/// A contact as a resource object.
#[must_use]
pub fn contact_resource(contact: &Contact) -> Value {
    json!({ "type": CONTACTS, "id": contact.id.to_string(), "attributes": contact.attributes() })
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

/// A document of a contact with the remotes that it is in, which are no attributes: an update leaves them alone.
#[must_use]
pub fn with_remotes(mut document: Value, remotes: &[InRemote]) -> Value {
    let remotes = remotes.iter().map(|remote| {
        json!({
            "name": remote.name,
            "synced_at": remote.synced_at.map(|at| at.to_string()),
            "waiting": remote.is_waiting,
            "refused": remote.refused,
            "unread": remote.unread,
            "conflicts": remote.disputed,
        })
    });
    let remotes: Vec<Value> = remotes.collect();
    if let Some(document) = document.as_object_mut() {
        document.insert("meta".to_owned(), json!({ "remotes": remotes }));
    }
    document
}

/// A page of records as a document.
#[must_use]
pub fn page_document<T: Resource>(page: &ListPage<T>) -> Value {
    json!({
        "data": page.records.iter().map(Resource::resource).collect::<Vec<_>>(),
        "meta": {
            "pagination": {
                "page": page.query.page,
                "per_page": page.query.per_page,
                "total_count": page.total_count,
                "total_pages": page.total_pages(),
            },
            "sort": sort(&page.query),
            "filter": filters(&page.query),
        },
    })
}

/// The filters of a list.
fn filters(query: &PageQuery) -> Value {
    let mut map = Map::new();
    for (name, value) in &query.filters {
        let value = match value {
            FilterValue::Flag(flag) => json!(flag),
            FilterValue::Text(text) => json!(text),
        };
        map.insert((*name).to_owned(), value);
    }
    Value::Object(map)
}

/// The order of a list: `-created_at,id`, or null for the default.
fn sort(query: &PageQuery) -> Value {
    if query.sort.is_empty() {
        return Value::Null;
    }
    let keys: Vec<String> = { query.sort.iter() }
        .map(|(name, direction)| match direction {
            Direction::Ascending => (*name).to_owned(),
            Direction::Descending => format!("-{name}"),
        })
        .collect();
    Value::String(keys.join(","))
}

/// The health of the book as a document.
#[must_use]
pub fn health_document(health: &Health) -> Value {
    let parts: Vec<Value> = { health.parts.iter() }
        .map(|part| {
            let bars: Vec<Value> = { part.bars.iter() }
                .map(|bar| json!({"word": bar.word, "numbers": bar.numbers, "filter": bar.filter}))
                .collect();
            json!({"title": part.title, "bars": bars})
        })
        .collect();
    json!({"data": {
        "contacts": health.contacts,
        "without_number": health.without_number,
        "numbers": health.numbers,
        "parts": parts,
    }})
}
