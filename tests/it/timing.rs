//! How long answers take for accounts that exist and for those that do not: a report, not a gate, since a busy machine
//! would fail it for nothing. CONTRIBUTING.md says how to run it.

use std::time::{Duration, Instant};

use mfa_desk::domain::account::{AccountKind, AccountStatus};
use mfa_desk::domain::actor::{Actor, Role};
use mfa_desk::domain::ids::AgentId;
use mfa_desk::store::agents::{self, Agent};
use mfa_desk::store::schema::accounts;
use mfa_desk::store::{StoreError, Tx};
use mfa_desk::workflow::{Act, Standing};

use crate::support::accounts::Devices;
use crate::support::world::{Setup, World, form, password_hash};

/// Requests for each kind of address. Every address is named once, so that no limit and no delay has a part in it.
const EACH: usize = 60;
const KINDS: [&str; 3] = ["known", "unknown", "suspended"];

fn address(kind: &str, n: usize) -> String {
    format!("{kind}-{n:03}@timing.example")
}

async fn sow(world: &World) {
    let (kit, at) = (world.desk.kit.clone(), world.now());
    let hash = password_hash();
    for n in 0..EACH {
        for kind in ["known", "suspended"] {
            world.adds(&address(kind, n), AccountKind::Owner, &[], Devices::AppAndCodes).await;
        }
    }
    let rows = move |tx: &mut Tx<'_>| {
        use diesel::{ExpressionMethods, RunQueryDsl, TextExpressionMethods};
        let suspended = accounts::email.like("suspended-%");
        diesel::update(accounts::table)
            .filter(suspended)
            .set(accounts::status.eq(AccountStatus::Suspended.code()))
            .execute(tx.connection)?;
        for n in 0..EACH {
            for kind in ["known", "suspended"] {
                let id = AgentId::new(at, kit.entropy.bytes());
                let email = format!("desk-{}", address(kind, n)).parse().unwrap();
                let agent = Agent {
                    id,
                    email,
                    name: format!("Agent {n}"),
                    role: Role::Agent,
                    suspended_at: None,
                    signed_in_at: None,
                };
                agents::insert(tx, &agent, (None, Some(&hash)), at)?;
            }
        }
        Ok::<(), StoreError>(())
    };
    world.desk.store.write(rows).await.unwrap();
    for n in 0..EACH {
        let act = Act { actor: Actor::Customer, ip: String::new(), at };
        let email = format!("desk-{}", address("suspended", n)).parse().unwrap();
        world.desk.set_standing(act, email, Standing::Suspended).await.unwrap();
    }
}

/// What is asked for with an address: the path, and the form's fields.
type Question = fn(&str) -> (&'static str, Vec<(&'static str, String)>);

fn owned(fields: Vec<(&'static str, &str)>) -> Vec<(&'static str, String)> {
    fields.into_iter().map(|(name, value)| (name, value.to_owned())).collect()
}

const QUESTIONS: [(&str, Question); 3] = [
    ("account, password", |email| {
        ("/account/sign-in/password", owned(vec![("email", email), ("password", "not the password at all")]))
    }),
    ("desk, password", |email| {
        let email = format!("desk-{email}");
        ("/desk/sign-in", owned(vec![("email", &email), ("password", "not the password at all")]))
    }),
    ("assistance, form", |email| ("/assistance", owned(form(email)))),
];

fn at_share(sorted: &[Duration], share: f64) -> f64 {
    // Whole numbers below a few hundred: nothing is lost.
    let place = (share * (sorted.len() - 1) as f64).round() as usize;
    sorted[place].as_secs_f64() * 1000.0
}

/// The two-sample Kolmogorov–Smirnov statistic: the widest gap between the two shares of answers that came in time.
fn widest_gap(a: &[Duration], b: &[Duration]) -> f64 {
    let share = |of: &[Duration], within: Duration| of.partition_point(|t| *t <= within) as f64 / of.len() as f64;
    a.iter().chain(b).map(|t| (share(a, *t) - share(b, *t)).abs()).fold(0.0, f64::max)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a report of several minutes; see CONTRIBUTING.md"]
async fn how_long_answers_take() {
    let change: fn(&mut mfa_desk::config::Settings) = |settings| {
        settings.limits.sign_ins_per_network = 100_000;
        settings.limits.forms_per_network_hour = 100_000;
        settings.limits.forms_per_network_day = 100_000;
    };
    let world = World::with(Setup { change, ..Setup::default() }).await;
    sow(&world).await;
    // With no difference at all, one comparison in a hundred comes out wider than this.
    let noise = 1.63 * (2.0 / EACH as f64).sqrt();
    println!("{EACH} answers of each kind, asked for in turn; D above {noise:.2} is more than noise (p < 0.01)\n");
    println!("| asked | address | median ms | p90 ms | D against known |\n| --- | --- | --- | --- | --- |");
    for (name, question) in QUESTIONS {
        let mut times = [const { Vec::new() }; KINDS.len()];
        let mut statuses = std::collections::BTreeSet::new();
        for n in 0..EACH {
            // Whoever goes first changes, so that a machine that slows down favours nobody.
            for turn in 0..KINDS.len() {
                let which = (turn + n) % KINDS.len();
                let (path, fields) = question(&address(KINDS[which], n));
                let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                let browser = world.browser();
                let begun = Instant::now();
                let page = browser.post(path, &fields).await;
                times[which].push(begun.elapsed());
                statuses.insert(page.status);
            }
        }
        assert_eq!(statuses.len(), 1, "{name}: {statuses:?}");
        times.iter_mut().for_each(|times| times.sort_unstable());
        for (kind, measured) in KINDS.iter().zip(&times) {
            let (median, high) = (at_share(measured, 0.5), at_share(measured, 0.9));
            println!("| {name} | {kind} | {median:.1} | {high:.1} | {:.2} |", widest_gap(&times[0], measured));
        }
    }
    world.stop().await;
}
