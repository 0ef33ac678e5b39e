//! What the words of a header mean. The words are data, in `assets/headers.tsv`; a header is read word by
//! word, so that `Telefon (privat)`, `homePhone2` and `自宅の電話番号` need no entry of their own.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::domain::day::DayOrder;
use crate::domain::fold::fold;

const WORDS: &str = include_str!("../../../assets/headers.tsv");

/// The longest header that is looked at word by word, in bytes. No header that is known is as long, and
/// folding makes some signs eighteen.
const HEADER: usize = 200;

/// The longest phrase, in words.
const PHRASE: usize = 6;

/// The shortest part of a word that is made of two: `workphone`, `Werkadres`.
const PART: usize = 3;

macro_rules! meanings {
    ($($meaning:ident),* $(,)?) => {
        /// What a word of a header means.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Meaning { $(#[allow(missing_docs, reason = "the words are in the data")] $meaning),* }

        impl Meaning {
            fn named(name: &str) -> Option<Self> {
                match name {
                    $(stringify!($meaning) => Some(Self::$meaning),)*
                    _ => None,
                }
            }
        }
    };
}

meanings! {
    First, NameOrFirst, Last, LastOrNick, Middle, Prefix, Title, Suffix, Nick, Name, Skip,
    Company, Department, Job, Role, Manager, Spouse, Assistant, Child,
    Phone, Mobile, Messenger, Fax, Pager, Car, Radio, Callback, Isdn, Telex, Textphone, Number,
    Home, Work, Other, Main, Primary, Contact, CallingCode,
    Address, Street, Extended, City, Region, Zip, Country, PoBox, Mailbox,
    Email, Web, Chat, Type,
    Birth, BirthYear, BirthMonth, BirthDay, Month, Day, Anniversary,
    Note, Tags, Favourite, Source, Uid, Ident, Filler,
}

/// A header as it was read.
#[derive(Clone, Debug, Default)]
pub(super) struct Header {
    /// What its words mean.
    meanings: Vec<Meaning>,
    /// Whether it has words that are not known.
    pub(super) unknown: bool,
    /// The number in it.
    pub(super) index: Option<u32>,
}

/// How many bytes a header has at most: a longer cell names no column, and to take it apart takes the
/// square of its length.
const LONGEST: usize = 512;

/// The order of the numbers in days such as `03/02/1980` below this header: in languages other than
/// English the day is first where the year is last.
pub(super) fn order_of_header(name: &str) -> Option<DayOrder> {
    let header = Header::of(name);
    let is_day = header.has_any(&[Meaning::Birth, Meaning::BirthDay, Meaning::Anniversary]);
    let plain = plain(name);
    let english = ["birth", "born", "dob", "bday", "anniversary", "wedding"];
    let is_english = english.iter().any(|word| plain.contains(word));
    // Where the year comes first by custom, a date with the year last could mean either order.
    let year_first = plain.contains(|sign: char| sign >= '\u{1100}');
    (is_day && !is_english && !year_first).then_some(DayOrder::DayFirst)
}

impl Header {
    /// Whether it has a word of this meaning.
    pub(super) fn has(&self, meaning: Meaning) -> bool {
        self.meanings.contains(&meaning)
    }

    /// Whether it has a word of one of these meanings.
    pub(super) fn has_any(&self, meanings: &[Meaning]) -> bool {
        meanings.iter().any(|meaning| self.has(*meaning))
    }

    /// Whether all its words have one of these meanings.
    pub(super) fn is_all(&self, meanings: &[Meaning]) -> bool {
        !self.meanings.is_empty() && self.meanings.iter().all(|own| meanings.contains(own))
    }

    /// The words of a header.
    pub(super) fn of(header: &str) -> Self {
        let mut read = Self::default();
        if header.len() > LONGEST {
            return read;
        }
        let plain = plain(header);
        let tokens: Vec<&str> = plain.split(' ').filter(|token| !token.is_empty()).collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let longest = (1..=PHRASE).rev().find_map(|length| {
                let phrase = tokens.get(at..at + length)?.join(" ");
                DICTIONARY.word(&phrase).map(|meaning| (meaning, length))
            });
            if let Some((meaning, length)) = longest {
                read.add(meaning);
                at += length;
                continue;
            }
            at += 1;
            if let Ok(number) = token.parse() {
                read.index = Some(number);
            } else if let Some(meanings) = DICTIONARY.parts(token) {
                for meaning in meanings {
                    read.add(meaning);
                }
            } else {
                read.unknown = true;
            }
        }
        read
    }

    fn add(&mut self, meaning: Meaning) {
        if meaning != Meaning::Filler {
            self.meanings.push(meaning);
        }
    }
}

/// A header in plain words: folded, with a space for each run of other signs, between a small letter and
/// a capital, and between letters and digits.
pub(super) fn plain(header: &str) -> String {
    if header.len() > HEADER {
        return header.to_owned();
    }
    let mut spaced = String::with_capacity(header.len() + 8);
    let mut before = ' ';
    for sign in header.chars() {
        let camel = before.is_lowercase() && sign.is_uppercase();
        let digit = before.is_alphanumeric()
            && sign.is_alphanumeric()
            && before.is_ascii_digit() != sign.is_ascii_digit();
        if camel || digit {
            spaced.push(' ');
        }
        match sign {
            '#' | '№' => spaced.push_str(" number "),
            // Folding joins what an apostrophe parts.
            '\'' | '’' | 'ʼ' | '`' => spaced.push(' '),
            _ => spaced.push(sign),
        }
        before = sign;
    }
    let folded = fold(&spaced);
    let mut plain = String::with_capacity(folded.len());
    let words = folded.split(|sign: char| !sign.is_alphanumeric());
    let mut last = "";
    for word in words.filter(|word| !word.is_empty()) {
        // E-Mail is one word.
        if !(plain.is_empty() || last == "e" && word.starts_with("mail")) {
            plain.push(' ');
        }
        plain.push_str(word);
        last = word;
    }
    plain
}

