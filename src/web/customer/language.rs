use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::locale::Language;
use crate::web::guard::fields::Fields;
use crate::web::page::see_other;
use crate::web::{App, cookies};

/// Keeps the language that a visitor chose, and leads back to the page they were on.
pub async fn choose(app: Data<App>, fields: Fields) -> HttpResponse {
    let answer = see_other(own_page(fields.get("back")));
    match Language::from_code(fields.get("lang")) {
        Some(language) => cookies::remember_language(&app, answer, language),
        None => answer,
    }
}

/// Only a path on this server is led back to: whatever else a form holds leads to the first page.
fn own_page(back: &str) -> &str {
    let plain = back.len() <= 200 && back.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    if plain && back.starts_with('/') && !back.contains("//") { back } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_led_to_another_site() {
        for ours in ["/", "/assistance", "/cases/MFA-7K3Q-9ZDN"] {
            assert_eq!(own_page(ours), ours);
        }
        let long = format!("/{}", "a".repeat(300));
        for other in ["", "//evil.example", "https://evil.example", "/\\evil.example", "/a//b", "/a\r\nb: c", &long] {
            assert_eq!(own_page(other), "/", "{other}");
        }
    }
}
