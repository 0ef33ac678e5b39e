//! How a meaning looks: roles to styles, and the signs that carry the same meaning without colour.
//!
//! A view asks for a [`Role`], never for a colour. The ground is always the terminal's own. Dim text
//! is the `DIM` attribute, never bright black, which many palettes show as nothing.

use ratatui::style::{Color, Modifier, Style};

use crate::domain::phone::Mark;

pub use crate::config::looks::{ColorPalette, ColourDepth, Role};
use crate::config::looks::{Colour, Emphasis, Look, Signs};

impl ColorPalette {
    /// The colour of a role, in a terminal with so many colours.
    fn colour(self, role: Role, depth: ColourDepth) -> Option<Color> {
        match depth {
            ColourDepth::Sixteen => self.of_sixteen(role),
            depth => self
                .exact(role)
                .map(|exact| depth.nearest(Colour::Exact(exact)))
                .or_else(|| self.of_sixteen(role).filter(|_| self == Self::Ansi)),
        }
    }

    /// The exact colour of a role.
    const fn exact(self, role: Role) -> Option<[u8; 3]> {
        match (self, role) {
            (Self::Mono | Self::HighContrast | Self::Ansi, _)
            | (_, Role::Text | Role::Strong | Role::Dim | Role::Section) => None,
            // Separators are dimmer than text.
            (Self::Dark, Role::Rule) => Some([84, 88, 96]),
            (Self::Light, Role::Rule) => Some([176, 178, 172]),
            (Self::Dark, Role::Match | Role::Key | Role::Focus | Role::Cursor) => {
                Some([122, 182, 255])
            }
            (Self::Dark, Role::Good) => Some([120, 200, 130]),
            (Self::Dark, Role::Warn) => Some([230, 180, 90]),
            (Self::Dark, Role::Bad) => Some([245, 130, 120]),
            (Self::Light, Role::Match | Role::Key | Role::Focus | Role::Cursor) => {
                Some([0, 80, 170])
            }
            (Self::Light, Role::Good) => Some([20, 110, 40]),
            (Self::Light, Role::Warn) => Some([140, 85, 0]),
            (Self::Light, Role::Bad) => Some([176, 30, 30]),
        }
    }

    /// The colour of a role among the sixteen of the terminal. Their green, yellow and cyan cannot be read on a
    /// light background, and their red hardly on a dark one.
    const fn of_sixteen(self, role: Role) -> Option<Color> {
        match (self, role) {
            (Self::Mono | Self::HighContrast, _)
            | (_, Role::Text | Role::Strong | Role::Dim | Role::Section | Role::Rule)
            | (Self::Light, Role::Good) => None,
            (Self::Light, Role::Match | Role::Key | Role::Focus | Role::Cursor) => {
                Some(Color::Blue)
            }
            (Self::Light, Role::Warn) => Some(Color::Magenta),
            (Self::Dark, Role::Bad) => Some(Color::LightRed),
            (_, Role::Match | Role::Key | Role::Focus | Role::Cursor) => Some(Color::Cyan),
            (_, Role::Good) => Some(Color::Green),
            (_, Role::Warn) => Some(Color::Yellow),
            (_, Role::Bad) => Some(Color::Red),
        }
    }
}

impl ColourDepth {
    /// The colour that comes nearest to one that is wanted.
    fn nearest(self, colour: Colour) -> Color {
        let [red, green, blue] = match colour {
            Colour::Palette(place) => return Color::Indexed(place),
            Colour::Exact(exact) => exact,
        };
        match self {
            Self::Exact => Color::Rgb(red, green, blue),
            Self::Indexed => Color::Indexed(nearest([red, green, blue], 16..=255)),
            Self::Sixteen => Color::Indexed(nearest([red, green, blue], 0..=15)),
        }
    }
}

