//! The editor that a text is handed to.

use std::io::{self, Write as _};
use std::process::Command;

use crate::regular;

/// Lets the person edit a text; none where they left it as it was or gave up.
pub(super) fn edit(text: &str) -> io::Result<Option<String>> {
    let mut file = tempfile::Builder::new()
        .prefix("callbook-")
        .suffix(".txt")
        .tempfile()?;
    file.write_all(text.as_bytes())?;
    file.flush()?;
    let editor = std::env::var("VISUAL")
        .or_else(|_| std::env::var("EDITOR"))
        .unwrap_or_else(|_| "vi".to_owned());
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = Command::new(program)
        .args(words)
        .arg(file.path())
        .status()?;
    // Editors save by putting another file in its place: read it by its name.
    let edited = String::from_utf8_lossy(&regular::read(file.path())?).into_owned();
    Ok((status.success() && edited.trim_end_matches('\n') != text).then_some(edited))
}
