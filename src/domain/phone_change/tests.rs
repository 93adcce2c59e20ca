use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use proptest::prelude::*;

use super::super::account::{AccountKind, AccountStatus, Tier};
use super::super::actor::{Actor, Role};
use super::super::case::{self, AccountFacts};
use super::super::evidence::{CheckKind, Evidence, Giver, Outcome, Subject};
use super::super::ids::EvidenceId;
use super::super::people::Appointments;
use super::super::policy::{Policy, Waits};
use super::super::reference::CaseRef;
use super::super::risk::{Effect, Raised, Signal};
use super::*;

const HOLD: TimeDelta = TimeDelta::hours(72);

fn agent_id(n: u8) -> AgentId {
    AgentId::new(DateTime::UNIX_EPOCH, [n; 10])
}

/// 1 and 2 are agents, 3 is a supervisor, 4 an auditor.
fn agent(n: u8) -> Actor {
    let role = match n {
        3 => Role::Supervisor,
        4 => Role::Auditor,
        _ => Role::Agent,
    };
    Actor::Agent { id: agent_id(n), email: format!("a{n}@example.com").parse().unwrap(), role, via: None }
}

fn administrator_id() -> AccountId {
    AccountId::new(DateTime::UNIX_EPOCH, [8; 10])
}

fn administrator() -> Actor {
    Actor::Administrator { account: administrator_id() }
}

fn phone(n: usize) -> E164 {
    ["+447911123456", "+447911123457", "+447911123458"][n].parse().unwrap()
}

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// A case with a change in it, and everything around them.
struct World {
    case: Case,
    change: Option<PhoneChange>,
    account: AccountFacts,
    phone: Option<E164>,
    keeper: Keeper,
    policy: Policy,
    suspended: BTreeSet<AgentId>,
    supervisors: BTreeSet<AgentId>,
    voided: BTreeMap<AgentId, DateTime<Utc>>,
    appointments: Appointments,
    raised: Vec<Raised>,
    now: DateTime<Utc>,
    next: u64,
}

