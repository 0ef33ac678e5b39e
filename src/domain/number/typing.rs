//! A number while it is typed, with the spaces and signs that its country's plan puts into it.
//!
//! The library formats whole numbers only: what is typed is filled up to one with the last digits of an
//! example of its country, and cut again after what was typed.

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType};

use super::digits::digits;
use super::reading::{Reading, parse};
use super::region::{CALLING_CODES, Region};
use super::single::{hinted_region, is_complete};

/// How many digits a number has that may be a short one: it is dialled as it is written, and brackets
/// would make it none.
const SHORT: usize = 6;

/// How many digits are formatted: fewer are the beginning of anything, more are no number.
const FORMATTED: std::ops::RangeInclusive<usize> = 3..=15;

/// The number as it looks once more digits of it are typed: `0207946` in the United Kingdom is `020 7946`.
///
/// None where it stays as it is typed: it has other signs than a plan puts there, or is the beginning of no
/// number of its country.
#[must_use]
pub fn as_typed(text: &str, calling_code: Option<&str>, home: Option<Region>) -> Option<String> {
    let (plus, rest) = match text.strip_prefix('+') {
        Some(rest) => ("+", rest),
        None => ("", text),
    };
    let is_plain = |sign: char| sign.is_ascii_digit() || " -()".contains(sign);
    let typed = digits(rest);
    if !rest.chars().all(is_plain) || !FORMATTED.contains(&typed.len()) {
        return None;
    }
    let (region, code) = if plus.is_empty() {
        (hinted_region(calling_code, home)?, "")
    } else {
        let code = (1..=3).find_map(|end| {
            let code = typed.get(..end)?;
            CALLING_CODES.contains_key(code).then_some(code)
        })?;
        (Region::of_calling_code(code.parse().ok()?)?, code)
    };
    let national = typed.get(code.len()..).filter(|rest| !rest.is_empty())?;
    let mut possible = None;
    for whole in filled(national, region) {
        let spelled = format!("{plus}{code}{whole}");
        let parsed = PHONE_NUMBER_UTIL.parse(&spelled, region.for_library());
        let Some(parsed) = parsed.ok().filter(is_complete) else {
            continue;
        };
        let Some(seen) = seen(&parsed, plus, &typed) else {
            continue;
        };
        if parsed.is_valid() {
            return kept(seen, text, calling_code, home);
        }
        possible.get_or_insert(seen);
    }
    // What may be a short number is left alone unless it begins a number that is in use.
    let seen = possible.filter(|_| typed.len() > SHORT)?;
    kept(seen, text, calling_code, home)
}

/// The digits filled up to the length of numbers of the country, with and without a trunk prefix.
fn filled(typed: &str, region: Region) -> Vec<String> {
    let mut whole = Vec::new();
    for kind in [PhoneNumberType::Mobile, PhoneNumberType::FixedLine] {
        let example = region.for_library().and_then(|region| {
            PHONE_NUMBER_UTIL
                .get_example_number_for_type_and_region(region, kind)
                .ok()
        });
        let Some(example) = example else { continue };
        let example = example.get_national_significant_number();
        for trunk in [0, 1] {
            let missing = (example.len() + trunk).checked_sub(typed.len());
            let from = missing.and_then(|missing| example.len().checked_sub(missing));
            if let Some(rest) = from.and_then(|from| example.get(from..)) {
                whole.push(format!("{typed}{rest}"));
            }
        }
    }
    whole.push(typed.to_owned());
    whole
}

/// A whole number as far as it is typed, in the first format that has its digits.
fn seen(whole: &PhoneNumber, plus: &str, typed: &str) -> Option<String> {
    let international = whole.format_as(PhoneNumberFormat::International);
    if !plus.is_empty() {
        return cut(&international, typed);
    }
    let national = whole.format_as(PhoneNumberFormat::National);
    let without_code = international.split_once(' ').map(|(_, rest)| rest);
    [Some(&*national), without_code]
        .into_iter()
        .flatten()
        .filter_map(|format| cut(format, typed))
        .find(|seen| typed.len() > SHORT || !seen.contains('('))
}

