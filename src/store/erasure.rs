//! Erasing what cases say of people. What stays: the reference, the state, times, kinds of evidence, and the log.

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::dsl::{exists, max, not, sql};
use diesel::sql_types::Bool;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl,
    RunQueryDsl,
};

use super::cases::Filed;
use super::schema::{
    alarms, audit_entries, blocks, calls, case_authenticators, case_drafts, case_entries, case_erasures, case_forms,
    case_merges, case_origins, case_presence, cases, cases_to_erase, challenges, customer_sessions, documents,
    enrolments, erasures, erasures_to_finish, evidence, evidence_notes, inbound_mails, legal_holds as held, links,
    mail_failures, outbox, phone_changes, recoveries,
};
use super::{AnyConnection, StoreError, Tx, corrupt, dialect, inbound, legal_holds, parsed, search, stored};
use crate::domain::alarm::AlarmKind;
use crate::domain::audit::timestamp;
use crate::domain::case::State;
use crate::domain::ids::{AccountId, CaseId};
use crate::domain::phone_change;
use crate::domain::privacy::{Cause, ERASED_EMAIL, Erased, Rest, Standing};
use crate::domain::reference::CaseRef;

/// Rows that are still to be carried out.
const UNDER_WAY: [&str; 2] = ["waiting", "leased"];

/// The entry of an objection to a case that was over.
const OBJECTED: &str = "case.disputed_after_end";

fn erased((number, cause, at): (i64, String, NaiveDateTime)) -> Result<Erased, StoreError> {
    let cause = Cause::from_code(&cause).ok_or_else(|| corrupt("cause", &cause))?;
    Ok(Erased { number, cause, at: at.and_utc() })
}

/// The erasure that emptied a case, if one did.
pub fn of_case(connection: &mut AnyConnection, case: CaseId) -> Result<Option<Erased>, StoreError> {
    let row = case_erasures::table
        .inner_join(erasures::table)
        .filter(case_erasures::case_id.eq(case.to_string()))
        .select((erasures::n, erasures::cause, erasures::at))
        .first(connection)
        .optional()?;
    row.map(erased).transpose()
}

/// Whether a case was emptied.
pub(super) fn is_empty(connection: &mut AnyConnection, case: &str) -> Result<bool, StoreError> {
    let found = case_erasures::table.filter(case_erasures::case_id.eq(case));
    Ok(diesel::select(exists(found)).get_result(connection)?)
}

/// The erasure that an account's person asked for, if they did.
pub fn of_account(connection: &mut AnyConnection, account: AccountId) -> Result<Option<Erased>, StoreError> {
    let row = erasures::table
        .filter(erasures::account_id.eq(account.to_string()))
        .order(erasures::n.desc())
        .select((erasures::n, erasures::cause, erasures::at))
        .first(connection)
        .optional()?;
    row.map(erased).transpose()
}

/// The newest erasures on request, newest first.
pub fn requested(
    connection: &mut AnyConnection,
    limit: i64,
) -> Result<Vec<(Erased, Option<AccountId>, i64)>, StoreError> {
    type Row = (i64, String, NaiveDateTime, Option<String>);
    let rows: Vec<Row> = erasures::table
        .filter(erasures::cause.eq(Cause::Request.code()))
        .order(erasures::n.desc())
        .select((erasures::n, erasures::cause, erasures::at, erasures::account_id))
        .limit(limit)
        .load(connection)?;
    let mut found = Vec::with_capacity(rows.len());
    for (n, cause, at, account) in rows {
        let cases = case_erasures::table.filter(case_erasures::n.eq(n)).count().get_result(connection)?;
        found.push((erased((n, cause, at))?, account.as_deref().map(|id| parsed("account", id)).transpose()?, cases));
    }
    Ok(found)
}

/// Notes that a case ended, so that the schedule comes to it.
pub(super) fn ended(tx: &mut Tx<'_>, case: CaseId, at: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::insert_into(cases_to_erase::table)
        .values((cases_to_erase::case_id.eq(case.to_string()), cases_to_erase::ended_at.eq(stored(at))))
        .execute(tx.connection)?;
    Ok(())
}

/// A place in the order in which cases are due: when the case ended, and which it is.
pub type Place = (NaiveDateTime, String);

