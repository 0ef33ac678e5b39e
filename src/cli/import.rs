//! `callbook import FILE…`: the files of a phone or an address book, in one step.

mod json;

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use super::document::{CommandAnswer, answer};
use super::files::GivenPath;
use crate::domain::import::{Choices, ImportPlan, ImportReport, Kept};
use crate::domain::number::Region;
use crate::domain::progress::Progress;
use crate::domain::refusal::Refusal;
use crate::domain::safe::safe;
use crate::domain::words::{count, thousands};
use crate::exchange::charset::Charset;
use crate::import::{self, Batch};
use crate::state;
use crate::store::Store;

#[derive(Debug, Args)]
pub(super) struct ImportCommand {
    /// Files, folders of .vcf files, or - for standard input.
    #[arg(required = true, value_name = "FILE")]
    files: Vec<GivenPath>,
    /// Print what it would do to each contact, and write nothing.
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Set what a column of a table holds: name, phone:LABEL, email, note, …
    #[arg(long, value_name = "COLUMN=FIELD")]
    map: Vec<String>,
    /// Read national numbers as numbers of this country: IT, DE and so on; without it, of home.
    #[arg(long, value_name = "COUNTRY", value_parser = country)]
    country: Option<Region>,
    /// Read text that names no charset and is not UTF-8 in this one; without it, it is guessed.
    #[arg(long, value_name = "NAME", value_parser = charset)]
    charset: Option<Charset>,
    /// Print the report, or the preview of a dry run, as JSON.
    #[arg(long)]
    json: bool,
}

/// A charset by its name.
fn charset(name: &str) -> Result<Charset, String> {
    Charset::named(name).ok_or_else(|| {
        "expected the name of a charset, such as windows-1251, shift_jis or gbk".to_owned()
    })
}

/// A country by its code.
fn country(code: &str) -> Result<Region, String> {
    Region::new(code).ok_or_else(|| "expected a country code such as IT, DE or US".to_owned())
}

impl ImportCommand {
    /// Runs the command on the database that `open` gives.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let files: Vec<PathBuf> = self.files.iter().cloned().map(PathBuf::from).collect();
        let batch = match Batch::of(&files) {
            Ok(batch) => batch,
            Err(refusal) => return answer(Err(refusal.into()), self.json),
        };
        let bar = bar(batch.length());
        let taken = self.take(batch, &bar, open);
        bar.finish_and_clear();
        let report = match taken {
            Ok(ImportOutcome::Plan(plan)) => {
                let told = CommandAnswer::new(json::plan(&plan), plan.told());
                return answer(Ok(told), self.json);
            }
            Ok(ImportOutcome::In(report)) => report,
            Err(refusal) => return answer(Err(refusal.into()), self.json),
        };
        // The report comes first: the import is done, whether or not the rejects can be kept.
        let done = CommandAnswer::new(json::report(&report), told(&report));
        answer(Ok(done), self.json)?;
        match &report.kept {
            Kept::Nothing => {}
            Kept::In(_) if self.json => {}
            Kept::In(path) => {
                super::output::print(&format!("the unread cards are in {}\n", path.display()))?;
            }
            Kept::Failed(failure) => bail!(failure.clone()),
        }
        Ok(u8::from(report.unreadable() > 0))
    }

    /// Takes the files in, or plans to.
    fn take(
        &self,
        batch: Batch<'_>,
        bar: &ProgressBar,
        open: impl FnOnce() -> Result<Store, Refusal>,
    ) -> Result<ImportOutcome, Refusal> {
        let batch = batch
            .mapped(&self.map)
            .of_country(self.country)
            .in_charset(self.charset)
            .keeping(state::rejects());
        let mut store = open()?;
        let bar = bar.clone();
        store.set_watch(Some(Box::new(move |progress| told_so_far(&bar, progress))));
        if self.dry_run {
            let rehearsal = import::rehearse(&mut store, batch, &Choices::new())?;
            return Ok(ImportOutcome::Plan(rehearsal.plan));
        }
        import::all(&mut store, batch).map(|done| ImportOutcome::In(done.value))
    }
}

/// What became of the files.
enum ImportOutcome {
    Plan(ImportPlan),
    In(ImportReport),
}

/// A bar on standard error, where that is a terminal; with what is known of the length.
fn bar(length: Option<u64>) -> ProgressBar {
    let bar = match length {
        Some(length) => ProgressBar::new(length),
        None => ProgressBar::no_length(),
    };
    let layout = if length.is_some() {
        "  {bar:30} {percent:>3} %  {msg}  ^C stops"
    } else {
        "  {spinner} {bytes}  {msg}  ^C stops"
    };
    let style = ProgressStyle::with_template(layout);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

fn told_so_far(bar: &ProgressBar, progress: Progress) {
    bar.set_position(progress.done);
    bar.set_message(format!(
        "{} · {} a second",
        count(progress.contacts, "contact"),
        thousands(progress.rate())
    ));
}

/// What an import did, for people: the cards that could not be read by line.
fn told(report: &ImportReport) -> String {
    let mut text = format!("{}\n", report.summary());
    for notice in &report.notices {
        let sign = if notice.is_loud() { "!" } else { " " };
        let _ = writeln!(text, "{sign} {}", safe(&notice.words()));
    }
    for reject in &report.rejects {
        let who = reject
            .name
            .as_ref()
            .map_or_else(String::new, |name| format!(" ({})", safe(name)));
        let (line, reason) = (reject.place.line, safe(&reject.reason));
        let (file, card) = report.files.of(reject.place.card);
        let _ = writeln!(text, "  {}:{line}: card {card}{who} {reason}", safe(file));
    }
    if report.rejects_untold > 0 {
        let _ = writeln!(
            text,
            "  and {} after them",
            count(report.rejects_untold, "card")
        );
    }
    text
}
