//! Contacts: a person or a company, and what may be sent to make or change one.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::fields::{CONTACT, Use, put_plain, texts, tidy_texts};
use super::fold::{fold, transcribed};
use super::naming::split_name;
use super::phone::Context;
use super::refusal::{Fault, Refusal, Stored};
use super::sent::{MANY, NOTE_LIMIT, Sent, TEXT_LIMIT, of_new, tidy, too_many, unstorable};
use super::timestamp::Timestamp;

/// The id of a contact, a UUID.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct ContactId(pub Uuid);

impl fmt::Display for ContactId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for ContactId {
    type Err = Refusal;

    /// An id that is no UUID is the id of nothing: not found.
    fn from_str(text: &str) -> Result<Self, Refusal> {
        Uuid::parse_str(text)
            .map(Self)
            .map_err(|_| Refusal::not_found("contact", text))
    }
}

/// The card that a contact came from, kept byte for byte in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CardId(pub i64);

/// What a contact has beside names, numbers and note.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DetailKind {
    /// An address of electronic mail.
    Email,
    /// A postal address, its parts with commas between.
    Address,
    /// A birthday, as the card gave it or as `YYYY-MM-DD`.
    Birthday,
    /// Another day to remember.
    Anniversary,
    /// A web page.
    Link,
    /// A name in a chat network.
    Chat,
    /// A relation, a role, or anything else that can be read.
    Other,
}

impl DetailKind {
    /// Every kind.
    pub const ALL: [Self; 7] = [
        Self::Email,
        Self::Address,
        Self::Birthday,
        Self::Anniversary,
        Self::Link,
        Self::Chat,
        Self::Other,
    ];

    /// The word that stands before it on the screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Address => "address",
            Self::Birthday => "birthday",
            Self::Anniversary => "anniversary",
            Self::Link => "link",
            Self::Chat => "chat",
            Self::Other => "other",
        }
    }
}

/// An email, address, birthday, link or the like.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// What it is.
    pub kind: DetailKind,
    /// `home`, `work`, or any text.
    pub label: Option<String>,
    /// The value for people to read.
    pub value: String,
}

/// Whether a contact is a person or a company: the two are sorted in different ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContactKind {
    /// A person, or anything that is not known to be a company.
    #[default]
    Person,
    /// A company, club or office.
    Company,
}

impl ContactKind {
    /// The word in documents and in the store: `company`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Company => "company",
        }
    }

    /// The kind that a word names.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        [Self::Person, Self::Company]
            .into_iter()
            .find(|kind| kind.word() == word)
    }
}

impl Detail {
    /// What makes two details the same, whatever their labels: the kind, and the value but for case,
    /// accents and width.
    #[must_use]
    pub fn identity(&self) -> (&'static str, String) {
        (self.kind.word(), fold(&self.value))
    }
}

/// A contact, as it is stored. A new field needs `#[serde(default)]`: records that were deleted before it
/// was there do not name it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// Its id.
    pub id: ContactId,
    /// The name that is shown; never blank.
    pub name: String,
    /// The given name.
    pub given_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
    /// What the name is sorted by in its place, family name first: `Rijn, Rembrandt`.
    #[serde(default)]
    pub sort_as: Option<String>,
    /// A person or a company.
    #[serde(default)]
    pub kind: ContactKind,
    /// The nickname.
    pub nickname: Option<String>,
    /// The firm or club.
    pub organisation: Option<String>,
    /// The position there.
    pub title: Option<String>,
    /// Anything one wants to remember.
    pub note: Option<String>,
    /// The tags, in the order in which they were given.
    pub tags: Vec<String>,
    /// Kept at hand.
    pub favourite: bool,
    /// Emails, addresses, birthday, links.
    pub details: Vec<Detail>,
    /// The `UID` of the card that it came from.
    pub uid: Option<String>,
    /// The card that it came from.
    pub card: Option<CardId>,
    /// Where it came from: `manual`, or what brought it.
    pub source: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it, or one of its phones, last changed.
    pub updated_at: Timestamp,
    /// The database's stamp of the last write to the contact's own attributes.
    pub updated_in_db_at: Timestamp,
    /// Known to be another than those of the same name.
    #[serde(default)]
    pub namesake: bool,
}

