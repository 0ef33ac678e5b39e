//! Texts that a card says in a list: what is changed of one stays in the list.

use super::super::draft::CardDraft;
use super::super::line::escape;
use super::super::value::unescaped;

/// What a reader puts between the parts of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Between {
    /// As in `Quinlan Paul`: a space may also be one within a part.
    Space,
    /// As in `Bob, Bobby`.
    Comma,
}

impl Between {
    const fn sign(self) -> &'static str {
        match self {
            Self::Space => " ",
            Self::Comma => ", ",
        }
    }
}

/// The value of a property with another text, in a list where the card has one there.
pub(super) fn over(draft: &CardDraft<'_>, property: &str, text: &str) -> String {
    let lists = draft.lists(property);
    let list: Vec<String> = lists.into_iter().flatten().collect();
    again(&list, text, Between::Comma).join(",")
}

/// A text as parts of a list, each escaped, where it was a list before: those at its beginning and its end that are
/// still there, and what is between them. None where the text is blank.
pub(super) fn again(list: &[String], text: &str, between: Between) -> Vec<String> {
    let known = list.iter().map(|part| part.trim());
    let known: Vec<&str> = known.filter(|part| !part.is_empty()).collect();
    if known.len() < 2 || text.is_empty() {
        return if text.is_empty() {
            Vec::new()
        } else {
            vec![escape(text)]
        };
    }
    let sign = between.sign();
    let mut rest = text;
    let mut known = known.as_slice();
    let mut kept = Vec::new();
    while let Some((part, others)) = known.split_first()
        && let Some(after) = rest.strip_prefix(part)
        && (after.is_empty() || after.starts_with(sign))
    {
        kept.push(*part);
        rest = after.strip_prefix(sign).unwrap_or(after);
        known = others;
    }
    let mut end = Vec::new();
    while let Some((part, others)) = known.split_last()
        && let Some(before) = rest.strip_suffix(part)
        && (before.is_empty() || before.ends_with(sign))
    {
        end.push(*part);
        rest = before.strip_suffix(sign).unwrap_or(before);
        known = others;
    }
    end.reverse();
    let middle: Vec<&str> = match between {
        Between::Space => vec![rest],
        Between::Comma => rest.split(sign).collect(),
    };
    let middle = middle.into_iter().filter(|part| !part.is_empty());
    let parts: Vec<&str> = kept.into_iter().chain(middle).chain(end).collect();
    // What a reader would put together otherwise is one part.
    if parts.join(sign) != text || parts.iter().any(|part| part.trim() != *part) {
        return vec![escape(text)];
    }
    parts.into_iter().map(escape).collect()
}

/// A value as it is written with another text in it: what stays of the text is as it was, escaped or not; what is new
/// has its signs escaped where others of the same in the value are. None where `was` is not what a reader finds in it.
pub(super) fn rewritten(value: &str, was: &str, is: &str) -> Option<String> {
    let mut pieces: Vec<&str> = Vec::new();
    let mut rest = value;
    while let Some(sign) = rest.chars().next() {
        let escaped = rest.get(1..).and_then(|rest| rest.chars().next());
        let length = sign.len_utf8() + escaped.filter(|_| sign == '\\').map_or(0, char::len_utf8);
        let (piece, after) = rest.split_at_checked(length)?;
        pieces.push(piece);
        rest = after;
    }
    let signs: Vec<String> = pieces.iter().map(|piece| unescaped(piece)).collect();
    if signs.concat() != was {
        return None;
    }
    let mut new = is;
    let mut start = 0;
    while let Some(after) = signs.get(start).and_then(|sign| new.strip_prefix(&**sign)) {
        new = after;
        start += 1;
    }
    let mut end = signs.len();
    while end > start
        && let Some(before) = signs
            .get(end - 1)
            .and_then(|sign| new.strip_suffix(&**sign))
    {
        new = before;
        end -= 1;
    }
    let is_bare = |sign: char| {
        let has = |piece: &str| pieces.contains(&piece);
        has(sign.encode_utf8(&mut [0; 4])) && !has(&format!("\\{sign}"))
    };
    let new: String = new
        .chars()
        .map(|sign| match sign {
            ';' | ',' if is_bare(sign) => sign.to_string(),
            sign => escape(sign.encode_utf8(&mut [0; 4])),
        })
        .collect();
    let kept = |range: std::ops::Range<usize>| pieces.get(range).unwrap_or_default().concat();
    Some(format!(
        "{}{new}{}",
        kept(0..start),
        kept(end..pieces.len())
    ))
}

#[cfg(test)]
mod tests {
    use super::{Between, again};

    #[test]
    fn what_is_left_of_a_list_stays_in_it() {
        for (list, text, between, parts) in [
            (&["a", "b"][..], "a, c", Between::Comma, &["a", "c"][..]),
            (&["a", "b"], "b", Between::Comma, &["b"]),
            (
                &["a", "b", "c"],
                "a, x, c",
                Between::Comma,
                &["a", "x", "c"],
            ),
            (&["a, b", "c"], "a, b, d", Between::Comma, &["a\\, b", "d"]),
            (&["a"], "a, b", Between::Comma, &["a\\, b"]),
            (&["a", "b"], "a,c", Between::Comma, &["a\\,c"]),
            (&["a", "b"], "a, , c", Between::Comma, &["a\\, \\, c"]),
            (
                &["Dr.", "Prof."],
                "Dr. Prof. med. h. c.",
                Between::Space,
                &["Dr.", "Prof.", "med. h. c."],
            ),
            (&["van", "der"], "vander", Between::Space, &["vander"]),
            (&["a", "b"], "", Between::Comma, &[]),
        ] {
            let list: Vec<String> = list.iter().map(|part| (*part).to_owned()).collect();
            assert_eq!(again(&list, text, between), parts, "{text}");
        }
    }
}
