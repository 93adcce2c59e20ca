use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::account_sign_in::unavailable;
use super::act::{Act, Done, Halt, Known, known};
use super::ask_administrators::were_asked;
use super::deactivate::{Attempted, partly};
use super::documents::{OnFile, on_file, opened_by, read_notes};
use super::examine::EvidenceNote;
use super::fresh::{FreshOffer, offer};
use super::limits::{Counted, Reached, left, spend, take};
use super::mail::customer_needs;
use super::phone_budget::{CodesHeld, calls_left, codes_held};
use super::phone_change::{ChangeFile, can_change, change_file};
use super::presence::{Beside, beside, drafts};
use super::{Desk, Kit, risk};
use crate::domain::account::{Account, AccountKind, Authenticator};
use crate::domain::audit::{Entry, details};
use crate::domain::audit_filter::Filter;
use crate::domain::case::{Assessment, Case, Refused, Stage, State, assess, may_approve};
use crate::domain::code::{PhoneCode, two_words};
use crate::domain::evidence::CheckKind;
use crate::domain::form::AssistanceForm;
use crate::domain::ids::{AgentId, CaseId, CustomerSessionId, DocumentId, EntryId, EvidenceId, OutboxId};
use crate::domain::limits::Limit;
use crate::domain::need::Need;
use crate::domain::phone_change;
use crate::domain::privacy::Erased;
use crate::domain::reference::CaseRef;
use crate::domain::risk::Raised;
use crate::domain::token::Token;
use crate::store::agents::{self, Agent};
use crate::store::audit;
use crate::store::blocks::{self, Block};
use crate::store::calls::{self, Call, Challenge, ShownIn};
use crate::store::cases::{self, Filed, WrittenEntry};
use crate::store::inbound::{self, InboundMail};
use crate::store::kin::{self, Kin};
use crate::store::links;
use crate::store::mail_failures::{self, MailFailure};
use crate::store::mirror;
use crate::store::outbox::{self, MailRow, Unsettled};
use crate::store::recoveries::{self, Recovery};
use crate::store::tags::{self, Tag};
use crate::store::{AnyConnection, StoreError, Tx, accounts, erasure};

/// The newest entries of a case's log that are read with it.
const TIMELINE: i64 = 300;

/// Other cases of an account that a page lists.
const MOST_KIN: i64 = 20;

