//! The connector for AWS IAM with an emulator that we did not write, which checks signatures and policies.
//!
//! Runs only where `TEST_MOTO_READY` names the `ready.env` of a freshly started `peers/moto.sh`: that emulator needs
//! Python and a package index, which not every machine that runs the suite has. What no emulator does is in `aws_iam`.

use std::collections::HashMap;
use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use chrono::Utc;
use mfa_desk::clock::SystemClock;
use mfa_desk::directory::{AwsIam, Directory, DirectoryError, Wanted};
use mfa_desk::domain::account::AuthenticatorKind;
use mfa_desk::domain::actor::Actor;
use mfa_desk::domain::directory::{Outcome, Standing};
use mfa_desk::workflow::{Act, Resume};

use crate::aws_iam::{ACCOUNT, connector, login, order, serial};
use crate::support::ready;
use crate::support::world::{Setup, World};

pub fn ready() -> Option<HashMap<String, String>> {
    mfa_desk::notify::install_tls_provider();
    ready::values("TEST_MOTO_READY")
}

/// Whose keys are used.
#[derive(Clone, Copy)]
pub enum Whose {
    /// The desk's, which may do no more than it needs.
    Desk,
    Admin,
}

impl Whose {
    pub fn keys(self, env: &HashMap<String, String>) -> (&str, &str) {
        let prefix = match self {
            Self::Desk => "AWS",
            Self::Admin => "MOTO_ADMIN",
        };
        let get = |name| env[&format!("{prefix}_{name}")].as_str();
        (get("ACCESS_KEY_ID"), get("SECRET_ACCESS_KEY"))
    }
}

