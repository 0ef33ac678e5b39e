//! What the tests of the store share: a real database in a temporary folder, with a clock of its
//! own.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing
)]

pub(crate) mod amount;
pub(crate) mod desk;
pub(crate) mod pty;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, LazyLock};

use callbook::domain::bulk::BulkPlan;
use callbook::domain::contact::{ContactAttributes, ContactId};
use callbook::domain::edit::Done;
use callbook::domain::import::{Arrival, Bytes, Cards, GroupCard, Incoming, Origin, Reject};
use callbook::domain::listing::{ListQuery, Selection};
use callbook::domain::number::Region;
use callbook::domain::operation::Actor;
use callbook::domain::phone::{Phone, PhoneAttributes, PhoneId};
use callbook::domain::refusal::Refusal;
use callbook::domain::rehearsal::{Rehearsal, Seen, Task};
use callbook::domain::timestamp::Timestamp;
use callbook::exchange::vcard;
use callbook::export::ExportForm;
use callbook::store::{Options, Store};
use serde_json::{Map, Value};

/// A database with a clock that the test sets.
pub(crate) struct Book {
    pub store: Store,
    pub clock: Arc<AtomicI64>,
    pub path: PathBuf,
    pub folder: tempfile::TempDir,
}

/// 24 November 2026, noon.
pub(crate) const NOON: i64 = 1_795_521_600_000_000;

pub(crate) fn options(clock: &Arc<AtomicI64>) -> Options {
    let clock = Arc::clone(clock);
    Options {
        home: Region::new("US"),
        actor: Actor::Command,
        clock: Box::new(move || {
            Timestamp::from_micros(clock.fetch_add(1_000_000, Ordering::SeqCst))
        }),
        file_system: None,
        sort_prefixes: None,
    }
}

/// A book as it is made: making one takes several times as long as opening it.
static EMPTY_BOOK: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let book = Book::new();
    drop(book.store);
    fs::read(book.path).unwrap()
});

impl Book {
    /// The whole book as it is exported.
    pub(crate) fn exported(&self, form: ExportForm) -> Vec<u8> {
        let mut bytes = Vec::new();
        let all = Selection::Shown(ListQuery::default());
        callbook::export::stream(&self.store, &all, form, &mut bytes).unwrap();
        bytes
    }

    pub(crate) fn new() -> Self {
        Self::in_folder(tempfile::tempdir().unwrap())
    }

