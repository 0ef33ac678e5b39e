//! Servers that have ways of their own: how they call themselves, what they do not keep, and what they do not answer.

use rusqlite::Connection;

use crate::dav_server::Ways;
use crate::everyday::Synced;

impl Synced {
    /// The note of a contact.
    fn note_of(&self, name: &str) -> String {
        let raw = Connection::open(self.home.book()).unwrap();
        let sql = "SELECT coalesce(note, '') FROM contact WHERE name = ?1";
        raw.query_row(sql, [name], |row| row.get(0)).unwrap()
    }

    fn write_note(&self, name: &str, note: &str) {
        self.does(&[
            "contact",
            "update",
            &self.id(name),
            "--note",
            note,
            "--overwrite",
        ]);
    }

    /// The contacts of a name.
    fn ids(&self, name: &str) -> Vec<String> {
        let raw = Connection::open(self.home.book()).unwrap();
        let mut ids = raw
            .prepare("SELECT id FROM contact WHERE name = ?1")
            .unwrap();
        let ids = ids
            .query_map([name], |row| row.get::<_, [u8; 16]>(0))
            .unwrap();
        ids.map(|id| uuid::Uuid::from_bytes(id.unwrap()).to_string())
            .collect()
    }
}

/// How many cards are there, and how many contacts here.
fn counts(synced: &Synced) -> (usize, usize) {
    let there = synced.server.state().cards.len();
    let raw = Connection::open(synced.home.book()).unwrap();
    let here: i64 = raw
        .query_row("SELECT count(*) FROM contact", [], |row| row.get(0))
        .unwrap();
    (there, usize::try_from(here).unwrap())
}

fn synced(cards: usize, ways: impl FnOnce(&mut Ways)) -> Synced {
    let synced = Synced::with(cards);
    ways(&mut synced.server.state().ways);
    synced
}

#[test]
fn whole_addresses_are_those_of_the_paths_in_them() {
    for itself in ["", "http://dav.internal:8080"] {
        let synced = Synced::with(2);
        let port = synced.server.port();
        let itself = match itself {
            "" => format!("http://127.0.0.1:{port}"),
            itself => itself.to_owned(),
        };
        synced.server.state().ways.calls_itself = Some(itself.clone());
        synced.does(&["add", "New Nomad", "+1 212 555 0123"]);
        for _ in 0..3 {
            synced.does(&["sync", "--all"]);
            assert_eq!(counts(&synced), (3, 3), "{itself}");
        }
        synced.phone_adds("0.vcf", "NOTE:by phone");
        synced.does(&["sync"]);
        assert!(synced.note_of("Person 0").contains("by phone"), "{itself}");
        synced.write_note("Person 1", "from here");
        synced.does(&["sync"]);
        assert!(synced.text("1.vcf").contains("NOTE:from here"), "{itself}");
    }
}

#[test]
fn cards_at_other_addresses_are_no_empty_book() {
    let synced = Synced::with(2);
    synced.does(&["remote", "remove", "nextcloud"]);
    let config = synced.home.configured();
    for (from, to) in [
        ("/contacts/", "//contacts/"),
        ("/contacts/", "/contacts/?export"),
    ] {
        std::fs::write(synced.home.config(), config.replace(from, to)).unwrap();
        let (status, told, why) = synced.home.run(&["sync", "--yes"]);
        let all = format!("{told}{why}");
        assert_ne!(status, 0, "{to}: {all}");
        assert!(all.contains("0.vcf") || all.contains("url"), "{to}: {all}");
        assert_eq!(synced.server.state().cards.len(), 2, "{to}: {all}");
    }
}

#[test]
fn what_a_server_does_not_keep_stays_here() {
    for unsure in [true, false] {
        let synced = synced(1, |ways| {
            ways.no_etag_after_put = unsure;
            ways.drops = &["NOTE", "TITLE", "NICKNAME", "ROLE"];
        });
        synced.does(&[
            "add",
            "Jan Vries",
            "+31 6 12345678",
            "--note",
            "Key is under the third pot",
            "--title",
            "Head",
            "--nickname",
            "JP",
        ]);
        synced.does(&["sync"]);
        let id = synced.id("Person 0");
        synced.does(&["contact", "update", &id, "--role", "guest", "--overwrite"]);
        for _ in 0..2 {
            synced.does(&["sync"]);
            let shown = synced.does(&["show", "Jan Vries"]);
            for kept in ["third pot", "Head", "JP"] {
                assert!(shown.contains(kept), "{unsure}: {shown}");
            }
            let shown = synced.does(&["show", "Person 0"]);
            assert!(shown.contains("guest"), "{unsure}: {shown}");
        }
        // A note that a person takes out there, later, is taken out here.
        synced.server.state().ways.drops = &[];
        synced.write_note("Person 0", "seen there");
        synced.does(&["sync"]);
        let text = synced.text("0.vcf");
        assert!(text.contains("NOTE:seen there"), "{text}");
        let without = text.replace("NOTE:seen there\r\n", "");
        synced.server.store("0.vcf", &without);
        synced.does(&["sync"]);
        assert_eq!(synced.note_of("Person 0"), "");
    }
}

