//! The screens from keys to frames, without a terminal: `update` and `view` over a real database.

use crate::support::desk::Desk;
use callbook::config::KeyLine;
use callbook::domain::fingerprint::Fingerprint;
use callbook::domain::number::Region;
use callbook::domain::progress::Progress;
use callbook::domain::refusal::{Kind, Refusal};
use callbook::domain::rehearsal::Rehearsal;
use callbook::state::View;
use callbook::tui::app::App;
use callbook::tui::keymap::Keymap;
use callbook::tui::pages::conflict::Conflict;
use callbook::tui::pages::phone_form::PhoneForm;
use callbook::tui::pages::question::Question;
use callbook::tui::protocol::{Effect, Msg, Reply, Ticket, TimerId};
use callbook::tui::widgets::theme::{ASCII, ColorPalette};

const CARDS: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Marco Bianchi\nORG:Officina Bianchi S.r.l.\nTEL;TYPE=WORK,PREF:+39 02 5550 1182\n\
TEL;TYPE=CELL:+39 347 555 0164\nTEL;TYPE=HOME:+39 12\nNOTE:Speaks English. Call before noon.\nCATEGORIES:garage,vintage-club\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:丸山 Maruyama Ken\nTEL:+81 3 5550 1234\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:3\nFN:Martin Ødegård\nTEL:+47 55 55 01 77\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:4\nFN:Maryam Siddiqui\nEMAIL:maryam@example.org\nEND:VCARD\n";

/// Numbers that need attention, each for a reason of its own.
const TO_FIX: &str = "BEGIN:VCARD\nVERSION:3.0\nFN:Tamar Lev\n\
TEL;TYPE=CELL;X-CALLBOOK-SOURCE=google:+972 50 555 0118\nTEL;TYPE=CELL:+972 50 555 0181\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nFN:Mark Abernathy\nTEL:+1 212 555 0147\nTEL:+39 12\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nFN:Ana Prado\nTEL:+351 21 555 0199\nTEL;TYPE=HOME:+1 212 555 0147\nEND:VCARD\n";

/// One card of each fate for a book of [`CARDS`]: changed, the same, new, unreadable.
const NEW_CARDS: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:9\nFN:Aylin Demir\nTEL:+90 212 555 0134\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Bianchi, Marco\nTEL;TYPE=WORK:+39 02 5550 1182\nTEL;TYPE=FAX:+39 02 5550 1183\n\
NICKNAME:Marchino\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:3\nFN:Martin Ødegård\nTEL:+47 55 55 01 77\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nNOTE:nobody\nEND:VCARD\n";

/// Somebody who is there twice, a household, and a number that cannot be.
const TWICE: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Marco Bianchi\nORG:Officina Bianchi S.r.l.\n\
TEL;TYPE=WORK:+39 02 5550 1182\nTEL;TYPE=CELL:+39 347 555 0164\nNOTE:Speaks English.\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:BIANCHI, MARCO\nTEL;TYPE=CELL:+39 347 555 0164\nTEL:+39 12\n\
ORG:Bianchi\nNOTE:Call before noon.\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:3\nFN:Luca Bianchi\nTEL;TYPE=WORK:+39 02 5550 1182\nEND:VCARD\n";

