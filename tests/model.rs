//! Random writes against a plain model of the phone rules: after every step at most one primary, no
//! historic primary, and exactly one where a phone is in use; all undone is the start, all redone
//! the end. `CALLBOOK_LONG=100` runs a hundred times as many.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::too_many_lines)]

mod support;

use callbook::domain::contact::ContactId;
use callbook::domain::phone::Phone;
use callbook::domain::timestamp::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::json;
use support::Book;

#[derive(Clone, Debug)]
enum Step {
    Add {
        owner: usize,
        number: u8,
        primary: bool,
        historic: bool,
        csv: bool,
    },
    Flag {
        phone: usize,
        primary: Option<bool>,
        historic: Option<bool>,
        valid: Option<bool>,
    },
    Renumber {
        phone: usize,
        number: u8,
    },
    Delete {
        phone: usize,
    },
    Confirm {
        owner: usize,
    },
    Undo,
    Redo,
}

fn step() -> impl Strategy<Value = Step> {
    let flag = || proptest::option::of(any::<bool>());
    prop_oneof![
        4 => (0..3_usize, 0..12_u8, any::<bool>(), any::<bool>(), any::<bool>())
            .prop_map(|(owner, number, primary, historic, csv)| Step::Add { owner, number, primary, historic, csv }),
        6 => (0..20_usize, flag(), flag(), flag())
            .prop_map(|(phone, primary, historic, valid)| Step::Flag { phone, primary, historic, valid }),
        2 => (0..20_usize, 0..12_u8).prop_map(|(phone, number)| Step::Renumber { phone, number }),
        2 => (0..20_usize).prop_map(|phone| Step::Delete { phone }),
        1 => (0..3_usize).prop_map(|owner| Step::Confirm { owner }),
        2 => Just(Step::Undo),
        1 => Just(Step::Redo),
    ]
}

fn number(number: u8) -> String {
    format!("+1 213 456 78{number:02}")
}

/// The primary phone of a contact by the words of the rules: who claims the place has it, the one
/// just written before others; else the valid before the others, the newest before the older.
fn expected(
    before: &[Phone],
    after: &[Phone],
    written: Option<&str>,
    asked: Option<bool>,
) -> Option<String> {
    let in_use: Vec<&Phone> = after.iter().filter(|phone| !phone.historic).collect();
    if let (Some(written), Some(true)) = (written, asked)
        && in_use.iter().any(|phone| phone.number == written)
    {
        return Some(written.to_owned());
    }
    let held = before
        .iter()
        .find(|phone| phone.primary)
        .and_then(|held| in_use.iter().find(|phone| phone.id == held.id));
    let gave_up =
        asked == Some(false) && held.is_some_and(|held| Some(held.number.as_str()) == written);
    if let Some(held) = held.filter(|_| !gave_up) {
        return Some(held.number.clone());
    }
    in_use
        .iter()
        .max_by_key(|phone| (phone.valid_values, phone.created_at, phone.id))
        .map(|phone| phone.number.clone())
}

/// All that undo has to bring back: every attribute but the stamps.
fn state(book: &Book, owners: &[ContactId]) -> Vec<Phone> {
    let mut phones: Vec<Phone> = owners
        .iter()
        .flat_map(|owner| book.phones(*owner))
        .collect();
    phones.sort_by_key(|phone| phone.id);
    for phone in &mut phones {
        phone.updated_in_db_at = Timestamp::default();
    }
    phones
}

fn hold(book: &Book, owners: &[ContactId]) {
    for owner in owners {
        let phones = book.phones(*owner);
        let primaries = phones.iter().filter(|phone| phone.primary).count();
        assert!(
            phones
                .iter()
                .all(|phone| !(phone.primary && phone.historic)),
            "a historic primary: {phones:#?}"
        );
        assert_eq!(
            primaries,
            usize::from(phones.iter().any(|phone| !phone.historic)),
            "{phones:#?}"
        );
    }
}

