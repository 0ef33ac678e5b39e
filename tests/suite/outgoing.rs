//! What goes out of a contact to a place that it is kept the same with: over the card that is there, and fit.

use crate::support::Book;
use callbook::domain::contact::{Contact, ContactAttributes};
use callbook::domain::full_contact::FullContact;
use callbook::domain::number::Region;
use callbook::exchange::vcard::{self, HistoricTel, Outgoing, Over};
use callbook::import::File;
use serde_json::{Value, json};

const BASE: &str = "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:ada-1\r\nREV:20261101T120000Z\r\nFN:Ada King\r\n\
    N:King;Ada;;;\r\nTEL;TYPE=CELL;X-P=1:+44 20 7946 0123\r\nTEL;TYPE=WORK:+44 20 7946 0124\r\n\
    item1.EMAIL;X-C=red:ada@example.org\r\nitem1.X-ABLabel:desk\r\nEMAIL;TYPE=WORK:ada@work.example\r\n\
    NOTE:Writes\r\n  programs.\r\nX-UNKNOWN;X-P=1:kept as\r\n  it is\r\nEND:VCARD\r\n";

/// A contact in a book, as it was when both agreed.
struct Kept {
    book: Book,
    agreed: FullContact,
}

impl Kept {
    fn of(card: &str) -> Self {
        let mut book = Book::new();
        let file = File::open(card.as_bytes(), "cards.vcf", &[]).unwrap();
        callbook::import::all(&mut book.store, file).unwrap();
        let agreed = only(&book);
        Self { book, agreed }
    }

    fn now(&self) -> FullContact {
        only(&self.book)
    }

    /// Sets something of the number that ends so.
    fn set(&mut self, end: &str, said: Value) {
        let now = self.now();
        let phone = now.phones.iter().find(|one| one.number.ends_with(end));
        self.book.set(phone.unwrap().id, said);
    }

    fn edit(&mut self, mut said: Value) {
        said["overwrite"] = json!(true);
        let Value::Object(said) = said else { panic!() };
        let (sent, faults) = ContactAttributes::read(said);
        let id = self.now().contact.id;
        self.book.store.update_contact(id, sent, faults).unwrap();
    }

    fn over(&self, over: Over<'_>, historic: HistoricTel) -> String {
        let out = Outgoing {
            contact: &self.now(),
            over,
            agreed: Some(&self.agreed).filter(|_| matches!(over, Over::Card(_))),
            own: None,
            historic,
            home: Region::new("US"),
            fields: &callbook::domain::own_fields::NO_FIELDS,
        };
        String::from_utf8(vcard::write_over(&out)).unwrap()
    }

    fn over_card(&self, card: &str) -> String {
        self.over(Over::Card(card.as_bytes()), HistoricTel::Beside)
    }
}

fn only(book: &Book) -> FullContact {
    let rows = book
        .store
        .rows(&callbook::domain::listing::ListQuery::default(), 0, 9)
        .unwrap()
        .rows;
    assert_eq!(rows.len(), 1);
    book.store.profile(rows[0].id).unwrap().full
}

/// The lines that are new, and those that are gone; of the time of the change, nothing.
fn difference(before: &str, after: &str) -> (Vec<String>, Vec<String>) {
    let lines = |text: &str| -> Vec<String> {
        let lines = text.split("\r\n").map(str::to_owned);
        lines.filter(|line| !line.starts_with("REV:")).collect()
    };
    let (before, after) = (lines(before), lines(after));
    let without = |all: &[String], others: &[String]| {
        let lines = all.iter().filter(|line| !others.contains(line));
        lines.cloned().collect()
    };
    (without(&after, &before), without(&before, &after))
}

/// What a card says of the numbers: the last digits, whether there is a TEL, historic, accurate.
fn said(card: &str) -> Vec<(String, bool, Option<bool>, Option<bool>)> {
    let numbers = vcard::numbers(card.as_bytes()).into_iter();
    let told = numbers.map(|line| {
        let number = line.said.number.unwrap();
        let end = number[number.len() - 2..].to_owned();
        (
            end,
            line.has_tel,
            line.said.historic,
            line.said.valid_values,
        )
    });
    told.collect()
}

#[test]
fn a_card_that_says_what_is_here_is_not_touched() {
    let old =
        "begin:vcard\nversion:2.1\nFN:Ada King\nN:King;Ada\nTEL;CELL:+44 20 7946 0123\nend:vcard\n";
    for card in [
        BASE.to_owned(),
        BASE.replace("\r\n", "\n"),
        BASE.replace("UID:ada-1\r\n", ""),
        BASE.replace("N:King;Ada;;;\r\n", ""),
        old.to_owned(),
    ] {
        // The first number is confirmed here, which the card does not say.
        let mut kept = Kept::of(&card);
        kept.set("0123", json!({"valid_values": false}));
        kept.agreed = kept.now();
        assert_eq!(kept.over_card(&card), card);
    }
}

