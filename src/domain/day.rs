//! Days of the calendar as programs and people write them.

use std::fmt;

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

use super::fold::fold;

/// Which number of `03/02/1980` is the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DayOrder {
    /// `03/02` is the third of February.
    DayFirst,
    /// `03/02` is the second of March.
    MonthFirst,
}

/// The months in English, which most programs write in any language, and as people write them in German, French,
/// Italian and Spanish; without accents.
const MONTHS: [&[&str]; 12] = [
    &["january", "januar", "janner", "janvier", "gennaio", "enero"],
    &["february", "februar", "fevrier", "febbraio", "febrero"],
    &["march", "marz", "maerz", "mars", "marzo"],
    &["april", "avril", "aprile", "abril"],
    &["may", "mai", "maggio", "mayo"],
    &["june", "juni", "juin", "giugno", "junio"],
    &["july", "juli", "juillet", "luglio", "julio"],
    &["august", "aout", "agosto"],
    &[
        "september",
        "septembre",
        "settembre",
        "septiembre",
        "setiembre",
    ],
    &["october", "oktober", "octobre", "ottobre", "octubre"],
    &["november", "novembre", "noviembre"],
    &["december", "dezember", "decembre", "dicembre", "diciembre"],
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

/// What is said of a date that no calendar has, before why.
pub(crate) const NO_DATE: &str = "is no date: ";

/// What is known of a day: all of it, all but the year, the year and the month, or the year (RFC 6350, 4.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "DateParts")]
pub struct PartialDate {
    /// From 1 to 9999.
    pub year: Option<i32>,
    /// From 1 to 12.
    pub month: Option<u32>,
    /// From 1 to the last one of the month; 29 February needs a leap year or none.
    pub day: Option<u32>,
}

/// A date as a document has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct DateParts {
    #[serde(default)]
    year: Option<i32>,
    #[serde(default)]
    month: Option<u32>,
    #[serde(default)]
    day: Option<u32>,
}

impl TryFrom<DateParts> for PartialDate {
    type Error = String;

    fn try_from(DateParts { year, month, day }: DateParts) -> Result<Self, Self::Error> {
        Self::new(year, month, day)
    }
}

impl PartialDate {
    /// A date of its parts.
    ///
    /// # Errors
    /// Why there is no such date, to be read after what it is: `has a day without a month`.
    pub fn new(year: Option<i32>, month: Option<u32>, day: Option<u32>) -> Result<Self, String> {
        if year.is_some_and(|year| !(1..=9_999).contains(&year)) {
            return Err("needs a year from 1 to 9999".to_owned());
        }
        if month.is_some_and(|month| !(1..=12).contains(&month)) {
            return Err("needs a month from 1 to 12".to_owned());
        }
        match (year, month, day) {
            (_, None, Some(_)) => Err("has a day without a month".to_owned()),
            (None, Some(_), None) => Err("has a month without a day or a year".to_owned()),
            (None, None, None) => Err("needs a year, or a month and a day".to_owned()),
            (_, Some(month), Some(day))
                if NaiveDate::from_ymd_opt(year.unwrap_or(LEAP_YEAR), month, day).is_none() =>
            {
                let month = month_name(month);
                let year = year.map_or_else(String::new, |year| format!(" {year}"));
                Err(format!("{NO_DATE}there is no {day} {month}{year}"))
            }
            _ => Ok(Self { year, month, day }),
        }
    }

    /// Whether another date says all that this one does, and perhaps more.
    #[must_use]
    pub(crate) fn is_in(self, other: Self) -> bool {
        fn is_in<T: Copy + PartialEq>(own: Option<T>, other: Option<T>) -> bool {
            own.is_none() || own == other
        }
        is_in(self.year, other.year) && is_in(self.month, other.month) && is_in(self.day, other.day)
    }

