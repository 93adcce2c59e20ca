use super::super::actor::Role;
use super::State;

/// Which rule refused a command, in words that a person can act on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The change is over.
    #[error("This change of the phone number is over ({}).", .0.label())]
    Over(State),
    /// The change is in the wrong state for it.
    #[error("This is not possible while the change of the phone number is “{}”.", .0.label())]
    WrongState(State),
    /// The case is not one in which evidence is collected.
    #[error("A phone number can be changed only while the case is open and its e-mail address is confirmed.")]
    CaseNotOpen,
    /// The change is frozen.
    #[error("Someone at an address of record said that this was not them. Only a supervisor can end the dispute.")]
    Disputed,
    /// The actor's role does not allow it.
    #[error("Your role does not allow this.")]
    Role(Option<Role>),
    /// The agent is suspended.
    #[error("Your access to the desk is suspended.")]
    Suspended,
    /// No account belongs to the case.
    #[error("No account matches this request, so there is no phone number to change.")]
    NoAccount,
    /// The account is switched off in the directory.
    #[error("The account is suspended in the directory. It has to be restored there first.")]
    AccountSuspended,
    /// Only the holder may ask on the customer's behalf.
    #[error("Claim the case first: only its holder can do this.")]
    NotHolder,
    /// The holder may not approve.
    #[error("You hold this case, so another agent has to approve the change.")]
    HolderCannotApprove,
    /// An evidence giver may not approve.
    #[error("You supplied evidence in this case, so another agent has to approve the change.")]
    GiverCannotApprove,
    /// Whoever asked may not approve.
    #[error("You asked for this change, so another agent has to approve it.")]
    AskerCannotApprove,
    /// They, or somebody who has a part in it, came here lately by the other or by the same colleague.
    #[error(
        "Less than 24 hours ago you or somebody who has a part in this change was added, promoted or restored by the other, or both by the same colleague. So somebody else has to approve it."
    )]
    MayBeParty,
    /// Nobody works on what concerns their own sign-in.
    #[error("This case is about your own account. A colleague has to work on it.")]
    OwnAccount,
    /// A colleague's number is approved by a supervisor.
    #[error("This case is about a colleague’s account, so a supervisor has to approve the change.")]
    NeedsSupervisor,
    /// The evidence is not there.
    #[error("Evidence is missing: {0}.")]
    EvidenceMissing(String),
    /// The new number is the old one.
    #[error("This is the phone number that the account has already.")]
    SameNumber,
    /// Another change is under way.
    #[error("Another change of this account’s phone number is under way. It has to end first.")]
    OpenAlready,
    /// The directory keeps its numbers to itself.
    #[error("Phone numbers of this directory cannot be changed here.")]
    DirectoryCannot,
}

impl Refused {
    /// The stable word the audit log keeps.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Over(_) => "over",
            Self::WrongState(_) => "wrong_state",
            Self::CaseNotOpen => "case_not_open",
            Self::Disputed => "disputed",
            Self::Role(_) => "role",
            Self::Suspended => "suspended",
            Self::NoAccount => "no_account",
            Self::AccountSuspended => "account_suspended",
            Self::NotHolder => "not_holder",
            Self::HolderCannotApprove => "holder_cannot_approve",
            Self::GiverCannotApprove => "giver_cannot_approve",
            Self::OwnAccount => "own_account",
            Self::NeedsSupervisor => "needs_supervisor",
            Self::AskerCannotApprove => "asker_cannot_approve",
            Self::MayBeParty => "may_be_party",
            Self::EvidenceMissing(_) => "evidence_missing",
            Self::SameNumber => "same_number",
            Self::OpenAlready => "open_already",
            Self::DirectoryCannot => "directory_cannot",
        }
    }
}
