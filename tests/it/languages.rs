//! Customers read their language: what they chose, or else what their browser asks for. Staff read English.

use reqwest::redirect::Policy;

use crate::support::browser::Page;
use crate::support::world::{OWNER, World, form, link_in, reference_on};

/// Asks for a page, or posts a form where fields are given.
async fn ask(world: &World, path: &str, headers: &[(&str, &str)], fields: Option<&[(&str, &str)]>) -> Page {
    mfa_desk::notify::install_tls_provider();
    let client = reqwest::Client::builder().redirect(Policy::none()).build().unwrap();
    let address = format!("{}{path}", world.base);
    let mut request = match fields {
        Some(fields) => client.post(address).form(fields),
        None => client.get(address),
    };
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.unwrap();
    Page {
        status: response.status().as_u16(),
        url: response.url().to_string(),
        headers: response.headers().clone(),
        html: response.text().await.unwrap(),
    }
}

async fn in_language(world: &World, path: &str, accept: &str, cookie: &str) -> Page {
    ask(world, path, &[("accept-language", accept), ("cookie", cookie)], None).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_page_speaks_the_language_that_the_browser_asks_for() {
    let world = World::new().await;
    for (accept, code, said) in [
        ("", "en", "Lost your MFA device, or it stopped working?"),
        ("nl", "en", "Request assistance"),
        ("de-CH,de;q=0.9,en;q=0.8", "de", "Hilfe anfordern"),
        ("en;q=0.1,es", "es", "Solicitar ayuda"),
        ("fr", "fr", "Demander de l’aide"),
        ("pt-BR", "pt", "Pedir ajuda"),
        ("ja", "ja", "サポートを依頼する"),
    ] {
        let page = in_language(&world, "/", accept, "").await;
        page.is(200);
        assert!(page.html.contains(&format!("<html lang=\"{code}\">")) && page.html.contains(said), "{accept}");
        assert_eq!(page.headers["content-language"], code);
        assert_eq!(page.headers["vary"], "Accept-Language, Cookie");
        let missing = in_language(&world, "/nothing-here", accept, "").await;
        assert!(missing.is(404).html.contains(&format!("<html lang=\"{code}\">")), "{accept}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_visitor_chose_outweighs_the_browser() {
    let world = World::new().await;
    let chosen = [("lang", "ja"), ("back", "/assistance")];
    let answer = ask(&world, "/language", &[("accept-language", "de")], Some(&chosen)).await;
    answer.is(303);
    assert_eq!(answer.headers["location"], "/assistance");
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    assert!(cookie.starts_with("lang=ja;") && cookie.contains("SameSite=Lax"), "{cookie}");
    let page = in_language(&world, "/", "de", "lang=ja").await;
    assert!(page.html.contains("<html lang=\"ja\">"));
    assert!(page.html.contains("value=\"ja\" lang=\"ja\" aria-current=\"true\">日本語<"), "{}", page.html);
    let page = in_language(&world, "/", "de", "lang=klingon").await;
    assert!(page.html.contains("<html lang=\"de\">"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn choosing_a_language_leads_to_no_other_site_and_sets_nothing_that_there_is_not() {
    let world = World::new().await;
    let answer = ask(&world, "/language", &[], Some(&[("lang", "tlh"), ("back", "//evil.example/")])).await;
    answer.is(303);
    assert_eq!(answer.headers["location"], "/");
    assert!(!answer.headers.contains_key("set-cookie"));
    let from_elsewhere = [("origin", "https://evil.example")];
    ask(&world, "/language", &from_elsewhere, Some(&[("lang", "de"), ("back", "/")])).await.is(403);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_for_staff_stay_english() {
    let world = World::new().await;
    for path in ["/desk/sign-in", "/desk/nothing", "/demo/mail"] {
        let page = in_language(&world, path, "de", "lang=fr").await;
        assert!(page.html.contains("<html lang=\"en\">") && !page.html.contains("Français"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_form_is_asked_and_answered_in_the_visitors_language() {
    let world = World::new().await;
    let page = in_language(&world, "/assistance", "de", "").await;
    page.says("Hilfe bei verlorenem oder unbrauchbarem MFA-Gerät anfordern").says("Ich habe es verloren");
    assert!(page.html.contains("value=\"de\" lang=\"de\" selected"));
    let wrong =
        ask(&world, "/assistance", &[("accept-language", "de")], Some(&[("email", "x"), ("language", "")])).await;
    wrong.is(422).says("Geben Sie eine E-Mail-Adresse ein").says("4 Antworten brauchen Ihre Aufmerksamkeit");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_language_keeps_what_was_typed_on_the_form_and_sends_nothing() {
    let world = World::new().await;
    let typed = [("show_in", "fr"), ("name", "Zoë <3"), ("email", "half@"), ("language", "en")];
    let page = ask(&world, "/assistance", &[("accept-language", "de")], Some(&typed)).await;
    page.is(200).says("Que lui est-il arrivé ?");
    assert!(page.html.contains("<html lang=\"fr\">") && page.html.contains("value=\"fr\" lang=\"fr\" selected"));
    assert!(page.html.contains("value=\"Zoë &lt;3\"") && page.html.contains("value=\"half@\""), "{}", page.html);
    assert!(page.headers["set-cookie"].to_str().unwrap().starts_with("lang=fr;"));
    assert!(!page.html.contains("field-error"), "nothing is wrong yet");
    assert!(world.mails().await.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_case_is_spoken_of_in_the_language_of_its_form() {
    let world = World::new().await;
    let browser = world.browser();
    let page = browser.get("/assistance").await;
    let mut fields = form(OWNER);
    fields.retain(|(name, _)| *name != "language");
    fields.push(("language", "de"));
    let received = browser.send(&page, "/assistance", &fields).await;
    received.is(200).says("Wenn ein Konto dazu passt, haben wir an dessen Adresse geschrieben.");
    let reference = reference_on(&received);
    world.settle().await;
    let mail = world.mail("Bestätigung der E-Mail-Adresse").await;
    assert!(mail.text.contains("Guten Tag") && mail.text.contains("== Das war ich nicht =="), "{}", mail.text);
    let link = link_in(&mail, "open");
    // Whatever the browser asks for, the case speaks German.
    let behind = browser.get(&link).await;
    behind.is(200).says("Bestätigen Sie Ihre E-Mail-Adresse");
    let case = browser.send(&behind, "/open", &[]).await;
    case.is(200).says("Wir brauchen noch etwas von Ihnen").says("Jetzt anrufen lassen").says("In Prüfung");
    assert!(case.html.contains("<html lang=\"de\">"));
    let typed = browser.send(&case, "/messages", &[("body", " ")]).await;
    typed.is(422).says("Schreiben Sie zuerst etwas.");
    world.settle().await;
    let mail = world.mail(&format!("E-Mail-Adresse für Fall {reference} bestätigt")).await;
    assert!(mail.text.contains("- Bestätigen Sie Ihre Telefonnummer"), "{}", mail.text);
    // Someone else's browser does not learn that there is a case, nor its language.
    let stranger = world.browser().get(&format!("/cases/{reference}")).await;
    assert!(stranger.html.contains("<html lang=\"en\">"));
}
