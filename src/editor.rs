//! The editor that a text is handed to.

use std::fs;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::Command;

use tempfile::NamedTempFile;

use crate::regular;

/// A file with the text that is edited, which is removed when it is dropped.
#[derive(Debug)]
pub(crate) struct TextFile {
    file: NamedTempFile,
}

/// What the editor left.
#[derive(Debug)]
pub(crate) struct Left {
    /// The text.
    pub text: String,
    /// Why the editor failed, if it did.
    pub failure: Option<String>,
}

impl TextFile {
    /// Writes a text to a file of its own, which only its owner can read.
    pub(crate) fn new(text: &str, ending: &str) -> io::Result<Self> {
        let mut file = tempfile::Builder::new()
            .prefix("callbook-")
            .suffix(ending)
            .tempfile()?;
        file.write_all(text.as_bytes())?;
        file.flush()?;
        Ok(Self { file })
    }

    /// Writes another text to it.
    pub(crate) fn put(&self, text: &str) -> io::Result<()> {
        fs::write(self.file.path(), text)
    }

    /// Lets the person edit it.
    ///
    /// # Errors
    /// If the editor cannot be started, or the text cannot be read.
    pub(crate) fn edit(&self) -> io::Result<Left> {
        let editor = std::env::var("VISUAL")
            .or_else(|_| std::env::var("EDITOR"))
            .unwrap_or_else(|_| "vi".to_owned());
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
        let bytes = regular::read(self.file.path())?;
        let (text, failure) = match String::from_utf8(bytes) {
            Ok(text) => (text, failure),
            Err(error) => {
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let why = || "the text is not UTF-8".to_owned();
                (text, Some(failure.unwrap_or_else(why)))
            }
        };
        Ok(Left { text, failure })
    }

    /// Keeps the file; gives its path.
    pub(crate) fn keep(self) -> io::Result<PathBuf> {
        let (_, path) = self.file.keep().map_err(|error| error.error)?;
        Ok(path)
    }
}

/// Lets the person edit a text; none where they left it as it was or gave up.
pub(crate) fn edit(text: &str) -> io::Result<Option<String>> {
    let file = TextFile::new(text, ".txt")?;
    let Left {
        text: edited,
        failure,
    } = file.edit()?;
    Ok((failure.is_none() && edited.trim_end_matches('\n') != text).then_some(edited))
}
