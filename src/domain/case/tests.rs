#[path = "colleague_tests.rs"]
mod colleague_tests;
#[path = "merge_tests.rs"]
mod merge_tests;
#[path = "orders_tests.rs"]
mod orders_tests;
#[path = "write_tests.rs"]
mod write_tests;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use proptest::prelude::*;

use super::*;
use crate::domain::account::{AuthenticatorKind, AuthenticatorState};
use crate::domain::actor::{Actor, Role};
use crate::domain::evidence::{CheckKind, Giver, Outcome};
use crate::domain::people::Appointments;
use crate::domain::policy::Waits;
use crate::domain::risk::{Effect, Signal};

const AGENTS: [(u8, Role); 5] =
    [(1, Role::Agent), (2, Role::Agent), (3, Role::Supervisor), (4, Role::Auditor), (5, Role::Admin)];

fn agent_id(n: u8) -> AgentId {
    AgentId::new(DateTime::UNIX_EPOCH, [n; 10])
}

fn agent(n: u8) -> Actor {
    let role = AGENTS.iter().find(|(id, _)| *id == n).map_or(Role::Agent, |(_, role)| *role);
    Actor::Agent { id: agent_id(n), email: format!("a{n}@example.com").parse().unwrap(), role, via: None }
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

fn set(which: &[u8]) -> AuthenticatorSet {
    AuthenticatorSet::new(which.iter().map(|n| authenticator(*n))).unwrap()
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
        authenticators: [1, 2, 3]
            .map(|n| Authenticator {
                id: authenticator(n),
                account: id,
                kind: AuthenticatorKind::VirtualTotp,
                label: format!("Phone {n}"),
                state: AuthenticatorState::Active,
            })
            .to_vec(),
        administrators: BTreeSet::from([administrator_id()]),
    }
}

fn administrator_id() -> AccountId {
    AccountId::new(DateTime::UNIX_EPOCH, [8; 10])
}

fn administrator() -> Actor {
    Actor::Administrator { account: administrator_id() }
}

fn owner() -> Actor {
    Actor::Owner { account: AccountId::new(DateTime::UNIX_EPOCH, [9; 10]) }
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
    supervisors: BTreeSet<AgentId>,
    voided: BTreeMap<AgentId, DateTime<Utc>>,
    appointments: Appointments,
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
            supervisors: BTreeSet::new(),
            voided: BTreeMap::new(),
            appointments: Appointments::new(),
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
            supervisors: &self.supervisors,
            voided: &self.voided,
            appointments: &self.appointments,
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

    /// A case with which an owner helps themself, begun after the password was right.
    fn of_owner(tier: Tier) -> Self {
        let mut world = Self::new(AccountKind::Owner, tier);
        let reference = CaseRef::from_random(1).unwrap();
        world.case = Case::of_owner(world.account.id, CaseId::new(start(), [0; 10]), reference, start());
        let password = world.evidence(CheckKind::Password, Giver::Customer, Outcome::Passed);
        world.do_it(&Command::RecordCheck(password), &owner()).unwrap();
        world
    }

    /// An owner who helps themself and has proved everything.
    fn let_in() -> Self {
        let mut world = Self::of_owner(Tier::Standard);
        world.confirms_email();
        world.passes(CheckKind::PhoneCode);
        world.do_it(&Command::LetOwnerIn, &owner()).unwrap();
        world
    }

    fn step(&self) -> OwnersStep {
        let facts = Facts {
            policy: &self.policy,
            account: Some(&self.account),
            suspended: &self.suspended,
            supervisors: &self.supervisors,
            voided: &self.voided,
            appointments: &self.appointments,
            raised: &self.raised,
        };
        owners_step(&self.case, &facts, self.now)
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
        world.do_it(&Command::Approve(set(&[1])), &agent(2)).unwrap();
        world.passes_time(TimeDelta::hours(24));
        assert_eq!(world.case.state, State::Ready);
        world
    }
}

#[test]
fn the_ordinary_way_leads_to_a_deactivation() {
    let mut world = World::ready();
    let transition = world.do_it(&Command::Deactivate(set(&[1])), &agent(1)).unwrap();
    assert_eq!(transition.deactivate, Some(set(&[1])));
    world.do_it(&Command::DeactivationConfirmed(authenticator(1)), &Actor::System).unwrap();
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
    assert_eq!(world.do_it(&Command::Approve(set(&[1])), &agent(1)), Err(Refused::HolderCannotApprove));
    world.do_it(&Command::Release, &agent(1)).unwrap();
    assert_eq!(world.do_it(&Command::Approve(set(&[1])), &agent(1)), Err(Refused::GiverCannotApprove));
    world.do_it(&Command::Approve(set(&[1])), &agent(2)).unwrap();
    assert_eq!(world.do_it(&Command::Claim, &agent(2)), Err(Refused::ApproverCannotHold));
}

