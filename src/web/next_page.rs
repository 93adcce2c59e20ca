//! Where a sign-in leads: to our own pages and nowhere else, since a sign-in page that leads elsewhere helps phishers.

use serde::Deserialize;

/// Where somebody wanted to go, as an address carries it.
#[derive(Deserialize)]
pub struct After {
    /// As it was given: pages ask [`of_desk`] or [`of_account`] before they lead there.
    #[serde(default)]
    pub next: String,
}

/// Pages that lead on themselves: to be led back to them would be to walk in circles.
const STEPS: [&str; 2] = ["/sign-", "/step-up"];
const LONGEST: usize = 500;

/// Whether a browser would take steps of the path away: it knows those that are written with escapes too.
fn climbs(path: &str) -> bool {
    let path = path.split(['?', '#']).next().unwrap_or_default().to_ascii_lowercase().replace("%2e", ".");
    path.split('/').any(|step| step == "." || step == "..")
}

fn within<'a>(area: &'static str, next: &'a str) -> &'a str {
    let Some(rest) = next.strip_prefix(area) else { return area };
    let ours = rest.is_empty() || rest.starts_with(['/', '?']);
    let plain =
        next.len() <= LONGEST && next.chars().all(|c| c.is_ascii_graphic() && c != '\\') && !next.contains("//");
    if ours && plain && !climbs(rest) && !STEPS.iter().any(|step| rest.starts_with(step)) { next } else { area }
}

/// The page of the desk that `next` names, or its first.
pub fn of_desk(next: &str) -> &str {
    within("/desk", next)
}

/// The page of an account that `next` names, or its first.
pub fn of_account(next: &str) -> &str {
    within("/account", next)
}

/// A value as part of an address.
pub fn encoded(value: &str) -> String {
    percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signing_in_never_leads_elsewhere_nor_round_in_circles() {
        for (area, of) in [("/desk", of_desk as fn(&str) -> &str), ("/account", of_account)] {
            for elsewhere in [
                "https://evil.example",
                "//evil.example",
                "/\\evil.example",
                "",
                "/",
                &format!("{area}//evil"),
                &format!("{area}\r\nx"),
                &format!("{area}s"),
                &format!("{area}/../hooks"),
                &format!("{area}/x/%2E%2e/.%2e/hooks"),
                &format!("{area}/./sign-in"),
                &format!("{area}/sign-in"),
                &format!("{area}/sign-in/device"),
                &format!("{area}/sign-out"),
                &format!("{area}/step-up?next=x"),
                &format!("{area}/{}", "x".repeat(600)),
            ] {
                assert_eq!(of(elsewhere), area, "{elsewhere:?}");
            }
            let page = format!("{area}/requests/MFA-7K3Q-9ZDX?a=b/../c");
            assert_eq!(of(&page), page);
        }
        assert_eq!(of_desk("/account"), "/desk");
        assert_eq!(of_account("/desk/cases"), "/account");
    }
}
