//! A stand-in for Twilio: its REST API over local HTTP, and the phone at the other end of the call.

use std::collections::{HashMap, VecDeque};
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::http::{StatusCode, header};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base64::{Engine, engine::general_purpose::STANDARD};
use mfa_desk::notify::install_tls_provider;
use mfa_desk::notify::voice::twilio_signature::sign;
use secrecy::SecretString;
use url::Url;

/// A call that the program under test had placed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwilioCall {
    /// Twilio's id of the call.
    pub sid: String,
    /// Who is called.
    pub to: String,
    /// Who calls.
    pub from: String,
    /// Where the first TwiML is to be had.
    pub url: String,
    /// Where the call's progress is to be told.
    pub status_callback: String,
    /// Every field of the request as sent, repeated ones too.
    pub fields: Vec<(String, String)>,
}

/// What a hook of the program under test answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HookReply {
    /// The HTTP status.
    pub status: u16,
    /// The body, TwiML where the hook speaks.
    pub body: String,
}

/// The running stand-in. It has threads of its own and ends with this value.
pub struct TwilioServer {
    port: u16,
    shared: Arc<Shared>,
    auth_token: SecretString,
    public_base: String,
    http: reqwest::Client,
    handle: ServerHandle,
}

struct Shared {
    account_sid: String,
    authorization: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    calls: Vec<TwilioCall>,
    texts: Vec<(String, String)>,
    attempts: usize,
    faults: VecDeque<Fault>,
    told: HashMap<String, u32>,
    actual_base: String,
}