#[test]
fn nobody_makes_a_second_pair_of_eyes_of_their_own() {
    let held = |appointments: Appointments| {
        let mut world = World::matched(AccountKind::Owner, Tier::Standard);
        world.confirms_email();
        world.do_it(&Command::Claim, &agent(1)).unwrap();
        let evidence = world.evidence(CheckKind::AgentCallback, Giver::Agent(agent_id(1)), Outcome::Passed);
        world.do_it(&Command::RecordCheck(evidence), &agent(1)).unwrap();
        world.appointments = appointments;
        world
    };
    let now = held(Appointments::new()).now;
    let appointed = |list: &[(u8, u8)], hours| {
        list.iter().map(|(of, by)| (agent_id(*of), (agent_id(*by), now - TimeDelta::hours(hours)))).collect()
    };
    let approves = |world: &mut World| world.do_it(&Command::Approve(set(&[1])), &agent(2)).map(|_| ());
    // Whom the holder appointed, whoever appointed the holder, and whom the same colleague appointed.
    for list in [vec![(2, 1)], vec![(1, 2)], vec![(1, 3), (2, 3)]] {
        let mut world = held(appointed(&list, 23));
        assert_eq!(approves(&mut world), Err(Refused::MayBeParty), "{list:?}");
        // The evidence stays theirs when somebody else holds the case.
        world.do_it(&Command::Release, &agent(1)).unwrap();
        assert_eq!(approves(&mut world), Err(Refused::MayBeParty), "{list:?}");
        assert_eq!(world.do_it(&Command::RefuseApproval, &agent(2)), Err(Refused::MayBeParty));
        assert_eq!(approves(&mut held(appointed(&list, 24))), Ok(()), "{list:?}");
    }
    assert_eq!(approves(&mut held(appointed(&[(2, 3)], 1))), Ok(()));
}

#[test]
fn evidence_about_an_address_that_is_no_longer_of_record_stops_counting() {
    let mut world = World::ready();
    world.account.phone = Some(Subject("another".to_owned()));
    assert!(matches!(world.do_it(&Command::Deactivate(set(&[1])), &agent(1)), Err(Refused::PolicyNotMet(_))));
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
    assert!(matches!(world.do_it(&Command::Deactivate(set(&[1])), &agent(1)), Err(Refused::PolicyNotMet(_))));
}

#[test]
fn an_approval_needs_evidence_that_still_counts() {
    let mut world = World::matched(AccountKind::Owner, Tier::Standard);
    world.confirms_email();
    world.passes(CheckKind::PhoneCode);
    world.now += TimeDelta::hours(24);
    assert!(matches!(world.do_it(&Command::Approve(set(&[1])), &agent(2)), Err(Refused::PolicyNotMet(_))));
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
        (Command::Deactivate(set(&[1])), agent(1)),
        (Command::Approve(set(&[1])), agent(2)),
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
    let mut world = World::matched(AccountKind::Owner, Tier::Standard);
    world.confirms_email();
    world.passes(CheckKind::PhoneCode);
    world.do_it(&Command::Approve(set(&[1])), &agent(2)).unwrap();
    world.now += TimeDelta::minutes(1);
    world.voided.insert(agent_id(2), world.now);
    world.passes_time(TimeDelta::minutes(1));
    assert_eq!(world.case.state, State::AwaitingApproval, "restored, and yet the approval is gone");
    world.do_it(&Command::Approve(set(&[1])), &agent(2)).unwrap();
    assert_eq!(world.case.state, State::CoolingOff, "it can be given anew");
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
    assert_eq!(world.do_it(&Command::Approve(set(&[1])), &agent(1)), Err(Refused::AskerCannotApprove));
    assert_eq!(world.do_it(&Command::RefuseApproval, &agent(1)), Err(Refused::AskerCannotApprove));
    world.do_it(&Command::Approve(set(&[1])), &agent(2)).unwrap();
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
    world.do_it(&Command::Approve(set(&[1])), &agent(2)).unwrap();
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
    assert!(matches!(world.do_it(&Command::Deactivate(set(&[1])), &agent(1)), Err(Refused::PolicyNotMet(_))));
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
    world.do_it(&Command::Approve(set(&[1])), &agent(2)).unwrap();
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
    world.do_it(&Command::Deactivate(set(&[1])), &agent(1)).unwrap();
    world
        .do_it(&Command::DeactivationFailed(authenticator(1), "directory is down".to_owned()), &Actor::System)
        .unwrap();
    let failed = Progress::Failed("directory is down".to_owned());
    assert_eq!(world.case.state, State::Ready);
    assert_eq!(world.case.orders[&authenticator(1)], Ordered { nth: 1, progress: failed });
}

