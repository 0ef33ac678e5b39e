//! The command line: what is given, and which command it is.

mod add;
mod contact;
mod document;
mod phone;
mod table;
mod who;

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufRead, BufReader, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use chrono::Utc;
use clap::{Parser, Subcommand};

use crate::config::{self, Config};
use crate::domain::import::{Fate, FateKind, ImportPlan, ImportReport, count, thousands};
use crate::domain::operation::Actor;
use crate::domain::safe::safe;
use crate::domain::timestamp::Timestamp;
use crate::exchange::vcard::Cards;
use crate::state::{self, View};
use crate::store::{Options, Store};
use crate::{import, tui};

/// The contacts of the demonstration.
const DEMO: &[u8] = include_bytes!("../assets/demo.vcf");

/// Contacts and phone numbers in the terminal.
///
/// Without a command, the screens open: ? shows every key.
#[derive(Debug, Parser)]
#[command(name = "callbook", version, arg_required_else_help = false)]
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
    /// Take in the contacts of a vCard file (2.1, 3.0 or 4.0).
    ///
    /// The whole import is one step: u in the screens takes it back. The same file again changes
    /// nothing.
    #[command(
        after_help = "Examples:\n  callbook import contacts.vcf\n  callbook import --dry-run contacts.vcf\n  ssh phone cat contacts.vcf | callbook import -"
    )]
    Import {
        /// The file, or - for standard input.
        file: PathBuf,
        /// Print what it would do to each card, and write nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Add somebody: a name, and a number if there is one.
    #[command(
        after_help = "Examples:\n  callbook add \"Ada Lovelace\" +44 20 7946 0018\n  callbook add \"Marco Bianchi\" --label work 02 5550 1182"
    )]
    Add {
        /// The name, in quotes where it has spaces.
        name: String,
        /// The number, with spaces or without.
        number: Vec<String>,
        /// The label of the number.
        #[arg(long)]
        label: Option<String>,
    },
    /// The phone numbers as records: list, get, create, update, delete.
    #[command(subcommand)]
    Phone(phone::PhoneCommand),
    /// The contacts as records: list, get, create, update, delete.
    #[command(subcommand)]
    Contact(contact::ContactCommand),
    /// Say who has a number, in any spelling; historic numbers answer too. Exit status 3: nobody.
    #[command(
        after_help = "Examples:\n  callbook who '+39 02 5550 1182'\n  callbook who tel:+390255501182\n  callbook who 5501182"
    )]
    Who {
        /// The number.
        #[arg(allow_hyphen_values = true)]
        number: String,
        /// Write JSON.
        #[arg(long)]
        json: bool,
    },
    /// Print every key of the screens.
    Keys,
}

/// Runs the program with the process's arguments; gives its exit status.
///
/// # Errors
/// What is to be printed after `error: `.
pub fn run() -> Result<u8> {
    let arguments = Arguments::parse();
    let config = Config::read();
    let demo = if arguments.demo {
        Some(Demo::new()?)
    } else {
        None
    };
    let path = match (
        &demo,
        arguments.db,
        std::env::var_os("CALLBOOK_DB").filter(|path| !path.is_empty()),
    ) {
        (Some(demo), _, _) => demo.path.clone(),
        (None, Some(path), _) => path,
        (None, None, Some(path)) => path.into(),
        (None, None, None) => config::database()?,
    };
    match arguments.command {
        Some(Cmd::Import { file, dry_run }) => {
            let (cards, name) = open_cards(&file)?;
            let mut store = Store::open(&path, options(&config, Actor::Import))?;
            if dry_run {
                let plan = import::plan(&mut store, cards, &name)?;
                return print(&planned(&plan)).map(|()| 0);
            }
            let done = import::cards(&mut store, cards, &name)?;
            print(&told(&done.value, &name))?;
            Ok(u8::from(!done.value.rejects.is_empty()))
        }
        Some(Cmd::Add {
            name,
            number,
            label,
        }) => {
            let mut store = Store::open(&path, options(&config, Actor::Command))?;
            add::run(&mut store, name, &number, label)
        }
        Some(Cmd::Phone(command)) => {
            command.run(|| Store::open(&path, options(&config, Actor::Command)))
        }
        Some(Cmd::Contact(command)) => {
            command.run(|| Store::open(&path, options(&config, Actor::Command)))
        }
        Some(Cmd::Who { number, json }) => who::run(&number, json, || {
            Store::open(&path, options(&config, Actor::Command))
        }),
        Some(Cmd::Keys) => print(&config.keymap.markdown()).map(|()| 0),
        None => {
            let view = match (&demo, arguments.fresh) {
                (Some(_), _) => None,
                (None, true) => Some(View::default()),
                (None, false) => Some(state::recall(&path)),
            };
            screens(&path, config, view)
        }
    }
}

