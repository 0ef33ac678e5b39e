//! Hints and answers that are true for what the keys are about: a number as it is, an empty list, a contact
//! without numbers, a list in which nothing is marked; and rows that are seen while their keys act.

use callbook::tui::pages::contact_form::ContactForm;
use callbook::tui::pages::contacts::Focus;
use callbook::tui::pages::duplicates::Duplicates;
use callbook::tui::pages::import::Import;
use callbook::tui::pages::phone_form::PhoneForm;
use callbook::tui::protocol::Effect;

use crate::support::desk::Desk;

const TWO: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Marco Bianchi\nORG:Officina\n\
TEL;TYPE=WORK:+39 02 5550 1182\nTEL;TYPE=CELL:+39 347 555 0164\nEMAIL:marco@example.org\nEND:VCARD\n";

const NO_NUMBER: &str = "BEGIN:VCARD\nVERSION:3.0\nFN:Maryam Siddiqui\nEND:VCARD\n";

const SIZES: [(u16, u16); 3] = [(100, 30), (80, 24), (40, 12)];

fn hints(desk: &Desk) -> Vec<String> {
    let page = desk.app.pages.top();
    let hints = page.hints(&desk.app.session).into_iter();
    hints
        .map(|hint| format!("{} {}", hint.key, hint.word))
        .collect()
}

fn has_hint(desk: &Desk, hint: &str) -> bool {
    hints(desk).iter().any(|known| known == hint)
}

/// The number of the row with the cursor, as the screen shows it; none where no number has it.
fn selected(desk: &Desk) -> Option<String> {
    let frame = desk.frame();
    let mut rows = frame.lines().filter_map(|row| row.split_once('▌'));
    rows.find_map(|(_, row)| row.contains('+').then(|| row.to_owned()))
}

fn long_note(numbers: usize) -> String {
    let lines: Vec<String> = (0..60).map(|at| format!("line {at}\\n")).collect();
    let tel: Vec<String> = (0..numbers)
        .map(|at| format!("TEL:+39 02 5550 11{at:02}\n"))
        .collect();
    format!(
        "BEGIN:VCARD\nVERSION:3.0\nFN:Wolf Long\n{}NOTE:{}\nEND:VCARD\n",
        tel.concat(),
        lines.concat()
    )
}

#[test]
fn keys_about_a_number_act_only_while_it_is_seen() {
    for (width, height) in [(100, 30), (80, 24), (40, 12), (100, 16)] {
        for (numbers, motions) in [
            (1, "G"),
            (1, "^D"),
            (1, "^D ^D ^D"),
            (1, "j j j j j j j j j j j j j j j j j j j j"),
            (3, "G"),
            (3, "G G"),
            (3, "G ^U"),
            (30, "^D"),
            (30, "^D ^D"),
            (30, "^D ^D ^D ^D"),
            (30, "G"),
            (30, "G G"),
            (30, "G G ^U ^U"),
            (30, "G G k k k k k k k k k k k k k k k k k k"),
            (30, "^D ^U ^U ^U"),
        ] {
            let mut desk = Desk::new(width, height, &long_note(numbers));
            desk.press("enter");
            desk.press(motions);
            let case = format!("{width}x{height} {numbers} {motions}\n{}", desk.frame());
            let phone = desk.app.pages.contacts.detail.phone().cloned();
            if let Some(phone) = &phone {
                let row = selected(&desk).unwrap_or_else(|| panic!("{case}"));
                assert!(row.contains(&phone.shown()), "{case}");
                assert!(has_hint(&desk, "d delete"), "{case}");
            } else {
                assert!(
                    desk.frame().contains('▌'),
                    "what has the keys is marked: {case}"
                );
                let before = desk.shown().phones;
                desk.press("r");
                assert_eq!(desk.shown().phones, before, "{case}");
                // What is deleted is the note, which has the keys.
                assert!(has_hint(&desk, "d delete"), "{case}");
                desk.press("d");
                assert_eq!(desk.shown().phones, before, "{case}");
                assert_eq!(desk.shown().contact.note, None, "{case}");
            }
        }
    }
}

