//! What a sync and the commands around it tell a person, and a script by the exit status.

use std::fs;

use serde_json::Value;

use crate::dav_server::{DavServer, Ways};
use crate::everyday::Synced;
use crate::home::Home;
use crate::two_way::card;

#[test]
fn what_is_not_synced_is_in_the_exit_status() {
    // A card that the server does not take.
    let synced = Synced::with(1);
    synced.server.state().ways.refuses = Some(("Marta".to_owned(), 507));
    synced.does(&["add", "Marta New", "+48 22 555 01 08"]);
    for _ in 0..2 {
        let (status, told, _) = synced.home.run(&["sync"]);
        assert_eq!(status, 1, "{told}");
        assert!(
            told.contains("does not take Marta New: no space left there (507)"),
            "{told}"
        );
    }
    synced.server.state().ways.refuses = None;
    synced.does(&["sync", "nextcloud"]);
    // A block that is not used.
    let good = synced.home.configured();
    fs::write(
        synced.home.config(),
        format!("{good}\n[[remote]]\nname = \"broken\"\nurl = \"https://h/\"\nevery = \"5x\"\n"),
    )
    .unwrap();
    let (status, told, why) = synced.home.run(&["sync"]);
    assert_eq!(status, 1, "{told}{why}");
    assert!(told.contains("nothing new"), "{told}");
    assert!(
        why.contains("every = \"5x\": expected a number with s, m, h or d"),
        "{why}"
    );
    synced.does(&["sync", "nextcloud"]);
    let (status, _, why) = synced.home.run(&["sync", "broken"]);
    assert_eq!(status, 2, "{why}");
    assert!(why.contains("remote broken is not used; correct"), "{why}");
}

#[test]
fn a_remote_whose_block_is_wrong_is_not_said_to_be_missing() {
    let home = Home::new("[[remote]]\nname = \"work\"\nurl = \"https://h/\"\nevery = \"5s\"\n");
    let (status, _, why) = home.run(&["sync"]);
    assert_eq!(status, 1, "{why}");
    assert!(
        why.contains("every = \"5s\": expected at least 1m"),
        "{why}"
    );
    assert!(!why.contains("remote add"), "{why}");
    let (_, _, why) = home.run(&["remote", "add", "a", "http://192.0.2.1/", "--yes"]);
    assert!(why.contains("set the remote up by hand"), "{why}");
}

#[test]
fn a_file_of_a_folder_that_cannot_be_read_is_in_the_exit_status() {
    let home = Home::new("");
    let folder = home.path().join("cards");
    fs::create_dir(&folder).unwrap();
    let config = format!(
        "[[remote]]\nname = \"friends\"\nkind = \"folder\"\npath = \"{}\"\n",
        folder.display()
    );
    fs::write(home.config(), config).unwrap();
    fs::write(folder.join("ada.vcf"), card("a", "Ada Berg", "")).unwrap();
    assert_eq!(home.run(&["sync", "--yes"]).0, 0);
    fs::write(folder.join("broken.vcf"), "nothing\n").unwrap();
    for _ in 0..2 {
        let (status, told, _) = home.run(&["sync"]);
        assert_eq!(status, 1, "{told}");
        assert!(told.contains("friends  cannot read broken.vcf"), "{told}");
    }
    let told = home.run(&["remote", "list"]).1;
    assert!(told.contains("1 card not readable"), "{told}");
}

#[test]
fn another_book_than_the_one_that_was_given_is_not_set_up_unasked() {
    let server = DavServer::start(Ways::default());
    let home = Home::new("# mine");
    let given = format!("{}dav/ann/nothere/", server.root());
    let (status, told, why) = home.run(&["remote", "add", "x", &given, "--yes"]);
    assert_ne!(status, 0, "{told}{why}");
    assert!(
        why.contains(&format!("there is no address book at {given}")),
        "{why}"
    );
    assert!(
        why.contains(&format!("give its address: {}", server.book())),
        "{why}"
    );
    assert_eq!(home.configured(), "# mine");
    for given in [server.root(), format!("{}dav/ann/", server.root())] {
        let home = Home::new("# mine");
        let (status, told, why) = home.run(&["remote", "add", "x", &given, "--yes"]);
        assert_eq!(status, 0, "{given}: {told}{why}");
    }
}

