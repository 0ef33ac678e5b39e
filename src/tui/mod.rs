//! The screens: `Msg -> update -> Vec<Effect>`, and `view`, both pure. The loop below is all that
//! joins them to the world.

pub mod act;
pub mod field;
mod forms;
pub mod key;
pub mod keymap;
pub mod layout;
pub mod model;
pub mod runtime;
pub mod screens;
pub mod terminal;
pub mod text;
pub mod theme;
pub mod time;
mod travel;
pub mod update;
pub mod view;
mod views;

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::RecvTimeoutError;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use chrono::{Local, Offset as _, Utc};
use crossterm::queue;
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

use crate::domain::timestamp::Timestamp;
use crate::state::View;
use crate::store::Options;

use model::{Effect, Model, Msg, Request, Size};
use runtime::{Event, Runtime};
use terminal::{FrameWriter, Guard};
use theme::Theme;

type Screen = Terminal<CrosstermBackend<FrameWriter>>;

/// How long a frame waits for what it asked: most answers come sooner, and then a key changes the
/// screen once and not three times. Nobody sees so short a while.
const PATIENCE: Duration = Duration::from_millis(5);

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
    /// Whether the mouse is taken.
    pub mouse: bool,
    /// The command for `tel:` addresses.
    pub call: String,
    /// What is wrong with the configuration, if anything.
    pub trouble: Option<String>,
    /// What was on the screen when it was left last.
    pub view: View,
}

/// Runs the screens until the person leaves; gives the exit status, and what was on the screen.
///
/// # Errors
/// Where the terminal or the database cannot be opened.
pub fn run(start: Start) -> Result<(u8, View)> {
    let (width, height) =
        crossterm::terminal::size().context("cannot ask the terminal for its size")?;
    let shown = crate::config::shown(&start.path);
    let mut model = Model::new(
        Size { width, height },
        start.keymap,
        start.options.home,
        shown,
    );
    model.mouse = start.mouse;
    if let Some(trouble) = start.trouble {
        model.say(model::Tone::Bad, trouble);
    }
    terminal::restore_on_panic();
    let mut guard = Guard::take(start.mouse).context("cannot set the terminal")?;
    let mut screen = Terminal::new(CrosstermBackend::new(FrameWriter::new()))?;
    tick(&mut model);
    draw(&mut screen, &model, &start.theme)?;

    let (mut runtime, events) = Runtime::start(start.path, start.options, start.call)?;
    let mut effects = update::start(&mut model, &start.view);
    // Whether an answer is awaited, and when what has changed is to be drawn without it.
    let mut awaited = false;
    let mut due: Option<Instant> = None;
    let mut later = Vec::new();
    loop {
        for effect in std::mem::take(&mut effects) {
            match effect {
                Effect::Quit => return Ok((0, update::leave(&model))),
                Effect::Redraw => screen.resize(screen.size()?.into())?,
                Effect::Suspend => {
                    runtime.run(effect, &mut guard)?;
                    screen.resize(screen.size()?.into())?;
                }
                Effect::Ask(_, Request::Count(_) | Request::Totals) => later.push(effect),
                effect => {
                    awaited |= matches!(
                        effect,
                        Effect::Ask(
                            _,
                            Request::Rows(..) | Request::Place(..) | Request::Profile(_)
                        )
                    );
                    runtime.run(effect, &mut guard)?;
                }
            }
        }
        runtime.permit();
        let answer = awaited.then(|| {
            let due = *due.get_or_insert_with(|| Instant::now() + PATIENCE);
            events.recv_timeout(due.saturating_duration_since(Instant::now()))
        });
        let mut next = match answer {
            Some(Ok(event)) => Some(event),
            Some(Err(RecvTimeoutError::Timeout)) | None => {
                (awaited, due) = (false, None);
                draw(&mut screen, &model, &start.theme)?;
                // What is counted grows with the book, and comes when its rows are seen.
                for effect in later.drain(..) {
                    runtime.run(effect, &mut guard)?;
                }
                Some(events.recv()?)
            }
            Some(Err(gone)) => return Err(gone.into()),
        };
        // What else is queued is taken before anything is drawn, so that a held key never lags.
        while let Some(event) = next {
            let msg = match event {
                Event::Msg(msg) => msg,
                Event::Input(msg) => {
                    runtime.spent();
                    msg.context("the terminal is gone")?
                }
                Event::Opened(opened) => {
                    model.read_only = opened?;
                    next = events.try_recv().ok();
                    continue;
                }
                Event::Signal(signal) => {
                    let status = u8::try_from(128 + signal).unwrap_or(1);
                    return Ok((status, update::leave(&model)));
                }
            };
            tick(&mut model);
            awaited &= !matches!(msg, Msg::Store(..));
            let resized = matches!(msg, Msg::Resize(_));
            effects.append(&mut update::update(&mut model, msg));
            if resized {
                screen.resize(screen.size()?.into())?;
            }
            // An effect that hands the terminal over has to run before the next key is read.
            next = if effects
                .iter()
                .any(|effect| matches!(effect, Effect::Edit(_) | Effect::Suspend | Effect::Quit))
            {
                None
            } else {
                events.try_recv().ok()
            };
        }
    }
}

/// Tells the model what time it is.
fn tick(model: &mut Model) {
    model.now = Timestamp::from_utc(Utc::now());
    model.offset = Local::now().offset().fix().local_minus_utc();
}

/// Draws a frame, in one write.
fn draw(screen: &mut Screen, model: &Model, theme: &Theme) -> io::Result<()> {
    queue!(screen.backend_mut(), BeginSynchronizedUpdate)?;
    screen.draw(|frame| view::view(model, theme, frame))?;
    queue!(screen.backend_mut(), EndSynchronizedUpdate)?;
    io::Write::flush(screen.backend_mut())
}
