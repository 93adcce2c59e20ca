//! Carrying out what the outbox holds: mails, calls, directory actions and the intake of forms.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::act::{Act, Done, held};
use super::phone_change::{NOTICE_ATTEMPTS, WAIT_FOR_BUDGET, is_wanted, take_from_budget};
use super::{Desk, Kit, LEASE};
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::contact::E164;
use crate::domain::ids::{AccountId, CallId, EntryId, OutboxId};
use crate::domain::inbound::MessageId;
use crate::domain::notice::Notice;
use crate::domain::reference::CaseRef;
use crate::locale::{label, text};
use crate::notify::mail::{AuditWitness, MailContext, OutgoingMail, Receipt, SendError};
use crate::notify::voice::{PlaceCall, PlaceError};
use crate::store::audit::tree::size_and_root;
use crate::store::calls::CallAbout;
use crate::store::outbox::{self, Errand, Leased, MailErrand, NamedDevice};
use crate::store::{StoreError, Tx, calls, cases, throttle};

const BATCH: i64 = 64;

/// A mail server that hangs must not hold up calls, forms and deactivations: mails have a lane of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Someone waits for it.
    Prompt,
    /// Mails.
    Mail,
    /// Mails to supervisors, which wait behind no customer's.
    Alarm,
    /// Mails about signing in, which somebody waits for.
    Letter,
    /// What directories are asked: one that does not answer holds up no call and no form.
    Directory,
}

impl Lane {
    /// Every lane.
    pub const ALL: [Self; 5] = [Self::Prompt, Self::Mail, Self::Alarm, Self::Letter, Self::Directory];

    /// Its word for whoever watches the program.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Prompt => "prompt",
            Self::Mail => "mail",
            Self::Alarm => "alarm",
            Self::Letter => "letter",
            Self::Directory => "directory",
        }
    }

    /// The lane of an errand of this kind; events have none.
    pub fn of(kind: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|lane| lane.kinds().contains(&kind))
    }

    const fn kinds(self) -> &'static [&'static str] {
        match self {
            Self::Prompt => &["intake", "link", "call", "text"],
            Self::Mail => &["mail"],
            Self::Directory => &["directory", "sessions", "phone"],
            Self::Alarm => &["alarm"],
            Self::Letter => &[outbox::LETTER],
        }
    }
}

/// A lease is renewed three times before it would run out.
const RENEWAL: std::time::Duration = std::time::Duration::from_secs(30);
const CALL_ATTEMPTS: i32 = 3;
/// Between two attempts to store what became of an errand.
const SHORTEST_PAUSE: std::time::Duration = std::time::Duration::from_millis(100);
const LONGEST_PAUSE: std::time::Duration = std::time::Duration::from_secs(1);

/// What the desk calls an outbox row's state.
pub fn errand_word(state: &str) -> &'static str {
    match state {
        "waiting" => "Waiting to be sent",
        "leased" => "Being sent",
        "done" => "Sent",
        _ => "Could not be sent",
    }
}

/// A mail that was handed over, or was not.
pub(super) struct Handed {
    pub id: OutboxId,
    pub attempts: i32,
    pub reference: Option<CaseRef>,
    pub account: Option<AccountId>,
}

impl Handed {
    pub(super) fn of(leased: &Leased) -> Self {
        let reference = Some(leased.reference.clone());
        Self { id: leased.id, attempts: leased.attempts, reference, account: leased.account }
    }
}

/// Whether a call can be placed now.
enum Ready {
    /// It can, and counts; a notice is given back by this identifier if it was not placed.
    Place { phone: E164, notice: Option<EntryId> },
    /// The number was called as often as is allowed.
    Later,
    /// Nobody waits for it any more, or it was tried before.
    Over,
}

fn ready_call(tx: &mut Tx<'_>, kit: &Kit, act: &Act, call: CallId) -> Result<Ready, StoreError> {
    let Some((found, reference)) = calls::find_call(tx.connection, call)? else { return Ok(Ready::Over) };
    let Some(filed) = cases::lock(tx, &reference)? else { return Ok(Ready::Over) };
    if found.state != "queued" {
        return Ok(Ready::Over);
    }
    let notice = match found.about {
        CallAbout::Challenge(id) => {
            let latest = calls::latest_challenge(tx.connection, filed.case.id)?;
            let open = latest.is_some_and(|latest| latest.id == id && latest.is_open(act.at));
            if !open || !filed.case.state.is_under_review() {
                return Ok(Ready::Over);
            }
            None
        }
        CallAbout::PhoneChange(change) => {
            if is_wanted(tx, change)?.is_none() {
                return Ok(Ready::Over);
            }
            let counted = call.to_string().parse().map_err(|_| StoreError::Corrupt("call".to_owned()))?;
            if !take_from_budget(tx, kit, act, &found.phone, counted)? {
                return Ok(Ready::Later);
            }
            Some(counted)
        }
    };
    calls::update_call(tx, call, "placing", None, act.at)?;
    Ok(Ready::Place { phone: found.phone, notice })
}

