//! What is said when something cannot be done: one typed error for every layer.
//!
//! A refusal lists every fault of what was sent at once, each with the attribute that it is about, and
//! for a conflict it carries the stored record, so that a caller can show both sides (Phone resource, 2
//! and 5). How it is written as a document, and which exit status it has, is not known here.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

use super::contact::Contact;
use super::ids::{ContactId, PhoneId};
use super::phone::Phone;

/// The kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// No such record.
    NotFound,
    /// The document breaks a rule.
    Invalid,
    /// Somebody changed the record since it was read.
    Conflict,
    /// What was previewed or shown is not so any more.
    Outdated,
    /// A person stopped it.
    Stopped,
    /// Another program holds the database.
    Busy,
    /// The database could not be read or written.
    Storage,
    /// The same, because the file is damaged: a backup is the way out. To a caller it is
    /// [`Kind::Storage`].
    Damaged,
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The attribute that it is about, or none for the document as a whole.
    pub attribute: Option<String>,
    /// What it is about, as a person knows it: which of several records that were sent together, or
    /// what kind of record is not there.
    pub of: Option<String>,
    /// Where in the document it is, where that is no attribute; the document's reader says how.
    pub member: Option<String>,
    /// Where in the attribute it is, where that has parts: `0/value/month`.
    pub within: Option<String>,
    /// What is wrong and what would be right, to be read after the attribute's name.
    pub detail: String,
    /// The same as a whole sentence for people, where the attribute's name says nothing to them.
    pub plain: Option<String>,
}

impl Fault {
    /// A fault of one attribute; `detail` is read after its name: "has to be present".
    pub fn of(attribute: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            attribute: Some(attribute.into()),
            of: None,
            member: None,
            within: None,
            detail: detail.into(),
            plain: None,
        }
    }

    /// The fault with a whole sentence for people.
    #[must_use]
    pub(crate) fn plainly(self, words: impl Into<String>) -> Self {
        Self {
            plain: Some(words.into()),
            ..self
        }
    }

    /// A fault of the whole document or request; `detail` is a sentence.
    pub fn whole(detail: impl Into<String>) -> Self {
        Self {
            attribute: None,
            of: None,
            member: None,
            within: None,
            detail: detail.into(),
            plain: None,
        }
    }

    /// A fault of a member of the document that is no attribute; `detail` is a sentence, which names it
    /// for people.
    pub fn at(member: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            member: Some(member.into()),
            ..Self::whole(detail)
        }
    }
}

/// Whether one of the faults is of this attribute.
#[must_use]
pub(crate) fn has_fault(faults: &[Fault], attribute: &str) -> bool {
    let mut faults = faults.iter();
    faults.any(|fault| fault.attribute.as_deref() == Some(attribute))
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(plain) = &self.plain {
            return f.write_str(plain);
        }
        match (&self.of, &self.attribute) {
            // A phone is known by its number.
            (Some(of), Some(name)) if name == "number" => write!(f, "{of} {}", self.detail),
            (Some(of), Some(name)) => write!(f, "{of}: {name} {}", self.detail),
            (None, Some(name)) => write!(f, "{name} {}", self.detail),
            (_, None) => f.write_str(&self.detail),
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

/// A refusal: nothing was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// Of which kind.
    pub kind: Kind,
    /// Everything that is wrong, at least one.
    pub faults: Vec<Fault>,
    /// For a conflict, what is stored now.
    pub stored: Option<Stored>,
    /// Why a file could not be used, without what was tried and the file's name, for a page that names the
    /// file itself.
    pub reason: Option<String>,
}

impl Refusal {
    /// A refusal with one fault that is about no attribute.
    pub fn new(kind: Kind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            faults: vec![Fault::whole(detail)],
            stored: None,
            reason: None,
        }
    }

    /// A refusal of what was tried with a file, `cannot open book.db`, with the reason.
    pub(crate) fn because(kind: Kind, what: impl fmt::Display, reason: impl Into<String>) -> Self {
        let reason = reason.into();
        Self {
            reason: Some(reason.clone()),
            ..Self::new(kind, format!("{what}: {reason}"))
        }
    }

    /// A document with faults.
    #[must_use]
    pub(crate) const fn invalid(faults: Vec<Fault>) -> Self {
        Self {
            kind: Kind::Invalid,
            faults,
            stored: None,
            reason: None,
        }
    }

    /// No such record: `what` is its noun, `id` what was asked for.
    pub(crate) fn not_found(what: &str, id: impl fmt::Display) -> Self {
        let mut refusal = Self::new(Kind::NotFound, format!("no {what} has the id {id}"));
        for fault in &mut refusal.faults {
            fault.of = Some(what.to_owned());
        }
        refusal
    }

    /// Somebody wrote the record since the caller read it.
    #[must_use]
    pub fn stale(stored: Stored) -> Self {
        let (noun, stamp) = match &stored {
            Stored::Phone(phone) => ("number", phone.updated_in_db_at),
            Stored::Contact(contact) => ("contact", contact.updated_in_db_at),
        };
        let plain =
            format!("the {noun} has changed since this version; the current one is {stamp}");
        let detail = format!("is not equal to the current value in the database ({stamp})");
        Self {
            kind: Kind::Conflict,
            faults: vec![Fault::of("updated_in_db_at", detail).plainly(plain)],
            stored: Some(stored),
            reason: None,
        }
    }
}

impl Refusal {
    /// A line for each fault.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        self.faults.iter().map(Fault::to_string).collect()
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

impl FromStr for ContactId {
    type Err = Refusal;

    /// An id that is no UUID is the id of nothing: not found.
    fn from_str(text: &str) -> Result<Self, Refusal> {
        Uuid::parse_str(text)
            .map(Self)
            .map_err(|_| Refusal::not_found("contact", text))
    }
}

impl FromStr for PhoneId {
    type Err = Refusal;

    /// An id that is no UUID is the id of nothing: not found.
    fn from_str(text: &str) -> Result<Self, Refusal> {
        Uuid::parse_str(text)
            .map(Self)
            .map_err(|_| Refusal::not_found("phone number", text))
    }
}
