//! `callbook remote add`: from an address to a block in the configuration.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::config::remotes::{PasswordFrom, Place, RemoteSettings, ServerSettings, is_name};
use crate::config::{Config, rewrite, shown};
use crate::domain::progress::Stop as Asked;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::safe::safe;
use crate::import::{expanded, shell_words};
use crate::sync::carddav::discovery::{Found, discover, start};
use crate::sync::carddav::href::Address;
use crate::sync::carddav::stop::{self, Stop};
use crate::sync::carddav::trace::Trace;
use crate::sync::check::folder;
use crate::sync::open::client;

use super::super::output::{complain, print};
use super::super::questions::Questions;
use super::flags::AddFlags;
use super::learn::told;
use super::trace::trace_is_whole;

/// Signs that only a shell understands.
const OF_SHELLS: [char; 12] = ['|', '&', ';', '<', '>', '(', ')', '$', '`', '*', '?', '~'];

/// Where the servers of Google are.
const GOOGLE: &str = "googleapis.com";

/// Whom to ask, and what was answered: nothing is asked twice.
struct Person<'a> {
    questions: Option<Questions>,
    asked: &'a Asked,
    password: Option<String>,
    yes: bool,
    trace: Option<Trace>,
}

impl Person<'_> {
    /// Asks the person at the terminal. Gives none without a terminal.
    fn ask(&mut self, question: &str) -> Result<Option<String>> {
        match &mut self.questions {
            Some(questions) => questions.ask(question, self.asked).map(Some),
            None => Ok(None),
        }
    }

    /// Asks for a password once, whichever host it is for: it was allowed to go there.
    fn password(&mut self, question: &str) -> Option<String> {
        if self.password.is_none() {
            let questions = self.questions.as_mut()?;
            self.password = questions.ask_hidden(question, self.asked).ok();
        }
        self.password.clone()
    }

    /// Whether a person says yes; `usual` is what no word means.
    fn agrees(&mut self, question: &str, usual: bool) -> Result<Option<bool>> {
        let hint = if usual { "[Y/n]" } else { "[y/N]" };
        let answer = self.ask(&format!("{question} {hint} "))?;
        Ok(answer.map(|answer| match answer.to_lowercase().as_str() {
            "y" | "yes" => true,
            "" => usual,
            _ => false,
        }))
    }
}

fn refused(why: impl Into<String>) -> anyhow::Error {
    Refusal::new(Kind::Invalid, why.into()).into()
}

impl AddFlags {
    pub(super) fn run(self, config: &Config, asked: &Asked) -> Result<u8> {
        if !is_name(&self.name) {
            let why = format!(
                "{} is no name for a remote; take one word of letters, digits, -, _ and .",
                self.name
            );
            return Err(refused(why));
        }
        let is_taken = config.remotes.iter().any(|one| one.name == self.name);
        if is_taken {
            let file = shown(&config.file);
            let why = format!(
                "{file} has a remote {} already; take another name",
                self.name
            );
            return Err(refused(why));
        }
        let mut person = Person {
            questions: Questions::open(),
            asked,
            password: None,
            yes: self.yes,
            trace: None,
        };
        person.trace = self.trace.open()?;
        let mut settings = if let Some(path) = folder_of(&self.address) {
            print(&format!("{}\n", folder(&path)?))?;
            RemoteSettings::new(&self.name, Place::Folder(path))
        } else {
            match self.found(&mut person)? {
                Ok(settings) => settings,
                Err(stop) => return told(&stop, &self.name),
            }
        };
        if let Some(trace) = &person.trace {
            trace_is_whole(trace);
        }
        let book = settings.book();
        let known = { config.remotes.iter() }
            .find(|one| one.kind() == settings.kind() && is_same(&one.book(), &book));
        if let Some(known) = known {
            let why = format!(
                "remote {} has this address book already: {}; under two names everybody in it would be synced twice",
                known.name,
                safe(&book)
            );
            return Err(refused(why));
        }
        settings.new = !settings.read_only && !config.remotes.iter().any(|one| one.new);
        keep_password(&mut settings, &mut person)?;
        if add(config, &settings, &mut person)? {
            print(&format!(
                "Added. callbook sync --dry-run {} shows what a first sync would do\n",
                self.name
            ))?;
        } else {
            print("Nothing was added\n")?;
        }
        Ok(0)
    }

