//! A line to type into: the path of a file for an import or an export, or what is to be changed.

use std::borrow::Cow;
use std::path::PathBuf;

use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::domain::bulk::{BulkEdit, Change, GRAMMAR};
use crate::domain::contact::ContactId;
use crate::domain::files::{FileForm, There};
use crate::domain::fold::fold;
use crate::domain::import::ImportOptions;
use crate::domain::listing::Selection;
use crate::domain::query::{Values, completed};
use crate::domain::refusal::Refusal;
use crate::domain::rehearsal::Task;
use crate::domain::safe::safe;
use crate::domain::tag::is_same_tag;
use crate::domain::timestamp::Timestamp;
use crate::domain::words::count;
use crate::import::plain;
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Binding, Scope};
use crate::tui::protocol::{Chosen, Effect, Purpose, Reply, Request, Tone, Write};
use crate::tui::widgets::field::Field;
use crate::tui::widgets::frame::{popup, popup_place};
use crate::tui::widgets::text::{elide, width, wrap, wrapped_within};
use crate::tui::widgets::theme::Role;

use super::import::Import;
use super::page::{AnyPage, News, Outcome, Page, Question, Returned, Ui};
use super::preview::Preview;

/// What is asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Wanted {
    /// A file that is imported.
    #[default]
    Import,
    /// A file that these contacts are written to; with the words for which they are.
    Export(Selection, String),
    /// The changes of a bulk edit, which has none yet; with the words for its contacts.
    Change(Box<BulkEdit>, String),
    /// Another name for this tag.
    RenameTag(String),
    /// A file that the attachment of a contact at this place is written to; with the words for what it is.
    Attachment(ContactId, usize, String),
    /// A file that the photo of a contact is taken from, where it still has this stamp; with its name.
    Photo(ContactId, Timestamp, String),
}

/// The prompt.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Prompt {
    /// What is asked for.
    wanted: Wanted,
    /// What is typed.
    pub path: Field,
    /// The form of an export that was chosen, instead of the one that the ending of the path sets.
    form: Option<FileForm>,
    /// What the path can be completed to.
    paths: Vec<String>,
    /// Why the last try did not work.
    trouble: Option<String>,
    /// The files whose import is previewed at once.
    given: Option<Vec<PathBuf>>,
}

impl Prompt {
    /// The prompt with something typed into it.
    #[must_use]
    pub fn page(wanted: Wanted, typed: &str) -> AnyPage {
        Box::new(Self {
            wanted,
            path: Field::new(typed),
            ..Self::default()
        })
    }

    /// The prompt with these files and folders in it, whose import is previewed at once.
    #[must_use]
    pub(crate) fn of_files(paths: Vec<PathBuf>) -> AnyPage {
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
        Box::new(Self {
            path: Field::new(names.join(" ")),
            given: Some(paths),
            ..Self::default()
        })
    }

    /// The path, without the quotes or backslashes that a shell or a file manager adds to it.
    fn file(&self) -> PathBuf {
        plain(self.path.text().trim())
    }

    /// The form of an export: the chosen one, where the path has its ending; else the one of the ending.
    fn form(&self) -> FileForm {
        let file = self.file();
        let ending = file.extension().unwrap_or_default();
        let by_ending = FileForm::of_ending(&ending.to_string_lossy());
        let fits =
            |form: &FileForm| by_ending.is_none_or(|by_ending| by_ending.ending() == form.ending());
        let chosen = self.form.filter(fits);
        chosen.or(by_ending).unwrap_or_default()
    }

    /// Chooses another form of an export; an ending of the path that says otherwise goes with it.
    fn choose_form(&mut self, by: usize) {
        let form = self.form().after(by);
        let typed = self.path.text().trim_end();
        if let Some((before, ending)) = typed.rsplit_once('.')
            && FileForm::of_ending(ending).is_some_and(|of| of.ending() != form.ending())
        {
            let path = format!("{before}.{}", form.ending());
            self.path.set(path);
        }
        self.form = Some(form);
        self.trouble = None;
    }

