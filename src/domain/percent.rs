//! Text within an address, in which some characters are written as their bytes (RFC 3986, 2.1).

use std::fmt::Write as _;

/// A text in which every character that is not plain is written as `%` and its bytes in UTF-8.
#[must_use]
pub(crate) fn percent_encoded(text: &str, is_plain: impl Fn(char) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for sign in text.chars() {
        if is_plain(sign) {
            encoded.push(sign);
            continue;
        }
        let mut bytes = [0; 4];
        for byte in sign.encode_utf8(&mut bytes).bytes() {
            // Writing to a string cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}
