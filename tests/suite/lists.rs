//! How one moves and marks in lists: counts before keys of movement, marks, ranges, clicks.

use callbook::domain::contact::ContactId;
use callbook::tui::pages::contacts::Focus;
use callbook::tui::pages::history::History;
use callbook::tui::pages::prompt::Prompt;
use callbook::tui::pages::question::Question;
use callbook::tui::protocol::{Effect, Mouse, MouseKind, Msg, Reply, Ticket};

use crate::support::desk::Desk;

/// So many contacts, `Nr 001` and on, each with a number.
fn crowd(count: usize) -> String {
    let card = |at| {
        format!(
            "BEGIN:VCARD\nVERSION:3.0\nUID:{at}\nFN:Nr {at:03}\nTEL:+39 02 5550 {at:04}\nEND:VCARD\n"
        )
    };
    (1..=count).map(card).collect()
}

fn cursor(desk: &Desk) -> usize {
    desk.app.pages.contacts.list.cursor
}

/// The last row of the screen: the pending keys, or the hints.
fn last_row(desk: &Desk) -> String {
    let frame = desk.frame();
    frame.lines().last().unwrap_or_default().to_owned()
}

#[test]
fn a_count_goes_before_every_key_of_movement() {
    let mut desk = Desk::new(100, 30, &crowd(200));
    desk.press("g g");
    // 26 rows are seen at this size.
    let page = desk
        .app
        .pages
        .contacts
        .panes(&desk.app.session)
        .0
        .list
        .height;
    let page = usize::from(page);
    for (keys, place) in [
        ("5 j", 5),
        ("1 0 down", 15),
        ("3 k", 12),
        ("2 up", 10),
        ("2 ^D", 10 + 2 * page),
        ("1 ^U", 10 + page),
        ("1 pageup", 10),
        ("4 0 G", 39),
        ("7 g g", 6),
        ("1 end", 0),
        ("9 9 home", 98),
        // Beyond the end there is only the end.
        ("9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 j", 199),
        ("9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 ^U", 0),
        (
            "9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 pagedown",
            199,
        ),
        ("9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 k", 0),
        ("9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 G", 199),
        // Without a count all is as it was.
        ("g g", 0),
        ("j", 1),
        ("G", 199),
    ] {
        desk.press(keys);
        assert_eq!(cursor(&desk), place, "{keys}");
        assert_eq!(desk.app.count, None, "{keys}");
    }
}

#[test]
fn a_count_is_shown_while_it_waits_and_esc_takes_it_back() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, &crowd(40));
        desk.press("g g space 1 2");
        assert!(last_row(&desk).contains("12-"), "{}", desk.frame());
        assert!(last_row(&desk).contains("esc cancel"), "{}", desk.frame());
        desk.press("g");
        assert!(last_row(&desk).contains("12 g-"), "{}", desk.frame());
        desk.press("esc");
        assert!(!last_row(&desk).contains('-'), "{}", desk.frame());
        desk.press("j");
        assert_eq!(cursor(&desk), 2, "the count has gone");
        desk.press("3 ^C j");
        assert_eq!(cursor(&desk), 3);
        // What else esc takes back is still there.
        assert_eq!(desk.app.pages.contacts.list.marks.len(), 1);
    }
}

#[test]
fn a_count_before_another_key_does_nothing_and_says_so() {
    let mut desk = Desk::new(100, 30, &crowd(9));
    desk.press("g g 5 d");
    assert!(
        desk.toast().contains("a count is for movement"),
        "{}",
        desk.toast()
    );
    assert!(desk.toast().contains("5j"), "{}", desk.toast());
    assert_eq!(desk.names().len(), 9);
    desk.press("5 K");
    assert_eq!(desk.toast(), "5 K has no effect here; ? shows all keys");
    // A nought counts nothing.
    desk.press("0");
    assert_eq!(desk.toast(), "0 has no effect here; ? shows all keys");
    desk.press("j");
    assert_eq!(cursor(&desk), 1);
}

