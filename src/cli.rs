//! The command line: what is given, and which command it is.

mod add;
mod backup;
mod change;
mod compact;
mod config;
mod contact;
mod doctor;
mod document;
mod duplicates;
pub mod exit;
mod export;
mod files;
mod find;
mod fix;
pub mod format;
mod health;
mod import;
mod keys;
mod log;
mod output;
mod phone;
mod signals;
mod table;
mod who;

use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use chrono::Utc;
use clap::{CommandFactory as _, Parser, Subcommand};
use clap_complete::Shell;

use files::Given;
use output::{complain, exact, harmless, print};
use signals::Signals;

use crate::config::{Config, database, shown};
use crate::crash;
use crate::domain::number::Region;
use crate::domain::operation::Actor;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::timestamp::Timestamp;
use crate::import::expanded;
use crate::state::{self, Drafts, View};
use crate::store::backup::Force;
use crate::store::{Options, Store};
use crate::tui;
use crate::tui::keymap::Keymap;
use crate::tui::widgets::theme::Theme;

/// The contacts of the demonstration.
const DEMO: &[u8] = include_bytes!("../assets/demo.vcf");

/// Contacts and phone numbers in the terminal.
///
/// Without a command, the screens open: ? shows every key.
#[derive(Debug, Parser)]
#[command(
    name = "callbook",
    version,
    arg_required_else_help = false,
    after_help = "Examples:\n  callbook                                     open the screens\n  callbook contacts.vcf                        preview an import on the screens\n  callbook import contacts.vcf                 take everybody in\n  callbook who +39 02 5550 1182                who called\n  callbook find marco                          numbers of whoever is called so\n  callbook export -o everybody.vcf             and everybody out again\n\nThe exit status is 2 for what is invalid, 3 for what is not found, 4 for a conflict, 5 where another\nprogram holds the database, and 1 for anything else."
)]
struct Arguments {
    /// The database; else the variable `CALLBOOK_DB`, else callbook/callbook.db in the data folder.
    #[arg(long, global = true, value_name = "FILE")]
    db: Option<PathBuf>,
    /// Open a temporary book of some 300 contacts, to look around in.
    #[arg(long, conflicts_with = "db")]
    demo: bool,
    /// Start with everybody, not with the filter and the contact of the last time.
    #[arg(long)]
    fresh: bool,
    #[command(subcommand)]
    command: Option<Cmd>,
}

