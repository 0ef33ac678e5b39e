//! What a key does: what waits for it first, then the text that has the cursor, then the table of keys.

use std::time::Duration;

use super::app::App;
use super::ctx::Shown;
use super::keymap::key::{Code, Key};
use super::keymap::{Action, Keymap, Lookup, Scope};
use super::pages::Outcome;
use super::protocol::{Effect, TimerId, Tone};
use super::widgets::cursor::Motion;

/// How long a prefix waits before what may follow is shown.
const WHICH_KEY: Duration = Duration::from_millis(300);

impl App {
    /// Takes a key: what waits for it first, then the field, then the table.
    pub(super) fn press(&mut self, key: Key, effects: &mut Vec<Effect>) {
        self.key = key;
        if self.session.news == Shown::Drawn && !self.session.is_ahead {
            self.session.news = Shown::Seen;
        }
        let top = self.pages.top_id();
        let holds = self.session.holds_keys(top);
        // What takes long is given up before anything else is left.
        let means = self.session.keymap.lookup(&self.scopes(), &[], key);
        let escapes = key.code == Code::Esc || means == Lookup::Hit(Action::Escape);
        let stops = escapes || means == Lookup::Hit(Action::Interrupt);
        if stops && (self.session.progress.is_some() || self.session.busy || holds) {
            effects.push(Effect::Stop);
            return;
        }
        let interrupted = std::mem::take(&mut self.interrupted);
        let waiting = std::mem::take(&mut self.waiting);
        let count = self.count.take();
        self.which_key = false;
        let (scopes, in_text) = (self.scopes(), self.pages.top().text().is_some());
        let keymap = &self.session.keymap;
        if !in_text || key.typed().is_none() {
            self.key = keymap.on_any_layout(&scopes, &waiting, key);
        }
        let key = self.key;
        if count.is_some() && stops || !waiting.is_empty() && escapes {
            return;
        }
        let found = keymap.lookup(&scopes, &waiting, key);
        // Some keys do nothing but draw again, or hand the terminal back to the shell.
        let is_harmless = matches!(found, Lookup::Hit(Action::Repaint | Action::Suspend));
        if holds && !is_harmless {
            return self.say_waits();
        }
        self.session.taken += 1;
        let is_typed = waiting.is_empty() && in_text;
        // What the text's own scope has is no text: a person may give `^W` to an action there.
        let own = scopes.get(..1).unwrap_or_default();
        let is_own =
            key.typed().is_none() && self.session.keymap.lookup(own, &waiting, key) != Lookup::Miss;
        if is_typed && !is_own && takes_letters(key) && self.typed(key, effects) {
            self.session.toast = None;
            return;
        }
        match found {
            Lookup::Hit(action) => {
                // `^C` twice on a clean list leaves.
                let action = match action {
                    Action::Interrupt if interrupted && self.is_clean() => Action::Quit,
                    action => action,
                };
                self.hit(action, count, effects);
            }
            Lookup::Pending => {
                self.waiting = waiting;
                self.waiting.push(key);
                self.count = count;
                let timer = TimerId::WhichKey(self.session.taken);
                effects.push(Effect::After(WHICH_KEY, timer));
            }
            Lookup::Miss if is_typed => {
                self.typed(key, effects);
            }
            Lookup::Miss => self.missed(&waiting, count, &scopes),
        }
    }

    /// A key has an action.
    fn hit(&mut self, action: Action, count: Option<usize>, effects: &mut Vec<Effect>) {
        if self.is_typed_ahead(action) {
            let text = format!("this has just come; {} again does it", self.key);
            return self.session.say(Tone::Plain, text);
        }
        if let Some(count) = count {
            return self.counted(count, action, effects);
        }
        if !matches!(action, Action::Undo | Action::Redo) {
            self.session.toast = None;
        }
        match action {
            Action::Interrupt => self.interrupt(effects),
            action => self.perform(action, effects),
        }
    }

    /// A key has none: it may be a digit of a count.
    fn missed(&mut self, waiting: &[Key], count: Option<usize>, scopes: &[Scope]) {
        let key = self.key;
        // Beside the list what begins a sequence there takes the next key along: alone it would do something else.
        let in_list = self.session.keymap.lookup(&[Scope::Contacts], &[], key);
        let is_fresh = waiting.is_empty() && count.is_none();
        if is_fresh && self.pages.is_bare() && in_list == Lookup::Pending {
            self.waiting.push(key);
            return;
        }
        let digit = key.typed().and_then(|sign| sign.to_digit(10));
        let takes = waiting.is_empty() && takes_counts(&self.session.keymap, scopes);
        match digit.filter(|_| takes) {
            Some(digit) if count.is_some() || digit > 0 => {
                let before = count.unwrap_or(0).saturating_mul(10);
                self.count = Some(before.saturating_add(digit as usize));
            }
            _ => self.does_nothing(&pressed(count, waiting.iter().chain([&key]))),
        }
    }

