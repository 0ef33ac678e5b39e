//! `callbook duplicates`: contacts that may be one person, and merging those that surely are.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::Args;
use serde_json::{Value, json};

use crate::domain::contact::ContactId;
use crate::domain::duplicates::{Group, Merge};
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::rehearsal::Task;
use crate::domain::words::count;
use crate::store::Store;

use super::change::changed;
use super::document::{CommandAnswer, answer};
use super::table::{Fit, RowFlags};

#[derive(Debug, Args)]
pub(super) struct DuplicatesCommand {
    /// Merge these contacts into the first one.
    #[arg(long, value_name = "ID", num_args = 2..)]
    merge: Vec<String>,
    /// Merge every group with the same name and number.
    #[arg(long, conflicts_with = "merge")]
    merge_sure: bool,
    /// Only show what would be changed.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    ends: RowFlags,
    /// Write JSON.
    #[arg(long)]
    json: bool,
}

impl DuplicatesCommand {
    /// Runs the command on the database that `open` gives.
    pub(super) fn run(self, open: impl FnOnce() -> Result<Store, Refusal>) -> Result<u8> {
        let json = self.json;
        let told = open().map_err(anyhow::Error::from);
        answer(told.and_then(|store| self.answered(store)), json)
    }

    fn answered(self, mut store: Store) -> Result<CommandAnswer> {
        if self.merge_sure || !self.merge.is_empty() {
            self.ends.refuse_beside("--merge and --merge-sure")?;
        }
        let task = if self.merge_sure {
            Task::MergeSure
        } else if self.merge.is_empty() {
            return Ok(listed(&store.duplicates()?, &self.ends));
        } else {
            let mut ids: Vec<ContactId> = Vec::new();
            for id in &self.merge {
                let id = id.parse()?;
                if ids.contains(&id) {
                    let detail =
                        format!("{id} is given twice; a contact cannot be merged into itself");
                    return Err(Refusal::new(Kind::Invalid, detail).into());
                }
                ids.push(id);
            }
            Task::Merge(vec![Merge {
                contacts: ids,
                picks: BTreeMap::new(),
            }])
        };
        changed(&mut store, &task, self.dry_run)
    }
}

fn listed(groups: &[Group], ends: &RowFlags) -> CommandAnswer {
    let mut rows = Vec::new();
    for group in groups {
        for (at, (id, name)) in group.contacts.iter().zip(&group.names).enumerate() {
            let why = if at == 0 {
                group.likeness.words()
            } else {
                String::new()
            };
            rows.push([name.clone(), id.to_string(), why]);
        }
    }
    let foot = match groups.len() {
        0 => "no duplicates found\n".to_owned(),
        groups => format!("{}\n", count(groups, "group")),
    };
    let words = ends.listed(&rows, [Fit::Text, Fit::Id, Fit::Whole], &foot);
    let data: Vec<Value> = groups
        .iter()
        .map(|group| {
            let contacts = group.contacts.iter().zip(&group.names);
            let contacts: Vec<Value> = contacts
                .map(|(id, name)| json!({ "id": id.to_string(), "name": name }))
                .collect();
            json!({
                "why": group.likeness.words(),
                "sure": group.likeness.is_sure(),
                "contacts": contacts,
            })
        })
        .collect();
    CommandAnswer::new(json!({ "data": data }), words)
}
