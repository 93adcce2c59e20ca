//! The one thing to do next with a case, or who is waited for and until when.

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::domain::case::State;
use crate::store::cases::EntryKind;
use crate::web::guard::access::SignedInAgent;
use crate::web::page::moment;
use crate::workflow::{CaseFile, Kit};

/// Who the case waits for, in the panel's heading.
#[derive(Clone, Copy)]
enum Turn {
    Yours,
    Colleague,
    Customer,
    Directory,
    Time,
    Nobody,
}

impl Turn {
    const fn label(self) -> &'static str {
        match self {
            Self::Yours => "Your turn",
            Self::Colleague => "A colleague’s turn",
            Self::Customer => "Waiting for the customer",
            Self::Directory => "Waiting for the directory",
            Self::Time => "Waiting",
            Self::Nobody => "Nothing to do",
        }
    }
}

struct Step {
    turn: Turn,
    text: String,
    until: Option<DateTime<Utc>>,
    link: Option<(&'static str, &'static str)>,
}

impl Step {
    fn new(turn: Turn, text: impl Into<String>) -> Self {
        Self { turn, text: text.into(), until: None, link: None }
    }

    fn until(self, until: DateTime<Utc>) -> Self {
        Self { until: Some(until), ..self }
    }

    /// With a link to the part of the page, or the page below it, where it is done.
    fn at(self, place: &'static str, label: &'static str) -> Self {
        Self { link: Some((place, label)), ..self }
    }
}

/// The panel. `may` says which buttons are of use to whoever looks.
pub(super) fn panel(kit: &Kit, agent: &SignedInAgent, file: &CaseFile, may: &Value, now: DateTime<Utc>) -> Value {
    let step = step(kit, agent, file, may, now);
    let base = format!("/desk/cases/{}", file.filed.case.reference);
    let link = step.link.map(|(place, label)| {
        let url = if place.starts_with('#') { place.to_owned() } else { format!("{base}/{place}") };
        json!({ "url": url, "label": label })
    });
    json!({
        "yours": matches!(step.turn, Turn::Yours),
        "turn": step.turn.label(),
        "text": step.text,
        "until": step.until.map(moment),
        "link": link,
    })
}

/// Whether the last word of the talk is the customer's.
fn owes_answer(file: &CaseFile) -> bool {
    let last = file.entries.iter().rfind(|entry| entry.kind.is_talk());
    last.is_some_and(|entry| entry.kind == EntryKind::FromCustomer)
}

