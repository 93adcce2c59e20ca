//! What customers are told where an act did not happen. The desk reads the rules' own words.

use crate::domain::authn::{Kept, LONGEST_NAME, MOST_AUTHENTICATORS};
use crate::domain::case::Refused;
use crate::domain::document::Unfit;
use crate::domain::phone_change;
use crate::locale::{Text, text};
use crate::workflow::Halt;

/// Why something was not done, as a customer is told it.
pub(crate) fn text_of(halt: &Halt) -> Text {
    match halt {
        Halt::NoSuchCase => text!("halt-no-such-case"),
        Halt::UnknownLink => text!("halt-unknown-link"),
        Halt::UsedLink => text!("halt-used-link"),
        Halt::ExpiredLink => text!("halt-expired-link"),
        Halt::Refused(refused) => text_of_refusal(refused),
        Halt::PhoneChange(refused) => text_of_change(refused),
        Halt::DeskLimit(_) => text!("halt-too-often"),
        Halt::TooOften(why) | Halt::NoCall(why) => why.clone(),
        Halt::Wrong(wrong) => Text::from(*wrong),
        Halt::NoChallenge => text!("halt-no-challenge"),
        Halt::WrongPassword => text!("halt-wrong-password"),
        Halt::UnreadableCode => text!("device-unreadable"),
        Halt::NotVerified => text!("halt-not-verified"),
        Halt::OtherAccount => text!("halt-other-account"),
        Halt::Decided => text!("halt-decided"),
        Halt::Kept(why) => text_of_kept(*why),
        Halt::SetUpAlready => text!("fresh-already"),
        Halt::BeingSetUp => text!("fresh-under-way"),
        Halt::NotSetUp => text!("fresh-failed"),
        Halt::Gone => text!("halt-gone"),
        Halt::BadDocument(unfit) => text_of_unfit(*unfit),
        Halt::TooManyDocuments(most) => text!("documents-too-many", count = *most),
        Halt::Stale { .. }
        | Halt::Unversioned
        | Halt::Erased(_)
        | Halt::ChangeMoved
        | Halt::NotShownYet
        | Halt::Overtaken { .. }
        | Halt::NotOpened
        | Halt::ByMail
        | Halt::WrongCode(_)
        | Halt::Directory(_)
        | Halt::BadText(_) => text!("halt-not-possible"),
    }
}

fn text_of_kept(why: Kept) -> Text {
    match why {
        Kept::NoName => text!("kept-no-name"),
        Kept::LongName => text!("kept-long-name", most = LONGEST_NAME),
        Kept::UnprintableName => text!("kept-unprintable-name"),
        Kept::TakenName => text!("kept-taken-name"),
        Kept::TooMany => text!("kept-too-many", most = MOST_AUTHENTICATORS),
        Kept::NotInARow => text!("kept-not-in-a-row"),
        Kept::NoPasskey => text!("kept-no-passkey"),
        Kept::Stopped => text!("kept-stopped"),
        Kept::LastOfStaff | Kept::NoDeviceYet => text!("halt-not-possible"),
    }
}

fn text_of_change(refused: &phone_change::Refused) -> Text {
    use phone_change::Refused;
    match refused {
        Refused::SameNumber => text!("refused-phone-same"),
        Refused::OpenAlready => text!("refused-phone-open"),
        Refused::DirectoryCannot => text!("refused-phone-directory"),
        Refused::Over(_) => text!("refused-phone-over"),
        Refused::Disputed => text!("refused-disputed"),
        Refused::NoAccount => text!("refused-no-account"),
        Refused::AccountSuspended => text!("refused-account-suspended"),
        _ => text!("halt-not-possible"),
    }
}

fn text_of_unfit(unfit: Unfit) -> Text {
    match unfit {
        Unfit::Empty => text!("documents-empty"),
        Unfit::Unknown => text!("documents-unknown"),
        Unfit::Damaged => text!("documents-damaged"),
        Unfit::Animated => text!("documents-animated"),
        Unfit::TooManyPixels => text!("documents-too-many-pixels"),
        Unfit::Encrypted => text!("documents-encrypted"),
        Unfit::Active => text!("documents-active"),
    }
}

fn text_of_refusal(refused: &Refused) -> Text {
    match refused {
        Refused::Over(_) => text!("refused-over"),
        Refused::Disputed => text!("refused-disputed"),
        Refused::NoAccount => text!("refused-no-account"),
        Refused::AccountSuspended => text!("refused-account-suspended"),
        Refused::CoolingOff => text!("refused-cooling-off"),
        _ => text!("halt-not-possible"),
    }
}