#[test]
fn only_what_differs_is_written() {
    let mut kept = Kept::of(BASE);
    kept.edit(json!({"note": "Wrote programs."}));
    let out = kept.over_card(BASE);
    let (new, gone) = difference(BASE, &out);
    let confirmed = "X-CALLBOOK-TEL;NUMBER=+44 20 7946 0123;ACCURATE=TRUE:vcard";
    assert_eq!(new, ["NOTE:Wrote programs.", confirmed]);
    assert_eq!(gone, ["NOTE:Writes", "  programs."]);
    assert!(!out.contains("REV:20261101"), "{out}");
    // The UID is the server's, and where a number came from is not the contact's.
    let theirs = BASE.replace("UID:ada-1", "UID:theirs");
    let out = kept.over_card(&theirs);
    assert!(out.contains("UID:theirs\r\n") && !out.contains("ada-1"));
}

#[test]
fn a_historic_number_is_written_where_it_stands_and_nowhere_else() {
    let line = "X-CALLBOOK-TEL;NUMBER=+44 20 7946 0124;HISTORIC=TRUE:vcard";
    let mut kept = Kept::of(BASE);
    kept.set("0124", json!({"historic": true}));
    let out = kept.over_card(BASE);
    let (new, gone) = difference(BASE, &out);
    assert!(new.contains(&line.to_owned()), "{out}");
    assert_eq!(gone, <[&str; 0]>::default());
    assert_eq!(said(&out)[1], ("24".to_owned(), true, Some(true), None));
    // The same again changes nothing, and it comes back as it is.
    assert_eq!(kept.over_card(&out), out);
    assert!(Kept::of(&out).now().phones[1].historic);

    let hidden = kept.over(Over::Card(BASE.as_bytes()), HistoricTel::Hidden);
    assert!(!hidden.contains("TEL;TYPE=WORK"), "{hidden}");
    assert_eq!(said(&hidden)[1], ("24".to_owned(), false, Some(true), None));
    let back = Kept::of(&hidden).now().phones;
    let work = back.iter().find(|one| one.number.ends_with("0124"));
    let work = work.unwrap();
    assert!(work.historic && !work.primary);
    assert_eq!(work.location.as_deref(), Some("work"));

    // Another program took it out.
    let without = BASE.replace("TEL;TYPE=WORK:+44 20 7946 0124\r\n", "");
    let out = kept.over_card(&without);
    assert!(!out.contains("0124"), "{out}");
    // It left our line, which says nothing then, and says now what is so here.
    let stray = without.replace(
        "NOTE",
        "X-CALLBOOK-TEL;NUMBER=+44 20 7946 0124;ACCURATE=FALSE:vcard\r\nNOTE",
    );
    let out = kept.over_card(&stray);
    assert_eq!(
        said(&out)[1],
        ("24".to_owned(), false, Some(true), Some(false)),
        "{out}"
    );
    // A card that is new there tells of it, but shows it to nobody else.
    let new = kept.over(Over::Nothing(Some(BASE.as_bytes())), HistoricTel::Beside);
    assert_eq!(said(&new)[1], ("24".to_owned(), false, Some(true), None));
    assert!(new.contains("X-UNKNOWN;X-P=1:kept as\r\n  it is"), "{new}");
    let new = kept.over(Over::Nothing(None), HistoricTel::Beside);
    assert_eq!(said(&new)[1], ("24".to_owned(), false, Some(true), None));
    assert!(new.contains("UID:ada-1\r\n"), "{new}");
}