#[test]
fn what_a_server_cuts_stays_whole_here() {
    let synced = synced(1, |ways| {
        ways.no_etag_after_put = true;
        ways.cuts_notes = Some(10);
    });
    synced.write_note("Person 0", "a note that is longer than ten");
    synced.does(&["sync"]);
    assert!(synced.text("0.vcf").contains("NOTE:a note tha\r\n"));
    assert_eq!(synced.note_of("Person 0"), "a note that is longer than ten");
}

#[test]
fn numbers_that_a_server_writes_without_their_country_are_the_same() {
    let synced = synced(1, |ways| {
        ways.no_etag_after_put = true;
        ways.national_numbers = true;
    });
    for note in ["one", "two", "three"] {
        synced.write_note("Person 0", note);
        synced.does(&["sync"]);
    }
    let text = synced.text("0.vcf");
    assert_eq!(text.matches("\nTEL").count(), 1, "{text}");
    let shown = synced.does(&["show", "Person 0"]);
    assert!(shown.contains("+39 347 555 0100"), "{shown}");
    assert_eq!(shown.matches("555 0100").count(), 1, "{shown}");
}

#[test]
fn a_card_that_is_stored_elsewhere_is_not_made_again() {
    let synced = synced(1, |ways| {
        ways.no_location = true;
        ways.gives_hrefs = true;
        ways.gives_uids = true;
    });
    synced.does(&["add", "Just Name"]);
    synced.does(&["add", "Jan Vries", "--note", "no number"]);
    for _ in 0..4 {
        synced.does(&["sync"]);
        assert_eq!(counts(&synced), (3, 3));
    }
}

#[test]
fn a_card_that_is_never_stored_is_named_in_the_end() {
    let synced = synced(1, |ways| ways.stores_nothing = true);
    synced.does(&["add", "New Nomad", "+1 212 555 0123"]);
    let mut told = String::new();
    for _ in 0..12 {
        let (_, out, why) = synced.home.run(&["sync"]);
        told = out + &why;
    }
    assert!(
        told.contains("does not take New Nomad: sent 8 times"),
        "{told}"
    );
    // Once it does, it is sent where a person changes it.
    synced.server.state().ways.stores_nothing = false;
    synced.write_note("New Nomad", "once more");
    synced.does(&["sync"]);
    assert_eq!(counts(&synced), (2, 2));
}

#[test]
fn a_card_that_is_not_answered_holds_up_no_other() {
    let synced = synced(2, |ways| ways.hangs_up_on = Some("never".to_owned()));
    synced.write_note("Person 0", "never");
    synced.write_note("Person 1", "well");
    synced.does(&["add", "New Nomad", "+1 212 555 0123"]);
    for _ in 0..2 {
        let (status, told, why) = synced.home.run(&["sync"]);
        assert_ne!(status, 0, "{told}{why}");
        assert!(told.contains("Person 0"), "{told}{why}");
    }
    assert!(synced.text("1.vcf").contains("NOTE:well"));
    assert_eq!(counts(&synced), (3, 3));
    assert_eq!(synced.note_of("Person 0"), "never");
    synced.server.state().ways.hangs_up_on = None;
    synced.does(&["sync"]);
    assert!(synced.text("0.vcf").contains("NOTE:never"));
}

#[test]
fn a_card_without_its_text_is_asked_for_again() {
    let synced = synced(2, |ways| ways.has_no_text = true);
    synced.phone_adds("0.vcf", "NOTE:by phone");
    let (status, told, why) = synced.home.run(&["sync"]);
    assert_eq!(status, 1, "{told}{why}");
    synced.server.state().ways.has_no_text = false;
    synced.does(&["sync", "--all"]);
    assert_eq!(synced.note_of("Person 0"), "by phone");
}

