//! Merging ends a duplicate and does nothing else.

use super::*;
use crate::domain::notice::Notice;

/// Whether a merge did nothing but end the case: nothing is ordered, proved, approved or forgotten by it.
pub(super) fn only_ends(before: &Case, kept: &Kept, actor: &Actor, transition: &Transition) -> bool {
    let after = &transition.case;
    let may = actor.agent().is_some_and(|agent| {
        matches!(actor.role(), Some(Role::Supervisor | Role::Admin)) || before.holder == Some(agent)
    });
    may && *kept.reference() != before.reference
        && (after.state, after.conclusion) == (State::Closed, Some(Conclusion::Merged))
        && after.evidence == before.evidence
        && after.approvals == before.approvals
        && after.orders == before.orders
        && !before.has_deactivated()
        && transition.deactivate.is_none()
        && transition.notices == [Notice::Merged { into: kept.reference().clone() }]
}

fn other(of: &World) -> Case {
    let id = CaseId::new(start(), [1; 10]);
    Case::opened_for(of.account.id, id, CaseRef::from_random(2).unwrap(), start(), TimeDelta::days(14))
}

#[test]
fn the_holder_or_a_supervisor_merges_and_nobody_else() {
    let mut world = World::matched(AccountKind::Owner, Tier::Standard);
    let kept = Command::Merge(other(&world).kept());
    world.do_it(&Command::Claim, &agent(1)).unwrap();
    assert_eq!(world.do_it(&kept, &agent(2)).unwrap_err(), Refused::NotHolder);
    for stranger in [Actor::Customer, Actor::System, owner(), administrator(), agent(4)] {
        assert!(matches!(world.do_it(&kept, &stranger), Err(Refused::Role(_))), "{stranger:?}");
    }
    let mut supervised = World::matched(AccountKind::Owner, Tier::Standard);
    supervised.do_it(&kept, &agent(3)).unwrap();
    let done = world.do_it(&kept, &agent(1)).unwrap();
    let actions: Vec<_> = done.records.iter().map(|record| record.action).collect();
    assert_eq!(actions, ["case.merged", "case.closed"]);
    assert_eq!(done.case.conclusion, Some(Conclusion::Merged));
}

#[test]
fn only_a_case_of_the_same_account_that_goes_on_takes_the_place() {
    let mut world = World::matched(AccountKind::Owner, Tier::Standard);
    let merge = |kept: &Case| Command::Merge(kept.kept());
    let myself = merge(&world.case);
    assert_eq!(world.do_it(&myself, &agent(3)).unwrap_err(), Refused::NoDuplicate);
    let mut stranger = other(&world);
    stranger.account = Some(AccountId::new(DateTime::UNIX_EPOCH, [7; 10]));
    assert_eq!(world.do_it(&merge(&stranger), &agent(3)).unwrap_err(), Refused::NoDuplicate);
    let mut over = other(&world);
    for state in [State::Closed, State::Rejected, State::Disputed, State::Deactivating, State::Deactivated] {
        over.state = state;
        assert_eq!(world.do_it(&merge(&over), &agent(3)).unwrap_err(), Refused::KeptIsOver, "{state:?}");
    }
    let mut owners = other(&world);
    owners.with_owner = true;
    assert_eq!(world.do_it(&merge(&owners), &agent(3)).unwrap_err(), Refused::KeptIsOver);
    let kept = merge(&other(&world));
    let mut unmatched = World::new(AccountKind::Owner, Tier::Standard);
    assert_eq!(unmatched.do_it(&kept, &agent(3)).unwrap_err(), Refused::NoDuplicate);
}

#[test]
fn what_is_frozen_ordered_or_partly_done_is_no_duplicate_to_be_ended() {
    let mut frozen = World::matched(AccountKind::Owner, Tier::Standard);
    let kept = Command::Merge(other(&frozen).kept());
    frozen.do_it(&Command::Dispute, &Actor::Customer).unwrap();
    assert_eq!(frozen.do_it(&kept, &agent(3)).unwrap_err(), Refused::Disputed);
    let mut ordered = orders_tests::ready_for(&[1, 2]);
    ordered.do_it(&Command::Deactivate(set(&[1, 2])), &agent(1)).unwrap();
    assert_eq!(ordered.do_it(&kept, &agent(3)).unwrap_err(), Refused::WrongState(State::Deactivating));
    ordered.do_it(&Command::DeactivationConfirmed(authenticator(1)), &Actor::System).unwrap();
    ordered.do_it(&Command::DeactivationFailed(authenticator(2), "no".to_owned()), &Actor::System).unwrap();
    assert_eq!(ordered.do_it(&kept, &agent(3)).unwrap_err(), Refused::PartDone);
}