#[test]
fn the_screens_at_three_sizes() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, CARDS);
        desk.press("g g");
        insta::assert_snapshot!(format!("list_{width}x{height}"), desk.frame());
        desk.press("enter j");
        insta::assert_snapshot!(format!("detail_{width}x{height}"), desk.frame());
        desk.press("e");
        insta::assert_snapshot!(format!("number_form_{width}x{height}"), desk.frame());
        desk.press("esc esc e");
        insta::assert_snapshot!(format!("contact_form_{width}x{height}"), desk.frame());
        desk.press("esc ? \"hist\"");
        insta::assert_snapshot!(format!("help_{width}x{height}"), desk.frame());
        desk.press("esc esc : \"sort\"");
        insta::assert_snapshot!(format!("palette_{width}x{height}"), desk.frame());
        desk.press("esc esc s");
        desk.app.which_key = true;
        insta::assert_snapshot!(format!("which_key_{width}x{height}"), desk.frame());
        let mut fix = Desk::new(width, height, TO_FIX);
        fix.press("f");
        insta::assert_snapshot!(format!("fix_numbers_{width}x{height}"), fix.frame());
        fix.press("b");
        insta::assert_snapshot!(format!("by_source_{width}x{height}"), fix.frame());
        let mut import = Desk::new(width, height, CARDS);
        import.preview("new.vcf", NEW_CARDS.as_bytes());
        import.press("j");
        insta::assert_snapshot!(format!("import_{width}x{height}"), import.frame());
        let mut search = Desk::new(width, height, CARDS);
        search.press("/ \"mar_label:\"");
        insta::assert_snapshot!(format!("completion_{width}x{height}"), search.frame());
        search.press("esc / \"biacnhi\"");
        insta::assert_snapshot!(format!("alike_{width}x{height}"), search.frame());
        search.press("esc s k \"627\"");
        insta::assert_snapshot!(format!("keypad_{width}x{height}"), search.frame());
        let mut care = Desk::new(width, height, TWICE);
        care.press("D");
        insta::assert_snapshot!(format!("duplicates_{width}x{height}"), care.frame());
        care.press("tab l");
        insta::assert_snapshot!(format!("duplicates_fields_{width}x{height}"), care.frame());
        // From the fields to the groups, and from there to the list.
        care.press("q q m");
        insta::assert_snapshot!(format!("change_many_{width}x{height}"), care.frame());
        care.press("\"country:it_label:work\" enter");
        insta::assert_snapshot!(format!("preview_{width}x{height}"), care.frame());
        care.press("enter d s l enter");
        insta::assert_snapshot!(format!("book_history_{width}x{height}"), care.frame());
        care.press("esc s b");
        insta::assert_snapshot!(format!("bin_{width}x{height}"), care.frame());
        care.press("esc s h j");
        insta::assert_snapshot!(format!("health_{width}x{height}"), care.frame());
        let empty = Desk::new(width, height, "");
        insta::assert_snapshot!(format!("empty_{width}x{height}"), empty.frame());
    }
}

#[test]
fn conditions_are_completed_and_the_row_shows_the_number_that_fits() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("/ \"label:m\" tab");
    assert_eq!(desk.app.pages.contacts.list.filter.text(), "label:mobile ");
    assert_eq!(desk.app.pages.contacts.list.total, Some(1));
    assert!(
        desk.frame()
            .contains("Marco Bianchi        +39 347 555 0164")
    );
    desk.press("\"is:blue\"");
    let frame = desk.frame();
    assert!(
        frame.contains("unknown is:blue; expected one of historic"),
        "{frame}"
    );
    assert!(
        !frame.contains("add label:"),
        "nobody is called so: {frame}"
    );
    desk.press("esc");
    assert_eq!(desk.app.pages.contacts.list.total, Some(4));
}

#[test]
fn whoever_was_opened_comes_first_among_equals_and_does_so_after_a_restart() {
    let cards = ["Mara A", "Mara B", "Mara C"].map(|name| {
        format!("BEGIN:VCARD\nVERSION:3.0\nFN:{name}\nTEL:+39 02 5550 1182\nEND:VCARD\n")
    });
    let mut desk = Desk::new(100, 30, &cards.concat());
    let first = |desk: &Desk| desk.app.pages.contacts.list.row(0).unwrap().name.clone();
    desk.press("/ \"mara\"");
    assert_eq!(first(&desk), "Mara A");
    desk.press("down down enter esc esc / \"mara\"");
    assert_eq!(first(&desk), "Mara C");

    let view = View {
        filter: String::new(),
        ..desk.app.leave()
    };
    let (now, size) = (desk.app.session.now, desk.app.session.size);
    desk.app = App::new(size, Keymap::default(), None, String::new());
    desk.app.session.now = now;
    desk.book.store.set_used(Vec::new());
    let effects = desk.app.start(&view);
    desk.run(effects);
    desk.press("/ \"mara\"");
    assert_eq!(first(&desk), "Mara C");
}

#[test]
fn without_unicode_the_same_is_said_in_ascii() {
    let desk = Desk::new(
        100,
        30,
        "BEGIN:VCARD\nFN:Ada Lovelace\nTEL;TYPE=home:+44 20 7946 0018\nEND:VCARD\n",
    );
    let frame = desk.frame_with(ColorPalette::Mono, &ASCII);
    assert!(frame.is_ascii(), "{frame}");
    assert!(frame.contains('*') && frame.contains('+'), "{frame}");
}

#[test]
fn any_size_is_drawn() {
    let mut desk = Desk::new(100, 30, CARDS);
    for keys in [
        "g g",
        "enter",
        "e",
        "esc esc e",
        "esc :",
        "esc i",
        "esc H",
        "esc f",
        "b",
    ] {
        desk.press(keys);
        for (width, height) in [
            (0, 0),
            (1, 1),
            (19, 4),
            (20, 5),
            (21, 6),
            (40, 12),
            (56, 16),
            (84, 15),
            (300, 220),
        ] {
            desk.run_size(width, height);
            desk.draw();
        }
        desk.run_size(100, 30);
    }
}

