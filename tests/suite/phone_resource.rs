//! The Phone resource, rule by rule and case by case, on a real database.

use std::sync::atomic::Ordering;

use crate::support::Book;
use crate::support::Marked as _;
use callbook::domain::contact::ContactAttributes;
use callbook::domain::number::canonical;
use callbook::domain::page::{PHONES, PageQuery};
use callbook::domain::phone::{PhoneAttributes, PhoneId};
use callbook::domain::refusal::{Kind, Refusal, Stored};
use callbook::domain::timestamp::Timestamp;
use callbook::exchange::jsonapi;
use serde_json::{Value, json};
use uuid::Uuid;

const A: &str = "+1 213 456 7890";
const B: &str = "+1 213 456 7891";
const C: &str = "+1 213 456 7892";

fn pointers(refusal: &Refusal) -> Vec<String> {
    refusal.faults.iter().filter_map(jsonapi::pointer).collect()
}

// 6. Worked cases

#[test]
fn the_first_phone_is_primary_and_valid() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let a = book.post(owner, json!({"number": A})).unwrap();
    assert!(a.primary && a.valid_values && !a.historic);
}

#[test]
fn a_phone_added_as_primary_takes_the_place() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let a = book.post(owner, json!({"number": A})).unwrap();
    let b = book
        .post(owner, json!({"number": B, "primary": true}))
        .unwrap();
    assert!(b.primary);
    let after = book.get(a.id);
    assert!(!after.primary);
    assert!(
        after.updated_in_db_at > a.updated_in_db_at,
        "what changed on the side gets a stamp too"
    );
}

#[test]
fn marking_the_primary_historic_passes_the_flag_on() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let a = book.post(owner, json!({"number": A})).unwrap();
    let b = book.post(owner, json!({"number": B})).unwrap();
    let a = book.set(a.id, json!({"historic": true}));
    assert!(a.historic && !a.primary);
    assert!(book.get(b.id).primary);
}

#[test]
fn a_contact_with_historic_phones_only_has_no_primary() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let a = book.post(owner, json!({"number": A})).unwrap();
    assert!(!book.set(a.id, json!({"historic": true})).primary);
}

#[test]
fn a_phone_added_beside_a_historic_one_is_primary() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    book.post(owner, json!({"number": A, "historic": true}))
        .unwrap();
    assert!(book.post(owner, json!({"number": B})).unwrap().primary);
}

#[test]
fn bringing_back_the_only_phone_makes_it_primary() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let a = book
        .post(owner, json!({"number": A, "historic": true}))
        .unwrap();
    assert!(!a.primary);
    assert!(book.set(a.id, json!({"historic": false})).primary);
}

#[test]
fn the_heir_is_valid_before_it_is_new() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let a = book.post(owner, json!({"number": A})).unwrap();
    let b = book.post(owner, json!({"number": B})).unwrap();
    let c = book
        .post(owner, json!({"number": C, "valid_values": false}))
        .unwrap();
    book.store.delete_phone(a.id, None).unwrap();
    assert!(book.get(b.id).primary && !book.get(c.id).primary);
}

#[test]
fn clearing_primary_on_the_only_phone_does_nothing() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let a = book.post(owner, json!({"number": A})).unwrap();
    assert!(book.set(a.id, json!({"primary": false})).primary);
}

#[test]
fn a_stamp_serves_once() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let a = book.post(owner, json!({"number": A})).unwrap();
    let s1 = a.updated_in_db_at.to_string();
    let second = book
        .put(a.id, json!({"location": "home", "updated_in_db_at": s1}))
        .unwrap();
    let refusal = book
        .put(a.id, json!({"location": "work", "updated_in_db_at": s1}))
        .unwrap_err();
    assert_eq!(refusal.kind, Kind::Conflict);
    assert_eq!(pointers(&refusal), ["/data/attributes/updated_in_db_at"]);
    let s2 = second.updated_in_db_at;
    assert_eq!(
        refusal.faults[0].detail,
        format!("is not equal to the current value in the database ({s2})")
    );
    assert_eq!(
        refusal.stored,
        Some(Stored::Phone(Box::new(second.clone())))
    );
    assert_eq!(book.get(a.id), second, "nothing was written");
}

