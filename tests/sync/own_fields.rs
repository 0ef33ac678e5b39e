//! Lines of cards that a book comes to read as other details: neither side has changed, so nothing is sent.

use std::fs;

use rusqlite::Connection;

use crate::dav_server::{DavServer, Ways};
use crate::everyday::{Synced, config};
use crate::two_way::card;

const LOCKER: &str = "locker = \"X-LOCKER\"";
const SPIND: &str = "spind = \"X-LOCKER\"";

/// The card of the first person with these lines more.
fn with(lines: &str) -> String {
    card(
        "u0",
        "Person 0",
        &format!("TEL:+39 347 555 0100\r\n{lines}"),
    )
}

fn locker(value: &str) -> String {
    with(&format!(
        "item1.X-LOCKER;X-ROW=3:{value}\r\nitem1.X-ABLabel:Hall\r\nX-LOCKER:second\r\n"
    ))
}

impl Synced {
    /// The book has read these values of the first locker, one after the other.
    fn of_lockers(values: &[&str]) -> Self {
        let synced = Self::with(1);
        for value in values {
            synced.server.store("0.vcf", &locker(value));
            synced.does(&["sync"]);
        }
        synced
    }

    fn names_fields(&self, fields: &str) {
        let config = format!("{}\n[fields]\n{fields}\n", config(self.server.port()));
        fs::write(self.home.config(), config).unwrap();
        self.does(&["find", "Person 0"]);
    }

    fn undoes(&self) {
        self.does(&["undo", &self.newest_step()]);
    }

    /// A sync leaves the first card as it is, and a contact shows one line of this label and value.
    #[track_caller]
    fn keeps(&self, text: &str, label: &str, value: &str) {
        for _ in 0..2 {
            self.does(&["sync"]);
            assert_eq!(self.text("0.vcf"), text);
        }
        self.shows(label, value);
    }

    #[track_caller]
    fn shows(&self, label: &str, value: &str) {
        let shown = self.does(&["show", "Person 0"]);
        let rows = shown.lines().filter(|line| line.contains(value));
        let rows: Vec<&str> = rows.collect();
        assert_eq!(rows.len(), 1, "{value}: {shown}");
        assert!(
            rows[0].contains(label) || shown.contains(label),
            "{label}: {shown}"
        );
    }

    /// The server changes the line: the contact has it so, and only so.
    #[track_caller]
    fn changes_there(&self, label: &str) {
        self.server.store("0.vcf", &locker("changed there"));
        self.keeps(&locker("changed there"), label, "changed there");
        self.shows(label, "second");
        let shown = self.does(&["show", "Person 0"]);
        assert_eq!(shown.matches("second").count(), 1, "{shown}");
        for old in ["first", "edited", "before"] {
            assert!(!shown.contains(old), "{shown}");
        }
    }
}

#[test]
fn a_field_is_named_and_renamed_and_nothing_is_sent() {
    // Where the value has changed since, what both agreed on is kept beside the card.
    for values in [&["first"][..], &["before", "first"]] {
        let synced = Synced::of_lockers(values);
        for (fields, label) in [
            ("", "X-LOCKER"),
            (LOCKER, "locker"),
            (SPIND, "spind"),
            ("", "spind"),
            (LOCKER, "locker"),
        ] {
            synced.names_fields(fields);
            synced.keeps(&locker("first"), label, "first");
        }
        // And several at once, between two syncs.
        synced.names_fields(SPIND);
        synced.names_fields(LOCKER);
        synced.names_fields(SPIND);
        synced.changes_there("spind");
    }
}

#[test]
fn a_name_of_a_field_is_undone_and_nothing_is_sent() {
    for values in [&["first"][..], &["before", "first"]] {
        for syncs in [true, false] {
            let synced = Synced::of_lockers(values);
            for fields in [LOCKER, SPIND] {
                synced.names_fields(fields);
                if syncs {
                    synced.keeps(&locker("first"), "", "first");
                }
            }
            fs::write(synced.home.config(), config(synced.server.port())).unwrap();
            synced.undoes();
            if syncs {
                synced.keeps(&locker("first"), "locker", "first");
            }
            synced.does(&["undo"]);
            synced.keeps(&locker("first"), "X-LOCKER", "first");
            synced.changes_there("X-LOCKER");
        }
    }
}

