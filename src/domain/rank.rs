//! Whom a search finds, and who of them comes first.
//!
//! This defines what a search finds: an index may be faster, but finds the same. A
//! contact is looked at as its search text, which is the folded name, after a line feed each its other
//! words (nickname, firm, tags, emails), and after [`NOTE`] its note; and as the digits of its numbers. What
//! none of that has may still be found by the sounds of its words in other letters
//! ([`sounds_of`] its search text): such contacts come after all others.

use memchr::memmem::{self, Finder};

use super::latin::{has_other_letters, sounds_of, typed_sounds};
use super::query::SearchTerms;

/// How well a contact matches, the least the best; among equals, the more used comes first, and then
/// the order of the list decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// The name is what was typed.
    Name,
    /// The name begins with it.
    NameStart,
    /// Every word begins one of the name's words.
    WordStart,
    /// What was typed is how the name's words begin: `mb` for Marco Bianchi.
    Initials,
    /// Every word is somewhere in the name, or in a number.
    WithinName,
    /// Every word begins a word somewhere: firm, nickname, tag, email, note.
    ElsewhereStart,
    /// The rest; and all matches by number, since no end of one is better.
    Elsewhere,
}

impl Rank {
    /// How many there are.
    const COUNT: usize = 7;

    /// How many places a match can have: each rank, and after them each rank by sounds.
    pub(crate) const PLACES: usize = 2 * Self::COUNT;

    /// The place of a match by the typed letters themselves, the least the best.
    #[must_use]
    pub(crate) const fn place(self) -> usize {
        self as usize
    }

    /// The place of a match by sounds.
    #[must_use]
    pub(crate) const fn place_by_sound(self) -> usize {
        Self::COUNT + self as usize
    }
}

/// Needles, made ready to be looked for many times.
#[derive(Debug)]
pub struct Matcher<'n> {
    needles: &'n SearchTerms,
    /// The words as they were typed, to be the start of a name.
    typed: String,
    words: Vec<Finder<'n>>,
    digits: Vec<Finder<'n>>,
    /// The letters of each word, of long ones the first.
    letters: Vec<Vec<char>>,
    initials: Option<&'n str>,
    /// The sounds of each word, the likeliest first; none of what was not typed in Latin letters.
    sounds: Vec<Vec<Finder<'static>>>,
}

impl<'n> Matcher<'n> {
    /// What looks for these needles.
    #[must_use]
    pub fn of(needles: &'n SearchTerms) -> Self {
        let ready = |texts: &'n [String]| texts.iter().map(Finder::new).collect();
        let letters = needles
            .words
            .iter()
            .map(|word| word.chars().take(LONGEST).collect());
        Self {
            needles,
            typed: needles.words.join(" "),
            words: ready(&needles.words),
            digits: ready(&needles.digits),
            letters: letters.collect(),
            initials: initials(needles),
            sounds: needles.words.iter().map(|word| sounds(word)).collect(),
        }
    }

    /// The rank of a contact, or none if a needle is missing.
    #[must_use]
    pub fn rank(&self, text: &str, digits: &str) -> Option<Rank> {
        if self.words.is_empty() {
            return self.rank_by_number(text, digits);
        }
        let mut worst = Rank::Name;
        let name = name_of(text);
        for (word, finder) in self.needles.words.iter().zip(&self.words) {
            let in_number = is_digits(word) && finder.find(digits.as_bytes()).is_some();
            let found = level(finder, text, name.len());
            match (found, in_number) {
                (None, false) => return self.is_initials(name).then_some(Rank::Initials),
                (found, in_number) => {
                    let number = in_number.then_some(Rank::WithinName);
                    worst = worst.max(found.into_iter().chain(number).min().unwrap_or(worst));
                }
            }
        }
        if worst <= Rank::WordStart && name.starts_with(&self.typed) {
            return Some(if name.len() == self.typed.len() {
                Rank::Name
            } else {
                Rank::NameStart
            });
        }
        if worst > Rank::Initials && self.is_initials(name) {
            return Some(Rank::Initials);
        }
        Some(worst.max(Rank::WordStart))
    }

