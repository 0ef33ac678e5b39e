//! Reading the blocks `[[remote]]`.
//!
//! A block with a fault is not used at all: one that was read in part could send what it was not to send.

use std::path::PathBuf;
use std::time::Duration;

use etcetera::home_dir;
use toml::de::{DeTable, DeValue};

use super::faults::Faults;
use super::remotes::{
    PasswordFrom, Place, RemoteSettings, ServerSettings, TIMEOUT, Word, is_name, written,
};
use super::values::{Value, text};
use crate::domain::own_fields::OwnFields;
use crate::domain::query::{Query, Typing};
use crate::domain::remotes::is_this_machine;

/// What the lines of a block may set, for a message.
const NAMES: &str = "name, kind, url, path, user, password_command, password_env, netrc, token_command, new, only, \
                     read_only, removed, historic, every, on_start, on_change, ca_file, timeout or insecure";

/// What belongs to a server only.
const OF_SERVERS: [&str; 9] = [
    "url",
    "user",
    "password_command",
    "password_env",
    "netrc",
    "token_command",
    "ca_file",
    "timeout",
    "insecure",
];

/// A path with `~` for the home folder.
fn path_of(text: &str) -> PathBuf {
    match text.strip_prefix("~/").zip(home_dir().ok()) {
        Some((rest, home)) => home.join(rest),
        None => PathBuf::from(text),
    }
}

/// The time in a text such as `10s`, `15m` or `1h`.
fn time_of(text: &str) -> Option<Duration> {
    let end = text.find(|sign: char| !sign.is_ascii_digit())?;
    let (number, unit) = text.split_at(end);
    let seconds = match unit.trim() {
        "s" => 1,
        "m" => 60,
        "h" => 3600,
        "d" => 24 * 3600,
        _ => return None,
    };
    let number: u64 = number.parse().ok()?;
    number.checked_mul(seconds).map(Duration::from_secs)
}

fn flag(name: &str, value: &Value<'_>) -> Result<bool, String> {
    let flag = value.get_ref().as_bool();
    flag.ok_or_else(|| format!("{name}: expected true or false"))
}

/// A time of at least so many seconds, and at most 30 days.
fn time(name: &str, value: &Value<'_>, least: u64) -> Result<Duration, String> {
    let most = 30 * 24 * 3600;
    let told = text(name, value)?;
    let why = match time_of(told) {
        Some(time) if time.as_secs() < least => {
            let least = Duration::from_secs(least);
            format!("expected at least {}", written(Some(least)))
        }
        Some(time) if time.as_secs() > most => "expected at most 30 days".to_owned(),
        Some(time) => return Ok(time),
        None => "expected a number with s, m, h or d, such as \"15m\" or \"1h\"".to_owned(),
    };
    Err(format!("{name} = \"{told}\": {why}"))
}

fn time_or_never(name: &str, value: &Value<'_>, least: u64) -> Result<Option<Duration>, String> {
    if value.get_ref().as_str() == Some("never") {
        return Ok(None);
    }
    let time = time(name, value, least);
    time.map(Some).map_err(|why| format!("{why}, or \"never\""))
}

fn word<T: Word>(name: &str, value: &Value<'_>) -> Result<T, String> {
    let told = text(name, value)?;
    let found = T::ALL.iter().find(|(word, _)| *word == told);
    found.map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<_> = T::ALL
            .iter()
            .map(|(word, _)| format!("\"{word}\""))
            .collect();
        format!("{name} = \"{told}\": expected {}", words.join(" or "))
    })
}

/// A program with its arguments.
fn command(name: &str, value: &Value<'_>) -> Result<Vec<String>, String> {
    let words = value.get_ref().as_array().and_then(|words| {
        let words = words.iter().map(|word| word.get_ref().as_str());
        words
            .map(|word| word.map(str::to_owned))
            .collect::<Option<Vec<_>>>()
    });
    let words = words.filter(|words| words.first().is_some_and(|program| !program.is_empty()));
    words.ok_or_else(|| {
        format!("{name}: expected a program and its arguments, such as [\"pass\", \"show\", \"contacts\"]")
    })
}

