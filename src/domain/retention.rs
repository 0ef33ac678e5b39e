//! Which backups are kept: the newest ones, and of older times fewer and fewer.

use chrono::Datelike as _;

use super::timestamp::Timestamp;

/// How many of the newest are kept.
const RECENT: usize = 10;
/// Of how many days one is kept.
const DAYS: usize = 7;
/// Of how many weeks one is kept.
const WEEKS: usize = 4;
/// Of how many months one is kept.
const MONTHS: usize = 12;

/// Whether one is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kept {
    /// It is.
    Yes,
    /// There are others that are as good.
    No,
}

/// Which of the backups made at these times, the newest first, are kept.
#[must_use]
pub fn kept(times: &[Timestamp]) -> Vec<Kept> {
    let mut kept = vec![Kept::No; times.len()];
    for one in kept.iter_mut().take(RECENT) {
        *one = Kept::Yes;
    }
    let day = |at: Timestamp| i64::from(at.to_utc().num_days_from_ce());
    let spans: [(usize, &dyn Fn(Timestamp) -> i64); 3] = [
        (DAYS, &day),
        // Weeks begin on Monday, as ISO 8601 has them.
        (WEEKS, &|at| (day(at) - 1).div_euclid(7)),
        (MONTHS, &|at| {
            let date = at.to_utc();
            i64::from(date.year()) * 12 + i64::from(date.month0())
        }),
    ];
    for (most, span) in spans {
        let mut last = None;
        let mut seen = 0;
        for (at, one) in times.iter().zip(&mut kept) {
            let this = span(*at);
            if last != Some(this) && seen < most {
                last = Some(this);
                seen += 1;
                *one = Kept::Yes;
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::{Kept, kept};
    use crate::domain::timestamp::Timestamp;

    #[test]
    fn many_a_day_for_years_leave_few_and_the_newest_always() {
        let hour = 3_600_000_000;
        let now = 1_795_521_600_000_000;
        let times: Vec<Timestamp> = (0..24 * 700)
            .map(|at| Timestamp::from_micros(now - at * hour))
            .collect();
        let kept = kept(&times);
        assert!(kept.iter().take(10).all(|one| *one == Kept::Yes));
        let all = kept.iter().filter(|one| **one == Kept::Yes).count();
        assert!((26..=33).contains(&all), "{all}");
        let oldest = kept.iter().rposition(|one| *one == Kept::Yes).unwrap();
        assert!(oldest > 24 * 300, "one of each of twelve months");
    }
}
