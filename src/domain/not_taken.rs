//! What a card says that is not taken, and why.

use std::borrow::Cow;

use super::notice::NoticeKind;
use super::safe::safe;

/// A value of a card that is not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptValue {
    /// What it is, in the words of the screens.
    pub what: Cow<'static, str>,
    /// What the contact has, if anything.
    pub stored: Option<String>,
    /// What the card says.
    pub said: String,
    /// Why it is not taken.
    pub why: NotTaken,
}

/// Why a value of a card is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotTaken {
    /// The contact keeps its own.
    Own,
    /// A person cleared it.
    Cleared,
    /// It belongs to another company than the contact's.
    OtherCompany,
    /// The card has another one, which is taken.
    Second,
}

impl NotTaken {
    /// The notice for it.
    #[must_use]
    pub(crate) const fn notice(self) -> NoticeKind {
        match self {
            Self::Own => NoticeKind::TextStays,
            Self::Cleared => NoticeKind::StaysCleared,
            Self::OtherCompany => NoticeKind::OtherCompany,
            Self::Second => NoticeKind::SaidTwice,
        }
    }
}

impl KeptValue {
    /// What stays and what the file has: `title: stays Boss; the file has Chief`. Safe for a terminal.
    #[must_use]
    pub(crate) fn told(&self) -> String {
        let (what, said) = (&self.what, safe(&self.said));
        let stored = safe(self.stored.as_deref().unwrap_or("none"));
        match self.why {
            NotTaken::Second => format!("{what}: {stored} is taken; the file has {said} too"),
            _ => format!("{what}: stays {stored}; the file has {said}"),
        }
    }
}
