//! What a person's data survives: a kill at any instant, many writers at once, a failing disk, a
//! damaged file. The store is the real one, and so are the processes, the files and the errors.
//!
//! `CALLBOOK_LONG=100` runs a hundred times as many of the random ones.

#![allow(
    unsafe_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::exit
)]

use std::collections::BTreeMap;
use std::ffi::{CStr, c_int, c_void};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use callbook::domain::contact::{ContactAttributes, ContactId};
use callbook::domain::listing::ListQuery;
use callbook::domain::operation::Actor;
use callbook::domain::phone::{PhoneAttributes, PhoneId};
use callbook::domain::refusal::Kind;
use callbook::domain::timestamp::Timestamp;
use callbook::store::{Options, Store};
use rusqlite::ffi;

fn long() -> u64 {
    std::env::var("CALLBOOK_LONG")
        .ok()
        .and_then(|times| times.parse().ok())
        .unwrap_or(1)
}

fn options() -> Options {
    Options {
        home: None,
        actor: Actor::Command,
        clock: Box::new(|| Timestamp::from_utc(chrono::Utc::now())),
    }
}

fn named(name: &str) -> ContactAttributes {
    ContactAttributes {
        name: Some(Some(name.to_owned())),
        ..ContactAttributes::default()
    }
}

fn numbered(number: &str) -> PhoneAttributes {
    PhoneAttributes {
        number: Some(number.to_owned()),
        ..PhoneAttributes::default()
    }
}

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % end
    }
}

/// Runs one of the programs below in a process of its own.
fn program(name: &str, database: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env("CALLBOOK_FAULTS", database)
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command
}

/// The database that this process is to work on, where it is one of the programs.
fn database() -> Option<PathBuf> {
    std::env::var_os("CALLBOOK_FAULTS").map(PathBuf::from)
}

/// A program: adds contacts with numbers, changes them and deletes some, and says each time what is
/// there once it was told so.
#[test]
fn writer() {
    let Some(database) = database() else { return };
    let mut store = Store::open(&database, options()).unwrap();
    let mut out = std::io::stdout().lock();
    let mut said = |line: String| {
        writeln!(out, "ack {line}").unwrap();
        out.flush().unwrap();
    };
    for at in 0..100_000_u32 {
        let contact = store.create_contact(named(&format!("Person {at}")), Vec::new());
        let id = contact.unwrap().value.id;
        said(format!("+ {id}"));
        for number in ["+39 02 5550 1182", "+44 20 7946 0018"] {
            let phone = store
                .create_phone(id, numbered(number), Vec::new())
                .unwrap();
            said(format!("phone {}", phone.value.id));
        }
        if at % 3 == 0 {
            store.delete_contacts(&[id]).unwrap();
            said(format!("- {id}"));
            if at % 2 == 0 {
                store.undo().unwrap();
                said(format!("back {id}"));
            }
        }
    }
}

