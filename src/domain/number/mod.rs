//! Telephone numbers: parsing, E.164, formats, and whether a number is possible.
//!
//! The numbering plans are those of Google's libphonenumber, through `rlibphonenumber`; this module
//! is the only place that names that library. Loading its tables takes some milliseconds, once, on
//! the first call that parses or formats: nothing before the first frame may make it.

mod country;
mod digits;
mod format;
mod lookup;
mod matching;
mod reading;
mod region;
mod several;
mod single;
mod spreadsheet;
mod stored;
mod typing;
mod written;

pub use country::{Basis, ReadWith, read_with};
pub use digits::digits;
pub use format::{digits_to_find, display, display_of, region_of, split_pauses};
pub use lookup::{at_home, has_trunk, is_copied_number, readings, spellings, without_trunk};
pub use matching::{matching_countries, named_country};
pub use reading::{LineType, Reading, parse};
pub use region::{Region, only_region_of};
pub use several::several;
pub use single::Verdict;
pub use spreadsheet::{is_scientific, without_decimals};
pub use typing::as_typed;
pub use written::has_words;

use reading::dialled;
use single::{Dialled, is_complete};
use stored::e164;
use written::written;

/// The stored form of a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canonical {
    /// The calling code, digits only.
    pub country_code: Option<String>,
    /// E.164 with `;ext=` and what is dialled after a pause, or as typed.
    pub number: String,
    /// What makes two numbers the same: the number where it is E.164, else the digits, else the text.
    pub identity: String,
}

/// Whether a text cannot be dialled: not possible in its country, and not a short number
/// ([`is_short_number`]). Without a country, it cannot be decided.
#[must_use]
pub(crate) fn is_impossible(text: &str, calling_code: Option<&str>, home: Option<Region>) -> bool {
    if is_short_number(text) {
        return false;
    }
    match parse(text, calling_code, home) {
        Ok(reading) => !reading.is_possible(),
        Err(verdict) => verdict != Verdict::NoCountry,
    }
}

/// Whether a text is a short number, such as 112, 911 or 116 117, or a code for the network, such as
/// `*100#` and `*31#+12134567890`. Neither is in the numbering plan of a country, and both are dialled
/// as they are written.
#[must_use]
pub(crate) fn is_short_number(text: &str) -> bool {
    let text = text.trim();
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let of =
        |signs: &str| { text.chars() }.all(|sign| sign.is_ascii_digit() || signs.contains(sign));
    if text.starts_with(['*', '#']) {
        return digits > 0 && of("*#+ -.()/,;pPwW");
    }
    SHORT.contains(&digits) && text.starts_with(|sign: char| sign.is_ascii_digit()) && of(" -.")
}

/// How many digits a short number has: the longest are 116 117 in Europe and the codes for text messages
/// of North America.
const SHORT: std::ops::RangeInclusive<usize> = 2..=6;

/// The stored form of a typed number: E.164 where it parses as a possible number that can be dialled
/// from anywhere, else exactly as typed, trimmed (Phone resource, 1). What is dialled after a pause
/// stays behind it: `+12134567890,,1,,2345#`.
#[must_use]
pub fn canonical(typed: &str, calling_code: Option<&str>, home: Option<Region>) -> Canonical {
    let typed = typed.trim();
    let read = dialled(typed, calling_code, home).ok();
    let read = read.filter(|read| is_complete(&read.parsed));
    let stable = |read: Dialled| {
        // What is stored is read again, from a card or by another program: it has to mean the same.
        // Of a doubled trunk prefix, each reading removes one.
        let number = stored(&read);
        let again = dialled(&number, None, None).ok()?;
        (stored(&again) == number).then_some((read.parsed, number))
    };
    if let Some((parsed, number)) = read.and_then(stable) {
        return Canonical {
            country_code: Some(parsed.country_code.to_string()),
            identity: number.clone(),
            number,
        };
    }
    Canonical {
        country_code: calling_code.map(str::to_owned),
        number: typed.to_owned(),
        identity: identity_as_typed(typed),
    }
}

/// A number in E.164 with what is dialled after it.
fn stored(read: &Dialled) -> String {
    let mut number = e164(&read.parsed);
    let pauses = read.pauses.chars().filter(|sign| !sign.is_whitespace());
    number.extend(pauses.map(|sign| sign.to_ascii_lowercase()));
    number
}

