use super::act::{Act, Changed, Done, Halt, command, known, refuse};
use super::{Desk, Kit, limits, recovery, risk};
use crate::domain::actor::Actor;
use crate::domain::audit::details;
use crate::domain::case::{Command, Refused, State};
use crate::domain::evidence::{CheckKind, Evidence, Giver};
use crate::domain::form::Language;
use crate::domain::ids::{AccountId, CustomerSessionId, EvidenceId};
use crate::domain::limits::Limit;
use crate::domain::reference::CaseRef;
use crate::domain::token::Token;
use crate::store::cases::{self, Filed};
use crate::store::links::{self, Link, LinkPurpose};
use crate::store::{StoreError, Tx, accounts, mail_failures};

/// What the page behind a link shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    /// The button confirms the address, which counts as evidence.
    pub first: bool,
    /// The owner helps themself: the button verifies the address for the sign-in that asked, and opens nothing here.
    pub of_owner: bool,
    /// The account that a link for administrators was sent to.
    pub administrator: Option<AccountId>,
    /// The language of the case's form.
    pub language: Language,
}

/// An address that was confirmed.
pub struct Confirmed {
    /// The secret of the cookie of a browser that may now see the case; none where its owner goes on elsewhere.
    pub session: Option<Token>,
    /// The language of the case.
    pub language: Language,
}

impl Desk {
    /// Looks at a link without using it: mail scanners fetch links too. The first fetch is recorded.
    ///
    /// # Errors
    /// [`Halt`] when the link cannot be used; [`StoreError`] when the database fails.
    pub async fn open_link(
        &self,
        reference: CaseRef,
        purpose: LinkPurpose,
        token: Option<Token>,
        ip: String,
    ) -> Result<Result<Opened, Halt>, StoreError> {
        let kit = self.kit.clone();
        let act = Act { actor: Actor::Customer, ip, at: self.now() };
        let look = move |tx: &mut Tx<'_>| {
            let (filed, link) = match usable(tx, &kit, &act, &reference, purpose, token.as_ref())? {
                Ok(found) => found,
                Err(halt) => return Ok(Err(halt)),
            };
            if links::mark_opened(tx, link.id, act.at)? {
                tx.record(act.case_entry("link.opened", &filed, details([("link", link.id.to_string().into())])));
            }
            let language = cases::language(tx.connection, filed.case.id)?;
            let of_owner = filed.case.with_owner;
            Ok(Ok(Opened { of_owner, administrator: link.administrator, first: counts(&filed), language }))
        };
        self.store.write(look).await
    }

    /// The button behind an opening link: confirms the address, uses the link up and lets this browser in.
    ///
    /// # Errors
    /// [`Halt`] when the link cannot be used; [`StoreError`] when the database fails.
    pub async fn confirm_email(
        &self,
        reference: CaseRef,
        token: Option<Token>,
        ip: String,
    ) -> Result<Result<Confirmed, Halt>, StoreError> {
        let kit = self.kit.clone();
        let act = Act { actor: Actor::Customer, ip, at: self.now() };
        let session = self.kit.entropy.token();
        let cookie = session.hash();
        let press = move |tx: &mut Tx<'_>| press(tx, &kit, &act, &reference, token.as_ref(), &cookie);
        let pressed = self.store.write(press).await?;
        self.run_errands();
        Ok(pressed.map(|(let_in, language)| Confirmed { session: let_in.then_some(session), language }))
    }
}