/// What is looked for by [`due`].
#[derive(Debug, Clone)]
pub struct Due {
    /// Now.
    pub now: DateTime<Utc>,
    /// How long cases stay.
    pub rest: Rest,
    /// Only those after this place.
    pub after: Option<Place>,
    /// So many at most.
    pub limit: i64,
}

/// Cases that ended long enough ago and are still to be erased, those that ended first of all first. What a hold keeps,
/// what has something under way, what was objected to, and duplicates of what is open are left out.
pub fn due(connection: &mut AnyConnection, asked: &Due) -> Result<Vec<(CaseRef, Place)>, StoreError> {
    let under_way = outbox::table
        .filter(outbox::case_id.eq(cases_to_erase::case_id.nullable()))
        .filter(outbox::state.eq_any(UNDER_WAY));
    let changing = phone_changes::table
        .filter(phone_changes::case_id.eq(cases_to_erase::case_id))
        .filter(phone_changes::state.eq_any(changes_going_on()));
    let standing = held::table.filter(held::lifted_at.is_null());
    let hold_on_case = standing.filter(held::case_id.eq(cases::id.nullable()));
    let hold_on_account = standing.filter(held::account_id.eq(cases::account_id));
    let of_case = alarms::case_id.eq(cases::id.nullable());
    let unseen = alarms::table
        .filter(alarms::seen_at.is_null())
        .filter(alarms::kind.eq_any(AlarmKind::OBJECTIONS.map(AlarmKind::code)))
        .filter(of_case.or(alarms::account_id.eq(cases::account_id)));
    let rung = alarms::table
        .filter(alarms::kind.eq(AlarmKind::DisputedAfterEnd.code()))
        .filter(alarms::at.gt(stored(asked.now - asked.rest.objection)))
        .filter(of_case);
    let objected = audit_entries::table
        .filter(audit_entries::case_ref.eq(cases::reference))
        .filter(audit_entries::action.eq(OBJECTED))
        .filter(audit_entries::at.gt(timestamp(asked.now - asked.rest.objection)));
    let over: Vec<String> =
        State::ALL.iter().filter(|state| state.is_final()).map(|state| format!("'{}'", state.code())).collect();
    let continued = sql::<Bool>(&format!(
        "NOT EXISTS (SELECT 1 FROM case_merges JOIN cases AS kept ON kept.id = case_merges.into_id
            WHERE case_merges.case_id = cases_to_erase.case_id AND kept.state NOT IN ({}))",
        over.join(", ")
    ));
    let waits = cases_to_erase::not_before.is_null().or(cases_to_erase::not_before.le(stored(asked.now)));
    let mut query = cases_to_erase::table
        .inner_join(cases::table.on(cases::id.eq(cases_to_erase::case_id)))
        .filter(cases_to_erase::ended_at.le(stored(asked.now - asked.rest.end)))
        .filter(waits)
        .filter(not(exists(hold_on_case)))
        .filter(not(exists(hold_on_account)))
        .filter(not(exists(under_way)))
        .filter(not(exists(changing)))
        .filter(not(exists(unseen)))
        .filter(not(exists(rung)))
        .filter(not(exists(objected)))
        .filter(continued)
        .order((cases_to_erase::ended_at.asc(), cases_to_erase::case_id.asc()))
        .select((cases::reference, cases_to_erase::ended_at, cases_to_erase::case_id))
        .limit(asked.limit)
        .into_boxed();
    if let Some((ended_at, id)) = asked.after.clone() {
        let later = cases_to_erase::ended_at.eq(ended_at).and(cases_to_erase::case_id.gt(id));
        query = query.filter(cases_to_erase::ended_at.gt(ended_at).or(later));
    }
    let due: Vec<(String, NaiveDateTime, String)> = query.load(connection)?;
    due.into_iter().map(|(reference, at, id)| Ok((parsed("reference", &reference)?, (at, id)))).collect()
}

