use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};

use super::act::{Act, Known, known};
use super::mail::customer_needs;
use super::phone_change::{ChangeFile, change_file};
use super::start_call::calls_left;
use super::{Desk, Kit, risk};
use crate::domain::account::{Account, Authenticator};
use crate::domain::audit::{Entry, details};
use crate::domain::audit_filter::Filter;
use crate::domain::case::{Assessment, Case, Stage, State, assess};
use crate::domain::code::{PhoneCode, two_words};
use crate::domain::evidence::CheckKind;
use crate::domain::form::AssistanceForm;
use crate::domain::ids::{AgentId, CustomerSessionId, EntryId};
use crate::domain::phone_change;
use crate::domain::reference::CaseRef;
use crate::domain::risk::Raised;
use crate::domain::token::Token;
use crate::store::agents::{self, Agent};
use crate::store::audit;
use crate::store::calls::{self, Call, Challenge};
use crate::store::cases::{self, Filed, WrittenEntry};
use crate::store::links;
use crate::store::outbox::{self, MailRow};
use crate::store::{AnyConnection, StoreError, Tx, throttle};

/// The newest entries of a case's timeline that its page shows.
const TIMELINE: i64 = 300;
/// Looking at the same case again within this time is one view.
const SAME_VIEW: TimeDelta = TimeDelta::minutes(15);

/// Everything the desk's page of a case shows.
pub struct CaseFile {
    /// The case.
    pub filed: Filed,
    /// The form as submitted.
    pub form: AssistanceForm,
    known: Known,
    /// Notes, messages and reasons, oldest first.
    pub entries: Vec<WrittenEntry>,
    /// Mails, oldest first.
    pub mails: Vec<MailRow>,
    /// When links were opened that nobody confirmed.
    pub opened: Vec<DateTime<Utc>>,
    /// The newest code that was asked for.
    pub challenge: Option<Challenge>,
    /// The newest change of the telephone number.
    pub phone_change: Option<ChangeFile>,
    /// Calls that the phone of record may still get now.
    pub calls_left: i64,
    /// Everyone at the desk.
    pub agents: BTreeMap<AgentId, Agent>,
    /// Other cases of the campaign that this one is part of, newest first.
    pub related: Vec<CaseRef>,
    /// The case's audit entries, newest first.
    pub timeline: Vec<Entry>,
}

impl CaseFile {
    /// The account, once matched.
    pub fn account(&self) -> Option<&Account> {
        self.known.account.as_ref()
    }

    /// The risk signals that fire at this moment.
    pub fn raised(&self) -> &[Raised] {
        &self.known.raised
    }

    /// The account's authenticators.
    pub fn authenticators(&self) -> &[Authenticator] {
        self.known.facts.as_ref().map(|facts| facts.authenticators.as_slice()).unwrap_or_default()
    }

    /// The policy's answer at this moment.
    pub fn assessment<'a>(&'a self, kit: &'a Kit, now: DateTime<Utc>) -> Assessment<'a> {
        assess(&self.filed.case, &self.known.facts(kit), now)
    }

    /// The two words of a challenge.
    pub fn words(&self, kit: &Kit, challenge: &Challenge) -> String {
        two_words(&kit.key, challenge.id)
    }

    /// An agent's name.
    pub fn agent_name(&self, id: AgentId) -> &str {
        self.agents.get(&id).map_or("someone who left", |agent| agent.name.as_str())
    }
}

/// A code that is being asked for, as the browser that asked for it sees it.
pub struct ShownChallenge {
    /// The challenge.
    pub challenge: Challenge,
    /// The words the call says too.
    pub words: String,
    /// The digits, for the browser they belong to.
    pub code: Option<PhoneCode>,
    /// The call that was placed for it.
    pub call: Option<Call>,
}

/// Everything the customer's own page of a case shows.
pub struct CustomerFile {
    /// The case.
    pub filed: Filed,
    /// The form as submitted.
    pub form: AssistanceForm,
    /// The account, once matched.
    pub account: Option<Account>,
    /// Messages both ways, oldest first.
    pub entries: Vec<WrittenEntry>,
    /// The code being asked for.
    pub challenge: Option<ShownChallenge>,
    /// The newest change of the telephone number.
    pub phone_change: Option<ChangeFile>,
    /// A change of the telephone number can be asked for.
    pub may_change_phone: bool,
    /// Calls that the phone of record may still get now.
    pub calls_left: i64,
    /// The checks that would still bring the case forward, on whichever path.
    pub ways: BTreeSet<CheckKind>,
    /// What is needed from the customer.
    pub needs: Vec<String>,
    /// The telephone check is one of the things still needed.
    pub needs_phone: bool,
    /// The browser's session.
    pub session: CustomerSessionId,
}

/// The checks of groups that nothing meets yet, while evidence is what the case waits for.
fn ways(case: &Case, assessment: &Assessment<'_>) -> BTreeSet<CheckKind> {
    let collecting =
        case.state == State::Verifying && assessment.best().is_some_and(|best| best.stage == Stage::Evidence);
    let groups = assessment.paths.iter().flat_map(|path| &path.groups).filter(|group| group.met_by.is_none());
    groups
        .filter(|_| collecting)
        .flat_map(|group| group.alternatives)
        .copied()
        .filter(|kind| kind.is_offered())
        .collect()
}

