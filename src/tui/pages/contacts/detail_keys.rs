//! What keys do with an email, an address, a date or another row of a contact that is no number.

use std::borrow::Cow;

use crate::domain::attachment::Content;
use crate::domain::contact::{ContactAttributes, Detail, DetailKind};
use crate::domain::detail::{BIRTHDAY, prefer_only};
use crate::domain::edit::{NamedContact, Profile};
use crate::domain::opening::{address_to_open, on_map};
use crate::domain::safe::safe;
use crate::tui::ctx::Ctx;
use crate::tui::keymap::Action;
use crate::tui::pages::contact_form::ContactForm;
use crate::tui::pages::detail_form::{DetailForm, DetailOwner};
use crate::tui::pages::page::AnyPage;
use crate::tui::pages::prompt::{Prompt, Wanted};
use crate::tui::protocol::{Effect, Purpose, Request, Tone, Write};

use super::detail::DetailRow;
use super::state::{Contacts, Focus};

/// The kind that an action adds, with the label that it has at first.
pub(super) const fn added(action: Action) -> Option<(DetailKind, &'static str)> {
    Some(match action {
        Action::AddEmail => (DetailKind::Email, ""),
        Action::AddAddress => (DetailKind::Address, ""),
        Action::AddBirthday => (DetailKind::Date, BIRTHDAY),
        Action::AddDate => (DetailKind::Date, ""),
        Action::AddLink => (DetailKind::Link, ""),
        Action::AddChat => (DetailKind::Chat, ""),
        Action::AddRelation => (DetailKind::Relation, ""),
        Action::AddOther => (DetailKind::Other, ""),
        _ => return None,
    })
}

impl Contacts {
    /// The detail under the cursor with its contact.
    fn detail_row(&self) -> Option<(&Profile, &Detail)> {
        let detail = self
            .detail
            .detail()
            .filter(|_| self.focus == Focus::Detail)?;
        Some((self.profile()?, detail))
    }

    /// The form for the row under the cursor, or for a detail that is added.
    pub(super) fn detail_form(&self, action: Action, ctx: &Ctx<'_>) -> Option<AnyPage> {
        let profile = self.profile()?;
        let owner = DetailOwner::Contact(Box::new(profile.full.contact.clone()));
        if let Some((kind, label)) = added(action) {
            return Some(Box::new(DetailForm::new(owner, kind, label)));
        }
        let form = |field| {
            let form = ContactForm::of_profile(profile, ctx.session.home);
            Some(Box::new(form.at(field)) as AnyPage)
        };
        match self.detail.row() {
            DetailRow::Detail(_) => {
                let (_, detail) = self.detail_row()?;
                let form = DetailForm::of_detail(owner, detail);
                Some(Box::new(form.pointing_to(profile.related_name(detail))))
            }
            DetailRow::Note => form("note"),
            DetailRow::Tags => form("tags"),
            DetailRow::Name | DetailRow::Number(_) | DetailRow::Attachment(_) => None,
        }
    }