#[test]
fn names_and_numbers_are_found_in_any_spelling() {
    let mut desk = Desk::new(100, 30, CARDS);
    for (typed, found) in [
        ("odegard", "Martin Ødegård"),
        ("bianchi_marco", "Marco Bianchi"),
        ("officina", "Marco Bianchi"),
        ("3475550164", "Marco Bianchi"),
        ("0039_02-5550", "Marco Bianchi"),
        ("丸", "丸山 Maruyama Ken"),
        ("garage", "Marco Bianchi"),
    ] {
        desk.press(&format!("/ ^U \"{typed}\""));
        assert_eq!(desk.names(), [found], "{typed}");
        desk.press("esc");
    }
    assert_eq!(desk.names().len(), 4);
}

#[test]
fn letters_do_not_act_in_a_text() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("/ \"dqu?:\"");
    assert_eq!(desk.app.pages.contacts.list.filter.text(), "dqu?:");
    assert_eq!(desk.book.store.totals().unwrap().contacts, 4);
}

#[test]
fn a_flag_is_flipped_and_taken_back() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("/ \"bianchi\" enter j");
    let id = desk.app.pages.contacts.detail.phone().unwrap().id;
    desk.press("v");
    assert!(desk.book.get(id).valid_values);
    assert!(desk.toast().contains("Confirmed"), "{}", desk.toast());
    desk.press("u");
    assert!(!desk.book.get(id).valid_values);
    desk.press("^R");
    assert!(desk.book.get(id).valid_values);
    desk.press("r");
    assert!(desk.book.get(id).historic);
    desk.press("p");
    assert!(
        desk.toast().contains("historic number cannot be primary"),
        "{}",
        desk.toast()
    );
}

#[test]
fn marks_are_deleted_together_and_come_back_together() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("g g space space d");
    assert_eq!(desk.names().len(), 2);
    assert_eq!(desk.toast(), "Deleted 2 contacts");
    desk.press("u");
    assert_eq!(desk.names().len(), 4);
}

#[test]
fn a_form_with_text_asks_before_it_is_left() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("a \"Ada\" esc");
    assert!(desk.top::<Question>().is_some());
    desk.press("esc \"_Lovelace\" ^S");
    assert_eq!(desk.toast(), "Added Ada Lovelace");
    assert_eq!(
        desk.app.pages.contacts.list.current().unwrap().name,
        "Ada Lovelace",
        "the cursor goes to who is new"
    );
}

#[test]
fn a_number_in_international_form_brings_its_country() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("a \"Ada\" tab tab tab enter");
    let effects = desk.app.update(Msg::Paste("+44 20 7946 0018\n".to_owned()));
    desk.run(effects);
    let Some(form) = desk.top::<PhoneForm>() else {
        panic!("{}", desk.frame())
    };
    assert_eq!(form.entry.country.text(), "+44 United Kingdom");
    desk.press("enter ^S");
    assert_eq!(desk.toast(), "Added Ada");
    let phones = desk.shown().phones;
    assert_eq!(
        (phones.len(), phones[0].number.as_str(), phones[0].primary),
        (1, "+442079460018", true)
    );
}

#[test]
fn a_blank_number_is_refused_in_the_form_and_nothing_is_lost() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("/ \"bianchi\" enter e ^U tab \"fax\" enter");
    let Some(form) = desk.top::<PhoneForm>() else {
        panic!("the form stays")
    };
    assert_eq!(form.faults[0].attribute.as_deref(), Some("number"));
    assert!(form.entry.label.text().ends_with("fax"));
}

#[test]
fn a_stale_form_opens_the_conflict_and_keeps_what_was_typed() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("/ \"bianchi\" enter e ^U \"02_5550_2222\"");
    let id = desk.app.pages.contacts.detail.phone().unwrap().id;
    desk.book.set(
        id,
        serde_json::json!({"number": "+39 02 5550 1111", "location": "office"}),
    );
    desk.press("enter");
    let Some(conflict) = desk.top::<Conflict>() else {
        panic!("{}", desk.frame())
    };
    assert_eq!(conflict.undecided(), 1);
    insta::assert_snapshot!("conflict_100x30", desk.frame());
    desk.press("enter");
    assert_eq!(
        desk.book.get(id).number,
        "+390255501111",
        "nothing is written by habit"
    );
    desk.press("left enter");
    let stored = desk.book.get(id);
    assert_eq!(
        (stored.number.as_str(), stored.location.as_deref()),
        ("+390255502222", Some("office"))
    );
}

