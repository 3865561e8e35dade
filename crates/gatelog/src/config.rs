//! The settings, as one list: the struct, the defaults, the environment names, `gatelog config` and
//! docs/config.md are read off it. One flat TOML file; every name that is a quantity ends with its unit.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::listen::{self, LISTENERS_MAX, Setup, TlsFiles};
use crate::objects::Objects;
use crate::provider::Oidc;
use crate::proxy::{self, PROXIES_MAX};
use crate::pull::Pulled;
use crate::reading::Reading;
use crate::trail_pull::PulledTrail;

/// One setting, as the documentation shows it.
pub(crate) struct Setting {
    /// Its name in the file.
    pub(crate) name: &'static str,
    /// What it does.
    pub(crate) doc: &'static str,
}

macro_rules! settings {
    ($($name:ident: $kind:ty = $default:expr, $doc:literal;)*) => {
        /// All settings.
        #[derive(Clone, Debug, Serialize, Deserialize)]
        #[serde(default, deny_unknown_fields)]
        pub(crate) struct Config {
            $(#[doc = $doc] pub(crate) $name: $kind,)*
            /// How sources are read, by name.
            #[serde(skip_serializing)]
            pub(crate) sources: BTreeMap<String, Set>,
            /// Sockets that speak something other than HTTP/1.
            #[serde(skip_serializing)]
            pub(crate) listeners: Vec<Setup>,
            /// Directories that are pulled, by name.
            #[serde(skip_serializing)]
            pub(crate) directory: BTreeMap<String, Pulled>,
            /// Places objects come from.
            #[serde(skip_serializing)]
            pub(crate) objects: Vec<Objects>,
            /// Trails of gateways that are pulled, by the names of their sources.
            #[serde(skip_serializing)]
            pub(crate) trail: BTreeMap<String, PulledTrail>,
            /// Audit proxies.
            #[serde(skip_serializing)]
            pub(crate) proxy: Vec<proxy::Setup>,
            /// Who vouches for people.
            #[serde(skip_serializing)]
            pub(crate) oidc: Option<Oidc>,
        }

        impl Default for Config {
            fn default() -> Self {
                Config {
                    $($name: $default,)*
                    sources: BTreeMap::new(),
                    listeners: Vec::new(),
                    directory: BTreeMap::new(),
                    objects: Vec::new(),
                    trail: BTreeMap::new(),
                    proxy: Vec::new(),
                    oidc: None,
                }
            }
        }

        /// Every setting, in the order of the documentation.
        pub(crate) const SETTINGS: &[Setting] = &[$(Setting { name: stringify!($name), doc: $doc },)*];
    };
}

/// How a source is read, as the settings file says it: `[sources.edge]`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Set {
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    field_map: Option<intake::FieldMap>,
}

impl Set {
    /// What is set, checked.
    pub(crate) fn reading(&self) -> Result<Reading, String> {
        Reading::new(self.format.clone(), self.field_map.clone())
    }
}

