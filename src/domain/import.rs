//! What an import brings, before and after it is written.

use super::contact::{ContactAttributes, ContactId};
use super::phone::PhoneAttributes;

/// Where in its file a card stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// Which card of the file, from 1.
    pub card: usize,
    /// The line that it begins on, from 1.
    pub line: usize,
}

/// A card as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incoming {
    /// Where it stands.
    pub place: Place,
    /// The contact.
    pub contact: ContactAttributes,
    /// Its phones, in the order of the card.
    pub phones: Vec<PhoneAttributes>,
    /// The card, byte for byte.
    pub card: Vec<u8>,
}

/// A card, or part of one, that could not be taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Where it stands.
    pub place: Place,
    /// The name on it, if it could be read.
    pub name: Option<String>,
    /// What is wrong with it.
    pub reason: String,
    /// The card, byte for byte.
    pub card: Vec<u8>,
}

/// What became, or would become, of one card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A new contact.
    New(ContactId),
    /// A contact that is there already gets numbers or details that it did not have.
    Change(ContactId),
    /// Nothing new.
    Same(ContactId),
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImportReport {
    /// Cards that became new contacts.
    pub new: usize,
    /// Cards that added to contacts that were there.
    pub changed: usize,
    /// Cards that held nothing new.
    pub same: usize,
    /// Phone numbers that were written.
    pub numbers: usize,
    /// Numbers of cards that the contact had already, or that stood twice on one card.
    pub numbers_same: usize,
    /// What could not be taken in.
    pub rejects: Vec<Reject>,
}

impl ImportReport {
    /// How many cards there were.
    #[must_use]
    pub const fn cards(&self) -> usize {
        self.new + self.changed + self.same + self.rejects.len()
    }

    /// The report in one sentence: "312 contacts came in with 610 numbers; 2 cards could not be read".
    #[must_use]
    pub fn summary(&self) -> String {
        let mut parts = Vec::new();
        parts.push(match self.new {
            0 if self.changed == 0 => "Nothing new".to_owned(),
            new => count(new, "new contact"),
        });
        if self.changed > 0 {
            parts.push(format!("{} changed", self.changed));
        }
        if self.same > 0 {
            parts.push(format!("{} already here", self.same));
        }
        parts.push(count(self.numbers, "number"));
        if !self.rejects.is_empty() {
            parts.push(format!(
                "{} could not be read",
                count(self.rejects.len(), "card")
            ));
        }
        parts.join(" · ")
    }
}

/// A number and its noun, in the plural where need be.
#[must_use]
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        format!("1 {noun}")
    } else {
        format!("{} {noun}s", thousands(number))
    }
}

/// A number with commas between the thousands: `1,284`.
#[must_use]
pub fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
