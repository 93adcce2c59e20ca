//! The machine's clock leaps, far and both ways, in the middle of the work.

use chrono::TimeDelta;

use crate::mail_delivery::is_whole;
use crate::support::world::{OWNER, World};
use crate::timers::{mails_about, times};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_leaps_back_shortens_no_wait_and_holds_up_nothing_that_is_new() {
    let world = World::new().await;
    let (customer, case) = world.confirmed(OWNER).await;
    world.passes_phone_check(&customer, &case).await;
    let (ana, ben) = (world.agent("ana").await, world.agent("ben").await);
    world.presses(&ana, &case, "claim", &[]).await.is(200);
    world.presses(&ben, &case, "approve", &[]).await.is(200);
    world.settle().await;

    world.clock.advance(-TimeDelta::hours(3));
    // Whoever is signed in stays so, and what is new goes its way at once.
    customer.get(&format!("/cases/{case}")).await.is(200).says(&case);
    ana.get("/desk").await.is(200).says(&case);
    let (_, other) = world.confirmed("root@customers.example").await;
    world.presses(&ana, &other, "claim", &[]).await.is(200);
    assert!(is_whole(&world).await, "entries stand in their order, whatever the time of each");

    // The wait is over at the moment that was told, by the clock as it goes now: three hours later than it would have been.
    world.later(TimeDelta::hours(24)).await;
    assert_eq!(times(&world, &case, "case.ready").await, 0);
    world.later(TimeDelta::hours(3)).await;
    assert_eq!(times(&world, &case, "case.ready").await, 1);
    assert!(is_whole(&world).await);
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_leaps_ahead_and_back_ends_what_was_over_by_it_once() {
    let world = World::new().await;
    let (_, case) = world.confirmed(OWNER).await;
    world.settle().await;
    let year = TimeDelta::days(365);
    for leap in [year, -year, year, -year] {
        world.later(leap).await;
        assert_eq!(times(&world, &case, "case.expired").await, 1, "after {leap}");
        assert_eq!(mails_about(&world, &case, "has expired").await, 1, "after {leap}");
        assert!(is_whole(&world).await, "after {leap}");
    }
    let (_, other) = world.confirmed("root@customers.example").await;
    let ana = world.agent("ana").await;
    world.presses(&ana, &other, "claim", &[]).await.is(200);
    assert!(is_whole(&world).await);
    world.stop().await;
}
