//! What may happen only so often: every limit with its name, its budgets, and whether only a supervisor ends it.

use chrono::TimeDelta;

use super::words::coded;

coded! {
    /// Something that may happen only so often.
    pub enum Limit {
        /// Forms for assistance from one network.
        FormsOfNetwork = "form-network", "Request forms from one network";
        /// Forms that name one address, from one network.
        FormsForAddress = "form-address", "Request forms for one address from one network";
        /// Forms that name one address, from anywhere.
        FormsForAddressAnywhere = "form-address-anywhere", "Request forms for one address";
        /// Fresh links that are asked for from one network, whether or not there is such a case.
        LinkAsks = "link-network", "New links asked for from one network";
        /// Fresh links that one case has mailed.
        LinkMails = "link-mail", "New links for one case";
        /// Mails that anyone can cause to one account by filling in forms.
        StrangersMails = "strangers-mail", "Mails to one account that anyone can cause";
        /// The share of them that requests from one network can cause.
        StrangersMailsFromNetwork = "strangers-mail-network", "Mails to one account caused from one network";
        /// Calls to one number, whoever asks.
        CallsToPhone = "call", "Calls to one phone";
        /// Calls for one case.
        CallsOfCase = "call-case", "Calls for one case";
        /// Calls for one account.
        CallsOfAccount = "call-account", "Calls for one account";
        /// Calls that are asked for from one network.
        CallsFromNetwork = "call-network", "Calls asked for from one network";
        /// Calls that one person at the desk makes.
        CallsByAgent = "call-agent", "Calls by one agent";
        /// Wrong codes of one account: each is followed by a longer wait.
        WrongCodes = "code-wait", "Wrong codes of one account";
        /// Too many wrong codes in a row of one account.
        PhoneCodes = "phone-code", "Phone codes of one account";
        /// Wrong passwords of one person at the desk from one place.
        SignIns = "sign-in", "Sign-ins of one person from one place";
        /// Wrong passwords of one person at the desk from anywhere.
        SignInsAnywhere = "sign-in-anywhere", "Sign-ins of one person";
        /// Wrong passwords from one network.
        SignInsFromNetwork = "sign-in-network", "Sign-ins from one network";
        /// Single sign-ons that begin in one network.
        SsoSignIns = "sso-network", "Single sign-ons from one network";
        /// Requests of programs with useless tokens from one network.
        UselessTokens = "token-network", "Useless tokens of programs from one network";
        /// Wrong passwords from one browser that its owner signed in with before.
        SignInsOfBrowser = "sign-in-browser", "Sign-ins of one person from one known browser";
        /// Links to set a password for one person at the desk, asked for from one place.
        PasswordLinks = "password-link", "Password links asked for, for one person, from one place";
        /// Links to set a password that one person at the desk is mailed.
        PasswordLinksAnywhere = "password-link-anywhere", "Password links mailed to one person";
        /// Wrong passwords, and wrong codes of second steps, of accounts from one network.
        AccountSignInsFromNetwork = "account-sign-in-network", "Sign-ins to accounts from one network";
        /// Wrong passwords of one account from one place.
        AccountSignIns = "account-sign-in", "Sign-ins to one account from one place";
        /// Wrong passwords of one account from anywhere.
        AccountSignInsAnywhere = "account-sign-in-anywhere", "Sign-ins to one account";
        /// Wrong second factors from one place.
        AccountCodes = "account-code", "Sign-in codes of one account from one place";
        /// Wrong second factors from anywhere.
        AccountCodesAnywhere = "account-code-anywhere", "Sign-in codes of one account";
        /// Wrong second factors from one browser that its owner signed in with before.
        CodesOfBrowser = "code-browser", "Sign-in codes of one account from one known browser";
        /// Cases that the owner of one account begins alone, from one place.
        RecoveriesFromPlace = "recovery-place", "Self-service of one account from one place";
        /// Cases that the owner of one account begins alone, from anywhere.
        RecoveriesOfAccount = "recovery-account", "Self-service of one account";
        /// Changes of the authenticators of one account.
        AuthenticatorChanges = "authenticator-change", "Changes of one account's devices";
        /// Wrong recovery codes and pairs of codes on the page of one case.
        ProofsOfCase = "proof-case", "Saved codes and device codes of one case";
        /// Wrong recovery codes and pairs of codes on the pages of all cases of one account.
        ProofsOfAccount = "proof-account", "Saved codes and device codes of one account";
        /// The administrators of an account, asked about one case.
        AdministratorsOfCase = "administrators-case", "Administrators asked about one case";
        /// The administrators of an account, asked by one member.
        AdministratorsOfMember = "administrators-member", "Administrators asked by one member";
        /// Changes of the telephone number of one account that are asked for.
        PhoneChanges = "phone-change", "New phone numbers asked for by one account";
        /// Text messages to one number.
        TextsToPhone = "text", "Text messages to one phone";
        /// Documents from one network.
        Documents = "document-network", "Documents sent from one network";
        /// Mails from one address, and to one case.
        InboundMails = "inbound-mail", "Mails from one address or to one case";
        /// Messages that the customer of one case writes.
        Messages = "message", "Messages from the customer of one case";
        /// Full addresses that one person at the desk is shown.
        Reveals = "reveal", "Full addresses shown to one agent";
        /// Different cases, and mails that belong to none, that one person at the desk looks at.
        Views = "case-view", "Cases and mails looked at by one agent";
        /// Looking at one case again: one entry in the log is enough.
        SameView = "view", "Looks of one agent at one case";
        /// Unsigned requests to the telephone provider's hooks: one entry is enough.
        HookRefusals = "hook", "Unsigned hook requests from one address";
        /// Useless links: one entry is enough.
        LinkRefusals = "link-refused", "Useless links of one case from one address";
        /// Sign-ins that are tried too often: one entry is enough.
        SignInRefusals = "sign-in-refused", "Sign-ins tried too often";
        /// Requests with one token that sleeps: one entry is enough.
        DormantTokens = "token-dormant", "Requests with one token that sleeps";
        /// Requests of members that are not the account's to see: one entry is enough.
        RequestRefusals = "request-refused", "Requests of members not shown to one account";
    }
}

