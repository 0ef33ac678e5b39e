//! What was previewed is what is done: where the book or the file is another one by then, nothing is
//! written, and the preview is made again.

use callbook::domain::contact::{ContactAttributes, ContactId};
use callbook::tui::pages::duplicates::Duplicates;
use callbook::tui::pages::import::Import;
use serde_json::json;

use crate::support::Marked as _;
use crate::support::desk::Desk;

/// A card with a `UID`, a name and a number.
fn card(uid: &str, name: &str, number: &str) -> String {
    format!("BEGIN:VCARD\nVERSION:3.0\nUID:{uid}\nFN:{name}\nTEL:{number}\nEND:VCARD\n")
}

/// The cards of three contacts.
fn three() -> [String; 3] {
    [
        card("a", "Ada Lovelace", "+44 20 7946 0018"),
        card("b", "Bob Marley", "+1 876 555 0134"),
        card("c", "Cy Twombly", "+39 06 5550 1182"),
    ]
}

/// Renames a contact, as another program does.
fn rename(desk: &Desk, id: ContactId, name: &str) {
    let sent = ContactAttributes {
        name: Some(Some(name.to_owned())),
        overwrite: true,
        ..ContactAttributes::default()
    };
    let mut other = desk.book.other();
    other.update_contact(id, sent, Vec::new()).unwrap();
}

fn found(desk: &Desk, name: &str) -> ContactId {
    let query = callbook::domain::listing::ListQuery {
        text: name.to_owned(),
        ..Default::default()
    };
    let rows = desk.book.store.rows(&query, 0, 9).unwrap().rows;
    rows.iter().find(|row| row.name == name).unwrap().id
}

fn contacts(desk: &Desk) -> usize {
    desk.book.store.totals().unwrap().contacts
}

mod imports {
    use super::*;

    /// What a file can become between its preview and the key that imports it.
    fn changed() -> Vec<(&'static str, String)> {
        let [ada, bob, cy] = three();
        let dan = card("d", "Dan Dare", "+44 20 7946 0020");
        let edited = card("b", "Bob Marley", "+1 876 555 0199");
        let unread = "BEGIN:VCARD\nVERSION:3.0\nNOTE:x\nEND:VCARD\n";
        vec![
            ("swapped", [&*bob, &ada, &cy].concat()),
            ("inserted at the front", [&*dan, &ada, &bob, &cy].concat()),
            ("edited", [&*ada, &edited, &cy].concat()),
            ("added at the end", [&*ada, &bob, &cy, &dan].concat()),
            ("taken out", [&*ada, &cy].concat()),
            (
                "one that cannot be read",
                [&*ada, unread, &bob, &cy].concat(),
            ),
            ("replaced by another", [&*ada, &bob, &dan].concat()),
        ]
    }

    #[test]
    fn a_file_that_changed_since_its_preview_is_previewed_again() {
        for (how, cards) in changed() {
            let mut desk = Desk::new(100, 30, "");
            desk.preview("new.vcf", three().concat().as_bytes());
            let file = desk.book.path.with_file_name("new.vcf");
            std::fs::write(&file, &cards).unwrap();
            desk.press("enter");
            assert_eq!(contacts(&desk), 0, "{how}");
            let frame = desk.frame();
            assert!(desk.top::<Import>().is_some(), "{how}: {frame}");
            assert!(
                desk.toast().contains("changed since the preview"),
                "{how}: {}",
                desk.toast()
            );
            let names = cards.matches("FN:").count();
            assert!(frame.contains(&format!("+ {names} new")), "{how}: {frame}");
            desk.press("enter");
            assert_eq!(
                contacts(&desk),
                names,
                "{how}: what is shown now is imported"
            );
        }
    }

    #[test]
    fn a_book_that_changed_since_the_preview_of_an_import_is_looked_at_again() {
        let mut desk = Desk::new(100, 30, "");
        desk.preview("new.vcf", three().concat().as_bytes());
        let mut other = desk.book.other();
        let card = card("b", "Bob Marley", "+1 876 555 0134");
        let file = callbook::import::File::open(card.as_bytes(), "b.vcf", &[]).unwrap();
        callbook::import::all(&mut other, file).unwrap();
        desk.press("enter");
        assert_eq!(contacts(&desk), 1);
        assert!(desk.frame().contains("= 1 same"), "{}", desk.frame());
        assert!(
            desk.toast().contains("changed since the preview"),
            "{}",
            desk.toast()
        );
        desk.press("enter");
        assert_eq!(contacts(&desk), 3);
    }

