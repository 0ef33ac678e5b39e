//! Where effects are done: the store on its thread, the reader, signals, timers, the clipboard, the
//! editor. Nothing else in the screens touches the world.

use std::fs;
use std::io::{self, BufReader, Write as _};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use crossterm::clipboard::CopyToClipboard;
use crossterm::execute;

use crate::domain::edit::Done;
use crate::domain::refusal::{Kind, Refusal};
use crate::exchange::csv;
use crate::export::{self, Form, There};
use crate::import::{File, keep, keep_rejects};
use crate::store::{Options, Store};

use super::model::{Effect, Msg, Reply, Request, Step, Ticket, Write, Written};
use super::terminal::{self, Guard};

/// What wakes the loop.
#[derive(Debug)]
pub enum Event {
    /// Something for `update`.
    Msg(Msg),
    /// The reader has spent its permit on this.
    Input(io::Result<Msg>),
    /// The database is open, with why it cannot be written, if so; or it is not.
    Opened(Result<Option<String>, Refusal>),
    /// The process was told to end.
    Signal(i32),
}

/// The threads and the world.
pub struct Runtime {
    events: Sender<Event>,
    permits: Sender<()>,
    requests: Sender<(Ticket, Request)>,
    /// Set to have the store give up what it does for long.
    stop: Arc<AtomicBool>,
    permitted: bool,
    call: String,
}

impl Runtime {
    /// Starts the threads. `call` is the command that a `tel:` address is handed to.
    ///
    /// # Errors
    /// Where signals cannot be listened to.
    pub fn start(
        path: PathBuf,
        options: Options,
        call: String,
    ) -> io::Result<(Self, Receiver<Event>)> {
        let (events, received) = channel();
        let (permits, granted) = channel();
        let (requests, asked) = channel();
        let input = events.clone();
        thread::spawn(move || {
            while granted.recv().is_ok() {
                if input.send(Event::Input(terminal::read())).is_err() {
                    break;
                }
            }
        });
        let replies = events.clone();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        thread::spawn(move || {
            Keeper {
                replies,
                stop: stopped,
            }
            .keep(&path, options, &asked);
        });
        let mut signals = signal_hook::iterator::Signals::new([
            signal_hook::consts::SIGTERM,
            signal_hook::consts::SIGHUP,
            signal_hook::consts::SIGINT,
        ])?;
        let hung_up = events.clone();
        thread::spawn(move || {
            if terminal::wait_for_hang_up() {
                let _ = hung_up.send(Event::Signal(signal_hook::consts::SIGHUP));
            }
        });
        let told = events.clone();
        thread::spawn(move || {
            for signal in signals.forever() {
                if told.send(Event::Signal(signal)).is_err() {
                    break;
                }
            }
        });
        Ok((
            Self {
                events,
                permits,
                requests,
                stop,
                permitted: false,
                call,
            },
            received,
        ))
    }

    /// Lets the reader read one event, unless it does so already.
    pub fn permit(&mut self) {
        if !self.permitted {
            self.permitted = self.permits.send(()).is_ok();
        }
    }

    /// The reader has spent its permit.
    pub const fn spent(&mut self) {
        self.permitted = false;
    }

