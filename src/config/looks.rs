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
    /// On any ground: the terminal's own two colours, and nothing dim.
    HighContrast,
}

impl ColorPalette {
    /// Every palette with its name in the configuration.
    pub const ALL: [(&'static str, Self); 5] = [
        ("dark", Self::Dark),
        ("light", Self::Light),
        ("ansi", Self::Ansi),
        ("mono", Self::Mono),
        ("high-contrast", Self::HighContrast),
    ];

    /// Its name in the configuration.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Ansi => "ansi",
            Self::Mono => "mono",
            Self::HighContrast => "high-contrast",
        }
    }

    /// The palette for a terminal, by what its environment says: `NO_COLOR` asks for none, and
    /// `COLORFGBG` names the background (`15;0` is light on dark).
    #[must_use]
    pub(crate) fn of_environment(no_color: bool, colorfgbg: Option<&str>) -> Self {
        if no_color {
            return Self::Mono;
        }
        match colorfgbg.and_then(|colours| colours.rsplit(';').next()) {
            Some("7" | "9" | "10" | "11" | "12" | "13" | "14" | "15") => Self::Light,
            Some(colour) if colour.parse::<u8>().is_ok() => Self::Dark,
            // Some terminals say "default".
            _ => Self::Ansi,
        }
    }
}

/// How many colours a terminal has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourDepth {
    /// The sixteen of its own palette.
    Sixteen,
    /// 256: a cube and greys besides.
    Indexed,
    /// All that 24 bits can say.
    Exact,
}

impl ColourDepth {
    /// As many as a terminal's environment says.
    #[must_use]
    pub(crate) fn of_environment(colorterm: Option<&str>, term: Option<&str>) -> Self {
        let term = term.unwrap_or_default();
        if matches!(colorterm, Some("truecolor" | "24bit")) || term.ends_with("-direct") {
            Self::Exact
        } else if term.contains("256color") {
            Self::Indexed
        } else {
            Self::Sixteen
        }
    }
}

/// What a piece of the screen means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// A name at the head of something.
    Strong,
    /// Less important text: labels, words of hints, historic numbers.
    Dim,
    /// The head of a section.
    Section,
    /// What the filter matched.
    Match,
    /// The key of a hint.
    Key,
    /// The line that the cursor is on, in the focused pane.
    Cursor,
    /// Good: accurate, done.
    Good,
    /// To be looked at: not confirmed.
    Warn,
    /// Wrong: not possible, refused.
    Bad,
    /// The line round or under something.
    Rule,
    /// The line over the focused pane, the line under the focused field.
    Focus,
}

impl Role {
    /// Every role with its name in the configuration.
    pub const ALL: [(&'static str, Self); 12] = [
        ("text", Self::Text),
        ("strong", Self::Strong),
        ("dim", Self::Dim),
        ("section", Self::Section),
        ("match", Self::Match),
        ("key", Self::Key),
        ("cursor", Self::Cursor),
        ("good", Self::Good),
        ("warn", Self::Warn),
        ("bad", Self::Bad),
        ("rule", Self::Rule),
        ("focus", Self::Focus),
    ];

    /// The role of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let mut all = Self::ALL.into_iter();
        all.find(|(known, _)| *known == name).map(|(_, role)| role)
    }
}

/// A colour that is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// One of the terminal's own palette, from 0 to 15.
    Palette(u8),
    /// Exactly this one: red, green, blue.
    Exact([u8; 3]),
}

/// The names of the colours of a terminal's palette, in its order.
const COLOURS: [&str; 8] = [
    "black", "red", "green", "yellow", "blue", "magenta", "cyan", "white",
];

/// How text may stand out beside its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Emphasis {
    /// Bold.
    Bold,
    /// Dim.
    Dim,
    /// Underlined.
    Underlined,
    /// With the colours of text and ground exchanged.
    Reversed,
}

/// How a role is to look, instead of as its theme has it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Look {
    /// The colour; none: the terminal's own.
    pub colour: Option<Colour>,
    /// How it stands out.
    pub emphasis: Vec<Emphasis>,
}

impl Look {
    /// Reads a look: `bold #7ab6ff`, `bright-cyan`, `default dim`.
    ///
    /// # Errors
    /// The unknown word, with the known ones.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut look = Self::default();
        for word in text.split_whitespace() {
            match word {
                "default" => {}
                "bold" => look.emphasis.push(Emphasis::Bold),
                "dim" => look.emphasis.push(Emphasis::Dim),
                "underlined" => look.emphasis.push(Emphasis::Underlined),
                "reversed" => look.emphasis.push(Emphasis::Reversed),
                word => look.colour = Some(colour(word)?),
            }
        }
        Ok(look)
    }
}

/// The colour that a word names.
fn colour(word: &str) -> Result<Colour, String> {
    let unknown = || {
        format!(
            "unknown colour \"{word}\"; expected #rrggbb, default, {}, one of these after bright-, or bold, \
             dim, underlined, reversed",
            COLOURS.join(", ")
        )
    };
    if let Some(digits) = word.strip_prefix('#') {
        let is_exact = digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = u32::from_str_radix(digits, 16).ok().filter(|_| is_exact);
        let [_, red, green, blue] = number.ok_or_else(unknown)?.to_be_bytes();
        return Ok(Colour::Exact([red, green, blue]));
    }
    let (from, name) = word
        .strip_prefix("bright-")
        .map_or((0, word), |name| (8, name));
    let place = COLOURS.iter().position(|known| *known == name);
    let place = place.and_then(|place| u8::try_from(place).ok());
    place
        .map(|place| Colour::Palette(from + place))
        .ok_or_else(unknown)
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
    pub(crate) fn of_locale(locale: Option<&str>) -> Self {
        let plain = locale.map(|locale| locale.to_lowercase().replace('-', ""));
        if plain.is_some_and(|locale| locale.contains("utf8")) {
            Self::Unicode
        } else {
            Self::Ascii
        }
    }
}
