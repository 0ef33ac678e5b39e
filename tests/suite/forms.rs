//! The forms as a person types into them: choices with their lists, numbers that are formatted while they
//! are typed, and what is said of other contacts meanwhile.

use crate::support::desk::Desk;
use callbook::domain::number::Region;
use callbook::tui::pages::contact_form::{ContactForm, ContactPlace, TEXTS};
use callbook::tui::pages::detail_form::DetailForm;
use callbook::tui::pages::phone_form::PhoneForm;
use callbook::tui::pages::question::Question;
use callbook::tui::protocol::{Msg, Reply, Request};

const CARDS: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Marco Bianchi\nTEL;TYPE=WORK:+39 02 5550 1182\n\
TEL;TYPE=CELL:+39 347 555 0164\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:Ada King\nTEL;TYPE=CELL:+1 416 555 0164\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:3\nFN:Zoe Zanetti\nTEL;TYPE=Barn:+77 12 345 6789\nEND:VCARD\n";

/// The screens of a book, in the form for a new number of Marco Bianchi.
fn adding(width: u16, height: u16) -> Desk {
    let mut desk = Desk::new(width, height, CARDS);
    desk.app.session.home = Region::new("IT");
    desk.press("/ \"bianchi\" enter a a");
    desk
}

fn form(desk: &Desk) -> &PhoneForm {
    let form = desk.top();
    form.unwrap_or_else(|| panic!("{:?}\n{}", desk.app.pages.last(), desk.frame()))
}

fn country(desk: &Desk) -> &str {
    form(desk).entry.country.text()
}

fn number(desk: &Desk) -> &str {
    form(desk).entry.number.text()
}

fn label(desk: &Desk) -> &str {
    form(desk).entry.label.text()
}

/// The numbers of the contact that is shown, each with its label.
fn stored(desk: &Desk) -> Vec<(String, Option<String>)> {
    let profile = desk.app.pages.contacts.detail.profile.as_ref().unwrap();
    let phones = desk.book.phones(profile.full.contact.id).into_iter();
    phones.map(|phone| (phone.number, phone.location)).collect()
}

#[test]
fn a_country_is_chosen_by_any_of_its_names_and_tab_takes_the_best_match() {
    for (typed, chosen) in [
        ("usa", "+1 United States"),
        ("uk", "+44 United Kingdom"),
        ("ital", "+39 Italy"),
        ("deut", "+49 Germany"),
        ("holland", "+31 Netherlands"),
        ("+41", "+41 Switzerland"),
        ("at", "+43 Austria"),
        ("1", "+1 United States"),
    ] {
        let mut desk = adding(100, 30);
        desk.press(&format!("shift-tab \"{typed}\""));
        assert!(
            desk.frame().contains(&format!("▌ {chosen}")),
            "{}",
            desk.frame()
        );
        desk.press("tab");
        assert_eq!(country(&desk), chosen, "{typed}");
        desk.press("\"1\"");
        assert_eq!(number(&desk), "1", "the number is next");
    }
}

#[test]
fn arrows_mark_a_line_enter_takes_it_and_esc_closes_the_list_first() {
    let mut desk = adding(100, 30);
    desk.press("\"347_555_0199\" shift-tab \"ger\" down up enter");
    assert_eq!(country(&desk), "+49 Germany");
    assert_eq!(
        stored(&desk).len(),
        2,
        "enter took the line, and saved nothing"
    );
    desk.press("\"urug\" down enter");
    assert_eq!(
        country(&desk),
        "+598 Uruguay",
        "down stays on the only line"
    );
    desk.press("\"ger\" esc");
    assert_eq!(
        country(&desk),
        "+598 Uruguay",
        "what was half typed is gone"
    );
    desk.press("esc");
    assert!(desk.top::<Question>().is_some());
    desk.press("n backspace tab");
    assert_eq!(country(&desk), "", "no country is one, too");
}