    /// Does an effect. Quitting and drawing are the loop's.
    pub fn run(&mut self, effect: Effect, guard: &mut Guard) -> io::Result<()> {
        match effect {
            Effect::Ask(ticket, request) => {
                // The store's thread ends with the program only.
                let _ = self.requests.send((ticket, request));
            }
            Effect::Copy(text) => copy(&text)?,
            Effect::Open(address) => self.open(&address),
            Effect::Edit(text) => {
                let edited = guard.lend(|| edit(&text))?;
                self.tell(match edited {
                    Ok(text) => Msg::Editor(text),
                    Err(error) => Msg::Trouble(format!(
                        "the editor could not be started: {error}; set $EDITOR"
                    )),
                });
            }
            Effect::Complete(path) => self.tell(Msg::Paths(complete(&path))),
            Effect::After(time, timer) => {
                let events = self.events.clone();
                thread::spawn(move || {
                    thread::sleep(time);
                    let _ = events.send(Event::Msg(Msg::Timer(timer)));
                });
            }
            Effect::Mouse(mouse) => guard.set_mouse(mouse)?,
            Effect::Report(name, text) => {
                let name = format!("{name}-plan.txt");
                let kept = crate::state::plans().and_then(|folder| {
                    keep(&folder, &name, |file| file.write_all(text.as_bytes()))
                });
                self.tell(match kept {
                    Ok(path) => Msg::Reported(path),
                    Err(error) => Msg::Trouble(format!("the plan cannot be written: {error}")),
                });
            }
            Effect::Stop => self.stop.store(true, Ordering::Relaxed),
            Effect::Suspend => guard.lend(|| {
                let _ = rustix::process::kill_process(
                    rustix::process::getpid(),
                    rustix::process::Signal::TSTP,
                );
            })?,
            Effect::Redraw | Effect::Quit => {}
        }
        Ok(())
    }

    fn tell(&self, msg: Msg) {
        let _ = self.events.send(Event::Msg(msg));
    }

    fn open(&self, address: &str) {
        let mut words = self.call.split_whitespace();
        let Some(program) = words.next() else { return };
        let started = Command::new(program)
            .args(words)
            .arg(address)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        match started {
            Ok(mut child) => {
                thread::spawn(move || child.wait());
            }
            Err(error) => self.tell(Msg::Trouble(format!(
                "{program} could not be started: {error}; set call in config.toml"
            ))),
        }
    }
}

/// Sends text to the terminal's clipboard (OSC 52), through tmux where that is in between.
fn copy(text: &str) -> io::Result<()> {
    if std::env::var_os("TMUX").is_some() {
        let mut sequence = Vec::new();
        crossterm::queue!(sequence, CopyToClipboard::to_clipboard_from(text))?;
        let doubled = String::from_utf8_lossy(&sequence).replace('\u{1b}', "\u{1b}\u{1b}");
        write!(io::stdout(), "\u{1b}Ptmux;{doubled}\u{1b}\\")?;
    }
    execute!(io::stdout(), CopyToClipboard::to_clipboard_from(text))
}

/// Lets the person edit a text; none where they left it as it was or gave up.
fn edit(text: &str) -> io::Result<Option<String>> {
    let mut file = tempfile::Builder::new()
        .prefix("callbook-")
        .suffix(".txt")
        .tempfile()?;
    file.write_all(text.as_bytes())?;
    file.flush()?;
    let editor = std::env::var("VISUAL")
        .or_else(|_| std::env::var("EDITOR"))
        .unwrap_or_else(|_| "vi".to_owned());
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or("vi");
    let status = Command::new(program)
        .args(words)
        .arg(file.path())
        .status()?;
    // Editors save by putting another file in its place: read it by its name.
    let edited = String::from_utf8_lossy(&fs::read(file.path())?).into_owned();
    Ok((status.success() && edited.trim_end_matches('\n') != text).then_some(edited))
}

/// The files and folders whose path begins like this.
fn complete(path: &str) -> Vec<String> {
    let home = std::env::var("HOME").unwrap_or_default();
    let path = path
        .strip_prefix("~/")
        .map_or_else(|| path.to_owned(), |rest| format!("{home}/{rest}"));
    let (folder, start) = path
        .rsplit_once('/')
        .map_or(("", path.as_str()), |(folder, start)| (folder, start));
    let place = if folder.is_empty() && !path.starts_with('/') {
        Path::new(".")
    } else {
        Path::new(if folder.is_empty() { "/" } else { folder })
    };
    let mut paths: Vec<String> = fs::read_dir(place)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let fits =
                name.starts_with(start) && (!name.starts_with('.') || start.starts_with('.'));
            let slash = if entry.path().is_dir() { "/" } else { "" };
            let before = path.len() - start.len();
            fits.then(|| format!("{}{name}{slash}", path.get(..before).unwrap_or_default()))
        })
        .collect();
    paths.sort();
    paths
}

