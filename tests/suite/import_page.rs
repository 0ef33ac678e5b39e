//! The preview of an import: what is chosen on it, and what is imported then.

use callbook::domain::import::FateKind;
use callbook::tui::pages::import::Import;

use crate::support::desk::Desk;

fn card(name: &str, number: &str) -> String {
    format!("BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nTEL:{number}\nEND:VCARD\n")
}

fn page(desk: &Desk) -> &Import {
    desk.top().unwrap_or_else(|| panic!("{}", desk.frame()))
}

fn fates(desk: &Desk) -> Vec<FateKind> {
    page(desk)
        .plan
        .rows
        .iter()
        .map(|row| row.fate.kind())
        .collect()
}

/// What is skipped, or wanted as a new contact, changes what becomes of later cards of the same contact:
/// that is shown at once, and then it is what is done.
#[test]
fn a_choice_shows_what_becomes_of_the_cards_that_follow_from_it() {
    use FateKind::{Change, New, Same};
    let ada = card("Ada King", "+44 20 7946 0018");
    let more = card("Ada King", "+44 20 7946 0018").replace("END", "NOTE:Countess\nEND");
    let ben = card("Ben Ito", "+81 3-5550-1234");
    let twice = format!("{ada}{ada}");
    let changed = format!("{ada}{ben}{more}{more}");
    for (cards, before, keys, after, names) in [
        (
            &twice,
            &[New, Same][..],
            "s",
            &[New, New][..],
            &["Ada King"][..],
        ),
        (&twice, &[New, Same], "s g g m", &[New, Same], &["Ada King"]),
        (&twice, &[New, Same], "s s", &[New, New], &[]),
        (
            &changed,
            &[New, New, Change, Same],
            "s",
            &[New, New, New, Same],
            &["Ben Ito", "Ada King"],
        ),
        (
            &changed,
            &[New, New, Change, Same],
            "j j s",
            &[New, New, Change, Change],
            &["Ben Ito", "Ada King"],
        ),
    ] {
        let mut desk = Desk::new(100, 30, "");
        desk.preview("new.vcf", cards.as_bytes());
        assert_eq!(fates(&desk), before);
        desk.press("g g");
        desk.press(keys);
        assert_eq!(fates(&desk), after, "{keys}: {}", desk.frame());
        desk.press("enter");
        let mut found = desk.names();
        found.sort();
        let mut names = names.to_vec();
        names.sort_unstable();
        assert_eq!(found, names, "{keys}: {} {}", desk.toast(), desk.frame());
    }
}

#[test]
fn the_cursor_stays_on_its_card_when_the_file_has_changed() {
    let (ada, ben, cy) = (
        card("Ada King", "+44 20 7946 0018"),
        card("Ben Ito", "+81 3-5550-1234"),
        card("Cy Berg", "+47 55 55 01 77"),
    );
    let mut desk = Desk::new(100, 30, "");
    desk.preview("new.vcf", format!("{ada}{ben}{cy}").as_bytes());
    desk.press("j");
    let under = |desk: &Desk| {
        let page = page(desk);
        page.row(page.cursor).map(|row| row.name.clone())
    };
    assert_eq!(under(&desk).as_deref(), Some("Ben Ito"));
    let file = desk.book.path.with_file_name("new.vcf");
    std::fs::write(
        &file,
        format!("{cy}{ada}{}{ben}", card("Di Rossi", "+39 02 5550 1182")),
    )
    .unwrap();
    desk.press("enter");
    assert!(desk.toast().contains("changed"), "{}", desk.toast());
    assert_eq!(under(&desk).as_deref(), Some("Ben Ito"));
}

/// A file that ends inside a card was cut off somewhere: what was read of it is imported, and said.
#[test]
fn a_file_that_ends_inside_a_card_is_told() {
    for (cut, end) in [
        ("END:VCARD\n", ""),
        ("TEL:+81 3-5550-1234\nEND:VCARD\n", "TEL:+8"),
    ] {
        let whole = format!(
            "{}{}",
            card("Ada King", "+44 20 7946 0018"),
            card("Ben Ito", "+81 3-5550-1234")
        );
        let cards = format!("{}{end}", whole.strip_suffix(cut).unwrap());
        let mut desk = Desk::new(100, 30, "");
        desk.preview("new.vcf", cards.as_bytes());
        let frame = desk.frame();
        assert!(
            frame.contains("the file ends inside card 2 (line 6)"),
            "{frame}"
        );
        desk.preview("whole.vcf", whole.as_bytes());
        assert!(!desk.frame().contains("ends inside"), "{}", desk.frame());
    }
}
