//! What is typed into the filter, read: words, digits of a number, and conditions such as
//! `label:work`.
//!
//! `mar is:historic source:google` matches the contacts with `mar` in a name or another text and
//! with a historic number from google. All words and conditions have to match, in any
//! order; conditions on numbers have to match the same number. A value with spaces is
//! in quotes: `label:"front desk"`. `-` or `not:` before a condition negates it: beside another condition on
//! numbers it is about the same number, alone it is about all numbers of the contact.

pub mod completion;
pub mod condition;
pub mod period;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use completion::{Values, begun, completed};
pub use condition::{
    Condition, ConditionField, LONGEST_FILTER, Part, Quality, TextMatch, countries, filter_of_tag,
    is_taken, quoted, tokens,
};

use super::fold::fold;
use super::number;
use super::own_fields::OwnFields;
use condition::Token;

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
    /// A condition that has no value yet: on a screen, one that is being typed.
    pub unfinished: Option<String>,
}

/// A filter that a person saved, by its name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SavedFilter {
    /// The name.
    pub name: String,
    /// What is typed into the filter.
    pub text: String,
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
    /// Beside words: the digits of a whole number that all of it may be, such as `mobile 02 5550 1182`, in any
    /// one of these spellings. It is looked for where the words find nothing.
    pub pasted: Vec<String>,
}

impl Query {
    /// Reads a typed text; `fields` are the person's own, by which it can be filtered too.
    #[must_use]
    pub fn of(text: &str, typing: Typing, fields: &OwnFields) -> Self {
        if text.len() > LONGEST_FILTER {
            let trouble = format!(
                "this filter has {} bytes; at most {LONGEST_FILTER} are searched for, so shorten it",
                text.len()
            );
            return Self {
                trouble: Some(trouble),
                ..Self::default()
            };
        }
        if let Some(number) = number_after_word(text, fields) {
            return Self {
                needles: SearchTerms::of(number, typing),
                ..Self::default()
            };
        }
        let mut query = Self::default();
        let mut plain = Vec::new();
        for token in tokens(text) {
            match condition::read(token, fields) {
                Ok(Token::Condition(Some(condition))) => query.conditions.push(condition),
                Ok(Token::Condition(None)) => query.unfinished = Some(token.to_owned()),
                Ok(Token::Word) => plain.push(token.trim_matches('"')),
                Err(trouble) => query.trouble = Some(trouble),
            }
        }
        query.needles = SearchTerms::of(&plain.join(" "), typing);
        query
    }

    /// Whether it matches all contacts.
    #[must_use]
    pub(crate) fn is_everybody(&self) -> bool {
        self.needles == SearchTerms::default()
            && self.conditions.is_empty()
            && self.trouble.is_none()
    }

    /// Whether what it means depends on which day is today.
    #[must_use]
    pub(crate) fn is_relative(&self) -> bool {
        self.conditions.iter().any(Condition::is_relative)
    }

    /// What it means on a day which is today: days that are counted from today become days of the calendar.
    #[must_use]
    pub(crate) fn on(mut self, today: NaiveDate) -> Self {
        let conditions = self.conditions.into_iter();
        self.conditions = conditions.map(|condition| condition.on(today)).collect();
        self
    }

    /// Why this is no filter to act on, from a shell: something of it cannot be read or has no value.
    #[must_use]
    pub fn fault(&self) -> Option<String> {
        let unfinished = self.unfinished.as_ref();
        let unfinished =
            || unfinished.map(|token| format!("{token} has no value; write it after the colon"));
        self.trouble.clone().or_else(unfinished)
    }
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
            if text.len() <= LONGEST_NUMBER && number::digits_to_find(text).len() >= WHOLE_NUMBER {
                needles.pasted = number::spellings(text);
            }
            return needles;
        }
        needles.digits = number::spellings(text);
        if typing == Typing::Keypad {
            needles.keys = text.split_whitespace().map(number::digits).collect();
            needles.keys.retain(|run| !run.is_empty());
        }
        needles
    }

    /// The number that is looked for where the words find nothing.
    #[must_use]
    pub(crate) fn as_number(&self) -> Option<Self> {
        (!self.pasted.is_empty()).then(|| Self {
            digits: self.pasted.clone(),
            ..Self::default()
        })
    }

    /// The digits that a number has which is found by them.
    #[must_use]
    pub(crate) fn number(&self) -> &[String] {
        if self.digits.is_empty() {
            &self.pasted
        } else {
            &self.digits
        }
    }
}

/// The number that is pasted with words such as "Phone:" before it.
fn number_after_word<'t>(text: &'t str, fields: &OwnFields) -> Option<&'t str> {
    let (words, number) = text.split_once(':')?;
    let is_letter = |sign: char| sign.is_alphabetic() || sign.is_whitespace() || sign == '.';
    let last = words.split_whitespace().last().unwrap_or_default();
    let is_words = words.chars().all(is_letter)
        && fields.named(last).is_none()
        && match condition::field(&format!("{last}:")) {
            None => true,
            // With nothing between, it is a condition.
            Some((ConditionField::Tel, _)) => number.starts_with(char::is_whitespace),
            Some(_) => false,
        };
    (is_words && number.len() <= LONGEST_NUMBER && number::is_copied_number(number))
        .then_some(number)
}

/// How many digits tell a number from others.
const WHOLE_NUMBER: usize = 7;

/// How many bytes a pasted number has at most.
const LONGEST_NUMBER: usize = 100;

