//! Text on the screen: its width in columns, cut by grapheme, wrapped, and with matches lit.
//!
//! Everything that comes from the database passes through [`domain::safe`](crate::domain::safe)
//! here, on its way into a span.

use std::borrow::Cow;

use ratatui::style::Style;
use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::domain::fold::fold;
use crate::domain::latin::{has_other_letters, sounds_like, typed_sounds};
use crate::domain::rank::keypad;
use crate::domain::safe::safe;

/// The width of a text in columns.
#[must_use]
pub fn width(text: &str) -> usize {
    text.width()
}

/// `text` made safe and cut to `columns`, with an ellipsis where something was cut.
#[must_use]
pub(crate) fn elide<'a>(text: &'a str, columns: usize, ellipsis: &str) -> Cow<'a, str> {
    let text = safe(text);
    if width(&text) <= columns {
        return text;
    }
    let room = columns.saturating_sub(width(ellipsis));
    let mut cut = prefix(&text, room).trim_end().to_owned();
    if columns >= width(ellipsis) {
        cut.push_str(ellipsis);
    }
    Cow::Owned(cut)
}

/// As many graphemes from the start as fit into `columns`.
#[must_use]
pub fn prefix(text: &str, columns: usize) -> &str {
    let mut used = 0;
    for (at, grapheme) in text.grapheme_indices(true) {
        used += width(grapheme);
        if used > columns {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

/// `text` cut or filled with spaces to just `columns`.
#[must_use]
pub fn fit(text: &str, columns: usize, ellipsis: &str) -> String {
    let mut text = elide(text, columns, ellipsis).into_owned();
    let used = width(&text);
    text.extend(std::iter::repeat_n(' ', columns.saturating_sub(used)));
    text
}

/// Keeps the first lines of a wrapped text, where it has more than `most`: the last of them ends in the sign
/// of what is left out.
pub(crate) fn wrapped_within(lines: &mut Vec<String>, most: usize, columns: usize, ellipsis: &str) {
    let most = most.max(1);
    if lines.len() > most {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(elide(&rest, columns, ellipsis).into_owned());
    }
}

/// `text` broken at spaces into lines of at most `columns`; its own line ends are kept.
#[must_use]
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let paragraph = safe(paragraph.strip_suffix('\r').unwrap_or(paragraph));
        let mut line = String::new();
        for word in paragraph.split(' ') {
            let gap = usize::from(!line.is_empty());
            if !line.is_empty() && width(&line) + gap + width(word) > columns {
                lines.push(std::mem::take(&mut line));
            } else if gap == 1 {
                line.push(' ');
            }
            let mut word = word;
            // To measure all that is left at each line would take minutes for a megabyte.
            while prefix(word, columns).len() < word.len() {
                let head = prefix(word, columns.saturating_sub(width(&line)).max(1));
                let head = if head.is_empty() {
                    word.graphemes(true).next().unwrap_or(word)
                } else {
                    head
                };
                line.push_str(head);
                lines.push(std::mem::take(&mut line));
                word = word.get(head.len()..).unwrap_or_default();
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// `text` in spans, the parts that match one of the folded `words` in `lit`.
///
/// Case and accents make no difference: `odeg` lights the first four letters of `Ødegård`. A word in Cyrillic or Greek
/// letters is lit as a whole where it is found by its sound.
#[must_use]
pub(crate) fn lit<'a>(text: &str, words: &[String], plain: Style, lit: Style) -> Vec<Span<'a>> {
    if words.is_empty() {
        return vec![Span::styled(text.to_owned(), plain)];
    }
    let letters: Vec<(&str, Cow<'_, str>)> = text
        .graphemes(true)
        .map(|letter| (letter, folded(letter)))
        .collect();
    let sounds: Vec<String> = if has_other_letters(text) {
        words.iter().flat_map(|word| typed_sounds(word)).collect()
    } else {
        Vec::new()
    };
    let matched = |start: usize| -> usize {
        let rest = letters.get(start..).unwrap_or_default();
        let by_letters = words.iter().map(|word| span_of(rest, word));
        let by_sound = || span_by_sound(&letters, start, &sounds);
        by_letters
            .max()
            .filter(|lit| *lit > 0)
            .unwrap_or_else(by_sound)
    };
    spans(&letters, plain, lit, matched)
}

/// How many letters the word has that begins here, where it is found by one of these sounds; else 0.
fn span_by_sound(letters: &[(&str, Cow<'_, str>)], start: usize, sounds: &[String]) -> usize {
    let is_space = |letter: &&str| letter.chars().all(char::is_whitespace);
    let letter_at = |at: usize| letters.get(at).map(|(letter, _)| *letter);
    let before = start.checked_sub(1).and_then(letter_at);
    if sounds.is_empty() || before.is_some_and(|before| !is_space(&before)) {
        return 0;
    }
    let word: Vec<&str> = (start..)
        .map_while(letter_at)
        .take_while(|letter| !is_space(letter))
        .collect();
    if sounds_like(&word.concat(), sounds) {
        word.len()
    } else {
        0
    }
}

/// `text` in spans, with the digits of one of `runs` in `lit`, whatever is between them.
#[must_use]
pub(crate) fn lit_digits<'a>(
    text: &str,
    runs: &[String],
    plain: Style,
    lit: Style,
) -> Vec<Span<'a>> {
    if runs.is_empty() {
        return vec![Span::styled(text.to_owned(), plain)];
    }
    let letters: Vec<(&str, Cow<'_, str>)> = text
        .graphemes(true)
        .map(|letter| {
            let digits = letter.chars().filter(char::is_ascii_digit);
            (letter, Cow::Owned(digits.collect()))
        })
        .collect();
    let matched = |start: usize| -> usize {
        let rest = letters.get(start..).unwrap_or_default();
        if rest.first().is_none_or(|(_, digit)| digit.is_empty()) {
            return 0;
        }
        runs.iter().map(|run| span_of(rest, run)).max().unwrap_or(0)
    };
    spans(&letters, plain, lit, matched)
}

/// `text` in spans, with the letters that one of `runs` dials on a keypad in `lit`, where they begin a
/// word.
#[must_use]
pub(crate) fn lit_keys<'a>(text: &str, runs: &[String], plain: Style, lit: Style) -> Vec<Span<'a>> {
    let letters: Vec<(&str, Cow<'_, str>)> = text
        .graphemes(true)
        .map(|letter| {
            let keys = keypad(&folded(letter));
            (
                letter,
                Cow::Owned(String::from_utf8(keys).unwrap_or_default()),
            )
        })
        .collect();
    let matched = |start: usize| -> usize {
        let before = start.checked_sub(1).and_then(|before| letters.get(before));
        if before.is_some_and(|(letter, _)| letter.chars().any(char::is_alphanumeric)) {
            return 0;
        }
        let rest = letters.get(start..).unwrap_or_default();
        runs.iter().map(|run| span_of(rest, run)).max().unwrap_or(0)
    };
    spans(&letters, plain, lit, matched)
}

/// One grapheme folded; a space stays one.
fn folded(letter: &str) -> Cow<'_, str> {
    match letter.as_bytes() {
        [b'a'..=b'z' | b'0'..=b'9'] => Cow::Borrowed(letter),
        _ if letter.chars().all(char::is_whitespace) => Cow::Borrowed(" "),
        _ => Cow::Owned(fold(letter)),
    }
}

/// How many of the letters from the start spell `word`, or 0.
fn span_of(letters: &[(&str, Cow<'_, str>)], word: &str) -> usize {
    let mut rest = word;
    if rest.is_empty() {
        return 0;
    }
    for (count, (_, letter)) in letters.iter().enumerate() {
        if rest.is_empty() {
            return count;
        }
        match rest.strip_prefix(letter.as_ref()) {
            Some(after) => rest = after,
            // The word ends within a letter that folds to several.
            None if letter.starts_with(rest) => return count + 1,
            None => return 0,
        }
    }
    if rest.is_empty() { letters.len() } else { 0 }
}

fn spans<'a>(
    letters: &[(&str, Cow<'_, str>)],
    plain: Style,
    lit: Style,
    matched: impl Fn(usize) -> usize,
) -> Vec<Span<'a>> {
    let mut spans: Vec<Span<'a>> = Vec::new();
    let mut until = 0;
    for (at, (letter, _)) in letters.iter().enumerate() {
        until = until.max(match matched(at) {
            0 => 0,
            count => at + count,
        });
        let style = if at < until { lit } else { plain };
        match spans.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push_str(letter),
            _ => spans.push(Span::styled((*letter).to_owned(), style)),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use ratatui::style::{Modifier, Style};

    use super::{elide, fit, lit, lit_digits, width, wrap};

    fn marked(spans: &[ratatui::text::Span<'_>]) -> String {
        spans
            .iter()
            .map(|span| {
                if span.style.add_modifier.contains(Modifier::BOLD) {
                    format!("[{}]", span.content)
                } else {
                    span.content.to_string()
                }
            })
            .collect()
    }

    #[test]
    fn a_wide_letter_is_never_halved() {
        assert_eq!(elide("丸山 Maruyama", 4, "…"), "丸…");
        assert_eq!(width(&fit("👩‍👩‍👧 family", 5, "…")), 5);
    }

    #[test]
    fn lines_break_at_spaces_and_long_words_break_too() {
        assert_eq!(wrap("the quick brown fox", 10), ["the quick", "brown fox"]);
        assert_eq!(wrap("abcdefghij", 4), ["abcd", "efgh", "ij"]);
        assert_eq!(wrap("a\n\nb", 4), ["a", "", "b"]);
    }

    #[test]
    fn a_word_in_other_letters_is_lit_whole_where_it_sounds_like_what_was_typed() {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        for (text, typed, shown) in [
            ("Иван Щербаков", "shcher", "Иван [Щербаков]"),
            ("Иван Щербаков", "iva", "[Иван] Щербаков"),
            ("Иван Щербаков", "щер", "Иван [Щер]баков"),
            (
                "Ivan  Анна-Мария Юлия…",
                "yulia",
                "Ivan  Анна-Мария [Юлия…]",
            ),
            ("Χ", "ch", "[Χ]"),
            ("Юлия 丸山 Ко́рж", "korzh", "Юлия 丸山 [Ко́рж]"),
            ("Иван", "", "Иван"),
            ("Иван", "anna", "Иван"),
        ] {
            let lit = marked(&lit(text, &[typed.into()], Style::new(), bold));
            assert_eq!(lit, shown, "{typed}");
        }
    }

    #[test]
    fn matches_are_lit_whatever_their_accents_and_spelling() {
        let bold = Style::new().add_modifier(Modifier::BOLD);
        assert_eq!(
            marked(&lit("Martin Ødegård", &["odeg".into()], Style::new(), bold)),
            "Martin [Ødeg]ård"
        );
        assert_eq!(
            marked(&lit("Omar", &["mar".into()], Style::new(), bold)),
            "O[mar]"
        );
        assert_eq!(
            marked(&lit_digits(
                "+39 02 5550 1182",
                &["5501".into()],
                Style::new(),
                bold
            )),
            "+39 02 5[550 1]182"
        );
    }
}
