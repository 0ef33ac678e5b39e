//! A contact by hand from the shell: added in one line, and edited as text.

use std::cell::RefCell;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::rc::Rc;

use serde_json::{Value, json};

use crate::cli::Shell;
use crate::support::desk::Desk;

fn attributes(shell: &Shell, id: &str) -> Value {
    let (status, found) = shell.json(&["contact", "get", id, "--json"], "");
    assert_eq!(status, 0, "{found}");
    found["data"]["attributes"].clone()
}

fn id_of(document: &Value) -> String {
    document["data"]["id"].as_str().unwrap().to_owned()
}

#[test]
fn add_takes_all_that_is_known_of_a_contact() {
    let shell = Shell::new();
    let words = [
        "add",
        "--json",
        "Grace Hopper",
        "+1 650 253 0000",
        "--email",
        "grace@example.org",
        "--email",
        "work=g=h@navy.example",
        "--company",
        "Navy",
        "--department",
        "Research",
        "--title",
        "Rear admiral",
        "--role",
        "Programmer",
        "--birthday",
        "1906-12-09",
        "--address",
        "home=1 Main St, Springfield, IL 62701, USA",
        "--link",
        "https://example.org/?a=b",
        "--chat",
        "signal=+16502530000",
        "--relation",
        "spouse=Vincent",
        "--note",
        "Compilers",
        "--tag",
        "navy",
        "--tag",
        "first",
        "--nickname",
        "Amazing Grace",
        "--prefix",
        "Dr.",
        "--favourite",
    ];
    let (status, told) = shell.json(&words, "");
    assert_eq!(status, 0, "{told}");
    let grace = attributes(&shell, &id_of(&told));
    for (name, value) in [
        ("name", json!("Dr. Grace Hopper")),
        ("prefix", json!("Dr.")),
        ("given_name", json!("Grace")),
        ("family_name", json!("Hopper")),
        ("organisation", json!("Navy")),
        ("department", json!("Research")),
        ("title", json!("Rear admiral")),
        ("role", json!("Programmer")),
        ("note", json!("Compilers")),
        ("nickname", json!("Amazing Grace")),
        ("tags", json!(["navy", "first"])),
        ("favourite", json!(true)),
    ] {
        assert_eq!(grace[name], value, "{name}");
    }
    let details = grace["details"].as_array().unwrap().iter();
    let said = details.map(|detail| {
        (
            detail["kind"].clone(),
            detail["label"].clone(),
            detail["value"].clone(),
        )
    });
    let said: Vec<_> = said
        .map(|(kind, label, value)| json!([kind, label, value]))
        .collect();
    let address = json!({"street": "1 Main St", "locality": "Springfield", "region": "IL", "postal_code": "62701", "country": "USA"});
    let wanted = [
        json!(["email", null, "grace@example.org"]),
        json!(["email", "work", "g=h@navy.example"]),
        json!(["address", "home", address]),
        json!(["link", null, "https://example.org/?a=b"]),
        json!(["chat", "signal", "+16502530000"]),
        json!(["relation", "spouse", "Vincent"]),
        json!(["date", "birthday", {"year": 1906, "month": 12, "day": 9}]),
    ];
    assert_eq!(said, wanted);
}