#[test]
fn the_other_property_of_a_name_has_its_own_again() {
    let synced = Synced::with(1);
    let text = with("X-LOCKER:first\r\nX-CUPBOARD:other\r\n");
    synced.server.store("0.vcf", &text);
    synced.does(&["sync"]);
    synced.names_fields(LOCKER);
    synced.keeps(&text, "locker", "first");
    synced.names_fields("locker = \"X-CUPBOARD\"");
    synced.keeps(&text, "X-LOCKER", "first");
    synced.keeps(&text, "locker", "other");
}

#[test]
fn a_line_that_was_edited_on_both_sides_is_in_conflict_under_its_new_name() {
    for values in [&["first"][..], &["before", "first"]] {
        let synced = Synced::of_lockers(values);
        let raw = Connection::open(synced.home.book()).unwrap();
        let edit = "UPDATE contact SET details = replace(details, 'first', 'edited')";
        assert!(raw.execute(edit, []).unwrap() > 0);
        drop(raw);
        synced.names_fields(LOCKER);
        synced.does(&[
            "contact",
            "update",
            &synced.id("Person 0"),
            "--note",
            "n",
            "--overwrite",
        ]);
        synced.server.store("0.vcf", &locker("changed there"));
        assert_eq!(synced.home.run(&["sync"]).0, 4);
        let (_, conflicts, _) = synced.home.run(&["conflicts"]);
        assert!(
            conflicts.contains("edited") && conflicts.contains("changed there"),
            "{conflicts}"
        );
        let shown = synced.does(&["show", "Person 0"]);
        assert!(!shown.contains("first"), "{shown}");
    }
}

const LINES: &str = "X-HOBBY:first\r\nX-SHOE;X-SIZE=eu:4377\r\nGENDER:F;she\r\nHOBBY:chess\r\nGEO:45.46;9.19\r\n\
    X-SOCIALPROFILE;TYPE=twitter:https://twitter.com/eve\r\n";

/// What a book of an older callbook has of these lines.
const OLDER: &str = r#"[{"id":"0badcafe","kind":"link","label":"twitter","preferred":false,
    "value":"https://twitter.com/eve"}]"#;

impl Synced {
    /// The book is one of a callbook that read less of cards.
    fn is_older(&self) {
        let raw = Connection::open(self.home.book()).unwrap();
        raw.execute_batch(&format!(
            "DELETE FROM own_field;
             UPDATE contact SET details = '{OLDER}' WHERE details <> '[]';
             UPDATE remote_card SET agreed = json_set(agreed, '$.details', json('{OLDER}'))
             WHERE agreed IS NOT NULL;"
        ))
        .unwrap();
    }
}

#[test]
fn an_older_book_that_is_synced_reads_more_lines_and_nothing_is_sent() {
    for (is_kept, is_undone) in [(false, false), (true, false), (false, true), (true, true)] {
        let synced = Synced::with(30);
        let text = |at: usize, lines: &str| {
            card(
                &format!("u{at}"),
                &format!("Person {at}"),
                &format!("TEL:+39 347 555 {:04}\r\n{lines}", 100 + at),
            )
        };
        let lines = |first: &str| LINES.replace("first", first);
        if is_kept {
            let before = lines("before").replace("eve", "eva");
            (0..30).for_each(|at| {
                synced
                    .server
                    .store(&format!("{at}.vcf"), &text(at, &before));
            });
            synced.does(&["sync", "--accept-deletions"]);
        }
        (0..30).for_each(|at| synced.server.store(&format!("{at}.vcf"), &text(at, LINES)));
        synced.does(&["sync", "--accept-deletions"]);
        synced.is_older();
        let is_as_before = || {
            synced.does(&["sync"]);
            for at in 0..30 {
                assert_eq!(synced.text(&format!("{at}.vcf")), text(at, LINES));
            }
        };
        is_as_before();
        let log = synced.does(&["log"]);
        assert!(
            log.contains("Read more lines of the cards of 30 contacts"),
            "{log}"
        );
        synced.shows("X-HOBBY", "first");
        let shown = synced.does(&["show", "Person 0"]);
        assert!(
            shown.contains("twitter") && !shown.contains("https"),
            "{shown}"
        );
        // Undone and done again, too.
        synced.does(&["undo"]);
        is_as_before();
        let shown = synced.does(&["show", "Person 0"]);
        assert!(
            shown.contains("https") && !shown.contains("X-HOBBY"),
            "{shown}"
        );
        if is_undone {
            let changed = text(0, &lines("second").replace("eve", "evelyn"));
            synced.server.store("0.vcf", &changed);
            synced.keeps(&changed, "twitter", "twitter.com/evelyn");
            let shown = synced.does(&["show", "Person 0"]);
            assert_eq!(shown.matches("twitter.com").count(), 1, "{shown}");
            continue;
        }
        synced.does(&["redo"]);
        is_as_before();
        // What the server changes then is so here, and once.
        let changed = text(0, &lines("second").replace("eve", "evelyn"));
        synced.server.store("0.vcf", &changed);
        synced.keeps(&changed, "X-HOBBY", "second");
        let shown = synced.does(&["show", "Person 0"]);
        assert!(
            !shown.contains("first") && !shown.contains("https"),
            "{shown}"
        );
        assert_eq!(shown.matches("evelyn").count(), 1, "{shown}");
    }
}