/// A request of an administrator: status and body.
pub async fn admin(env: &HashMap<String, String>, fields: &[(&str, &str)]) -> (u16, String) {
    let url = format!("{}/", env["AWS_ENDPOINT_URL"]);
    let all = [&[("Version", "2010-05-08")], fields].concat();
    let body: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(all).finish();
    // The emulator checks the signature over its own spelling of the body.
    let body = body.replace('*', "%2A");
    let (id, secret) = Whose::Admin.keys(env);
    let identity = Credentials::new(id, secret, None, None, "test").into();
    let parameters = SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("iam")
        .time(Utc::now().into())
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let form = "application/x-www-form-urlencoded";
    let headers = [("content-type", form)].into_iter();
    let signable = SignableRequest::new("POST", &url, headers, SignableBody::Bytes(body.as_bytes())).unwrap();
    let (instructions, _) = sign(signable, &parameters).unwrap().into_parts();
    let mut request = reqwest::Client::new().post(&url).header("content-type", form);
    for (name, value) in instructions.headers() {
        request = request.header(name, value);
    }
    let answer = request.body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

/// A user with an enabled virtual device of that name; the device's serial number.
pub async fn user_with_device(env: &HashMap<String, String>, name: &str) -> String {
    let device = format!("{name}-phone");
    let serial = format!("arn:aws:iam::{ACCOUNT}:mfa/{device}");
    for fields in [
        vec![("Action", "CreateUser"), ("UserName", name)],
        vec![("Action", "CreateVirtualMFADevice"), ("VirtualMFADeviceName", &device)],
        vec![
            ("Action", "EnableMFADevice"),
            ("UserName", name),
            ("SerialNumber", &serial),
            ("AuthenticationCode1", "123456"),
            ("AuthenticationCode2", "654321"),
        ],
    ] {
        let (status, body) = admin(env, &fields).await;
        assert_eq!(status, 200, "{body}");
    }
    serial
}

async fn all_virtual_devices(env: &HashMap<String, String>) -> String {
    let (status, body) = admin(env, &[("Action", "ListVirtualMFADevices")]).await;
    assert_eq!(status, 200, "{body}");
    body
}

fn with_keys(env: &HashMap<String, String>, (id, secret): (&str, &str), account: &str) -> AwsIam {
    let settings = format!("access_key_id = \"{id}\"\nsecret_access_key = \"{secret}\"\n{account}");
    connector(&env["AWS_ENDPOINT_URL"], &settings, &[], Arc::new(SystemClock))
}

fn aws(env: &HashMap<String, String>, whose: Whose) -> AwsIam {
    with_keys(env, whose.keys(env), &format!("[[directories.aws_iam.accounts]]\nid = \"{ACCOUNT}\""))
}

#[tokio::test]
async fn a_device_is_deactivated_and_deleted_with_no_more_rights_than_needed() {
    let Some(env) = ready() else { return };
    let (phone, aws) = (user_with_device(&env, "erin").await, aws(&env, Whose::Desk));
    let found = aws.find(Wanted::Login(&login("erin"))).await.unwrap().unwrap();
    assert_eq!(found.login.as_str(), "123456789012/erin");
    assert_eq!(aws.find(Wanted::Login(&login("nosuch"))).await, Ok(None));
    let listed = aws.authenticators(&found.login).await.unwrap();
    assert_eq!((listed.len(), listed[0].kind), (1, AuthenticatorKind::VirtualTotp));
    assert_eq!(aws.standing(&found.login, &serial(&phone)).await, Ok(Standing::Active));

    assert_eq!(aws.deactivate(&order("erin", &phone)).await, Ok(Outcome::Complete));
    assert!(!all_virtual_devices(&env).await.contains("erin-phone"));
    assert_eq!(aws.authenticators(&found.login).await, Ok(Vec::new()));
    assert_eq!(aws.standing(&found.login, &serial(&phone)).await, Ok(Standing::Deactivated));
    assert_eq!(aws.deactivate(&order("erin", &phone)).await, Ok(Outcome::Complete), "again is the same");
}

#[tokio::test]
async fn an_interrupted_deactivation_is_finished_and_no_device_of_another_is_touched() {
    let Some(env) = ready() else { return };
    let (phone, aws) = (user_with_device(&env, "frank").await, aws(&env, Whose::Admin));
    let (status, _) = admin(&env, &[("Action", "CreateUser"), ("UserName", "grace")]).await;
    assert_eq!(status, 200);
    let refused = aws.deactivate(&order("grace", &phone)).await;
    assert!(matches!(refused, Err(DirectoryError::Refused(_))), "{refused:?}");
    let half = [("Action", "DeactivateMFADevice"), ("UserName", "frank"), ("SerialNumber", &phone)];
    assert_eq!(admin(&env, &half).await.0, 200);
    assert_eq!(aws.standing(&login("frank"), &serial(&phone)).await, Ok(Standing::Unfinished));
    assert_eq!(aws.deactivate(&order("frank", &phone)).await, Ok(Outcome::Complete));
    assert!(!all_virtual_devices(&env).await.contains("frank-phone"));
}

#[tokio::test]
async fn refused_credentials_and_missing_rights_are_told_apart_from_nobody() {
    let Some(env) = ready() else { return };
    let (id, secret) = Whose::Desk.keys(&env);
    let account = format!("[[directories.aws_iam.accounts]]\nid = \"{ACCOUNT}\"");
    for (keys, says) in
        [((id, "wrong"), "SignatureDoesNotMatch"), (("AKIAUNKNOWN000000000", secret), "InvalidClientTokenId")]
    {
        let error = with_keys(&env, keys, &account).find(Wanted::Login(&login("alice"))).await.unwrap_err();
        assert!(matches!(&error, DirectoryError::Denied(why) if why.contains(says)), "{error:?}");
    }
    // The emulator knows no root sessions: that must not look like a root user without devices.
    let root = with_keys(&env, Whose::Admin.keys(&env), &format!("root_users = true\n{account}"));
    let error = root.authenticators(&login("root")).await.unwrap_err();
    assert!(!matches!(error, DirectoryError::Unknown(_)), "{error:?}");
}

#[tokio::test]
async fn a_role_is_assumed_in_an_account() {
    let Some(env) = ready() else { return };
    let trust = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}]}"#;
    let rights = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GetUser","iam:ListMFADevices"],"Resource":"*"}]}"#;
    let role = [("Action", "CreateRole"), ("RoleName", "desk-role"), ("AssumeRolePolicyDocument", trust)];
    let (status, body) = admin(&env, &role).await;
    assert!(status == 200 || body.contains("EntityAlreadyExists"), "{body}");
    let policy =
        [("Action", "PutRolePolicy"), ("RoleName", "desk-role"), ("PolicyName", "p"), ("PolicyDocument", rights)];
    assert_eq!(admin(&env, &policy).await.0, 200);
    let phone = user_with_device(&env, "heidi").await;
    let account = format!(
        "[[directories.aws_iam.accounts]]\nid = \"{ACCOUNT}\"\nrole_arn = \"arn:aws:iam::{ACCOUNT}:role/desk-role\""
    );
    let aws = with_keys(&env, Whose::Admin.keys(&env), &account);
    assert_eq!(aws.standing(&login("heidi"), &serial(&phone)).await, Ok(Standing::Active));
    // The role may look and no more, though the keys that assumed it may do everything.
    let error = aws.deactivate(&order("heidi", &phone)).await.unwrap_err();
    assert!(matches!(&error, DirectoryError::Denied(why) if why.contains("AccessDenied")), "{error:?}");
    assert_eq!(aws.standing(&login("heidi"), &serial(&phone)).await, Ok(Standing::Active));
}

