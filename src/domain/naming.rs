//! Names: the parts of one, and what a contact is sorted and searched by.

use super::contact::{Contact, ContactAttributes, ContactKind, DetailKind};
use super::fields::{CONTACT, Use, texts};
use super::fold::{fold, is_apostrophe, transcribed};
use super::nickname::without_nicknames;
use super::phone::MANUAL;

/// Articles that the name of a company may begin with, folded.
const ARTICLES: [&str; 23] = [
    "the", "a", "an", "der", "die", "das", "le", "la", "les", "l'", "el", "los", "las", "il", "lo",
    "gli", "i", "o", "os", "as", "de", "het", "'t",
];

/// Where a family name with a word such as "van" before it stands in a sorted list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SortPrefixes {
    /// Under that word: van Rijn under V.
    #[default]
    First,
    /// Under what follows it: van Rijn under R.
    Last,
}

/// What ends the key of a name whose prefix comes last.
pub(crate) const PREFIX_LAST: char = '\u{2}';

impl Contact {
    /// The name as it is written in a sorted list, family name first, unless the contact has a text
    /// to be sorted by: `Bianchi, Marco`. That of a company stays as it is.
    #[must_use]
    pub(crate) fn sorted_as(&self, prefixes: SortPrefixes) -> String {
        self.with_prefix_last()
            .filter(|_| prefixes == SortPrefixes::Last)
            .unwrap_or_else(|| self.with_prefix_first())
    }

    /// The name under what follows the prefix of its family name: `Rijn, Rembrandt van`; none where there is no
    /// prefix, or where something else says what the contact is sorted by.
    fn with_prefix_last(&self) -> Option<String> {
        let is_told = self.sort_as.is_some() || self.phonetic_family_name.is_some();
        if is_told || self.kind == ContactKind::Company {
            return None;
        }
        let (prefix, family) = without_particles(self.family_name.as_deref()?)?;
        let given = self.phonetic_given_name.as_ref();
        Some(match given.or(self.given_name.as_ref()) {
            Some(given) => format!("{family}, {given} {prefix}"),
            None => format!("{family}, {prefix}"),
        })
    }

    fn with_prefix_first(&self) -> String {
        if let Some(sort_as) = &self.sort_as {
            let parts: Vec<&str> = sort_as.split(',').map(str::trim).collect();
            return parts.join(", ");
        }
        let spoken = |phonetic: &Option<String>, written: &Option<String>| {
            phonetic.clone().or_else(|| written.clone())
        };
        let family = spoken(&self.phonetic_family_name, &self.family_name);
        let given = spoken(&self.phonetic_given_name, &self.given_name);
        match (self.kind, family, given) {
            (ContactKind::Company, ..) => without_article(&self.name).to_owned(),
            (_, Some(family), Some(given)) => format!("{family}, {given}"),
            (_, Some(one), None) | (_, None, Some(one)) => one,
            (_, None, None) => self.name.clone(),
        }
    }

    /// The words that a search by text looks through, folded: the name, the fields that are searched,
    /// tags, details but for dates; a line feed between them.
    #[must_use]
    pub fn search_text(&self) -> String {
        let mut text = fold(&self.name);
        let texts = texts(&CONTACT).filter(|text| text.field.is(Use::Search));
        let texts = texts.filter_map(|text| text.of(self));
        let words = texts.chain(self.tags.iter().map(String::as_str));
        let mut add = |word: String| {
            if !text.contains(&word) {
                text.push('\n');
                text.push_str(&word);
            }
        };
        for word in words {
            add(fold(word));
        }
        for detail in &self.details {
            if detail.kind != DetailKind::Date {
                add(fold(&detail.text()));
            }
        }
        // After all else, so that who is called so in these letters comes first.
        for word in [&self.name].into_iter().chain(&self.organisation) {
            transcribed(word).map(&mut add);
        }
        text
    }