impl World {
    fn gives(&mut self, kind: CheckKind, by: &Actor) -> Result<Transition, Refused> {
        let giver = by.agent().map_or(Giver::Customer, Giver::Agent);
        let evidence = self.evidence(kind, giver, Outcome::Passed);
        self.do_it(&Command::RecordCheck(evidence), by)
    }

    /// Agent 1 holds and examined a document, agent 2 approved: the long wait runs.
    fn on_a_document() -> Self {
        let mut world = Self::matched(AccountKind::Owner, Tier::Standard);
        world.confirms_email();
        world.do_it(&Command::Claim, &agent(1)).unwrap();
        world.gives(CheckKind::Document, &agent(1)).unwrap();
        world.do_it(&Command::Approve(set(&[1])), &agent(2)).unwrap();
        assert_eq!(world.case.wait.as_ref().map(|wait| wait.path.as_str()), Some("document"));
        world
    }

    /// Link, call, agent 1 holds, agent 2 approved: the ordinary wait runs.
    fn on_addresses() -> Self {
        let mut world = Self::matched(AccountKind::Owner, Tier::Standard);
        world.confirms_email();
        world.passes(CheckKind::PhoneCode);
        world.do_it(&Command::Claim, &agent(1)).unwrap();
        world.do_it(&Command::Approve(set(&[1])), &agent(2)).unwrap();
        assert_eq!(world.case.state, State::CoolingOff);
        world
    }
}

#[test]
fn evidence_that_takes_the_place_of_voided_evidence_inherits_neither_wait_nor_approval() {
    let mut world = World::on_addresses();
    world.passes_time(TimeDelta::hours(12));
    world.now += TimeDelta::hours(10);
    world.account.phone = Some(Subject("the attacker's".to_owned()));
    world.now += TimeDelta::hours(1);
    world.passes(CheckKind::PhoneCode);
    world.passes_time(TimeDelta::hours(1));
    assert!(world.do_it(&Command::Deactivate(set(&[1])), &agent(1)).is_err());
    assert_eq!(world.case.state, State::Verifying, "the link is as old as the wait");
}

#[test]
fn a_wait_without_approval_begins_anew_for_evidence_that_takes_the_place_of_voided_evidence() {
    let mut world = World::matched(AccountKind::Owner, Tier::Standard);
    world.raised.push(raised(20, 0));
    world.confirms_email();
    world.passes(CheckKind::Password);
    world.passes(CheckKind::PhoneCode);
    assert_eq!(world.case.state, State::CoolingOff);
    world.now += TimeDelta::hours(18);
    world.account.phone = Some(Subject("the attacker's".to_owned()));
    world.now += TimeDelta::hours(1);
    world.passes(CheckKind::PhoneCode);
    world.passes_time(TimeDelta::hours(1));
    assert_eq!(world.case.state, State::CoolingOff);
}

#[test]
fn evidence_that_a_wait_keeps_alive_counts_for_the_path_of_that_wait_alone() {
    let mut world = World::on_a_document();
    world.passes_time(TimeDelta::hours(71));
    world.passes(CheckKind::RecoveryCode);
    assert_eq!(world.case.state, State::CoolingOff, "the link of 71 hours ago is no part of a path without a wait");
    world.passes(CheckKind::PhoneCode);
    assert_eq!(world.case.wait.as_ref().unwrap().path, "document");
    world.passes_time(TimeDelta::hours(1));
    assert_eq!(world.case.state, State::Ready);
}

#[test]
fn more_evidence_never_makes_the_wait_end_later() {
    let mut world = World::on_a_document();
    let before = world.case.wait.clone().unwrap();
    world.now += TimeDelta::hours(1);
    world.passes(CheckKind::PhoneCode);
    assert!(world.case.wait.as_ref().unwrap().ends_at <= before.ends_at);
}

#[test]
fn an_approval_covers_the_path_and_the_evidence_that_the_approver_saw() {
    let mut world = World::on_a_document();
    world.now += TimeDelta::hours(1);
    world.passes(CheckKind::PhoneCode);
    world.passes_time(TimeDelta::hours(24));
    assert!(world.do_it(&Command::Deactivate(set(&[1])), &agent(1)).is_err(), "nobody approved the call");
}

#[test]
fn an_approval_covers_the_authenticators_that_it_names() {
    let mut world = World::ready();
    let other = world.do_it(&Command::Deactivate(set(&[2])), &agent(1));
    assert_eq!(other, Err(Refused::OtherAuthenticator));
    world.do_it(&Command::Deactivate(set(&[1])), &agent(1)).unwrap();
}