#[test]
fn an_old_answer_never_overwrites_a_newer_one() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("/ \"bianchi\"");
    let before = desk.app.clone();
    desk.app
        .update(Msg::Store(Ticket::default(), Reply::Count(99)));
    assert_eq!(desk.app.pages.contacts.list, before.pages.contacts.list);
}

#[test]
fn hostile_names_reach_no_terminal() {
    let cards = "BEGIN:VCARD\nFN:Bob \u{1b}]52;c;aGk=\u{7}\u{202e}evil\u{9b}31m\nTEL;TYPE=\u{1b}[31m:+47 55 55 01 77\nNOTE:\u{1b}[2J\nORG:\u{9d}x\nEND:VCARD\n";
    let mut desk = Desk::new(100, 30, cards);
    for keys in ["g g", "enter", "e", "esc esc e", "esc H"] {
        desk.press(keys);
        let frame = desk.frame();
        assert!(
            !frame.chars().any(|sign| sign.is_control() && sign != '\n'),
            "{keys}: {frame:?}"
        );
        assert!(!frame.contains('\u{202e}'));
    }
}

#[test]
fn a_popup_over_wide_letters_keeps_its_edge() {
    let card = |at| {
        format!("BEGIN:VCARD\nUID:{at}\nFN:田中花子田中花子\nTEL:+81 90 5550 {at:04}\nEND:VCARD\n")
    };
    let cards = (0..30).map(card).collect::<Vec<_>>().concat();
    let mut desk = Desk::new(100, 30, &cards);
    desk.press("g g :");
    for line in desk.frame().lines().skip(6).take(18) {
        assert!(line.contains('│'), "{line}");
    }
    // Six columns in, in the middle of the second letter.
    let edges = desk
        .frame()
        .lines()
        .filter(|line| line.chars().nth(6).is_some_and(|sign| "│╭╰".contains(sign)))
        .count();
    assert!(edges >= 20, "{}", desk.frame());
}

#[test]
fn numbers_are_fixed_one_contact_after_the_other_and_all_of_it_can_be_taken_back() {
    let mut desk = Desk::new(100, 30, TO_FIX);
    desk.press("f");
    assert_eq!(desk.names().len(), 3);
    assert!(desk.frame().contains("3 left · 0 done"), "{}", desk.frame());
    desk.press("enter");
    assert_eq!(desk.names().len(), 2);
    assert!(desk.frame().contains("2 left · 1 done"), "{}", desk.frame());
    let before = desk.app.pages.contacts.current();
    desk.press("s");
    assert_ne!(
        desk.app.pages.contacts.current(),
        before,
        "skipping goes on"
    );
    desk.press("s");
    assert_eq!(
        desk.app.pages.contacts.current(),
        before,
        "after the last comes the first"
    );
    desk.press("l d");
    assert!(desk.toast().starts_with("Deleted"), "{}", desk.toast());
    desk.press("b enter");
    assert!(
        desk.frame().contains("nothing is saved yet"),
        "what it does is shown first: {}",
        desk.frame()
    );
    desk.press("enter");
    assert_eq!(desk.book.store.totals().unwrap().attention, 0);
    desk.press("enter");
    assert!(
        desk.toast().contains("nothing needs attention"),
        "{}",
        desk.toast()
    );
    assert!(
        desk.frame().contains("No contact needs attention"),
        "{}",
        desk.frame()
    );
    assert_eq!(desk.app.pages.contacts.detail.profile, None);
    desk.press("u u u");
    assert_eq!(desk.book.store.totals().unwrap().attention, 3);
    desk.press("q");
    assert!(desk.app.pages.contacts.fix.is_none());
    assert_eq!(desk.names().len(), 3);
}

#[test]
fn the_filter_the_order_and_the_contact_come_back_at_the_next_start() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.press("s g / \"mar\" enter tab j");
    let view = desk.app.leave();
    let at = desk.app.pages.contacts.current();
    let size = desk.app.session.size;
    desk.app = App::new(size, Keymap::default(), Region::new("US"), String::new());
    let effects = desk.app.start(&view);
    desk.run(effects);
    assert_eq!(desk.app.pages.contacts.list.filter.text(), "mar");
    assert_eq!(desk.app.pages.contacts.current(), at);
    assert_eq!(desk.app.leave(), view);
}

