//! How a meaning looks: roles to styles, and the signs that carry the same meaning without colour.
//!
//! A view asks for a [`Role`], never for a colour. The ground is always the terminal's own. Dim text
//! is the `DIM` attribute, never bright black, which many palettes show as nothing.

use ratatui::style::{Color, Modifier, Style};

use crate::domain::phone::Mark;

pub use crate::config::looks::{ColorPalette, Role};
use crate::config::looks::{Colour, Emphasis, Look, Signs};

impl ColorPalette {
    const fn colour(self, role: Role) -> Option<Color> {
        match (self, role) {
            (Self::Mono | Self::HighContrast, _)
            | (_, Role::Text | Role::Strong | Role::Dim | Role::Section)
            | (Self::Ansi, Role::Rule) => None,
            // What only parts things stands further back than what is read.
            (Self::Dark, Role::Rule) => Some(Color::Rgb(84, 88, 96)),
            (Self::Light, Role::Rule) => Some(Color::Rgb(176, 178, 172)),
            (Self::Dark, Role::Match | Role::Key | Role::Focus | Role::Cursor) => {
                Some(Color::Rgb(122, 182, 255))
            }
            (Self::Dark, Role::Good) => Some(Color::Rgb(120, 200, 130)),
            (Self::Dark, Role::Warn) => Some(Color::Rgb(230, 180, 90)),
            (Self::Dark, Role::Bad) => Some(Color::Rgb(245, 130, 120)),
            (Self::Light, Role::Match | Role::Key | Role::Focus | Role::Cursor) => {
                Some(Color::Rgb(0, 80, 170))
            }
            (Self::Light, Role::Good) => Some(Color::Rgb(20, 110, 40)),
            (Self::Light, Role::Warn) => Some(Color::Rgb(140, 85, 0)),
            (Self::Light, Role::Bad) => Some(Color::Rgb(176, 30, 30)),
            (Self::Ansi, Role::Match | Role::Key | Role::Focus | Role::Cursor) => Some(Color::Cyan),
            (Self::Ansi, Role::Good) => Some(Color::Green),
            (Self::Ansi, Role::Warn) => Some(Color::Yellow),
            (Self::Ansi, Role::Bad) => Some(Color::Red),
        }
    }
}