impl World {
    /// The e-mail address is confirmed, and agent 1 holds the case.
    fn new() -> Self {
        let reference = CaseRef::from_random(1).unwrap();
        let account = AccountFacts {
            id: AccountId::new(DateTime::UNIX_EPOCH, [9; 10]),
            kind: AccountKind::Owner,
            tier: Tier::Standard,
            status: AccountStatus::Active,
            email: Subject("email".to_owned()),
            phone: Some(Subject("phone".to_owned())),
            authenticators: Vec::new(),
            administrators: BTreeSet::from([administrator_id()]),
        };
        let mut world = Self {
            case: Case::submitted(CaseId::new(start(), [0; 10]), reference, start(), TimeDelta::days(60)),
            change: None,
            account,
            phone: Some(phone(0)),
            keeper: Keeper::Here,
            policy: Policy::with_waits(Waits {
                cooling_off: TimeDelta::hours(24),
                phone_hold: HOLD,
                ready_window: TimeDelta::hours(72),
                case_expiry: TimeDelta::days(60),
                close_after: TimeDelta::days(14),
            }),
            suspended: BTreeSet::new(),
            supervisors: BTreeSet::new(),
            voided: BTreeMap::new(),
            appointments: Appointments::new(),
            raised: Vec::new(),
            now: start(),
            next: 0,
        };
        let account = world.account.id;
        world.on_case(&case::Command::MatchAccount(account), &Actor::System).unwrap();
        world.check(CheckKind::EmailLink, Giver::Customer, Outcome::Passed).unwrap();
        world.on_case(&case::Command::Claim, &agent(1)).unwrap();
        world
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            policy: &self.policy,
            account: Some(&self.account),
            suspended: &self.suspended,
            supervisors: &self.supervisors,
            voided: &self.voided,
            appointments: &self.appointments,
            raised: &self.raised,
        }
    }

    /// As the workflow does it: what moves the case is followed by the change.
    fn on_case(&mut self, command: &case::Command, actor: &Actor) -> Result<(), case::Refused> {
        let transition = case::apply(&self.case, command, actor, self.now, &self.facts())?;
        self.case = transition.case;
        let follow = match command {
            case::Command::Dispute => Command::Freeze,
            case::Command::EndDispute { resume } => Command::EndDispute { resume: *resume },
            _ => Command::Weigh,
        };
        let _ = self.on_change(follow, actor);
        Ok(())
    }

    fn on_change(&mut self, command: Command, actor: &Actor) -> Result<Option<Transition>, Refused> {
        let Some(change) = self.change.clone() else { return Ok(None) };
        let facts = self.facts();
        let around = Around { case: &self.case, facts: &facts, phone: self.phone.as_ref(), keeper: self.keeper };
        let transition = apply(&change, command, actor, self.now, &around)?;
        if transition.takes_effect(change.state) {
            self.phone = Some(change.new.clone());
        }
        self.change = Some(transition.change.clone());
        Ok(Some(transition))
    }

    fn requests(&mut self, new: E164, actor: &Actor) -> Result<Transition, Refused> {
        let facts = self.facts();
        let around = Around { case: &self.case, facts: &facts, phone: self.phone.as_ref(), keeper: self.keeper };
        let id = PhoneChangeId::new(self.now, [7; 10]);
        let transition = request(id, new, actor, self.now, &around)?;
        self.change = Some(transition.change.clone());
        Ok(transition)
    }

    fn check(&mut self, kind: CheckKind, giver: Giver, outcome: Outcome) -> Result<(), case::Refused> {
        self.next += 1;
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.next.to_be_bytes());
        let id = EvidenceId::new(self.now, random);
        let subject = (kind == CheckKind::EmailLink).then(|| self.account.email.clone());
        let given = match outcome {
            Outcome::Passed => Evidence::passed(id, kind, self.now, giver, subject),
            Outcome::Failed => Evidence::failed(id, kind, self.now, giver, subject),
        };
        let actor = giver.agent().map_or(Actor::Customer, |id| {
            let n = (1..=4).find(|n| agent_id(*n) == id).unwrap_or(1);
            agent(n)
        });
        match kind {
            CheckKind::EmailLink => self.on_case(&case::Command::ConfirmEmail(given), &Actor::Customer),
            _ => self.on_case(&case::Command::RecordCheck(given), &actor),
        }
    }

    fn state(&self) -> State {
        self.change.as_ref().expect("a change").state
    }

    fn after(&mut self, time: TimeDelta) -> Transition {
        self.now += time;
        self.on_change(Command::Tick, &Actor::System).unwrap().unwrap()
    }

    /// Held: agent 1 holds the case and examined the document, agent 2 approved.
    fn held() -> Self {
        let mut world = Self::new();
        world.requests(phone(1), &Actor::Customer).unwrap();
        world.check(CheckKind::Document, Giver::Agent(agent_id(1)), Outcome::Passed).unwrap();
        world.on_change(Command::Approve, &agent(2)).unwrap();
        assert_eq!(world.state(), State::Held);
        world
    }
}

#[test]
fn the_ordinary_way_leads_to_a_new_number() {
    let mut world = World::new();
    let asked = world.requests(phone(1), &Actor::Customer).unwrap();
    assert_eq!((world.state(), asked.notices.len(), asked.tell.len()), (State::Requested, 1, 0));
    world.check(CheckKind::Document, Giver::Agent(agent_id(1)), Outcome::Passed).unwrap();
    assert_eq!(world.state(), State::AwaitingApproval);
    let approved = world.on_change(Command::Approve, &agent(2)).unwrap().unwrap();
    assert_eq!(approved.tell, [Moment::Start]);
    assert!(matches!(approved.notices[..], [Notice::PhoneChangeHeld { ends_at, .. }] if ends_at == start() + HOLD));
    assert_eq!(world.after(HOLD / 2).tell, [Moment::HalfWay]);
    assert_eq!(world.after(TimeDelta::zero()).tell, []);
    world.after(HOLD / 2 - TimeDelta::microseconds(1));
    assert_eq!((world.state(), &world.phone), (State::Held, &Some(phone(0))));
    assert_eq!(world.after(TimeDelta::microseconds(1)).tell, [Moment::Effective]);
    assert_eq!((world.state(), &world.phone), (State::Effective, &Some(phone(1))));
    assert_eq!(world.on_change(Command::Withdraw, &Actor::Customer), Err(Refused::Over(State::Effective)));
}

