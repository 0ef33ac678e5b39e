//! Questions to the person at the terminal, also where standard input or output is a file or a pipe.

use std::io::{Read as _, Write as _};

use anyhow::{Context as _, Result};
#[cfg(feature = "sync")]
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};

use crate::domain::progress::Stop;
use crate::import::Stream;
use crate::tui::terminal::tty::{self, TerminalFile};

use super::output::harmless;

/// What is said where the terminal fails.
const ASKED: &str = "cannot ask on the terminal";

/// The terminal, to ask on.
pub(super) struct Questions {
    terminal: TerminalFile,
}

impl Questions {
    /// Opens the terminal, if the program has one.
    pub(super) fn open() -> Option<Self> {
        tty::open().ok().map(|terminal| Self { terminal })
    }

    /// Asks, and gives the answer without the spaces around it.
    pub(super) fn ask(&mut self, question: &str, stop: &Stop) -> Result<String> {
        write!(self.terminal, "{}", harmless(question)).context(ASKED)?;
        Ok(self.line(stop)?.trim().to_owned())
    }

    #[cfg(feature = "sync")]
    /// Asks for a secret: what is typed is not shown.
    pub(super) fn ask_hidden(&mut self, question: &str, stop: &Stop) -> Result<String> {
        let hidden = Hidden::of(&self.terminal)?;
        write!(&self.terminal, "{}", harmless(question)).context(ASKED)?;
        let answer = self.line(stop);
        drop(hidden);
        // The end of the line was not shown either.
        writeln!(self.terminal).context(ASKED)?;
        Ok(answer?.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// A line that is typed.
    fn line(&self, stop: &Stop) -> Result<String> {
        let copy = self.terminal.try_clone().context(ASKED)?;
        let mut answer = Stream::of_terminal(copy, stop.clone());
        let (mut line, mut bytes) = (Vec::new(), [0; 256]);
        // A terminal gives a line at a time.
        while !line.ends_with(b"\n") {
            let count = answer.read(&mut bytes).context(ASKED)?;
            if count == 0 {
                break;
            }
            line.extend_from_slice(bytes.get(..count).unwrap_or_default());
        }
        Ok(String::from_utf8_lossy(&line).into_owned())
    }
}

#[cfg(feature = "sync")]
/// A terminal that does not show what is typed, until this is dropped.
struct Hidden<'t> {
    terminal: &'t TerminalFile,
    before: Termios,
}

#[cfg(feature = "sync")]
impl<'t> Hidden<'t> {
    fn of(terminal: &'t TerminalFile) -> Result<Hidden<'t>> {
        let before = tcgetattr(terminal).context(ASKED)?;
        let mut quiet = before.clone();
        quiet.local_modes.remove(LocalModes::ECHO);
        tcsetattr(terminal, OptionalActions::Flush, &quiet).context(ASKED)?;
        Ok(Self { terminal, before })
    }
}

#[cfg(feature = "sync")]
impl Drop for Hidden<'_> {
    fn drop(&mut self) {
        let _ = tcsetattr(self.terminal, OptionalActions::Flush, &self.before);
    }
}
