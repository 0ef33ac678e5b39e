//! Why a contact needs attention, and what confirming it will do (Phone resource, 4).
//!
//! Nothing here is stored: reasons are computed from the current numbers.

use std::collections::BTreeMap;
use std::ops::Range;

use super::number::{self, Region, Verdict};
use super::phone::{MANUAL, Phone, PhoneId};
use super::remotes::source_words;

/// Why a number waits for a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Another source has nearly the same number under the same label.
    Disagreement {
        /// The label that both stand under.
        label: String,
        /// The digits in which this one differs, and those of the other.
        digits: [String; 2],
        /// Which of its digits that are, the first being 0.
        places: Range<usize>,
    },
    /// Somebody else has it too.
    OnTwo(String),
    /// In national spelling, and no country is known.
    NoCountry,
    /// It is written as people do within its area, without the code of the area.
    LocalOnly,
    /// It is kept as it was typed, and reads now as this number in E.164: home was set since.
    NotStoredAsRead(String),
    /// It does not fit its numbering plan, and how.
    Impossible(String),
    /// Nobody has looked at it since it came from this source.
    Unconfirmed(String),
}

impl Reason {
    /// The reason as a sentence.
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Disagreement { label, .. } => {
                format!("two sources disagree about the {label} number")
            }
            Self::OnTwo(name) => format!("also a number of {name}"),
            Self::NoCountry => Verdict::NoCountry.refusal(None),
            Self::NotStoredAsRead(e164) => {
                format!("saved as typed before home was set: edit it to save it as {e164}")
            }
            Self::LocalOnly => Verdict::LocalOnly.refusal(None),
            Self::Impossible(why) => format!("not a possible number: {why}"),
            Self::Unconfirmed(source) if source == MANUAL => "unconfirmed".to_owned(),
            Self::Unconfirmed(source) => {
                format!("unconfirmed since it came from {}", source_words(source))
            }
        }
    }
}

/// Why a number cannot be dialled as it is stored: it does not fit its numbering plan, or that of the
/// home country, or lacks what a plan needs; none where it can.
#[must_use]
pub fn impossible(phone: &Phone, home: Option<Region>) -> Option<Reason> {
    if phone.can_be_dialled() {
        return None;
    }
    let hinted = || {
        let code = phone.country_code.as_deref()?.parse().ok()?;
        Region::of_calling_code(code)
    };
    let (verdict, region) = match number::parse(&phone.number, phone.country_code.as_deref(), home)
    {
        Ok(reading) if reading.is_complete() => {
            return Some(Reason::NotStoredAsRead(reading.e164));
        }
        Ok(reading) => (reading.verdict, reading.country()),
        Err(verdict) => (verdict, hinted().or(home)),
    };
    Some(match verdict {
        Verdict::NoCountry => Reason::NoCountry,
        Verdict::LocalOnly => Reason::LocalOnly,
        verdict => Reason::Impossible(verdict.reason(region)),
    })
}

/// The other contacts with a contact's numbers that need attention, by number.
pub(crate) type OtherHolders = BTreeMap<PhoneId, String>;

/// Why this one of a contact's numbers waits for a look; none where it does not.
#[must_use]
pub fn reason(
    phone: &Phone,
    all: &[Phone],
    others: &OtherHolders,
    home: Option<Region>,
) -> Option<Reason> {
    if phone.historic || phone.valid_values {
        return None;
    }
    let reason = all
        .iter()
        .take(COMPARED)
        .find_map(|other| disagreement(phone, other))
        .or_else(|| impossible(phone, home))
        .or_else(|| others.get(&phone.id).cloned().map(Reason::OnTwo));
    Some(reason.unwrap_or_else(|| Reason::Unconfirmed(phone.source.clone())))
}

/// The most telling reason why a contact is here.
#[must_use]
pub(crate) fn first_reason(
    all: &[Phone],
    others: &OtherHolders,
    home: Option<Region>,
) -> Option<Reason> {
    all.iter()
        .filter_map(|phone| reason(phone, all, others, home))
        .min_by_key(|reason| match reason {
            Reason::Disagreement { .. } => 0,
            Reason::Impossible(_) => 1,
            Reason::OnTwo(_) => 2,
            Reason::NoCountry | Reason::LocalOnly | Reason::NotStoredAsRead(_) => 3,
            Reason::Unconfirmed(_) => 4,
        })
}

/// How many of a contact's numbers one is compared with: who has more is no slip of the pen.
const COMPARED: usize = 50;

/// How far apart two numbers may be to be one number that was written down wrongly once.
const SLIP: usize = 2;

