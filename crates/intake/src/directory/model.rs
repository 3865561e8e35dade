//! The nouns of the directory: what is known besides the logs, as one origin says it at one moment. Plain data: no
//! time, no other origin, no lookups. Anything may be left out; a list that is empty says nothing.
//!
//! Entities refer to each other by id or by name. Key values, passwords and other secrets have no place here: an
//! importer that meets one drops it and notes that it did.

use serde::{Deserialize, Serialize};

use super::text::{some_text, text, texts};

/// What one origin (a file, a gateway) says: all of it. What it no longer says is gone from its time on.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Snapshot {
    /// Who says it, such as `kong-eu`. The one who imports may choose another name.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub origin: String,
    /// The sources whose events it speaks of; empty for all. Two gateways may use one name for different consumers.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub sources: Vec<String>,
    /// Prod, staging, a workspace.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub environments: Vec<Environment>,
    /// Who pays.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub customers: Vec<Customer>,
    /// What consumers belong to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Group>,
    /// How much may be used.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<Plan>,
    /// Who calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub consumers: Vec<Consumer>,
    /// What they call with: ids and names, never values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<Key>,
    /// What is offered.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub apis: Vec<Api>,
    /// What stands behind.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Service>,
    /// Which calls go where, and who may make them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub routes: Vec<Route>,
}

/// An environment: prod, staging, a workspace. An event is in it when every list that is not empty holds its value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Environment {
    /// Its id in the gateway.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "some_text")]
    pub id: Option<String>,
    /// Its name.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// Sources of its events.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub sources: Vec<String>,
    /// Domains that lead to it.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub domains: Vec<String>,
    /// Stages that belong to it.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub stages: Vec<String>,
    /// Rules for every route without one of its own.
    #[serde(skip_serializing_if = "Rules::is_empty")]
    pub rules: Rules,
    /// Words of your own.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub tags: Vec<String>,
}

impl Environment {
    /// Whether it says no more than its name.
    pub(crate) fn is_for_all(&self) -> bool {
        self.sources.is_empty() && self.domains.is_empty() && self.stages.is_empty()
    }
}

/// A customer: who consumers and keys belong to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Customer {
    /// Its id in the gateway or in the books.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "some_text")]
    pub id: Option<String>,
    /// Its name.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// Words of your own.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub tags: Vec<String>,
}

/// A group of consumers (Kong ACL group or consumer group).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Group {
    /// Its id in the gateway.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "some_text")]
    pub id: Option<String>,
    /// Its name.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// Words of your own.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub tags: Vec<String>,
}

/// A usage plan: how much may be used, and of what.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Plan {
    /// Its id in the gateway.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "some_text")]
    pub id: Option<String>,
    /// Its name.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// Calls for each period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<Quota>,
    /// Calls for each second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throttle: Option<Throttle>,
    /// The APIs and stages it is for; empty for all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub covers: Vec<Cover>,
    /// Words of your own.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub tags: Vec<String>,
}

/// So many calls for each period.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// Calls.
    pub limit: u64,
    /// In how long.
    pub period: Period,
}

impl Period {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Period::Second => "second",
            Period::Minute => "minute",
            Period::Hour => "hour",
            Period::Day => "day",
            Period::Week => "week",
            Period::Month => "month",
            Period::Year => "year",
        }
    }
}

/// The period of a quota.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Period {
    #[serde(alias = "SECOND")]
    Second,
    #[serde(alias = "MINUTE")]
    Minute,
    #[serde(alias = "HOUR")]
    Hour,
    #[serde(alias = "DAY")]
    Day,
    #[serde(alias = "WEEK")]
    Week,
    #[serde(alias = "MONTH")]
    Month,
    #[serde(alias = "YEAR")]
    Year,
}

/// So many calls a second, and so many at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Throttle {
    /// Calls for each second, on average.
    pub rate: f64,
    /// Calls at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u64>,
}

/// What a plan is for: an API, or one stage of it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cover {
    /// Id or name of the API.
    #[serde(deserialize_with = "text")]
    pub api: String,
    /// The stage; absent for every stage.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "some_text")]
    pub stage: Option<String>,
}

/// Who calls.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Consumer {
    /// Its id in the gateway.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "some_text")]
    pub id: Option<String>,
    /// Its name (Kong username).
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// Other texts by which logs name it: custom ids, subjects of tokens, certificate names.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub aliases: Vec<String>,
    /// Ids or names of its groups.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub groups: Vec<String>,
    /// Id or name of its customer.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "some_text")]
    pub customer: Option<String>,
    /// Id or name of its plan, where the key decides nothing else.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "some_text")]
    pub plan: Option<String>,
    /// Rules for this consumer, which win over those of a route.
    #[serde(skip_serializing_if = "Rules::is_empty")]
    pub rules: Rules,
    /// Words of your own.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub tags: Vec<String>,
}

