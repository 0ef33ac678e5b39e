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

/// A text without the lists that it was given with nothing in them, where a block says now what is in them. All that is
/// left stays where it is.
fn without_blank_lists(text: &str) -> String {
    let keys = DetailKind::ALL.map(DetailKind::word);
    let keys = keys.into_iter().chain([NUMBER]);
    let in_blocks: Vec<String> = keys
        .filter(|key| text.lines().any(|line| line.trim() == format!("[[{key}]]")))
        .map(|key| format!("{key} = []"))
        .collect();
    let lines = text.split_inclusive('\n').map(|line| {
        let is_blank = in_blocks.iter().any(|list| line.trim() == list);
        if is_blank {
            let end = line.len() - line.trim_end_matches(['\r', '\n']).len();
            let (said, end) = line.split_at(line.len() - end);
            " ".repeat(said.len()) + end
        } else {
            line.to_owned()
        }
    });
    lines.collect()
}

/// Reads a text as TOML.
pub(super) fn parsed(text: &str) -> Result<Document<String>, TextFault> {
    Document::parse(without_blank_lists(text)).map_err(|error| {
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