/// 300 kills: what was told as done is there, the rules hold, and the file is sound.
#[test]
fn a_kill_at_any_instant_loses_nothing_that_was_told_as_done() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("book.db");
    let mut random = Random(7);
    let mut acknowledged = 0;
    for round in 0..300 * long() {
        if round % 60 == 0 {
            // A book that has grown makes nothing new.
            for suffix in ["", "-wal", "-shm"] {
                let _ = fs::remove_file(folder.path().join(format!("book.db{suffix}")));
            }
        }
        let mut child = program("writer", &database).spawn().unwrap();
        let output = child.stdout.take().unwrap();
        let told = std::thread::spawn(move || {
            let lines = BufReader::new(output).lines().map_while(Result::ok);
            let acks = lines.filter_map(|line| Some(line.split_once("ack ")?.1.to_owned()));
            acks.collect::<Vec<_>>()
        });
        std::thread::sleep(Duration::from_micros(4_000 + random.below(36_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        let told = told.join().unwrap();
        acknowledged += told.len();
        let store = Store::open(&database, options()).unwrap();
        assert_eq!(store.examine().unwrap(), [], "round {round}");
        // Each contact with its phones, and whether it is there.
        let mut people: Vec<(ContactId, Vec<PhoneId>, bool)> = Vec::new();
        for line in &told {
            let (sign, id) = line.split_once(' ').unwrap();
            match (sign, people.last_mut()) {
                ("+", _) => people.push((id.parse().unwrap(), Vec::new(), true)),
                ("phone", Some(last)) => last.1.push(id.parse().unwrap()),
                (sign, Some(last)) => last.2 = sign == "back",
                _ => {}
            }
        }
        // What was under way with the last may have been done or not.
        people.pop();
        for (id, phones, there) in people {
            assert_eq!(store.contact(id).is_ok(), there, "round {round}: {id}");
            for phone in phones {
                assert_eq!(store.phone(phone).is_ok(), there, "round {round}: {phone}");
            }
        }
    }
    assert!(
        acknowledged > 1_000,
        "only {acknowledged} writes were told as done"
    );
}

/// A program: counts one up, 500 times, in a note that others count up too.
#[test]
fn counter() {
    let Some(database) = database() else { return };
    let mut store = Store::open(&database, options()).unwrap();
    let query = ListQuery::default();
    let id = store.rows(&query, 0, 1).unwrap().rows[0].id;
    let mut done = 0;
    while done < 500 {
        let contact = store.contact(id).unwrap();
        let count: u32 = contact.note.as_deref().unwrap_or("0").parse().unwrap();
        let sent = ContactAttributes {
            note: Some(Some((count + 1).to_string())),
            updated_in_db_at: Some(contact.updated_in_db_at),
            ..ContactAttributes::default()
        };
        match store.update_contact(id, sent, Vec::new()) {
            Ok(_) => done += 1,
            Err(refusal) => assert!(
                matches!(refusal.kind, Kind::Conflict | Kind::Busy),
                "{refusal}"
            ),
        }
    }
}

/// 8 processes, 500 edits each of one and the same record: none is lost.
#[test]
fn nobodys_edit_is_lost_among_eight_writers() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("book.db");
    let mut store = Store::open(&database, options()).unwrap();
    let id = store
        .create_contact(named("Counter"), Vec::new())
        .unwrap()
        .value
        .id;
    let children: Vec<_> = (0..8)
        .map(|_| program("counter", &database).spawn().unwrap())
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(store.contact(id).unwrap().note.as_deref(), Some("4000"));
    assert_eq!(store.examine().unwrap(), []);
}

/// The calls of the disk that are made to fail: which one is next, and how.
static CALLS: AtomicI64 = AtomicI64::new(0);
static FAILS_AT: AtomicI64 = AtomicI64::new(i64::MAX);
static FOR_GOOD: AtomicI64 = AtomicI64::new(0);
static ERRNO: AtomicI64 = AtomicI64::new(0);
/// The functions that stood there before: pwrite64 or pwrite, ftruncate.
static TRUE_CALLS: [AtomicU64; 2] = [const { AtomicU64::new(0) }; 2];
/// What was done to the files, where that is recorded.
static TAPE: Mutex<Option<Vec<Call>>> = Mutex::new(None);

/// One call, as it is recorded.
#[derive(Clone)]
enum Call {
    Write(String, usize, Vec<u8>),
    Cut(String, usize),
    Sync(String),
    /// So many contacts were told as stored by now.
    Told(usize),
}

/// Records a call, if that is wanted and it is about a database or its log.
fn record(file: c_int, call: impl FnOnce(String) -> Call) {
    let mut tape = TAPE.lock().unwrap();
    if let Some(tape) = tape.as_mut() {
        let path = fs::read_link(format!("/proc/self/fd/{file}")).unwrap_or_default();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name == "book.db" || name == "book.db-wal" {
            tape.push(call(name.into_owned()));
        }
    }
}

/// Whether this call is to fail; then `errno` is set.
fn fails() -> bool {
    let at = CALLS.fetch_add(1, Ordering::SeqCst);
    let from = FAILS_AT.load(Ordering::SeqCst);
    let fails = at == from || at > from && FOR_GOOD.load(Ordering::SeqCst) == 1;
    if fails {
        let errno = c_int::try_from(ERRNO.load(Ordering::SeqCst)).unwrap_or(5);
        // SAFETY: the location of this thread's errno, as libc gives it.
        unsafe { *libc::__errno_location() = errno };
    }
    fails
}

type Pwrite = unsafe extern "C" fn(c_int, *const c_void, usize, i64) -> isize;
type Ftruncate = unsafe extern "C" fn(c_int, i64) -> c_int;

unsafe extern "C" fn pwrite(file: c_int, bytes: *const c_void, count: usize, at: i64) -> isize {
    if fails() {
        return -1;
    }
    // SAFETY: SQLite gives so many bytes to write.
    let written = unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), count) };
    let place = usize::try_from(at).unwrap();
    record(file, |name| Call::Write(name, place, written.to_vec()));
    // SAFETY: the address that SQLite gave for this very call, which has this type.
    let real: Pwrite = unsafe { std::mem::transmute(TRUE_CALLS[0].load(Ordering::SeqCst)) };
    unsafe { real(file, bytes, count, at) }
}

