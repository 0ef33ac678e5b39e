//! What is wrong with a configuration, line by line.

use std::ops::Range;

use crate::domain::safe::safe;

/// What is wrong with a file, each with its line.
pub(super) struct Faults<'a> {
    bytes: &'a [u8],
    /// Where lines end.
    ends: Vec<usize>,
    file: String,
    found: Vec<(usize, String)>,
}

impl<'a> Faults<'a> {
    /// No faults yet, in the bytes of a file, which is named so.
    pub(super) fn of(bytes: &'a [u8], file: String) -> Self {
        Self {
            bytes,
            ends: memchr::memchr_iter(b'\n', bytes).collect(),
            file,
            found: Vec::new(),
        }
    }

    /// The file as text; a line that is not UTF-8 is left empty, and is a fault.
    pub(super) fn text(&mut self) -> String {
        let lines: Vec<&[u8]> = self.bytes.split(|byte| *byte == b'\n').collect();
        let mut texts = Vec::with_capacity(lines.len());
        for (at, line) in lines.into_iter().enumerate() {
            if let Ok(text) = std::str::from_utf8(line) {
                texts.push(text.to_owned());
            } else {
                self.found.push((at + 1, "is not UTF-8".to_owned()));
                // As long as it was, so that places after it are right.
                texts.push(" ".repeat(line.len()));
            }
        }
        texts.join("\n")
    }

    /// The line of a byte, from 1 on.
    pub(super) fn line(&self, at: usize) -> usize {
        let at = at.min(self.bytes.len());
        self.ends.partition_point(|end| *end < at) + 1
    }

    /// Adds what is wrong with the line of a byte.
    pub(super) fn add(&mut self, at: usize, why: &str) {
        // What is quoted of the file may be of any length.
        let why = why.chars().take(300).collect();
        self.found.push((self.line(at), why));
    }

    /// What is wrong, line by line, once a line.
    pub(super) fn told(mut self) -> Vec<String> {
        self.found.sort();
        self.found.dedup_by_key(|(line, _)| *line);
        let file = self.file;
        let found = self.found.into_iter();
        found
            .map(|(line, why)| format!("{file}:{line}: {}", safe(&why)))
            .collect()
    }
}

/// Where the line is that a byte is in, without its end.
pub(super) fn line_around(text: &str, at: usize) -> Range<usize> {
    let at = text.floor_char_boundary(at.min(text.len()));
    let (before, after) = text.split_at(at);
    let start = before.rfind('\n').map_or(0, |end| end + 1);
    let end = after.find('\n').map_or(text.len(), |length| at + length);
    start..end
}
