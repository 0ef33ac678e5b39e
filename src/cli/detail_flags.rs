//! The flags of a contact's details: one for each kind, and the usual dates by their labels.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};

use crate::domain::detail::{ANNIVERSARY, BIRTHDAY, Detail, DetailKind};

/// The details that flags give, in the order of their flags and then in that in which they were given.
#[derive(Clone, Debug, Default)]
pub(super) struct DetailFlags(pub Vec<Detail>);

/// A flag: its kind, and its label where the flag itself says it.
struct DetailFlag {
    name: &'static str,
    kind: DetailKind,
    label: Option<&'static str>,
}

fn all() -> impl Iterator<Item = DetailFlag> {
    let kind = |kind: DetailKind| DetailFlag {
        name: kind.word(),
        kind,
        label: None,
    };
    let date = |label| DetailFlag {
        name: label,
        kind: DetailKind::Date,
        label: Some(label),
    };
    let kinds = DetailKind::ALL.into_iter().map(kind);
    kinds.chain([BIRTHDAY, ANNIVERSARY].map(date))
}

impl DetailFlag {
    fn arg(&self) -> Arg {
        let arg = Arg::new(format!("detail-{}", self.name)).long(self.name);
        if self.label.is_some() {
            return arg
                .value_name("DATE")
                .help(format!(
                    "The {}, such as 1961-09-04, --09-04 or 1961",
                    self.name
                ))
                .allow_hyphen_values(true)
                .action(ArgAction::Set);
        }
        let help = match self.kind {
            DetailKind::Email => "An email address; can be repeated, as all of these",
            DetailKind::Address => "A postal address, its parts separated by commas",
            DetailKind::Date => "A date, with what it is as its label",
            DetailKind::Link => "A web page",
            DetailKind::Chat => "A chat name, with its network as the label",
            DetailKind::Relation => "A related person, with what they are as the label",
            DetailKind::Other => "Another line of text",
        };
        arg.value_name("[LABEL=]VALUE")
            .help(help)
            .action(ArgAction::Append)
    }

    fn read(&self, text: &str) -> Detail {
        let (label, value) = match self.label {
            Some(label) => (Some(label), text),
            None => labelled(self.kind, text),
        };
        let label = label.map(str::to_owned);
        Detail::read(self.kind, label, value)
    }
}

/// A value with the label before it: all before the first `=`, unless that is the beginning of a link, or of an
/// email such as `news+ada=example.org@list.example`.
fn labelled(kind: DetailKind, text: &str) -> (Option<&str>, &str) {
    let is_label = |(label, value): &(&str, &str)| match kind {
        DetailKind::Email => !label.contains(['+', '@']),
        DetailKind::Link => {
            let is_link = label.contains(['/', '.']) && !value.contains("://");
            !is_link && !label.contains("://") && !label.contains(['?', '#', '&'])
        }
        _ => !label.contains("://"),
    };
    match text.split_once('=').filter(is_label) {
        Some(("", value)) => (None, value),
        Some((label, value)) => (Some(label), value),
        None => (None, text),
    }
}

impl Args for DetailFlags {
    fn augment_args(command: Command) -> Command {
        all().fold(command, |command, flag| command.arg(flag.arg()))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for DetailFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for flag in all() {
            let given = matches.get_many::<String>(&format!("detail-{}", flag.name));
            let given = given.into_iter().flatten();
            self.0.extend(given.map(|text| flag.read(text)));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{DetailKind, labelled};

    #[test]
    fn a_label_is_all_before_the_first_equals_sign() {
        use DetailKind::{Address, Email, Link};
        for (kind, text, label, value) in [
            (Email, "ada@example.org", None, "ada@example.org"),
            (
                Email,
                "work=ada@example.org",
                Some("work"),
                "ada@example.org",
            ),
            (Email, "x/y=a@b.c", Some("x/y"), "a@b.c"),
            (Email, "o'x=a@b.c", Some("o'x"), "a@b.c"),
            (Email, "a.b=c@d.e", Some("a.b"), "c@d.e"),
            (Email, "☎=a@b.c", Some("☎"), "a@b.c"),
            (Email, "x=y", Some("x"), "y"),
            (Email, "news+a=b.c@d.e", None, "news+a=b.c@d.e"),
            (Email, "=a=b@example.org", None, "a=b@example.org"),
            (
                Address,
                "St. Mary's=1 Main St",
                Some("St. Mary's"),
                "1 Main St",
            ),
            (
                Link,
                "https://example.org/?a=b",
                None,
                "https://example.org/?a=b",
            ),
            (Link, "example.org/a=b", None, "example.org/a=b"),
            (
                Link,
                "my blog/2=https://a.b/",
                Some("my blog/2"),
                "https://a.b/",
            ),
            (
                Link,
                "blog=https://a.b/?a=b",
                Some("blog"),
                "https://a.b/?a=b",
            ),
        ] {
            assert_eq!(labelled(kind, text), (label, value), "{text}");
        }
    }
}
