//! What a sync would do, card by card, before anything is written here or there.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::domain::fields;
use crate::domain::fold::fold;
use crate::domain::ids::ContactId;
use crate::domain::number::display;
use crate::domain::words::{count, thousands};

use super::person::{Number, Person};
use super::records::{name_with_parts, shown_name};
use super::row::ConflictKey;
use super::said::NAME;

/// What a sync would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SyncPlan {
    /// The remote.
    pub remote: String,
    /// Whether nothing of it is known yet, so that lists are united and nothing counts as deleted.
    pub is_first: bool,
    /// How many contacts there are here.
    pub here: usize,
    /// How many cards are there, as far as they were listed.
    pub there: usize,
    /// The cards and contacts that something is done with; of a first sync all of them.
    pub cards: Vec<PlannedCard>,
}

/// What would be done with a card, a contact, or both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedCard {
    /// What becomes of it.
    pub fate: CardFate,
    /// Its name.
    pub name: String,
    /// How it is known here, or why it is what it is, in a few words.
    pub why: String,
    /// The number by which it is known, if it is by one.
    pub number: Option<String>,
    /// The address of a card that seems to be of a contact here by what both say: a person can keep the two apart.
    pub likely: Option<String>,
    /// Whether one of its numbers here is confirmed.
    pub confirmed: bool,
    /// The address of the card that is there, if one is.
    pub href: Option<String>,
    /// The contact that is here, if one is.
    pub contact: Option<ContactId>,
    /// Whether it is a group, whose members have its name as a tag here, and no contact.
    pub is_group: bool,
    /// What is said here and there, field by field; nothing where both say the same.
    pub fields: Vec<PlannedField>,
}

/// What a person leaves as it is, of what a first sync would do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// The cards there, by their addresses.
    pub cards: Vec<String>,
    /// The contacts here.
    pub contacts: Vec<ContactId>,
}

/// What becomes of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CardFate {
    /// It is the same on both sides.
    Same,
    /// It comes here.
    ComesHere,
    /// It goes there.
    GoesThere,
    /// Both become one.
    Joined,
    /// Both stay what they are, for a person says that they are two people.
    KeptApart,
    /// Both sides say different things, and each keeps its own.
    ToDecide,
    /// It cannot be read, is not taken there, or a person leaves it as it is.
    LeftOut,
    /// It is gone on one side, and is deleted on the other.
    Deleted,
}

/// A field of a card as both sides have it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedField {
    /// What it is: `company`, or the label of a number.
    pub what: String,
    /// What the contact here says.
    pub here: String,
    /// What the card says.
    pub there: String,
    /// What they say then.
    pub after: After,
}

/// What is said of a field when the sync is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// What both say already.
    Same,
    /// What one of them says, on both sides.
    Both,
    /// What is here.
    AsHere,
    /// What is there.
    AsThere,
    /// Each its own, until a person decides.
    ToDecide,
    /// Nothing more.
    Gone,
    /// This.
    Other(String),
}

impl After {
    /// In a word.
    #[must_use]
    pub fn words(&self) -> &str {
        match self {
            Self::Same => "same",
            Self::Both => "both",
            Self::AsHere => "as here",
            Self::AsThere => "as there",
            Self::ToDecide => "to decide",
            Self::Gone => "taken out",
            Self::Other(text) => text,
        }
    }
}

impl CardFate {
    /// All of them, in the order in which they are counted.
    pub const ALL: [Self; 8] = [
        Self::Same,
        Self::ComesHere,
        Self::GoesThere,
        Self::Joined,
        Self::ToDecide,
        Self::LeftOut,
        Self::Deleted,
        Self::KeptApart,
    ];

