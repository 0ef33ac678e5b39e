//! The protocol of the screens on one page: what happens ([`Msg`]), what is to be done ([`Effect`]), and
//! what is asked of the store and answered ([`Request`], [`Reply`]). It knows no page.

use std::mem::{Discriminant, discriminant};
use std::path::PathBuf;
use std::time::Duration;

use uuid::Uuid;

use crate::config::looks::ColorPalette;
use crate::domain::bulk::BulkPlan;
use crate::domain::contact::{ContactAttributes, ContactId};
use crate::domain::damage::Damage;
use crate::domain::duplicates::Group;
use crate::domain::edit::{ContactAsText, ContactEdit, Holder, NamedContact, Profile, TextEdit};
use crate::domain::files::{FileForm, There};
use crate::domain::full_contact::FullContact;
use crate::domain::health::Health;
use crate::domain::import::{ImportOptions, ImportPlan, ImportReport};
use crate::domain::listing::{ListQuery, RowColumns, Rows, Selection, Totals};
use crate::domain::number::Region;
use crate::domain::operation::{
    self, BinEntry, HistoryEntry, Overwriting, StepEntry, StepRow, UndoPoint,
};
use crate::domain::phone::{PhoneAttributes, PhoneId};
use crate::domain::progress::Progress;
use crate::domain::query::{SavedFilter, Values};
use crate::domain::refusal::{Fault, Refusal};
use crate::domain::rehearsal::{Rehearsal, Seen, Task};
use crate::domain::remotes::{BroughtBackEntry, ConflictEntry, Decision, RemoteDetails, RemoteRow};
use crate::domain::secret::Secret;
use crate::domain::sync::guard::{Guard, GuardAnswer};
use crate::domain::sync::plan::{LeftOut, SyncPlan};
use crate::domain::tag::TagCount;
use crate::domain::timestamp::Timestamp;
use crate::domain::triage::Worklist;
use crate::domain::upcoming::DatedContact;
use crate::editor::Edited;

use super::keymap::key::Key;

/// Which question an answer belongs to, and which page asked it. Numbers only rise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ticket {
    /// The number of the question.
    pub number: u64,
    /// The page that asked.
    pub page: PageId,
}

/// Which page. Ids only rise: that of a page which is gone is never given again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PageId(pub u64);

impl PageId {
    /// The page at the bottom: the list of contacts.
    pub(crate) const BOTTOM: Self = Self(0);
}

/// A question to the store.
#[derive(Clone, Debug, PartialEq)]
pub enum Request {
    /// Some rows of the list: from which on, how many, and what of each.
    Rows(ListQuery, usize, usize, RowColumns),
    /// The contacts that have a date.
    Dates,
    /// The remotes that the book knows.
    Remotes,
    /// The cards of a remote that a person may want to look at.
    RemoteDetails(String),
    /// The fields that were changed here and on a remote.
    Conflicts,
    /// The contacts for which a change won over a deletion.
    BroughtBack,
    /// What a sync with this remote would do: the network's thread answers it.
    PlanSync(String, AfterUndo),
    /// What a remote is: the network's thread answers it.
    CheckRemote(String),
    /// Rows of these contacts; those that are gone have none.
    RowsOf(Vec<ContactId>),
    /// How many rows the list has.
    Count(ListQuery),
    /// The totals of the header.
    Totals,
    /// The place of a contact in the list.
    Place(ListQuery, ContactId),
    /// The contacts of some rows of the list: from which on, and how many at most.
    Ids(ListQuery, usize, usize),
    /// A contact with its phones.
    Profile(ContactId),
    /// The contact of a draft, whose answer another question for a contact does not make stale.
    Recalled(ContactId),
    /// The other contacts with a number.
    Holders(String, Option<ContactId>),
    /// Which other contacts have a name.
    Named(String, Option<ContactId>),
    /// The history of a contact.
    History(ContactId),
    /// The steps of the whole book before one, or the newest; so many.
    Steps(Option<i64>, usize),
    /// What a step did, row by row; so many.
    StepRows(i64, usize),
    /// What is in the bin; so much.
    Bin(usize),
    /// The tags of the book, counted.
    Tags,
    /// The possible duplicates.
    Duplicates,
    /// Contacts with their phones.
    People(Vec<ContactId>),
    /// What a change of several contacts would do.
    Rehearse(Task),
    /// What the import of files would do.
    RehearseImport(Chosen, ImportOptions),
    /// The counts of the book's health.
    Health,
    /// Why contacts need attention.
    Worklist,
    /// The values that conditions of the filter can have.
    Values,
    /// The most used contacts, best first; they rank higher among equal matches of a search.
    Used(Vec<ContactId>),
    /// Write contacts to a file, in a form.
    Export(Selection, PathBuf, FileForm, There),
    /// Contacts as vCards, to be copied.
    Cards(Selection),
    /// A small card of a contact, to be scanned.
    SmallCard(ContactId),
    /// Write what the card of a contact holds at this place among its attachments to a file.
    SaveAttachment(ContactId, usize, PathBuf, There),
    /// Add a filter to this configuration.
    SaveFilter(PathBuf, SavedFilter),
    /// Write.
    Write(Write),
    /// Put a backup in the place of the damaged database.
    PutBack(PathBuf),
    /// From now on national numbers are of this country, or of none.
    SetHome(Option<Region>),
    /// Whether another program has written, and nothing else.
    Look,
}

