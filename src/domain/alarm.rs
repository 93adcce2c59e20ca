//! What supervisors are told of at once, by mail and on every page of the desk.

use super::words::coded;

coded! {
    /// Why supervisors are alarmed.
    pub enum AlarmKind {
        /// "This wasn't me", in time.
        Disputed = "disputed", "Someone says: this wasn’t me";
        /// "This wasn't me", when the device was off already or the case over.
        DisputedAfterEnd = "disputed_after_end", "Someone says: this wasn’t me, after the end";
        /// Too many wrong telephone codes in a row.
        CodesBlocked = "codes_blocked", "Too many wrong phone codes in a row";
        /// At an old address, somebody says that a change of a contact was not theirs.
        ContactDisputed = "contact_disputed", "Someone says: this change of my address wasn’t me";
        /// A system refused a telephone number that was approved and held.
        PhoneNotUpdated = "phone_not_updated", "A directory refused a new phone number";
        /// Nobody at the desk replied to a customer in time.
        ReplyMissed = "reply_missed", "A first reply is overdue";
        /// The desk did not do in time what a case waits for.
        StepMissed = "step_missed", "A case waits for the desk too long";
        /// On the server, somebody's authenticators were deactivated by hand.
        GlassBroken = "glass_broken", "A colleague’s devices were deactivated on the server";
    }
}

impl AlarmKind {
    /// Those by which somebody says that it was not them.
    pub const OBJECTIONS: [Self; 3] = [Self::Disputed, Self::DisputedAfterEnd, Self::ContactDisputed];
}
