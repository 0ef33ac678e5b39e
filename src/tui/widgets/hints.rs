//! Keys as the screens write them.

use super::theme::Glyphs;

/// A key with the signs of the terminal.
pub(crate) fn key_text(key: &str, glyphs: &Glyphs) -> String {
    let [left, right, up, down] = glyphs.arrows;
    let [tab, back_tab] = glyphs.tab;
    key.split(' ')
        .map(|key| match key {
            "enter" => glyphs.enter,
            "tab" => tab,
            "shift-tab" => back_tab,
            "left" => left,
            "right" => right,
            "up" => up,
            "down" => down,
            other => other,
        })
        .collect::<Vec<_>>()
        .join(" ")
}