    /// The settings of an address book that was found and chosen on a server.
    fn found(&self, person: &mut Person<'_>) -> Result<Result<RemoteSettings, Stop>> {
        let mut address = match start(&self.address) {
            Ok(address) => address,
            Err(fault) => return Err(refused(format!("{}: {fault}", self.address))),
        };
        let host = &address.origin.host;
        if host == GOOGLE || host.ends_with(&format!(".{GOOGLE}")) {
            let why = "Google is not supported: it takes no passwords, and ignores which version of a card is \
                       changed. Export the contacts there as vCard, and callbook import them";
            return Err(refused(why));
        }
        let mut server = ServerSettings {
            url: String::new(),
            user: self.user(person)?,
            password: { self.password_command.as_deref() }.map_or(PasswordFrom::Asked, words_of),
            ca_file: self.ca_file.as_ref().map(|file| whole(file)),
            timeout: crate::config::remotes::TIMEOUT,
            insecure: false,
        };
        let mut hops = 0;
        let books = loop {
            let trace = person.trace.clone();
            if let Some(trace) = &trace {
                trace.of(&self.name);
            }
            let mut ask = |question: &str| person.password(question);
            let found = client(&server, &address, &mut ask, trace.as_ref())
                .and_then(|mut client| discover(&mut client, &address));
            match found {
                Ok(books) => break books,
                Err(stop) => {
                    let stop::Kind::Elsewhere(to) = &stop.kind else {
                        return Ok(Err(stop));
                    };
                    let Some(there) = Address::read(to).ok().filter(|_| hops == 0) else {
                        return Ok(Err(stop));
                    };
                    hops += 1;
                    let question = format!(
                        "{} hands over to {}. Send the user name and the password there?",
                        address.origin, there.origin
                    );
                    match person.agrees(&question, false)? {
                        Some(true) => address = there,
                        Some(false) => return Ok(Err(stop)),
                        None => {
                            let why = format!(
                                "{} hands over to {}, and without a terminal callbook cannot ask whether that is right; if it is, \
                                 give {there} as the address",
                                address.origin, there.origin
                            );
                            return Err(refused(why));
                        }
                    }
                }
            }
        };
        let Some(book) = chosen(&books, &address, person)? else {
            return Err(refused("no address book was chosen"));
        };
        server.url = book.address.to_string();
        let mut settings = RemoteSettings::new(&self.name, Place::Server(server));
        settings.read_only = book.state.read_only;
        Ok(Ok(settings))
    }

    /// The user name: as given, the email address, or what is asked.
    fn user(&self, person: &mut Person<'_>) -> Result<Option<String>> {
        if self.user.is_some() {
            return Ok(self.user.clone());
        }
        if self.address.contains('@') && !self.address.contains('/') {
            return Ok(Some(self.address.trim().to_owned()));
        }
        let typed = if person.yes {
            None
        } else {
            person.ask("User name [none]: ")?
        };
        Ok(typed.filter(|typed| !typed.is_empty()))
    }
}

/// Whether two addresses or paths are of one address book.
fn is_same(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
        || match (Address::read(one), Address::read(other)) {
            (Ok(one), Ok(other)) => one.is_same(&other),
            _ => false,
        }
}

/// The folder that an address names.
fn folder_of(address: &str) -> Option<PathBuf> {
    let path = expanded(Path::new(address));
    let is_path =
        address.starts_with(['/', '~', '.']) || !address.contains([':', '@']) && path.is_dir();
    is_path.then(|| std::path::absolute(&path).unwrap_or(path))
}

/// A path that is the same wherever the program is started.
fn whole(path: &Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// A command as the configuration has it: its words, or a shell with it where it needs one.
fn words_of(command: &str) -> PasswordFrom {
    let words = if command.contains(OF_SHELLS) {
        vec!["sh".to_owned(), "-c".to_owned(), command.to_owned()]
    } else {
        shell_words(command)
    };
    PasswordFrom::Command(words)
}

/// The address book that is meant: the only one, or the one that is chosen.
fn chosen<'f>(
    books: &'f [Found],
    address: &Address,
    person: &mut Person<'_>,
) -> Result<Option<&'f Found>> {
    if books.is_empty() {
        let why = format!(
            "no address book was found at {address}; give the address that the settings of the server show for CardDAV"
        );
        return Err(refused(why));
    }
    let mut list = String::from("Address books found:\n");
    for (at, book) in books.iter().enumerate() {
        let access = if book.state.read_only {
            ", read only"
        } else {
            ""
        };
        let name = safe(&book.state.name);
        // Writing to a string cannot fail.
        let _ = writeln!(list, "{:>3}  {name}{access}  {}", at + 1, book.address);
    }
    print(&list)?;
    if let [only] = books {
        // A server without an address book where it was asked is asked elsewhere too.
        let is_meant =
            address.path == "/" || address.holds(&only.address) || address.is_same(&only.address);
        if is_meant {
            return Ok(Some(only));
        }
        let why = format!("there is no address book at {address}, as it was given");
        if person.yes {
            return Err(refused(format!(
                "{why}; where the one that was found is meant, give its address: {}",
                only.address
            )));
        }
        let question = format!("{why}. Take the one that was found?");
        return match person.agrees(&question, false)? {
            Some(true) => Ok(Some(only)),
            Some(false) => Ok(None),
            None => Err(refused(format!("{why}; give the address {}", only.address))),
        };
    }
    if person.yes {
        return Err(refused(
            "there are several address books; give the address of one of them",
        ));
    }
    let Some(answer) = person.ask(&format!("Which one? [1-{}] ", books.len()))? else {
        return Err(refused(
            "there are several address books; give the address of one of them",
        ));
    };
    let place = answer.parse::<usize>().ok();
    Ok(place.and_then(|place| books.get(place.checked_sub(1)?)))
}

