//! Names of files that a path can be completed to.

use std::fs;
use std::path::Path;

/// What a path can be completed to, or the last of several paths.
pub(super) fn complete(typed: &str) -> Vec<String> {
    let whole = beginning_with(typed);
    if !whole.is_empty() {
        return whole;
    }
    let spaces = typed.rmatch_indices(char::is_whitespace);
    let mut spaces =
        spaces.filter(|(at, _)| !typed.get(..*at).is_some_and(|text| text.ends_with('\\')));
    let Some((at, space)) = spaces.next() else {
        return Vec::new();
    };
    let (before, last) = typed.split_at(at + space.len());
    let paths = beginning_with(&last.replace("\\ ", " ")).into_iter();
    paths
        .map(|path| format!("{before}{}", path.replace(' ', "\\ ")))
        .collect()
}

/// The files and folders whose path begins like this.
fn beginning_with(path: &str) -> Vec<String> {
    let home = std::env::var("HOME").unwrap_or_default();
    let path = path
        .strip_prefix("~/")
        .map_or_else(|| path.to_owned(), |rest| format!("{home}/{rest}"));
    let (folder, start) = path
        .rsplit_once('/')
        .map_or(("", path.as_str()), |(folder, start)| (folder, start));
    let place = if folder.is_empty() && !path.starts_with('/') {
        Path::new(".")
    } else {
        Path::new(if folder.is_empty() { "/" } else { folder })
    };
    let mut paths: Vec<String> = fs::read_dir(place)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let fits =
                name.starts_with(start) && (!name.starts_with('.') || start.starts_with('.'));
            let slash = if entry.path().is_dir() { "/" } else { "" };
            let before = path.len() - start.len();
            fits.then(|| format!("{}{name}{slash}", path.get(..before).unwrap_or_default()))
        })
        .collect();
    paths.sort();
    paths
}

#[cfg(test)]
mod tests {
    use super::complete;

    #[test]
    fn the_last_of_several_paths_is_completed() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["ada.vcf", "my cards.vcf", "my list.csv"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let at = |text: &str| text.replace('@', &folder.path().display().to_string());
        let completed = |text: &str| complete(&at(text));
        assert_eq!(completed("@/a"), [at("@/ada.vcf")]);
        assert_eq!(completed("@/my c"), [at("@/my cards.vcf")]);
        assert_eq!(completed("@/ada.vcf @/a"), [at("@/ada.vcf @/ada.vcf")]);
        assert_eq!(
            completed("@/ada.vcf @/my"),
            [
                at("@/ada.vcf @/my\\ cards.vcf"),
                at("@/ada.vcf @/my\\ list.csv")
            ]
        );
        assert_eq!(
            completed("@/ada.vcf @/my\\ l"),
            [at("@/ada.vcf @/my\\ list.csv")]
        );
        assert!(completed("@/ada.vcf @/none").is_empty());
    }
}
