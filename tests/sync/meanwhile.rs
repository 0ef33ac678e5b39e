//! What is done in the book, or on a phone, while a request is on its way, or after its answer was lost.

use std::fs;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::dav_server::{DavServer, Moment, Ways};
use crate::everyday::{Synced, config};
use crate::failing_proxy::{FailingProxy, Fault};
use crate::home::{Home, Ran};
use crate::two_way::card;

impl Synced {
    /// Syncs; at the first request with a method, something is done while it waits.
    fn meanwhile(&self, method: &'static str, moment: Moment, does: impl FnOnce()) -> Ran {
        self.server.state().ways.waits = Some((method, moment));
        let ran = std::thread::scope(|scope| {
            let sync = scope.spawn(|| self.home.run(&["sync"]));
            let end = Instant::now() + Duration::from_mins(1);
            while !self.server.state().is_waiting {
                assert!(Instant::now() < end, "{method} never came");
                std::thread::sleep(Duration::from_millis(5));
            }
            does();
            self.server.state().ways.waits = None;
            sync.join().unwrap()
        });
        // One more, so that nothing is left under way.
        self.home.run(&["sync"]);
        ran
    }

    /// With so many cards there, behind a proxy.
    fn behind_proxy(cards: usize) -> (Self, FailingProxy) {
        let server = DavServer::start(Ways::default());
        let proxy = FailingProxy::start(server.port());
        for at in 0..cards {
            let text = card(
                &format!("u{at}"),
                &format!("Person {at}"),
                "TEL:+39 347 555 0100\r\n",
            );
            server.store(&format!("{at}.vcf"), &text);
        }
        let home = Home::new(&config(proxy.port()));
        let synced = Self { home, server };
        synced.does(&["sync", "--yes"]);
        (synced, proxy)
    }

    fn note(&self, id: &str, note: &str) {
        self.does(&["contact", "update", id, "--note", note, "--overwrite"]);
    }

    /// A phone adds a line to a card.
    pub(crate) fn phone_adds(&self, name: &str, line: &str) {
        let text = self.text(name);
        let text = text.replace("END:VCARD", &format!("{line}\r\nEND:VCARD"));
        self.server.store(name, &text);
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        let raw = Connection::open(self.home.book()).unwrap();
        let sql = "SELECT count(*) FROM contact WHERE name = ?1";
        raw.query_row(sql, [name], |row| row.get::<_, i64>(0))
            .unwrap()
            == 1
    }

    fn cards(&self) -> usize {
        self.server.state().cards.len()
    }
}

#[test]
fn a_sync_is_not_taken_back_while_one_runs() {
    for method in ["REPORT", "PUT"] {
        let synced = Synced::with(4);
        let run = synced.newest_step();
        synced.note(&synced.id("Person 0"), "changed");
        let (status, told, why) = synced.meanwhile(method, Moment::After, || {
            for words in [&["undo", &run, "--over"][..], &["undo", "--back-to", &run]] {
                let (status, _, why) = synced.home.run(words);
                assert_eq!(status, 5, "{words:?}: {why}");
                assert!(why.contains("a sync of this book is running"), "{why}");
            }
        });
        assert_eq!(status, 0, "{told}{why}");
        assert_eq!(synced.cards(), 4, "{method}");
        // Once it is done, it is, and deletes nothing there.
        synced.does(&["undo", &run, "--over"]);
        let (_, told, why) = synced.home.run(&["sync"]);
        assert!(format!("{told}{why}").contains("--again"), "{told}{why}");
        assert_eq!(synced.cards(), 4, "{method}");
    }
}

#[test]
fn no_backup_is_put_back_while_a_sync_runs() {
    let synced = Synced::with(4);
    synced.does(&["backup"]);
    let book = synced.home.book();
    let backups = book.with_file_name(format!("{}.backups", book.file_name().unwrap().display()));
    let files = fs::read_dir(backups)
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut backups: Vec<_> = files
        .filter(|file| file.extension().is_some_and(|end| end == "db"))
        .collect();
    backups.sort();
    let backup = backups.last().unwrap().to_str().unwrap();
    synced.does(&["contact", "delete", &synced.id("Person 3")]);
    synced.does(&["sync"]);
    synced.phone_adds("0.vcf", "NOTE:phone");
    synced.meanwhile("REPORT", Moment::After, || {
        let (status, _, why) = synced.home.run(&["restore", backup]);
        assert_eq!(status, 5, "{why}");
    });
    synced.does(&["restore", backup]);
    // The next one is a first sync, which says what it would do.
    let (_, told, why) = synced.home.run(&["sync"]);
    assert!(format!("{told}{why}").contains("--yes"), "{told}{why}");
    assert_eq!(synced.cards(), 3);
}

