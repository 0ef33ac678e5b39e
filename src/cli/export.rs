//! `callbook export`: all contacts, or those that a filter finds, in a form that other programs read.

use anyhow::Result;
use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use serde_json::{Map, Value, json};
use std::io::{self, BufWriter, IsTerminal as _, Write as _};

use crate::domain::files::There;
use crate::domain::listing::{Found, Selection};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::safe::safe;
use crate::domain::words::count;
use crate::exchange::csv::{self, Guard};
use crate::exchange::vcard::Version;
use crate::export::{self, ExportForm, IsThere, Written};
use crate::store::Store;

use super::document::{CommandAnswer, answer};
use super::files::GivenPath;
use super::signals::Output;

#[derive(Debug, Args)]
pub(super) struct ExportCommand {
    /// Export only the contacts that match this filter (`callbook help filters`) [default: all].
    text: Vec<String>,
    /// Export only the contacts with these ids.
    #[arg(long, value_name = "ID", conflicts_with = "text")]
    id: Vec<String>,
    /// Write to this file; its ending sets the form [default: standard output].
    #[arg(short, long, value_name = "FILE")]
    output: Option<GivenPath>,
    /// Write a vCard file for each contact into this folder.
    #[arg(long, value_name = "FOLDER", conflicts_with = "output")]
    split: Option<GivenPath>,
    /// The form, if the file ending does not set it.
    #[arg(long = "as", value_name = "FORM")]
    form: Option<Name>,
    /// Write all vCards in this version [default: as imported; 3.0 for new ones].
    #[arg(long, value_name = "VERSION")]
    card_version: Option<CardVersion>,
    /// Escape cells that a spreadsheet would run as formulas.
    #[arg(long)]
    spreadsheet_safe: bool,
    /// Replace an existing file.
    #[arg(long)]
    force: bool,
    /// Write JSON about what was written, with --output or --split.
    #[arg(long)]
    json: bool,
}

/// The forms by their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Name {
    /// vCards, as imported except for what was edited.
    Vcard,
    /// A table that callbook reads back, without photos, keys and sounds.
    Csv,
    /// A table for Google Contacts.
    Google,
    /// A table for Outlook.
    Outlook,
    /// Everything in the book, one contact per line.
    Json,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum CardVersion {
    #[value(name = "3.0")]
    V30,
    #[value(name = "4.0")]
    V40,
}

