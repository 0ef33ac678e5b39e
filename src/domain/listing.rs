//! The list of contacts: what is asked for, and the rows that come back.

use serde::{Deserialize, Serialize};

use super::contact::ContactId;
use super::number::Region;
use super::own_fields::OwnFields;
use super::phone::{Mark, Phone, PhoneId};
use super::query::{Condition, Query, SearchTerms, Typing};

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
    /// What its digits mean.
    pub typing: Typing,
    /// The order.
    pub order: Order,
    /// Only contacts that need attention.
    pub attention: bool,
    /// Conditions beside what was typed.
    pub only: Vec<Condition>,
    /// The person's own fields, by which it can be filtered.
    pub fields: OwnFields,
}

impl ListQuery {
    /// What was typed, read.
    #[must_use]
    pub fn query(&self) -> Query {
        let mut query = Query::of(&self.text, self.typing, &self.fields);
        query.conditions.extend(self.only.iter().cloned());
        query
    }

    /// What the filter looks for in texts and numbers.
    #[must_use]
    pub fn needles(&self) -> SearchTerms {
        self.query().needles
    }

    /// Whether all contacts are shown.
    #[must_use]
    pub(crate) fn is_everybody(&self) -> bool {
        !self.attention && self.query().is_everybody()
    }
}

/// Whose contacts are meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// Those that a list shows, in its order.
    Shown(ListQuery),
    /// These, in this order.
    Marked(Vec<ContactId>),
    /// These, as a list in this order has them.
    MarkedInList(Vec<ContactId>, Order),
}

/// What is read of each row of a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RowColumns {
    /// The name and a number: an index has both.
    #[default]
    NameAndNumber,
    /// The company too, for which each contact has to be read.
    WithCompany,
    /// The name and the email that is used first.
    WithEmail,
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
    /// The company, where the rows were asked for with theirs.
    pub organisation: Option<String>,
    /// The email that is used first, where the rows were asked for with theirs.
    pub email: Option<String>,
    /// The number that is shown: the primary one, else a historic one, else none. Where a search matched
    /// another number, that one.
    pub number: Option<RowNumber>,
}

/// The number of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowNumber {
    /// The number as people read it.
    pub shown: String,
    /// How sure one may be of it.
    pub mark: Mark,
    /// Whether it is no longer used.
    pub historic: bool,
    /// Which number it is, where a search matched it; else it is the first of the contact.
    pub matched: Option<PhoneId>,
}

impl RowNumber {
    /// The number that a search matched.
    #[must_use]
    pub fn matched(phone: &Phone, home: Option<Region>) -> Self {
        Self {
            shown: phone.shown(),
            mark: phone.mark(home),
            historic: phone.historic,
            matched: Some(phone.id),
        }
    }
}

/// Some rows of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// The place of the first of them in the whole list, from 0.
    pub first: usize,
    /// The rows.
    pub rows: Vec<Row>,
    /// How many rows the list has, if finding these counted them.
    pub total: Option<usize>,
    /// How they were found.
    pub found: Found,
}

/// How the rows of a list were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Found {
    /// All that was asked for is there.
    #[default]
    Exactly,
    /// Nobody has what was typed; these have what is like it.
    Alike,
}

/// The totals of the header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// How many contacts there are.
    pub contacts: usize,
    /// How many of them need attention.
    pub attention: usize,
}
