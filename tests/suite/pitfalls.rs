//! What users of programs like this one really hit in their terminals, row by row: where the test is
//! that fails without the code that guards it. Those without a terminal are below.
//!
//! | row | what goes wrong | tests |
//! | --- | --- | --- |
//! | 1 | wide letters and emoji misalign | here `row_01`; text.rs `a_wide_letter_is_never_halved`; screens.rs `a_popup_over_wide_letters_keeps_its_edge`, snapshots |
//! | 2 | signs of ambiguous width shift columns | here `row_02` |
//! | 3 | every key twice | tui/terminal.rs `a_key_that_is_let_go_is_no_key_and_one_that_is_held_is` |
//! | 4 | a paste runs as commands | terminal/main.rs `a_paste_over_the_list_searches_and_runs_no_command` |
//! | 5 | pasted line ends submit a form | here `row_05`; field.rs `a_pasted_line_end_is_a_space_and_never_submits` |
//! | 6 | unreadable on its ground | here `row_06_and_07`; theme.rs `every_colour_can_be_read…` |
//! | 7 | bright black for text | here `row_06_and_07` |
//! | 8 | `NO_COLOR` | terminal/modes.rs `no_color_is_no_colour_and_still_the_screens`; theme.rs `no_color_means_no_colour_and_not_no_screens` |
//! | 9 | a panic or an error leaves raw mode | terminal/leave.rs `a_panic_of_the_store…`, `a_panic_of_the_main_thread…`, `a_terminal_that_cannot_be_read…`, `an_error_at_the_start…` |
//! | 10 | restored twice | terminal/leave.rs `quit_and_three_signals_leave_the_terminal_as_it_was` |
//! | 11 | a mode is forgotten | terminal/leave.rs `quit_and_three_signals…` and all others there: the modes of the screen and termios |
//! | 12 | kitty flags left on | terminal/modes.rs `the_terminal_is_asked_nothing_and_its_keyboard_is_left_as_it_is` |
//! | 13 | `$EDITOR` loses keys | terminal/modes.rs `the_editor_gets_every_key…`, `an_interrupt_that_is_meant_for_the_editor…` |
//! | 14 | ^Z and fg | terminal/leave.rs `a_stop_gives_the_terminal_to_the_shell…`, `a_stop_from_outside…` |
//! | 15 | no redraw key | terminal/modes.rs `repaint_draws_everything_again` |
//! | 16 | queries and their late answers | terminal/modes.rs `the_terminal_is_asked_nothing…`, `a_late_answer_to_somebody_elses_question_is_no_command`; terminal/background.rs `an_answer_that_is_cut…`, `an_answer_does_not_reach_the_shell` |
//! | 17 | small and huge sizes | here `row_17`; terminal/main.rs `any_size_is_drawn_and_no_size_ends_the_program` |
//! | 18 | the mouse at the edge | here `row_18` |
//! | 19 | flicker | terminal/modes.rs `every_frame_is_one_update_and_only_a_new_size_clears_the_screen` |
//! | 20 | idle CPU | terminal/modes.rs `while_nobody_does_anything_nothing_happens` |
//! | 21 | the window is closed | terminal/main.rs `a_terminal_that_goes_without_a_signal_ends_the_program`; terminal/leave.rs `a_terminal_that_is_gone…` (twice) |
//! | 22 | the mouse blocks selecting | terminal/modes.rs `the_mouse_is_left_alone_where_that_is_set_and_the_palette_takes_it` |
//! | 23 | "copied", and is not | terminal/modes.rs `what_is_copied_goes_through_tmux_and_is_said_to_be_sent` |
//! | 24 | escape sequences in names | here `row_24_and_25`; screens.rs `hostile_names_reach_no_terminal`; domain/safe.rs `an_escape_sequence_is_shown_and_does_nothing` |
//! | 25 | overrides and right-to-left names | here `row_24_and_25`; domain/safe.rs `overrides_tags_and_floods_are_taken_out` |
//! | 26 | a slow Esc | here `row_26` |
//! | 27 | ^Backspace, ^H | terminal/modes.rs `backspace_in_its_three_spellings…`; field.rs `readline_keys_do_what_readline_does` |
//! | 28 | the input method's window is elsewhere | terminal/modes.rs `the_cursor_of_the_terminal_is_where_one_types_also_after_wide_letters` |
//! | 29 | other layouts | here `row_29` |
//! | 30 | a held key lags | terminal/modes.rs `a_held_key_is_drawn_far_less_often_than_it_is_pressed` |
//! | 31 | an old answer overwrites a new one | here `row_31`; screens.rs `an_old_answer_never_overwrites_a_newer_one` |
//! | 32 | work lost by one key | here `row_32` (four); terminal/draft.rs: what was typed is kept |
//! | 33 | the help says other keys | house.rs `the_page_of_keys_shows_the_keys_that_there_are`; here `row_33` |
//! | 34 | ^C surprises | here `row_34` |
//! | 35 | a read error is ignored | terminal/leave.rs `a_terminal_that_cannot_be_read_ends_the_program_with_the_reason` |

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::support::amount::drawn;
use crate::support::desk::Desk;
use callbook::domain::edit::ContactWithCard;
use callbook::domain::listing::{ListQuery, Selection};
use callbook::domain::timestamp::Timestamp;
use callbook::state::View;
use callbook::tui::app::App;
use callbook::tui::draft::{Draft, bring_back};
use callbook::tui::keymap::key::{Code, Key};
use callbook::tui::keymap::{Action, Keymap, Lookup, Scope, TABLE};
use callbook::tui::pages::AnyPage;
use callbook::tui::pages::contact_form::ContactForm;
use callbook::tui::pages::contacts::Focus;
use callbook::tui::pages::phone_form::PhoneForm;
use callbook::tui::pages::question::Question;
use callbook::tui::protocol::{Effect, Mouse, MouseKind, Msg, Size};
use callbook::tui::screen::draw;
use callbook::tui::terminal::columns::Aligned;
use callbook::tui::widgets::areas::Areas;
use callbook::tui::widgets::theme::{ASCII, ColorPalette, Glyphs, Role, Theme, UNICODE};
use ratatui::backend::CrosstermBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier};
use ratatui::{Terminal, TerminalOptions, Viewport};
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr as _;

