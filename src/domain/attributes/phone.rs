//! The attributes of a phone: read, checked, and made into a new or a changed phone (Phone resource, 2
//! and 4).
//!
//! Everything that is wrong with a document is reported at once. What needs to know other phones (the same
//! number twice, who is primary) is the work of the store, with [`primary`](crate::domain::primary).

use crate::domain::phone::{Context, MANUAL, Phone, PhoneAttributes};
use serde_json::{Map, Value};

use crate::domain::attribute_reader::{
    AttributeReader, TEXT_LIMIT, end_lines, of_new, tidy, unstamped, unstorable,
};
use crate::domain::fields::{self, PHONE, read_plain, tidy_texts};
use crate::domain::ids::{ContactId, PhoneId};
use crate::domain::number::{self, Canonical, Region};
use crate::domain::refusal::{Fault, Refusal, Stored, has_fault};
use crate::domain::timestamp::Timestamp;

impl Phone {
    /// The attributes by their names, as a caller reads and sends them.
    #[must_use]
    pub fn attributes(&self) -> Value {
        Value::Object(fields::attributes(&PHONE, self))
    }
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
        let mut sent = AttributeReader::new(attributes);
        let id = sent.id().map(PhoneId);
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
        let source = sent.text("source", TEXT_LIMIT).and_then(|source| {
            if source.is_none() {
                sent.fault("source", "cannot be blank");
            }
            source
        });
        let overwrite = sent.take("overwrite") == Some(Value::Bool(true));
        let mut read = Self {
            id,
            country_code,
            number,
            source,
            overwrite,
            ..Self::default()
        };
        read_plain(&PHONE, &mut sent, &mut read);
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
        if typed.is_empty() && !has_fault(&faults, "number") {
            faults.push({
                Fault::of("number", "has to be present and not blank")
                    .plainly("a number cannot be empty")
            });
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
        if !self.overwrite && self.updated_in_db_at.is_none() {
            faults.extend(unstamped(&faults));
        }
        if !faults.is_empty() {
            return Err(Refusal::invalid(faults));
        }
        if !self.overwrite && self.updated_in_db_at != Some(stored.updated_in_db_at) {
            return Err(Refusal::stale(Stored::Phone(Box::new(stored.clone()))));
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
        let numbers = self.number.iter_mut().chain(&mut self.typed);
        numbers.for_each(end_lines);
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
