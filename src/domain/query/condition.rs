//! The conditions of a filter, such as `label:work`, `-tag:garage` or `changed:>2024-06`: which there are, and
//! how each is read.

use chrono::NaiveDate;

use crate::domain::fold::fold;
use crate::domain::number::{self, Region};
use crate::domain::own_fields::OwnFields;

use super::period::{DayPattern, Period};

/// How many bytes a filter has at most: a screenful. Each word of it is looked for in each contact.
pub const LONGEST_FILTER: usize = 4 * 1024;

/// What has to hold of a contact or of one of its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// This does not hold.
    Not(Box<Self>),
    /// A number with these digits in it, in any one of the spellings.
    Tel(Vec<String>),
    /// A number with this label.
    Label(TextMatch),
    /// A number, or the contact, is so.
    Is(Quality),
    /// The contact has this.
    Has(Part),
    /// A number, or the contact, came from a source of this name.
    Source(TextMatch),
    /// The contact has this tag.
    Tag(TextMatch),
    /// A number of one of these countries.
    Country(Vec<Region>),
    /// A number whose country is not known.
    NoCountry,
    /// A number that was last changed in this year, UTC.
    Year(i32),
    /// The contact was created in this period.
    Created(Period),
    /// The contact or one of its numbers was last changed in this period.
    Changed(Period),
    /// The contact has a birthday like this.
    Birthday(DayPattern),
    /// The contact is in the address book of a remote of this name.
    In(TextMatch),
    /// The contact has a detail of this field of the person's own; with a text, one that says this.
    Own(String, Option<TextMatch>),
}

impl Condition {
    /// The remote in whose address book the contact is to be, or is not to be.
    #[must_use]
    pub fn remote(&self) -> Option<&TextMatch> {
        match self {
            Self::Not(inner) => inner.remote(),
            Self::In(remote) => Some(remote),
            _ => None,
        }
    }

    /// Whether it depends on which day is today.
    pub(super) fn is_relative(&self) -> bool {
        match self {
            Self::Not(inner) => inner.is_relative(),
            Self::Created(period) | Self::Changed(period) => period.is_relative(),
            _ => false,
        }
    }

    /// What it means on a day which is today.
    pub(super) fn on(self, today: NaiveDate) -> Self {
        match self {
            Self::Not(inner) => Self::Not(Box::new(inner.on(today))),
            Self::Created(period) => Self::Created(period.on(today)),
            Self::Changed(period) => Self::Changed(period.on(today)),
            other => other,
        }
    }
}

/// What a text has to be, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextMatch {
    /// A word of it begins so; of the name of a source, any part of it is so.
    Part(String),
    /// All of it is so: `tag:=garage`.
    Whole(String),
}

impl TextMatch {
    /// The folded text.
    #[must_use]
    pub fn folded(&self) -> &str {
        match self {
            Self::Part(text) | Self::Whole(text) => text,
        }
    }

    /// Whether a word of a text begins so, or all of it is so.
    #[must_use]
    pub fn is_in(&self, text: &str) -> bool {
        match self {
            Self::Part(wanted) => format!(" {}", fold(text)).contains(&format!(" {wanted}")),
            Self::Whole(wanted) => fold(text) == *wanted,
        }
    }

    /// None where there is no text yet.
    fn read(value: &str) -> Option<Self> {
        let (value, make): (_, fn(String) -> Self) = match value.strip_prefix('=') {
            Some(whole) => (unquoted(whole), Self::Whole),
            None => (value, Self::Part),
        };
        let folded = fold(value);
        (!folded.is_empty()).then(|| make(folded))
    }
}

/// What `is:` asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    /// The number that is dialled first.
    Primary,
    /// No longer used.
    Historic,
    /// Its number is confirmed.
    Accurate,
    /// Its number is not confirmed.
    Unconfirmed,
    /// Not a possible number of its country, confirmed or not.
    Impossible,
    /// The contact is a favourite.
    Favourite,
    /// The contact is a company.
    Company,
    /// Something of the contact was changed and is not sent yet.
    Waiting,
    /// The contact was changed here and on a remote to different things.
    Conflict,
}