#[test]
fn a_note_that_was_scrolled_to_gives_the_keys_back_to_its_number() {
    let mut desk = Desk::new(80, 24, &long_note(1));
    desk.press("enter G G");
    assert!(desk.app.pages.contacts.detail.phone().is_none());
    assert!(desk.frame().contains("line 59"), "{}", desk.frame());
    desk.press("g g j");
    assert!(desk.app.pages.contacts.detail.phone().is_some());
    assert!(selected(&desk).is_some(), "{}", desk.frame());
    // Opened again, it is the number.
    desk.press("G G esc enter");
    assert!(desk.app.pages.contacts.detail.phone().is_some());
    assert!(selected(&desk).is_some(), "{}", desk.frame());
}

#[test]
fn hints_say_what_a_key_does_to_the_number_as_it_is() {
    let mut desk = Desk::new(140, 30, TWO);
    desk.press("enter");
    assert!(
        !hints(&desk).iter().any(|hint| hint.starts_with("p ")),
        "{:?}",
        hints(&desk)
    );
    assert!(
        has_hint(&desk, "v unconfirm") && has_hint(&desk, "r historic"),
        "{:?}",
        hints(&desk)
    );
    desk.press("v");
    assert!(has_hint(&desk, "v confirm"), "{:?}", hints(&desk));
    desk.press("j");
    assert!(
        has_hint(&desk, "p primary") && has_hint(&desk, "v confirm"),
        "{:?}",
        hints(&desk)
    );
    desk.press("r");
    assert!(has_hint(&desk, "r in use again"), "{:?}", hints(&desk));
    assert!(
        !hints(&desk).iter().any(|hint| hint.starts_with("p ")),
        "{:?}",
        hints(&desk)
    );
}

#[test]
fn an_empty_list_offers_only_what_works() {
    for (width, height) in SIZES {
        let mut desk = Desk::new(width, height, TWO);
        desk.press("/ \"zzz\"");
        assert!(!has_hint(&desk, "enter open"), "{:?}", hints(&desk));
        desk.press("enter");
        assert_eq!(desk.toast(), "no contact here; tab a adds one");
        desk.press("tab");
        assert_eq!(desk.app.pages.contacts.focus, Focus::List);
        for gone in ["enter open", "e edit", "y copy", "c call", "space mark"] {
            assert!(!has_hint(&desk, gone), "{:?}", hints(&desk));
        }
        assert!(
            has_hint(&desk, "a add") && has_hint(&desk, "esc clear"),
            "{:?}",
            hints(&desk)
        );
        desk.press("enter");
        assert_eq!(desk.toast(), "no contact here; a adds one");
        desk.press("a");
        assert!(desk.top::<ContactForm>().is_some(), "{}", desk.frame());
    }
}

#[test]
fn while_nothing_is_marked_in_a_list_its_key_is_called_what_it_does() {
    let mut desk = Desk::new(100, 30, TWO);
    desk.press("enter a a \"0281\" tab \"mob\"");
    assert!(has_hint(&desk, "enter save"), "{:?}", hints(&desk));
    desk.press("down");
    assert!(has_hint(&desk, "enter take"), "{:?}", hints(&desk));
    let tagged = TWO.replace("END", "CATEGORIES:math\nEND");
    let mut desk = Desk::new(100, 30, &tagged);
    desk.press("a");
    let at = |desk: &Desk| desk.top::<ContactForm>().unwrap().place;
    for _ in 0..12 {
        desk.press("\"ma\"");
        if desk.frame().contains("math") {
            break;
        }
        desk.press("^U tab");
    }
    assert!(desk.frame().contains("math"), "{}", desk.frame());
    assert!(has_hint(&desk, "enter next field"), "{:?}", hints(&desk));
    let before = at(&desk);
    desk.press("down");
    assert!(has_hint(&desk, "enter take"), "{:?}", hints(&desk));
    desk.press("enter");
    assert_eq!(at(&desk), before);
}

