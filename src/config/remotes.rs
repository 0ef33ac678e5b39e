//! What is set for the places that the book is kept the same with, and the block `[[remote]]` that says so.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::domain::remotes::RemoteRow;

use super::filters::quoted;

/// How long a server may take to answer.
pub(crate) const TIMEOUT: Duration = Duration::from_mins(2);

/// How often a remote is synced by the screens.
const EVERY: Duration = Duration::from_mins(15);

/// How long after a change a remote is synced by the screens.
const ON_CHANGE: Duration = Duration::from_secs(10);

/// A remote, as it is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteSettings {
    /// Its name, which is in the source of its numbers.
    pub name: String,
    /// The first and the last line of its block, from 1 on; none where it is not in the file.
    pub lines: Option<(usize, usize)>,
    /// Where it is.
    pub place: Place,
    /// Whether contacts that are made here go there.
    pub new: bool,
    /// The filter of those that go there; none: all.
    pub only: Option<String>,
    /// Whether nothing is sent.
    pub read_only: bool,
    /// What becomes of a number that is taken out there.
    pub removed: Removed,
    /// How a historic number goes out.
    pub historic: Historic,
    /// How often the screens sync it; none: only by hand.
    pub every: Option<Duration>,
    /// Whether the screens sync it when they start.
    pub on_start: bool,
    /// How long after a change the screens sync it; none: they do not.
    pub on_change: Option<Duration>,
}

/// Where a remote is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// On a server.
    Server(ServerSettings),
    /// In a folder.
    Folder(PathBuf),
}

/// How a server is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSettings {
    /// The address of the address book.
    pub url: String,
    /// The name there.
    pub user: Option<String>,
    /// Where the password comes from.
    pub password: PasswordFrom,
    /// A file with the certificate of the authority that is trusted instead of those of the system.
    pub ca_file: Option<PathBuf>,
    /// How long it may take to begin an answer.
    pub timeout: Duration,
    /// Whether http will do.
    pub insecure: bool,
}

/// Where a password comes from. It is in no file of callbook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PasswordFrom {
    /// It is asked for on a terminal.
    #[default]
    Asked,
    /// The first line that a program prints.
    Command(Vec<String>),
    /// A variable of the environment.
    Environment(String),
    /// The file `.netrc`.
    Netrc,
    /// The first line that a program prints is a token instead of a password.
    Token(Vec<String>),
}

/// What becomes of a number that is taken out there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Removed {
    /// It is kept as historic.
    #[default]
    Historic,
    /// It is deleted.
    Bin,
}

/// How a historic number goes out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Historic {
    /// As a number, with a line of callbook's own beside it.
    #[default]
    Beside,
    /// In the line of callbook's own alone.
    Hidden,
}

/// What is said by one of a few words.
pub(super) trait Word: Copy + PartialEq + Sized + 'static {
    /// All of them, the default first.
    const ALL: &'static [(&'static str, Self)];
}

impl Word for Removed {
    const ALL: &'static [(&'static str, Self)] =
        &[("historic", Self::Historic), ("bin", Self::Bin)];
}

impl Word for Historic {
    const ALL: &'static [(&'static str, Self)] =
        &[("beside", Self::Beside), ("hidden", Self::Hidden)];
}

fn word_of<T: Word>(value: T) -> &'static str {
    let found = T::ALL.iter().find(|(_, known)| *known == value);
    found.map_or("", |(word, _)| *word)
}

fn is_default<T: Word>(value: T) -> bool {
    T::ALL.first().is_some_and(|(_, first)| *first == value)
}

impl RemoteSettings {
    /// A remote of this name with nothing else set.
    #[must_use]
    pub fn new(name: &str, place: Place) -> Self {
        Self {
            name: name.to_owned(),
            lines: None,
            place,
            new: false,
            only: None,
            read_only: false,
            removed: Removed::default(),
            historic: Historic::default(),
            every: Some(EVERY),
            on_start: true,
            on_change: Some(ON_CHANGE),
        }
    }

