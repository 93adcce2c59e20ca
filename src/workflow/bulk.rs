use super::Desk;
use super::act::{Act, Halt};
use crate::domain::reference::CaseRef;
use crate::domain::tag::TagName;
use crate::store::StoreError;

/// What is to happen to several cases.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Bulk {
    /// Take each that nobody holds.
    Claim,
    /// Give each back.
    Release,
    /// Put a tag on each.
    Tag(TagName),
    /// Take a tag off each.
    Untag(TagName),
}

/// How it went with one case. The outer error is a fault of ours, and of this case alone.
pub type Went = Result<Result<(), Halt>, StoreError>;

/// A case that was picked, and the version that whoever picked it saw.
pub type Picked = (CaseRef, Option<i64>);

impl Desk {
    /// Does the same to several cases, to each by itself and by the rules for one: what stops one stops no other, and what
    /// was done is told whatever comes after it.
    pub async fn bulk(&self, act: Act, picked: Vec<Picked>, what: Bulk) -> Vec<(CaseRef, Went)> {
        let (mut done, mut away) = (Vec::with_capacity(picked.len()), false);
        for (reference, version) in picked {
            let (act, case) = (act.clone(), reference.clone());
            let went = match &what {
                // Each of the others would only wait for the database as long again.
                _ if away => Err(StoreError::Busy),
                Bulk::Claim => self.claim(act, case, version).await,
                Bulk::Release => self.release(act, case, version).await,
                Bulk::Tag(name) => self.tag_case(act, case, name.clone()).await,
                Bulk::Untag(name) => self.untag_case(act, case, name.clone()).await,
            };
            away = matches!(went, Err(StoreError::Busy | StoreError::Unavailable(_)));
            done.push((reference, went));
        }
        done
    }
}
