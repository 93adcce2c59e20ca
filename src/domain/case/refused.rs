use super::super::actor::Role;
use super::State;

/// Which rule refused a command, in words that an agent can act on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The case is over.
    #[error("This case is over ({}). A new request has to be made.", .0.label())]
    Over(State),
    /// The case is in the wrong state for it.
    #[error("This is not possible while the case is “{}”.", .0.label())]
    WrongState(State),
    /// The case is frozen.
    #[error(
        "Someone at an address of record said that this request was not theirs. Only a supervisor can end the dispute."
    )]
    Disputed,
    /// The actor's role does not allow it.
    #[error("Your role does not allow this.")]
    Role(Option<Role>),
    /// The agent is suspended.
    #[error("Your access to the desk is suspended.")]
    Suspended,
    /// No account was found for the form.
    #[error("No account matches this request, so nothing can be checked or deactivated.")]
    NoAccount,
    /// The account is switched off in the directory.
    #[error("The account is suspended in the directory. It has to be restored there first.")]
    AccountSuspended,
    /// Whoever is to hold it cannot.
    #[error("This person cannot hold cases. Choose someone who works cases and is not suspended.")]
    UnfitHolder,
    /// Another agent works on it.
    #[error("Another agent holds this case. A supervisor can reassign it.")]
    HeldByAnother,
    /// Only the holder may do it.
    #[error("Claim the case first: only its holder can do this.")]
    NotHolder,
    /// The one who approved may not also carry it out.
    #[error("You approved this case, so another agent has to hold it and carry it out.")]
    ApproverCannotHold,
    /// The holder may not approve.
    #[error("You hold this case, so another agent has to approve it.")]
    HolderCannotApprove,
    /// An evidence giver may not approve.
    #[error("You supplied evidence in this case, so another agent has to approve it.")]
    GiverCannotApprove,
    /// Whoever asked for the approval may not give it.
    #[error("You asked for this approval, or let the case go on after a dispute, so another agent has to give it.")]
    AskerCannotApprove,
    /// They, or somebody who has a part in the case, came here lately by the other or by the same colleague.
    #[error(
        "Less than 24 hours ago you or somebody who has a part in this case was added, promoted or restored by the other, or both by the same colleague. So somebody else has to approve."
    )]
    MayBeParty,
    /// An approval is for certain authenticators.
    #[error("Other authenticators of this account were approved than these.")]
    OtherAuthenticator,
    /// The case has switched it off.
    #[error("This case has deactivated one of these already. Choose from the rest.")]
    DoneAlready,
    /// Nothing was switched off, so there is no rest to leave.
    #[error("Nothing has been deactivated in this case yet.")]
    NothingDone,
    /// An end that says that nothing was done.
    #[error("Something was deactivated in this case already. Say that the rest stays as it is.")]
    PartDone,
    /// Whoever had a part in a case may not let it go on.
    #[error("You had a part in this case, so another supervisor has to let it go on.")]
    OwnDispute,
    /// Nobody frees themself.
    #[error("This block is your own. Another supervisor has to lift it.")]
    OwnBlock,
    /// Nobody works on what concerns their own sign-in.
    #[error("This case is about your own account. A colleague has to work on it.")]
    OwnAccount,
    /// A colleague's device is approved by a supervisor.
    #[error("This case is about a colleague’s account, so a supervisor has to approve it.")]
    NeedsSupervisor,
    /// One approval each.
    #[error("You have approved this case already.")]
    AlreadyApproved,
    /// The evidence does not satisfy any path.
    #[error("The policy is not satisfied. Still missing: {0}.")]
    PolicyNotMet(String),
    /// The waiting time runs.
    #[error("The cooling-off has not ended yet.")]
    CoolingOff,
    /// The authenticator is not an active one of this account.
    #[error("This authenticator is not an active one of the account.")]
    NoSuchAuthenticator,
    /// A meeting from before the case is about something else.
    #[error("The person was met before this case was opened. They have to be met about this case.")]
    MetBefore,
    /// The owner has not asked the desk.
    #[error("The owner is helping themself with this case, and has not asked the desk for help with it.")]
    WithOwner,
    /// The desk has it.
    #[error("The desk has this case. It goes on there.")]
    WithDesk,
    /// The two cases have nothing to do with each other.
    #[error("These are not two cases of one account, so neither is a duplicate of the other.")]
    NoDuplicate,
    /// The case that is to be kept cannot take the place of another.
    #[error("The case that is to be kept does not go on: it is over, frozen, deactivated or in its owner's hands.")]
    KeptIsOver,
    /// Evidence of this kind cannot be recorded this way.
    #[error("This check has to be made by another way.")]
    WrongCheck,
}

impl Refused {
    /// The stable word the audit log keeps.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Over(_) => "over",
            Self::WrongState(_) => "wrong_state",
            Self::Disputed => "disputed",
            Self::Role(_) => "role",
            Self::Suspended => "suspended",
            Self::NoAccount => "no_account",
            Self::AccountSuspended => "account_suspended",
            Self::UnfitHolder => "unfit_holder",
            Self::HeldByAnother => "held_by_another",
            Self::NotHolder => "not_holder",
            Self::ApproverCannotHold => "approver_cannot_hold",
            Self::HolderCannotApprove => "holder_cannot_approve",
            Self::GiverCannotApprove => "giver_cannot_approve",
            Self::AskerCannotApprove => "asker_cannot_approve",
            Self::MayBeParty => "may_be_party",
            Self::OtherAuthenticator => "other_authenticator",
            Self::DoneAlready => "done_already",
            Self::NothingDone => "nothing_done",
            Self::PartDone => "part_done",
            Self::OwnDispute => "own_dispute",
            Self::OwnBlock => "own_block",
            Self::OwnAccount => "own_account",
            Self::NeedsSupervisor => "needs_supervisor",
            Self::AlreadyApproved => "already_approved",
            Self::PolicyNotMet(_) => "policy_not_met",
            Self::CoolingOff => "cooling_off",
            Self::NoSuchAuthenticator => "no_such_authenticator",
            Self::MetBefore => "met_before",
            Self::WithOwner => "with_owner",
            Self::WithDesk => "with_desk",
            Self::NoDuplicate => "no_duplicate",
            Self::KeptIsOver => "kept_is_over",
            Self::WrongCheck => "wrong_check",
        }
    }
}
