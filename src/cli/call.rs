//! `callbook call NAME`: calls a contact through the program that opens `tel:` addresses.

use std::io::{self, IsTerminal as _};

use anyhow::Result;
use clap::Args;

use crate::domain::phone::Phone;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::safe::safe;
use crate::store::Store;
use crate::tui::runtime::opener;

use super::change::sure;
use super::one::{Named, one};
use super::output::{complain, exact};

/// Which number is called.
#[derive(Debug, Args)]
pub(super) struct CallCommand {
    /// A name, a number, an id or a filter; where several contacts match, one is chosen on a terminal.
    #[arg(required = true)]
    contact: Vec<String>,
    /// Call the number even if it is historic.
    #[arg(long)]
    historic: bool,
    /// Print the tel: address instead of calling it.
    #[arg(long)]
    print: bool,
}

impl CallCommand {
    /// Calls the number that was named, else the primary one. `opener` is the command for `tel:` addresses.
    pub(super) fn run(
        self,
        opener: &str,
        open: impl FnOnce() -> Result<Store, Refusal>,
    ) -> Result<u8> {
        let store = open()?;
        let named = one(&store, &self.contact)?;
        let phone = named.phone().ok_or_else(|| named.lacks("number"))?;
        if phone.historic && !self.is_meant(&named, phone, &store)? {
            return Ok(0);
        }
        if self.print {
            return exact(&format!("{}\n", phone.call_address())).map(|()| 0);
        }
        let historic = if phone.historic { " (historic)" } else { "" };
        let label = phone.location.as_deref().map(|label| format!(" {label}"));
        let label = label.unwrap_or_default();
        // Once it is handed over, the book is no longer needed.
        drop(opener::open(opener, &phone.call_address())?);
        let told = format!(
            "Calling {},{label} {}{historic}",
            named.name(),
            phone.shown()
        );
        complain(&told);
        Ok(0)
    }

    /// Whether a historic number is meant: by its flag, or as the answer to a question.
    fn is_meant(&self, named: &Named, phone: &Phone, store: &Store) -> Result<bool> {
        let told = format!(
            "{} of {} is historic: no longer in use.",
            safe(&phone.shown()),
            safe(named.name())
        );
        if self.historic {
            return Ok(true);
        }
        if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
            let why = format!("{told} Use --historic to call it anyway");
            return Err(Refusal::new(Kind::Invalid, why).into());
        }
        sure(&format!("{told} Call it anyway?"), false, store.stop())
    }
}