#[test]
fn what_a_signal_asked_for_stays_asked_for_when_it_fires_no_more() {
    for (hours, approvals, state) in [(24, 0, State::CoolingOff), (0, 1, State::AwaitingApproval)] {
        let mut world = World::matched(AccountKind::Owner, Tier::Standard);
        world.raised.push(raised(hours, approvals));
        world.confirms_email();
        world.passes(CheckKind::Password);
        world.passes(CheckKind::PhoneCode);
        assert_eq!(world.case.state, state);
        world.raised.clear();
        world.passes_time(TimeDelta::minutes(1));
        assert_eq!(world.case.state, state);
    }
}

#[test]
fn nobody_makes_up_a_check_that_is_anothers_to_give() {
    let mut world = World::matched(AccountKind::Owner, Tier::Standard);
    world.confirms_email();
    world.do_it(&Command::Claim, &agent(1)).unwrap();
    for (kind, by) in [
        (CheckKind::Password, agent(1)),
        (CheckKind::PhoneCode, agent(1)),
        (CheckKind::RecoveryCode, agent(1)),
        (CheckKind::Document, Actor::Customer),
        (CheckKind::InPerson, Actor::Customer),
        (CheckKind::AgentCallback, Actor::Customer),
        (CheckKind::PhoneCode, Actor::System),
        (CheckKind::PhoneCode, Actor::Operator),
    ] {
        assert!(world.gives(kind, &by).is_err(), "{kind:?} by {}", by.kind());
    }
}

#[test]
fn whoever_ordered_a_deactivation_answers_for_it_until_it_is_settled() {
    let mut world = World::ready();
    world.do_it(&Command::Deactivate(set(&[1])), &agent(1)).unwrap();
    assert!(world.do_it(&Command::Release, &agent(1)).is_err());
    assert!(world.do_it(&Command::Reassign(agent_id(5)), &agent(3)).is_err());
}

#[test]
fn a_case_that_lapses_after_its_expiry_still_has_a_timer() {
    let mut world = World::on_addresses();
    world.passes_time(TimeDelta::days(15));
    assert!(world.case.state.is_final() || due_at(&world.case, world.now).is_some(), "{:?}", world.case.state);
}

#[test]
fn no_case_awaits_an_approval_that_nobody_can_give() {
    let mut world = World::ready();
    world.voided.insert(agent_id(2), world.now);
    world.passes_time(TimeDelta::minutes(1));
    assert_eq!(world.case.state, State::Verifying, "what the wait kept alive lapsed with it");
}

#[test]
fn no_command_loses_the_notice_at_half_time() {
    let mut world = World::on_addresses();
    world.now += TimeDelta::hours(12) + TimeDelta::milliseconds(300);
    world.do_it(&Command::Release, &agent(1)).unwrap();
    assert!(due_at(&world.case, world.now).unwrap() <= world.now, "the timer still looks at it at once");
    let told = world.do_it(&Command::Tick, &Actor::System).unwrap().notices;
    assert!(matches!(told[..], [Notice::CoolingOffHalfway { .. }]));
}

#[test]
fn everyone_who_ever_asked_for_it_or_overruled_a_dispute_is_barred_from_approving() {
    let mut world = World::matched(AccountKind::Owner, Tier::Standard);
    world.confirms_email();
    world.passes(CheckKind::PhoneCode);
    for n in [1, 2] {
        world.do_it(&Command::Claim, &agent(n)).unwrap();
        world.do_it(&Command::AskApproval, &agent(n)).unwrap();
        world.do_it(&Command::Release, &agent(n)).unwrap();
    }
    world.do_it(&Command::Dispute, &Actor::Customer).unwrap();
    world.do_it(&Command::EndDispute { resume: true }, &agent(3)).unwrap();
    world.now += TimeDelta::seconds(1);
    world.confirms_email();
    world.passes(CheckKind::PhoneCode);
    for n in [1, 2, 3] {
        let refused = world.do_it(&Command::Approve(set(&[1])), &agent(n));
        assert_eq!(refused, Err(Refused::AskerCannotApprove), "{n}");
    }
    world.do_it(&Command::Approve(set(&[1])), &agent(5)).unwrap();
}

#[test]
fn touching_a_deactivated_case_does_not_move_its_closing() {
    let mut world = World::ready();
    world.policy.case_expiry = TimeDelta::days(2);
    world.do_it(&Command::Deactivate(set(&[1])), &agent(1)).unwrap();
    world.do_it(&Command::DeactivationConfirmed(authenticator(1)), &Actor::System).unwrap();
    let closes = world.case.expires_at;
    world.do_it(&Command::Release, &agent(1)).unwrap();
    assert_eq!(world.case.expires_at, closes);
}

