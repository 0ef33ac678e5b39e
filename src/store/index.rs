//! The search index: what a search looks through, in memory, one line a contact.
//!
//! Two texts hold all lines one after the other, in the order of the list: the folded words of each
//! contact, and the digits of its numbers. A search goes through them anew at each key, by the fastest
//! search for a substring that there is; nothing is kept of the last one. [`Matcher`] says what is
//! found: the index only spares it those lines that cannot be.

use std::collections::HashMap;

use memchr::memmem::Finder;
use rusqlite::{Connection, OptionalExtension, params};

use crate::domain::contact::ContactId;
use crate::domain::fold::fold;
use crate::domain::rank::{Letters, Matcher, NOTE, Rank, keypad, name_of};

use super::condition::Allowed;
use super::failure::Answer;
use super::record;
use super::search::{Heat, Ranked};

/// What ends a line. No folded text has it, so that nothing is found across two lines.
const END: u8 = 0;

/// The lines of all contacts.
#[derive(Debug, Default)]
pub(super) struct Index {
    text: Lines,
    digits: Lines,
    letters: Vec<Letters>,
    rowids: Vec<u32>,
    favourites: Vec<u32>,
    /// The lines of those who come earlier among equals, rising, and why.
    hot: Vec<(usize, Heat)>,
}

/// Texts, one after the other.
#[derive(Debug)]
struct Lines {
    bytes: Vec<u8>,
    /// Where each line starts, and where the last one ends.
    starts: Vec<u32>,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            starts: vec![0],
        }
    }
}

impl Lines {
    fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// Adds a line; `false` where it does not fit any more.
    fn push(&mut self, text: &str) -> bool {
        self.bytes.extend_from_slice(text.as_bytes());
        self.bytes.push(END);
        match u32::try_from(self.bytes.len()) {
            Ok(end) => self.starts.push(end),
            Err(_) => return false,
        }
        true
    }

    fn start(&self, line: usize) -> usize {
        self.starts
            .get(line)
            .map_or(self.bytes.len(), |at| *at as usize)
    }

    fn get(&self, line: usize) -> &str {
        let end = self.start(line + 1).saturating_sub(1);
        let bytes = self.bytes.get(self.start(line)..end).unwrap_or_default();
        std::str::from_utf8(bytes).unwrap_or_default()
    }

    /// Puts `with` in the place of some lines.
    fn splice(&mut self, lines: std::ops::Range<usize>, with: Option<&str>) -> bool {
        let (from, to) = (self.start(lines.start), self.start(lines.end));
        let mut new = with.map(|text| text.as_bytes().to_vec());
        if let Some(new) = &mut new {
            new.push(END);
        }
        let new = new.unwrap_or_default();
        let end = self.bytes.len() - (to - from) + new.len();
        if u32::try_from(end).is_err() {
            return false;
        }
        let ends = (!new.is_empty()).then(|| from + new.len());
        let (old, len) = (to - from, new.len());
        self.bytes.splice(from..to, new);
        let ends = ends.and_then(|end| u32::try_from(end).ok());
        self.starts.splice(lines.start + 1..=lines.end, ends);
        let first = lines.start + 1 + usize::from(ends.is_some());
        for start in self.starts.iter_mut().skip(first) {
            // Both are lengths within what fits.
            *start = u32::try_from(*start as usize + len - old).unwrap_or(*start);
        }
        true
    }

    /// The lines in which something stands, rising, each with where it stands first in the whole.
    fn having<'a>(&'a self, bytes: &'a [u8], finder: &'a Finder<'_>) -> Having<'a> {
        Having {
            lines: self,
            bytes,
            finder,
            at: 0,
            line: 0,
        }
    }
}

/// The lines in which something stands.
struct Having<'a> {
    lines: &'a Lines,
    bytes: &'a [u8],
    finder: &'a Finder<'a>,
    at: usize,
    line: usize,
}

impl Iterator for Having<'_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let found = self.at + self.finder.find(self.bytes.get(self.at..)?)?;
        // The line is close by where many match, and far where few do.
        let mut step = 1;
        let mut low = self.line;
        while self.lines.start(low + step) <= found && low + step < self.lines.len() {
            low += step;
            step *= 2;
        }
        let high = (low + step + 1).min(self.lines.starts.len());
        let starts = self.lines.starts.get(low..high)?;
        let line = low + starts.partition_point(|start| *start as usize <= found) - 1;
        self.line = line + 1;
        self.at = self.lines.start(line + 1);
        Some(line)
    }
}

/// A contact as the index has it.
struct Entry {
    rowid: u32,
    /// Where it stands in the list.
    key: (String, Vec<u8>),
    favourite: bool,
    text: String,
    digits: String,
}