#[test]
fn overwrite_works_as_true_only() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let a = book.post(owner, json!({"number": A})).unwrap();
    let refusal = book
        .put(
            a.id,
            json!({"location": "home", "overwrite": "peanut butter"}),
        )
        .unwrap_err();
    assert_eq!(refusal.kind, Kind::Invalid);
    assert_eq!(pointers(&refusal), ["/data/attributes/updated_in_db_at"]);
    assert_eq!(
        refusal.faults[0].detail,
        "has to be sent in the list of attributes in order to update resource"
    );
    assert_eq!(
        book.set(a.id, json!({"location": "home"}))
            .location
            .as_deref(),
        Some("home")
    );
}

#[test]
fn the_same_number_in_another_spelling_is_refused_and_named() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    book.post(owner, json!({"number": A, "location": "home"}))
        .unwrap();
    let refusal = book
        .post(owner, json!({"number": "(213) 456-7890"}))
        .unwrap_err();
    assert_eq!(
        (refusal.kind, pointers(&refusal)),
        (Kind::Invalid, vec!["/data/attributes/number".to_owned()])
    );
    assert!(
        refusal.to_string().contains("home") && refusal.to_string().contains("+1 213-456-7890"),
        "{refusal}"
    );
}

#[test]
fn a_number_that_the_contact_has_is_refused_for_another_of_its_phones() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    book.post(owner, json!({"number": A, "location": "home"}))
        .unwrap();
    let b = book.post(owner, json!({"number": B})).unwrap();
    for number in [
        A,
        "(213) 456-7890",
        "tel:+1-213-456-7890",
        "00 1 213 4567890",
    ] {
        for sent in [
            json!({"number": number, "overwrite": true}),
            json!({"number": number, "updated_in_db_at": b.updated_in_db_at.to_string()}),
        ] {
            let refusal = book.put(b.id, sent).unwrap_err();
            assert_eq!(
                (jsonapi::status(refusal.kind), pointers(&refusal)),
                (400, vec!["/data/attributes/number".to_owned()]),
                "{number}: {refusal}"
            );
            assert!(refusal.to_string().contains("home"), "{refusal}");
        }
    }
    assert_eq!(book.get(b.id), b);
}

#[test]
fn editing_an_imported_number_makes_it_manual_and_the_history_keeps_where_it_came_from() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let a = book
        .post(
            owner,
            json!({"number": A, "source": "csv", "valid_values": false}),
        )
        .unwrap();
    assert_eq!(
        book.set(a.id, json!({"valid_values": true})).source,
        "csv",
        "a flag is no new number"
    );
    assert_eq!(book.set(a.id, json!({"number": B})).source, "manual");
    let history = serde_json::to_string(
        &book
            .store
            .history(owner, 10)
            .unwrap()
            .iter()
            .map(|entry| format!("{:?}", entry.operation))
            .collect::<Vec<_>>(),
    );
    assert!(history.unwrap().contains("csv"));
}

#[test]
fn confirming_a_contact_ends_its_need_of_attention() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let a = book
        .post(
            owner,
            json!({"number": A, "source": "csv", "valid_values": false}),
        )
        .unwrap();
    assert_eq!(book.store.totals().unwrap().attention, 1);
    book.store.confirm_contacts(&[owner]).unwrap();
    assert!(book.get(a.id).valid_values && book.get(a.id).primary);
    assert_eq!(book.store.totals().unwrap().attention, 0);
}

// 1. The record

#[test]
fn every_fault_of_a_document_is_reported_at_once() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let refusal = book
        .post(owner, json!({"number": " ", "primary": "yes", "country_code": "+39", "created_at": "soon", "colour": "red"}))
        .unwrap_err();
    let mut found = pointers(&refusal);
    found.sort();
    let expected = ["colour", "country_code", "created_at", "number", "primary"]
        .map(|name| format!("/data/attributes/{name}"));
    assert_eq!(found, expected);
    let document = jsonapi::error_document(&refusal);
    assert_eq!(document["errors"].as_array().map(Vec::len), Some(5));
    assert_eq!(document["errors"][0]["status"], "400");
    assert!(document["errors"][0]["source"]["pointer"].is_string());
}

#[test]
fn a_json_number_is_a_number_too() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let a = book
        .post(
            owner,
            json!({"number": 2_134_567_890_i64, "country_code": 1}),
        )
        .unwrap();
    assert_eq!(
        (
            a.number.as_str(),
            a.country_code.as_deref(),
            a.typed.as_str()
        ),
        ("+12134567890", Some("1"), "2134567890")
    );
}