    /// The sounds of each word that may be found by them.
    pub(crate) fn sounds(&self) -> impl Iterator<Item = &Finder<'static>> {
        self.sounds.iter().flatten()
    }

    /// The rank of a contact that [`Matcher::rank`] does not match, by the sounds of its search text; none if
    /// a needle is missing.
    #[must_use]
    pub fn rank_by_sound(&self, text: &str, sounds: &str, digits: &str) -> Option<Rank> {
        let (name, heard) = (name_of(text), name_of(sounds));
        let words = self.needles.words.iter().zip(&self.words);
        let mut worst = Rank::WordStart;
        for ((word, finder), typed) in words.zip(&self.sounds) {
            let in_number = is_digits(word) && finder.find(digits.as_bytes()).is_some();
            let number = in_number.then_some(Rank::WithinName);
            let own = level(finder, text, name.len());
            let by_sound = typed
                .iter()
                .filter_map(|typed| level(typed, sounds, heard.len()));
            let found = own.into_iter().chain(number).chain(by_sound).min();
            worst = worst.max(found?);
        }
        // A single letter is somewhere in most names.
        if self.letter().is_some() && worst > Rank::WordStart {
            return None;
        }
        let mut first = self.sounds.first()?.iter();
        let is_start = first.any(|typed| heard.as_bytes().starts_with(typed.needle()));
        Some(if is_start && worst == Rank::WordStart {
            Rank::NameStart
        } else {
            worst
        })
    }

    /// As [`Matcher::rank_by_sound`], of a contact whose sounds are not known.
    #[must_use]
    pub(crate) fn rank_heard(&self, text: &str, digits: &str) -> Option<Rank> {
        if self.sounds().next().is_none() || !has_other_letters(text) {
            return None;
        }
        self.rank_by_sound(text, &sounds_of(text)?, digits)
    }

    /// Whether a contact with these letters in its text may have all the words in it.
    #[must_use]
    pub(crate) fn may_be_in(&self, letters: Letters) -> bool {
        let mut words = self.needles.words.iter().filter(|word| !is_digits(word));
        words.all(|word| Letters::of(word).missing(letters) == 0)
    }

    /// Whether [`Matcher::rank`] may match a contact: the bytes rule most of them out at once.
    #[must_use]
    pub(crate) fn may_find(&self, text: &[u8], digits: &[u8]) -> bool {
        let any = |finders: &[Finder<'_>], bytes: &[u8]| {
            finders.iter().any(|finder| finder.find(bytes).is_some())
        };
        match self.longest_word() {
            Some(longest_word) => {
                let first = self.initials().and_then(|wanted| wanted.bytes().next());
                longest_word.find(text).is_some()
                    || first.is_some() && text.first().copied() == first
            }
            None if self.digits.is_empty() || !self.needles.keys.is_empty() => true,
            None => any(&self.digits, digits) || any(&self.digits, text),
        }
    }

    /// As [`Matcher::rank`], of a text in which the longest word is first at `at`, whatever its
    /// initials are; the digits are only asked for where they may matter, and `begins` says whether a
    /// word of the name may begin so.
    #[must_use]
    pub(crate) fn rank_from<'t>(
        &self,
        at: usize,
        text: &str,
        digits: impl FnOnce() -> &'t str,
        begins: impl FnOnce() -> bool,
    ) -> Option<Rank> {
        let ([word], [finder]) = (&self.needles.words[..], &self.words[..]) else {
            return self.rank(text, digits());
        };
        let name = name_of(text);
        if at == 0 {
            return Some(if name.len() == word.len() {
                Rank::Name
            } else {
                Rank::NameStart
            });
        }
        let within = at < name.len();
        if within && begins_a_word(text, at) {
            return Some(Rank::WordStart);
        }
        if within && begins() {
            let rest = name.as_bytes().get(at + 1..).unwrap_or_default();
            let mut others = finder.find_iter(rest).map(|other| at + 1 + other);
            if others.any(|other| begins_a_word(text, other)) {
                return Some(Rank::WordStart);
            }
        }
        if within {
            return Some(Rank::WithinName);
        }
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        let mut all = finder.find_iter(rest).map(|other| at + other);
        Some(if all.any(|other| begins_a_word(text, other)) {
            Rank::ElsewhereStart
        } else {
            Rank::Elsewhere
        })
    }

    /// The only letter that is looked for, where it is one from a to z.
    #[must_use]
    pub fn letter(&self) -> Option<char> {
        let [word] = &self.needles.words[..] else {
            return None;
        };
        let mut letters = word.chars();
        let only = letters.next().filter(char::is_ascii_lowercase)?;
        letters.next().is_none().then_some(only)
    }

    fn rank_by_number(&self, text: &str, digits: &str) -> Option<Rank> {
        let Some(typed) = self.digits.first() else {
            return Some(Rank::Elsewhere);
        };
        let keys = keypad_rank(&self.needles.keys, text);
        let found = || {
            let number = self
                .digits
                .iter()
                .any(|finder| finder.find(digits.as_bytes()).is_some());
            // A name may hold digits too.
            number || typed.find(text.as_bytes()).is_some()
        };
        keys.or_else(|| found().then_some(Rank::Elsewhere))
    }

    /// What is looked for as the initials of a name, where it can be them.
    #[must_use]
    pub const fn initials(&self) -> Option<&'n str> {
        self.initials
    }

    /// Whether the words of a folded name begin with the letters that were typed.
    #[must_use]
    pub(crate) fn is_initials(&self, name: &str) -> bool {
        let Some(wanted) = self.initials() else {
            return false;
        };
        let mut words = name.split(' ').filter_map(|word| word.chars().next());
        wanted.chars().all(|letter| words.next() == Some(letter))
    }

    /// How many letters differ between what was typed and the words of a contact that it does not
    /// find; none where too many do, or too few were typed to tell.
    ///
    /// A word may be unfinished, so that it is held against how the others begin. One letter may
    /// differ, from six letters on two: put in, left out, another one, or two in each other's place.
    /// One of the first two letters has to be right.
    #[must_use]
    pub fn likeness(&self, text: &str) -> Option<usize> {
        likeness(&self.letters, text)
    }

    /// As [`Matcher::likeness`], of the sounds of a contact.
    #[must_use]
    pub fn likeness_by_sound(&self, sounds: &str) -> Option<usize> {
        let typed = self.sounds.iter().map(|of_word| {
            let sound = std::str::from_utf8(of_word.first()?.needle()).ok()?;
            Some(sound.chars().take(LONGEST).collect())
        });
        likeness(&typed.collect::<Option<Vec<Vec<char>>>>()?, sounds)
    }

    /// As [`Matcher::likeness`], of a contact whose sounds are not known.
    #[must_use]
    pub(crate) fn likeness_heard(&self, text: &str) -> Option<usize> {
        let own = self.likeness(text);
        let sounds = sounds_of(text);
        let heard = sounds.and_then(|sounds| self.likeness_by_sound(&sounds));
        own.into_iter().chain(heard).min()
    }

    /// The letters that a contact needs for [`Matcher::likeness`], a word each, and how many of
    /// them may be missing.
    #[must_use]
    pub fn letters(&self) -> Vec<(Letters, u32)> {
        let words = self.needles.words.iter();
        let letters = words.map(|word| {
            let most = edits(word.chars().count()).unwrap_or_default();
            (Letters::of(word), u32::try_from(most).unwrap_or(0))
        });
        letters.collect()
    }

    /// The word that is the quickest to look for, the longest.
    #[must_use]
    pub(crate) fn longest_word(&self) -> Option<&Finder<'n>> {
        let words = self.needles.words.iter().zip(&self.words);
        let words = words.filter(|(word, _)| !is_digits(word));
        words
            .max_by_key(|(word, _)| word.len())
            .map(|(_, finder)| finder)
    }

    /// The runs of digits to be looked for in numbers, one of which is enough; none that holds
    /// another.
    pub fn numbers(&self) -> impl Iterator<Item = &Finder<'n>> {
        self.digits.iter().filter(|finder| {
            let holds = |other: &&Finder<'_>| {
                other.needle() != finder.needle()
                    && memmem::find(finder.needle(), other.needle()).is_some()
            };
            !self.digits.iter().any(|other| holds(&other))
        })
    }

    /// What is looked for.
    #[must_use]
    pub const fn needles(&self) -> &'n SearchTerms {
        self.needles
    }
}

