//! Whether credentials and rights are there. Nothing is changed: what only acting would prove is simulated where AWS
//! allows that, and otherwise said to be unproven.

use super::access::Person;
use super::answers::{arn, decision, user};
use super::client::{Fault, Query};
use super::names::{Arn, ROOT};
use super::{AwsIam, DirectoryError, Probe};
use crate::domain::directory::Login;

/// A user that should exist nowhere: "no such user" proves the right to ask as well as an answer does.
const NOBODY: &str = "mfa-desk-check-nobody";

fn probe(what: String, outcome: Result<(), Fault>) -> Probe {
    Probe { what, wrong: outcome.err().map(|fault| DirectoryError::from(fault).to_string()) }
}

/// The principal that an identity is a session of. Paths of roles are not told, so such a role is not found.
fn principal(caller: &str) -> String {
    match caller.split_once(":assumed-role/").and_then(|(head, rest)| Some((head, rest.split('/').next()?))) {
        Some((head, role)) => format!("{}:role/{role}", head.replacen(":sts:", ":iam:", 1)),
        None => caller.to_owned(),
    }
}

/// That there is no such user is an answer like any other.
fn answered<T>(answer: Result<T, Fault>) -> Result<(), Fault> {
    match answer {
        Err(fault) if !fault.is("NoSuchEntity") => Err(fault),
        _ => Ok(()),
    }
}

impl AwsIam {
    pub(super) async fn probes(&self, sample: Option<&Login>) -> Vec<Probe> {
        let caller = match self.access.chain.ask(&Query::sts("GetCallerIdentity", Vec::new()), arn).await {
            Ok(arn) => arn,
            Err(fault) => return vec![probe("AWS takes the desk's credentials".to_owned(), Err(fault))],
        };
        let mut probes = vec![probe(format!("the desk is {caller}"), Ok(()))];
        let sampled = sample.and_then(|login| self.access.person(login));
        if let (Some(login), None) = (sample, sampled) {
            let wrong = Some("it names nobody in the accounts that are configured".to_owned());
            probes.push(Probe { what: format!("the login {login}"), wrong });
        }
        for account in &self.access.accounts {
            let of_account = sampled.filter(|person| person.account.id == account.id);
            let user = of_account.and_then(|person| person.user).unwrap_or(NOBODY);
            let person = Person { account, user: Some(user) };
            let reached = self.probe_looks(person, &mut probes).await;
            if reached {
                // A role's rights are asked of the role; the caller's own, of the caller.
                let source = account.role.as_ref().map_or_else(|| principal(&caller), |role| role.arn.clone());
                probes.push(self.probe_acts(person, &source).await);
            }
            if let Some(root) = of_account.filter(|person| person.user.is_none()) {
                let what = format!("{}: may look at the root user's devices", account.id);
                probes.push(probe(what, self.devices(root).await.map(|_| ())));
            }
        }
        probes
    }

    /// Whether the account is reached and may be looked at; whether it is worth while to look further.
    async fn probe_looks(&self, person: Person<'_>, probes: &mut Vec<Probe>) -> bool {
        let id = &person.account.id;
        let found = self.access.ask(person, &Query::look("GetUser", person.field()), user).await;
        if let Ok(found) = &found
            && Arn::of(&found.arn).is_none_or(|arn| arn.account != *id)
        {
            let wrong = Some(super::elsewhere_error(id).to_string());
            probes.push(Probe { what: format!("{id}: the account is reached"), wrong });
            return false;
        }
        let found = answered(found);
        let reached = found.is_ok();
        probes.push(probe(format!("{id}: may look up users (iam:GetUser)"), found));
        if reached {
            let listed = answered(self.devices(person).await);
            probes.push(probe(format!("{id}: may list devices (iam:ListMFADevices)"), listed));
            let query = Query::look("ListVirtualMFADevices", vec![("MaxItems", "1".to_owned())]);
            let what = match self.access.ask(person, &query, |_| Some(())).await {
                Ok(()) => "may look for virtual devices that nobody uses (iam:ListVirtualMFADevices)",
                Err(_) => {
                    "may not look for virtual devices that nobody uses (iam:ListVirtualMFADevices), which is \
                           needed only to finish an interrupted deactivation"
                }
            };
            probes.push(probe(format!("{id}: {what}"), Ok(())));
        }
        reached
    }

    /// Whether the desk may deactivate, as far as that can be told without doing it.
    async fn probe_acts(&self, person: Person<'_>, source: &str) -> Probe {
        let id = &person.account.id;
        let mut denied = Vec::new();
        for (action, resource) in self.acts(person) {
            let fields = vec![
                ("PolicySourceArn", source.to_owned()),
                ("ActionNames.member.1", format!("iam:{action}")),
                ("ResourceArns.member.1", resource),
            ];
            match self.access.ask(person, &Query::look("SimulatePrincipalPolicy", fields), decision).await {
                Ok(decision) if decision == "allowed" => {}
                Ok(_) => denied.push(format!("iam:{action}")),
                Err(_) => {
                    let what =
                        "the rights to deactivate were not looked at: iam:SimulatePrincipalPolicy was not answered";
                    return probe(format!("{id}: {what}"), Ok(()));
                }
            }
        }
        let wrong = (!denied.is_empty()).then(|| format!("a simulation denies {}", denied.join(" and ")));
        Probe { what: format!("{id}: may deactivate devices, by a simulation of the policies"), wrong }
    }

    fn acts(&self, person: Person<'_>) -> Vec<(&'static str, String)> {
        let (id, name) = (&person.account.id, person.user.unwrap_or(ROOT));
        let of = |kind: &str| format!("arn:{}:iam::{id}:{kind}/{name}", self.access.chain.partition());
        let mut acts = vec![("DeactivateMFADevice", of("user"))];
        if self.delete_virtual_devices {
            acts.push(("DeleteVirtualMFADevice", of("mfa")));
        }
        acts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_of_a_role() {
        let session = "arn:aws:sts::123456789012:assumed-role/desk/i-0123";
        assert_eq!(principal(session), "arn:aws:iam::123456789012:role/desk");
        let user = "arn:aws:iam::123456789012:user/desk";
        assert_eq!(principal(user), user);
    }
}
