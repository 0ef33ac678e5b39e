//! The keys that a person sets, laid over the table.
//!
//! A configured key wins over every default: a conflicting default loses the key,
//! which [`Keymap::losses`] reports. A line of the configuration is refused, and the others are used,
//! where it names nothing or cannot have an effect, where it clashes with another line, and where quitting,
//! going back or help would be without a key. Lines are judged together: their order only decides which
//! of two that clash is used.

use std::sync::LazyLock;

use crate::config::KeyLine;

use super::bindings::{Bound, Keymap, Loss};
use super::scope::Scope;
use super::sequence::Sequence;
use super::settings::{ReadLine, Setting, distance, settings_of};
use super::table::{Action, TABLE};

/// The scopes that act together, for each that can be the nearest.
static CHAINS: LazyLock<[(Scope, Vec<Scope>); Scope::ALL.len()]> =
    LazyLock::new(|| Scope::ALL.map(|scope| (scope, scope.chain())));

/// Whether keys of both scopes act at the same time somewhere.
fn act_together(one: Scope, other: Scope) -> bool {
    let mut chains = CHAINS.iter();
    chains.any(|(_, chain)| chain.contains(&one) && chain.contains(&other))
}

/// Which of the actions may never be without a key in a place where they have one by default.
const NEVER_WITHOUT: [Action; 3] = [Action::Quit, Action::Escape, Action::Help];

/// Where an action has to have a key, with the scopes that act there: quitting, going back and help
/// wherever they have one by default, and every action of a place where neither palette nor help can be
/// opened to run it. In a text only going back has to have one: what is typed there is left first.
static NEEDED: LazyLock<Vec<(Scope, &[Scope], Action)>> = LazyLock::new(|| {
    let default = Keymap::default();
    let mut needed = Vec::new();
    for (scope, chain) in CHAINS.iter() {
        let is_closed = *scope != Scope::Movement && !chain.contains(&Scope::Global);
        let actions = TABLE
            .iter()
            .filter(|binding| chain.contains(&binding.scope))
            .map(|binding| binding.action)
            .filter(|action| is_closed || NEVER_WITHOUT.contains(action))
            .filter(|action| is_closed || !scope.is_text() || *action == Action::Escape)
            .filter(|action| default.key_for(chain, *action).is_some());
        needed.extend(actions.map(|action| (*scope, chain.as_slice(), action)));
    }
    needed
});

