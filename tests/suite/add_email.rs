//! The sender of a mail that is piped into `callbook add-email`.

use crate::cli::Shell;

fn mail(from: &str) -> String {
    format!(
        "Received: by x\r\n\tfor y\r\nFrom: {from}\r\nTo: me@example.org\r\nSubject: Hello\r\n\r\nFrom: x@example.org\r\n"
    )
}

#[test]
fn a_sender_is_added_once_and_can_be_undone() {
    let shell = Shell::new();
    let marco = mail("=?UTF-8?Q?M=C3=A1rco?=\r\n Bianchi <Marco@Example.org>");
    let (status, told, why) = shell.run(&["add-email", "--yes"], &marco);
    assert_eq!(
        (status, told.as_str()),
        (0, "Added Márco Bianchi with Marco@Example.org\n"),
        "{why}"
    );
    let (status, told, _) = shell.run(&["add-email", "--yes"], &mail("marco@example.org"));
    assert_eq!(
        (status, told.as_str()),
        (0, "Márco Bianchi already has marco@example.org\n")
    );
    let (_, told, _) = shell.run(&["find", "--mutt-query", "marco@example.org"], "");
    assert!(
        told.contains("Marco@Example.org\tMárco Bianchi\t"),
        "{told}"
    );
    let (_, told, _) = shell.run(&["undo"], "");
    assert!(told.contains("Added Márco Bianchi"), "{told}");
    assert_eq!(shell.run(&["find", "bianchi"], "").0, 3);
}

#[test]
fn a_namesake_gets_the_email_only_where_that_is_said() {
    let shell = Shell::new();
    let ada = mail("Ada Lovelace <ada@example.org>");
    let (status, told, why) = shell.run(&["add-email", "--yes", "--to", "ada"], &ada);
    assert_eq!(
        (status, told.as_str()),
        (0, "Added ada@example.org to Ada Lovelace\n"),
        "{why}"
    );
    let (_, told, _) = shell.run(&["add-email", "--yes", "--to", "ada"], &ada);
    assert_eq!(told, "Ada Lovelace already has ada@example.org\n");
    assert_eq!(shell.run(&["find", "ada@example.org"], "").0, 0);
    let (_, told, _) = shell.run(&["undo"], "");
    assert!(told.contains("Added email"), "{told}");
    assert_eq!(shell.run(&["find", "ada@example.org"], "").0, 3);
    let (status, told, why) = shell.run(&["add-email", "--yes"], &ada);
    assert_eq!(
        (status, told.as_str()),
        (0, "Added Ada Lovelace with ada@example.org\n")
    );
    assert!(
        why.contains("another contact is named Ada Lovelace"),
        "{why}"
    );
    // A shared address may be of several.
    let words = ["add-email", "--yes", "--to", "tel:0018"];
    let (status, told, _) = shell.run(&words, &ada);
    assert_eq!(
        (status, told.as_str()),
        (0, "Added ada@example.org to Ada Lovelace\n")
    );
}

#[test]
fn a_name_can_be_given_and_one_that_is_not_known_is_the_email() {
    let shell = Shell::new();
    let (_, told, _) = shell.run(&["add-email", "--yes"], &mail("x@example.org"));
    assert_eq!(told, "Added x@example.org with x@example.org\n");
    let words = ["add-email", "--yes", "--name", "Grace Hopper"];
    let (_, told, _) = shell.run(&words, &mail("g <grace@example.org>"));
    assert_eq!(told, "Added Grace Hopper with grace@example.org\n");
}

#[test]
fn what_is_no_mail_is_refused_with_the_reason() {
    let shell = Shell::new();
    for (input, told) in [
        ("", "it has no From line"),
        ("\u{0}\u{1}\u{2}", "no"),
        ("Subject: x\n\nFrom: a@example.org\n", "it has no From line"),
        (
            "From: undisclosed recipients\n\n",
            "From has no email address",
        ),
    ] {
        let (status, out, why) = shell.run(&["add-email", "--yes"], input);
        assert_eq!((status, out.as_str()), (2, ""), "{input:?}: {why}");
        assert!(why.contains(told), "{input:?}: {why}");
    }
    let eve = mail("\"Eve\u{1b}]52;c;eA==\u{7}\" <eve@example.org>");
    let (status, told, _) = shell.run(&["add-email", "--yes"], &eve);
    assert!(status == 0 && !told.contains('\u{1b}'), "{told:?}");
}
