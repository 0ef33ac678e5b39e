//! What is typed into the filter, read: words, digits of a number, and conditions such as
//! `label:work`.
//!
//! `mar is:historic source:google` matches the contacts with `mar` in a name or another text and
//! with a historic number from google. All words and conditions have to match, in any
//! order; conditions on numbers have to match the same number. A value with spaces is
//! in quotes: `label:"front desk"`.

use serde::{Deserialize, Serialize};

use super::fold::fold;
use super::number::{self, Region};

/// What the digits that are typed mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Typing {
    /// Digits of a number, or of a name.
    #[default]
    Letters,
    /// Also the keys of a telephone's keypad, for the letters of a name (ITU-T E.161): `627` for
    /// Mar.
    Keypad,
}

/// A typed text, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// What is looked for in texts and numbers.
    pub needles: SearchTerms,
    /// What has to hold beside that.
    pub conditions: Vec<Condition>,
    /// What cannot be read, and why: unknown is:blue; expected …
    pub trouble: Option<String>,
}

/// What is looked for in texts and numbers: all the words, in any order; or, where it looks like a
/// number, its digits in one of the contact's numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchTerms {
    /// Folded words, each to be found in the contact's text. One of digits only may stand in a number
    /// too.
    pub words: Vec<String>,
    /// Digits to be found in one of the contact's numbers: any one of these spellings.
    pub digits: Vec<String>,
    /// Keys of the keypad, each run to begin a word of the name.
    pub keys: Vec<String>,
}

/// What has to hold of a contact or of one of its numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A number with these digits in it, in any one of the spellings.
    Tel(Vec<String>),
    /// A number with a word of its label beginning so, folded.
    Label(String),
    /// A number, or the contact, is so.
    Is(Quality),
    /// A number, or the contact, came from a source with this in its name, folded.
    Source(String),
    /// The contact has a tag with a word beginning so, folded.
    Tag(String),
    /// A number of one of these countries.
    Country(Vec<Region>),
    /// A number whose country is not known.
    NoCountry,
    /// A number that was last changed in this year, UTC.
    Year(i32),
}

/// What `is:` asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    /// The number that is dialled first.
    Primary,
    /// No longer used.
    Historic,
    /// Somebody has checked it.
    Accurate,
    /// Nobody has.
    Unconfirmed,
    /// Not a possible number of its country, confirmed or not.
    Impossible,
    /// The contact is kept at hand.
    Favourite,
}

impl Quality {
    /// All of them, with their words.
    pub const ALL: [(&'static str, Self); 6] = [
        ("historic", Self::Historic),
        ("primary", Self::Primary),
        ("unconfirmed", Self::Unconfirmed),
        ("confirmed", Self::Accurate),
        ("impossible", Self::Impossible),
        ("favourite", Self::Favourite),
    ];

    /// The quality that a word or its beginning means; `accurate` is what `confirmed` was called.
    fn named(word: &str) -> Option<Self> {
        let known = Self::ALL.into_iter().chain([("accurate", Self::Accurate)]);
        let mut known = known.filter(|(name, _)| name.starts_with(word));
        known.next().map(|(_, quality)| quality)
    }
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
    /// `source:google`.
    Source,
    /// `tag:garage`.
    Tag,
    /// `country:it`.
    Country,
    /// `year:2024`.
    Year,
}

impl ConditionField {
    /// All of them, with their names.
    pub const ALL: [(&'static str, Self); 7] = [
        ("tel", Self::Tel),
        ("label", Self::Label),
        ("is", Self::Is),
        ("source", Self::Source),
        ("tag", Self::Tag),
        ("country", Self::Country),
        ("year", Self::Year),
    ];
}

/// The values that a book has, the most frequent first, to complete a condition by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values {
    /// Labels of numbers.
    pub labels: Vec<String>,
    /// Where numbers came from.
    pub sources: Vec<String>,
    /// Tags of contacts.
    pub tags: Vec<String>,
    /// Countries of numbers, by their code in lower case.
    pub countries: Vec<String>,
}

impl Query {
    /// Reads a typed text.
    #[must_use]
    pub fn of(text: &str, typing: Typing) -> Self {
        let mut query = Self::default();
        let mut plain = Vec::new();
        for token in tokens(text) {
            match field(token) {
                Some((field, value)) => {
                    let value = value.trim_matches('"');
                    match condition(field, value) {
                        Ok(condition) => query.conditions.extend(condition),
                        Err(trouble) => query.trouble = Some(trouble),
                    }
                }
                None => plain.push(token.trim_matches('"')),
            }
        }
        query.needles = SearchTerms::of(&plain.join(" "), typing);
        query
    }

