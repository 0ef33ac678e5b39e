//! Tags: which are the same, and how many contacts have each.

use std::collections::{BTreeMap, BTreeSet};

use super::fold::fold;

/// Whether two tags are the same to a reader: whatever their case, accents and width.
#[must_use]
pub(crate) fn is_same_tag(one: &str, other: &str) -> bool {
    one == other || tag_key(one) == tag_key(other)
}

/// What makes tags the same. One without a letter that can be folded is only itself.
#[must_use]
pub(crate) fn tag_key(tag: &str) -> String {
    let folded = fold(tag);
    if folded.is_empty() {
        tag.to_owned()
    } else {
        folded
    }
}

/// Tags in one line with commas between them; one that has a comma or begins with a quote stands in quotes.
#[must_use]
pub(crate) fn tags_in_line(tags: &[String]) -> String {
    let tags: Vec<String> = tags.iter().map(|tag| tag_in_line(tag)).collect();
    tags.join(", ")
}

/// A tag as it stands among others in one line.
#[must_use]
pub(crate) fn tag_in_line(tag: &str) -> String {
    if tag.contains(',') || tag.starts_with('"') {
        format!("\"{}\"", tag.replace('"', "\"\""))
    } else {
        tag.to_owned()
    }
}

/// The tags of such a line.
#[must_use]
pub(crate) fn tags_of_line(line: &str) -> Vec<String> {
    let mut tags = Vec::new();
    let mut rest = line;
    loop {
        let (tag, after) = first_tag(rest);
        if !tag.is_empty() {
            tags.push(tag);
        }
        let Some(after) = after else {
            return tags;
        };
        rest = after;
    }
}

/// The tags of such a line that are whole, and what is typed after the last comma between tags.
#[must_use]
pub(crate) fn last_of_line(line: &str) -> (&str, &str) {
    let mut rest = line;
    while let (_, Some(after)) = first_tag(rest) {
        rest = after;
    }
    let given = line.get(..line.len() - rest.len()).unwrap_or_default();
    (given.strip_suffix(',').unwrap_or(given).trim(), rest.trim())
}

/// The first tag of a line, and what follows its comma.
fn first_tag(line: &str) -> (String, Option<&str>) {
    if let Some(quoted) = line.trim_start().strip_prefix('"') {
        let mut tag = String::new();
        let mut rest = quoted;
        while let Some((text, after)) = rest.split_once('"') {
            tag.push_str(text);
            if let Some(after) = after.strip_prefix('"') {
                tag.push('"');
                rest = after;
                continue;
            }
            let after = after.trim_start();
            if after.is_empty() {
                return (tag.trim().to_owned(), None);
            }
            match after.strip_prefix(',') {
                Some(after) => return (tag.trim().to_owned(), Some(after)),
                None => break,
            }
        }
    }
    match line.split_once(',') {
        Some((tag, after)) => (tag.trim().to_owned(), Some(after)),
        None => (line.trim().to_owned(), None),
    }
}

/// A tag of the book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagCount {
    /// The tag as most contacts have it.
    pub tag: String,
    /// How many contacts have it.
    pub contacts: usize,
}

/// The tags of contacts, counted.
#[derive(Debug, Default)]
pub(crate) struct TagCounts(BTreeMap<String, Spellings>);

#[derive(Debug, Default)]
struct Spellings {
    contacts: usize,
    each: BTreeMap<String, usize>,
}

impl TagCounts {
    /// Counts the tags of one contact.
    pub(crate) fn add(&mut self, tags: Vec<String>) {
        let mut seen = BTreeSet::new();
        for tag in tags {
            let identity = tag_key(&tag);
            let spellings = self.0.entry(identity.clone()).or_default();
            spellings.contacts += usize::from(seen.insert(identity));
            *spellings.each.entry(tag).or_default() += 1;
        }
    }

    /// All tags by their name.
    #[must_use]
    pub(crate) fn by_name(self) -> Vec<TagCount> {
        let named = self.0.into_values().filter_map(|spellings| {
            let each = spellings.each.into_iter();
            // Of those that as many contacts have, the first one.
            let (tag, _) = each.rev().max_by_key(|(_, contacts)| *contacts)?;
            Some(TagCount {
                tag,
                contacts: spellings.contacts,
            })
        });
        named.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{TagCount, TagCounts, is_same_tag};

    #[test]
    fn a_tag_is_counted_once_a_contact_under_its_usual_spelling() {
        let mut counts = TagCounts::default();
        for tags in [
            &["garage", "Café"][..],
            &["Garage"],
            &["garage", "cafe", "CAFE"],
            &["🎉"],
        ] {
            counts.add(tags.iter().map(|tag| (*tag).to_owned()).collect());
        }
        let count = |tag: &str, contacts| TagCount {
            tag: tag.to_owned(),
            contacts,
        };
        let counted = counts.by_name();
        assert_eq!(counted.len(), 3, "{counted:?}");
        for expected in [count("CAFE", 2), count("garage", 3), count("🎉", 1)] {
            assert!(counted.contains(&expected), "{counted:?}");
        }
        assert!(is_same_tag("Straße", "STRASSE") && !is_same_tag("🎉", "🎂"));
    }
}
