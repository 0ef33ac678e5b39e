//! The house rules that a compiler does not know: which layer may use which, how long a file may
//! be, and that the pages for readers are right.

use std::fs;
use std::path::{Path, PathBuf};

/// The source files with their text, what only tests have left out.
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
        .filter(|path| !is_of_tests(path))
        .map(|path| {
            let text = fs::read_to_string(&path).unwrap();
            (
                path.strip_prefix(&root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned(),
                without_tests(&text),
            )
        })
        .collect()
}

/// A text without the items that only tests have. Blank lines take their places, so that lines keep their
/// numbers; those at the end go.
fn without_tests(text: &str) -> String {
    let mut kept = String::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(indent) = line.strip_suffix("#[cfg(test)]") else {
            kept.push_str(line);
            kept.push('\n');
            continue;
        };
        let end = format!("{indent}}}");
        let mut item = lines.by_ref().inspect(|_| kept.push('\n'));
        let first = item.find(|line| !line.trim_start().starts_with('#'));
        if first.is_some_and(|first| first.ends_with('{')) {
            item.find(|line| *line == end);
        }
        kept.push('\n');
    }
    kept.truncate(kept.trim_end().len());
    kept
}

#[test]
fn code_after_tests_is_seen() {
    let text = "//! A.\n#[cfg(test)]\nmod growth;\n#[cfg(test)]\n#[path = \"b.rs\"]\nmod tests {\n    fn of() {\n    }\n}\n\
                pub fn real() {\n    #[cfg(test)]\n    seen();\n    here();\n}\n\n#[cfg(test)]\nmod more {\n}\n";
    let seen: Vec<_> = without_tests(text).lines().map(str::to_owned).collect();
    let code = ["pub fn real() {", "", "", "    here();", "}"];
    assert_eq!((&*seen[0], seen.len()), ("//! A.", 14));
    assert!(seen[1..9].iter().all(String::is_empty), "{seen:?}");
    assert_eq!(seen[9..], code);
}

