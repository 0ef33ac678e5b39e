//! Power losses.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Stdio;

use callbook::domain::contact::ContactId;
use callbook::store::Store;

use crate::calls::{Call, TAPE, interpose};
use crate::{Random, database, long, named, numbered, options, program};

/// A power loss at any instant of some work: what was told as done is there, in every state that the
/// disk may be left in. In a process of its own, as its calls are recorded.
#[test]
fn a_power_loss_at_any_instant_loses_nothing_that_was_told_as_done() {
    let folder = tempfile::tempdir().unwrap();
    let replayed = program("power::power", folder.path())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&replayed.stderr);
    assert!(replayed.status.success(), "{told}");
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

/// A program: works while its calls are recorded, and then looks at each state that a power loss would
/// have left.
#[test]
fn power() {
    let Some(folder) = database() else { return };
    let database = folder.join("book.db");
    Store::open(&database, options()).unwrap();
    let start: Disk = BTreeMap::from([("book.db".to_owned(), fs::read(&database).unwrap())]);
    interpose();
    *TAPE.lock().unwrap() = Some(Vec::new());
    let mut stored: Vec<ContactId> = Vec::new();
    {
        let mut store = Store::open(&database, options()).unwrap();
        for at in 0..20 {
            let name = format!("Person {at} {}", "x".repeat(at * 40));
            let id = store
                .create_contact(named(&name), Vec::new())
                .unwrap()
                .value
                .id;
            stored.push(id);
            let told = Call::Told(stored.len());
            TAPE.lock().unwrap().as_mut().unwrap().push(told);
            store
                .create_phone(id, numbered("+39 02 5550 1182"), Vec::new())
                .unwrap();
        }
        // Closing takes the log over into the database.
    }
    let tape = TAPE.lock().unwrap().take().unwrap();
    let elsewhere = folder.join("crash");
    fs::create_dir(&elsewhere).unwrap();
    let database = elsewhere.join("book.db");
    let mut seen = 0;
    let mut random = Random(3);
    let mut base = start;
    let mut from = 0;
    for end in 0..=tape.len() {
        let told = tape[..end].iter().rev().find_map(|call| match call {
            Call::Told(count) => Some(*count),
            _ => None,
        });
        let (safe, loose) = settled(&base, &tape[from..end]);
        if loose.is_empty() {
            // What is safe need not be done again.
            (base, from) = (safe.clone(), end);
        }
        let mut all = State::all(loose.len());
        // The two plain ones always, and of the others as many as there is time for.
        let others = all.split_off(all.len().min(2));
        let every = others
            .len()
            .div_ceil(usize::try_from(2 * long()).unwrap())
            .max(1);
        let skipped = usize::try_from(random.below(u64::try_from(every).unwrap())).unwrap();
        all.extend(others.into_iter().skip(skipped).step_by(every));
        for state in all {
            let disk = state.of(&safe, &loose);
            for name in ["book.db", "book.db-wal", "book.db-shm"] {
                let _ = fs::remove_file(elsewhere.join(name));
            }
            for (name, bytes) in &disk {
                let path = elsewhere.join(name);
                fs::write(&path, bytes).unwrap();
                fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
            }
            let store = Store::open(&database, options()).unwrap();
            assert_eq!(store.examine().unwrap(), [], "after {end} calls");
            for id in &stored[..told.unwrap_or(0)] {
                assert!(
                    store.contact(*id).is_ok(),
                    "after {end} calls: {id} is lost"
                );
            }
            seen += 1;
        }
    }
    println!("{seen} states of {} calls", tape.len());
    assert!(seen >= 4_000, "only {seen} states");
}
