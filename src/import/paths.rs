//! What a person types for the files of an import: a path, several of them, or patterns such as
//! `~/cards/*.vcf`, as a shell would read them or as a file manager drops them.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::OsStringExt as _;
use std::path::{Component, Path, PathBuf};

use crate::domain::refusal::{Kind, Refusal};

/// The paths that are meant. What is there by its whole text is that one file, spaces and all; else
/// the text is read as words.
///
/// # Errors
/// Invalid, where a pattern matches nothing. A path that is not there is not looked at here.
pub fn typed(text: &str) -> Result<Vec<PathBuf>, Refusal> {
    let text = text.trim();
    let whole = expanded(&plain(text));
    if whole.exists() {
        return Ok(vec![whole]);
    }
    let words = shell_words(text);
    if words.len() < 2 && !text.contains(['*', '?']) {
        return Ok(vec![whole]);
    }
    let mut paths = Vec::new();
    for word in words {
        let path = addressed(&word).unwrap_or_else(|| expanded(Path::new(&word)));
        if path.exists() || !word.contains(['*', '?']) {
            paths.push(path);
            continue;
        }
        let mut found = matching(&path);
        if found.is_empty() {
            let detail = format!("no file matches {word}");
            return Err(Refusal::new(Kind::Invalid, detail));
        }
        found.sort();
        paths.append(&mut found);
    }
    Ok(paths)
}

/// A path with the home folder in the place of `~`.
#[must_use]
pub fn expanded(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::var_os("HOME")) {
        (Ok(rest), Some(home)) => Path::new(&home).join(rest),
        _ => path.to_owned(),
    }
}

/// A path, without the quotes or backslashes that a shell or a file manager adds to it.
#[must_use]
pub fn plain(text: &str) -> PathBuf {
    let text = ['"', '\'']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote))
        .unwrap_or(text);
    addressed(text).unwrap_or_else(|| PathBuf::from(text.replace("\\ ", " ")))
}

/// The path of a `file:` address (RFC 8089), as file managers drop them: `file:///tmp/my%20cards.vcf`.
/// Some drop the name as it is, with signs in it that an address would escape.
fn addressed(text: &str) -> Option<PathBuf> {
    let path = text.strip_prefix("file://")?;
    let path = path.strip_prefix("localhost").unwrap_or(path);
    let bytes = path.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escaped = bytes.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let escaped = escaped.and_then(|digits| std::str::from_utf8(digits).ok());
        let escaped = escaped.and_then(|digits| u8::from_str_radix(digits, 16).ok());
        plain.push(escaped.unwrap_or(*byte));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    let plain = PathBuf::from(OsString::from_vec(plain));
    let as_it_is = Path::new(path);
    let is_plain = !plain.exists() && as_it_is.exists();
    Some(if is_plain { as_it_is.to_owned() } else { plain })
}

/// The words of a text: parted by spaces that are not quoted.
pub(crate) fn shell_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut signs = text.chars();
    while let Some(sign) = signs.next() {
        match (sign, quote) {
            ('\\', None) => word.get_or_insert_default().extend(signs.next()),
            ('"' | '\'', None) => {
                quote = Some(sign);
                word.get_or_insert_default();
            }
            (sign, Some(end)) if sign == end => quote = None,
            (sign, None) if sign.is_whitespace() => words.extend(word.take()),
            (sign, _) => word.get_or_insert_default().push(sign),
        }
    }
    words.extend(word);
    words
}

/// The files that match a path with `*` and `?` in its parts; hidden ones only if the part
/// begins with a dot.
fn matching(pattern: &Path) -> Vec<PathBuf> {
    let mut found = vec![PathBuf::new()];
    for part in pattern.components() {
        let Component::Normal(part) = part else {
            for path in &mut found {
                path.push(part);
            }
            continue;
        };
        let text = part.to_string_lossy();
        if !text.contains(['*', '?']) {
            for path in &mut found {
                path.push(part);
            }
            found.retain(|path| path.exists());
            continue;
        }
        found = found
            .iter()
            .flat_map(|folder| children(folder, &text))
            .collect();
    }
    found
}