#[test]
fn an_owner_who_proved_everything_deactivates_alone_and_nobody_else_does() {
    let mut world = World::of_owner(Tier::Standard);
    assert_eq!(world.step(), OwnersStep::Email);
    world.confirms_email();
    assert_eq!(world.step(), OwnersStep::Phone);
    for command in [Command::LetOwnerIn, Command::DeactivateOwn(set(&[1]))] {
        assert!(matches!(world.do_it(&command, &owner()), Err(Refused::PolicyNotMet(_))), "{command:?}");
    }
    world.passes(CheckKind::PhoneCode);
    assert_eq!((world.case.state, world.step()), (State::Ready, OwnersStep::SignIn));
    let stranger = Actor::Owner { account: administrator_id() };
    for actor in [Actor::Customer, Actor::System, administrator(), stranger, agent(1), agent(3)] {
        for command in [Command::LetOwnerIn, Command::DeactivateOwn(set(&[1]))] {
            assert!(world.do_it(&command, &actor).is_err(), "{command:?} by {actor:?}");
        }
    }
    assert_eq!(world.do_it(&Command::Claim, &agent(1)), Err(Refused::WithOwner));
    let told = world.do_it(&Command::LetOwnerIn, &owner()).unwrap().notices;
    assert_eq!(told, [Notice::OwnerLetIn]);
    let ordered = world.do_it(&Command::DeactivateOwn(set(&[1])), &owner()).unwrap();
    assert_eq!(ordered.deactivate, Some(set(&[1])));
    world.do_it(&Command::DeactivationConfirmed(authenticator(1)), &Actor::System).unwrap();
    let told = world.do_it(&Command::SeeNewDevice, &Actor::System).unwrap().notices;
    assert_eq!((world.case.state, told), (State::Closed, vec![Notice::Closed]));
}

#[test]
fn a_new_device_closes_no_case_that_deactivated_nothing() {
    let mut world = World::ready();
    assert_eq!(world.do_it(&Command::SeeNewDevice, &Actor::System), Err(Refused::WrongState(State::Ready)));
}

#[test]
fn an_owner_never_goes_on_alone_where_a_second_person_or_a_wait_is_needed() {
    let mut privileged = World::of_owner(Tier::Privileged);
    privileged.confirms_email();
    privileged.passes(CheckKind::PhoneCode);
    let mut signalled = World::of_owner(Tier::Standard);
    signalled.raised.push(raised(1, 0));
    signalled.confirms_email();
    signalled.passes(CheckKind::PhoneCode);
    for mut world in [privileged, signalled] {
        assert_eq!((world.case.state, world.step()), (State::Verifying, OwnersStep::Desk));
        for command in [Command::LetOwnerIn, Command::DeactivateOwn(set(&[1]))] {
            assert!(matches!(world.do_it(&command, &owner()), Err(Refused::PolicyNotMet(_))), "{command:?}");
        }
        world.now += TimeDelta::minutes(1);
        let handed = world.do_it(&Command::HandOver(Some(Setback::Policy)), &owner()).unwrap();
        assert_eq!(handed.notices[0], Notice::HandedOver);
        assert!(matches!(world.case.state, State::AwaitingApproval | State::CoolingOff));
        assert_eq!(world.do_it(&Command::DeactivateOwn(set(&[1])), &owner()), Err(Refused::WithDesk));
    }
}

#[test]
fn a_signal_that_fires_after_an_owner_was_let_in_stops_them() {
    let mut world = World::let_in();
    world.raised.push(raised(24, 0));
    let refused = world.do_it(&Command::DeactivateOwn(set(&[1])), &owner());
    assert!(matches!(refused, Err(Refused::PolicyNotMet(_))));
    assert_eq!(world.do_it(&Command::Tick, &Actor::System).unwrap().notices, []);
    assert_eq!((world.case.state, world.step()), (State::Verifying, OwnersStep::Desk));
    // An order that waited is not carried out either.
    let mut world = World::let_in();
    world.do_it(&Command::DeactivateOwn(set(&[1])), &owner()).unwrap();
    world.raised.push(raised(24, 0));
    let facts = Facts {
        policy: &world.policy,
        account: Some(&world.account),
        suspended: &world.suspended,
        supervisors: &world.supervisors,
        voided: &world.voided,
        appointments: &world.appointments,
        raised: &world.raised,
    };
    assert!(!still_permits(&world.case, authenticator(1), world.now, &facts));
}