#[derive(Debug, Subcommand)]
enum Cmd {
    /// Take in the contacts of a file: vCards (2.1, 3.0, 4.0), a CSV table, or an exported book.
    ///
    /// The whole import is one step: u in the screens takes it back. The same file again changes
    /// nothing, and a newer card of somebody who is there changes what it says otherwise.
    #[command(
        after_help = "Examples:\n  callbook import contacts.vcf\n  callbook import *.vcf\n  callbook import ~/.contacts\n  callbook import --dry-run contacts.vcf\n  callbook import --map 'Wo=phone:work' list.csv\n  ssh phone cat contacts.vcf | callbook import -"
    )]
    Import(import::ImportCommand),
    /// Write contacts out: as vCards, a CSV table or JSON.
    ///
    /// A card that nobody touched goes out byte for byte as it came in; an edited one differs in the
    /// edited lines only.
    #[command(
        after_help = "Examples:\n  callbook export > everybody.vcf\n  callbook export -o garage.csv garage\n  callbook export --card-version 4.0 --split cards/\n  callbook export --as google --spreadsheet-safe -o google.csv"
    )]
    Export(export::ExportCommand),
    /// Add somebody: a name, and a number if there is one.
    #[command(
        after_help = "Examples:\n  callbook add Ada Lovelace +44 20 7946 0018\n  callbook add Marco Bianchi --label work 02 5550 1182"
    )]
    Add(add::AddCommand),
    /// The phone numbers as records: list, get, create, update, delete.
    #[command(subcommand)]
    Phone(phone::PhoneCommand),
    /// The contacts as records: list, get, create, update, delete.
    #[command(subcommand)]
    Contact(contact::ContactCommand),
    /// Find contacts by a text or by digits, the best first, a line for each number.
    ///
    /// The exit status is 3 where nobody is found.
    #[command(
        after_help = "Examples:\n  callbook find marco\n  callbook find bianchi --format '{name} <{e164}>'\n  callbook find 5550 --json\n  mutt: set query_command = \"callbook find --mutt-query '%s'\"\n  aerc: address-book-cmd = callbook find --aerc '%s'"
    )]
    Find(find::FindCommand),
    /// Say who has a number, in any spelling; historic numbers answer too. Exit status 3: nobody.
    #[command(
        after_help = "Examples:\n  callbook who +39 02 5550 1182\n  callbook who tel:+390255501182\n  callbook who 5501182"
    )]
    Who(who::WhoCommand),
    /// List the contacts whose numbers need attention, and why; or confirm them by source.
    #[command(
        after_help = "Examples:\n  callbook fix\n  callbook fix --list --json\n  callbook fix --confirm-source google --dry-run"
    )]
    Fix(fix::FixCommand),
    /// Change many contacts at once: those whom a filter shows, and of them the numbers that it is
    /// about. It is one step, which callbook undo takes back.
    #[command(
        after_help = "Examples:\n  callbook change --dry-run 'source:csv country:none' country:it\n  callbook change label:cell label:cell=mobile\n  callbook change 'tag:old club' -- '-tag:old club' is:historic"
    )]
    Change(change::ChangeCommand),
    /// List contacts that may be one person, and merge them.
    #[command(
        after_help = "Examples:\n  callbook duplicates\n  callbook duplicates --merge-sure --dry-run\n  callbook duplicates --merge KEPT OTHER"
    )]
    Duplicates(duplicates::DuplicatesCommand),
    /// Count what the book is made of: confirmed, unconfirmed, by country, source, label and year.
    Health {
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print what was changed: the steps of the book, the rows of one step, or one contact's history.
    #[command(
        after_help = "Examples:\n  callbook log\n  callbook log 42\n  callbook log --contact ID"
    )]
    Log(log::LogCommand),
    /// Undo the last step, or another one.
    #[command(
        after_help = "Examples:\n  callbook undo\n  callbook undo 42\n  callbook undo --back-to 42"
    )]
    Undo(log::UndoCommand),
    /// Redo what was undone last.
    Redo,
    /// Make a contact, or one of its numbers, what it was after an earlier step.
    Revert(log::RevertCommand),
    /// List what was deleted, bring it back, or throw it away for good.
    Bin(log::BinCommand),
    /// Make a backup; or list, verify and prune those that there are.
    ///
    /// callbook makes one by itself once a day, before an import, before a change of many contacts,
    /// and before it brings a database up to date.
    Backup {
        #[command(subcommand)]
        command: Option<backup::BackupCommand>,
    },
    /// Put a backup in the place of the database; what was there is backed up first.
    ///
    /// A database that is damaged is put aside and left as it is.
    Restore {
        /// The backup; else the newest that is sound.
        backup: Option<PathBuf>,
        /// Restore a backup of another book, and put aside a file that is not a callbook book.
        #[arg(long)]
        force: bool,
    },
    /// Examine the database: whether it is sound, keeps the rules, and lies well.
    ///
    /// The exit status is 1 where something was found.
    Doctor {
        /// Put right what can be, after a backup.
        #[arg(long)]
        fix: bool,
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
    /// Give back room that is free, and drop cards that nothing names.
    ///
    /// No other program may have the book open meanwhile.
    #[command(after_help = "Examples:\n  callbook compact\n  callbook compact --history --dry-run")]
    Compact(compact::CompactCommand),
    /// Print every key of the screens.
    Keys(keys::Keys),
    /// Print where everything is, and what is set.
    Config,
    /// Print the completions for a shell.
    #[command(
        after_help = "Examples:\n  callbook completions bash > ~/.local/share/bash-completion/completions/callbook\n  callbook completions zsh > ~/.zfunc/_callbook\n  callbook completions fish > ~/.config/fish/completions/callbook.fish"
    )]
    Completions {
        /// The shell.
        shell: Shell,
    },
    /// Print the manual page, or write those of all commands into a folder.
    #[command(
        after_help = "Examples:\n  callbook man | man -l -\n  callbook man --to ~/.local/share/man/man1"
    )]
    Man {
        /// The folder, which has to be there.
        #[arg(long, value_name = "FOLDER")]
        to: Option<PathBuf>,
    },
    /// Files and folders: the screens open on the preview of their import.
    #[command(external_subcommand)]
    Files(Vec<OsString>),
}

