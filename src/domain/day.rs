//! Days of the calendar as programs and people write them.

use std::borrow::Cow;

use chrono::{Datelike as _, NaiveDate};

/// Which number of `03/02/1980` is the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DayOrder {
    /// `03/02` is the third of February.
    DayFirst,
    /// `03/02` is the second of March.
    MonthFirst,
}

/// The months in English, which most programs write in any language.
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// The order that a text is in, where only one makes sense of it: `25/12/1980`, `03.02.1980`.
#[must_use]
pub(crate) fn order_of(text: &str) -> Option<DayOrder> {
    let (sign, numbers) = numbers(text)?;
    match numbers.as_slice() {
        [day, _, year] if sign == '.' && *day < 1_000 && *year >= 1_000 => Some(DayOrder::DayFirst),
        [13..=31, 1..=12, 1_000..=9_999] => Some(DayOrder::DayFirst),
        [1..=12, 13..=31, 1_000..=9_999] => Some(DayOrder::MonthFirst),
        _ => None,
    }
}

/// A day as `YYYY-MM-DD`, or `--MM-DD` without a year, where it is sure which number is the day: the year
/// comes first, or dots part the numbers, or one is over 12, or `order` says it, or both are the same.
#[must_use]
pub(crate) fn calendar_day(text: &str, order: Option<DayOrder>) -> Option<String> {
    let text = without_time(text.trim());
    if let Some(rest) = text.strip_prefix("--") {
        let basic = || rest.split_at_checked(2).filter(|_| rest.len() == 4);
        let (month, day) = rest.split_once('-').or_else(basic)?;
        return without_year(month.parse().ok()?, day.parse().ok()?);
    }
    if text.len() == 8 && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return NaiveDate::parse_from_str(text, "%Y%m%d").ok().map(written);
    }
    if let Some(day) = in_words(text) {
        return Some(written(day));
    }
    let (sign, numbers) = numbers(text)?;
    let (year, month, day) = match (numbers.as_slice(), order_of(text).or(order)) {
        ([day, month], _) if sign == '.' => return without_year(*month, *day),
        ([year @ 1_000..=9_999, month, day], _)
        | ([month, day, year @ 1_000..=9_999], Some(DayOrder::MonthFirst))
        | ([day, month, year @ 1_000..=9_999], Some(DayOrder::DayFirst)) => (year, month, day),
        ([both, same, year @ 1_000..=9_999], None) if both == same => (year, both, both),
        _ => return None,
    };
    NaiveDate::from_ymd_opt(i32::try_from(*year).ok()?, *month, *day).map(written)
}

/// What is known of a day: year, month and day of the month, of which any may be missing.
pub type Parts = (Option<i32>, Option<u32>, Option<u32>);

/// The month, from 1 on, that an English name or at least three letters of its beginning mean.
#[must_use]
pub(crate) fn month_named(text: &str) -> Option<u32> {
    let name = text.to_lowercase();
    let mut months = (1..).zip(MONTHS);
    let is_named = |(_, month): &(u32, &str)| name.len() >= 3 && month.starts_with(&name);
    months.find(is_named).map(|(number, _)| number)
}

/// What a text says of a day, where it is one.
#[must_use]
pub fn parts(text: &str) -> Option<Parts> {
    if let Some(day) = calendar_day(text, None) {
        if let Some(rest) = day.strip_prefix("--") {
            let (month, day) = rest.split_once('-')?;
            return Some((None, month.parse().ok(), day.parse().ok()));
        }
        let day = NaiveDate::parse_from_str(&day, "%Y-%m-%d").ok()?;
        return Some((Some(day.year()), Some(day.month()), Some(day.day())));
    }
    if !is_part_of_day(text) {
        return None;
    }
    let text = text.trim();
    let (year, month) = text.split_once('-').unzip();
    let month = month.and_then(|month| month.parse().ok());
    Some((year.unwrap_or(text).parse().ok(), month, None))
}