#[test]
fn an_import_shows_its_plan_first_and_does_what_was_chosen() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.preview("new.vcf", NEW_CARDS.as_bytes());
    let frame = desk.frame();
    for words in ["+ 1 new", "~ 1 change", "= 1 same", "! 1", "import 2"] {
        assert!(frame.contains(words), "{words}:\n{frame}");
    }
    assert_eq!(
        desk.book.store.totals().unwrap().contacts,
        4,
        "nothing is saved yet"
    );
    desk.press("j s");
    assert!(desk.frame().contains("import 1"), "{}", desk.frame());
    desk.press("k k m n");
    desk.press("enter");
    assert_eq!(desk.book.store.totals().unwrap().contacts, 6);
    assert!(
        desk.toast().starts_with("2 new contacts"),
        "{}",
        desk.toast()
    );
    desk.press("u");
    assert_eq!(desk.book.store.totals().unwrap().contacts, 4);
    desk.preview("new.vcf", NEW_CARDS.as_bytes());
    desk.press("4");
    let frame = desk.frame();
    assert!(
        !frame.contains("Aylin") && frame.contains("card 4, line"),
        "{frame}"
    );
    desk.press("esc");
    assert!(desk.app.pages.is_bare());
}

#[test]
fn the_marked_go_out_and_a_file_that_is_there_stays() {
    let mut desk = Desk::new(100, 30, CARDS);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("marked.vcf");
    desk.press("space x");
    let waited = TimerId::WhichKey(desk.app.session.taken);
    desk.app.update(Msg::Timer(waited));
    assert!(desk.frame().contains("m marked"), "{}", desk.frame());
    desk.press("m");
    assert!(
        desk.frame().contains("1 marked contact"),
        "{}",
        desk.frame()
    );
    desk.press("^U");
    let effects = desk.app.update(Msg::Paste(file.display().to_string()));
    desk.run(effects);
    desk.press("enter");
    assert!(desk.frame().contains("1 contact to"), "{}", desk.frame());
    let cards = std::fs::read_to_string(&file).unwrap();
    assert_eq!(cards.matches("BEGIN:VCARD").count(), 1);
    desk.press("x f ^U");
    let effects = desk.app.update(Msg::Paste(file.display().to_string()));
    desk.run(effects);
    desk.press("enter");
    assert!(
        matches!(desk.top(), Some(Question::ReplaceFile(_))),
        "{}",
        desk.frame()
    );
    desk.press("n");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), cards);
    desk.press("esc x y");
    let copied = desk
        .effects
        .iter()
        .any(|effect| matches!(effect, Effect::Copy(text) if *text == cards));
    assert!(copied, "{:?}", desk.effects);
}

#[test]
fn what_is_no_number_is_copied_on_one_line_and_called_with_every_sign_quoted() {
    let mut book = crate::support::Book::new();
    let owner = book.contact("Ada");
    let number = "*31# x;ext=1\nrm -rf?&%é\u{1b}";
    book.post(owner, serde_json::json!({"number": number}))
        .unwrap();
    let mut desk = Desk::of(100, 30, book);
    desk.press("y c");
    let sent = |wanted: &Effect| desk.effects.iter().any(|effect| effect == wanted);
    let copied = "*31# x;ext=1 rm -rf?&%é␛".to_owned();
    assert!(sent(&Effect::Copy(copied)), "{:?}", desk.effects);
    let address = "tel:*31%23%20x%3Bext%3D1%0Arm%20-rf%3F%26%25%C3%A9%1B".to_owned();
    assert!(sent(&Effect::Open(address)), "{:?}", desk.effects);
}

#[test]
fn the_plan_of_an_import_can_be_written_to_a_file() {
    let mut desk = Desk::new(100, 30, CARDS);
    desk.preview("new.vcf", NEW_CARDS.as_bytes());
    desk.press("w");
    let Some(Effect::Report(name, text)) = desk.effects.last() else {
        panic!("{:?}", desk.effects)
    };
    assert!(name.contains(".vcf"), "{name}");
    assert!(text.contains("+ 1      Aylin Demir\t1 number"), "{text}");
    assert!(text.ends_with("nothing was written\n"), "{text}");
}

