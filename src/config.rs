//! Where things are, and what a person has set: `config.toml` and the XDG folders.
//!
//! Settings are plain values here; the screens make their keys and colours of them. Each line that is
//! wrong is reported with its number, and the others are used.

mod environment;
mod faults;
pub mod filters;
mod home;
pub mod looks;
mod remote_blocks;
pub mod remotes;
pub mod rewrite;
mod values;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use etcetera::{BaseStrategy as _, choose_base_strategy};
use faults::{Faults, line_around};
use home::NO_COUNTRY;
pub use home::home_value;
use looks::{ColorPalette, Look, Role, Signs};
use remotes::RemoteSettings;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use values::{Value, table, text};

use crate::domain::naming::SortPrefixes;
use crate::domain::number::Region;
use crate::domain::own_fields::{OwnField, OwnFields};
use crate::domain::query::{Query, SavedFilter, Typing, is_taken};
use crate::regular;

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

/// What the file says of the keys of one action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLine {
    /// The line of the file, from 1 on.
    pub line: usize,
    /// Where the keys are to act; none: wherever the action does.
    pub scope: Option<String>,
    /// The action's name.
    pub action: String,
    /// Its keys, each with its line of the file and as written.
    pub keys: Vec<(usize, String)>,
}

impl KeyLine {
    /// What a line says of an action, named `undo` or `contacts.undo`.
    #[must_use]
    pub fn of(line: usize, name: &str, keys: &[&str]) -> Self {
        let (scope, action) = match name.split_once('.') {
            Some((scope, action)) => (Some(scope.to_owned()), action),
            None => (None, name),
        };
        Self {
            line,
            scope,
            action: action.to_owned(),
            keys: keys.iter().map(|key| (line, (*key).to_owned())).collect(),
        }
    }

    /// Its keys, as written.
    #[must_use]
    pub(crate) fn written_keys(&self) -> Vec<&str> {
        self.keys.iter().map(|(_, key)| key.as_str()).collect()
    }

    /// The action as the file has it: `undo`, or `contacts.undo`.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.scope {
            Some(scope) => format!("{scope}.{}", self.action),
            None => self.action.clone(),
        }
    }
}

/// After how many lines that are no TOML a file is not read any further: it is something else.
const MOST_WRONG: usize = 100;

/// How many bytes are read again for that at most: a large file is read once.
const MOST_READ: usize = 256 * 1024;

/// How many bytes a configuration may have: each line of anything else would be held as a fault.
const LARGEST: usize = 64 * 1024;

/// What is set, with defaults for what is not.
#[derive(Debug, PartialEq, Eq)]
pub struct Config {
    /// The file that this is of.
    pub file: PathBuf,
    /// The country that a number in national spelling belongs to.
    pub home: Option<Region>,
    /// The variable of the environment that names that country, where the file does not.
    pub home_from: Option<&'static str>,
    /// Where family names with a word such as "van" before them stand in the list.
    pub sort_prefixes: SortPrefixes,
    /// The colours.
    pub palette: ColorPalette,
    /// Whether nothing says what the terminal's background is: neither the environment nor the file.
    pub is_background_unknown: bool,
    /// What looks otherwise than in these, each role with what the file says of it.
    pub colours: Vec<(Role, Look, String)>,
    /// The signs to draw with.
    pub signs: Signs,
    /// Whether the mouse is taken.
    pub mouse: bool,
    /// For how many days steps are kept that `callbook compact --history` does not drop; none where
    /// that is not set.
    pub keep: Option<u64>,
    /// The command for `tel:` addresses.
    pub call: String,
    /// The address that shows a place on a map, with `{}` for the place; none: `geo:`.
    pub map: Option<String>,
    /// The saved filters, by name.
    pub filters: Vec<SavedFilter>,
    /// The properties of cards that are details with a name of their own.
    pub fields: OwnFields,
    /// The places that the book is kept the same with.
    pub remotes: Vec<RemoteSettings>,
    /// The names of the remotes that are not used, since something is wrong with their blocks; blank where a block has
    /// none.
    pub unused: Vec<String>,
    /// What the file says of keys, in the order of its lines.
    pub keys: Vec<KeyLine>,
    /// What is wrong with the file, each with the file and the line.
    pub troubles: Vec<String>,
    /// What the file sets, by name.
    pub set: Vec<&'static str>,
}

