//! What is read on the screens: changes in the words of people, and panes of which no line is out of reach.

use std::collections::BTreeMap;
use std::path::Path;

use callbook::config::Config;
use callbook::config::looks::ColorPalette;
use callbook::domain::contact::{ContactAttributes, Detail, DetailKind};
use callbook::domain::duplicates::Merge;
use callbook::domain::listing::ListQuery;
use callbook::domain::rehearsal::Task;
use callbook::tui::pages::duplicates::Duplicates;
use serde_json::json;

use crate::support::Book;
use crate::support::desk::Desk;

const TWICE: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Marco Bianchi\nORG:Officina Bianchi S.r.l.\n\
TEL;TYPE=WORK:+39 02 5550 1182\nTEL;TYPE=CELL:+39 347 555 0164\nNOTE:Speaks English.\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:BIANCHI, MARCO\nTEL;TYPE=CELL:+39 347 555 0164\nTEL:+39 12\n\
ORG:Bianchi\nNOTE:Call before noon.\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:3\nFN:Anna Abate\nTEL;TYPE=WORK:+39 02 5550 1190\nEND:VCARD\n";

/// All that is seen of a page on the way down through it, by keys.
fn read_down(desk: &mut Desk, key: &str) -> String {
    let mut seen = desk.frame();
    for _ in 0..60 {
        desk.press(key);
        seen.push_str(&desk.frame());
    }
    seen
}

#[test]
fn a_preview_says_which_number_changes_at_every_size() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, TWICE);
        desk.press("m \"label:work_tag:party\" enter");
        let seen = read_down(&mut desk, "j");
        for words in [
            "+ tag party",
            "+39 347 555 0164: label",
            "+39 12: label work added",
        ] {
            assert!(seen.contains(words), "{width}: {words}: {seen}");
        }
        assert!(seen.contains("▾") || height > 12, "more is below: {seen}");
    }
}

#[test]
fn marked_contacts_are_previewed_in_the_order_of_the_list() {
    let mut desk = Desk::new(100, 30, TWICE);
    desk.press("g g space space m \"tag:party\" enter");
    let frame = desk.frame();
    let at = |name: &str| {
        frame
            .lines()
            .skip(3)
            .position(|line| line.contains(name) && line.contains("+ tag"))
    };
    let [anna, marco] = ["Anna Abate", "BIANCHI, MARCO"].map(at);
    let marco = marco.or_else(|| at("Marco Bianchi"));
    assert!(anna.is_some() && anna < marco, "{frame}");
}

#[test]
fn the_history_tells_details_and_tags_one_by_one() {
    for (width, height) in [(100, 30), (40, 12)] {
        let mut desk = Desk::new(width, height, TWICE);
        desk.press("/ \"anna\" enter");
        let phone = desk.app.pages.contacts.detail.phone().unwrap().clone();
        let sent = ContactAttributes {
            overwrite: true,
            tags: Some(vec!["party".into()]),
            details: Some(vec![Detail::new(
                DetailKind::Email,
                Some("home".into()),
                "new@example.org",
            )]),
            ..ContactAttributes::default()
        };
        desk.book
            .store
            .update_contact(phone.contact, sent, vec![])
            .unwrap();
        desk.book.set(phone.id, json!({"historic": true}));
        desk.press("esc ^L H");
        let seen = read_down(&mut desk, "j");
        for words in [
            "+ tag party",
            "home email new@example.org",
            "+39 02 5550 1190: marked as historic",
        ] {
            let words = if width == 40 {
                words.split(": ").next().unwrap()
            } else {
                words
            };
            assert!(seen.contains(words), "{words}: {seen}");
        }
        assert!(!seen.contains("kind") && !seen.contains('{'), "{seen}");
    }
}

#[test]
fn both_sides_of_a_conflict_are_read_on_a_small_screen() {
    let mut desk = Desk::new(40, 12, TWICE);
    desk.press("/ \"anna\" enter e ^U \"02_5550_2222\"");
    let id = desk.app.pages.contacts.detail.phone().unwrap().id;
    desk.book.set(
        id,
        json!({"number": "+39 02 5550 1111", "location": "office"}),
    );
    desk.press("enter left");
    let seen = read_down(&mut desk, "j");
    for words in [
        "◂ 02 5550 2222 ▸",
        "+39 02 5550 1111",
        "◂ office ▸",
        "WILL SAVE",
        "Nothing has been written",
    ] {
        assert!(seen.contains(words), "{words}: {seen}");
    }
}

