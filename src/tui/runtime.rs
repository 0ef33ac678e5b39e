//! Where effects are done: the store on its thread, the reader, signals, timers, the clipboard, the
//! editor. Nothing else in the screens touches the world.

use std::convert::Infallible;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use crate::config;
use crate::config::remotes::RemoteSettings;
use crate::domain::edit::TextEdit;
use crate::domain::own_fields::OwnFields;
use crate::domain::progress::Stop;
use crate::domain::refusal::{Kind, Refusal};
use crate::editor::{self, TextFile};
use crate::exchange::edit_text::EditedText;
use crate::import::keep;
use crate::store::Options;

use super::protocol::{AfterUndo, Effect, Msg, Request, Ticket};
#[cfg(not(feature = "sync"))]
use super::protocol::{Reply, Tone};
use super::terminal::{self, Background, Reader, TerminalGuard};

mod book_watch;
pub(crate) mod clipboard;
mod config_file;
mod event;
#[cfg(feature = "sync")]
mod network;
pub(crate) mod opener;
mod paths;
mod photo;
mod store_thread;
mod workers;

pub use event::Event;
pub use store_thread::StoreThread;
use workers::Open;

/// Why nothing is synced.
#[cfg(not(feature = "sync"))]
const WITHOUT: &str = "this callbook was built without sync";

/// The threads and the world.
pub(crate) struct Runtime {
    events: Sender<Event>,
    permits: Sender<()>,
    requests: Sender<(Ticket, Request)>,
    /// Asks the store to give up what it does for long.
    stop: Stop,
    open: Open,
    /// Disconnected once no thread has the book open.
    closed: Receiver<Infallible>,
    #[cfg(feature = "sync")]
    network: network::Network,
    permitted: bool,
    /// Set while another program has the terminal: what is typed there is not for this one.
    lent: Arc<AtomicBool>,
    call: String,
}

