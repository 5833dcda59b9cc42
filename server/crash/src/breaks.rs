//! Bugs on purpose: each breaks an invariant, and the check must say so. A check that can't fail proves nothing.

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Bug {
    /// Approvals vanish: removed without one (I1).
    ForgetApprovals,
    /// A removal takes a neighbour of the same mailbox with it (I2).
    RemoveMore,
    /// The vault says it keeps the copy and doesn't (I3).
    ForgetVault,
    /// What goes back has lost its flags (I3).
    ForgetFlags,
    /// A replacement is reported as put and isn't there (I6).
    LosePut,
    /// Some removals leave no entry (I4, I9).
    ForgetEntries,
    /// A removal is carried out long after it was asked for (I5).
    RemoveLate,
    /// Corrections leave twice (I6).
    SendTwice,
    /// A target is settled once more, otherwise (I7).
    SettleTwice,
    /// The directory forgets legal holds (I8).
    ForgetHolds,
    /// The answer to a repeated request names another case (I10).
    AnswerWrongly,
}
