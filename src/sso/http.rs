//! Requests to the provider: no redirects, a time-out, and no answer that is larger than any that makes sense.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, http};
use url::Url;

use crate::config::SsoSettings;
use crate::http_client::{self, NoBody};

/// How long the provider may take over one answer.
const LONGEST_WAIT: Duration = Duration::from_secs(4);
/// Discovery documents, keys and tokens are a few KiB.
const LARGEST_ANSWER: usize = 256 * 1024;

/// Why there is no answer. It names no address: the discovery document's may hold anything.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address is not one where secrets are sent to.
    #[error("the provider's address is neither https nor allowed otherwise")]
    Address,
    /// The request cannot be made.
    #[error("the request cannot be made")]
    Request,
    /// The provider cannot be reached, or took too long.
    #[error("the provider did not answer")]
    NoAnswer,
    /// The answer has more than it may have.
    #[error("the provider's answer is too large")]
    TooLarge,
}

/// The client.
pub(super) struct Http {
    client: reqwest::Client,
    settings: SsoSettings,
}

impl Http {
    pub(super) fn new(settings: SsoSettings) -> Result<Self, reqwest::Error> {
        let client = reqwest::Client::builder()
            // A redirect could carry the code and our secret to another host.
            .redirect(reqwest::redirect::Policy::none())
            .timeout(LONGEST_WAIT)
            .build()?;
        Ok(Self { client, settings })
    }

    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, HttpError> {
        let request = reqwest::Request::try_from(request).map_err(|_| HttpError::Request)?;
        let url: &Url = request.url();
        if !self.settings.may_be_at(url) {
            return Err(HttpError::Address);
        }
        let mut response = self.client.execute(request).await.map_err(|_| HttpError::NoAnswer)?;
        let body = http_client::body(&mut response, LARGEST_ANSWER).await.map_err(|why| match why {
            NoBody::TooLarge => HttpError::TooLarge,
            NoBody::Lost(_) => HttpError::NoAnswer,
        })?;
        let mut answer = http::Response::builder().status(response.status());
        if let Some(kind) = response.headers().get(http::header::CONTENT_TYPE) {
            answer = answer.header(http::header::CONTENT_TYPE, kind);
        }
        answer.body(body).map_err(|_| HttpError::NoAnswer)
    }
}

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = HttpError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, HttpError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}
