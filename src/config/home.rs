//! Setting the home country in the configuration, which a person may have written: all of its text stays.

use std::path::Path;

use anyhow::{Result, bail};

use crate::domain::number::Region;

use super::rewrite;

/// The value for no country: national numbers stay as typed.
pub(super) const NO_COUNTRY: &str = "none";

/// The value of `home` for a country, or for none.
#[must_use]
pub fn home_value(home: Option<Region>) -> String {
    home.map_or_else(|| NO_COUNTRY.to_owned(), |home| home.code().to_owned())
}

/// Adds the home country to a file, whose text `is_right` has to find in order then. At its end, or where that is
/// within a table, at its beginning.
pub(super) fn add(
    file: &Path,
    home: Option<Region>,
    is_right: impl Fn(&[u8]) -> bool,
) -> Result<()> {
    let line = format!("home = \"{}\"\n", home_value(home));
    let (file, old) = rewrite::read(file)?;
    let new = [
        rewrite::at_end(&old, "\n", &line),
        rewrite::at_beginning(&old, &line),
    ];
    let Some(new) = new.into_iter().find(|new| is_right(new)) else {
        bail!("it already has a line about home; set it there");
    };
    rewrite::replace(&file, &new)
}
