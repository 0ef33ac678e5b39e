//! Random writes against a plain model of the phone rules: after every step at most one primary, no
//! historic primary, and exactly one where a phone is in use; all undone is the start, all redone
//! the end. `CALLBOOK_LONG=100` runs a hundred times as many.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use crate::support::Book;
use crate::support::Marked as _;
use crate::support::amount::drawn;
use callbook::domain::contact::{
    Contact, ContactAttributes, ContactId, Detail, DetailKind, DetailValue,
};
use callbook::domain::detail::DetailId;
use callbook::domain::duplicates::Merge;
use callbook::domain::listing::ListQuery;
use callbook::domain::page::PageQuery;
use callbook::domain::phone::Phone;
use callbook::domain::rehearsal::{Seen, Task};
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

/// What is done with the details of two contacts.
#[derive(Clone, Debug)]
enum DetailStep {
    Add(usize, usize, u8),
    Edit(usize, usize, u8),
    Label(usize, usize, Option<&'static str>),
    Prefer(usize, usize),
    Delete(usize, usize),
    Merge,
    Undo,
    Redo,
}

fn detail_step() -> impl Strategy<Value = DetailStep> {
    let own = || (0..2_usize, 0..6_usize);
    let label = prop::sample::select(vec![None, Some("home"), Some("Work"), Some("own words")]);
    prop_oneof![
        5 => (0..2_usize, 0..DetailKind::ALL.len(), 0..6_u8)
            .prop_map(|(owner, kind, text)| DetailStep::Add(owner, kind, text)),
        3 => (own(), 0..6_u8).prop_map(|((owner, at), text)| DetailStep::Edit(owner, at, text)),
        2 => (own(), label).prop_map(|((owner, at), label)| DetailStep::Label(owner, at, label)),
        2 => own().prop_map(|(owner, at)| DetailStep::Prefer(owner, at)),
        2 => own().prop_map(|(owner, at)| DetailStep::Delete(owner, at)),
        1 => Just(DetailStep::Merge),
        3 => Just(DetailStep::Undo),
        1 => Just(DetailStep::Redo),
    ]
}

/// A value that a person may give to a detail of a kind.
fn detail_value(kind: DetailKind, text: u8) -> DetailValue {
    let text = match kind {
        DetailKind::Email => format!("a{text}@example.org"),
        DetailKind::Address => format!("Street {text}, 1234{text} Town, Italy"),
        DetailKind::Date => format!("19{text}0-03-1{text}"),
        DetailKind::Link => format!("https://example.org/{text}"),
        _ => format!("name {text}"),
    };
    DetailValue::read(kind, &text)
}

/// The contacts of a book without the stamps, the bin left out.
fn contacts(book: &Book) -> Vec<Contact> {
    let rows = book.store.rows(&ListQuery::default(), 0, 100).unwrap().rows;
    let mut contacts: Vec<Contact> = rows
        .into_iter()
        .map(|row| Contact {
            updated_at: Timestamp::default(),
            updated_in_db_at: Timestamp::default(),
            ..book.store.contact(row.id).unwrap()
        })
        .collect();
    contacts.sort_by_key(|contact| contact.id);
    contacts
}

/// The rules of details: ids that are there and differ, and one that is preferred of a kind.
fn details_hold(contacts: &[Contact], step: &DetailStep) {
    for contact in contacts {
        let ids: BTreeSet<DetailId> = contact.details.iter().map(|detail| detail.id).collect();
        assert_eq!(ids.len(), contact.details.len(), "{step:?} {contact:#?}");
        assert!(ids.iter().all(|id| !id.is_none()), "{step:?} {contact:#?}");
        for kind in DetailKind::ALL {
            let preferred = contact.details_of(kind).filter(|detail| detail.preferred);
            let most = usize::from(kind.has_preferred());
            assert!(preferred.count() <= most, "{step:?} {contact:#?}");
        }
    }
}

/// What is done to the details of a contact, of which one is meant.
type DetailChange = Box<dyn Fn(&mut Vec<Detail>, usize)>;

/// Does a step with the details, and holds what is stored then to what was sent.
fn run_on_details(book: &mut Book, step: &DetailStep) {
    let before = contacts(book);
    let (owner, changes): (usize, DetailChange) = match step.clone() {
        DetailStep::Add(owner, kind, text) => {
            let kind = DetailKind::ALL[kind];
            let new = Detail::new(kind, None, detail_value(kind, text));
            (owner, Box::new(move |details, _| details.push(new.clone())))
        }
        DetailStep::Edit(owner, at, text) => (
            owner + 2 * at,
            Box::new(move |details, at| {
                details[at].value = detail_value(details[at].kind, text);
            }),
        ),
        DetailStep::Label(owner, at, label) => (
            owner + 2 * at,
            Box::new(move |details, at| details[at].label = label.map(str::to_owned)),
        ),
        DetailStep::Prefer(owner, at) => (
            owner + 2 * at,
            Box::new(|details, at| {
                let kind = details[at].kind;
                for (own, detail) in details.iter_mut().enumerate() {
                    if detail.kind == kind {
                        detail.preferred = own == at && kind.has_preferred();
                    }
                }
            }),
        ),
        DetailStep::Delete(owner, at) => (
            owner + 2 * at,
            Box::new(|details, at| drop(details.remove(at))),
        ),
        DetailStep::Merge => {
            if let [kept, other] = before.as_slice() {
                let merge = Merge {
                    contacts: vec![kept.id, other.id],
                    picks: BTreeMap::new(),
                };
                book.perform(&Task::Merge(vec![merge]), Seen::Nothing)
                    .unwrap();
                let after = contacts(book);
                assert_eq!(after.len(), 1);
                for detail in kept.details.iter().chain(&other.details) {
                    let mut all = after[0].details.iter();
                    let is_there = all.any(|own| {
                        own.kind == detail.kind
                            && own.text().to_lowercase() == detail.text().to_lowercase()
                    });
                    assert!(is_there, "{detail:?} {after:#?}");
                }
                // What the kept one had stays as it was, in its order.
                let own = after[0].details.iter().take(kept.details.len());
                assert!(
                    own.map(|own| own.id)
                        .eq(kept.details.iter().map(|own| own.id))
                );
            }
            return;
        }
        DetailStep::Undo => {
            // The making of the two is not undone here.
            let undone = book.store.undo().unwrap();
            if undone.is_some_and(|point| point.title == "Added Bob") {
                book.store.redo().unwrap();
            }
            return;
        }
        DetailStep::Redo => {
            book.store.redo().unwrap();
            return;
        }
    };
    let Some(contact) = before.get(owner % 2 % before.len()) else {
        return;
    };
    let mut details = contact.details.clone();
    if details.is_empty() && !matches!(step, DetailStep::Add(..)) {
        return;
    }
    let at = (owner / 2) % details.len().max(1);
    changes(&mut details, at);
    // Of two that say the same the first stands for both: no person can tell them apart.
    let said: HashSet<(DetailKind, String)> = { details.iter() }
        .map(|own| (own.kind, own.text().into_owned()))
        .collect();
    if said.len() < details.len() {
        return;
    }
    let sent = ContactAttributes {
        details: Some(details.clone()),
        overwrite: true,
        is_checked: true,
        ..ContactAttributes::default()
    };
    let saved = book.store.update_contact(contact.id, sent, Vec::new());
    let after = contacts(book);
    if saved.is_err() {
        assert_eq!(after, before, "what is refused changes nothing");
        return;
    }
    let stored = after.iter().find(|own| own.id == contact.id).unwrap();
    let said = |detail: &Detail| {
        (
            detail.kind,
            detail.label.clone(),
            detail.value.clone(),
            detail.preferred,
        )
    };
    assert!(
        stored.details.iter().map(said).eq(details.iter().map(said)),
        "{step:?} {stored:#?}"
    );
    // Ids stay; a new one gets one.
    let kept = details.iter().filter(|detail| !detail.id.is_none());
    for detail in kept {
        assert!(
            stored.details.iter().any(|own| own.id == detail.id),
            "{step:?}"
        );
    }
    let others = |all: &[Contact]| {
        all.iter()
            .filter(|own| own.id != contact.id)
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(others(&after), others(&before));
}

#[test]
fn whatever_is_done_with_details_undo_brings_them_back() {
    let mut runner = TestRunner::new(Config {
        cases: u32::try_from(drawn(2_000)).unwrap(),
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(11),
        max_shrink_iters: 300,
        ..Config::default()
    });
    runner
        .run(&proptest::collection::vec(detail_step(), 30), |steps| {
            let mut book = Book::of_rules();
            for name in ["Ada", "Bob"] {
                book.contact(name);
            }
            let start = contacts(&book);
            for step in &steps {
                run_on_details(&mut book, step);
                let now = contacts(&book);
                details_hold(&now, step);
            }
            let end = contacts(&book);
            let mut undone = 0;
            while let Some(point) = book.store.undo().unwrap() {
                if point.title == "Added Bob" {
                    book.store.redo().unwrap();
                    break;
                }
                undone += 1;
                details_hold(&contacts(&book), &DetailStep::Undo);
            }
            assert_eq!(contacts(&book), start, "all undone is the start");
            for _ in 0..undone {
                book.store.redo().unwrap();
            }
            assert_eq!(contacts(&book), end, "all redone is the end");
            Ok(())
        })
        .unwrap();
}