    /// The key that the list is sorted by under the family name: folded, to be compared as bytes.
    #[must_use]
    pub fn family_key(&self, prefixes: SortPrefixes) -> String {
        let last = self.with_prefix_last();
        match last.filter(|_| prefixes == SortPrefixes::Last) {
            Some(name) => format!("{}{PREFIX_LAST}", sort_key(&[&name, &self.name])),
            None => sort_key(&[&self.with_prefix_first(), &self.name]),
        }
    }

    /// The keys between which those are, sorted under the family name, who have the same parts of their name, whatever
    /// title they are shown with; none where the parts are not known.
    #[must_use]
    pub(crate) fn keys_of_parts(&self) -> Option<(String, String)> {
        let is_parted = self.family_name.is_some() && self.given_name.is_some();
        let first = is_parted.then(|| sort_key(&[&self.with_prefix_first()]))?;
        let end = format!("{}\u{2}", first.trim_end_matches('\u{1}'));
        Some((first, end))
    }

    /// Whether it stands elsewhere where prefixes come last.
    #[must_use]
    pub(crate) fn is_sorted_by_prefix(&self) -> bool {
        self.with_prefix_last().is_some()
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

/// The Arabic article as it is attached to a name with a hyphen.
const ARABIC_ARTICLES: [&str; 2] = ["al", "el"];

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

/// The parts of a person's name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NameParts {
    /// Before the given name: `Dr.`
    pub prefix: Option<String>,
    /// The given name.
    pub given: Option<String>,
    /// Further names between the given and the family name.
    pub additional: Option<String>,
    /// The family name, with the particles before it.
    pub family: Option<String>,
    /// After the family name: `Jr.`
    pub suffix: Option<String>,
}

impl NameParts {
    /// The parts that a contact has.
    #[must_use]
    pub fn of(contact: &Contact) -> Self {
        Self {
            prefix: contact.prefix.clone(),
            given: contact.given_name.clone(),
            additional: contact.additional_name.clone(),
            family: contact.family_name.clone(),
            suffix: contact.suffix.clone(),
        }
    }

    /// Puts the parts into a contact.
    pub fn put(self, contact: &mut Contact) {
        contact.prefix = self.prefix;
        contact.given_name = self.given;
        contact.additional_name = self.additional;
        contact.family_name = self.family;
        contact.suffix = self.suffix;
    }

    /// Whether any of them is among what was sent.
    #[must_use]
    pub(crate) const fn is_sent(sent: &ContactAttributes) -> bool {
        sent.prefix.is_some()
            || sent.given_name.is_some()
            || sent.additional_name.is_some()
            || sent.family_name.is_some()
            || sent.suffix.is_some()
    }

    /// Whether one of those that were sent is another one than it is here.
    #[must_use]
    pub(crate) fn differs_from_sent(&self, sent: &ContactAttributes) -> bool {
        let pairs = [
            (&self.prefix, &sent.prefix),
            (&self.given, &sent.given_name),
            (&self.additional, &sent.additional_name),
            (&self.family, &sent.family_name),
            (&self.suffix, &sent.suffix),
        ];
        let mut known = pairs.into_iter().filter(|(own, _)| own.is_some());
        known.any(|(own, sent)| sent.as_ref().is_some_and(|sent| sent != own))
    }

    /// A shown name in its parts, where a person typed only that: given names, then the family name.
    ///
    /// A comma separates them (`Bianchi, Marco`); else the last word is the family name, with the particles
    /// before it. Titles and suffixes are parts of their own; a nickname in brackets or quotes belongs to none; a
    /// company has no parts.
    #[must_use]
    pub fn split(name: &str) -> Self {
        let some = |text: &str| {
            let text = text.trim_matches([' ', ',']);
            (!text.is_empty()).then(|| text.to_owned())
        };
        let plain = without_nicknames(name);
        if is_of_company(&plain) {
            return Self::default();
        }
        let titled = Titled::of(&plain);
        let parts = |prefix: &str, given: Option<String>, family: Option<String>| Self {
            prefix: some(prefix),
            given,
            additional: None,
            family,
            suffix: some(titled.suffix),
        };
        if let Some((family, given)) = titled.core.split_once(',') {
            let given = Titled::of(given);
            let prefix = format!("{} {}", titled.prefix, given.prefix);
            return parts(&prefix, some(given.core), some(family));
        }
        let prefix = titled.prefix;
        if is_family_alone(titled.core, !prefix.is_empty()) {
            return parts(prefix, None, some(titled.core));
        }
        match family_of(titled.core) {
            Some((given, family)) => parts(prefix, some(given), some(family)),
            // After a title comes the family name.
            None if !prefix.is_empty() => parts(prefix, None, some(titled.core)),
            None => parts(prefix, some(titled.core), None),
        }
    }