#[test]
fn what_does_not_parse_is_kept_as_it_was_typed() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let a = book
        .post(
            owner,
            json!({"number": "  ask Bob  ", "country_code": "39"}),
        )
        .unwrap();
    assert_eq!(
        (a.number.as_str(), a.country_code.as_deref()),
        ("ask Bob", Some("39"))
    );
}

#[test]
fn an_id_can_be_chosen_and_not_taken_twice() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let id = Uuid::now_v7();
    let a = book
        .post(owner, json!({"id": id.to_string(), "number": A}))
        .unwrap();
    assert_eq!(a.id, PhoneId(id));
    let refusal = book
        .post(owner, json!({"id": id.to_string(), "number": B}))
        .unwrap_err();
    assert_eq!(
        (refusal.kind, pointers(&refusal)),
        (Kind::Conflict, vec!["/data/attributes/id".to_owned()])
    );
    assert_eq!(
        book.post(owner, json!({"number": C}))
            .unwrap()
            .id
            .0
            .get_version_num(),
        7
    );
}

#[test]
fn what_the_program_gives_out_it_takes_back() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let a = book
        .post(owner, json!({"number": A, "location": "home"}))
        .unwrap();
    let again = book.put(a.id, a.attributes()).unwrap();
    assert_eq!((again.number, again.source), (a.number, a.source));
    let refusal = book.set_refused(a.id, json!({"created_at": "2020-01-01T00:00:00Z"}));
    assert_eq!(pointers(&refusal), ["/data/attributes/created_at"]);
}

#[test]
fn a_second_imported_number_waits_for_a_look() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    assert!(
        book.post(owner, json!({"number": A, "source": "csv"}))
            .unwrap()
            .valid_values
    );
    assert!(
        !book
            .post(owner, json!({"number": B, "source": "csv"}))
            .unwrap()
            .valid_values
    );
    assert!(book.post(owner, json!({"number": C})).unwrap().valid_values);
}

// 2. The five operations

#[test]
fn a_list_is_filtered_sorted_and_paged() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    for (at, label) in ["home", "work", "home", "fax"].iter().enumerate() {
        book.post(
            owner,
            json!({"number": format!("+1 213 456 789{at}"), "location": label}),
        )
        .unwrap();
    }
    let query = PageQuery {
        owner: Some(owner),
        ..PageQuery::read(
            &PHONES,
            [
                ("location", "home"),
                ("sort", "-number"),
                ("per_page", "1"),
                ("page", "2"),
            ],
        )
        .unwrap()
    };
    let document = jsonapi::page_document(&book.store.list_phones(&query).unwrap());
    assert_eq!(document["data"][0]["attributes"]["number"], "+12134567890");
    assert_eq!(
        document["meta"],
        json!({
            "pagination": {"page": 2, "per_page": 1, "total_count": 2, "total_pages": 2},
            "sort": "-number",
            "filter": {"location": "home"},
        })
    );
    let default = book
        .store
        .list_phones(&PageQuery {
            owner: Some(owner),
            ..PageQuery::default()
        })
        .unwrap();
    assert!(
        default.records[0].primary,
        "the primary first, then the newest"
    );
    assert_eq!(default.records[1].number, "+12134567893");
}

#[test]
fn what_a_list_does_not_know_is_named() {
    let refusal = PageQuery::read(
        &PHONES,
        [
            ("sort", "colour"),
            ("page", "0"),
            ("shoe", "9"),
            ("historic", "maybe"),
        ],
    )
    .unwrap_err();
    assert_eq!(refusal.kind, Kind::Invalid);
    for name in ["colour", "page", "shoe", "historic"] {
        assert!(refusal.to_string().contains(name), "{refusal}");
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    let mut book = Book::new();
    let nobody = callbook::domain::contact::ContactId(Uuid::now_v7());
    let nothing = PhoneId(Uuid::now_v7());
    let query = PageQuery {
        owner: Some(nobody),
        ..PageQuery::default()
    };
    assert_eq!(
        book.store.list_phones(&query).unwrap_err().kind,
        Kind::NotFound
    );
    assert_eq!(
        book.post(nobody, json!({"number": A})).unwrap_err().kind,
        Kind::NotFound
    );
    assert_eq!(book.store.phone(nothing).unwrap_err().kind, Kind::NotFound);
    assert_eq!(
        book.put(nothing, json!({"overwrite": true}))
            .unwrap_err()
            .kind,
        Kind::NotFound
    );
    assert_eq!(
        book.store.delete_phone(nothing, None).unwrap_err().kind,
        Kind::NotFound
    );
}

#[test]
fn a_stale_stamp_keeps_a_phone_from_being_deleted() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let a = book.post(owner, json!({"number": A})).unwrap();
    book.set(a.id, json!({"location": "home"}));
    assert_eq!(
        book.store
            .delete_phone(a.id, Some(a.updated_in_db_at))
            .unwrap_err()
            .kind,
        Kind::Conflict
    );
    assert!(book.store.delete_phone(a.id, None).is_ok());
}