    /// What becomes of so many cards.
    #[must_use]
    pub fn counted(self, cards: usize) -> String {
        let number = thousands(cards);
        match (self, cards) {
            (Self::Same, _) => format!("{number} same on both"),
            (Self::ComesHere, 1) => "1 comes here".to_owned(),
            (Self::ComesHere, _) => format!("{number} come here"),
            (Self::GoesThere, 1) => "1 goes there".to_owned(),
            (Self::GoesThere, _) => format!("{number} go there"),
            (Self::Joined, 1) => "1 becomes one".to_owned(),
            (Self::Joined, _) => format!("{number} become one"),
            (Self::KeptApart, 1) => "1 stays two people".to_owned(),
            (Self::KeptApart, _) => format!("{number} stay two people"),
            (Self::ToDecide, _) => format!("{number} to decide"),
            (Self::LeftOut, 1) => "1 left as it is".to_owned(),
            (Self::LeftOut, _) => format!("{number} left as they are"),
            (Self::Deleted, _) => format!("{number} deleted"),
        }
    }

    /// What they are, where only they are shown.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Same => "the same on both sides",
            Self::ComesHere => "what comes here",
            Self::GoesThere => "what goes there",
            Self::Joined => "what becomes one",
            Self::KeptApart => "what stays two people",
            Self::ToDecide => "what is to be decided",
            Self::LeftOut => "what is left as it is",
            Self::Deleted => "what is deleted",
        }
    }
}

impl SyncPlan {
    /// The plan of some cards, by name.
    #[must_use]
    pub fn new(remote: String, is_first: bool, here: usize, mut cards: Vec<PlannedCard>) -> Self {
        cards.sort_by_cached_key(|card| fold(&card.name));
        let is_there = |card: &&PlannedCard| card.fate != CardFate::GoesThere;
        Self {
            remote,
            is_first,
            here,
            there: cards.iter().filter(is_there).count(),
            cards,
        }
    }

    /// How many cards this becomes of.
    #[must_use]
    pub fn of(&self, fate: CardFate) -> usize {
        self.cards.iter().filter(|card| card.fate == fate).count()
    }

    /// All of it as text, a line for each card and field.
    #[must_use]
    pub fn told(&self) -> String {
        let mut text = format!(
            "Sync with {}: {} here, {} there\n",
            self.remote,
            count(self.here, "contact"),
            count(self.there, "card")
        );
        // Writing to a string cannot fail.
        for fate in CardFate::ALL {
            let cards = self.of(fate);
            if cards > 0 {
                let _ = writeln!(text, "\n{}", fate.counted(cards));
            }
            for card in self.cards.iter().filter(|card| card.fate == fate) {
                let _ = writeln!(text, "  {}: {}", card.name, card.why);
                for field in &card.fields {
                    let PlannedField {
                        what, here, there, ..
                    } = field;
                    let after = field.after.words();
                    let _ = writeln!(text, "    {what}: {here} | {there} | {after}");
                }
            }
        }
        text
    }
}

/// One thing that a person says: what it is about, what it is called, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    about: (u8, String),
    what: String,
    /// As it is compared.
    says: String,
    /// As it is shown.
    shown: String,
    /// As it is shown with all its parts.
    whole: String,
}

const FIELD: u8 = 0;
const NUMBER: u8 = 1;
const DETAIL: u8 = 2;
const TAGS: u8 = 3;

