//! Random writes against a plain model of the phone rules: after every step at most one primary, no
//! historic primary, and exactly one where a phone is in use; all undone is the start, all redone
//! the end. `CALLBOOK_LONG=100` runs a hundred times as many.

use crate::support::Book;
use crate::support::Marked as _;
use crate::support::amount::drawn;
use callbook::domain::contact::ContactId;
use callbook::domain::page::PageQuery;
use callbook::domain::phone::Phone;
use callbook::domain::timestamp::Timestamp;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use serde_json::json;

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

/// The phones of the book, in the order of their making.
fn everything(book: &Book) -> Vec<Phone> {
    let whole = PageQuery {
        per_page: 1_000,
        ..PageQuery::default()
    };
    let page = book.store.list_phones(&whole).unwrap();
    assert!(page.total_pages() <= 1, "nothing is left unseen");
    let mut phones = page.records;
    phones.sort_by_key(|phone| phone.id);
    phones
}

/// All that undo has to bring back: every attribute but the stamps.
fn state(book: &Book) -> Vec<Phone> {
    let mut phones = everything(book);
    for phone in &mut phones {
        phone.updated_in_db_at = Timestamp::default();
    }
    phones
}

fn of(phones: &[Phone], owner: ContactId) -> Vec<Phone> {
    let own = phones.iter().filter(|phone| phone.contact == owner);
    own.cloned().collect()
}

fn hold(phones: &[Phone], owners: &[ContactId]) {
    for owner in owners {
        let phones = of(phones, *owner);
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

/// Does a step on a book with the phones `all`, holds it to the model, and gives the phones after it.
fn run(book: &mut Book, owners: &[ContactId], all: &[Phone], step: &Step) -> Vec<Phone> {
    let pick = |at: usize| (!all.is_empty()).then(|| all[at % all.len()].clone());
    let check = |after: &[Phone], owner: ContactId, written: Option<&str>, asked: Option<bool>| {
        let (before, after) = (of(all, owner), of(after, owner));
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
            let posted = book.post(owners[*owner], sent);
            let after = everything(book);
            if let Ok(phone) = posted {
                check(&after, owners[*owner], Some(&phone.number), Some(*primary));
            }
            return after;
        }
        Step::Flag {
            phone,
            primary,
            historic,
            valid,
        } => {
            let Some(phone) = pick(*phone) else {
                return Vec::new();
            };
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
            let after = everything(book);
            check(&after, phone.contact, Some(&phone.number), *primary);
            return after;
        }
        Step::Renumber {
            phone,
            number: digits,
        } => {
            let Some(phone) = pick(*phone) else {
                return Vec::new();
            };
            let _ = book.put(
                phone.id,
                json!({"overwrite": true, "number": number(*digits)}),
            );
        }
        Step::Delete { phone } => {
            let Some(phone) = pick(*phone) else {
                return Vec::new();
            };
            book.store.delete_phone(phone.id, None).unwrap();
            let after = everything(book);
            check(&after, phone.contact, None, None);
            return after;
        }
        Step::Confirm { owner } => {
            book.store.confirm_contacts(&[owners[*owner]]).unwrap();
            let after = everything(book);
            assert!(
                of(&after, owners[*owner])
                    .iter()
                    .all(|phone| phone.valid_values)
            );
            return after;
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
    everything(book)
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

/// How many sequences are run, how many steps each has, and of how many sequences everything is
/// undone and redone at the end.
const SEQUENCES: usize = 5_000;
const STEPS: usize = 50;
const UNDONE: usize = 2_000;

/// Each thread draws from seeds of its own; how many there are does not depend on the machine, so
/// that the sequences are the same everywhere.
const THREADS: u16 = 4;

/// Undoes all that `run` did and redoes it.
fn there_and_back(book: &mut Book, owners: &[ContactId], start: &[Phone]) {
    let end = state(book);
    let mut undone = 0;
    while undo_phones(book, owners) {
        undone += 1;
        hold(&everything(book), owners);
    }
    assert_eq!(state(book), start, "all undone is the start");
    for _ in 0..undone {
        book.store.redo().unwrap();
        hold(&everything(book), owners);
    }
    // A step that was undone before the last change cannot be redone; the others are.
    assert_eq!(state(book), end, "all redone is the end");
}

/// Runs `cases` sequences, drawn from `seed`.
fn sequences(seed: u64, cases: usize, undo: bool) {
    let mut runner = TestRunner::new(Config {
        cases: u32::try_from(cases).unwrap(),
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(seed),
        max_shrink_iters: 500,
        ..Config::default()
    });
    runner
        .run(&proptest::collection::vec(step(), STEPS), |steps| {
            let mut book = Book::of_rules();
            let owners: Vec<ContactId> =
                ["Ada", "Bob", "Cy"].map(|name| book.contact(name)).to_vec();
            let start = state(&book);
            let mut phones = everything(&book);
            for step in &steps {
                phones = run(&mut book, &owners, &phones, step);
                hold(&phones, &owners);
            }
            if undo {
                there_and_back(&mut book, &owners, &start);
            }
            Ok(())
        })
        .unwrap();
}

#[test]
fn whatever_is_done_the_three_rules_hold_and_undo_brings_everything_back() {
    let [undone, others] =
        [UNDONE, SEQUENCES - UNDONE].map(|figure| drawn(figure).div_ceil(THREADS.into()));
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            scope.spawn(move || {
                sequences(u64::from(thread), undone, true);
                sequences(u64::from(thread + THREADS), others, false);
            });
        }
    });
}