#[test]
fn digits_stay_digits_in_texts_and_where_they_are_keys() {
    let mut desk = Desk::new(100, 30, &crowd(40));
    desk.press("/ \"00\" tab");
    assert_eq!(desk.app.pages.contacts.list.filter.text(), "00");
    desk.press("esc s k \"627\"");
    assert_eq!(desk.app.pages.contacts.list.filter.text(), "627");
    desk.press("esc esc a \"R2\" tab tab \"12\"");
    assert!(desk.frame().contains("R2"), "{}", desk.frame());
    assert_eq!(desk.app.count, None);
    // In a contact a digit goes to the number of that place at once.
    let two =
        "BEGIN:VCARD\nVERSION:3.0\nFN:Ada\nTEL:+39 02 5550 1182\nTEL:+39 02 5550 1183\nEND:VCARD\n";
    let mut desk = Desk::new(100, 30, two);
    desk.press("enter 2");
    assert_eq!(desk.app.pages.contacts.detail.cursor, 1);
    assert_eq!(desk.app.count, None);
    desk.press("esc / \"5\" : ");
    assert_eq!(desk.app.pages.contacts.list.filter.text(), "5:");
}

#[test]
fn counts_move_in_the_other_lists_too() {
    let mut desk = Desk::new(100, 30, "");
    for name in ["Ada", "Ben", "Cyd", "Dee", "Eve", "Flo"] {
        desk.press("a");
        desk.press(&format!("\"{name}\" ^S"));
    }
    desk.press("s l");
    let at = |desk: &Desk| desk.top::<History>().map(|page| page.cursor);
    desk.press("3 j");
    assert_eq!(at(&desk), Some(3), "{}", desk.frame());
    desk.press("2 k");
    assert_eq!(at(&desk), Some(1));
    desk.press("5 G");
    assert_eq!(at(&desk), Some(4));
    desk.press("9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 j");
    assert_eq!(at(&desk), Some(5));
    desk.press("9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 9 ^U");
    assert_eq!(at(&desk), Some(0));
}

/// The names of the contacts that are marked.
fn marked(desk: &Desk) -> Vec<String> {
    let marks = &desk.app.pages.contacts.list.marks;
    let ids: Vec<ContactId> = marks.keys().copied().collect();
    let people = desk.book.store.people(&ids).unwrap();
    let mut names: Vec<String> = people.into_iter().map(|one| one.contact.name).collect();
    names.sort();
    names
}

fn numbered(numbers: impl IntoIterator<Item = usize>) -> Vec<String> {
    numbers
        .into_iter()
        .map(|at| format!("Nr {at:03}"))
        .collect()
}

/// The rows of the list that have a mark, and those that the line of an open range goes along.
fn shown_marks(desk: &Desk) -> (usize, usize) {
    let frame = desk.frame();
    let rows: Vec<&str> = frame.lines().filter(|row| row.contains("Nr ")).collect();
    let with = |sign: char| {
        let head = |row: &&&str| row.chars().skip(1).take(3).any(|one| one == sign);
        rows.iter().filter(head).count()
    };
    (with('●'), with('▏'))
}

#[test]
fn a_range_is_marked_from_where_it_began_to_the_cursor() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, &crowd(40));
        desk.press("g g j V");
        assert_eq!(marked(&desk), numbered([2]));
        desk.press("2 j");
        assert_eq!(marked(&desk), numbered(2..=4));
        // The cursor is on one of the three rows.
        assert_eq!(shown_marks(&desk), (3, 2), "{}", desk.frame());
        assert!(desk.frame().contains("range: 3 marked"), "{}", desk.frame());
        desk.press("k");
        assert_eq!(marked(&desk), numbered(2..=3), "it becomes smaller too");
        desk.press("g g");
        assert_eq!(marked(&desk), numbered(1..=2), "and turns round");
        desk.press("V");
        assert_eq!(shown_marks(&desk), (2, 0), "{}", desk.frame());
        assert!(!desk.frame().contains("range"), "{}", desk.frame());
        desk.press("5 j");
        assert_eq!(marked(&desk), numbered(1..=2), "it has ended");
        // A second one adds to the first; esc ends it, and takes the marks away only after that.
        desk.press("V j esc");
        assert_eq!(marked(&desk), numbered([1, 2, 6, 7]));
        assert!(desk.frame().contains("4 marked"), "{}", desk.frame());
        desk.press("esc");
        assert_eq!(marked(&desk), numbered([]));
    }
}

