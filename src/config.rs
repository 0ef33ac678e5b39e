//! Where things are, and what a person has set: `config.toml` and the XDG folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use etcetera::{BaseStrategy as _, choose_base_strategy};
use serde::Deserialize;
use toml::Spanned;

use crate::domain::number::Region;
use crate::tui::keymap::Keymap;
use crate::tui::widgets::theme::{ASCII, Palette, Theme, UNICODE};

/// What `config.toml` may hold, with the place of each.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    home: Option<Spanned<String>>,
    theme: Option<Spanned<String>>,
    glyphs: Option<Spanned<String>>,
    mouse: Option<bool>,
    call: Option<String>,
    history: History,
    keys: BTreeMap<Spanned<String>, Keys>,
}

impl File {
    /// The names of what is set, but for keys.
    fn names(&self) -> Vec<&'static str> {
        let set = [
            ("home", self.home.is_some()),
            ("theme", self.theme.is_some()),
            ("glyphs", self.glyphs.is_some()),
            ("mouse", self.mouse.is_some()),
            ("call", self.call.is_some()),
            ("keep", self.history.keep.is_some()),
        ];
        set.into_iter()
            .filter_map(|(name, set)| set.then_some(name))
            .collect()
    }
}

/// How long the history is kept.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct History {
    keep: Option<Spanned<String>>,
}

/// The least number of days that steps can be set to be kept for.
const LEAST_KEPT: u64 = 90;

/// The days of a time such as `180 days`, `26 weeks`, `12 months` or `2 years`.
fn days_of(text: &str) -> Option<u64> {
    let (number, unit) = text.trim().split_once(char::is_whitespace)?;
    let number: u64 = number.parse().ok()?;
    let days = match unit.trim() {
        "day" | "days" => 1,
        "week" | "weeks" => 7,
        "month" | "months" => 30,
        "year" | "years" => 365,
        _ => return None,
    };
    number.checked_mul(days)
}

/// One key or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Keys {
    One(String),
    Several(Vec<String>),
}

/// What is wrong with a file, and from which byte on.
struct Fault {
    at: usize,
    why: String,
}

impl Fault {
    fn of<T>(there: &Spanned<T>, why: String) -> Self {
        Self {
            at: there.span().start,
            why,
        }
    }
}

/// What is set, with defaults for what is not.
#[derive(Debug)]
pub struct Config {
    /// The country that a number in national spelling belongs to.
    pub home: Option<Region>,
    /// The looks.
    pub theme: Theme,
    /// Whether the mouse is taken.
    pub mouse: bool,
    /// For how many days steps are kept that `callbook compact --history` does not drop; none where
    /// that is not set.
    pub keep: Option<u64>,
    /// The command for `tel:` addresses.
    pub call: String,
    /// The keys.
    pub keymap: Keymap,
    /// What is wrong with the file, if anything; then the defaults hold.
    pub trouble: Option<String>,
    /// What the file sets, by name.
    pub set: Vec<&'static str>,
    /// What the file says of keys, by action.
    pub keys: Vec<(String, Vec<String>)>,
}

impl Config {
    /// Reads the configuration; what is wrong with it is told, and the program starts all the same.
    #[must_use]
    pub fn read() -> Self {
        let file = path();
        match std::fs::read(&file) {
            Ok(bytes) => Self::of_bytes(&bytes, &file),
            Err(error)
                if matches!(
                    error.kind(),
                    std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
                ) =>
            {
                Self::of_bytes(b"", &file)
            }
            Err(error) => Self::defaults(format!("{}: {error}", shown(&file))),
        }
    }