#[test]
fn what_takes_long_shows_how_far_it_is_and_esc_gives_it_up() {
    let mut desk = Desk::new(100, 30, CARDS);
    let mut effects = Vec::new();
    desk.app.import(vec!["big.vcf".into()], &mut effects);
    let ticket = desk.app.session.writing.unwrap();
    let progress = Progress {
        contacts: 12_300,
        done: 43,
        of: Some(100),
        elapsed: std::time::Duration::from_secs(2),
    };
    desk.app.update(Msg::Progress(ticket, progress));
    let frame = desk.frame();
    assert!(
        frame.contains("12,300 contacts · 6,150 a second"),
        "{frame}"
    );
    assert!(frame.contains("esc stops"), "{frame}");
    desk.press("esc");
    assert_eq!(desk.effects.last(), Some(&Effect::Stop));
    let refused = Refusal::new(Kind::Invalid, "stopped; nothing of big.vcf was imported");
    desk.app.update(Msg::Store(ticket, Reply::Refused(refused)));
    let frame = desk.frame();
    assert!(
        frame.contains("nothing of big.vcf") && !frame.contains("esc stops"),
        "{frame}"
    );
}

#[test]
fn duplicates_are_merged_field_by_field_and_told_apart_and_all_of_it_is_undone() {
    let mut desk = Desk::new(100, 30, TWICE);
    desk.press("D");
    assert!(desk.frame().contains("2 left · 0 done"), "{}", desk.frame());
    assert!(
        desk.frame()
            .contains("same name, same number +39 347 555 0164"),
        "{}",
        desk.frame()
    );
    // The name that is not shouted is taken by itself; the other firm by a key.
    desk.press("tab j l enter");
    assert!(desk.toast().starts_with("Merged"), "{}", desk.toast());
    assert!(desk.frame().contains("1 left · 1 done"), "{}", desk.frame());
    let contact = |desk: &Desk| {
        let names = |name: &str| {
            desk.book
                .store
                .lookup("+39 347 555 0164")
                .unwrap()
                .into_iter()
                .find(|one| one.name == name)
        };
        desk.book
            .store
            .contact(names("Marco Bianchi").unwrap().contact)
            .unwrap()
    };
    assert_eq!(contact(&desk).organisation.as_deref(), Some("Bianchi"));
    assert_eq!(
        contact(&desk).note.as_deref(),
        Some("Speaks English.\n\nCall before noon.")
    );
    desk.press("n");
    assert!(
        desk.toast().contains("shared on purpose"),
        "{}",
        desk.toast()
    );
    desk.press("D");
    assert_eq!(desk.toast(), "no duplicates found");
    desk.press("u u D");
    assert!(desk.frame().contains("2 left"), "{}", desk.frame());
    assert_eq!(
        contact(&desk).organisation.as_deref(),
        Some("Officina Bianchi S.r.l.")
    );
}

#[test]
fn many_are_changed_at_once_after_a_preview_and_taken_back_at_once() {
    let mut desk = Desk::new(100, 30, TWICE);
    desk.press("m \"is:blue\" enter");
    assert!(
        desk.frame().contains("is:blue is not a change"),
        "{}",
        desk.frame()
    );
    desk.press("^U \"tag:me\" tab esc");
    desk.press("/ \"label:work\" enter esc m \"-is:accurate_label:office\" enter");
    let frame = desk.frame();
    assert!(
        frame.contains("label  work → office") || frame.contains("label"),
        "{frame}"
    );
    assert!(frame.contains("2 contacts change"), "{frame}");
    let before = desk.book.store.totals().unwrap().attention;
    assert_eq!(before, 2, "nothing is written by looking");
    desk.press("enter");
    assert_eq!(
        desk.toast(),
        "Changed 2 contacts: -is:confirmed label:office"
    );
    assert_eq!(desk.book.store.totals().unwrap().attention, 3);
    desk.press("u");
    assert_eq!(desk.book.store.totals().unwrap().attention, 2);
    desk.press("esc space space m \"delete\" enter");
    assert!(desk.frame().contains("deleted"), "{}", desk.frame());
    desk.press("esc");
    assert_eq!(desk.book.store.totals().unwrap().contacts, 3);
}

#[test]
fn an_earlier_state_comes_back_from_the_history_and_what_was_deleted_from_the_bin() {
    let mut desk = Desk::new(100, 30, TWICE);
    desk.press("/ \"luca\" enter r H");
    let frame = desk.frame();
    assert!(
        frame.contains("Marked +39 02 5550 1182 as historic"),
        "{frame}"
    );
    assert!(
        frame.contains("+39 02 5550 1182: marked as historic"),
        "from what to what: {frame}"
    );
    desk.press("j Z");
    assert!(desk.toast().starts_with("Restored"), "{}", desk.toast());
    let luca = desk.app.pages.contacts.current().unwrap();
    assert!(!desk.book.phones(luca)[0].historic);
    desk.press("esc d esc d");
    assert_eq!(desk.book.store.totals().unwrap().contacts, 2);
    desk.press("esc s b enter");
    assert!(
        desk.toast().starts_with("Brought back Luca"),
        "{}",
        desk.toast()
    );
    assert_eq!(desk.book.store.totals().unwrap().contacts, 3);
    desk.press("esc s l j j Z enter");
    assert!(desk.toast().contains("steps, back to"), "{}", desk.toast());
    desk.press("esc");
    let phones = desk.book.phones(luca);
    assert_eq!(
        phones.len(),
        1,
        "the history of the whole book goes back too"
    );
}

