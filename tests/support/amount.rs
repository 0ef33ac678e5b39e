//! How much of each figure a run of the tests draws.
//!
//! A plain `cargo test` draws a tenth of each figure, and of a sweep over calls every tenth from a
//! place that moves from run to run. `CALLBOOK_LONG=10` draws the figures whole, and
//! `CALLBOOK_LONG=1000` a hundred times as much of what is random. A failure names its round or its
//! call; `CALLBOOK_SEED` starts the sweeps at the same place again, and has the property tests draw other
//! cases than those of every run.

use std::time::{SystemTime, UNIX_EPOCH};

/// The tenths that were asked for: 1 where nothing was.
pub(crate) fn tenths() -> usize {
    let asked = std::env::var("CALLBOOK_LONG").ok();
    asked.map_or(1, |tenths| {
        tenths
            .parse()
            .ok()
            .filter(|tenths| *tenths > 0)
            .unwrap_or_else(|| panic!("CALLBOOK_LONG is a number from 1 on, not {tenths:?}"))
    })
}

/// The part of a figure that this run draws, at least one.
pub(crate) fn drawn(figure: usize) -> usize {
    (figure * tenths() / 10).max(1)
}

/// The seed that was asked for. Property tests take 1 where none was, so that what fails in one run fails
/// in the next.
pub(crate) fn seed() -> Option<u64> {
    let seed = std::env::var("CALLBOOK_SEED").ok()?;
    let read = seed.parse();
    Some(read.unwrap_or_else(|_| panic!("CALLBOOK_SEED is a number, not {seed:?}")))
}

/// The calls, from 0 on, that this run makes fail: all of them, or one in so many.
pub(crate) fn swept() -> impl Iterator<Item = usize> {
    let step = (10 / tenths()).max(1);
    let seed = seed().unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| u64::from(since.subsec_micros()))
    });
    let first = usize::try_from(seed).unwrap() % step;
    println!("every call from {first} on in steps of {step}; CALLBOOK_SEED={seed} repeats this");
    (first..).step_by(step)
}
