//! A saved filter as a line of `[filters]`.

use std::fmt::Write as _;

use crate::domain::query::SavedFilter;

/// The line of a filter below `[filters]`.
#[must_use]
pub(crate) fn line_of(filter: &SavedFilter) -> String {
    let name = &filter.name;
    let is_bare = |sign: u8| sign.is_ascii_alphanumeric() || b"_-".contains(&sign);
    let name = if !name.is_empty() && name.bytes().all(is_bare) {
        name.clone()
    } else {
        quoted(name)
    };
    format!("{name} = {}", quoted(&filter.text))
}

/// A text as a string of TOML; one with quotes in it, as filters have them, without escapes where that can be.
pub(super) fn quoted(text: &str) -> String {
    let is_plain = text.chars().all(|sign| !sign.is_control());
    if is_plain && text.contains(['"', '\\']) && !text.contains('\'') {
        return format!("'{text}'");
    }
    let mut quoted = String::from("\"");
    for sign in text.chars() {
        match sign {
            '"' | '\\' => quoted.extend(['\\', sign]),
            sign if sign.is_control() => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(sign));
            }
            sign => quoted.push(sign),
        }
    }
    quoted.push('"');
    quoted
}