impl Limit {
    /// Reached, it is a block that the desk sees; the others only keep the log from being flooded.
    pub const fn is_shown(self) -> bool {
        !matches!(
            self,
            Self::SameView
                | Self::HookRefusals
                | Self::LinkRefusals
                | Self::SignInRefusals
                | Self::DormantTokens
                | Self::RequestRefusals
        )
    }

    /// Counted one after another, over all instances. What anyone can flood must not make instances wait for each
    /// other; it may be exceeded by what they take at the very same moment.
    pub const fn is_exact(self) -> bool {
        !matches!(
            self,
            Self::FormsOfNetwork
                | Self::FormsForAddress
                | Self::FormsForAddressAnywhere
                | Self::LinkAsks
                | Self::SsoSignIns
                | Self::UselessTokens
        )
    }

    /// Reached, it stays so until a supervisor lifts it.
    pub const fn waits_for_supervisor(self) -> bool {
        matches!(self, Self::PhoneCodes)
    }
}

/// How often something may happen in a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// So often,
    pub most: i64,
    /// in so long.
    pub window: TimeDelta,
}

/// The numbers an operator sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    /// See [`Limit::FormsOfNetwork`], in an hour and in a day.
    pub forms_of_network: (u32, u32),
    /// See [`Limit::FormsForAddress`], in an hour.
    pub forms_for_address: u32,
    /// See [`Limit::LinkMails`], in an hour.
    pub link_mails: u32,
    /// See [`Limit::StrangersMails`], in an hour.
    pub strangers_mails: u32,
    /// See [`Limit::CallsToPhone`], in an hour and in a day.
    pub calls_to_phone: (u32, u32),
    /// See [`Limit::CallsOfCase`] and [`Limit::CallsOfAccount`], in a day.
    pub calls_of_case: u32,
    /// See [`Limit::CallsFromNetwork`], in an hour.
    pub calls_from_network: u32,
    /// See [`Limit::CallsByAgent`], in an hour.
    pub calls_by_agent: u32,
    /// See [`Limit::SignInsFromNetwork`], [`Limit::AccountSignInsFromNetwork`] and [`Limit::UselessTokens`], in a quarter
    /// of an hour.
    pub sign_ins_from_network: u32,
    /// See [`Limit::Documents`], in an hour.
    pub documents: u32,
    /// See [`Limit::Messages`], in an hour.
    pub messages: u32,
    /// See [`Limit::InboundMails`], in an hour.
    pub inbound_mails: u32,
    /// See [`Limit::Reveals`], in an hour.
    pub reveals: u32,
    /// See [`Limit::Views`], in an hour.
    pub views: u32,
}

