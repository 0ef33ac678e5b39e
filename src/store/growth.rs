//! What work costs as a book grows, in steps of `SQLite`'s machine: per record it stays what it was.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::domain::contact::{ContactAttributes, Detail, DetailKind};
use crate::domain::full_contact::FullContact;
use crate::domain::import::{
    Arrival, Bytes, CardFormat, CardPlace, Cards, Choices, Incoming, Intake, NewlyRead, Origin,
    Reject,
};
use crate::domain::intake::ParsedCard;
use crate::domain::number::Region;
use crate::domain::operation::{Actor, FieldChange};
use crate::domain::own_fields::{NO_FIELDS, OwnFields};
use crate::domain::phone::{Phone, PhoneAttributes};
use crate::domain::refusal::Refusal;
use crate::domain::rehearsal::Seen;
use crate::domain::timestamp::Timestamp;

use super::{Options, Store};

/// Cards that say nothing but what they were handed with.
struct Bare;

impl CardFormat for Bare {
    fn read(&self, _: &[u8]) -> ParsedCard {
        ParsedCard::default()
    }

    fn is_written(&self, _: &[u8], _: &FullContact, _: Option<&[u8]>, _: Option<Region>) -> bool {
        false
    }

    fn join(&self, _: Option<&[u8]>, _: &[u8]) -> Option<Vec<u8>> {
        None
    }

    fn without(&self, _: &[u8], _: &[Phone], _: Option<Region>) -> Option<Vec<u8>> {
        None
    }

    fn attached(&self, _: &[u8], _: &[u8]) -> Vec<FieldChange> {
        Vec::new()
    }

    fn without_members(&self, _: &[u8], _: &dyn Fn(&str) -> bool) -> Option<Vec<u8>> {
        None
    }

    fn own_fields(&self) -> &OwnFields {
        &NO_FIELDS
    }

    fn own_details(&self, _: &[u8]) -> Vec<NewlyRead> {
        Vec::new()
    }

    fn renew(&self, _: &[u8], newer: &[u8]) -> Vec<u8> {
        newer.to_vec()
    }
}

struct Handed(std::vec::IntoIter<Arrival>);

impl Iterator for Handed {
    type Item = Result<Arrival, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next().map(Ok)
    }
}

impl Cards for Handed {
    fn set_aside(&mut self, reject: Reject) {
        panic!("{}", reject.reason);
    }
}

/// A book, and how many steps its statements took.
struct Counted {
    store: Store,
    steps: Arc<AtomicU64>,
    _folder: tempfile::TempDir,
}

/// How many steps are counted as one.
const GRAIN: u64 = 50;

impl Counted {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let options = Options {
            home: None,
            actor: Actor::Import,
            file_system: None,
            sort_prefixes: None,
            clock: Box::new(|| Timestamp::from_micros(1_795_521_600_000_000)),
        };
        let mut store = Store::open(&folder.path().join("book.db"), options).unwrap();
        let steps = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&steps);
        let count = move || {
            counted.fetch_add(GRAIN, Ordering::Relaxed);
            false
        };
        store
            .connection
            .progress_handler(i32::try_from(GRAIN).unwrap(), Some(count))
            .unwrap();
        Self {
            store,
            steps,
            _folder: folder,
        }
    }

    /// How many steps some work takes.
    fn steps_of(&mut self, work: impl FnOnce(&mut Store)) -> u64 {
        let before = self.steps.load(Ordering::Relaxed);
        work(&mut self.store);
        self.steps.load(Ordering::Relaxed) - before
    }

    fn import(&mut self, cards: Vec<Incoming>) -> u64 {
        self.steps_of(|store| {
            let origin = Origin {
                source: "vcard",
                bytes: Bytes::Whole,
                collection: 0,
            };
            let cards = cards.into_iter().map(|card| Arrival::Card(Box::new(card)));
            let arrivals: Vec<Arrival> = std::iter::once(Arrival::Begins(origin))
                .chain(cards)
                .collect();
            let intake = Intake {
                choices: &Choices::new(),
                country: None,
                format: &Bare,
                run: None,
            };
            store
                .import(
                    &mut Handed(arrivals.into_iter()),
                    &intake,
                    "Imported",
                    Seen::Nothing,
                )
                .unwrap();
        })
    }
}

