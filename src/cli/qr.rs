//! `callbook qr NAME`: a QR code of a number, an email or a contact, in the terminal.

use std::io::{self, IsTerminal as _};

use anyhow::Result;
use clap::Args;
use crossterm::terminal;

use crate::domain::qr::{self, Blocks, Code, Ground};
use crate::domain::refusal::{Kind, Refusal};
use crate::exchange::vcard;
use crate::store::Store;

use super::one::one;
use super::output::exact;

/// Which code is printed, and how.
#[derive(Debug, Args)]
pub(super) struct QrCommand {
    /// A name, a number, an id or a filter; where several contacts match, one is chosen on a terminal.
    #[arg(required = true)]
    contact: Vec<String>,
    /// The contact as a card: name, company, numbers in use and emails.
    #[arg(long, conflicts_with = "email")]
    card: bool,
    /// The first email, to write to it.
    #[arg(long)]
    email: bool,
    /// For a light background, where the output is without colours.
    #[arg(long)]
    light: bool,
    /// Draw with ASCII characters.
    #[arg(long)]
    ascii: bool,
    /// Print what the code says, and no code.
    #[arg(long, conflicts_with_all = ["light", "ascii"])]
    text: bool,
}

impl QrCommand {
    /// Prints the code: without flags that of the primary number.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        match open().and_then(|store| self.said(&store)) {
            Ok(text) if self.text => exact(&format!("{text}\n")).map(|()| 0),
            Ok(text) => match Code::of(&text) {
                Some(code) => exact(&self.drawn(&code)?).map(|()| 0),
                None => Err(
                    Refusal::new(Kind::Invalid, "this contact has too much for a QR code").into(),
                ),
            },
            Err(refusal) => Err(refusal.into()),
        }
    }

    /// What the code says.
    fn said(&self, store: &Store) -> Result<String, Refusal> {
        let named = one(store, &self.contact)?;
        if self.card {
            return Ok(vcard::small(&named.full, store.home()));
        }
        if self.email {
            let email = named.full.contact.emails().next();
            return email.map(qr::mail).ok_or_else(|| named.lacks("email"));
        }
        let number = named.phone().map(qr::call);
        number.ok_or_else(|| named.lacks("number; --card prints the contact"))
    }

    /// The code as it is printed.
    ///
    /// # Errors
    /// Invalid on a terminal that is too narrow: the rows of a code that wrap can be read by nothing.
    fn drawn(&self, code: &Code) -> Result<String, Refusal> {
        let ground = if self.light {
            Ground::Light
        } else {
            Ground::Dark
        };
        let blocks = if self.ascii {
            Blocks::Ascii
        } else {
            Blocks::Half
        };
        let is_coloured =
            io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none() && !self.light;
        let rows = code.rows(ground, blocks);
        let wide = rows.first().map_or(0, |row| row.chars().count());
        if let Some(columns) = columns().filter(|columns| *columns < wide) {
            let why = format!(
                "the code needs a terminal of {wide} columns, and this one has {columns}; \
                 --text prints what it says"
            );
            return Err(Refusal::new(Kind::Invalid, why));
        }
        let row = |row: String| {
            if is_coloured {
                format!("\u{1b}[97;40m{row}\u{1b}[0m\n")
            } else {
                format!("{row}\n")
            }
        };
        Ok(rows.into_iter().map(row).collect())
    }
}

/// How wide the terminal is that the code goes to; none where it goes elsewhere.
fn columns() -> Option<usize> {
    let size = io::stdout().is_terminal().then(terminal::size)?.ok()?;
    Some(usize::from(size.0)).filter(|columns| *columns > 0)
}
