use super::Desk;
use super::act::{Act, Halt};
use crate::domain::actor::Role;
use crate::domain::audit::details;
use crate::domain::form::is_name;
use crate::domain::ids::{AgentId, SavedViewId};
use crate::domain::queue::Look;
use crate::store::saved_views::{self, SavedView};
use crate::store::{StoreError, Tx};

/// Characters of a name.
const LONGEST: usize = 40;
/// Views that one person keeps, and that all share.
const MOST: usize = 20;

/// Whether somebody with this role may share a view with everybody.
pub fn may_share_views(role: Role) -> bool {
    role.supervises()
}

/// Whether somebody may remove a view: their own, or a shared one as a supervisor.
pub fn may_remove_view(view: &SavedView, who: AgentId, role: Role) -> bool {
    if view.shared { role.supervises() } else { view.owner == who }
}

impl Desk {
    /// Keeps what somebody looks at under a name; supervisors can share it with everybody. Answers which view it is.
    ///
    /// # Errors
    /// [`Halt`] when the name cannot be taken, there are too many views, or a rule forbids it; [`StoreError`] when the
    /// database fails.
    pub async fn save_view(
        &self,
        act: Act,
        name: &str,
        look: Look,
        shared: bool,
    ) -> Result<Result<SavedViewId, Halt>, StoreError> {
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if !is_name(&name, LONGEST) {
            return Ok(Err(Halt::BadText(format!("Give the view a name of at most {LONGEST} characters."))));
        }
        let kit = self.kit.clone();
        let save = move |tx: &mut Tx<'_>| {
            let Some(owner) = act.actor.agent() else { return Ok(Err(Halt::Gone)) };
            if shared && !act.actor.role().is_some_and(may_share_views) {
                return Ok(Err(Halt::BadText("Only supervisors share views.".to_owned())));
            }
            let there = saved_views::of_agent(tx.connection, owner)?;
            let alike: Vec<_> = there.iter().filter(|view| view.shared == shared).collect();
            if alike.iter().any(|view| view.name == name) {
                return Ok(Err(Halt::BadText(
                    "There is a view of this name. Remove it first, or take another.".to_owned(),
                )));
            }
            if alike.len() >= MOST {
                return Ok(Err(Halt::BadText(format!("There are {MOST} such views. Remove one first."))));
            }
            let view = SavedView {
                id: kit.id(SavedViewId::new, act.at),
                name: name.clone(),
                owner,
                shared,
                look: look.clone(),
            };
            saved_views::insert(tx, &view, act.at)?;
            let about = details([("view", view.id.to_string().into()), ("shared", shared.into())]);
            tx.record(act.entry("view.saved", None, None, about));
            Ok(Ok(view.id))
        };
        self.store.write(save).await
    }

    /// Forgets a view: one's own, or a shared one as a supervisor.
    ///
    /// # Errors
    /// [`Halt::Gone`] when there is none that whoever asks may remove; [`StoreError`] when the database fails.
    pub async fn remove_view(&self, act: Act, id: SavedViewId) -> Result<Result<(), Halt>, StoreError> {
        let remove = move |tx: &mut Tx<'_>| {
            let (Some(who), Some(role)) = (act.actor.agent(), act.actor.role()) else { return Ok(Err(Halt::Gone)) };
            let may = |view: &SavedView| may_remove_view(view, who, role);
            let Some(view) = saved_views::find(tx.connection, id)?.filter(may) else { return Ok(Err(Halt::Gone)) };
            if !saved_views::remove(tx, id)? {
                return Ok(Err(Halt::Gone));
            }
            let about = details([("view", id.to_string().into()), ("shared", view.shared.into())]);
            tx.record(act.entry("view.removed", None, None, about));
            Ok(Ok(()))
        };
        self.store.write(remove).await
    }
}
