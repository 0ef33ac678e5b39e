//! The counts of the book's health.

use std::collections::HashMap;

use chrono::Datelike as _;
use rusqlite::{Connection, Row};

use crate::domain::health::{Bar, Health, HealthPart};
use crate::domain::number::{self, Region};
use crate::domain::query::quoted;
use crate::domain::refusal::Refusal;
use crate::domain::timestamp::Timestamp;

use crate::store::base::Store;
use crate::store::db::failure::Answer;
use crate::store::db::pace::Pace;
use crate::store::db::record;

/// How many bars a part has; what is beyond them is counted together.
const BARS: usize = 12;

impl Store {
    /// Counts what the book's numbers are made of.
    ///
    /// # Errors
    /// If the database cannot be read, or the watch stops it.
    pub fn health(&self) -> Result<Health, Refusal> {
        self.snapshot(|connection| {
            let count = |sql: &str| -> Answer<usize> {
                let count: i64 = connection.query_row(sql, [], |row| row.get(0))?;
                Ok(usize::try_from(count).unwrap_or_default())
            };
            let contacts = count("SELECT count(*) FROM contact")?;
            let numbers = count("SELECT count(*) FROM phone")?;
            let with_number = count("SELECT count(DISTINCT contact) FROM phone")?;
            let mut counts = Counts::default();
            counts.read(connection, self.home(), self.overseer.begin(), numbers)?;
            Ok(Health {
                contacts,
                without_number: contacts.saturating_sub(with_number),
                numbers,
                parts: counts.parts(),
            })
        })
    }
}

#[derive(Default)]
struct Counts {
    confirmed: usize,
    unconfirmed: usize,
    impossible: usize,
    historic: usize,
    without_country: usize,
    countries: HashMap<Region, usize>,
    sources: HashMap<String, usize>,
    labels: HashMap<String, usize>,
    years: HashMap<i32, usize>,
}

impl Counts {
    fn read(
        &mut self,
        connection: &Connection,
        home: Option<Region>,
        mut pace: Pace<'_>,
        of: usize,
    ) -> Answer<()> {
        let mut phones = connection.prepare(
            "SELECT country_code, number, identity, location, historic, valid_values, source,
                updated_at FROM phone",
        )?;
        let mut rows = phones.query([])?;
        let mut done = 0;
        let mut regions: HashMap<String, Option<Region>> = HashMap::new();
        while let Some(row) = rows.next()? {
            pace.tell(done, of)?;
            done += 1;
            let (historic, valid): (bool, bool) = (row.get(4)?, row.get(5)?);
            let normalised = record::text(row, 2)?.starts_with('+');
            self.confirmed += usize::from(valid);
            self.unconfirmed += usize::from(!valid);
            let impossible = !normalised
                && number::is_impossible(record::text(row, 1)?, optional(row, 0)?, home);
            self.impossible += usize::from(impossible);
            self.historic += usize::from(historic);
            match optional(row, 0)? {
                None => self.without_country += 1,
                Some(code) => {
                    let number = record::text(row, 1)?;
                    if let Some(region) = region(code, number, &mut regions) {
                        *self.countries.entry(region).or_default() += 1;
                    }
                }
            }
            tally(&mut self.sources, record::text(row, 6)?);
            if let Some(label) = optional(row, 3)? {
                tally(&mut self.labels, label);
            }
            let changed = Timestamp::from_micros(row.get(7)?);
            *self.years.entry(changed.to_utc().year()).or_default() += 1;
        }
        Ok(())
    }

    fn parts(self) -> Vec<HealthPart> {
        let bar = |word: &str, numbers: usize, filter: &str| Bar {
            word: word.to_owned(),
            numbers,
            filter: filter.to_owned(),
        };
        let state = [
            bar("confirmed", self.confirmed, "is:confirmed"),
            bar("unconfirmed", self.unconfirmed, "is:unconfirmed"),
            bar("not a possible number", self.impossible, "is:impossible"),
            bar("historic", self.historic, "is:historic"),
            bar("without a country", self.without_country, "country:none"),
        ];
        let named = |counts: HashMap<String, usize>, field: &str| {
            most(counts.into_iter().map(|(word, numbers)| Bar {
                filter: format!("{field}:{}", quoted(&word)),
                word,
                numbers,
            }))
        };
        let countries = most(self.countries.into_iter().map(|(region, numbers)| Bar {
            word: region.name().to_owned(),
            numbers,
            filter: format!("country:{}", region.code().to_lowercase()),
        }));
        let mut years: Vec<(i32, usize)> = self.years.into_iter().collect();
        years.sort_unstable_by_key(|(year, _)| std::cmp::Reverse(*year));
        let years = years.into_iter().take(BARS).map(|(year, numbers)| Bar {
            word: year.to_string(),
            numbers,
            filter: format!("year:{year}"),
        });
        let part = |title, bars| HealthPart { title, bars };
        let mut parts = vec![
            part("numbers", state.to_vec()),
            part("by country", countries),
            part("by source", named(self.sources, "source")),
            part("by label", named(self.labels, "label")),
            part("by year of the last change", years.collect()),
        ];
        for part in &mut parts {
            part.bars.retain(|bar| bar.numbers > 0);
        }
        parts.retain(|part| !part.bars.is_empty());
        parts
    }
}

/// The country of a number; that of a calling code which only one country has is found once.
fn region(code: &str, number: &str, known: &mut HashMap<String, Option<Region>>) -> Option<Region> {
    if let Some(region) = known.get(code) {
        return region.or_else(|| number::region_of(code, number));
    }
    let only = code.parse().ok().and_then(number::only_region_of);
    known.insert(code.to_owned(), only);
    only.or_else(|| number::region_of(code, number))
}

/// An optional text, as its column has it.
fn optional<'r>(row: &'r Row<'_>, column: usize) -> rusqlite::Result<Option<&'r str>> {
    Ok(row.get_ref(column)?.as_str_or_null()?)
}

fn tally(counts: &mut HashMap<String, usize>, word: &str) {
    match counts.get_mut(word) {
        Some(count) => *count += 1,
        None => drop(counts.insert(word.to_owned(), 1)),
    }
}

/// The longest bars, the longest first.
fn most(bars: impl Iterator<Item = Bar>) -> Vec<Bar> {
    let mut bars: Vec<Bar> = bars.collect();
    bars.sort_by(|one, other| (other.numbers, &one.word).cmp(&(one.numbers, &other.word)));
    bars.truncate(BARS);
    bars
}