#[test]
fn a_flag_is_said_where_somebody_set_it() {
    let with = |flags: &str| {
        let line = format!("X-CALLBOOK-TEL;NUMBER=+44 20 7946 0124{flags}:vcard\r\nNOTE");
        BASE.replace("NOTE", &line)
    };
    let yes = with(";ACCURATE=TRUE;HISTORIC=TRUE");
    // What both agreed on, what is here now, the card there, and what is said then.
    for (agreed, now, there, said_then) in [
        (BASE, json!({}), BASE.to_owned(), (None, None)),
        (
            BASE,
            json!({"valid_values": true}),
            BASE.to_owned(),
            (None, Some(true)),
        ),
        (
            BASE,
            json!({"historic": true}),
            BASE.to_owned(),
            (Some(true), None),
        ),
        // Set when both agreed, and no more; the line was dropped.
        (
            &yes,
            json!({"valid_values": false}),
            BASE.to_owned(),
            (Some(true), Some(false)),
        ),
        (
            &yes,
            json!({"historic": false}),
            BASE.to_owned(),
            (Some(false), Some(true)),
        ),
        // A line that says a flag goes on saying it, and no other.
        (
            BASE,
            json!({}),
            with(";ACCURATE=FALSE"),
            (None, Some(false)),
        ),
        (
            BASE,
            json!({"valid_values": true}),
            with(";ACCURATE=FALSE"),
            (None, Some(true)),
        ),
        (
            BASE,
            json!({}),
            with(";HISTORIC=FALSE"),
            (Some(false), None),
        ),
    ] {
        let mut kept = Kept::of(agreed);
        kept.edit(json!({"note": "changed"}));
        kept.set("0124", now.clone());
        let out = kept.over_card(&there);
        let found = said(&out).into_iter().find(|one| one.0 == "24");
        let (_, tel, historic, accurate) = found.unwrap();
        assert!(tel);
        assert_eq!((historic, accurate), said_then, "{now} {out}");
    }
    // So it is with a favourite.
    let starred = BASE.replace("NOTE", "X-CALLBOOK-FAVOURITE:1\r\nNOTE");
    for (agreed, now, there, line) in [
        (BASE, true, BASE, Some("X-CALLBOOK-FAVOURITE:1")),
        (
            starred.as_str(),
            false,
            BASE,
            Some("X-CALLBOOK-FAVOURITE:0"),
        ),
        (
            starred.as_str(),
            false,
            &starred,
            Some("X-CALLBOOK-FAVOURITE:0"),
        ),
        (BASE, false, BASE, None),
    ] {
        let mut kept = Kept::of(agreed);
        kept.edit(json!({"note": "changed", "favourite": now}));
        let out = kept.over_card(there);
        let found = out.split("\r\n").find(|line| line.contains("FAVOURITE"));
        assert_eq!(found, line, "{out}");
    }
}

#[test]
fn a_detail_that_is_written_carries_its_id() {
    let mut kept = Kept::of(BASE);
    let mut details = json!(kept.now().contact.details);
    let id = details[1]["id"].as_str().unwrap().to_owned();
    details[1]["value"] = json!("ada.king@work.example");
    kept.edit(json!({ "details": details }));
    let out = kept.over_card(BASE);
    let line = format!("EMAIL;TYPE=WORK;X-CALLBOOK-ID={id}:ada.king@work.example");
    assert!(out.contains(&line), "{out}");
    assert!(out.contains("item1.EMAIL;X-C=red:ada@example.org"), "{out}");
    let cards: Vec<_> = vcard::read(out.as_bytes()).map(Result::unwrap).collect();
    let read = cards[0].said.contact.details.as_ref().unwrap();
    assert_eq!(
        read.iter()
            .map(|one| one.id.to_string())
            .collect::<Vec<_>>(),
        ["00000000".to_owned(), id]
    );
    // The id that a card has stays, whoever gave it.
    let theirs = BASE.replace("EMAIL;TYPE=WORK", "EMAIL;TYPE=WORK;X-CALLBOOK-ID=0badcafe");
    let out = kept.over_card(&theirs);
    let line = "EMAIL;TYPE=WORK;X-CALLBOOK-ID=0badcafe:ada.king@work.example";
    assert!(out.contains(line), "{out}");
    // One that took no other's place is a line of its own.
    details[1] = json!({"kind": "email", "label": "home", "value": "ada@home.example"});
    kept.edit(json!({ "details": details }));
    let out = kept.over_card(BASE);
    let (new, gone) = difference(BASE, &out);
    assert!(gone.contains(&"EMAIL;TYPE=WORK:ada@work.example".to_owned()));
    let new: Vec<_> = new.iter().filter(|line| line.contains("EMAIL")).collect();
    assert!(
        new.len() == 1
            && new[0].contains("X-CALLBOOK-ID=")
            && new[0].ends_with(":ada@home.example"),
        "{out}"
    );
    // What is exported to a file says nothing of ids.
    let file = kept
        .book
        .exported(callbook::export::ExportForm::Cards(None));
    assert!(!String::from_utf8(file).unwrap().contains("X-CALLBOOK-ID"));
}

