//! `callbook keys`: every key, with what is set in the configuration.

use std::io::{self, IsTerminal as _};

use anyhow::Result;
use clap::Args;
use serde_json::json;

use super::output::{exact, print};
use super::table::described;
use crate::config::{Config, shown};
use crate::domain::safe::safe;
use crate::tui::keymap::Keymap;
use crate::tui::protocol::Tone;

/// How the keys are printed.
#[derive(Debug, Args)]
pub(super) struct Keys {
    /// Write a Markdown table
    #[arg(long, conflicts_with = "json")]
    markdown: bool,
    /// Write JSON, one object per binding
    #[arg(long)]
    json: bool,
}

impl Keys {
    pub(super) fn run(&self, keymap: &Keymap) -> Result<()> {
        if self.markdown {
            return print(&keymap.markdown());
        }
        if self.json {
            let rows = keymap.rows().map(|(binding, keys)| {
                json!({
                    "scope": binding.scope.name(),
                    "action": binding.action.name(),
                    "keys": keys,
                    "help": binding.help,
                })
            });
            let rows = serde_json::Value::Array(rows.collect());
            return exact(&format!("{rows:#}\n"));
        }
        let head = ["where", "keys", "action", "what it does"].map(str::to_owned);
        let rows = keymap.rows().map(|(binding, keys)| {
            let keys = if keys.is_empty() {
                "no key".to_owned()
            } else {
                keys.join(", ")
            };
            [
                binding.scope.name().to_owned(),
                keys,
                binding.action.name().to_owned(),
                binding.help.to_owned(),
            ]
        });
        let rows: Vec<[String; 4]> = [head].into_iter().chain(rows).collect();
        if io::stdout().is_terminal() {
            return print(&described(&rows));
        }
        let lines = rows.iter().map(|row| format!("{}\n", row.join("\t")));
        print(&lines.collect::<String>())
    }
}

/// The keys that the configuration sets, and what is wrong with them beside what is wrong with the rest.
pub(super) fn with_keys(mut config: Config) -> (Config, Keymap) {
    let (keymap, refused) = Keymap::with(&config.keys);
    let file = shown(&config.file);
    let refused = refused.into_iter();
    config
        .troubles
        .extend(refused.map(|(line, why)| format!("{file}:{line}: {}", safe(&why))));
    (config, keymap)
}

/// What the screens say first of the configuration: what is wrong with it, and which keys moved.
pub(super) fn notice(config: &Config, keymap: &Keymap) -> Option<(Tone, String)> {
    let moved = keymap.losses().iter().map(ToString::to_string);
    let told: Vec<String> = config.troubles.iter().cloned().chain(moved).collect();
    let tone = if config.troubles.is_empty() {
        Tone::Plain
    } else {
        Tone::Bad
    };
    let first = told.first()?;
    let more = match told.len() - 1 {
        0 => String::new(),
        more => format!("; {more} more: callbook config"),
    };
    Some((tone, format!("{first}{more}")))
}