/// The steps of each part of a colour in the cube of a terminal with 256 colours.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// A colour of a terminal's palette as xterm has it: sixteen that can be set, a cube, and greys.
fn of_palette(place: u8) -> [u8; 3] {
    match place {
        0..16 => {
            let (on, off) = match place {
                7 => return [229; 3],
                8 => return [127; 3],
                9.. => (255, 0),
                _ => (205, 0),
            };
            let is_on = |bit: u8| if place & bit == 0 { off } else { on };
            [is_on(1), is_on(2), is_on(4)]
        }
        16..232 => {
            let step = |of: u8| CUBE.get(usize::from(of % 6)).copied().unwrap_or_default();
            let place = place - 16;
            [step(place / 36), step(place / 6), step(place)]
        }
        232.. => [8 + (place - 232) * 10; 3],
    }
}

/// The place in a terminal's palette whose colour comes nearest.
fn nearest(colour: [u8; 3], places: std::ops::RangeInclusive<u8>) -> u8 {
    let apart = |place: &u8| {
        let parts = colour.into_iter().zip(of_palette(*place));
        let apart = parts.map(|(one, other)| u32::from(one.abs_diff(other)).pow(2));
        apart.sum::<u32>()
    };
    places.min_by_key(apart).unwrap_or_default()
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
    depth: ColourDepth,
    /// The signs.
    pub glyphs: Glyphs,
    /// How roles look that are set, in their order.
    set: [Option<(Option<Colour>, Modifier)>; Role::ALL.len()],
    /// Whether everything is drawn dim, as it is behind a popup.
    behind: bool,
}

