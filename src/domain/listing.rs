//! The list of contacts: what is asked for, and the rows that come back.

use serde::{Deserialize, Serialize};

use super::contact::ContactId;
use super::fold::fold;
use super::number;
use super::phone::Mark;

/// How the list is sorted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Order {
    /// By family name.
    #[default]
    Name,
    /// By given name.
    Given,
    /// What changed last first.
    Changed,
}

impl Order {
    /// The words for it: "by name".
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Name => "by name",
            Self::Given => "by first name",
            Self::Changed => "last changed first",
        }
    }
}

/// Whom the list shows, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ListQuery {
    /// What was typed into the filter.
    pub text: String,
    /// The order.
    pub order: Order,
    /// Only contacts that need attention.
    pub attention: bool,
}

impl ListQuery {
    /// What the filter looks for, made of what was typed.
    #[must_use]
    pub fn needles(&self) -> Needles {
        Needles::of(&self.text)
    }

    /// Whether everybody is shown.
    #[must_use]
    pub fn is_everybody(&self) -> bool {
        !self.attention && self.needles() == Needles::default()
    }
}

/// Whose contacts are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Those that a list shows, in its order.
    Shown(ListQuery),
    /// These, in this order.
    Marked(Vec<ContactId>),
}

/// What a filter looks for: all its words have to be found, in any order; or, where it looks like a
/// number, its digits in one of the contact's numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Needles {
    /// Folded words, each to be found in the contact's text.
    pub words: Vec<String>,
    /// Digits to be found in one of the contact's numbers: any one of these spellings.
    pub digits: Vec<String>,
}

impl Needles {
    /// The needles of a typed text.
    ///
    /// What consists of digits and of the signs that numbers are written with is a number. It is
    /// looked for as it stands, without an international prefix `00`, and without a trunk `0`, since
    /// numbers are stored with their calling code instead of either.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let text = text.trim();
        let typed = number::digits(text);
        let numeric = !typed.is_empty()
            && text
                .chars()
                .all(|sign| sign.is_numeric() || sign.is_whitespace() || "+-()./·–".contains(sign));
        if !numeric {
            return Self {
                words: fold(text)
                    .split(' ')
                    .filter(|word| !word.is_empty())
                    .map(str::to_owned)
                    .collect(),
                digits: Vec::new(),
            };
        }
        let without_trunk = text.replace("(0)", "");
        let mut digits = vec![typed.clone()];
        for spelling in [
            number::digits(&without_trunk),
            typed.trim_start_matches('0').to_owned(),
        ] {
            if !spelling.is_empty() && !digits.contains(&spelling) {
                digits.push(spelling);
            }
        }
        Self {
            words: Vec::new(),
            digits,
        }
    }
}

/// One row of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The contact.
    pub id: ContactId,
    /// The name that is shown.
    pub name: String,
    /// Kept at hand.
    pub favourite: bool,
    /// The number that is shown, as people read it, and its mark: the primary one, else a historic
    /// one, else none. Where digits were searched for, the number that matched.
    pub number: Option<(String, Mark)>,
}

/// Some rows of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// The place of the first of them in the whole list, from 0.
    pub first: usize,
    /// The rows.
    pub rows: Vec<Row>,
}

/// The totals of the header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many contacts there are.
    pub contacts: usize,
    /// How many of them need attention.
    pub attention: usize,
}
