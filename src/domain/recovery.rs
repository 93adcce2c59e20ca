//! What kept an owner from helping themself, as the desk is told it.

use super::words::coded;

coded! {
    /// The step that failed last.
    pub enum Setback {
        /// The verification mail was not confirmed.
        EmailNotReceived = "email_not_received", "The verification e-mail was not confirmed";
        /// The call did not lead to a code.
        CallNotAnswered = "call_not_answered", "The call to the phone of record was not answered";
        /// The digits of the call were wrong.
        WrongCodes = "wrong_codes", "Wrong digits were typed on the phone";
        /// Automated calls are not offered.
        NoCalls = "no_calls", "Automated calls are not offered";
        /// The account has no number.
        NoPhone = "no_phone", "The account has no phone of record";
        /// The number of record is out of date.
        PhoneOutdated = "phone_outdated", "The phone number of record is out of date";
        /// The device's codes did not put its clock right.
        DeviceCodes = "device_codes", "The codes of the device were not accepted";
        /// Everything was proved, and the policy asks for more than an owner alone can give.
        Policy = "policy", "Everything was proved, but the policy asks for more";
    }
}
