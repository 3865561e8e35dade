"""The clients of senders.py: each knows one library and sends lines with it, as its documentation says."""

import json
import logging
import logging.handlers
import os
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable
from urllib.parse import urlsplit

from world import free_port


@dataclass
class Client:
    name: str  # and of its source
    way: str
    send: Callable  # (url, token, lines, ports)
    tries_again: bool = False

    @property
    def has_token(self):
        return self.name not in LISTENERS


# Clients that speak to a listener, which says whose they are: the protocol of each.
LISTENERS = {
    "syslog-python-udp": "syslog_udp",
    "syslog-python-tcp": "syslog_tcp",
    "logger-octets": "syslog_tcp",
    "logger-rfc5424-udp": "syslog_udp",
    "pygelf-udp": "gelf_udp",
    "pygelf-tcp": "gelf_tcp",
    "gelf-pro": "gelf_udp",
    "fluent-logger-python": "fluent_forward",
    "fluent-logger-node": "fluent_forward",
    "otlp-python-grpc": "grpc",
}


def listeners(directory, settings):
    """The ports of listeners, and the settings file that opens them."""
    ports, texts = {}, []
    for name, protocol in LISTENERS.items():
        kind = socket.SOCK_DGRAM if protocol.endswith("udp") else socket.SOCK_STREAM
        ports[name] = free_port(kind)
        texts.append(f'[[listeners]]\nprotocol = "{protocol}"\naddress = "127.0.0.1:{ports[name]}"\nsource = "{name}"\nallow = ["127.0.0.1"]\n')
    file = directory / "gatelog.toml"
    file.write_text("\n".join(texts))
    settings["GATELOG_CONFIG"] = str(file)
    return ports


def otlp_http(url, token, lines, _):
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter

    otlp(OTLPLogExporter(f"{url}/v1/logs", headers={"Authorization": f"Bearer {token}"}), lines)


def otlp(exporter, lines):
    from opentelemetry._logs import LogRecord, SeverityNumber
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

    provider = LoggerProvider()
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    logger = provider.get_logger("trial")
    for line in lines:
        logger.emit(LogRecord(timestamp=time.time_ns(), severity_number=SeverityNumber.INFO, body=line))
    assert provider.force_flush(20_000)
    provider.shutdown()


def otlp_attributes(url, token, lines, _):
    """As an instrumented program: the conventions' attributes, and no line in the body."""
    from opentelemetry._logs import LogRecord, SeverityNumber
    from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
    from opentelemetry.sdk._logs import LoggerProvider
    from opentelemetry.sdk._logs.export import BatchLogRecordProcessor

    provider = LoggerProvider()
    exporter = OTLPLogExporter(f"{url}/v1/logs", headers={"Authorization": f"Bearer {token}"})
    provider.add_log_record_processor(BatchLogRecordProcessor(exporter))
    logger = provider.get_logger("trial")
    for line in lines:
        record = json.loads(line)
        attributes = {
            "http.request.method": record["method"],
            "url.path": record["path"],
            "http.response.status_code": record["status"],
            "user.id": record["consumer_id"],
            "user_agent.original": record["user_agent"],
        }
        logger.emit(LogRecord(timestamp=time.time_ns(), severity_number=SeverityNumber.INFO, body="request", attributes=attributes))
    assert provider.force_flush(20_000)
    provider.shutdown()


def loki(url, token, lines, _):
    import logging_loki

    logged(logging_loki.LokiHandler(url=f"{url}/i/{token}/loki/api/v1/push", tags={"job": "trial"}, version="1"), lines)


def logged(handler, lines):
    logger = logging.Logger("trial")
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger.addHandler(handler)
    for line in lines:
        logger.info("%s", line)
    handler.flush()
    handler.close()


def splunk(url, token, lines, _):
    from splunk_handler import SplunkHandler, force_flush

    place = urlsplit(url)
    handler = SplunkHandler(place.hostname, place.port, token, "main", protocol="http", verify=False, flush_interval=0.2, retry_count=5)
    logger = logging.Logger("trial")
    logger.addHandler(handler)
    for line in lines:
        logger.info("%s", line)
    force_flush()


def elasticsearch(url, token, lines, _):
    from elasticsearch import Elasticsearch, helpers

    client = Elasticsearch(f"{url}/i/{token}/elasticsearch")
    assert client.info()["tagline"] == "You Know, for Search"
    done, _ = helpers.bulk(client, ({"_index": "gate", "_source": json.loads(line)} for line in lines))
    assert done == len(lines)


def opensearch(url, token, lines, _):
    from opensearchpy import OpenSearch, helpers

    place = urlsplit(url)
    client = OpenSearch([{"host": place.hostname, "port": place.port, "url_prefix": f"i/{token}/elasticsearch"}])
    done, _ = helpers.bulk(client, ({"_index": "gate", "_source": json.loads(line)} for line in lines))
    assert done == len(lines)


