//! Searching the list: the contacts that match a typed text, best match first.
//!
//! The screens have an [`Index`] for it, which a thread loads after the first frame. Until it is there,
//! and for a single question of a script, the same is found by reading the index of the list from one
//! end to the other. Conditions such as `label:work` are SQL; the contacts they match are kept while the words
//! beside them are typed.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, channel};
use std::thread;

use rusqlite::{Connection, OptionalExtension};

use crate::domain::contact::ContactId;
use crate::domain::listing::{Found, ListQuery, Order};
use crate::domain::number::Region;
use crate::domain::query::{Condition, Query, SearchTerms};
use crate::domain::rank::{Matcher, Rank};

use crate::store::cache::condition::Allowed;
use crate::store::cache::index::{Index, notes};
use crate::store::cache::ranked::{Precedence, Ranked};
use crate::store::db::connect::{data_version, reading};
use crate::store::db::failure::Answer;
use crate::store::db::record;

/// After a write to more contacts than this the index is reloaded.
const SPLICED: usize = 64;

/// What is kept between two searches.
#[derive(Debug, Default)]
pub(in crate::store) struct Search {
    index: Option<Index>,
    loading: Option<Receiver<Option<Index>>>,
    /// What the database was like when loading began, as [`data_version`] has it.
    version: i64,
    /// Contacts that were written since loading began.
    written: Vec<ContactId>,
    /// The used contacts, most used first, and by row once that was looked up.
    used: Vec<ContactId>,
    used_rows: Option<HashMap<u32, usize>>,
    /// Whether the index knows who comes earlier among equals.
    heated: bool,
    /// What was found last.
    last: Option<Last>,
    /// Whom the last conditions allow.
    allowed: Option<(Vec<Condition>, bool, Allowed)>,
    /// The place of each row in another order than that by name.
    places: Option<(Order, Vec<u32>)>,
}

/// What a query found.
#[derive(Debug)]
struct Last {
    list: ListQuery,
    asked: Query,
    hits: Hits,
}

/// The rows that were found, the best first.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Hits {
    pub(in crate::store) rows: Arc<Vec<u32>>,
    pub(in crate::store) found: Found,
}

impl Search {
    /// Begins to load the index on a thread of its own, where it is not there or not up to date.
    pub(in crate::store) fn prepare(&mut self, connection: &Connection, path: &Path) -> Answer<()> {
        let version = data_version(connection)?;
        self.arrive();
        let current = self.version == version;
        if current && (self.index.is_some() || self.loading.is_some()) {
            return Ok(());
        }
        if !current {
            // Another program wrote: what was found before says nothing now.
            self.forget_hits();
        }
        self.index = None;
        self.written.clear();
        self.version = version;
        self.loading = Some(load(path.to_owned()));
        Ok(())
    }

    /// Waits until the index has been loaded, if it is being loaded.
    pub(in crate::store) fn wait(&mut self) {
        if let Some(loading) = self.loading.take() {
            self.index = loading.recv().ok().flatten();
            self.heated = false;
        }
    }

    /// Whether the index is there.
    pub(in crate::store) const fn has_index(&self) -> bool {
        self.index.is_some()
    }

    /// The used contacts, most used first.
    pub(in crate::store) fn set_used(&mut self, used: Vec<ContactId>) {
        self.used = used;
        self.used_rows = None;
        self.heated = false;
    }

    /// Notes that contacts were written; none where they are not known one by one.
    pub(in crate::store) fn forget(&mut self, written: Option<&[ContactId]>) {
        self.forget_hits();
        match written {
            Some(ids) if self.written.len() + ids.len() <= SPLICED => self.written.extend(ids),
            _ => {
                self.index = None;
                self.loading = None;
            }
        }
    }

    fn forget_hits(&mut self) {
        self.last = None;
        self.allowed = None;
        self.places = None;
        self.used_rows = None;
    }

