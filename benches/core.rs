//! What the rules, the log and the readers of outside input take by themselves: no database, no network.
//! `cargo bench --bench core`, or a part of it: `cargo bench --bench core -- log`.

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;

use actix_web::web::Bytes;
use chrono::{DateTime, TimeDelta, Utc};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

use mfa_desk::domain::account::{
    AccountKind, AccountStatus, Authenticator, AuthenticatorKind, AuthenticatorState, Tier,
};
use mfa_desk::domain::actor::{Actor, Role};
use mfa_desk::domain::audit::{Head, NewEntry, SALT, details};
use mfa_desk::domain::audit_export::ExportFormat;
use mfa_desk::domain::case::{AccountFacts, Case, Command, Facts, apply, assess};
use mfa_desk::domain::evidence::{CheckKind, Evidence, Giver, Subject};
use mfa_desk::domain::form::AssistanceForm;
use mfa_desk::domain::ids::{AccountId, AgentId, AuthenticatorId, CaseId, EvidenceId};
use mfa_desk::domain::merkle::{Frontier, Subtree, TreeHash, inclusion, verify_inclusion};
use mfa_desk::domain::note::{Checkpoint, NoteKey};
use mfa_desk::domain::policy::{Policy, Waits};
use mfa_desk::domain::reference::CaseRef;
use mfa_desk::notify::inbound::read;
use mfa_desk::web::guard::fields::decode;

/// Leaves of the tree that proofs are made in.
const LEAVES: u64 = 1_000_000;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_500_000, 0).expect("a moment")
}

fn reference() -> CaseRef {
    (1..).find_map(CaseRef::from_random).expect("a reference")
}

fn agent() -> Actor {
    let (id, email) = (AgentId::new(now(), [1; 10]), "ana@desk.example.org".parse().expect("an address"));
    Actor::Agent { id, email, role: Role::Agent, via: None }
}

/// What is known of an account with two authenticators.
fn account() -> AccountFacts {
    let id = AccountId::new(now(), [9; 10]);
    let authenticator = |n: u8| Authenticator {
        id: AuthenticatorId::new(now(), [n; 10]),
        account: id,
        kind: AuthenticatorKind::VirtualTotp,
        label: "A phone".to_owned(),
        state: AuthenticatorState::Active,
    };
    AccountFacts {
        id,
        kind: AccountKind::Owner,
        tier: Tier::Standard,
        status: AccountStatus::Active,
        email: Subject("email".to_owned()),
        phone: Some(Subject("phone".to_owned())),
        authenticators: vec![authenticator(1), authenticator(2)],
        administrators: BTreeSet::new(),
    }
}

/// A check that the customer passed.
fn passed(n: u8, kind: CheckKind, subject: &str) -> Evidence {
    Evidence::passed(EvidenceId::new(now(), [n; 10]), kind, now(), Giver::Customer, Some(Subject(subject.to_owned())))
}

