//! The ways in which a number may be typed and stored, to find one by the other.

use super::digits::digits;
use super::format::digits_to_find;
use super::reading::{Reading, parse};
use super::region::{Region, trunks};
use super::single::Verdict;
use super::written::{Remark, written};

/// What is dialled before a calling code, in the countries that do not dial `00`.
const ABROAD: [&str; 6] = ["00", "011", "0011", "810", "010", "001"];

/// What is dialled before a national number, in any country.
const TRUNKS: [&str; 7] = ["0", "8", "06", "1", "01", "044", "045"];

/// How many digits tell a number from all others.
const WHOLE: usize = 9;

/// What a typed number may be, the likeliest first: as it is read at home, and where that finds
/// nothing, with its calling code after an international prefix, or at its start without `+`.
#[must_use]
pub fn readings(typed: &str, home: Option<Region>) -> Vec<Reading> {
    let digits = digits_to_find(&typed.replace("(0)", ""));
    let after = ABROAD
        .iter()
        .filter_map(|prefix| digits.strip_prefix(prefix));
    let abroad = after
        .chain([digits.as_str()])
        .map(|rest| format!("+{rest}"));
    let at_home = parse(typed, None, home).ok().filter(Reading::is_complete);
    let mut readings: Vec<Reading> = at_home.into_iter().collect();
    for spelling in abroad {
        // Anything is a possible number of some country: it has to be one in use.
        let reading = parse(&spelling, None, None).ok();
        let reading = reading.filter(|reading| reading.verdict == Verdict::Valid);
        readings.extend(reading.filter(|reading| !readings.contains(reading)));
    }
    readings
}

/// The digits of a number as it may be stored where its country was not known: its national number,
/// with each of the prefixes that its country has for one.
#[must_use]
pub fn at_home(reading: &Reading) -> Vec<String> {
    let national = &reading.national_number;
    let mut spellings = vec![national.clone(), format!("0{national}")];
    let others = trunks(&reading.calling_code.to_string()).filter(|trunk| *trunk != "0");
    spellings.extend(others.map(|trunk| format!("{trunk}{national}")));
    spellings
}

/// The digits of a national number without what may be its trunk prefix, with that prefix. Where no
/// country is known, [`has_trunk`] says which of the numbers that end so can be meant.
pub fn without_trunk(digits: &str) -> impl Iterator<Item = (&'static str, &str)> {
    let trunks = TRUNKS.iter();
    trunks.filter_map(|trunk| Some((*trunk, digits.strip_prefix(trunk)?)))
}

/// Whether national numbers of this calling code are dialled with this prefix.
#[must_use]
pub fn has_trunk(calling_code: &str, trunk: &str) -> bool {
    trunks(calling_code).any(|known| known == trunk)
}

/// Whether a text is a number and nothing else, as it is copied from somewhere: with an extension,
/// pauses, brackets around a remark, or as a URI.
#[must_use]
pub fn is_copied_number(text: &str) -> bool {
    written(text).is_some_and(|read| {
        let digits = digits(&read.number).len();
        read.remark < Remark::Words && !read.is_vanity && digits >= 7
    })
}

/// The digits that a typed number, or a part of one, may have in what is stored: as they are typed,
/// without an international prefix or a trunk prefix, and as their numbering plan reads them.
#[must_use]
pub fn spellings(text: &str) -> Vec<String> {
    let typed = digits_to_find(text);
    let without_brackets = digits_to_find(&text.replace("(0)", ""));
    let without_zeros = typed.trim_start_matches('0').to_owned();
    let mut spellings = vec![typed.clone(), without_brackets, without_zeros];
    if typed.len() >= WHOLE {
        let prefixes = ABROAD.iter().chain(&TRUNKS);
        let others = prefixes.filter_map(|prefix| typed.strip_prefix(prefix));
        let whole = others.filter(|rest| rest.len() >= WHOLE);
        spellings.extend(whole.map(str::to_owned));
        for reading in readings(text, None) {
            let plain = reading.e164.split(';').next().unwrap_or_default();
            spellings.push(digits(plain));
            if reading.national_number.len() >= WHOLE - 1 {
                spellings.push(reading.national_number);
            }
        }
    }
    let mut known: Vec<String> = Vec::with_capacity(spellings.len());
    for spelling in spellings {
        if !spelling.is_empty() && !known.contains(&spelling) {
            known.push(spelling);
        }
    }
    known
}