    /// The date that a text is, where it surely is one.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        // Of these any year is meant as it stands.
        let text = text.trim();
        let exact = Some(text).filter(|text| text.len() == "1961-09-04".len());
        let exact = exact.and_then(|text| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok());
        if let Some(day) = exact {
            return Self::new(Some(day.year()), Some(day.month()), Some(day.day())).ok();
        }
        if let Some(day) = calendar_day(text, None) {
            if let Some(rest) = day.strip_prefix("--") {
                let (month, day) = rest.split_once('-')?;
                return Self::new(None, month.parse().ok(), day.parse().ok()).ok();
            }
            let day = NaiveDate::parse_from_str(&day, "%Y-%m-%d").ok()?;
            return Self::new(Some(day.year()), Some(day.month()), Some(day.day())).ok();
        }
        if is_part_of_day(text) {
            let (year, month) = text.split_once('-').unzip();
            let month = month.and_then(|month| month.parse().ok());
            return Self::new(year.unwrap_or(text).parse().ok(), month, None).ok();
        }
        without_year_in_words(text).or_else(|| month_of_year_in_words(text))
    }

    /// Why there is no such day as a text in the order year, month, day says: `there is no 30 February 1990`. None
    /// where it says none, or there is one.
    #[must_use]
    pub(crate) fn none_such(text: &str) -> Option<String> {
        let mut parts = text.trim().splitn(3, ['-', '/', '.']);
        let year = parts.next().filter(|year| year.len() == 4)?;
        let (month, day) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let wrong = Self::new(year.parse().ok(), Some(month), Some(day)).err()?;
        wrong.strip_prefix(NO_DATE).map(str::to_owned)
    }

    /// The date as people write it: `4 Sep 1961`, without a year `22 March`, or `Sep 1961`.
    #[must_use]
    pub fn shown(self) -> String {
        let Self { year, month, day } = self;
        let name = month.map(month_name).unwrap_or_default();
        let short = name.get(..3).unwrap_or(name);
        match (year, month, day) {
            (Some(year), Some(_), Some(day)) => format!("{day} {short} {year}"),
            (None, Some(_), Some(day)) => format!("{day} {name}"),
            (Some(year), Some(_), None) => format!("{short} {year}"),
            (year, ..) => year.map(|year| year.to_string()).unwrap_or_default(),
        }
    }

    /// How many years have passed since on another day; none where the year is not known or it is yet to come.
    #[must_use]
    pub fn years_until(self, today: NaiveDate) -> Option<u32> {
        let (Some(year), Some(month), Some(day)) = (self.year, self.month, self.day) else {
            return None;
        };
        let is_yet_to_come = (today.month(), today.day()) < (month, day);
        u32::try_from(today.year() - year - i32::from(is_yet_to_come)).ok()
    }

    /// The first day from another one on at which it returns, or comes for the first time; 29 February returns on
    /// 28 February where there is none. None where month or day is not known.
    #[must_use]
    pub fn next_from(self, today: NaiveDate) -> Option<NaiveDate> {
        let (month, day) = (self.month?, self.day?);
        let in_year = |year| {
            NaiveDate::from_ymd_opt(year, month, day)
                .or_else(|| NaiveDate::from_ymd_opt(year, month, day - 1))
        };
        let first = self.year.and_then(in_year);
        let from = first.map_or(today, |first| first.max(today));
        let this = in_year(from.year()).filter(|this| *this >= from);
        this.or_else(|| in_year(from.year() + 1))
    }
}

impl fmt::Display for PartialDate {
    /// `1961-09-04`, `--09-04`, `1961-09` or `1961`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.year, self.month, self.day) {
            (Some(year), Some(month), Some(day)) => write!(f, "{year:04}-{month:02}-{day:02}"),
            (None, Some(month), Some(day)) => write!(f, "--{month:02}-{day:02}"),
            (Some(year), Some(month), None) => write!(f, "{year:04}-{month:02}"),
            (year, ..) => write!(f, "{:04}", year.unwrap_or_default()),
        }
    }
}

/// A leap year, which stands for an unknown one.
const LEAP_YEAR: i32 = 1604;

/// The English name of a month from 1 on.
fn month_name(month: u32) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let at = usize::try_from(month)
        .ok()
        .and_then(|month| month.checked_sub(1));
    at.and_then(|at| NAMES.get(at)).copied().unwrap_or_default()
}

/// A day without a year whose month is in words: `4 September`, `Sep 4`.
fn without_year_in_words(text: &str) -> Option<PartialDate> {
    let text = without_de(text);
    let (first, second) = text.split_once(' ')?;
    let day = |text: &str| {
        let bare = text.trim_end_matches(|sign: char| sign.is_lowercase() || ".º".contains(sign));
        bare.parse().ok().filter(|day| (1..=31).contains(day))
    };
    let (month, day) = match (month_named(first), month_named(second.trim())) {
        (Some(month), None) => (month, day(second.trim())?),
        (None, Some(month)) => (month, day(first)?),
        _ => return None,
    };
    PartialDate::new(None, Some(month), Some(day)).ok()
}

/// A month of a year in words: `September 1961`.
fn month_of_year_in_words(text: &str) -> Option<PartialDate> {
    let text = without_de(text);
    let (month, year) = text.split_once(' ')?;
    let year = year.trim().parse().ok().filter(|year| *year >= 1_000)?;
    PartialDate::new(Some(year), Some(month_named(month)?), None).ok()
}

