//! The terminal's replies, told apart from keys.
//!
//! A reply comes among the keys, whole or in pieces, late, twice or never. What begins like one is held back
//! until it is whole or its time is over, so that no piece of it acts as a key; keys around it keep their order.
//! The library below hands `ESC ]` over as alt-`]`, a bell as ctrl-G, and the rest as plain letters.

use std::collections::VecDeque;
use std::mem;
use std::time::{Duration, Instant};

use crossterm::event::{Event, KeyCode, KeyModifiers};

use crate::config::looks::ColorPalette;

/// Asks for the background colour (xterm control sequences, Operating System Commands, 11).
pub(super) const QUESTION: &[u8] = b"\x1b]11;?\x1b\\";

/// How the answer to that begins, after `ESC ]`.
const ANSWER: &str = "11;rgb";

/// How long after the question, and after each piece of a reply that began in that time, the next piece is
/// waited for.
pub const ANSWER_TIME: Duration = Duration::from_secs(2);

/// The same for a reply that is not expected: to the program before this one, or very late. Its pieces
/// come at once; keys that a person presses do not.
const REPLY_TIME: Duration = Duration::from_millis(50);

/// Whether the terminal was asked for its background, and whether it answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Question {
    Unasked,
    Open,
    Answered,
}

/// What is held back.
#[derive(Debug, Default)]
enum Held {
    #[default]
    Nothing,
    /// An escape: the beginning of the answer, or the key.
    Escape(Event),
    Reply(Reply),
}

/// A reply that has begun.
#[derive(Debug)]
struct Reply {
    first: Event,
    /// What came of the answer; none: this is the reply to another question.
    answer: Option<String>,
    /// The event of an escape: the end, if a backslash follows.
    escape: Option<Event>,
    /// How long each piece is waited for.
    patience: Duration,
    pieces: usize,
}

/// What an event may be in a reply.
enum Piece {
    /// `ESC ]`, which begins the answer.
    Begin,
    /// What begins other replies.
    BeginOther,
    /// A bell, or an escape with its backslash.
    End,
    Escape,
    Letter(char),
}

/// Takes events, and gives those that are keys.
#[derive(Debug)]
pub(super) struct Replies {
    question: Question,
    /// Until when the answer is expected.
    expected: Option<Instant>,
    held: Held,
    /// Until when it is held back.
    until: Option<Instant>,
    keys: VecDeque<Event>,
}

impl Replies {
    /// Nothing was asked.
    pub(super) const fn new() -> Self {
        Self {
            question: Question::Unasked,
            expected: None,
            held: Held::Nothing,
            until: None,
            keys: VecDeque::new(),
        }
    }

    /// The terminal has been asked for its background.
    pub(super) fn asked(&mut self, now: Instant) {
        self.question = Question::Open;
        self.expected = Some(now + ANSWER_TIME);
    }

    /// Takes an event. Gives the palette for the background once, when the answer is whole.
    pub(super) fn take(&mut self, event: Event, now: Instant) -> Option<ColorPalette> {
        match (mem::take(&mut self.held), piece(&event)) {
            (Held::Reply(reply), piece) => return self.go_on(reply, piece, event, now),
            (Held::Nothing | Held::Escape(_), Some(Piece::Begin))
            | (Held::Escape(_), Some(Piece::Letter(']'))) => {
                self.begin(event, Some(String::new()), now);
            }
            (Held::Escape(key), _) => {
                self.keys.push_back(key);
                return self.take(event, now);
            }
            (Held::Nothing, Some(Piece::BeginOther)) => self.begin(event, None, now),
            (Held::Nothing, Some(Piece::Escape))
                if self.question == Question::Open && self.is_expected(now) =>
            {
                self.until = self.expected;
                self.held = Held::Escape(event);
            }
            (Held::Nothing, _) => self.keys.push_back(event),
        }
        None
    }

