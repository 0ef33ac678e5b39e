//! Numbers that went through a spreadsheet.

/// How many digits a number has at least that a spreadsheet took for one to reckon with.
pub(super) const RECKONED: usize = 7;

/// A number without the decimals that a spreadsheet put after it: `2134567890.0` is `2134567890`.
/// Any other text comes back trimmed.
#[must_use]
pub fn without_decimals(cell: &str) -> &str {
    let cell = cell.trim();
    let Some((number, decimals)) = cell.rsplit_once(['.', ',']) else {
        return cell;
    };
    let whole = number.strip_prefix('+').unwrap_or(number);
    let is_whole = whole.len() >= RECKONED && whole.bytes().all(|byte| byte.is_ascii_digit());
    let is_zero = (1..=2).contains(&decimals.len()) && decimals.bytes().all(|byte| byte == b'0');
    if is_whole && is_zero { number } else { cell }
}

/// Whether a spreadsheet wrote a number in scientific notation, as `4.47911E+11`: the digits that it
/// left out are gone, so it is no number any more.
#[must_use]
pub fn is_scientific(cell: &str) -> bool {
    let Some((mantissa, exponent)) = cell.trim().split_once(['E', 'e']) else {
        return false;
    };
    let all_digits =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once(['.', ',']).unwrap_or((mantissa, "0"));
    let whole = whole.strip_prefix(['+', '-']).unwrap_or(whole);
    let power = exponent.strip_prefix('+').unwrap_or(exponent);
    whole.len() == 1
        && all_digits(whole)
        && all_digits(fraction)
        && power.len() <= 2
        && all_digits(power)
}

#[cfg(test)]
mod tests {
    use super::{is_scientific, without_decimals};

    #[test]
    fn what_a_spreadsheet_made_of_a_number_is_recognised() {
        for (cell, number) in [
            ("2134567890.0", "2134567890"),
            ("2134567890.00", "2134567890"),
            ("390255501182,0", "390255501182"),
            ("+390255501182.0", "+390255501182"),
            ("213.456.7890", "213.456.7890"),
            ("213.0", "213.0"),
            ("02.5550.00", "02.5550.00"),
        ] {
            assert_eq!(without_decimals(cell), number);
        }
        for cell in [
            "4.47911E+11",
            "4,47911E+11",
            "4.47e11",
            "4E+11",
            " 3.9E+11 ",
        ] {
            assert!(is_scientific(cell), "{cell}");
        }
        for cell in [
            "447911",
            "44E+11",
            "E+11",
            "4.4E",
            "Eva 1",
            "1-800-FLOWERS",
            "4.4E+1111",
        ] {
            assert!(!is_scientific(cell), "{cell}");
        }
    }
}
