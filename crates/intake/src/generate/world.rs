//! Who calls what: the consumers, routes and refusals of the generated traffic. Knows no time.

use event::reason;

use super::random::{Random, Table, exp};

const CONSUMERS: usize = 2_000;
const ADDRESSES_EACH: usize = 25;
const CUSTOMERS: u64 = 400;
const GROUPS: u64 = 40;
const APIS: usize = 25;
const ROUTES_EACH: usize = 12;
const FACTORS: usize = 4_096;

const PLANS: [&str; 8] = ["free", "trial", "basic", "silver", "gold", "platinum", "partner", "internal"];
const GATEWAYS: [&str; 3] = ["kong-eu", "kong-us", "apigw-ap"];
const API_NAMES: [&str; APIS] = [
    "accounts",
    "addresses",
    "auth",
    "billing",
    "carts",
    "catalog",
    "checkout",
    "coupons",
    "delivery",
    "documents",
    "events",
    "files",
    "inventory",
    "invoices",
    "loyalty",
    "messages",
    "orders",
    "payments",
    "pricing",
    "profiles",
    "refunds",
    "reports",
    "search",
    "shipments",
    "users",
];
const KINDS: [&str; 10] =
    ["mobile-app", "web-shop", "partner", "pos", "batch", "iot", "crm", "erp", "bot", "dashboard"];
const GROUP_NAMES: [&str; 8] =
    ["readers", "writers", "partners", "mobile", "internal", "beta", "finance", "ops"];

/// Share in a thousand refusals, reason, status, and whether the caller was identified.
const REFUSALS: [(u64, &str, u64, bool); 12] = [
    (210, "invalid_credentials", 401, false),
    (120, "missing_credentials", 401, false),
    (70, "expired_credentials", 401, true),
    (20, "invalid_signature", 401, false),
    (170, "quota_exceeded", 429, true),
    (140, "rate_limited", 429, true),
    (90, "route_not_allowed", 403, true),
    (50, "no_acl_groups", 403, true),
    (60, "ip_restricted", 403, true),
    (25, "time_restricted", 403, true),
    (25, "waf_blocked", 403, false),
    (20, "policy_denied", 403, true),
];

/// A refusal.
#[derive(Debug)]
pub(super) struct Refusal {
    pub(super) code: &'static str,
    pub(super) label: &'static str,
    pub(super) status: u64,
    pub(super) identified: bool,
}

/// A consumer, its members written out.
#[derive(Debug)]
pub(super) struct Consumer {
    /// `"consumer_id":…,"consumer_groups":[…],…` up to `request`.
    pub(super) identity: String,
    /// The same with no group.
    pub(super) without_groups: String,
    addresses: Vec<String>,
    agents: [usize; 2],
    apis: [usize; 3],
    refused_per_million: u64,
    /// 0 is prod, 1 staging: a consumer lives in one of them.
    environment: usize,
}

impl Consumer {
    fn new(number: usize, random: &mut Random, agents: usize) -> Self {
        let kind = KINDS.get(number % KINDS.len()).copied().unwrap_or("app");
        let customer = random.below(CUSTOMERS);
        let plan = PLANS.get(random.below(8) as usize).copied().unwrap_or("free");
        let mut groups: Vec<u64> = (0..=random.below(3)).map(|_| random.below(GROUPS)).collect();
        groups.sort_unstable();
        groups.dedup();
        let groups: Vec<String> = groups.iter().map(|group| format!("\"{}\"", group_name(*group))).collect();
        let key = random.next();
        let identity = |groups: &str| {
            format!(
                "\"consumer_id\":\"{kind}-{number:04}\",\"consumer_groups\":[{groups}],\"usage_plan\":\"{plan}\",\
                 \"customer\":\"customer-{customer:03}\",\"api_key_id\":\"{key:016x}\","
            )
        };
        let net = (random.below(200) + 11, random.below(256));
        let addresses = (0..ADDRESSES_EACH)
            .map(|n| format!("{}.{}.{}.{}", net.0, net.1, number / 10 % 256, number % 10 * 25 + n))
            .collect();
        let usual = random.below(agents as u64) as usize;
        // Every fortieth consumer is misconfigured or over its quota, so that "top denied consumers" has a head.
        let refused_per_million = if number % 40 == 17 { 220_000 } else { 35_000 };
        Consumer {
            identity: identity(&groups.join(",")),
            without_groups: identity(""),
            addresses,
            agents: [usual, random.below(agents as u64) as usize],
            apis: std::array::from_fn(|_| random.below(APIS as u64) as usize),
            refused_per_million,
            environment: usize::from(number % 12 == 5),
        }
    }

