//! `callbook backup` and `callbook restore`.

use std::fmt::Write as _;
use std::path::Path;

use anyhow::Result;
use chrono::Local;
use clap::Subcommand;

use crate::config::shown;
use crate::domain::import::count;
use crate::domain::refusal::{Kind, Refusal};
use crate::store::backup::{self, Backup, backups};
use crate::store::{Options, Store};

#[derive(Debug, Subcommand)]
pub(super) enum BackupCommand {
    /// List the backups, the newest first.
    List,
    /// Check every backup: its bytes, and that it is a sound database.
    Verify,
    /// Drop those that are too many: the 10 newest stay, and one of each of 7 days, 4 weeks and 12
    /// months.
    Prune,
}

/// Runs the command on a database, which `open` opens.
pub(super) fn run(
    command: Option<&BackupCommand>,
    database: &Path,
    open: impl FnOnce() -> Result<Store, Refusal>,
) -> Result<u8> {
    let mut words = String::new();
    let mut status = 0;
    match command {
        None => {
            let made = open()?.back_up()?;
            let _ = writeln!(words, "{}", line(&made));
        }
        Some(BackupCommand::List) => {
            let all = backups(database)?;
            for backup in &all {
                let _ = writeln!(words, "{}", line(backup));
            }
            if all.is_empty() {
                words.push_str("there is no backup; callbook backup makes one\n");
            }
        }
        Some(BackupCommand::Verify) => {
            for backup in backups(database)? {
                match backup.verify() {
                    Ok(()) => {
                        let _ = writeln!(words, "sound    {}", line(&backup));
                    }
                    Err(refusal) => {
                        status = 1;
                        let _ = writeln!(words, "DAMAGED  {}\n         {refusal}", line(&backup));
                    }
                }
            }
        }
        Some(BackupCommand::Prune) => {
            let dropped = backup::prune(database)?;
            let _ = writeln!(words, "{} dropped", count(dropped.len(), "backup"));
        }
    }
    super::print(&words)?;
    Ok(status)
}

fn line(backup: &Backup) -> String {
    let at = backup.at.to_utc().with_timezone(&Local);
    let kilobytes = backup.bytes.div_ceil(1024);
    format!(
        "{}  {kilobytes:>8} KiB  {}",
        at.format("%Y-%m-%d %H:%M:%S"),
        shown(&backup.path)
    )
}

/// Puts a backup, or the newest that is sound, in the place of a database.
pub(super) fn restore(database: &Path, backup: Option<&Path>, options: Options) -> Result<u8> {
    let chosen = match backup {
        Some(path) => path.to_owned(),
        None => newest_sound(database)?.path,
    };
    let before = backup::restore(database, &chosen, options)?;
    super::print(&format!(
        "Restored {}\nwhat was there is in {}\n",
        shown(&chosen),
        shown(&before)
    ))?;
    Ok(0)
}

/// The newest backup that is sound.
fn newest_sound(database: &Path) -> Result<Backup, Refusal> {
    let all = backups(database)?;
    let sound = all.into_iter().find(|backup| backup.verify().is_ok());
    sound.ok_or_else(|| {
        let folder = backup::folder(database);
        let detail = format!("there is no sound backup in {}", shown(&folder));
        Refusal::new(Kind::NotFound, detail)
    })
}