impl Quality {
    /// All of them, with their words.
    pub const ALL: [(&'static str, Self); 9] = [
        ("historic", Self::Historic),
        ("primary", Self::Primary),
        ("unconfirmed", Self::Unconfirmed),
        ("confirmed", Self::Accurate),
        ("impossible", Self::Impossible),
        ("favourite", Self::Favourite),
        ("company", Self::Company),
        ("waiting", Self::Waiting),
        ("conflict", Self::Conflict),
    ];

    /// Other words for them, which are not offered.
    const ALIASES: [(&'static str, Self); 2] =
        [("accurate", Self::Accurate), ("favorite", Self::Favourite)];
}

/// What `has:` and `no:` ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// A number, historic ones too.
    Number,
    /// An email.
    Email,
    /// A postal address.
    Address,
    /// A birthday.
    Birthday,
    /// Another day to remember.
    Anniversary,
    /// A web page.
    Link,
    /// A name in a chat network.
    Chat,
    /// A company that the contact belongs to.
    Company,
    /// A note.
    Note,
    /// A tag.
    Tag,
    /// Another person that the contact is related to.
    Relation,
}

impl Part {
    /// All of them, with their words.
    pub const ALL: [(&'static str, Self); 11] = [
        ("number", Self::Number),
        ("email", Self::Email),
        ("address", Self::Address),
        ("birthday", Self::Birthday),
        ("anniversary", Self::Anniversary),
        ("link", Self::Link),
        ("chat", Self::Chat),
        ("company", Self::Company),
        ("note", Self::Note),
        ("tag", Self::Tag),
        ("relation", Self::Relation),
    ];
}

/// A field that a condition can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConditionField {
    /// `tel:201`.
    Tel,
    /// `label:work`.
    Label,
    /// `is:historic`.
    Is,
    /// `has:email`.
    Has,
    /// `no:email`.
    No,
    /// `tag:garage`.
    Tag,
    /// `source:google`.
    Source,
    /// `country:it`.
    Country,
    /// `birthday:03`.
    Birthday,
    /// `created:2024`.
    Created,
    /// `changed:>2024-06`.
    Changed,
    /// `year:2024`.
    Year,
    /// `in:nextcloud`.
    In,
    /// `not:tag:garage`.
    Not,
}

impl ConditionField {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 14] = [
        ("tel", Self::Tel),
        ("label", Self::Label),
        ("is", Self::Is),
        ("has", Self::Has),
        ("no", Self::No),
        ("tag", Self::Tag),
        ("source", Self::Source),
        ("country", Self::Country),
        ("birthday", Self::Birthday),
        ("created", Self::Created),
        ("changed", Self::Changed),
        ("year", Self::Year),
        ("in", Self::In),
        ("not", Self::Not),
    ];
}

/// The words of a text; what stands in quotes is of one.
pub fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |sign: char| {
        quoted ^= sign == '"';
        sign.is_whitespace() && !quoted
    })
    .filter(|token| !token.is_empty())
}

/// Whether a name is that of a condition, or of what `has:` asks.
#[must_use]
pub fn is_taken(name: &str) -> bool {
    let conditions = ConditionField::ALL.iter().map(|(known, _)| *known);
    let parts = Part::ALL.iter().map(|(known, _)| *known);
    conditions
        .chain(parts)
        .any(|known| known.eq_ignore_ascii_case(name))
}

/// The condition of a person's own field that a word is; none where there is no value yet.
fn own(token: &str, fields: &OwnFields) -> Option<Option<Condition>> {
    let (name, value) = token.split_once(':')?;
    let value = unquoted(value);
    if let Some(field) = fields.named(name) {
        let name = field.name.clone();
        return Some(TextMatch::read(value).map(|said| Condition::Own(name, Some(said))));
    }
    let field = fields.named(value)?;
    let has = Condition::Own(field.name.clone(), None);
    match name.to_ascii_lowercase().as_str() {
        "has" => Some(Some(has)),
        "no" => Some(Some(not(has))),
        _ => None,
    }
}

/// A word as a field and its value, where it begins with the name of one.
pub(super) fn field(token: &str) -> Option<(ConditionField, &str)> {
    let (name, value) = token.split_once(':')?;
    let known = ConditionField::ALL
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some((known.1, value))
}

