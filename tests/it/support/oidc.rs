//! A stand-in for an OpenID Connect provider that can be told to misbehave.

use std::collections::HashMap;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::{App, HttpRequest, HttpResponse, HttpServer, web};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use hmac::{Hmac, KeyInit, Mac};
use mfa_desk::notify::install_tls_provider;
use openidconnect::core::{CoreEdDsaPrivateSigningKey, CoreJwsSigningAlgorithm};
use openidconnect::{JsonWebKeyId, PrivateSigningKey};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use url::Url;

pub const CLIENT: &str = "support-desk";
pub const CLIENT_SECRET: &str = "a secret of client and provider";

/// How the provider misbehaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    None,
    Down,
    Huge,
    Redirect,
    Hang,
    OtherIssuer,
    RefusesCode,
    NoIdToken,
}

/// How a token is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signed {
    Rightly,
    /// With a key of the right name that is not the provider's.
    ByAnother,
    /// `alg: none`.
    Not,
    /// HS256 with the client's secret.
    WithSecret,
}

struct Begun {
    nonce: String,
    challenge: String,
}

struct State {
    now: DateTime<Utc>,
    fault: Fault,
    signed: Signed,
    key: (u8, String),
    published: Vec<(u8, String)>,
    names_itself: bool,
    claims: Map<String, Value>,
    begun: HashMap<String, Begun>,
    asked: usize,
    discoveries: usize,
}

/// The running stand-in; it ends with this value.
pub struct OidcServer {
    pub issuer: String,
    shared: Arc<Mutex<State>>,
    handle: ServerHandle,
}

fn key_of(seed: u8, kid: &str) -> CoreEdDsaPrivateSigningKey {
    // PKCS#8 of an Ed25519 key (RFC 8410 §7): a fixed head, then the 32 bytes.
    let head = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let der = STANDARD.encode([head.as_slice(), &[seed; 32]].concat());
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{der}\n-----END PRIVATE KEY-----\n");
    CoreEdDsaPrivateSigningKey::from_ed25519_pem(&pem, Some(JsonWebKeyId::new(kid.to_owned()))).unwrap()
}

fn encoded(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

impl State {
    fn token(&self, begun: &Begun, issuer: &str) -> String {
        let now = self.now.timestamp();
        let mut claims = json!({
            "iss": issuer, "sub": "person-1", "aud": CLIENT, "iat": now, "exp": now + 300, "auth_time": now - 30,
            "nonce": begun.nonce, "email": "dora@staff.example", "email_verified": true, "name": "Dora Desk",
            "groups": ["staff", "agents"], "amr": ["pwd", "mfa"],
        });
        for (name, value) in &self.claims {
            match value {
                Value::Null => claims.as_object_mut().unwrap().remove(name),
                value => claims.as_object_mut().unwrap().insert(name.clone(), value.clone()),
            };
        }
        let (seed, kid) = &self.key;
        let algorithm = match self.signed {
            Signed::Not => "none",
            Signed::WithSecret => "HS256",
            Signed::Rightly | Signed::ByAnother => "EdDSA",
        };
        let header = match self.signed {
            Signed::Not => json!({ "alg": algorithm }),
            _ => json!({ "alg": algorithm, "kid": kid }),
        };
        let message = format!("{}.{}", encoded(&header), encoded(&claims));
        let signature = match self.signed {
            Signed::Not => Vec::new(),
            Signed::WithSecret => {
                let mut mac = Hmac::<Sha256>::new_from_slice(CLIENT_SECRET.as_bytes()).unwrap();
                mac.update(message.as_bytes());
                mac.finalize().into_bytes().to_vec()
            }
            Signed::Rightly | Signed::ByAnother => {
                let seed = if self.signed == Signed::ByAnother { seed + 100 } else { *seed };
                key_of(seed, kid).sign(&CoreJwsSigningAlgorithm::EdDsa, message.as_bytes()).unwrap()
            }
        };
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

impl OidcServer {
    pub async fn start(now: DateTime<Utc>) -> Self {
        install_tls_provider();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let issuer = format!("http://127.0.0.1:{}", listener.local_addr().unwrap().port());
        let first = (1, "first".to_owned());
        let shared = Arc::new(Mutex::new(State {
            now,
            fault: Fault::None,
            signed: Signed::Rightly,
            key: first.clone(),
            published: vec![first],
            names_itself: true,
            claims: Map::new(),
            begun: HashMap::new(),
            asked: 0,
            discoveries: 0,
        }));
        let (ready, started) = mpsc::channel();
        let data = web::Data::from(Arc::new((issuer.clone(), Arc::clone(&shared))));
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let server =
                    HttpServer::new(move || App::new().app_data(data.clone()).default_service(web::to(answer)))
                        .workers(1)
                        .disable_signals()
                        .shutdown_timeout(0)
                        .listen(listener)
                        .unwrap()
                        .run();
                ready.send(server.handle()).unwrap();
                server.await.unwrap();
            });
        });
        Self { issuer, shared, handle: started.recv().unwrap() }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// From now on it behaves so.
    pub fn fault(&self, fault: Fault) {
        self.lock().fault = fault;
    }

    /// From now on tokens are signed so.
    pub fn signs(&self, signed: Signed) {
        self.lock().signed = signed;
    }

    /// From now on tokens say this too; `null` leaves a claim out. Nothing else stays changed.
    pub fn says(&self, claims: Value) {
        self.lock().claims = claims.as_object().unwrap().clone();
    }

    /// From now on its clock says so.
    pub fn at(&self, now: DateTime<Utc>) {
        self.lock().now = now;
    }

    /// It signs with a new key; `published` is whether it says so.
    pub fn changes_key(&self, seed: u8, kid: &str, published: bool) {
        let mut state = self.lock();
        state.key = (seed, kid.to_owned());
        if published {
            state.published = vec![(seed, kid.to_owned())];
        }
    }

    /// How often somebody asked it for anything.
    pub fn asked(&self) -> usize {
        self.lock().asked
    }

    /// How often somebody asked what it says about itself.
    pub fn discoveries(&self) -> usize {
        self.lock().discoveries
    }

    /// Somebody signs in there: where the browser is sent to then, below the desk's own address.
    pub fn approves(&self, authorization: &Url) -> String {
        let asked: HashMap<String, String> = authorization.query_pairs().into_owned().collect();
        assert!(authorization.as_str().starts_with(&format!("{}/authorize?", self.issuer)), "{authorization}");
        assert_eq!((asked["response_type"].as_str(), asked["client_id"].as_str()), ("code", CLIENT));
        assert_eq!(asked["code_challenge_method"], "S256");
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"), "{authorization}");
        let mut state = self.lock();
        let code = format!("code-{}", state.begun.len());
        let begun = Begun { nonce: asked["nonce"].clone(), challenge: asked["code_challenge"].clone() };
        state.begun.insert(code.clone(), begun);
        let mut back = Url::parse(&asked["redirect_uri"]).unwrap();
        back.query_pairs_mut().append_pair("code", &code).append_pair("state", &asked["state"]);
        if state.names_itself {
            back.query_pairs_mut().append_pair("iss", &self.issuer);
        }
        back[url::Position::BeforePath..].to_owned()
    }
}

