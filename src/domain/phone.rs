//! The Phone resource: the record, and what may be sent to make or change one (Phone resource, 1).

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ids::ContactId;
use super::number::{self, Region};
use super::percent::percent_encoded;
use super::timestamp::Timestamp;

pub use super::ids::PhoneId;

/// The source of what a person typed.
pub(crate) const MANUAL: &str = "manual";

/// The labels that the forms offer; any other text of the user's is as good.
pub const LABELS: [&str; 8] = [
    "mobile", "home", "work", "office", "fax", "pager", "main", "other",
];

/// The label that a program's word means; unusual ones stay unchanged.
#[must_use]
pub fn usual_label(text: &str) -> String {
    let lower = text.to_lowercase();
    match lower.as_str() {
        "cell" | "mobile" | "i phone" | "iphone" => "mobile".to_owned(),
        "fax" | "other fax" => "fax".to_owned(),
        "home fax" | "work fax" | "main" | "home" | "work" | "office" | "pager" | "other" => lower,
        _ => text.to_owned(),
    }
}

/// Whether a call to a number with this label reaches a machine.
#[must_use]
pub(crate) fn is_of_machine(label: &str) -> bool {
    matches!(
        label,
        "fax" | "work fax" | "home fax" | "work-fax" | "home-fax" | "pager" | "telex" | "isdn"
    )
}

/// A phone number of a contact, as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Phone {
    /// Its id.
    pub id: PhoneId,
    /// Its owner.
    pub contact: ContactId,
    /// The calling code, digits only: `39`.
    pub country_code: Option<String>,
    /// E.164 with `;ext=` and digits where it parses as a possible number, else as typed.
    pub number: String,
    /// What the person typed, trimmed.
    pub typed: String,
    /// What makes two numbers of one contact the same: E.164, or else the digits.
    pub identity: String,
    /// A label: one of [`LABELS`], or any text.
    pub location: Option<String>,
    /// The owner's primary number.
    pub primary: bool,
    /// No longer used, kept on record.
    pub historic: bool,
    /// Known to be accurate.
    pub valid_values: bool,
    /// Where it came from.
    pub source: String,
    /// When the record was made.
    pub created_at: Timestamp,
    /// When a person last changed it.
    pub updated_at: Timestamp,
    /// The database's stamp of its last write to this row.
    pub updated_in_db_at: Timestamp,
    /// Meant to be the number of several contacts: a household's, a switchboard's.
    #[serde(default)]
    pub shared: bool,
}

impl Phone {
    /// Whether the number was normalised, which it is exactly where it is possible in its plan.
    #[must_use]
    pub fn is_normalised(&self) -> bool {
        self.identity.starts_with('+')
    }

    /// The number for people to read.
    #[must_use]
    pub fn shown(&self) -> String {
        if self.is_normalised() {
            number::display_of(self.country_code.as_deref(), &self.number)
        } else {
            self.number.clone()
        }
    }

    /// The number as the address of a call (RFC 3966). What is no possible number has every sign
    /// quoted that an address does not hold, so that no program takes part of it for something else.
    #[must_use]
    pub(crate) fn call_address(&self) -> String {
        if self.is_normalised() {
            return format!("tel:{}", self.number);
        }
        let is_plain = |sign: char| sign.is_ascii_alphanumeric() || "+-.()*_~".contains(sign);
        format!("tel:{}", percent_encoded(&self.number, is_plain))
    }

    /// Whether it is in E.164, or a short number of its country or a code for its network.
    #[must_use]
    pub fn can_be_dialled(&self) -> bool {
        self.is_normalised() || number::is_short_number(&self.number)
    }

    /// Whether it cannot be dialled ([`number::is_impossible`]); one that needs a
    /// country and has none is not known to be.
    #[must_use]
    pub(crate) fn is_impossible(&self, home: Option<Region>) -> bool {
        let code = self.country_code.as_deref();
        !self.is_normalised() && number::is_impossible(&self.number, code, home)
    }

    /// How sure one may be of the number, where national numbers are of `home`.
    #[must_use]
    pub fn mark(&self, home: Option<Region>) -> Mark {
        Mark::of(self.valid_values, !self.is_impossible(home))
    }
}

/// How sure one may be of a number: the sign beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// Somebody has checked it.
    Accurate,
    /// Not confirmed.
    Unconfirmed,
    /// Not confirmed, and not a possible number.
    Impossible,
}

impl Mark {
    /// The mark of a number with this `valid_values`, that is possible or not.
    #[must_use]
    pub const fn of(valid_values: bool, possible: bool) -> Self {
        match (valid_values, possible) {
            (true, _) => Self::Accurate,
            (false, true) => Self::Unconfirmed,
            (false, false) => Self::Impossible,
        }
    }
}

/// What a caller sent to make or change a phone. `None` is "not sent"; for what may be null, the
/// inner option is the value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PhoneAttributes {
    /// The id that the caller chose.
    pub id: Option<PhoneId>,
    /// The owner that a document names beside the attributes.
    pub owner: Option<ContactId>,
    /// The calling code, a hint for a number in national spelling.
    pub country_code: Option<Option<String>>,
    /// The number, as typed.
    pub number: Option<String>,
    /// What was typed, where the number is sent as it was stored; no document can name it.
    pub typed: Option<String>,
    /// The label.
    pub location: Option<Option<String>>,
    /// Whether it is the primary number.
    pub primary: Option<bool>,
    /// Whether it is no longer used.
    pub historic: Option<bool>,
    /// Whether it is accurate.
    pub valid_values: Option<bool>,
    /// Where it came from.
    pub source: Option<String>,
    /// When it was made, offline perhaps.
    pub created_at: Option<Timestamp>,
    /// When a person changed it, offline perhaps.
    pub updated_at: Option<Timestamp>,
    /// The stamp that the caller read.
    pub updated_in_db_at: Option<Timestamp>,
    /// Skip the check of the stamp.
    pub overwrite: bool,
    /// Meant to be the number of several contacts; no document of a phone can name it.
    pub shared: Option<bool>,
}

/// What the pure functions need to know: the time, the home country, and a new id.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// The time now.
    pub now: Timestamp,
    /// The country that a number in national spelling belongs to.
    pub home: Option<Region>,
    /// A fresh UUID v7.
    pub fresh_id: Uuid,
}
