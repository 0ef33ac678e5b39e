//! `callbook fix`: the contacts whose numbers need attention, why, and confirming them by source.

use std::fmt::Write as _;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::domain::bulk::BulkEdit;
use crate::domain::edit::Profile;
use crate::domain::import::count;
use crate::domain::listing::ListQuery;
use crate::domain::number::Region;
use crate::domain::phone::{Phone, resource};
use crate::domain::refusal::Refusal;
use crate::domain::triage::reason;
use crate::store::Store;

use super::change::changed;
use super::document::{Answer, answer};
use super::table::columns;

#[derive(Debug, Args)]
pub(super) struct FixCommand {
    /// List them, as without any flag.
    #[arg(long, conflicts_with = "confirm_source")]
    list: bool,
    /// Confirm all who have a number in use from this source; the first such becomes primary.
    #[arg(long, value_name = "SOURCE")]
    confirm_source: Option<String>,
    /// Only show what would be changed.
    #[arg(long, requires = "confirm_source")]
    dry_run: bool,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

impl FixCommand {
    /// Runs the command on the database that `open` gives.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let told =
            open()
                .map_err(anyhow::Error::from)
                .and_then(|mut store| match &self.confirm_source {
                    Some(source) => {
                        let edit = BulkEdit::confirm_source(source);
                        changed(&mut store, &edit, self.dry_run)
                    }
                    None => worklist(&store),
                });
        answer(told, self.json)
    }
}

/// Everybody who needs attention, with the reason of each number.
fn worklist(store: &Store) -> Result<Answer> {
    let mut rows = Vec::new();
    let mut found = Vec::new();
    let contacts = store.waiting(&mut |profile| {
        let mut numbers = Vec::new();
        for (phone, why) in reasons(profile, store.home()) {
            let label = phone.location.clone().unwrap_or_default();
            let name = profile.contact.name.clone();
            rows.push([name, phone.shown(), label, why.clone()]);
            numbers.push(json!({ "phone": resource(phone), "reason": why }));
        }
        let (id, name) = (profile.contact.id.to_string(), &profile.contact.name);
        found.push(json!({ "contact": { "id": id, "name": name }, "numbers": numbers }));
    })?;
    let worklist = store.worklist()?;
    let reasons: serde_json::Map<String, Value> = worklist
        .reasons
        .iter()
        .map(|(words, contacts)| ((*words).to_owned(), json!(contacts)))
        .collect();
    // A confirmed number is a person's word, and may be a slip all the same.
    let slips = store.count(&ListQuery {
        text: "is:impossible is:accurate".to_owned(),
        ..ListQuery::default()
    })?;
    let document = json!({
        "data": found,
        "meta": { "contacts": contacts, "reasons": reasons, "confirmed_impossible": slips },
    });
    let mut words = columns(&rows);
    let _ = match contacts {
        0 => writeln!(words, "nothing needs attention"),
        contacts => writeln!(words, "{} to fix", count(contacts, "contact")),
    };
    if slips > 0 {
        let _ = writeln!(
            words,
            "{} with a confirmed number that is not possible: callbook find is:impossible",
            count(slips, "contact")
        );
    }
    Ok(Answer::new(document, words))
}

/// The numbers of a contact that wait for a look, with the reason.
fn reasons(profile: &Profile, home: Option<Region>) -> impl Iterator<Item = (&Phone, String)> {
    let Profile { phones, others, .. } = profile;
    phones.iter().filter_map(move |phone| {
        let why = reason(phone, phones, others, home)?;
        Some((phone, why.words()))
    })
}
