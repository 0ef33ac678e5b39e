//! The keys that are no fields, and where something is wrong with a text.

use toml_edit::Document;

/// The key of the numbers.
pub(super) const NUMBER: &str = "number";

/// The key of the id of a number or detail.
pub(super) const ID: &str = "id";

/// Something that is wrong with the text, and where: at which byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TextFault {
    pub at: usize,
    pub why: String,
}

impl TextFault {
    pub(super) fn new(at: usize, why: impl Into<String>) -> Self {
        Self {
            at,
            why: why.into(),
        }
    }
}

/// Reads a text as TOML.
pub(super) fn parsed(text: &str) -> Result<Document<&str>, TextFault> {
    Document::parse(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        TextFault::new(at, error.message().replace('\n', ", "))
    })
}
