//! Names in social networks, which other programs write with the page of each: they are chats, opened by that page, unless
//! that is undone in a book.

use crate::domain::contact::{Detail, DetailKind, DetailValue};
use crate::domain::opening::{address_to_open, handle_at, has_pages};

use super::label::{of_detail, one_line};
use super::line::{Line, escape};
use super::param::{is as is_param, param};
use super::property::Property;

/// Whether a property is an account in a social network.
pub(super) fn is_profile(property: &Property) -> bool {
    matches!(property.name.as_str(), "SOCIALPROFILE" | "X-SOCIALPROFILE")
}

/// A name in a social network: that of the line, or that in its address where the network has names there. So it is
/// opened by its name; where the network is not known, by the address, which is the value then.
pub(super) fn read(
    property: &Property,
    label: Option<String>,
    text: Option<String>,
) -> Option<(DetailKind, Option<String>, DetailValue)> {
    let service = property.param("SERVICE-TYPE").and_then(one_line);
    if let Some(page) = text
        .clone()
        .filter(|text| property.is_link && text.contains("://"))
    {
        return Some((DetailKind::Link, label.or(service), page.into()));
    }
    let service = service.or(label);
    let user = ["X-USER", "USERNAME"].into_iter();
    let user = { user }.find_map(|name| property.param(name).and_then(one_line));
    let user = user.filter(|user| !user.contains("://"));
    let Some(page) = text.clone().filter(|text| text.contains("://")) else {
        return Some((DetailKind::Chat, service, user.or(text)?.into()));
    };
    let found = handle_at(service.as_deref(), &page);
    let Some(service) = service.or_else(|| found.map(|(service, _)| service.to_owned())) else {
        return Some((DetailKind::Link, None, page.into()));
    };
    let handle = user
        .filter(|_| has_pages(&service))
        .or_else(|| found.map(|(_, handle)| handle.to_owned()));
    let value = handle.unwrap_or(page);
    Some((DetailKind::Chat, Some(service), value.into()))
}

/// What a name in a social network was read as once: the link to its page. Books have it so.
pub(super) fn as_link(property: &Property, all: &[Property]) -> Option<Detail> {
    let page = one_line(&property.text()).filter(|page| page.contains("://"))?;
    let service = || property.param("SERVICE-TYPE").and_then(one_line);
    let label = of_detail(property, all).or_else(service);
    is_profile(property).then(|| Detail::new(DetailKind::Link, label, page))
}

/// The page of a name in a social network, where `page` is that of the name before.
pub(super) fn page_of(page: &str, before: &str, detail: &Detail) -> String {
    let handle = detail.text();
    if handle.contains("://") {
        return handle.into_owned();
    }
    let (page, slash) = match page.strip_suffix('/') {
        Some(page) => (page, "/"),
        None => (page, ""),
    };
    match page.strip_suffix(before) {
        Some(start) if start.ends_with(['/', '@']) => format!("{start}{handle}{slash}"),
        _ => address_to_open(detail).unwrap_or_else(|_| handle.into_owned()),
    }
}

/// A name on a chat network as the value of an IMPP: `telegram:ada`.
pub(super) fn address_on(network: &str, name: &str) -> String {
    let scheme: String = network
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    format!("{}:{}", scheme.to_ascii_lowercase(), escape(name))
}

/// The address of another network in the place of one in a line of the same property, with all that the line says
/// beside it.
pub(super) fn on_network(
    property: &Property,
    before: &Line,
    said: &Detail,
    detail: &Detail,
) -> Option<Line> {
    let (was, is) = (said.label.as_deref()?, detail.label.as_deref()?);
    if property.name != "IMPP" || was == is {
        return None;
    }
    let mut line = before.clone();
    line.value = address_on(is, &detail.text());
    for own in &mut line.params {
        let name = own.split_once('=').map_or("", |(name, _)| name).to_owned();
        if is_param(own, "X-SERVICE-TYPE") || is_param(own, "SERVICE-TYPE") {
            *own = param(&name, is);
        }
    }
    Some(line)
}
