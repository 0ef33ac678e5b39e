//! A contact that is edited as text: the page under the editor. It is gone at once where the text is saved or left as
//! it was; else it shows the text, which is kept until it can be saved.

use ratatui::text::Line;
use ratatui::widgets::Paragraph;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::detail::DetailId;
use crate::domain::edit::{ContactAsText, ContactEdit, PhoneEdit, TextEdit};
use crate::domain::fields::{self, CONTACT, PHONE};
use crate::domain::full_contact::FullContact;
use crate::domain::number::Region;
use crate::domain::phone::{Context, Phone, PhoneAttributes};
use crate::domain::refusal::{Fault, Kind, Refusal, Stored};
use crate::domain::safe::safe;
use crate::tui::ctx::Ctx;
use crate::tui::keymap::{Action, Scope};
use crate::tui::protocol::{Effect, Purpose, Tone, Write};
use crate::tui::widgets::cursor::Motion;
use crate::tui::widgets::flow::{Flow, Top};
use crate::tui::widgets::frame::{more_in_popup, page};
use crate::tui::widgets::text::wrap;
use crate::tui::widgets::theme::Role;

use super::conflict::Conflict;
use super::page::{
    AnyPage, NOTHING_TO_CHANGE, Outcome, Page, Returned, Ui, save_refused, save_resolved,
};

/// The page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ContactText {
    /// The contact as it was opened, and what was typed; no text where nothing was.
    pub typed: ContactAsText,
    /// What the text changes, where it has no mistakes.
    #[serde(skip)]
    edit: Option<ContactEdit>,
    /// The line at the top.
    #[serde(skip)]
    top: Top,
}

impl ContactText {
    /// The text of a contact, which opens in the editor.
    #[must_use]
    pub(crate) fn of(
        opened: FullContact,
        home: Option<Region>,
        related: Vec<(DetailId, String)>,
    ) -> Self {
        Self {
            typed: ContactAsText {
                opened,
                home,
                text: String::new(),
                errors: Vec::new(),
                related,
            },
            edit: None,
            top: Top::default(),
        }
    }

    /// Whether anything was typed.
    #[must_use]
    pub(crate) const fn is_typed(&self) -> bool {
        !self.typed.text.is_empty()
    }

    /// Opens it in the editor, with what the store found wrong with it.
    fn open(&self, faults: Vec<Fault>, ctx: &mut Ctx<'_>) {
        let typed = Box::new(self.typed.clone());
        ctx.push(Effect::EditContact(ctx.page, typed, faults));
    }

    fn save(&mut self, edit: ContactEdit, ctx: &mut Ctx<'_>) {
        self.edit = Some(edit.clone());
        ctx.save(Write::Contact(Box::new(edit)));
    }

    /// The dialog for a record that was changed elsewhere.
    fn conflict(&self, stored: &Stored) -> Option<AnyPage> {
        let (edit, opened) = (self.edit.as_ref()?, &self.typed.opened);
        let context = |at| Context {
            now: at,
            home: self.typed.home,
            fresh_id: Uuid::nil(),
        };
        match stored {
            Stored::Contact(_) => {
                let opened = &opened.contact;
                let base = fields::attributes(&CONTACT, opened);
                let typed = edit.contact.clone()?;
                let typed = typed.revise(opened, &context(opened.updated_at), Vec::new());
                let typed = fields::attributes(&CONTACT, &typed.ok()?);
                let base = (&base, opened.updated_in_db_at);
                Some(Conflict::page(&CONTACT, base, &typed, stored))
            }
            Stored::Phone(phone) => {
                let opened = opened.phones.iter().find(|opened| opened.id == phone.id)?;
                let base = fields::attributes(&PHONE, opened);
                let typed = match sent_of(edit, opened) {
                    Some(sent) => sent
                        .revise(opened, &context(opened.updated_at), Vec::new())
                        .ok()?,
                    None => opened.clone(),
                };
                let typed = fields::attributes(&PHONE, &typed);
                let base = (&base, opened.updated_in_db_at);
                Some(Conflict::page(&PHONE, base, &typed, stored))
            }
        }
    }

    /// A line of the text with how it looks.
    fn lines(&self, line: usize, columns: usize) -> Vec<(String, Role)> {
        let text = self.typed.text.lines().nth(line).unwrap_or_default();
        let role = match text {
            _ if self.typed.errors.iter().any(|error| error == text) => Role::Bad,
            _ if text.starts_with('#') => Role::Dim,
            _ => Role::Text,
        };
        let lines = wrap(&safe(text), columns.saturating_sub(2)).into_iter();
        lines.map(|line| (line, role)).collect()
    }