/// A day as people write it: `4 Sep 1961`, without a year `22 March`; what is no day as it is.
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    let format = match parts(text) {
        Some((Some(_), Some(_), Some(_))) => "%-d %b %Y",
        Some((None, Some(_), Some(_))) => "%-d %B",
        Some((Some(_), Some(_), None)) => "%b %Y",
        _ => return Cow::Borrowed(text),
    };
    let (year, month, day) = parts(text).unwrap_or_default();
    let (month, day) = (month.unwrap_or(1), day.unwrap_or(1));
    // A leap year is used for an unknown year.
    NaiveDate::from_ymd_opt(year.unwrap_or(1604), month, day).map_or(Cow::Borrowed(text), |day| {
        day.format(format).to_string().into()
    })
}

/// How many years have passed since a day whose year is known, on another one; none where it is yet to come.
#[must_use]
pub(crate) fn years_since(text: &str, today: NaiveDate) -> Option<u32> {
    let (Some(year), Some(month), Some(day)) = parts(text)? else {
        return None;
    };
    let is_yet_to_come = (today.month(), today.day()) < (month, day);
    u32::try_from(today.year() - year - i32::from(is_yet_to_come)).ok()
}

fn written(day: NaiveDate) -> String {
    day.format("%Y-%m-%d").to_string()
}

/// Whether a text is a year, or a year and a month, which is all that is known of a day.
#[must_use]
pub(crate) fn is_part_of_day(text: &str) -> bool {
    let text = text.trim();
    let (year, month) = text.split_once('-').unwrap_or((text, "01"));
    let number = |text: &str, digits: usize| {
        let plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
        text.parse::<u32>().ok().filter(|_| plain)
    };
    number(year, 4).is_some() && number(month, 2).is_some_and(|month| (1..=12).contains(&month))
}

/// A day of every year; of one with a 29 February, as it may be that.
fn without_year(month: u32, day: u32) -> Option<String> {
    NaiveDate::from_ymd_opt(1604, month, day).map(|day| day.format("--%m-%d").to_string())
}

/// A text without the time of the day behind it: `03.02.1980 00:00:00`, `1980-02-03T00:00:00Z`.
fn without_time(text: &str) -> &str {
    let Some(colon) = text.find(':') else {
        return text;
    };
    let before = text.get(..colon).unwrap_or_default();
    let end = before.rfind([' ', 'T', ',']).unwrap_or(0);
    before
        .get(..end)
        .unwrap_or_default()
        .trim_end_matches([' ', ','])
}

/// The numbers of a day with the sign between them.
fn numbers(text: &str) -> Option<(char, Vec<u32>)> {
    let text = without_time(text.trim());
    // 1980年2月3日, and 1980.02.03. as it is written in Hungary.
    let text = text.replace(['年', '月', '년', '월'], ".");
    let text = text.trim_end_matches(['日', '일', '.', ' ']);
    let sign = text.chars().find(|sign| "./-".contains(*sign))?;
    let numbers = text.split(sign).map(|number| {
        let number = number.trim();
        let plain = !number.is_empty() && number.len() <= 4;
        let plain = plain && number.bytes().all(|byte| byte.is_ascii_digit());
        number.parse().ok().filter(|_| plain)
    });
    let numbers: Option<Vec<u32>> = numbers.collect();
    numbers.map(|numbers| (sign, numbers))
}

