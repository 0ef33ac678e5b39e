//! Care for a book: bulk changes, duplicates, history, the bin. What is shown before is what is
//! done, the rules of phones hold after whatever is done, and everything can be taken back.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use crate::support::Book;
use crate::support::Marked as _;
use crate::support::amount::{drawn, seed};
use callbook::domain::bulk::{BulkEdit, Change};
use callbook::domain::change_line;
use callbook::domain::contact::{Contact, ContactAttributes, ContactId};
use callbook::domain::duplicates::{Merge, MergeField, merged};
use callbook::domain::edit::ContactWithCard;
use callbook::domain::fields;
use callbook::domain::fingerprint::Fingerprint;
use callbook::domain::listing::{ListQuery, Selection};
use callbook::domain::number::Region;
use callbook::domain::operation::{Operation, Overwriting, RecordKey, Standing};
use callbook::domain::phone::Phone;
use callbook::domain::progress::Stop;
use callbook::domain::refusal::Kind;
use callbook::domain::rehearsal::{Seen, Task};
use callbook::domain::timestamp::Timestamp;
use callbook::export::ExportForm;
use callbook::import::File;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

fn shown(text: &str) -> Selection {
    Selection::Shown(ListQuery {
        text: text.to_owned(),
        ..ListQuery::default()
    })
}

fn edit(whom: Selection, changes: &str) -> BulkEdit {
    BulkEdit::new(whom, Change::read(changes).unwrap())
}

/// Everybody with all phones, as undo has to bring them back: all but the stamps.
fn state(book: &Book) -> Vec<(Contact, Vec<Phone>)> {
    let mut all = Vec::new();
    book.store
        .each(&shown(""), &mut |ContactWithCard { mut full, .. }| {
            full.contact.updated_in_db_at = Timestamp::default();
            // It moves with every write to one of the phones.
            full.contact.updated_at = Timestamp::default();
            full.phones.sort_by_key(|phone| phone.id);
            for phone in &mut full.phones {
                phone.updated_in_db_at = Timestamp::default();
            }
            all.push((full.contact, full.phones));
            Ok(())
        })
        .unwrap();
    all.sort_by_key(|(contact, _)| contact.id);
    all
}

fn rules_hold(book: &Book) {
    for (contact, phones) in state(book) {
        let primaries = phones.iter().filter(|phone| phone.primary).count();
        let in_use = phones.iter().any(|phone| !phone.historic);
        assert_eq!(primaries, usize::from(in_use), "{contact:?} {phones:#?}");
        assert!(!phones.iter().any(|phone| phone.primary && phone.historic));
    }
}

mod bulk {
    use super::*;