#[test]
fn a_deletion_that_fails_holds_up_no_other() {
    let synced = synced(4, |ways| ways.refuses_deletions = Some(500));
    synced.does(&["contact", "delete", &synced.id("Person 0")]);
    synced.write_note("Person 1", "well");
    let (status, told, why) = synced.home.run(&["sync"]);
    assert_eq!(status, 6, "{told}{why}");
    assert!(format!("{told}{why}").contains("Person 0"), "{told}{why}");
    assert!(synced.text("1.vcf").contains("NOTE:well"));
    // Of several the others are tried.
    synced.does(&["contact", "delete", &synced.id("Person 2")]);
    let (status, told, why) = synced.home.run(&["sync"]);
    assert_eq!(status, 1, "{told}{why}");
    for name in ["Person 0", "Person 2"] {
        assert!(told.contains(name), "{told}{why}");
    }
    synced.server.state().ways.refuses_deletions = None;
    synced.does(&["sync"]);
    assert_eq!(synced.server.state().cards.len(), 2);
}

/// A group of the first two.
fn group(name: &str) -> String {
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:g\r\nN:{name}\r\nFN:{name}\r\n\
         X-ADDRESSBOOKSERVER-KIND:group\r\nX-ADDRESSBOOKSERVER-MEMBER:urn:uuid:u0\r\n\
         X-ADDRESSBOOKSERVER-MEMBER:urn:uuid:u1\r\nEND:VCARD\r\n"
    )
}

#[test]
fn a_tag_of_a_group_that_is_taken_off_here_says_that_it_is_not_sent() {
    let synced = Synced::with(2);
    synced.server.store("g.vcf", &group("Team"));
    synced.does(&["sync"]);
    let shown = synced.does(&["show", "Person 0"]);
    assert!(shown.contains("Team is a group there"), "{shown}");
    synced.does(&["change", "tel:5550100", "-tag:Team"]);
    synced.does(&["sync"]);
    let shown = synced.does(&["show", "Person 0"]);
    assert!(shown.contains("still in Team there"), "{shown}");
    let shown = synced.does(&["show", "Person 1"]);
    assert!(!shown.contains("still in"), "{shown}");
}

#[test]
fn a_tag_of_ones_own_outlives_the_group_of_its_name() {
    for removed in [false, true] {
        let synced = Synced::with(2);
        synced.phone_adds("0.vcf", "CATEGORIES:own,Team");
        synced.server.store("g.vcf", &group("Team"));
        synced.does(&["sync"]);
        if removed {
            synced.server.delete("g.vcf");
        } else {
            synced.server.store("g.vcf", &group("Crew"));
        }
        synced.does(&["sync"]);
        synced.does(&["sync"]);
        assert!(
            synced.text("0.vcf").contains("CATEGORIES:own,Team"),
            "{}",
            synced.text("0.vcf")
        );
        let other = synced.does(&["show", "Person 1"]);
        assert!(!other.contains("Team"), "{other}");
    }
}

#[test]
fn contacts_with_a_field_to_decide_are_not_merged_away() {
    let synced = Synced::with(1);
    synced.server.store(
        "again.vcf",
        &synced.text("0.vcf").replace("UID:u0", "UID:other"),
    );
    synced.does(&["sync"]);
    for id in synced.ids("Person 0") {
        synced.does(&[
            "contact",
            "update",
            &id,
            "--note",
            &format!("mine {id}"),
            "--overwrite",
        ]);
    }
    synced.phone_adds("0.vcf", "NOTE:phone words");
    synced.phone_adds("again.vcf", "NOTE:phone words too");
    synced.home.run(&["sync"]);
    let ids = synced.ids("Person 0");
    let (status, told, why) = synced
        .home
        .run(&["duplicates", "--merge", &ids[0], &ids[1]]);
    let all = format!("{told}{why}");
    assert_eq!(status, 4, "{all}");
    assert!(
        all.contains("1 field to decide") && all.contains("callbook conflicts"),
        "{all}"
    );
    assert_eq!(synced.ids("Person 0").len(), 2);
}

#[test]
fn both_texts_of_which_one_is_blank_are_the_other() {
    let synced = Synced::with(1);
    synced.phone_adds("0.vcf", "NOTE:before");
    synced.does(&["sync"]);
    synced.write_note("Person 0", "mine");
    let text = synced.text("0.vcf");
    synced
        .server
        .store("0.vcf", &text.replace("NOTE:before\r\n", ""));
    synced.home.run(&["sync"]);
    synced.does(&["conflicts", "take", "both", "1"]);
    assert_eq!(synced.note_of("Person 0"), "mine");
}

