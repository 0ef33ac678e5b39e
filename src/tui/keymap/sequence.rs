//! Keys that are pressed one after the other.

use super::key::Key;
use super::scope::Scope;

/// Keys one after the other, and how they are written: `g g`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sequence {
    pub(super) written: String,
    pub(super) keys: Vec<Key>,
}

impl Sequence {
    pub(super) fn read(written: &str) -> Result<Self, String> {
        let keys: Result<Vec<Key>, String> = written.split(' ').map(str::parse).collect();
        let keys = keys?;
        let written: Vec<String> = keys.iter().map(Key::to_string).collect();
        Ok(Self {
            written: written.join(" "),
            keys,
        })
    }

    /// Whether both cannot be had in one place: one is the other or its beginning.
    pub(super) fn clashes(&self, other: &Self) -> bool {
        self.keys.starts_with(&other.keys) || other.keys.starts_with(&self.keys)
    }

    /// Whether it begins with what is text in a scope. In a form space is a key too: it toggles boxes.
    pub(super) fn is_text_in(&self, scope: Scope) -> bool {
        let sign = self.keys.first().and_then(|key| key.typed());
        let is_form = matches!(scope, Scope::NumberForm | Scope::ContactForm);
        scope.is_text() && sign.is_some_and(|sign| sign != ' ' || !is_form)
    }
}
