//! How the screens may look: the palettes and the signs that can be set.

/// The sets of colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ColorPalette {
    /// For a dark ground.
    #[default]
    Dark,
    /// For a light ground.
    Light,
    /// The sixteen colours of the terminal's own palette.
    Ansi,
    /// No colours: bold, dim and underlined.
    Mono,
}

impl ColorPalette {
    /// Every palette with its name in the configuration.
    pub const ALL: [(&'static str, Self); 4] = [
        ("dark", Self::Dark),
        ("light", Self::Light),
        ("ansi", Self::Ansi),
        ("mono", Self::Mono),
    ];

    /// Its name in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Ansi => "ansi",
            Self::Mono => "mono",
        }
    }

    /// The palette for a terminal, by what its environment says: `NO_COLOR` asks for none, and
    /// `COLORFGBG` tells the ground (`15;0` is light on dark).
    #[must_use]
    pub fn of_environment(no_color: bool, colorfgbg: Option<&str>) -> Self {
        if no_color {
            return Self::Mono;
        }
        match colorfgbg.and_then(|colours| colours.rsplit(';').next()) {
            Some("7" | "9" | "10" | "11" | "12" | "13" | "14" | "15") => Self::Light,
            Some(_) => Self::Dark,
            None => Self::Ansi,
        }
    }
}

/// The signs to draw with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signs {
    /// Lines, arrows and dots of Unicode.
    Unicode,
    /// What every terminal has.
    Ascii,
}

impl Signs {
    /// Its name in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Unicode => "unicode",
            Self::Ascii => "ascii",
        }
    }

    /// The signs for a locale: of Unicode where that is UTF-8.
    #[must_use]
    pub fn of_locale(locale: Option<&str>) -> Self {
        let plain = locale.map(|locale| locale.to_lowercase().replace('-', ""));
        if plain.is_some_and(|locale| locale.contains("utf8")) {
            Self::Unicode
        } else {
            Self::Ascii
        }
    }
}
