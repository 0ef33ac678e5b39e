//! The fields of contacts and of phones: each is written down here once, as a row.
//!
//! The rows drive documents, the checks of what was sent, the columns of the database, the words of
//! history, conflicts and previews, the forms, tables, cards, the flags of the command line and the
//! layouts of its lines. What only one field needs (a name brings its parts, a number is normalised) is
//! code of that field, not a column here.

use std::borrow::Cow;
use std::fmt;

use super::attribute_reader::{NOTE_LIMIT, TEXT_LIMIT, tidy, unstorable};
use super::contact::{Contact, ContactAttributes};
use super::phone::{Phone, PhoneAttributes};
use super::refusal::Fault;
use super::timestamp::Timestamp;

/// A field of the records `R`, of which `S` is what a caller may send.
pub struct Field<R: 'static, S: 'static> {
    /// Its name in documents, in the log and in the struct.
    pub name: &'static str,
    /// What people are told that it is: `company`.
    pub words: &'static str,
    /// Its column in the database.
    pub column: &'static str,
    /// Its header in our own tables; for a phone the last word of it.
    pub csv: Option<&'static str>,
    /// The property of a vCard that holds its text and nothing else.
    pub card: Option<&'static str>,
    /// What a form calls it.
    pub label: Option<&'static str>,
    /// What the help of its flag says.
    pub help: Option<&'static str>,
    /// The longest text that it holds, in characters.
    pub limit: usize,
    /// What else is done with it.
    pub uses: &'static [Use],
    /// Where it is in the structs.
    pub place: Place<R, S>,
}

/// A field of a contact.
pub type ContactField = Field<Contact, ContactAttributes>;

/// A field of a phone.
pub type PhoneField = Field<Phone, PhoneAttributes>;

/// What is done with a field beside storing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// It is an attribute of documents.
    Document,
    /// Lists can be filtered by it.
    Filter,
    /// A search by words looks through it.
    Search,
    /// A record is called by it.
    Name,
    /// It is a part of the name, and changes with it.
    Part,
    /// It says something of a contact beside its name.
    About,
    /// Other programs know the record by it.
    Key,
    /// History and previews leave it out: it follows from another field, or says nothing to a person.
    Quiet,
}