/// Whether an address can be asked with a password.
fn checked(url: &str, insecure: bool) -> Result<(), String> {
    let (scheme, rest) = url
        .split_once("://")
        .ok_or("url: an address begins with https://")?;
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if authority.contains('@') {
        return Err(
            "url: names and passwords do not belong in an address; use user and password_command"
                .to_owned(),
        );
    }
    let host = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => host,
        _ => authority,
    };
    match scheme.to_ascii_lowercase().as_str() {
        _ if host.is_empty() => Err("url: the address names no host".to_owned()),
        "https" => Ok(()),
        "http" if insecure || is_this_machine(host) => Ok(()),
        "http" => Err(
            "url: over http others can read the password and the contacts on their way; use https, or write \
             insecure = true to allow it"
                .to_owned(),
        ),
        _ => Err("url: an address begins with https://".to_owned()),
    }
}

/// The lines of a block, as they are read.
#[derive(Default)]
struct Draft {
    name: Option<String>,
    is_folder: bool,
    url: Option<(usize, String)>,
    path: Option<PathBuf>,
    user: Option<String>,
    passwords: Vec<(usize, PasswordFrom)>,
    ca_file: Option<PathBuf>,
    timeout: Option<Duration>,
    insecure: bool,
    /// Lines of a server and of a folder, to be told where they are in the block of the other.
    of_servers: Vec<(usize, String)>,
    of_folders: Vec<(usize, String)>,
    new_at: usize,
}

/// What is wrong, each with its place in the file.
type Wrong = Vec<(usize, String)>;

impl Draft {
    /// Takes a line.
    fn take(
        &mut self,
        (name, at): (&str, usize),
        value: &Value<'_>,
        fields: &OwnFields,
        settings: &mut RemoteSettings,
    ) -> Result<(), String> {
        if OF_SERVERS.contains(&name) {
            self.of_servers.push((at, name.to_owned()));
        }
        match name {
            "name" => {
                let told = text(name, value)?;
                if !is_name(told) {
                    return Err(format!(
                        "name = \"{told}\": expected one word of letters, digits, -, _ and ."
                    ));
                }
                self.name = Some(told.to_owned());
            }
            "kind" => match text(name, value)? {
                "carddav" => {}
                "folder" => self.is_folder = true,
                other => {
                    return Err(format!(
                        "kind = \"{other}\": expected \"carddav\" or \"folder\""
                    ));
                }
            },
            "url" => self.url = Some((at, text(name, value)?.to_owned())),
            "path" => {
                self.of_folders.push((at, name.to_owned()));
                self.path = Some(path_of(text(name, value)?));
            }
            "user" => self.user = Some(text(name, value)?.to_owned()),
            "password" => {
                return Err("passwords do not belong here; use password_command".to_owned());
            }
            "password_command" => {
                let words = command(name, value)?;
                self.passwords.push((at, PasswordFrom::Command(words)));
            }
            "password_env" => {
                let variable = text(name, value)?.to_owned();
                self.passwords
                    .push((at, PasswordFrom::Environment(variable)));
            }
            "netrc" => {
                if flag(name, value)? {
                    self.passwords.push((at, PasswordFrom::Netrc));
                }
            }
            "token_command" => {
                let words = command(name, value)?;
                self.passwords.push((at, PasswordFrom::Token(words)));
            }
            "new" => {
                settings.new = flag(name, value)?;
                self.new_at = at;
            }
            "only" => {
                let told = text(name, value)?;
                if let Some(fault) = Query::of(told, Typing::Letters, fields).fault() {
                    return Err(format!("only: {fault}"));
                }
                settings.only = Some(told.to_owned()).filter(|told| !told.trim().is_empty());
            }
            "read_only" => settings.read_only = flag(name, value)?,
            "removed" => settings.removed = word(name, value)?,
            "historic" => settings.historic = word(name, value)?,
            "every" => settings.every = time_or_never(name, value, 60)?,
            "on_start" => settings.on_start = flag(name, value)?,
            "on_change" => settings.on_change = time_or_never(name, value, 1)?,
            "ca_file" => self.ca_file = Some(path_of(text(name, value)?)),
            "timeout" => self.timeout = Some(time(name, value, 1)?),
            "insecure" => self.insecure = flag(name, value)?,
            other => {
                return Err(format!(
                    "unknown setting {other} in [[remote]]; expected {NAMES}"
                ));
            }
        }
        Ok(())
    }