#[test]
fn an_administrator_needs_neither_document_nor_approval_but_the_hold() {
    let mut world = World::new();
    let asked = world.requests(phone(1), &administrator()).unwrap();
    assert_eq!((world.state(), asked.tell), (State::Held, vec![Moment::Start]));
    world.after(HOLD - TimeDelta::microseconds(1));
    assert_eq!(world.state(), State::Held);
    world.after(TimeDelta::microseconds(1));
    assert_eq!(world.state(), State::Effective);
}

#[test]
fn one_who_is_no_administrator_any_more_changes_nothing() {
    let mut world = World::new();
    world.requests(phone(1), &administrator()).unwrap();
    world.account.administrators.clear();
    world.after(HOLD);
    assert_eq!((world.state(), &world.phone), (State::Stopped, &Some(phone(0))));
    assert_eq!(world.requests(phone(1), &administrator()), Err(Refused::Role(None)));
}

#[test]
fn nobody_approves_their_own_work() {
    let mut world = World::new();
    world.requests(phone(1), &agent(1)).unwrap();
    world.check(CheckKind::Document, Giver::Agent(agent_id(1)), Outcome::Passed).unwrap();
    assert_eq!(world.on_change(Command::Approve, &agent(1)), Err(Refused::HolderCannotApprove));
    world.on_case(&case::Command::Release, &agent(1)).unwrap();
    assert_eq!(world.on_change(Command::Approve, &agent(1)), Err(Refused::GiverCannotApprove));
    assert_eq!(world.on_change(Command::Approve, &agent(4)), Err(Refused::Role(Some(Role::Auditor))));
    world.appointments.insert(agent_id(2), (agent_id(1), world.now));
    assert_eq!(world.on_change(Command::Approve, &agent(2)), Err(Refused::MayBeParty));
    world.appointments.clear();
    assert!(world.on_change(Command::Approve, &agent(2)).is_ok());
    // The approver who takes the case over is no second pair of eyes any more.
    world.on_case(&case::Command::Claim, &agent(2)).unwrap();
    assert_eq!(world.state(), State::AwaitingApproval);
}

#[test]
fn whoever_asked_cannot_approve_even_without_the_case() {
    let mut world = World::new();
    world.requests(phone(1), &agent(1)).unwrap();
    world.on_case(&case::Command::Release, &agent(1)).unwrap();
    world.on_case(&case::Command::Claim, &agent(2)).unwrap();
    world.check(CheckKind::Document, Giver::Agent(agent_id(2)), Outcome::Passed).unwrap();
    assert_eq!(world.on_change(Command::Approve, &agent(1)), Err(Refused::AskerCannotApprove));
}

#[test]
fn a_document_that_expires_during_the_hold_is_counted_until_its_end() {
    let mut world = World::new();
    world.requests(phone(1), &Actor::Customer).unwrap();
    world.check(CheckKind::Document, Giver::Agent(agent_id(1)), Outcome::Passed).unwrap();
    world.now += TimeDelta::days(6);
    world.on_change(Command::Tick, &Actor::System).unwrap();
    assert_eq!(world.state(), State::Requested, "the e-mail link is six days old");
    world.check(CheckKind::EmailLink, Giver::Customer, Outcome::Passed).unwrap();
    world.on_change(Command::Approve, &agent(2)).unwrap();
    // Ends two days after the document and three after the link expired, and the worker is late.
    world.after(TimeDelta::days(9));
    assert_eq!(world.state(), State::Effective);
}

#[test]
fn a_hold_that_ends_takes_its_evidence_with_it() {
    let mut world = World::held();
    world.now += TimeDelta::hours(30);
    world.suspended.insert(agent_id(2));
    world.after(TimeDelta::zero());
    assert_eq!(world.state(), State::Requested, "the link is too old without the hold that kept it");
}

