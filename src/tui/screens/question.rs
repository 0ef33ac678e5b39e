//! A question with yes and no, asked only where undo cannot help; never answered by the key that
//! asked it.

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Question {
    /// Leave a form, and lose what was typed.
    LeaveForm,
    /// Write over what somebody else stored.
    Overwrite,
    /// Undo a step, or the last one, over what was changed since.
    UndoOver(Option<i64>),
    /// Throw away what is in the bin.
    EmptyBin,
}

impl Question {
    /// The words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::LeaveForm => "Leave without saving? What you typed is lost.",
            Self::Overwrite => {
                "Write all of yours over what is stored? The history keeps the other."
            }
            Self::UndoOver(_) => "It was changed since. Undo it all the same, over that change?",
            Self::EmptyBin => {
                "Throw away for good what is in the bin, with its history? Nothing brings it back."
            }
        }
    }
}