/// What finds the sounds of a word.
fn sounds(word: &str) -> Vec<Finder<'static>> {
    let typed = typed_sounds(word).into_iter();
    typed
        .map(|sound| Finder::new(&sound).into_owned())
        .collect()
}

/// How many letters differ between words and the nearest ones of a text, as [`Matcher::likeness`] says.
fn likeness(words: &[Vec<char>], text: &str) -> Option<usize> {
    if words.is_empty() {
        return None;
    }
    // In a note there is always some word that is like another.
    let text = text.split(NOTE).next().unwrap_or_default();
    let mut sum = 0;
    for letters in words {
        let most = edits(letters.len())?;
        let words = text.split([' ', '\n', '-', '@', '.']);
        let words = words.filter(|other| begin_alike(letters, other));
        sum += words
            .filter_map(|other| distance(letters, other, most))
            .min()?;
    }
    Some(sum)
}

/// What may be the initials of a name.
fn initials(needles: &SearchTerms) -> Option<&str> {
    let [word] = &needles.words[..] else {
        return None;
    };
    let letters = word.chars().count();
    let fits = (2..=4).contains(&letters) && word.chars().all(char::is_alphabetic);
    fits.then_some(word.as_str())
}

/// The sign before the note in a search text. No folded text has it.
pub const NOTE: char = '\u{1}';

