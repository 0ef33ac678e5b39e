//! Names: the parts of one, and what a contact is sorted and searched by.

use super::contact::{Contact, ContactKind, DetailKind};
use super::fields::{CONTACT, Use, texts};
use super::fold::{fold, is_apostrophe, transcribed};
use super::phone::MANUAL;

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
pub(crate) fn given_keys(name: &str) -> [String; 2] {
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
            // An elided one is attached to its word: L'Oréal.
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

/// Titles before a name, without dots; those after the bar only where a dot says so.
const PREFIXES: &str = "dr prof professor mr mrs ms mx miss sir dame rev herr frau mme mlle monsieur \
    madame señor señora señorita sra srta signor signora dottssa dipl-ing | mag ing hon sig sigra avv dott sr dra";

/// What follows a name, without dots.
const SUFFIXES: &str = "jr sr phd esq";

/// What follows a name and is written in capitals, since the same letters are names too.
const CAPITAL_SUFFIXES: &str = "II III IV MD MBA DDS DVM CPA RN MSc BSc";

/// Words that belong to the family name after them.
const PARTICLES: &str = "van von vom de den der di da del della dello degli dei du des dos das do la le ter \
    ten te zu zum zur al el bin ibn bint ben st 't";

/// Forms of companies, without dots.
const COMPANIES: &str =
    "inc ltd llc gmbh srl plc corp llp limited incorporated corporation sarl aps kft ohg";

/// Forms of companies that are written in capitals or with dots, since the same letters are words too.
const CAPITAL_COMPANIES: &str = "AG KG SA SpA SPA BV NV AB AS OY Oy UG SAS CO";

/// Whether a word is in a list of words.
fn is_in(list: &str, word: &str) -> bool {
    list.split([' ', '|']).any(|known| known == word)
}

/// A name without titles and suffixes.
struct Titled<'a> {
    prefix: &'a str,
    core: &'a str,
    suffix: &'a str,
}

impl<'a> Titled<'a> {
    fn of(name: &'a str) -> Self {
        let name = name.trim();
        let mut core = name;
        while let Some((rest, last)) = core.rsplit_once(char::is_whitespace) {
            let bare = last.replace('.', "");
            if !is_in(SUFFIXES, &bare.to_lowercase()) && !is_in(CAPITAL_SUFFIXES, &bare) {
                break;
            }
            core = rest.trim_end_matches([',', ' ']);
        }
        let suffix = name.get(core.len()..).unwrap_or_default();
        let (always, with_dot) = PREFIXES.split_once('|').unwrap_or_default();
        while let Some((first, rest)) = core.split_once(char::is_whitespace) {
            let bare = first.replace('.', "").to_lowercase();
            let is_title = is_in(always, &bare) || first.ends_with('.') && is_in(with_dot, &bare);
            if !is_title {
                break;
            }
            core = rest.trim_start();
        }
        let end = name.len() - suffix.len() - core.len();
        Self {
            prefix: name.get(..end).unwrap_or_default(),
            core,
            suffix,
        }
    }
}

/// Whether a name ends in a form of companies: `Officina Bianchi S.r.l.`
fn is_of_company(name: &str) -> bool {
    let Some((_, last)) = name.rsplit_once(char::is_whitespace) else {
        return false;
    };
    let bare = last.replace('.', "");
    let has_dots = last.contains('.') && is_in(CAPITAL_COMPANIES, &bare.to_uppercase());
    has_dots || is_in(CAPITAL_COMPANIES, &bare) || is_in(COMPANIES, &bare.to_lowercase())
}

/// A shown name in its parts, where a person typed only that: given names, then the family name.
///
/// A comma separates them (`Bianchi, Marco`); else the last word is the family name, with the particles
/// before it. Titles and suffixes belong to neither, nor does text in
/// brackets; a company has no parts.
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
    if is_of_company(plain) {
        return (None, None);
    }
    let titled = Titled::of(plain);
    if let Some((family, given)) = titled.core.split_once(',') {
        return (some(Titled::of(given).core), some(family));
    }
    match family_of(titled.core) {
        Some((given, family)) => (some(given), some(family)),
        // After a title comes the family name.
        None if !titled.prefix.is_empty() => (None, some(titled.core)),
        None => (some(titled.core), None),
    }
}