/// An address can be named from this many networks before others cannot name it any more.
const NETWORKS_FOR_ADDRESS: u32 = 3;
/// Fresh links that are asked for from one network in an hour, before nobody looks for the case any more.
const LINK_ASKS: u32 = 60;
/// Changes of a telephone number that are asked for in a day: more are not needed, and each is a mail.
const PHONE_CHANGES: u32 = 5;
/// Single sign-ons that begin in one network. None is a guess, so whole offices fit in.
const SSO_SIGN_INS: u32 = 1000;

const HOUR: TimeDelta = TimeDelta::hours(1);
const DAY: TimeDelta = TimeDelta::days(1);
const QUARTER: TimeDelta = TimeDelta::minutes(15);
const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// No budget reaches back further.
pub const LONGEST_WINDOW: TimeDelta = DAY;

impl Amounts {
    /// The budgets of a limit; all of them have to hold. Limits that count failures in a row have none.
    pub fn budgets(&self, limit: Limit) -> Vec<Budget> {
        let list: &[(u32, TimeDelta)] = match limit {
            Limit::FormsOfNetwork => &[(self.forms_of_network.0, HOUR), (self.forms_of_network.1, DAY)],
            Limit::FormsForAddress => &[(self.forms_for_address, HOUR)],
            Limit::FormsForAddressAnywhere => &[(self.forms_for_address.saturating_mul(NETWORKS_FOR_ADDRESS), HOUR)],
            Limit::LinkAsks => &[(LINK_ASKS, HOUR)],
            Limit::LinkMails => &[(self.link_mails, HOUR)],
            Limit::StrangersMails => &[(self.strangers_mails, HOUR)],
            Limit::StrangersMailsFromNetwork => &[((self.strangers_mails / 4).max(1), HOUR)],
            Limit::CallsToPhone => &[(self.calls_to_phone.0, HOUR), (self.calls_to_phone.1, DAY)],
            Limit::CallsOfCase | Limit::CallsOfAccount => &[(self.calls_of_case, DAY)],
            Limit::CallsFromNetwork => &[(self.calls_from_network, HOUR)],
            Limit::CallsByAgent => &[(self.calls_by_agent, HOUR)],
            Limit::WrongCodes | Limit::PhoneCodes => &[],
            // Each has to wait longer than the one before: `domain::authn::Guesses`.
            Limit::SignIns
            | Limit::SignInsAnywhere
            | Limit::SignInsOfBrowser
            | Limit::AccountSignIns
            | Limit::AccountSignInsAnywhere
            | Limit::AccountCodes
            | Limit::AccountCodesAnywhere
            | Limit::CodesOfBrowser => &[],
            Limit::SsoSignIns => &[(SSO_SIGN_INS, QUARTER)],
            Limit::SignInsFromNetwork | Limit::AccountSignInsFromNetwork | Limit::UselessTokens => {
                &[(self.sign_ins_from_network, QUARTER)]
            }
            Limit::PasswordLinks => &[(3, HOUR)],
            // One works for an hour, so that whoever uses these up for somebody leaves them a link.
            Limit::PasswordLinksAnywhere => &[(3, HOUR)],
            // Only somebody who knows the password gets here. One place alone cannot use up what the owner has elsewhere.
            Limit::RecoveriesFromPlace => &[(5, HOUR), (10, DAY)],
            Limit::RecoveriesOfAccount => &[(15, HOUR), (40, DAY)],
            // Setting eight devices up takes two of these each, with some room for what goes wrong.
            Limit::AuthenticatorChanges => &[(60, HOUR)],
            Limit::ProofsOfCase => &[(5, HOUR)],
            Limit::ProofsOfAccount => &[(10, HOUR)],
            Limit::AdministratorsOfCase => &[(3, DAY)],
            Limit::AdministratorsOfMember => &[(6, DAY)],
            Limit::PhoneChanges => &[(PHONE_CHANGES, DAY)],
            Limit::TextsToPhone => &[(self.calls_to_phone.0, HOUR), (self.calls_to_phone.1, DAY)],
            Limit::Documents => &[(self.documents, HOUR)],
            Limit::Messages => &[(self.messages, HOUR)],
            Limit::InboundMails => &[(self.inbound_mails, HOUR)],
            Limit::Reveals => &[(self.reveals, HOUR)],
            Limit::Views => &[(self.views, HOUR)],
            Limit::SameView => &[(1, QUARTER)],
            Limit::DormantTokens => &[(1, DAY)],
            Limit::HookRefusals | Limit::LinkRefusals | Limit::SignInRefusals | Limit::RequestRefusals => {
                &[(1, MINUTE)]
            }
        };
        list.iter().map(|(most, window)| Budget { most: i64::from(*most), window: *window }).collect()
    }
}

