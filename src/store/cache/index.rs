//! The search index: what a search looks through, in memory, one line a contact.
//!
//! Two texts hold all lines one after the other, in the order of the list: the folded words of each
//! contact, and the digits of its numbers. Each key searches all of them, with the fastest
//! search for a substring that there is; nothing is kept of the last one. [`Matcher`] says what is
//! found: the index only spares it those lines that cannot be. Contacts with words in Cyrillic or Greek letters
//! have a line of sounds beside the others, so that a book without such names does not pay for them.

use std::collections::HashMap;

use memchr::memmem::Finder;
use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::contact::ContactId;
use crate::domain::fold::fold;
use crate::domain::rank::{Letters, Matcher, NOTE, Rank, keypad, name_of};

use crate::store::cache::condition::Allowed;
use crate::store::cache::lines::{Lines, merged};
use crate::store::cache::ranked::{Precedence, Ranked};
use crate::store::cache::sounds::Sounds;
use crate::store::db::failure::Answer;
use crate::store::db::record;

/// The lines of all contacts.
#[derive(Debug, Default)]
pub(in crate::store) struct Index {
    text: Lines,
    digits: Lines,
    /// The letters of each line, of its name, and those that begin a word of the name.
    letters: Vec<Letters>,
    names: Vec<Letters>,
    initials: Vec<Letters>,
    rowids: Vec<u32>,
    favourites: Vec<u32>,
    sounds: Sounds,
    /// The lines of those who come earlier among equals, rising, and why.
    hot: Vec<(usize, Precedence)>,
}

/// A contact as the index has it.
struct Entry {
    rowid: u32,
    /// Its place in the list.
    key: (String, Vec<u8>),
    favourite: bool,
    text: String,
    digits: String,
}

impl Index {
    /// Reads all contacts. None where there are more than an index can hold: 4 GiB of text.
    pub(in crate::store) fn load(connection: &Connection) -> Answer<Option<Self>> {
        let mut notes = notes(connection)?;
        let mut index = Self::default();
        let mut statement = connection.prepare(
            "SELECT rowid, favourite, search_text, digits FROM contact INDEXED BY contact_by_name
             ORDER BY family_key, id",
        )?;
        let mut rows = statement.query([])?;
        let mut with_note = String::new();
        while let Some(row) = rows.next()? {
            let Ok(rowid) = u32::try_from(row.get::<_, i64>(0)?) else {
                return Ok(None);
            };
            let mut words = record::text(row, 2)?;
            if let Some(note) = notes.remove(&i64::from(rowid)) {
                with_note.clear();
                with_note.push_str(words);
                with_note.push_str(&note);
                words = &with_note;
            }
            if !index.text.push(words) || !index.digits.push(record::text(row, 3)?) {
                return Ok(None);
            }
            if !index.sounds.put_in(index.rowids.len(), words) {
                return Ok(None);
            }
            let name = name_of(words);
            index.letters.push(Letters::of(words));
            index.names.push(Letters::of(name));
            index.initials.push(Letters::of_initials(name));
            index.rowids.push(rowid);
            if row.get(1)? {
                index.favourites.push(rowid);
            }
        }
        Ok(Some(index))
    }

