//! Telephone numbers: parsing, E.164, formats, and whether a number is possible.
//!
//! The numbering plans are those of Google's libphonenumber, through `rlibphonenumber`; this module
//! is the only place that names that library. Loading its tables takes some milliseconds, once, on
//! the first call that parses or formats: nothing before the first frame may make it.

use std::fmt;

/// A country or territory by its ISO 3166-1 alpha-2 code, upper case: `IT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region([u8; 2]);

impl Region {
    /// The region with this code in any case, where a numbering plan for it is known.
    #[must_use]
    pub fn new(code: &str) -> Option<Self> {
        todo!("{code}")
    }

    /// The code: `IT`.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The English name: `Italy`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        todo!()
    }

    /// The calling code, without `+`: 39.
    #[must_use]
    pub fn calling_code(&self) -> u16 {
        todo!()
    }

    /// The main region of a calling code: `US` for 1.
    #[must_use]
    pub fn of_calling_code(code: u16) -> Option<Self> {
        todo!("{code}")
    }

    /// The region that a locale's name holds: `IT` of `it_IT.UTF-8`.
    #[must_use]
    pub fn of_locale(locale: &str) -> Option<Self> {
        todo!("{locale}")
    }

    /// Every region that has a numbering plan, sorted by name.
    pub fn all() -> impl Iterator<Item = Self> {
        std::iter::empty()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What a number is used for, in its region's numbering plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usage {
    /// A fixed line.
    FixedLine,
    /// A mobile.
    Mobile,
    /// One of the two, where the plan does not tell them apart (as in North America).
    FixedLineOrMobile,
    /// Free to the caller.
    TollFree,
    /// Dearer than an ordinary call.
    PremiumRate,
    /// The caller and the one who is called share the cost.
    SharedCost,
    /// Over the internet.
    Voip,
    /// Follows a person.
    PersonalNumber,
    /// A pager.
    Pager,
    /// A company's universal number.
    Uan,
    /// Voice mail.
    Voicemail,
    /// In no known range.
    Unknown,
}

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
    /// With a calling code that nobody has.
    NoSuchCountry,
    /// Not a telephone number at all.
    NotANumber,
}

/// A number as a numbering plan reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The calling code, without `+`.
    pub calling_code: u16,
    /// The national significant number, leading zeros kept.
    pub national_number: String,
    /// The extension's digits.
    pub extension: Option<String>,
    /// The region, where the plan tells it.
    pub region: Option<Region>,
    /// What it is used for.
    pub usage: Usage,
    /// Whether it fits; never [`Verdict::NoCountry`], [`Verdict::NoSuchCountry`] or
    /// [`Verdict::NotANumber`].
    pub verdict: Verdict,
    /// `+390255501182`, with `;ext=` and digits for an extension (ITU-T E.164, RFC 3966).
    pub e164: String,
}

/// The stored form of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    /// The calling code, digits only.
    pub country_code: Option<String>,
    /// E.164 with `;ext=`, or as typed.
    pub number: String,
    /// What makes two numbers the same.
    pub identity: String,
}

/// The stored form of a typed number.
#[must_use]
pub fn canonical(typed: &str, calling_code: Option<&str>, home: Option<Region>) -> Canonical {
    todo!("{typed} {calling_code:?} {home:?}")
}

/// What a screen shows for a stored number.
#[must_use]
pub fn display(stored: &str) -> String {
    todo!("{stored}")
}

/// The decimal digits of a text in any script, as ASCII.
#[must_use]
pub fn digits(text: &str) -> String {
    todo!("{text}")
}
