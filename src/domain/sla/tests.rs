use proptest::prelude::*;

use super::super::ids::CaseId;
use super::*;

fn start() -> DateTime<Utc> {
    // A Monday.
    "2026-11-30T08:00:00Z".parse().unwrap()
}

fn hours(n: i64) -> TimeDelta {
    TimeDelta::hours(n)
}

fn agreement(name: &str, first_reply: i64) -> Agreement {
    Agreement {
        name: name.to_owned(),
        hours: Hours::always(),
        first_reply: hours(first_reply),
        next_step: hours(4),
        warning: hours(1),
    }
}

fn case(state: State, since: DateTime<Utc>) -> Case {
    let reference = super::super::reference::CaseRef::from_random(7).unwrap();
    let case = Case::submitted(CaseId::new(start(), [1; 10]), reference, start(), TimeDelta::days(14));
    Case { state, state_since: since, ..case }
}

/// What happens, one after another: hours after the start, what, and the state that the case has from then on.
fn story(steps: &[(i64, Happened, State)]) -> Clocks {
    let agreement = agreement("all", 8);
    let (mut clocks, mut state, mut since) = (Clocks::default(), State::Submitted, start());
    for (after, happened, next) in steps {
        let now = start() + hours(*after);
        if state != *next {
            (state, since) = (*next, now);
        }
        clocks = clocks.turned(&case(state, since), *happened, (&agreement, &agreement), now);
    }
    clocks
}

use Happened::{CustomerSpoke, DeskActed, DeskExamined, DeskSpoke, Other};
use State::{AwaitingApproval, Closed, CoolingOff, Deactivated, Deactivating, Disputed, Ready, Submitted, Verifying};

fn due(clocks: &Clocks) -> Option<i64> {
    clocks.answer_by().map(|at| (at - start()).num_hours())
}

fn step(clocks: &Clocks) -> Option<(Step, i64)> {
    clocks.next_step.map(|next| (next.step, (next.clock.due - start()).num_hours()))
}

#[test]
fn the_first_reply_stands_still_while_the_customer_or_time_has_the_turn() {
    assert_eq!(due(&story(&[(0, Other, Submitted)])), None);
    assert_eq!(due(&story(&[(0, Other, Submitted), (5, Other, Verifying)])), Some(13));
    // Three of the eight hours are used when it stands still, and five are left when it goes on.
    let paused = [(0, Other, Submitted), (1, Other, Verifying), (4, Other, CoolingOff)];
    assert_eq!(due(&story(&paused)), None);
    assert_eq!(story(&paused).first_reply, FirstReply::Waiting { spent: hours(3), told: Told::Nothing });
    let resumed = [&paused[..], &[(28, Other, Verifying)]].concat();
    assert_eq!(due(&story(&resumed)), Some(28 + 5));
    // The customer writes while it cools off: then somebody waits for the desk.
    let asked = [&paused[..], &[(10, CustomerSpoke, CoolingOff)]].concat();
    assert_eq!(due(&story(&asked)), Some(10 + 5));
}

#[test]
fn the_first_reply_is_given_once_and_for_good() {
    for reply in [DeskSpoke, DeskActed, DeskExamined] {
        let clocks = story(&[(0, Other, Verifying), (2, reply, Verifying), (9, DeskSpoke, Verifying)]);
        assert_eq!(clocks.first_reply, FirstReply::Given { at: start() + hours(2) });
        assert_eq!(due(&clocks), None);
    }
    assert_eq!(story(&[(0, Other, Verifying), (2, Other, Closed)]).first_reply, FirstReply::Over);
    assert_eq!(story(&[(0, Other, Verifying), (2, Other, Deactivated)]).first_reply, FirstReply::Over);
}