unsafe extern "C" fn ftruncate(file: c_int, length: i64) -> c_int {
    if fails() {
        return -1;
    }
    let end = usize::try_from(length).unwrap();
    record(file, |name| Call::Cut(name, end));
    // SAFETY: as above.
    let real: Ftruncate = unsafe { std::mem::transmute(TRUE_CALLS[1].load(Ordering::SeqCst)) };
    unsafe { real(file, length) }
}

/// Stands in the place of libc's, which `SQLite` calls by its name.
#[unsafe(no_mangle)]
extern "C" fn fdatasync(file: c_int) -> c_int {
    if fails() {
        return -1;
    }
    record(file, Call::Sync);
    // SAFETY: the call itself, with what it was called with.
    let done = unsafe { libc::syscall(libc::SYS_fdatasync, file) };
    c_int::try_from(done).unwrap_or(-1)
}

/// As above.
#[unsafe(no_mangle)]
extern "C" fn fsync(file: c_int) -> c_int {
    if fails() {
        return -1;
    }
    record(file, Call::Sync);
    // SAFETY: the call itself, with what it was called with.
    let done = unsafe { libc::syscall(libc::SYS_fsync, file) };
    c_int::try_from(done).unwrap_or(-1)
}

/// Puts the calls above in the place of those that `SQLite` makes.
fn interpose() {
    let calls: [(&CStr, u64, usize); 3] = [
        (c"pwrite", pwrite as *const () as u64, 0),
        (c"pwrite64", pwrite as *const () as u64, 0),
        (c"ftruncate", ftruncate as *const () as u64, 1),
    ];
    // SAFETY: the default VFS lives as long as the process; the functions have the types that SQLite
    // calls them by, and call on to those that stood there.
    unsafe {
        let vfs = ffi::sqlite3_vfs_find(std::ptr::null());
        let get = (*vfs).xGetSystemCall.unwrap();
        let set = (*vfs).xSetSystemCall.unwrap();
        for (name, call, place) in calls {
            let Some(real) = get(vfs, name.as_ptr()) else {
                continue;
            };
            let real = real as *const () as u64;
            if real == call {
                continue;
            }
            TRUE_CALLS[place].store(real, Ordering::SeqCst);
            set(
                vfs,
                name.as_ptr(),
                std::mem::transmute::<u64, ffi::sqlite3_syscall_ptr>(call),
            );
        }
    }
}

/// What is done while the disk fails; gives the names that were told as stored.
fn work(database: &Path, told: &mut Vec<String>) -> Result<(), callbook::domain::refusal::Refusal> {
    let mut store = Store::open(database, options())?;
    for at in 0..3 {
        let name = format!("New {at}");
        let id = store.create_contact(named(&name), Vec::new())?.value.id;
        told.push(name);
        store.create_phone(id, numbered("+39 02 5550 1182"), Vec::new())?;
    }
    store.undo()?;
    Ok(())
}

/// Every call that writes, synchronises or cuts fails in turn, once or from then on, in four ways. In a
/// process of its own, since it is the calls of a process that fail.
#[test]
fn whichever_call_of_the_disk_fails_nothing_that_was_told_as_done_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let swept = program("sweep", folder.path())
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&swept.stderr);
    assert!(swept.status.success(), "{told}");
}

