//! Documents of the Phone resource over the command line: what is refused, by which name and at
//! which pointer, and what an error carries.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use assert_cmd::Command;
use serde_json::{Value, json};

const ADA: &str = "+44 20 7946 0018";

struct Shell {
    folder: tempfile::TempDir,
}

impl Shell {
    /// A book with Ada, who has one number, and Bob, who has none.
    fn new() -> Self {
        let shell = Self {
            folder: tempfile::tempdir().unwrap(),
        };
        assert_eq!(shell.run(&["add", "Ada Lovelace", ADA], "").0, 0);
        shell.json(&["contact", "create", "--name", "Bob", "--json"], "");
        shell
    }

    fn db(&self) -> PathBuf {
        self.folder.path().join("book.db")
    }

    fn run(&self, words: &[&str], input: &str) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_callbook"))
            .env("HOME", self.folder.path())
            .env("LC_ALL", "en_GB.UTF-8")
            .current_dir(self.folder.path())
            .arg("--db")
            .arg(self.db())
            .args(words)
            .write_stdin(input)
            .output()
            .unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let status = output.status.code().unwrap();
        (status, text(output.stdout), text(output.stderr))
    }

    fn json(&self, words: &[&str], input: &str) -> (i32, Value) {
        let (status, told, error) = self.run(words, input);
        let value = serde_json::from_str(&told).unwrap_or_else(|_| panic!("{told}{error}"));
        (status, value)
    }

    fn contact(&self, name: &str) -> String {
        let (_, all) = self.json(&["contact", "list", "--json"], "");
        let all = all["data"].as_array().unwrap();
        let one = all.iter().find(|one| one["attributes"]["name"] == name);
        one.unwrap()["id"].as_str().unwrap().to_owned()
    }

    /// The only phone, as a resource.
    fn phone(&self) -> Value {
        self.json(&["phone", "list", "--json"], "").1["data"][0].clone()
    }

    fn create(&self, owner: &str, document: &Value) -> (i32, Value) {
        let words = ["phone", "create", "--owner", owner, "-", "--json"];
        self.json(&words, &document.to_string())
    }

    fn update(&self, id: &str, document: &Value) -> (i32, Value) {
        self.json(
            &["phone", "update", id, "-", "--json"],
            &document.to_string(),
        )
    }
}

/// The details of a refusal by their pointers.
fn faults(refused: &Value) -> BTreeMap<String, String> {
    let errors = refused["errors"].as_array();
    let errors = errors.unwrap_or_else(|| panic!("no refusal: {refused:#}"));
    errors
        .iter()
        .map(|error| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (text(&error["source"]["pointer"]), text(&error["detail"]))
        })
        .collect()
}

fn pointers(refused: &Value) -> Vec<String> {
    faults(refused).into_keys().collect()
}

#[test]
fn a_conflict_carries_the_stored_record() {
    let shell = Shell::new();
    let phone = shell.phone();
    let id = phone["id"].as_str().unwrap();
    let stale = json!({"location": "home", "updated_in_db_at": "2020-01-01T00:00:00Z"});
    let (status, refused) = shell.update(id, &stale);
    assert_eq!(status, 4);
    assert_eq!(refused["errors"][0]["meta"]["stored"], phone);

    let words = [
        "phone",
        "delete",
        id,
        "--updated-in-db-at",
        "2020-01-01T00:00:00Z",
        "--json",
    ];
    let (status, refused) = shell.json(&words, "");
    assert_eq!(status, 4);
    assert_eq!(refused["errors"][0]["meta"]["stored"], phone);

    let ada = shell.contact("Ada Lovelace");
    let (_, contact) = shell.json(&["contact", "get", &ada, "--json"], "");
    let stale = json!({"note": "n", "updated_in_db_at": "2020-01-01T00:00:00Z"}).to_string();
    let (status, refused) = shell.json(&["contact", "update", &ada, "-", "--json"], &stale);
    assert_eq!(status, 4);
    assert_eq!(refused["errors"][0]["meta"]["stored"], contact["data"]);
    // What is no conflict carries no record.
    let (_, refused) = shell.create(&ada, &json!({"number": ""}));
    assert!(refused["errors"][0].get("meta").is_none());
}

