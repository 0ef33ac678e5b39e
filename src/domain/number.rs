//! Telephone numbers: parsing, E.164, formats, and whether a number is possible.
//!
//! The numbering plans are those of Google's libphonenumber, through `rlibphonenumber`; this module
//! is the only place that names that library. Loading its tables takes some milliseconds, once, on
//! the first call that parses or formats: nothing before the first frame may make it.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use rlibphonenumber::errors::ParseError;
use rlibphonenumber::{
    NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType,
};

/// Every region with a numbering plan: ISO code, calling code, `main` where it is the main region of
/// that code, English name, and for a main region the trunk prefixes: with which a national number
/// may begin that are no part of it, or `*` where it may be any. Sorted by name.
const REGIONS: &str = include_str!("../../assets/regions.tsv");

/// A line of [`REGIONS`].
struct Entry {
    region: Region,
    calling_code: u16,
    main: bool,
    name: &'static str,
    trunk: &'static str,
}

static TABLE: LazyLock<Vec<Entry>> = LazyLock::new(|| REGIONS.lines().filter_map(entry).collect());

fn entry(line: &'static str) -> Option<Entry> {
    let mut columns = line.split('\t');
    let code: [u8; 2] = columns.next()?.as_bytes().try_into().ok()?;
    let calling_code = columns.next()?.parse().ok()?;
    let main = columns.next()? == "main";
    Some(Entry {
        region: Region(code),
        calling_code,
        main,
        name: columns.next()?,
        trunk: columns.next()?,
    })
}

/// A country or territory by its ISO 3166-1 alpha-2 code, upper case: `IT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region([u8; 2]);

impl Region {
    /// The region with this code in any case, where a numbering plan for it is known.
    #[must_use]
    pub fn new(code: &str) -> Option<Self> {
        let region = Self(code.to_ascii_uppercase().as_bytes().try_into().ok()?);
        region.entry().map(|_| region)
    }

    fn entry(self) -> Option<&'static Entry> {
        TABLE.iter().find(|entry| entry.region == self)
    }

    /// The code: `IT`.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The English name: `Italy`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.entry().map_or("", |entry| entry.name)
    }

    /// The calling code, without `+`: 39.
    #[must_use]
    pub fn calling_code(&self) -> u16 {
        self.entry().map_or(0, |entry| entry.calling_code)
    }

    /// The main region of a calling code: `US` for 1.
    #[must_use]
    pub fn of_calling_code(code: u16) -> Option<Self> {
        TABLE
            .iter()
            .find(|entry| entry.main && entry.calling_code == code)
            .map(|entry| entry.region)
    }

    /// The region that a locale's name holds: `IT` of `it_IT.UTF-8`.
    #[must_use]
    pub fn of_locale(locale: &str) -> Option<Self> {
        let name = locale.split(['.', '@']).next()?;
        name.split(['_', '-'])
            .skip(1)
            .find(|part| part.len() == 2)
            .and_then(Self::new)
    }

    /// Every region that has a numbering plan, sorted by name.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|entry| entry.region)
    }

    fn of_library(region: rlibphonenumber::Region) -> Option<Self> {
        Self::new(&region.as_region_str())
    }

    fn for_library(self) -> Option<rlibphonenumber::Region> {
        self.code().parse().ok()
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
    parsed: PhoneNumber,
}

