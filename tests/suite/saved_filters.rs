//! Saved filters: adding one to the configuration, and using it from the palette.

use std::path::{Path, PathBuf};

use crate::support::desk::Desk;
use callbook::config::Config;
use callbook::domain::query::SavedFilter;
use callbook::tui::pages::palette::Palette;
use callbook::tui::pages::save_filter::SaveFilter;

const CARDS: &str = "BEGIN:VCARD\nVERSION:3.0\nFN:Ada Lovelace\nTEL:+44 20 7946 0018\nCATEGORIES:old friends\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nFN:Ben Ito\nTEL:+39 02 5550 1183\nEND:VCARD\n";

/// A desk whose configuration is a file in the folder of its book.
fn desk(width: u16, height: u16) -> (Desk, PathBuf) {
    let mut desk = Desk::new(width, height, CARDS);
    let file = desk.book.path.with_file_name("config.toml");
    desk.app.session.config_file.clone_from(&file);
    (desk, file)
}

fn saved(name: &str, text: &str) -> SavedFilter {
    SavedFilter {
        name: name.to_owned(),
        text: text.to_owned(),
    }
}

#[test]
fn the_filter_is_saved_under_a_name_and_comes_back_from_the_palette() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let (mut desk, file) = desk(width, height);
        desk.app.session.config_file = PathBuf::from("/etc/callbook/config.toml");
        desk.press("/ \"tag:friends\" enter esc s f \"pals\"");
        insta::assert_snapshot!(format!("save_filter_{width}x{height}"), desk.frame());
        desk.app.session.config_file.clone_from(&file);
        desk.press("enter");
        assert!(desk.app.pages.is_bare(), "{}", desk.frame());
        assert!(
            desk.toast().starts_with("Saved filter pals in "),
            "{}",
            desk.toast()
        );
        let text = std::fs::read_to_string(&file).unwrap();
        assert_eq!(text, "[filters]\npals = \"tag:friends\"\n");

        desk.press("esc : \"pals\"");
        insta::assert_snapshot!(format!("saved_filter_{width}x{height}"), desk.frame());
        desk.press("enter");
        assert_eq!(desk.app.pages.contacts.list.filter.text(), "tag:friends");
        assert_eq!(desk.names(), ["Ada Lovelace"]);
    }
}

#[test]
fn what_cannot_be_saved_says_why_and_nothing_is_lost() {
    let (mut desk, file) = desk(100, 30);
    desk.press("s f");
    assert_eq!(desk.toast(), "no filter to save; / filters the list");
    desk.press("/ \"is:blue\" tab s f");
    assert!(desk.toast().contains("unknown is:blue"), "{}", desk.toast());
    desk.press("esc s k \"23\" tab s f");
    assert_eq!(desk.toast(), "a search by keypad cannot be saved");
    desk.press("esc / \"ada\" tab s f enter");
    assert!(desk.frame().contains("type a name for the filter"));

    std::fs::write(&file, "# mine\n[filters]\npals = 'x'\n").unwrap();
    desk.press("\"pals\" enter");
    assert!(desk.top::<SaveFilter>().is_some());
    let frame = desk.frame();
    assert!(frame.contains("a filter named pals already"), "{frame}");
    desk.press("\"2\" enter");
    assert!(desk.app.pages.is_bare());
    let text = std::fs::read_to_string(&file).unwrap();
    assert_eq!(text, "# mine\n[filters]\npals = 'x'\npals2 = \"ada\"\n");

    // A folder stands where the file is to be.
    std::fs::remove_file(&file).unwrap();
    std::fs::create_dir(&file).unwrap();
    desk.press("s f \"other\" enter");
    let frame = desk.frame();
    assert!(frame.contains("cannot save the filter in"), "{frame}");
}

#[test]
fn saved_filters_are_listed_only_over_the_list_of_contacts() {
    let (mut desk, _) = desk(100, 30);
    desk.app.session.filters = vec![saved("pals", "tag:=\"old friends\"")];
    desk.press("s h : \"pals\"");
    assert!(desk.top::<Palette>().is_some());
    assert!(desk.frame().contains("no such command"), "{}", desk.frame());
    desk.press("esc esc esc enter : \"old_fri\" enter");
    assert_eq!(desk.names(), ["Ada Lovelace"]);
}

#[test]
fn a_wrong_filter_is_named_with_its_line_and_the_others_are_used() {
    let text = "[filters]\ngarage = \"tag:garage -is:historic\"\nbad = \"is:blue\"\nodd = 3\n";
    let config = Config::of_bytes(text.as_bytes(), Path::new("/etc/config.toml"));
    assert_eq!(config.filters, [saved("garage", "tag:garage -is:historic")]);
    let told = &config.troubles;
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(told[0].contains("config.toml:3: [filters] bad: unknown is:blue; expected one of"));
    assert!(
        told[1].contains("config.toml:4: [filters] odd: expected text"),
        "{told:?}"
    );
}
