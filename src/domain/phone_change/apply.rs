use chrono::{DateTime, Utc};
use serde_json::Value;

use super::super::account::AccountStatus;
use super::super::actor::Actor;
use super::super::audit::{Details, details, timestamp};
use super::super::case::{self, Record, gave_evidence};
use super::super::contact::E164;
use super::super::ids::{AgentId, PhoneChangeId};
use super::super::notice::Notice;
use super::super::people::may_be_one;
use super::weigh::{hold_length, weigh};
use super::{
    Approval, Around, Command, Hold, Keeper, Moment, Ordered, PhoneChange, Refused, Requester, State, Told, Transition,
};

/// A new request for a change, weighed at once.
///
/// # Errors
/// [`Refused`] names the rule that forbids it.
pub fn request(
    id: PhoneChangeId,
    new: E164,
    actor: &Actor,
    now: DateTime<Utc>,
    around: &Around<'_>,
) -> Result<Transition, Refused> {
    may_act(actor, around)?;
    if around.case.state == case::State::Disputed {
        return Err(Refused::Disputed);
    }
    if !around.case.state.is_under_review() {
        return Err(Refused::CaseNotOpen);
    }
    let account = around.facts.account.ok_or(Refused::NoAccount)?;
    let requester = match actor {
        Actor::Customer => Requester::Customer,
        Actor::Agent { id, role, .. } if role.works_cases() => {
            if around.case.holder != Some(*id) {
                return Err(Refused::NotHolder);
            }
            Requester::Agent(*id)
        }
        Actor::Administrator { account: id } if account.administrators.contains(id) => Requester::Administrator(*id),
        _ => return Err(Refused::Role(actor.role())),
    };
    if account.status != AccountStatus::Active {
        return Err(Refused::AccountSuspended);
    }
    if around.phone == Some(&new) {
        return Err(Refused::SameNumber);
    }
    let change = PhoneChange {
        id,
        case: around.case.id,
        account: account.id,
        state: State::Requested,
        version: 0,
        old: around.phone.cloned(),
        new,
        requester,
        requested_at: now,
        approval: None,
        hold: None,
        order: None,
        frozen_from: None,
        state_since: now,
    };
    let mut step = Step::new(&change, now);
    step.record("phone_change.requested", details([("by", requester.code().into())]));
    // An administrator's change is held at once, and the first notice says so.
    if requester.administrator().is_none() {
        let told = step.told();
        step.notices.push(Notice::PhoneChangeRequested(told));
    }
    step.settle(around);
    Ok(step.finish())
}

/// What `command` by `actor` at `now` leads to.
///
/// # Errors
/// [`Refused`] names the rule that forbids it; the change is then unchanged.
pub fn apply(
    change: &PhoneChange,
    command: Command,
    actor: &Actor,
    now: DateTime<Utc>,
    around: &Around<'_>,
) -> Result<Transition, Refused> {
    may_act(actor, around)?;
    let mut step = Step::new(change, now);
    let by_itself = matches!(command, Command::Tick | Command::Weigh);
    if command == Command::Confirm {
        if *actor != Actor::System {
            return Err(Refused::Role(actor.role()));
        }
        step.take_effect();
        return Ok(step.finish());
    }
    if change.state.is_final() {
        return if by_itself { Ok(step.finish()) } else { Err(Refused::Over(change.state)) };
    }
    match command {
        Command::Approve => step.approve(actor, around)?,
        Command::Refuse => {
            worker(actor)?;
            step.not_frozen()?;
            step.end(State::Refused, "phone_change.refused", Details::new());
            let told = step.told();
            step.notices.push(Notice::PhoneChangeRefused(told));
        }
        Command::Withdraw => {
            step.withdraws(actor)?;
            step.not_frozen()?;
            step.end(State::Withdrawn, "phone_change.withdrawn", Details::new());
            let told = step.told();
            step.notices.push(Notice::PhoneChangeEnded(told));
        }
        Command::Freeze => step.freeze(),
        Command::Stop => step.stop("objection"),
        Command::EndDispute { resume } => step.end_dispute(actor, resume, around)?,
        Command::OrderAgain => {
            worker(actor)?;
            step.not_frozen()?;
            if !change.order.as_ref().is_some_and(|order| order.given_up) {
                return Err(Refused::WrongState(change.state));
            }
            step.order("phone_change.ordered_again");
        }
        Command::Weigh | Command::Confirm => {}
        Command::Tick => {
            if *actor != Actor::System {
                return Err(Refused::Role(actor.role()));
            }
        }
    }
    step.settle(around);
    if command == Command::Tick {
        step.tick(around.keeper);
    }
    Ok(step.finish())
}

