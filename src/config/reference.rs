//! Every key, its default and its meaning: for the reader, and to tell a key from a mistake.

/// Key, default as text (empty: not set), and meaning in one line.
#[rustfmt::skip]
pub const REFERENCE: &[(&str, &str, &str)] = &[
    ("server.listen", "127.0.0.1:8080", "Address and port to listen on."),
    ("server.base_url", "", "Public http(s) address of the desk; required to serve, and https unless the host is localhost."),
    ("server.product_name", "mfa-desk", "Name on pages and in mails, at most 64 characters."),
    ("server.trusted_proxies", "", "List of IP addresses of proxies whose `X-Forwarded-For` is believed."),
    ("server.country_header", "", "Header in which a trusted proxy names the country of a request (ISO 3166-1 alpha-2), such as `CF-IPCountry`."),
    ("server.workers", "2", "Threads that answer requests."),
    ("server.shutdown_seconds", "20", "Seconds that requests under way get to finish after a stop signal."),
    ("database.url", "sqlite:mfa-desk-data/mfa-desk.sqlite3", "`sqlite:PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`; `DATABASE_URL` is used where this is not set."),
    ("database.readers", "4", "Connections kept for reading."),
    ("database.wait_ms", "5000", "Milliseconds that a request waits for a connection before it is answered 503."),
    ("secrets.key", "", "Secret that sessions, links and codes are derived from, at least 32 random characters; required to serve."),
    ("secrets.data_keys", "", "Secret: keys that documents and authenticators' secrets are encrypted with, `NAME:KEY` with commas between, 32 bytes in base64 each; the first encrypts, the others still decrypt. Not set: a key derived from `secrets.key`."),
    ("mail.from", "", "Sender of every mail, such as `mfa-desk <desk@example.org>`; required to serve."),
    ("mail.reply_to", "", "Mailbox that answers go to, if not the sender."),
    ("mail.smtp.host", "", "Name or IP address of the mail server; required to serve."),
    ("mail.smtp.port", "", "Port of the mail server; if not set, 587 with `starttls`, 465 with `tls`, 25 with `none`."),
    ("mail.smtp.tls", "starttls", "`starttls`, `tls` or, for a mail server on the same machine, `none`."),
    ("mail.smtp.username", "", "User name at the mail server; with a password or not at all."),
    ("mail.smtp.password", "", "Secret: password at the mail server."),
    ("mail.smtp.ca_file", "", "PEM file of a root certificate to trust besides the public ones."),
    ("mail.smtp.timeout_seconds", "20", "Seconds that connecting to the mail server and signing in there may take."),
    ("mail.max_attempts", "12", "Attempts to send a mail before it is given up and shown to the desk."),
    ("mail.first_retry_seconds", "30", "Seconds before the second attempt; later waits grow."),
    ("mail.longest_retry_minutes", "240", "Minutes that the wait between two attempts never exceeds."),
    ("voice.provider", "none", "`none` (automated calls are not offered) or `twilio`."),
    ("voice.twilio.account_sid", "", "Account SID, `AC` and 32 hexadecimal digits; required with `twilio`."),
    ("voice.twilio.auth_token", "", "Secret: auth token of that account; required with `twilio`."),
    ("voice.twilio.from", "", "Number that calls come from, in E.164 form such as `+15551230100`; required with `twilio`."),
    ("voice.twilio.api_base", "https://api.twilio.com", "Address of the API; https unless the host is localhost."),
    ("policy.cooling_off_minutes", "1440", "Minutes between the approval and the moment the device can be deactivated; at least 60 to serve."),
    ("policy.phone_hold_hours", "72", "Hours for which a change of a phone number is held, and can be stopped, before it counts."),
    ("policy.ready_window_hours", "72", "Hours after the cooling-off in which the device can be deactivated."),
    ("policy.case_expiry_days", "14", "Days after which an open case that nobody moves expires; longer than the cooling-off."),
    ("policy.close_after_days", "14", "Days between the deactivation and the closing of the case."),
    ("policy.email_link_hours", "24", "Hours for which a mailed link works."),
    ("policy.phone_code_minutes", "5", "Minutes for which a code entered during a call works (NIST SP 800-63B-4 allows 10)."),
    ("policy.calls_per_hour", "3", "Calls to one number in an hour."),
    ("policy.calls_per_day", "8", "Calls to one number in a day; at least those of an hour."),
    ("policy.dispute_link_days", "30", "Days for which a \"this wasn't me\" link works."),
    ("policy.first_answer_hours", "8", "Hours within which a new case should have its first answer."),
    ("risk.address_changed_days", "30", "Days before a request in which a change of an address of record is recent."),
    ("risk.address_changed_wait_minutes", "4320", "Minutes that a recently changed address adds to the cooling-off, for each of the two."),
    ("risk.address_changed_approvals", "1", "Least second approvals when an address was changed recently."),
    ("risk.repeated_cases", "3", "From how many cases of one account on each of them needs more."),
    ("risk.repeated_days", "90", "Days before a request in which the account's cases are counted."),
    ("risk.repeated_wait_minutes", "1440", "Minutes that repeated cases add to the cooling-off."),
    ("risk.repeated_approvals", "1", "Least second approvals for repeated cases."),
    ("risk.network_people", "5", "From how many people's requests of one network (/24 or /48) on each of them needs more."),
    ("risk.network_hours", "24", "Hours before and after a request in which the network's are counted."),
    ("risk.network_wait_minutes", "1440", "Minutes that a busy network adds to the cooling-off."),
    ("risk.network_approvals", "1", "Least second approvals for a busy network."),
    ("risk.country_wait_minutes", "1440", "Minutes that a request from another country than usual adds to the cooling-off."),
    ("risk.country_approvals", "0", "Least second approvals for a request from another country than usual."),
    ("risk.campaign_people", "5", "From how many people's requests that share a callback number, a mail domain or their wording on each of them needs more."),
    ("risk.campaign_hours", "24", "Hours before and after a request in which a campaign's are counted."),
    ("risk.campaign_wait_minutes", "4320", "Minutes that a campaign adds to the cooling-off."),
    ("risk.campaign_approvals", "1", "Least second approvals for a campaign's requests."),
    ("risk.common_mail_domains", "163.com, aol.com, comcast.net, docomo.ne.jp, duck.com, ezweb.ne.jp, fastmail.com, free.fr, gmail.com, gmx.at, gmx.ch, gmx.de, gmx.net, googlemail.com, hotmail.com, icloud.com, laposte.net, libero.it, live.com, mac.com, mail.ru, me.com, msn.com, orange.fr, outlook.com, posteo.de, proton.me, protonmail.com, qq.com, softbank.ne.jp, t-online.de, uol.com.br, web.de, yahoo.co.jp, yahoo.com, yandex.ru", "List of mail domains that so many people have that sharing one says nothing."),
    ("sessions.idle_minutes", "30", "Minutes without a request after which an agent is signed out."),
    ("sessions.absolute_hours", "8", "Hours after which an agent is signed out in any case."),
    ("sessions.customer_hours", "72", "Hours for which a customer's browser keeps access to its case."),
    ("sessions.account_idle_minutes", "15", "Minutes without a request after which an account is signed out."),
    ("sessions.account_hours", "2", "Hours after which an account is signed out in any case."),
    ("limits.body_kib", "64", "Largest body of a form, in KiB."),
    ("limits.link_mails_per_hour", "3", "Fresh links that one case can have mailed in an hour."),
    ("limits.sign_in_failures", "100", "Failed sign-ins in a row after which an account is blocked (NIST SP 800-63B-4 §3.2.2 allows 100)."),
    ("log.format", "text", "`text`, or `json` for one object a line."),
    ("log.filter", "info", "Level, or directives such as `info,mfa_desk=debug`."),
];