    /// Updates the lines of some contacts; `false` if the index has to be reloaded, since one
    /// of them is gone.
    pub(in crate::store) fn refresh(
        &mut self,
        connection: &Connection,
        ids: &[ContactId],
    ) -> Answer<bool> {
        let mut entries = Vec::with_capacity(ids.len());
        for id in ids {
            let Some(entry) = entry(connection, *id)? else {
                return Ok(false);
            };
            entries.push(entry);
        }
        // In the order of the list, so that the row above one is there when it comes.
        entries.sort_by(|one, other| one.key.cmp(&other.key));
        for entry in &entries {
            if let Some(line) = self.line(entry.rowid) {
                self.take_out(line);
            }
        }
        for entry in &entries {
            let place = match above(connection, &entry.key)? {
                None => 0,
                Some(above) => match self.line(above) {
                    Some(line) => line + 1,
                    None => return Ok(false),
                },
            };
            if !self.put_in(place, entry) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn line(&self, rowid: u32) -> Option<usize> {
        self.rowids.iter().position(|known| *known == rowid)
    }

    fn take_out(&mut self, line: usize) {
        self.text.take_out(line);
        self.digits.take_out(line);
        self.sounds.take_out(line);
        self.letters.remove(line);
        self.names.remove(line);
        self.initials.remove(line);
        let rowid = self.rowids.remove(line);
        self.favourites.retain(|favourite| *favourite != rowid);
    }

    fn put_in(&mut self, line: usize, entry: &Entry) -> bool {
        if entry.favourite {
            self.favourites.push(entry.rowid);
        }
        let name = name_of(&entry.text);
        self.letters.insert(line, Letters::of(&entry.text));
        self.names.insert(line, Letters::of(name));
        self.initials.insert(line, Letters::of_initials(name));
        self.rowids.insert(line, entry.rowid);
        self.sounds.make_room(line);
        self.sounds.put_in(line, &entry.text)
            && self.text.put_in(line, &entry.text)
            && self.digits.put_in(line, &entry.digits)
    }

    /// Notes who comes earlier among equals: favourites, and those who are used, by their row.
    pub(in crate::store) fn heat(&mut self, used: &HashMap<u32, usize>) {
        let mut wanted: HashMap<u32, Precedence> = HashMap::new();
        for (rowid, place) in used {
            wanted.insert(*rowid, Precedence::used(*place));
        }
        for rowid in &self.favourites {
            wanted.insert(*rowid, Precedence::favourite(used.get(rowid).copied()));
        }
        self.hot.clear();
        if wanted.is_empty() {
            return;
        }
        let lines = self.rowids.iter().enumerate();
        let hot = lines.filter_map(|(line, rowid)| Some((line, *wanted.get(rowid)?)));
        self.hot.extend(hot);
    }

    /// The contacts that match.
    pub(in crate::store) fn search(
        &self,
        matcher: &Matcher<'_>,
        allowed: Option<&Allowed>,
    ) -> Ranked {
        let mut found = Taking::new(self, allowed);
        if let Some(letter) = matcher.letter() {
            self.search_letter(matcher, letter, &mut found);
        } else if let Some(longest_word) = matcher.longest_word() {
            self.search_words(matcher, longest_word, &mut found);
        } else if let Some(typed) = matcher.needles().digits.first() {
            for line in self.by_number(matcher, typed) {
                let keyed = !matcher.needles().keys.is_empty();
                let rank = keyed.then(|| matcher.rank(self.text.get(line), ""));
                found.take(line, rank.flatten().unwrap_or(Rank::Elsewhere));
            }
        } else {
            for line in 0..self.rowids.len() {
                found.take(line, Rank::Elsewhere);
            }
        }
        self.search_by_sound(matcher, allowed, found.ranked)
    }

    /// Adds to what is found those who are found by sounds only.
    fn search_by_sound(
        &self,
        matcher: &Matcher<'_>,
        allowed: Option<&Allowed>,
        ranked: Ranked,
    ) -> Ranked {
        let mut found = Taking::new(self, allowed);
        found.ranked = ranked;
        for at in self.sounds.found(matcher) {
            let Some(line) = self.sounds.of.get(at).map(|line| *line as usize) else {
                continue;
            };
            let (text, digits) = (self.text.get(line), self.digits.get(line));
            let letters = self.letters.get(line).copied().unwrap_or_default();
            if matcher.may_be_in(letters) && matcher.rank(text, digits).is_some() {
                continue;
            }
            let sounds = self.sounds.lines.get(at);
            if let Some(rank) = matcher.rank_by_sound(text, sounds, digits) {
                found.take_at(line, rank.place_by_sound());
            }
        }
        found.ranked
    }

    fn search_words(
        &self,
        matcher: &Matcher<'_>,
        longest_word: &Finder<'_>,
        found: &mut Taking<'_>,
    ) {
        let mut initials = self.initials(matcher).into_iter().peekable();
        let begun = matcher.needles().words.first();
        let begun = begun.and_then(|word| word.chars().next());
        let begun = begun.map(|letter| Letters::of(letter.encode_utf8(&mut [0; 4])));
        for (line, at) in self.text.having(self.text.whole.as_bytes(), longest_word) {
            while let Some(before) = initials.next_if(|initials| *initials < line) {
                found.take(before, Rank::Initials);
            }
            let first = at - self.text.start(line);
            let digits = || self.digits.get(line);
            let begins = || match (begun, self.initials.get(line)) {
                (Some(begun), Some(initials)) => begun.missing(*initials) == 0,
                _ => true,
            };
            let rank = matcher.rank_from(first, self.text.get(line), digits, begins);
            let initialled = initials.next_if_eq(&line).map(|_| Rank::Initials);
            if let Some(rank) = rank.into_iter().chain(initialled).min() {
                found.take(line, rank);
            }
        }
        for line in initials {
            found.take(line, Rank::Initials);
        }
    }

    /// A single letter is on nearly every line: the set of letters of a line rules most lines out faster.
    fn search_letter(&self, matcher: &Matcher<'_>, letter: char, found: &mut Taking<'_>) {
        let wanted = Letters::of(letter.encode_utf8(&mut [0; 4]));
        let lines = self.letters.iter().zip(&self.names).zip(&self.initials);
        for (line, ((all, name), initials)) in lines.enumerate() {
            if wanted.missing(*all) > 0 {
                continue;
            }
            let begins = || {
                self.text
                    .whole
                    .as_bytes()
                    .get(self.text.start(line))
                    .copied()
            };
            let rank = if wanted.missing(*initials) == 0 && begins() != u8::try_from(letter).ok() {
                Some(Rank::WordStart)
            } else if wanted.missing(*initials) > 0 && wanted.missing(*name) == 0 {
                Some(Rank::WithinName)
            } else {
                matcher.rank(self.text.get(line), "")
            };
            if let Some(rank) = rank {
                found.take(line, rank);
            }
        }
    }

    /// The lines that a number, or digits of a name, or its keys, are on; rising.
    fn by_number(&self, matcher: &Matcher<'_>, typed: &str) -> Vec<usize> {
        let mut lines = Vec::new();
        for finder in matcher.numbers() {
            let numbers = self.digits.having(self.digits.whole.as_bytes(), finder);
            lines = merged(lines, numbers.map(|(line, _)| line));
        }
        let typed = Finder::new(typed);
        let named = self.text.having(self.text.whole.as_bytes(), &typed);
        lines = merged(lines, named.map(|(line, _)| line));
        if let Some(longest) = matcher.needles().keys.iter().max_by_key(|run| run.len()) {
            let dialled = keypad(&self.text.whole);
            let finder = Finder::new(longest);
            let keyed = self.text.having(&dialled, &finder).map(|(line, _)| line);
            let keyed = keyed.filter(|line| matcher.rank(self.text.get(*line), "").is_some());
            lines = merged(lines, keyed);
        }
        lines
    }

    /// The lines whose names have these initials, rising.
    fn initials(&self, matcher: &Matcher<'_>) -> Vec<usize> {
        let Some(wanted) = matcher.initials() else {
            return Vec::new();
        };
        let letters = Letters::of(wanted);
        let lines = self.initials.iter().enumerate();
        let lines = lines.filter(|(_, line)| letters.missing(**line) == 0);
        let lines = lines.map(|(line, _)| line);
        lines
            .filter(|line| matcher.is_initials(name_of(self.text.get(*line))))
            .collect()
    }

    /// Everybody who is like what the matcher looks for.
    pub(in crate::store) fn alike(
        &self,
        matcher: &Matcher<'_>,
        allowed: Option<&Allowed>,
    ) -> Ranked {
        let mut found = Taking::new(self, allowed);
        let wanted = matcher.letters();
        let mut heard = self.sounds.of.iter().enumerate().peekable();
        for (line, letters) in self.letters.iter().enumerate() {
            let may = wanted
                .iter()
                .all(|(word, most)| word.missing(*letters) <= *most);
            let own = may.then(|| matcher.likeness(self.text.get(line))).flatten();
            let heard = heard.next_if(|(_, of)| **of as usize == line);
            let heard =
                heard.and_then(|(at, _)| matcher.likeness_by_sound(self.sounds.lines.get(at)));
            if let Some(edits) = own.into_iter().chain(heard).min() {
                found.take_at(line, edits);
            }
        }
        found.ranked
    }
}

/// What is found, line by line, rising.
struct Taking<'a> {
    index: &'a Index,
    allowed: Option<&'a Allowed>,
    hot: std::iter::Peekable<std::slice::Iter<'a, (usize, Precedence)>>,
    ranked: Ranked,
}

impl<'a> Taking<'a> {
    fn new(index: &'a Index, allowed: Option<&'a Allowed>) -> Self {
        Self {
            index,
            allowed,
            hot: index.hot.iter().peekable(),
            ranked: Ranked::default(),
        }
    }

