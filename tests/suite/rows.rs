//! What a row shows is what its keys act on: the number that a search matched, a historic number, a name.

use callbook::domain::contact::ContactAttributes;
use callbook::domain::timestamp::Timestamp;
use callbook::tui::pages::contacts::Focus;
use callbook::tui::protocol::Effect;

use crate::support::desk::Desk;

/// Two numbers, the second of which a search for its digits matches.
const TWO_NUMBERS: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Marco Bianchi\n\
TEL;TYPE=WORK:+39 02 5550 1182\nTEL;TYPE=CELL:+39 347 555 0164\nEND:VCARD\n";

/// What was copied and called last.
fn sent(desk: &mut Desk) -> Vec<Effect> {
    let sent = |effect: &Effect| matches!(effect, Effect::Copy(_) | Effect::Open(_));
    std::mem::take(&mut desk.effects)
        .into_iter()
        .filter(sent)
        .collect()
}

#[test]
fn the_number_that_a_search_matched_is_copied_called_and_opened() {
    let mut desk = Desk::new(100, 30, TWO_NUMBERS);
    desk.press("/ \"0164\" tab y");
    assert_eq!(sent(&mut desk), [Effect::Copy("+393475550164".to_owned())]);
    assert!(
        desk.toast().contains("+39 347 555 0164"),
        "{}",
        desk.toast()
    );
    desk.press("c");
    assert_eq!(
        sent(&mut desk),
        [Effect::Open("tel:+393475550164".to_owned())]
    );
    desk.press("enter");
    let number = desk
        .app
        .pages
        .contacts
        .detail
        .phone()
        .unwrap()
        .number
        .clone();
    assert_eq!(number, "+393475550164");
    // Without the search it is the primary one again.
    desk.press("esc esc g g y");
    assert_eq!(sent(&mut desk), [Effect::Copy("+390255501182".to_owned())]);
    // The contact stays while one types on, and another of its numbers is matched.
    desk.press("/ \"39\" tab y");
    let first = sent(&mut desk);
    desk.press("/ ^U \"347\" tab y");
    assert_eq!(first, [Effect::Copy("+390255501182".to_owned())]);
    assert_eq!(sent(&mut desk), [Effect::Copy("+393475550164".to_owned())]);
    desk.press("/ ^U \"is:unconfirmed\" tab enter");
    assert!(!desk.app.pages.contacts.detail.phone().unwrap().valid_values);
}

#[test]
fn a_historic_number_is_dim_and_is_called_only_when_asked_again() {
    let mut desk = Desk::new(100, 30, TWO_NUMBERS);
    desk.press("g g enter j r");
    desk.app.session.toast = None;
    desk.press("c");
    assert_eq!(sent(&mut desk), []);
    assert!(
        desk.toast().contains("is historic since"),
        "{}",
        desk.toast()
    );
    assert!(
        desk.toast().contains("c again calls it"),
        "{}",
        desk.toast()
    );
    let now = desk.app.session.now;
    desk.app.session.now = Timestamp::from_micros(now.micros() + 4_000_000);
    desk.press("c");
    assert_eq!(sent(&mut desk), [], "too late to be the same wish");
    desk.press("c");
    assert_eq!(
        sent(&mut desk),
        [Effect::Open("tel:+393475550164".to_owned())]
    );
    desk.press("y");
    assert!(desk.toast().contains("it is historic"), "{}", desk.toast());
    assert_eq!(sent(&mut desk).len(), 1);
    // A search that finds it shows it as historic in the list too.
    desk.press("esc / \"0164\" tab");
    let frame = desk.frame();
    let row = frame
        .lines()
        .find(|line| line.contains("347 555 0164"))
        .unwrap();
    let list = row.split('│').next().unwrap();
    assert!(list.contains('┄') && !list.contains('✓'), "{row}");
}

#[test]
fn h_and_l_move_and_r_marks_as_historic() {
    let mut desk = Desk::new(100, 30, TWO_NUMBERS);
    desk.press("g g l");
    assert_eq!(desk.app.pages.contacts.focus, Focus::Detail);
    desk.press("h");
    assert_eq!(desk.app.pages.contacts.focus, Focus::List);
    assert!(
        desk.toast().contains("r marks a number as historic"),
        "{}",
        desk.toast()
    );
    desk.press("right left");
    assert_eq!(desk.app.pages.contacts.focus, Focus::List);
}

#[test]
fn a_number_is_replaced_in_one_step_and_the_old_one_stays_as_historic() {
    let mut desk = Desk::new(100, 30, TWO_NUMBERS);
    desk.press("g g enter R");
    assert!(desk.frame().contains("Replace number"), "{}", desk.frame());
    desk.press("\"0255501199\" enter");
    let id = desk.app.pages.contacts.current().unwrap();
    let phones = desk.book.store.profile(id).unwrap().full.phones;
    let old = phones
        .iter()
        .find(|phone| phone.number == "+390255501182")
        .unwrap();
    let new = phones
        .iter()
        .find(|phone| phone.number == "+390255501199")
        .unwrap();
    assert!(old.historic && !old.primary);
    assert!(new.primary && !new.historic);
    assert_eq!(new.location, old.location);
    desk.press("u");
    let phones = desk.book.store.profile(id).unwrap().full.phones;
    assert!(phones.len() == 2 && phones.iter().all(|phone| !phone.historic));
}