    /// Why nothing can be done with the row.
    pub(super) fn detail_missing(&self, action: Action) -> Option<Cow<'static, str>> {
        let detail = self.detail.detail();
        if let Some((_, attachment)) = self.detail.attachment() {
            return match (action, &attachment.content) {
                (Action::EditDetail, _) => Some("what is on the card stays as it is".into()),
                (Action::OpenDetail, Content::Unreadable) => Some("it cannot be read".into()),
                (Action::OpenDetail, Content::Address(_)) => {
                    Some("the card has only its address; copy it".into())
                }
                (Action::DeleteDetail, _) if attachment.kind != "photo" => {
                    Some("only a photo can be deleted here".into())
                }
                (Action::Prefer, _) => {
                    Some("go to an email, an address or another detail first".into())
                }
                _ => None,
            };
        }
        match (action, detail) {
            (Action::DeleteDetail, None)
                if matches!(self.detail.row(), DetailRow::Note | DetailRow::Tags) =>
            {
                None
            }
            (Action::OpenDetail | Action::Prefer | Action::DeleteDetail, None) => {
                Some("go to an email, an address or another detail first".into())
            }
            (Action::OpenDetail, Some(detail)) if detail.kind != DetailKind::Relation => {
                address_to_open(detail).err().map(Cow::from)
            }
            (Action::Prefer, Some(detail)) if !detail.kind.has_preferred() => {
                Some("only an email, an address or a link can be the preferred one".into())
            }
            _ => None,
        }
    }

    /// The word for what the key that opens does here.
    pub(super) fn opens(&self) -> &'static str {
        if self.detail.attachment().is_some() {
            return "save";
        }
        match self.detail.detail().map(|detail| detail.kind) {
            Some(DetailKind::Email) => "mail",
            Some(DetailKind::Address) => "map",
            Some(DetailKind::Relation) => "go there",
            _ => "open",
        }
    }

    /// Copies what the row says.
    pub(super) fn copy_row(&self, ctx: &mut Ctx<'_>) {
        let Some(profile) = self.profile() else {
            return;
        };
        let contact = &profile.full.contact;
        let (text, what) = match (self.detail.row(), self.detail_row()) {
            (_, Some((_, detail))) => {
                let name = profile.related_name(detail);
                let text = match detail.address() {
                    Some(address) => address.lines().join("\n"),
                    None => name.map_or_else(|| detail.text().into_owned(), str::to_owned),
                };
                (text, profile.shown(detail).into_owned())
            }
            (DetailRow::Note, _) => {
                let note = contact.note.clone().unwrap_or_default();
                (note, "the note".to_owned())
            }
            (DetailRow::Tags, _) => (contact.tags.join(", "), "the tags".to_owned()),
            (DetailRow::Attachment(_), _) => {
                let Some((_, attachment)) = self.detail.attachment() else {
                    return;
                };
                let what = format!("what the {} is", attachment.kind);
                (attachment.words(), what)
            }
            _ => return,
        };
        ctx.note_use(contact.id);
        let lines: Vec<Cow<'_, str>> = text.lines().map(safe).collect();
        ctx.push(Effect::Copy(lines.join("\n")));
        let text = format!("Sent {what} to the terminal's clipboard");
        ctx.say(Tone::Good, text);
    }

    /// Asks for the file that the photo or the like under the cursor is written to.
    pub(super) fn save_attachment(&self) -> Option<AnyPage> {
        let (place, attachment) = self.detail.attachment()?;
        let contact = &self.profile()?.full.contact;
        let ending = attachment.ending.map(|ending| format!(".{ending}"));
        let name = contact.name.replace('/', "-");
        let file = format!("~/{name}{}", ending.unwrap_or_default());
        let what = format!("{}, {}", attachment.kind, attachment.words());
        Some(Prompt::page(
            Wanted::Attachment(contact.id, place, what),
            &file,
        ))
    }

    /// Writes a mail, shows the address on a map, opens the link, or goes to the relation.
    pub(super) fn open_detail(&mut self, ctx: &mut Ctx<'_>) {
        let Some((profile, detail)) = self.detail_row() else {
            return;
        };
        let (contact, kind, text) = (
            profile.full.contact.id,
            detail.kind,
            detail.text().into_owned(),
        );
        if kind == DetailKind::Relation {
            // Shown once it is known who has the name.
            ctx.wait_for(Request::Named(text, Some(contact)), Purpose::Stay);
            return;
        }
        let address = match kind {
            DetailKind::Address => Ok(on_map(&text, ctx.session.map.as_deref())),
            _ => address_to_open(detail),
        };
        match address {
            Ok(address) => {
                ctx.note_use(contact);
                ctx.push(Effect::Open(address));
                let does = match kind {
                    DetailKind::Email => "Writing to",
                    DetailKind::Address => "Showing on a map:",
                    _ => "Opening",
                };
                ctx.say(Tone::Good, format!("{does} {text}"));
            }
            Err(why) => ctx.say(Tone::Plain, why),
        }
    }

    /// Shows the contact that a relation names.
    pub(super) fn go_to_relation(&mut self, found: &[NamedContact], ctx: &mut Ctx<'_>) {
        match found {
            [] => ctx.say(Tone::Plain, "no other contact has this name"),
            [first, ..] => {
                self.fix = None;
                self.list.query.attention = false;
                self.clear_filter(ctx);
                self.seek(first.contact, ctx);
            }
        }
    }

    /// Makes the detail under the cursor the preferred one of its kind, or deletes it; also a photo, the note, or the
    /// tags.
    pub(super) fn change_detail(&self, action: Action, ctx: &mut Ctx<'_>) {
        if let (Some((place, _)), Some(profile)) = (self.detail.attachment(), self.profile()) {
            let contact = &profile.full.contact;
            let photo = Write::DeletePhoto(contact.id, contact.updated_in_db_at, place);
            ctx.write(photo);
            return;
        }
        let text = match self.detail.row() {
            DetailRow::Note => ContactAttributes {
                note: Some(None),
                ..ContactAttributes::default()
            },
            DetailRow::Tags => ContactAttributes {
                tags: Some(Vec::new()),
                ..ContactAttributes::default()
            },
            _ => ContactAttributes::default(),
        };
        if let (true, Some(profile)) = (text != ContactAttributes::default(), self.profile()) {
            let contact = &profile.full.contact;
            let sent = ContactAttributes {
                updated_in_db_at: Some(contact.updated_in_db_at),
                ..text
            };
            ctx.write(Write::ContactAttributes(contact.id, Box::new(sent)));
            return;
        }
        let Some((profile, detail)) = self.detail_row() else {
            return;
        };
        let contact = &profile.full.contact;
        let mut details = contact.details.clone();
        if action == Action::DeleteDetail {
            details.retain(|other| other.id != detail.id);
        } else {
            prefer_only(&mut details, detail.kind, |other| {
                other.id == detail.id && !detail.preferred
            });
        }
        let sent = ContactAttributes {
            details: Some(details),
            updated_in_db_at: Some(contact.updated_in_db_at),
            ..ContactAttributes::default()
        };
        ctx.write(Write::ContactAttributes(contact.id, Box::new(sent)));
    }
}
