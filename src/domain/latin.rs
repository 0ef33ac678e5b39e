//! Names in Cyrillic and Greek letters, found by what is typed in Latin ones.
//!
//! There is no one way to write Чайковский in Latin letters: English, French, German, Serbian and passports
//! differ. So both what a contact is called and what was typed are reduced to a sound in which those
//! ways are one: `ch`, `kh`, `h` and `c` are `k`, `sh` is `s`, `y` and `j` are `i`, `w` and `f` are `v`, `u` is `o`, and
//! a doubled letter is one. Sounds are kept beside the text they are made of and never in its place, since they
//! find more than is meant: what contains the typed letters themselves comes first. A letter that is typed
//! next makes a sound longer and seldom changes its beginning, so that a list narrows while a name is typed.

use any_ascii::any_ascii_char;

use super::fold::fold;

/// Whether a text has letters that are written in Latin ones to be found.
#[must_use]
pub(crate) fn has_other_letters(text: &str) -> bool {
    !text.is_ascii() && text.chars().any(is_other_letter)
}

const fn is_other_letter(letter: char) -> bool {
    matches!(
        letter,
        '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{52f}' | '\u{1c80}'..='\u{1c8f}' | '\u{a640}'..='\u{a69f}'
    )
}

/// The sounds of those words of a folded text that are in Cyrillic or Greek letters, with its line feeds and
/// other control signs where they are. None where there are no such words.
#[must_use]
pub fn sounds_of(text: &str) -> Option<String> {
    if !has_other_letters(text) {
        return None;
    }
    let mut sounds = String::with_capacity(text.len());
    let is_end = |sign: char| sign == ' ' || sign.is_control();
    for piece in text.split_inclusive(is_end) {
        let (word, end) = piece.split_at(piece.trim_end_matches(is_end).len());
        if has_other_letters(word) {
            sounds.push_str(&sound(&in_latin(word)));
            sounds.push_str(end);
        } else {
            sounds.push_str(end.trim_matches(' '));
        }
    }
    Some(sounds)
}

/// The sounds that a folded word may have which was typed in Latin letters; none for any other.
///
/// There are several where a letter is typed that another spelling leaves out (`yevgeny`, `fyodor` for Евгений,
/// Фёдор) or has another one for (Ukrainian `h` for `g`).
#[must_use]
pub fn typed_sounds(word: &str) -> Vec<String> {
    if !word.is_ascii() || !word.bytes().any(|byte| byte.is_ascii_alphabetic()) {
        return Vec::new();
    }
    let plain = without_glides(word);
    let (own, hard) = (word.to_owned(), g_for_h(word));
    let mut sounds: Vec<String> = Vec::new();
    for spelling in [own, hard, g_for_h(&plain), plain] {
        let sound = sound(&spelling);
        if !sound.is_empty() && !sounds.contains(&sound) {
            sounds.push(sound);
        }
    }
    sounds
}

/// Whether a word of a name is found by one of these sounds that were typed.
#[must_use]
pub(crate) fn sounds_like(word: &str, typed: &[String]) -> bool {
    let sounds = sounds_of(&fold(word));
    sounds.is_some_and(|sounds| typed.iter().any(|typed| sounds.contains(typed.as_str())))
}

/// A Greek pair of letters that is read as one sound: at the beginning of a word, or anywhere.
fn greek_pair(letter: char, next: Option<char>, begins: bool) -> Option<&'static str> {
    Some(match (letter, next?) {
        ('ο', 'υ') => "u",
        ('α', 'υ') => "av",
        ('ε', 'υ') => "ev",
        ('γ', 'γ') => "ng",
        ('μ', 'π') if begins => "b",
        ('ν', 'τ') if begins => "d",
        ('γ', 'κ') if begins => "g",
        _ => return None,
    })
}

/// A folded word with its Cyrillic and Greek letters in Latin ones.
fn in_latin(word: &str) -> String {
    let mut latin = String::with_capacity(word.len() * 2);
    let mut letters = word.chars().peekable();
    let mut begins = true;
    while let Some(letter) = letters.next() {
        let pair = greek_pair(letter, letters.peek().copied(), begins);
        begins = !letter.is_alphabetic();
        if let Some(pair) = pair {
            letters.next();
            latin.push_str(pair);
            continue;
        }
        match any_ascii_char(letter) {
            // є is e to most who write it, and ё folds to е.
            "ie" | "ye" => latin.push('e'),
            other => latin.extend(other.chars().map(|letter| letter.to_ascii_lowercase())),
        }
    }
    latin
}

/// What several letters, or one, are in a sound; longer ones before those that begin them.
const SOUNDS: [(&str, &str); 33] = [
    ("schtsch", "s"),
    ("shch", "s"),
    ("sch", "s"),
    ("sh", "s"),
    ("sz", "s"),
    ("tsch", "k"),
    ("tch", "k"),
    ("tz", "ts"),
    ("th", "t"),
    ("cz", "k"),
    ("ch", "k"),
    ("ck", "k"),
    ("c", "k"),
    ("kh", "k"),
    ("q", "k"),
    ("zh", "z"),
    ("gh", "g"),
    ("gg", "ng"),
    ("gk", "ng"),
    ("dh", "d"),
    ("bh", "b"),
    ("ph", "v"),
    ("h", "k"),
    ("x", "ks"),
    ("f", "v"),
    ("w", "v"),
    ("y", "i"),
    ("j", "i"),
    ("u", "o"),
    ("mb", "mp"),
    ("nd", "nt"),
    ("'", ""),
    ("\"", ""),
];

