//! The house rules that a compiler does not know: which layer may use which, how long a file may
//! be, and that the pages for readers are right.

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

/// What opens a file otherwise than through `SQLite`, or is made of an open one.
const OPENS: [&str; 11] = [
    "OpenOptions",
    "NamedTempFile",
    "tempfile_in",
    "read_to_string",
    "fs::read",
    "fs::write",
    "fs::copy",
    "fs::open",
    "fs::openat",
    "OwnedFd",
    "FromRawFd",
];

/// The only files that may, outside of the store: what they open is no book, or is checked to be none
/// before.
const OPENERS: [&str; 8] = [
    "cli/document.rs",
    "export.rs",
    "import.rs",
    "import/rejects.rs",
    "import/stream.rs",
    "regular.rs",
    "state.rs",
    "store/db/files.rs",
];

/// Whether a line uses one of these names, and not only another one that it is a part of.
fn uses(line: &str, names: &[&str]) -> bool {
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_';
    names.iter().any(|name| {
        line.match_indices(name).any(|(at, _)| {
            !line[..at].ends_with(is_part) && !line[at + name.len()..].starts_with(is_part)
        })
    })
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
    let runs = file == "tui/run.rs" || file.starts_with("tui/runtime");
    if layer("tui") && !runs && names(&["crate::store", "crate::exchange"]) {
        return Some("only the runtime touches store and exchange");
    }
    if !layer("store") && names(&["rusqlite"]) {
        return Some("only the store knows of SQLite");
    }
    if layer("tui")
        && !runs
        && file != "tui/terminal.rs"
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
    // An import is a `File` too, but not the system's.
    let of_the_system = layer("store") || line.contains("fs::");
    let opens = uses(line, &OPENS) || of_the_system && uses(line, &["File"]);
    if opens && !OPENERS.contains(&file) {
        return Some("closing a descriptor of a book drops SQLite's locks: see store/db/files.rs");
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
    assert!(breach("tui/pages/bin.rs", "use crossterm::event;").is_some());
    assert!(breach("tui/app.rs", "    let now = Utc::now();").is_some());
    assert!(breach("exchange/vcard.rs", "use rusqlite::Connection;").is_some());
    assert!(breach("domain/phone.rs", "use super::number;").is_none());
    for line in [
        "    let file = File::open(path)?;",
        "use std::fs::{self, File};",
        "    let bytes = fs::read(path)?;",
        "    fs::copy(database, &aside)?;",
        "    OpenOptions::new().write(true).open(path)?;",
        "    let file = rustix::fs::open(path, flags, mode)?;",
        "    let file = tempfile::NamedTempFile::new_in(folder)?;",
    ] {
        assert!(breach("store/db/schema.rs", line).is_some(), "{line}");
        assert!(breach("store/db/files.rs", line).is_none(), "{line}");
    }
    assert!(breach("tui/app.rs", "use std::fs::{self, File};").is_some());
    assert!(
        breach(
            "store/care/backup.rs",
            "for entry in fs::read_dir(&folder)? {"
        )
        .is_none()
    );
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

/// A file of the project, from its root.
fn text_of(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

#[test]
fn the_page_of_keys_shows_the_keys_that_there_are() {
    let table = callbook::tui::keymap::Keymap::default().markdown();
    assert!(
        text_of("assets/keys.md").ends_with(&table),
        "put the output of `callbook keys --markdown` into assets/keys.md"
    );
}

#[test]
fn the_readme_is_short_and_its_links_lead_somewhere() {
    let readme = text_of("README.md");
    assert!(readme.lines().count() <= 200);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let pages = [
        "README.md",
        "tests/README.md",
        "assets/guide/configuration.md",
        "assets/guide/export.md",
        "assets/guide/import.md",
        "assets/guide/safety.md",
        "assets/guide/shell.md",
        ".github/CONTRIBUTING.md",
        ".github/SECURITY.md",
    ];
    for page in pages {
        let text = text_of(page);
        for link in text.split("](").skip(1) {
            let link = link.split([')', '#']).next().unwrap();
            let there = root.join(page).parent().unwrap().join(link);
            assert!(there.exists(), "{page}: {link}");
        }
    }
}

/// The modules of the screens: each uses those before it only.
const SCREENS: [&str; 16] = [
    "keymap", "protocol", "widgets", "ctx", "pages", "stack", "app", "answers", "draft",
    "autosave", "footer", "screen", "terminal", "pacing", "runtime", "run",
];

/// The modules of the screens that a line of one of their files uses.
fn used_screens(file: &str, line: &str) -> Vec<usize> {
    let is_top = file.matches('/').count() == 1;
    let place = |name: &str| SCREENS.iter().position(|module| *module == name);
    let paths = ["crate::tui::", "super::"].into_iter();
    let paths = paths.filter(|path| is_top || *path != "super::");
    let names = paths.flat_map(|path| line.split(path).skip(1));
    let name = |rest: &str| {
        let end = rest.find(|sign: char| !sign.is_alphanumeric() && sign != '_');
        rest[..end.unwrap_or(rest.len())].to_owned()
    };
    names.filter_map(|rest| place(&name(rest))).collect()
}

#[test]
fn no_module_of_the_screens_uses_a_later_one() {
    let mut breaches = Vec::new();
    for (file, text) in sources() {
        let Some(path) = file.strip_prefix("tui/").filter(|path| *path != "mod.rs") else {
            continue;
        };
        let module = path.split(['/', '.']).next().unwrap();
        let own = SCREENS.iter().position(|name| *name == module);
        let own = own.unwrap_or_else(|| panic!("{module} is not in the list"));
        for line in text.lines().filter(|line| !line.trim().starts_with("//")) {
            let used = used_screens(&file, line);
            breaches.extend(
                used.iter()
                    .filter(|used| **used > own)
                    .map(|_| format!("{file}: {line}")),
            );
        }
    }
    assert!(breaches.is_empty(), "{breaches:#?}");
    assert_eq!(used_screens("tui/app.rs", "use super::run::Start;"), [15]);
    let line = "use crate::tui::pages::bin;";
    assert_eq!(used_screens("tui/widgets/text.rs", line), [4]);
}

/// Whether a line asks which page a page is.
fn asks_which_page(line: &str) -> bool {
    let Some((before, after)) = line.split_once("AnyPage::") else {
        return false;
    };
    let is_pattern = after.contains("=>") || after.contains(") = ");
    is_pattern || before.contains("matches!(")
}

#[test]
fn only_the_list_of_pages_asks_which_page_a_page_is() {
    for (file, text) in sources() {
        if file != "tui/pages/mod.rs" {
            let asks = text.lines().find(|line| asks_which_page(line));
            assert!(asks.is_none(), "src/{file}: {asks:?}");
        }
    }
    for line in [
        "    Some(AnyPage::Bin(bin)) => bin.ask(),",
        "    if let Some(AnyPage::Bin(bin)) = self.pages.last() {",
        "    matches!(page, AnyPage::Bin(_))",
    ] {
        assert!(asks_which_page(line), "{line}");
    }
    let opens = "    Action::Bin => Some(AnyPage::Bin(Box::default())),";
    assert!(!asks_which_page(opens));
}
