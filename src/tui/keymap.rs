//! The one table of keys. It drives dispatch, the footer, help, the palette, the which-key strip,
//! `callbook keys` and the keys that messages name.
//!
//! [`table`] has the defaults, [`overrides`] what a person sets; a [`Keymap`] is both, parsed once.

pub mod key;
pub mod overrides;
pub mod table;

use std::fmt::Write as _;

use key::Key;
use overrides::Loss;
pub use table::{Action, Binding, Scope, TABLE};

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

/// Keys one after the other, and how they are written: `g g`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Sequence {
    written: String,
    keys: Vec<Key>,
}

impl Sequence {
    fn read(written: &str) -> Result<Self, String> {
        let keys: Result<Vec<Key>, String> = written.split(' ').map(str::parse).collect();
        let keys = keys?;
        let written: Vec<String> = keys.iter().map(Key::to_string).collect();
        Ok(Self {
            written: written.join(" "),
            keys,
        })
    }

    /// Whether both cannot be had in one place: one is the other or its beginning.
    fn clashes(&self, other: &Self) -> bool {
        self.keys.starts_with(&other.keys) || other.keys.starts_with(&self.keys)
    }

    /// Whether it begins with what is text in a scope. In a form space is a key too: it toggles boxes.
    fn is_text_in(&self, scope: Scope) -> bool {
        let sign = self.keys.first().and_then(|key| key.typed());
        let is_form = matches!(scope, Scope::NumberForm | Scope::ContactForm);
        scope.is_text() && sign.is_some_and(|sign| sign != ' ' || !is_form)
    }
}

/// A binding of the table with the keys that it has, in the scope of the table or in a nearer one
/// that a person named.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Bound {
    scope: Scope,
    binding: &'static Binding,
    keys: Vec<Sequence>,
    /// Which of them mean something else in one place, and where.
    hidden: Vec<(String, Scope)>,
}

/// The table with the keys that a person set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    bounds: Vec<Bound>,
    losses: Vec<Loss>,
}

impl Default for Keymap {
    fn default() -> Self {
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
        Self {
            bounds: bounds.collect(),
            losses: Vec::new(),
        }
    }
}

impl Keymap {
    fn bound_in(&self, scope: Scope) -> impl Iterator<Item = &Bound> {
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

    /// The first key that does something in a chain of scopes, as written; none where no key does.
    #[must_use]
    pub fn key_for(&self, scopes: &[Scope], action: Action) -> Option<&str> {
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
    pub fn on_any_layout(&self, scopes: &[Scope], waiting: &[Key], key: Key) -> Key {
        let means = |key: Key| self.lookup(scopes, waiting, key) != Lookup::Miss;
        match key.on_qwerty() {
            Some(other) if !means(key) && means(other) => other,
            _ => key,
        }
    }

    /// The bindings that follow a prefix in a chain of scopes: the last keys of each.
    #[must_use]
    pub fn following(&self, scopes: &[Scope], waiting: &[Key]) -> Vec<(String, &'static Binding)> {
        let bounds = self.bounds.iter();
        let bounds = bounds.filter(|bound| scopes.contains(&bound.scope));
        let mut found = Vec::new();
        for bound in bounds {
            for sequence in &bound.keys {
                if let Some(rest) = sequence.keys.strip_prefix(waiting)
                    && !rest.is_empty()
                {
                    let rest: Vec<String> = rest.iter().map(Key::to_string).collect();
                    found.push((rest.join(" "), bound.binding));
                }
            }
        }
        found
    }

    /// The hints of a scope, best first.
    #[must_use]
    pub fn hints(&self, scope: Scope) -> Vec<(String, &'static Binding)> {
        let mut hints: Vec<(String, &'static Binding)> = self
            .bound_in(scope)
            .filter(|bound| !bound.binding.hint.is_empty() && bound.binding.rank < 9)
            .filter_map(|bound| Some((bound.keys.first()?.written.clone(), bound.binding)))
            .collect();
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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{Action, Key, Keymap, Lookup, Scope, TABLE};

    #[test]
    fn no_key_means_two_things_in_one_scope() {
        let mut seen = HashSet::new();
        for binding in TABLE {
            for key in binding.keys {
                assert!(
                    seen.insert((binding.scope, *key)),
                    "{key} twice in {:?}",
                    binding.scope
                );
            }
        }
    }

    #[test]
    fn every_binding_has_a_help_text_and_keys_that_can_be_read() {
        for binding in TABLE {
            assert!(!binding.help.is_empty(), "{binding:?}");
            for key in binding.keys.iter().flat_map(|keys| keys.split(' ')) {
                assert!(key.parse::<Key>().is_ok(), "{key}");
            }
        }
    }

    #[test]
    fn a_prefix_waits_and_its_key_hits() {
        let keymap = Keymap::default();
        let scopes = [Scope::Contacts, Scope::Movement, Scope::Global];
        let key = |text: &str| text.parse::<Key>().unwrap();
        assert_eq!(keymap.lookup(&scopes, &[], key("g")), Lookup::Pending);
        assert_eq!(
            keymap.lookup(&scopes, &[key("g")], key("g")),
            Lookup::Hit(Action::Top)
        );
        assert_eq!(keymap.lookup(&scopes, &[key("s")], key("z")), Lookup::Miss);
        assert_eq!(
            keymap.lookup(&scopes, &[], key("G")),
            Lookup::Hit(Action::Bottom)
        );
        assert_eq!(
            keymap.lookup(&scopes, &[], key("f1")),
            Lookup::Hit(Action::Help)
        );
    }
}
