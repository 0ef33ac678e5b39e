//! `callbook contact`: list, create, get, update and delete contacts as records.

use std::borrow::Cow;
use std::fmt::Write as _;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::Value;

use crate::domain::contact::{Contact, ContactAttributes, ContactId, ContactKind};
use crate::domain::detail::{Detail, DetailKind};
use crate::domain::fields::{self, Use, texts};
use crate::domain::full_contact::FullContact;
use crate::domain::number::Region;
use crate::domain::page::{CONTACTS, ListPage};
use crate::domain::refusal::Refusal;
use crate::domain::safe::safe;
use crate::exchange::jsonapi::{self, Document};
use crate::store::Store;

use super::document::{
    CommandAnswer, ListFlags, VersionGuard, answer, foot, sent, stamp, string, when,
};
use super::field_flags::FieldFlags;
use super::files::GivenPath;
use super::output;
use super::phone::flags;
use super::table::{Fit, RowFlags};

#[derive(Debug, Subcommand)]
pub(super) enum ContactCommand {
    /// List contacts, by family name by default.
    ///
    /// Filters: favourite, attention, kind, organisation, source, uid, tag.
    #[command(
        after_help = "Examples:\n  callbook contact list --filter tag=garage\n  callbook contact list --filter attention=true --sort -updated_at --json"
    )]
    List {
        #[command(flatten)]
        list: ListFlags,
        #[command(flatten)]
        ends: RowFlags,
        /// Write JSON:API.
        #[arg(long)]
        json: bool,
    },
    /// Print one contact with its numbers.
    Get {
        /// Its id.
        id: String,
        /// Write JSON:API.
        #[arg(long)]
        json: bool,
    },
    /// Add a contact; its numbers are added with `callbook phone create`.
    #[command(
        after_help = "Examples:\n  callbook contact create --name 'Marco Bianchi' --company 'Officina Bianchi' --tag garage\n  callbook contact create --json - < contact.json"
    )]
    Create {
        #[command(flatten)]
        sent: ContactFlags,
        /// Write JSON:API.
        #[arg(long)]
        json: bool,
    },
    /// Change a contact: only what is sent.
    #[command(
        after_help = "Examples:\n  callbook contact update ID --note 'Call before noon' --overwrite\n  callbook contact get ID --json > contact.json; vi contact.json; callbook contact update ID contact.json"
    )]
    Update {
        /// Its id.
        id: String,
        #[command(flatten)]
        sent: ContactFlags,
        #[command(flatten)]
        guard: VersionGuard,
        /// Write JSON:API.
        #[arg(long)]
        json: bool,
    },
    /// Delete a contact with its numbers; `callbook` and u bring it back.
    Delete {
        /// Its id.
        id: String,
        /// Fail if the contact has changed since this version.
        #[arg(
            long = "if-version",
            alias = "updated-in-db-at",
            value_name = "VERSION"
        )]
        updated_in_db_at: Option<String>,
        /// Write JSON:API.
        #[arg(long)]
        json: bool,
    },
}

/// What is sent of a contact.
#[derive(Debug, Args)]
pub(super) struct ContactFlags {
    /// A JSON:API document or an object of attributes: a file, or - for standard input.
    document: Option<GivenPath>,
    /// The shown name.
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    fields: FieldFlags,
}

impl ContactFlags {
    fn read(&self) -> Result<Document, Refusal> {
        let mut document = sent(
            self.document.as_ref(),
            jsonapi::CONTACTS,
            [("name", string(self.name.as_ref()))],
        )?;
        document.attributes.extend(self.fields.attributes.clone());
        Ok(document)
    }
}

/// Warns where another contact has the same name.
pub(super) fn say_namesake(contact: &Contact, store: &Store) -> Result<(), Refusal> {
    if let Some(other) = store.named(&contact.name, Some(contact.id))?.first() {
        output::complain(&format!("another contact is named {}", other.name));
    }
    Ok(())
}

