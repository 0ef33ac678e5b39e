//! Listing phones: filters, order and pages (Phone resource, 2, LIST).

use serde_json::{Map, Value, json};

use super::contact::ContactId;
use super::phone::{Phone, resource};
use super::refusal::{Fault, Refusal};

/// How a contact's phones are to be listed: filters, order and page (Phone resource, 2, LIST).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneQuery {
    /// Of this owner only.
    pub owner: Option<ContactId>,
    /// Only those with these values.
    pub filters: Vec<(PhoneFilter, FilterValue)>,
    /// The order; empty for the default one.
    pub sort: Vec<(PhoneSort, Direction)>,
    /// From 1.
    pub page: u64,
    /// From 1 to 1000.
    pub per_page: u64,
}

/// How many phones a page has unless told.
pub const PER_PAGE: u64 = 25;

/// The most phones on a page.
pub const PER_PAGE_LIMIT: u64 = 1_000;

impl Default for PhoneQuery {
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

/// An attribute that phones can be filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PhoneFilter {
    /// `historic`
    Historic,
    /// `primary`
    Primary,
    /// `valid_values`
    ValidValues,
    /// `location`
    Location,
    /// `source`
    Source,
    /// `country_code`
    CountryCode,
}

impl PhoneFilter {
    /// Every filter.
    pub const ALL: [Self; 6] = [
        Self::Historic,
        Self::Primary,
        Self::ValidValues,
        Self::Location,
        Self::Source,
        Self::CountryCode,
    ];

    /// The attribute's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Historic => "historic",
            Self::Primary => "primary",
            Self::ValidValues => "valid_values",
            Self::Location => "location",
            Self::Source => "source",
            Self::CountryCode => "country_code",
        }
    }
}

/// The value that a filter asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FilterValue {
    /// For `historic`, `primary` and `valid_values`.
    Flag(bool),
    /// For the others; none asks for null.
    Text(Option<String>),
}

/// An attribute that phones can be sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PhoneSort(&'static str);

impl PhoneSort {
    /// Every attribute that is stored.
    pub const ALL: [Self; 11] = [
        Self("id"),
        Self("country_code"),
        Self("number"),
        Self("location"),
        Self("primary"),
        Self("historic"),
        Self("valid_values"),
        Self("source"),
        Self("created_at"),
        Self("updated_at"),
        Self("updated_in_db_at"),
    ];

    /// The attribute's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }
}

/// Up or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest first.
    Ascending,
    /// Greatest first.
    Descending,
}

impl PhoneQuery {
    /// Reads a query from names and values: `sort` (attributes with a comma between, `-` for
    /// descending), `page`, `per_page`, and each filter by its name.
    ///
    /// # Errors
    /// Every key that is not known and every value that does not fit, each by name.
    pub fn read<'a>(
        owner: Option<ContactId>,
        pairs: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Self, Refusal> {
        let mut query = Self {
            owner,
            ..Self::default()
        };
        let mut faults = Vec::new();
        for (key, value) in pairs {
            match key {
                "sort" => query.read_sort(value, &mut faults),
                "page" => match value.parse::<u64>() {
                    Ok(page) if page >= 1 => query.page = page,
                    _ => faults.push(Fault::of("page", "has to be a number from 1")),
                },
                "per_page" => match value.parse::<u64>() {
                    Ok(count) if (1..=PER_PAGE_LIMIT).contains(&count) => query.per_page = count,
                    _ => faults.push(Fault::of(
                        "per_page",
                        format!("has to be a number from 1 to {PER_PAGE_LIMIT}"),
                    )),
                },
                _ => query.read_filter(key, value, &mut faults),
            }
        }
        if faults.is_empty() {
            Ok(query)
        } else {
            Err(Refusal::invalid(faults))
        }
    }

    fn read_sort(&mut self, value: &str, faults: &mut Vec<Fault>) {
        for key in value
            .split(',')
            .map(str::trim)
            .filter(|key| !key.is_empty())
        {
            let (name, direction) = key
                .strip_prefix('-')
                .map_or((key, Direction::Ascending), |name| {
                    (name, Direction::Descending)
                });
            match PhoneSort::ALL.into_iter().find(|sort| sort.0 == name) {
                Some(sort) => self.sort.push((sort, direction)),
                None => faults.push(Fault::of(
                    "sort",
                    format!("cannot be by {name}; phone numbers have no such attribute"),
                )),
            }
        }
    }

    fn read_filter(&mut self, key: &str, value: &str, faults: &mut Vec<Fault>) {
        let Some(filter) = PhoneFilter::ALL
            .into_iter()
            .find(|filter| filter.name() == key)
        else {
            let known = PhoneFilter::ALL.map(PhoneFilter::name).join(", ");
            faults.push(Fault::of(
                key,
                format!("is not a filter; there are {known}"),
            ));
            return;
        };
        let value = match filter {
            PhoneFilter::Historic | PhoneFilter::Primary | PhoneFilter::ValidValues => {
                match value {
                    "true" => FilterValue::Flag(true),
                    "false" => FilterValue::Flag(false),
                    _ => {
                        faults.push(Fault::of(key, "has to be true or false"));
                        return;
                    }
                }
            }
            PhoneFilter::Location | PhoneFilter::Source | PhoneFilter::CountryCode => {
                FilterValue::Text((!value.is_empty()).then(|| value.to_owned()))
            }
        };
        self.filters.push((filter, value));
    }

    /// The filters as the `meta` of a list gives them back.
    #[must_use]
    pub fn filters_json(&self) -> Value {
        let mut map = Map::new();
        for (filter, value) in &self.filters {
            let value = match value {
                FilterValue::Flag(flag) => json!(flag),
                FilterValue::Text(text) => json!(text),
            };
            map.insert(filter.name().to_owned(), value);
        }
        Value::Object(map)
    }

    /// The order as the `meta` of a list gives it back: `-created_at,id`, or null for the default.
    #[must_use]
    pub fn sort_json(&self) -> Value {
        if self.sort.is_empty() {
            return Value::Null;
        }
        let keys: Vec<String> = self
            .sort
            .iter()
            .map(|(sort, direction)| match direction {
                Direction::Ascending => sort.0.to_owned(),
                Direction::Descending => format!("-{}", sort.0),
            })
            .collect();
        Value::String(keys.join(","))
    }
}

/// A page of phones, with what its `meta` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhonePage {
    /// The phones, in order.
    pub phones: Vec<Phone>,
    /// What was asked for.
    pub query: PhoneQuery,
    /// How many there are on all pages.
    pub total_count: u64,
}

impl PhonePage {
    /// How many pages there are: none where there are no phones.
    #[must_use]
    pub const fn total_pages(&self) -> u64 {
        self.total_count.div_ceil(self.query.per_page)
    }

    /// The JSON:API document.
    #[must_use]
    pub fn to_json(&self) -> Value {
        json!({
            "data": self.phones.iter().map(resource).collect::<Vec<_>>(),
            "meta": {
                "pagination": {
                    "page": self.query.page,
                    "per_page": self.query.per_page,
                    "total_count": self.total_count,
                    "total_pages": self.total_pages(),
                },
                "sort": self.query.sort_json(),
                "filter": self.query.filters_json(),
            },
        })
    }
}
