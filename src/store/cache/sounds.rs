//! The part of the search index that finds names in Cyrillic and Greek letters by Latin ones.
//!
//! It has a line only for contacts that have such words, and keeps which line of the index each is.

use crate::domain::latin::sounds_of;
use crate::domain::rank::{Letters, Matcher, name_of};

use crate::store::cache::lines::{Lines, merged};

/// The sounds of those contacts that have words in other letters.
#[derive(Debug, Default)]
pub(in crate::store) struct Sounds {
    pub(in crate::store) lines: Lines,
    /// Which line of the index each is of, rising.
    pub(in crate::store) of: Vec<u32>,
    /// The letters that begin a word of the name.
    initials: Vec<Letters>,
}

impl Sounds {
    /// Puts in the sounds of a line's text, where it has any; `false` where they do not fit any more.
    pub(in crate::store) fn put_in(&mut self, line: usize, text: &str) -> bool {
        let (Some(sounds), Ok(line)) = (sounds_of(text), u32::try_from(line)) else {
            return true;
        };
        let at = self.of.partition_point(|of| *of < line);
        self.of.insert(at, line);
        let initials = Letters::of_initials(name_of(&sounds));
        self.initials.insert(at, initials);
        self.lines.put_in(at, &sounds)
    }

    /// Takes the sounds of a line out, and moves those after it up.
    pub(in crate::store) fn take_out(&mut self, line: usize) {
        let at = self.of.partition_point(|of| (*of as usize) < line);
        if self.of.get(at).is_some_and(|of| *of as usize == line) {
            self.of.remove(at);
            self.initials.remove(at);
            self.lines.take_out(at);
        }
        self.of.iter_mut().skip(at).for_each(|of| *of -= 1);
    }

    /// Moves the lines from this one on down, since another comes before them.
    pub(in crate::store) fn make_room(&mut self, line: usize) {
        let after = self.of.iter_mut().filter(|of| **of as usize >= line);
        after.for_each(|of| *of += 1);
    }

    /// Which of these lines may match by sounds, rising.
    pub(in crate::store) fn found(&self, matcher: &Matcher<'_>) -> Vec<usize> {
        let mut found = Vec::new();
        if matcher.letter().is_some() {
            // Of a single letter only what begins a word counts.
            let begins = matcher.sounds().filter_map(|sound| sound.needle().first());
            let begins: Vec<Letters> = begins.map(|first| Letters::of_byte(*first)).collect();
            let lines = self.initials.iter().enumerate();
            let may = |has: &Letters| begins.iter().any(|letter| letter.missing(*has) == 0);
            found.extend(lines.filter_map(|(at, has)| may(has).then_some(at)));
            return found;
        }
        for sound in matcher.sounds() {
            let lines = self.lines.having(self.lines.whole.as_bytes(), sound);
            found = merged(found, lines.map(|(at, _)| at));
        }
        found
    }
}
