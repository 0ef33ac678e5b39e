//! The terminal's clipboard.

use std::io::{self, Write};

use crossterm::clipboard::CopyToClipboard;
use crossterm::execute;

/// Sends text to the clipboard of the terminal that `out` writes to (OSC 52), through tmux where that is in
/// between.
pub(crate) fn copy(text: &str, out: &mut impl Write) -> io::Result<()> {
    if std::env::var_os("TMUX").is_some() {
        let mut sequence = Vec::new();
        crossterm::queue!(sequence, CopyToClipboard::to_clipboard_from(text))?;
        let doubled = String::from_utf8_lossy(&sequence).replace('\u{1b}', "\u{1b}\u{1b}");
        write!(out, "\u{1b}Ptmux;{doubled}\u{1b}\\")?;
    }
    execute!(out, CopyToClipboard::to_clipboard_from(text))
}
