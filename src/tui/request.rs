//! What the screens ask of the store, and what it answers.

use std::path::PathBuf;

use crate::domain::bulk::{BulkEdit, BulkPlan};
use crate::domain::contact::{ContactAttributes, ContactId};
use crate::domain::duplicates::{Group, Merge, Person};
use crate::domain::edit::{ContactEdit, Holder, Profile};
use crate::domain::health::Health;
use crate::domain::import::{Choices, ImportPlan, ImportReport};
use crate::domain::listing::{ListQuery, Rows, Selection, Totals};
use crate::domain::operation::{Binned, HistoryEntry, Key, Over, StepEntry, StepRow, UndoPoint};
use crate::domain::phone::{PhoneAttributes, PhoneId};
use crate::domain::query::Values;
use crate::domain::refusal::Refusal;
use crate::domain::timestamp::Timestamp;
use crate::domain::triage::Worklist;

/// Which question an answer belongs to. Rising; an answer with an old one is dropped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// A question to the store.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Some rows of the list.
    Rows(ListQuery, usize, usize),
    /// How many rows the list has.
    Count(ListQuery),
    /// The totals of the header.
    Totals,
    /// The place of a contact in the list.
    Place(ListQuery, ContactId),
    /// A contact with its phones.
    Profile(ContactId),
    /// The contact of a draft, whose answer another question for a contact does not make stale.
    Recalled(ContactId),
    /// Who else has a number.
    Holders(String, Option<ContactId>),
    /// The history of a contact.
    History(ContactId),
    /// The steps of the whole book before one, or the newest; so many.
    Steps(Option<i64>, usize),
    /// What a step did, row by row; so many.
    StepRows(i64, usize),
    /// What is in the bin; so much.
    Bin(usize),
    /// Who may be there twice.
    Duplicates,
    /// Contacts with their phones.
    People(Vec<ContactId>),
    /// What a change of many contacts would do.
    PlanBulk(Box<BulkEdit>),
    /// What merging groups would do.
    PlanMerge(Vec<Merge>),
    /// The counts of the book's health.
    Health,
    /// Why contacts need attention.
    Worklist,
    /// The values that conditions of the filter can have.
    Values,
    /// Who is used, the most used first; they come earlier among those whom a search finds alike.
    Used(Vec<ContactId>),
    /// What the import of files would do.
    Plan(Chosen),
    /// Write contacts to a file.
    Export(Selection, PathBuf),
    /// Contacts as vCards, to be copied.
    Cards(Selection),
    /// Write.
    Write(Write),
    /// Put a backup in the place of the damaged database.
    PutBack(PathBuf),
}

/// Chosen and folders to import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Chosen {
    /// As a person typed them: a path, several, or patterns.
    Typed(String),
    /// These.
    Paths(Vec<PathBuf>),
}

/// Something to be written.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Change a phone.
    Phone(PhoneId, PhoneAttributes),
    /// Add a phone.
    AddPhone(ContactId, PhoneAttributes),
    /// Delete a phone that has this stamp.
    DeletePhone(PhoneId, Timestamp),
    /// Save a contact.
    Contact(Box<ContactEdit>),
    /// Change attributes of a contact.
    ContactAttributes(ContactId, Box<ContactAttributes>),
    /// Delete contacts.
    DeleteContacts(Vec<ContactId>),
    /// Confirm contacts.
    Confirm(Vec<ContactId>),
    /// Change many contacts, as it was planned: the fingerprint of the plan.
    Bulk(Box<BulkEdit>, u64),
    /// Merge groups of contacts.
    Merge(Vec<Merge>),
    /// Mark numbers as shared on purpose.
    Shared(Vec<String>),
    /// Mark contacts of one name as different people.
    Namesakes(Vec<ContactId>),
    /// Make a contact what it was after a step.
    RestoreContact(ContactId, i64),
    /// Make a contact's phone what it was after a step.
    RestorePhone(ContactId, PhoneId, i64),
    /// Bring back from the bin.
    BringBack(Key),
    /// Throw away what is in the bin.
    EmptyBin,
    /// Undo the last step.
    Undo(Over),
    /// Undo one step.
    UndoStep(i64, Over),
    /// Undo a step and all after it.
    UndoBackTo(i64),
    /// Redo.
    Redo,
    /// Import files and folders, some of their cards as chosen.
    Import(Vec<PathBuf>, Choices),
}

/// An answer of the store.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// Some rows.
    Rows(Rows),
    /// How many.
    Count(usize),
    /// The totals.
    Totals(Totals),
    /// The place.
    Place(Option<usize>),
    /// A contact, or none where it is gone.
    Profile(Option<Box<Profile>>),
    /// Who else.
    Holders(Vec<Holder>),
    /// The history.
    History(Vec<HistoryEntry>),
    /// Steps of the whole book.
    Steps(Vec<StepEntry>),
    /// What a step did.
    StepRows(Vec<StepRow>),
    /// What is in the bin.
    Bin(Vec<Binned>),
    /// Who may be there twice.
    Duplicates(Vec<Group>),
    /// The contacts with their phones.
    People(Vec<Person>),
    /// What the change of many contacts would do.
    PlanBulk(Box<BulkEdit>, Box<BulkPlan>),
    /// What merging these groups would do.
    PlanMerge(Vec<Merge>, Box<BulkPlan>),
    /// The counts.
    Health(Box<Health>),
    /// Why contacts need attention.
    Worklist(Worklist),
    /// The values that conditions of the filter can have.
    Values(Values),
    /// What the import of these would do, and what it is called.
    Plan(Vec<PathBuf>, String, Box<ImportPlan>),
    /// Contacts were written to a file: how many, and where it is.
    Exported(usize, PathBuf),
    /// The cards of so many contacts.
    Cards(usize, String),
    /// Written.
    Written(Written),
    /// Refused; nothing was written.
    Refused(Refusal),
    /// What was told is known now.
    Noted,
    /// Another program wrote to the database.
    ChangedElsewhere,
    /// The backup is in the place of the damaged database, which is here now; none where it was gone.
    PutBack(Option<String>),
}

/// What was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Written {
    /// The step, or none where nothing changed.
    pub point: Option<UndoPoint>,
    /// What kind of step it was.
    pub step: Step,
    /// The contact to look at now.
    pub contact: Option<ContactId>,
    /// What an import did.
    pub report: Option<Box<ImportReport>>,
}

/// The direction of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A change.
    Forward,
    /// A change was undone.
    Undone,
    /// So many changes were undone, the first of them this one.
    UndoneBackTo(usize),
    /// A change was redone.
    Redone,
    /// What was deleted was thrown away.
    Emptied,
}