    /// Whom a list shows whose filter was read as `asked`, as they are in this snapshot.
    pub(in crate::store) fn hits(
        &mut self,
        connection: &Connection,
        list: &ListQuery,
        asked: Query,
        home: Option<Region>,
    ) -> Answer<Hits> {
        let version = data_version(connection)?;
        self.arrive();
        if self.version != version {
            // Somebody else wrote; what is being loaded may or may not have seen it.
            self.version = version;
            self.index = None;
            self.loading = None;
            self.forget_hits();
        }
        if let Some(last) = &self.last
            && last.list == *list
            && last.asked == asked
        {
            return Ok(last.hits.clone());
        }
        let hits = self.find(connection, list, &asked, home)?;
        self.last = Some(Last {
            list: list.clone(),
            asked,
            hits: hits.clone(),
        });
        Ok(hits)
    }

    /// Takes the index that has been loaded.
    fn arrive(&mut self) {
        let Some(loading) = &self.loading else { return };
        match loading.try_recv() {
            Ok(index) => {
                self.index = index;
                self.heated = false;
                self.loading = None;
            }
            Err(TryRecvError::Empty) => {}
            Err(TryRecvError::Disconnected) => self.loading = None,
        }
    }

    fn find(
        &mut self,
        connection: &Connection,
        list: &ListQuery,
        asked: &Query,
        home: Option<Region>,
    ) -> Answer<Hits> {
        if asked.trouble.is_some() {
            return Ok(Hits::default());
        }
        self.allow(connection, asked, list.attention, home)?;
        self.place(connection, list.order)?;
        self.look_up_used(connection)?;
        self.catch_up(connection)?;
        let allowed = self.allowed.as_ref().map(|(_, _, allowed)| allowed);
        let places = self.places.as_ref().map(|(_, places)| places.as_slice());
        let used = self.used_rows.as_ref();
        let find = |needles: &SearchTerms, how: How| {
            let matcher = Matcher::of(needles);
            match &self.index {
                Some(index) if how == How::Exactly => Ok(index.search(&matcher, allowed)),
                Some(index) => Ok(index.alike(&matcher, allowed)),
                None => read(connection, &matcher, allowed, used, how),
            }
        };
        let hits = |ranked: Ranked, found: Found| Hits {
            rows: Arc::new(ranked.rows(places)),
            found,
        };
        let number = asked.needles.as_number();
        for needles in [&asked.needles].into_iter().chain(&number) {
            let ranked = find(needles, How::Exactly)?;
            if !ranked.is_empty() {
                return Ok(hits(ranked, Found::Exactly));
            }
        }
        let ranked = find(&asked.needles, How::Alike)?;
        let found = if ranked.is_empty() {
            Found::Exactly
        } else {
            Found::Alike
        };
        Ok(hits(ranked, found))
    }

    /// Brings the index up to date with what this store wrote.
    fn catch_up(&mut self, connection: &Connection) -> Answer<()> {
        let Some(index) = &mut self.index else {
            return Ok(());
        };
        if !self.written.is_empty() {
            self.written.sort_unstable();
            self.written.dedup();
            let written = std::mem::take(&mut self.written);
            if !index.refresh(connection, &written)? {
                self.index = None;
                return Ok(());
            }
            self.heated = false;
        }
        if !self.heated {
            index.heat(self.used_rows.as_ref().unwrap_or(&HashMap::new()));
            self.heated = true;
        }
        Ok(())
    }

    fn look_up_used(&mut self, connection: &Connection) -> Answer<()> {
        if self.used_rows.is_some() {
            return Ok(());
        }
        let mut rows = HashMap::new();
        for (place, id) in self.used.iter().enumerate() {
            let row = connection
                .prepare_cached("SELECT rowid FROM contact WHERE id = ?1")?
                .query_row([id.0.as_bytes()], |row| row.get(0))
                .optional()?;
            rows.extend(row.map(|row| (row, place)));
        }
        self.used_rows = Some(rows);
        Ok(())
    }

    /// Reads which contacts the conditions allow, if that is not known.
    fn allow(
        &mut self,
        connection: &Connection,
        asked: &Query,
        attention: bool,
        home: Option<Region>,
    ) -> Answer<()> {
        if asked.conditions.is_empty() && !attention {
            self.allowed = None;
            return Ok(());
        }
        let known = self.allowed.as_ref();
        if known.is_some_and(|(of, only, _)| *of == asked.conditions && *only == attention) {
            return Ok(());
        }
        let allowed = Allowed::read(connection, &asked.conditions, attention, home)?;
        self.allowed = Some((asked.conditions.clone(), attention, allowed));
        Ok(())
    }

