//! What Prometheus can ask.

use std::net::SocketAddr;

use serde::Deserialize;

use super::check::Checker;
use super::value;

/// Section `metrics`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetricsSettings {
    /// Address and port of the listener for `/metrics`; none where it is not set.
    #[serde(deserialize_with = "value::optional")]
    pub listen: Option<SocketAddr>,
}

impl MetricsSettings {
    pub(super) fn check(&self, server: SocketAddr, checker: &mut Checker) {
        if self.listen.is_some_and(|listen| listen.port() != 0 && listen == server) {
            checker.wrong(
                "metrics.listen",
                "is the address that customers are served at",
                "set another port, such as 127.0.0.1:9464",
            );
        }
    }
}
