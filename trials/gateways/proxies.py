"""NGINX, HAProxy, Caddy, Traefik and Envoy, each in front of the backend with logins, a forbidden path, a limit and a dead
backend, and each with exactly the log configuration that Gatelog tells (examples/), only its paths changed.
"""

import base64
import hashlib
import os
from dataclasses import dataclass, field
from pathlib import Path

import tools
from traffic import PEOPLE, password
from world import Program, answers, free_port, wait_until


@dataclass
class Place:
    """Where a proxy runs, and between whom."""

    directory: Path
    port: int
    backend: int
    dead: int  # a port nobody listens on
    more: dict = field(default_factory=dict)  # configuration of further ways to Gatelog, by where it goes


def sha1_file(place):
    digest = lambda user: base64.b64encode(hashlib.sha1(password(user).encode()).digest()).decode()
    file = place.directory / "people"
    file.write_text("".join(f"{user}:{{SHA}}{digest(user)}\n" for user in PEOPLE))
    return file


def written(place, name, text):
    file = place.directory / name
    file.write_text(text)
    return file


def indented(text, by):
    return "\n".join(" " * by + line for line in text.split("\n"))


class Nginx:
    name, logs = "nginx", "/var/log/nginx"

    def start(self, place, files):
        temporary = " ".join(f"{kind}_temp_path {place.directory}/{kind};" for kind in ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
        user = "user root;" if os.geteuid() == 0 else ""
        config = written(place, "nginx.conf", f"""
daemon off; {user} pid {place.directory}/pid; error_log {place.directory}/error.log; events {{ worker_connections 64; }}
http {{
{temporary}
{files["nginx/gatelog.conf"]}
{place.more.get("log", "")}
limit_req_zone $server_name zone=calls:1m rate=2r/s;
server {{
  listen 127.0.0.1:{place.port};
  auth_basic gate; auth_basic_user_file {sha1_file(place)};
  location / {{ proxy_pass http://127.0.0.1:{place.backend}; }}
  location /admin/ {{ deny all; }}
  location /limited/ {{ limit_req zone=calls; limit_req_status 429; proxy_pass http://127.0.0.1:{place.backend}; }}
  location /dead/ {{ proxy_pass http://127.0.0.1:{place.dead}; }}
}} }}""")
        command = [tools.which("nginx"), "-p", place.directory, "-c", config, "-e", place.directory / "error.log"]
        return [Program(place.directory, "nginx", command).listening(place.port)]


class Haproxy:
    name, logs = "haproxy", "/var/log"

    def start(self, place, files):
        socket = place.directory / "dev-log"
        rsyslog = written(place, "rsyslog.conf", f"""
global(workDirectory="{place.directory}")
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="{socket}")
:programname, startswith, "haproxy" {{ action(type="omfile" file="{place.directory}/haproxy.log") }}
""")
        people = "\n".join(f"  user {user} insecure-password {password(user)}" for user in PEOPLE)
        config = written(place, "haproxy.cfg", f"""
global
{indented(files["haproxy/global.cfg"], 2).replace("/dev/log", str(socket))}
{indented(place.more.get("log", ""), 2)}
{place.more.get("rings", "")}
defaults
  mode http
  log global
  option dontlognull
  retries 0
  timeout connect 5s
  timeout client 30s
  timeout server 30s
userlist people
{people}
frontend gate
  bind 127.0.0.1:{place.port}
{indented(files["haproxy/frontend.cfg"], 2)}
  stick-table type ip size 1k expire 10s store http_req_rate(1s)
  acl is_limited path_beg /limited/
  http-request auth realm gate unless {{ http_auth(people) }}
  http-request deny deny_status 403 if {{ path_beg /admin/ }}
  http-request track-sc0 src if is_limited
  http-request deny deny_status 429 if is_limited {{ sc_http_req_rate(0) gt 2 }}
  use_backend dead if {{ path_beg /dead/ }}
  default_backend api
backend api
  server b1 127.0.0.1:{place.backend}
backend dead
  server d1 127.0.0.1:{place.dead}
""")
        syslog = Program(place.directory, "rsyslog", [tools.which("rsyslogd"), "-n", "-f", rsyslog, "-i", place.directory / "rsyslog.pid"])
        wait_until(socket.exists, 20, lambda: f"rsyslog does not listen:\n{syslog.out.read_text()}")
        command = [tools.which("haproxy"), "-db", "-f", config]
        return [syslog, Program(place.directory, "haproxy", command).listening(place.port)]


class Caddy:
    name, logs = "caddy", "/var/log/caddy"

    def start(self, place, files):
        import bcrypt

        hashed = lambda user: bcrypt.hashpw(password(user).encode(), bcrypt.gensalt(4)).decode()
        people = "\n".join(f"    {user} {hashed(user)}" for user in PEOPLE)
        config = written(place, "Caddyfile", f"""
{{
  admin off
  auto_https off
  storage file_system {place.directory}
}}
http://:{place.port} {{
  bind 127.0.0.1
{files["caddy/Caddyfile"]}
  basic_auth {{
{people}
  }}
  respond /admin/* 403
  respond /limited/* 429
  reverse_proxy /dead/* 127.0.0.1:{place.dead}
  reverse_proxy 127.0.0.1:{place.backend}
}}
""")
        command = [tools.program("caddy"), "run", "--config", config, "--adapter", "caddyfile"]
        return [Program(place.directory, "caddy", command, {"HOME": str(place.directory)}).listening(place.port)]


class Traefik:
    logs = "/var/log/traefik"

    def __init__(self, name, file):
        self.name, self.file = name, file

    def start(self, place, files):
        routers = written(place, "routers.yml", f"""
http:
  middlewares:
    login: {{ basicAuth: {{ usersFile: "{sha1_file(place)}" }} }}
    closed: {{ ipAllowList: {{ sourceRange: ["192.0.2.1"] }} }}
    limit: {{ rateLimit: {{ average: 2, burst: 2 }} }}
  routers:
    api: {{ rule: "PathPrefix(`/`)", service: api, middlewares: [login] }}
    admin: {{ rule: "PathPrefix(`/admin/`)", service: api, middlewares: [login, closed] }}
    limited: {{ rule: "PathPrefix(`/limited/`)", service: api, middlewares: [login, limit] }}
    dead: {{ rule: "PathPrefix(`/dead/`)", service: dead, middlewares: [login] }}
  services:
    api: {{ loadBalancer: {{ servers: [{{ url: "http://127.0.0.1:{place.backend}" }}] }} }}
    dead: {{ loadBalancer: {{ servers: [{{ url: "http://127.0.0.1:{place.dead}" }}] }} }}
""")
        api = free_port()
        config = written(place, "traefik.yml", f"""
global: {{ checkNewVersion: false, sendAnonymousUsage: false }}
entryPoints: {{ web: {{ address: "127.0.0.1:{place.port}" }}, traefik: {{ address: "127.0.0.1:{api}" }} }}
api: {{ insecure: true, dashboard: false }}
providers: {{ file: {{ filename: "{routers}" }} }}
{files[self.file]}
""")
        command = [tools.program("traefik"), f"--configFile={config}"]
        program = Program(place.directory, "traefik", command).listening(place.port)
        # It listens before it has its routers, and its own API is not in the log.
        wait_until(lambda: answers(f"http://127.0.0.1:{api}/api/http/routers/limited@file"), 30, "Traefik has no routers")
        return [program]


class Envoy:
    name, logs = "envoy", "/var/log/envoy"

    def start(self, place, files):
        http = "envoy.extensions.filters.http"
        route = lambda path, cluster, more="": f'{{ match: {{ prefix: "{path}" }}, name: "{path}", route: {{ cluster: {cluster} }}{more} }}'
        limit = f""", typed_per_filter_config: {{ envoy.filters.http.local_ratelimit: {{ "@type": type.googleapis.com/{http}.local_ratelimit.v3.LocalRateLimit,
            stat_prefix: limit, token_bucket: {{ max_tokens: 2, tokens_per_fill: 2, fill_interval: 1s }},
            filter_enabled: {{ default_value: {{ numerator: 100 }} }}, filter_enforced: {{ default_value: {{ numerator: 100 }} }} }} }}"""
        cluster = lambda name, port: f"""
  - {{ name: {name}, type: STATIC, connect_timeout: 5s, load_assignment: {{ cluster_name: {name}, endpoints: [{{ lb_endpoints: [
      {{ endpoint: {{ address: {{ socket_address: {{ address: 127.0.0.1, port_value: {port} }} }} }} }}] }}] }} }}"""
        config = written(place, "envoy.yaml", f"""
static_resources:
  listeners:
  - address: {{ socket_address: {{ address: 127.0.0.1, port_value: {place.port} }} }}
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: gate
          preserve_external_request_id: true
{indented(files["envoy/access-log.yaml"], 10)}
{indented(place.more.get("log", ""), 10)}
          http_filters:
          - name: envoy.filters.http.basic_auth
            typed_config: {{ "@type": type.googleapis.com/{http}.basic_auth.v3.BasicAuth, users: {{ filename: "{sha1_file(place)}" }}, forward_username_header: x-user }}
          - name: envoy.filters.http.rbac
            typed_config: {{ "@type": type.googleapis.com/{http}.rbac.v3.RBAC, rules: {{ action: DENY, policies: {{ admin: {{
              permissions: [{{ url_path: {{ path: {{ prefix: /admin/ }} }} }}], principals: [{{ any: true }}] }} }} }} }}
          - name: envoy.filters.http.local_ratelimit
            typed_config: {{ "@type": type.googleapis.com/{http}.local_ratelimit.v3.LocalRateLimit, stat_prefix: none }}
          - name: envoy.filters.http.router
            typed_config: {{ "@type": type.googleapis.com/{http}.router.v3.Router }}
          route_config:
            request_headers_to_remove: [authorization]
            virtual_hosts:
            - name: all
              domains: ["*"]
              routes:
              - {route("/limited/", "api", limit)}
              - {route("/dead/", "dead")}
              - {route("/", "api")}
  clusters:{cluster("api", place.backend)}{cluster("dead", place.dead)}
{indented(place.more.get("clusters", ""), 2)}
""")
        command = [tools.program("envoy"), "-c", config, "--concurrency", "1", "--disable-hot-restart", "--file-flush-interval-msec", "500"]
        return [Program(place.directory, "envoy", command).listening(place.port)]


PROXIES = [
    Nginx(),
    Haproxy(),
    Caddy(),
    Traefik("traefik", "traefik/traefik.yml"),
    Traefik("traefik-otlp", "traefik/otlp.yml"),
    Envoy(),
]