/// Where a field is in the struct of a record, and in that of what was sent.
pub enum Place<R: 'static, S: 'static> {
    /// A text or nothing.
    Text(Access<R, S, Option<String>, Option<Option<String>>>),
    /// Yes or no.
    Flag(Access<R, S, bool, Option<bool>>),
    /// A time.
    Time(Access<R, S, Timestamp, Option<Timestamp>>),
    /// Code of its own reads and writes it; here only as people read it.
    Own(fn(&R) -> Cow<'_, str>),
}

/// The places of a field, to read and to write.
pub struct Access<R: 'static, S: 'static, T: 'static, U: 'static> {
    /// In the record.
    pub of: fn(&R) -> &T,
    /// In the record.
    pub of_mut: fn(&mut R) -> &mut T,
    /// In what was sent; none where it was not.
    pub sent: fn(&S) -> &U,
    /// In what was sent.
    pub sent_mut: fn(&mut S) -> &mut U,
}

/// A field in the place of this kind, which both structs have under one name.
macro_rules! field {
    ($kind:ident $name:ident) => {
        Field {
            place: Place::$kind(Access {
                of: |record| &record.$name,
                of_mut: |record| &mut record.$name,
                sent: |sent| &sent.$name,
                sent_mut: |sent| &mut sent.$name,
            }),
            ..own(stringify!($name), |_| Cow::Borrowed(""))
        }
    };
}

/// A field that code of its own reads and writes.
const fn own<R, S>(name: &'static str, text: fn(&R) -> Cow<'_, str>) -> Field<R, S> {
    Field {
        name,
        words: name,
        column: name,
        csv: None,
        card: None,
        label: None,
        help: None,
        limit: TEXT_LIMIT,
        uses: &[Use::Document],
        place: Place::Own(text),
    }
}

/// The fields of a contact, but for its id.
pub static CONTACT: [ContactField; 19] = [
    Field {
        csv: Some("name"),
        label: Some("Name"),
        help: Some("The name that is shown"),
        uses: &[Use::Document, Use::Name],
        ..own("name", |contact| Cow::Borrowed(&contact.name))
    },
    Field {
        words: "given name",
        csv: Some("given name"),
        label: Some("First name"),
        help: Some("The given name"),
        uses: &[Use::Document, Use::Search, Use::Name, Use::Part],
        ..field!(Text given_name)
    },
    Field {
        words: "family name",
        csv: Some("family name"),
        label: Some("Last name"),
        help: Some("The family name"),
        uses: &[Use::Document, Use::Search, Use::Name, Use::Part],
        ..field!(Text family_name)
    },
    Field {
        words: "sort as",
        csv: Some("sort as"),
        help: Some("What the name is sorted by in its place, such as \"Rijn, Rembrandt\""),
        uses: &[Use::Document, Use::Search],
        ..field!(Text sort_as)
    },
    Field {
        csv: Some("kind"),
        help: Some("A person or a company: person, company"),
        uses: &[Use::Document, Use::Filter],
        ..own("kind", |contact| Cow::Borrowed(contact.kind.word()))
    },
    Field {
        csv: Some("nickname"),
        card: Some("NICKNAME"),
        label: Some("Nickname"),
        help: Some("The nickname"),
        uses: &[Use::Document, Use::Search, Use::Name, Use::About],
        ..field!(Text nickname)
    },
    Field {
        words: "company",
        csv: Some("company"),
        card: Some("ORG"),
        label: Some("Company"),
        help: Some("The firm or club"),
        uses: &[
            Use::Document,
            Use::Filter,
            Use::Search,
            Use::Name,
            Use::About,
        ],
        ..field!(Text organisation)
    },
    Field {
        csv: Some("job title"),
        card: Some("TITLE"),
        label: Some("Title"),
        help: Some("The position there"),
        uses: &[Use::Document, Use::Search, Use::About],
        ..field!(Text title)
    },
    Field {
        csv: Some("note"),
        card: Some("NOTE"),
        label: Some("Note"),
        help: Some("The note"),
        limit: NOTE_LIMIT,
        uses: &[Use::Document, Use::About],
        ..field!(Text note)
    },
    Field {
        csv: Some("tags"),
        label: Some("Tags"),
        ..own("tags", |contact| Cow::Owned(contact.tags.join(", ")))
    },
    Field {
        csv: Some("favourite"),
        label: Some("Favourite"),
        help: Some("Kept at hand"),
        uses: &[Use::Document, Use::Filter],
        ..field!(Flag favourite)
    },
    own("details", |contact| {
        let values = contact.details.iter().map(|detail| detail.value.as_str());
        Cow::Owned(values.collect::<Vec<_>>().join(", "))
    }),
    Field {
        csv: Some("source"),
        uses: &[Use::Document, Use::Filter],
        ..own("source", |contact| Cow::Borrowed(&contact.source))
    },
    Field {
        csv: Some("uid"),
        uses: &[Use::Document, Use::Filter, Use::Key],
        ..field!(Text uid)
    },
    Field {
        uses: &[Use::Quiet],
        ..own("card", |_| Cow::Borrowed(""))
    },
    Field {
        words: "created at",
        ..field!(Time created_at)
    },
    Field {
        words: "updated at",
        uses: &[Use::Document, Use::Quiet],
        ..field!(Time updated_at)
    },
    Field {
        words: "updated in db at",
        ..field!(Time updated_in_db_at)
    },
    Field {
        words: "another of the same name",
        uses: &[],
        ..field!(Flag namesake)
    },
];

/// The fields of a phone, but for its id.
pub static PHONE: [PhoneField; 14] = [
    Field {
        csv: Some("number"),
        help: Some("The number, in any spelling"),
        uses: &[Use::Document, Use::Name],
        ..own("number", |phone| Cow::Borrowed(&phone.number))
    },
    Field {
        words: "country code",
        help: Some("The calling code, for a number in national spelling"),
        uses: &[Use::Document, Use::Filter],
        ..field!(Text country_code)
    },
    Field {
        words: "label",
        csv: Some("label"),
        help: Some("The label: mobile, home, work, or any text"),
        uses: &[Use::Document, Use::Filter],
        ..field!(Text location)
    },
    Field {
        words: "accurate",
        csv: Some("accurate"),
        help: Some("Known to be accurate"),
        uses: &[Use::Document, Use::Filter],
        ..field!(Flag valid_values)
    },
    Field {
        column: "is_primary",
        csv: Some("primary"),
        help: Some("Make it the primary number"),
        uses: &[Use::Document, Use::Filter],
        ..field!(Flag primary)
    },
    Field {
        csv: Some("historic"),
        help: Some("No longer used, kept on record"),
        uses: &[Use::Document, Use::Filter],
        ..field!(Flag historic)
    },
    Field {
        csv: Some("source"),
        help: Some("Where it came from"),
        uses: &[Use::Document, Use::Filter],
        ..own("source", |phone| Cow::Borrowed(&phone.source))
    },
    Field {
        words: "created at",
        ..field!(Time created_at)
    },
    Field {
        words: "updated at",
        uses: &[Use::Document, Use::Quiet],
        ..field!(Time updated_at)
    },
    Field {
        words: "updated in db at",
        ..field!(Time updated_in_db_at)
    },
    Field {
        uses: &[Use::Quiet],
        ..own("contact", |_| Cow::Borrowed(""))
    },
    Field {
        uses: &[Use::Name, Use::Quiet],
        ..own("typed", |phone| Cow::Borrowed(&phone.typed))
    },
    Field {
        uses: &[Use::Quiet],
        ..own("identity", |phone| Cow::Borrowed(&phone.identity))
    },
    Field {
        words: "shared on purpose",
        uses: &[],
        ..field!(Flag shared)
    },
];

/// A field that holds a text or nothing.
#[derive(Clone, Copy)]
pub struct TextField<R: 'static, S: 'static> {
    /// The field.
    pub field: &'static Field<R, S>,
    access: &'static Access<R, S, Option<String>, Option<Option<String>>>,
}

impl<R, S> TextField<R, S> {
    /// The text of a record.
    #[must_use]
    pub fn of<'r>(&self, record: &'r R) -> Option<&'r str> {
        (self.access.of)(record).as_deref()
    }

    /// The text of a record, to be changed.
    pub fn of_mut<'r>(&self, record: &'r mut R) -> &'r mut Option<String> {
        (self.access.of_mut)(record)
    }

    /// The text that was sent, if any was.
    #[must_use]
    pub fn sent<'s>(&self, sent: &'s S) -> Option<&'s str> {
        (self.access.sent)(sent)
            .iter()
            .flatten()
            .next()
            .map(String::as_str)
    }

    /// What is sent, to be changed.
    pub fn sent_mut<'s>(&self, sent: &'s mut S) -> &'s mut Option<Option<String>> {
        (self.access.sent_mut)(sent)
    }
}