// 3. and 5.

#[test]
fn the_database_itself_refuses_two_primaries_and_a_historic_one() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    book.post(owner, json!({"number": A})).unwrap();
    book.post(owner, json!({"number": B})).unwrap();
    let raw = rusqlite::Connection::open(&book.path).unwrap();
    assert!(raw.execute("UPDATE phone SET is_primary = 1", []).is_err());
    assert!(
        raw.execute("UPDATE phone SET historic = 1 WHERE is_primary", [])
            .is_err()
    );
}

#[test]
fn a_write_to_a_phone_touches_its_contact() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let before = book.store.contact(owner).unwrap();
    book.post(owner, json!({"number": A})).unwrap();
    let after = book.store.contact(owner).unwrap();
    assert!(after.updated_at > before.updated_at);
    assert_eq!(
        after.updated_in_db_at, before.updated_in_db_at,
        "the contact's own attributes did not change"
    );
}

#[test]
fn stamps_rise_though_the_clock_goes_backwards() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let a = book.post(owner, json!({"number": A})).unwrap();
    let mut last = a.updated_in_db_at;
    for clock in [crate::support::NOON, 0, 1, -5_000_000, crate::support::NOON] {
        book.clock.store(clock, std::sync::atomic::Ordering::SeqCst);
        let stamp = book
            .set(a.id, json!({"location": Value::Null}))
            .updated_in_db_at;
        assert!(stamp > last);
        last = stamp;
    }
}

#[test]
fn two_programs_cannot_lose_each_others_edits() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let a = book.post(owner, json!({"number": A})).unwrap();
    let path = book.path.clone();
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (path, clock, id) = (path.clone(), book.clock.clone(), a.id);
            std::thread::spawn(move || {
                let mut store =
                    callbook::store::Store::open(&path, crate::support::options(&clock)).unwrap();
                let mut done = 0;
                while done < 25 {
                    let phone = store.phone(id).unwrap();
                    let count: u32 = phone
                        .location
                        .as_deref()
                        .and_then(|label| label.parse().ok())
                        .unwrap_or(0);
                    let sent = PhoneAttributes {
                        location: Some(Some((count + 1).to_string())),
                        updated_in_db_at: Some(phone.updated_in_db_at),
                        ..PhoneAttributes::default()
                    };
                    match store.update_phone(id, sent, Vec::new()) {
                        Ok(_) => done += 1,
                        Err(refusal) => assert!(
                            matches!(refusal.kind, Kind::Conflict | Kind::Busy),
                            "{writer}: {refusal}"
                        ),
                    }
                }
            })
        })
        .collect();
    for writer in writers {
        writer.join().unwrap();
    }
    assert_eq!(book.get(a.id).location.as_deref(), Some("100"));
}

impl Book {
    fn set_refused(&mut self, id: PhoneId, mut attributes: Value) -> Refusal {
        attributes["overwrite"] = Value::Bool(true);
        self.put(id, attributes).unwrap_err()
    }
}

// What a small slip in the code would break, and nothing else would show.

