//! The fields of contacts and of phones: each is written down here once, as a row.
//!
//! The rows drive documents, the checks of what was sent, the columns of the database, the words of
//! history, conflicts and previews, the forms, the edited text, tables, cards, and the flags and layouts of the
//! command line. What only one field needs (a name brings its parts, a number is normalised)
//! is code of that field, not a column here.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

use super::attribute_reader::{
    AttributeReader, NOTE_LIMIT, TEXT_LIMIT, one_line, tidy, unstorable,
};
use super::contact::{Contact, ContactAttributes};
use super::detail::Detail;
use super::phone::{Phone, PhoneAttributes};
use super::refusal::Fault;
use super::timestamp::Timestamp;

/// A field of the records `R`, of which `S` is what a caller may send.
pub struct RecordField<R: 'static, S: 'static> {
    /// Its name in documents, in the log and in the struct.
    pub name: &'static str,
    /// The word for people: `company`.
    pub words: &'static str,
    /// Its column in the database.
    pub column: &'static str,
    /// Its header in our own tables; for a phone the last word of it.
    pub csv: Option<&'static str>,
    /// The property of a vCard that holds its text and nothing else.
    pub card: Option<&'static str>,
    /// What a form calls it.
    pub label: Option<&'static str>,
    /// What it is, for flags and the edited text, where its words do not say it.
    pub help: Option<&'static str>,
    /// The longest text that it holds, in characters.
    pub limit: usize,
    /// Of a flag: what is said where it becomes no, and where it becomes yes.
    pub flips: Option<[&'static str; 2]>,
    /// What else is done with it.
    pub uses: &'static [Use],
    /// Where it is in the structs.
    pub place: Place<R, S>,
}

/// A field of a contact.
pub type ContactField = RecordField<Contact, ContactAttributes>;

/// A field of a phone.
pub(crate) type PhoneField = RecordField<Phone, PhoneAttributes>;

/// A text of a contact.
pub(crate) type ContactText = TextField<Contact, ContactAttributes>;

/// What is done with a field beside storing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// No document has it.
    Internal,
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
    /// Where the record came from. No form or flag sets it.
    Origin,
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

/// A row: where the field is (in a place that both structs have under its name, or by code of its own, then
/// with how people read it); what differs from [`own`]; and its uses.
macro_rules! row {
    (Own $name:ident $text:expr; $($key:ident $value:expr),*; $($use:ident)*) => {
        RecordField { $($key: $value,)* uses: &[$(Use::$use),*], ..own(stringify!($name), $text) }
    };
    ($kind:ident $name:ident; $($key:ident $value:expr),*; $($use:ident)*) => {
        RecordField {
            $($key: $value,)*
            place: Place::$kind(Access {
                of: |record| &record.$name,
                of_mut: |record| &mut record.$name,
                sent: |sent| &sent.$name,
                sent_mut: |sent| &mut sent.$name,
            }),
            uses: &[$(Use::$use),*],
            ..own(stringify!($name), |_| Cow::Borrowed(""))
        }
    };
}

/// A field that code of its own reads and writes.
const fn own<R, S>(name: &'static str, text: fn(&R) -> Cow<'_, str>) -> RecordField<R, S> {
    RecordField {
        name,
        words: name,
        column: name,
        csv: None,
        card: None,
        label: None,
        help: None,
        limit: TEXT_LIMIT,
        flips: None,
        uses: &[],
        place: Place::Own(text),
    }
}

/// The fields of a contact, but for its id.
pub static CONTACT: [ContactField; 26] = [
    row!(Own name |contact| Cow::Borrowed(&contact.name); label Some("Name"), csv Some("name"); Name),
    row!(Text prefix; label Some("Prefix"), help Some("before the name, such as Dr."), csv Some("prefix"); Part),
    row!(Text given_name; words "given name", label Some("First name"), csv Some("given name"); Search Name Part),
    row!(Text additional_name; words "additional name", label Some("Middle"), csv Some("additional name");
        Search Part),
    row!(Text family_name; words "family name", label Some("Last name"), csv Some("family name"); Search Name Part),
    row!(Text suffix; label Some("Suffix"), help Some("after the name, such as Jr."), csv Some("suffix"); Part),
    row!(Text phonetic_given_name; words "phonetic given name", csv Some("phonetic given name"),
        card Some("X-PHONETIC-FIRST-NAME"); Search),
    row!(Text phonetic_family_name; words "phonetic family name", csv Some("phonetic family name"),
        card Some("X-PHONETIC-LAST-NAME"); Search),
    row!(Text sort_as; words "sort as", help Some("sorted by this instead of the name, such as \"Rijn, Rembrandt\""),
        csv Some("sort as"); Search),
    row!(Own kind |contact| Cow::Borrowed(contact.kind.word()); help Some("person or company"), csv Some("kind"); Filter),
    row!(Text nickname; label Some("Nickname"), csv Some("nickname"), card Some("NICKNAME"); Search Name About),
    row!(Text organisation; words "company", label Some("Company"), csv Some("company");
        Filter Search Name About),
    row!(Text department; label Some("Department"), csv Some("department"); Search About),
    row!(Text title; label Some("Title"), help Some("the job title"), csv Some("job title"), card Some("TITLE"); Search About),
    row!(Text role; label Some("Role"), help Some("the role at work"), csv Some("role"), card Some("ROLE"); Search About),
    row!(Text note; label Some("Note"), csv Some("note"), card Some("NOTE"), limit NOTE_LIMIT; About),
    row!(Own tags |contact| Cow::Owned(contact.tags.join(", ")); label Some("Tags"), csv Some("tags");),
    row!(Flag favourite; label Some("Favourite"), csv Some("favourite"),
        flips Some(["removed from favourites", "added to favourites"]); Filter),
    row!(Own details |contact| values(&contact.details).into();;),
    row!(Own source |contact| Cow::Borrowed(&contact.source); csv Some("source"); Filter Origin),
    row!(Text uid; csv Some("uid"); Filter Key Origin),
    row!(Own card |_| Cow::Borrowed("");; Internal Quiet),
    row!(Time created_at; words "created";),
    row!(Time updated_at; words "updated at"; Quiet),
    row!(Time updated_in_db_at; words "updated in db at";),
    row!(Flag namesake; words "another of the same name",
        flips Some(["no longer kept apart from others of the same name", "kept apart from others of the same name"]);
        Internal),
];

/// The fields of a phone, but for its id.
pub static PHONE: [PhoneField; 14] = [
    row!(Own number |phone| Cow::Borrowed(&phone.number); label Some("Number"), csv Some("number"); Name),
    row!(Text country_code; words "country code", label Some("Country"); Filter),
    row!(Text location; words "label", label Some("Label"), csv Some("label"); Filter),
    row!(Flag valid_values; words "confirmed", label Some("Confirmed"), csv Some("accurate"),
        flips Some(["marked as unconfirmed", "confirmed"]); Filter),
    row!(Flag primary; column "is_primary", label Some("Primary"), csv Some("primary"),
        flips Some(["no longer primary", "now primary"]); Filter),
    row!(Flag historic; label Some("Historic"), csv Some("historic"),
        flips Some(["back in use", "marked as historic"]); Filter),
    row!(Own source |phone| Cow::Borrowed(&phone.source); csv Some("source"); Filter Origin),
    row!(Time created_at; words "created";),
    row!(Time updated_at; words "updated at"; Quiet),
    row!(Time updated_in_db_at; words "updated in db at";),
    row!(Own contact |_| Cow::Borrowed("");; Internal Quiet),
    row!(Own typed |phone| Cow::Borrowed(&phone.typed);; Internal Name Quiet),
    row!(Own identity |phone| Cow::Borrowed(&phone.identity);; Internal Quiet),
    row!(Flag shared; words "shared on purpose", flips Some(["no longer shared on purpose", "shared on purpose"]);
        Internal),
];

impl Fault {
    /// The fault for the screens, where fields have their names for people and not those of
    /// documents.
    #[must_use]
    pub(crate) fn in_words(&self) -> String {
        let name = self.attribute.as_deref();
        let contact = CONTACT.iter().map(|field| (field.name, field.words));
        let mut all = contact.chain(PHONE.iter().map(|field| (field.name, field.words)));
        match all.find(|(known, _)| Some(*known) == name) {
            Some((name, words)) if name != "number" => Self {
                attribute: Some(words.to_owned()),
                ..self.clone()
            }
            .to_string(),
            _ => self.to_string(),
        }
    }
}

/// The values of details in a line.
fn values(details: &[Detail]) -> String {
    let values = details.iter().map(|detail| detail.text());
    values.collect::<Vec<_>>().join(", ")
}

/// A field that holds a text or nothing.
#[derive(Clone, Copy)]
pub struct TextField<R: 'static, S: 'static> {
    /// The field.
    pub field: &'static RecordField<R, S>,
    access: &'static Access<R, S, Option<String>, Option<Option<String>>>,
}

impl<R, S> TextField<R, S> {
    /// The text of a record.
    #[must_use]
    pub fn of<'r>(&self, record: &'r R) -> Option<&'r str> {
        (self.access.of)(record).as_deref()
    }

    /// The text of a record, to be changed.
    pub(crate) fn of_mut<'r>(&self, record: &'r mut R) -> &'r mut Option<String> {
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
pub fn texts<R, S>(fields: &'static [RecordField<R, S>]) -> impl Iterator<Item = TextField<R, S>> {
    fields.iter().filter_map(|field| match &field.place {
        Place::Text(access) => Some(TextField { field, access }),
        Place::Flag(_) | Place::Time(_) | Place::Own(_) => None,
    })
}

