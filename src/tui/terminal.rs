//! The terminal: taken, given back, read and written.
//!
//! [`TerminalGuard`] owns every mode that is set, and one idempotent [`restore`] undoes them all: on drop,
//! on a panic, on a signal, before a suspend and before `$EDITOR`. A reader thread reads one event
//! for each permit, so that a program which borrows the terminal never loses a key to it.

pub mod columns;
mod poll;
mod reader;
mod reply;
pub mod tty;

use std::io::{self, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};

use super::protocol::Size;

pub use poll::{is_gone, wait_for_hang_up};
pub use reader::{Background, Input, Reader};
pub use reply::ANSWER_TIME;

/// Whether the terminal is ours just now.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours; dropping it gives it back.
pub struct TerminalGuard {
    mouse: bool,
}

impl TerminalGuard {
    /// Takes the terminal: raw mode, the alternate screen, bracketed paste, and the mouse if wanted.
    ///
    /// # Errors
    /// If the terminal cannot be set.
    pub fn acquire(mouse: bool) -> io::Result<Self> {
        let guard = Self { mouse };
        guard.set()?;
        Ok(guard)
    }

    fn set(&self) -> io::Result<()> {
        enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        execute!(
            io::stdout(),
            EnterAlternateScreen,
            EnableBracketedPaste,
            cursor::Hide
        )?;
        if self.mouse {
            execute!(io::stdout(), EnableMouseCapture)?;
        }
        Ok(())
    }

    /// Lends the terminal to something else, and takes it again.
    ///
    /// # Errors
    /// If the terminal cannot be set again.
    pub(crate) fn lend<T>(&self, work: impl FnOnce() -> T) -> io::Result<T> {
        restore();
        let result = work();
        self.set()?;
        Ok(result)
    }

    /// Takes the mouse, or leaves it to the terminal.
    ///
    /// # Errors
    /// If the terminal cannot be written.
    pub(crate) fn set_mouse(&mut self, mouse: bool) -> io::Result<()> {
        self.mouse = mouse;
        if mouse {
            execute!(io::stdout(), EnableMouseCapture)
        } else {
            execute!(io::stdout(), DisableMouseCapture)
        }
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back as it was found. Does nothing where it is not ours, so that it can be
/// called from anywhere, twice.
pub fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // A terminal that is gone cannot be written to, and does not need to be.
        let _ = execute!(
            io::stdout(),
            DisableMouseCapture,
            DisableBracketedPaste,
            LeaveAlternateScreen,
            cursor::Show
        );
        let _ = disable_raw_mode();
    }
}

/// What ends a synchronized update.
const FRAME_END: &[u8] = b"\x1b[?2026l";

/// What a frame is written to: kept until it is whole, and sent in one call.
pub(crate) struct FrameWriter {
    frame: Vec<u8>,
    out: Stdout,
}

impl FrameWriter {
    /// A writer to the terminal.
    #[must_use]
    pub(crate) fn new() -> Self {
        Self {
            frame: Vec::with_capacity(64 * 1024),
            out: io::stdout(),
        }
    }
}

impl Default for FrameWriter {
    fn default() -> Self {
        Self::new()
    }
}

impl Write for FrameWriter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.frame.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    /// Sends the frame, in one call, once it is whole: with the end of its synchronized update.
    fn flush(&mut self) -> io::Result<()> {
        if !self.frame.ends_with(FRAME_END) {
            return Ok(());
        }
        let mut out = self.out.lock();
        out.write_all(&self.frame)?;
        self.frame.clear();
        out.flush()
    }
}

/// The size of the terminal.
///
/// # Errors
/// If it does not say.
pub fn size() -> io::Result<Size> {
    let (width, height) = crossterm::terminal::size()?;
    Ok(Size { width, height })
}
