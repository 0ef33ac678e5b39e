//! Keys: what a terminal sends, and how a key is written in hints, help and the configuration.

use std::fmt;
use std::str::FromStr;

use crate::domain::safe::safe;

/// Which key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// A character, with shift already in it.
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Tab with shift.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// Home.
    Home,
    /// End.
    End,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// A function key.
    F(u8),
}

/// The names of the keys that are no characters.
const NAMES: [(Code, &str); 15] = [
    (Code::Enter, "enter"),
    (Code::Esc, "esc"),
    (Code::Tab, "tab"),
    (Code::BackTab, "shift-tab"),
    (Code::Backspace, "backspace"),
    (Code::Delete, "delete"),
    (Code::Left, "left"),
    (Code::Right, "right"),
    (Code::Up, "up"),
    (Code::Down, "down"),
    (Code::Home, "home"),
    (Code::End, "end"),
    (Code::PageUp, "pageup"),
    (Code::PageDown, "pagedown"),
    (Code::Char(' '), "space"),
];

/// A key with its modifiers, written `a`, `E`, `^S`, `alt-b`, `enter`, `f1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Which key.
    pub code: Code,
    /// With control.
    pub ctrl: bool,
    /// With alt.
    pub alt: bool,
}

/// Letters and the QWERTY keys in whose places they stand: the Russian layout with what the
/// Ukrainian and the Belarusian one have instead, and the Greek one.
const LAYOUTS: [(&str, &str); 4] = [
    ("йцукенгшщзфывапролдячсмить", "qwertyuiopasdfghjklzxcvbnm"),
    ("іў", "so"),
    ("ςερτυθιοπασδφγηξκλ", "wertyuiopasdfghjkl"),
    ("ζχψωβνμ", "zxcvbnm"),
];

impl Key {
    /// The key in its place on a QWERTY keyboard, where it is a letter of another layout.
    #[must_use]
    pub(crate) fn on_qwerty(self) -> Option<Self> {
        let Code::Char(sign) = self.code else {
            return None;
        };
        let small = sign.to_lowercase().next().filter(|_| !sign.is_ascii())?;
        let letter = LAYOUTS.iter().find_map(|(theirs, qwerty)| {
            let pairs = theirs.chars().zip(qwerty.chars());
            pairs
                .into_iter()
                .find_map(|(their, letter)| (their == small).then_some(letter))
        })?;
        let code = Code::Char(if sign == small {
            letter
        } else {
            letter.to_ascii_uppercase()
        });
        Some(Self { code, ..self })
    }

    /// What arrives when control is held with a sign: a terminal sends one byte for it, and for some signs
    /// that of another key.
    #[must_use]
    pub(crate) const fn sent_with_control(sign: char) -> Option<Self> {
        let plain = match sign.to_ascii_lowercase() {
            'i' => Code::Tab,
            'm' => Code::Enter,
            '[' | '3' => Code::Esc,
            '?' | '8' => Code::Backspace,
            letter @ ('a'..='z' | ' ' | '\\' | ']' | '^' | '_') => {
                return Some(Self {
                    code: Code::Char(letter),
                    ctrl: true,
                    alt: false,
                });
            }
            '@' | '2' => return Self::sent_with_control(' '),
            '4' => return Self::sent_with_control('\\'),
            '5' => return Self::sent_with_control(']'),
            '6' => return Self::sent_with_control('^'),
            '7' | '/' => return Self::sent_with_control('_'),
            _ => return None,
        };
        Some(Self::plain(plain))
    }

    /// A key without modifiers.
    #[must_use]
    pub const fn plain(code: Code) -> Self {
        Self {
            code,
            ctrl: false,
            alt: false,
        }
    }

    /// The character that it types, if any.
    #[must_use]
    pub const fn typed(self) -> Option<char> {
        match self {
            Self {
                code: Code::Char(sign),
                ctrl: false,
                alt: false,
            } => Some(sign),
            _ => None,
        }
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.alt {
            f.write_str("alt-")?;
        }
        if let Some((_, name)) = NAMES.iter().find(|(code, _)| *code == self.code) {
            return write!(f, "{}{name}", if self.ctrl { "ctrl-" } else { "" });
        }
        match self.code {
            Code::Char(sign) if self.ctrl => write!(f, "^{}", sign.to_ascii_uppercase()),
            Code::Char(sign) => write!(f, "{sign}"),
            Code::F(number) => write!(f, "{}F{number}", if self.ctrl { "ctrl-" } else { "" }),
            _ => Ok(()),
        }
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (alt, rest) = text
            .strip_prefix("alt-")
            .map_or((false, text), |rest| (true, rest));
        let named = |name: &str| {
            let name = name.to_lowercase();
            let known = NAMES.iter().find(|(_, known)| *known == name);
            let function = || {
                let number = name.strip_prefix('f')?.parse().ok()?;
                Some(Code::F(number))
            };
            known.map(|(code, _)| *code).or_else(function)
        };
        let (ctrl, rest) = match named(rest) {
            Some(_) => (false, rest),
            None => rest
                .strip_prefix("ctrl-")
                .or_else(|| rest.strip_prefix('^').filter(|rest| !rest.is_empty()))
                .map_or((false, rest), |rest| (true, rest)),
        };
        if let Some(code) = named(rest) {
            return Ok(Self { code, ctrl, alt });
        }
        let mut signs = rest.chars();
        // Invisible signs are shown in no hint, and no keyboard types them.
        match (signs.next(), signs.next()) {
            (Some(sign), None) if ctrl => {
                let sent = Self::sent_with_control(sign).ok_or_else(|| {
                    format!(
                        "no terminal sends {}; control goes with a letter, space, \\, ], ^ or _",
                        safe(text)
                    )
                })?;
                Ok(Self { alt, ..sent })
            }
            (Some(sign), None) if safe(rest) == rest => Ok(Self {
                code: Code::Char(sign),
                ctrl,
                alt,
            }),
            _ => Err(format!(
                "unknown key {}; write keys as a, E, ^S, alt-b, enter, space or F1",
                if text.is_empty() {
                    "\"\"".into()
                } else {
                    safe(text)
                }
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn a_key_is_read_as_it_is_written() {
        for text in [
            "a",
            "E",
            "^S",
            "alt-b",
            "enter",
            "shift-tab",
            "F1",
            "space",
            "/",
            "^",
            "^^",
            "ctrl-left",
            "ctrl-F5",
            "alt-ctrl-space",
        ] {
            assert_eq!(
                text.parse::<Key>().map(|key| key.to_string()),
                Ok(text.to_owned())
            );
        }
        for text in ["hyper-x", "", "ab", "\u{1b}", "^\u{202e}", "F256"] {
            assert!(text.parse::<Key>().is_err(), "{text:?}");
        }
    }
}
