use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;
use crate::domain::account::{AuthenticatorKind, AuthenticatorState};
use crate::domain::actor::{Actor, Role};
use crate::domain::evidence::{CheckKind, Giver, Outcome};
use crate::domain::policy::Waits;
use crate::domain::risk::{Effect, Signal};

const AGENTS: [(u8, Role); 5] =
    [(1, Role::Agent), (2, Role::Agent), (3, Role::Supervisor), (4, Role::Auditor), (5, Role::Admin)];

fn agent_id(n: u8) -> AgentId {
    AgentId::new(DateTime::UNIX_EPOCH, [n; 10])
}

fn agent(n: u8) -> Actor {
    let role = AGENTS.iter().find(|(id, _)| *id == n).map_or(Role::Agent, |(_, role)| *role);
    Actor::Agent { id: agent_id(n), email: format!("a{n}@example.com").parse().unwrap(), role }
}

fn policy() -> Policy {
    Policy::with_waits(Waits {
        cooling_off: TimeDelta::hours(24),
        phone_hold: TimeDelta::hours(72),
        ready_window: TimeDelta::hours(72),
        case_expiry: TimeDelta::days(14),
        close_after: TimeDelta::days(14),
    })
}

fn authenticator(n: u8) -> AuthenticatorId {
    AuthenticatorId::new(DateTime::UNIX_EPOCH, [n; 10])
}

fn account(kind: AccountKind, tier: Tier) -> AccountFacts {
    let id = AccountId::new(DateTime::UNIX_EPOCH, [9; 10]);
    AccountFacts {
        id,
        kind,
        tier,
        status: AccountStatus::Active,
        email: Subject("email".to_owned()),
        phone: Some(Subject("phone".to_owned())),
        authenticators: vec![Authenticator {
            id: authenticator(1),
            account: id,
            kind: AuthenticatorKind::VirtualTotp,
            label: "Phone".to_owned(),
            state: AuthenticatorState::Active,
        }],
        administrators: BTreeSet::from([administrator_id()]),
    }
}

fn administrator_id() -> AccountId {
    AccountId::new(DateTime::UNIX_EPOCH, [8; 10])
}

fn administrator() -> Actor {
    Actor::Administrator { account: administrator_id() }
}

fn raised(hours: i64, approvals: usize) -> Raised {
    let effect = Effect { wait: TimeDelta::hours(hours), approvals };
    Raised { signal: Signal::Campaign, why: "a test".to_owned(), effect }
}

fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// A case driven by hand, with the account, the clock and the suspensions around it.
struct World {
    case: Case,
    account: AccountFacts,
    policy: Policy,
    suspended: BTreeSet<AgentId>,
    voided: BTreeMap<AgentId, DateTime<Utc>>,
    raised: Vec<Raised>,
    now: DateTime<Utc>,
    next: u64,
}

impl World {
    fn new(kind: AccountKind, tier: Tier) -> Self {
        let reference = CaseRef::from_random(1).unwrap();
        let case = Case::submitted(CaseId::new(start(), [0; 10]), reference, start(), TimeDelta::days(14));
        Self {
            case,
            account: account(kind, tier),
            policy: policy(),
            suspended: BTreeSet::new(),
            voided: BTreeMap::new(),
            raised: Vec::new(),
            now: start(),
            next: 0,
        }
    }

    fn do_it(&mut self, command: &Command, actor: &Actor) -> Result<Transition, Refused> {
        let account = self.case.account.map(|_| &self.account);
        // The match itself is weighed with the account it names.
        let account = if matches!(command, Command::MatchAccount(_)) { Some(&self.account) } else { account };
        let facts = Facts {
            policy: &self.policy,
            account,
            suspended: &self.suspended,
            voided: &self.voided,
            raised: &self.raised,
        };
        let transition = apply(&self.case, command, actor, self.now, &facts)?;
        self.case = transition.case.clone();
        Ok(transition)
    }