/// How a remote goes on after a run that was taken back, where a person says it with the sync.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AfterUndo {
    /// Nothing is said: a remote that waits for it is not synced.
    #[default]
    Unsaid,
    /// It is a first sync again.
    BeginsAgain,
    /// What it took away here is deleted there.
    SendsUndo,
}

impl AfterUndo {
    /// Whether the undo is sent, as the sync asks it.
    #[must_use]
    pub const fn sends(self) -> Option<bool> {
        match self {
            Self::Unsaid => None,
            Self::BeginsAgain => Some(false),
            Self::SendsUndo => Some(true),
        }
    }
}

/// What a newer question of a page makes pointless: an older one of the same kind. What two steps did are
/// two kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestKind {
    question: Discriminant<Request>,
    step: Option<i64>,
}

impl Request {
    /// Which older questions it takes the place of.
    #[must_use]
    pub const fn kind(&self) -> RequestKind {
        RequestKind {
            question: discriminant(self),
            step: match self {
                Self::StepRows(step, _) => Some(*step),
                _ => None,
            },
        }
    }
}

/// Files and folders to import.
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
    /// Take the photo of a contact that has this stamp from a file.
    Photo(ContactId, Timestamp, PathBuf),
    /// Delete the photo at this place on the card of a contact that has this stamp.
    DeletePhoto(ContactId, Timestamp, usize),
    /// Change several contacts, where that is what was seen of it.
    Perform(Task, Seen),
    /// Mark numbers as shared on purpose.
    Shared(Vec<String>),
    /// Mark contacts of one name as different people.
    Namesakes(Vec<ContactId>),
    /// Make a contact what it was after a step.
    RestoreContact(ContactId, i64),
    /// Make a contact's phone what it was after a step.
    RestorePhone(ContactId, PhoneId, i64),
    /// Bring back from the bin.
    BringBack(operation::RecordKey),
    /// Throw away what is in the bin.
    EmptyBin,
    /// Decide fields that were changed here and on a remote.
    Decide(Vec<(ConflictEntry, Decision)>),
    /// Pause a remote, or let it go on.
    Pause(String, bool),
    /// It is right so that a contact was brought back, of this remote.
    KeepBroughtBack(String, ContactId),
    /// Of a run that was taken back: what the undo took away here is deleted there with the next sync.
    SendUndo(String),
    /// Undo the last step.
    Undo(Overwriting),
    /// Undo one step.
    UndoStep(i64, Overwriting),
    /// Undo a step and all after it, where that is what was seen of it.
    UndoBackTo(i64, Seen),
    /// Redo.
    Redo,
    /// Import files and folders, where that is what was seen of it.
    Import(Vec<PathBuf>, ImportOptions, Seen),
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
    /// The contacts of the rows from this place on.
    Ids(usize, Vec<ContactId>),
    /// A contact, or none where it is gone.
    Profile(Option<Box<Profile>>),
    /// The other contacts.
    Holders(Vec<Holder>),
    /// Which other contacts have the name.
    Named(Vec<NamedContact>),
    /// The history.
    History(Vec<HistoryEntry>),
    /// Steps of the whole book.
    Steps(Vec<StepEntry>),
    /// What this step did.
    StepRows(i64, Vec<StepRow>),
    /// What is in the bin.
    Bin(Vec<BinEntry>),
    /// The tags of the book, by name.
    Tags(Vec<TagCount>),
    /// The possible duplicates.
    Duplicates(Vec<Group>),
    /// The contacts with their phones.
    People(Vec<FullContact>),
    /// What the change would do.
    Rehearsed(Task, Box<Rehearsal<BulkPlan>>),
    /// What the import of these would do, and what it is called.
    RehearsedImport(Vec<PathBuf>, String, Box<Rehearsal<ImportPlan>>),
    /// The counts.
    Health(Box<Health>),
    /// The remotes.
    Remotes(Vec<RemoteRow>),
    /// The cards of a remote.
    RemoteDetails(Box<RemoteDetails>),
    /// The fields to decide.
    Conflicts(Vec<ConflictEntry>),
    /// The contacts for which a change won over a deletion.
    BroughtBack(Vec<BroughtBackEntry>),
    /// What a sync would do.
    PlannedSync(Box<SyncPlan>),
    /// What a remote is.
    CheckedRemote(String),
    /// The contacts that have a date.
    Dates(Vec<DatedContact>),
    /// Why contacts need attention.
    Worklist(Worklist),
    /// The values that conditions of the filter can have.
    Values(Values),
    /// Contacts were written to a file: how many, where it is, and what another program has no column for.
    Exported(usize, PathBuf, Option<String>),
    /// The bytes were written to this file.
    Saved(PathBuf),
    /// Nothing was written: there is such a file, and it was not to be replaced.
    FileExists,
    /// The filter was added to this file, as a person reads its name.
    FilterSaved(SavedFilter, String),
    /// The cards of so many contacts.
    Cards(usize, String),
    /// The small card.
    SmallCard(String),
    /// Written.
    Written(Written),
    /// Refused; nothing was written.
    Refused(Refusal),
    /// Taken note of.
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
    /// What was deleted for good; nothing may remember it.
    pub thrown: Vec<Uuid>,
}

