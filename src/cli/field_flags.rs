//! The flags of the fields that a contact has: one for each row of the table of fields.

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use serde_json::{Map, Value};

use crate::domain::fields::{CONTACT, ContactField};

/// The field that is given in another way: `add` has it without a flag.
const NAME: &str = "name";

/// What flags give of the fields of a contact, but for its name and details.
#[derive(Clone, Debug, Default)]
pub(super) struct FieldFlags {
    /// The attributes as a document has them; an empty text is null.
    pub attributes: Map<String, Value>,
}

/// The fields that have a flag.
fn flagged() -> impl Iterator<Item = &'static ContactField> {
    CONTACT
        .iter()
        .filter(|field| field.is_typed() && ![NAME, "details"].contains(&field.name))
}

/// The words of a field's help, as a sentence.
fn help(field: &ContactField) -> String {
    let words = field.help.map_or_else(
        || format!("the {}", field.words.trim_end_matches('s')),
        str::to_owned,
    );
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string());
    let sentence = format!("{}{}", first.unwrap_or_default(), letters.as_str());
    format!("{}.", sentence.trim_end_matches('.'))
}

fn flag(field: &'static ContactField) -> Arg {
    let words = field.key('-');
    let arg = Arg::new(field.name).value_parser(ValueParser::string());
    if field.name == "tags" {
        return arg
            .long("tag")
            .value_name("TAG")
            .action(ArgAction::Append)
            .help("A tag; can be repeated, an empty one clears all tags");
    }
    if field.is_flag() {
        return arg
            .long(words)
            .value_parser(clap::value_parser!(bool))
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("true")
            .help("Add to favourites");
    }
    let named = field.name.replace('_', "-");
    let arg = arg
        .value_name("TEXT")
        .help(help(field).trim_end_matches('.').to_owned());
    if named == words {
        arg.long(words)
    } else {
        arg.long(words).alias(named)
    }
}

impl Args for FieldFlags {
    fn augment_args(command: Command) -> Command {
        flagged().fold(command, |command, field| command.arg(flag(field)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for FieldFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Self::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for field in flagged() {
            let value = if field.is_flag() {
                let given = matches.get_one::<bool>(field.name);
                given.map(|given| Value::Bool(*given))
            } else if field.name == "tags" {
                let given = matches.get_many::<String>(field.name);
                given.map(|tags| tags.filter(|tag| !tag.is_empty()).cloned().collect())
            } else {
                super::document::string(matches.get_one::<String>(field.name))
            };
            if let Some(value) = value {
                self.attributes.insert(field.name.to_owned(), value);
            }
        }
        Ok(())
    }
}