    fn begin(&mut self, first: Event, answer: Option<String>, now: Instant) {
        let patience = if self.is_expected(now) {
            ANSWER_TIME
        } else {
            REPLY_TIME
        };
        self.until = Some(now + patience);
        self.held = Held::Reply(Reply {
            first,
            answer,
            escape: None,
            patience,
            pieces: 0,
        });
    }

    /// Takes an event after a reply has begun.
    fn go_on(
        &mut self,
        mut reply: Reply,
        piece: Option<Piece>,
        event: Event,
        now: Instant,
    ) -> Option<ColorPalette> {
        match (piece, reply.escape.take()) {
            (Some(Piece::Begin), _) | (Some(Piece::Letter(']')), Some(_)) => {
                self.begin(event, Some(String::new()), now);
                return None;
            }
            (Some(Piece::End), _) | (Some(Piece::Letter('\\')), Some(_)) => {
                self.until = None;
                let palette = palette_for(&reply.answer?)?;
                let was = mem::replace(&mut self.question, Question::Answered);
                return (was == Question::Open).then_some(palette);
            }
            (Some(Piece::Escape), _) => {
                reply.escape = Some(event);
                self.until = Some(now + reply.patience);
            }
            (Some(Piece::Letter(letter)), escape) => {
                // No end followed it.
                self.keys.extend(escape);
                if reply.takes(letter) {
                    self.until = Some(now + reply.patience);
                } else {
                    self.keys.push_back(event);
                }
            }
            (Some(Piece::BeginOther) | None, escape) => {
                self.keys.extend(escape);
                self.keys.push_back(event);
            }
        }
        self.held = Held::Reply(reply);
        None
    }

    /// The next key, or other event that is of no reply.
    pub(super) fn next_key(&mut self) -> Option<Event> {
        self.keys.pop_front()
    }

    /// Whether there is a key.
    pub(super) fn has_keys(&self) -> bool {
        !self.keys.is_empty()
    }

    /// How long the next piece is waited for; none where nothing is held back, so that a terminal that never
    /// answers wakes no one.
    pub(super) fn patience(&self, now: Instant) -> Option<Duration> {
        let until = self.until.filter(|_| !matches!(self.held, Held::Nothing))?;
        Some(until.saturating_duration_since(now))
    }

    /// The time is over: an escape was the key, and what came of a reply is dropped.
    pub(super) fn give_up(&mut self) {
        self.until = None;
        match mem::take(&mut self.held) {
            Held::Nothing => {}
            Held::Escape(key) => self.keys.push_back(key),
            // It began like a reply, and was a key.
            Held::Reply(reply) if reply.pieces == 0 && reply.patience == REPLY_TIME => {
                self.keys.push_back(reply.first);
                self.keys.extend(reply.escape);
            }
            Held::Reply(reply) => self.keys.extend(reply.escape),
        }
    }

    fn is_expected(&self, now: Instant) -> bool {
        self.expected.is_some_and(|expected| now < expected)
    }
}

impl Reply {
    /// Takes a letter, unless it cannot be of the answer, where a person has typed it.
    fn takes(&mut self, letter: char) -> bool {
        self.pieces += 1;
        let Some(answer) = &mut self.answer else {
            return true;
        };
        answer.push(letter);
        if begins_answer(answer) {
            return true;
        }
        answer.pop();
        if answer.len() < ANSWER.len() {
            self.answer = None;
            return true;
        }
        self.pieces -= 1;
        false
    }
}

fn piece(event: &Event) -> Option<Piece> {
    let Event::Key(key) = event else { return None };
    match (key.code, key.modifiers.difference(KeyModifiers::SHIFT)) {
        (KeyCode::Char(']'), KeyModifiers::ALT) => Some(Piece::Begin),
        (KeyCode::Char('P' | '_' | '^' | 'X'), KeyModifiers::ALT) => Some(Piece::BeginOther),
        (KeyCode::Char('\\'), KeyModifiers::ALT) | (KeyCode::Char('g'), KeyModifiers::CONTROL) => {
            Some(Piece::End)
        }
        (KeyCode::Esc, KeyModifiers::NONE) => Some(Piece::Escape),
        (KeyCode::Char(letter), KeyModifiers::NONE) => Some(Piece::Letter(letter)),
        _ => None,
    }
}