#[test]
fn a_range_goes_over_rows_that_are_not_loaded() {
    let mut desk = Desk::new(80, 24, &crowd(500));
    desk.press("g g 2 j V G");
    assert_eq!(marked(&desk), numbered(3..=500));
    desk.press("1 0 0 k");
    assert_eq!(marked(&desk), numbered(3..=400));
    desk.press("V d");
    let left = desk.book.store.totals().unwrap().contacts;
    assert_eq!(left, 102, "{}", desk.frame());
    desk.press("u");
    // Nothing is done with marks before all of them are there.
    desk.press("g g");
    desk.hold();
    desk.press("V G V d");
    assert_eq!(desk.toast(), "still loading the marked contacts");
    desk.let_all_go();
    assert_eq!(marked(&desk), numbered(1..=500));
    desk.press("d");
    desk.let_all_go();
    assert!(desk.frame().contains("No contacts yet"), "{}", desk.frame());
}

#[test]
fn any_other_key_ends_the_range_and_acts_on_its_marks() {
    let mut desk = Desk::new(100, 30, &crowd(20));
    desk.press("g g V 2 j d");
    assert_eq!(desk.names().len(), 17);
    assert!(desk.toast().contains('3'), "{}", desk.toast());
    desk.press("j");
    assert_eq!(marked(&desk), numbered([]));
    desk.press("u g g V j / \"00\" tab");
    assert_eq!(marked(&desk), numbered(1..=2), "a filter ends it too");
    desk.press("j j");
    assert_eq!(marked(&desk), numbered(1..=2));
}

#[test]
fn all_that_is_shown_is_marked_and_the_marks_taken_away_again() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, &crowd(300));
        desk.press("g g M");
        assert_eq!(marked(&desk), numbered(1..=300));
        assert!(desk.frame().contains("300 marked"), "{}", desk.frame());
        desk.press("M");
        assert_eq!(marked(&desk), numbered([]));
        desk.press("space / \"29\" tab M");
        let query = desk.app.pages.contacts.list.query.clone();
        let rows = desk.book.store.rows(&query, 0, 300).unwrap().rows;
        let mut found: Vec<String> = rows.into_iter().map(|row| row.name).collect();
        assert!((2..30).contains(&found.len()), "{found:?}");
        found.extend(numbered([1]));
        found.sort();
        assert_eq!(marked(&desk), found);
        // Of a list that is marked in part, the rest is marked.
        desk.press("g g space M");
        assert_eq!(marked(&desk), found);
        desk.press("M");
        assert_eq!(
            marked(&desk),
            numbered([1]),
            "what is not shown stays marked"
        );
    }
}

#[test]
fn marking_all_twice_before_the_answer_marks_nothing() {
    let mut desk = Desk::new(100, 30, &crowd(30));
    desk.hold();
    desk.press("M M");
    desk.let_all_go();
    assert_eq!(marked(&desk), numbered([]));
    desk.press("M d");
    assert_eq!(desk.toast(), "still loading the marked contacts");
    desk.let_all_go();
    assert_eq!(marked(&desk).len(), 30);
}