/// The direction of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A change.
    Forward,
    /// A change was undone.
    Undone,
    /// A sync was undone, and a remote waits until a person says how it goes on.
    UndoneSync,
    /// So many changes were undone, the first of them this one.
    UndoneBackTo(usize),
    /// A change was redone.
    Redone,
    /// The bin was emptied.
    Emptied(usize),
    /// A remote was paused, or goes on.
    Paused(bool),
    /// A contact that was brought back stays.
    KeptBack,
    /// The undo of a run goes to its remote with the next sync.
    UndoIsSent,
}

/// Something happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Msg {
    /// A key was pressed.
    Key(Key),
    /// Text was pasted.
    Paste(String),
    /// The mouse did something.
    Mouse(Mouse),
    /// The terminal has another size.
    Resize(Size),
    /// The store answered.
    Store(Ticket, Reply),
    /// What the store is asked to do has come so far.
    Progress(Ticket, Progress),
    /// The database cannot be opened, because it is damaged.
    Damaged(Damage),
    /// Something was written to the files of the book, by this program or another.
    BookTouched,
    /// A time has passed.
    Timer(TimerId),
    /// The editor came back to the place that it was opened for.
    Editor(TextPlace, Edited),
    /// The editor came back to the page that a contact is edited as text from.
    ContactEdited(PageId, Box<ContactAsText>, TextEdit),
    /// Names of files that this path of a page can be completed to.
    Paths(PageId, String, Vec<String>),
    /// The terminal answered with its background, for which this is the palette. The loop handles it.
    Background(ColorPalette),
    /// Something went wrong outside of the screens.
    Trouble(String),
    /// A report was written to this file.
    Reported(PathBuf),
    /// Which remotes are synced now, and what came of those that were.
    Sync(Vec<String>, Option<(Tone, String)>),
    /// How the remotes are now, before it is said that a sync is done: what a key does then depends on it.
    Remotes(Vec<RemoteRow>),
}

