//! `callbook add NAME NUMBER...`: a new contact in one line.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};

use anyhow::{Result, bail};
use clap::Args;
use uuid::Uuid;

use crate::config::{self, Config, shown};
use crate::domain::change_line::detail_words;
use crate::domain::contact::{ContactAttributes, DetailKind};
use crate::domain::edit::{ContactEdit, Holder, NamedContact, PhoneEdit, Profile};
use crate::domain::naming::NameParts;
use crate::domain::number::{self, Region, Verdict, named_country};
use crate::domain::phone::{Context, PhoneAttributes};
use crate::domain::progress::Stop;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::safe::safe;
use crate::domain::timestamp::Timestamp;
use crate::domain::words::count;
use crate::exchange::jsonapi::{self, contact_resource, phone_resource};
use crate::store::Store;

use super::change::asked;
use super::contact::say_namesake;
use super::detail_flags::DetailFlags;
use super::document::{CommandAnswer, answer};
use super::field_flags::FieldFlags;
use super::output;
use super::phone::say_holders;

#[derive(Debug, Args)]
pub(super) struct AddCommand {
    /// The name and the numbers, quoted or not. A second number is quoted or begins with +.
    #[arg(required = true, value_names = ["NAME", "NUMBER"], num_args = 1..)]
    words: Vec<String>,
    /// The label of the numbers; one for all, or one for each.
    #[arg(long)]
    label: Vec<String>,
    /// Add nothing where a contact has the name or one of the numbers (exit status 4).
    #[arg(long)]
    if_new: bool,
    #[command(flatten)]
    details: DetailFlags,
    #[command(flatten)]
    fields: FieldFlags,
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
        let is_national = || match name_and_numbers(&self.words, None) {
            Ok((_, numbers)) => numbers
                .iter()
                .any(|number| number::parse(number, None, None) == Err(Verdict::NoCountry)),
            // Their country may say where each ends.
            Err(_) => true,
        };
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

