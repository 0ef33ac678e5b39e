//! The one table of keys. It drives dispatch, the footer, help, the palette, the which-key strip,
//! `callbook keys` and the keys that messages name.
//!
//! [`table`] has the defaults, the settings and overrides are what a person sets; a [`Keymap`] is both,
//! parsed once.

mod bindings;
pub mod key;
mod overrides;
pub mod scope;
mod sequence;
mod settings;
pub mod table;

pub use bindings::{Keymap, Lookup, Loss};
pub use scope::Scope;
pub use table::{Action, Binding, TABLE};

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::key::Key;
    use super::{Action, Keymap, Lookup, Scope, TABLE};

    #[test]
    fn no_key_means_two_things_in_one_scope() {
        let mut seen = HashSet::new();
        for binding in TABLE {
            for key in binding.keys {
                assert!(
                    seen.insert((binding.scope, *key)),
                    "{key} twice in {:?}",
                    binding.scope
                );
            }
        }
    }

    #[test]
    fn every_binding_has_a_help_text_and_keys_that_can_be_read() {
        for binding in TABLE {
            assert!(!binding.help.is_empty(), "{binding:?}");
            for key in binding.keys.iter().flat_map(|keys| keys.split(' ')) {
                assert!(key.parse::<Key>().is_ok(), "{key}");
            }
        }
    }

    #[test]
    fn a_prefix_waits_and_its_key_hits() {
        let keymap = Keymap::default();
        let scopes = [Scope::Contacts, Scope::Movement, Scope::Global];
        let key = |text: &str| text.parse::<Key>().unwrap();
        assert_eq!(keymap.lookup(&scopes, &[], key("g")), Lookup::Pending);
        assert_eq!(
            keymap.lookup(&scopes, &[key("g")], key("g")),
            Lookup::Hit(Action::Top)
        );
        assert_eq!(keymap.lookup(&scopes, &[key("s")], key("z")), Lookup::Miss);
        assert_eq!(
            keymap.lookup(&scopes, &[], key("G")),
            Lookup::Hit(Action::Bottom)
        );
        assert_eq!(
            keymap.lookup(&scopes, &[], key("f1")),
            Lookup::Hit(Action::Help)
        );
    }
}
