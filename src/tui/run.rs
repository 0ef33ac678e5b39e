//! Running the screens: the terminal is taken, the threads are started, and the loop joins them until the
//! person leaves, or has to. It waits for what happens, has the program take it, draws, and has done what is
//! then to be done.

use std::convert::Infallible;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Error, Result};
use chrono::{Local, Offset as _, Utc};
use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use crate::config::remotes::RemoteSettings;
use crate::config::shown;
use crate::crash;
use crate::domain::query::SavedFilter;
use crate::domain::timestamp::Timestamp;
use crate::state::{Claimed, Drafts, View};
use crate::store::Options;

use super::app::App;
use super::autosave::Autosave;
use super::ctx::HomeQuestion;
use super::draft::{self, Draft};
use super::keymap;
use super::keymap::key::Key;
use super::pacing::{Answer, Pacing, Timers};
use super::pages::contacts::Picker;
use super::protocol::{Effect, Msg, Request, Tone};
use super::runtime::{Event, Runtime};
use super::screen;
use super::terminal::columns::Aligned;
use super::terminal::{self, Background, FrameWriter, TerminalGuard};
use super::widgets::theme::Theme;

type Screen = Terminal<Aligned<CrosstermBackend<FrameWriter>>>;

/// How long the end waits for what is being written: for another program's lock longer than the store
/// itself does, unless the program is asked to end.
const AT_END: [Duration; 2] = [Duration::from_secs(10), Duration::from_secs(3)];

/// How long the end waits until the book is closed: what is cut off is as whole as after a kill. And how
/// long where the book was deleted or replaced, and what only this program has is backed up.
const TO_CLOSE: [Duration; 2] = [Duration::from_millis(500), Duration::from_mins(1)];

/// How long the end waits for the terminal's answer, where it may still come.
const ANSWER_AT_END: Duration = Duration::from_millis(100);

/// How long a key waits for the contacts that it is about: keys that were typed ahead of a search come
/// together, over a slow line or from a macro, and are meant for what is found.
const CONTACTS_TIME: Duration = Duration::from_millis(250);

/// What the screens start with.
pub struct Start {
    /// Where the database is.
    pub path: PathBuf,
    /// How it is opened.
    pub options: Options,
    /// The keys.
    pub keymap: keymap::Keymap,
    /// The looks.
    pub theme: Theme,
    /// Whether the terminal is asked for its background, which the colours then follow.
    pub background: Background,
    /// Whether the home country is asked for at the first number that needs it.
    pub asks_home: HomeQuestion,
    /// Whether the mouse is taken.
    pub mouse: bool,
    /// The command for `tel:` addresses.
    pub call: String,
    /// The address that shows a place on a map; none: `geo:`.
    pub map: Option<String>,
    /// The configuration's file, and the filters that are saved there.
    pub filters: (PathBuf, Vec<SavedFilter>),
    /// The properties of cards that are fields of the person's own.
    pub fields: crate::domain::own_fields::OwnFields,
    /// The remotes that are set.
    pub remotes: Vec<RemoteSettings>,
    /// What is said first, if anything.
    pub notice: Option<(Tone, String)>,
    /// What was on the screen when it was left last.
    pub view: View,
    /// Where what is typed is kept when the program has to end; none: it is not.
    pub drafts: Option<Drafts>,
    /// The files and folders whose import is previewed at once, if any.
    pub import: Vec<PathBuf>,
    /// What is to be chosen, if the screens are a picker.
    pub pick: Option<Picker>,
}

/// How the screens were left.
#[derive(Debug)]
pub struct Left {
    /// The exit status: 0, or 128 and the signal, or that of an internal error.
    pub status: u8,
    /// What was on the screen.
    pub view: View,
    /// What was chosen, if anything was to be.
    pub chosen: Option<Vec<String>>,
    /// What a person is to read after it, on the terminal that was given back.
    pub told: Option<String>,
}

/// Why the loop ended.
enum End {
    /// The person left; with what was refused after that, if anything.
    Quit(Option<String>),
    Signal(i32),
    Crashed(String),
}

