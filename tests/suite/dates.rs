//! Birthdays and other dates that return soon: the page, the command and its calendar.

use crate::support::desk::Desk;
use callbook::domain::upcoming::upcoming;
use callbook::exchange::calendar::calendar;

/// The desk's clock shows 24 November 2026, a Tuesday.
const CARDS: &str = "BEGIN:VCARD\nVERSION:4.0\nFN:Ana Prado\nBDAY:19961128\nEND:VCARD\n\
    BEGIN:VCARD\nVERSION:4.0\nFN:Chinedu\nTEL:+234 803 555 0192\nBDAY:19851124\nEND:VCARD\n\
    BEGIN:VCARD\nVERSION:4.0\nFN:Ken\\, Aya; both\nANNIVERSARY:20141206\nEND:VCARD\n\
    BEGIN:VCARD\nVERSION:4.0\nFN:Leo\nBDAY:--0229\nEND:VCARD\n\
    BEGIN:VCARD\nVERSION:4.0\nFN:Old\nBDAY:1961\nEND:VCARD\n";

#[test]
fn the_page_shows_who_has_a_date_soon_and_goes_there() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, CARDS);
        desk.press("s d");
        let frame = desk.frame();
        for words in [
            "TODAY",
            "Chinedu",
            "turns 41",
            "THIS WEEK",
            "28 Nov",
            "Ana Prado",
            "turns 30",
        ] {
            assert!(frame.contains(words), "{width}: {words}: {frame}");
        }
        assert!(!frame.contains("Leo"), "{frame}");
        insta::assert_snapshot!(format!("dates_{width}x{height}"), frame);
        desk.press("m m m G");
        assert!(desk.frame().contains("Leo"), "{}", desk.frame());
        desk.press("g g j enter");
        let shown = desk.shown().contact;
        assert_eq!(shown.name, "Ana Prado");
    }
}

#[test]
fn a_calendar_has_each_date_once_with_a_uid_that_stays() {
    let desk = Desk::new(100, 30, CARDS);
    let dated = desk.book.store.dated().unwrap();
    assert_eq!(dated.len(), 5);
    let today = "2026-11-24".parse().unwrap();
    assert_eq!(upcoming(&dated, today, 366).len(), 4);
    let text = calendar(&dated);
    assert_eq!(
        text,
        calendar(&desk.book.store.dated().unwrap()),
        "the same again"
    );
    let unfolded = text.replace("\r\n ", "");
    assert_eq!(unfolded.matches("BEGIN:VEVENT").count(), 4, "{text}");
    for line in [
        "DTSTART;VALUE=DATE:19961128\r\n",
        "SUMMARY:Ana Prado: birthday (1996)\r\n",
        "SUMMARY:Ken\\, Aya\\; both: anniversary (2014)\r\n",
        "DTSTART;VALUE=DATE:20000229\r\n",
        "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=-1\r\n",
        "RRULE:FREQ=YEARLY\r\n",
        "PRODID:-//callbook//dates//EN\r\n",
    ] {
        assert!(unfolded.contains(line), "{line}: {unfolded}");
    }
    assert!(
        !unfolded.contains("DTEND"),
        "an event without an end takes its day"
    );
    let mut uids: Vec<&str> = unfolded
        .lines()
        .filter(|line| line.starts_with("UID:"))
        .collect();
    uids.sort_unstable();
    uids.dedup();
    assert_eq!(uids.len(), 4);
}