#[test]
fn on_the_name_the_keys_are_about_the_contact() {
    let mut desk = Desk::new(100, 30, TWO_NUMBERS);
    desk.press("g g enter k");
    let frame = desk.frame();
    assert!(
        frame.contains("▌ Marco Bianchi") && frame.contains("edit e"),
        "{frame}"
    );
    desk.press("e");
    assert!(desk.frame().contains("Edit contact"), "{}", desk.frame());
    desk.press("esc j");
    let frame = desk.frame();
    assert!(
        !frame.contains("edit e ") && frame.contains("add a"),
        "{frame}"
    );
    // Without a number, what works is offered.
    let mut desk = Desk::new(100, 30, "BEGIN:VCARD\nFN:Ada\nEND:VCARD\n");
    desk.press("g g enter");
    let frame = desk.frame();
    let hints = frame.lines().last().unwrap();
    assert!(
        hints.contains("add number") && !hints.contains("primary"),
        "{hints}"
    );
    // The key that deleted the last number does not go on to delete the contact.
    let mut desk = Desk::new(100, 30, TWO_NUMBERS);
    desk.press("g g enter d d d d");
    assert_eq!(desk.book.store.totals().unwrap().contacts, 1);
}

#[test]
fn the_contact_that_is_kept_stays_chosen_where_the_group_has_to_be_looked_at_again() {
    let card = |uid: &str, name: &str| {
        format!("BEGIN:VCARD\nVERSION:3.0\nUID:{uid}\nFN:{name}\nTEL:+39 02 5550 1182\nEND:VCARD\n")
    };
    let mut desk = Desk::new(
        100,
        30,
        &(card("1", "Marco Bianchi") + &card("2", "Luca Bianchi")),
    );
    let kept = |desk: &Desk| {
        let frame = desk.frame();
        let names = frame.lines().find(|line| line.contains("│  name  "));
        names.unwrap_or_else(|| panic!("{frame}")).to_owned()
    };
    desk.press("D");
    let first = kept(&desk);
    desk.press("o");
    let chosen = kept(&desk);
    assert_ne!(chosen, first);
    let id = desk.app.pages.contacts.current().unwrap();
    let stamp = desk.book.store.contact(id).unwrap().updated_in_db_at;
    let sent = ContactAttributes {
        note: Some(Some("new".to_owned())),
        updated_in_db_at: Some(stamp),
        ..ContactAttributes::default()
    };
    desk.book
        .other()
        .update_contact(id, sent, Vec::new())
        .unwrap();
    desk.press("enter");
    assert_eq!(
        desk.book.store.totals().unwrap().contacts,
        2,
        "{}",
        desk.toast()
    );
    assert_eq!(kept(&desk), chosen);
}

#[test]
fn every_row_of_a_number_can_be_opened_as_every_other_row_can() {
    let mut desk = Desk::new(100, 30, TWO_NUMBERS);
    desk.press("g g enter o");
    assert_eq!(
        sent(&mut desk),
        [Effect::Open("tel:+390255501182".to_owned())]
    );
    assert_eq!(desk.toast(), "Calling +39 02 5550 1182");
}

/// What shows and sorts does so from the list and from every row of an open contact, which stays open.
#[test]
fn what_shows_and_sorts_has_its_keys_in_an_open_contact_too() {
    let others = "BEGIN:VCARD\nVERSION:3.0\nFN:Ada Zimmer\nEND:VCARD\n\
        BEGIN:VCARD\nVERSION:3.0\nFN:Zoë Adams\nEND:VCARD\n";
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        for row in ["", "k k k", "j"] {
            let mut desk = Desk::new(width, height, &format!("{TWO_NUMBERS}{others}"));
            desk.press("/ \"marco\" enter");
            desk.press("s a l");
            desk.press(row);
            for (keys, page) in [
                ("s b", "Bin"),
                ("s h", "Health"),
                ("s t", "Tags"),
                ("s l", "History"),
                ("s r", "Recent"),
                ("s y", "Remotes"),
            ] {
                desk.press(keys);
                assert!(desk.frame().contains(page), "{keys}: {}", desk.frame());
                desk.press("esc");
                assert!(desk.app.pages.is_bare(), "{keys}");
            }
            for keys in ["s g", "s n", "s c", "s a"] {
                let before = desk.app.pages.contacts.current();
                desk.press(keys);
                let contacts = &desk.app.pages.contacts;
                assert_eq!(contacts.focus, Focus::Detail, "{keys}");
                assert_eq!(contacts.current(), before, "{keys}: {}", desk.frame());
            }
        }
    }
}