#[test]
fn deletions_are_counted_apart_and_named() {
    let synced = Synced::with(10);
    for at in 0..9 {
        synced.server.delete(&format!("{at}.vcf"));
    }
    let told = synced.does(&["sync", "--accept-deletions"]);
    assert!(
        told.contains("9 deleted here") && !told.contains("9 in"),
        "{told}"
    );
    assert!(
        told.contains("nextcloud  deleted here: Person 0, Person 1,")
            && told.contains("Person 7 …"),
        "{told}"
    );
    synced.does(&["contact", "delete", &synced.id("Person 9")]);
    let told = synced.does(&["sync"]);
    assert!(told.contains("1 deleted there"), "{told}");
    assert!(
        told.contains("nextcloud  deleted there: Person 9\n"),
        "{told}"
    );
}

#[test]
fn a_deletion_that_is_refused_says_whose_it_is() {
    let synced = Synced::with(2);
    synced.does(&["contact", "delete", &synced.id("Person 0")]);
    synced.server.state().ways.refuses_deletions = Some(403);
    let (status, told, _) = synced.home.run(&["sync"]);
    assert_eq!(status, 1, "{told}");
    assert!(
        told.contains("does not take the deletion of Person 0: denied (403)"),
        "{told}"
    );
}

#[test]
fn an_edit_that_is_not_sent_is_not_said_to_be_there() {
    let synced = Synced::with(2);
    let config = synced.home.configured();
    let note = |name: &str| {
        let id = synced.id(name);
        synced.does(&["contact", "update", &id, "--note", "mine", "--overwrite"]);
    };
    fs::write(
        synced.home.config(),
        format!("{config}read_only = true\n").replace("new = true\n", ""),
    )
    .unwrap();
    note("Person 0");
    synced.does(&["sync"]);
    let told = synced.does(&["show", "Person 0"]);
    assert!(
        told.contains("nextcloud, changed here; nothing is sent there"),
        "{told}"
    );
    let told = synced.does(&["show", "Person 1"]);
    assert!(told.contains("nextcloud, as there since"), "{told}");
    // What `only` keeps back.
    fs::write(
        synced.home.config(),
        format!("{config}only = \"tag:shared\"\n"),
    )
    .unwrap();
    synced.does(&["sync"]);
    let told = synced.does(&["show", "Person 0"]);
    assert!(
        told.contains("changed here, not sent: only tag:shared goes there"),
        "{told}"
    );
    let told = synced.does(&["show", "Person 1"]);
    assert!(
        told.contains("nextcloud, not sent: only tag:shared goes there"),
        "{told}"
    );
    let told = synced.does(&["remote", "list"]);
    assert!(
        told.contains("2 contacts not sent: only tag:shared goes there"),
        "{told}"
    );
}

#[test]
fn what_follows_an_undone_sync_is_said_and_its_steps_are_one_run() {
    let synced = Synced::with(120);
    let log = synced.does(&["log"]);
    let head = log.split_whitespace().next().unwrap().to_owned();
    assert!(
        log.contains(&format!("Synced with nextcloud, part of run {head}")),
        "{log}"
    );
    let told = synced.does(&["undo", &synced.newest_step()]);
    assert!(told.contains("Undone: Synced with nextcloud"), "{told}");
    for way in [
        "callbook sync --again nextcloud",
        "callbook sync --send-undo nextcloud",
    ] {
        assert!(told.contains(way), "{told}");
    }
    let told = synced.does(&["remote", "list"]);
    let row = told.lines().nth(1).unwrap();
    assert!(
        row.contains("a sync was undone") && row.len() < 120,
        "{told}"
    );
}

#[test]
fn what_stops_a_sync_says_what_to_do() {
    for (status, words) in [
        (
            403,
            &["denied access (403)", "check that the user may use"][..],
        ),
        (
            404,
            &[
                "nothing found at http://",
                "/dav/ann/contacts/ (404)",
                "nothing was deleted",
                "callbook remote add",
            ],
        ),
    ] {
        let synced = Synced::with(1);
        synced.server.state().ways.book_status = Some(status);
        let (ended, told, _) = synced.home.run(&["sync"]);
        assert_eq!(ended, 1, "{told}");
        for word in words {
            assert!(told.contains(word), "{word}: {told}");
        }
        let listed = synced.does(&["remote", "list"]);
        let row = listed.lines().nth(1).unwrap();
        assert!(
            row.contains("not synced") && row.chars().count() < 120,
            "{listed}"
        );
        assert!(
            listed.lines().nth(2).unwrap().contains(words[0]),
            "{listed}"
        );
    }
}

