//! The pages that open from the list, and why one cannot be opened just now.

use std::borrow::Cow;

use crate::domain::bulk::BulkEdit;
use crate::domain::contact::DetailKind;
use crate::domain::listing::{ListQuery, Selection};
use crate::domain::number::{digits, is_copied_number};
use crate::domain::operation::ContactPart;
use crate::domain::phone::Phone;
use crate::domain::query::Typing;
use crate::domain::words::count;
use crate::tui::ctx::{Ctx, Session};
use crate::tui::keymap::{Action, Scope};
use crate::tui::pages::bin::Bin;
use crate::tui::pages::conflicts::Conflicts;
use crate::tui::pages::contact_form::ContactForm;
use crate::tui::pages::contact_text::ContactText;
use crate::tui::pages::dates::Dates;
use crate::tui::pages::duplicates::Duplicates;
use crate::tui::pages::health::HealthPage;
use crate::tui::pages::history::{History, Of};
use crate::tui::pages::page::{AnyPage, Outcome, Page as _};
use crate::tui::pages::phone_form::{Owner, PhoneForm};
use crate::tui::pages::prompt::{Prompt, Wanted};
use crate::tui::pages::qr::Qr;
use crate::tui::pages::recent::Recent;
use crate::tui::pages::remotes::{RemotesPage, sync_all};
use crate::tui::pages::save_filter::SaveFilter;
use crate::tui::pages::sources::Sources;
use crate::tui::pages::tags::Tags;
use crate::tui::protocol::{Purpose, Request, Tone};

use super::detail::DetailRow;
use super::detail_keys::added;
use super::state::{Contacts, Focus};

/// Whether a text is a number to look up rather than a name.
fn is_called(text: &str) -> bool {
    let digits = digits(text).len();
    let sign = |sign: char| sign.is_numeric() || "+＋()-./ *#".contains(sign);
    is_copied_number(text) || digits > 2 && text.chars().all(sign)
}

/// Whether an action changes the number that is selected.
const fn changes_number(action: Action) -> bool {
    matches!(
        action,
        Action::EditNumber
            | Action::MakePrimary
            | Action::Accurate
            | Action::Historic
            | Action::ReplaceNumber
            | Action::DeleteNumber
    )
}

/// Whether an action adds a row to the contact.
fn adds_row(action: Action) -> bool {
    action == Action::AddNumber || added(action).is_some()
}

impl Contacts {
    /// Opens the page of an action.
    pub(super) fn open_page(&self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        let home = ctx.session.home;
        let page: Option<AnyPage> = match action {
            Action::AddContact => {
                // What a search did not find is the name or the number of the new contact.
                let typed = self.list.unknown().unwrap_or_default();
                let form = if is_called(typed) {
                    ContactForm::with_number(typed, home)
                } else {
                    ContactForm::new(typed, home)
                };
                Some(Box::new(form))
            }
            Action::EditContact => self
                .profile()
                .map(|profile| -> AnyPage { Box::new(ContactForm::of_profile(profile, home)) }),
            Action::EditText => self.profile().map(|profile| -> AnyPage {
                Box::new(ContactText::of(
                    profile.full.clone(),
                    home,
                    profile.related.clone(),
                ))
            }),
            Action::Photo => self.profile().map(|profile| {
                let contact = &profile.full.contact;
                let name = contact.name.clone();
                Prompt::page(
                    Wanted::Photo(contact.id, contact.updated_in_db_at, name),
                    "",
                )
            }),
            Action::EditNumber | Action::AddNumber | Action::ReplaceNumber => {
                self.number_form(action, ctx)
            }
            Action::EditDetail
            | Action::AddEmail
            | Action::AddAddress
            | Action::AddBirthday
            | Action::AddDate
            | Action::AddLink
            | Action::AddChat
            | Action::AddRelation
            | Action::AddOther => self.detail_form(action, ctx),
            Action::Import => Some(Prompt::page(Wanted::Import, "")),
            Action::ChangeMany => Some(self.change_many()),
            Action::Duplicates if self.list.marks.len() > 1 => {
                Some(Box::new(Duplicates::of_marked(self.list.chosen())))
            }
            Action::Duplicates => Some(Box::<Duplicates>::default()),
            Action::Health => Some(Box::<HealthPage>::default()),
            Action::Bin => Some(Box::<Bin>::default()),
            Action::SaveFilter => return self.save_filter(ctx),
            Action::Recent => Some(Box::<Recent>::default()),
            Action::Dates => Some(Box::<Dates>::default()),
            Action::Conflicts => Some(Box::<Conflicts>::default()),
            Action::Remotes => Some(Box::<RemotesPage>::default()),
            Action::Sync => return sync_all(ctx),
            Action::Tags => Some(Box::<Tags>::default()),
            Action::BySource => {
                let known = self.fix.as_ref().map(|fix| fix.worklist.sources.clone());
                Some(Sources::page(known.unwrap_or_default()))
            }
            Action::BookHistory => Some(History::page(Of::Book, "the whole book".to_owned())),
            Action::History => self.history(),
            Action::Qr => self.qr(),
            _ => return self.export(action, ctx),
        };
        page.map_or(Outcome::Stay, Outcome::Open)
    }

