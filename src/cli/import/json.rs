//! What an import did or would do, as JSON.

use serde_json::{Value, json};

use crate::domain::files::Files;
use crate::domain::import::{Fate, FateKind, ImportPlan, ImportReport, Kept, PlanRow};
use crate::domain::notice::Notice;

/// The report of an import.
pub(super) fn report(report: &ImportReport) -> Value {
    let rejects = report.rejects.iter().map(|reject| {
        let (file, card) = report.files.of(reject.place.card);
        json!({
            "file": file,
            "card": card,
            "line": reject.place.line,
            "name": reject.name,
            "reason": reject.reason,
        })
    });
    let kept = match &report.kept {
        Kept::In(path) => Some(path.display().to_string()),
        Kept::Nothing | Kept::Failed(_) => None,
    };
    json!({
        "data": {
            "type": "import_reports",
            "attributes": {
                "new": report.new,
                "changed": report.changed,
                "same": report.same,
                "skipped": report.skipped,
                "numbers": report.numbers,
                "numbers_same": report.numbers_same,
                "unreadable": report.unreadable(),
                "rejects": rejects.collect::<Vec<_>>(),
                "rejects_in": kept,
                "notices": notices(&report.notices),
            },
        },
    })
}

/// The plan of an import.
pub(super) fn plan(plan: &ImportPlan) -> Value {
    let count = |kind| plan.of(kind);
    json!({
        "data": plan.rows.iter().map(|own| row(own, &plan.files)).collect::<Vec<_>>(),
        "meta": {
            "new": count(FateKind::New),
            "changed": count(FateKind::Change),
            "same": count(FateKind::Same),
            "unreadable": count(FateKind::Unreadable),
            "notices": notices(&plan.notices),
        },
    })
}

fn row(row: &PlanRow, files: &Files) -> Value {
    let (file, card) = files.of(row.place.card);
    let numbers = row.numbers.iter().map(|number| {
        json!({
            "label": number.label,
            "said": number.said,
            "stored": number.stored,
            "there": number.there,
        })
    });
    let changes = { row.changes.iter() }
        .map(|change| json!({"what": change.what, "before": change.before, "after": change.after}));
    let kept = { row.kept.iter() }
        .map(|kept| json!({"what": kept.what, "stored": kept.stored, "said": kept.said}));
    let (known, reason) = match &row.fate {
        Fate::Change(known) | Fate::Same(known) => (Some(known), None),
        Fate::Unreadable(reason) => (None, Some(reason)),
        Fate::New => (None, None),
    };
    json!({
        "type": "import_plans",
        "attributes": {
            "file": file,
            "card": card,
            "line": row.place.line,
            "name": row.name,
            "fate": row.fate.kind().word(),
            "contact": known.map(|known| known.contact.to_string()),
            "known_by": known.map(|known| known.by.words()),
            "reason": reason,
            "numbers": numbers.collect::<Vec<_>>(),
            "changes": changes.collect::<Vec<_>>(),
            "kept": kept.collect::<Vec<_>>(),
        },
    })
}

fn notices(notices: &[Notice]) -> Vec<Value> {
    let notice = |notice: &Notice| {
        json!({
            "words": notice.words(),
            "loud": notice.is_loud(),
            "subject": notice.subject,
            "number": notice.number,
            "example": notice.example,
        })
    };
    notices.iter().map(notice).collect()
}