#[test]
fn a_suspension_that_is_over_still_voids_the_approval() {
    let mut world = World::held();
    world.voided.insert(agent_id(2), world.now);
    world.after(TimeDelta::hours(1));
    assert_eq!((world.state(), world.change.clone().unwrap().approval), (State::AwaitingApproval, None));
    // Approved anew by the same agent, later, it begins from the start.
    world.on_change(Command::Approve, &agent(2)).unwrap();
    world.after(HOLD - TimeDelta::hours(1));
    assert_eq!(world.state(), State::Held);
}

#[test]
fn a_risk_signal_lengthens_a_hold_that_has_begun() {
    let mut world = World::held();
    let effect = Effect { wait: TimeDelta::hours(24), approvals: 1 };
    world.raised.push(Raised { signal: Signal::Campaign, why: "a test".to_owned(), effect });
    world.after(HOLD);
    assert_eq!(world.state(), State::Held);
    world.raised.clear();
    world.after(TimeDelta::hours(24) - TimeDelta::microseconds(1));
    assert_eq!(world.state(), State::Held, "nothing shortens it");
    world.after(TimeDelta::microseconds(1));
    assert_eq!(world.state(), State::Effective);
}

#[test]
fn what_happens_to_the_case_takes_no_timer_away() {
    let mut world = World::held();
    for (later, moment) in [(HOLD / 2, HOLD / 2), (HOLD, HOLD)] {
        world.now = start() + later;
        world.on_change(Command::Weigh, &Actor::System).unwrap();
        let (facts, change) = (world.facts(), world.change.clone().unwrap());
        let around = Around { case: &world.case, facts: &facts, phone: world.phone.as_ref(), keeper: world.keeper };
        assert_eq!(due_at(&change, &around, world.now), Some(start() + moment));
        world.after(TimeDelta::zero());
    }
    assert_eq!(world.state(), State::Effective);
}

#[test]
fn a_number_that_another_system_keeps_is_ordered_and_counts_once_it_is_confirmed() {
    let mut world = World::held();
    world.keeper = Keeper::Elsewhere;
    world.now = start() + HOLD;
    let ordered = world.on_change(Command::Tick, &Actor::System).unwrap().unwrap();
    assert!(ordered.order && ordered.notices.is_empty());
    assert_eq!(world.state(), State::Held);
    let again = world.on_change(Command::Tick, &Actor::System).unwrap().unwrap();
    assert!(!again.order && again.records.is_empty(), "it is ordered once");
    assert_eq!(world.on_change(Command::Confirm, &agent(3)), Err(Refused::Role(Some(Role::Supervisor))));
    // The system shows the new number before anybody said so.
    world.phone = Some(phone(1));
    world.on_change(Command::Weigh, &Actor::System).unwrap();
    assert_eq!(world.state(), State::Held);
    let confirmed = world.on_change(Command::Confirm, &Actor::System).unwrap().unwrap();
    assert_eq!((world.state(), confirmed.tell), (State::Effective, vec![Moment::Effective]));
    assert!(world.on_change(Command::Confirm, &Actor::System).unwrap().unwrap().records.is_empty());
}

#[test]
fn a_stop_takes_the_order_back_and_what_was_done_all_the_same_is_said() {
    let mut world = World::held();
    world.keeper = Keeper::Elsewhere;
    world.now = start() + HOLD;
    world.on_change(Command::Tick, &Actor::System).unwrap();
    assert!(world.change.as_ref().unwrap().is_ordered(world.now));
    world.on_case(&case::Command::Dispute, &Actor::Customer).unwrap();
    assert_eq!(world.state(), State::Frozen);
    assert!(!world.change.as_ref().unwrap().is_ordered(world.now));
    world.on_change(Command::Confirm, &Actor::System).unwrap();
    assert_eq!(world.state(), State::Effective);
}

#[test]
fn what_was_refused_is_ordered_again_by_somebody() {
    let mut world = World::held();
    world.keeper = Keeper::Elsewhere;
    assert_eq!(world.on_change(Command::OrderAgain, &agent(2)), Err(Refused::WrongState(State::Held)));
    world.now = start() + HOLD;
    world.on_change(Command::Tick, &Actor::System).unwrap();
    assert_eq!(world.on_change(Command::OrderAgain, &agent(2)), Err(Refused::WrongState(State::Held)));
    let refused = Ordered { at: world.now, failure: Some("no right".to_owned()), given_up: true };
    world.change.as_mut().unwrap().order = Some(refused);
    assert!(!world.change.as_ref().unwrap().is_ordered(world.now));
    assert_eq!(world.on_change(Command::OrderAgain, &agent(4)), Err(Refused::Role(Some(Role::Auditor))));
    assert!(world.on_change(Command::OrderAgain, &agent(2)).unwrap().unwrap().order);
    assert!(world.change.as_ref().unwrap().is_ordered(world.now));
}