#[test]
fn who_is_deleted_here_while_being_sent_is_deleted_there() {
    for moment in [Moment::Before, Moment::After] {
        let synced = Synced::with(2);
        let id = synced.id("Person 0");
        synced.note(&id, "changed");
        let (status, told, why) = synced.meanwhile("PUT", moment, || {
            synced.does(&["contact", "delete", &id]);
        });
        assert_eq!(status, 0, "{told}{why}");
        assert!(!synced.has("Person 0"), "{moment:?}");
        assert!(synced.server.card("0.vcf").is_none(), "{moment:?}");
    }
}

#[test]
fn what_a_phone_changes_meanwhile_wins_over_a_deletion_and_is_told() {
    // Before and after the request is done there.
    for moment in [Moment::Before, Moment::After] {
        for method in ["PUT", "DELETE"] {
            if (method, moment) == ("DELETE", Moment::After) {
                continue;
            }
            let synced = Synced::with(2);
            let id = synced.id("Person 0");
            if method == "PUT" {
                synced.note(&id, "changed");
            } else {
                synced.does(&["contact", "delete", &id]);
            }
            let (_, told, why) = synced.meanwhile(method, moment, || {
                synced.phone_adds("0.vcf", "TEL;TYPE=HOME:+39 02 5550 1182");
                if method == "PUT" {
                    synced.does(&["contact", "delete", &id]);
                }
            });
            let shown = synced.home.run(&["show", "Person 0"]).1;
            assert!(
                shown.contains("02 5550 1182"),
                "{method} {moment:?}: {shown}{told}{why}"
            );
            assert!(
                synced.text("0.vcf").contains("5550 1182"),
                "{method} {moment:?}"
            );
            let told = format!("{told}{why}");
            assert!(
                told.contains("deleted here and changed there"),
                "{method} {moment:?}: {told}"
            );
        }
    }
}

#[test]
fn what_a_phone_changes_after_a_lost_answer_wins_over_a_deletion() {
    for fault in [Fault::DropBefore, Fault::DropAfter] {
        let (synced, proxy) = Synced::behind_proxy(2);
        let id = synced.id("Person 0");
        synced.note(&id, "changed");
        // The list, and the card.
        proxy.fail(2, fault);
        assert_eq!(synced.home.run(&["sync"]).0, 6, "{fault:?}");
        proxy.heal();
        synced.phone_adds("0.vcf", "TEL;TYPE=HOME:+39 02 5550 1182");
        synced.does(&["contact", "delete", &id]);
        let (_, told, why) = synced.home.run(&["sync"]);
        assert!(
            synced.text("0.vcf").contains("5550 1182"),
            "{fault:?}: {told}{why}"
        );
        let shown = synced.home.run(&["show", "Person 0"]).1;
        assert!(shown.contains("02 5550 1182"), "{fault:?}: {shown}");
        let told = format!("{told}{why}");
        assert!(
            told.contains("deleted here and changed there"),
            "{fault:?}: {told}"
        );
    }
}

#[test]
fn a_deletion_that_is_undone_after_its_answer_was_lost_stays_undone() {
    for fault in [Fault::DropBefore, Fault::DropAfter] {
        let (synced, proxy) = Synced::behind_proxy(2);
        synced.does(&["contact", "delete", &synced.id("Person 0")]);
        let deleted = synced.newest_step();
        proxy.fail(2, fault);
        assert_eq!(synced.home.run(&["sync"]).0, 6, "{fault:?}");
        proxy.heal();
        synced.does(&["undo", &deleted]);
        let (status, told, why) = synced.home.run(&["sync"]);
        assert_eq!(status, 0, "{fault:?}: {told}{why}");
        synced.home.run(&["sync"]);
        assert!(synced.has("Person 0"), "{fault:?}: {told}{why}");
        let cards = synced.server.state().cards.clone();
        let there = cards.values().filter(|card| card.text.contains("Person 0"));
        assert_eq!(there.count(), 1, "{fault:?}: {told}{why}");
    }
}

#[test]
fn a_card_that_is_never_taken_is_named() {
    let synced = Synced::with(2);
    let id = synced.id("Person 0");
    synced.note(&id, "changed");
    synced.server.state().ways.always_moved = true;
    let (status, told, why) = synced.home.run(&["sync"]);
    assert_eq!(status, 1, "{told}{why}");
    assert!(told.contains("not taken"), "{told}{why}");
    assert!(format!("{told}{why}").contains("Person 0"), "{told}{why}");
    synced.server.state().ways.always_moved = false;
    assert!(synced.does(&["sync"]).contains("1 out"));
    assert!(synced.text("0.vcf").contains("changed"));
}