impl Contact {
    /// The attributes by their names, as a caller reads and sends them.
    #[must_use]
    pub fn attributes(&self) -> Value {
        json!({
            "name": self.name,
            "given_name": self.given_name,
            "family_name": self.family_name,
            "sort_as": self.sort_as,
            "kind": self.kind,
            "nickname": self.nickname,
            "organisation": self.organisation,
            "title": self.title,
            "note": self.note,
            "tags": self.tags,
            "favourite": self.favourite,
            "details": self.details,
            "uid": self.uid,
            "source": self.source,
            "created_at": self.created_at,
            "updated_at": self.updated_at,
            "updated_in_db_at": self.updated_in_db_at,
        })
    }

    /// The `UID` under which a contact goes out that has none of its own: its id (RFC 9562).
    #[must_use]
    pub fn own_uid(&self) -> String {
        format!("urn:uuid:{}", self.id)
    }

    /// The words that a search by text looks through, folded: the name, the fields that are searched,
    /// tags, emails; a line feed between them.
    #[must_use]
    pub fn search_text(&self) -> String {
        let mut text = fold(&self.name);
        let texts = texts(&CONTACT).filter(|text| text.field.is(Use::Search));
        let texts = texts.filter_map(|text| text.of(self));
        let emails = self
            .details
            .iter()
            .filter(|detail| detail.kind == DetailKind::Email)
            .map(|detail| detail.value.as_str());
        let words = texts
            .chain(self.tags.iter().map(String::as_str))
            .chain(emails);
        let mut add = |word: String| {
            if !text.contains(&word) {
                text.push('\n');
                text.push_str(&word);
            }
        };
        for word in words {
            add(fold(word));
        }
        // After all else, so that who is called so in these letters comes first.
        for word in [&self.name].into_iter().chain(&self.organisation) {
            transcribed(word).map(&mut add);
        }
        text
    }
}

