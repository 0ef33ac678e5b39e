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
            // Where no country says what its prefix for others is, it is nearly always 00.
            let digits = number::digits(&typed.replace("(0)", ""));
            let abroad = digits.strip_prefix("00").map(|rest| format!("+{rest}"));
            let spellings = [Some(typed.to_owned()), abroad];
            for reading in spellings.into_iter().flatten().filter_map(|spelling| {
                let reading = number::parse(&spelling, None, home).ok()?;
                reading.is_complete().then_some(reading)
            }) {
                let found = abroad_and_at_home(connection, &reading)?;
                if !found.is_empty() {
                    return Ok(found);
                }
            }
            ending(connection, digits.trim_start_matches('0'))
        })
    }
}

/// Those with this number but for its extension, or as it is written at home or from abroad where no
/// country was known.
fn abroad_and_at_home(connection: &Connection, reading: &number::Reading) -> Answer<Vec<Holder>> {
    let base = reading.e164.split(';').next().unwrap_or_default();
    let national = &reading.national_number;
    // ';' begins an extension, and '<' is the sign after it.
    Ok(held(
        connection,
        "p.identity = ?1 OR p.identity >= ?1 || ';' AND p.identity < ?1 || '<'
         OR p.identity = ?2 OR p.identity = '0' || ?2 OR p.identity = '00' || ?3",
        params![base, national, base.trim_start_matches('+')],
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
