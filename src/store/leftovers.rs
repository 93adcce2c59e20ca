//! Rows that nothing needs any more.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl, RunQueryDsl, dsl::exists, dsl::not,
};

use super::events::EVENT;
use super::schema::{
    account_sessions, agent_sessions, blocks, cases, ceremonies, challenges, customer_sessions, links, outbox,
    sign_in_links,
};
use super::{AnyConnection, StoreError, Tx, dialect, stored};
use crate::domain::case::State;
use crate::domain::event::DeliveryState;

/// Identifiers of some of them. What is in here once is over for good.
#[derive(Debug, Default)]
pub struct Leftovers {
    agent_sessions: Vec<String>,
    account_sessions: Vec<String>,
    ceremonies: Vec<String>,
    customer_sessions: Vec<String>,
    links: Vec<String>,
    sign_in_links: Vec<String>,
    errands: Vec<String>,
    events: Vec<String>,
    blocks: Vec<String>,
}

/// Looks for what was over before a moment, and for events that were delivered before another, at most `limit` of each
/// kind.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub fn find(
    connection: &mut AnyConnection,
    before: DateTime<Utc>,
    delivered_before: DateTime<Utc>,
    limit: i64,
) -> Result<Leftovers, StoreError> {
    let before = stored(before);
    let ended = State::ALL.iter().filter(|state| state.is_final()).map(|state| state.code());
    let agent_over = agent_sessions::expires_at.lt(before).nullable().or(agent_sessions::ended_at.lt(before));
    let account_over = account_sessions::expires_at.lt(before).nullable().or(account_sessions::ended_at.lt(before));
    // A challenge says in which browser its code was shown.
    let showed_a_code = challenges::table
        .filter(challenges::case_id.eq(customer_sessions::case_id))
        .filter(challenges::session_id.eq(customer_sessions::id.nullable()));
    Ok(Leftovers {
        agent_sessions: agent_sessions::table
            .filter(agent_over)
            .select(agent_sessions::id)
            .limit(limit)
            .load(connection)?,
        account_sessions: account_sessions::table
            .filter(account_over)
            .select(account_sessions::id)
            .limit(limit)
            .load(connection)?,
        ceremonies: ceremonies::table
            .filter(ceremonies::expires_at.lt(before))
            .select(ceremonies::id)
            .limit(limit)
            .load(connection)?,
        customer_sessions: customer_sessions::table
            .filter(customer_sessions::expires_at.lt(before))
            .filter(not(exists(showed_a_code)))
            .select(customer_sessions::id)
            .limit(limit)
            .load(connection)?,
        // While a case goes on, who opened its links and whom they went to is looked at.
        links: links::table
            .inner_join(cases::table)
            .filter(links::expires_at.lt(before))
            .filter(cases::state.eq_any(ended.collect::<Vec<_>>()))
            .filter(cases::state_since.lt(before))
            .select(links::id)
            .limit(limit)
            .load(connection)?,
        sign_in_links: sign_in_links::table
            .filter(sign_in_links::expires_at.lt(before))
            .select(sign_in_links::id)
            .limit(limit)
            .load(connection)?,
        // Mails are part of the case's history.
        errands: outbox::table
            .filter(outbox::kind.ne_all(["mail", EVENT]))
            .filter(
                // A letter that was given up is no part of any history.
                outbox::state.eq("done").and(outbox::done_at.lt(before)).or(outbox::state
                    .eq("dead")
                    .and(outbox::case_id.is_null())
                    .and(outbox::next_at.lt(before))
                    .nullable()),
            )
            .select(outbox::id)
            .limit(limit)
            .load(connection)?,
        events: outbox::table
            .filter(outbox::subscriber.is_not_null())
            .filter(
                outbox::state
                    .eq(DeliveryState::Done.code())
                    .and(outbox::done_at.lt(stored(delivered_before)))
                    .or(outbox::state.eq(DeliveryState::Dead.code()).and(outbox::done_at.lt(before))),
            )
            .select(outbox::id)
            .limit(limit)
            .load(connection)?,
        blocks: blocks::table
            .filter(blocks::lifted_at.lt(before).or(blocks::until.lt(before)))
            .select(blocks::id)
            .limit(limit)
            .load(connection)?,
    })
}

/// Removes them, and answers how many were still there.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub fn remove(tx: &mut Tx<'_>, found: &Leftovers) -> Result<usize, StoreError> {
    let c = &mut *tx.connection;
    Ok(diesel::delete(agent_sessions::table.filter(agent_sessions::id.eq_any(&found.agent_sessions))).execute(c)?
        + diesel::delete(account_sessions::table.filter(account_sessions::id.eq_any(&found.account_sessions)))
            .execute(c)?
        + diesel::delete(ceremonies::table.filter(ceremonies::id.eq_any(&found.ceremonies))).execute(c)?
        + diesel::delete(customer_sessions::table.filter(customer_sessions::id.eq_any(&found.customer_sessions)))
            .execute(c)?
        + diesel::delete(links::table.filter(links::id.eq_any(&found.links))).execute(c)?
        + diesel::delete(sign_in_links::table.filter(sign_in_links::id.eq_any(&found.sign_in_links))).execute(c)?
        + diesel::delete(outbox::table.filter(outbox::id.eq_any(&found.errands))).execute(c)?
        + diesel::delete(outbox::table.filter(outbox::id.eq_any(&found.events))).execute(c)?
        + diesel::delete(blocks::table.filter(blocks::id.eq_any(&found.blocks))).execute(c)?)
}

/// Forgets the marks of writers that committed nothing for so long. One that lives after all enrols again.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub fn forget_writers(tx: &mut Tx<'_>, idle: TimeDelta) -> Result<(), StoreError> {
    dialect::forget_writers(tx.connection, idle.num_days())
}
