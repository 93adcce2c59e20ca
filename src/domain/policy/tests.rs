use chrono::TimeDelta;
use proptest::prelude::*;

use super::problems::problems_of;
use super::*;
use crate::domain::evidence::CheckKind::{
    Administrator, AgentCallback, Document, EmailLink, InPerson, Password, PhoneCode, RecoveryCode, Resync,
};

fn serving() -> Circumstances {
    Circumstances { serving: true, offered: CheckKind::ALL.to_vec() }
}

fn path(checks: &[&[CheckKind]], approvals: usize, minutes: i64) -> Path {
    Path {
        name: "a_path".to_owned(),
        checks: checks.iter().map(|group| group.to_vec()).collect(),
        approvals,
        cooling_off: TimeDelta::minutes(minutes),
    }
}

fn wrongs(of: Paths, path: Path) -> Vec<String> {
    problems_of(of, &[path], &serving()).into_iter().map(|problem| problem.wrong).collect()
}

#[track_caller]
fn refused(of: Paths, path: Path, because: &str) {
    let wrongs = wrongs(of, path);
    assert!(wrongs.len() == 1 && wrongs[0].contains(because), "{because}: {wrongs:?}");
}

fn defaults(cooling_off: TimeDelta) -> Policy {
    Policy::with_waits(Waits {
        cooling_off,
        phone_hold: TimeDelta::hours(72),
        ready_window: TimeDelta::hours(72),
        case_expiry: TimeDelta::days(14),
        close_after: TimeDelta::days(14),
    })
}

#[test]
fn the_defaults_are_sound_even_if_somebody_had_configured_them() {
    let mut policy = defaults(SHORTEST_WAIT);
    assert_eq!(policy.problems(&Circumstances { serving: true, offered: Vec::new() }), []);
    policy.configured = Paths::ALL.into_iter().collect();
    assert_eq!(policy.problems(&serving()), []);
    assert_eq!(policy.longest_wait(), SHORTEST_WAIT * 3);
}

#[test]
fn a_list_without_a_path_is_refused() {
    let problems = defaults(SHORTEST_WAIT).with_paths(Paths::Standard, Vec::new()).problems(&serving());
    assert!(problems[0].wrong.contains("has no path"), "{problems:?}");
}

#[test]
fn names_are_words_and_each_stands_once() {
    let good = || path(&[&[EmailLink], &[PhoneCode]], 1, 60);
    let twice = problems_of(Paths::Standard, &[good(), good()], &serving());
    assert!(twice.len() == 1 && twice[0].wrong == "path `a_path` stands twice", "{twice:?}");
    for name in ["", "A", "a-b", "a b", "ä", &"a".repeat(41)] {
        refused(Paths::Standard, Path { name: name.to_owned(), ..good() }, "has no name");
    }
}

#[test]
fn a_path_that_needs_nothing_is_refused() {
    refused(Paths::Standard, path(&[], 1, 60), "needs no check");
    refused(Paths::Standard, path(&[&[EmailLink], &[]], 1, 60), "needs no check");
}

#[test]
fn one_check_cannot_stand_for_two() {
    for checks in [[&[EmailLink][..], &[EmailLink][..]], [&[EmailLink][..], &[PhoneCode, EmailLink][..]]] {
        refused(Paths::Standard, path(&checks, 1, 60), "names email_link more than once");
    }
    refused(Paths::Standard, path(&[&[EmailLink, EmailLink]], 1, 60), "more than once");
}

#[test]
fn a_path_that_cannot_be_met_is_refused() {
    let with = |kind: &[CheckKind]| path(&[&[EmailLink], kind], 1, 60);
    refused(Paths::Standard, with(&[Resync]), "ends a case");
    refused(Paths::Privileged, with(&[Administrator]), "not for owners");
    for unoffered in [Password, RecoveryCode, PhoneCode] {
        let offered: Vec<_> = CheckKind::ALL.iter().copied().filter(|kind| *kind != unoffered).collect();
        let here = Circumstances { serving: true, offered };
        let problems = problems_of(Paths::Standard, &[with(&[unoffered])], &here);
        assert!(problems.len() == 1 && problems[0].wrong.contains("cannot be made here"), "{problems:?}");
        assert_eq!(problems[0].fix.contains("voice.provider"), unoffered == PhoneCode);
        assert_eq!(
            problems_of(Paths::Standard, &[with(&[unoffered, AgentCallback])], &here),
            [],
            "another way is there"
        );
    }
}

#[test]
fn a_path_needs_an_email_phone_or_in_person_proof() {
    let no_proof = "has no e-mail, phone or in-person proof";
    refused(Paths::Standard, path(&[&[Password], &[RecoveryCode]], 1, 60), no_proof);
    refused(Paths::Standard, path(&[&[Password, EmailLink], &[RecoveryCode]], 1, 60), no_proof);
    assert_eq!(wrongs(Paths::Standard, path(&[&[InPerson]], 1, 60)), [""; 0]);
}