impl Config {
    /// Reads the configuration. Faults are reported, and the program starts all the same.
    #[must_use]
    pub fn read() -> Self {
        let file = path();
        match regular::read(&file) {
            Ok(bytes) => Self::of_bytes(&bytes, &file),
            Err(error) => {
                let mut config = Self::defaults(&file);
                if !matches!(
                    error.kind(),
                    std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
                ) {
                    config.troubles.push(format!("{}: {error}", shown(&file)));
                }
                config
            }
        }
    }

    /// The configuration that a file holds.
    #[must_use]
    pub fn of_bytes(bytes: &[u8], file: &Path) -> Self {
        let mut config = Self::defaults(file);
        if bytes.len() > LARGEST {
            let trouble = "the file is larger than 64 KiB, and nothing in it is used";
            config
                .troubles
                .push(format!("{}:1: {trouble}", shown(file)));
            return config;
        }
        let mut faults = Faults::of(bytes, shown(file));
        let mut text = faults.text();
        let mut again = (MOST_READ / text.len().max(1)).min(MOST_WRONG);
        loop {
            let (table, errors) = DeTable::parse_recoverable(&text);
            let at = |error: &toml::de::Error| error.span().map_or(0, |span| span.start);
            let first = errors
                .first()
                .map(|error| (line_around(&text, at(error)), error));
            // What is read after a line that is no TOML depends on that line: it is read again without it.
            if let Some((line, error)) = first
                && again > 0
                && text
                    .get(line.clone())
                    .is_some_and(|line| !line.trim().is_empty())
            {
                faults.add(at(error), error.message().trim());
                drop((table, errors));
                // All other lines keep their places.
                text.replace_range(line.clone(), &" ".repeat(line.len()));
                again -= 1;
                continue;
            }
            for error in &errors {
                faults.add(at(error), error.message().trim());
            }
            // Filters name the fields, wherever in the file these are.
            let entries = table.get_ref().iter();
            let (fields, others): (Vec<_>, Vec<_>) =
                entries.partition(|(key, _)| key.get_ref() == "fields");
            for (key, value) in fields.into_iter().chain(others) {
                let name = key.get_ref().as_ref();
                if name == "remote" {
                    (config.remotes, config.unused) =
                        remote_blocks::read(value, key.span().start, &config.fields, &mut faults);
                } else if let Err(why) = config.set(name, value, &mut faults) {
                    faults.add(key.span().start, &why);
                }
            }
            break;
        }
        config.keys.sort_by_key(|line| line.line);
        config.troubles = faults.told();
        config
    }

    /// Whether the home country is known: it is set, or the locale names it.
    #[must_use]
    pub(crate) fn knows_home(&self) -> bool {
        self.home.is_some() || self.set.contains(&"home")
    }

    /// What holds where nothing is set.
    fn defaults(file: &Path) -> Self {
        let locale = environment::locale();
        let home = environment::home();
        let palette = environment::palette();
        let opener = if cfg!(target_os = "macos") {
            "open"
        } else {
            "xdg-open"
        };
        Self {
            file: file.to_owned(),
            home: home.map(|(_, home)| home),
            home_from: home.map(|(variable, _)| variable),
            sort_prefixes: SortPrefixes::default(),
            palette,
            is_background_unknown: palette == ColorPalette::Ansi,
            colours: Vec::new(),
            signs: Signs::of_locale(locale.as_deref()),
            mouse: true,
            keep: None,
            call: opener.to_owned(),
            map: None,
            filters: Vec::new(),
            fields: OwnFields::of_cards(),
            remotes: Vec::new(),
            unused: Vec::new(),
            keys: Vec::new(),
            troubles: Vec::new(),
            set: Vec::new(),
        }
    }

