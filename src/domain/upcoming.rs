//! Birthdays and other dates that return soon.

use chrono::{Datelike as _, Days, NaiveDate};

use super::contact::{ContactId, Detail};
use super::day::PartialDate;
use super::detail::{BIRTHDAY, DetailId};
use super::number::Region;
use super::timestamp::Timestamp;
use super::words::count;

/// A contact that has a date, with the number that a list shows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedContact {
    /// The contact.
    pub contact: ContactId,
    /// Its name.
    pub name: String,
    /// Its birthday, anniversary and other dates.
    pub dates: Vec<Detail>,
    /// Its number, as people read it.
    pub number: Option<String>,
    /// When the contact was changed last.
    pub updated_at: Timestamp,
}

/// A date at which it returns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upcoming {
    /// Whose it is.
    pub contact: ContactId,
    /// Which detail of that contact.
    pub detail: DetailId,
    /// The contact's name.
    pub name: String,
    /// The contact's number, as people read it.
    pub number: Option<String>,
    /// `birthday`, `anniversary`, or another label; blank where it has none.
    pub label: String,
    /// The date.
    pub date: PartialDate,
    /// When it returns.
    pub next: NaiveDate,
}

impl Upcoming {
    fn of(dated: &DatedContact, detail: &Detail, today: NaiveDate) -> Option<Self> {
        let date = detail.date()?;
        Some(Self {
            contact: dated.contact,
            detail: detail.id,
            name: dated.name.clone(),
            number: dated.number.clone(),
            label: detail.label.clone().unwrap_or_default(),
            date,
            next: date.next_from(today)?,
        })
    }

    /// Which return it is, where the year is known: `turns 41`, `12 years`.
    #[must_use]
    pub fn years(&self) -> Option<String> {
        let years = self.next.year() - self.date.year?;
        let years = usize::try_from(years).ok().filter(|years| *years > 0)?;
        Some(if self.label == BIRTHDAY {
            format!("turns {years}")
        } else {
            count(years, "year")
        })
    }
}

/// The dates that return from today on within so many days, the next first.
#[must_use]
pub fn upcoming(contacts: &[DatedContact], today: NaiveDate, days: u32) -> Vec<Upcoming> {
    let last = today.checked_add_days(Days::new(u64::from(days)));
    let last = last.unwrap_or(NaiveDate::MAX);
    let mut found: Vec<Upcoming> = contacts
        .iter()
        .flat_map(|dated| {
            let dates = dated.dates.iter();
            dates.filter_map(|detail| Upcoming::of(dated, detail, today))
        })
        .filter(|one| one.next <= last)
        .collect();
    found.sort_by(|one, other| (one.next, &one.name).cmp(&(other.next, &other.name)));
    found
}

/// When a date returns, from today on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Soon {
    /// Today.
    Today,
    /// Before the week ends.
    ThisWeek,
    /// In the week after it.
    NextWeek,
    /// Later.
    Later,
}

impl Soon {
    /// The head over such dates.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Today => "today",
            Self::ThisWeek => "this week",
            Self::NextWeek => "next week",
            Self::Later => "later",
        }
    }

    /// When a day is, in a country whose weeks begin on their own day.
    #[must_use]
    pub fn of(day: NaiveDate, today: NaiveDate, country: Option<Region>) -> Self {
        let first = first_day_of_week(country);
        let since = (today.weekday().num_days_from_monday() + 7 - first) % 7;
        let left = i64::from(6 - since);
        match (day - today).num_days() {
            0 => Self::Today,
            days if days <= left => Self::ThisWeek,
            days if days <= left + 7 => Self::NextWeek,
            _ => Self::Later,
        }
    }
}

/// Countries whose weeks begin on a Sunday (Unicode CLDR, week data).
const SUNDAY: &str = "AG AS AU BD BR BS BT BW BZ CA CN CO DM DO ET GT GU HK HN ID IL IN JM JP KE KH KR LA MH MM MO \
    MT MX MZ NI NP PA PE PH PK PR PT PY SA SG SV TH TT TW UM US VE VI WS YE ZA ZW";

/// Countries whose weeks begin on a Saturday.
const SATURDAY: &str = "AE AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY";

/// The day on which a week begins, in days from Monday.
fn first_day_of_week(country: Option<Region>) -> u32 {
    let code = country.as_ref().map(|region| region.code().to_owned());
    let is_in = |list: &str| {
        code.as_ref()
            .is_some_and(|code| list.split_whitespace().any(|own| own == code))
    };
    match () {
        () if is_in(SUNDAY) => 6,
        () if is_in(SATURDAY) => 5,
        () => 0,
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{DatedContact, Soon, upcoming};
    use crate::domain::contact::{ContactId, Detail, DetailKind};
    use crate::domain::number::Region;
    use crate::domain::timestamp::Timestamp;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn contact(name: &str, label: &str, date: &str) -> DatedContact {
        DatedContact {
            contact: ContactId::default(),
            name: name.to_owned(),
            dates: vec![Detail::read(DetailKind::Date, Some(label.to_owned()), date)],
            number: None,
            updated_at: Timestamp::default(),
        }
    }

    #[test]
    fn dates_return_in_their_order_with_the_years_that_are_known() {
        let dated = [
            contact("Ken", "anniversary", "2014-11-29"),
            contact("Ana", "birthday", "1996-11-28"),
            contact("Bob", "birthday", "--11-28"),
            contact("Leo", "birthday", "2000-02-29"),
            contact("Eve", "birthday", "1990-11-27"),
            contact("Old", "birthday", "1961"),
            contact("New", "birthday", "2026-11-28"),
        ];
        let told = |today, days| -> Vec<String> {
            let found = upcoming(&dated, day(today), days).into_iter();
            found
                .map(|one| {
                    format!(
                        "{} {} {}",
                        one.next,
                        one.name,
                        one.years().unwrap_or_default()
                    )
                })
                .collect()
        };
        assert_eq!(
            told("2026-11-28", 30),
            [
                "2026-11-28 Ana turns 30",
                "2026-11-28 Bob ",
                "2026-11-28 New ",
                "2026-11-29 Ken 12 years"
            ]
        );
        assert_eq!(told("2026-02-20", 9), ["2026-02-28 Leo turns 26"]);
        assert_eq!(told("2028-02-20", 9), ["2028-02-29 Leo turns 28"]);
        assert_eq!(told("2026-11-28", 366).len(), 6);
    }

    #[test]
    fn a_week_ends_where_it_does_in_the_country() {
        // 2026-11-28 is a Saturday.
        let soon = |date: &str, country: &str| {
            Soon::of(day(date), day("2026-11-28"), Region::new(country))
        };
        for (date, country, when) in [
            ("2026-11-28", "IT", Soon::Today),
            ("2026-11-29", "IT", Soon::ThisWeek),
            ("2026-11-29", "US", Soon::NextWeek),
            ("2026-12-04", "EG", Soon::ThisWeek),
            ("2026-11-30", "IT", Soon::NextWeek),
            ("2026-12-07", "IT", Soon::Later),
        ] {
            assert_eq!(soon(date, country), when, "{date} {country}");
        }
    }
}