/// Wrong codes in a row that cost no wait: those of one code.
const FREE_FAILURES: i32 = 3;

/// How long after this many wrong codes in a row the next code has to wait (SP 800-63B-4 §3.2.2): nothing at first,
/// then half a minute, doubled with every further code that failed, an hour at most.
pub fn wait_after(failures: i32) -> TimeDelta {
    if failures <= FREE_FAILURES {
        return TimeDelta::zero();
    }
    let doublings = ((failures - FREE_FAILURES - 1) / FREE_FAILURES).clamp(0, 16);
    TimeDelta::seconds(30 << doublings).min(HOUR)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amounts() -> Amounts {
        Amounts {
            forms_of_network: (60, 300),
            forms_for_address: 20,
            link_mails: 3,
            strangers_mails: 20,
            calls_to_phone: (3, 8),
            calls_of_case: 12,
            calls_from_network: 30,
            calls_by_agent: 30,
            sign_ins_from_network: 100,
            documents: 10,
            messages: 20,
            inbound_mails: 30,
            reveals: 30,
            views: 200,
        }
    }

    #[test]
    fn every_limit_is_a_budget_or_counts_failures_in_a_row() {
        for limit in Limit::ALL {
            let budgets = amounts().budgets(*limit);
            let in_a_row = matches!(
                limit,
                Limit::WrongCodes
                    | Limit::PhoneCodes
                    | Limit::SignIns
                    | Limit::SignInsAnywhere
                    | Limit::SignInsOfBrowser
                    | Limit::AccountSignIns
                    | Limit::AccountSignInsAnywhere
                    | Limit::AccountCodes
                    | Limit::AccountCodesAnywhere
                    | Limit::CodesOfBrowser
            );
            assert_eq!(budgets.is_empty(), in_a_row, "{}", limit.code());
            assert!(
                budgets.iter().all(|budget| budget.most > 0 && budget.window <= LONGEST_WINDOW),
                "{}",
                limit.code()
            );
        }
    }

    #[test]
    fn nothing_that_a_stranger_can_reach_alone_waits_for_a_supervisor() {
        let waits: Vec<_> = Limit::ALL.iter().filter(|limit| limit.waits_for_supervisor()).collect();
        assert_eq!(waits, [&Limit::PhoneCodes]);
        assert!(waits.iter().all(|limit| limit.is_shown()));
    }

    #[test]
    fn waits_grow_with_failures_and_end_at_an_hour() {
        assert_eq!(wait_after(0), TimeDelta::zero());
        assert_eq!(wait_after(3), TimeDelta::zero());
        assert_eq!(wait_after(4), TimeDelta::seconds(30));
        assert_eq!(wait_after(6), TimeDelta::seconds(30));
        assert_eq!(wait_after(7), TimeDelta::minutes(1));
        assert!((0..200).all(|n| wait_after(n) <= wait_after(n + 1)));
        assert_eq!(wait_after(100), HOUR);
        assert_eq!(wait_after(i32::MAX), HOUR);
    }
}
