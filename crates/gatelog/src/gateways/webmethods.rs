//! webMethods API Gateway: a custom destination.

use super::{Gateway, Language, Step, run};

pub(super) const WEBMETHODS: Gateway = Gateway {
    id: "webmethods",
    label: "webMethods API Gateway",
    format: Some("webmethods"),
    about: "A custom destination posts each event. webMethods 10.7 or later; older ones have the Elasticsearch destination, or the export of \
            the API.",
    away: "webMethods does not say that it tries again; its own store keeps the events, and the export below fetches a period anew without \
           doubling what was taken.",
    judged: "a call that never reached the native service is a denial with 401, 403 or 429; policy-violation and threat events say why. \
             The application is the consumer, `Unknown` is none.",
    trap: "transactional events need the policy *Log Invocation* with this destination on each API, without payloads unless you want them \
           kept. Performance and lifecycle events tell of no call and are rejected.",
    steps: &[
        example!(
            Text,
            "webmethods/custom-destination.txt",
            "Under Administration → Destinations → Custom destinations; then name it in the policy *Log Invocation*."
        ),
        run(
            "Or fetch a period from its API, as often as you like.",
            "curl -sS -u \"$USER\" \"$WEBMETHODS/rest/apigateway/apitransactions?eventType=transactionalEvents&startDate=2026-11-21%2000:00:00&endDate=2026-11-22%2000:00:00\" -o day.zip\n\
             unzip -p day.zip | curl -sS '{url}/i/{token}/webmethods' --data-binary @-",
        ),
    ],
};
