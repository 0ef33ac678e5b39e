//! Reading the terminal: one event at a time, as the message that it means.

use std::io::{self, Write as _};
use std::time::{Duration, Instant};

use crossterm::event::{
    self, Event, KeyCode, KeyEventKind, KeyModifiers, MouseButton, MouseEventKind,
};
use rustix::event::PollFlags;

use super::poll::{is_hang_up, poll};
use super::reply::{QUESTION, Replies};
use crate::tui::keymap::key::{Code, Key};
use crate::tui::protocol::{Mouse, MouseKind, Msg};

/// Something that was read, and whether more waits to be read.
#[derive(Debug)]
pub struct Input {
    /// What it is.
    pub msg: Msg,
    /// Whether more waits, as while a key is held down.
    pub more: bool,
}

/// The least that the library below can be asked to wait: for nothing at all it looks at nothing. It
/// waits in whole milliseconds and spins for what is left of one, so that longer would cost more.
const AT_ONCE: Duration = Duration::from_micros(1);

/// How often the library below is asked for what it has read already: an answer to a question that was
/// never asked makes it say that there is nothing, though more came behind.
const TRIES: usize = 4;

/// Whether the terminal is asked for its background.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Background {
    /// It is known, or no colour depends on it.
    Known,
    /// It is to be asked, once.
    Asked,
}

/// Reads the terminal.
#[derive(Debug)]
pub struct Reader {
    background: Background,
    replies: Replies,
}

impl Reader {
    /// A reader that has read nothing.
    #[must_use]
    pub const fn new(background: Background) -> Self {
        Self {
            background,
            replies: Replies::new(),
        }
    }

    /// Waits for the next event that means something, and says what. The first call asks the terminal for its
    /// background, where that is to be asked.
    ///
    /// # Errors
    /// If the terminal is gone or cannot be read.
    pub fn read(&mut self) -> io::Result<Input> {
        if self.background == Background::Asked {
            self.background = Background::Known;
            let mut out = io::stdout().lock();
            out.write_all(QUESTION)?;
            out.flush()?;
            self.replies.asked(Instant::now());
        }
        loop {
            while let Some(event) = self.replies.next_key() {
                if let Some(msg) = message(event) {
                    let more = self.replies.has_keys() || is_ready(AT_ONCE)?;
                    return Ok(Input { msg, more });
                }
            }
            if is_left()? {
                let palette = self.replies.take(event::read()?, Instant::now());
                if let Some(palette) = palette {
                    let msg = Msg::Background(palette);
                    return Ok(Input { msg, more: false });
                }
                continue;
            }
            match self.replies.patience(Instant::now()) {
                Some(Duration::ZERO) => self.replies.give_up(),
                patience => drop(poll(PollFlags::IN, patience)?),
            }
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
    let now = poll(PollFlags::IN, Some(Duration::ZERO))?;
    if is_hang_up(now) {
        return Err(io::Error::other("its other end is gone"));
    }
    // Reading nothing fails where reading something would.
    rustix::io::read(&input, &mut [0_u8; 0])?;
    if now.contains(PollFlags::IN) && rustix::io::ioctl_fionread(&input)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    event::poll(patience)
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
    let (ctrl, alt) = (
        modifiers.contains(KeyModifiers::CONTROL),
        modifiers.contains(KeyModifiers::ALT),
    );
    let code = match code {
        KeyCode::Char(sign) if ctrl => {
            return Key::sent_with_control(sign).map(|key| Key { alt, ..key });
        }
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
    Some(Key { code, ctrl, alt })
}

#[cfg(test)]
mod tests {
    use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

    use super::message;
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
}
