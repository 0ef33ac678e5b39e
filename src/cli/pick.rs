//! `callbook pick [FILTER]`: the list on the terminal, to choose from; what was chosen is printed, also into a
//! pipe.

use std::io;

use anyhow::Result;
use clap::Args;

use crate::domain::refusal::{Kind, Refusal};
use crate::store::Store;
use crate::tui;
use crate::tui::pages::contacts::{PickKind, Picker};
use crate::tui::terminal::tty;

use super::change::filtered;
use super::output::{complain, written};

/// The exit status where nothing was chosen.
const CANCELLED: u8 = 1;

/// What is chosen, and of which contacts.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("kind").args(["number", "email", "id"]))]
pub(super) struct PickCommand {
    /// Begin with this filter (`callbook help filters`).
    filter: Vec<String>,
    /// Print a number, in E.164 where it is known [default].
    #[arg(long)]
    number: bool,
    /// Print an email.
    #[arg(long)]
    email: bool,
    /// Print the id of the contact.
    #[arg(long)]
    id: bool,
}

impl PickCommand {
    /// Lets a person choose on the terminal, and prints what was chosen, one a line. `open` is tried before the
    /// terminal is taken; `start` gives what the screens start with.
    pub(super) fn run(
        self,
        open: impl FnOnce() -> Result<Store, Refusal>,
        start: impl FnOnce() -> Result<tui::Start>,
    ) -> Result<u8> {
        let kind = match (self.email, self.id) {
            (true, _) => PickKind::Email,
            (_, true) => PickKind::Id,
            _ => PickKind::Number,
        };
        let filter = self.filter.join(" ");
        filtered(&open()?, filter.clone())?;
        let mut out = output()?;
        let left = tui::run(tui::Start {
            pick: Some(Picker::new(kind, &filter)),
            ..start()?
        })?;
        if let Some(told) = left.told {
            complain(&format!("callbook: {told}"));
        }
        match (left.status, left.chosen) {
            (0, Some(lines)) => {
                written(&format!("{}\n", lines.join("\n")), &mut out)?;
                Ok(0)
            }
            (0, None) => Ok(CANCELLED),
            (status, _) => Ok(status),
        }
    }
}

/// Takes the terminal; gives where the choice is printed.
fn output() -> Result<tty::TerminalFile, Refusal> {
    tty::take().map_err(|error: io::Error| {
        let why = format!("the picker needs a terminal: {error}; callbook find prints contacts");
        Refusal::new(Kind::Invalid, why)
    })
}
