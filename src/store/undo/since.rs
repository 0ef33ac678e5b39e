//! Whether what a step touched has been changed since, and by what.

use std::collections::HashMap;

use rusqlite::params;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::domain::contact::ContactId;
use crate::domain::operation::{Actor, FieldChange, Operation, Record, RecordKey, UndoPoint};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::turning::{Part, Touched, not_as_left, touched};

use crate::store::db::failure::{Answer, Failure};
use crate::store::db::record;
use crate::store::write::log;
use crate::store::write::writer::Writer;

/// The field that follows every write, so that it says nothing about whether a row is as it was
/// left; of a contact it moves with its phones, without an operation.
const TOUCHED: &str = "updated_at";

/// The title of a step, and what made it.
type By = (String, String);

/// The changes of a contact and its phones that are newer than a step.
#[derive(Default)]
pub(super) struct Later {
    /// The newest of each row.
    of: HashMap<Uuid, By>,
    /// The newest that made or deleted the contact.
    whole: Option<By>,
    /// The newest of each part of the contact, with what that is called.
    parts: HashMap<Part, (String, By)>,
    /// The newest of all.
    newest: Option<By>,
}

impl Later {
    /// Whether a row was changed.
    pub(super) fn has(&self, key: RecordKey) -> bool {
        self.of.contains_key(&key.uuid())
    }

    /// What changed one of the parts that these changes touched, and what that is called.
    fn of_parts(&self, changes: &[FieldChange]) -> Option<(String, &By)> {
        if let Some(by) = &self.whole {
            return Some(("it".to_owned(), by));
        }
        let touched = touched(changes).into_iter();
        let mut found = touched.filter_map(|Touched { part, .. }| self.parts.get(&part));
        let (words, by) = found.next()?;
        Some((words.clone(), by))
    }
}

impl Writer<'_> {
    /// The changes of a contact's rows that are newer than a step and in effect. All at once, for a contact
    /// may have thousands of rows.
    pub(super) fn later(&self, contact: ContactId, step: i64) -> Answer<Later> {
        let mut changes = self.connection().prepare_cached(
            "SELECT o.entity, o.key, o.kind, o.fields, p.title, p.actor, p.remote
             FROM operation o JOIN undo_point p ON p.id = o.point
             WHERE o.contact = ?1 AND o.point > ?2 AND p.kind = 'change' AND p.undone = 0
             ORDER BY o.point",
        )?;
        let mut later = Later::default();
        let mut changes = changes.query(params![contact.0.as_bytes(), step])?;
        while let Some(row) = changes.next()? {
            let by = match row.get(6)? {
                Some(remote) => remote,
                None => Actor::of(&row.get::<_, String>(5)?)
                    .map_or("another program", words)
                    .to_owned(),
            };
            let by: By = (row.get(4)?, by);
            let key = record::uuid(row, 1)?;
            if key == contact.0 {
                match log::operation(row)? {
                    Operation::Update(_, changes) => {
                        let parts = touched(&changes).into_iter();
                        let parts = parts.map(|one| (one.part, (one.words, by.clone())));
                        later.parts.extend(parts);
                    }
                    Operation::Create(..) | Operation::Delete(_) => later.whole = Some(by.clone()),
                }
            }
            later.of.insert(key, by.clone());
            later.newest = Some(by);
        }
        Ok(later)
    }

    /// Refuses if what a step touched is not as it left it, or has a change that is newer than the step and
    /// still in effect: of a number the whole row, of a contact the parts that the step touched.
    ///
    /// The log alone would not do: another program may have undone or redone a step of its own. Nor
    /// would the row alone: a change of another field of a number would be torn from what it belongs to.
    pub(super) fn refuse_changed(
        &self,
        operation: &Operation,
        later: &Later,
        target: &UndoPoint,
        verb: &str,
    ) -> Answer<()> {
        let it = || "it".to_owned();
        let row = || later.of.get(&operation.key().uuid()).map(|by| (it(), by));
        let newer = match operation {
            // Undoing the creation of a contact deletes its phones too, also those of later steps.
            Operation::Create(RecordKey::Contact(_), _) => {
                later.newest.as_ref().map(|by| (it(), by))
            }
            Operation::Update(RecordKey::Contact(_), changes) => later.of_parts(changes),
            Operation::Create(..) | Operation::Update(..) | Operation::Delete(_) => row(),
        };
        let why = match newer {
            Some((what, (title, by))) => {
                format!("{what} has been changed since by “{title}” ({by})")
            }
            None => match self.not_as_left(operation)? {
                Some(what) => format!("{what} has been changed since"),
                None => return Ok(()),
            },
        };
        let detail = format!("cannot {verb} “{}”: {why}", target.title);
        Err(Refusal::new(Kind::Conflict, detail).into())
    }

    /// What is not as an operation left it, by what it is called.
    fn not_as_left(&self, operation: &Operation) -> Answer<Option<String>> {
        let current = record::find(self.connection(), operation.key())?;
        let it = |is_left: bool| (!is_left).then(|| "it".to_owned());
        Ok(match (operation, current) {
            (Operation::Create(_, _), current) => it(current.is_some()),
            (Operation::Delete(_), current) => it(current.is_none()),
            (Operation::Update(_, _), None) => it(false),
            (Operation::Update(_, changes), Some(Record::Contact(contact))) => {
                not_as_left(&contact, changes)
            }
            (Operation::Update(_, changes), Some(Record::Phone(phone))) => {
                let fields = fields(&*phone)?;
                let mut changes = changes.iter().filter(|change| change.field != TOUCHED);
                it(changes.all(|change| fields.get(&change.field) == Some(&change.to)))
            }
        })
    }
}

/// The fields of a record by name.
fn fields<T: Serialize>(record: &T) -> Answer<Value> {
    serde_json::to_value(record).map_err(|error| Failure::Log(error.to_string()))
}

/// What made the change, in words.
const fn words(actor: Actor) -> &'static str {
    match actor {
        Actor::Screens => "the screens",
        Actor::Command => "command line",
        Actor::Import => "import",
    }
}