impl<R, S> RecordField<R, S> {
    /// Whether this is done with it.
    #[must_use]
    pub fn is(&self, what: Use) -> bool {
        self.uses.contains(&what)
    }

    /// Whether documents have it.
    #[must_use]
    pub fn is_document(&self) -> bool {
        !self.is(Use::Internal)
    }

    /// Whether a person gives it: a form, a flag or the edited text has it.
    #[must_use]
    pub(crate) fn is_typed(&self) -> bool {
        self.is_document() && !self.is(Use::Origin) && !matches!(self.place, Place::Time(_))
    }

    /// Its words as one: `given_name`, `company`.
    #[must_use]
    pub(crate) fn key(&self, between: char) -> String {
        self.words.replace(' ', between.encode_utf8(&mut [0; 4]))
    }

    /// Whether code of its own reads and writes it.
    #[must_use]
    pub(crate) const fn is_own(&self) -> bool {
        matches!(self.place, Place::Own(_))
    }

    /// Whether it is yes or no.
    #[must_use]
    pub(crate) const fn is_flag(&self) -> bool {
        matches!(self.place, Place::Flag(_))
    }

    /// Whether its text may have several lines.
    #[must_use]
    pub(crate) const fn is_long(&self) -> bool {
        self.limit > TEXT_LIMIT
    }