    #[test]
    fn national_numbers_get_a_country_and_what_cannot_be_is_named() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        // A book without a home country keeps them as typed; here the wrong country was taken.
        let wrong = book
            .post(ada, json!({"number": "02 5550 1182", "source": "csv"}))
            .unwrap();
        let right = book
            .post(ada, json!({"number": "+44 20 7946 0018"}))
            .unwrap();
        let short = book
            .post(ada, json!({"number": "12", "source": "csv"}))
            .unwrap();
        let edit = Task::Bulk(edit(shown(""), "country:it"));
        let (plan, done) = book.rehearse_and_perform(&edit);
        assert_eq!(plan.skipped.len(), 1);
        assert!(
            plan.skipped[0].why.contains("12: too short for Italy"),
            "{:?}",
            plan.skipped
        );
        assert_eq!(done.point.unwrap().title, "Changed Ada: country:it");
        let moved = book.get(wrong.id);
        assert_eq!(
            (moved.number.as_str(), moved.source.as_str()),
            ("+390255501182", "manual")
        );
        assert_eq!(book.get(right.id).number, right.number);
        assert_eq!(book.get(short.id), short, "left as it was");
        book.store.undo().unwrap().unwrap();
        assert_eq!(book.get(wrong.id).source, "csv");
    }

    #[test]
    fn conditions_on_numbers_say_which_numbers_change() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let cell = book
            .post(
                ada,
                json!({"number": "213 456 7890", "location": "cell", "source": "google"}),
            )
            .unwrap();
        let home = book
            .post(
                ada,
                json!({"number": "213 456 7891", "location": "home", "source": "csv"}),
            )
            .unwrap();
        let edit = edit(shown("source:google"), "label:mobile is:historic");
        book.perform(&Task::Bulk(edit), Seen::Nothing).unwrap();
        let (cell, home) = (book.get(cell.id), book.get(home.id));
        assert_eq!(
            (cell.location.as_deref(), cell.historic),
            (Some("mobile"), true)
        );
        assert_eq!(
            (home.location.as_deref(), home.historic),
            (Some("home"), false)
        );
        assert!(home.primary, "the flag passes on");
    }

    #[test]
    fn confirming_by_source_takes_the_first_number_from_there_and_names_those_without() {
        let mut book = Book::new();
        let (ada, bob) = (book.contact("Ada"), book.contact("Bob"));
        book.post(ada, json!({"number": "213 456 7890"})).unwrap();
        let card = book
            .post(ada, json!({"number": "213 456 7891", "source": "csv"}))
            .unwrap();
        let untouched = book
            .post(
                bob,
                json!({"number": "213 456 7892", "valid_values": false}),
            )
            .unwrap();
        let task = Task::Bulk(BulkEdit::confirm_source("csv"));
        let (plan, _) = book.rehearse_and_perform(&task);
        assert_eq!(plan.skipped[0].name, "Bob");
        assert_eq!(plan.skipped[0].why, "has no number in use from csv");
        assert!(book.get(card.id).primary && book.get(card.id).valid_values);
        assert_eq!(book.get(untouched.id), untouched);
        assert_eq!(book.store.totals().unwrap().attention, 1);
        assert_eq!(
            book.perform(&task, Seen::Nothing).unwrap().point,
            None,
            "nothing changed"
        );
    }

    #[test]
    fn what_was_planned_before_somebody_else_wrote_is_not_done() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let phone = book.post(ada, json!({"number": "213 456 7890"})).unwrap();
        let task = Task::Bulk(edit(shown(""), "label:work"));
        let seen = Seen::Rehearsal(book.rehearse(&task).fingerprint);
        book.set(phone.id, json!({"location": "home"}));
        let refusal = book.perform(&task, seen).unwrap_err();
        assert_eq!(refusal.kind, Kind::Outdated);
        assert_eq!(
            refusal.to_string(),
            "the book changed since the preview; nothing was written, look again"
        );
        assert_eq!(book.get(phone.id).location.as_deref(), Some("home"));
    }

    /// Stopped at one instant after the other: in the backup before it, among its rows, at its end.
    #[test]
    fn what_is_stopped_has_changed_nothing() {
        let mut book = Book::new();
        for at in 0..2_000 {
            book.contact(&format!("Somebody {at}"));
        }
        let everybody = state(&book).len();
        let stop = Stop::default();
        book.store.set_stop(stop.clone()).unwrap();
        let edits = ["tag:met is:favourite", "-tag:met -is:favourite"];
        let mut stopped = 0;
        for (wait, changes) in (0..24).zip(edits.iter().cycle()) {
            let before = state(&book);
            stop.take_back();
            let stopping = stop.clone();
            let stops = std::thread::spawn(move || {
                // The instant of the stop is what is tested.
                std::thread::sleep(Duration::from_millis(3 * wait));
                stopping.ask();
            });
            let task = Task::Bulk(edit(shown(""), changes));
            let done = book.perform(&task, Seen::Nothing);
            stops.join().unwrap();
            stop.take_back();
            if let Err(refusal) = done {
                let told = refusal.to_string();
                assert!(told.contains("stopped; nothing was changed"), "{told}");
                assert_eq!(refusal.kind, Kind::Stopped);
                assert!(state(&book) == before, "stopped after {} ms", 3 * wait);
                stopped += 1;
            }
            let state = state(&book);
            let tagged = state.iter().filter(|(contact, _)| contact.favourite);
            assert!([0, everybody].contains(&tagged.count()), "half of a change");
        }
        assert!(stopped > 0, "nothing was stopped");
    }
}

mod duplicates {
    use super::*;

    fn named(book: &mut Book, name: &str, numbers: &[&str]) -> ContactId {
        let id = book.contact(name);
        for number in numbers {
            book.post(id, json!({"number": number, "source": "csv"}))
                .unwrap();
        }
        id
    }

