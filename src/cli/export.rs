//! `callbook export`: everybody, or those whom a text finds, in a form that others read.

use std::io::{self, BufWriter, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::domain::files::There;
use crate::domain::listing::{Found, ListQuery, Selection};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::safe::safe;
use crate::domain::words::count;
use crate::exchange::csv::{self, Guard};
use crate::exchange::vcard::Version;
use crate::export::{self, ExportForm, IsThere};
use crate::store::Store;

use super::signals::Output;

#[derive(Debug, Args)]
pub(super) struct ExportCommand {
    /// Export only the contacts that match this filter [default: all].
    text: Vec<String>,
    /// Only these contacts, by their ids.
    #[arg(long, value_name = "ID", conflicts_with = "text")]
    id: Vec<String>,
    /// Write to this file; what it ends in says the form. Else to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write a vCard file for each contact into this folder.
    #[arg(long, value_name = "FOLDER", conflicts_with = "output")]
    split: Option<PathBuf>,
    /// The form, where the file does not say it.
    #[arg(long = "as", value_name = "FORM")]
    form: Option<Name>,
    /// Write all vCards in this version; else each in the one that it came in, and new ones in 3.0.
    #[arg(long, value_name = "VERSION")]
    card_version: Option<CardVersion>,
    /// Guard the cells of a table that a spreadsheet would take for formulas.
    #[arg(long)]
    spreadsheet_safe: bool,
    /// Replace a file that is there.
    #[arg(long)]
    force: bool,
}

/// The forms by their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Name {
    /// vCards, exactly as they came but for what was edited.
    Vcard,
    /// A table that callbook reads again with nothing lost.
    Csv,
    /// A table for Google's contacts.
    Google,
    /// The book with nothing left out, one contact a line.
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
        self.written(open).map_err(|error| {
            if error.is::<IsThere>() {
                anyhow::anyhow!("{error}; use --force to replace it")
            } else {
                error
            }
        })
    }

    fn written(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let form = self.form()?;
        let there = if self.force {
            There::Replaced
        } else {
            There::Stays
        };
        let store = open()?;
        let selection = if self.id.is_empty() {
            Selection::Shown(ListQuery {
                text: self.text.join(" "),
                ..ListQuery::default()
            })
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
                (written, folder)
            }
            (None, Some(file)) if file != Path::new("-") => {
                (export::file(&store, &selection, form, file, there)?, file)
            }
            _ => return print(&store, &selection, form).map(|()| 0),
        };
        let told = format!("{} to {}\n", count(written, "contact"), place.display());
        super::output::print(&safe_line(&told))?;
        Ok(0)
    }

    fn form(&self) -> Result<ExportForm> {
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
        if guard == Guard::Safe && !matches!(name, Name::Csv | Name::Google) {
            return Err(invalid(
                "--spreadsheet-safe is for tables; use it with --as csv or --as google",
            ));
        }
        Ok(match name {
            Name::Vcard => ExportForm::Cards(version),
            Name::Csv => ExportForm::Table(csv::TableForm::Plain, guard),
            Name::Google => ExportForm::Table(csv::TableForm::Google, guard),
            Name::Json => ExportForm::Book,
        })
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
    if let Some(trouble) = query.query().trouble {
        return Err(Refusal::new(Kind::Invalid, trouble));
    }
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
fn print(store: &Store, selection: &Selection, form: ExportForm) -> Result<()> {
    let stdout = io::stdout();
    let done = if stdout.is_terminal() {
        let mut bytes = Vec::new();
        export::stream(store, selection, form, &mut bytes)?;
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let lines: String = text.lines().map(safe_line).collect();
        return super::output::print(&lines);
    } else {
        let mut out = BufWriter::new(Output::new(store.stop()));
        export::stream(store, selection, form, &mut out).and_then(|_| Ok(out.flush()?))
    };
    match done {
        Err(error) if export::is_closed(&error) => Ok(()),
        Err(error) if error.is::<io::Error>() => {
            Err(error.context("cannot write to the standard output"))
        }
        done => done,
    }
}
