//! `callbook import FILE`: everything that somebody's phone or address book gives, in one step.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::domain::import::{ImportReport, Progress, count, thousands};
use crate::domain::refusal::Refusal;
use crate::domain::safe::safe;
use crate::import::{self, File};
use crate::state;
use crate::store::Store;

#[derive(Debug, Args)]
pub(super) struct ImportCommand {
    /// The file, or - for standard input.
    file: PathBuf,
    /// Print what it would do to each contact, and write nothing.
    #[arg(long)]
    dry_run: bool,
    /// Say what a column of a table holds: name, phone:LABEL, email, note and so on.
    #[arg(long, value_name = "COLUMN=FIELD")]
    map: Vec<String>,
}

impl ImportCommand {
    /// Runs the command on the database that `open` gives.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let (stream, name, length) = stream(&self.file)?;
        let bar = bar(length);
        let file = File::open(stream, &name, &self.map)?;
        let file = file.watched(length, Box::new(|progress| told_so_far(&bar, progress)));
        let mut store = open()?;
        if self.dry_run {
            let plan = import::plan(&mut store, file);
            bar.finish_and_clear();
            return super::print(&plan?.told()).map(|()| 0);
        }
        let done = import::all(&mut store, file);
        bar.finish_and_clear();
        let report = done?.value;
        let mut text = told(&report, &name);
        if !report.rejects.is_empty() {
            let kept = import::keep_rejects(&state::rejects()?, &name, &report.rejects)
                .context("cannot keep what could not be read")?;
            let _ = writeln!(text, "what could not be read is in {}", kept.display());
        }
        super::print(&text)?;
        Ok(u8::from(!report.rejects.is_empty()))
    }
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

fn told_so_far(bar: &ProgressBar, progress: Progress) -> ControlFlow<()> {
    bar.set_position(progress.bytes);
    bar.set_message(format!(
        "{} · {} a second",
        count(progress.contacts, "contact"),
        thousands(progress.rate())
    ));
    ControlFlow::Continue(())
}

/// A file or standard input, with its name and its length.
fn stream(file: &Path) -> Result<(Box<dyn BufRead>, String, Option<u64>)> {
    if file == Path::new("-") {
        let name = "standard input".to_owned();
        return Ok((Box::new(io::stdin().lock()), name, None));
    }
    let opened = fs::File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    let known = opened.metadata().ok();
    if known.as_ref().is_some_and(fs::Metadata::is_dir) {
        bail!("{} is a folder; name a file in it", file.display());
    }
    let name = file.file_name().map_or_else(
        || file.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    );
    let length = known.filter(fs::Metadata::is_file).map(|known| known.len());
    Ok((Box::new(BufReader::new(opened)), name, length))
}

/// What an import did, for people: the cards that could not be read by line.
fn told(report: &ImportReport, name: &str) -> String {
    let mut text = format!("{}\n", report.summary());
    for reject in &report.rejects {
        let who = reject
            .name
            .as_ref()
            .map_or_else(String::new, |name| format!(" ({})", safe(name)));
        let (place, reason) = (reject.place, safe(&reject.reason));
        let _ = writeln!(
            text,
            "  {}:{}: card {}{who} {reason}",
            safe(name),
            place.line,
            place.card,
        );
    }
    text
}