#[test]
fn what_is_half_typed_is_never_stored_as_if_it_was_chosen() {
    let mut desk = adding(100, 30);
    desk.press("\"030_901820\" shift-tab \"ger\" ^S");
    assert_eq!(desk.toast(), "no country is called ger; choose one");
    assert_eq!(stored(&desk).len(), 2);
    assert!(desk.frame().contains("▌ +49 Germany"), "{}", desk.frame());
    assert_eq!(form(&desk).calling_code().as_deref(), Some("39"));
    desk.press("^U \"xyz\" tab");
    assert_eq!(desk.toast(), "no country matches xyz");
    assert_eq!(
        country(&desk),
        "xyz",
        "the cursor stays, with what was typed"
    );
    // A whole name is enough.
    desk.press("^U \"germany\" ^S");
    assert!(desk.app.pages.is_bare(), "{}", desk.frame());
    assert!(
        stored(&desk)
            .iter()
            .any(|(number, _)| number == "+4930901820")
    );
}

#[test]
fn a_label_may_be_any_text_and_a_line_is_taken_only_where_it_is_marked() {
    let mut desk = adding(100, 30);
    desk.press("\"347_555_0199\" tab");
    assert!(
        desk.frame().contains("mobile"),
        "a blank label lists the usual ones"
    );
    desk.press("\"wo\"");
    assert!(desk.frame().contains("  work "), "{}", desk.frame());
    desk.press("tab");
    assert_eq!(label(&desk), "wo", "tab keeps it as it is typed");
    desk.press("shift-tab \"wo\" down enter");
    assert_eq!(label(&desk), "work");
    desk.press("shift-tab tab \"ba\" down enter enter");
    let labels: Vec<_> = stored(&desk).into_iter().map(|(_, label)| label).collect();
    assert!(
        labels.contains(&Some("barn".to_owned())),
        "the book's own labels are there: {labels:?}"
    );
    // Without a mark, enter saves what is typed.
    let mut desk = adding(100, 30);
    desk.press("\"347_555_0199\" tab \"mob\" enter");
    assert!(
        stored(&desk)
            .iter()
            .any(|(_, label)| label.as_deref() == Some("mob"))
    );
}

#[test]
fn of_equal_matches_the_one_that_the_book_uses_comes_first_once_that_is_known() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.app.session.home = None;
    desk.press("/ \"bianchi\" enter");
    desk.hold();
    desk.press("a a shift-tab \"i\"");
    assert!(desk.frame().contains("▌ +354 Iceland"), "{}", desk.frame());
    desk.let_all_go();
    assert!(
        desk.frame().contains("▌ +354 Iceland"),
        "a late answer moves no line"
    );
    desk.press("^U \"i\"");
    assert!(desk.frame().contains("▌ +39 Italy"), "{}", desk.frame());
    desk.press("^U \"united\" backspace");
    desk.app.session.home = Region::new("GB");
    desk.press("\"d\"");
    assert!(
        desk.frame().contains("▌ +44 United Kingdom"),
        "{}",
        desk.frame()
    );
}

#[test]
fn a_list_never_covers_the_number_and_the_cursor_is_in_its_field() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = adding(width, height);
        desk.press("\"3475550199\"");
        for (keys, line) in [
            ("shift-tab backspace", "+39 Italy"),
            ("\"a\"", "▌ +"),
            ("tab tab", "mobile"),
            ("\"o\"", "office"),
        ] {
            desk.press(keys);
            let frame = desk.frame();
            assert!(frame.contains("347 555 0199"), "{keys}:\n{frame}");
            assert!(frame.contains(line), "{keys}:\n{frame}");
            assert!(
                frame.contains("Country") || keys != "\"a\"",
                "{keys}:\n{frame}"
            );
        }
    }
    let mut desk = adding(100, 30);
    desk.press("shift-tab backspace");
    insta::assert_snapshot!("countries_100x30", desk.frame());
    desk.press("\"un\" down");
    desk.run_size(40, 12);
    insta::assert_snapshot!("countries_40x12", desk.frame());
}