#[test]
fn a_dispute_freezes_and_its_end_begins_anew_or_stops() {
    for resume in [true, false] {
        let mut world = World::held();
        world.on_case(&case::Command::Dispute, &Actor::Customer).unwrap();
        assert_eq!(world.state(), State::Frozen);
        assert_eq!(world.on_change(Command::Approve, &agent(2)), Err(Refused::Disputed));
        assert_eq!(world.on_change(Command::Withdraw, &Actor::Customer), Err(Refused::Disputed));
        world.after(TimeDelta::days(30));
        assert_eq!(world.state(), State::Frozen);
        world.on_case(&case::Command::EndDispute { resume }, &agent(3)).unwrap();
        assert_eq!(world.state(), if resume { State::Requested } else { State::Stopped });
        assert_eq!(world.phone, Some(phone(0)));
    }
}

#[test]
fn a_case_that_ends_takes_its_change_with_it() {
    for (command, actor, state) in [
        (case::Command::Withdraw, Actor::Customer, State::Withdrawn),
        (case::Command::Reject, agent(1), State::Stopped),
    ] {
        let mut world = World::held();
        world.on_case(&command, &actor).unwrap();
        assert_eq!(world.state(), state);
    }
}

#[test]
fn a_number_that_was_changed_elsewhere_stops_the_change() {
    let mut world = World::held();
    world.phone = Some(phone(2));
    world.after(HOLD);
    assert_eq!((world.state(), &world.phone), (State::Stopped, &Some(phone(2))));
}

#[test]
fn what_cannot_be_asked_for() {
    let mut world = World::new();
    assert_eq!(world.requests(phone(0), &Actor::Customer), Err(Refused::SameNumber));
    assert_eq!(world.requests(phone(1), &agent(2)), Err(Refused::NotHolder));
    assert_eq!(world.requests(phone(1), &agent(4)), Err(Refused::Role(Some(Role::Auditor))));
    assert_eq!(world.requests(phone(1), &Actor::System), Err(Refused::Role(None)));
    world.account.status = AccountStatus::Suspended;
    assert_eq!(world.requests(phone(1), &Actor::Customer), Err(Refused::AccountSuspended));
    world.case.state = case::State::Submitted;
    assert_eq!(world.requests(phone(1), &Actor::Customer), Err(Refused::CaseNotOpen));
}

#[derive(Debug, Clone)]
enum Act {
    Request(u8, usize),
    Check(CheckKind, u8, Outcome),
    Change(Command, u8),
    OnCase(case::Command, u8),
    Wait(i64),
    Suspend(u8),
    Restore(u8),
    Void(u8),
    Raise(i64),
    Rename(usize),
    Administrate(bool),
}

/// 0 is the customer, 1 to 4 the desk, 5 an administrator, 6 the program.
fn who(n: u8) -> Actor {
    match n {
        0 => Actor::Customer,
        5 => administrator(),
        6 => Actor::System,
        n => agent(n),
    }
}

