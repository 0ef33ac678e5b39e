//! An instant, to the microsecond: what the database stores and what documents carry.

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An instant in microseconds since 1970-01-01T00:00:00Z, printed as RFC 3339 in UTC with six
/// digits of fraction: `2026-03-12T13:51:07.000042Z`.
///
/// It is used for `created_at` and `updated_at`, and for the stamp `updated_in_db_at`, whose values
/// only the database makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

/// 0000-01-01T00:00:00Z.
const YEAR_0: i64 = -62_167_219_200_000_000;

/// 10000-01-01T00:00:00Z.
const YEAR_10000: i64 = 253_402_300_800_000_000;

impl Timestamp {
    /// The instant this many microseconds after the epoch.
    #[must_use]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// Microseconds since the epoch.
    #[must_use]
    pub const fn micros(self) -> i64 {
        self.0
    }

    /// The instant that a calendar library gave; what is finer than a microsecond is cut off.
    #[must_use]
    pub fn from_utc(at: DateTime<Utc>) -> Self {
        Self(at.timestamp_micros())
    }

    /// The instant for a calendar library, limited to its range.
    #[must_use]
    pub(crate) fn to_utc(self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.0).unwrap_or(if self.0 < 0 {
            DateTime::<Utc>::MIN_UTC
        } else {
            DateTime::<Utc>::MAX_UTC
        })
    }

    /// The instant on clocks that are this many seconds ahead of UTC.
    #[must_use]
    pub fn local(self, offset: i32) -> DateTime<FixedOffset> {
        match FixedOffset::east_opt(offset) {
            Some(offset) => self.to_utc().with_timezone(&offset),
            None => self.to_utc().fixed_offset(),
        }
    }

    /// The first instant of a year, UTC.
    #[must_use]
    pub(crate) fn of_year(year: i32) -> Self {
        let day = NaiveDate::from_ymd_opt(year, 1, 1).unwrap_or_default();
        Self(day.and_time(NaiveTime::MIN).and_utc().timestamp_micros())
    }

    /// The instant as the name of a file: `20261124T164500.000042Z`.
    #[must_use]
    pub fn file_name(self) -> String {
        self.to_utc().format("%Y%m%dT%H%M%S%.6fZ").to_string()
    }

    /// The instant that a file is named by.
    #[must_use]
    pub fn of_file_name(name: &str) -> Option<Self> {
        let at = NaiveDateTime::parse_from_str(name, "%Y%m%dT%H%M%S%.6fZ").ok()?;
        Some(Self(at.and_utc().timestamp_micros()))
    }

    /// Reads an RFC 3339 date and time with any offset; `None` where the text is not one, or where
    /// its year in UTC has no four digits and could not be written again.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        DateTime::parse_from_rfc3339(text.trim())
            .ok()
            .map(|at| Self(at.timestamp_micros()))
            .filter(|at| (YEAR_0..YEAR_10000).contains(&at.0))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_utc().to_rfc3339_opts(SecondsFormat::Micros, true))
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Timestamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom(format!("not an RFC 3339 time: {text}")))
    }
}

#[cfg(test)]
mod tests {
    use super::Timestamp;

    #[test]
    fn what_is_printed_is_read_back() {
        for micros in [0, 1, -1, 1_773_323_467_000_042, 253_402_300_799_999_999] {
            let at = Timestamp::from_micros(micros);
            assert_eq!(Timestamp::parse(&at.to_string()), Some(at));
        }
    }

    #[test]
    fn an_offset_is_turned_into_utc() {
        let at = Timestamp::parse("2026-03-12T14:51:07+01:00").map(|at| at.to_string());
        assert_eq!(at.as_deref(), Some("2026-03-12T13:51:07.000000Z"));
        assert_eq!(Timestamp::parse("12 March"), None);
        assert_eq!(Timestamp::parse("9999-12-31T23:59:59-01:00"), None);
    }
}
