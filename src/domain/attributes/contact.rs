//! The attributes of a contact: read, checked, and made into a new or a changed contact.

use crate::domain::contact::{Contact, ContactAttributes, ContactKind};
use crate::domain::phone::{Context, MANUAL};
use serde_json::{Map, Value};

use crate::domain::attribute_reader::{
    AttributeReader, MANY, TEXT_LIMIT, end_lines, of_new, one_line, tidy, too_many, unstamped,
    unstorable,
};
use crate::domain::attributes::detail::{check_details, read_details, tidy_details};
use crate::domain::detail::settle;
use crate::domain::fields::{self, CONTACT, Use, put_plain, read_plain, texts, tidy_texts};
use crate::domain::ids::ContactId;
use crate::domain::naming::{NameParts, name_with_parts, parts_with_name};
use crate::domain::refusal::{Fault, Refusal, Stored, has_fault};

impl Contact {
    /// The attributes by their names, as a caller reads and sends them.
    #[must_use]
    pub fn attributes(&self) -> Value {
        Value::Object(fields::attributes(&CONTACT, self))
    }
}

impl ContactAttributes {
    /// Reads the attributes of a JSON document that makes a contact, as [`Self::read`]; `overwrite` is
    /// an attribute of updates only, and a stamp is ignored.
    #[must_use]
    pub fn read_new(mut attributes: Map<String, Value>) -> (Self, Vec<Fault>) {
        let overwrite = of_new(&mut attributes, "contact");
        let (read, mut faults) = Self::read(attributes);
        faults.extend(overwrite);
        (read, faults)
    }

    /// Reads the attributes of a JSON document, with every fault of form.
    #[must_use]
    pub fn read(attributes: Map<String, Value>) -> (Self, Vec<Fault>) {
        let mut sent = AttributeReader::new(attributes);
        let id = sent.id().map(ContactId);
        let details = sent
            .take("details")
            .and_then(|value| read_details(value, &mut sent));
        let kind = sent.text("kind", TEXT_LIMIT).and_then(|word| {
            let kind = word.as_deref().and_then(ContactKind::named);
            if kind.is_none() {
                sent.fault("kind", "has to be \"person\" or \"company\"");
            }
            kind
        });
        let overwrite = sent.take("overwrite") == Some(Value::Bool(true));
        let mut read = Self {
            id,
            name: sent.text("name", TEXT_LIMIT),
            kind,
            tags: sent.texts("tags"),
            details,
            source: sent.text("source", TEXT_LIMIT).flatten(),
            overwrite,
            is_checked: true,
            ..Self::default()
        };
        read_plain(&CONTACT, &mut sent, &mut read);
        (read, sent.finish("contact"))
    }