    fn evidence(&mut self, kind: CheckKind, giver: Giver, outcome: Outcome) -> Evidence {
        self.next += 1;
        let mut random = [0; 10];
        random[2..].copy_from_slice(&self.next.to_be_bytes());
        let subject = match kind {
            CheckKind::EmailLink => Some(self.account.email.clone()),
            kind if kind.proves_phone() => self.account.phone.clone(),
            _ => None,
        };
        let id = EvidenceId::new(self.now, random);
        match outcome {
            Outcome::Passed => Evidence::passed(id, kind, self.now, giver, subject),
            Outcome::Failed => Evidence::failed(id, kind, self.now, giver, subject),
        }
    }

    fn matched(kind: AccountKind, tier: Tier) -> Self {
        let mut world = Self::new(kind, tier);
        let account = world.account.id;
        world.do_it(&Command::MatchAccount(account), &Actor::System).unwrap();
        world
    }

    fn confirms_email(&mut self) {
        let evidence = self.evidence(CheckKind::EmailLink, Giver::Customer, Outcome::Passed);
        self.do_it(&Command::ConfirmEmail(evidence), &Actor::Customer).unwrap();
    }

    fn passes(&mut self, kind: CheckKind) {
        let evidence = self.evidence(kind, Giver::Customer, Outcome::Passed);
        self.do_it(&Command::RecordCheck(evidence), &Actor::Customer).unwrap();
    }

    fn passes_time(&mut self, time: TimeDelta) {
        self.now += time;
        self.do_it(&Command::Tick, &Actor::System).unwrap();
    }

    /// The ordinary way up to `ready`: agent 1 holds, agent 2 approves.
    fn ready() -> Self {
        let mut world = Self::matched(AccountKind::Owner, Tier::Standard);
        world.confirms_email();
        world.passes(CheckKind::PhoneCode);
        world.do_it(&Command::Claim, &agent(1)).unwrap();
        world.do_it(&Command::Approve, &agent(2)).unwrap();
        world.passes_time(TimeDelta::hours(24));
        assert_eq!(world.case.state, State::Ready);
        world
    }
}

#[test]
fn the_ordinary_way_leads_to_a_deactivation() {
    let mut world = World::ready();
    let transition = world.do_it(&Command::Deactivate(authenticator(1)), &agent(1)).unwrap();
    assert_eq!(transition.deactivate, Some(authenticator(1)));
    world.do_it(&Command::DeactivationConfirmed, &Actor::System).unwrap();
    assert_eq!(world.case.state, State::Deactivated);
    world.passes_time(TimeDelta::days(14));
    assert_eq!(world.case.state, State::Closed);
}

#[test]
fn with_the_password_nobody_has_to_wait() {
    let mut world = World::matched(AccountKind::Owner, Tier::Standard);
    world.confirms_email();
    world.passes(CheckKind::Password);
    world.passes(CheckKind::PhoneCode);
    assert_eq!(world.case.state, State::Ready);
}

#[test]
fn link_and_call_are_not_enough_for_a_privileged_account_or_a_member() {
    for (kind, tier) in [(AccountKind::Owner, Tier::Privileged), (AccountKind::Member, Tier::Standard)] {
        let mut world = World::matched(kind, tier);
        world.confirms_email();
        world.passes(CheckKind::PhoneCode);
        assert_eq!(world.case.state, State::Verifying, "{kind:?} {tier:?}");
    }
}

#[test]
fn the_same_agent_cannot_be_both_pairs_of_eyes() {
    let mut world = World::matched(AccountKind::Owner, Tier::Standard);
    world.confirms_email();
    world.do_it(&Command::Claim, &agent(1)).unwrap();
    let evidence = world.evidence(CheckKind::AgentCallback, Giver::Agent(agent_id(1)), Outcome::Passed);
    world.do_it(&Command::RecordCheck(evidence), &agent(1)).unwrap();
    assert_eq!(world.do_it(&Command::Approve, &agent(1)), Err(Refused::HolderCannotApprove));
    world.do_it(&Command::Release, &agent(1)).unwrap();
    assert_eq!(world.do_it(&Command::Approve, &agent(1)), Err(Refused::GiverCannotApprove));
    world.do_it(&Command::Approve, &agent(2)).unwrap();
    assert_eq!(world.do_it(&Command::Claim, &agent(2)), Err(Refused::ApproverCannotHold));
}