    #[test]
    fn what_another_program_does_elsewhere_in_the_book_does_not_stop_an_import() {
        let mut desk = Desk::new(100, 30, &card("z", "Zoe", "+44 20 7946 0077"));
        desk.preview("new.vcf", three().concat().as_bytes());
        let zoe = found(&desk, "Zoe");
        rename(&desk, zoe, "Zoë");
        desk.press("enter");
        assert_eq!(contacts(&desk), 4, "{}", desk.toast());
    }

    #[test]
    fn a_choice_stays_with_its_card() {
        let [ada, bob, cy] = three();
        let dan = card("d", "Dan Dare", "+44 20 7946 0020");
        for (how, cards, left) in [
            ("inserted", [&*dan, &ada, &bob, &cy].concat(), 3),
            ("swapped", [&*cy, &bob, &ada].concat(), 2),
            ("replaced", [&*ada, &bob, &dan].concat(), 3),
        ] {
            let mut desk = Desk::new(100, 30, "");
            desk.preview("new.vcf", three().concat().as_bytes());
            desk.press("j j s");
            assert!(desk.frame().contains("import 2"), "{}", desk.frame());
            let file = desk.book.path.with_file_name("new.vcf");
            std::fs::write(&file, cards).unwrap();
            desk.press("enter");
            assert_eq!(contacts(&desk), 0, "{how}");
            assert!(
                desk.frame().contains(&format!("import {left}")),
                "{how}: {}",
                desk.frame()
            );
            desk.press("enter");
            assert_eq!(contacts(&desk), left, "{how}");
            let cy = desk.book.store.lookup("+39 06 5550 1182").unwrap();
            assert!(cy.is_empty(), "{how}: he was to be left out");
            let ada = desk.book.store.lookup("+44 20 7946 0018").unwrap();
            assert_eq!(ada.len(), 1, "{how}: nobody else was");
        }
    }

    #[test]
    fn a_choice_that_changes_what_becomes_of_other_cards_is_shown_before_it_is_done() {
        // The second card is about the contact that the first one makes.
        let cards = [
            card("a", "Ada Lovelace", "+44 20 7946 0018"),
            card("a", "Ada Lovelace", "+44 20 7946 0019"),
            card("b", "Bob Marley", "+1 876 555 0134"),
        ];
        let mut desk = Desk::new(100, 30, "");
        desk.preview("new.vcf", cards.concat().as_bytes());
        assert!(desk.frame().contains("~ 1 change"), "{}", desk.frame());
        desk.press("s");
        assert_eq!(contacts(&desk), 0);
        assert!(desk.frame().contains("import 2"), "{}", desk.frame());
        desk.press("enter");
        assert_eq!(contacts(&desk), 2, "{}", desk.toast());
        assert_eq!(desk.book.phones(found(&desk, "Ada Lovelace")).len(), 1);
    }

    #[test]
    fn choices_are_done_in_one_go_where_nothing_changed() {
        let known = card("a", "Ada Lovelace", "+44 20 7946 0018");
        let cards = [
            card("a", "Ada King Lovelace", "+44 20 7946 0019"),
            card("b", "Bob Marley", "+1 876 555 0134"),
            card("c", "Cy Twombly", "+39 06 5550 1182"),
        ];
        let mut desk = Desk::new(100, 30, &known);
        desk.preview("new.vcf", cards.concat().as_bytes());
        desk.press("n j s enter");
        assert!(desk.app.pages.is_bare(), "{}", desk.frame());
        assert_eq!(contacts(&desk), 3, "{}", desk.toast());
    }
}

mod merges {
    use super::*;

    /// Two contacts that are surely one, twice.
    const SURE: [(&str, &str, &str); 4] = [
        ("1", "Marco Bianchi", "+39 347 555 0164"),
        ("2", "Marco Bianchi", "+39 347 555 0164"),
        ("3", "Ada Lovelace", "+44 20 7946 0018"),
        ("4", "Lovelace, Ada", "+44 20 7946 0018"),
    ];

    fn previewed() -> Desk {
        let mut book = crate::support::Book::new();
        for (_, name, number) in SURE {
            let id = book.contact(name);
            book.post(id, json!({"number": number})).unwrap();
        }
        let mut desk = Desk::of(100, 30, book);
        desk.press("D b");
        assert!(desk.frame().contains("merge 2 groups"), "{}", desk.frame());
        desk
    }

