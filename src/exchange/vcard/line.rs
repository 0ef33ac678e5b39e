//! Content lines as they are written: escaped, encoded and folded as the version wants it.

use std::fmt::Write as _;

/// The version of a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// versit vCard 2.1.
    V21,
    /// vCard 3.0 (RFC 2426).
    V30,
    /// vCard 4.0 (RFC 6350).
    V40,
}

impl Version {
    /// The value of `VERSION`.
    #[must_use]
    pub const fn number(self) -> &'static str {
        match self {
            Self::V21 => "2.1",
            Self::V30 => "3.0",
            Self::V40 => "4.0",
        }
    }
}

/// How many octets a line may have (RFC 6350, 3.2).
const WIDTH: usize = 75;

/// How the lines of a card are written.
#[derive(Clone, Copy, Debug)]
pub(super) struct LineForm {
    pub(super) version: Version,
    /// The card's line end.
    pub(super) end: &'static str,
}

/// A content line to be written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Line {
    /// The group, if any.
    pub(super) group: Option<String>,
    /// The property's name.
    pub(super) name: String,
    /// The parameters as they are written: `TYPE=work`, or in 2.1 `WORK`.
    pub(super) params: Vec<String>,
    /// The value, its parts escaped.
    pub(super) value: String,
}

impl Line {
    /// A line with one text for its value.
    pub(super) fn text(name: &str, text: &str) -> Self {
        Self::of(name, escape(text))
    }

    /// A line with a value that is escaped already, or that has no escapes.
    pub(super) fn of(name: &str, value: String) -> Self {
        Self {
            name: name.to_owned(),
            value,
            ..Self::default()
        }
    }

    /// The line with one more parameter.
    pub(super) fn with(mut self, param: impl Into<String>) -> Self {
        self.params.push(param.into());
        self
    }

    /// The line within a group.
    pub(super) fn grouped(mut self, group: &str) -> Self {
        self.group = Some(group.to_owned());
        self
    }

    /// Writes the line with its end.
    pub(super) fn write(&self, form: LineForm, out: &mut Vec<u8>) {
        let mut head = String::new();
        if let Some(group) = &self.group {
            let _ = write!(head, "{group}.");
        }
        head.push_str(&self.name);
        for param in &self.params {
            let _ = write!(head, ";{param}");
        }
        if form.version == Version::V21 {
            // What is more than plain text has to be encoded there (versit 2.1, 2.1.3).
            let value = self.older();
            if value.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
                let _ = write!(head, ":{value}{}", form.end);
            } else {
                head.push_str(";CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:");
                quote(&value, form.end, &mut head);
            }
            out.extend_from_slice(head.as_bytes());
            return;
        }
        let _ = write!(head, ":{}", self.value);
        fold(&head, form.end, out);
    }
}

impl Line {
    /// The value as 2.1 has it: line ends are themselves, and a comma is a plain sign but where a
    /// reader of later versions would find a list.
    fn older(&self) -> String {
        let lists = matches!(self.name.as_str(), "ADR" | "CATEGORIES" | "N" | "NICKNAME");
        let mut value = String::with_capacity(self.value.len());
        let mut signs = self.value.chars();
        while let Some(sign) = signs.next() {
            match (sign, (sign == '\\').then(|| signs.next()).flatten()) {
                ('\\', Some('n' | 'N')) => value.push_str("\r\n"),
                ('\\', Some(',')) if !lists => value.push(','),
                ('\\', Some(escaped)) => value.extend(['\\', escaped]),
                (other, _) => value.push(other),
            }
        }
        value
    }
}

/// A text with the signs escaped that structure a value (RFC 6350, 3.4).
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        match sign {
            '\\' | ',' | ';' => escaped.extend(['\\', sign]),
            '\r' if signs.peek() == Some(&'\n') => {}
            // An old Mac's line end, without which two words would be one.
            '\n' | '\r' => escaped.push_str("\\n"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Writes a line in pieces of at most [`WIDTH`] octets, each one of whole characters.
fn fold(line: &str, end: &str, out: &mut Vec<u8>) {
    let mut room = WIDTH;
    for sign in line.chars() {
        if sign.len_utf8() > room {
            out.extend_from_slice(end.as_bytes());
            out.push(b' ');
            room = WIDTH - 1;
        }
        room -= sign.len_utf8();
        out.extend_from_slice(sign.encode_utf8(&mut [0; 4]).as_bytes());
    }
    out.extend_from_slice(end.as_bytes());
}

/// Writes a value as quoted-printable (RFC 2045, 6.7), in lines that end softly.
fn quote(value: &str, end: &str, out: &mut String) {
    let mut room = WIDTH / 2;
    let last = value.len().saturating_sub(1);
    for (index, byte) in value.bytes().enumerate() {
        let plain = matches!(byte, b'!'..=b'<' | b'>'..=b'~') || byte == b' ' && index < last;
        let length = if plain { 1 } else { 3 };
        if length > room {
            out.push('=');
            out.push_str(end);
            room = WIDTH - 1;
        }
        room -= length;
        if plain {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "={byte:02X}");
        }
    }
    out.push_str(end);
}
