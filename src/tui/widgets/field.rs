//! A field to type into: text, a cursor that moves by grapheme, and readline's keys.

use serde::{Deserialize, Serialize};
use unicode_segmentation::UnicodeSegmentation;

use crate::domain::safe::safe;

use super::text::{prefix, width};
use crate::tui::keymap::key::{Code, Key};

/// A field with its text. With `lines`, a line end may be typed into it; without, pasted ones become spaces, and those
/// of the text that it was opened with are signs as others are, shown as ↵.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Kept", into = "Kept")]
pub struct Field {
    text: String,
    /// A byte index at a grapheme boundary.
    cursor: usize,
    killed: String,
    lines: bool,
    /// Whether what is typed next takes the place of all its text.
    selected: bool,
}

/// A field as a draft keeps it; its cursor comes back at the end, where it always fits.
#[derive(Serialize, Deserialize)]
struct Kept {
    text: String,
    #[serde(default)]
    lines: bool,
}

impl From<Kept> for Field {
    fn from(Kept { text, lines }: Kept) -> Self {
        Self {
            lines,
            ..Self::new(text)
        }
    }
}

impl From<Field> for Kept {
    fn from(Field { text, lines, .. }: Field) -> Self {
        Self { text, lines }
    }
}

impl Field {
    /// A field of one line, the cursor at its end.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            cursor: text.len(),
            text,
            ..Self::default()
        }
    }

    /// A field of several lines.
    #[must_use]
    pub(crate) fn of_lines(text: impl Into<String>) -> Self {
        Self {
            lines: true,
            ..Self::new(text)
        }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Puts another text into it, the cursor at its end.
    pub fn set(&mut self, text: impl Into<String>) {
        self.text = text.into();
        self.cursor = self.text.len();
        self.selected = false;
    }

    /// Selects all of its text: what is typed next takes its place.
    pub fn select(&mut self) {
        self.cursor = self.text.len();
        self.selected = !self.text.is_empty();
    }

    /// Keeps its text where something is typed next.
    pub(crate) const fn unselect(&mut self) {
        self.selected = false;
    }

    /// Whether all of its text is selected.
    #[must_use]
    pub(crate) const fn is_selected(&self) -> bool {
        self.selected
    }

    /// Takes out what is selected.
    fn replace_selected(&mut self) {
        if std::mem::take(&mut self.selected) {
            self.kill(0, self.text.len());
        }
    }

    /// The text before the cursor.
    #[must_use]
    pub fn before(&self) -> &str {
        self.text.get(..self.cursor).unwrap_or_default()
    }

    fn after(&self) -> &str {
        self.text.get(self.cursor..).unwrap_or_default()
    }

    /// Types text at the cursor, as a paste does: controls are left out, and line ends are spaces
    /// where the field has one line.
    pub fn paste(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text: String = text
            .chars()
            .map(|sign| {
                if sign == '\t' || (sign == '\n' && !self.lines) {
                    ' '
                } else {
                    sign
                }
            })
            .filter(|sign| !sign.is_control() || (*sign == '\n' && self.lines))
            .collect();
        let text = if self.lines {
            text.as_str()
        } else {
            text.trim_end_matches(' ')
        };
        self.replace_selected();
        self.text.insert_str(self.cursor, text);
        self.cursor += text.len();
    }

    /// Takes a key; `false` where it means nothing in a field.
    pub fn press(&mut self, key: Key) -> bool {
        let deletes = matches!(
            (key.ctrl, key.code),
            (false, Code::Backspace | Code::Delete) | (true, Code::Char('w' | 'h' | 'u'))
        );
        if self.selected && deletes {
            self.replace_selected();
            return true;
        }
        if let Some(sign) = key.typed() {
            self.replace_selected();
            self.text.insert(self.cursor, sign);
            self.cursor += sign.len_utf8();
            return true;
        }
        match (key.ctrl, key.alt, key.code) {
            (false, false, Code::Left) | (true, false, Code::Char('b')) => {
                self.cursor -= self.left();
            }
            (false, false, Code::Right) | (true, false, Code::Char('f')) => {
                self.cursor += self.right();
            }
            (false, false, Code::Home) | (true, false, Code::Char('a')) => {
                self.cursor = self.line_start();
            }
            (false, false, Code::End) | (true, false, Code::Char('e')) => {
                self.cursor = self.line_end();
            }
            (false, true, Code::Char('b') | Code::Left) | (true, false, Code::Left) => {
                self.cursor -= self.word_left();
            }
            (false, true, Code::Char('f') | Code::Right) | (true, false, Code::Right) => {
                self.cursor += self.word_right();
            }
            (false, false, Code::Backspace) | (true, false, Code::Char('h')) => {
                let start = self.cursor - self.left();
                self.cut(start, self.cursor);
            }
            (false, false, Code::Delete) | (true, false, Code::Char('d')) => {
                self.cut(self.cursor, self.cursor + self.right());
            }
            (true, false, Code::Char('w')) | (false, true, Code::Backspace) => {
                self.kill(self.cursor - self.word_left(), self.cursor);
            }
            (false, true, Code::Char('d')) => {
                self.kill(self.cursor, self.cursor + self.word_right());
            }
            (true, false, Code::Char('u')) => self.kill(self.line_start(), self.cursor),
            (true, false, Code::Char('k')) => self.kill(self.cursor, self.line_end()),
            (true, false, Code::Char('y')) => {
                let killed = self.killed.clone();
                self.replace_selected();
                self.text.insert_str(self.cursor, &killed);
                self.cursor += killed.len();
            }
            (false, false, Code::Enter) if self.lines => self.paste("\n"),
            _ => return false,
        }
        self.selected = false;
        true
    }

    fn cut(&mut self, start: usize, end: usize) {
        self.text.replace_range(start..end, "");
        self.cursor = start;
    }

    fn kill(&mut self, start: usize, end: usize) {
        self.text
            .get(start..end)
            .unwrap_or_default()
            .clone_into(&mut self.killed);
        self.cut(start, end);
    }

    fn left(&self) -> usize {
        self.before()
            .graphemes(true)
            .next_back()
            .map_or(0, str::len)
    }

    fn right(&self) -> usize {
        self.after().graphemes(true).next().map_or(0, str::len)
    }

    fn word_left(&self) -> usize {
        let before = self.before();
        let word = before.trim_end_matches(|sign: char| !sign.is_alphanumeric());
        let start = word.trim_end_matches(char::is_alphanumeric);
        before.len() - start.len()
    }

    fn word_right(&self) -> usize {
        let after = self.after();
        let word = after.trim_start_matches(|sign: char| !sign.is_alphanumeric());
        let end = word.trim_start_matches(char::is_alphanumeric);
        after.len() - end.len()
    }

    fn line_start(&self) -> usize {
        let end = self.before().rfind('\n').filter(|_| self.lines);
        end.map_or(0, |at| at + 1)
    }

    fn line_end(&self) -> usize {
        let end = self.after().find('\n').filter(|_| self.lines);
        end.map_or(self.text.len(), |at| self.cursor + at)
    }

    /// The part of a one-line field that fits into `columns`, safe to show, and the column of the
    /// cursor in it.
    #[must_use]
    pub fn window(&self, columns: usize) -> (String, usize) {
        let room = columns.saturating_sub(1);
        let before = safe(self.before());
        let mut start = before.len();
        let mut column = 0;
        for (at, grapheme) in before.grapheme_indices(true).rev() {
            if column + width(grapheme) > room {
                break;
            }
            column += width(grapheme);
            start = at;
        }
        let mut seen = before.get(start..).unwrap_or_default().to_owned();
        seen.push_str(&safe(self.after()));
        (prefix(&seen, columns).to_owned(), column)
    }
}