settings! {
    data_dir: String = "gatelog-data".into(), "Where everything is kept: events, roll-ups, tokens.";
    listen_address: String = "127.0.0.1:7080".into(), "Address and port to listen on. Port 0 takes a free one.";
    public_url: String = String::new(), "The address people reach it at, such as `https://gatelog.example.com`. With `https` the session cookie is marked Secure.";
    tls_certificate_file: String = String::new(), "Certificates in PEM, that of the server first. With it and its key the server speaks TLS 1.2 and 1.3 itself; the files are read again when they change.";
    tls_key_file: String = String::new(), "The private key of the certificate, in PEM.";
    insecure_http: bool = false, "Allows listening on an address that is not loopback without TLS: say yes only behind a proxy that ends TLS, or in a closed network.";
    connections_max: usize = 10_000, "Open connections; further ones are closed at once. Never more than the limit of open files allows.";
    header_deadline_ms: u64 = 10_000, "Time a client has for the head of a request; also how long an idle connection is kept.";
    body_grace_ms: u64 = 10_000, "Time a body may take however small it is; beyond it `body_bytes_per_s_min` counts.";
    body_bytes_per_s_min: u64 = 1_024, "A body that arrives more slowly on average ends with 408.";
    write_stall_ms: u64 = 30_000, "A client that reads nothing for this long is cut off.";
    shutdown_grace_ms: u64 = 10_000, "Time requests have to finish when the server is told to stop.";
    http2_streams_max: u32 = 64, "Concurrent streams of one HTTP/2 connection.";
    ingest_wire_bytes_max: usize = 16 << 20, "Largest body as sent, compressed or not; more is answered with 413.";
    ingest_decoded_bytes_max: usize = 64 << 20, "Largest body after decompression; more is answered with 413.";
    ingest_in_flight_bytes_max: usize = 96 << 20, "Bytes of bodies held in memory at once, over all senders; beyond it the answer is 503 with Retry-After.";
    ingest_decoders_max: usize = 0, "Bodies decoded at once; 0 is half the number of processors: the other half writes, seals and answers.";
    elasticsearch_version: String = "8.17.0".into(), "The version the receiver for Elasticsearch's clients says it is; Beats and Logstash ask for one not older than their own.";
    rejects_per_source_max: usize = 1_000, "Rejected records that can be looked at, per source; kept in memory, the newest 100 over a restart.";
    wal_bytes_max: u64 = 512 << 20, "Size of the log of events that are not sealed yet; at the bound the answer is 503 with Retry-After.";
    segment_rows: usize = 131_072, "Events that are sealed together at most.";
    geo_files: Vec<String> = Vec::new(), "Files in the MaxMind DB format that say where an address is (country, network, city); the first that knows counts, then the country file of the program. Read anew when they change; held in memory.";
    trusted_proxies: Vec<String> = Vec::new(), "Addresses and networks of proxies before the gateways: where the logged address is one of these, `client_header` says who the client is.";
    client_header: String = "x-forwarded-for".into(), "The header those proxies write: `x-forwarded-for`, `forwarded` or `x-real-ip`.";
    retain_days: u32 = 180, "How long events are kept.";
    rollup_retain_days: u32 = 730, "How long the roll-ups behind the dashboards are kept.";
    trail_retain_days: u32 = 400, "How long the operator trail is kept.";
    archive: String = String::new(), "Where days go before they are removed for their age, and operator events: a directory, or `s3://bucket/prefix?region=…` as of `proof_publish_s3`. What cannot be copied there is not removed. docs/retention.md.";
    two_person_rule: bool = false, "What would remove something, a shorter retention, the release of a hold or erasing a person, waits until a second person approves it. docs/retention.md.";
    trail_levels: Vec<String> = Vec::new(), "How much the trail keeps of what is done to Gatelog, `resource:verb=level` with `none`, `metadata`, `request` or `response`; the first that fits counts. docs/audit.md.";
    trail_bytes_max: u64 = 4 << 30, "Size of the operator trail. At the bound, and when the disk is full, what would have to be recorded is refused with 503.";
    proof_key_file: String = String::new(), "File with the key that signs checkpoints, made when it is not there; better not in the data directory, where it is `proof.key` when this is empty. docs/proof.md.";
    proof_publish_file: String = String::new(), "File that every signed checkpoint is added to, for others to keep: with it a trail that was set back as a whole is found out.";
    proof_publish_url: String = String::new(), "Address that the newest signed checkpoint of each log is sent to by POST, once for each; `egress_…` counts. docs/proof.md.";
    proof_publish_s3: String = String::new(), "Bucket in which each published checkpoint becomes an object: `s3://bucket/prefix?region=eu-west-1`, with `endpoint=`, `path_style=`, `credentials_file=`, `profile=` where needed.";
    proof_publish_interval_s: u64 = 60, "How often it is looked whether there is a new checkpoint to publish.";
    free_bytes_min: u64 = 512 << 20, "Space left free on the disk: below it no event is taken.";
    cache_bytes: usize = 64 << 20, "Memory for roll-ups that were read.";
    query_concurrent_max: usize = 0, "Questions answered at once; 0 is twice the number of processors.";
    query_waiting_max: usize = 256, "Questions that wait for their turn; beyond it the answer is 503 with Retry-After.";
    query_deadline_ms: u64 = 30_000, "Time one question may take.";
    export_concurrent_max: usize = 4, "Exports running at once.";
    tail_readers_max: usize = 100, "Live tails open at once.";
    tail_events_per_s_max: u32 = 100, "Events per second of one live tail; what is beyond is counted and left out.";
    tail_check_ms: u64 = 5_000, "How often a live tail checks that its reader still may.";
    listener_gather_ms: u64 = 50, "Time records of a listener (`[[listeners]]`) are gathered before they are made durable together.";
    listener_connections_max: usize = 1_000, "Open connections of one listener; further ones are closed at once.";
    listener_idle_ms: u64 = 86_400_000, "A connection of a listener on which nothing comes for this long is closed.";
    directory_files: String = String::new(), "Files of the directory, with commas between, read again when they change: `team.yaml` or `kong-eu=/etc/gatelog/kong.yaml`, with the name of the origin first.";
    egress_allow: String = String::new(), "Hosts (`kong.internal`, `*.example.com`) and networks (`10.0.0.0/8`) that may be fetched from, with commas between. Empty: all that the settings name, except link-local and metadata addresses; those need a network here in any case.";
    egress_proxy: String = String::new(), "The proxy everything is fetched through: `http://user:password@proxy:3128`, or `socks5h://…`. Better in the environment, because of the password.";
    egress_ca_file: String = String::new(), "Certificates in PEM that are trusted when fetching, instead of the usual ones.";
    metrics_open: bool = true, "`/metrics` needs no token on a loopback address. Elsewhere it always needs one.";
    log_requests: bool = false, "Writes one line of our own log for each request: method, route, status, time.";
}