impl Keymap {
    /// The table with the keys of these lines; and of each line that is refused, its number and why.
    #[must_use]
    pub fn with(lines: &[KeyLine]) -> (Self, Vec<(usize, String)>) {
        if lines.is_empty() {
            return (Self::default(), Vec::new());
        }
        let mut unread = Vec::new();
        let lines: Vec<ReadLine<'_>> = lines
            .iter()
            .filter_map(|line| ReadLine::of(line, &mut unread))
            .collect();
        // By the place among the lines: several may be in one line of the file.
        let mut refused: Vec<(usize, String)> = Vec::new();
        let mut kept: Vec<(usize, &ReadLine<'_>)> = lines.iter().enumerate().collect();
        let keymap = loop {
            let mut faults: Vec<(usize, String)> = Vec::new();
            let mut settings: Vec<Setting> = Vec::new();
            for (at, line) in &kept {
                match settings_of(*at, line, &kept) {
                    Ok(new) => settings.extend(new),
                    Err(why) => faults.push((*at, why)),
                }
            }
            if faults.is_empty() {
                let keymap = Self::of_settings(&settings);
                // First of all: a line that is not used is in no other line's way.
                faults = left_without(&keymap, &settings).into_iter().collect();
                if faults.is_empty() {
                    faults = clashes(&settings);
                }
                if faults.is_empty() {
                    break keymap;
                }
            }
            kept.retain(|(at, _)| faults.iter().all(|(faulty, _)| faulty != at));
            refused.append(&mut faults);
        };
        refused.sort();
        let refused = refused.into_iter().filter_map(|(at, why)| {
            let line = lines.get(at)?.line;
            Some((line.line, format!("[keys] {}: {why}", line.name())))
        });
        unread.extend(refused);
        unread.sort_by_key(|(line, _)| *line);
        (keymap, unread)
    }

    fn of_settings(settings: &[Setting]) -> Self {
        let mut keymap = Self::default();
        keymap.bounds.retain(|bound| {
            !settings.iter().any(|setting| {
                setting.scope == bound.scope && setting.action() == bound.binding.action
            })
        });
        for bound in &mut keymap.bounds {
            let (scope, of) = (bound.scope, bound.binding.action);
            let (losses, hidden) = (&mut keymap.losses, &mut bound.hidden);
            bound.keys.retain(|key| {
                let mut taken: Vec<(&Setting, &Sequence)> = settings
                    .iter()
                    .filter(|setting| setting.action() != of)
                    .filter(|setting| act_together(setting.scope, scope))
                    .filter(|setting| !is_hidden_anyway(key, scope, setting.scope))
                    .filter_map(|setting| Some((setting, setting.clashing(key)?)))
                    .collect();
                let is_hiding = |setting: &Setting| distance(setting.scope, scope) > Some(0);
                let stays = taken.iter().all(|(setting, _)| is_hiding(setting));
                // Of a key that is lost it says nothing that it is hidden in one place.
                taken.retain(|(setting, _)| stays || !is_hiding(setting));
                for (setting, taken) in taken {
                    // A default that acts on more pages is only hidden by the key of one page.
                    let place = if stays {
                        hidden.push((key.written.clone(), setting.scope));
                        setting.scope
                    } else {
                        scope
                    };
                    lose(losses, setting, &taken.written, place, (&key.written, of));
                }
                stays
            });
        }
        // In the place of the line of the table, which hints and help go by.
        let place = |bound: &Bound| {
            TABLE
                .iter()
                .position(|binding| binding == bound.binding)
                .unwrap_or(TABLE.len())
        };
        keymap.bounds.extend(settings.iter().map(|setting| Bound {
            scope: setting.scope,
            binding: setting.binding,
            keys: setting.keys.clone(),
            hidden: Vec::new(),
        }));
        keymap.bounds.sort_by_cached_key(place);
        keymap
    }
}

/// Whether a default of a nearer scope hides a key there, whatever a person sets.
fn is_hidden_anyway(key: &Sequence, scope: Scope, nearer: Scope) -> bool {
    let mut defaults = TABLE.iter().filter(|binding| binding.scope == nearer);
    distance(nearer, scope) > Some(0)
        && defaults.any(|binding| binding.keys.contains(&key.written.as_str()))
}

/// Notes what a default lost: what one key took in one place is one loss.
fn lose(
    losses: &mut Vec<Loss>,
    setting: &Setting,
    key: &str,
    place: Scope,
    (lost, of): (&str, Action),
) {
    let same = |known: &&mut Loss| {
        known.at == setting.at
            && known.key == key
            && known.by == setting.action()
            && known.place == place
    };
    let lost = (lost.to_owned(), of);
    match losses.iter_mut().find(same) {
        Some(known) => known.lost.push(lost),
        None => losses.push(Loss {
            at: setting.at,
            key: key.to_owned(),
            by: setting.action(),
            place,
            lost: vec![lost],
        }),
    }
}

/// The lines that want what a line before them has, where both act.
fn clashes(settings: &[Setting]) -> Vec<(usize, String)> {
    let mut faults: Vec<(usize, String)> = Vec::new();
    for setting in settings {
        let is_faulty = |other: &Setting| faults.iter().any(|(at, _)| *at == other.at);
        let mut used = settings.iter().filter(|other| other.at < setting.at);
        let clash = used.find_map(|earlier| {
            let found = clash(earlier, setting)?;
            (!is_faulty(earlier) && !is_faulty(setting)).then_some(found)
        });
        faults.extend(clash.map(|why| (setting.at, why)));
    }
    faults
}

/// Why a line cannot be used beside an earlier one.
fn clash(earlier: &Setting, later: &Setting) -> Option<String> {
    let (name, line) = (&earlier.name, earlier.line);
    if earlier.action() == later.action() {
        return (earlier.scope == later.scope)
            .then(|| format!("already set as {name} in line {line}"));
    }
    if !act_together(earlier.scope, later.scope) {
        return None;
    }
    let key = later
        .keys
        .iter()
        .find(|key| earlier.clashing(key).is_some())?;
    let place = match later.scope {
        Scope::Global => "everywhere".to_owned(),
        scope => format!("in {}", scope.title()),
    };
    Some(match earlier.clashing(key) {
        Some(other) if other != key => format!(
            "{} and {}, which is set for {name} in line {line}, begin with the same keys ({})",
            key.written,
            other.written,
            later.scope.title()
        ),
        _ => format!(
            "{} is already set for {name} in line {line}, which works {place} too",
            key.written
        ),
    })
}

/// The line because of which an action would be without a key where it has to have one.
fn left_without(keymap: &Keymap, settings: &[Setting]) -> Option<(usize, String)> {
    let (scope, chain, action) = NEEDED
        .iter()
        .find(|(_, chain, action)| keymap.key_for(chain, *action).is_none())?;
    let emptied = settings.iter().find(|setting| {
        setting.action() == *action && setting.keys.is_empty() && chain.contains(&setting.scope)
    });
    let taken = keymap.losses.iter().rev().find(|loss| {
        let mut lost = loss.lost.iter();
        lost.any(|(_, of)| of == action) && act_together(loss.place, *scope)
    });
    let at = emptied.map(|setting| setting.at);
    let at = at.or_else(|| taken.map(|loss| loss.at));
    let at = at.or_else(|| settings.last().map(|setting| setting.at))?;
    let why = format!(
        "{name} would be without a key in {}; give {name} another one too",
        scope.title(),
        name = action.name()
    );
    Some((at, why))
}

#[cfg(test)]
mod tests {
    use super::super::bindings::Lookup;
    use super::super::key::Key;
    use super::{Action, KeyLine, Keymap, Scope};

