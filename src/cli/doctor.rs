//! `callbook doctor`: what is wrong with the database, and putting it right.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::{Value, json};

use crate::domain::refusal::Refusal;
use crate::domain::words::count;
use crate::store::{Finding, Sizes, Store};

use super::compact::bytes;
use super::document::{CommandAnswer, answer};

/// Runs the command on the database that `open` gives.
pub(super) fn run(
    fix: bool,
    json: bool,
    open: impl FnOnce() -> Result<Store, Refusal>,
) -> Result<u8> {
    let told = open().and_then(|mut store| {
        let found = store.examine()?;
        let sizes = store.sizes()?;
        if fix && found.iter().any(|one| one.curable) {
            store.cure()?;
            let left = store.examine()?;
            return Ok((found, left, store.sizes()?));
        }
        Ok((Vec::new(), found, sizes))
    });
    let told = told.map(|(cured, left, sizes)| report(&cured, &left, &sizes));
    answer(told.map_err(anyhow::Error::from), json)
}

fn report(cured: &[Finding], left: &[Finding], sizes: &Sizes) -> CommandAnswer {
    let mut words = String::new();
    for one in cured.iter().filter(|one| !left.contains(one)) {
        let _ = writeln!(words, "repaired: {}", one.words);
    }
    for one in left {
        let can = if one.curable {
            "; --fix repairs it"
        } else {
            ""
        };
        let _ = writeln!(words, "found: {}{can}", one.words);
    }
    if left.is_empty() {
        words.push_str("no problems found\n");
    }
    let _ = writeln!(
        words,
        "the book has {}: cards {}, history {}, free {}; {}: {}",
        bytes(sizes.book),
        bytes(sizes.cards),
        bytes(sizes.history),
        bytes(sizes.free),
        count(sizes.backup_count, "backup"),
        bytes(sizes.backups)
    );
    let data: Vec<Value> = left
        .iter()
        .map(|one| json!({ "words": one.words, "curable": one.curable }))
        .collect();
    let cured: Vec<&str> = cured.iter().map(|one| one.words.as_str()).collect();
    let document = json!({
        "data": data,
        "meta": {
            "cured": cured,
            "bytes": {
                "book": sizes.book,
                "cards": sizes.cards,
                "history": sizes.history,
                "free": sizes.free,
                "backups": sizes.backups,
            },
        },
    });
    CommandAnswer {
        status: u8::from(!left.is_empty()),
        ..CommandAnswer::new(document, words)
    }
}