impl Usage {
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

impl Verdict {
    /// Why a number is not simply right, for people: `too short for Italy`.
    #[must_use]
    pub fn reason(self, region: Option<Region>) -> String {
        let of = region.map_or_else(String::new, |region| format!(" for {}", region.name()));
        match self {
            Self::Valid => "valid".to_owned(),
            Self::Possible => "possible, but in no range known to be in use".to_owned(),
            Self::LocalOnly => "works only within its own area".to_owned(),
            Self::TooShort => format!("too short{of}"),
            Self::TooLong => format!("too long{of}"),
            Self::WrongLength => format!("not a length in use{of}"),
            Self::NoCountry => "no country known".to_owned(),
            Self::NoSuchCountry => "no country has this calling code".to_owned(),
            Self::NotANumber => "not a phone number".to_owned(),
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
            usage: Usage::of(parsed.get_type()),
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
    /// possible, but with a calling code before it, it would reach nobody, or somebody else.
    #[must_use]
    pub const fn is_complete(&self) -> bool {
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

/// The extension's digits.
fn extension(parsed: &PhoneNumber) -> Option<String> {
    parsed
        .extension
        .clone()
        .filter(|extension| !extension.is_empty())
}

/// E.164, with `;ext=` and digits for an extension.
fn e164(parsed: &PhoneNumber) -> String {
    let mut e164 = parsed.format_as(PhoneNumberFormat::E164).into_owned();
    if let Some(extension) = extension(parsed) {
        e164.push_str(";ext=");
        e164.push_str(&extension);
    }
    e164
}

/// Whether a number can be dialled from anywhere, as [`Reading::is_complete`], without the cost of
/// its region and use.
fn is_complete(parsed: &PhoneNumber) -> bool {
    matches!(
        parsed.is_possible_with_reason(),
        Ok(NumberLengthType::IsPossible)
    )
}

/// Reads a number: in international spelling, or in national spelling with the calling code as a
/// hint (digits only), or else as in the home country.
///
/// Digits of any script, `tel:` URIs, the home country's international prefix and extensions are
/// read too.
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

/// The longest text that is read as a number, in characters, as in libphonenumber; its expressions
/// take their time with longer ones.
const TEXT_LIMIT: usize = 250;

/// The number as the library holds it.
fn numbered(
    text: &str,
    calling_code: Option<&str>,
    home: Option<Region>,
) -> Result<PhoneNumber, Verdict> {
    let text = text.trim();
    if let Some(plain) = plain(text) {
        return Ok(plain);
    }
    if text.chars().nth(TEXT_LIMIT).is_some() {
        return Err(Verdict::TooLong);
    }
    let hint = calling_code.and_then(|code| code.parse::<u16>().ok());
    let hinted = hint.and_then(Region::of_calling_code);
    let region = if hint.is_some() { hinted } else { home };
    let international = text
        .trim_start_matches("tel:")
        .trim_start_matches('(')
        .starts_with(['+', '＋']);
    // What a book without a home country is asked most often.
    if hint.is_none() && home.is_none() && is_digits_alone(text) {
        return Err(Verdict::NoCountry);
    }
    // A calling code without a country, such as 800 of the international freephone service, has no
    // region to hint with: it is put before the number.
    let spelled = match (hint, hinted, international) {
        (Some(code), None, false) => format!("+{code} {text}"),
        _ => text.to_owned(),
    };
    match PHONE_NUMBER_UTIL.parse(&spelled, region.and_then(Region::for_library)) {
        Ok(parsed) => Ok(parsed),
        Err(ParseError::InvalidCountryCode)
            if spelled == text && region.is_none() && !international =>
        {
            Err(Verdict::NoCountry)
        }
        Err(ParseError::InvalidCountryCode) => Err(Verdict::NoSuchCountry),
        Err(ParseError::NotANumber(_)) => Err(Verdict::NotANumber),
        Err(ParseError::TooShortAfterIdd | ParseError::TooShortNsn) => Err(Verdict::TooShort),
        Err(ParseError::TooLongNsn) => Err(Verdict::TooLong),
    }
}

/// A number that needs no rules to be read: `+`, calling code and national number, in digits with
/// spaces, hyphens, dots or brackets between them, and nothing that may be a trunk prefix. Nearly all that are imported
/// are such, and the library takes a dozen regular expressions to see it.
fn plain(text: &str) -> Option<PhoneNumber> {
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

/// The main region of each calling code.
static CALLING_CODES: LazyLock<HashMap<String, &'static Entry>> = LazyLock::new(|| {
    let main = TABLE.iter().filter(|entry| entry.main);
    main.map(|entry| (entry.calling_code.to_string(), entry))
        .collect()
});

/// The stored form of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    /// The calling code, digits only.
    pub country_code: Option<String>,
    /// E.164 with `;ext=`, or as typed.
    pub number: String,
    /// What makes two numbers the same: E.164 with extension, else the digits, else the text.
    pub identity: String,
}

/// The stored form of a typed number: E.164 where it parses as a possible number that can be dialled
/// from anywhere, else exactly as typed, trimmed (Phone resource, 1).
#[must_use]
pub fn canonical(typed: &str, calling_code: Option<&str>, home: Option<Region>) -> Canonical {
    let typed = typed.trim();
    let stable = |parsed: PhoneNumber| {
        // What is stored is read again, from a card or by another program: it has to mean the same.
        // Of a trunk prefix that stands there twice, each reading takes one off.
        let number = e164(&parsed);
        let again = numbered(&number, None, None).ok()?;
        (e164(&again) == number).then_some((parsed, number))
    };
    let read = numbered(typed, calling_code, home);
    if let Some((parsed, number)) = read.ok().filter(is_complete).and_then(stable) {
        return Canonical {
            country_code: Some(parsed.country_code.to_string()),
            identity: number.clone(),
            number,
        };
    }
    let digits = digits(typed);
    // A text without digits cannot begin with the `+` that marks E.164.
    let identity = if digits.is_empty() {
        format!("={}", typed.to_lowercase())
    } else {
        digits
    };
    Canonical {
        country_code: calling_code.map(str::to_owned),
        number: typed.to_owned(),
        identity,
    }
}

/// What a screen shows for a stored number: the international format where it is E.164, else the
/// text itself.
#[must_use]
pub fn display(stored: &str) -> String {
    match numbered(stored, None, None) {
        Ok(parsed) if stored.starts_with('+') && is_complete(&parsed) => parsed
            .format_as(PhoneNumberFormat::International)
            .into_owned(),
        _ => stored.to_owned(),
    }
}

/// What a screen shows for a stored number whose calling code is known: as [`display`], without
/// parsing it again, which costs more than all else that is done to show a row.
#[must_use]
pub fn display_of(calling_code: Option<&str>, stored: &str) -> String {
    match calling_code.and_then(|code| stored_as(code, stored)) {
        Some(parsed) => parsed
            .format_as(PhoneNumberFormat::International)
            .into_owned(),
        None => display(stored),
    }
}

/// The country of a stored number: the only one of its calling code, or else the one whose numbering
/// plan it fits.
#[must_use]
pub fn region_of(calling_code: &str, stored: &str) -> Option<Region> {
    let code: u16 = calling_code.parse().ok()?;
    if let Some(only) = only_region_of(code) {
        return Some(only);
    }
    let parsed = stored_as(calling_code, stored)?;
    parsed.get_region_code().and_then(Region::of_library)
}

/// The country of a calling code that no other country has.
#[must_use]
pub fn only_region_of(calling_code: u16) -> Option<Region> {
    let mut sharing = TABLE
        .iter()
        .filter(|entry| entry.calling_code == calling_code);
    let only = sharing.next()?;
    sharing.next().is_none().then_some(only.region)
}

/// A stored number as the library holds it; none where it is not of this calling code.
fn stored_as(calling_code: &str, stored: &str) -> Option<PhoneNumber> {
    let rest = stored.strip_prefix('+')?.strip_prefix(calling_code)?;
    let (national, extension) = match rest.split_once(";ext=") {
        Some((national, extension)) => (national, Some(extension.to_owned())),
        None => (rest, None),
    };
    // A number has its leading zeros beside it, since they count in some plans; of zeros only, the
    // last is the number.
    let last = national.len().checked_sub(1)?;
    let zeros = national
        .bytes()
        .take(last)
        .take_while(|digit| *digit == b'0');
    let zeros = zeros.count();
    let significant = national.get(zeros..)?;
    let zeros = i32::try_from(zeros).ok()?;
    Some(PhoneNumber {
        country_code: calling_code.parse().ok()?,
        national_number: significant.parse().ok()?,
        extension,
        italian_leading_zero: (zeros > 0).then_some(true),
        number_of_leading_zeros: (zeros > 1).then_some(zeros),
        ..PhoneNumber::default()
    })
}

/// The decimal digits of a text in any script, as ASCII.
#[must_use]
pub fn digits(text: &str) -> String {
    text.chars().filter_map(digit).collect()
}

/// The first digit of each script whose ten digits stand in a row (Unicode, general category Nd).
const ZEROS: [char; 36] = [
    '0', '٠', '۰', '߀', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '෦', '๐', '໐', '༠', '၀', '႐',
    '០', '᠐', '᥆', '᧐', '᪀', '᪐', '᭐', '᮰', '᱀', '᱐', '꘠', '꣐', '꤀', '꧐', '꧰', '꩐', '０',
];

fn digit(sign: char) -> Option<char> {
    if sign.is_ascii() {
        return sign.is_ascii_digit().then_some(sign);
    }
    let value = ZEROS.iter().find_map(|zero| {
        u32::from(sign)
            .checked_sub(u32::from(*zero))
            .filter(|value| *value < 10)
    })?;
    char::from_digit(value, 10)
}

#[cfg(test)]
mod tests {
    use rlibphonenumber::PHONE_NUMBER_UTIL;
    use rlibphonenumber::errors::ParseError;

    use super::{Region, TABLE, Usage, Verdict, canonical, digits, display, parse};

    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 20_000,
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn what_is_read_plainly_is_read_so_by_the_library(
            region in 0..TABLE.len(),
            national in "[0-9]{1,4}[ -.]?[(]?[0-9]{1,4}[)]?[ -]{0,2}[0-9]{1,7}",
            between in "[ -.]{0,1}",
        ) {
            let text = format!("+{}{between}{national}", TABLE[region].calling_code);
            if let Some(plain) = super::plain(&text) {
                prop_assert_eq!(PHONE_NUMBER_UTIL.parse(&text, None).ok(), Some(plain), "{}", text);
            }
        }
    }

    #[test]
    fn digits_alone_have_no_country() {
        for text in ["020 7946 0018", "0039 02 5550 1182", "123", "110-5550"] {
            assert_eq!(parse(text, None, None), Err(Verdict::NoCountry), "{text}");
            let library = PHONE_NUMBER_UTIL.parse(text, None);
            assert_eq!(
                library.err(),
                Some(ParseError::InvalidCountryCode),
                "{text}"
            );
        }
    }

    #[test]
    fn most_numbers_are_plain() {
        for text in [
            "+39 02 5550 1182",
            "+1 (213) 456-7890",
            "+49 171 5550164",
            "+44 20 7946 0018",
        ] {
            assert!(super::plain(text).is_some(), "{text}");
        }
        for text in [
            "+44 (0)20 7946 0018",
            "+54 9 11 5550 1234",
            "+39 02 5550 x12",
            "02 5550 1182",
        ] {
            assert!(super::plain(text).is_none(), "{text}");
        }
    }

    fn region(code: &str) -> Option<Region> {
        Region::new(code)
    }

    #[test]
    fn the_same_number_in_two_spellings_is_stored_the_same() {
        let home = canonical("(213) 456-7890", None, region("US"));
        let away = canonical("+1 213 456 7890", None, region("IT"));
        assert_eq!(home, away);
        assert_eq!(home.number, "+12134567890");
        assert_eq!(home.country_code.as_deref(), Some("1"));
    }

    #[test]
    fn an_italian_zero_is_part_of_the_number() {
        let reading = parse("02 5550 1182", None, region("IT")).unwrap();
        assert_eq!(reading.e164, "+390255501182");
        assert_eq!(reading.international(), "+39 02 5550 1182");
        assert_eq!(
            parse("347 555 0164", Some("39"), region("US")).map(|reading| reading.usage),
            Ok(Usage::Mobile)
        );
    }

    #[test]
    fn an_extension_is_kept_in_the_form_of_rfc_3966() {
        assert_eq!(
            canonical("+1 212 555 0147 ext. 12", None, None).number,
            "+12125550147;ext=12"
        );
        assert_eq!(
            canonical("tel:+1-212-555-0147;ext=12", None, None).number,
            "+12125550147;ext=12"
        );
        assert_eq!(display("+12125550147;ext=12"), "+1 212-555-0147 ext. 12");
    }

    #[test]
    fn digits_of_other_scripts_are_digits() {
        assert_eq!(digits("٠٢ ۵۵ ５５०"), "0255550");
        assert_eq!(
            canonical("＋３９ ０２ ５５５０ １１８２", None, None).number,
            "+390255501182"
        );
        assert_eq!(
            canonical("٠٢ ٥٥٥٠ ١١٨٢", None, region("IT")).number,
            "+390255501182"
        );
    }

    #[test]
    fn what_is_no_possible_number_is_kept_as_typed() {
        let short = canonical(" 12 ", Some("39"), region("US"));
        assert_eq!(
            (
                short.number.as_str(),
                short.country_code.as_deref(),
                short.identity.as_str()
            ),
            ("12", Some("39"), "12")
        );
        assert!(
            !canonical("ask Bob", None, region("US"))
                .identity
                .starts_with('+')
        );
        assert!(!canonical("+", None, region("US")).identity.starts_with('+'));
        assert_eq!(display("12"), "12");
        // The police in Germany is not +49 110.
        assert_eq!(canonical("110", None, region("DE")).number, "110");
    }

    #[test]
    fn the_reason_is_told() {
        assert_eq!(parse("020 7946 0018", None, None), Err(Verdict::NoCountry));
        assert_eq!(
            parse("+999 123456", None, None),
            Err(Verdict::NoSuchCountry)
        );
        assert_eq!(
            parse("call me", None, region("US")),
            Err(Verdict::NotANumber)
        );
        let short = parse("+39 12", None, None).map(|reading| reading.verdict);
        assert_eq!(short, Ok(Verdict::TooShort));
        assert_eq!(
            Verdict::TooShort.reason(region("IT")),
            "too short for Italy"
        );
    }

    #[test]
    fn regions_are_known_by_code_name_and_locale() {
        assert_eq!(Region::of_locale("it_IT.UTF-8"), region("it"));
        assert_eq!(Region::of_locale("C.UTF-8"), None);
        assert_eq!(
            Region::of_calling_code(1).map(|region| region.name()),
            Some("United States")
        );
        assert_eq!(region("ZZ"), None);
        assert!(Region::all().count() > 240);
    }
}