impl ContactCommand {
    /// Runs the command on the database that `open` gives.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let json = match &self {
            Self::List { json, .. }
            | Self::Get { json, .. }
            | Self::Create { json, .. }
            | Self::Update { json, .. }
            | Self::Delete { json, .. } => *json,
        };
        answer(self.answered(open), json)
    }

    fn answered(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<CommandAnswer> {
        Ok(match self {
            Self::List { list, ends, .. } => {
                let page = open()?.list_contacts(&list.query(&CONTACTS)?)?;
                CommandAnswer::new(jsonapi::page_document(&page), table(&page, &ends))
            }
            Self::Get { id, .. } => {
                let store = open()?;
                let profile = store.profile(id.parse()?)?;
                let answer = contact_answer(&profile.full, store.home());
                CommandAnswer {
                    document: jsonapi::with_remotes(answer.document, &profile.remotes),
                    ..answer
                }
            }
            Self::Create { sent, .. } => {
                let document = sent.read()?;
                let (sent, faults) = ContactAttributes::read_new(document.attributes);
                let faults = [document.faults, faults].concat();
                let mut store = open()?;
                let created = store.create_contact(sent, faults);
                let created = FullContact {
                    contact: created
                        .map_err(|refusal| document.order.sorted(refusal))?
                        .value,
                    phones: Vec::new(),
                };
                say_namesake(&created.contact, &store)?;
                contact_answer(&created, None)
            }
            Self::Update {
                id, sent, guard, ..
            } => {
                let id: ContactId = id.parse()?;
                let mut document = sent.read()?;
                guard.put(&mut document.attributes);
                let (sent, faults) = ContactAttributes::read(document.attributes);
                let faults = [document.faults, faults].concat();
                let mut store = open()?;
                let updated = store.update_contact(id, sent, faults);
                updated.map_err(|refusal| document.order.sorted(refusal))?;
                let profile = store.profile(id)?;
                contact_answer(&profile.full, store.home())
            }
            Self::Delete {
                id,
                updated_in_db_at,
                ..
            } => {
                let stamp = updated_in_db_at.as_deref().map(stamp).transpose()?;
                let done = open()?.delete_contact(id.parse()?, stamp)?;
                let words = done.point.map(|point| point.title).unwrap_or_default();
                CommandAnswer::new(Value::Null, format!("{}\n", safe(&words)))
            }
        })
    }
}

/// What a detail is called before its value; the label of a chat is all of it.
pub(super) fn label_of(detail: &Detail) -> Cow<'_, str> {
    match (detail.kind, detail.label.as_deref()) {
        (DetailKind::Chat, Some(label)) => label.into(),
        _ => detail.title(),
    }
}

fn contact_answer(full: &FullContact, home: Option<Region>) -> CommandAnswer {
    let FullContact { contact, phones } = full;
    let mut words = String::new();
    let mut line = |name: &str, value: &str| {
        if !value.is_empty() {
            let _ = writeln!(words, "{:<8} {}", safe(name), safe(value));
        }
    };
    line("id", &contact.id.to_string());
    line("name", &contact.name);
    if contact.kind != ContactKind::default() {
        line("kind", contact.kind.word());
    }
    let texts = texts(&fields::CONTACT).map(|text| text.field);
    for field in texts.filter(|field| !field.is(Use::Part) && !field.is(Use::Key)) {
        line(field.words, &field.text(contact));
    }
    line("tags", &contact.tags.join(", "));
    for detail in &contact.details {
        line(&label_of(detail), &detail.shown());
    }
    for phone in phones {
        let label = phone.location.as_deref().unwrap_or("number");
        line(label, &format!("{}  {}", phone.shown(), flags(phone, home)));
    }
    line("source", &contact.source);
    line("changed", &when(contact.updated_at));
    line("version", &contact.updated_in_db_at.to_string());
    let included: Vec<Value> = phones.iter().map(jsonapi::phone_resource).collect();
    CommandAnswer::new(
        jsonapi::compound(&jsonapi::contact_resource(contact), &included),
        words,
    )
}

fn table(page: &ListPage<Contact>, ends: &RowFlags) -> String {
    let rows: Vec<_> = page
        .records
        .iter()
        .map(|contact| {
            let organisation = contact.organisation.clone().unwrap_or_default();
            [contact.name.clone(), organisation, contact.id.to_string()]
        })
        .collect();
    let fits = [Fit::Text, Fit::Text, Fit::Id];
    ends.listed(&rows, fits, &foot(page, "contact"))
}
