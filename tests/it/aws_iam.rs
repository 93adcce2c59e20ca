//! The connector for AWS IAM, against a stand-in for what no emulator does: lists in parts, throttling, credentials that
//! end, half answers, and every source of credentials. What `moto` does is in `aws_peer`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use mfa_desk::clock::{Clock, ManualClock};
use mfa_desk::config::Settings;
use mfa_desk::directory::{AwsIam, Directory, DirectoryError, HttpSettings, Order, Wanted};
use mfa_desk::domain::account::AuthenticatorKind;
use mfa_desk::domain::directory::{Login, Outcome, Serial, Standing};
use mfa_desk::domain::ids::OutboxId;
use serde_json::json;

use crate::support::http_peer::{Answer, Asked, HttpPeer};

pub const ACCOUNT: &str = "123456789012";
const PHONE: &str = "arn:aws:iam::123456789012:mfa/alice-phone";
const KEY: &str = "arn:aws:iam::123456789012:u2f/user/alice/key-1";
const TOKEN: &str = "GAHT00000001";
const BOBS: &str = "arn:aws:iam::123456789012:mfa/bob-phone";

/// Serial, whom it is enabled for, if anybody.
type Devices = Vec<(&'static str, Option<&'static str>)>;

struct Cloud {
    devices: Devices,
    /// Answers that come first, by action; once each, in order.
    instead: Vec<(&'static str, Answer)>,
    /// Whether what is asked for is done before such an answer.
    and_does_it: bool,
    /// How many devices a part of a list has.
    page: usize,
    /// The access key that is taken; others are `ExpiredToken`.
    key: String,
    /// How many keys were given out.
    given: usize,
    now: DateTime<Utc>,
}

struct Peer {
    http: HttpPeer,
    cloud: Arc<Mutex<Cloud>>,
    clock: Arc<ManualClock>,
    aws: AwsIam,
}

pub fn failure(status: u16, code: &str) -> Answer {
    let body = format!("<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code></Error></ErrorResponse>");
    Answer::text(status, body)
}

fn result(action: &str, inner: &str) -> Answer {
    let body = format!("<{action}Response><{action}Result>{inner}</{action}Result></{action}Response>");
    Answer::text(200, body)
}

fn page(list: &str, page: usize, asked: &Asked, items: &[String]) -> String {
    let from: usize = asked.form("Marker").map_or(0, |marker| marker.parse().unwrap());
    let to = (from + page).min(items.len());
    let more = match to < items.len() {
        true => format!("<IsTruncated>true</IsTruncated><Marker>{to}</Marker>"),
        false => "<IsTruncated>false</IsTruncated>".to_owned(),
    };
    format!("<{list}>{}</{list}>{more}", items[from..to].concat())
}

impl Cloud {
    fn credentials(&mut self) -> String {
        self.given += 1;
        self.key = format!("ASIA{}", self.given);
        let until = (self.now + TimeDelta::minutes(15)).to_rfc3339();
        format!(
            "<Credentials><AccessKeyId>{}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>\
             <SessionToken>t</SessionToken><Expiration>{until}</Expiration></Credentials>",
            self.key
        )
    }

    fn answer(&mut self, asked: &Asked) -> Answer {
        if asked.method != "POST" {
            return self.machine(asked);
        }
        let action = asked.form("Action").unwrap();
        let signed = asked.header("authorization").unwrap_or_default();
        if action.starts_with("Assume") || action == "GetCallerIdentity" {
            if action != "AssumeRoleWithWebIdentity" && !signed.contains("/us-east-1/sts/aws4_request") {
                return failure(403, "SignatureDoesNotMatch");
            }
            let inner = match action.as_str() {
                "GetCallerIdentity" => "<Arn>arn:aws:iam::123456789012:user/desk</Arn>".to_owned(),
                _ => self.credentials(),
            };
            return result(&action, &inner);
        }
        if !signed.contains(&format!("Credential={}/", self.key)) {
            return failure(403, "ExpiredToken");
        }
        let instead = self.instead.iter().position(|(of, _)| *of == action).map(|at| self.instead.remove(at).1);
        match instead {
            Some(instead) if self.and_does_it => {
                self.iam(&action, asked);
                instead
            }
            Some(instead) => instead,
            None => self.iam(&action, asked),
        }
    }