#[test]
fn what_is_marked_stays_while_another_program_changes_the_list() {
    let mut desk = Desk::new(100, 30, &crowd(30));
    desk.press("g g V 3 j");
    let before = marked(&desk);
    let file = callbook::import::File::open(
        "BEGIN:VCARD\nVERSION:3.0\nFN:Aaa\nEND:VCARD\n".as_bytes(),
        "a.vcf",
        &[],
    );
    callbook::import::all(&mut desk.book.store, file.unwrap()).unwrap();
    desk.tell(Msg::Store(Ticket::default(), Reply::ChangedElsewhere));
    assert_eq!(desk.names()[0], "Aaa");
    assert_eq!(marked(&desk), before);
    // The rows are others now: the range has ended.
    desk.press("j");
    assert_eq!(marked(&desk), before);
}

#[test]
fn without_marks_the_contact_under_the_cursor_is_exported() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, &crowd(3));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("one.vcf");
        desk.press("g g j x m");
        assert!(desk.frame().contains("Nr 002;"), "{}", desk.frame());
        desk.press("^U");
        desk.paste(&file.display().to_string());
        desk.press("enter");
        let cards = std::fs::read_to_string(&file).unwrap();
        assert_eq!(cards.matches("BEGIN:VCARD").count(), 1);
        assert!(cards.contains("Nr 002"), "{cards}");
    }
}

#[test]
fn an_existing_file_is_replaced_after_a_question() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, &crowd(3));
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("one.vcf");
        std::fs::write(&file, "theirs").unwrap();
        desk.press("x v ^U");
        desk.paste(&file.display().to_string());
        desk.press("enter");
        let path = file.display().to_string();
        assert_eq!(desk.top(), Some(&Question::ReplaceFile(path)));
        assert!(desk.frame().contains("y yes"), "{}", desk.frame());
        // Neither the key that asked nor any other answers it.
        desk.press("enter space n");
        assert_eq!(std::fs::read(&file).unwrap(), b"theirs");
        assert!(desk.top::<Prompt>().is_some(), "the path can be changed");
        desk.press("enter y");
        let cards = std::fs::read_to_string(&file).unwrap();
        assert_eq!(cards.matches("BEGIN:VCARD").count(), 3);
        assert!(desk.toast().contains("3 contacts to"), "{}", desk.toast());
        assert!(desk.app.pages.is_bare());
        let left = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(left, 1, "nothing unfinished stays beside it");
    }
}

#[test]
fn what_is_no_file_is_never_replaced() {
    let mut desk = Desk::new(100, 30, &crowd(3));
    let folder = tempfile::tempdir().unwrap();
    desk.press("x v ^U");
    desk.paste(&folder.path().display().to_string());
    desk.press("enter");
    assert!(desk.frame().contains("it is a folder"), "{}", desk.frame());
    desk.press("^U");
    let book = desk.book.path.display().to_string();
    desk.paste(&book);
    desk.press("enter");
    assert!(desk.frame().contains("the book itself"), "{}", desk.frame());
    assert!(desk.top::<Prompt>().is_some());
}

#[test]
fn a_narrow_row_shows_the_heart_the_dot_and_the_mark_of_the_number() {
    let cards = "BEGIN:VCARD\nVERSION:3.0\nFN:Ada\nTEL:+39 12\nEND:VCARD\n";
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, cards);
        desk.press("* space");
        let frame = desk.frame();
        let row = frame.lines().find(|row| row.contains("Ada")).unwrap();
        let row = row.split('│').next().unwrap();
        for sign in ["♥", "●", "!"] {
            assert!(row.contains(sign), "{sign}: {frame}");
        }
    }
}

#[test]
fn after_a_merge_the_cursor_is_on_the_contact_that_was_kept() {
    let cards = "BEGIN:VCARD\nVERSION:3.0\nFN:Aaa\nTEL:+39 02 5550 1182\nEND:VCARD\n\
        BEGIN:VCARD\nVERSION:3.0\nFN:Bbb\nTEL:+39 02 5550 1183\nEND:VCARD\n\
        BEGIN:VCARD\nVERSION:3.0\nFN:Zzz\nORG:Zed\nTEL:+39 02 5550 1184\nTEL:+39 02 5550 1185\nNOTE:x\nEND:VCARD\n";
    let mut desk = Desk::new(100, 30, cards);
    desk.press("g g space G space g g D enter");
    assert_eq!(desk.names(), ["Bbb", "Zzz"], "{}", desk.frame());
    assert_eq!(desk.shown().contact.name, "Zzz", "{}", desk.frame());
    assert_eq!(cursor(&desk), 1);
}