/// A program: does the same work again and again, while one call after the other fails.
#[test]
fn sweep() {
    let Some(folder) = database() else { return };
    let original = folder.join("original.db");
    {
        let mut store = Store::open(&original, options()).unwrap();
        store.create_contact(named("Old"), Vec::new()).unwrap();
    }
    interpose();
    let database = folder.join("book.db");
    let mut points = 0;
    let mut refused = 0;
    for errno in [libc::EIO, libc::ENOSPC, libc::EACCES, libc::EINTR] {
        for for_good in [0, 1] {
            // An interrupted call is tried again, and would be for ever.
            if errno == libc::EINTR && for_good == 1 {
                continue;
            }
            for at in 0.. {
                for suffix in ["", "-wal", "-shm", "-journal"] {
                    let _ = fs::remove_file(folder.join(format!("book.db{suffix}")));
                }
                fs::copy(&original, &database).unwrap();
                ERRNO.store(errno.into(), Ordering::SeqCst);
                FOR_GOOD.store(for_good, Ordering::SeqCst);
                CALLS.store(0, Ordering::SeqCst);
                FAILS_AT.store(at, Ordering::SeqCst);
                let mut told = Vec::new();
                let done = work(&database, &mut told);
                let reached = CALLS.load(Ordering::SeqCst) > at;
                FAILS_AT.store(i64::MAX, Ordering::SeqCst);
                points += 1;
                refused += usize::from(done.is_err());
                if let Err(refusal) = done {
                    assert!(!refusal.to_string().is_empty());
                }
                let store = Store::open(&database, options()).unwrap();
                assert_eq!(store.examine().unwrap(), [], "errno {errno}, call {at}");
                let rows = store.rows(&ListQuery::default(), 0, 100).unwrap().rows;
                let there: Vec<String> = rows.into_iter().map(|row| row.name).collect();
                assert!(there.contains(&"Old".to_owned()));
                for name in told {
                    assert!(
                        there.contains(&name),
                        "{name} is lost: errno {errno}, call {at}"
                    );
                }
                if !reached {
                    break;
                }
            }
        }
    }
    assert!(
        points > 100 && refused > 50,
        "{points} points, {refused} refused"
    );
}

/// A power loss at any instant of some work: what was told as done is there, in every state that the
/// disk may be left in. In a process of its own, as its calls are recorded.
#[test]
fn a_power_loss_at_any_instant_loses_nothing_that_was_told_as_done() {
    let folder = tempfile::tempdir().unwrap();
    let replayed = program("power", folder.path())
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

/// 2,000 files with bytes changed, cut or doubled: no panic, no hang, and the file stays as it was.
#[test]
fn a_damaged_file_is_named_or_read_and_never_changed_by_looking() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("original.db");
    {
        let mut store = Store::open(&original, options()).unwrap();
        for at in 0..20 {
            let id = store
                .create_contact(named(&format!("Person {at}")), Vec::new())
                .unwrap()
                .value
                .id;
            store
                .create_phone(id, numbered("+39 02 5550 1182"), Vec::new())
                .unwrap();
        }
    }
    let whole = fs::read(&original).unwrap();
    let mut random = Random(11);
    let database = folder.path().join("book.db");
    let mut refused = 0;
    for round in 0..2_000 * long() {
        let mut bytes = whole.clone();
        let length = u64::try_from(bytes.len()).unwrap();
        let place = |random: &mut Random| usize::try_from(random.below(length)).unwrap();
        for _ in 0..=random.below(4) {
            let at = place(&mut random);
            match random.below(4) {
                0 => bytes[at] ^= 1 << random.below(8),
                1 => bytes[at] = u8::try_from(random.below(256)).unwrap(),
                2 => bytes[at..].fill(0),
                _ => bytes[..at.max(1)].reverse(),
            }
        }
        if random.below(6) == 0 {
            bytes.truncate(place(&mut random));
        }
        for suffix in ["-wal", "-shm", "-journal"] {
            let _ = fs::remove_file(folder.path().join(format!("book.db{suffix}")));
        }
        fs::write(&database, &bytes).unwrap();
        let looked = Store::open(&database, options()).and_then(|store| {
            store.rows(&ListQuery::default(), 0, 50)?;
            store.totals()?;
            store.lookup("+39 02 5550 1182")?;
            store.steps(None, 10)?;
            store.examine().map(drop)
        });
        if let Err(refusal) = looked {
            refused += 1;
            assert!(
                refusal.to_string().contains("book.db"),
                "round {round}: {refusal}"
            );
        }
        assert_eq!(
            fs::read(&database).unwrap(),
            bytes,
            "round {round}: it was changed"
        );
    }
    assert!(refused > 500, "{refused}");
}