/// What docs/config.md says of sources.
const SOURCES_MARKDOWN: &str = "\n## How sources are read\n\n\
    At the end of the file, a table for each source that sends what is not recognised by itself. It is set with every start;\n\
    without it, what the web app, the API or `gatelog source set` said last counts. docs/ingest.md explains field maps.\n\n\
    ```toml\n[sources.edge]\nformat = \"json\"\nfield_map = { status = \"res.code\", path = [\"req.target\", \"uri\"], duration = { from = [\"took\"], unit = \"micros\" } }\n```\n";

/// What docs/config.md says of what is fetched.
const FETCHED_MARKDOWN: &str = "\n## What is fetched\n\n\
    A table for each directory that is pulled (docs/directory.md), one for each place objects come from (docs/ingest.md), and one for\n\
    each audit log of Kong Gateway Enterprise (docs/audit.md); its name is that of its source.\n\
    Secrets stand in files or in the environment, never here.\n\n\
    ```toml\n[directory.kong-eu]\nkind = \"kong\"\nurl = \"http://kong-admin:8001\"\ntoken_file = \"/run/secrets/kong\"\ninterval_s = 600\n\n\
    [directory.billing]\nkind = \"aws\"\nregion = \"eu-west-1\"\ncredentials_file = \"/run/secrets/aws\"\nsources = [\"aws-prod\"]\n\n\
    [[objects]]\nsource = \"aws-prod\"\nbucket = \"my-access-logs\"\nprefix = \"logs/\"\nregion = \"eu-west-1\"\nformat = \"aws\"\n\n\
    [trail.kong-ops]\nurl = \"http://kong-admin:8001\"\ntoken_file = \"/run/secrets/kong\"\npublic_key_file = \"/etc/gatelog/kong-audit.pem\"\ninterval_s = 30\n```\n";

/// What docs/config.md says of signing in at an identity provider.
const OIDC_MARKDOWN: &str = "\n## Signing in at an identity provider\n\n\
    docs/access.md says what happens. `public_url` is needed; at the provider the client's redirect address is `<public_url>/welcome`.\n\n\
    ```toml\npublic_url = \"https://gatelog.example.com\"\n\n[oidc]\nissuer = \"https://login.example.com/realms/main\"\n\
    client_id = \"gatelog\"\nclient_secret_file = \"/run/secrets/oidc\"    # read at each sign-in; left out of a public client\n\
    label = \"Sign in with Example\"                # what the button says\n\
    scopes = [\"openid\", \"profile\", \"email\", \"groups\"]   # without it the first three\n\
    groups_claim = \"groups\"                       # or a way into an object: \"realm_access.roles\"\n\n\
    [[oidc.map]]                                   # the first that fits counts; who is in none is not let in\n\
    group = \"gatelog-admins\"\nrole = \"admin\"\n\n\
    [[oidc.map]]\ngroup = \"api-team\"\nrole = \"analyst\"\n```\n";