/// A value as a filter names it: in quotes where it has spaces.
#[must_use]
pub fn quoted(value: &str) -> String {
    if value.contains(char::is_whitespace) {
        format!("\"{value}\"")
    } else {
        value.to_owned()
    }
}

/// The filter that finds all contacts with a tag, and no others.
#[must_use]
pub fn filter_of_tag(tag: &str) -> String {
    format!("tag:={}", quoted(tag))
}

/// What a word of a filter is.
pub(super) enum Token {
    /// A word to look for.
    Word,
    /// A condition; none where its value is not there yet.
    Condition(Option<Condition>),
}

/// Reads a word of a filter.
///
/// # Errors
/// What is wrong with a condition, and what it may be.
pub(super) fn read(token: &str, fields: &OwnFields) -> Result<Token, String> {
    let (signs, plain) = without_signs(token);
    let condition = match (own(plain, fields), field(plain)) {
        (Some(condition), _) => condition,
        (None, Some((field, value))) => condition(field, unquoted(value))?,
        (None, None) => return unnamed(token, signs, plain, fields),
    };
    let dashes = signs.matches('-').count() + signs.matches(':').count();
    Ok(Token::Condition(condition.map(|condition| {
        if dashes.is_multiple_of(2) {
            condition
        } else {
            not(condition)
        }
    })))
}

/// The signs of negation before a condition, each `-` or `not:`, and the rest.
pub(super) fn without_signs(token: &str) -> (&str, &str) {
    let mut rest = token;
    loop {
        let not = rest.get(..4).filter(|not| not.eq_ignore_ascii_case("not:"));
        let sign = if rest.starts_with('-') {
            "-"
        } else {
            not.unwrap_or_default()
        };
        match rest.get(sign.len()..) {
            Some(next) if !sign.is_empty() => rest = next,
            _ => return token.split_at(token.len() - rest.len()),
        }
    }
}

/// What a word is that has no field of a condition in it.
fn unnamed(token: &str, signs: &str, plain: &str, fields: &OwnFields) -> Result<Token, String> {
    if let Some(name) = looks_like_condition(plain) {
        return Err(unknown(name, token, fields));
    }
    let begun = plain.to_ascii_lowercase();
    let names = ConditionField::ALL.iter().map(|(name, _)| *name);
    let own = fields.iter().map(|field| field.name.as_str());
    let is_begun = names.chain(own).any(|name| name.starts_with(&begun));
    let is_not = signs.contains(':');
    if signs.is_empty() {
        return Ok(Token::Word);
    }
    // The name of a condition is being typed.
    if is_begun && (is_not || !plain.is_empty()) {
        return Ok(Token::Condition(None));
    }
    if is_not {
        return Err(format!(
            "not:{plain} has no condition; write not:tag:{plain} or not:label:{plain}"
        ));
    }
    Ok(Token::Word)
}

/// A value without the quotes round it; the second one may not be typed yet.
fn unquoted(value: &str) -> &str {
    let inside = value.strip_prefix('"');
    inside.map_or(value, |inside| inside.strip_suffix('"').unwrap_or(inside))
}

fn not(condition: Condition) -> Condition {
    match condition {
        Condition::Not(inner) => *inner,
        condition => Condition::Not(Box::new(condition)),
    }
}

/// The name of what is written like a condition. Addresses of the web and of mail are not.
fn looks_like_condition(token: &str) -> Option<&str> {
    let (name, value) = token.split_once(':')?;
    let is_name = name.len() >= 2 && name.bytes().all(|byte| byte.is_ascii_alphabetic());
    (is_name && !value.starts_with('/') && !value.contains('@')).then_some(name)
}

fn unknown(name: &str, token: &str, fields: &OwnFields) -> String {
    let names = ConditionField::ALL.iter().map(|(known, _)| *known);
    let own = fields.iter().map(|field| field.name.as_str());
    let names: Vec<String> = names.chain(own).map(|known| format!("{known}:")).collect();
    format!(
        "unknown condition {name}:; expected {}; or \"{token}\" in quotes to search for this text",
        names.join(" ")
    )
}

