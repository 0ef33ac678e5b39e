//! What a card of the other side says, in the words of the merge.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::detail::{Detail, DetailId, DetailKind};
use crate::domain::fold::fold;
use crate::domain::phone::usual_label;

/// The one-valued fields of a contact by their names. A value is the text of the field; that of
/// [`NAME`] is a name with all its parts.
pub type Fields = BTreeMap<&'static str, String>;

/// The field that holds the name with all its parts, which change together.
pub const NAME: &str = "name";

/// The fields that only lines of ours carry. Where such a line is missing, another program dropped it.
const OURS: [&str; 2] = ["favourite", "sort_as"];

/// What a flag says that is not set.
pub const NO: &str = "no";

/// Whether only lines of ours carry a field.
#[must_use]
pub fn is_only_ours(field: &str) -> bool {
    OURS.contains(&field)
}

/// What a card says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaidCard {
    /// Its `UID`.
    pub uid: Option<String>,
    /// Its fields with one value.
    pub fields: Fields,
    /// Its numbers by what makes two of them the same.
    pub numbers: BTreeMap<String, SaidNumber>,
    /// The number that stands first.
    pub first: Option<String>,
    /// The number that it prefers.
    pub primary: Option<String>,
    /// Its emails, addresses, dates and so on, in their order.
    pub details: Vec<SaidDetail>,
    /// Its tags.
    pub tags: BTreeSet<String>,
}

/// What a card says of one number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaidNumber {
    /// Whether it has a `TEL`, which every program reads.
    pub tel: bool,
    /// The label, of the `TEL` where there is one.
    pub label: Option<String>,
    /// What a line of ours says of it.
    pub line: OurLine,
}

/// What a line of ours says of a number's flags: yes, no, or nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OurLine {
    /// Whether it is historic.
    pub historic: Option<bool>,
    /// Whether it is confirmed.
    pub accurate: Option<bool>,
}

/// What a card says of a detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaidDetail {
    /// Its kind, label and value, and whether it is the preferred one of its kind. The id counts for
    /// nothing here.
    pub detail: Detail,
    /// What makes two details the same.
    pub identity: (&'static str, String),
    /// The id that a line of ours gives it.
    pub id: Option<DetailId>,
}

impl SaidDetail {
    /// A detail of a card, with the id that a line of ours gives it.
    #[must_use]
    pub fn new(detail: Detail, id: Option<DetailId>) -> Self {
        let identity = detail.identity();
        Self {
            detail,
            identity,
            id,
        }
    }
}

/// How a number stands on a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Not there, or only in a line of ours that does not say historic: another program took its `TEL` out.
    Absent,
    /// A `TEL`, and no line of ours that says historic.
    InUse,
    /// A line of ours says so, with or without a `TEL`.
    Historic,
}

/// The name on a card, with all its parts.
#[must_use]
pub fn name_on(card: &SaidCard) -> String {
    card.fields.get(NAME).cloned().unwrap_or_default()
}

impl SaidCard {
    /// How a number stands on the card.
    #[must_use]
    pub fn standing(&self, number: &str) -> Standing {
        match self.numbers.get(number) {
            Some(said) if said.line.historic == Some(true) => Standing::Historic,
            Some(said) if said.tel => Standing::InUse,
            _ => Standing::Absent,
        }
    }

    /// Whether the card has a `TEL` of a number.
    #[must_use]
    pub fn has_tel(&self, number: &str) -> bool {
        self.tel(number).is_some()
    }

    /// What it says of a number that has a `TEL`.
    #[must_use]
    pub fn tel(&self, number: &str) -> Option<&SaidNumber> {
        self.numbers.get(number).filter(|said| said.tel)
    }

    /// The numbers that have a `TEL`.
    pub fn tels(&self) -> impl Iterator<Item = (&str, &SaidNumber)> {
        let tels = self.numbers.iter().filter(|(_, said)| said.tel);
        tels.map(|(number, said)| (number.as_str(), said))
    }

    /// What a line of ours says of a number.
    #[must_use]
    pub fn line(&self, number: &str) -> OurLine {
        let said = self.numbers.get(number);
        said.map(|said| said.line).unwrap_or_default()
    }

    /// The detail that is the same as another.
    #[must_use]
    pub fn detail(&self, identity: &(&'static str, String)) -> Option<&SaidDetail> {
        let mut details = self.details.iter();
        details.find(|said| said.identity == *identity)
    }

    /// The preferred detail of a kind.
    #[must_use]
    pub fn preferred(&self, kind: DetailKind) -> Option<&SaidDetail> {
        let mut details = self.details.iter();
        details.find(|said| said.detail.kind == kind && said.detail.preferred)
    }
}

/// Whether two labels read the same: the same usual word, however it is written.
#[must_use]
pub fn same_label(one: Option<&str>, other: Option<&str>) -> bool {
    let word = |label: Option<&str>| fold(&usual_label(label.unwrap_or_default()));
    one == other || word(one) == word(other)
}

/// Whether two texts read the same: case, spaces and the composing of signs aside.
#[must_use]
pub fn same_text(one: Option<&str>, other: Option<&str>) -> bool {
    one == other || fold(one.unwrap_or_default()) == fold(other.unwrap_or_default())
}