/// Least and most of every number, in the unit that the key's name ends with.
pub const RANGES: &[(&str, u64, u64)] = &[
    ("server.workers", 1, 64),
    ("server.shutdown_seconds", 1, 600),
    ("database.readers", 1, 32),
    ("database.wait_ms", 1, 60_000),
    ("mail.smtp.port", 1, 65_535),
    ("mail.smtp.timeout_seconds", 1, 300),
    ("mail.max_attempts", 1, 100),
    ("mail.first_retry_seconds", 1, 3600),
    ("mail.longest_retry_minutes", 1, 1440),
    ("policy.cooling_off_minutes", 1, 43_200),
    ("policy.phone_hold_hours", 1, 720),
    ("policy.ready_window_hours", 1, 720),
    ("policy.case_expiry_days", 1, 365),
    ("policy.close_after_days", 1, 365),
    ("policy.email_link_hours", 1, 24),
    ("policy.phone_code_minutes", 1, 10),
    ("policy.calls_per_hour", 1, 20),
    ("policy.calls_per_day", 1, 100),
    ("policy.dispute_link_days", 1, 365),
    ("policy.first_answer_hours", 1, 720),
    ("risk.address_changed_days", 1, 365),
    ("risk.address_changed_wait_minutes", 0, 43_200),
    ("risk.address_changed_approvals", 0, 3),
    ("risk.repeated_cases", 2, 100),
    ("risk.repeated_days", 1, 365),
    ("risk.repeated_wait_minutes", 0, 43_200),
    ("risk.repeated_approvals", 0, 3),
    ("risk.network_people", 2, 100),
    ("risk.network_hours", 1, 168),
    ("risk.network_wait_minutes", 0, 43_200),
    ("risk.network_approvals", 0, 3),
    ("risk.country_wait_minutes", 0, 43_200),
    ("risk.country_approvals", 0, 3),
    ("risk.campaign_people", 2, 100),
    ("risk.campaign_hours", 1, 168),
    ("risk.campaign_wait_minutes", 0, 43_200),
    ("risk.campaign_approvals", 0, 3),
    ("sessions.idle_minutes", 1, 1440),
    ("sessions.absolute_hours", 1, 24),
    ("sessions.customer_hours", 1, 720),
    ("sessions.account_idle_minutes", 1, 1440),
    ("sessions.account_hours", 1, 24),
    ("limits.body_kib", 1, 1024),
    ("limits.link_mails_per_hour", 1, 60),
    ("limits.sign_in_failures", 1, 100),
];

/// Least and most of one key, if it is a number.
pub(super) fn range(key: &str) -> Option<(u64, u64)> {
    RANGES.iter().find(|(known, _, _)| *known == key).map(|&(_, least, most)| (least, most))
}

/// The reference as a Markdown table: key, default, meaning with the range of numbers.
#[must_use]
pub fn reference_table() -> String {
    let mut table = String::from("| key | default | meaning |\n| --- | --- | --- |\n");
    for (key, default, meaning) in REFERENCE {
        let default = match *default {
            "" => "not set".to_owned(),
            default => format!("`{default}`"),
        };
        let allowed = match range(key) {
            Some((least, most)) => format!(" {least} to {most}."),
            None => String::new(),
        };
        table.push_str(&format!("| `{key}` | {default} | {meaning}{allowed} |\n"));
    }
    table
}