def datadog(url, token, lines, _):
    from datadog_api_client import ApiClient, Configuration
    from datadog_api_client.v2.api.logs_api import LogsApi
    from datadog_api_client.v2.model.http_log import HTTPLog
    from datadog_api_client.v2.model.http_log_item import HTTPLogItem

    place = urlsplit(url)
    configuration = Configuration(api_key={"apiKeyAuth": token}, enable_retry=True, retry_backoff_factor=2)
    configuration.server_operation_index["submit_log"] = 1
    configuration.server_operation_variables["submit_log"] = {"protocol": "http", "name": f"{place.netloc}/datadog"}
    configuration.compress = True
    with ApiClient(configuration) as client:
        items = [HTTPLogItem(ddsource="trial", ddtags="env:test", hostname="here", message=line, service="gate") for line in lines]
        LogsApi(client).submit_log(body=HTTPLog(items))


def syslog(name):
    def send(url, token, lines, ports):
        over = socket.SOCK_DGRAM if name.endswith("udp") else socket.SOCK_STREAM
        handler = logging.handlers.SysLogHandler(("127.0.0.1", ports[name]), socktype=over)
        logged(handler, lines)

    return send


def util_linux(name, *options):
    """The program `logger` of util-linux."""

    def send(url, token, lines, ports):
        place = ["--server", "127.0.0.1", "--port", str(ports[name]), "--size", "16KiB", "--tag", "gate"]
        subprocess.run(["logger", *place, *options], input="\n".join(lines) + "\n", text=True, check=True)

    return send


def gelf(name):
    def send(url, token, lines, ports):
        import pygelf

        kind = pygelf.GelfUdpHandler if name.endswith("udp") else pygelf.GelfTcpHandler
        logged(kind(host="127.0.0.1", port=ports[name]), lines)

    return send


def fluent(url, token, lines, ports):
    from fluent.sender import FluentSender

    sender = FluentSender("gate", host="127.0.0.1", port=ports["fluent-logger-python"], nanosecond_precision=True)
    for line in lines:
        assert sender.emit("access", json.loads(line)), sender.last_error
    sender.close()


def otlp_grpc(url, token, lines, ports):
    from opentelemetry.exporter.otlp.proto.grpc._log_exporter import OTLPLogExporter

    otlp(OTLPLogExporter(f"http://127.0.0.1:{ports['otlp-python-grpc']}", insecure=True), lines)


def node(home, kind):
    """A client of the Node index: senders.mjs, with the lines on its standard input."""

    def send(url, token, lines, ports):
        script = Path(__file__).with_name("senders.mjs")
        words = ["node", script, kind, url, token, json.dumps(ports)]
        done = subprocess.run(words, input="\n".join(lines), text=True, capture_output=True, timeout=60, env={**os.environ, "NODE_HOME": str(home)})
        if done.returncode:
            raise RuntimeError(done.stderr[-600:])

    return send


def all_clients(node_home):
    """Every client, in the order of the ways."""
    js = lambda kind: node(node_home, kind)
    return [
        Client("otlp-python-http", "OTLP/HTTP protobuf", otlp_http, tries_again=True),
        Client("otlp-python-attributes", "OTLP/HTTP, conventions", otlp_attributes, tries_again=True),
        Client("otlp-node-json", "OTLP/HTTP JSON", js("otlp-json"), tries_again=True),
        Client("otlp-node-protobuf", "OTLP/HTTP protobuf, chunked", js("otlp-proto"), tries_again=True),
        Client("python-logging-loki", "Loki JSON", loki),
        Client("pino-loki", "Loki JSON", js("pino-loki")),
        Client("winston-loki", "Loki protobuf, snappy", js("winston-loki")),
        Client("winston-loki-json", "Loki JSON", js("winston-loki-json")),
        Client("splunk-handler", "HEC", splunk, tries_again=True),
        Client("splunk-logging", "HEC", js("splunk-logging")),
        Client("elasticsearch-python", "Elasticsearch _bulk", elasticsearch, tries_again=True),
        Client("opensearch-python", "Elasticsearch _bulk", opensearch, tries_again=True),
        Client("pino-elasticsearch", "Elasticsearch _bulk", js("pino-elasticsearch"), tries_again=True),
        Client("winston-elasticsearch", "Elasticsearch _bulk", js("winston-elasticsearch"), tries_again=True),
        Client("datadog-api-client", "Datadog", datadog, tries_again=True),
        Client("pygelf-udp", "GELF over UDP, zlib", gelf("pygelf-udp")),
        Client("pygelf-tcp", "GELF over TCP", gelf("pygelf-tcp")),
        Client("gelf-pro", "GELF over UDP", js("gelf-pro")),
        Client("fluent-logger-python", "Fluent forward", fluent),
        Client("fluent-logger-node", "Fluent forward with acknowledgement", js("fluent")),
        Client("otlp-python-grpc", "OTLP/gRPC", otlp_grpc),
        Client("syslog-python-udp", "syslog RFC 3164 over UDP", syslog("syslog-python-udp")),
        Client("syslog-python-tcp", "syslog over TCP, NUL", syslog("syslog-python-tcp")),
        Client("logger-octets", "syslog RFC 5424 over TCP, octets", util_linux("logger-octets", "--tcp", "--octet-count", "--rfc5424")),
        Client("logger-rfc5424-udp", "syslog RFC 5424 over UDP", util_linux("logger-rfc5424-udp", "--udp", "--rfc5424")),
    ]