#[test]
fn a_card_that_is_listed_and_cannot_be_fetched_comes_in_later() {
    let synced = Synced::with(2);
    let text = card("u7", "Person 7", "TEL:+39 347 555 0700\r\n");
    synced.server.store("7.vcf", &text);
    synced.server.state().ways.not_found = Some("7.vcf".to_owned());
    synced.home.run(&["sync"]);
    assert!(!synced.has("Person 7"));
    synced.server.state().ways.not_found = None;
    synced.does(&["sync"]);
    assert!(synced.has("Person 7"));
}

#[test]
fn a_card_that_was_made_there_goes_again_with_its_contact_though_the_answer_was_lost() {
    for sorts_lines in [false, true] {
        let (synced, proxy) = Synced::behind_proxy(2);
        synced.server.state().ways.sorts_lines = sorts_lines;
        // Its answers to a PUT are known to name the version that is stored.
        for at in 0..4 {
            synced.note(&synced.id("Person 0"), &format!("note {at}"));
            synced.does(&["sync"]);
        }
        synced.does(&[
            "add",
            "Temp Guy",
            "+39 02 5550 1183",
            "--email",
            "temp@x.example",
        ]);
        let guy = synced.id("Temp Guy");
        // The list, and the card.
        proxy.fail(2, Fault::DropAfter);
        assert_eq!(synced.home.run(&["sync"]).0, 6);
        proxy.heal();
        assert_eq!(synced.cards(), 3);
        synced.does(&["contact", "delete", &guy]);
        let told = synced.does(&["sync"]);
        assert!(!told.contains("changed there"), "{sorts_lines}: {told}");
        assert!(!synced.has("Temp Guy"), "{sorts_lines}: {told}");
        assert_eq!(synced.cards(), 2, "{sorts_lines}: {told}");
    }
}

#[test]
fn a_deletion_that_is_refused_though_nothing_changed_there_is_named() {
    let synced = Synced::with(2);
    synced.does(&["contact", "delete", &synced.id("Person 0")]);
    synced.server.state().ways.refuses_deletions = Some(412);
    let (status, told, why) = synced.home.run(&["sync"]);
    let told = format!("{told}{why}");
    assert_eq!(status, 1, "{told}");
    assert!(
        told.contains("Person 0") && told.contains("not taken"),
        "{told}"
    );
    assert!(!synced.has("Person 0"), "{told}");
    synced.server.state().ways.refuses_deletions = None;
    synced.does(&["sync", "nextcloud"]);
    assert_eq!(synced.cards(), 1);
}

#[test]
fn what_was_sent_and_is_deleted_there_at_once_is_deleted_here() {
    let synced = Synced::with(2);
    synced.server.state().ways.forgets_short_lives = true;
    synced.does(&["add", "Neo One", "+39 02 5550 1184"]);
    assert!(synced.does(&["sync"]).contains("1 out"));
    let cards = synced.server.state().cards.clone();
    let path = { cards.iter() }.find(|(_, card)| card.text.contains("Neo One"));
    let name = path.unwrap().0.rsplit('/').next().unwrap().to_owned();
    synced.server.delete(&name);
    synced.does(&["sync"]);
    assert!(!synced.has("Neo One"));
}

#[test]
fn what_was_asked_about_waits_until_it_is_answered() {
    // Deleted here, and one of them changed there.
    let synced = Synced::with(30);
    for at in 0..11 {
        synced.does(&["contact", "delete", &synced.id(&format!("Person {at}"))]);
    }
    assert_eq!(synced.home.run(&["sync"]).0, 4);
    synced.phone_adds("3.vcf", "NOTE:phone");
    for _ in 0..2 {
        let (status, told, why) = synced.home.run(&["sync"]);
        assert_eq!(status, 4, "{told}{why}");
        assert_eq!(synced.cards(), 30);
    }
    assert!(synced.has("Person 3"), "a change wins");
    synced.does(&["sync", "--accept-deletions"]);
    assert_eq!(synced.cards(), 20);
    // Deleted there, and one of them put back.
    let synced = Synced::with(30);
    let text = synced.text("0.vcf");
    for at in 0..11 {
        synced.server.delete(&format!("{at}.vcf"));
    }
    assert_eq!(synced.home.run(&["sync"]).0, 4);
    synced.server.store("0.vcf", &text);
    assert_eq!(synced.home.run(&["sync"]).0, 4);
    assert!(synced.has("Person 7"));
    // Put back whole, there is nothing to answer.
    for at in 1..11 {
        let text = text
            .replace("u0", &format!("u{at}"))
            .replace("Person 0", &format!("Person {at}"));
        synced.server.store(&format!("{at}.vcf"), &text);
    }
    synced.does(&["sync"]);
    assert!(synced.has("Person 7"));
}

