//! Reading a text as a number of a numbering plan.

use std::borrow::Cow;

use rlibphonenumber::{NumberLengthType, PhoneNumber, PhoneNumberFormat, PhoneNumberType};

use super::digits::digits;
use super::region::{CALLING_CODES, Region};
use super::several::{is_listed, several};
use super::single::{Dialled, Verdict, hinted_region, is_complete, single};
use super::stored::{e164, extension, stored_as};

/// What a number is used for, in its region's numbering plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineType {
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

/// A number as a numbering plan reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// The calling code, without `+`.
    pub calling_code: u16,
    /// The national significant number, leading zeros kept.
    pub national_number: String,
    /// The extension's digits.
    pub extension: Option<String>,
    /// The region, if the plan determines it.
    pub region: Option<Region>,
    /// What it is used for.
    pub usage: LineType,
    /// Whether it fits; never [`Verdict::NoCountry`], [`Verdict::NoSuchCountry`] or
    /// [`Verdict::NotANumber`].
    pub verdict: Verdict,
    /// `+390255501182`, with `;ext=` and digits for an extension (ITU-T E.164, RFC 3966).
    pub e164: String,
    parsed: PhoneNumber,
}

impl LineType {
    const fn of(library: PhoneNumberType) -> Self {
        match library {
            PhoneNumberType::FixedLine => Self::FixedLine,
            PhoneNumberType::Mobile => Self::Mobile,
            PhoneNumberType::FixedLineOrMobile => Self::FixedLineOrMobile,
            PhoneNumberType::TollFree => Self::TollFree,
            PhoneNumberType::PremiumRate => Self::PremiumRate,
            PhoneNumberType::SharedCost => Self::SharedCost,
            PhoneNumberType::VoIP => Self::Voip,
            PhoneNumberType::PersonalNumber => Self::PersonalNumber,
            PhoneNumberType::Pager => Self::Pager,
            PhoneNumberType::UAN => Self::Uan,
            PhoneNumberType::VoiceMail => Self::Voicemail,
            PhoneNumberType::Unknown => Self::Unknown,
        }
    }

    /// The word for it: `mobile`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::FixedLine => "fixed line",
            Self::Mobile => "mobile",
            Self::FixedLineOrMobile => "fixed line or mobile",
            Self::TollFree => "toll-free",
            Self::PremiumRate => "premium rate",
            Self::SharedCost => "shared cost",
            Self::Voip => "internet telephony",
            Self::PersonalNumber => "personal number",
            Self::Pager => "pager",
            Self::Uan => "company number",
            Self::Voicemail => "voice mail",
            Self::Unknown => "number",
        }
    }
}

impl Reading {
    fn of(parsed: PhoneNumber) -> Self {
        use rlibphonenumber::errors::ValidationError;
        let verdict = match parsed.is_possible_with_reason() {
            Ok(NumberLengthType::IsPossible) if parsed.is_valid() => Verdict::Valid,
            Ok(NumberLengthType::IsPossible) => Verdict::Possible,
            Ok(NumberLengthType::IsPossibleLocalOnly) => Verdict::LocalOnly,
            Err(ValidationError::TooShort) => Verdict::TooShort,
            Err(ValidationError::TooLong) => Verdict::TooLong,
            Err(ValidationError::InvalidLength) => Verdict::WrongLength,
            Err(ValidationError::InvalidCountryCode) => Verdict::NoSuchCountry,
        };
        let e164 = e164(&parsed);
        let extension = extension(&parsed);
        Self {
            calling_code: u16::try_from(parsed.country_code).unwrap_or_default(),
            national_number: parsed.get_national_significant_number(),
            extension,
            region: parsed.get_region_code().and_then(Region::of_library),
            usage: LineType::of(parsed.get_type()),
            verdict,
            e164,
            parsed,
        }
    }

    /// Whether its length is one that its numbering plan knows, if only within an area: what
    /// libphonenumber calls possible.
    #[must_use]
    pub const fn is_possible(&self) -> bool {
        self.is_complete() || matches!(self.verdict, Verdict::LocalOnly)
    }

    /// Whether it can be dialled from anywhere. A number that works only within its own area is
    /// possible, but with a calling code before it, it would reach no one, or the wrong person.
    #[must_use]
    pub(crate) const fn is_complete(&self) -> bool {
        matches!(self.verdict, Verdict::Valid | Verdict::Possible)
    }

    /// The region to name when the length is wrong: the number's own, else the calling code's.
    #[must_use]
    pub fn country(&self) -> Option<Region> {
        self.region
            .or_else(|| Region::of_calling_code(self.calling_code))
    }

