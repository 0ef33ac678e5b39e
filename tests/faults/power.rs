//! Power losses.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use callbook::domain::contact::ContactId;
use callbook::domain::listing::ListQuery;
use callbook::domain::rehearsal::{Seen, Task};
use callbook::exchange::vcard::Format;
use callbook::store::Store;

use crate::amount::{drawn, swept};
use crate::calls::{Call, TAPE, interpose};
use crate::{Random, database, in_memory, named, numbered, options, put, succeeds};

/// A power loss at any instant of some work: what was told as done is there, in every state that the
/// disk may be left in. In a process of its own, as its calls are recorded.
#[test]
fn a_power_loss_at_any_instant_loses_nothing_that_was_told_as_done() {
    let folder = in_memory();
    succeeds("power::power", folder.path());
}

/// What the disk holds: the files by name.
type Disk = BTreeMap<String, Vec<u8>>;

fn apply(disk: &mut Disk, call: &Call) {
    match call {
        Call::Write(name, at, bytes) => {
            let file = disk.entry(name.clone()).or_default();
            let end = at + bytes.len();
            if file.len() < end {
                file.resize(end, 0);
            }
            file[*at..end].copy_from_slice(bytes);
        }
        Call::Cut(name, end) => disk.entry(name.clone()).or_default().resize(*end, 0),
        Call::Sync(_) | Call::Told(_) => {}
    }
}

/// The file that a call is about.
fn file_of(call: &Call) -> &str {
    match call {
        Call::Write(name, _, _) | Call::Cut(name, _) | Call::Sync(name) => name,
        Call::Told(_) => "",
    }
}

/// What of the calls that were not synchronised yet is on the disk.
#[derive(Clone, Copy)]
enum State {
    Nothing,
    All,
    /// All but one.
    Without(usize),
    /// They do not arrive in order: one alone.
    Only(usize),
    /// Those up to one, of which the first half is there.
    Torn(usize),
    /// Those up to one, of which the second half is something else.
    Garbled(usize),
}

impl State {
    /// The states that so many calls may leave.
    fn all(loose: usize) -> Vec<Self> {
        let mut states = vec![Self::Nothing];
        if loose > 0 {
            states.push(Self::All);
        }
        for at in 0..loose {
            states.extend([
                Self::Without(at),
                Self::Only(at),
                Self::Torn(at),
                Self::Garbled(at),
            ]);
        }
        states
    }

    /// The disk in this state.
    fn of(self, safe: &Disk, loose: &[&Call]) -> Disk {
        let mut disk = safe.clone();
        for (at, call) in loose.iter().enumerate() {
            let whole = match self {
                Self::Nothing => false,
                Self::All => true,
                Self::Without(other) => at != other,
                Self::Only(other) => at == other,
                Self::Torn(last) | Self::Garbled(last) => at < last,
            };
            match (self, call) {
                (Self::Torn(last), Call::Write(name, place, bytes)) if at == last => {
                    let half = bytes[..bytes.len() / 2].to_vec();
                    apply(&mut disk, &Call::Write(name.clone(), *place, half));
                }
                (Self::Garbled(last), Call::Write(name, place, bytes)) if at == last => {
                    let mut bytes = bytes.clone();
                    let middle = bytes.len() / 2;
                    bytes[middle..].fill(0xa5);
                    apply(&mut disk, &Call::Write(name.clone(), *place, bytes));
                }
                _ if whole => apply(&mut disk, call),
                _ => {}
            }
        }
        disk
    }
}

/// What is on the disk for sure after these calls, and which of them may be there or not.
fn settled<'c>(before: &Disk, calls: &'c [Call]) -> (Disk, Vec<&'c Call>) {
    let (mut safe, mut loose) = (before.clone(), Vec::new());
    for (at, call) in calls.iter().enumerate() {
        let mut later = calls[at..].iter();
        let synced = later.any(|later| matches!(later, Call::Sync(name) if name == file_of(call)));
        match call {
            Call::Sync(_) | Call::Told(_) => {}
            call if synced => apply(&mut safe, call),
            call => loose.push(call),
        }
    }
    (safe, loose)
}

/// What was told: this contact is there, or is gone.
type Fact = (ContactId, bool);

/// Some work with what it tells, on a store whose calls are recorded.
type Work = fn(&mut Store, &mut dyn FnMut(Fact));

/// Contacts one by one, each larger than the last.
fn edits(store: &mut Store, told: &mut dyn FnMut(Fact)) {
    for at in 0..20 {
        let name = format!("Person {at} {}", "x".repeat(at * 40));
        let contact = store.create_contact(named(&name), Vec::new()).unwrap();
        let id = contact.value.id;
        told((id, true));
        store
            .create_phone(id, numbered("+39 02 5550 1182"), Vec::new())
            .unwrap();
    }
}