impl Cmd {
    /// Whether the command makes a book where there is none: one that only looks does not.
    const fn creates(&self) -> bool {
        match self {
            Self::Import(_) | Self::Add(_) | Self::Restore { .. } => true,
            Self::Contact(command) => matches!(command, contact::ContactCommand::Create { .. }),
            Self::Phone(command) => matches!(command, phone::PhoneCommand::Create { .. }),
            _ => false,
        }
    }
}

/// Whether there is nothing at a path, not even a link that leads nowhere.
fn is_missing(path: &Path) -> bool {
    let looked = path.symlink_metadata();
    looked.is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
}

fn missing(path: &Path) -> Refusal {
    let detail = format!(
        "no book at {}; callbook add and callbook import create one, --db names another",
        shown(path)
    );
    Refusal::new(Kind::NotFound, detail)
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
    } = match Arguments::try_parse() {
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
        // A shell expands a tilde only where a word begins with it, and nothing does in a variable.
        (None, Some(path), _) => expanded(path),
        (None, None, Some(path)) => expanded(Path::new(&path)),
        (None, None, None) => database()?,
    };
    // The screens show it, and `config` prints it.
    let (config, keymap) = keys::with_keys(config);
    if command
        .as_ref()
        .is_some_and(|command| !matches!(command, Cmd::Config))
    {
        for trouble in &config.troubles {
            complain(&format!("warning: {trouble}; this line is not used"));
        }
    }
    let named = db.is_some();
    answer(command, fresh, demo.is_some(), (config, keymap), &path).map_err(|error| {
        // What is damaged is told with the way out of it.
        match error.downcast::<Refusal>() {
            Ok(refusal) if refusal.kind == Kind::Damaged => {
                backup::with_the_way_out(refusal, &path, named).into()
            }
            Ok(refusal) => refusal.into(),
            Err(error) => error,
        }
    })
}

/// Tells what is wrong with the arguments; gives the exit status.
fn report_mistake(mistake: &clap::Error) -> u8 {
    // It quotes what was given.
    let told = harmless(&mistake.render().to_string());
    let _ = io::stderr().write_all(told.as_bytes());
    u8::try_from(mistake.exit_code()).unwrap_or(1)
}

