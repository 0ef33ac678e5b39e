//! The servers of the simulation, what stands in place of names and values, and chance.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::domain::detail::{Detail, DetailKind};
use crate::domain::sync::row::Card;
use crate::domain::sync::said::{NAME, OurLine, SaidCard, same_label};

/// The details of the simulation.
pub(super) const EMAIL: DetailKind = DetailKind::Email;

/// What a server does otherwise than one would hope.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Quirks(pub(super) u32);

impl Quirks {
    pub(super) const PLAIN: Self = Self(0);
    /// Drops the lines of ours.
    pub(super) const STRIPS: Self = Self(1);
    /// Writes labels in its own way.
    pub(super) const REWORDS: Self = Self(1 << 1);
    /// The same, in the opposite way.
    pub(super) const REWORDS_UP: Self = Self(1 << 2);
    /// Names no version in the answer to a change.
    pub(super) const NO_ETAG: Self = Self(1 << 3);
    /// Names one that is not the stored one.
    pub(super) const WRONG_ETAG: Self = Self(1 << 4);
    /// Takes a change whatever version it names.
    pub(super) const IGNORES_VERSIONS: Self = Self(1 << 5);
    /// Gives a new card a `UID` of its own.
    pub(super) const NEW_UID: Self = Self(1 << 6);
    /// Gives a new card an address of its own.
    pub(super) const NEW_HREF: Self = Self(1 << 7);
    /// Always lists everything.
    pub(super) const NO_TOKENS: Self = Self(1 << 8);
    /// Forgets tokens.
    pub(super) const LOSES_TOKENS: Self = Self(1 << 9);
    /// Does not answer for cards that are gone.
    pub(super) const LEAVES_OUT: Self = Self(1 << 10);
    /// Lists nothing now and then.
    pub(super) const EMPTY_LISTS: Self = Self(1 << 11);
    /// Takes some cards never.
    pub(super) const REFUSES: Self = Self(1 << 12);
    /// Keeps two numbers of a card.
    pub(super) const DROPS_NUMBERS: Self = Self(1 << 13);

    pub(super) const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) const fn has(self, any: Self) -> bool {
        self.0 & any.0 != 0
    }
}

/// A card of the simulation: what it says, and one thing that no book understands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct SimCard {
    pub(super) said: Rc<SaidCard>,
    pub(super) more: u32,
}

impl Card for SimCard {
    fn said(&self) -> &SaidCard {
        &self.said
    }

    fn is_same_text(&self, other: &Self) -> bool {
        self == other
    }
}

impl SimCard {
    pub(super) fn key(&self) -> u32 {
        key_of(self.said.fields.get(NAME).map_or("", String::as_str))
    }

    pub(super) fn edit(&mut self) -> &mut SaidCard {
        Rc::make_mut(&mut self.said)
    }
}

/// Numbers small and large in place of names and values: who somebody is stays when the name is edited.
pub(super) fn name(key: u32, edit: u32) -> String {
    format!("{key}/{edit}")
}

/// Who somebody is.
pub(super) fn key_of(name: &str) -> u32 {
    name.split('/')
        .next()
        .and_then(|key| key.parse().ok())
        .unwrap_or(0)
}

pub(super) fn edited_name(name_before: &str) -> String {
    let edit: u32 = name_before
        .split('/')
        .nth(1)
        .and_then(|edit| edit.parse().ok())
        .unwrap_or(0);
    name(key_of(name_before), edit + 1)
}

/// A label; two that differ in their case read the same.
#[allow(
    clippy::unnecessary_wraps,
    reason = "a label is optional wherever it is used"
)]
pub(super) fn label(number: u64) -> Option<String> {
    let word = format!("label {}", number / 2);
    Some(if number.is_multiple_of(2) {
        word
    } else {
        word.to_uppercase()
    })
}

/// An email, which stays the same one when its value is edited.
pub(super) fn email(birth: &str, edit: u32) -> String {
    format!("{birth}.{edit}@x")
}

pub(super) fn birth_of(value: &str) -> String {
    value.split('.').next().unwrap_or_default().to_owned()
}

pub(super) fn edited_email(value: &str, by: u32) -> String {
    let edit: u32 = value
        .split(['.', '@'])
        .nth(1)
        .and_then(|edit| edit.parse().ok())
        .unwrap_or(0);
    email(&birth_of(value), 1 + (edit + by) % 999)
}