fn run(book: &mut Book, owners: &[ContactId], step: &Step) {
    let all: Vec<Phone> = owners
        .iter()
        .flat_map(|owner| book.phones(*owner))
        .collect();
    let pick = |at: usize| (!all.is_empty()).then(|| all[at % all.len()].clone());
    let check = |book: &Book, owner: ContactId, written: Option<&str>, asked: Option<bool>| {
        let before: Vec<Phone> = all
            .iter()
            .filter(|phone| phone.contact == owner)
            .cloned()
            .collect();
        let after = book.phones(owner);
        let primary = after
            .iter()
            .find(|phone| phone.primary)
            .map(|phone| phone.number.clone());
        assert_eq!(
            primary,
            expected(&before, &after, written, asked),
            "{step:?}\n{before:#?}\n{after:#?}"
        );
    };
    match step {
        Step::Add {
            owner,
            number: digits,
            primary,
            historic,
            csv,
        } => {
            let source = if *csv { "csv" } else { "manual" };
            let sent = json!({"number": number(*digits), "primary": primary, "historic": historic, "source": source});
            if let Ok(phone) = book.post(owners[*owner], sent) {
                check(book, owners[*owner], Some(&phone.number), Some(*primary));
            }
        }
        Step::Flag {
            phone,
            primary,
            historic,
            valid,
        } => {
            let Some(phone) = pick(*phone) else { return };
            let mut sent = json!({"overwrite": true});
            for (name, flag) in [
                ("primary", primary),
                ("historic", historic),
                ("valid_values", valid),
            ] {
                if let Some(flag) = flag {
                    sent[name] = json!(flag);
                }
            }
            book.put(phone.id, sent).unwrap();
            check(book, phone.contact, Some(&phone.number), *primary);
        }
        Step::Renumber {
            phone,
            number: digits,
        } => {
            let Some(phone) = pick(*phone) else { return };
            let _ = book.put(
                phone.id,
                json!({"overwrite": true, "number": number(*digits)}),
            );
        }
        Step::Delete { phone } => {
            let Some(phone) = pick(*phone) else { return };
            book.store.delete_phone(phone.id, None).unwrap();
            check(book, phone.contact, None, None);
        }
        Step::Confirm { owner } => {
            book.store.confirm_contacts(&[owners[*owner]]).unwrap();
            assert!(
                book.phones(owners[*owner])
                    .iter()
                    .all(|phone| phone.valid_values)
            );
        }
        Step::Undo => {
            // The contacts themselves are not undone here.
            if !all.is_empty() || book.store.history(owners[0], 1).is_ok() {
                let _ = undo_phones(book, owners);
            }
        }
        Step::Redo => {
            let _ = book.store.redo().unwrap();
        }
    }
}

/// Undoes a step, but not the making of the contacts.
fn undo_phones(book: &mut Book, owners: &[ContactId]) -> bool {
    let Some(point) = book.store.undo().unwrap() else {
        return false;
    };
    if owners
        .iter()
        .any(|owner| book.store.contact(*owner).is_err())
    {
        book.store.redo().unwrap();
        return false;
    }
    let _ = point;
    true
}

#[test]
fn whatever_is_done_the_three_rules_hold_and_undo_brings_everything_back() {
    let long: u32 = std::env::var("CALLBOOK_LONG")
        .ok()
        .and_then(|times| times.parse().ok())
        .unwrap_or(1);
    let mut runner = TestRunner::new(Config {
        cases: 40 * long,
        failure_persistence: None,
        ..Config::default()
    });
    runner
        .run(&proptest::collection::vec(step(), 1..50), |steps| {
            let mut book = Book::new();
            let owners: Vec<ContactId> =
                ["Ada", "Bob", "Cy"].map(|name| book.contact(name)).to_vec();
            let start = state(&book, &owners);
            for step in &steps {
                run(&mut book, &owners, step);
                hold(&book, &owners);
            }
            let end = state(&book, &owners);
            let mut undone = 0;
            while undo_phones(&mut book, &owners) {
                undone += 1;
                hold(&book, &owners);
            }
            assert_eq!(state(&book, &owners), start, "all undone is the start");
            for _ in 0..undone {
                book.store.redo().unwrap();
                hold(&book, &owners);
            }
            // A step that was undone before the last change cannot be redone; the others are.
            assert_eq!(state(&book, &owners), end, "all redone is the end");
            Ok(())
        })
        .unwrap();
}
