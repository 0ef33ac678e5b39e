//! Several numbers in one text.

use super::digits::digits;
use super::region::{Region, trunks};
use super::single::{is_complete, single};
use super::spreadsheet::RECKONED;

/// Separators from the surest to the one that most often belongs to a number. A weaker one is tried
/// only within the parts that a surer one leaves.
const SEPARATORS: [fn(&str) -> Vec<&str>; 5] = [
    |text| text.split(":::").collect(),
    |text| text.split(['\n', '\r', '\t', ';', '；', '|']).collect(),
    at_words,
    at_commas,
    |text| text.split(['/', '／']).collect(),
];

/// "or" and "and" in the languages that contacts are most often kept in.
const WORDS: [&str; 27] = [
    "or", "and", "&", "oder", "od", "und", "u", "bzw", "ou", "et", "o", "y", "e", "of", "en",
    "lub", "albo", "i", "или", "и", "eller", "og", "och", "nebo", "veya", "або", "tai",
];

/// How many digits a part right after a comma has at least that is a number and no extension.
const NUMBER: usize = 6;

/// The numbers in a text that may hold several, such as a cell of a table: its parts at `/`, `;`, `,`,
/// ` ::: `, line ends and words for "or", trimmed, where each of them is a possible number by itself,
/// read in the country `home`; else the whole text, trimmed.
///
/// `030/901820` is one number, and so is `+1 213 456 7890,,12`.
#[must_use]
pub fn several(text: &str, home: Option<Region>) -> Vec<&str> {
    let text = text.trim();
    let possible =
        |text: &str| single(text, None, home).is_ok_and(|read| is_complete(&read.parsed));
    let parts = parts(text, &SEPARATORS, &possible);
    parts
        .filter(|parts| parts.len() < 2 || have_area_codes(parts, home))
        .unwrap_or_else(|| vec![text])
}

/// Whether each part has its own area code as far as one can see. After `030/901824`, a bare `901825` may
/// be a number of the same area, and reads as one of another.
fn have_area_codes(parts: &[&str], home: Option<Region>) -> bool {
    let code = home.map(|home| home.calling_code().to_string());
    let is_bare = |part: &&&str| {
        let digits = digits(part);
        let mut trunks = code.as_deref().into_iter().flat_map(trunks);
        !part.contains('+') && !trunks.any(|trunk| digits.starts_with(trunk))
    };
    let is_valid = |part: &&str| single(part, None, home).is_ok_and(|read| read.parsed.is_valid());
    let bare = parts.iter().filter(is_bare);
    bare.clone().count() == parts.len() || bare.copied().all(|part| is_valid(&part))
}

/// Whether a text is a list after all that could not be parted: bare digits follow after a comma or a
/// semicolon, more than an extension has, in whatever country they may be possible, as what is kept as
/// typed reads the same everywhere.
pub(super) fn is_listed(text: &str) -> bool {
    let is_bare = |part: &str, least: usize| {
        digits(part).len() >= least && !part.chars().any(char::is_alphabetic)
    };
    let mut after_commas = at_commas(text).into_iter().skip(1);
    let mut after_semicolons = text.split([';', '；']).skip(1);
    after_commas.any(|part| is_bare(part, NUMBER))
        || after_semicolons.any(|part| is_bare(part.trim(), RECKONED))
}

/// The numbers in a text, parted at these separators; none where something in it is no number.
fn parts<'t>(
    text: &'t str,
    separators: &[fn(&str) -> Vec<&str>],
    possible: &impl Fn(&str) -> bool,
) -> Option<Vec<&'t str>> {
    let text = text.trim();
    let Some((separator, weaker)) = separators.split_first() else {
        return possible(text).then(|| vec![text]);
    };
    let found: Vec<&str> = separator(text)
        .into_iter()
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect();
    // What is written with a slash may be one number: 030/901820.
    let may_be_one = weaker.is_empty() && possible(text);
    if found.len() < 2 || may_be_one {
        return parts(text, weaker, possible);
    }
    let each = found
        .into_iter()
        .map(|part| parts(part, weaker, possible))
        .collect::<Option<Vec<_>>>();
    match each {
        Some(each) => Some(each.concat()),
        None => parts(text, weaker, possible),
    }
}