const CARDS: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Marco Bianchi\nORG:Officina Bianchi S.r.l.\n\
TEL;TYPE=WORK:+39 02 5550 1182\nTEL;TYPE=CELL:+39 347 555 0164\nTEL:12\nNOTE:Call before noon · not after.\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:BIANCHI, MARCO\nTEL;TYPE=CELL:+39 347 555 0164\nORG:Bianchi\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:3\nFN:Martin Ødegård\nTEL:+47 55 55 01 77\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:4\nFN:Иван Петров\nTEL:+7 495 555 01 22\nEND:VCARD\n";

/// The text of every Rust file in a folder and those in it.
fn rust_files(folder: &Path, texts: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, texts);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            texts.push(fs::read_to_string(&path).unwrap());
        }
    }
}

/// The table above names tests that there are, for every row.
#[test]
fn the_table_names_tests_that_there_are() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = vec![include_str!("pitfalls.rs").to_owned()];
    for folder in ["tests", "src"] {
        rust_files(&root.join(folder), &mut sources);
    }
    let table = sources[0]
        .lines()
        .filter_map(|line| line.strip_prefix("//! | "));
    let rows: Vec<Vec<&str>> = table
        .map(|row| row.split(" | ").collect())
        .skip(2)
        .collect();
    let numbers: Vec<String> = rows.iter().map(|row| row[0].to_owned()).collect();
    assert_eq!(
        numbers,
        (1..=35).map(|row| row.to_string()).collect::<Vec<_>>()
    );
    for row in rows {
        let names = row[2].split('`').skip(1).step_by(2);
        let mut tests = 0;
        for name in names {
            let name = name.trim_end_matches('…');
            tests += 1;
            let test = format!("#[test]\nfn {name}");
            let inner = format!("#[test]\n    fn {name}");
            assert!(
                sources
                    .iter()
                    .any(|source| source.contains(&test) || source.contains(&inner)),
                "row {}: there is no test {name}",
                row[0]
            );
        }
        assert!(tests > 0, "row {} names no test", row[0]);
    }
}

/// The cells of a frame.
fn cells_of(desk: &Desk) -> Buffer {
    desk.drawn(ColorPalette::Dark, &UNICODE).buffer().clone()
}

/// Every screen that there is, as the keys that lead to it from the list.
const SCREENS: [&str; 22] = [
    "g g",
    "/ \"mar\"",
    "/ \"nobody\"",
    "g g enter j",
    "g g enter e",
    "g g enter a a tab tab",
    "g g e",
    "a \"Ada\"",
    "a \"Ada\" esc",
    "? \"hist\"",
    ": \"sort\"",
    "s",
    "x",
    "i",
    "m \"label:work\"",
    "m \"label:work\" enter",
    "f",
    "f b",
    "D",
    "D tab",
    "d s l enter",
    "d s b",
];

/// The text of a row of cells.
fn row_text(cells: &Buffer, y: u16) -> String {
    (0..cells.area.width)
        .filter_map(|x| cells.cell((x, y)).map(ratatui::buffer::Cell::symbol))
        .collect()
}

/// The column where a number begins, for each row of the list.
fn number_columns(desk: &Desk) -> Vec<u16> {
    let cells = cells_of(desk);
    let list = desk.app.pages.contacts.panes(&desk.app.session).0.list;
    let rows = list.y..list.y + u16::try_from(desk.app.pages.contacts.list.known()).unwrap();
    rows.map(|y| {
        (list.x + 4..list.right())
            .find(|x| cells.cell((*x, y)).unwrap().symbol() == "+")
            .unwrap_or_else(|| panic!("no number in {}", row_text(&cells, y)))
    })
    .collect()
}