#[test]
fn a_number_that_is_there_is_told_with_all_other_faults() {
    let shell = Shell::new();
    let ada = shell.contact("Ada Lovelace");
    let sent = json!({
        "number": "(0)20 7946 0018", "country_code": "44", "primary": "yes", "colour": "red",
    });
    let (status, refused) = shell.create(&ada, &sent);
    assert_eq!(status, 2);
    let told = faults(&refused);
    assert!(
        told["/data/attributes/number"].contains("already"),
        "{told:?}"
    );
    assert!(told.contains_key("/data/attributes/primary"), "{told:?}");
    assert!(told.contains_key("/data/attributes/colour"), "{told:?}");

    let (_, second) = shell.create(&ada, &json!({"number": "+44 20 7946 0019"}));
    let second = second["data"]["id"].as_str().unwrap();
    let sent = json!({"number": "+442079460018", "historic": 1, "overwrite": true});
    let (status, refused) = shell.update(second, &sent);
    assert_eq!(status, 2);
    assert_eq!(
        pointers(&refused),
        ["/data/attributes/historic", "/data/attributes/number"]
    );
    // A stamp that is missing is one fault more; one that is stale is told where nothing else is.
    let (status, refused) = shell.update(second, &json!({"number": "+442079460018"}));
    assert_eq!(status, 2);
    assert_eq!(
        pointers(&refused),
        [
            "/data/attributes/number",
            "/data/attributes/updated_in_db_at"
        ]
    );
    // An id that is taken, too.
    let sent = json!({"id": second, "number": "+44 20 7946 0018", "primary": 1});
    let (status, refused) = shell.create(&ada, &sent);
    assert_eq!(status, 2);
    assert_eq!(
        pointers(&refused),
        [
            "/data/attributes/id",
            "/data/attributes/number",
            "/data/attributes/primary"
        ]
    );
    let sent = json!({"id": ada, "name": " ", "favourite": 1}).to_string();
    let (status, refused) = shell.json(&["contact", "create", "-", "--json"], &sent);
    assert_eq!(status, 2);
    assert_eq!(
        pointers(&refused),
        [
            "/data/attributes/favourite",
            "/data/attributes/id",
            "/data/attributes/name"
        ]
    );
    let sent = json!({"id": ada, "name": "Ada"}).to_string();
    assert_eq!(
        shell.json(&["contact", "create", "-", "--json"], &sent).0,
        4
    );
}

#[test]
fn faults_of_the_frame_do_not_hide_those_of_the_attributes() {
    let shell = Shell::new();
    let bob = shell.contact("Bob");
    let ada = shell.contact("Ada Lovelace");
    let document = json!({
        "extra": 1,
        "data": {
            "type": "contacts",
            "kind": "x",
            "id": "no uuid",
            "attributes": {"primary": "yes", "a/b~c": 1},
            "relationships": {
                "contact": {"data": {"type": "contacts", "id": ada}},
                "friends": {"data": []},
            },
        },
    });
    let (status, refused) = shell.create(&bob, &document);
    assert_eq!(status, 2);
    assert_eq!(
        pointers(&refused),
        [
            "/data/attributes/a~1b~0c",
            "/data/attributes/id",
            "/data/attributes/number",
            "/data/attributes/primary",
            "/data/kind",
            "/data/relationships/contact",
            "/data/relationships/friends",
            "/data/type",
            "/extra",
        ]
    );
    // People are told the same, without pointers.
    let words = ["phone", "create", "--owner", &bob, "-"];
    let (status, _, told) = shell.run(&words, &document.to_string());
    assert_eq!(status, 2);
    for name in ["a/b~c", "extra", "kind", "friends", "contacts", "primary"] {
        assert!(told.contains(name), "{name}: {told}");
    }
    assert!(!told.contains("/data"), "{told}");
}

