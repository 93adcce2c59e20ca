//! What each action of the log is to other systems: one table, in the order of its names.

use super::{Class, Meaning, Severity};

/// Activities of Entity Management (3004).
const CREATE: u8 = 1;
const READ: u8 = 2;
const UPDATE: u8 = 3;
const DELETE: u8 = 4;
/// Activities of Authentication (3002).
const LOGON: u8 = 1;
const LOGOFF: u8 = 2;
/// Activities of Account Change (3001).
const CREATED: u8 = 1;
const ENABLED: u8 = 2;
const PASSWORD_CHANGED: u8 = 3;
const PASSWORD_RESET: u8 = 4;
const DISABLED: u8 = 5;
const FACTOR_ENABLED: u8 = 10;
const FACTOR_DISABLED: u8 = 11;
/// Of every class: none of its own activities.
pub(super) const OTHER: u8 = 99;

const fn read() -> Meaning {
    Meaning::of(Class::EntityManagement, READ)
}

const fn create() -> Meaning {
    Meaning::of(Class::EntityManagement, CREATE)
}

const fn update() -> Meaning {
    Meaning::of(Class::EntityManagement, UPDATE)
}

const fn delete() -> Meaning {
    Meaning::of(Class::EntityManagement, DELETE)
}

const fn logon() -> Meaning {
    Meaning::of(Class::Authentication, LOGON)
}

/// A factor was given, and the sign-in is not over or was over before.
const fn step() -> Meaning {
    Meaning::of(Class::Authentication, OTHER)
}

const fn logoff() -> Meaning {
    Meaning::of(Class::Authentication, LOGOFF)
}

const fn change(activity: u8) -> Meaning {
    Meaning::of(Class::AccountChange, activity)
}