impl Runtime {
    /// Starts the threads, which tell `events` what happens. `call` is the command that a `tel:`
    /// address is handed to; `background` says whether the reader asks the terminal for it; the remotes are
    /// synced by themselves once the book is open.
    ///
    /// # Errors
    /// If signals cannot be listened to.
    pub(crate) fn start(
        path: PathBuf,
        options: Options,
        fields: OwnFields,
        call: String,
        background: Background,
        #[cfg_attr(
            not(feature = "sync"),
            expect(unused_variables, reason = "nothing is synced")
        )]
        remotes: Vec<RemoteSettings>,
        events: Sender<Event>,
    ) -> io::Result<Self> {
        #[cfg(feature = "sync")]
        let network = network::Network::start(path.clone(), options.home, remotes, events.clone());
        let (permits, granted) = channel();
        let (requests, asked) = channel();
        let input = events.clone();
        thread::spawn(move || {
            let mut reader = Reader::new(background);
            while granted.recv().is_ok() {
                if input.send(Event::Input(reader.read())).is_err() {
                    break;
                }
            }
        });
        let replies = events.clone();
        let stop = Stop::default();
        let stopped = stop.clone();
        let (open, closed) = Open::new();
        let opens = open.clone();
        thread::spawn(move || {
            StoreThread::new(replies, stopped, crate::state::rejects().ok())
                .keep(&path, options, fields, &asked, &opens);
        });
        let mut signals = signal_hook::iterator::Signals::new([
            signal_hook::consts::SIGTERM,
            signal_hook::consts::SIGHUP,
            signal_hook::consts::SIGINT,
            signal_hook::consts::SIGQUIT,
            signal_hook::consts::SIGWINCH,
            signal_hook::consts::SIGCONT,
        ])?;
        let hung_up = events.clone();
        thread::spawn(move || {
            if terminal::wait_for_hang_up() {
                let _ = hung_up.send(Event::Signal(signal_hook::consts::SIGHUP));
            }
        });
        let told = events.clone();
        let lent = Arc::new(AtomicBool::new(false));
        let away = Arc::clone(&lent);
        thread::spawn(move || {
            for signal in signals.forever() {
                let Some(event) = meaning(signal, away.load(Ordering::SeqCst)) else {
                    continue;
                };
                if told.send(event).is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            events,
            permits,
            requests,
            stop,
            open,
            closed,
            #[cfg(feature = "sync")]
            network,
            permitted: false,
            lent,
            call,
        })
    }

    /// Has the store give up what it does for long.
    pub(crate) fn stop(&self) {
        self.stop.ask();
    }

    /// Gives up what goes on, and has every thread close the book, so that its file alone has all of it.
    /// What it gives is disconnected once they have.
    #[must_use]
    pub(crate) fn end(self) -> Receiver<Infallible> {
        let Self {
            requests,
            stop,
            open,
            closed,
            #[cfg(feature = "sync")]
            network,
            ..
        } = self;
        #[cfg(feature = "sync")]
        network.stop();
        open.close();
        stop.ask();
        drop((requests, open));
        closed
    }

    /// Lends the terminal to another program. What is typed there to interrupt that program reaches
    /// this one too, and is not meant for it.
    fn lend<T>(&self, guard: &TerminalGuard, work: impl FnOnce() -> T) -> io::Result<T> {
        self.lent.store(true, Ordering::SeqCst);
        let result = guard.lend(work);
        self.lent.store(false, Ordering::SeqCst);
        result
    }

    /// Lets the reader read one event, unless it does so already.
    pub(crate) fn permit(&mut self) {
        if !self.permitted {
            self.permitted = self.permits.send(()).is_ok();
        }
    }

    /// The reader has spent its permit.
    pub(crate) const fn spent(&mut self) {
        self.permitted = false;
    }

    /// Does an effect. Quitting, drawing and timers are the loop's.
    pub(crate) fn run(&mut self, effect: Effect, guard: &mut TerminalGuard) -> io::Result<()> {
        match effect {
            Effect::Ask(ticket, Request::PlanSync(name, after)) => {
                self.plan_sync(ticket, name, after);
            }
            Effect::Ask(ticket, Request::CheckRemote(name)) => self.check_remote(ticket, name),
            Effect::Ask(ticket, request) => {
                #[cfg(feature = "sync")]
                match &request {
                    Request::Write(_) => self.network.written(),
                    Request::SetHome(home) => self.network.set_home(*home),
                    _ => {}
                }
                // The store's thread ends with the program only.
                let _ = self.requests.send((ticket, request));
            }
            Effect::Copy(text) => clipboard::copy(&text, &mut io::stdout())?,
            Effect::Open(address) => self.open(&address),
            Effect::Edit(place, text) => {
                let edited = self.lend(guard, || editor::edit(&text))?;
                self.tell(Msg::Editor(place, edited));
            }
            Effect::EditContact(page, typed, faults) => {
                let mut edited = EditedText::resumed(*typed);
                if !faults.is_empty() {
                    edited.refused(&faults);
                }
                let how = match TextFile::new(".toml") {
                    Ok(file) => self.lend(guard, || edited.edit(|text| file.edit(text)))?,
                    Err(error) => {
                        let why = format!("cannot write the text: {error}");
                        TextEdit::Unfinished(Refusal::new(Kind::Storage, why))
                    }
                };
                let typed = Box::new(edited.left());
                self.tell(Msg::ContactEdited(page, typed, how));
            }
            Effect::Complete(page, path) => {
                let paths = paths::complete(&path);
                self.tell(Msg::Paths(page, path, paths));
            }
            Effect::Mouse(mouse) => guard.set_mouse(mouse)?,
            Effect::KeepHome(home) => {
                if let Err(error) = config::set_home(home) {
                    self.tell(Msg::Trouble(format!("{error:#}")));
                }
            }
            Effect::Report(name, text) => {
                let name = format!("{name}-plan.txt");
                let kept = crate::state::plans().and_then(|folder| {
                    keep(&folder, &name, |file| file.write_all(text.as_bytes()))
                });
                self.tell(match kept {
                    Ok(path) => Msg::Reported(path),
                    Err(error) => Msg::Trouble(format!("cannot save the preview: {error}")),
                });
            }
            Effect::Stop => self.stop(),
            #[cfg(feature = "sync")]
            Effect::Sync(order) => self.network.sync(order),
            #[cfg(feature = "sync")]
            Effect::Password(name, secret) => self.network.password(name, secret),
            #[cfg(feature = "sync")]
            Effect::StopSync => self.network.stop(),
            #[cfg(not(feature = "sync"))]
            Effect::Sync(_) | Effect::StopSync | Effect::Password(..) => {
                self.tell(Msg::Sync(Vec::new(), Some((Tone::Bad, WITHOUT.to_owned()))));
            }
            Effect::Suspend => self.lend(guard, || {
                let _ = rustix::process::kill_process(
                    rustix::process::getpid(),
                    rustix::process::Signal::TSTP,
                );
            })?,
            Effect::After(..) | Effect::Redraw | Effect::Quit => {}
        }
        Ok(())
    }

    /// The book is open and can be written: what is due at the start is done.
    pub(crate) fn opened(&self) {
        #[cfg(feature = "sync")]
        self.network.opened();
    }

    /// Has the network's thread answer what a sync would do.
    #[cfg(feature = "sync")]
    fn plan_sync(&self, ticket: Ticket, name: String, after: AfterUndo) {
        self.network.plan(ticket, name, after);
    }

    /// Has the network's thread answer what a remote is.
    #[cfg(feature = "sync")]
    fn check_remote(&self, ticket: Ticket, name: String) {
        self.network.check(ticket, name);
    }

    #[cfg(not(feature = "sync"))]
    fn check_remote(&self, ticket: Ticket, name: String) {
        self.plan_sync(ticket, name, AfterUndo::Unsaid);
    }

    #[cfg(not(feature = "sync"))]
    fn plan_sync(&self, ticket: Ticket, _name: String, _after: AfterUndo) {
        let refusal = Refusal::new(Kind::Invalid, WITHOUT);
        self.tell(Msg::Store(ticket, Reply::Refused(refusal)));
    }

    fn tell(&self, msg: Msg) {
        let _ = self.events.send(Event::Msg(msg));
    }

    fn open(&self, address: &str) {
        match opener::open(&self.call, address) {
            Ok(mut child) => {
                thread::spawn(move || child.wait());
            }
            Err(error) => self.tell(Msg::Trouble(format!("{error:#}"))),
        }
    }
}

/// What a signal means; nothing, where it is an interrupt for the program that has the terminal.
fn meaning(signal: i32, lent: bool) -> Option<Event> {
    use signal_hook::consts::{SIGCONT, SIGINT, SIGQUIT, SIGWINCH};
    match signal {
        SIGWINCH => terminal::size().ok().map(Msg::Resize).map(Event::Msg),
        SIGCONT => Some(Event::Continued),
        SIGINT | SIGQUIT if lent => None,
        _ => Some(Event::Signal(signal)),
    }
}
