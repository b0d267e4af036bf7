"""Do the figures say what happened, in the form that Prometheus reads? (OBS-02)"""

from prometheus_client.parser import text_string_to_metric_families

from limen.adapters.metrics import PrometheusMeter
from limen.ports.meter import Family, Sample


class Fixed:
    async def figures(self) -> tuple[Family, ...]:
        return (Family(name="limen_things", kind="gauge", help="Things.", samples=(Sample(3),)),)


async def told(meter: PrometheusMeter) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families((await meter.told()).decode())
    return {
        (
            sample.name,
            tuple(sorted((k, v) for k, v in sample.labels.items() if k not in {"app", "version"})),
        ): sample.value
        for family in families
        for sample in family.samples
    }


async def test_requests_are_counted_by_pattern_method_and_status() -> None:
    meter = PrometheusMeter()
    for status in (200, 200, 404):
        meter.answered("/schemas/{id}", "GET", status, meter.seconds(), (0, 500))
    found = await told(meter)
    where = (("endpoint", "/schemas/{id}"), ("method", "GET"))
    assert found["http_requests_total", (("code", "200"), *where)] == 2
    assert found["http_requests_total", (("code", "404"), *where)] == 1
    assert found["http_response_time_seconds_count", (("endpoint", "/schemas/{id}"),)] == 3
    assert found["http_requests_statuses_total", (("method", "GET"), ("status_bucket", "4xx"))] == 1
    assert found["http_response_size_bytes_bucket", (("code", "200"), ("le", "100"), ("method", "GET"))] == 0
    assert found["http_response_size_bytes_bucket", (("code", "200"), ("le", "1000"), ("method", "GET"))] == 2
    assert found["http_response_size_bytes_sum", (("code", "200"), ("method", "GET"))] == 1000


async def test_a_made_up_method_makes_no_new_figure() -> None:
    meter = PrometheusMeter()
    for name in ("BREW", "DANCE"):
        meter.answered("/x", name, 405, meter.seconds(), (0, 0))
    found = await told(meter)
    assert found["http_requests_total", (("code", "405"), ("endpoint", "/x"), ("method", "unknown"))] == 2
    assert not [labels for _, labels in found if ("method", "BREW") in labels]


async def test_classes_of_a_histogram_add_up() -> None:
    meter = PrometheusMeter()
    meter.called("letter", "stub", "sent", meter.seconds())
    meter.called("letter", "stub", "sent", meter.seconds() - 100)
    found = await told(meter)
    stub = (("name", "stub"), ("outcome", "sent"))
    assert found["limen_letter_seconds_bucket", (("le", "0.0005"), *stub)] == 1
    assert found["limen_letter_seconds_bucket", (("le", "10"), *stub)] == 1
    assert found["limen_letter_seconds_bucket", (("le", "+Inf"), *stub)] == 2
    assert found["limen_letter_seconds_count", stub] == 2


async def test_flows_others_and_the_process_are_told_too() -> None:
    meter = PrometheusMeter(Fixed())
    meter.flow("login", "SignedIn")
    meter.limited("flows")
    found = await told(meter)
    assert found["limen_flows_total", (("kind", "login"), ("outcome", "SignedIn"))] == 1
    assert found["limen_limited_total", (("limit", "flows"),)] == 1
    assert found["limen_things", ()] == 3
    assert found["process_cpu_seconds_total", ()] > 0