#[test]
fn a_step_is_owed_from_when_the_turn_came_to_the_desk() {
    let until = |steps: &[(i64, Happened, State)]| step(&story(steps));
    let replied = [(0, Other, Verifying), (1, DeskSpoke, Verifying)];
    let then = |more: &[(i64, Happened, State)]| until(&[&replied[..], more].concat());
    assert_eq!(then(&[]), None);
    assert_eq!(then(&[(3, Other, AwaitingApproval)]), Some((Step::Approve, 7)));
    assert_eq!(then(&[(3, Other, AwaitingApproval), (5, Other, AwaitingApproval)]), Some((Step::Approve, 7)));
    assert_eq!(then(&[(3, Other, AwaitingApproval), (5, DeskActed, CoolingOff)]), None);
    assert_eq!(then(&[(3, Other, CoolingOff), (27, Other, Ready)]), Some((Step::Deactivate, 31)));
    assert_eq!(then(&[(3, Other, Ready), (4, DeskActed, Deactivating)]), None);
    assert_eq!(then(&[(3, Other, Disputed)]), Some((Step::Decide, 7)));
    // A new turn is a new step.
    let again = [(3, Other, AwaitingApproval), (5, Other, Verifying), (9, Other, AwaitingApproval)];
    assert_eq!(then(&again), Some((Step::Approve, 13)));
}

#[test]
fn an_answer_is_owed_from_the_first_word_that_was_not_answered() {
    let until = |more: &[(i64, Happened, State)]| {
        step(&story(&[&[(0, Other, Verifying), (1, DeskSpoke, Verifying)][..], more].concat()))
    };
    assert_eq!(until(&[(2, CustomerSpoke, Verifying)]), Some((Step::Answer, 6)));
    // Writing again neither puts it off nor brings it forward.
    assert_eq!(until(&[(2, CustomerSpoke, Verifying), (5, CustomerSpoke, Verifying)]), Some((Step::Answer, 6)));
    assert_eq!(until(&[(2, CustomerSpoke, Verifying), (3, DeskSpoke, Verifying)]), None);
    assert_eq!(until(&[(2, CustomerSpoke, Verifying), (3, DeskExamined, Verifying)]), None);
    assert_eq!(until(&[(2, CustomerSpoke, Verifying), (3, DeskActed, Verifying)]), Some((Step::Answer, 6)));
    // Of two steps the one that waits longer.
    assert_eq!(until(&[(2, CustomerSpoke, Verifying), (3, Other, AwaitingApproval)]), Some((Step::Answer, 6)));
    assert_eq!(until(&[(2, Other, AwaitingApproval), (3, CustomerSpoke, AwaitingApproval)]), Some((Step::Approve, 6)));
    // Also while time has the turn, and once the device is off; not when all is over.
    assert_eq!(until(&[(2, Other, CoolingOff), (3, CustomerSpoke, CoolingOff)]), Some((Step::Answer, 7)));
    assert_eq!(until(&[(2, CustomerSpoke, Verifying), (3, Other, Deactivated)]), None);
    assert_eq!(until(&[(2, Other, Deactivated), (3, CustomerSpoke, Deactivated)]), Some((Step::Answer, 7)));
    assert_eq!(until(&[(2, CustomerSpoke, Verifying), (3, Other, Closed)]), None);
    // Before the first reply it is a part of that.
    let unanswered = story(&[(0, Other, Verifying), (2, CustomerSpoke, Verifying)]);
    assert_eq!((step(&unanswered), due(&unanswered)), (None, Some(8)));
}

#[test]
fn nobody_is_owed_anything_by_a_desk_that_has_nothing_to_do_with_the_case() {
    let mut own = case(Ready, start());
    own.with_owner = true;
    let all = agreement("all", 8);
    let clocks = Clocks::default().turned(&own, Other, (&all, &all), start());
    assert_eq!((clocks.answer_by(), clocks.alarm_at()), (None, None));
    // Handed over, it is the desk's from that moment on.
    let later = start() + hours(30);
    let handed = clocks.turned(&case(Verifying, start()), Other, (&all, &all), later);
    assert_eq!(handed.answer_by(), Some(later + hours(8)));
}

#[test]
fn another_queue_counts_what_was_used() {
    let open = case(Verifying, start());
    let (first, second, short) = (agreement("first", 8), agreement("second", 4), agreement("second", 2));
    let clocks = Clocks::default().turned(&open, Other, (&first, &first), start());
    let now = start() + hours(3);
    let moved = clocks.turned(&open, Other, (&first, &second), now);
    assert_eq!(moved.answer_by(), Some(start() + hours(4)));
    let late = clocks.turned(&open, Other, (&first, &short), now);
    assert_eq!(late.answer_by(), Some(now));
    let again = moved.turned(&open, Other, (&second, &second), now + hours(1));
    assert_eq!(again, moved, "nothing moves by itself");
}

