//! What the environment says of the person: the language and the country.

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