#[test]
fn emptying_the_bin_and_undoing_over_somebody_else_are_asked_first() {
    let mut desk = Desk::new(100, 30, TWICE);
    desk.press("g g d s b X");
    assert!(desk.frame().contains("Empty the bin?"), "{}", desk.frame());
    desk.press("X enter n");
    assert_eq!(desk.book.store.bin(9).unwrap().len(), 1, "only y says so");
    desk.press("X y");
    assert_eq!(desk.book.store.bin(9).unwrap(), []);
    desk.press("esc g g *");
    let id = desk.app.pages.contacts.current().unwrap();
    // A change of something else is not in the way, but one of the same thing is.
    let mut other = desk.book.other();
    for favourite in [false, true] {
        let sent = callbook::domain::contact::ContactAttributes {
            note: Some(Some("seen".into())),
            favourite: Some(favourite),
            overwrite: true,
            ..Default::default()
        };
        other.update_contact(id, sent, Vec::new()).unwrap();
    }
    desk.press("u");
    assert!(desk.frame().contains("Undo it anyway"), "{}", desk.frame());
    let toast = desk.toast();
    assert!(
        toast.contains("favourite has been changed since"),
        "{toast}"
    );
    assert!(desk.book.store.contact(id).unwrap().favourite);
    desk.press("y");
    let contact = desk.book.store.contact(id).unwrap();
    assert_eq!(
        (contact.favourite, contact.note.as_deref()),
        (false, Some("seen"))
    );
}

#[test]
fn each_bar_of_the_books_health_leads_to_its_list() {
    let mut desk = Desk::new(100, 30, TWICE);
    desk.press("s h");
    let frame = desk.frame();
    assert!(
        frame.contains("BY COUNTRY") && frame.contains("Italy"),
        "{frame}"
    );
    desk.press("j enter");
    assert_eq!(desk.app.pages.contacts.list.filter.text(), "is:unconfirmed");
    assert_eq!(desk.names(), ["BIANCHI, MARCO", "Marco Bianchi"]);
}

#[test]
fn what_cannot_be_imported_is_kept_or_the_toast_says_why_not() {
    let cards = b"BEGIN:VCARD\r\nFN:Ada\r\nEND:VCARD\r\nBEGIN:VCARD\r\nX-FN:Bob\r\nEND:VCARD\r\n";
    let mut desk = Desk::new(100, 30, "");
    desk.preview("two.vcf", cards);
    desk.press("enter");
    let kept = desk.rejects().join("1-two.vcf");
    assert!(desk.toast().contains(&kept.display().to_string()));
    assert!(std::fs::read_to_string(&kept).unwrap().contains("X-FN:Bob"));

    let mut desk = Desk::new(100, 30, "");
    std::fs::write(desk.rejects(), "no folder").unwrap();
    desk.preview("two.vcf", cards);
    desk.press("enter");
    let toast = desk.toast();
    assert!(toast.contains("1 new contact"), "{toast}");
    assert!(
        toast.contains("cannot keep what could not be imported"),
        "{toast}"
    );
}

#[test]
fn the_prompt_of_an_import_takes_several_files_patterns_and_folders() {
    let card = |name: &str| format!("BEGIN:VCARD\nFN:{name}\nTEL:+39 02 5550 1111\nEND:VCARD\n");
    for (typed, counts) in [
        ("@/a.vcf @/b.vcf", "+ 2 new"),
        ("@/*.vcf", "+ 3 new"),
        ("'@/c d.vcf' @/b.vcf", "+ 2 new"),
        ("@/c d.vcf", "+ 1 new"),
        ("@", "+ 4 new"),
    ] {
        let mut desk = Desk::new(100, 30, "");
        let folder = desk.book.path.with_file_name("cards");
        std::fs::create_dir_all(folder.join("deep")).unwrap();
        for name in ["a.vcf", "b.vcf", "c d.vcf", "deep/e.vcf"] {
            std::fs::write(folder.join(name), card(name)).unwrap();
        }
        desk.press("i");
        desk.paste(&typed.replace('@', &folder.display().to_string()));
        desk.press("enter");
        assert!(desk.frame().contains(counts), "{typed}: {}", desk.frame());
        desk.press("enter u");
        assert!(
            desk.toast().starts_with("Undone: Imported"),
            "{typed}: {}",
            desk.toast()
        );
    }
    let mut desk = Desk::new(100, 30, "");
    desk.press("i");
    desk.paste("/proc/nowhere/*.vcf");
    desk.press("enter");
    assert!(
        desk.frame().contains("no file matches /proc/nowhere/*.vcf"),
        "{}",
        desk.frame()
    );
}

