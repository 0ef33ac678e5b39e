//! A short value that identifies something larger, to see whether it is the same.

use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher as _};

use super::full_contact::FullContact;

/// A hash of what a card or row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContentHash(pub [u8; 16]);

impl fmt::Display for ContentHash {
    /// As hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Stands for what a change writes and for the records that it reads: another state gives another one.
/// It is a sum of parts, so that a part can be left out of it. It is compared within one run of the program
/// only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// That of one part.
    pub fn of(part: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        part.hash(&mut hasher);
        Self(hasher.finish())
    }

    /// That of a contact with its phones, as they are stored now: each write gives another one.
    #[must_use]
    pub fn of_stored(FullContact { contact, phones }: &FullContact) -> Self {
        let phones = phones.iter();
        let phones = phones.map(|phone| Self::of((phone.id, phone.updated_in_db_at)));
        let contact = Self::of((contact.id, contact.updated_in_db_at));
        phones.fold(contact, Self::with)
    }

    /// With a part more.
    #[must_use]
    pub const fn with(self, part: Self) -> Self {
        Self(self.0.wrapping_add(part.0))
    }

    /// Without a part of it.
    #[must_use]
    pub const fn without(self, part: Self) -> Self {
        Self(self.0.wrapping_sub(part.0))
    }
}