/// What a caller sent to make or change a contact. `None` is "not sent"; for what may be null, the
/// inner option is the value.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContactAttributes {
    /// The id that the caller chose.
    pub id: Option<ContactId>,
    /// The name to show; made of the others where it is not sent.
    pub name: Option<Option<String>>,
    /// The given name.
    pub given_name: Option<Option<String>>,
    /// The family name.
    pub family_name: Option<Option<String>>,
    /// What the name is sorted by in its place.
    pub sort_as: Option<Option<String>>,
    /// A person or a company.
    pub kind: Option<ContactKind>,
    /// The nickname.
    pub nickname: Option<Option<String>>,
    /// The firm or club.
    pub organisation: Option<Option<String>>,
    /// The position there.
    pub title: Option<Option<String>>,
    /// The note.
    pub note: Option<Option<String>>,
    /// The tags.
    pub tags: Option<Vec<String>>,
    /// Kept at hand.
    pub favourite: Option<bool>,
    /// Emails, addresses, birthday, links.
    pub details: Option<Vec<Detail>>,
    /// The `UID` of a card.
    pub uid: Option<Option<String>>,
    /// The card that the store keeps; no document can name it.
    pub card: Option<CardId>,
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
    /// Known to be another than those of the same name; no document of a contact can name it.
    pub namesake: Option<bool>,
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
        let mut sent = Sent::new(attributes);
        let id = sent.text("id").flatten().and_then(|text| {
            if let Ok(id) = Uuid::parse_str(&text) {
                Some(ContactId(id))
            } else {
                sent.fault("id", "has to be a UUID");
                None
            }
        });
        let details = sent.take("details").and_then(|value| {
            let read = serde_json::from_value(value);
            if read.is_err() {
                sent.fault(
                    "details",
                    "has to be a list of objects with kind, label and value",
                );
            }
            read.ok()
        });
        let kind = sent.text("kind").and_then(|word| {
            let kind = word.as_deref().and_then(ContactKind::named);
            if kind.is_none() {
                sent.fault("kind", "has to be \"person\" or \"company\"");
            }
            kind
        });
        let overwrite = sent.take("overwrite") == Some(Value::Bool(true));
        let read = Self {
            id,
            name: sent.text("name"),
            given_name: sent.text("given_name"),
            family_name: sent.text("family_name"),
            sort_as: sent.text("sort_as"),
            kind,
            nickname: sent.text("nickname"),
            organisation: sent.text("organisation"),
            title: sent.text("title"),
            note: sent.long_text("note"),
            tags: sent.texts("tags"),
            favourite: sent.flag("favourite"),
            details,
            uid: sent.text("uid"),
            card: None,
            source: sent.text("source").flatten(),
            created_at: sent.time("created_at"),
            updated_at: sent.time("updated_at"),
            updated_in_db_at: sent.time("updated_in_db_at"),
            overwrite,
            namesake: None,
        };
        (read, sent.finish("contact"))
    }

    /// The names that were sent and are not blank, the one to show first.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let parts = texts(&CONTACT).filter(|text| text.field.is(Use::Name));
        let parts = parts.filter_map(|text| text.sent(self));
        let names = self.name.iter().flatten().map(String::as_str).chain(parts);
        names.filter(|name| !name.trim().is_empty())
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
            source: self
                .source
                .clone()
                .unwrap_or_else(|| super::phone::MANUAL.to_owned()),
            created_at: self.created_at.unwrap_or(context.now),
            updated_at: self.updated_at.unwrap_or(context.now),
            ..Contact::default()
        };
        self.put(&mut contact);
        if contact.name.is_empty()
            && !faults
                .iter()
                .any(|fault| fault.attribute.as_deref() == Some("name"))
        {
            faults.push(Fault::of("name", "has to be present and not blank"));
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
        let unstamped = !self.overwrite && self.updated_in_db_at.is_none();
        if unstamped
            && !faults
                .iter()
                .any(|fault| fault.attribute.as_deref() == Some("updated_in_db_at"))
        {
            faults.push(Fault::of(
                "updated_in_db_at",
                "has to be sent in the list of attributes in order to update resource",
            ));
        }
        let stale = !self.overwrite && self.updated_in_db_at != Some(stored.updated_in_db_at);
        contact.updated_at = self.updated_at.unwrap_or(context.now);
        if let Some(source) = &self.source {
            contact.source.clone_from(source);
        }
        self.put(&mut contact);
        if contact.name.is_empty()
            && !faults
                .iter()
                .any(|fault| fault.attribute.as_deref() == Some("name"))
        {
            faults.push(Fault::of("name", "cannot be blank"));
        }
        if !faults.is_empty() {
            return Err(Refusal::invalid(faults));
        }
        if stale {
            return Err(Refusal::stale(Stored::Contact(Box::new(stored.clone()))));
        }
        Ok(contact)
    }

    /// Trims what a form or a card sent without [`Self::read`], and finds what cannot be stored.
    fn tidy(&mut self, faults: &mut Vec<Fault>) {
        if let Some(name) = &mut self.name {
            tidy(name);
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
        let name = self.name.iter().flatten().map(|name| ("name", name));
        let tags = self.tags.iter().flatten().map(|tag| ("tags", tag));
        let source = self.source.iter().map(|source| ("source", source));
        for (name, text) in name.chain(tags).chain(source) {
            let fault = unstorable(text, TEXT_LIMIT);
            faults.extend(fault.map(|detail| Fault::of(name, detail)));
        }
        for detail in self.details.iter().flatten() {
            let mut texts = detail.label.iter().chain([&detail.value]);
            let fault = texts.find_map(|text| unstorable(text, NOTE_LIMIT));
            faults.extend(fault.map(|detail| Fault::of("details", detail)));
        }
    }

    /// Puts what was sent into the contact. A shown name that comes alone brings its parts along,
    /// and parts that come alone bring the shown name.
    fn put(mut self, contact: &mut Contact) {
        let renamed = self
            .name
            .as_ref()
            .is_some_and(|name| name.as_deref() != Some(&contact.name));
        let parts_sent = self.given_name.is_some() || self.family_name.is_some();
        put_plain(&CONTACT, &mut self, contact);
        contact.kind = self.kind.unwrap_or(contact.kind);
        contact.tags = self
            .tags
            .unwrap_or_else(|| std::mem::take(&mut contact.tags));
        contact.details = self
            .details
            .unwrap_or_else(|| std::mem::take(&mut contact.details));
        contact.card = self.card.or(contact.card);

        match self.name {
            Some(name) => {
                contact.name = name.unwrap_or_default();
                if renamed && !parts_sent && !contact.name.is_empty() {
                    (contact.given_name, contact.family_name) = match contact.kind {
                        ContactKind::Person => split_name(&contact.name),
                        ContactKind::Company => (None, None),
                    };
                }
            }
            None if parts_sent || contact.name.is_empty() => contact.name = made_name(contact),
            None => {}
        }
    }
}

/// A name to show, of the parts that a contact has.
fn made_name(contact: &Contact) -> String {
    let parts: Vec<&str> = [&contact.given_name, &contact.family_name]
        .into_iter()
        .filter_map(Option::as_deref)
        .collect();
    if !parts.is_empty() {
        return parts.join(" ");
    }
    [&contact.nickname, &contact.organisation]
        .into_iter()
        .flatten()
        .next()
        .cloned()
        .unwrap_or_default()
}