#[test]
fn evidence_about_an_address_that_is_no_longer_of_record_stops_counting() {
    let mut world = World::ready();
    world.account.phone = Some(Subject("another".to_owned()));
    assert!(matches!(world.do_it(&Command::Deactivate(authenticator(1)), &agent(1)), Err(Refused::PolicyNotMet(_))));
    world.passes_time(TimeDelta::minutes(1));
    assert_eq!(world.case.state, State::Verifying);
}

#[test]
fn only_an_agent_examines_a_document_and_the_last_look_at_it_counts() {
    let mut world = World::matched(AccountKind::Owner, Tier::Standard);
    world.confirms_email();
    world.do_it(&Command::Claim, &agent(1)).unwrap();
    for kind in [CheckKind::Document, CheckKind::InPerson] {
        let own = world.evidence(kind, Giver::Customer, Outcome::Passed);
        assert_eq!(world.do_it(&Command::RecordCheck(own), &Actor::Customer), Err(Refused::WrongCheck));
    }
    let look = |world: &mut World, document: &str, outcome| {
        let given = world.evidence(CheckKind::Document, Giver::Agent(agent_id(1)), outcome);
        let given = Evidence { subject: Some(Subject(document.to_owned())), ..given };
        world.do_it(&Command::RecordCheck(given), &agent(1)).unwrap();
        world.case.state
    };
    assert_eq!(look(&mut world, "one", Outcome::Failed), State::Verifying);
    world.now += TimeDelta::minutes(1);
    assert_eq!(look(&mut world, "one", Outcome::Passed), State::AwaitingApproval);
    // Another document that does not pass says nothing about this one.
    assert_eq!(look(&mut world, "two", Outcome::Failed), State::AwaitingApproval);
    assert_eq!(look(&mut world, "one", Outcome::Failed), State::Verifying);
}

#[test]
fn suspending_the_approver_takes_the_approval_away() {
    let mut world = World::ready();
    world.suspended.insert(agent_id(2));
    assert!(matches!(world.do_it(&Command::Deactivate(authenticator(1)), &agent(1)), Err(Refused::PolicyNotMet(_))));
}

#[test]
fn an_approval_needs_evidence_that_still_counts() {
    let mut world = World::matched(AccountKind::Owner, Tier::Standard);
    world.confirms_email();
    world.passes(CheckKind::PhoneCode);
    world.now += TimeDelta::hours(24);
    assert!(matches!(world.do_it(&Command::Approve, &agent(2)), Err(Refused::PolicyNotMet(_))));
    world.passes_time(TimeDelta::zero());
    assert_eq!(world.case.state, State::Verifying);
}

#[test]
fn evidence_outlives_the_wait_it_began_but_not_the_ready_window() {
    let mut world = World::ready();
    world.passes_time(TimeDelta::hours(71));
    assert_eq!(world.case.state, State::Ready);
    world.passes_time(TimeDelta::hours(1));
    assert_eq!(world.case.state, State::Verifying);
}

#[test]
fn a_dispute_freezes_and_only_a_supervisor_ends_it() {
    let mut world = World::ready();
    world.do_it(&Command::Dispute, &Actor::Customer).unwrap();
    for (command, actor) in [
        (Command::Deactivate(authenticator(1)), agent(1)),
        (Command::Approve, agent(2)),
        (Command::Withdraw, Actor::Customer),
        (Command::EndDispute { resume: true }, agent(1)),
    ] {
        assert!(world.do_it(&command, &actor).is_err(), "{command:?}");
    }
    world.do_it(&Command::EndDispute { resume: true }, &agent(3)).unwrap();
    assert_eq!(world.case.state, State::Verifying);
    assert!(world.case.approvals.is_empty());
}

#[test]
fn a_suspension_voids_for_good_what_was_given_before_it() {
    let mut world = World::ready();
    world.voided.insert(agent_id(2), world.now);
    world.passes_time(TimeDelta::minutes(1));
    assert_eq!(world.case.state, State::AwaitingApproval, "restored, and yet the approval is gone");
}

