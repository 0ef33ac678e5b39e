//! The one number that is in a text, in the numbering plan of its country.

use rlibphonenumber::errors::ParseError;
use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumber};

use super::digits::digits;
use super::region::Region;
use super::written::{Remark, written};

/// Whether a number fits its numbering plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// In a range that is in use.
    Valid,
    /// Of a length that the plan knows, in no range known to be in use.
    Possible,
    /// Of a length that works only within an area.
    LocalOnly,
    /// Shorter than any number of the plan.
    TooShort,
    /// Longer than any number of the plan.
    TooLong,
    /// Between two lengths that the plan knows.
    WrongLength,
    /// In national spelling, and no country is known.
    NoCountry,
    /// With a calling code that does not exist.
    NoSuchCountry,
    /// Not a telephone number at all.
    NotANumber,
}

impl Verdict {
    /// That a number cannot be dialled from anywhere, for people: `not a possible number in Italy`.
    #[must_use]
    pub fn refusal(self, region: Option<Region>) -> String {
        match (self, region) {
            (Self::NoCountry, _) => {
                "unknown country: begin it with + and the calling code, or set home in config.toml"
                    .to_owned()
            }
            (Self::LocalOnly | Self::NoSuchCountry, _) => self.reason(region),
            (_, Some(region)) => format!("not a possible number in {}", region.name()),
            (_, None) => "not a possible number".to_owned(),
        }
    }

    /// Why a number is not simply right, for people: `too short for Italy`.
    #[must_use]
    pub fn reason(self, region: Option<Region>) -> String {
        let of = region.map_or_else(String::new, |region| format!(" for {}", region.name()));
        match self {
            Self::Valid => "valid".to_owned(),
            Self::Possible => "possible, but not in a known range".to_owned(),
            Self::LocalOnly => "works only within its own area".to_owned(),
            Self::TooShort => format!("too short{of}"),
            Self::TooLong => format!("too long{of}"),
            Self::WrongLength => format!("not a valid length{of}"),
            Self::NoCountry => "no country known".to_owned(),
            Self::NoSuchCountry => "no country has this calling code".to_owned(),
            Self::NotANumber => "not a phone number".to_owned(),
        }
    }
}

/// Whether a number can be dialled from anywhere. A number that works only within its own area cannot.
pub(super) fn is_complete(parsed: &PhoneNumber) -> bool {
    matches!(
        parsed.is_possible_with_reason(),
        Ok(NumberLengthType::IsPossible)
    )
}

/// The longest text that is read as a number, in characters, as in libphonenumber; its expressions
/// take their time with longer ones.
const TEXT_LIMIT: usize = 250;

/// A number as the library holds it, and what is dialled after it.
#[derive(Debug)]
pub(super) struct Dialled {
    pub(super) parsed: PhoneNumber,
    /// `,,1,,2345#`, or nothing.
    pub(super) pauses: String,
}

/// The region that a number in national spelling is read in.
pub(super) fn hinted_region(calling_code: Option<&str>, home: Option<Region>) -> Option<Region> {
    let hint = calling_code.and_then(|code| code.parse::<u16>().ok());
    hint.map_or(home, Region::of_calling_code)
}

