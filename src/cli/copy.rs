//! `callbook copy NAME`: sends a number, an email or a contact to the terminal's clipboard.

use std::io::{self, IsTerminal as _, Write};

use anyhow::{Context as _, Result};
use clap::Args;

use crate::domain::listing::Selection;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::safe::{on_one_line, safe};
use crate::export::{self, ExportForm};
use crate::store::Store;
use crate::tui::pages::contacts::as_text::in_lines;
use crate::tui::runtime::clipboard;

use super::one::{Named, one};

/// What is copied.
#[derive(Debug, Args)]
pub(super) struct CopyCommand {
    /// A name, a number, an id or a filter; where several contacts match, one is chosen on a terminal.
    #[arg(required = true)]
    contact: Vec<String>,
    /// Copy the first email instead of the number.
    #[arg(long, group = "what")]
    email: bool,
    /// Copy the whole contact as lines of text.
    #[arg(long, group = "what")]
    all: bool,
    /// Copy the whole contact as a vCard.
    #[arg(long, group = "what")]
    vcard: bool,
}

impl CopyCommand {
    /// Copies the number that was named, else the primary one; or what the flags ask for.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        if io::stdout().is_terminal() {
            return self.copied(open, &mut io::stdout());
        }
        if io::stderr().is_terminal() {
            return self.copied(open, &mut io::stderr());
        }
        let why = "nothing to copy to: the clipboard is that of the terminal, and neither standard output \
                   nor standard error is one; callbook show prints a contact";
        Err(Refusal::new(Kind::Invalid, why).into())
    }

    fn copied(
        self,
        open: impl FnOnce() -> Result<Store, Refusal>,
        terminal: &mut impl Write,
    ) -> Result<u8> {
        let store = open()?;
        let named = one(&store, &self.contact)?;
        let (text, what) = self.text(&store, &named)?;
        let sent = clipboard::copy(&text, terminal).and_then(|()| {
            // OSC 52 has no answer: that it was sent is all that is known.
            let told = format!("Sent {what} to the terminal's clipboard");
            writeln!(terminal, "{}", safe(&told))
        });
        sent.context("cannot write to the terminal")?;
        Ok(0)
    }

    /// What is copied, and what it is called.
    fn text(&self, store: &Store, named: &Named) -> Result<(String, String)> {
        let full = &named.full;
        if self.vcard {
            let mut card = Vec::new();
            let contact = Selection::Marked(vec![full.contact.id]);
            export::stream(store, &contact, ExportForm::Cards(None), &mut card)?;
            let card = String::from_utf8_lossy(&card).into_owned();
            return Ok((card, format!("the vCard of {}", named.name())));
        }
        if self.all {
            let related = store.related(&full.contact)?;
            return Ok((in_lines(full, &related), named.name().to_owned()));
        }
        // A line end would be Enter where it is pasted.
        if self.email {
            let email = full.contact.emails().next();
            let email = email.ok_or_else(|| named.lacks("email"))?;
            return Ok((on_one_line(email), email.to_owned()));
        }
        let phone = named.phone();
        let phone = phone.ok_or_else(|| named.lacks("number; --all copies the contact"))?;
        let historic = if phone.historic { " (historic)" } else { "" };
        let what = format!("{} of {}{historic}", phone.shown(), named.name());
        Ok((on_one_line(&phone.number), what))
    }
}