/// The parts of a colour, if a text is the beginning of an answer: `11;rgb:ffff/ffff/dddd`.
fn parts(text: &str) -> Option<Vec<&str>> {
    let colour = text.strip_prefix(ANSWER)?;
    // Some terminals add how opaque it is.
    let colour = colour.strip_prefix('a').unwrap_or(colour);
    let parts: Vec<&str> = colour.strip_prefix(':')?.split('/').collect();
    let is_part = |part: &&str| part.len() <= 4 && part.bytes().all(|b| b.is_ascii_hexdigit());
    (parts.len() <= 4 && parts.iter().all(is_part)).then_some(parts)
}

fn begins_answer(text: &str) -> bool {
    ANSWER.starts_with(text) || text == "11;rgba" || parts(text).is_some()
}

/// The palette for the background of an answer.
fn palette_for(answer: &str) -> Option<ColorPalette> {
    let parts = parts(answer)?;
    let [red, green, blue] = *parts.first_chunk()?;
    let light = 0.299 * part(red)? + 0.587 * part(green)? + 0.114 * part(blue)?;
    // The brightness of ITU-R BT.601.
    Some(if light > 0.5 {
        ColorPalette::Light
    } else {
        ColorPalette::Dark
    })
}

/// One part of a colour, one to four hexadecimal digits, from 0 to 1.
fn part(digits: &str) -> Option<f64> {
    let value = u32::from_str_radix(digits, 16).ok()?;
    let digits = u32::try_from(digits.len()).ok()?;
    let most = 16_u32.checked_pow(digits)?.checked_sub(1)?;
    Some(f64::from(value) / f64::from(most))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};

    use super::{ColorPalette, Replies, palette_for};

    const LIGHT: &str = "\u{1b}]11;rgb:ffff/ffff/dddd\u{1b}\\";

    /// The events that the library below makes of bytes which come in one piece.
    fn events(piece: &str) -> Vec<Event> {
        let key = |code, modifiers| Event::Key(KeyEvent::new(code, modifiers));
        let mut events = Vec::new();
        let mut signs = piece.chars();
        while let Some(sign) = signs.next() {
            events.push(match sign {
                '\u{1b}' => match signs.next() {
                    None | Some('\u{1b}') => key(KeyCode::Esc, KeyModifiers::NONE),
                    Some(next) => key(KeyCode::Char(next), KeyModifiers::ALT),
                },
                '\u{7}' => key(KeyCode::Char('g'), KeyModifiers::CONTROL),
                '\r' => key(KeyCode::Enter, KeyModifiers::NONE),
                sign => key(KeyCode::Char(sign), KeyModifiers::NONE),
            });
        }
        events
    }

    /// What comes of pieces that come so long after the question: the palettes, and the keys as letters, an
    /// escape as `^`, one with alt after `~`.
    struct Seen {
        palettes: Vec<ColorPalette>,
        keys: String,
    }

    fn seen(pieces: &[(u64, &str)]) -> Seen {
        let asked = Instant::now();
        let mut replies = Replies::new();
        replies.asked(asked);
        let mut seen = Seen {
            palettes: Vec::new(),
            keys: String::new(),
        };
        let end = (u64::MAX / 4, "");
        for (at, piece) in pieces.iter().chain([&end]) {
            let now = asked + Duration::from_millis(*at);
            if replies.patience(now) == Some(Duration::ZERO) {
                replies.give_up();
            }
            for event in events(piece) {
                seen.palettes.extend(replies.take(event, now));
            }
            while let Some(event) = replies.next_key() {
                let Event::Key(key) = event else { continue };
                if key.modifiers == KeyModifiers::ALT {
                    seen.keys.push('~');
                }
                seen.keys.push(match key.code {
                    KeyCode::Char(sign) => sign,
                    KeyCode::Esc => '^',
                    _ => '#',
                });
            }
        }
        seen
    }

    #[track_caller]
    fn is(pieces: &[(u64, &str)], palettes: &[ColorPalette], keys: &str) {
        let seen = seen(pieces);
        let seen = (seen.palettes.as_slice(), seen.keys.as_str());
        assert_eq!(seen, (palettes, keys), "{pieces:?}");
    }

    #[test]
    fn an_answer_is_read_wherever_it_is_cut_and_no_piece_of_it_is_a_key() {
        let light = [ColorPalette::Light];
        for end in ["\u{1b}\\", "\u{7}"] {
            let answer = format!("\u{1b}]11;rgb:ffff/ffff/dddd{end}");
            for cut in 0..=answer.len() {
                let (one, other) = answer.split_at(cut);
                is(
                    &[(0, "jk"), (10, one), (310, other), (320, "l")],
                    &light,
                    "jkl",
                );
                // Cut for good, and typed into.
                let cut_off = if cut == answer.len() { &light[..] } else { &[] };
                is(&[(10, one), (2_020, "\r")], cut_off, &{
                    // A lone escape may have been the key, whether first or in the end of the answer.
                    let is_key = one.ends_with('\u{1b}');
                    format!("{}#", if is_key { "^" } else { "" })
                });
            }
            let letters = answer.char_indices();
            let letters: Vec<(u64, String)> = letters
                .map(|(at, letter)| (300 * u64::try_from(at).unwrap(), letter.to_string()))
                .collect();
            let pieces: Vec<(u64, &str)> = letters.iter().map(|(at, s)| (*at, &s[..])).collect();
            is(&pieces, &light, "");
            is(&[(10, &answer.repeat(2))], &light, "");
        }
    }

    #[test]
    fn a_late_answer_is_no_key_and_sets_the_colours_once() {
        is(&[(3_000, LIGHT)], &[ColorPalette::Light], "");
        is(&[(10, LIGHT), (3_000, LIGHT)], &[ColorPalette::Light], "");
    }

    #[test]
    fn keys_are_keys_where_no_answer_comes() {
        is(
            &[(0, "j"), (5, "\u{1b}"), (10, "k"), (15, "\u{1b}")],
            &[],
            "j^k^",
        );
        is(&[(5, "\u{1b}"), (6, "\u{1b}x")], &[], "^~x");
        is(&[(2_500, "\u{1b}"), (2_501, "]")], &[], "^]");
        // Alone, long after the question, it is a key with alt.
        is(&[(2_500, "\u{1b}]"), (3_000, "k")], &[], "~]k");
        is(&[(2_500, "\u{1b}P"), (2_501, "1+r544e\u{1b}\\k")], &[], "k");
    }

    #[test]
    fn what_cannot_be_of_the_answer_is_a_key_in_the_middle_of_it() {
        is(
            &[(5, "\u{1b}]11;rgb:ff"), (100, "jq\r"), (200, "/0/0\u{7}k")],
            &[ColorPalette::Dark],
            "jq#k",
        );
        // Another answer: all of it is passed over.
        is(&[(5, "\u{1b}]4;1;jkq\u{7}l")], &[], "l");
    }

    #[test]
    fn a_background_is_light_or_dark() {
        for (answer, palette) in [
            ("11;rgb:0000/0000/0000", Some(ColorPalette::Dark)),
            ("11;rgb:f/f/f", Some(ColorPalette::Light)),
            ("11;rgb:1e/1e/2e", Some(ColorPalette::Dark)),
            ("11;rgb:fdf6/f6e3/e300", Some(ColorPalette::Light)),
            ("11;rgba:ffff/ffff/ffff/ffff", Some(ColorPalette::Light)),
            ("10;rgb:ffff/ffff/ffff", None),
            ("11;rgb:ffff/ffff", None),
            ("11;rgb:ffff/ffff/", None),
            ("11;rgb:fffff/0/0", None),
            ("11;?", None),
        ] {
            assert_eq!(palette_for(answer), palette, "{answer}");
        }
    }
}
