//! Numbers as they are shown, and found.

use rlibphonenumber::{PhoneNumber, PhoneNumberFormat};

use super::digits::digits;
use super::reading::numbered;
use super::region::{Region, only_region_of};
use super::single::is_complete;
use super::stored::stored_as;
use super::written::written;

/// What a screen shows for a stored number: the international format where it is E.164, else the
/// text itself.
#[must_use]
pub fn display(stored: &str) -> String {
    let (number, pauses) = split_pauses(stored);
    match numbered(number, None, None) {
        Ok(parsed) if stored.starts_with('+') && is_complete(&parsed) => shown(&parsed, pauses),
        _ => stored.to_owned(),
    }
}

/// What a screen shows for a stored number whose calling code is known: as [`display`], without
/// parsing it again, which costs more than all else that is done to show a row.
#[must_use]
pub fn display_of(calling_code: Option<&str>, stored: &str) -> String {
    let (number, pauses) = split_pauses(stored);
    match calling_code.and_then(|code| stored_as(code, number)) {
        Some(parsed) => shown(&parsed, pauses),
        None => display(stored),
    }
}

fn shown(parsed: &PhoneNumber, pauses: &str) -> String {
    let mut shown = parsed
        .format_as(PhoneNumberFormat::International)
        .into_owned();
    if !pauses.is_empty() {
        shown.push(' ');
        shown.push_str(pauses);
    }
    shown
}

/// A number in E.164, perhaps with an extension, and what is dialled after it: `,,1,,2345#`. Any other
/// text has nothing after it.
#[must_use]
pub fn split_pauses(stored: &str) -> (&str, &str) {
    let Some(rest) = stored.strip_prefix('+') else {
        return (stored, "");
    };
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut end = 1 + digits(rest);
    let extension = stored
        .get(end..)
        .and_then(|rest| rest.strip_prefix(";ext="));
    if let Some(extension) = extension {
        end += ";ext=".len() + digits(extension);
    }
    match stored.split_at_checked(end) {
        Some((number, pauses)) if pauses.starts_with(['p', 'w', ',', ';']) => (number, pauses),
        _ => (stored, ""),
    }
}

/// The digits of a number that it is found by: without its extension, what is dialled after a pause,
/// and remarks.
#[must_use]
pub fn digits_to_find(number: &str) -> String {
    if let Some(rest) = number.strip_prefix('+')
        && rest.bytes().all(|byte| byte.is_ascii_digit())
    {
        return rest.to_owned();
    }
    match written(number) {
        Some(written) => digits(without_extension(&written.number)),
        None => digits(number),
    }
}

/// A number as it is written, without the extension after it.
pub(super) fn without_extension(number: &str) -> &str {
    let end = number.find(";ext=").or_else(|| number.find(" ext. "));
    end.and_then(|end| number.get(..end)).unwrap_or(number)
}

/// The country of a stored number: the only one of its calling code, or else the one whose numbering
/// plan it fits.
#[must_use]
pub fn region_of(calling_code: &str, stored: &str) -> Option<Region> {
    let code: u16 = calling_code.parse().ok()?;
    if let Some(only) = only_region_of(code) {
        return Some(only);
    }
    let parsed = stored_as(calling_code, stored)?;
    parsed.get_region_code().and_then(Region::of_library)
}