    /// The value as people read it, or an empty text.
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
        if self.limit == TEXT_LIMIT {
            one_line(text);
        }
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
pub(crate) fn tidy_texts<R, S>(fields: &[RecordField<R, S>], sent: &mut S) -> Vec<Fault> {
    let faults = fields.iter().filter_map(|field| field.tidy(sent));
    faults.collect()
}

/// Puts what was sent of texts and flags into the record; what was not stays.
pub(crate) fn put_plain<R, S>(fields: &[RecordField<R, S>], sent: &mut S, record: &mut R) {
    for field in fields {
        field.put(sent, record);
    }
}

/// The attributes of a record's documents.
#[must_use]
pub fn attributes<R: Serialize, S>(fields: &[RecordField<R, S>], record: &R) -> Map<String, Value> {
    let Ok(Value::Object(mut all)) = serde_json::to_value(record) else {
        return Map::new();
    };
    let documented = fields.iter().filter(|field| field.is_document());
    let documented: Vec<&str> = documented.map(|field| field.name).collect();
    all.retain(|name, _| documented.contains(&name.as_str()));
    all
}

/// Reads the texts, flags and times of a document into what was sent; what code of its own has read is in
/// the document no more.
pub(crate) fn read_plain<R, S>(
    fields: &[RecordField<R, S>],
    document: &mut AttributeReader,
    read: &mut S,
) {
    for field in fields.iter().filter(|field| field.is_document()) {
        match &field.place {
            Place::Text(text) => {
                if let Some(sent) = document.text(field.name, field.limit) {
                    *(text.sent_mut)(read) = Some(sent);
                }
            }
            Place::Flag(flag) => *(flag.sent_mut)(read) = document.flag(field.name),
            Place::Time(time) => *(time.sent_mut)(read) = document.time(field.name),
            Place::Own(_) => {}
        }
    }
}

/// The fields that a form changes, in its order: a long text is the last.
#[must_use]
pub(crate) fn of_form<R, S>(
    fields: &'static [RecordField<R, S>],
) -> Vec<&'static RecordField<R, S>> {
    let fields = fields.iter().filter(|field| field.label.is_some());
    let (long, short): (Vec<_>, Vec<_>) = fields.partition(|field| field.is_long());
    [short, long].concat()
}

/// What a form calls a field.
#[must_use]
pub fn label<R, S>(fields: &[RecordField<R, S>], name: &str) -> &'static str {
    let field = fields.iter().find(|field| field.name == name);
    field.and_then(|field| field.label).unwrap_or_default()
}

/// The properties of a field whose record is not known: its words, its uses and its flips.
type About = (&'static str, &'static [Use], Option<[&'static str; 2]>);

/// The properties of the field with this name of either record.
fn about(name: &str) -> Option<About> {
    fn of<R, S>(fields: &'static [RecordField<R, S>], name: &str) -> Option<About> {
        let field = fields.iter().find(|field| field.name == name)?;
        Some((field.words, field.uses, field.flips))
    }
    of(&CONTACT, name).or_else(|| of(&PHONE, name))
}

/// The words for the name of a field of either record: `company`.
#[must_use]
pub fn words(name: &str) -> &str {
    about(name).map_or(name, |(words, ..)| words)
}

/// Whether the field with this name of either record is used so.
#[must_use]
pub(crate) fn is_used(name: &str, what: Use) -> bool {
    about(name).is_some_and(|(_, uses, _)| uses.contains(&what))
}

/// Of the flag with this name of either record: what is said where it becomes no, and where it becomes yes.
#[must_use]
pub(crate) fn flips(name: &str) -> Option<[&'static str; 2]> {
    about(name)?.2
}

impl<R, S> PartialEq for RecordField<R, S> {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl<R, S> Eq for RecordField<R, S> {}

impl<R, S> fmt::Debug for RecordField<R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name)
    }
}
