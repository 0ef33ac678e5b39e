//! The Phone resource: the record, what may be sent to make or change one, and what follows from
//! what was sent (Phone resource, 1, 2 and 4).
//!
//! Everything that is wrong with a document is reported at once. What needs to know other phones
//! (the same number twice, who is primary) is the work of the store, with [`super::primary`].

use std::fmt::{self, Write as _};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::contact::ContactId;
use super::fields::{PHONE, tidy_texts};
use super::number::{self, Canonical, Region};
use super::refusal::{Fault, Refusal};
use super::sent::{Sent, TEXT_LIMIT, of_new, tidy, unstorable};
use super::timestamp::Timestamp;

/// The source of what a person typed.
pub const MANUAL: &str = "manual";

/// The labels that the forms offer; any other text of the user's is as good.
pub const LABELS: [&str; 8] = [
    "mobile", "home", "work", "office", "fax", "pager", "main", "other",
];

/// The label that a program's word for one means; what is none of the usual ones stays as it is.
#[must_use]
pub fn usual_label(text: &str) -> String {
    let lower = text.to_lowercase();
    match lower.as_str() {
        "cell" | "mobile" | "i phone" | "iphone" => "mobile".to_owned(),
        "fax" | "home fax" | "work fax" | "other fax" => "fax".to_owned(),
        "main" | "home" | "work" | "office" | "pager" | "other" => lower,
        _ => text.to_owned(),
    }
}

/// The id of a phone, a UUID.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct PhoneId(pub Uuid);

impl fmt::Display for PhoneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
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

