//! Cases about the accounts of people at the desk.

use proptest::prelude::*;

use super::*;

/// Agent 2's case, with everything proved; agent 1 holds it.
fn proved() -> World {
    let mut world = World::new(AccountKind::Staff, Tier::Privileged);
    world.account.id = agent_id(2).account();
    for device in &mut world.account.authenticators {
        device.account = world.account.id;
    }
    let account = world.account.id;
    world.do_it(&Command::MatchAccount(account), &Actor::System).unwrap();
    world.confirms_email();
    world.passes(CheckKind::Password);
    world.passes(CheckKind::PhoneCode);
    world.do_it(&Command::Claim, &agent(1)).unwrap();
    assert_eq!(world.case.state, State::AwaitingApproval);
    world
}

#[test]
fn only_a_supervisors_approval_counts_and_only_while_they_are_one() {
    let mut world = proved();
    world.supervisors = BTreeSet::from([agent_id(3), agent_id(5)]);
    let approve = Command::Approve(set(&[1]));
    // An agent of the same rank, and one who is called a supervisor and is none any more.
    assert_eq!(world.do_it(&approve, &agent(6)), Err(Refused::NeedsSupervisor));
    assert_eq!(world.do_it(&Command::RefuseApproval, &agent(6)), Err(Refused::NeedsSupervisor));
    world.supervisors.remove(&agent_id(3));
    assert_eq!(world.do_it(&approve, &agent(3)), Err(Refused::NeedsSupervisor));
    world.supervisors.insert(agent_id(3));
    world.do_it(&approve, &agent(3)).unwrap();
    assert_eq!(world.case.state, State::CoolingOff);
    world.supervisors.remove(&agent_id(3));
    world.do_it(&Command::Tick, &Actor::System).unwrap();
    assert_eq!(world.case.state, State::AwaitingApproval);
}

#[test]
fn customers_cases_need_no_supervisor() {
    let mut world = World::on_addresses();
    world.supervisors.clear();
    world.do_it(&Command::Tick, &Actor::System).unwrap();
    assert_eq!(world.case.state, State::CoolingOff);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Whatever others do in between, nothing that somebody at the desk does to a case about themself is taken, and
    /// none of them ever holds it, supplies evidence or approves.
    #[test]
    fn nobody_has_a_part_in_a_case_about_themself(acts in prop::collection::vec(acts(), 1..60)) {
        let mut world = proved();
        world.supervisors = BTreeSet::from([agent_id(3), agent_id(5)]);
        for act in acts {
            match act {
                Act::Do(command, who) => {
                    let own = world.do_it(&command, &agent(2));
                    prop_assert_eq!(own, Err(Refused::OwnAccount), "{:?}", &command);
                    let _ = world.do_it(&command, &actor_of(who));
                }
                Act::Check(kind, who, outcome) => {
                    let evidence = world.evidence(kind, Giver::Agent(agent_id(2)), outcome);
                    let own = world.do_it(&Command::RecordCheck(evidence), &agent(2));
                    prop_assert_eq!(own, Err(Refused::OwnAccount));
                    let evidence = world.evidence(kind, Giver::Agent(agent_id(who)), outcome);
                    let _ = world.do_it(&Command::RecordCheck(evidence), &actor_of(who));
                }
                Act::Wait(minutes) => {
                    world.now += TimeDelta::minutes(minutes);
                    let _ = world.do_it(&Command::Tick, &Actor::System);
                }
                _ => {}
            }
            let own = agent_id(2);
            prop_assert!(world.case.holder != Some(own) && !gave_evidence(own, &world.case));
            prop_assert!(world.case.approvals.iter().all(|approval| world.supervisors.contains(&approval.agent)));
        }
    }
}
