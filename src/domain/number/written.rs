//! A number as people write it down, with what is around it: remarks, labels, brackets, signs that
//! nobody sees, and the pauses that are dialled after it.
//!
//! Letters become digits in a vanity number of North America only. Any other word beside a number is a
//! remark, which is cut off where that is sure; else the text is no number.

use std::borrow::Cow;

use super::digits::digit;
use super::spreadsheet::without_decimals;
use crate::domain::safe::{is_invisible, is_joiner};

/// A number cut out of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct WrittenNumber<'t> {
    /// What the numbering plan reads: digits of ASCII, the signs between them, and an extension.
    pub(super) number: Cow<'t, str>,
    /// What is dialled after a pause: `,,1,,2345#`, `p55`.
    pub(super) pauses: String,
    /// What was cut off.
    pub(super) remark: Remark,
    /// Whether it is a vanity number of North America, its letters turned into digits.
    pub(super) is_vanity: bool,
}

/// The text beside a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Remark {
    /// Nothing.
    None,
    /// Something in brackets: `(home)`.
    Bracketed,
    /// Words.
    Words,
}

/// Words that an extension follows, the longest first.
const EXTENSIONS: [&str; 16] = [
    "durchwahl",
    "extension",
    "extensión",
    "interno",
    "toestel",
    "anexo",
    "poste",
    "ramal",
    "wewn",
    "extn",
    "доб",
    "ext",
    "int",
    "dw",
    "xx",
    "x",
];

/// How many digits in brackets are no remark, but another number.
const NUMBER: usize = 5;

/// Whether words beside a number were cut off: what they say of it, only a person knows.
#[must_use]
pub fn has_words(text: &str) -> bool {
    written(text).is_some_and(|written| written.remark == Remark::Words)
}

/// The number in a text, or none where it is not sure what of it is the number.
pub(super) fn written(text: &str) -> Option<WrittenNumber<'_>> {
    let text = text.trim();
    let is_plain = |byte: u8| byte.is_ascii_digit() || b"+-.()/ ".contains(&byte);
    let ends_well = text
        .bytes()
        .last()
        .is_some_and(|byte| byte != b'.' && byte != b'/');
    if text.bytes().all(is_plain) && ends_well {
        return Some(WrittenNumber::of(Cow::Borrowed(decimal(text))));
    }
    let uri = unquoted_uri(text);
    // The parameters of a URI are the library's.
    if let Some(uri) = uri.as_ref().filter(|uri| uri.contains(';')) {
        let uri = format!("tel:{uri}");
        return Some(WrittenNumber::of(Cow::Owned(uri)));
    }
    let seen = visible(uri.as_deref().unwrap_or(text));
    let bared = decimal(bare(&seen)).to_owned();
    let (text, mut remark) = without_brackets(&bared)?;
    let (text, pauses) = parted(&text);
    let mut number = bare(text).to_owned();
    let mut is_vanity = false;
    if number.contains(char::is_alphabetic) {
        if let Some(digits) = vanity(&number).or_else(|| extended_vanity(&number)) {
            (number, is_vanity) = (digits, true);
        } else {
            let (core, words) = without_words(&number)?;
            number = core;
            remark = remark.max(words);
        }
    }
    Some(WrittenNumber {
        number: Cow::Owned(number),
        pauses: pauses.to_owned(),
        remark,
        is_vanity,
    })
}

impl<'t> WrittenNumber<'t> {
    const fn of(number: Cow<'t, str>) -> Self {
        Self {
            number,
            pauses: String::new(),
            remark: Remark::None,
            is_vanity: false,
        }
    }
}

fn decimal(text: &str) -> &str {
    without_decimals(text)
}

