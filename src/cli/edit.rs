//! `callbook edit NAME`: a contact as text in the editor.

use std::io::{self, IsTerminal as _};

use anyhow::{Context as _, Result};
use clap::Args;

use crate::config::shown;
use crate::domain::edit::TextEdit;
use crate::domain::refusal::{Kind, Refusal};
use crate::editor::{self, TextFile};
use crate::exchange::edit_text::EditedText;
use crate::store::Store;

use super::one::one;
use super::output::print;

/// Which contact is edited.
#[derive(Debug, Args)]
pub(super) struct EditCommand {
    /// A name, a number, an id or a filter; where several contacts match, one is chosen on a terminal.
    #[arg(required = true)]
    contact: Vec<String>,
}

impl EditCommand {
    /// Edits the contact until it can be saved or is left.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let mut store = open()?;
        // Without a person at it, a text with mistakes would be opened again for ever.
        let is_person_there = io::stdin().is_terminal();
        let is_on_terminal = is_person_there && io::stdout().is_terminal();
        if !(editor::is_named() || is_on_terminal) {
            let why = "no editor to edit with: set $EDITOR, or run this on a terminal";
            return Err(Refusal::new(Kind::Invalid, why).into());
        }
        let full = one(&store, &self.contact)?.full;
        let related = store.related(&full.contact)?;
        let mut edited = EditedText::of(full, store.home(), related);
        let file = TextFile::new(".toml").context("cannot write the text")?;
        loop {
            let editor = |text: &str| file.edit(text);
            let left = if is_person_there {
                edited.edit(editor)
            } else {
                edited.edit_once(editor)
            };
            let refusal = match left {
                TextEdit::Unchanged => {
                    print("Nothing to change\n")?;
                    return Ok(0);
                }
                TextEdit::Unfinished(refusal) => refusal,
                TextEdit::Save(edit) => match store.save_contact(*edit) {
                    Ok(done) => {
                        let title = done.point.map(|point| point.title);
                        let title = title.unwrap_or_else(|| "Nothing to change".to_owned());
                        print(&format!("{title}\n"))?;
                        return Ok(0);
                    }
                    Err(refusal) if refusal.kind == Kind::Invalid && is_person_there => {
                        edited.refused(&refusal.faults);
                        continue;
                    }
                    Err(refusal) => in_words(refusal, &edited),
                },
            };
            return Err(kept(refusal, &edited, file).into());
        }
    }
}

/// A refusal that names the contact where it was changed or deleted meanwhile.
fn in_words(refusal: Refusal, edited: &EditedText) -> Refusal {
    let name = &edited.opened().contact.name;
    let why = match refusal.kind {
        Kind::Conflict => "has changed since it was opened; edit it again",
        Kind::NotFound => "was deleted, or one of its numbers was, since it was opened",
        _ => return refusal,
    };
    Refusal::new(refusal.kind, format!("nothing was saved: {name} {why}"))
}

/// The refusal with the file in which the text is kept, where anything was typed.
fn kept(mut refusal: Refusal, edited: &EditedText, file: TextFile) -> Refusal {
    if !edited.is_typed(edited.text()) {
        return refusal;
    }
    let told = match file.keep(edited.text()) {
        Ok(path) => format!("what you typed is in {}", shown(&path)),
        Err(error) => format!("what you typed cannot be kept: {error}"),
    };
    if let Some(fault) = refusal.faults.last_mut() {
        fault.detail = format!("{}; {told}", fault.detail);
    }
    refusal
}
