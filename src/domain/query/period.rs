//! Days as a filter writes them: a period such as `>2024-06`, and the days of every year such as `03-22`.

use chrono::{Datelike as _, Days, Months, NaiveDate, TimeDelta};

use crate::domain::day::{self, PartialDate};

/// Days from one to another; `None` leaves that end open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// The first day.
    pub from: Option<PeriodEnd>,
    /// The day after the last one.
    pub until: Option<PeriodEnd>,
}

/// Where a period begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PeriodEnd {
    /// On a day of the calendar.
    Day(NaiveDate),
    /// This long before today: months and then days, which are negative for what is to come.
    BeforeToday {
        /// Months.
        months: u32,
        /// Days.
        days: i64,
    },
}

impl PeriodEnd {
    const TODAY: Self = Self::before_today(0, 0);

    const fn before_today(months: u32, days: i64) -> Self {
        Self::BeforeToday { months, days }
    }

    /// The day after this one.
    fn next(self) -> Option<Self> {
        match self {
            Self::Day(day) => day.succ_opt().map(Self::Day),
            Self::BeforeToday { months, days } => Some(Self::before_today(months, days - 1)),
        }
    }

    /// The day that is meant on a day which is today.
    #[must_use]
    pub(crate) fn on(self, today: NaiveDate) -> NaiveDate {
        match self {
            Self::Day(day) => day,
            Self::BeforeToday { months, days } => today
                .checked_sub_months(Months::new(months))
                .and_then(|day| day.checked_sub_signed(TimeDelta::try_days(days)?))
                .filter(|day| day.year() >= 1)
                .unwrap_or_else(|| NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or_default()),
        }
    }
}

impl Period {
    /// Reads a date: `2024`, `2024-06`, `2024-06-15`, a whole day in any form that is sure, `today`,
    /// `yesterday`, or how long ago, as `30d`, `2w`, `6m` or `1y`, which without a sign means all days since.
    /// Before it may be `>`, `>=`, `<` or `<=`, and two of them may have `..` between. None where it is no such
    /// text.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        if let Some((first, last)) = text.split_once("..") {
            let end = |text: &str| match text.trim() {
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
            _ if ago(days.trim()).is_some() => (Some(from), None),
            _ => (Some(from), Some(until)),
        };
        Some(Self { from, until })
    }

    /// Whether it depends on which day is today.
    pub(super) fn is_relative(&self) -> bool {
        let ends = [self.from, self.until].into_iter().flatten();
        ends.into_iter()
            .any(|end| matches!(end, PeriodEnd::BeforeToday { .. }))
    }

    /// The days that are meant on a day which is today.
    pub(super) fn on(self, today: NaiveDate) -> Self {
        let day = |end: PeriodEnd| PeriodEnd::Day(end.on(today));
        Self {
            from: self.from.map(day),
            until: self.until.map(day),
        }
    }
}

/// The first day of what a text means, and the day after its last one.
fn span(text: &str) -> Option<(PeriodEnd, PeriodEnd)> {
    let relative = ago(text).or_else(|| match text.to_lowercase() {
        text if text.is_empty() => None,
        // It may be cut short, as other words of conditions.
        text if "today".starts_with(&text) => Some(PeriodEnd::TODAY),
        text if "yesterday".starts_with(&text) => Some(PeriodEnd::before_today(0, 1)),
        _ => None,
    });
    if let Some(day) = relative {
        return Some((day, day.next()?));
    }
    if let Some((from, until)) = calendar_span(text) {
        return Some((PeriodEnd::Day(from), PeriodEnd::Day(until)));
    }
    let date = PartialDate::read(text)?;
    let day = NaiveDate::from_ymd_opt(date.year?, date.month?, date.day?)?;
    let day = PeriodEnd::Day(day);
    Some((day, day.next()?))
}

/// How long ago: `30d`, `2w`, `6m`, `1y`.
fn ago(text: &str) -> Option<PeriodEnd> {
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let [number] = numbers(number)?[..] else {
        return None;
    };
    Some(match unit {
        "d" | "D" => PeriodEnd::before_today(0, number.into()),
        "w" | "W" => PeriodEnd::before_today(0, 7 * i64::from(number)),
        "m" | "M" => PeriodEnd::before_today(number, 0),
        "y" | "Y" => PeriodEnd::before_today(12 * number, 0),
        _ => return None,
    })
}

/// The first day of a year, a month or a day, and the day after its last one.
fn calendar_span(text: &str) -> Option<(NaiveDate, NaiveDate)> {
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
        let today = NaiveDate::from_ymd_opt(2024, 3, 31).unwrap();
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
            ("2024/06/15", "2024-06-15", "2024-06-16"),
            ("15.06.2024", "2024-06-15", "2024-06-16"),
            (">=15 Jun 2024", "2024-06-15", ""),
            ("20240615", "2024-06-15", "2024-06-16"),
            ("today", "2024-03-31", "2024-04-01"),
            ("To", "2024-03-31", "2024-04-01"),
            (">=yesterday", "2024-03-30", ""),
            ("yest", "2024-03-30", "2024-03-31"),
            ("<today", "", "2024-03-31"),
            ("30d", "2024-03-01", ""),
            ("0d", "2024-03-31", ""),
            ("2W", "2024-03-17", ""),
            ("1m", "2024-02-29", ""),
            ("1y", "2023-03-31", ""),
            (">30d", "2024-03-02", ""),
            ("<30d", "", "2024-03-01"),
            ("<= 30d", "", "2024-03-02"),
            ("60d..30d", "2024-01-31", "2024-03-02"),
            ("2023..yesterday", "2023-01-01", "2024-03-31"),
            ("9999y", "0001-01-01", ""),
        ] {
            let period = Period::read(text).unwrap();
            let ends = [period.from, period.until];
            let ends = ends.map(|end| end.map(|end| end.on(today)));
            assert_eq!(ends, [day(from), day(until)], "{text}");
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
            "30",
            "d",
            "-3d",
            "99999d",
            "3 d",
            "30x",
            "03/02/2024",
            "3 June",
            "é",
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