/// The number of a `tel:` URI (RFC 3966) with its parameters, `%2B` and the like read.
fn unquoted_uri(text: &str) -> Option<String> {
    let text = text.trim_matches(['<', '>', ' ']);
    let scheme = text
        .get(..4)
        .filter(|scheme| scheme.eq_ignore_ascii_case("tel:"))?;
    let rest = text.get(scheme.len()..)?.trim_start_matches('/');
    let mut bytes = Vec::with_capacity(rest.len());
    let mut rest = rest.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let quoted = after.get(..2).filter(|_| byte == b'%');
        let quoted = quoted.and_then(|digits| std::str::from_utf8(digits).ok());
        let quoted = quoted.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(quoted.unwrap_or(byte));
        rest = if quoted.is_some() {
            after.get(2..).unwrap_or_default()
        } else {
            after
        };
    }
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// A text without invisible signs, with ASCII digits, dashes and plus signs.
fn visible(text: &str) -> String {
    let seen = text
        .chars()
        .filter(|sign| !is_invisible(*sign) && !is_joiner(*sign));
    let plain = seen.map(|sign| match sign {
        sign if sign.is_ascii_graphic() => sign,
        '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | '\u{2043}'
        | '\u{fe58}'
        | '\u{fe63}'
        | 'ー'
        | '－' => '-',
        '＋' | '﹢' | '⁺' => '+',
        '，' | '、' => ',',
        // Full-width signs of ASCII stand in the same order.
        '！'..='～' => char::from_u32(u32::from(sign) - 0xfee0).unwrap_or(sign),
        sign if sign.is_whitespace() || sign.is_control() => ' ',
        sign => digit(sign).unwrap_or(sign),
    });
    plain.collect()
}

/// A text without quotes, angle brackets and separators around it.
fn bare(text: &str) -> &str {
    let text =
        text.trim_start_matches(|sign: char| !sign.is_alphanumeric() && !"+([*#".contains(sign));
    text.trim_end_matches(|sign: char| !sign.is_alphanumeric() && !")]*#".contains(sign))
}

/// A text without the remarks that stand in brackets; none where one of them may be a number.
fn without_brackets(text: &str) -> Option<(String, Remark)> {
    let mut rest = text;
    let mut out = String::with_capacity(text.len());
    let mut remark = Remark::None;
    while let Some(open) = rest.find(['(', '[']) {
        let closing = if rest.get(open..)?.starts_with('(') {
            ')'
        } else {
            ']'
        };
        let Some(close) = rest.get(open..)?.find(closing).map(|close| open + close) else {
            break;
        };
        let within = rest.get(open + 1..close)?;
        out.push_str(rest.get(..open)?);
        if !within.contains(char::is_alphabetic) {
            out.push_str(rest.get(open..=close)?);
        } else if let Some((extension, "")) = extension(within.trim()) {
            out.push_str(" ext. ");
            out.push_str(extension);
        } else if within.chars().filter(char::is_ascii_digit).count() >= NUMBER {
            return None;
        } else {
            out.push(' ');
            remark = Remark::Bracketed;
        }
        rest = rest.get(close + 1..)?;
    }
    out.push_str(rest);
    Some((out, remark))
}

/// A text and what is dialled after a pause behind its number. What is an extension to the numbering
/// plans, such as `,12`, is none.
fn parted(text: &str) -> (&str, &str) {
    let dialled = |sign: char| sign.is_ascii_digit() || "*#,;pPwW ".contains(sign);
    let tail = text.trim_end_matches(dialled).len();
    let pause = text
        .char_indices()
        .skip_while(|(at, _)| *at < tail)
        .find(|(at, sign)| {
            // The last letter of a word is no pause: DW 12.
            let before = text.get(..*at).unwrap_or_default();
            ",;".contains(*sign) || "pPwW".contains(*sign) && !before.ends_with(char::is_alphabetic)
        });
    let Some((at, sign)) = pause else {
        return (text, "");
    };
    let (number, pauses) = text.split_at(at);
    let after = pauses.trim_start_matches([',', ';']);
    let is_extension = matches!(sign, ',' | ';')
        && after
            .trim_end_matches('#')
            .trim()
            .bytes()
            .all(|byte| byte.is_ascii_digit());
    let is_dialled = pauses.contains(|sign: char| sign.is_ascii_digit());
    let has_number = number.chars().filter(char::is_ascii_digit).count() >= NUMBER;
    if is_extension || !is_dialled || !has_number {
        return (text, "");
    }
    (number, pauses)
}

