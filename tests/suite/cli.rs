//! The command line over a real database: what a script sends, what it gets back, and how it ends.

use std::fmt::Write as _;
use std::path::PathBuf;

use assert_cmd::Command;
use serde_json::{Value, json};

pub(crate) struct Shell {
    folder: tempfile::TempDir,
}

impl Shell {
    /// A book with Ada, who has one number.
    pub(crate) fn new() -> Self {
        let shell = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        shell.import(
            "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Ada Lovelace\nTEL:+44 20 7946 0018\nEND:VCARD\n",
        );
        shell
    }

    pub(crate) fn db(&self) -> PathBuf {
        self.folder.path().join("book.db")
    }

    /// Runs a command in Germany.
    pub(crate) fn run(&self, words: &[&str], input: &str) -> (i32, String, String) {
        self.run_in(&[("LANG", "de_DE.UTF-8")], words, input)
    }

    pub(crate) fn run_in(
        &self,
        place: &[(&str, &str)],
        words: &[&str],
        input: &str,
    ) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_callbook"))
            .env_remove("LC_ALL")
            .envs(place.iter().copied())
            .env("HOME", self.folder.path())
            .arg("--db")
            .arg(self.db())
            .args(words)
            .write_stdin(input)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code().unwrap(),
            text(output.stdout),
            text(output.stderr),
        )
    }

    pub(crate) fn json(&self, words: &[&str], input: &str) -> (i32, Value) {
        let (status, told, error) = self.run(words, input);
        let value = serde_json::from_str(&told).unwrap_or_else(|_| panic!("{told}{error}"));
        (status, value)
    }

    pub(crate) fn import(&self, cards: &str) {
        assert_eq!(self.run(&["import", "-"], cards).0, 0);
    }

    fn all(&self) -> Value {
        self.json(&["phone", "list", "--json"], "").1
    }

    /// The first phone's id and its owner's.
    fn ids(&self) -> (String, String) {
        let phone = self.all()["data"][0]["id"].as_str().unwrap().to_owned();
        let words = self.run(&["phone", "get", &phone], "").1;
        let owner = words
            .lines()
            .find(|line| line.starts_with("contact"))
            .unwrap();
        (phone, owner["contact".len()..].trim().to_owned())
    }
}

#[test]
fn what_get_writes_can_be_sent_back_and_only_once() {
    let shell = Shell::new();
    let (phone, _) = shell.ids();
    let (status, mut document) = shell.json(&["phone", "get", &phone, "--json"], "");
    assert_eq!(
        (status, &document["data"]["type"]),
        (0, &json!("phone_numbers"))
    );
    document["data"]["attributes"]["location"] = json!("home");
    let sent = document.to_string();
    let (status, changed) = shell.json(&["phone", "update", &phone, "-", "--json"], &sent);
    assert_eq!(status, 0, "{changed}");
    assert_eq!(changed["data"]["attributes"]["location"], "home");
    let (status, refused) = shell.json(&["phone", "update", &phone, "-", "--json"], &sent);
    assert_eq!(status, 4);
    let error = &refused["errors"][0];
    assert_eq!(
        (&error["status"], &error["title"]),
        (&json!("409"), &json!("Conflict"))
    );
    assert_eq!(
        error["source"]["pointer"],
        "/data/attributes/updated_in_db_at"
    );
    let stored = changed["data"]["attributes"]["updated_in_db_at"]
        .as_str()
        .unwrap();
    assert!(
        error["detail"].as_str().unwrap().contains(stored),
        "{error}"
    );
    let (status, _, told) = shell.run(&["phone", "update", &phone, "-"], &sent);
    assert_eq!(status, 4);
    assert!(
        told.starts_with("error: the number has changed since this version"),
        "{told}"
    );
}

#[test]
fn phones_are_made_listed_and_deleted() {
    let shell = Shell::new();
    let (_, owner) = shell.ids();
    let create = ["phone", "create", "--owner", &owner, "--json"];
    let (status, made) = shell.json(
        &[
            &create[..],
            &["--number", "030 901820", "--location", "work", "--primary"],
        ]
        .concat(),
        "",
    );
    assert_eq!(status, 0, "{made}");
    let attributes = &made["data"]["attributes"];
    assert_eq!(
        attributes["number"], "+4930901820",
        "Germany is the home country"
    );
    assert_eq!(attributes["primary"], true);
    assert_eq!(attributes["source"], "manual");

    let list = |words: &[&str]| shell.json(&[&["phone", "list", "--json"], words].concat(), "");
    let (_, page) = list(&[
        "--filter",
        "primary=true",
        "--sort",
        "-created_at",
        "--per-page",
        "1",
    ]);
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    assert_eq!(
        page["meta"],
        json!({
            "pagination": {"page": 1, "per_page": 1, "total_count": 1, "total_pages": 1},
            "sort": "-created_at",
            "filter": {"primary": true},
        })
    );
    for (words, named) in [
        (["--filter", "colour=red"], "/data/attributes/colour"),
        (["--page", "0"], "/data/attributes/page"),
        (["--sort", "colour"], "/data/attributes/sort"),
    ] {
        let (status, refused) = list(&words);
        assert_eq!(status, 2);
        assert_eq!(refused["errors"][0]["source"]["pointer"], named);
    }

    let id = made["data"]["id"].as_str().unwrap();
    let stale = "2001-01-01T00:00:00Z";
    assert_eq!(
        shell
            .run(&["phone", "delete", id, "--updated-in-db-at", stale], "")
            .0,
        4
    );
    assert_eq!(shell.run(&["phone", "delete", id], "").0, 0);
    assert_eq!(shell.run(&["phone", "get", id], "").0, 3);
    assert_eq!(shell.all()["data"].as_array().unwrap().len(), 1);
}

