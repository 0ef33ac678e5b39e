//! Long work tells how far it has come, and can be stopped.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::domain::import::Progress;
use crate::domain::refusal::{Kind, Refusal};

use rusqlite::Connection;

use crate::store::db::failure::Answer;

/// Who is told how far long work has come, and may stop it.
pub type Watch = Box<dyn FnMut(Progress) -> ControlFlow<()> + Send>;

/// How often it is told.
const TELL: Duration = Duration::from_millis(100);

/// How long a lock is waited for between two looks at whether to stop.
pub(in crate::store) const LOOK: Duration = Duration::from_millis(50);

/// The clock is looked at once in so many steps.
const STEPS: usize = 16;

/// After how many steps of its machine `SQLite` asks whether to go on: less than a millisecond.
const ASK: i32 = 10_000;

/// Has a connection's statements end where `stop` is set, which is unset by that: what takes their
/// work back is to run to its end.
pub(in crate::store) fn stop_by(connection: &mut Connection, stop: &Arc<AtomicBool>) -> Answer<()> {
    let stop = Arc::clone(stop);
    connection.progress_handler(ASK, Some(move || stop.swap(false, Ordering::Relaxed)))?;
    Ok(())
}

/// A refusal where `stop` is set.
pub(in crate::store) fn go_on(stop: &AtomicBool) -> Answer<()> {
    if stop.swap(false, Ordering::Relaxed) {
        return Err(stopped().into());
    }
    Ok(())
}

/// What is said of work that was stopped.
pub(in crate::store) fn stopped() -> Refusal {
    Refusal::new(Kind::Invalid, "stopped; nothing was changed")
}

/// One piece of long work.
pub(in crate::store) struct Pace<'s> {
    watch: &'s RefCell<Option<Watch>>,
    began: Instant,
    told: Instant,
    steps: usize,
}

impl<'s> Pace<'s> {
    pub(in crate::store) fn new(watch: &'s RefCell<Option<Watch>>) -> Self {
        let began = Instant::now();
        Self {
            watch,
            began,
            told: began,
            steps: 0,
        }
    }

    /// Tells that so many of so many are done; a refusal where the work is to stop.
    pub(in crate::store) fn tell(&mut self, done: usize, of: usize) -> Answer<()> {
        self.steps += 1;
        if !self.steps.is_multiple_of(STEPS) || self.told.elapsed() < TELL {
            return Ok(());
        }
        self.told = Instant::now();
        let progress = Progress {
            contacts: done,
            bytes: u64::try_from(done).unwrap_or(u64::MAX),
            of: u64::try_from(of).ok(),
            elapsed: self.began.elapsed(),
        };
        match self
            .watch
            .borrow_mut()
            .as_mut()
            .map(|watch| watch(progress))
        {
            Some(ControlFlow::Break(())) => Err(stopped().into()),
            _ => Ok(()),
        }
    }
}
