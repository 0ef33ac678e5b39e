//! Nicknames that stand in brackets or quotes among the words of a name.

use super::fold::is_apostrophe;

/// The signs that a nickname is put in.
const NICKNAME_SIGNS: [(char, char); 10] = [
    ('(', ')'),
    ('[', ']'),
    ('"', '"'),
    ('“', '”'),
    ('„', '“'),
    ('„', '”'),
    ('«', '»'),
    ('\'', '\''),
    ('‘', '’'),
    ('’', '’'),
];

/// The most letters of a nickname: no end is looked for beyond them, since a broken name may open a megabyte of brackets.
const LONGEST: usize = 100;

/// A name without the nicknames in it, and with every other word: `Anna Lee` of `Anna (Nan) Lee`. One that is nothing
/// else is the name.
#[must_use]
pub(crate) fn without_nicknames(name: &str) -> String {
    let mut plain = String::new();
    let mut rest = name.trim();
    while let Some(first) = rest.chars().next() {
        let begins_word = plain.is_empty() || plain.ends_with(char::is_whitespace);
        if let Some(after) = begins_word.then(|| after_nickname(rest)).flatten() {
            // A comma after it is that of the family name before it.
            if after.starts_with(',') {
                plain.truncate(plain.trim_end().len());
            }
            rest = if plain.is_empty() || plain.ends_with(char::is_whitespace) {
                after.trim_start()
            } else {
                after
            };
        } else {
            plain.push(first);
            rest = rest.get(first.len_utf8()..).unwrap_or_default();
        }
    }
    let plain = plain.trim();
    if plain.is_empty() { name.trim() } else { plain }.to_owned()
}

/// What follows the nickname that a text begins with; none where it begins with another word. An apostrophe is the
/// sign of one only round a name: `'t Hart` and `'n'` are words.
fn after_nickname(text: &str) -> Option<&str> {
    let first = text.chars().next()?;
    let signs = NICKNAME_SIGNS.into_iter();
    let mut signs = signs.filter(|(open, _)| *open == first);
    signs.find_map(|(open, close)| {
        let inside = text.get(open.len_utf8()..)?;
        let end = inside.char_indices().nth(LONGEST);
        let near = inside.get(..end.map_or(inside.len(), |(end, _)| end))?;
        let (nickname, after) = near.match_indices(close).find_map(|(at, sign)| {
            let after = inside.get(at + sign.len()..)?;
            let ends_word = !after.starts_with(char::is_alphanumeric);
            ends_word.then_some((inside.get(..at)?, after))
        })?;
        let is_name = nickname.starts_with(char::is_uppercase) && nickname.chars().nth(1).is_some();
        (is_name || !is_apostrophe(open)).then_some(after)
    })
}