    fn lines(set: &[(&str, &[&str])]) -> Vec<KeyLine> {
        let lines = set.iter().enumerate();
        lines
            .map(|(at, (name, keys))| KeyLine::of(at + 1, name, keys))
            .collect()
    }

    #[test]
    fn a_key_that_cannot_be_read_has_its_own_line_and_the_others_are_used() {
        let mut line = KeyLine::of(2, "undo", &["U", "shiftx-F99", "^U"]);
        line.keys[1].0 = 3;
        let (keymap, refused) = Keymap::with(&[line, KeyLine::of(5, "help", &["nokey"])]);
        let told: Vec<usize> = refused.iter().map(|(line, _)| *line).collect();
        assert_eq!(told, [3, 5], "{refused:?}");
        assert!(
            refused[0].1.starts_with("[keys] undo: ") && refused[0].1.contains("shiftx-F99"),
            "{refused:?}"
        );
        assert_eq!(keys(&keymap, Action::Undo), ["U", "^U"]);
        assert_eq!(keys(&keymap, Action::Help), ["?", "F1"]);
    }

    fn set(set: &[(&str, &[&str])]) -> Keymap {
        let (keymap, refused) = Keymap::with(&lines(set));
        assert_eq!(refused, []);
        keymap
    }

    fn refusal(set: &[(&str, &[&str])]) -> (usize, String) {
        let (_, mut refused) = Keymap::with(&lines(set));
        assert_eq!(refused.len(), 1, "{refused:?}");
        refused.remove(0)
    }

    fn does(keymap: &Keymap, scope: Scope, keys: &str) -> Lookup {
        let keys: Vec<Key> = keys.split(' ').map(|key| key.parse().unwrap()).collect();
        let (last, waiting) = keys.split_last().unwrap();
        keymap.lookup(&scope.chain(), waiting, *last)
    }