impl Drop for OidcServer {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

async fn answer(
    request: HttpRequest,
    shared: web::Data<(String, Arc<Mutex<State>>)>,
    body: web::Bytes,
) -> HttpResponse {
    let (issuer, state) = (&shared.0, &shared.1);
    let fault = {
        let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
        state.asked += 1;
        state.fault
    };
    match fault {
        Fault::Down => return HttpResponse::InternalServerError().finish(),
        Fault::Huge => return HttpResponse::Ok().content_type("application/json").body(vec![b' '; 1 << 20]),
        Fault::Redirect => {
            return HttpResponse::TemporaryRedirect()
                .insert_header(("location", format!("{issuer}/elsewhere")))
                .finish();
        }
        Fault::Hang => tokio::time::sleep(Duration::from_secs(30)).await,
        _ => {}
    }
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    match request.path() {
        "/.well-known/openid-configuration" => {
            state.discoveries += 1;
            let named = if fault == Fault::OtherIssuer { "https://another.example" } else { issuer };
            HttpResponse::Ok().json(json!({
                "issuer": named,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/jwks"),
                "response_types_supported": ["code"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["EdDSA", "HS256", "none"],
                "authorization_response_iss_parameter_supported": state.names_itself,
            }))
        }
        "/jwks" => {
            let keys = state.published.iter().map(|(seed, kid)| key_of(*seed, kid).as_verification_key());
            HttpResponse::Ok().json(json!({ "keys": keys.collect::<Vec<_>>() }))
        }
        "/token" => token(&request, &mut state, issuer, &body),
        _ => HttpResponse::NotFound().finish(),
    }
}

fn token(request: &HttpRequest, state: &mut State, issuer: &str, body: &[u8]) -> HttpResponse {
    let refused = |error: &str| {
        HttpResponse::BadRequest().json(json!({ "error": error, "error_description": "<b>the provider's words</b>" }))
    };
    let client = STANDARD.encode(format!("{CLIENT}:{}", CLIENT_SECRET.replace(' ', "+")));
    let authorization = request.headers().get("authorization").and_then(|value| value.to_str().ok());
    if authorization != Some(&format!("Basic {client}")) {
        return refused("invalid_client");
    }
    let form: HashMap<String, String> = url::form_urlencoded::parse(body).into_owned().collect();
    let Some(begun) = state.begun.remove(&form["code"]) else { return refused("invalid_grant") };
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(form["code_verifier"].as_bytes()));
    if state.fault == Fault::RefusesCode || challenge != begun.challenge {
        return refused("invalid_grant");
    }
    let mut answer = json!({ "access_token": "opaque", "token_type": "Bearer", "expires_in": 300 });
    if state.fault != Fault::NoIdToken {
        answer["id_token"] = state.token(&begun, issuer).into();
    }
    HttpResponse::Ok().json(answer)
}