    /// Its kind, as the book keeps it.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self.place {
            Place::Server(_) => "carddav",
            Place::Folder(_) => "folder",
        }
    }

    /// Where it is, as the book keeps it: another place is another address book.
    #[must_use]
    pub fn book(&self) -> String {
        match &self.place {
            Place::Server(server) => server.url.clone(),
            Place::Folder(path) => path.display().to_string(),
        }
    }

    /// Whether a row is of this very address book: of another one under its name, nothing that is known holds any more.
    #[must_use]
    pub fn is_of(&self, row: &RemoteRow) -> bool {
        row.name == self.name && row.kind == self.kind() && row.book == self.book()
    }

    /// The remote as the book knows it.
    #[must_use]
    pub fn known_in<'r>(&self, rows: &'r [RemoteRow]) -> Option<&'r RemoteRow> {
        rows.iter().find(|row| self.is_of(row))
    }

    /// What is set otherwise than by default, in the order in which people read it.
    fn set(&self) -> Vec<(&'static str, Json)> {
        let mut set = vec![("name", json!(self.name))];
        match &self.place {
            Place::Folder(path) => {
                set.push(("kind", json!("folder")));
                set.push(("path", json!(path.display().to_string())));
            }
            Place::Server(server) => {
                set.push(("url", json!(server.url)));
                set.extend(server.user.as_ref().map(|user| ("user", json!(user))));
                set.extend(match &server.password {
                    PasswordFrom::Asked => None,
                    PasswordFrom::Command(words) => Some(("password_command", json!(words))),
                    PasswordFrom::Environment(name) => Some(("password_env", json!(name))),
                    PasswordFrom::Netrc => Some(("netrc", json!(true))),
                    PasswordFrom::Token(words) => Some(("token_command", json!(words))),
                });
                let file = server.ca_file.as_ref();
                set.extend(file.map(|file| ("ca_file", json!(file.display().to_string()))));
                if server.timeout != TIMEOUT {
                    set.push(("timeout", json!(written(Some(server.timeout)))));
                }
                if server.insecure {
                    set.push(("insecure", json!(true)));
                }
            }
        }
        if self.new {
            set.push(("new", json!(true)));
        }
        set.extend(self.only.as_ref().map(|only| ("only", json!(only))));
        if self.read_only {
            set.push(("read_only", json!(true)));
        }
        let words = [
            ("removed", word_of(self.removed), is_default(self.removed)),
            (
                "historic",
                word_of(self.historic),
                is_default(self.historic),
            ),
        ];
        for (name, word, _) in words.into_iter().filter(|(_, _, usual)| !usual) {
            set.push((name, json!(word)));
        }
        if self.every != Some(EVERY) {
            set.push(("every", json!(written(self.every))));
        }
        if !self.on_start {
            set.push(("on_start", json!(false)));
        }
        if self.on_change != Some(ON_CHANGE) {
            set.push(("on_change", json!(written(self.on_change))));
        }
        set
    }

    /// Its block, as the file has it.
    #[must_use]
    pub fn block(&self) -> String {
        let mut block = String::from("[[remote]]\n");
        for (name, value) in self.set() {
            let value = match &value {
                Json::Array(words) => {
                    let words = words.iter().filter_map(Json::as_str).map(quoted);
                    format!("[{}]", words.collect::<Vec<_>>().join(", "))
                }
                Json::String(text) => quoted(text),
                value => value.to_string(),
            };
            // Writing to a string cannot fail.
            let _ = writeln!(block, "{name} = {value}");
        }
        block
    }

    /// The same for programs.
    #[must_use]
    pub(crate) fn document(&self) -> Json {
        let set = self.set().into_iter();
        Json::Object(set.map(|(name, value)| (name.to_owned(), value)).collect())
    }
}

/// Whether a remote can have this name: one word, which a filter and a source can hold.
#[must_use]
pub fn is_name(name: &str) -> bool {
    let is_sign = |sign: char| sign.is_alphanumeric() || "-_.".contains(sign);
    (1..=60).contains(&name.chars().count()) && name.chars().all(is_sign)
}

/// A time as the file has it.
pub(super) fn written(time: Option<Duration>) -> String {
    match time.map(|time| time.as_secs()) {
        None => "never".to_owned(),
        Some(seconds) if seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        Some(seconds) if seconds % 60 == 0 => format!("{}m", seconds / 60),
        Some(seconds) => format!("{seconds}s"),
    }
}
