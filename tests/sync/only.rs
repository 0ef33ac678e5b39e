//! Only some contacts go there: what is not sent, is not deleted there either.

use std::fs;

use crate::everyday::Synced;

impl Synced {
    /// From here on only what is tagged goes there; so many are.
    fn sharing(cards: usize) -> Self {
        let synced = Self::with(cards);
        let config = synced.home.configured() + "only = \"tag:shared\"\n";
        fs::write(synced.home.config(), config).unwrap();
        synced.does(&["change", "Person", "tag:shared"]);
        synced.does(&["sync"]);
        synced
    }

    /// Gives somebody another tag, or none.
    fn tags(&self, name: &str, tag: &str) {
        let id = self.id(name);
        self.does(&["contact", "update", &id, "--tag", tag, "--overwrite"]);
    }

    fn deletes(&self, name: &str) {
        self.does(&["contact", "delete", &self.id(name)]);
    }
}

#[test]
fn who_is_no_longer_sent_is_not_deleted_there() {
    let synced = Synced::sharing(4);
    let there = || synced.server.state().cards.len();
    synced.tags("Person 0", "");
    synced.deletes("Person 0");
    synced.does(&["sync"]);
    assert_eq!(there(), 4);
    synced.does(&["sync"]);
    assert_eq!(there(), 4);
    // Who was sent, is deleted there.
    synced.deletes("Person 1");
    synced.does(&["sync"]);
    assert_eq!(there(), 3);
    // So is who was sent again at last.
    synced.tags("Person 2", "");
    synced.does(&["sync"]);
    synced.tags("Person 2", "shared");
    synced.deletes("Person 2");
    synced.does(&["sync"]);
    assert_eq!(there(), 2);
    assert!(synced.server.card("0.vcf").is_some());
    assert!(synced.server.card("3.vcf").is_some());
    // And all of it stays so, whatever else is done.
    synced.deletes("Person 3");
    let dry = synced.does(&["sync", "--dry-run"]);
    assert!(
        dry.contains("Person 3") && !dry.contains("Person 0"),
        "{dry}"
    );
    synced.does(&["undo"]);
    synced.does(&["sync"]);
    assert_eq!(there(), 2);
}

#[test]
fn who_is_no_longer_sent_is_not_deleted_there_when_the_bin_is_emptied_before_the_sync() {
    let synced = Synced::sharing(4);
    let there = || synced.server.state().cards.len();
    synced.tags("Person 0", "");
    synced.deletes("Person 0");
    // Who is sent until the end, is deleted there.
    synced.deletes("Person 1");
    synced.does(&["bin", "--empty", "--yes"]);
    let dry = synced.does(&["sync", "--dry-run"]);
    assert!(dry.contains("1 deleted there"), "{dry}");
    let told = synced.does(&["sync"]);
    assert!(told.contains("deleted there: Person 1"), "{told}");
    assert_eq!(there(), 3);
    assert!(synced.server.card("0.vcf").is_some());
    // Where all are sent again, so is its deletion, and it is seen before.
    let all = synced
        .home
        .configured()
        .replace("only = \"tag:shared\"\n", "");
    fs::write(synced.home.config(), all).unwrap();
    let dry = synced.does(&["sync", "--dry-run"]);
    assert!(
        dry.contains("1 deleted there") && dry.contains("- Person 0"),
        "{dry}"
    );
    synced.does(&["sync"]);
    assert_eq!(there(), 2);
}
