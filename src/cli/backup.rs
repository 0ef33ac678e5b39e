//! `callbook backup` and `callbook restore`.

use std::fmt::Write as _;
use std::io::IsTerminal as _;
use std::path::Path;

use anyhow::Result;
use chrono::Local;
use clap::Subcommand;
use serde_json::{Map, Value, json};

use crate::config::shown;
use crate::domain::progress::Stop;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::safe::safe;
use crate::domain::words::count;
use crate::store::backup::{
    self, Backup, BackupOwner, DroppedBackups, Force, backups, backups_with_owners,
};
use crate::store::{Options, Store};

use super::document::{CommandAnswer, answer};
use super::files::{is_missing, missing};

#[derive(Debug, Subcommand)]
pub(super) enum BackupCommand {
    /// List the backups, the newest first.
    List,
    /// Check that every backup is intact.
    Verify,
    /// Delete old backups.
    ///
    /// The 10 newest stay, and one of each of 7 days, 4 weeks and 12 months, up to one gibibyte in all.
    Prune {
        /// Delete all but the newest, for example after emptying the bin.
        #[arg(long)]
        all_but_newest: bool,
    },
}

/// Runs the command on a database, which `open` opens.
pub(super) fn run(
    command: Option<&BackupCommand>,
    database: &Path,
    json: bool,
    open: impl FnOnce() -> Result<Store, Refusal>,
) -> Result<u8> {
    let told = match command {
        None => made(open),
        Some(BackupCommand::List) => listed(database),
        Some(BackupCommand::Verify) => verified(database),
        Some(BackupCommand::Prune { all_but_newest }) => pruned(database, *all_but_newest),
    };
    answer(told.map_err(anyhow::Error::from), json)
}

fn made(open: impl FnOnce() -> Result<Store, Refusal>) -> Result<CommandAnswer, Refusal> {
    let made = open()?.back_up()?;
    let words = format!("{}\n", line(&made));
    Ok(CommandAnswer::new(json!({ "data": object(&made) }), words))
}

fn listed(database: &Path) -> Result<CommandAnswer, Refusal> {
    let (mut words, mut data) = (String::new(), Vec::new());
    for (backup, owner) in &backups_with_owners(database)? {
        let (remark, book) = match owner {
            BackupOwner::This => (String::new(), "this"),
            BackupOwner::Another => ("  (of another book)".to_owned(), "another"),
            BackupOwner::Unknown(held) => {
                let remark = format!("  (perhaps another book's: {})", safe(held));
                (remark, "unknown")
            }
        };
        let _ = writeln!(words, "{}{remark}", line(backup));
        let mut told = object(backup);
        told.insert("book".to_owned(), json!(book));
        data.push(told);
    }
    if data.is_empty() {
        if is_missing(database) {
            return Err(missing(database));
        }
        words.push_str("no backups; callbook backup makes one\n");
    }
    Ok(CommandAnswer::new(json!({ "data": data }), words))
}

/// Each backup, and whether it is sound; the exit status is 1 where one is not.
fn verified(database: &Path) -> Result<CommandAnswer, Refusal> {
    let mut told = CommandAnswer::new(Value::Null, String::new());
    let mut data = Vec::new();
    for backup in backups(database)? {
        let mut object = object(&backup);
        let fault = backup.verify().err().map(|refusal| refusal.to_string());
        let _ = match &fault {
            None => writeln!(told.words, "sound    {}", line(&backup)),
            Some(fault) => writeln!(told.words, "DAMAGED  {}\n         {fault}", line(&backup)),
        };
        told.status = told.status.max(u8::from(fault.is_some()));
        object.insert("fault".to_owned(), json!(fault));
        data.push(object);
    }
    told.document = json!({ "data": data });
    Ok(told)
}

fn pruned(database: &Path, all_but_newest: bool) -> Result<CommandAnswer, Refusal> {
    let dropped = if all_but_newest {
        DroppedBackups::AllButNewest
    } else {
        DroppedBackups::TooMany
    };
    let dropped = backup::prune(database, dropped)?;
    let words = format!("{} dropped\n", count(dropped.len(), "backup"));
    let dropped: Vec<_> = dropped.iter().map(object).collect();
    Ok(CommandAnswer::new(
        json!({ "data": { "dropped": dropped } }),
        words,
    ))
}