    #[test]
    fn the_same_number_and_name_come_first_then_numbers_then_names() {
        let mut book = Book::new();
        named(
            &mut book,
            "Marco Bianchi",
            &["+39 02 5550 1182", "+39 347 555 0164"],
        );
        named(&mut book, "Bianchi, Marco", &["+39 347 555 0164"]);
        named(&mut book, "Luca Bianchi", &["+39 02 5550 1182"]);
        named(&mut book, "Anna Rossi", &["+39 02 5550 1001"]);
        named(&mut book, "ANNA ROSSÍ", &["+39 02 5550 1002"]);
        named(&mut book, "Somebody Else", &["+39 02 5550 1003"]);
        let groups = book.store.duplicates().unwrap();
        let told: Vec<(String, usize)> = groups
            .iter()
            .map(|group| (group.likeness.words(), group.contacts.len()))
            .collect();
        assert_eq!(
            told,
            [
                ("same name, same number +39 347 555 0164".to_owned(), 2),
                ("same number +39 02 5550 1182, other names".to_owned(), 2),
                ("same name, nothing else in common".to_owned(), 2),
            ]
        );
        assert_eq!(
            groups[0].names[0], "Marco Bianchi",
            "more is known of this one"
        );
    }

    #[test]
    fn a_household_is_marked_as_meant_and_is_not_shown_again() {
        let mut book = Book::new();
        let one = named(&mut book, "Ada", &["213 456 7890"]);
        named(&mut book, "Bob", &["213 456 7890"]);
        let identity = book.phones(one)[0].identity.clone();
        book.store.mark_shared(&[identity]).unwrap();
        assert_eq!(book.store.duplicates().unwrap(), []);
        named(&mut book, "Cy", &["213 456 7890"]);
        assert_eq!(
            book.store.duplicates().unwrap(),
            [],
            "nor with one more of the house"
        );
        book.store.undo().unwrap();
        book.store.undo().unwrap();
        book.store.undo().unwrap();
        assert_eq!(
            book.store.duplicates().unwrap().len(),
            1,
            "it was one step, and is undone"
        );
    }

    #[test]
    fn namesakes_are_told_apart_until_another_one_comes() {
        let mut book = Book::new();
        let ids = [
            named(&mut book, "John Smith", &[]),
            named(&mut book, "John Smith", &[]),
        ];
        assert_eq!(book.store.duplicates().unwrap().len(), 1);
        book.store.mark_namesakes(&ids).unwrap();
        assert_eq!(book.store.duplicates().unwrap(), []);
        named(&mut book, "john smith", &[]);
        assert_eq!(book.store.duplicates().unwrap()[0].contacts.len(), 3);
    }

    #[test]
    fn what_was_told_apart_goes_out_and_comes_in_with_the_whole_book() {
        let mut book = Book::new();
        let one = named(&mut book, "Ada", &["213 456 7890"]);
        named(&mut book, "Bob", &["213 456 7890"]);
        let smiths = [
            named(&mut book, "John Smith", &[]),
            named(&mut book, "John Smith", &[]),
        ];
        let identity = book.phones(one)[0].identity.clone();
        book.store.mark_shared(&[identity]).unwrap();
        book.store.mark_namesakes(&smiths).unwrap();
        let exported = book.exported(ExportForm::Book);
        let mut other = Book::new();
        let file = File::open(exported.as_slice(), "book.json", &[]).unwrap();
        callbook::import::all(&mut other.store, file).unwrap();
        assert_eq!(other.store.totals().unwrap().contacts, 4);
        assert_eq!(other.store.duplicates().unwrap(), []);
    }

