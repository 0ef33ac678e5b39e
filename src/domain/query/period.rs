//! Days as a filter writes them: a period such as `>2024-06`, and the days of every year such as `03-22`.

use chrono::{Datelike as _, Days, Months, NaiveDate};

use crate::domain::day::{self, PartialDate};

/// Days from one to another; `None` leaves that end open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: Option<NaiveDate>,
    /// The day after the last one.
    pub until: Option<NaiveDate>,
}

impl Period {
    /// Reads `2024`, `2024-06` or `2024-06-15`, also after `>`, `>=`, `<` or `<=`, and two of them with `..`
    /// between. None where it is no such text.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if let Some((first, last)) = text.split_once("..") {
            let end = |text: &str| match text {
                "" => Some(None),
                text => span(text).map(Some),
            };
            let (first, last) = (end(first)?, end(last)?);
            return (first.is_some() || last.is_some()).then_some(Self {
                from: first.map(|(from, _)| from),
                until: last.map(|(_, until)| until),
            });
        }
        // The longer signs first, since each begins like a shorter one.
        let sign = [">=", "<=", ">", "<"]
            .into_iter()
            .find(|sign| text.starts_with(sign));
        let days = sign.map_or(text, |sign| text.get(sign.len()..).unwrap_or_default());
        let (from, until) = span(days.trim())?;
        let (from, until) = match sign {
            Some(">") => (Some(until), None),
            Some(">=") => (Some(from), None),
            Some("<") => (None, Some(from)),
            Some("<=") => (None, Some(until)),
            _ => (Some(from), Some(until)),
        };
        Some(Self { from, until })
    }
}

/// The first day of a year, a month or a day, and the day after its last one.
fn span(text: &str) -> Option<(NaiveDate, NaiveDate)> {
    // What is typed letter by letter ends in a dash now and then.
    let numbers = numbers(text.trim_end_matches('-'))?;
    let first = |year: &u32, month: u32, day: u32| {
        let year = i32::try_from(*year).ok().filter(|year| *year >= 1_000)?;
        NaiveDate::from_ymd_opt(year, month, day)
    };
    match numbers.as_slice() {
        [year] => {
            let from = first(year, 1, 1)?;
            Some((from, from.checked_add_months(Months::new(12))?))
        }
        [year, month] => {
            let from = first(year, *month, 1)?;
            Some((from, from.checked_add_months(Months::new(1))?))
        }
        [year, month, day] => {
            let from = first(year, *month, *day)?;
            Some((from, from.checked_add_days(Days::new(1))?))
        }
        _ => None,
    }
}

/// Numbers of one to four digits with dashes between.
fn numbers(text: &str) -> Option<Vec<u32>> {
    let number = |part: &str| {
        let plain = (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| part.parse().ok()).flatten()
    };
    text.split('-').map(number).collect()
}

/// A month in English, or a day of one as the screens write it: `March`, `22 March`.
fn in_words(text: &str) -> Option<(u32, Option<u32>)> {
    let Some((day, month)) = text.split_once(' ') else {
        return day::month_named(text).map(|month| (month, None));
    };
    Some((day::month_named(month)?, Some(day.parse().ok()?)))
}

/// What has to be so of a day whose year, month or day may not be known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DayPattern {
    /// The year.
    pub year: Option<i32>,
    /// The month, from 1 on.
    pub month: Option<u32>,
    /// The day of the month.
    pub day: Option<u32>,
}

