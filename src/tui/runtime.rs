//! Where effects are done: the store on its thread, the reader, signals, timers, the clipboard, the
//! editor. Nothing else in the screens touches the world.

use std::convert::Infallible;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use crossterm::clipboard::CopyToClipboard;
use crossterm::execute;

use crate::domain::refusal::Refusal;
use crate::import::keep;
use crate::regular;
use crate::store::Options;

use super::protocol::{Effect, Msg, Request, Ticket};
use super::terminal::{self, Guard, Input};

mod store_thread;
mod workers;

pub use store_thread::StoreThread;
use workers::Open;

/// What wakes the loop.
#[derive(Debug)]
pub enum Event {
    /// Something for `update`.
    Msg(Msg),
    /// The reader has spent its permit on this.
    Input(io::Result<Input>),
    /// The database is open, with why it cannot be written, if so; or it is not.
    Opened(Result<Option<String>, Refusal>),
    /// The process was told to end.
    Signal(i32),
    /// It was stopped, by whatever, and goes on.
    Continued,
    /// A thread met an internal error in this place.
    Crashed(String),
}

/// The threads and the world.
pub struct Runtime {
    events: Sender<Event>,
    permits: Sender<()>,
    requests: Sender<(Ticket, Request)>,
    /// Set to have the store give up what it does for long.
    stop: Arc<AtomicBool>,
    open: Open,
    /// Disconnected once no thread has the book open.
    closed: Receiver<Infallible>,
    permitted: bool,
    /// Set while another program has the terminal: what is typed there is not for this one.
    lent: Arc<AtomicBool>,
    call: String,
}

impl Runtime {
    /// Starts the threads, which tell `events` what happens. `call` is the command that a `tel:`
    /// address is handed to.
    ///
    /// # Errors
    /// Where signals cannot be listened to.
    pub fn start(
        path: PathBuf,
        options: Options,
        call: String,
        events: Sender<Event>,
    ) -> io::Result<Self> {
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
        let (open, closed) = Open::new();
        let opens = open.clone();
        thread::spawn(move || {
            StoreThread::new(replies, stopped, crate::state::rejects().ok())
                .keep(&path, options, &asked, &opens);
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
            permitted: false,
            lent,
            call,
        })
    }

    /// Has the store give up what it does for long.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    /// Gives up what goes on, and has every thread close the book, so that its file alone has all of it.
    /// What it gives is disconnected once they have.
    #[must_use]
    pub fn end(self) -> Receiver<Infallible> {
        let Self {
            requests,
            stop,
            open,
            closed,
            ..
        } = self;
        open.close();
        stop.store(true, Ordering::SeqCst);
        drop((requests, open));
        closed
    }

    /// Lends the terminal to another program. What is typed there to interrupt that program reaches
    /// this one too, and is not meant for it.
    fn lend<T>(&self, guard: &Guard, work: impl FnOnce() -> T) -> io::Result<T> {
        self.lent.store(true, Ordering::SeqCst);
        let result = guard.lend(work);
        self.lent.store(false, Ordering::SeqCst);
        result
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

    /// Does an effect. Quitting, drawing and timers are the loop's.
    pub fn run(&mut self, effect: Effect, guard: &mut Guard) -> io::Result<()> {
        match effect {
            Effect::Ask(ticket, request) => {
                // The store's thread ends with the program only.
                let _ = self.requests.send((ticket, request));
            }
            Effect::Copy(text) => copy(&text)?,
            Effect::Open(address) => self.open(&address),
            Effect::Edit(place, text) => {
                let edited = self.lend(guard, || edit(&text))?;
                self.tell(match edited {
                    Ok(text) => Msg::Editor(place, text),
                    Err(error) => Msg::Trouble(format!(
                        "the editor could not be started: {error}; set $EDITOR"
                    )),
                });
            }
            Effect::Complete(page, path) => {
                let paths = complete(&path);
                self.tell(Msg::Paths(page, path, paths));
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
            Effect::Stop => self.stop(),
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
    let edited = String::from_utf8_lossy(&regular::read(file.path())?).into_owned();
    Ok((status.success() && edited.trim_end_matches('\n') != text).then_some(edited))
}

/// What a path can be completed to, or the last of several paths.
fn complete(typed: &str) -> Vec<String> {
    let whole = beginning_with(typed);
    if !whole.is_empty() {
        return whole;
    }
    let spaces = typed.rmatch_indices(char::is_whitespace);
    let mut spaces =
        spaces.filter(|(at, _)| !typed.get(..*at).is_some_and(|text| text.ends_with('\\')));
    let Some((at, space)) = spaces.next() else {
        return Vec::new();
    };
    let (before, last) = typed.split_at(at + space.len());
    let paths = beginning_with(&last.replace("\\ ", " ")).into_iter();
    paths
        .map(|path| format!("{before}{}", path.replace(' ', "\\ ")))
        .collect()
}

/// The files and folders whose path begins like this.
fn beginning_with(path: &str) -> Vec<String> {
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

#[cfg(test)]
mod tests {
    use super::complete;

    #[test]
    fn the_last_of_several_paths_is_completed() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["ada.vcf", "my cards.vcf", "my list.csv"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let at = |text: &str| text.replace('@', &folder.path().display().to_string());
        let completed = |text: &str| complete(&at(text));
        assert_eq!(completed("@/a"), [at("@/ada.vcf")]);
        assert_eq!(completed("@/my c"), [at("@/my cards.vcf")]);
        assert_eq!(completed("@/ada.vcf @/a"), [at("@/ada.vcf @/ada.vcf")]);
        assert_eq!(
            completed("@/ada.vcf @/my"),
            [
                at("@/ada.vcf @/my\\ cards.vcf"),
                at("@/ada.vcf @/my\\ list.csv")
            ]
        );
        assert_eq!(
            completed("@/ada.vcf @/my\\ l"),
            [at("@/ada.vcf @/my\\ list.csv")]
        );
        assert!(completed("@/ada.vcf @/none").is_empty());
    }
}