#[test]
fn a_dispute_takes_a_case_from_its_owner_for_good() {
    let mut world = World::let_in();
    world.do_it(&Command::Dispute, &Actor::Customer).unwrap();
    assert_eq!(world.step(), OwnersStep::Over);
    world.do_it(&Command::EndDispute { resume: true }, &agent(3)).unwrap();
    world.now += TimeDelta::seconds(1);
    world.confirms_email();
    world.passes(CheckKind::PhoneCode);
    for command in [Command::LetOwnerIn, Command::DeactivateOwn(set(&[1]))] {
        assert_eq!(world.do_it(&command, &owner()), Err(Refused::WithDesk));
    }
}

#[test]
fn what_an_owner_leaves_lying_ends_in_two_hours_and_tells_only_a_mailbox_that_took_part() {
    let mut world = World::of_owner(Tier::Standard);
    world.now += OWNERS_TIME;
    assert_eq!(world.do_it(&Command::Tick, &Actor::System).unwrap().notices, []);
    assert_eq!(world.case.state, State::Expired);
    let mut world = World::of_owner(Tier::Standard);
    world.now += TimeDelta::hours(1);
    world.confirms_email();
    world.passes_time(OWNERS_TIME - TimeDelta::seconds(1));
    assert_eq!(world.case.state, State::Verifying);
    world.now += TimeDelta::seconds(1);
    assert_eq!(world.do_it(&Command::Tick, &Actor::System).unwrap().notices, [Notice::Expired]);
    // Whoever was let in had what they wanted.
    let mut world = World::let_in();
    world.now += OWNERS_TIME;
    assert_eq!(world.do_it(&Command::Tick, &Actor::System).unwrap().notices, []);
    assert_eq!(world.case.state, State::Expired);
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
    Lower,
    SwitchOff(bool),
}

/// 0 is the customer, 10 the program, the rest are agents.
fn actor_of(n: u8) -> Actor {
    match n {
        0 => Actor::Customer,
        10 => Actor::System,
        11 => administrator(),
        12 => owner(),
        n => agent(n),
    }
}

fn some_of_three() -> impl Strategy<Value = AuthenticatorSet> {
    prop::sample::subsequence(vec![1_u8, 2, 3], 1..=3).prop_map(|which| set(&which))
}

fn answer() -> impl Strategy<Value = Command> {
    (1_u8..=3, any::<bool>()).prop_map(|(n, confirmed)| match confirmed {
        true => Command::DeactivationConfirmed(authenticator(n)),
        false => Command::DeactivationFailed(authenticator(n), "no".to_owned()),
    })
}

/// Another case: of the same account or of another's, going on or over.
fn kept() -> impl Strategy<Value = Kept> {
    (any::<bool>(), any::<bool>()).prop_map(|(same, open)| {
        let account = AccountId::new(DateTime::UNIX_EPOCH, [if same { 9 } else { 7 }; 10]);
        let id = CaseId::new(start(), [1; 10]);
        let mut other = Case::opened_for(account, id, CaseRef::from_random(2).unwrap(), start(), TimeDelta::days(14));
        if !open {
            other.state = State::Expired;
        }
        other.kept()
    })
}

fn acts() -> impl Strategy<Value = Act> {
    let who = prop_oneof![3 => Just(0_u8), 3 => 1_u8..=5, 3 => Just(10), 1 => Just(11), 3 => Just(12)];
    let command = prop_oneof![
        2 => Just(Command::MatchAccount(AccountId::new(DateTime::UNIX_EPOCH, [9; 10]))),
        4 => Just(Command::Claim),
        1 => Just(Command::Release),
        1 => (1_u8..=5).prop_map(|n| Command::Reassign(agent_id(n))),
        6 => some_of_three().prop_map(Command::Approve),
        2 => Just(Command::AskApproval),
        1 => Just(Command::RefuseApproval),
        1 => Just(Command::Decline),
        1 => Just(Command::Conclude(Conclusion::PhoneChanged)),
        1 => Just(Command::Reject),
        1 => kept().prop_map(Command::Merge),
        1 => Just(Command::Withdraw),
        8 => some_of_three().prop_map(Command::Deactivate),
        4 => some_of_three().prop_map(Command::DeactivateOwn),
        2 => Just(Command::LetOwnerIn),
        1 => Just(Command::HandOver(None)),
        1 => Just(Command::SeeNewDevice),
        1 => Just(Command::LeaveRest),
        1 => answer(),
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
        4 => answer().prop_map(|answer| Act::Do(answer, 10)),
        12 => (kind, prop_oneof![3 => Just(0_u8), 1 => 1_u8..=5], outcome).prop_map(|(k, w, o)| Act::Check(k, w, o)),
        6 => prop_oneof![1_i64..120, Just(25 * 60)].prop_map(Act::Wait),
        1 => Just(Act::ChangePhone),
        1 => Just(Act::ChangeEmail),
        1 => (1_u8..=5).prop_map(Act::Suspend),
        2 => (1_u8..=5).prop_map(Act::Restore),
        1 => any::<bool>().prop_map(Act::SwitchOff),
        1 => ((0_i64..48), (0_usize..2)).prop_map(|(hours, approvals)| Act::Raise(hours, approvals)),
        1 => Just(Act::Lower),
    ]
}

