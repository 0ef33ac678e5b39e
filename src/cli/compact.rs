//! `callbook compact`: unused cards, old steps and free space of the book.

use std::fmt::Write as _;

use anyhow::Result;
use chrono::{Days, Local, Utc};
use clap::Args;
use serde_json::{Value, json};

use crate::domain::refusal::{Kind, Refusal};
use crate::domain::timestamp::Timestamp;
use crate::domain::words::count;
use crate::store::Store;

use super::change::sure;
use super::document::{CommandAnswer, answer};

#[derive(Debug, Args)]
pub(super) struct CompactCommand {
    /// Prune steps older than `[history] keep`; they can no longer be undone.
    #[arg(long)]
    history: bool,
    /// Only show what would be pruned.
    #[arg(long)]
    dry_run: bool,
    /// Do not ask.
    #[arg(long, requires = "history")]
    yes: bool,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

/// What is pruned of the history.
#[derive(Default)]
struct Pruned {
    /// Whether it was agreed to.
    is_agreed: bool,
    steps: usize,
    /// The time of the newest of them.
    up_to: Option<Timestamp>,
    words: String,
}

impl CompactCommand {
    /// Runs the command on the database that `open` gives; `keep` is for how many days steps are kept.
    pub(super) fn run(
        self,
        keep: Option<u64>,
        open: impl FnOnce() -> Result<Store, Refusal>,
    ) -> Result<u8> {
        answer(self.answered(keep, open), self.json)
    }

    fn answered(
        &self,
        keep: Option<u64>,
        open: impl FnOnce() -> Result<Store, Refusal>,
    ) -> Result<CommandAnswer> {
        let mut store = open()?;
        let pruned = if self.history {
            self.prune(keep, &mut store)?
        } else {
            Pruned::agreed(String::new())
        };
        let mut data = json!({
            "dry_run": self.dry_run,
            "steps": pruned.steps,
            "steps_up_to": pruned.up_to,
        });
        let mut words = pruned.words;
        if pruned.is_agreed && !self.dry_run {
            let before = store.sizes()?.book;
            let cards = store.drop_orphan_cards()?;
            store.compact()?;
            let after = store.sizes()?.book;
            let _ = writeln!(
                words,
                "Deleted {}\nThe book takes {}; before {}",
                count(cards, "unused card"),
                bytes(after),
                bytes(before)
            );
            let sizes = json!({ "cards": cards, "bytes_before": before, "bytes": after });
            if let (Some(data), Value::Object(sizes)) = (data.as_object_mut(), sizes) {
                data.extend(sizes);
            }
        }
        Ok(CommandAnswer::new(json!({ "data": data }), words))
    }

    /// Prunes the history, where it is agreed to.
    fn prune(&self, keep: Option<u64>, store: &mut Store) -> Result<Pruned> {
        let keep = keep.ok_or_else(|| {
            let detail = "how long to keep steps is not set; set keep = \"2 years\" under [history] \
                          in config.toml, at least 90 days";
            Refusal::new(Kind::Invalid, detail)
        })?;
        let before = Utc::now().checked_sub_days(Days::new(keep));
        let before = Timestamp::from_utc(before.unwrap_or_default());
        let old = store.prunable(before)?;
        if old.steps == 0 {
            return Ok(Pruned::agreed("no steps are that old\n".to_owned()));
        }
        let question = format!(
            "{} up to {} could no longer be undone.",
            count(old.steps, "step"),
            old.at.to_utc().with_timezone(&Local).format("%-d %b %Y")
        );
        let pruned = Pruned {
            is_agreed: true,
            steps: old.steps,
            up_to: Some(old.at),
            words: format!("{question}\n"),
        };
        if self.dry_run {
            return Ok(pruned);
        }
        if !sure(&question, self.yes, store.stop())? {
            return Ok(Pruned {
                words: "nothing was deleted\n".to_owned(),
                ..Pruned::default()
            });
        }
        let steps = store.prune_history(before)?.steps;
        let words = format!("{} can no longer be undone\n", count(steps, "step"));
        Ok(Pruned {
            steps,
            words,
            ..pruned
        })
    }
}

impl Pruned {
    /// Nothing to prune, so nothing to agree to.
    fn agreed(words: String) -> Self {
        Self {
            is_agreed: true,
            words,
            ..Self::default()
        }
    }
}

/// A number of bytes as people read it: `12.3 MiB`.
pub(super) fn bytes(bytes: u64) -> String {
    let kibibytes = bytes.div_ceil(1024);
    if kibibytes < 1024 {
        return format!("{kibibytes} KiB");
    }
    let tenths = kibibytes * 10 / 1024;
    format!("{}.{} MiB", tenths / 10, tenths % 10)
}