/// When somebody last said of a case "this wasn't me" after its end, and whether an alarm of that kind about it or its
/// account was not seen yet.
fn objections(connection: &mut AnyConnection, filed: &Filed) -> Result<(Option<DateTime<Utc>>, bool), StoreError> {
    let (id, account) = (filed.case.id.to_string(), filed.case.account.map(|id| id.to_string()));
    let of_case = alarms::case_id.eq(Some(id));
    let rung: Option<NaiveDateTime> = alarms::table
        .filter(alarms::kind.eq(AlarmKind::DisputedAfterEnd.code()))
        .filter(of_case.clone())
        .select(max(alarms::at))
        .first(connection)?;
    let told: Option<String> = audit_entries::table
        .filter(audit_entries::case_ref.eq(filed.case.reference.as_str()))
        .filter(audit_entries::action.eq(OBJECTED))
        .select(max(audit_entries::at))
        .first(connection)?;
    let unseen = alarms::table
        .filter(alarms::seen_at.is_null())
        .filter(alarms::kind.eq_any(AlarmKind::OBJECTIONS.map(AlarmKind::code)))
        .filter(of_case.or(alarms::account_id.eq(account)));
    let unseen = diesel::select(exists(unseen)).get_result(connection)?;
    let told: Option<DateTime<Utc>> = told.map(|at| parsed("moment", &at)).transpose()?;
    Ok((told.max(rung.map(|at| at.and_utc())), unseen))
}

fn changes_going_on() -> Vec<&'static str> {
    phone_change::State::ALL.iter().filter(|state| !state.is_final()).map(|state| state.code()).collect()
}

/// What decides whether a case may be erased.
pub fn standing(connection: &mut AnyConnection, filed: &Filed) -> Result<Standing, StoreError> {
    let id = filed.case.id.to_string();
    let under_way = outbox::table.filter(outbox::case_id.eq(&id)).filter(outbox::state.eq_any(UNDER_WAY));
    let changing = phone_changes::table
        .filter(phone_changes::case_id.eq(&id))
        .filter(phone_changes::state.eq_any(changes_going_on()));
    let into: Option<(String, String)> = case_merges::table
        .inner_join(cases::table.on(cases::id.eq(case_merges::into_id)))
        .filter(case_merges::case_id.eq(&id))
        .select((cases::reference, cases::state))
        .first(connection)
        .optional()?;
    let (objected, alarmed) = objections(connection, filed)?;
    let going_on = |state: &str| State::from_code(state).is_none_or(|state| !state.is_final());
    let continued = into.filter(|(_, state)| going_on(state)).map(|(reference, _)| parsed("reference", &reference));
    Ok(Standing {
        reference: filed.case.reference.clone(),
        state: filed.case.state,
        since: filed.case.state_since,
        closes: (filed.case.state == State::Deactivated).then_some(filed.case.expires_at),
        held: legal_holds::stands(connection, Some(filed.case.id), filed.case.account)?,
        unsettled: diesel::select(exists(under_way)).get_result(connection)?
            || diesel::select(exists(changing)).get_result(connection)?,
        continued: continued.transpose()?,
        alarmed,
        objected,
    })
}

/// Begins an erasure: it gets the next number of the series.
pub fn begin(
    tx: &mut Tx<'_>,
    cause: Cause,
    account: Option<AccountId>,
    at: DateTime<Utc>,
) -> Result<Erased, StoreError> {
    dialect::lock_subject(tx.connection, "erasures", "number")?;
    let last: Option<i64> = erasures::table.select(max(erasures::n)).first(tx.connection)?;
    let number = last.unwrap_or_default() + 1;
    diesel::insert_into(erasures::table)
        .values((
            erasures::n.eq(number),
            erasures::cause.eq(cause.code()),
            erasures::account_id.eq(account.map(|id| id.to_string())),
            erasures::at.eq(stored(at)),
        ))
        .execute(tx.connection)?;
    diesel::insert_into(erasures_to_finish::table).values(erasures_to_finish::n.eq(number)).execute(tx.connection)?;
    Ok(Erased { number, cause, at })
}

/// The last erasure after which the database's own leftovers were not rewritten yet.
pub fn unfinished(connection: &mut AnyConnection) -> Result<Option<i64>, StoreError> {
    Ok(erasures_to_finish::table.select(max(erasures_to_finish::n)).first(connection)?)
}

/// Notes that the leftovers of these erasures, up to one of them, were rewritten.
pub fn finished(tx: &mut Tx<'_>, last: i64) -> Result<(), StoreError> {
    diesel::delete(erasures_to_finish::table.filter(erasures_to_finish::n.le(last))).execute(tx.connection)?;
    Ok(())
}