/// The store's thread.
struct Keeper {
    replies: Sender<Event>,
    stop: Arc<AtomicBool>,
}

impl Keeper {
    /// Opens the store, then answers. Of reads that wait, only the newest of each kind is answered: the
    /// others' answers would be dropped.
    fn keep(&self, path: &Path, options: Options, asked: &Receiver<(Ticket, Request)>) {
        let replies = &self.replies;
        let mut store = match Store::open(path, options) {
            Ok(store) => store,
            Err(refusal) => {
                let _ = replies.send(Event::Opened(Err(refusal)));
                return;
            }
        };
        let _ = replies.send(Event::Opened(Ok(store.read_only().map(str::to_owned))));
        while let Ok(first) = asked.recv() {
            let waiting: Vec<(Ticket, Request)> =
                std::iter::once(first).chain(asked.try_iter()).collect();
            for (at, (ticket, request)) in waiting.iter().enumerate() {
                let once = matches!(
                    request,
                    Request::Write(_) | Request::Plan(_) | Request::Export(..) | Request::Cards(_)
                );
                let stale = !once
                    && waiting.iter().skip(at + 1).any(|(_, later)| {
                        std::mem::discriminant(later) == std::mem::discriminant(request)
                    });
                if stale {
                    continue;
                }
                if store.changed_elsewhere().unwrap_or(false)
                    && replies
                        .send(Event::Msg(Msg::Store(*ticket, Reply::ChangedElsewhere)))
                        .is_err()
                {
                    return;
                }
                self.stop.store(false, Ordering::Relaxed);
                let reply = self.answer(&mut store, *ticket, request.clone());
                let reply = reply.unwrap_or_else(Reply::Refused);
                if replies
                    .send(Event::Msg(Msg::Store(*ticket, reply)))
                    .is_err()
                {
                    return;
                }
            }
        }
    }

    /// One answer.
    fn answer(
        &self,
        store: &mut Store,
        ticket: Ticket,
        request: Request,
    ) -> Result<Reply, Refusal> {
        Ok(match request {
            Request::Rows(query, first, count) => Reply::Rows(store.rows(&query, first, count)?),
            Request::Count(query) => Reply::Count(store.count(&query)?),
            Request::Totals => Reply::Totals(store.totals()?),
            Request::Place(query, id) => Reply::Place(store.place(&query, id)?),
            Request::Profile(id) => Reply::Profile(match store.profile(id) {
                Ok(profile) => Some(Box::new(profile)),
                Err(refusal) if refusal.kind == Kind::NotFound => None,
                Err(refusal) => return Err(refusal),
            }),
            Request::Holders(typed, except) => Reply::Holders(store.holders(&typed, except)?),
            Request::History(id) => Reply::History(store.history(id, 500)?),
            Request::Worklist => Reply::Worklist(store.worklist()?),
            Request::Plan(path) => {
                let plan = crate::import::plan(store, self.open(&path, ticket)?)?;
                Reply::Plan(path, Box::new(plan))
            }
            Request::Export(selection, path) => {
                let path = expanded(&path);
                let form = form_of(&path);
                let written = export::file(store, &selection, form, &path, There::Stays);
                Reply::Exported(written.map_err(refusal)?, path)
            }
            Request::Cards(selection) => {
                let mut cards = Vec::new();
                let form = Form::Cards(None);
                let written =
                    export::stream(store, &selection, form, &mut cards).map_err(refusal)?;
                Reply::Cards(written, String::from_utf8_lossy(&cards).into_owned())
            }
            Request::Write(write) => Reply::Written(self.written(store, ticket, write)?),
        })
    }

