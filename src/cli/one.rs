//! The one contact that a command is about, as a person names it: by an id, a name, a number or a filter.

use std::fmt::Write as _;
use std::io::{self, IsTerminal as _};

use crate::domain::contact::{Contact, ContactId};
use crate::domain::fold::fold;
use crate::domain::full_contact::FullContact;
use crate::domain::listing::{Found, RowNumber, Selection};
use crate::domain::number::digits_to_find;
use crate::domain::phone::{Phone, PhoneId};
use crate::domain::query::SearchTerms;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::safe::safe;
use crate::store::Store;

use super::change::{asked, filtered};

/// The most contacts that are listed where several match.
const LISTED: usize = 20;

/// A contact that was named, and which of its numbers the words were about.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) full: FullContact,
    number: Option<PhoneId>,
}

impl Named {
    /// The number that is meant: the one that was named, else the primary one, else the first.
    pub(super) fn phone(&self) -> Option<&Phone> {
        let phones = || self.full.phones.iter();
        let named = phones().find(|phone| Some(phone.id) == self.number);
        let primary = || phones().find(|phone| phone.primary);
        named.or_else(primary).or_else(|| phones().next())
    }

    /// The name, for a message.
    pub(super) fn name(&self) -> &str {
        &self.full.contact.name
    }

    /// Why nothing can be done with something that the contact does not have.
    pub(super) fn lacks(&self, what: &str) -> Refusal {
        let why = format!("{} has no {what}", self.name());
        Refusal::new(Kind::NotFound, why)
    }
}

/// The contact that these words name. Where several match, one is chosen on a terminal.
///
/// # Errors
/// Not found; invalid where the filter cannot be read, or several match and none was chosen.
pub(super) fn one(store: &Store, words: &[String]) -> Result<Named, Refusal> {
    let text = words.join(" ");
    if text.trim().is_empty() {
        let why = "no contact is named; give a name, a number, an id or a filter";
        return Err(Refusal::new(Kind::Invalid, why));
    }
    if let Ok(id) = text.trim().parse::<ContactId>() {
        let mut found = read(store, vec![id])?;
        let missing = || Refusal::new(Kind::NotFound, format!("no contact has the id {text}"));
        let full = found.pop().ok_or_else(missing)?;
        return Ok(Named { full, number: None });
    }
    let query = filtered(store, text.clone())?;
    let rows = store.rows(&query, 0, LISTED + 1)?;
    // A number that was copied from elsewhere may be written in a way that only a look-up reads.
    let holders = if rows.rows.is_empty() || rows.found == Found::Alike {
        store.lookup(&text)?
    } else {
        Vec::new()
    };
    let numbers: Vec<(ContactId, Option<PhoneId>)> = if holders.is_empty() {
        let matched = |number: RowNumber| number.matched;
        let rows = rows
            .rows
            .into_iter()
            .filter(|_| rows.found == Found::Exactly);
        rows.map(|row| (row.id, row.number.and_then(matched)))
            .collect()
    } else {
        let holders = holders.into_iter();
        holders
            .map(|holder| (holder.contact, Some(holder.phone.id)))
            .collect()
    };
    let mut ids: Vec<ContactId> = numbers.iter().map(|(id, _)| *id).collect();
    ids.dedup();
    let found = read(store, ids)?;
    if found.is_empty() {
        return Err(Refusal::new(Kind::NotFound, format!("no match for {text}")));
    }
    let found = best_named(&text, &query.needles(), found);
    let full = only(store, &text, found)?;
    let mut matched = numbers.iter().filter(|(id, _)| *id == full.contact.id);
    let matched = matched.find_map(|(_, number)| *number);
    let number = matched.or_else(|| written_in(&query.needles(), &full));
    Ok(Named { full, number })
}

/// Those of the contacts that have the words as their whole name; else those in whose names and emails they are;
/// else all, which have them elsewhere.
pub(super) fn best_named(
    text: &str,
    needles: &SearchTerms,
    found: Vec<FullContact>,
) -> Vec<FullContact> {
    let whole = fold(text);
    let is_called = |one: &FullContact| fold(&one.contact.name) == whole;
    let words = &needles.words;
    let is_named = |one: &FullContact| {
        let Contact {
            name,
            nickname,
            organisation,
            ..
        } = &one.contact;
        let names = [Some(name), nickname.as_ref(), organisation.as_ref()];
        let names = names.into_iter().flatten().map(String::as_str);
        let names = names.chain(one.contact.emails());
        let names: Vec<String> = names.map(fold).collect();
        let has = |word: &String| names.iter().any(|name| name.contains(word.as_str()));
        !words.is_empty() && words.iter().all(has)
    };
    let by_name = |is: &dyn Fn(&FullContact) -> bool| found.iter().any(is);
    let is_meant: &dyn Fn(&FullContact) -> bool = if by_name(&is_called) {
        &is_called
    } else if by_name(&is_named) {
        &is_named
    } else {
        return found;
    };
    found.iter().filter(|one| is_meant(one)).cloned().collect()
}