    pub(super) fn address(&self, random: &mut Random) -> &str {
        // Two draws, the smaller counts: the first addresses are the usual ones.
        let end = self.addresses.len() as u64;
        let at = random.below(end).min(random.below(end)) as usize;
        self.addresses.get(at).map_or("", String::as_str)
    }
}

fn group_name(group: u64) -> String {
    let name = GROUP_NAMES.get((group % 8) as usize).copied().unwrap_or("group");
    if group < 8 { name.to_owned() } else { format!("{name}-{}", group / 8) }
}

/// A route.
#[derive(Debug)]
pub(super) struct Route {
    /// `"api":…,"route":…,`
    pub(super) head: String,
    pub(super) path: String,
    pub(super) method: &'static str,
    pub(super) is_list: bool,
    /// Usual size of the answer.
    pub(super) bytes: u64,
    /// Usual upstream time, in hundredths of a millisecond.
    median: f64,
    spread: usize,
    fails_per_million: u64,
    /// The gateway its API is published on.
    gateway: usize,
}

impl Route {
    fn new(api: &str, gateway: usize, number: usize, random: &mut Random) -> Self {
        const SHAPES: [(&str, &str); ROUTES_EACH] = [
            ("GET", ""),
            ("GET", "/{id}"),
            ("POST", "/batch"),
            ("GET", "/{id}/items"),
            ("PUT", "/{id}/settings"),
            ("GET", "/search"),
            ("PATCH", "/{id}/state"),
            ("POST", "/{id}/notes"),
            ("GET", "/{id}/status"),
            ("DELETE", "/{id}/archive"),
            ("GET", "/{id}/items/{id}"),
            ("POST", "/{id}/export"),
        ];
        let (method, tail) = SHAPES.get(number % ROUTES_EACH).copied().unwrap_or(("GET", ""));
        let path = format!("/v1/{api}{tail}");
        Route {
            head: format!("\"api\":\"{api}\",\"route\":\"{path}\","),
            is_list: method == "GET" && !tail.ends_with("{id}"),
            path,
            method,
            bytes: 200 + random.below(6_000),
            median: 300.0 * exp(random.unit() * 4.0),
            spread: random.below(SPREADS as u64) as usize,
            fails_per_million: if random.below(20) == 0 { 60_000 } else { 5_000 },
            gateway,
        }
    }

    pub(super) fn status(&self, random: &mut Random) -> u64 {
        if random.chance(self.fails_per_million) {
            return [500, 500, 502, 503, 503, 504].get(random.below(6) as usize).copied().unwrap_or(500);
        }
        match (self.method, random.below(1_000)) {
            ("GET", 0..35) => 404,
            ("GET", 35..70) => 304,
            ("GET" | "DELETE", 70..80) => 400,
            ("POST" | "PUT" | "PATCH", 0..25) => 400,
            ("POST" | "PUT" | "PATCH", 25..45) => 422,
            ("PUT" | "PATCH" | "DELETE", 45..70) => 404,
            // The backend's own refusal: the gateway let the call through.
            (_, 999) => 403,
            ("POST", _) => 201,
            ("DELETE", _) => 204,
            _ => 200,
        }
    }

    /// In hundredths of a millisecond.
    pub(super) fn latency(&self, world: &World, random: &mut Random) -> u64 {
        let at = self.spread * FACTORS + random.below(FACTORS as u64) as usize;
        (self.median * world.factors.get(at).copied().unwrap_or(1.0)) as u64 + 1
    }
}

/// So many spreads of latency there are.
const SPREADS: usize = 4;

/// Everything that stays the same while the calls go by.
#[derive(Debug)]
pub(super) struct World {
    consumers: Vec<Consumer>,
    consumer_table: Table,
    routes: Vec<Route>,
    route_table: Table,
    route_in_api: Table,
    agents: Vec<String>,
    gateways: Vec<String>,
    refusals: Vec<Refusal>,
    refusal_table: Table,
    /// Factors of a log-normal distribution, for each spread.
    factors: Vec<f64>,
}

/// Half of the APIs are on the first gateway, three of ten on the second.
const GATEWAY_OF_API: [usize; 10] = [0, 1, 0, 2, 0, 1, 0, 2, 0, 1];

