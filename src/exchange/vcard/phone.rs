//! The phones of a card: one for each TEL that is not blank.
//!
//! A number is handed on as it is written. Only what is no part of it is taken off: the scheme of a
//! `tel:` URI (RFC 3966), whose extension and context become part of the number.
//!
//! What callbook knows of a number beside it travels in a property that every other program ignores,
//! so that TEL itself stays as they know it:
//!
//! ```text
//! TEL;TYPE=work:+39 02 5550 1000
//! X-CALLBOOK-TEL;NUMBER=+39 02 5550 1000;ACCURATE=TRUE;HISTORIC=TRUE:google
//! ```
//!
//! It names its number, so that it says nothing of a number that another program has changed since; a number
//! that it says is historic may have no TEL, and then its label is here. So is a label that would be read as a usual
//! word, such as `Cell`; it holds for as long as TEL says that word. Its value is the source. In cards written by hand, TEL may have `X-CALLBOOK-ACCURATE`,
//! `X-CALLBOOK-HISTORIC` and `X-CALLBOOK-SOURCE` as parameters.

use std::collections::{HashMap, HashSet};

use crate::domain::attribute_reader::{MANY, NUMBERS, TEXT_LIMIT, too_many};
use crate::domain::number::digits;
use crate::domain::phone::PhoneAttributes;

use super::label::{of_phone, of_phone_in, one_line, whole};
use super::param::holds;
use super::property::Property;

/// The property that says more of a number.
pub(super) const MORE: &str = "X-CALLBOOK-TEL";

/// Whether a property is a number.
fn is_phone(property: &Property) -> bool {
    // Outlook writes numbers that vCard 2.1 has no type for as X-MS-TEL.
    matches!(property.name.as_str(), "TEL" | "X-MS-TEL")
}

/// Why a card has more than is read, if so: what says more of a number, or is its label, is looked for
/// in the whole card.
pub(super) fn too_much(properties: &[Property]) -> Option<String> {
    let numbers = properties.iter().filter(|property| is_phone(property));
    let grouped = properties
        .iter()
        .filter(|property| property.group.is_some());
    too_many(numbers.count(), NUMBERS, "numbers")
        .or_else(|| too_many(grouped.count() / 4, MANY, "groups of lines"))
}

/// The phones, in the order of the card, and then those that only a line of ours names and says are historic; at
/// most one of them primary.
pub(super) fn phones(properties: &[Property]) -> Vec<PhoneAttributes> {
    let mut phones = tels(properties);
    // Of another one a program took the TEL out.
    let named = named_only(properties).into_iter();
    phones.extend(named.filter(|phone| phone.historic == Some(true)));
    phones
}

/// The phones that have a TEL.
pub(super) fn tels(properties: &[Property]) -> Vec<PhoneAttributes> {
    let mut preferred: Option<(u32, usize)> = None;
    let mut phones = Vec::new();
    let more = More::of(properties);
    for property in properties {
        let Some(phone) = phone(property, properties, &more) else {
            continue;
        };
        if let Some(preference) = property.preference()
            && phone.historic != Some(true)
            && preferred.is_none_or(|(best, _)| preference < best)
        {
            preferred = Some((preference, phones.len()));
        }
        phones.push(phone);
    }
    if let Some(phone) = preferred.and_then(|(_, index)| phones.get_mut(index)) {
        phone.primary = Some(true);
    }
    phones
}

/// The numbers that only a line of ours names, which have no TEL.
pub(super) fn named_only(properties: &[Property]) -> Vec<PhoneAttributes> {
    let more = More::of(properties);
    let tels = properties.iter().filter(|property| is_phone(property));
    let about: HashSet<usize> = tels
        .filter_map(|property| more.about(&whole(&number(&property.text()))?))
        .collect();
    let mut named: Vec<usize> = more.by_signs.into_values().collect();
    named.sort_unstable();
    named.retain(|at| !about.contains(at));
    let named = named.into_iter();
    named
        .filter_map(|at| self::named(properties.get(at)?))
        .collect()
}

/// The number that a line of ours names, as it would be without a TEL.
pub(super) fn named(more: &Property) -> Option<PhoneAttributes> {
    Some(PhoneAttributes {
        location: label_in(more).map(Some),
        number: Some(whole(more.param("NUMBER")?)?),
        ..told(more)
    })
}

/// The label that a line of ours names.
pub(super) fn label_in(more: &Property) -> Option<String> {
    more.param("LABEL").and_then(one_line)
}

/// What a line of ours says of a number.
fn told(more: &Property) -> PhoneAttributes {
    PhoneAttributes {
        country_code: more
            .param("COUNTRY")
            .filter(|code| code.bytes().all(|byte| byte.is_ascii_digit()))
            .map(|code| Some(code.to_owned())),
        historic: more.flag("HISTORIC"),
        valid_values: more.flag("ACCURATE"),
        source: one_line(&more.text()),
        ..PhoneAttributes::default()
    }
}

/// The phone of one property, if it is one; whether it is primary is a question to all of them. `more`
/// is what is said of the numbers of all.
pub(super) fn phone(property: &Property, all: &[Property], more: &More) -> Option<PhoneAttributes> {
    if !is_phone(property) {
        return None;
    }
    let number = whole(&number(&property.text()))?;
    let more = more.about(&number).and_then(|at| all.get(at));
    let told = more.map(told).unwrap_or_default();
    let flag = |name: &str| property.flag(&format!("X-CALLBOOK-{name}"));
    let label = of_phone(property, all);
    let own_words = more.and_then(label_in);
    let own_words = own_words.filter(|own| label.is_some() && of_phone_in(own) == label);
    Some(PhoneAttributes {
        location: Some(own_words.or(label)),
        historic: told.historic.or_else(|| flag("HISTORIC")),
        valid_values: told.valid_values.or_else(|| flag("ACCURATE")),
        source: told
            .source
            .or_else(|| property.param("X-CALLBOOK-SOURCE").and_then(one_line)),
        number: Some(number),
        ..told
    })
}

/// Where more is said of numbers, to be found by a number: a card may have thousands of both.
pub(super) struct More {
    by_signs: HashMap<String, usize>,
    by_digits: HashMap<String, usize>,
}

impl More {
    /// The places among these properties that say more of numbers; the first one of a number is it.
    pub(super) fn of<'p>(properties: impl IntoIterator<Item = &'p Property>) -> Self {
        let (mut by_signs, mut by_digits) = (HashMap::new(), HashMap::new());
        for (at, property) in properties.into_iter().enumerate() {
            if let Some(named) = property.param("NUMBER").filter(|_| property.name == MORE) {
                by_digits.entry(digits(named)).or_insert(at);
                by_signs.entry(named.to_owned()).or_insert(at);
            }
        }
        Self {
            by_signs,
            by_digits,
        }
    }

    /// Where more is said of this number. A parameter cannot hold every sign of one.
    pub(super) fn about(&self, number: &str) -> Option<usize> {
        if self.by_signs.is_empty() {
            return None;
        }
        let signs: String = number.chars().filter(|sign| holds(*sign)).collect();
        let by_signs = self.by_signs.get(&signs);
        let digits = digits(number);
        let by_digits = self.by_digits.get(&digits).filter(|_| !digits.is_empty());
        by_signs.into_iter().chain(by_digits).min().copied()
    }
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
pub(super) fn number(value: &str) -> String {
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
