//! Texts in one piece of memory, a line each, which are searched all at once.

use memchr::memmem::Finder;

/// What ends a line. No folded text has it, so that nothing is found across two lines.
const END: char = '\0';

/// Texts, one after the other.
#[derive(Debug)]
pub(in crate::store) struct Lines {
    pub(in crate::store) whole: String,
    /// Where each line starts, and where the last one ends.
    starts: Vec<u32>,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            whole: String::new(),
            starts: vec![0],
        }
    }
}

impl Lines {
    /// Adds a line; `false` where it does not fit any more.
    pub(in crate::store) fn push(&mut self, text: &str) -> bool {
        self.whole.push_str(text);
        self.whole.push(END);
        match u32::try_from(self.whole.len()) {
            Ok(end) => self.starts.push(end),
            Err(_) => return false,
        }
        true
    }

    pub(in crate::store) fn start(&self, line: usize) -> usize {
        self.starts
            .get(line)
            .map_or(self.whole.len(), |at| *at as usize)
    }

    pub(in crate::store) fn get(&self, line: usize) -> &str {
        let end = self.start(line + 1).saturating_sub(1);
        self.whole.get(self.start(line)..end).unwrap_or_default()
    }

    pub(in crate::store) fn take_out(&mut self, line: usize) {
        let (from, to) = (self.start(line), self.start(line + 1));
        self.whole.replace_range(from..to, "");
        self.starts.remove(line + 1);
        for start in self.starts.iter_mut().skip(line + 1) {
            *start -= u32::try_from(to - from).unwrap_or_default();
        }
    }

    /// Puts a line before another one; `false` where it does not fit any more.
    pub(in crate::store) fn put_in(&mut self, line: usize, text: &str) -> bool {
        let Ok(longer) = u32::try_from(text.len() + 1) else {
            return false;
        };
        if u32::try_from(self.whole.len() + text.len() + 1).is_err() {
            return false;
        }
        let from = self.start(line);
        self.whole.insert_str(from, text);
        self.whole.insert(from + text.len(), END);
        for start in self.starts.iter_mut().skip(line + 1) {
            *start += longer;
        }
        let end = self.starts.get(line).map_or(0, |start| start + longer);
        self.starts.insert(line + 1, end);
        true
    }

    /// The lines that contain something, in order, each with its first place in the whole of
    /// `bytes`, which is as long as that of the lines.
    pub(in crate::store) fn having<'a>(
        &'a self,
        bytes: &'a [u8],
        finder: &'a Finder<'_>,
    ) -> Having<'a> {
        Having {
            lines: self,
            bytes,
            finder,
            at: 0,
            line: 0,
        }
    }
}

/// The lines that contain something.
pub(in crate::store) struct Having<'a> {
    lines: &'a Lines,
    bytes: &'a [u8],
    finder: &'a Finder<'a>,
    at: usize,
    line: usize,
}

impl Iterator for Having<'_> {
    type Item = (usize, usize);

    fn next(&mut self) -> Option<(usize, usize)> {
        let found = self.at + self.finder.find(self.bytes.get(self.at..)?)?;
        let starts = self.lines.starts.get(self.line + 1..)?;
        // The line is close by where many match, and far where few do.
        let mut near = 0;
        let mut step = 1;
        while starts
            .get(near + step)
            .is_some_and(|start| *start as usize <= found)
        {
            near += step;
            step *= 2;
        }
        let far = (near + step + 1).min(starts.len());
        let after = starts
            .get(near..far)?
            .partition_point(|start| *start as usize <= found);
        let line = self.line + near + after;
        self.line = line + 1;
        self.at = self.lines.start(line + 1);
        Some((line, found))
    }
}

/// Two rising rows of lines as one.
pub(in crate::store) fn merged(one: Vec<usize>, other: impl Iterator<Item = usize>) -> Vec<usize> {
    if one.is_empty() {
        return other.collect();
    }
    let mut both = Vec::with_capacity(one.len());
    let mut one = one.into_iter().peekable();
    for line in other {
        while let Some(before) = one.next_if(|before| *before < line) {
            both.push(before);
        }
        one.next_if_eq(&line);
        both.push(line);
    }
    both.extend(one);
    both
}
