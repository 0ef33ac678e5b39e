//! `--format`: a line as the person wants it, `{name}: {number}`.
//!
//! What a line is and where its cells end, the layout alone says: a name can neither begin a line of
//! its own nor another cell, for the line is read by programs.

use std::io::{self, IsTerminal as _};

use anyhow::Result;
use clap::Args;
use crossterm::style::Color;

use crate::domain::contact::Contact;
use crate::domain::fields::{CONTACT, ContactField};
use crate::domain::number::Region;
use crate::domain::phone::{Mark, Phone};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::safe::safe;

use super::output;
use super::phone::flags;
use super::table::Columns;

/// What a line may have beside the fields of a contact.
const OTHERS: [&str; 8] = [
    "email", "id", "number", "e164", "label", "flags", "source", "phone_id",
];

/// The fields of a contact that a line may have. Its source is not that of the number in the line.
fn of_contact() -> impl Iterator<Item = &'static ContactField> {
    let fields = CONTACT.iter();
    fields.filter(|field| field.csv.is_some() && field.name != "source")
}

/// How a number is printed on its line.
#[derive(Debug, Args)]
pub(super) struct LineFlags {
    /// The layout of a line: {name}, {number}, {e164}, {label}, {flags}, {email}, {organisation}, {id}.
    #[arg(long, value_name = "LAYOUT")]
    format: Option<String>,
    /// End each line with a NUL character instead of a newline, for xargs -0.
    #[arg(long)]
    print0: bool,
}

impl LineFlags {
    /// The layout that is asked for, or the usual one.
    ///
    /// # Errors
    /// If a field is unknown, by its name, with those that there are.
    pub(super) fn layout(&self) -> Result<LineFormat, Refusal> {
        let text = self.format.as_deref();
        if text.is_some_and(str::is_empty) {
            let detail = "--format is empty; write a layout such as {name}: {number}";
            return Err(Refusal::new(Kind::Invalid, detail));
        }
        let mut layout = LineFormat::read(text.unwrap_or("{name}\\t{number}\\t{label}\\t{flags}"))?;
        layout.is_columns = text.is_none() && !self.print0 && io::stdout().is_terminal();
        layout.end = if self.print0 { '\0' } else { '\n' };
        Ok(layout)
    }
}

/// Says on standard error that nothing was found, where a person reads it; a script has the exit status.
pub(super) fn say_no_match(asked: &str, json: bool) {
    if !json && io::stderr().is_terminal() {
        output::complain(&format!("no match for {asked}"));
    }
}

/// A layout of lines.
#[derive(Debug)]
pub struct LineFormat {
    parts: Vec<Piece>,
    /// Whether a person reads it: the usual layout on a terminal, in columns.
    is_columns: bool,
    /// What ends a line.
    end: char,
    /// The country that national numbers belong to, which the flags depend on.
    pub home: Option<Region>,
}