/// The month, from 1 on, that its name or at least three letters of its beginning mean; none where they may mean
/// two.
#[must_use]
pub(crate) fn month_named(text: &str) -> Option<u32> {
    let name = fold(text.trim_end_matches('.'));
    let is_named =
        |names: &&[&str]| name.len() >= 3 && names.iter().any(|month| month.starts_with(&name));
    let mut months = (1..).zip(MONTHS).filter(|(_, names)| is_named(names));
    let (month, _) = months.next()?;
    months.next().is_none().then_some(month)
}

/// A day in words without what stands between them: `3 de mayo de 1980`.
fn without_de(text: &str) -> String {
    text.trim().replace(" de ", " ")
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
    NaiveDate::from_ymd_opt(LEAP_YEAR, month, day).map(|day| day.format("--%m-%d").to_string())
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

/// A day with its month in words: `3 Feb 1980`, `February 3, 1980`, `03-Feb-1980`, `3. Februar 1980`.
fn in_words(text: &str) -> Option<NaiveDate> {
    let text = without_de(text);
    let words = text.split([' ', ',', '-', '.', '/']);
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let number = |word: &str| {
        let word = word.trim_end_matches(|sign: char| sign.is_lowercase() || sign == 'º');
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

    use super::{DayOrder, PartialDate, calendar_day, is_part_of_day, order_of};

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
            ("24. Dezember 1990", Some("1990-12-24")),
            ("3. März 1980", Some("1980-03-03")),
            ("1er août 1980", Some("1980-08-01")),
            ("3 févr. 1980", Some("1980-02-03")),
            ("1º gennaio 1980", Some("1980-01-01")),
            ("3 de mayo de 1980", Some("1980-05-03")),
            // June and July.
            ("3 jui 1980", None),
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
            ("1961-09-04", Some("4 Sep 1961")),
            ("19610904", Some("4 Sep 1961")),
            ("--03-22", Some("22 March")),
            ("--0229", Some("29 February")),
            ("29 Feb", Some("29 February")),
            ("24. Dezember", Some("24 December")),
            ("24 de diciembre", Some("24 December")),
            ("ottobre 1961", Some("Oct 1961")),
            ("March 22nd", Some("22 March")),
            ("1961-09", Some("Sep 1961")),
            ("September 1961", Some("Sep 1961")),
            ("1961", Some("1961")),
            ("30 February", None),
            ("1961-02-29", None),
            ("circa 1800", None),
            ("3/2/80", None),
            ("", None),
        ] {
            let read = PartialDate::read(text);
            assert_eq!(read.map(PartialDate::shown).as_deref(), day, "{text}");
            let again = read.and_then(|date| PartialDate::read(&date.to_string()));
            assert_eq!(again, read, "{text}");
        }
    }

    #[test]
    fn years_are_full_on_the_day_itself() {
        let date = |text| PartialDate::read(text).unwrap();
        let on = |day: &str| {
            let today = NaiveDate::parse_from_str(day, "%Y-%m-%d").unwrap();
            date("1961-09-04").years_until(today)
        };
        assert_eq!(on("2026-09-03"), Some(64));
        assert_eq!(on("2026-09-04"), Some(65));
        assert_eq!(on("1961-09-03"), None);
        let today = NaiveDate::from_ymd_opt(2026, 1, 1).unwrap();
        assert_eq!(date("--09-04").years_until(today), None);
    }

    #[test]
    fn a_date_returns_each_year() {
        for (date, today, next) in [
            ("1961-09-04", "2026-09-04", Some("2026-09-04")),
            ("1961-09-04", "2026-09-05", Some("2027-09-04")),
            ("--12-31", "2026-01-01", Some("2026-12-31")),
            ("2000-02-29", "2026-02-01", Some("2026-02-28")),
            ("2000-02-29", "2028-02-01", Some("2028-02-29")),
            ("1961-09", "2026-01-01", None),
            ("2030-12-03", "2026-11-28", Some("2030-12-03")),
            ("2030-12-03", "2030-12-04", Some("2031-12-03")),
            ("2028-02-29", "2026-02-01", Some("2028-02-29")),
        ] {
            let today = NaiveDate::parse_from_str(today, "%Y-%m-%d").unwrap();
            let found = PartialDate::read(date).unwrap().next_from(today);
            assert_eq!(found.map(|day| day.to_string()).as_deref(), next, "{date}");
        }
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