    fn iam(&mut self, action: &str, asked: &Asked) -> Answer {
        let (user, serial) = (asked.form("UserName"), asked.form("SerialNumber"));
        // Without a name it is the root user of a root session.
        let name = user.clone().unwrap_or_else(|| "root".to_owned());
        if !["alice", "bob", "root", "Carol"].contains(&name.as_str()) {
            return failure(404, "NoSuchEntity");
        }
        let at = self.devices.iter().position(|(each, _)| Some(*each) == serial.as_deref());
        match (action, at) {
            ("GetUser", _) => {
                let user = format!("<UserName>{name}</UserName><Arn>arn:aws:iam::{ACCOUNT}:user/staff/{name}</Arn>");
                result(action, &format!("<User>{user}</User>"))
            }
            ("ListMFADevices", _) => {
                let of = self.devices.iter().filter(|(_, of)| *of == Some(&name));
                let member = |(serial, _): &(&str, Option<&str>)| {
                    format!("<member><UserName>{name}</UserName><SerialNumber>{serial}</SerialNumber></member>")
                };
                let items: Vec<_> = of.map(member).collect();
                result(action, &page("MFADevices", self.page, asked, &items))
            }
            ("ListVirtualMFADevices", _) => {
                let all = self.devices.iter().filter(|(serial, _)| serial.contains(":mfa/"));
                let member = |(serial, of): &(&str, Option<&str>)| {
                    let user = of.map(|of| format!("<User><Arn>arn:aws:iam::{ACCOUNT}:user/{of}</Arn></User>"));
                    format!("<member><SerialNumber>{serial}</SerialNumber>{}</member>", user.unwrap_or_default())
                };
                let items: Vec<_> = all.map(member).collect();
                result(action, &page("VirtualMFADevices", self.page, asked, &items))
            }
            ("DeactivateMFADevice", Some(at)) if self.devices[at].1 == Some(&name) => {
                self.devices[at].1 = None;
                result(action, "")
            }
            ("DeleteVirtualMFADevice", Some(at)) if self.devices[at].1.is_some() => failure(409, "DeleteConflict"),
            ("DeleteVirtualMFADevice", Some(at)) => {
                self.devices.remove(at);
                result(action, "")
            }
            ("DeactivateMFADevice" | "DeleteVirtualMFADevice", _) => failure(404, "NoSuchEntity"),
            _ => failure(400, "InvalidAction"),
        }
    }

    /// The container's and the instance's services.
    fn machine(&mut self, asked: &Asked) -> Answer {
        let session = asked.header("x-aws-ec2-metadata-token") == Some("session");
        match (asked.method.as_str(), asked.path()) {
            ("PUT", "/latest/api/token") => Answer::text(200, "session"),
            ("GET", "/latest/meta-data/iam/security-credentials/") if session => Answer::text(200, "desk-role\n"),
            ("GET", "/latest/meta-data/iam/security-credentials/desk-role") if session => self.json(),
            ("GET", "/container") if asked.header("authorization") == Some("let me") => self.json(),
            _ => Answer::text(401, ""),
        }
    }