    /// Whether a name of the given and the family name alone is these.
    fn is_plain(&self) -> bool {
        self.prefix.is_none() && self.additional.is_none() && self.suffix.is_none()
    }

    /// The name as it is spoken: the family name first, and without a space, where it is Chinese, Japanese or
    /// Korean; between kana the space stays.
    #[must_use]
    pub fn spoken(&self) -> String {
        let own = [&self.given, &self.additional, &self.family];
        let own: String = own.into_iter().flatten().map(String::as_str).collect();
        let signs = || own.chars().filter(|sign| !sign.is_whitespace());
        let kana = |sign| matches!(sign, '\u{3041}'..='\u{30FF}');
        let written = if signs().next().is_some() && signs().all(is_east_asian) {
            WrittenName {
                order: NameOrder::FamilyFirst,
                between: if signs().any(kana) { " " } else { "" },
                ..WrittenName::USUAL
            }
        } else {
            WrittenName::USUAL
        };
        written.name(self)
    }
}

/// Whether names in these letters have the family name first.
fn is_east_asian(sign: char) -> bool {
    matches!(sign,
        '\u{2E80}'..='\u{2FDF}' | '々' | '\u{3041}'..='\u{30FA}' | 'ー' | '\u{3131}'..='\u{318E}'
        | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}'
        | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

/// Which of the names comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NameOrder {
    GivenFirst,
    FamilyFirst,
}

/// How a name is written of its parts.
#[derive(Clone, Copy, Debug)]
struct WrittenName {
    order: NameOrder,
    /// Between the names.
    between: &'static str,
    /// Before the suffix.
    before_suffix: &'static str,
}

impl WrittenName {
    const USUAL: Self = Self {
        order: NameOrder::GivenFirst,
        between: " ",
        before_suffix: " ",
    };

    /// Every way in which one may be written.
    fn all() -> impl Iterator<Item = Self> {
        use NameOrder::{FamilyFirst, GivenFirst};
        let orders = [
            (GivenFirst, " "),
            (FamilyFirst, ", "),
            (FamilyFirst, " "),
            (FamilyFirst, ""),
        ];
        orders.into_iter().flat_map(|(order, between)| {
            [" ", ", "].map(|before_suffix| Self {
                order,
                between,
                before_suffix,
            })
        })
    }

