//! What the entities of all kinds have in common: an id or a name by which they are told apart. One list of the kinds
//! is at the bottom; what is to be done for each kind is done through it.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::model::{Api, Consumer, Customer, Environment, Group, Key, Plan, Route, Rules, Service};

/// An entity of the directory.
pub trait Entity: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static {
    /// The name of its list, such as `consumers`.
    const KIND: &'static str;
    /// The member that tells one from the other at least.
    const NAMED: &'static str = "name";

    /// Its id in the gateway.
    fn id(&self) -> Option<&str>;

    /// Its name, or "".
    fn name(&self) -> &str;

    /// Further texts by which it is known.
    fn aliases(&self) -> &[String] {
        &[]
    }

    /// Its rules, when its kind has some.
    fn rules(&self) -> Option<&Rules> {
        None
    }

    /// What tells it from the others of its kind: the id, or else the name.
    fn key(&self) -> &str {
        self.id().unwrap_or_else(|| self.name())
    }

    /// What people call it.
    fn label(&self) -> &str {
        if self.name().is_empty() { self.key() } else { self.name() }
    }
}

macro_rules! entities {
    ($($kind:literal $entity:ident { $($more:item)* })*) => {
        $(impl Entity for $entity {
            const KIND: &'static str = $kind;

            fn id(&self) -> Option<&str> {
                self.id.as_deref()
            }

            fn name(&self) -> &str {
                &self.name
            }

            $($more)*
        })*
    };
}

entities! {
    "environments" Environment { fn rules(&self) -> Option<&Rules> { Some(&self.rules) } }
    "customers" Customer {}
    "groups" Group {}
    "plans" Plan {}
    "consumers" Consumer {
        fn rules(&self) -> Option<&Rules> { Some(&self.rules) }
        fn aliases(&self) -> &[String] { &self.aliases }
    }
    "apis" Api { fn rules(&self) -> Option<&Rules> { Some(&self.rules) } }
    "services" Service { fn rules(&self) -> Option<&Rules> { Some(&self.rules) } }
    "routes" Route {
        fn rules(&self) -> Option<&Rules> { Some(&self.rules) }
        fn aliases(&self) -> &[String] { &self.templates }
    }
}

impl Entity for Key {
    const KIND: &'static str = "keys";
    const NAMED: &'static str = "id";

    fn id(&self) -> Option<&str> {
        Some(&self.id)
    }

    fn name(&self) -> &str {
        &self.name
    }
}

/// Hands the kinds, as `list: Type,`, to a macro.
macro_rules! each_kind {
    ($with:ident) => {
        $with! {
            environments: crate::directory::Environment,
            customers: crate::directory::Customer,
            groups: crate::directory::Group,
            plans: crate::directory::Plan,
            consumers: crate::directory::Consumer,
            keys: crate::directory::Key,
            apis: crate::directory::Api,
            services: crate::directory::Service,
            routes: crate::directory::Route,
        }
    };
}

pub(crate) use each_kind;