    fn json(&mut self) -> Answer {
        self.given += 1;
        self.key = format!("ASIA{}", self.given);
        let until = (self.now + TimeDelta::minutes(15)).to_rfc3339();
        Answer::json(
            200,
            json!({
                "Code": "Success", "AccessKeyId": self.key, "SecretAccessKey": "s", "Token": "t", "Expiration": until,
            }),
        )
    }
}

/// What stands in the settings besides the accounts.
const STATIC: &str = "access_key_id = \"AKIADESK\"\nsecret_access_key = \"secret of the desk\"";
const ONE: &str = "[[directories.aws_iam.accounts]]\nid = \"123456789012\"";

pub fn connector(url: &str, settings: &str, variables: &[(&str, &str)], clock: Arc<dyn Clock>) -> AwsIam {
    let text = format!(
        "[[directories]]\nname = \"aws\"\n[directories.aws_iam]\nurl = \"{url}\"\nsts_url = \"{url}\"\n{settings}"
    );
    let settings = Settings::from_sources(&text, &BTreeMap::new()).unwrap().directories.remove(0);
    let http = HttpSettings { timeout: Duration::from_secs(5), ca_file: None };
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    AwsIam::new(settings.aws_iam.as_ref().unwrap(), &http, clock, variables).unwrap()
}

fn start(change: impl FnOnce(&mut Cloud), settings: &str, variables: &[(&str, &str)]) -> Peer {
    let now = DateTime::from_timestamp(1_795_500_000, 0).unwrap();
    let mut cloud = Cloud {
        devices: vec![
            (PHONE, Some("alice")),
            (KEY, Some("alice")),
            (TOKEN, Some("alice")),
            (BOBS, Some("bob")),
            ("arn:aws:iam::123456789012:mfa/root-app", Some("root")),
        ],
        instead: Vec::new(),
        and_does_it: false,
        page: 100,
        key: "AKIADESK".to_owned(),
        given: 0,
        now,
    };
    change(&mut cloud);
    let cloud = Arc::new(Mutex::new(cloud));
    let played = Arc::clone(&cloud);
    let http = HttpPeer::start(move |asked| played.lock().unwrap().answer(asked));
    let clock = Arc::new(ManualClock::new(now));
    let base = http.base.clone();
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.replace("BASE", &base))).collect();
    let variables: Vec<_> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let aws = connector(&http.base, settings, &variables, clock.clone());
    Peer { http, cloud, clock, aws }
}

fn plain(change: impl FnOnce(&mut Cloud)) -> Peer {
    start(change, &format!("{STATIC}\n{ONE}"), &[])
}

impl Peer {
    fn acts(&self) -> Vec<String> {
        let actions = self.http.asked().into_iter().filter_map(|asked| asked.form("Action"));
        actions.filter(|action| action.starts_with("De")).collect()
    }
}

pub fn login(text: &str) -> Login {
    text.parse().unwrap()
}

pub fn serial(text: &str) -> Serial {
    text.parse().unwrap()
}

pub fn order(of: &str, what: &str) -> Order {
    let at = DateTime::from_timestamp(1_795_500_000, 0).unwrap();
    let kind = AuthenticatorKind::VirtualTotp;
    Order { login: login(of), serial: serial(what), kind, key: OutboxId::new(at, [7; 10]), at }
}

#[tokio::test]
async fn a_user_is_found_by_account_and_name_and_by_the_name_alone_where_there_is_one_account() {
    let peer = plain(|_| {});
    for name in ["123456789012/alice", "alice"] {
        let found = peer.aws.find(Wanted::Login(&login(name))).await.unwrap().unwrap();
        assert_eq!(found.login.as_str(), "123456789012/alice");
        assert_eq!((found.name, found.email, found.phone), (None, None, None));
    }
    for nobody in ["123456789012/nobody", "999999999999/alice", "123456789012/", "123456789012/a b", "/alice"] {
        assert_eq!(peer.aws.find(Wanted::Login(&login(nobody))).await, Ok(None), "{nobody}");
    }
    let asked = peer.http.asked();
    assert!(asked.iter().all(|asked| asked.form("UserName").is_some_and(|name| !name.is_empty())));
    let two = start(|_| {}, &format!("{STATIC}\n{ONE}\n[[directories.aws_iam.accounts]]\nid = \"999999999999\""), &[]);
    assert_eq!(two.aws.find(Wanted::Login(&login("alice"))).await, Ok(None), "nobody knows whose");
    // The credentials are of the first account, so what they find is not in the second.
    let error = two.aws.find(Wanted::Login(&login("999999999999/alice"))).await.unwrap_err();
    assert!(matches!(&error, DirectoryError::Denied(why) if why.contains("another account")), "{error:?}");
}

#[tokio::test]
async fn devices_are_listed_to_the_last_part_and_told_apart_by_their_serials() {
    let peer = plain(|cloud| cloud.page = 1);
    let listed = peer.aws.authenticators(&login("alice")).await.unwrap();
    let shown: Vec<_> = listed.iter().map(|each| (each.serial.as_str(), each.kind, each.label.as_str())).collect();
    let (phone, key) =
        ((PHONE, AuthenticatorKind::VirtualTotp, "alice-phone"), (KEY, AuthenticatorKind::Passkey, "key-1"));
    assert_eq!(shown, [phone, key, (TOKEN, AuthenticatorKind::HardwareTotp, TOKEN)]);
    assert_eq!(peer.http.asked().len(), 3);
    let gone = peer.aws.authenticators(&login("nobody")).await;
    assert!(matches!(gone, Err(DirectoryError::Refused(_))), "{gone:?}");
}