#[test]
fn a_member_needs_an_administrator() {
    refused(Paths::Member, path(&[&[EmailLink], &[PhoneCode]], 1, 60), "without the account's administrator");
    refused(
        Paths::Member,
        path(&[&[EmailLink], &[Administrator, Password]], 1, 60),
        "without the account's administrator",
    );
    assert_eq!(wrongs(Paths::Member, path(&[&[EmailLink], &[Administrator]], 0, 0)), [""; 0]);
}

#[test]
fn a_document_is_never_alone_sufficient() {
    let either = wrongs(Paths::Standard, path(&[&[Document, InPerson]], 1, 60));
    assert!(either.iter().any(|wrong| wrong.contains("rests on a document alone")), "{either:?}");
    let wrongs = wrongs(Paths::Standard, path(&[&[Document]], 0, 60));
    assert!(wrongs.iter().any(|wrong| wrong.contains("rests on a document alone")), "{wrongs:?}");
    assert!(wrongs.iter().any(|wrong| wrong.contains("examined and needs no second approval")), "{wrongs:?}");
    refused(Paths::Standard, path(&[&[EmailLink], &[Document]], 0, 60), "needs no second approval");
    refused(Paths::Standard, path(&[&[EmailLink], &[Document]], 1, 59), "leaves nobody time to object");
    refused(Paths::Standard, path(&[&[EmailLink, InPerson], &[Password]], 0, 60), "needs no second approval");
}

#[test]
fn codes_alone_need_a_second_person_and_time() {
    for checks in
        [&[&[EmailLink][..], &[PhoneCode, AgentCallback][..]][..], &[&[EmailLink][..], &[Password, PhoneCode][..]][..]]
    {
        refused(
            Paths::Standard,
            path(checks, 0, 60),
            "codes sent to the addresses of record alone and needs no second",
        );
        refused(Paths::Standard, path(checks, 1, 59), "leaves nobody time to object");
        assert_eq!(wrongs(Paths::Standard, path(checks, 1, 60)), [""; 0]);
        let demo = Circumstances { serving: false, ..serving() };
        assert_eq!(problems_of(Paths::Standard, &[path(checks, 1, 2)], &demo), [], "the demonstration may be quick");
    }
    assert_eq!(wrongs(Paths::Standard, path(&[&[EmailLink], &[Password]], 0, 0)), [""; 0]);
}

#[test]
fn privileged_accounts_always_need_a_second_person() {
    refused(
        Paths::Privileged,
        path(&[&[EmailLink], &[Password], &[RecoveryCode]], 0, 1440),
        "is for privileged accounts",
    );
}

#[test]
fn a_phone_change_needs_more_than_codes_and_a_second_person() {
    refused(Paths::PhoneChange, path(&[&[EmailLink]], 1, 0), "rests on codes");
    refused(Paths::PhoneChange, path(&[&[EmailLink], &[Password]], 0, 0), "changes a phone number and needs no second");
    assert_eq!(wrongs(Paths::PhoneChange, path(&[&[EmailLink], &[Document, InPerson]], 1, 0)), [""; 0]);
}

fn any_path() -> impl Strategy<Value = Path> {
    let kind = proptest::sample::select(CheckKind::ALL.to_vec());
    let checks = prop::collection::vec(prop::collection::vec(kind, 0..3), 0..4);
    (checks, 0_usize..3, 0_i64..120).prop_map(|(checks, approvals, minutes)| Path {
        name: "a_path".to_owned(),
        checks,
        approvals,
        cooling_off: TimeDelta::minutes(minutes),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20_000))]
    #[test]
    fn no_accepted_path_can_be_met_by_nothing_by_one_agent_or_by_codes_at_once(
        path in any_path(), of in proptest::sample::select(Paths::ALL.to_vec()),
    ) {
        if !problems_of(of, std::slice::from_ref(&path), &serving()).is_empty() {
            return Ok(());
        }
        // Every way to meet it: one check of each group.
        let ways = path.checks.iter().fold(vec![vec![]], |ways: Vec<Vec<CheckKind>>, group| {
            ways.iter().flat_map(|way| group.iter().map(|kind| [way.clone(), vec![*kind]].concat())).collect()
        });
        prop_assert!(!ways.is_empty(), "it can be met");
        for way in ways {
            prop_assert!(!way.is_empty(), "met by nothing");
            let mut different = way.clone();
            different.sort_by_key(|kind| kind.code());
            different.dedup();
            prop_assert_eq!(different.len(), way.len(), "one check stands for two");
            let by_agents = way.iter().all(|kind| matches!(kind, AgentCallback | Document | InPerson));
            prop_assert!(!by_agents || path.approvals > 0, "one agent alone: {:?}", way);
            let by_codes = way.iter().all(|kind| matches!(kind, EmailLink | PhoneCode | AgentCallback));
            let waits = path.cooling_off >= TimeDelta::hours(1);
            prop_assert!(!by_codes || (path.approvals > 0 && waits), "codes alone: {:?}", way);
            prop_assert!(way != [Document], "a document alone");
            let tied = way.iter().any(|kind| matches!(kind, EmailLink | PhoneCode | AgentCallback | InPerson));
            prop_assert!(tied, "nothing ties it to the person: {:?}", way);
            prop_assert!(of != Paths::Member || way.contains(&Administrator));
            prop_assert!(of != Paths::Privileged || path.approvals > 0);
        }
    }
}
