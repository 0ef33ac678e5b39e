//! Who has a number: in any spelling, in use or not.
//!
//! The same number comes first; then the same without regard to its extension; then one that was
//! stored without its country; and where all that finds nobody, those that end in the digits.

use rusqlite::{Connection, params};

use crate::domain::edit::Holder;
use crate::domain::number;
use crate::domain::refusal::Refusal;

use super::Store;
use super::failure::Answer;
use super::phones::held;

/// How many digits at the end tell a number from others.
const ENDING: usize = 7;

impl Store {
    /// Everybody who has this number, in whatever spelling it is typed or stored.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn lookup(&self, typed: &str) -> Result<Vec<Holder>, Refusal> {
        let home = self.options.home;
        self.snapshot(|connection| {
            let same = number::canonical(typed, None, home).identity;
            let found = held(connection, "p.identity = ?1", params![same])?;
            if !found.is_empty() {
                return Ok(found);
            }
            // Full-width and Arabic-Indic digits, and `(0)` between calling code and number, are
            // the parser's; what it cannot place is looked for by its end.
            if let Ok(reading) = number::parse(typed, None, home)
                && reading.is_complete()
            {
                let found = abroad_and_at_home(connection, &reading)?;
                if !found.is_empty() {
                    return Ok(found);
                }
            }
            let digits = number::digits(&typed.replace("(0)", ""));
            ending(connection, digits.trim_start_matches('0'))
        })
    }
}

/// Those with this number but for its extension, or in national spelling without a country.
fn abroad_and_at_home(connection: &Connection, reading: &number::Reading) -> Answer<Vec<Holder>> {
    let base = reading.e164.split(';').next().unwrap_or_default();
    let national = &reading.national_number;
    // ';' begins an extension, and '<' is the sign after it.
    Ok(held(
        connection,
        "p.identity = ?1 OR p.identity >= ?1 || ';' AND p.identity < ?1 || '<'
         OR p.identity = ?2 OR p.identity = '0' || ?2",
        params![base, national],
    )?)
}

/// Those whose number ends in these digits.
fn ending(connection: &Connection, digits: &str) -> Answer<Vec<Holder>> {
    if digits.len() < ENDING {
        return Ok(Vec::new());
    }
    let from: String = digits.chars().rev().collect();
    // ':' is the sign after '9'.
    let to = format!("{from}:");
    Ok(held(
        connection,
        "p.reversed <> '' AND p.reversed >= ?1 AND p.reversed < ?2",
        params![from, to],
    )?)
}