/// A value that two people may both type.
pub(super) fn usual(key: u32) -> String {
    format!("usual{key}")
}

pub(super) fn detail(value: &str, label: Option<String>) -> Detail {
    Detail::new(EMAIL, label, value)
}

pub(super) fn identity(value: &str) -> (&'static str, String) {
    detail(value, None).identity()
}

/// Two emails with one label: without an id nobody can tell which is which.
pub(super) fn is_crowded<'l>(labels: impl Iterator<Item = Option<&'l str>>) -> bool {
    let labels: Vec<_> = labels.collect();
    (0..labels.len()).any(|at| {
        labels[..at]
            .iter()
            .any(|other| same_label(labels[at], *other))
    })
}

/// Random numbers that are the same for the same seed.
pub(super) struct Rng(u64);

impl Rng {
    pub(super) fn new(seed: u64) -> Self {
        let mut rng = Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        for _ in 0..5 {
            rng.next();
        }
        rng
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn below(&mut self, limit: u64) -> u64 {
        (self.next() >> 11) % limit.max(1)
    }

    pub(super) fn one_in(&mut self, many: u64) -> bool {
        self.below(many) == 0
    }

    pub(super) fn pick<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(usize::try_from(self.below(of.len() as u64)).unwrap_or(0))
    }
}

/// A server with its cards by their addresses.
#[derive(Clone, Default)]
pub(super) struct Server {
    pub(super) cards: BTreeMap<String, (u64, SimCard)>,
    pub(super) clock: u64,
    pub(super) log: Vec<(u64, String)>,
    pub(super) quirks: Quirks,
    pub(super) floor: u64,
    pub(super) puts: u64,
    pub(super) given: u64,
    /// Every note that was ever there.
    pub(super) notes: BTreeSet<String>,
}

impl Server {
    pub(super) fn store(&mut self, href: &str, card: SimCard) -> u64 {
        self.clock += 1;
        self.notes.extend(card.said.fields.get("note").cloned());
        self.cards.insert(href.to_owned(), (self.clock, card));
        self.log.push((self.clock, href.to_owned()));
        self.clock
    }

    pub(super) fn remove(&mut self, href: &str) {
        self.clock += 1;
        self.cards.remove(href);
        self.log.push((self.clock, href.to_owned()));
    }

    /// A card as the server writes it.
    pub(super) fn written(&self, mut card: SimCard) -> SimCard {
        let quirks = self.quirks;
        let said = card.edit();
        if quirks.has(Quirks::DROPS_NUMBERS) {
            while said.tels().count() > 2 {
                let last = said.tels().last().map(|(key, _)| key.to_owned());
                if let Some(number) = last.and_then(|key| said.numbers.get_mut(&key)) {
                    number.tel = false;
                }
            }
        }
        if quirks.has(Quirks::STRIPS) {
            drop_lines(said, |_| true);
        }
        let reword = |label: &mut Option<String>| {
            if let Some(label) = label {
                if quirks.has(Quirks::REWORDS) {
                    *label = label.to_lowercase();
                }
                if quirks.has(Quirks::REWORDS_UP) {
                    *label = label.to_uppercase();
                }
            }
        };
        for number in said.numbers.values_mut() {
            reword(&mut number.label);
        }
        for detail in &mut said.details {
            reword(&mut detail.detail.label);
        }
        forget_empty(said);
        card
    }
}

/// Drops lines of ours: those of the numbers and details at some places.
pub(super) fn drop_lines(said: &mut SaidCard, which: impl Fn(usize) -> bool) {
    let mut at = 0;
    for number in said.numbers.values_mut() {
        if number.line != OurLine::default() {
            if which(at) {
                number.line = OurLine::default();
            }
            at += 1;
        }
    }
    for (at, detail) in said.details.iter_mut().enumerate() {
        if which(at) {
            detail.id = None;
        }
    }
    forget_empty(said);
}

/// A number without a `TEL` and without a line is not on the card.
pub(super) fn forget_empty(said: &mut SaidCard) {
    said.numbers
        .retain(|_, number| number.tel || number.line != OurLine::default());
    let first = said.tels().next().map(|(key, _)| key.to_owned());
    said.first = first;
}