/// An import, of which all is told at once; a deletion; its undo.
fn import(store: &mut Store, told: &mut dyn FnMut(Fact)) {
    let cards = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Ada\nTEL:+44 20 7946 0018\nEND:VCARD\n\
        BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:Carl\nTEL:+49 30 5550 1182\nEND:VCARD\n";
    let file = callbook::import::File::open(cards.as_bytes(), "cards.vcf", &[]).unwrap();
    callbook::import::all(store, file).unwrap();
    let rows = store.rows(&ListQuery::default(), 0, 10).unwrap().rows;
    let ids: Vec<ContactId> = rows.into_iter().map(|row| row.id).collect();
    for id in &ids {
        told((*id, true));
    }
    store
        .perform(
            &Task::delete(vec![ids[0]]),
            Seen::Nothing,
            &Format::default(),
        )
        .unwrap();
    told((ids[0], false));
    store.undo().unwrap();
    told((ids[0], true));
}

/// Nothing but the opening, which brings a book of the first schema up to date.
fn migration(store: &mut Store, told: &mut dyn FnMut(Fact)) {
    for row in store.rows(&ListQuery::default(), 0, 10).unwrap().rows {
        told((row.id, true));
    }
}

/// A program: works while its calls are recorded, and then looks at each state that a power loss would
/// have left.
#[test]
fn power() {
    let Some(folder) = database() else { return };
    let books = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/books");
    let old = fs::read(books.join("schema-1.db")).unwrap();
    let new = folder.join("new.db");
    drop(Store::open(&new, options()).unwrap());
    let new = fs::read(new).unwrap();
    interpose();
    let works: [(&str, &[u8], Work); 3] = [
        ("edits", &new, edits),
        ("an import", &new, import),
        ("a migration", &old, migration),
    ];
    let mut seen = 0;
    for (name, book, work) in works {
        let states = replay(&folder.join(name.replace(' ', "-")), book, work);
        println!("{name}: {states} states");
        assert!(states > drawn(100), "{name}: {states}");
        seen += states;
    }
    assert!(seen >= drawn(4_000), "only {seen} states");
}

/// Does some work on a book, and looks at the states that a power loss in it would have left; gives how
/// many.
fn replay(folder: &Path, book: &[u8], work: Work) -> usize {
    fs::create_dir(folder).unwrap();
    let database = folder.join("book.db");
    put(&database, book);
    *TAPE.lock().unwrap() = Some(Vec::new());
    let mut facts: Vec<Fact> = Vec::new();
    {
        let mut store = Store::open(&database, options()).unwrap();
        let mut told = |fact| {
            facts.push(fact);
            let told = Call::Told(facts.len());
            TAPE.lock().unwrap().as_mut().unwrap().push(told);
        };
        work(&mut store, &mut told);
        // Closing takes the log over into the database.
    }
    let tape = TAPE.lock().unwrap().take().unwrap();
    let database = folder.join("crash/book.db");
    fs::create_dir(folder.join("crash")).unwrap();
    let mut seen = 0;
    let mut random = Random(3);
    let mut base: Disk = BTreeMap::from([("book.db".to_owned(), book.to_vec())]);
    let mut from = 0;
    let mut chosen = swept().peekable();
    for end in 0..=tape.len() {
        let count = tape[..end].iter().rev().find_map(|call| match call {
            Call::Told(count) => Some(*count),
            _ => None,
        });
        let (told, untold) = facts.split_at(count.unwrap_or(0));
        // What was told last of somebody holds, but what is told next may be done already.
        let told: BTreeMap<_, _> = told.iter().copied().collect();
        let next = untold.first().map(|(id, _)| *id);
        let (safe, loose) = settled(&base, &tape[from..end]);
        if loose.is_empty() {
            // What is safe need not be done again.
            (base, from) = (safe.clone(), end);
        }
        if chosen.next_if_eq(&end).is_none() {
            continue;
        }
        let mut all = State::all(loose.len());
        // The two plain ones always, and of the others as many as there is time for.
        let others = all.split_off(all.len().min(2));
        let every = others.len().div_ceil(drawn(2).max(2)).max(1);
        let skipped = usize::try_from(random.below(u64::try_from(every).unwrap())).unwrap();
        all.extend(others.into_iter().skip(skipped).step_by(every));
        for state in all {
            for suffix in ["", "-wal", "-shm"] {
                let _ = fs::remove_file(folder.join(format!("crash/book.db{suffix}")));
            }
            for (name, bytes) in &state.of(&safe, &loose) {
                put(&folder.join("crash").join(name), bytes);
            }
            let store = Store::open(&database, options()).unwrap();
            assert_eq!(store.examine().unwrap(), [], "after {end} calls");
            for (id, there) in &told {
                assert!(
                    store.contact(*id).is_ok() == *there || next == Some(*id),
                    "after {end} calls: {id} is not as it was told"
                );
            }
            seen += 1;
        }
    }
    seen
}