fn cards_of(names: &[&str]) -> String {
    let card = |name: &&str| format!("BEGIN:VCARD\nFN:{name}\nTEL:+39 02 5550 1182\nEND:VCARD\n");
    names.iter().map(card).collect()
}

#[test]
fn row_01_numbers_line_up_whatever_the_letters_of_the_names() {
    let names = [
        "Marco Bianchi",
        "丸山 Ken",
        "👩‍👩‍👧 family",
        "Jose\u{301} e\u{301}",
        "♻\u{fe0f} Recycling",
        "🇮🇹 Italia",
        "किरण नायर",
        "田中花子田中花子田中花子田中花子",
    ];
    for width in [120, 100, 40] {
        let desk = Desk::new(width, 30, &cards_of(&names));
        let columns = number_columns(&desk);
        assert_eq!(columns.len(), names.len());
        assert!(
            columns.iter().all(|column| *column == columns[0]),
            "{width}: {columns:?}"
        );
    }
}

/// A terminal in which every sign of ambiguous width takes two columns, as some are set for Chinese
/// and Japanese: what stands where.
fn in_a_wide_terminal(bytes: &[u8], area: Rect) -> Vec<Vec<String>> {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    let mut cells = vec![vec![String::new(); usize::from(area.width)]; usize::from(area.height)];
    let (mut x, mut y) = (0_usize, 0_usize);
    let mut put = |x: &mut usize, y: usize, text: &str| {
        for sign in text.graphemes(true) {
            let wide = sign.width_cjk();
            for (at, part) in (*x..*x + wide).zip([sign, ""]) {
                if let Some(cell) = cells[y].get_mut(at) {
                    part.clone_into(cell);
                }
            }
            *x += wide;
        }
    };
    for (at, part) in text.split("\u{1b}[").enumerate() {
        let end = match at {
            0 => 0,
            _ => part.find(|sign: char| ('@'..='~').contains(&sign)).unwrap() + 1,
        };
        let (sequence, printed) = part.split_at(end);
        if let Some(place) = sequence.strip_suffix('H') {
            let (row, column) = place.split_once(';').unwrap();
            y = row.parse::<usize>().unwrap() - 1;
            x = column.parse::<usize>().unwrap() - 1;
        }
        put(&mut x, y, printed);
    }
    cells
}

/// What a backend writes for a frame, and the cells of the frame.
fn written(desk: &Desk, glyphs: &Glyphs) -> (Vec<u8>, Buffer) {
    let Size { width, height } = desk.app.session.size;
    let mut bytes = Vec::new();
    let backend = Aligned(CrosstermBackend::new(&mut bytes));
    let viewport = Viewport::Fixed(Rect::new(0, 0, width, height));
    let mut terminal = Terminal::with_options(backend, TerminalOptions { viewport }).unwrap();
    let theme = Theme::new(ColorPalette::Dark, *glyphs);
    let frame = terminal.draw(|frame| draw(&desk.app, &theme, frame));
    let cells = frame.unwrap().buffer.clone();
    drop(terminal);
    (bytes, cells)
}

#[test]
fn row_02_columns_line_up_where_ambiguous_signs_are_two_columns_wide() {
    let unsure = |sign: &str| sign.width() != sign.width_cjk();
    let letter = |sign: &str| sign.chars().next().is_some_and(char::is_alphabetic);
    let (mut compared, mut doubtful) = (0, 0);
    for glyphs in [UNICODE, ASCII] {
        for keys in SCREENS {
            let mut desk = Desk::new(100, 30, CARDS);
            desk.press(keys);
            let (bytes, cells) = written(&desk, &glyphs);
            let seen = in_a_wide_terminal(&bytes, cells.area);
            for y in 0..cells.area.height {
                // A word with such a letter is as wide as it is; what comes after it is not.
                let mut in_word = false;
                for x in 0..cells.area.width {
                    let sign = cells.cell((x, y)).unwrap().symbol();
                    doubtful += usize::from(unsure(sign));
                    in_word = letter(sign) && (in_word || unsure(sign));
                    if sign == " " || unsure(sign) || in_word {
                        continue;
                    }
                    compared += 1;
                    assert_eq!(
                        seen[usize::from(y)][usize::from(x)],
                        sign,
                        "{keys}: row {y}, column {x} of\n{}",
                        row_text(&cells, y)
                    );
                }
            }
        }
    }
    assert!(
        compared > 10_000 && doubtful > 5_000,
        "{compared} {doubtful}"
    );
}

