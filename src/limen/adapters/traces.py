"""Where do spans go? To an OpenTelemetry collector or to Zipkin, in batches by a thread of their own (OBS-03).

The SDK is imported with the first tracer, so that who wants no traces pays nothing. Its queue is bounded: while the collector
is slow or away, spans are dropped and requests go on.
"""

import asyncio
import threading
from collections.abc import Generator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Final, cast

from limen import __version__
from limen.config.tracing import OtlpTracing, TracingConfig
from limen.ports.log import Fact
from limen.ports.tracer import Headers, Span, Tracer, Untraced

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.propagators.textmap import Setter, TextMapPropagator
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span as OtelSpan
    from opentelemetry.trace import SpanKind

_MOST_WAITING: Final = 4096
_PAUSE_MILLISECONDS: Final = 1000
_PATIENCE: Final = 5.0
"""Seconds that the collector may take, and that is waited for it at the end."""
_PATH: Final = "/v1/traces"
_SERVER_ERROR: Final = 500
_NO_FACTS: Final[Mapping[str, Fact]] = {}


def tracer_for(config: TracingConfig) -> Tracer:
    """The tracer that the configuration asks for."""
    addresses = {"otel": config.providers.otlp.server_url, "zipkin": config.providers.zipkin.server_url}
    return OtelTracer(config) if addresses.get(config.provider) else Untraced()


def address_of(config: OtlpTracing) -> str:
    """Where the collector takes spans: `server_url` is a host with its port as in Kratos, or a whole address."""
    url = config.server_url
    if "://" not in url:
        url = f"{'http' if config.insecure else 'https'}://{url}"
    scheme, _, rest = url.partition("://")
    host, _, path = rest.partition("/")
    return f"{scheme}://{host}/{path}" if path else f"{scheme}://{host}{_PATH}"


class OtelTracer:
    """Spans by the official SDK, sent by OTLP over HTTP or in Zipkin's own form."""

    def __init__(self, config: TracingConfig) -> None:
        from opentelemetry import context, trace  # noqa: PLC0415 (only for those who want traces)
        from opentelemetry.propagators.textmap import DefaultSetter  # noqa: PLC0415

        self._provider = _provider(config)
        self._tracer = self._provider.get_tracer("limen", __version__)
        self._kinds = trace.SpanKind
        self._nothing: Context = context.Context()
        self._marks = _marks(config)
        self._into = cast("Setter[dict[str, str]]", DefaultSetter())  # its own types do not say that a dict will do

    @property
    def active(self) -> bool:
        return True

    def request(self, method: str, headers: Headers, *, believed: bool) -> AbstractContextManager[Span]:
        """A request that came in; of somebody who is not believed it begins a trace of its own."""
        told = {name.decode("latin-1"): value.decode("latin-1") for name, value in headers} if believed else {}
        parent = self._marks.extract(told, context=self._nothing)
        return self._begun(method, {"http.request.method": method}, self._kinds.SERVER, parent)

    def span(
        self, name: str, facts: Mapping[str, Fact] = _NO_FACTS, *, calls_out: bool = False
    ) -> AbstractContextManager[Span]:
        """A piece of work."""
        return self._begun(name, facts, self._kinds.CLIENT if calls_out else self._kinds.INTERNAL)

    def headers(self) -> tuple[tuple[str, str], ...]:
        """`traceparent`, and `tracestate` where there is one; with Zipkin its own (B3) beside them."""
        told: dict[str, str] = {}
        self._marks.inject(told, setter=self._into)
        return tuple(told.items())

    async def close(self) -> None:
        """Send what is left; a collector that takes longer than a few seconds gets no more."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        def end() -> None:
            try:
                self._provider.shutdown()
            finally:
                if not loop.is_closed():
                    loop.call_soon_threadsafe(ended.set)

        # A daemon, not the loop's own threads: those would be waited for, however long the collector takes.
        threading.Thread(target=end, name="limen-traces-end", daemon=True).start()
        try:
            await asyncio.wait_for(ended.wait(), _PATIENCE)
        except TimeoutError:
            return

    @contextmanager
    def _begun(
        self, name: str, facts: Mapping[str, Fact], kind: "SpanKind", parent: "Context | None" = None
    ) -> Generator[Span]:
        # What an error says can hold secrets, and a traceback as well: neither is recorded, only the name of its class.
        with self._tracer.start_as_current_span(
            name, context=parent, kind=kind, record_exception=False, set_status_on_exception=False
        ) as found:
            span = _OtelSpan(found)
            span.tell(facts)
            try:
                yield span
            except BaseException as error:
                span.failed(type(error).__name__)
                raise


class _OtelSpan:
    def __init__(self, span: "OtelSpan") -> None:
        self._span = span

    def named(self, name: str) -> None:
        self._span.update_name(name)

    def tell(self, facts: Mapping[str, Fact]) -> None:
        for name, fact in facts.items():
            if fact is not None:
                self._span.set_attribute(name, fact)

    def failed(self, kind: str) -> None:
        from opentelemetry.trace import StatusCode  # noqa: PLC0415 (imported already)

        self._span.set_attribute("error.type", kind)
        self._span.set_status(StatusCode.ERROR)


def _provider(config: TracingConfig) -> "TracerProvider":
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    from opentelemetry.sdk.trace.sampling import ParentBased, TraceIdRatioBased  # noqa: PLC0415

    sampling = (config.providers.zipkin if config.provider == "zipkin" else config.providers.otlp).sampling
    about = {"service.name": config.service_name, "service.version": __version__}
    if config.deployment_environment:
        about["deployment.environment.name"] = config.deployment_environment
    provider = TracerProvider(
        resource=Resource(about),
        sampler=ParentBased(TraceIdRatioBased(sampling.sampling_ratio)),
        shutdown_on_exit=False,
    )
    provider.add_span_processor(
        BatchSpanProcessor(_exporter(config), max_queue_size=_MOST_WAITING, schedule_delay_millis=_PAUSE_MILLISECONDS)
    )
    return provider


def _exporter(config: TracingConfig) -> "SpanExporter":
    if config.provider == "zipkin":
        from opentelemetry.exporter.zipkin.json import ZipkinExporter  # noqa: PLC0415

        return ZipkinExporter(endpoint=config.providers.zipkin.server_url, timeout=int(_PATIENCE))
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415

    otlp = config.providers.otlp
    return OTLPSpanExporter(
        endpoint=address_of(otlp),
        headers={"authorization": otlp.authorization_header} if otlp.authorization_header else {},
        timeout=_PATIENCE,
    )


def _marks(config: TracingConfig) -> "TextMapPropagator":
    """What requests say of the trace that they are part of: W3C's headers, and Zipkin's where the spans go there."""
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator  # noqa: PLC0415

    if config.provider != "zipkin":
        return TraceContextTextMapPropagator()
    from opentelemetry.propagators.b3 import B3MultiFormat  # noqa: PLC0415
    from opentelemetry.propagators.composite import CompositePropagator  # noqa: PLC0415

    return CompositePropagator([B3MultiFormat(), TraceContextTextMapPropagator()])