impl Index {
    /// Reads all contacts. None where there are more than an index can hold: 4 GiB of text.
    pub(super) fn load(connection: &Connection) -> Answer<Option<Self>> {
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
            index.letters.push(Letters::of(words));
            index.rowids.push(rowid);
            if row.get(1)? {
                index.favourites.push(rowid);
            }
        }
        Ok(Some(index))
    }

    /// Brings the lines of some contacts up to date; `false` where only loading it anew can, for one
    /// of them is gone.
    pub(super) fn refresh(&mut self, connection: &Connection, ids: &[ContactId]) -> Answer<bool> {
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
        self.text.splice(line..line + 1, None);
        self.digits.splice(line..line + 1, None);
        self.letters.remove(line);
        let rowid = self.rowids.remove(line);
        self.favourites.retain(|favourite| *favourite != rowid);
    }

    fn put_in(&mut self, line: usize, entry: &Entry) -> bool {
        if entry.favourite {
            self.favourites.push(entry.rowid);
        }
        self.letters.insert(line, Letters::of(&entry.text));
        self.rowids.insert(line, entry.rowid);
        self.text.splice(line..line, Some(&entry.text))
            && self.digits.splice(line..line, Some(&entry.digits))
    }

    /// Notes who comes earlier among equals: favourites, and those who are used, by their row.
    pub(super) fn heat(&mut self, used: &HashMap<u32, usize>) {
        let mut wanted: HashMap<u32, Heat> = HashMap::new();
        for (rowid, place) in used {
            wanted.insert(*rowid, Heat::used(*place));
        }
        for rowid in &self.favourites {
            wanted.insert(*rowid, Heat::favourite(used.get(rowid).copied()));
        }
        self.hot.clear();
        if wanted.is_empty() {
            return;
        }
        let lines = self.rowids.iter().enumerate();
        let hot = lines.filter_map(|(line, rowid)| Some((line, *wanted.get(rowid)?)));
        self.hot.extend(hot);
    }

    /// Everybody whom the matcher finds.
    pub(super) fn search(&self, matcher: &Matcher<'_>, allowed: Option<&Allowed>) -> Ranked {
        let mut found = Taking::new(self, allowed);
        let needles = matcher.needles();
        if let Some(anchor) = matcher.anchor() {
            let mut initials = self.initials(matcher).into_iter().peekable();
            for line in self.text.having(&self.text.bytes, anchor) {
                while let Some(before) = initials.next_if(|initials| *initials < line) {
                    found.take(before, Rank::Initials);
                }
                initials.next_if_eq(&line);
                if let Some(rank) = matcher.rank(self.text.get(line), self.digits.get(line)) {
                    found.take(line, rank);
                }
            }
            for line in initials {
                found.take(line, Rank::Initials);
            }
        } else if let Some(typed) = needles.digits.first() {
            for line in self.by_number(matcher, typed) {
                let rank = matcher.rank(self.text.get(line), self.digits.get(line));
                found.take(line, rank.unwrap_or(Rank::Elsewhere));
            }
        } else {
            for line in 0..self.rowids.len() {
                found.take(line, Rank::Elsewhere);
            }
        }
        found.ranked
    }

    /// The lines that a number, or digits of a name, or its keys, are on; rising.
    fn by_number(&self, matcher: &Matcher<'_>, typed: &str) -> Vec<usize> {
        let mut lines: Vec<usize> = Vec::new();
        for finder in matcher.numbers() {
            lines.extend(self.digits.having(&self.digits.bytes, finder));
        }
        let typed = Finder::new(typed);
        lines.extend(self.text.having(&self.text.bytes, &typed));
        if let Some(longest) = matcher.needles().keys.iter().max_by_key(|run| run.len()) {
            let dialled = self.dialled();
            let finder = Finder::new(longest);
            let keyed = self.text.having(&dialled, &finder);
            lines.extend(keyed.filter(|line| matcher.rank(self.text.get(*line), "").is_some()));
        }
        lines.sort_unstable();
        lines.dedup();
        lines
    }

    /// All texts as the keys of a keypad.
    fn dialled(&self) -> Vec<u8> {
        // Not a valid text any more where it was cut, but of the same length byte for byte.
        std::str::from_utf8(&self.text.bytes).map_or_else(|_| Vec::new(), keypad)
    }

    /// The lines whose names have these initials, rising.
    fn initials(&self, matcher: &Matcher<'_>) -> Vec<usize> {
        let Some(wanted) = matcher.initials() else {
            return Vec::new();
        };
        let letters = Letters::of(wanted);
        let first = wanted.as_bytes().first();
        let lines = self.letters.iter().enumerate();
        let lines = lines.filter(|(_, line)| letters.missing(**line) == 0);
        let lines = lines.map(|(line, _)| line);
        let lines = lines.filter(|line| self.text.bytes.get(self.text.start(*line)) == first);
        lines
            .filter(|line| matcher.is_initials(name_of(self.text.get(*line))))
            .collect()
    }

    /// Everybody who is like what the matcher looks for.
    pub(super) fn alike(&self, matcher: &Matcher<'_>, allowed: Option<&Allowed>) -> Ranked {
        let mut found = Taking::new(self, allowed);
        let wanted = matcher.letters();
        for (line, letters) in self.letters.iter().enumerate() {
            let may = wanted
                .iter()
                .all(|(word, most)| word.missing(*letters) <= *most);
            if may && let Some(edits) = matcher.likeness(self.text.get(line)) {
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
    hot: std::iter::Peekable<std::slice::Iter<'a, (usize, Heat)>>,
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
        self.take_at(line, rank as usize);
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
pub(super) fn notes(connection: &Connection) -> Answer<HashMap<i64, String>> {
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

/// The row that stands before this place in the list.
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