    #[test]
    fn a_key_that_a_person_sets_wins_where_a_default_would_hide_it() {
        let keymap = set(&[("undo", &["d"])]);
        for scope in [Scope::Contacts, Scope::Numbers, Scope::Fix, Scope::Health] {
            assert_eq!(
                does(&keymap, scope, "d"),
                Lookup::Hit(Action::Undo),
                "{scope:?}"
            );
        }
        assert_eq!(
            does(&keymap, Scope::Contacts, "delete"),
            Lookup::Hit(Action::DeleteContact)
        );
        assert_eq!(
            losses(&keymap),
            [
                "d is now undo, no longer delete-contact (contacts)",
                "d is now undo, no longer delete-number (numbers)",
                "d is now undo, no longer delete-detail (details of a contact)",
                "d is now undo, no longer delete-number (fix numbers)",
                "d is now undo, no longer delete-tag (tags)",
                "d is now undo, no longer delete-contact (conflicts with remotes)",
            ]
        );
        let keymap = set(&[("copy", &["x"])]);
        let told = [
            "x is now copy, so x v is no longer \
             export-vcard, x c no longer export-csv, x j no longer export-json, x m no longer \
             export-marked, x f no longer export-shown, x y no longer export-clipboard (contacts)",
            "x is now copy, so x y is no longer export-clipboard (numbers)",
            "x is now copy, so x y is no longer export-clipboard (name of a contact)",
            "x is now copy, so x y is no longer export-clipboard (details of a contact)",
        ];
        assert_eq!(losses(&keymap), told);
        let keymap = set(&[("undo", &["j j"])]);
        let told = "j j is now undo, so j is no longer down (movement)";
        assert_eq!(losses(&keymap), [told]);
    }

    fn losses(keymap: &Keymap) -> Vec<String> {
        keymap.losses().iter().map(ToString::to_string).collect()
    }

    fn keys(keymap: &Keymap, action: Action) -> Vec<String> {
        let rows = keymap
            .rows()
            .filter(|(binding, _)| binding.action == action);
        rows.flat_map(|(_, keys)| keys).collect()
    }

    #[test]
    fn a_default_that_is_hidden_in_every_list_is_listed_no_more() {
        let keymap = set(&[("page-down", &["^R"]), ("down", &["u", "down"])]);
        assert_eq!(keys(&keymap, Action::Redo), [""; 0]);
        assert_eq!(keys(&keymap, Action::Undo), [""; 0]);
        assert_eq!(
            losses(&keymap),
            [
                "u is now down, no longer undo (everywhere)",
                "^R is now page-down, no longer redo (everywhere)",
            ]
        );
        let keymap = set(&[("contacts.mark", &["j"]), ("fix.skip", &["u", "j"])]);
        let hidden = "j (not in contacts, fix numbers)";
        assert!(keys(&keymap, Action::Down).contains(&hidden.to_owned()));
        assert_eq!(keys(&keymap, Action::Undo), ["u (not in fix numbers)"]);
    }

    #[test]
    fn the_order_of_lines_does_not_decide() {
        for (one, other) in [
            (("help", &["q"][..]), ("quit", &["Q"][..])),
            (("redo", &["esc"]), ("escape", &["z"])),
            (("yes", &["n", "esc"]), ("no", &["N"])),
            (("help", &["q", "U"]), ("undo", &["U"])),
        ] {
            let (keymap, refused) = Keymap::with(&lines(&[one, other]));
            let (turned, again) = Keymap::with(&lines(&[other, one]));
            assert_eq!(
                keymap,
                Keymap {
                    losses: keymap.losses.clone(),
                    ..turned
                },
                "{one:?}"
            );
            let whys = |refused: &[(usize, String)]| -> Vec<String> {
                refused.iter().map(|(_, why)| why.clone()).collect()
            };
            assert_eq!(whys(&refused), whys(&again), "{one:?} {other:?}");
        }
        assert_eq!(
            does(
                &set(&[("help", &["q"]), ("quit", &["Q"])]),
                Scope::Contacts,
                "q"
            ),
            Lookup::Hit(Action::Help)
        );
        // A line that is refused is in no other line's way.
        let (keymap, refused) = Keymap::with(&lines(&[("help", &["q", "U"]), ("undo", &["U"])]));
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert_eq!(
            does(&keymap, Scope::Contacts, "U"),
            Lookup::Hit(Action::Undo)
        );
    }

