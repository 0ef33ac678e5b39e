//! `callbook who NUMBER`: who has this number, in any spelling.

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::domain::contact::Contact;
use crate::domain::edit::Holder;
use crate::domain::refusal::Refusal;
use crate::exchange::jsonapi::phone_resource;
use crate::store::Store;

use super::document::{CommandAnswer, answer};
use super::exit::NOTHING_FOUND;
use super::format::{LineFlags, say_no_match};

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("form").args(["json", "format"]))]
pub(super) struct WhoCommand {
    /// The number, quoted or not.
    #[arg(required = true)]
    number: Vec<String>,
    /// Write JSON.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    lines: LineFlags,
}

impl WhoCommand {
    /// Prints a line for each contact that has the number, historic or not.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let number = self.number.join(" ");
        let mut layout = self.lines.layout()?;
        let found = open().and_then(|store| {
            layout.home = store.home();
            let mut holders = Vec::new();
            for holder in store.lookup(&number)? {
                holders.push((store.contact(holder.contact)?, holder));
            }
            Ok(holders)
        });
        let holders = match found {
            Ok(holders) => holders,
            Err(refusal) => return answer(Err(refusal.into()), self.json),
        };
        if holders.is_empty() {
            say_no_match(&number, self.json);
        }
        let status = if holders.is_empty() { NOTHING_FOUND } else { 0 };
        if self.json {
            return answer(
                Ok(CommandAnswer::new(document(&holders), String::new())),
                true,
            )
            .map(|_| status);
        }
        let numbers = holders
            .iter()
            .map(|(contact, holder)| (contact, Some(&holder.phone)));
        layout.print(numbers).map(|()| status)
    }
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
