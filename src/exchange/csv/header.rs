//! What a column holds by the words of its header.

use super::column::{
    CITY, COUNTRY, Column, ColumnPart, DAY, DetailColumn, EXTENDED, MONTH, PO_BOX, REGION, STREET,
    Sure, Text, YEAR, ZIP,
};
use super::own::CHILD;
use super::words::{Header, Meaning, plain};

/// What is known of all headers together.
pub(super) struct HeaderWords {
    has_last: bool,
    has_job: bool,
    has_birth_year: bool,
    has_other_last: bool,
    titles: Vec<usize>,
}

impl HeaderWords {
    pub(super) fn of(headers: &[Header]) -> Self {
        let any = |meaning| headers.iter().any(|header| header.is_all(&[meaning]));
        let titles = headers.iter().enumerate();
        let titles = titles.filter(|(_, header)| header.is_all(&[Meaning::Title]));
        Self {
            has_last: any(Meaning::Last) || any(Meaning::LastOrNick),
            has_other_last: any(Meaning::Last),
            has_job: any(Meaning::Job),
            has_birth_year: any(Meaning::BirthYear),
            titles: titles.map(|(at, _)| at).collect(),
        }
    }

    pub(super) fn column(
        &self,
        at: usize,
        name: &str,
        header: &Header,
        place: &mut String,
    ) -> (Column, Sure) {
        use Meaning::{
            Assistant, CallingCode, Child, Email, Ident, Mailbox, Manager, Mobile, Name,
            NameOrFirst, Number, Skip, Spouse, Type, Web,
        };
        let key = |kind: &str| format!("{kind} column {at}");
        let detail = |kind: DetailColumn, label: Option<String>| {
            Column::Detail(key(kind.word()), kind, ColumnPart::Value(label))
        };
        let label = || whose(header).map(str::to_owned);
        let sure = if header.unknown {
            Sure::ByCell
        } else {
            Sure::Yes
        };
        // Beside an address it is a code of the post.
        let of_numbers = [CallingCode, Meaning::Phone, Mobile, Number];
        if header.has(CallingCode) && header.is_all(&of_numbers) {
            return (Column::Text(Text::CallingCode), Sure::Yes);
        }
        if header.has_any(&[CallingCode, Skip, Type]) || header.has(Ident) && !is_phone(header) {
            return (Column::Other, Sure::Yes);
        }
        let named = header.has_any(&[Name, NameOrFirst]);
        if header.has(Email) || header.has(Mailbox) && !header.has(Meaning::Address) {
            let column = if named {
                Column::Other
            } else {
                detail(DetailColumn::Email, label())
            };
            return (column, sure);
        }
        if !named && let Some((column, of_phone)) = phone(at, name, header) {
            return (column, if sure == Sure::Yes { of_phone } else { sure });
        }
        if header.unknown {
            return (Column::Other, Sure::Yes);
        }
        let people = [
            (Manager, "manager"),
            (Spouse, "spouse"),
            (Assistant, "assistant"),
            (Child, CHILD),
        ];
        let person = people.iter().find(|(meaning, _)| header.has(*meaning));
        let column = if header.has(Web) {
            detail(DetailColumn::Link, label())
        } else if header.has(Meaning::Chat) {
            let network = plain(name);
            let network = network.split(' ').next().unwrap_or_default();
            let is_network = !matches!(
                network,
                "im" | "imaddress" | "chat" | "messenger" | "instant"
            );
            detail(DetailColumn::Chat, is_network.then(|| network.to_owned()))
        } else if let Some((_, relation)) = person {
            detail(DetailColumn::Relation, Some((*relation).to_owned()))
        } else if let Some(column) = self.day(header, &detail) {
            column
        } else if let Some(line) = address_line(header) {
            if let Some(whose) = whose(header) {
                whose.clone_into(place);
            }
            Column::Detail(
                format!("address {place}"),
                DetailColumn::Address,
                ColumnPart::Line(line),
            )
        } else if header.has(Meaning::Address) {
            whose(header).unwrap_or_default().clone_into(place);
            Column::Detail(
                format!("address {place} {}", header.index.unwrap_or(1)),
                DetailColumn::Address,
                ColumnPart::Value(label()),
            )
        } else {
            self.text(at, header).map_or(Column::Other, Column::Text)
        };
        (column, Sure::Yes)
    }