impl ExportCommand {
    /// Runs the command on the database that `open` gives.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let json = self.json;
        let written = self.written(open).map_err(|error| {
            if error.is::<IsThere>() {
                anyhow::anyhow!("{error}; use --force to replace it")
            } else {
                error
            }
        });
        match written.transpose() {
            None => Ok(0),
            Some(written) => answer(written, json),
        }
    }

    /// Writes what is to be exported; gives what is to be said of it, where it did not go to standard output.
    fn written(
        self,
        open: impl FnOnce() -> Result<Store, Refusal>,
    ) -> Result<Option<CommandAnswer>> {
        let (name, form) = self.form()?;
        let to_output = self.output.as_ref().is_none_or(GivenPath::is_standard);
        if self.json && self.split.is_none() && to_output {
            return Err(invalid(
                "--json says what was written to a file; use it with --output or --split",
            ));
        }
        let there = if self.force {
            There::Replaced
        } else {
            There::Stays
        };
        let store = open()?;
        let selection = if self.id.is_empty() {
            Selection::Shown(super::change::filtered(&store, self.text.join(" "))?)
        } else {
            let ids: Result<_, Refusal> = self.id.iter().map(|id| id.parse()).collect();
            Selection::Marked(ids?)
        };
        refuse_nothing(&store, &selection)?;
        let (written, place) = match (&self.split, &self.output) {
            (Some(folder), _) => {
                let ExportForm::Cards(version) = form else {
                    return Err(invalid("--split writes vCards; leave --as out"));
                };
                let written = export::files(&store, &selection, version, folder, there)?;
                (Written::from(written), folder)
            }
            (None, Some(file)) if !file.is_standard() => {
                (export::file(&store, &selection, form, file, there)?, file)
            }
            _ => {
                let written = print(&store, &selection, form)?;
                if let Some(lacking) = written.lacking_words(form) {
                    super::output::complain(&lacking);
                }
                return Ok(None);
            }
        };
        let contacts = count(written.contacts, "contact");
        let mut told = safe_line(&format!("{contacts} to {}", place.display()));
        let name = name.to_possible_value();
        let mut data = Map::new();
        data.insert("contacts".to_owned(), json!(written.contacts));
        data.insert(
            "form".to_owned(),
            json!(name.as_ref().map(PossibleValue::get_name)),
        );
        data.insert("to".to_owned(), json!(place.display().to_string()));
        if let Some(lacking) = written.lacking_words(form) {
            told.push_str(&safe_line(&lacking));
            for (member, kinds) in [
                ("without_column", &written.lacking),
                ("not_in_table", &written.left_out),
            ] {
                let kinds: Map<String, Value> = { kinds.iter() }
                    .map(|(what, number)| ((*what).to_owned(), json!(number)))
                    .collect();
                if !kinds.is_empty() {
                    data.insert(member.to_owned(), Value::Object(kinds));
                }
            }
        }
        Ok(Some(CommandAnswer::new(json!({ "data": data }), told)))
    }

    fn form(&self) -> Result<(Name, ExportForm)> {
        let ending = self.output.as_ref().and_then(|path| path.extension());
        let ending = ending.map(|ending| ending.to_string_lossy().to_lowercase());
        let by_ending = match ending.as_deref() {
            None | Some("vcf" | "vcard") => Some(Name::Vcard),
            Some("csv") => Some(Name::Csv),
            Some("json" | "jsonl") => Some(Name::Json),
            Some(_) => None,
        };
        let Some(name) = self.form.or(by_ending) else {
            let ending = ending.unwrap_or_default();
            return Err(invalid(&format!(
                "unknown file ending .{ending}; use .vcf, .csv or .json, or name the form with --as"
            )));
        };
        let guard = if self.spreadsheet_safe {
            Guard::Safe
        } else {
            Guard::Exact
        };
        let version = self.card_version.map(|version| match version {
            CardVersion::V30 => Version::V30,
            CardVersion::V40 => Version::V40,
        });
        if version.is_some() && name != Name::Vcard {
            return Err(invalid(
                "--card-version is for vCards; leave it out, or use --as vcard",
            ));
        }
        if guard == Guard::Safe && matches!(name, Name::Vcard | Name::Json) {
            return Err(invalid(
                "--spreadsheet-safe is for tables; use it with --as csv, google or outlook",
            ));
        }
        let form = match name {
            Name::Vcard => ExportForm::Cards(version),
            Name::Csv => ExportForm::Table(csv::TableForm::Plain, guard),
            Name::Google => ExportForm::Table(csv::TableForm::Google, guard),
            Name::Outlook => ExportForm::Table(csv::TableForm::Outlook, guard),
            Name::Json => ExportForm::Book,
        };
        Ok((name, form))
    }
}

fn invalid(why: &str) -> anyhow::Error {
    Refusal::new(Kind::Invalid, why).into()
}

/// What is exported; nothing is no export.
fn refuse_nothing(store: &Store, selection: &Selection) -> Result<(), Refusal> {
    let Selection::Shown(query) = selection else {
        return Ok(());
    };
    let (found, how) = store.find(query, 1)?;
    if !found.is_empty() && how != Found::Alike {
        return Ok(());
    }
    let detail = if query.is_everybody() {
        "the book has no contacts; nothing was exported".to_owned()
    } else {
        format!("no contact matches {}; nothing was exported", query.text)
    };
    Err(Refusal::new(Kind::NotFound, detail))
}

fn safe_line(text: &str) -> String {
    let line = safe(text.trim_end_matches('\n'));
    format!("{line}\n")
}

/// Writes to standard output: to a program exactly, to a terminal so that nothing in a name can take
/// it over.
fn print(store: &Store, selection: &Selection, form: ExportForm) -> Result<Written> {
    let stdout = io::stdout();
    let done = if stdout.is_terminal() {
        let mut bytes = Vec::new();
        let written = export::stream(store, selection, form, &mut bytes)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let lines: String = text.lines().map(safe_line).collect();
        return super::output::print(&lines).map(|()| written);
    } else {
        let mut out = BufWriter::new(Output::new(store.stop()));
        export::stream(store, selection, form, &mut out).and_then(|written| {
            out.flush()?;
            Ok(written)
        })
    };
    match done {
        Err(error) if export::is_closed(&error) => Ok(Written::default()),
        Err(error) if error.is::<io::Error>() => {
            Err(error.context("cannot write to the standard output"))
        }
        done => done,
    }
}
