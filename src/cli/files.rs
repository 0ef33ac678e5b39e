//! `callbook FOLDER` and `callbook cards.vcf`: files in the place of a command open the screens on the
//! preview of their import.

use std::ffi::OsString;
use std::fs;
use std::path::PathBuf;

use clap::Command;

use crate::domain::refusal::{Kind, Refusal};

/// What words that are no command are.
pub(super) enum Given {
    /// Files and folders that are there.
    Files(Vec<PathBuf>),
    /// A command that does not exist.
    NoCommand(clap::Error),
}

/// Reads words in the place of a command; `commands` are those that there are.
///
/// # Errors
/// Invalid, where one of them is not a file that can be read.
pub(super) fn given(words: Vec<OsString>, commands: &Command) -> Result<Given, Refusal> {
    let mut paths = Vec::new();
    for word in words {
        let path = PathBuf::from(&word);
        if let Err(error) = fs::metadata(&path) {
            let text = word.to_string_lossy();
            if paths.is_empty() && !text.contains(['/', '.', '-']) {
                // A command line that takes files in the place of a command suggests none.
                let named = Command::new("callbook").subcommands(commands.get_subcommands());
                if let Err(error) = named.try_get_matches_from(["callbook".into(), word.clone()]) {
                    return Ok(Given::NoCommand(error));
                }
            }
            let detail = match &*text {
                "-" => "the screens cannot read standard input; use: callbook import -".to_owned(),
                option if option.starts_with('-') => {
                    format!("{option} has to come before the files")
                }
                _ => format!("cannot read {}: {error}", path.display()),
            };
            return Err(Refusal::new(Kind::Invalid, detail));
        }
        paths.push(path);
    }
    Ok(Given::Files(absolute(paths)))
}

/// The paths from the root on: the prompt shows them, and they hold wherever it is read.
fn absolute(paths: Vec<PathBuf>) -> Vec<PathBuf> {
    let whole = |path: PathBuf| std::path::absolute(&path).unwrap_or(path);
    paths.into_iter().map(whole).collect()
}
