//! The command line: what is given, and which command it is.

mod add;
mod add_email;
mod backup;
mod call;
mod change;
mod compact;
mod config;
mod conflicts;
mod contact;
mod copy;
mod dates;
mod detail_flags;
mod doctor;
mod document;
mod duplicates;
mod edit;
pub mod exit;
mod export;
mod field_flags;
mod files;
mod find;
mod fix;
pub mod format;
mod health;
mod help;
mod import;
mod keys;
mod log;
mod negation;
mod one;
mod output;
mod phone;
mod pick;
mod qr;
mod questions;
mod remote;
mod screens;
mod show;
mod signals;
#[cfg(feature = "sync")]
mod sync;
mod table;
mod who;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use chrono::Utc;
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use clap_complete::Shell;

use files::{Given, GivenPath, is_missing, missing};
use output::{complain, exact, harmless};
use signals::Signals;

use crate::config::{Config, database};
use crate::crash;
use crate::domain::naming::SortPrefixes;
use crate::domain::number::Region;
use crate::domain::operation::Actor;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::timestamp::Timestamp;
use crate::store::backup::Force;
use crate::store::{Options, Store};
use crate::tui::keymap::Keymap;

/// The contacts of the demonstration.
const DEMO: &[u8] = include_bytes!("../assets/demo.vcf");

/// The page of the manual about the filter.
const FILTERS: &str = include_str!("../assets/guide/filters.md");

/// Contacts and phone numbers in the terminal.
///
/// Without a command, the screens open: ? shows every key.
#[derive(Debug, Parser)]
#[command(
    name = "callbook",
    version,
    arg_required_else_help = false,
    after_help = "Examples:\n  callbook                                     open the screens\n  callbook contacts.vcf                        preview an import on the screens\n  callbook import contacts.vcf                 import contacts\n  callbook who +39 02 5550 1182                look up who called\n  callbook find marco                          find a contact and its numbers\n  callbook export -o contacts.vcf              export all contacts\n\nExit status: 2 invalid input, 3 not found, 4 conflict, 5 the book is in use by another program,\n6 a remote could not be reached, 1 any other error."
)]
struct Arguments {
    /// Open this book instead of `CALLBOOK_DB` or the default one.
    #[arg(long, global = true, value_name = "FILE")]
    db: Option<GivenPath>,
    /// Open a temporary demo book with about 300 contacts.
    #[arg(long, conflicts_with = "db")]
    demo: bool,
    /// Start without the filter and the contact of the last session.
    #[arg(long)]
    fresh: bool,
    #[command(subcommand)]
    command: Option<Cmd>,
}