    /// The configuration that a file holds; of one that is wrong, the defaults, and what is wrong with
    /// it, with the file and the line.
    #[must_use]
    pub fn of_bytes(bytes: &[u8], file: &Path) -> Self {
        let read = std::str::from_utf8(bytes)
            .map_err(|error| Fault {
                at: error.valid_up_to(),
                why: "is not UTF-8".to_owned(),
            })
            .and_then(|text| {
                let set = toml::from_str::<File>(text).map_err(|error| Fault {
                    at: error.span().map_or(0, |span| span.start),
                    why: error.message().trim().to_owned(),
                })?;
                Self::of(&set)
            });
        read.unwrap_or_else(|Fault { at, why }| {
            let before = bytes.get(..at).unwrap_or(bytes);
            let line = memchr::memchr_iter(b'\n', before).count() + 1;
            Self::defaults(format!("{}:{line}: {why}", shown(file)))
        })
    }

    /// The defaults, with the reason why they hold.
    fn defaults(trouble: String) -> Self {
        Self {
            trouble: Some(trouble),
            ..Self::of(&File::default()).unwrap_or_else(|_| Self::plain())
        }
    }

    fn of(set: &File) -> Result<Self, Fault> {
        let home = match &set.home {
            Some(code) => Some(Region::new(code.get_ref()).ok_or_else(|| {
                let told = code.get_ref();
                let why =
                    format!("home = \"{told}\" is no country; use two letters, such as \"IT\"");
                Fault::of(code, why)
            })?),
            None => locale().and_then(|locale| Region::of_locale(&locale)),
        };
        let palette = match &set.theme {
            Some(name) if name.get_ref() != "auto" => {
                let found = Palette::ALL
                    .iter()
                    .find(|(known, _)| known == name.get_ref())
                    .map(|(_, palette)| *palette);
                found.ok_or_else(|| {
                    let told = name.get_ref();
                    let why = format!(
                        "theme = \"{told}\" is none; there are auto, dark, light, ansi, mono"
                    );
                    Fault::of(name, why)
                })?
            }
            _ => Palette::of_environment(
                std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()),
                std::env::var("COLORFGBG").ok().as_deref(),
            ),
        };
        let glyphs = match set
            .glyphs
            .as_ref()
            .map(|name| (name, name.as_ref().as_str()))
        {
            Some((_, "unicode")) => UNICODE,
            Some((_, "ascii")) => ASCII,
            None | Some((_, "auto")) => {
                let unicode = |locale: String| {
                    let plain = locale.to_lowercase().replace('-', "");
                    plain.contains("utf8")
                };
                if locale().is_some_and(unicode) {
                    UNICODE
                } else {
                    ASCII
                }
            }
            Some((there, other)) => {
                let why = format!("glyphs = \"{other}\" are none; there are auto, unicode, ascii");
                return Err(Fault::of(there, why));
            }
        };
        let mut keymap = Keymap::default();
        let mut own = Vec::new();
        for (action, keys) in &set.keys {
            let keys = match keys {
                Keys::One(key) => vec![key.clone()],
                Keys::Several(keys) => keys.clone(),
            };
            let name = action.get_ref();
            own.push((name.clone(), keys.clone()));
            keymap
                .set(name, keys)
                .map_err(|error| Fault::of(action, format!("[keys] {name}: {error}")))?;
        }
        let keep = set.history.keep.as_ref().map(|told| {
            let days = days_of(told.get_ref()).filter(|days| *days >= LEAST_KEPT);
            days.ok_or_else(|| {
                let why = format!(
                    "[history] keep = \"{}\": expected a time of at least 90 days, such as \"180 days\", \
                     \"12 months\" or \"2 years\"",
                    told.get_ref()
                );
                Fault::of(told, why)
            })
        });
        let keep = keep.transpose()?;
        let call = set.call.clone().unwrap_or_else(|| {
            if cfg!(target_os = "macos") {
                "open"
            } else {
                "xdg-open"
            }
            .to_owned()
        });
        Ok(Self {
            home,
            theme: Theme::new(palette, glyphs),
            mouse: set.mouse.unwrap_or(true),
            keep,
            call,
            keymap,
            trouble: None,
            set: set.names(),
            keys: own,
        })
    }

    fn plain() -> Self {
        Self {
            home: None,
            theme: Theme::new(Palette::Mono, ASCII),
            mouse: false,
            keep: None,
            call: String::new(),
            keymap: Keymap::default(),
            trouble: None,
            set: Vec::new(),
            keys: Vec::new(),
        }
    }
}

