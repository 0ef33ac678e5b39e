//! The page of contacts that were used last, and most.

use crate::support::desk::Desk;

const CARDS: &str = "BEGIN:VCARD\nVERSION:3.0\nFN:Ada Lovelace\nTEL:+44 20 7946 0018\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nFN:Ben Ito\nTEL:+39 02 5550 1183\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nFN:Cleo Wu\nEND:VCARD\n";

#[test]
fn what_was_opened_copied_and_called_is_listed_the_last_first_and_the_most_used() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, CARDS);
        desk.press("s r");
        insta::assert_snapshot!(format!("recent_none_{width}x{height}"), desk.frame());
        desk.press("enter");
        assert_eq!(desk.toast(), "no contact here");
        // Ben is used twice, Cleo last.
        desk.press("esc / \"ben\" tab y c esc");
        let now = desk.app.session.now;
        let hour = 3_600_000_000;
        desk.app.session.now =
            callbook::domain::timestamp::Timestamp::from_micros(now.micros() + 2 * hour);
        desk.press("/ \"cleo\" enter esc esc s r");
        insta::assert_snapshot!(format!("recent_{width}x{height}"), desk.frame());
        // The contact is shown, whatever the filter was.
        desk.press("esc / \"ada\" tab s r j enter");
        assert!(desk.app.pages.is_bare());
        let contacts = &desk.app.pages.contacts;
        assert_eq!(contacts.list.current().unwrap().name, "Ben Ito");
        assert_eq!(contacts.list.filter.text(), "");
        // One that is deleted is not listed, and is again when that is undone.
        desk.press("d s r");
        assert!(!desk.frame().contains("Ben Ito"), "{}", desk.frame());
        desk.press("u");
        assert!(desk.frame().contains("Ben Ito"), "{}", desk.frame());
    }
}
