//! Starting the screens from the command line.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::config::Config;
use crate::state::{self, Drafts, View};
use crate::store::Options;
use crate::tui;
use crate::tui::ctx::HomeQuestion;
use crate::tui::keymap::Keymap;
use crate::tui::terminal::Background;
use crate::tui::widgets::theme::{ColourDepth, Theme};

use super::keys;
use super::output::complain;

/// What the screens begin with; none in a demonstration, which remembers nothing.
pub(super) fn view(path: &Path, fresh: bool, demo: bool) -> Option<View> {
    match (demo, fresh) {
        (true, _) => None,
        (false, true) => Some(View::default()),
        (false, false) => Some(state::recall(path)),
    }
}

/// Starts the screens, where there is a terminal for them; with a view they begin with it, and what
/// they leave is remembered. With files they begin with the preview of their import.
pub(super) fn run(
    path: &Path,
    options: Options,
    (config, keymap): (Config, Keymap),
    view: Option<View>,
    import: Vec<PathBuf>,
) -> Result<u8> {
    check()?;
    let remembering = view.is_some();
    let asks_home = if config.knows_home() || !remembering {
        HomeQuestion::Settled
    } else {
        HomeQuestion::Open
    };
    // A book that is gone tomorrow is synced with nothing.
    let remotes = if remembering {
        config.remotes.clone()
    } else {
        Vec::new()
    };
    let left = tui::run(tui::Start {
        asks_home,
        remotes,
        view: view.unwrap_or_default(),
        // A temporary book has no next time.
        drafts: remembering.then(|| Drafts::of(path)).flatten(),
        import,
        ..start(path, options, (config, keymap))
    })?;
    // If it cannot be written, the next start is a fresh one; that is no reason to fail.
    if remembering {
        let _ = state::remember(path, &left.view);
    }
    if let Some(told) = left.told {
        complain(&format!("callbook: {told}"));
    }
    Ok(left.status)
}

/// What the screens start with to choose from: what they looked like is not remembered, only which contacts are
/// used.
///
/// # Errors
/// If the terminal cannot show them.
pub(super) fn picking(
    path: &Path,
    options: Options,
    (config, keymap): (Config, Keymap),
) -> Result<tui::Start> {
    check()?;
    let view = View {
        usage: state::recall(path).usage,
        ..View::default()
    };
    Ok(tui::Start {
        view,
        ..start(path, options, (config, keymap))
    })
}

/// Whether there is a terminal for the screens.
fn check() -> Result<()> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        bail!("the screens need a terminal; callbook --help lists the commands that do not");
    }
    if std::env::var("TERM").is_ok_and(|term| term == "dumb") {
        bail!(
            "the screens need a terminal that can move its cursor, and TERM is dumb; callbook --help lists the commands that do not"
        );
    }
    Ok(())
}

/// What the screens start with in any case.
fn start(path: &Path, options: Options, (config, keymap): (Config, Keymap)) -> tui::Start {
    let background = if config.is_background_unknown && takes_questions() {
        Background::Asked
    } else {
        Background::Known
    };
    tui::Start {
        path: path.to_owned(),
        options,
        notice: keys::notice(&config, &keymap),
        keymap,
        theme: Theme::new(config.palette, config.signs.into())
            .with_depth(ColourDepth::of_environment(
                std::env::var("COLORTERM").ok().as_deref(),
                std::env::var("TERM").ok().as_deref(),
            ))
            .with(config.colours.iter().map(|(role, look, _)| (*role, look))),
        background,
        asks_home: HomeQuestion::Settled,
        mouse: config.mouse,
        call: config.call,
        map: config.map,
        filters: (config.file, config.filters),
        fields: config.fields,
        remotes: Vec::new(),
        view: View::default(),
        drafts: None,
        import: Vec::new(),
        pick: None,
    }
}

/// Whether the terminal can be asked: the console of Linux prints the question.
fn takes_questions() -> bool {
    !std::env::var("TERM").is_ok_and(|term| term == "linux")
}