#[test]
fn a_step_goes_on_in_another_queue() {
    let from_noon = Span::new(12 * 60, DAY).unwrap();
    let noon = Hours::new(chrono_tz::Tz::UTC, [(chrono::Weekday::Mon, from_noon)], BTreeSet::new()).unwrap();
    let (always, noon) = (agreement("always", 8), Agreement { hours: noon, ..agreement("noon", 8) });
    let ready = case(Ready, start());
    let given = Clocks { first_reply: FirstReply::Given { at: start() }, ..Clocks::default() };
    let begun = |agreement| given.turned(&ready, Other, (agreement, agreement), start());
    // Of its four hours two are used at two, in the hours of the queue that it was in.
    let now = start() + hours(6);
    let moved = begun(&noon).turned(&ready, Other, (&noon, &always), now);
    assert_eq!(step(&moved), Some((Step::Deactivate, 8)));
    assert_eq!(moved.next_step.unwrap().turn, start(), "it is the same turn");
    // Back again, one more is used and one is left.
    let back = moved.turned(&ready, Other, (&always, &noon), now + hours(1));
    assert_eq!(step(&back), Some((Step::Deactivate, 8)));
    // What is used up is overdue wherever it goes, and what was told is not told again.
    let mut late = begun(&always);
    assert_eq!(late.ring(start() + hours(5)), [(Which::NextStep, Told::Missed)]);
    let mut late = late.turned(&ready, Other, (&always, &noon), start() + hours(5));
    assert_eq!((late.ring(start() + hours(9)), late.answer_by()), (vec![], Some(start() + hours(4))));
    // A new turn is counted anew.
    let again = back.turned(&case(Ready, now + hours(2)), Other, (&noon, &noon), now + hours(2));
    assert_eq!(step(&again), Some((Step::Deactivate, 12)));
}

#[test]
fn a_first_reply_that_is_overdue_stays_so_in_another_queue() {
    let (slow, fast) = (agreement("slow", 8), agreement("fast", 4));
    let open = case(Verifying, start());
    let mut late = Clocks::default().turned(&open, Other, (&slow, &slow), start());
    assert_eq!(late.ring(start() + hours(9)), [(Which::FirstReply, Told::Missed)]);
    let mut moved = late.turned(&open, Other, (&slow, &fast), start() + hours(80));
    assert_eq!((moved.answer_by(), moved.ring(start() + hours(80))), (Some(start() + hours(8)), vec![]));
}

#[test]
fn what_was_used_is_counted_by_the_hours_in_which_it_was() {
    let from_noon = Span::new(12 * 60, DAY).unwrap();
    let week = [chrono::Weekday::Mon, chrono::Weekday::Tue].map(|day| (day, from_noon));
    let noon = Hours::new(chrono_tz::Tz::UTC, week, BTreeSet::new()).unwrap();
    let (always, noon) = (agreement("always", 8), Agreement { hours: noon, ..agreement("noon", 8) });
    let (open, cooling) = (case(Verifying, start()), case(CoolingOff, start() + hours(6)));
    let begun = |agreement| Clocks::default().turned(&open, Other, (agreement, agreement), start());
    // From eight to two the desk that is always open uses six hours, the one that opens at noon two.
    let now = start() + hours(6);
    assert_eq!(begun(&always).turned(&open, Other, (&always, &noon), now).answer_by(), Some(now + hours(2)));
    assert_eq!(begun(&noon).turned(&open, Other, (&noon, &always), now).answer_by(), Some(now + hours(6)));
    let paused = begun(&noon).turned(&cooling, Other, (&noon, &always), now);
    assert_eq!(paused.first_reply, FirstReply::Waiting { spent: hours(2), told: Told::Nothing });
}