#[derive(Debug, Subcommand)]
enum Cmd {
    /// Import contacts from vCard, CSV, LDIF or JSON files.
    ///
    /// An import is one step, which `callbook undo` takes back. Importing the same file again changes
    /// nothing; a newer card of a known contact updates what differs.
    #[command(
        after_help = "Examples:\n  callbook import contacts.vcf\n  callbook import *.vcf\n  callbook import ~/.contacts\n  callbook import --dry-run contacts.vcf\n  callbook import --map 'Wo=phone:work' list.csv\n  ssh phone cat contacts.vcf | callbook import -"
    )]
    Import(import::ImportCommand),
    /// Export contacts as vCard, CSV or JSON.
    ///
    /// Unedited cards are written byte for byte as they were imported; edited cards change only in the
    /// edited lines.
    #[command(
        after_help = "Examples:\n  callbook export > contacts.vcf\n  callbook export -o garage.csv garage\n  callbook export --card-version 4.0 --split cards/\n  callbook export --as google --spreadsheet-safe -o google.csv\n  callbook export --as outlook -o outlook.csv"
    )]
    Export(export::ExportCommand),
    /// Add a contact with a name, its numbers and all else that is known.
    ///
    /// Says so where a contact of that name or number exists. With --if-new it is not added then, and the exit
    /// status is 4.
    #[command(
        after_help = "Examples:\n  callbook add Ada Lovelace +44 20 7946 0018\n  callbook add 'Ada Lovelace' --email ada@example.org --email work=ada@work.example --birthday 1815-12-10\n  callbook add Marco Bianchi --label work 02 5550 1182\n  callbook add 'Marco Bianchi' '02 5550 1182' '347 555 0164'"
    )]
    Add(add::AddCommand),
    /// Edit a contact as text in your editor.
    ///
    /// The editor is $VISUAL or $EDITOR. It opens again with what is wrong above the lines; an unchanged or empty
    /// text changes nothing. All of it is one step, which `callbook undo` takes back. Where the contact has
    /// changed meanwhile, nothing is saved, the text is kept in a file, and the exit status is 4.
    #[command(
        after_help = "Examples:\n  callbook edit Ada Lovelace\n  EDITOR=nano callbook edit ada"
    )]
    Edit(edit::EditCommand),
    /// List, create, update and delete phone numbers as records.
    #[command(subcommand)]
    Phone(phone::PhoneCommand),
    /// List, create, update and delete contacts as records.
    #[command(subcommand)]
    Contact(contact::ContactCommand),
    /// Find contacts by text or digits, best match first.
    ///
    /// Prints one line for each number. The exit status is 3 when nothing matches.
    #[command(
        after_help = "Examples:\n  callbook find marco\n  callbook find bianchi --format '{name} <{e164}>'\n  callbook find 5550 --json\n  mutt: set query_command = \"callbook find --mutt-query '%s'\"\n  aerc: address-book-cmd = callbook find --aerc '%s'"
    )]
    Find(find::FindCommand),
    /// Print birthdays and other dates that return soon.
    #[command(
        after_help = "Examples:\n  callbook dates\n  callbook dates --days 7\n  callbook dates --ics > birthdays.ics"
    )]
    Dates(dates::DatesCommand),
    /// Look up a phone number, however it is written.
    ///
    /// The exit status is 3 when nothing matches.
    #[command(
        after_help = "Examples:\n  callbook who +39 02 5550 1182\n  callbook who tel:+390255501182\n  callbook who 5501182"
    )]
    Who(who::WhoCommand),
    /// Show a contact with its numbers and details.
    #[command(
        after_help = "Examples:\n  callbook show marco bianchi\n  callbook show 02 5550 1182\n  callbook show --json tag:garage"
    )]
    Show(show::ShowCommand),
    /// Call a contact's primary number, or the number that is named.
    ///
    /// The number is handed to the program that is set as call in config.toml.
    #[command(
        after_help = "Examples:\n  callbook call marco\n  callbook call marco label:mobile\n  callbook call --print 5550 1182"
    )]
    Call(call::CallCommand),
    /// Copy a number, an email or a contact to the terminal's clipboard.
    #[command(
        after_help = "Examples:\n  callbook copy marco\n  callbook copy --email ada\n  callbook copy --all ada lovelace"
    )]
    Copy(copy::CopyCommand),
    /// Choose contacts on the terminal, and print what was chosen.
    ///
    /// The list is drawn on the terminal also where the output is a pipe: a number, an email or an id is printed
    /// for each contact that was chosen. The exit status is 1 if nothing was chosen.
    #[command(
        after_help = "Examples:\n  callbook call $(callbook pick --id)\n  mutt $(callbook pick --email)\n  callbook pick --number tag:garage"
    )]
    Pick(pick::PickCommand),
    /// Add the sender of a mail that is piped in.
    ///
    /// The question is asked on the terminal. An email that is in the book already is not added again.
    #[command(
        after_help = "Examples:\n  callbook add-email < mail.eml\n  callbook add-email --yes < mail.eml\n  callbook add-email --to 'Marco Bianchi' < mail.eml\n  mutt: macro index,pager A \"<pipe-message>callbook add-email<enter>\""
    )]
    AddEmail(add_email::AddEmailCommand),
    /// Print a QR code: scan it to call a number, write an email or take a contact.
    #[command(
        after_help = "Examples:\n  callbook qr Marco Bianchi\n  callbook qr --card Ada Lovelace\n  callbook qr --email ada"
    )]
    Qr(qr::QrCommand),
    /// List numbers that need attention, or confirm them by source.
    #[command(
        after_help = "Examples:\n  callbook fix\n  callbook fix --list --json\n  callbook fix --confirm-source google --dry-run"
    )]
    Fix(fix::FixCommand),
    /// Change every contact that matches a filter, in one step.
    ///
    /// A condition on numbers limits the change to those numbers. `callbook undo` takes it back.
    #[command(
        after_help = "Examples:\n  callbook change --dry-run 'source:csv country:none' country:it\n  callbook change label:cell label:cell=mobile\n  callbook change 'tag:old club' -- '-tag:old club' is:historic"
    )]
    Change(change::ChangeCommand),
    /// Find and merge duplicates.
    #[command(
        after_help = "Examples:\n  callbook duplicates\n  callbook duplicates --merge-sure --dry-run\n  callbook duplicates --merge KEPT OTHER"
    )]
    Duplicates(duplicates::DuplicatesCommand),
    /// Show counts of numbers, countries, sources and labels.
    Health {
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
    /// Show the history of the book, of one step or of one contact.
    #[command(
        after_help = "Examples:\n  callbook log\n  callbook log 42\n  callbook log --contact ID"
    )]
    Log(log::LogCommand),
    /// Undo the last step or another one.
    #[command(
        after_help = "Examples:\n  callbook undo\n  callbook undo 42\n  callbook undo --back-to 42 --dry-run"
    )]
    Undo(log::UndoCommand),
    /// Redo the last undone step.
    Redo(log::RedoCommand),
    /// Restore an earlier version of a contact or number.
    Revert(log::RevertCommand),
    /// List deleted records, bring them back or empty the bin.
    Bin(log::BinCommand),
    /// Make, list, verify and prune backups.
    ///
    /// callbook makes backups by itself: once a day, before an import, before a bulk change
    /// and before it upgrades a book.
    Backup {
        #[command(subcommand)]
        command: Option<backup::BackupCommand>,
        /// Write JSON.
        #[arg(long, global = true)]
        json: bool,
    },
    /// Restore a backup; the current book is backed up first.
    ///
    /// A damaged book is moved aside and kept.
    Restore {
        /// The backup to restore [default: the newest sound one].
        backup: Option<GivenPath>,
        /// Restore a backup of another book, or over a file that is not a callbook book.
        #[arg(long)]
        force: bool,
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
    /// Check the database for corruption, broken rules and unsafe locations.
    ///
    /// The exit status is 1 if it finds a problem.
    Doctor {
        /// Repair what can be repaired, after making a backup.
        #[arg(long)]
        fix: bool,
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
    /// Shrink the book: free unused space and delete unused cards.
    ///
    /// No other program may have the book open.
    #[command(after_help = "Examples:\n  callbook compact\n  callbook compact --history --dry-run")]
    Compact(compact::CompactCommand),
    /// Set up and look after the address books elsewhere that the book is synced with.
    #[command(
        subcommand,
        after_help = "Examples:\n  callbook remote add nextcloud https://cloud.example.org --user ann\n  callbook remote add friends ~/.contacts/friends\n  callbook remote check nextcloud\n  callbook remote list"
    )]
    Remote(remote::RemoteCommand),
    /// Sync the book with the remotes that `callbook remote add` sets up.
    #[cfg(feature = "sync")]
    #[command(
        after_help = "Examples:\n  callbook sync\n  callbook sync --dry-run nextcloud\n  callbook sync --yes nextcloud\n\nExit status: 0 all is synced, 4 something is to be decided, 5 another callbook syncs or has the database,\n6 a remote could not be reached (nothing is lost), 1 something else is not synced: a card that is not taken\nthere, cannot be read or is not given, a password that is refused, an address book or a folder that is not there\nor takes nothing, or a remote whose lines in config.toml are wrong."
    )]
    Sync(sync::SyncCommand),
    /// List and decide what was changed on both sides.
    Conflicts(conflicts::ConflictsCommand),
    /// Print every key binding.
    Keys(keys::Keys),
    /// Explain the filter: its words and conditions.
    #[command(long_about = FILTERS)]
    Filters,
    /// Print the settings and where the files are.
    Config {
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print shell completions.
    #[command(
        after_help = "Examples:\n  callbook completions bash > ~/.local/share/bash-completion/completions/callbook\n  callbook completions zsh > ~/.zfunc/_callbook\n  callbook completions fish > ~/.config/fish/completions/callbook.fish"
    )]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual, or write its pages to a folder.
    #[command(
        after_help = "Examples:\n  callbook man | man -l -\n  callbook man --to ~/.local/share/man/man1"
    )]
    Man {
        /// An existing folder.
        #[arg(long, value_name = "FOLDER")]
        to: Option<GivenPath>,
    },
    /// Files and folders: open the preview of their import.
    #[command(external_subcommand)]
    Files(Vec<OsString>),
}

