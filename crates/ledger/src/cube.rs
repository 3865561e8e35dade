//! The roll-ups, as a list. A cube counts calls by time and a few dimensions; a dashboard's question is answered
//! from the cells of one cube, so its cost is bounded by dimensions and time and not by the number of events.
//! Counts are exact, distinct values are counted over the cells' keys, percentiles come from latency buckets.

use event::field::{self, FieldId};
use event::time::{DAY, HOUR, MINUTE};

/// How long one cell's stretch of time is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grain {
    /// One minute.
    Minute,
    /// One hour.
    Hour,
    /// One UTC day.
    Day,
}

impl Grain {
    /// Its length in microseconds.
    pub const fn micros(self) -> i64 {
        match self {
            Grain::Minute => MINUTE,
            Grain::Hour => HOUR,
            Grain::Day => DAY,
        }
    }

    /// Its name in the files.
    pub const fn name(self) -> &'static str {
        match self {
            Grain::Minute => "minute",
            Grain::Hour => "hour",
            Grain::Day => "day",
        }
    }
}

/// One roll-up. Every cube also has the dimension time, and unless it is coarse gateway and environment.
#[derive(Debug)]
pub struct Cube {
    /// Its name in the files.
    pub name: &'static str,
    /// What it counts by.
    pub doc: &'static str,
    /// The first field that has a value is the key (a consumer's name, else its id).
    pub key: &'static [FieldId],
    /// A second text kept with the key (the id beside the name).
    pub detail: Option<FieldId>,
    /// Whether status and denial reason are dimensions.
    pub outcome: bool,
    /// Whether the latency bucket is a dimension; only calls with a duration are counted then.
    pub latency: bool,
    /// For keys of which there are many: gateway and environment are no dimensions, and buckets of latency are twice as
    /// wide.
    pub coarse: bool,
    /// Whether response bytes are summed.
    pub bytes: bool,
    /// The grains kept, finest first.
    pub grains: &'static [Grain],
}

impl Cube {
    /// Its place in [`CUBES`].
    pub fn number(&self) -> usize {
        CUBES.iter().position(|c| std::ptr::eq(c, self) || c.name == self.name).unwrap_or(0)
    }

    /// The finest grain kept.
    pub fn finest(&self) -> Grain {
        self.grains.first().copied().unwrap_or(Grain::Hour)
    }
}

const FINE: &[Grain] = &[Grain::Minute, Grain::Hour, Grain::Day];
const COARSE: &[Grain] = &[Grain::Hour, Grain::Day];
const DAYS: &[Grain] = &[Grain::Day];

/// Calls by their outcome, each hour and day: what most roll-ups begin with.
const OUTCOMES: Cube = Cube {
    name: "",
    doc: "",
    key: &[],
    detail: None,
    outcome: true,
    latency: false,
    coarse: false,
    bytes: false,
    grains: COARSE,
};

/// Calls by their response time, each day.
const LATENCIES: Cube = Cube { outcome: false, latency: true, grains: DAYS, ..OUTCOMES };

/// The same for keys of which there are many.
const MANY_LATENCIES: Cube = Cube { coarse: true, ..LATENCIES };