    #[test]
    fn a_line_without_effect_is_refused() {
        for (set, why) in [
            (
                &[("toggle", &["x"][..])][..],
                "x is text in number form and detail form and contact form; use a key such as ^X",
            ),
            (&[("filter.open", &["space"])], "space is text in filter"),
            (&[("run", &["r", "u n"])], "r is text in help and palette"),
            (
                &[("contacts.undo", &[])],
                "take them away with global.undo = []",
            ),
            (
                &[
                    ("contacts.mark", &["M"]),
                    ("fix.mark", &["N"]),
                    ("picker.mark", &["P"]),
                    ("mark", &["F5"]),
                ],
                "a line of its own sets mark in each place",
            ),
            (
                &[("accurate", &["V"]), ("confirm-number", &["W"])],
                "already set as accurate in line 1",
            ),
        ] {
            let (_, told) = refusal(set);
            assert!(told.contains(why), "{set:?}: {told}");
        }
        let keymap = set(&[("toggle", &[])]);
        assert_eq!(does(&keymap, Scope::NumberForm, "space"), Lookup::Miss);
        let keymap = set(&[("undo", &["U", "U", "ctrl-u"]), ("save", &["Enter", "F5"])]);
        assert_eq!(keys(&keymap, Action::Undo), ["U", "^U"]);
        assert_eq!(
            keymap.key_for(&Scope::Prompt.chain(), Action::Save),
            Some("enter")
        );
    }

    #[test]
    fn a_line_may_repeat_the_default_keys() {
        for name in ["undo", "contacts.undo"] {
            let keymap = set(&[(name, &["u"])]);
            assert_eq!(losses(&keymap), [""; 0], "{name}");
            let does_it = does(&keymap, Scope::Contacts, "u");
            assert_eq!(does_it, Lookup::Hit(Action::Undo), "{name}");
        }
        assert_eq!(set(&[("undo", &["u"])]), Keymap::default());
    }

    #[test]
    fn letters_leave_what_acts_in_a_text_its_keys() {
        let keymap = set(&[("open", &["o"])]);
        assert_eq!(
            does(&keymap, Scope::Contacts, "o"),
            Lookup::Hit(Action::Open)
        );
        assert_eq!(does(&keymap, Scope::Contacts, "enter"), Lookup::Miss);
        assert_eq!(
            does(&keymap, Scope::Filter, "enter"),
            Lookup::Hit(Action::Open)
        );
        let keymap = set(&[("open", &["o", "F5"])]);
        assert_eq!(
            does(&keymap, Scope::Filter, "F5"),
            Lookup::Hit(Action::Open)
        );
        assert_eq!(does(&keymap, Scope::Filter, "enter"), Lookup::Miss);
    }

    #[test]
    fn a_scope_may_be_named_also_for_what_acts_everywhere() {
        let keymap = set(&[("contacts.undo", &["z"]), ("undo", &["U"])]);
        assert_eq!(
            does(&keymap, Scope::Contacts, "z"),
            Lookup::Hit(Action::Undo)
        );
        assert_eq!(does(&keymap, Scope::Numbers, "z"), Lookup::Miss);
        assert_eq!(
            does(&keymap, Scope::Numbers, "U"),
            Lookup::Hit(Action::Undo)
        );
        let keymap = set(&[("contacts.mark", &["j"])]);
        assert_eq!(
            does(&keymap, Scope::Contacts, "j"),
            Lookup::Hit(Action::Mark)
        );
        assert_eq!(does(&keymap, Scope::Fix, "j"), Lookup::Hit(Action::Down));
        assert_eq!(
            keymap.losses()[0].to_string(),
            "j is now mark, no longer down (contacts)"
        );
    }

