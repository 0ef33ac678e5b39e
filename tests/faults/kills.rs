//! Kills: at random instants, and at each call that writes.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::time::Duration;

use callbook::domain::contact::ContactId;
use callbook::domain::phone::PhoneId;
use callbook::domain::rehearsal::{Seen, Task};
use callbook::exchange::vcard::Format;
use callbook::store::Store;

use crate::amount::{drawn, swept};
use crate::{Random, database, named, numbered, options, program};

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
            store
                .perform(&Task::delete(vec![id]), Seen::Nothing, &Format::default())
                .unwrap();
            said(format!("- {id}"));
            if at % 2 == 0 {
                store.undo().unwrap();
                said(format!("back {id}"));
            }
        }
    }
}

/// Kills: what was told as done is there, the rules hold, and the file is sound.
#[test]
fn a_kill_at_any_instant_loses_nothing_that_was_told_as_done() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("book.db");
    let mut random = Random(7);
    let mut acknowledged = 0;
    for round in 0..drawn(300) {
        if round % 60 == 0 {
            // A book that has grown makes nothing new.
            for suffix in ["", "-wal", "-shm"] {
                let _ = fs::remove_file(folder.path().join(format!("book.db{suffix}")));
            }
        }
        let mut child = program("kills::writer", &database).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let mut acks = output
            .lines()
            .map_while(Result::ok)
            .filter_map(|line| Some(line.split_once("ack ")?.1.to_owned()));
        // Some of the kills come before anything was told, while it opens or makes the book.
        let wanted = usize::try_from(random.below(8)).unwrap();
        let mut told: Vec<String> = acks.by_ref().take(wanted).collect();
        std::thread::sleep(Duration::from_micros(random.below(4_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        told.extend(acks);
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
        acknowledged >= drawn(900),
        "only {acknowledged} writes were told as done"
    );
}

/// Every command that writes and every migration, killed before each of its calls that write, cut,
/// synchronise, make, rename or delete a file.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn a_kill_at_each_call_that_writes_leaves_all_of_a_command_or_nothing() {
    use crate::scenarios::{ALL, Stage};
    use crate::trace::{Class, Fault};
    let mut kills = 0;
    for scenario in &ALL {
        let stage = Stage::of(scenario);
        let calls = stage.run(&[Class::Write], None).calls;
        assert!(calls > 3, "{}: only {calls} calls", scenario.name);
        for at in swept().take_while(|at| *at < calls) {
            let what = format!("killed at call {at} of {calls}");
            let ran = stage.run(&[Class::Write], Some((at, Fault::Kill)));
            assert_eq!(ran.status, None, "{}, {what}", scenario.name);
            stage.examine(&ran, &what);
            stage.repeat(&what);
            kills += 1;
        }
        println!("{}: {calls} calls", scenario.name);
    }
    println!("{kills} kills");
    assert!(kills > drawn(500), "only {kills}");
}