/// Environment names that are not settings.
pub(crate) const OTHER_NAMES: &[(&str, &str)] = &[
    ("GATELOG_CONFIG", "The settings file, as `--config`."),
    (
        "GATELOG_BOOTSTRAP_ADMIN_TOKEN",
        "A token of 16 characters or more that is accepted with the admin role, for automation. `…_FILE` names a file to read it from.",
    ),
    (
        "GATELOG_BOOTSTRAP_INGEST_TOKEN",
        "A token of 16 characters or more that sends events in, for the source `default`. `…_FILE` names a file to read it from.",
    ),
    (
        "GATELOG_DIRECTORY_NAME_TOKEN",
        "The token for the directory of that name, upper case, with underscores for dashes. `…_FILE` names a file to read it from.",
    ),
    (
        "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN",
        "Who signs for AWS, where the settings name no `credentials_file`.",
    ),
    ("GATELOG_URL", "The server that the commands of the CLI talk to."),
    ("GATELOG_TOKEN", "The token they use."),
];

/// What is wrong with the settings.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// Which file.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// Not TOML, an unknown name, or a value of the wrong kind.
    #[error("{place}: {reason}")]
    Wrong {
        /// The file, or the environment.
        place: String,
        /// What is wrong.
        reason: String,
    },
}

/// The environment, read once in `main`.
pub(crate) type Environment = BTreeMap<String, String>;

impl Config {
    /// The defaults, changed by the file when there is one, changed by the environment.
    pub(crate) fn read(file: Option<&Path>, environment: &Environment) -> Result<Config, Error> {
        let mut table = toml::Table::new();
        if let Some(path) = file {
            let place = path.display().to_string();
            let text = std::fs::read_to_string(path)
                .map_err(|source| Error::Read { path: place.clone(), source })?;
            table = text.parse().map_err(|e: toml::de::Error| Error::wrong(&place, e))?;
            let _: Config = table.clone().try_into().map_err(|e: toml::de::Error| Error::wrong(&place, e))?;
        }
        for setting in SETTINGS {
            if let Some(text) = environment.get(&setting.environment_name()) {
                table.insert(setting.name.to_owned(), setting.value(text)?);
            }
        }
        let config: Config = table.try_into().map_err(|e: toml::de::Error| Error::wrong("environment", e))?;
        config.check()?;
        Ok(config)
    }

    /// Where the certificates of the server are, when it speaks TLS itself.
    pub(crate) fn tls(&self) -> Option<TlsFiles> {
        let (certificate, key) = (self.tls_certificate_file.clone().into(), self.tls_key_file.clone().into());
        (!self.tls_certificate_file.is_empty()).then_some(TlsFiles { certificate, key, client_ca: None })
    }

