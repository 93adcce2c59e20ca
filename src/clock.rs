//! Time is passed in, so that every expiry, hold and cooling-off can be tested without sleeping.

use std::sync::Mutex;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Now, in UTC, to the microsecond: what both databases can hold.
    fn now(&self) -> DateTime<Utc>;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// The machine's clock without its leaps, so that no wait ends early because somebody, or something, moved it: it is
/// followed as long as it goes evenly. A step beyond [`FOLLOWED`], either way, is not followed until the clock is back
/// or the program starts anew.
pub struct SteadyClock {
    machine: Box<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    since_boot: Box<dyn Fn() -> TimeDelta + Send + Sync>,
    state: Mutex<Steady>,
}

/// Smaller steps are what NTP and a machine that was paused for a moment make.
pub const FOLLOWED: TimeDelta = TimeDelta::minutes(5);
/// How often it is told that the machine's clock is not followed.
const TOLD: TimeDelta = TimeDelta::minutes(1);

struct Steady {
    /// What the time was when the machine started, by what is believed now.
    started: DateTime<Utc>,
    /// When it was told last, as time since then.
    told: Option<TimeDelta>,
}

/// How long the machine has been running, sleep included: nobody can set it.
fn since_boot() -> TimeDelta {
    #[cfg(target_os = "linux")]
    const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Boottime;
    #[cfg(not(target_os = "linux"))]
    const CLOCK: rustix::time::ClockId = rustix::time::ClockId::Monotonic;
    let gone_by = rustix::time::clock_gettime(CLOCK);
    TimeDelta::seconds(gone_by.tv_sec) + TimeDelta::nanoseconds(gone_by.tv_nsec)
}

impl Default for SteadyClock {
    fn default() -> Self {
        Self::over(|| SystemClock.now(), since_boot)
    }
}

impl SteadyClock {
    /// A clock over one that can be moved and one that cannot.
    pub fn over(
        machine: impl Fn() -> DateTime<Utc> + Send + Sync + 'static,
        since_boot: impl Fn() -> TimeDelta + Send + Sync + 'static,
    ) -> Self {
        let started = machine() - since_boot();
        let state = Mutex::new(Steady { started, told: None });
        Self { machine: Box::new(machine), since_boot: Box::new(since_boot), state }
    }
}

impl Clock for SteadyClock {
    fn now(&self) -> DateTime<Utc> {
        let mut state = self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (says, since_boot) = ((self.machine)(), (self.since_boot)());
        let steady = state.started + since_boot;
        let step = says - steady;
        if step.abs() <= FOLLOWED {
            if state.told.take().is_some() {
                tracing::warn!("the machine's clock is back and is followed again");
            }
            state.started += step;
            return says.trunc_subsecs(6);
        }
        if state.told.is_none_or(|told| since_boot - told >= TOLD) {
            state.told = Some(since_boot);
            let seconds = step.num_seconds();
            tracing::error!(
                seconds,
                "the machine's clock was moved and is not followed; set it right, or restart the program if it is right now"
            );
        }
        steady.trunc_subsecs(6)
    }
}

/// A clock that moves when it is told to.
#[derive(Debug)]
pub struct ManualClock(Mutex<DateTime<Utc>>);

impl ManualClock {
    /// A clock that stands at `at`.
    pub fn new(at: DateTime<Utc>) -> Self {
        Self(Mutex::new(at.trunc_subsecs(6)))
    }

    /// Moves it forward.
    pub fn advance(&self, by: TimeDelta) {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner) += by;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    const BEGAN: i64 = 1_795_500_000;

    /// A steady clock, what moves the machine's clock, in seconds, and what lets seconds go by.
    fn clock() -> (SteadyClock, impl Fn(i64), impl Fn(i64)) {
        let (moved, gone_by) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicI64::new(77)));
        let (sets, passes) = (Arc::clone(&moved), Arc::clone(&gone_by));
        let since = Arc::clone(&gone_by);
        let machine = move || {
            let seconds = BEGAN - 77 + moved.load(Ordering::SeqCst) + gone_by.load(Ordering::SeqCst);
            DateTime::from_timestamp(seconds, 0).unwrap_or_default()
        };
        let clock = SteadyClock::over(machine, move || TimeDelta::seconds(since.load(Ordering::SeqCst)));
        let sets = move |seconds| {
            sets.fetch_add(seconds, Ordering::SeqCst);
        };
        let passes = move |seconds| {
            passes.fetch_add(seconds, Ordering::SeqCst);
        };
        (clock, sets, passes)
    }

    #[test]
    fn leaps_are_not_followed_and_small_steps_are() {
        let (clock, moves, passes) = clock();
        let after = |seconds| DateTime::from_timestamp(BEGAN + seconds, 0).unwrap_or_default();
        assert_eq!(clock.now(), after(0));
        passes(10);
        assert_eq!(clock.now(), after(10));
        moves(86_400);
        assert_eq!(clock.now(), after(10), "a day was skipped");
        passes(3600);
        assert_eq!(clock.now(), after(3610), "time stands still");
        moves(-86_400);
        assert_eq!(clock.now(), after(3610));
        moves(-3600);
        assert_eq!(clock.now(), after(3610), "an hour was lived twice");
        moves(3600 + 200);
        assert_eq!(clock.now(), after(3810), "a small step is what the machine was set right by");
        passes(5);
        assert_eq!(clock.now(), after(3815));
        moves(-300);
        assert_eq!(clock.now(), after(3515));
        moves(301);
        assert_eq!(clock.now(), after(3515));
        moves(-1);
        assert_eq!(clock.now(), after(3815));
    }
}