fn acts() -> impl Strategy<Value = Act> {
    let on_change = prop_oneof![
        6 => Just(Command::Approve),
        1 => Just(Command::Refuse),
        1 => Just(Command::Withdraw),
        1 => Just(Command::Freeze),
        1 => Just(Command::Weigh),
        4 => Just(Command::Tick),
    ];
    let on_case = prop_oneof![
        4 => Just(case::Command::Claim),
        3 => Just(case::Command::Release),
        2 => Just(case::Command::Dispute),
        2 => any::<bool>().prop_map(|resume| case::Command::EndDispute { resume }),
        1 => Just(case::Command::Reject),
        1 => Just(case::Command::Withdraw),
        2 => Just(case::Command::Tick),
    ];
    let kinds = prop_oneof![Just(CheckKind::EmailLink), Just(CheckKind::Document), Just(CheckKind::InPerson)];
    let outcome = prop_oneof![4 => Just(Outcome::Passed), 1 => Just(Outcome::Failed)];
    prop_oneof![
        4 => (prop_oneof![4 => Just(0_u8), 2 => Just(1), 2 => Just(5), 1 => 0..7_u8], 0..3_usize)
            .prop_map(|(who, number)| Act::Request(who, number)),
        6 => (kinds, 0..4_u8, outcome).prop_map(|(kind, giver, outcome)| Act::Check(kind, giver, outcome)),
        8 => (on_change, 0..7_u8).prop_map(|(command, who)| Act::Change(command, who)),
        4 => (on_case, 0..7_u8).prop_map(|(command, who)| Act::OnCase(command, who)),
        8 => prop_oneof![Just(1_i64), Just(12), Just(36), Just(72), 0..200_i64].prop_map(Act::Wait),
        1 => (1..4_u8).prop_map(Act::Suspend),
        1 => (1..4_u8).prop_map(Act::Restore),
        1 => (1..4_u8).prop_map(Act::Void),
        1 => (1..48_i64).prop_map(Act::Raise),
        1 => (0..3_usize).prop_map(Act::Rename),
        1 => any::<bool>().prop_map(Act::Administrate),
    ]
}

/// What the rules promise, told independently of how they are written. Looked at after each act.
#[derive(Default)]
struct Witness {
    /// Since when the change has been held without a break, and how long it has to be.
    held_since: Option<DateTime<Utc>>,
    longest_wait: TimeDelta,
}

impl Witness {
    fn look(&mut self, world: &World) {
        let held = world.change.as_ref().is_some_and(|change| change.state == State::Held);
        if !held {
            *self = Self::default();
        } else if self.held_since.is_none() {
            self.held_since = Some(world.now);
        }
        let extra: TimeDelta = world.raised.iter().map(|raised| raised.effect.wait).sum();
        if held {
            self.longest_wait = self.longest_wait.max(HOLD + extra);
        }
    }

