//! `callbook find TEXT`: the contacts that match a text, best match first, for people, scripts and mail
//! programs.

use std::fmt::Write as _;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::domain::contact::Contact;
use crate::domain::full_contact::FullContact;
use crate::domain::listing::{Found, ListQuery, Selection};
use crate::domain::number;
use crate::domain::phone::Phone;
use crate::domain::query::SearchTerms;
use crate::domain::refusal::Refusal;
use crate::domain::safe::safe;
use crate::exchange::jsonapi::{contact_resource, phone_resource};
use crate::store::Store;

use super::change::filtered;
use super::document::{CommandAnswer, answer};
use super::exit::NOTHING_FOUND;
use super::format::{LineFlags, say_no_match};
use super::one::best_named;
use super::output;

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("form").args(["json", "mutt_query", "aerc", "format"]))]
pub(super) struct FindCommand {
    /// Part of a name, company, nickname, tag, email or note, digits of a number, initials; and
    /// conditions, such as tag:garage, -is:historic, country:it (`callbook help filters`).
    #[arg(required = true)]
    text: Vec<String>,
    /// If nothing matches, find what is similar.
    #[arg(long)]
    alike: bool,
    /// Print at most this many contacts.
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
    /// Write JSON:API.
    #[arg(long)]
    json: bool,
    /// Write emails, names and companies for mutt's `query_command`.
    #[arg(long)]
    mutt_query: bool,
    /// Write emails and names for aerc's `address-book-cmd`.
    #[arg(long)]
    aerc: bool,
    #[command(flatten)]
    lines: LineFlags,
}

impl FindCommand {
    /// Runs the command on the database that `open` gives.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let mut layout = self.lines.layout()?;
        let answered = open().and_then(|store| {
            layout.home = store.home();
            let query = filtered(&store, self.text.join(" "))?;
            let found = self.found(&store, &query)?;
            Ok((query, found))
        });
        let (query, found) = match answered {
            Ok(answered) => answered,
            Err(refusal) => return answer(Err(refusal.into()), self.json),
        };
        let mail = self.mutt_query || self.aerc;
        let has_line = |found: &FullContact| !mail || found.contact.emails().next().is_some();
        let is_found = found.iter().any(has_line);
        if self.json {
            answer(
                Ok(CommandAnswer::new(document(&found), String::new())),
                true,
            )?;
        } else if mail {
            // Somebody else may have the words in a note or as a relation, and is not who is written to.
            let found = best_named(&query.text, &query.needles(), found);
            output::print(&self.mail(&found))?;
        } else {
            let mut lines = numbers(&found, &query.needles());
            if !layout.names_number() {
                lines.dedup_by_key(|(contact, _)| contact.id);
            }
            layout.print(lines)?;
        }
        Ok(if is_found { 0 } else { NOTHING_FOUND })
    }

    /// What matches; if nothing does, this says so, with what is similar.
    fn found(&self, store: &Store, query: &ListQuery) -> Result<Vec<FullContact>, Refusal> {
        store.set_used(crate::state::recall(store.path()).usage.most());
        let limit = self.limit.unwrap_or(usize::MAX);
        let (ids, how) = store.find(query, limit)?;
        let mut found = Vec::with_capacity(ids.len());
        store.each(&Selection::Marked(ids), &mut |whole| {
            found.push(whole.full);
            Ok(())
        })?;
        if how == Found::Alike && !self.alike {
            // A script may call or write to what it finds, and similar contacts are the wrong ones.
            let names = found.iter().take(3).map(|one| safe(&one.contact.name));
            let names: Vec<_> = names.collect();
            output::complain(&format!(
                "no match for {}; similar: {} (--alike finds them)",
                query.text,
                names.join(", ")
            ));
            found.clear();
        } else if found.is_empty() {
            say_no_match(&query.text, self.json);
        }
        Ok(found)
    }

    /// A line for each email, as mail programs read them.
    fn mail(&self, found: &[FullContact]) -> String {
        let mut text = String::new();
        if self.mutt_query {
            // mutt shows the first line, and does not read it.
            let emails = found
                .iter()
                .flat_map(|found| found.contact.emails())
                .count();
            let told = match (emails, found) {
                (0, [one]) => format!("{} has no email", safe(&one.contact.name)),
                (0, [_, ..]) => format!("{} found, none with an email", found.len()),
                _ => format!("{emails} found"),
            };
            let _ = writeln!(text, "callbook: {told}");
        }
        for FullContact { contact, .. } in found {
            for email in contact.emails() {
                let _ = write!(text, "{}\t{}", safe(email), safe(&contact.name));
                if self.mutt_query {
                    let firm = contact.organisation.as_deref().unwrap_or_default();
                    let _ = write!(text, "\t{}", safe(firm));
                }
                text.push('\n');
            }
        }
        text
    }
}

/// Each number with its contact; where digits were asked for, only the numbers that have them.
fn numbers<'a>(
    found: &'a [FullContact],
    needles: &SearchTerms,
) -> Vec<(&'a Contact, Option<&'a Phone>)> {
    let asked = |phone: &&Phone| {
        let digits = number::digits_to_find(&phone.number);
        let mut needles = needles.number().iter();
        needles.any(|needle| digits.contains(needle.as_str()))
    };
    let mut numbers = Vec::new();
    for FullContact { contact, phones } in found {
        let mut shown: Vec<&Phone> = phones.iter().filter(asked).collect();
        if shown.is_empty() {
            shown = phones.iter().collect();
        }
        if shown.is_empty() {
            numbers.push((contact, None));
        }
        numbers.extend(shown.into_iter().map(|phone| (contact, Some(phone))));
    }
    numbers
}

fn document(found: &[FullContact]) -> Value {
    let contacts: Vec<Value> = { found.iter() }
        .map(|one| contact_resource(&one.contact))
        .collect();
    let phones = found.iter().flat_map(|one| &one.phones);
    let phones: Vec<Value> = phones.map(phone_resource).collect();
    json!({ "data": contacts, "included": phones })
}