impl World {
    pub(super) fn new(random: &mut Random) -> Self {
        let agents = agents();
        let mut routes: Vec<Route> = API_NAMES
            .iter()
            .enumerate()
            .flat_map(|(at, api)| {
                (0..ROUTES_EACH).map(move |number| (api, *pick(&GATEWAY_OF_API, at), number))
            })
            .map(|(api, gateway, number)| Route::new(api, gateway, number, random))
            .collect();
        routes.rotate_left(ROUTES_EACH * 7);
        let gateways = GATEWAYS.iter().flat_map(|gateway| {
            ["prod", "staging"].map(|env| format!("\",\"gateway\":\"{gateway}\",\"environment\":\"{env}\","))
        });
        World {
            consumers: (0..CONSUMERS).map(|number| Consumer::new(number, random, agents.len())).collect(),
            consumer_table: Table::zipf(CONSUMERS),
            route_table: Table::zipf(routes.len()),
            route_in_api: Table::zipf(ROUTES_EACH),
            routes,
            agents,
            gateways: gateways.collect(),
            refusals: REFUSALS.iter().map(|r| refusal(r.1, r.2, r.3)).collect(),
            refusal_table: Table::new(REFUSALS.iter().map(|r| r.0 as f64)),
            factors: (0..SPREADS * FACTORS)
                .map(|n| exp(random.normal() * (0.25 + 0.25 * (n / FACTORS) as f64)))
                .collect(),
        }
    }

    pub(super) fn consumer(&self, random: &mut Random) -> &Consumer {
        pick(&self.consumers, self.consumer_table.pick(random))
    }

    /// Half of a consumer's calls go to its own three APIs, the rest where everybody goes.
    pub(super) fn route(&self, consumer: &Consumer, random: &mut Random) -> &Route {
        let draw = random.below(6) as usize;
        match consumer.apis.get(draw) {
            Some(api) => pick(&self.routes, api * ROUTES_EACH + self.route_in_api.pick(random)),
            None => pick(&self.routes, self.route_table.pick(random)),
        }
    }

    pub(super) fn refusal(&self, consumer: &Consumer, random: &mut Random) -> Option<&Refusal> {
        random
            .chance(consumer.refused_per_million)
            .then(|| pick(&self.refusals, self.refusal_table.pick(random)))
    }

    pub(super) fn agent(&self, consumer: &Consumer, random: &mut Random) -> &str {
        let which = usize::from(random.below(10) == 0);
        pick::<String>(&self.agents, consumer.agents.get(which).copied().unwrap_or(0))
    }

    /// `","gateway":…,"environment":…,`
    pub(super) fn gateway(&self, consumer: &Consumer, route: &Route) -> &str {
        pick::<String>(&self.gateways, route.gateway * 2 + consumer.environment)
    }
}

#[expect(clippy::indexing_slicing, reason = "the lists are constant and never empty; the place wraps around")]
fn pick<T>(list: &[T], at: usize) -> &T {
    &list[at % list.len()]
}

fn refusal(code: &'static str, status: u64, identified: bool) -> Refusal {
    Refusal { code, label: reason::by_code(code).map_or(code, |r| r.label), status, identified }
}

/// Forty user agents.
fn agents() -> Vec<String> {
    let mut agents = Vec::new();
    for major in 124..132 {
        agents.push(format!(
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{major}.0.0.0 Safari/537.36"
        ));
    }
    for (system, version) in [("17_5", "17.5"), ("17_6", "17.6"), ("18_0", "18.0"), ("18_1", "18.1")] {
        agents.push(format!(
            "Mozilla/5.0 (iPhone; CPU iPhone OS {system} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/{version} Mobile/15E148 Safari/604.1"
        ));
    }
    for version in 126..132 {
        agents.push(format!(
            "Mozilla/5.0 (X11; Linux x86_64; rv:{version}.0) Gecko/20100101 Firefox/{version}.0"
        ));
    }
    let programs = [
        "okhttp/4.12.0",
        "okhttp/4.11.0",
        "axios/1.7.2",
        "axios/1.6.8",
        "node-fetch/3.3.2",
        "undici/6.19.8",
        "python-requests/2.32.3",
        "python-requests/2.31.0",
        "python-httpx/0.27.2",
        "aiohttp/3.10.5",
        "Go-http-client/1.1",
        "Go-http-client/2.0",
        "curl/8.5.0",
        "curl/7.88.1",
        "PostmanRuntime/7.39.0",
        "Apache-HttpClient/5.3.1 (Java/21.0.4)",
        "Java-http-client/21.0.4",
        "Dart/3.4 (dart:io)",
        "Dalvik/2.1.0 (Linux; U; Android 14)",
        "CFNetwork/1498.700.2 Darwin/23.6.0",
        "kube-probe/1.30",
        "GuzzleHttp/7",
    ];
    agents.extend(programs.map(str::to_owned));
    agents
}