fn left(connection: &mut AnyConnection, kit: &Kit, known: &Known, now: DateTime<Utc>) -> Result<i64, StoreError> {
    match known.facts.as_ref().and_then(|facts| facts.phone.as_ref()) {
        Some(phone) => calls_left(connection, kit, phone, now),
        None => Ok(0),
    }
}

impl Desk {
    /// The desk's page of a case. Looking is recorded, since a case is personal data.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn view_case(&self, act: Act, reference: CaseRef) -> Result<Option<CaseFile>, StoreError> {
        let (kit, now) = (self.kit.clone(), act.at);
        let viewer = format!("{} {reference}", act.actor.name());
        let subject = viewer.clone();
        let read = move |connection: &mut AnyConnection| {
            let Some(filed) = cases::find(connection, &reference)? else { return Ok(None) };
            let id = filed.case.id;
            let known = known(connection, &kit, &filed.case)?;
            let of_case = Filter { case_ref: Some(reference.to_string()), ..Filter::default() };
            let seen = throttle::count(connection, "view", &viewer, now, SAME_VIEW)? > 0;
            let file = CaseFile {
                form: cases::form(connection, id)?,
                entries: cases::entries(connection, id)?,
                mails: outbox::mails(connection, id)?,
                opened: links::opened_unconfirmed(connection, id)?,
                challenge: calls::latest_challenge(connection, id)?,
                phone_change: change_file(connection, &kit, &filed, &known, now)?,
                calls_left: left(connection, &kit, &known, now)?,
                agents: agents::all(connection)?.into_iter().map(|agent| (agent.id, agent)).collect(),
                related: risk::related(connection, &kit, id, &known.raised)?,
                timeline: audit::before(connection, &of_case, i64::MAX, TIMELINE)?,
                known,
                filed,
            };
            Ok(Some((file, seen)))
        };
        let Some((file, seen)) = self.store.read_snapshot(read).await? else { return Ok(None) };
        if !seen {
            let entry = act.case_entry("case.viewed", &file.filed, details([]));
            let id = self.kit.id(EntryId::new, now);
            let record = move |tx: &mut Tx<'_>| {
                throttle::add(tx, id, "view", &subject, now)?;
                tx.record(entry.clone());
                Ok(())
            };
            self.store.write(record).await?;
        }
        Ok(Some(file))
    }

    /// The customer's own page of a case, for a browser that its cookie lets in.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn view_own_case(&self, reference: CaseRef, cookie: Token) -> Result<Option<CustomerFile>, StoreError> {
        let (kit, now) = (self.kit.clone(), self.now());
        let updates_phones = self.directory.capabilities().update_phone;
        let read = move |connection: &mut AnyConnection| {
            let Some(session) = links::session(connection, &reference, &cookie.hash(), now)? else { return Ok(None) };
            let Some(filed) = cases::find(connection, &reference)? else { return Ok(None) };
            let id = filed.case.id;
            let known = known(connection, &kit, &filed.case)?;
            let challenge = match calls::latest_challenge(connection, id)? {
                Some(challenge) => Some(ShownChallenge {
                    words: two_words(&kit.key, challenge.id),
                    code: (challenge.session == Some(session) && challenge.is_open(now))
                        .then(|| PhoneCode::derive(&kit.key, &cookie, challenge.id)),
                    call: calls::call_of(connection, challenge.id)?,
                    challenge,
                }),
                None => None,
            };
            let assessment = assess(&filed.case, &known.facts(&kit), now);
            let mut ways = ways(&filed.case, &assessment);
            let phone_change = change_file(connection, &kit, &filed, &known, now)?;
            let asks = phone_change.as_ref().filter(|file| file.change.state == phone_change::State::Requested);
            let asked = asks.into_iter().flat_map(|file| file.weighed.unmet().flatten());
            ways.extend(asked.copied().filter(|kind| kind.is_offered()));
            let changing = phone_change.as_ref().is_some_and(|file| !file.change.state.is_final());
            let may_change_phone = updates_phones && filed.case.state.is_under_review() && !changing;
            let has_phone = known.account.as_ref().is_some_and(|account| account.phone.is_some());
            let needs = customer_needs(&assessment, &kit, has_phone);
            Ok(Some(CustomerFile {
                form: cases::form(connection, id)?,
                entries: cases::entries(connection, id)?,
                calls_left: left(connection, &kit, &known, now)?,
                account: known.account,
                challenge,
                phone_change,
                may_change_phone,
                ways,
                needs: needs.sentences,
                needs_phone: needs.phone,
                session,
                filed,
            }))
        };
        self.store.read_snapshot(read).await
    }

    /// The session that a browser's cookie holds for a case.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn customer_session(
        &self,
        reference: CaseRef,
        cookie: &Token,
    ) -> Result<Option<CustomerSessionId>, StoreError> {
        let (hash, now) = (cookie.hash(), self.now());
        self.store.read(move |connection| links::session(connection, &reference, &hash, now)).await
    }
}
