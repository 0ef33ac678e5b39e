//! `callbook phone`: the five operations of the Phone resource.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt::Write as _;

use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::{Map, Value};

use crate::domain::contact::ContactId;
use crate::domain::number::Region;
use crate::domain::page::{ListPage, PHONES, PageQuery};
use crate::domain::phone::{Mark, Phone, PhoneAttributes, PhoneId};
use crate::domain::refusal::{Fault, Refusal};
use crate::domain::safe::safe;
use crate::exchange::jsonapi::{self, Document, Order};
use crate::store::Store;

use super::document::{
    CommandAnswer, ListFlags, VersionGuard, answer, boolean, foot, sent, stamp, string, when,
};
use super::files::GivenPath;
use super::output;
use super::table::{Fit, RowFlags};

#[derive(Debug, Subcommand)]
pub(super) enum PhoneCommand {
    /// List phone numbers, of one contact or of all.
    #[command(
        after_help = "Examples:\n  callbook phone list --filter historic=false --sort -created_at\n  callbook phone list --owner ID --json"
    )]
    List {
        /// List only numbers of this contact.
        #[arg(long, value_name = "CONTACT")]
        owner: Option<String>,
        #[command(flatten)]
        list: ListFlags,
        #[command(flatten)]
        ends: RowFlags,
        /// Write JSON:API.
        #[arg(long)]
        json: bool,
    },
    /// Print one phone number.
    Get {
        /// Its id.
        id: String,
        /// Write JSON:API.
        #[arg(long)]
        json: bool,
    },
    /// Add a phone number to a contact.
    #[command(
        visible_alias = "add",
        after_help = "Examples:\n  callbook phone create --owner ID --number '+39 02 5550 1182' --location work\n  callbook phone create --owner ID --json - < phone.json"
    )]
    Create {
        /// The contact.
        #[arg(long, value_name = "CONTACT")]
        owner: String,
        #[command(flatten)]
        sent: PhoneFlags,
        /// Write JSON:API.
        #[arg(long)]
        json: bool,
    },
    /// Change a phone number: only what is sent.
    #[command(
        after_help = "Examples:\n  callbook phone update ID --historic --overwrite\n  callbook phone get ID --json > phone.json; vi phone.json; callbook phone update ID phone.json"
    )]
    Update {
        /// Its id.
        id: String,
        #[command(flatten)]
        sent: PhoneFlags,
        #[command(flatten)]
        guard: VersionGuard,
        /// Write JSON:API.
        #[arg(long)]
        json: bool,
    },
    /// Delete a phone number; `callbook` and u bring it back.
    Delete {
        /// Its id.
        id: String,
        /// Fail if the number has changed since this version.
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

/// What is sent of a phone.
#[derive(Debug, Args)]
pub(super) struct PhoneFlags {
    /// A JSON:API document or an object of attributes: a file, or - for standard input.
    document: Option<GivenPath>,
    /// The number, however it is written.
    #[arg(long, allow_hyphen_values = true)]
    number: Option<String>,
    /// The country calling code of a national number.
    #[arg(long)]
    country_code: Option<String>,
    /// The label: mobile, home, work, or any text.
    #[arg(long)]
    location: Option<String>,
    /// Make it the primary number.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    primary: Option<bool>,
    /// No longer used, kept on record.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    historic: Option<bool>,
    /// Mark the number as confirmed.
    #[arg(long, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    valid_values: Option<bool>,
    /// Where it came from.
    #[arg(long)]
    source: Option<String>,
}

impl PhoneFlags {
    fn read(&self) -> Result<Document, Refusal> {
        sent(
            self.document.as_ref(),
            jsonapi::PHONES,
            [
                ("number", self.number.clone().map(Value::String)),
                ("country_code", string(self.country_code.as_ref())),
                ("location", string(self.location.as_ref())),
                ("primary", boolean(self.primary)),
                ("historic", boolean(self.historic)),
                ("valid_values", boolean(self.valid_values)),
                ("source", string(self.source.as_ref())),
            ],
        )
    }
}

impl PhoneCommand {
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
            Self::List {
                owner,
                list,
                ends,
                json,
            } => {
                let query = PageQuery {
                    owner: owner.map(|id| id.parse()).transpose()?,
                    ..list.query(&PHONES)?
                };
                let store = open()?;
                let page = store.list_phones(&query)?;
                let words = if json {
                    String::new()
                } else {
                    table(&page, &names(&store, &page)?, store.home(), &ends)
                };
                CommandAnswer::new(jsonapi::page_document(&page), words)
            }
            Self::Get { id, .. } => {
                let store = open()?;
                phone_answer(&store.phone(id.parse()?)?, &store)?
            }
            Self::Create { owner, sent, .. } => {
                let owner: ContactId = owner.parse()?;
                let (sent, faults, order) = read_by(PhoneAttributes::read_new, sent.read()?);
                let mut store = open()?;
                let created = store.create_phone(owner, sent, faults);
                let phone = created.map_err(|refusal| order.sorted(refusal))?.value;
                say_holders(&phone, &store)?;
                phone_answer(&phone, &store)?
            }
            Self::Update {
                id, sent, guard, ..
            } => {
                let id: PhoneId = id.parse()?;
                let mut sent = sent.read()?;
                guard.put(&mut sent.attributes);
                let (sent, faults, order) = read_by(PhoneAttributes::read, sent);
                let mut store = open()?;
                let updated = store.update_phone(id, sent, faults);
                let phone = updated.map_err(|refusal| order.sorted(refusal))?.value;
                phone_answer(&phone, &store)?
            }
            Self::Delete {
                id,
                updated_in_db_at,
                ..
            } => {
                let stamp = updated_in_db_at.as_deref().map(stamp).transpose()?;
                let done = open()?.delete_phone(id.parse()?, stamp)?;
                let words = done.point.map(|point| point.title).unwrap_or_default();
                CommandAnswer::new(Value::Null, format!("{}\n", safe(&words)))
            }
        })
    }
}

