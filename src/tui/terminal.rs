//! The terminal: taken, given back, read and written.
//!
//! [`Guard`] owns every mode that is set, and one idempotent [`restore`] undoes them all: on drop,
//! on a panic, on a signal, before a suspend and before `$EDITOR`. A reader thread reads one event
//! for each permit, so that a program which borrows the terminal never loses a key to it.

use std::io::{self, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{
    self, DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
    Event, KeyCode, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind,
};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use rustix::event::{PollFd, PollFlags};

use super::key::{Code, Key};
use super::model::{Mouse, MouseAct, Msg, Size};

/// Whether the terminal is ours just now.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal while it is ours; dropping it gives it back.
pub struct Guard {
    mouse: bool,
}

impl Guard {
    /// Takes the terminal: raw mode, the alternate screen, bracketed paste, and the mouse if wanted.
    ///
    /// # Errors
    /// Where the terminal cannot be set.
    pub fn take(mouse: bool) -> io::Result<Self> {
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
    /// Where the terminal cannot be set again.
    pub fn lend<T>(&self, work: impl FnOnce() -> T) -> io::Result<T> {
        restore();
        let result = work();
        self.set()?;
        Ok(result)
    }

    /// Takes the mouse, or leaves it to the terminal.
    ///
    /// # Errors
    /// Where the terminal cannot be written.
    pub fn set_mouse(&mut self, mouse: bool) -> io::Result<()> {
        self.mouse = mouse;
        if mouse {
            execute!(io::stdout(), EnableMouseCapture)
        } else {
            execute!(io::stdout(), DisableMouseCapture)
        }
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back as it was found. Does nothing where it is not ours, so that it can be
/// called from anywhere, twice.
pub fn restore() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        // A terminal that is gone cannot be told; there is nobody left to see it.
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

/// Lets a panic be read: the terminal is given back before the message is printed.
pub fn restore_on_panic() {
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        restore();
        before(panic);
    }));
}

/// What ends a synchronized update.
const FRAME_END: &[u8] = b"\x1b[?2026l";

/// What a frame is written to: kept until it is whole, and sent in one call.
pub struct FrameWriter {
    frame: Vec<u8>,
    out: Stdout,
}

impl FrameWriter {
    /// A writer to the terminal.
    #[must_use]
    pub fn new() -> Self {
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

/// Waits until nobody is at the other end of the terminal any more; `false` where that cannot be
/// seen. A hang-up does not always come with a signal, and reading from a terminal that is gone
/// never waits: it would spin.
#[must_use]
pub fn wait_for_hang_up() -> bool {
    let input = io::stdin();
    loop {
        // A hang-up is told without being asked for; keys are not, so that this wakes for nothing else.
        let mut watched = [PollFd::new(&input, PollFlags::empty())];
        match rustix::event::poll(&mut watched, None) {
            Ok(_) => {
                let gone = PollFlags::HUP | PollFlags::ERR | PollFlags::NVAL;
                return watched.iter().any(|seen| seen.revents().intersects(gone));
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

/// Waits for the next event that means something, and says what.
///
/// # Errors
/// Where the terminal is gone.
pub fn read() -> io::Result<Msg> {
    loop {
        if let Some(msg) = message(event::read()?) {
            return Ok(msg);
        }
    }
}

fn message(event: Event) -> Option<Msg> {
    match event {
        // Some terminals tell when a key is let go.
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            key_of(key.code, key.modifiers).map(Msg::Key)
        }
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Resize(width, height) => Some(Msg::Resize(Size { width, height })),
        Event::Mouse(mouse) => {
            let act = match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => MouseAct::Click,
                MouseEventKind::ScrollUp => MouseAct::WheelUp,
                MouseEventKind::ScrollDown => MouseAct::WheelDown,
                _ => return None,
            };
            Some(Msg::Mouse(Mouse {
                column: mouse.column,
                row: mouse.row,
                act,
            }))
        }
        _ => None,
    }
}

fn key_of(code: KeyCode, modifiers: KeyModifiers) -> Option<Key> {
    let code = match code {
        KeyCode::Char(sign) => Code::Char(sign),
        KeyCode::Enter => Code::Enter,
        KeyCode::Esc => Code::Esc,
        KeyCode::Tab if modifiers.contains(KeyModifiers::SHIFT) => Code::BackTab,
        KeyCode::Tab => Code::Tab,
        KeyCode::BackTab => Code::BackTab,
        KeyCode::Backspace => Code::Backspace,
        KeyCode::Delete => Code::Delete,
        KeyCode::Left => Code::Left,
        KeyCode::Right => Code::Right,
        KeyCode::Up => Code::Up,
        KeyCode::Down => Code::Down,
        KeyCode::Home => Code::Home,
        KeyCode::End => Code::End,
        KeyCode::PageUp => Code::PageUp,
        KeyCode::PageDown => Code::PageDown,
        KeyCode::F(number) => Code::F(number),
        _ => return None,
    };
    Some(Key {
        code,
        ctrl: modifiers.contains(KeyModifiers::CONTROL),
        alt: modifiers.contains(KeyModifiers::ALT),
    })
}
