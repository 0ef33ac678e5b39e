//! `callbook import FILE`: everything that somebody's phone or address book gives, in one step.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;

use crate::domain::import::{Fate, FateKind, ImportPlan, ImportReport, count, thousands};
use crate::domain::refusal::Refusal;
use crate::domain::safe::safe;
use crate::import::{self, File};
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
        let (stream, name) = stream(&self.file)?;
        let file = File::open(stream, &name, &self.map)?;
        let mut store = open()?;
        if self.dry_run {
            let plan = import::plan(&mut store, file)?;
            return super::print(&planned(&plan)).map(|()| 0);
        }
        let done = import::all(&mut store, file)?;
        super::print(&told(&done.value, &name))?;
        Ok(u8::from(!done.value.rejects.is_empty()))
    }
}

/// A file or standard input, and its name.
fn stream(file: &Path) -> Result<(Box<dyn BufRead>, String)> {
    if file == Path::new("-") {
        return Ok((Box::new(io::stdin().lock()), "standard input".to_owned()));
    }
    let opened = fs::File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
    if opened.metadata().is_ok_and(|opened| opened.is_dir()) {
        bail!("{} is a folder; name a file in it", file.display());
    }
    let name = file.file_name().map_or_else(
        || file.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    );
    Ok((Box::new(BufReader::new(opened)), name))
}

/// What an import would do, for people: a line for each card, and the counts.
fn planned(plan: &ImportPlan) -> String {
    let mut text = String::new();
    for row in &plan.rows {
        let kind = row.fate.kind();
        let why = match &row.fate {
            Fate::New => String::new(),
            Fate::Change(found) | Fate::Same(found) => {
                format!("{}: {}", found.by.words(), safe(&found.name))
            }
            Fate::Unreadable(reason) => safe(reason).into_owned(),
        };
        let _ = writeln!(
            text,
            "{} {:<6} {}\t{}\t{why}",
            kind.sign(),
            row.place.card,
            safe(&row.name),
            count(row.numbers.len(), "number"),
        );
    }
    let counts: Vec<String> = FateKind::ALL
        .into_iter()
        .map(|kind| format!("{} {}", thousands(plan.of(kind)), kind.word()))
        .collect();
    let _ = writeln!(text, "{}; nothing was written", counts.join(", "));
    text
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
