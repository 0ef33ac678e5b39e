//! A line to type into: the path of a file for an import or an export, or what is to be changed.

use std::path::PathBuf;

use crate::domain::listing::Selection;
use crate::import::plain;
use crate::tui::model::{Chosen, Effect, Model, Purpose as For, Request, Screen};
use crate::tui::widgets::field::Field;

/// What the file is for.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Purpose {
    /// It is read.
    #[default]
    Import,
    /// These contacts are written to it; with the words for who they are.
    Export(Selection, String),
    /// It is none: these contacts are changed, and what is typed is what is changed.
    Change(Selection, String),
}

/// The prompt.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prompt {
    /// What the file is for.
    pub purpose: Purpose,
    /// The path as it is typed.
    pub path: Field,
    /// What the path can be completed to.
    pub paths: Vec<String>,
    /// Why the last try did not work.
    pub trouble: Option<String>,
}

impl Prompt {
    /// The path, without the quotes or backslashes that a shell or a file manager adds to it.
    #[must_use]
    pub fn file(&self) -> PathBuf {
        plain(self.path.text().trim())
    }

    /// Takes the names that the path can be completed to: as far as they agree.
    pub fn complete(&mut self, paths: Vec<String>) {
        let Some(first) = paths.first() else {
            self.trouble = Some("no file begins like that".to_owned());
            return;
        };
        let common = paths.iter().fold(first.as_str(), |common, path| {
            let length = common
                .char_indices()
                .zip(path.chars())
                .take_while(|((_, a), b)| a == b)
                .map(|((at, sign), _)| at + sign.len_utf8())
                .last();
            common.get(..length.unwrap_or(0)).unwrap_or_default()
        });
        if common.len() >= self.path.text().len() {
            self.path.set(common.to_owned());
        }
        self.trouble = None;
        self.paths = if paths.len() > 1 { paths } else { Vec::new() };
    }
}

/// Opens the prompt with these files and folders in it, and asks for the preview of their import.
pub fn preview(model: &mut Model, paths: Vec<PathBuf>, effects: &mut Vec<Effect>) {
    let names: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .map(
            |name| match (paths.len(), name.contains([' ', '\\', '"', '\''])) {
                (1, _) | (_, false) => name,
                (_, true) => format!("'{}'", name.replace('\'', "'\\''")),
            },
        )
        .collect();
    let prompt = Prompt {
        path: Field::new(names.join(" ")),
        ..Prompt::default()
    };
    model.over.push(Screen::Prompt(Box::new(prompt)));
    let request = Request::Plan(Chosen::Paths(paths));
    model.wait_for(request, For::Preview, effects);
}

#[cfg(test)]
mod tests {
    use super::{Field, Prompt};

    #[test]
    fn a_path_dropped_from_a_file_manager_is_understood() {
        for typed in [
            "/tmp/my cards.vcf",
            "'/tmp/my cards.vcf'",
            "/tmp/my\\ cards.vcf",
            "file:///tmp/my cards.vcf ",
        ] {
            let prompt = Prompt {
                path: Field::new(typed),
                ..Prompt::default()
            };
            assert_eq!(prompt.file().to_str(), Some("/tmp/my cards.vcf"));
        }
    }

    #[test]
    fn completion_goes_as_far_as_the_names_agree() {
        let mut prompt = Prompt {
            path: Field::new("/b"),
            ..Prompt::default()
        };
        prompt.complete(vec!["/bianchi.vcf".into(), "/bianca.vcf".into()]);
        assert_eq!(prompt.path.text(), "/bianc");
        prompt.complete(Vec::new());
        assert!(prompt.trouble.is_some());
    }
}