#[test]
fn every_fault_of_a_document_is_told_at_once() {
    let shell = Shell::new();
    let (phone, owner) = shell.ids();
    let (status, refused) = shell.json(
        &["phone", "create", "--owner", &owner, "--json", "-"],
        r#"{"data":{"type":"phone_numbers","attributes":{"number":" ","primary":"yes","colour":"red"}}}"#,
    );
    assert_eq!(status, 2);
    let mut pointers: Vec<&str> = refused["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["source"]["pointer"].as_str().unwrap())
        .collect();
    pointers.sort_unstable();
    assert_eq!(
        pointers,
        ["colour", "number", "primary"].map(|name| format!("/data/attributes/{name}"))
    );
    let update = ["phone", "update", &phone, "--location", "home"];
    let (status, _, told) = shell.run(&update, "");
    assert_eq!(status, 2);
    assert!(
        told.contains("the version is needed: use --if-version"),
        "{told}"
    );
    assert_eq!(
        shell.run(&[&update[..], &["--overwrite"]].concat(), "").0,
        0
    );
    let nobody = "00000000-0000-7000-8000-000000000000";
    assert_eq!(
        shell
            .run(&["phone", "create", "--owner", nobody, "--number", "1"], "")
            .0,
        3
    );
}

#[test]
fn who_called_is_found_in_any_spelling() {
    let shell = Shell::new();
    shell.import(
        "BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:Jörg Müller\nTEL:+49 30 901820\nEND:VCARD\n\
         BEGIN:VCARD\nVERSION:3.0\nUID:3\nFN:Eszter Kiss\nTEL:+36 1 555 0123 ext. 44\nEND:VCARD\n\
         BEGIN:VCARD\nVERSION:3.0\nUID:4\nFN:Åsa Öberg\nTEL:0171 9998877\nEND:VCARD\n",
    );
    for (asked, name) in [
        ("+44 20 7946 0018", "Ada Lovelace"),
        ("0044 (0)20 7946-0018", "Ada Lovelace"),
        ("tel:+442079460018", "Ada Lovelace"),
        ("79460018", "Ada Lovelace"),
        ("+٤٤٢٠٧٩٤٦٠٠١٨", "Ada Lovelace"),
        ("＋４４２０７９４６００１８", "Ada Lovelace"),
        ("+49 (0)30 901820", "Jörg Müller"),
        ("030/90-18-20", "Jörg Müller"),
        ("+3615550123", "Eszter Kiss"),
        ("+36 1 555 0123 x44", "Eszter Kiss"),
        ("+49 171 9998877", "Åsa Öberg"),
        ("00491719998877", "Åsa Öberg"),
    ] {
        let (status, told, _) = shell.run(&["who", asked], "");
        assert!(status == 0 && told.starts_with(name), "{asked}: {told}");
    }
    // Without a home country a national number says none, and is found by its end all the same.
    let nowhere = [("LANG", "C"), ("LC_ALL", "C")];
    let card = "BEGIN:VCARD\nVERSION:3.0\nUID:5\nFN:Luca\nTEL:02 5550 1190\nEND:VCARD\n";
    assert_eq!(shell.run_in(&nowhere, &["import", "-"], card).0, 0);
    for asked in [
        "+39 02 5550 1190",
        "0039 02 55501190",
        "02 5550-1190",
        "55501190",
    ] {
        let (status, told, _) = shell.run_in(&nowhere, &["who", asked], "");
        assert!(status == 0 && told.starts_with("Luca"), "{asked}: {told}");
    }
    let card = "BEGIN:VCARD\nVERSION:3.0\nUID:6\nFN:Zoë\nTEL:00351 21 555 0199\nEND:VCARD\n";
    assert_eq!(shell.run_in(&nowhere, &["import", "-"], card).0, 0);
    let told = shell.run(&["who", "+351 21 555 0199"], "").1;
    assert!(told.starts_with("Zoë"), "{told}");
    assert_eq!(shell.run(&["who", "+44 20 7946 0019"], "").0, 3);
    let found = shell.json(&["who", "+442079460018", "--json"], "").1;
    let phone = found["data"][0]["phone"]["id"].as_str().unwrap();
    shell.run(&["phone", "update", phone, "--historic", "--overwrite"], "");
    let told = shell.run(&["who", "+442079460018"], "").1;
    assert!(told.contains("historic"), "{told}");
    let (status, found) = shell.json(&["who", "+4930901820", "--json"], "");
    assert_eq!(
        (status, &found["data"][0]["contact"]["name"]),
        (0, &json!("Jörg Müller"))
    );
}

#[test]
fn somebody_is_added_in_one_line_or_not_at_all() {
    let shell = Shell::new();
    let words = [
        "add",
        "Marco Bianchi",
        "+39",
        "02",
        "5550",
        "1182",
        "--label",
        "work",
    ];
    let (status, told, _) = shell.run(&words, "");
    assert_eq!(
        (status, told.as_str()),
        (
            0,
            "Added Marco Bianchi with +39 02 5550 1182 (primary, confirmed)\n"
        )
    );
    assert_eq!(shell.run(&["who", "+390255501182"], "").0, 0);
    assert_eq!(shell.run(&["add", "Åsa Öberg"], "").0, 0);
    let (status, _, told) = shell.run(&["add", " ", "+390255501183"], "");
    assert!(status == 2 && told.contains("name"), "{told}");
    assert_eq!(shell.run(&["who", "+390255501183"], "").0, 3);

    // What a person types is kept, and it is said that it cannot be dialled.
    let (status, told, warned) = shell.run(&["add", "Tim", "12345a"], "");
    assert_eq!(
        (status, told.as_str()),
        (0, "Added Tim with 12345a (primary, confirmed)\n")
    );
    assert_eq!(
        warned,
        "12345a: not a possible number in Germany; saved as typed\n"
    );
    assert_eq!(shell.run(&["find", "is:impossible"], "").0, 0);
    let (_, told, _) = shell.run(&["fix"], "");
    assert!(
        told.contains("confirmed number that is not possible"),
        "{told}"
    );
    let (_, told, warned) = shell.run(&["add", "Eva", "030 901820 (Eva)"], "");
    assert!(told.contains("+49 30 901820"), "{told}");
    assert_eq!(warned, "");
    assert_eq!(shell.run(&["who", "tel:+49-30-901820"], "").0, 0);
    assert_eq!(shell.run(&["find", "030 901820"], "").0, 0);
}

#[test]
fn a_contact_goes_out_changed_comes_back_once_and_takes_its_numbers_with_it() {
    let shell = Shell::new();
    let (phone, owner) = shell.ids();
    let (_, listed) = shell.json(&["contact", "list", "--json"], "");
    assert_eq!(listed["data"][0]["id"], json!(owner));
    let (status, mut document) = shell.json(&["contact", "get", &owner, "--json"], "");
    assert_eq!((status, &document["included"][0]["id"]), (0, &json!(phone)));
    document["data"]["attributes"]["tags"] = json!(["maths", "engines"]);
    let sent = document.to_string();
    let update = ["contact", "update", &owner, "-", "--json"];
    let (status, changed) = shell.json(&update, &sent);
    assert_eq!(status, 0, "{changed}");
    assert_eq!(
        changed["data"]["attributes"]["tags"],
        json!(["maths", "engines"])
    );
    assert_eq!(shell.json(&update, &sent).0, 4);

    let tagged = |tag: &str| {
        let filter = format!("tag={tag}");
        let words = ["contact", "list", "--json", "--filter", &filter];
        shell.json(&words, "").1["meta"]["pagination"]["total_count"].clone()
    };
    assert_eq!((tagged("engines"), tagged("looms")), (json!(1), json!(0)));

    let create = [
        "contact",
        "create",
        "--json",
        "--name",
        "Mary Somerville",
        "--tag",
        "maths",
    ];
    let (status, made) = shell.json(&create, "");
    assert_eq!(status, 0, "{made}");
    assert_eq!(made["data"]["attributes"]["family_name"], "Somerville");
    let (_, sorted) = shell.json(&["contact", "list", "--json", "--sort", "-name"], "");
    assert_eq!(sorted["data"][0]["id"], made["data"]["id"]);

    let delete = ["contact", "delete", &owner];
    let stale = ["--updated-in-db-at", "2001-01-01T00:00:00Z"];
    assert_eq!(shell.run(&[&delete[..], &stale].concat(), "").0, 4);
    assert_eq!(shell.run(&delete, "").0, 0);
    assert_eq!(shell.run(&["phone", "get", &phone], "").0, 3);
    let (status, told) = shell.json(&["contact", "create", "--json", "-"], r#"{"shoe":9}"#);
    assert_eq!(status, 2);
    assert_eq!(told["errors"].as_array().unwrap().len(), 2, "{told}");
}

#[test]
fn find_gives_the_best_first_and_only_the_number_that_was_asked_for() {
    let shell = Shell::new();
    shell.import(
        "BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:Omar Sharif\nEMAIL:omar@example.org\nTEL:+20 2 5550 1630\nEND:VCARD\n\
         BEGIN:VCARD\nVERSION:3.0\nUID:3\nFN:Marco Bianchi\nORG:Officina\nEMAIL:m@example.org\nEMAIL:b@example.org\n\
         TEL;TYPE=work,pref:+39 02 5550 1182\nTEL;TYPE=cell:+39 347 555 0164\nEND:VCARD\n\
         BEGIN:VCARD\nVERSION:3.0\nUID:4\nFN:Zoë\nORG:Marble Works\nEND:VCARD\n",
    );
    let (status, told, _) = shell.run(&["find", "mar"], "");
    assert_eq!(status, 0);
    assert_eq!(
        told,
        "Marco Bianchi\t+39 02 5550 1182\twork\tprimary, confirmed\n\
         Marco Bianchi\t+39 347 555 0164\tmobile\tunconfirmed\n\
         Omar Sharif\t+20 2 55501630\t\tprimary, confirmed\n\
         Zoë\t\t\t\n"
    );
    let told = shell
        .run(
            &["find", "555 0164", "--format", "{e164} {name} ({label})"],
            "",
        )
        .1;
    assert_eq!(told, "+393475550164 Marco Bianchi (mobile)\n");
    let told = shell.run(&["find", "--mutt-query", "mar"], "").1;
    let lines: Vec<&str> = told.lines().skip(1).collect();
    assert_eq!(
        lines,
        [
            "m@example.org\tMarco Bianchi\tOfficina",
            "b@example.org\tMarco Bianchi\tOfficina",
            "omar@example.org\tOmar Sharif\t",
        ]
    );
    let told = shell.run(&["find", "--aerc", "sharif"], "").1;
    assert_eq!(told, "omar@example.org\tOmar Sharif\n");
    let (status, found) = shell.json(&["find", "--json", "--limit", "1", "mar"], "");
    assert_eq!((status, found["data"].as_array().unwrap().len()), (0, 1));
    assert_eq!(found["included"].as_array().unwrap().len(), 2);
    assert_eq!(shell.run(&["find", "nobody at all"], "").0, 3);
    let (status, _, told) = shell.run(&["find", "x", "--format", "{shoe}"], "");
    assert!(status != 0 && told.contains("{shoe}"), "{told}");
}

#[test]
fn an_export_keeps_a_file_that_is_there_and_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let shell = Shell::new();
    shell.import("BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:Bob\nTEL:+49 30 901820\nEND:VCARD\n");
    let file = shell.folder.path().join("all.csv");
    let path = file.to_str().unwrap();
    assert_eq!(shell.run(&["export", "-o", path], "").0, 0);
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let before = std::fs::read(&file).unwrap();
    let (status, _, told) = shell.run(&["export", "-o", path, "ada"], "");
    assert!(status == 1 && told.contains("--force"), "{told}");
    assert_eq!(std::fs::read(&file).unwrap(), before);
    assert_eq!(
        shell.run(&["export", "-o", path, "ada", "--force"], "").0,
        0
    );
    assert!(std::fs::read(&file).unwrap().len() < before.len());

    let cards = shell.folder.path().join("cards");
    assert_eq!(
        shell
            .run(&["export", "--split", cards.to_str().unwrap(), "ada"], "")
            .0,
        0
    );
    let name = std::fs::read_dir(&cards)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .file_name();
    let name = name.to_str().unwrap();
    assert!(
        name.starts_with("ada-lovelace-") && name.contains(".vcf"),
        "{name}"
    );

    let card = shell.run(&["export", "lovelace"], "").1;
    assert_eq!(
        card,
        "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Ada Lovelace\nTEL:+44 20 7946 0018\nEND:VCARD\n"
    );
    for wrong in [
        &["export", "--as", "json", "--card-version", "4.0"][..],
        &["export", "--spreadsheet-safe"],
        &["export", "--as", "csv", "--split", "x"],
    ] {
        let (status, _, told) = shell.run(wrong, "");
        assert!(status != 0 && told.starts_with("error: "), "{told}");
    }
}

#[test]
fn what_could_not_be_read_is_kept_with_its_reason_and_can_be_put_right() {
    let shell = Shell::new();
    let bad = "BEGIN:VCARD\nNOTE:nobody\nEND:VCARD\n";
    let good = "BEGIN:VCARD\nFN:Mary Somerville\nTEL:+44 20 7946 0019\nEND:VCARD\n";
    let (status, told, _) = shell.run(&["import", "-"], &format!("{bad}{good}"));
    assert_eq!(status, 1);
    assert!(told.starts_with("1 new contact"), "{told}");
    let path = told.lines().last().unwrap().rsplit(' ').next().unwrap();
    let kept = std::fs::read_to_string(path).unwrap();
    assert_eq!(
        kept,
        format!("# line 1: has no name, no number and no email\n{bad}")
    );
    let mended = kept.replace("NOTE:nobody", "FN:Somebody");
    assert_eq!(shell.run(&["import", "-"], &mended).0, 0);
    let (status, _, told) = shell.run(&["import", "-"], "a,b,c\n1,2,3\n");
    assert!(status == 2 && told.contains("--map"), "{told}");
}

#[test]
fn help_and_manual_and_completions_are_of_one_table() {
    let shell = Shell::new();
    let commands = ["import", "export", "find", "who", "contact", "completions"];
    let help = shell.run(&["--help"], "").1;
    let manual = shell.run(&["man"], "").1;
    for name in ["bash", "zsh", "fish"] {
        let script = shell.run(&["completions", name], "").1;
        for command in commands {
            assert!(script.contains(command), "{name}: {command}");
        }
    }
    for command in commands {
        assert!(
            help.contains(command) && manual.contains(command),
            "{command}"
        );
    }
    let told = shell.run(&["config"], "").1;
    let set: toml::Table = told.parse().unwrap();
    assert_eq!(set["home"].as_str(), Some("DE"), "from the locale");
    assert!(told.contains(shell.db().to_str().unwrap()) || told.contains("book.db"));
    assert!(shell.run(&["--version"], "").1.starts_with("callbook 0."));
}

/// A messy book is put in order from the shell, and taken back step by step.
#[test]
fn numbers_are_fixed_merged_and_changed_from_the_shell_and_all_of_it_is_undone() {
    let shell = Shell::new();
    let card = |uid: &str, name: &str, numbers: &[&str]| {
        let mut tels = String::new();
        for number in numbers {
            let _ = writeln!(tels, "TEL;TYPE=cell:{number}");
        }
        format!("BEGIN:VCARD\nVERSION:3.0\nUID:{uid}\nFN:{name}\n{tels}END:VCARD\n")
    };
    shell.import(&card(
        "2",
        "Marco Bianchi",
        &["+39 347 555 0164", "+39 02 5550 1182"],
    ));
    shell.import(&card("3", "Bianchi Marco", &["+39 02 5550 1182", "+39 12"]));

    let (status, waiting) = shell.json(&["fix", "--list", "--json"], "");
    assert_eq!((status, &waiting["meta"]["contacts"]), (0, &json!(2)));
    let reasons = waiting["data"].to_string();
    assert!(reasons.contains("also a number of"), "{reasons}");
    assert!(
        reasons.contains("not a possible number: too short for Italy"),
        "{reasons}"
    );

    let (status, told, _) = shell.run(&["duplicates", "--merge-sure", "--dry-run"], "");
    assert_eq!(status, 0);
    assert!(told.contains("merged into this one"), "{told}");
    let (_, groups) = shell.json(&["duplicates", "--json"], "");
    assert_eq!(groups["data"][0]["sure"], json!(true));
    let (status, told, error) = shell.run(&["duplicates", "--merge-sure"], "");
    assert_eq!(status, 0, "{error}");
    assert!(told.contains("Merged"), "{told}");

    let (status, plan) = shell.json(
        &[
            "change",
            "label:mobile bianchi",
            "label:handy",
            "tag:met",
            "--dry-run",
            "--json",
        ],
        "",
    );
    assert_eq!((status, &plan["meta"]["changed"]), (0, &json!(1)));
    assert_eq!(plan["meta"]["done"], Value::Null, "nothing was written");
    let fields: Vec<&Value> = plan["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|line| &line["field"])
        .collect();
    assert_eq!(fields, ["tags", "label", "label", "label"]);
    let (status, _, error) = shell.run(&["change", "", "is:blue"], "");
    assert_eq!(status, 2);
    assert!(
        error.contains("is:blue is not a change; expected country:it"),
        "{error}"
    );
    let (_, told, _) = shell.run(&["change", "bianchi", "-is:confirmed", "label:handy"], "");
    assert!(told.contains("undo with: callbook undo"), "{told}");
    let (status, told, _) = shell.run(&["fix", "--confirm-source", "vcard"], "");
    assert_eq!(status, 0);
    assert!(told.contains("Confirmed"), "{told}");
    let (_, told, _) = shell.run(&["fix"], "");
    assert_eq!(
        told,
        "no numbers need attention\n1 contact with a confirmed number that is not possible: \
         callbook find is:impossible\n"
    );

    let (_, health) = shell.json(&["health", "--json"], "");
    assert_eq!(health["data"]["numbers"], json!(4));
    let (_, told, _) = shell.run(&["health"], "");
    assert!(
        told.contains("country:it"),
        "each bar says how to see whose it is: {told}"
    );

    let (_, log) = shell.json(&["log", "--json"], "");
    let steps = log["data"].as_array().unwrap();
    assert_eq!(steps.len(), 6);
    let merge = steps[2]["step"].to_string();
    let (_, told, _) = shell.run(&["log", &merge], "");
    assert!(told.contains("deleted"), "{told}");
    let (status, told, _) = shell.run(&["undo", "--back-to", &merge], "");
    assert_eq!((status, told.lines().count()), (0, 3));
    let (_, groups) = shell.json(&["duplicates", "--json"], "");
    assert_eq!(
        groups["data"].as_array().unwrap().len(),
        1,
        "they are two again"
    );
    let (status, told, _) = shell.run(&["redo"], "");
    assert!(status == 0 && told.starts_with("Redone: Merged"), "{told}");
}

/// What is deleted is kept until the bin is emptied, which has to be said twice.
#[test]
fn the_bin_gives_back_what_was_deleted_until_it_is_emptied() {
    let shell = Shell::new();
    let (_, list) = shell.json(&["contact", "list", "--json"], "");
    let id = list["data"][0]["id"].as_str().unwrap().to_owned();
    shell.run(&["contact", "delete", &id], "");
    let (_, bin) = shell.json(&["bin", "--json"], "");
    assert_eq!(bin["data"][0]["name"], json!("Ada Lovelace"));
    let (status, told, _) = shell.run(&["bin", &id], "");
    assert_eq!((status, told.as_str()), (0, "Brought back Ada Lovelace\n"));
    let (status, _, _) = shell.run(&["who", "+44 20 7946 0018"], "");
    assert_eq!(status, 0);
    shell.run(&["contact", "delete", &id], "");
    let (status, _, error) = shell.run(&["bin", "--empty"], "");
    assert_eq!(status, 2);
    assert!(error.contains("--yes"), "{error}");
    let (status, told, _) = shell.run(&["bin", "--empty", "--yes"], "");
    assert_eq!((status, told.as_str()), (0, "Deleted 1 record for good\n"));
    let (status, _, error) = shell.run(&["bin", &id], "");
    assert_eq!(status, 3);
    assert!(error.contains("callbook bin lists what is"), "{error}");
    let (_, told, _) = shell.run(&["log", "--contact", &id], "");
    assert_eq!(told, "", "there is nothing left of it");
}

/// Promise: looking changes nothing, neither the file nor when it was changed.
#[test]
fn no_command_that_reads_writes_a_byte() {
    let shell = Shell::new();
    let (phone, contact) = shell.ids();
    let look = || {
        let known = std::fs::metadata(shell.db()).unwrap();
        (
            std::fs::read(shell.db()).unwrap(),
            known.modified().unwrap(),
        )
    };
    // Nothing is left in the log that the next one who opens it would take over.
    assert!(!shell.folder.path().join("book.db-wal").exists());
    let before = look();
    for words in [
        &["find", "ada"][..],
        &["find", "ada", "--json"],
        &["who", "+44 20 7946 0018"],
        &["phone", "list"],
        &["phone", "get", &phone],
        &["contact", "list"],
        &["contact", "get", &contact],
        &["fix"],
        &["fix", "--confirm-source", "vcard", "--dry-run"],
        &["change", "--dry-run", "is:primary", "label:work"],
        &["duplicates"],
        &["duplicates", "--merge-sure", "--dry-run"],
        &["health"],
        &["log"],
        &["log", "1"],
        &["log", "--contact", &contact],
        &["bin"],
        &["export"],
        &["doctor"],
        &["backup"],
        &["backup", "list"],
        &["backup", "verify"],
        &["config"],
    ] {
        let (status, told, error) = shell.run(words, "");
        assert!(status == 0 || status == 3, "{words:?}: {told}{error}");
        assert!(look() == before, "{words:?} wrote");
    }
    let cards = "BEGIN:VCARD\nVERSION:3.0\nFN:Bob\nEND:VCARD\n";
    assert_eq!(shell.run(&["import", "--dry-run", "-"], cards).0, 0);
    assert!(look() == before, "a rehearsal wrote");
    assert_eq!(shell.run(&["import", "-"], cards).0, 0);
    assert!(look() != before, "what writes would be seen");
}

#[test]
fn an_import_tells_its_plan_and_its_report_as_json() {
    let shell = Shell::new();
    let table = shell.folder.path().join("list.csv");
    std::fs::write(
        &table,
        "Name,Phone,Wo\nAda Lovelace,+44 20 7946 0018,x\nBob,+1 213 456 7890,y\n,,z\n",
    )
    .unwrap();
    let table = table.to_str().unwrap();
    let (status, plan) = shell.json(&["import", "--dry-run", "--json", table], "");
    assert_eq!((status, &plan["meta"]["new"]), (0, &json!(1)));
    let of = |row: usize| &plan["data"][row]["attributes"];
    assert_eq!(of(0)["fate"], "change");
    assert!(of(0)["contact"].is_string());
    assert_eq!(of(1)["numbers"][0]["stored"], "+1 213-456-7890");
    assert_eq!(
        (&of(1)["file"], &of(1)["line"]),
        (&json!("list.csv"), &json!(3))
    );
    assert!(
        plan["meta"]["notices"][0]["words"]
            .as_str()
            .unwrap()
            .contains("Wo")
    );
    let (status, report) = shell.json(&["import", "--json", table], "");
    assert_eq!(status, 1, "{report}");
    let report = &report["data"]["attributes"];
    assert_eq!((&report["new"], &report["changed"]), (&json!(1), &json!(1)));
    assert_eq!(report["rejects"][0]["line"], 4);
    assert!(report["rejects_in"].is_string());
    let (status, errors) = shell.json(&["import", "--json", "/nowhere.vcf"], "");
    assert_ne!(status, 0);
    assert!(
        errors["errors"][0]["detail"]
            .as_str()
            .unwrap()
            .contains("/nowhere.vcf")
    );
}

#[test]
fn a_command_that_looks_makes_no_book() {
    let shell = Shell {
        folder: tempfile::tempdir().unwrap(),
    };
    for words in [
        &["find", "ada"][..],
        &["who", "+442079460018"],
        &["export"],
        &["fix"],
        &["health"],
        &["log"],
        &["bin"],
        &["undo"],
        &["backup"],
        &["doctor"],
        &["compact"],
        &["duplicates"],
        &["contact", "list"],
        &["phone", "list"],
        &["change", "", "confirm"],
    ] {
        let (status, told, error) = shell.run(words, "");
        assert_eq!((status, told.as_str()), (3, ""), "{words:?}: {error}");
        assert!(error.contains("no book at"), "{words:?}: {error}");
        assert!(error.contains("book.db"), "{words:?}: {error}");
    }
    let card = "BEGIN:VCARD\nFN:Ada\nTEL:+442079460018\nEND:VCARD\n";
    let (status, told, _) = shell.run(&["import", "--dry-run", "-"], card);
    assert!(status == 0 && told.contains("Ada"), "{told}");
    assert!(!shell.db().exists(), "a dry run made a book");
    assert_eq!(shell.run(&["add", "Ada"], "").0, 0);
    assert!(shell.db().exists());
}

#[test]
fn words_need_no_quotes() {
    let shell = Shell::new();
    let (status, told, _) = shell.run(&["who", "+44", "20", "7946", "0018"], "");
    assert!(status == 0 && told.starts_with("Ada Lovelace\t"), "{told}");
    let (status, told, _) = shell.run(&["find", "ada", "lovelace", "--json"], "");
    assert!(status == 0 && told.contains("Ada Lovelace"), "{told}");
    let words = "add Grace Hopper +1 212 555 0147 --label work";
    let words: Vec<&str> = words.split(' ').collect();
    let (status, told, _) = shell.run(&words, "");
    assert!(
        status == 0 && told.contains("Added Grace Hopper with +1 212-555-0147"),
        "{told}"
    );
    // The same number again is told with whose it is.
    let words: Vec<&str> = "add Rear Admiral +1 212 555 0147".split(' ').collect();
    let (_, _, told) = shell.run(&words, "");
    assert_eq!(told, "+1 212-555-0147 is also a number of Grace Hopper\n");
    let words: Vec<&str> = "add hopper, grace".split(' ').collect();
    let (_, told, warned) = shell.run(&words, "");
    assert_eq!(told, "Added hopper, grace\n");
    assert_eq!(warned, "another contact is named Grace Hopper\n");
    let (_, list) = shell.json(&["contact", "list", "--json"], "");
    let mut contacts = list["data"].as_array().unwrap().iter();
    let named = |contact: &&Value| contact["attributes"]["name"] == "hopper, grace";
    let owner = contacts.find(named).unwrap()["id"].as_str().unwrap();
    let number = ["--number", "+1 (212) 555-0147", "--json"];
    let words = [&["phone", "add", "--owner", owner][..], &number].concat();
    let (status, told, warned) = shell.run(&words, "");
    assert!(status == 0 && told.starts_with('{'), "{told}");
    assert!(
        warned.contains("is also a number of Grace Hopper"),
        "{warned}"
    );
}

#[test]
fn lines_for_programs_can_end_with_nul() {
    let shell = Shell::new();
    let found = "Ada Lovelace +442079460018\0";
    let layout = ["--format", "{name} {e164}", "--print0"];
    let words = [&["find", "ada"][..], &layout].concat();
    assert_eq!(shell.run(&words, ""), (0, found.to_owned(), String::new()));
    let words = [&["who", "+442079460018"][..], &layout].concat();
    assert_eq!(shell.run(&words, "").1, found);
    let (_, keys, _) = shell.run(&["keys"], "");
    assert!(
        keys.lines().all(|line| line.matches('\t').count() == 3),
        "{keys}"
    );
}

#[test]
fn a_wrong_word_is_told_with_those_that_there_are() {
    let shell = Shell::new();
    let (status, _, error) = shell.run(&["find", "ada", "--format", "{shoe}"], "");
    assert!(
        status == 2 && error.contains("{shoe}") && error.contains("e164"),
        "{error}"
    );
    let (status, _, error) = shell.run(&["fix", "--confirm-source", "nope"], "");
    assert!(
        status == 3 && error.contains("nope") && error.contains("vcard"),
        "{error}"
    );
    let out = shell.folder.path().join("book.xyz");
    let (status, _, error) = shell.run(&["export", "-o", out.to_str().unwrap()], "");
    assert!(
        status == 2 && error.contains(".xyz") && error.contains(".csv"),
        "{error}"
    );
    for words in [&["export", "zzz"][..], &["export", "-o", "none.vcf", "zzz"]] {
        let (status, told, error) = shell.run(words, "");
        assert_eq!((status, told.as_str()), (3, ""), "{error}");
        assert!(error.contains("no contact matches zzz"), "{error}");
    }
    assert!(!std::path::Path::new("none.vcf").exists());
    let text = shell.folder.path().join("notes.txt");
    std::fs::write(&text, "buy milk").unwrap();
    let (status, _, error) = shell.run(&["restore", text.to_str().unwrap()], "");
    assert!(status == 2 && error.contains("is not a backup"), "{error}");
}

#[test]
fn pictures_and_programs_are_not_imported() {
    let shell = Shell::new();
    let noise: Vec<u8> = (0u32..4_000)
        .map(|at| at.wrapping_mul(2_654_435_761).to_le_bytes()[2])
        .collect();
    let png = [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".as_slice(), &noise].concat();
    let program = std::fs::read(env!("CARGO_BIN_EXE_callbook")).unwrap();
    for (name, bytes) in [
        ("logo.png", &*png),
        ("list.csv", &*png),
        ("tool", &program[..65_536]),
    ] {
        let file = shell.folder.path().join(name);
        std::fs::write(&file, bytes).unwrap();
        let (status, told, error) = shell.run(&["import", file.to_str().unwrap()], "");
        assert_eq!((status, told.as_str()), (2, ""), "{name}: {error}");
        assert!(error.contains("is not a text file"), "{name}: {error}");
    }
}

#[test]
fn a_list_of_numbers_says_whose_they_are() {
    let shell = Shell::new();
    let (_, told, _) = shell.run(&["phone", "list"], "");
    assert!(told.starts_with("Ada Lovelace  +44 20 7946 0018"), "{told}");
}

#[test]
fn what_programs_may_read_is_json_where_they_ask_for_it() {
    let shell = Shell::new();
    let (status, made) = shell.json(&["backup", "--json"], "");
    assert_eq!(status, 0);
    let made = made["data"]["path"].as_str().unwrap().to_owned();
    let (_, listed) = shell.json(&["backup", "list", "--json"], "");
    assert_eq!(listed["data"][0]["path"], made);
    assert_eq!(listed["data"][0]["book"], "this");
    let (_, verified) = shell.json(&["backup", "--json", "verify"], "");
    assert_eq!(verified["data"][0]["fault"], serde_json::Value::Null);
    let (_, undone) = shell.json(&["undo", "--json"], "");
    assert!(undone["data"][0]["step"].is_u64(), "{undone}");
    let (status, nothing) = shell.json(&["undo", "--json"], "");
    assert_eq!((status, nothing["data"].as_array().unwrap().len()), (3, 0));
    let (_, redone) = shell.json(&["redo", "--json"], "");
    assert_eq!(redone["data"][0]["title"], undone["data"][0]["title"]);
    let (_, restored) = shell.json(&["restore", "--json", &made], "");
    assert_eq!(restored["data"]["restored"], made);
    let (_, pruned) = shell.json(&["backup", "prune", "--all-but-newest", "--json"], "");
    assert_eq!(pruned["data"]["dropped"].as_array().unwrap().len(), 1);
    let (_, found) = shell.json(&["contact", "list", "--json"], "");
    let id = found["data"][0]["id"].as_str().unwrap().to_owned();
    let (_, reverted) = shell.json(&["revert", &id, "--after", "1", "--json"], "");
    assert_eq!(reverted["data"].as_array().unwrap().len(), 0);
    let (_, config) = shell.json(&["config", "--json"], "");
    assert_eq!(config["data"]["home"], "DE");
    std::fs::write(&made, "no backup").unwrap();
    let (status, verified) = shell.json(&["backup", "verify", "--json"], "");
    assert_eq!(status, 1);
    let mut backups = verified["data"].as_array().unwrap().iter();
    assert!(backups.any(|one| one["path"] == made && one["fault"].is_string()));
}

#[test]
fn the_home_country_is_that_of_telephone_numbers() {
    let shell = Shell::new();
    let home = |place: &[(&str, &str)]| {
        let told = shell.run_in(place, &["config"], "").1;
        told.lines()
            .find(|line| line.starts_with("home"))
            .unwrap()
            .to_owned()
    };
    let german = ("LANG", "de_DE.UTF-8");
    assert!(home(&[german]).contains("Germany, by LANG"));
    let italian = home(&[german, ("LC_TELEPHONE", "it_IT.UTF-8")]);
    assert!(italian.contains("Italy, by LC_TELEPHONE"), "{italian}");
    assert!(home(&[german, ("LC_ALL", "C.UTF-8")]).contains("Germany"));
    assert!(home(&[("LANG", "C.UTF-8")]).contains("no country"));
}
