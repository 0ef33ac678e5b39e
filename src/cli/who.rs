//! `callbook who NUMBER`: who has this number, in any spelling.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::{Value, json};

use crate::domain::edit::Holder;
use crate::domain::phone::resource;
use crate::domain::refusal::Refusal;
use crate::domain::safe::safe;
use crate::store::Store;

use super::document::{Answer, answer};
use super::phone::flags;

/// The exit status where nobody has it.
const NOBODY: u8 = 3;

/// Runs the command: a line for each contact that has the number, historic or not.
pub(super) fn run(
    number: &str,
    json: bool,
    open: impl FnOnce() -> Result<Store, Refusal>,
) -> Result<u8> {
    let found = open().and_then(|store| store.lookup(bare(number)));
    let holders = match found {
        Ok(holders) => holders,
        Err(refusal) => return answer(Err(refusal.into()), json),
    };
    let status = if holders.is_empty() { NOBODY } else { 0 };
    let told = Answer::new(document(&holders), words(&holders));
    answer(Ok(Answer { status, ..told }), json).map(|_| status)
}

/// The number of a `tel:` address (RFC 3966), or the text itself.
fn bare(number: &str) -> &str {
    let number = number.trim();
    match number.get(..4) {
        Some(scheme) if scheme.eq_ignore_ascii_case("tel:") => {
            number.get(4..).unwrap_or_default().trim_start_matches('/')
        }
        _ => number,
    }
}

fn document(holders: &[Holder]) -> Value {
    let found: Vec<Value> = holders
        .iter()
        .map(|holder| {
            json!({
                "contact": { "id": holder.contact.to_string(), "name": holder.name },
                "phone": resource(&holder.phone),
            })
        })
        .collect();
    json!({ "data": found })
}

fn words(holders: &[Holder]) -> String {
    let mut text = String::new();
    for Holder { name, phone, .. } in holders {
        let label = phone.location.as_deref().unwrap_or_default();
        let _ = writeln!(
            text,
            "{}\t{}\t{}\t{}",
            safe(name),
            safe(&phone.shown()),
            safe(label),
            flags(phone)
        );
    }
    text
}
