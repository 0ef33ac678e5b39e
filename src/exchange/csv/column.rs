//! What a column holds, by its header.

use crate::domain::contact::{Detail, DetailKind};
use crate::domain::day::DayOrder;
use crate::domain::detail::{ANNIVERSARY, BIRTHDAY};
use crate::domain::fields::ContactField;

/// What kind of detail a column holds: a kind, of dates also which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DetailColumn {
    Email,
    Address,
    Birthday,
    /// A date that its label describes; without a label it is an anniversary.
    Event,
    Link,
    Chat,
    Relation,
    Other,
}

impl DetailColumn {
    /// The words for it, which our own tables have in their cells too.
    pub(super) const ALL: [(Self, &'static str); 8] = [
        (Self::Email, "email"),
        (Self::Address, "address"),
        (Self::Birthday, "birthday"),
        (Self::Event, "anniversary"),
        (Self::Link, "link"),
        (Self::Chat, "chat"),
        (Self::Relation, "relation"),
        (Self::Other, "other"),
    ];

    pub(super) fn word(self) -> &'static str {
        let mut all = Self::ALL.iter();
        all.find(|(own, _)| *own == self)
            .map_or("", |(_, word)| word)
    }

    pub(super) const fn kind(self) -> DetailKind {
        match self {
            Self::Email => DetailKind::Email,
            Self::Address => DetailKind::Address,
            Self::Birthday | Self::Event => DetailKind::Date,
            Self::Link => DetailKind::Link,
            Self::Chat => DetailKind::Chat,
            Self::Relation => DetailKind::Relation,
            Self::Other => DetailKind::Other,
        }
    }

    /// A detail of a cell of such a column.
    pub(super) fn detail(self, label: Option<String>, text: &str) -> Detail {
        let label = match self {
            Self::Birthday => Some(BIRTHDAY.to_owned()),
            Self::Event => label.or_else(|| Some(ANNIVERSARY.to_owned())),
            _ => label,
        };
        Detail::read(self.kind(), label, text)
    }
}

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Column {
    /// A text of the contact.
    Text(Text),
    /// A part of a phone: which phone, and which part.
    Phone(String, ColumnPart),
    /// A part of an email, an address or the like: which, of what kind, and which part.
    Detail(String, DetailColumn, ColumnPart),
    /// Nothing that is known: it stays with the contact.
    Other,
    /// Nothing: whether cells are guarded.
    Guarded,
    /// What the other columns cannot say.
    More,
    /// What a column of ours says too.
    ToldAgain,
    /// What Outlook calls an email, and how it is sent.
    OfEmail,
}

impl Column {
    /// The field that it holds, as `--map` takes it; where no map says it, in words.
    pub(super) fn field(&self) -> String {
        match self {
            Self::Text(text) => text.field().to_owned(),
            Self::Phone(_, ColumnPart::Value(label)) => labelled("phone", label.as_deref()),
            Self::Phone(_, part) => format!("{} of a phone", part.words()),
            Self::Detail(_, kind, ColumnPart::Value(label)) => {
                let field = match kind {
                    DetailColumn::Link => "website",
                    kind => kind.word(),
                };
                labelled(field, label.as_deref())
            }
            Self::Detail(_, kind, part) => format!("{} of {}", part.words(), kind.word()),
            Self::Other => "other".to_owned(),
            Self::Guarded => "whether cells are quoted".to_owned(),
            Self::More => "what other columns cannot say".to_owned(),
            Self::ToldAgain | Self::OfEmail => "nothing: it is in other columns".to_owned(),
        }
    }
}

fn labelled(field: &str, label: Option<&str>) -> String {
    match label {
        Some(label) => format!("{field}:{label}"),
        None => field.to_owned(),
    }
}

impl Text {
    const fn field(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Prefix => "prefix",
            Self::Given => "given name",
            Self::Middle => "middle name",
            Self::Family => "family name",
            Self::Suffix => "suffix",
            Self::ContactKind => "kind",
            Self::Nickname => "nickname",
            Self::Organisation => "company",
            Self::Department => "department",
            Self::Title => "title",
            Self::Role => "role",
            Self::Note => "note",
            Self::Tags => "tags",
            Self::Favourite => "favourite",
            Self::Source => "source",
            Self::Uid => "uid",
            Self::CallingCode => "country of the numbers",
            Self::Own(field) => field.words,
        }
    }
}