    /// A book for a test of rules that needs thousands of them: in memory where the system has a
    /// folder there, since a disk would take most of the time to sync what nobody reads again.
    pub(crate) fn of_rules() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir());
        let folder = folder.unwrap();
        fs::write(folder.path().join("book.db"), EMPTY_BOOK.as_slice()).unwrap();
        Self::in_folder(folder)
    }

    /// A copy of a book in `tests/data/books`.
    pub(crate) fn of_data(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let books = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/books");
        let path = folder.path().join("book.db");
        fs::copy(books.join(name), &path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        Self::in_folder(folder)
    }

    /// The book in a folder.
    pub(crate) fn in_folder(folder: tempfile::TempDir) -> Self {
        let path = folder.path().join("book.db");
        let clock = Arc::new(AtomicI64::new(NOON));
        let store = Store::open(&path, options(&clock)).unwrap();
        Self {
            store,
            clock,
            path,
            folder,
        }
    }

    /// A second program on the same file.
    pub(crate) fn other(&self) -> Store {
        Store::open(&self.path, options(&self.clock)).unwrap()
    }

    pub(crate) fn contact(&mut self, name: &str) -> ContactId {
        let sent = ContactAttributes {
            name: Some(Some(name.to_owned())),
            ..ContactAttributes::default()
        };
        self.store
            .create_contact(sent, Vec::new())
            .unwrap()
            .value
            .id
    }

    /// POST, with the attributes as a caller sends them.
    pub(crate) fn post(&mut self, owner: ContactId, attributes: Value) -> Result<Phone, Refusal> {
        let (sent, faults) = PhoneAttributes::read_new(object(attributes));
        self.store
            .create_phone(owner, sent, faults)
            .map(|done| done.value)
    }

    /// PUT, with the attributes as a caller sends them.
    pub(crate) fn put(&mut self, id: PhoneId, attributes: Value) -> Result<Phone, Refusal> {
        let (sent, faults) = PhoneAttributes::read(object(attributes));
        self.store
            .update_phone(id, sent, faults)
            .map(|done| done.value)
    }

    /// PUT with `overwrite`.
    pub(crate) fn set(&mut self, id: PhoneId, mut attributes: Value) -> Phone {
        attributes["overwrite"] = Value::Bool(true);
        self.put(id, attributes).unwrap()
    }

    /// What a change would do.
    pub(crate) fn rehearse(&mut self, task: &Task) -> Rehearsal<BulkPlan> {
        self.store
            .rehearse(task, &vcard::Format::default())
            .unwrap()
    }

    /// Does a change, where it is what was seen.
    pub(crate) fn perform(&mut self, task: &Task, seen: Seen) -> Result<Done<BulkPlan>, Refusal> {
        self.store.perform(task, seen, &vcard::Format::default())
    }

    /// Does a change as it is rehearsed.
    pub(crate) fn rehearse_and_perform(&mut self, task: &Task) -> (BulkPlan, Done<BulkPlan>) {
        let rehearsal = self.rehearse(task);
        let seen = Seen::Rehearsal(rehearsal.fingerprint);
        (rehearsal.plan, self.perform(task, seen).unwrap())
    }

    pub(crate) fn get(&self, id: PhoneId) -> Phone {
        self.store.phone(id).unwrap()
    }

    pub(crate) fn phones(&self, owner: ContactId) -> Vec<Phone> {
        self.store.profile(owner).unwrap().full.phones
    }
}

/// Cards that are at hand, and those of them that cannot be stored.
pub(crate) struct Handed {
    begins: Option<Origin>,
    cards: std::vec::IntoIter<Incoming>,
    /// The groups that come after the cards.
    pub groups: Vec<GroupCard>,
    pub aside: Vec<Reject>,
}

impl Handed {
    pub(crate) fn of(cards: Vec<Incoming>) -> Self {
        let origin = Origin {
            source: "vcard",
            bytes: Bytes::Whole,
            collection: 0,
        };
        Self {
            begins: Some(origin),
            cards: cards.into_iter(),
            groups: Vec::new(),
            aside: Vec::new(),
        }
    }
}

impl Iterator for Handed {
    type Item = Result<Arrival, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        let begins = self.begins.take().map(Arrival::Begins);
        let card = |card| Arrival::Card(Box::new(card));
        let next = begins.or_else(|| self.cards.next().map(card));
        next.or_else(|| self.groups.pop().map(Arrival::Group))
            .map(Ok)
    }
}

impl Cards for Handed {
    fn set_aside(&mut self, reject: Reject) {
        self.aside.push(reject);
    }
}

fn object(attributes: Value) -> Map<String, Value> {
    let Value::Object(attributes) = attributes else {
        panic!("attributes are an object")
    };
    attributes
}

/// What a person does with marked contacts, in one step.
pub(crate) trait Marked {
    fn delete_contacts(&mut self, ids: &[ContactId]) -> Result<Done<BulkPlan>, Refusal>;
    fn confirm_contacts(&mut self, ids: &[ContactId]) -> Result<Done<BulkPlan>, Refusal>;
}

impl Marked for Store {
    fn delete_contacts(&mut self, ids: &[ContactId]) -> Result<Done<BulkPlan>, Refusal> {
        self.perform(
            &Task::delete(ids.to_vec()),
            Seen::Nothing,
            &vcard::Format::default(),
        )
    }

    fn confirm_contacts(&mut self, ids: &[ContactId]) -> Result<Done<BulkPlan>, Refusal> {
        self.perform(
            &Task::confirm(ids.to_vec()),
            Seen::Nothing,
            &vcard::Format::default(),
        )
    }
}