/// What a number disagrees about with another one of the contact, where they are nearly the same.
#[must_use]
pub(crate) fn disagreement(phone: &Phone, other: &Phone) -> Option<Reason> {
    let comparable = phone.id != other.id
        && !other.historic
        && phone.source != other.source
        && phone.location == other.location
        && phone.identity.len() == other.identity.len();
    if !comparable {
        return None;
    }
    let pairs = || phone.identity.chars().zip(other.identity.chars());
    let differs: Vec<usize> = pairs()
        .enumerate()
        .filter_map(|(at, (mine, its))| (mine != its).then_some(at))
        .collect();
    let (first, last) = (*differs.first()?, *differs.last()?);
    if differs.len() > SLIP {
        return None;
    }
    // The sign before the digits of E.164 is none.
    let sign = usize::from(phone.is_normalised());
    let run = |pick: fn((char, char)) -> char| -> String {
        pairs()
            .skip(first)
            .take(last + 1 - first)
            .map(pick)
            .collect()
    };
    Some(Reason::Disagreement {
        label: phone.location.clone().unwrap_or_else(|| "same".to_owned()),
        digits: [run(|pair| pair.0), run(|pair| pair.1)],
        places: first.saturating_sub(sign)..(last + 1).saturating_sub(sign),
    })
}

/// What there is to do: why contacts wait, and where their numbers came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Worklist {
    /// How many contacts wait for each reason.
    pub reasons: Vec<(&'static str, usize)>,
    /// The sources of their numbers in use, the one with the most contacts first.
    pub sources: Vec<SourceCount>,
}

/// A source that numbers of waiting contacts came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceCount {
    /// The source.
    pub source: String,
    /// How many waiting contacts have a number in use from it: confirming by it confirms these.
    pub contacts: usize,
}

/// What confirming a contact leaves of one of its numbers, in words: `primary, accurate`. Every
/// number becomes accurate; primary and historic stay as they are.
#[must_use]
pub(crate) fn outcome(phone: &Phone) -> &'static str {
    match (phone.primary, phone.historic, phone.valid_values) {
        (true, _, _) => "primary, confirmed",
        (_, true, _) => "confirmed, stays historic",
        (_, _, true) => "unchanged",
        (_, _, false) => "confirmed, kept beside it",
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{OtherHolders, Reason, first_reason, outcome, reason};
    use crate::domain::contact::ContactId;
    use crate::domain::number;
    use crate::domain::phone::{Phone, PhoneId};
    use crate::domain::timestamp::Timestamp;

    fn phone(typed: &str, source: &str) -> Phone {
        let canonical = number::canonical(typed, None, None);
        Phone {
            id: PhoneId(Uuid::now_v7()),
            contact: ContactId(Uuid::nil()),
            country_code: canonical.country_code,
            number: canonical.number,
            typed: typed.to_owned(),
            identity: canonical.identity,
            location: Some("mobile".to_owned()),
            primary: false,
            historic: false,
            valid_values: false,
            source: source.to_owned(),
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
            updated_in_db_at: Timestamp::default(),
            shared: false,
        }
    }

    #[test]
    fn two_sources_that_differ_in_two_digits_disagree() {
        let all = [
            phone("+972505550118", "manual"),
            phone("+972505550181", "google"),
        ];
        let Some(Reason::Disagreement {
            label,
            digits,
            places,
        }) = first_reason(&all, &OtherHolders::new(), None)
        else {
            panic!("they disagree")
        };
        assert_eq!(
            (label.as_str(), digits),
            ("mobile", ["18".into(), "81".into()])
        );
        assert_eq!(places, 10..12, "the last two of its twelve digits");
        let mut far = all;
        far[1] = phone("+972541234567", "google");
        assert_eq!(
            first_reason(&far, &OtherHolders::new(), None)
                .unwrap()
                .words(),
            "unconfirmed",
            "another number under the same label is none of our business"
        );
    }

    #[test]
    fn every_reason_is_a_sentence() {
        for (typed, words) in [
            ("+39 02 5550 1182", "unconfirmed since it came from vcard"),
            (
                "02 5550 1182",
                "unknown country: begin it with + and the calling code, or set home in config.toml",
            ),
            ("+39 12", "not a possible number: too short for Italy"),
        ] {
            let phone = phone(typed, "vcard");
            assert_eq!(
                reason(&phone, &[], &OtherHolders::new(), None)
                    .unwrap()
                    .words(),
                words
            );
        }
    }

    #[test]
    fn what_is_historic_or_accurate_waits_for_nothing() {
        let mut done = phone("+39 12", "vcard");
        done.valid_values = true;
        assert_eq!(reason(&done, &[], &OtherHolders::new(), None), None);
        (done.valid_values, done.historic) = (false, true);
        assert_eq!(reason(&done, &[], &OtherHolders::new(), None), None);
        assert_eq!(outcome(&done), "confirmed, stays historic");
    }
}