impl Theme {
    /// A theme.
    #[must_use]
    pub const fn new(palette: ColorPalette, glyphs: Glyphs) -> Self {
        Self {
            palette,
            depth: ColourDepth::Exact,
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
                    *style = Some((look.colour, modifier(look)));
                }
            }
        }
        self
    }

    /// The same theme with another palette.
    #[must_use]
    pub(crate) const fn with_palette(self, palette: ColorPalette) -> Self {
        Self { palette, ..self }
    }

    /// The same theme for a terminal with so many colours.
    #[must_use]
    pub(crate) const fn with_depth(self, depth: ColourDepth) -> Self {
        Self { depth, ..self }
    }

    /// The same theme for what is behind a popup.
    #[must_use]
    pub const fn behind(self) -> Self {
        Self {
            behind: true,
            ..self
        }
    }

    /// How a code to be scanned looks: dark on light, whatever the terminal's colours are.
    #[must_use]
    pub(crate) fn code(&self) -> Style {
        match self.palette {
            ColorPalette::Mono => Style::new(),
            _ => Style::new().fg(Color::White).bg(Color::Black),
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
        if let Some((_, Some((colour, modifier)))) = set.find(|((_, known), _)| *known == role) {
            let style = Style::new().add_modifier(*modifier);
            return colour.map_or(style, |colour| style.fg(self.depth.nearest(colour)));
        }
        let style = match self.palette.colour(role, self.depth) {
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

/// How a look that is set stands out.
fn modifier(look: &Look) -> Modifier {
    let emphasis = look.emphasis.iter().map(|emphasis| match emphasis {
        Emphasis::Bold => Modifier::BOLD,
        Emphasis::Dim => Modifier::DIM,
        Emphasis::Underlined => Modifier::UNDERLINED,
        Emphasis::Reversed => Modifier::REVERSED,
    });
    emphasis.fold(Modifier::empty(), Modifier::union)
}

#[cfg(test)]
mod tests {
    use super::{
        Color, ColorPalette, ColourDepth, Look, Modifier, Role, Style, Theme, UNICODE, of_palette,
    };

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
        let places = [
            (Color::Blue, 4),
            (Color::Cyan, 6),
            (Color::Green, 2),
            (Color::LightRed, 9),
            (Color::Magenta, 5),
            (Color::Red, 1),
            (Color::Yellow, 3),
        ];
        let [red, green, blue] = match colour {
            Color::Rgb(red, green, blue) => [red, green, blue],
            Color::Indexed(place) => of_palette(place),
            named => {
                let place = places.iter().find(|(known, _)| *known == named);
                of_palette(place.unwrap().1)
            }
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

    fn contrast(one: Color, other: Color) -> f64 {
        let (one, other) = (luminance(one), luminance(other));
        (one.max(other) + 0.05) / (one.min(other) + 0.05)
    }

    const GROUNDS: [(ColorPalette, Color); 2] = [
        (ColorPalette::Dark, Color::Rgb(30, 30, 30)),
        (ColorPalette::Light, Color::Rgb(250, 250, 245)),
    ];

    #[test]
    fn every_colour_can_be_read_on_its_background_with_however_many_colours() {
        for (palette, ground) in GROUNDS {
            for depth in [
                ColourDepth::Exact,
                ColourDepth::Indexed,
                ColourDepth::Sixteen,
            ] {
                // Among sixteen, what has no colour that can be read has none.
                let colours = ROLES.map(|role| (role, palette.colour(role, depth)));
                for (role, colour) in colours {
                    let Some(colour) = colour else {
                        assert_eq!(
                            (palette, depth),
                            (ColorPalette::Light, ColourDepth::Sixteen)
                        );
                        continue;
                    };
                    let contrast = contrast(colour, ground);
                    let least = if depth == ColourDepth::Sixteen {
                        4.0
                    } else {
                        4.5
                    };
                    assert!(
                        contrast >= least,
                        "{palette:?} {depth:?} {role:?}: {contrast}"
                    );
                }
            }
        }
    }

    #[test]
    fn no_more_colours_are_sent_than_the_terminal_has() {
        let look = Look::read("#123456").unwrap();
        for (palette, _) in GROUNDS {
            let theme = Theme::new(palette, UNICODE).with([(Role::Dim, &look)]);
            for (_, role) in Role::ALL {
                let indexed = theme.with_depth(ColourDepth::Indexed).style(role).fg;
                assert!(!matches!(indexed, Some(Color::Rgb(..))), "{role:?}");
                let sixteen = theme.with_depth(ColourDepth::Sixteen).style(role).fg;
                let is_too_much = matches!(sixteen, Some(Color::Rgb(..) | Color::Indexed(16..)));
                assert!(!is_too_much, "{role:?}: {sixteen:?}");
            }
        }
        for (colorterm, term, depth) in [
            (Some("truecolor"), Some("screen"), ColourDepth::Exact),
            (Some("24bit"), None, ColourDepth::Exact),
            (Some("yes"), Some("xterm-256color"), ColourDepth::Indexed),
            (None, Some("tmux-256color"), ColourDepth::Indexed),
            (None, Some("xterm-direct"), ColourDepth::Exact),
            (None, Some("xterm"), ColourDepth::Sixteen),
            (None, None, ColourDepth::Sixteen),
        ] {
            assert_eq!(
                ColourDepth::of_environment(colorterm, term),
                depth,
                "{term:?}"
            );
        }
    }

    #[test]
    fn rules_stand_further_back_than_labels() {
        for (palette, ground) in GROUNDS {
            for depth in [ColourDepth::Exact, ColourDepth::Indexed] {
                let rule = palette.colour(Role::Rule, depth).unwrap();
                // A dim label is drawn at about half of its light.
                let contrast = contrast(rule, ground);
                assert!((1.5..3.0).contains(&contrast), "{palette:?}: {contrast}");
            }
        }
        for theme in [
            Theme::new(ColorPalette::Ansi, UNICODE),
            Theme::new(ColorPalette::Light, UNICODE).with_depth(ColourDepth::Sixteen),
        ] {
            let rule = theme.style(Role::Rule);
            assert!(rule.add_modifier.contains(Modifier::DIM));
        }
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
        assert!(ROLES.iter().all(|role| {
            ColorPalette::Mono
                .colour(*role, ColourDepth::Sixteen)
                .is_none()
        }));
        assert_eq!(
            ColorPalette::of_environment(false, Some("0;15")),
            ColorPalette::Light
        );
    }
}
