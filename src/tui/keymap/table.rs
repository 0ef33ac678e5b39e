//! The table itself: where keys act, what they do, and which they are by default.

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
    /// A QR code.
    Qr,
    /// The name of a filter that is saved.
    SaveFilter,
    /// The database cannot be opened.
    Damaged,
}

impl Scope {
    /// Every scope, in the order of the help.
    pub const ALL: [Self; 33] = [
        Self::Contacts,
        Self::Numbers,
        Self::Name,
        Self::Details,
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
            | Self::Damaged => {
                vec![self, Self::Global]
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
            Self::Qr => "qr-code",
            Self::SaveFilter => "save-filter",
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
            Self::Details => "rows of a contact",
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
            Self::Qr => "QR code",
            Self::SaveFilter => "saving a filter",
            Self::Damaged => "damaged database",
        }
    }
}

macro_rules! actions {
    ($($action:ident $name:literal,)*) => {
        /// What a key does.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[allow(missing_docs)]
        pub enum Action { $($action,)* }

        impl Action {
            /// Every action with its name in the configuration.
            pub const ALL: &[(Self, &str)] = &[$((Self::$action, $name),)*];

            /// Its name in the configuration.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$action => $name,)*
                }
            }
        }
    };
}

actions! {
    Help "help", Palette "palette", Undo "undo", Redo "redo", Filter "filter", NextPane "next-pane",
    PreviousPane "previous-pane", Escape "escape", Interrupt "interrupt", Repaint "repaint",
    Suspend "suspend", Quit "quit", Mouse "mouse",
    Down "down", Up "up", Top "top", Bottom "bottom", PageDown "page-down", PageUp "page-up",
    Open "open", AddContact "add-contact", EditContact "edit-contact", EditText "edit-text", Photo "photo", DeleteContact "delete-contact",
    Copy "copy", Call "call", Mark "mark", MarkRange "mark-range", MarkAll "mark-all", Favourite "favourite", Confirm "confirm-contact", Fix "fix",
    ConfirmNext "confirm-next", Skip "skip", BySource "by-source", ConfirmSource "confirm-source",
    MergeRow "merge-row", NewRow "new-row", SkipRow "skip-row", ShowKind "show-kind",
    Report "report", ChangeMany "change-many", Duplicates "duplicates", KeepOther "keep-other",
    Apart "keep-apart", MergeGroup "merge-group", MergeSure "merge-sure", Health "health",
    BookHistory "book-history", Rows "show-rows", Restore "restore", UndoStep "undo-step",
    SaveFilter "save-filter", Recent "recent", Dates "dates", Further "further", Qr "qr", QrContact "qr-contact", QrNumber "qr-number",
    QrEmail "qr-email", Tags "tags", RenameTag "rename-tag", DeleteTag "delete-tag",
    Bin "bin", BringBack "bring-back", EmptyBin "empty-bin",
    Import "import", ExportCards "export-vcard", ExportTable "export-csv", ExportBook "export-json",
    ExportMarked "export-marked", ExportShown "export-shown", ExportText "export-clipboard",
    SortName "sort-name", SortGiven "sort-given", SortChanged "sort-changed", Keypad "keypad",
    ShowAll "show-all", History "history",
    EditDetail "edit-detail", OpenDetail "open-detail", Prefer "prefer", DeleteDetail "delete-detail",
    AddEmail "add-email", AddAddress "add-address", AddBirthday "add-birthday", AddDate "add-date",
    AddLink "add-link", AddChat "add-chat", AddRelation "add-relation",
    EditNumber "edit-number", AddNumber "add-number", MakePrimary "make-primary",
    Accurate "confirm-number", Historic "historic", DeleteNumber "delete-number", ReplaceNumber "replace-number", Pick "pick", NextNumber "next-number",
    NextField "next-field", PreviousField "previous-field", Toggle "toggle", Save "save",
    Columns "columns", ReadAs "read-as", ChangeColumn "change-column", Choose "choose", ChooseNext "choose-next", Editor "editor", DeleteRow "delete-row", Enter "enter",
    Left "left", Right "right", AllMine "all-mine", AllStored "all-stored", Overwrite "overwrite",
    Run "run", Complete "complete", Yes "yes", No "no", PutBack "put-back",
}

impl Action {
    /// Names that actions had once, which a configuration may still have.
    const FORMER: [(&str, Self); 2] = [("confirm", Self::Confirm), ("accurate", Self::Accurate)];