    #[test]
    fn merging_keeps_everything_and_is_undone_as_one() {
        let mut book = Book::new();
        let create = |book: &mut Book, sent: ContactAttributes| {
            book.store
                .create_contact(sent, Vec::new())
                .unwrap()
                .value
                .id
        };
        let text = |text: &str| Some(Some(text.to_owned()));
        let kept = create(
            &mut book,
            ContactAttributes {
                name: text("Marco Bianchi"),
                note: text("Speaks English."),
                tags: Some(vec!["garage".into()]),
                ..ContactAttributes::default()
            },
        );
        let other = create(
            &mut book,
            ContactAttributes {
                name: text("Bianchi Marco"),
                organisation: text("Officina"),
                note: text("Call before noon."),
                tags: Some(vec!["club".into()]),
                favourite: Some(true),
                ..ContactAttributes::default()
            },
        );
        let same = "+39 02 5550 1182";
        book.post(
            kept,
            json!({"number": same, "source": "csv", "valid_values": false}),
        )
        .unwrap();
        book.post(other, json!({"number": same, "location": "work"}))
            .unwrap();
        book.post(
            other,
            json!({"number": "+39 347 555 0164", "location": "mobile", "source": "google"}),
        )
        .unwrap();
        let before = state(&book);
        let people = book.store.people(&[kept, other]).unwrap();
        let merge = Merge {
            contacts: vec![kept, other],
            picks: BTreeMap::from([(MergeField::Name, other)]),
        };
        let seen = people
            .iter()
            .map(Fingerprint::of_stored)
            .fold(Fingerprint::default(), Fingerprint::with);
        let merge = Task::Merge(vec![merge]);
        let point = book
            .perform(&merge, Seen::Contacts(seen))
            .unwrap()
            .point
            .unwrap();
        assert_eq!(point.title, "Merged Bianchi Marco into Marco Bianchi");
        let profile = book.store.profile(kept).unwrap();
        let contact = profile.full.contact;
        assert_eq!(contact.name, "Bianchi Marco", "as picked");
        assert_eq!(contact.organisation.as_deref(), Some("Officina"));
        assert_eq!(
            contact.note.as_deref(),
            Some("Speaks English.\n\nCall before noon.")
        );
        assert_eq!(contact.tags, ["garage", "club"]);
        assert!(contact.favourite);
        let told: Vec<_> = profile
            .full
            .phones
            .iter()
            .map(|phone| {
                (
                    phone.location.as_deref(),
                    phone.valid_values,
                    phone.primary,
                    phone.source.as_str(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (Some("work"), true, true, "csv"),
                (Some("mobile"), false, false, "google")
            ]
        );
        assert_eq!(book.store.contact(other).unwrap_err().kind, Kind::NotFound);
        let stale = book.perform(&merge, Seen::Nothing).unwrap_err();
        assert_eq!(stale.kind, Kind::NotFound);
        book.store.undo().unwrap().unwrap();
        assert_eq!(state(&book), before);
    }
}

mod history {
    use super::*;

    #[test]
    fn the_whole_books_history_says_who_changed_what_from_what_to_what() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let phone = book.post(ada, json!({"number": "213 456 7890"})).unwrap();
        book.set(phone.id, json!({"location": "home"}));
        let steps = book.store.steps(None, 10).unwrap();
        let titles: Vec<&str> = steps.iter().map(|step| step.point.title.as_str()).collect();
        assert_eq!(
            titles,
            [
                "Changed +1 213-456-7890 of Ada",
                "Added +1 213-456-7890 to Ada",
                "Added Ada"
            ]
        );
        let rows = book.store.step_rows(steps[0].point.id, 10).unwrap();
        assert_eq!(
            (rows[0].name.as_str(), rows[0].number.as_deref()),
            ("Ada", Some("+1 213-456-7890"))
        );
        assert!(matches!(&rows[0].operation, Operation::Update(_, changes)
            if changes.iter().any(|change| change.field == "location" && change.to == "home")));
        let older = book.store.steps(Some(steps[1].point.id), 10).unwrap();
        assert_eq!(older.len(), 1, "a page from there on");
        book.store.undo().unwrap();
        assert_eq!(
            book.store.steps(None, 1).unwrap()[0].standing,
            Standing::Undone
        );
    }

    #[test]
    fn any_earlier_state_of_a_contact_comes_back_also_of_one_who_was_deleted() {
        let mut book = Book::new();
        book.contact("Bob");
        let beginning = book.store.steps(None, 1).unwrap()[0].point.id;
        let ada = book.contact("Ada");
        let first = book.post(ada, json!({"number": "213 456 7890"})).unwrap();
        let then = book.store.steps(None, 1).unwrap()[0].point.id;
        let before = state(&book);
        book.set(
            first.id,
            json!({"number": "213 456 7899", "location": "work"}),
        );
        book.post(ada, json!({"number": "213 456 7891"})).unwrap();
        book.store.delete_phone(first.id, None).unwrap();
        let deleted_later = state(&book);
        book.store.restore_contact(ada, then).unwrap();
        assert_eq!(without_times(state(&book)), without_times(before.clone()));
        book.store.undo().unwrap().unwrap();
        assert_eq!(state(&book), deleted_later);
        book.store.delete_contacts(&[ada]).unwrap();
        book.store.restore_contact(ada, then).unwrap();
        assert_eq!(without_times(state(&book)), without_times(before));
        let refusal = book.store.restore_contact(ada, beginning).unwrap_err();
        assert!(
            refusal.to_string().contains("did not exist then"),
            "{refusal}"
        );
    }

    #[test]
    fn one_number_is_restored_and_the_rest_is_left() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let phone = book
            .post(ada, json!({"number": "213 456 7890", "source": "csv"}))
            .unwrap();
        let then = book.store.steps(None, 1).unwrap()[0].point.id;
        book.set(phone.id, json!({"number": "213 456 7899"}));
        let other = book.post(ada, json!({"number": "213 456 7891"})).unwrap();
        book.store.restore_phone(ada, phone.id, then).unwrap();
        let restored = book.get(phone.id);
        assert_eq!(
            (restored.number.as_str(), restored.source.as_str()),
            ("+12134567890", "csv")
        );
        assert_eq!(book.get(other.id).number, other.number);
    }

