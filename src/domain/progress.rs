//! Long work: how far it has come, and whether it may go on.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::refusal::{Kind, Refusal};

/// How far long work has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// How many contacts are done.
    pub contacts: usize,
    /// How much is done: bytes of files, else contacts.
    pub done: u64,
    /// How much there is, where that is known.
    pub of: Option<u64>,
    /// How long it took so far.
    pub elapsed: Duration,
}

impl Progress {
    /// The part that is done, from 0 to 1, where the whole is known.
    #[must_use]
    pub fn part(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a bar has few places")]
        let part = |of: u64| (self.done as f64 / of as f64).min(1.0);
        self.of.filter(|of| *of > 0).map(part)
    }

    /// How many contacts were done in a second.
    #[must_use]
    pub(crate) fn rate(&self) -> usize {
        let millis = usize::try_from(self.elapsed.as_millis()).unwrap_or(usize::MAX);
        self.contacts.saturating_mul(1_000) / millis.max(1)
    }
}

/// What the error of a read or write says that was stopped.
pub(crate) const STOPPED: &str = "stopped";

/// Asks work to stop. Clones share one flag: one side asks, the other one checks it.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<Flags>);

#[derive(Debug, Default)]
struct Flags {
    asked: AtomicBool,
    is_safe: AtomicBool,
}

impl Stop {
    /// Asks the work to stop.
    pub fn ask(&self) {
        self.0.asked.store(true, Ordering::SeqCst);
    }

    /// Takes that back, before other work begins.
    pub fn take_back(&self) {
        self.0.asked.store(false, Ordering::SeqCst);
    }

    /// Whether the work is asked to stop.
    #[must_use]
    pub(crate) fn is_asked(&self) -> bool {
        self.0.asked.load(Ordering::SeqCst)
    }

    /// Whether the work is asked to stop, which is done with that: what takes the work back is to run to its
    /// end.
    #[must_use]
    pub(crate) fn is_heard(&self) -> bool {
        self.0.asked.swap(false, Ordering::SeqCst)
    }

    /// Lets the work go on.
    ///
    /// # Errors
    /// Stopped, where it is asked to stop.
    pub(crate) fn go_on(&self) -> Result<(), Refusal> {
        if self.is_heard() {
            return Err(stopped());
        }
        Ok(())
    }

    /// Says that the work may end anywhere, and goes on from there the next time.
    pub fn is_safe_anywhere(&self) {
        self.0.is_safe.store(true, Ordering::SeqCst);
    }

    /// Whether the work may end anywhere.
    #[must_use]
    pub(crate) fn is_safe(&self) -> bool {
        self.0.is_safe.load(Ordering::SeqCst)
    }

    /// How many have it, this one with them.
    #[must_use]
    pub fn holders(&self) -> usize {
        Arc::strong_count(&self.0)
    }
}

/// What is said of work that was stopped, and goes on from there the next time.
pub const STOPPED_MIDWAY: &str =
    "stopped; what was done until then stays, and the next sync goes on";

/// What is said of work that was stopped.
#[must_use]
pub fn stopped() -> Refusal {
    Refusal::new(Kind::Stopped, "stopped; nothing was changed")
}