/// The names of the contacts that these numbers belong to.
fn names(store: &Store, page: &ListPage<Phone>) -> Result<HashMap<ContactId, String>, Refusal> {
    let mut names = HashMap::new();
    for phone in &page.records {
        if let Entry::Vacant(name) = names.entry(phone.contact) {
            name.insert(store.contact(phone.contact)?.name);
        }
    }
    Ok(names)
}

/// What a document says of a phone, with everything that is wrong with its form.
fn read_by(
    read: impl FnOnce(Map<String, Value>) -> (PhoneAttributes, Vec<Fault>),
    document: Document,
) -> (PhoneAttributes, Vec<Fault>, Order) {
    let (sent, faults) = read(document.attributes);
    let sent = PhoneAttributes {
        owner: document.owner,
        ..sent
    };
    (sent, [document.faults, faults].concat(), document.order)
}

/// Says on standard error which other contacts have the number.
pub(super) fn say_holders(phone: &Phone, store: &Store) -> Result<(), Refusal> {
    for holder in store.holders(&phone.number, Some(phone.contact))? {
        let number = phone.shown();
        output::complain(&format!("{number} is also a number of {}", holder.name));
    }
    Ok(())
}

fn phone_answer(phone: &Phone, store: &Store) -> Result<CommandAnswer, Refusal> {
    let owner = store.contact(phone.contact)?.name;
    let mut words = String::new();
    for (name, value) in [
        ("id", phone.id.to_string()),
        ("number", phone.shown()),
        ("typed", phone.typed.clone()),
        ("label", phone.location.clone().unwrap_or_default()),
        ("flags", flags(phone, store.home())),
        ("source", phone.source.clone()),
        ("of", owner),
        ("contact", phone.contact.to_string()),
        ("changed", when(phone.updated_at)),
        ("version", phone.updated_in_db_at.to_string()),
    ] {
        let _ = writeln!(words, "{name:<8} {}", safe(&value));
    }
    let document = jsonapi::document(&jsonapi::phone_resource(phone));
    Ok(CommandAnswer::new(document, words))
}

/// The flags in words: `primary, confirmed`.
pub(super) fn flags(phone: &Phone, home: Option<Region>) -> String {
    let mut flags = Vec::new();
    if phone.primary {
        flags.push("primary");
    }
    if phone.historic {
        flags.push("historic");
    }
    flags.push(match phone.mark(home) {
        Mark::Accurate => "confirmed",
        Mark::Unconfirmed => "unconfirmed",
        Mark::Impossible => "unconfirmed, not a possible number",
    });
    flags.join(", ")
}

fn table(
    page: &ListPage<Phone>,
    names: &HashMap<ContactId, String>,
    home: Option<Region>,
    ends: &RowFlags,
) -> String {
    let rows: Vec<_> = page
        .records
        .iter()
        .map(|phone| {
            [
                names.get(&phone.contact).cloned().unwrap_or_default(),
                phone.shown(),
                phone.location.clone().unwrap_or_default(),
                flags(phone, home),
                phone.source.clone(),
                phone.id.to_string(),
            ]
        })
        .collect();
    let fits = [
        Fit::Text,
        Fit::Whole,
        Fit::Text,
        Fit::Text,
        Fit::Text,
        Fit::Id,
    ];
    ends.listed(&rows, fits, &foot(page, "number"))
}
