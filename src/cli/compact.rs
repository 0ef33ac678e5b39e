//! `callbook compact`: what nothing names, what is old, and room that is free.

use anyhow::Result;
use chrono::{Days, Local, Utc};
use clap::Args;

use crate::domain::refusal::{Kind, Refusal};
use crate::domain::timestamp::Timestamp;
use crate::domain::words::count;
use crate::store::Store;

use super::change::sure;

#[derive(Debug, Args)]
pub(super) struct CompactCommand {
    /// Drop what steps did that are older than `[history] keep`; they can no longer be undone.
    #[arg(long)]
    history: bool,
    /// Only say what would be dropped.
    #[arg(long)]
    dry_run: bool,
    /// Do not ask.
    #[arg(long, requires = "history")]
    yes: bool,
}

impl CompactCommand {
    /// Runs the command on the database that `open` gives; `keep` is for how many days steps are kept.
    pub(super) fn run(
        self,
        keep: Option<u64>,
        open: impl FnOnce() -> Result<Store, Refusal>,
    ) -> Result<u8> {
        let mut store = open()?;
        if self.history && !self.prune(keep, &mut store)? {
            return Ok(0);
        }
        if !self.dry_run {
            let before = store.sizes()?.book;
            let cards = store.drop_orphan_cards()?;
            store.compact()?;
            let after = store.sizes()?.book;
            super::output::print(&format!(
                "Deleted {}\nThe book takes {}; before {}\n",
                count(cards, "unused card"),
                bytes(after),
                bytes(before)
            ))?;
        }
        Ok(0)
    }

    /// Prunes the history; gives whether to go on.
    fn prune(&self, keep: Option<u64>, store: &mut Store) -> Result<bool> {
        let keep = keep.ok_or_else(|| {
            let detail = "how long to keep steps is not set; set keep = \"2 years\" under [history] \
                          in config.toml, at least 90 days";
            Refusal::new(Kind::Invalid, detail)
        })?;
        let before = Utc::now().checked_sub_days(Days::new(keep));
        let before = Timestamp::from_utc(before.unwrap_or_default());
        let old = store.prunable(before)?;
        if old.steps == 0 {
            super::output::print("no steps are that old\n")?;
            return Ok(true);
        }
        let question = format!(
            "{} up to {} could no longer be undone.",
            count(old.steps, "step"),
            old.at.to_utc().with_timezone(&Local).format("%-d %b %Y")
        );
        if self.dry_run {
            super::output::print(&format!("{question}\n"))?;
            return Ok(true);
        }
        if !sure(&question, self.yes, store.stop())? {
            super::output::print("nothing was deleted\n")?;
            return Ok(false);
        }
        let pruned = store.prune_history(before)?;
        super::output::print(&format!(
            "{} can no longer be undone\n",
            count(pruned.steps, "step")
        ))?;
        Ok(true)
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
