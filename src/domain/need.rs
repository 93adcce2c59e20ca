//! What a customer is asked for. Mails and pages say it in the language of the case.

use super::words::coded;

coded! {
    /// One thing that the customer can still do.
    pub enum Need {
        /// Confirm the address of record.
        EmailLink = "email_link", "Confirm your email address: open the link we sent you and press its button.";
        /// Confirm the number of record by an automated call.
        CallMe = "call_me", "Confirm your phone number: open your case's page and press “Call me now”.";
        /// Confirm the number of record while an agent calls it.
        Callback = "callback", "Confirm your phone number: an agent will call it. Have your case's page open then.";
        /// Have an administrator of the account approve.
        Administrator = "administrator",
            "An administrator of your account has to approve: open your case's page and press “Ask my administrators”.";
        /// Use a saved recovery code.
        RecoveryCode = "recovery_code",
            "Use one of your saved recovery codes on your case's page. If you have none, write to us there.";
        /// A saved recovery code would do in place of what was said before.
        OrRecoveryCode = "or_recovery_code", "Or use a saved recovery code: open your case's page.";
        /// Upload an identity document.
        Document = "document",
            "Send us an identity document: open your case's page, choose a photo or a scan and press “Upload document”.";
        /// A document would do in place of what was said before.
        OrDocument = "or_document", "Or send us an identity document: open your case's page.";
        /// Meet somebody.
        InPerson = "in_person", "Meet one of our agents or a notary in person. We will write to you about how.";
        /// Nothing online: the desk writes.
        Desk = "desk", "The desk cannot finish this online. It will write to you about what else is needed.";
    }
}
