//! The keys that a person sets, laid over the table.
//!
//! A key that a person sets wins over every default: a default that stands in its way loses the key,
//! which [`Keymap::losses`] tells. A line of the configuration is refused, and the others are used,
//! where it names nothing, where it clashes with a line before it, and where quitting, going back or
//! help would be without a key.

use std::fmt;

use super::{Action, Binding, Bound, Keymap, Scope, Sequence, TABLE};
use crate::config::KeyLine;

/// A default that is without a key now, or is hidden in one place, since a person gave the key to
/// another action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss {
    key: String,
    by: Action,
    of: Action,
    place: Scope,
}

impl fmt::Display for Loss {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is now {}, no longer {} ({})",
            self.key,
            self.by.name(),
            self.of.name(),
            self.place.title()
        )
    }
}

/// One action with its keys in one scope, as a line of the configuration has it.
#[derive(Clone, Debug)]
struct Setting {
    /// The line's name for it.
    name: String,
    scope: Scope,
    binding: &'static Binding,
    keys: Vec<Sequence>,
}

impl Setting {
    const fn action(&self) -> Action {
        self.binding.action
    }
}

/// How far a scope is from the one with the cursor.
const fn distance(scope: Scope) -> u8 {
    match scope {
        Scope::Global => 2,
        Scope::Movement => 1,
        _ => 0,
    }
}

/// Whether keys of both scopes act at the same time somewhere.
fn act_together(one: Scope, other: Scope) -> bool {
    Scope::ALL.iter().any(|scope| {
        let chain = scope.chain();
        chain.contains(&one) && chain.contains(&other)
    })
}

/// Which of the actions may never be without a key in a place where they have one by default.
const NEVER_WITHOUT: [Action; 3] = [Action::Quit, Action::Escape, Action::Help];

impl Keymap {
    /// The table with the keys of these lines; and of each line that is refused, its number and why.
    #[must_use]
    pub fn with(lines: &[KeyLine]) -> (Self, Vec<(usize, String)>) {
        let mut keymap = Self::default();
        let mut settings: Vec<Setting> = Vec::new();
        let mut refused = Vec::new();
        for line in lines {
            let with_line = settings_of(line, lines).and_then(|new| {
                clash(&settings, &new)?;
                let all: Vec<Setting> = settings.iter().cloned().chain(new).collect();
                let changed = Self::of_settings(&all);
                left_without(&changed)?;
                Ok((all, changed))
            });
            match with_line {
                Ok(changed) => (settings, keymap) = changed,
                Err(why) => refused.push((line.line, format!("[keys] {}: {why}", line.name()))),
            }
        }
        (keymap, refused)
    }

    fn of_settings(settings: &[Setting]) -> Self {
        let mut keymap = Self::default();
        keymap.bounds.retain(|bound| {
            !settings.iter().any(|setting| {
                setting.scope == bound.scope && setting.action() == bound.binding.action
            })
        });
        for bound in &mut keymap.bounds {
            let (scope, of) = (bound.scope, bound.binding.action);
            let losses = &mut keymap.losses;
            bound.keys.retain(|key| {
                let taken = settings.iter().find(|setting| {
                    setting.action() != of
                        && act_together(setting.scope, scope)
                        && setting.keys.iter().any(|other| other.clashes(key))
                });
                let Some(setting) = taken else { return true };
                // A default farther away than the key that hides it acts everywhere else.
                let hidden_only = distance(setting.scope) < distance(scope);
                losses.push(Loss {
                    key: key.written.clone(),
                    by: setting.action(),
                    of,
                    place: if hidden_only { setting.scope } else { scope },
                });
                hidden_only
            });
        }
        // In the place of the line of the table, which hints and help go by.
        let place = |bound: &Bound| {
            TABLE
                .iter()
                .position(|binding| binding == bound.binding)
                .unwrap_or(TABLE.len())
        };
        keymap.bounds.extend(settings.iter().map(|setting| Bound {
            scope: setting.scope,
            binding: setting.binding,
            keys: setting.keys.clone(),
        }));
        keymap.bounds.sort_by_key(place);
        keymap
    }
}