#[test]
fn an_import_says_what_it_assumed_and_what_it_did_not_understand() {
    use callbook::domain::import::{CardPlace, Fate, ImportPlan, PlanRow};
    use callbook::domain::notice::{LooksLike, Notice, NoticeKind};
    use callbook::tui::pages::import::Import;

    let notice = |kind, subject: &str, number, example: &str| Notice {
        subject: subject.to_owned(),
        number,
        example: example.to_owned(),
        kind,
    };
    let row = |card| PlanRow {
        key: None,
        written: Fingerprint::default(),
        leads: false,
        place: CardPlace { card, line: card },
        name: format!("Contact {card}"),
        fate: Fate::New,
        numbers: Vec::new(),
        changes: Vec::new(),
        kept: Vec::new(),
    };
    let plan = ImportPlan {
        rows: (1..=60).map(row).collect(),
        notices: vec![
            notice(NoticeKind::GuessedCharset, "windows-1251", 3, "Иван"),
            notice(NoticeKind::HomeCountry, "Italy", 12, "02 5550 1182"),
            notice(NoticeKind::CountryOfAddress, "France", 3, "01 23 45 67 89"),
            notice(
                NoticeKind::UnreadColumn(LooksLike::Numbers),
                "Durchwahl",
                5,
                "030 901820",
            ),
        ],
        ..ImportPlan::default()
    };
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, CARDS);
        let rehearsal = Rehearsal {
            plan: plan.clone(),
            fingerprint: Fingerprint::default(),
        };
        let import = Import::new(Vec::new(), "list.csv".to_owned(), rehearsal);
        desk.app.pages.open(Box::new(import));
        insta::assert_snapshot!(format!("import_remarks_{width}x{height}"), desk.frame());
        // The row under the cursor is seen wherever it is.
        for _ in 0..59 {
            desk.press("j");
            let Some(import) = desk.top::<Import>() else {
                panic!("it stays");
            };
            let name = format!("Contact {}", import.cursor + 1);
            assert!(desk.frame().contains(&name), "{width}: {}", desk.frame());
        }
    }
}

/// Every key that a message, a hint or an empty page names is the one that is set.
#[test]
fn messages_name_the_keys_that_are_set() {
    let set = [
        ("undo", "F2"),
        ("help", "F3"),
        ("add-contact", "F4"),
        ("import", "F5"),
        ("palette", "F6"),
        ("edit-contact", "F7"),
        ("historic", "F8"),
        ("history", "F9"),
        ("add-number", "F10"),
        ("yes", "F11"),
    ];
    let lines: Vec<KeyLine> = set
        .iter()
        .enumerate()
        .map(|(at, (action, key))| KeyLine::of(at + 1, action, &[*key]))
        .collect();
    let desk = |cards: &str| {
        let mut desk = Desk::new(100, 30, cards);
        let (keymap, refused) = Keymap::with(&lines);
        assert_eq!(refused, []);
        desk.app.session.keymap = keymap;
        desk
    };
    let has = |desk: &Desk, words: &[&str]| {
        let frame = desk.frame();
        for words in words {
            assert!(frame.contains(words), "{words}: {frame}");
        }
    };
    let empty = desk("");
    has(
        &empty,
        &[
            "F4   add your first",
            "F5   import",
            "F6   everything",
            "F4 add",
            "F5 import",
        ],
    );
    let mut desk = desk(CARDS);
    desk.press("g g");
    has(&desk, &["edit F7", "more F9", "F3 all keys"]);
    desk.press("enter");
    has(&desk, &["add F10", "F3 all keys"]);
    desk.press("esc");
    desk.press("d");
    has(&desk, &["F2 undo"]);
    desk.press("u");
    has(&desk, &["u has no effect here; F3 shows all keys"]);
    desk.press("F2 g g enter j F8 p");
    has(&desk, &["cannot be primary; press F8 to bring it back"]);
    desk.press("esc f");
    has(&desk, &["F8 marks a number as historic"]);
    desk.press("q d s b X");
    has(&desk, &["F11 yes"]);
}