/// The given names and the family name of a name of several words.
fn family_of(name: &str) -> Option<(&str, &str)> {
    let (mut given, _) = name.rsplit_once(char::is_whitespace)?;
    while let Some((rest, last)) = given.trim_end().rsplit_once(char::is_whitespace) {
        if !is_in(PARTICLES, &last.to_lowercase().replace('’', "'")) {
            break;
        }
        given = rest;
    }
    let family = name.get(given.len()..)?.trim_start();
    Some((given, family))
}

/// The parts that a person's name is made of: given names, and the family name.
pub(crate) type GivenAndFamily<'a> = (Option<&'a str>, Option<&'a str>);

/// The parts that a contact gets when its shown name becomes another; none where its own stay.
///
/// They follow the name as long as they are what it was split into. What a card or a table brought is
/// better than a guess, and stays.
#[must_use]
pub(crate) fn parts_with_name(
    contact: &Contact,
    name: &str,
) -> Option<(Option<String>, Option<String>)> {
    let own = (&contact.given_name, &contact.family_name);
    if contact.kind == ContactKind::Company {
        return Some((None, None));
    }
    let (given, family) = split_name(&contact.name);
    let is_blank = own == (&None, &None);
    let is_guess = own == (&given, &family) && contact.source == MANUAL;
    (is_blank || is_guess).then(|| split_name(name))
}

/// The shown name after its parts became others, where it was what the parts before gave, in any order; none
/// where it is something else, and stays. Titles round it stay too.
#[must_use]
pub(crate) fn name_with_parts(
    name: &str,
    before: GivenAndFamily<'_>,
    after: GivenAndFamily<'_>,
) -> Option<String> {
    let titled = Titled::of(name);
    let family_first = |(given, family): GivenAndFamily<'_>, between: &str| match (given, family) {
        (Some(given), Some(family)) => format!("{family}{between}{given}"),
        (one, other) => one.or(other).unwrap_or_default().to_owned(),
    };
    let given_first = |(given, family)| family_first((family, given), " ");
    let core = if titled.core == given_first(before) {
        given_first(after)
    } else {
        let betweens = [", ", " ", ""];
        let between = betweens
            .into_iter()
            .find(|between| titled.core == family_first(before, between))?;
        family_first(after, between)
    };
    Some(format!("{}{core}{}", titled.prefix, titled.suffix))
}