/// Runs the screens until the person leaves, or has to. However that comes, the terminal is given
/// back first, what is being written is waited for, and what is typed and not saved is kept.
///
/// # Errors
/// If the terminal or the database cannot be opened or fails.
pub fn run(mut start: Start) -> Result<Left> {
    let size = terminal::size().context("cannot ask the terminal for its size")?;
    let mut drafts = start.drafts.take();
    let keymap = std::mem::take(&mut start.keymap);
    let mut app = App::new(size, keymap, start.options.home, shown(&start.path));
    app.session.mouse = start.mouse;
    app.session.asks_home = start.asks_home;
    app.session.sort_prefixes = start.options.sort_prefixes.unwrap_or_default();
    app.session.glyphs = start.theme.glyphs;
    app.session.map = start.map.take();
    app.session.fields.clone_from(&start.fields);
    app.session.remotes.set.clone_from(&start.remotes);
    (app.session.config_file, app.session.filters) = std::mem::take(&mut start.filters);
    if let Some((tone, notice)) = start.notice.take() {
        app.session.say(tone, notice);
    }
    let (tell, events) = channel();
    let session = || session(&mut app, start, drafts.as_mut(), tell.clone(), &events);
    let end = guarded(&tell, &events, session).unwrap_or_else(|place| Ok(End::Crashed(place)));
    let kept = catch_unwind(AssertUnwindSafe(|| keep(&app, drafts.as_mut()))).unwrap_or(None);
    let (status, told) = match end {
        Ok(End::Quit(None)) => (0, kept),
        Ok(End::Quit(Some(refused))) => (1, Some(refused)),
        Ok(End::Signal(signal)) => (u8::try_from(128 + signal).unwrap_or(1), kept),
        Ok(End::Crashed(place)) => {
            let words = crash::words(&place);
            let told = kept.map_or_else(|| words.clone(), |kept| format!("{words}; {kept}"));
            (crash::STATUS, Some(told))
        }
        Err(error) => return Err(kept.into_iter().fold(error, Error::context)),
    };
    Ok(Left {
        status,
        view: app.leave(),
        chosen: app.chosen().map(<[String]>::to_vec),
        told,
    })
}

/// Does something that may hold the terminal. A panic on this thread gives the terminal back and ends
/// it; one on any other is sent to `tell`, and work goes on until that is received.
///
/// # Errors
/// The place of the panic that ended it.
pub fn guarded<T>(
    tell: &Sender<Event>,
    events: &Receiver<Event>,
    work: impl FnOnce() -> T,
) -> Result<T, String> {
    let (here, crashed) = (thread::current().id(), tell.clone());
    crash::tell(move |place| {
        // Another thread must not: this one would draw on, into a terminal that was given back.
        if thread::current().id() == here {
            terminal::restore();
        }
        let _ = crashed.send(Event::Crashed(place));
    });
    let done = catch_unwind(AssertUnwindSafe(work)).map_err(|_| {
        let place = events.try_iter().find_map(|event| match event {
            Event::Crashed(place) => Some(place),
            _ => None,
        });
        place.unwrap_or_default()
    });
    crash::quiet();
    done
}

/// Keeps what is typed and not saved, if anything, and says so.
fn keep(app: &App, drafts: Option<&mut Drafts>) -> Option<String> {
    let drafts = drafts?;
    let Some(draft) = Draft::unsaved(app) else {
        drafts.forget();
        return None;
    };
    Some(match drafts.keep(&draft) {
        Ok(path) => format!(
            "unsaved text is kept in {} and comes back at the next start",
            shown(&path)
        ),
        Err(error) => format!("unsaved text could not be kept: {error}"),
    })
}