enum Fault {
    Status(u16),
    Hang,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TwilioServer {
    /// Start on a free port of 127.0.0.1. `rewrite` is the public base URL that the program hands out (and that
    /// requests to it are signed for) and the base where it really listens.
    pub async fn start(account_sid: &str, auth_token: &str, rewrite: (&str, &str)) -> Self {
        install_tls_provider();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = listener.local_addr().expect("the port bound").port();
        let shared = Arc::new(Shared {
            account_sid: account_sid.to_owned(),
            authorization: format!("Basic {}", STANDARD.encode(format!("{account_sid}:{auth_token}"))),
            state: Mutex::new(State { actual_base: bare(rewrite.1), ..State::default() }),
        });
        let (ready, started) = mpsc::channel();
        let data = web::Data::from(Arc::clone(&shared));
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server =
                    HttpServer::new(move || App::new().app_data(data.clone()).default_service(web::to(create_call)))
                        .workers(1)
                        .disable_signals()
                        .listen(listener)
                        .expect("a listener for the stand-in")
                        .run();
                ready.send(server.handle()).expect("the test waits for the stand-in");
                server.await.expect("the stand-in runs");
            });
        });
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(15))
            .build()
            .expect("an HTTP client");
        Self {
            port,
            shared,
            auth_token: SecretString::from(auth_token),
            public_base: bare(rewrite.0),
            http,
            handle: started.recv().expect("the stand-in started"),
        }
    }

    /// Where the stand-in's API is: the program's `api_base`.
    pub fn api_base(&self) -> Url {
        Url::parse(&format!("http://127.0.0.1:{}", self.port)).expect("a URL")
    }

    /// Set where the program listens, for a program that starts after its Twilio.
    pub fn set_actual_base(&self, base: &str) {
        self.shared.lock().actual_base = bare(base);
    }

    /// The calls placed, oldest first.
    pub fn calls(&self) -> Vec<TwilioCall> {
        self.shared.lock().calls.clone()
    }

    /// The text messages that were sent, oldest first: the number and the words.
    pub fn texts(&self) -> Vec<(String, String)> {
        self.shared.lock().texts.clone()
    }

    /// How often the API was asked for a call, also in vain.
    pub fn attempts(&self) -> usize {
        self.shared.lock().attempts
    }

    /// Let the next request fail with this HTTP status; no call is placed. Several calls queue up.
    pub fn fail_next(&self, status: u16) {
        self.shared.lock().faults.push_back(Fault::Status(status));
    }

    /// Let the next request place its call and never be answered.
    pub fn hang_next(&self) {
        self.shared.lock().faults.push_back(Fault::Hang);
    }

    /// Somebody picks up and types `digits`, or types nothing. Returns what is said at first and what is said then;
    /// the latter is empty where the first TwiML asks for nothing.
    pub async fn answer(&self, call: &TwilioCall, digits: Option<&str>) -> (String, String) {
        let first = self.post(&call.url, &self.event(call, "in-progress"), true).await;
        assert_eq!(first.status, 200, "{first:?}");
        let Some(gather) = opening_tag(&first.body, "Gather") else {
            return (first.body, String::new());
        };
        if digits.is_none() && attribute(gather, "actionOnEmptyResult").as_deref() != Some("true") {
            return (first.body, String::new());
        }
        let action = attribute(gather, "action").unwrap_or_default();
        let action = Url::parse(&call.url).and_then(|url| url.join(&action)).expect("the action's URL");
        let mut fields = self.event(call, "in-progress");
        fields.push(("Digits".to_owned(), digits.unwrap_or_default().to_owned()));
        fields.push(("msg".to_owned(), "Gather End".to_owned()));
        let second = self.post(action.as_str(), &fields, true).await;
        assert_eq!(second.status, 200, "{second:?}");
        (first.body, second.body)
    }

    /// Tell the program how far the call is, in Twilio's words (`busy`, `no-answer`, …).
    pub async fn status(&self, call: &TwilioCall, status: &str) -> HookReply {
        self.post(&call.status_callback, &self.progress(call, status), true).await
    }

    /// Ask for the first TwiML under a wrong signature.
    pub async fn answer_with_wrong_signature(&self, call: &TwilioCall) -> HookReply {
        self.post(&call.url, &self.event(call, "in-progress"), false).await
    }

    /// Tell a progress under a wrong signature.
    pub async fn status_with_wrong_signature(&self, call: &TwilioCall, status: &str) -> HookReply {
        self.post(&call.status_callback, &self.progress(call, status), false).await
    }

    /// POST these fields to one of the program's public URLs, signed for it, rightly or wrongly.
    pub async fn post(&self, public_url: &str, fields: &[(String, String)], rightly: bool) -> HookReply {
        let below = public_url
            .strip_prefix(&self.public_base)
            .unwrap_or_else(|| panic!("{public_url} is not below {}", self.public_base));
        let actual = format!("{}{below}", self.shared.lock().actual_base);
        let key = if rightly { self.auth_token.clone() } else { SecretString::from("another account's token") };
        let response = self
            .http
            .post(actual)
            .header("X-Twilio-Signature", sign(&key, public_url, fields))
            .form(fields)
            .send()
            .await
            .expect("the program answers its hooks");
        HookReply {
            status: response.status().as_u16(),
            body: response.text().await.expect("the hook's answer is text"),
        }
    }

    fn event(&self, call: &TwilioCall, status: &str) -> Vec<(String, String)> {
        [
            ("AccountSid", self.shared.account_sid.as_str()),
            ("ApiVersion", "2010-04-01"),
            ("CallSid", call.sid.as_str()),
            ("CallStatus", status),
            ("Called", call.to.as_str()),
            ("Caller", call.from.as_str()),
            ("Direction", "outbound-api"),
            ("From", call.from.as_str()),
            ("To", call.to.as_str()),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    fn progress(&self, call: &TwilioCall, status: &str) -> Vec<(String, String)> {
        let number = {
            let mut state = self.shared.lock();
            let told = state.told.entry(call.sid.clone()).or_default();
            *told += 1;
            *told - 1
        };
        let mut fields = self.event(call, status);
        fields.push(("CallbackSource".to_owned(), "call-progress-events".to_owned()));
        fields.push(("SequenceNumber".to_owned(), number.to_string()));
        fields
    }
}

impl Drop for TwilioServer {
    fn drop(&mut self) {
        // The order is sent at once; only its completion would have to be awaited.
        drop(self.handle.stop(false));
    }
}

async fn create_call(request: HttpRequest, body: web::Bytes, shared: web::Data<Shared>) -> HttpResponse {
    let authorization = request.headers().get(header::AUTHORIZATION);
    if authorization.is_none_or(|sent| sent.as_bytes() != shared.authorization.as_bytes()) {
        return problem(401, "Authenticate");
    }
    if request.path() == format!("/2010-04-01/Accounts/{}/Messages.json", shared.account_sid) {
        return create_text(&body, &shared);
    }
    let path = format!("/2010-04-01/Accounts/{}/Calls.json", shared.account_sid);
    if request.method() != "POST" || request.path() != path {
        return problem(404, "The requested resource was not found, or not by this method");
    }
    let fields: Vec<(String, String)> = url::form_urlencoded::parse(&body).into_owned().collect();
    let field = |name: &str| fields.iter().find(|(found, _)| found == name).map(|(_, value)| value.clone());
    let (hangs, call) = {
        let mut state = shared.lock();
        state.attempts += 1;
        let hangs = match state.faults.pop_front() {
            // Twilio's texts quote numbers, so this one does as well: a program that repeats them gets caught.
            Some(Fault::Status(status)) => {
                return problem(status, &format!("The call to {} cannot be made", field("To").unwrap_or_default()));
            }
            fault => fault.is_some(),
        };
        let (Some(to), Some(from), Some(url)) = (field("To"), field("From"), field("Url")) else {
            return problem(400, "To, From and Url are required");
        };
        let call = TwilioCall {
            sid: format!("CA{:032x}", state.calls.len() + 1),
            to,
            from,
            url,
            status_callback: field("StatusCallback").unwrap_or_default(),
            fields,
        };
        state.calls.push(call.clone());
        (hangs, call)
    };
    if hangs {
        std::future::pending::<()>().await;
    }
    json(
        201,
        &serde_json::json!({
            "sid": call.sid, "account_sid": shared.account_sid, "api_version": "2010-04-01", "to": call.to,
            "from": call.from, "status": "queued", "direction": "outbound-api", "price": null, "duration": null,
            "uri": format!("/2010-04-01/Accounts/{}/Calls/{}.json", shared.account_sid, call.sid),
        }),
    )
}

fn create_text(body: &web::Bytes, shared: &Shared) -> HttpResponse {
    let fields: HashMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    let (Some(to), Some(_), Some(words)) = (fields.get("To"), fields.get("From"), fields.get("Body")) else {
        return problem(400, "To, From and Body are required");
    };
    let mut state = shared.lock();
    state.texts.push((to.clone(), words.clone()));
    json(201, &serde_json::json!({ "sid": format!("SM{:032x}", state.texts.len()), "status": "queued", "to": to }))
}

fn problem(status: u16, message: &str) -> HttpResponse {
    let code = match status {
        400 => 21211,
        401 => 20003,
        404 => 20404,
        429 => 20429,
        _ => 20500,
    };
    json(
        status,
        &serde_json::json!({
            "code": code, "message": message, "more_info": format!("https://www.twilio.com/docs/errors/{code}"),
            "status": status,
        }),
    )
}

fn json(status: u16, body: &serde_json::Value) -> HttpResponse {
    HttpResponse::build(StatusCode::from_u16(status).expect("an HTTP status"))
        .content_type("application/json")
        .body(body.to_string())
}

fn bare(base: &str) -> String {
    base.trim_end_matches('/').to_owned()
}

fn opening_tag<'a>(xml: &'a str, name: &str) -> Option<&'a str> {
    let tag = &xml[xml.find(&format!("<{name} "))?..];
    // Attribute values hold no raw `>`: the program escapes it, and a test of its own sees to that.
    Some(&tag[..tag.find('>')?])
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let (_, value) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = value.split_once('"')?;
    Some(
        value
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&amp;", "&"),
    )
}
