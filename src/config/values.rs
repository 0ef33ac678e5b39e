//! The values of a configuration.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value of the file, with its place.
pub(super) type Value<'a> = Spanned<DeValue<'a>>;

/// The text that a setting has to be.
pub(super) fn text<'a>(name: &str, value: &'a Value<'_>) -> Result<&'a str, String> {
    let text = value.get_ref().as_str();
    text.ok_or_else(|| format!("{name}: expected text in quotation marks"))
}

/// The table that a setting has to be.
pub(super) fn table<'a, 'b>(name: &str, value: &'a Value<'b>) -> Result<&'a DeTable<'b>, String> {
    let table = value.get_ref().as_table();
    table.ok_or_else(|| format!("{name} is a table; write its settings in lines below [{name}]"))
}