/// How many letters of a word may differ.
const fn edits(letters: usize) -> Option<usize> {
    match letters {
        0..=2 => None,
        3..=5 => Some(1),
        _ => Some(2),
    }
}

/// The name at the start of a search text.
#[must_use]
pub(crate) fn name_of(text: &str) -> &str {
    let end = memchr::memchr2(b'\n', NOTE as u8, text.as_bytes()).unwrap_or(text.len());
    text.get(..end).unwrap_or(text)
}

fn is_digits(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit())
}

/// The best place of a word in a text whose name has this length.
fn level(finder: &Finder<'_>, text: &str, name: usize) -> Option<Rank> {
    let mut best = None;
    for at in finder.find_iter(text.as_bytes()) {
        let begins = begins_a_word(text, at);
        let found = match (at < name, begins) {
            (true, true) => return Some(Rank::WordStart),
            (true, false) => Rank::WithinName,
            (false, true) => Rank::ElsewhereStart,
            (false, false) => Rank::Elsewhere,
        };
        if best.is_none_or(|best| found < best) {
            best = Some(found);
        }
        // After the name nothing is better than a word's start there.
        if at >= name && best <= Some(Rank::ElsewhereStart) {
            break;
        }
    }
    best
}

/// Whether a word begins at this place.
fn begins_a_word(text: &str, at: usize) -> bool {
    match at
        .checked_sub(1)
        .and_then(|before| text.as_bytes().get(before))
    {
        None => return true,
        Some(before) if before.is_ascii() => return !before.is_ascii_alphanumeric(),
        Some(_) => {}
    }
    let before = text.get(..at).and_then(|before| before.chars().next_back());
    before.is_none_or(|sign| !sign.is_alphanumeric())
}

