//! The forms that cases came from. An owner who helps themself sends one when they hand their case over, if ever.

use diesel::{Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl};

use super::schema::{case_forms, recoveries};
use super::{AnyConnection, StoreError, Tx, accounts, corrupt, parsed, parsed_if, queue_rows, search};
use crate::domain::form::{AssistanceForm, DeviceKind, Language, Reason};
use crate::domain::ids::CaseId;

/// Stores the form of a case that was there before it; it will never change.
pub fn insert_form(tx: &mut Tx<'_>, case: CaseId, form: &AssistanceForm) -> Result<(), StoreError> {
    diesel::insert_into(case_forms::table).values(New::of(case, form)).execute(tx.connection)?;
    queue_rows::speaks(tx, case, form.language)?;
    search::index(tx, &case.to_string())
}

/// The row of a new form.
#[derive(Insertable)]
#[diesel(table_name = case_forms, treat_none_as_default_value = false)]
pub(super) struct New<'a> {
    case_id: String,
    email: &'a str,
    email_key: String,
    account_number: Option<&'a str>,
    name: &'a str,
    device_kind: &'static str,
    reason: &'static str,
    failed_step: &'a str,
    phone: Option<&'a str>,
    language: &'static str,
    callback_time: &'a str,
    message: &'a str,
}

impl<'a> New<'a> {
    pub(super) fn of(case: CaseId, form: &'a AssistanceForm) -> Self {
        Self {
            case_id: case.to_string(),
            email: form.email.as_str(),
            email_key: form.email.key(),
            account_number: form.account_number.as_deref(),
            name: &form.name,
            device_kind: form.device_kind.code(),
            reason: form.reason.code(),
            failed_step: &form.failed_step,
            phone: form.phone.as_ref().map(|phone| phone.as_str()),
            language: form.language.code(),
            callback_time: &form.callback_time,
            message: &form.message,
        }
    }
}

#[derive(Queryable)]
struct FormRow {
    _case_id: String,
    email: String,
    _email_key: String,
    account_number: Option<String>,
    name: String,
    device_kind: String,
    reason: String,
    failed_step: String,
    phone: Option<String>,
    language: String,
    callback_time: String,
    message: String,
}

/// The language that a case's form asks to be answered in.
pub fn language(connection: &mut AnyConnection, case: CaseId) -> Result<Language, StoreError> {
    spoken(connection, case)?.ok_or_else(|| corrupt("language", "none"))
}

/// Like [`language`], of a case that may not have said one.
pub(super) fn spoken(connection: &mut AnyConnection, case: CaseId) -> Result<Option<Language>, StoreError> {
    let of_form = case_forms::table.find(case.to_string()).select(case_forms::language);
    let mut code: Option<String> = of_form.first(connection).optional()?;
    if code.is_none() {
        let of_recovery = recoveries::table.find(case.to_string()).select(recoveries::language);
        code = of_recovery.first(connection).optional()?;
    }
    code.map(|code| Language::from_code(&code).ok_or_else(|| corrupt("language", &code))).transpose()
}

/// The form as it was submitted. An owner who helps themself has sent none: it says what their account says.
pub fn form(connection: &mut AnyConnection, case: CaseId) -> Result<AssistanceForm, StoreError> {
    let row: Option<FormRow> = case_forms::table.find(case.to_string()).first(connection).optional()?;
    match row {
        Some(row) => row.into_form(),
        None => form_of_owner(connection, case),
    }
}

fn form_of_owner(connection: &mut AnyConnection, case: CaseId) -> Result<AssistanceForm, StoreError> {
    let id: String = recoveries::table.find(case.to_string()).select(recoveries::account_id).first(connection)?;
    let account = accounts::find(connection, parsed("account", &id)?)?.ok_or_else(|| corrupt("account", &id))?;
    Ok(AssistanceForm {
        email: account.email,
        account_number: account.number,
        name: account.name,
        device_kind: DeviceKind::Unsure,
        reason: Reason::Other,
        failed_step: String::new(),
        phone: None,
        language: language(connection, case)?,
        callback_time: String::new(),
        message: String::new(),
    })
}

impl FormRow {
    fn into_form(self) -> Result<AssistanceForm, StoreError> {
        Ok(AssistanceForm {
            email: parsed("form e-mail", &self.email)?,
            account_number: self.account_number,
            name: self.name,
            device_kind: DeviceKind::from_code(&self.device_kind)
                .ok_or_else(|| corrupt("device", &self.device_kind))?,
            reason: Reason::from_code(&self.reason).ok_or_else(|| corrupt("reason", &self.reason))?,
            failed_step: self.failed_step,
            phone: parsed_if("form phone", self.phone.as_deref())?,
            language: Language::from_code(&self.language).ok_or_else(|| corrupt("language", &self.language))?,
            callback_time: self.callback_time,
            message: self.message,
        })
    }
}
