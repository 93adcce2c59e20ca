//! Single sign-on with a provider that we did not write.
//!
//! Runs only where `TEST_OIDC_READY` names the `ready.env` of a running `peers/oidc.sh` whose redirect URI is this
//! desk's: that provider needs Node and an npm registry, which not every machine that runs the suite has. What a
//! provider can do wrong is in `sso`.

use std::collections::HashMap;

use chrono::Utc;
use mfa_desk::config::Settings;
use mfa_desk::domain::actor::Role;
use mfa_desk::store::agents;
use reqwest::header::LOCATION;
use secrecy::SecretString;
use url::{Position, Url};

use crate::sso::leaves;
use crate::support::browser::Browser;
use crate::support::ready;
use crate::support::world::{Setup, World};

fn ready() -> Option<HashMap<String, String>> {
    ready::values("TEST_OIDC_READY")
}

/// A browser at the provider: it keeps cookies, and is asked about every redirect.
struct AtProvider(reqwest::Client);

impl AtProvider {
    fn new() -> Self {
        let client = reqwest::Client::builder().cookie_store(true).redirect(reqwest::redirect::Policy::none());
        Self(client.build().unwrap())
    }

    async fn follow(&self, response: reqwest::Response) -> Url {
        assert_eq!(response.status(), 303, "{}", response.url());
        response.url().join(response.headers()[LOCATION].to_str().unwrap()).unwrap()
    }

    /// Signs in there, or does what `fields` say instead; answers where the desk is then, from its root on.
    async fn answers(&self, authorization: &Url, fields: &[(&str, &str)]) -> String {
        let form = self.follow(self.0.get(authorization.clone()).send().await.unwrap()).await;
        let mut on = form.clone();
        if form.path().starts_with("/interaction/") {
            let sent = self.0.post(form).form(fields).send().await.unwrap();
            let resumed = self.follow(sent).await;
            on = self.follow(self.0.get(resumed).send().await.unwrap()).await;
        }
        assert!(on.as_str().starts_with("http://desk.example.test/desk/sso/callback?"), "{on}");
        on[Position::BeforePath..].to_owned()
    }
}

async fn role_of(world: &World, email: &str) -> Option<Role> {
    let email = email.parse().unwrap();
    let find = move |connection: &mut mfa_desk::store::AnyConnection| agents::find_by_email(connection, &email);
    world.desk.store.read(find).await.unwrap().map(|agent| agent.role)
}

async fn comes_back(world: &World, user: &str, password: &str) -> (Browser, crate::support::browser::Page) {
    let browser = world.browser();
    let back = AtProvider::new().answers(&leaves(&browser).await, &[("login", user), ("password", password)]).await;
    let page = browser.get(&back).await;
    (browser, page)
}

// One test, as starting a world takes longest.
#[tokio::test]
async fn a_real_provider_signs_people_in() {
    let Some(env) = ready() else {
        return;
    };
    let change: fn(&mut Settings) = |settings| {
        let env = ready().unwrap();
        settings.sso.client_id = Some(env["OIDC_CLIENT_ID"].clone());
        settings.sso.client_secret = Some(SecretString::from(env["OIDC_CLIENT_SECRET"].clone()));
        settings.sso.scopes = ["email", "profile", "groups"].map(str::to_owned).to_vec();
    };
    let issuer = Some(env["OIDC_ISSUER"].clone());
    let world = World::with(Setup { change, issuer, at: Utc::now(), ..Setup::default() }).await;
    let password = env["OIDC_PASSWORD"].as_str();

    let (_, page) = comes_back(&world, "agent1", password).await;
    assert!(!page.url.contains("sso="), "{}", page.url);
    assert_eq!(role_of(&world, "agent1@example.test").await, Some(Role::Agent));
    let (_, page) = comes_back(&world, "lead1", password).await;
    assert!(!page.url.contains("sso="), "{}", page.url);
    assert_eq!(role_of(&world, "lead1@example.test").await, Some(Role::Supervisor));

    let (_, page) = comes_back(&world, "outsider", password).await;
    page.is(200).says("may not work at this desk");
    assert_eq!(role_of(&world, "outsider@example.test").await, None);

    // Cancelled there.
    let browser = world.browser();
    let back = AtProvider::new().answers(&leaves(&browser).await, &[("cancel", "1")]).await;
    browser.get(&back).await.is(200).says("it was cancelled at Example Login");

    // A code counts once, whoever brings it again.
    let browser = world.browser();
    let at_provider = AtProvider::new();
    let typed = [("login", "agent2"), ("password", password)];
    let back = at_provider.answers(&leaves(&browser).await, &typed).await;
    assert!(!browser.get(&back).await.url.contains("sso="));
    let again = world.browser();
    leaves(&again).await;
    again.get(&back).await.is(200).says("was used already");

    // Signed in there already: no form, and the way back at once, in a session of its own here.
    let back = at_provider.answers(&leaves(&browser).await, &[]).await;
    assert!(!browser.get(&back).await.url.contains("sso="));

    // Asked to prove oneself again, the provider shows its form although it knows the person.
    let page = again.get("/desk/sign-in").await;
    let leaving = again.send(&page, "/desk/sso", &[("again", "1")]).await;
    let back = at_provider.answers(&crate::sso::provider_of(&leaving), &typed).await;
    assert!(!again.get(&back).await.url.contains("sso="));
}
