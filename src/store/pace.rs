//! Long work tells how far it has come, and can be stopped.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use crate::domain::import::Progress;
use crate::domain::refusal::{Kind, Refusal};

use super::failure::Answer;

/// Who is told how far long work has come, and may stop it.
pub type Watch = Box<dyn FnMut(Progress) -> ControlFlow<()> + Send>;

/// How often it is told.
const TELL: Duration = Duration::from_millis(100);

/// The clock is looked at once in so many steps.
const STEPS: usize = 16;

/// One piece of long work.
pub(super) struct Pace<'s> {
    watch: &'s RefCell<Option<Watch>>,
    began: Instant,
    told: Instant,
    steps: usize,
}

impl<'s> Pace<'s> {
    pub(super) fn new(watch: &'s RefCell<Option<Watch>>) -> Self {
        let began = Instant::now();
        Self {
            watch,
            began,
            told: began,
            steps: 0,
        }
    }

    /// Tells that so many of so many are done; a refusal where the work is to stop.
    pub(super) fn tell(&mut self, done: usize, of: usize) -> Answer<()> {
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
            Some(ControlFlow::Break(())) => {
                Err(Refusal::new(Kind::Invalid, "stopped; nothing was changed").into())
            }
            _ => Ok(()),
        }
    }
}
