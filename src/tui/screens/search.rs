//! Help and the command palette: one table, searched by what is typed.

use crate::domain::fold::fold;
use crate::tui::keymap::{Binding, Keymap, Scope, TABLE};
use crate::tui::widgets::field::Field;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// All keys, those of this screen first.
    Help,
    /// Every command that can be run here.
    Palette,
}

/// The popup.
#[derive(Clone, Debug, PartialEq)]
pub struct Search {
    /// Help or palette.
    pub kind: Kind,
    /// What is typed.
    pub text: Field,
    /// The line under the cursor.
    pub cursor: usize,
    /// The scopes of the screen under it, the nearest first.
    pub scopes: Vec<Scope>,
}

impl Search {
    /// The popup over a screen with these scopes.
    #[must_use]
    pub fn new(kind: Kind, scopes: Vec<Scope>) -> Self {
        Self {
            kind,
            text: Field::default(),
            cursor: 0,
            scopes,
        }
    }

    /// The lines that match, by section: those of this screen first.
    #[must_use]
    pub fn matches(&self, keymap: &Keymap) -> Vec<&'static Binding> {
        let words: Vec<String> = fold(self.text.text())
            .split(' ')
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect();
        let here = |scope: &Scope| self.scopes.contains(scope);
        let mut scopes: Vec<Scope> = self.scopes.clone();
        match self.kind {
            Kind::Help => scopes.extend(Scope::ALL.iter().filter(|scope| !here(scope))),
            Kind::Palette => scopes.retain(|scope| *scope != Scope::Movement),
        }
        scopes
            .iter()
            .flat_map(|scope| TABLE.iter().filter(move |binding| binding.scope == *scope))
            .filter(|binding| {
                let keys = keymap.keys(binding).join(" ").to_lowercase();
                let text = fold(&format!("{} {}", binding.help, binding.hint));
                words.iter().all(|word| {
                    text.contains(word.as_str()) || keys.split(' ').any(|key| key == word)
                })
            })
            .collect()
    }
}