impl ColumnPart {
    const fn words(&self) -> &'static str {
        match self {
            Self::Value(_) => "value",
            Self::Label => "label",
            Self::Primary => "primary",
            Self::PrimaryValue => "primary number",
            Self::Historic => "historic",
            Self::Accurate => "confirmed",
            Self::Source => "source",
            Self::Preferred => "preferred",
            Self::DetailKind => "kind",
            Self::Line(_) => "part",
        }
    }
}

/// A text of the contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Text {
    /// The name that is shown.
    Name,
    /// Before the given name: Dr.
    Prefix,
    /// The given name.
    Given,
    /// Between given and family name.
    Middle,
    /// The family name.
    Family,
    /// After the family name.
    Suffix,
    /// A person or a company.
    ContactKind,
    /// The nickname.
    Nickname,
    /// The company.
    Organisation,
    /// A part of it.
    Department,
    /// The position there.
    Title,
    /// What the person does there.
    Role,
    /// The note.
    Note,
    /// The tags.
    Tags,
    /// Whether it is a favourite.
    Favourite,
    /// Where it came from.
    Source,
    /// The UID.
    Uid,
    /// The country of the row's national numbers.
    CallingCode,
    /// A text of our own table.
    Own(&'static ContactField),
}

/// A part of a phone or of a detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ColumnPart {
    /// The number, the address, the day; with the label that the header says.
    Value(Option<String>),
    /// The label.
    Label,
    /// Of a phone: whether it is primary.
    Primary,
    /// Of a phone: the number that is primary, which another column may have with its label.
    PrimaryValue,
    /// Of a phone: whether it is historic.
    Historic,
    /// Of a phone: whether it is confirmed.
    Accurate,
    /// Of a phone: where it came from.
    Source,
    /// Of a detail: whether it is preferred.
    Preferred,
    /// Of a detail: its kind.
    DetailKind,
    /// A line of an address, in the order of a vCard, or year, month or day of a birthday.
    Line(u8),
}

/// Lines of an address in [`ColumnPart::Line`].
pub(super) const PO_BOX: u8 = 0;
pub(super) const EXTENDED: u8 = 1;
pub(super) const STREET: u8 = 2;
pub(super) const CITY: u8 = 12;
pub(super) const REGION: u8 = 13;
pub(super) const ZIP: u8 = 14;
pub(super) const COUNTRY: u8 = 15;

/// Parts of a birthday in [`ColumnPart::Line`].
pub(super) const YEAR: u8 = 0;
pub(super) const MONTH: u8 = 1;
pub(super) const DAY: u8 = 2;

/// How sure it is what a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sure {
    /// The header, or a person, says it.
    Yes,
    /// The header has a word for it: a cell that looks like something else is left where it is.
    ByCell,
}

/// A column with its header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Heading {
    /// The header as the table has it.
    pub(super) name: String,
    /// What the column holds.
    pub(super) column: Column,
    /// How sure that is.
    pub(super) sure: Sure,
    /// Whether it was recognised by its cells.
    pub(super) by_cells: bool,
    /// Of a column of days: which number of `03/02/1980` is the day, where that is known.
    pub(super) days: Option<DayOrder>,
    /// Whether a column with digits under this header may hold numbers to call.
    pub(super) may_be_phone: bool,
}

impl Heading {
    /// Whether the cells are days.
    pub(super) const fn is_of_days(&self) -> bool {
        matches!(
            self.column,
            Column::Detail(
                _,
                DetailColumn::Birthday | DetailColumn::Event,
                ColumnPart::Value(_)
            )
        )
    }

    /// Whether the cells are phone numbers.
    pub(super) const fn is_of_numbers(&self) -> bool {
        matches!(
            self.column,
            Column::Phone(_, ColumnPart::Value(_) | ColumnPart::PrimaryValue)
        )
    }
}
