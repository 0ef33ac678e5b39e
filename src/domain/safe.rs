//! Stored text on its way to a terminal: the one function between the two.
//!
//! A name may hold anything that a card can: escape sequences that set the clipboard,
//! overrides that turn a line round, a thousand accents on one letter. What is stored is never
//! altered; what is shown is made harmless here, for every screen and every stream to a terminal.

use std::borrow::Cow;
use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar as _;

/// How many marks one letter keeps. Honest text has up to four (Vietnamese, Hebrew with niqqud).
const MARKS: usize = 8;

/// How many joiners one picture keeps. The largest families have three.
const JOINED: usize = 8;

/// What a line end of a value is shown as, where the value is on one line.
pub const BREAK: char = '↵';

/// `text` with nothing in it that could act on a terminal, on one line.
///
/// Line ends are shown as ↵, tabs become spaces, other controls their visible pictures (`␛`), bidirectional
/// overrides, tags and invisible signs vanish, joiners stay between letters and emoji, where
/// Persian and families need them, and of a flood of marks the first eight stay.
#[must_use]
pub fn safe(text: &str) -> Cow<'_, str> {
    if text.bytes().all(|byte| (0x20..0x7f).contains(&byte)) {
        return Cow::Borrowed(text);
    }
    let mut out = Shown {
        text: String::with_capacity(text.len()),
        joiner: None,
        joined: 0,
    };
    let mut marks = 0;
    let mut before = None;
    for sign in text.chars() {
        let before = before.replace(sign);
        if sign == '\n' && before == Some('\r') {
            continue;
        }
        if is_mark(sign) {
            marks += 1;
            if marks > MARKS {
                continue;
            }
        } else if !is_joiner(sign) && !is_invisible(sign) {
            marks = 0;
        }
        match sign {
            '\n' | '\r' | '\u{2028}' | '\u{2029}' | '\u{85}' => out.push(BREAK),
            '\t' => out.push(' '),
            '\u{0}'..='\u{1f}' => out.push(char::from_u32(0x2400 + u32::from(sign)).unwrap_or('␦')),
            '\u{7f}' => out.push('␡'),
            '\u{80}'..='\u{9f}' => out.push('␦'),
            _ if is_joiner(sign) => out.joiner = Some(sign),
            _ if is_invisible(sign) => {}
            _ => out.push(sign),
        }
    }
    Cow::Owned(out.text)
}

/// A value for another program, on one line and without what could act on a terminal: its line ends are spaces, since ↵
/// would be a sign of the value there.
#[must_use]
pub(crate) fn on_one_line(text: &str) -> String {
    let text = text.replace("\r\n", " ");
    safe(&text.replace(['\n', '\r', '\u{2028}', '\u{2029}', '\u{85}'], " ")).into_owned()
}

/// What is shown of a text so far.
struct Shown {
    text: String,
    /// A joiner at the end, if what follows can be joined.
    joiner: Option<char>,
    /// How many signs that are no letters were joined in a row.
    joined: usize,
}

impl Shown {
    fn push(&mut self, sign: char) {
        let joins = |sign: char| !sign.is_ascii() && !sign.is_whitespace();
        if sign.is_alphabetic() || !joins(sign) {
            self.joined = 0;
        }
        if let Some(joiner) = self.joiner.take()
            && joins(sign)
            && self.joined < JOINED
            && self.text.chars().next_back().is_some_and(joins)
        {
            self.joined += 1;
            self.text.push(joiner);
        }
        self.text.push(sign);
    }
}

/// A JSON text with its line ends, in which every other sign that could act on a terminal, or turn a
/// line round, is written as an escape: a reader of the JSON finds the same values.
#[must_use]
pub(crate) fn escaped(json: &str) -> Cow<'_, str> {
    let acts = |sign: char| {
        sign.is_control() && sign != '\n'
            || is_invisible(sign)
            || matches!(sign, '\u{2028}' | '\u{2029}')
    };
    if !json.contains(acts) {
        return Cow::Borrowed(json);
    }
    let mut escaped = String::with_capacity(json.len() + 64);
    for sign in json.chars() {
        if acts(sign) {
            for unit in sign.encode_utf16(&mut [0; 2]) {
                let _ = write!(escaped, "\\u{unit:04x}");
            }
        } else {
            escaped.push(sign);
        }
    }
    Cow::Owned(escaped)
}

/// Marks of the letter before them: accents, vowel signs, variation selectors, the later parts of
/// a Korean syllable. Not all of them have a combining class, but none has a width.
fn is_mark(sign: char) -> bool {
    !is_joiner(sign) && !is_invisible(sign) && sign.width() == Some(0)
}

/// The zero-width non-joiner and joiner.
pub(super) const fn is_joiner(sign: char) -> bool {
    matches!(sign, '\u{200c}' | '\u{200d}')
}

/// Signs without a width that readers do not see and terminals disagree about.
pub(super) const fn is_invisible(sign: char) -> bool {
    matches!(sign,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn an_escape_sequence_is_shown_and_does_nothing() {
        assert_eq!(safe("\u{1b}]52;c;aGk=\u{7}Bob"), "␛]52;c;aGk=␇Bob");
        assert_eq!(safe("a\u{9b}31mb"), "a␦31mb");
    }

    #[test]
    fn a_line_end_is_seen_and_ends_no_line() {
        assert_eq!(safe("a\r\nb\n\nc\rd\u{2028}e"), "a↵b↵↵c↵d↵e");
        assert_eq!(safe("a\tb"), "a b");
    }

    #[test]
    fn overrides_tags_and_floods_are_taken_out() {
        assert_eq!(safe("abc\u{202e}fed\u{e0041}"), "abcfed");
        assert_eq!(
            safe(&format!("e{}", "\u{301}".repeat(1000)))
                .chars()
                .count(),
            9
        );
        // Without a combining class, and without a width all the same.
        for mark in ["\u{fe0f}", "\u{34f}", "\u{e34}", "\u{11a8}", "\u{489}"] {
            assert_eq!(safe(&format!("a{}", mark.repeat(1000))).chars().count(), 9);
        }
        let family = "👩\u{200d}".repeat(1000);
        assert_eq!(safe(&family).matches('\u{200d}').count(), 8);
    }

    #[test]
    fn joiners_stay_where_people_need_them() {
        assert_eq!(safe("می\u{200c}خواهم"), "می\u{200c}خواهم");
        assert_eq!(safe("👩\u{200d}👧"), "👩\u{200d}👧");
        assert_eq!(safe("a\u{200d}b"), "ab");
    }
}