/// Takes the terminal, starts the threads, and runs the loop until something ends it.
fn session(
    app: &mut App,
    start: Start,
    mut drafts: Option<&mut Drafts>,
    tell: Sender<Event>,
    events: &Receiver<Event>,
) -> Result<End> {
    let mut guard = TerminalGuard::acquire(start.mouse).context("cannot set the terminal")?;
    let mut screen = Terminal::new(Aligned(CrosstermBackend::new(FrameWriter::new())))?;
    tick(app);
    draw(&mut screen, app, &start.theme)?;
    let mut runtime = Runtime::start(
        start.path,
        start.options,
        start.fields,
        start.call,
        start.background,
        start.remotes,
        tell,
    )?;
    let mut effects = app.start(&start.view);
    recall(app, drafts.as_deref_mut(), &mut effects);
    if !start.import.is_empty() {
        app.import(start.import, &mut effects);
    }
    if let Some(picker) = start.pick {
        app.pick(picker, &mut effects);
    }
    let mut around = Loop {
        autosave: Autosave::keeping(Draft::unsaved(app)),
        pacing: Pacing::default(),
        more: false,
        timers: Timers::default(),
        effects,
        later: Vec::new(),
        app,
        screen: &mut screen,
        theme: start.theme,
        answer: Answer::to(start.background, Instant::now()),
        runtime: &mut runtime,
        guard: &mut guard,
        events,
        drafts,
    };
    let end = around.run();
    // A terminal that is gone fails in whatever comes first: drawing, reading, or the signal.
    let end = match end {
        Err(_) if terminal::is_gone() => Ok(End::Signal(signal_hook::consts::SIGHUP)),
        end => end,
    };
    drop(guard);
    let end = written(app, events, &runtime, end);
    let trouble = closed(&runtime.end(), events);
    match end {
        Ok(End::Quit(None)) => Ok(End::Quit(trouble)),
        end => end,
    }
}

/// Waits until the book is closed. Gives what went wrong: it was replaced, say, and what was seen of it
/// backed up.
fn closed(closing: &Receiver<Infallible>, events: &Receiver<Event>) -> Option<String> {
    let trouble = || {
        let troubles = events.try_iter().filter_map(|event| match event {
            Event::Msg(Msg::Trouble(words)) => Some(words),
            _ => None,
        });
        troubles.last()
    };
    let [cut_off, backed_up] = TO_CLOSE;
    if closing.recv_timeout(cut_off) == Err(RecvTimeoutError::Disconnected) {
        return trouble();
    }
    let first = trouble()?;
    let _ = closing.recv_timeout(backed_up);
    Some(trouble().unwrap_or(first))
}

/// Waits for pending writes, and reports what was refused after the person left.
fn written(
    app: &mut App,
    events: &Receiver<Event>,
    runtime: &Runtime,
    end: Result<End>,
) -> Result<End> {
    if app.session.writing.is_none() {
        return end;
    }
    let [leaves, has_to] = AT_END;
    if app.session.progress.is_some() {
        // What takes long is given up; what only waits for its turn is done.
        runtime.stop();
    }
    match end {
        Ok(End::Quit(_)) => {
            finish(app, events, leaves);
            let refused = app
                .session
                .toast
                .take()
                .filter(|toast| toast.tone == Tone::Bad);
            Ok(End::Quit(refused.map(|toast| toast.text)))
        }
        end => {
            finish(app, events, has_to);
            end
        }
    }
}

/// Opens what was typed and not saved when the screens ended the last time.
fn recall(app: &mut App, drafts: Option<&mut Drafts>, effects: &mut Vec<Effect>) {
    match drafts.map_or(Claimed::Nothing, |drafts| drafts.claim(Draft::is_whole)) {
        Claimed::Nothing => {}
        Claimed::Draft(draft) => draft::bring_back(app, draft, effects),
        Claimed::Unreadable(path) => app.session.say(
            Tone::Bad,
            format!("cannot read the unsaved text in {}", shown(&path)),
        ),
    }
}

/// Waits for the answer to what is being written, so that a form that was saved is not kept as well.
fn finish(app: &mut App, events: &Receiver<Event>, patience: Duration) {
    let until = Instant::now() + patience;
    while app.session.writing.is_some() {
        match events.recv_timeout(until.saturating_duration_since(Instant::now())) {
            Ok(Event::Msg(msg @ Msg::Store(..))) => drop(app.update(msg)),
            Ok(Event::Crashed(_)) | Err(_) => return,
            Ok(_) => {}
        }
    }
}