#[test]
fn the_value_that_a_merge_takes_is_marked_and_long_values_are_told_apart() {
    let long = "Officina meccanica e carrozzeria Bianchi di Marco Bianchi, filiale di Milano ";
    let cards = ["Ovest", "Est"].map(|end| {
        format!(
            "BEGIN:VCARD\nVERSION:3.0\nUID:{end}\nFN:Marco Bianchi\nORG:{long}{end}\nTEL:+39 02 5550 1182\nEND:VCARD\n"
        )
    });
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, &cards.concat());
        desk.press("D tab");
        let seen = read_down(&mut desk, "j");
        for words in [
            "Ovest",
            "Est",
            "◂",
            "▸",
            "RESULT OF MERGING",
            "+39 02 5550 1182",
        ] {
            assert!(seen.contains(words), "{width}: {words}: {seen}");
        }
    }
}

#[test]
fn days_are_read_as_people_write_them() {
    let cards = "BEGIN:VCARD\nVERSION:4.0\nFN:Ada\nBDAY:1961-09-04\nANNIVERSARY:2014-06-12\nEND:VCARD\n\
        BEGIN:VCARD\nVERSION:4.0\nFN:Bea\nBDAY:--0322\nEND:VCARD\n";
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, cards);
        desk.press("g g enter");
        let seen = read_down(&mut desk, "j");
        for words in ["4 Sep 1961 · 65", "anniversary 12 Jun 2014 · 12 years"] {
            assert!(seen.contains(words), "{width}: {words}: {seen}");
        }
        desk.press("esc j enter");
        let seen = read_down(&mut desk, "j");
        assert!(seen.contains("22 March "), "{width}: {seen}");
    }
}

#[test]
fn no_line_of_a_long_contact_is_out_of_reach() {
    let words: Vec<String> = (0..200).map(|at| format!("word{at}")).collect();
    let card = format!(
        "BEGIN:VCARD\nVERSION:3.0\nFN:Maria da Conceição Albuquerque e Vasconcelos de Menezes\n\
         ORG:A company of which the name goes on and on until its last word is Ltd\n\
         TEL;TYPE=x-a-very-long-label-indeed:+39 02 5550 1182\nTEL:+39 02 5550 1190\n\
         EMAIL:a.very.long.address.of.somebody@subdomain.of.some.long.domain.example.org\n\
         NOTE:{}\nEND:VCARD\n",
        words.join(" ")
    );
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, &card);
        desk.press("enter k");
        let first = desk.frame();
        assert!(first.contains("▾"), "{first}");
        for [down, up] in [["j", "k"], ["pagedown", "pageup"]] {
            let mut seen = String::new();
            let mut frames = vec![desk.frame()];
            for _ in 0..120 {
                seen.push_str(&desk.frame());
                desk.press(down);
                if frames.last() != Some(&desk.frame()) {
                    frames.push(desk.frame());
                }
            }
            let mut all = vec![
                "Menezes",
                " Ltd",
                "example.org",
                "word0 word1 word2",
                "word100 word101",
                "word199",
                "Imported",
            ];
            if down == "j" {
                // The row of a number is unfolded where the cursor is on it.
                all.extend(["long-label-indeed", "unconfirmed since vcard"]);
            }
            // Words that are too long for a line are broken.
            let whole = |text: &str| text.replace([' ', '"', '│', '\n'], "");
            let seen = whole(&seen);
            for words in all {
                assert!(
                    seen.contains(&whole(words)),
                    "{width}: {down}: {words}: {seen}"
                );
            }
            assert!(!desk.frame().contains("▾"), "{}", desk.frame());
            for _ in 1..frames.len() {
                desk.press(up);
            }
            if down == "j" {
                assert_eq!(desk.frame(), first, "as many keys lead back");
            }
            desk.press("esc g g enter k");
        }
    }
}

#[test]
fn marked_contacts_merge_as_they_are_shown_and_come_back() {
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, TWICE);
        desk.press("g g space space space D");
        let frame = desk.frame();
        assert!(frame.contains("Merge 3 contacts"), "{frame}");
        let seen = read_down(&mut desk, "j");
        assert!(seen.contains("+39 02 5550 1190"), "{seen}");
        assert_eq!(
            desk.book.store.totals().unwrap().contacts,
            3,
            "nothing is written by looking"
        );
        desk.press("enter");
        assert_eq!(desk.toast(), "Merged 3 contacts");
        assert_eq!(desk.book.store.totals().unwrap().contacts, 1);
        assert!(desk.app.pages.contacts.list.marks.is_empty());
        let shown = desk.book.store.lookup("+39 02 5550 1182").unwrap();
        assert!(
            shown[0].phone.primary,
            "the kept contact keeps its primary number"
        );
        desk.press("u");
        assert_eq!(desk.book.store.totals().unwrap().contacts, 3);
    }
}