#[test]
fn a_paste_into_a_choice_takes_the_place_of_what_was_chosen() {
    let mut desk = adding(100, 30);
    desk.press("shift-tab");
    desk.paste("Österreich\n");
    desk.press("tab");
    assert_eq!(country(&desk), "+43 Austria");
    desk.paste("+44 20 7946 0018");
    assert_eq!(
        (country(&desk), number(&desk)),
        ("+44 United Kingdom", "+44 20 7946 0018")
    );
    desk.press("tab");
    desk.paste("Office, 2nd floor");
    desk.press("enter");
    let label = Some("Office, 2nd floor".to_owned());
    assert!(stored(&desk).contains(&("+442079460018".to_owned(), label)));
}

#[test]
fn a_number_is_formatted_while_it_is_typed_and_shown_as_it_is_stored() {
    let mut desk = adding(100, 30);
    desk.press("\"34755\"");
    assert_eq!(number(&desk), "347 55");
    desk.press("\"50199\"");
    assert_eq!(number(&desk), "347 555 0199");
    assert!(
        desk.frame()
            .contains("✓ mobile · stored as +39 347 555 0199"),
        "{}",
        desk.frame()
    );
    desk.press("backspace backspace backspace backspace backspace");
    assert_eq!(number(&desk), "347 555", "what is taken out is gone");
    desk.press("^A \"0\"");
    assert_eq!(number(&desk), "0347 555", "the cursor stays where it types");
    desk.press("^U ^K");
    desk.press("shift-tab \"gb\" tab \"02079460018\"");
    assert_eq!(number(&desk), "020 7946 0018");
    assert!(
        desk.frame().contains("stored as +44 20 7946 0018"),
        "{}",
        desk.frame()
    );
    desk.press("^U \"030/901820\"");
    assert_eq!(number(&desk), "030/901820", "a person's own signs stay");
    desk.press("^U \"+1213456\"");
    assert_eq!(number(&desk), "+1 213-456");
}

#[test]
fn who_else_has_the_number_is_said_while_it_is_typed_and_only_of_that_number() {
    let mut desk = adding(100, 30);
    desk.press("^U \"+14165550164\"");
    assert!(
        desk.frame().contains("also a number of Ada King (mobile)"),
        "{}",
        desk.frame()
    );
    desk.press("backspace");
    assert!(!desk.frame().contains("also a number"), "{}", desk.frame());
    desk.hold();
    desk.press("\"4\"");
    assert_eq!(desk.waiting(), 1);
    desk.press("backspace backspace backspace");
    desk.let_all_go();
    assert!(
        !desk.frame().contains("also a number"),
        "a late answer is about the number of before"
    );
    desk.press("\"164\"");
    desk.let_all_go();
    assert!(desk.frame().contains("also a number of Ada King (mobile)"));
    desk.requests();
    desk.run_size(40, 12);
    assert!(desk.frame().contains("also a number"), "{}", desk.frame());
}

#[test]
fn an_answer_about_a_number_goes_to_its_form_alone() {
    let mut desk = adding(100, 30);
    desk.hold();
    desk.press("^U \"+14165550164\" esc y");
    desk.press("a a");
    desk.let_all_go();
    assert!(!desk.frame().contains("also a number"), "{}", desk.frame());
    let late = |msg: &Msg| matches!(msg, Msg::Store(_, Reply::Holders(_)));
    assert!(desk.held.iter().flatten().all(|msg| !late(msg)));
    assert!(
        desk.requests()
            .iter()
            .any(|asked| matches!(asked, Request::Holders(..)))
    );
}

/// The texts of the contact form that is open: name, given name, family name.
fn names(desk: &Desk) -> [String; 3] {
    let Some(form) = desk.top::<ContactForm>() else {
        panic!("{:?}\n{}", desk.app.pages.last(), desk.frame());
    };
    ["name", "given_name", "family_name"].map(|name| {
        let at = TEXTS.iter().position(|field| field.name == name).unwrap();
        form.texts[at].text().to_owned()
    })
}

