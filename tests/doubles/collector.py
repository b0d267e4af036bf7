"""To whom do traces go in a test? A real HTTP server on the loopback that reads OTLP as a collector does."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import msgspec
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span


class ZipkinSpan(msgspec.Struct, rename="camel"):
    """A span as Zipkin writes it (version 2 of its API)."""

    trace_id: str
    id: str
    name: str
    tags: dict[str, str]
    local_endpoint: dict[str, str]
    parent_id: str | None = None
    kind: str | None = None


class Collector:
    """Keeps every span; `raw` is all that ever arrived, to look for what must not be there."""

    def __init__(self) -> None:
        self.spans: list[Span] = []
        self.zipkin: list[ZipkinSpan] = []
        """What came in Zipkin's own form."""
        self.resources: list[dict[str, str]] = []
        self.authorizations: list[str] = []
        self.calls: list[dict[str, str]] = []
        """The headers of what was sent to any other path, as by a web hook."""
        self.raw = b""
        self.status = 200
        self.held = threading.Event()
        self.held.set()
        self.url = ""

    def named(self, name: str) -> Span:
        """The only span of that name."""
        (found,) = [span for span in self.spans if span.name == name]
        return found

    @property
    def names(self) -> list[str]:
        return [span.name for span in self.spans]

    def took_zipkin(self, content: bytes) -> int:
        self.raw += content
        self.zipkin += msgspec.json.decode(content, type=list[ZipkinSpan])
        return self.status

    def took(self, content: bytes, authorization: str) -> int:
        self.held.wait(20)
        self.raw += content
        self.authorizations.append(authorization)
        for part in ExportTraceServiceRequest.FromString(content).resource_spans:
            self.resources.append({each.key: each.value.string_value for each in part.resource.attributes})
            for scope in part.scope_spans:
                self.spans.extend(scope.spans)
        return self.status


def facts(span: Span) -> dict[str, str | int]:
    """The attributes of a span."""
    return {each.key: each.value.string_value or each.value.int_value for each in span.attributes}


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector that listens."""
    collector = Collector()

    class Door(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["content-length"]))
            if self.path == "/v1/traces":
                self.send_response(collector.took(content, self.headers.get("authorization", "")))
            elif self.path == "/api/v2/spans":
                self.send_response(collector.took_zipkin(content))
            else:
                collector.calls.append({name.lower(): value for name, value in self.headers.items()})
                self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Nobody wants to read that."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    collector.url = f"127.0.0.1:{server.server_address[1]}"
    try:
        yield collector
    finally:
        collector.held.set()
        server.shutdown()
        server.server_close()