/// Whether a file is a module that only tests have, by what the file of its folder says of it.
fn is_of_tests(path: &Path) -> bool {
    let name = path.file_stem().unwrap().to_str().unwrap();
    let list = path.with_file_name("mod.rs");
    let list = fs::read_to_string(list).unwrap_or_default();
    list.contains(&format!("#[cfg(test)]\nmod {name};"))
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
const OPENERS: [&str; 14] = [
    "cli/document.rs",
    "config/rewrite.rs",
    "editor.rs",
    "export.rs",
    "import.rs",
    "import/rejects.rs",
    "import/stream.rs",
    "regular.rs",
    "state.rs",
    "store/db/files.rs",
    "store/db/sync_lock.rs",
    "sync/folder.rs",
    "tui/runtime/book_watch.rs",
    "tui/terminal/tty.rs",
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
    // What the rows of an older book do not have is in its cards, and so is what they prefer next.
    let of_cards = ["store/db/whole_contacts.rs", "store/change/from_card.rs"];
    let reads_cards = of_cards.contains(&file);
    if layer("store") && !reads_cards && names(&["crate::exchange"])
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
        && !file.starts_with("tui/terminal")
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
    assert!(breach("tui/pages/bin.rs", "use crossterm::event;").is_some());
    assert!(breach("tui/app.rs", "    let now = Utc::now();").is_some());
    assert!(breach("exchange/vcard.rs", "use rusqlite::Connection;").is_some());
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
        "assets/guide/filters.md",
        "assets/guide/import.md",
        "assets/guide/mail.md",
        "assets/guide/safety.md",
        "assets/guide/shell.md",
        "assets/guide/sync.md",
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

/// The order of the modules, as the library's front page prints it: folders with the modules in them.
fn order() -> Vec<(Vec<String>, Vec<String>)> {
    let front = text_of("src/lib.rs");
    let list = front.split("# Order of the modules").nth(1).unwrap();
    let list = list.split("```").nth(1).unwrap().lines().skip(1);
    let mut order: Vec<(Vec<String>, Vec<String>)> = Vec::new();
    for line in list {
        let line = line.trim_start_matches("//!");
        let mut words = line.split_whitespace().map(str::to_owned);
        if !line.starts_with("  ") {
            let Some(folder) = words.next() else { continue };
            let folder = folder.split("::").skip(1).map(str::to_owned).collect();
            order.push((folder, Vec::new()));
        }
        order.last_mut().unwrap().1.extend(words);
    }
    order
}

/// The path of the module that a file is.
fn module_of(file: &str) -> Vec<String> {
    let path = file.strip_suffix(".rs").unwrap();
    let path = path.strip_suffix("/mod").unwrap_or(path);
    let parts = path.split('/').filter(|part| *part != "lib");
    parts.map(str::to_owned).collect()
}

/// The paths that a text names, from the root of the crate, each with its line: those in one tree of a
/// `use` one by one.
fn paths_in(file: &str, text: &str) -> Vec<(usize, Vec<String>)> {
    let is_part = |sign: char| sign.is_alphanumeric() || sign == '_';
    let code: Vec<&str> = text
        .lines()
        .map(|line| {
            if line.trim().starts_with("//") {
                ""
            } else {
                line
            }
        })
        .collect();
    let code = code.join("\n");
    let mut found = Vec::new();
    for start in ["crate", "super", "self"] {
        for (at, _) in code.match_indices(start) {
            let before = &code[..at];
            let is_whole = !before.ends_with(is_part) && !before.ends_with("::");
            // A visibility names who may use a module, not what the module uses.
            if !is_whole || before.ends_with("(in ") || !code[at + start.len()..].starts_with("::")
            {
                continue;
            }
            let line = before.matches('\n').count() + 1;
            let mut paths = Vec::new();
            tree(&code[at..], &mut Vec::new(), &mut paths);
            found.extend(paths.into_iter().map(|path| (line, from_root(file, path))));
        }
    }
    found
}

/// Reads a path, or a tree of them in braces, at the beginning of a text; gives where it ends.
fn tree(text: &str, before: &mut Vec<String>, found: &mut Vec<Vec<String>>) -> usize {
    let length = before.len();
    let mut at = 0;
    loop {
        let rest = text[at..].trim_start();
        at = text.len() - rest.len();
        if rest.starts_with('{') {
            at += 1;
            while !text[at..].trim_start().starts_with('}') {
                at += tree(&text[at..], before, found);
                let rest = text[at..].trim_start();
                // `as` and the name that a path gets.
                at = text.len()
                    - rest
                        .trim_start_matches(|sign| sign != ',' && sign != '}')
                        .len();
                at += usize::from(text[at..].starts_with(','));
            }
            at = text.len() - text[at..].trim_start().len() + 1;
            break;
        }
        let name = rest.find(|sign: char| !sign.is_alphanumeric() && sign != '_');
        let name = &rest[..name.unwrap_or(rest.len())];
        at += name.len();
        before.push(name.to_owned());
        if name.is_empty() || !text[at..].starts_with("::") {
            found.push(before.clone());
            break;
        }
        at += 2;
    }
    before.truncate(length);
    at
}

/// A path of a file as one from the root of the crate.
fn from_root(file: &str, path: Vec<String>) -> Vec<String> {
    let mut whole = module_of(file);
    let mut path = path.into_iter().peekable();
    if path.next_if(|name| name == "crate").is_some() {
        whole.clear();
    }
    while let Some(name) = path.next_if(|name| name == "super" || name == "self") {
        if name == "super" {
            whole.pop();
        }
    }
    whole.extend(path.filter(|name| !name.is_empty() && name != "self"));
    whole
}

/// Why a file may not use a path: each folder of the list has modules that come one after another, and
/// the folder's own file after them.
fn disorder(order: &[(Vec<String>, Vec<String>)], file: &str, path: &[String]) -> Option<String> {
    let module = module_of(file);
    order.iter().find_map(|(folder, modules)| {
        let own = module.strip_prefix(folder.as_slice())?.first()?;
        let used = path.strip_prefix(folder.as_slice())?.first();
        let place = |name: &String| modules.iter().position(|module| module == name);
        let used = used.map_or(modules.len(), |used| place(used).unwrap_or(modules.len()));
        let folder = folder.join("::");
        (used > place(own)?).then(|| format!("{own} comes before it in crate::{folder}"))
    })
}

#[test]
fn no_module_uses_a_later_one() {
    let order = order();
    let sources = sources();
    let mut breaches = Vec::new();
    for (file, text) in sources.iter().filter(|(file, _)| file != "main.rs") {
        let module = module_of(file);
        for (folder, modules) in &order {
            let inside = module.strip_prefix(folder.as_slice());
            let listed = inside.and_then(|inside| inside.first());
            if let Some(name) = listed.filter(|name| !modules.contains(name)) {
                breaches.push(format!(
                    "src/{file}: {name} is not in the list of src/lib.rs"
                ));
            }
        }
        for (line, path) in paths_in(file, text) {
            let why = disorder(&order, file, &path);
            breaches
                .extend(why.map(|why| format!("src/{file}:{line}: {}: {why}", path.join("::"))));
        }
    }
    let known: Vec<Vec<String>> = sources.iter().map(|(file, _)| module_of(file)).collect();
    for (folder, name) in order
        .iter()
        .flat_map(|(folder, names)| names.iter().map(move |name| (folder, name)))
    {
        let path = [folder.as_slice(), std::slice::from_ref(name)].concat();
        if !known.contains(&path) {
            breaches.push(format!(
                "src/lib.rs lists {}, which is not there",
                path.join("::")
            ));
        }
    }
    assert!(breaches.is_empty(), "{breaches:#?}");
}

#[test]
fn a_use_of_a_later_module_would_be_seen() {
    let order = order();
    let breaches = |file: &str, text: &str| {
        let paths = paths_in(file, text).into_iter();
        let found = paths.filter_map(|(line, path)| disorder(&order, file, &path).map(|_| line));
        found.collect::<Vec<_>>()
    };
    for (file, text) in [
        ("domain/phone.rs", "\nuse crate::store::Store;"),
        (
            "exchange/vcard/head.rs",
            "\nuse super::{\n    content,\n    write::detail as other, line,\n};",
        ),
        ("store/db/failure.rs", "\n    super::pace::stopped()"),
        (
            "store/db/open.rs",
            "\n    let store = crate::store::base::Store::open(path)?;",
        ),
        (
            "store/write/log.rs",
            "\nuse super::super::change::{bulk::{self, MANY}};",
        ),
        ("store/change/merge.rs", "\nuse crate::store::Store;"),
        ("exchange/vcard/head.rs", "\nuse super::write::detail;"),
        ("tui/app.rs", "\nuse super::run::Start;"),
        ("tui/widgets/text.rs", "\nuse crate::tui::pages::bin;"),
        ("cli/exit.rs", "\nuse super::Arguments;"),
        ("import/batch.rs", "\nuse super::perform;"),
    ] {
        assert!(breaches(file, text).contains(&2), "{file}: {text}");
    }
    for (file, text) in [
        (
            "domain/phone.rs",
            "use super::number::{self, Region as Country};",
        ),
        (
            "store/mod.rs",
            "pub use change::merge;\nuse self::base::Store;",
        ),
        (
            "store/change/merge.rs",
            "pub(in crate::store) fn merge() {} // crate::tui",
        ),
        (
            "store/change/import/known.rs",
            "use super::run::Run;\nuse super::super::bulk;",
        ),
        ("cli.rs", "use crate::tui::keymap::Keymap;"),
        (
            "tui/app.rs",
            "/// As [`crate::cli`] has it.\nuse super::pages;",
        ),
    ] {
        let text = text
            .split("//")
            .next()
            .filter(|_| file != "tui/app.rs")
            .unwrap_or(text);
        assert_eq!(breaches(file, text), [0; 0], "{file}: {text}");
    }
}

/// Who may ask which page a page is: what gives one of a kind, the form that gets back the page of a
/// number, and the draft of the two forms.
const ASK_WHICH_PAGE: [&str; 3] = [
    "tui/pages/page.rs",
    "tui/pages/contact_form/page.rs",
    "tui/pages/drafted.rs",
];

/// Whether a line asks which page a page is.
fn asks_which_page(line: &str) -> bool {
    uses(
        line,
        &["as_page", "downcast_ref", "downcast_mut", "downcast"],
    )
}

#[test]
fn nothing_else_asks_which_page_a_page_is() {
    for (file, text) in sources() {
        if file.starts_with("tui/pages/") && !ASK_WHICH_PAGE.contains(&&*file) {
            let asks = text.lines().find(|line| asks_which_page(line));
            assert!(asks.is_none(), "src/{file}: {asks:?}");
        }
    }
    for line in [
        "    if let Some(bin) = page.as_page::<Bin>() {",
        "    let bin: Option<&Bin> = page.downcast_ref();",
    ] {
        assert!(asks_which_page(line), "{line}");
    }
    let opens = "    Action::Bin => Some(Box::<Bin>::default()),";
    assert!(!asks_which_page(opens));
}
