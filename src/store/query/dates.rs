//! The contacts that have a date.

use crate::domain::refusal::Refusal;
use crate::domain::upcoming::DatedContact;

use crate::domain::number;
use crate::store::base::Store;
use crate::store::db::record::{self, CONTACT};

impl Store {
    /// The contacts that have a birthday, an anniversary or another date.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn dated(&self) -> Result<Vec<DatedContact>, Refusal> {
        self.read(|connection| {
            let mut dated = connection.prepare_cached(&format!(
                "SELECT {}, main_number FROM contact WHERE instr(details, '\"kind\":\"date\"') > 0",
                *CONTACT
            ))?;
            let dated = dated.query_map([], |row| {
                let number: Option<String> = row.get("main_number")?;
                Ok(DatedContact {
                    contact: record::contact(row)?,
                    number: number.map(|number| number::display(&number)),
                })
            })?;
            Ok(dated.collect::<rusqlite::Result<_>>()?)
        })
    }
}
