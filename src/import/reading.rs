//! The contacts of a batch, one after the other, as the store takes them in.

use std::collections::VecDeque;
use std::path::PathBuf;

use crate::domain::files::Files;
use crate::domain::import::{
    Arrival, Aside, CardPlace, Cards, GroupCard, Origin, Reject, RejectScope,
};
use crate::domain::notice::Notice;
use crate::domain::number::Region;
use crate::domain::own_fields::OwnFields;
use crate::domain::refusal::{Kind, Refusal};
use crate::domain::tables::TableRead;

use super::batch::Batch;
use super::file::{File, unreadable};
use super::rejects::Rejects;

/// The contacts that could be read, with those that could not set aside. It ends in a refusal where
/// a file cannot be read to its end, is not what it was taken for, or where a person stops it.
pub(super) struct BatchReader<'a> {
    batch: Batch<'a>,
    /// The country of national numbers.
    home: Option<Region>,
    /// The person's own fields of cards.
    fields: OwnFields,
    current: Option<Current<'a>>,
    groups: VecDeque<GroupCard>,
    /// The report of the cards that could not be imported.
    pub(super) aside: Aside,
    /// Where they are kept, if they are.
    pub(super) rejects: Option<Rejects>,
    /// What has to be said of the files that were read to their end.
    pub(super) notices: Vec<Notice>,
    /// The tables among them.
    pub(super) tables: Vec<TableRead>,
    /// The files that were begun.
    pub(super) files: Files,
    /// The number of the last card of the files before the current one.
    before: usize,
    ended: bool,
}

/// The file that is being read.
struct Current<'a> {
    file: File<'a>,
    path: PathBuf,
    /// The number of its last card so far, counted from 1.
    last: usize,
    read: usize,
    rejected: usize,
    /// Why it is not of the format that it was taken for, where that is so.
    foreign: Option<String>,
}

impl<'a> BatchReader<'a> {
    pub(super) fn of(mut batch: Batch<'a>, home: Option<Region>, fields: OwnFields) -> Self {
        Self {
            notices: batch.take_notices(),
            rejects: batch.take_rejects(),
            batch,
            home,
            fields,
            current: None,
            groups: VecDeque::new(),
            aside: Aside::default(),
            tables: Vec::new(),
            files: Files::default(),
            before: 0,
            ended: false,
        }
    }

    /// What the history calls it.
    pub(super) fn name(&self) -> &str {
        self.batch.name()
    }

    /// Begins the next file; none after the last. One of several that is of no known form is set aside,
    /// and the others come in.
    fn begin(&mut self) -> Result<Option<Origin>, Refusal> {
        while let Some(opened) = self.batch.open_next() {
            self.files.begin(self.before + 1, &opened.name);
            match opened.file {
                Ok(mut file) => {
                    file.contacts.set_home(self.home);
                    file.contacts.set_fields(&self.fields);
                    let origin = Origin {
                        source: file.contacts.source(),
                        bytes: file.bytes,
                        collection: opened.collection,
                    };
                    self.current = Some(Current {
                        file,
                        path: opened.path,
                        last: 0,
                        read: 0,
                        rejected: 0,
                        foreign: None,
                    });
                    return Ok(Some(origin));
                }
                Err(refusal) if self.batch.is_several() && !self.batch.stop().is_asked() => {
                    self.before += 1;
                    self.set_aside(Reject {
                        place: CardPlace {
                            card: self.before,
                            line: 1,
                        },
                        scope: RejectScope::File,
                        name: None,
                        reason: refusal.to_string(),
                        card: Vec::new(),
                    });
                }
                Err(refusal) => return Err(refusal),
            }
        }
        self.batch.refuse_unused_maps()?;
        Ok(None)
    }

    /// Ends the current file; a refusal where it was not read to its end, or was the only one and is
    /// not what it was taken for.
    fn end(&mut self, current: Current<'a>) -> Result<(), Refusal> {
        let Current {
            mut file,
            path,
            last,
            read,
            rejected,
            foreign,
        } = current;
        if let Some(error) = file.contacts.failure() {
            return Err(unreadable(&file.name, error));
        }
        let only = read == 0 && rejected == 1 && !self.batch.is_several();
        if let Some(reason) = foreign.filter(|_| only) {
            let detail = format!("{} {reason}", file.name);
            return Err(Refusal::new(Kind::Invalid, detail));
        }
        self.groups.extend(file.contacts.groups());
        self.notices.extend(file.contacts.notices());
        let columns = file.contacts.columns();
        self.tables.extend((!columns.is_empty()).then(|| TableRead {
            path,
            name: file.name.clone(),
            columns,
        }));
        self.before += last;
        Ok(())
    }

    fn arrive(&mut self) -> Result<Option<Arrival>, Refusal> {
        loop {
            if let Some(group) = self.groups.pop_front() {
                return Ok(Some(Arrival::Group(group)));
            }
            let Some(current) = &mut self.current else {
                return Ok(self.begin()?.map(Arrival::Begins));
            };
            match current.file.contacts.next() {
                Some(Ok(mut contact)) => {
                    current.read += 1;
                    current.last = current.last.max(contact.place.card);
                    contact.place.card += self.before;
                    return Ok(Some(Arrival::Card(Box::new(contact))));
                }
                Some(Err(mut reject)) => {
                    if reject.scope == RejectScope::File {
                        current.foreign = Some(reject.reason.clone());
                    }
                    current.rejected += 1;
                    current.last = current.last.max(reject.place.card);
                    reject.place.card += self.before;
                    return Ok(Some(Arrival::Unreadable(reject)));
                }
                None => {
                    if let Some(current) = self.current.take() {
                        self.end(current)?;
                    }
                }
            }
        }
    }
}

impl Iterator for BatchReader<'_> {
    type Item = Result<Arrival, Refusal>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        // What cannot be read because the reading was stopped is no fault of the file.
        let arrived = self.arrive();
        let arrived = arrived.map_err(|refusal| match self.batch.stop().go_on() {
            Ok(()) => refusal,
            Err(stopped) => stopped,
        });
        let arrival = arrived.transpose();
        self.ended = !matches!(arrival, Some(Ok(_)));
        arrival
    }
}

impl Cards for BatchReader<'_> {
    fn set_aside(&mut self, reject: Reject) {
        if let Some(rejects) = &mut self.rejects {
            let (file, _) = self.files.of(reject.place.card);
            rejects.put(&reject, Some(file).filter(|_| self.batch.is_several()));
        }
        self.aside.put(reject);
    }

    fn measure(&self) -> (u64, Option<u64>) {
        (self.batch.bytes(), self.batch.length())
    }
}