    /// The place that the lines name, where they name one; what is wrong is added.
    fn place(mut self, at: usize, wrong: &mut Wrong) -> Option<Place> {
        let (others, kind) = if self.is_folder {
            (self.of_servers, "folder")
        } else {
            (self.of_folders, "carddav")
        };
        for (at, name) in others {
            wrong.push((
                at,
                format!("{name}: a remote of the kind \"{kind}\" has none"),
            ));
        }
        if self.is_folder {
            if self.path.is_none() {
                wrong.push((at, "this remote has no path".to_owned()));
            }
            return self.path.map(Place::Folder);
        }
        let Some((url_at, url)) = self.url else {
            wrong.push((at, "this remote has no url".to_owned()));
            return None;
        };
        if let Err(why) = checked(&url, self.insecure) {
            wrong.push((url_at, why));
        }
        self.passwords.sort_by_key(|(at, _)| *at);
        let mut passwords = self.passwords.into_iter();
        let password = passwords.next();
        if let Some((at, _)) = passwords.next() {
            let why =
                "only one of password_command, password_env, netrc and token_command can be set";
            wrong.push((at, why.to_owned()));
        }
        if let Some((at, from)) = &password
            && !matches!(from, PasswordFrom::Token(_))
            && self.user.is_none()
        {
            wrong.push((*at, "a password needs a user; add user = \"…\"".to_owned()));
        }
        Some(Place::Server(ServerSettings {
            url,
            user: self.user,
            password: password.map(|(_, from)| from).unwrap_or_default(),
            ca_file: self.ca_file,
            timeout: self.timeout.unwrap_or(TIMEOUT),
            insecure: self.insecure,
        }))
    }
}

/// Reads all blocks. One that has a fault is left out, and its name is given beside the others.
pub(super) fn read(
    value: &Value<'_>,
    header: usize,
    fields: &OwnFields,
    faults: &mut Faults<'_>,
) -> (Vec<RemoteSettings>, Vec<String>) {
    let Some(blocks) = value.get_ref().as_array() else {
        faults.add(header, "remotes are written as blocks below [[remote]]");
        return (Vec::new(), vec![String::new()]);
    };
    let mut remotes: Vec<RemoteSettings> = Vec::new();
    let mut unused = Vec::new();
    for block in blocks {
        let at = block.span().start;
        let DeValue::Table(table) = block.get_ref() else {
            faults.add(at, "remotes are written as blocks below [[remote]]");
            unused.push(String::new());
            continue;
        };
        let wrong = match one(table, at, fields, &remotes) {
            Ok(mut settings) => {
                let ends = table.iter().map(|(_, value)| value.span().end);
                let end = ends.max().unwrap_or(at);
                settings.lines = Some((faults.line(at), faults.line(end)));
                remotes.push(settings);
                continue;
            }
            Err(wrong) => wrong,
        };
        let name = { table.iter() }.find(|(key, _)| key.get_ref().as_ref() == "name");
        let name = name.and_then(|(_, value)| value.get_ref().as_str());
        let name = name.filter(|name| is_name(name)).unwrap_or_default();
        let shown = if name.is_empty() {
            "without a name"
        } else {
            name
        };
        for (at, why) in wrong {
            faults.add(at, &format!("remote {shown} is not used: {why}"));
        }
        unused.push(name.to_owned());
    }
    (remotes, unused)
}