#[test]
fn lines_on_two_remotes_that_come_to_be_read_stay_there_and_do_not_go_to_and_fro() {
    const HOBBY: &str = "X-HOBBY:first\r\n";
    const OTHER: &str = "X-HOBBY:sailing\r\n";
    const PET: &str = "X-PET:a cat\r\n";
    for (one, two) in [
        (HOBBY, HOBBY),
        (HOBBY, ""),
        (HOBBY, PET),
        (HOBBY, OTHER),
        (LINES, PET),
        (
            "X-HOBBY:first\r\nX-HOBBY:second\r\n",
            "X-HOBBY:second\r\nX-HOBBY:first\r\n",
        ),
    ] {
        let synced = Synced::with(1);
        let other = DavServer::start(Ways::default());
        other.store("0.vcf", &with(""));
        let both = config(synced.server.port())
            + &config(other.port())
                .replace("nextcloud", "other")
                .replace("new = true\n", "");
        // Each has its own of these lines, which the book kept and did not read.
        let reads = both.replace("\n[[", "\nread_only = true\n[[") + "read_only = true\n";
        let reads = reads.replace("new = true\n", "");
        fs::write(synced.home.config(), &reads).unwrap();
        synced.does(&["sync", "--yes"]);
        synced.server.store("0.vcf", &with(one));
        other.store("0.vcf", &with(two));
        synced.does(&["sync"]);
        let raw = Connection::open(synced.home.book()).unwrap();
        // It read one of them as a link.
        let link = if one == LINES { OLDER } else { "[]" };
        raw.execute_batch(&format!(
            "DELETE FROM own_field;
             UPDATE contact SET details = '{link}';
             UPDATE remote_card SET agreed = json_set(agreed, '$.details',
                json(iif(remote = (SELECT id FROM remote WHERE name = 'nextcloud'), '{link}', '[]')))
             WHERE agreed IS NOT NULL;"
        ))
        .unwrap();
        drop(raw);
        fs::write(synced.home.config(), &both).unwrap();

        let case = format!("{one} and {two}");
        let (status, told, why) = synced.home.run(&["sync"]);
        assert_eq!(status, 0, "{case}: {told}{why}");
        let there = [synced.text("0.vcf"), other.card("0.vcf").unwrap().text];
        for (lines, text) in [one, two].iter().zip(&there) {
            for line in lines.lines() {
                let value = line.rsplit(':').next().unwrap();
                assert_eq!(text.matches(value).count(), 1, "{case}: {line}: {text}");
            }
        }
        // From then on all is at rest.
        for server in [&synced.server, &other] {
            server.asked();
        }
        let told = synced.does(&["sync"]);
        assert_eq!(told.matches("nothing new").count(), 2, "{case}: {told}");
        for server in [&synced.server, &other] {
            let asked = server.asked().join("\n");
            assert!(!asked.contains("PUT"), "{case}: {asked}");
        }
        let told = synced.does(&["conflicts"]);
        assert!(told.contains("nothing is to be decided"), "{case}: {told}");
        // Nothing of it is lost here, and nothing is there twice.
        let shown = synced.does(&["show", "Person 0"]);
        for line in one.lines().chain(two.lines()) {
            let value = line.rsplit([':', '/', ';']).next().unwrap();
            assert_eq!(shown.matches(value).count(), 1, "{case}: {value}: {shown}");
        }
    }
}
