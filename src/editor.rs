//! The editor that a text is handed to.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::process::Command;

use tempfile::NamedTempFile;

use crate::regular;

/// The editor that a person has named, if any.
fn named() -> Option<String> {
    let mut names = ["VISUAL", "EDITOR"].into_iter();
    // One that is set to nothing names none.
    names.find_map(|name| {
        std::env::var(name)
            .ok()
            .filter(|name| !name.trim().is_empty())
    })
}

/// Whether a person has named an editor.
pub(crate) fn is_named() -> bool {
    named().is_some()
}

/// A file with the text that is edited, which is removed when it is dropped.
#[derive(Debug)]
pub(crate) struct TextFile {
    file: NamedTempFile,
}

impl TextFile {
    /// A file of its own, which only its owner can read.
    pub(crate) fn new(ending: &str) -> io::Result<Self> {
        let file = tempfile::Builder::new()
            .prefix("callbook-")
            .suffix(ending)
            .tempfile()?;
        Ok(Self { file })
    }

    /// Lets the person edit a text in it. Gives what the editor left, with U+FFFD for what is not UTF-8, and why it
    /// failed if it did.
    pub(crate) fn edit(&self, text: &str) -> (String, Option<String>) {
        match fs::write(self.file.path(), text).and_then(|()| self.left()) {
            Ok(left) => left,
            Err(error) => (text.to_owned(), Some(error.to_string())),
        }
    }

    /// Runs the editor, and reads what it left.
    fn left(&self) -> io::Result<(String, Option<String>)> {
        let editor = named().unwrap_or_else(|| "vi".to_owned());
        let mut words = editor.split_whitespace();
        let program = words.next().unwrap_or("vi");
        let status = Command::new(program)
            .args(words)
            .arg(self.file.path())
            .status()
            .map_err(|error| {
                let why = format!("cannot start the editor {program}: {error}; set $EDITOR");
                io::Error::new(error.kind(), why)
            })?;
        let failure =
            (!status.success()).then(|| format!("the editor {program} failed ({status})"));
        // Editors save by putting another file in its place: read it by its name.
        let bytes = regular::read(self.file.path()).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                let why = format!(
                    "the editor {program} left no file behind: it was deleted, or saved elsewhere"
                );
                io::Error::new(error.kind(), why)
            }
            _ => error,
        })?;
        let text = String::from_utf8(bytes)
            .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned());
        Ok((text, failure))
    }

    /// Keeps the file with a text in it; gives its path.
    pub(crate) fn keep(self, text: &str) -> io::Result<PathBuf> {
        fs::write(self.file.path(), text)?;
        let (_, path) = self.file.keep().map_err(|error| error.error)?;
        Ok(path)
    }
}

/// What became of a text that was handed to the editor.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited {
    /// It is as it was.
    Unchanged,
    /// It is another one.
    Text(String),
    /// The editor failed, and why: what it wrote is not taken.
    Failed(String),
}

/// Lets the person edit a text.
pub(crate) fn edit(text: &str) -> Edited {
    let file = match TextFile::new(".txt") {
        Ok(file) => file,
        Err(error) => return Edited::Failed(format!("cannot write the text: {error}")),
    };
    match file.edit(text) {
        (_, Some(why)) => Edited::Failed(why),
        (edited, None)
            if edited.contains(char::REPLACEMENT_CHARACTER)
                && !text.contains(char::REPLACEMENT_CHARACTER) =>
        {
            Edited::Failed("the text is not UTF-8".to_owned())
        }
        (edited, None) if edited.trim_end_matches('\n') == text => Edited::Unchanged,
        (edited, None) => Edited::Text(edited),
    }
}
