//! `callbook config`: where everything is, and what is set.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::config::filters::line_of;
use crate::config::looks::Role;
use crate::config::remotes::RemoteSettings;
use crate::config::{self, Config, home_value, shown};
use crate::domain::naming::SortPrefixes;
use crate::domain::own_fields::OwnFields;
use crate::exchange::vcard::Format;
use crate::state;
use crate::store::Store;
use crate::tui::keymap::Keymap;

use super::document::CommandAnswer;

/// Where everything is, and what is set: for people in the form of the file itself.
pub(super) fn told(config: &Config, keymap: &Keymap, database: &Path) -> CommandAnswer {
    let keys = { config.keys.iter() }.map(|line| (line.name(), json!(line.written_keys())));
    let losses: Vec<_> = { keymap.losses().iter() }
        .map(ToString::to_string)
        .collect();
    let filters = config.filters.iter();
    let filters = filters.map(|filter| (filter.name.clone(), json!(filter.text)));
    let fields = config.fields.iter();
    let fields = fields.map(|field| (field.name.clone(), json!(field.property)));
    let document = json!({ "data": {
        "configuration": config::path().display().to_string(),
        "database": database.display().to_string(),
        "state": state::folder().map(|folder| folder.display().to_string()),
        "ignored": config.troubles,
        "losses": losses,
        "home": config.home.map(|home| home.code().to_owned()),
        "theme": config.palette.name(),
        "colors": colours(config).collect::<Map<_, _>>(),
        "glyphs": config.signs.name(),
        "mouse": config.mouse,
        "sort_prefixes": config.sort_prefixes == SortPrefixes::First,
        "call": config.call,
        "map": config.map,
        "fields": fields.collect::<Map<_, _>>(),
        "filters": filters.collect::<Map<_, _>>(),
        "remotes": config.remotes.iter().map(RemoteSettings::document).collect::<Vec<_>>(),
        "history_keep_days": config.keep,
        "set": config.set,
        "keys": keys.collect::<Map<_, _>>(),
    }});
    CommandAnswer::new(document, config_text(config, keymap, database))
}

/// Has a book know the fields that are set.
pub(super) fn learn(store: &mut Store, fields: &OwnFields) {
    let fields = fields.clone();
    store.learn_fields(&Format { fields });
}

fn config_text(config: &Config, keymap: &Keymap, database: &Path) -> String {
    let file = config::path();
    let there = if file.exists() { "" } else { ", missing" };
    let mut text = String::new();
    let _ = writeln!(text, "# configuration  {}{there}", shown(&file));
    let _ = writeln!(text, "# database       {}", shown(database));
    if let Some(folder) = state::folder() {
        let _ = writeln!(text, "# state          {}", shown(&folder));
    }
    for trouble in &config.troubles {
        let _ = writeln!(text, "# ignored        {trouble}");
    }
    for loss in keymap.losses() {
        let _ = writeln!(text, "# keys           {loss}");
    }
    text.push('\n');
    let quoted = |text: &str| format!("{text:?}");
    for (name, value, remark) in [
        (
            "home",
            quoted(&home_value(config.home)),
            config.home.map_or("no country", |home| home.name()),
        ),
        ("theme", quoted(config.palette.name()), ""),
        ("glyphs", quoted(config.signs.name()), ""),
        ("mouse", config.mouse.to_string(), ""),
        (
            "sort_prefixes",
            (config.sort_prefixes == SortPrefixes::First).to_string(),
            match config.sort_prefixes {
                SortPrefixes::First => "van Rijn under V",
                SortPrefixes::Last => "van Rijn under R",
            },
        ),
        ("call", quoted(&config.call), ""),
        ("map", quoted(config.map.as_deref().unwrap_or_default()), ""),
    ] {
        if name == "map" && config.map.is_none() {
            text.push_str("# map is not set: addresses are shown by the program for geo: links\n");
            continue;
        }
        let default = match config.home_from {
            _ if config.set.contains(&name) => String::new(),
            Some(variable) if name == "home" => format!("by {variable}"),
            _ if name == "theme" && config.is_background_unknown => {
                "by default; the screens ask the terminal for its background".to_owned()
            }
            _ => "by default".to_owned(),
        };
        let remarks: Vec<&str> = [remark, &default]
            .into_iter()
            .filter(|remark| !remark.is_empty())
            .collect();
        let line = format!("{name} = {value}");
        if remarks.is_empty() {
            let _ = writeln!(text, "{line}");
        } else {
            let _ = writeln!(text, "{line:<24} # {}", remarks.join(", "));
        }
    }
    if !config.colours.is_empty() {
        text.push_str("\n[colors]\n");
        for (name, look) in colours(config) {
            let _ = writeln!(text, "{name} = {look}");
        }
    }
    let mut fields = config.fields.iter().peekable();
    if fields.peek().is_some() {
        text.push_str("\n[fields]\n");
    }
    for field in fields {
        let _ = writeln!(text, "{} = {:?}", field.name, field.property);
    }
    if !config.filters.is_empty() {
        text.push_str("\n[filters]\n");
        for filter in &config.filters {
            let _ = writeln!(text, "{}", line_of(filter));
        }
    }
    for remote in &config.remotes {
        let _ = write!(text, "\n{}", remote.block());
    }
    if let Some(days) = config.keep {
        let _ = writeln!(text, "\n[history]\nkeep = \"{days} days\"");
    }
    if !config.keys.is_empty() {
        text.push_str("\n[keys]\n");
        for line in &config.keys {
            let _ = writeln!(text, "{} = {:?}", line.name(), line.written_keys());
        }
    }
    text
}

/// The looks that are set, by the names of their roles.
fn colours(config: &Config) -> impl Iterator<Item = (String, Value)> {
    config.colours.iter().map(|(role, _, look)| {
        let mut names = Role::ALL.into_iter();
        let name = names.find(|(_, known)| known == role);
        (name.map_or("", |(name, _)| name).to_owned(), json!(look))
    })
}