    /// For people in any country: `+39 02 5550 1182`.
    #[must_use]
    pub fn international(&self) -> String {
        self.parsed
            .format_as(PhoneNumberFormat::International)
            .into_owned()
    }

    /// For people in its own country: `02 5550 1182`.
    #[must_use]
    pub fn national(&self) -> String {
        self.parsed
            .format_as(PhoneNumberFormat::National)
            .into_owned()
    }

    /// As a URI: `tel:+39-02-5550-1182` (RFC 3966).
    #[must_use]
    pub fn rfc3966(&self) -> String {
        self.parsed
            .format_as(PhoneNumberFormat::RFC3966)
            .into_owned()
    }
}

/// Reads a number: in international spelling, or in national spelling with the calling code as a
/// hint (digits only), or else as in the home country.
///
/// Digits of any script, `tel:` URIs, the home country's international prefix and extensions are
/// read too. Letters are digits in vanity numbers of North America only; words and brackets beside a
/// number are left out, and what is dialled after a pause is.
///
/// # Errors
/// Why it is no number: [`Verdict::NoCountry`], [`Verdict::NoSuchCountry`], [`Verdict::NotANumber`],
/// [`Verdict::TooShort`] or [`Verdict::TooLong`].
pub fn parse(
    text: &str,
    calling_code: Option<&str>,
    home: Option<Region>,
) -> Result<Reading, Verdict> {
    numbered(text, calling_code, home).map(Reading::of)
}

/// The number as the library holds it.
pub(super) fn numbered(
    text: &str,
    calling_code: Option<&str>,
    home: Option<Region>,
) -> Result<PhoneNumber, Verdict> {
    dialled(text, calling_code, home).map(|dialled| dialled.parsed)
}

/// A number with what is dialled after it. A text of several numbers is not one.
pub(super) fn dialled(
    text: &str,
    calling_code: Option<&str>,
    home: Option<Region>,
) -> Result<Dialled, Verdict> {
    let text = text.trim();
    let line: Cow<'_, str> = if text.contains(['\n', '\r']) {
        // Where a card or a document breaks a number, it parts it as a space does.
        text.replace(['\n', '\r'], " ").into()
    } else {
        text.into()
    };
    let text = line.as_ref();
    if let Some(plain) = plain(text) {
        return Ok(Dialled {
            parsed: plain,
            pauses: String::new(),
        });
    }
    let read = single(text, calling_code, home)?;
    let region = hinted_region(calling_code, home);
    let is_more = several(text, region).len() > 1 || is_range(text, region) || is_listed(text);
    if is_complete(&read.parsed) && is_more {
        return Err(Verdict::NotANumber);
    }
    Ok(read)
}

/// Whether a text is a number with the last digits of another one after a slash, or with one of the same
/// area: `030 901820/21`, `030 901824/901825`.
fn is_range(text: &str, region: Option<Region>) -> bool {
    text.rsplit_once('/').is_some_and(|(number, end)| {
        matches!(digits(end).len(), 1..=3 | 6..)
            && single(number, None, region).is_ok_and(|number| number.parsed.is_valid())
    })
}

/// A number that needs no rules to be read: `+`, calling code and national number, in digits with
/// spaces, hyphens, dots or brackets between them, and nothing that may be a trunk prefix. Nearly all that are imported
/// are such, and the library takes a dozen regular expressions to see it.
pub(super) fn plain(text: &str) -> Option<PhoneNumber> {
    let rest = text.strip_prefix('+')?;
    let bytes = rest.as_bytes();
    let written = |byte: &u8| byte.is_ascii_digit() || b" -.()".contains(byte);
    let ends = bytes.first()?.is_ascii_digit() && bytes.last()?.is_ascii_digit();
    if !ends || bytes.len() > 40 || !bytes.iter().all(written) {
        return None;
    }
    let mut stored = String::with_capacity(16);
    stored.push('+');
    stored.extend(rest.chars().filter(char::is_ascii_digit));
    if !(8..=16).contains(&stored.len()) {
        return None;
    }
    // No calling code begins another one.
    let entry = (2..=4).find_map(|end| CALLING_CODES.get(stored.get(1..end)?))?;
    let national = stored.get(1 + entry.calling_code.to_string().len()..)?;
    let mut trunks = entry.trunk.split(',').filter(|trunk| !trunk.is_empty());
    if trunks.any(|trunk| trunk == "*" || national.starts_with(trunk)) {
        return None;
    }
    stored_as(&entry.calling_code.to_string(), &stored)
}