    /// What it speaks itself: `http` or `https`.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.tls_certificate_file.is_empty() { "http" } else { "https" }
    }

    /// Whether people reach it by TLS, its own or that of a proxy in front.
    pub(crate) fn is_https(&self) -> bool {
        self.public_url.starts_with("https://") || !self.tls_certificate_file.is_empty()
    }

    /// What the types cannot say.
    fn check(&self) -> Result<(), Error> {
        let wrong = |reason: String| Err(Error::Wrong { place: "settings".into(), reason });
        if self.ingest_decoded_bytes_max < self.ingest_wire_bytes_max {
            return wrong("ingest_decoded_bytes_max must not be below ingest_wire_bytes_max".into());
        }
        if self.ingest_in_flight_bytes_max < self.ingest_wire_bytes_max {
            return wrong("ingest_in_flight_bytes_max must not be below ingest_wire_bytes_max, or the largest body never fits".into());
        }
        if !self.public_url.is_empty() && !self.public_url.starts_with("http") {
            return wrong("public_url must begin with http:// or https://".into());
        }
        if self.tls_certificate_file.is_empty() != self.tls_key_file.is_empty() {
            return wrong("tls_certificate_file and tls_key_file belong together".into());
        }
        if self.retain_days == 0 || self.header_deadline_ms == 0 || self.query_deadline_ms == 0 {
            return wrong("retain_days, header_deadline_ms and query_deadline_ms must be above 0".into());
        }
        crate::knowledge::proxies(&self.trusted_proxies, &self.client_header)
            .map_err(|error| Error::wrong("settings", error))?;
        for (name, set) in &self.sources {
            crate::sources::check_name(name).map_err(|error| Error::wrong("settings", error))?;
            set.reading().map_err(|error| Error::wrong(&format!("sources.{name}"), error))?;
        }
        if self.listeners.len() > LISTENERS_MAX {
            return wrong(format!("there are more than {LISTENERS_MAX} listeners"));
        }
        for (n, setup) in self.listeners.iter().enumerate() {
            setup.plan().map_err(|error| Error::wrong(&format!("listener {}", n + 1), error))?;
        }
        self.check_proxies()?;
        if let Some(oidc) = &self.oidc {
            oidc.check(&self.public_url).map_err(|error| Error::wrong("oidc", error))?;
        }
        self.check_fetched()
    }

    fn check_proxies(&self) -> Result<(), Error> {
        let wrong = |place: String, reason: &str| Err(Error::Wrong { place, reason: reason.to_owned() });
        if self.proxy.len() > PROXIES_MAX {
            return wrong("proxy".to_owned(), &format!("there are more than {PROXIES_MAX}"));
        }
        for (at, setup) in self.proxy.iter().enumerate() {
            let place = format!("proxy {}", setup.name());
            setup.plan().map_err(|error| Error::wrong(&place, error))?;
            if self.proxy.iter().take(at).any(|other| other.name() == setup.name()) {
                return wrong(place, "there are two of that name");
            }
        }
        Ok(())
    }

    fn check_fetched(&self) -> Result<(), Error> {
        crate::trail::levels::Levels::parse(&self.trail_levels)
            .map_err(|error| Error::wrong("trail_levels", error))?;
        relay::egress::Policy::parse(&self.egress_allow)
            .map_err(|error| Error::wrong("egress_allow", error))?;
        crate::publish::check(self).map_err(|error| Error::wrong("proof_publish", error))?;
        crate::archive::store::Target::parse(&self.archive)
            .map_err(|error| Error::wrong("archive", error))?;
        for (name, pulled) in &self.directory {
            pulled.check(name).map_err(|error| Error::wrong(&format!("directory.{name}"), error))?;
        }
        for (name, pulled) in &self.trail {
            pulled.check(name).map_err(|error| Error::wrong(&format!("trail.{name}"), error))?;
        }
        for (at, place) in self.objects.iter().enumerate() {
            let whole = format!("objects[{at}] {}", place.source);
            place.check().map_err(|error| Error::wrong(&whole, error))?;
            let is_twice = self.objects.iter().take(at).any(|other| other.source == place.source);
            if is_twice {
                return Err(Error::wrong(&whole, "each place needs a source of its own"));
            }
        }
        Ok(())
    }

    /// The settings as a file: commented, ready to be edited.
    pub(crate) fn to_toml(&self) -> String {
        let table = toml::Table::try_from(self).unwrap_or_default();
        let mut text = String::from("# Settings of Gatelog. Every line may be left out.\n");
        for setting in SETTINGS {
            let value = table.get(setting.name).map(ToString::to_string).unwrap_or_default();
            let _ = write!(text, "\n# {}\n{} = {value}\n", setting.doc, setting.name);
        }
        if !self.sources.is_empty() {
            let sources = toml::to_string(&BTreeMap::from([("sources", &self.sources)])).unwrap_or_default();
            let _ = write!(text, "\n# How sources are read, set with every start.\n{sources}");
        }
        if !self.listeners.is_empty() {
            let listeners =
                toml::to_string(&BTreeMap::from([("listeners", &self.listeners)])).unwrap_or_default();
            let _ = write!(text, "\n# Sockets that speak something other than HTTP/1.\n{listeners}");
        }
        if !self.directory.is_empty() {
            let pulled =
                toml::to_string(&BTreeMap::from([("directory", &self.directory)])).unwrap_or_default();
            let _ = write!(text, "\n# Directories that are pulled.\n{pulled}");
        }
        if !self.objects.is_empty() {
            let objects = toml::to_string(&BTreeMap::from([("objects", &self.objects)])).unwrap_or_default();
            let _ = write!(text, "\n# Places objects come from.\n{objects}");
        }
        if !self.trail.is_empty() {
            let pulled = toml::to_string(&BTreeMap::from([("trail", &self.trail)])).unwrap_or_default();
            let _ = write!(text, "\n# Trails of gateways that are pulled.\n{pulled}");
        }
        if !self.proxy.is_empty() {
            let proxies = toml::to_string(&BTreeMap::from([("proxy", &self.proxy)])).unwrap_or_default();
            let _ = write!(text, "\n# Audit proxies.\n{proxies}");
        }
        if let Some(oidc) = &self.oidc {
            let oidc = toml::to_string(&BTreeMap::from([("oidc", oidc)])).unwrap_or_default();
            let _ = write!(text, "\n# Who vouches for people.\n{oidc}");
        }
        text
    }

    /// docs/config.md.
    pub(crate) fn to_markdown() -> String {
        let table = toml::Table::try_from(Config::default()).unwrap_or_default();
        let mut text = String::from(
            "# Settings\n\nGenerated by `gatelog config --markdown`.\n\n\
             `gatelog serve --config gatelog.toml` reads one flat TOML file; every line may be left out. Each setting has an\n\
             environment name too, which wins over the file. `gatelog config` prints what is in force, `gatelog config check FILE`\n\
             checks a file. An unknown name is refused.\n\n\
             | setting | environment | default | what it does |\n|---|---|---|---|\n",
        );
        for setting in SETTINGS {
            let value = table.get(setting.name).map(ToString::to_string).unwrap_or_default();
            let _ = writeln!(
                text,
                "| `{}` | `{}` | `{value}` | {} |",
                setting.name,
                setting.environment_name(),
                setting.doc
            );
        }
        text.push_str(SOURCES_MARKDOWN);
        text.push_str(&listen::markdown());
        text.push_str(FETCHED_MARKDOWN);
        text.push_str(proxy::MARKDOWN);
        text.push_str(OIDC_MARKDOWN);
        text.push_str("\n## Only in the environment\n\n| name | what it does |\n|---|---|\n");
        for (name, doc) in OTHER_NAMES {
            let _ = writeln!(text, "| `{name}` | {doc} |");
        }
        text
    }
}