    /// Has done what was typed; `there` says what becomes of a file that is in the place of an export.
    fn submit(&mut self, there: There, ctx: &mut Ctx<'_>) {
        let file = self.file();
        let request = match &self.wanted {
            Wanted::Change(edit, _) => match Change::read(self.path.text()) {
                Ok(changes) => Request::Rehearse(Task::Bulk(BulkEdit {
                    changes,
                    ..edit.as_ref().clone()
                })),
                Err(trouble) => {
                    self.trouble = Some(trouble);
                    return;
                }
            },
            Wanted::RenameTag(from) => match self.renamed(from) {
                Ok(change) => Request::Rehearse(Task::of_tag(from, change)),
                Err(trouble) => {
                    self.trouble = Some(trouble);
                    return;
                }
            },
            _ if file.as_os_str().is_empty() => {
                self.trouble = Some("type the path of a file or folder".to_owned());
                return;
            }
            Wanted::Import => {
                let typed = Chosen::Typed(self.path.text().to_owned());
                Request::RehearseImport(typed, ImportOptions::default())
            }
            Wanted::Export(selection, _) => {
                Request::Export(selection.clone(), file, self.form(), there)
            }
            Wanted::Attachment(contact, place, _) => {
                Request::SaveAttachment(*contact, *place, file, there)
            }
            Wanted::Photo(contact, seen, _) => {
                return ctx.save(Write::Photo(*contact, *seen, file));
            }
        };
        ctx.wait_for(request, Purpose::Preview);
    }

    /// The change that gives a tag the name that is typed.
    fn renamed(&self, from: &str) -> Result<Change, String> {
        let to = self.path.text().trim();
        match to {
            "" => Err(format!("type a new name for {from}")),
            to if to == from => Err("this is its name already; type another one".to_owned()),
            // The form of a contact parts its tags by commas.
            to if to.contains(',') => Err("a tag cannot have a comma".to_owned()),
            to => Ok(Change::RenameTag {
                from: from.to_owned(),
                to: to.to_owned(),
            }),
        }
    }

    /// What of the tags of the book begins with what is typed, but for the one that is renamed.
    fn other_tags(&self, values: Option<&Values>, from: &str) -> Vec<String> {
        let typed = fold(self.path.text());
        let tags = values
            .map(|values| values.tags.as_slice())
            .unwrap_or_default();
        let fits = |tag: &&String| !is_same_tag(tag, from) && fold(tag).starts_with(&typed);
        tags.iter().filter(fits).cloned().collect()
    }

