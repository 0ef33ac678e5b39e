//! What the form for a detail holds, and the detail that it stands for.

use serde::{Deserialize, Serialize};

use crate::domain::address::{Address, PARTS};
use crate::domain::attributes::{WrongDetail, second_birthday, wrong_detail};
use crate::domain::contact::{Contact, Detail, DetailKind, DetailValue};
use crate::domain::detail::prefer_only;
use crate::domain::refusal::Fault;
use crate::tui::widgets::choice::ChoiceField;
use crate::tui::widgets::field::Field;

/// What the detail belongs to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DetailOwner {
    /// A contact as it was read; the form writes it.
    Contact(Box<Contact>),
    /// A row of the contact form, or a new one.
    Row(Option<usize>),
}

/// Where the cursor is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DetailPlace {
    /// The label.
    Label,
    /// A text, by its place.
    Text(usize),
    /// The box "preferred".
    Preferred,
}

/// The form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DetailForm {
    /// What it belongs to.
    pub owner: DetailOwner,
    /// What it is.
    pub kind: DetailKind,
    /// The detail as it was read; none for a new one.
    pub stored: Option<Detail>,
    /// Its label.
    pub label: ChoiceField,
    /// The name of the contact that a relation points to by its id: it is typed in the place of the id.
    #[serde(default)]
    pub related_name: Option<String>,
    /// Its texts: the parts of an address, or one.
    pub texts: Vec<Field>,
    /// The box "preferred".
    pub preferred: bool,
    /// Where the cursor is.
    pub place: DetailPlace,
    /// The label that a new one has at first.
    first_label: String,
    /// Of a row: the contact as its form has it, with its other details.
    #[serde(skip)]
    pub(crate) beside: Option<Box<Contact>>,
    /// What was refused.
    #[serde(skip)]
    pub faults: Vec<Fault>,
}

impl DetailForm {
    /// A form for a new detail, with the label that it has at first.
    #[must_use]
    pub fn new(owner: DetailOwner, kind: DetailKind, label: &str) -> Self {
        let texts = match kind {
            DetailKind::Address => PARTS.len(),
            _ => 1,
        };
        let mut texts = vec![Field::new(String::new()); texts];
        if let (DetailKind::Address, Some(street)) = (kind, texts.first_mut()) {
            *street = Field::of_lines(String::new());
        }
        Self {
            owner,
            kind,
            stored: None,
            label: ChoiceField::new(label),
            related_name: None,
            texts,
            preferred: false,
            // Where the label is given, the value is what is typed first.
            place: DetailPlace::Text(0),
            first_label: label.to_owned(),
            beside: None,
            faults: Vec::new(),
        }
    }

    /// A form for a detail that is there.
    #[must_use]
    pub fn of_detail(owner: DetailOwner, detail: &Detail) -> Self {
        let label = detail.label.as_deref().unwrap_or_default();
        let texts = match detail.address() {
            Some(address) => PARTS
                .iter()
                .map(|part| (part.of)(address).clone())
                .collect(),
            None => vec![detail.text().into_owned()],
        };
        let mut form = Self {
            stored: Some(detail.clone()),
            preferred: detail.preferred,
            ..Self::new(owner, detail.kind, label)
        };
        for (field, text) in form.texts.iter_mut().zip(texts) {
            field.set(text);
        }
        form
    }

    /// The same for a relation that points to a contact of this name by its id.
    #[must_use]
    pub(crate) fn pointing_to(mut self, name: Option<&str>) -> Self {
        if let (Some(name), Some(field)) = (name, self.texts.first_mut()) {
            field.set(name);
            self.related_name = Some(name.to_owned());
        }
        self
    }

    /// Whether it points to the contact of that name still.
    pub(crate) fn points_to(&self) -> Option<&str> {
        let typed = self.texts.first().map(|field| field.text().trim());
        self.related_name
            .as_deref()
            .filter(|name| typed == Some(name.trim()))
    }

    /// Takes a text into the street. An address of several lines goes into its parts where nothing else is typed
    /// and it is sure which they are.
    pub(super) fn take_street(&mut self, text: &str) {
        let is_alone =
            self.texts.iter().enumerate().all(|(at, field)| {
                field.text().trim().is_empty() || at == 0 && field.is_selected()
            });
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let address = Address::read(&text);
        let is_parted = text.trim().contains('\n') && !address.locality.is_empty();
        if !(is_alone && is_parted) {
            if let Some(street) = self.texts.first_mut() {
                street.paste(text.trim_end_matches('\n'));
            }
            return;
        }
        for (part, field) in PARTS.iter().zip(&mut self.texts) {
            field.set("");
            field.paste((part.of)(&address));
        }
    }

    /// Whether the cursor is in the street of an address.
    pub(super) fn is_in_street(&self) -> bool {
        self.kind == DetailKind::Address && self.place == DetailPlace::Text(0)
    }