/// What makes two numbers the same that are stored as they are typed.
fn identity_as_typed(typed: &str) -> String {
    let digits = match written(typed) {
        Some(written) => {
            let mut digits = digits(&written.number);
            let pauses = written.pauses.to_lowercase();
            digits.extend(pauses.chars().filter(|sign| !sign.is_whitespace()));
            digits
        }
        None => digits(typed),
    };
    // A text without digits cannot begin with the `+` that marks E.164.
    if digits.is_empty() {
        format!("={}", typed.to_lowercase())
    } else {
        digits
    }
}

#[cfg(test)]
mod tests {
    use rlibphonenumber::PHONE_NUMBER_UTIL;
    use rlibphonenumber::errors::ParseError;

    use super::reading::plain;
    use super::region::TABLE;
    use super::{LineType, Region, Verdict, canonical, digits, digits_to_find, display, parse};

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
            if let Some(read) = plain(&text) {
                prop_assert_eq!(PHONE_NUMBER_UTIL.parse(&text, None).ok(), Some(read), "{}", text);
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
            assert!(plain(text).is_some(), "{text}");
        }
        for text in [
            "+44 (0)20 7946 0018",
            "+54 9 11 5550 1234",
            "+39 02 5550 x12",
            "02 5550 1182",
        ] {
            assert!(plain(text).is_none(), "{text}");
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
            Ok(LineType::Mobile)
        );
    }

    #[test]
    fn a_remark_is_no_part_of_a_number_and_letters_are_digits_in_vanity_numbers_only() {
        for (typed, home, number) in [
            ("030 901820 (Eva)", "DE", "+4930901820"),
            ("+49 30 901821 privat", "US", "+4930901821"),
            ("+39 06 698 82 (Eva)", "DE", "+390669882"),
            ("Büro: 030/901820", "DE", "+4930901820"),
            ("213-456-7890 - Bob", "US", "+12134567890"),
            ("1-800-FLOWERS", "DE", "+18003569377"),
            ("(800) FLOWERS", "US", "+18003569377"),
            ("800-FLOWERS", "DE", "800-FLOWERS"),
            ("0800 BEISPIEL", "DE", "0800 BEISPIEL"),
        ] {
            assert_eq!(
                canonical(typed, None, region(home)).number,
                number,
                "{typed}"
            );
        }
    }

    #[test]
    fn a_number_is_read_however_it_was_copied() {
        for typed in [
            "\u{202a}+49 30 901820\u{202c}",
            "+49\u{2011}30\u{2011}901820",
            "+49\u{2212}30\u{2212}901820\u{200e}",
            "+49 30\u{ad}901820;",
            "＋４９　３０　９０１８２０",
            "<+49 30 901820>",
            "+49 30 901820 (home)",
            "tel:+49-30-901820",
            "TEL:%2B49%2030%20901820",
            "\"+49 30 901820\"",
            "0049 30 901820",
        ] {
            assert_eq!(
                canonical(typed, None, region("US")).number,
                "+4930901820",
                "{typed:?}"
            );
        }
        assert_eq!(
            canonical("0044 7400 864469", None, region("US")).number,
            "+447400864469"
        );
        assert_eq!(
            canonical("007 912 386 32 46", None, region("RU")).number,
            "+79123863246"
        );
        for typed in ["01 55 1234 5678", "044 55 1234 5678", "045 (55) 1234-5678"] {
            assert_eq!(canonical(typed, None, region("MX")).number, "+525512345678");
            assert_ne!(canonical(typed, None, region("US")).number, "+525512345678");
        }
        for typed in ["+52 1 55 1234 5678", "+52 55 1234 5678", "+5215512345678"] {
            assert_eq!(canonical(typed, None, None).number, "+525512345678");
        }
        assert_eq!(
            canonical("*31#+12134567890", None, region("US")).number,
            "*31#+12134567890"
        );
    }

    #[test]
    fn a_list_that_cannot_be_parted_is_no_number() {
        for typed in [
            "030/901824, 901825",
            "030/901824,901825",
            "030/901824/901825",
            "030 901824/901825",
            "030 901820/-21",
        ] {
            assert_eq!(canonical(typed, None, region("DE")).number, typed);
        }
        for (typed, number) in [
            ("030 901820 x12", "+4930901820;ext=12"),
            ("030 901820,12", "+4930901820;ext=12"),
            ("030 901820, 21", "+4930901820;ext=21"),
            ("+49 30 901820 , 21", "+4930901820;ext=21"),
            ("030 901820, Durchwahl 12", "+4930901820;ext=12"),
            ("030 901820,,1", "+4930901820;ext=1"),
            ("030 901820,,1,,2#", "+4930901820,,1,,2#"),
            ("030/901820", "+4930901820"),
            ("030 901820 DW 12", "+4930901820;ext=12"),
            ("030 901820, abends", "+4930901820"),
        ] {
            assert_eq!(
                canonical(typed, None, region("DE")).number,
                number,
                "{typed}"
            );
        }
    }

    #[test]
    fn what_is_dialled_after_a_pause_stays_with_the_number() {
        for (typed, number) in [
            ("+12134567890p55", "+12134567890p55"),
            ("(213) 456-7890 W 55", "+12134567890w55"),
            ("+1 213 456 7890,,1,,2345#", "+12134567890,,1,,2345#"),
            ("213 456 7890 x12 p3", "+12134567890;ext=12p3"),
        ] {
            let read = canonical(typed, None, region("US"));
            assert_eq!(
                (&*read.number, &*read.identity),
                (number, number),
                "{typed}"
            );
            assert_eq!(canonical(number, None, None), read, "{typed}");
        }
        assert_eq!(
            display("+12134567890,,1,,2345#"),
            "+1 213-456-7890 ,,1,,2345#"
        );
        assert_eq!(digits_to_find("+12134567890;ext=12p3"), "12134567890");
        assert_eq!(digits_to_find("030 901820 (ab 18 Uhr)"), "030901820");
    }

    #[test]
    fn a_short_number_and_a_code_for_the_network_are_not_impossible() {
        for text in [
            "112",
            "911",
            "116117",
            "116 117",
            "1-1-2",
            "*100#",
            "#31#030901820",
            "*31#+12134567890",
        ] {
            assert!(super::is_short_number(text), "{text}");
            assert!(
                !super::is_impossible(text, Some("39"), region("US")),
                "{text}"
            );
        }
        for text in [
            "1",
            "1234567",
            "# Bob",
            "***",
            "12 Bob",
            "+112",
            "",
            "112 (Bob)",
        ] {
            assert!(!super::is_short_number(text), "{text}");
        }
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
        for text in [
            "ask Tim",
            "office",
            "ext. by Bob",
            "030 901820a",
            "4.47911E+11",
            "call 5550 at 18",
            "030 901820/21",
            "030 901820 / 030 901821",
            "030 901820 (or 030 901821)",
        ] {
            let read = canonical(text, None, region("DE"));
            assert_eq!(read.number, text);
            assert!(!read.identity.starts_with('+'), "{text}");
        }
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
        for (code, names) in [
            ("DE", ["Deutschland", "GERMANY", "deu"]),
            ("GB", ["United Kingdom", "U.K.", "England"]),
            ("US", ["USA", "United States of America", "U.S."]),
            ("IT", ["Italia", "it", " ITALY "]),
            ("CH", ["Schweiz", "Suisse", "Svizzera"]),
            ("NL", ["Nederland", "The Netherlands", "Holland"]),
            ("TR", ["Turkey", "Türkiye", "Turkiye"]),
            (
                "RU",
                ["Россия", "Российская Федерация", "Russian Federation"],
            ),
            ("CN", ["中国", "中國", "PR China"]),
            (
                "BA",
                [
                    "Bosnia & Herzegovina",
                    "bosnia and herzegovina",
                    "Bosna i Hercegovina",
                ],
            ),
            ("CZ", ["Czech Republic", "Česko", "Ceska republika"]),
            ("CI", ["Côte d’Ivoire", "Cote d'Ivoire", "Ivory Coast"]),
        ] {
            for name in names {
                assert_eq!(Region::called(name), region(code), "{name}");
            }
        }
        for name in ["", "Bavaria", "CA 94043", "Main Street", "the"] {
            assert_eq!(Region::called(name), None, "{name}");
        }
        assert!(Region::all().count() > 240);
    }
}