/// Everything the desk's page of a case shows.
pub struct CaseFile {
    /// The case.
    pub filed: Filed,
    /// The form as submitted.
    pub form: AssistanceForm,
    known: Known,
    /// How it began, where its owner began it alone.
    pub recovery: Option<Recovery>,
    /// Notes, messages and reasons, oldest first.
    pub entries: Vec<WrittenEntry>,
    /// Mails, oldest first.
    pub mails: Vec<MailRow>,
    /// Messages that came by mail, by their entries.
    pub inbound: BTreeMap<EntryId, InboundMail>,
    /// What mail servers reported of mails.
    pub failures: BTreeMap<OutboxId, MailFailure>,
    /// Since when the account's address is undeliverable, if it is.
    pub undeliverable: Option<MailFailure>,
    /// The newest code that was asked for.
    pub challenge: Option<Challenge>,
    /// The newest change of the telephone number.
    pub phone_change: Option<ChangeFile>,
    /// Calls that the phone of record may still get now.
    pub calls_left: i64,
    /// The limits that are reached for the case, its account or its number.
    pub blocks: Vec<Block>,
    /// Why the account gets no telephone code now.
    pub codes_held: Option<CodesHeld>,
    /// Who may administer the account, for the desk alone to know.
    pub administrators: Vec<Account>,
    /// When the account was last read from the directory, where it lives in another system.
    pub read_at: Option<DateTime<Utc>>,
    /// What its directory has not settled yet.
    pub unsettled: Vec<Unsettled>,
    /// Other cases of the account that a dispute has frozen.
    pub frozen: Vec<CaseRef>,
    /// Everyone at the desk.
    pub agents: BTreeMap<AgentId, Agent>,
    /// Other cases of the campaign that this one is part of, newest first.
    pub related: Vec<CaseRef>,
    /// The case's newest audit entries, newest first.
    pub timeline: Vec<Entry>,
    /// It is not known yet which account the case is about: nobody could be asked.
    pub searching: bool,
    /// The phone number of record can be changed: there, or in what is kept of it here.
    pub may_change_phone: bool,
    /// The case that goes on in the place of this one.
    pub merged_into: Option<CaseRef>,
    /// Duplicates that this case goes on in the place of.
    pub merged: Vec<CaseRef>,
    /// Other cases of the account that are not over, the newest first.
    pub of_account: Vec<Kin>,
    /// Cases that share something with this one, what, and where they stand.
    pub relatives: Vec<Relative>,
    /// Others who have the case before them.
    pub beside: Vec<Beside>,
    /// What whoever looks has begun to write, by field.
    pub drafts: Vec<(&'static str, String)>,
    /// Uploaded documents, oldest first.
    pub documents: Vec<OnFile>,
    /// Those of them that whoever looks has opened before.
    pub opened_documents: BTreeSet<DocumentId>,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Every tag of the desk.
    pub all_tags: Vec<Tag>,
    /// The erasure that emptied it, if one did.
    pub erased: Option<Erased>,
    /// How examinations and meetings went, by the evidence they gave.
    pub notes: BTreeMap<EvidenceId, EvidenceNote>,
}

impl CaseFile {
    /// Whether `agent` may decide about the second approval at `now`.
    ///
    /// # Errors
    /// [`Refused`] names the rule that forbids it.
    pub fn may_approve(&self, kit: &Kit, agent: AgentId, now: DateTime<Utc>) -> Result<(), Refused> {
        may_approve(&self.filed.case, agent, &self.known.facts(kit), now)
    }

    /// Why `agent` may not decide at `now` about the change of a phone number, where one is asked for.
    pub fn barred_from_phone_change(
        &self,
        kit: &Kit,
        agent: AgentId,
        now: DateTime<Utc>,
    ) -> Option<phone_change::Refused> {
        let change = &self.phone_change.as_ref()?.change;
        if change.state != phone_change::State::AwaitingApproval {
            return None;
        }
        phone_change::may_approve(change, &self.filed.case, agent, &self.known.facts(kit), now).err()
    }

    /// Whether it is about the account of somebody at the desk.
    pub fn is_about_colleague(&self) -> bool {
        self.account().is_some_and(|account| account.kind == AccountKind::Staff)
    }

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