    fn written(&self, store: &mut Store, ticket: Ticket, write: Write) -> Result<Written, Refusal> {
        let forward = |point, contact| Written {
            point,
            step: Step::Forward,
            contact,
            report: None,
            rejects: None,
        };
        Ok(match write {
            Write::Phone(id, sent) => {
                let done = store.update_phone(id, sent, Vec::new())?;
                forward(done.point, Some(done.value.contact))
            }
            Write::AddPhone(owner, sent) => forward(
                store.create_phone(owner, sent, Vec::new())?.point,
                Some(owner),
            ),
            Write::DeletePhone(id, stamp) => {
                forward(store.delete_phone(id, Some(stamp))?.point, None)
            }
            Write::Contact(edit) => {
                let done = store.save_contact(*edit)?;
                forward(done.point, Some(done.value))
            }
            Write::ContactAttributes(id, sent) => {
                forward(store.update_contact(id, *sent, Vec::new())?.point, Some(id))
            }
            Write::DeleteContacts(ids) => forward(store.delete_contacts(&ids)?.point, None),
            Write::Confirm(ids) => forward(store.confirm_contacts(&ids)?.point, None),
            Write::ConfirmSource(source) => forward(store.confirm_source(&source)?.point, None),
            Write::Undo => Written {
                point: store.undo()?,
                step: Step::Undone,
                contact: None,
                report: None,
                rejects: None,
            },
            Write::Redo => Written {
                point: store.redo()?,
                step: Step::Redone,
                contact: None,
                report: None,
                rejects: None,
            },
            Write::Import(path, choices) => {
                let file = self.open(&path, ticket)?;
                let Done { value, point } = crate::import::chosen(store, file, &choices)?;
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                // Where that cannot be kept, the report still says which they are.
                let rejects = (!value.rejects.is_empty())
                    .then(|| keep_rejects(&crate::state::rejects()?, &name, &value.rejects))
                    .and_then(Result::ok);
                Written {
                    point,
                    step: Step::Forward,
                    contact: None,
                    report: Some(Box::new(value)),
                    rejects,
                }
            }
        })
    }

    /// Opens a file to import, and tells how far it has come.
    fn open(&self, path: &Path, ticket: Ticket) -> Result<File<'_>, Refusal> {
        let path = &expanded(path);
        let cannot = |error: &io::Error| {
            Refusal::new(
                Kind::Invalid,
                format!("cannot read {}: {error}", path.display()),
            )
        };
        let file = fs::File::open(path).map_err(|error| cannot(&error))?;
        let known = file.metadata().ok();
        if known.as_ref().is_some_and(fs::Metadata::is_dir) {
            return Err(Refusal::new(
                Kind::Invalid,
                format!("{} is a folder; name a file in it", path.display()),
            ));
        }
        let name = path.file_name().map_or_else(
            || path.display().to_string(),
            |name| name.to_string_lossy().into_owned(),
        );
        let length = known.filter(fs::Metadata::is_file).map(|known| known.len());
        let watch = move |progress| {
            let told = self
                .replies
                .send(Event::Msg(Msg::Progress(ticket, progress)));
            if told.is_err() || self.stop.load(Ordering::Relaxed) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        };
        let file = File::open(BufReader::new(file), &name, &[])?;
        Ok(file.watched(length, Box::new(watch)))
    }
}

/// A path with the home folder in the place of `~`.
fn expanded(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::var_os("HOME")) {
        (Ok(rest), Some(home)) => Path::new(&home).join(rest),
        _ => path.to_owned(),
    }
}

/// The form of an export, by what the name of its file ends in.
fn form_of(path: &Path) -> Form {
    let ending = path
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("csv") => Form::Table(csv::Form::Plain, csv::Guard::Exact),
        Some("json" | "jsonl") => Form::Book,
        _ => Form::Cards(None),
    }
}

/// What an export says, as the screens show it.
fn refusal(error: anyhow::Error) -> Refusal {
    match error.downcast::<Refusal>() {
        Ok(refusal) => refusal,
        Err(error) => Refusal::new(Kind::Storage, format!("{error:#}")),
    }
}