#[tokio::test]
async fn a_virtual_device_is_deactivated_and_deleted_and_no_other_is_touched() {
    let peer = plain(|cloud| cloud.page = 1);
    assert_eq!(peer.aws.standing(&login("alice"), &serial(PHONE)).await, Ok(Standing::Active));
    assert_eq!(peer.aws.deactivate(&order("alice", PHONE)).await, Ok(Outcome::Complete));
    assert_eq!(peer.acts(), ["DeactivateMFADevice", "DeleteVirtualMFADevice"]);
    assert_eq!(peer.aws.standing(&login("alice"), &serial(PHONE)).await, Ok(Standing::Deactivated));
    assert_eq!(peer.aws.deactivate(&order("alice", PHONE)).await, Ok(Outcome::Complete));
    assert_eq!(peer.acts().len(), 2, "again is nothing");
    for (device, acts) in [(KEY, 3), (TOKEN, 4)] {
        assert_eq!(peer.aws.deactivate(&order("alice", device)).await, Ok(Outcome::Complete));
        assert_eq!(peer.acts().len(), acts, "{device} has no entry to delete");
    }
    let left: Vec<_> =
        peer.cloud.lock().unwrap().devices.iter().filter(|(_, of)| of.is_some()).map(|(s, _)| *s).collect();
    assert_eq!(left, [BOBS, "arn:aws:iam::123456789012:mfa/root-app"]);
}

#[tokio::test]
async fn a_device_of_somebody_else_is_refused() {
    let peer = plain(|_| {});
    let others = ["arn:aws:iam::999999999999:mfa/alice-phone", "arn:aws:iam::123456789012:u2f/user/bob/key-1", BOBS];
    for other in others {
        let refused = peer.aws.standing(&login("alice"), &serial(other)).await;
        assert!(matches!(refused, Err(DirectoryError::Refused(_))), "{other}: {refused:?}");
        let refused = peer.aws.deactivate(&order("alice", other)).await;
        assert!(matches!(refused, Err(DirectoryError::Refused(_))), "{other}: {refused:?}");
    }
    assert!(peer.acts().is_empty());
}

#[tokio::test]
async fn an_entry_that_is_left_is_said_and_can_be_taken_away_later() {
    let peer = plain(|cloud| cloud.instead = vec![("DeleteVirtualMFADevice", failure(500, "ServiceFailure"))]);
    let outcome = peer.aws.deactivate(&order("alice", PHONE)).await.unwrap();
    assert!(matches!(&outcome, Outcome::Partly(left) if left.contains("not deleted")), "{outcome:?}");
    assert_eq!(peer.aws.standing(&login("alice"), &serial(PHONE)).await, Ok(Standing::Unfinished));
    assert_eq!(peer.aws.deactivate(&order("alice", PHONE)).await, Ok(Outcome::Complete));
    assert_eq!(peer.acts(), ["DeactivateMFADevice", "DeleteVirtualMFADevice", "DeleteVirtualMFADevice"]);

    // Where entries are to stay, nothing is left to do.
    let keeps = start(|_| {}, &format!("{STATIC}\ndelete_virtual_devices = false\n{ONE}"), &[]);
    assert_eq!(keeps.aws.deactivate(&order("alice", PHONE)).await, Ok(Outcome::Complete));
    assert_eq!(keeps.aws.standing(&login("alice"), &serial(PHONE)).await, Ok(Standing::Deactivated));
    assert_eq!(keeps.acts(), ["DeactivateMFADevice"]);

    // Without the right to look for such entries there is nothing to say about them.
    let blind = |cloud: &mut Cloud| {
        cloud.devices[0].1 = None;
        cloud.instead = vec![("ListVirtualMFADevices", failure(403, "AccessDenied"))];
    };
    assert_eq!(plain(blind).aws.standing(&login("alice"), &serial(PHONE)).await, Ok(Standing::Deactivated));
}