    /// Whether the change, as it was and with the world as it is, may become effective.
    fn permits(&self, change: &PhoneChange, world: &World) -> bool {
        let Some(since) = self.held_since else { return false };
        let extra: TimeDelta = world.raised.iter().map(|raised| raised.effect.wait).sum();
        let void = |agent: AgentId, at| {
            world.suspended.contains(&agent) || world.voided.get(&agent).is_some_and(|until| at <= *until)
        };
        let counts = |given: &Evidence| {
            given.outcome == Outcome::Passed
                && given.at >= world.case.evidence_since
                && !given.giver.agent().is_some_and(|agent| void(agent, given.at))
                && (world.now < given.valid_until.unwrap() || given.at <= since && since < given.valid_until.unwrap())
        };
        let has = |kinds: &[CheckKind]| world.case.evidence.iter().any(|e| kinds.contains(&e.kind) && counts(e));
        let proved = has(&[CheckKind::EmailLink]) && has(&[CheckKind::Document, CheckKind::InPerson]);
        let by_another = change.approval.as_ref().is_some_and(|approval| {
            let theirs = world.case.evidence.iter().any(|e| e.giver == Giver::Agent(approval.agent));
            !theirs
                && approval.at <= since
                && approval.at >= world.case.evidence_since
                && !void(approval.agent, approval.at)
                && world.case.holder != Some(approval.agent)
                && change.requester != Requester::Agent(approval.agent)
        });
        let administered = match change.requester {
            Requester::Administrator(id) => world.account.administrators.contains(&id),
            _ => false,
        };
        let undisputed = !matches!(
            world.case.state,
            case::State::Disputed | case::State::Rejected | case::State::Withdrawn | case::State::Expired
        );
        change.requested_at <= since
            && world.now - since >= (HOLD + extra).max(self.longest_wait)
            && (administered || proved && by_another)
            && undisputed
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    /// A number becomes effective only if it was requested, its evidence held (or an administrator asked), someone
    /// else approved, the full hold passed, undisputed.
    #[test]
    fn any_sequence_keeps_the_invariants(acts in prop::collection::vec(acts(), 1..60)) {
        let mut world = World::new();
        let mut witness = Witness::default();
        for act in acts {
            let (before, number) = (world.change.clone(), world.phone.clone());
            let mut renamed = false;
            match act {
                Act::Request(by, number) => {
                    let open = world.change.as_ref().is_some_and(|change| !change.state.is_final());
                    if !open {
                        let _ = world.requests(phone(number), &who(by));
                    }
                }
                Act::Check(kind, giver, outcome) => {
                    let giver = if giver == 0 { Giver::Customer } else { Giver::Agent(agent_id(giver)) };
                    let _ = world.check(kind, giver, outcome);
                }
                Act::Change(command, by) => {
                    let result = world.on_change(command, &who(by));
                    if let (Ok(Some(transition)), Some(before)) = (&result, &before) {
                        prop_assert_eq!(transition.records.is_empty(), transition.change.version == before.version);
                        prop_assert!(!transition.records.is_empty() || before == &transition.change);
                    }
                    if result.is_err() {
                        prop_assert_eq!(&before, &world.change);
                    }
                }
                Act::OnCase(command, by) => { let _ = world.on_case(&command, &who(by)); }
                Act::Wait(hours) => {
                    world.now += TimeDelta::hours(hours);
                    let _ = world.on_case(&case::Command::Tick, &Actor::System);
                    let _ = world.on_change(Command::Tick, &Actor::System);
                }
                Act::Suspend(n) => { world.suspended.insert(agent_id(n)); }
                Act::Restore(n) => { world.suspended.remove(&agent_id(n)); }
                Act::Void(n) => { world.voided.insert(agent_id(n), world.now); }
                Act::Raise(hours) => {
                    let effect = Effect { wait: TimeDelta::hours(hours), approvals: 1 };
                    world.raised.push(Raised { signal: Signal::Campaign, why: String::new(), effect });
                }
                Act::Rename(n) => {
                    renamed = true;
                    world.phone = Some(phone(n));
                }
                Act::Administrate(is) => {
                    world.account.administrators = if is { BTreeSet::from([administrator_id()]) } else { BTreeSet::new() };
                }
            }
            if world.phone != number && !renamed {
                let before = before.expect("a number changed without a request");
                let after = world.change.as_ref().unwrap();
                prop_assert_eq!((before.id, after.state), (after.id, State::Effective));
                prop_assert_eq!((&number, &world.phone), (&before.old, &Some(before.new.clone())));
                prop_assert!(witness.permits(&before, &world), "{before:?}");
            } else if let (Some(before), Some(after)) = (&before, &world.change) {
                prop_assert!(before.state == State::Effective || after.state != State::Effective);
            }
            witness.look(&world);
        }
    }

    #[test]
    fn a_change_that_time_will_move_has_a_timer(acts in prop::collection::vec(acts(), 1..40)) {
        let mut world = World::new();
        for act in acts {
            match act {
                Act::Request(by, number) if world.change.as_ref().is_none_or(|change| change.state.is_final()) => {
                    let _ = world.requests(phone(number), &who(by));
                }
                Act::Check(kind, giver, outcome) => {
                    let giver = if giver == 0 { Giver::Customer } else { Giver::Agent(agent_id(giver)) };
                    let _ = world.check(kind, giver, outcome);
                }
                Act::Change(command, by) => { let _ = world.on_change(command, &who(by)); }
                Act::OnCase(command, by) => { let _ = world.on_case(&command, &who(by)); }
                _ => {}
            }
        }
        let Some(settled) = world.change.clone() else { return Ok(()) };
        let due = {
            let facts = world.facts();
            due_at(&settled, &Around { case: &world.case, facts: &facts, phone: world.phone.as_ref(), keeper: world.keeper }, world.now)
        };
        world.now = due.unwrap_or(world.now + TimeDelta::days(400)) - TimeDelta::microseconds(1);
        world.on_change(Command::Tick, &Actor::System).unwrap();
        prop_assert_eq!(Some(&settled), world.change.as_ref(), "it changed before its timer");
    }
}