#[test]
fn a_case_does_not_expire_while_it_waits_however_long_signals_make_that() {
    let mut world = World::ready();
    world.raised.push(raised(30 * 24, 1));
    world.passes_time(TimeDelta::zero());
    assert_eq!(world.case.state, State::CoolingOff);
    world.passes_time(TimeDelta::days(30) - TimeDelta::hours(1));
    assert_eq!(world.case.state, State::CoolingOff);
    world.passes_time(TimeDelta::hours(1));
    assert_eq!(world.case.state, State::Ready);
    world.passes_time(TimeDelta::hours(71));
    assert_eq!(world.case.state, State::Ready);
}

#[test]
fn whoever_asks_for_the_approval_cannot_give_it() {
    let mut world = World::matched(AccountKind::Owner, Tier::Standard);
    world.confirms_email();
    world.passes(CheckKind::PhoneCode);
    assert_eq!(world.do_it(&Command::AskApproval, &agent(1)), Err(Refused::NotHolder));
    world.do_it(&Command::Claim, &agent(1)).unwrap();
    world.do_it(&Command::AskApproval, &agent(1)).unwrap();
    world.do_it(&Command::Release, &agent(1)).unwrap();
    assert_eq!(world.do_it(&Command::Approve, &agent(1)), Err(Refused::AskerCannotApprove));
    assert_eq!(world.do_it(&Command::RefuseApproval, &agent(1)), Err(Refused::AskerCannotApprove));
    world.do_it(&Command::Approve, &agent(2)).unwrap();
}

#[test]
fn a_refused_approval_voids_everything_that_was_given() {
    let mut world = World::matched(AccountKind::Owner, Tier::Standard);
    world.confirms_email();
    world.passes(CheckKind::PhoneCode);
    world.do_it(&Command::RefuseApproval, &agent(2)).unwrap();
    assert_eq!(world.case.state, State::Verifying);
    world.passes_time(TimeDelta::minutes(1));
    assert_eq!(world.case.state, State::Verifying);
    world.confirms_email();
    world.passes(CheckKind::PhoneCode);
    assert_eq!(world.case.state, State::AwaitingApproval);
}

#[test]
fn the_addresses_are_told_once_more_half_way_through_the_wait() {
    let mut world = World::matched(AccountKind::Owner, Tier::Standard);
    world.confirms_email();
    world.passes(CheckKind::PhoneCode);
    world.do_it(&Command::Approve, &agent(2)).unwrap();
    let half = due_at(&world.case, world.now).unwrap();
    assert_eq!(half, world.now + TimeDelta::hours(12));
    world.now = half;
    let told = world.do_it(&Command::Tick, &Actor::System).unwrap().notices;
    assert_eq!(told, [Notice::CoolingOffHalfway { ends_at: half + TimeDelta::hours(12) }]);
    assert!(world.do_it(&Command::Tick, &Actor::System).unwrap().notices.is_empty(), "once");
    assert_eq!(due_at(&world.case, world.now), Some(half + TimeDelta::hours(12)));
}

#[test]
fn a_signal_lengthens_the_wait_even_after_it_began_or_ended_and_nothing_shortens_it() {
    let mut world = World::ready();
    world.raised.push(raised(72, 1));
    assert!(matches!(world.do_it(&Command::Deactivate(authenticator(1)), &agent(1)), Err(Refused::PolicyNotMet(_))));
    world.passes_time(TimeDelta::zero());
    assert_eq!(world.case.state, State::CoolingOff);
    let ends_at = world.case.wait.as_ref().unwrap().ends_at;
    assert_eq!(ends_at, start() + TimeDelta::hours(24 + 72));
    world.raised.push(raised(24, 0));
    world.passes_time(TimeDelta::hours(1));
    assert_eq!(world.case.wait.as_ref().unwrap().ends_at, ends_at + TimeDelta::hours(24));
    world.raised.clear();
    world.passes_time(TimeDelta::hours(71));
    assert_eq!(world.case.state, State::CoolingOff, "what was raised stays raised");
    world.passes_time(TimeDelta::hours(24));
    assert_eq!(world.case.state, State::Ready);
}

