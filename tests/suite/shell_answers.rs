//! What commands answer: to people in words, to programs as JSON.

use serde_json::json;

use crate::cli::Shell;

#[test]
fn a_contact_of_the_same_name_is_warned_of_whichever_command_adds_it() {
    let shell = Shell::new();
    for words in [
        &["add", "ada", "lovelace"][..],
        &["contact", "create", "--name", "Lovelace, Ada"],
    ] {
        let (status, _, told) = shell.run(words, "");
        assert_eq!(status, 0, "{told}");
        assert!(
            told.contains("another contact is named Ada Lovelace"),
            "{words:?}: {told}"
        );
    }
    let (_, _, told) = shell.run(&["contact", "create", "--name", "Ben Ito"], "");
    assert_eq!(told, "");
}

#[test]
fn compacting_answers_programs_with_what_was_deleted_and_the_sizes() {
    let shell = Shell::new();
    let (status, told) = shell.json(&["compact", "--json"], "");
    let data = &told["data"];
    assert_eq!(
        (status, &data["cards"], &data["steps"]),
        (0, &json!(0), &json!(0)),
        "{told}"
    );
    // A book with nobody in it has no page to spare, and may come out with one more.
    let bytes = |name: &str| data[name].as_u64().unwrap();
    assert!(bytes("bytes") <= bytes("bytes_before") + 4096, "{told}");
    let (status, told) = shell.json(&["compact", "--history", "--json"], "");
    assert_eq!(status, 2);
    let detail = told["errors"][0]["detail"].as_str().unwrap();
    assert!(detail.contains("[history]"), "{told}");
}

#[test]
fn an_export_answers_programs_with_what_was_written_and_where() {
    let shell = Shell::new();
    let file = shell.db().with_file_name("all.csv");
    let words = ["export", "--json", "-o", file.to_str().unwrap()];
    let (status, told) = shell.json(&words, "");
    let expected = json!({"contacts": 1, "form": "csv", "to": file});
    assert_eq!((status, &told["data"]), (0, &expected));
    let (status, told, why) = shell.run(&words, "");
    assert_eq!((status, told.as_str()), (1, ""), "{why}");
    let folder = shell.db().with_file_name("cards");
    let words = ["export", "--json", "--split", folder.to_str().unwrap()];
    let (_, told) = shell.json(&words, "");
    let expected = json!({"contacts": 1, "form": "vcard", "to": folder});
    assert_eq!(told["data"], expected);
    let (status, told) = shell.json(&["export", "--json", "nobody"], "");
    assert_eq!(status, 2, "standard output cannot have both: {told}");
}