/// The digits of a vanity number of North America, such as `1-800-FLOWERS`: area code, then seven
/// digits and letters with three letters in a row at least.
fn vanity(text: &str) -> Option<String> {
    let rest = text.trim_start_matches('+');
    let signs: String = rest.chars().filter(char::is_ascii_alphanumeric).collect();
    let written = |sign: char| sign.is_ascii_alphanumeric() || "-. ()".contains(sign);
    if !rest.chars().all(written) {
        return None;
    }
    let (calling, own) = match signs.len() {
        11 => ("+1", signs.strip_prefix('1')?),
        10 if rest.len() == text.len() => ("", signs.as_str()),
        _ => return None,
    };
    let (area, name) = own.split_at_checked(3)?;
    let is_area =
        area.bytes().all(|byte| byte.is_ascii_digit()) && area.as_bytes().first() >= Some(&b'2');
    let longest = name
        .split(|sign: char| !sign.is_ascii_alphabetic())
        .map(str::len)
        .max();
    // Words in lower case with spaces between them are a remark.
    let words = rest
        .split_whitespace()
        .filter(|word| word.contains(|sign: char| sign.is_ascii_lowercase()));
    if !is_area || longest < Some(3) || words.count() > 1 {
        return None;
    }
    let digits = name.chars().map(key).collect::<Option<String>>()?;
    Some(format!("{calling}{area}{digits}"))
}

/// The digits of a vanity number that has an extension.
fn extended_vanity(text: &str) -> Option<String> {
    let end = text.trim_end_matches(|sign: char| !sign.is_alphabetic());
    let word = end.rfind(|sign: char| !sign.is_alphabetic())?;
    let (number, rest) = text.split_at(word);
    let (digits, "") = extension(bare(rest))? else {
        return None;
    };
    Some(format!("{} ext. {digits}", vanity(number)?))
}

/// The key of a telephone that a letter is on (ITU-T E.161).
fn key(sign: char) -> Option<char> {
    Some(match sign.to_ascii_lowercase() {
        'a'..='c' => '2',
        'd'..='f' => '3',
        'g'..='i' => '4',
        'j'..='l' => '5',
        'm'..='o' => '6',
        'p'..='s' => '7',
        't'..='v' => '8',
        'w'..='z' => '9',
        digit if digit.is_ascii_digit() => digit,
        _ => return None,
    })
}

/// A number without the words before and after it; none where it is not sure which digits are its own.
fn without_words(text: &str) -> Option<(String, Remark)> {
    let mut remark = Remark::None;
    let start = text.find(|sign: char| sign.is_ascii_digit() || sign == '+')?;
    let before = text.get(..start)?;
    // A bracket or a star before the digits is a part of the number.
    let opening = before.trim_end_matches(['(', '*', '#']).len();
    if before.contains(char::is_alphabetic) {
        remark = Remark::Words;
        let glued = text
            .get(opening..)?
            .starts_with(|sign: char| sign.is_ascii_digit());
        let words = text.get(..opening)?;
        let mut words = words.split(|sign: char| !sign.is_alphabetic());
        let last = words.rfind(|word| !word.is_empty())?.to_lowercase();
        // What follows is the extension of a number that is not there.
        let is_extension = EXTENSIONS.contains(&last.as_str());
        if is_extension || glued && text.get(..opening)?.ends_with(is_cased) {
            return None;
        }
    }
    let number = text.get(opening..)?;
    let Some(at) = number.find(char::is_alphabetic) else {
        return Some((number.to_owned(), remark));
    };
    let (core, rest) = number.split_at(at);
    let mut number = bare(core).to_owned();
    let after = match extension(rest) {
        Some((digits, after)) => {
            number.push_str(" ext. ");
            number.push_str(digits);
            after
        }
        // A letter at a digit may be a part of what it is: 82a, 4.47E+11.
        None if core.ends_with(|sign: char| sign.is_ascii_digit())
            && rest.starts_with(is_cased) =>
        {
            return None;
        }
        None => rest,
    };
    if after.contains(|sign: char| sign.is_ascii_digit()) {
        return None;
    }
    if after.contains(char::is_alphabetic) {
        remark = Remark::Words;
    }
    Some((number, remark))
}

fn is_cased(sign: char) -> bool {
    sign.is_lowercase() || sign.is_uppercase()
}

