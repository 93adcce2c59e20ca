//! The types of events: the one list of them, which the interface for programs gives out and configurations are held to.

/// Every type, in the order of a case's life, with what happened.
pub const TYPES: &[(&str, &str)] = &[
    ("case.submitted", "A form came in"),
    ("case.opened_by_owner", "An owner began to help themself"),
    ("case.opened_by_colleague", "Somebody at the desk lost their own device"),
    ("case.opened_on_behalf", "An administrator of the account opened it for its owner"),
    ("case.account_matched", "Its account was found"),
    ("case.risk_raised", "A risk signal fired"),
    ("case.evidence_lapsed", "What was proved counts no more"),
    ("check.passed", "A check was passed"),
    ("check.failed", "A check failed"),
    ("case.claimed", "Somebody took it"),
    ("case.released", "Its holder gave it back"),
    ("case.reassigned", "A supervisor gave it to somebody"),
    ("case.owner_let_in", "Its owner was let in by other factors"),
    ("case.handed_over", "Its owner handed it over to the desk"),
    ("case.message_received", "The customer wrote"),
    ("case.mail_received", "A mail came in"),
    ("case.message_sent", "The desk wrote to the customer"),
    ("case.note_added", "Somebody added a note"),
    ("case.approval_asked", "A second approval was asked for"),
    ("case.awaiting_approval", "A second person has to decide"),
    ("case.approved", "A second person approved"),
    ("case.approval_refused", "A second person refused"),
    ("case.declined", "An administrator of the account declined"),
    ("case.cooling_off", "The cooling-off began"),
    ("case.cooling_off_halfway", "Half of the cooling-off is over"),
    ("case.cooling_off_lengthened", "The cooling-off takes longer"),
    ("case.ready", "An agent may deactivate"),
    ("case.deactivating", "The directory was given the order"),
    ("case.deactivated", "The directory confirmed one authenticator of the order"),
    ("case.deactivation_failed", "The directory failed at one authenticator of the order"),
    ("case.rest_left", "It ends with what was deactivated"),
    ("case.new_device_seen", "A new authenticator was seen"),
    ("case.disputed", "Somebody said that it was not them"),
    ("case.dispute_ended", "A supervisor ended the dispute"),
    ("case.closed", "It is over"),
    ("case.rejected", "The desk ended it"),
    ("case.withdrawn", "The customer ended it"),
    ("case.expired", "Its time ran out"),
    ("case.merged", "It ended as a duplicate of another"),
    ("case.duplicate_merged", "A duplicate of it ended"),
    ("phone_change.requested", "A new phone number was asked for"),
    ("phone_change.awaiting_approval", "A second person has to decide about the number"),
    ("phone_change.approved", "A second person approved the number"),
    ("phone_change.approval_voided", "The approval of the number counts no more"),
    ("phone_change.held", "The hold of the number began"),
    ("phone_change.hold_lengthened", "The hold of the number takes longer"),
    ("phone_change.halfway", "Half of the hold is over"),
    ("phone_change.ordered", "The directory was given the number"),
    ("phone_change.ordered_again", "The directory was given the number again"),
    ("phone_change.effective", "The number counts"),
    ("phone_change.evidence_lapsed", "What was proved for the number counts no more"),
    ("phone_change.frozen", "A dispute froze the change of the number"),
    ("phone_change.resumed", "The change of the number goes on"),
    ("phone_change.refused", "The number was refused"),
    ("phone_change.withdrawn", "The customer took the change of the number back"),
    ("phone_change.stopped", "The change of the number was stopped"),
    ("phone_change.expired", "The change of the number ran out of time"),
];

/// Whether there are events of this type.
pub fn is_type(kind: &str) -> bool {
    TYPES.iter().any(|(known, _)| *known == kind)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn what_operators_read_of_types_is_this_list() {
        let text = include_str!("../../docs/webhooks.md");
        let table = text.split("## Types").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap();
        let mut told = BTreeSet::new();
        for row in table.lines().filter(|line| line.starts_with("| `")) {
            let names = row.split('|').nth(1).unwrap().split('`').filter(|name| name.contains('.'));
            // `.held` stands for one that begins as the first of its row does.
            let mut beginning = "";
            for name in names {
                beginning = name.split('.').next().filter(|word| !word.is_empty()).unwrap_or(beginning);
                let end = name.rsplit('.').next().unwrap();
                assert!(told.insert(format!("{beginning}.{end}")), "{name} stands twice");
            }
        }
        let known: BTreeSet<String> = TYPES.iter().map(|(kind, _)| (*kind).to_owned()).collect();
        assert_eq!(told, known);
        assert_eq!(known.len(), TYPES.len());
    }
}
