//! QR codes: what a telephone reads from the screen and from the shell is what was asked for.

use callbook::domain::qr::{self, Blocks, Code, Ground};

use crate::cli::Shell;
use crate::support::desk::Desk;

const CARDS: &str = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Márco; Bianchi\nORG:Officina\nTEL;TYPE=WORK:+39 02 5550 1182\n\
TEL:+39 347 555 0164\nEMAIL:marco@example.org\nEMAIL:m b?c@example.org\nNOTE:never in a code\nEND:VCARD\n\
BEGIN:VCARD\nVERSION:3.0\nUID:2\nFN:No Number\nEND:VCARD\n";

/// Reads a code that is drawn, as a camera sees it: `light` are the signs that are drawn bright.
fn scanned(rows: &[String], ground: Ground, blocks: Blocks) -> String {
    let mut pixels: Vec<Vec<bool>> = Vec::new();
    for row in rows {
        match blocks {
            Blocks::Half => {
                pixels.push(row.chars().map(|sign| "█▀".contains(sign)).collect());
                pixels.push(row.chars().map(|sign| "█▄".contains(sign)).collect());
            }
            Blocks::Ascii => pixels.push(row.chars().step_by(2).map(|sign| sign == '#').collect()),
        }
    }
    let (width, height, scale) = (pixels[0].len(), pixels.len(), 4);
    let dark = |x: usize, y: usize| pixels[y / scale][x / scale] == (ground == Ground::Light);
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(width * scale, height * scale, |x, y| {
            if dark(x, y) { 0 } else { 255 }
        });
    let grids = image.detect_grids();
    assert_eq!(grids.len(), 1, "{}", rows.join("\n"));
    grids[0].decode().unwrap().1
}

/// The rows of a frame or of an output that a code is drawn in.
fn code_in(text: &str) -> Vec<String> {
    let drawn = |line: &&str| line.contains('█') || line.contains('▀');
    let rows: Vec<&str> = text.lines().filter(drawn).collect();
    let columns = |row: &str| {
        let signs: Vec<char> = row.chars().collect();
        let first = signs.iter().position(|sign| "█▀▄".contains(*sign));
        let last = signs.iter().rposition(|sign| "█▀▄".contains(*sign));
        (first.unwrap(), last.unwrap())
    };
    // The first row is of light modules only, as wide as the code.
    let (first, last) = columns(rows[0]);
    let cut = |row: &&str| row.chars().skip(first).take(last - first + 1).collect();
    rows.iter().map(cut).collect()
}

#[test]
fn a_code_is_read_again_on_any_ground_and_with_any_signs() {
    for text in [
        "tel:+390255501182".to_owned(),
        qr::mail("m b?c@example.org"),
        "x".repeat(700),
        "Ж".repeat(99),
    ] {
        let code = Code::of(&text).unwrap();
        for ground in [Ground::Dark, Ground::Light] {
            for blocks in [Blocks::Half, Blocks::Ascii] {
                let rows = code.rows(ground, blocks);
                assert_eq!(scanned(&rows, ground, blocks), text);
            }
        }
    }
    assert_eq!(Code::of(&"x".repeat(2_954)), None);
    assert_eq!(
        qr::mail("m b?c@example.org"),
        "mailto:m%20b%3Fc@example.org"
    );
}

#[test]
fn the_page_shows_the_number_the_emails_and_the_contact_to_scan() {
    let mut desk = Desk::new(100, 50, CARDS);
    desk.press("g g /");
    desk.press("\"5164\" esc");
    desk.press("/ \"555_0164\" enter Q");
    let read = |desk: &Desk| scanned(&code_in(&desk.frame()), Ground::Dark, Blocks::Half);
    assert_eq!(
        read(&desk),
        "tel:+393475550164",
        "the number that is selected"
    );
    desk.press("n");
    assert_eq!(read(&desk), "tel:+390255501182", "the next number");
    desk.press("e");
    assert_eq!(read(&desk), "mailto:marco@example.org");
    desk.press("e");
    assert_eq!(read(&desk), "mailto:m%20b%3Fc@example.org");
    assert!(
        desk.frame().contains("email m b?c@example.org"),
        "{}",
        desk.frame()
    );
    desk.press("v");
    let card = read(&desk);
    for line in [
        "FN:Márco\\; Bianchi",
        "ORG:Officina",
        "+39 347 555 0164",
        "marco@example.org",
    ] {
        assert!(card.contains(line), "{line}: {card}");
    }
    assert!(!card.contains("never"), "{card}");
    desk.press("esc");
    assert!(desk.app.pages.is_bare());
}