    /// Whether it matches all contacts.
    #[must_use]
    pub fn is_everybody(&self) -> bool {
        *self == Self::default()
    }
}

/// The words of a text; quoted text is one word.
pub(super) fn tokens(text: &str) -> impl Iterator<Item = &str> {
    let mut quoted = false;
    text.split(move |sign: char| {
        quoted ^= sign == '"';
        sign.is_whitespace() && !quoted
    })
    .filter(|token| !token.is_empty())
}

/// A word as a field and its value, where it begins with the name of one.
fn field(token: &str) -> Option<(ConditionField, &str)> {
    let (name, value) = token.split_once(':')?;
    let known = ConditionField::ALL
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(name))?;
    Some((known.1, value))
}

/// The condition that a field with a value makes; none where there is no value yet.
fn condition(field: ConditionField, value: &str) -> Result<Option<Condition>, String> {
    let folded = fold(value);
    if folded.is_empty() {
        return Ok(None);
    }
    Ok(Some(match field {
        ConditionField::Tel => {
            // The whole may be a URI: tel:%2B39-02-5550-1182.
            let spellings = number::spellings(&format!("tel:{value}"));
            if spellings.is_empty() {
                return Err(format!("tel:{value} has no digits"));
            }
            Condition::Tel(spellings)
        }
        ConditionField::Label => Condition::Label(folded),
        ConditionField::Source => Condition::Source(folded),
        ConditionField::Tag => Condition::Tag(folded),
        ConditionField::Is => {
            let Some(quality) = Quality::named(&folded) else {
                let words: Vec<&str> = Quality::ALL.iter().map(|(word, _)| *word).collect();
                return Err(format!(
                    "unknown is:{value}; expected one of {}",
                    words.join(", ")
                ));
            };
            Condition::Is(quality)
        }
        ConditionField::Year => {
            let year = folded.parse().ok().filter(|year| (1..=9999).contains(year));
            let Some(year) = year else {
                return Err(format!("year:{value} is not a year such as 2024"));
            };
            Condition::Year(year)
        }
        ConditionField::Country if folded == "none" => Condition::NoCountry,
        ConditionField::Country => {
            let regions = countries(&folded);
            if regions.is_empty() {
                return Err(format!("unknown country {value}"));
            }
            Condition::Country(regions)
        }
    }))
}

