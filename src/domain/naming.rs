//! Names: the parts of one, and what a contact is sorted and searched by.

use super::contact::{Contact, ContactKind, DetailKind};
use super::fields::{CONTACT, Use, texts};
use super::fold::{fold, is_apostrophe, transcribed};

/// Articles that the name of a company may begin with, folded.
const ARTICLES: [&str; 23] = [
    "the", "a", "an", "der", "die", "das", "le", "la", "les", "l'", "el", "los", "las", "il", "lo",
    "gli", "i", "o", "os", "as", "de", "het", "'t",
];

impl Contact {
    /// The name as it is written in a sorted list, family name first, unless the contact has a text
    /// to be sorted by: `Bianchi, Marco`. That of a company stays as it is.
    fn sorted_as(&self) -> String {
        if let Some(sort_as) = &self.sort_as {
            let parts: Vec<&str> = sort_as.split(',').map(str::trim).collect();
            return parts.join(", ");
        }
        match (self.kind, &self.family_name, &self.given_name) {
            (ContactKind::Company, ..) => without_article(&self.name).to_owned(),
            (_, Some(family), Some(given)) => format!("{family}, {given}"),
            (_, Some(family), None) => family.clone(),
            (_, None, Some(given)) => given.clone(),
            (_, None, None) => self.name.clone(),
        }
    }

    /// The words that a search by text looks through, folded: the name, the fields that are searched,
    /// tags, emails; a line feed between them.
    #[must_use]
    pub fn search_text(&self) -> String {
        let mut text = fold(&self.name);
        let texts = texts(&CONTACT).filter(|text| text.field.is(Use::Search));
        let texts = texts.filter_map(|text| text.of(self));
        let emails = self
            .details
            .iter()
            .filter(|detail| detail.kind == DetailKind::Email)
            .map(|detail| detail.value.as_str());
        let words = texts
            .chain(self.tags.iter().map(String::as_str))
            .chain(emails);
        let mut add = |word: String| {
            if !text.contains(&word) {
                text.push('\n');
                text.push_str(&word);
            }
        };
        for word in words {
            add(fold(word));
        }
        // After all else, so that who is called so in these letters comes first.
        for word in [&self.name].into_iter().chain(&self.organisation) {
            transcribed(word).map(&mut add);
        }
        text
    }

    /// The key that the list is sorted by under the family name: folded, to be compared as bytes.
    #[must_use]
    pub fn family_key(&self) -> String {
        sort_key(&[&self.sorted_as(), &self.name])
    }

    /// The key that the list is sorted by under the given name.
    #[must_use]
    pub fn given_key(&self) -> String {
        match self.kind {
            ContactKind::Person => person_key(&self.name),
            ContactKind::Company => company_key(&self.name),
        }
    }
}

/// The keys under the given name that a contact with this name has, as a person and as a company.
#[must_use]
pub fn given_keys(name: &str) -> [String; 2] {
    [person_key(name), company_key(name)]
}

fn person_key(name: &str) -> String {
    sort_key(&[name])
}

fn company_key(name: &str) -> String {
    match without_article(name) {
        short if short == name => person_key(name),
        short => sort_key(&[short, name]),
    }
}

/// The name of a company without the article that it begins with, where a word follows.
fn without_article(name: &str) -> &str {
    let name = name.trim();
    let shouted = |text: &str| !text.chars().any(char::is_lowercase);
    let rest = ARTICLES.iter().find_map(|article| {
        let end = match article.strip_suffix('\'') {
            // An elided one stands at its word: L'Oréal.
            Some(letters) => {
                let sign = name.get(letters.len()..)?.chars().next()?;
                let end = letters.len() + sign.len_utf8();
                is_apostrophe(sign).then_some(end)?
            }
            None => name.find(char::is_whitespace)?,
        };
        let (first, rest) = (name.get(..end)?, name.get(end..)?.trim_start());
        // LA is a place, and AS a kind of company: an article is written in capitals only where all
        // of the name is.
        let one_letter = first.chars().filter(|sign| sign.is_alphabetic()).count() == 1;
        let is_written = one_letter || !shouted(first) || shouted(rest);
        let followed = rest.starts_with(char::is_alphanumeric);
        (fold(first) == fold(article) && is_written && followed).then_some(rest)
    });
    rest.unwrap_or(name)
}

/// A sort key of several texts: letters before what begins with a digit or a sign, the folded texts
/// after it.
fn sort_key(texts: &[&str]) -> String {
    let mut key = String::new();
    for text in texts {
        let folded = fold(text);
        let start = folded.trim_start_matches(|sign: char| !sign.is_alphanumeric());
        if key.is_empty() {
            key.push(if start.starts_with(char::is_alphabetic) {
                'a'
            } else {
                'b'
            });
        }
        key.push_str(if start.is_empty() { &folded } else { start });
        key.push('\u{1}');
    }
    key
}

/// A shown name in its parts, where a person typed only that: given names, then the family name.
///
/// A comma tells them apart (`Bianchi, Marco`); else the last word is the family name. What stands
/// in brackets belongs to neither.
#[must_use]
pub fn split_name(name: &str) -> (Option<String>, Option<String>) {
    let some = |text: &str| {
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    };
    let plain = name
        .split(['(', '[', '"'])
        .next()
        .map(str::trim)
        .filter(|plain| !plain.is_empty())
        .unwrap_or(name);
    if let Some((family, given)) = plain.split_once(',') {
        return (some(given), some(family));
    }
    match plain.trim().rsplit_once(char::is_whitespace) {
        Some((given, family)) => (some(given), some(family)),
        None => (some(plain), None),
    }
}

#[cfg(test)]
mod tests {
    use super::split_name;

    fn split(name: &str) -> (String, String) {
        let (given, family) = split_name(name);
        (given.unwrap_or_default(), family.unwrap_or_default())
    }

    #[test]
    fn the_last_word_is_the_family_name_unless_a_comma_says_otherwise() {
        assert_eq!(split("Marco Bianchi"), ("Marco".into(), "Bianchi".into()));
        assert_eq!(split("Bianchi, Marco"), ("Marco".into(), "Bianchi".into()));
        assert_eq!(split("Bob (plumber)"), ("Bob".into(), String::new()));
        assert_eq!(split("丸山"), ("丸山".into(), String::new()));
    }
}