/// Erases what a case says of people. It must have ended and be on no hold: the database looks once more.
pub fn empty_case(tx: &mut Tx<'_>, case: CaseId, by: Erased) -> Result<(), StoreError> {
    let id = case.to_string();
    diesel::insert_into(case_erasures::table)
        .values((case_erasures::case_id.eq(&id), case_erasures::n.eq(by.number)))
        .execute(tx.connection)?;
    empty_what_stays(tx.connection, &id, stored(by.at))?;
    remove_what_goes(tx.connection, &id)?;
    legal_holds::forget_lifted(tx, None, Some(case))?;
    search::index(tx, &id)
}

fn empty_what_stays(c: &mut AnyConnection, id: &str, at: NaiveDateTime) -> Result<(), StoreError> {
    diesel::update(case_forms::table.filter(case_forms::case_id.eq(id)))
        .set((
            case_forms::email.eq(ERASED_EMAIL),
            case_forms::email_key.eq(""),
            case_forms::account_number.eq(None::<String>),
            case_forms::name.eq(""),
            case_forms::failed_step.eq(""),
            case_forms::phone.eq(None::<String>),
            case_forms::callback_time.eq(""),
            case_forms::message.eq(""),
        ))
        .execute(c)?;
    diesel::update(evidence::table.filter(evidence::case_id.eq(id)))
        .set(evidence::subject.eq(None::<String>))
        .execute(c)?;
    diesel::update(case_entries::table.filter(case_entries::case_id.eq(id)))
        .set(case_entries::body.eq(""))
        .execute(c)?;
    diesel::update(documents::table.filter(documents::case_id.eq(id)).filter(documents::erased_at.is_null()))
        .set((documents::sealed.eq(None::<Vec<u8>>), documents::erased_at.eq(Some(at))))
        .execute(c)?;
    diesel::update(documents::table.filter(documents::case_id.eq(id))).set(documents::digest.eq("")).execute(c)?;
    let of_case = inbound_mails::table.filter(inbound_mails::case_id.eq(id));
    let mails: Vec<String> = of_case.select(inbound_mails::id).load(c)?;
    inbound::empty(c, &mails, at)?;
    diesel::update(recoveries::table.filter(recoveries::case_id.eq(id)))
        .set(recoveries::failed.eq(None::<String>))
        .execute(c)?;
    let failed = case_authenticators::table.filter(case_authenticators::case_id.eq(id));
    diesel::update(failed.filter(case_authenticators::failure.is_not_null()))
        .set(case_authenticators::failure.eq(Some("")))
        .execute(c)?;
    diesel::update(blocks::table.filter(blocks::case_id.eq(id))).set(blocks::about.eq("")).execute(c)?;
    diesel::update(cases::table.filter(cases::id.eq(id)))
        .set((cases::ended_reason.eq(None::<String>), cases::submission_key.eq(cases::id)))
        .execute(c)?;
    Ok(())
}

fn remove_what_goes(c: &mut AnyConnection, id: &str) -> Result<(), StoreError> {
    let asked = challenges::table.filter(challenges::case_id.eq(id)).select(challenges::id);
    let changed = phone_changes::table.filter(phone_changes::case_id.eq(id)).select(phone_changes::id);
    let made = calls::challenge_id.eq_any(asked.nullable()).or(calls::phone_change_id.eq_any(changed.nullable()));
    diesel::delete(calls::table.filter(made)).execute(c)?;
    diesel::delete(challenges::table.filter(challenges::case_id.eq(id))).execute(c)?;
    diesel::delete(customer_sessions::table.filter(customer_sessions::case_id.eq(id))).execute(c)?;
    diesel::delete(links::table.filter(links::case_id.eq(id))).execute(c)?;
    diesel::delete(phone_changes::table.filter(phone_changes::case_id.eq(id))).execute(c)?;
    diesel::delete(enrolments::table.filter(enrolments::case_id.eq(id))).execute(c)?;
    diesel::delete(evidence_notes::table.filter(evidence_notes::case_id.eq(id))).execute(c)?;
    diesel::delete(case_origins::table.filter(case_origins::case_id.eq(id))).execute(c)?;
    diesel::delete(case_presence::table.filter(case_presence::case_id.eq(id))).execute(c)?;
    diesel::delete(case_drafts::table.filter(case_drafts::case_id.eq(id))).execute(c)?;
    diesel::delete(mail_failures::table.filter(mail_failures::case_id.eq(id))).execute(c)?;
    diesel::delete(outbox::table.filter(outbox::case_id.eq(id))).execute(c)?;
    diesel::delete(cases_to_erase::table.filter(cases_to_erase::case_id.eq(id))).execute(c)?;
    Ok(())
}