/// The locale of the environment, as POSIX finds it.
fn locale() -> Option<String> {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

/// Where the configuration is.
#[must_use]
pub fn path() -> PathBuf {
    choose_base_strategy().map_or_else(
        |_| PathBuf::from("config.toml"),
        |base| base.config_dir().join("callbook").join("config.toml"),
    )
}

/// Where the database is, unless told.
///
/// # Errors
/// Where there is no home folder.
pub fn database() -> Result<PathBuf> {
    let base = choose_base_strategy()
        .context("there is no home folder; say where the database is with --db")?;
    Ok(base.data_dir().join("callbook").join("callbook.db"))
}

/// A path for people to read, with `~` for the home folder.
#[must_use]
pub fn shown(path: &Path) -> String {
    match std::env::var("HOME")
        .ok()
        .and_then(|home| path.strip_prefix(home).ok().map(Path::to_owned))
    {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Config;
    use crate::tui::keymap::Keymap;

    fn trouble(text: &[u8]) -> String {
        let config = Config::of_bytes(text, Path::new("/etc/book/config.toml"));
        assert_eq!(config.keymap, Keymap::default(), "the defaults hold");
        assert!(config.mouse, "the defaults hold");
        config.trouble.unwrap()
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_the_defaults_hold() {
        for (line, words, text) in [
            (
                2,
                "home = \"XX\" is no country",
                "mouse = false\nhome = \"XX\"\n",
            ),
            (
                1,
                "theme = \"pink\" is none; there are auto, dark",
                "theme = \"pink\"\n",
            ),
            (3, "glyphs = \"big\" are none", "\n\nglyphs = 'big'"),
            (
                4,
                "[keys] fly: there is no action fly",
                "[keys]\nquit = \"x\"\n\nfly = \"y\"\n",
            ),
            (
                5,
                "[keys] undo: hyper-u is not a key",
                "# mine\n[keys]\nquit = \"x\"\nredo = \"U\"\nundo = [\n  \"hyper-u\" ]\n",
            ),
            (2, "\u{241b} is not a key", "[keys]\nundo = \"\\u001b\"\n"),
            (2, "unknown field `colour`", "mouse = true\ncolour = 1\n"),
            (2, "invalid type", "call = \"x\"\nmouse = \"yes\"\n"),
            (
                2,
                "[history] keep = \"89 days\": expected a time of at least 90 days",
                "[history]\nkeep = \"89 days\"\n",
            ),
            (
                1,
                "[history] keep = \"12 weeks\"",
                "history.keep = '12 weeks'",
            ),
            (
                1,
                "[history] keep = \"forever\"",
                "history.keep = 'forever'",
            ),
            (
                1,
                "[history] keep",
                "history.keep = '99999999999999999999 years'",
            ),
            (2, "invalid type", "[history]\nkeep = 365\n"),
            (2, "unknown field", "[history]\nsize = 3\n"),
            (1, "", "[keys\n"),
        ] {
            let told = trouble(text.as_bytes());
            let place = format!("/etc/book/config.toml:{line}: ");
            assert!(
                told.starts_with(&place) && told.contains(words),
                "{text}: {told}"
            );
        }
        assert_eq!(
            trouble(b"mouse = false\n# J\xF6rg\n"),
            "/etc/book/config.toml:2: is not UTF-8"
        );
    }

    #[test]
    fn how_long_steps_are_kept_is_a_time() {
        for (text, days) in [
            ("90 days", 90),
            ("13 weeks", 91),
            ("3 months", 90),
            ("1 year", 365),
            ("2 years", 730),
        ] {
            let file = format!("[history]\nkeep = \"{text}\"\n");
            let config = Config::of_bytes(file.as_bytes(), Path::new("config.toml"));
            assert_eq!((config.keep, config.trouble), (Some(days), None), "{text}");
        }
        assert_eq!(Config::of_bytes(b"", Path::new("config.toml")).keep, None);
    }
}