    /// Takes one setting.
    fn set(
        &mut self,
        name: &str,
        value: &Value<'_>,
        faults: &mut Faults<'_>,
    ) -> Result<(), String> {
        match name {
            "home" => {
                let code = text(name, value)?;
                let home = Region::new(code).filter(|_| code != NO_COUNTRY);
                if home.is_none() && code != NO_COUNTRY {
                    return Err(format!(
                        "unknown country \"{code}\" in home; expected two letters, such as \"IT\", or \"none\""
                    ));
                }
                self.home = home;
                self.set.push("home");
            }
            "theme" => {
                let theme = text(name, value)?;
                let mut all = ColorPalette::ALL.into_iter();
                match all.find(|(known, _)| *known == theme) {
                    Some((_, palette)) => {
                        self.palette = palette;
                        self.is_background_unknown = false;
                    }
                    None if theme == "auto" => {}
                    None => {
                        return Err(format!(
                            "unknown theme \"{theme}\"; expected auto, dark, light, high-contrast, ansi or mono"
                        ));
                    }
                }
                self.set.push("theme");
            }
            "glyphs" => {
                match text(name, value)? {
                    "unicode" => self.signs = Signs::Unicode,
                    "ascii" => self.signs = Signs::Ascii,
                    "auto" => {}
                    other => {
                        return Err(format!(
                            "unknown glyphs \"{other}\"; expected auto, unicode or ascii"
                        ));
                    }
                }
                self.set.push("glyphs");
            }
            "mouse" => {
                let mouse = value.get_ref().as_bool();
                self.mouse = mouse.ok_or("mouse: expected true or false")?;
                self.set.push("mouse");
            }
            "sort_prefixes" => {
                let is_first = value.get_ref().as_bool();
                let is_first = is_first.ok_or("sort_prefixes: expected true or false")?;
                self.sort_prefixes = if is_first {
                    SortPrefixes::First
                } else {
                    SortPrefixes::Last
                };
                self.set.push("sort_prefixes");
            }
            "call" => {
                text(name, value)?.clone_into(&mut self.call);
                self.set.push("call");
            }
            "map" => {
                let map = text(name, value)?;
                let is_address = map.starts_with("https://") || map.starts_with("http://");
                if !is_address || !map.contains("{}") {
                    return Err(
                        "map: expected an address of the web with {} for the place".to_owned()
                    );
                }
                self.map = Some(map.to_owned());
                self.set.push("map");
            }
            "history" => self.set_each(name, value, faults, Self::set_history)?,
            "colors" => self.set_each(name, value, faults, Self::set_colour)?,
            "fields" => self.set_each(name, value, faults, Self::set_field)?,
            "filters" => self.set_each(name, value, faults, Self::set_filter)?,
            "keys" => {
                for (key, value) in table(name, value)? {
                    self.set_keys(None, key, value, faults);
                }
            }
            other => {
                return Err(format!(
                    "unknown setting {other}; expected home, theme, glyphs, mouse, sort_prefixes, call, map, [colors], [fields], [filters], [history], [keys] or [[remote]]"
                ));
            }
        }
        Ok(())
    }