/// The condition that a field with a value makes; none where there is no value yet.
fn condition(field: ConditionField, value: &str) -> Result<Option<Condition>, String> {
    let folded = fold(value);
    if folded.is_empty() {
        return Ok(None);
    }
    let dates = "is not a date; expected 2024, 2024-06, 2024-06-15, today, yesterday or 30d (also w, m, y), \
         also after > >= < <=, or 2023..2024";
    let period = |name: &str| match value {
        ">" | ">=" | "<" | "<=" | ".." => Ok(None),
        _ => Period::read(value)
            .map(Some)
            .ok_or_else(|| format!("{name}:{value} {dates}")),
    };
    Ok(Some(match field {
        ConditionField::Tel => {
            // The whole may be a URI: tel:%2B39-02-5550-1182.
            let spellings = number::spellings(&format!("tel:{value}"));
            if spellings.is_empty() {
                return Err(format!("tel:{value} has no digits"));
            }
            Condition::Tel(spellings)
        }
        ConditionField::Label => return Ok(TextMatch::read(value).map(Condition::Label)),
        ConditionField::Source => return Ok(TextMatch::read(value).map(Condition::Source)),
        ConditionField::Tag => return Ok(TextMatch::read(value).map(Condition::Tag)),
        ConditionField::In => return Ok(TextMatch::read(value).map(Condition::In)),
        ConditionField::Is => Condition::Is(named("is", value, &Quality::ALL, &Quality::ALIASES)?),
        ConditionField::Has => Condition::Has(named("has", value, &Part::ALL, &[])?),
        ConditionField::No => not(Condition::Has(named("no", value, &Part::ALL, &[])?)),
        ConditionField::Year => {
            let year = folded.parse().ok().filter(|year| (1..=9999).contains(year));
            let Some(year) = year else {
                return Err(format!("year:{value} is not a year such as 2024"));
            };
            Condition::Year(year)
        }
        ConditionField::Created => return Ok(period("created")?.map(Condition::Created)),
        ConditionField::Changed => return Ok(period("changed")?.map(Condition::Changed)),
        ConditionField::Birthday => {
            Condition::Birthday(DayPattern::read(value).ok_or_else(|| {
                format!(
                    "birthday:{value} is not a date; expected a month such as 03 or march, 03-22, \
                     1961 or 1961-03-22"
                )
            })?)
        }
        ConditionField::Country if folded == "none" => Condition::NoCountry,
        ConditionField::Country => {
            let regions = countries(&folded);
            if regions.is_empty() {
                return Err(format!(
                    "unknown country {value}; expected a name, a code such as it or +39, or none"
                ));
            }
            Condition::Country(regions)
        }
        // It is taken off before a field is looked for.
        ConditionField::Not => return Ok(None),
    }))
}

/// What a word or its beginning means, where only one thing does.
fn named<T: Copy + PartialEq>(
    field: &str,
    value: &str,
    known: &[(&'static str, T)],
    aliases: &[(&'static str, T)],
) -> Result<T, String> {
    let begun = fold(value);
    let all = || known.iter().chain(aliases);
    if let Some((_, exact)) = all().find(|(word, _)| *word == begun) {
        return Ok(*exact);
    }
    let fits: Vec<&(&str, T)> = all().filter(|(word, _)| word.starts_with(&begun)).collect();
    match fits.as_slice() {
        [] => {
            let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            Err(format!(
                "unknown {field}:{value}; expected one of {}",
                words.join(", ")
            ))
        }
        [(_, first), rest @ ..] if rest.iter().all(|(_, other)| other == first) => Ok(*first),
        fits => {
            let words: Vec<&str> = fits.iter().map(|(word, _)| *word).collect();
            Err(format!("{field}:{value} may be {}", words.join(" or ")))
        }
    }
}

/// The countries that a folded text names: by code, by calling code, or by how the name begins.
#[must_use]
pub fn countries(text: &str) -> Vec<Region> {
    if let Some(region) = Region::new(text) {
        return vec![region];
    }
    let code = text.trim_start_matches('+').parse::<u16>().ok();
    let called = |region: &Region| {
        code.map_or_else(
            || fold(region.name()).starts_with(text),
            |code| region.calling_code() == code,
        )
    };
    Region::all().filter(called).collect()
}
