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

/// How many bytes are kept, unless the newest and those that are wanted have more: a gibibyte.
const TOTAL: u64 = 1 << 30;

/// A backup, as far as it matters for whether it is kept.
#[derive(Clone, Copy, Debug)]
pub struct Copied {
    /// When it was made.
    pub at: Timestamp,
    /// How many bytes it has.
    pub bytes: u64,
    /// Whether it is kept whatever its age and size.
    pub wanted: bool,
}

/// Whether one is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retained {
    /// It is.
    Yes,
    /// There are others that are as good.
    No,
}

/// Which of these backups, the newest first, are kept.
#[must_use]
pub fn kept(backups: &[Copied]) -> Vec<Retained> {
    let mut kept = kept_of_age(backups);
    let is_wanted = |at: usize, backup: &Copied| at == 0 || backup.wanted;
    let wanted = backups.iter().enumerate();
    let wanted = wanted.filter(|(at, backup)| is_wanted(*at, backup));
    let mut bytes: u64 = wanted.map(|(_, backup)| backup.bytes).sum();
    let mut full = false;
    for (at, (backup, kept)) in backups.iter().zip(&mut kept).enumerate() {
        if is_wanted(at, backup) {
            *kept = Retained::Yes;
        } else if *kept == Retained::Yes {
            // A small old one does not outlive a large newer one.
            full |= bytes.saturating_add(backup.bytes) > TOTAL;
            if full {
                *kept = Retained::No;
            } else {
                bytes += backup.bytes;
            }
        }
    }
    kept
}

/// Which of these are kept by when they were made.
fn kept_of_age(backups: &[Copied]) -> Vec<Retained> {
    let mut kept = vec![Retained::No; backups.len()];
    for one in kept.iter_mut().take(RECENT) {
        *one = Retained::Yes;
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
        for (backup, one) in backups.iter().zip(&mut kept) {
            let this = span(backup.at);
            if last != Some(this) && seen < most {
                last = Some(this);
                seen += 1;
                *one = Retained::Yes;
            }
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::{Copied, Retained, TOTAL, kept};
    use crate::domain::timestamp::Timestamp;

    /// Backups of these sizes, one an hour.
    fn hourly(sizes: impl Iterator<Item = u64>) -> Vec<Copied> {
        let (hour, now) = (3_600_000_000, 1_795_521_600_000_000);
        (0..)
            .zip(sizes)
            .map(|(hours, bytes)| Copied {
                at: Timestamp::from_micros(now - hours * hour),
                bytes,
                wanted: false,
            })
            .collect()
    }

    #[test]
    fn all_together_have_a_bound_that_spares_the_newest_and_those_that_are_wanted() {
        let of = |backups: &[Copied]| -> Vec<bool> {
            kept(backups)
                .iter()
                .map(|one| *one == Retained::Yes)
                .collect()
        };
        let third = TOTAL / 3;
        assert_eq!(
            of(&hourly([third; 5].into_iter())),
            [true, true, true, false, false]
        );
        assert_eq!(
            of(&hourly([2 * TOTAL, 1, 1].into_iter())),
            [true, false, false]
        );
        assert_eq!(
            of(&hourly([TOTAL - 7, 7, 1].into_iter())),
            [true, true, false],
            "just the bound is kept, a byte more is not"
        );
        let mut wanted = hourly([third; 40].into_iter());
        wanted[39].wanted = true;
        let left = of(&wanted);
        assert!(left[0] && left[1] && !left[2] && left[39], "{left:?}");
        let mut huge = hourly([1, 2 * TOTAL, 1].into_iter());
        assert_eq!(of(&huge), [true, false, false]);
        huge[1].wanted = true;
        assert_eq!(of(&huge), [true, true, false]);
        assert_eq!(of(&[]), [] as [bool; 0]);
    }

    #[test]
    fn many_a_day_for_years_leave_few_and_the_newest_always() {
        let times = hourly((0..24 * 700).map(|_| 1));
        let kept = kept(&times);
        assert!(kept.iter().take(10).all(|one| *one == Retained::Yes));
        let all = kept.iter().filter(|one| **one == Retained::Yes).count();
        assert!((26..=33).contains(&all), "{all}");
        let oldest = kept.iter().rposition(|one| *one == Retained::Yes).unwrap();
        assert!(oldest > 24 * 300, "one of each of twelve months");
    }
}
