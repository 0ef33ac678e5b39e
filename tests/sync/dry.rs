//! A sync that is only looked at: it changes nothing, says what there is to decide, and ends as the sync itself would.

use std::fs;

use rusqlite::Connection;
use rusqlite::types::Value;

use crate::dav_server::{DavServer, Ways};
use crate::everyday::{Synced, config};
use crate::home::Home;
use crate::two_way::card;

/// All that a book has of remotes and of its history.
fn kept(home: &Home) -> Vec<String> {
    let raw = Connection::open(home.book()).unwrap();
    let mut rows = Vec::new();
    for table in [
        "remote",
        "remote_card",
        "remote_conflict",
        "undo_point",
        "operation",
        "contact",
    ] {
        let mut all = raw.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = all.column_count();
        let row = all.query_map([], |row| {
            let values: Result<Vec<Value>, _> = (0..columns).map(|at| row.get(at)).collect();
            Ok(format!("{table} {:?}", values?))
        });
        rows.extend(row.unwrap().map(Result::unwrap));
    }
    rows
}

/// A home whose book and whose server have something else to say of one person.
fn disputed() -> Synced {
    let server = DavServer::start(Ways::default());
    let text = card("u0", "Person 0", "TEL:+39 347 555 0100\r\n");
    let said = text.replace("END:", "ORG:Their Co\r\nNOTE:theirs\r\nEND:");
    server.store("0.vcf", &said);
    let home = Home::new(&config(server.port()));
    let synced = Synced { home, server };
    let person = synced.home.path().join("person.vcf");
    fs::write(
        &person,
        text.replace("END:", "ORG:Mine Co\r\nNOTE:mine\r\nEND:"),
    )
    .unwrap();
    synced.does(&["import", person.to_str().unwrap()]);
    synced
}

#[test]
fn a_first_sync_says_how_much_is_to_decide_and_how() {
    let synced = disputed();
    for words in [&["sync"][..], &["sync", "--dry-run"]] {
        let (status, told, why) = synced.home.run(words);
        assert_eq!(status, 4, "{told}{why}");
        assert!(told.contains("1 to decide"), "{words:?}: {told}");
        assert!(
            told.contains("2 fields to decide after that, with callbook conflicts"),
            "{words:?}: {told}"
        );
    }
    let (status, told, _) = synced.home.run(&["sync", "--yes"]);
    assert_eq!(status, 4, "{told}");
    assert!(
        told.contains("2 fields to decide: callbook conflicts"),
        "{told}"
    );
}

#[test]
fn a_dry_run_ends_as_the_sync_would() {
    // A field that both sides changed.
    let synced = Synced::with(2);
    let id = synced.id("Person 0");
    synced.does(&["contact", "update", &id, "--note", "mine", "--overwrite"]);
    let text = synced.text("0.vcf").replace("END:", "NOTE:theirs\r\nEND:");
    synced.server.store("0.vcf", &text);
    let before = kept(&synced.home);
    let (status, told, _) = synced.home.run(&["sync", "--dry-run"]);
    assert_eq!(status, 4, "{told}");
    assert!(told.contains("1 field more to decide after that"), "{told}");
    let document = synced.home.run(&["sync", "--dry-run", "--json"]).1;
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["meta"]["to_decide"], 1, "{document}");
    assert_eq!(kept(&synced.home), before);
    assert_eq!(synced.home.run(&["sync"]).0, 4);
    // One that is to be decided already, and would be no more.
    let there = synced.text("0.vcf").replace("NOTE:theirs", "NOTE:mine");
    synced.server.store("0.vcf", &there);
    assert_eq!(synced.home.run(&["sync", "--dry-run"]).0, 0);
    assert_eq!(synced.home.run(&["sync"]).0, 0);
    // A card that is not taken.
    synced.server.state().ways.refuses = Some(("Marta".to_owned(), 507));
    synced.does(&["add", "Marta New", "+48 22 555 01 08"]);
    assert_eq!(synced.home.run(&["sync"]).0, 1);
    let (status, told, _) = synced.home.run(&["sync", "--dry-run"]);
    assert_eq!(status, 1, "{told}");
}

#[test]
fn a_dry_run_changes_nothing_of_a_remote_that_was_never_synced() {
    let server = DavServer::start(Ways::default());
    server.store("0.vcf", &card("u0", "Person 0", "TEL:+39 347 555 0100\r\n"));
    let home = Home::new(&config(server.port()));
    assert_eq!(home.run(&["add", "Marta New", "+48 22 555 01 08"]).0, 0);
    let before = kept(&home);
    for words in [
        &["sync", "--dry-run"][..],
        &["sync"],
        &["sync", "--dry-run", "--yes"],
        &["sync", "--dry-run", "--all", "nextcloud"],
    ] {
        let (_, told, why) = home.run(words);
        assert!(told.contains("Person 0"), "{words:?}: {told}{why}");
        assert!(told.contains("nothing was written"), "{words:?}: {told}");
        assert_eq!(kept(&home), before, "{words:?}");
    }
    assert_eq!(home.run(&["sync", "--dry-run", "--again"]).0, 2);
    assert_eq!(kept(&home), before);
    assert_eq!(server.state().cards.len(), 1);
}