    /// Takes each line of a table; one that is wrong leaves the others.
    fn set_each(
        &mut self,
        name: &str,
        value: &Value<'_>,
        faults: &mut Faults<'_>,
        set: impl Fn(&mut Self, &str, &Value<'_>) -> Result<(), String>,
    ) -> Result<(), String> {
        for (key, value) in table(name, value)? {
            let done = set(self, key.get_ref(), value);
            done.unwrap_or_else(|why| faults.add(key.span().start, &why));
        }
        Ok(())
    }

    /// Takes a line of `[fields]`.
    fn set_field(&mut self, name: &str, value: &Value<'_>) -> Result<(), String> {
        let property = text(&format!("[fields] {name}"), value)?;
        let taken = is_taken(name).then(|| format!("the filter has {name} already"));
        let field = taken.map_or_else(|| OwnField::new(name, property), Err);
        let added = field.and_then(|field| self.fields.add(field));
        added.map_err(|why| format!("[fields] {name}: {why}"))
    }

    /// Takes a line of `[filters]`.
    fn set_filter(&mut self, name: &str, value: &Value<'_>) -> Result<(), String> {
        let told = text(&format!("[filters] {name}"), value)?;
        if let Some(fault) = Query::of(told, Typing::Letters, &self.fields).fault() {
            return Err(format!("[filters] {name}: {fault}"));
        }
        self.filters.push(SavedFilter {
            name: name.to_owned(),
            text: told.to_owned(),
        });
        Ok(())
    }

    fn set_colour(&mut self, name: &str, value: &Value<'_>) -> Result<(), String> {
        let role = Role::named(name).ok_or_else(|| {
            let names = Role::ALL.map(|(name, _)| name).join(", ");
            format!("unknown name {name} in [colors]; expected {names}")
        })?;
        let told = text(&format!("[colors] {name}"), value)?;
        let look = Look::read(told).map_err(|why| format!("[colors] {name}: {why}"))?;
        self.colours.push((role, look, told.to_owned()));
        Ok(())
    }

    fn set_history(&mut self, name: &str, value: &Value<'_>) -> Result<(), String> {
        if name != "keep" {
            return Err(format!(
                "unknown setting {name} in [history]; expected keep"
            ));
        }
        let told = text("[history] keep", value)?;
        let days = days_of(told).filter(|days| *days >= LEAST_KEPT);
        self.keep = Some(days.ok_or_else(|| {
            format!(
                "[history] keep = \"{told}\": expected a time of at least 90 days, such as \"180 days\", \
                 \"12 months\" or \"2 years\""
            )
        })?);
        self.set.push("keep");
        Ok(())
    }

    /// Takes an entry of `[keys]`: an action with its keys, or a place with actions in it.
    fn set_keys(
        &mut self,
        scope: Option<&str>,
        name: &Spanned<impl AsRef<str>>,
        value: &Value<'_>,
        faults: &mut Faults<'_>,
    ) {
        let action = name.get_ref().as_ref();
        if let (Some(table), None) = (value.get_ref().as_table(), scope) {
            for (key, value) in table {
                self.set_keys(Some(action), key, value, faults);
            }
            return;
        }
        let key = |value: &Value<'_>| {
            let line = faults.line(value.span().start);
            Some((line, value.get_ref().as_str()?.to_owned()))
        };
        let keys: Option<Vec<_>> = match value.get_ref() {
            DeValue::Array(keys) => keys.iter().map(key).collect(),
            _ => key(value).map(|key| vec![key]),
        };
        // In quotation marks, "contacts.undo" is one name.
        let name_of = scope.map_or_else(|| action.to_owned(), |scope| format!("{scope}.{action}"));
        let mut line = KeyLine::of(faults.line(name.span().start), &name_of, &[]);
        if let Some(keys) = keys {
            line.keys = keys;
            self.keys.push(line);
        } else {
            let why = format!(
                "[keys] {}: expected a key such as \"U\", or a list of keys",
                line.name()
            );
            faults.add(name.span().start, &why);
        }
    }
}

/// Where the configuration is.
#[must_use]
pub fn path() -> PathBuf {
    choose_base_strategy().map_or_else(
        |_| PathBuf::from("config.toml"),
        |base| base.config_dir().join("callbook").join("config.toml"),
    )
}

