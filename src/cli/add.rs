//! `callbook add NAME NUMBER`: a new contact in one line.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};

use anyhow::{Result, bail};
use clap::Args;

use crate::config::{self, Config, shown};
use crate::domain::contact::ContactAttributes;
use crate::domain::edit::{ContactEdit, PhoneEdit, Profile};
use crate::domain::number::{self, Region, Verdict, named_country};
use crate::domain::phone::PhoneAttributes;
use crate::domain::progress::Stop;
use crate::domain::refusal::Refusal;
use crate::domain::safe::safe;
use crate::exchange::jsonapi::{self, contact_resource, phone_resource};
use crate::store::Store;

use super::change::asked;
use super::contact::say_namesake;
use super::document::{CommandAnswer, answer};
use super::output;
use super::phone::say_holders;

#[derive(Debug, Args)]
pub(super) struct AddCommand {
    /// The name and the number, quoted or not.
    #[arg(required = true, value_names = ["NAME", "NUMBER"], num_args = 1..)]
    words: Vec<String>,
    /// The label of the number.
    #[arg(long)]
    label: Option<String>,
    /// Write JSON:API.
    #[arg(long)]
    json: bool,
}

impl AddCommand {
    /// Adds the contact, with the number if there is one.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let json = self.json;
        answer(self.answered(open), json)
    }

    /// The home country. It is asked for where nothing names it, the number needs one, and a person is there to
    /// answer; the answer is kept in the configuration.
    ///
    /// # Errors
    /// If the answer cannot be read.
    pub(super) fn home(&self, config: &Config, stop: &Stop) -> Result<Option<Region>> {
        let (_, number) = name_and_number(&self.words);
        let is_national = || number::parse(&number, None, None) == Err(Verdict::NoCountry);
        let is_there = || io::stdin().is_terminal() && io::stderr().is_terminal();
        if config.knows_home() || self.json || !is_there() || !is_national() {
            return Ok(config.home);
        }
        let question = "Which country are national numbers from, such as IT or Italy? [none] ";
        let home = loop {
            let line = asked(question, stop)?;
            let typed = line.trim();
            if line.is_empty() {
                bail!(
                    "no country was given; set home in {}, to \"none\" for none",
                    shown(&config.file)
                );
            }
            if typed.is_empty() || typed.eq_ignore_ascii_case("none") {
                break None;
            }
            match named_country(typed, &[]) {
                Some(region) => break Some(region),
                None => output::complain(&format!("no country matches {typed}")),
            }
        };
        match config::set_home(home) {
            Ok(()) => {
                let told = home.map_or("none", |home| home.name());
                let file = shown(&config.file);
                output::complain(&format!("home country: {told}, saved in {file}"));
            }
            // The number is read with it all the same.
            Err(error) => output::complain(&format!("warning: {error:#}")),
        }
        Ok(home)
    }

    fn answered(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<CommandAnswer> {
        let (name, number) = name_and_number(&self.words);
        let phones = (!number.is_empty()).then(|| {
            PhoneEdit::Create(PhoneAttributes {
                valid_values: number::has_words(&number).then_some(false),
                number: Some(number),
                location: self.label.map(Some),
                ..PhoneAttributes::default()
            })
        });
        let contact = ContactAttributes {
            name: Some(Some(name)),
            ..ContactAttributes::default()
        };
        let mut store = open()?;
        let done = store.save_contact(ContactEdit {
            id: None,
            contact: Some(contact),
            phones: phones.into_iter().collect(),
        })?;
        let profile = store.profile(done.value)?;
        let words = added(&profile, &store);
        let contact = &profile.full.contact;
        say_namesake(contact, &store)?;
        for phone in &profile.full.phones {
            say_holders(phone, &store)?;
        }
        let phones: Vec<_> = profile.full.phones.iter().map(phone_resource).collect();
        let document = jsonapi::compound(&contact_resource(&profile.full.contact), &phones);
        Ok(CommandAnswer::new(document, words))
    }
}

/// What was added, and what is not right with it.
fn added(profile: &Profile, store: &Store) -> String {
    let mut words = format!("Added {}", safe(&profile.full.contact.name));
    if let Some(phone) = profile.full.phones.first() {
        let flags = super::phone::flags(phone, store.home());
        let _ = write!(words, " with {} ({flags})", safe(&phone.shown()));
    }
    words.push('\n');
    let phones = profile.full.phones.iter();
    for phone in phones.filter(|phone| !phone.can_be_dialled()) {
        let (verdict, region) = match number::parse(&phone.number, None, store.home()) {
            Ok(reading) => (reading.verdict, reading.country()),
            Err(verdict) => (verdict, store.home()),
        };
        let why = verdict.refusal(region);
        output::complain(&format!("{}: {why}; saved as typed", phone.number));
    }
    words
}

/// The name and the number that words are, as a shell takes them apart: `Ada Lovelace +44 20 7946 0018`. The number
/// begins at the first `+`; else at the first word that has three digits or more and begins with
/// one, or with which nothing but numbers begin. Without a word before the number there is no name.
fn name_and_number(words: &[String]) -> (String, String) {
    let digits = |word: &str| word.chars().filter(|sign| sign.is_numeric()).count();
    let is_plain = |word: &String| {
        let sign = |sign: char| sign.is_numeric() || "()-./ ".contains(sign);
        word.chars().all(sign) && digits(word) > 0
    };
    let is_long =
        |word: &str| word.trim_start_matches('(').starts_with(char::is_numeric) && digits(word) > 2;
    let plus = words.iter().position(|word| word.starts_with(['+', '＋']));
    let first = || {
        (1..words.len()).find(|at| {
            let rest = words.get(*at..).unwrap_or_default();
            rest.first().is_some_and(|word| is_long(word)) || rest.iter().all(is_plain)
        })
    };
    let at = plus.or_else(first).unwrap_or(words.len());
    let (name, number) = words.split_at_checked(at).unwrap_or((words, &[]));
    (name.join(" "), number.join(" "))
}

#[cfg(test)]
mod tests {
    use super::name_and_number;

    #[test]
    fn a_name_and_a_number_need_no_quotes() {
        for (words, name, number) in [
            (
                "Ada|Lovelace|+44|20|7946|0018",
                "Ada Lovelace",
                "+44 20 7946 0018",
            ),
            (
                "Ada Lovelace|+44 20 7946 0018",
                "Ada Lovelace",
                "+44 20 7946 0018",
            ),
            (
                "Ada|Lovelace|(020)|7946-0018",
                "Ada Lovelace",
                "(020) 7946-0018",
            ),
            ("Route|66|+1|650|253|0000", "Route 66", "+1 650 253 0000"),
            ("Ada|Lovelace", "Ada Lovelace", ""),
            ("3M", "3M", ""),
            ("118118", "118118", ""),
            ("Taxi|0039|02|5550", "Taxi", "0039 02 5550"),
            ("Taxi|11|88|0", "Taxi", "11 88 0"),
            (
                "Elizabeth|2nd|030|901820|(Eva)",
                "Elizabeth 2nd",
                "030 901820 (Eva)",
            ),
            ("+39|02|555", "", "+39 02 555"),
            ("Tim|12345a", "Tim", "12345a"),
        ] {
            let words: Vec<String> = words.split('|').map(str::to_owned).collect();
            let read = name_and_number(&words);
            assert_eq!(read, (name.to_owned(), number.to_owned()), "{words:?}");
        }
    }
}