#[test]
fn the_shown_name_and_its_parts_follow_each_other_as_long_as_one_is_made_of_the_other() {
    let mut desk = Desk::new(100, 30, "");
    desk.press("a \"Dr._Anna_van_der_Berg\"");
    assert_eq!(
        names(&desk),
        ["Dr. Anna van der Berg", "Anna", "van der Berg"]
    );
    desk.press("tab tab enter tab tab tab ^U \"Bosch\"");
    assert_eq!(names(&desk), ["Dr. Anna Bosch", "Anna", "Bosch"]);
    // Parts that a person typed are not guessed from the name any more.
    desk.press("up up up up up ^U \"Annie_B.\"");
    assert_eq!(names(&desk), ["Annie B.", "Anna", "Bosch"]);
    desk.press("^S");
    let contact = desk.shown().contact;
    let parts = (
        contact.given_name.as_deref(),
        contact.family_name.as_deref(),
    );
    assert_eq!(
        (&*contact.name, parts),
        ("Annie B.", (Some("Anna"), Some("Bosch")))
    );
    // A nickname of a person stays what it is when a part changes.
    desk.press("e tab tab enter tab ^U \"Johanna\"");
    assert_eq!(names(&desk), ["Annie B.", "Johanna", "Bosch"]);
}

#[test]
fn parts_that_a_card_brought_stay_when_the_shown_name_is_touched() {
    let cards =
        "BEGIN:VCARD\nVERSION:3.0\nFN:Maria Garcia Lopez\nN:Garcia Lopez;Maria;;;\nEND:VCARD\n";
    let mut desk = Desk::new(100, 30, cards);
    desk.press("g g e \"z\" tab tab enter shift-tab");
    assert_eq!(
        names(&desk),
        ["Maria Garcia Lopezz", "Maria", "Garcia Lopez"]
    );
    desk.press("^S");
    let contact = desk.shown().contact;
    assert_eq!(contact.family_name.as_deref(), Some("Garcia Lopez"));
    assert_eq!(contact.name, "Maria Garcia Lopezz");
    // The last name changes the shown name where that was made of it.
    let mut desk = Desk::new(100, 30, cards);
    desk.press("g g e tab tab enter tab tab tab ^U \"Ruiz\" ^S");
    assert_eq!(desk.names(), ["Maria Ruiz"]);
}

#[test]
fn a_contact_of_the_same_name_is_told_of_while_one_types_and_only_of_that_name() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("a \"king,_ada\"");
    assert!(
        desk.frame().contains("another contact is named Ada King"),
        "{}",
        desk.frame()
    );
    desk.press("\"x\"");
    assert!(
        !desk.frame().contains("another contact"),
        "{}",
        desk.frame()
    );
    desk.hold();
    desk.press("backspace");
    desk.press("^U");
    desk.let_all_go();
    assert!(
        !desk.frame().contains("another contact"),
        "a late answer is about the name of before"
    );
    desk.press("\"Ada_King\"");
    desk.let_all_go();
    desk.run_size(40, 12);
    assert!(
        desk.frame().contains("! another contact is"),
        "{}",
        desk.frame()
    );
    // One's own name is no other's.
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("/ \"bianchi\" enter up e \"x\" backspace");
    assert!(
        !desk.frame().contains("another contact"),
        "{}",
        desk.frame()
    );
}

#[test]
fn a_number_that_is_not_found_stands_in_the_number_field_of_the_new_contact() {
    for typed in ["+44 20 7946 0018", "020 7946 0018"] {
        let mut desk = Desk::new(100, 30, CARDS);
        desk.app.session.home = Region::new("GB");
        desk.press("/");
        desk.paste(typed);
        desk.press("tab a");
        let Some(form) = desk.top::<ContactForm>() else {
            panic!("{}", desk.frame())
        };
        assert_eq!(form.texts[0].text(), "");
        assert_eq!(form.numbers[0].form.entry.number.text(), typed);
        assert!(
            desk.frame().contains("+44 20 7946 0018"),
            "{}",
            desk.frame()
        );
        desk.press("\"Who_Called\" ^S");
        let numbers: Vec<String> = stored(&desk)
            .into_iter()
            .map(|(number, _)| number)
            .collect();
        assert_eq!(numbers, ["+442079460018"], "{typed}: {}", desk.toast());
    }
}