/// What a line sets, an action in each scope that has it, unless a line names the scope.
fn settings_of(line: &KeyLine, lines: &[KeyLine]) -> Result<Vec<Setting>, String> {
    let Some(action) = Action::named(&line.action) else {
        return Err(format!(
            "unknown action {}; `callbook keys` lists them",
            line.action
        ));
    };
    let keys: Result<Vec<Sequence>, String> =
        line.keys.iter().map(|keys| Sequence::read(keys)).collect();
    let keys = keys?;
    for (at, key) in keys.iter().enumerate() {
        if let Some(other) = keys.iter().take(at).find(|other| other.clashes(key)) {
            return Err(format!(
                "{} and {} begin with the same keys, so the longer one cannot be typed",
                other.written, key.written
            ));
        }
    }
    let bindings = TABLE.iter().filter(|binding| binding.action == action);
    if let Some(name) = &line.scope {
        return settings_in(line, name, bindings, keys);
    }
    let named_elsewhere = |scope: Scope| {
        lines.iter().any(|other| {
            other.scope.as_deref() == Some(scope.name())
                && Action::named(&other.action) == Some(action)
        })
    };
    let settings = bindings
        .filter(|binding| !named_elsewhere(binding.scope))
        .filter_map(|binding| {
            let mut keys = keys.clone();
            if binding.scope.is_text() {
                // Letters are text there. Where no other key is set, the default stays.
                keys.retain(|key| !key.is_typed());
                if keys.is_empty() {
                    return None;
                }
            }
            Some(Setting {
                name: line.name(),
                scope: binding.scope,
                binding,
                keys,
            })
        });
    Ok(settings.collect())
}

/// What a line sets that names its scope: of an action that acts there, or everywhere.
fn settings_in(
    line: &KeyLine,
    name: &str,
    bindings: impl Iterator<Item = &'static Binding>,
    keys: Vec<Sequence>,
) -> Result<Vec<Setting>, String> {
    let Some(scope) = Scope::ALL.into_iter().find(|scope| scope.name() == name) else {
        let names: Vec<&str> = Scope::ALL.iter().map(|scope| scope.name()).collect();
        return Err(format!(
            "unknown scope {name}; expected one of {}",
            names.join(", ")
        ));
    };
    let chain = scope.chain();
    let nearest = bindings
        .filter(|binding| chain.contains(&binding.scope))
        .min_by_key(|binding| distance(binding.scope));
    let Some(binding) = nearest else {
        return Err(format!(
            "{} has no effect in {}; `callbook keys` lists which action works where",
            line.action,
            scope.title()
        ));
    };
    if let Some(key) = keys.iter().find(|key| scope.is_text() && key.is_typed()) {
        return Err(format!(
            "{} is text in {}; use a key such as ^{} or F5",
            key.written,
            scope.title(),
            key.written
                .chars()
                .next()
                .filter(char::is_ascii_alphabetic)
                .map_or('X', |letter| letter.to_ascii_uppercase())
        ));
    }
    Ok(vec![Setting {
        name: line.name(),
        scope,
        binding,
        keys,
    }])
}

/// Whether a line wants a key that a line before it has, where both act.
fn clash(settings: &[Setting], new: &[Setting]) -> Result<(), String> {
    for later in new {
        for earlier in settings {
            if earlier.action() == later.action() || !act_together(earlier.scope, later.scope) {
                continue;
            }
            let both = later.keys.iter().find(|key| {
                let mut keys = earlier.keys.iter();
                keys.any(|other| other.clashes(key))
            });
            if let Some(key) = both {
                return Err(format!(
                    "{} is already set for {}, which works in {} too",
                    key.written,
                    earlier.name,
                    later.scope.title()
                ));
            }
        }
    }
    Ok(())
}

