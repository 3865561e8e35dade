//! What tools and people send to an Admin API, as recorded, and what the tools call themselves.

pub const DECK: &str = "decK/1.49.2";
pub const ADC: &str = "axios/1.7.9";
pub const CURL: &str = "curl/8.14.1";
pub const FORM: &str = "application/x-www-form-urlencoded";

/// What decK sends for a sync: it looks at everything, then puts by ids of its own and deletes.
pub const DECK_SYNC: &[(&str, &str, &str)] = &[
    ("GET", "/", ""),
    ("GET", "/services?size=1000", ""),
    ("GET", "/routes?size=1000", ""),
    ("GET", "/consumers?size=1000", ""),
    (
        "PUT",
        "/services/11111111-0000-4000-8000-000000000001",
        r#"{"connect_timeout":60000,"host":"pets.internal","id":"11111111-0000-4000-8000-000000000001","name":"pets","port":80,"protocol":"http","retries":5,"tags":["team-a"]}"#,
    ),
    (
        "PUT",
        "/services/11111111-0000-4000-8000-000000000002",
        r#"{"host":"old.internal","id":"11111111-0000-4000-8000-000000000002","name":"old"}"#,
    ),
    (
        "PUT",
        "/routes/22222222-0000-4000-8000-000000000001",
        r#"{"id":"22222222-0000-4000-8000-000000000001","name":"list-pets","paths":["/pets"],"methods":["GET"],"service":{"id":"11111111-0000-4000-8000-000000000001"}}"#,
    ),
    (
        "PUT",
        "/consumers/33333333-0000-4000-8000-000000000001",
        r#"{"id":"33333333-0000-4000-8000-000000000001","username":"mobile-app"}"#,
    ),
    (
        "PUT",
        "/consumers/33333333-0000-4000-8000-000000000001/key-auth/44444444-0000-4000-8000-000000000001",
        r#"{"consumer":{"id":"33333333-0000-4000-8000-000000000001"},"id":"44444444-0000-4000-8000-000000000001","key":"canary-deck-key"}"#,
    ),
    (
        "PUT",
        "/consumers/33333333-0000-4000-8000-000000000001/acls/55555555-0000-4000-8000-000000000001",
        r#"{"consumer":{"id":"33333333-0000-4000-8000-000000000001"},"group":"gold","id":"55555555-0000-4000-8000-000000000001"}"#,
    ),
    ("POST", "/schemas/plugins/validate", r#"{"name":"rate-limiting","config":{"minute":5}}"#),
    (
        "PUT",
        "/plugins/66666666-0000-4000-8000-000000000001",
        r#"{"id":"66666666-0000-4000-8000-000000000001","name":"rate-limiting","config":{"minute":5,"policy":"local","redis":{"password":"canary-redis"}},"route":{"id":"22222222-0000-4000-8000-000000000001"}}"#,
    ),
    (
        "PUT",
        "/upstreams/77777777-0000-4000-8000-000000000001",
        r#"{"id":"77777777-0000-4000-8000-000000000001","name":"pets-upstream","algorithm":"round-robin"}"#,
    ),
    (
        "POST",
        "/upstreams/77777777-0000-4000-8000-000000000001/targets",
        r#"{"target":"10.0.0.1:80","weight":100}"#,
    ),
    (
        "PUT",
        "/plugins/66666666-0000-4000-8000-000000000001",
        r#"{"id":"66666666-0000-4000-8000-000000000001","name":"rate-limiting","config":{"minute":50,"policy":"local","redis":{"password":"canary-redis"}},"route":{"id":"22222222-0000-4000-8000-000000000001"}}"#,
    ),
    ("DELETE", "/services/11111111-0000-4000-8000-000000000002", ""),
];

/// What people send by hand: names, forms, mistakes.
pub const BY_HAND: &[(&str, &str, &str)] = &[
    ("POST", "/services", "name=orders&url=http://orders.internal/v1"),
    ("POST", "/services", "name=orders&url=http://elsewhere"),
    ("POST", "/services/orders/routes", "name=orders-route&paths=/orders"),
    ("PATCH", "/services/orders", "retries=2&tls.key=canary-form-key"),
    (
        "POST",
        "/routes/orders-route/plugins",
        r#"{"name":"http-log","config":{"http_endpoint":"https://u:canary-url@logs/x","headers":{"Authorization":"Bearer canary-bearer-0123456789"}}}"#,
    ),
    ("POST", "/consumers", "username=ada"),
    ("POST", "/consumers/ada/key-auth", "key=canary-by-hand"),
    ("DELETE", "/consumers/ada/key-auth/canary-by-hand", ""),
    ("POST", "/consumers/ada/acls", "group=silver"),
    ("PUT", "/consumers/bo%20b", r#"{"custom_id":"7"}"#),
    ("PATCH", "/routes/nowhere", "name=x"),
    (
        "POST",
        "/routes",
        r#"{"name":"lost","paths":["/l"],"service":{"id":"99999999-0000-4000-8000-000000000009"}}"#,
    ),
    ("DELETE", "/services/orders", ""),
    ("DELETE", "/routes/orders-route", ""),
    ("DELETE", "/services/orders", ""),
    ("DELETE", "/consumers/ada", ""),
];

/// What ADC sends: PUT and DELETE on ids.
pub const ADC_SYNC: &[(&str, &str, &str)] = &[
    ("GET", "/apisix/admin/services", ""),
    ("GET", "/apisix/admin/consumers", ""),
    (
        "PUT",
        "/apisix/admin/services/pets",
        r#"{"name":"pets","upstream":{"nodes":{"10.0.0.1:80":1},"type":"roundrobin"},"plugins":{"limit-count":{"count":2,"key":"remote_addr","time_window":60}}}"#,
    ),
    ("PUT", "/apisix/admin/routes/list", r#"{"name":"list","uri":"/pets","service_id":"pets"}"#),
    ("PUT", "/apisix/admin/routes/none", r#"{"name":"none","uri":"/n","service_id":"nowhere"}"#),
    (
        "PUT",
        "/apisix/admin/consumers",
        r#"{"username":"mobile_app","plugins":{"key-auth":{"key":"canary-consumer"}}}"#,
    ),
    (
        "PUT",
        "/apisix/admin/consumers/mobile_app/credentials/k1",
        r#"{"plugins":{"jwt-auth":{"key":"canary-jwt-key","secret":"canary-jwt-secret"}}}"#,
    ),
    ("PUT", "/apisix/admin/ssls/1", r#"{"sni":"a.test","cert":"PEM","key":"canary-private-key"}"#),
    (
        "PUT",
        "/apisix/admin/consumers",
        r#"{"username":"mobile_app","desc":"new","plugins":{"key-auth":{"key":"canary-consumer-2"}}}"#,
    ),
    ("PUT", "/apisix/admin/routes/list", r#"{"name":"list","uri":"/pets/*","service_id":"pets"}"#),
    ("POST", "/apisix/admin/routes", r#"{"name":"made","uri":"/m"}"#),
    ("PATCH", "/apisix/admin/routes/list", r#"{"desc":"patched","name":null}"#),
    ("PATCH", "/apisix/admin/routes/list/methods", r#"["GET"]"#),
    ("POST", "/apisix/admin/schema/validate/routes", r#"{"uri":"/x"}"#),
    ("DELETE", "/apisix/admin/services/pets", ""),
    ("DELETE", "/apisix/admin/routes/list", ""),
    ("DELETE", "/apisix/admin/services/pets", ""),
    ("DELETE", "/apisix/admin/routes/gone", ""),
];
