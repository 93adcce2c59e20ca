use std::process::ExitCode;

use clap::Subcommand;

use super::demo::settings_of_demo;
use super::say::{self, complain, say};
use super::{Failure, Place, existing_desk_with, listed, operator, runtime, settings_of};
use crate::config::{Mode, Problem, Settings};
use crate::domain::evidence::CheckKind;
use crate::domain::reference::CaseRef;
use crate::workflow::{ExplainedPath, Explanation};

#[derive(Subcommand)]
pub(super) enum PolicyCommand {
    /// Say what the policy asks of an account, and what it decides about a case; changes nothing and is audited
    Explain {
        /// E-mail address or account number; people at the desk who are customers too are named by staff:ADDRESS
        #[arg(long, value_name = "E-MAIL|NUMBER")]
        account: String,
        /// A case of this account
        #[arg(long, value_name = "REF")]
        case: Option<CaseRef>,
        /// For programs
        #[arg(long)]
        json: bool,
        #[command(flatten)]
        place: Place,
    },
}

pub(super) fn run(command: PolicyCommand) -> Result<ExitCode, Failure> {
    let PolicyCommand::Explain { account, case, json, place } = command;
    let settings = rules_of(&place)?;
    if case.is_some() && settings.secrets.key.is_none() {
        let why = "secrets.key is not set: what a case's evidence is about can only be compared with the server's key";
        return Err(Failure::new(why));
    }
    let desk = existing_desk_with(&settings)?;
    match runtime()?.block_on(desk.explain_policy(operator(&desk), account, case)).map_err(Failure::new)? {
        Ok(explanation) if json => {
            say!("{}", serde_json::to_string_pretty(&explanation).map_err(Failure::new)?);
            Ok(ExitCode::SUCCESS)
        }
        Ok(explanation) => {
            say::print(format_args!("{}", in_words(&explanation)));
            Ok(ExitCode::SUCCESS)
        }
        Err(why) => {
            complain!("mfa-desk: {why}");
            Ok(ExitCode::FAILURE)
        }
    }
}

/// The settings that the server of this place goes by, if their rules are fit to be gone by.
fn rules_of(place: &Place) -> Result<Settings, Failure> {
    if let Some(demo) = place.data.as_deref().and_then(settings_of_demo) {
        return Ok(demo);
    }
    let settings = settings_of(place)?;
    let about_rules = |problem: &Problem| problem.key.starts_with("policy.") || problem.key.starts_with("risk.");
    let problems: Vec<Problem> = settings.problems(Mode::Serve).into_iter().filter(about_rules).collect();
    if problems.is_empty() { Ok(settings) } else { Err(listed(&problems)) }
}

fn length(minutes: i64) -> String {
    if minutes % 60 == 0 { format!("{} h", minutes / 60) } else { format!("{minutes} min") }
}

fn in_words(explanation: &Explanation) -> String {
    let Explanation { account, email_masked, kind, tier, status, has_phone, signals, paths, case, decision } =
        explanation;
    let phone = if *has_phone { "a phone number" } else { "no phone number" };
    let mut lines = vec![format!("account {account} ({email_masked}): {kind}, {tier}, {status}, {phone} of record")];
    if let Some(case) = case {
        let ends = case.cooling_off_ends_at.as_ref().map(|at| format!(", cooling-off ends {at}")).unwrap_or_default();
        lines.push(format!("case {}: {}{ends}", case.reference, case.state));
    }
    lines.push(String::new());
    lines.push(if signals.is_empty() { "risk signals: none".to_owned() } else { "risk signals:".to_owned() });
    for signal in signals {
        let (adds, approvals) = (length(signal.adds_minutes), signal.approvals);
        let approvals = if approvals == 1 { "1 approval".to_owned() } else { format!("{approvals} approvals") };
        lines.push(format!("  {} (adds {adds}, at least {approvals}): {}", signal.signal, signal.why));
    }
    for path in paths {
        lines.push(String::new());
        lines.extend(path_in_words(path));
    }
    lines.push(String::new());
    lines.push(decision.clone());
    lines.join("\n") + "\n"
}

fn path_in_words(path: &ExplainedPath) -> Vec<String> {
    let needs: Vec<String> = path.needs.iter().map(|group| group.join(" | ")).collect();
    let wait = if path.cooling_off_with_signals_minutes == path.cooling_off_minutes {
        length(path.cooling_off_minutes)
    } else {
        let (own, all) = (path.cooling_off_minutes, path.cooling_off_with_signals_minutes);
        format!("{} ({} + {} for risk signals)", length(all), length(own), length(all - own))
    };
    let mut lines = vec![
        format!("path {}", path.name),
        format!("  needs: {}; approvals: {}; cooling-off: {wait}", needs.join(", "), path.approvals),
        format!("  {}", path.assurance),
    ];
    if !path.not_offered.is_empty() {
        lines.push(format!("  cannot be finished for this account: no way to make {}", path.not_offered.join(", ")));
    }
    if let Some(progress) = &path.progress {
        let label = |code: &str| CheckKind::from_code(code).map_or(code.to_owned(), |kind| kind.label().to_owned());
        for there in &progress.there {
            let until = there.until.as_ref().map_or("as long as the case".to_owned(), |until| format!("until {until}"));
            lines.push(format!("  there: {} (counts {until})", label(there.check)));
        }
        lines.push(format!("  approvals given: {} of {}", progress.approvals_given, path.approvals));
        let missing = if progress.missing.is_empty() { "nothing".to_owned() } else { progress.missing.join("; ") };
        lines.push(format!("  missing: {missing}"));
        lines.push(format!("  stage: {}", progress.stage));
    }
    lines
}
