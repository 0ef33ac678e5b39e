//! Negated conditions on the command line: `callbook find -tag:garage` needs no `--`.
//!
//! The parser of arguments takes whatever begins with a dash for a flag. No flag has a colon in it, so that a
//! word such as `-tag:garage` is known for what it is; it is handed to the parser as `not:tag:garage`.

use std::ffi::OsString;

/// The commands whose words are a filter, each with how many of them are.
const FILTERING: [(&str, usize); 9] = [
    ("call", usize::MAX),
    ("copy", usize::MAX),
    ("edit", usize::MAX),
    ("export", usize::MAX),
    ("find", usize::MAX),
    ("pick", usize::MAX),
    ("qr", usize::MAX),
    ("show", usize::MAX),
    // What comes after the filter is what is to be changed, where -tag:x removes a tag.
    ("change", 1),
];

/// The arguments of the program, the negated conditions of a filter written as `not:`.
pub(super) fn without_dashes(arguments: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments = arguments.peekable();
    let mut written: Vec<OsString> = arguments.next().into_iter().collect();
    let mut left = None;
    while let Some(argument) = arguments.next() {
        let text = argument.to_str().unwrap_or_default();
        match (left, text) {
            (_, "--") => {
                written.push(argument);
                break;
            }
            // Before the command: its value is no command.
            (None, "--db") => {
                written.push(argument);
                written.extend(arguments.next());
                continue;
            }
            (None, flag) if flag.starts_with('-') => {}
            (None, command) => {
                let mut known = FILTERING.into_iter();
                let Some((_, words)) = known.find(|(name, _)| *name == command) else {
                    written.push(argument);
                    break;
                };
                left = Some(words);
            }
            (Some(0), _) => {}
            (Some(words), text) => match negated(text) {
                Some(condition) => {
                    written.push(condition.into());
                    left = Some(words - 1);
                    continue;
                }
                None if text.starts_with('-') => {}
                None => left = Some(words - 1),
            },
        }
        written.push(argument);
    }
    written.extend(arguments);
    written
}

/// A word such as `-tag:garage` as `not:tag:garage`.
fn negated(word: &str) -> Option<String> {
    let condition = word.strip_prefix('-')?;
    let (name, _) = condition.split_once(':')?;
    // A flag of one letter may have its value behind it.
    let is_name = name.len() >= 2
        && name.starts_with(|sign: char| sign.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    is_name.then(|| format!("not:{condition}"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::{FILTERING, without_dashes};
    use crate::cli::Arguments;

    #[test]
    fn every_command_that_takes_a_filter_is_in_the_list() {
        for command in Arguments::command().get_subcommands() {
            let mut positionals = command.get_positionals();
            let is_filter = |arg: &clap::Arg| {
                let help = arg.get_help().map(ToString::to_string).unwrap_or_default();
                help.contains("filter") || help.contains("conditions")
            };
            let name = command.get_name();
            let is_listed = FILTERING.iter().any(|(known, _)| *known == name);
            assert_eq!(positionals.any(is_filter), is_listed, "{name}");
        }
    }

    #[test]
    fn a_negated_condition_is_no_flag_where_a_filter_is_asked_for() {
        for (given, read) in [
            ("find -tag:x", "find not:tag:x"),
            ("find mar -tag:x --json", "find mar not:tag:x --json"),
            ("--db b.db find -tag:x", "--db b.db find not:tag:x"),
            (
                "--db find export -o x.vcf -is:historic",
                "--db find export -o x.vcf not:is:historic",
            ),
            ("find -- -tag:x", "find -- -tag:x"),
            ("show -tag:x --json", "show not:tag:x --json"),
            ("pick --id mar -is:company", "pick --id mar not:is:company"),
            ("find -o:x --format=a:b", "find -o:x --format=a:b"),
            (
                "change --dry-run -tag:x -tag:y",
                "change --dry-run not:tag:x -tag:y",
            ),
            (
                "change tag:x -tag:x -label:y",
                "change tag:x -tag:x -label:y",
            ),
            ("add Ada -tag:x", "add Ada -tag:x"),
            ("", ""),
        ] {
            let given = std::iter::once("callbook").chain(given.split_whitespace());
            let found = without_dashes(given.map(Into::into));
            let found: Vec<&str> = found
                .iter()
                .skip(1)
                .map(|word| word.to_str().unwrap())
                .collect();
            assert_eq!(found.join(" "), read);
        }
    }
}
