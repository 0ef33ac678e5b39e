//! What a write did, in a form that can be undone: one operation for each row that it touched, and
//! the undo point that holds them together.
//!
//! A change is kept as the fields that differ, from what to what; so the history can be read by a
//! person, and the inverse is the same change the other way round.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::contact::{Contact, ContactId, Detail};
use super::detail::{DetailId, settle};
use super::fields::{Use, is_used};
use super::phone::{Phone, PhoneId};
use super::timestamp::Timestamp;

/// A record of either table.
#[derive(Clone, Debug, PartialEq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Record {
    /// A phone number.
    Phone(Box<Phone>),
    /// A contact.
    Contact(Box<Contact>),
}

impl Record {
    /// Which record it is.
    #[must_use]
    pub fn key(&self) -> RecordKey {
        match self {
            Self::Phone(phone) => RecordKey::Phone(phone.id),
            Self::Contact(contact) => RecordKey::Contact(contact.id),
        }
    }

    /// The contact that it belongs to, or is.
    #[must_use]
    pub fn contact(&self) -> ContactId {
        match self {
            Self::Phone(phone) => phone.contact,
            Self::Contact(contact) => contact.id,
        }
    }

    /// The stamp of its last write.
    #[must_use]
    pub const fn version(&self) -> Timestamp {
        match self {
            Self::Phone(phone) => phone.updated_in_db_at,
            Self::Contact(contact) => contact.updated_in_db_at,
        }
    }

    /// What it says: without ids, times and stamps, which are others when the same is written again.
    #[must_use]
    pub(crate) fn into_content(self) -> Self {
        let never = Timestamp::default();
        match self {
            Self::Phone(phone) => Self::Phone(Box::new(Phone {
                id: PhoneId::default(),
                contact: ContactId::default(),
                created_at: never,
                updated_at: never,
                updated_in_db_at: never,
                ..*phone
            })),
            Self::Contact(contact) => Self::Contact(Box::new(Contact {
                id: ContactId::default(),
                card: None,
                created_at: never,
                updated_at: never,
                updated_in_db_at: never,
                ..*contact
            })),
        }
    }
}

/// Which record of which table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKey {
    /// A phone number.
    Phone(PhoneId),
    /// A contact.
    Contact(ContactId),
}

impl RecordKey {
    /// The UUID, whichever it is of.
    #[must_use]
    pub const fn uuid(self) -> Uuid {
        match self {
            Self::Phone(id) => id.0,
            Self::Contact(id) => id.0,
        }
    }
}

/// One field that changed, by its name in the record.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FieldChange {
    /// The field: `location`.
    pub field: String,
    /// What it was.
    pub from: Value,
    /// What it became.
    pub to: Value,
}

impl FieldChange {
    /// Whether a person wants to know of this change; `identity` follows from the number, for
    /// example.
    #[must_use]
    pub fn is_worth_telling(&self) -> bool {
        !is_used(&self.field, Use::Quiet)
    }
}

/// A part of a contact that has a history of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContactPart {
    /// An email, an address or another detail.
    Detail(DetailId),
    /// The note.
    Note,
    /// The tags.
    Tags,
}

impl ContactPart {
    const fn field(self) -> &'static str {
        match self {
            Self::Detail(_) => "details",
            Self::Note => "note",
            Self::Tags => "tags",
        }
    }

    /// Of a value of its field what is its own.
    fn of(self, value: &Value) -> Value {
        let Self::Detail(id) = self else {
            return value.clone();
        };
        let details = serde_json::from_value(value.clone());
        let mut details: Vec<Detail> = details.unwrap_or_default();
        // Where the log is from before details had ids, they are those that they got.
        settle(&mut details, &[]);
        details.retain(|detail| detail.id == id);
        json!(details)
    }

    /// The change of the part alone, if it is one.
    fn change(self, from: &Value, to: &Value) -> Option<FieldChange> {
        let (from, to) = (self.of(from), self.of(to));
        (from != to).then(|| FieldChange {
            field: self.field().to_owned(),
            from,
            to,
        })
    }
}

/// What happened to one row.
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// The record was made. The record itself is known until the store reads the operation back:
    /// then it is in its table, and is not kept a second time.
    Create(RecordKey, Option<Record>),
    /// Some fields changed.
    Update(RecordKey, Vec<FieldChange>),
    /// The record was deleted; this is what it was.
    Delete(Record),
}

/// The field that only the database sets, and that is no part of a change.
const STAMP: &str = "updated_in_db_at";

impl Operation {
    /// Whether a field changed to this value.
    #[must_use]
    pub fn sets(&self, field: &str, to: &Value) -> bool {
        let Self::Update(_, changes) = self else {
            return false;
        };
        let mut changes = changes.iter();
        changes.any(|change| change.field == field && change.to == *to)
    }

    /// Which record it is about.
    #[must_use]
    pub fn key(&self) -> RecordKey {
        match self {
            Self::Create(key, _) | Self::Update(key, _) => *key,
            Self::Delete(record) => record.key(),
        }
    }

    /// What it did to a part of its contact, as a change of that part alone; none where that is nothing.
    #[must_use]
    pub fn about(&self, part: ContactPart) -> Option<Self> {
        let change = match self {
            Self::Update(RecordKey::Contact(_), changes) => {
                let mut changes = changes.iter();
                let change = changes.find(|change| change.field == part.field())?;
                part.change(&change.from, &change.to)
            }
            Self::Create(_, Some(Record::Contact(made))) => {
                let (none, made) = (object(&Contact::default()), object(made));
                part.change(none.get(part.field())?, made.get(part.field())?)
            }
            Self::Create(..) | Self::Update(..) | Self::Delete(_) => None,
        };
        Some(Self::Update(self.key(), vec![change?]))
    }

