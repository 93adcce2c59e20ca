//! One file for each thing a person or a timer can do. Each loads, asks the domain, and stores case, evidence,
//! audit entry and outbox rows in one transaction; nothing has a second way in.

mod account_sign_in;
mod act;
mod add_agent;
mod administer;
mod alarm;
mod answer_call;
mod api_answers;
mod api_tokens;
mod approve;
mod ask_administrators;
mod ask_directory;
mod asked;
mod break_glass;
mod bulk;
mod callback;
mod canned;
mod clear;
mod confirm_email;
mod contacts;
mod credentials;
mod deactivate;
mod deadlines;
mod deliver;
mod dispute;
mod documents;
mod enrolment;
mod erase_cases;
mod erase_documents;
mod events;
mod examine;
mod explain_policy;
mod export_audit;
mod export_manifest;
mod first_factor;
mod forward;
mod fresh;
mod guesses;
mod hold;
mod import_accounts;
mod import_lines;
mod inbound;
mod intake;
mod known_browser;
mod legal_hold;
mod letters;
mod lift_block;
mod limits;
mod lost_device;
mod mail;
mod merge;
mod open_document;
mod people;
mod phone_budget;
mod phone_change;
mod place_cases;
mod presence;
mod privacy;
mod prove;
mod read_directory;
mod readings;
mod recovery;
mod reject;
mod report;
mod reveal;
mod risk;
mod rotate_secrets;
mod saved_views;
mod second_factor;
mod send_link;
mod sessions;
mod set_password;
mod shut_out;
mod sign_in;
mod sso;
mod start_call;
mod step_up;
mod submit_case;
mod tags;
mod tick;
mod timeline;
mod upload_document;
mod verify_audit;
mod view_case;
mod withdraw;
mod witness;
mod write;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use img_parts::Bytes;
use tokio::sync::Notify;
use url::Url;

pub use crate::passwords::PasswordHasher;
pub use account_sign_in::{AccountSignedIn, FirstStep, Offered, SignInFrom};
pub use act::{Act, Halt};
pub use add_agent::{AddAgentError, NewAgent, Standing};
pub use administer::{Decision, MemberRequest};
pub use answer_call::Spoken;
pub use api_answers::Begun;
pub use api_tokens::{Entered, Issued, Let, ListedToken, Shut};
pub use approve::{Awaited, Awaiting};
pub use break_glass::GlassBroken;
pub use bulk::{Bulk, Picked, Went};
pub use canned::{Filled, TypedReply, WrongReply};
pub use confirm_email::{Confirmed, Opened};
pub use contacts::{ContactsImported, Resume, StopPage};
pub use credentials::{Activated, Holder, Keyring, PasskeyAsked, PasskeySetUp, VirtualDevice};
pub use deactivate::Attempted;
pub use deliver::{Lane, errand_word};
pub use dispute::Stopped;
pub use documents::OnFile;
pub use events::SIDE_BY_SIDE;
pub use examine::EvidenceNote;
pub use explain_policy::{
    ExplainedCase, ExplainedEvidence, ExplainedPath, ExplainedProgress, ExplainedSignal, Explanation, NotExplained,
};
pub use export_audit::{AuditChunks, Counted, Export, ExportAsked};
pub use first_factor::Side;
pub use forward::Forwarding;
pub use fresh::FreshOffer;
pub use import_accounts::ImportReport;
pub use import_lines::{ImportError, LineError};
pub use inbound::{Mailbox, OpenedMail, Taken};
pub use merge::Seen;
pub use open_document::OpenedDocument;
pub use people::Person;
pub use phone_budget::CodesHeld;
pub use phone_change::{Administered, ChangeFile};
pub use presence::{Beside, MOST_DRAFTS, in_list as beside_in_list};
pub use privacy::{HandedOut, HeldAbout, Whom};
pub use recovery::{HandedOver, OwnersFile};
pub use rotate_secrets::Rotated;
pub use saved_views::{may_remove_view, may_share_views};
pub use second_factor::{Asked, SecondFactor};
pub use set_password::PasswordLink;
pub use sign_in::{AgentOffered, AgentSignedIn, AgentStep};
pub use sso::{AT_PROVIDER, NoCode, SsoAnswered, SsoAsked, SsoBegan, SsoHalt, SsoSignedIn};
pub use submit_case::Submission;
pub use timeline::{Line, Shown, Timeline, TimelineAsked, is_told};
pub use view_case::{CaseFile, CustomerFile, Relative};
pub use witness::{NotProven, PlaceStanding, Proven};