/// Three numbers, with more to say than a low pane has lines.
const THREE: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Marco Bianchi\nORG:Officina\n\
TEL;TYPE=WORK:+39 02 5550 1182\nTEL;TYPE=CELL:+39 347 555 0164\nTEL;TYPE=HOME:+39 12\n\
NOTE:one\\ntwo\\nthree\\nfour\\nfive\\nsix\\nseven\\neight\\nnine\\nten\nEND:VCARD\n";

/// The row and the column of a text on the screen.
fn place_of(desk: &Desk, text: &str) -> (u16, u16) {
    let frame = desk.frame();
    let mut rows = frame.lines().enumerate();
    let found = rows.find_map(|(row, line)| {
        // A frame is written between quotes.
        let column = line.strip_prefix('"').unwrap_or(line).find(text)?;
        let column = line.strip_prefix('"').unwrap_or(line)[..column]
            .chars()
            .count();
        Some((u16::try_from(row).unwrap(), u16::try_from(column).unwrap()))
    });
    found.unwrap_or_else(|| panic!("{text} in {frame}"))
}

fn point(desk: &mut Desk, text: &str, kind: MouseKind) {
    let (row, column) = place_of(desk, text);
    desk.tell(Msg::Mouse(Mouse { column, row, kind }));
}

fn on_number(desk: &Desk) -> Option<String> {
    let detail = &desk.app.pages.contacts.detail;
    detail.phone().map(|phone| phone.number.clone())
}

#[test]
fn a_click_selects_a_row_of_the_contact_as_keys_do() {
    for (width, height) in [(140, 40), (100, 30), (80, 24), (40, 30)] {
        let mut desk = Desk::new(width, height, THREE);
        desk.press("g g");
        if width < 84 {
            desk.press("enter");
        }
        point(&mut desk, "+39 347 555 0164", MouseKind::Click);
        assert_eq!(desk.app.pages.contacts.focus, Focus::Detail);
        assert_eq!(on_number(&desk).as_deref(), Some("+393475550164"));
        let frame = desk.frame();
        // The number unfolds, and a click into what is unfolded is one on it.
        point(&mut desk, "added", MouseKind::Click);
        assert_eq!(
            on_number(&desk).as_deref(),
            Some("+393475550164"),
            "{frame}"
        );
        point(&mut desk, "+39 12", MouseKind::Click);
        assert_eq!(on_number(&desk).as_deref(), Some("+39 12"), "{frame}");
        desk.press("y");
        let copied = Effect::Copy("+39 12".to_owned());
        assert!(desk.effects.contains(&copied), "its keys act on it");
        point(&mut desk, "Officina", MouseKind::Click);
        assert_eq!(
            on_number(&desk).as_deref(),
            Some("+39 12"),
            "that is no row"
        );
        point(&mut desk, "Bianchi", MouseKind::WheelUp);
        if width < 84 {
            point(&mut desk, "  Marco Bianchi", MouseKind::Click);
            assert!(
                desk.app.pages.contacts.detail.is_on_name(),
                "{}",
                desk.frame()
            );
        }
    }
}

