//! `callbook find TEXT`: everybody whom a text finds, the best first, for people, scripts and mail
//! programs.

use std::fmt::Write as _;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::domain::contact::Contact;
use crate::domain::edit::Whole;
use crate::domain::listing::{Found, ListQuery, Selection};
use crate::domain::number;
use crate::domain::phone::Phone;
use crate::domain::query::SearchTerms;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::safe::safe;
use crate::exchange::jsonapi::{contact_resource, phone_resource};
use crate::store::Store;

use super::document::{Answer, answer};
use super::exit::NOTHING_FOUND;
use super::format::{LineFormat, emails};

#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("form").args(["json", "mutt_query", "aerc", "format"]))]
pub(super) struct FindCommand {
    /// Any part of a name, firm, nickname, tag, email or note, digits of a number, initials; and
    /// conditions: tel:201, label:work, is:historic, source:google, tag:garage, country:it.
    #[arg(required = true)]
    text: Vec<String>,
    /// Where nobody has it, whoever has something like it.
    #[arg(long)]
    alike: bool,
    /// At most so many contacts.
    #[arg(long, value_name = "COUNT")]
    limit: Option<usize>,
    /// Write JSON:API.
    #[arg(long)]
    json: bool,
    /// Write email, name and firm as mutt's `query_command` reads them.
    #[arg(long)]
    mutt_query: bool,
    /// Write email and name as aerc's address-book-cmd reads them.
    #[arg(long)]
    aerc: bool,
    /// The layout of a line: {name}, {number}, {e164}, {label}, {flags}, {email}, {organisation}, {id}.
    #[arg(long, value_name = "LAYOUT")]
    format: Option<String>,
}

impl FindCommand {
    /// Runs the command on the database that `open` gives.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let mut layout = LineFormat::asked(self.format.as_deref())?;
        let query = ListQuery {
            text: self.text.join(" "),
            ..ListQuery::default()
        };
        if let Some(trouble) = query.query().trouble {
            let refusal = Refusal::new(Kind::Invalid, trouble);
            return answer(Err(refusal.into()), self.json);
        }
        let found = match open().and_then(|store| {
            layout.home = store.home();
            self.found(&store, &query)
        }) {
            Ok(found) => found,
            Err(refusal) => return answer(Err(refusal.into()), self.json),
        };
        let mail = self.mutt_query || self.aerc;
        let nobody = if mail {
            found
                .iter()
                .all(|whole| emails(&whole.contact).next().is_none())
        } else {
            found.is_empty()
        };
        let told = if self.json {
            Answer::new(document(&found), String::new())
        } else if mail {
            Answer::new(Value::Null, self.mail(&found))
        } else {
            Answer::new(Value::Null, lines(&found, &layout, &query.needles()))
        };
        answer(Ok(told), self.json).map(|_| if nobody { NOTHING_FOUND } else { 0 })
    }

    fn found(&self, store: &Store, query: &ListQuery) -> Result<Vec<Whole>, Refusal> {
        store.set_used(crate::state::recall(store.path()).usage.most());
        let limit = self.limit.unwrap_or(usize::MAX);
        let (ids, how) = store.find(query, limit)?;
        let mut found = Vec::with_capacity(ids.len());
        store.each(&Selection::Marked(ids), &mut |mut whole| {
            whole.card = None;
            found.push(whole);
            Ok(())
        })?;
        if how == Found::Alike && !self.alike {
            // Whoever calls or writes to what a script finds wants nobody else.
            let names = found.iter().take(3).map(|whole| safe(&whole.contact.name));
            let names: Vec<_> = names.collect();
            super::output::complain(&format!(
                "nobody has {}; alike: {} (--alike finds them)",
                query.text,
                names.join(", ")
            ));
            found.clear();
        }
        Ok(found)
    }

    /// A line for each email, as mail programs read them.
    fn mail(&self, found: &[Whole]) -> String {
        let mut text = String::new();
        if self.mutt_query {
            // mutt shows the first line, and does not read it.
            let _ = writeln!(text, "callbook: {} found", found.len());
        }
        for Whole { contact, .. } in found {
            for email in emails(contact) {
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

/// A line for each number; of a number that was asked for, only that one.
fn lines(found: &[Whole], layout: &LineFormat, needles: &SearchTerms) -> String {
    let mut text = String::new();
    let mut line = |contact: &Contact, phone: Option<&Phone>| {
        text.push_str(&layout.safe_line(contact, phone));
    };
    let asked = |phone: &&Phone| {
        let digits = number::digits_to_find(&phone.number);
        let mut needles = needles.digits.iter();
        needles.any(|needle| digits.contains(needle.as_str()))
    };
    for Whole {
        contact, phones, ..
    } in found
    {
        let matching: Vec<&Phone> = phones.iter().filter(asked).collect();
        let shown: Vec<&Phone> = if matching.is_empty() {
            phones.iter().collect()
        } else {
            matching
        };
        if shown.is_empty() {
            line(contact, None);
        }
        for phone in shown {
            line(contact, Some(phone));
        }
    }
    text
}

fn document(found: &[Whole]) -> Value {
    let contacts: Vec<Value> = { found.iter() }
        .map(|whole| contact_resource(&whole.contact))
        .collect();
    let phones = found.iter().flat_map(|whole| &whole.phones);
    let phones: Vec<Value> = phones.map(phone_resource).collect();
    json!({ "data": contacts, "included": phones })
}