/// Every roll-up. A new one is one line; older files are then answered from their rows.
pub const CUBES: &[Cube] = &[
    Cube {
        name: "traffic",
        doc: "Calls by status and denial reason.",
        key: &[],
        detail: None,
        outcome: true,
        latency: false,
        coarse: false,
        bytes: true,
        grains: FINE,
    },
    Cube {
        name: "latency",
        doc: "Calls by response time.",
        key: &[],
        detail: None,
        outcome: false,
        latency: true,
        coarse: false,
        bytes: false,
        grains: FINE,
    },
    Cube {
        name: "consumer",
        doc: "Calls by consumer; the empty key holds unidentified calls.",
        key: &[field::CONSUMER_NAME, field::CONSUMER_ID],
        detail: Some(field::CONSUMER_ID),
        outcome: true,
        latency: false,
        coarse: false,
        bytes: true,
        grains: COARSE,
    },
    Cube {
        name: "consumer_calls",
        doc: "Calls by consumer without their outcome: small, for who and how many.",
        key: &[field::CONSUMER_NAME, field::CONSUMER_ID],
        detail: Some(field::CONSUMER_ID),
        outcome: false,
        latency: false,
        coarse: false,
        bytes: false,
        grains: COARSE,
    },
    Cube {
        name: "route",
        doc: "Calls by route and API.",
        key: &[field::ROUTE],
        detail: Some(field::API),
        outcome: true,
        latency: false,
        coarse: false,
        bytes: true,
        grains: COARSE,
    },
    Cube {
        name: "group",
        doc: "Calls by consumer group; a call counts in each of its consumer's groups.",
        key: &[field::CONSUMER_GROUPS],
        detail: None,
        outcome: true,
        latency: false,
        coarse: false,
        bytes: false,
        grains: COARSE,
    },
    Cube {
        name: "countries",
        doc: "Calls by the country of the client's address.",
        key: &[field::COUNTRY],
        ..OUTCOMES
    },
    Cube {
        name: "agents",
        doc: "Calls by the program that called and its class.",
        key: &[field::AGENT],
        detail: Some(field::AGENT_CLASS),
        ..OUTCOMES
    },
    Cube { name: "plan", doc: "Calls by usage plan.", key: &[field::USAGE_PLAN], bytes: true, ..OUTCOMES },
    Cube {
        name: "customer",
        doc: "Calls by customer.",
        key: &[field::CUSTOMER],
        bytes: true,
        coarse: true,
        ..OUTCOMES
    },
    Cube {
        name: "api_key",
        doc: "Calls by API key: its id, and its name beside.",
        key: &[field::API_KEY_ID, field::API_KEY_NAME],
        detail: Some(field::API_KEY_NAME),
        bytes: true,
        coarse: true,
        ..OUTCOMES
    },
    Cube { name: "domain", doc: "Calls by domain.", key: &[field::DOMAIN], bytes: true, ..OUTCOMES },
    Cube {
        name: "auth",
        doc: "Calls by the way the caller authenticated.",
        key: &[field::AUTH_METHOD],
        ..OUTCOMES
    },
    Cube {
        name: "consumer_latency_coarse",
        doc: "Calls by consumer and response time.",
        key: &[field::CONSUMER_NAME, field::CONSUMER_ID],
        ..MANY_LATENCIES
    },
    Cube {
        name: "key_latency_coarse",
        doc: "Calls by API key and response time.",
        key: &[field::API_KEY_ID, field::API_KEY_NAME],
        ..MANY_LATENCIES
    },
    Cube {
        name: "customer_latency_coarse",
        doc: "Calls by customer and response time.",
        key: &[field::CUSTOMER],
        ..MANY_LATENCIES
    },
    Cube {
        name: "group_latency",
        doc: "Calls by consumer group and response time.",
        key: &[field::CONSUMER_GROUPS],
        ..LATENCIES
    },
    Cube {
        name: "plan_latency",
        doc: "Calls by usage plan and response time.",
        key: &[field::USAGE_PLAN],
        ..LATENCIES
    },
    Cube {
        name: "domain_latency",
        doc: "Calls by domain and response time.",
        key: &[field::DOMAIN],
        ..LATENCIES
    },
    Cube {
        name: "auth_latency",
        doc: "Calls by the way the caller authenticated and response time.",
        key: &[field::AUTH_METHOD],
        ..LATENCIES
    },
    Cube {
        name: "country_latency",
        doc: "Calls by country and response time.",
        key: &[field::COUNTRY],
        ..LATENCIES
    },
    Cube {
        name: "agent_latency",
        doc: "Calls by the program that called and response time.",
        key: &[field::AGENT],
        ..LATENCIES
    },
    Cube {
        name: "consumer_route",
        doc: "Calls by consumer and route.",
        key: &[field::CONSUMER_NAME, field::CONSUMER_ID],
        detail: Some(field::ROUTE),
        grains: DAYS,
        ..OUTCOMES
    },
    Cube {
        name: "consumer_plan",
        doc: "Calls by consumer and usage plan: how much of a quota is used.",
        key: &[field::CONSUMER_NAME, field::CONSUMER_ID],
        detail: Some(field::USAGE_PLAN),
        coarse: true,
        ..OUTCOMES
    },
    Cube {
        name: "key_plan",
        doc: "Calls by API key and usage plan.",
        key: &[field::API_KEY_ID, field::API_KEY_NAME],
        detail: Some(field::USAGE_PLAN),
        coarse: true,
        ..OUTCOMES
    },
    Cube {
        name: "route_latency",
        doc: "Calls by route and response time.",
        key: &[field::ROUTE],
        detail: Some(field::API),
        outcome: false,
        latency: true,
        coarse: false,
        bytes: false,
        grains: COARSE,
    },
];

/// The cube of that name.
pub fn cube(name: &str) -> Option<&'static Cube> {
    CUBES.iter().find(|c| c.name == name)
}

/// Latency buckets in one doubling: a bucket is 9 % wide, its middle at most 4.4 % from any value in it.
const BUCKETS_PER_OCTAVE: f64 = 8.0;

/// Buckets that are one in a coarse cube: 19 % wide.
pub const COARSE_BUCKETS: u16 = 2;

/// The bucket of a duration in microseconds.
pub fn bucket(micros: i64) -> u16 {
    ((micros.max(0) as f64 + 1.0).log2() * BUCKETS_PER_OCTAVE) as u16
}

/// The middle of a bucket in microseconds.
pub fn bucket_micros(bucket: u16) -> f64 {
    ((f64::from(bucket) + 0.5) / BUCKETS_PER_OCTAVE).exp2() - 1.0
}