/// Something is to be done, outside of `update`.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the store.
    Ask(Ticket, Request),
    /// Send text to the terminal's clipboard.
    Copy(String),
    /// Open an address with the program that is set for it.
    Open(String),
    /// Let the person edit the text of a place in `$EDITOR`.
    Edit(TextPlace, String),
    /// Let the person edit a contact as text in `$EDITOR`, with what the store found wrong with the text.
    EditContact(PageId, Box<ContactAsText>, Vec<Fault>),
    /// Complete a path that is typed in a page.
    Complete(PageId, String),
    /// Come back after a while.
    After(Duration, TimerId),
    /// Take the mouse, or leave it to the terminal.
    Mouse(bool),
    /// Keep the home country in the configuration.
    KeepHome(Option<Region>),
    /// Write a report of an import to a file of its own: the name of what is imported, and the text.
    Report(String, String),
    /// Sync remotes.
    Sync(SyncOrder),
    /// Have the sync make no further request.
    StopSync,
    /// Have the syncs of this remote use this password until the program ends.
    Password(String, Secret),
    /// Give up what the store is doing for long.
    Stop,
    /// Stop, until the shell brings the program back.
    Suspend,
    /// Draw everything again.
    Redraw,
    /// Leave.
    Quit,
}

/// Which remotes a person has synced, and what they say beforehand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyncOrder {
    /// The remotes.
    pub names: Vec<String>,
    /// A first sync is done as it was shown.
    pub confirms_first: bool,
    /// What is decided where the run asks this.
    pub decided: Option<(GuardAnswer, Guard)>,
    /// Nothing is sent, and the remote is paused then.
    pub only_takes_in: bool,
    /// The cards, by their addresses, that are not of whom they seem to be.
    pub apart: Vec<String>,
    /// What is left as it is.
    pub left_out: LeftOut,
    /// What is said of a run that was taken back.
    pub after_undo: AfterUndo,
}

impl SyncOrder {
    /// As it is every time.
    #[must_use]
    pub const fn usual(names: Vec<String>) -> Self {
        Self {
            names,
            confirms_first: false,
            decided: None,
            only_takes_in: false,
            apart: Vec::new(),
            left_out: LeftOut {
                cards: Vec::new(),
                contacts: Vec::new(),
            },
            after_undo: AfterUndo::Unsaid,
        }
    }

    /// The first sync with a remote, as it was shown; `apart` are the cards that a person keeps apart.
    #[must_use]
    pub fn first(name: String, apart: Vec<String>) -> Self {
        Self {
            confirms_first: true,
            apart,
            ..Self::usual(vec![name])
        }
    }

    /// With what a person decided of what the last run asked.
    #[must_use]
    pub fn decided(name: String, answer: GuardAnswer, of: Guard) -> Self {
        Self {
            confirms_first: true,
            decided: Some((answer, of)),
            ..Self::usual(vec![name])
        }
    }
}

/// A text of a page, to be edited elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TextPlace {
    /// The page.
    pub page: PageId,
    /// Which of its texts, as the page counts them.
    pub field: usize,
}

/// What something is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The page shows it; the newest of its kind is the one that counts.
    Read,
    /// The page is done with it: it closes when that is written, or shows why not.
    Save,
    /// The answer is shown on a page of its own, in the place of the one that asked or over it.
    Preview,
    /// An undo, of a step or of the last one.
    Undo(Option<i64>),
    /// Anything else: the page stays.
    Stay,
}

impl Purpose {
    /// Whether the answer closes or covers the page, which therefore takes no keys until it comes.
    #[must_use]
    pub(crate) const fn holds_keys(self) -> bool {
        matches!(self, Self::Save | Self::Preview)
    }
}

/// What the mouse did, where: column and row from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mouse {
    /// The column.
    pub column: u16,
    /// The row.
    pub row: u16,
    /// What it did.
    pub kind: MouseKind,
}

/// What the mouse did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MouseKind {
    /// The left button went down.
    Click,
    /// The wheel turned up.
    WheelUp,
    /// The wheel turned down.
    WheelDown,
}

/// The size of the terminal in columns and rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
}

/// Which timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimerId {
    /// A prefix has waited: show what may follow.
    WhichKey(u64),
    /// A question to the store takes long: show that.
    Spinner(Ticket),
}

/// A line about what was just done, or why not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Toast {
    /// How it went.
    pub tone: Tone,
    /// The words.
    pub text: String,
    /// The step that `u` takes back, where it is offered: that one or none.
    pub undo: Option<i64>,
}

/// How something went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    /// Well.
    Good,
    /// A remark.
    Plain,
    /// Something is waited for; gone once it has come.
    Waits,
    /// It was refused.
    Bad,
}
