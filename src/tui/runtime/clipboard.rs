//! The terminal's clipboard.

use std::io::{self, Write as _};

use crossterm::clipboard::CopyToClipboard;
use crossterm::execute;

/// Sends text to the terminal's clipboard (OSC 52), through tmux where that is in between.
pub(super) fn copy(text: &str) -> io::Result<()> {
    if std::env::var_os("TMUX").is_some() {
        let mut sequence = Vec::new();
        crossterm::queue!(sequence, CopyToClipboard::to_clipboard_from(text))?;
        let doubled = String::from_utf8_lossy(&sequence).replace('\u{1b}', "\u{1b}\u{1b}");
        write!(io::stdout(), "\u{1b}Ptmux;{doubled}\u{1b}\\")?;
    }
    execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))
}