/// The signs that the screens draw with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Glyphs {
    /// The cursor in the focused pane.
    pub cursor: &'static str,
    /// The cursor in the other pane.
    pub rest: &'static str,
    /// Accurate.
    pub accurate: &'static str,
    /// Not confirmed.
    pub unconfirmed: &'static str,
    /// Not confirmed, and not possible.
    pub impossible: &'static str,
    /// Primary.
    pub primary: &'static str,
    /// A favourite.
    pub favourite: &'static str,
    /// Historic.
    pub historic: &'static str,
    /// The rule over the focused pane.
    pub heavy: &'static str,
    /// Any other rule.
    pub light: &'static str,
    /// Between panes.
    pub bar: &'static str,
    /// Where a light rule meets the bar below it, and above it.
    pub tee: [&'static str; 2],
    /// Marked; unsaved; chosen.
    pub dot: &'static str,
    /// The side that is taken.
    pub pick: [&'static str; 2],
    /// Something was cut.
    pub ellipsis: &'static str,
    /// Enter.
    pub enter: &'static str,
    /// Tab, and tab with shift.
    pub tab: [&'static str; 2],
    /// A choice can be opened.
    pub choice: &'static str,
    /// There is more below.
    pub more: &'static str,
    /// Between items.
    pub middle: &'static str,
    /// Between screens.
    pub under: &'static str,
    /// Where there is nothing.
    pub none: &'static str,
    /// From one to the other.
    pub arrow: &'static str,
    /// The arrow keys, left, right, up, down.
    pub arrows: [&'static str; 4],
    /// Corners of a popup: top left, top right, bottom left, bottom right.
    pub corners: [&'static str; 4],
    /// Before the lines that unfold.
    pub fold: &'static str,
    /// Before a line that hangs on the one above.
    pub twig: &'static str,
    /// A bar of progress, empty and full.
    pub gauge: [&'static str; 2],
}

/// The signs of Unicode.
pub const UNICODE: Glyphs = Glyphs {
    cursor: "▌",
    rest: "▏",
    accurate: "✓",
    unconfirmed: "?",
    impossible: "!",
    primary: "★",
    favourite: "♥",
    historic: "┄",
    heavy: "━",
    light: "─",
    bar: "│",
    tee: ["┬", "┴"],
    dot: "●",
    pick: ["◂", "▸"],
    ellipsis: "…",
    enter: "↵",
    tab: ["⇥", "⇧⇥"],
    choice: "▾",
    more: "▾",
    middle: "·",
    under: "›",
    none: "—",
    arrow: "→",
    arrows: ["←", "→", "↑", "↓"],
    corners: ["╭", "╮", "╰", "╯"],
    fold: "│",
    twig: "└",
    gauge: ["░", "█"],
};

/// The signs for a terminal without Unicode.
pub const ASCII: Glyphs = Glyphs {
    cursor: ">",
    rest: "|",
    accurate: "+",
    unconfirmed: "?",
    impossible: "!",
    primary: "*",
    favourite: "^",
    historic: "~",
    heavy: "=",
    light: "-",
    bar: "|",
    tee: ["+", "+"],
    dot: "*",
    pick: ["<", ">"],
    ellipsis: "..",
    enter: "Enter",
    tab: ["Tab", "S-Tab"],
    choice: "v",
    more: "v",
    middle: "-",
    under: ">",
    none: "-",
    arrow: "->",
    arrows: ["Left", "Right", "Up", "Down"],
    corners: ["+", "+", "+", "+"],
    fold: "|",
    twig: "`",
    gauge: [".", "#"],
};

impl From<Signs> for Glyphs {
    fn from(signs: Signs) -> Self {
        match signs {
            Signs::Unicode => UNICODE,
            Signs::Ascii => ASCII,
        }
    }
}

/// A palette with a set of signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theme {
    palette: ColorPalette,
    /// The signs.
    pub glyphs: Glyphs,
    /// How roles look that are set, in their order.
    set: [Option<Style>; Role::ALL.len()],
    /// Whether everything is drawn dim, as it is behind a popup.
    behind: bool,
}

impl Theme {
    /// A theme.
    #[must_use]
    pub const fn new(palette: ColorPalette, glyphs: Glyphs) -> Self {
        Self {
            palette,
            glyphs,
            set: [None; Role::ALL.len()],
            behind: false,
        }
    }

    /// The same theme with these looks instead of its own.
    #[must_use]
    pub fn with<'l>(mut self, looks: impl IntoIterator<Item = (Role, &'l Look)>) -> Self {
        for (role, look) in looks {
            let own = Role::ALL.iter().zip(&mut self.set);
            for ((_, known), style) in own {
                if *known == role {
                    *style = Some(set_style(look));
                }
            }
        }
        self
    }

    /// The same theme for what lies behind a popup.
    #[must_use]
    pub const fn behind(self) -> Self {
        Self {
            behind: true,
            ..self
        }
    }

    /// The sign of a number's mark, and how it looks.
    #[must_use]
    pub fn mark(&self, mark: Mark) -> (&'static str, Style) {
        let (sign, role) = match mark {
            Mark::Accurate => (self.glyphs.accurate, Role::Good),
            Mark::Unconfirmed => (self.glyphs.unconfirmed, Role::Warn),
            Mark::Impossible => (self.glyphs.impossible, Role::Bad),
        };
        (sign, self.style(role))
    }

    /// How a role looks.
    #[must_use]
    pub fn style(&self, role: Role) -> Style {
        if self.behind {
            return Style::new().add_modifier(Modifier::DIM);
        }
        let mut set = Role::ALL.iter().zip(&self.set);
        if let Some((_, Some(style))) = set.find(|((_, known), _)| *known == role) {
            return *style;
        }
        let style = match self.palette.colour(role) {
            Some(colour) => Style::new().fg(colour),
            None => Style::new(),
        };
        let is_plain = matches!(
            self.palette,
            ColorPalette::Mono | ColorPalette::HighContrast
        );
        let keeps_full = self.palette == ColorPalette::HighContrast;
        match role {
            Role::Dim | Role::Section | Role::Rule if keeps_full => style,
            Role::Warn | Role::Bad if is_plain => style.add_modifier(Modifier::BOLD),
            Role::Text | Role::Good | Role::Warn | Role::Bad => style,
            Role::Strong | Role::Key | Role::Cursor | Role::Focus => {
                style.add_modifier(Modifier::BOLD)
            }
            Role::Rule if style.fg.is_some() => style,
            Role::Dim | Role::Section | Role::Rule => style.add_modifier(Modifier::DIM),
            Role::Match => style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
        }
    }
}

/// A look that is set, as a style.
fn set_style(look: &Look) -> Style {
    let style = match look.colour {
        Some(Colour::Palette(place)) => Style::new().fg(Color::Indexed(place)),
        Some(Colour::Exact([red, green, blue])) => Style::new().fg(Color::Rgb(red, green, blue)),
        None => Style::new(),
    };
    look.emphasis.iter().fold(style, |style, emphasis| {
        style.add_modifier(match emphasis {
            Emphasis::Bold => Modifier::BOLD,
            Emphasis::Dim => Modifier::DIM,
            Emphasis::Underlined => Modifier::UNDERLINED,
            Emphasis::Reversed => Modifier::REVERSED,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{Color, ColorPalette, Look, Modifier, Role, Style, Theme, UNICODE};

    const ROLES: [Role; 6] = [
        Role::Match,
        Role::Key,
        Role::Good,
        Role::Warn,
        Role::Bad,
        Role::Focus,
    ];

    /// The relative luminance of WCAG 2.
    fn luminance(colour: Color) -> f64 {
        let Color::Rgb(red, green, blue) = colour else {
            panic!("not an exact colour")
        };
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.03928 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    }

    #[test]
    fn every_colour_can_be_read_on_its_ground() {
        for role in ROLES {
            let dark = luminance(ColorPalette::Dark.colour(role).unwrap());
            assert!(
                (dark + 0.05) / (luminance(Color::Rgb(30, 30, 30)) + 0.05) >= 4.5,
                "{role:?} on dark"
            );
            let light = luminance(ColorPalette::Light.colour(role).unwrap());
            assert!(
                (luminance(Color::Rgb(250, 250, 245)) + 0.05) / (light + 0.05) >= 4.5,
                "{role:?} on light"
            );
        }
    }

    #[test]
    fn rules_stand_further_back_than_labels() {
        let apart = |one: f64, other: f64| (one.max(other) + 0.05) / (one.min(other) + 0.05);
        let grounds = [
            (ColorPalette::Dark, 30, 30),
            (ColorPalette::Light, 250, 245),
        ];
        for (palette, ground, blue) in grounds {
            let rule = luminance(palette.colour(Role::Rule).unwrap());
            let ground = luminance(Color::Rgb(ground, ground, blue));
            // A dim label is drawn at about half of its light.
            assert!((1.5..3.0).contains(&apart(rule, ground)), "{palette:?}");
        }
        let ansi = Theme::new(ColorPalette::Ansi, UNICODE).style(Role::Rule);
        assert!(ansi.add_modifier.contains(Modifier::DIM));
    }

    #[test]
    fn high_contrast_has_nothing_dim_and_no_colours() {
        let theme = Theme::new(ColorPalette::HighContrast, UNICODE);
        for (name, role) in Role::ALL {
            let style = theme.style(role);
            assert_eq!(style.fg, None, "{name}");
            assert!(!style.add_modifier.contains(Modifier::DIM), "{name}");
        }
    }

    #[test]
    fn a_role_looks_as_it_is_set_and_the_others_as_their_theme_has_them() {
        let look = Look::read("bold #7ab6ff").unwrap();
        let theme = Theme::new(ColorPalette::Dark, UNICODE).with([(Role::Rule, &look)]);
        let blue = Style::new().fg(Color::Rgb(0x7a, 0xb6, 0xff));
        assert_eq!(theme.style(Role::Rule), blue.add_modifier(Modifier::BOLD));
        let plain = Theme::new(ColorPalette::Dark, UNICODE);
        assert_eq!(theme.style(Role::Key), plain.style(Role::Key));
        let bright = Look::read("bright-cyan").unwrap();
        let theme = plain.with([(Role::Key, &bright)]);
        assert_eq!(theme.style(Role::Key), Style::new().fg(Color::Indexed(14)));
        for wrong in [
            "pink",
            "#12",
            "#1234567",
            "#+12345",
            "bright-",
            "bright-dim",
        ] {
            let why = Look::read(wrong).unwrap_err();
            assert!(why.contains(wrong) && why.contains("magenta"), "{why}");
        }
    }

    #[test]
    fn no_color_means_no_colour_and_not_no_screens() {
        assert_eq!(
            ColorPalette::of_environment(true, Some("15;0")),
            ColorPalette::Mono
        );
        assert!(
            ROLES
                .iter()
                .all(|role| ColorPalette::Mono.colour(*role).is_none())
        );
        assert_eq!(
            ColorPalette::of_environment(false, Some("0;15")),
            ColorPalette::Light
        );
    }
}