fn object(backup: &Backup) -> Map<String, Value> {
    Map::from_iter([
        ("path".to_owned(), json!(backup.path.display().to_string())),
        ("at".to_owned(), json!(backup.at)),
        ("bytes".to_owned(), json!(backup.bytes)),
    ])
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

/// Puts a backup, or the newest that is sound, in the place of a database. It is not stopped halfway:
/// only the question is.
pub(super) fn restore(
    database: &Path,
    backup: Option<&Path>,
    force: Force,
    options: Options,
    stop: &Stop,
) -> Result<CommandAnswer> {
    let chosen = match backup {
        Some(path) => path.to_owned(),
        None => newest_sound(database)?.path,
    };
    let force = match backup::owner(database, &chosen) {
        BackupOwner::Unknown(held) if force == Force::No && std::io::stdin().is_terminal() => {
            let question = format!(
                "{} may be of another book; it holds {}. Restore it?",
                shown(&chosen),
                safe(&held)
            );
            if !super::change::sure(&question, false, stop)? {
                let words = "nothing was restored\n".to_owned();
                return Ok(CommandAnswer::new(json!({ "data": null }), words));
            }
            Force::Unknown
        }
        _ => force,
    };
    let before = backup::restore(database, &chosen, force, options)?;
    let mut words = format!("Restored {}\n", shown(&chosen));
    if let Some(before) = &before {
        let _ = writeln!(words, "the previous book is in {}", shown(before));
    }
    let before = before.map(|path| path.display().to_string());
    let restored = chosen.display().to_string();
    let document = json!({ "data": { "restored": restored, "previous": before } });
    Ok(CommandAnswer::new(document, words))
}

/// The newest backup that is sound.
fn newest_sound(database: &Path) -> Result<Backup, Refusal> {
    let (sound, _) = backup::newest_sound(database)?;
    sound.ok_or_else(|| Refusal::new(Kind::NotFound, none_sound(database)))
}

fn none_sound(database: &Path) -> String {
    let folder = backup::folder(database);
    let others = match backups(database) {
        Ok(all) if !all.is_empty() => "; callbook backup list shows those that there are",
        _ => "",
    };
    format!("there is no sound backup in {}{others}", shown(&folder))
}

/// What is wrong with a database that is damaged, with the way out of it: the newest sound backup,
/// and the command that puts it back. `named` is whether the database was named on the command line.
pub(super) fn with_the_way_out(mut refusal: Refusal, database: &Path, named: bool) -> Refusal {
    let way_out = match backup::newest_sound(database) {
        Ok((Some(sound), passed_over)) => {
            let db = if named {
                format!(" --db {}", quoted(&database.to_string_lossy()))
            } else {
                String::new()
            };
            let at = sound.at.to_utc().with_timezone(&Local);
            let damaged = match passed_over {
                0 => String::new(),
                newer => format!(" ({} damaged too)", count(newer, "newer one")),
            };
            format!(
                "the newest sound backup is of {}{damaged}, and this puts it back: callbook{db} restore",
                at.format("%Y-%m-%d %H:%M:%S"),
            )
        }
        Ok((None, _)) => format!(
            "{}; move the file away to start a new book",
            none_sound(database)
        ),
        Err(unread) => unread.to_string(),
    };
    if let Some(fault) = refusal.faults.first_mut() {
        fault.detail = format!("{}; {way_out}", fault.detail);
    }
    refusal
}

/// A word as a shell takes it whole.
fn quoted(word: &str) -> String {
    let plain = |sign: char| sign.is_ascii_alphanumeric() || "/._-+@,=:".contains(sign);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_path_is_quoted_where_a_shell_would_cut_it() {
        assert_eq!(quoted("/home/ada/book.db"), "/home/ada/book.db");
        assert_eq!(quoted("my book.db"), "'my book.db'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