#[test]
fn row_05_a_pasted_line_end_submits_no_form() {
    for (keys, text) in [
        ("a", "Ada\nLovelace\r\n"),
        ("g g enter e ^U", "02 5550\n2222\n"),
    ] {
        let mut desk = Desk::new(100, 30, CARDS);
        desk.press(keys);
        let before = desk.book.store.steps(None, 100).unwrap().len();
        desk.tell(Msg::Paste(text.to_owned()));
        assert!(
            desk.top::<PhoneForm>().is_some() || desk.top::<ContactForm>().is_some(),
            "{keys}"
        );
        assert_eq!(desk.book.store.steps(None, 100).unwrap().len(), before);
        let joined = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let cells = cells_of(&desk);
        assert!(
            (0..30).any(|y| row_text(&cells, y).contains(&joined)),
            "{joined}"
        );
    }
}

/// The relative luminance of WCAG 2.
fn luminance([red, green, blue]: [u8; 3]) -> f64 {
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

fn contrast(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn row_06_and_07_every_role_can_be_read_on_its_ground_and_none_is_bright_black() {
    let roles = [
        Role::Text,
        Role::Strong,
        Role::Dim,
        Role::Section,
        Role::Match,
        Role::Key,
        Role::Cursor,
        Role::Good,
        Role::Warn,
        Role::Bad,
        Role::Rule,
        Role::Focus,
    ];
    // A line is not read: it is seen, and stands behind what it parts.
    let least = |role| if role == Role::Rule { 1.5 } else { 4.5 };
    for (name, palette) in ColorPalette::ALL {
        for theme in [
            Theme::new(palette, UNICODE),
            Theme::new(palette, UNICODE).behind(),
        ] {
            for role in roles {
                let style = theme.style(role);
                // The ground is the terminal's own, so that nothing can be dark on dark.
                assert_eq!(style.bg, None, "{name} {role:?}");
                assert!(!style.add_modifier.contains(Modifier::REVERSED));
                match (palette, style.fg) {
                    (_, None) => {}
                    (ColorPalette::Dark, Some(Color::Rgb(red, green, blue))) => {
                        let on = contrast([red, green, blue], [30, 30, 30]);
                        assert!(on >= least(role), "{role:?} has {on} on dark");
                    }
                    (ColorPalette::Light, Some(Color::Rgb(red, green, blue))) => {
                        let on = contrast([red, green, blue], [250, 250, 245]);
                        assert!(on >= least(role), "{role:?} has {on} on light");
                    }
                    (ColorPalette::Ansi, Some(colour)) => assert!(
                        matches!(
                            colour,
                            Color::Cyan | Color::Green | Color::Yellow | Color::Red
                        ),
                        "{role:?} is {colour:?}"
                    ),
                    (palette, colour) => panic!("{role:?} of {palette:?} is {colour:?}"),
                }
            }
        }
    }
    // And what is drawn is drawn in those roles.
    let mut desk = Desk::new(100, 30, CARDS);
    for keys in SCREENS {
        desk.press(keys);
        for cell in &cells_of(&desk).content {
            assert_eq!(cell.bg, Color::Reset, "{keys}");
            assert!(!matches!(
                cell.fg,
                Color::DarkGray | Color::Black | Color::White
            ));
        }
        desk = Desk::new(100, 30, CARDS);
    }
}

#[test]
fn row_17_every_screen_is_drawn_at_every_size() {
    for keys in SCREENS {
        let mut desk = Desk::new(100, 30, CARDS);
        desk.press(keys);
        for (width, height) in [
            (0, 0),
            (0, 9),
            (9, 0),
            (1, 1),
            (2, 300),
            (300, 2),
            (19, 4),
            (20, 5),
            (21, 6),
            (40, 12),
            (55, 15),
            (56, 16),
            (83, 9),
            (84, 15),
            (300, 220),
            (100, 30),
        ] {
            desk.tell(Msg::Resize(Size { width, height }));
            assert_eq!(
                cells_of(&desk).area,
                Rect::new(0, 0, width, height),
                "{keys}"
            );
        }
    }
}

/// Numbers that look random and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

#[test]
fn row_18_the_mouse_acts_inside_of_its_areas_and_nowhere_else() {
    let mut random = Random(18);
    let (mut inside, mut outside) = (0, 0);
    for keys in ["g g", "g g enter j", "/ \"mar\"", "f", "g g e", "?"] {
        for (width, height) in [(100, 30), (60, 16), (40, 12), (20, 5), (3, 3), (0, 0)] {
            let mut desk = Desk::new(width, height, CARDS);
            desk.press(keys);
            for _ in 0..drawn(3_000) {
                let session = &desk.app.session;
                let areas = Areas::split(session.size);
                let (panes, why) = desk.app.pages.contacts.panes(session);
                let all = [panes.list, panes.detail, areas.filter, why, areas.hints];
                let area = all[random.below(all.len())];
                // On the edge, one past it, and far away.
                let edge = |from: u16, to: u16, random: &mut Random| {
                    let places = [
                        from.wrapping_sub(1),
                        from,
                        to.wrapping_sub(1),
                        to,
                        u16::MAX,
                        0,
                    ];
                    places[random.below(places.len())]
                };
                let column = edge(area.x, area.right(), &mut random);
                let row = edge(area.y, area.bottom(), &mut random);
                let acts = [MouseKind::Click, MouseKind::WheelUp, MouseKind::WheelDown];
                let kind = acts[random.below(acts.len())];
                let at = Position { x: column, y: row };
                let live = desk.app.pages.is_bare()
                    && [panes.list, panes.detail, areas.filter]
                        .iter()
                        .any(|area| area.contains(at));
                let before = desk.app.clone();
                let effects = desk.app.update(Msg::Mouse(Mouse { column, row, kind }));
                if live {
                    inside += 1;
                } else {
                    outside += 1;
                    assert!(effects.is_empty(), "{keys}: {at:?} of {width}x{height}");
                    assert_eq!(desk.app, before, "{keys}: {at:?} of {width}x{height}");
                }
                desk.run(effects);
                assert!(
                    desk.app.pages.contacts.list.cursor <= desk.app.pages.contacts.list.known()
                );
            }
            cells_of(&desk);
        }
    }
    assert!(inside > 300 && outside > 1000, "{inside} {outside}");
}

#[test]
fn row_18_a_click_goes_to_the_row_under_it_and_the_one_below_the_last_to_none() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("g g");
    let list = desk.app.pages.contacts.panes(&desk.app.session).0.list;
    let click = |desk: &mut Desk, row| {
        let kind = MouseKind::Click;
        let column = list.right() - 1;
        desk.tell(Msg::Mouse(Mouse { column, row, kind }));
        desk.app.pages.contacts.list.cursor
    };
    assert_eq!(click(&mut desk, list.y + 2), 2);
    assert_eq!(click(&mut desk, list.y + 4), 2, "there are four");
    assert_eq!(click(&mut desk, list.y + 3), 3);
    assert_eq!(desk.app.pages.contacts.focus, Focus::List);
}

#[test]
fn row_24_and_25_no_name_moves_a_column_turns_a_line_or_acts_on_the_terminal() {
    let names = [
        "Marco Bianchi",
        "יוסי כהן",
        "أحمد حداد",
        "Bob \u{202e}evil\u{202c}",
        "\u{2067}isolated\u{2069}",
        "a\u{200f}b\u{61c}c",
        "Eve \u{1b}]52;c;aGk=\u{7}\u{9b}31m",
        "Zoe\u{200b}\u{feff}",
    ];
    let mut desk = Desk::new(100, 30, &cards_of(&names));
    assert_eq!(desk.app.pages.contacts.list.known(), names.len());
    let columns = number_columns(&desk);
    assert!(
        columns.iter().all(|column| *column == columns[0]),
        "{columns:?}"
    );
    for keys in SCREENS {
        desk.press(keys);
        for _ in 0..names.len() {
            let (bytes, cells) = written(&desk, &UNICODE);
            let harmful = |sign: char| {
                sign.is_control()
                    || matches!(sign, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
                        | '\u{200e}' | '\u{200f}' | '\u{61c}')
            };
            for cell in &cells.content {
                assert!(
                    !cell.symbol().contains(harmful),
                    "{keys}: {:?}",
                    cell.symbol()
                );
            }
            // What goes out begins no sequence but those that place and colour.
            let text = String::from_utf8(bytes).unwrap();
            for part in text.split('\u{1b}').skip(1) {
                let mut signs = part.strip_prefix('[').unwrap_or("?").chars();
                let end = signs.find(|sign| ('@'..='~').contains(sign));
                assert!(matches!(end, Some('H' | 'm' | 'l' | 'h' | 'J')), "{part:?}");
            }
            desk.press("down");
        }
        desk = Desk::new(100, 30, &cards_of(&names));
    }
}

#[test]
fn row_26_no_key_begins_with_esc_or_needs_alt() {
    for binding in TABLE {
        let keys = binding.keys;
        assert!(
            keys.iter().all(|key| !key.starts_with("esc ")),
            "{binding:?}"
        );
        assert!(
            keys.is_empty() || keys.iter().any(|key| !key.contains("alt-")),
            "{binding:?} needs alt"
        );
    }
    // Esc is done at once: no longer key waits for what may follow.
    for scope in Scope::ALL {
        let found = Keymap::default().lookup(&[scope], &[], Key::plain(Code::Esc));
        assert_ne!(found, Lookup::Pending, "{scope:?}");
    }
}

#[test]
fn row_29_a_letter_of_another_layout_acts_as_the_key_in_its_place() {
    let layouts = [
        // Where j k a e d u q G stand.
        ("Russian", ["о", "л", "ф", "у", "в", "г", "й", "П"]),
        ("Greek", ["ξ", "κ", "α", "ε", "δ", "θ", "", "Γ"]),
    ];
    for (name, [j, k, a, e, d, u, q, last]) in layouts {
        let mut desk = Desk::new(100, 30, CARDS);
        desk.press("g g");
        desk.press(&format!("{j} {j} {k}"));
        assert_eq!(desk.app.pages.contacts.list.cursor, 1, "{name}");
        desk.press(last);
        assert_eq!(desk.app.pages.contacts.list.cursor, 3, "{name}");
        desk.press(d);
        assert_eq!(
            desk.app.pages.contacts.list.known(),
            3,
            "{name}: {}",
            desk.toast()
        );
        desk.press(u);
        assert_eq!(
            desk.app.pages.contacts.list.known(),
            4,
            "{name}: {}",
            desk.toast()
        );
        desk.press(e);
        assert!(desk.top::<ContactForm>().is_some());
        desk.press("esc");
        desk.press(a);
        // In a text it is the letter that it is.
        desk.press(&format!("{j} {d}"));
        let Some(form) = desk.top::<ContactForm>() else {
            panic!("{name}: {}", desk.toast())
        };
        assert_eq!(form.texts[0].text(), format!("{j}{d}"));
        desk.press("esc y");
        assert!(desk.app.pages.is_bare(), "{name}");
        if !q.is_empty() {
            desk.press(q);
            assert!(desk.effects.contains(&Effect::Quit), "{name}");
        }
    }
    // Prefixes too, and what is no key is told as it was typed.
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("G п п");
    assert_eq!(desk.app.pages.contacts.list.cursor, 0);
    desk.press("ж");
    assert!(
        desk.toast().starts_with("ж has no effect"),
        "{}",
        desk.toast()
    );
}

#[test]
fn row_31_answers_in_any_order_leave_what_was_asked_last() {
    let typed = ["b", "i", "a", "backspace", "backspace", "backspace", "ø"];
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("g g /");
    let mut asked = Vec::new();
    let mut told = Vec::new();
    for key in typed {
        let effects = desk.app.update(Msg::Key(key.parse().unwrap()));
        for effect in effects {
            if let Effect::Ask(ticket, request) = effect {
                told.push((ticket, desk.answer(request.clone())));
                asked.push(request);
            }
        }
    }
    assert!(asked.len() >= typed.len(), "{asked:?}");
    let before = desk.app.clone();
    let last = |desk: &mut Desk, order: &[usize]| {
        desk.app = before.clone();
        for at in order {
            let (ticket, reply) = told[*at].clone();
            // What an answer asks in turn is answered at once.
            desk.tell(Msg::Store(ticket, reply));
        }
        let names: Vec<String> = desk
            .app
            .pages
            .contacts
            .list
            .window
            .rows
            .iter()
            .map(|row| row.name.clone())
            .collect();
        (names, desk.app.pages.contacts.list.total)
    };
    let all: Vec<usize> = (0..told.len()).collect();
    let wanted = last(&mut desk, &all);
    // Whoever has an o, and not only those with a b, who were asked for before.
    assert_eq!(
        (wanted.0[0].as_str(), wanted.1),
        ("Martin Ødegård", Some(3))
    );
    let mut random = Random(31);
    for round in 0..drawn(2_000) {
        let mut order = all.clone();
        if round == 0 {
            order.reverse();
        } else {
            for at in (1..order.len()).rev() {
                order.swap(at, random.below(at + 1));
            }
        }
        assert_eq!(last(&mut desk, &order), wanted, "{order:?}");
    }
}

/// All that a person has, as undo has to bring it back: without stamps, with who counts as twice, and
/// with what is in the bin.
fn all_there_is(desk: &Desk) -> Vec<String> {
    let mut all = Vec::new();
    let shown = Selection::Shown(ListQuery::default());
    let stores = &desk.book.store;
    stores
        .each(&shown, &mut |ContactWithCard { mut full, .. }| {
            full.contact.updated_in_db_at = Timestamp::default();
            full.contact.updated_at = Timestamp::default();
            all.push(format!("{:?}", full.contact));
            for phone in &mut full.phones {
                phone.updated_in_db_at = Timestamp::default();
                all.push(format!("{phone:?}"));
            }
            Ok(())
        })
        .unwrap();
    all.push(format!("{} groups", stores.duplicates().unwrap().len()));
    all.sort();
    all
}

/// The scopes in which something is written, and the keys that lead there.
fn on_the_way(scope: Scope) -> Option<(Desk, Vec<Scope>)> {
    let mut desk = Desk::new(100, 30, CARDS);
    match scope {
        Scope::Contacts => desk.press("g g down"),
        Scope::Numbers => desk.press("g g down enter j"),
        Scope::Fix => desk.press("f l"),
        Scope::NumberForm => desk.press("g g enter e ^U \"02_5550_2222\""),
        Scope::ContactForm => desk.press("g g e \"_X\""),
        Scope::Conflict => {
            desk.press("g g enter e ^U \"02_5550_2222\"");
            let id = desk.app.pages.contacts.detail.phone().unwrap().id;
            desk.book
                .set(id, serde_json::json!({"number": "+39 02 5550 1111"}));
            desk.press("enter m");
        }
        Scope::Import => {
            let file = desk.book.path.with_file_name("new.vcf");
            std::fs::write(&file, cards_of(&["Aylin Demir"])).unwrap();
            desk.press("i");
            desk.tell(Msg::Paste(file.display().to_string()));
            desk.press("enter");
        }
        Scope::Preview => desk.press("m \"label:other\" enter"),
        Scope::Duplicates => desk.press("D"),
        Scope::History => desk.press("g g down v H"),
        Scope::Bin => desk.press("g g d s b"),
        _ => return None,
    }
    let scopes = desk.app.scopes();
    assert_eq!(scopes.first(), Some(&scope), "{}", desk.toast());
    Some((desk, scopes))
}

#[test]
fn row_32_every_key_that_writes_is_taken_back_by_one_undo() {
    let mut writes = BTreeSet::new();
    for scope in Scope::ALL {
        let Some((mut desk, scopes)) = on_the_way(scope) else {
            continue;
        };
        let (mut before, mut model) = (all_there_is(&desk), desk.app.clone());
        for binding in TABLE {
            if !scopes.contains(&binding.scope) || binding.keys.is_empty() {
                continue;
            }
            // They are what takes back.
            if matches!(binding.action, Action::Undo | Action::Redo) {
                continue;
            }
            desk.press(binding.keys[0]);
            let after = all_there_is(&desk);
            if after == before {
                desk.app = model.clone();
                continue;
            }
            writes.insert(format!("{scope:?} {}", binding.keys[0]));
            let turn = |desk: &mut Desk, action| {
                let mut effects = Vec::new();
                desk.app.perform(action, &mut effects);
                desk.run(effects);
            };
            // What was an undo itself is taken back by a redo.
            let (back, again) = if binding.action == Action::UndoStep {
                (Action::Redo, Action::Undo)
            } else {
                (Action::Undo, Action::Redo)
            };
            turn(&mut desk, back);
            assert_eq!(all_there_is(&desk), before, "{scope:?} {binding:?}");
            turn(&mut desk, again);
            assert_eq!(all_there_is(&desk), after, "{scope:?} {binding:?}");
            (desk, _) = on_the_way(scope).unwrap();
            (before, model) = (all_there_is(&desk), desk.app.clone());
        }
    }
    let expected = [
        "Bin enter",
        "Conflict enter",
        "ContactForm ^S",
        "Contacts *",
        "Contacts d",
        "Contacts v",
        "Duplicates enter",
        "Duplicates n",
        "Fix d",
        "Fix enter",
        "Fix p",
        "Fix r",
        "Fix v",
        "History x",
        "Import ^S",
        "Import enter",
        "NumberForm enter",
        "Numbers *",
        "Numbers d",
        "Numbers p",
        "Numbers r",
        "Numbers v",
        "Preview enter",
    ];
    assert_eq!(writes, expected.map(str::to_owned).into());
}

#[test]
fn row_32_what_undo_cannot_take_back_is_asked_first_and_not_by_the_same_key() {
    for (scope, keys, question) in [
        (Scope::Bin, "X", Question::EmptyBin),
        (Scope::Conflict, "O", Question::Overwrite),
        (Scope::ContactForm, "esc", Question::LeaveForm),
        (Scope::NumberForm, "esc", Question::LeaveForm),
    ] {
        let (mut desk, _) = on_the_way(scope).unwrap();
        let steps = |desk: &Desk| desk.book.store.steps(None, 100).unwrap().len();
        let (before, deep) = (all_there_is(&desk), desk.app.pages.above().count());
        let bin = desk.book.store.bin(9).unwrap().len();
        let told = steps(&desk);
        desk.press(keys);
        assert_eq!(desk.top(), Some(&question));
        desk.press(keys);
        assert_eq!(all_there_is(&desk), before, "{scope:?}");
        assert_eq!(steps(&desk), told, "{scope:?}");
        assert_eq!(desk.book.store.bin(9).unwrap().len(), bin);
        assert!(
            desk.app.pages.above().count() >= deep,
            "{scope:?}: the form is still there"
        );
    }
}

#[test]
fn row_33_help_runs_what_it_shows() {
    // The line of the help with the cursor on it is run by Enter, as its own key would.
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("G ? \"first\"");
    desk.press("enter");
    assert_eq!(desk.app.pages.contacts.list.cursor, 0, "{}", desk.toast());
    // And every key that a footer shows is one that does something there.
    for keys in SCREENS {
        let mut desk = Desk::new(100, 30, CARDS);
        desk.press(keys);
        let scopes = desk.app.scopes();
        for (key, binding) in desk.app.session.keymap.hints(scopes[0]) {
            let written: Vec<Key> = key.split(' ').map(|key| key.parse().unwrap()).collect();
            let (last, waiting) = written.split_last().unwrap();
            assert_eq!(
                desk.app.session.keymap.lookup(&scopes, waiting, *last),
                Lookup::Hit(binding.action),
                "{keys}: {key}"
            );
        }
    }
}

#[test]
fn row_34_ctrl_c_goes_back_a_step_and_quits_only_when_pressed_twice_on_a_clean_list() {
    let quits = |desk: &Desk| desk.effects.contains(&Effect::Quit);
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("g g ^C");
    assert!(!quits(&desk) && desk.toast().contains("^C again"));
    desk.press("j ^C");
    assert!(!quits(&desk), "another key came between");
    desk.press("^C");
    assert!(quits(&desk));

    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("space / \"mar\" : ^C");
    assert!(desk.app.pages.is_bare(), "a popup first");
    desk.press("^C ^C");
    assert!(
        desk.app.pages.contacts.list.marks.is_empty()
            && desk.app.pages.contacts.list.filter.text().is_empty()
    );
    assert!(!quits(&desk), "{}", desk.toast());

    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("a \"Ada\" ^C");
    assert_eq!(desk.top(), Some(&Question::LeaveForm));
    desk.press("^C ^C ^C");
    assert!(!quits(&desk), "what was typed is not left by habit");
    assert!(
        desk.app
            .pages
            .above()
            .any(|page| page.as_page::<ContactForm>().is_some())
    );
}

/// Ends the program and starts it again: what is typed goes through a file as it does there.
fn ended_and_started(desk: &mut Desk) {
    let draft = Draft::unsaved(&desk.app).unwrap();
    let text = serde_json::to_string(&draft).unwrap();
    let draft: Draft = serde_json::from_str(&text).unwrap();
    assert!(draft.is_whole());
    let size = desk.app.session.size;
    desk.app = App::new(size, Keymap::default(), None, String::new());
    let mut effects = desk.app.start(&View::default());
    bring_back(&mut desk.app, draft, &mut effects);
    desk.run(effects);
}

#[test]
fn row_32_forms_over_forms_come_back_as_they_were_typed() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("g g down e \"_the_first\" shift-tab shift-tab \"a\" enter \"b\" shift-tab shift-tab up up up up up enter ^U \"347_1\"");
    let typed: Vec<AnyPage> = desk.app.pages.above().cloned().collect();
    assert_eq!(typed.len(), 2);
    let edit = |model: &App| {
        let pages: Vec<&AnyPage> = model.pages.above().collect();
        let contact = pages[0].as_page::<ContactForm>().unwrap();
        let number = pages[1].as_page::<PhoneForm>().unwrap();
        (
            contact.edit(),
            number.attributes(),
            contact.texts.last().unwrap().text().to_owned(),
        )
    };
    let before = edit(&desk.app);
    assert!(before.2.ends_with("a\nb"), "{}", before.2);
    ended_and_started(&mut desk);
    assert_eq!(edit(&desk.app), before);
    assert!(desk.toast().contains("is back"), "{}", desk.toast());
    desk.press("enter ^S");
    assert!(desk.toast().starts_with("Changed"), "{}", desk.toast());
    assert_eq!(Draft::unsaved(&desk.app), None);
    // What nobody typed into is no draft.
    desk.press("e");
    assert_eq!(Draft::unsaved(&desk.app), None);
}