/// What a play shows from outside, beside the case.
#[derive(Default)]
struct Watched {
    /// Everyone who ever asked for an approval or let a disputed case go on.
    barred: BTreeSet<AgentId>,
    /// Who approved which authenticators, and when.
    approvals: Vec<(AgentId, AuthenticatorSet, DateTime<Utc>)>,
    /// The most that signals added while the case was under review.
    extra: TimeDelta,
    second_person: bool,
}

impl Watched {
    fn saw(&mut self, world: &World, command: &Command, actor: &Actor) {
        match (command, actor.agent()) {
            (Command::AskApproval | Command::EndDispute { resume: true }, Some(agent)) => {
                self.barred.insert(agent);
            }
            (Command::Approve(set), Some(agent)) => self.approvals.push((agent, set.clone(), world.now)),
            _ => {}
        }
        if world.case.state.is_under_review() {
            self.extra = self.extra.max(world.raised.iter().map(|raised| raised.effect.wait).sum());
            self.second_person |= world.raised.iter().any(|raised| raised.effect.approvals > 0);
        }
    }
}

/// Restates the rule of design section 5 for a standard owner, independently of the code that implements it: for one
/// path there was a moment at which everything it asks for was there, valid by its own time and seen by the approver,
/// and the whole wait has gone by since.
fn may_be_deactivated(
    world: &World,
    watched: &Watched,
    before: &Case,
    (presser, device): (&Actor, AuthenticatorId),
) -> bool {
    use CheckKind::*;
    let (now, account) = (world.now, &world.account);
    let void = |agent: AgentId, at: DateTime<Utc>| {
        world.suspended.contains(&agent) || world.voided.get(&agent).is_some_and(|until| at <= *until)
    };
    let sound = |kinds: &[CheckKind]| -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
        let kept = before.evidence.iter().filter(|e| {
            let (about, by_agent) = match e.kind {
                EmailLink => (Some(&account.email), false),
                PhoneCode => (account.phone.as_ref(), false),
                AgentCallback => (account.phone.as_ref(), true),
                kind => (None, matches!(kind, Document | InPerson)),
            };
            let of_record = !matches!(e.kind, EmailLink | PhoneCode | AgentCallback) || e.subject.as_ref() == about;
            kinds.contains(&e.kind)
                && e.outcome == Outcome::Passed
                && e.at >= before.evidence_since
                && of_record
                && (about.is_some() || !matches!(e.kind, PhoneCode | AgentCallback))
                && e.giver.agent().is_some() == by_agent
                && e.giver.agent().is_none_or(|agent| !void(agent, e.at))
        });
        let lifetime = |kind| match kind {
            Password => TimeDelta::days(10_000),
            Document | InPerson => TimeDelta::days(7),
            _ => TimeDelta::hours(24),
        };
        kept.map(|e| (e.at, e.at + lifetime(e.kind))).collect()
    };
    let extra = watched.extra.max(world.raised.iter().map(|raised| raised.effect.wait).sum());
    let second_person = watched.second_person || world.raised.iter().any(|raised| raised.effect.approvals > 0);
    let approvals = watched.approvals.iter().filter(|(agent, of, at)| {
        of.contains(device)
            && *at >= before.evidence_since
            && !void(*agent, *at)
            && Some(*agent) != presser.agent()
            && Some(*agent) != before.holder
            && !watched.barred.contains(agent)
            && before.evidence.iter().all(|e| e.giver.agent() != Some(*agent))
    });
    let approvals: Vec<DateTime<Utc>> = approvals.map(|(_, _, at)| *at).collect();
    let phone: &[CheckKind] = &[PhoneCode, AgentCallback];
    let paths: [(&[&[CheckKind]], bool, i64); 4] = [
        (&[&[Password], &[EmailLink], phone], false, 0),
        (&[&[RecoveryCode], &[EmailLink]], false, 0),
        (&[&[EmailLink], phone], true, 24),
        (&[&[EmailLink], &[Document]], true, 72),
    ];
    let permitted = paths.iter().any(|(groups, approved, hours)| {
        let wait = TimeDelta::hours(*hours) + extra;
        let needs_approval = *approved || second_person;
        // Alone, an owner waits for nobody and for nothing.
        if before.with_owner && (needs_approval || !wait.is_zero()) {
            return false;
        }
        // Every choice of one piece of evidence for each group, as the moment it was complete and the moment it lapses.
        let mut choices = vec![(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC)];
        for group in *groups {
            let given = sound(group);
            choices = choices
                .iter()
                .flat_map(|(from, until)| given.iter().map(|(at, over)| ((*from).max(*at), (*until).min(*over))))
                .collect();
        }
        choices.iter().any(|(complete, lapses)| {
            let begins: Vec<DateTime<Utc>> = match needs_approval {
                true => approvals.iter().copied().filter(|at| at >= complete).collect(),
                false => vec![*complete],
            };
            begins.iter().any(|begin| {
                let over = if wait.is_zero() { *lapses } else { *lapses + wait + TimeDelta::hours(72) };
                begin < lapses && now - *begin >= wait && now < over
            })
        })
    });
    let by_whom = match presser {
        Actor::Owner { account: of } => before.with_owner && *of == account.id,
        presser => presser.agent().is_some() && !before.with_owner,
    };
    before.state == State::Ready && account.status == AccountStatus::Active && by_whom && permitted
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn any_sequence_keeps_the_invariants(begun in 0_u8..7, acts in prop::collection::vec(acts(), 1..80)) {
        let (mut world, mut watched) = match begun {
            0 => (World::matched(AccountKind::Owner, Tier::Standard), Watched::default()),
            3 => (World::of_owner(Tier::Standard), Watched::default()),
            4 => (World::let_in(), Watched::default()),
            5 | 6 => {
                let mut world = orders_tests::ready_for(&[1, 2, 3]);
                let at = world.now - TimeDelta::hours(24);
                if begun == 6 {
                    world.do_it(&Command::Deactivate(set(&[1, 2, 3])), &agent(1)).unwrap();
                }
                (world, Watched { approvals: vec![(agent_id(2), set(&[1, 2, 3]), at)], ..Watched::default() })
            }
            _ => {
                let world = if begun == 1 { World::on_addresses() } else { World::on_a_document() };
                let approvals = vec![(agent_id(2), set(&[1]), world.now)];
                (world, Watched { approvals, ..Watched::default() })
            }
        };
        for act in acts {
            let before = world.case.clone();
            let result = match act {
                Act::Do(command, who) => {
                    let actor = actor_of(who);
                    let result = world.do_it(&command, &actor);
                    if let Ok(transition) = &result {
                        for device in transition.deactivate.iter().flat_map(AuthenticatorSet::iter) {
                            prop_assert!(may_be_deactivated(&world, &watched, &before, (&actor, device)), "{before:#?}");
                        }
                        orders_tests::keep_to_what_was_confirmed(&before, &command, &actor, transition)?;
                        if let Command::Merge(kept) = &command {
                            prop_assert!(merge_tests::only_ends(&before, kept, &actor, transition), "{transition:#?}");
                        }
                        watched.saw(&world, &command, &actor);
                    }
                    result
                }
                Act::Check(kind, who, outcome) => {
                    let actor = if matches!(kind, CheckKind::AgentCallback | CheckKind::Document) { agent(who.max(1)) } else { actor_of(who) };
                    let giver = actor.agent().map_or(Giver::Customer, Giver::Agent);
                    let evidence = world.evidence(kind, giver, outcome);
                    let command = if kind == CheckKind::EmailLink { Command::ConfirmEmail(evidence) } else { Command::RecordCheck(evidence) };
                    let result = world.do_it(&command, &actor);
                    if result.is_ok() {
                        watched.saw(&world, &command, &actor);
                    }
                    result
                }
                Act::Wait(minutes) => {
                    world.now += TimeDelta::minutes(minutes);
                    let result = world.do_it(&Command::Tick, &Actor::System);
                    watched.saw(&world, &Command::Tick, &Actor::System);
                    result
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
                Act::Lower => {
                    world.raised.clear();
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
                        let answered = matches!(before.state, State::Deactivating | State::Deactivated | State::Disputed);
                        prop_assert!(answered || before.has_deactivated());
                    }
                    prop_assert!(!world.case.with_owner || before.with_owner, "a case of the desk became its owner's");
                    let waits = matches!(world.case.state, State::AwaitingApproval | State::CoolingOff);
                    prop_assert!(!(world.case.with_owner && waits), "a wait began before the desk was asked");
                }
                Err(_) => prop_assert_eq!(&before, &world.case),
            }
        }
    }

    #[test]
    fn a_case_that_time_will_change_has_a_timer(own in any::<bool>(), acts in prop::collection::vec(acts(), 1..60)) {
        let mut world =
            if own { World::of_owner(Tier::Standard) } else { World::matched(AccountKind::Owner, Tier::Standard) };
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