    /// Undoing everything back to a step leaves the book as it was before.
    #[test]
    fn everything_since_a_step_is_undone_at_once_or_not_at_all() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let before = state(&book);
        book.post(ada, json!({"number": "213 456 7890"})).unwrap();
        let from = book.store.steps(None, 1).unwrap()[0].point.id;
        let mut other = book.other();
        other.confirm_contacts(&[ada]).unwrap();
        other.delete_contacts(&[ada]).unwrap();
        book.contact("Bob");
        let undone = book.store.undo_back_to(from, Seen::Nothing).unwrap();
        assert_eq!(
            undone.len(),
            3,
            "whoever made them; confirming changed nothing"
        );
        assert_eq!(state(&book), before);
        for _ in 0..3 {
            book.store.redo().unwrap().unwrap();
        }
        assert_eq!(state(&book).len(), 1, "Bob is there, Ada is gone");
        assert_eq!(
            book.store
                .undo_back_to(9_999, Seen::Nothing)
                .unwrap_err()
                .kind,
            Kind::NotFound
        );
    }

    #[test]
    fn undo_over_somebodys_newer_change_is_refused_until_it_is_meant() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        let phone = book
            .post(ada, json!({"number": "213 456 7890", "location": "home"}))
            .unwrap();
        book.set(phone.id, json!({"location": "work"}));
        let mut other = book.other();
        let sent = callbook::domain::phone::PhoneAttributes {
            location: Some(Some("fax".into())),
            overwrite: true,
            ..Default::default()
        };
        other.update_phone(phone.id, sent, Vec::new()).unwrap();
        let refusal = book.store.undo().unwrap_err();
        assert_eq!(refusal.kind, Kind::Conflict);
        book.store.undo_over(Overwriting::Written).unwrap().unwrap();
        assert_eq!(book.get(phone.id).location.as_deref(), Some("home"));
    }
}

mod bin {
    use super::*;

    #[test]
    fn what_was_deleted_is_in_the_bin_and_comes_back_whole() {
        let mut book = Book::new();
        let ada = book.contact("Ada");
        book.post(ada, json!({"number": "213 456 7890"})).unwrap();
        let second = book.post(ada, json!({"number": "213 456 7891"})).unwrap();
        book.store.delete_phone(second.id, None).unwrap();
        let binned = book.store.bin(10).unwrap();
        assert_eq!(
            (binned[0].name.as_str(), binned[0].what.as_str()),
            ("Ada", "+1 213-456-7891")
        );
        book.store.delete_contacts(&[ada]).unwrap();
        let binned = book.store.bin(10).unwrap();
        assert_eq!(
            binned.len(),
            1,
            "a number of somebody who is gone is part of that one"
        );
        assert_eq!(
            (binned[0].key, binned[0].what.as_str()),
            (RecordKey::Contact(ada), "1 number")
        );
        book.store.bring_back(RecordKey::Contact(ada)).unwrap();
        assert_eq!(book.phones(ada).len(), 1);
        rules_hold(&book);
        book.store.bring_back(RecordKey::Phone(second.id)).unwrap();
        assert_eq!(book.phones(ada).len(), 2);
        assert_eq!(book.store.bin(10).unwrap(), []);
        assert_eq!(
            book.store
                .bring_back(RecordKey::Contact(ada))
                .unwrap_err()
                .kind,
            Kind::NotFound
        );
    }

