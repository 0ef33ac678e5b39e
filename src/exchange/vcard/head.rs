//! The head of a content line: group, name, parameters.

use crate::exchange::charset::Charset;

use super::param::holds;
use super::quoted_printable::octets;

/// The text before the colon.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Head {
    /// The group, in lower case.
    pub(super) group: Option<String>,
    /// The name, in upper case.
    pub(super) name: String,
    /// The types, in lower case and in their order; those of 2.1, which stand alone, among them.
    pub(super) types: Vec<String>,
    /// The other parameters, names in upper case.
    pub(super) params: Vec<(String, String)>,
    /// The charset that it names, where that is known.
    pub(super) charset: Option<Charset>,
    /// Whether that is US-ASCII, which some programs name whatever they write.
    pub(super) says_ascii: bool,
    pub(super) quoted_printable: bool,
}

impl Head {
    /// Reads a head; none where it has no name that a property may have, or frames the card.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        let head = String::from_utf8_lossy(head);
        let unclosed = head.matches('"').count() % 2 == 1;
        let head = if unclosed {
            head.replace('"', "").into()
        } else {
            head
        };
        let mut quoted = false;
        let mut parts = head.split(|sign| {
            quoted ^= sign == '"';
            sign == ';' && !quoted
        });
        let name = parts.next().map(str::trim)?;
        // Other signs are no property's name.
        let plain = |sign: char| sign.is_ascii_alphanumeric() || "-_./".contains(sign);
        if !name.chars().all(plain) {
            return None;
        }
        let (group, name) = match name.rsplit_once('.') {
            Some((group, name)) => (Some(group.to_ascii_lowercase()), name),
            None => (None, name),
        };
        let name = name.to_ascii_uppercase();
        if matches!(name.as_str(), "" | "BEGIN" | "END" | "VERSION") {
            return None;
        }
        let mut read = Self {
            group,
            name,
            ..Self::default()
        };
        for part in parts {
            read.parameter(part);
        }
        Some(read)
    }

    fn parameter(&mut self, written: &str) {
        let written = written.trim();
        if written.is_empty() {
            return;
        }
        if let Some(label) = custom_type(written) {
            self.types.push(label.to_lowercase());
            return;
        }
        let (name, value) = match written.split_once('=') {
            Some((name, value)) => (name.trim().to_ascii_uppercase(), value.trim()),
            None => (String::new(), written),
        };
        // A backslash is plain text in a parameter (RFC 6350, 3.3), and what some programs escape with.
        let plain = |sign: &char| !sign.is_control() && !matches!(sign, '"' | '\\');
        let value: String = value.chars().filter(plain).collect();
        let value = value.trim();
        let word = value.to_ascii_uppercase();
        match (name.as_str(), word.as_str()) {
            ("" | "ENCODING", "QUOTED-PRINTABLE") => self.quoted_printable = true,
            ("", "" | "7BIT" | "8BIT" | "B" | "BASE64") | ("ENCODING" | "VALUE", _) => {}
            ("CHARSET", "US-ASCII" | "ASCII") => {
                self.charset = Some(Charset::WINDOWS_1252);
                self.says_ascii = true;
            }
            ("CHARSET", name) => self.charset = Charset::named(name),
            ("" | "TYPE", _) => {
                let types = value.split(',').map(|kind| kind.trim().to_lowercase());
                self.types.extend(types.filter(|kind| !kind.is_empty()));
            }
            _ => self.params.push((name, value.to_owned())),
        }
    }
}

/// The label that Android writes as a type of 2.1: `X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=41)`,
/// or `X-CUSTOM(Label)`.
pub(super) fn custom_type(param: &str) -> Option<String> {
    let within = param.strip_prefix("X-CUSTOM(")?.strip_suffix(')')?;
    let is_quoted = within.contains("ENCODING=QUOTED-PRINTABLE,");
    let label = if is_quoted {
        let (_, quoted) = within.rsplit_once("ENCODING=QUOTED-PRINTABLE,")?;
        let bytes = octets(quoted.as_bytes());
        String::from_utf8_lossy(&bytes).into_owned()
    } else {
        within.rsplit(',').next()?.to_owned()
    };
    let label: String = label.chars().filter(|sign| holds(*sign)).collect();
    let label = label.trim();
    (!label.is_empty()).then(|| label.to_owned())
}
