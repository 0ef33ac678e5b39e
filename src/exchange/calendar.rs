//! Dates of contacts as a calendar (RFC 5545): an event of the whole day that returns each year.
//!
//! An event has the same `UID` each time, so that a calendar which takes it again has it once.

use icalendar::{Calendar, Component as _, Event, EventLike as _, Property};

use crate::domain::day::PartialDate;
use crate::domain::upcoming::DatedContact;

/// The year of an event whose year is not known: one that has a 29 February.
const SOME_YEAR: i32 = 2_000;

/// The calendar of all dates of some contacts whose month and day are known.
#[must_use]
pub fn calendar(dated: &[DatedContact]) -> String {
    let mut calendar = Calendar::empty();
    calendar
        .append_property(Property::new("VERSION", "2.0"))
        .append_property(Property::new("PRODID", "-//callbook//dates//EN"))
        .name("callbook");
    for dated in dated {
        for detail in &dated.dates {
            let Some((date, first)) = detail.date().and_then(first_of) else {
                continue;
            };
            let label = detail.label.as_deref().unwrap_or("date");
            let year = date
                .year
                .map(|year| format!(" ({year})"))
                .unwrap_or_default();
            let mut event = Event::new();
            event
                .uid(&format!("{}-{}@callbook", dated.contact, detail.id))
                .summary(&format!("{}: {label}{year}", dated.name))
                .timestamp(dated.updated_at.to_utc())
                .starts(first)
                .add_property("RRULE", rule(date))
                .append_property(Property::new("TRANSP", "TRANSPARENT"));
            calendar.push(event.done());
        }
    }
    calendar.to_string()
}

/// The date with the first day of its event.
fn first_of(date: PartialDate) -> Option<(PartialDate, chrono::NaiveDate)> {
    let (month, day) = (date.month?, date.day?);
    let year = date.year.unwrap_or(SOME_YEAR);
    chrono::NaiveDate::from_ymd_opt(year, month, day).map(|first| (date, first))
}

/// How it returns: a 29 February on the last day of the month.
fn rule(date: PartialDate) -> &'static str {
    if (date.month, date.day) == (Some(2), Some(29)) {
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1"
    } else {
        "FREQ=YEARLY"
    }
}