    /// The action of a name in the configuration.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let now = Self::ALL.iter().map(|(action, known)| (*known, *action));
        let mut all = now.chain(Self::FORMER);
        all.find(|(known, _)| *known == name)
            .map(|(_, action)| action)
    }
}

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Binding {
    /// Where.
    pub scope: Scope,
    /// The keys, any of them; two with a space between are a prefix and its key.
    pub keys: &'static [&'static str],
    /// What it does.
    pub action: Action,
    /// The footer's word; empty where it is not in the footer.
    pub hint: &'static str,
    /// The sentence everywhere else.
    pub help: &'static str,
    /// The rank in a narrow footer: the greatest leaves first.
    pub rank: u8,
}

const fn bind(
    scope: Scope,
    keys: &'static [&'static str],
    action: Action,
    hint: &'static str,
    rank: u8,
    help: &'static str,
) -> Binding {
    Binding {
        scope,
        keys,
        action,
        hint,
        help,
        rank,
    }
}

/// The defaults. One line a binding, however wide: it is read as a table.
#[rustfmt::skip]
pub const TABLE: &[Binding] = &[
    bind(Scope::Contacts, &["enter", "l", "right"], Action::Open, "open", 0, "open the contact"),
    bind(Scope::Contacts, &["e"], Action::EditContact, "edit", 1, "edit the contact"),
    bind(Scope::Contacts, &["E"], Action::EditText, "", 9, "edit the contact as text in $EDITOR"),
    bind(Scope::Contacts, &["a"], Action::AddContact, "add", 2, "add a contact"),
    bind(Scope::Contacts, &["y"], Action::Copy, "copy", 3, "copy the number"),
    bind(Scope::Contacts, &["c"], Action::Call, "call", 4, "call the number"),
    bind(Scope::Contacts, &["space"], Action::Mark, "mark", 5, "mark the contact and move down"),
    bind(Scope::Contacts, &["V"], Action::MarkRange, "", 9, "mark a range: begin it, move, then end it"),
    bind(Scope::Contacts, &["M"], Action::MarkAll, "", 9, "mark all contacts that are shown, or take their marks away"),
    bind(Scope::Contacts, &["f"], Action::Fix, "fix", 6, "fix numbers: go through the contacts that need attention"),
    bind(Scope::Contacts, &["v"], Action::Confirm, "", 9, "confirm all numbers of the contact"),
    bind(Scope::Contacts, &["*"], Action::Favourite, "", 9, "add to or remove from favourites"),
    bind(Scope::Contacts, &["d", "delete"], Action::DeleteContact, "", 9, "delete the contact or the marked contacts"),
    bind(Scope::Contacts, &["m"], Action::ChangeMany, "", 9, "change many: the marked contacts, or all that are shown"),
    bind(Scope::Contacts, &["D"], Action::Duplicates, "", 9, "find and merge duplicates, or merge the marked contacts"),
    bind(Scope::Contacts, &["i"], Action::Import, "", 9, "import a vCard, CSV or JSON file"),
    bind(Scope::Contacts, &["x v"], Action::ExportCards, "as vCard", 9, "export all contacts as vCard"),
    bind(Scope::Contacts, &["x c"], Action::ExportTable, "as CSV", 9, "export all contacts as CSV"),
    bind(Scope::Contacts, &["x j"], Action::ExportBook, "as JSON", 9, "export all contacts as JSON"),
    bind(Scope::Contacts, &["x m"], Action::ExportMarked, "marked", 9, "export the marked contacts, or else the contact"),
    bind(Scope::Contacts, &["x f"], Action::ExportShown, "filtered", 9, "export the filtered contacts"),
    bind(Scope::Contacts, &["x y"], Action::ExportText, "to clipboard", 9, "copy the contact or the marked contacts as vCard"),
    bind(Scope::Contacts, &["s n"], Action::SortName, "by name", 9, "sort by family name"),
    bind(Scope::Contacts, &["s g"], Action::SortGiven, "by first name", 9, "sort by first name"),
    bind(Scope::Contacts, &["s c"], Action::SortChanged, "last changed", 9, "sort by the last change"),
    bind(Scope::Contacts, &["s k"], Action::Keypad, "by keypad", 9, "search by telephone keypad: 627 finds Marco"),
    bind(Scope::Contacts, &["s a"], Action::ShowAll, "all", 9, "show all contacts: clear filter and marks"),
    bind(Scope::Contacts, &["s h"], Action::Health, "health", 9, "health of the book: counts, with their lists"),
    bind(Scope::Contacts, &["s l"], Action::BookHistory, "history", 9, "history of the whole book"),
    bind(Scope::Contacts, &["s b"], Action::Bin, "bin", 9, "bin: deleted contacts and numbers"),
    bind(Scope::Contacts, &["s f"], Action::SaveFilter, "save filter", 9, "save the filter under a name"),
    bind(Scope::Contacts, &["s r"], Action::Recent, "recent", 9, "recent: contacts used last, and used most"),
    bind(Scope::Contacts, &["s d"], Action::Dates, "dates", 9, "dates: birthdays and other dates that return soon"),
    bind(Scope::Contacts, &["s t"], Action::Tags, "tags", 9, "tags: list, rename and delete them"),
    bind(Scope::Contacts, &["P"], Action::Photo, "", 9, "take the photo of the contact from a file"),
    bind(Scope::Contacts, &["Q"], Action::Qr, "", 9, "QR code: scan it to call the number or to take the contact"),
    bind(Scope::Contacts, &["H"], Action::History, "", 9, "history of the contact"),
    bind(Scope::Numbers, &["enter", "e"], Action::EditNumber, "edit", 0, "edit the number"),
    bind(Scope::Numbers, &["E"], Action::EditText, "", 9, "edit the contact as text in $EDITOR"),
    bind(Scope::Numbers, &["p"], Action::MakePrimary, "primary", 1, "make the number primary: dialled first"),
    bind(Scope::Numbers, &["v"], Action::Accurate, "confirm", 2, "confirm the number, or mark it as unconfirmed"),
    bind(Scope::Numbers, &["r"], Action::Historic, "historic", 3, "mark as historic, or bring back into use"),
    bind(Scope::Numbers, &["y"], Action::Copy, "copy", 4, "copy the number"),
    bind(Scope::Numbers, &["c"], Action::Call, "call", 5, "call the number"),
    bind(Scope::Numbers, &["R"], Action::ReplaceNumber, "", 9, "replace the number: the old one stays as historic"),
    bind(Scope::Numbers, &["d", "delete"], Action::DeleteNumber, "delete", 6, "delete the number"),
    bind(Scope::Numbers, &["h", "left"], Action::Left, "list", 7, "back to the list"),
    bind(Scope::Numbers, &["a a", "a n"], Action::AddNumber, "number", 9, "add a number"),
    bind(Scope::Numbers, &["a e"], Action::AddEmail, "email", 9, "add an email"),
    bind(Scope::Numbers, &["a s"], Action::AddAddress, "address", 9, "add an address: street, city, country"),
    bind(Scope::Numbers, &["a b"], Action::AddBirthday, "birthday", 9, "add a birthday"),
    bind(Scope::Numbers, &["a d"], Action::AddDate, "date", 9, "add a date"),
    bind(Scope::Numbers, &["a l"], Action::AddLink, "link", 9, "add a link"),
    bind(Scope::Numbers, &["a c"], Action::AddChat, "chat", 9, "add a name in a chat network"),
    bind(Scope::Numbers, &["a r"], Action::AddRelation, "relation", 9, "add a relation"),
    bind(Scope::Numbers, &["1", "2", "3", "4", "5", "6", "7", "8", "9"], Action::Pick, "", 9, "go to the first, second, … number"),
    bind(Scope::Numbers, &["P"], Action::Photo, "", 9, "take the photo of the contact from a file"),
    bind(Scope::Numbers, &["Q"], Action::Qr, "", 9, "QR code: scan it to call the number"),
    bind(Scope::Numbers, &["H"], Action::History, "", 9, "history of the number"),
    bind(Scope::Name, &["enter", "e"], Action::EditContact, "edit", 0, "edit the contact"),
    bind(Scope::Name, &["E"], Action::EditText, "as text", 6, "edit the contact as text in $EDITOR"),
    bind(Scope::Name, &["a a", "a n"], Action::AddNumber, "add number", 1, "add a number"),
    bind(Scope::Name, &["a e"], Action::AddEmail, "email", 9, "add an email"),
    bind(Scope::Name, &["a s"], Action::AddAddress, "address", 9, "add an address: street, city, country"),
    bind(Scope::Name, &["a b"], Action::AddBirthday, "birthday", 9, "add a birthday"),
    bind(Scope::Name, &["a d"], Action::AddDate, "date", 9, "add a date"),
    bind(Scope::Name, &["a l"], Action::AddLink, "link", 9, "add a link"),
    bind(Scope::Name, &["a c"], Action::AddChat, "chat", 9, "add a name in a chat network"),
    bind(Scope::Name, &["a r"], Action::AddRelation, "relation", 9, "add a relation"),
    bind(Scope::Name, &["y"], Action::Copy, "copy", 3, "copy the contact as lines of text"),
    bind(Scope::Name, &["c"], Action::Call, "", 9, "call: go to a number first"),
    bind(Scope::Name, &["v"], Action::Confirm, "", 9, "confirm all numbers of the contact"),
    bind(Scope::Name, &["*"], Action::Favourite, "favourite", 2, "add to or remove from favourites"),
    bind(Scope::Name, &["P"], Action::Photo, "", 9, "take the photo of the contact from a file"),
    bind(Scope::Name, &["Q"], Action::Qr, "", 9, "QR code: scan it to take the contact"),
    bind(Scope::Name, &["x y"], Action::ExportText, "", 9, "copy the contact as vCard"),
    bind(Scope::Name, &["1", "2", "3", "4", "5", "6", "7", "8", "9"], Action::Pick, "", 9, "go to the first, second, … number"),
    bind(Scope::Name, &["H"], Action::History, "history", 4, "history of the contact"),
    bind(Scope::Name, &["h", "left"], Action::Left, "list", 5, "back to the list"),
    bind(Scope::Details, &["enter", "e"], Action::EditDetail, "edit", 0, "edit what the row says"),
    bind(Scope::Details, &["E"], Action::EditText, "", 9, "edit the contact as text in $EDITOR"),
    bind(Scope::Details, &["y"], Action::Copy, "copy", 1, "copy what the row says; an address as on an envelope"),
    bind(Scope::Details, &["o"], Action::OpenDetail, "open", 2, "open it: write a mail, show the address on a map, open the link, go to the relation; save a photo to a file"),
    bind(Scope::Details, &["p"], Action::Prefer, "preferred", 3, "make it the preferred one of its kind, or no longer"),
    bind(Scope::Details, &["d", "delete"], Action::DeleteDetail, "delete", 4, "delete what the row says"),
    bind(Scope::Details, &["a a", "a n"], Action::AddNumber, "number", 9, "add a number"),
    bind(Scope::Details, &["a e"], Action::AddEmail, "email", 9, "add an email"),
    bind(Scope::Details, &["a s"], Action::AddAddress, "address", 9, "add an address: street, city, country"),
    bind(Scope::Details, &["a b"], Action::AddBirthday, "birthday", 9, "add a birthday"),
    bind(Scope::Details, &["a d"], Action::AddDate, "date", 9, "add a date"),
    bind(Scope::Details, &["a l"], Action::AddLink, "link", 9, "add a link"),
    bind(Scope::Details, &["a c"], Action::AddChat, "chat", 9, "add a name in a chat network"),
    bind(Scope::Details, &["a r"], Action::AddRelation, "relation", 9, "add a relation"),
    bind(Scope::Details, &["c"], Action::Call, "", 9, "call: go to a number first"),
    bind(Scope::Details, &["*"], Action::Favourite, "", 9, "add to or remove from favourites"),
    bind(Scope::Details, &["P"], Action::Photo, "", 9, "take the photo of the contact from a file"),
    bind(Scope::Details, &["Q"], Action::Qr, "", 9, "QR code: scan it to write to the email, or to take the contact"),
    bind(Scope::Details, &["1", "2", "3", "4", "5", "6", "7", "8", "9"], Action::Pick, "", 9, "go to the first, second, … number"),
    bind(Scope::Details, &["H"], Action::History, "", 9, "history of the contact"),
    bind(Scope::Details, &["h", "left"], Action::Left, "list", 5, "back to the list"),
    bind(Scope::Fix, &["enter"], Action::ConfirmNext, "confirm & next", 0, "confirm the contact or the marked contacts, go to the next"),
    bind(Scope::Fix, &["p"], Action::MakePrimary, "primary", 1, "make the number primary: dialled first"),
    bind(Scope::Fix, &["r"], Action::Historic, "historic", 2, "mark as historic: the fix for a number that changed"),
    bind(Scope::Fix, &["e"], Action::EditNumber, "edit", 3, "edit the number"),
    bind(Scope::Fix, &["d", "delete"], Action::DeleteNumber, "delete", 4, "delete the number"),
    bind(Scope::Fix, &["s"], Action::Skip, "skip", 5, "skip the contact"),
    bind(Scope::Fix, &["b"], Action::BySource, "by source", 7, "confirm all numbers from one source"),
    bind(Scope::Fix, &["m"], Action::ChangeMany, "", 9, "change many: the marked contacts, or all that need attention"),
    bind(Scope::Fix, &["q", "f"], Action::Fix, "leave", 6, "back to all contacts"),
    bind(Scope::Fix, &["v"], Action::Accurate, "", 9, "confirm this number, or mark it as unconfirmed"),
    bind(Scope::Fix, &["1", "2", "3", "4", "5", "6", "7", "8", "9"], Action::Pick, "", 9, "go to the first, second, … number"),
    bind(Scope::Fix, &["l", "right"], Action::NextNumber, "", 9, "go to the next number of the contact"),
    bind(Scope::Fix, &["h", "left"], Action::Left, "", 9, "go to the previous number of the contact"),
    bind(Scope::Fix, &["space"], Action::Mark, "", 9, "mark the contact and move down"),
    bind(Scope::Fix, &["V"], Action::MarkRange, "", 9, "mark a range: begin it, move, then end it"),
    bind(Scope::Fix, &["M"], Action::MarkAll, "", 9, "mark all contacts that are shown, or take their marks away"),
    bind(Scope::Fix, &["y"], Action::Copy, "", 9, "copy the number"),
    bind(Scope::Fix, &["c"], Action::Call, "", 9, "call the number"),
    bind(Scope::Fix, &["H"], Action::History, "", 9, "history of the contact"),
    bind(Scope::Sources, &["enter"], Action::ConfirmSource, "preview", 0, "preview confirming all numbers from this source"),
    bind(Scope::Sources, &["esc"], Action::Escape, "cancel", 1, "leave without confirming"),
    bind(Scope::Duplicates, &["enter"], Action::MergeGroup, "merge & next", 0, "merge the group into its first contact, go to the next"),
    bind(Scope::Duplicates, &["n"], Action::Apart, "apart", 1, "keep apart: different people, or a shared number; do not show again"),
    bind(Scope::Duplicates, &["o"], Action::KeepOther, "keep another", 2, "choose another contact to keep"),
    bind(Scope::Duplicates, &["tab", "shift-tab"], Action::NextPane, "fields", 3, "switch between groups and differing fields"),
    bind(Scope::Duplicates, &["right", "l"], Action::Right, "", 9, "use the next contact's value"),
    bind(Scope::Duplicates, &["left", "h"], Action::Left, "", 9, "use the previous contact's value"),
    bind(Scope::Duplicates, &["s"], Action::Skip, "skip", 4, "skip the group"),
    bind(Scope::Duplicates, &["b"], Action::MergeSure, "merge all sure", 5, "preview merging all groups with the same name and number"),
    bind(Scope::Duplicates, &["esc", "q"], Action::Escape, "leave", 6, "back to the list"),
    bind(Scope::Preview, &["enter"], Action::Save, "apply", 0, "apply all changes shown, in one step"),
    bind(Scope::Preview, &["esc", "q"], Action::Escape, "cancel", 1, "leave without changing anything"),
    bind(Scope::History, &["enter"], Action::Rows, "details", 0, "show or hide what the step changed"),
    bind(Scope::History, &["Z"], Action::Restore, "restore", 1, "restore the version after this step; in the book's history, undo this step and all later ones"),
    bind(Scope::History, &["x"], Action::UndoStep, "undo this one", 2, "undo only this step"),
    bind(Scope::History, &["esc", "q"], Action::Escape, "close", 3, "close"),
    bind(Scope::Bin, &["enter"], Action::BringBack, "bring back", 0, "bring back what was deleted"),
    bind(Scope::Bin, &["X"], Action::EmptyBin, "empty", 1, "empty the bin for good"),
    bind(Scope::Bin, &["esc", "q"], Action::Escape, "close", 2, "close"),
    bind(Scope::Health, &["enter"], Action::Open, "list them", 0, "list the contacts"),
    bind(Scope::Health, &["esc", "q"], Action::Escape, "close", 1, "close"),
    bind(Scope::Tags, &["enter"], Action::Open, "list them", 0, "list the contacts with this tag"),
    bind(Scope::Tags, &["r"], Action::RenameTag, "rename", 1, "rename the tag in the whole book"),
    bind(Scope::Tags, &["d", "delete"], Action::DeleteTag, "delete", 2, "remove the tag from all contacts"),
    bind(Scope::Tags, &["esc", "q"], Action::Escape, "close", 3, "close"),
    bind(Scope::Recent, &["enter"], Action::Open, "show", 0, "show the contact in the list"),
    bind(Scope::Recent, &["esc", "q"], Action::Escape, "close", 1, "close"),
    bind(Scope::Dates, &["enter"], Action::Open, "show", 0, "show the contact in the list"),
    bind(Scope::Dates, &["m"], Action::Further, "further", 1, "look thirty days further ahead"),
    bind(Scope::Dates, &["esc", "q"], Action::Escape, "close", 2, "close"),
    bind(Scope::Qr, &["n"], Action::QrNumber, "number", 0, "code of the number, then of the next number"),
    bind(Scope::Qr, &["e"], Action::QrEmail, "email", 1, "code of the email, then of the next email"),
    bind(Scope::Qr, &["v"], Action::QrContact, "whole contact", 2, "code of the contact, as a card"),
    bind(Scope::Qr, &["esc", "q", "Q"], Action::Escape, "close", 3, "close"),
    bind(Scope::Import, &["enter"], Action::Enter, "import", 0, "import what is shown, in one step; where only the list fits, open the card"),
    bind(Scope::Import, &["^S"], Action::Save, "import", 1, "import what is shown, in one step"),
    bind(Scope::Import, &["l", "right"], Action::Open, "", 9, "open the card: up and down scroll it"),
    bind(Scope::Import, &["h", "left"], Action::Left, "", 9, "back to the list of cards"),
    bind(Scope::Import, &["m"], Action::MergeRow, "merge", 2, "import as shown: new, or merged into the existing contact"),
    bind(Scope::Import, &["n"], Action::NewRow, "as new", 3, "import as a new contact"),
    bind(Scope::Import, &["s"], Action::SkipRow, "skip", 4, "skip this card"),
    bind(Scope::Import, &["1", "2", "3", "4"], Action::ShowKind, "show kind", 5, "show only new, changed, same or unreadable cards, or all"),
    bind(Scope::Import, &["c"], Action::Columns, "columns", 6, "columns of a table: what each was read as, to be changed"),
    bind(Scope::Import, &["r"], Action::ReadAs, "read as", 7, "country that national numbers are read with"),
    bind(Scope::Import, &["w"], Action::Report, "", 9, "save the preview to a file"),
    bind(Scope::Import, &["esc", "q"], Action::Escape, "cancel", 8, "back to the list; from there leave without importing"),
    bind(Scope::Columns, &["enter"], Action::ChangeColumn, "change", 0, "choose what the column holds"),
    bind(Scope::Columns, &["tab"], Action::NextPane, "next table", 2, "go to the next table, where several are imported"),
    bind(Scope::Columns, &["esc", "q"], Action::Escape, "back", 1, "back to the preview; it is read again where a column changed"),
    bind(Scope::Filter, &["enter"], Action::Open, "open", 0, "open the contact"),
    bind(Scope::Filter, &["down", "^N"], Action::Down, "", 9, "next match"),
    bind(Scope::Filter, &["up", "^P"], Action::Up, "", 9, "previous match"),
    bind(Scope::Filter, &["tab"], Action::NextPane, "list", 1, "complete a condition, or keep the filter and go to the list"),
    bind(Scope::Filter, &["^T"], Action::Keypad, "keypad", 3, "search by telephone keypad or by letters: 627 finds Marco"),
    bind(Scope::Filter, &["esc"], Action::Escape, "clear", 2, "clear the filter"),
    bind(Scope::NumberForm, &["enter", "^S"], Action::Save, "save", 0, "save"),
    bind(Scope::NumberForm, &["tab", "down"], Action::NextField, "next field", 1, "next field"),
    bind(Scope::NumberForm, &["shift-tab", "up"], Action::PreviousField, "previous", 4, "previous field"),
    bind(Scope::NumberForm, &["space"], Action::Toggle, "toggle", 3, "toggle the box"),
    bind(Scope::NumberForm, &["^X ^E"], Action::Editor, "", 9, "edit the text in $EDITOR"),
    bind(Scope::NumberForm, &["esc"], Action::Escape, "cancel", 2, "leave without saving"),
    bind(Scope::DetailForm, &["enter", "^S"], Action::Save, "save", 0, "save"),
    bind(Scope::DetailForm, &["tab", "down"], Action::NextField, "next field", 1, "next field"),
    bind(Scope::DetailForm, &["shift-tab", "up"], Action::PreviousField, "previous", 4, "previous field"),
    bind(Scope::DetailForm, &["space"], Action::Toggle, "toggle", 3, "toggle the box"),
    bind(Scope::DetailForm, &["^X ^E"], Action::Editor, "", 9, "edit the text in $EDITOR"),
    bind(Scope::DetailForm, &["esc"], Action::Escape, "cancel", 2, "leave without saving"),
    bind(Scope::Choice, &["enter"], Action::Choose, "take", 0, "take the marked line; without one, save"),
    bind(Scope::Choice, &["tab"], Action::ChooseNext, "next field", 1, "take the best match of a country, keep a label as typed, and go on"),
    bind(Scope::Choice, &["down", "^N"], Action::Down, "", 9, "mark the next line"),
    bind(Scope::Choice, &["up", "^P"], Action::Up, "", 9, "mark the previous line"),
    bind(Scope::Choice, &["pagedown"], Action::PageDown, "", 9, "mark a line further down"),
    bind(Scope::Choice, &["pageup"], Action::PageUp, "", 9, "mark a line further up"),
    bind(Scope::Choice, &["esc"], Action::Escape, "close the list", 2, "close the list"),
    bind(Scope::ContactForm, &["^S"], Action::Save, "save", 0, "save"),
    bind(Scope::ContactForm, &["enter"], Action::Enter, "next or edit row", 1, "next field; on a number or a detail, edit it; on the folded line, show its fields"),
    bind(Scope::ContactForm, &["tab", "down"], Action::NextField, "next", 3, "next field"),
    bind(Scope::ContactForm, &["shift-tab", "up"], Action::PreviousField, "previous", 5, "previous field"),
    bind(Scope::ContactForm, &["space"], Action::Toggle, "", 9, "toggle the box, make this number primary, or show the folded fields"),
    bind(Scope::ContactForm, &["^X d"], Action::DeleteRow, "delete row", 4, "delete the number or the detail of this row, or keep it"),
    bind(Scope::ContactForm, &["^X ^E"], Action::Editor, "editor", 6, "edit the text in $EDITOR"),
    bind(Scope::ContactForm, &["esc"], Action::Escape, "cancel", 2, "leave without saving"),
    bind(Scope::ContactText, &["enter", "e", "E"], Action::EditText, "edit again", 0, "open the text in $EDITOR again; it is saved when the editor is left"),
    bind(Scope::ContactText, &["esc", "q"], Action::Escape, "cancel", 1, "leave without saving"),
    bind(Scope::Conflict, &["left", "h"], Action::Left, "yours", 0, "choose your value"),
    bind(Scope::Conflict, &["right", "l"], Action::Right, "stored", 0, "choose the stored value"),
    bind(Scope::Conflict, &["enter", "^S"], Action::Save, "save", 1, "save the chosen values"),
    bind(Scope::Conflict, &["m"], Action::AllMine, "all mine", 2, "choose your value for every field"),
    bind(Scope::Conflict, &["t"], Action::AllStored, "all stored", 3, "choose the stored value for every field"),
    bind(Scope::Conflict, &["O"], Action::Overwrite, "overwrite", 5, "overwrite the stored record with all your values"),
    bind(Scope::Conflict, &["esc"], Action::Escape, "keep editing", 4, "back to the form"),
    bind(Scope::Palette, &["enter"], Action::Run, "run", 0, "run the selected line"),
    bind(Scope::Palette, &["down", "^N"], Action::Down, "", 9, "next line"),
    bind(Scope::Palette, &["up", "^P"], Action::Up, "", 9, "previous line"),
    bind(Scope::Palette, &["pagedown"], Action::PageDown, "", 9, "a page down"),
    bind(Scope::Palette, &["pageup"], Action::PageUp, "", 9, "a page up"),
    bind(Scope::Palette, &["tab"], Action::Complete, "complete", 2, "complete the text"),
    bind(Scope::Palette, &["esc"], Action::Escape, "clear, then close", 1, "clear, then close"),
    bind(Scope::Prompt, &["enter"], Action::Save, "preview", 0, "preview the result; of an export or a photo, write it"),
    bind(Scope::Prompt, &["tab"], Action::Complete, "complete", 1, "complete the text"),
    bind(Scope::Prompt, &["esc"], Action::Escape, "cancel", 2, "close"),
    bind(Scope::SaveFilter, &["enter", "^S"], Action::Save, "save", 0, "save the filter under this name"),
    bind(Scope::SaveFilter, &["esc"], Action::Escape, "cancel", 1, "leave without saving"),
    bind(Scope::Picker, &["enter"], Action::Choose, "choose", 0, "choose the contact or the marked contacts; of several emails, go to them"),
    bind(Scope::Picker, &["space"], Action::Mark, "mark", 1, "mark the contact and move down"),
    bind(Scope::Picker, &["M"], Action::MarkAll, "", 9, "mark all contacts that are shown, or take their marks away"),
    bind(Scope::Picker, &["/"], Action::Filter, "filter", 2, "filter by name or number"),
    bind(Scope::Picker, &["l", "right"], Action::Right, "", 9, "go to the numbers or emails of the contact"),
    bind(Scope::Picker, &["h", "left"], Action::Left, "list", 4, "back to the list"),
    bind(Scope::Picker, &["q", "^C"], Action::Quit, "cancel", 3, "leave without choosing"),
    bind(Scope::Picker, &["esc"], Action::Escape, "", 9, "back to the list; from there leave without choosing"),
    bind(Scope::PickFilter, &["enter"], Action::Choose, "choose", 0, "choose the contact or the marked contacts"),
    bind(Scope::PickFilter, &["down", "^N"], Action::Down, "", 9, "next match"),
    bind(Scope::PickFilter, &["up", "^P"], Action::Up, "", 9, "previous match"),
    bind(Scope::PickFilter, &["tab"], Action::NextPane, "list", 1, "complete a condition, or keep the filter and go to the list"),
    bind(Scope::PickFilter, &["^T"], Action::Keypad, "", 9, "search by telephone keypad or by letters: 627 finds Marco"),
    bind(Scope::PickFilter, &["esc"], Action::Escape, "clear", 2, "clear the filter"),
    bind(Scope::PickFilter, &["^C"], Action::Quit, "cancel", 3, "leave without choosing"),
    bind(Scope::Question, &["y"], Action::Yes, "yes", 0, "yes"),
    bind(Scope::Question, &["n", "esc"], Action::No, "no", 1, "no"),
    bind(Scope::Damaged, &["enter"], Action::PutBack, "restore", 0, "restore the backup; the damaged file is moved aside and kept"),
    bind(Scope::Damaged, &["q", "^C"], Action::Quit, "leave", 1, "quit without changing anything"),
    bind(Scope::Movement, &["j", "down"], Action::Down, "", 9, "down; with a count, that many rows: 5j"),
    bind(Scope::Movement, &["k", "up"], Action::Up, "", 9, "up; with a count, that many rows: 5k"),
    bind(Scope::Movement, &["g g", "home"], Action::Top, "", 9, "first row; with a count, the row of that number: 5gg"),
    bind(Scope::Movement, &["G", "end"], Action::Bottom, "", 9, "last row; with a count, the row of that number: 5G"),
    bind(Scope::Movement, &["^D", "pagedown"], Action::PageDown, "", 9, "a page down; with a count, that many pages"),
    bind(Scope::Movement, &["^U", "pageup"], Action::PageUp, "", 9, "a page up; with a count, that many pages"),
    bind(Scope::Global, &["?", "F1"], Action::Help, "", 9, "all keys"),
    bind(Scope::Global, &[":", "^P"], Action::Palette, "", 9, "every command"),
    bind(Scope::Global, &["u"], Action::Undo, "", 9, "undo the last change"),
    bind(Scope::Global, &["^R"], Action::Redo, "", 9, "redo what was undone"),
    bind(Scope::Global, &["/"], Action::Filter, "", 9, "filter by name or number"),
    bind(Scope::Global, &["tab"], Action::NextPane, "", 9, "next pane"),
    bind(Scope::Global, &["shift-tab"], Action::PreviousPane, "", 9, "previous pane"),
    bind(Scope::Global, &["esc"], Action::Escape, "", 9, "back: popup, marks, filter, pane"),
    bind(Scope::Global, &["^C"], Action::Interrupt, "", 9, "quit"),
    bind(Scope::Global, &["^L"], Action::Repaint, "", 9, "draw the screen again"),
    bind(Scope::Global, &["^Z"], Action::Suspend, "", 9, "suspend"),
    bind(Scope::Global, &["q"], Action::Quit, "", 9, "back, then quit"),
    bind(Scope::Global, &[], Action::Mouse, "", 9, "turn the mouse on or off"),
];