#[test]
fn of_marked_contacts_each_value_is_chosen_and_none_goes_unseen() {
    let cards = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Ann Alpha\nORG:First Ltd\nNICKNAME:Annie\nTEL:+39 02 5550 1182\nEND:VCARD\n\
                 BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:Anna Alphonse\nORG:Second GmbH\nNICKNAME:Nana\nEND:VCARD\n";
    let mut desk = Desk::new(100, 30, cards);
    desk.press("g g space space D");
    let frame = desk.frame();
    for value in [
        "First Ltd",
        "Second GmbH",
        "Annie",
        "Nana",
        "Ann Alpha",
        "Anna Alphonse",
    ] {
        assert!(frame.contains(value), "{value}: {frame}");
    }
    let groups = desk.top::<Duplicates>().unwrap();
    let company = groups
        .fields()
        .iter()
        .position(|field| field.attribute() == "organisation");
    desk.press(&"j ".repeat(company.unwrap()));
    desk.press("l enter");
    assert_eq!(desk.toast(), "Merged Anna Alphonse into Ann Alpha");
    let kept = desk
        .book
        .store
        .rows(&ListQuery::default(), 0, 9)
        .unwrap()
        .rows;
    assert_eq!(kept.len(), 1);
    let kept = desk.book.store.contact(kept[0].id).unwrap();
    assert_eq!(kept.organisation.as_deref(), Some("Second GmbH"));
    // Where nothing is chosen, what goes is told.
    desk.press("u");
    let rows = desk
        .book
        .store
        .rows(&ListQuery::default(), 0, 9)
        .unwrap()
        .rows;
    let task = Task::Merge(vec![Merge {
        contacts: rows.iter().map(|row| row.id).collect(),
        picks: BTreeMap::new(),
    }]);
    let said = format!("{:?}", desk.book.rehearse(&task).plan.lines);
    for gone in ["Second GmbH is not kept", "Nana is not kept"] {
        assert!(said.contains(gone), "{gone}: {said}");
    }
}

#[test]
fn the_list_to_fix_shows_the_number_that_needs_attention_and_counts_every_reason() {
    let mut book = Book::new();
    let id = book.contact("Ada");
    let other = book.contact("Bea");
    let mut add = |contact, number, confirmed| {
        let phone = book.post(contact, json!({"number": number})).unwrap();
        book.set(phone.id, json!({"valid_values": confirmed}));
    };
    add(id, "+39 02 5550 1182", true);
    add(id, "+39 12", false);
    add(other, "5550 1182", false);
    let mut desk = Desk::of(100, 30, book);
    desk.press("f");
    let frame = desk.frame();
    let row = frame.lines().find(|line| line.contains("Ada")).unwrap();
    assert!(row.contains("+39 12") && row.contains('!'), "{frame}");
    let phone = desk.app.pages.contacts.detail.phone();
    assert_eq!(phone.map(|phone| phone.number.as_str()), Some("+39 12"));
    let reasons = desk.book.store.worklist().unwrap().reasons;
    let shown = ["not a possible number", "no area code", "no country known"];
    let counted = reasons.iter().filter(|(words, _)| shown.contains(words));
    assert_eq!(
        counted.map(|(_, contacts)| contacts).sum::<usize>(),
        2,
        "{reasons:?}"
    );
}

#[test]
fn the_header_names_the_order_that_is_shown() {
    let mut desk = Desk::new(100, 30, TWICE);
    assert!(desk.frame().contains("by name"));
    desk.press("/ \"marco\"");
    assert!(
        desk.frame().contains("2 of 3 · best match first"),
        "{}",
        desk.frame()
    );
    desk.press("esc s c");
    assert!(desk.frame().contains("last changed first"));
}

#[test]
fn help_grows_with_the_screen_and_says_all_of_the_selected_line() {
    for (width, height) in [(160, 60), (100, 30), (40, 12)] {
        let mut desk = Desk::new(width, height, TWICE);
        desk.press("? \"replace_the_number\"");
        let frame = desk.frame();
        let text: String = frame
            .lines()
            .map(|line| line.trim_matches(['"', ' ', '│']))
            .collect::<Vec<_>>()
            .join(" ");
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            text.contains("stays") && text.contains("as historic"),
            "{frame}"
        );
        desk.press("esc esc ?");
        let rows = desk
            .frame()
            .lines()
            .filter(|line| line.contains('│'))
            .count();
        assert!(
            rows > usize::from(height) / 2 || height == 12,
            "{}",
            desk.frame()
        );
    }
}