    fn nothing_was_merged(desk: &mut Desk, there: usize) {
        desk.press("enter");
        assert_eq!(contacts(desk), there, "{}", desk.toast());
        assert!(
            desk.toast().contains("changed since the preview"),
            "{}",
            desk.toast()
        );
        assert!(desk.frame().contains("Preview: merge"), "{}", desk.frame());
    }

    #[test]
    fn a_contact_that_was_changed_elsewhere_is_not_merged_unseen() {
        for name in ["Marco Bianchi", "Lovelace, Ada"] {
            let mut desk = previewed();
            let id = found(&desk, name);
            let sent = ContactAttributes {
                note: Some(Some("Not the same".to_owned())),
                overwrite: true,
                ..ContactAttributes::default()
            };
            desk.book
                .other()
                .update_contact(id, sent, Vec::new())
                .unwrap();
            nothing_was_merged(&mut desk, 4);
            desk.press("enter");
            assert_eq!(contacts(&desk), 2, "{}", desk.toast());
        }
    }

    #[test]
    fn a_number_that_was_changed_elsewhere_is_not_merged_unseen() {
        let mut desk = previewed();
        let id = desk.book.phones(found(&desk, "Lovelace, Ada"))[0].id;
        desk.book.set(id, json!({"location": "home"}));
        nothing_was_merged(&mut desk, 4);
    }

    #[test]
    fn a_further_duplicate_is_not_left_out_unseen() {
        let mut desk = previewed();
        let id = desk.book.contact("Marco Bianchi");
        desk.book
            .post(id, json!({"number": "+39 347 555 0164"}))
            .unwrap();
        nothing_was_merged(&mut desk, 5);
        desk.press("enter");
        assert_eq!(contacts(&desk), 2, "{}", desk.toast());
    }

    #[test]
    fn a_group_of_which_one_is_gone_is_shown_again_without_it() {
        let mut desk = previewed();
        let id = found(&desk, "Lovelace, Ada");
        desk.book.other().delete_contacts(&[id]).unwrap();
        nothing_was_merged(&mut desk, 3);
        assert!(desk.frame().contains("merge 1 group"), "{}", desk.frame());
        desk.press("enter");
        assert_eq!(contacts(&desk), 2);
    }

    #[test]
    fn a_preview_that_has_nothing_left_closes_and_says_so() {
        let mut desk = previewed();
        for name in ["Lovelace, Ada", "Marco Bianchi"] {
            let id = found(&desk, name);
            desk.book.other().delete_contacts(&[id]).unwrap();
        }
        desk.press("enter");
        assert_eq!(contacts(&desk), 2);
        assert!(!desk.frame().contains("Preview"), "{}", desk.frame());
        assert!(desk.toast().contains("nothing"), "{}", desk.toast());
    }

    #[test]
    fn one_group_is_merged_as_it_is_on_the_screen() {
        let mut desk = previewed();
        desk.press("esc");
        let Some(page) = desk.top::<Duplicates>() else {
            panic!("{}", desk.frame());
        };
        let id = page.people[1].contact.id;
        desk.book
            .post(id, json!({"number": "+39 347 555 0165"}))
            .unwrap();
        desk.press("enter");
        assert_eq!(contacts(&desk), 4, "{}", desk.toast());
        assert!(desk.toast().contains("changed"), "{}", desk.toast());
        assert!(desk.frame().contains("347 555 0165"), "{}", desk.frame());
        desk.press("enter");
        assert_eq!(contacts(&desk), 3, "{}", desk.toast());
    }
}

mod many {
    use super::*;

    fn waiting() -> Desk {
        let mut book = crate::support::Book::new();
        for (name, number) in [("Ada", "213 456 7890"), ("Bob", "213 456 7891")] {
            let id = book.contact(name);
            book.post(
                id,
                json!({"number": number, "source": "csv", "valid_values": false}),
            )
            .unwrap();
        }
        Desk::of(100, 30, book)
    }

    fn unconfirmed(desk: &Desk) -> usize {
        desk.book.store.totals().unwrap().attention
    }

