//! Azure API Management: diagnostics to an event hub, and Vector from there.

use super::{Gateway, Language, Step};

pub(super) const AZURE: Gateway = Gateway {
    id: "azure",
    label: "Azure API Management",
    format: Some("azure"),
    about: "The diagnostic setting `GatewayLogs` writes to an event hub; Vector, or any Kafka client that posts, carries them here. Azure itself \
            cannot post logs to an address.",
    away: "nothing is lost as long as the event hub keeps them (a day or more): Vector commits what Gatelog acknowledged.",
    judged: "by `LastErrorReason` (`SubscriptionKeyNotFound`, `RateLimitExceeded`, …). The subscription or user is the consumer.",
    trap: "the log must be on for each API too (Settings → Diagnostics → Azure Monitor), with a sampling of 100 %. Azure writes it minutes \
           later.",
    steps: &[
        example!(Shell, "azure/diagnostics.sh", "API Management writes to an event hub."),
        example!(Yaml, "azure/vector.yaml", "Vector reads the hub over its Kafka address and posts here."),
    ],
};