/// When time alone may next change the change, for the worker's timers. That moment can be over: what happens to the case
/// in between does not take the timer away.
pub fn due_at(change: &PhoneChange, around: &Around<'_>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let mut moments = Vec::new();
    match (change.state, &change.hold) {
        (State::AwaitingApproval, _) => {
            let weighed = weigh(change, around, now);
            let lapses = weighed.groups.iter().filter_map(|group| group.by.and_then(|(_, until)| until));
            moments.extend(lapses.filter(|moment| *moment > now));
        }
        // From here on the order is what moves it.
        (State::Held, _) if change.order.is_some() => {}
        (State::Held, Some(hold)) => {
            moments.push(hold.ends_at);
            // What is overdue stays due until it has happened.
            moments.extend(Some(hold).filter(|hold| !hold.reminded && now < hold.ends_at).map(Hold::half_way));
        }
        _ => {}
    }
    moments.into_iter().min()
}

struct Step {
    change: PhoneChange,
    now: DateTime<Utc>,
    records: Vec<Record>,
    notices: Vec<Notice>,
    tell: Vec<Moment>,
    order: bool,
}

/// Nobody acts who is suspended, or on what concerns their own account.
fn may_act(actor: &Actor, around: &Around<'_>) -> Result<(), Refused> {
    let Some(agent) = actor.agent() else { return Ok(()) };
    if around.facts.suspended.contains(&agent) {
        return Err(Refused::Suspended);
    }
    if around.case.is_about(agent) {
        return Err(Refused::OwnAccount);
    }
    Ok(())
}

fn worker(actor: &Actor) -> Result<AgentId, Refused> {
    match actor {
        Actor::Agent { id, role, .. } if role.works_cases() => Ok(*id),
        _ => Err(Refused::Role(actor.role())),
    }
}

/// Whether `agent` is at `now` someone else than those who had a part in a change.
///
/// # Errors
/// [`Refused`] names the part that they had.
pub fn may_approve(
    change: &PhoneChange,
    case: &case::Case,
    agent: AgentId,
    facts: &case::Facts<'_>,
    now: DateTime<Utc>,
) -> Result<(), Refused> {
    if case.is_about(agent) {
        return Err(Refused::OwnAccount);
    }
    if !facts.may_vouch(agent) {
        return Err(Refused::NeedsSupervisor);
    }
    if case.holder == Some(agent) {
        return Err(Refused::HolderCannotApprove);
    }
    if gave_evidence(agent, case) {
        return Err(Refused::GiverCannotApprove);
    }
    if change.requester.agent() == Some(agent) || case.barred.contains(&agent) {
        return Err(Refused::AskerCannotApprove);
    }
    let asker = change.requester.agent();
    if facts.may_be_party(agent, case, now)
        || asker.is_some_and(|asker| may_be_one(asker, agent, facts.appointments, now))
    {
        return Err(Refused::MayBeParty);
    }
    Ok(())
}

impl Step {
    fn new(change: &PhoneChange, now: DateTime<Utc>) -> Self {
        let (records, notices, tell) = (Vec::new(), Vec::new(), Vec::new());
        Self { change: change.clone(), now, records, notices, tell, order: false }
    }

    fn finish(mut self) -> Transition {
        if !self.records.is_empty() {
            self.change.version += 1;
        }
        // What moved on since is not ordered.
        let order = self.order && self.change.state == State::Held;
        Transition { change: self.change, records: self.records, notices: self.notices, tell: self.tell, order }
    }

    fn record(&mut self, action: &'static str, mut about: Details) {
        about.insert("phone_change".to_owned(), self.change.id.to_string().into());
        self.records.push(Record { action, details: about });
    }

    fn told(&self) -> Told {
        Told { old: self.change.old.as_ref().map(E164::masked), new: self.change.new.masked() }
    }

    fn enter(&mut self, state: State) {
        self.change.state = state;
        self.change.state_since = self.now;
    }