#[tokio::test]
async fn a_check_finds_what_is_missing_and_changes_nothing() {
    let Some(env) = ready() else { return };
    let before = all_virtual_devices(&env).await.contains("alice-phone");
    let probes = aws(&env, Whose::Desk).check(Some(&login("alice"))).await;
    assert!(probes.iter().all(|probe| probe.wrong.is_none()), "{probes:?}");
    assert!(probes.iter().any(|probe| probe.what.contains(":user/support-desk")), "{probes:?}");
    assert_eq!(all_virtual_devices(&env).await.contains("alice-phone"), before);
    let (id, _) = Whose::Desk.keys(&env);
    let account = format!("[[directories.aws_iam.accounts]]\nid = \"{ACCOUNT}\"");
    let wrong = with_keys(&env, (id, "wrong"), &account).check(None).await;
    assert!(wrong[0].wrong.is_some(), "{wrong:?}");
}

const IVAN: &str = "ivan@cloud.example";

/// From the form to the emulator's list.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_ends_with_the_device_gone_in_aws() {
    let Some(env) = ready() else { return };
    user_with_device(&env, "ivan").await;
    let (id, secret) = Whose::Desk.keys(&env);
    let toml = format!(
        "[[directories]]\nname = \"aws\"\ndomains = [\"cloud.example\"]\n[directories.aws_iam]\nurl = \"{url}\"\n\
         sts_url = \"{url}\"\naccess_key_id = \"{id}\"\nsecret_access_key = \"{secret}\"\n\
         [[directories.aws_iam.accounts]]\nid = \"{ACCOUNT}\"\n",
        url = env["AWS_ENDPOINT_URL"]
    );
    let world = World::with(Setup { toml, ..Setup::default() }).await;
    // IAM knows no addresses, so the contacts tell them.
    let act = Act { actor: Actor::Operator, ip: String::new(), at: world.now() };
    let contacts = format!("login,email,phone,name\n{ACCOUNT}/ivan,{IVAN},+447911123456,Ivan Example\n");
    let file = std::io::Cursor::new(contacts);
    let imported = world.desk.import_contacts(act, &"aws".parse().unwrap(), file, Resume::No).await;
    assert_eq!(imported.map_err(|_| "refused").unwrap().added, 1);

    let (_, ana, reference) = world.ready(IVAN).await;
    ana.get(&format!("/desk/cases/{reference}")).await.is(200).says("123456789012/ivan").says("ivan-phone");
    assert!(all_virtual_devices(&env).await.contains("ivan-phone"));
    world.deactivates(&ana, &reference).await.is(200).says("The directory confirmed it");
    assert!(!all_virtual_devices(&env).await.contains("ivan-phone"));
    let page = aws(&env, Whose::Admin).authenticators(&login("ivan")).await;
    assert_eq!(page, Ok(Vec::new()));
    world.stop().await;
}
