//! The phones of a card: one for each TEL that is not blank.
//!
//! A number is handed on as it is written. Only what is no part of it is taken off: the scheme of a
//! `tel:` URI (RFC 3966), whose extension and context become part of the number.

use crate::domain::phone::PhoneAttributes;
use crate::domain::sent::TEXT_LIMIT;

use super::label::{of_phone, one_line, unbroken};
use super::property::Property;

/// The phones, in the order of the card; at most one of them primary.
pub(super) fn phones(properties: &[Property]) -> Vec<PhoneAttributes> {
    let mut preferred: Option<(u32, usize)> = None;
    let mut phones = Vec::new();
    for property in properties {
        // Outlook writes numbers that vCard 2.1 has no type for as X-MS-TEL.
        if !matches!(property.name.as_str(), "TEL" | "X-MS-TEL") {
            continue;
        }
        let Some(number) = unbroken(&number(&property.text())) else {
            continue;
        };
        let historic = property.flag("X-CALLBOOK-HISTORIC");
        if let Some(preference) = property.preference()
            && historic != Some(true)
            && preferred.is_none_or(|(best, _)| preference < best)
        {
            preferred = Some((preference, phones.len()));
        }
        phones.push(PhoneAttributes {
            number: Some(number),
            location: of_phone(property, properties).map(Some),
            historic,
            valid_values: property.flag("X-CALLBOOK-ACCURATE"),
            source: property.param("X-CALLBOOK-SOURCE").and_then(one_line),
            ..PhoneAttributes::default()
        });
    }
    if let Some(phone) = preferred.and_then(|(_, index)| phones.get_mut(index)) {
        phone.primary = Some(true);
    }
    phones
}

/// The length in characters of a number that is longer than an attribute may be.
pub(super) fn too_long(phones: &[PhoneAttributes]) -> Option<usize> {
    phones
        .iter()
        .filter_map(|phone| phone.number.as_deref())
        .map(|number| number.chars().count())
        .find(|length| *length > TEXT_LIMIT)
}

/// The number in a TEL's value.
fn number(value: &str) -> String {
    let value = value.trim();
    let Some(uri) = value
        .get(..4)
        .filter(|scheme| scheme.eq_ignore_ascii_case("tel:"))
        .and_then(|_| value.get(4..))
    else {
        return value.to_owned();
    };
    let uri = unquoted(uri.trim_start_matches('/'));
    let mut parts = uri.split(';');
    let mut number = parts.next().unwrap_or_default().trim().to_owned();
    let mut extension = None;
    for part in parts {
        match part.split_once('=') {
            Some((name, digits)) if name.trim().eq_ignore_ascii_case("ext") => {
                extension = Some(digits.trim().to_owned());
            }
            // A local number is one of the network that its context names (RFC 3966, 5.1.5).
            Some((name, context))
                if name.trim().eq_ignore_ascii_case("phone-context")
                    && context.trim().starts_with('+')
                    && !number.starts_with('+') =>
            {
                number = format!("{}{number}", context.trim());
            }
            _ => {}
        }
    }
    match extension {
        Some(digits) if !digits.is_empty() && !number.is_empty() => {
            format!("{number} ext. {digits}")
        }
        _ => number,
    }
}

/// A URI with its `%2B` and the like read; what is no UTF-8 then stays as it was.
fn unquoted(uri: &str) -> String {
    let mut bytes = Vec::with_capacity(uri.len());
    let mut rest = uri.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digits = after
            .get(..2)
            .filter(|digits| byte == b'%' && digits.iter().all(u8::is_ascii_hexdigit))
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(digits.unwrap_or(byte));
        rest = match digits {
            Some(_) => after.get(2..).unwrap_or_default(),
            None => after,
        };
    }
    String::from_utf8(bytes).unwrap_or_else(|_| uri.to_owned())
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_tel_uri_becomes_its_number() {
        for (value, expected) in [
            ("tel:+1-418-656-9254;ext=102", "+1-418-656-9254 ext. 102"),
            ("TEL:%2B39 02 5550 1182", "+39 02 5550 1182"),
            ("tel:7042;phone-context=+1-914-555", "+1-914-5557042"),
            ("tel:7042;phone-context=example.com", "7042"),
            (" (905) 555-1234 x7 ", "(905) 555-1234 x7"),
            ("+39 02 5550 1182;ext=4", "+39 02 5550 1182;ext=4"),
            ("tel:", ""),
        ] {
            assert_eq!(number(value), expected, "{value}");
        }
    }
}