impl Cmd {
    /// Whether the command creates a missing book; a command that only reads does not.
    const fn creates(&self) -> bool {
        match self {
            Self::Import(_) | Self::Add(_) | Self::AddEmail(_) | Self::Restore { .. } => true,
            Self::Contact(command) => matches!(command, contact::ContactCommand::Create { .. }),
            Self::Phone(command) => matches!(command, phone::PhoneCommand::Create { .. }),
            Self::Remote(command) => command.creates(),
            #[cfg(feature = "sync")]
            Self::Sync(_) => true,
            _ => false,
        }
    }
}

/// Runs the program with the process's arguments; gives its exit status.
///
/// # Errors
/// What is to be printed after `error: `.
pub fn run() -> Result<u8> {
    crash::quiet();
    let Arguments {
        db,
        demo,
        fresh,
        command,
    } = match given() {
        Ok(arguments) => arguments,
        Err(mistake) if mistake.use_stderr() => return Ok(report_mistake(&mistake)),
        Err(asked) => return exact(&asked.render().to_string()).map(|()| 0),
    };
    let config = Config::read();
    let demo = if demo {
        Some(TemporaryBook::demo()?)
    } else {
        None
    };
    let path = match (
        &demo,
        &db,
        std::env::var_os("CALLBOOK_DB").filter(|path| !path.is_empty()),
    ) {
        (Some(demo), _, _) => demo.path.clone(),
        (None, Some(path), _) => path.to_path_buf(),
        (None, None, Some(path)) => GivenPath::from(path).into(),
        (None, None, None) => database()?,
    };
    // The screens show it, and `config` prints it.
    let (config, keymap) = keys::with_keys(config);
    if command
        .as_ref()
        .is_some_and(|command| !matches!(command, Cmd::Config { .. }))
    {
        for trouble in &config.troubles {
            complain(&format!("warning: {trouble}"));
        }
    }
    let named = db.is_some();
    answer(command, fresh, demo.is_some(), (config, keymap), &path).map_err(|error| {
        // Damage is reported with the way out.
        match error.downcast::<Refusal>() {
            Ok(refusal) if refusal.kind == Kind::Damaged => {
                backup::with_the_way_out(refusal, &path, named).into()
            }
            Ok(refusal) => refusal.into(),
            Err(error) => error,
        }
    })
}