/// The one number that is in a text, without a look at whether there are several.
pub(super) fn single(
    text: &str,
    calling_code: Option<&str>,
    home: Option<Region>,
) -> Result<Dialled, Verdict> {
    if text.chars().nth(TEXT_LIMIT).is_some() {
        return Err(Verdict::TooLong);
    }
    let hint = calling_code.and_then(|code| code.parse::<u16>().ok());
    let region = hinted_region(calling_code, home);
    // What a book without a home country is asked most often.
    if hint.is_none() && home.is_none() && is_digits_alone(text) {
        return Err(Verdict::NoCountry);
    }
    let written = written(text).ok_or(Verdict::NotANumber)?;
    let number = &*written.number;
    let international = is_international(number);
    let american = region.is_none_or(|region| region.calling_code() == 1);
    if written.is_vanity && !international && !american {
        return Err(Verdict::NotANumber);
    }
    // A calling code without a country, such as 800 of the international freephone service, has no
    // region to hint with: it is put before the number.
    let spelled = match (hint, region) {
        (Some(code), None) if !international => format!("+{code} {number}"),
        _ => number.to_owned(),
    };
    let parsed = match PHONE_NUMBER_UTIL.parse(&spelled, region.and_then(Region::for_library)) {
        Ok(parsed) => Ok(parsed),
        Err(ParseError::InvalidCountryCode)
            if spelled == number && region.is_none() && !international =>
        {
            Err(if digits(number).len() > NATIONAL_DIGITS {
                Verdict::TooLong
            } else {
                Verdict::NoCountry
            })
        }
        Err(ParseError::InvalidCountryCode) => Err(Verdict::NoSuchCountry),
        Err(ParseError::NotANumber(_)) => Err(Verdict::NotANumber),
        Err(ParseError::TooShortAfterIdd | ParseError::TooShortNsn) => Err(Verdict::TooShort),
        Err(ParseError::TooLongNsn) => Err(Verdict::TooLong),
    };
    let parsed = match parsed {
        Ok(parsed) if is_complete(&parsed) => Ok(parsed),
        // 00 is what most countries dial before others, and what people write who live elsewhere.
        other => match from_abroad(number)
            .or_else(|| with_former_trunk(number, region?))
            .filter(|_| region.is_some())
        {
            Some(parsed) => Ok(parsed),
            None => other,
        },
    };
    let parsed = parsed.map(current)?;
    // A word may be a part of a short number: 0800 BEISPIEL.
    if written.remark == Remark::Words && is_short(&parsed) && !parsed.is_valid() {
        return Err(Verdict::NotANumber);
    }
    Ok(Dialled {
        parsed,
        pauses: written.pauses,
    })
}

/// How many digits a number has at most in any country, as in libphonenumber.
const NATIONAL_DIGITS: usize = 17;

/// Whether a number has so few digits that it may be the beginning of another one.
fn is_short(parsed: &PhoneNumber) -> bool {
    parsed.national_number < 1_000_000
}

fn is_international(number: &str) -> bool {
    number
        .trim_start_matches("tel:")
        .trim_start_matches('(')
        .starts_with('+')
}

/// A number with its calling code after `00`, where it is one in use.
fn from_abroad(number: &str) -> Option<PhoneNumber> {
    let rest = number.trim_start_matches('(').strip_prefix("00")?;
    let parsed = PHONE_NUMBER_UTIL.parse(format!("+{rest}"), None).ok()?;
    parsed.is_valid().then_some(parsed)
}

/// A number of Mexico after one of the prefixes that were dialled within it until 2019.
fn with_former_trunk(number: &str, region: Region) -> Option<PhoneNumber> {
    let digits = digits(number);
    let prefixes = ["01", "044", "045"].into_iter();
    let national = prefixes.filter_map(|prefix| digits.strip_prefix(prefix));
    let national = { national }.find(|national| national.len() == 10)?;
    let parsed = PHONE_NUMBER_UTIL
        .parse(format!("+52{national}"), None)
        .ok()?;
    (region.calling_code() == 52 && parsed.is_valid()).then_some(parsed)
}

/// A number without a digit that its plan had once and has no more: the 1 of Mexican mobiles, without
/// which all are dialled since 2019.
fn current(parsed: PhoneNumber) -> PhoneNumber {
    let national = parsed.get_national_significant_number();
    let shorter = national
        .strip_prefix('1')
        .filter(|_| parsed.country_code == 52);
    let shorter = shorter.filter(|shorter| shorter.len() == 10);
    match shorter.and_then(|shorter| shorter.parse().ok()) {
        Some(national_number) => PhoneNumber {
            national_number,
            ..parsed
        },
        None => parsed,
    }
}

/// Whether a text is the digits of a number, with spaces or hyphens, and cannot be anything else.
fn is_digits_alone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let written = |byte: u8| byte.is_ascii_digit() || b" -".contains(&byte);
    let ends = text
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_digit());
    (3..=15).contains(&digits) && ends && text.bytes().all(written)
}