/// The rank of a name whose words begin with these keys; none where one of the runs begins none.
fn keypad_rank(keys: &[String], text: &str) -> Option<Rank> {
    let name = name_of(text);
    let dialled = keypad(name);
    let first = keys.first()?;
    for run in keys {
        memmem::find_iter(&dialled, run).find(|at| begins_a_word(name, *at))?;
    }
    Some(if dialled.starts_with(first.as_bytes()) {
        Rank::NameStart
    } else {
        Rank::WordStart
    })
}

/// A folded text with each letter from a to z as the key that has it (ITU-T E.161), byte by byte.
#[must_use]
pub fn keypad(text: &str) -> Vec<u8> {
    text.bytes().map(key).collect()
}

const fn key(letter: u8) -> u8 {
    match letter {
        b'a'..=b'c' => b'2',
        b'd'..=b'f' => b'3',
        b'g'..=b'i' => b'4',
        b'j'..=b'l' => b'5',
        b'm'..=b'o' => b'6',
        b'p'..=b's' => b'7',
        b't'..=b'v' => b'8',
        b'w'..=b'z' => b'9',
        other => other,
    }
}

/// Which letters a text has: a bit for each from a to z, and some that all others share.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Letters(u32);

impl Letters {
    /// The letters of a folded text.
    #[must_use]
    pub fn of(text: &str) -> Self {
        Self(
            text.chars()
                .fold(0, |bits, letter| bits | Self::bit(letter)),
        )
    }

    /// A letter of ASCII.
    #[must_use]
    pub(crate) fn of_byte(letter: u8) -> Self {
        Self(Self::bit(char::from(letter)))
    }

    fn bit(letter: char) -> u32 {
        1 << match letter {
            'a'..='z' => u32::from(letter) - u32::from('a'),
            other => 26 + u32::from(other) % 6,
        }
    }

    /// The letters that begin a word of a folded text.
    #[must_use]
    pub(crate) fn of_initials(text: &str) -> Self {
        let mut bits = 0;
        let mut begins = true;
        for letter in text.chars() {
            if begins {
                bits |= Self::bit(letter);
            }
            begins = !letter.is_alphanumeric();
        }
        Self(bits)
    }

    /// How many of these are not among `others`.
    #[must_use]
    pub const fn missing(self, others: Self) -> u32 {
        (self.0 & !others.0).count_ones()
    }
}

/// The longest word that is held against another one; of longer ones, so much of it.
const LONGEST: usize = 24;

/// Whether one of the first two letters is among the first two of `word`.
fn begin_alike(typed: &[char], word: &str) -> bool {
    let first = typed.get(..2).unwrap_or(typed);
    word.chars().take(2).any(|letter| first.contains(&letter))
}

/// How many edits lead from `typed` to the start of `word`, where it is at most `most`: a letter put
/// in, left out or changed, or two neighbours swapped (optimal string alignment).
fn distance(typed: &[char], word: &str, most: usize) -> Option<usize> {
    let end = typed.len();
    let far = u8::MAX - 1;
    let mut before = [far; LONGEST + 1];
    let mut row: [u8; LONGEST + 1] = std::array::from_fn(|at| u8::try_from(at).unwrap_or(far));
    let mut best = *row.get(end)?;
    let mut last = None;
    for (place, letter) in (1..).zip(word.chars().take(end + most)) {
        let mut next = [place; LONGEST + 1];
        let mut smallest = place;
        for (at, own) in (1..).zip(typed) {
            let mut edits = (*row.get(at)? + 1).min(*next.get(at - 1)? + 1);
            edits = edits.min(*row.get(at - 1)? + u8::from(*own != letter));
            if at > 1 && typed.get(at - 2) == Some(&letter) && last == Some(*own) {
                edits = edits.min(*before.get(at - 2)? + 1);
            }
            *next.get_mut(at)? = edits;
            smallest = smallest.min(edits);
        }
        best = best.min(*next.get(end)?);
        // Two neighbours may still be swapped from the row before this one.
        let swapped = row.iter().take(end + 1).min().copied().unwrap_or(far);
        if usize::from(smallest.min(swapped)) > most {
            break;
        }
        (before, row) = (row, next);
        last = Some(letter);
    }
    (usize::from(best) <= most).then_some(usize::from(best))
}