/// A day with its month in English: `3 Feb 1980`, `February 3, 1980`, `03-Feb-1980`.
fn in_words(text: &str) -> Option<NaiveDate> {
    let words = text.split([' ', ',', '-', '.', '/']);
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let number = |word: &str| {
        let word = word.trim_end_matches(|sign: char| sign.is_ascii_lowercase());
        word.parse::<u32>().ok()
    };
    let (year, month, day) = match *words.as_slice() {
        [first, second, year] => match (month_named(first), month_named(second)) {
            (Some(month), None) => (number(year)?, month, number(second)?),
            (None, Some(month)) => (number(year)?, month, number(first)?),
            _ => return None,
        },
        _ => return None,
    };
    if year < 1_000 {
        return None;
    }
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{DayOrder, calendar_day, is_part_of_day, order_of, shown, years_since};

    #[test]
    fn a_day_is_read_where_it_is_sure_which_number_is_the_day() {
        for (text, day) in [
            ("1980-02-03", Some("1980-02-03")),
            ("19800203", Some("1980-02-03")),
            ("03.02.1980", Some("1980-02-03")),
            ("3. 2. 1980", Some("1980-02-03")),
            ("1980.02.03.", Some("1980-02-03")),
            ("1980/2/3", Some("1980-02-03")),
            ("1980年2月3日", Some("1980-02-03")),
            ("3/3/1980", Some("1980-03-03")),
            ("25/12/1980", Some("1980-12-25")),
            ("12/25/1980", Some("1980-12-25")),
            ("25-12-1980", Some("1980-12-25")),
            ("03.02.1980 00:00:00", Some("1980-02-03")),
            ("12/25/1980 12:00:00 AM", Some("1980-12-25")),
            ("1980-02-03T00:00:00Z", Some("1980-02-03")),
            ("3 Feb 1980", Some("1980-02-03")),
            ("February 3rd, 1980", Some("1980-02-03")),
            ("03-Feb-1980", Some("1980-02-03")),
            ("--02-03", Some("--02-03")),
            ("--0229", Some("--02-29")),
            ("--2-3", Some("--02-03")),
            ("03.02.", Some("--02-03")),
            ("3/2/1980", None),
            ("3.2.80", None),
            ("3/2/80", None),
            ("32.1.1980", None),
            ("30.02.1980", None),
            ("13/13/1980", None),
            ("2/3", None),
            ("1980-02", None),
            ("1980", None),
            ("spring", None),
            ("", None),
        ] {
            assert_eq!(calendar_day(text, None).as_deref(), day, "{text}");
        }
    }

    #[test]
    fn a_day_is_shown_as_people_write_it() {
        for (text, day) in [
            ("1961-09-04", "4 Sep 1961"),
            ("19610904", "4 Sep 1961"),
            ("--03-22", "22 March"),
            ("--0229", "29 February"),
            ("1961-09", "Sep 1961"),
            ("1961", "1961"),
            ("circa 1800", "circa 1800"),
            ("3/2/80", "3/2/80"),
            ("", ""),
        ] {
            assert_eq!(shown(text), day, "{text}");
        }
    }

    #[test]
    fn years_are_full_on_the_day_itself() {
        let on = |day: &str| {
            let today = NaiveDate::parse_from_str(day, "%Y-%m-%d").unwrap();
            years_since("1961-09-04", today)
        };
        assert_eq!(on("2026-09-03"), Some(64));
        assert_eq!(on("2026-09-04"), Some(65));
        assert_eq!(on("1961-09-03"), None);
        let today = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        assert_eq!(years_since("--09-04", today), None);
    }

    #[test]
    fn a_year_is_all_that_is_known_of_some_days() {
        assert!(["1980", "1980-02"].into_iter().all(is_part_of_day));
        assert!(
            !["80", "1980-13", "1980-2", "2/3", ""]
                .into_iter()
                .any(is_part_of_day)
        );
    }

    #[test]
    fn what_is_known_of_other_days_settles_which_number_is_the_day() {
        let day = |order| calendar_day("3/2/1980", Some(order));
        assert_eq!(day(DayOrder::DayFirst).as_deref(), Some("1980-02-03"));
        assert_eq!(day(DayOrder::MonthFirst).as_deref(), Some("1980-03-02"));
        let other = calendar_day("12/25/1980", Some(DayOrder::DayFirst));
        assert_eq!(other.as_deref(), Some("1980-12-25"));
        for (text, order) in [
            ("25/12/1980", Some(DayOrder::DayFirst)),
            ("12/25/1980", Some(DayOrder::MonthFirst)),
            ("3.2.1980", Some(DayOrder::DayFirst)),
            ("3/2/1980", None),
            ("1980-02-25", None),
            ("spring", None),
        ] {
            assert_eq!(order_of(text), order, "{text}");
        }
    }
}