/// What each server refuses, or gives back as what none can read.
#[test]
fn every_shape_of_card_is_made_fit() {
    let contact = Contact {
        uid: Some("ours-1".to_owned()),
        name: "Ada King".to_owned(),
        ..Contact::default()
    };
    let fit = |card: &[u8]| String::from_utf8(vcard::fit(card, &contact)).unwrap();
    assert_eq!(fit(BASE.as_bytes()), BASE);
    let four = "BEGIN:VCARD\r\nVERSION:4.0\r\nPRODID:a very long product that is folded in the middle of\r\n  \
        its name\r\nUID:urn:uuid:1\r\nFN:Ada\r\nN:;Ada;;;\r\nPHOTO:data:image/png;base64,AAAA\r\nEND:VCARD\r\n";
    assert_eq!(fit(four.as_bytes()), four);
    let card = |lines: &str| format!("BEGIN:VCARD\r\nVERSION:3.0\r\n{lines}END:VCARD\r\n");
    let whole = "UID:u\r\nFN:Ada\r\nN:;Ada;;;\r\n";
    for (name, given, wanted) in [
        (
            "no UID",
            card("FN:Ada\r\nN:;Ada;;;\r\n"),
            card("FN:Ada\r\nN:;Ada;;;\r\nUID:ours-1\r\n"),
        ),
        (
            "an empty UID",
            card("UID:\r\nFN:Ada\r\nN:;Ada;;;\r\n"),
            card("UID:ours-1\r\nFN:Ada\r\nN:;Ada;;;\r\n"),
        ),
        (
            "no FN",
            card("UID:u\r\nN:;Ada;;;\r\n"),
            card("UID:u\r\nN:;Ada;;;\r\nFN:Ada King\r\n"),
        ),
        (
            "FN twice",
            card("UID:u\r\nFN:\r\nFN:Ada\r\nFN:Eda\r\nN:;Ada;;;\r\n"),
            card(whole),
        ),
        (
            "no N",
            card("UID:u\r\nFN:Ada\r\n"),
            card("UID:u\r\nFN:Ada\r\nN:;;;;\r\n"),
        ),
        (
            "a short N",
            card("UID:u\r\nFN:Ada\r\nN:;Ada\r\n"),
            card(whole),
        ),
        (
            "a byte order mark",
            format!("\u{feff}{}", card(whole)),
            card(whole),
        ),
        ("LF", card(whole).replace("\r\n", "\n"), card(whole)),
        ("CR", card(whole).replace("\r\n", "\r"), card(whole)),
        (
            "lower case",
            card(whole)
                .replace("BEGIN", "begin")
                .replace("END:VCARD", "end:vcard"),
            card(whole),
        ),
        (
            "no END",
            card(whole).replace("END:VCARD\r\n", ""),
            card(whole),
        ),
        (
            "blank lines",
            card(whole).replace("FN:", "\r\nFN:"),
            card(whole),
        ),
        (
            "control characters",
            card(&whole.replace("Ada", "A\u{1}d\u{b}\u{7f}\u{9c}a")),
            card(whole),
        ),
        (
            "a tab stays",
            card(&format!("{whole}NOTE:a\tb\r\n")),
            card(&format!("{whole}NOTE:a\tb\r\n")),
        ),
        (
            "two cards",
            format!("{}{}", card(whole), card("UID:other\r\nFN:Other\r\n")),
            card(whole),
        ),
    ] {
        assert_eq!(fit(given.as_bytes()), wanted, "{name}");
    }
    // 4.0 allows what two servers refuse.
    let no_name = four.replace("N:;Ada;;;\r\n", "");
    // A name in two languages is one, in the version that has such lines.
    let names = "FN:Sam Same\r\nFN;ALTID=1;LANGUAGE=ja:\u{30b5}\u{30e0}\r\nN:Same;Sam;;;\r\nN;ALTID=1:\u{30b5}\u{30e0};;;;\r\n";
    for (version, kept) in [("4.0", 4), ("3.0", 2)] {
        let card = format!("BEGIN:VCARD\r\nVERSION:{version}\r\nUID:u\r\n{names}END:VCARD\r\n");
        let fitted = fit(card.as_bytes());
        let lines = fitted.lines().filter(|line| line.starts_with(['F', 'N']));
        assert_eq!(lines.count(), kept, "{fitted}");
    }
    assert!(fit(no_name.as_bytes()).contains("\r\nN:;;;;\r\n"));
    // 2.1, in another charset, with a type that stands alone and a text that is encoded.
    let old = b"BEGIN:VCARD\r\nVERSION:2.1\r\nN:M\xfcller;J\xf6rg\r\nTEL;CELL:+49 30 901820\r\n\
        NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:eins=0D=0Azwei\r\nX-OWN:1\r\nEND:VCARD\r\n";
    let fitted = fit(old);
    for line in [
        "VERSION:3.0",
        "N:Müller;Jörg;;;",
        "TEL;TYPE=CELL:+49 30 901820",
        "NOTE:eins\\nzwei",
        "X-OWN:1",
        "FN:Ada King",
        "UID:ours-1",
    ] {
        assert!(
            fitted.contains(&format!("\r\n{line}\r\n")),
            "{line}: {fitted}"
        );
    }
    // Bytes that are no text of any charset that is named.
    let latin = card(whole).replace("Ada", "Ad\u{e4}");
    let latin: Vec<u8> = latin
        .chars()
        .map(|sign| u8::try_from(u32::from(sign)).unwrap())
        .collect();
    assert!(fit(&latin).contains("FN:Ad\u{e4}\r\n"));
}