impl Desk {
    /// Runs every errand that is due and answers how many there were.
    ///
    /// # Errors
    /// [`StoreError`] when the outbox cannot be read.
    pub async fn drain(&self) -> Result<usize, StoreError> {
        let (prompt, mails, alarms, letters, directories, events) = tokio::join!(
            self.drain_some(Lane::Prompt),
            self.drain_some(Lane::Mail),
            self.drain_some(Lane::Alarm),
            self.drain_some(Lane::Letter),
            self.drain_some(Lane::Directory),
            self.drain_events()
        );
        Ok(prompt? + mails? + alarms? + letters? + directories? + events?)
    }

    /// Runs the due errands of one lane and answers how many there were. Errands of one case run one after
    /// another, so that its mails arrive in their order.
    ///
    /// # Errors
    /// [`StoreError`] when the outbox cannot be read.
    pub async fn drain_some(&self, lane: Lane) -> Result<usize, StoreError> {
        if lane == Lane::Letter {
            return self.drain_letters().await;
        }
        let now = self.now();
        let leased = self.store.write(move |tx| outbox::lease_due(tx, lane.kinds(), now, LEASE, BATCH)).await?;
        let count = leased.len();
        let mut by_case: BTreeMap<_, Vec<Leased>> = BTreeMap::new();
        for errand in leased {
            by_case.entry(errand.case).or_default().push(errand);
        }
        futures_util::future::join_all(by_case.into_values().map(|errands| self.run_in_turn(errands))).await;
        Ok(count)
    }

    /// Runs errands of one case that this instance holds, the oldest first.
    pub(super) async fn run_in_turn(&self, mut errands: Vec<Leased>) {
        errands.sort_by_key(|errand| errand.id);
        let mut waited = false;
        for errand in errands {
            // What came before it may have taken longer than its lease.
            if !waited || self.keep(&errand).await {
                self.run(errand).await;
            }
            waited = true;
        }
    }

    /// Renews a lease. False when the row is not ours any more.
    async fn keep(&self, leased: &Leased) -> bool {
        let (held, now) = (leased.clone(), self.now());
        match self.store.write(move |tx| outbox::renew(tx, &held, now, LEASE)).await {
            Ok(ours) => ours,
            Err(error) => {
                tracing::warn!(errand = %leased.id, %error, "a lease could not be renewed");
                true
            }
        }
    }

    /// Runs one errand that this instance holds. If even its failure cannot be stored, its lease runs out
    /// and it is tried again.
    pub(super) async fn run(&self, leased: Leased) {
        let id = leased.id;
        let kind = leased.errand.kind();
        let run = async {
            match leased.errand.clone() {
                Errand::Intake => self.take_in(leased.reference.clone(), id).await,
                Errand::Link => self.send_fresh_link(leased.reference.clone(), id).await,
                Errand::Administrators { asked_at, network } => {
                    self.write_to_administrators(leased.reference.clone(), id, (asked_at, network)).await
                }
                Errand::Mail(mail) => self.send_mail(&leased, mail).await,
                Errand::Call { call } => self.place_call(&leased, call).await,
                Errand::Text(text) => self.send_text(&leased, text).await,
                Errand::Alarm { alarm, agent } => self.send_alarm(&leased, alarm, agent).await,
                Errand::Deadline(errand) => self.send_deadline(&leased, errand).await,
                // Letters and events have leases of their own kind.
                Errand::Letter(_) | Errand::PasswordLink { .. } | Errand::Event(_) => Ok(()),
                Errand::Lookup { directory, login } => self.look_up(&leased, (directory, login)).await,
                Errand::TakeBack { serial } => self.take_back(&leased, serial).await,
                Errand::Phone { change } => self.order_phone(&leased, change).await,
                Errand::Sessions => self.end_old_sign_ins(&leased).await,
                Errand::Directory { authenticator } => self.ask_directory(&leased, authenticator).await,
            }
        };
        if let Err(error) = self.holding(&leased, run).await {
            tracing::error!(errand = %id, kind, %error, "an errand could not be run");
        }
    }

