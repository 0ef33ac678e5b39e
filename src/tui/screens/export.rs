//! Writing contacts out: who goes, and where to.

use crate::domain::import::count;
use crate::domain::listing::{ListQuery, Selection};
use crate::tui::keymap::Action;
use crate::tui::model::{Effect, Model, Purpose as For, Request, Screen};
use crate::tui::screens::prompt::{Prompt, Purpose};
use crate::tui::widgets::field::Field;

/// Does one of the actions of the export prefix.
pub fn act(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let everybody = Selection::Shown(ListQuery {
        order: model.list.query.order,
        ..ListQuery::default()
    });
    let marked = Selection::Marked(model.list.chosen());
    let (selection, file) = match action {
        Action::ExportText => {
            model.wait_for(Request::Cards(marked), For::Stay, effects);
            return;
        }
        Action::ExportMarked => (marked, "marked.vcf"),
        Action::ExportShown => (Selection::Shown(model.list.query.clone()), "contacts.vcf"),
        Action::ExportTable => (everybody, "contacts.csv"),
        Action::ExportBook => (everybody, "contacts.json"),
        _ => (everybody, "contacts.vcf"),
    };
    let who = match &selection {
        Selection::Marked(ids) => count(ids.len(), "marked contact"),
        Selection::Shown(query) if query.is_everybody() => {
            let all = model.totals.map(|totals| totals.contacts);
            all.map_or_else(|| "everybody".to_owned(), |all| count(all, "contact"))
        }
        Selection::Shown(_) => {
            let shown = model.list.total.map(|shown| count(shown, "contact"));
            format!("{} of the filter", shown.unwrap_or_default())
        }
    };
    let prompt = Prompt {
        path: Field::new(format!("~/{file}")),
        purpose: Purpose::Export(selection, who),
        ..Prompt::default()
    };
    model.over.push(Screen::Prompt(Box::new(prompt)));
}