    #[test]
    fn what_is_thrown_away_is_gone_from_the_file_and_the_rest_can_still_be_undone() {
        let mut book = Book::new();
        let (ada, bob) = (book.contact("Xanthippe Secret"), book.contact("Bob"));
        book.post(ada, json!({"number": "213 456 7890"})).unwrap();
        book.store.delete_contacts(&[ada]).unwrap();
        let kept = book.post(bob, json!({"number": "213 456 7891"})).unwrap();
        assert_eq!(
            book.store
                .empty_bin(&callbook::exchange::vcard::Format::default())
                .unwrap()
                .len(),
            1
        );
        assert_eq!(book.store.bin(10).unwrap(), []);
        book.store.undo().unwrap().unwrap();
        assert_eq!(book.store.phone(kept.id).unwrap_err().kind, Kind::NotFound);
        let step = book.store.undo().unwrap();
        assert!(
            step.as_ref()
                .is_none_or(|step| !step.title.starts_with("Deleted")),
            "what was thrown away stays away: {step:?}"
        );
        let steps = book.store.steps(None, 10).unwrap();
        let emptied = steps
            .iter()
            .find(|step| step.point.title.starts_with("Deleted"))
            .unwrap();
        assert_eq!(emptied.standing, Standing::Emptied);
        rules_hold(&book);
    }
}

/// Without what follows the clock of a restore.
fn without_times(mut state: Vec<(Contact, Vec<Phone>)>) -> Vec<(Contact, Vec<Phone>)> {
    for phone in state.iter_mut().flat_map(|(_, phones)| phones) {
        phone.updated_at = Timestamp::default();
    }
    state
}

#[derive(Clone, Debug)]
enum Step {
    Add(usize, u8, u8),
    Bulk(usize, u8),
    Merge(usize, usize, bool),
    Sure,
    Undo,
    Redo,
    BringBack,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..6_usize, 0..9_u8, 0..4_u8).prop_map(|(who, number, kind)| Step::Add(who, number, kind)),
        6 => (0..8_usize, 0..14_u8).prop_map(|(whom, change)| Step::Bulk(whom, change)),
        3 => (0..6_usize, 0..6_usize, any::<bool>()).prop_map(|(one, other, pick)| Step::Merge(one, other, pick)),
        1 => Just(Step::Sure),
        3 => Just(Step::Undo),
        2 => Just(Step::Redo),
        1 => Just(Step::BringBack),
    ]
}

const CHANGES: [&str; 14] = [
    "country:it",
    "label:cell=mobile",
    "label:work",
    "-label:work",
    "tag:met",
    "-tag:met",
    "source:google",
    "is:historic",
    "-is:historic",
    "-is:accurate",
    "confirm",
    "confirm:csv",
    "is:favourite label:home -is:historic",
    "delete",
];

const FILTERS: [&str; 8] = [
    "",
    "is:unconfirmed",
    "source:csv",
    "label:cell",
    "is:historic",
    "a",
    "tag:met",
    "country:us is:primary",
];

/// What a step did, in the words of a plan, in any order.
fn told(book: &Book, id: i64) -> Vec<[String; 4]> {
    let mut told = Vec::new();
    for row in book.store.step_rows(id, usize::MAX).unwrap() {
        match &row.operation {
            Operation::Update(_, changes) => {
                for change in changes.iter().filter(|change| change.is_worth_telling()) {
                    let line = |from: &Value, to: &Value| {
                        let words = |value: &Value| {
                            let words = change_line::value(&change.field, value);
                            words.unwrap_or_else(|| "none".to_owned())
                        };
                        [
                            row.contact.to_string(),
                            fields::words(&change.field).to_owned(),
                            words(from),
                            words(to),
                        ]
                    };
                    let (Some(from), Some(to)) = (change.from.as_array(), change.to.as_array())
                    else {
                        told.push(line(&change.from, &change.to));
                        continue;
                    };
                    let gone = from.iter().filter(|tag| !to.contains(tag));
                    told.extend(gone.map(|tag| line(tag, &Value::Null)));
                    let came = to.iter().filter(|tag| !from.contains(tag));
                    told.extend(came.map(|tag| line(&Value::Null, tag)));
                }
            }
            Operation::Delete(record) if matches!(record.key(), RecordKey::Contact(_)) => {
                told.push([
                    row.contact.to_string(),
                    "contact".into(),
                    String::new(),
                    "deleted".into(),
                ]);
            }
            _ => {}
        }
    }
    told.sort();
    told
}