#[tokio::test]
async fn every_fault_of_the_deactivation_says_whether_it_may_have_happened() {
    let unknown = |error: &DirectoryError| matches!(error, DirectoryError::Unknown(_));
    let denied = |error: &DirectoryError| matches!(error, DirectoryError::Denied(why) if why.contains("AccessDenied"));
    let limited = |error: &DirectoryError| matches!(error, DirectoryError::Limited { .. });
    let refused = |error: &DirectoryError| matches!(error, DirectoryError::Refused(_));
    type Says = dyn Fn(&DirectoryError) -> bool;
    let half = || Answer::Half("<DeactivateMFADeviceResponse></DeactivateMFADeviceResponse>".to_owned());
    let table: Vec<(&str, Answer, bool, &Says)> = vec![
        ("Throttling 400", failure(400, "Throttling"), false, &limited),
        ("Throttling 503", failure(503, "Throttling"), false, &limited),
        ("RequestLimitExceeded", failure(503, "RequestLimitExceeded"), false, &limited),
        ("EntityTemporarilyUnmodifiable", failure(409, "EntityTemporarilyUnmodifiable"), false, &limited),
        ("429", Answer::text(429, ""), false, &limited),
        ("AccessDenied", failure(403, "AccessDenied"), false, &denied),
        ("InvalidInput", failure(400, "InvalidInput"), false, &refused),
        ("ServiceFailure undone", failure(500, "ServiceFailure"), false, &unknown),
        ("ServiceFailure done", failure(500, "ServiceFailure"), true, &unknown),
        ("503 of something in between", Answer::text(503, "<html>busy</html>"), true, &unknown),
        ("cut undone", Answer::Cut, false, &unknown),
        ("cut done", Answer::Cut, true, &unknown),
        ("half an answer", half(), true, &unknown),
        ("another answer", Answer::text(200, "<ListAllMyBucketsResult/>"), false, &unknown),
    ];
    for (what, fault, does, says) in table {
        let peer = plain(|cloud| {
            cloud.instead = vec![("DeactivateMFADevice", fault)];
            cloud.and_does_it = does;
        });
        let error = peer.aws.deactivate(&order("alice", PHONE)).await.unwrap_err();
        assert!(says(&error), "{what}: {error:?}");
        let truth = if does { Standing::Unfinished } else { Standing::Active };
        assert_eq!(peer.aws.standing(&login("alice"), &serial(PHONE)).await, Ok(truth), "{what}");
        assert_eq!(peer.acts().len(), 1, "{what}: nothing is repeated by itself");
    }
    // Somebody else was quicker.
    let quicker = |cloud: &mut Cloud| {
        cloud.instead = vec![("DeactivateMFADevice", failure(404, "NoSuchEntity"))];
        cloud.and_does_it = true;
    };
    let peer = plain(quicker);
    assert_eq!(peer.aws.deactivate(&order("alice", PHONE)).await, Ok(Outcome::Complete));
    assert_eq!(peer.cloud.lock().unwrap().devices.len(), 4);
}

#[tokio::test]
async fn a_look_that_fails_is_never_taken_for_an_answer() {
    let nobody = "<ListMFADevicesResponse><MFADevices/><IsTruncated>true</IsTruncated></ListMFADevicesResponse>";
    let other = "<ListMFADevicesResponse><IsTruncated>false</IsTruncated><MFADevices><member><UserName>bob</UserName>\
        <SerialNumber>GAHT00000009</SerialNumber></member></MFADevices></ListMFADevicesResponse>";
    for fault in [
        Answer::Cut,
        Answer::Half(nobody.to_owned()),
        Answer::text(200, nobody),
        Answer::text(200, other),
        Answer::text(200, "<html></html>"),
        failure(500, "ServiceFailure"),
    ] {
        let what = format!("{fault:?}");
        let peer = plain(|cloud| cloud.instead = vec![("ListMFADevices", fault)]);
        let error = peer.aws.standing(&login("alice"), &serial(PHONE)).await.unwrap_err();
        assert!(matches!(error, DirectoryError::Unavailable(_)), "{what}: {error:?}");
    }
    // A list that always goes on comes to an end.
    let endless = nobody.replace("</ListMFADevicesResponse>", "<Marker>0</Marker></ListMFADevicesResponse>");
    let peer = plain(|cloud| cloud.instead = vec![("ListMFADevices", Answer::text(200, endless)); 1_000]);
    let error = peer.aws.standing(&login("alice"), &serial(PHONE)).await.unwrap_err();
    assert!(matches!(error, DirectoryError::Unavailable(_)), "{error:?}");
}