impl Setting {
    /// `GATELOG_LISTEN_ADDRESS`.
    pub(crate) fn environment_name(&self) -> String {
        format!("GATELOG_{}", self.name.to_uppercase())
    }

    fn value(&self, text: &str) -> Result<toml::Value, Error> {
        let default = toml::Table::try_from(Config::default()).unwrap_or_default();
        let wrong = |kind: &str| Error::Wrong {
            place: self.environment_name(),
            reason: format!("{text:?} is not {kind}"),
        };
        Ok(match default.get(self.name) {
            Some(toml::Value::Integer(_)) => {
                toml::Value::Integer(text.replace('_', "").parse().map_err(|_| wrong("a whole number"))?)
            }
            Some(toml::Value::Boolean(_)) => {
                toml::Value::Boolean(text.parse().map_err(|_| wrong("true or false"))?)
            }
            Some(toml::Value::Array(_)) => {
                let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
                toml::Value::Array(items.map(|item| toml::Value::String(item.to_owned())).collect())
            }
            _ => toml::Value::String(text.to_owned()),
        })
    }
}

impl Error {
    fn wrong(place: &str, error: impl std::fmt::Display) -> Error {
        Error::Wrong { place: place.to_owned(), reason: error.to_string().trim().to_owned() }
    }
}

