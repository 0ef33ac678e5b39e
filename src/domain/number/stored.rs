//! Numbers as they are stored: E.164 and back.

use rlibphonenumber::{PhoneNumber, PhoneNumberFormat};

/// A stored number as the library holds it; none where it is not of this calling code.
pub(super) fn stored_as(calling_code: &str, stored: &str) -> Option<PhoneNumber> {
    let rest = stored.strip_prefix('+')?.strip_prefix(calling_code)?;
    let (national, extension) = match rest.split_once(";ext=") {
        Some((national, extension)) => (national, Some(extension.to_owned())),
        None => (rest, None),
    };
    // A number has its leading zeros beside it, since they count in some plans; of zeros only, the
    // last is the number.
    let last = national.len().checked_sub(1)?;
    let zeros = national
        .bytes()
        .take(last)
        .take_while(|digit| *digit == b'0');
    let zeros = zeros.count();
    let significant = national.get(zeros..)?;
    let zeros = i32::try_from(zeros).ok()?;
    Some(PhoneNumber {
        country_code: calling_code.parse().ok()?,
        national_number: significant.parse().ok()?,
        extension,
        italian_leading_zero: (zeros > 0).then_some(true),
        number_of_leading_zeros: (zeros > 1).then_some(zeros),
        ..PhoneNumber::default()
    })
}

/// The extension's digits.
pub(super) fn extension(parsed: &PhoneNumber) -> Option<String> {
    parsed
        .extension
        .clone()
        .filter(|extension| !extension.is_empty())
}

/// E.164, with `;ext=` and digits for an extension.
pub(super) fn e164(parsed: &PhoneNumber) -> String {
    let mut e164 = parsed.format_as(PhoneNumberFormat::E164).into_owned();
    if let Some(extension) = extension(parsed) {
        e164.push_str(";ext=");
        e164.push_str(&extension);
    }
    e164
}
