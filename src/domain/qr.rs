//! QR codes (ISO/IEC 18004), drawn as text: a number to call, an email to write to, or a contact to take along.

use fast_qr::{ECL, QRBuilder, QRCode};

use super::percent::percent_encoded;
use super::phone::Phone;

/// The light modules around a code that a reader is to have (ISO/IEC 18004); fewer do on a screen that has no room
/// for them.
const QUIET: [usize; 3] = [4, 2, 1];

/// What a code is drawn on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// On a dark ground: what is light in the code is drawn.
    Dark,
    /// On a light one: what is dark is.
    Light,
}

/// What a code is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blocks {
    /// Half blocks: a column a module, and two modules in a row.
    Half,
    /// Signs of ASCII: two columns a module.
    Ascii,
}

/// A QR code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Code {
    /// Row by row, whether a module is dark; with the light ones around, and an even number of rows.
    modules: Vec<Vec<bool>>,
}

impl Code {
    /// The code of a text; none where the text is too long for one, which is at 2,953 bytes.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        Self::framed(text, |_| true)
    }

    /// The code of a text with the most light modules around it with which it fits; none either where it does with none
    /// of them.
    #[must_use]
    pub fn framed(text: &str, fits: impl Fn(&Self) -> bool) -> Option<Self> {
        // The least correction makes the smallest code, and a screen is not a worn label.
        let code = QRBuilder::new(text).ecl(ECL::L).build().ok()?;
        let framed = |quiet| Self::within(&code, quiet);
        QUIET.into_iter().map(framed).find(fits)
    }

    fn within(code: &QRCode, quiet: usize) -> Self {
        let side = code.size + 2 * quiet;
        let row = |y: usize| {
            let module = |x: usize| {
                let row = y.checked_sub(quiet).filter(|y| *y < code.size);
                let row = row.map(|y| &code[y]);
                let module = x.checked_sub(quiet).and_then(|x| row?.get(x));
                module.is_some_and(|module| module.value())
            };
            (0..side).map(module).collect()
        };
        Self {
            modules: (0..side.next_multiple_of(2)).map(row).collect(),
        }
    }

    /// Its rows, all of the same width.
    #[must_use]
    pub fn rows(&self, ground: Ground, blocks: Blocks) -> Vec<String> {
        let is_drawn = |module: bool| module == (ground == Ground::Light);
        match blocks {
            Blocks::Ascii => {
                let sign = |module: &bool| if is_drawn(*module) { "##" } else { "  " };
                let rows = self.modules.iter();
                rows.map(|row| row.iter().map(sign).collect()).collect()
            }
            Blocks::Half => {
                let sign =
                    |(above, below): (&bool, &bool)| match (is_drawn(*above), is_drawn(*below)) {
                        (true, true) => '█',
                        (true, false) => '▀',
                        (false, true) => '▄',
                        (false, false) => ' ',
                    };
                let pairs = self.modules.chunks(2).filter_map(|rows| rows.split_first());
                let row = |(above, rest): (&Vec<bool>, &[Vec<bool>])| {
                    rest.iter()
                        .flat_map(|below| above.iter().zip(below).map(sign))
                        .collect()
                };
                pairs.map(row).collect()
            }
        }
    }
}

/// What a scan of a number does: it calls it (RFC 3966).
#[must_use]
pub fn call(phone: &Phone) -> String {
    phone.call_address()
}

/// What a scan of an email does: it writes to it (RFC 6068).
#[must_use]
pub fn mail(email: &str) -> String {
    let is_plain = |sign: char| !sign.is_whitespace() && !"%?&#\"<>\\^`{|}".contains(sign);
    format!("mailto:{}", percent_encoded(email, is_plain))
}