fn options(config: &Config, actor: Actor) -> Options {
    Options {
        home: config.home,
        actor,
        clock: Box::new(|| Timestamp::from_utc(Utc::now())),
    }
}

/// Starts the screens, where there is a terminal for them; with a view they begin with it, and what
/// they leave is remembered.
fn screens(path: &Path, config: Config, view: Option<View>) -> Result<u8> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        bail!("the screens need a terminal; callbook --help lists the commands that do without");
    }
    if std::env::var("TERM").is_ok_and(|term| term == "dumb") {
        bail!(
            "the screens need a terminal that can move its cursor, and TERM is dumb; callbook --help lists the commands that do without"
        );
    }
    let options = options(&config, Actor::Screens);
    let remembering = view.is_some();
    let (status, view) = tui::run(tui::Start {
        path: path.to_owned(),
        options,
        keymap: config.keymap,
        theme: config.theme,
        mouse: config.mouse,
        call: config.call,
        trouble: config.trouble,
        view: view.unwrap_or_default(),
    })?;
    // Who cannot write there starts afresh the next time; that is nothing to fail for.
    if remembering {
        let _ = state::remember(path, &view);
    }
    Ok(status)
}

/// The cards of a file or of standard input, and its name.
fn open_cards(file: &Path) -> Result<(Cards<Box<dyn BufRead>>, String)> {
    let (stream, name): (Box<dyn BufRead>, String) = if file == Path::new("-") {
        (Box::new(io::stdin().lock()), "standard input".to_owned())
    } else {
        let opened = File::open(file).with_context(|| format!("cannot read {}", file.display()))?;
        if opened.metadata().is_ok_and(|opened| opened.is_dir()) {
            bail!("{} is a folder; name a vCard file in it", file.display());
        }
        let name = file.file_name().map_or_else(
            || file.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        );
        (Box::new(BufReader::new(opened)), name)
    };
    Ok((Cards::new(stream), name))
}

/// What an import would do, for people: a line for each card, and the counts.
fn planned(plan: &ImportPlan) -> String {
    let mut text = String::new();
    for row in &plan.rows {
        let kind = row.fate.kind();
        let why = match &row.fate {
            Fate::New => String::new(),
            Fate::Change(found) | Fate::Same(found) => {
                format!("{}: {}", found.by.words(), safe(&found.name))
            }
            Fate::Unreadable(reason) => safe(reason).into_owned(),
        };
        let _ = writeln!(
            text,
            "{} {:<6} {}\t{}\t{why}",
            kind.sign(),
            row.place.card,
            safe(&row.name),
            count(row.numbers.len(), "number"),
        );
    }
    let counts: Vec<String> = FateKind::ALL
        .into_iter()
        .map(|kind| format!("{} {}", thousands(plan.of(kind)), kind.word()))
        .collect();
    let _ = writeln!(text, "{}; nothing was written", counts.join(", "));
    text
}

/// What an import did, for people: the cards that could not be read by line.
fn told(report: &ImportReport, name: &str) -> String {
    let mut text = format!("{}\n", report.summary());
    for reject in &report.rejects {
        let who = reject
            .name
            .as_ref()
            .map_or_else(String::new, |name| format!(" ({})", safe(name)));
        let (place, reason) = (reject.place, safe(&reject.reason));
        let _ = writeln!(
            text,
            "  {}:{}: card {}{who} {reason}",
            safe(name),
            place.line,
            place.card,
        );
    }
    text
}

/// Prints; a reader that has gone away is the end, not an error.
fn print(text: &str) -> Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => Ok(result?),
    }
}

/// A book in a temporary folder, which goes with it.
struct Demo {
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Demo {
    fn new() -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("callbook-demo-")
            .tempdir()
            .context("cannot make a temporary folder")?;
        let path = folder.path().join("demo.db");
        let clock = || Timestamp::from_utc(Utc::now());
        let mut store = Store::open(
            &path,
            Options {
                home: None,
                actor: Actor::Import,
                clock: Box::new(clock),
            },
        )?;
        import::cards(&mut store, Cards::new(DEMO), "demo.vcf")?;
        Ok(Self {
            path,
            _folder: folder,
        })
    }
}
