//! The words that cases are found by. They are kept in the transaction of what they are words of.

use diesel::{ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::schema::{accounts, case_entries, case_forms, cases, queue_to_do};
use super::{AnyConnection, StoreError, Tx, dialect, erasure, queue_rows};
use crate::domain::case::Case;
use crate::domain::contact::{E164, EmailAddress};
use crate::domain::form::AssistanceForm;
use crate::domain::search::{Terms, Words};

/// Cases whose words are taken up in one transaction at the start.
const BATCH: usize = 100;
/// How often a piece of that is tried again that gave in to another transaction.
const TRIES: u32 = 5;

type Form = (String, Option<String>, String, Option<String>, String, String, String);
type Known = (String, Option<String>, String, Option<String>);

/// Everything that anybody at the desk may see of a case without **Reveal**. Nothing of one that its owner has in their
/// own hands, which is found by its reference alone.
fn words(connection: &mut AnyConnection, case: &str) -> Result<Option<Words>, StoreError> {
    let on_account = accounts::table.on(accounts::id.nullable().eq(cases::account_id));
    let found: Option<(String, bool, Option<Known>)> = cases::table
        .left_join(on_account)
        .filter(cases::id.eq(case))
        .select((
            cases::reference,
            cases::with_owner,
            (accounts::email, accounts::phone, accounts::name, accounts::number).nullable(),
        ))
        .first(connection)
        .optional()?;
    let Some((reference, false, known)) = found else { return Ok(None) };
    let mut words = Words::default();
    words.add(&reference);
    if erasure::is_empty(connection, case)? {
        return Ok(Some(words));
    }
    let mut person = |email: String, phone: Option<String>, name: &str, number: Option<String>| {
        let (email, phone) = (email.parse().ok(), phone.and_then(|phone| phone.parse().ok()));
        add_person(&mut words, email.as_ref(), phone.as_ref(), (name, number.as_deref()));
    };
    if let Some((email, phone, name, number)) = known {
        person(email, phone, &name, number);
    }
    let form: Option<Form> = case_forms::table
        .find(case)
        .select((
            case_forms::email,
            case_forms::phone,
            case_forms::name,
            case_forms::account_number,
            case_forms::failed_step,
            case_forms::callback_time,
            case_forms::message,
        ))
        .first(connection)
        .optional()?;
    let mut written: Vec<String> =
        case_entries::table.filter(case_entries::case_id.eq(case)).select(case_entries::body).load(connection)?;
    if let Some((email, phone, name, number, step, time, message)) = form {
        person(email, phone, &name, number);
        written.extend([step, time, message]);
    }
    for text in &written {
        words.add_written(text);
    }
    Ok(Some(words))
}

fn add_person(
    words: &mut Words,
    email: Option<&EmailAddress>,
    phone: Option<&E164>,
    (name, number): (&str, Option<&str>),
) {
    words.add(&email.map(EmailAddress::masked).unwrap_or_default());
    words.add(&phone.map(E164::masked).unwrap_or_default());
    words.add(name);
    words.add(number.unwrap_or_default());
}

/// Takes up the words of a new case, whose account is not known yet: there is nothing but its form.
pub(super) fn index_new(tx: &mut Tx<'_>, case: &Case, form: &AssistanceForm) -> Result<(), StoreError> {
    let mut words = Words::default();
    words.add(case.reference.as_str());
    add_person(&mut words, Some(&form.email), form.phone.as_ref(), (&form.name, form.account_number.as_deref()));
    for text in [&form.failed_step, &form.callback_time, &form.message] {
        words.add_written(text);
    }
    dialect::add_words(tx.connection, &case.id.to_string(), &words)
}

/// Takes up the words of a case as it is now.
pub(super) fn index(tx: &mut Tx<'_>, case: &str) -> Result<(), StoreError> {
    if let (Some(words), Some(n)) = (words(tx.connection, case)?, queue_rows::number(tx.connection, case)?) {
        dialect::keep_words(tx.connection, n, &words)?;
    }
    Ok(())
}

/// Takes up the words of cases from before there was a search, which is done when it was done once.
pub(super) fn catch_up(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let mut cases = 0;
    loop {
        let some = in_transaction(connection, catch_up_some)?;
        cases += some;
        if some < BATCH {
            break;
        }
    }
    if cases > 0 {
        tracing::info!(cases, "older cases were taken up for the search");
    }
    Ok(())
}

/// Runs a small piece of work in a transaction of its own; again, where it gave in to another one.
pub(super) fn in_transaction<T>(
    connection: &mut AnyConnection,
    work: impl Fn(&mut AnyConnection) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut tries = 0;
    loop {
        dialect::begin_writing(connection)?;
        let done = work(connection);
        let ended = dialect::execute(connection, if done.is_ok() { "COMMIT" } else { "ROLLBACK" });
        match done {
            Err(error) if error.is_transient() && tries < TRIES => tries += 1,
            done => return ended.and(done),
        }
    }
}

fn catch_up_some(connection: &mut AnyConnection) -> Result<usize, StoreError> {
    let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
    let query = queue_to_do::table.select(queue_to_do::case_id).order(queue_to_do::case_id.asc()).limit(limit);
    let cases: Vec<String> = query.load(connection)?;
    let mut tx = Tx::new(connection);
    for case in &cases {
        index(&mut tx, case)?;
    }
    diesel::delete(queue_to_do::table.filter(queue_to_do::case_id.eq_any(&cases))).execute(connection)?;
    Ok(cases.len())
}

/// Which way from a number a search goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// To smaller numbers: older cases, the newest of them first.
    Above(i64),
    /// To greater numbers: newer cases, the oldest of them first.
    Below(i64),
}

/// Numbers of the cases that have all of these words, at most `limit`.
pub(super) fn matching(
    connection: &mut AnyConnection,
    terms: &Terms,
    from: From,
    limit: i64,
) -> Result<Vec<i64>, StoreError> {
    dialect::numbers_with_words(connection, terms, from, limit)
}

/// Takes one step in rewriting the index without words that were taken out of it. True when there is more to do.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub fn rewrite(tx: &mut Tx<'_>, begin: bool) -> Result<bool, StoreError> {
    dialect::rewrite_words(tx.connection, begin)
}

/// Brings everything committed into the database's file, so that nothing of what it replaced is left beside it.
///
/// # Errors
/// [`StoreError`] when the database fails.
pub fn into_the_file(connection: &mut AnyConnection) -> Result<bool, StoreError> {
    dialect::into_the_file(connection)
}
