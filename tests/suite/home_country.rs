//! The home country, where nothing names it: asked for once, at the first number that needs it.

use callbook::domain::number::Region;
use callbook::domain::phone::Phone;
use callbook::tui::ctx::HomeQuestion;
use callbook::tui::protocol::Effect;

use crate::support::desk::Desk;

const ANNA: &str =
    "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Anna Abate\nTEL:+39 02 5550 1190\nEND:VCARD\n";

/// The screens where neither the locale nor the configuration names a country.
fn nowhere() -> Desk {
    let mut desk = Desk::new(100, 30, ANNA);
    desk.app.session.home = None;
    desk.app.session.asks_home = HomeQuestion::Open;
    desk.book.store.set_home(None);
    desk
}

fn numbers(desk: &Desk) -> Vec<String> {
    let shown = desk.shown();
    shown.phones.iter().map(Phone::shown).collect()
}

fn kept(desk: &Desk) -> Vec<Option<Region>> {
    let kept = desk.effects.iter().filter_map(|effect| match effect {
        Effect::KeepHome(home) => Some(*home),
        _ => None,
    });
    kept.collect()
}

#[test]
fn the_first_national_number_asks_for_the_home_country_and_is_read_with_it() {
    let mut desk = nowhere();
    desk.press("enter a a \"02_5550_1182\" enter");
    assert!(desk.frame().contains("Home country"), "{}", desk.frame());
    desk.press("\"ital\" enter");
    assert_eq!(numbers(&desk)[1], "+39 02 5550 1182", "{}", desk.frame());
    assert_eq!(kept(&desk), [Region::new("IT")]);
    // It is asked once.
    desk.press("a a \"02_5550_1183\" enter");
    assert_eq!(numbers(&desk)[1], "+39 02 5550 1183", "{}", desk.frame());
}

#[test]
fn the_question_is_read_whole_and_its_hints_are_true_at_every_size() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = nowhere();
        desk.run_size(width, height);
        desk.press("enter a a \"02_5550_1182\" enter");
        let frame = desk.frame();
        let words: Vec<&str> = frame
            .split(|sign: char| sign.is_whitespace() || "│▌\"".contains(sign))
            .filter(|word| !word.is_empty())
            .collect();
        let words = words.join(" ");
        assert!(
            words.contains("blank: none") && !words.contains('…'),
            "{frame}"
        );
        assert!(
            words.contains("esc cancel") && !words.contains("next field"),
            "{frame}"
        );
    }
}

#[test]
fn no_country_is_an_answer_and_leaving_the_question_is_none() {
    let mut desk = nowhere();
    desk.press("enter a a \"02_5550_1182\" enter enter");
    assert_eq!(numbers(&desk)[1], "02 5550 1182", "{}", desk.frame());
    assert_eq!(kept(&desk), [None]);
    let mut desk = nowhere();
    desk.press("enter a a \"02_5550_1182\" enter esc");
    assert!(desk.frame().contains("Add a number"), "{}", desk.frame());
    desk.press("enter");
    assert_eq!(numbers(&desk)[1], "02 5550 1182", "{}", desk.frame());
    assert_eq!(kept(&desk), []);
}

#[test]
fn a_number_that_has_its_country_asks_nothing() {
    for number in ["+39_02_5550_1182", "?"] {
        let mut desk = nowhere();
        desk.press(&format!("enter a a \"{number}\" enter"));
        assert!(!desk.frame().contains("Home country"), "{}", desk.frame());
    }
    let mut desk = Desk::new(100, 30, ANNA);
    desk.press("enter a a \"650_253_0000\" enter");
    assert_eq!(numbers(&desk)[1], "+1 650-253-0000", "{}", desk.frame());
}

#[test]
fn the_contact_form_asks_for_the_number_that_it_came_with() {
    let mut desk = nowhere();
    desk.press("/ \"02_5550_9999\" tab a");
    assert!(desk.frame().contains("Add a contact"), "{}", desk.frame());
    desk.press("\"Marco\" ^S");
    assert!(desk.frame().contains("Home country"), "{}", desk.frame());
    desk.press("\"it\" enter");
    assert_eq!(kept(&desk), [Region::new("IT")]);
    assert_eq!(numbers(&desk), ["+39 02 5550 9999"], "{}", desk.frame());
}