/// The digits of an extension that a text begins with, such as `ext. 12`, and what follows.
fn extension(text: &str) -> Option<(&str, &str)> {
    let word = text.split(|sign: char| !sign.is_alphabetic()).next()?;
    let known = word.to_lowercase();
    EXTENSIONS.contains(&known.as_str()).then_some(())?;
    let rest = text.get(word.len()..)?;
    let digits = rest.trim_start_matches([' ', '.', ':', '=', '-', '#']);
    let end = digits
        .find(|sign: char| !sign.is_ascii_digit())
        .unwrap_or(digits.len());
    let (digits, after) = digits.split_at(end);
    (!digits.is_empty()).then_some((digits, after))
}

#[cfg(test)]
mod tests {
    use super::{Remark, written};

    fn cut(text: &str) -> Option<(String, Remark)> {
        written(text).map(|written| {
            (
                written.number.into_owned() + &written.pauses,
                written.remark,
            )
        })
    }

    #[test]
    fn words_and_brackets_beside_a_number_are_cut_off() {
        for (text, number, remark) in [
            ("030 901820 (Eva)", "030 901820", Remark::Bracketed),
            ("+49 30 901821 privat", "+49 30 901821", Remark::Words),
            ("(home) +39 02 5550", "+39 02 5550", Remark::Bracketed),
            ("Tel.: 030 901820", "030 901820", Remark::Words),
            (
                "Eva (213) 456-7890, evenings only",
                "(213) 456-7890",
                Remark::Words,
            ),
            ("電話03-1234-5678", "03-1234-5678", Remark::Words),
            ("030 901820 (ab 18 Uhr)", "030 901820", Remark::Bracketed),
            ("+39 02 5550 (int. 12)", "+39 02 5550 ext. 12", Remark::None),
            ("213-456-7890x12", "213-456-7890 ext. 12", Remark::None),
            (
                "213-456-7890 EXT: 12 Bob",
                "213-456-7890 ext. 12",
                Remark::Words,
            ),
            ("030 901820 ext. by Bob", "030 901820", Remark::Words),
            ("<+49 30 901820>;", "+49 30 901820", Remark::None),
            (
                "\u{202a}+49\u{2011}30\u{2212}90\u{ad}1820\u{202c}",
                "+49-30-901820",
                Remark::None,
            ),
            ("２１３－４５６", "213-456", Remark::None),
            ("TEL:%2B39-02-5550", "+39-02-5550", Remark::None),
            ("2134567890.0", "2134567890", Remark::None),
        ] {
            assert_eq!(cut(text), Some((number.to_owned(), remark)), "{text}");
        }
    }

    #[test]
    fn letters_are_digits_in_vanity_numbers_only() {
        for (text, number) in [
            ("1-800-FLOWERS", "+18003569377"),
            ("+1 800 flowers", "+18003569377"),
            ("(800) GO-FEDEX", "8004633339"),
            ("1-800-4-A-CHILD", "+18004224453"),
            ("1.888.555.HELP", "+18885554357"),
            ("800-eat-cake x12", "8003282253 ext. 12"),
        ] {
            let read = written(text).unwrap();
            assert_eq!((&*read.number, read.is_vanity), (number, true), "{text}");
        }
        for text in [
            "4.47911E+11",
            "030 901820a",
            "2nd: 030 901820",
            "030 901820 room 12",
            "030 901820 (or 030 901821)",
            "ask Tim",
            "office",
            "Eva030901820",
        ] {
            assert_eq!(cut(text), None, "{text}");
        }
        assert!(!written("800 ask tims").is_some_and(|read| read.is_vanity));
    }

    #[test]
    fn what_is_dialled_after_a_pause_is_no_part_of_the_number() {
        for (text, number, pauses) in [
            ("+12134567890p55", "+12134567890", "p55"),
            ("+1 213 456 7890 W55", "+1 213 456 7890", "W55"),
            ("+12134567890,,1,,2345#", "+12134567890", ",,1,,2345#"),
            ("213-456-7890;1,2", "213-456-7890", ";1,2"),
            ("+12134567890,,12", "+12134567890,,12", ""),
            ("+12134567890 p", "+12134567890", ""),
        ] {
            let read = written(text).unwrap();
            assert_eq!((&*read.number, &*read.pauses), (number, pauses), "{text}");
        }
    }
}
