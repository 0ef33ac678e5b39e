//! Which of two that a search finds comes first.

use super::listing::Needles;

/// How well somebody fits, the least the best; among equals the order of the list decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The name is what was typed.
    Name,
    /// The name begins with it.
    NameStart,
    /// Every word begins one of the name's words.
    WordStart,
    /// Every word stands somewhere in the name.
    WithinName,
    /// Every word begins a word somewhere: firm, nickname, tag, email.
    ElsewhereStart,
    /// The rest.
    Elsewhere,
}

/// The rank of somebody whom the needles find. `text` is the contact's search text: the folded name,
/// and after a line feed each the other words. Numbers rank alike: no end of one is better.
#[must_use]
pub fn rank(text: &str, needles: &Needles) -> Rank {
    let name = text.split('\n').next().unwrap_or_default();
    let words = &needles.words;
    let all = |holds: &dyn Fn(&str) -> bool| words.iter().all(|word| holds(word));
    if words.is_empty() {
        return Rank::Elsewhere;
    }
    let typed = words.join(" ");
    if name == typed {
        Rank::Name
    } else if name.starts_with(&typed) {
        Rank::NameStart
    } else if all(&|word| begins_a_word(name, word)) {
        Rank::WordStart
    } else if all(&|word| name.contains(word)) {
        Rank::WithinName
    } else if all(&|word| begins_a_word(text, word)) {
        Rank::ElsewhereStart
    } else {
        Rank::Elsewhere
    }
}

/// Whether a word of the text begins so.
fn begins_a_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|before| before.chars().next_back());
        before.is_none_or(|sign| !sign.is_alphanumeric())
    })
}

#[cfg(test)]
mod tests {
    use super::{Rank, rank};
    use crate::domain::listing::Needles;

    #[test]
    fn a_match_at_the_start_of_a_name_goes_before_one_inside_and_that_before_other_words() {
        for (text, expected) in [
            ("mar", Rank::Name),
            ("marco bianchi", Rank::NameStart),
            ("ada mar", Rank::WordStart),
            ("omar sharif", Rank::WithinName),
            ("ada\nmarble works", Rank::ElsewhereStart),
            ("ada\nadamar works", Rank::Elsewhere),
        ] {
            assert_eq!(rank(text, &Needles::of("Mar")), expected, "{text}");
        }
        let two = Needles::of("bia mar");
        assert_eq!(rank("marco bianchi", &two), Rank::WordStart, "in any order");
    }
}
