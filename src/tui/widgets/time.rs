//! Times as the screens say them: `just now`, `3 days ago`, `12 Mar 2024`, `13:51`.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate};

use crate::domain::timestamp::Timestamp;

/// What time it is, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Calendar {
    /// Now.
    pub now: Timestamp,
    /// How far local time is ahead of UTC, in seconds.
    pub offset: i32,
}

impl Calendar {
    fn local(&self, at: Timestamp) -> DateTime<FixedOffset> {
        at.local(self.offset)
    }

    /// The day: `12 Mar 2024`.
    #[must_use]
    pub(crate) fn day(&self, at: Timestamp) -> String {
        self.local(at).format("%-d %b %Y").to_string()
    }

    /// The day that it is.
    #[must_use]
    pub(crate) fn today(&self) -> NaiveDate {
        self.local(self.now).date_naive()
    }

    /// The time of day: `13:51`.
    #[must_use]
    pub(crate) fn time(&self, at: Timestamp) -> String {
        self.local(at).format("%H:%M").to_string()
    }

    /// How many days ago; 0 for today, and for what is to come.
    #[must_use]
    pub(crate) fn days(&self, at: Timestamp) -> usize {
        let days = self.local(self.now).num_days_from_ce() - self.local(at).num_days_from_ce();
        usize::try_from(days).unwrap_or(0)
    }

    /// The time of day: `13:51`; before today, with the day.
    #[must_use]
    pub(crate) fn clock(&self, at: Timestamp) -> String {
        let (then, now) = (self.local(at), self.local(self.now));
        if then.date_naive() == now.date_naive() {
            then.format("%H:%M").to_string()
        } else {
            self.day(at)
        }
    }

    /// How long ago, for a week; then the day.
    #[must_use]
    pub(crate) fn when(&self, at: Timestamp) -> String {
        let seconds = (self.now.micros() - at.micros()) / 1_000_000;
        let days = self.local(self.now).num_days_from_ce() - self.local(at).num_days_from_ce();
        match (seconds, days) {
            (..-60, _) | (_, 8..) => self.day(at),
            (..60, _) => "just now".to_owned(),
            (60..3_600, _) => ago(seconds / 60, "minute"),
            (_, 0) => ago(seconds / 3_600, "hour"),
            (_, 1) => "yesterday".to_owned(),
            (_, days) => ago(i64::from(days), "day"),
        }
    }
}

fn ago(count: i64, unit: &str) -> String {
    if count == 1 {
        format!("1 {unit} ago")
    } else {
        format!("{count} {unit}s ago")
    }
}

#[cfg(test)]
mod tests {
    use super::{Calendar, Timestamp};

    #[test]
    fn what_is_near_is_told_from_now_and_what_is_far_by_its_day() {
        let at = |text: &str| Timestamp::parse(text).unwrap();
        let calendar = Calendar {
            now: at("2026-11-24T12:00:00Z"),
            offset: 3_600,
        };
        assert_eq!(calendar.when(at("2026-11-24T11:59:30Z")), "just now");
        assert_eq!(calendar.when(at("2026-11-24T11:00:00Z")), "1 hour ago");
        assert_eq!(calendar.when(at("2026-11-23T12:00:00Z")), "yesterday");
        assert_eq!(calendar.when(at("2026-11-21T12:00:00Z")), "3 days ago");
        assert_eq!(calendar.when(at("2024-03-12T12:00:00Z")), "12 Mar 2024");
        assert_eq!(calendar.when(at("2027-03-12T12:00:00Z")), "12 Mar 2027");
        assert_eq!(calendar.clock(at("2026-11-24T12:51:00Z")), "13:51");
    }
}