    fn take(&mut self, line: usize, rank: Rank) {
        self.take_at(line, rank.place());
    }

    fn take_at(&mut self, line: usize, rank: usize) {
        let Some(rowid) = self.index.rowids.get(line) else {
            return;
        };
        if self.allowed.is_some_and(|allowed| !allowed.has(*rowid)) {
            return;
        }
        while self.hot.next_if(|(hot, _)| *hot < line).is_some() {}
        let heat = self
            .hot
            .next_if(|(hot, _)| *hot == line)
            .map(|(_, heat)| *heat);
        self.ranked.push(rank, *rowid, heat);
    }
}

/// The notes of those who have one, folded, as they end a search text.
pub(in crate::store) fn notes(connection: &Connection) -> Answer<HashMap<i64, String>> {
    let mut statement = connection.prepare_cached(
        "SELECT rowid, note FROM contact INDEXED BY contact_noted WHERE note IS NOT NULL",
    )?;
    let notes = statement.query_map([], |row| {
        Ok((
            row.get(0)?,
            format!("{NOTE}{}", fold(record::text(row, 1)?)),
        ))
    })?;
    Ok(notes.collect::<rusqlite::Result<_>>()?)
}

/// A contact as the index has it, or none where it is gone.
fn entry(connection: &Connection, id: ContactId) -> Answer<Option<Entry>> {
    let found = connection
        .prepare_cached(
            "SELECT rowid, favourite, search_text, digits, note, family_key FROM contact
             WHERE id = ?1",
        )?
        .query_row([id.0.as_bytes()], |row| {
            let note: Option<String> = row.get(4)?;
            let note = note.map(|note| format!("{NOTE}{}", fold(&note)));
            Ok(Entry {
                rowid: row.get(0)?,
                key: (row.get(5)?, id.0.as_bytes().to_vec()),
                favourite: row.get(1)?,
                text: row.get::<_, String>(2)? + &note.unwrap_or_default(),
                digits: row.get(3)?,
            })
        })
        .optional()?;
    Ok(found)
}

/// The row before this place in the list.
fn above(connection: &Connection, (key, id): &(String, Vec<u8>)) -> Answer<Option<u32>> {
    let found = connection
        .prepare_cached(
            "SELECT rowid FROM contact INDEXED BY contact_by_name
             WHERE (family_key, id) < (?1, ?2) ORDER BY family_key DESC, id DESC LIMIT 1",
        )?
        .query_row(params![key, id], |row| row.get(0))
        .optional()?;
    Ok(found)
}
