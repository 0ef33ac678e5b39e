//! When the loop draws, and when a timer is due: deadlines of its waiting, and no thread that sleeps.

use std::time::{Duration, Instant};

use super::protocol::{Effect, Msg, Request, TimerId};
use super::terminal::{ANSWER_TIME, Background, Input};

/// How long a frame waits for what it asked: most answers come sooner, and then a key changes the
/// screen once and not three times. Nobody sees so short a while.
const PATIENCE: Duration = Duration::from_millis(5);

/// How long a frame waits for the next of the keys that come faster than they are drawn, and how
/// many of them it lets by at most.
const HELD: (Duration, u32) = (Duration::from_millis(20), 100);

/// The terminal's answer to the question for its background.
#[derive(Debug)]
pub(super) struct Answer {
    /// Until when it may come; none: nothing was asked, or it came.
    pub(super) until: Option<Instant>,
}

impl Answer {
    pub(super) fn to(background: Background, now: Instant) -> Self {
        let is_asked = background == Background::Asked;
        Self {
            until: is_asked.then(|| now + ANSWER_TIME),
        }
    }
}

/// Whether what has changed is to be drawn now, or with what comes next.
#[derive(Debug, Default)]
pub(super) struct Pacing {
    /// Whether an answer is awaited, and when what has changed is drawn without it.
    awaited: bool,
    due: Option<Instant>,
    /// Whether more keys wait, and how many were taken since the last frame.
    more: bool,
    held: u32,
}

impl Pacing {
    /// Something is about to be asked.
    pub(super) const fn asked(&mut self, effect: &Effect) {
        self.awaited |= matches!(
            effect,
            Effect::Ask(
                _,
                Request::Rows(..) | Request::Place(..) | Request::Profile(_)
            )
        );
    }

    /// A key was taken.
    pub(super) const fn pressed(&mut self, input: &Input) {
        self.more = input.more;
        self.held += 1;
    }

    /// Something is about to be taken: an answer ends the wait for one.
    pub(super) const fn took(&mut self, msg: &Msg) {
        self.awaited &= !matches!(msg, Msg::Store(..));
    }

    /// How long the frame waits for something more; none: it does not.
    pub(super) fn patience(&mut self, now: Instant) -> Option<Duration> {
        if self.more && self.held < HELD.1 {
            Some(HELD.0)
        } else if self.awaited {
            let due = *self.due.get_or_insert(now + PATIENCE);
            Some(due.saturating_duration_since(now))
        } else {
            None
        }
    }

    /// The frame is drawn.
    pub(super) fn drawn(&mut self) {
        *self = Self::default();
    }
}

/// The timers that run.
#[derive(Debug, Default)]
pub(super) struct Timers(Vec<(Instant, TimerId)>);

impl Timers {
    /// Starts one.
    pub(super) fn start(&mut self, due: Instant, timer: TimerId) {
        self.0.push((due, timer));
    }

    /// When the next one is due.
    pub(super) fn due(&self) -> Option<Instant> {
        self.0.iter().map(|(due, _)| *due).min()
    }

    /// Takes one that is due: the one that was due first.
    pub(super) fn take(&mut self, now: Instant) -> Option<TimerId> {
        let first = self.due().filter(|due| *due <= now)?;
        let at = self.0.iter().position(|(due, _)| *due == first)?;
        Some(self.0.remove(at).1)
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Instant, TimerId, Timers};

    #[test]
    fn timers_come_in_the_order_in_which_they_are_due() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut timers = Timers::default();
        timers.start(at(300), TimerId::WhichKey(1));
        timers.start(at(150), TimerId::WhichKey(2));
        assert_eq!(timers.due(), Some(at(150)));
        assert_eq!(timers.take(at(149)), None);
        assert_eq!(timers.take(at(400)), Some(TimerId::WhichKey(2)));
        assert_eq!(timers.take(at(400)), Some(TimerId::WhichKey(1)));
        assert_eq!((timers.due(), timers.take(at(400))), (None, None));
    }
}
