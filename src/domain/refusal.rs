//! What is said when something cannot be done: one typed error for every layer.
//!
//! A refusal lists every fault of a document at once, each with a JSON pointer to the attribute,
//! and for a conflict it carries the stored record, so that a caller can show both sides
//! (Phone resource, 2 and 5).

use std::fmt;

use serde_json::{Value, json};

use super::contact::{self, Contact};
use super::phone::{self, Phone};

/// The kinds of refusal, each with its HTTP-like status and its exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No such record.
    NotFound,
    /// The document breaks a rule.
    Invalid,
    /// Somebody changed the record since it was read.
    Conflict,
    /// Another program holds the database.
    Busy,
    /// The database could not be read or written.
    Storage,
    /// The same, because the file is damaged: a backup is the way out. To a caller it is
    /// [`Kind::Storage`].
    Damaged,
}

impl Kind {
    /// The status of a JSON:API error: 400, 404, 409, 500 or 503.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::Invalid => 400,
            Self::NotFound => 404,
            Self::Conflict => 409,
            Self::Storage | Self::Damaged => 500,
            Self::Busy => 503,
        }
    }

    /// The exit status of the command line.
    #[must_use]
    pub const fn exit_status(self) -> u8 {
        match self {
            Self::Storage | Self::Damaged => 1,
            Self::Invalid => 2,
            Self::NotFound => 3,
            Self::Conflict => 4,
            Self::Busy => 5,
        }
    }

    /// The kind in words, the `title` of a JSON:API error.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Invalid => "Invalid",
            Self::NotFound => "Not found",
            Self::Conflict => "Conflict",
            Self::Storage | Self::Damaged => "Storage",
            Self::Busy => "Busy",
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The attribute that it is about, or none for the document as a whole.
    pub attribute: Option<String>,
    /// The JSON pointer of what it is about, where that is no attribute.
    pub member: Option<String>,
    /// What is wrong and what would be right, to be read after the attribute's name.
    pub detail: String,
}

impl Fault {
    /// A fault of one attribute; `detail` is read after its name: "has to be present".
    pub fn of(attribute: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            attribute: Some(attribute.into()),
            member: None,
            detail: detail.into(),
        }
    }

    /// A fault of the whole document or request; `detail` is a sentence.
    pub fn whole(detail: impl Into<String>) -> Self {
        Self {
            attribute: None,
            member: None,
            detail: detail.into(),
        }
    }

    /// A fault of a member of the document that is no attribute, at its JSON pointer; `detail` is a
    /// sentence, which names it for people.
    pub fn at(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            member: Some(pointer.into()),
            ..Self::whole(detail)
        }
    }

    /// The JSON pointer of what it is about, such as `/data/attributes/number`.
    #[must_use]
    pub fn pointer(&self) -> Option<String> {
        let of_attribute = |name: &String| format!("/data/attributes/{}", pointed(name));
        let member = self.member.clone();
        member.or_else(|| self.attribute.as_ref().map(of_attribute))
    }
}

/// A name as a part of a JSON pointer (RFC 6901, 3).
#[must_use]
pub fn pointed(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.attribute {
            Some(name) => write!(f, "{name} {}", self.detail),
            None => f.write_str(&self.detail),
        }
    }
}

/// The record as it is stored, for a conflict.
#[derive(Clone, Debug, PartialEq)]
pub enum Stored {
    /// A phone number.
    Phone(Box<Phone>),
    /// A contact.
    Contact(Box<Contact>),
}

impl Stored {
    /// The record as a JSON:API resource object.
    #[must_use]
    pub fn resource(&self) -> Value {
        match self {
            Self::Phone(phone) => phone::resource(phone),
            Self::Contact(contact) => contact::resource(contact),
        }
    }
}

/// A refusal: nothing was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// Of which kind.
    pub kind: Kind,
    /// Everything that is wrong, at least one.
    pub faults: Vec<Fault>,
    /// For a conflict, what is stored now.
    pub stored: Option<Stored>,
}

impl Refusal {
    /// A refusal with one fault that is about no attribute.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            faults: vec![Fault::whole(detail)],
            stored: None,
        }
    }

    /// A document with faults.
    #[must_use]
    pub const fn invalid(faults: Vec<Fault>) -> Self {
        Self {
            kind: Kind::Invalid,
            faults,
            stored: None,
        }
    }

    /// No such record: `what` is its noun, `id` what was asked for.
    pub fn not_found(what: &str, id: impl fmt::Display) -> Self {
        Self::new(Kind::NotFound, format!("no {what} has the id {id}"))
    }

    /// Somebody wrote the record since the caller read it.
    #[must_use]
    pub fn stale(stored: Stored) -> Self {
        let stamp = match &stored {
            Stored::Phone(phone) => phone.updated_in_db_at,
            Stored::Contact(contact) => contact.updated_in_db_at,
        };
        let detail = format!("is not equal to the current value in the database ({stamp})");
        Self {
            kind: Kind::Conflict,
            faults: vec![Fault::of("updated_in_db_at", detail)],
            stored: Some(stored),
        }
    }

    /// The refusal as a JSON:API document with an `errors` array; for a conflict, what is stored now
    /// is in the `meta` of the error.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let errors: Vec<Value> = self
            .faults
            .iter()
            .map(|fault| {
                let mut error = json!({
                    "status": self.kind.status().to_string(),
                    "title": self.kind.title(),
                    "detail": fault.detail,
                });
                if let (Some(pointer), Some(object)) = (fault.pointer(), error.as_object_mut()) {
                    object.insert("source".into(), json!({ "pointer": pointer }));
                }
                if let (Some(stored), Some(object)) = (&self.stored, error.as_object_mut()) {
                    object.insert("meta".into(), json!({ "stored": stored.resource() }));
                }
                error
            })
            .collect();
        json!({ "errors": errors })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.faults.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            write!(f, "{fault}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}
