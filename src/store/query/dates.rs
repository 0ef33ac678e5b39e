//! The contacts that have a date.

use crate::domain::contact::{ContactId, Detail, DetailKind};
use crate::domain::refusal::Refusal;
use crate::domain::upcoming::DatedContact;

use crate::domain::number;
use crate::store::base::Store;
use crate::store::db::record;

impl Store {
    /// The contacts that have a birthday, an anniversary or another date.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn dated(&self) -> Result<Vec<DatedContact>, Refusal> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, name, details, main_number, updated_at FROM contact \
                 WHERE instr(details, '\"kind\":\"date\"') > 0",
            )?;
            let dated = statement.query_map([], |row| {
                let mut details: Vec<Detail> = record::json(row, 2)?;
                details.retain(|detail| detail.kind == DetailKind::Date);
                let number: Option<String> = row.get(3)?;
                Ok(DatedContact {
                    contact: ContactId(record::uuid(row, 0)?),
                    name: row.get(1)?,
                    dates: details,
                    number: number.map(|number| number::display(&number)),
                    updated_at: record::time(row, 4)?,
                })
            })?;
            Ok(dated.collect::<rusqlite::Result<_>>()?)
        })
    }
}