    /// What the latest order to deactivate led to, once the directory has answered and did not do all of it.
    pub fn attempted(&self) -> Attempted {
        partly(&self.filed.case)
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

/// A case that shares something with another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Relative {
    /// Which.
    pub reference: CaseRef,
    /// What they share.
    pub shares: Vec<&'static str>,
    /// Where it stands.
    pub state: State,
}

fn relatives(connection: &mut AnyConnection, kit: &Kit, case: &Case) -> Result<Vec<Relative>, StoreError> {
    let found = risk::relatives(connection, kit, case)?;
    let references: Vec<CaseRef> = found.iter().map(|(reference, _)| reference.clone()).collect();
    let states = kin::states(connection, &references)?;
    let one = |(reference, shares): (CaseRef, Vec<&'static str>)| {
        states.get(&reference).map(|state| Relative { state: *state, reference, shares })
    };
    Ok(found.into_iter().filter_map(one).collect())
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
    /// Its authenticators.
    pub authenticators: Vec<Authenticator>,
    /// Messages both ways, oldest first.
    pub entries: Vec<WrittenEntry>,
    /// Those of them that came by mail.
    pub by_mail: BTreeSet<EntryId>,
    /// The code being asked for.
    pub challenge: Option<ShownChallenge>,
    /// The newest change of the telephone number.
    pub phone_change: Option<ChangeFile>,
    /// A change of the telephone number can be asked for.
    pub may_change_phone: bool,
    /// Calls that the phone of record may still get now.
    pub calls_left: i64,
    /// Why the account gets no telephone code now.
    pub codes_held: Option<CodesHeld>,
    /// The checks that would still bring the case forward, on whichever path.
    pub ways: BTreeSet<CheckKind>,
    /// Two codes of a device could put its clock right.
    pub may_resynchronise: bool,
    /// The administrators were asked not long ago, whoever they are.
    pub administrators_asked: bool,
    /// What is needed from the customer.
    pub needs: Vec<Need>,
    /// The telephone check is one of the things still needed.
    pub needs_phone: bool,
    /// The browser's session.
    pub session: CustomerSessionId,
    /// Uploaded documents, oldest first.
    pub documents: Vec<OnFile>,
    /// A fresh authenticator.
    pub fresh: Option<FreshOffer>,
}

/// The checks of groups that nothing meets yet, while evidence is what the case or its phone change waits for.
pub(super) fn ways(case: &Case, assessment: &Assessment<'_>, change: Option<&ChangeFile>) -> BTreeSet<CheckKind> {
    let collecting =
        case.state == State::Verifying && assessment.best().is_some_and(|best| best.stage == Stage::Evidence);
    let asks = change.filter(|file| file.change.state == phone_change::State::Requested);
    let groups = assessment.paths.iter().flat_map(|path| &path.groups).filter(|group| group.met_by.is_none());
    groups
        .filter(|_| collecting)
        .flat_map(|group| group.alternatives)
        .chain(asks.into_iter().flat_map(|file| file.weighed.unmet().flatten()))
        .copied()
        .filter(|kind| kind.is_made_at_desk())
        .collect()
}

/// Whose look at what it is: a program's is another than its person's, and has an entry of its own.
pub(super) fn look(act: &Act, at: &impl fmt::Display) -> String {
    let name = act.actor.name();
    act.actor.via().map_or_else(|| format!("{name} {at}"), |token| format!("{name} {token} {at}"))
}

/// Counts one more of what somebody at the desk looks at; who has looked at too much is not shown more.
pub(super) fn spend_view(tx: &mut Tx<'_>, kit: &Kit, act: &Act) -> Done<()> {
    let counted: Vec<Counted> = Counted::agent(Limit::Views, act).into_iter().collect();
    let words = "You have looked at as many cases as is allowed for now.";
    let refused = |reached: Reached| Halt::DeskLimit(format!("{words} {}", reached.again()));
    Ok(spend(tx, kit, act, &counted)?.map(|_| ()).map_err(refused))
}

/// Counts a look at a case and records it.
fn record_view(tx: &mut Tx<'_>, kit: &Kit, act: &Act, filed: &Filed, viewer: &str) -> Done<()> {
    if let Err(halt) = spend_view(tx, kit, act)? {
        tx.record(act.case_entry("case.view_refused", filed, details([("rule", "hourly_budget".into())])));
        return Ok(Err(halt));
    }
    if take(tx, kit, act, Limit::SameView, viewer)? {
        tx.record(act.case_entry("case.viewed", filed, details([])));
    }
    Ok(Ok(()))
}

fn by_entry(connection: &mut AnyConnection, case: CaseId) -> Result<BTreeMap<EntryId, InboundMail>, StoreError> {
    let mails = inbound::of_case(connection, case)?;
    Ok(mails.into_iter().filter_map(|mail| Some((mail.entry?, mail))).collect())
}

fn frozen(connection: &mut AnyConnection, filed: &Filed) -> Result<Vec<CaseRef>, StoreError> {
    let Some(account) = filed.case.account else { return Ok(Vec::new()) };
    let mut found = cases::frozen(connection, account)?;
    found.retain(|reference| *reference != filed.case.reference);
    Ok(found)
}

fn held_codes(
    connection: &mut AnyConnection,
    filed: &Filed,
    now: DateTime<Utc>,
) -> Result<Option<CodesHeld>, StoreError> {
    filed.case.account.map_or(Ok(None), |account| codes_held(connection, account, now))
}

/// What limits a case at this moment.
fn blocked(
    connection: &mut AnyConnection,
    filed: &Filed,
    known: &Known,
    now: DateTime<Utc>,
) -> Result<Vec<Block>, StoreError> {
    let phone = known.facts.as_ref().and_then(|facts| facts.phone.clone()).map(|phone| phone.0);
    blocks::concerning(connection, filed.case.id, filed.case.account, &Vec::from_iter(phone), now)
}

impl Desk {
    /// The desk's page of a case. Looking is recorded, since a case is personal data.
    ///
    /// # Errors
    /// [`Halt`] when there is no such case, or the agent has looked at too many; [`StoreError`] when the database
    /// fails.
    pub async fn view_case(&self, act: Act, reference: CaseRef) -> Result<Result<CaseFile, Halt>, StoreError> {
        let (kit, now) = (self.kit.clone(), act.at);
        let viewer = look(&act, &reference);
        let subject = viewer.clone();
        let viewing = act.clone();
        let directories = Arc::clone(&self.directories.others);
        let read = move |connection: &mut AnyConnection| {
            let Some(filed) = cases::find(connection, &reference)? else { return Ok(None) };
            let id = filed.case.id;
            let known = known(connection, &kit, &filed.case)?;
            let of_case = Filter { case_ref: Some(reference.to_string()), ..Filter::default() };
            let seen = left(connection, &kit, Limit::SameView, &viewer, now)? == 0;
            let file = CaseFile {
                form: cases::form(connection, id)?,
                recovery: recoveries::of_case(connection, id)?,
                entries: cases::entries(connection, id)?,
                mails: outbox::mails(connection, id)?,
                inbound: by_entry(connection, id)?,
                failures: mail_failures::of_case(connection, id)?,
                undeliverable: match &known.facts {
                    Some(facts) => mail_failures::standing(connection, &facts.email)?,
                    None => None,
                },
                challenge: calls::latest_challenge(connection, id)?,
                phone_change: change_file(connection, &kit, &filed, &known, now)?,
                calls_left: calls_left(connection, &kit, &filed, &known, now)?,
                blocks: blocked(connection, &filed, &known, now)?,
                codes_held: held_codes(connection, &filed, now)?,
                administrators: match filed.case.account {
                    Some(account) => accounts::administrators(connection, account)?,
                    None => Vec::new(),
                },
                read_at: match filed.case.account {
                    Some(account) => mirror::read_at(connection, account)?,
                    None => None,
                },
                unsettled: outbox::unsettled(connection, id)?,
                frozen: frozen(connection, &filed)?,
                agents: agents::all(connection)?.into_iter().map(|agent| (agent.id, agent)).collect(),
                related: risk::related(connection, &kit, id, &known.raised)?,
                timeline: audit::before(connection, &of_case, i64::MAX, TIMELINE)?,
                searching: filed.case.account.is_none() && outbox::is_searching(connection, id)?,
                may_change_phone: match &known.account {
                    Some(account) => can_change(connection, &directories, account)?,
                    None => false,
                },
                merged_into: kin::merged_into(connection, id)?,
                merged: kin::merged(connection, id)?,
                of_account: match filed.case.account {
                    Some(account) => kin::of_account(connection, account, id, MOST_KIN)?,
                    None => Vec::new(),
                },
                relatives: relatives(connection, &kit, &filed.case)?,
                beside: beside(connection, id, viewing.actor.agent(), now)?,
                drafts: drafts(connection, id, viewing.actor.agent())?,
                documents: on_file(connection, &filed.case)?,
                opened_documents: opened_by(connection, &viewing, &reference)?,
                tags: tags::of_cases(connection, &[id])?.into_iter().map(|(_, tag)| tag).collect(),
                all_tags: tags::all(connection)?,
                erased: erasure::of_case(connection, id)?,
                notes: read_notes(connection, id)?,
                known,
                filed,
            };
            Ok(Some((file, seen)))
        };
        let Some((file, seen)) = self.store.read_snapshot(read).await? else { return Ok(Err(Halt::NoSuchCase)) };
        if !seen {
            let (kit, filed) = (self.kit.clone(), file.filed.clone());
            let record = move |tx: &mut Tx<'_>| record_view(tx, &kit, &act, &filed, &subject);
            if let Err(halt) = self.store.write(record).await? {
                return Ok(Err(halt));
            }
        }
        Ok(Ok(file))
    }

