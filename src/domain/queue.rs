//! How people look at the queue: views, filters and the order of its lines, and how the address of its page says so.

use super::account::Tier;
use super::case::State;
use super::form::Language;
use super::ids::{AgentId, TagId};
use super::words::coded;

coded! {
    /// A view of the queue that everybody has.
    pub enum View {
        /// Every open case.
        Open = "open", "All open";
        /// Open cases that the agent holds.
        Mine = "mine", "Mine";
        /// Open cases that nobody holds.
        Unassigned = "unassigned", "Unassigned";
        /// The customer has to do something.
        WaitingForCustomer = "customer", "Waiting for customer";
        /// A second agent has to approve.
        WaitingForApproval = "approval", "Waiting for approval";
        /// The cooling-off runs.
        CoolingOff = "cooling-off", "Cooling off";
        /// An agent may deactivate.
        Ready = "ready", "Ready";
        /// What the desk owes is overdue.
        Overdue = "overdue", "Overdue";
        /// Someone said it was not them.
        Disputed = "disputed", "Disputed";
        /// Cases that are over.
        Ended = "ended", "Ended";
    }
}

coded! {
    /// What the queue is sorted by.
    pub enum Sort {
        /// When the desk owes something next; cases that it owes nothing stand at the end of time.
        Due = "due", "Due";
        /// When the request came in.
        Submitted = "submitted", "Submitted";
        /// When it last changed.
        Changed = "changed", "Changed";
    }
}

/// Who holds the cases that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeldBy {
    /// No one.
    NoOne,
    /// This agent.
    Agent(AgentId),
}

/// What the cases that are asked for have in common.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Only this state.
    pub state: Option<State>,
    /// Only this tier.
    pub tier: Option<Tier>,
    /// Only with this tag.
    pub tag: Option<TagId>,
    /// Only held by these.
    pub held_by: Option<HeldBy>,
    /// Only in this language.
    pub language: Option<Language>,
}

/// What somebody looks at: the part of the page's address that can be kept as a view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Which view it starts from.
    pub view: View,
    /// What else the cases have in common.
    pub filter: Filter,
    /// What it is sorted by.
    pub sort: Sort,
    /// The greatest first.
    pub descending: bool,
}

impl Look {
    /// A view as it is by itself: what is due next first, and of what is over the newest.
    pub fn of(view: View) -> Self {
        let over = view == View::Ended;
        let sort = if over { Sort::Changed } else { Sort::Due };
        Self { view, filter: Filter::default(), sort, descending: over }
    }

    /// Reads the fields of an address. What it does not say, or nobody understands, is as the view is by itself.
    pub fn read<'a>(field: impl Fn(&str) -> &'a str) -> Self {
        let mut look = Self::of(View::from_code(field("view")).unwrap_or(View::Open));
        look.filter = Filter {
            state: State::from_code(field("state")),
            tier: Tier::from_code(field("tier")),
            tag: field("tag").parse().ok(),
            held_by: match field("holder") {
                "none" => Some(HeldBy::NoOne),
                agent => agent.parse().ok().map(HeldBy::Agent),
            },
            language: Language::from_code(field("language")),
        };
        if let Some(sort) = Sort::from_code(field("sort")) {
            (look.sort, look.descending) = (sort, false);
        }
        match field("order") {
            "up" => look.descending = false,
            "down" => look.descending = true,
            _ => {}
        }
        look
    }

    /// The fields that say it, without those that are as the view is by itself.
    pub fn fields(&self) -> Vec<(&'static str, String)> {
        let itself = Self::of(self.view);
        let mut fields = vec![("view", self.view.code().to_owned())];
        let filter = &self.filter;
        fields.extend(filter.state.map(|state| ("state", state.code().to_owned())));
        fields.extend(filter.tier.map(|tier| ("tier", tier.code().to_owned())));
        fields.extend(filter.tag.map(|tag| ("tag", tag.to_string())));
        fields.extend(filter.held_by.map(|held_by| match held_by {
            HeldBy::NoOne => ("holder", "none".to_owned()),
            HeldBy::Agent(agent) => ("holder", agent.to_string()),
        }));
        fields.extend(filter.language.map(|language| ("language", language.code().to_owned())));
        if (self.sort, self.descending) != (itself.sort, itself.descending) {
            fields.push(("sort", self.sort.code().to_owned()));
            fields.push(("order", if self.descending { "down" } else { "up" }.to_owned()));
        }
        fields
    }

    /// The part of an address after its question mark. Every value is a code or an identifier, so none is escaped.
    pub fn address(&self) -> String {
        let fields = self.fields().into_iter().map(|(name, value)| format!("{name}={value}"));
        fields.collect::<Vec<_>>().join("&")
    }

    /// Reads what [`Look::address`] wrote.
    pub fn from_address(address: &str) -> Self {
        let fields: Vec<(&str, &str)> = address.split('&').filter_map(|field| field.split_once('=')).collect();
        Self::read(|name| fields.iter().find(|(field, _)| *field == name).map_or("", |(_, value)| value))
    }

    /// What really decides the order: what is overdue goes by when it was due.
    pub fn sort(&self) -> Sort {
        if self.view == View::Overdue { Sort::Due } else { self.sort }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn what_an_address_says_is_read_back(
            view in prop::sample::select(View::ALL), sort in prop::sample::select(Sort::ALL), descending: bool,
            state in prop::option::of(prop::sample::select(State::ALL)),
            tier in prop::option::of(prop::sample::select(Tier::ALL)),
            language in prop::option::of(prop::sample::select(Language::ALL)),
            holder in 0_u8..3, tagged: bool,
        ) {
            let at = chrono::DateTime::UNIX_EPOCH;
            let held_by = [None, Some(HeldBy::NoOne), Some(HeldBy::Agent(AgentId::new(at, [7; 10])))][usize::from(holder)];
            let tag = tagged.then(|| TagId::new(at, [9; 10]));
            let look = Look { view, filter: Filter { state, tier, tag, held_by, language }, sort, descending };
            prop_assert_eq!(Look::from_address(&look.address()), look);
        }
    }

    #[test]
    fn what_nobody_understands_is_left_out() {
        assert_eq!(Look::read(|_| "'; DROP TABLE cases; --"), Look::of(View::Open));
    }
}
