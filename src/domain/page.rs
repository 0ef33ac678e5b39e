//! Listing a resource: filters, order and pages (Phone resource, 2, LIST), for phones and for
//! contacts alike.

use std::sync::LazyLock;

use super::contact::ContactId;
use super::fields::{self, RecordField, Use};
use super::refusal::{Fault, Refusal};

/// What a resource can be listed by.
#[derive(Debug, PartialEq, Eq)]
pub struct Shape {
    /// What the records are, in the plural.
    pub noun: &'static str,
    /// The attributes to filter by that are true or false.
    pub flags: Vec<&'static str>,
    /// The attributes to filter by that hold text; an empty value asks for null.
    pub texts: Vec<&'static str>,
    /// The attributes to sort by.
    pub sorts: Vec<&'static str>,
}

/// What phones can be listed by.
pub static PHONES: LazyLock<Shape> = LazyLock::new(|| Shape::of("phone numbers", &fields::PHONE));

/// What contacts can be listed by. `attention` is whether one needs attention, `tag` one of its tags.
pub static CONTACTS: LazyLock<Shape> = LazyLock::new(|| {
    let mut shape = Shape::of("contacts", &fields::CONTACT);
    shape.flags.push("attention");
    shape.texts.push("tag");
    shape
});

/// Attributes that are no single value, which nothing is sorted by.
const LISTS: [&str; 2] = ["tags", "details"];

impl Shape {
    fn of<R, S>(noun: &'static str, fields: &'static [RecordField<R, S>]) -> Self {
        let filters = fields.iter().filter(|field| field.is(Use::Filter));
        let (flags, texts): (Vec<_>, Vec<_>) = filters.partition(|field| field.is_flag());
        let names = |fields: Vec<&'static RecordField<R, S>>| {
            let names = fields.into_iter().map(|field| field.name);
            names.collect::<Vec<_>>()
        };
        let sorts = fields.iter().filter(|field| {
            field.is_document() && !field.is_long() && !LISTS.contains(&field.name)
        });
        let mut all = vec!["id"];
        all.extend(sorts.map(|field| field.name));
        Self {
            noun,
            flags: names(flags),
            texts: names(texts),
            sorts: all,
        }
    }
}

/// The default number of records of a page.
pub(crate) const PER_PAGE: u64 = 25;

/// The most records on a page.
pub const PER_PAGE_LIMIT: u64 = 1_000;

/// The value that a filter asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterValue {
    /// True or false.
    Flag(bool),
    /// A text; none asks for null.
    Text(Option<String>),
}

/// Up or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Greatest first.
    Descending,
}

/// How records are to be listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageQuery {
    /// Only the phones of this contact.
    pub owner: Option<ContactId>,
    /// Only those with these values.
    pub filters: Vec<(&'static str, FilterValue)>,
    /// The order; empty for the default one.
    pub sort: Vec<(&'static str, Direction)>,
    /// From 1.
    pub page: u64,
    /// From 1 to [`PER_PAGE_LIMIT`].
    pub per_page: u64,
}

impl Default for PageQuery {
    fn default() -> Self {
        Self {
            owner: None,
            filters: Vec::new(),
            sort: Vec::new(),
            page: 1,
            per_page: PER_PAGE,
        }
    }
}

impl PageQuery {
    /// Reads a query from names and values: `sort` (attributes with a comma between, `-` for
    /// descending), `page`, `per_page`, and each filter by its name.
    ///
    /// # Errors
    /// Every key that is not known and every value that does not fit, each by name.
    pub fn read<'a>(
        shape: &Shape,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Refusal> {
        let mut query = Self::default();
        let mut faults = Vec::new();
        for (key, value) in pairs {
            match key {
                "sort" => query.read_sort(shape, value, &mut faults),
                // What is no number is no page; the check below names it.
                "page" => query.page = value.parse().unwrap_or_default(),
                "per_page" => query.per_page = value.parse().unwrap_or_default(),
                _ => query.read_filter(shape, key, value, &mut faults),
            }
        }
        faults.extend(query.page_faults());
        if faults.is_empty() {
            Ok(query)
        } else {
            Err(Refusal::invalid(faults))
        }
    }

    /// Refuses a page that no caller can mean.
    ///
    /// # Errors
    /// Invalid, naming `page` and `per_page`.
    pub fn check(&self) -> Result<(), Refusal> {
        let faults = self.page_faults();
        if faults.is_empty() {
            Ok(())
        } else {
            Err(Refusal::invalid(faults))
        }
    }

    fn page_faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.page == 0 {
            faults.push(Fault::of("page", "has to be a number from 1"));
        }
        if !(1..=PER_PAGE_LIMIT).contains(&self.per_page) {
            let detail = format!("has to be a number from 1 to {PER_PAGE_LIMIT}");
            faults.push(Fault::of("per_page", detail));
        }
        faults
    }

    fn read_sort(&mut self, shape: &Shape, value: &str, faults: &mut Vec<Fault>) {
        let keys = value.split(',').map(str::trim);
        for key in keys.filter(|key| !key.is_empty()) {
            let (name, direction) = key
                .strip_prefix('-')
                .map_or((key, Direction::Ascending), |name| {
                    (name, Direction::Descending)
                });
            match shape.sorts.iter().find(|sort| **sort == name) {
                Some(sort) => self.sort.push((sort, direction)),
                None => faults.push(Fault::of(
                    "sort",
                    format!(
                        "cannot be by {name}; {} sort by {}",
                        shape.noun,
                        shape.sorts.join(", ")
                    ),
                )),
            }
        }
    }

    fn read_filter(&mut self, shape: &Shape, key: &str, value: &str, faults: &mut Vec<Fault>) {
        if let Some(name) = shape.texts.iter().find(|name| **name == key) {
            let text = (!value.is_empty()).then(|| value.to_owned());
            self.filters.push((name, FilterValue::Text(text)));
            return;
        }
        let Some(name) = shape.flags.iter().find(|name| **name == key) else {
            let known = [&shape.flags[..], &shape.texts].concat().join(", ");
            let detail = format!("is not a filter; expected one of {known}");
            faults.push(Fault::of(key, detail));
            return;
        };
        match value.parse() {
            Ok(flag) => self.filters.push((name, FilterValue::Flag(flag))),
            Err(_) => faults.push(Fault::of(key, "has to be true or false")),
        }
    }
}

/// A page of records, with what its `meta` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListPage<T> {
    /// The records, in order.
    pub records: Vec<T>,
    /// What was asked for.
    pub query: PageQuery,
    /// How many there are on all pages.
    pub total_count: u64,
}

impl<T> ListPage<T> {
    /// How many pages there are: none where there are no records.
    #[must_use]
    pub const fn total_pages(&self) -> u64 {
        self.total_count.div_ceil(self.query.per_page)
    }
}