#[cfg(test)]
mod tests {
    use super::{Matcher, Rank};
    use crate::domain::query::{SearchTerms, Typing};

    fn rank(text: &str, typed: &str) -> Option<Rank> {
        Matcher::of(&SearchTerms::of(typed, Typing::Letters)).rank(text, "390255501182")
    }

    #[test]
    fn a_match_at_the_start_of_a_name_goes_before_one_inside_and_that_before_other_words() {
        for (text, expected) in [
            ("mar", Some(Rank::Name)),
            ("marco bianchi", Some(Rank::NameStart)),
            ("ada mar", Some(Rank::WordStart)),
            ("mila ann rose", Some(Rank::Initials)),
            ("omar sharif", Some(Rank::WithinName)),
            ("ada\nmarble works", Some(Rank::ElsewhereStart)),
            ("ada\nadamar works", Some(Rank::Elsewhere)),
            ("ada\nwork", None),
        ] {
            assert_eq!(rank(text, "Mar"), expected, "{text}");
        }
        assert_eq!(
            rank("marco bianchi", "bia mar"),
            Some(Rank::WordStart),
            "in any order"
        );
        assert_eq!(rank("marco bianchi", "bia max"), None);
        assert_eq!(
            rank("marco bianchi\ngarage", "mar gar"),
            Some(Rank::ElsewhereStart)
        );
        assert_eq!(rank("丸山 健", "山"), Some(Rank::WithinName));
    }

    #[test]
    fn digits_stand_in_a_number_or_in_a_name_and_beside_words_too() {
        assert_eq!(rank("marco", "02 5550"), Some(Rank::Elsewhere));
        assert_eq!(rank("marco", "999"), None);
        assert_eq!(rank("bar 42", "42"), Some(Rank::Elsewhere));
        assert_eq!(rank("marco", "mar 5550"), Some(Rank::WithinName));
        assert_eq!(rank("marco", "mar 999"), None);
    }

    #[test]
    fn what_nothing_contains_is_held_against_how_words_begin() {
        let like = |typed: &str, text: &str| {
            Matcher::of(&SearchTerms::of(typed, Typing::Letters)).likeness(text)
        };
        assert_eq!(
            like("Bainc", "marco bianchi"),
            Some(1),
            "two in each other's place"
        );
        assert_eq!(like("Biamchi", "marco bianchi"), Some(1), "another letter");
        assert_eq!(like("Bianhi", "marco bianchi"), Some(1), "one left out");
        assert_eq!(
            like("Marrco Biannchi", "marco bianchi"),
            Some(2),
            "one put in, twice"
        );
        assert_eq!(like("Gonsalves", "joao goncalves"), Some(1));
        assert_eq!(like("Smirnof", "дмитрии смирнов"), None);
        assert_eq!(like("zz", "marco bianchi"), None, "too short to tell");
        assert_eq!(like("rossi", "marco bianchi"), None);
    }

    #[test]
    fn keys_of_a_keypad_begin_words_of_a_name() {
        let rank = |keys: &str, text: &str| {
            let needles = SearchTerms::of(keys, Typing::Keypad);
            Matcher::of(&needles).rank(text, "12025550")
        };
        assert_eq!(rank("627", "marco bianchi"), Some(Rank::NameStart));
        assert_eq!(rank("242", "marco bianchi"), Some(Rank::WordStart));
        assert_eq!(rank("627 242", "marco bianchi"), Some(Rank::NameStart));
        assert_eq!(rank("272", "marco bianchi"), None, "not within a word");
        assert_eq!(
            rank("2025", "marco bianchi"),
            Some(Rank::Elsewhere),
            "numbers too"
        );
        assert_eq!(rank("627", "ada\nmarble works"), None, "names only");
    }
}