fn rules(c: &mut Criterion) {
    let policy = Policy::with_waits(Waits {
        cooling_off: TimeDelta::hours(24),
        phone_hold: TimeDelta::hours(72),
        ready_window: TimeDelta::hours(72),
        case_expiry: TimeDelta::days(14),
        close_after: TimeDelta::days(14),
    });
    let (account, nobody, voided, appointments) = (account(), BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
    let facts = Facts {
        policy: &policy,
        account: Some(&account),
        suspended: &nobody,
        supervisors: &nobody,
        voided: &voided,
        appointments: &appointments,
        raised: &[],
    };
    let step = |case: &Case, command: &Command, actor: &Actor| {
        apply(case, command, actor, now(), &facts).expect("the rules allow it").case
    };
    let case = Case::submitted(CaseId::new(now(), [1; 10]), reference(), now(), TimeDelta::days(14));
    let case = step(&case, &Command::MatchAccount(account.id), &Actor::System);
    let case = step(&case, &Command::ConfirmEmail(passed(1, CheckKind::EmailLink, "email")), &Actor::Customer);
    let case = step(&case, &Command::Claim, &agent());
    let called = Command::RecordCheck(passed(2, CheckKind::PhoneCode, "phone"));
    c.bench_function("rules/policy decision", |b| b.iter(|| assess(black_box(&case), &facts, now())));
    c.bench_function("rules/step of a case", |b| {
        b.iter(|| apply(black_box(&case), &called, &Actor::Customer, now(), &facts).expect("the rules allow it"));
    });
}

fn new_entry() -> NewEntry {
    NewEntry {
        at: now(),
        actor: agent(),
        action: "case.viewed".to_owned(),
        case_ref: Some(reference()),
        account_id: Some(AccountId::new(now(), [9; 10])),
        ip: "192.0.2.17".to_owned(),
        details: details([("state", "verifying".into()), ("version", 7.into())]),
    }
}

fn log(c: &mut Criterion) {
    let (head, new, salts) = (Head::genesis(), new_entry(), [[7; SALT]; 3]);
    let entry = head.append(&new, &salts);
    c.bench_function("log/entry hashed and chained", |b| b.iter(|| head.append(black_box(&new), &salts)));
    c.bench_function("log/entry checked", |b| b.iter(|| head.follow(black_box(&entry)).expect("it follows")));
    c.bench_function("log/leaf of an entry", |b| b.iter(|| black_box(&entry).leaf()));
    let (mut tree, leaf) = (Frontier::default(), entry.leaf());
    c.bench_function("log/leaf put into the tree", |b| b.iter(|| tree.append(leaf, |_, _| {})));

    let leaves: Vec<TreeHash> = (0..LEAVES).map(|n| TreeHash::leaf(&n.to_be_bytes())).collect();
    let root_of = |begin: u64, end: u64| {
        let mut tree = Frontier::default();
        let at = |n: u64| usize::try_from(n).unwrap_or_default();
        leaves[at(begin)..at(end)].iter().for_each(|leaf| tree.append(*leaf, |_, _| {}));
        tree.root()
    };
    let index = LEAVES / 3;
    let ranges = inclusion(index, LEAVES).expect("it is in the tree");
    let proof: Vec<TreeHash> = ranges.iter().map(|(begin, end)| root_of(*begin, *end)).collect();
    let (root, leaf) = (root_of(0, LEAVES), TreeHash::leaf(&index.to_be_bytes()));
    c.bench_function("log/proof of one in a million, its ranges", |b| {
        b.iter(|| {
            let ranges = inclusion(black_box(index), LEAVES).expect("it is in the tree");
            ranges.into_iter().map(|(begin, end)| Subtree::covering(begin, end).len()).sum::<usize>()
        });
    });
    c.bench_function("log/proof of one in a million, checked", |b| {
        b.iter(|| verify_inclusion(index, black_box(leaf), LEAVES, &proof, root).expect("it is proven"));
    });
    let mut group = c.benchmark_group("log");
    group.sample_size(10);
    group.bench_function("tree over a million leaves", |b| b.iter(|| root_of(0, LEAVES)));
    group.finish();

    let key = NoteKey::new("desk.example.org/audit", &[1; 32]).expect("a key");
    let checkpoint = key.checkpoint(LEAVES, root);
    let (signed, keys) = (key.sign(&checkpoint.text()), [key.verifier()]);
    c.bench_function("log/checkpoint signed", |b| b.iter(|| key.sign(&black_box(&checkpoint).text())));
    c.bench_function("log/checkpoint opened", |b| {
        b.iter(|| Checkpoint::open(black_box(&signed), &keys).expect("it is signed"));
    });
    for format in ExportFormat::ALL {
        let lines = vec![entry.clone(); 100];
        c.bench_function(&format!("log/100 lines of {}", format.label()), |b| {
            b.iter(|| format.chunk(black_box(&lines)).expect("there is room"));
        });
    }
}

const FORM: &str = "email=olivia.owner%40customers.example&account_number=1001&name=Olivia+%C3%96wner&\
    device_kind=virtual_totp&reason=lost&failed_step=It+asks+for+a+code.&phone=%2B44+7911+123456&language=en&\
    callback_time=Mornings&message=It+fell+into+the+lake%2C+and+the+codes+with+it.&key=k-1&csrf=abcdefghijklmnop";

const MAIL: &str = "Received: from mx.customers.example (mx.customers.example [192.0.2.25])\r\n\
    \tby desk.example.org with ESMTPS; Tue, 24 Nov 2026 09:00:00 +0000\r\n\
    From: Olivia =?utf-8?q?=C3=96wner?= <olivia.owner@customers.example>\r\nTo: desk@desk.example.org\r\n\
    Subject: Re: Your request\r\nMessage-ID: <1234@customers.example>\r\nIn-Reply-To: <a.b@desk.example.org>\r\n\
    References: <a.b@desk.example.org>\r\nDate: Tue, 24 Nov 2026 09:00:00 +0000\r\nMIME-Version: 1.0\r\n\
    Content-Type: multipart/alternative; boundary=\"b1\"\r\n\r\n\
    --b1\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
    My new number is +44 7911 123457. Gr=C3=BC=C3=9Fe\r\n\r\n> What is it that you see?\r\n> The desk\r\n\
    --b1\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
    <p>My new number is <b>+44 7911 123457</b>.</p><blockquote>What is it that you see?</blockquote>\r\n--b1--\r\n";

fn readers(c: &mut Criterion) {
    let body = Bytes::from_static(FORM.as_bytes());
    let fields = || decode(Some("application/x-www-form-urlencoded"), &body).expect("a form");
    c.bench_function("readers/form decoded", |b| b.iter(fields));
    let typed = fields();
    c.bench_function("readers/form read and judged", |b| {
        b.iter(|| AssistanceForm::parse(black_box(typed.all())).expect("it is sound"));
    });
    c.bench_function("readers/mail", |b| {
        b.iter_batched(|| MAIL.as_bytes().to_vec(), |mail| read(&mail).expect("a mail"), BatchSize::SmallInput);
    });
}

criterion_group!(core, rules, log, readers);
criterion_main!(core);
