//! `callbook fix`: the contacts whose numbers need attention, why, and confirming them by source.

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::domain::bulk::BulkEdit;
use crate::domain::edit::Profile;
use crate::domain::listing::ListQuery;
use crate::domain::number::Region;
use crate::domain::phone::Phone;
use crate::domain::progress::Stop;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::rehearsal::Task;
use crate::domain::triage::reason;
use crate::domain::words::count;
use crate::exchange::jsonapi::phone_resource;
use crate::store::Store;

use super::change::changed;
use super::document::answer;
use super::signals::Output;
use super::table::{Fit, RowFlags};

#[derive(Debug, Args)]
pub(super) struct FixCommand {
    /// List the numbers (the default).
    #[arg(long, conflicts_with = "confirm_source")]
    list: bool,
    /// Confirm all contacts with a number from this source; its first number becomes primary.
    #[arg(long, value_name = "SOURCE")]
    confirm_source: Option<String>,
    /// Only show what would be changed.
    #[arg(long, requires = "confirm_source")]
    dry_run: bool,
    #[command(flatten)]
    ends: RowFlags,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

impl FixCommand {
    /// Runs the command on the database that `open` gives.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let told = open().map_err(anyhow::Error::from).and_then(|mut store| {
            let Some(source) = &self.confirm_source else {
                return worklist(&store, self.json, &self.ends).map(|()| None);
            };
            self.ends.refuse_beside("--confirm-source")?;
            refuse_unknown(source, &store)?;
            let task = Task::Bulk(BulkEdit::confirm_source(source));
            changed(&mut store, &task, self.dry_run).map(Some)
        });
        match told {
            Ok(None) => Ok(0),
            Ok(Some(told)) => answer(Ok(told), self.json),
            Err(error) => answer(Err(error), self.json),
        }
    }
}

/// Refuses a source that no number came from, with those that there are.
fn refuse_unknown(source: &str, store: &Store) -> Result<(), Refusal> {
    let known = store.values()?.sources;
    if known.iter().any(|known| known == source) {
        return Ok(());
    }
    let known = match known.as_slice() {
        [] => "the book has no numbers".to_owned(),
        known => format!("expected one of {}", known.join(", ")),
    };
    let detail = format!("no number came from the source {source}; {known}");
    Err(Refusal::new(Kind::NotFound, detail))
}

/// Prints the contacts that need attention, with the reason of each number, one after the other: a
/// book may have 100,000 of them.
fn worklist(store: &Store, json: bool, ends: &RowFlags) -> Result<()> {
    // What can be refused is refused before anything is printed.
    let reasons = store.worklist()?.reasons;
    // A confirmed number is a person's word, and may be a slip all the same.
    let slips = store.count(&ListQuery {
        text: "is:impossible is:confirmed".to_owned(),
        ..ListQuery::default()
    })?;
    let mut out = Printed::new(store.stop());
    let fits = [Fit::Text, Fit::Whole, Fit::Text, Fit::Whole];
    let mut columns = ends.columns().with(fits).parted_in_a_pipe();
    let mut first = true;
    let contacts = store.waiting(&mut |profile| {
        if json {
            let start = if first { "{\n  \"data\": [" } else { "," };
            let contact = format!("{:#}", told(profile, store.home()));
            out.text.push_str(start);
            for line in contact.lines() {
                out.text.push_str("\n    ");
                out.text.push_str(line);
            }
        } else {
            for (phone, why) in reasons_of(profile, store.home()) {
                let label = phone.location.clone().unwrap_or_default();
                let name = profile.full.contact.name.clone();
                out.text
                    .push_str(&columns.row(&[name, phone.shown(), label, why]));
            }
        }
        first = false;
        out.print_much();
    })?;
    if json {
        let reasons: serde_json::Map<String, Value> = reasons
            .iter()
            .map(|(words, contacts)| ((*words).to_owned(), json!(contacts)))
            .collect();
        let meta = json!({
            "contacts": contacts,
            "reasons": reasons,
            "confirmed_impossible": slips,
        })
        .to_string();
        let end = if first { "{\n  \"data\": [" } else { "\n  " };
        out.text.extend([end, "],\n  \"meta\": ", &meta, "\n}\n"]);
    } else if ends.is_bare() {
        out.text.push_str(&columns.rest());
    } else {
        let foot = match contacts {
            0 => "no numbers need attention\n".to_owned(),
            contacts => format!("{} to fix\n", count(contacts, "contact")),
        };
        out.text.extend([columns.rest(), foot]);
        if slips > 0 {
            let contacts = count(slips, "contact");
            out.text.extend([
                &contacts,
                " with a confirmed number that is not possible: callbook find is:impossible\n",
            ]);
        }
    }
    out.finish()
}

/// A contact with its numbers that wait for a look.
fn told(profile: &Profile, home: Option<Region>) -> Value {
    let numbers = reasons_of(profile, home)
        .map(|(phone, why)| json!({ "phone": phone_resource(phone), "reason": why }));
    let numbers: Vec<Value> = numbers.collect();
    let (id, name) = (
        profile.full.contact.id.to_string(),
        &profile.full.contact.name,
    );
    json!({ "contact": { "id": id, "name": name }, "numbers": numbers })
}

/// Text on its way to standard output.
struct Printed<'s> {
    text: String,
    stop: &'s Stop,
    failure: Option<anyhow::Error>,
}

/// How much text is printed at once.
const MUCH: usize = 64 * 1024;

impl<'s> Printed<'s> {
    const fn new(stop: &'s Stop) -> Self {
        Self {
            text: String::new(),
            stop,
            failure: None,
        }
    }

    /// Prints what came together, where that is much.
    fn print_much(&mut self) {
        if self.text.len() >= MUCH {
            self.print();
        }
    }

    fn print(&mut self) {
        let text = std::mem::take(&mut self.text);
        if self.failure.is_none() {
            self.failure = super::output::written(&text, &mut Output::new(self.stop)).err();
        }
    }

    fn finish(mut self) -> Result<()> {
        self.print();
        self.failure.map_or(Ok(()), Err)
    }
}

/// The numbers of a contact that wait for a look, with the reason.
fn reasons_of(profile: &Profile, home: Option<Region>) -> impl Iterator<Item = (&Phone, String)> {
    let Profile { full, others, .. } = profile;
    let phones = &full.phones;
    phones.iter().filter_map(move |phone| {
        let why = reason(phone, phones, others, home)?;
        Some((phone, why.words()))
    })
}