#[test]
fn the_wheel_scrolls_the_contact_and_a_click_is_where_it_is_seen() {
    let mut desk = Desk::new(100, 16, THREE);
    desk.press("g g");
    point(&mut desk, "NUMBERS", MouseKind::WheelDown);
    assert!(!desk.frame().contains("Officina"), "{}", desk.frame());
    point(&mut desk, "+39 12", MouseKind::Click);
    assert_eq!(
        on_number(&desk).as_deref(),
        Some("+39 12"),
        "{}",
        desk.frame()
    );
    point(&mut desk, "+39 12", MouseKind::WheelUp);
    assert!(desk.frame().contains("Officina"), "{}", desk.frame());
    // The wheel moves the list too, and a click on a row of it gives the keys back.
    point(&mut desk, "▏  Marco", MouseKind::Click);
    assert_eq!(
        desk.app.pages.contacts.focus,
        Focus::Detail,
        "clicked again, it is opened"
    );
}

#[test]
fn a_click_on_a_row_of_the_list_moves_the_cursor_there() {
    for (width, height) in [(140, 40), (100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, &crowd(40));
        desk.press("g g");
        point(&mut desk, "+39 02 5550 0004", MouseKind::Click);
        assert_eq!(cursor(&desk), 3);
        point(&mut desk, "+39 02 5550 0004", MouseKind::WheelDown);
        assert_eq!(cursor(&desk), 6);
        point(&mut desk, "+39 02 5550 0004", MouseKind::WheelUp);
        assert_eq!(cursor(&desk), 3);
        point(&mut desk, "+39 02 5550 0004", MouseKind::Click);
        assert_eq!(desk.app.pages.contacts.focus, Focus::Detail);
    }
}

#[test]
fn while_numbers_are_fixed_a_click_selects_a_number_and_the_keys_stay() {
    for (width, height) in [(100, 30), (80, 24), (40, 20)] {
        let mut desk = Desk::new(width, height, THREE);
        desk.press("f");
        point(&mut desk, "+39 12", MouseKind::Click);
        assert_eq!(
            on_number(&desk).as_deref(),
            Some("+39 12"),
            "{}",
            desk.frame()
        );
        assert_eq!(desk.app.pages.contacts.focus, Focus::List);
        point(&mut desk, "+39 347 555 0164", MouseKind::Click);
        assert_eq!(on_number(&desk).as_deref(), Some("+393475550164"));
        desk.press("r");
        assert!(desk.shown().phones.iter().any(|phone| phone.historic));
    }
}

/// From 140 columns on the list has a column for companies; a company that is the contact is not said twice.
#[test]
fn a_wide_list_shows_companies() {
    let cards = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Marco Bianchi\nORG:Officina Bianchi S.r.l.\nTEL:+39 02 5550 1182\nEND:VCARD\n\
        BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:Zeta Werke\nORG:Zeta Werke\nTEL:+39 12\nEND:VCARD\n\
        BEGIN:VCARD\nVERSION:3.0\nUID:3\nFN:Maria da Conceição de Albuquerque\nORG:Associação dos Amigos do Museu Nacional\nTEL:+351 21 555 0199\nEND:VCARD\n\
        BEGIN:VCARD\nVERSION:3.0\nUID:4\nFN:丸山 健\nEND:VCARD\n";
    let mut desk = Desk::new(140, 12, cards);
    desk.press("G");
    insta::assert_snapshot!("list_140x12", desk.frame());
    let pane = |desk: &Desk| -> String {
        let frame = desk.frame();
        let rows = frame
            .lines()
            .map(|row| row.split('│').next().unwrap().to_owned());
        rows.collect::<Vec<_>>().join("\n")
    };
    // It comes and goes with the room for it.
    desk.run_size(139, 12);
    assert!(!pane(&desk).contains("Officina"), "{}", desk.frame());
    desk.run_size(160, 12);
    assert!(pane(&desk).contains("Officina"), "{}", desk.frame());
    // What is found by the company is found in it.
    desk.press("/ \"officina\" tab");
    assert!(pane(&desk).contains("Officina"), "{}", desk.frame());
    desk.press("x v");
    let wide = place_of(&desk, "╮").1 - place_of(&desk, "╭").1;
    desk.run_size(100, 30);
    let narrow = place_of(&desk, "╮").1 - place_of(&desk, "╭").1;
    assert!(wide > narrow, "popups grow: {wide} {narrow}");
}
