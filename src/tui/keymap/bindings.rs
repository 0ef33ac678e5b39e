//! The table with the keys that a person set: what a key does where, and which keys an action has.

use std::fmt::{self, Write as _};
use std::sync::LazyLock;

use super::key::Key;
use super::scope::Scope;
use super::sequence::Sequence;
use super::table::{Action, Binding, TABLE};

/// What a key, after those that wait, leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// An action.
    Hit(Action),
    /// The start of a longer key.
    Pending,
    /// Nothing.
    Miss,
}

/// Defaults that are without a key now, or are hidden in one place, since a person gave the key, or its
/// beginning, to another action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    /// Which of the lines took it.
    pub(super) at: usize,
    pub(super) key: String,
    pub(super) by: Action,
    pub(super) place: Scope,
    /// What has gone: the keys, and what each did.
    pub(super) lost: Vec<(String, Action)>,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is now {}", self.key, self.by.name())?;
        for (at, (key, of)) in self.lost.iter().enumerate() {
            let of = of.name();
            match at {
                0 if *key == self.key => write!(f, ", no longer {of}")?,
                0 => write!(f, ", so {key} is no longer {of}")?,
                _ if *key == self.key => write!(f, ", nor {of}")?,
                _ => write!(f, ", {key} no longer {of}")?,
            }
        }
        write!(f, " ({})", self.place.title())
    }
}

/// A binding of the table with the keys that it has, in the scope of the table or in a nearer one
/// that a person named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) scope: Scope,
    pub(super) binding: &'static Binding,
    pub(super) keys: Vec<Sequence>,
    /// Which of them mean something else in one place, and where.
    pub(super) hidden: Vec<(String, Scope)>,
}

/// The table with the keys that a person set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    pub(super) bounds: Vec<Bound>,
    pub(super) losses: Vec<Loss>,
}

/// The table, read once.
static DEFAULT: LazyLock<Keymap> = LazyLock::new(|| {
    let bounds = TABLE.iter().map(|binding| Bound {
        scope: binding.scope,
        binding,
        // A test holds that all of them can be read.
        keys: binding
            .keys
            .iter()
            .filter_map(|keys| Sequence::read(keys).ok())
            .collect(),
        hidden: Vec::new(),
    });
    Keymap {
        bounds: bounds.collect(),
        losses: Vec::new(),
    }
});

impl Default for Keymap {
    fn default() -> Self {
        DEFAULT.clone()
    }
}

impl Keymap {
    pub(super) fn bound_in(&self, scope: Scope) -> impl Iterator<Item = &Bound> {
        self.bounds.iter().filter(move |bound| bound.scope == scope)
    }

    /// The keys of a binding, as written; those that it has in one other place only, and those that it
    /// has not in one place, with that place.
    #[must_use]
    pub fn keys(&self, binding: &Binding) -> Vec<String> {
        let bounds = self.bounds.iter();
        let bounds = bounds.filter(|bound| bound.binding == binding);
        let told = |bound: &Bound, keys: &Sequence| {
            let written = &keys.written;
            let hidden = bound.hidden.iter().filter(|(key, _)| key == written);
            let places: Vec<&str> = hidden.map(|(_, place)| place.title()).collect();
            match (bound.scope == binding.scope, places.is_empty()) {
                (true, true) => written.clone(),
                (true, false) => format!("{written} (not in {})", places.join(", ")),
                (false, _) => format!("{written} ({})", bound.scope.title()),
            }
        };
        bounds
            .flat_map(|bound| bound.keys.iter().map(move |keys| told(bound, keys)))
            .collect()
    }

    /// What `key` means in a chain of scopes, the nearest first, after the keys that wait.
    #[must_use]
    pub fn lookup(&self, scopes: &[Scope], waiting: &[Key], key: Key) -> Lookup {
        let pressed: Vec<Key> = waiting.iter().copied().chain([key]).collect();
        for scope in scopes {
            let mut pending = false;
            for bound in self.bound_in(*scope) {
                for sequence in &bound.keys {
                    if sequence.keys == pressed {
                        return Lookup::Hit(bound.binding.action);
                    }
                    pending |= sequence.keys.starts_with(&pressed);
                }
            }
            if pending {
                return Lookup::Pending;
            }
        }
        Lookup::Miss
    }

    /// The place of a key among those of an action in a chain of scopes, from 0: of an action that chooses
    /// one of several, each key chooses the one in its place.
    #[must_use]
    pub fn place_of(&self, scopes: &[Scope], action: Action, key: Key) -> Option<usize> {
        let bounds = scopes.iter().flat_map(|scope| self.bound_in(*scope));
        bounds
            .filter(|bound| bound.binding.action == action)
            .find_map(|bound| {
                let mut keys = bound.keys.iter();
                keys.position(|sequence| sequence.keys.last() == Some(&key))
            })
    }