#[test]
fn quit_in_the_palette_ends_the_program_from_the_list_and_leaves_a_page() {
    for before in ["", "enter ", "f ", "/ \"mar\" enter "] {
        let mut desk = Desk::new(100, 30, TWO);
        desk.press(&format!("{before}: \"quit\" enter"));
        assert!(desk.effects.contains(&Effect::Quit), "{before}");
    }
    let mut desk = Desk::new(100, 30, TWO);
    desk.press("s h : \"quit\" enter");
    assert!(!desk.effects.contains(&Effect::Quit));
    assert!(desk.app.pages.is_bare(), "{}", desk.frame());
}

#[test]
fn the_history_of_a_contact_shows_when_and_has_no_key_for_details() {
    for (width, height) in SIZES {
        for open in ["H", "enter H"] {
            let mut desk = Desk::new(width, height, TWO);
            desk.press(open);
            let frame = desk.frame();
            assert!(frame.contains("History"), "{frame}");
            assert!(
                frame.contains("1 hour ago") || frame.contains("ago"),
                "{frame}"
            );
            assert!(!hints(&desk).iter().any(|hint| hint.contains("details")));
            desk.press("enter");
            assert_eq!(desk.toast(), "what a step changed is always shown here");
        }
    }
}

#[test]
fn the_first_number_of_a_contact_is_shown_as_the_primary() {
    let mut desk = Desk::new(100, 30, "");
    desk.press("a \"Ada\" tab tab tab enter \"+44_20_7946_0018\" enter");
    let frame = desk.frame();
    let row = frame
        .lines()
        .find(|row| row.contains("7946"))
        .unwrap()
        .to_owned();
    assert!(row.contains("(●)"), "{frame}");
    desk.press("^X d");
    assert!(!desk.frame().contains("(●)"), "{}", desk.frame());
}

#[test]
fn a_contact_without_numbers_says_why_and_what_works() {
    for (width, height) in SIZES {
        let mut desk = Desk::new(width, height, NO_NUMBER);
        desk.press("v");
        assert_eq!(desk.toast(), "no number to confirm");
        desk.press("c");
        assert_eq!(
            desk.toast(),
            "no number here; e edits the contact and adds one"
        );
        desk.press("enter c");
        assert_eq!(desk.toast(), "no number to call; a a adds one");
        desk.press("9");
        assert_eq!(desk.toast(), "this contact has no number");
        desk.press("y");
        let copied = Effect::Copy("Maryam Siddiqui".to_owned());
        assert!(desk.effects.contains(&copied), "{:?}", desk.effects);
    }
}

#[test]
fn the_name_is_copied_as_lines_of_text() {
    let mut desk = Desk::new(100, 30, TWO);
    desk.press("enter k y");
    let lines = "Marco Bianchi\nOfficina\nwork +39 02 5550 1182\nmobile +39 347 555 0164\nemail marco@example.org";
    let copied = Effect::Copy(lines.to_owned());
    assert!(desk.effects.contains(&copied), "{:?}", desk.effects);
    assert_eq!(
        desk.toast(),
        "Sent Marco Bianchi to the terminal's clipboard"
    );
    desk.press("c");
    assert_eq!(desk.toast(), "no number is selected; 1 selects the first");
    desk.press("9");
    assert_eq!(desk.toast(), "this contact has only 2 numbers");
}

#[test]
fn a_replaced_number_is_named_with_the_new_one() {
    let mut desk = Desk::new(100, 30, TWO);
    desk.press("enter R \"02_5550_1190\" enter");
    assert_eq!(
        desk.toast(),
        "Replaced +39 02 5550 1182 of Marco Bianchi with +39 02 5550 1190"
    );
}

#[test]
fn a_form_in_which_nothing_was_changed_says_so() {
    for keys in ["e ^S", "enter enter enter"] {
        let mut desk = Desk::new(100, 30, TWO);
        desk.press(keys);
        assert!(desk.app.pages.is_bare(), "{}", desk.frame());
        assert_eq!(desk.toast(), "Nothing to change");
        assert!(desk.app.session.toast.as_ref().unwrap().undo.is_none());
    }
}

