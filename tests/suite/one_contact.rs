//! Commands about one contact, which is named by a name, a number, a filter or an id.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use crate::cli::Shell;

const CARDS: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:m\nFN:Marco Bianchi\nORG:Officina Bianchi\nTITLE:Titolare\n\
TEL;TYPE=WORK,PREF:+39 02 5550 1182\nTEL;TYPE=CELL:+39 347 555 0164\nEMAIL;TYPE=WORK:marco@example.org\n\
EMAIL:mb@example.org\nBDAY:1961-09-04\nNOTE:Speaks English.\\nCall before noon.\nCATEGORIES:garage\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:r\nFN:Route 66 Diner\nTEL;TYPE=PREF:+1 650 253 0000\nTEL:+1 650 253 0066\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:n\nFN:No Number\nEND:VCARD\n";

fn shell() -> Shell {
    let shell = Shell::new();
    shell.import(CARDS);
    shell
}

/// What a command prints, which has to succeed.
fn told(shell: &Shell, words: &[&str]) -> String {
    let (status, told, why) = shell.run(words, "");
    assert_eq!(status, 0, "{words:?}: {told}{why}");
    told
}

#[test]
fn a_contact_is_shown_as_a_person_reads_it() {
    let shell = shell();
    shell.run(&["change", "marco tel:0164", "is:historic"], "");
    let shown = told(&shell, &["show", "marco"]);
    assert_eq!(
        shown,
        "Marco Bianchi\nTitolare, Officina Bianchi\n\n\
         work        +39 02 5550 1182  primary, confirmed\n\
         mobile      +39 347 555 0164  historic, unconfirmed\n\n\
         work email  marco@example.org\n\
         email       mb@example.org\n\
         birthday    4 Sep 1961\n\n\
         tags        garage\n\
         note        Speaks English.\n            Call before noon.\n"
    );
    assert_eq!(told(&shell, &["show", "no number"]), "No Number\n");
}

#[test]
fn what_show_prints_as_json_is_what_get_prints() {
    let shell = shell();
    let (status, shown) = shell.json(&["show", "--json", "marco"], "");
    let id = shown["data"]["id"].as_str().unwrap();
    let (_, got) = shell.json(&["contact", "get", "--json", id], "");
    assert_eq!((status, &shown), (0, &got));
    assert_eq!(
        told(&shell, &["show", id]),
        told(&shell, &["show", "marco"])
    );
    let (status, refused) = shell.json(&["show", "--json", "xyz"], "");
    assert_eq!(
        (status, &refused["errors"][0]["status"]),
        (3, &"404".into())
    );
}

#[test]
fn what_is_stored_cannot_act_on_the_terminal_that_shows_it() {
    let shell = Shell::new();
    shell.import(
        "BEGIN:VCARD\nVERSION:3.0\nUID:e\nFN:Eve\u{1b}]52;c;eA==\u{7}\nTITLE:\u{1b}[2J\nTEL;TYPE=\"\u{1b}[31m\":+39 02 5550 1182\n\
         EMAIL:\u{1b}[1m@example.org\nNOTE:\u{1b}c\u{202e}\nEND:VCARD\n",
    );
    for words in [&["show", "eve"][..], &["call", "--print", "eve"]] {
        let shown = told(&shell, words);
        assert!(
            !shown.contains(['\u{1b}', '\u{7}', '\u{202e}']),
            "{shown:?}"
        );
    }
}

#[test]
fn the_number_that_is_named_is_the_one_that_is_meant() {
    let shell = shell();
    for (words, address) in [
        (&["marco"][..], "tel:+390255501182"),
        (&["+39", "347", "555", "0164"], "tel:+393475550164"),
        (&["0039 347 5550164"], "tel:+393475550164"),
        (&["555 0164"], "tel:+393475550164"),
        (&["tel:+393475550164"], "tel:+393475550164"),
        (&["marco", "0164"], "tel:+393475550164"),
        (&["marco", "label:mobile"], "tel:+393475550164"),
        // Digits of a name are no digits of a number.
        (&["route", "66"], "tel:+16502530000"),
        (&["diner", "253", "0066"], "tel:+16502530066"),
    ] {
        let printed = told(&shell, &[&["call", "--print"], words].concat());
        assert_eq!(printed, format!("{address}\n"), "{words:?}");
    }
}

