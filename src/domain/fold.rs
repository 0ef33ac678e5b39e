//! Folding: the form of a text in which case, accents and width make no difference.
//!
//! `fold("Ødegård")` is `odegard`, and so is `fold("ØDEGÅRD")`: names are sorted and searched by
//! it. It is made by compatibility decomposition (Unicode NFKD), without the marks that sit on a
//! letter, in lower case. Vowel signs of Indic scripts are letters here, not marks, and stay.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// The folded form of `text`, with runs of white space made one space and none at the ends.
#[must_use]
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut gap = false;
    for letter in text.nfkd() {
        if letter.is_whitespace() {
            gap = !folded.is_empty();
            continue;
        }
        if letter.is_control() || canonical_combining_class(letter) != 0 {
            continue;
        }
        if gap {
            folded.push(' ');
            gap = false;
        }
        match plain(letter) {
            Some(letters) => folded.push_str(letters),
            None => folded.extend(letter.to_lowercase()),
        }
    }
    folded
}

/// The plain letters for one that Unicode does not decompose, though readers do.
const fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ø' | 'Ø' => "o",
        'ł' | 'Ł' => "l",
        'đ' | 'Đ' | 'ð' | 'Ð' => "d",
        'ħ' | 'Ħ' => "h",
        'ı' | 'İ' => "i",
        'ß' | 'ẞ' => "ss",
        'æ' | 'Æ' => "ae",
        'œ' | 'Œ' => "oe",
        'þ' | 'Þ' => "th",
        'ς' => "σ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::fold;

    #[test]
    fn case_accents_and_width_make_no_difference() {
        assert_eq!(fold("Ødegård"), "odegard");
        assert_eq!(fold("  José   GARCÍA "), "jose garcia");
        assert_eq!(fold("Ｍａｒｉａ"), "maria");
        assert_eq!(fold("Łukasz Straße"), "lukasz strasse");
        assert_eq!(fold("Ωραῖος"), fold("ΩΡΑΙΟΣ"));
    }

    #[test]
    fn vowel_signs_are_kept() {
        assert_ne!(fold("नाम"), fold("नम"));
        assert_eq!(fold("שָׁלוֹם"), "שלום");
    }
}
