//! What a person's data survives: a kill at any instant, many writers at once, a failing disk, a
//! full one, a damaged file. The store is the real one, and so are the processes, the files and the
//! errors.

#![allow(
    unsafe_code,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::exit
)]

#[path = "../support/amount.rs"]
mod amount;
mod attacks;
mod calls;
mod damage;
mod failing;
mod full;
mod kills;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod order;
mod power;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod scenarios;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[allow(dead_code)]
#[path = "../support/trace.rs"]
mod trace;
mod writers;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use callbook::domain::contact::ContactAttributes;
use callbook::domain::operation::Actor;
use callbook::domain::phone::PhoneAttributes;
use callbook::domain::timestamp::Timestamp;
use callbook::store::{Options, Store};

fn options() -> Options {
    Options {
        home: None,
        actor: Actor::Command,
        clock: Box::new(|| Timestamp::from_utc(chrono::Utc::now())),
        file_system: None,
        sort_prefixes: None,
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

/// A folder on a file system that is memory only, where there is one. A kill and an error take nothing
/// from what a file system keeps in memory: that one is as good there, and faster.
fn in_memory() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() {
        tempfile::tempdir_in(memory).unwrap()
    } else {
        tempfile::tempdir().unwrap()
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

/// Runs one of the programs to its end, and has it succeed.
fn succeeds(name: &str, folder: &Path) {
    let ran = program(name, folder)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&ran.stderr);
    assert!(ran.status.success(), "{told}");
}

/// The database that this process is to work on, where it is one of the programs.
fn database() -> Option<PathBuf> {
    std::env::var_os("CALLBOOK_FAULTS").map(PathBuf::from)
}

/// Writes a file for its owner only.
fn put(path: &Path, bytes: &[u8]) {
    fs::write(path, bytes).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).unwrap();
}

/// Adds so many contacts, each with a number and a name of some length.
fn fill(store: &mut Store, count: usize) {
    for at in 0..count {
        let name = format!("Person {at} {}", "x".repeat(400));
        let contact = store.create_contact(named(&name), Vec::new()).unwrap();
        store
            .create_phone(contact.value.id, numbered("+39 02 5550 1182"), Vec::new())
            .unwrap();
    }
}