    /// Takes the names that the path can be completed to: as far as they agree.
    fn complete_to(&mut self, paths: Vec<String>) {
        let Some(first) = paths.first() else {
            self.trouble = Some("no file begins with that".to_owned());
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

impl Page for Prompt {
    fn scope(&self) -> Scope {
        Scope::Prompt
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        if let Some(paths) = self.given.take() {
            let request = Request::RehearseImport(Chosen::Paths(paths), ImportOptions::default());
            ctx.wait_for(request, Purpose::Preview);
        }
        if let Wanted::Change(..) | Wanted::RenameTag(_) = self.wanted {
            ctx.ask_values();
        }
        if let Wanted::RenameTag(_) = self.wanted {
            self.path.select();
        }
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match (action, &self.wanted) {
            (Action::Save, _) => self.submit(There::Stays, ctx),
            (Action::NextField, Wanted::Export(..)) => self.choose_form(1),
            (Action::PreviousField, Wanted::Export(..)) => {
                self.choose_form(FileForm::ALL.len() - 1);
            }
            (Action::Complete, Wanted::Change(..)) => {
                self.trouble = None;
                complete(ctx.session, &mut self.path);
            }
            (Action::Complete, Wanted::RenameTag(from)) => {
                let tags = self.other_tags(ctx.session.values.as_ref(), from);
                if let Some(first) = tags.into_iter().next() {
                    self.path.set(first);
                }
            }
            (Action::Complete, _) => {
                ctx.push(Effect::Complete(ctx.page, self.path.text().to_owned()));
            }
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn text(&self) -> Option<&Field> {
        Some(&self.path)
    }

    fn text_mut(&mut self) -> Option<&mut Field> {
        Some(&mut self.path)
    }

    fn typed(&mut self, _ctx: &mut Ctx<'_>) {
        self.trouble = None;
    }

    fn completed(&mut self, path: &str, names: Vec<String>) {
        // What was typed since is not to be typed over.
        if self.path.text() == path {
            self.complete_to(names);
        }
    }

    fn answered(&mut self, reply: Reply, ctx: &mut Ctx<'_>) -> Outcome {
        match reply {
            Reply::RehearsedImport(paths, name, rehearsal) => {
                Outcome::Replace(Box::new(Import::new(paths, name, *rehearsal)))
            }
            Reply::Rehearsed(task, rehearsal) => {
                Preview::page(task, *rehearsal, ctx).map_or(Outcome::Close, Outcome::Replace)
            }
            Reply::Exported(contacts, path, lacking) => {
                let text = format!("{} to {}", count(contacts, "contact"), path.display());
                let lacking = lacking.map(|lacking| format!("; {lacking}"));
                ctx.say(Tone::Good, text + &lacking.unwrap_or_default());
                Outcome::Close
            }
            Reply::Saved(path) => {
                ctx.say(Tone::Good, format!("Saved {}", path.display()));
                Outcome::Close
            }
            Reply::FileExists => {
                let path = self.file().display().to_string();
                Outcome::Ask(Question::ReplaceFile(path))
            }
            _ => Outcome::Stay,
        }
    }

    fn returned(&mut self, value: Returned, ctx: &mut Ctx<'_>) -> Outcome {
        if let Returned::Yes(Question::ReplaceFile(_)) = value {
            self.submit(There::Replaced, ctx);
        }
        Outcome::Stay
    }

    fn refused(&mut self, purpose: Purpose, refusal: &Refusal, _ctx: &mut Ctx<'_>) -> Outcome {
        if purpose == Purpose::Read {
            // What it can be completed with is missed; that was said.
            return Outcome::Stay;
        }
        self.trouble = Some(refusal.to_string());
        Outcome::Stay
    }

    fn notified(&mut self, news: News, ctx: &mut Ctx<'_>) {
        if news == News::Again && matches!(self.wanted, Wanted::Change(..) | Wanted::RenameTag(_)) {
            ctx.read(Request::Values);
        }
    }

    fn hint<'a>(&self, binding: &'a Binding, _session: &Session) -> Option<Cow<'a, str>> {
        Some(match (binding.action, &self.wanted) {
            (Action::Save, Wanted::Export(..)) => "export".into(),
            (Action::Save, Wanted::Attachment(..) | Wanted::Photo(..)) => "save".into(),
            (Action::NextField, wanted) if !matches!(wanted, Wanted::Export(..)) => return None,
            _ => binding.hint.into(),
        })
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        let theme = ui.theme;
        let ellipsis = theme.glyphs.ellipsis;
        let (title, told) = match &self.wanted {
            Wanted::Import => (
                "Import a vCard, CSV or JSON file",
                "the whole import can be undone in one step".to_owned(),
            ),
            Wanted::Export(_, which) => (
                "Export",
                format!("{which}; the ending .vcf, .csv or .json sets the form too"),
            ),
            Wanted::Change(_, which) => (
                "Change many at once",
                format!("{which}; shows a preview first"),
            ),
            Wanted::Attachment(_, _, what) => (
                "Save to a file",
                format!("{}; its bytes as they are on the card", safe(what)),
            ),
            Wanted::Photo(_, _, name) => (
                "Photo from a file",
                format!(
                    "{}; a JPEG, PNG, GIF or WebP picture of 5 MB at most",
                    safe(name)
                ),
            ),
            Wanted::RenameTag(from) => (
                "Rename tag",
                format!("{} in the whole book; shows a preview first", safe(from)),
            ),
        };
        let (offered, most) = match &self.wanted {
            Wanted::Change(..) => (completions(ui.session, &self.path), 14),
            Wanted::RenameTag(from) => (self.other_tags(ui.session.values.as_ref(), from), 8),
            _ => (self.paths.clone(), 8),
        };
        let names = u16::try_from(offered.len().min(most)).unwrap_or(8);
        let columns = usize::from(popup_place(ui.areas.content, 70, 7).width.saturating_sub(8));
        let mut told = wrap(&safe(self.trouble.as_deref().unwrap_or(&told)), columns);
        let rows = match &self.trouble {
            Some(_) => u16::try_from(told.len()).unwrap_or(u16::MAX),
            None => 1,
        };
        let has_form = matches!(self.wanted, Wanted::Export(..));
        let height = 6_u16
            .saturating_add(names)
            .saturating_add(rows)
            .saturating_add(u16::from(has_form));
        let place = popup_place(ui.areas.content, 70, height);
        let inside = popup(place, title, "", "", theme, ui.frame);
        let room = usize::from(inside.height.saturating_sub(3 + u16::from(has_form)));
        let shown = match &self.trouble {
            Some(_) => room,
            None => room.saturating_sub(offered.len()).clamp(1, 2),
        };
        wrapped_within(&mut told, shown, columns, ellipsis);
        let (typed, column) = self.path.window(columns);
        let line = |text: &str, role: Role| Line::styled(format!("   {text}"), theme.style(role));
        let mut lines = vec![
            Line::default(),
            line(&typed, Role::Text),
            line(&theme.glyphs.heavy.repeat(columns), Role::Focus),
        ];
        if has_form {
            let [left, right] = theme.glyphs.pick;
            let [form, use_of] = self.form().words();
            let chosen = format!("as {left} {form} {right}");
            // Where there is no room for both, the name says enough.
            let use_of = if width(use_of) + 18 <= columns {
                use_of
            } else {
                ""
            };
            lines.push(Line::from(vec![
                Span::styled(format!("   {chosen:<18}"), theme.style(Role::Text)),
                Span::styled(use_of, theme.style(Role::Dim)),
            ]));
        }
        let role = if self.trouble.is_some() {
            Role::Bad
        } else {
            Role::Dim
        };
        lines.extend(told.iter().map(|text| line(text, role)));
        let offered = offered.iter().take(most);
        lines.extend(offered.map(|name| line(&elide(name, columns, ellipsis), Role::Dim)));
        ui.frame.render_widget(Paragraph::new(lines), inside);
        let x = inside.x + 3 + u16::try_from(column).unwrap_or(0);
        ui.caret(x, inside.y + 1, inside);
    }
}

/// How what is typed may go on: the values that the book has, or else what can be changed.
fn completions(session: &Session, typed: &Field) -> Vec<String> {
    let text = typed.text();
    let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    let known = session.values.as_ref();
    let known =
        known.map(|values| values.completions(text.trim_start_matches('-'), &session.fields));
    match known {
        Some(known) if last.contains(':') => known,
        _ => GRAMMAR
            .split(", ")
            .filter(|change| change.starts_with(last))
            .map(str::to_owned)
            .collect(),
    }
}

/// Completes what is typed.
fn complete(session: &Session, typed: &mut Field) {
    let Some(first) = completions(session, typed).into_iter().next() else {
        return;
    };
    let text = typed.text().to_owned();
    let last = text.rsplit(char::is_whitespace).next().unwrap_or_default();
    if last.contains(':') {
        typed.set(completed(&text, &first));
    } else {
        let before = text.get(..text.len() - last.len()).unwrap_or_default();
        let word = first
            .split_once(':')
            .map_or(first.as_str(), |(word, _)| word);
        let colon = if first.contains(':') { ":" } else { "" };
        typed.set(format!("{before}{word}{colon}"));
    }
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
        prompt.complete_to(vec!["/bianchi.vcf".into(), "/bianca.vcf".into()]);
        assert_eq!(prompt.path.text(), "/bianc");
        prompt.complete_to(Vec::new());
        assert!(prompt.trouble.is_some());
    }
}
