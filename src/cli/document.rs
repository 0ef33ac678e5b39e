//! What the commands on resources share: a document from a file, standard input or flags, and an
//! answer as JSON:API or for people.

use anyhow::Result;
use chrono::Local;
use clap::Args;
use serde_json::{Map, Value};

use crate::domain::page::{ListPage, PageQuery, Shape};
use crate::domain::refusal::{Fault, Kind, Refusal};
use crate::domain::safe::escaped;
use crate::domain::timestamp::Timestamp;
use crate::domain::words::count;
use crate::exchange::jsonapi::{self, Document};

use super::exit;
use super::files::GivenPath;

/// What a command sends: the document, and over its attributes those of the flags.
pub(super) fn sent(
    document: Option<&GivenPath>,
    kind: &str,
    flags: impl IntoIterator<Item = (&'static str, Option<Value>)>,
) -> Result<Document, Refusal> {
    let mut document = match document {
        Some(path) => jsonapi::read(&text(path)?, kind)?,
        None => Document::default(),
    };
    for (name, value) in flags {
        if let Some(value) = value {
            document.attributes.insert(name.to_owned(), value);
        }
    }
    Ok(document)
}

/// Which records are listed, in which order, and which page of them.
#[derive(Debug, Args)]
pub(super) struct ListFlags {
    /// List only records with this attribute value; can be repeated.
    #[arg(long, value_name = "NAME=VALUE")]
    filter: Vec<String>,
    /// Attributes to sort by, comma-separated; a leading - sorts in descending order.
    #[arg(long, value_name = "NAMES", allow_hyphen_values = true)]
    sort: Option<String>,
    /// The page to print, from 1.
    #[arg(long)]
    page: Option<String>,
    /// Records per page, 1 to 1000 [default: 25].
    #[arg(long)]
    per_page: Option<String>,
}

impl ListFlags {
    pub(super) fn query(&self, shape: &Shape) -> Result<PageQuery, Refusal> {
        let mut pairs = Vec::new();
        for filter in &self.filter {
            pairs.push(filter.split_once('=').ok_or_else(|| {
                let detail = format!("--filter {filter} has no value; write NAME=VALUE");
                Refusal::new(Kind::Invalid, detail)
            })?);
        }
        for (name, value) in [
            ("sort", &self.sort),
            ("page", &self.page),
            ("per_page", &self.per_page),
        ] {
            pairs.extend(value.as_deref().map(|value| (name, value)));
        }
        PageQuery::read(shape, pairs)
    }
}

/// The last line of a list for people: how many there are, and which page this is.
pub(super) fn foot<T>(page: &ListPage<T>, noun: &str) -> String {
    let total = usize::try_from(page.total_count).unwrap_or(usize::MAX);
    let pages = page.total_pages().max(1);
    format!(
        "{}, page {} of {pages}\n",
        count(total, noun),
        page.query.page
    )
}

/// How an update is guarded against a concurrent one.
#[derive(Debug, Args)]
pub(super) struct VersionGuard {
    /// Fail if the record has changed since this version.
    #[arg(
        long = "if-version",
        alias = "updated-in-db-at",
        value_name = "VERSION"
    )]
    updated_in_db_at: Option<String>,
    /// Overwrite the stored record, whatever its version.
    #[arg(long)]
    overwrite: bool,
}

impl VersionGuard {
    /// Puts what was given over what the document says.
    pub(super) fn put(self, attributes: &mut Map<String, Value>) {
        for (name, value) in [
            ("updated_in_db_at", self.updated_in_db_at.map(Value::String)),
            ("overwrite", self.overwrite.then_some(Value::Bool(true))),
        ] {
            if let Some(value) = value {
                attributes.insert(name.to_owned(), value);
            }
        }
    }
}

/// The stamp that a flag names.
pub(super) fn stamp(text: &str) -> Result<Timestamp, Refusal> {
    Timestamp::parse(text).ok_or_else(|| {
        let detail = "has to be an RFC 3339 time, as the record shows it";
        let plain =
            format!("no version is called {text}; callbook phone get and contact get print it");
        Refusal::invalid(vec![Fault::of("updated_in_db_at", detail).plainly(plain)])
    })
}

/// A time as the clock on the wall had it.
pub(super) fn when(at: Timestamp) -> String {
    let local = at.to_utc().with_timezone(&Local);
    local.format("%-d %b %Y %H:%M:%S").to_string()
}

/// The text of a document. That it cannot be read is a fault of what was sent.
fn text(path: &GivenPath) -> Result<String, Refusal> {
    let standard = path.is_standard();
    let read = if standard {
        std::io::read_to_string(std::io::stdin().lock())
    } else {
        std::fs::read_to_string(&**path)
    };
    read.map_err(|error| {
        let name = if standard {
            "standard input".into()
        } else {
            path.display().to_string()
        };
        let why = match error.kind() {
            std::io::ErrorKind::InvalidData => "it is not UTF-8".to_owned(),
            _ => error.to_string(),
        };
        Refusal::new(Kind::Invalid, format!("cannot read {name}: {why}"))
    })
}

/// Prints what a command answers; under `json` a refusal is an answer too, with its exit status.
pub(super) fn answer(result: Result<CommandAnswer>, json: bool) -> Result<u8> {
    let (told, status) = match result {
        Ok(answer) if json => (answer.document, answer.status),
        Ok(answer) => {
            super::output::print(&answer.words)?;
            return Ok(answer.status);
        }
        Err(error) => {
            if let (true, Some(refusal)) = (json, error.downcast_ref::<Refusal>()) {
                tell(&jsonapi::error_document(refusal))?;
                return Ok(exit::status(refusal.kind));
            }
            return Err(error);
        }
    };
    if told != Value::Null {
        tell(&told)?;
    }
    Ok(status)
}

/// Prints JSON, in which no sign acts on a terminal that it may come to by way of a pager.
fn tell(document: &Value) -> Result<()> {
    super::output::exact(&escaped(&format!("{document:#}\n")))
}

/// What a command answers.
pub(super) struct CommandAnswer {
    /// For programs; null where there is nothing to say.
    pub document: Value,
    /// For people.
    pub words: String,
    /// The exit status.
    pub status: u8,
}

impl CommandAnswer {
    pub(super) const fn new(document: Value, words: String) -> Self {
        Self {
            document,
            words,
            status: 0,
        }
    }
}

/// A flag that may stand alone: `--primary`, `--primary=false`.
pub(super) fn boolean(flag: Option<bool>) -> Option<Value> {
    flag.map(Value::Bool)
}

/// A text; an empty one clears the attribute.
pub(super) fn string(flag: Option<&String>) -> Option<Value> {
    flag.map(|text| match text.as_str() {
        "" => Value::Null,
        text => Value::String(text.to_owned()),
    })
}