use crate::clock::Clock;
use crate::config::{
    ApiSettings, AuditSettings, DocumentSettings, EventSettings, InboundSettings, LimitSettings, MailSettings,
    PolicySettings, RetentionSettings, SessionSettings, Settings, SubscriberSettings,
};
use crate::directory::Directories;
use crate::domain::document::{Fit, Unfit, prepare};
use crate::domain::event::Listener;
use crate::domain::limits::Amounts;
use crate::domain::note::{NoteError, NoteKey};
use crate::domain::policy::Policy;
use crate::domain::sealed::{BadKeys, SealingKeys};
use crate::domain::sla::Agreements;
use crate::domain::token::ServerKey;
use crate::entropy::Entropy;
use crate::notify::forwarder::Forwarder;
use crate::notify::mail::{MailTemplates, Mailer};
use crate::notify::subscriber::Subscriber;
use crate::notify::voice::VoiceCaller;
use crate::passkeys::{Broken, Passkeys};
use crate::signed_webhooks::Trusted;
use crate::sso::Provider;
use crate::store::Store;

/// Why there is no kit.
#[derive(Debug, thiserror::Error)]
pub enum BadKit {
    /// The configured sealing keys cannot be used.
    #[error("secrets.data_keys {0}")]
    Keys(#[from] BadKeys),
    /// Passkeys cannot be bound to the base URL.
    #[error("server.base_url: {0}")]
    Passkeys(#[from] Broken),
    /// The keys of posted mails cannot be used.
    #[error("inbound.webhook_secret {0}")]
    MailHook(String),
    /// The audit log cannot sign.
    #[error("audit.origin or audit.signing_key: {0}")]
    Audit(#[from] NoteError),
}

/// What every act needs and no act changes.
pub struct Kit {
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The server's key.
    pub key: ServerKey,
    /// Passkeys; none where the base URL's host is an address.
    pub passkeys: Option<Arc<Passkeys>>,
    /// The keys of what is stored encrypted.
    pub sealing: Arc<SealingKeys>,
    /// What is sealed can be opened again later: a key is configured.
    pub can_seal: bool,
    /// The rules.
    pub policy: Policy,
    /// What the desk promises, and its hours.
    pub agreements: Agreements,
    /// Lengths of time and limits.
    pub periods: PolicySettings,
    /// Lengths of sign-ins.
    pub sessions: SessionSettings,
    /// Bounds that are no budgets.
    pub limits: LimitSettings,
    /// Budgets of what may happen only so often.
    pub amounts: Amounts,
    /// Uploaded documents.
    pub documents: DocumentSettings,
    /// How long personal data is kept.
    pub retention: RetentionSettings,
    /// The interface for programs.
    pub api: ApiSettings,
    /// Retries of mails.
    pub mail: MailSettings,
    /// What the audit log signs of itself.
    pub audit: AuditSettings,
    /// The key it signs with; none where there is no secret to make it from.
    pub audit_key: Option<NoteKey>,
    /// Mail that comes in.
    pub inbound: InboundSettings,
    /// The keys that posted mails are verified with; none where no mail is posted.
    pub mail_hook: Option<Trusted>,
    /// Programs that are told what happens to cases.
    pub listeners: Vec<Listener>,
    /// How they are told.
    pub events: EventSettings,
    /// Where customers reach us; links are made from this, never from a request's Host header.
    pub base_url: Url,
    /// What the product is called.
    pub product: String,
    /// Domains of mail addresses that say nothing about who shares them, as origins name them.
    pub(in crate::workflow) common_domains: BTreeSet<String>,
    /// The header in which a proxy names the country that a request comes from.
    pub country_header: Option<String>,
    /// Customers can have themselves called.
    pub offers_calls: bool,
    /// Old telephone numbers are told of a change by text message too.
    pub offers_texts: bool,
    /// How a file that came by mail is looked at.
    pub look_at: fn(Bytes) -> Result<Fit, Unfit>,
    last_id: AtomicU64,
}

/// A version 7 UUID has twelve bits between its time and its randomness.
const COUNTER_BITS: u32 = 12;

impl Kit {
    /// The kit that the settings describe.
    ///
    /// # Errors
    /// [`BadKit`] when the configured sealing keys or the base URL cannot be used.
    pub fn new(
        settings: &Settings,
        base_url: Url,
        key: ServerKey,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
        offers_calls: bool,
    ) -> Result<Self, BadKit> {
        let periods = settings.policy.clone();
        let policy = settings.rules();
        Ok(Self {
            passkeys: Passkeys::new(&base_url, &settings.server.product_name)?.map(Arc::new),
            clock,
            entropy,
            common_domains: risk::common_domains(&key, &settings.risk.common_mail_domains),
            country_header: settings.server.country_header.clone(),
            audit_key: settings.audit.key(&base_url, &key)?,
            audit: settings.audit.clone(),
            can_seal: settings.secrets.data_keys.is_some() || key.is_configured(),
            sealing: Arc::new(SealingKeys::new(settings.secrets.data_keys.as_ref(), &key)?),
            key,
            policy,
            agreements: settings.agreements(),
            periods,
            sessions: settings.sessions.clone(),
            amounts: amounts(settings),
            limits: settings.limits.clone(),
            documents: settings.documents.clone(),
            retention: settings.retention.clone(),
            api: settings.api.clone(),
            mail: settings.mail.clone(),
            mail_hook: settings.inbound.trusted().map_err(BadKit::MailHook)?,
            inbound: settings.inbound.clone(),
            listeners: settings.subscribers.iter().map(SubscriberSettings::listener).collect(),
            events: settings.events.clone(),
            base_url,
            product: settings.server.product_name.clone(),
            offers_calls,
            offers_texts: false,
            look_at: prepare,
            last_id: AtomicU64::new(0),
        })
    }

    /// An address below the configured base URL. `path` begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base_url.as_str().trim_end_matches('/'))
    }

    /// A new identifier, greater than every one this process made before: identifiers of the same
    /// millisecond count up (RFC 9562 §6.2, method 1), so that they order what happened.
    fn id<T>(&self, make: fn(DateTime<Utc>, [u8; 10]) -> T, at: DateTime<Utc>) -> T {
        let moment = u64::try_from(at.timestamp_millis()).unwrap_or(0) << COUNTER_BITS;
        let next = |last: u64| Some(moment.max(last + 1));
        let last = self.last_id.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next).unwrap_or_default();
        let this = moment.max(last + 1);
        let mut random = self.entropy.bytes::<10>();
        random[..2].copy_from_slice(&this.to_be_bytes()[6..]);
        let millis = i64::try_from(this >> COUNTER_BITS).unwrap_or(0);
        make(DateTime::from_timestamp_millis(millis).unwrap_or(at), random)
    }
}

fn amounts(settings: &Settings) -> Amounts {
    let (limits, policy) = (&settings.limits, &settings.policy);
    Amounts {
        forms_of_network: (limits.forms_per_network_hour, limits.forms_per_network_day),
        forms_for_address: limits.forms_per_address_hour,
        link_mails: limits.link_mails_per_hour,
        strangers_mails: limits.mails_per_account_hour,
        calls_to_phone: (policy.calls_per_hour, policy.calls_per_day),
        calls_of_case: limits.calls_per_case_day,
        calls_from_network: limits.calls_per_network_hour,
        calls_by_agent: limits.calls_per_agent_hour,
        sign_ins_from_network: limits.sign_ins_per_network,
        documents: settings.documents.per_network_per_hour,
        messages: limits.messages_per_hour,
        inbound_mails: settings.inbound.per_address_hour,
        reveals: limits.reveals_per_hour,
        views: limits.views_per_hour,
    }
}

/// The program behind every face: pages, hooks, commands, timers.
pub struct Desk {
    /// The database.
    pub store: Arc<Store>,
    /// What every act needs.
    pub kit: Arc<Kit>,
    /// Where accounts live and authenticators are switched off.
    pub directories: Arc<Directories>,
    /// How mails leave.
    pub mailer: Arc<dyn Mailer>,
    /// How calls leave; none when the operator offers no calls.
    pub voice: Option<Arc<dyn VoiceCaller>>,
    /// Programs that are told what happens to cases.
    pub subscribers: Vec<Arc<Subscriber>>,
    /// Systems that the log is forwarded to.
    pub forwarders: Vec<Arc<Forwarder>>,
    /// The words of mails.
    pub templates: MailTemplates,
    /// Hashes passwords, a few at a time.
    pub passwords: Arc<PasswordHasher>,
    /// Where people at the desk sign in; none without single sign-on.
    pub sso: Option<Provider>,
    /// What is wrong with the mailbox that is read.
    pub mailbox: Mailbox,
    /// Wakes the worker when an errand was added: one for each lane.
    pub errands: [Notify; 5],
}

impl Desk {
    fn now(&self) -> DateTime<Utc> {
        self.kit.clock.now()
    }
}

/// How long an instance holds an outbox row before it is taken for dead.
pub const LEASE: TimeDelta = TimeDelta::seconds(90);