/// All that the loop joins.
struct Loop<'a> {
    app: &'a mut App,
    screen: &'a mut Screen,
    theme: Theme,
    answer: Answer,
    runtime: &'a mut Runtime,
    guard: &'a mut TerminalGuard,
    events: &'a Receiver<Event>,
    drafts: Option<&'a mut Drafts>,
    autosave: Autosave,
    pacing: Pacing,
    /// Whether more keys came together with the last one.
    more: bool,
    timers: Timers,
    /// What is to be done next, and what is asked after the next frame.
    effects: Vec<Effect>,
    later: Vec<Effect>,
}

impl Loop<'_> {
    fn run(&mut self) -> Result<End> {
        loop {
            for effect in std::mem::take(&mut self.effects) {
                if effect == Effect::Quit {
                    self.await_answer();
                    return Ok(End::Quit(None));
                }
                self.perform(effect)?;
            }
            self.runtime.permit();
            let mut next = Some(self.next()?);
            // What else is queued is taken before anything is drawn, so that a held key never lags.
            while let Some(event) = next {
                if let Some(end) = self.take(event)? {
                    return Ok(end);
                }
                // An effect that hands the terminal over has to run before the next key is read.
                next = if self.effects.iter().any(lends) {
                    None
                } else {
                    self.events.try_recv().ok()
                };
            }
        }
    }

    /// Waits for the terminal's answer, where it may still come: in the shell it would be typed text.
    fn await_answer(&mut self) {
        let Some(until) = self.answer.until else {
            return;
        };
        let until = until.min(Instant::now() + ANSWER_AT_END);
        self.runtime.permit();
        while let Ok(event) = {
            let left = until.saturating_duration_since(Instant::now());
            self.events.recv_timeout(left)
        } {
            match event {
                Event::Input(Ok(input)) if !matches!(input.msg, Msg::Background(_)) => {
                    self.runtime.spent();
                    self.runtime.permit();
                }
                Event::Input(_) => return,
                // What is being written is waited for after this.
                Event::Msg(msg @ Msg::Store(..)) => drop(self.app.update(msg)),
                _ => {}
            }
        }
    }

    /// Has an effect done.
    fn perform(&mut self, effect: Effect) -> Result<()> {
        self.pacing.asked(&effect);
        match effect {
            Effect::Redraw => self.repaint()?,
            Effect::After(time, timer) => self.timers.start(Instant::now() + time, timer),
            // What is counted grows with the book, and comes when its rows are seen.
            Effect::Ask(_, Request::Count(_) | Request::Totals | Request::Remotes) => {
                self.later.push(effect);
            }
            Effect::Suspend => {
                self.runtime.run(effect, self.guard)?;
                self.repaint()?;
            }
            effect => self.runtime.run(effect, self.guard)?,
        }
        Ok(())
    }

    /// What happens next. Where nothing does in the meantime, a frame is drawn first.
    fn next(&mut self) -> Result<Event> {
        if let Some(patience) = self.pacing.patience(Instant::now()) {
            match self.events.recv_timeout(patience) {
                Err(RecvTimeoutError::Timeout) => {}
                event => return Ok(event?),
            }
        }
        self.pacing.drawn();
        self.app.session.drawn();
        draw(self.screen, self.app, &self.theme)?;
        for effect in std::mem::take(&mut self.later) {
            self.runtime.run(effect, self.guard)?;
        }
        self.wait()
    }

    /// Takes what happened; gives why the loop ends, if it does.
    fn take(&mut self, event: Event) -> Result<Option<End>> {
        let msg = match event {
            Event::Msg(msg) => msg,
            Event::Input(input) => {
                self.runtime.spent();
                let input = input.context("the terminal cannot be read")?;
                if let Msg::Background(palette) = input.msg {
                    self.answer.until = None;
                    self.theme = self.theme.with_palette(palette);
                    return Ok(None);
                }
                self.pacing.pressed(&input);
                self.app.session.is_ahead = std::mem::replace(&mut self.more, input.more);
                input.msg
            }
            Event::Opened(opened) => {
                self.app.session.read_only = opened?;
                if self.app.session.read_only.is_none() {
                    self.runtime.opened();
                }
                return Ok(None);
            }
            Event::Continued => {
                // Another program has used the terminal meanwhile.
                self.guard.lend(|| ())?;
                self.repaint()?;
                return Ok(None);
            }
            Event::Signal(signal) => return Ok(Some(End::Signal(signal))),
            Event::Crashed(place) => return Ok(Some(End::Crashed(place))),
        };
        if let Msg::Key(key) = msg
            && let Some(end) = self.await_contacts(key)?
        {
            return Ok(Some(end));
        }
        tick(self.app);
        self.pacing.took(&msg);
        let resized = matches!(msg, Msg::Resize(_));
        self.effects.append(&mut self.app.update(msg));
        if resized {
            self.repaint()?;
        }
        self.autosave.look(Draft::unsaved(self.app), Instant::now());
        if let Some(drafts) = &mut self.drafts
            && drafts.is_held()
            && !draft::is_open(self.app)
        {
            drafts.forget();
        }
        Ok(None)
    }

    /// Waits for the contacts that a key is about, where they are on their way.
    fn await_contacts(&mut self, key: Key) -> Result<Option<End>> {
        let until = Instant::now() + CONTACTS_TIME;
        let mut others = Vec::new();
        while self.app.awaits_contacts(key) {
            for effect in std::mem::take(&mut self.effects) {
                self.perform(effect)?;
            }
            match self
                .events
                .recv_timeout(until.saturating_duration_since(Instant::now()))
            {
                Ok(Event::Msg(msg @ Msg::Store(..))) => {
                    self.effects.append(&mut self.app.update(msg));
                }
                Ok(other) => others.push(other),
                Err(_) => break,
            }
        }
        for other in others {
            if let Some(end) = self.take(other)? {
                return Ok(Some(end));
            }
        }
        Ok(None)
    }

    /// Sleeps until something happens or a timer is due. What was typed and is not on the disk is put
    /// there meanwhile.
    fn wait(&mut self) -> Result<Event> {
        loop {
            let due = [self.autosave.due(), self.timers.due()];
            let Some(due) = due.into_iter().flatten().min() else {
                return Ok(self.events.recv()?);
            };
            let left = due.saturating_duration_since(Instant::now());
            if !left.is_zero() {
                match self.events.recv_timeout(left) {
                    Err(RecvTimeoutError::Timeout) => {}
                    event => return Ok(event?),
                }
            }
            let now = Instant::now();
            if let Some(timer) = self.timers.take(now) {
                return Ok(Event::Msg(Msg::Timer(timer)));
            }
            if self.autosave.due().is_some_and(|due| due <= now) {
                self.keep_typed()?;
            }
        }
    }

    /// Writes the draft of what is typed, or throws it away where nothing is.
    fn keep_typed(&mut self) -> Result<()> {
        let typed = self.autosave.pending();
        let Some(drafts) = &mut self.drafts else {
            return Ok(());
        };
        match typed.map(|draft| drafts.keep(draft)) {
            None => drafts.forget(),
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                let text = format!("unsaved text cannot be kept for now: {error}");
                self.app.session.say(Tone::Bad, text);
                draw(self.screen, self.app, &self.theme)?;
            }
        }
        Ok(())
    }

    /// Has the next frame draw everything.
    fn repaint(&mut self) -> io::Result<()> {
        self.screen.resize(self.screen.size()?.into())
    }
}

/// Whether an effect hands the terminal over, or ends the program.
const fn lends(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Edit(..) | Effect::EditContact(..) | Effect::Suspend | Effect::Quit
    )
}

/// Tells the app what time it is.
fn tick(app: &mut App) {
    app.session.now = Timestamp::from_utc(Utc::now());
    app.session.offset = Local::now().offset().fix().local_minus_utc();
}

/// Draws a frame, in one write.
fn draw(screen: &mut Screen, app: &App, theme: &Theme) -> io::Result<()> {
    queue!(screen.backend_mut().0, BeginSynchronizedUpdate)?;
    screen.draw(|frame| screen::draw(app, theme, frame))?;
    queue!(screen.backend_mut().0, EndSynchronizedUpdate)?;
    io::Write::flush(&mut screen.backend_mut().0)
}
