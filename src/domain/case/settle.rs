//! Where a case belongs after every command: the evidence decides, and nothing else.

use serde_json::Value;

use super::super::audit::{details, timestamp};
use super::super::notice::Notice;
use super::super::risk::together;
use super::apply::Step;
use super::assess::{PathAssessment, Stage, assess, begun};
use super::owner::lets_owner_in;
use super::{Facts, State, Wait};

impl Step {
    /// Moves a case under review to where its evidence puts it at this moment.
    pub(super) fn settle(&mut self, facts: &Facts<'_>) {
        if self.case.state == State::Deactivated && self.before != State::Deactivated {
            self.case.expires_at = self.now + facts.policy.close_after;
        }
        if !self.case.state.is_under_review() {
            return;
        }
        self.remember_risk(facts);
        let (stage, path, wait) = {
            let assessment = assess(&self.case, facts, self.now);
            let best = assessment.best();
            let wait = best.filter(|best| best.stage == Stage::Wait).map(|best| self.wait_for(best, facts));
            let path = best.map(|best| best.path.name.clone()).unwrap_or_default();
            let stage = best.map_or(Stage::Evidence, |best| best.stage);
            // Approvals and waits begin once the owner has handed the case over.
            let alone = self.case.with_owner && !lets_owner_in(&self.case, facts, self.now);
            (if alone { Stage::Evidence } else { stage }, path, wait)
        };
        match (stage, wait) {
            (Stage::Evidence, _) => self.back_to_verifying(facts),
            (Stage::Approval, _) if self.case.state != State::AwaitingApproval => {
                // What the wait kept alive may have lapsed with it.
                if self.case.wait.take().is_some() {
                    return self.settle(facts);
                }
                self.drop_void_approvals(facts);
                self.enter(State::AwaitingApproval);
                self.record("case.awaiting_approval", details([("path", path.into())]));
                self.notices.push(Notice::AwaitingApproval);
            }
            (Stage::Wait, Some(wait))
                if self.case.state != State::CoolingOff
                    || self
                        .case
                        .wait
                        .as_ref()
                        .is_none_or(|begun| (&begun.path, begun.started_at) != (&wait.path, wait.started_at)) =>
            {
                let ends_at = wait.ends_at;
                let about = details([("path", wait.path.clone().into()), ("ends_at", timestamp(ends_at).into())]);
                self.record("case.cooling_off", about);
                self.rest_for(wait);
                self.enter(State::CoolingOff);
                self.notices.push(Notice::CoolingOff { ends_at });
            }
            // A signal that fires later lengthens the wait that has begun; nothing shortens it.
            (Stage::Wait, Some(wait)) if self.case.wait.as_ref() != Some(&wait) => {
                let ends_at = wait.ends_at;
                self.record("case.cooling_off_lengthened", details([("ends_at", timestamp(ends_at).into())]));
                self.rest_for(wait);
                self.notices.push(Notice::CoolingOff { ends_at });
            }
            (Stage::Ready, _) if self.case.state != State::Ready => {
                self.enter(State::Ready);
                self.record("case.ready", details([("path", path.into())]));
                if !self.case.with_owner {
                    self.notices.push(Notice::Ready);
                }
            }
            _ => {}
        }
    }

    /// What signals add is kept, so that one that fires no more takes nothing back.
    fn remember_risk(&mut self, facts: &Facts<'_>) {
        let raised = self.case.raised.at_least(together(facts.raised));
        if raised == self.case.raised {
            return;
        }
        self.case.raised = raised;
        let signals: Vec<Value> = facts.raised.iter().map(|raised| raised.signal.code().into()).collect();
        self.record(
            "case.risk_raised",
            details([
                ("signals", signals.into()),
                ("wait_minutes", raised.wait.num_minutes().into()),
                ("approvals", raised.approvals.into()),
            ]),
        );
    }

    /// A case does not expire while it waits, nor before it could be carried out.
    fn rest_for(&mut self, wait: Wait) {
        self.case.expires_at = self.case.expires_at.max(wait.usable_until);
        self.case.wait = Some(wait);
    }

    /// The cooling-off of a path that waits: the one that has begun, as long as is needed by now, or a new one.
    fn wait_for(&self, best: &PathAssessment<'_>, facts: &Facts<'_>) -> Wait {
        let begun = begun(&self.case, best.path, &best.groups);
        let mut wait = begun.cloned().unwrap_or_else(|| Wait {
            path: best.path.name.clone(),
            started_at: self.now,
            ends_at: self.now,
            usable_until: self.now,
            reminded: false,
            evidence: best.groups.iter().filter_map(|group| group.met_by).map(|evidence| evidence.id).collect(),
        });
        wait.ends_at = wait.ends_at.max(wait.started_at + best.cooling_off);
        wait.usable_until = wait.usable_until.max(wait.ends_at + facts.policy.ready_window);
        wait
    }

    fn back_to_verifying(&mut self, facts: &Facts<'_>) {
        if self.case.state == State::Verifying {
            return;
        }
        let missing: Vec<Value> = {
            let assessment = assess(&self.case, facts, self.now);
            let unmet = |best: &PathAssessment<'_>| {
                let groups = best.groups.iter().filter(|group| group.met_by.is_none());
                groups.flat_map(|group| group.alternatives).map(|kind| kind.code().into()).collect()
            };
            assessment.best().map(unmet).unwrap_or_default()
        };
        let from = self.case.state;
        self.case.wait = None;
        self.case.approvals.clear();
        self.case.approved = None;
        self.case.asked = None;
        self.enter(State::Verifying);
        self.record("case.evidence_lapsed", details([("from", from.code().into()), ("missing", missing.into())]));
        if !self.case.with_owner {
            self.notices.push(Notice::EvidenceExpired);
        }
    }
}