impl DayPattern {
    /// Reads `03`, `03-22`, `march`, `1961`, `1961-09` or a whole day in any form that [`day`] reads. None
    /// where it is no such text.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let plain = text.strip_prefix("--").unwrap_or(text);
        let plain = plain.trim_end_matches('-');
        let (year, month, day) = match numbers(plain).as_deref() {
            Some([year @ 1_000..=9_999]) => (Some(*year), None, None),
            Some([month @ ..=99]) => (None, Some(*month), None),
            Some([year @ 1_000..=9_999, month]) => (Some(*year), Some(*month), None),
            Some([month @ ..=99, day]) => (None, Some(*month), Some(*day)),
            Some([year @ 1_000..=9_999, month, day]) => (Some(*year), Some(*month), Some(*day)),
            _ => match in_words(text) {
                Some((month, day)) => (None, Some(month), day),
                None => return PartialDate::read(text).map(Self::of),
            },
        };
        // A year that has a 29 February stands in for one that is not known.
        let whole = NaiveDate::from_ymd_opt(
            year.map_or(Some(1604), |year| i32::try_from(year).ok())?,
            month.unwrap_or(1),
            day.unwrap_or(1),
        )?;
        Some(Self {
            year: year.map(|_| whole.year()),
            month,
            day,
        })
    }

    const fn of(PartialDate { year, month, day }: PartialDate) -> Self {
        Self { year, month, day }
    }

    /// Whether a date is one of these.
    #[must_use]
    pub fn fits(&self, date: PartialDate) -> bool {
        (self.year.is_none() || self.year == date.year)
            && (self.month.is_none() || self.month == date.month)
            && (self.day.is_none() || self.day == date.day)
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{DayPattern, Period};
    use crate::domain::day::PartialDate;

    #[test]
    fn a_period_is_a_year_a_month_or_a_day_and_what_is_before_or_after_it() {
        let day = |text: &str| (!text.is_empty()).then(|| text.parse::<NaiveDate>().unwrap());
        for (text, from, until) in [
            ("2024", "2024-01-01", "2025-01-01"),
            ("2024-", "2024-01-01", "2025-01-01"),
            ("2024-06", "2024-06-01", "2024-07-01"),
            ("2024-12-31", "2024-12-31", "2025-01-01"),
            (">2024-06", "2024-07-01", ""),
            (">=2024-06", "2024-06-01", ""),
            ("<2024", "", "2024-01-01"),
            ("<=2024-02", "", "2024-03-01"),
            ("2023..2024-06", "2023-01-01", "2024-07-01"),
            ("2023..", "2023-01-01", ""),
            ("..2023", "", "2024-01-01"),
        ] {
            let period = Period::read(text).unwrap();
            assert_eq!(
                (period.from, period.until),
                (day(from), day(until)),
                "{text}"
            );
        }
        for text in [
            "",
            "24",
            "soon",
            "2024-13",
            "2024-02-30",
            ">",
            "..",
            "2024-06-01-01",
            "20245",
            "+2024",
        ] {
            assert_eq!(Period::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_birthday_is_asked_for_by_any_part_of_it() {
        let stored = [
            "1961-09-04",
            "--09-04",
            "1961-09",
            "1961",
            "4 Sep 1961",
            "soon",
        ];
        for (asked, fits) in [
            ("09", "1961-09-04 --09-04 1961-09 4 Sep 1961"),
            ("9", "1961-09-04 --09-04 1961-09 4 Sep 1961"),
            ("sept", "1961-09-04 --09-04 1961-09 4 Sep 1961"),
            ("09-04", "1961-09-04 --09-04 4 Sep 1961"),
            ("--09-04", "1961-09-04 --09-04 4 Sep 1961"),
            ("1961", "1961-09-04 1961-09 1961 4 Sep 1961"),
            ("1961-09", "1961-09-04 1961-09 4 Sep 1961"),
            ("4 Sep 1961", "1961-09-04 4 Sep 1961"),
            ("04.09.1961", "1961-09-04 4 Sep 1961"),
            ("4 September", "1961-09-04 --09-04 4 Sep 1961"),
            ("10", ""),
        ] {
            let pattern = DayPattern::read(asked).unwrap();
            let found = stored
                .into_iter()
                .filter(|day| PartialDate::read(day).is_some_and(|date| pattern.fits(date)));
            let found: Vec<&str> = found.collect();
            assert_eq!(found.join(" "), fits, "{asked}");
        }
        for asked in ["", "0", "13", "13-01", "02-30", "soon", "ma", "123"] {
            assert_eq!(DayPattern::read(asked), None, "{asked}");
        }
    }
}
