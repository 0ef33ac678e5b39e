//! `callbook dates`: birthdays and other dates that return soon, and the calendar of all of them.

use std::io::{self, IsTerminal as _};

use anyhow::Result;
use chrono::Local;
use clap::Args;
use serde_json::{Value, json};

use crate::domain::refusal::Refusal;
use crate::domain::safe::safe;
use crate::domain::upcoming::{Upcoming, upcoming};
use crate::domain::words::count;
use crate::exchange::calendar::calendar;
use crate::store::Store;

use super::document::{CommandAnswer, answer};
use super::output::{exact, print};
use super::table::columns;

/// Which dates are printed, and how.
#[derive(Debug, Args)]
pub(super) struct DatesCommand {
    /// Print the dates of so many days from today on.
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    days: u32,
    /// Print all dates as a calendar (iCalendar) with yearly events.
    #[arg(long, conflicts_with_all = ["days", "json"])]
    ics: bool,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

impl DatesCommand {
    /// Prints them.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let dated = match open().and_then(|store| store.dated()) {
            Ok(dated) => dated,
            Err(refusal) => return answer(Err(refusal.into()), self.json),
        };
        if self.ics {
            let calendar = calendar(&dated);
            // On a terminal nothing that is stored may act on it.
            let told = if io::stdout().is_terminal() {
                print(&calendar.replace("\r\n", "\n"))
            } else {
                exact(&calendar)
            };
            return told.map(|()| 0);
        }
        let found = upcoming(&dated, Local::now().date_naive(), self.days);
        let document = json!({ "data": found.iter().map(of_document).collect::<Vec<_>>() });
        let mut text = columns(&found.iter().map(row).collect::<Vec<_>>());
        if found.is_empty() {
            let days = count(usize::try_from(self.days).unwrap_or(usize::MAX), "day");
            text = format!("no date in the next {days}; --days looks further\n");
        }
        answer(Ok(CommandAnswer::new(document, text)), self.json)
    }
}

fn row(one: &Upcoming) -> [String; 5] {
    [
        one.next.format("%a %-d %b %Y").to_string(),
        safe(&one.name).into_owned(),
        safe(&one.label).into_owned(),
        one.years().unwrap_or_default(),
        one.number.clone().unwrap_or_default(),
    ]
}

fn of_document(one: &Upcoming) -> Value {
    json!({
        "type": "dates",
        "id": format!("{}-{}", one.contact, one.detail),
        "attributes": {
            "contact": one.contact.to_string(),
            "name": one.name,
            "label": one.label,
            "date": one.date,
            "next": one.next.to_string(),
            "years": one.years(),
        },
    })
}