fn step(kit: &Kit, agent: &SignedInAgent, file: &CaseFile, may: &Value, now: DateTime<Utc>) -> Step {
    let (case, me) = (&file.filed.case, agent.session.agent.id);
    let can = |button: &str| may[button].as_bool().unwrap_or(false);
    let mine = case.holder == Some(me);
    let holder = case.holder.map(|id| file.agent_name(id));
    if case.state.is_final() {
        return Step::new(Turn::Nobody, "This case is over.");
    }
    if case.is_about(me) {
        return Step::new(Turn::Colleague, "This case is about your own account. A colleague has to work on it.");
    }
    if case.with_owner {
        return Step::new(Turn::Customer, "The owner is helping themself, and has not asked the desk.")
            .until(case.expires_at);
    }
    if case.state == State::Disputed {
        return match can("end_dispute") {
            true => Step::new(Turn::Yours, "Decide how the dispute ends.").at("#dispute-title", "End the dispute"),
            false => Step::new(Turn::Colleague, "A supervisor has to end the dispute."),
        };
    }
    if mine && can("message") && owes_answer(file) {
        return Step::new(Turn::Yours, "The customer wrote, and waits for an answer.").at("#write-title", "Answer");
    }
    match case.state {
        State::Submitted => submitted(file),
        State::Verifying => verifying(kit, file, can("claim"), mine, now),
        State::AwaitingApproval if can("approve") => {
            Step::new(Turn::Yours, "The evidence is complete. You can give the second approval.")
                .at("approve", "Look at what is approved")
        }
        State::AwaitingApproval if can("ask_approval") => {
            Step::new(Turn::Yours, "The evidence is complete. Ask for the approval, so that colleagues see it.")
                .at("#approval-title", "Ask for approval")
        }
        State::AwaitingApproval => Step::new(
            Turn::Colleague,
            match &case.asked {
                Some(asked) => format!(
                    "{} asked for a second approval. Somebody else has to give it.",
                    file.agent_name(asked.agent)
                ),
                None => "A second agent, who neither holds the case nor gave evidence, has to approve.".to_owned(),
            },
        ),
        State::CoolingOff => {
            let text = "Every address of record was told, and can stop it until the cooling-off ends.";
            Step { until: case.wait.as_ref().map(|wait| wait.ends_at), ..Step::new(Turn::Time, text) }
        }
        State::Ready => ready(file, holder, can("deactivate"), can("claim")),
        State::Deactivating => {
            let text = "The deactivation was ordered. The directory is asked until it is known what it did.";
            let again = file.unsettled.first().map(|unsettled| unsettled.next_at);
            Step { until: again, ..Step::new(Turn::Directory, text) }
        }
        State::Deactivated => {
            Step::new(Turn::Customer, "They sign in and activate a new device; then the case closes by itself.")
                .until(case.expires_at)
        }
        _ => Step::new(Turn::Nobody, "There is nothing to do."),
    }
}

fn submitted(file: &CaseFile) -> Step {
    let expires = file.filed.case.expires_at;
    match (file.account().is_some(), file.searching) {
        (true, _) => {
            Step::new(Turn::Customer, "They have to press the button behind the link in their mail.").until(expires)
        }
        (false, true) => Step::new(
            Turn::Directory,
            "It is not known yet which account this is about: the directory has not answered.",
        ),
        (false, false) => {
            Step::new(Turn::Nobody, "No account matches what was typed. The case expires by itself.").until(expires)
        }
    }
}

fn verifying(kit: &Kit, file: &CaseFile, may_claim: bool, mine: bool, now: DateTime<Utc>) -> Step {
    let case = &file.filed.case;
    if may_claim {
        return Step::new(Turn::Yours, "Nobody holds this case. Claim it to make checks with the customer.")
            .at("#main", "Claim stands at the top");
    }
    if mine && file.documents.iter().any(crate::workflow::OnFile::is_waiting) {
        return Step::new(Turn::Yours, "A document waits to be examined.").at("#documents-title", "Documents");
    }
    let assessment = file.assessment(kit, now);
    let missing = assessment.best().map(|best| best.missing().join("; ")).unwrap_or_default();
    let text = format!("Still missing on the closest path: {missing}.");
    match mine {
        true => Step::new(Turn::Customer, text).until(case.expires_at).at("#actions-title", "What you can do for them"),
        false => Step::new(Turn::Customer, text).until(case.expires_at),
    }
}

fn ready(file: &CaseFile, holder: Option<&str>, may_deactivate: bool, may_claim: bool) -> Step {
    let step = match (may_deactivate, may_claim, holder) {
        (true, ..) => Step::new(Turn::Yours, "Everything is there. Deactivate what was approved.")
            .at("#deactivate-title", "Deactivate"),
        (_, true, _) => Step::new(Turn::Yours, "Everything is there. Claim the case, then deactivate.")
            .at("#main", "Claim stands at the top"),
        (_, _, Some(holder)) => Step::new(Turn::Colleague, format!("Everything is there. {holder} can deactivate.")),
        (_, _, None) => {
            Step::new(Turn::Colleague, "Everything is there. An agent who did not approve has to claim the case.")
        }
    };
    match &file.filed.case.wait {
        Some(wait) => step.until(wait.usable_until),
        None => step,
    }
}
