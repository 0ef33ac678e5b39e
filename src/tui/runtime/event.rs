//! What wakes the loop.

use std::io;

use crate::domain::refusal::Refusal;
use crate::tui::protocol::Msg;
use crate::tui::terminal::Input;

/// What wakes the loop.
#[derive(Debug)]
pub enum Event {
    /// Something for `update`.
    Msg(Msg),
    /// The reader has spent its permit on this.
    Input(io::Result<Input>),
    /// The database is open, with why it cannot be written, if so; or it is not.
    Opened(Result<Option<String>, Refusal>),
    /// The process was told to end.
    Signal(i32),
    /// It was stopped, by whatever, and goes on.
    Continued,
    /// A thread met an internal error in this place.
    Crashed(String),
}
