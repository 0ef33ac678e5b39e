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

use std::ffi::{CStr, c_int, c_void};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
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
/// The functions that stood there before: pwrite64 or pwrite, fsync, ftruncate.
static TRUE_CALLS: [AtomicU64; 3] = [const { AtomicU64::new(0) }; 3];

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
type Fsync = unsafe extern "C" fn(c_int) -> c_int;
type Ftruncate = unsafe extern "C" fn(c_int, i64) -> c_int;

unsafe extern "C" fn pwrite(file: c_int, bytes: *const c_void, count: usize, at: i64) -> isize {
    if fails() {
        return -1;
    }
    // SAFETY: the address that SQLite gave for this very call, which has this type.
    let real: Pwrite = unsafe { std::mem::transmute(TRUE_CALLS[0].load(Ordering::SeqCst)) };
    unsafe { real(file, bytes, count, at) }
}

unsafe extern "C" fn fsync(file: c_int) -> c_int {
    if fails() {
        return -1;
    }
    // SAFETY: as above.
    let real: Fsync = unsafe { std::mem::transmute(TRUE_CALLS[1].load(Ordering::SeqCst)) };
    unsafe { real(file) }
}

unsafe extern "C" fn ftruncate(file: c_int, length: i64) -> c_int {
    if fails() {
        return -1;
    }
    // SAFETY: as above.
    let real: Ftruncate = unsafe { std::mem::transmute(TRUE_CALLS[2].load(Ordering::SeqCst)) };
    unsafe { real(file, length) }
}

/// Puts the calls above in the place of those that `SQLite` makes.
fn interpose() {
    let calls: [(&CStr, u64, usize); 4] = [
        (c"pwrite", pwrite as *const () as u64, 0),
        (c"pwrite64", pwrite as *const () as u64, 0),
        (c"fsync", fsync as *const () as u64, 1),
        (c"ftruncate", ftruncate as *const () as u64, 2),
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