/// Runs one command, or the screens where there is none; in a demonstration they remember nothing.
fn answer(
    command: Option<Cmd>,
    fresh: bool,
    demo: bool,
    (config, keymap): (Config, Keymap),
    path: &Path,
) -> Result<u8> {
    let command = match command {
        None => return screens(path, (config, keymap), view(path, fresh, demo), Vec::new()),
        Some(Cmd::Files(words)) => {
            return match files::given(words, &Arguments::command())? {
                Given::Files(files) => {
                    screens(path, (config, keymap), view(path, fresh, demo), files)
                }
                Given::NoCommand(mistake) => Ok(report_mistake(&mistake)),
            };
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
    let opened = |actor| {
        if !creates && is_missing(path) {
            return Err(missing(path));
        }
        let stop = signals.stop();
        let mut store = Store::open(path, options(config.home, actor))?;
        store.set_stop(stop)?;
        Ok(store)
    };
    let open = || opened(Actor::Command);
    match command {
        Cmd::Import(command) => command.run(|| opened(Actor::Import)),
        Cmd::Export(command) => command.run(open),
        Cmd::Add(command) => command.run(open),
        Cmd::Phone(command) => command.run(open),
        Cmd::Contact(command) => command.run(open),
        Cmd::Find(command) => command.run(open),
        Cmd::Who(command) => command.run(open),
        Cmd::Fix(command) => command.run(open),
        Cmd::Change(command) => command.run(open),
        Cmd::Duplicates(command) => command.run(open),
        Cmd::Health { json } => health::run(json, open),
        Cmd::Log(command) => command.run(open),
        Cmd::Undo(command) => command.run(open),
        Cmd::Redo => log::redo(open),
        Cmd::Revert(command) => command.run(open),
        Cmd::Backup { command } => backup::run(command.as_ref(), path, open),
        Cmd::Restore { backup, force } => {
            let force = if force { Force::Yes } else { Force::No };
            let options = options(config.home, Actor::Command);
            backup::restore(path, backup.as_deref(), force, options, &signals.stop())
        }
        Cmd::Compact(command) => command.run(config.keep, open),
        Cmd::Doctor { fix, json } => doctor::run(fix, json, open),
        Cmd::Bin(command) => command.run(open),
        Cmd::Keys(command) => command.run(keymap).map(|()| 0),
        Cmd::Config => print(&config::config_text(config, keymap, path)).map(|()| 0),
        Cmd::Completions { shell } => {
            let mut script = Vec::new();
            let mut command = Arguments::command();
            clap_complete::generate(shell, &mut command, "callbook", &mut script);
            exact(&String::from_utf8_lossy(&script)).map(|()| 0)
        }
        Cmd::Man { to } => manual(to.as_deref()).map(|()| 0),
        // What is given is opened on the screens.
        Cmd::Files(_) => Ok(0),
    }
}

/// What the screens begin with; none in a demonstration, which remembers nothing.
fn view(path: &Path, fresh: bool, demo: bool) -> Option<View> {
    match (demo, fresh) {
        (true, _) => None,
        (false, true) => Some(View::default()),
        (false, false) => Some(state::recall(path)),
    }
}

fn options(home: Option<Region>, actor: Actor) -> Options {
    Options {
        home,
        actor,
        clock: Box::new(|| Timestamp::from_utc(Utc::now())),
        file_system: None,
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

/// Starts the screens, where there is a terminal for them; with a view they begin with it, and what
/// they leave is remembered. With files they begin with the preview of their import.
fn screens(
    path: &Path,
    (config, keymap): (Config, Keymap),
    view: Option<View>,
    import: Vec<PathBuf>,
) -> Result<u8> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        bail!("the screens need a terminal; callbook --help lists the commands that do without");
    }
    if std::env::var("TERM").is_ok_and(|term| term == "dumb") {
        bail!(
            "the screens need a terminal that can move its cursor, and TERM is dumb; callbook --help lists the commands that do without"
        );
    }
    let options = options(config.home, Actor::Screens);
    let remembering = view.is_some();
    let left = tui::run(tui::Start {
        path: path.to_owned(),
        options,
        notice: keys::notice(&config, &keymap),
        keymap,
        theme: Theme::new(config.palette, config.signs.into()),
        mouse: config.mouse,
        call: config.call,
        view: view.unwrap_or_default(),
        // A temporary book has no next time.
        drafts: remembering.then(|| Drafts::of(path)).flatten(),
        import,
    })?;
    // Who cannot write there starts afresh the next time; that is nothing to fail for.
    if remembering {
        let _ = state::remember(path, &left.view);
    }
    if let Some(told) = left.told {
        complain(&format!("callbook: {told}"));
    }
    Ok(left.status)
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
        let mut store = Store::open(&book.path, options(None, Actor::Import))?;
        let demo = crate::import::File::open(DEMO, "demo.vcf", &[])?;
        crate::import::all(&mut store, demo)?;
        Ok(book)
    }
}
