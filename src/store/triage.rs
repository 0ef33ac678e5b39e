//! The worklist of contacts that need attention, and confirming all of a source at once.

use crate::domain::contact::ContactId;
use crate::domain::edit::Done;
use crate::domain::refusal::Refusal;
use crate::domain::triage::{Origin, Worklist};

use super::Store;
use super::record;

/// A number in use that nobody has confirmed.
const WAITING: &str = "NOT p.historic AND NOT p.valid_values";

impl Store {
    /// Why contacts wait for a look, and where their numbers came from.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn worklist(&self) -> Result<Worklist, Refusal> {
        let reasons = [
            ("not a possible number", "p.identity NOT GLOB '+*'"),
            (
                "same number on two contacts",
                "EXISTS (SELECT 1 FROM phone q WHERE q.identity = p.identity
                         AND q.contact <> p.contact)",
            ),
            ("never confirmed since import", "p.source <> 'manual'"),
            ("typed here, not confirmed", "p.source = 'manual'"),
        ];
        self.snapshot(|connection| {
            let mut worklist = Worklist::default();
            for (words, condition) in reasons {
                let contacts: i64 = connection.query_row(
                    &format!(
                        "SELECT count(DISTINCT p.contact) FROM phone p
                         WHERE {WAITING} AND {condition}"
                    ),
                    [],
                    |row| row.get(0),
                )?;
                if let Some(contacts) = usize::try_from(contacts).ok().filter(|some| *some > 0) {
                    worklist.reasons.push((words, contacts));
                }
            }
            let mut statement = connection.prepare_cached(
                "SELECT p.source, count(DISTINCT p.contact) FROM contact c
                 JOIN phone p ON p.contact = c.id
                 WHERE c.attention AND NOT p.historic
                 GROUP BY p.source ORDER BY 2 DESC, 1",
            )?;
            let origins = statement.query_map([], |row| {
                Ok(Origin {
                    source: row.get(0)?,
                    contacts: usize::try_from(row.get::<_, i64>(1)?).unwrap_or_default(),
                })
            })?;
            worklist.sources = origins.collect::<rusqlite::Result<_>>()?;
            Ok(worklist)
        })
    }

    /// Confirms every contact that needs attention and has a number in use from `source`, in one
    /// step (Phone resource, 4). Gives how many that need attention were left untouched.
    ///
    /// # Errors
    /// Where the database cannot be read or written.
    pub fn confirm_source(&mut self, source: &str) -> Result<Done<usize>, Refusal> {
        let waiting: Vec<ContactId> = self.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT id FROM contact WHERE attention")?;
            let ids = statement.query_map([], |row| Ok(ContactId(record::uuid(row, 0)?)))?;
            Ok(ids.collect::<rusqlite::Result<_>>()?)
        })?;
        self.confirm_from(&waiting, source)
    }
}
