//! Countries and territories that have a numbering plan.

use std::collections::HashMap;
use std::fmt;
use std::sync::LazyLock;

use crate::domain::fold::fold;

/// Every region with a numbering plan: ISO code, calling code, `main` where it is the main region of
/// that code, English name, and for a main region the trunk prefixes: with which a national number
/// may begin that are no part of it, or `*` where it may be any; then, with `|` between them, the
/// three-letter ISO code, the names that its own languages and other English texts have for it.
/// Sorted by name.
const REGIONS: &str = include_str!("../../../assets/regions.tsv");

/// A line of [`REGIONS`].
pub(super) struct Entry {
    region: Region,
    pub(super) calling_code: u16,
    main: bool,
    pub(super) name: &'static str,
    pub(super) trunk: &'static str,
    other_names: &'static str,
}

impl Entry {
    pub(super) const fn region(&self) -> Region {
        self.region
    }

    pub(super) const fn is_main(&self) -> bool {
        self.main
    }

    /// What else the country is called: its three-letter code, names in its own languages, other English
    /// ones.
    pub(super) fn other_names(&self) -> impl Iterator<Item = &'static str> + use<> {
        let names = self.other_names.split('|');
        names.filter(|name| !name.is_empty())
    }
}

pub(super) static TABLE: LazyLock<Vec<Entry>> =
    LazyLock::new(|| REGIONS.lines().filter_map(entry).collect());

fn entry(line: &'static str) -> Option<Entry> {
    let mut columns = line.split('\t');
    let code: [u8; 2] = columns.next()?.as_bytes().try_into().ok()?;
    let calling_code = columns.next()?.parse().ok()?;
    let main = columns.next()? == "main";
    Some(Entry {
        region: Region(code),
        calling_code,
        main,
        name: columns.next()?,
        trunk: columns.next()?,
        other_names: columns.next()?,
    })
}

/// A country or territory by its ISO 3166-1 alpha-2 code, upper case: `IT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Region([u8; 2]);

impl Region {
    /// The region with this code in any case, where a numbering plan for it is known.
    #[must_use]
    pub fn new(code: &str) -> Option<Self> {
        let region = Self(code.to_ascii_uppercase().as_bytes().try_into().ok()?);
        region.entry().map(|_| region)
    }

    /// The country that an address names: by ISO code, by its English name, or by what it is called in
    /// its own languages.
    #[must_use]
    pub fn called(name: &str) -> Option<Self> {
        let asked = folded_name(name);
        Self::new(asked.trim()).or_else(|| COUNTRY_NAMES.get(&asked).copied())
    }

    fn entry(self) -> Option<&'static Entry> {
        TABLE.iter().find(|entry| entry.region == self)
    }

    /// The code: `IT`.
    #[must_use]
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The English name: `Italy`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.entry().map_or("", |entry| entry.name)
    }

    /// The calling code, without `+`: 39.
    #[must_use]
    pub fn calling_code(&self) -> u16 {
        self.entry().map_or(0, |entry| entry.calling_code)
    }

    /// The main region of a calling code: `US` for 1.
    #[must_use]
    pub(crate) fn of_calling_code(code: u16) -> Option<Self> {
        TABLE
            .iter()
            .find(|entry| entry.main && entry.calling_code == code)
            .map(|entry| entry.region)
    }

    /// The region that a locale's name holds: `IT` of `it_IT.UTF-8`.
    #[must_use]
    pub(crate) fn of_locale(locale: &str) -> Option<Self> {
        let name = locale.split(['.', '@']).next()?;
        name.split(['_', '-'])
            .skip(1)
            .find(|part| part.len() == 2)
            .and_then(Self::new)
    }

    /// Every region that has a numbering plan, sorted by name.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|entry| entry.region)
    }

    pub(super) fn of_library(region: rlibphonenumber::Region) -> Option<Self> {
        Self::new(&region.as_region_str())
    }

    pub(super) fn for_library(self) -> Option<rlibphonenumber::Region> {
        self.code().parse().ok()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Regions by each of their names, folded.
static COUNTRY_NAMES: LazyLock<HashMap<String, Region>> = LazyLock::new(|| {
    let named = TABLE.iter().flat_map(|entry| {
        let names = entry.other_names().chain([entry.name]);
        names.map(|name| (folded_name(name), entry.region))
    });
    named.collect()
});

/// A country's name as it is looked up: without dots, `&` as a word, and no article.
pub(super) fn folded_name(name: &str) -> String {
    let folded = fold(&name.replace('.', "").replace('&', " and "));
    let folded = folded.trim_matches([',', ';', ' ', '(', ')']);
    folded.strip_prefix("the ").unwrap_or(folded).to_owned()
}

/// The main region of each calling code.
pub(super) static CALLING_CODES: LazyLock<HashMap<String, &'static Entry>> = LazyLock::new(|| {
    let main = TABLE.iter().filter(|entry| entry.main);
    main.map(|entry| (entry.calling_code.to_string(), entry))
        .collect()
});

/// The country of a calling code that no other country has.
#[must_use]
pub fn only_region_of(calling_code: u16) -> Option<Region> {
    let mut sharing = TABLE
        .iter()
        .filter(|entry| entry.calling_code == calling_code);
    let only = sharing.next()?;
    sharing.next().is_none().then_some(only.region)
}

/// The prefixes of national numbers in the countries of a calling code.
pub(super) fn trunks(calling_code: &str) -> impl Iterator<Item = &'static str> + use<> {
    let entry = CALLING_CODES.get(calling_code);
    let trunks = entry.map_or("", |entry| entry.trunk).split(',');
    trunks.filter(|trunk| !trunk.is_empty() && *trunk != "*")
}
