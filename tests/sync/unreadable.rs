//! What is there and cannot be read, or not any more: it is named, and neither written nor deleted until it can be.

use std::fs;

use crate::everyday::Synced;
use crate::home::Home;
use crate::two_way::card;

/// What programs and disks leave behind that is not one whole card.
fn broken() -> Vec<(&'static str, String)> {
    let whole = card("u0", "Person 0", "TEL;TYPE=CELL:+39 347 555 0100\r\n");
    let other = card("u9", "Person 9", "TEL:+39 347 555 0900\r\n");
    vec![
        ("half of a card", whole[..whole.len() / 2].to_owned()),
        ("all but the end", whole.replace("END:VCARD\r\n", "")),
        ("two cards", whole + &other),
        ("nothing", String::new()),
        ("no card", "<html>Sign in</html>".to_owned()),
        ("zeros", "\0".repeat(400)),
    ]
}

#[test]
fn what_cannot_be_read_any_more_is_not_written_over() {
    for (what, text) in broken() {
        let synced = Synced::with(2);
        let whole = synced.text("0.vcf");
        let id = synced.id("Person 0");
        let note = |note: &str| {
            synced.does(&["contact", "update", &id, "--note", note, "--overwrite"]);
        };
        // Changed here before and after it was seen.
        note("before");
        synced.server.store("0.vcf", &text);
        let (status, told, why) = synced.home.run(&["sync"]);
        assert_eq!(status, 1, "{what}: {told}{why}");
        assert!(told.contains("1 cannot be read"), "{what}: {told}");
        assert!(told.contains("cannot read Person 0"), "{what}: {told}{why}");
        note("after");
        for words in [&["sync"][..], &["sync", "nextcloud"], &["sync", "--all"]] {
            synced.home.run(words);
            assert_eq!(synced.text("0.vcf"), text, "{what} {words:?}");
        }
        assert!(
            synced.does(&["show", "Person 0"]).contains("after"),
            "{what}"
        );
        assert!(
            synced.does(&["remote", "list"]).contains("not readable"),
            "{what}"
        );

        // It is whole again, as it was: what was changed here goes out.
        synced.server.store("0.vcf", &whole);
        let told = synced.does(&["sync"]);
        assert!(told.contains("1 out"), "{what}: {told}");
        assert!(synced.text("0.vcf").contains("NOTE:after"), "{what}");
        assert!(synced.does(&["sync"]).contains("nothing new"), "{what}");
        assert!(
            !synced.does(&["remote", "list"]).contains("not readable"),
            "{what}"
        );
    }
}

#[test]
fn what_cannot_be_read_any_more_is_not_deleted() {
    for (what, text) in broken() {
        let synced = Synced::with(2);
        synced.server.store("0.vcf", &text);
        synced.home.run(&["sync"]);
        synced.does(&["contact", "delete", &synced.id("Person 0")]);
        for words in [&["sync"][..], &["sync", "nextcloud"], &["sync", "--all"]] {
            synced.home.run(words);
            assert_eq!(synced.text("0.vcf"), text, "{what} {words:?}");
        }
    }
}

/// A folder is read while another program writes its files.
#[test]
fn half_a_file_says_nothing_of_the_other_half() {
    let home = Home::new("");
    let folder = home.path().join("cards");
    fs::create_dir(&folder).unwrap();
    let config = format!(
        "[[remote]]\nname = \"cards\"\nkind = \"folder\"\npath = \"{}\"\nnew = true\n",
        folder.display()
    );
    fs::write(home.config(), config).unwrap();
    let file = folder.join("0.vcf");
    let whole = card(
        "u0",
        "Person 0",
        "TEL;TYPE=CELL:+39 347 555 0100\r\nEMAIL:p@example.org\r\nNOTE:long\r\n",
    );
    fs::write(&file, &whole).unwrap();
    assert_eq!(home.run(&["sync", "--yes"]).0, 0);
    let shown = || {
        let told = home.run(&["show", "Person 0"]).1;
        let known = told.lines().filter(|line| !line.starts_with("in "));
        known.map(str::to_owned).collect::<Vec<_>>()
    };
    let before = shown();
    for cut in ["NOTE", "0100", "EMAIL", "END"] {
        let end = whole.find(cut).unwrap();
        fs::write(&file, &whole[..end]).unwrap();
        let (status, told, why) = home.run(&["sync"]);
        assert_eq!(status, 1, "{cut}: {told}{why}");
        let told = home.run(&["show", "Person 0"]).1;
        assert!(
            told.contains("cannot be read: it ends before END:VCARD"),
            "{cut}: {told}"
        );
        assert_eq!(shown(), before, "{cut}");
        fs::write(&file, &whole).unwrap();
        let (status, told, why) = home.run(&["sync"]);
        assert_eq!(status, 0, "{cut}: {told}{why}");
        assert_eq!(shown(), before, "{cut}");
        assert_eq!(fs::read_to_string(&file).unwrap(), whole, "{cut}");
    }
}