#[test]
fn a_report_for_programs_says_what_kind_of_trouble_it_is() {
    let synced = Synced::with(20);
    let attributes = || {
        let (_, told, _) = synced.home.run(&["sync", "--json"]);
        let document: Value = serde_json::from_str(&told).unwrap();
        document["data"][0]["attributes"].clone()
    };
    for at in 0..12 {
        synced.server.delete(&format!("{at}.vcf"));
    }
    let asked = attributes();
    assert_eq!(
        (&asked["state"], &asked["kind"]),
        (&"stopped".into(), &"guard".into())
    );
    assert_eq!(asked["asked"][0], "Person 0", "{asked}");
    synced.server.state().ways.book_status = Some(503);
    let busy = attributes();
    assert_eq!(busy["kind"], "unreachable", "{busy}");
    let told = synced.does(&["remote", "list"]);
    assert!(told.contains("busy"), "{told}");
}

#[test]
fn what_no_address_book_answers_says_what_to_do() {
    for (says, words) in [
        ("", "the response is empty"),
        ("<!DOCTYPE m [<!ENTITY a \"aaaa\">]><m/>", "has a DOCTYPE"),
    ] {
        let synced = Synced::with(1);
        synced.server.state().ways.says = Some(says.to_owned());
        let (status, told, why) = synced.home.run(&["sync"]);
        assert_eq!(status, 1, "{told}{why}");
        for word in [
            words,
            "nothing was changed",
            "Check that this is the address",
            "--trace FILE",
        ] {
            assert!(told.contains(word), "{word}: {told}");
        }
        synced.id("Person 0");
        synced.server.state().ways.says = None;
        assert!(synced.does(&["sync"]).contains("nothing new"));
    }
}

/// A home whose book is kept the same with a folder, which has one card.
fn with_folder() -> (Home, std::path::PathBuf) {
    let home = Home::new("");
    let folder = home.path().join("cards");
    fs::create_dir(&folder).unwrap();
    let config = format!(
        "[[remote]]\nname = \"friends\"\nkind = \"folder\"\npath = \"{}\"\nnew = true\n",
        folder.display()
    );
    fs::write(home.config(), config).unwrap();
    fs::write(folder.join("ada.vcf"), card("a", "Ada Berg", "")).unwrap();
    assert_eq!(home.run(&["sync", "--yes"]).0, 0);
    (home, folder)
}

#[test]
fn a_folder_that_is_gone_or_none_says_what_to_do() {
    let (home, folder) = with_folder();
    fs::rename(&folder, home.path().join("moved")).unwrap();
    let (status, told, _) = home.run(&["sync"]);
    assert_eq!(status, 1, "{told}");
    assert!(
        told.contains("the folder is not there") && told.contains("nothing was deleted"),
        "{told}"
    );
    fs::write(&folder, "").unwrap();
    let (status, told, _) = home.run(&["sync"]);
    assert_eq!(status, 1, "{told}");
    assert!(
        told.contains("is not a folder; give the path") && !told.contains("os error"),
        "{told}"
    );
    assert_eq!(home.run(&["find", "Ada"]).0, 0);
}