    /// Asks for the name of the filter, where it can be saved.
    fn save_filter(&self, ctx: &mut Ctx<'_>) -> Outcome {
        if let Some(trouble) = self.list.query.query().trouble {
            ctx.say(Tone::Bad, trouble);
            return Outcome::Stay;
        }
        Outcome::Open(SaveFilter::page(self.list.filter.text().trim()))
    }

    /// The form for the number under the cursor, or for a new one.
    fn number_form(&self, action: Action, ctx: &Ctx<'_>) -> Option<AnyPage> {
        let profile = self.profile()?;
        let contact = &profile.full.contact;
        let owner = Owner::Contact(contact.id, contact.name.clone());
        let home = ctx.session.home;
        let (form, edited) = match (action, self.detail.phone()) {
            (Action::AddNumber, _) => (PhoneForm::new(owner, home), None),
            (Action::ReplaceNumber, Some(phone)) => {
                (PhoneForm::replacing(owner, phone, home), Some(phone.id))
            }
            (_, Some(phone)) => (PhoneForm::of_phone(owner, phone, home), Some(phone.id)),
            (_, None) => return None,
        };
        let mut phones = profile.full.phones.iter();
        let replaces = phones.find(|phone| phone.primary && Some(phone.id) != edited);
        Some(Box::new(PhoneForm {
            replaces: replaces.map(Phone::shown),
            ..form
        }))
    }

    /// The history of the row under the cursor; from the list, the name and a photo, that of the contact.
    fn history(&self) -> Option<AnyPage> {
        let profile = self.profile()?;
        let contact = &profile.full.contact;
        let is_of_row = self.focus == Focus::Detail && !self.detail.is_beyond();
        let part = |part, words: &str| {
            let name = format!("{}, {words}", contact.name);
            History::page(Of::Part(contact.id, part), name)
        };
        if let Some(phone) = self.detail.phone().filter(|_| is_of_row) {
            let name = format!("{}, {}", contact.name, phone.shown());
            return Some(History::page(Of::Phone(contact.id, phone.id), name));
        }
        if let Some(detail) = self.detail.detail().filter(|_| is_of_row) {
            return Some(part(ContactPart::Detail(detail.id), &profile.shown(detail)));
        }
        Some(match self.detail.row() {
            DetailRow::Note if is_of_row => part(ContactPart::Note, "note"),
            DetailRow::Tags if is_of_row => part(ContactPart::Tags, "tags"),
            _ => History::page(Of::Contact(contact.id), contact.name.clone()),
        })
    }

    /// The code of the number that a row shows, or of the contact where its name is selected.
    fn qr(&self) -> Option<AnyPage> {
        let full = &self.profile()?.full;
        let detail = self.detail.detail().filter(|_| self.focus == Focus::Detail);
        if let Some(email) = detail.filter(|detail| detail.kind == DetailKind::Email) {
            return Some(Qr::of_email(full.clone(), &email.text()));
        }
        let number = match self.focus {
            Focus::Detail => self.detail.phone(),
            Focus::List | Focus::Filter => self.detail.listed(),
        };
        Some(Qr::page(full.clone(), number.map(|phone| phone.id)))
    }

    /// Asks what is to be changed: of those marked, or else of all that the list shows.
    fn change_many(&self) -> AnyPage {
        let marks = &self.list.marks;
        let (selection, which) = if marks.is_empty() {
            let total = self.list.total.unwrap_or_default();
            let shown = Selection::Shown(self.list.query.clone());
            (shown, format!("{} of the list", count(total, "contact")))
        } else {
            let marked = self.list.selection(self.list.chosen());
            (marked, count(marks.len(), "marked contact"))
        };
        let mut edit = BulkEdit::new(selection, Vec::new());
        // What the filter says of numbers says which of them are meant, marked or not.
        edit.only = self.list.query.query().conditions;
        Prompt::page(Wanted::Change(Box::new(edit), which), "")
    }

