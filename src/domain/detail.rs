//! Details of a contact: its emails, addresses, dates, links, chats, relations, and other lines of text.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::address::Address;
use super::day::PartialDate;
use super::fold::fold;

/// What a detail is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DetailKind {
    /// An address of electronic mail.
    Email,
    /// A postal address.
    Address,
    /// A birthday, an anniversary, or another date: its label says which.
    Date,
    /// A web page.
    Link,
    /// A name in a chat network, which is its label.
    Chat,
    /// Another person, by name or by the `UID` of a contact; the label says what that person is.
    Relation,
    /// Anything else that can be read.
    Other,
}

/// The label of a date of birth.
pub const BIRTHDAY: &str = "birthday";

/// The label of a wedding day.
pub const ANNIVERSARY: &str = "anniversary";

impl DetailKind {
    /// Every kind, in the order in which a contact shows them.
    pub const ALL: [Self; 7] = [
        Self::Email,
        Self::Address,
        Self::Date,
        Self::Link,
        Self::Chat,
        Self::Relation,
        Self::Other,
    ];

    /// Its word in documents and on the screen.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Address => "address",
            Self::Date => "date",
            Self::Link => "link",
            Self::Chat => "chat",
            Self::Relation => "relation",
            Self::Other => "other",
        }
    }

    /// The heading above the details of this kind.
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Email => "EMAIL",
            Self::Address => "ADDRESS",
            Self::Date => "DATES",
            Self::Link => "LINKS",
            Self::Chat => "CHAT",
            Self::Relation => "RELATED",
            Self::Other => "OTHER",
        }
    }

    /// The kind that a word names.
    #[must_use]
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether one detail of this kind may be the preferred one.
    #[must_use]
    pub const fn has_preferred(self) -> bool {
        matches!(self, Self::Email | Self::Address | Self::Link)
    }

    /// The labels that a form offers.
    #[must_use]
    pub const fn usual_labels(self) -> &'static [&'static str] {
        match self {
            Self::Email | Self::Address => &["home", "work", "other"],
            Self::Date => &[BIRTHDAY, ANNIVERSARY, "other"],
            Self::Link => &["home page", "work", "blog", "profile", "other"],
            Self::Chat => &[
                "signal", "whatsapp", "telegram", "matrix", "xmpp", "skype", "discord",
            ],
            Self::Relation => &[
                "spouse",
                "partner",
                "child",
                "parent",
                "mother",
                "father",
                "sibling",
                "brother",
                "sister",
                "friend",
                "assistant",
                "manager",
                "emergency",
            ],
            Self::Other => &[
                "hobby",
                "interest",
                "pronouns",
                "gender",
                "language",
                "time zone",
                "place",
            ],
        }
    }

    /// Whether details of this kind with the same value and different labels are different details. A birthday
    /// and a wedding day may fall on one date, and a name may be used in two chat networks.
    const fn is_told_by_label(self) -> bool {
        !self.has_preferred()
    }
}

/// The id of a detail within its contact, eight hexadecimal digits. It is derived from what the detail said
/// when it was added, and stays when that is edited. The default stands for "none yet".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DetailId(u32);

impl fmt::Display for DetailId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", self.0)
    }
}

impl DetailId {
    /// The id that a text names.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let is_id = text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u32::from_str_radix(text, 16).ok().filter(|_| is_id);
        number.map(Self)
    }

    /// Whether it stands for none.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

impl Serialize for DetailId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DetailId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::read(&text)
            .ok_or_else(|| serde::de::Error::custom("an id has eight hexadecimal digits"))
    }
}

/// What a detail says.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum DetailValue {
    /// A text.
    Text(String),
    /// A date, of which some may not be known.
    Date(PartialDate),
    /// A postal address in its parts.
    Address(Box<Address>),
}

impl DetailValue {
    /// What a text that a person gives says as a detail of a kind: the address of an email in a link or beside a name;
    /// a date where it is surely one; an address in its parts where these are sure, else the text as its street.
    #[must_use]
    pub fn read(kind: DetailKind, text: &str) -> Self {
        match kind {
            DetailKind::Date => {
                PartialDate::read(text).map_or_else(|| Self::Text(text.to_owned()), Self::Date)
            }
            DetailKind::Address => Self::Address(Box::new(Address::read(text))),
            DetailKind::Email => Self::Text(address_in(text.trim()).to_owned()),
            _ => Self::Text(text.to_owned()),
        }
    }

