//! What the commands on resources share: a document from a file, standard input or flags, and an
//! answer as JSON:API or for people.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::{Map, Value};

use crate::domain::refusal::Refusal;
use crate::exchange::jsonapi;

/// The attributes that a command sends: those of the document, and over them those of the flags.
pub(super) fn attributes(
    document: Option<&PathBuf>,
    kind: &str,
    flags: impl IntoIterator<Item = (&'static str, Option<Value>)>,
) -> Result<Map<String, Value>> {
    let mut attributes = match document {
        Some(path) => jsonapi::read(&text(path)?, kind)?,
        None => Map::new(),
    };
    for (name, value) in flags {
        if let Some(value) = value {
            attributes.insert(name.to_owned(), value);
        }
    }
    Ok(attributes)
}

fn text(path: &Path) -> Result<String> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin()
            .lock()
            .read_to_string(&mut text)
            .context("cannot read standard input")?;
        return Ok(text);
    }
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// Prints what a command answers; under `json` a refusal is an answer too, with its exit status.
pub(super) fn answer(result: Result<Answer>, json: bool) -> Result<u8> {
    let told = match result {
        Ok(answer) if json => answer.document,
        Ok(answer) => {
            super::print(&answer.words)?;
            return Ok(answer.status);
        }
        Err(error) => {
            if let (true, Some(refusal)) = (json, error.downcast_ref::<Refusal>()) {
                super::print(&format!("{:#}\n", refusal.to_json()))?;
                return Ok(refusal.kind.exit_status());
            }
            return Err(error);
        }
    };
    if told != Value::Null {
        super::print(&format!("{told:#}\n"))?;
    }
    Ok(0)
}

/// What a command answers.
pub(super) struct Answer {
    /// For programs; null where there is nothing to say.
    pub document: Value,
    /// For people.
    pub words: String,
    /// The exit status.
    pub status: u8,
}

impl Answer {
    pub(super) const fn new(document: Value, words: String) -> Self {
        Self {
            document,
            words,
            status: 0,
        }
    }
}

/// A flag that may stand alone: `--primary`, `--primary=false`.
pub(super) fn boolean(flag: Option<bool>) -> Option<Value> {
    flag.map(Value::Bool)
}

/// A text; an empty one clears the attribute.
pub(super) fn string(flag: Option<&String>) -> Option<Value> {
    flag.map(|text| match text.as_str() {
        "" => Value::Null,
        text => Value::String(text.to_owned()),
    })
}
