use proptest::prelude::*;

use super::super::account::AccountStatus;
use super::super::directory::Home;
use super::super::ids::AccountId;
use super::*;

const E: [&str; 3] = ["a@x.example", "b@x.example", "c@x.example"];
const P: [&str; 3] = ["+447911123456", "+447911123457", "+447911123458"];

fn email(n: usize) -> EmailAddress {
    E[n].parse().unwrap()
}

fn phone(n: usize) -> E164 {
    P[n].parse().unwrap()
}

fn at(hours: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::hours(hours)
}

fn name() -> DirectoryName {
    "aws".parse().unwrap()
}

fn login(text: &str) -> Login {
    text.parse().unwrap()
}

fn contact(values: Values) -> Contact {
    Contact {
        id: ContactId::new(at(0), [1; 10]),
        directory: name(),
        login: login("alice"),
        values,
        since: at(0),
        email_changed_at: Some(at(5)),
        phone_changed_at: None,
    }
}

fn found(email: Option<EmailAddress>, phone: Option<E164>) -> Found {
    Found { login: login("alice"), name: None, email, phone, status: AccountStatus::Active }
}

fn account(email: EmailAddress, phone: Option<E164>) -> Account {
    Account {
        id: AccountId::new(at(0), [2; 10]),
        home: Home::Elsewhere { directory: name(), login: login("alice") },
        email,
        number: None,
        name: "Alice".to_owned(),
        kind: AccountKind::Owner,
        tier: Tier::Standard,
        phone,
        status: AccountStatus::Active,
        background: Background { email_changed_at: None, phone_changed_at: Some(at(1)), country: None },
    }
}

fn some(email_no: usize, phone_no: usize) -> Values {
    Values { email: Some(email(email_no)), phone: Some(phone(phone_no)), ..Values::default() }
}

#[test]
fn what_the_directory_tells_is_of_record_and_the_contact_fills_what_it_does_not_tell() {
    let theirs = contact(some(0, 0));
    let merged = of_record(&found(Some(email(1)), None), Some(&theirs), None, at(9));
    assert_eq!((merged.email, merged.phone), (Some(email(1)), Some(phone(0))));
    // When the contact's address changed says nothing of an address that the directory tells.
    assert_eq!(merged.background.email_changed_at, None);
    let merged = of_record(&found(None, Some(phone(2))), Some(&theirs), None, at(9));
    assert_eq!((merged.email, merged.phone), (Some(email(0)), Some(phone(2))));
    assert_eq!(merged.background.email_changed_at, Some(at(5)));
    assert_eq!(of_record(&found(None, None), None, None, at(9)), OfRecord::default());
}

#[test]
fn an_address_that_is_another_than_before_changed_then_or_now() {
    let (before, theirs) = (account(email(1), Some(phone(1))), contact(some(0, 1)));
    let merged = of_record(&found(None, None), Some(&theirs), Some(&before), at(9));
    assert_eq!(merged.background.email_changed_at, Some(at(5)), "when the contact's became effective");
    assert_eq!(merged.background.phone_changed_at, Some(at(1)), "the same number as before");
    let merged = of_record(&found(Some(email(2)), Some(phone(2))), Some(&theirs), Some(&before), at(9));
    assert_eq!(merged.background.email_changed_at, Some(at(9)), "the directory has another since now");
    assert_eq!(merged.background.phone_changed_at, Some(at(9)));
    let merged = of_record(&found(Some(email(1)), None), None, Some(&before), at(9));
    assert_eq!((merged.phone, merged.background.phone_changed_at), (None, Some(at(9))), "it has none any more");
}

#[test]
fn only_the_first_contacts_of_a_directory_count_at_once_and_only_while_nobody_asks() {
    let line = some(0, 0);
    let standing = |first_import, asked_about| Standing { contact: None, held: None, first_import, asked_about };
    assert_eq!(plan(&standing(true, false), &line), Plan::AtOnce(line.clone()));
    for (first, asked) in [(true, true), (false, false), (false, true)] {
        assert_eq!(plan(&standing(first, asked), &line), Plan::Held(line.clone()));
    }
}

