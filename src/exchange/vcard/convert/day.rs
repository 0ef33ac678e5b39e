//! Days and instants: in the extended form in 3.0, and in the basic one in 4.0 (RFC 6350, 4.3).

use crate::exchange::vcard::contact;
use crate::exchange::vcard::line::{Line, Version, escape};
use crate::exchange::vcard::param::is;
use crate::exchange::vcard::property::Property;

/// The year that Apple writes in 3.0 where none is known.
pub(in crate::exchange::vcard) const NO_YEAR: &str = "1604";

/// Writes the day of a property as the version has it.
pub(super) fn write(line: &mut Line, property: &Property, version: Version) {
    let written = property.text();
    let written = written.trim();
    line.params
        .retain(|param| !is(param, "VALUE") && !is(param, "X-APPLE-OMIT-YEAR"));
    let Some(day) = contact::day(property) else {
        return;
    };
    let day = day.text().into_owned();
    let rest = day.strip_prefix("--");
    let digits = |text: &str| {
        let digits = text.bytes().filter(|sign| *sign != b'-');
        digits.clone().count() >= 4 && digits.clone().all(|digit| digit.is_ascii_digit())
    };
    let time = written.split_once('T').map(|(_, time)| time);
    let time = time.filter(|time| time.starts_with(|sign: char| sign.is_ascii_digit()));
    line.value = match (version, rest) {
        (Version::V40, Some(rest)) if digits(rest) => format!("--{}", rest.replace('-', "")),
        (_, Some(rest)) if digits(rest) => {
            line.params.push(format!("X-APPLE-OMIT-YEAR={NO_YEAR}"));
            format!("{NO_YEAR}-{rest}")
        }
        (Version::V40, None) if is_whole(&day) => {
            let time = time.map(|time| format!("T{}", time.replace(':', "")));
            day.replace('-', "") + &time.unwrap_or_default()
        }
        (_, None) if is_whole(&day) => match time {
            Some(time) => format!("{day}T{}", extended(time)),
            None => day,
        },
        // A year, or a year and a month, or words.
        _ => {
            if !digits(&day) || version != Version::V40 {
                line.params.push("VALUE=text".to_owned());
            }
            escape(written)
        }
    };
}

/// Whether a day has the form `YYYY-MM-DD`.
fn is_whole(day: &str) -> bool {
    day.len() == 10
        && day.bytes().enumerate().all(|(at, sign)| match at {
            4 | 7 => sign == b'-',
            _ => sign.is_ascii_digit(),
        })
}

/// `231000Z` as `23:10:00Z`; what has another form stays.
fn extended(time: &str) -> String {
    match (time.get(..2), time.get(2..4), time.get(4..6), time.get(6..)) {
        (Some(hours), Some(minutes), Some(seconds), Some(zone))
            if time.bytes().take(6).all(|digit| digit.is_ascii_digit()) =>
        {
            format!("{hours}:{minutes}:{seconds}{zone}")
        }
        _ => time.to_owned(),
    }
}

/// Writes an instant as the version has it; what has another form stays.
pub(super) fn instant(line: &mut Line, version: Version) {
    let value = line.value.trim().to_owned();
    let Some((day, time)) = value.split_once('T') else {
        return;
    };
    line.params.retain(|param| !is(param, "VALUE"));
    let basic: String = day.chars().filter(|sign| *sign != '-').collect();
    if basic.len() != 8 || !basic.bytes().all(|digit| digit.is_ascii_digit()) {
        return;
    }
    line.value = match (version, basic.get(..4), basic.get(4..6), basic.get(6..)) {
        (Version::V40, ..) => format!("{basic}T{}", time.replace(':', "")),
        (_, Some(year), Some(month), Some(day)) => {
            format!("{year}-{month}-{day}T{}", extended(time))
        }
        _ => return,
    };
}