    #[test]
    fn a_change_of_many_is_done_to_those_that_were_shown() {
        let mut desk = waiting();
        desk.press("/ \"source:csv\" enter esc m \"label:work\" enter");
        assert!(
            desk.frame().contains("2 contacts change"),
            "{}",
            desk.frame()
        );
        let id = desk.book.contact("Cy");
        desk.book
            .post(id, json!({"number": "213 456 7892", "source": "csv"}))
            .unwrap();
        desk.press("enter");
        assert!(
            desk.toast().contains("changed since the preview"),
            "{}",
            desk.toast()
        );
        assert!(
            desk.frame().contains("3 contacts change"),
            "{}",
            desk.frame()
        );
        let labelled = |desk: &Desk, id| desk.book.phones(id)[0].location.is_some();
        assert!(!labelled(&desk, id));
        desk.press("enter");
        assert!(labelled(&desk, id), "{}", desk.toast());
    }

    #[test]
    fn a_number_that_came_since_is_not_confirmed_by_source_unseen() {
        let mut desk = waiting();
        desk.press("f b enter");
        assert!(
            desk.frame().contains("nothing is saved yet"),
            "{}",
            desk.frame()
        );
        let ada = found(&desk, "Ada");
        desk.book
            .post(
                ada,
                json!({"number": "213 456 7893", "source": "google", "valid_values": false}),
            )
            .unwrap();
        desk.press("enter");
        assert_eq!(unconfirmed(&desk), 2, "{}", desk.toast());
        assert!(
            desk.toast().contains("changed since the preview"),
            "{}",
            desk.toast()
        );
        assert!(desk.frame().contains("456-7893"), "{}", desk.frame());
        desk.press("enter");
        assert_eq!(unconfirmed(&desk), 0, "{}", desk.toast());
    }

    #[test]
    fn a_contact_is_confirmed_as_it_is_on_the_screen() {
        let mut desk = waiting();
        desk.press("f");
        let ada = desk.app.pages.contacts.current().unwrap();
        desk.book
            .post(
                ada,
                json!({"number": "213 456 7893", "source": "google", "valid_values": false}),
            )
            .unwrap();
        desk.press("enter");
        assert_eq!(unconfirmed(&desk), 2, "nobody has seen the new number");
        assert!(desk.toast().contains("changed"), "{}", desk.toast());
        assert!(desk.frame().contains("456-7893"), "{}", desk.frame());
        desk.press("enter");
        assert_eq!(unconfirmed(&desk), 1, "{}", desk.toast());
    }

    #[test]
    fn several_that_are_marked_are_confirmed_after_a_preview() {
        let mut desk = waiting();
        desk.press("f space space enter");
        let frame = desk.frame();
        assert!(frame.contains("nothing is saved yet"), "{frame}");
        assert!(frame.contains("Preview: confirm"), "{frame}");
        assert!(frame.contains("2 contacts change"), "{frame}");
        assert_eq!(unconfirmed(&desk), 2);
        desk.press("enter");
        assert_eq!(desk.toast(), "Confirmed 2 contacts");
        assert_eq!(unconfirmed(&desk), 0);
        desk.press("u");
        assert_eq!(unconfirmed(&desk), 2);
    }
}

mod stored {
    use std::path::{Path, PathBuf};

    use callbook::domain::bulk::{BulkEdit, Change};
    use callbook::domain::duplicates::Merge;
    use callbook::domain::import::Choices;
    use callbook::domain::listing::{ListQuery, Selection};
    use callbook::domain::progress::Stop;
    use callbook::domain::refusal::Kind;
    use callbook::domain::rehearsal::{Seen, Task};
    use callbook::import::Batch;

    use super::*;
    use crate::support::Book;