#[test]
fn a_stamp_that_is_later_than_the_stored_one_is_a_conflict_too() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let a = book.post(owner, json!({"number": A})).unwrap();
    for micros in [-1, 1, 1_000_000_000_000] {
        let other = Timestamp::from_micros(a.updated_in_db_at.micros() + micros);
        let sent = json!({"location": "home", "updated_in_db_at": other.to_string()});
        let refusal = book.put(a.id, sent).unwrap_err();
        assert_eq!(refusal.kind, Kind::Conflict, "{micros}");
        let deleted = book.store.delete_phone(a.id, Some(other));
        assert_eq!(deleted.unwrap_err().kind, Kind::Conflict, "{micros}");
        let sent = ContactAttributes {
            updated_in_db_at: Some(Timestamp::from_micros(
                book.store.contact(owner).unwrap().updated_in_db_at.micros() + micros,
            )),
            ..ContactAttributes::default()
        };
        let refused = book.store.update_contact(owner, sent, Vec::new());
        assert_eq!(refused.unwrap_err().kind, Kind::Conflict, "{micros}");
        let stored = book.store.contact(owner).unwrap().updated_in_db_at;
        let other = Timestamp::from_micros(stored.micros() + micros);
        let deleted = book.store.delete_contact(owner, Some(other));
        assert_eq!(deleted.unwrap_err().kind, Kind::Conflict, "{micros}");
    }
    assert_eq!(book.get(a.id), a);
}

#[test]
fn a_new_country_code_alone_makes_the_source_manual() {
    let mut book = Book::new();
    let owner = book.contact("Ada");
    let sent = json!({"number": "12", "country_code": "44", "source": "csv"});
    let short = book.post(owner, sent).unwrap();
    assert_eq!(
        (short.number.as_str(), short.source.as_str()),
        ("12", "csv")
    );
    let after = book.set(short.id, json!({"country_code": "39"}));
    assert_eq!(
        (
            after.number.as_str(),
            after.country_code.as_deref(),
            after.source.as_str()
        ),
        ("12", Some("39"), "manual")
    );
    // A flag or a label is no such change, nor is the code that is there already.
    let sent = json!({"number": B, "source": "csv"});
    let whole = book.post(owner, sent).unwrap();
    let same = json!({"country_code": "1", "location": "home", "historic": true});
    assert_eq!(book.set(whole.id, same).source, "csv");
}

#[test]
fn the_clock_is_kept_after_a_step_of_several_rows() {
    let mut book = Book::new();
    let still = |book: &Book| book.clock.store(crate::support::NOON, Ordering::SeqCst);
    let owner = book.contact("Ada");
    let mut last = Timestamp::default();
    for round in 0..3 {
        for end in 0..4 {
            still(&book);
            let number = format!("+1 213 456 7{round}{end}0");
            book.post(owner, json!({"number": number, "primary": true}))
                .unwrap();
        }
        still(&book);
        book.store.delete_contacts(&[owner]).unwrap();
        still(&book);
        book.store.undo().unwrap();
        // Another program, so that nothing is remembered.
        still(&book);
        book.store = book.other();
        let phones = book.phones(owner);
        let greatest = phones
            .iter()
            .map(|phone| phone.updated_in_db_at)
            .max()
            .unwrap();
        assert!(greatest > last);
        still(&book);
        let next = book.set(phones[0].id, json!({"location": "home"}));
        assert!(next.updated_in_db_at > greatest, "{round}");
        last = next.updated_in_db_at;
        let kept: i64 = rusqlite::Connection::open(&book.path)
            .unwrap()
            .query_row("SELECT stamp FROM clock", [], |row| row.get(0))
            .unwrap();
        assert!(kept >= last.micros());
    }
}

/// What is stored is read again by others. A number whose trunk prefix is written twice loses one at
/// each reading; such a one is kept as it was typed.
#[test]
fn a_number_that_reads_otherwise_the_second_time_is_kept_as_typed() {
    let mut typed_kept = 0;
    for (code, trunk) in [
        ("36", "06"),
        ("7", "8"),
        ("375", "80"),
        ("370", "8"),
        ("52", "01"),
        ("55", "0"),
        ("54", "0"),
        ("44", "0"),
        ("49", "0"),
        ("1", "1"),
        ("81", "0"),
        ("380", "0"),
        ("976", "01"),
    ] {
        for digits in 3..10 {
            for lead in ["1", "2", "5", "7", "9"] {
                let rest: String = "1234567890".chars().take(digits).collect();
                for times in 1..4 {
                    let typed = format!("+{code} {} {lead}{rest}", trunk.repeat(times));
                    let once = canonical(&typed, None, None);
                    if once.identity.starts_with('+') {
                        let again = canonical(&once.number, None, None);
                        assert_eq!(again, once, "{typed}");
                    } else if times > 1 {
                        assert_eq!(once.number, typed);
                        typed_kept += 1;
                    }
                }
            }
        }
    }
    assert!(typed_kept > 0);
}