/// The countries that a folded text names: by code, by calling code, or by how the name begins.
pub(super) fn countries(text: &str) -> Vec<Region> {
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

impl SearchTerms {
    /// The needles of a text without conditions.
    ///
    /// What consists of digits and of the signs that numbers are written with is a number; beside
    /// other words it may be one.
    #[must_use]
    pub fn of(text: &str, typing: Typing) -> Self {
        let text = text.trim();
        let mut needles = Self::default();
        if !is_numeric(text) {
            let word = |token: &str| {
                if is_numeric(token) {
                    number::digits(token)
                } else {
                    fold(token)
                }
            };
            needles.words = text.split_whitespace().map(word).collect();
            needles.words.retain(|word| !word.is_empty());
            return needles;
        }
        needles.digits = number::spellings(text);
        if typing == Typing::Keypad {
            needles.keys = text.split_whitespace().map(number::digits).collect();
            needles.keys.retain(|run| !run.is_empty());
        }
        needles
    }
}

/// Whether a text has digits, and besides only signs that numbers are written with, or what is
/// around a number that is copied from somewhere.
fn is_numeric(text: &str) -> bool {
    let sign = |sign: char| sign.is_numeric() || sign.is_whitespace() || "+-()./·–".contains(sign);
    let digits = number::digits(text).len();
    text.chars().all(sign) && digits > 0 || digits >= 7 && number::is_copied_number(text)
}

impl Values {
    /// How the condition at the end of a text may go on: whole values, those that the book has most
    /// often first. Nothing where the text does not end in a condition.
    #[must_use]
    pub fn completions(&self, text: &str) -> Vec<String> {
        let Some((field, value)) = tokens(text).last().and_then(field) else {
            return Vec::new();
        };
        if text.ends_with(char::is_whitespace) && text.matches('"').count().is_multiple_of(2) {
            return Vec::new();
        }
        let start = fold(value.trim_start_matches('"'));
        let known: Vec<&str> = match field {
            ConditionField::Tel | ConditionField::Year => Vec::new(),
            ConditionField::Label => strings(&self.labels),
            ConditionField::Source => strings(&self.sources),
            ConditionField::Tag => strings(&self.tags),
            ConditionField::Country => strings(&self.countries),
            ConditionField::Is => Quality::ALL.iter().map(|(word, _)| *word).collect(),
        };
        let fits = |known: &&str| fold(known).starts_with(&start);
        known.into_iter().filter(fits).map(str::to_owned).collect()
    }
}

fn strings(values: &[String]) -> Vec<&str> {
    values.iter().map(String::as_str).collect()
}

/// The text with the value of its last condition in the place of what was begun, and a space after
/// it.
#[must_use]
pub fn completed(text: &str, value: &str) -> String {
    let last = tokens(text).last().unwrap_or_default();
    let before = text.len() - last.len();
    let name = last.split_once(':').map_or("", |(name, _)| name);
    let quote = if value.contains(char::is_whitespace) {
        "\""
    } else {
        ""
    };
    let before = text.get(..before).unwrap_or_default();
    format!("{before}{name}:{quote}{value}{quote} ")
}

#[cfg(test)]
mod tests {
    use super::{Condition, Quality, Query, SearchTerms, Typing, Values, completed};
    use crate::domain::number::Region;

    fn query(text: &str) -> Query {
        Query::of(text, Typing::Letters)
    }

    #[test]
    fn words_digits_and_conditions_combine_in_any_order() {
        let asked = query("Mar is:historic label:\"Front Desk\" bia source:Google");
        assert_eq!(asked.needles.words, ["mar", "bia"]);
        assert_eq!(
            asked.conditions,
            [
                Condition::Is(Quality::Historic),
                Condition::Label("front desk".into()),
                Condition::Source("google".into()),
            ]
        );
        let asked = query("tel:201 country:it");
        assert_eq!(asked.needles, SearchTerms::default());
        assert_eq!(
            asked.conditions,
            [
                Condition::Tel(vec!["201".into()]),
                Condition::Country(vec![Region::new("IT").unwrap()]),
            ]
        );
        assert_eq!(query("marco (02) 55").needles.words, ["marco", "02", "55"]);
        assert_eq!(query("+39 (0)2 55").needles.digits, ["390255", "39255"]);
    }

    #[test]
    fn what_is_no_field_is_a_word_and_what_is_no_value_is_named() {
        assert_eq!(query("http://ada").needles.words, ["http://ada"]);
        assert_eq!(query("is:").conditions, []);
        assert_eq!(
            query("is:hist").conditions,
            [Condition::Is(Quality::Historic)]
        );
        let trouble = query("is:blue").trouble.unwrap();
        assert!(
            trouble.contains("unknown is:blue; expected one of historic"),
            "{trouble}"
        );
        assert!(query("country:atlantis").trouble.is_some());
        assert_eq!(query("country:none").conditions, [Condition::NoCountry]);
        let italy = vec![Region::new("IT").unwrap()];
        assert_eq!(
            query("country:ital").conditions,
            [Condition::Country(italy)]
        );
        assert!(
            matches!(&query("country:+1").conditions[..], [Condition::Country(all)] if all.len() > 20)
        );
    }

    #[test]
    fn a_condition_is_completed_by_what_the_book_has() {
        let values = Values {
            labels: vec!["work".into(), "front desk".into(), "fax".into()],
            ..Values::default()
        };
        assert_eq!(values.completions("mar label:f"), ["front desk", "fax"]);
        assert_eq!(values.completions("mar"), [""; 0]);
        assert_eq!(values.completions("is:p"), ["primary"]);
        assert_eq!(
            completed("mar label:f", "front desk"),
            "mar label:\"front desk\" "
        );
        assert_eq!(query("mar label:\"front desk\" ").conditions.len(), 1);
    }
}