#[test]
fn what_was_typed_is_kept_where_only_similar_contacts_are_found_or_no_answer_has_come() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("/ \"Bianhci\"");
    assert!(desk.frame().contains("1 similar"), "{}", desk.frame());
    desk.press("tab a");
    assert_eq!(names(&desk)[0], "Bianhci");
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("/ \"Bianchi\" tab a");
    assert_eq!(names(&desk)[0], "", "it is found: another one is added");
    let mut desk = Desk::new(100, 30, CARDS);
    desk.hold();
    desk.press("/ \"+44_20_7946_0018\" tab a");
    desk.let_all_go();
    let Some(form) = desk.top::<ContactForm>() else {
        panic!("{}", desk.frame())
    };
    assert_eq!(form.numbers[0].form.entry.number.text(), "+44 20 7946 0018");
}

#[test]
fn control_e_is_the_end_of_the_line_and_control_x_control_e_the_editor() {
    for keys in ["a", "/ \"bianchi\" enter e"] {
        let mut desk = Desk::new(100, 30, CARDS);
        desk.press(keys);
        desk.press("^U ^K \"ab\" ^A ^E \"c\" ^A ^D");
        let text = desk.app.pages.top().text().unwrap().text().to_owned();
        assert_eq!(text, "bc", "{keys}");
        desk.hold();
        desk.press("^X ^E");
        desk.let_all_go();
        assert_eq!(
            desk.app.pages.top().text().unwrap().text(),
            "bc edited",
            "{keys}"
        );
    }
}

#[test]
fn the_contact_form_has_a_line_for_each_field_and_says_where_there_is_more() {
    let cards = "BEGIN:VCARD\nVERSION:3.0\nFN:Marco Bianchi\nORG:Officina Bianchi\nTITLE:Mechanic\n\
NOTE:Speaks English.\\nCall before noon.\nTEL:+39 02 5550 1182\nTEL:+39 347 555 0164\nEND:VCARD\n";
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, cards);
        desk.press("g g e");
        let frame = desk.frame();
        let rows = |word: &str| frame.lines().position(|line| line.contains(word));
        let after = |word: &str| rows(word).unwrap_or(usize::MAX);
        assert!(after("+39 02 5550") < after("Tags"), "{frame}");
        assert!(
            after("Title") < after("+39 02 5550"),
            "what says something is shown: {frame}"
        );
        assert_eq!(
            frame.lines().filter(|line| line.contains("━━━━")).count(),
            1,
            "{frame}"
        );
        let is_cut = rows("Favourite").is_none();
        assert_eq!(
            frame.contains('▾'),
            is_cut || rows("Note").is_some(),
            "{frame}"
        );
        for _ in 0..20 {
            desk.press("tab");
            desk.draw();
        }
        desk.press("esc g g e shift-tab shift-tab");
        assert!(
            desk.frame().contains("Call before noon."),
            "all of the note: {}",
            desk.frame()
        );
    }
}

#[test]
fn the_terminals_cursor_is_in_the_field_of_the_page_on_top_or_hidden() {
    use callbook::tui::widgets::theme::{ColorPalette, UNICODE};
    let place = |desk: &Desk| {
        let drawn = desk.drawn(ColorPalette::Mono, &UNICODE);
        let at = drawn.cursor_position();
        drawn.cursor_visible().then_some((at.x, at.y))
    };
    let mut desk = Desk::new(100, 30, CARDS);
    assert_eq!(place(&desk), None, "a list has none");
    desk.press("a \"Ada\"");
    assert!(place(&desk).is_some());
    desk.press("esc");
    assert!(desk.top::<Question>().is_some());
    assert_eq!(place(&desk), None, "a question has no field");
    desk.press("esc F1");
    let help = place(&desk).unwrap();
    desk.press("\"x\"");
    assert_eq!(place(&desk), Some((help.0 + 1, help.1)));
    desk.press("esc esc tab tab tab enter \"34\"");
    let row = desk
        .frame()
        .lines()
        .position(|line| line.contains("Number "));
    assert_eq!(place(&desk).map(|(_, y)| usize::from(y)), row);
}

