//! Where things are, and what a person has set: `config.toml` and the XDG folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use etcetera::{BaseStrategy as _, choose_base_strategy};
use serde::Deserialize;

use crate::domain::number::Region;
use crate::tui::keymap::Keymap;
use crate::tui::theme::{ASCII, Palette, Theme, UNICODE};

/// What `config.toml` may hold.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    home: Option<String>,
    theme: Option<String>,
    glyphs: Option<String>,
    mouse: Option<bool>,
    call: Option<String>,
    keys: BTreeMap<String, Keys>,
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
        ];
        set.into_iter()
            .filter_map(|(name, set)| set.then_some(name))
            .collect()
    }
}

/// One key or several.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Keys {
    One(String),
    Several(Vec<String>),
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
        let read = match std::fs::read_to_string(&file) {
            Ok(text) => toml::from_str::<File>(&text)
                .map_err(|error| {
                    let before = error.span().and_then(|span| text.get(..span.start));
                    let line = before.map_or(1, |before| before.matches('\n').count() + 1);
                    format!("{}:{line}: {}", shown(&file), error.message().trim())
                })
                .and_then(|set| {
                    Self::of(&set).map_err(|error| format!("{}: {error}", shown(&file)))
                }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Self::of(&File::default())
            }
            Err(error) => Err(format!("{}: {error}", shown(&file))),
        };
        read.unwrap_or_else(|trouble| Self {
            trouble: Some(trouble),
            ..Self::of(&File::default()).unwrap_or_else(|_| Self::plain())
        })
    }

    fn of(set: &File) -> Result<Self, String> {
        let home = match &set.home {
            Some(code) => Some(Region::new(code).ok_or_else(|| {
                format!("home = \"{code}\" is no country; use two letters, such as \"IT\"")
            })?),
            None => locale().and_then(|locale| Region::of_locale(&locale)),
        };
        let palette = match set.theme.as_deref() {
            None | Some("auto") => Palette::of_environment(
                std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()),
                std::env::var("COLORFGBG").ok().as_deref(),
            ),
            Some(name) => {
                let found = Palette::ALL
                    .iter()
                    .find(|(known, _)| *known == name)
                    .map(|(_, palette)| *palette);
                found.ok_or_else(|| {
                    format!("theme = \"{name}\" is none; there are auto, dark, light, ansi, mono")
                })?
            }
        };
        let glyphs = match set.glyphs.as_deref() {
            None | Some("auto")
                if locale().is_some_and(|locale| {
                    locale.to_lowercase().replace('-', "").contains("utf8")
                }) =>
            {
                UNICODE
            }
            None | Some("auto" | "ascii") => ASCII,
            Some("unicode") => UNICODE,
            Some(other) => {
                return Err(format!(
                    "glyphs = \"{other}\" are none; there are auto, unicode, ascii"
                ));
            }
        };
        let mut keymap = Keymap::default();
        let mut own = Vec::new();
        for (action, keys) in &set.keys {
            let keys = match keys {
                Keys::One(key) => vec![key.clone()],
                Keys::Several(keys) => keys.clone(),
            };
            own.push((action.clone(), keys.clone()));
            keymap
                .set(action, keys)
                .map_err(|error| format!("[keys] {action}: {error}"))?;
        }
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