    /// All of it in one text: a date as `1961-09-04`, an address with commas between its parts.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Date(date) => Cow::Owned(date.to_string()),
            Self::Address(address) => Cow::Owned(address.to_string()),
        }
    }
}

impl From<&str> for DetailValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for DetailValue {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<PartialDate> for DetailValue {
    fn from(date: PartialDate) -> Self {
        Self::Date(date)
    }
}

impl From<Address> for DetailValue {
    fn from(address: Address) -> Self {
        Self::Address(Box::new(address))
    }
}

/// An email, address, date, link or the like.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Detail {
    /// Which one of its contact it is.
    #[serde(default)]
    pub id: DetailId,
    /// What it is.
    pub kind: DetailKind,
    /// `home`, `work`, or any text.
    #[serde(default)]
    pub label: Option<String>,
    /// Whether it is used before others of its kind: at most one email, address and link each.
    #[serde(default)]
    pub preferred: bool,
    /// What it says.
    pub value: DetailValue,
}

impl Detail {
    /// A detail without an id, which it is given when it is put into a contact.
    #[must_use]
    pub fn new(kind: DetailKind, label: Option<String>, value: impl Into<DetailValue>) -> Self {
        Self {
            id: DetailId::default(),
            kind,
            label,
            preferred: false,
            value: value.into(),
        }
    }

    /// A detail of what a text says, as [`DetailValue::read`].
    #[must_use]
    pub fn read(kind: DetailKind, label: Option<String>, text: &str) -> Self {
        Self::new(kind, label, DetailValue::read(kind, text))
    }

    /// What it is called, with its label: `home email`, `signal chat`, `birthday`. The label of a date, a relation or a
    /// line of another kind is all of it.
    #[must_use]
    pub fn title(&self) -> Cow<'static, str> {
        let label = self.label.as_deref().unwrap_or_default();
        match self.kind {
            kind if label.is_empty() => kind.word().into(),
            DetailKind::Other | DetailKind::Date | DetailKind::Relation => label.to_owned().into(),
            kind => format!("{label} {}", kind.word()).into(),
        }
    }

    /// All of its value in one text.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        self.value.text()
    }

    /// Its value where it is no more than a text.
    #[must_use]
    pub fn plain(&self) -> Option<&str> {
        match &self.value {
            DetailValue::Text(text) => Some(text),
            DetailValue::Date(_) | DetailValue::Address(_) => None,
        }
    }

    /// Its value as people read it: a date as `4 Sep 1961`, an address as in its country.
    #[must_use]
    pub fn shown(&self) -> Cow<'_, str> {
        match &self.value {
            DetailValue::Date(date) => Cow::Owned(date.shown()),
            DetailValue::Address(address) => Cow::Owned(address.shown()),
            DetailValue::Text(_) => self.text(),
        }
    }

    /// The address in its parts, if it is one.
    #[must_use]
    pub fn address(&self) -> Option<&Address> {
        match &self.value {
            DetailValue::Address(address) => Some(address),
            DetailValue::Text(_) | DetailValue::Date(_) => None,
        }
    }

    /// The date, if it is one.
    #[must_use]
    pub const fn date(&self) -> Option<PartialDate> {
        match &self.value {
            DetailValue::Date(date) => Some(*date),
            DetailValue::Text(_) | DetailValue::Address(_) => None,
        }
    }

    /// Whether it is a date with this label.
    #[must_use]
    pub fn is_date(&self, label: &str) -> bool {
        self.kind == DetailKind::Date && self.label.as_deref() == Some(label)
    }

    /// What makes two details the same: the kind, and the value but for case, accents and width; of dates, chats
    /// and relations also the label.
    #[must_use]
    pub fn identity(&self) -> (&'static str, String) {
        let mut text = fold(&self.text());
        if self.kind.is_told_by_label() {
            text.push('\n');
            text.push_str(&fold(self.label.as_deref().unwrap_or_default()));
        }
        (self.kind.word(), text)
    }

    /// Whether two details say the same, whatever their ids.
    #[must_use]
    pub fn says(&self, other: &Self) -> bool {
        self.preferred == other.preferred && self.says_but_for_preferred(other)
    }

    /// Whether two details say the same, whatever their ids and whichever of them is preferred.
    #[must_use]
    pub fn says_but_for_preferred(&self, other: &Self) -> bool {
        let Self {
            id: _,
            kind,
            label,
            preferred: _,
            value,
        } = self;
        (kind, label, value) == (&other.kind, &other.label, &other.value)
    }

    /// The id that it gets in a contact where some are taken.
    pub(crate) fn fresh_id(&self, is_taken: impl Fn(DetailId) -> bool) -> DetailId {
        let mut id = self.derived_id();
        while id.is_none() || is_taken(id) {
            id = DetailId(id.0.wrapping_add(1));
        }
        id
    }

    /// The id that it has in an empty contact: FNV-1a over its identity.
    fn derived_id(&self) -> DetailId {
        let (kind, text) = self.identity();
        let bytes = kind.bytes().chain([0]).chain(text.bytes());
        DetailId(bytes.fold(0x811c_9dc5, |hash: u32, byte| {
            (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
        }))
    }
}