/// A phone number of a contact, as it is stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// The attributes by their names, as a caller reads and sends them.
    #[must_use]
    pub fn attributes(&self) -> Value {
        json!({
            "country_code": self.country_code,
            "number": self.number,
            "location": self.location,
            "primary": self.primary,
            "historic": self.historic,
            "valid_values": self.valid_values,
            "source": self.source,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "updated_in_db_at": self.updated_in_db_at,
        })
    }

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
    pub fn call_address(&self) -> String {
        if self.is_normalised() {
            return format!("tel:{}", self.number);
        }
        let mut address = "tel:".to_owned();
        for byte in self.number.bytes() {
            if byte.is_ascii_alphanumeric() || b"+-.()*_~".contains(&byte) {
                address.push(char::from(byte));
            } else {
                let _ = write!(address, "%{byte:02X}");
            }
        }
        address
    }

    /// Whether it is in E.164, or a short number of its country or a code for its network.
    #[must_use]
    pub fn can_be_dialled(&self) -> bool {
        self.is_normalised() || number::is_short_number(&self.number)
    }

    /// Whether it is no number that anybody can dial ([`number::is_impossible`]); one that needs a
    /// country and has none is not known to be.
    #[must_use]
    pub fn is_impossible(&self, home: Option<Region>) -> bool {
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

impl PhoneAttributes {
    /// Reads the attributes of a JSON document that makes a phone, as [`Self::read`]; `overwrite` is
    /// an attribute of updates only, and a stamp is ignored.
    #[must_use]
    pub fn read_new(mut attributes: Map<String, Value>) -> (Self, Vec<Fault>) {
        let overwrite = of_new(&mut attributes, "phone number");
        let (read, mut faults) = Self::read(attributes);
        faults.extend(overwrite);
        (read, faults)
    }

    /// Reads the attributes of a JSON document.
    ///
    /// # Errors
    /// The attributes as far as they could be read, with every fault of form: a wrong type, an
    /// attribute that phones do not have, a country code with other signs than digits. Faults of
    /// sense are found by [`Self::create`] and [`Self::revise`].
    #[must_use]
    pub fn read(attributes: Map<String, Value>) -> (Self, Vec<Fault>) {
        let mut sent = Sent::new(attributes);
        let id = sent.text("id").flatten().and_then(|text| {
            if let Ok(id) = Uuid::parse_str(&text) {
                Some(PhoneId(id))
            } else {
                sent.fault("id", "has to be a UUID");
                None
            }
        });
        let country_code = sent.digits("country_code").filter(|code| {
            let right = code
                .as_deref()
                .is_none_or(|code| code.bytes().all(|byte| byte.is_ascii_digit()));
            if !right {
                sent.fault("country_code", "has to be digits only, such as \"39\"");
            }
            right
        });
        let number = sent.digits("number").map(Option::unwrap_or_default);
        let source = sent.text("source").and_then(|source| {
            if source.is_none() {
                sent.fault("source", "cannot be blank");
            }
            source
        });
        let overwrite = sent.take("overwrite") == Some(Value::Bool(true));
        let read = Self {
            id,
            owner: None,
            country_code,
            number,
            typed: None,
            location: sent.text("location"),
            primary: sent.flag("primary"),
            historic: sent.flag("historic"),
            valid_values: sent.flag("valid_values"),
            source,
            created_at: sent.time("created_at"),
            updated_at: sent.time("updated_at"),
            updated_in_db_at: sent.time("updated_in_db_at"),
            overwrite,
            shared: None,
        };
        (read, sent.finish("phone number"))
    }

    /// The phone that these attributes make. Its stamp is left at the epoch for the database to set,
    /// and `primary` is what was asked for: the rules over all the contact's phones come after.
    ///
    /// `first` says that the owner has no phone yet.
    ///
    /// # Errors
    /// Every fault, with the faults of form that were found before.
    pub fn create(
        mut self,
        contact: ContactId,
        first: bool,
        context: &Context,
        mut faults: Vec<Fault>,
    ) -> Result<Phone, Refusal> {
        self.tidy(&mut faults);
        let typed = self.number.as_deref().map(str::trim).unwrap_or_default();
        if typed.is_empty()
            && !faults
                .iter()
                .any(|fault| fault.attribute.as_deref() == Some("number"))
        {
            faults.push(Fault::of("number", "has to be present and not blank"));
        }
        faults.extend(self.of_another(contact));
        if !faults.is_empty() {
            return Err(Refusal::invalid(faults));
        }
        let hint = self.country_code.flatten();
        let Canonical {
            country_code,
            number,
            identity,
        } = number::canonical(typed, hint.as_deref(), context.home);
        let source = self.source.unwrap_or_else(|| MANUAL.to_owned());
        let historic = self.historic.unwrap_or_default();
        Ok(Phone {
            id: self.id.unwrap_or(PhoneId(context.fresh_id)),
            contact,
            country_code,
            number,
            typed: self.typed.unwrap_or_else(|| typed.to_owned()),
            identity,
            location: self.location.flatten(),
            primary: self.primary.unwrap_or_default() && !historic,
            historic,
            valid_values: self.valid_values.unwrap_or(source == MANUAL || first),
            source,
            created_at: self.created_at.unwrap_or(context.now),
            updated_at: self.updated_at.unwrap_or(context.now),
            updated_in_db_at: Timestamp::default(),
            shared: self.shared.unwrap_or_default(),
        })
    }

    /// `stored` with these attributes: only those that were sent change.
    ///
    /// # Errors
    /// Every fault, with the faults of form that were found before; a stale stamp only where
    /// nothing else is wrong.
    pub fn revise(
        mut self,
        stored: &Phone,
        context: &Context,
        mut faults: Vec<Fault>,
    ) -> Result<Phone, Refusal> {
        self.tidy(&mut faults);
        let has_fault = |faults: &[Fault], name: &str| {
            faults
                .iter()
                .any(|fault| fault.attribute.as_deref() == Some(name))
        };
        if self
            .number
            .as_deref()
            .is_some_and(|number| number.trim().is_empty())
        {
            faults.push(Fault::of("number", "cannot be blank"));
        }
        if self.id.is_some_and(|id| id != stored.id) {
            faults.push(Fault::of("id", "cannot be changed"));
        }
        faults.extend(self.of_another(stored.contact));
        if self.created_at.is_some_and(|at| at != stored.created_at) {
            faults.push(Fault::of("created_at", "cannot be changed"));
        }
        if !self.overwrite
            && self.updated_in_db_at.is_none()
            && !has_fault(&faults, "updated_in_db_at")
        {
            faults.push(Fault::of(
                "updated_in_db_at",
                "has to be sent in the list of attributes in order to update resource",
            ));
        }
        if !faults.is_empty() {
            return Err(Refusal::invalid(faults));
        }
        if !self.overwrite && self.updated_in_db_at != Some(stored.updated_in_db_at) {
            return Err(Refusal::stale(super::refusal::Stored::Phone(Box::new(
                stored.clone(),
            ))));
        }

        let mut phone = stored.clone();
        self.revise_number(&mut phone, context.home);
        if let Some(location) = self.location {
            phone.location = location;
        }
        if let Some(valid_values) = self.valid_values {
            phone.valid_values = valid_values;
        }
        phone.historic = self.historic.unwrap_or(phone.historic);
        phone.primary = self.primary.unwrap_or(phone.primary) && !phone.historic;
        let renumbered = phone.number != stored.number || phone.country_code != stored.country_code;
        match self.source {
            Some(source) if source != stored.source => phone.source = source,
            _ if renumbered => MANUAL.clone_into(&mut phone.source),
            _ => {}
        }
        phone.updated_at = self.updated_at.unwrap_or(context.now);
        Ok(phone)
    }

    /// Refuses a document that names another owner than the phone's.
    fn of_another(&self, owner: ContactId) -> Option<Fault> {
        let other = self.owner.filter(|other| *other != owner)?;
        let detail = format!("the document names the contact {other}, not {owner}");
        Some(Fault::at("/data/relationships/contact", detail))
    }

    /// What makes the number the same as another one, as it will be stored: for a new phone, or for
    /// the one that these attributes change. None where no number changes.
    #[must_use]
    pub fn identity(&self, stored: Option<&Phone>, home: Option<Region>) -> Option<String> {
        let Some(stored) = stored else {
            let hint = self.country_code.iter().flatten().next();
            let typed = self.number.as_deref()?.trim();
            return Some(number::canonical(typed, hint.map(String::as_str), home).identity);
        };
        let mut phone = stored.clone();
        self.revise_number(&mut phone, home);
        (phone.identity != stored.identity).then_some(phone.identity)
    }

    /// Trims what a form or a card sent without [`Self::read`], and finds what cannot be stored.
    fn tidy(&mut self, faults: &mut Vec<Fault>) {
        tidy(&mut self.source);
        faults.extend(tidy_texts(&PHONE, self));
        let texts = [
            ("number", self.number.as_ref()),
            ("number", self.typed.as_ref()),
            ("source", self.source.as_ref()),
        ];
        for (name, text) in texts {
            let fault = text.and_then(|text| unstorable(text.trim(), TEXT_LIMIT));
            faults.extend(fault.map(|detail| Fault::of(name, detail)));
        }
        let code = self.country_code.iter().flatten().next();
        if code.is_some_and(|code| !code.bytes().all(|byte| byte.is_ascii_digit())) {
            faults.push(Fault::of(
                "country_code",
                "has to be digits only, such as \"39\"",
            ));
        }
    }

    /// Reads the number again where it or its country was sent. A new country code is a hint for
    /// what was typed, so that a number imported with the wrong country can be put right.
    fn revise_number(&self, phone: &mut Phone, home: Option<Region>) {
        let typed = match self.number.as_deref().map(str::trim) {
            // The stored number sent back, as a caller does that got it, is no new typing.
            Some(number) if number != phone.number && number != phone.typed => {
                Some(number.to_owned())
            }
            _ => None,
        };
        let hint = self
            .country_code
            .clone()
            .filter(|code| *code != phone.country_code);
        if typed.is_none() && hint.is_none() {
            return;
        }
        let typed = typed.unwrap_or_else(|| phone.typed.clone());
        let hint = hint.unwrap_or_else(|| phone.country_code.clone());
        let Canonical {
            country_code,
            number,
            identity,
        } = number::canonical(&typed, hint.as_deref(), home);
        phone.country_code = country_code;
        phone.number = number;
        phone.identity = identity;
        phone.typed = typed;
    }
}

/// What the pure functions have to be told: the time, the home country, and an id that is new.
#[derive(Clone, Copy, Debug)]
pub struct Context {
    /// The time now.
    pub now: Timestamp,
    /// The country that a number in national spelling belongs to.
    pub home: Option<Region>,
    /// A fresh UUID v7.
    pub fresh_id: Uuid,
}
