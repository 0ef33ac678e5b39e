//! Damaged files.

use std::fs;

use callbook::domain::listing::ListQuery;
use callbook::store::Store;

use crate::{Random, long, named, numbered, options};

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
