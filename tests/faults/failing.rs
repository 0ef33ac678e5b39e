//! Calls of the disk that fail.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use callbook::domain::listing::ListQuery;
use callbook::domain::refusal::Kind;
use callbook::store::Store;

use crate::amount::{drawn, swept, tenths};
use crate::calls::{CALLS, ERRNO, FAILS_AT, FOR_GOOD, interpose};
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
use crate::scenarios::{ALL, Stage};
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
use crate::trace::{Class, Fault, Ran};
use crate::{database, fill, in_memory, named, numbered, options, succeeds};

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
    let folder = in_memory();
    succeeds("failing::sweep", folder.path());
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
            for at in swept().map(|at| i64::try_from(at).unwrap()) {
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
        points > drawn(100) && refused > drawn(50),
        "{points} points, {refused} refused"
    );
}

/// A read that gives something else than what is on the disk, as a failing cable makes it, is not
/// taken for damage: the file is looked at again before anybody is sent to a backup.
#[test]
fn a_disk_that_lies_once_is_not_a_damaged_file() {
    let folder = in_memory();
    succeeds("failing::lies", folder.path());
}

/// A program: looks around while one read after the other gives nothing but zeros.
#[test]
fn lies() {
    let Some(folder) = database() else { return };
    let database = folder.join("book.db");
    {
        let mut store = Store::open(&database, options()).unwrap();
        fill(&mut store, 20);
    }
    interpose();
    let look = || {
        let store = Store::open(&database, options())?;
        let rows = store.rows(&ListQuery::default(), 0, 50)?.rows;
        for row in &rows {
            store.profile(row.id)?;
        }
        store.lookup("+39 02 5550 1182")?;
        store.steps(None, 10)
    };
    ERRNO.store(0, Ordering::SeqCst);
    let mut refused = 0;
    for at in swept().map(|at| i64::try_from(at).unwrap()) {
        CALLS.store(0, Ordering::SeqCst);
        FAILS_AT.store(at, Ordering::SeqCst);
        let looked = look();
        let reached = CALLS.load(Ordering::SeqCst) > at;
        FAILS_AT.store(i64::MAX, Ordering::SeqCst);
        // That somebody is not found may be the lie itself, which nothing can tell.
        if let Err(refusal) = looked
            && refusal.kind == Kind::Storage
        {
            refused += 1;
            let told = refusal.to_string();
            assert!(!told.contains("callbook restore"), "call {at}: {told}");
            assert!(told.contains("try again"), "call {at}: {told}");
        }
        assert_eq!(look().unwrap().len(), 10, "call {at}");
        if !reached {
            break;
        }
    }
    assert!(refused > drawn(10), "{refused}");
}

/// How a call of the disk fails: with these errors, once and for good. An interrupted call is tried
/// again, and would be for ever.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
const FAULTS: [Fault; 7] = [
    Fault::Once(libc::EIO),
    Fault::ForGood(libc::EIO),
    Fault::Once(libc::ENOSPC),
    Fault::ForGood(libc::ENOSPC),
    Fault::Once(libc::EACCES),
    Fault::ForGood(libc::EACCES),
    Fault::Once(libc::EINTR),
];

/// Runs a command with a fault, and looks at what it says and what is there afterwards.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn fail(stage: &Stage, classes: &[Class], at: usize, fault: Fault) -> Ran {
    let what = format!("{fault:?} at call {at}");
    let ran = stage.run(classes, Some((at, fault)));
    let name = stage.scenario.name;
    assert!(
        ran.status.is_some_and(|status| status <= 5),
        "{name}, {what}: it did not end in order: {ran:?}"
    );
    assert!(
        ran.status == Some(0) || !ran.errors.is_empty() || !ran.said.is_empty(),
        "{name}, {what}: it failed and did not say why"
    );
    stage.examine(&ran, &what);
    ran
}

/// The real program, with every call about its files failing in turn: each in one of the ways, so that
/// all commands together see every way at calls of every kind; in all of them in a run of a hundred
/// times the figures. The sweep above has every way at every call of the store.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn whichever_call_of_a_command_fails_it_says_so_and_leaves_all_or_nothing() {
    let ways = (tenths() / 10).clamp(1, FAULTS.len());
    let next = AtomicUsize::new(0);
    let of_one_thread = || {
        let (mut points, mut refused) = (0, 0);
        loop {
            let first = next.fetch_add(1, Ordering::SeqCst);
            let Some(scenario) = ALL.get(first) else {
                return (points, refused);
            };
            let classes = [Class::Read, Class::Write];
            let stage = Stage::of(scenario);
            let calls = stage.run(&classes, None).calls;
            for at in swept().take_while(|at| *at < calls) {
                for way in 0..ways {
                    let fault = FAULTS[(first + at + way) % FAULTS.len()];
                    let ran = fail(&stage, &classes, at, fault);
                    points += 1;
                    refused += usize::from(ran.status != Some(0));
                }
            }
        }
    };
    let (points, refused) = std::thread::scope(|scope| {
        let threads = [(); 2].map(|()| scope.spawn(of_one_thread));
        let counts = threads.map(|thread| thread.join().unwrap());
        counts
            .into_iter()
            .fold((0, 0), |all, one| (all.0 + one.0, all.1 + one.1))
    });
    println!("{points} calls failed, {refused} commands refused");
    assert!(
        points > drawn(2_000) && refused > drawn(500),
        "{points}, {refused}"
    );
}

/// Locks that cannot be had: what holds them is another program, as far as can be told, so that each
/// may be waited for, but not for ever.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn a_lock_that_fails_is_waited_for_and_then_said_to_be_held() {
    let started = std::time::Instant::now();
    let stage = Stage::of(&ALL[1]);
    let calls = stage.run(&[Class::Lock], None).calls;
    assert!(calls > 10, "only {calls} locks");
    for at in swept().take_while(|at| *at < calls) {
        for errno in [libc::EIO, libc::ENOLCK, libc::EACCES, libc::EINTR] {
            let t = std::time::Instant::now();
            let ran = fail(&stage, &[Class::Lock], at, Fault::Once(errno));
            println!(
                "{at} {errno} {:?} {:?} {}",
                t.elapsed(),
                ran.status,
                ran.errors
            );
        }
    }
    // Where they are refused for good, it gives up after its five seconds.
    for at in [0, calls / 2] {
        let ran = fail(&stage, &[Class::Lock], at, Fault::ForGood(libc::EACCES));
        assert_eq!(ran.status, Some(5), "{ran:?}");
        assert!(ran.errors.contains("in use by another program"), "{ran:?}");
    }
    assert!(started.elapsed().as_secs() < 120);
}