#[test]
fn a_number_and_an_email_have_room_on_a_usual_screen() {
    let long = "marco.bianchi.officina.meccanica@workshop.milano.example";
    let card = format!(
        "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Marco\nTEL:+390255501182\nEMAIL:m@x.example\n\
         EMAIL:marco.bianchi@example.org\nEMAIL:{long}\nEND:VCARD\n"
    );
    for height in 23..30 {
        let mut desk = Desk::new(80, height, &card);
        desk.press("g g Q");
        for says in [
            "tel:+390255501182",
            "mailto:m@x.example",
            "mailto:marco.bianchi@example.org",
            &format!("mailto:{long}"),
        ] {
            let rows = code_in(&desk.frame());
            assert_eq!(scanned(&rows, Ground::Dark, Blocks::Half), says, "{height}");
            let named = says.trim_start_matches("mailto:");
            let is_said = |line: &str| line.contains(&named[..8]) || says.starts_with("tel");
            assert!(desk.frame().lines().any(is_said), "{}", desk.frame());
            desk.press("e");
        }
    }
}

#[test]
fn a_contact_has_room_on_a_usual_screen_without_what_is_left_out() {
    let read = |desk: &Desk| scanned(&code_in(&desk.frame()), Ground::Dark, Blocks::Half);
    let small = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Ada Lovelace\nTEL:+442079460018\n\
                 EMAIL:ada@example.org\nEND:VCARD\n";
    let mut desk = Desk::new(80, 24, small);
    desk.press("g g Q v");
    let card = read(&desk);
    for says in ["Ada Lovelace", "+442079460018", "ada@example.org"] {
        assert!(card.contains(says), "{says}: {card}");
    }
    assert!(!desk.frame().contains("left out"), "{}", desk.frame());
    let much = "BEGIN:VCARD\nVERSION:3.0\nUID:1\nFN:Ada Lovelace\nORG:Analytical Engines\n\
                TEL:+442079460018\nTEL:+442079460019\nEMAIL:ada@example.org\n\
                EMAIL:ada.lovelace@engines.example\nEND:VCARD\n";
    let mut desk = Desk::new(80, 24, much);
    desk.press("g g Q v");
    let card = read(&desk);
    for says in ["BEGIN:VCARD", "Ada Lovelace", "+442079460018", "END:VCARD"] {
        assert!(card.contains(says), "{says}: {card}");
    }
    let frame = desk
        .frame()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    assert!(frame.contains("left out:"), "{frame}");
    assert!(!card.contains("engines.example"), "{card}");
}

#[test]
fn a_code_that_has_no_room_says_which_room_it_needs() {
    for (width, height) in [(80, 24), (40, 12)] {
        let mut desk = Desk::new(width, height, CARDS);
        desk.press("g g Q v");
        let frame = desk.frame();
        let needs = frame.replace(['│', '"', '\n'], " ");
        let needs = needs.split_whitespace().collect::<Vec<_>>().join(" ");
        let has_room = height == 24;
        assert_eq!(
            needs.contains("the code needs a screen of"),
            !has_room,
            "{frame}"
        );
        assert_eq!(frame.contains('█'), has_room, "{frame}");
        desk.press("esc j Q");
        desk.press("n");
        assert_eq!(desk.toast(), "no number here");
        desk.press("e");
        assert_eq!(desk.toast(), "no email here");
    }
}

#[test]
fn the_shell_prints_a_code_of_the_contact_that_is_named() {
    let shell = Shell::new();
    shell.import(CARDS);
    let read = |arguments: &[&str]| {
        let told = shell.run(arguments, "").1;
        scanned(&code_in(&told), Ground::Dark, Blocks::Half)
    };
    assert_eq!(read(&["qr", "marco"]), "tel:+390255501182");
    assert_eq!(read(&["qr", "555", "0164"]), "tel:+393475550164");
    assert_eq!(
        read(&["qr", "--email", "marco"]),
        "mailto:marco@example.org"
    );
    assert!(read(&["qr", "--card", "marco"]).contains("FN:M"));
    // What only names a label that is not in the code would make it larger.
    shell.import(
        "BEGIN:VCARD\nVERSION:3.0\nUID:9\nFN:Mabel\nitem1.TEL:+390255501183\nitem1.X-ABLabel:hut\nEND:VCARD\n",
    );
    let card = shell.run(&["qr", "--card", "--text", "mabel"], "").1;
    assert!(card.contains("\nTEL;TYPE=PREF:+390255501183"), "{card}");
    assert_eq!(
        shell.run(&["qr", "--text", "marco"], "").1,
        "tel:+390255501182\n"
    );
    let (status, _, told) = shell.run(&["qr", "o"], "");
    assert_eq!(status, 2);
    assert!(
        told.contains("2 contacts match o; name one of them: "),
        "{told}"
    );
    assert_eq!(shell.run(&["qr", "xyz"], "").0, 3);
    let (status, _, told) = shell.run(&["qr", "no", "number"], "");
    assert_eq!(
        (status, told.contains("No Number has no number; --card")),
        (3, true),
        "{told}"
    );
}
