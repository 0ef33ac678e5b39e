//! The keys that are no fields, and where something is wrong with a text.

use toml_edit::Document;

use crate::domain::detail::DetailKind;

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
        let span = error.span().unwrap_or_default();
        let key = text.get(span.clone()).unwrap_or_default().trim_matches(['[', ']', ' ', '"']);
        let why = match error.message() {
            "duplicate key" if DetailKind::named(key).is_some() || key == NUMBER => format!(
                "{key} is there twice; keep one of them, with all values in it: {key} = [{{ value = \"…\" }}, {{ value = \"…\" }}]"
            ),
            "duplicate key" => format!("{key} is there twice; keep one of the two"),
            why => why.replace('\n', ", "),
        };
        TextFault::new(span.start, why)
    })
}
