//! The lines of a table as UTF-8. A table names no charset: it is given, or guessed by the first lines.

use crate::domain::notice::{Notice, NoticeKind};
use crate::exchange::charset::{Charset, Utf8, utf8};

/// How many letters of a cell an example shows.
const EXAMPLE: usize = 40;

/// Turns lines into UTF-8.
#[derive(Debug)]
pub(super) struct Texts {
    given: Option<Charset>,
    other: Option<Other>,
}

/// The charset of the lines that are not UTF-8.
#[derive(Debug)]
struct Other {
    charset: Charset,
    reach: Reach,
    /// How many lines were decoded, and a cell of the first one.
    lines: usize,
    example: String,
}

/// Which lines are in the other charset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// All of them: short texts in a charset of several bytes may happen to be UTF-8 too.
    All,
    /// Those that are not UTF-8: files are joined from several programs' output.
    NotUtf8,
}

impl Texts {
    /// The charset that a person gave is not guessed.
    pub(super) const fn new(given: Option<Charset>) -> Self {
        Self { given, other: None }
    }

    /// Learns the charset from the first lines.
    pub(super) fn learn<'l>(&mut self, lines: impl Iterator<Item = &'l [u8]>) {
        let foreign = lines.filter(|line| !line.is_ascii());
        let (right, wrong): (Vec<&[u8]>, Vec<&[u8]>) =
            foreign.partition(|line| std::str::from_utf8(line).is_ok());
        let hidden = self.given.is_some_and(Charset::hides_in_ascii);
        if wrong.is_empty() && !hidden {
            return;
        }
        let mostly = wrong.len() > right.len() || hidden;
        let charset = self.given.unwrap_or_else(|| {
            let texts = wrong.iter().chain(right.iter().filter(|_| mostly));
            Charset::guessed(texts.copied())
        });
        let reach = if mostly && charset.may_pass_for_utf8() {
            Reach::All
        } else {
            Reach::NotUtf8
        };
        self.other = Some(Other::new(charset, reach));
    }

    /// A line in UTF-8; what is no text in its charset becomes U+FFFD.
    pub(super) fn decode(&mut self, line: Vec<u8>) -> Vec<u8> {
        if let Some(other) = &mut self.other
            && other.reach == Reach::All
        {
            return other.decode(&line);
        }
        match utf8(&line) {
            Utf8::Whole => line,
            Utf8::Damaged => String::from_utf8_lossy(&line).into_owned().into_bytes(),
            Utf8::Not => {
                let given = self.given;
                let other = self.other.get_or_insert_with(|| {
                    let charset = given.unwrap_or_else(|| Charset::guessed([&*line]));
                    Other::new(charset, Reach::NotUtf8)
                });
                other.decode(&line)
            }
        }
    }

    /// What was guessed.
    pub(super) fn notice(&self) -> Option<Notice> {
        let guess = self.other.as_ref().filter(|_| self.given.is_none())?;
        (guess.lines > 0).then(|| Notice {
            subject: guess.charset.name().to_owned(),
            number: guess.lines,
            example: guess.example.clone(),
            kind: NoticeKind::GuessedTableCharset,
        })
    }
}

impl Other {
    const fn new(charset: Charset, reach: Reach) -> Self {
        Self {
            charset,
            reach,
            lines: 0,
            example: String::new(),
        }
    }

    fn decode(&mut self, line: &[u8]) -> Vec<u8> {
        let text = self.charset.decode(line);
        if !text.is_ascii() {
            self.lines += 1;
            if self.lines == 1 {
                let mut cells = text.split([',', ';', '\t', '|', '"']);
                let cell = cells.find(|cell| !cell.is_ascii()).unwrap_or_default();
                self.example = cell.trim().chars().take(EXAMPLE).collect();
            }
        }
        text.into_bytes()
    }
}