/// Every action that this version knows, in alphabetical order.
#[rustfmt::skip]
pub(super) const ACTIONS: &[(&str, Meaning)] = &[
    ("access.refused", read().failed()),
    ("account.administrator_added", change(OTHER)),
    ("account.device_resynchronised", change(OTHER)),
    ("account.found", read()),
    ("account.imported", create()),
    ("account.password_accepted", step()),
    ("account.read_anew", read()),
    ("account.recovery_refused", logon().failed()),
    ("account.session_ended", logoff()),
    ("account.sessions_ended", logoff()),
    ("account.sessions_not_ended", logoff().failed()),
    ("account.sign_in_refused", logon().failed()),
    ("account.signed_in", logon()),
    ("account.signed_out", logoff()),
    ("account.signed_out_everywhere", logoff()),
    ("account.stepped_up", step()),
    ("administrators.asked", update()),
    ("administrators.not_asked", update().failed()),
    ("administrators.written_to", update()),
    ("agent.added", change(CREATED).at(Severity::Low)),
    ("agent.case_refused", create().failed()),
    ("agent.change_refused", change(OTHER).failed()),
    ("agent.enrolment_link_mailed", change(OTHER)),
    ("agent.glass_broken", change(OTHER).at(Severity::High)),
    ("agent.link_sent", change(PASSWORD_RESET)),
    ("agent.password_accepted", step()),
    ("agent.password_changed", change(PASSWORD_CHANGED)),
    ("agent.password_link_asked", change(PASSWORD_RESET)),
    ("agent.password_link_decided", change(PASSWORD_RESET)),
    ("agent.phone_set", change(OTHER)),
    ("agent.restored", change(ENABLED).at(Severity::Low)),
    ("agent.role_changed", change(OTHER).at(Severity::Medium)),
    ("agent.session_ended", logoff()),
    ("agent.sessions_ended", logoff()),
    ("agent.sign_in_refused", logon().failed()),
    ("agent.signed_in", logon()),
    ("agent.signed_out", logoff()),
    ("agent.signed_out_everywhere", logoff()),
    ("agent.sso_linked", change(OTHER)),
    ("agent.stepped_up", step()),
    ("agent.suspended", change(DISABLED).at(Severity::Medium)),
    ("alarm.raised", create().at(Severity::High)),
    ("alarm.seen", read()),
    ("audit.exported", read()),
    ("audit.key_changed", update().at(Severity::Medium)),
    ("audit.manifest_made", read()),
    ("audit.proved", read()),
    ("audit.verified", read()),
    ("authenticator.activated", change(FACTOR_ENABLED)),
    ("authenticator.count_went_back", logon().failed().at(Severity::Medium)),
    ("authenticator.deactivated", change(FACTOR_DISABLED).at(Severity::Low)),
    ("authenticator.enrolled", change(FACTOR_ENABLED)),
    ("authenticator.enrolment_begun", change(OTHER)),
    ("authenticator.not_enrolled", change(FACTOR_ENABLED).failed()),
    ("authenticator.not_taken_back", change(FACTOR_DISABLED).failed()),
    ("authenticator.other_browser", change(FACTOR_ENABLED).failed()),
    ("authenticator.refused", change(OTHER).failed()),
    ("authenticator.renamed", change(OTHER)),
    ("backup.begun", read().at(Severity::Low)),
    ("block.began", create().at(Severity::Medium)),
    ("block.extended", update().at(Severity::Low)),
    ("block.lifted", delete().at(Severity::Low)),
    ("block.refused", update().failed()),
    ("call.asked_for", create()),
    ("call.not_placed", create().failed()),
    ("call.placed", create()),
    ("call.progress", update()),
    ("call.refused", create().failed()),
    ("call.unknown", update()),
    ("callback.code_shown", read()),
    ("callback.started", create()),
    ("case.account_matched", update()),
    ("case.approval_asked", update()),
    ("case.approval_refused", update().failed()),
    ("case.approved", update()),
    ("case.awaiting_approval", update()),
    ("case.bait_taken", update().at(Severity::Medium)),
    ("case.claimed", update()),
    ("case.closed", update()),
    ("case.closed_again", update()),
    ("case.cooling_off", update()),
    ("case.cooling_off_halfway", update()),
    ("case.cooling_off_lengthened", update()),
    ("case.deactivated", change(FACTOR_DISABLED).at(Severity::Low)),
    ("case.deactivating", update()),
    ("case.deactivation_failed", change(FACTOR_DISABLED).failed()),
    ("case.deactivation_unfinished", change(FACTOR_DISABLED).failed()),
    ("case.declined", update()),
    ("case.directory_unavailable", update().failed()),
    ("case.dispute_ended", update().at(Severity::Medium)),
    ("case.disputed", update().at(Severity::Medium)),
    ("case.disputed_after_end", update().at(Severity::Medium)),
    ("case.duplicate_merged", update()),
    ("case.evidence_lapsed", update()),
    ("case.expired", update()),
    ("case.frozen_with", update().at(Severity::Medium)),
    ("case.handed_over", update()),
    ("case.mail_received", create()),
    ("case.merged", update()),
    ("case.message_received", create()),
    ("case.message_sent", create()),
    ("case.new_device_seen", update()),
    ("case.note_added", create()),
    ("case.opened_by_colleague", create()),
    ("case.opened_by_owner", create()),
    ("case.opened_on_behalf", create()),
    ("case.owner_let_in", update()),
    ("case.page_opened", read()),
    ("case.ready", update()),
    ("case.reason_given", update()),
    ("case.reassigned", update()),
    ("case.refused", update().failed()),
    ("case.rejected", update()),
    ("case.released", update()),
    ("case.reply_missed", update()),
    ("case.reply_near", update()),
    ("case.rest_left", update()),
    ("case.revealed", read()),
    ("case.risk_raised", update().at(Severity::Low)),
    ("case.stale_form", update().failed()),
    ("case.step_missed", update()),
    ("case.step_near", update()),
    ("case.submitted", create()),
    ("case.submitted_again", update()),
    ("case.tagged", update()),
    ("case.unmatched", update()),
    ("case.untagged", update()),
    ("case.view_refused", read().failed()),
    ("case.viewed", read()),
    ("case.withdrawn", update()),
    ("case.withheld", update()),
    ("check.failed", update().failed()),
    ("check.passed", update()),
    ("check.refused", update().failed()),
    ("check.wrong_code", update().failed()),
    ("contact.added", create()),
    ("contact.disputed_after_end", update().at(Severity::Medium)),
    ("contact.effective", update()),
    ("contact.halfway", update()),
    ("contact.held", update()),
    ("contact.hold_begun", update()),
    ("contact.link_opened", read()),
    ("contact.link_refused", read().failed()),
    ("contact.replaced", update()),
    ("contact.stopped", update().at(Severity::Medium)),
    ("contact.taken_back", update()),
    ("contacts.imported", create()),
    ("demo.sown", create()),
    ("document.erased", delete()),
    ("document.examined", update()),
    ("document.mailed", create()),
    ("document.refused", create().failed()),
    ("document.uploaded", create()),
    ("document.viewed", read()),
    ("event.dead", update().failed()),
    ("event.redelivered", update()),
    ("hook.refused", update().failed()),
    ("link.asked_for", create()),
    ("link.opened", read()),
    ("link.refused", read().failed()),
    ("link.sent_again", create()),
    ("mail.attached", update()),
    ("mail.automatic", update()),
    ("mail.bounced", update()),
    ("mail.dead", update().failed()),
    ("mail.delayed", update()),
    ("mail.discarded", delete()),
    ("mail.failure_cleared", update()),
    ("mail.outdated", update()),
    ("mail.refused", update().failed()),
    ("mail.revived", update()),
    ("mail.sent", create()),
    ("mail.set_aside", update()),
    ("mail.too_large", update()),
    ("mail.too_many", update()),
    ("mail.unmatched", update()),
    ("mail.viewed", read()),
    ("mail.withheld", update()),
    ("meeting.recorded", create()),
    ("phone_change.approval_voided", update()),
    ("phone_change.approved", update()),
    ("phone_change.awaiting_approval", update()),
    ("phone_change.effective", change(OTHER)),
    ("phone_change.evidence_lapsed", update()),
    ("phone_change.expired", update()),
    ("phone_change.frozen", update().at(Severity::Medium)),
    ("phone_change.halfway", update()),
    ("phone_change.held", update()),
    ("phone_change.hold_lengthened", update()),
    ("phone_change.objected", update().at(Severity::Medium)),
    ("phone_change.order_failed", update().failed()),
    ("phone_change.order_refused", update().failed()),
    ("phone_change.ordered", update()),
    ("phone_change.ordered_again", update()),
    ("phone_change.refused", update().failed()),
    ("phone_change.requested", create()),
    ("phone_change.resumed", update()),
    ("phone_change.stopped", update().at(Severity::Medium)),
    ("phone_change.viewed", read()),
    ("phone_change.withdrawn", update()),
    ("policy.explained", read()),
    ("privacy.erased", delete().at(Severity::Low)),
    ("privacy.erasure_refused", delete().failed()),
    ("privacy.exported", read().at(Severity::Low)),
    ("privacy.hold_lifted", update()),
    ("privacy.hold_placed", update()),
    ("privacy.viewed", read()),
    ("recovery_codes.made", change(FACTOR_ENABLED)),
    ("reply.added", create()),
    ("reply.changed", update()),
    ("reply.removed", delete()),
    ("report.exported", read()),
    ("request.refused", update().failed()),
    ("request.viewed", read()),
    ("secrets.rotated", update().at(Severity::Medium)),
    ("tag.created", create()),
    ("tag.removed", delete()),
    ("text.not_sent", create().failed()),
    ("text.sent", create()),
    ("text.unknown", update()),
    ("token.issued", create().at(Severity::Low)),
    ("token.refused", logon().failed()),
    ("token.revoked", delete().at(Severity::Low)),
    ("view.removed", delete()),
    ("view.saved", create()),
];
