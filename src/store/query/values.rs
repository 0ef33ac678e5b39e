//! The values that a book has, to complete a condition of the filter by.

use crate::domain::number;
use crate::domain::query::Values;
use crate::domain::refusal::Refusal;
use crate::domain::tag::{TagCount, TagCounts};
use crate::store::base::Store;
use crate::store::db::failure::Answer;
use crate::store::db::record;

impl Store {
    /// The tags of the book by name, and how many contacts have each.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn tags(&self) -> Result<Vec<TagCount>, Refusal> {
        self.snapshot(|connection| {
            let mut statement =
                connection.prepare("SELECT tags FROM contact WHERE tags <> '[]'")?;
            let mut rows = statement.query([])?;
            let mut counts = TagCounts::default();
            while let Some(row) = rows.next()? {
                // A list that cannot be read is for the doctor to name.
                counts.add(serde_json::from_str(record::text(row, 0)?).unwrap_or_default());
            }
            Ok(counts.by_name())
        })
    }

    /// The values that the book has, to complete a condition by.
    ///
    /// # Errors
    /// If the database cannot be read.
    pub fn values(&self) -> Result<Values, Refusal> {
        let fields = self.own_fields()?;
        self.snapshot(|connection| {
            let all = |sql: &str| -> Answer<Vec<String>> {
                let mut statement = connection.prepare(sql)?;
                let values = statement.query_map([], |row| row.get(0))?;
                Ok(values.collect::<rusqlite::Result<_>>()?)
            };
            let codes = all(
                "SELECT country_code FROM phone WHERE country_code IS NOT NULL
                 GROUP BY 1 ORDER BY count(*) DESC LIMIT 200",
            )?;
            let countries = codes.iter().filter_map(|code| {
                let region = number::Region::of_calling_code(code.parse().ok()?)?;
                Some(region.code().to_lowercase())
            });
            let mut said = connection.prepare(
                "SELECT d.value ->> 'value' FROM contact c, json_each(c.details) d
                 WHERE instr(c.details, '\"other\"') AND d.value ->> 'kind' = 'other'
                     AND d.value ->> 'label' = ?1
                 GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 200",
            )?;
            let mut own = Vec::new();
            for field in fields.iter() {
                let values = said.query_map([&field.name], |row| row.get(0))?;
                own.push((field.name.clone(), values.collect::<rusqlite::Result<_>>()?));
            }
            Ok(Values {
                own,
                labels: all("SELECT location FROM phone WHERE location IS NOT NULL
                     GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 200")?,
                sources: all(
                    "SELECT source FROM phone GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 200",
                )?,
                tags: all(
                    "SELECT value FROM contact, json_each(tags) WHERE tags <> '[]'
                     GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 200",
                )?,
                countries: countries.collect(),
                remotes: all("SELECT name FROM remote ORDER BY name LIMIT 200")?,
            })
        })
    }
}
