//! Searching the list: everybody whom a typed text finds, the best first.
//!
//! The screens have an [`Index`] for it, which a thread loads after the first frame. Until it is there,
//! and for a single question of a script, the same is found by reading the index of the list from one
//! end to the other. Conditions such as `label:work` are SQL; whom they allow is kept while the words
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
use crate::domain::query::{Condition, Query};
use crate::domain::rank::{Matcher, Rank};
use crate::domain::refusal::Refusal;

use crate::store::base::Store;
use crate::store::base::data_version;
use crate::store::db::failure::Answer;
use crate::store::db::schema;
use crate::store::query::condition::Allowed;
use crate::store::query::index::{Index, notes};
use crate::store::write::record;

/// After a write to more contacts than this the index is loaded anew.
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
    /// Who is used, the most used first, and by row once that was looked up.
    used: Vec<ContactId>,
    used_rows: Option<HashMap<u32, usize>>,
    /// Whether the index knows who comes earlier among equals.
    heated: bool,
    /// What was found last.
    last: Option<Last>,
    /// Whom the last conditions allow.
    allowed: Option<(Vec<Condition>, bool, Allowed)>,
    /// Where each row stands in another order than that by name.
    places: Option<(Order, Vec<u32>)>,
}

/// What a query found.
#[derive(Debug)]
struct Last {
    query: ListQuery,
    hits: Hits,
}

/// The rows that were found, the best first.
#[derive(Clone, Debug, Default)]
pub(in crate::store) struct Hits {
    pub(in crate::store) rows: Arc<Vec<u32>>,
    pub(in crate::store) found: Found,
}

/// Why somebody comes earlier among equals; the least is the first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store) struct Heat {
    ordinary: bool,
    place: usize,
}

impl Heat {
    /// A favourite, perhaps also used.
    pub(in crate::store) fn favourite(place: Option<usize>) -> Self {
        Self {
            ordinary: false,
            place: place.unwrap_or(usize::MAX),
        }
    }

    /// Used, the one at this place the most.
    pub(in crate::store) const fn used(place: usize) -> Self {
        Self {
            ordinary: true,
            place,
        }
    }
}

/// Rows that are found, by rank; in the order in which they came, those with heat before others.
#[derive(Debug, Default)]
pub(in crate::store) struct Ranked {
    ranks: [Vec<u32>; Rank::COUNT],
    hot: Vec<(usize, Heat, u32)>,
}

impl Ranked {
    pub(in crate::store) fn push(&mut self, rank: usize, row: u32, heat: Option<Heat>) {
        let rank = rank.min(Rank::COUNT - 1);
        match (heat, self.ranks.get_mut(rank)) {
            (Some(heat), _) => self.hot.push((rank, heat, row)),
            (None, Some(rows)) => rows.push(row),
            (None, None) => {}
        }
    }

    fn is_empty(&self) -> bool {
        self.hot.is_empty() && self.ranks.iter().all(Vec::is_empty)
    }

    /// The rows, the best first; among equals by `places`, where the order is not the one in which
    /// they came.
    fn rows(mut self, places: Option<&[u32]>) -> Vec<u32> {
        let place = |row: u32| places.and_then(|places| places.get(row as usize).copied());
        // Stable: among equals they stay as they came.
        self.hot
            .sort_by_key(|(rank, heat, row)| (*rank, *heat, place(*row)));
        let mut hot = self.hot.into_iter().peekable();
        let mut all = Vec::new();
        for (rank, mut rows) in self.ranks.into_iter().enumerate() {
            while let Some((_, _, row)) = hot.next_if(|(of, _, _)| *of == rank) {
                all.push(row);
            }
            if places.is_some() {
                rows.sort_by_key(|row| place(*row));
            }
            if all.is_empty() {
                all = rows;
            } else {
                all.append(&mut rows);
            }
        }
        all
    }
}