    /// The customer's own page of a case, for a browser that its cookie lets in.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn view_own_case(&self, reference: CaseRef, cookie: Token) -> Result<Option<CustomerFile>, StoreError> {
        let (kit, now) = (self.kit.clone(), self.now());
        let directories = Arc::clone(&self.directories.others);
        let read = move |connection: &mut AnyConnection| {
            let Some(session) = links::session(connection, &reference, &cookie.hash(), now)? else { return Ok(None) };
            let Some(filed) = cases::find(connection, &reference)? else { return Ok(None) };
            let id = filed.case.id;
            let known = known(connection, &kit, &filed.case)?;
            let challenge = match calls::latest_challenge(connection, id)? {
                Some(challenge) => Some(ShownChallenge {
                    words: two_words(&kit.key, challenge.id),
                    code: (challenge.browser == Some(ShownIn::CasePage(session)) && challenge.is_open(now))
                        .then(|| PhoneCode::derive(&kit.key, &cookie, challenge.id)),
                    call: calls::call_of(connection, challenge.id)?,
                    challenge,
                }),
                None => None,
            };
            let assessment = assess(&filed.case, &known.facts(&kit), now);
            let phone_change = change_file(connection, &kit, &filed, &known, now)?;
            let ways = ways(&filed.case, &assessment, phone_change.as_ref());
            let changing = phone_change.as_ref().is_some_and(|file| !file.change.state.is_final());
            let updates_phones = match &known.account {
                Some(account) => can_change(connection, &directories, account)?,
                None => false,
            };
            let may_change_phone = updates_phones && filed.case.state.is_under_review() && !changing;
            let has_phone = known.account.as_ref().is_some_and(|account| account.phone.is_some());
            let documents = on_file(connection, &filed.case)?;
            let waiting = documents.iter().any(OnFile::is_waiting);
            let needs = customer_needs(&assessment, &kit, has_phone, waiting);
            let can = |account: &Account| directories.capabilities(&account.home).enrol;
            let by = (session, known.account.as_ref().is_some_and(can));
            Ok(Some(CustomerFile {
                fresh: offer(connection, &filed, known.account.as_ref(), by, now)?,
                form: cases::form(connection, id)?,
                entries: cases::entries(connection, id)?,
                by_mail: by_entry(connection, id)?.into_keys().collect(),
                calls_left: calls_left(connection, &kit, &filed, &known, now)?,
                codes_held: held_codes(connection, &filed, now)?,
                account: known.account,
                authenticators: known.facts.map(|facts| facts.authenticators).unwrap_or_default(),
                challenge,
                phone_change,
                may_change_phone,
                ways,
                may_resynchronise: filed.case.state.is_under_review(),
                administrators_asked: were_asked(connection, &filed, now)?,
                needs: needs.needs,
                needs_phone: needs.phone,
                session,
                documents,
                filed,
            }))
        };
        let mut file = self.store.read_snapshot(read).await?;
        if let Some(file) = file.as_mut().filter(|file| file.may_resynchronise) {
            file.may_resynchronise = match &file.account {
                Some(account) if self.directories.local.proofs().resynchronise => {
                    self.directories.local.means(account.id).await.map_err(unavailable)?.codes
                }
                _ => false,
            };
        }
        Ok(file)
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