#[test]
fn a_dry_run_with_another_address_book_keeps_the_links_with_the_one_before() {
    let synced = Synced::with(2);
    let other = DavServer::start(Ways::default());
    other.store("9.vcf", &card("u9", "Person 9", "TEL:+39 347 555 0109\r\n"));
    let before = kept(&synced.home);
    let mine = synced.home.configured();
    fs::write(synced.home.config(), config(other.port())).unwrap();
    for words in [&["sync", "--dry-run"][..], &["sync"]] {
        let (status, told, why) = synced.home.run(words);
        assert_eq!(status, 4, "{told}{why}");
        assert!(told.contains("first sync: 1 in, 2 out"), "{told}");
        assert_eq!(kept(&synced.home), before, "{words:?}");
    }
    fs::write(synced.home.config(), mine).unwrap();
    assert!(synced.does(&["sync"]).contains("nothing new"));
}

#[test]
fn a_password_that_is_refused_in_a_dry_run_is_not_tried_again_by_itself() {
    let server = DavServer::start(Ways {
        access: crate::dav_server::Access::Basic,
        ..Ways::default()
    });
    let set = config(server.port()) + "user = \"ann\"\npassword_command = [\"echo\", \"wrong\"]\n";
    let home = Home::new(&set);
    let (_, told, why) = home.run(&["sync", "--dry-run"]);
    assert!(told.contains("sign-in failed"), "{told}{why}");
    server.asked();
    let (_, told, why) = home.run(&["sync", "--dry-run"]);
    assert!(told.contains("not tried again by itself"), "{told}{why}");
    assert_eq!(server.asked(), [""; 0]);
}

#[test]
fn a_group_is_shown_as_a_group() {
    let synced = Synced::with(1);
    synced
        .server
        .store("g.vcf", &crate::everyday::group("Choir", &["u0"]));
    let told = synced.does(&["sync", "--dry-run"]);
    let row = format!(
        "← {:<24} a group: its members are tagged with its name",
        "Choir"
    );
    assert!(told.contains(&row), "{told}");
    assert!(!told.contains("only there"), "{told}");
    // In the plan of a first sync, too.
    synced.does(&["remote", "remove", "nextcloud"]);
    let told = synced.home.run(&["sync"]).1;
    assert!(told.contains(&row), "{told}");
}

/// A home with somebody of one name, and a server with the same person under the same shown name.
fn named(here: &str, there: &str) -> Synced {
    let server = DavServer::start(Ways::default());
    let text = |name: &str| {
        card("u0", "Kim Person1", "TEL:+39 347 555 0100\r\n")
            .lines()
            .map(|line| {
                if line.starts_with("N:") {
                    format!("N:{name}\r\n")
                } else {
                    format!("{line}\r\n")
                }
            })
            .collect::<String>()
    };
    server.store("0.vcf", &text(there));
    let home = Home::new(&config(server.port()));
    let synced = Synced { home, server };
    let person = synced.home.path().join("person.vcf");
    fs::write(&person, text(here).replace("u0", "other")).unwrap();
    synced.does(&["import", person.to_str().unwrap()]);
    synced
}

#[test]
fn a_name_whose_parts_are_only_guessed_is_no_conflict() {
    for (here, there) in [
        ("Person1;Kim;;;", "Kim Person1;;;;"),
        ("Kim Person1;;;;", "Person1;Kim;;;"),
        ("Person1;Kim;;;", ";Kim Person1;;;"),
    ] {
        let synced = named(here, there);
        let (_, told, why) = synced.home.run(&["sync"]);
        assert!(!told.contains("to decide"), "{here} {there}: {told}{why}");
        synced.does(&["sync", "--yes"]);
        assert!(
            synced.text("0.vcf").contains("N:Person1;Kim;;;"),
            "{here} {there}: {}",
            synced.text("0.vcf")
        );
        assert!(synced.does(&["sync"]).contains("nothing new"));
    }
    // Where both have parts, these are shown.
    let synced = named("Person1;Kim;;;", "Kim;Person1;;;");
    let (status, told, _) = synced.home.run(&["sync"]);
    assert_eq!(status, 4);
    assert!(told.contains("1 to decide"), "{told}");
    assert!(
        told.contains("given Kim, family Person1") && told.contains("given Person1, family Kim"),
        "{told}"
    );
    assert_eq!(synced.home.run(&["sync", "--yes"]).0, 4);
    let told = synced.does(&["conflicts"]);
    assert!(
        told.contains("given Kim, family Person1") && told.contains("given Person1, family Kim"),
        "{told}"
    );
}