#[test]
fn what_was_told_is_not_told_again_after_a_pause() {
    let all = agreement("all", 8);
    let [open, cooling] = [Verifying, CoolingOff].map(|state| case(state, start()));
    let turned = |clocks: &Clocks, case: &Case, after| clocks.turned(case, Other, (&all, &all), start() + hours(after));
    let mut missed = turned(&Clocks::default(), &open, 0);
    assert_eq!(missed.ring(start() + hours(9)), [(Which::FirstReply, Told::Missed)]);
    let mut resumed = turned(&turned(&missed, &cooling, 10), &open, 34);
    assert_eq!((resumed.ring(start() + hours(35)), resumed.alarm_at()), (vec![], None));
    // What had come near only is missed still, once.
    let mut near = turned(&Clocks::default(), &open, 0);
    assert_eq!(near.ring(start() + hours(7)), [(Which::FirstReply, Told::Near)]);
    let mut resumed = turned(&turned(&near, &cooling, 7), &open, 31);
    assert_eq!(resumed.alarm_at(), Some(start() + hours(32)));
    assert_eq!(resumed.ring(start() + hours(32)), [(Which::FirstReply, Told::Missed)]);
    assert_eq!(resumed.ring(start() + hours(33)), []);
}

#[test]
fn each_thing_is_told_once() {
    let mut clocks = story(&[(0, Other, Verifying)]);
    assert_eq!(clocks.alarm_at(), Some(start() + hours(7)));
    assert_eq!(clocks.ring(start() + hours(6)), []);
    assert_eq!(clocks.ring(start() + hours(7)), [(Which::FirstReply, Told::Near)]);
    assert_eq!(clocks.ring(start() + hours(7)), []);
    assert_eq!(clocks.alarm_at(), Some(start() + hours(8)));
    assert_eq!(clocks.ring(start() + hours(8)), [(Which::FirstReply, Told::Missed)]);
    assert_eq!((clocks.ring(start() + hours(9)), clocks.alarm_at()), (vec![], None));
    // Who comes late is told of the later thing alone.
    let mut late = story(&[(0, Other, Verifying)]);
    assert_eq!(late.ring(start() + hours(50)), [(Which::FirstReply, Told::Missed)]);
    // A promise shorter than the warning gives none.
    let short = Agreement { warning: hours(9), ..agreement("all", 8) };
    let mut short = Clocks::default().turned(&case(Verifying, start()), Other, (&short, &short), start());
    assert_eq!(short.ring(start() + hours(7)), []);
    assert_eq!(short.ring(start() + hours(8)), [(Which::FirstReply, Told::Missed)]);
}

#[test]
fn the_first_queue_that_takes_a_case_has_it() {
    let scope = |tiers: &[Tier], languages: &[Language]| Scope {
        tiers: tiers.iter().copied().collect(),
        languages: languages.iter().copied().collect(),
    };
    let desk = Agreements {
        queues: vec![
            (scope(&[Tier::Privileged], &[]), agreement("privileged", 1)),
            (scope(&[], &[Language::German, Language::French]), agreement("continent", 8)),
        ],
        otherwise: agreement("", 8),
    };
    let name = |tier, language| desk.of(tier, language).name.as_str();
    assert_eq!(name(Some(Tier::Privileged), Some(Language::German)), "privileged");
    assert_eq!(name(None, Some(Language::German)), "continent");
    assert_eq!(name(Some(Tier::Standard), Some(Language::English)), "");
    assert_eq!(name(None, None), "");
}

proptest! {
    #[test]
    fn whatever_happens_nothing_is_owed_once_it_is_over_and_replies_stay_given(
        happened in prop::collection::vec((prop::sample::select(vec![Other, CustomerSpoke, DeskSpoke, DeskExamined, DeskActed]), prop::sample::select(State::ALL), 0_i64..30), 1..20),
    ) {
        let agreement = agreement("all", 8);
        let (mut clocks, mut now, mut since, mut before) = (Clocks::default(), start(), start(), Submitted);
        for (what, state, later) in happened {
            now += hours(later);
            if state != before {
                (before, since) = (state, now);
            }
            let next = clocks.turned(&case(state, since), what, (&agreement, &agreement), now);
            if let FirstReply::Given { .. } | FirstReply::Over = clocks.first_reply {
                prop_assert_eq!(next.first_reply, clocks.first_reply);
            }
            if state.is_final() {
                prop_assert_eq!((next.answer_by(), next.owed_since), (None, None));
            }
            prop_assert_eq!(next.next_step.is_none() && next.reply_clock().is_none(), next.answer_by().is_none());
            prop_assert!(next.alarm_at() <= next.answer_by() || next.alarm_at().is_none());
            // Asked again, nothing has changed.
            prop_assert_eq!(&next.turned(&case(state, since), Other, (&agreement, &agreement), now), &next);
            clocks = next;
        }
    }
}