    /// What a text of it is called.
    #[must_use]
    pub(super) fn label_of(&self, at: usize) -> String {
        match self.kind {
            DetailKind::Address => {
                let words = PARTS.get(at).map_or("", |part| part.words);
                let mut letters = words.chars();
                let first = letters.next().map(|first| first.to_uppercase().to_string());
                first.unwrap_or_default() + letters.as_str()
            }
            DetailKind::Email => "Email".to_owned(),
            DetailKind::Date => "Date".to_owned(),
            DetailKind::Link => "Link".to_owned(),
            DetailKind::Chat | DetailKind::Relation => "Name".to_owned(),
            DetailKind::Other => "Text".to_owned(),
        }
    }

    /// What its label is called.
    #[must_use]
    pub(super) const fn label_word(&self) -> &'static str {
        match self.kind {
            DetailKind::Chat => "Network",
            DetailKind::Relation => "Relation",
            _ => "Label",
        }
    }

    /// The places in order.
    #[must_use]
    pub fn places(&self) -> Vec<DetailPlace> {
        let texts = (0..self.texts.len()).map(DetailPlace::Text);
        let preferred = self.kind.has_preferred().then_some(DetailPlace::Preferred);
        [DetailPlace::Label]
            .into_iter()
            .chain(texts)
            .chain(preferred)
            .collect()
    }

    /// Moves the cursor to the next place, or to the one before.
    pub(super) fn step(&mut self, by: usize) {
        let places = self.places();
        let at = places
            .iter()
            .position(|place| *place == self.place)
            .unwrap_or(0);
        if let Some(place) = places.get((at + by) % places.len()) {
            self.place = *place;
        }
    }

    /// The detail as it is typed. An address in one text, pasted perhaps, is parted where that is sure.
    #[must_use]
    pub fn detail(&self) -> Detail {
        let text = |at: usize| {
            self.texts
                .get(at)
                .map(|field| field.text().trim().to_owned())
        };
        let value = if self.kind == DetailKind::Address {
            let mut address = Address::default();
            for (at, part) in PARTS.iter().enumerate() {
                *(part.of_mut)(&mut address) = text(at).unwrap_or_default();
            }
            let street = address.street.clone();
            let is_one_text = address
                == Address {
                    street: street.clone(),
                    ..Address::default()
                };
            let stored = self.stored.as_ref().and_then(Detail::address);
            if is_one_text && stored != Some(&address) {
                address = Address::read(&street);
            }
            DetailValue::from(address)
        } else if let (Some(stored), Some(_)) = (&self.stored, self.points_to()) {
            stored.value.clone()
        } else {
            DetailValue::read(self.kind, &text(0).unwrap_or_default())
        };
        let label = self.label.text().trim();
        Detail {
            id: self
                .stored
                .as_ref()
                .map(|detail| detail.id)
                .unwrap_or_default(),
            preferred: self.preferred && self.kind.has_preferred(),
            ..Detail::new(
                self.kind,
                (!label.is_empty()).then(|| label.to_owned()),
                value,
            )
        }
    }

    /// Why a detail cannot be saved as it is typed; none where it can.
    pub(super) fn wrong(&self, detail: &Detail) -> Option<WrongDetail> {
        let blank = Contact::default();
        let contact = match &self.owner {
            DetailOwner::Contact(contact) => contact,
            DetailOwner::Row(_) => self.beside.as_deref().unwrap_or(&blank),
        };
        wrong_detail(contact, detail)
            .or_else(|| second_birthday(&contact.details, detail, self.stored.as_ref()))
    }

    /// Whether nothing is typed as its value.
    #[must_use]
    pub(super) fn is_blank(&self) -> bool {
        self.texts
            .iter()
            .all(|field| field.text().trim().is_empty())
    }

    /// Whether anything was changed.
    #[must_use]
    pub(crate) fn is_dirty(&self) -> bool {
        match &self.stored {
            Some(stored) => !self.detail().says(stored),
            None => !self.is_blank() || self.preferred || self.label.text() != self.first_label,
        }
    }

    /// The details of its contact with this one among them; another preferred one of its kind is that no longer.
    #[must_use]
    pub(super) fn among(&self, details: &[Detail]) -> Vec<Detail> {
        with_detail(details, self.stored.as_ref(), self.detail())
    }
}

/// Details in which one took the place of another, or was added after those that are there.
#[must_use]
pub(crate) fn with_detail(
    details: &[Detail],
    before: Option<&Detail>,
    detail: Detail,
) -> Vec<Detail> {
    let mut all = details.to_vec();
    if detail.preferred {
        prefer_only(&mut all, detail.kind, |_| false);
    }
    let is_it = |other: &Detail| before.is_some_and(|before| other.id == before.id);
    match all.iter().position(is_it) {
        Some(at) => {
            if let Some(place) = all.get_mut(at) {
                *place = detail;
            }
        }
        None => all.push(detail),
    }
    all
}
