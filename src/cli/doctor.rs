//! `callbook doctor`: what is wrong with the database, and putting it right.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::{Value, json};

use crate::domain::refusal::Refusal;
use crate::store::{Finding, Store};

use super::document::{Answer, answer};

/// Runs the command on the database that `open` gives.
pub(super) fn run(
    fix: bool,
    json: bool,
    open: impl FnOnce() -> Result<Store, Refusal>,
) -> Result<u8> {
    let told = open().and_then(|mut store| {
        let found = store.examine()?;
        if fix && found.iter().any(|one| one.curable) {
            store.cure()?;
            let left = store.examine()?;
            return Ok((found, left));
        }
        Ok((Vec::new(), found))
    });
    let told = told.map(|(cured, left)| report(&cured, &left));
    let status = told.as_ref().map_or(0, |told| told.status);
    let answered = answer(told.map_err(anyhow::Error::from), json)?;
    Ok(answered.max(status))
}

fn report(cured: &[Finding], left: &[Finding]) -> Answer {
    let mut words = String::new();
    for one in cured.iter().filter(|one| !left.contains(one)) {
        let _ = writeln!(words, "put right: {}", one.words);
    }
    for one in left {
        let can = if one.curable {
            "; --fix puts it right"
        } else {
            ""
        };
        let _ = writeln!(words, "found: {}{can}", one.words);
    }
    if left.is_empty() {
        words.push_str("no problems found\n");
    }
    let data: Vec<Value> = left
        .iter()
        .map(|one| json!({ "words": one.words, "curable": one.curable }))
        .collect();
    let cured: Vec<&str> = cured.iter().map(|one| one.words.as_str()).collect();
    let document = json!({ "data": data, "meta": { "cured": cured } });
    Answer {
        status: u8::from(!left.is_empty()),
        ..Answer::new(document, words)
    }
}