    fn answered(&self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<CommandAnswer> {
        let mut store = open()?;
        let edit = self.edit(store.home())?;
        if self.if_new {
            refuse_known(&edit, &store)?;
        }
        let done = store.save_contact(edit)?;
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

    /// What is saved.
    ///
    /// # Errors
    /// Invalid with all faults, also those that the store would find, where the words and flags have any.
    fn edit(&self, home: Option<Region>) -> Result<ContactEdit, Refusal> {
        let context = Context {
            now: Timestamp::default(),
            home,
            fresh_id: Uuid::nil(),
        };
        let (mut contact, mut faults) = ContactAttributes::read(self.fields.attributes.clone());
        let (name, numbers) = name_and_numbers(&self.words, home).unwrap_or_else(|refusal| {
            faults.extend(refusal.faults);
            (self.words.join(" "), Vec::new())
        });
        let labels = labels(&self.label, numbers.len()).unwrap_or_else(|refusal| {
            faults.extend(refusal.faults);
            vec![None; numbers.len()]
        });
        contact.name = Some(Some(name)).filter(|name| *name != Some(String::new()));
        contact.details = Some(self.details.0.clone()).filter(|details| !details.is_empty());
        with_all_parts(&mut contact, &context);
        let phones = numbers.into_iter().zip(labels).map(|(number, label)| {
            PhoneEdit::Create(PhoneAttributes {
                valid_values: number::has_words(&number).then_some(false),
                number: Some(number),
                location: label.map(Some),
                ..PhoneAttributes::default()
            })
        });
        if !faults.is_empty() {
            contact.clone().create(&context, faults)?;
        }
        Ok(ContactEdit {
            id: None,
            contact: Some(contact),
            phones: phones.collect(),
        })
    }
}

/// Gives a name that comes with some of its parts the others, and itself those that it lacks: Ada Lovelace with the
/// prefix Dr. is Dr. Ada Lovelace. Where a part says otherwise than the name, both stay as they were given.
fn with_all_parts(sent: &mut ContactAttributes, context: &Context) {
    if !NameParts::is_sent(sent) || sent.name.is_none() {
        return;
    }
    let named = ContactAttributes {
        name: sent.name.clone(),
        kind: sent.kind,
        ..ContactAttributes::default()
    };
    let parts = ContactAttributes {
        prefix: sent.prefix.clone(),
        given_name: sent.given_name.clone(),
        additional_name: sent.additional_name.clone(),
        family_name: sent.family_name.clone(),
        suffix: sent.suffix.clone(),
        overwrite: true,
        ..ContactAttributes::default()
    };
    let named = named.create(context, Vec::new());
    let of_name = named.as_ref().map(NameParts::of).unwrap_or_default();
    if of_name.differs_from_sent(sent) {
        return;
    }
    let made = named.and_then(|named| parts.revise(&named, context, Vec::new()));
    // What is wrong with them is found when all of it is saved.
    if let Ok(made) = made {
        sent.prefix = Some(made.prefix);
        sent.given_name = Some(made.given_name);
        sent.additional_name = Some(made.additional_name);
        sent.family_name = Some(made.family_name);
        sent.suffix = Some(made.suffix);
        sent.name = Some(Some(made.name));
    }
}

/// Refuses a contact if its name or one of its numbers is already in the book.
fn refuse_known(edit: &ContactEdit, store: &Store) -> Result<(), Refusal> {
    let names = edit.contact.iter().flat_map(|contact| &contact.name);
    let mut known = Vec::new();
    for name in names.flatten() {
        let others = store.named(name, None)?;
        let is_there = |other: &NamedContact| format!("{} is in the book", other.name);
        known.extend(others.first().map(is_there));
    }
    for phone in &edit.phones {
        let PhoneEdit::Create(PhoneAttributes {
            number: Some(number),
            ..
        }) = phone
        else {
            continue;
        };
        let number = number::canonical(number, None, store.home()).number;
        let holders = store.holders(&number, None)?;
        let has =
            |holder: &Holder| format!("{} is a number of {}", holder.phone.shown(), holder.name);
        known.extend(holders.first().map(has));
    }
    if known.is_empty() {
        return Ok(());
    }
    let known = known.join("; ");
    Err(Refusal::new(Kind::Conflict, format!("not added: {known}")))
}

/// What was added, and what is not right with it.
fn added(profile: &Profile, store: &Store) -> String {
    let mut words = format!("Added {}", safe(&profile.full.contact.name));
    for (at, phone) in profile.full.phones.iter().enumerate() {
        let flags = super::phone::flags(phone, store.home());
        let with = if at == 0 { " with" } else { "," };
        let _ = write!(words, "{with} {} ({flags})", safe(&phone.shown()));
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
    let dates = profile.full.contact.details_of(DetailKind::Date);
    for date in dates.filter(|date| date.date().is_none()) {
        let told = safe(&detail_words(date)).into_owned();
        output::complain(&format!("{told}: no date that is known; saved as typed"));
    }
    words
}

/// The label of each number: one for all, or one for each.
fn labels(given: &[String], numbers: usize) -> Result<Vec<Option<String>>, Refusal> {
    match given {
        [] => Ok(vec![None; numbers]),
        [label] => Ok(vec![Some(label.clone()); numbers]),
        labels if labels.len() == numbers => Ok(labels.iter().cloned().map(Some).collect()),
        labels => {
            let detail = format!(
                "{} for {}; give one for all numbers, or one for each",
                count(labels.len(), "label"),
                count(numbers, "number")
            );
            Err(Refusal::new(Kind::Invalid, detail))
        }
    }
}

/// The name and the numbers that words are, as a shell takes them apart: `Ada Lovelace +44 20 7946 0018`.
/// The first number begins at the first words that are a whole one; else at the first `+`; else at the first word that has three digits
/// or more and begins with one, or with which nothing but numbers begin. Without a word before the number there
/// is no name.
///
/// # Errors
/// Invalid, where it cannot be told where one number ends and the next begins.
fn name_and_numbers(
    words: &[String],
    home: Option<Region>,
) -> Result<(String, Vec<String>), Refusal> {
    let is_plain = |word: &String| {
        let sign = |sign: char| sign.is_numeric() || "()-./ ".contains(sign);
        word.chars().all(sign) && digits(word) > 0
    };
    let is_long = |word: &str| begins_with_digit(word) && digits(word) > 2;
    let plus = words.iter().position(|word| has_plus(word));
    // `Route 66 +1 650 253 0000` has one number, `Marco 02 5550 1182 +1 650 253 0000` two.
    let before_plus = words.get(..plus.unwrap_or(words.len())).unwrap_or_default();
    let whole = (1..before_plus.len()).find(|at| {
        let rest = before_plus.get(*at..).unwrap_or_default();
        let begins = rest.first().is_some_and(|word| begins_with_digit(word));
        let is_number = |end: usize| {
            let text = rest.get(..end).unwrap_or_default().join(" ");
            digits(&text) >= LEAST_DIGITS && can_be_whole(&text, home)
        };
        begins && (1..=rest.len()).any(is_number)
    });
    let first = || {
        (1..words.len()).find(|at| {
            let rest = words.get(*at..).unwrap_or_default();
            rest.first().is_some_and(|word| is_long(word)) || rest.iter().all(is_plain)
        })
    };
    let at = whole.or(plus).or_else(first).unwrap_or(words.len());
    let (name, numbers) = words.split_at_checked(at).unwrap_or((words, &[]));
    Ok((name.join(" "), parted(numbers, home)?))
}

/// The numbers that words are: `+` begins one, and so does a quoted word that is a whole one.
fn parted(words: &[String], home: Option<Region>) -> Result<Vec<String>, Refusal> {
    let begins = |word: &String| has_plus(word) || (is_quoted(word) && can_be_whole(word, home));
    let mut runs: Vec<Vec<&str>> = Vec::new();
    for word in words {
        match runs.last_mut() {
            Some(run) if !begins(word) => run.push(word),
            _ => runs.push(vec![word]),
        }
    }
    let mut numbers = Vec::new();
    for run in runs {
        numbers.extend(ungrouped(&run, home)?);
    }
    Ok(numbers)
}

/// The numbers of words that may all be groups of one: `02 5550 1182`. They are several where each word is
/// whole and long, or where together they are too long and there is one way to part them.
fn ungrouped(words: &[&str], home: Option<Region>) -> Result<Vec<String>, Refusal> {
    let joined = words.join(" ");
    let is_long = |word: &&str| digits(word) >= LEAST_WITHOUT_PLAN && can_be_whole(word, home);
    if words.len() > 1 && words.iter().all(is_long) {
        return Ok(words.iter().map(|word| (*word).to_owned()).collect());
    }
    if can_be_whole(&joined, home) {
        return Ok(vec![joined]);
    }
    // From each word on: in how many ways, and the numbers of one of them.
    let mut ways = vec![(1_usize, Vec::new())];
    for at in (0..words.len()).rev() {
        let rest = words.get(at..).unwrap_or_default();
        let mut way = (0_usize, Vec::new());
        for (end, (after, others)) in (1..=rest.len()).zip(ways.iter().rev()).take(MOST_GROUPS) {
            let number = rest.get(..end).unwrap_or_default().join(" ");
            if *after > 0 && can_be_whole(&number, home) {
                way.0 = way.0.saturating_add(*after);
                way.1 = [&[number], &**others].concat();
            }
        }
        ways.push(way);
    }
    match ways.pop() {
        Some((1, numbers)) => Ok(numbers),
        None | Some((0, _)) => Ok(vec![joined]),
        Some(_) => {
            let detail = format!(
                "cannot tell where one number ends in {joined}; quote each number, or begin it with +"
            );
            Err(Refusal::new(Kind::Invalid, detail))
        }
    }
}

fn digits(text: &str) -> usize {
    text.chars().filter(|sign| sign.is_numeric()).count()
}

fn begins_with_digit(word: &str) -> bool {
    word.trim_start_matches('(').starts_with(char::is_numeric)
}

fn has_plus(word: &str) -> bool {
    word.starts_with(['+', '＋'])
}

/// Whether the shell was given quotes: nothing else leaves a space in a word.
fn is_quoted(word: &str) -> bool {
    word.contains(char::is_whitespace)
}

/// How many digits a number has at least that begins before a `+`: fewer are part of a name.
const LEAST_DIGITS: usize = 6;

/// How many digits a whole number has at least where no plan says it: more than a short number.
const LEAST_WITHOUT_PLAN: usize = 7;

/// How many groups of digits a number has at most.
const MOST_GROUPS: usize = 20;

/// Whether a text can be a whole number; without a country, by its digits, of which E.164 allows 15.
fn can_be_whole(text: &str, home: Option<Region>) -> bool {
    match number::parse(text, None, home) {
        Ok(reading) => reading.is_possible(),
        Err(Verdict::NoCountry) => (LEAST_WITHOUT_PLAN..=15).contains(&digits(text)),
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::name_and_numbers;
    use crate::domain::number::Region;

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
            let (read, numbers) = name_and_numbers(&words, None).unwrap();
            assert_eq!(
                (&*read, numbers.concat()),
                (name, number.to_owned()),
                "{words:?}"
            );
        }
    }

    #[test]
    fn several_numbers_are_told_apart() {
        for (words, home, name, numbers) in [
            (
                "Two Num|+44 20 7946 0018|+44 7700 900123",
                "IT",
                "Two Num",
                &["+44 20 7946 0018", "+44 7700 900123"][..],
            ),
            (
                "Two|Num|+44|20|7946|0018|+44|7700|900123",
                "IT",
                "Two Num",
                &["+44 20 7946 0018", "+44 7700 900123"],
            ),
            (
                "Two Num|02 5550 1182|347 555 0164",
                "IT",
                "Two Num",
                &["02 5550 1182", "347 555 0164"],
            ),
            (
                "Two Num|02 5550 1182|347 555 0164|06 555 0199",
                "",
                "Two Num",
                &["02 5550 1182", "347 555 0164", "06 555 0199"],
            ),
            (
                "Two|0255501182|3475550164",
                "IT",
                "Two",
                &["0255501182", "3475550164"],
            ),
            (
                "Two|0255501182|+44|20|7946|0018",
                "IT",
                "Two",
                &["0255501182", "+44 20 7946 0018"],
            ),
            (
                "Two|02 5550 1182|+44|20|7946|0018",
                "IT",
                "Two",
                &["02 5550 1182", "+44 20 7946 0018"],
            ),
            (
                "Route 66|+1 650 253 0000",
                "US",
                "Route 66",
                &["+1 650 253 0000"],
            ),
            (
                "Eva|030|9018201|+49|30|901820",
                "DE",
                "Eva",
                &["030 9018201", "+49 30 901820"],
            ),
            (
                "Two|02 5550 1182|347|555|0164",
                "IT",
                "Two",
                &["02 5550 1182", "347 555 0164"],
            ),
            ("Eva|030 901820|12", "DE", "Eva", &["030 901820 12"]),
            (
                "Eva|+39|02|55501182|3475550164",
                "IT",
                "Eva",
                &["+39 02 55501182", "3475550164"],
            ),
            ("Eva|030|901820", "DE", "Eva", &["030 901820"]),
            ("Eva|030|9018|2012", "DE", "Eva", &["030 9018 2012"]),
            ("Eva|+39|02|55501182", "IT", "Eva", &["+39 02 55501182"]),
            (
                "Eva|030 901820|030 901821",
                "DE",
                "Eva",
                &["030 901820", "030 901821"],
            ),
            (
                "Eva|+49|30|901820|ext|5551",
                "DE",
                "Eva",
                &["+49 30 901820 ext 5551"],
            ),
        ] {
            let words: Vec<String> = words.split('|').map(str::to_owned).collect();
            let (read, told) = name_and_numbers(&words, Region::new(home)).unwrap();
            assert_eq!(read, name, "{words:?}");
            assert_eq!(told, numbers, "{words:?}");
        }
    }

    #[test]
    fn numbers_without_an_end_are_refused() {
        for words in [
            "Two|Num|02|5550|1182|347|555|0164",
            "Two|Num|06|555|0199|02|5550|1182",
        ] {
            let words: Vec<String> = words.split('|').map(str::to_owned).collect();
            let told = name_and_numbers(&words, Region::new("IT")).unwrap_err();
            assert!(told.to_string().contains("quote each number"), "{told}");
        }
    }
}