#[test]
fn a_signal_asks_for_a_second_person_where_the_path_asks_for_none() {
    let mut world = World::matched(AccountKind::Owner, Tier::Standard);
    world.raised.push(raised(0, 1));
    world.confirms_email();
    world.passes(CheckKind::Password);
    world.passes(CheckKind::PhoneCode);
    assert_eq!(world.case.state, State::AwaitingApproval);
    world.do_it(&Command::Approve, &agent(2)).unwrap();
    assert_eq!(world.case.state, State::Ready);
}

#[test]
fn a_member_needs_an_administrator_who_still_is_one() {
    let mut world = World::matched(AccountKind::Member, Tier::Standard);
    world.confirms_email();
    let vouched = world.evidence(CheckKind::Administrator, Giver::Administrator(administrator_id()), Outcome::Passed);
    for wrong in [Actor::Customer, agent(1), Actor::Administrator { account: world.account.id }] {
        assert!(world.do_it(&Command::RecordCheck(vouched.clone()), &wrong).is_err(), "{wrong:?}");
    }
    let phone = world.evidence(CheckKind::PhoneCode, Giver::Administrator(administrator_id()), Outcome::Passed);
    assert_eq!(world.do_it(&Command::RecordCheck(phone), &administrator()), Err(Refused::WrongCheck));
    world.do_it(&Command::RecordCheck(vouched), &administrator()).unwrap();
    assert_eq!(world.case.state, State::Ready);
    world.account.administrators.clear();
    world.passes_time(TimeDelta::minutes(1));
    assert_eq!(world.case.state, State::Verifying);
    assert!(world.do_it(&Command::Decline, &administrator()).is_err());
}

#[test]
fn an_administrator_who_declines_ends_the_case() {
    let mut world = World::matched(AccountKind::Member, Tier::Standard);
    world.confirms_email();
    assert!(world.do_it(&Command::Decline, &Actor::Customer).is_err());
    world.do_it(&Command::Decline, &administrator()).unwrap();
    assert_eq!(world.case.state, State::Rejected);
}

#[test]
fn a_device_put_right_closes_the_case_and_switches_nothing_off() {
    let mut world = World::matched(AccountKind::Owner, Tier::Standard);
    world.confirms_email();
    let resync = world.evidence(CheckKind::Resync, Giver::Customer, Outcome::Passed);
    assert_eq!(world.do_it(&Command::RecordCheck(resync.clone()), &Actor::Customer), Err(Refused::WrongCheck));
    let transition = world.do_it(&Command::Resynchronise(resync), &Actor::Customer).unwrap();
    assert_eq!((world.case.state, world.case.conclusion), (State::Closed, Some(Conclusion::Resynchronised)));
    assert_eq!((transition.deactivate, transition.notices), (None, vec![Notice::Resynchronised]));
}

#[test]
fn a_directory_failure_goes_back_to_ready_with_its_reason() {
    let mut world = World::ready();
    world.do_it(&Command::Deactivate(authenticator(1)), &agent(1)).unwrap();
    world.do_it(&Command::DeactivationFailed("directory is down".to_owned()), &Actor::System).unwrap();
    assert_eq!((world.case.state, world.case.failure.as_deref()), (State::Ready, Some("directory is down")));
}

#[derive(Debug, Clone)]
enum Act {
    Do(Command, u8),
    Check(CheckKind, u8, Outcome),
    Wait(i64),
    ChangePhone,
    ChangeEmail,
    Suspend(u8),
    Restore(u8),
    Raise(i64, usize),
    SwitchOff(bool),
}

/// 0 is the customer, 10 the program, the rest are agents.
fn actor_of(n: u8) -> Actor {
    match n {
        0 => Actor::Customer,
        10 => Actor::System,
        11 => administrator(),
        n => agent(n),
    }
}