#[test]
fn a_new_phone_takes_no_stamp_and_no_overwrite() {
    let shell = Shell::new();
    let bob = shell.contact("Bob");
    for (digit, stamp) in [
        "2020-01-01T00:00:00Z".into(),
        json!(7),
        json!(null),
        json!("soon"),
    ]
    .into_iter()
    .enumerate()
    {
        let number = format!("+44 20 7946 002{digit}");
        let sent = json!({"number": number, "updated_in_db_at": stamp});
        let (status, made) = shell.create(&bob, &sent);
        assert_eq!(status, 0, "{made}");
        assert!(
            made["data"]["attributes"]["updated_in_db_at"]
                .as_str()
                .unwrap()
                > "2024"
        );
    }
    for overwrite in [json!(true), json!(false), json!("peanut butter")] {
        let sent = json!({"number": "+44 20 7946 0030", "overwrite": overwrite});
        let (status, refused) = shell.create(&bob, &sent);
        assert_eq!(
            (status, pointers(&refused)),
            (2, vec!["/data/attributes/overwrite".to_owned()])
        );
        let sent = json!({"name": "Cy", "overwrite": overwrite}).to_string();
        let (status, refused) = shell.json(&["contact", "create", "-", "--json"], &sent);
        assert_eq!(
            (status, pointers(&refused)),
            (2, vec!["/data/attributes/overwrite".to_owned()])
        );
    }
    let sent = json!({"name": "Cy", "updated_in_db_at": [1]}).to_string();
    assert_eq!(
        shell.json(&["contact", "create", "-", "--json"], &sent).0,
        0
    );
}

#[test]
fn two_ids_in_one_document_have_to_agree() {
    let shell = Shell::new();
    let bob = shell.contact("Bob");
    let (one, two) = (
        "01a20fdd-0954-7016-942a-e0fef4241de6",
        "01a20fdd-0954-7016-942a-e0fef4241de7",
    );
    let document = |inner: &str| json!({"data": {"id": one, "attributes": {"id": inner, "number": "+44 20 7946 0040"}}});
    let (status, refused) = shell.create(&bob, &document(two));
    assert_eq!(
        (status, pointers(&refused)),
        (2, vec!["/data/id".to_owned()])
    );
    let (status, made) = shell.create(&bob, &document(&one.to_uppercase()));
    assert_eq!((status, &made["data"]["id"]), (0, &json!(one)));
    // An update is about the phone that is named; the document has to agree.
    let sent = json!({"data": {"id": two, "attributes": {"location": "x", "overwrite": true}}});
    let (status, refused) = shell.update(one, &sent);
    assert_eq!(
        (status, pointers(&refused)),
        (2, vec!["/data/attributes/id".to_owned()])
    );
}

#[test]
fn a_name_that_is_given_twice_is_refused() {
    let shell = Shell::new();
    let bob = shell.contact("Bob");
    let words = ["phone", "create", "--owner", &bob, "-", "--json"];
    for (text, pointer) in [
        (
            r#"{"number":"+44 20 7946 0041","number":"+44 20 7946 0042"}"#,
            "/data/attributes/number",
        ),
        (
            r#"{"data":{"attributes":{"number":"+44 20 7946 0041","\u006eumber":"x"}}}"#,
            "/data/attributes/number",
        ),
        (
            r#"{"data":{"type":"phone_numbers","type":"phone_numbers","attributes":{"number":"+44 20 7946 0041"}}}"#,
            "/data/type",
        ),
        (
            r#"{"data":{"attributes":{"number":"x"}},"data":{"attributes":{"number":"+44 20 7946 0041"}}}"#,
            "/data",
        ),
    ] {
        let (status, refused) = shell.json(&words, text);
        assert_eq!(
            (status, pointers(&refused)),
            (2, vec![pointer.to_owned()]),
            "{text}"
        );
        assert!(faults(&refused)[pointer].contains("twice"), "{refused}");
    }
    let text = r#"{"name":"Cy","details":[{"kind":"email","value":"a","value":"b"}]}"#;
    let (status, refused) = shell.json(&["contact", "create", "-", "--json"], text);
    assert_eq!(
        (status, pointers(&refused)),
        (2, vec!["/data/attributes/details/0/value".to_owned()])
    );
}

#[test]
fn a_phone_changes_its_owner_by_no_document() {
    let shell = Shell::new();
    let bob = shell.contact("Bob");
    let mut phone = shell.phone();
    let id = phone["id"].as_str().unwrap().to_owned();
    // What get writes names the owner, and is taken back.
    let (status, _) = shell.update(&id, &json!({"data": phone}));
    assert_eq!(status, 0);
    phone = shell.phone();
    phone["relationships"]["contact"]["data"]["id"] = json!(bob);
    let (status, refused) = shell.update(&id, &json!({"data": phone}));
    assert_eq!(
        (status, pointers(&refused)),
        (2, vec!["/data/relationships/contact".to_owned()])
    );
    for wrong in [
        json!(null),
        json!({"data": null}),
        json!({"data": {"type": "firms", "id": bob}}),
    ] {
        phone["relationships"]["contact"] = wrong;
        let (status, refused) = shell.update(&id, &json!({"data": phone}));
        assert_eq!(
            (status, pointers(&refused)),
            (2, vec!["/data/relationships/contact".to_owned()]),
            "{refused}"
        );
    }
    let document = json!({"data": {
        "attributes": {"name": "Cy"},
        "relationships": {"contact": {"data": {"type": "contacts", "id": bob}}},
    }});
    let (status, refused) =
        shell.json(&["contact", "create", "-", "--json"], &document.to_string());
    assert_eq!(
        (status, pointers(&refused)),
        (2, vec!["/data/relationships/contact".to_owned()])
    );
}