#[test]
fn roles_are_set_in_the_configuration_and_what_is_wrong_is_told_with_its_line() {
    let text = "theme = \"high-contrast\"\n[colors]\nrule = \"dim\"\nmatch = \"bold #ffcc00\"\nkey = \"pink\"\nlabels = \"red\"\n";
    let config = Config::of_bytes(text.as_bytes(), Path::new("config.toml"));
    assert_eq!(config.palette, ColorPalette::HighContrast);
    let set: Vec<&str> = config
        .colours
        .iter()
        .map(|(_, _, told)| told.as_str())
        .collect();
    assert_eq!(set.len(), 2, "{set:?}");
    let troubles = config.troubles.join("\n");
    for told in [
        "config.toml:5: ",
        "unknown colour \"pink\"; expected #rrggbb",
        "config.toml:6: ",
        "unknown name labels in [colors]; expected text, strong",
    ] {
        assert!(troubles.contains(told), "{told}: {troubles}");
    }
    let config = Config::of_bytes(b"theme = \"pink\"", Path::new("config.toml"));
    assert!(config.troubles[0].contains("expected auto, dark, light, high-contrast, ansi or mono"));
}

#[test]
fn a_source_is_read_whole_where_numbers_are_confirmed_by_it() {
    let long =
        "contacts of the old telephone, taken over by the shop in the Via Savona in Milano, August";
    for (width, height) in [(100, 30), (80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, TWICE);
        for (at, row) in desk.names().iter().enumerate().take(3).rev() {
            desk.press("esc esc g g");
            desk.press(&"j ".repeat(at));
            let phone = desk.shown().phones[0].clone();
            let source = format!("{long} {at}");
            desk.book
                .set(phone.id, json!({"source": source, "valid_values": false}));
            assert!(!row.is_empty());
        }
        desk.press("^L f b");
        let frame = desk.frame();
        assert!(frame.contains("Confirm by source"), "{frame}");
        let seen = read_down(&mut desk, "j");
        let last = desk.frame();
        for text in [
            "Milano,", "August 0", "August 1", "August 2", "skipped", "primary.",
        ] {
            let seen = words_of(&seen);
            assert!(seen.contains(text), "{width}: {text}: {seen}\n{last}");
        }
        assert!(!last.contains('…'), "{last}");
    }
}

/// The words of frames without their lines.
fn words_of(frames: &str) -> String {
    let lines = frames
        .lines()
        .map(|line| line.trim_matches(['"', ' ', '│', '▌']));
    let words: Vec<&str> = lines.flat_map(str::split_whitespace).collect();
    words.join(" ")
}

#[test]
fn a_long_value_of_the_history_is_read_whole_where_it_is_selected() {
    let note: Vec<String> = (0..200).map(|at| format!("word{at}")).collect();
    let note = note.join(" ");
    for (width, height) in [(100, 30), (40, 12)] {
        let mut desk = Desk::new(width, height, TWICE);
        desk.press("/ \"anna\" enter");
        let anna = desk.shown().contact.id;
        for note in [&note, "short"] {
            let sent = ContactAttributes {
                overwrite: true,
                note: Some(Some(note.to_owned())),
                ..ContactAttributes::default()
            };
            let updated = desk.book.store.update_contact(anna, sent, vec![]);
            updated.unwrap();
        }
        desk.press("esc ^L H");
        let at_first = desk.frame();
        assert!(at_first.contains('▾'), "more is below: {at_first}");
        for key in ["j", "k", "pagedown"] {
            let seen = words_of(&read_down(&mut desk, key));
            for at in [0, 100, 199] {
                assert!(
                    seen.contains(&format!("word{at} ")),
                    "{width} {key}: word{at}"
                );
            }
        }
    }
}

#[test]
fn keys_behind_a_prefix_have_a_hint_in_the_number_form() {
    for (width, height) in [(100, 30), (80, 24)] {
        let mut desk = Desk::new(width, height, TWICE);
        desk.press("enter a a");
        let frame = desk.frame();
        assert!(frame.contains("^X more"), "{frame}");
        assert!(frame.contains("toggle"), "{frame}");
    }
}