    /// The change from one state of a record to another, or none where they are the same but for the
    /// stamp.
    #[must_use]
    pub fn between<T: Serialize>(key: RecordKey, before: &T, after: &T) -> Option<Self> {
        let (before, after) = (object(before), object(after));
        let changes: Vec<FieldChange> = before
            .into_iter()
            .filter(|(field, _)| field != STAMP)
            .filter_map(|(field, from)| {
                let to = after.get(&field).cloned().unwrap_or_default();
                (from != to).then_some(FieldChange { field, from, to })
            })
            .collect();
        (!changes.is_empty()).then_some(Self::Update(key, changes))
    }

    /// `record` with the changes of an [`Operation::Update`] applied to it.
    ///
    /// # Errors
    /// If the record has no such field, or the value is not of its type: the log is damaged.
    pub fn revise<T: Serialize + for<'de> Deserialize<'de>>(
        record: &T,
        changes: &[FieldChange],
    ) -> Result<T, serde_json::Error> {
        let mut fields = object(record);
        for change in changes {
            fields.insert(change.field.clone(), change.to.clone());
        }
        serde_json::from_value(Value::Object(fields))
    }

    /// The operation that takes this one back.
    ///
    /// A [`Operation::Create`] needs the `current` record: deleting keeps it. None
    /// where it was not handed in.
    #[must_use]
    pub(crate) fn inverse(self, current: Option<Record>) -> Option<Self> {
        Some(match self {
            Self::Create(_, _) => Self::Delete(current?),
            Self::Delete(record) => Self::Create(record.key(), Some(record)),
            Self::Update(key, changes) => Self::Update(
                key,
                changes
                    .into_iter()
                    .map(|change| FieldChange {
                        field: change.field,
                        from: change.to,
                        to: change.from,
                    })
                    .collect(),
            ),
        })
    }
}

/// The fields of a record.
fn object<T: Serialize>(record: &T) -> Map<String, Value> {
    match serde_json::to_value(record) {
        Ok(Value::Object(fields)) => fields,
        _ => Map::new(),
    }
}

/// What made a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Actor {
    /// A person at the screens.
    Screens,
    /// The command line.
    Command,
    /// An import.
    Import,
}

impl Actor {
    /// The word that the log and documents hold.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Screens => "screens",
            Self::Command => "command",
            Self::Import => "import",
        }
    }

    /// Where the change was made, for people.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Screens => "on screen",
            Self::Command => "from the shell",
            Self::Import => "by an import",
        }
    }

    /// The actor that a word names.
    #[must_use]
    pub fn of(word: &str) -> Option<Self> {
        [Self::Screens, Self::Command, Self::Import]
            .into_iter()
            .find(|actor| actor.word() == word)
    }
}

/// The run of a sync that a step is part of. All steps of a run are taken back as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncRun {
    /// The name of the remote that the book was synced with.
    pub remote: String,
    /// Which run.
    pub id: Uuid,
}

/// A step that is undone as one: its id and the words for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndoPoint {
    /// Rising with time.
    pub id: i64,
    /// When it was made.
    pub at: Timestamp,
    /// Which program or screen.
    pub actor: Actor,
    /// What it did, as a toast says it: `Marked +39 02 5550 1182 as accurate`.
    pub title: String,
    /// The run of a sync that it is part of, if it is.
    pub run: Option<SyncRun>,
}

impl UndoPoint {
    /// What made the change, for people: `on screen`, or `by nextcloud` of a sync.
    #[must_use]
    pub fn by(&self) -> Cow<'static, str> {
        match &self.run {
            Some(run) => format!("by {}", run.remote).into(),
            None => self.actor.words().into(),
        }
    }
}

/// What an undo does with rows that have changed since.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Overwriting {
    /// It is refused, and nothing is written.
    #[default]
    Refused,
    /// It is done all the same, as far as the rows are still there.
    Written,
}

/// What became of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is in effect.
    Done,
    /// It was undone, and can be redone.
    Undone,
    /// It was undone, and something else was done since.
    Passed,
    /// What it deleted is gone for good; it cannot be undone.
    Emptied,
}

impl Standing {
    /// The word beside a step; none if it is in effect.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Done => "",
            Self::Undone | Self::Passed => "undone",
            Self::Emptied => "for good",
        }
    }
}

/// A step of the whole book's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepEntry {
    /// The step.
    pub point: UndoPoint,
    /// What became of it.
    pub standing: Standing,
    /// How many rows it touched.
    pub rows: usize,
}

/// One row that a step touched.
#[derive(Clone, Debug, PartialEq)]
pub struct StepRow {
    /// The contact that it is, or belongs to.
    pub contact: ContactId,
    /// The contact's name.
    pub name: String,
    /// The number, as people read it; none where it is about the contact.
    pub number: Option<String>,
    /// What happened to it.
    pub operation: Operation,
}

/// Something that was deleted, and can be brought back.
#[derive(Clone, Debug, PartialEq)]
pub struct BinEntry {
    /// What it was.
    pub key: RecordKey,
    /// The contact's name.
    pub name: String,
    /// The number, or how many the contact had.
    pub what: String,
    /// The step that deleted it.
    pub point: UndoPoint,
}

/// One line of a contact's history.
#[derive(Clone, Debug, PartialEq)]
pub struct HistoryEntry {
    /// The step that it was part of.
    pub point: UndoPoint,
    /// The number, as people read it; none where it is about the contact.
    pub number: Option<String>,
    /// What happened to the row.
    pub operation: Operation,
    /// Whether it has been undone since.
    pub undone: bool,
}