    /// Runs an errand and renews its lease while it takes long, so that no other instance runs it as well.
    async fn holding(
        &self,
        leased: &Leased,
        errand: impl Future<Output = Result<(), StoreError>>,
    ) -> Result<(), StoreError> {
        let mut errand = std::pin::pin!(errand);
        loop {
            tokio::select! {
                done = &mut errand => return done,
                () = tokio::time::sleep(RENEWAL) => {
                    if !self.keep(leased).await {
                        tracing::warn!(errand = %leased.id, "another instance took an errand over");
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Takes back what a killed process held. Only where no other process can be running errands.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails.
    pub async fn take_back_errands(&self) -> Result<usize, StoreError> {
        let now = self.now();
        self.store.write(move |tx| outbox::release_all(tx, now)).await
    }

    pub(super) fn system_act(&self) -> Act {
        Act { actor: Actor::System, ip: String::new(), at: self.now() }
    }

    /// Exponential back-off with jitter: between half and all of `first · 2ⁿ`, at most `longest`.
    pub(super) fn next_try(&self, attempts: i32, first: TimeDelta, longest: TimeDelta) -> DateTime<Utc> {
        let doubled = first.num_milliseconds().saturating_mul(1 << attempts.clamp(1, 30).saturating_sub(1));
        let full = doubled.min(longest.num_milliseconds()).max(2);
        let jitter = i64::from(u16::from_be_bytes(self.kit.entropy.bytes())) * (full / 2) / i64::from(u16::MAX);
        self.now() + TimeDelta::milliseconds(full / 2 + jitter)
    }

    async fn send_mail(&self, leased: &Leased, mail: MailErrand) -> Result<(), StoreError> {
        let (id, case, to) = (leased.id, leased.case, mail.to.clone());
        if mail.notice.is_outdated(self.now()) {
            return self.drop_outdated(leased, mail.notice.template()).await;
        }
        let (earlier, head) = self
            .store
            .read(move |connection| Ok((outbox::mails_before(connection, case, id, &to)?, size_and_root(connection)?)))
            .await?;
        let proof = match mail.notice {
            Notice::Deactivated => self.receipt(&leased.reference.to_string()).await?,
            _ => None,
        };
        let receipt = proof.map(|proof| Receipt { name: format!("{}.tlog-proof", leased.reference), proof });
        let result = match self.outgoing(leased, &mail, earlier, (self.kit.witness(head), receipt)) {
            Ok(outgoing) => self.mailer.send(&outgoing).await,
            Err(error) => Err(error),
        };
        self.settle_mail(Handed::of(leased), (mail.notice.template(), mail.notice.is_for_administrators()), result)
            .await
    }

    /// Keeps what became of something that cannot be taken back, however long the database is away: once the lease had
    /// run out, another instance would do it again.
    pub(super) async fn keep_outcome<F>(&self, id: OutboxId, outcome: F) -> Result<(), StoreError>
    where
        F: Fn(&mut Tx<'_>) -> Result<(), StoreError> + Clone + Send + 'static,
    {
        let mut pause = SHORTEST_PAUSE;
        loop {
            match self.store.write(outcome.clone()).await {
                Err(error) if error.is_passing() => {
                    tracing::warn!(errand = %id, %error, "what became of an errand could not be stored yet");
                    tokio::time::sleep(pause).await;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
                ended => return ended,
            }
        }
    }

    /// A reminder that would come after what it reminds of says what is not so.
    async fn drop_outdated(&self, leased: &Leased, template: &'static str) -> Result<(), StoreError> {
        let (id, act, account, reference) = (leased.id, self.system_act(), leased.account, leased.reference.clone());
        let drop = move |tx: &mut Tx<'_>| {
            let about = details([("mail", id.to_string().into()), ("notice", template.into())]);
            tx.record(act.entry("mail.outdated", Some(&reference), account, about));
            outbox::done(tx, id, act.at)
        };
        self.store.write(drop).await
    }

    /// Keeps what became of a mail that was handed over, or was not.
    pub(super) async fn settle_mail(
        &self,
        handed: Handed,
        (template, quiet): (&'static str, bool),
        result: Result<(), SendError>,
    ) -> Result<(), StoreError> {
        let act = self.system_act();
        let Handed { id, attempts, reference, account } = handed;
        // Every mail says how long the log is: an entry for each administrator would tell the member how many there
        // are. That they were written to is recorded once.
        let entry = move |act: &Act, action: &str, why: Option<&str>| {
            let about = details([("mail", id.to_string().into()), ("notice", template.into()), ("why", why.into())]);
            act.entry(action, reference.as_ref(), account, about)
        };
        let metrics = self.store.metrics();
        match result {
            Ok(()) => {
                metrics.mailed("sent");
                let sent = move |tx: &mut Tx<'_>| {
                    if outbox::is_over(tx.connection, id)? {
                        return Ok(());
                    }
                    if !quiet {
                        tx.record(entry(&act, "mail.sent", None));
                    }
                    outbox::done(tx, id, act.at)
                };
                self.keep_outcome(id, sent).await
            }
            Err(SendError::Temporary(why))
                if attempts < i32::try_from(self.kit.mail.max_attempts).unwrap_or(i32::MAX) =>
            {
                metrics.mailed("retried");
                let next = self.next_try(attempts, self.kit.mail.first_retry(), self.kit.mail.longest_retry());
                tracing::warn!(mail = %id, %why, %next, "a mail is tried again later");
                self.keep_outcome(id, move |tx| outbox::retry_at(tx, id, next, &why)).await
            }
            Err(SendError::Temporary(why) | SendError::Permanent(why)) => {
                metrics.mailed("failed");
                tracing::error!(mail = %id, %why, "a mail could not be sent");
                let bury = move |tx: &mut Tx<'_>| {
                    if outbox::is_over(tx.connection, id)? {
                        return Ok(());
                    }
                    tx.record(entry(&act, "mail.dead", Some(&why)));
                    outbox::bury(tx, id, act.at, &why)
                };
                self.keep_outcome(id, bury).await
            }
        }
    }

    pub(super) fn message_id(&self, id: OutboxId) -> String {
        MessageId::of(&self.kit.key, id, self.kit.base_url.host_str().unwrap_or("localhost"))
    }

    fn outgoing(
        &self,
        leased: &Leased,
        mail: &MailErrand,
        earlier: Vec<OutboxId>,
        (audit, receipt): (AuditWitness, Option<Receipt>),
    ) -> Result<OutgoingMail, SendError> {
        let link = |page: &str, id| {
            let token = self.kit.key.link_token(id);
            self.kit.url(&format!("/cases/{}/{page}?token={}", leased.reference, token.expose()))
        };
        let language = mail.language;
        let named = |device: &NamedDevice| {
            let kind = label(language, device.kind);
            text!("device-named", kind = kind, name = device.name.clone()).to(language)
        };
        let mut devices: Vec<String> = mail.devices.iter().map(named).collect();
        devices.extend(match (mail.device_kind, &mail.device) {
            (Some(kind), Some(name)) => Some(named(&NamedDevice { kind, name: name.clone() })),
            (_, device) => device.clone(),
        });
        let context = MailContext {
            language,
            product: self.kit.product.clone(),
            reference: leased.reference.to_string(),
            name: mail.name.clone(),
            open_url: mail.open.map(|id| link("open", id)).or(mail.administer.map(|id| link("administer", id))),
            object_url: mail.object.map(|id| link("object", id)),
            reason: mail.words.clone(),
            message: mail.words.clone(),
            devices,
            left: mail.left.iter().map(named).collect(),
            phone_masked: mail.phone_masked.clone(),
            needs: mail.needs.iter().map(|need| label(language, *need)).collect(),
            audit: audit.clone(),
            receipt: receipt.is_some(),
        };
        let rendered = self
            .templates
            .render(&mail.notice, &context)
            .map_err(|error| SendError::Permanent(format!("the template failed: {error}")))?;
        Ok(OutgoingMail {
            to: mail.to.clone(),
            to_name: mail.name.clone(),
            rendered,
            message_id: self.message_id(leased.id),
            references: earlier.into_iter().map(|id| self.message_id(id)).collect(),
            at: self.now(),
            case_ref: Some(leased.reference.to_string()),
            reply_to: self.kit.reply_address(&leased.reference, &mail.to),
            audit,
            receipt,
        })
    }

    /// Brings a mail that could not be sent back into the outbox.
    ///
    /// # Errors
    /// [`super::Halt`] when there is no such mail; [`StoreError`] when the database fails.
    pub async fn send_mail_again(
        &self,
        act: Act,
        reference: CaseRef,
        mail: OutboxId,
    ) -> Result<Result<(), super::Halt>, StoreError> {
        let revive = move |tx: &mut Tx<'_>| -> Done<()> {
            let filed = match held(tx, &act, &reference, None)? {
                Ok(filed) => filed,
                Err(halt) => return Ok(Err(halt)),
            };
            if !outbox::revive(tx, mail, filed.case.id, act.at)? {
                return Ok(Err(super::Halt::Gone));
            }
            tx.record(act.case_entry("mail.revived", &filed, details([("mail", mail.to_string().into())])));
            Ok(Ok(()))
        };
        let revived = self.store.write(revive).await?;
        self.run_errands();
        Ok(revived)
    }

    /// Places a call at most once: from `placing` on, what we do not know is taken for placed, because a
    /// telephone that rings twice teaches its owner to ignore it.
    async fn place_call(&self, leased: &Leased, call: CallId) -> Result<(), StoreError> {
        let (id, now) = (leased.id, self.now());
        let Some(voice) = self.voice.clone() else {
            return self.call_ended(leased, call, false, "no voice provider").await;
        };
        let (kit, act) = (self.kit.clone(), self.system_act());
        let begin = move |tx: &mut Tx<'_>| ready_call(tx, &kit, &act, call);
        let (phone, notice) = match self.store.write(begin).await? {
            Ready::Place { phone, notice } => (phone, notice),
            Ready::Later => {
                let next = now + WAIT_FOR_BUDGET;
                let later =
                    move |tx: &mut Tx<'_>| outbox::retry_at(tx, id, next, "the number had as many as is allowed");
                return self.store.write(later).await;
            }
            Ready::Over => return self.call_ended(leased, call, true, "too late, or tried before").await,
        };
        let order = PlaceCall { call: call.to_string(), to: phone.to_string() };
        match voice.place(&order).await {
            Ok(placed) => {
                let act = self.system_act();
                let (reference, account) = (leased.reference.clone(), leased.account);
                let ringing = move |tx: &mut Tx<'_>| {
                    // The provider's own report may have come first.
                    if calls::find_call(tx.connection, call)?.is_some_and(|(found, _)| found.state == "placing") {
                        calls::update_call(tx, call, "ringing", None, act.at)?;
                    }
                    if let Some(provider_id) = &placed.provider_id {
                        calls::set_provider_id(tx, call, provider_id)?;
                    }
                    let about = details([("call", call.to_string().into())]);
                    tx.record(act.entry("call.placed", Some(&reference), account, about));
                    outbox::done(tx, id, act.at)
                };
                self.store.write(ringing).await
            }
            Err(PlaceError::NotPlaced(why))
                if leased.attempts < if notice.is_some() { NOTICE_ATTEMPTS } else { CALL_ATTEMPTS } =>
            {
                // Someone waits in front of a page for a code; a notice has days.
                let (first, longest) = match notice {
                    Some(_) => (TimeDelta::minutes(1), WAIT_FOR_BUDGET),
                    None => (TimeDelta::seconds(2), TimeDelta::seconds(20)),
                };
                let next = self.next_try(leased.attempts, first, longest);
                let again = move |tx: &mut Tx<'_>| {
                    calls::update_call(tx, call, "queued", None, now)?;
                    if let Some(counted) = notice {
                        throttle::give_back(tx, counted)?;
                    }
                    outbox::retry_at(tx, id, next, &why)
                };
                self.store.write(again).await
            }
            Err(PlaceError::Unknown(why)) => self.call_ended(leased, call, true, &why).await,
            Err(PlaceError::NotPlaced(why) | PlaceError::Refused(why)) => {
                self.call_ended(leased, call, false, &why).await
            }
        }
    }

    /// Gives a call up. One that may have been placed is said to be so: the phone could be ringing.
    async fn call_ended(&self, leased: &Leased, call: CallId, maybe: bool, why: &str) -> Result<(), StoreError> {
        let (id, act, account, reference) = (leased.id, self.system_act(), leased.account, leased.reference.clone());
        let why = why.to_owned();
        let end = move |tx: &mut Tx<'_>| {
            let state = calls::find_call(tx.connection, call)?.map(|(found, _)| found.state).unwrap_or_default();
            let unknown = maybe && state == "placing";
            if matches!(state.as_str(), "queued" | "placing") {
                calls::update_call(tx, call, if unknown { "unknown" } else { "failed" }, None, act.at)?;
            }
            let about = details([("call", call.to_string().into()), ("why", why.clone().into())]);
            let action = if unknown { "call.unknown" } else { "call.not_placed" };
            tx.record(act.entry(action, Some(&reference), account, about));
            outbox::bury(tx, id, act.at, &why)
        };
        self.store.write(end).await
    }
}