/// The address in `Ada <ada@example.org>` or `mailto:ada@example.org`, or the text as it is.
#[must_use]
pub(crate) fn address_in(text: &str) -> &str {
    let inner = text
        .strip_suffix('>')
        .and_then(|rest| rest.rsplit_once('<'));
    let inner = inner.map_or(text, |(_, inner)| inner).trim();
    let scheme = "mailto:";
    let has_scheme = inner
        .get(..scheme.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let address = if has_scheme {
        let rest = inner.get(scheme.len()..).unwrap_or_default();
        // What follows is what a mail to it begins with.
        rest.split('?').next().unwrap_or_default().trim()
    } else {
        inner
    };
    if address.contains('@') && !address.contains(char::is_whitespace) {
        address
    } else {
        text
    }
}

/// Gives each detail an id of its own: those without one get that of the same detail before the change, or a new
/// one. At most one detail of a kind stays preferred: the first.
pub fn settle(details: &mut [Detail], before: &[Detail]) {
    let mut taken = HashSet::new();
    for detail in details.iter_mut() {
        if !detail.id.is_none() && !taken.insert(detail.id) {
            detail.id = DetailId::default();
        }
    }
    let is_new = |detail: &&mut Detail| detail.id.is_none();
    if details.iter().any(|detail| detail.id.is_none()) {
        let known: Vec<_> = before.iter().map(|own| (own.identity(), own.id)).collect();
        for detail in details.iter_mut().filter(is_new) {
            let identity = detail.identity();
            let same = known
                .iter()
                .find(|(own, id)| *own == identity && !taken.contains(id));
            if let Some((_, id)) = same {
                detail.id = *id;
                taken.insert(*id);
            }
        }
        taken.extend(before.iter().map(|own| own.id));
        for detail in details.iter_mut().filter(is_new) {
            detail.id = detail.fresh_id(|id| taken.contains(&id));
            taken.insert(detail.id);
        }
    }
    // Of two that are the same the first one is preferred.
    for at in 0..details.len() {
        let Some(own) = details.get(at).filter(|detail| detail.preferred).cloned() else {
            continue;
        };
        let before = details.iter_mut().take(at);
        let mut same = before.filter(|other| other.says_but_for_preferred(&own));
        if let Some(first) = same.next() {
            first.preferred = true;
            if let Some(detail) = details.get_mut(at) {
                detail.preferred = false;
            }
        }
    }
    let mut preferred = HashSet::new();
    for detail in details.iter_mut().filter(|detail| detail.preferred) {
        detail.preferred = detail.kind.has_preferred() && preferred.insert(detail.kind);
    }
}

/// Makes those details of a kind the preferred ones that are meant, and no others.
pub fn prefer_only<'d>(
    details: impl IntoIterator<Item = &'d mut Detail>,
    kind: DetailKind,
    is_meant: impl Fn(&Detail) -> bool,
) {
    let details = details.into_iter().filter(|detail| detail.kind == kind);
    for detail in details {
        detail.preferred = kind.has_preferred() && is_meant(detail);
    }
}
