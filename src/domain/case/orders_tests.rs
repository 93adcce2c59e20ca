//! Several authenticators in one case: what is confirmed, what is not, and what is left to do.

use proptest::test_runner::TestCaseError;

use super::*;

/// Agent 1 holds, agent 2 approved these, the wait is over.
pub(super) fn ready_for(which: &[u8]) -> World {
    let mut world = World::matched(AccountKind::Owner, Tier::Standard);
    world.confirms_email();
    world.passes(CheckKind::PhoneCode);
    world.do_it(&Command::Claim, &agent(1)).unwrap();
    world.do_it(&Command::Approve(set(which)), &agent(2)).unwrap();
    world.passes_time(TimeDelta::hours(24));
    assert_eq!(world.case.state, State::Ready);
    world
}

impl World {
    fn confirmed(&mut self, n: u8) -> Result<Transition, Refused> {
        self.do_it(&Command::DeactivationConfirmed(authenticator(n)), &Actor::System)
    }

    fn refused(&mut self, n: u8) -> Result<Transition, Refused> {
        self.do_it(&Command::DeactivationFailed(authenticator(n), format!("no to {n}")), &Actor::System)
    }

    fn presses(&mut self, which: &[u8]) -> Result<Transition, Refused> {
        self.do_it(&Command::Deactivate(set(which)), &agent(1))
    }

    fn off(&self) -> Vec<AuthenticatorId> {
        self.case.deactivated().collect()
    }

    /// Three were ordered, two are off, the third was refused.
    fn two_of_three() -> Self {
        let mut world = ready_for(&[1, 2, 3]);
        world.presses(&[1, 2, 3]).unwrap();
        world.confirmed(1).unwrap();
        world.refused(2).unwrap();
        world.confirmed(3).unwrap();
        world
    }
}

fn actions(transition: &Transition) -> Vec<&str> {
    transition.records.iter().map(|record| record.action).collect()
}

/// What holds of every step of every case, however it got there.
pub(super) fn keep_to_what_was_confirmed(
    before: &Case,
    command: &Command,
    actor: &Actor,
    transition: &Transition,
) -> Result<(), TestCaseError> {
    let after = &transition.case;
    let confirmed = match command {
        Command::DeactivationConfirmed(id) if *actor == Actor::System => Some(*id),
        _ => None,
    };
    for id in after.deactivated() {
        let known = before.deactivated().any(|off| off == id);
        prop_assert!(known || (confirmed == Some(id) && before.awaited().any(|awaited| awaited == id)), "{id} made up");
    }
    for id in before.deactivated() {
        prop_assert!(after.deactivated().any(|off| off == id), "what is off was forgotten");
        let asked_again = transition.deactivate.as_ref().is_some_and(|set| set.contains(id));
        prop_assert!(!asked_again, "something was ordered twice");
    }
    let open = after.state == State::Deactivating || after.disputed_from == Some(State::Deactivating);
    prop_assert_eq!(open, after.awaited().next().is_some(), "an order without an end, or an end without an order");
    if after.state == State::Deactivated {
        prop_assert!(after.has_deactivated() && after.conclusion == Some(Conclusion::Deactivated));
    }
    if after.has_deactivated() {
        let as_if_nothing = matches!(after.state, State::Rejected | State::Withdrawn | State::Expired);
        prop_assert!(!as_if_nothing, "it ended as if nothing had been deactivated");
    }
    let told = transition.notices.iter().filter(|notice| **notice == Notice::Deactivated).count();
    prop_assert!(told == 0 || after.has_deactivated(), "a mail that says what is not so");
    Ok(())
}

#[test]
fn a_case_is_deactivated_when_everything_that_was_ordered_is_confirmed() {
    let mut world = ready_for(&[1, 2, 3]);
    let ordered = world.presses(&[1, 2, 3]).unwrap();
    assert_eq!(ordered.deactivate, Some(set(&[1, 2, 3])));
    for n in [2, 3] {
        let answered = world.confirmed(n).unwrap();
        assert_eq!((actions(&answered), answered.notices.len()), (vec!["case.deactivated"], 0));
        assert_eq!(world.case.state, State::Deactivating);
    }
    let answered = world.confirmed(1).unwrap();
    assert_eq!((world.case.state, answered.notices), (State::Deactivated, vec![Notice::Deactivated]));
    assert_eq!(world.case.conclusion, Some(Conclusion::Deactivated));
}

