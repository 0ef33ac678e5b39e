//! How a meaning looks: roles to styles, and the signs that carry the same meaning without colour.
//!
//! A view asks for a [`Role`], never for a colour. The ground is always the terminal's own. Dim text
//! is the `DIM` attribute, never bright black, which many palettes show as nothing.

use ratatui::style::{Color, Modifier, Style};

use crate::domain::phone::Mark;

pub use crate::config::looks::ColorPalette;
use crate::config::looks::Signs;

/// What a piece of the screen means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// A name at the head of something.
    Strong,
    /// What stands back: labels, hints' words, what is no longer used.
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

impl ColorPalette {
    const fn colour(self, role: Role) -> Option<Color> {
        match (self, role) {
            (Self::Mono, _)
            | (_, Role::Text | Role::Strong | Role::Dim | Role::Section | Role::Rule) => None,
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
            behind: false,
        }
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
        let style = match self.palette.colour(role) {
            Some(colour) => Style::new().fg(colour),
            None => Style::new(),
        };
        match role {
            Role::Text | Role::Good | Role::Rule => style,
            Role::Strong | Role::Key | Role::Cursor | Role::Focus => {
                style.add_modifier(Modifier::BOLD)
            }
            Role::Dim | Role::Section => style.add_modifier(Modifier::DIM),
            Role::Match => style.add_modifier(Modifier::BOLD | Modifier::UNDERLINED),
            Role::Warn | Role::Bad => {
                if self.palette == ColorPalette::Mono {
                    style.add_modifier(Modifier::BOLD)
                } else {
                    style
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Color, ColorPalette, Role};

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
