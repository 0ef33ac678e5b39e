//! Where keys act.

/// Where a key acts. Scopes chain: field, screen, everywhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everywhere but in text.
    Global,
    /// In every list.
    Movement,
    /// The list of contacts.
    Contacts,
    /// While the filter is typed.
    Filter,
    /// The list to choose from.
    Picker,
    /// While its filter is typed.
    PickFilter,
    /// The numbers of a contact.
    Numbers,
    /// What else is known of a contact: emails, addresses, dates and the like.
    Details,
    /// Every row of a contact: its name, its numbers and its details.
    Rows,
    /// What the list shows, and the pages beside it: from the list and from every row of a contact.
    Views,
    /// Fix numbers.
    Fix,
    /// The sources to confirm by.
    Sources,
    /// What an import would do.
    Import,
    /// The columns of a table that is imported.
    Columns,
    /// The name at the head of a contact.
    Name,
    /// A form for one number.
    NumberForm,
    /// A form for an email, an address, a date or the like.
    DetailForm,
    /// The open list of a choice, in a form.
    Choice,
    /// The form for a contact.
    ContactForm,
    /// The text of a contact that is not saved.
    ContactText,
    /// The conflict dialog.
    Conflict,
    /// Help and the palette.
    Palette,
    /// A question with yes and no.
    Question,
    /// A line to type a path into.
    Prompt,
    /// What was done, step by step.
    History,
    /// What was deleted.
    Bin,
    /// What a change of many contacts would do.
    Preview,
    /// Possible duplicates.
    Duplicates,
    /// How well the book is.
    Health,
    /// The tags of the book.
    Tags,
    /// Contacts that were used last.
    Recent,
    /// Birthdays and other dates.
    Dates,
    /// The remotes.
    Remotes,
    /// The cards of a remote that are not synced.
    NotTaken,
    /// What a remote is, without a sync.
    RemoteCheck,
    /// Fields that were changed here and on a remote.
    Conflicts,
    /// What a sync would do.
    SyncPlan,
    /// What a sync asks before it does much at once.
    Guard,
    /// A QR code.
    Qr,
    /// The name of a filter that is saved.
    SaveFilter,
    /// The password of a remote.
    Password,
    /// The database cannot be opened.
    Damaged,
}

impl Scope {
    /// Every scope, in the order of the help.
    pub const ALL: [Self; 42] = [
        Self::Contacts,
        Self::Numbers,
        Self::Name,
        Self::Details,
        Self::Rows,
        Self::Views,
        Self::Fix,
        Self::Sources,
        Self::Duplicates,
        Self::Preview,
        Self::History,
        Self::Bin,
        Self::Health,
        Self::Tags,
        Self::Recent,
        Self::Dates,
        Self::Remotes,
        Self::NotTaken,
        Self::RemoteCheck,
        Self::Conflicts,
        Self::SyncPlan,
        Self::Guard,
        Self::Qr,
        Self::Import,
        Self::Columns,
        Self::Filter,
        Self::NumberForm,
        Self::DetailForm,
        Self::Choice,
        Self::ContactForm,
        Self::ContactText,
        Self::Conflict,
        Self::Palette,
        Self::Prompt,
        Self::SaveFilter,
        Self::Password,
        Self::Picker,
        Self::PickFilter,
        Self::Question,
        Self::Damaged,
        Self::Movement,
        Self::Global,
    ];

    /// The scopes that act where this one is the nearest, the nearest first.
    #[must_use]
    pub fn chain(self) -> Vec<Self> {
        match self {
            Self::Palette | Self::Question | Self::Movement | Self::Global => vec![self],
            Self::Choice => vec![self, Self::NumberForm, Self::Global],
            Self::Filter
            | Self::PickFilter
            | Self::NumberForm
            | Self::DetailForm
            | Self::ContactForm
            | Self::Prompt
            | Self::SaveFilter
            | Self::Password
            | Self::Damaged => {
                vec![self, Self::Global]
            }
            Self::Contacts => vec![self, Self::Views, Self::Movement, Self::Global],
            Self::Numbers | Self::Name | Self::Details => {
                vec![self, Self::Rows, Self::Views, Self::Movement, Self::Global]
            }
            _ => vec![self, Self::Movement, Self::Global],
        }
    }