    fn day(
        &self,
        header: &Header,
        detail: &impl Fn(DetailColumn, Option<String>) -> Column,
    ) -> Option<Column> {
        use Meaning::{Anniversary, Birth, BirthDay, BirthMonth, BirthYear, Day, Month};
        let part = |line| {
            let group = "birthday in parts".to_owned();
            Some(Column::Detail(
                group,
                DetailColumn::Birthday,
                ColumnPart::Line(line),
            ))
        };
        let in_parts = self.has_birth_year;
        if header.has(BirthYear) {
            part(YEAR)
        } else if header.has(BirthMonth) || in_parts && header.is_all(&[Month]) {
            part(MONTH)
        } else if in_parts && (header.is_all(&[Day]) || header.has_any(&[Birth, BirthDay])) {
            part(DAY)
        } else if header.has_any(&[Birth, BirthDay]) {
            Some(detail(DetailColumn::Birthday, None))
        } else if header.has(Anniversary) {
            Some(detail(DetailColumn::Event, None))
        } else {
            None
        }
    }

    fn text(&self, at: usize, header: &Header) -> Option<Text> {
        use Meaning::{Company, LastOrNick, NameOrFirst, Title};
        if header.is_all(&[Title]) {
            // A title precedes the name if there is a job title besides.
            let first = self.titles.first() == Some(&at);
            let before = self.has_job || self.titles.len() > 1 && first;
            return Some(if before { Text::Prefix } else { Text::Title });
        }
        if header.has(Title) && header.is_all(&[Title, Company]) {
            return Some(Text::Title);
        }
        if header.is_all(&[NameOrFirst]) && self.has_last {
            return Some(Text::Given);
        }
        if header.is_all(&[LastOrNick]) && self.has_other_last {
            return Some(Text::Nickname);
        }
        text_of(header)
    }
}

/// The text that a header means by itself.
pub(super) fn text_of(header: &Header) -> Option<Text> {
    use Meaning::{
        Company, Contact, Department, Favourite, First, Job, Last, LastOrNick, Middle, Name,
        NameOrFirst, Nick, Note, Prefix, Role, Source, Suffix, Tags, Uid, Work,
    };
    if header.unknown {
        return None;
    }
    let texts: &[(Text, &[Meaning], &[Meaning])] = &[
        (Text::Given, &[First], &[]),
        (Text::Family, &[Last, LastOrNick], &[]),
        (Text::Middle, &[Middle], &[]),
        (Text::Prefix, &[Prefix], &[]),
        (Text::Suffix, &[Suffix], &[]),
        (Text::Nickname, &[Nick], &[]),
        (Text::Department, &[Department], &[Company, Work, Name]),
        (Text::Title, &[Job], &[Company, Work]),
        (Text::Role, &[Role], &[Company, Work, Job]),
        (Text::Organisation, &[Company], &[Name, NameOrFirst, Work]),
        (Text::Name, &[Name, NameOrFirst], &[Contact]),
        (Text::Note, &[Note], &[Contact]),
        (Text::Tags, &[Tags], &[Contact, Name]),
        (Text::Favourite, &[Favourite], &[Contact]),
        (Text::Source, &[Source], &[]),
        (Text::Uid, &[Uid], &[]),
    ];
    let found = texts.iter().find(|(_, main, beside)| {
        let all = main.iter().chain(*beside).copied();
        header.has_any(main) && header.is_all(&all.collect::<Vec<_>>())
    });
    found.map(|(text, ..)| *text)
}

