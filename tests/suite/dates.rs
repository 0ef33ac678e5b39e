//! Birthdays and other dates that return soon: the page, the command and its calendar.

use crate::cards::{exported, update};
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

#[test]
fn a_date_in_the_future_is_no_yearly_day_before_it() {
    let card = "BEGIN:VCARD\nVERSION:3.0\nFN:Fut Ure\nitem1.X-ABDATE:2030-12-03\nitem1.X-ABLabel:Plan\n\
                item2.X-ABDATE:2026-11-30\nitem2.X-ABLabel:Visit\nEND:VCARD\n";
    let mut desk = Desk::new(100, 30, card);
    let dated = desk.book.store.dated().unwrap();
    let on = |today: &str| -> Vec<String> {
        let found = upcoming(&dated, today.parse().unwrap(), 30).into_iter();
        found
            .map(|one| format!("{} {}", one.next, one.label))
            .collect()
    };
    assert_eq!(on("2026-11-28"), ["2026-11-30 Visit"]);
    assert!(on("2029-11-28").iter().all(|one| !one.contains("Plan")));
    assert!(on("2030-11-28").contains(&"2030-12-03 Plan".to_owned()));
    assert!(on("2031-11-28").contains(&"2031-12-03 Plan".to_owned()));
    desk.press("g g l");
    let frame = desk.frame();
    assert!(frame.contains("3 Dec 2030"), "{frame}");
    assert_eq!(frame.matches("in 6 days").count(), 1, "{frame}");
}

#[test]
fn a_day_of_another_calendar_stays_text() {
    let card = "BEGIN:VCARD\r\nVERSION:4.0\r\nUID:1\r\nFN:Heb Rew\r\nBDAY;CALSCALE=hebrew:5784-01-01\r\n\
                ANNIVERSARY;CALSCALE=gregorian:20141206\r\nEND:VCARD\r\n";
    let desk = Desk::new(100, 30, card);
    let dated = desk.book.store.dated().unwrap();
    let found = upcoming(&dated, "2026-11-28".parse().unwrap(), 366);
    let labels: Vec<&str> = found.iter().map(|one| one.label.as_str()).collect();
    assert_eq!(labels, ["anniversary"]);
    let heb = desk.book.store.contact(dated[0].contact).unwrap();
    let birthday = heb.details.iter().find(|own| own.is_date("birthday"));
    assert_eq!(birthday.unwrap().shown(), "5784-01-01 (hebrew)");
    // What was read is what is written, and an edit of another line leaves it alone.
    let mut book = desk.book;
    assert_eq!(exported(&book, None), card);
    update(&mut book, &serde_json::json!({"note": "n"}));
    let out = exported(&book, None);
    assert!(out.contains("BDAY;CALSCALE=hebrew:5784-01-01\r\n"), "{out}");
}