/// Reads the process's arguments.
fn given() -> Result<Arguments, clap::Error> {
    let arguments = negation::without_dashes(std::env::args_os());
    let matches = help::grouped(Arguments::command()).try_get_matches_from(arguments)?;
    Arguments::from_arg_matches(&matches)
}

/// Tells what is wrong with the arguments; gives the exit status.
fn report_mistake(mistake: &clap::Error) -> u8 {
    // It quotes what was given.
    let told = harmless(&mistake.render().to_string());
    let _ = io::stderr().write_all(told.as_bytes());
    u8::try_from(mistake.exit_code()).unwrap_or(1)
}

/// Runs one command, or the screens without one; the demo book remembers nothing.
fn answer(
    command: Option<Cmd>,
    fresh: bool,
    demo: bool,
    (config, keymap): (Config, Keymap),
    path: &Path,
) -> Result<u8> {
    let command = match command {
        None => {
            let options = options(config.home, Some(config.sort_prefixes), Actor::Screens);
            let view = screens::view(path, fresh, demo);
            return screens::run(path, options, (config, keymap), view, Vec::new());
        }
        Some(Cmd::Files(words)) => {
            return match files::given(words, &Arguments::command())? {
                Given::Files(files) => {
                    let options = options(config.home, Some(config.sort_prefixes), Actor::Screens);
                    let view = screens::view(path, fresh, demo);
                    screens::run(path, options, (config, keymap), view, files)
                }
                Given::NoCommand(mistake) => Ok(report_mistake(&mistake)),
            };
        }
        // It is left by the signals of the screens.
        Some(Cmd::Pick(pick)) => {
            let fields = config.fields.clone();
            let (home, order) = (config.home, Some(config.sort_prefixes));
            let options = || options(home, order, Actor::Screens);
            let open = || {
                if is_missing(path) {
                    return Err(missing(path));
                }
                let mut store = Store::open(path, options())?;
                config::learn(&mut store, &fields);
                Ok(store)
            };
            let start = || screens::picking(path, options(), (config, keymap));
            return pick.run(open, start);
        }
        Some(command) => command,
    };
    let signals = Signals::heard().context("cannot listen to signals")?;
    match (
        done(command, &signals, (&config, &keymap), path),
        signals.status(),
    ) {
        (Err(error), Some(status)) => {
            complain(&format!("{error:#}"));
            Ok(status)
        }
        (Ok(failed), Some(status)) if failed > 0 => Ok(status),
        (done, _) => done,
    }
}