/// Reads one block, after others.
fn one(
    table: &DeTable<'_>,
    at: usize,
    fields: &OwnFields,
    others: &[RemoteSettings],
) -> Result<RemoteSettings, Wrong> {
    let mut settings = RemoteSettings::new("", Place::Folder(PathBuf::new()));
    let (mut draft, mut wrong) = (Draft::default(), Wrong::new());
    let mut name_at = at;
    for (key, value) in table {
        let (name, at) = (key.get_ref().as_ref(), key.span().start);
        if name == "name" {
            name_at = at;
        }
        if let Err(why) = draft.take((name, at), value, fields, &mut settings) {
            wrong.push((at, why));
        }
    }
    match draft.name.take() {
        Some(name) => {
            if others.iter().any(|other| other.name == name) {
                wrong.push((
                    name_at,
                    "another remote has this name; choose another one".to_owned(),
                ));
            }
            settings.name = name;
        }
        None if wrong.is_empty() => wrong.push((at, "add name = \"…\"".to_owned())),
        None => {}
    }
    let first = others.iter().find(|other| other.new);
    if let Some(first) = first.filter(|_| settings.new) {
        let why = format!(
            "contacts that are made here go to one remote only, and {} has new = true already",
            first.name
        );
        wrong.push((draft.new_at, why));
    }
    match draft.place(at, &mut wrong) {
        Some(place) if wrong.is_empty() => Ok(RemoteSettings { place, ..settings }),
        _ => Err(wrong),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::super::Config;
    use super::super::remotes::{Historic, PasswordFrom, Place, RemoteSettings, Removed};

    fn read(text: &str) -> Config {
        Config::of_bytes(text.as_bytes(), Path::new("/etc/book/config.toml"))
    }

    const WHOLE: &str = r#"call = "x"

[[remote]]
name = "nextcloud"
url = "https://cloud.example.org/dav/contacts/"
user = "ann"
password_command = ["pass", "show", "cloud/ann"]
ca_file = "/etc/ca.pem"
timeout = "45s"
insecure = true
new = true
only = 'tag:shared label:"at home"'
read_only = true
removed = "bin"
historic = "hidden"
every = "2h"
on_start = false
on_change = "never"

[[remote]]
name = "friends"
kind = "folder"
path = "/home/ann/friends"
every = "never"
"#;

    #[test]
    fn blocks_are_read_and_written_again_as_they_were() {
        let config = read(WHOLE);
        assert_eq!(config.troubles, [""; 0]);
        let [cloud, friends] = config.remotes.as_slice() else {
            panic!("{:?}", config.remotes);
        };
        let Place::Server(server) = &cloud.place else {
            panic!("{cloud:?}");
        };
        assert_eq!(server.timeout, Duration::from_secs(45));
        let words = ["pass", "show", "cloud/ann"].map(str::to_owned);
        assert_eq!(server.password, PasswordFrom::Command(words.to_vec()));
        assert_eq!(
            (cloud.removed, cloud.historic, cloud.on_change),
            (Removed::Bin, Historic::Hidden, None)
        );
        assert_eq!(
            (cloud.lines, friends.lines),
            (Some((3, 18)), Some((20, 24)))
        );
        assert_eq!(cloud.kind(), "carddav");
        assert_eq!(friends.book(), "/home/ann/friends");
        let defaults = RemoteSettings::new("friends", friends.place.clone());
        assert_eq!(friends.on_change, defaults.on_change);

        let blocks = format!("call = \"x\"\n\n{}\n{}", cloud.block(), friends.block());
        assert_eq!(blocks, WHOLE);
    }

    #[test]
    fn a_block_with_a_fault_is_told_with_its_line_and_not_used() {
        let https = "url = 'https://h/'";
        for (at, words, lines) in [
            (
                5,
                "passwords do not belong here; use password_command",
                "url = 'https://h/'\nuser = 'ann'\npassword = 'hunter2'",
            ),
            (
                4,
                "unknown setting colour",
                "url = 'https://h/'\ncolour = 1",
            ),
            (3, "over http others can read", "url = 'http://h/'"),
            (
                3,
                "do not belong in an address",
                "url = 'https://ann:hunter2@h/'",
            ),
            (3, "begins with https://", "url = 'ftp://h/'"),
            (3, "begins with https://", "url = 'h'"),
            (3, "names no host", "url = 'https:///x'"),
            (4, "only: ", "url = 'https://h/'\nonly = 'is:nothing'"),
            (
                4,
                "read_only: expected true or false",
                "url = 'https://h/'\nread_only = 'yes'",
            ),
            (
                4,
                "expected a program and its arguments",
                "url = 'https://h/'\npassword_command = 'pass show'",
            ),
            (4, "needs a user", "url = 'https://h/'\nnetrc = true"),
            (
                6,
                "only one of",
                "url = 'https://h/'\nuser = 'a'\npassword_env = 'X'\nnetrc = true",
            ),
            (
                4,
                "expected \"historic\" or \"bin\"",
                "url = 'https://h/'\nremoved = 'keep'",
            ),
            (4, "or \"never\"", "url = 'https://h/'\nevery = '10s'"),
            (4, "timeout = \"0s\"", "url = 'https://h/'\ntimeout = '0s'"),
            (
                4,
                "path: a remote of the kind \"carddav\"",
                "url = 'https://h/'\npath = '/x'",
            ),
            (1, "this remote has no url", ""),
            (
                3,
                "expected \"carddav\" or \"folder\"",
                "kind = 'ldap'\nurl = 'https://h/'",
            ),
            (
                5,
                "user: a remote of the kind \"folder\"",
                "kind = 'folder'\npath = '/x'\nuser = 'ann'",
            ),
        ] {
            let text = format!(
                "[[remote]]\nname = 'work'\n{lines}\n\n[[remote]]\nname = 'other'\n{https}\n"
            );
            let config = read(&text);
            let place = format!("/etc/book/config.toml:{at}: remote work is not used: ");
            let [told] = config.troubles.as_slice() else {
                panic!("{text}: {:?}", config.troubles);
            };
            assert!(
                told.starts_with(&place) && told.contains(words),
                "{text}: {told}"
            );
            assert!(!told.contains("hunter2"), "{told}");
            let names: Vec<_> = config.remotes.iter().map(|one| one.name.as_str()).collect();
            assert_eq!(names, ["other"], "{text}");
        }
    }

    #[test]
    fn two_remotes_have_two_names_and_one_is_for_new_contacts() {
        let text = "[[remote]]\nname = 'a'\nurl = 'https://h/'\nnew = true\n\
                    [[remote]]\nurl = 'https://i/'\nname = 'a'\n\
                    [[remote]]\nname = 'b'\nurl = 'https://j/'\nnew = true\n\
                    [[remote]]\nname = 'two words'\nurl = 'https://k/'\n";
        let config = read(text);
        assert_eq!(config.remotes.len(), 1);
        let told = config.troubles.join("\n");
        for (line, words) in [
            (7, "another remote has this name"),
            (11, "a has new = true already"),
            (13, "expected one word"),
        ] {
            let found = config.troubles.iter().find(|told| told.contains(words));
            assert!(
                found.is_some_and(|told| told.contains(&format!("toml:{line}: "))),
                "{told}"
            );
        }
        for text in ["remote = 'x'", "[remote]\nname = 'a'", "remote = [1]"] {
            let config = read(text);
            assert!(config.troubles[0].contains("[[remote]]"), "{text}");
        }
    }

    #[test]
    fn loopback_and_insecure_may_use_http() {
        for lines in [
            "url = 'http://127.0.0.1:5232/a/'",
            "url = 'http://localhost/'",
            "url = 'http://[::1]:80/'",
            "url = 'http://h/'\ninsecure = true",
        ] {
            let config = read(&format!("[[remote]]\nname = 'a'\n{lines}\n"));
            assert_eq!(
                (config.remotes.len(), config.troubles),
                (1, vec![]),
                "{lines}"
            );
        }
    }
}
