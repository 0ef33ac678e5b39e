//! `callbook health`: counts and bars of what the book is made of.

use std::fmt::Write as _;

use anyhow::Result;

use crate::domain::health::{Bar, Health};
use crate::domain::refusal::Refusal;
use crate::domain::words::{count, thousands};
use crate::exchange::jsonapi::health_document;
use crate::store::Store;

use super::document::{CommandAnswer, answer};
use super::table::columns;

/// How many columns the longest bar has.
const WIDE: usize = 30;

/// Runs the command on the database that `open` gives.
pub(super) fn run(json: bool, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
    let told = open().and_then(|store| store.health());
    let told =
        told.map(|health| CommandAnswer::new(health_document(&health), health_text(&health)));
    answer(told.map_err(anyhow::Error::from), json)
}

fn health_text(health: &Health) -> String {
    let mut words = format!(
        "{}, {} without a number; {}\n",
        count(health.contacts, "contact"),
        thousands(health.without_number),
        count(health.numbers, "number")
    );
    for part in &health.parts {
        let _ = writeln!(words, "\n{}", part.title);
        let rows: Vec<_> = part
            .bars
            .iter()
            .map(|bar| row(bar, health.numbers))
            .collect();
        words.push_str(&columns(&rows));
    }
    words
}

fn row(bar: &Bar, of: usize) -> [String; 4] {
    [
        format!("  {}", bar.word),
        format!("{:>9}", thousands(bar.numbers)),
        format!("{:<WIDE$}", "#".repeat(bar.length(of, WIDE))),
        bar.filter.clone(),
    ]
}