/// Runs a command to its end, or until a signal comes; gives its exit status.
fn done(
    command: Cmd,
    signals: &Signals,
    (config, keymap): (&Config, &Keymap),
    path: &Path,
) -> Result<u8> {
    // A dry run of an import into a book that does not exist yet looks at an empty one elsewhere.
    let scratch = match &command {
        Cmd::Import(import) if import.dry_run && is_missing(path) => Some(TemporaryBook::new()?),
        _ => None,
    };
    let path = scratch.as_ref().map_or(path, |book| &book.path);
    let creates = command.creates();
    let home = match &command {
        Cmd::Add(add) => add.home(config, &signals.stop())?,
        _ => config.home,
    };
    let opened = |actor| {
        if !creates && is_missing(path) {
            return Err(missing(path));
        }
        let stop = signals.stop();
        let mut store = Store::open(path, options(home, Some(config.sort_prefixes), actor))?;
        store.set_stop(stop)?;
        config::learn(&mut store, &config.fields);
        Ok(store)
    };
    let open = || opened(Actor::Command);
    match command {
        Cmd::Import(command) => command.run(|| opened(Actor::Import)),
        Cmd::Export(command) => command.run(open),
        Cmd::Add(command) => command.run(open),
        Cmd::Edit(command) => command.run(open),
        Cmd::Phone(command) => command.run(open),
        Cmd::Contact(command) => command.run(open),
        Cmd::Find(command) => command.run(open),
        Cmd::Who(command) => command.run(open),
        Cmd::Show(command) => command.run(open),
        Cmd::Call(command) => command.run(&config.call, open),
        Cmd::Copy(command) => command.run(open),
        Cmd::Qr(command) => command.run(open),
        Cmd::AddEmail(command) => command.run(open),
        Cmd::Fix(command) => command.run(open),
        Cmd::Change(command) => command.run(open),
        Cmd::Duplicates(command) => command.run(open),
        Cmd::Dates(command) => command.run(open),
        Cmd::Health { json } => health::run(json, open),
        Cmd::Log(command) => command.run(open),
        Cmd::Undo(command) => command.run(open),
        Cmd::Redo(command) => command.run(open),
        Cmd::Revert(command) => command.run(open),
        Cmd::Backup { command, json } => backup::run(command.as_ref(), path, json, open),
        Cmd::Restore {
            backup,
            force,
            json,
        } => {
            let force = if force { Force::Yes } else { Force::No };
            let options = options(config.home, Some(config.sort_prefixes), Actor::Command);
            let stop = signals.stop();
            let restored = backup::restore(path, backup.as_deref(), force, options, &stop);
            document::answer(restored, json)
        }
        Cmd::Compact(command) => command.run(config.keep, open),
        Cmd::Doctor { fix, json } => doctor::run(fix, json, open),
        Cmd::Bin(command) => command.run(open),
        Cmd::Remote(command) => command.run(config, path, &signals.stop(), open),
        #[cfg(feature = "sync")]
        Cmd::Sync(command) => command.run(config, &signals.stop(), open),
        Cmd::Conflicts(command) => command.run(open),
        Cmd::Keys(command) => command.run(keymap).map(|()| 0),
        Cmd::Config { json } => document::answer(Ok(config::told(config, keymap, path)), json),
        Cmd::Filters => exact(FILTERS).map(|()| 0),
        Cmd::Completions { shell } => {
            let mut script = Vec::new();
            let mut command = Arguments::command();
            clap_complete::generate(shell, &mut command, "callbook", &mut script);
            exact(&String::from_utf8_lossy(&script)).map(|()| 0)
        }
        Cmd::Man { to } => manual(to.as_deref()).map(|()| 0),
        // These are done on the screens.
        Cmd::Files(_) | Cmd::Pick(_) => Ok(0),
    }
}

fn options(home: Option<Region>, sort_prefixes: Option<SortPrefixes>, actor: Actor) -> Options {
    Options {
        home,
        actor,
        clock: Box::new(|| Timestamp::from_utc(Utc::now())),
        file_system: None,
        sort_prefixes,
    }
}

/// The manual page, made of the same table as the help.
fn manual(folder: Option<&Path>) -> Result<()> {
    let command = Arguments::command();
    if let Some(folder) = folder {
        return clap_mangen::generate_to(command, folder)
            .with_context(|| format!("cannot write manual pages into {}", folder.display()));
    }
    let mut page = Vec::new();
    clap_mangen::Man::new(command).render(&mut page)?;
    exact(&String::from_utf8_lossy(&page))
}

/// A book in a temporary folder, which goes with it.
struct TemporaryBook {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl TemporaryBook {
    fn new() -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("callbook-")
            .tempdir()
            .context("cannot make a temporary folder")?;
        Ok(Self {
            path: folder.path().join("callbook.db"),
            _folder: folder,
        })
    }

    /// The book of the demonstration.
    fn demo() -> Result<Self> {
        let book = Self::new()?;
        let mut store = Store::open(&book.path, options(None, None, Actor::Import))?;
        let demo = crate::import::File::open(DEMO, "demo.vcf", &[])?;
        crate::import::all(&mut store, demo)?;
        Ok(book)
    }
}
