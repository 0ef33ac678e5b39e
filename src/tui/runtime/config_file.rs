//! Adding a saved filter to the configuration. A person writes that file: all of its text stays.

use std::path::Path;

use anyhow::{Result, bail};

use crate::config::filters::line_of;
use crate::config::{Config, rewrite};
use crate::domain::query::SavedFilter;

/// Adds a filter to a file, or to a new one.
///
/// # Errors
/// Where there is a filter of this name, or the file cannot be read or written, or has `[filters]` in a form that
/// cannot be added to.
pub(super) fn add(file: &Path, filter: &SavedFilter) -> Result<()> {
    let (file, old) = rewrite::read(file)?;
    let before = Config::of_bytes(&old, &file);
    if before.filters.iter().any(|known| known.name == filter.name) {
        bail!(
            "it has a filter named {} already; choose another name",
            filter.name
        );
    }
    let new = candidates(&old, &line_of(filter))
        .into_iter()
        .find(|new| is_added(&before, new, &file, filter));
    let Some(new) = new else {
        bail!(
            "it cannot be added by itself; write this below [filters]: {}",
            line_of(filter)
        );
    };
    rewrite::replace(&file, &new)
}

/// The file with a line more: below the header `[filters]`, or at the end below a new one, or where the filters
/// have no header, at the beginning.
fn candidates(old: &[u8], line: &str) -> Vec<Vec<u8>> {
    let end = if old.windows(2).any(|pair| pair == b"\r\n") {
        "\r\n"
    } else {
        "\n"
    };
    let mut found = Vec::new();
    if let Some(at) = end_of_table(old) {
        let (head, tail) = old.split_at(at);
        let between = if head.ends_with(b"\n") { "" } else { end };
        found.push(
            [
                head,
                between.as_bytes(),
                line.as_bytes(),
                end.as_bytes(),
                tail,
            ]
            .concat(),
        );
    }
    let blank = if old.is_empty() { "" } else { end };
    let table = format!("{blank}[filters]{end}{line}{end}");
    found.push(rewrite::at_end(old, end, &table));
    found.push(rewrite::at_beginning(old, &format!("filters.{line}{end}")));
    found
}

/// Where the table `[filters]` ends: behind its last line that is not blank.
fn end_of_table(old: &[u8]) -> Option<usize> {
    let (mut at, mut end) = (0, None);
    for line in old.split_inclusive(|byte| *byte == b'\n') {
        at += line.len();
        let plain = line.trim_ascii();
        let is_header = plain.starts_with(b"[");
        let name = plain.strip_prefix(b"[").map(<[u8]>::trim_ascii_start);
        let name = name.and_then(|name| name.strip_prefix(b"filters"));
        let begins = name.is_some_and(|rest| rest.trim_ascii_start().starts_with(b"]"));
        match end {
            None if begins => end = Some(at),
            Some(_) if is_header => break,
            Some(_) if !plain.is_empty() => end = Some(at),
            _ => {}
        }
    }
    end
}

/// Whether a file says what it said before, and has the filter.
fn is_added(before: &Config, new: &[u8], file: &Path, filter: &SavedFilter) -> bool {
    let mut after = Config::of_bytes(new, file);
    let added = after.filters.iter().position(|known| known == filter);
    let Some(added) = added else { return false };
    after.filters.remove(added);
    // Lines below it have moved.
    for (key, known) in after.keys.iter_mut().zip(&before.keys) {
        key.line = known.line;
        for (key, known) in key.keys.iter_mut().zip(&known.keys) {
            key.0 = known.0;
        }
    }
    let is_as_wrong = after.troubles.len() == before.troubles.len();
    after.troubles.clone_from(&before.troubles);
    is_as_wrong && after == *before
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::{Config, SavedFilter, add};

    fn filter(name: &str, text: &str) -> SavedFilter {
        SavedFilter {
            name: name.to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_filter_is_added_and_the_text_of_the_file_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("sub/config.toml");
        let garage = "garage = \"tag:garage -is:historic\"\n";
        for (old, new) in [
            ("", format!("[filters]\n{garage}")),
            (
                "home = 'IT' # here",
                format!("home = 'IT' # here\n\n[filters]\n{garage}"),
            ),
            (
                "[keys]\nundo = 'U'\n\n",
                format!("[keys]\nundo = 'U'\n\n\n[filters]\n{garage}"),
            ),
            (
                "[filters]\nold = 'x'\n# more\n\n[keys]\nundo = 'U'\n",
                format!("[filters]\nold = 'x'\n# more\n{garage}\n[keys]\nundo = 'U'\n"),
            ),
            (
                "[ filters ] # mine\nold = 'x'",
                format!("[ filters ] # mine\nold = 'x'\n{garage}"),
            ),
            (
                "a b c\r\nhome = 'IT'\r\n",
                format!(
                    "a b c\r\nhome = 'IT'\r\n\r\n[filters]\r\n{}\r\n",
                    garage.trim_end()
                ),
            ),
            (
                "filters.old = 'x'\nmouse = false\n",
                format!("filters.{garage}filters.old = 'x'\nmouse = false\n"),
            ),
        ] {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, old).unwrap();
            add(&file, &filter("garage", "tag:garage -is:historic")).unwrap();
            assert_eq!(std::fs::read_to_string(&file).unwrap(), new, "{old}");
        }
        std::fs::remove_dir_all(file.parent().unwrap()).unwrap();
        add(&file, &filter("garage", "tag:garage -is:historic")).unwrap();
        assert_eq!(
            std::fs::read_to_string(&file).unwrap(),
            format!("[filters]\n{garage}")
        );
    }

    #[test]
    fn any_name_and_any_text_comes_back_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        let all = [
            filter("front desk", "label:\"front desk\""),
            filter("o'connor", "o'connor \"x y\""),
            filter("Büro", "a\\b"),
            filter("7", "tab\there"),
            filter("a.b", "mar"),
            filter("-", "x"),
        ];
        for one in &all {
            add(&file, one).unwrap();
        }
        let mut known = Config::of_bytes(&std::fs::read(&file).unwrap(), &file).filters;
        let mut all = all.to_vec();
        known.sort();
        all.sort();
        assert_eq!(known, all);
    }

    #[test]
    fn what_cannot_be_added_leaves_the_file_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        for (old, why) in [
            (
                "[filters]\ngarage = 'x'\n",
                "it has a filter named garage already",
            ),
            (
                "filters = { old = 'x' }\n",
                "write this below [filters]: garage = \"y\"",
            ),
        ] {
            std::fs::write(&file, old).unwrap();
            let told = add(&file, &filter("garage", "y")).unwrap_err().to_string();
            assert!(told.contains(why), "{told}");
            assert_eq!(std::fs::read_to_string(&file).unwrap(), old);
        }
        let told = add(Path::new("/dev/null/config.toml"), &filter("a", "b"));
        assert!(told.is_err());
    }

    #[test]
    fn a_link_stays_a_link_and_the_file_keeps_its_permissions() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (
            folder.path().join("dotfile"),
            folder.path().join("config.toml"),
        );
        std::fs::write(&file, "mouse = false\n").unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        add(&link, &filter("a", "b")).unwrap();
        assert!(link.is_symlink());
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o640);
        assert!(
            std::fs::read_to_string(&file)
                .unwrap()
                .contains("a = \"b\"")
        );
    }
}