    /// The first key that does something in a chain of scopes, as written; none where no key does.
    #[must_use]
    pub(crate) fn key_for(&self, scopes: &[Scope], action: Action) -> Option<&str> {
        let mut nearer: Vec<&Sequence> = Vec::new();
        for scope in scopes {
            let of_action = |bound: &&Bound| bound.binding.action == action;
            let mut keys = self
                .bound_in(*scope)
                .filter(of_action)
                .flat_map(|bound| &bound.keys);
            let hidden = |keys: &Sequence| {
                scopes.first().is_some_and(|first| keys.is_text_in(*first))
                    || nearer.iter().any(|other| other.clashes(keys))
            };
            let found = keys.find(|keys| !hidden(keys));
            if let Some(found) = found {
                return Some(&found.written);
            }
            nearer.extend(self.bound_in(*scope).flat_map(|bound| &bound.keys));
        }
        None
    }

    /// `key`, or the one in its place on a QWERTY keyboard where only that one means something: with
    /// a Cyrillic or Greek layout the letters of the table cannot be typed.
    #[must_use]
    pub(crate) fn on_any_layout(&self, scopes: &[Scope], waiting: &[Key], key: Key) -> Key {
        let means = |key: Key| self.lookup(scopes, waiting, key) != Lookup::Miss;
        match key.on_qwerty() {
            Some(other) if !means(key) && means(other) => other,
            _ => key,
        }
    }

    /// The bindings that follow a prefix in a chain of scopes: the last keys of each.
    #[must_use]
    pub fn following(&self, scopes: &[Scope], waiting: &[Key]) -> Vec<(String, &'static Binding)> {
        let mut found: Vec<(String, &'static Binding)> = Vec::new();
        for bound in scopes.iter().flat_map(|scope| self.bound_in(*scope)) {
            for sequence in &bound.keys {
                if let Some(rest) = sequence.keys.strip_prefix(waiting)
                    && !rest.is_empty()
                {
                    let rest: Vec<String> = rest.iter().map(Key::to_string).collect();
                    let rest = rest.join(" ");
                    // What a nearer scope has is what the keys do; and one key of a binding is enough.
                    let is_said = |(nearer, binding): &(String, &Binding)| {
                        *nearer == rest || *binding == bound.binding
                    };
                    if !found.iter().any(is_said) {
                        found.push((rest, bound.binding));
                    }
                }
            }
        }
        found
    }

    /// The keys of a form that lead to actions which have no hint: `^X`. In a list, help is a key away.
    #[must_use]
    pub(crate) fn hidden_prefixes(&self, scope: Scope) -> Vec<String> {
        let hidden = self
            .bound_in(scope)
            .filter(|bound| scope.is_text() && bound.binding.hint.is_empty());
        let mut prefixes = Vec::new();
        for sequence in hidden.flat_map(|bound| &bound.keys) {
            if let [first, _, ..] = sequence.keys.as_slice() {
                let prefix = first.to_string();
                if !prefixes.contains(&prefix) {
                    prefixes.push(prefix);
                }
            }
        }
        prefixes
    }

    /// The hints of a scope, and in a contact those of every row, best first.
    #[must_use]
    pub fn hints(&self, scope: Scope) -> Vec<(String, &'static Binding)> {
        let chain = scope.chain();
        let of_rows = chain.iter().find(|other| **other == Scope::Rows);
        let mut hints: Vec<(String, &'static Binding)> = Vec::new();
        let scopes = std::iter::once(scope).chain(of_rows.copied());
        for bound in scopes.flat_map(|scope| self.bound_in(scope)) {
            if bound.binding.hint.is_empty() || bound.binding.rank == 9 {
                continue;
            }
            let Some(key) = bound.keys.first() else {
                continue;
            };
            // What a nearer scope has is what the key does.
            if hints.iter().all(|(nearer, _)| *nearer != key.written) {
                hints.push((key.written.clone(), bound.binding));
            }
        }
        hints.sort_by_key(|(_, binding)| binding.rank);
        hints
    }

    /// Which defaults lost which keys to what a person set.
    #[must_use]
    pub fn losses(&self) -> &[Loss] {
        &self.losses
    }

    /// Every binding in the order of the help, with its keys.
    pub fn rows(&self) -> impl Iterator<Item = (&'static Binding, Vec<String>)> {
        Scope::ALL.into_iter().flat_map(|scope| {
            let bindings = TABLE.iter().filter(move |binding| binding.scope == scope);
            bindings.map(|binding| (binding, self.keys(binding)))
        })
    }

    /// The whole table as Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut table =
            String::from("| where | keys | action | what it does |\n| --- | --- | --- | --- |\n");
        for (binding, keys) in self.rows() {
            let keys: Vec<String> = keys
                .iter()
                .map(|key| format!("`{}`", key.replace('|', "\\|")))
                .collect();
            let keys = if keys.is_empty() {
                "palette".to_owned()
            } else {
                keys.join(" ")
            };
            let _ = writeln!(
                table,
                "| {} | {keys} | {} | {} |",
                binding.scope.title(),
                binding.action.name(),
                binding.help
            );
        }
        table
    }
}
