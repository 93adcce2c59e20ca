//! The OpenID Connect provider that people at the desk sign in with: discovery, the authorization request, the
//! exchange of the code, and the validation of the ID token (OpenID Connect Core §3.1, RFC 7636, RFC 9207).

mod claims;
mod http;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClientAuthMethod,
    CoreErrorResponseType, CoreGenderClaim, CoreGrantType, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreJwsSigningAlgorithm, CoreResponseMode, CoreResponseType, CoreRevocableToken,
    CoreRevocationErrorResponse, CoreSubjectIdentifierType, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalProviderMetadata, AuthType, AuthenticationContextClass, AuthorizationCode, ClaimsVerificationError,
    Client, ClientId, ClientSecret, CsrfToken, EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet,
    IdToken, IdTokenFields, IdTokenVerifier, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata,
    RedirectUrl, Scope, SignatureVerificationError, StandardErrorResponse, StandardTokenResponse, TokenResponse,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use url::Url;

use crate::clock::Clock;
use crate::config::SsoSettings;
use crate::domain::authn::sso::Claims;
use crate::domain::token::Token;
use claims::Extra;
use http::Http;

/// The page that the provider sends people back to.
pub const CALLBACK: &str = "/desk/sso/callback";

/// How long what the provider says about itself is believed.
const KNOWN_FOR: TimeDelta = TimeDelta::hours(1);
/// How long a provider that cannot be reached is left alone: everyone else would wait for it too.
const LEFT_ALONE: TimeDelta = TimeDelta::seconds(10);
/// How far the provider's clock may run ahead of ours, and how old a token may be that was made just now.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(1);
const OLDEST_TOKEN: TimeDelta = TimeDelta::minutes(10);

/// Signatures that only the provider can make. `none` and those with the client's secret are not among them.
const ALGORITHMS: [CoreJwsSigningAlgorithm; 9] = [
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha256,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha384,
    CoreJwsSigningAlgorithm::RsaSsaPkcs1V15Sha512,
    CoreJwsSigningAlgorithm::RsaSsaPssSha256,
    CoreJwsSigningAlgorithm::RsaSsaPssSha384,
    CoreJwsSigningAlgorithm::RsaSsaPssSha512,
    CoreJwsSigningAlgorithm::EcdsaP256Sha256,
    CoreJwsSigningAlgorithm::EcdsaP384Sha384,
    CoreJwsSigningAlgorithm::EdDsa,
];