    /// Reads the place of each row in an order, if that is not known.
    fn place(&mut self, connection: &Connection, order: Order) -> Answer<()> {
        let sql = match order {
            Order::Name => {
                self.places = None;
                return Ok(());
            }
            Order::Given => {
                "SELECT rowid FROM contact INDEXED BY contact_by_given ORDER BY given_key, id"
            }
            Order::Changed => {
                "SELECT rowid FROM contact INDEXED BY contact_by_change
                 ORDER BY updated_at DESC, id DESC"
            }
        };
        if self
            .places
            .as_ref()
            .is_some_and(|(known, _)| *known == order)
        {
            return Ok(());
        }
        let mut places: Vec<u32> = Vec::new();
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([], |row| row.get::<_, u32>(0))?;
        for (place, row) in (0..).zip(rows) {
            let row = row? as usize;
            if places.len() <= row {
                places.resize(row + 1, u32::MAX);
            }
            if let Some(known) = places.get_mut(row) {
                *known = place;
            }
        }
        self.places = Some((order, places));
        Ok(())
    }
}

/// How a search looks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    Exactly,
    Alike,
}

/// Searches by reading all contacts.
fn read(
    connection: &Connection,
    matcher: &Matcher<'_>,
    allowed: Option<&Allowed>,
    used: Option<&HashMap<u32, usize>>,
    how: How,
) -> Answer<Ranked> {
    let mut ranked = Ranked::default();
    let notes = notes(connection)?;
    // Only columns of the list's index, since the rows of the table are scattered.
    let mut statement = connection.prepare_cached(
        "SELECT rowid, search_text, digits, favourite FROM contact INDEXED BY contact_by_name
         ORDER BY family_key, id",
    )?;
    let mut rows = statement.query([])?;
    let mut with_note = String::new();
    while let Some(row) = rows.next()? {
        let rowid: u32 = row.get(0)?;
        if allowed.is_some_and(|allowed| !allowed.has(rowid)) {
            continue;
        }
        let with = notes.get(&i64::from(rowid));
        let (text, digits) = (record::bytes(row, 1)?, record::bytes(row, 2)?);
        let may_find = with.is_some() || matcher.may_find(text, digits);
        if how == How::Exactly && !may_find && text.is_ascii() {
            continue;
        }
        let mut words = record::text(row, 1)?;
        if let Some(note) = with {
            with_note.clear();
            with_note.push_str(words);
            with_note.push_str(note);
            words = &with_note;
        }
        let rank = match how {
            How::Exactly => {
                let digits = record::text(row, 2)?;
                let own = may_find.then(|| matcher.rank(words, digits)).flatten();
                let heard = || matcher.rank_heard(words, digits).map(Rank::place_by_sound);
                own.map(Rank::place).or_else(heard)
            }
            How::Alike => matcher.likeness_heard(words),
        };
        let Some(rank) = rank else { continue };
        let place = used.and_then(|used| used.get(&rowid).copied());
        let heat = match (row.get(3)?, place) {
            (true, place) => Some(Precedence::favourite(place)),
            (false, place) => place.map(Precedence::used),
        };
        ranked.push(rank, rowid, heat);
    }
    Ok(ranked)
}

/// Loads an index on a thread of its own, by a connection of its own.
fn load(path: PathBuf) -> Receiver<Option<Index>> {
    let (sender, receiver) = channel();
    thread::spawn(move || {
        // Where it cannot be loaded, searching goes on without it, and says what is wrong.
        let index = read_index(&path).unwrap_or_default();
        let _ = sender.send(index);
    });
    receiver
}

fn read_index(path: &Path) -> Answer<Option<Index>> {
    let connection = reading(path)?;
    let snapshot = connection.unchecked_transaction()?;
    Index::load(&snapshot)
}
