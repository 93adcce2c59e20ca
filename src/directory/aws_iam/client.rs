//! Signed requests to the query interfaces of IAM and of the Security Token Service.

use std::sync::Arc;

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings, sign};
use aws_sigv4::sign::v4::SigningParams;
use chrono::{DateTime, Utc};
use reqwest::RequestBuilder;
use reqwest::header::{CONTENT_TYPE, HOST};
use roxmltree::Node;
use secrecy::{ExposeSecret, SecretString};
use url::{Position, Url, form_urlencoded};

use super::answers;
use crate::clock::Clock;
use crate::config::AwsIamSettings;
use crate::directory::{DirectoryError, Effect, Http, Reply};

const FORM: &str = "application/x-www-form-urlencoded; charset=utf-8";

/// What requests are signed with.
#[derive(Clone)]
pub(super) struct Keys {
    pub id: String,
    pub secret: SecretString,
    pub token: Option<SecretString>,
    /// When they end, if they do.
    pub until: Option<DateTime<Utc>>,
}

/// One of the two services.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Endpoint {
    url: Url,
    region: String,
    service: &'static str,
    version: &'static str,
}

/// Which of the two services.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Service {
    Iam,
    Sts,
}

/// What is asked.
pub(super) struct Query {
    pub service: Service,
    pub action: &'static str,
    pub fields: Vec<(&'static str, String)>,
    pub effect: Effect,
}

impl Query {
    /// Asks IAM for something that changes nothing.
    pub fn look(action: &'static str, fields: Vec<(&'static str, String)>) -> Self {
        Self { service: Service::Iam, action, fields, effect: Effect::Looks }
    }

    /// Asks IAM for a change.
    pub fn act(action: &'static str, fields: Vec<(&'static str, String)>) -> Self {
        Self { service: Service::Iam, action, fields, effect: Effect::Acts }
    }

    /// Asks the Security Token Service.
    pub fn sts(action: &'static str, fields: Vec<(&'static str, String)>) -> Self {
        Self { service: Service::Sts, action, fields, effect: Effect::Looks }
    }
}

/// Why a request was not answered as it should be.
#[derive(Debug)]
pub(super) enum Fault {
    /// AWS says why.
    Said { code: String, action: &'static str, reply: Box<Reply> },
    /// Anything else.
    Other(DirectoryError),
}

impl From<DirectoryError> for Fault {
    fn from(error: DirectoryError) -> Self {
        Self::Other(error)
    }
}

impl From<Fault> for DirectoryError {
    /// The codes are those of the "Common Errors" and of each action in the API references.
    fn from(fault: Fault) -> Self {
        let (code, action, reply) = match fault {
            Fault::Other(error) => return error,
            Fault::Said { code, action, reply } => (code, action, reply),
        };
        match code.as_str() {
            "Throttling" | "ThrottlingException" | "RequestLimitExceeded" | "TooManyRequestsException" | "SlowDown"
            // Somebody else's change to the same user is not through yet; it is over in seconds.
            | "EntityTemporarilyUnmodifiable" => Self::Limited { wait: reply.patience() },
            "AccessDenied" | "AccessDeniedException" | "AuthFailure" | "ExpiredToken" | "ExpiredTokenException"
            | "IncompleteSignature" | "InvalidAccessKeyId" | "InvalidClientTokenId" | "InvalidIdentityToken"
            | "MissingAuthenticationToken" | "NotAuthorized" | "OptInRequired" | "RegionDisabledException"
            | "RequestExpired" | "SignatureDoesNotMatch" | "UnrecognizedClientException" => {
                Self::Denied(format!("{action}: {code}"))
            }
            _ if reply.status >= 500 => reply.unclear(&format!("{action}: {code}")),
            _ => Self::Refused(format!("{action}: {code}")),
        }
    }
}

impl Fault {
    pub(super) fn is(&self, wanted: &str) -> bool {
        matches!(self, Self::Said { code, .. } if code == wanted)
    }

    /// Whether credentials were refused that newer ones may replace. Nothing was done.
    pub(super) fn is_stale(&self) -> bool {
        ["ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId"].iter().any(|code| self.is(code))
    }
}

/// Sends requests.
pub(super) struct Client {
    pub http: Http,
    pub clock: Arc<dyn Clock>,
    iam: Endpoint,
    sts: Endpoint,
}

/// The parts of AWS that have endpoints of their own.
struct Partition {
    iam: &'static str,
    iam_region: &'static str,
    suffix: &'static str,
}

fn partition(region: &str) -> Partition {
    if region.starts_with("cn-") {
        let iam = "https://iam.cn-north-1.amazonaws.com.cn/";
        Partition { iam, iam_region: "cn-north-1", suffix: "amazonaws.com.cn" }
    } else if region.starts_with("us-gov-") {
        Partition { iam: "https://iam.us-gov.amazonaws.com/", iam_region: "us-gov-west-1", suffix: "amazonaws.com" }
    } else {
        Partition { iam: "https://iam.amazonaws.com/", iam_region: "us-east-1", suffix: "amazonaws.com" }
    }
}

impl Client {
    pub(super) fn new(settings: &AwsIamSettings, http: Http, clock: Arc<dyn Clock>) -> Result<Self, String> {
        let Partition { iam, iam_region, suffix } = partition(&settings.region);
        let at = |given: &Option<Url>, usual: String| match given {
            Some(url) => Ok(url.clone()),
            None => Url::parse(&usual).map_err(|_| format!("has no endpoint at {usual}")),
        };
        let iam = Endpoint {
            url: at(&settings.url, iam.to_owned())?,
            region: iam_region.to_owned(),
            service: "iam",
            version: "2010-05-08",
        };
        // Root sessions are to be had from regional endpoints only.
        let sts = Endpoint {
            url: at(&settings.sts_url, format!("https://sts.{}.{suffix}/", settings.region))?,
            region: settings.region.clone(),
            service: "sts",
            version: "2011-06-15",
        };
        Ok(Self { http, clock, iam, sts })
    }

