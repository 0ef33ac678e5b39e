//! What the lines of the configuration set: keys of an action, in each place where it acts or in one.

use crate::config::KeyLine;

use super::scope::Scope;
use super::sequence::Sequence;
use super::table::{Action, Binding, TABLE};

/// One action with its keys in one scope, as a line of the configuration has it.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    /// Which of the lines it is of, and the number of that one in the file.
    pub(super) at: usize,
    pub(super) line: usize,
    /// The line's name for it.
    pub(super) name: String,
    pub(super) scope: Scope,
    pub(super) binding: &'static Binding,
    pub(super) keys: Vec<Sequence>,
}

impl Setting {
    pub(super) const fn action(&self) -> Action {
        self.binding.action
    }

    /// The key that cannot be had together with another one.
    pub(super) fn clashing(&self, other: &Sequence) -> Option<&Sequence> {
        self.keys.iter().find(|key| key.clashes(other))
    }
}

/// How far a scope is from the nearest one, where that is `here`; none where it does not act there.
pub(super) fn distance(here: Scope, scope: Scope) -> Option<usize> {
    here.chain().iter().position(|other| *other == scope)
}

/// A line of the configuration with the keys of it that can be read.
#[derive(Clone, Debug)]
pub(super) struct ReadLine<'a> {
    pub(super) line: &'a KeyLine,
    keys: Vec<Sequence>,
}

impl<'a> ReadLine<'a> {
    /// Reads the keys of a line; none where none of them can be read. Those that cannot be are added to
    /// `unread`, each with its line of the file.
    pub(super) fn of(line: &'a KeyLine, unread: &mut Vec<(usize, String)>) -> Option<Self> {
        let mut keys: Vec<Sequence> = Vec::new();
        for (at, key) in &line.keys {
            match Sequence::read(key) {
                Ok(key) if keys.contains(&key) => {}
                Ok(key) => keys.push(key),
                Err(why) => unread.push((*at, format!("[keys] {}: {why}", line.name()))),
            }
        }
        (line.keys.is_empty() || !keys.is_empty()).then_some(Self { line, keys })
    }
}

/// What a line sets, an action in each scope that has it, unless a line names the scope.
pub(super) fn settings_of(
    at: usize,
    read: &ReadLine<'_>,
    lines: &[(usize, &ReadLine<'_>)],
) -> Result<Vec<Setting>, String> {
    let ReadLine { line, keys } = read;
    let Some(action) = Action::named(&line.action) else {
        return Err(format!(
            "unknown action {}; `callbook keys` lists them",
            line.action
        ));
    };
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
        let (scope, binding) = named_scope(line, name, bindings, keys)?;
        return Ok(vec![Setting {
            at,
            line: line.line,
            name: line.name(),
            scope,
            binding,
            keys: keys.clone(),
        }]);
    }
    let named_elsewhere = |scope: Scope| {
        lines.iter().any(|(_, ReadLine { line: other, .. })| {
            other.scope.as_deref() == Some(scope.name())
                && Action::named(&other.action) == Some(action)
        })
    };
    let bindings: Vec<&Binding> = bindings
        .filter(|binding| !named_elsewhere(binding.scope))
        .collect();
    let mut settings = Vec::new();
    for binding in &bindings {
        // What is typed is text there. Where no other key is set, the default stays.
        let apply = keys.iter().filter(|key| !key.is_text_in(binding.scope));
        let apply: Vec<Sequence> = apply.cloned().collect();
        if apply.is_empty() && !keys.is_empty() {
            continue;
        }
        settings.push(Setting {
            at,
            line: line.line,
            name: line.name(),
            scope: binding.scope,
            binding,
            keys: apply,
        });
    }
    match (settings.is_empty(), keys.first()) {
        (true, _) if bindings.is_empty() => Err(format!(
            "has no effect: a line of its own sets {} in each place",
            action.name()
        )),
        (true, Some(key)) => {
            let places: Vec<&str> = bindings.iter().map(|of| of.scope.title()).collect();
            Err(text_key(key, &places.join(" and ")))
        }
        _ => Ok(settings),
    }
}

/// Why a key cannot be one where it is text.
fn text_key(key: &Sequence, place: &str) -> String {
    let letter = key.written.chars().next();
    let letter = letter.filter(char::is_ascii_alphabetic).unwrap_or('X');
    format!(
        "{} is text in {place}; use a key such as ^{} or F5",
        key.written,
        letter.to_ascii_uppercase()
    )
}

/// The scope that a line names, with the action that acts there, or everywhere.
fn named_scope(
    line: &KeyLine,
    name: &str,
    bindings: impl Iterator<Item = &'static Binding>,
    keys: &[Sequence],
) -> Result<(Scope, &'static Binding), String> {
    let Some(scope) = Scope::ALL.into_iter().find(|scope| scope.name() == name) else {
        let names: Vec<&str> = Scope::ALL.iter().map(|scope| scope.name()).collect();
        return Err(format!(
            "unknown scope {name}; expected one of {}",
            names.join(", ")
        ));
    };
    let nearest = bindings
        .filter_map(|binding| Some((distance(scope, binding.scope)?, binding)))
        .min_by_key(|(far, _)| *far)
        .map(|(_, binding)| binding);
    let Some(binding) = nearest else {
        return Err(format!(
            "{} has no effect in {}; `callbook keys` lists which action works where",
            line.action,
            scope.title()
        ));
    };
    if let Some(key) = keys.iter().find(|key| key.is_text_in(scope)) {
        return Err(text_key(key, scope.title()));
    }
    if keys.is_empty() && binding.scope != scope {
        return Err(format!(
            "the keys of {} in {} are those of {}; take them away with {}.{} = []",
            line.action,
            scope.title(),
            binding.scope.title(),
            binding.scope.name(),
            line.action
        ));
    }
    Ok((scope, binding))
}