/// A format after the digits that are typed; none where it has others.
fn cut(format: &str, typed: &str) -> Option<String> {
    let is_digit = |(_, sign): &(usize, char)| sign.is_ascii_digit();
    let (last, _) = format
        .char_indices()
        .filter(is_digit)
        .nth(typed.len().checked_sub(1)?)?;
    let (seen, rest) = format.split_at_checked(last + 1)?;
    let opened = seen.rfind('(') > seen.rfind(')');
    let seen = if opened && rest.starts_with(')') {
        format!("{seen})")
    } else {
        seen.to_owned()
    };
    (digits(&seen) == typed).then_some(seen)
}

/// The format, unless it would be read as another number than what is typed.
fn kept(
    seen: String,
    text: &str,
    calling_code: Option<&str>,
    home: Option<Region>,
) -> Option<String> {
    let read = |text: &str| {
        let reading = parse(text, calling_code, home).ok();
        let reading = reading.filter(Reading::is_complete);
        reading.map(|reading| reading.e164)
    };
    (read(&seen) == read(text)).then_some(seen)
}

#[cfg(test)]
mod tests {
    use super::as_typed;
    use crate::domain::number::{Region, canonical, is_short_number};

    /// The text of a field after each digit, as a form types it.
    fn typed(number: &str, home: &str) -> Vec<String> {
        let home = Region::new(home);
        let mut field = String::new();
        let mut seen = Vec::new();
        for sign in number.chars() {
            field.push(sign);
            if sign.is_ascii_digit() {
                field = as_typed(&field, None, home).unwrap_or(field);
            }
            seen.push(field.clone());
        }
        seen
    }

    fn last(number: &str, home: &str) -> String {
        typed(number, home).pop().unwrap_or_default()
    }

    #[test]
    fn a_number_gets_the_spaces_of_its_country_as_it_is_typed() {
        let steps = typed("02079460018", "GB");
        let steps: Vec<&str> = steps.iter().map(String::as_str).collect();
        assert_eq!(
            steps,
            [
                "0",
                "02",
                "020",
                "020 7",
                "020 79",
                "020 794",
                "020 7946",
                "020 7946 0",
                "020 7946 00",
                "020 7946 001",
                "020 7946 0018"
            ]
        );
        for (number, home, seen) in [
            ("3475550164", "IT", "347 555 0164"),
            ("34755", "IT", "347 55"),
            ("0255501182", "IT", "02 5550 1182"),
            ("213456", "US", "213-456"),
            ("2134567", "US", "(213) 456-7"),
            ("2134567890", "US", "(213) 456-7890"),
            ("12134567890", "US", "12134567890"),
            ("030901820", "DE", "030 901820"),
            ("01715550164", "DE", "0171 5550164"),
            ("0142685300", "FR", "01 42 68 53 00"),
            ("+442079460018", "US", "+44 20 7946 0018"),
            ("+4420794", "US", "+44 20 794"),
            ("+12134567890", "IT", "+1 213-456-7890"),
            ("020 7946 0018", "GB", "020 7946 0018"),
            ("02-07946", "GB", "020 7946"),
        ] {
            assert_eq!(last(number, home), seen, "{number} in {home}");
        }
    }

    #[test]
    fn what_is_no_beginning_of_a_number_stays_as_typed() {
        for (number, home) in [
            ("112", "DE"),
            ("116117", "DE"),
            ("911", "US"),
            ("72345", "US"),
            ("030/901820", "DE"),
            ("030 901820 (Eva)", "DE"),
            ("*100#", "DE"),
            ("+999123456", "DE"),
            ("2134567890", ""),
            ("12345678901234567890", "US"),
        ] {
            let seen = last(number, home);
            let plain = |text: &str| text.replace([' ', '-'], "");
            assert_eq!(plain(&seen), plain(number), "{number} in {home}");
            let short = is_short_number(number);
            assert_eq!(is_short_number(&seen), short, "{number} is now {seen}");
        }
    }

    #[test]
    fn it_is_read_as_what_was_typed_in_every_country() {
        for region in Region::all() {
            for number in ["0123456789", "123456789", "23456789", "91234567890"] {
                let seen = last(number, region.code());
                let read = |text: &str| canonical(text, None, Some(region)).identity;
                assert_eq!(read(&seen), read(number), "{seen} in {region}");
            }
        }
    }
}