    /// Asks, signed with `keys` if there are any, and reads the answer.
    ///
    /// # Errors
    /// [`Fault::Said`] where AWS names the reason; otherwise as [`Http::send`].
    pub(super) async fn ask<T>(
        &self,
        query: &Query,
        keys: Option<&Keys>,
        read: impl FnOnce(Node<'_, '_>) -> Option<T>,
    ) -> Result<T, Fault> {
        let endpoint = match query.service {
            Service::Iam => &self.iam,
            Service::Sts => &self.sts,
        };
        let reply = self.http.whole(self.request(endpoint, query, keys)?, query.effect).await?;
        if reply.status == 200 {
            let answer = answers::read(&reply.body, query.action, read);
            return answer.ok_or_else(|| reply.unclear("the answer is not what was expected").into());
        }
        match answers::error_code(&reply.body) {
            Some(code) => Err(Fault::Said { code, action: query.action, reply: Box::new(reply) }),
            None => {
                let reply = reply.sorted()?;
                Err(reply.unclear(&format!("{}: HTTP {} without a reason", query.action, reply.status)).into())
            }
        }
    }

    fn request(&self, to: &Endpoint, query: &Query, keys: Option<&Keys>) -> Result<RequestBuilder, DirectoryError> {
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("Action", query.action).append_pair("Version", to.version);
        let body = form.extend_pairs(query.fields.iter().map(|(name, value)| (*name, value.as_str()))).finish();
        let mut request = self.http.client().post(to.url.clone()).header(CONTENT_TYPE, FORM);
        if let Some(keys) = keys {
            for (name, value) in self.signature(to, &body, keys)? {
                request = request.header(name, value);
            }
        }
        Ok(request.body(body))
    }

    /// The headers that sign a request. The body must be sent as it is here, to the last byte.
    fn signature(&self, to: &Endpoint, body: &str, keys: &Keys) -> Result<Vec<(String, String)>, DirectoryError> {
        let unfit = || DirectoryError::Refused("the request cannot be signed".to_owned());
        let token = keys.token.as_ref().map(|token| token.expose_secret().to_owned());
        let identity = Credentials::new(&keys.id, keys.secret.expose_secret(), token, None, "mfa-desk").into();
        let parameters = SigningParams::builder()
            .identity(&identity)
            .region(&to.region)
            .name(to.service)
            .time(self.clock.now().into())
            .settings(SigningSettings::default())
            .build()
            .map_err(|_| unfit())?
            .into();
        // With its port, where it is not the usual one: so it is sent.
        let host = &to.url[Position::BeforeHost..Position::AfterPort];
        let headers = [(HOST.as_str(), host), (CONTENT_TYPE.as_str(), FORM)].into_iter();
        let request = SignableRequest::new("POST", to.url.as_str(), headers, SignableBody::Bytes(body.as_bytes()));
        let (instructions, _) = sign(request.map_err(|_| unfit())?, &parameters).map_err(|_| unfit())?.into_parts();
        Ok(instructions.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_region_says_which_part_of_aws_is_meant() {
        for (region, iam, sts, signed_for) in [
            ("eu-central-1", "https://iam.amazonaws.com/", "https://sts.eu-central-1.amazonaws.com/", "us-east-1"),
            (
                "us-gov-east-1",
                "https://iam.us-gov.amazonaws.com/",
                "https://sts.us-gov-east-1.amazonaws.com/",
                "us-gov-west-1",
            ),
            (
                "cn-northwest-1",
                "https://iam.cn-north-1.amazonaws.com.cn/",
                "https://sts.cn-northwest-1.amazonaws.com.cn/",
                "cn-north-1",
            ),
        ] {
            crate::notify::install_tls_provider();
            let settings = serde_json::json!({ "region": region, "accounts": [] });
            let settings: AwsIamSettings = serde_json::from_value(settings).unwrap();
            let http = crate::directory::HttpSettings { timeout: std::time::Duration::from_secs(1), ca_file: None };
            let clock = Arc::new(crate::clock::SystemClock);
            let client = Client::new(&settings, Http::new(&http).unwrap(), clock).unwrap();
            assert_eq!((client.iam.url.as_str(), client.iam.region.as_str()), (iam, signed_for));
            assert_eq!((client.sts.url.as_str(), client.sts.region.as_str()), (sts, region));
        }
    }
}
