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

/// A case that was picked, and the version that whoever picked it saw.
pub type Picked = (CaseRef, Option<i64>);

impl Desk {
    /// Does the same to several cases, to each by itself and by the rules for one: what stops one stops no other.
    ///
    /// # Errors
    /// [`StoreError`] when the database fails; what was done before stays.
    pub async fn bulk(
        &self,
        act: Act,
        picked: Vec<Picked>,
        what: Bulk,
    ) -> Result<Vec<(CaseRef, Result<(), Halt>)>, StoreError> {
        let mut done = Vec::with_capacity(picked.len());
        for (reference, version) in picked {
            let (act, case) = (act.clone(), reference.clone());
            let outcome = match &what {
                Bulk::Claim => self.claim(act, case, version).await?,
                Bulk::Release => self.release(act, case, version).await?,
                Bulk::Tag(name) => self.tag_case(act, case, name.clone()).await?,
                Bulk::Untag(name) => self.untag_case(act, case, name.clone()).await?,
            };
            done.push((reference, outcome));
        }
        Ok(done)
    }
}
