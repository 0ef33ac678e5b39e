//! Folding: the form of a text in which case, accents and width make no difference.
//!
//! `fold("Ødegård")` is `odegard`, and so is `fold("ØDEGÅRD")`: names are sorted and searched by
//! it. It is made by compatibility decomposition (Unicode NFKD), without the marks that sit on a
//! letter, in lower case. Vowel signs of Indic scripts are letters here, not marks, and stay.
//! Apostrophes and invisible signs are left out, since people type a name with any apostrophe or
//! with none: `O’Connor` is `oconnor`. Where
//! keyboards write one letter in two ways, they are one: katakana and hiragana, the Arabic and the
//! Persian yeh and kaf, the final forms of Hebrew and Greek.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

use super::safe::{is_invisible, is_joiner};

/// The folded form of `text`, with runs of white space made one space and none at the ends.
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        fold_ascii(text)
    } else {
        fold_unicode(text)
    }
}

/// The folded form of a text of ASCII, which has nothing to decompose: most texts of an import.
fn fold_ascii(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut gap = false;
    for letter in text.chars() {
        if letter.is_whitespace() {
            gap = !folded.is_empty();
        } else if !(letter.is_control() || is_apostrophe(letter)) {
            if std::mem::take(&mut gap) {
                folded.push(' ');
            }
            folded.push(letter.to_ascii_lowercase());
        }
    }
    folded
}

fn fold_unicode(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut gap = false;
    // Some apostrophes decompose into a space with an accent on it.
    let seen = text.chars().filter(|letter| !is_unseen(*letter));
    for letter in seen.nfkd() {
        if letter.is_whitespace() {
            gap = !folded.is_empty();
            continue;
        }
        let is_mark = canonical_combining_class(letter) != 0;
        if letter.is_control() || letter == '\u{640}' || is_mark || is_unseen(letter) {
            continue;
        }
        if gap {
            folded.push(' ');
            gap = false;
        }
        match plain(letter) {
            Some(letters) => folded.push_str(letters),
            None => folded.extend(one_of_two(letter).to_lowercase()),
        }
    }
    folded
}

/// The folded form of a text whose umlauts and the like are written with two letters, as people do
/// who have no key for them: `juergen mueller` for Jürgen Müller. None where it is as [`fold`] has it.
#[must_use]
pub(crate) fn transcribed(text: &str) -> Option<String> {
    if text.is_ascii() {
        return None;
    }
    let mut written = String::with_capacity(text.len() + 8);
    let mut differs = false;
    for letter in text.nfc() {
        let letters = match letter {
            'ä' => "ae",
            'ö' | 'ø' => "oe",
            'ü' => "ue",
            'å' => "aa",
            'Ä' => "Ae",
            'Ö' | 'Ø' => "Oe",
            'Ü' => "Ue",
            'Å' => "Aa",
            _ => {
                written.push(letter);
                continue;
            }
        };
        differs = true;
        written.push_str(letters);
    }
    differs.then(|| fold(&written))
}

/// Whether this is an apostrophe, or what is used as one.
#[must_use]
pub(crate) const fn is_apostrophe(letter: char) -> bool {
    matches!(
        letter,
        '\'' | '`' | '´' | '‘' | '’' | '‛' | '′' | '‵' | '＇' | '\u{2b9}'
            ..='\u{2bf}'
                | '\u{2c8}'
                | '\u{2ca}'
                | '\u{2cb}'
                | '\u{37a}'
                | '\u{384}'
                | '\u{55a}'
                | '\u{5f3}'
                | '\u{7f4}'
                | '\u{1fbd}'
                | '\u{1fbf}'
                | '\u{1fef}'
                | '\u{1ffd}'
                | '\u{1ffe}'
                | '\u{a78b}'
                | '\u{a78c}'
    )
}

/// Whether a letter makes no difference to how a name is read: apostrophes, formatting, joiners,
/// variation selectors.
const fn is_unseen(letter: char) -> bool {
    is_apostrophe(letter)
        || is_joiner(letter)
        || is_invisible(letter)
        || matches!(
            letter,
            '\u{34f}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{fe00}'..='\u{fe0f}'
        )
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
        _ => return None,
    })
}

/// The one letter for a letter that is written in two ways.
const fn one_of_two(letter: char) -> char {
    match letter {
        // Each katakana is 96 places after its hiragana.
        'ァ'..='ヶ' => match char::from_u32(letter as u32 - 0x60) {
            Some(hiragana) => hiragana,
            None => letter,
        },
        'ς' => 'σ',
        'ך' => 'כ',
        'ם' => 'מ',
        'ן' => 'נ',
        'ף' => 'פ',
        'ץ' => 'צ',
        'ی' | 'ى' => 'ي',
        'ک' => 'ك',
        'ة' => 'ه',
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::{fold, fold_ascii, fold_unicode, transcribed};

    #[test]
    fn ascii_folds_by_both_ways_to_the_same() {
        let signs = || (0..128_u8).map(char::from);
        for one in signs() {
            for other in signs() {
                let text: String = ['A', one, other, 'b', one].iter().collect();
                assert_eq!(fold_ascii(&text), fold_unicode(&text), "{text:?}");
            }
        }
    }

    #[test]
    fn apostrophes_and_what_nobody_sees_make_no_difference() {
        for name in [
            "O'Connor",
            "O’Connor",
            "OʼConnor",
            "O`Connor",
            "O´Connor",
            "O′Connor",
            "O＇Connor",
            "O‘Connor",
            "OConnor",
            "O\u{200b}Connor",
            "O\u{ad}Con\u{200d}nor\u{feff}",
            "\u{202a}O’Connor\u{202c}",
        ] {
            assert_eq!(fold(name), "oconnor", "{name:?}");
        }
        assert_eq!(fold("می\u{200c}خواهم"), fold("میخواهم"));
        assert_eq!(fold("❤\u{fe0f}"), fold("❤"));
        assert_eq!(fold("Oʻahu"), "oahu");
    }

    #[test]
    fn umlauts_are_written_with_two_letters_too() {
        assert_eq!(
            transcribed("Jürgen MÜLLER").as_deref(),
            Some("juergen mueller")
        );
        assert_eq!(transcribed("Ju\u{308}rgen").as_deref(), Some("juergen"));
        assert_eq!(transcribed("Ødegård").as_deref(), Some("oedegaard"));
        assert_eq!(transcribed("Mueller"), None);
        assert_eq!(transcribed("José Straße"), None);
    }

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
        assert_eq!(fold("שָׁלוֹם"), fold("שלומ"));
    }

    #[test]
    fn what_keyboards_write_in_two_ways_is_one() {
        for (one, other) in [
            ("サトウ", "さとう"),
            ("ｻﾄｳ", "さとう"),
            ("علی", "علي"),
            ("أحمد", "احمد"),
            ("مـحـمـد", "محمد"),
            ("فاطمة", "فاطمه"),
            ("Йосиф", "иосиф"),
            ("ลัดดา", "ลัดดา"),
        ] {
            assert_eq!(fold(one), fold(other));
        }
        assert!(
            fold("김민준").starts_with(&fold("기")),
            "while it is being typed"
        );
    }
}