impl Store {
    /// Begins to load the search index on a thread of its own, where it is not there or not up to
    /// date. Searching works before it has come, and is slower.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn prepare_search(&self) -> Result<(), Refusal> {
        self.read(|connection| {
            let version = data_version(connection)?;
            let mut search = self.search.borrow_mut();
            search.arrive();
            let current = search.version == version;
            if current && (search.index.is_some() || search.loading.is_some()) {
                return Ok(());
            }
            search.index = None;
            search.written.clear();
            search.version = version;
            search.loading = Some(load(self.path.clone()));
            Ok(())
        })
    }

    /// Waits until the search index has been loaded, if it is being loaded.
    pub fn await_search(&self) {
        let mut search = self.search.borrow_mut();
        if let Some(loading) = search.loading.take() {
            search.index = loading.recv().ok().flatten();
            search.heated = false;
        }
    }

    /// Whether the search index is there.
    #[must_use]
    pub fn has_search_index(&self) -> bool {
        self.search.borrow().index.is_some()
    }

    /// Who is used, the most used first: they come earlier among equals.
    pub fn set_used(&self, used: Vec<ContactId>) {
        let mut search = self.search.borrow_mut();
        search.used = used;
        search.used_rows = None;
        search.heated = false;
    }

    /// The contacts that a text finds, the best first, at most `limit`. Everybody, in the order of the
    /// list, where nothing is asked for.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn find(
        &self,
        query: &ListQuery,
        limit: usize,
    ) -> Result<(Vec<ContactId>, Found), Refusal> {
        self.snapshot(|connection| {
            let hits = self.hits(connection, query)?;
            Ok((ids(connection, hits.rows.iter().take(limit))?, hits.found))
        })
    }

    /// Notes that contacts were written; none where they are not known one by one.
    pub(in crate::store) fn forget_found(&self, written: Option<&[ContactId]>) {
        let mut search = self.search.borrow_mut();
        search.last = None;
        search.allowed = None;
        search.places = None;
        search.used_rows = None;
        match written {
            Some(ids) if search.written.len() + ids.len() <= SPLICED => {
                search.written.extend(ids);
            }
            _ => {
                search.index = None;
                search.loading = None;
            }
        }
    }

    /// The contacts whom a query finds, the best first.
    pub(in crate::store) fn found_ids(
        &self,
        connection: &Connection,
        query: &ListQuery,
    ) -> Answer<Vec<ContactId>> {
        ids(connection, self.hits(connection, query)?.rows.iter())
    }

    /// Whom a query finds, as they stand in this snapshot.
    pub(in crate::store) fn hits(
        &self,
        connection: &Connection,
        query: &ListQuery,
    ) -> Answer<Hits> {
        let version = data_version(connection)?;
        let mut search = self.search.borrow_mut();
        search.arrive();
        if search.version != version {
            // Somebody else wrote; what is being loaded may or may not have seen it.
            search.version = version;
            search.index = None;
            search.loading = None;
            search.last = None;
            search.allowed = None;
            search.places = None;
            search.used_rows = None;
        }
        if let Some(last) = &search.last
            && last.query == *query
        {
            return Ok(last.hits.clone());
        }
        let hits = search.find(connection, query, self.home())?;
        search.last = Some(Last {
            query: query.clone(),
            hits: hits.clone(),
        });
        Ok(hits)
    }
}

impl Search {
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
        query: &ListQuery,
        home: Option<Region>,
    ) -> Answer<Hits> {
        let asked = query.query();
        if asked.trouble.is_some() {
            return Ok(Hits::default());
        }
        self.allow(connection, &asked, query.attention, home)?;
        self.place(connection, query.order)?;
        self.look_up_used(connection)?;
        self.catch_up(connection)?;
        let matcher = Matcher::of(&asked.needles);
        let allowed = self.allowed.as_ref().map(|(_, _, allowed)| allowed);
        let places = self.places.as_ref().map(|(_, places)| places.as_slice());
        let used = self.used_rows.as_ref();
        let find = |how: How| match &self.index {
            Some(index) if how == How::Exactly => Ok(index.search(&matcher, allowed)),
            Some(index) => Ok(index.alike(&matcher, allowed)),
            None => read(connection, &matcher, allowed, used, how),
        };
        let ranked = find(How::Exactly)?;
        if !ranked.is_empty() {
            return Ok(Hits {
                rows: Arc::new(ranked.rows(places)),
                found: Found::Exactly,
            });
        }
        let ranked = find(How::Alike)?;
        Ok(Hits {
            found: if ranked.is_empty() {
                Found::Exactly
            } else {
                Found::Alike
            },
            rows: Arc::new(ranked.rows(places)),
        })
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

    /// Reads whom the conditions allow, where that is not known.
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

    /// Reads where each row stands in an order, where that is not known.
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

/// Finds by reading everybody.
fn read(
    connection: &Connection,
    matcher: &Matcher<'_>,
    allowed: Option<&Allowed>,
    used: Option<&HashMap<u32, usize>>,
    how: How,
) -> Answer<Ranked> {
    let mut ranked = Ranked::default();
    let notes = notes(connection)?;
    // Only what stands in the index of the list, for rows of the table lie scattered.
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
        if how == How::Exactly && with.is_none() && !matcher.may_find(text, digits) {
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
                matcher.rank(words, digits).map(|rank| rank as usize)
            }
            How::Alike => matcher.likeness(words),
        };
        let Some(rank) = rank else { continue };
        let place = used.and_then(|used| used.get(&rowid).copied());
        let heat = match (row.get(3)?, place) {
            (true, place) => Some(Heat::favourite(place)),
            (false, place) => place.map(Heat::used),
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
    let connection = schema::reading(path)?;
    let snapshot = connection.unchecked_transaction()?;
    Index::load(&snapshot)
}

/// The contacts in some rows.
fn ids<'r>(connection: &Connection, rows: impl Iterator<Item = &'r u32>) -> Answer<Vec<ContactId>> {
    let mut statement = connection.prepare_cached("SELECT id FROM contact WHERE rowid = ?1")?;
    let mut ids = Vec::new();
    for row in rows {
        ids.push(statement.query_row([row], |row| record::uuid(row, 0).map(ContactId))?);
    }
    Ok(ids)
}