const ROLE: &str = "role_arn = \"arn:aws:iam::123456789012:role/desk\"\nexternal_id = \"told to nobody\"";

#[tokio::test]
async fn a_role_is_assumed_once_and_again_before_it_ends_or_when_it_ended_early() {
    let peer = start(|_| {}, &format!("{STATIC}\n{ONE}\n{ROLE}"), &[]);
    let assumed = |peer: &Peer| peer.http.times(|asked| asked.form("Action").as_deref() == Some("AssumeRole"));
    for _ in 0..2 {
        peer.aws.authenticators(&login("alice")).await.unwrap();
    }
    assert_eq!(assumed(&peer), 1);
    let first = peer.http.asked().remove(0);
    assert_eq!(first.form("ExternalId").as_deref(), Some("told to nobody"));
    assert_eq!(first.form("RoleSessionName").as_deref(), Some("mfa-desk"));
    assert!(first.header("authorization").unwrap().contains("Credential=AKIADESK/"));

    peer.clock.advance(TimeDelta::minutes(14));
    peer.cloud.lock().unwrap().now += TimeDelta::minutes(14);
    peer.aws.authenticators(&login("alice")).await.unwrap();
    assert_eq!(assumed(&peer), 2, "not used up to its last minute");

    // Revoked in the middle of an order: a new one, once, and the order is carried out once.
    peer.cloud.lock().unwrap().key = "revoked".to_owned();
    assert_eq!(peer.aws.deactivate(&order("alice", PHONE)).await, Ok(Outcome::Complete));
    assert_eq!((assumed(&peer), peer.acts().len()), (3, 2));

    // A new one that is not taken either is the end of it.
    let peer = plain(|cloud| cloud.key = "another".to_owned());
    let error = peer.aws.authenticators(&login("alice")).await.unwrap_err();
    assert!(matches!(&error, DirectoryError::Denied(why) if why.contains("ExpiredToken")), "{error:?}");
    assert_eq!(peer.http.asked().len(), 2);
}

#[tokio::test]
async fn a_root_user_is_reached_by_root_sessions_that_may_do_no_more_than_needed() {
    let peer = start(|_| {}, &format!("{STATIC}\nroot_users = true\n{ONE}"), &[]);
    let (root, app) = ("123456789012/root", "arn:aws:iam::123456789012:mfa/root-app");
    let found = peer.aws.find(Wanted::Login(&login(root))).await.unwrap().unwrap();
    assert_eq!(found.login.as_str(), root);
    assert_eq!(peer.aws.authenticators(&login(root)).await.unwrap().len(), 1);
    let policies = |peer: &Peer| {
        let asked = peer.http.asked().into_iter().filter(|asked| asked.form("Action").as_deref() == Some("AssumeRoot"));
        let named = asked.map(|asked| {
            assert_eq!(asked.form("TargetPrincipal").as_deref(), Some(ACCOUNT));
            asked.form("TaskPolicyArn.arn").unwrap()
        });
        named.collect::<Vec<_>>()
    };
    let audit = "arn:aws:iam::aws:policy/root-task/IAMAuditRootUserCredentials";
    assert_eq!(policies(&peer), [audit]);
    assert_eq!(peer.aws.deactivate(&order(root, app)).await, Ok(Outcome::Complete));
    assert_eq!(policies(&peer)[1], "arn:aws:iam::aws:policy/root-task/IAMDeleteRootUserCredentials");
    assert_eq!(peer.acts(), ["DeactivateMFADevice", "DeleteVirtualMFADevice"]);
    assert!(peer.http.asked().iter().all(|asked| asked.form("UserName").is_none()));
    let bobs = peer.aws.standing(&login(root), &serial(BOBS)).await;
    assert!(matches!(bobs, Err(DirectoryError::Refused(_))), "{bobs:?}");

    // Unless it is configured, the name is a user's like any other.
    let plain = plain(|_| {});
    plain.aws.find(Wanted::Login(&login(root))).await.unwrap().unwrap();
    assert_eq!(plain.http.asked()[0].form("UserName").as_deref(), Some("root"));
}