    fn files(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let ending = path
                .extension()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                files(&path, found);
            } else if ["vcf", "csv", "tsv", "ldif", "jsonl"].contains(&ending.as_str()) {
                found.push(path);
            }
        }
    }

    /// Ids, times and stamps are others each time, and are no part of what is compared.
    #[test]
    fn an_import_is_done_as_it_was_rehearsed_whatever_the_file() {
        let mut found = Vec::new();
        files(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data"),
            &mut found,
        );
        assert!(found.len() > 20, "{found:?}");
        let mut book = Book::of_rules();
        let mut done = 0;
        for path in &found {
            let batch = || Batch::of(std::slice::from_ref(path)).unwrap();
            let choices = Choices::new();
            let Ok(rehearsal) = callbook::import::rehearse(&mut book.store, batch(), &choices)
            else {
                continue;
            };
            let again = callbook::import::rehearse(&mut book.store, batch(), &choices).unwrap();
            assert_eq!(rehearsal.fingerprint, again.fingerprint, "{path:?}");
            let seen = Seen::Rehearsal(rehearsal.fingerprint);
            let import = callbook::import::perform(&mut book.store, batch(), &choices, seen);
            let report = import
                .unwrap_or_else(|refusal| panic!("{path:?}: {refusal}"))
                .value;
            done += report.new + report.changed;
        }
        assert!(done > 50, "{done}");
    }

    #[test]
    fn a_rehearsal_leaves_the_book_as_it_was() {
        let mut book = Book::new();
        let (ada, other) = (book.contact("Ada"), book.contact("Ada"));
        for id in [ada, other] {
            book.post(id, json!({"number": "213 456 7890"})).unwrap();
        }
        let state = |book: &Book| {
            let mut all = Vec::new();
            let everybody = Selection::Shown(ListQuery::default());
            book.store
                .each(&everybody, &mut |whole| {
                    all.push(whole);
                    Ok(())
                })
                .unwrap();
            (all, book.store.steps(None, 100).unwrap())
        };
        let before = state(&book);
        let bulk = BulkEdit::new(Selection::Shown(ListQuery::default()), vec![Change::Delete]);
        for task in [Task::MergeSure, Task::Bulk(bulk)] {
            assert!(!book.rehearse(&task).plan.lines.is_empty());
            assert_eq!(state(&book), before);
        }
    }

    #[test]
    fn merges_that_share_a_contact_are_done_as_they_were_rehearsed() {
        let mut book = Book::new();
        let ids = ["Ada", "Ada L.", "Lovelace"].map(|name| book.contact(name));
        let merge = |one: usize, other: usize| Merge {
            contacts: vec![ids[one], ids[other]],
            picks: std::collections::BTreeMap::new(),
        };
        let task = Task::Merge(vec![merge(0, 1), merge(0, 2)]);
        let (plan, done) = book.rehearse_and_perform(&task);
        assert_eq!(plan.tally, done.value.tally);
        assert_eq!(book.store.totals().unwrap().contacts, 1);
    }

    #[test]
    fn a_contact_that_is_gone_makes_a_preview_outdated() {
        let mut book = Book::new();
        let ids = vec![book.contact("Ada"), book.contact("Bob")];
        let task = Task::confirm(ids.clone());
        let seen = Seen::Rehearsal(book.rehearse(&task).fingerprint);
        book.store.delete_contacts(&ids[..1]).unwrap();
        assert_eq!(book.perform(&task, seen).unwrap_err().kind, Kind::Outdated);
        let unseen = book.perform(&task, Seen::Nothing).unwrap_err();
        assert_eq!(unseen.kind, Kind::NotFound);
    }

    #[test]
    fn what_is_stopped_says_so_by_its_kind_and_can_be_done_after_that() {
        let mut book = Book::new();
        let file = book.path.with_file_name("new.vcf");
        std::fs::write(&file, three().concat()).unwrap();
        let batch = || Batch::of(std::slice::from_ref(&file)).unwrap();
        let choices = Choices::new();
        let stop = Stop::default();
        book.store.set_stop(stop.clone()).unwrap();
        stop.ask();
        let rehearsed = callbook::import::rehearse(&mut book.store, batch(), &choices);
        stop.ask();
        let performed = callbook::import::all(&mut book.store, batch());
        for refusal in [rehearsed.unwrap_err(), performed.unwrap_err()] {
            assert_eq!(refusal.kind, Kind::Stopped);
            let told = "stopped; nothing of new.vcf was imported";
            assert_eq!(refusal.to_string(), told);
        }
        let report = callbook::import::all(&mut book.store, batch()).unwrap();
        assert_eq!(report.value.new, 3);
    }

    #[test]
    fn a_file_that_fails_with_the_word_of_a_stop_was_not_stopped() {
        struct Fails;
        impl std::io::Read for Fails {
            fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
                Err(std::io::Error::other("stopped"))
            }
        }
        let source = std::io::BufReader::new(Fails);
        let refusal = callbook::import::File::open(source, "a.vcf", &[])
            .err()
            .unwrap();
        assert_ne!(refusal.kind, Kind::Stopped);
        assert!(
            refusal.to_string().contains("cannot read a.vcf"),
            "{refusal}"
        );
    }

    #[test]
    fn a_long_change_is_one_step_that_says_how_much_it_was() {
        let mut book = Book::of_rules();
        let cards: String = (0..2_345)
            .map(|at| {
                card(
                    &at.to_string(),
                    &format!("Contact {at}"),
                    "+39 02 5550 1182",
                )
            })
            .collect();
        let file = callbook::import::File::open(cards.as_bytes(), "a.vcf", &[]).unwrap();
        callbook::import::all(&mut book.store, file).unwrap();
        let everybody = Selection::Shown(ListQuery::default());
        let task = Task::Bulk(BulkEdit::new(everybody, vec![Change::Tag("a".into())]));
        let (_, done) = book.rehearse_and_perform(&task);
        assert_eq!(done.point.unwrap().title, "Changed 2,345 contacts: tag:a");
        let steps = book.store.steps(None, 9).unwrap();
        assert_eq!(steps[0].point.title, "Changed 2,345 contacts: tag:a");
        assert_eq!(steps.len(), 2);
    }
}