    /// Writes contacts out: asks where to, or copies them.
    fn export(&self, action: Action, ctx: &mut Ctx<'_>) -> Outcome {
        let everybody = Selection::Shown(ListQuery {
            order: self.list.query.order,
            ..ListQuery::default()
        });
        let marked = self.list.selection(self.chosen());
        let (selection, file) = match action {
            Action::ExportText => {
                ctx.wait_for(Request::Cards(marked), Purpose::Stay);
                return Outcome::Stay;
            }
            Action::ExportMarked if self.list.marks.is_empty() => (marked, "contact.vcf"),
            Action::ExportMarked => (marked, "marked.vcf"),
            Action::ExportShown => (Selection::Shown(self.list.query.clone()), "contacts.vcf"),
            Action::ExportCards => (everybody, "contacts.vcf"),
            Action::ExportTable => (everybody, "contacts.csv"),
            Action::ExportBook => (everybody, "contacts.json"),
            _ => return Outcome::Unused,
        };
        let which = match &selection {
            Selection::Marked(_) | Selection::MarkedInList(..) if self.list.marks.is_empty() => {
                let row = self.list.current();
                row.map(|row| row.name.clone()).unwrap_or_default()
            }
            Selection::Marked(ids) | Selection::MarkedInList(ids, _) => {
                count(ids.len(), "marked contact")
            }
            Selection::Shown(query) if query.is_everybody() => {
                let all = ctx.session.totals.map(|totals| totals.contacts);
                all.map_or_else(|| "everybody".to_owned(), |all| count(all, "contact"))
            }
            Selection::Shown(_) => {
                let shown = self.list.total.map(|shown| count(shown, "contact"));
                format!("{} of the filter", shown.unwrap_or_default())
            }
        };
        let path = format!("~/{file}");
        Outcome::Open(Prompt::page(Wanted::Export(selection, which), &path))
    }

    /// Whether an action is about contacts that the list shows, or about one of their numbers.
    const fn needs_contacts(action: Action) -> bool {
        changes_number(action)
            || matches!(
                action,
                Action::EditContact
                    | Action::EditText
                    | Action::Photo
                    | Action::DeleteContact
                    | Action::Mark
                    | Action::MarkRange
                    | Action::Confirm
                    | Action::ConfirmNext
                    | Action::Favourite
                    | Action::History
                    | Action::Qr
                    | Action::Duplicates
                    | Action::ChangeMany
                    | Action::ExportMarked
                    | Action::ExportText
                    | Action::AddNumber
                    | Action::EditDetail
                    | Action::OpenDetail
                    | Action::Prefer
                    | Action::DeleteDetail
                    | Action::AddEmail
                    | Action::AddAddress
                    | Action::AddBirthday
                    | Action::AddDate
                    | Action::AddLink
                    | Action::AddChat
                    | Action::AddRelation
                    | Action::AddOther
                    | Action::Copy
                    | Action::Call
                    | Action::Pick
                    | Action::NextNumber
            )
    }

    /// Whether an action is about what was asked for and has not come: keys may come sooner than answers.
    #[must_use]
    pub(crate) fn awaits(&self, action: Action) -> bool {
        let is_shown = self.current().is_none() || self.profile().is_some();
        let is_there = self.list.is_current()
            && !self.list.is_marking()
            && (is_shown || self.detail.is_unread);
        !is_there && (action == Action::Open || Self::needs_contacts(action))
    }