/// Whether a program can be started by this name.
fn has(program: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&folders).any(|folder| folder.join(program).is_file())
}

/// Offers to have a program keep the password that was typed, and sets the command that reads it.
fn keep_password(settings: &mut RemoteSettings, person: &mut Person<'_>) -> Result<()> {
    let name = settings.name.clone();
    let Place::Server(server) = &mut settings.place else {
        return Ok(());
    };
    let typed = person.password.clone();
    let (Some(password), PasswordFrom::Asked, Some(user)) = (typed, &server.password, &server.user)
    else {
        return Ok(());
    };
    let service = format!("callbook-{name}");
    let (keeper, keep, read): (_, Vec<&str>, Vec<&str>) = if has("secret-tool") {
        let label = service.as_str();
        (
            "secret-tool",
            vec!["store", "--label", label, "service", label, "user", user],
            vec!["secret-tool", "lookup", "service", label, "user", user],
        )
    } else if cfg!(target_os = "macos") && has("security") {
        // It asks for the password itself: an argument would be shown by `ps`.
        (
            "security",
            vec![
                "add-generic-password",
                "-U",
                "-a",
                user,
                "-s",
                &service,
                "-w",
            ],
            vec![
                "security",
                "find-generic-password",
                "-a",
                user,
                "-s",
                &service,
                "-w",
            ],
        )
    } else {
        complain(
            "note: the password is kept nowhere, and is asked for at each sync; password_command can print it",
        );
        return Ok(());
    };
    let question =
        format!("Keep the password with {keeper}, so that it is not asked for at each sync?");
    if person.agrees(&question, true)? != Some(true) {
        return Ok(());
    }
    let is_typed_there = keeper == "security";
    let mut child = Command::new(keeper)
        .args(&keep)
        .stdin(if is_typed_there {
            Stdio::inherit()
        } else {
            Stdio::piped()
        })
        .spawn()
        .with_context(|| format!("cannot start {keeper}"))?;
    if let Some(mut input) = child.stdin.take() {
        // A program that does not read it says why by its status.
        let _ = input.write_all(password.as_bytes());
    }
    if child.wait()?.success() {
        server.password = PasswordFrom::Command(read.into_iter().map(str::to_owned).collect());
    } else {
        complain(&format!(
            "warning: {keeper} did not keep the password; it is asked for at each sync"
        ));
    }
    Ok(())
}

/// Shows the block and appends it to the configuration, once that is wanted.
fn add(config: &Config, settings: &RemoteSettings, person: &mut Person<'_>) -> Result<bool> {
    let block = settings.block();
    let file = shown(&config.file);
    print(&format!("\n{block}\n"))?;
    if !person.yes {
        match person.agrees(&format!("Add this to {file}?"), true)? {
            Some(true) => {}
            Some(false) => return Ok(false),
            None => return Err(refused(format!("Add this to {file}? Use --yes to confirm"))),
        }
    }
    append(&config.file, settings).with_context(|| format!("cannot add the remote to {file}"))?;
    Ok(true)
}

/// Appends a block to a file, of which all stays as it is.
fn append(file: &Path, settings: &RemoteSettings) -> Result<()> {
    let (file, old) = rewrite::read(file)?;
    let before = Config::of_bytes(&old, &file);
    let gap = if old.is_empty() { "" } else { "\n" };
    let new = rewrite::at_end(&old, "\n", &format!("{gap}{}", settings.block()));
    let after = Config::of_bytes(&new, &file);
    let is_read = after.remotes.len() == before.remotes.len() + 1
        && after.troubles == before.troubles
        && after
            .remotes
            .iter()
            .any(|one| one.block() == settings.block());
    if !is_read {
        bail!(
            "the file as it is takes no block at its end; correct what callbook config says of it, or add the lines yourself"
        );
    }
    rewrite::replace(&file, &new)
}

#[cfg(test)]
mod tests {
    use super::{PasswordFrom, folder_of, words_of};

    #[test]
    fn a_command_is_its_words_or_a_shell() {
        let words = |command: &str| match words_of(command) {
            PasswordFrom::Command(words) => words.join("|"),
            other => panic!("{other:?}"),
        };
        assert_eq!(words("pass show 'cloud/ann b'"), "pass|show|cloud/ann b");
        assert_eq!(
            words("pass show x | head -1"),
            "sh|-c|pass show x | head -1"
        );
    }

    #[test]
    fn paths_are_told_from_addresses() {
        assert!(folder_of("/a/b").is_some_and(|path| path.ends_with("a/b")));
        assert!(folder_of("./b").is_some());
        assert!(folder_of("cloud.example.org").is_none());
        assert!(folder_of("https://h/").is_none());
    }
}