#[tokio::test]
async fn credentials_come_from_the_first_of_the_usual_places_that_has_any() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let config = write("config", "[profile desk]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = base\n");
    let credentials = write("credentials", "[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = s\n");
    let token = write("token", "a web identity\n");
    let authorization = write("authorization", "let me\n");
    let files = [("AWS_CONFIG_FILE", config.as_str()), ("AWS_SHARED_CREDENTIALS_FILE", credentials.as_str())];
    let nowhere = [("AWS_CONFIG_FILE", "/nonexistent"), ("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")];
    let environment = [("AWS_ACCESS_KEY_ID", "AKIAENV"), ("AWS_SECRET_ACCESS_KEY", "s")];
    let web = [("AWS_WEB_IDENTITY_TOKEN_FILE", token.as_str()), ("AWS_ROLE_ARN", "arn:aws:iam::1:role/w")];
    let container = [
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "BASE/container"),
        ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", authorization.as_str()),
    ];
    let instance = [("AWS_EC2_METADATA_SERVICE_ENDPOINT", "BASE")];
    let none = [("AWS_EC2_METADATA_DISABLED", "true")];
    let profile = "profile = \"desk\"\n";
    for (what, settings, variables, key, requests) in [
        ("the environment", "", [&environment[..], &files, &web].concat(), "AKIAENV", 1),
        ("a profile", profile, [&environment[..], &files, &web].concat(), "ASIA1", 2),
        ("a web identity", "", [&files[..], &web, &container].concat(), "ASIA1", 2),
        ("a container", "", [&nowhere[..], &container, &instance].concat(), "ASIA1", 2),
        ("an instance", "", [&nowhere[..], &instance].concat(), "ASIA1", 4),
    ] {
        let peer = start(|cloud| cloud.key = "AKIAENV".to_owned(), &format!("{settings}{ONE}"), &variables);
        peer.aws.find(Wanted::Login(&login("alice"))).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        let asked = peer.http.asked();
        let signed = asked.last().unwrap().header("authorization").unwrap();
        assert!(signed.contains(&format!("Credential={key}/")), "{what}: {signed}");
        assert_eq!(asked.len(), requests, "{what}");
    }
    let peer = start(|_| {}, ONE, &[&nowhere[..], &none].concat());
    let error = peer.aws.find(Wanted::Login(&login("alice"))).await.unwrap_err();
    assert!(matches!(&error, DirectoryError::Denied(why) if why.contains("no AWS credentials")), "{error:?}");
    let peer = start(|_| {}, &format!("profile = \"missing\"\n{ONE}"), &[&files[..], &environment].concat());
    let error = peer.aws.find(Wanted::Login(&login("alice"))).await.unwrap_err();
    assert!(matches!(&error, DirectoryError::Denied(why) if why.contains("missing")), "{error:?}");
}

#[tokio::test]
async fn a_check_acts_on_nothing_and_says_what_it_cannot_prove() {
    let peer = plain(|_| {});
    let probes = peer.aws.check(None).await;
    assert!(probes.iter().all(|probe| probe.wrong.is_none()), "{probes:?}");
    let says = |text: &str| probes.iter().any(|probe| probe.what.contains(text));
    assert!(says("arn:aws:iam::123456789012:user/desk") && says("were not looked at"), "{probes:?}");
    assert!(peer.acts().is_empty());

    let lacking = plain(|cloud| cloud.instead = vec![("GetUser", failure(403, "AccessDenied"))]);
    let probes = lacking.aws.check(Some(&login("alice"))).await;
    let wrong: Vec<_> = probes.iter().filter(|probe| probe.wrong.is_some()).collect();
    assert!(wrong.len() == 1 && wrong[0].what.contains("iam:GetUser"), "{probes:?}");
}