#[derive(Debug)]
enum Piece {
    Plain(String),
    Contact(&'static ContactField),
    Other(&'static str),
}

impl LineFormat {
    /// Reads a layout: fields in braces, `\t` and `\n`; two braces for one.
    ///
    /// # Errors
    /// If a field is unknown, by its name, with those that there are.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut signs = text.chars().peekable();
        while let Some(sign) = signs.next() {
            match (sign, signs.peek()) {
                ('\\', Some('t' | 'n' | '\\')) => plain.push(match signs.next() {
                    Some('t') => '\t',
                    Some('n') => '\n',
                    _ => '\\',
                }),
                ('{', Some('{')) | ('}', Some('}')) => {
                    signs.next();
                    plain.push(sign);
                }
                ('{', _) => {
                    let mut name = String::new();
                    let closed = signs.by_ref().any(|sign| {
                        if sign != '}' {
                            name.push(sign);
                        }
                        sign == '}'
                    });
                    if !closed {
                        let why =
                            format!("--format has an unclosed {{{name}; write {{{{ for a brace");
                        return Err(Refusal::new(Kind::Invalid, why));
                    }
                    let contact = of_contact().find(|field| field.name == name);
                    let other = OTHERS.into_iter().find(|other| *other == name);
                    let field = contact.map(Piece::Contact).or(other.map(Piece::Other));
                    let Some(field) = field else {
                        let all = of_contact().map(|field| field.name).chain(OTHERS);
                        let all: Vec<&str> = all.collect();
                        let all = all.join(", ");
                        let why =
                            format!("unknown field {{{name}}} in --format; expected one of {all}");
                        return Err(Refusal::new(Kind::Invalid, why));
                    };
                    parts.push(Piece::Plain(std::mem::take(&mut plain)));
                    parts.push(field);
                }
                _ => plain.push(sign),
            }
        }
        parts.push(Piece::Plain(plain));
        Ok(Self {
            parts,
            is_columns: false,
            end: '\n',
            home: None,
        })
    }

    /// Whether a line says anything of a number; else the lines of a contact are all the same.
    pub(super) fn names_number(&self) -> bool {
        self.parts
            .iter()
            .any(|part| matches!(part, Piece::Other(name) if !matches!(*name, "email" | "id")))
    }

    /// Prints the lines of contacts and their numbers: on a terminal in columns, coloured by what is to be
    /// said of a number, else as the layout has them.
    ///
    /// # Errors
    /// If standard output cannot be written to.
    pub(super) fn print<'a>(
        &self,
        numbers: impl IntoIterator<Item = (&'a Contact, Option<&'a Phone>)>,
    ) -> Result<()> {
        let numbers = numbers.into_iter();
        if !self.is_columns {
            let lines: String = numbers
                .map(|(contact, phone)| self.safe_line(contact, phone))
                .collect();
            return output::exact(&lines);
        }
        let mut columns = Columns::new().coloured();
        let mut text = String::new();
        for (contact, phone) in numbers {
            let [number, label, flags] =
                ["number", "label", "flags"].map(|field| self.value(field, contact, phone));
            let row = [contact.name.clone(), number, label, flags];
            let colour = phone.map(|phone| colour(phone, self.home));
            text.push_str(&columns.row_in(&row, colour));
        }
        output::exact(&(text + &columns.rest()))
    }

    /// The line of a contact and one of its numbers, with its end, so that nothing in a name can take
    /// over a terminal.
    #[must_use]
    pub fn safe_line(&self, contact: &Contact, phone: Option<&Phone>) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Piece::Plain(plain) => text.push_str(plain),
                Piece::Contact(field) => text.push_str(&safe(&field.text(contact))),
                Piece::Other(field) => text.push_str(&safe(&self.value(field, contact, phone))),
            }
        }
        let mut lines = String::new();
        for line in text.split('\n') {
            let cells: Vec<_> = line.split('\t').map(safe).collect();
            lines.push_str(&cells.join("\t"));
            lines.push('\n');
        }
        lines.pop();
        lines.push(self.end);
        lines
    }

    fn value(&self, field: &str, contact: &Contact, phone: Option<&Phone>) -> String {
        let of_phone = |of: &dyn Fn(&Phone) -> String| phone.map(of).unwrap_or_default();
        match field {
            "email" => contact.emails().next().unwrap_or_default().to_owned(),
            "id" => contact.id.to_string(),
            "number" => of_phone(&Phone::shown),
            "e164" => of_phone(&|phone| phone.number.clone()),
            "label" => of_phone(&|phone| phone.location.clone().unwrap_or_default()),
            "flags" => of_phone(&|phone| flags(phone, self.home)),
            "source" => of_phone(&|phone| phone.source.clone()),
            "phone_id" => of_phone(&|phone| phone.id.to_string()),
            _ => String::new(),
        }
    }
}

/// The colour of what is to be said of a number: that it is confirmed, is not, or cannot be right.
pub(super) fn colour(phone: &Phone, home: Option<Region>) -> Color {
    match phone.mark(home) {
        _ if phone.historic => Color::DarkGrey,
        Mark::Accurate => Color::Green,
        Mark::Unconfirmed => Color::Yellow,
        Mark::Impossible => Color::Red,
    }
}

#[cfg(test)]
mod tests {
    use super::LineFormat;

    #[test]
    fn an_unknown_field_is_named_with_those_that_there_are() {
        let told = LineFormat::read("{name} {shoe}").unwrap_err().to_string();
        assert!(told.contains("{shoe}") && told.contains("e164"), "{told}");
        assert!(LineFormat::read("{{x}}\\t{name}").is_ok());
        let told = LineFormat::read("{name} <{e164").unwrap_err().to_string();
        assert!(told.contains("unclosed {e164"), "{told}");
    }
}