/// A key or other credential: its id and name, never its value.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Key {
    /// Its id in the gateway.
    #[serde(deserialize_with = "text")]
    pub id: String,
    /// Its name.
    #[serde(skip_serializing_if = "String::is_empty", deserialize_with = "text")]
    pub name: String,
    /// Id or name of the consumer that holds it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "some_text")]
    pub consumer: Option<String>,
    /// Id or name of the customer, where it is not that of the consumer.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "some_text")]
    pub customer: Option<String>,
    /// Ids or names of the plans it is on; which one counts depends on the API and stage that are called.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub plans: Vec<String>,
    /// Words of your own.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub tags: Vec<String>,
}

/// An API.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Api {
    /// Its id in the gateway.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "some_text")]
    pub id: Option<String>,
    /// Its name.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "some_text")]
    pub version: Option<String>,
    /// Its stages.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub stages: Vec<String>,
    /// Rules for its routes without one of their own.
    #[serde(skip_serializing_if = "Rules::is_empty")]
    pub rules: Rules,
    /// Words of your own.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub tags: Vec<String>,
}

/// A service behind the gateway.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Service {
    /// Its id in the gateway.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "some_text")]
    pub id: Option<String>,
    /// Its name.
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// Id or name of its API.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "some_text")]
    pub api: Option<String>,
    /// Rules for its routes without one of their own.
    #[serde(skip_serializing_if = "Rules::is_empty")]
    pub rules: Rules,
    /// Words of your own.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub tags: Vec<String>,
}

/// A route: which calls go where.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Route {
    /// Its id in the gateway.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "some_text")]
    pub id: Option<String>,
    /// Its name; where a gateway has none, method and first template (`GET /pets/{id}`).
    #[serde(deserialize_with = "text")]
    pub name: String,
    /// Id or name of its API.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "some_text")]
    pub api: Option<String>,
    /// Id or name of its service.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "some_text")]
    pub service: Option<String>,
    /// The hosts it is for, `*.example.com` too; empty for all.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub hosts: Vec<String>,
    /// The methods it is for; empty for all.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub methods: Vec<String>,
    /// Templates of whole paths: `/pets/{id}` (any one part), `/files/*` (anything from here on). Patterns of a gateway
    /// that cannot be said so are left out.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub templates: Vec<String>,
    /// Statuses that are documented: `200`, `4XX`, `default`; empty for unknown.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub statuses: Vec<String>,
    /// Who may call it, from where, when, how often, and how they show who they are.
    #[serde(skip_serializing_if = "Rules::is_empty")]
    pub rules: Rules,
    /// Words of your own, such as `sensitive`.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub tags: Vec<String>,
}

/// Who may call, from where, when, how often. Each kind of rule is taken from the nearest that has it: the consumer,
/// the route, its service, its API, the environment.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rules {
    /// Only consumers of one of these groups; empty for no rule.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub allow_groups: Vec<String>,
    /// No consumer of any of these groups.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub deny_groups: Vec<String>,
    /// Only these addresses and networks (`10.0.0.0/8`); empty for no rule.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub allow_ips: Vec<String>,
    /// None of these addresses and networks.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub deny_ips: Vec<String>,
    /// Only in one of these windows; empty for no rule.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub windows: Vec<Window>,
    /// At most so many calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<Quota>,
    /// How callers show who they are: key, basic, jwt, oauth2, iam, cognito, mtls, lambda, hmac, ldap, none.
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "texts")]
    pub auth: Vec<String>,
}

impl Rules {
    /// Whether it says nothing.
    pub fn is_empty(&self) -> bool {
        *self == Rules::default()
    }
}

/// A window of time that comes again every week.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Window {
    /// Days it begins on; empty for every day.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub days: Vec<Day>,
    /// Begins at `HH:MM`.
    pub from: String,
    /// Ends before `HH:MM`; not after `from`: on the next day. `24:00` is the end of the day.
    pub to: String,
    /// The time zone, by its IANA name.
    pub zone: String,
}

impl Default for Window {
    fn default() -> Window {
        Window { days: Vec::new(), from: "00:00".into(), to: "24:00".into(), zone: "UTC".into() }
    }
}

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}
