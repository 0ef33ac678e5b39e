//! The emails, addresses and other details of the contact form.

use crate::domain::contact::{Contact, DetailKind};
use crate::domain::detail::{BIRTHDAY, prefer_only};
use crate::tui::pages::detail_form::{DetailForm, DetailOwner};

use super::form_detail::FormDetail;
use super::state::{ContactForm, ContactPlace, NAME};

impl ContactForm {
    /// The rows of details of some kinds, kind by kind.
    fn details_of(&self, is_meant: fn(DetailKind) -> bool) -> impl Iterator<Item = ContactPlace> {
        let kinds = DetailKind::ALL
            .into_iter()
            .filter(move |kind| is_meant(*kind));
        kinds.flat_map(|kind| {
            let rows = self.details.iter().enumerate();
            let rows = rows.filter(move |(_, row)| row.detail.kind == kind);
            rows.map(|(at, _)| ContactPlace::Detail(at))
        })
    }

    /// The rows of all details, with the lines that add one: each kind that most contacts have has its own.
    pub(super) fn detail_places(&self) -> impl Iterator<Item = ContactPlace> {
        let mut rows = self.details.iter();
        let has_birthday = rows.any(|row| row.detail.is_date(BIRTHDAY));
        self.details_of(|kind| kind == DetailKind::Email)
            .chain([ContactPlace::AddEmail])
            .chain(self.details_of(|kind| kind == DetailKind::Address))
            .chain([ContactPlace::AddAddress])
            .chain(self.details_of(|kind| kind == DetailKind::Date))
            .chain((!has_birthday).then_some(ContactPlace::AddBirthday))
            .chain(self.details_of(|kind| {
                use DetailKind::{Address, Date, Email};
                !matches!(kind, Email | Address | Date)
            }))
            .chain([ContactPlace::AddDetail])
    }

    /// The contact as it is in the form, with its details but for that of a row.
    pub(super) fn beside(&self, row: Option<usize>) -> Contact {
        let details = self.details.iter().enumerate();
        let others = details.filter(|(at, other)| Some(*at) != row && !other.deleted);
        Contact {
            name: self.text(NAME).to_owned(),
            details: others.map(|(_, other)| other.detail.clone()).collect(),
            ..self.stored.clone().unwrap_or_default()
        }
    }

    /// Puts a detail back that its own form has edited.
    pub(crate) fn put_detail(&mut self, form: &DetailForm) {
        let row = match form.owner {
            DetailOwner::Row(Some(row)) => row,
            _ => self.details.len(),
        };
        let (detail, related_name) = (form.detail(), form.points_to().map(str::to_owned));
        let is_preferred = detail.preferred;
        match self.details.get_mut(row) {
            Some(place) => {
                place.detail = detail;
                place.related_name = related_name;
                place.deleted = false;
            }
            None => self.details.push(FormDetail {
                detail,
                stored: None,
                related_name,
                deleted: false,
            }),
        }
        if is_preferred {
            self.prefer(row);
        }
        self.place = ContactPlace::Detail(row);
    }

    /// Makes the detail of a row the preferred one of its kind.
    pub(crate) fn prefer(&mut self, row: usize) {
        let Some(kind) = self.details.get(row).map(|row| row.detail.kind) else {
            return;
        };
        let details = self.details.iter_mut().map(|row| &mut row.detail);
        prefer_only(details, kind, |_| false);
        if let Some(row) = self.details.get_mut(row) {
            row.detail.preferred = kind.has_preferred();
        }
    }
}