fn children(folder: &Path, pattern: &str) -> Vec<PathBuf> {
    let here = Path::new(".");
    let place = if folder.as_os_str().is_empty() {
        here
    } else {
        folder
    };
    let fits = |name: &OsStr| {
        let name = name.to_string_lossy();
        let seen = !name.starts_with('.') || pattern.starts_with('.');
        let signs = |text: &str| text.chars().collect::<Vec<char>>();
        seen && is_like(&signs(&name), &signs(pattern))
    };
    let entries = fs::read_dir(place).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name());
    names
        .filter(|name| fits(name))
        .map(|name| folder.join(name))
        .collect()
}

fn is_like(name: &[char], pattern: &[char]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some(('*', rest)) => {
            (0..=name.len()).any(|at| name.get(at..).is_some_and(|name| is_like(name, rest)))
        }
        Some((sign, rest)) => name
            .split_first()
            .is_some_and(|(first, name)| (*sign == '?' || sign == first) && is_like(name, rest)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::typed;

    #[test]
    fn a_path_dropped_from_a_file_manager_is_understood() {
        for text in [
            "/tmp/my cards.vcf",
            "'/tmp/my cards.vcf'",
            "/tmp/my\\ cards.vcf",
            "file:///tmp/my cards.vcf ",
            "file:///tmp/my%20cards.vcf",
            "file://localhost/tmp/my%20%63ards.vcf",
            "'file:///tmp/my%20cards.vcf'",
        ] {
            let folder = tempfile::tempdir().unwrap();
            let name = folder.path().display().to_string();
            fs::write(folder.path().join("my cards.vcf"), "").unwrap();
            let text = text.replace("/tmp", &name);
            let path = folder.path().join("my cards.vcf");
            assert_eq!(typed(&text).unwrap(), [path], "{text}");
        }
    }

    #[test]
    fn escapes_of_addresses_are_read_and_what_is_none_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        for name in ["50%.vcf", "Åsa #1.vcf", "a%41.vcf"] {
            fs::write(path(name), "").unwrap();
        }
        let read = |text: &str| typed(&text.replace('@', &path("").display().to_string())).unwrap();
        assert_eq!(read("file://@50%.vcf"), [path("50%.vcf")]);
        assert_eq!(read("file://@50%25.vcf"), [path("50%.vcf")]);
        assert_eq!(read("file://@a%41.vcf"), [path("a%41.vcf")]);
        let several = "file://@%C3%85sa%20%231.vcf\nfile://@50%25.vcf";
        assert_eq!(read(several), [path("Åsa #1.vcf"), path("50%.vcf")]);
        assert_eq!(read("@a%41.vcf"), [path("a%41.vcf")]);
    }

    #[test]
    fn several_paths_and_patterns_are_read_as_a_shell_reads_them() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::create_dir_all(path("in/deep")).unwrap();
        for name in [
            "b.vcf",
            "a.vcf",
            ".hidden.vcf",
            "c d.vcf",
            "in/deep/e.vcf",
            "x.csv",
        ] {
            fs::write(path(name), "").unwrap();
        }
        let names = |text: &str| -> Vec<String> {
            let text = text.replace('@', &folder.path().display().to_string());
            let found = typed(&text).unwrap();
            let names = found
                .iter()
                .map(|path| path.strip_prefix(folder.path()).unwrap_or(path));
            names.map(|name| name.display().to_string()).collect()
        };
        assert_eq!(names("@/*.vcf"), ["a.vcf", "b.vcf", "c d.vcf"]);
        assert_eq!(names("@/?.vcf @/x.csv"), ["a.vcf", "b.vcf", "x.csv"]);
        assert_eq!(names("@/in/*/*"), ["in/deep/e.vcf"]);
        assert_eq!(names("'@/c d.vcf' @/a.vcf"), ["c d.vcf", "a.vcf"]);
        assert_eq!(names("@/c\\ d.vcf @/b.vcf"), ["c d.vcf", "b.vcf"]);
        assert_eq!(names("@/in"), ["in"]);
        assert_eq!(names("@/no file here"), ["no", "file", "here"]);
        let refused = typed("/proc/nowhere/*.vcf").unwrap_err();
        assert_eq!(refused.to_string(), "no file matches /proc/nowhere/*.vcf");
    }
}