/// A text parted at commas between numbers: those before a space, and those before six digits and more.
/// Other commas are pauses, or come before an extension; what ends in `#` is dialled.
fn at_commas(text: &str) -> Vec<&str> {
    let is_comma = |sign: char| matches!(sign, ',' | '，' | '、' | '､');
    let mut parts = Vec::new();
    let (mut from, mut paused) = (0, false);
    for (at, comma) in text.match_indices(is_comma) {
        let end = at + comma.len();
        let rest = text.get(end..).unwrap_or_default();
        let part = rest.split(is_comma).next().unwrap_or_default();
        let doubled = rest.starts_with(is_comma)
            || text
                .get(..at)
                .is_some_and(|before| before.ends_with(is_comma));
        let spaced = rest.trim_start().len() < rest.len() || rest.is_empty();
        let is_long = !paused && digits(part).len() >= NUMBER;
        if !doubled && (spaced || is_long) && !part.trim_end().ends_with('#') {
            parts.extend(text.get(from..at));
            (from, paused) = (end, false);
        } else {
            paused = true;
        }
    }
    parts.extend(text.get(from..));
    parts
}

/// A text parted at words for "or".
fn at_words(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut from = 0;
    let mut words = text.char_indices().peekable();
    let mut word: Option<usize> = None;
    let mut end_word = |word: Option<usize>, end: usize| {
        let Some(start) = word else { return };
        let written = text.get(start..end).unwrap_or_default().to_lowercase();
        if WORDS.contains(&written.trim_end_matches('.')) {
            parts.extend(text.get(from..start));
            from = end;
        }
    };
    while let Some((at, sign)) = words.next() {
        match (sign.is_whitespace(), word) {
            (true, _) => end_word(word.take(), at),
            (false, None) => word = Some(at),
            (false, Some(_)) => {}
        }
        if words.peek().is_none() {
            end_word(word.take(), text.len());
        }
    }
    parts.extend(text.get(from..));
    parts
}

#[cfg(test)]
mod tests {
    use super::several;
    use crate::domain::number::Region;

    fn parts(text: &str, home: &str) -> Vec<String> {
        let parts = several(text, Region::new(home)).into_iter();
        parts.map(str::to_owned).collect()
    }

    #[test]
    fn two_numbers_in_a_text_are_two_where_each_is_possible() {
        let two = ["213-456-7301", "213-456-7302"];
        for between in [
            " / ", "/", "; ", ";", ", ", ",", "\n", "\r\n", " or ", " OR ", " oder ", " ou ",
            " o ", " ::: ", " | ", " или ", " & ", "、",
        ] {
            let text = format!(" {}{between}{} ", two[0], two[1]);
            assert_eq!(parts(&text, "US"), two, "{between:?}");
        }
        assert_eq!(
            parts("030/901820; 030/901821 oder 030/901822", "DE"),
            ["030/901820", "030/901821", "030/901822"]
        );
        assert_eq!(
            parts("+49 30 901820/+49 30 901821", ""),
            ["+49 30 901820", "+49 30 901821"]
        );
        assert_eq!(parts("32123456, 32123457", "DK").len(), 2);
        assert_eq!(parts("213-456-7301;;213-456-7302;", "US"), two);
    }

    #[test]
    fn one_number_stays_one_and_so_does_a_text_with_a_part_that_is_none() {
        for (text, home) in [
            ("030/901820", "DE"),
            ("0171/1234567", "DE"),
            ("06201/12345", "DE"),
            ("+43 662/123456", "DE"),
            ("0662/123456", "AT"),
            ("030 901820/21", "DE"),
            ("030/901824, 901825", "DE"),
            ("030/901824,901825", "DE"),
            ("030 901824/901825", "DE"),
            ("+12134567890,123456#", "US"),
            ("+12134567890,1,234567", "US"),
            ("+12134567890, ext. 1234", "US"),
            ("+12134567890,,12", "US"),
            ("+12134567890,,1,,2345#", "US"),
            ("+12134567890, 1234", "DE"),
            ("+1 213 456 7890;ext=12345", "DE"),
            ("030 901820 (Eva, privat)", "DE"),
            ("213-456-7301 / ask Tim", "US"),
            ("213-456-7301 or later", "US"),
            ("+39 02 5550 1182", "US"),
            ("ask Tim, or Ann", "US"),
            ("020 7946 0018 / 020 7946 0019", ""),
            ("", "US"),
        ] {
            assert_eq!(parts(text, home), [text], "{text}");
        }
    }
}