static DICTIONARY: LazyLock<Dictionary> = LazyLock::new(Dictionary::new);

/// The words, folded.
struct Dictionary {
    words: HashMap<String, Meaning>,
    /// How a word may begin.
    starts: Vec<(String, Meaning)>,
    /// How a word may end.
    ends: Vec<(String, Meaning)>,
    /// What a word may hold.
    holds: Vec<(String, Meaning)>,
}

impl Dictionary {
    fn new() -> Self {
        let mut dictionary = Self {
            words: HashMap::new(),
            starts: Vec::new(),
            ends: Vec::new(),
            holds: Vec::new(),
        };
        for line in WORDS.lines().filter(|line| !line.starts_with('#')) {
            let Some((meaning, words)) = line.split_once('\t') else {
                continue;
            };
            let Some(meaning) = Meaning::named(meaning) else {
                continue;
            };
            for word in words.split(',').map(str::trim) {
                let bare = plain(word.trim_matches('*'));
                match (word.starts_with('*'), word.ends_with('*')) {
                    (true, true) => dictionary.holds.push((bare, meaning)),
                    (false, true) => dictionary.starts.push((bare, meaning)),
                    (true, false) => dictionary.ends.push((bare, meaning)),
                    (false, false) => {
                        dictionary.words.entry(bare).or_insert(meaning);
                    }
                }
            }
        }
        dictionary
    }

    fn word(&self, word: &str) -> Option<Meaning> {
        self.words.get(word).copied()
    }

    /// What a word means by the way it begins or ends, or that is written of several without a space.
    fn parts(&self, token: &str) -> Option<Vec<Meaning>> {
        if let Some(parts) = self.compound(token) {
            return Some(parts);
        }
        let starts = self.starts.iter();
        let start = starts.clone().find(|(start, _)| token.starts_with(start));
        let end = self.ends.iter().find(|(end, _)| token.ends_with(end));
        let held = self.holds.iter().find(|(held, _)| token.contains(held));
        if let Some((_, meaning)) = start.or(end).or(held) {
            return Some(vec![*meaning]);
        }
        token
            .chars()
            .any(is_unspaced)
            .then(|| self.segments(token))
            .flatten()
    }

    /// `workphone` as work and phone.
    fn compound(&self, token: &str) -> Option<Vec<Meaning>> {
        token.char_indices().find_map(|(at, _)| {
            let (first, second) = token.split_at(at);
            let long = first.len() >= PART && second.len() >= PART;
            let known = |word: &str| {
                let meaning = self.word(word)?;
                (meaning != Meaning::Filler).then_some(meaning)
            };
            (long && !token.chars().any(is_unspaced))
                .then(|| Some(vec![known(first)?, known(second)?]))
                .flatten()
        })
    }

    /// A text of a script that has no spaces, from its longest words on; none where a part of it is not
    /// known.
    fn segments(&self, token: &str) -> Option<Vec<Meaning>> {
        // From the end on: what is known of the text from each place.
        let mut known: HashMap<usize, Vec<Meaning>> = HashMap::from([(token.len(), Vec::new())]);
        for (start, _) in token.char_indices().rev() {
            let ends = token.char_indices().map(|(at, _)| at).chain([token.len()]);
            let ends: Vec<usize> = ends.filter(|end| *end > start).collect();
            let longest = ends.into_iter().rev().find_map(|end| {
                let meaning = self.word(token.get(start..end)?)?;
                let rest = known.get(&end)?;
                Some([&[meaning], rest.as_slice()].concat())
            });
            if let Some(meanings) = longest {
                known.insert(start, meanings);
            }
        }
        known.remove(&0)
    }
}

/// Whether a sign is of a script that is written without spaces, or with few of them: Chinese characters,
/// kana, or the parts of hangul.
pub(super) const fn is_unspaced(sign: char) -> bool {
    matches!(sign, '\u{1100}'..='\u{11FF}' | '\u{3005}'..='\u{30FF}' | '\u{3130}'..='\u{318F}'
        | '\u{3400}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}')
}

#[cfg(test)]
mod tests {
    use super::{Header, Meaning, WORDS};

    #[test]
    fn each_line_of_the_data_has_a_meaning() {
        for line in WORDS
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
        {
            let meaning = line.split_once('\t').map(|(meaning, _)| meaning);
            assert!(meaning.and_then(Meaning::named).is_some(), "{line}");
        }
    }

    #[test]
    fn headers_are_read_word_by_word() {
        for (header, meanings) in [
            ("Telefon (privat)", &[Meaning::Phone, Meaning::Home][..]),
            ("homePhone2", &[Meaning::Home, Meaning::Phone]),
            ("work_phone", &[Meaning::Work, Meaning::Phone]),
            ("workphone", &[Meaning::Work, Meaning::Phone]),
            ("自宅の電話番号", &[Meaning::Home, Meaning::Phone]),
            ("집 전화 번호", &[Meaning::Home, Meaning::Phone]),
            ("Work #", &[Meaning::Work, Meaning::Number]),
            ("E-Mail 2: Adresse", &[Meaning::Email, Meaning::Address]),
            ("Werkadres", &[Meaning::Work, Meaning::Address]),
            (
                "商务地址 邮政编码",
                &[Meaning::Work, Meaning::Address, Meaning::Zip],
            ),
        ] {
            let read = Header::of(header);
            assert_eq!(read.meanings, meanings, "{header}");
            assert!(!read.unknown, "{header}");
        }
        assert!(Header::of("Shoe size").unknown);
    }
}