fn acts() -> impl Strategy<Value = Act> {
    let who = prop_oneof![3 => Just(0_u8), 3 => 1_u8..=5, 3 => Just(10), 1 => Just(11)];
    let command = prop_oneof![
        2 => Just(Command::MatchAccount(AccountId::new(DateTime::UNIX_EPOCH, [9; 10]))),
        4 => Just(Command::Claim),
        1 => Just(Command::Release),
        1 => (1_u8..=5).prop_map(|n| Command::Reassign(agent_id(n))),
        6 => Just(Command::Approve),
        2 => Just(Command::AskApproval),
        1 => Just(Command::RefuseApproval),
        1 => Just(Command::Decline),
        1 => Just(Command::Conclude(Conclusion::PhoneChanged)),
        1 => Just(Command::Reject),
        1 => Just(Command::Withdraw),
        8 => (1_u8..=2).prop_map(|n| Command::Deactivate(authenticator(n))),
        1 => Just(Command::DeactivationConfirmed),
        1 => Just(Command::DeactivationFailed("no".to_owned())),
        1 => Just(Command::Dispute),
        2 => any::<bool>().prop_map(|resume| Command::EndDispute { resume }),
        3 => Just(Command::Tick),
    ];
    let kind = prop_oneof![
        6 => Just(CheckKind::EmailLink),
        6 => Just(CheckKind::PhoneCode),
        3 => Just(CheckKind::AgentCallback),
        1 => prop::sample::select(CheckKind::ALL),
    ];
    let outcome = prop_oneof![5 => Just(Outcome::Passed), 1 => Just(Outcome::Failed)];
    prop_oneof![
        20 => (command, who).prop_map(|(command, who)| Act::Do(command, who)),
        12 => (kind, prop_oneof![3 => Just(0_u8), 1 => 1_u8..=5], outcome).prop_map(|(k, w, o)| Act::Check(k, w, o)),
        6 => prop_oneof![1_i64..120, Just(25 * 60)].prop_map(Act::Wait),
        1 => Just(Act::ChangePhone),
        1 => Just(Act::ChangeEmail),
        1 => (1_u8..=5).prop_map(Act::Suspend),
        2 => (1_u8..=5).prop_map(Act::Restore),
        1 => any::<bool>().prop_map(Act::SwitchOff),
        1 => ((0_i64..48), (0_usize..2)).prop_map(|(hours, approvals)| Act::Raise(hours, approvals)),
    ]
}