#[test]
fn undoing_back_to_a_step_can_be_looked_at_first() {
    let shell = Shell::new();
    shell.run(&["add", "Ben", "Ito", "+1", "650", "253", "0000"], "");
    shell.run(&["change", "ada", "tag:club"], "");
    let (_, log) = shell.json(&["log", "--json"], "");
    let first = log["data"][1]["step"].to_string();
    let (status, told, _) = shell.run(&["undo", "--back-to", &first, "--dry-run"], "");
    assert_eq!(status, 0, "{told}");
    for words in [
        "Ada Lovelace",
        "- tag club",
        "Ben Ito",
        "2 contacts would change",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    let (_, told) = shell.json(&["undo", "--back-to", &first, "--dry-run", "--json"], "");
    assert_eq!(told["meta"]["changed"], 2, "{told}");
    let (_, after) = shell.json(&["log", "--json"], "");
    assert_eq!(log, after, "nothing was undone");
    let (_, told, _) = shell.run(&["undo", "--back-to", &first], "");
    assert!(told.contains("Undone: Added Ben Ito"), "{told}");
}

#[test]
fn a_tilde_is_the_home_folder_in_every_path_of_every_command() {
    let shell = Shell::new();
    let home = shell.db().parent().unwrap().to_owned();
    let done = |words: &[&str], input: &str| {
        let (status, told, why) = shell.run(words, input);
        assert_eq!(status, 0, "{words:?}: {told}{why}");
        told
    };
    std::fs::create_dir(home.join("man")).unwrap();
    for (words, made) in [
        (&["export", "-o", "~/all.vcf"][..], "all.vcf"),
        (&["export", "--output=~/all.csv"], "all.csv"),
        (&["export", "--split", "~/cards"], "cards"),
        (&["man", "--to", "~/man"], "man/callbook-add.1"),
    ] {
        let told = done(words, "");
        assert!(home.join(made).exists(), "{words:?}: {told}");
    }
    done(&["import", "~/all.vcf", "~/cards"], "");
    std::fs::write(home.join("sent.json"), r#"{"name": "Ben Ito"}"#).unwrap();
    done(&["contact", "create", "~/sent.json"], "");
    let made = shell.json(&["backup", "--json"], "").1;
    let backup = made["data"]["path"].as_str().unwrap();
    let backup = format!(
        "~/{}",
        backup
            .strip_prefix(home.to_str().unwrap())
            .unwrap()
            .trim_start_matches('/')
    );
    let told = done(&["restore", &backup], "");
    assert!(told.contains("Restored"), "{told}");
    let (status, told, why) = shell.run(&["~/none.vcf"], "");
    let named = home.join("none.vcf").display().to_string();
    assert!(status == 2 && why.contains(&named), "{told}{why}");
}

#[test]
fn several_numbers_are_added_in_one_line_each_with_its_label() {
    let shell = Shell::new();
    let words = [
        "add",
        "Two Num",
        "+39 02 5550 1182",
        "+44 7700 900123",
        "--label",
        "work",
        "--label",
        "mobile",
        "--json",
    ];
    let (status, told) = shell.json(&words, "");
    assert_eq!(status, 0, "{told}");
    let numbers = told["included"].as_array().unwrap().iter();
    let numbers: Vec<_> = numbers
        .map(|one| {
            (
                &one["attributes"]["number"],
                &one["attributes"]["location"],
                &one["attributes"]["primary"],
            )
        })
        .collect();
    assert_eq!(
        json!(numbers),
        json!([
            ["+390255501182", "work", true],
            ["+447700900123", "mobile", false]
        ])
    );
    let (_, told, _) = shell.run(&["add", "Ben Ito", "030 901820", "030 901821"], "");
    assert!(
        told.contains("+49 30 901820 (primary, confirmed), +49 30 901821 (confirmed)"),
        "{told}"
    );
    let (status, told, why) = shell.run(&["add", "Cy Oz", "030", "901820", "0171", "5550164"], "");
    assert_eq!((status, &*told), (2, ""));
    assert!(
        why.contains("quote each number, or begin it with +"),
        "{why}"
    );
    let (status, _, why) = shell.run(
        &["add", "Cy Oz", "030 901820", "--label=a", "--label=b"],
        "",
    );
    assert!(
        status == 2 && why.contains("2 labels for 1 number"),
        "{why}"
    );
    assert_eq!(shell.run(&["find", "cy oz"], "").0, 3, "nothing was added");
}

#[test]
fn refusals_for_people_name_no_attributes() {
    let shell = Shell::new();
    let phones = shell.json(&["phone", "list", "--json"], "").1;
    let phone = phones["data"][0]["id"].as_str().unwrap();
    let owner = phones["data"][0]["relationships"]["contact"]["data"]["id"]
        .as_str()
        .unwrap();
    for (words, told) in [
        (&["add", "+44 20 7946 0019"][..], "a contact needs a name"),
        (
            &["contact", "create", "--name", " "],
            "a contact needs a name",
        ),
        (
            &["phone", "create", "--owner", owner, "--number", " "],
            "a number cannot be empty",
        ),
        (
            &[
                "phone",
                "create",
                "--owner",
                owner,
                "--number",
                "+44 20 7946 0018",
            ],
            "+44 20 7946 0018 is already a number of this contact",
        ),
        (
            &["phone", "update", phone, "--location", "home"],
            "use --if-version, or --overwrite",
        ),
        (
            &["contact", "update", owner, "--note", "x"],
            "use --if-version, or --overwrite",
        ),
        (&["undo", "abc"], "expected the number of a step"),
        (&["find", "ada", "--format", ""], "--format is empty"),
    ] {
        let (status, _, why) = shell.run(words, "");
        assert!(
            status == 2 && why.contains(told),
            "{words:?}: {status} {why}"
        );
        assert!(!why.contains("updated_in_db_at"), "{words:?}: {why}");
    }
}

#[test]
fn the_version_that_get_prints_guards_an_update_and_times_are_for_people() {
    let shell = Shell::new();
    let phones = shell.json(&["phone", "list", "--json"], "").1;
    let phone = phones["data"][0]["id"].as_str().unwrap();
    let (_, told, _) = shell.run(&["phone", "get", phone], "");
    let line = |name: &str| {
        let line = told.lines().find_map(|line| line.strip_prefix(name));
        line.unwrap_or_else(|| panic!("{name}: {told}"))
            .trim()
            .to_owned()
    };
    assert_eq!(line("of "), "Ada Lovelace");
    assert!(!line("changed").contains('Z'), "{told}");
    let update = [
        "phone",
        "update",
        phone,
        "--location",
        "home",
        "--if-version",
        &line("version"),
    ];
    assert_eq!(shell.run(&update, "").0, 0);
    let (status, _, why) = shell.run(&update, "");
    assert!(
        status == 4 && why.contains("the number has changed since this version"),
        "{why}"
    );
}

#[test]
fn the_last_step_can_be_looked_at_before_it_is_undone() {
    let shell = Shell::new();
    shell.run(&["change", "ada", "tag:club"], "");
    let (status, told, why) = shell.run(&["undo", "--dry-run"], "");
    assert_eq!(status, 0, "{why}");
    assert!(
        told.contains("- tag club") && told.contains("1 contact would change"),
        "{told}"
    );
    assert_eq!(
        shell.run(&["find", "tag:club"], "").0,
        0,
        "nothing was undone"
    );
    // Any step by its number, too.
    let log = shell.run(&["log"], "").1;
    let last = log.split_whitespace().next().unwrap();
    assert_eq!(shell.run(&["undo", last, "--dry-run"], "").1, told);
}

#[test]
fn a_preview_shows_all_that_a_new_contact_brings_and_nothing_that_is_known() {
    let shell = Shell::new();
    let table = "Name,Phone,Company,Note\nZoe Csv,030 90181500,Csv AG,calls back\n";
    let (status, told, why) = shell.run(&["import", "--dry-run", "--country", "DE", "-"], table);
    assert_eq!(status, 0, "{why}");
    assert!(
        told.contains("company: Csv AG") && told.contains("note: calls back"),
        "{told}"
    );
    assert_eq!(shell.run(&["import", "--country", "DE", "-"], table).0, 0);
    let (_, plan) = shell.json(
        &["import", "--dry-run", "--json", "--country", "IT", "-"],
        table,
    );
    let row = &plan["data"][0]["attributes"];
    assert_eq!(
        (&row["fate"], &row["known_by"]),
        (&json!("same"), &json!("imported before"))
    );
    assert_eq!(row["numbers"][0]["stored"], "+49 30 90181500", "{row}");
    assert_eq!(row["numbers"][0]["there"], true, "{row}");
}

#[test]
fn backups_of_a_missing_book_are_a_missing_book() {
    let shell = Shell::new();
    std::fs::remove_file(shell.db()).unwrap();
    let (status, _, why) = shell.run(&["backup", "list"], "");
    assert!(status == 3 && why.contains("no book at"), "{status} {why}");
}

#[test]
fn every_list_can_end_its_rows_with_nul() {
    let shell = Shell::new();
    shell.import("BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:Ada Lovelace\nTEL:+44 20 7946 0019\nTEL:020\nEND:VCARD\n");
    for words in [
        &["phone", "list"][..],
        &["contact", "list"],
        &["fix"],
        &["duplicates"],
        &["log"],
        &["log", "1"],
    ] {
        let (status, told, why) = shell.run(&[words, &["--print0"]].concat(), "");
        assert_eq!(status, 0, "{words:?}: {why}");
        assert!(
            told.contains("Ada Lovelace") || words == ["log"],
            "{words:?}: {told:?}"
        );
        assert!(
            told.ends_with('\0') && !told.contains('\n'),
            "{words:?}: {told:?}"
        );
        assert!(
            told.split_terminator('\0').all(|row| row.contains('\t')),
            "{words:?}: {told:?}"
        );
    }
    let (_, told, _) = shell.run(&["fix"], "");
    assert!(
        told.lines().next().unwrap().split('\t').count() == 4,
        "{told:?}"
    );
    assert_eq!(
        shell
            .run(&["fix", "--print0", "--confirm-source", "vcard"], "")
            .0,
        2
    );
}