#[test]
fn two_of_three_are_shown_as_they_are_and_only_the_third_is_ordered_again() {
    let mut world = ready_for(&[1, 2, 3]);
    world.presses(&[1, 2, 3]).unwrap();
    world.confirmed(1).unwrap();
    assert_eq!(world.refused(2).unwrap().notices, []);
    let last = world.confirmed(3).unwrap();
    assert_eq!(actions(&last), ["case.deactivated"]);
    assert_eq!(last.notices, [Notice::PartlyDeactivated]);
    assert_eq!((world.case.state, world.case.conclusion), (State::Ready, None));
    assert_eq!(world.off(), [authenticator(1), authenticator(3)]);
    assert_eq!(world.case.orders[&authenticator(2)].progress, Progress::Failed("no to 2".to_owned()));
    // Nothing is done twice, by whatever form.
    for again in [&[1_u8, 2, 3][..], &[1], &[3, 2]] {
        assert_eq!(world.presses(again), Err(Refused::DoneAlready), "{again:?}");
    }
    assert_eq!(world.presses(&[2]).unwrap().deactivate, Some(set(&[2])));
    // It fails once more: nothing new is to be told.
    assert_eq!(world.refused(2).unwrap().notices, []);
    assert_eq!(world.case.state, State::Ready);
    world.presses(&[2]).unwrap();
    assert_eq!(world.confirmed(2).unwrap().notices, [Notice::Deactivated]);
    assert_eq!(world.case.state, State::Deactivated);
}

#[test]
fn an_order_of_which_nothing_was_done_says_why_of_each() {
    let mut world = ready_for(&[1, 2]);
    world.presses(&[1, 2]).unwrap();
    world.refused(1).unwrap();
    assert_eq!(world.refused(2).unwrap().notices, []);
    assert_eq!((world.case.state, world.off()), (State::Ready, vec![]));
    for n in [1, 2] {
        assert_eq!(world.case.orders[&authenticator(n)].progress, Progress::Failed(format!("no to {n}")));
    }
    assert_eq!(world.do_it(&Command::LeaveRest, &agent(1)), Err(Refused::NothingDone));
}

#[test]
fn an_approval_binds_only_the_paths_that_need_one() {
    let mut world = ready_for(&[1]);
    assert_eq!(world.presses(&[2]), Err(Refused::OtherAuthenticator));
    world.passes(CheckKind::RecoveryCode);
    assert_eq!(world.presses(&[2]).unwrap().deactivate, Some(set(&[2])), "link and recovery code need no approval");
}

#[test]
fn no_more_than_was_approved_can_be_ordered_but_less_can() {
    let mut world = ready_for(&[1, 2]);
    for more in [&[1_u8, 2, 3][..], &[3], &[1, 3]] {
        assert_eq!(world.presses(more), Err(Refused::OtherAuthenticator), "{more:?}");
    }
    world.presses(&[2]).unwrap();
    world.confirmed(2).unwrap();
    assert_eq!((world.case.state, world.off()), (State::Deactivated, vec![authenticator(2)]));
}

#[test]
fn a_second_approval_is_for_the_same_authenticators_or_for_none() {
    let mut world = World::matched(AccountKind::Owner, Tier::Standard);
    world.raised.push(raised(0, 2));
    world.confirms_email();
    world.passes(CheckKind::PhoneCode);
    world.do_it(&Command::Approve(set(&[1, 2])), &agent(2)).unwrap();
    for other in [&[1_u8][..], &[1, 2, 3], &[3]] {
        let refused = world.do_it(&Command::Approve(set(other)), &agent(3));
        assert_eq!(refused, Err(Refused::OtherAuthenticator), "{other:?}");
    }
    world.do_it(&Command::Approve(set(&[1, 2])), &agent(3)).unwrap();
    assert_eq!(world.case.state, State::CoolingOff);
}

#[test]
fn an_answer_that_nobody_waits_for_changes_nothing() {
    let mut world = ready_for(&[1, 2]);
    world.presses(&[1]).unwrap();
    assert_eq!(world.confirmed(2), Err(Refused::NoSuchAuthenticator));
    world.confirmed(1).unwrap();
    assert_eq!(world.refused(1), Err(Refused::WrongState(State::Deactivated)));
    let mut world = ready_for(&[1, 2]);
    world.presses(&[1, 2]).unwrap();
    world.confirmed(1).unwrap();
    assert_eq!(world.refused(1), Err(Refused::NoSuchAuthenticator));
    assert_eq!(world.do_it(&Command::DeactivationConfirmed(authenticator(2)), &agent(1)).ok(), None);
}