#[cfg(test)]
mod tests {
    use super::Field;

    fn typed(keys: &[&str]) -> Field {
        let mut field = Field::default();
        for key in keys {
            match key.parse() {
                Ok(key) => assert!(field.press(key), "{key}"),
                Err(_) => field.paste(key),
            }
        }
        field
    }

    #[test]
    fn a_family_is_one_step_and_one_backspace() {
        let mut field = Field::new("a👩‍👩‍👧");
        field.press("backspace".parse().unwrap());
        assert_eq!(field.text(), "a");
    }

    #[test]
    fn readline_keys_do_what_readline_does() {
        assert_eq!(typed(&["347 555 0164", "^W", "^W"]).text(), "347 ");
        assert_eq!(
            typed(&["one two", "^A", "^K", "x", "^Y"]).text(),
            "xone two"
        );
        assert_eq!(typed(&["one two", "alt-b", "^U"]).text(), "two");
        assert_eq!(typed(&["ab", "^H"]).text(), "a");
    }

    #[test]
    fn a_pasted_line_end_is_a_space_and_never_submits() {
        assert_eq!(typed(&["Marco\r\nBianchi\n"]).text(), "Marco Bianchi");
        let mut note = Field::of_lines("");
        note.paste("a\r\nb\u{1b}[31m");
        assert_eq!(note.text(), "a\nb[31m");
    }

    #[test]
    fn a_line_end_in_a_field_of_one_line_is_seen_and_stays() {
        let mut field = Field::new("12\nb");
        assert_eq!(field.window(8), ("12↵b".to_owned(), 4));
        for key in ["^A", "x", "^E", "y", "^U", "^Y"] {
            assert!(field.press(key.parse().unwrap()), "{key}");
        }
        assert_eq!(field.text(), "x12\nby");
    }

    #[test]
    fn what_is_typed_takes_the_place_of_what_is_selected() {
        let selected = |keys: &[&str]| {
            let mut field = Field::new("+39 Italy");
            field.select();
            for key in keys {
                field.press(key.parse().unwrap());
            }
            field
        };
        assert_eq!(selected(&["g", "e"]).text(), "ge");
        assert_eq!(selected(&["backspace"]).text(), "");
        assert_eq!(selected(&["left", "x"]).text(), "+39 Italxy");
        assert_eq!(selected(&["^W", "^Y"]).text(), "+39 Italy");
        let mut pasted = selected(&[]);
        pasted.paste("uk");
        assert_eq!(pasted.text(), "uk");
        let mut blank = Field::new("");
        blank.select();
        assert!(!blank.is_selected());
    }

    #[test]
    fn the_cursor_stays_in_the_window() {
        let field = Field::new("丸山 Maruyama Ken");
        let (seen, column) = field.window(6);
        assert_eq!((seen.as_str(), column), ("a Ken", 5));
        let long = Field::new("丸".repeat(300_000));
        assert_eq!(long.window(8), ("丸丸丸".to_owned(), 6));
        let hostile = Field::new("a\u{202e}b\u{e0041}");
        assert_eq!(hostile.window(8), ("ab".to_owned(), 2));
    }
}
