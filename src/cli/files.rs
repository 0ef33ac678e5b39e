//! `callbook FOLDER` and `callbook cards.vcf`: files in the place of a command open the screens on the
//! preview of their import.

use std::ffi::OsString;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::Command;
use clap::builder::{OsStringValueParser, TypedValueParser as _, ValueParser, ValueParserFactory};

use crate::config::shown;
use crate::domain::refusal::{Kind, Refusal};
use crate::import::expanded;

/// A path as every argument of every command takes it: `~` at its beginning is the home folder, also where the
/// shell left it (in quotes, or behind `--db=`).
#[derive(Clone, Debug)]
pub(super) struct GivenPath(PathBuf);

impl GivenPath {
    /// What stands for standard input or output.
    pub(super) fn is_standard(&self) -> bool {
        self.0.as_os_str() == "-"
    }
}

impl From<OsString> for GivenPath {
    fn from(text: OsString) -> Self {
        Self(expanded(Path::new(&text)))
    }
}

impl From<GivenPath> for PathBuf {
    fn from(path: GivenPath) -> Self {
        path.0
    }
}

impl Deref for GivenPath {
    type Target = Path;

    fn deref(&self) -> &Path {
        &self.0
    }
}

impl ValueParserFactory for GivenPath {
    type Parser = ValueParser;

    fn value_parser() -> ValueParser {
        OsStringValueParser::new().map(GivenPath::from).into()
    }
}

/// Whether there is nothing at a path, not even a link that leads nowhere.
pub(super) fn is_missing(path: &Path) -> bool {
    let looked = path.symlink_metadata();
    looked.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

/// That there is no book, and what makes one.
pub(super) fn missing(path: &Path) -> Refusal {
    let detail = format!(
        "no book at {}; callbook add and callbook import create one, --db names another",
        shown(path)
    );
    Refusal::new(Kind::NotFound, detail)
}

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
        let path = PathBuf::from(GivenPath::from(word.clone()));
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