#[test]
fn a_dispute_in_the_middle_keeps_what_is_done_and_waits_for_the_rest_of_the_answers() {
    for (second, from) in [(true, State::Deactivated), (false, State::Ready)] {
        let mut world = ready_for(&[1, 2]);
        world.presses(&[1, 2]).unwrap();
        world.confirmed(1).unwrap();
        world.do_it(&Command::Dispute, &Actor::Customer).unwrap();
        let early = world.do_it(&Command::EndDispute { resume: false }, &agent(3));
        assert_eq!(early, Err(Refused::WrongState(State::Deactivating)));
        if second { world.confirmed(2) } else { world.refused(2) }.unwrap();
        assert_eq!((world.case.state, world.case.disputed_from), (State::Disputed, Some(from)));
        // A case in which something is off is not rejected as if nothing were.
        world.do_it(&Command::EndDispute { resume: false }, &agent(3)).unwrap();
        assert_eq!(world.case.state, State::Deactivated);
    }
    let mut world = World::two_of_three();
    world.do_it(&Command::Dispute, &Actor::Customer).unwrap();
    world.do_it(&Command::EndDispute { resume: true }, &agent(3)).unwrap();
    assert_eq!((world.case.state, world.case.approved.is_none()), (State::Verifying, true));
    assert_eq!(world.off(), [authenticator(1), authenticator(3)], "what is off stays recorded");
}

#[test]
fn the_rest_stays_where_its_holder_or_a_supervisor_says_so() {
    for who in [1, 3] {
        let mut world = World::two_of_three();
        assert_eq!(world.do_it(&Command::LeaveRest, &agent(2)), Err(Refused::NotHolder));
        let left = world.do_it(&Command::LeaveRest, &agent(who)).unwrap();
        assert_eq!(actions(&left), ["case.rest_left"]);
        assert_eq!(left.notices, [Notice::Deactivated]);
        assert_eq!((world.case.state, world.case.conclusion), (State::Deactivated, Some(Conclusion::Deactivated)));
    }
}

#[test]
fn a_case_in_which_something_is_off_never_ends_as_if_nothing_were() {
    let mut world = World::two_of_three();
    assert_eq!(world.do_it(&Command::Reject, &agent(1)), Err(Refused::PartDone));
    let resync = world.evidence(CheckKind::Resync, Giver::Customer, Outcome::Passed);
    assert_eq!(world.do_it(&Command::Resynchronise(resync), &Actor::Customer), Err(Refused::PartDone));
    assert_eq!(world.do_it(&Command::Withdraw, &Actor::Customer).unwrap().notices, [Notice::Deactivated]);
    assert_eq!(world.case.state, State::Deactivated);
    let mut world = World::two_of_three();
    world.passes_time(TimeDelta::days(4));
    assert_eq!(world.case.state, State::Verifying, "the evidence lapsed");
    world.now = due_at(&world.case, world.now).unwrap();
    assert_eq!(world.do_it(&Command::Tick, &Actor::System).unwrap().notices, [Notice::Deactivated]);
    assert_eq!(world.case.state, State::Deactivated);
}

#[test]
fn every_authenticator_of_an_order_is_weighed_by_itself() {
    let mut world = ready_for(&[1, 2]);
    world.presses(&[1, 2]).unwrap();
    world.confirmed(1).unwrap();
    let permits = |world: &World, n| {
        let facts = Facts {
            policy: &world.policy,
            account: Some(&world.account),
            suspended: &world.suspended,
            supervisors: &world.supervisors,
            voided: &world.voided,
            appointments: &world.appointments,
            raised: &world.raised,
        };
        still_permits(&world.case, authenticator(n), world.now, &facts)
    };
    assert!(!permits(&world, 1), "it is off");
    assert!(permits(&world, 2));
    assert!(!permits(&world, 3), "nobody ordered it");
    world.suspended.insert(agent_id(1));
    assert!(!permits(&world, 2), "its holder may not act any more");
}

#[test]
fn an_owner_alone_can_go_on_with_what_was_not_done() {
    let mut world = World::let_in();
    let order = |world: &mut World, which: &[u8]| world.do_it(&Command::DeactivateOwn(set(which)), &owner());
    order(&mut world, &[1, 3]).unwrap();
    world.confirmed(1).unwrap();
    world.refused(3).unwrap();
    assert_eq!((world.case.state, world.step()), (State::Ready, OwnersStep::SignIn));
    assert_eq!(order(&mut world, &[1, 3]), Err(Refused::DoneAlready));
    order(&mut world, &[3]).unwrap();
    assert_eq!(world.confirmed(3).unwrap().notices, [Notice::Deactivated]);
    // One who goes away in the middle has what was done.
    let mut world = World::let_in();
    order(&mut world, &[1, 3]).unwrap();
    world.confirmed(1).unwrap();
    world.refused(3).unwrap();
    world.passes_time(OWNERS_TIME);
    assert_eq!(world.case.state, State::Deactivated);
}

#[test]
fn there_is_no_set_of_nothing() {
    assert_eq!(AuthenticatorSet::new([]), None);
    assert_eq!(AuthenticatorSet::new([authenticator(1), authenticator(1)]), Some(set(&[1])));
}
