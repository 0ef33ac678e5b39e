//! What is reported of an internal error: the place in the source, and never the message of the panic.
//! That message may quote typed or stored text (a slice that is out of range quotes its
//! text), and what is printed ends in bug reports and logs.

use std::io::{self, Write as _};
use std::panic::PanicHookInfo;

/// The exit status after an internal error, the one that Rust's own panics have.
pub const STATUS: u8 = 101;

/// Prints of a panic no more than its place, on whatever thread it is.
pub fn quiet() {
    std::panic::set_hook(Box::new(|panic| {
        let _ = writeln!(io::stderr(), "error: {}", words(&place(panic)));
    }));
}

/// Prints nothing, and reports the place of a panic instead.
pub fn tell(to: impl Fn(String) + Send + Sync + 'static) {
    std::panic::set_hook(Box::new(move |panic| to(place(panic))));
}

/// The message for a person.
#[must_use]
pub fn words(place: &str) -> String {
    format!(
        "callbook stopped because of an internal error in {place}; saved changes are safe, \
         and an unfinished one was not made"
    )
}

/// The file and the line.
fn place(panic: &PanicHookInfo<'_>) -> String {
    panic.location().map_or_else(
        || "an unknown place".to_owned(),
        |at| format!("{}:{}", short(at.file()), at.line()),
    )
}

/// A source file without the folders of the machine that built the program.
fn short(file: &str) -> String {
    let parts: Vec<&str> = file.split(['/', '\\']).collect();
    let from = parts.len().saturating_sub(4);
    parts.get(from..).unwrap_or_default().join("/")
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn a_place_does_not_tell_whose_machine_built_the_program() {
        assert_eq!(
            short("/home/ada/.cargo/registry/src/index/csv-1.3.0/src/reader.rs"),
            "index/csv-1.3.0/src/reader.rs"
        );
        assert_eq!(short("src/tui/text.rs"), "src/tui/text.rs");
    }
}