    /// Why nothing can be done with a contact or with the list.
    pub(super) fn contact_missing(
        &self,
        action: Action,
        session: &Session,
    ) -> Option<Cow<'static, str>> {
        let is_empty = self.current().is_none();
        let key = |action| session.key(self.scope(), action);
        match action {
            _ if !self.list.is_current() && Self::needs_contacts(action) => {
                Some("still loading the contacts of this filter".into())
            }
            Action::DeleteContact
            | Action::Confirm
            | Action::ConfirmNext
            | Action::ChangeMany
            | Action::Duplicates
            | Action::ExportMarked
            | Action::ExportText
                if self.list.is_marking() =>
            {
                Some("still loading the marked contacts".into())
            }
            Action::Open
            | Action::EditContact
            | Action::EditText
            | Action::Photo
            | Action::DeleteContact
            | Action::Mark
            | Action::MarkRange
            | Action::MarkAll
            | Action::Confirm
            | Action::Favourite
            | Action::History
            | Action::Qr
                if is_empty && self.list.is_current() =>
            {
                let add = self.key_from_list(Action::AddContact, session);
                Some(format!("no contact here; {add} adds one").into())
            }
            Action::Confirm if self.lacks_numbers() => Some("no number to confirm".into()),
            Action::ChangeMany | Action::Duplicates | Action::Health if is_empty => {
                Some("no contact here".into())
            }
            Action::SaveFilter if self.list.query.typing == Typing::Keypad => {
                Some("a search by keypad cannot be saved".into())
            }
            Action::SaveFilter if self.list.filter.text().trim().is_empty() => Some(
                format!(
                    "no filter to save; {} filters the list",
                    key(Action::Filter)
                )
                .into(),
            ),
            Action::ConfirmNext if is_empty => {
                Some(format!("nothing needs attention; {} goes back", key(Action::Quit)).into())
            }
            Action::ExportCards
            | Action::ExportTable
            | Action::ExportBook
            | Action::ExportShown
            | Action::ExportMarked
            | Action::ExportText
                if is_empty =>
            {
                Some("no contacts to export".into())
            }
            _ => None,
        }
    }

    /// The keys of an action of the list, from the filter with the one before it that leaves the filter.
    fn key_from_list(&self, action: Action, session: &Session) -> String {
        let key = session.key(Scope::Contacts, action);
        match self.focus {
            Focus::Filter => format!("{} {key}", session.key(Scope::Filter, Action::NextPane)),
            _ => key,
        }
    }

    /// Whether the contact that the keys are about has no number.
    fn lacks_numbers(&self) -> bool {
        let row = self.list.current();
        self.list.marks.is_empty() && row.is_some_and(|row| row.number.is_none())
    }

    /// Why nothing can be called from the name of a contact.
    fn nothing_to_call(&self, session: &Session) -> Cow<'static, str> {
        let profile = self.profile();
        let Some(profile) = profile else {
            return self.detail.missing().into();
        };
        let (action, what) = if profile.full.phones.is_empty() {
            (Action::AddNumber, "no number to call; {} adds one")
        } else {
            (Action::Pick, "no number is selected; {} selects the first")
        };
        let key = session.key(Scope::Name, action);
        what.replace("{}", &key).into()
    }

    /// Why nothing can be done with a number of the contact.
    pub(super) fn number_missing(
        &self,
        action: Action,
        session: &Session,
    ) -> Option<Cow<'static, str>> {
        let key = |action| session.key(self.scope(), action);
        let no_number = match self.focus {
            Focus::Detail => self.detail.phone().is_none(),
            _ => self.list.current().is_none_or(|row| row.number.is_none()),
        };
        let is_dialled = matches!(action, Action::Copy | Action::Call);
        let is_beyond = self.detail.is_beyond() && self.scope() != Scope::Name;
        match action {
            Action::Call if matches!(self.scope(), Scope::Name | Scope::Details) => {
                Some(self.nothing_to_call(session))
            }
            Action::Copy if matches!(self.scope(), Scope::Name | Scope::Details) => None,
            Action::Copy | Action::Call if no_number && !is_beyond => {
                let edit = self.key_from_list(Action::EditContact, session);
                let text = format!("no number here; {edit} edits the contact and adds one");
                Some(text.into())
            }
            _ if is_beyond && (is_dialled || changes_number(action)) => {
                let first = session.key(self.scope(), Action::Pick);
                Some(format!("no number is selected; {first} selects the first").into())
            }
            _ if changes_number(action) && self.detail.phone().is_none() => {
                Some(format!("no number here; {} adds one", key(Action::AddNumber)).into())
            }
            action if adds_row(action) && self.detail.profile.is_none() => {
                Some("no contact here".into())
            }
            Action::EditContact
            | Action::EditText
            | Action::Photo
            | Action::Favourite
            | Action::History
            | Action::Qr
            | Action::EditDetail
            | Action::Copy
            | Action::Call
                if self.profile().is_none() =>
            {
                Some(self.detail.missing().into())
            }
            _ if (changes_number(action) || adds_row(action)) && self.profile().is_none() => {
                Some(self.detail.missing().into())
            }
            _ => None,
        }
    }
}