    fn flow<'a>(&self, height: u16, lines: &'a dyn Fn(usize) -> usize) -> Flow<'a> {
        Flow {
            items: self.typed.text.lines().count(),
            height: usize::from(height),
            lines,
        }
    }
}

/// What is sent to change a number.
fn sent_of(edit: &ContactEdit, phone: &Phone) -> Option<PhoneAttributes> {
    edit.phones.iter().find_map(|edit| match edit {
        PhoneEdit::Update(id, sent) if *id == phone.id => Some(sent.clone()),
        _ => None,
    })
}

impl Page for ContactText {
    fn scope(&self) -> Scope {
        Scope::ContactText
    }

    fn opened(&mut self, ctx: &mut Ctx<'_>) -> Outcome {
        // That of a draft waits to be opened.
        if !self.is_typed() {
            self.open(Vec::new(), ctx);
        }
        Outcome::Stay
    }

    fn perform(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        match action {
            Action::EditText => self.open(Vec::new(), ctx),
            _ => return Outcome::Unused,
        }
        Outcome::Stay
    }

    fn move_cursor(&mut self, motion: Motion, ctx: &mut Ctx<'_>) {
        let inside = ctx.page_inside();
        let lines = |line| self.lines(line, usize::from(inside.width)).len();
        self.top = self.flow(inside.height, &lines).moved(self.top, motion);
    }

    fn contact_edited(
        &mut self,
        typed: ContactAsText,
        how: TextEdit,
        ctx: &mut Ctx<'_>,
    ) -> Outcome {
        // What is wrong first is seen first.
        let errors = &typed.errors;
        let wrong = { typed.text.lines() }.position(|line| errors.iter().any(|own| own == line));
        self.top = Top {
            item: wrong.unwrap_or_default(),
            line: 0,
        };
        (self.typed, self.edit) = (typed, None);
        match how {
            TextEdit::Unchanged => {
                ctx.say(Tone::Plain, NOTHING_TO_CHANGE);
                return Outcome::Close;
            }
            TextEdit::Save(edit) => self.save(*edit, ctx),
            TextEdit::Unfinished(refusal) => {
                ctx.say(Tone::Bad, refusal.to_string());
                if !self.is_typed() {
                    return Outcome::Close;
                }
            }
        }
        Outcome::Stay
    }

    fn refused(&mut self, purpose: Purpose, refusal: &Refusal, ctx: &mut Ctx<'_>) -> Outcome {
        if purpose != Purpose::Save {
            return Outcome::Stay;
        }
        if refusal.kind == Kind::Invalid {
            self.open(refusal.faults.clone(), ctx);
            return Outcome::Stay;
        }
        let stored = refusal.stored.as_ref();
        let dialog = stored.and_then(|stored| self.conflict(stored));
        save_refused(refusal, dialog, &mut Vec::new(), ctx)
    }

    fn returned(&mut self, value: Returned, ctx: &mut Ctx<'_>) -> Outcome {
        match (value, self.edit.clone()) {
            (Returned::Resolved(decided), Some(mut edit)) => {
                decided.put(&mut edit);
                save_resolved(edit, ctx)
            }
            _ => Outcome::Stay,
        }
    }

    fn is_unsaved(&self) -> bool {
        self.is_typed()
    }

    fn draw(&self, ui: &mut Ui<'_, '_>) {
        draw(self, ui);
    }
}

fn draw(text: &ContactText, ui: &mut Ui<'_, '_>) {
    let theme = ui.theme;
    let name = &text.typed.opened.contact.name;
    let title = format!("{name} as text");
    let area = ui.areas.content;
    let inside = page(&title, "not saved", "", theme, area, ui.frame);
    let columns = usize::from(inside.width);
    let lines = |line| text.lines(line, columns);
    let height = |line| lines(line).len();
    let flow = text.flow(inside.height, &height);
    let top = flow.within(text.top);
    let seen = (top.item..flow.items).flat_map(lines).skip(top.line);
    let seen = seen.take(usize::from(inside.height));
    let seen: Vec<Line<'_>> = seen
        .map(|(line, role)| Line::styled(format!(" {line}"), theme.style(role)))
        .collect();
    let has_more = flow.has_more(top);
    ui.frame.render_widget(Paragraph::new(seen), inside);
    if has_more {
        more_in_popup(inside, theme, ui.frame);
    }
}