/// The link with this token, if it can still be used and its address is still the one of record.
pub(super) fn usable(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    reference: &CaseRef,
    purpose: LinkPurpose,
    token: Option<&Token>,
) -> Done<(Filed, Link)> {
    let Some(filed) = cases::lock(tx, reference)? else { return Ok(Err(Halt::UnknownLink)) };
    let found = match token {
        Some(token) => links::find(tx.connection, reference, purpose, &token.hash())?,
        None => None,
    };
    let halt = match &found {
        None => Some((Halt::UnknownLink, "unknown")),
        // Whoever objected once can object again: a case may have been let go on since.
        Some(link) if link.used_at.is_some() && purpose != LinkPurpose::Object => Some((Halt::UsedLink, "used")),
        Some(link) if link.expires_at <= act.at => Some((Halt::ExpiredLink, "expired")),
        Some(link) if purpose == LinkPurpose::Open => {
            let known = known(tx.connection, kit, &filed.case)?;
            let of_record = known.facts.is_some_and(|facts| facts.email == link.subject);
            (!of_record).then_some((Halt::ExpiredLink, "address_changed"))
        }
        Some(link) if purpose == LinkPurpose::Administer => {
            let still = administers(tx, kit, &filed, link)?;
            (!still).then_some((Halt::ExpiredLink, "no_administrator"))
        }
        Some(_) => None,
    };
    match (halt, found) {
        (None, Some(link)) => Ok(Ok((filed, link))),
        (halt, _) => {
            let (halt, why) = halt.unwrap_or((Halt::UnknownLink, "unknown"));
            // Anyone can try: once a minute for each case, place and reason is enough to be seen.
            let subject = format!("{} {} {why}", filed.case.id, act.ip);
            if limits::take(tx, kit, act, Limit::LinkRefusals, &subject)? {
                tx.record(act.case_entry("link.refused", &filed, details([("why", why.into())])));
            }
            Ok(Err(halt))
        }
    }
}

/// Whether the one a link was sent to is still an administrator with this address.
fn administers(tx: &mut Tx<'_>, kit: &Kit, filed: &Filed, link: &Link) -> Result<bool, StoreError> {
    let (Some(account), Some(administrator)) = (filed.case.account, link.administrator) else { return Ok(false) };
    let administrators = accounts::administrators(tx.connection, account)?;
    let found = administrators.iter().find(|found| found.id == administrator);
    Ok(found.is_some_and(|found| kit.key.email_subject(&found.email) == link.subject))
}

/// Whether the button of a case's link gives evidence at this moment, and not only the way to its page.
fn counts(filed: &Filed) -> bool {
    filed.case.state == State::Submitted || filed.case.state.is_under_review()
}

/// Confirms the address. Answers whether the browser was let in, and the language of the case.
fn press(
    tx: &mut Tx<'_>,
    kit: &Kit,
    act: &Act,
    reference: &CaseRef,
    token: Option<&Token>,
    cookie: &str,
) -> Done<(bool, Language)> {
    let (filed, link) = match usable(tx, kit, act, reference, LinkPurpose::Open, token)? {
        Ok(found) => found,
        Err(halt) => return Ok(Err(halt)),
    };
    if filed.case.state == State::Disputed {
        return Ok(Err(refuse(tx, act, &filed, "open", Refused::Disputed)));
    }
    if !links::use_up(tx, link.id, act.at)? {
        return Ok(Err(Halt::UsedLink));
    }
    // Whoever has the link got a mail there.
    if mail_failures::clear(tx, &link.subject, link.id.made_at(), act.at)? > 0 {
        tx.record(act.case_entry("mail.failure_cleared", &filed, details([("why", "link_used".into())])));
    }
    let language = cases::language(tx.connection, filed.case.id)?;
    let wanted = counts(&filed);
    if filed.case.with_owner && !wanted {
        return Ok(Err(Halt::ExpiredLink));
    }
    if wanted {
        let id = kit.id(EvidenceId::new, act.at);
        let given = Evidence::passed(id, CheckKind::EmailLink, act.at, Giver::Customer, Some(link.subject.clone()));
        match command(tx, kit, act, &filed, &Command::ConfirmEmail(given))? {
            Ok(Changed { .. }) => {}
            Err(halt) => return Ok(Err(halt)),
        }
        recovery::give_place_back(tx, kit, filed.case.id)?;
        // Only from now on it counts among the requests of its mail domain.
        risk::wake_others(tx, kit, (&filed.case, risk::Wake::Confirmed), filed.case.account, act.at)?;
    }
    if filed.case.with_owner {
        links::void(tx, filed.case.id, act.at)?;
        return Ok(Ok((false, language)));
    }
    let session = kit.id(CustomerSessionId::new, act.at);
    let expires_at = act.at + kit.sessions.customer();
    links::begin_session(tx, session, filed.case.id, cookie, act.at, expires_at)?;
    tx.record(act.case_entry("case.page_opened", &filed, details([("session", session.to_string().into())])));
    Ok(Ok((true, language)))
}
