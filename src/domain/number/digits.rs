//! Decimal digits of every script.

/// The decimal digits of a text in any script, as ASCII.
#[must_use]
pub fn digits(text: &str) -> String {
    text.chars().filter_map(digit).collect()
}

/// The first digit of each script whose ten digits stand in a row (Unicode, general category Nd).
const ZEROS: [char; 36] = [
    '0', '٠', '۰', '߀', '०', '০', '੦', '૦', '୦', '௦', '౦', '೦', '൦', '෦', '๐', '໐', '༠', '၀', '႐',
    '០', '᠐', '᥆', '᧐', '᪀', '᪐', '᭐', '᮰', '᱀', '᱐', '꘠', '꣐', '꤀', '꧐', '꧰', '꩐', '０',
];

pub(super) fn digit(sign: char) -> Option<char> {
    if sign.is_ascii() {
        return sign.is_ascii_digit().then_some(sign);
    }
    let value = ZEROS.iter().find_map(|zero| {
        u32::from(sign)
            .checked_sub(u32::from(*zero))
            .filter(|value| *value < 10)
    })?;
    char::from_digit(value, 10)
}