#[test]
fn a_line_can_repeat_replace_or_take_back_what_is_held() {
    let there = contact(some(0, 0));
    let held = Values { email: Some(email(1)), ..Values::default() };
    let standing = Standing { contact: Some(&there), held: Some(&held), first_import: false, asked_about: false };
    assert_eq!(plan(&standing, &some(1, 0)), Plan::Nothing);
    assert_eq!(plan(&standing, &Values::default()), Plan::Nothing);
    assert_eq!(plan(&standing, &some(2, 0)), Plan::Held(Values { email: Some(email(2)), ..Values::default() }));
    assert_eq!(plan(&standing, &some(0, 0)), Plan::TakeBack);
    let another = Values { phone: Some(phone(1)), ..Values::default() };
    assert_eq!(plan(&standing, &another), Plan::Held(some(1, 1)));
}

#[test]
fn the_hold_begins_when_the_addresses_are_told() {
    let mut change = ContactChange {
        id: ContactChangeId::new(at(0), [3; 10]),
        directory: name(),
        login: login("alice"),
        values: some(1, 1),
        state: ChangeState::Held,
        requested_at: at(0),
        requested_by: "operator".to_owned(),
        old_email: None,
        old_phone: None,
        hold: None,
        ended_at: None,
        ended_by: None,
        objected_at: None,
    };
    assert_eq!((change.due(at(0)), change.due(at(900))), (Some(Moment::Start), Some(Moment::Start)));
    change.hold = Some(Hold { told_at: at(900), effective_at: at(972), reminded: false });
    assert_eq!(change.due(at(935)), None);
    assert_eq!(change.due(at(936)), Some(Moment::HalfWay));
    assert_eq!(change.due(at(972)), Some(Moment::Effective));
    change.hold = Some(Hold { told_at: at(900), effective_at: at(972), reminded: true });
    assert_eq!((change.due(at(971)), change.due_at()), (None, Some(at(972))));
    change.state = ChangeState::Stopped;
    assert_eq!((change.due(at(999)), change.due_at()), (None, None));
}

fn values() -> impl Strategy<Value = Values> {
    let pick = || proptest::option::of(0_usize..3);
    (pick(), pick(), proptest::option::of(any::<bool>()), proptest::collection::btree_set("[ab]", 0..3)).prop_map(
        |(e, p, privileged, administrators)| Values {
            email: e.map(email),
            phone: p.map(phone),
            tier: privileged.map(|yes| if yes { Tier::Privileged } else { Tier::Standard }),
            administrators: administrators.iter().map(|text| Administrator::There(login(text))).collect(),
            ..Values::default()
        },
    )
}

proptest! {
    #[test]
    fn nothing_of_a_known_contact_changes_at_once_and_imports_can_be_repeated(
        there in values(), held in proptest::option::of(values()), line in values(),
        first_import in any::<bool>(), asked_about in any::<bool>(),
    ) {
        let there = contact(there);
        let standing =
            Standing { contact: Some(&there), held: held.as_ref(), first_import, asked_about };
        let planned = plan(&standing, &line);
        prop_assert!(!matches!(planned, Plan::AtOnce(_)));
        let held_after = match &planned {
            Plan::Held(values) => { prop_assert!(!values.is_empty()); Some(values.clone()) }
            Plan::TakeBack => None,
            _ => held.clone(),
        };
        let again = Standing { held: held_after.as_ref(), ..standing };
        prop_assert_eq!(plan(&again, &line), Plan::Nothing);
    }

    #[test]
    fn with_and_differing_undo_each_other(a in values(), b in values()) {
        prop_assert_eq!(a.with(&a.differing(&b)), a.with(&b));
        prop_assert!(a.differing(&a).is_empty());
    }
}