fn card(at: usize, name: &str, uid: Option<String>, number: Option<&str>, email: &str) -> Incoming {
    let email = Detail::new(DetailKind::Email, None, email);
    Incoming {
        place: CardPlace {
            card: at + 1,
            line: at + 1,
        },
        said: ParsedCard {
            contact: ContactAttributes {
                name: Some(Some(name.to_owned())),
                uid: uid.map(Some),
                details: Some(vec![email]),
                ..ContactAttributes::default()
            },
            phones: number
                .map(|number| PhoneAttributes {
                    number: Some(number.to_owned()),
                    ..PhoneAttributes::default()
                })
                .into_iter()
                .collect(),
            ..ParsedCard::default()
        },
        card: format!("{at} {name}").into_bytes(),
    }
}

/// Steps for each record at a size, and at eight times the size: no more than twice as many.
fn stays_flat(what: &str, steps: impl Fn(usize) -> u64) {
    let per_record = |size: usize| steps(size) / size as u64;
    let (small, large) = (per_record(250), per_record(2_000));
    assert!(
        large <= 2 * small,
        "{what}: {small} steps for each of 250, {large} for each of 2,000"
    );
}

/// Makes a card of its place and the number that all share.
type Make = fn(usize, &'static str) -> Incoming;

#[test]
fn an_import_costs_the_same_whatever_its_cards_share() {
    let shared = "+39 02 5550 1182";
    let kinds: [(&str, Make); 6] = [
        ("a number", |at, number| {
            card(at, &format!("Name {at}"), None, Some(number), "")
        }),
        ("a number, with UIDs", |at, number| {
            let uid = Some(format!("uid-{at}"));
            card(at, &format!("Name {at}"), uid, Some(number), "")
        }),
        ("a name, with emails only", |at, _| {
            card(at, "Unknown", None, None, &format!("{at}@example.org"))
        }),
        ("a name, with emails and UIDs", |at, _| {
            let uid = Some(format!("uid-{at}"));
            card(at, "Unknown", uid, None, &format!("{at}@example.org"))
        }),
        ("a name and a number, with UIDs", |at, number| {
            let uid = Some(format!("uid-{at}"));
            card(at, "Unknown", uid, Some(number), "")
        }),
        ("a UID", |at, _| {
            let uid = Some("uid".to_owned());
            card(
                at,
                &format!("Name {at}"),
                uid,
                None,
                &format!("{at}@example.org"),
            )
        }),
    ];
    for (what, make) in kinds {
        stays_flat(what, |size| {
            let cards = (0..size).map(|at| make(at, shared)).collect();
            Counted::new().import(cards)
        });
    }
}

/// A book of one contact with so many numbers from two sources, none of them confirmed.
fn many_numbers(size: usize) -> Counted {
    let mut book = Counted::new();
    let mut one = card(0, "Switchboard", None, None, "");
    one.said.phones = (0..size)
        .map(|at| PhoneAttributes {
            number: Some(format!("+39 02 55{at:06}")),
            source: Some(if at % 2 == 0 { "one" } else { "other" }.to_owned()),
            valid_values: Some(false),
            ..PhoneAttributes::default()
        })
        .collect();
    book.import(vec![one]);
    book
}

/// A book of so many contacts with one number, which none has confirmed.
fn one_number(size: usize) -> Counted {
    let mut book = Counted::new();
    let unconfirmed = |at| {
        let mut one = card(
            at,
            &format!("Name {at}"),
            None,
            Some("+39 02 5550 1182"),
            "",
        );
        one.said.phones[0].valid_values = Some(false);
        one
    };
    book.import((0..size).map(unconfirmed).collect());
    book
}

#[test]
fn what_needs_attention_is_found_at_the_same_cost_for_each() {
    for (what, make) in [
        (
            "numbers of one contact",
            many_numbers as fn(usize) -> Counted,
        ),
        ("contacts with one number", one_number),
    ] {
        stays_flat(what, |size| {
            make(size).steps_of(|store| {
                store.worklist().unwrap();
                store.waiting(&mut |_| {}).unwrap();
            })
        });
    }
}

#[test]
fn duplicates_are_found_at_the_same_cost_for_each() {
    stays_flat("duplicates", |size| {
        one_number(size).steps_of(|store| {
            assert_eq!(store.duplicates().unwrap().len(), 1);
        })
    });
}

#[test]
fn unused_cards_are_dropped_at_the_same_cost_for_each() {
    stays_flat("unused cards", |size| {
        let mut book = one_number(size);
        for _ in 0..size {
            let sql = "INSERT INTO card (bytes) VALUES (x'00')";
            book.store.connection.execute_batch(sql).unwrap();
        }
        book.steps_of(|store| assert_eq!(store.drop_orphan_cards().unwrap(), size))
    });
}