#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
#[test]
fn a_folder_on_a_full_disk_says_what_to_do_and_nothing_is_lost() {
    use crate::trace::{Class, Fault, watch};
    let (home, folder) = with_folder();
    assert_eq!(home.run(&["add", "Marta New", "+48 22 555 01 08"]).0, 0);
    let beside = tempfile::tempdir().unwrap();
    let mut command = home.command(&["sync"]);
    command.env("XDG_CONFIG_HOME", home.path().join(".config"));
    let fault = Some((0, Fault::ForGood(libc::ENOSPC)));
    let ran = watch(command, (&folder, beside.path()), &[Class::Write], fault);
    assert_eq!(ran.status, Some(1), "{ran:?}");
    for words in ["no space left for the cards in", "make room there"] {
        assert!(ran.said.contains(words), "{ran:?}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
    let (status, told, _) = home.run(&["sync"]);
    assert!(status == 0 && told.contains("1 out"), "{told}");
}

#[test]
fn what_goes_back_to_an_older_state_there_is_named_with_the_way_back() {
    let synced = Synced::with(2);
    let older = synced
        .text("0.vcf")
        .replace("END:", "REV:2026-01-02T03:04:05Z\r\nEND:");
    synced.server.store("0.vcf", &older);
    synced.does(&["sync"]);
    let id = synced.id("Person 0");
    synced.does(&["contact", "update", &id, "--note", "mine", "--overwrite"]);
    let told = synced.does(&["sync"]);
    assert!(!told.contains("older there"), "{told}");
    // The server is restored.
    synced.server.store("0.vcf", &older);
    let told = synced.does(&["sync"]);
    let step = synced.newest_step();
    assert!(
        told.contains("older there than before, and so here now: Person 0")
            && told.contains(&format!("callbook undo {step} takes this sync back")),
        "{told}"
    );
    assert!(!synced.does(&["show", "Person 0"]).contains("mine"));
    let plan = synced.does(&["undo", &step, "--dry-run"]);
    assert!(plan.contains("mine"), "{plan}");
    synced.does(&["undo", &step]);
    assert!(synced.does(&["show", "Person 0"]).contains("mine"));
    synced.does(&["sync"]);
    assert!(synced.text("0.vcf").contains("NOTE:mine"));
}

#[test]
fn a_group_that_is_gone_there_is_named() {
    let synced = Synced::with(2);
    synced
        .server
        .store("g.vcf", &crate::everyday::group("Choir", &["u0"]));
    synced.does(&["sync"]);
    synced.server.delete("g.vcf");
    let told = synced.does(&["sync", "--dry-run"]);
    assert!(
        told.contains("Choir") && told.contains("a group, gone there: its members lose its tag"),
        "{told}"
    );
    let told = synced.does(&["sync"]);
    assert!(
        told.contains("1 in") && told.contains("nextcloud  groups gone there: Choir\n"),
        "{told}"
    );
}

#[test]
fn a_card_that_is_listed_and_never_answered_is_named() {
    let synced = Synced::with(3);
    synced.server.state().ways.chokes_on = Some("Choke".to_owned());
    let new = card("u7", "Choke Seven", "TEL:+39 347 555 0700\r\n");
    synced.server.store("7.vcf", &new);
    let changed = synced.text("1.vcf").replace("END:", "NOTE:Choke\r\nEND:");
    synced.server.store("1.vcf", &changed);
    for _ in 0..2 {
        let (status, told, why) = synced.home.run(&["sync"]);
        assert_eq!(status, 1, "{told}{why}");
        assert!(
            told.contains("nextcloud  lists 2 cards and does not give them: 7.vcf, Person 1")
                || told
                    .contains("nextcloud  lists 2 cards and does not give them: Person 1, 7.vcf"),
            "{told}"
        );
    }
    synced.server.state().ways.chokes_on = None;
    let told = synced.does(&["sync"]);
    assert!(told.contains("2 in") && !told.contains("lists"), "{told}");
}

#[test]
fn another_address_after_an_undone_sync_is_a_first_sync_everywhere() {
    let synced = Synced::with(2);
    let step = synced.newest_step();
    // A field that both sides changed, which is of the old address.
    let id = synced.id("Person 0");
    synced.does(&["contact", "update", &id, "--note", "mine", "--overwrite"]);
    let text = synced.text("0.vcf").replace("END:", "NOTE:theirs\r\nEND:");
    synced.server.store("0.vcf", &text);
    assert_eq!(synced.home.run(&["sync"]).0, 4);
    synced.does(&["undo", &step, "--over"]);
    let other = DavServer::start(Ways::default());
    let config = crate::everyday::config(other.port());
    fs::write(synced.home.config(), config).unwrap();
    let told = synced.does(&["remote", "list"]);
    assert!(
        told.contains("not synced yet") && !told.contains("--again"),
        "{told}"
    );
    let (_, told, why) = synced.home.run(&["sync"]);
    assert!(!told.contains("to decide"), "{told}{why}");
}

#[test]
fn the_way_out_of_a_plan_that_begins_again_says_so() {
    let synced = Synced::with(2);
    synced.does(&["undo", &synced.newest_step()]);
    let (status, told, why) = synced.home.run(&["sync", "--again"]);
    assert_eq!(status, 4, "{told}{why}");
    assert!(
        told.contains("callbook sync --again --yes nextcloud does it"),
        "{told}"
    );
    synced.does(&["sync", "--again", "--yes", "nextcloud"]);
}

#[test]
fn what_stays_here_is_said_where_nothing_is_sent() {
    let synced = Synced::with(3);
    let config = synced.home.configured().replace("new = true\n", "");
    fs::write(synced.home.config(), config + "read_only = true\n").unwrap();
    let id = synced.id("Person 0");
    for (field, line) in [("--note", "NOTE"), ("--organisation", "ORG")] {
        synced.does(&["contact", "update", &id, field, "mine", "--overwrite"]);
        let text = synced.text("0.vcf");
        let text = text.replace("END:", &format!("{line}:theirs\r\nEND:"));
        synced.server.store("0.vcf", &text);
    }
    let id = synced.id("Person 1");
    synced.does(&["contact", "update", &id, "--note", "mine", "--overwrite"]);
    assert_eq!(synced.home.run(&["sync"]).0, 4);
    let told = synced.does(&["conflicts", "take", "mine", "all"]);
    assert!(
        told.contains("stays as it is here, and nothing is sent to nextcloud")
            && !told.contains("goes to nextcloud"),
        "{told}"
    );
    synced.does(&["sync"]);
    let told = synced.does(&["remote", "list"]);
    assert!(told.contains("2 contacts changed here stay here"), "{told}");
}

#[test]
fn a_report_for_programs_counts_what_waits_for_an_answer_and_names_each_remote() {
    let synced = Synced::with(20);
    for at in 0..12 {
        synced.server.delete(&format!("{at}.vcf"));
    }
    let (status, told, _) = synced.home.run(&["sync", "--json"]);
    let document: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(status, 4);
    assert_eq!(document["meta"]["to_decide"], 0, "{document}");
    assert_eq!(document["meta"]["to_answer"], 1, "{document}");
    // Who is named twice is synced once.
    let told = synced.home.run(&["sync", "nextcloud", "nextcloud"]).1;
    assert_eq!(told.matches("nextcloud  not synced").count(), 1, "{told}");
    // Where there are several, each has its own lines.
    let folder = synced.home.path().join("cards");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("ada.vcf"), card("a", "Ada Berg", "")).unwrap();
    let config = format!(
        "{}[[remote]]\nname = \"friends\"\nkind = \"folder\"\npath = \"{}\"\n",
        synced.home.configured(),
        folder.display()
    );
    fs::write(synced.home.config(), config).unwrap();
    let told = synced.home.run(&["sync", "--dry-run"]).1;
    let at = |words: &str| {
        told.find(words)
            .unwrap_or_else(|| panic!("{words}: {told}"))
    };
    assert!(at("nextcloud:\n") < at("Person 0"), "{told}");
    assert!(at("friends:\n") < at("Ada Berg"), "{told}");
}

#[test]
fn a_server_that_says_how_long_to_wait_is_let_alone_by_a_command_that_nobody_types() {
    let server = DavServer::start(Ways::default());
    let proxy = crate::failing_proxy::FailingProxy::start(server.port());
    server.store("0.vcf", &card("u0", "Person 0", "TEL:+39 347 555 0100\r\n"));
    let home = Home::new(&crate::everyday::config(proxy.port()));
    assert_eq!(home.run(&["sync", "--yes"]).0, 0);
    // It asks to be let alone for 7 s.
    proxy.fail(1, crate::failing_proxy::Fault::Later);
    assert_eq!(home.run(&["sync"]).0, 6);
    proxy.heal();
    server.asked();
    let begun = std::time::Instant::now();
    let (status, told, why) = home.run(&["sync"]);
    assert!(begun.elapsed() < std::time::Duration::from_secs(5));
    assert_eq!(status, 6, "{told}{why}");
    assert!(told.contains("asked to be let alone until"), "{told}");
    assert_eq!(server.asked(), [""; 0]);
    let (_, told, _) = home.run(&["sync", "--json"]);
    let document: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(document["data"][0]["attributes"]["state"], "waiting");
}

#[test]
fn what_is_told_of_one_is_in_the_words_of_one() {
    let synced = Synced::with(1);
    synced.server.state().ways.lists_nothing = Some(1);
    let (status, told, _) = synced.home.run(&["sync", "--all"]);
    assert_eq!(status, 4, "{told}");
    assert!(
        told.contains("it lists no card, and 1 card was linked"),
        "{told}"
    );
    let (_, help, _) = synced.home.run(&["sync", "--help"]);
    for words in [
        "a password that is refused",
        "cannot be read or is not given",
    ] {
        assert!(help.contains(words), "{help}");
    }
}

#[test]
fn a_card_that_is_no_card_any_more_is_told_in_a_sentence() {
    let synced = Synced::with(2);
    synced.server.store("0.vcf", "");
    let (_, told, _) = synced.home.run(&["sync"]);
    assert!(
        told.contains("cannot read Person 0: what is there is not a vCard: "),
        "{told}"
    );
}

#[test]
fn who_was_thrown_away_for_good_and_is_deleted_there_is_named() {
    let synced = Synced::with(2);
    synced.does(&["contact", "delete", &synced.id("Person 0")]);
    synced.does(&["bin", "--empty", "--yes"]);
    let told = synced.does(&["sync"]);
    assert!(told.contains("deleted there: Person 0\n"), "{told}");
}