fn run(book: &mut Book, step: &Step) {
    let everybody = state(book);
    let who = |at: usize| {
        everybody
            .get(at % everybody.len().max(1))
            .map(|(one, _)| one.id)
    };
    match step {
        Step::Add(at, number, kind) => {
            let Some(id) = who(*at) else { return };
            let number = match kind {
                0 => format!("02 5550 118{number}"),
                1 => format!("55{number}"),
                _ => format!("+1 213 456 789{number}"),
            };
            let labels = [json!("cell"), json!("work"), json!(null), json!("home")];
            let source = if kind % 2 == 0 { "csv" } else { "manual" };
            let sent =
                json!({"number": number, "location": labels[usize::from(*kind)], "source": source});
            let _ = book.post(id, sent);
        }
        Step::Bulk(filter, change) => {
            let edit = edit(shown(FILTERS[*filter]), CHANGES[usize::from(*change)]);
            let (plan, done) = book.rehearse_and_perform(&Task::Bulk(edit.clone()));
            assert_eq!(done.value.tally, plan.tally);
            let mut planned: Vec<[String; 4]> = plan
                .lines
                .iter()
                .map(|line| {
                    let from = if line.change.to == "deleted" {
                        String::new()
                    } else {
                        line.change.from.clone()
                    };
                    [
                        line.contact.to_string(),
                        line.change.field.clone(),
                        from,
                        line.change.to.clone(),
                    ]
                })
                .collect();
            planned.sort();
            let done = done
                .point
                .map(|point| told(book, point.id))
                .unwrap_or_default();
            assert_eq!(done, planned, "the preview is the result: {edit:?}");
        }
        Step::Merge(one, other, pick) => {
            let (Some(one), Some(other)) = (who(*one), who(*other)) else {
                return;
            };
            if one == other {
                return;
            }
            let people = book.store.people(&[one, other]).unwrap();
            let picks = BTreeMap::from([(MergeField::Name, if *pick { one } else { other })]);
            let expected = merged(&people, &picks, Region::new("US"), uuid::Uuid::now_v7).unwrap();
            let merge = Merge {
                contacts: vec![one, other],
                picks,
            };
            book.rehearse_and_perform(&Task::Merge(vec![merge]));
            let mut seen: Vec<_> = book
                .phones(one)
                .into_iter()
                .map(|phone| {
                    (
                        phone.identity,
                        phone.primary,
                        phone.historic,
                        phone.valid_values,
                        phone.location,
                        phone.source,
                    )
                })
                .collect();
            let mut planned: Vec<_> = expected
                .phones
                .into_iter()
                .map(|(_, phone)| {
                    (
                        phone.identity,
                        phone.primary,
                        phone.historic,
                        phone.valid_values,
                        phone.location,
                        phone.source,
                    )
                })
                .collect();
            seen.sort();
            planned.sort();
            assert_eq!(seen, planned, "the preview is the result");
            assert_eq!(book.store.contact(one).unwrap().name, expected.contact.name);
        }
        Step::Sure => drop(book.rehearse_and_perform(&Task::MergeSure)),
        Step::Undo => drop(book.store.undo().unwrap()),
        Step::Redo => drop(book.store.redo().unwrap()),
        Step::BringBack => {
            if let Some(binned) = book.store.bin(5).unwrap().into_iter().next() {
                // Somebody may have the number again by now.
                let _ = book.store.bring_back(binned.key);
            }
        }
    }
}