/// Whether quitting, going back and help have a key wherever they have one by default. In a text
/// only going back has to: what is typed there is left first.
fn left_without(keymap: &Keymap) -> Result<(), String> {
    let default = Keymap::default();
    for scope in Scope::ALL {
        let chain = scope.chain();
        for action in NEVER_WITHOUT {
            if scope.is_text() && action != Action::Escape {
                continue;
            }
            if default.key_for(&chain, action).is_some() && keymap.key_for(&chain, action).is_none()
            {
                return Err(format!(
                    "{} would be without a key in {}",
                    action.name(),
                    scope.title()
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::{Key, Lookup};
    use super::{Action, KeyLine, Keymap, Scope};

    fn lines(set: &[(&str, &[&str])]) -> Vec<KeyLine> {
        let lines = set.iter().enumerate();
        lines
            .map(|(at, (name, keys))| {
                let (scope, action) = match name.split_once('.') {
                    Some((scope, action)) => (Some(scope.to_owned()), action),
                    None => (None, *name),
                };
                KeyLine {
                    line: at + 1,
                    scope,
                    action: action.to_owned(),
                    keys: keys.iter().map(|key| (*key).to_owned()).collect(),
                }
            })
            .collect()
    }

    fn set(set: &[(&str, &[&str])]) -> Keymap {
        let (keymap, refused) = Keymap::with(&lines(set));
        assert_eq!(refused, []);
        keymap
    }

    fn refusal(set: &[(&str, &[&str])]) -> (usize, String) {
        let (_, mut refused) = Keymap::with(&lines(set));
        assert_eq!(refused.len(), 1, "{refused:?}");
        refused.remove(0)
    }

    fn does(keymap: &Keymap, scope: Scope, keys: &str) -> Lookup {
        let keys: Vec<Key> = keys.split(' ').map(|key| key.parse().unwrap()).collect();
        let (last, waiting) = keys.split_last().unwrap();
        keymap.lookup(&scope.chain(), waiting, *last)
    }

    #[test]
    fn a_key_that_a_person_sets_wins_where_a_default_would_hide_it() {
        let keymap = set(&[("undo", &["d"])]);
        for scope in [Scope::Contacts, Scope::Numbers, Scope::Fix, Scope::Health] {
            assert_eq!(
                does(&keymap, scope, "d"),
                Lookup::Hit(Action::Undo),
                "{scope:?}"
            );
        }
        assert_eq!(
            does(&keymap, Scope::Contacts, "delete"),
            Lookup::Hit(Action::DeleteContact)
        );
        let losses: Vec<String> = keymap.losses().iter().map(ToString::to_string).collect();
        assert_eq!(
            losses,
            [
                "d is now undo, no longer delete-contact (contacts)",
                "d is now undo, no longer delete-number (numbers)",
                "d is now undo, no longer delete-number (fix numbers)",
            ]
        );
    }

    #[test]
    fn letters_leave_what_acts_in_a_text_its_keys() {
        let keymap = set(&[("open", &["o"])]);
        assert_eq!(
            does(&keymap, Scope::Contacts, "o"),
            Lookup::Hit(Action::Open)
        );
        assert_eq!(does(&keymap, Scope::Contacts, "enter"), Lookup::Miss);
        assert_eq!(
            does(&keymap, Scope::Filter, "enter"),
            Lookup::Hit(Action::Open)
        );
        let keymap = set(&[("open", &["o", "F5"])]);
        assert_eq!(
            does(&keymap, Scope::Filter, "F5"),
            Lookup::Hit(Action::Open)
        );
        assert_eq!(does(&keymap, Scope::Filter, "enter"), Lookup::Miss);
    }

    #[test]
    fn a_scope_may_be_named_also_for_what_acts_everywhere() {
        let keymap = set(&[("contacts.undo", &["z"]), ("undo", &["U"])]);
        assert_eq!(
            does(&keymap, Scope::Contacts, "z"),
            Lookup::Hit(Action::Undo)
        );
        assert_eq!(does(&keymap, Scope::Numbers, "z"), Lookup::Miss);
        assert_eq!(
            does(&keymap, Scope::Numbers, "U"),
            Lookup::Hit(Action::Undo)
        );
        let keymap = set(&[("contacts.mark", &["j"])]);
        assert_eq!(
            does(&keymap, Scope::Contacts, "j"),
            Lookup::Hit(Action::Mark)
        );
        assert_eq!(does(&keymap, Scope::Fix, "j"), Lookup::Hit(Action::Down));
        assert_eq!(
            keymap.losses()[0].to_string(),
            "j is now mark, no longer down (contacts)"
        );
    }

    #[test]
    fn a_prefix_and_a_key_that_begins_with_it_are_not_had_together() {
        let keymap = set(&[("undo", &["x"])]);
        assert_eq!(
            does(&keymap, Scope::Contacts, "x"),
            Lookup::Hit(Action::Undo)
        );
        let keymap = set(&[("undo", &["j j"])]);
        assert_eq!(does(&keymap, Scope::Contacts, "j"), Lookup::Pending);
        assert_eq!(
            does(&keymap, Scope::Contacts, "j j"),
            Lookup::Hit(Action::Undo)
        );
        let (line, why) = refusal(&[("undo", &["U", "U U"])]);
        assert!(
            line == 1 && why.contains("begin with the same keys"),
            "{why}"
        );
    }

    #[test]
    fn two_lines_that_clash_are_told_with_both_and_the_first_is_used() {
        for (first, second) in [("undo", "redo"), ("undo", "contacts.mark")] {
            let (keymap, refused) = Keymap::with(&lines(&[
                (first, &["U"]),
                (second, &["U"]),
                ("palette", &["P"]),
            ]));
            assert_eq!(refused.len(), 1, "{refused:?}");
            assert_eq!(refused[0].0, 2);
            assert!(
                refused[0].1.contains(second) && refused[0].1.contains("U is already set for undo"),
                "{refused:?}"
            );
            assert_eq!(
                does(&keymap, Scope::Contacts, "U"),
                Lookup::Hit(Action::Undo)
            );
            assert_eq!(
                does(&keymap, Scope::Contacts, "P"),
                Lookup::Hit(Action::Palette)
            );
        }
    }

    #[test]
    fn quitting_going_back_and_help_are_never_without_a_key() {
        for (name, keys, without) in [
            (
                "undo",
                &["q"][..],
                "quit would be without a key in contacts",
            ),
            (
                "contacts.mark",
                &["q"],
                "quit would be without a key in contacts",
            ),
            ("quit", &[], "quit would be without a key"),
            ("redo", &["esc"], "escape would be without a key"),
        ] {
            let (line, why) = refusal(&[(name, keys)]);
            assert!(line == 1 && why.contains(without), "{name}: {why}");
        }
        let keymap = set(&[("escape", &["z"])]);
        assert_eq!(
            does(&keymap, Scope::Filter, "esc"),
            Lookup::Hit(Action::Escape)
        );
        assert_eq!(does(&keymap, Scope::Bin, "z"), Lookup::Hit(Action::Escape));
        let keymap = set(&[("quit", &["Q"]), ("undo", &["q"]), ("help", &["h"])]);
        assert_eq!(
            does(&keymap, Scope::Contacts, "q"),
            Lookup::Hit(Action::Undo)
        );
        assert_eq!(
            does(&keymap, Scope::Numbers, "h"),
            Lookup::Hit(Action::Help)
        );
    }

    #[test]
    fn what_a_line_names_has_to_be_there() {
        for (name, keys, why) in [
            ("fly", &["y"][..], "unknown action fly"),
            ("undo", &["hyper-u"], "unknown key hyper-u"),
            ("garden.undo", &["U"], "unknown scope garden"),
            ("bin.mark", &["M"], "mark has no effect in bin"),
            (
                "filter.open",
                &["o"],
                "o is text in filter; use a key such as ^O or F5",
            ),
        ] {
            let (_, told) = refusal(&[(name, keys)]);
            assert!(told.contains(why) && told.contains(name), "{told}");
        }
    }

    #[test]
    fn a_name_that_an_action_had_once_still_names_it() {
        let keymap = set(&[("accurate", &["V"])]);
        assert_eq!(
            does(&keymap, Scope::Numbers, "V"),
            Lookup::Hit(Action::Accurate)
        );
    }
}
