//! What callbook does not read of a card: photos, and lines that other programs have of their own.

use crate::dav_server::Ways;
use crate::everyday::Synced;
use crate::pty::Running;
use crate::two_way::card;

const PHOTO: &str = "PHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgoAAAANSUhEUg==\r\n";
const OTHER_PHOTO: &str = "PHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgoAAAANSUhEUgAAAAE=\r\n";
const REST: &str = "X-OWN:kept as it is\r\nKEY;ENCODING=b:AAEC\r\n";
const TEL: &str = "TEL;TYPE=CELL:+39 347 555 0100\r\n";

impl Synced {
    /// Another program writes the card of the first person anew, with these lines more.
    fn lines_there(&self, lines: &str) {
        self.server
            .store("0.vcf", &card("u0", "Person 0", &format!("{TEL}{lines}")));
    }

    fn exported(&self) -> String {
        self.does(&["export", "--as", "vcard"])
    }

    /// All that is on the server.
    fn there(&self) -> String {
        let state = self.server.state();
        let texts = state.cards.values().map(|card| card.text.clone());
        texts.collect()
    }
}

/// Each of these lines is once in a text, whatever the order of its parameters.
#[track_caller]
fn holds(text: &str, lines: &str) {
    for line in lines.lines() {
        let (head, value) = line.split_once(':').unwrap();
        let name = head.split(';').next().unwrap();
        let is_it = |other: &&str| other.starts_with(name) && other.ends_with(&format!(":{value}"));
        assert_eq!(text.lines().filter(is_it).count(), 1, "{line}: {text}");
        assert_eq!(
            text.matches(&format!("\n{name}")).count(),
            1,
            "{line}: {text}"
        );
    }
}

#[test]
fn what_a_card_gains_there_is_seen_here_and_goes_along_wherever_it_is_sent_anew() {
    let gained = format!("{PHOTO}{REST}");
    let many = |cards: usize| {
        let synced = Synced::with(cards);
        synced.lines_there(&gained);
        synced.does(&["sync"]);
        synced
    };
    let synced = || many(1);
    let usual = synced();
    assert!(usual.does(&["show", "Person 0"]).contains("photo"));
    holds(&usual.exported(), &gained);
    usual.does(&["sync"]);
    holds(&usual.text("0.vcf"), &gained);

    // Deleted here, and brought back.
    let deleted = synced();
    deleted.does(&["contact", "delete", &deleted.id("Person 0")]);
    deleted.does(&["sync", "--accept-deletions"]);
    assert_eq!(deleted.there(), "");
    deleted.does(&["undo"]);
    deleted.does(&["sync"]);
    holds(&deleted.there(), &gained);

    // Deleted there, and changed here.
    let changed = synced();
    changed.server.delete("0.vcf");
    let id = changed.id("Person 0");
    changed.does(&["contact", "update", &id, "--note", "here", "--overwrite"]);
    changed.does(&["sync"]);
    holds(&changed.there(), &gained);

    // Deleted there, and put back.
    let put_back = many(20);
    for at in 0..20 {
        put_back.server.delete(&format!("{at}.vcf"));
    }
    put_back.does(&["sync", "--put-back"]);
    holds(&put_back.there(), &gained);

    // To another server.
    let forgotten = synced();
    forgotten.does(&["remote", "remove", "nextcloud"]);
    forgotten.server.delete("0.vcf");
    forgotten.does(&["sync", "--yes"]);
    holds(&forgotten.there(), &gained);
}

#[test]
fn a_photo_that_is_taken_out_or_replaced_there_is_so_here() {
    let synced = Synced::with(1);
    synced.lines_there(&format!("{PHOTO}{REST}"));
    synced.does(&["sync"]);
    synced.lines_there(&format!("{OTHER_PHOTO}X-OWN:otherwise\r\n"));
    synced.does(&["sync"]);
    let exported = synced.exported();
    holds(&exported, &format!("{OTHER_PHOTO}X-OWN:otherwise\r\n"));
    assert!(
        !exported.contains("kept as it is") && !exported.contains("KEY"),
        "{exported}"
    );
    holds(
        &exported,
        "PHOTO;ENCODING=b;TYPE=PNG:iVBORw0KGgoAAAANSUhEUgAAAAE=\r\n",
    );
    synced.lines_there("");
    synced.does(&["sync"]);
    assert!(
        !synced.exported().contains("PHOTO"),
        "{}",
        synced.exported()
    );
    // As a step, it is taken back.
    synced.does(&["undo", &synced.newest_step()]);
    assert!(synced.exported().contains("PHOTO"), "{}", synced.exported());
}

