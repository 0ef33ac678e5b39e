//! Another person's card at the address of a known one: contacts are not mixed up, and none is lost.

use std::fs;

use crate::dav_server::Ways;
use crate::everyday::Synced;
use crate::two_way::card;

/// The card of `Person` so and so.
fn person(at: usize) -> String {
    let number = format!("TEL;TYPE=CELL:+39 347 555 {:04}\r\n", 100 + at);
    card(&format!("u{at}"), &format!("Person {at}"), &number)
}

impl Synced {
    /// Puts the card of a person at the address of another, as other programs do.
    fn holds(&self, file: usize, who: usize) {
        self.server.store(&format!("{file}.vcf"), &person(who));
    }

    /// Everybody in the book, by name.
    fn people(&self) -> Vec<String> {
        let told = self.does(&["find", "--format", "{name}", ""]);
        told.lines().map(str::to_owned).collect()
    }

    /// Everybody there, by name.
    fn names_there(&self) -> Vec<String> {
        let state = self.server.state();
        let names = state.cards.values().filter_map(|card| {
            let mut lines = card.text.lines();
            lines.find_map(|line| line.strip_prefix("FN:").map(str::to_owned))
        });
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    fn is_at_rest(&self) {
        let cards = self.server.state().cards.clone();
        let told = self.does(&["sync"]);
        assert!(told.contains("nothing new"), "{told}");
        let texts = |cards: &std::collections::BTreeMap<String, crate::dav_server::Stored>| {
            cards
                .values()
                .map(|card| card.text.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(texts(&self.server.state().cards), texts(&cards));
    }
}

/// The ways of servers that list, tell versions and refuse differently.
fn ways() -> Vec<(&'static str, Ways)> {
    vec![
        ("usual", Ways::default()),
        (
            "no report of changes",
            Ways {
                no_sync_collection: true,
                ..Ways::default()
            },
        ),
        (
            "no tag",
            Ways {
                no_sync_collection: true,
                no_tag: true,
                ..Ways::default()
            },
        ),
        (
            "one card a UID",
            Ways {
                one_card_a_uid: true,
                ..Ways::default()
            },
        ),
        (
            "no version after a PUT",
            Ways {
                no_etag_after_put: true,
                ..Ways::default()
            },
        ),
        (
            "a page at a time",
            Ways {
                pages: Some(1),
                ..Ways::default()
            },
        ),
    ]
}

/// Four contacts that are on a server of each of these ways.
fn on_each_server() -> impl Iterator<Item = (&'static str, Synced)> {
    ways().into_iter().map(|(what, ways)| {
        let synced = Synced::with(4);
        synced.server.state().ways = ways;
        synced.does(&["sync"]);
        (what, synced)
    })
}

#[test]
fn somebody_else_at_an_address_is_somebody_else() {
    for (what, synced) in on_each_server() {
        synced.holds(1, 8);
        synced.does(&["sync"]);
        assert_eq!(
            synced.people(),
            ["Person 0", "Person 2", "Person 3", "Person 8"],
            "{what}"
        );
        assert_eq!(synced.text("1.vcf"), person(8), "{what}");
        let bin = synced.does(&["bin"]);
        assert!(bin.contains("Person 1"), "{what}: {bin}");
        synced.is_at_rest();
    }
}

#[test]
fn two_that_changed_places_are_who_they_were_with_what_was_changed_of_them() {
    for (what, synced) in on_each_server() {
        let ids = [synced.id("Person 0"), synced.id("Person 2")];
        let note = [
            "contact",
            "update",
            &ids[0],
            "--note",
            "mine",
            "--overwrite",
        ];
        synced.does(&note);
        // Some programs write all cards again: each is deleted first, then stored.
        synced.server.delete("0.vcf");
        synced.server.delete("2.vcf");
        synced.holds(0, 2);
        synced.holds(2, 0);
        synced.does(&["sync"]);
        assert_eq!(
            [synced.id("Person 0"), synced.id("Person 2")],
            ids,
            "{what}"
        );
        assert_eq!(synced.people().len(), 4, "{what}");
        synced.does(&["sync"]);
        assert!(
            synced.text("2.vcf").contains("NOTE:mine"),
            "{what}: {}",
            synced.text("2.vcf")
        );
        assert_eq!(synced.text("0.vcf"), person(2), "{what}");
        synced.is_at_rest();
    }
}

#[test]
fn what_was_changed_of_a_person_is_not_written_over_somebody_else() {
    for (what, synced) in on_each_server() {
        let id = synced.id("Person 1");
        synced.does(&["contact", "update", &id, "--note", "mine", "--overwrite"]);
        synced.does(&["contact", "delete", &synced.id("Person 3")]);
        synced.holds(1, 8);
        synced.holds(3, 9);
        synced.does(&["sync"]);
        synced.does(&["sync"]);
        assert_eq!(synced.text("1.vcf"), person(8), "{what}");
        assert_eq!(synced.text("3.vcf"), person(9), "{what}");
        // Gone there and changed here: who was changed stays, and is put back there.
        let all = ["Person 0", "Person 1", "Person 2", "Person 8", "Person 9"];
        assert_eq!(synced.people(), all, "{what}");
        assert_eq!(synced.names_there(), all, "{what}");
        synced.is_at_rest();
    }
}

/// Deleted here and imported again before the next sync: the card there is that of the contact.
#[test]
fn who_was_deleted_and_came_again_has_the_card_that_is_there() {
    for (what, synced) in on_each_server() {
        synced.does(&["contact", "delete", &synced.id("Person 1")]);
        synced.does(&["contact", "delete", &synced.id("Person 2")]);
        let file = synced.home.path().join("again.vcf");
        let note = person(2).replace("END:", "NOTE:new\r\nEND:");
        fs::write(&file, person(1) + &note).unwrap();
        synced.does(&["import", file.to_str().unwrap()]);
        for _ in 0..3 {
            synced.does(&["sync"]);
        }
        let all = ["Person 0", "Person 1", "Person 2", "Person 3"];
        assert_eq!(synced.people(), all, "{what}");
        assert_eq!(synced.names_there(), all, "{what}");
        let state = synced.server.state();
        let mut texts = state.cards.values().map(|card| &card.text);
        assert!(texts.any(|text| text.contains("NOTE:new")), "{what}");
        drop(state);
        synced.is_at_rest();
    }
}