#[test]
fn add_tells_all_that_is_wrong_at_once_and_adds_nothing() {
    let shell = Shell::new();
    let words = [
        "add",
        "Grace Hopper",
        "+1 650 253 0000",
        "--email",
        "no at sign",
        "--birthday",
        "30.2.1980",
        "--address",
        " ",
        "--kind",
        "robot",
        "--label",
        "a",
        "--label",
        "b",
    ];
    let (status, _, told) = shell.run(&words, "");
    assert_eq!(status, 2, "{told}");
    for words in [
        "no at sign has no @",
        "there is no 30 February 1980",
        "address cannot be blank",
        "kind has to be",
        "2 labels for 1 number",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert_eq!(shell.run(&["find", "grace"], "").0, 3);
}

#[test]
fn add_says_that_a_contact_is_there_and_with_if_new_does_not_add_it() {
    let shell = Shell::new();
    for (words, why) in [
        (&["ada lovelace"][..], "Ada Lovelace is in the book"),
        (&["Countess"][..], ""),
        (
            &["Countess", "+44 (0)20 7946 0018"][..],
            "+44 20 7946 0018 is a number of Ada Lovelace",
        ),
    ] {
        let add = [&["add", "--if-new"], words].concat();
        let (status, told, error) = shell.run(&add, "");
        if why.is_empty() {
            assert_eq!((status, &*told), (0, "Added Countess\n"), "{error}");
            assert_eq!(shell.run(&["undo"], "").0, 0);
            continue;
        }
        assert_eq!((status, &*told), (4, ""), "{error}");
        assert!(error.contains(why), "{error}");
        let add = [&["add"], words].concat();
        let (status, _, error) = shell.run(&add, "");
        assert_eq!(status, 0, "{error}");
        assert!(error.contains("Ada Lovelace"), "{error}");
        assert_eq!(shell.run(&["undo"], "").0, 0);
    }
}

#[test]
fn every_text_of_a_contact_has_a_flag() {
    let shell = Shell::new();
    let texts = [
        ("--prefix", "prefix"),
        ("--given-name", "given_name"),
        ("--additional-name", "additional_name"),
        ("--family-name", "family_name"),
        ("--suffix", "suffix"),
        ("--phonetic-given-name", "phonetic_given_name"),
        ("--phonetic-family-name", "phonetic_family_name"),
        ("--sort-as", "sort_as"),
        ("--nickname", "nickname"),
        ("--company", "organisation"),
        ("--organisation", "organisation"),
        ("--department", "department"),
        ("--title", "title"),
        ("--role", "role"),
        ("--note", "note"),
    ];
    let (_, told) = shell.json(&["contact", "create", "--json", "--name", "Grace"], "");
    let id = id_of(&told);
    for (flag, name) in texts {
        for value in ["some text", ""] {
            let words = [
                "contact",
                "update",
                &id,
                "--overwrite",
                "--json",
                "--name",
                "Grace Hopper",
                flag,
                value,
            ];
            let (status, told) = shell.json(&words, "");
            assert_eq!(status, 0, "{told}");
            let wanted = if value.is_empty() {
                json!(null)
            } else {
                json!(value)
            };
            assert_eq!(attributes(&shell, &id)[name], wanted, "{flag}");
        }
    }
    let words = [
        "contact",
        "update",
        &id,
        "--overwrite",
        "--json",
        "--kind",
        "company",
        "--tag",
        "a",
        "--favourite=false",
    ];
    assert_eq!(shell.json(&words, "").0, 0);
    let company = attributes(&shell, &id);
    assert_eq!(
        json!([company["kind"], company["tags"], company["favourite"]]),
        json!(["company", ["a"], false])
    );
}

/// An editor that runs these lines on the file that is `$1`; each start of it is a line of `starts`.
struct Editor {
    folder: tempfile::TempDir,
}

impl Editor {
    fn new(lines: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let script = folder.path().join("editor");
        let starts = folder.path().join("starts");
        let text = format!(
            "#!/bin/sh\necho >> {starts}\ncp \"$1\" {folder}/seen-$(wc -l < {starts} | tr -d ' ')\n[ $(wc -l < {starts}) -gt 5 ] && exit 9\n{lines}\n",
            starts = starts.display(),
            folder = folder.path().display()
        );
        fs::write(&script, text).unwrap();
        fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
        Self { folder }
    }

    fn edits(&self, shell: &Shell, name: &str) -> (i32, String, String) {
        let script = self.folder.path().join("editor");
        let place = [
            ("EDITOR", script.to_str().unwrap()),
            ("VISUAL", script.to_str().unwrap()),
            ("TMPDIR", self.folder.path().to_str().unwrap()),
            ("LANG", "en_GB.UTF-8"),
        ];
        shell.run_in(&place, &["edit", name], "")
    }

    /// What the editor got at a start of it, from 1 on.
    fn saw(&self, start: usize) -> String {
        let seen = self.folder.path().join(format!("seen-{start}"));
        fs::read_to_string(seen).unwrap_or_default()
    }

    /// The texts that were left behind.
    fn kept(&self) -> Vec<String> {
        let files = fs::read_dir(self.folder.path()).unwrap();
        let paths = files.map(|file| file.unwrap().path());
        let kept = paths.filter(|path| path.extension().is_some_and(|ending| ending == "toml"));
        kept.map(|path| fs::read_to_string(path).unwrap()).collect()
    }
}

const ADA: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Ada Lovelace\nN:Lovelace;Ada;;;\nTEL;TYPE=CELL:+44 20 7946 0018\n\
TEL:+44 20 7946 0019\nEMAIL;TYPE=HOME:ada@example.org\nADR;TYPE=HOME:;;12 Square;London;;SW1;UK\nBDAY:1815-12-10\n\
NOTE:first\\nsecond\nEND:VCARD\n";

fn book_of_ada() -> (Shell, String) {
    let shell = Shell::new();
    shell.import(ADA);
    let (_, found) = shell.json(&["contact", "list", "--json", "--filter", "uid=1"], "");
    let id = found["data"][0]["id"].as_str().unwrap().to_owned();
    (shell, id)
}

#[test]
fn a_whole_contact_is_edited_in_one_step() {
    let (shell, id) = book_of_ada();
    let before = attributes(&shell, &id);
    let editor = Editor::new(
        "sed -i -e 's/^company = .*/company = \"Engines\"/' -e 's/^nickname.*/nickname = \"Countess\"/' \\\n\
         -e 's/^link = .*/link = \"https:..ada.example\"/' -e 's/^postal_code = .*/postal_code = \"SW1Y\"/' \\\n\
         -e 's/1815-12-10/--12-10/' -e 's/7946 0018/7946 0077/' -e '/^  { value = .ada@example/a \"ada@work.example\",' \"$1\"\n\
         printf '[[number]]\\nnumber = \"02 5550 1182\"\\ncountry = \"Italy\"\\nlabel = \"work\"\\n' >> \"$1\"",
    );
    let (status, told, error) = editor.edits(&shell, "ada");
    assert_eq!(status, 0, "{error}{}", editor.saw(1));
    assert!(told.contains("Ada Lovelace"), "{told}");
    assert!(editor.kept().is_empty());
    let (_, found) = shell.json(&["contact", "get", &id, "--json"], "");
    let ada = &found["data"]["attributes"];
    assert_eq!(ada["organisation"], "Engines");
    assert_eq!(ada["nickname"], "Countess");
    assert_eq!(ada["note"], "first\nsecond");
    let details = ada["details"].as_array().unwrap();
    let of = |kind: &str| {
        let details = details.iter().filter(|detail| detail["kind"] == kind);
        details
            .map(|detail| detail["value"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of("email"),
        [json!("ada@example.org"), json!("ada@work.example")]
    );
    assert_eq!(of("link"), [json!("https:..ada.example")]);
    assert_eq!(of("date"), [json!({"year": null, "month": 12, "day": 10})]);
    assert_eq!(of("address")[0]["postal_code"], "SW1Y");
    let numbers = found["included"].as_array().unwrap().iter();
    let mut numbers: Vec<&str> = numbers
        .map(|phone| phone["attributes"]["number"].as_str().unwrap())
        .collect();
    numbers.sort_unstable();
    assert_eq!(numbers, ["+390255501182", "+442079460019", "+442079460077"]);
    assert_eq!(shell.run(&["undo"], "").0, 0);
    let mut after = attributes(&shell, &id);
    for moment in ["updated_at", "updated_in_db_at"] {
        after[moment] = before[moment].clone();
    }
    assert_eq!(after, before, "one undo takes all of it back");
}

#[test]
fn all_mistakes_are_shown_above_their_lines_and_the_text_is_kept() {
    let (shell, id) = book_of_ada();
    let before = attributes(&shell, &id);
    for (edit, line, why) in [
        (
            "s/^name = .*/name = \"  \"/",
            "name = ",
            "name cannot be blank",
        ),
        (
            "s/^nickname = .*/nickname = 3/",
            "nickname = ",
            "nickname has to be a string, not a number",
        ),
        ("s/^nickname = .*/pet = \"x\"/", "pet = ", "unknown key pet"),
        ("s/^nickname = .*/nickname = /", "nickname = ", ""),
        ("s/^kind = .*/kind = \"robot\"/", "kind = ", "person"),
        ("s/ada@example.org/ada/", "  { value = \"ada\"", "has no @"),
        (
            "s/1815-12-10/30 February 1815/",
            "  { value = \"30 Feb",
            "there is no 30 February",
        ),
        (
            "s/^link = .*/link = [{ value = \"a\", preferred = true}, {value = \"b\", preferred = true}]/",
            "link = ",
            "preferred can be true",
        ),
        (
            "s/^link = .*/link = [{ value = \"a\", labl = \"x\" }]/",
            "link = ",
            "unknown key labl",
        ),
        (
            "s/^street = .*\\|^locality = .*\\|^postal_code = .*\\|^country = \"UK\"//",
            "[[address]]",
            "cannot be blank",
        ),
        (
            "s/^country = \"GB\"/country = \"Narnia\"/",
            "country = \"Narnia\"",
            "Narnia is unknown",
        ),
        (
            "s/7946 0018/7946 0019/",
            "number = \"+44 20 7946 0019\"",
            "is listed twice",
        ),
        ("s/^id = \".*-.*/id = \"x\"/", "id = \"x\"", "is no id"),
        (
            "s/^confirmed = .*/confirmed = \"yes\"/",
            "confirmed = \"yes\"",
            "has to be true or false",
        ),
    ] {
        let editor = Editor::new(&format!("sed -i '{edit}' \"$1\""));
        let (status, told, error) = editor.edits(&shell, "ada");
        assert_eq!(
            (status, &*told),
            (2, ""),
            "{edit}: {error}{}",
            editor.saw(1)
        );
        assert!(
            error.contains("mistakes") && error.contains("what you typed is in"),
            "{error}"
        );
        assert!(error.contains(why), "{edit}: {error}");
        let again = editor.kept().concat();
        let lines: Vec<&str> = again.lines().collect();
        let at = lines.iter().position(|line| line.starts_with("# ERROR: "));
        let at = at.unwrap_or_else(|| panic!("{edit}: {again}"));
        assert!(lines[at].contains(why), "{edit}: {}", lines[at]);
        let below = lines[at..].iter().find(|line| !line.starts_with("# ERROR"));
        assert!(below.unwrap().starts_with(line), "{edit}: {again}");
        assert!(editor.saw(2).is_empty(), "nobody is there to put it right");
        assert_eq!(attributes(&shell, &id), before);
    }
}

#[test]
fn several_mistakes_are_told_at_once_and_go_when_they_are_put_right() {
    let mut desk = Desk::new(80, 24, ADA);
    let seen = Rc::new(RefCell::new(Vec::new()));
    let starts = Rc::clone(&seen);
    desk.editor = Some(Box::new(move |text| {
        starts.borrow_mut().push(text.to_owned());
        let text = match starts.borrow().len() {
            1 => text
                .replace("ada@example.org", "ada")
                .replace("1815-12-10", "30.2.1815")
                .replace("7946 0018", "7946 0019"),
            2 => text
                .replace("\"ada\"", "\"a@b.example\"")
                .replace("30.2.1815", "1815"),
            _ => text.replacen(
                "\nnumber = \"+44 20 7946 0019",
                "\nnumber = \"+44 20 7946 0055",
                1,
            ),
        };
        (text, None)
    }));
    desk.press("E");
    let seen = seen.borrow();
    let errors: Vec<usize> = seen
        .iter()
        .map(|text| text.matches("# ERROR: ").count())
        .collect();
    assert_eq!(errors, [0, 3, 1], "{}", seen.concat());
    let ada = desk.shown().contact;
    assert_eq!(ada.emails().next(), Some("a@b.example"), "{}", desk.frame());
}

#[test]
fn an_unchanged_or_empty_text_changes_nothing() {
    let (shell, id) = book_of_ada();
    let before = attributes(&shell, &id);
    for lines in [
        "true",
        ": > \"$1\"",
        "echo >> \"$1\"",
        "echo '# a remark' >> \"$1\"",
    ] {
        let editor = Editor::new(lines);
        let (status, told, error) = editor.edits(&shell, "ada");
        assert_eq!(
            (status, &*told),
            (0, "Nothing to change\n"),
            "{lines}: {error}"
        );
        assert_eq!(attributes(&shell, &id), before);
        assert!(editor.kept().is_empty(), "{lines}");
    }
}

#[test]
fn a_sign_that_is_not_utf_8_is_shown_at_its_line() {
    let (shell, id) = book_of_ada();
    let before = attributes(&shell, &id);
    // An editor that writes Latin-1.
    let editor = Editor::new(
        "printf 'role = \"Fr\\344ser\"\\n' > \"$1\".new; grep -v '^role = ' \"$1\" >> \"$1\".new; \
         mv \"$1\".new \"$1\"",
    );
    let (status, _, error) = editor.edits(&shell, "ada");
    assert_eq!(status, 2, "{error}");
    assert!(error.contains("was not UTF-8"), "{error}");
    assert!(editor.kept().concat().starts_with("# ERROR: "));
    assert_eq!(attributes(&shell, &id), before);
}

#[test]
fn an_editor_that_makes_a_new_mistake_each_time_does_not_run_for_ever() {
    let (shell, id) = book_of_ada();
    let before = attributes(&shell, &id);
    let editor = Editor::new("date +%N >> \"$1\"");
    let (status, _, error) = editor.edits(&shell, "ada");
    assert_eq!(status, 2, "{error}");
    assert!(error.contains("what you typed is in"), "{error}");
    assert!(editor.saw(2).is_empty());
    assert_eq!(attributes(&shell, &id), before);
}

#[test]
fn an_editor_that_is_set_to_nothing_hides_no_other_one() {
    let (shell, id) = book_of_ada();
    let editor = Editor::new("sed -i 's/^nickname = .*/nickname = \"Al\"/' \"$1\"");
    let script = editor.folder.path().join("editor");
    let place = [("EDITOR", script.to_str().unwrap()), ("VISUAL", "")];
    let (status, _, error) = shell.run_in(&place, &["edit", "ada"], "");
    assert_eq!(status, 0, "{error}");
    assert_eq!(attributes(&shell, &id)["nickname"], "Al");
}

#[test]
fn an_editor_that_deletes_its_file_is_said_to() {
    let (shell, id) = book_of_ada();
    let before = attributes(&shell, &id);
    let editor = Editor::new("rm \"$1\"");
    let (status, _, error) = editor.edits(&shell, "ada");
    assert_eq!(status, 1, "{error}");
    assert!(error.contains("left no file behind"), "{error}");
    assert_eq!(attributes(&shell, &id), before);
}

#[test]
fn a_key_that_is_there_twice_is_named_with_the_way_out() {
    let (shell, _) = book_of_ada();
    let editor = Editor::new("printf '[[email]]\\nvalue = \"b@example.org\"\\n' >> \"$1\"");
    let (status, _, error) = editor.edits(&shell, "ada");
    assert_eq!(status, 2, "{error}");
    assert!(
        error.contains("email is there twice") && error.contains("email = [{ value ="),
        "{error}"
    );
}

#[test]
fn an_editor_that_fails_loses_nothing() {
    let (shell, id) = book_of_ada();
    let before = attributes(&shell, &id);
    let editor = Editor::new("echo 'role = \"x\"' >> \"$1\"; exit 3");
    let (status, told, error) = editor.edits(&shell, "ada");
    assert_eq!((status, &*told), (1, ""), "{error}");
    assert!(
        error.contains("failed (exit status: 3)") && error.contains("what you typed is in"),
        "{error}"
    );
    assert_eq!(editor.kept().len(), 1);
    let editor = Editor::new("exit 3");
    assert_eq!(editor.edits(&shell, "ada").0, 1);
    assert!(editor.kept().is_empty());
    let none = [("EDITOR", "/nowhere/editor"), ("VISUAL", "/nowhere/editor")];
    let (status, _, error) = shell.run_in(&none, &["edit", "ada"], "");
    assert_eq!(status, 1);
    assert!(
        error.contains("cannot start the editor /nowhere/editor"),
        "{error}"
    );
    assert_eq!(attributes(&shell, &id), before);
}

#[test]
fn a_contact_that_changed_meanwhile_is_not_overwritten() {
    let (shell, id) = book_of_ada();
    let program = env!("CARGO_BIN_EXE_callbook");
    let db = shell.db();
    let other = format!(
        "{program} --db {} contact update {id} --overwrite --note theirs > /dev/null\nsed -i 's/^nickname = .*/nickname = \"mine\"/' \"$1\"",
        db.display()
    );
    let editor = Editor::new(&other);
    let (status, _, error) = editor.edits(&shell, "ada");
    assert_eq!(status, 4, "{error}");
    assert!(
        error.contains("Ada Lovelace has changed since it was opened"),
        "{error}"
    );
    let kept = editor.kept();
    assert!(kept[0].contains("nickname = \"mine\""), "{kept:?}");
    let ada = attributes(&shell, &id);
    assert_eq!(
        json!([ada["note"], ada["nickname"]]),
        json!(["theirs", null])
    );
}

#[test]
fn flags_of_details_say_what_they_are_and_nothing_wrong_is_taken() {
    let shell = Shell::new();
    let words = [
        "add",
        "--json",
        "Ada",
        "--email",
        "x/y=a@b.c",
        "--email",
        "☎=c@d.e",
        "--email",
        "n+x=y.z@l.m",
        "--birthday",
        "24. Dezember 1990",
    ];
    let (status, added) = shell.json(&words, "");
    assert_eq!(status, 0, "{added}");
    let ada = attributes(&shell, &id_of(&added));
    let details: Vec<_> = ada["details"].as_array().unwrap().iter().collect();
    let seen: Vec<_> = details
        .iter()
        .map(|detail| (detail["label"].clone(), detail["value"].clone()))
        .collect();
    assert_eq!(
        json!(seen),
        json!([
            ["x/y", "a@b.c"],
            ["☎", "c@d.e"],
            [null, "n+x=y.z@l.m"],
            ["birthday", {"year": 1990, "month": 12, "day": 24}]
        ])
    );
    let (status, _, error) = shell.run(&["add", "Bob", "--email", "x=y"], "");
    assert_eq!(status, 2, "{error}");
    assert!(error.contains("has no @"), "{error}");
    // What is no date is kept, and that is said.
    let (status, _, error) = shell.run(&["add", "Cy", "--birthday", "in spring"], "");
    assert_eq!(status, 0, "{error}");
    assert!(
        error.contains("birthday in spring") && error.contains("saved as typed"),
        "{error}"
    );
    // One birthday is all that anybody has.
    let (status, _, error) = shell.run(
        &[
            "add",
            "Di",
            "--birthday",
            "1990-12-24",
            "--date",
            "birthday=1991-01-01",
        ],
        "",
    );
    assert_eq!(status, 2, "{error}");
    assert!(
        error.contains("there is") && error.contains("already"),
        "{error}"
    );
}

#[test]
fn what_is_found_for_mail_and_shown_says_what_there_is() {
    let shell = Shell::new();
    shell.import(
        "BEGIN:VCARD\nVERSION:3.0\nFN:Ada King\nEMAIL:a@b.c\nEMAIL;TYPE=PREF,WORK:c@d.e\nEND:VCARD\n\
         BEGIN:VCARD\nVERSION:3.0\nFN:Bob Byron\nTEL:+44 20 7946 0018\nEND:VCARD\n",
    );
    let (status, told, _) = shell.run(&["find", "--mutt-query", "byron"], "");
    assert_eq!((status, &*told), (3, "callbook: Bob Byron has no email\n"));
    let (status, told, _) = shell.run(&["find", "--mutt-query", "king"], "");
    assert_eq!(status, 0);
    assert!(told.starts_with("callbook: 2 found\n"), "{told}");
    let (_, told, _) = shell.run(&["show", "king"], "");
    assert!(told.contains("c@d.e (preferred)"), "{told}");
    assert_eq!(told.matches("(preferred)").count(), 1, "{told}");
    let (_, told, _) = shell.run(&["config"], "");
    assert!(told.contains("map is not set"), "{told}");
}

#[test]
fn a_block_takes_the_place_of_a_list_with_nothing_in_it() {
    let shell = Shell::new();
    let (status, told) = shell.json(&["add", "Ada King", "--json"], "");
    assert_eq!(status, 0, "{told}");
    let editor = Editor::new(
        "printf '[[number]]\nnumber = \"+44 20 7946 0018\"\nlabel = \"work\"\n[[address]]\nstreet = \"1 Main St\"\n' >> \"$1\"",
    );
    let (status, out, why) = editor.edits(&shell, "ada king");
    assert_eq!(status, 0, "{out}{why}");
    let (_, told, _) = shell.run(&["show", "ada", "king"], "");
    assert!(
        told.contains("+44 20 7946 0018") && told.contains("1 Main St"),
        "{told}"
    );
}
