"""Where do traces go?"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from limen.config.syntax import SecretText

Ratio = Annotated[float, Meta(ge=0, le=1)]


class JaegerSampling(msgspec.Struct, frozen=True, kw_only=True):
    """Which traces Jaeger gets."""

    server_url: str = ""
    """Server that decides which traces are kept."""
    trace_id_ratio: Ratio = 1.0
    """Share of traces that is kept."""


class JaegerTracing(msgspec.Struct, frozen=True, kw_only=True):
    """Jaeger."""

    local_agent_address: str = ""
    """Host and port of the agent."""
    sampling: JaegerSampling = JaegerSampling()


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """Which traces are sent."""

    sampling_ratio: Ratio = 1.0
    """Share of traces that is kept."""


class ZipkinTracing(msgspec.Struct, frozen=True, kw_only=True):
    """Zipkin."""

    server_url: str = ""
    """Address that takes spans."""
    sampling: Sampling = Sampling()


class OtlpTracing(msgspec.Struct, frozen=True, kw_only=True):
    """OpenTelemetry."""

    server_url: str = ""
    """Host and port of the collector."""
    insecure: bool = False
    """Speak to the collector without TLS."""
    sampling: Sampling = Sampling()
    authorization_header: SecretText = ""
    """Value of the Authorization header."""


class TracingProviders(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of each exporter."""

    jaeger: JaegerTracing = JaegerTracing()
    zipkin: ZipkinTracing = ZipkinTracing()
    otlp: OtlpTracing = OtlpTracing()


class TracingConfig(msgspec.Struct, frozen=True, kw_only=True):
    """Distributed tracing."""

    provider: Literal["jaeger", "otel", "zipkin", ""] = ""
    """Exporter; none when unset."""
    service_name: str = "Limen"
    """Name of this service in traces."""
    deployment_environment: str = ""
    """Name of this installation in traces."""
    providers: TracingProviders = TracingProviders()
