//! What the card of a group calls its members.

use super::number;

/// What a member is known by, in lower case: `urn:uuid:x`, `mailto:ada@x.example`, `tel:+442079460018`
/// or the distinguished name of an LDIF, as the card has it without `urn:uuid:`. A distinguished name
/// is also known by its address, or, where it has none, by its common name.
#[must_use]
pub fn known_by(member: &str) -> Vec<String> {
    let whole = plain(member);
    let (scheme, rest) = whole.split_once(':').unwrap_or(("", &whole));
    let other = match scheme {
        "mailto" => rest.split('?').next().map(decoded),
        "tel" => { rest.split(';').next() }.map(|number| of_number(&decoded(number))),
        _ => {
            let part = |name: &str| {
                let mut parts = whole.split(',').filter_map(|part| part.split_once('='));
                let found = parts.find(|(own, _)| own.trim() == name);
                found.map(|(_, value)| value.trim().to_owned())
            };
            part("mail").or_else(|| part("cn"))
        }
    };
    [Some(whole.clone()), other].into_iter().flatten().collect()
}

/// An identifier, an address or a name as [`known_by`] gives it.
#[must_use]
pub fn plain(text: &str) -> String {
    let plain = text.trim().to_lowercase();
    plain.strip_prefix("urn:uuid:").unwrap_or(&plain).to_owned()
}

/// A number as [`known_by`] gives it.
fn of_number(number: &str) -> String {
    number::canonical(number, None, None).identity
}

/// A text without the percent signs of an address (RFC 3986, 2.1).
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).filter(|_| *first == b'%');
        let byte = digits
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = match byte {
            Some(_) => after.get(2..).unwrap_or_default(),
            None => after,
        };
    }
    String::from_utf8_lossy(&bytes).to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::known_by;

    #[test]
    fn a_member_is_known_by_its_address_however_that_is_written() {
        let other = |member: &str| known_by(member).get(1).cloned().unwrap_or_default();
        assert_eq!(other("MAILTO:Ada%40X.example?subject=a"), "ada@x.example");
        assert_eq!(other("mailto:100%"), "100%");
        assert_eq!(other("tel:+44-20-7946-0018;ext=2"), "+442079460018");
        assert_eq!(other("cn=Ada, mail=ada@x.example"), "ada@x.example");
        assert_eq!(other("cn=Ada,ou=people"), "ada");
        assert_eq!(known_by("urn:uuid:A-1"), ["a-1"]);
    }
}