/// Whether the provider names itself in its answers (RFC 9207 §3).
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct NamesItself {
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for NamesItself {}

type Metadata = ProviderMetadata<
    NamesItself,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;
type SignedToken = IdToken<Extra, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;
type TokenFields = IdTokenFields<
    Extra,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;
type Party = Client<
    Extra,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<TokenFields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Why the provider told nothing that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderError {
    /// It cannot be reached, or does not say where things are.
    Unreachable,
    /// What it said is not to be believed.
    NotBelieved,
}

/// Single sign-on is set up in a way that cannot work.
#[derive(Debug, thiserror::Error)]
#[error("single sign-on cannot be set up: {0}")]
pub struct BadSetup(&'static str);

/// A sign-in that is to begin at the provider.
pub struct Asked<'a> {
    /// Names it, in the provider's answer.
    pub state: &'a Token,
    /// Is in the token that belongs to it.
    pub nonce: &'a Token,
    /// Only who has it can exchange the code.
    pub verifier: &'a Token,
    /// The person has to prove themself once more, although they are signed in there.
    pub again: bool,
}

/// What came back from the provider by way of the browser.
pub struct Answered {
    /// To be exchanged for the token.
    pub code: SecretString,
    /// The provider's name, where it says it.
    pub issuer: Option<String>,
    /// What the sign-in began with.
    pub nonce: Token,
    /// What the sign-in began with.
    pub verifier: Token,
    /// The person had to prove themself after this moment.
    pub again_since: Option<DateTime<Utc>>,
}

#[derive(Default)]
struct Cache {
    found: Option<(DateTime<Utc>, Arc<Metadata>)>,
    failed_at: Option<DateTime<Utc>>,
}

/// The provider.
pub struct Provider {
    settings: SsoSettings,
    issuer: IssuerUrl,
    client_id: ClientId,
    client_secret: ClientSecret,
    redirect: RedirectUrl,
    http: Http,
    clock: Arc<dyn Clock>,
    cache: Mutex<Cache>,
}

impl Provider {
    /// The provider of these settings, if there is one. It is not asked anything yet: the program starts without it.
    ///
    /// # Errors
    /// [`BadSetup`] when the settings are not fit.
    pub fn new(settings: &SsoSettings, base_url: &Url, clock: Arc<dyn Clock>) -> Result<Option<Self>, BadSetup> {
        let Some(issuer) = &settings.issuer else { return Ok(None) };
        let issuer = IssuerUrl::new(issuer.clone()).map_err(|_| BadSetup("the issuer is no URL"))?;
        let client_id = settings.client_id.clone().ok_or(BadSetup("sso.client_id is not set"))?;
        let client_secret = settings.client_secret.as_ref().ok_or(BadSetup("sso.client_secret is not set"))?;
        let redirect = format!("{}{CALLBACK}", base_url.as_str().trim_end_matches('/'));
        Ok(Some(Self {
            issuer,
            client_id: ClientId::new(client_id),
            client_secret: ClientSecret::new(client_secret.expose_secret().to_owned()),
            redirect: RedirectUrl::new(redirect).map_err(|_| BadSetup("the base URL is no URL"))?,
            http: Http::new(settings.clone()).map_err(|_| BadSetup("there is no TLS"))?,
            clock,
            cache: Mutex::default(),
            settings: settings.clone(),
        }))
    }

    /// What operators set.
    pub const fn settings(&self) -> &SsoSettings {
        &self.settings
    }

    /// Where the browser goes to sign in.
    ///
    /// # Errors
    /// [`ProviderError::Unreachable`] when the provider does not say where that is.
    pub async fn authorization_url(&self, asked: &Asked<'_>) -> Result<Url, ProviderError> {
        let metadata = self.metadata(false).await?;
        let party = self.party(&metadata);
        let (state, nonce) =
            (CsrfToken::new(asked.state.expose().to_owned()), Nonce::new(asked.nonce.expose().to_owned()));
        let verifier = PkceCodeVerifier::new(asked.verifier.expose().to_owned());
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let mut request = party
            .authorize_url(flow, move || state, move || nonce)
            .add_scopes(self.settings.scopes.iter().map(|scope| Scope::new(scope.clone())))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier));
        for context in &self.settings.required_acr {
            request = request.add_auth_context_value(AuthenticationContextClass::new(context.clone()));
        }
        if asked.again {
            request = request.add_prompt(CoreAuthPrompt::Login).set_max_age(std::time::Duration::ZERO);
        }
        let (url, _, _) = request.url();
        // The discovery document can name any address.
        if self.settings.may_be_at(&url) { Ok(url) } else { Err(ProviderError::Unreachable) }
    }

    /// Exchanges the code for the token, and reads it.
    ///
    /// # Errors
    /// [`ProviderError`] when there is none, or it is not to be believed.
    pub async fn redeem(&self, answered: Answered) -> Result<Claims, ProviderError> {
        let metadata = self.metadata(false).await?;
        let named = answered.issuer.as_deref();
        let must_name = metadata.additional_metadata().authorization_response_iss_parameter_supported;
        if named.is_some_and(|named| named != self.issuer.as_str()) || must_name && named.is_none() {
            return Err(not_believed("the answer names another issuer"));
        }
        let party = self.party(&metadata);
        let request = party
            .exchange_code(AuthorizationCode::new(answered.code.expose_secret().to_owned()))
            .map_err(|_| unreachable("it has no token endpoint"))?
            .set_pkce_verifier(PkceCodeVerifier::new(answered.verifier.expose().to_owned()))
            .request_async(&self.http);
        let tokens = request.await.map_err(|error| match error {
            openidconnect::RequestTokenError::ServerResponse(_) => not_believed("the code was refused"),
            openidconnect::RequestTokenError::Request(error) => unreachable(&error.to_string()),
            _ => not_believed("the answer to the code cannot be read"),
        })?;
        let token = tokens.id_token().ok_or_else(|| not_believed("there is no ID token"))?;
        let nonce = Nonce::new(answered.nonce.expose().to_owned());
        let claims = match self.verified(&metadata, token, &nonce, answered.again_since) {
            // Keys change, and a provider that started anew may name a new one like the old.
            Err(ClaimsVerificationError::SignatureVerification(
                SignatureVerificationError::NoMatchingKey | SignatureVerificationError::CryptoError(_),
            )) => {
                let newest = self.metadata(true).await?;
                self.verified(&newest, token, &nonce, answered.again_since)
            }
            other => other,
        };
        claims.map_err(|error| not_believed(kind_of(&error)))
    }

    fn verified(
        &self,
        metadata: &Metadata,
        token: &SignedToken,
        nonce: &Nonce,
        again_since: Option<DateTime<Utc>>,
    ) -> Result<Claims, ClaimsVerificationError> {
        let now = self.clock.now();
        let in_time = move |issued: DateTime<Utc>| {
            let fits = issued <= now + CLOCKS_DIFFER && now - issued <= OLDEST_TOKEN;
            if fits { Ok(()) } else { Err("issued at another time".to_owned()) }
        };
        let proved_again = move |at: Option<DateTime<Utc>>| match again_since {
            Some(since) if at.is_none_or(|at| at + CLOCKS_DIFFER < since) => Err("not proved again".to_owned()),
            _ => Ok(()),
        };
        // As for a public client: no signature with a secret that both sides know is taken.
        let verifier: IdTokenVerifier<'_, CoreJsonWebKey> =
            IdTokenVerifier::new_public_client(self.client_id.clone(), self.issuer.clone(), metadata.jwks().clone())
                .set_allowed_algs(ALGORITHMS)
                .set_time_fn(move || now)
                .set_issue_time_verifier_fn(in_time)
                .set_auth_time_verifier_fn(proved_again);
        let claims = token.claims(&verifier, nonce)?;
        if claims.authorized_party().is_some_and(|party| *party != self.client_id) {
            return Err(ClaimsVerificationError::InvalidAudience("made for another client".to_owned()));
        }
        if claims::begins_at(claims).is_some_and(|from| now + CLOCKS_DIFFER < from) {
            return Err(ClaimsVerificationError::Expired("not valid yet".to_owned()));
        }
        let read = claims::read(claims, &self.settings.role_claim)
            .ok_or_else(|| ClaimsVerificationError::InvalidSubject("the subject cannot be one".to_owned()))?;
        if read.groups.is_none() {
            let claim = &self.settings.role_claim;
            tracing::warn!(claim, "the single sign-on's token lacks sso.role_claim; a scope may have to be asked for");
        }
        Ok(read)
    }

    fn party(&self, metadata: &Metadata) -> Party {
        let secret = Some(self.client_secret.clone());
        let party = Party::from_provider_metadata(metadata.clone(), self.client_id.clone(), secret)
            .set_redirect_uri(self.redirect.clone());
        // Where it names no method, it takes the header (OpenID Connect Discovery §3).
        let methods = metadata.token_endpoint_auth_methods_supported();
        let basic = methods.is_none_or(|methods| methods.contains(&CoreClientAuthMethod::ClientSecretBasic));
        party.set_auth_type(if basic { AuthType::BasicAuth } else { AuthType::RequestBody })
    }

    /// What the provider says about itself, and its keys. Those who ask at once wait for one answer.
    async fn metadata(&self, afresh: bool) -> Result<Arc<Metadata>, ProviderError> {
        let mut cache = self.cache.lock().await;
        let now = self.clock.now();
        if let Some((since, found)) = &cache.found
            && !afresh
            && now - *since < KNOWN_FOR
        {
            return Ok(Arc::clone(found));
        }
        if cache.failed_at.is_some_and(|failed| now - failed < LEFT_ALONE) {
            return Err(ProviderError::Unreachable);
        }
        match Metadata::discover_async(self.issuer.clone(), &self.http).await {
            Ok(metadata) => {
                let metadata = Arc::new(metadata);
                *cache = Cache { found: Some((now, Arc::clone(&metadata))), failed_at: None };
                Ok(metadata)
            }
            Err(error) => {
                cache.failed_at = Some(now);
                Err(unreachable(match error {
                    openidconnect::DiscoveryError::Request(_) => "it does not answer",
                    openidconnect::DiscoveryError::Validation(_) => "it is another issuer",
                    _ => "its discovery document or keys cannot be read",
                }))
            }
        }
    }
}

fn unreachable(why: &str) -> ProviderError {
    tracing::warn!(why, "the single sign-on provider cannot be used");
    ProviderError::Unreachable
}

/// What the provider sends is not logged: it speaks of persons.
fn not_believed(why: &str) -> ProviderError {
    tracing::warn!(why, "the single sign-on provider was not believed");
    ProviderError::NotBelieved
}

const fn kind_of(error: &ClaimsVerificationError) -> &'static str {
    match error {
        ClaimsVerificationError::Expired(_) => "the token's time is over or still to come",
        ClaimsVerificationError::InvalidAudience(_) => "the token is for another client",
        ClaimsVerificationError::InvalidIssuer(_) => "the token is another issuer's",
        ClaimsVerificationError::InvalidNonce(_) => "the token belongs to another sign-in",
        ClaimsVerificationError::InvalidAuthTime(_) => "nobody proved themself again",
        ClaimsVerificationError::SignatureVerification(_) => "the token's signature does not hold",
        _ => "the token cannot be read",
    }
}