    fn end(&mut self, state: State, action: &'static str, about: Details) {
        self.enter(state);
        self.change.hold = None;
        self.change.order = None;
        self.change.frozen_from = None;
        self.record(action, about);
    }

    fn stop(&mut self, why: &'static str) {
        self.end(State::Stopped, "phone_change.stopped", details([("why", why.into())]));
    }

    fn not_frozen(&self) -> Result<(), Refused> {
        if self.change.state == State::Frozen { Err(Refused::Disputed) } else { Ok(()) }
    }

    fn freeze(&mut self) {
        if self.change.state == State::Frozen {
            return;
        }
        let from = self.change.state;
        self.change.frozen_from = Some(from);
        self.change.approval = None;
        self.change.hold = None;
        self.change.order = None;
        self.enter(State::Frozen);
        self.record("phone_change.frozen", details([("from", from.code().into())]));
    }

    fn withdraws(&self, actor: &Actor) -> Result<(), Refused> {
        let own = match actor {
            Actor::Customer => true,
            Actor::Administrator { account } => self.change.requester == Requester::Administrator(*account),
            _ => false,
        };
        if own { Ok(()) } else { Err(Refused::Role(actor.role())) }
    }

    fn approve(&mut self, actor: &Actor, around: &Around<'_>) -> Result<(), Refused> {
        let agent = worker(actor)?;
        self.not_frozen()?;
        if around.case.state == case::State::Disputed {
            return Err(Refused::Disputed);
        }
        if self.change.state == State::Requested {
            return Err(Refused::EvidenceMissing(weigh(&self.change, around, self.now).missing().join(", ")));
        }
        if self.change.state != State::AwaitingApproval {
            return Err(Refused::WrongState(self.change.state));
        }
        may_approve(&self.change, around.case, agent, around.facts, self.now)?;
        let weighed = weigh(&self.change, around, self.now);
        if !weighed.permitted {
            return Err(Refused::AccountSuspended);
        }
        if !weighed.is_proved() {
            return Err(Refused::EvidenceMissing(weighed.missing().join(", ")));
        }
        self.change.approval = Some(Approval { agent, at: self.now });
        let seen: Vec<Value> =
            weighed.groups.iter().filter_map(|met| met.evidence).map(|id| id.to_string().into()).collect();
        self.record("phone_change.approved", details([("evidence", seen.into())]));
        Ok(())
    }

    fn end_dispute(&mut self, actor: &Actor, resume: bool, around: &Around<'_>) -> Result<(), Refused> {
        if !actor.role().is_some_and(|role| role.supervises()) {
            return Err(Refused::Role(actor.role()));
        }
        if self.change.state != State::Frozen {
            return Err(Refused::WrongState(self.change.state));
        }
        // Where the device was off already, the case goes on without being proved anew; the change may not.
        if !resume || !around.case.state.is_under_review() && around.case.state != case::State::Submitted {
            self.stop("dispute");
            return Ok(());
        }
        self.change.frozen_from = None;
        self.enter(State::Requested);
        self.record("phone_change.resumed", Details::new());
        Ok(())
    }

    /// Moves the change to where its case, its evidence and its approval put it at this moment.
    fn settle(&mut self, around: &Around<'_>) {
        if self.change.state.is_final() {
            return;
        }
        match around.case.state {
            case::State::Disputed => return self.freeze(),
            case::State::Rejected => return self.stop("case_rejected"),
            case::State::Withdrawn => return self.end(State::Withdrawn, "phone_change.withdrawn", Details::new()),
            case::State::Expired => return self.end(State::Expired, "phone_change.expired", Details::new()),
            // Nothing that was asked for in a duplicate goes on without it.
            case::State::Closed if !around.case.is_closed_as_done() => return self.stop_telling("case_merged"),
            _ => {}
        }
        if self.change.state == State::Frozen {
            // Frozen by a dispute of another case, in one that is over: nobody could let it go on.
            if around.case.state == case::State::Closed {
                self.stop("dispute");
            }
            return;
        }
        // The new number can be seen before its order is known to be carried out.
        let carried_out = self.change.order.is_some() && around.phone == Some(&self.change.new);
        if around.phone != self.change.old.as_ref() && !carried_out {
            return self.stop_telling("number_changed");
        }
        let weighed = weigh(&self.change, around, self.now);
        if !weighed.permitted && self.change.requester.administrator().is_some() {
            return self.stop_telling("administrator");
        }
        // What a suspended agent asked for is as void as what they gave.
        let requester = self.change.requester.agent();
        if requester.is_some_and(|agent| around.facts.is_void(agent, self.change.requested_at)) {
            return self.stop_telling("requester");
        }
        if !weighed.is_proved() {
            self.back_to(State::Requested);
        } else if !weighed.approved {
            self.back_to(State::AwaitingApproval);
            // Without its hold the change is proved only by what counts by itself.
            if !weigh(&self.change, around, self.now).is_proved() {
                self.back_to(State::Requested);
            }
        } else {
            self.hold(around);
        }
        // In a case that is closed nobody can prove anything any more.
        if around.case.state == case::State::Closed && self.change.state != State::Held {
            self.end(State::Expired, "phone_change.expired", Details::new());
            let told = self.told();
            self.notices.push(Notice::PhoneChangeEnded(told));
        }
    }