    #[test]
    fn a_prefix_and_a_key_that_begins_with_it_are_not_had_together() {
        let keymap = set(&[("undo", &["x"])]);
        assert_eq!(
            does(&keymap, Scope::Contacts, "x"),
            Lookup::Hit(Action::Undo)
        );
        let keymap = set(&[("undo", &["j j"])]);
        assert_eq!(does(&keymap, Scope::Contacts, "j"), Lookup::Pending);
        assert_eq!(
            does(&keymap, Scope::Contacts, "j j"),
            Lookup::Hit(Action::Undo)
        );
        let (line, why) = refusal(&[("undo", &["U", "U U"])]);
        assert!(
            line == 1 && why.contains("begin with the same keys"),
            "{why}"
        );
    }

    #[test]
    fn two_lines_that_clash_are_told_with_both_and_the_first_is_used() {
        for (first, second) in [("undo", "redo"), ("undo", "contacts.mark")] {
            let (keymap, refused) = Keymap::with(&lines(&[
                (first, &["U"]),
                (second, &["U"]),
                ("palette", &["P"]),
            ]));
            assert_eq!(refused.len(), 1, "{refused:?}");
            assert_eq!(refused[0].0, 2);
            assert!(
                refused[0].1.contains(second)
                    && refused[0].1.contains("U is already set for undo in line 1"),
                "{refused:?}"
            );
            assert_eq!(
                does(&keymap, Scope::Contacts, "U"),
                Lookup::Hit(Action::Undo)
            );
            assert_eq!(
                does(&keymap, Scope::Contacts, "P"),
                Lookup::Hit(Action::Palette)
            );
        }
    }

    #[test]
    fn quitting_going_back_and_help_are_never_without_a_key() {
        for (name, keys, without) in [
            (
                "undo",
                &["q"][..],
                "quit would be without a key in contacts",
            ),
            (
                "contacts.mark",
                &["q"],
                "quit would be without a key in contacts",
            ),
            ("quit", &[], "quit would be without a key"),
            ("redo", &["esc"], "escape would be without a key"),
            ("yes", &[], "yes would be without a key in questions"),
            (
                "yes",
                &["n", "esc"],
                "no would be without a key in questions",
            ),
            ("run", &[], "run would be without a key in help and palette"),
        ] {
            let (line, why) = refusal(&[(name, keys)]);
            assert!(line == 1 && why.contains(without), "{name}: {why}");
        }
        let keymap = set(&[("escape", &["z"])]);
        assert_eq!(
            does(&keymap, Scope::Filter, "esc"),
            Lookup::Hit(Action::Escape)
        );
        assert_eq!(does(&keymap, Scope::Bin, "z"), Lookup::Hit(Action::Escape));
        let keymap = set(&[("quit", &["Q"]), ("undo", &["q"]), ("help", &["h"])]);
        assert_eq!(
            does(&keymap, Scope::Contacts, "q"),
            Lookup::Hit(Action::Undo)
        );
        assert_eq!(
            does(&keymap, Scope::Numbers, "h"),
            Lookup::Hit(Action::Help)
        );
    }

    #[test]
    fn what_a_line_names_has_to_be_there() {
        for (name, keys, why) in [
            ("fly", &["y"][..], "unknown action fly"),
            ("undo", &["hyper-u"], "unknown key hyper-u"),
            ("garden.undo", &["U"], "unknown scope garden"),
            ("bin.mark", &["M"], "mark has no effect in bin"),
            (
                "filter.open",
                &["o"],
                "o is text in filter; use a key such as ^O or F5",
            ),
        ] {
            let (_, told) = refusal(&[(name, keys)]);
            assert!(told.contains(why) && told.contains(name), "{told}");
        }
    }

    #[test]
    fn a_name_that_an_action_had_once_still_names_it() {
        let keymap = set(&[("accurate", &["V"])]);
        assert_eq!(
            does(&keymap, Scope::Numbers, "V"),
            Lookup::Hit(Action::Accurate)
        );
    }
}