/// Whether a text has digits, and besides only signs that numbers are written with, or what is
/// around a number that is copied from somewhere.
fn is_numeric(text: &str) -> bool {
    let sign = |sign: char| sign.is_numeric() || sign.is_whitespace() || "+-()./·–".contains(sign);
    let digits = number::digits(text).len();
    text.chars().all(sign) && digits > 0 || digits >= 7 && number::is_copied_number(text)
}

#[cfg(test)]
mod tests {
    use super::{Condition, Part, Quality, Query, SearchTerms, TextMatch, Typing};
    use crate::domain::number::Region;
    use crate::domain::own_fields::{OwnField, OwnFields};

    fn query(text: &str) -> Query {
        Query::of(text, Typing::Letters, &OwnFields::none())
    }

    #[test]
    fn a_field_of_ones_own_is_a_condition() {
        let mut fields = OwnFields::none();
        fields
            .add(OwnField::new("locker", "X-LOCKER").unwrap())
            .unwrap();
        let asked = |text: &str| Query::of(text, Typing::Letters, &fields);
        let own = |said| Condition::Own("locker".into(), said);
        let said = |text: &str| own(Some(TextMatch::Part(text.into())));
        let not = |condition| Condition::Not(Box::new(condition));
        for (text, conditions) in [
            ("locker:12", vec![said("12")]),
            ("LOCKER:\"Hall B\"", vec![said("hall b")]),
            ("locker: 555 0118", vec![]),
            ("-locker:12", vec![not(said("12"))]),
            ("locker:=12", vec![own(Some(TextMatch::Whole("12".into())))]),
            ("has:locker", vec![own(None)]),
            ("no:locker", vec![not(own(None))]),
            ("locker:", vec![]),
            ("-lock", vec![]),
        ] {
            let read = asked(text);
            assert_eq!(
                (read.conditions, read.trouble),
                (conditions, None),
                "{text}"
            );
        }
        let trouble = asked("stat:blue").trouble.unwrap();
        assert!(trouble.contains("not: locker:; or"), "{trouble}");
        assert!(query("locker:12").trouble.is_some());
    }

    #[test]
    fn words_digits_and_conditions_combine_in_any_order() {
        let asked = query("Mar is:historic label:\"Front Desk\" bia source:Google");
        assert_eq!(asked.needles.words, ["mar", "bia"]);
        assert_eq!(
            asked.conditions,
            [
                Condition::Is(Quality::Historic),
                Condition::Label(TextMatch::Part("front desk".into())),
                Condition::Source(TextMatch::Part("google".into())),
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
    fn a_condition_is_negated_by_a_dash_or_a_word() {
        let garage = || Condition::Tag(TextMatch::Part("garage".into()));
        let not = |condition| Condition::Not(Box::new(condition));
        for (text, conditions) in [
            ("-tag:garage", vec![not(garage())]),
            ("not:tag:garage", vec![not(garage())]),
            ("NOT:Tag:Garage", vec![not(garage())]),
            ("-not:tag:garage", vec![garage()]),
            ("no:email", vec![not(Condition::Has(Part::Email))]),
            ("-no:email", vec![Condition::Has(Part::Email)]),
            ("-tag:", vec![]),
            ("not:", vec![]),
            ("-ta", vec![]),
            ("not:-lab", vec![]),
            ("--tag:garage", vec![garage()]),
            (
                "tag:=\"old friends\"",
                vec![Condition::Tag(TextMatch::Whole("old friends".into()))],
            ),
            ("tag:=", vec![]),
        ] {
            let asked = query(text);
            assert_eq!(
                (asked.conditions, asked.trouble),
                (conditions, None),
                "{text}"
            );
        }
        assert_eq!(query("-garage -").needles.words, ["-garage", "-"]);
        let many = "not:".repeat(1_001) + "tag:garage";
        assert_eq!(query(&many).conditions, [not(garage())]);
        assert_eq!(
            query("tag:").fault().unwrap(),
            "tag: has no value; write it after the colon"
        );
        assert!(query("tag:").is_everybody() && query("tag:x").fault().is_none());
    }

    #[test]
    fn what_is_wrong_is_named_with_the_way_out() {
        for (text, why) in [
            (
                "stat:blue",
                "unknown condition stat:; expected tel: label: is:",
            ),
            (
                "-stat:blue",
                "or \"-stat:blue\" in quotes to search for this text",
            ),
            ("not:stat:blue", "unknown condition stat:"),
            (
                "not:garage",
                "not:garage has no condition; write not:tag:garage",
            ),
            ("-not:garage", "not:garage has no condition"),
            ("has:fax", "unknown has:fax; expected one of number, email"),
            ("no:fax", "unknown no:fax; expected one of number, email"),
            ("has:a", "has:a may be address or anniversary"),
            ("is:co", "is:co may be confirmed or company"),
            (
                "created:soon",
                "created:soon is not a date; expected 2024, 2024-06",
            ),
            ("-changed:>1", "changed:>1 is not a date"),
            (
                &"ada ".repeat(1_025),
                "this filter has 4100 bytes; at most 4096 are searched for",
            ),
            (
                "birthday:13",
                "birthday:13 is not a date; expected a month such as 03",
            ),
            (
                "country:atlantis",
                "unknown country atlantis; expected a name",
            ),
        ] {
            let trouble = query(text).trouble.unwrap_or_default();
            assert!(trouble.contains(why), "{text}: {trouble}");
        }
        for text in [
            "\"stat:blue\"",
            "https://example.org",
            "mailto:ada@example.org",
            "12:30",
            "Phone: +39 02 5550 1182",
            "created:>",
            "is:comp",
            "is:favorite",
        ] {
            assert_eq!(query(text).trouble, None, "{text}");
        }
    }
}