#[test]
fn an_address_that_is_escaped_otherwise_is_no_card_that_is_gone() {
    let synced = Synced::with(1);
    let text = synced
        .text("0.vcf")
        .replace("UID:u0", "UID:u@")
        .replace("Person 0", "Person At");
    synced.server.store("a@b+c.vcf", &text);
    synced.server.state().ways.escapes_hrefs = true;
    synced.does(&["sync"]);
    let id = synced.id("Person At");
    for escapes in [false, true, false] {
        synced.server.state().ways.escapes_hrefs = escapes;
        let told = synced.does(&["sync", "--all"]);
        assert!(told.contains("nothing new"), "{told}");
        assert_eq!(synced.id("Person At"), id);
    }
}

#[test]
fn numbers_without_their_country_are_the_same_after_a_lost_answer_and_where_they_go() {
    let synced = synced(1, |ways| {
        ways.no_etag_after_put = true;
        ways.national_numbers = true;
    });
    // It is stored, and the answer is lost.
    let raw = Connection::open(synced.home.book()).unwrap();
    synced.does(&["add", "Bob Baker", "+39 347 555 0199"]);
    synced.server.state().ways.loses_answers = true;
    synced.home.run(&["sync"]);
    synced.server.state().ways.loses_answers = false;
    for _ in 0..3 {
        synced.home.run(&["sync"]);
    }
    let numbers = |name: &str| -> Vec<(String, bool)> {
        let sql = "SELECT number, historic FROM phone WHERE contact = (SELECT id FROM contact WHERE name = ?1)";
        let mut numbers = raw.prepare(sql).unwrap();
        let numbers = numbers
            .query_map([name], |row| Ok((row.get(0)?, row.get(1)?)))
            .unwrap();
        numbers.map(Result::unwrap).collect()
    };
    assert_eq!(numbers("Bob Baker").len(), 1, "{:?}", numbers("Bob Baker"));
    let cards = synced.server.state().cards.clone();
    assert_eq!(cards.len(), 2);
    let (path, card) = cards
        .iter()
        .find(|(_, card)| card.text.contains("Bob"))
        .unwrap();
    assert_eq!(card.text.matches("\nTEL").count(), 1, "{}", card.text);
    // Taken out there, it is historic here.
    let without: String = card
        .text
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("TEL"))
        .collect();
    synced
        .server
        .store(path.rsplit('/').next().unwrap(), &without);
    synced.does(&["sync"]);
    assert!(numbers("Bob Baker")[0].1, "{:?}", numbers("Bob Baker"));
}

#[test]
fn what_was_edited_after_a_lost_answer_stays_though_somebody_added_to_the_card() {
    let synced = Synced::with(1);
    synced.does(&[
        "add",
        "Bob Baker",
        "+39 347 555 0199",
        "--email",
        "bob@example.org",
        "--note",
        "mine",
    ]);
    synced.server.state().ways.loses_answers = true;
    synced.home.run(&["sync"]);
    synced.server.state().ways.loses_answers = false;
    let cards = synced.server.state().cards.clone();
    let path = { cards.iter() }
        .find(|(_, card)| card.text.contains("Bob"))
        .map(|(path, _)| path.rsplit('/').next().unwrap().to_owned())
        .unwrap();
    synced.phone_adds(&path, "TITLE:Baker");
    let id = synced.id("Bob Baker");
    let (_, document, _) = synced.home.run(&["contact", "get", &id, "--json"]);
    assert!(document.contains("bob@example.org"));
    synced.does(&["contact", "update", &id, "--note", "", "--overwrite"]);
    synced.does(&["sync"]);
    assert_eq!(synced.note_of("Bob Baker"), "");
    let shown = synced.does(&["show", "Bob Baker"]);
    assert!(
        shown.contains("Baker") && shown.contains("bob@example.org"),
        "{shown}"
    );
    synced.does(&["sync"]);
    let text = synced.text(&path);
    assert!(
        !text.contains("NOTE") && text.contains("TITLE:Baker"),
        "{text}"
    );
}

#[test]
fn a_card_that_always_fails_holds_up_no_deletion() {
    let synced = synced(3, |ways| ways.hangs_up_on = Some("never".to_owned()));
    synced.write_note("Person 0", "never");
    synced.does(&["contact", "delete", &synced.id("Person 1")]);
    let (status, told, why) = synced.home.run(&["sync"]);
    assert_ne!(status, 0, "{told}{why}");
    assert_eq!(synced.server.state().cards.len(), 2, "{told}{why}");
}
