//! The terminal: taken, given back, read and written.
//!
//! [`TerminalGuard`] owns every mode that is set, and one idempotent [`restore`] undoes them all: on drop,
//! on a panic, on a signal, before a suspend and before `$EDITOR`. A reader thread reads one event
//! for each permit, so that a program which borrows the terminal never loses a key to it.

pub mod columns;

use std::io::{self, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crossterm::event::{
    self, DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
    Event, KeyCode, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind,
};
use crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute};
use rustix::event::{PollFd, PollFlags, Timespec};

use super::keymap::key::{Code, Key};
use super::protocol::{Mouse, MouseKind, Msg, Size};

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
    /// Where the terminal cannot be set.
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

impl Drop for TerminalGuard {
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
    // A hang-up is told without being asked for; keys are not, so that this wakes for nothing else.
    seen(PollFlags::empty(), None).is_ok_and(is_hang_up)
}

/// The size of the terminal.
///
/// # Errors
/// Where it does not say.
pub fn size() -> io::Result<Size> {
    let (width, height) = crossterm::terminal::size()?;
    Ok(Size { width, height })
}

/// Whether nobody is at the other end of the terminal any more.
#[must_use]
pub fn is_gone() -> bool {
    seen(PollFlags::empty(), Some(Duration::ZERO)).is_ok_and(is_hang_up)
}

const fn is_hang_up(seen: PollFlags) -> bool {
    let gone = PollFlags::HUP.union(PollFlags::ERR).union(PollFlags::NVAL);
    seen.intersects(gone)
}

/// Waits until there is something to see at the terminal, and says what.
fn seen(wanted: PollFlags, patience: Option<Duration>) -> io::Result<PollFlags> {
    let input = io::stdin();
    let patience = patience.map(|patience| Timespec {
        tv_sec: i64::try_from(patience.as_secs()).unwrap_or(i64::MAX),
        tv_nsec: patience.subsec_nanos().into(),
    });
    loop {
        let mut watched = [PollFd::new(&input, wanted)];
        match rustix::event::poll(&mut watched, patience.as_ref()) {
            Ok(_) => {
                let seen = watched.iter().map(PollFd::revents);
                return Ok(seen.fold(PollFlags::empty(), PollFlags::union));
            }
            Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Something that was read, and whether more waits to be read.
#[derive(Debug)]
pub struct Input {
    /// What it is.
    pub msg: Msg,
    /// Whether more waits, as while a key is held down.
    pub more: bool,
}

/// What comes after a reply of the terminal has begun comes at once; a key that a person presses
/// does not.
const REPLY: Duration = Duration::from_millis(50);

/// The least that the library below can be asked to wait: for nothing at all it looks at nothing. It
/// waits in whole milliseconds and spins for what is left of one, so that longer would cost more.
const AT_ONCE: Duration = Duration::from_micros(1);

/// How often the library below is asked for what it has read already: an answer to a question that was
/// never asked makes it say that there is nothing, though more came behind.
const TRIES: usize = 4;

/// Waits for the next event that means something, and says what.
///
/// # Errors
/// Where the terminal is gone or cannot be read.
pub fn read() -> io::Result<Input> {
    loop {
        if !is_left()? {
            seen(PollFlags::IN, None)?;
            continue;
        }
        let event = event::read()?;
        if begins_reply(&event) && is_ready(REPLY)? {
            pass_reply()?;
        } else if let Some(msg) = message(event) {
            let more = is_ready(AT_ONCE)?;
            return Ok(Input { msg, more });
        }
    }
}

/// Whether an event can be read already.
fn is_left() -> io::Result<bool> {
    for _ in 0..TRIES {
        if is_ready(AT_ONCE)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether an event can be read. A terminal that cannot be read is seen here first: the library
/// below tries again for ever.
fn is_ready(patience: Duration) -> io::Result<bool> {
    let input = io::stdin();
    let now = seen(PollFlags::IN, Some(Duration::ZERO))?;
    if is_hang_up(now) {
        return Err(io::Error::other("nobody is at its other end"));
    }
    // Reading nothing fails where reading something would.
    rustix::io::read(&input, &mut [0_u8; 0])?;
    if now.contains(PollFlags::IN) && rustix::io::ioctl_fionread(&input)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    event::poll(patience)
}

/// Whether an event may be the beginning of what a terminal answers to a question about its colours
/// or its name. callbook asks none; the program before it may have, and the answer comes late.
fn begins_reply(event: &Event) -> bool {
    matches!(event, Event::Key(key) if key.modifiers.contains(KeyModifiers::ALT)
        && matches!(key.code, KeyCode::Char(']' | 'P' | '_' | '^' | 'X')))
}

/// Passes over the rest of a reply, up to its end: a bell, or escape and a backslash.
fn pass_reply() -> io::Result<()> {
    while is_ready(REPLY)? {
        if let Event::Key(key) = event::read()? {
            let bell = key.code == KeyCode::Char('g') && key.modifiers == KeyModifiers::CONTROL;
            let end = key.code == KeyCode::Char('\\') && key.modifiers == KeyModifiers::ALT;
            if bell || end {
                break;
            }
        }
    }
    Ok(())
}

/// What an event means. A new size means nothing here: the runtime listens to its signal itself, also
/// while nothing may be read.
fn message(event: Event) -> Option<Msg> {
    match event {
        // Some terminals tell when a key is let go.
        Event::Key(key) if key.kind != KeyEventKind::Release => {
            key_of(key.code, key.modifiers).map(Msg::Key)
        }
        Event::Paste(text) => Some(Msg::Paste(text)),
        Event::Mouse(mouse) => {
            let kind = match mouse.kind {
                MouseEventKind::Down(MouseButton::Left) => MouseKind::Click,
                MouseEventKind::ScrollUp => MouseKind::WheelUp,
                MouseEventKind::ScrollDown => MouseKind::WheelDown,
                _ => return None,
            };
            Some(Msg::Mouse(Mouse {
                column: mouse.column,
                row: mouse.row,
                kind,
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

#[cfg(test)]
mod tests {
    use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

    use super::{begins_reply, message};
    use crate::tui::protocol::Msg;

    #[test]
    fn a_key_that_is_let_go_is_no_key_and_one_that_is_held_is() {
        let key = |kind| {
            let modifiers = KeyModifiers::NONE;
            Event::Key(KeyEvent::new_with_kind(KeyCode::Char('d'), modifiers, kind))
        };
        assert_eq!(message(key(KeyEventKind::Release)), None);
        let pressed = message(key(KeyEventKind::Press));
        assert!(matches!(pressed, Some(Msg::Key(_))));
        assert_eq!(message(key(KeyEventKind::Repeat)), pressed);
    }

    #[test]
    fn only_what_begins_like_a_reply_is_taken_for_one() {
        let key = |sign, modifiers| Event::Key(KeyEvent::new(KeyCode::Char(sign), modifiers));
        assert!(begins_reply(&key(']', KeyModifiers::ALT)));
        assert!(begins_reply(&key(
            'P',
            KeyModifiers::ALT | KeyModifiers::SHIFT
        )));
        assert!(!begins_reply(&key(']', KeyModifiers::NONE)));
        assert!(!begins_reply(&key('b', KeyModifiers::ALT)));
    }
}