/// Restates the rule of design section 5 for a standard owner independently of the code that implements it.
fn may_be_deactivated(world: &World, before: &Case, presser: &Actor) -> bool {
    let (now, account) = (world.now, &world.account);
    let void = |agent: &AgentId, at: DateTime<Utc>| {
        world.suspended.contains(agent) || world.voided.get(agent).is_some_and(|until| at <= *until)
    };
    let extra: TimeDelta = world.raised.iter().map(|raised| raised.effect.wait).sum();
    let second_person = world.raised.iter().any(|raised| raised.effect.approvals > 0);
    let passed = |kinds: &[CheckKind], subject: Option<&Subject>| {
        before.evidence.iter().any(|e| {
            kinds.contains(&e.kind)
                && e.outcome == Outcome::Passed
                && e.at >= before.evidence_since
                && subject.is_none_or(|s| e.subject.as_ref() == Some(s))
                && e.giver.agent().is_none_or(|a| !void(&a, e.at))
                && e.at > now - TimeDelta::hours(24 + 24 + 72) - extra - extra
        })
    };
    let email = passed(&[CheckKind::EmailLink], Some(&account.email));
    let phone =
        account.phone.is_some() && passed(&[CheckKind::PhoneCode, CheckKind::AgentCallback], account.phone.as_ref());
    let approved_since = before
        .approvals
        .iter()
        .filter(|a| !void(&a.agent, a.at) && Some(a.agent) != presser.agent() && Some(a.agent) != before.holder)
        .filter(|a| before.asked.as_ref().is_none_or(|asked| asked.agent != a.agent))
        .filter(|a| before.evidence.iter().all(|e| e.giver.agent() != Some(a.agent)))
        .map(|a| a.at)
        .min();
    let waited = |hours| approved_since.is_some_and(|at| now - at >= TimeDelta::hours(hours) + extra);
    // Without an approval the wait is counted from the last thing that had to be there.
    let alone =
        !second_person && (extra.is_zero() || before.wait.as_ref().is_some_and(|wait| now - wait.started_at >= extra));
    let fast = alone || waited(0);
    let by_password = email && phone && passed(&[CheckKind::Password], None) && fast;
    let by_saved_code = email && passed(&[CheckKind::RecoveryCode], None) && fast;
    let by_addresses = email && phone && waited(24);
    let by_document = email && passed(&[CheckKind::Document], None) && waited(72);
    before.state == State::Ready
        && account.status == AccountStatus::Active
        && (by_password || by_saved_code || by_addresses || by_document)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_sequence_keeps_the_invariants(acts in prop::collection::vec(acts(), 1..80)) {
        let mut world = World::matched(AccountKind::Owner, Tier::Standard);
        for act in acts {
            let before = world.case.clone();
            let result = match act {
                Act::Do(command, who) => {
                    let actor = actor_of(who);
                    let result = world.do_it(&command, &actor);
                    if let Ok(transition) = &result && transition.deactivate.is_some() {
                        prop_assert!(may_be_deactivated(&world, &before, &actor), "{before:#?}");
                    }
                    result
                }
                Act::Check(kind, who, outcome) => {
                    let actor = actor_of(who);
                    let giver = actor.agent().map_or(Giver::Customer, Giver::Agent);
                    let evidence = world.evidence(kind, giver, outcome);
                    let command = if kind == CheckKind::EmailLink { Command::ConfirmEmail(evidence) } else { Command::RecordCheck(evidence) };
                    world.do_it(&command, &actor)
                }
                Act::Wait(minutes) => {
                    world.now += TimeDelta::minutes(minutes);
                    world.do_it(&Command::Tick, &Actor::System)
                }
                Act::ChangePhone => {
                    world.account.phone = Some(Subject(format!("phone {}", world.now)));
                    continue;
                }
                Act::ChangeEmail => {
                    world.account.email = Subject(format!("email {}", world.now));
                    continue;
                }
                Act::Suspend(n) => {
                    world.suspended.insert(agent_id(n));
                    world.voided.insert(agent_id(n), world.now);
                    continue;
                }
                Act::Raise(hours, approvals) => {
                    world.raised.push(raised(hours, approvals));
                    continue;
                }
                Act::Restore(n) => {
                    world.suspended.remove(&agent_id(n));
                    continue;
                }
                Act::SwitchOff(off) => {
                    world.account.status = if off { AccountStatus::Suspended } else { AccountStatus::Active };
                    continue;
                }
            };
            if before.state.is_final() {
                prop_assert_eq!(&before, &world.case);
            }
            match result {
                Ok(transition) => {
                    let said = !transition.records.is_empty();
                    prop_assert_eq!(said, world.case.version == before.version + 1);
                    prop_assert!(said || before.state == world.case.state, "a state changed without a record");
                    prop_assert_eq!(transition.deactivate.is_some(), before.state != State::Deactivating && world.case.state == State::Deactivating);
                    if world.case.state == State::Deactivated {
                        prop_assert!(matches!(before.state, State::Deactivating | State::Deactivated | State::Disputed));
                    }
                }
                Err(_) => prop_assert_eq!(&before, &world.case),
            }
        }
    }

    #[test]
    fn a_case_that_time_will_change_has_a_timer(acts in prop::collection::vec(acts(), 1..60)) {
        let mut world = World::matched(AccountKind::Owner, Tier::Standard);
        for act in acts {
            match act {
                Act::Do(command, who) => { let _ = world.do_it(&command, &actor_of(who)); }
                Act::Check(CheckKind::EmailLink, _, outcome) => {
                    let evidence = world.evidence(CheckKind::EmailLink, Giver::Customer, outcome);
                    let _ = world.do_it(&Command::ConfirmEmail(evidence), &Actor::Customer);
                }
                Act::Check(kind, _, outcome) => {
                    let evidence = world.evidence(kind, Giver::Customer, outcome);
                    let _ = world.do_it(&Command::RecordCheck(evidence), &Actor::Customer);
                }
                _ => {}
            }
        }
        let settled = world.case.clone();
        let due = due_at(&settled, world.now);
        world.now = due.unwrap_or(world.now + TimeDelta::days(400)).max(world.now) - TimeDelta::microseconds(1);
        world.do_it(&Command::Tick, &Actor::System).unwrap();
        prop_assert_eq!(&settled, &world.case, "it changed before its timer");
    }
}