/// A name as it may be written: as it is, and with its family name last or first.
#[must_use]
pub(crate) fn written_names(name: &str) -> Vec<String> {
    let mut written = vec![name.trim().to_owned()];
    if let (Some(given), Some(family)) = split_name(name) {
        written.push(format!("{given} {family}"));
        written.push(format!("{family}, {given}"));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::{name_with_parts, parts_with_name, split_name};
    use crate::domain::contact::Contact;

    fn split(name: &str) -> (String, String) {
        let (given, family) = split_name(name);
        (given.unwrap_or_default(), family.unwrap_or_default())
    }

    #[test]
    fn the_last_word_is_the_family_name_unless_a_comma_says_otherwise() {
        for (name, given, family) in [
            ("Marco Bianchi", "Marco", "Bianchi"),
            ("Bianchi, Marco", "Marco", "Bianchi"),
            ("Bob (plumber)", "Bob", ""),
            ("丸山", "丸山", ""),
            ("Ludwig van Beethoven", "Ludwig", "van Beethoven"),
            ("Anna van der Berg", "Anna", "van der Berg"),
            ("Eddie Van Halen", "Eddie", "Van Halen"),
            ("Van Morrison", "Van", "Morrison"),
            ("Juana Inés de la Cruz", "Juana Inés", "de la Cruz"),
            ("Omar al Sharif", "Omar", "al Sharif"),
            ("Omar al-Sharif", "Omar", "al-Sharif"),
            ("van der Berg, Anna", "Anna", "van der Berg"),
            ("Dr. Ada Lovelace", "Ada", "Lovelace"),
            ("Prof. Dr. Max Planck", "Max", "Planck"),
            ("Dr. Kiss", "", "Kiss"),
            ("Sr. Gómez", "", "Gómez"),
            ("Mag Ruffman", "Mag", "Ruffman"),
            ("Martin Luther King, Jr.", "Martin Luther", "King"),
            ("Martin Luther King Jr.", "Martin Luther", "King"),
            ("King, Martin Luther, Jr.", "Martin Luther", "King"),
            ("Henry Ford III", "Henry", "Ford"),
            ("Jane Doe, M.D., PhD", "Jane", "Doe"),
            ("Planck, Dr. Max", "Max", "Planck"),
            ("Yo-Yo Ma", "Yo-Yo", "Ma"),
            ("Dr.", "Dr.", ""),
        ] {
            assert_eq!(split(name), (given.into(), family.into()), "{name}");
        }
    }

    #[test]
    fn a_company_has_no_parts() {
        for name in [
            "Officina Bianchi S.r.l.",
            "Acme Inc.",
            "Müller & Söhne GmbH",
            "Siemens AG",
            "Foo Bar, Ltd.",
        ] {
            assert_eq!(split_name(name), (None, None), "{name}");
        }
        assert_eq!(split("Anna As"), ("Anna".into(), "As".into()));
    }

    #[test]
    fn the_shown_name_follows_its_parts_where_it_was_made_of_them() {
        let bianchi = (Some("Marco"), Some("Bianchi"));
        let rossi = (Some("Marco"), Some("Rossi"));
        for (name, after) in [
            ("Marco Bianchi", Some("Marco Rossi")),
            ("Bianchi Marco", Some("Rossi Marco")),
            ("Bianchi, Marco", Some("Rossi, Marco")),
            ("Dr. Marco Bianchi", Some("Dr. Marco Rossi")),
            ("Marco Bianchi, PhD", Some("Marco Rossi, PhD")),
            ("Marco the mechanic", None),
            ("Marco Bianchi (work)", None),
        ] {
            let made = name_with_parts(name, bianchi, rossi);
            assert_eq!(made.as_deref(), after, "{name}");
        }
        let given = |given| (Some(given), None);
        let made = name_with_parts("Ada", given("Ada"), (Some("Ada"), Some("King")));
        assert_eq!(made.as_deref(), Some("Ada King"));
        assert_eq!(
            name_with_parts("", (None, None), given("A")).as_deref(),
            Some("A")
        );
        let signs = (Some("健"), Some("丸山"));
        let made = name_with_parts("丸山健", signs, (Some("花子"), Some("丸山")));
        assert_eq!(made.as_deref(), Some("丸山花子"));
    }

    #[test]
    fn parts_that_a_card_brought_are_not_guessed_again() {
        let contact = |name: &str, given: &str, family: &str, source: &str| Contact {
            name: name.into(),
            given_name: Some(given.into()).filter(|part: &String| !part.is_empty()),
            family_name: Some(family.into()).filter(|part: &String| !part.is_empty()),
            source: source.into(),
            ..Contact::default()
        };
        let rossi = Some((Some("Marco".to_owned()), Some("Rossi".to_owned())));
        for (before, after) in [
            (contact("Marco B", "Marco", "B", "manual"), &rossi),
            (contact("", "", "", "vcard"), &rossi),
            (contact("Marco B", "Marco", "Bianchi", "manual"), &None),
            (contact("Marco B", "Marco", "B", "vcard"), &None),
        ] {
            let parts = parts_with_name(&before, "Marco Rossi");
            assert_eq!(parts, *after, "{before:?}");
        }
    }
}