    /// Whether letters are text here, so that none can be a key.
    #[must_use]
    pub(crate) const fn is_text(self) -> bool {
        matches!(
            self,
            Self::Filter
                | Self::PickFilter
                | Self::NumberForm
                | Self::DetailForm
                | Self::Choice
                | Self::ContactForm
                | Self::Palette
                | Self::Prompt
                | Self::SaveFilter
                | Self::Password
        )
    }

    /// Its name in the configuration: `contacts`, `number-form`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Global => "global",
            Self::Movement => "movement",
            Self::Contacts => "contacts",
            Self::Filter => "filter",
            Self::Picker => "picker",
            Self::PickFilter => "picker-filter",
            Self::Numbers => "numbers",
            Self::Name => "name",
            Self::Details => "details",
            Self::Rows => "rows",
            Self::Views => "views",
            Self::DetailForm => "detail-form",
            Self::Fix => "fix",
            Self::Sources => "sources",
            Self::Import => "import",
            Self::Columns => "columns",
            Self::NumberForm => "number-form",
            Self::Choice => "choice",
            Self::ContactForm => "contact-form",
            Self::ContactText => "contact-text",
            Self::Conflict => "conflict",
            Self::Palette => "palette",
            Self::Question => "question",
            Self::Prompt => "prompt",
            Self::History => "history",
            Self::Bin => "bin",
            Self::Preview => "preview",
            Self::Duplicates => "duplicates",
            Self::Health => "health",
            Self::Tags => "tags",
            Self::Recent => "recent",
            Self::Dates => "dates",
            Self::Remotes => "remotes",
            Self::NotTaken => "not-synced",
            Self::RemoteCheck => "remote-check",
            Self::Conflicts => "conflicts",
            Self::SyncPlan => "sync-plan",
            Self::Guard => "guard",
            Self::Qr => "qr-code",
            Self::SaveFilter => "save-filter",
            Self::Password => "password",
            Self::Damaged => "damaged",
        }
    }

    /// Its name at the head of a section.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Global => "everywhere",
            Self::Movement => "movement",
            Self::Contacts => "contacts",
            Self::Filter => "filter",
            Self::Picker => "picker",
            Self::PickFilter => "filter of the picker",
            Self::Numbers => "numbers",
            Self::Name => "name of a contact",
            Self::Details => "details of a contact",
            Self::Rows => "every row of a contact",
            Self::Views => "show and sort",
            Self::DetailForm => "detail form",
            Self::Fix => "fix numbers",
            Self::Sources => "confirm by source",
            Self::Import => "import",
            Self::Columns => "columns of an import",
            Self::NumberForm => "number form",
            Self::Choice => "open list of a form",
            Self::ContactForm => "contact form",
            Self::ContactText => "contact as text",
            Self::Conflict => "conflict",
            Self::Palette => "help and palette",
            Self::Question => "questions",
            Self::Prompt => "prompt",
            Self::History => "history",
            Self::Bin => "bin",
            Self::Preview => "preview of changes",
            Self::Duplicates => "duplicates",
            Self::Health => "health of the book",
            Self::Tags => "tags",
            Self::Recent => "recent contacts",
            Self::Dates => "dates",
            Self::Remotes => "remotes",
            Self::NotTaken => "cards not synced",
            Self::RemoteCheck => "check of a remote",
            Self::Conflicts => "conflicts with remotes",
            Self::SyncPlan => "plan of a sync",
            Self::Guard => "question of a sync",
            Self::Qr => "QR code",
            Self::SaveFilter => "saving a filter",
            Self::Password => "password of a remote",
            Self::Damaged => "damaged database",
        }
    }
}
