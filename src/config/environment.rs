//! What the environment says: the language, the country and the colours.

use super::looks::ColorPalette;
use crate::domain::number::Region;

/// The country of the environment, and the variable that names it: that of telephone numbers is meant
/// before all others, and a locale without a country says nothing.
pub(super) fn home() -> Option<(&'static str, Region)> {
    ["LC_TELEPHONE", "LC_ALL", "LANG"]
        .into_iter()
        .find_map(|name| {
            let locale = std::env::var(name).ok()?;
            Some((name, Region::of_locale(&locale)?))
        })
}

/// The locale of the environment, as POSIX finds it.
pub(super) fn locale() -> Option<String> {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

/// The palette for the terminal's background.
pub(super) fn palette() -> ColorPalette {
    ColorPalette::of_environment(
        std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()),
        std::env::var("COLORFGBG").ok().as_deref(),
    )
}