/// A secret of the environment: `NAME`, or the content of the file that `NAME_FILE` names.
pub(crate) fn secret(environment: &Environment, name: &str) -> Result<Option<keys::Secret<String>>, Error> {
    if let Some(text) = environment.get(name).filter(|text| !text.is_empty()) {
        return Ok(Some(keys::Secret::new(text.clone())));
    }
    let Some(path) = environment.get(&format!("{name}_FILE")) else { return Ok(None) };
    let text = std::fs::read_to_string(path).map_err(|source| Error::Read { path: path.clone(), source })?;
    Ok(Some(keys::Secret::new(text.trim().to_owned())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_file_is_read_back() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), Config::default().to_toml()).unwrap();
        let read = Config::read(Some(file.path()), &Environment::new()).unwrap();
        assert_eq!(read.to_toml(), Config::default().to_toml());
    }

    #[test]
    fn the_environment_wins_and_errors_name_the_thing() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "retain_days = 3\n").unwrap();
        let environment = Environment::from([("GATELOG_RETAIN_DAYS".into(), "7".into())]);
        assert_eq!(Config::read(Some(file.path()), &environment).unwrap().retain_days, 7);
        let environment = Environment::from([("GATELOG_RETAIN_DAYS".into(), "week".into())]);
        let error = Config::read(None, &environment).unwrap_err().to_string();
        assert_eq!(error, "GATELOG_RETAIN_DAYS: \"week\" is not a whole number");
        std::fs::write(file.path(), "retain_day = 3\n").unwrap();
        let error = Config::read(Some(file.path()), &Environment::new()).unwrap_err().to_string();
        assert!(error.contains("unknown field `retain_day`"), "{error}");
    }

    #[test]
    fn sources_are_read_and_checked() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let with = |text: &str| {
            std::fs::write(file.path(), text).unwrap();
            Config::read(Some(file.path()), &Environment::new())
        };
        let toml = SOURCES_MARKDOWN.split("```").nth(1).unwrap().trim_start_matches("toml");
        let config = with(toml).unwrap();
        assert_eq!(config.sources["edge"].reading().unwrap().field_map.unwrap().0.len(), 3);
        let again = with(&config.to_toml()).unwrap();
        assert_eq!(again.to_toml(), config.to_toml());
        assert!(again.sources["edge"].field_map.is_some());
        let error = with("[sources.edge]\nfield_map = { colour = \"c\" }\n").unwrap_err().to_string();
        assert_eq!(error, "sources.edge: unknown field \"colour\" in the field map");
        assert!(with("[sources.\"a b\"]\nformat = \"kong\"\n").is_err());
    }

    #[test]
    fn what_is_fetched_is_read_checked_and_printed() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let with = |text: &str| {
            std::fs::write(file.path(), text).unwrap();
            Config::read(Some(file.path()), &Environment::new()).map_err(|error| error.to_string())
        };
        let toml = FETCHED_MARKDOWN.split("```").nth(1).unwrap().trim_start_matches("toml");
        let config = with(toml).unwrap();
        assert_eq!((config.directory.len(), config.objects.len()), (2, 1));
        assert_eq!(with(&config.to_toml()).unwrap().to_toml(), config.to_toml());
        assert!(with("egress_allow = \"http://kong\"").unwrap_err().starts_with("egress_allow: "));
        assert!(with("[directory.a]\nkind = \"kogn\"").unwrap_err().starts_with("directory.a: "));
        let place = "[[objects]]\nsource = \"a\"\nbucket = \"b\"\nregion = \"c\"\n";
        assert_eq!(
            with(&format!("{place}{place}")).unwrap_err(),
            "objects[1] a: each place needs a source of its own"
        );
    }

    #[test]
    fn proxies_are_read_checked_and_printed() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let with = |text: &str| {
            std::fs::write(file.path(), text).unwrap();
            Config::read(Some(file.path()), &Environment::new()).map_err(|error| error.to_string())
        };
        let toml = proxy::MARKDOWN.split("```").nth(1).unwrap().trim_start_matches("toml");
        let config = with(toml).unwrap();
        assert_eq!(config.proxy.len(), 2);
        assert_eq!(with(&config.to_toml()).unwrap().to_toml(), config.to_toml());
        assert_eq!(with(&format!("{toml}{toml}")).unwrap_err(), "proxy kong-eu: there are two of that name");
    }

    #[test]
    fn a_provider_is_read_checked_and_printed() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let with = |text: &str| {
            std::fs::write(file.path(), text).unwrap();
            Config::read(Some(file.path()), &Environment::new()).map_err(|error| error.to_string())
        };
        let toml = OIDC_MARKDOWN.split("```").nth(1).unwrap().trim_start_matches("toml");
        let config = with(toml).unwrap();
        assert!(config.oidc.is_some());
        assert_eq!(with(&config.to_toml()).unwrap().to_toml(), config.to_toml());
        let without = toml.replace("public_url", "# public_url");
        assert!(with(&without).unwrap_err().starts_with("oidc: public_url is missing"));
    }

    #[test]
    fn at_most_sixty_settings_each_with_a_sentence() {
        assert!(SETTINGS.len() <= 60);
        for setting in SETTINGS {
            assert!(setting.doc.ends_with('.'), "{}", setting.name);
        }
    }

    #[test]
    fn the_documentation_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/config.md");
        let text = std::fs::read_to_string(path).unwrap_or_default();
        assert!(text == Config::to_markdown(), "run: gatelog config --markdown > docs/config.md");
    }
}
