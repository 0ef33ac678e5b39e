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

/// Each table of several has its columns on the page, and what is said of one is said of no other.
#[test]
fn the_columns_of_each_of_several_tables_can_be_chosen() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, "");
        let folder = desk.book.path.with_file_name("tables");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(
            folder.join("a.csv"),
            "Name,Zz,Phone\nAda,Countess,+442079460018\n",
        )
        .unwrap();
        std::fs::write(
            folder.join("b.csv"),
            "Name,Zz,Phone\nBen,Garage,+81355501234\n",
        )
        .unwrap();
        std::fs::write(folder.join("c.vcf"), card("Cy", "+47 55 55 01 77")).unwrap();
        desk.press("i");
        let paths = ["a.csv", "b.csv", "c.vcf"].map(|name| folder.join(name).display().to_string());
        desk.paste(&paths.join(" "));
        desk.press("enter");
        assert_eq!(page(&desk).plan.tables.len(), 2, "{}", desk.frame());
        // The cursor begins on the table of the card that it was on.
        desk.press("j c");
        assert!(desk.frame().contains("2 tables"), "{}", desk.frame());
        desk.press("j enter ^U \"note\" enter");
        assert!(
            desk.frame().contains("1 column changed"),
            "{}",
            desk.frame()
        );
        insta::assert_snapshot!(format!("columns_of_tables_{width}x{height}"), desk.frame());
        // From the last table the next one is the first.
        desk.press("tab j enter ^U \"company\" enter shift-tab shift-tab esc");
        let read_as = |table: usize| &page(&desk).plan.tables[table].columns[1].read_as;
        assert_eq!([read_as(0), read_as(1)], ["company", "note"]);
        desk.press("^S");
        let stored = |desk: &Desk, name: &str| {
            let found = desk.book.store.named(name, None).unwrap();
            desk.book
                .store
                .people(&[found[0].contact])
                .unwrap()
                .remove(0)
                .contact
        };
        assert_eq!(
            stored(&desk, "Ada").organisation.as_deref(),
            Some("Countess")
        );
        assert_eq!(stored(&desk, "Ada").note, None);
        assert_eq!(stored(&desk, "Ben").note.as_deref(), Some("Garage"));
        assert_eq!(stored(&desk, "Ben").organisation, None);
    }
}

/// A table says what it is by its path: two of the same name in two folders are two.
#[test]
fn tables_of_one_name_are_told_apart() {
    let mut desk = Desk::new(100, 30, "");
    let mut paths = Vec::new();
    for (folder, name) in [("one", "Ada"), ("two", "Ben")] {
        let folder = desk.book.path.with_file_name(folder);
        std::fs::create_dir(&folder).unwrap();
        let path = folder.join("people.csv");
        std::fs::write(&path, format!("Name,Zz\n{name},thing\n")).unwrap();
        paths.push(path.display().to_string());
    }
    desk.press("i");
    desk.paste(&paths.join(" "));
    desk.press("enter c tab j enter ^U \"note\" enter esc ^S");
    let note = |desk: &Desk, name: &str| {
        let found = desk.book.store.named(name, None).unwrap();
        let contact = desk
            .book
            .store
            .people(&[found[0].contact])
            .unwrap()
            .remove(0)
            .contact;
        contact.note
    };
    assert_eq!(note(&desk, "Ada"), None, "{}", desk.frame());
    assert_eq!(note(&desk, "Ben").as_deref(), Some("thing"));
}

#[test]
fn one_table_has_no_next_one() {
    let mut desk = Desk::new(100, 30, "");
    desk.preview("a.csv", b"Name,Zz\nAda,thing\n");
    desk.press("c tab");
    assert_eq!(desk.toast(), "there is only this table");
    assert!(!desk.frame().contains("next table"), "{}", desk.frame());
}

/// Where only the list fits, the card is a page that is pushed and popped, and all of it can be read.
#[test]
fn on_a_narrow_screen_enter_opens_the_card_and_esc_goes_back() {
    let stored =
        "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Marco Bianchi\nTEL:+39 02 5550 1182\nEND:VCARD\n";
    let changed = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Marco Bianchi\nORG:Officina Bianchi e figli di Milano S.r.l.\n\
        TEL:+39 02 5550 1182\nTEL;TYPE=CELL:+39 347 555 0164\nNOTE:Call before noon.\nEND:VCARD\n";
    let mut desk = Desk::new(40, 12, stored);
    desk.preview(
        "new.vcf",
        format!("{}{changed}", card("Ada King", "+44 20 7946 0018")).as_bytes(),
    );
    assert!(desk.frame().contains("open"), "{}", desk.frame());
    assert!(desk.frame().contains("^S import 2"), "{}", desk.frame());
    desk.press("j enter");
    insta::assert_snapshot!("import_card_40x12", desk.frame());
    assert!(desk.frame().contains("import 2"), "{}", desk.frame());
    let mut seen = String::new();
    for _ in 0..30 {
        seen.push_str(&desk.frame());
        desk.press("j");
    }
    for text in [
        "Officina Bianchi e",
        "figli di Milano",
        "+39 347 555 0164",
        "Call before noon.",
        "THIS ROW",
    ] {
        assert!(seen.contains(text), "{text}: {seen}");
    }
    assert_eq!(page(&desk).cursor, 1, "the same card");
    desk.press("esc");
    assert!(
        desk.frame().contains("+ 1"),
        "the list again: {}",
        desk.frame()
    );
    assert_eq!(page(&desk).cursor, 1);
    // From the card it can be imported as from the list.
    desk.press("l s");
    assert_eq!(page(&desk).wanted(), 1);
    desk.press("h ^S");
    assert!(desk.app.pages.is_bare(), "{}", desk.frame());
    assert_eq!(desk.book.store.totals().unwrap().contacts, 2);
}

#[test]
fn beside_its_list_a_card_that_is_longer_scrolls() {
    let numbers = (10..60)
        .map(|at| format!("TEL:+39 02 5550 11{at}\n"))
        .collect::<Vec<_>>()
        .concat();
    let long = format!("BEGIN:VCARD\nVERSION:3.0\nFN:Ada\n{numbers}END:VCARD\n");
    for (width, height) in [(100, 30), (80, 24)] {
        let mut desk = Desk::new(width, height, "");
        desk.preview(
            "new.vcf",
            format!("{long}{}", card("Ben", "+81 3-5550-1234")).as_bytes(),
        );
        assert!(desk.frame().contains('▾'), "{}", desk.frame());
        desk.press("tab G");
        assert!(desk.frame().contains("THIS ROW"), "{}", desk.frame());
        assert!(!desk.frame().contains('▾'), "{}", desk.frame());
        desk.press("esc j");
        assert_eq!(page(&desk).cursor, 1);
        desk.press("tab enter");
        assert!(desk.app.pages.is_bare(), "enter imports: {}", desk.frame());
    }
}
