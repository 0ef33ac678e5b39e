//! Refusals as JSON:API errors: each fault with its status and the JSON pointer of what it is about; for
//! a conflict, what is stored now is in the `meta` of the error.

use serde_json::{Value, json};

use crate::domain::refusal::{Fault, Kind, Refusal, Stored};
use crate::exchange::jsonapi::resources::{contact_resource, phone_resource};

/// The status of an error: 400, 404, 409, 500 or 503.
#[must_use]
pub const fn status(kind: Kind) -> u16 {
    match kind {
        Kind::Invalid | Kind::Stopped => 400,
        Kind::NotFound => 404,
        Kind::Conflict | Kind::Outdated => 409,
        Kind::Storage | Kind::Damaged => 500,
        Kind::Busy => 503,
    }
}

/// The `title` of an error.
const fn title(kind: Kind) -> &'static str {
    match kind {
        Kind::Invalid => "Invalid",
        Kind::NotFound => "Not found",
        Kind::Conflict => "Conflict",
        Kind::Outdated => "Outdated",
        Kind::Stopped => "Stopped",
        Kind::Storage | Kind::Damaged => "Storage",
        Kind::Busy => "Busy",
    }
}

/// A name as a part of a JSON pointer (RFC 6901, 3).
pub(super) fn pointed(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// The JSON pointer of what a fault is about, such as `/data/attributes/number`.
#[must_use]
pub fn pointer(fault: &Fault) -> Option<String> {
    let within = fault.within.iter().map(|path| format!("/{path}"));
    let within: String = within.collect();
    let of_attribute = |name: &String| format!("/data/attributes/{}{within}", pointed(name));
    let member = fault.member.clone();
    member.or_else(|| fault.attribute.as_ref().map(of_attribute))
}

/// A refusal as a document with an `errors` array.
#[must_use]
pub fn error_document(refusal: &Refusal) -> Value {
    let stored = refusal.stored.as_ref().map(|stored| match stored {
        Stored::Phone(phone) => phone_resource(phone),
        Stored::Contact(contact) => contact_resource(contact),
    });
    let error = |fault: &Fault| {
        let mut error = json!({
            "status": status(refusal.kind).to_string(),
            "title": title(refusal.kind),
            "detail": fault.detail,
        });
        if let Some(object) = error.as_object_mut() {
            if let Some(pointer) = pointer(fault) {
                object.insert("source".into(), json!({ "pointer": pointer }));
            }
            if let Some(stored) = &stored {
                object.insert("meta".into(), json!({ "stored": stored }));
            }
        }
        error
    };
    json!({ "errors": refusal.faults.iter().map(error).collect::<Vec<_>>() })
}