#[test]
fn an_unreadable_document_is_an_error_document() {
    let shell = Shell::new();
    let bob = shell.contact("Bob");
    fs::write(
        shell.folder.path().join("latin.json"),
        b"{\"number\":\"\xe9\"}",
    )
    .unwrap();
    for (document, input, words) in [
        ("-", "{", "not JSON"),
        ("-", "", "not JSON"),
        ("-", "[]", "JSON object"),
        ("-", r#"{"data":[]}"#, "one resource object"),
        ("-", r#"{"data":{"attributes":7}}"#, "attributes"),
        ("nowhere.json", "", "nowhere.json"),
        (".", "", "cannot read ."),
        ("latin.json", "", "UTF-8"),
    ] {
        for command in [
            vec!["phone", "create", "--owner", &bob, document],
            vec!["contact", "create", document],
        ] {
            let (status, told, error) = shell.run(&command, input);
            assert_eq!(
                (status, told.as_str()),
                (2, ""),
                "{document} {input}: {error}"
            );
            assert!(error.contains(words), "{error}");
            let command = [command, vec!["--json"]].concat();
            let (status, refused) = shell.json(&command, input);
            assert_eq!(status, 2, "{refused}");
            assert_eq!(refused["errors"][0]["status"], "400");
            assert!(refused.to_string().contains(words), "{refused}");
        }
    }
    // A frame with several faults tells all of them, though its attributes cannot be read.
    let words = ["phone", "create", "--owner", &bob, "-", "--json"];
    let (_, refused) = shell.json(&words, r#"{"data":{"attributes":7,"type":"x"},"extra":1}"#);
    assert_eq!(
        pointers(&refused),
        ["/data/attributes", "/data/type", "/extra"]
    );
}

/// What acts on a terminal, or turns a line round, stands in JSON as an escape: the value is the same.
#[test]
fn json_holds_no_sign_that_acts_on_a_terminal() {
    let shell = Shell::new();
    let name =
        "A\u{7f}\u{9b}31m\u{85}\u{202e}cba\u{2066}\u{200f}\u{feff}\u{2028}\u{e0041}é\u{200d}丸";
    let document = json!({"name": name}).to_string();
    let (status, made) = shell.json(&["contact", "create", "-", "--json"], &document);
    assert_eq!(
        (status, &made["data"]["attributes"]["name"]),
        (0, &json!(name))
    );
    let id = made["data"]["id"].as_str().unwrap();
    let (_, shown, _) = shell.run(&["contact", "get", id, "--json"], "");
    assert!(
        shown.contains("\\u007f\\u009b31m\\u0085\\u202ecba\\u2066\\u200f"),
        "{shown}"
    );
    assert!(shown.contains("\\udb40\\udc41é\u{200d}丸"), "{shown}");
    let acts = |sign: char| {
        sign.is_control() && sign != '\n'
            || matches!(sign, '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    assert!(!shown.contains(acts), "{shown:?}");
}

#[test]
fn export_by_force_replaces_what_a_link_names_and_writes_to_what_is_no_file() {
    use std::os::unix::fs::{FileTypeExt as _, symlink};
    let shell = Shell::new();
    let place = |name: &str| shell.folder.path().join(name);
    let path = |name: &str| place(name).to_str().unwrap().to_owned();
    fs::create_dir(place("kept")).unwrap();
    fs::write(place("kept/ada.vcf"), "old").unwrap();
    symlink("ada.vcf", place("kept/one.vcf")).unwrap();
    symlink("kept/one.vcf", place("two.vcf")).unwrap();
    symlink("kept/none.vcf", place("dangling.vcf")).unwrap();
    symlink("self.vcf", place("self.vcf")).unwrap();
    for name in ["two.vcf", "dangling.vcf", "self.vcf"] {
        let (status, _, told) = shell.run(&["export", "-o", &path(name)], "");
        assert!(status == 1 && told.contains("--force"), "{name}: {told}");
    }
    assert_eq!(fs::read(place("kept/ada.vcf")).unwrap(), b"old");
    for (name, target) in [
        ("two.vcf", "kept/ada.vcf"),
        ("dangling.vcf", "kept/none.vcf"),
    ] {
        let (status, _, told) = shell.run(&["export", "--force", "-o", &path(name)], "");
        assert_eq!(status, 0, "{told}");
        assert!(
            place(name).symlink_metadata().unwrap().is_symlink(),
            "{name}"
        );
        let written = fs::read_to_string(place(target)).unwrap();
        assert!(written.contains("FN:Ada Lovelace"), "{written}");
    }
    assert!(
        place("kept/one.vcf")
            .symlink_metadata()
            .unwrap()
            .is_symlink()
    );
    let (status, _, told) = shell.run(&["export", "--force", "-o", &path("self.vcf")], "");
    assert!(status == 1 && told.contains("self.vcf"), "{told}");

    let made = std::process::Command::new("mkfifo")
        .arg(place("pipe"))
        .status();
    assert!(made.unwrap().success());
    symlink("pipe", place("to-pipe")).unwrap();
    for name in ["pipe", "to-pipe"] {
        let (status, _, told) = shell.run(&["export", "-o", &path(name)], "");
        assert!(status == 1 && told.contains("--force"), "{told}");
        let reader = std::thread::spawn({
            let pipe = place("pipe");
            move || fs::read_to_string(pipe).unwrap()
        });
        let (status, _, told) = shell.run(&["export", "--force", "-o", &path(name)], "");
        assert_eq!(status, 0, "{told}");
        assert!(reader.join().unwrap().contains("FN:Ada Lovelace"));
        assert!(
            place("pipe")
                .symlink_metadata()
                .unwrap()
                .file_type()
                .is_fifo()
        );
    }
    let (status, _, told) = shell.run(&["export", "--force", "-o", "/dev/null"], "");
    assert_eq!(status, 0, "{told}");
    assert!(
        PathBuf::from("/dev/null")
            .metadata()
            .unwrap()
            .file_type()
            .is_char_device()
    );
    let (status, _, told) = shell.run(&["export", "--force", "-o", "/dev/full"], "");
    assert!(status == 1 && told.contains("/dev/full"), "{told}");
}

#[test]
fn a_spreadsheet_gets_no_formula_in_any_disguise() {
    let shell = Shell::new();
    let signs = [
        "=", "+", "-", "@", "\t", "\r", "\n", "\u{ff1d}", "\u{ff0b}", "\u{ff0d}", "\u{ff20}",
    ];
    let bob = shell.contact("Bob");
    for sign in signs {
        // A note keeps what it begins with only inside: the cell is the one of a label.
        let details = json!([{"kind": "link", "label": null, "value": format!("{sign}1+1")}]);
        let sent = json!({"details": details, "overwrite": true}).to_string();
        assert_eq!(
            shell
                .json(&["contact", "update", &bob, "-", "--json"], &sent)
                .0,
            0
        );
        for form in ["csv", "google"] {
            let words = ["export", "--as", form, "--spreadsheet-safe", "--id", &bob];
            let (status, table, told) = shell.run(&words, "");
            assert_eq!(status, 0, "{told}");
            let mut reader = csv::Reader::from_reader(table.as_bytes());
            let row = reader.records().next().unwrap().unwrap();
            // Blanks at its beginning are not stored.
            let guarded = match format!("{sign}1+1").trim() {
                "1+1" => "1+1".to_owned(),
                sign => format!("'{sign}"),
            };
            assert!(
                row.iter().any(|cell| cell == guarded),
                "{sign:?}: {table:?}"
            );
        }
    }
}

/// A number, a label or a source with a line end in it must not become a line of its own on a card.
#[test]
fn nothing_that_is_stored_puts_a_property_on_a_card() {
    let shell = Shell::new();
    let bob = shell.contact("Bob");
    for (at, end) in [
        "\r\n",
        "\n",
        "\r",
        "\u{85}",
        "\u{2028}",
        "\u{b}",
        "\";X-Y=\"",
        "\r\n ",
    ]
    .iter()
    .enumerate()
    {
        let text = format!("x{at}{end}EMAIL:evil@example.org");
        let sent = json!({
            "number": text, "location": text, "source": text, "valid_values": false,
            "country_code": "39",
        });
        assert_eq!(shell.create(&bob, &sent).0, 0);
    }
    let details = json!([{"kind": "link", "label": "a\r\nEMAIL:evil@example.org", "value": "x"}]);
    let sent = json!({"details": details, "overwrite": true}).to_string();
    assert_eq!(
        shell
            .json(&["contact", "update", &bob, "-", "--json"], &sent)
            .0,
        0
    );
    for version in [
        &["export", "--id", &bob][..],
        &["export", "--id", &bob, "--card-version", "4.0"],
    ] {
        let (status, card, told) = shell.run(version, "");
        assert_eq!(status, 0, "{told}");
        // A line that goes on in the next begins with a space there.
        for line in card.split(['\r', '\n']) {
            assert!(!line.to_uppercase().starts_with("EMAIL"), "{card}");
        }
        let other = Shell::new();
        assert_eq!(other.run(&["import", "-"], &card).0, 0);
        let (_, read) = other.json(&["contact", "get", &other.contact("Bob"), "--json"], "");
        let details = read["data"]["attributes"]["details"].to_string();
        assert!(!details.contains("\"email\""), "{details}");
    }
}

/// A quote must not end the value of a parameter, and what follows be read as others.
#[test]
fn nothing_that_is_stored_puts_a_parameter_on_a_line() {
    let shell = Shell::new();
    let bob = shell.contact("Bob");
    let injected = "x\";HISTORIC=TRUE;ACCURATE=TRUE;Q=\":y";
    for (number, label, source) in [
        (injected, "home", "csv"),
        ("+39 02 5550 1001", injected, "csv"),
        ("+39 02 5550 1002", "home", injected),
    ] {
        let sent = json!({
            "number": number, "location": label, "source": source,
            "valid_values": false, "historic": false,
        });
        assert_eq!(shell.create(&bob, &sent).0, 0);
    }
    for version in ["3.0", "4.0"] {
        let export = ["export", "--id", &bob, "--card-version", version];
        let (status, card, told) = shell.run(&export, "");
        assert_eq!(status, 0, "{told}");
        let other = Shell::new();
        assert_eq!(other.run(&["import", "-"], &card).0, 0);
        let (_, read) = other.json(&["phone", "list", "--json"], "");
        let phones = read["data"].as_array().unwrap();
        assert_eq!(phones.len(), 4, "{card}");
        for phone in phones {
            assert_eq!(phone["attributes"]["historic"], false, "{card}\n{phone}");
        }
    }
}

/// What a person pastes from a mail program or a page is the address in it.
#[test]
fn an_email_is_read_out_of_a_link_or_beside_a_name() {
    let shell = Shell::new();
    let id = shell.contact("Bob");
    let given = [
        "mailto:ada@example.org",
        "MAILTO:bo@example.org?subject=Hello%20Bo",
        "Cy Cole <cy@example.org>",
        "<mailto:di@example.org>",
        "\"Eve\" <eve@example.org>",
        "fay@example.org",
    ];
    let wanted = ["ada", "bo", "cy", "di", "eve", "fay"].map(|name| format!("{name}@example.org"));
    let details = given.map(|email| json!({"kind": "email", "value": email}));
    let sent = json!({"data": {"type": "contacts", "id": id,
        "attributes": {"details": details, "overwrite": true}}});
    let (status, told) = shell.json(
        &["contact", "update", &id, "-", "--json"],
        &sent.to_string(),
    );
    assert_eq!(status, 0, "{told}");
    let read = told["data"]["attributes"]["details"].as_array().unwrap();
    let read: Vec<&str> = read
        .iter()
        .map(|own| own["value"].as_str().unwrap())
        .collect();
    assert_eq!(read, wanted);
    for email in given {
        let (status, _, why) = shell.run(&["add", "Zoe", "--email", email, "--json"], "");
        assert_eq!(status, 0, "{why}");
    }
    let (_, cards, _) = shell.run(&["export", "Zoe"], "");
    for email in wanted {
        assert!(cards.contains(&format!("\r\nEMAIL:{email}\r\n")), "{cards}");
    }
    // Without an address in it, it is refused as before.
    let (status, ..) = shell.run(&["add", "Zoe", "--email", "mailto:ada"], "");
    assert_ne!(status, 0);
}
