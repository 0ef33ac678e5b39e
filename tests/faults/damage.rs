//! Damaged files.

use std::fs;
use std::path::{Path, PathBuf};

use callbook::domain::listing::ListQuery;
use callbook::store::Store;

use crate::amount::drawn;
use crate::{Random, fill, in_memory, named, options, put};

/// 2,000 files with bytes changed, cut or doubled: no panic, no hang, and the file stays as it was.
#[test]
fn a_damaged_file_is_named_or_read_and_never_changed_by_looking() {
    let folder = tempfile::tempdir().unwrap();
    let original = folder.path().join("original.db");
    {
        let mut store = Store::open(&original, options()).unwrap();
        fill(&mut store, 20);
    }
    let whole = fs::read(&original).unwrap();
    let mut random = Random(11);
    let database = folder.path().join("book.db");
    let mut refused = 0;
    for round in 0..drawn(2_000) {
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
    assert!(refused > drawn(500), "{refused}");
}

/// 500 logs with bytes changed or cut: what stands before the damage is there, in the order in which it
/// was written, and nothing of what stands after it.
#[test]
fn a_damaged_log_costs_what_it_held_and_nothing_before_that() {
    let folder = in_memory();
    let original = folder.path().join("original.db");
    let beside = |path: &Path, suffix: &str| PathBuf::from(format!("{}{suffix}", path.display()));
    let mut store = Store::open(&original, options()).unwrap();
    for at in 10..40 {
        store
            .create_contact(named(&format!("Person {at}")), Vec::new())
            .unwrap();
    }
    // The store is open still: nothing of the log was taken over.
    let log = fs::read(beside(&original, "-wal")).unwrap();
    let mut random = Random(13);
    let database = folder.path().join("book.db");
    let mut shorter = 0;
    for round in 0..drawn(500) {
        let mut bytes = log.clone();
        let length = u64::try_from(bytes.len()).unwrap();
        let at = usize::try_from(random.below(length)).unwrap();
        match random.below(4) {
            0 => bytes[at] ^= 1 << random.below(8),
            1 => bytes[at..].fill(0),
            2 => bytes.truncate(at),
            _ => bytes[at..].reverse(),
        }
        let _ = fs::remove_file(beside(&database, "-shm"));
        fs::copy(&original, &database).unwrap();
        put(&beside(&database, "-wal"), &bytes);
        let store = Store::open(&database, options()).unwrap();
        assert_eq!(store.examine().unwrap(), [], "round {round}");
        let rows = store.rows(&ListQuery::default(), 0, 50).unwrap().rows;
        let names: Vec<String> = rows.into_iter().map(|row| row.name).collect();
        let first: Vec<String> = (10..10 + names.len())
            .map(|at| format!("Person {at}"))
            .collect();
        assert_eq!(names, first, "round {round}");
        shorter += usize::from(names.len() < 30);
    }
    assert!(shorter > drawn(400), "{shorter}");
}