/// Whose a number or an address is.
fn whose(header: &Header) -> Option<&'static str> {
    use Meaning::{Company, Home, Other, Work};
    if header.has(Home) {
        Some("home")
    } else if header.has_any(&[Work, Company]) {
        Some("work")
    } else if header.has(Other) {
        Some("other")
    } else {
        None
    }
}

fn is_phone(header: &Header) -> bool {
    use Meaning::{Fax, Messenger, Mobile, Pager, Phone};
    header.has_any(&[Phone, Mobile, Messenger, Fax, Pager])
}

/// A column of phone numbers, and how sure that is.
fn phone(at: usize, name: &str, header: &Header) -> Option<(Column, Sure)> {
    use Meaning::{
        Assistant, Callback, Car, Company, Contact, Fax, Home, Isdn, Main, Messenger, Mobile,
        Number, Other, Pager, Primary, Radio, Telex, Textphone, Work,
    };
    let is_phone = is_phone(header);
    let by_cell = header.has_any(&[Isdn, Textphone, Telex, Radio, Car, Callback])
        && !header.has_any(&[Meaning::Title, Meaning::Web]);
    let bare = [
        Home, Work, Other, Main, Primary, Contact, Number, Company, Assistant,
    ];
    // Work #, Contact No., or only Home, as Yahoo has it.
    let whose_only = header.is_all(&bare)
        && (header.has(Number) || header.has_any(&[Home, Work, Other, Main, Primary]))
        && !header.has(Company);
    if !is_phone && !by_cell && !whose_only {
        return None;
    }
    let key = format!("phone column {at}");
    if header.has(Primary) && !header.has_any(&[Company, Work, Home, Mobile, Fax, Pager]) {
        let sure = if is_phone { Sure::Yes } else { Sure::ByCell };
        return Some((Column::Phone(key, ColumnPart::PrimaryValue), sure));
    }
    let labels = [
        (Fax, "fax"),
        (Pager, "pager"),
        (Assistant, "assistant"),
        (Callback, "callback"),
        (Car, "car"),
        (Isdn, "isdn"),
        (Telex, "telex"),
        (Textphone, "textphone"),
        (Mobile, "mobile"),
        (Radio, "radio"),
        (Main, "main"),
        (Primary, "main"),
        (Home, "home"),
        (Work, "work"),
        (Company, "work"),
        (Other, "other"),
    ];
    let label = labels.iter().find(|(meaning, _)| header.has(*meaning));
    let label = match label {
        Some((Fax, _)) if header.has(Home) => Some(&(Fax, "home fax")),
        Some((Fax, _)) if header.has_any(&[Work, Company]) => Some(&(Fax, "work fax")),
        label => label,
    };
    let label = match label {
        // What is not known of a header says what the number is for.
        _ if header.unknown || header.has(Messenger) => Some(name.trim().to_owned()),
        Some((_, label)) => Some((*label).to_owned()),
        None => None,
    };
    let sure = if is_phone && !header.has_any(&[Meaning::Note, Meaning::Ident]) {
        Sure::Yes
    } else {
        Sure::ByCell
    };
    Some((Column::Phone(key, ColumnPart::Value(label)), sure))
}

/// The line of an address that a header means.
fn address_line(header: &Header) -> Option<u8> {
    use Meaning::{City, Country, Extended, PoBox, Region, Street, Zip};
    let lines = [
        (PoBox, PO_BOX),
        (Meaning::Mailbox, PO_BOX),
        (Zip, ZIP),
        (Country, COUNTRY),
        (City, CITY),
        (Region, REGION),
        (Street, STREET),
        (Extended, EXTENDED),
    ];
    let (_, line) = lines.iter().find(|(meaning, _)| header.has(*meaning))?;
    Some(match (*line, header.index) {
        (STREET, Some(index @ 2..=9)) => STREET + u8::try_from(index).unwrap_or(1) - 1,
        (line, _) => line,
    })
}
