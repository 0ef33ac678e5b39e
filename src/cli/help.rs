//! The help of the program as a whole: its commands by what they are for.

use std::fmt::Write as _;

use clap::Command;

/// The commands by what they are for. One that is in none of them is shown with the last.
const GROUPS: [(&str, &[&str]); 6] = [
    (
        "Find and add contacts",
        &[
            "find",
            "who",
            "show",
            "call",
            "copy",
            "qr",
            "pick",
            "dates",
            "add",
            "add-email",
            "import",
            "export",
            "filters",
        ],
    ),
    (
        "Edit and clean up",
        &[
            "edit",
            "change",
            "fix",
            "duplicates",
            "contact",
            "phone",
            "health",
        ],
    ),
    (
        "See and undo changes",
        &["log", "undo", "redo", "revert", "bin"],
    ),
    (
        "Keep the book safe",
        &["backup", "restore", "doctor", "compact"],
    ),
    (
        "Sync with other address books",
        &["sync", "conflicts", "remote"],
    ),
    ("Set up", &[]),
];

/// Gives a program the help that shows its commands in groups.
pub(super) fn grouped(mut command: Command) -> Command {
    // Only then is `help` one of them.
    command.build();
    let commands: Vec<(&str, String)> = command
        .get_subcommands()
        .map(|command| {
            let about = command.get_about().map(ToString::to_string);
            (command.get_name(), about.unwrap_or_default())
        })
        .collect();
    let widest = commands.iter().map(|(name, _)| name.len()).max();
    let widest = widest.unwrap_or_default();
    let is_grouped = |name: &str| GROUPS.iter().any(|(_, names)| names.contains(&name));
    let mut text = String::new();
    for (title, names) in GROUPS {
        let _ = writeln!(text, "{title}");
        let in_order = names
            .iter()
            .filter_map(|name| commands.iter().find(|(of, _)| of == name));
        let others = commands
            .iter()
            .filter(|(name, _)| names.is_empty() && !is_grouped(name));
        for (name, about) in in_order.chain(others) {
            let _ = writeln!(text, "  {name:widest$}  {about}");
        }
        text.push('\n');
    }
    let template = format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{text}Options:\n{{options}}{{after-help}}"
    );
    command.help_template(template)
}

#[cfg(test)]
mod tests {
    use clap::Command;

    use super::{GROUPS, grouped};

    #[test]
    fn every_command_is_shown_once_with_its_summary() {
        let about = |name: &&'static str| Command::new(*name).about(format!("about {name}"));
        let grouped_ones = GROUPS.iter().flat_map(|(_, names)| names.iter());
        let all: Vec<Command> = grouped_ones.map(about).chain([about(&"new")]).collect();
        let names: Vec<String> = all.iter().map(|one| one.get_name().to_owned()).collect();
        let mut command = grouped(Command::new("callbook").subcommands(all));
        let help = command.render_help().to_string();
        for name in names {
            let line = format!("about {name}\n");
            assert_eq!(help.matches(&line).count(), 1, "{name}: {help}");
        }
        let at = |words: &str| help.find(words).unwrap();
        assert!(
            at("Set up") < at("about new") && at("about find") < at("Set up"),
            "{help}"
        );
    }
}