    /// The names that were sent and are not blank, the one to show first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let parts = texts(&CONTACT).filter(|text| text.field.is(Use::Name));
        let parts = parts.filter_map(|text| text.sent(self));
        let names = self.name.iter().flatten().map(String::as_str).chain(parts);
        names.filter(|name| !name.trim().is_empty())
    }

    /// Whether a company is all that is said of who it is: no name, and nothing that only a person has.
    #[must_use]
    pub(crate) fn is_company_alone(&self) -> bool {
        let is_blank = |text: &Option<Option<String>>| {
            let mut text = text.iter().flatten();
            text.all(|text| text.trim().is_empty())
        };
        let of_person = [&self.name, &self.nickname, &self.title, &self.role];
        let parts = [
            &self.prefix,
            &self.given_name,
            &self.additional_name,
            &self.family_name,
            &self.suffix,
        ];
        !is_blank(&self.organisation) && of_person.into_iter().chain(parts).all(is_blank)
    }

    /// The contact that these attributes make; its stamp is left at the epoch for the database to
    /// set.
    ///
    /// # Errors
    /// Every fault, with the faults of form that were found before.
    pub fn create(mut self, context: &Context, mut faults: Vec<Fault>) -> Result<Contact, Refusal> {
        self.tidy(&mut faults);
        let mut contact = Contact {
            id: self.id.unwrap_or(ContactId(context.fresh_id)),
            source: self.source.clone().unwrap_or_else(|| MANUAL.to_owned()),
            created_at: self.created_at.unwrap_or(context.now),
            updated_at: self.updated_at.unwrap_or(context.now),
            ..Contact::default()
        };
        let is_checked = self.is_checked;
        self.put(&mut contact);
        if is_checked {
            faults.extend(check_details(&contact, &[], &faults));
        }
        if contact.name.is_empty() && !has_fault(&faults, "name") {
            faults.push({
                Fault::of("name", "has to be present and not blank")
                    .plainly("a contact needs a name")
            });
        }
        if faults.is_empty() {
            Ok(contact)
        } else {
            Err(Refusal::invalid(faults))
        }
    }

    /// `stored` with these attributes: only those that were sent change.
    ///
    /// # Errors
    /// Every fault, with the faults of form that were found before; a stale stamp only where
    /// nothing else is wrong.
    pub fn revise(
        mut self,
        stored: &Contact,
        context: &Context,
        mut faults: Vec<Fault>,
    ) -> Result<Contact, Refusal> {
        self.tidy(&mut faults);
        let mut contact = stored.clone();
        if self.id.is_some_and(|id| id != stored.id) {
            faults.push(Fault::of("id", "cannot be changed"));
        }
        if self.created_at.is_some_and(|at| at != stored.created_at) {
            faults.push(Fault::of("created_at", "cannot be changed"));
        }
        if !self.overwrite && self.updated_in_db_at.is_none() {
            faults.extend(unstamped(&faults));
        }
        let stale = !self.overwrite && self.updated_in_db_at != Some(stored.updated_in_db_at);
        let said_at = self.updated_at;
        if let Some(source) = &self.source {
            contact.source.clone_from(source);
        }
        let is_checked = self.is_checked;
        self.put(&mut contact);
        if is_checked {
            faults.extend(check_details(&contact, &stored.details, &faults));
        }
        if contact.name.is_empty() && !has_fault(&faults, "name") {
            faults.push(Fault::of("name", "cannot be blank"));
        }
        if !faults.is_empty() {
            return Err(Refusal::invalid(faults));
        }
        if stale {
            return Err(Refusal::stale(Stored::Contact(Box::new(stored.clone()))));
        }
        // What changes nothing is no change.
        if contact != *stored || said_at.is_some() {
            contact.updated_at = said_at.unwrap_or(context.now);
        }
        Ok(contact)
    }

    /// Trims what a form or a card sent without [`Self::read`], and finds what cannot be stored.
    fn tidy(&mut self, faults: &mut Vec<Fault>) {
        if let Some(name) = &mut self.name {
            tidy(name);
            one_line(name);
        }
        tidy(&mut self.source);
        faults.extend(tidy_texts(&CONTACT, self));
        for (name, count) in [
            ("tags", self.tags.as_ref().map_or(0, Vec::len)),
            ("details", self.details.as_ref().map_or(0, Vec::len)),
        ] {
            let fault = too_many(count, MANY, "values");
            faults.extend(fault.map(|detail| Fault::of(name, detail)));
        }
        self.tags.iter_mut().flatten().for_each(end_lines);
        let name = self.name.iter().flatten().map(|name| ("name", name));
        let tags = self.tags.iter().flatten().map(|tag| ("tags", tag));
        let source = self.source.iter().map(|source| ("source", source));
        for (name, text) in name.chain(tags).chain(source) {
            let fault = unstorable(text, TEXT_LIMIT);
            faults.extend(fault.map(|detail| Fault::of(name, detail)));
        }
        if let Some(details) = &mut self.details {
            faults.extend(tidy_details(details));
        }
    }

    /// Puts what was sent into the contact. A shown name that comes alone brings its parts along,
    /// and parts that come alone bring the shown name.
    fn put(mut self, contact: &mut Contact) {
        let renamed = self
            .name
            .as_ref()
            .is_some_and(|name| name.as_deref() != Some(&contact.name));
        let parts_sent = NameParts::is_sent(&self);
        let before = contact.clone();
        put_plain(&CONTACT, &mut self, contact);
        contact.kind = self.kind.unwrap_or(contact.kind);
        contact.tags = self
            .tags
            .unwrap_or_else(|| std::mem::take(&mut contact.tags));
        contact.details = self
            .details
            .unwrap_or_else(|| std::mem::take(&mut contact.details));
        settle(&mut contact.details, &before.details);
        contact.card = self.card.or(contact.card);

        match self.name {
            Some(name) => {
                contact.name = name.unwrap_or_default();
                if renamed && !parts_sent && !contact.name.is_empty() {
                    let before = Contact {
                        kind: contact.kind,
                        ..before
                    };
                    if let Some(parts) = parts_with_name(&before, &contact.name) {
                        parts.put(contact);
                    }
                }
            }
            None if contact.name.is_empty() => contact.name = made_name(contact),
            None if parts_sent => {
                let [was, is] = [&before, contact].map(NameParts::of);
                let made = name_with_parts(&contact.name, &was, &is);
                if let Some(made) = made {
                    contact.name = Some(made)
                        .filter(|made| !made.trim().is_empty())
                        .unwrap_or_else(|| made_name(contact));
                }
            }
            None => {}
        }
    }
}

/// A name to show, of the parts that a contact has.
fn made_name(contact: &Contact) -> String {
    let spoken = NameParts::of(contact).spoken();
    if !spoken.is_empty() {
        return spoken;
    }
    [&contact.nickname, &contact.organisation]
        .into_iter()
        .flatten()
        .next()
        .cloned()
        .unwrap_or_default()
}