#[test]
fn whatever_is_done_to_many_the_rules_hold_previews_are_true_and_undo_brings_all_back() {
    let mut runner = TestRunner::new(Config {
        cases: u32::try_from(drawn(400)).unwrap(),
        failure_persistence: None,
        max_shrink_iters: 200,
        rng_seed: RngSeed::Fixed(seed().unwrap_or(1)),
        ..Config::default()
    });
    runner
        .run(&proptest::collection::vec(step(), 1..40), |steps| {
            let mut book = Book::of_rules();
            assert!(Region::new("US").is_some());
            for name in ["Ada", "Bob", "Cy", "ada", "Bob", "Dan"] {
                book.contact(name);
            }
            let start = state(&book);
            let first = book.store.steps(None, 1).unwrap()[0].point.id + 1;
            for step in &steps {
                run(&mut book, step);
                rules_hold(&book);
            }
            let standing = book.store.steps(None, usize::MAX).unwrap();
            let oldest = standing
                .iter()
                .filter(|step| step.point.id >= first && step.standing == Standing::Done)
                .map(|step| step.point.id)
                .min();
            // Contacts of the beginning may have been undone on the way; then they stay so.
            let untouched = standing
                .iter()
                .all(|step| step.point.id >= first || step.standing == Standing::Done);
            let end = state(&book);
            if let Some(oldest) = oldest {
                let undone = book.store.undo_back_to(oldest, Seen::Nothing).unwrap();
                rules_hold(&book);
                if untouched {
                    assert_eq!(state(&book), start, "all undone is the start");
                }
                for _ in undone {
                    book.store.redo().unwrap().unwrap();
                    rules_hold(&book);
                }
                assert_eq!(state(&book), end, "all redone is the end");
            }
            Ok(())
        })
        .unwrap();
}

/// Cards as phones give them: numbers in every spelling, people there twice, and nonsense.
fn messy(people: usize) -> String {
    let given = ["Marco", "Anna", "Åsa", "Jörg", "Иван", "Yuki", "Zoë"];
    let family = ["Bianchi", "Rossi", "Müller", "Ødegård", "O'Brien", "佐藤"];
    let mut random = 7_u32;
    let mut next = |of: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as usize % of
    };
    let mut cards = String::new();
    for uid in 0..people {
        // One in five has been there before, in capitals and with the family name first.
        let who = if uid % 5 == 4 { uid - 3 } else { uid };
        let (first, last) = (given[who % 7], family[who / 7 % 6]);
        let name = match uid % 5 {
            4 => format!("{}, {}", last.to_uppercase(), first.to_uppercase()),
            _ => format!("{first} {last}"),
        };
        let _ = write!(
            cards,
            "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{name} {}\r\n",
            who / 42
        );
        for at in 0..=next(3) {
            let number = match (who + at) % 6 {
                0 => format!("02 5550 {:04}", who % 10_000),
                1 => format!("+39 347 55{:05}", who % 100_000),
                2 => format!("(212) 555-{:04}", who % 10_000),
                3 => format!("+44 20 7946 {:04}", who % 10_000),
                4 => format!("{}", next(99)),
                _ => "ask her".to_owned(),
            };
            let _ = write!(cards, "TEL;TYPE=CELL:{number}\r\n");
        }
        cards.push_str("END:VCARD\r\n");
    }
    cards
}

/// What a new user does with a messy book: merges, sets countries, confirms, until nothing needs
/// attention; then takes all of it back.
#[test]
fn a_messy_book_of_2000_is_put_in_order_and_then_taken_back_as_it_came() {
    let mut book = Book::new();
    let cards = messy(2_000);
    let file = File::open(cards.as_bytes(), "messy.vcf", &[]).unwrap();
    callbook::import::all(&mut book.store, file).unwrap();
    let came = state(&book);
    assert!(book.store.totals().unwrap().attention > 500);
    let first = book.store.steps(None, 1).unwrap()[0].point.id + 1;

    let merged = book.perform(&Task::MergeSure, Seen::Nothing).unwrap();
    let groups = merged.value.tally.groups;
    assert!(groups > 100, "{groups}");
    for (filter, changes) in [
        ("country:us tel:02555", "country:it"),
        ("label:mobile country:it", "label:cellulare"),
        ("is:unconfirmed source:vcard", "tag:checked"),
    ] {
        let edit = edit(shown(filter), changes);
        let (_, done) = book.rehearse_and_perform(&Task::Bulk(edit));
        assert!(done.value.tally.changed > 0, "{filter}");
        rules_hold(&book);
    }
    for source in ["vcard", "manual"] {
        let edit = BulkEdit::confirm_source(source);
        book.perform(&Task::Bulk(edit), Seen::Nothing).unwrap();
    }
    assert_eq!(book.store.totals().unwrap().attention, 0);
    rules_hold(&book);
    book.store.undo_back_to(first, Seen::Nothing).unwrap();
    assert_eq!(state(&book), came);
}