/// Writes the home country into the configuration, which keeps all that it has; none: no country is assumed.
///
/// # Errors
/// If it cannot be written, or has a line about the home country.
pub fn set_home(home: Option<Region>) -> Result<()> {
    set_home_in(&path(), home)
}

fn set_home_in(file: &Path, home: Option<Region>) -> Result<()> {
    // Without their lines, which are others once there is a line before them.
    let troubles = |config: &Config| -> Vec<String> {
        let why = |trouble: &String| trouble.split_once(": ").map(|(_, why)| why.to_owned());
        config.troubles.iter().filter_map(why).collect()
    };
    let before = regular::read(file)
        .map(|bytes| troubles(&Config::of_bytes(&bytes, file)))
        .unwrap_or_default();
    let is_right = |bytes: &[u8]| {
        let config = Config::of_bytes(bytes, file);
        let is_set = config.set.contains(&"home") && config.home == home;
        is_set && troubles(&config) == before
    };
    home::add(file, home, is_right).with_context(|| {
        let line = format!("home = \"{}\"", home_value(home));
        format!("cannot add {line} to {}", shown(file))
    })
}

/// The default place of the database.
///
/// # Errors
/// If there is no home folder.
pub fn database() -> Result<PathBuf> {
    let base =
        choose_base_strategy().context("there is no home folder; name the book with --db")?;
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
    use std::os::unix::fs::PermissionsExt as _;
    use std::path::Path;

    use super::{Config, KeyLine, Region};

    fn read(text: &[u8]) -> Config {
        Config::of_bytes(text, Path::new("/etc/book/config.toml"))
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_the_rest_of_the_file_is_used() {
        for (line, words, text) in [
            (
                2,
                "unknown country \"XX\" in home",
                "call = 'x'\nhome = \"XX\"\n",
            ),
            (
                2,
                "unknown theme \"pink\"; expected auto, dark",
                "call = 'x'\ntheme = \"pink\"\n",
            ),
            (1, "unknown glyphs \"big\"", "glyphs = 'big'\n\ncall = 'x'"),
            (
                4,
                "[keys] undo: expected a key",
                "call = 'x'\n[keys]\nquit = \"x\"\nundo = 3\n",
            ),
            (
                3,
                "[keys] contacts.undo: expected a key",
                "call = 'x'\n[keys]\ncontacts.undo = [1]\n",
            ),
            (
                2,
                "unknown setting colour; expected home",
                "call = 'x'\ncolour = 1\n",
            ),
            (
                2,
                "mouse: expected true or false",
                "call = \"x\"\nmouse = \"yes\"\n",
            ),
            (1, "keys is a table", "keys = 'x'\ncall = 'x'\n"),
            (
                3,
                "[history] keep = \"89 days\": expected a time of at least 90 days",
                "call = 'x'\n[history]\nkeep = \"89 days\"\n",
            ),
            (
                1,
                "[history] keep = \"12 weeks\"",
                "history.keep = '12 weeks'\ncall = 'x'",
            ),
            (
                1,
                "[history] keep = \"forever\"",
                "history.keep = 'forever'\ncall = 'x'",
            ),
            (
                1,
                "[history] keep",
                "history.keep = '99999999999999999999 years'\ncall = 'x'",
            ),
            (
                3,
                "[history] keep: expected text",
                "call = 'x'\n[history]\nkeep = 365\n",
            ),
            (
                3,
                "unknown setting size in [history]",
                "call = 'x'\n[history]\nsize = 3\n",
            ),
            (2, "", "call = 'x'\n[keys\n"),
            (2, "", "home = 'IT'\nundo \"z\"\ncall = 'x'\n"),
            (1, "", "a b c\ncall = 'x'\n"),
            (1, "", "theme = dark\ncall = 'x'\n"),
        ] {
            let config = read(text.as_bytes());
            let place = format!("/etc/book/config.toml:{line}: ");
            let told = &config.troubles;
            assert!(
                told.len() == 1 && told[0].starts_with(&place) && told[0].contains(words),
                "{text}: {told:?}"
            );
            assert_eq!(config.call, "x", "{text}: a line that is right is used");
        }
        let config = read(b"[keys]\nundo \"z\"\nredo = \"b\"\ncopy = \"Y\"\n");
        assert_eq!(config.troubles.len(), 1, "{:?}", config.troubles);
        let keys: Vec<&str> = config.keys.iter().map(|key| key.action.as_str()).collect();
        assert_eq!(keys, ["redo", "copy"]);
        let config = read(b"mouse = false\n# J\xF6rg\ncall = 'x'\n");
        assert_eq!(config.troubles, ["/etc/book/config.toml:2: is not UTF-8"]);
        assert_eq!((config.mouse, config.call.as_str()), (false, "x"));
    }

    #[test]
    fn keys_are_told_by_line_with_or_without_a_place() {
        let text = "[keys]\nundo = 'U'\ncontacts.mark = [\n 'm',\n'M' ]\n\"bin.undo\" = 'z'\n[keys.bin]\nescape = 'q'\n";
        let config = read(text.as_bytes());
        let marks = KeyLine {
            line: 3,
            scope: Some("contacts".to_owned()),
            action: "mark".to_owned(),
            keys: vec![(4, "m".to_owned()), (5, "M".to_owned())],
        };
        assert_eq!(
            config.keys,
            [
                KeyLine::of(2, "undo", &["U"]),
                marks,
                KeyLine::of(6, "bin.undo", &["z"]),
                KeyLine::of(8, "bin.escape", &["q"]),
            ]
        );
        assert_eq!(config.troubles, [""; 0]);
    }

    #[test]
    fn a_home_country_is_added_and_all_else_stays() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("callbook/config.toml");
        let italy = Region::new("IT");
        let added = |text: &str| {
            std::fs::write(&file, text).unwrap();
            super::set_home_in(&file, italy).unwrap();
            std::fs::read_to_string(&file).unwrap()
        };
        super::set_home_in(&file, None).unwrap();
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text, "home = \"none\"\n");
        assert!(read(text.as_bytes()).knows_home());
        let line = "home = \"IT\"\n";
        for text in ["# mine\ntheme = 'dark'\n", "", "wrong line\ncall = 'x'\n"] {
            assert_eq!(added(text), format!("{text}{line}"));
        }
        assert_eq!(added("mouse = true"), format!("mouse = true\n{line}"));
        let table = "# mine\n[keys]\nundo = 'U'\n";
        assert_eq!(added(table), format!("{line}{table}"));
        let marked = format!("\u{feff}{table}");
        assert_eq!(added(&marked), format!("\u{feff}{line}{table}"));
        for text in ["home = 'DE'\n", "home = 'XX'\n"] {
            std::fs::write(&file, text).unwrap();
            let error = super::set_home_in(&file, italy).unwrap_err();
            assert!(
                format!("{error:#}").contains("already has a line"),
                "{error:#}"
            );
            assert_eq!(std::fs::read_to_string(&file).unwrap(), text);
        }
        // A link stays one, and the file keeps who may read it.
        let linked = folder.path().join("linked.toml");
        std::fs::write(&file, table).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o640)).unwrap();
        std::os::unix::fs::symlink(&file, &linked).unwrap();
        super::set_home_in(&linked, italy).unwrap();
        assert!(linked.is_symlink());
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o640);
        assert_eq!(
            std::fs::read_to_string(&file).unwrap(),
            format!("{line}{table}")
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
            let config = read(format!("[history]\nkeep = \"{text}\"\n").as_bytes());
            assert_eq!(
                (config.keep, config.troubles),
                (Some(days), vec![]),
                "{text}"
            );
        }
        assert_eq!(read(b"").keep, None);
    }
}
