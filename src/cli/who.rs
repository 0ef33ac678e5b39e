//! `callbook who NUMBER`: who has this number, in any spelling.

use anyhow::Result;
use serde_json::{Value, json};

use crate::domain::contact::Contact;
use crate::domain::edit::Holder;
use crate::domain::refusal::Refusal;
use crate::exchange::jsonapi::phone_resource;
use crate::store::Store;

use super::document::{Answer, answer};
use super::exit::NOTHING_FOUND;
use super::format::LineFormat;

/// Runs the command: a line for each contact that has the number, historic or not.
pub(super) fn run(
    number: &str,
    json: bool,
    layout: Option<&str>,
    open: impl FnOnce() -> Result<Store, Refusal>,
) -> Result<u8> {
    let mut layout = LineFormat::asked(layout)?;
    let found = open().and_then(|store| {
        layout.home = store.home();
        let mut holders = Vec::new();
        for holder in store.lookup(number)? {
            holders.push((store.contact(holder.contact)?, holder));
        }
        Ok(holders)
    });
    let holders = match found {
        Ok(holders) => holders,
        Err(refusal) => return answer(Err(refusal.into()), json),
    };
    let status = if holders.is_empty() { NOTHING_FOUND } else { 0 };
    let lines = holders
        .iter()
        .map(|(contact, holder)| layout.safe_line(contact, Some(&holder.phone)));
    let told = Answer::new(document(&holders), lines.collect());
    answer(Ok(Answer { status, ..told }), json).map(|_| status)
}

fn document(holders: &[(Contact, Holder)]) -> Value {
    let found: Vec<Value> = holders
        .iter()
        .map(|(_, holder)| {
            json!({
                "contact": { "id": holder.contact.to_string(), "name": holder.name },
                "phone": phone_resource(&holder.phone),
            })
        })
        .collect();
    json!({ "data": found })
}