/// The sound of a word in Latin letters.
fn sound(word: &str) -> String {
    let mut sound = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(first) = rest.chars().next() {
        let known = SOUNDS.iter().find(|(letters, _)| rest.starts_with(letters));
        let end = known.map_or(first.len_utf8(), |(letters, _)| letters.len());
        let (letters, after) = rest.split_at(end);
        for letter in known.map_or(letters, |(_, as_one)| as_one).chars() {
            if !(letter.is_ascii_alphabetic() && sound.ends_with(letter)) {
                sound.push(letter);
            }
        }
        rest = after;
    }
    sound
}

/// A word with `e` for `ye`, `je`, `ie`, `yo`, `jo` and `io`.
fn without_glides(word: &str) -> String {
    let mut plain = String::with_capacity(word.len());
    let mut letters = word.chars().peekable();
    while let Some(letter) = letters.next() {
        let is_glide = matches!(letter, 'y' | 'j' | 'i');
        if is_glide && letters.next_if(|next| matches!(next, 'e' | 'o')).is_some() {
            plain.push('e');
        } else {
            plain.push(letter);
        }
    }
    plain
}

/// A word with `g` for each `h` that is a letter of its own.
fn g_for_h(word: &str) -> String {
    let mut before = None;
    let letters = word.chars().map(|letter| {
        let is_own = letter == 'h' && !before.is_some_and(|before| "bcdgkpstz".contains(before));
        before = Some(letter);
        if is_own { 'g' } else { letter }
    });
    letters.collect()
}

#[cfg(test)]
mod tests {
    use super::{sounds_of, typed_sounds};
    use crate::domain::fold::fold;

    fn finds(typed: &str, name: &str) -> bool {
        let sounds = sounds_of(&fold(name)).unwrap_or_default();
        let mut typed = typed_sounds(&fold(typed)).into_iter();
        typed.any(|typed| sounds.contains(&typed))
    }

    #[test]
    fn a_name_is_found_however_it_is_written_in_latin_letters() {
        for (name, typed) in [
            ("Иван", "ivan iwan"),
            ("Сергей", "sergey sergei sergej serg"),
            (
                "Чайковский",
                "tchaikovsky chaikovskii tschaikowski czajkowski chaykovskiy čajkovskij",
            ),
            ("Хрущёв", "khrushchev chruschtschew hrushev khrushch"),
            ("Юлия", "yulia julia iuliia yuliya juli"),
            ("Евгений", "yevgeny evgeniy evgeni jewgeni evgen"),
            (
                "Фёдор Достоевский",
                "fyodor fedor fiodor dostoyevsky dostoevskij dostojewski dostoievski",
            ),
            ("Пётр", "pyotr petr piotr"),
            ("Королёв", "korolev korolyov"),
            ("Татьяна", "tatyana tatiana tatjana"),
            ("Алексей", "alexei aleksey aleksej alexey alex"),
            ("Смирнов", "smirnov smirnoff smirnow"),
            ("Пушкин", "pushkin puschkin puszkin"),
            ("Жуков", "zhukov žukov"),
            ("Щербаков", "shcherbakov scherbakov"),
            ("Цветаева", "tsvetaeva tzvetaeva"),
            ("Михаил", "mikhail mihail michail"),
            ("Ольга", "olga"),
            ("Олег Григорій", "oleh oleg hryhorii grigoriy"),
            ("Сергій Євген", "serhii serhiy yevhen evgen"),
            ("Новак Ђоковић", "djokovic novak"),
            ("Ковачевић", "kovacevic kovačević kovachevich"),
            ("Παπαδόπουλος", "papadopoulos papadopulos papadopo"),
            ("Γιώργος", "giorgos yiorgos yorgos"),
            ("Γιάννης", "giannis yannis"),
            ("Χρήστος", "christos hristos khristos"),
            ("Ελένη", "eleni"),
            ("Δημήτρης", "dimitris dimitri"),
            ("Κωνσταντίνος", "konstantinos constantinos"),
            ("Ευάγγελος", "evangelos evaggelos"),
            ("Αλέξανδρος", "alexandros aleksandros"),
            ("Σταύρος Ελευθέριος", "stavros eleftherios"),
            ("Ανδρέας Παπανδρέου", "andreas papandreou"),
            ("Μπάμπης Ντίνα", "bampis dina"),
            ("Θεόδωρος", "theodoros theo"),
            ("Ξένια Ψαρράς", "xenia psarras"),
        ] {
            for typed in typed.split(' ') {
                let known = name.split(' ').any(|name| finds(typed, name));
                let heard = typed_sounds(&fold(typed));
                assert!(
                    known,
                    "{typed} {heard:?} for {name} {:?}",
                    sounds_of(&fold(name))
                );
            }
        }
    }

    #[test]
    fn names_that_differ_are_told_apart() {
        for (name, typed) in [
            ("Иван", "anna ian ivana igor"),
            ("Мария", "marta mark marina"),
            ("Сергей", "george serena"),
            ("Παπαδόπουλος", "papandreou paul"),
            ("Анна", "hanna nina"),
            ("Анна", "анна 42 + -"),
            ("Anna", "anna"),
        ] {
            for typed in typed.split(' ') {
                assert!(!finds(typed, name), "{typed} for {name}");
            }
        }
    }

    #[test]
    fn only_words_in_other_letters_have_sounds_each_in_its_place() {
        assert_eq!(sounds_of("ivan müller\nfirm"), None);
        assert_eq!(
            sounds_of("ada анна\nromashka ромашка\u{1}см. note").unwrap(),
            "ana\nromaska\u{1}sm. "
        );
        assert_eq!(sounds_of("анна-мария ii\nfirm").unwrap(), "ana-maria \n");
    }
}
