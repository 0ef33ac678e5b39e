//! Whether "van Rijn" stands under V or under R.

use std::fs;

use callbook::domain::contact::ContactAttributes;
use callbook::domain::listing::ListQuery;
use callbook::domain::naming::SortPrefixes;
use callbook::store::{Options, Store};

use crate::cli::Shell;
use crate::support::{Book, options};

fn add(store: &mut Store, name: &str, more: impl Fn(&mut ContactAttributes)) {
    let mut contact = ContactAttributes {
        name: Some(Some(name.to_owned())),
        ..ContactAttributes::default()
    };
    more(&mut contact);
    store.create_contact(contact, Vec::new()).unwrap();
}

fn names(store: &Store) -> Vec<String> {
    let rows = store.rows(&ListQuery::default(), 0, 100).unwrap().rows;
    rows.into_iter().map(|row| row.name).collect()
}

/// The book opened anew by somebody who set this.
fn opened(book: &Book, sort_prefixes: Option<SortPrefixes>) -> Store {
    let options = Options {
        sort_prefixes,
        ..options(&book.clock)
    };
    Store::open(&book.path, options).unwrap()
}

/// What the book's own check finds wrong with its rows.
fn wrong(store: &Store) -> Vec<String> {
    let found = store.examine().unwrap().into_iter();
    let found = found.map(|finding| finding.words);
    found.filter(|words| !words.contains("by others")).collect()
}

#[test]
fn the_list_follows_the_setting_and_follows_it_back() {
    let mut book = Book::of_rules();
    for name in [
        "Rembrandt van Rijn",
        "Carl Roth",
        "Vera Vos",
        "Omar al-Sharif",
        "Juana Inés de la Cruz",
        "Ann Ames",
    ] {
        add(&mut book.store, name, |_| {});
    }
    // A company, and what is told to be sorted by, stay where they are.
    add(&mut book.store, "De Zaak", |sent| {
        sent.kind = callbook::domain::contact::ContactKind::named("company");
    });
    add(&mut book.store, "Jan van Zoon", |sent| {
        sent.sort_as = Some(Some("van Zoon, Jan".to_owned()));
    });
    add(&mut book.store, "Hugo van Zand", |sent| {
        sent.phonetic_family_name = Some(Some("van Sand".to_owned()));
    });
    let first = [
        "Omar al-Sharif",
        "Ann Ames",
        "Juana Inés de la Cruz",
        "Carl Roth",
        "Rembrandt van Rijn",
        "Hugo van Zand",
        "Jan van Zoon",
        "Vera Vos",
        "De Zaak",
    ];
    assert_eq!(names(&book.store), first);
    let steps = book.store.steps(None, 100).unwrap().len();
    for _ in 0..2 {
        let mut last = opened(&book, Some(SortPrefixes::Last));
        assert_eq!(
            names(&last),
            [
                "Ann Ames",
                "Juana Inés de la Cruz",
                "Rembrandt van Rijn",
                "Carl Roth",
                "Omar al-Sharif",
                "Hugo van Zand",
                "Jan van Zoon",
                "Vera Vos",
                "De Zaak",
            ]
        );
        assert_eq!(wrong(&last), [""; 0]);
        // Who is added stands where the others do.
        add(&mut last, "Bo van Aa", |_| {});
        assert_eq!(names(&last)[0], "Bo van Aa");
        last.undo().unwrap();
        // Another program that says nothing of it leaves the order alone.
        assert_eq!(names(&opened(&book, None))[0], "Ann Ames");
        drop(last);
        let again = opened(&book, Some(SortPrefixes::First));
        assert_eq!(names(&again), first);
        assert_eq!(wrong(&again), [""; 0]);
    }
    // It is no change of the book: there are the two steps that were undone, and no others.
    assert_eq!(book.store.steps(None, 100).unwrap().len(), steps + 2);
}

/// The names of the list with this configuration, and what is told of it.
fn told(shell: &Shell, config: &str) -> (String, String) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("callbook");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join("config.toml"), config).unwrap();
    let place = [("XDG_CONFIG_HOME", home.path().to_str().unwrap())];
    let words = ["find", "--format", "{name}", "-tag:x"];
    let (_, told, error) = shell.run_in(&place, &words, "");
    (told.replace("Ada Lovelace\n", ""), error)
}

#[test]
fn the_configuration_says_it() {
    let shell = Shell::new();
    for name in ["Rembrandt van Rijn", "Carl Roth", "Sue Sand"] {
        assert_eq!(shell.run(&["add", name], "").0, 0);
    }
    for (setting, wanted) in [
        ("", ["Carl Roth", "Sue Sand", "Rembrandt van Rijn"]),
        (
            "sort_prefixes = false\n",
            ["Rembrandt van Rijn", "Carl Roth", "Sue Sand"],
        ),
        (
            "sort_prefixes = true\n",
            ["Carl Roth", "Sue Sand", "Rembrandt van Rijn"],
        ),
    ] {
        let (told, _) = told(&shell, setting);
        assert_eq!(told.lines().collect::<Vec<_>>(), wanted, "{setting}");
    }
    let (_, error) = told(&shell, "sort_prefixes = \"no\"\n");
    assert!(
        error.contains("sort_prefixes: expected true or false"),
        "{error}"
    );
}
