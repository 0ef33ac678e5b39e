//! A card is merged by what it says. Programs drop lines that they do not know: a flag that no line of ours says
//! on a newer card is not taken back by it.

use crate::support::Book;
use callbook::domain::listing::ListQuery;
use callbook::import::File;
use serde_json::{Value, json};

fn import(book: &mut Book, card: &str) {
    let file = File::open(card.as_bytes(), "cards.vcf", &[]).unwrap();
    callbook::import::all(&mut book.store, file).unwrap();
}

fn card(hour: u8, lines: &str) -> String {
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:ada-1\r\nREV:20261124T{hour:02}0000Z\r\nFN:Ada King\r\n{lines}END:VCARD\r\n"
    )
}

/// The one contact: its fields, and each number by its last digits with what is known of it.
fn told(book: &Book) -> Value {
    let rows = book.store.rows(&ListQuery::default(), 0, 9).unwrap().rows;
    assert_eq!(rows.len(), 1);
    let full = book.store.profile(rows[0].id).unwrap().full;
    let mut numbers = serde_json::Map::new();
    for phone in &full.phones {
        let mut flags = String::new();
        for (is, word) in [
            (phone.primary, "primary "),
            (phone.historic, "historic "),
            (phone.valid_values, "accurate "),
        ] {
            flags.push_str(if is { word } else { "" });
        }
        let label = phone.location.as_deref().unwrap_or("-");
        let said = format!("{flags}{label} {}", phone.source);
        numbers.insert(
            phone.number[phone.number.len() - 2..].to_owned(),
            json!(said),
        );
    }
    let contact = &full.contact;
    let details: Vec<String> = contact
        .details
        .iter()
        .map(|one| format!("{} {}", one.id, one.text()))
        .collect();
    json!({
        "favourite": contact.favourite,
        "names": [contact.given_name, contact.family_name],
        "details": details,
        "numbers": numbers,
    })
}

const LINE: &str = "X-CALLBOOK-TEL;NUMBER=+44 20 7946 0123";

/// What an older card said, and a newer one that only lacks lines of ours: nothing changes.
#[test]
fn a_line_of_ours_that_is_missing_takes_nothing_back() {
    let tel = "TEL;TYPE=CELL:+44 20 7946 0123\r\nTEL;TYPE=WORK:+44 20 7946 0124\r\n";
    for (older, newer) in [
        // Historic, accurate, source.
        (
            format!("{tel}{LINE};HISTORIC=TRUE;ACCURATE=TRUE:google\r\n"),
            tel.to_owned(),
        ),
        (
            format!("{tel}{LINE};ACCURATE=FALSE:google\r\n"),
            tel.to_owned(),
        ),
        // A line that says less than it did.
        (
            format!("{tel}{LINE};HISTORIC=TRUE;ACCURATE=TRUE:google\r\n"),
            format!("{tel}{LINE}:\r\n"),
        ),
        // Named by our line alone.
        (
            format!(
                "{tel}X-CALLBOOK-TEL;NUMBER=+44 20 7946 0199;HISTORIC=TRUE;LABEL=home:google\r\n"
            ),
            tel.to_owned(),
        ),
        // Who is primary, which nobody says, where the lines are in another order.
        (
            tel.to_owned(),
            "TEL;TYPE=WORK:+44 20 7946 0124\r\nTEL;TYPE=CELL:+44 20 7946 0123\r\n".to_owned(),
        ),
        (format!("{tel}X-CALLBOOK-FAVOURITE:1\r\n"), tel.to_owned()),
        (format!("{tel}X-FAVOURITE:1\r\n"), tel.to_owned()),
        // A name that has no parts.
        (
            format!("{tel}N:;;;;\r\nX-CALLBOOK-WHOLE-NAME:1\r\n"),
            format!("{tel}N:;;;;\r\n"),
        ),
        // A detail that only a line of ours can say, and the ids of others.
        (
            format!("{tel}X-CALLBOOK-DETAIL;KIND=other:shoe size 43\r\n"),
            tel.to_owned(),
        ),
        (
            format!("{tel}EMAIL;X-CALLBOOK-ID=0badcafe:ada@example.org\r\n"),
            format!("{tel}EMAIL:ada@example.org\r\n"),
        ),
    ] {
        let mut book = Book::new();
        import(&mut book, &card(12, &older));
        let before = told(&book);
        import(&mut book, &card(13, &newer));
        assert_eq!(told(&book), before, "{older}\n{newer}");
    }
}

/// What a line of ours does say is taken, where the person has not changed it since.
#[test]
fn a_line_of_ours_that_is_there_is_taken_at_its_word() {
    let tel = "TEL;TYPE=CELL:+44 20 7946 0123\r\nTEL;TYPE=WORK:+44 20 7946 0124\r\n";
    let work = "TEL;TYPE=WORK:+44 20 7946 0124\r\n";
    let line = |flags: &str| format!("{LINE}{flags}:vcard\r\n");
    for (older, newer, cell) in [
        (
            tel.to_owned(),
            format!("{tel}{}", line(";HISTORIC=TRUE")),
            "historic accurate mobile vcard",
        ),
        (
            format!("{tel}{}", line(";HISTORIC=TRUE;ACCURATE=TRUE")),
            format!("{tel}{}", line(";HISTORIC=FALSE;ACCURATE=FALSE")),
            "mobile vcard",
        ),
        // The TEL went, and our line says why.
        (
            tel.to_owned(),
            format!("{work}{}", line(";HISTORIC=TRUE")),
            "historic accurate mobile vcard",
        ),
        // It went, and our line knows nothing of that: it was taken out.
        (
            tel.to_owned(),
            format!("{work}{}", line(";ACCURATE=TRUE")),
            "historic accurate mobile vcard",
        ),
        (
            tel.to_owned(),
            work.to_owned(),
            "historic accurate mobile vcard",
        ),
    ] {
        let mut book = Book::new();
        import(&mut book, &card(12, &older));
        import(&mut book, &card(13, &newer));
        assert_eq!(
            told(&book)["numbers"]["23"],
            json!(cell),
            "{older}\n{newer}"
        );
    }
    let star = |line: &str| format!("{tel}{line}");
    for (older, newer, favourite) in [
        (
            star("X-CALLBOOK-FAVOURITE:1\r\n"),
            star("X-CALLBOOK-FAVOURITE:0\r\n"),
            false,
        ),
        (star(""), star("X-CALLBOOK-FAVOURITE:1\r\n"), true),
        // Google says it by a category among its own.
        (
            star("CATEGORIES:myContacts,starred\r\n"),
            star("CATEGORIES:myContacts\r\n"),
            false,
        ),
    ] {
        let mut book = Book::new();
        import(&mut book, &card(12, &older));
        import(&mut book, &card(13, &newer));
        assert_eq!(
            told(&book)["favourite"],
            json!(favourite),
            "{older}\n{newer}"
        );
    }
    // The preferred number is one that a card says.
    let mut book = Book::new();
    import(&mut book, &card(12, tel));
    import(&mut book, &card(13, &tel.replace("WORK", "WORK,PREF")));
    assert_eq!(told(&book)["numbers"]["24"], json!("primary work vcard"));
}
