//! The devices of the demo's sample accounts, and what they saved.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde_json::{Value, json};

use super::of_demo;
use crate::domain::authn::{TotpSecret, step_at};
use crate::store::accounts;
use crate::web::App;
use crate::web::error::PageError;
use crate::web::guard::caller::Caller;
use crate::web::page::{Head, show};

/// A sample account's device that shows codes.
#[derive(Debug, Clone)]
pub struct DemoDevice {
    /// What it is.
    pub kind: &'static str,
    /// What its owner calls it.
    pub label: String,
    /// Its secret.
    pub secret: Vec<u8>,
    /// By how many time steps its clock is ahead.
    pub clock_off: i64,
}

impl DemoDevice {
    /// What it shows now: the code before, this one and the next.
    fn shows(&self, app: &App) -> Vec<String> {
        let Ok(secret) = TotpSecret::from_bytes(&self.secret) else { return Vec::new() };
        let here = step_at(app.now()) + self.clock_off;
        (here - 1..=here + 1).map(|step| secret.code_at(step).expose().to_owned()).collect()
    }
}

async fn listed(app: &App) -> Result<Vec<Value>, PageError> {
    let active = app.desk.store.read(accounts::active_devices).await?;
    let is_active = |email: &str, label: &str| active.iter().any(|(of, name)| of == email && name == label);
    let samples = &of_demo(app)?.accounts;
    let with_any = samples.iter().filter(|each| !each.devices.is_empty() || !each.recovery_codes.is_empty());
    let listed = with_any.map(|account| {
        let devices: Vec<Value> = account
            .devices
            .iter()
            .map(|device| {
                json!({
                    "kind": device.kind,
                    "label": device.label,
                    "codes": device.shows(app),
                    "minutes_behind": -device.clock_off / 2,
                    "active": is_active(&account.email, &device.label),
                })
            })
            .collect();
        json!({
            "email": account.email,
            "at_desk": account.is_at_desk(),
            "password": account.password,
            "devices": devices,
            "recovery_codes": account.recovery_codes,
        })
    });
    Ok(listed.collect())
}

/// What every device shows now, and the saved codes.
pub async fn devices_page(app: Data<App>, caller: Caller) -> Result<HttpResponse, PageError> {
    let mut head = Head::new("Demo devices");
    head.refresh = Some(10);
    show(&app, &caller, StatusCode::OK, "demo/devices.html", head, json!({ "accounts": listed(&app).await? }))
}

/// The same for programs.
pub async fn devices_json(app: Data<App>) -> Result<HttpResponse, PageError> {
    Ok(HttpResponse::Ok().json(listed(&app).await?))
}