    fn stop_telling(&mut self, why: &'static str) {
        self.stop(why);
        let told = self.told();
        self.notices.push(Notice::PhoneChangeEnded(told));
    }

    fn back_to(&mut self, state: State) {
        let from = self.change.state;
        if from == state {
            return;
        }
        self.change.hold = None;
        self.change.order = None;
        self.change.approval = None;
        self.enter(state);
        let about = details([("from", from.code().into())]);
        match (state, from) {
            (State::AwaitingApproval, State::Requested) => {
                self.record("phone_change.awaiting_approval", Details::new());
            }
            (State::AwaitingApproval, _) => self.record("phone_change.approval_voided", about),
            _ => {
                self.record("phone_change.evidence_lapsed", about);
                let told = self.told();
                self.notices.push(Notice::PhoneChangeRequested(told));
            }
        }
    }

    /// Begins the hold, or lengthens the one that has begun; nothing shortens it.
    fn hold(&mut self, around: &Around<'_>) {
        let length = hold_length(around);
        let begun = self.change.hold.clone().filter(|_| self.change.state == State::Held);
        let begins = begun.is_none();
        let mut hold = begun.unwrap_or(Hold { started_at: self.now, ends_at: self.now + length, reminded: false });
        let ends_at = hold.ends_at.max(hold.started_at + length);
        if !begins && ends_at == hold.ends_at {
            return;
        }
        hold.ends_at = ends_at;
        self.change.hold = Some(hold);
        self.change.order = None;
        let about = details([("ends_at", timestamp(ends_at).into())]);
        let told = self.told();
        if begins {
            self.enter(State::Held);
            self.record("phone_change.held", about);
            self.tell.push(Moment::Start);
        } else {
            self.record("phone_change.hold_lengthened", about);
        }
        self.notices.push(Notice::PhoneChangeHeld { told, ends_at });
    }

    /// The number is the one of record, whatever stood in the way of it meanwhile.
    fn take_effect(&mut self) {
        if self.change.state == State::Effective {
            return;
        }
        let (from, told) = (self.change.state, self.told());
        self.change.order = None;
        self.change.frozen_from = None;
        self.enter(State::Effective);
        self.record("phone_change.effective", details([("from", from.code().into())]));
        self.notices.push(Notice::PhoneChangeEffective(told));
        self.tell.push(Moment::Effective);
    }

    fn order(&mut self, action: &'static str) {
        self.change.order = Some(Ordered { at: self.now, failure: None, given_up: false });
        self.order = true;
        self.record(action, Details::new());
    }

    fn tick(&mut self, keeper: Keeper) {
        if self.change.state != State::Held {
            return;
        }
        let (now, told) = (self.now, self.told());
        let Some(hold) = self.change.hold.as_mut() else { return };
        let ends_at = hold.ends_at;
        if ends_at <= now {
            match (keeper, &self.change.order) {
                (Keeper::Here, _) => self.take_effect(),
                (Keeper::Elsewhere, None) => self.order("phone_change.ordered"),
                (Keeper::Elsewhere, Some(_)) => {}
            }
        } else if !hold.reminded && hold.half_way() <= now {
            hold.reminded = true;
            self.record("phone_change.halfway", details([("ends_at", timestamp(ends_at).into())]));
            self.notices.push(Notice::PhoneChangeHalfway { told, ends_at });
            self.tell.push(Moment::HalfWay);
        }
    }
}