    /// The name of these parts.
    fn name(self, parts: &NameParts) -> String {
        let given = match (&parts.given, &parts.additional) {
            (Some(given), Some(more)) if self.between.is_empty() => format!("{given}{more}"),
            (Some(given), Some(more)) => format!("{given} {more}"),
            (one, other) => one.clone().or_else(|| other.clone()).unwrap_or_default(),
        };
        let family = parts.family.as_deref().unwrap_or_default();
        let names = match self.order {
            NameOrder::GivenFirst => [given.as_str(), family],
            NameOrder::FamilyFirst => [family, given.as_str()],
        };
        let join = |parts: &[&str], between: &str| {
            let there = parts.iter().filter(|part| !part.is_empty());
            there.copied().collect::<Vec<_>>().join(between)
        };
        let core = join(&names, self.between);
        let core = join(&[parts.prefix.as_deref().unwrap_or_default(), &core], " ");
        join(
            &[&core, parts.suffix.as_deref().unwrap_or_default()],
            self.before_suffix,
        )
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

/// Whether a name is a family name with the particles before it, and no given name: `van Rijn`, and after a title
/// `Van der Heide` too. Van Morrison has a given name.
fn is_family_alone(name: &str, has_title: bool) -> bool {
    let begins_small = name.starts_with(char::is_lowercase);
    let rest = without_particles(name).map(|(_, rest)| rest);
    (has_title || begins_small) && rest.is_some_and(|rest| !rest.contains(char::is_whitespace))
}

/// The words before a family name, and the name without them; none where it has none.
fn without_particles(family: &str) -> Option<(&str, &str)> {
    let mut rest = family.trim();
    let whole = rest;
    while let Some((first, more)) = rest.split_once(char::is_whitespace) {
        if !is_in(PARTICLES, &first.to_lowercase().replace('’', "'")) {
            break;
        }
        rest = more.trim_start();
    }
    // The Arabic article is attached: al-Sharif.
    if let Some((first, more)) = rest.split_once('-')
        && ARABIC_ARTICLES.contains(&first.to_lowercase().as_str())
        && !more.is_empty()
    {
        rest = more;
    }
    let prefix = whole.get(..whole.len() - rest.len())?.trim_end();
    (!prefix.is_empty()).then_some((prefix, rest))
}

/// What the keys begin with of names that stand under their prefixes.
pub(crate) fn prefix_keys() -> impl Iterator<Item = String> {
    let words = PARTICLES.split_whitespace().map(|word| (word, ' '));
    let articles = ARABIC_ARTICLES.map(|word| (word, '-'));
    words.chain(articles).map(|(word, end)| {
        // Names that only begin with the same letters do not stand under the word.
        let key = sort_key(&[word]);
        format!("{}{end}", key.trim_end_matches('\u{1}'))
    })
}

/// The parts that a contact gets when its shown name becomes another; none where its own stay.
///
/// They follow the name as long as they are what it was split into. What a card or a table brought is
/// better than a guess, and stays.
#[must_use]
pub(crate) fn parts_with_name(contact: &Contact, name: &str) -> Option<NameParts> {
    if contact.kind == ContactKind::Company {
        return Some(NameParts::default());
    }
    let own = NameParts::of(contact);
    let split = NameParts::split(&contact.name);
    let is_split = own == split
        || own.is_plain() && (&own.given, &own.family) == (&split.given, &split.family);
    let is_guess = is_split && contact.source == MANUAL;
    (own == NameParts::default() || is_guess).then(|| NameParts::split(name))
}

/// The shown name after its parts became others, where it was what the parts before gave, in any order; none
/// where it is something else, and stays. Titles round it that are no parts stay too.
#[must_use]
pub(crate) fn name_with_parts(name: &str, before: &NameParts, after: &NameParts) -> Option<String> {
    if let Some(written) = WrittenName::all().find(|written| written.name(before) == name) {
        return Some(written.name(after));
    }
    // Written without its titles, or with titles that are no parts.
    let titled = Titled::of(name);
    let bare = |parts: &NameParts| NameParts {
        prefix: None,
        suffix: None,
        ..parts.clone()
    };
    let short = |parts: &NameParts| NameParts {
        additional: None,
        ..bare(parts)
    };
    let forms: [&dyn Fn(&NameParts) -> NameParts; 2] = [&bare, &short];
    forms.into_iter().find_map(|form| {
        let mut all = WrittenName::all();
        let written = all.find(|written| written.name(&form(before)) == titled.core)?;
        let core = written.name(&form(after));
        Some(format!("{}{core}{}", titled.prefix, titled.suffix))
    })
}

/// A name as it may be written: as it is, and with its family name last or first.
#[must_use]
pub(crate) fn written_names(name: &str) -> Vec<String> {
    let mut written = vec![name.trim().to_owned()];
    let NameParts { given, family, .. } = NameParts::split(name);
    if let (Some(given), Some(family)) = (given, family) {
        written.push(format!("{given} {family}"));
        written.push(format!("{family}, {given}"));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::{NameParts, name_with_parts, parts_with_name};
    use crate::domain::contact::Contact;

    fn split(name: &str) -> (String, String) {
        let NameParts { given, family, .. } = NameParts::split(name);
        (given.unwrap_or_default(), family.unwrap_or_default())
    }

    /// The parts of a name, of which blank ones are not there.
    fn parts([prefix, given, additional, family, suffix]: [&str; 5]) -> NameParts {
        let part = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        NameParts {
            prefix: part(prefix),
            given: part(given),
            additional: part(additional),
            family: part(family),
            suffix: part(suffix),
        }
    }

    #[test]
    fn titles_and_suffixes_are_parts_of_a_name() {
        for (name, own) in [
            ("Dr. Ada Lovelace", ["Dr.", "Ada", "", "Lovelace", ""]),
            (
                "Prof. Dr. Max Planck",
                ["Prof. Dr.", "Max", "", "Planck", ""],
            ),
            ("Planck, Dr. Max", ["Dr.", "Max", "", "Planck", ""]),
            (
                "Martin Luther King, Jr.",
                ["", "Martin Luther", "", "King", "Jr."],
            ),
            ("Jane Doe, M.D., PhD", ["", "Jane", "", "Doe", "M.D., PhD"]),
        ] {
            assert_eq!(NameParts::split(name), parts(own), "{name}");
        }
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
            ("van Rijn", "", "van Rijn"),
            ("Dr. van der Heide", "", "van der Heide"),
            ("Dr. Van Helsing", "", "Van Helsing"),
            ("Frau von Berg", "", "von Berg"),
            ("Ms. de la Cruz", "", "de la Cruz"),
            ("Dr. Anna van der Heide", "Anna", "van der Heide"),
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
            assert_eq!(NameParts::split(name), NameParts::default(), "{name}");
        }
        assert_eq!(split("Anna As"), ("Anna".into(), "As".into()));
    }

    #[test]
    fn the_shown_name_follows_its_parts_where_it_was_made_of_them() {
        let bianchi = ["", "Marco", "", "Bianchi", ""];
        let rossi = ["", "Marco", "", "Rossi", ""];
        let whole = ["Dr.", "Ada", "Byron", "King", "PhD"];
        for (name, before, after, made) in [
            ("Marco Bianchi", bianchi, rossi, Some("Marco Rossi")),
            ("Bianchi Marco", bianchi, rossi, Some("Rossi Marco")),
            ("Bianchi, Marco", bianchi, rossi, Some("Rossi, Marco")),
            ("Dr. Marco Bianchi", bianchi, rossi, Some("Dr. Marco Rossi")),
            (
                "Marco Bianchi, PhD",
                bianchi,
                rossi,
                Some("Marco Rossi, PhD"),
            ),
            ("Marco the mechanic", bianchi, rossi, None),
            ("Marco Bianchi (work)", bianchi, rossi, None),
            (
                "Ada",
                ["", "Ada", "", "", ""],
                ["", "Ada", "", "King", ""],
                Some("Ada King"),
            ),
            ("", [""; 5], ["", "A", "", "", ""], Some("A")),
            (
                "丸山健",
                ["", "健", "", "丸山", ""],
                ["", "花子", "", "丸山", ""],
                Some("丸山花子"),
            ),
            (
                "Dr. Ada Byron King PhD",
                whole,
                ["Prof.", "Ada", "", "King", ""],
                Some("Prof. Ada King"),
            ),
            (
                "King, Ada Byron",
                whole,
                ["Dr.", "Ada", "Byron", "Lovelace", "PhD"],
                Some("Lovelace, Ada Byron"),
            ),
            (
                "Ada King",
                whole,
                ["Dr.", "Ada", "Byron", "Lovelace", "PhD"],
                Some("Ada Lovelace"),
            ),
        ] {
            let after = name_with_parts(name, &parts(before), &parts(after));
            assert_eq!(after.as_deref(), made, "{name}");
        }
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
        let rossi = Some(parts(["", "Marco", "", "Rossi", ""]));
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
