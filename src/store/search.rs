//! Finding for a script: everybody whom a text finds, the best first.

use rusqlite::params_from_iter;

use crate::domain::contact::ContactId;
use crate::domain::listing::ListQuery;
use crate::domain::rank::rank;
use crate::domain::refusal::Refusal;

use super::Store;
use super::list::Filter;
use super::record;

impl Store {
    /// The contacts that a text finds, the best first, at most `limit`. Everybody, in the order of the
    /// list, where nothing is asked for.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn find(&self, text: &str, limit: usize) -> Result<Vec<ContactId>, Refusal> {
        let query = ListQuery {
            text: text.to_owned(),
            ..ListQuery::default()
        };
        let filter = Filter::of(&query);
        self.snapshot(|connection| {
            // Only what stands in the index of the list, for rows of the table lie scattered.
            let sql = format!(
                "SELECT id, search_text, favourite FROM contact INDEXED BY contact_by_name
                 WHERE {} ORDER BY family_key, id",
                filter.condition
            );
            let mut statement = connection.prepare(&sql)?;
            let found = statement.query_map(params_from_iter(&filter.values), |row| {
                let id = ContactId(record::uuid(row, 0)?);
                let text = row.get_ref(1)?.as_str()?;
                let favourite: bool = row.get(2)?;
                Ok(((rank(text, &filter.needles), !favourite), id))
            })?;
            let mut found = found.collect::<rusqlite::Result<Vec<_>>>()?;
            // Stable: the order of the list decides among equals.
            found.sort_by_key(|(rank, _)| *rank);
            found.truncate(limit);
            Ok(found.into_iter().map(|(_, id)| id).collect())
        })
    }
}