#[test]
fn a_small_book_that_is_gone_as_a_whole_is_asked_about() {
    let synced = Synced::with(3);
    for at in 0..3 {
        synced.server.delete(&format!("{at}.vcf"));
    }
    assert_eq!(synced.home.run(&["sync"]).0, 4);
    assert!(synced.has("Person 1"));
}

#[test]
fn a_card_that_the_server_fails_over_is_named_and_passed_by() {
    for status in [500, 423] {
        let synced = Synced::with(4);
        synced.server.state().ways.refuses = Some(("NOTE:bad".to_owned(), status));
        synced.note(&synced.id("Person 1"), "bad");
        let (ended, told, why) = synced.home.run(&["sync"]);
        let told = format!("{told}{why}");
        assert_eq!(ended, 6, "{told}");
        assert!(told.contains("Person 1"), "{told}");
        synced.note(&synced.id("Person 2"), "good");
        synced.note(&synced.id("Person 3"), "good");
        let (ended, told, why) = synced.home.run(&["sync"]);
        let told = format!("{told}{why}");
        assert_eq!(ended, 1, "{told}");
        assert!(
            told.contains("Person 1") && told.contains("2 out"),
            "{told}"
        );
        for name in ["2.vcf", "3.vcf"] {
            assert!(synced.text(name).contains("NOTE:good"), "{name}");
        }
        synced.server.state().ways.refuses = None;
        synced.does(&["sync", "nextcloud"]);
        assert!(synced.text("1.vcf").contains("NOTE:bad"));
    }
}

#[test]
fn what_comes_in_around_a_card_that_goes_out_is_told() {
    for moment in [Moment::Before, Moment::After] {
        let synced = Synced::with(2);
        synced.note(&synced.id("Person 0"), "changed");
        let (status, told, why) = synced.meanwhile("PUT", moment, || {
            synced.phone_adds("0.vcf", "TEL;TYPE=HOME:+39 02 5550 1182");
        });
        assert_eq!(status, 0, "{told}{why}");
        assert!(
            told.contains("1 in") && told.contains("1 out"),
            "{moment:?}: {told}"
        );
    }
}

#[test]
fn an_undo_whose_sending_is_asked_about_can_still_be_chosen_otherwise() {
    let synced = Synced::with(30);
    synced.does(&["undo", &synced.newest_step()]);
    assert!(!synced.has("Person 7"));
    let (status, told, why) = synced.home.run(&["sync", "--send-undo"]);
    assert_eq!(status, 4, "{told}{why}");
    assert!(
        told.contains("30 of 30 contacts were deleted here"),
        "{told}"
    );
    assert_eq!(synced.cards(), 30);
    // Nothing was sent, and it waits for a choice as before.
    let (status, told, why) = synced.home.run(&["sync"]);
    assert_eq!(status, 4, "{told}{why}");
    assert!(told.contains("--again nextcloud"), "{told}");
    synced.does(&["sync", "--again", "--yes"]);
    assert!(synced.has("Person 7"));
    assert_eq!(synced.cards(), 30);
    // Or it is sent after all.
    let synced = Synced::with(30);
    synced.does(&["undo", &synced.newest_step()]);
    assert_eq!(synced.home.run(&["sync", "--send-undo"]).0, 4);
    synced.does(&["sync", "--send-undo", "--accept-deletions"]);
    assert_eq!(synced.cards(), 0);
    assert!(synced.does(&["sync"]).contains("nothing new"));
}

#[test]
fn pausing_a_remote_ends_the_sync_that_runs() {
    let synced = Synced::with(4);
    for at in 0..4 {
        synced.note(&synced.id(&format!("Person {at}")), "changed");
    }
    let (status, told, why) = synced.meanwhile("PUT", Moment::Before, || {
        synced.does(&["remote", "pause", "nextcloud"]);
    });
    assert_ne!(status, 0, "{told}{why}");
    assert!(
        format!("{told}{why}").contains("paused while this sync ran"),
        "{told}{why}"
    );
    let sent = |synced: &Synced| {
        let names = (0..4).map(|at| format!("{at}.vcf"));
        names
            .filter(|name| synced.text(name).contains("NOTE:changed"))
            .count()
    };
    assert_eq!(sent(&synced), 1);
    synced.does(&["remote", "resume", "nextcloud"]);
    synced.does(&["sync"]);
    assert_eq!(sent(&synced), 4);
}
