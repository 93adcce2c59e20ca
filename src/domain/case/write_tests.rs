//! Who may write on a case.

use super::*;

const AT_DESK: [Writing; 2] = [Writing::Note, Writing::ToCustomer];

#[test]
fn the_desk_writes_to_those_it_knows_while_the_case_goes_on_and_notes_for_ever() {
    let mut world = World::new(AccountKind::Owner, Tier::Standard);
    assert_eq!(world.case.may_write(&agent(1), Writing::Note), Ok(()));
    assert_eq!(world.case.may_write(&agent(1), Writing::ToCustomer), Err(Refused::NoAccount));
    world = World::matched(AccountKind::Owner, Tier::Standard);
    for what in AT_DESK {
        assert_eq!(world.case.may_write(&agent(1), what), Ok(()));
        for stranger in [Actor::Customer, Actor::System, owner(), administrator(), agent(4)] {
            assert!(matches!(world.case.may_write(&stranger, what), Err(Refused::Role(_))), "{stranger:?}");
        }
    }
    assert_eq!(world.case.may_write(&Actor::Customer, Writing::FromCustomer), Ok(()));
    for state in State::ALL.iter().copied().filter(|state| state.is_final()) {
        world.case.state = state;
        assert_eq!(world.case.may_write(&agent(1), Writing::Note), Ok(()));
        for talk in [Writing::ToCustomer, Writing::FromCustomer] {
            let who = if talk == Writing::ToCustomer { agent(1) } else { Actor::Customer };
            assert_eq!(world.case.may_write(&who, talk), Err(Refused::Over(state)));
        }
    }
}

#[test]
fn nobody_at_the_desk_writes_on_their_own_case_or_in_an_owners_hands() {
    let mut world = World::matched(AccountKind::Owner, Tier::Standard);
    world.case.with_owner = true;
    for what in AT_DESK {
        assert_eq!(world.case.may_write(&agent(1), what), Err(Refused::WithOwner));
    }
    world.case.with_owner = false;
    world.case.account = Some(agent_id(1).account());
    for what in AT_DESK {
        assert_eq!(world.case.may_write(&agent(1), what), Err(Refused::OwnAccount));
        assert_eq!(world.case.may_write(&agent(2), what), Ok(()));
    }
}
