//! Searching the list: the contacts that match a typed text, best match first.

use rusqlite::Connection;

use crate::domain::contact::ContactId;
use crate::domain::listing::{Found, ListQuery};
use crate::domain::query::Query;
use crate::domain::refusal::Refusal;
use crate::store::base::Store;
use crate::store::cache::condition::day_of;
use crate::store::cache::search::{Hits, Search};
use crate::store::db::failure::Answer;
use crate::store::db::record;

impl Store {
    /// Begins to load the search index on a thread of its own, where it is not there or not up to
    /// date. Searching works before it has come, and is slower.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn prepare_search(&self) -> Result<(), Refusal> {
        self.read(|connection| self.search.borrow_mut().prepare(connection, &self.path))
    }

    /// Waits until the search index has been loaded, if it is being loaded.
    pub fn await_search(&self) {
        self.search.borrow_mut().wait();
    }

    /// Whether the search index is there.
    #[must_use]
    pub fn has_search_index(&self) -> bool {
        self.search.borrow().has_index()
    }

    /// The used contacts, most used first: they rank higher among equals.
    pub fn set_used(&self, used: Vec<ContactId>) {
        self.search.borrow_mut().set_used(used);
    }

    /// The contacts that a text finds, the best first, at most `limit`. Everybody, in the order of the
    /// list, where nothing is asked for.
    ///
    /// # Errors
    /// If the database cannot be read.
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

    /// The contacts that match a query, best match first.
    pub(in crate::store) fn found_ids(
        &self,
        connection: &Connection,
        query: &ListQuery,
    ) -> Answer<Vec<ContactId>> {
        ids(connection, self.hits(connection, query)?.rows.iter())
    }

    /// The same in a transaction of which nothing is to be kept, not even in memory.
    pub(in crate::store) fn found_apart(
        &self,
        connection: &Connection,
        query: &ListQuery,
    ) -> Answer<Vec<ContactId>> {
        let asked = self.asked(query);
        let found = Search::default().hits(connection, query, asked, self.home())?;
        ids(connection, found.rows.iter())
    }

    /// Whom a query finds, as they are in this snapshot.
    pub(in crate::store) fn hits(
        &self,
        connection: &Connection,
        query: &ListQuery,
    ) -> Answer<Hits> {
        let asked = self.asked(query);
        let mut search = self.search.borrow_mut();
        search.hits(connection, query, asked, self.home())
    }

    /// What a query asks for today.
    fn asked(&self, query: &ListQuery) -> Query {
        let asked = query.query();
        if asked.is_relative() {
            return asked.on(day_of((self.options.clock)()));
        }
        asked
    }
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