#[test]
fn row_32_a_draft_of_a_number_that_was_deleted_says_so_and_adds_it_anew() {
    for (keys, save) in [
        ("g g down enter j e ^U \"347_555_0199\"", "enter"),
        (
            "g g down e tab tab tab tab enter ^U \"347_555_0199\"",
            "enter ^S",
        ),
    ] {
        let mut desk = Desk::new(100, 30, CARDS);
        desk.press(keys);
        let Some(form) = desk.top::<PhoneForm>() else {
            panic!("{keys}: {:?}", desk.app.pages.last())
        };
        let phone = form.stored.clone().unwrap();
        let deleted = desk.book.store.delete_phone(phone.id, None);
        deleted.unwrap();
        ended_and_started(&mut desk);
        assert!(
            desk.toast().contains("a number was deleted elsewhere"),
            "{keys}: {}",
            desk.toast()
        );
        desk.press(save);
        let numbers: Vec<String> = desk
            .book
            .phones(phone.contact)
            .into_iter()
            .map(|phone| phone.number)
            .collect();
        assert!(
            numbers.iter().any(|number| number.ends_with("3475550199")),
            "{keys}: {numbers:?} {}",
            desk.toast()
        );
        assert!(!numbers.contains(&phone.number), "{keys}: {numbers:?}");
    }
}