#[test]
fn without_a_number_the_form_goes_to_its_field() {
    let mut desk = Desk::new(40, 12, TWO);
    desk.press("enter a a tab \"work\" enter");
    let form: &PhoneForm = desk.top().unwrap();
    assert_eq!(
        form.place,
        callbook::tui::pages::phone_form::PhonePlace::Number,
        "{}",
        desk.frame()
    );
    assert!(desk.frame().contains("Number"), "{}", desk.frame());
}

#[test]
fn a_range_of_marks_says_how_it_ends_and_space_keeps_its_last_row() {
    let card = |at| NO_NUMBER.replace("Maryam", &format!("Maryam {at}"));
    let cards: Vec<String> = (0..8).map(card).collect();
    let mut desk = Desk::new(100, 30, &cards.concat());
    desk.press("V j j j j");
    assert!(has_hint(&desk, "V end range"), "{:?}", hints(&desk));
    desk.press("space");
    assert_eq!(desk.app.pages.contacts.list.marks.len(), 5);
    assert!(!has_hint(&desk, "V end range"), "{:?}", hints(&desk));
}

#[test]
fn a_filter_that_is_there_is_typed_over() {
    let cards = format!("{TWO}{NO_NUMBER}");
    let mut desk = Desk::new(100, 30, &cards);
    desk.press("/ \"marco\" enter esc / \"siddiqui\"");
    assert_eq!(desk.app.pages.contacts.list.filter.text(), "siddiqui");
    desk.press("tab / end \"x\"");
    assert_eq!(desk.app.pages.contacts.list.filter.text(), "siddiquix");
}

#[test]
fn a_column_takes_only_a_kind_that_is_known() {
    let mut desk = Desk::new(100, 30, "");
    desk.preview("people.csv", b"Name,Nummer\nAda,+44 20 7946 0018\n");
    desk.press("c j enter ^U \"qwertz\" enter");
    assert!(
        desk.toast()
            .starts_with("unknown kind of column qwertz; expected one of name, given name"),
        "{}",
        desk.toast()
    );
    // A part of a kind finds it.
    desk.press("^U \"fax\" enter esc");
    let page: &Import = desk.top().unwrap_or_else(|| panic!("{}", desk.frame()));
    assert_eq!(page.plan.tables[0].columns[1].read_as, "phone:fax");
    assert!(desk.frame().contains("fax"), "{}", desk.frame());
    desk.press("c j enter ^U \"phone:Boat\" enter esc");
    let page: &Import = desk.top().unwrap();
    assert_eq!(page.plan.tables[0].columns[1].read_as, "phone:Boat");
}

#[test]
fn a_group_of_duplicates_is_merged_only_where_it_was_seen() {
    let cards = format!(
        "{TWO}{}",
        TWO.replace("UID:1", "UID:2").replace("Officina", "Garage")
    );
    for (width, height) in SIZES {
        let mut desk = Desk::new(width, height, &cards);
        desk.press("D");
        let is_narrow = width < 84;
        assert_eq!(
            has_hint(&desk, "enter open"),
            is_narrow,
            "{:?}",
            hints(&desk)
        );
        if is_narrow {
            assert!(!desk.frame().contains("Garage"), "{}", desk.frame());
            desk.press("enter");
            assert_eq!(desk.app.session.totals.unwrap().contacts, 2);
            assert!(desk.top::<Duplicates>().is_some());
        }
        assert!(desk.frame().contains("KEPT"), "{}", desk.frame());
        assert!(has_hint(&desk, "enter merge & next"), "{:?}", hints(&desk));
        desk.press("enter");
        assert_eq!(
            desk.book.store.totals().unwrap().contacts,
            1,
            "{}",
            desk.frame()
        );
    }
}

#[test]
fn the_reason_of_a_group_keeps_its_last_word() {
    let other = TWO
        .replace("UID:1", "UID:2")
        .replace("Marco Bianchi", "Luca Bianchi");
    for (width, height) in SIZES {
        let mut desk = Desk::new(width, height, &format!("{TWO}{other}"));
        desk.press("D");
        assert!(desk.frame().contains("other names"), "{}", desk.frame());
    }
}