fn items(person: &Person) -> Vec<Item> {
    let field = |(name, text): (&&'static str, &String)| {
        let shown = if *name == NAME {
            shown_name(text)
        } else {
            text.clone()
        };
        Item {
            about: (FIELD, (*name).to_owned()),
            what: fields::words(name).to_owned(),
            says: shown.clone(),
            whole: if *name == NAME {
                name_with_parts(text)
            } else {
                shown.clone()
            },
            shown,
        }
    };
    let number = |(identity, number): (&String, &Number)| {
        let Number {
            label, historic, ..
        } = number;
        let mut shown = display(identity);
        if *historic {
            shown.push_str(" historic");
        }
        Item {
            about: (NUMBER, identity.clone()),
            what: label.clone().unwrap_or_else(|| "number".to_owned()),
            says: format!("{historic} {}", label.as_deref().unwrap_or_default()),
            whole: shown.clone(),
            shown,
        }
    };
    let mut fields: Vec<_> = person.fields.iter().collect();
    fields.sort_by_key(|(name, _)| (**name != NAME, **name));
    let mut items: Vec<Item> = fields.into_iter().map(field).collect();
    items.extend(person.numbers.iter().map(number));
    items.extend(person.details.values().map(|detail| {
        let (kind, value) = detail.identity();
        Item {
            about: (DETAIL, format!("{kind} {value}")),
            what: detail.title().into_owned(),
            says: detail.label.clone().unwrap_or_default(),
            whole: detail.shown().into_owned(),
            shown: detail.shown().into_owned(),
        }
    }));
    if !person.tags.is_empty() {
        let tags: Vec<&str> = person.tags.iter().map(String::as_str).collect();
        items.push(Item {
            about: (TAGS, String::new()),
            what: "tags".to_owned(),
            says: tags.join(", "),
            whole: tags.join(", "),
            shown: tags.join(", "),
        });
    }
    items
}

/// What a conflict is about, as an item has it.
fn about(key: &ConflictKey, person: &Person) -> Option<(u8, String)> {
    Some(match key {
        ConflictKey::Field(name) => (FIELD, (*name).to_owned()),
        ConflictKey::NumberLabel(number) => (NUMBER, number.clone()),
        ConflictKey::DetailLabel(id) | ConflictKey::DetailValue(id) => {
            let (kind, value) = person.details.get(id)?.identity();
            (DETAIL, format!("{kind} {value}"))
        }
    })
}

/// Compares both sides field by field, and says what becomes of each field. `after` is none where the contact is
/// deleted; `sends` is whether anything of it goes there.
#[must_use]
pub fn compared(
    here: Option<&Person>,
    there: Option<&Person>,
    after: Option<&Person>,
    conflicts: &[ConflictKey],
    sends: bool,
) -> Vec<PlannedField> {
    let of = |person: Option<&Person>| person.map(items).unwrap_or_default();
    let sides = [of(here), of(there), of(after)];
    let disputed: Vec<_> = after
        .into_iter()
        .flat_map(|after| conflicts.iter().filter_map(|key| about(key, after)))
        .collect();
    let mut seen = BTreeSet::new();
    let mut said = Vec::new();
    for item in sides.iter().flatten() {
        if !seen.insert(item.about.clone()) {
            continue;
        }
        let [here, there, then] = sides
            .each_ref()
            .map(|side| side.iter().find(|other| other.about == item.about));
        let is = |one: Option<&Item>, other: Option<&Item>| {
            one.map(|one| &one.says) == other.map(|other| &other.says)
        };
        let after = if after.is_none() {
            After::Gone
        } else if disputed.contains(&item.about) {
            After::ToDecide
        } else if is(here, then) && is(there, then) {
            After::Same
        } else if is(here, then) && there.is_none() {
            if sends { After::Both } else { After::AsHere }
        } else if is(there, then) && here.is_none() {
            After::Both
        } else if is(here, then) {
            After::AsHere
        } else if is(there, then) {
            After::AsThere
        } else {
            then.map_or(After::Gone, |then| After::Other(labelled(then, &item.what)))
        };
        // A name that reads the same on both sides is told by its parts.
        let is_of_parts = matches!(after, After::ToDecide)
            && item.about.1 == NAME
            && here.map(|side| &side.shown) == there.map(|side| &side.shown);
        let text = |side: Option<&Item>| match side {
            None => String::new(),
            Some(side) if is_of_parts => side.whole.clone(),
            Some(side) => labelled(side, &item.what),
        };
        said.push(PlannedField {
            what: item.what.clone(),
            here: text(here),
            there: text(there),
            after,
        });
    }
    said
}

/// What an item says, with its label where the row is called otherwise.
fn labelled(item: &Item, row: &str) -> String {
    if item.what == row {
        item.shown.clone()
    } else {
        format!("{} {}", item.what, item.shown)
    }
}