mod primary {
    use std::collections::BTreeMap;

    use callbook::domain::duplicates::{Merge, merged};
    use callbook::domain::number::Region;
    use callbook::domain::rehearsal::Task;

    use super::*;
    use crate::support::Book;

    /// The numbers of two contacts, each its primary first, and which is primary when the second is merged
    /// into the first.
    const CASES: [(&str, &[&str], &[&str], &str); 6] = [
        (
            "two sets",
            &["213 456 7890", "213 456 7891"],
            &["213 456 7892"],
            "213 456 7890",
        ),
        (
            "the other's is the second one here",
            &["213 456 7890", "213 456 7891"],
            &["213 456 7891"],
            "213 456 7890",
        ),
        (
            "none here",
            &[],
            &["213 456 7891", "213 456 7890"],
            "213 456 7891",
        ),
        (
            "not possible here",
            &["+1 213"],
            &["213 456 7891"],
            "213 456 7891",
        ),
        (
            "not possible here, and known",
            &["+1 213", "213 456 7891"],
            &["213 456 7891"],
            "213 456 7891",
        ),
        ("neither is possible", &["+1 213"], &["+1 214"], "+1 213"),
    ];

    #[test]
    fn the_kept_contacts_primary_number_stays_primary() {
        for (case, mine, its, first) in CASES {
            let mut book = Book::new();
            let (kept, other) = (book.contact("Ada"), book.contact("Ada L."));
            for (owner, numbers) in [(kept, mine), (other, its)] {
                for number in numbers {
                    book.post(owner, json!({"number": number})).unwrap();
                }
                if let Some(first) = book
                    .phones(owner)
                    .iter()
                    .find(|phone| phone.typed == *numbers[0])
                {
                    let id = first.id;
                    book.set(id, json!({"primary": true}));
                }
            }
            let people = book.store.people(&[kept, other]).unwrap();
            let mut last = 0;
            let fresh = || {
                last += 1;
                uuid::Uuid::from_u128(last)
            };
            let planned = merged(&people, &BTreeMap::new(), Region::new("US"), fresh).unwrap();
            let planned = planned.phones.into_iter().map(|(_, phone)| phone);
            let planned: Vec<_> = planned.filter(|phone| phone.primary).collect();
            let merge = Merge {
                contacts: vec![kept, other],
                picks: BTreeMap::new(),
            };
            book.rehearse_and_perform(&Task::Merge(vec![merge]));
            let done = book.phones(kept);
            let done: Vec<_> = done.iter().filter(|phone| phone.primary).collect();
            assert_eq!(planned.len(), 1, "{case}");
            assert_eq!(done.len(), 1, "{case}");
            assert_eq!(planned[0].typed, first, "{case}");
            assert_eq!(done[0].typed, first, "{case}");
        }
    }

    #[test]
    fn the_preview_of_a_merge_shows_one_star() {
        let mut book = Book::new();
        let numbers: [(&str, &[&str]); 2] = [
            ("Ada Lovelace", &["213 456 7890", "213 456 7891"]),
            (
                "Lovelace Ada",
                &["213 456 7891", "213 456 7892", "213 456 7893"],
            ),
        ];
        for (name, numbers) in numbers {
            let id = book.contact(name);
            for number in numbers {
                book.post(id, json!({"number": number})).unwrap();
            }
        }
        let mut desk = Desk::of(100, 30, book);
        desk.press("D");
        let frame = desk.frame();
        let (_, result) = frame.split_once("RESULT OF MERGING").unwrap();
        assert_eq!(result.matches('★').count(), 1, "{frame}");
    }
}