    /// Whether a key is about contacts that were asked for and have not come.
    #[must_use]
    pub(super) fn awaits_contacts(&self, key: Key) -> bool {
        let means = || {
            let keymap = &self.session.keymap;
            keymap.lookup(&self.scopes(), &self.waiting, key)
        };
        self.pages.is_bare()
            && matches!(means(), Lookup::Hit(action) if self.pages.contacts.awaits(action))
    }

    /// Whether a key would act on a page over the list that had not been drawn when it was typed: nothing is
    /// merged, imported or answered with yes that was not seen. What stands in a form is the person's own.
    fn is_typed_ahead(&self, action: Action) -> bool {
        let is_harmless = Motion::of_action(action).is_some()
            || matches!(
                action,
                Action::Escape
                    | Action::Interrupt
                    | Action::Quit
                    | Action::Repaint
                    | Action::Suspend
                    | Action::Help
                    | Action::Palette
                    | Action::NextPane
                    | Action::PreviousPane
            );
        let scope = self.pages.top().scope();
        // The picker writes nothing, and a search that is typed at once has to begin there.
        let is_own = self.pages.is_bare() || scope.is_text() || scope == Scope::Picker;
        self.session.news != Shown::Seen && !is_own && !is_harmless
    }

    /// Says that the page takes no key before its answer has come.
    pub(super) fn say_waits(&mut self) {
        let escape = self.session.escape_key(self.pages.top().scope());
        let text = format!("still working; {escape} stops it");
        self.session.say(Tone::Waits, text);
    }

    /// Moves by a count. What does not move has no use for one, and is not done once in its place.
    fn counted(&mut self, count: usize, action: Action, effects: &mut Vec<Effect>) {
        let Some(motion) = Motion::of_action(action) else {
            let scope = self.pages.top().scope();
            let down = self.session.key(scope, Action::Down);
            let text = format!("a count is for movement, such as {count}{down}; nothing was done");
            return self.session.say(Tone::Plain, text);
        };
        self.session.toast = None;
        self.move_cursor(motion.counted(count), effects);
    }

    /// The keys of a prefix and the count, as they were pressed: `5 g`.
    pub(super) fn pending(&self) -> String {
        pressed(self.count, &self.waiting)
    }

    /// Says that a key does nothing here.
    pub(super) fn does_nothing(&mut self, keys: &str) {
        let help = self.session.key(self.pages.top().scope(), Action::Help);
        let text = match help.as_str() {
            "" => format!("{keys} has no effect here"),
            help => format!("{keys} has no effect here; {help} shows all keys"),
        };
        self.session.say(Tone::Plain, text);
    }

    /// Gives a key to the text that has the cursor; `false` where it does not want it.
    fn typed(&mut self, key: Key, effects: &mut Vec<Effect>) -> bool {
        let top = self.pages.top_id();
        let mut taken = false;
        self.with_page(top, effects, |page, ctx| {
            taken = page.text_mut().is_some_and(|field| field.press(key));
            if taken {
                page.typed(ctx);
            }
            Outcome::Stay
        });
        taken
    }

    /// `^C`: one step of the ladder; on a clean list, the next one leaves.
    fn interrupt(&mut self, effects: &mut Vec<Effect>) {
        if self.is_clean() {
            self.interrupted = true;
            let key = |action| self.session.key(Scope::Contacts, action);
            let (again, quit) = (key(Action::Interrupt), key(Action::Quit));
            let text = format!("press {again} again or {quit} to quit");
            self.session.say(Tone::Plain, text);
        } else {
            self.perform(Action::Escape, effects);
        }
    }

    /// Whether there is nothing that the esc ladder could take back.
    fn is_clean(&self) -> bool {
        self.pages.is_bare() && self.pages.contacts.is_clean()
    }
}

/// Keys that were pressed one after the other, and the count before them.
fn pressed<'k>(count: Option<usize>, keys: impl IntoIterator<Item = &'k Key>) -> String {
    let count = count.map(|count| count.to_string()).into_iter();
    let keys = keys.into_iter().map(Key::to_string);
    count.chain(keys).collect::<Vec<_>>().join(" ")
}

/// Whether digits are a count: in lists where none of them is a key.
fn takes_counts(keymap: &Keymap, scopes: &[Scope]) -> bool {
    let is_key = |digit| {
        let key = Key::plain(Code::Char(digit));
        keymap.lookup(scopes, &[], key) != Lookup::Miss
    };
    scopes.contains(&Scope::Movement) && !('0'..='9').any(is_key)
}

/// Whether a field may have the key before the table: what types, and what moves in a text. Enter,
/// tab, esc, the arrows up and down and the function keys are the screen's.
fn takes_letters(key: Key) -> bool {
    match key.code {
        Code::Char(sign) => !key.ctrl || "abdefhkuwy".contains(sign),
        Code::Enter
        | Code::Esc
        | Code::Tab
        | Code::BackTab
        | Code::Up
        | Code::Down
        | Code::PageUp
        | Code::PageDown
        | Code::F(_) => false,
        Code::Backspace | Code::Delete | Code::Left | Code::Right | Code::Home | Code::End => true,
    }
}
