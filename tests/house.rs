//! The house rules that a compiler does not know: which layer may use which, how long a file may
//! be, and that the README's table of keys is the program's.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::path::{Path, PathBuf};

/// The source files with their text, tests at the end of a file left out.
fn sources() -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    walk(&root, &mut found);
    found
        .into_iter()
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            let text = text.split("#[cfg(test)]").next().unwrap().to_owned();
            (
                path.strip_prefix(&root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned(),
                text,
            )
        })
        .collect()
}

/// Why a file may not use what one of its lines uses.
fn breach(file: &str, line: &str) -> Option<&'static str> {
    let line = line.trim();
    if line.starts_with("//") {
        return None;
    }
    let names = |words: &[&str]| words.iter().any(|word| line.contains(word));
    let layer = |name: &str| file.starts_with(&format!("{name}/"));
    if layer("domain")
        && names(&[
            "crate::store",
            "crate::exchange",
            "crate::tui",
            "crate::cli",
            "crate::config",
            "crate::import",
        ])
    {
        return Some("domain uses nothing else of ours");
    }
    if (layer("store") || layer("exchange"))
        && names(&["crate::tui", "crate::cli", "crate::config"])
    {
        return Some("store and exchange use domain only");
    }
    if layer("store") && names(&["crate::exchange"])
        || layer("exchange") && names(&["crate::store"])
    {
        return Some("store and exchange do not know each other");
    }
    if layer("tui")
        && !matches!(
            file,
            "tui/runtime.rs" | "tui/runtime/keeper.rs" | "tui/mod.rs"
        )
        && names(&["crate::store", "crate::exchange"])
    {
        return Some("only the runtime touches store and exchange");
    }
    if !layer("store") && names(&["rusqlite"]) {
        return Some("only the store knows of SQLite");
    }
    let outer = matches!(
        file,
        "tui/runtime.rs" | "tui/runtime/keeper.rs" | "tui/mod.rs" | "tui/terminal.rs"
    );
    if layer("tui")
        && !outer
        && names(&[
            "crossterm",
            "std::fs",
            "std::process",
            "std::io",
            "SystemTime",
            "Utc::now",
            "Local::now",
            "Instant::now",
        ])
    {
        return Some("screens are pure");
    }
    if layer("domain")
        && names(&[
            "std::fs",
            "std::process",
            "std::io",
            "SystemTime",
            "Utc::now",
            "Local::now",
        ])
    {
        return Some("the domain is pure");
    }
    if line.contains("rlibphonenumber") && !file.starts_with("domain/number/") {
        return Some("only domain/number knows the library of numbers");
    }
    None
}

#[test]
fn every_layer_uses_only_those_below_it() {
    let mut breaches = Vec::new();
    for (file, text) in sources() {
        for (at, line) in text.lines().enumerate() {
            breaches.extend(
                breach(&file, line).map(|why| format!("src/{file}:{}: {why}: {line}", at + 1)),
            );
        }
    }
    assert!(breaches.is_empty(), "{breaches:#?}");
}

#[test]
fn a_breach_would_be_seen() {
    assert!(breach("domain/phone.rs", "use crate::store::Store;").is_some());
    assert!(breach("tui/screens/list.rs", "use crossterm::event;").is_some());
    assert!(breach("tui/update.rs", "    let now = Utc::now();").is_some());
    assert!(breach("exchange/vcard.rs", "use rusqlite::Connection;").is_some());
    assert!(breach("domain/phone.rs", "use super::number;").is_none());
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    for (file, text) in sources() {
        let lines = text.lines().count();
        assert!(lines <= 600, "src/{file} has {lines} lines");
        assert!(
            text.starts_with("//!"),
            "src/{file} does not say what it is for"
        );
    }
}

#[test]
fn the_readme_shows_the_keys_that_there_are() {
    let readme =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    let table = callbook::tui::keymap::Keymap::default().markdown();
    assert!(
        readme.contains(&table),
        "put the output of `callbook keys` into the README"
    );
}
