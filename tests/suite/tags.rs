//! Tags: their page, renaming and deleting one in the whole book, and completing one in a form.

use crate::support::desk::Desk;
use callbook::domain::bulk::Change;
use callbook::domain::contact::ContactAttributes;
use callbook::domain::rehearsal::Task;
use callbook::tui::pages::contact_form::{ContactForm, ContactPlace, TEXTS};
use callbook::tui::pages::preview::Preview;
use callbook::tui::pages::tags::Tags;

const CARDS: &str = "BEGIN:VCARD\nVERSION:3.0\nFN:Ada Lovelace\nTEL:+44 20 7946 0018\nCATEGORIES:garage,club,chess\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nFN:Ben Ito\nTEL:+39 02 5550 1183\nCATEGORIES:Garage,Café\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nFN:Cleo Wu\nCATEGORIES:garage sale\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nFN:Dora Prado\nTEL:+55 11 5550 138\nCATEGORIES:garage\nEND:VCARD\n";

fn tags_of(desk: &Desk, name: &str) -> Vec<String> {
    let at = desk.names().iter().position(|known| known == name).unwrap();
    let id = desk.app.pages.contacts.list.row(at).unwrap().id;
    desk.book.store.contact(id).unwrap().tags
}

#[test]
fn the_page_of_tags_counts_them_and_lists_exactly_their_contacts() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, CARDS);
        desk.press("s t j j j");
        insta::assert_snapshot!(format!("tags_{width}x{height}"), desk.frame());
        desk.press("enter");
        assert!(desk.app.pages.is_bare());
        let filter = desk.app.pages.contacts.list.filter.text().to_owned();
        assert_eq!(filter, "tag:=garage");
        assert_eq!(
            desk.app.pages.contacts.list.total,
            Some(3),
            "not garage sale"
        );
        desk.press("esc s t G enter");
        let filter = desk.app.pages.contacts.list.filter.text();
        assert_eq!(filter, "tag:=\"garage sale\"");
        assert_eq!(desk.names(), ["Cleo Wu"]);

        let mut none = Desk::new(
            width,
            height,
            "BEGIN:VCARD\nVERSION:3.0\nFN:Ada\nEND:VCARD\n",
        );
        none.press("s t");
        insta::assert_snapshot!(format!("no_tags_{width}x{height}"), none.frame());
        none.press("enter");
        assert_eq!(none.toast(), "no tag here");
    }
}

#[test]
fn a_tag_is_renamed_in_the_whole_book_in_one_step() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("s t j j j r");
    insta::assert_snapshot!("rename_tag", desk.frame());
    desk.press("enter");
    assert!(desk.frame().contains("this is its name already"));
    // All of what is there is selected, so that typing replaces it.
    desk.press("\"workshop\" enter");
    assert!(desk.top::<Preview>().is_some(), "{}", desk.frame());
    insta::assert_snapshot!("rename_tag_preview", desk.frame());
    desk.press("enter");
    assert!(desk.top::<Tags>().is_some(), "{}", desk.frame());
    assert_eq!(desk.toast(), "Renamed tag garage to workshop: 3 contacts");
    assert_eq!(
        tags_of(&desk, "Ada Lovelace"),
        ["workshop", "club", "chess"]
    );
    assert_eq!(tags_of(&desk, "Ben Ito"), ["workshop", "Café"]);
    assert_eq!(tags_of(&desk, "Cleo Wu"), ["garage sale"]);
    assert!(desk.frame().contains("workshop"));
    desk.press("u");
    assert_eq!(tags_of(&desk, "Ada Lovelace"), ["garage", "club", "chess"]);
    assert_eq!(tags_of(&desk, "Ben Ito"), ["Garage", "Café"]);
    assert_eq!(tags_of(&desk, "Dora Prado"), ["garage"]);

    // Renamed to one that a contact has already, the two become one.
    desk.press("g g j j j r \"clu\" tab enter enter");
    assert_eq!(tags_of(&desk, "Ada Lovelace"), ["club", "chess"]);
    assert_eq!(tags_of(&desk, "Dora Prado"), ["club"]);
}

#[test]
fn a_name_that_no_tag_can_have_is_refused_where_it_is_typed() {
    let mut desk = Desk::new(80, 24, CARDS);
    desk.press("s t r \"a,b\" enter");
    assert!(
        desk.frame().contains("a tag cannot have a comma"),
        "{}",
        desk.frame()
    );
    desk.press("esc r ^U enter");
    assert!(
        desk.frame().contains("type a new name for"),
        "{}",
        desk.frame()
    );
}

#[test]
fn a_tag_is_deleted_from_all_contacts_in_one_step() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("s t j j j d");
    assert!(desk.top::<Preview>().is_some(), "{}", desk.frame());
    desk.press("enter");
    assert_eq!(tags_of(&desk, "Ada Lovelace"), ["club", "chess"]);
    assert_eq!(tags_of(&desk, "Ben Ito"), ["Café"]);
    assert_eq!(tags_of(&desk, "Cleo Wu"), ["garage sale"]);
    assert!(desk.top::<Tags>().is_some());
    desk.press("u");
    assert_eq!(tags_of(&desk, "Ben Ito"), ["Garage", "Café"]);
}

#[test]
fn a_tag_with_any_sign_is_renamed() {
    for tag in ["5\"", "🎉", "a b", "x=y", "-tag:x", "Straße"] {
        let mut desk = Desk::new(100, 30, "BEGIN:VCARD\nVERSION:3.0\nFN:Ada\nEND:VCARD\n");
        let id = desk.app.pages.contacts.list.row(0).unwrap().id;
        let sent = ContactAttributes {
            tags: Some(vec![tag.to_owned()]),
            overwrite: true,
            ..Default::default()
        };
        desk.book
            .store
            .update_contact(id, sent, Vec::new())
            .unwrap();
        let change = Change::RenameTag {
            from: tag.to_owned(),
            to: "new".to_owned(),
        };
        desk.book.rehearse_and_perform(&Task::of_tag(tag, change));
        assert_eq!(tags_of(&desk, "Ada"), ["new"], "{tag}");
    }
}

#[test]
fn the_form_offers_the_tags_of_the_book() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, CARDS);
        desk.press("a \"Eva\"");
        let tags = |desk: &Desk| -> String {
            let form = desk.top::<ContactForm>().unwrap();
            form.texts[place_of("tags")].text().to_owned()
        };
        while desk.top::<ContactForm>().unwrap().place != ContactPlace::Text(place_of("tags")) {
            desk.press("tab");
        }
        desk.press("\"chess,_g\"");
        insta::assert_snapshot!(format!("form_tags_{width}x{height}"), desk.frame());
        desk.press("down down enter");
        assert_eq!(tags(&desk), "chess, garage sale");
        // What is typed and not taken stays as it is.
        desk.press("\",_c\"");
        assert!(desk.frame().contains("Café"), "{}", desk.frame());
        assert!(!desk.frame().contains("chess\n"), "given already");
        desk.press("esc");
        assert!(
            desk.top::<ContactForm>().is_some(),
            "esc closes the list first"
        );
        desk.press("\"ar\" ^S");
        assert_eq!(tags_of(&desk, "Eva"), ["chess", "garage sale", "car"]);
    }
}

/// Where a field of the form stands.
fn place_of(name: &str) -> usize {
    let mut texts = TEXTS.iter();
    texts.position(|field| field.name == name).unwrap()
}