#[test]
fn where_several_contacts_match_they_are_listed() {
    let shell = shell();
    for command in ["show", "call"] {
        let (status, told, why) = shell.run(&[command, "o"], "");
        assert_eq!((status, told.as_str()), (2, ""), "{command}");
        assert!(
            why.contains("contacts match o; name one of them: ")
                && why.contains("Marco Bianchi, +39 02 5550 1182")
                && why.contains("No Number"),
            "{why}"
        );
        let (status, _, why) = shell.run(&[command, "marko", "bianki"], "");
        assert!(
            status == 3 && why.contains("no match for marko bianki"),
            "{why}"
        );
        let (status, _, why) = shell.run(&[command, "tag:"], "");
        assert!(status == 2 && why.contains("tag: has no value"), "{why}");
    }
    let (status, _, why) = shell.run(&["call", "no number"], "");
    assert!(
        status == 3 && why.contains("No Number has no number"),
        "{why}"
    );
}

#[test]
fn a_historic_number_is_called_only_if_that_is_asked_for() {
    let shell = shell();
    shell.run(&["change", "marco tel:0164", "is:historic"], "");
    for words in [&["call", "555 0164"][..], &["call", "--print", "555 0164"]] {
        let (status, told, why) = shell.run(words, "");
        assert_eq!((status, told.as_str()), (2, ""), "{words:?}");
        assert!(
            why.contains("+39 347 555 0164 of Marco Bianchi is historic: no longer in use"),
            "{why}"
        );
        assert!(why.contains("--historic"), "{why}");
    }
    let printed = told(&shell, &["call", "--print", "--historic", "555 0164"]);
    assert_eq!(printed, "tel:+393475550164\n");
}

#[test]
fn a_call_goes_to_the_program_that_is_set() {
    let shell = shell();
    let home = shell.db().parent().unwrap().to_owned();
    let called = home.join("called");
    let opener = home.join("dial");
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$@\" > {0}.new\nmv {0}.new {0}\n",
        called.display()
    );
    fs::write(&opener, script).unwrap();
    fs::set_permissions(&opener, fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir_all(home.join(".config/callbook")).unwrap();
    let config = home.join(".config/callbook/config.toml");
    fs::write(&config, format!("call = \"{} --to\"\n", opener.display())).unwrap();
    let (status, told, why) = shell.run(&["call", "marco", "label:mobile"], "");
    assert_eq!((status, told.as_str()), (0, ""), "{why}");
    assert!(
        why.contains("Calling Marco Bianchi, mobile +39 347 555 0164"),
        "{why}"
    );
    crate::support::pty::wait(|| called.exists(), || "it was not called".to_owned());
    assert_eq!(
        fs::read_to_string(&called).unwrap(),
        "--to\ntel:+393475550164\n"
    );
    fs::write(&config, "call = \"/nowhere/dial\"\n").unwrap();
    let (status, _, why) = shell.run(&["call", "marco"], "");
    assert!(
        status == 1 && why.contains("cannot start /nowhere/dial; the program that opens numbers and addresses is call in config.toml"),
        "{why}"
    );
}

#[test]
fn copying_needs_a_terminal_and_says_so() {
    let shell = shell();
    let (status, told, why) = shell.run(&["copy", "marco"], "");
    assert_eq!((status, told.as_str()), (2, ""));
    assert!(
        why.contains("neither standard output nor standard error is one"),
        "{why}"
    );
}

#[test]
fn words_without_a_sign_name_nobody() {
    let shell = Shell::new();
    for words in [["show", ""], ["show", "  "], ["call", ""], ["qr", ""]] {
        let (status, told, why) = shell.run(&words, "");
        assert_eq!((status, &*told), (2, ""), "{words:?}: {why}");
        assert!(why.contains("no contact is named"), "{words:?}: {why}");
    }
}