#[test]
fn a_photo_that_is_here_goes_to_the_card_that_is_there() {
    let synced = Synced::with(1);
    let file = synced.home.path().join("photo.vcf");
    let import = |lines: &str| {
        std::fs::write(&file, card("u0", "Person 0", &format!("{TEL}{lines}"))).unwrap();
        synced.does(&["import", file.to_str().unwrap()]);
    };
    import(PHOTO);
    assert!(synced.does(&["find", "is:waiting"]).contains("Person 0"));
    assert!(synced.does(&["sync"]).contains("1 out"));
    holds(&synced.text("0.vcf"), PHOTO);
    assert!(synced.does(&["sync"]).contains("nothing new"));
    // The photo of a first sync that only is here, too.
    synced.does(&["remote", "remove", "nextcloud"]);
    synced.lines_there("");
    synced.does(&["sync", "--yes"]);
    holds(&synced.text("0.vcf"), PHOTO);
}

#[test]
fn a_merge_loses_no_photo_there() {
    let synced = Synced::with(2);
    let second = card(
        "u1",
        "Person 1",
        &format!("TEL;TYPE=CELL:+39 347 555 0101\r\n{PHOTO}KEY;ENCODING=b:AAEC\r\n"),
    );
    synced.server.store("1.vcf", &second);
    synced.does(&["sync"]);
    let (first, second) = (synced.id("Person 0"), synced.id("Person 1"));
    synced.does(&["duplicates", "--merge", &first, &second]);
    synced.does(&["sync", "--accept-deletions"]);
    holds(&synced.there(), &format!("{PHOTO}KEY;ENCODING=b:AAEC\r\n"));
}

#[test]
fn a_server_that_drops_lines_takes_none_out_here() {
    let synced = Synced::with(1);
    synced.lines_there(REST);
    synced.does(&["sync"]);
    synced.server.state().ways = Ways {
        strips_x: true,
        ..Ways::default()
    };
    let id = synced.id("Person 0");
    synced.does(&["contact", "update", &id, "--note", "here", "--overwrite"]);
    synced.does(&["sync"]);
    synced.does(&["sync"]);
    holds(&synced.exported(), REST);
}

#[test]
fn what_would_become_of_a_photo_is_said_before() {
    let synced = Synced::with(1);
    synced.lines_there(PHOTO);
    let told = synced.does(&["sync", "--dry-run"]);
    assert!(
        told.contains("photo: here –, there 16 bytes, then both"),
        "{told}"
    );
    synced.does(&["sync"]);
    synced.lines_there("");
    let told = synced.does(&["sync", "--dry-run"]);
    assert!(
        told.contains("photo: here 16 bytes, there –, then as there"),
        "{told}"
    );
}

#[test]
fn a_photo_that_is_taken_out_here_is_so_there() {
    let synced = Synced::with(1);
    synced.lines_there(&format!("{PHOTO}{REST}"));
    synced.does(&["sync"]);
    let mut callbook = Running::start(&synced.home.book(), 100, 30);
    callbook.sees("1 contact");
    callbook.types("\r");
    callbook.sees("ON THE CARD");
    callbook.types("j");
    callbook.sees("▌   X-OWN     kept as it is");
    callbook.types("j");
    callbook.sees("▌   photo");
    callbook.types("d");
    callbook.sees("u undo");
    callbook.types("\u{1b}");
    callbook.sees("edit e");
    callbook.types("q");
    assert_eq!(callbook.leaves(), 0);
    assert!(synced.does(&["sync"]).contains("1 out"));
    assert!(!synced.text("0.vcf").contains("PHOTO"));
    holds(&synced.text("0.vcf"), REST);
}