const TABLE: &str = "Naam,Tel,Kenmerk,Opmerking\n\
Anna de Vries,020 555 0170,0655501234,Buurvrouw\nBob Smit,030 555 0199,,\n";

/// The preview of a table, with answers that are given at once.
fn table(width: u16, height: u16) -> Desk {
    let mut desk = Desk::new(width, height, CARDS);
    desk.app.session.home = Region::new("US");
    desk.preview("people.csv", TABLE.as_bytes());
    desk
}

/// The numbers of the contact with a name.
fn numbers_of(desk: &Desk, name: &str) -> Vec<(String, Option<String>)> {
    let named = desk.book.store.named(name, None).unwrap();
    let phones = desk.book.phones(named[0].contact).into_iter();
    phones.map(|phone| (phone.number, phone.location)).collect()
}

#[test]
fn a_column_of_a_table_is_read_as_what_a_person_says_it_holds() {
    let mut desk = table(100, 30);
    desk.press("c");
    let frame = desk.frame();
    let row = |word: &str| {
        frame
            .lines()
            .find(|line| line.contains(word))
            .unwrap()
            .to_owned()
    };
    assert!(
        row("Naam").contains("name") && row("Naam").contains("Anna de Vries"),
        "{frame}"
    );
    assert!(
        row("Tel ").contains("phone") && row("Tel ").contains("020 555 0170"),
        "{frame}"
    );
    insta::assert_snapshot!("columns_100x30", frame);
    desk.press("j j enter");
    desk.press("\"phone:mo\" enter");
    assert!(
        desk.frame().contains("1 column changed"),
        "{}",
        desk.frame()
    );
    desk.requests();
    desk.press("esc");
    let asked = desk.requests();
    assert!(
        matches!(&asked[0], Request::RehearseImport(_, options) if options.maps.values().eq([&["#3=phone:mobile"]]))
    );
    assert!(desk.frame().contains("0655501234"), "{}", desk.frame());
    desk.press("r \"holl\" enter");
    assert!(desk.frame().contains("+31 6 55501234"), "{}", desk.frame());
    assert!(
        desk.frame().contains("020 555 0170"),
        "what the file says is beside it"
    );
    insta::assert_snapshot!("columns_read_again_100x30", desk.frame());
    desk.press("enter");
    let label = |label: &str| Some(label.to_owned());
    let numbers = numbers_of(&desk, "Anna de Vries");
    assert!(
        numbers.contains(&("+31655501234".to_owned(), label("mobile"))),
        "{numbers:?}"
    );
    assert!(
        numbers.iter().any(|(number, _)| number == "+31205550170"),
        "{numbers:?}"
    );
    desk.press("u");
    assert!(
        desk.book
            .store
            .named("Anna de Vries", None)
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_preview_that_cannot_be_read_so_stays_as_it_was() {
    let mut desk = table(80, 24);
    let before = desk.frame();
    desk.press("c enter \"other\" enter");
    for _ in 0..3 {
        desk.press("j enter \"other\" enter");
    }
    desk.press("esc");
    assert!(
        desk.toast().contains("not a table of contacts"),
        "{}",
        desk.toast()
    );
    desk.app.session.toast = None;
    assert_eq!(desk.frame(), before);
    // An unknown field is refused by name, and the preview stays as it was.
    desk.press("c enter \"shoe\" enter");
    assert!(
        desk.toast().contains("unknown kind of column shoe"),
        "{}",
        desk.toast()
    );
    desk.press("esc esc");
    desk.app.session.toast = None;
    assert_eq!(desk.frame(), before);
    desk.press("enter");
    assert!(
        !desk.book.store.named("Bob Smit", None).unwrap().is_empty(),
        "{}",
        desk.toast()
    );
}

#[test]
fn the_country_is_chosen_for_cards_too_and_late_answers_go_to_the_preview() {
    let card = "BEGIN:VCARD\nVERSION:3.0\nFN:Eva Braun\nTEL:030 901820\nEND:VCARD\n";
    let mut desk = Desk::new(100, 30, CARDS);
    desk.preview("eva.vcf", card.as_bytes());
    desk.press("c");
    assert_eq!(desk.toast(), "only tables have columns");
    desk.hold();
    desk.press("r \"germany\" enter");
    desk.press("enter");
    assert_eq!(
        desk.toast(),
        "still working; esc stops it",
        "nothing is imported before it is read"
    );
    desk.let_all_go();
    assert!(desk.frame().contains("+49 30 901820"), "{}", desk.frame());
    desk.press("enter");
    desk.let_all_go();
    assert_eq!(numbers_of(&desk, "Eva Braun")[0].0, "+4930901820");
}

#[test]
fn the_pages_of_an_import_are_drawn_at_every_size() {
    for (width, height) in [(80, 24), (40, 12), (20, 5)] {
        let mut desk = table(width, height);
        desk.press("c");
        desk.draw();
        desk.press("enter");
        desk.draw();
        desk.press("down down \"x\"");
        desk.draw();
        desk.press("esc esc r \"de\"");
        desk.draw();
        assert!(
            width < 40 || desk.frame().contains("+49 Germany"),
            "{}",
            desk.frame()
        );
    }
}

/// A person with all that most have, in the form alone: what can be added has a line of its own there.
#[test]
fn a_new_contact_gets_its_address_and_birthday_in_the_form() {
    for (width, height) in [(80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, CARDS);
        desk.app.session.home = Region::new("IT");
        let go = |desk: &mut Desk, place: ContactPlace| {
            for _ in 0..20 {
                if desk.top::<ContactForm>().unwrap().place == place {
                    return;
                }
                desk.press("tab");
            }
            panic!("no {place:?}\n{}", desk.frame());
        };
        desk.press("a \"Ada_Lovelace\" tab \"Engines\"");
        for number in ["02_5550_1182", "347_555_0164"] {
            go(&mut desk, ContactPlace::AddNumber);
            desk.press(&format!("enter \"{number}\" ^S"));
        }
        go(&mut desk, ContactPlace::AddEmail);
        desk.press("enter \"ada@example.org\" ^S");
        go(&mut desk, ContactPlace::AddAddress);
        desk.press("enter \"12_St_James's_Square\" ^S");
        go(&mut desk, ContactPlace::AddBirthday);
        desk.press("enter \"30_Feb_1815\" ^S");
        // The fault is at its field, and what was typed stays: in the draft too.
        assert!(desk.top::<DetailForm>().is_some(), "{}", desk.frame());
        assert!(desk.frame().contains("30 Feb 1815"), "{}", desk.frame());
        assert!(!desk.top::<DetailForm>().unwrap().faults.is_empty());
        let draft = callbook::tui::draft::Draft::unsaved(&desk.app).unwrap();
        let draft = serde_json::to_string(&draft).unwrap();
        assert!(draft.contains("30 Feb 1815"), "{draft}");
        insta::assert_snapshot!(format!("birthday_fault_{width}x{height}"), desk.frame());
        desk.press(&"backspace ".repeat(11));
        desk.press("\"10_Dec_1815\" ^S");
        insta::assert_snapshot!(format!("birthday_form_{width}x{height}"), desk.frame());
        let places = desk.top::<ContactForm>().unwrap().places();
        assert!(!places.contains(&ContactPlace::AddBirthday), "there is one");
        desk.press("^S");
        let contact = desk.shown().contact;
        let details = contact.details.iter();
        let details: Vec<String> = details.map(|detail| detail.text().into_owned()).collect();
        assert_eq!(
            details,
            ["ada@example.org", "12 St James's Square", "1815-12-10"]
        );
        assert_eq!(contact.organisation.as_deref(), Some("Engines"));
    }
}