/// The one of the contacts that is meant: the only one, or the one that is chosen.
fn only(store: &Store, text: &str, mut found: Vec<FullContact>) -> Result<FullContact, Refusal> {
    let place = match found.len() {
        1 => Some(0),
        _ => chosen(store, text, &found)?,
    };
    match place {
        Some(place) if place < found.len().min(LISTED) => Ok(found.swap_remove(place)),
        _ => Err(several(text, &found)),
    }
}

/// The number that has digits of the words, where they are not a part of the name.
fn written_in(needles: &SearchTerms, full: &FullContact) -> Option<PhoneId> {
    let name = fold(&full.contact.name);
    let is_digits = |word: &&String| word.chars().all(|sign| sign.is_ascii_digit());
    let words = needles.words.iter().filter(is_digits);
    let words = words.filter(|word| !name.contains(word.as_str()));
    let words: Vec<&String> = words.collect();
    let has = |phone: &&Phone| {
        let number = digits_to_find(&phone.number);
        let has = |digits: &String| number.contains(digits.as_str());
        // Each word is a part of it, and the digits are spellings of one number.
        let has_words = !words.is_empty() && words.iter().all(|word| has(word));
        has_words || needles.digits.iter().any(has)
    };
    full.phones.iter().find(has).map(|phone| phone.id)
}

fn read(store: &Store, ids: Vec<ContactId>) -> Result<Vec<FullContact>, Refusal> {
    let mut found = Vec::with_capacity(ids.len());
    store.each(&Selection::Marked(ids), &mut |whole| {
        found.push(whole.full);
        Ok(())
    })?;
    Ok(found)
}

/// Asks on the terminal which contact is meant. None without a terminal, or if the answer is not a number of the
/// list.
fn chosen(store: &Store, text: &str, found: &[FullContact]) -> Result<Option<usize>, Refusal> {
    let lines = lines(found);
    let head = format!("{} contacts match {text}:", how_many(found));
    choose(store, &head, &lines)
}

/// Asks on the terminal for one of several things; its place among them. None without a terminal, or if the
/// answer is not a number of the list.
///
/// # Errors
/// If the answer cannot be read.
pub(super) fn choose(
    store: &Store,
    head: &str,
    lines: &[String],
) -> Result<Option<usize>, Refusal> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Ok(None);
    }
    let mut list = format!("{}\n", safe(head));
    for (at, line) in lines.iter().enumerate() {
        let _ = writeln!(list, "{:>3}  {}", at + 1, safe(line));
    }
    let question = format!("{list}Which one? (number, or enter for none) ");
    let typed = asked(&question, store.stop());
    let typed = typed.map_err(|error| Refusal::new(Kind::Stopped, format!("{error:#}")))?;
    Ok({ typed.trim().parse::<usize>().ok() }.and_then(|place| place.checked_sub(1)))
}

fn several(text: &str, found: &[FullContact]) -> Refusal {
    let why = format!(
        "{} contacts match {text}; name one of them: {}",
        how_many(found),
        lines(found).join("; ")
    );
    Refusal::new(Kind::Invalid, why)
}

fn how_many(found: &[FullContact]) -> String {
    if found.len() > LISTED {
        format!("more than {LISTED}")
    } else {
        found.len().to_string()
    }
}

/// The contacts to choose from; those that would be written the same have their ids too.
fn lines(found: &[FullContact]) -> Vec<String> {
    let plain: Vec<String> = found.iter().take(LISTED).map(line).collect();
    let with_id = |(line, one): (&String, &FullContact)| {
        let same = plain.iter().filter(|other| *other == line).count();
        match same {
            1 => line.clone(),
            _ => format!("{line}, {}", one.contact.id),
        }
    };
    plain.iter().zip(found).map(with_id).collect()
}

/// A contact with the number that tells it from others of its name.
pub(super) fn line(one: &FullContact) -> String {
    let name = safe(&one.contact.name);
    let primary = one.phones.iter().find(|phone| phone.primary);
    match primary.or_else(|| one.phones.first()) {
        Some(phone) => format!("{name}, {}", phone.shown()),
        None => name.into_owned(),
    }
}
