//! The rules of the merge that a test can take out, to see that the simulation finds what each carries.

/// A rule that holds in the program. Those that only tests name are kept by the store, and by the books of the
/// simulation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    /// What was under way when the last run ended is looked at first.
    LookAtIntents,
    /// A line of ours that is missing says nothing.
    MissingLineSaysNothing,
    /// What our own change lacks when it is read back was not taken out by a person.
    MissingIsNotTakenOut,
    /// Our contact is compared with our contact, their card with their card.
    TwoBases,
    /// A card that was made anew elsewhere is known again.
    KnownAgain,
    /// A historic number goes out only where the card has it, or is new.
    HistoricStaysHere,
    /// Many deletions and an empty list are asked about.
    Guard,
    /// A change here stays, whatever was changed there.
    OursStays,
    /// What is sent is what differs from when both agreed, not from their card.
    SentIsOurChange,
    /// The token is kept after the cards.
    TokenAfterCards,
    /// What the other side left out is sent once more.
    SentOnceMore,
    /// What reads the same is the server's wording, no change.
    Wording,
    /// A second card with a `UID` goes to no other remote.
    TwinsStay,
    /// A line of ours says a flag only where somebody set it.
    LineSaysSetFlags,
    /// A bare `TEL` does not take a number back into use.
    BareTelSaysNothing,
    /// A line that says "in use" is read where the line before it was dropped.
    SaysInUseAnew,
    /// A field in conflict was edited, though it goes out as theirs.
    ConflictIsEdit,
    /// Two details that become the same are one.
    SameIsOne,
    /// Details are paired by id or label, not by value alone.
    PairDetails,
    /// Details are paired by the id in a line of ours.
    PairById,
    /// Details are paired by their label.
    PairByLabel,
    /// Which detail is preferred is one field of the contact.
    PreferredIsOneField,
    /// Who took a change back while its outcome was unknown has changed it.
    TakenBackIsChange,
    /// What comes back has the flags that it had.
    FlagsComeBack,
    /// All that we changed has to be seen, before what is there counts as ours.
    AllProves,
    /// What a run made is undone where it made it.
    #[cfg(test)]
    UndoneWhereMade,
    /// What was sent is asked in the merge after a kill.
    SentIsAsked,
    /// A flag that a line says is taken where a card joins a contact.
    FlagsAtJoin,
    /// A card is known by the name of its file.
    #[cfg(test)]
    KnownByFileName,
    /// Flags that were agreed with another remote count.
    AgreedElsewhere,
    /// What was decided and is undone is in conflict again.
    #[cfg(test)]
    UndoneIsOpen,
    /// The links of a run that was taken back are dropped where it is to be a first sync again.
    #[cfg(test)]
    DropUndoneLinks,
    /// A restored book has no links.
    #[cfg(test)]
    RestoreDropsLinks,
    /// What is kept from going out does not go out.
    #[cfg(test)]
    OnlyIsObeyed,
}

#[cfg(test)]
impl Rule {
    /// Every rule.
    pub(super) const ALL: [Self; 34] = [
        Self::LookAtIntents,
        Self::MissingLineSaysNothing,
        Self::MissingIsNotTakenOut,
        Self::TwoBases,
        Self::KnownAgain,
        Self::HistoricStaysHere,
        Self::Guard,
        Self::OursStays,
        Self::SentIsOurChange,
        Self::TokenAfterCards,
        Self::SentOnceMore,
        Self::Wording,
        Self::TwinsStay,
        Self::LineSaysSetFlags,
        Self::BareTelSaysNothing,
        Self::SaysInUseAnew,
        Self::ConflictIsEdit,
        Self::SameIsOne,
        Self::PairDetails,
        Self::PairById,
        Self::PairByLabel,
        Self::PreferredIsOneField,
        Self::TakenBackIsChange,
        Self::FlagsComeBack,
        Self::AllProves,
        Self::UndoneWhereMade,
        Self::SentIsAsked,
        Self::FlagsAtJoin,
        Self::KnownByFileName,
        Self::AgreedElsewhere,
        Self::UndoneIsOpen,
        Self::DropUndoneLinks,
        Self::RestoreDropsLinks,
        Self::OnlyIsObeyed,
    ];
}

#[cfg(test)]
std::thread_local! {
    static BROKEN: std::cell::Cell<Option<Rule>> = const { std::cell::Cell::new(None) };
}

/// Takes a rule out for this thread, or puts all back.
#[cfg(test)]
pub(super) fn break_rule(rule: Option<Rule>) {
    BROKEN.with(|broken| broken.set(rule));
}

/// Whether a rule holds: always, but in the tests that take it out.
#[cfg(not(test))]
pub(super) const fn holds(_: Rule) -> bool {
    true
}

/// Whether a rule holds.
#[cfg(test)]
pub(super) fn holds(rule: Rule) -> bool {
    BROKEN.with(std::cell::Cell::get) != Some(rule)
}