/// Those of the fields that hold a text or nothing.
pub fn texts<R, S>(fields: &'static [Field<R, S>]) -> impl Iterator<Item = TextField<R, S>> {
    fields.iter().filter_map(|field| match &field.place {
        Place::Text(access) => Some(TextField { field, access }),
        Place::Flag(_) | Place::Time(_) | Place::Own(_) => None,
    })
}

impl<R, S> Field<R, S> {
    /// Whether this is done with it.
    #[must_use]
    pub fn is(&self, what: Use) -> bool {
        self.uses.contains(&what)
    }

    /// Whether code of its own reads and writes it.
    #[must_use]
    pub const fn is_own(&self) -> bool {
        matches!(self.place, Place::Own(_))
    }

    /// The value as people read it; empty where there is none.
    #[must_use]
    pub fn text<'r>(&self, record: &'r R) -> Cow<'r, str> {
        match &self.place {
            Place::Text(text) => (text.of)(record).as_deref().unwrap_or_default().into(),
            Place::Flag(flag) => if *(flag.of)(record) { "yes" } else { "no" }.into(),
            Place::Time(time) => (time.of)(record).to_string().into(),
            Place::Own(text) => text(record),
        }
    }

    /// Trims what was sent of a text, and finds why it cannot be stored.
    fn tidy(&self, sent: &mut S) -> Option<Fault> {
        let Place::Text(text) = &self.place else {
            return None;
        };
        let text = (text.sent_mut)(sent).as_mut()?;
        tidy(text);
        let why = unstorable(text.as_deref()?, self.limit)?;
        Some(Fault::of(self.name, why))
    }

    /// Puts what was sent into the record; what was not stays.
    fn put(&self, sent: &mut S, record: &mut R) {
        match &self.place {
            Place::Text(text) => {
                if let Some(sent) = (text.sent_mut)(sent).take() {
                    *(text.of_mut)(record) = sent;
                }
            }
            Place::Flag(flag) => {
                if let Some(sent) = *(flag.sent)(sent) {
                    *(flag.of_mut)(record) = sent;
                }
            }
            // A time follows from what happens.
            Place::Time(_) | Place::Own(_) => {}
        }
    }
}

/// Trims what was sent of the texts; gives what cannot be stored of them.
pub fn tidy_texts<R, S>(fields: &[Field<R, S>], sent: &mut S) -> Vec<Fault> {
    let faults = fields.iter().filter_map(|field| field.tidy(sent));
    faults.collect()
}

/// Puts what was sent of texts and flags into the record; what was not stays.
pub fn put_plain<R, S>(fields: &[Field<R, S>], sent: &mut S, record: &mut R) {
    for field in fields {
        field.put(sent, record);
    }
}

/// The words for the name of a field of either record: `company`.
#[must_use]
pub fn words(name: &str) -> &str {
    let contacts = CONTACT.iter().map(|field| (field.name, field.words));
    let phones = PHONE.iter().map(|field| (field.name, field.words));
    let mut rows = contacts.chain(phones);
    rows.find(|row| row.0 == name).map_or(name, |row| row.1)
}

/// Whether the field with this name of either record is used so.
#[must_use]
pub fn is_used(name: &str, what: Use) -> bool {
    let contacts = CONTACT.iter().map(|field| (field.name, field.uses));
    let phones = PHONE.iter().map(|field| (field.name, field.uses));
    let mut rows = contacts.chain(phones);
    rows.any(|(own, uses)| own == name && uses.contains(&what))
}

impl<R, S> PartialEq for Field<R, S> {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl<R, S> Eq for Field<R, S> {}

impl<R, S> fmt::Debug for Field<R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
